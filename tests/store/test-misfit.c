/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pages that can be read and are not so: what they may change, and that the truth mends it. */
#include "core/wg-id.h"
#include "wg-store-jobs.h"
#include "wire/wg-wire-event.h"

static void
test_digest_heals (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgTestPlatform) platform = wg_test_platform_new ();
  g_autoptr (WgEvent) first = make_remote_event (f, "井盖缺失", 1);
  g_autoptr (WgEvent) second = make_remote_event (f, "路灯不亮", 5);
  g_autoptr (WgEventView) view = NULL;
  g_autoptr (WgPullPage) page = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *count = NULL;

  wg_test_platform_put_event (platform, first, NULL);
  wg_test_platform_put_event (platform, second, NULL);
  wg_test_pull (f, platform);
  /* the platform lost one without a word, and tells an older version of the other */
  for (guint i = 0; i < platform->rows->len; i++)
    if (g_str_equal (((WgPullRow *) g_ptr_array_index (platform->rows, i))->id, first->id))
      g_ptr_array_remove_index (platform->rows, i--);
  ((WgPullRow *) g_ptr_array_index (platform->rows, 0))->ver = 3;
  second->ver = 3;
  g_free (((WgPullRow *) g_ptr_array_index (platform->rows, 0))->body);
  ((WgPullRow *) g_ptr_array_index (platform->rows, 0))->body =
      wg_wire_event_row_to_json (second, NULL);

  page = make_pull_page (f, platform);
  Heal heal = { page, FALSE };
  wg_test_store_run (f, heal_job, &heal);
  g_assert_true (heal.healed);
  view = get_view (f, first->id); /* still shown */
  count = wg_test_store_run (f, get_meta_job, "digest_mismatch");
  g_assert_cmpstr (count, ==, "1");
  wg_test_pull (f, platform); /* from 0, and it matches */
  error = wg_test_store_fail (f, get_job, first->id);
  g_assert_error (error, WG_STORE_ERROR, WG_STORE_ERROR_NOT_FOUND);
  g_clear_pointer (&view, wg_event_view_free);
  view = get_view (f, second->id);
  g_assert_cmpint (view->event->ver, ==, 3);
  wg_test_store_check (f);
}

/* A platform that tells nothing and counts wrong: what it does not tell stays until it is right. */
static void
test_digest_never_right (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgTestPlatform) platform = wg_test_platform_new ();
  g_autoptr (WgEvent) event = make_remote_event (f, "井盖缺失", 1);
  g_autoptr (GError) error = NULL;

  wg_test_platform_put_event (platform, event, NULL);
  wg_test_pull (f, platform);
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (WgPullPage) page = make_pull_page (f, platform);
      g_autoptr (WgEventView) view = NULL;
      Heal heal = { page, FALSE };

      g_ptr_array_set_size (page->rows, 0);
      ((WgScopeDigest *) g_hash_table_lookup (page->digests, WG_TEST_SCOPE))->n = 1000;
      wg_test_store_run (f, heal_job, &heal);
      g_assert_true (heal.healed);
      view = get_view (f, event->id);
    }
  g_ptr_array_set_size (platform->rows, 0);
  wg_test_pull (f, platform);
  error = wg_test_store_fail (f, get_job, event->id);
  g_assert_error (error, WG_STORE_ERROR, WG_STORE_ERROR_NOT_FOUND);
  wg_test_store_check (f);
}

/* What the platform may say of rows under a digest that fits nothing. */
static void
misfit (WgTestStore *f, WgPullPage *page)
{
  Heal heal = { page, FALSE };

  ((WgScopeDigest *) g_hash_table_lookup (page->digests, WG_TEST_SCOPE))->n = 1000;
  wg_test_store_run (f, heal_job, &heal);
  g_assert_true (heal.healed);
}

/* "Gone" counts when the pull has ended and fits: until then record, form and what waits stay. */
static void
test_gone_that_does_not_fit (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgTestPlatform) platform = wg_test_platform_new ();
  g_autoptr (WgEvent) event = make_remote_event (f, "井盖缺失", 1);
  g_autoptr (WgDraft) draft = wg_draft_new ();
  g_autoptr (WgPullPage) page = NULL, more = NULL;
  g_autoptr (WgEventView) view = NULL;
  g_autoptr (GPtrArray) drafts = NULL, none = NULL;
  g_autoptr (GError) error = NULL;
  WgPullRow *row;

  wg_test_platform_put_event (platform, event, NULL);
  wg_test_pull (f, platform);
  draft->id = wg_id_new (&f->clock.ports);
  draft->form = g_strdup ("event");
  draft->subject = g_strdup (event->id);
  draft->body = g_strdup ("{}");
  wg_test_store_run (f, save_draft_job, draft);
  wg_test_platform_put (platform, WG_TEST_SCOPE, "event", event->id, 1, NULL);
  more = make_pull_page (f, platform);
  more->more = TRUE;
  wg_test_store_run (f, apply_page_job, more);
  g_clear_pointer (&view, wg_event_view_free);
  view = get_view (f, event->id);
  page = make_pull_page (f, platform);
  misfit (f, page);
  g_clear_pointer (&view, wg_event_view_free);
  view = get_view (f, event->id);
  drafts = wg_test_store_run (f, list_drafts_job, NULL);
  g_assert_cmpuint (drafts->len, ==, 1);
  /* told as there after all */
  row = wg_test_platform_put (platform, WG_TEST_SCOPE, "event", event->id, 1,
                              wg_wire_event_row_to_json (event, NULL));
  g_assert_false (row->gone);
  wg_test_pull (f, platform);
  g_clear_pointer (&view, wg_event_view_free);
  view = get_view (f, event->id);
  /* and gone, truly */
  wg_test_platform_put (platform, WG_TEST_SCOPE, "event", event->id, 1, NULL);
  wg_test_pull (f, platform);
  error = wg_test_store_fail (f, get_job, event->id);
  g_assert_error (error, WG_STORE_ERROR, WG_STORE_ERROR_NOT_FOUND);
  none = wg_test_store_run (f, list_drafts_job, NULL);
  g_assert_cmpuint (none->len, ==, 0);
  wg_test_store_check (f);
}

/* A newer word under a scope that does not hold the event: when that scope lets it go, the one that
 * does tells it again. */
static void
test_told_by_another_scope (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgTestPlatform) platform = wg_test_platform_new ();
  g_autoptr (WgEvent) event = make_remote_event (f, "井盖缺失", 1);
  g_autoptr (WgEventView) view = NULL;
  g_autoptr (WgPullPage) page = NULL, truth = NULL;
  Heal heal = { NULL, FALSE };
  WgPullRow *row;

  wg_test_platform_put_event (platform, event, NULL);
  wg_test_pull (f, platform);
  page = make_pull_page (f, platform);
  event->ver = 9;
  g_set_str (&event->title, "改了");
  row = wg_pull_row_new ();
  row->scope = g_strdup (WG_TEST_REF);
  row->kind = g_strdup ("event");
  row->id = g_strdup (event->id);
  row->number = 1;
  row->ver = 9;
  row->body = wg_wire_event_row_to_json (event, NULL);
  g_ptr_array_add (page->rows, row);
  heal.page = page;
  wg_test_store_run (f, heal_job, &heal); /* the district's digest does not fit */
  g_assert_true (heal.healed);
  view = get_view (f, event->id);
  g_assert_cmpstr (view->event->title, ==, "改了");
  truth = make_pull_page (f, platform);
  heal.page = truth;
  wg_test_store_run (f, heal_job, &heal);
  g_assert_true (heal.healed);
  wg_test_pull (f, platform);
  g_clear_pointer (&view, wg_event_view_free);
  view = get_view (f, event->id);
  g_assert_cmpstr (view->event->title, ==, "井盖缺失");
  wg_test_store_check (f);
}

/* A version that was never so, told before the digest: the same scope takes it back. */
static void
test_version_taken_back (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgTestPlatform) platform = wg_test_platform_new ();
  g_autoptr (WgEvent) event = make_remote_event (f, "井盖缺失", 1);
  g_autoptr (WgEvent) wrong = NULL;
  g_autoptr (WgEventView) view = NULL;
  g_autoptr (WgPullPage) page = NULL;
  gint64 *cursor;

  wg_test_platform_put_event (platform, event, NULL);
  wg_test_pull (f, platform);
  wrong = wg_event_copy (event);
  wrong->ver = 9;
  g_set_str (&wrong->title, "改了");
  wg_test_platform_put_event (platform, wrong, NULL);
  page = make_pull_page (f, platform);
  page->more = TRUE;
  cursor = g_hash_table_lookup (page->cursor, WG_TEST_SCOPE);
  *cursor = 0; /* told again from there */
  wg_test_store_run (f, apply_page_job, page);
  view = get_view (f, event->id);
  g_assert_cmpstr (view->event->title, ==, "改了");
  wg_test_platform_put_event (platform, event, NULL);
  wg_test_pull (f, platform); /* its digest fits at once */
  g_clear_pointer (&view, wg_event_view_free);
  view = get_view (f, event->id);
  g_assert_cmpstr (view->event->title, ==, "井盖缺失");
  g_assert_cmpint (view->event->ver, ==, 1);
  wg_test_store_check (f);
}

/* A name that stood for something else: the true row is taken, unless something of ours is there.
 */
static void
test_other_kind (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgTestPlatform) platform = wg_test_platform_new ();
  g_autofree char *mine = create_level (f, WG_EVENT_LEVEL_GENERAL, 0);
  g_autoptr (WgEvent) event = make_remote_event (f, "井盖缺失", 1);
  g_autoptr (WgEventView) view = NULL;
  g_autoptr (GError) error = NULL;

  wg_test_push (f, platform, FALSE);
  wg_test_platform_put (platform, WG_TEST_SCOPE, "lamp-post", event->id, 1, g_strdup ("{}"));
  wg_test_pull (f, platform);
  event->ver = 2;
  wg_test_platform_put_event (platform, event, NULL);
  wg_test_pull (f, platform);
  view = get_view (f, event->id);
  g_assert_cmpstr (view->event->title, ==, "井盖缺失");
  wg_test_platform_put (platform, WG_TEST_SCOPE, "lamp-post", mine, 9, g_strdup ("{}"));
  {
    g_autoptr (WgPullPage) page = make_pull_page (f, platform);

    error = wg_test_store_fail (f, apply_page_job, page);
    g_assert_error (error, WG_STORE_ERROR, WG_STORE_ERROR_INVALID);
  }
  wg_test_store_check (f);
}

/* Pages that speak of scopes as no answer to us does. */
static void
test_strange_scopes (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgTestPlatform) platform = wg_test_platform_new ();
  g_autoptr (WgEvent) event = make_remote_event (f, "井盖缺失", 1);
  g_autoptr (WgPullPage) page = NULL;
  const char *other[] = { WG_TEST_SCOPE, WG_TEST_REF, "w:w9999", NULL };
  WgScopeDigest none = { 0 };

  wg_test_platform_put_event (platform, event, NULL);
  page = make_pull_page (f, platform); /* the last, without a digest */
  g_hash_table_remove (page->digests, WG_TEST_REF);
  assert_page_refused (f, page, WG_STORE_ERROR_INVALID);
  g_clear_pointer (&page, wg_pull_page_free);

  page = make_pull_page (f, platform); /* a digest of what is not ours */
  g_hash_table_replace (page->digests, g_strdup ("g:370502001001999"),
                        g_memdup2 (&none, sizeof none));
  assert_page_refused (f, page, WG_STORE_ERROR_INVALID);
  g_clear_pointer (&page, wg_pull_page_free);

  page = make_pull_page (f, platform); /* another worker's */
  g_strfreev (page->keep);
  page->keep = g_strdupv ((char **) other);
  g_hash_table_replace (page->digests, g_strdup ("w:w9999"), g_memdup2 (&none, sizeof none));
  assert_page_refused (f, page, WG_STORE_ERROR_INVALID);
  wg_test_store_check (f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  wg_test_store_init ();
  g_test_add_func ("/store/misfit/digest-heals", test_digest_heals);
  g_test_add_func ("/store/misfit/counted-wrong", test_digest_never_right);
  g_test_add_func ("/store/misfit/gone-that-does-not-fit", test_gone_that_does_not_fit);
  g_test_add_func ("/store/misfit/told-by-another-scope", test_told_by_another_scope);
  g_test_add_func ("/store/misfit/version-taken-back", test_version_taken_back);
  g_test_add_func ("/store/misfit/other-kind", test_other_kind);
  g_test_add_func ("/store/misfit/strange-scopes", test_strange_scopes);
  return g_test_run ();
}

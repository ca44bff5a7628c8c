/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drafts: as they stood, through a kill, with focus and scroll. */
#include "core/wg-id.h"
#include "wg-store-jobs.h"

static gpointer
get_draft_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_draft_get (context, data, error);
}

static gpointer
delete_draft_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return GINT_TO_POINTER (wg_draft_delete (context, data, error));
}

static WgDraft *
make_draft (WgTestStore *f, const char *title)
{
  g_autoptr (WgEvent) event = wg_event_new (); /* a form hardly begun */
  WgDraft *draft = wg_draft_new ();

  event->title = g_strdup (title);
  draft->id = wg_id_new (&f->clock.ports);
  draft->form = g_strdup ("event-general");
  draft->body = wg_draft_write_body (event);
  draft->focus = g_strdup ("description");
  draft->scroll = 123.5;
  return draft;
}

static void
test_round (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgDraft) first = make_draft (f, "一");
  g_autoptr (WgDraft) second = make_draft (f, "二");
  g_autoptr (WgDraft) back = NULL;
  g_autoptr (WgEvent) event = NULL;
  g_autoptr (GPtrArray) list = NULL;
  g_autoptr (GError) error = NULL;

  wg_test_store_run (f, save_draft_job, first);
  wg_test_ports_advance (&f->clock, 1000);
  wg_test_store_run (f, save_draft_job, second);
  wg_test_store_reopen (f);
  back = wg_test_store_run (f, get_draft_job, first->id);
  g_assert_cmpstr (back->form, ==, "event-general");
  g_assert_cmpstr (back->focus, ==, "description");
  g_assert_cmpfloat (back->scroll, ==, 123.5);
  g_assert_null (back->subject);
  g_assert_cmpint (back->changed_ms, ==, WG_TEST_NOW_MS);
  event = wg_draft_read_body (back->body, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (event->title, ==, "一");
  list = wg_test_store_run (f, list_drafts_job, NULL);
  g_assert_cmpuint (list->len, ==, 2);
  g_assert_cmpstr (((WgDraft *) g_ptr_array_index (list, 0))->id, ==, second->id);

  wg_test_ports_advance (&f->clock, 1000);
  g_set_str (&first->focus, NULL);
  wg_test_store_run (f, save_draft_job, first); /* in place, and on top now */
  g_clear_pointer (&list, g_ptr_array_unref);
  list = wg_test_store_run (f, list_drafts_job, NULL);
  g_assert_cmpuint (list->len, ==, 2);
  g_assert_cmpstr (((WgDraft *) g_ptr_array_index (list, 0))->id, ==, first->id);
  g_assert_null (((WgDraft *) g_ptr_array_index (list, 0))->focus);
  wg_test_store_run (f, delete_draft_job, first->id);
  wg_test_store_run (f, delete_draft_job, first->id);
  error = wg_test_store_fail (f, get_draft_job, first->id);
  g_assert_error (error, WG_STORE_ERROR, WG_STORE_ERROR_NOT_FOUND);
}

static void
test_incomplete (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgDraft) draft = make_draft (f, "一");
  g_autoptr (GError) error = NULL;

  g_set_str (&draft->id, "not an id");
  error = wg_test_store_fail (f, save_draft_job, draft);
  g_assert_error (error, WG_STORE_ERROR, WG_STORE_ERROR_INVALID);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  wg_test_store_init ();
  g_test_add_func ("/store/draft/round", test_round);
  g_test_add_func ("/store/draft/incomplete", test_incomplete);
  return g_test_run ();
}

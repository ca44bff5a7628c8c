/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What comes down: whole pages, digests, scopes; what waits here is never lost to it. */
#include <string.h>

#include "core/wg-id.h"
#include "wg-store-jobs.h"
#include "wire/wg-wire-event.h"

static void
test_reference (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgTestPlatform) platform = wg_test_platform_new ();
  g_autoptr (WgStandard) none = wg_store_dup_standard (f->store);
  g_autoptr (WgStandard) standard = NULL;
  g_autoptr (GPtrArray) grids = NULL;
  g_autoptr (GPtrArray) orgs = NULL;

  g_assert_null (none);
  wg_test_platform_add_reference (platform);
  wg_test_pull (f, platform);
  wg_test_store_reopen (f); /* also what is read at the start */
  standard = wg_store_dup_standard (f->store);
  g_assert_nonnull (standard);
  grids = wg_store_dup_grids (f->store);
  g_assert_cmpuint (grids->len, ==, 1);
  g_assert_cmpstr (((WgGrid *) g_ptr_array_index (grids, 0))->code, ==, WG_TEST_GRID);
  orgs = wg_store_dup_orgs (f->store);
  g_assert_cmpuint (orgs->len, ==, 1);
  wg_test_store_check (f);
}

static void
test_rows_and_gone (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgTestPlatform) platform = wg_test_platform_new ();
  g_autoptr (WgEvent) event = make_remote_event (f, "井盖缺失", 1);
  g_autoptr (WgEventView) view = NULL;
  g_autoptr (GError) error = NULL;

  wg_test_platform_put_event (platform, event, NULL);
  wg_test_pull (f, platform);
  view = get_view (f, event->id);
  g_assert_cmpstr (view->event->title, ==, "井盖缺失");
  g_assert_false (view->mine);
  g_assert_cmpint (view->truth, ==, WG_TRUTH_APPLIED);
  event->ver = 2;
  g_set_str (&event->title, "井盖破损");
  wg_test_platform_put_event (platform, event, NULL);
  wg_test_pull (f, platform);
  g_clear_pointer (&view, wg_event_view_free);
  view = get_view (f, event->id);
  g_assert_cmpstr (view->event->title, ==, "井盖破损");
  wg_test_platform_put (platform, WG_TEST_SCOPE, "event", event->id, 2, NULL);
  wg_test_pull (f, platform);
  error = wg_test_store_fail (f, get_job, event->id);
  g_assert_error (error, WG_STORE_ERROR, WG_STORE_ERROR_NOT_FOUND);
  wg_test_store_check (f);
}

/* What waits stays on top, and stays when the record goes. */
static void
test_overlay (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgTestPlatform) platform = wg_test_platform_new ();
  g_autofree char *id = create_level (f, WG_EVENT_LEVEL_GENERAL, 0);
  g_autoptr (WgEventView) view = NULL;
  g_autoptr (WgEvent) mine = NULL;
  g_autoptr (WgEvent) theirs = NULL;

  wg_test_push (f, platform, FALSE);
  wg_test_pull (f, platform);
  view = get_view (f, id);
  mine = wg_event_copy (view->event);
  g_set_str (&mine->address, "沿河路16号");
  MendJob job = { mine, NULL };
  wg_test_store_run (f, mend_job, &job);

  theirs = wg_event_copy (g_hash_table_lookup (platform->events, id));
  g_set_str (&theirs->event_no, "DY20261123001");
  theirs->ver++;
  wg_test_platform_put_event (platform, theirs, NULL);
  wg_test_pull (f, platform);
  g_clear_pointer (&view, wg_event_view_free);
  view = get_view (f, id);
  g_assert_cmpstr (view->event->address, ==, "沿河路16号");
  g_assert_cmpstr (view->event->event_no, ==, "DY20261123001");
  g_assert_cmpuint (view->n_waiting, ==, 1);

  wg_test_platform_put (platform, WG_TEST_SCOPE, "event", id, theirs->ver, NULL);
  wg_test_pull (f, platform);
  g_clear_pointer (&view, wg_event_view_free);
  view = get_view (f, id);
  g_assert_cmpstr (view->event->address, ==, "沿河路16号");
  wg_test_store_check (f);
}

/* Between the answer to a push and the next pull nothing jumps back. */
static void
test_applied_before_pulled (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgTestPlatform) platform = wg_test_platform_new ();
  g_autofree char *id = create_level (f, WG_EVENT_LEVEL_GENERAL, 0);
  g_autoptr (WgEventView) view = NULL;
  g_autoptr (WgEvent) mine = NULL;

  wg_test_push (f, platform, FALSE);
  wg_test_pull (f, platform);
  view = get_view (f, id);
  mine = wg_event_copy (view->event);
  g_set_str (&mine->address, "沿河路18号");
  MendJob job = { mine, NULL };
  wg_test_store_run (f, mend_job, &job);
  wg_test_push (f, platform, FALSE);
  g_clear_pointer (&view, wg_event_view_free);
  view = get_view (f, id);
  g_assert_cmpstr (view->event->address, ==, "沿河路18号");
  g_assert_cmpint (view->truth, ==, WG_TRUTH_APPLIED);
  wg_test_pull (f, platform);
  wg_test_store_check (f);
}

static void
test_hostile_pages (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgTestPlatform) platform = wg_test_platform_new ();
  g_autoptr (WgEvent) event = make_remote_event (f, "井盖缺失", 1);
  g_autoptr (WgPullPage) page = NULL;
  WgPullRow *row;

  wg_test_platform_put_event (platform, event, NULL);
  page = make_pull_page (f, platform);
  g_set_str (&page->epoch, "sample-epoch-9");
  assert_page_refused (f, page, WG_STORE_ERROR_INVALID);
  g_clear_pointer (&page, wg_pull_page_free);

  page = make_pull_page (f, platform);
  row = g_ptr_array_index (page->rows, 0);
  g_set_str (&row->scope, "g:370502001001999");
  assert_page_refused (f, page, WG_STORE_ERROR_INVALID);
  g_clear_pointer (&page, wg_pull_page_free);

  page = make_pull_page (f, platform);
  row = g_ptr_array_index (page->rows, 0);
  g_set_str (&row->body, "{\"f\":[1,2,3]}");
  assert_page_refused (f, page, WG_STORE_ERROR_INVALID);
  g_clear_pointer (&page, wg_pull_page_free);

  page = make_pull_page (f, platform); /* another event's row under this id */
  row = g_ptr_array_index (page->rows, 0);
  g_free (row->id);
  row->id = wg_id_new (&f->clock.ports);
  assert_page_refused (f, page, WG_STORE_ERROR_INVALID);
  g_clear_pointer (&page, wg_pull_page_free);

  page = make_pull_page (f, platform);
  page->last_seq = 99; /* of operations that we never made */
  assert_page_refused (f, page, WG_STORE_ERROR_FORKED);
  g_clear_pointer (&page, wg_pull_page_free);

  page = make_pull_page (f, platform);
  row = wg_pull_row_new ();
  row->scope = g_strdup (WG_TEST_SCOPE);
  row->kind = g_strdup ("grid");
  row->id = g_strdup ("grid:1");
  row->ver = row->number = 9;
  row->body = g_strdup ("{\"code\":17}");
  g_ptr_array_add (page->rows, row);
  assert_page_refused (f, page, WG_STORE_ERROR_INVALID);
  wg_test_store_check (f);
}

static void
test_unknown_kind_is_kept (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgTestPlatform) platform = wg_test_platform_new ();

  wg_test_platform_put (platform, WG_TEST_SCOPE, "lamp-post", "h1", 1,
                        g_strdup ("{\"name\":\"x\"}"));
  wg_test_pull (f, platform); /* the digest counts it */
  wg_test_store_check (f);
}

/* --- values that this version does not know, and values that no version can mean ------------- */

#define YEAR_40000 "1200102220800000"

typedef struct
{
  const char *kind, *member,
      *value; /* JSON; of an event the member is replaced, else the only one */
} Told;

static const Told LATER[] = {
  { "event", "state", "7" },
  { "event", "state", "99" },
  { "event", "level", "99" },
  { "event", "level", "2147483647" },
  { "event", "fix_source", "9" },
  { "event", "class_code", "\"9z/9\"" },
  { "event", "class_std", "\"another-standard-2031.7\"" },
  { "event", "lon", "10.5" }, /* not in China */
  { "event", "step_no", "9007199254740992" },
  { "event", "state", "10,\"mood\":{\"glad\":[1,2]}" },
  { "event", "title", "\"%0500d\"" },
  { "event", "steps", "[{\"seq\":1,\"action\":\"dance\",\"at\":1,\"from\":7,\"to\":9}]" },
  { "event", "steps",
    "[{\"seq\":1,\"action\":\"accept\",\"role\":\"x\",\"kind\":99,\"at\":-1,\"from\":7,\"to\":9}"
    "]" },
  { "resident", "sex", "\"z\"" },
  { "resident", "phone", "\"*86 x\"" },
  { "resident", "shoe", "44" },
  { "resident", "name", "\"%0500d\"" },
  { "household", "hazards", "[\"zz\",\"yy\"]" },
  { "household", "size", "1000000" },
  { "grid", "kind", "77" },
  { "pack", "datum", "\"mars2031\"" },
  { "lamp-post", "lon", "900" },
};

static const Told IMPOSSIBLE[] = {
  { "event", "lon", "900" },
  { "event", "lon", "-180.0000001" },
  { "event", "lat", "90.1" },
  { "event", "lat", "1e308" },
  { "event", "lat", "1e400" },
  { "event", "lat", "\"NaN\"" },
  { "event", "lat", "NaN" },
  { "event", "lat", "null" }, /* half a position */
  { "event", "raw_lat", "-91" },
  { "event", "state", "-7" },
  { "event", "state", "\"x\"" },
  { "event", "level", "2.5" },
  { "event", "level", "2147483648" },
  { "event", "ver", "-1" },
  { "event", "ver", "8" },
  { "event", "ver", "\"1\"" },
  { "event", "occurred_ms", YEAR_40000 },
  { "event", "occurred_ms", "-1" },
  { "event", "occurred_ms", "9007199254740993" },
  { "event", "state", "10,\"due_accept_ms\":" YEAR_40000 },
  { "event", "state", "10,\"fix_accuracy_m\":-1" },
  { "event", "state", "10,\"involved_count\":-1" },
  { "event", "state", "10,\"photos\":[\"../../../x\"]" },
  { "event", "title", "\"a\\u001b[2Jb\"" },
  { "event", "title", "\"%09000d\"" },
  { "event", "title", "[]" },
  { "event", "steps",
    "[{\"seq\":1,\"action\":\"note\",\"at\":" YEAR_40000 ",\"from\":10,\"to\":10}]" },
  { "event", "steps",
    "[{\"seq\":1,\"action\":\"note\",\"at\":1,\"from\":10,\"to\":10,\"opinion\":\"%09000d\"}]" },
  { "event", "steps",
    "[{\"seq\":1,\"action\":\"note\",\"at\":1,\"from\":10,\"to\":10,\"photos\":[\"../x\"]}]" },
  { "resident", "birth", "\"2026-13-45\"" },
  { "resident", "birth", "20260101" },
  { "resident", "household", "\"../x\"" },
  { "resident", "confirmed_ms", YEAR_40000 },
  { "household", "size", "-1" },
  { "household", "note", "\"%09000d\"" },
  { "grid", "boundary", "[118,37,119,37,900,38]" },
  { "pack", "bytes", "-1" },
};

/* The row of an event with one member replaced, or of a record with that one alone. */
static char *
make_told (const WgEvent *event, const Told *told)
{
  g_autofree char *row = wg_wire_event_row_to_json (event, NULL);
  g_autofree char *name = g_strdup_printf ("\"%s\":", told->member);
  g_autoptr (GString) value = g_string_new (told->value);
  const char *long_text = strstr (told->value, "%0");
  const char *at = strstr (row, name);
  gsize old;

  if (long_text)
    {
      g_autofree char *zeros = g_strnfill ((gsize) atoi (long_text + 2), '0');
      g_autofree char *mark = g_strndup (long_text, strcspn (long_text, "d") + 1);
      g_string_replace (value, mark, zeros, 0);
    }
  if (g_str_equal (told->kind, "grid"))
    return g_strdup_printf (
        "{\"code\":\"370502001001777\",\"name\":\"样例\",\"org_code\":\"370502001\","
        "%s%s%s}",
        g_str_equal (told->member, "kind") ? "" : "\"kind\":1,", name, value->str);
  if (g_str_equal (told->kind, "pack"))
    return g_strdup_printf (
        "{\"sha256\":\"%064d\",\"kind\":\"raster\",\"format\":\"png\","
        "%s%s%s}",
        0, g_str_equal (told->member, "bytes") ? "\"datum\":\"wgs84\"," : "\"bytes\":9,", name,
        value->str);
  if (!g_str_equal (told->kind, "event"))
    return g_strdup_printf ("{\"grid_code\":\"" WG_TEST_GRID "\",%s%s}", name, value->str);
  g_assert_nonnull (at);
  at += strlen (name);
  old = g_str_equal (told->member, "steps") ? 2 : strcspn (at, ",}");
  return g_strdup_printf ("%.*s%s%s", (int) (at - row), row, value->str, at + old);
}

static WgEvent *
make_place (WgTestStore *f)
{
  WgEvent *event = make_remote_event (f, "井盖缺失", 1);

  event->lon = event->raw_lon = 118.5;
  event->lat = event->raw_lat = 37.4;
  return event;
}

static void
test_later_version (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgTestPlatform) platform = wg_test_platform_new ();
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) listed = NULL;
  guint n_events = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (LATER); i++)
    {
      g_autoptr (WgEvent) event = make_place (f);

      g_ptr_array_add (ids, g_strdup (event->id));
      n_events += g_str_equal (LATER[i].kind, "event");
      wg_test_platform_put (platform, WG_TEST_SCOPE, LATER[i].kind, event->id, 1,
                            make_told (event, &LATER[i]));
    }
  wg_test_pull (f, platform); /* the digest matches: each is kept */
  wg_test_store_reopen (f);
  listed = list_events (f, WG_EVENT_LIST_ALL);
  g_assert_cmpuint (listed->len, ==, n_events);
  for (guint i = 0; i < n_events; i++)
    {
      g_autoptr (WgEventView) view = get_view (f, g_ptr_array_index (ids, i));

      if (g_str_equal (LATER[i].member, "state"))
        g_assert_cmpint (view->event->state, ==, atoi (LATER[i].value));
      if (g_str_equal (LATER[i].member, "level"))
        g_assert_cmpint (view->event->level, ==, atoi (LATER[i].value));
      g_assert_cmpint (view->truth, ==, WG_TRUTH_APPLIED);
    }
  wg_test_store_check (f);
}

static void
test_impossible (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();

  for (gsize i = 0; i < G_N_ELEMENTS (IMPOSSIBLE); i++)
    {
      const Told *told = &IMPOSSIBLE[i];
      g_autoptr (WgTestPlatform) platform = wg_test_platform_new ();
      g_autoptr (WgEvent) good = make_place (f);
      g_autoptr (WgEvent) event = make_place (f);
      g_autoptr (WgPullPage) page = NULL;

      g_test_message ("%s %s %.40s", told->kind, told->member, told->value);
      wg_test_platform_put_event (platform, good, NULL); /* goes with the page */
      wg_test_platform_put (platform, WG_TEST_SCOPE, told->kind, event->id, 1,
                            make_told (event, told));
      page = make_pull_page (f, platform);
      assert_page_refused (f, page, WG_STORE_ERROR_INVALID);
    }
  wg_test_store_check (f);
}

typedef struct
{
  const WgPullRequest *request;
  gboolean is_at;
} At;

static gpointer
at_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  At *at = data;

  return GINT_TO_POINTER (wg_inbox_is_at (context, at->request, &at->is_at, error));
}

/* Rows that come another way while a page is under way make it out of date. */
static void
test_overtaken (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgTestPlatform) platform = wg_test_platform_new ();
  g_autoptr (WgEvent) event = make_remote_event (f, "井盖缺失", 1);
  g_autoptr (WgPullRequest) before = wg_test_store_run (f, pull_request_job, NULL);
  g_autoptr (WgPullRequest) between = NULL;
  At at = { before, FALSE };

  wg_test_store_run (f, at_job, &at);
  g_assert_true (at.is_at);
  wg_test_platform_put_event (platform, event, NULL);
  wg_test_pull (f, platform);
  wg_test_store_run (f, at_job, &at);
  g_assert_false (at.is_at); /* a scope more */
  between = wg_test_store_run (f, pull_request_job, NULL);
  at.request = between;
  wg_test_store_run (f, at_job, &at);
  g_assert_true (at.is_at);
  event->ver = 2;
  wg_test_platform_put_event (platform, event, NULL);
  wg_test_pull (f, platform);
  wg_test_store_run (f, at_job, &at);
  g_assert_false (at.is_at); /* the same scopes, further on */
}

/* Two scopes hold one record: it goes with the last; an older word does not undo a newer one. */
static void
test_two_scopes (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgTestPlatform) platform = wg_test_platform_new ();
  g_autoptr (WgEvent) event = make_remote_event (f, "新", 2);
  g_autoptr (WgEventView) view = NULL;

  wg_test_platform_put_event (platform, event, NULL);
  event->ver = 1;
  g_set_str (&event->title, "旧");
  wg_test_platform_put (platform, WG_TEST_REF, "event", event->id, 1,
                        wg_wire_event_row_to_json (event, NULL));
  wg_test_pull (f, platform);
  view = get_view (f, event->id);
  g_assert_cmpstr (view->event->title, ==, "新");
  wg_test_platform_put (platform, WG_TEST_REF, "event", event->id, 1, NULL);
  wg_test_pull (f, platform);
  g_clear_pointer (&view, wg_event_view_free);
  view = get_view (f, event->id);
  wg_test_store_check (f);
}

static gpointer
next_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_outbox_next_push (context, 10, error);
}

static void
test_dropped_scope (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgTestPlatform) platform = wg_test_platform_new ();
  g_autoptr (WgEvent) event = make_remote_event (f, "绝密事项甲乙丙", 1);
  g_autofree char *mine = NULL, *found = NULL;
  g_autoptr (WgPullPage) page = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (WgPush) push = NULL;
  const char *keep[] = { WG_TEST_REF, NULL }, *drop[] = { WG_TEST_SCOPE, NULL };

  wg_test_platform_put_event (platform, event, NULL);
  wg_test_pull (f, platform);
  mine = create_level (f, WG_EVENT_LEVEL_GENERAL, 0); /* not sent yet */
  page = make_pull_page (f, platform);
  g_ptr_array_set_size (page->rows, 0);
  g_hash_table_remove (page->cursor, WG_TEST_SCOPE);
  g_hash_table_remove (page->digests, WG_TEST_SCOPE);
  g_strfreev (page->keep);
  page->keep = g_strdupv ((char **) keep);
  g_strfreev (page->drop);
  page->drop = g_strdupv ((char **) drop);
  wg_test_store_run (f, apply_page_job, page);
  assert_truth (f, mine, WG_TRUTH_SAVED); /* what waits goes up first */
  wg_test_push (f, platform, FALSE);
  wg_test_store_run (f, apply_page_job, page);

  error = wg_test_store_fail (f, get_job, event->id);
  g_assert_error (error, WG_STORE_ERROR, WG_STORE_ERROR_NOT_FOUND);
  push = wg_test_store_run (f, next_job, NULL);
  g_assert_cmpuint (push->lines->len, ==, 1);
  g_assert_nonnull (strstr (g_ptr_array_index (push->lines, 0), "\"scope.dropped\""));
  wg_test_store_check (f);
}

static gpointer
reset_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return GINT_TO_POINTER (wg_inbox_reset (context, data, error));
}

/* A restored platform tells everything again; until then the screens keep what they had. */
static void
test_reset (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgTestPlatform) platform = wg_test_platform_new ();
  g_autoptr (WgTestPlatform) restored = wg_test_platform_new ();
  g_autoptr (WgEvent) event = make_remote_event (f, "第九版", 9);
  g_autoptr (WgEvent) gone = make_remote_event (f, "备份之后", 1);
  g_autoptr (WgEventView) view = NULL;
  g_autoptr (GError) error = NULL;

  wg_test_platform_put_event (platform, event, NULL);
  wg_test_platform_put_event (platform, gone, NULL);
  wg_test_pull (f, platform);
  g_set_str (&restored->epoch, "sample-epoch-2");
  event->ver = 4;
  g_set_str (&event->title, "第四版");
  wg_test_platform_put_event (restored, event, NULL);
  wg_test_store_run (f, reset_job, "sample-epoch-2");
  view = get_view (f, event->id);
  g_assert_cmpstr (view->event->title, ==, "第九版");
  wg_test_pull (f, restored);
  g_clear_pointer (&view, wg_event_view_free);
  view = get_view (f, event->id);
  g_assert_cmpstr (view->event->title, ==, "第四版");
  error = wg_test_store_fail (f, get_job, gone->id);
  g_assert_error (error, WG_STORE_ERROR, WG_STORE_ERROR_NOT_FOUND);
  wg_test_store_check (f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  wg_test_store_init ();
  g_test_add_func ("/store/inbox/reference", test_reference);
  g_test_add_func ("/store/inbox/rows-and-gone", test_rows_and_gone);
  g_test_add_func ("/store/inbox/overlay", test_overlay);
  g_test_add_func ("/store/inbox/applied-before-pulled", test_applied_before_pulled);
  g_test_add_func ("/store/inbox/hostile-pages", test_hostile_pages);
  g_test_add_func ("/store/inbox/unknown-kind-is-kept", test_unknown_kind_is_kept);
  g_test_add_func ("/store/inbox/later-version", test_later_version);
  g_test_add_func ("/store/inbox/impossible", test_impossible);
  g_test_add_func ("/store/inbox/overtaken", test_overtaken);
  g_test_add_func ("/store/inbox/two-scopes", test_two_scopes);
  g_test_add_func ("/store/inbox/dropped-scope", test_dropped_scope);
  g_test_add_func ("/store/inbox/reset", test_reset);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the screens ask: lists, counts, points, lookalikes, classes; in a grid with five years of
 * it. */
#include <math.h>
#include <string.h>

#include "core/wg-calendar.h"
#include "core/wg-id.h"
#include "wg-store-jobs.h"
#include "wire/wg-wire-event.h"

#define DAY_MS G_GINT64_CONSTANT (86400000)
#define N_EVENTS 3300
#define N_OTHERS 5000

static gpointer
dots_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_event_store_dots (context, *(gint64 *) data, error);
}

static gpointer
lookalikes_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_event_store_lookalikes (context, data, error);
}

static gpointer
top_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_event_store_top_classes (context, WG_EVENT_LEVEL_DAILY, GPOINTER_TO_UINT (data), error);
}

static void
pull_reference (WgTestStore *f)
{
  g_autoptr (WgTestPlatform) platform = wg_test_platform_new ();

  wg_test_platform_add_reference (platform);
  wg_test_pull (f, platform);
}

static void
test_today (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgTestPlatform) platform = wg_test_platform_new ();
  g_autofree char *returned = create_level (f, WG_EVENT_LEVEL_GENERAL, 0);
  g_autofree char *yesterday = create_level (f, WG_EVENT_LEVEL_GENERAL, 0);
  g_autofree char *first = NULL, *second = NULL;
  g_autoptr (GPtrArray) today = NULL;
  g_autoptr (GPtrArray) all = NULL;
  g_autoptr (GPtrArray) page = NULL;
  g_autoptr (GPtrArray) open = NULL;
  ListJob second_page = { WG_EVENT_LIST_ALL, 1, 2 };

  wg_test_push (f, platform, FALSE);
  wg_test_platform_step (platform, returned, WG_ACTION_RETURN, "补充", NULL);
  wg_test_pull (f, platform);
  wg_test_ports_advance (&f->clock, DAY_MS);
  first = create_level (f, WG_EVENT_LEVEL_DAILY, 0);
  wg_test_ports_advance (&f->clock, 1000);
  second = create_level (f, WG_EVENT_LEVEL_GENERAL, 0);

  today = list_events (f, WG_EVENT_LIST_TODAY);
  g_assert_cmpuint (today->len, ==, 3);
  g_assert_cmpstr (wg_event_item_get_id (g_ptr_array_index (today, 0)), ==, returned);
  g_assert_cmpstr (wg_event_item_get_id (g_ptr_array_index (today, 1)), ==, second);
  g_assert_cmpstr (wg_event_item_get_id (g_ptr_array_index (today, 2)), ==, first);
  all = list_events (f, WG_EVENT_LIST_ALL);
  g_assert_cmpuint (all->len, ==, 4);
  g_assert_cmpstr (wg_event_item_get_id (g_ptr_array_index (all, 0)), ==, second);
  page = wg_test_store_run (f, list_job, &second_page);
  g_assert_cmpuint (page->len, ==, 2);
  g_assert_cmpstr (wg_event_item_get_id (g_ptr_array_index (page, 0)), ==, first);
  open = list_events (f, WG_EVENT_LIST_OPEN);
  g_assert_cmpuint (open->len, ==, 3); /* the daily one is closed */
  g_assert_cmpuint (count_events (f).n_today, ==, 2);
  g_assert_cmpuint (count_events (f).n_returned, ==, 1);
  g_assert_cmpuint (count_events (f).n_waiting, ==, 2);
}

static void
test_class_names (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autofree char *before = create_level (f, WG_EVENT_LEVEL_GENERAL, 0);
  g_autoptr (WgEventView) bare = get_view (f, before);
  g_autoptr (WgEventView) named = NULL;

  g_assert_cmpstr (bare->class_name, ==, bare->event->class_code); /* no standard yet */
  pull_reference (f);
  named = get_view (f, before);
  g_assert_cmpstr (named->class_name, !=, named->event->class_code);
}

static void
test_lookalikes (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgEvent) event = wg_test_event_new (WG_EVENT_LEVEL_GENERAL);
  g_autoptr (WgEvent) far = wg_test_event_new (WG_EVENT_LEVEL_GENERAL);
  g_autoptr (GPtrArray) found = NULL;
  g_autoptr (GPtrArray) late = NULL;
  g_autofree char *near_id = NULL, *far_id = NULL;

  pull_reference (f);
  near_id = create_event (f, event, 0);
  far->lon += 0.05;
  far_id = create_event (f, far, 0);
  event->occurred_ms = WG_TEST_NOW_MS + 60000;
  found = wg_test_store_run (f, lookalikes_job, event);
  g_assert_cmpuint (found->len, ==, 1);
  g_assert_cmpstr (wg_event_item_get_id (g_ptr_array_index (found, 0)), ==, near_id);
  event->occurred_ms = WG_TEST_NOW_MS + 400 * DAY_MS;
  late = wg_test_store_run (f, lookalikes_job, event);
  g_assert_cmpuint (late->len, ==, 0);
  g_clear_pointer (&late, g_ptr_array_unref);
  event->lat = event->lon = NAN; /* no place: no guess */
  late = wg_test_store_run (f, lookalikes_job, event);
  g_assert_cmpuint (late->len, ==, 0);
}

static gpointer
set_skew_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return GINT_TO_POINTER (wg_store_set_meta (context, "clock_skew_ms", data, error));
}

/* Source: ux.md T16. A tablet two days fast: the platform has mended the time of what was reported
 * a minute ago. It stays in view as today's, and a second report of the matter is still noticed. */
static void
test_clock_off (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgTestPlatform) platform = wg_test_platform_new ();
  g_autoptr (WgEvent) event = wg_test_event_new (WG_EVENT_LEVEL_GENERAL);
  g_autoptr (WgEvent) again = wg_test_event_new (WG_EVENT_LEVEL_GENERAL);
  g_autoptr (GPtrArray) before = NULL, after = NULL, today = NULL;

  wg_test_platform_add_reference (platform);
  event->id = wg_id_new (&f->clock.ports);
  g_set_str (&event->class_code, "0205"); /* the same matter for twelve hours */
  g_set_str (&again->class_code, "0205");
  event->occurred_ms = event->reported_ms = WG_TEST_NOW_MS - 60000 - 2 * DAY_MS;
  event->reporter = g_strdup (WG_TEST_WORKER);
  event->state = WG_EVENT_STATE_REPORTED;
  event->step_no = 1;
  event->ver = 1;
  event->grid_code = g_strdup (WG_TEST_GRID);
  event->org_code = g_strndup (WG_TEST_GRID, 9);
  wg_test_platform_put_event (platform, event, NULL);
  wg_test_pull (f, platform);
  again->occurred_ms = WG_TEST_NOW_MS;
  before = wg_test_store_run (f, lookalikes_job, again);
  g_assert_cmpuint (before->len, ==, 0); /* long ago, by a clock that is right */
  g_assert_cmpuint (count_events (f).n_today, ==, 0);

  wg_test_store_run (f, set_skew_job, "172800000");
  after = wg_test_store_run (f, lookalikes_job, again);
  g_assert_cmpuint (after->len, ==, 1);
  g_assert_cmpuint (count_events (f).n_today, ==, 1);
  today = list_events (f, WG_EVENT_LIST_TODAY);
  g_assert_cmpuint (today->len, ==, 1);

  wg_test_store_run (f, set_skew_job, "300000"); /* five minutes: left as it is */
  g_assert_cmpuint (count_events (f).n_today, ==, 0);
}

/* What is done just before midnight can still be undone and seen behind it; the next day is new. */
static void
test_midnight (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  gint64 midnight_ms = wg_local_day_start_ms (WG_TEST_NOW_MS) + DAY_MS;
  g_autofree char *late = NULL, *early = NULL;

  g_free (create_level (f, WG_EVENT_LEVEL_GENERAL, 0)); /* earlier that day */
  wg_test_ports_advance (&f->clock, midnight_ms - 2000 - WG_TEST_NOW_MS);
  late = create_level (f, WG_EVENT_LEVEL_DAILY, 120000);
  g_assert_cmpuint (count_events (f).n_today, ==, 2);
  wg_test_ports_advance (&f->clock, 4000);
  g_assert_cmpuint (count_events (f).n_today, ==, 1);
  early = create_level (f, WG_EVENT_LEVEL_DAILY, 0);
  wg_test_ports_advance (&f->clock, 55 * 60000);
  g_assert_cmpuint (count_events (f).n_today, ==, 2);
  wg_test_ports_advance (&f->clock, 15 * 60000);
  g_assert_cmpuint (count_events (f).n_today, ==, 1);
}

static void
test_top_classes (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgEvent) event = wg_test_event_new (WG_EVENT_LEVEL_DAILY);
  g_auto (GStrv) before = NULL;
  g_auto (GStrv) after = NULL;
  g_autofree char *favourite = NULL;

  pull_reference (f);
  before = wg_test_store_run (f, top_job, GUINT_TO_POINTER (4));
  g_assert_cmpuint (g_strv_length (before), ==, 4); /* the quick ones of the standard */
  favourite = g_strdup (before[3]);
  g_set_str (&event->class_code, favourite);
  for (int i = 0; i < 3; i++)
    g_free (create_event (f, event, 0));
  after = wg_test_store_run (f, top_job, GUINT_TO_POINTER (4));
  g_assert_cmpuint (g_strv_length (after), ==, 4);
  g_assert_cmpstr (after[0], ==, favourite);
}

/* --- five years ------------------------------------------------------------------------------ */

static WgPullPage *
make_years (WgTestStore *f)
{
  g_autoptr (WgTestPlatform) platform = wg_test_platform_new ();
  g_autoptr (WgPullRequest) nothing = wg_pull_request_new ();
  g_autoptr (WgEvent) event = wg_test_event_new (WG_EVENT_LEVEL_GENERAL);

  wg_test_platform_add_reference (platform);
  event->grid_code = g_strdup (WG_TEST_GRID);
  event->org_code = g_strdup ("370502001");
  event->reporter = g_strdup (WG_TEST_WORKER);
  event->ver = 3;
  for (int i = 0; i < N_EVENTS; i++)
    {
      WgPullRow *row = wg_pull_row_new ();

      g_free (event->id);
      event->id = wg_id_new (&f->clock.ports);
      event->reported_ms = event->occurred_ms = WG_TEST_NOW_MS - i * (5 * 365 * DAY_MS / N_EVENTS);
      event->state = i < 40 ? WG_EVENT_STATE_REPORTED : WG_EVENT_STATE_CLOSED;
      event->lon = 118.49 + 0.00001 * i;
      event->lat = 37.42 + 0.000009 * i;
      row->scope = g_strdup (WG_TEST_SCOPE);
      row->kind = g_strdup ("event");
      row->id = g_strdup (event->id);
      row->ver = event->ver;
      row->number = ++platform->number;
      row->body = wg_wire_event_row_to_json (event, NULL);
      g_ptr_array_add (platform->rows, row);
    }
  for (int i = 0; i < N_OTHERS; i++)
    {
      WgPullRow *row = wg_pull_row_new ();

      row->scope = g_strdup (WG_TEST_SCOPE);
      row->kind = g_strdup ("person");
      row->id = wg_id_new (&f->clock.ports);
      row->ver = 1;
      row->number = ++platform->number;
      row->body = g_strdup_printf ("{\"name\":\"样本%d\",\"note\":\"%0400d\"}", i, i);
      g_ptr_array_add (platform->rows, row);
    }
  return wg_test_platform_pull (platform, nothing);
}

static double
since_s (gint64 start_us)
{
  return (double) (g_get_monotonic_time () - start_us) / 1e6;
}

static void
test_five_years (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgPullPage) page = make_years (f);
  const char *factor = g_getenv ("WANGGE_TEST_TIMEOUT_FACTOR");
  double allowed_s = 0.1 * (factor ? g_ascii_strtod (factor, NULL) * 5 : 1);
  double best_s = G_MAXDOUBLE;
  gint64 start_us = g_get_monotonic_time (), since_ms = 0;
  g_autoptr (GPtrArray) all = NULL;
  g_autoptr (GPtrArray) dots = NULL;

  wg_test_store_run (f, apply_page_job, page);
  g_test_message ("%u rows applied in %.2f s", page->rows->len, since_s (start_us));
  start_us = g_get_monotonic_time ();
  dots = wg_test_store_run (f, dots_job, &since_ms);
  g_test_message ("%u points in %.1f ms", dots->len, since_s (start_us) * 1000);
  g_assert_cmpuint (dots->len, ==, N_EVENTS);
  start_us = g_get_monotonic_time ();
  all = list_events (f, WG_EVENT_LIST_ALL);
  g_test_message ("all %u events in %.1f ms", all->len, since_s (start_us) * 1000);
  g_assert_cmpuint (all->len, ==, N_EVENTS);

  /* The least of five: other programs share this machine. The derivation of the key is not in it.
   */
  for (int i = 0; i < 5; i++)
    {
      g_autoptr (GPtrArray) today = NULL;
      double took_s;

      wg_test_store_lock (f);
      start_us = g_get_monotonic_time ();
      wg_test_store_reopen (f);
      today = list_events (f, WG_EVENT_LIST_TODAY);
      count_events (f);
      took_s = since_s (start_us);
      g_assert_cmpuint (today->len, >, 0);
      best_s = MIN (best_s, took_s);
    }
  g_test_message ("opened, today listed and counted in %.1f ms", best_s * 1000);
  g_assert_cmpfloat (best_s, <, allowed_s);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  wg_test_store_init ();
  g_test_add_func ("/store/lists/today", test_today);
  g_test_add_func ("/store/lists/class-names", test_class_names);
  g_test_add_func ("/store/lists/lookalikes", test_lookalikes);
  g_test_add_func ("/store/lists/clock-off", test_clock_off);
  g_test_add_func ("/store/lists/midnight", test_midnight);
  g_test_add_func ("/store/lists/top-classes", test_top_classes);
  g_test_add_func ("/store/lists/five-years", test_five_years);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the screens count, on a clock that the test moves. */
#include "app/wg-tally.h"
#include "core/wg-calendar.h"
#include "support/wg-test-store.h"

#define DAY_MS G_GINT64_CONSTANT (86400000)

static gpointer
report_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  g_autoptr (WgEvent) event = wg_test_event_new (WG_EVENT_LEVEL_GENERAL);

  return wg_event_store_create (context, event, 0, NULL, error);
}

static gpointer
touch_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  wg_store_context_touch (context, data);
  return data;
}

static void
on_changed_cb (guint *n_changed)
{
  ++*n_changed;
}

static void
on_store_changed_cb (WgStore *store, const char *topic, guint *n_lists)
{
  if (g_str_equal (topic, "events"))
    ++*n_lists;
}

/* Another day begins: the next count says so, once, to whoever shows today's events. */
static void
test_day_turns (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autofree char *id = wg_test_store_run (f, report_job, NULL);
  g_autoptr (WgTally) tally = wg_tally_new (f->store);
  guint n_changed = 0, n_lists = 0;

  g_signal_connect_swapped (tally, "changed", G_CALLBACK (on_changed_cb), &n_changed);
  while (n_changed == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (wg_tally_get_counts (tally)->n_today, ==, 1);

  g_signal_connect (f->store, "changed", G_CALLBACK (on_store_changed_cb), &n_lists);
  wg_test_ports_advance (&f->clock, DAY_MS);
  g_assert_nonnull (wg_test_store_run (f, touch_job, (gpointer) "photos"));
  while (n_changed == 1 || n_lists == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (wg_tally_get_counts (tally)->n_today, ==, 0);
  for (int i = 0; i < 3; i++) /* the count goes in turn with these */
    g_assert_nonnull (wg_test_store_run (f, touch_job, (gpointer) "photos"));
  g_assert_cmpuint (n_lists, ==, 1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  wg_test_store_init ();
  g_test_add_func ("/app/tally/day-turns", test_day_turns);
  return g_test_run ();
}

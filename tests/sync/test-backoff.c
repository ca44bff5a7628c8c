/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Back-off and the time of the next round, with given chance. */
#include "sync/wg-backoff.h"

#include <string.h>

static guint64 next_draw;

static void
fixed_random (gpointer data, guint8 *out, gsize n)
{
  memset (out, 0, n);
  memcpy (out, &next_draw, MIN (n, sizeof next_draw));
}

static const WgPorts PORTS = { .random = fixed_random };

static void
test_ceiling_doubles (void)
{
  static const gint64 ceilings_s[] = { 5, 10, 20, 40, 80, 160, 320, 640, 900, 900, 900 };

  for (guint i = 0; i < G_N_ELEMENTS (ceilings_s); i++)
    {
      gint64 ceiling = ceilings_s[i] * 1000;

      next_draw = 0;
      g_assert_cmpint (wg_backoff_delay_ms (i + 1, &PORTS), ==, 0);
      next_draw = (guint64) ceiling; /* the largest that can be drawn … */
      g_assert_cmpint (wg_backoff_delay_ms (i + 1, &PORTS), ==, ceiling);
      next_draw = (guint64) ceiling + 1; /* … and around again */
      g_assert_cmpint (wg_backoff_delay_ms (i + 1, &PORTS), ==, 0);
    }
  next_draw = WG_BACKOFF_LAST_MS;
  g_assert_cmpint (wg_backoff_delay_ms (G_MAXUINT, &PORTS), ==, WG_BACKOFF_LAST_MS);
}

/* Whatever happened on the way, and however often: within a minute while something waits. */
static void
test_offline_within_a_minute (void)
{
  static const WgSyncEventKind ways[] = { WG_SYNC_EVENT_OFFLINE, WG_SYNC_EVENT_TIMEOUT,
                                          WG_SYNC_EVENT_FOREIGN };

  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++)
    for (guint failures = 1; failures < 1000; failures += 7)
      for (next_draw = 0; next_draw < 900000; next_draw += 4999)
        {
          WgSyncPlan plan = { ways[i], failures, -1, TRUE, -1, 0, 0 };
          gint64 delay = wg_sync_plan_delay_ms (&plan, &PORTS);

          g_assert_cmpint (delay, >=, 1);
          g_assert_cmpint (delay, <=, 50 * 1000);
        }
}

static void
test_daemon_in_trouble_is_left_alone (void)
{
  WgSyncPlan plan = { WG_SYNC_EVENT_FAILED, 20, -1, TRUE, -1, 0, 0 };

  next_draw = 800 * 1000;
  g_assert_cmpint (wg_sync_plan_delay_ms (&plan, &PORTS), ==, 800 * 1000);
  plan.fault = WG_SYNC_EVENT_BUSY;
  plan.retry_after_s = 120;
  for (next_draw = 0; next_draw < 900000; next_draw += 999)
    g_assert_cmpint (wg_sync_plan_delay_ms (&plan, &PORTS), >=, 120 * 1000);
  plan.retry_after_s = G_MAXINT64; /* a hostile word does not silence a terminal for ever */
  next_draw = 0;
  g_assert_cmpint (wg_sync_plan_delay_ms (&plan, &PORTS), ==, 3600 * 1000);
}

static void
test_idle_and_holds (void)
{
  WgSyncPlan plan = { WG_SYNC_EVENT_DONE, 0, -1, FALSE, -1, 0, 0 };

  next_draw = 0;
  g_assert_cmpint (wg_sync_plan_delay_ms (&plan, &PORTS), ==, WG_SYNC_IDLE_MS);
  next_draw = 36 * 1000;
  g_assert_cmpint (wg_sync_plan_delay_ms (&plan, &PORTS), ==, WG_SYNC_IDLE_MS - 36 * 1000);
  plan.release_in_ms = 700;
  g_assert_cmpint (wg_sync_plan_delay_ms (&plan, &PORTS), ==, 700);
  plan.release_in_ms = 0;
  g_assert_cmpint (wg_sync_plan_delay_ms (&plan, &PORTS), ==, 1);
  plan.release_in_ms = -1;
  plan.waiting = TRUE;
  g_assert_cmpint (wg_sync_plan_delay_ms (&plan, &PORTS), ==, WG_SYNC_WAITING_MS);
  plan.retry_after_s = 7; /* the platform spreads the evening */
  g_assert_cmpint (wg_sync_plan_delay_ms (&plan, &PORTS), ==, 7000);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sync/backoff/ceiling-doubles", test_ceiling_doubles);
  g_test_add_func ("/sync/backoff/offline-within-a-minute", test_offline_within_a_minute);
  g_test_add_func ("/sync/backoff/platform-in-trouble", test_daemon_in_trouble_is_left_alone);
  g_test_add_func ("/sync/backoff/idle-and-holds", test_idle_and_holds);
  return g_test_run ();
}

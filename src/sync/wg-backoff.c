/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Back-off with full jitter, and the time of the next round. */
#include "sync/wg-backoff.h"

#define RETRY_AFTER_MAX_S 3600

/* 0 … @limit, each as likely. */
static gint64
draw (const WgPorts *ports, gint64 limit)
{
  guint64 bits;

  wg_ports_random (ports, (guint8 *) &bits, sizeof bits);
  return (gint64) (bits % (guint64) (limit + 1));
}

/**
 * wg_backoff_delay_ms:
 * @failures: rounds that failed, one after the other; at least 1
 * @ports: source of chance
 *
 * A delay drawn evenly from 0 to a ceiling that doubles from 5 s to 15 min.
 *
 * Thread: any.
 * Errors: none.
 * Source: protocol.md 2.2, back-off
 *
 * Returns: milliseconds
 */
gint64
wg_backoff_delay_ms (guint failures, const WgPorts *ports)
{
  guint doublings = MIN (failures > 0 ? failures - 1 : 0, 16);
  gint64 ceiling = MIN ((gint64) WG_BACKOFF_FIRST_MS << doublings, WG_BACKOFF_LAST_MS);

  return draw (ports, ceiling);
}

static gint64
delay_after_fault (const WgSyncPlan *plan, const WgPorts *ports, gint64 waiting_ms)
{
  gint64 delay = wg_backoff_delay_ms (plan->failures, ports);

  if (plan->retry_after_s >= 0)
    return MAX (MIN (plan->retry_after_s, RETRY_AFTER_MAX_S) * 1000, 500) + delay / 8;

  switch (plan->fault)
    {
    case WG_SYNC_EVENT_OFFLINE: /* asking costs nobody anything, and the line may be back */
    case WG_SYNC_EVENT_TIMEOUT:
    case WG_SYNC_EVENT_FOREIGN:
    case WG_SYNC_EVENT_CANCELLED:
      return plan->waiting ? MIN (delay, waiting_ms) : delay;
    case WG_SYNC_EVENT_REVOKED:
    case WG_SYNC_EVENT_WIPE:
    case WG_SYNC_EVENT_FORKED:
      return WG_BACKOFF_LAST_MS;
    default:
      return delay;
    }
}

/**
 * wg_sync_plan_delay_ms:
 * @plan: how the round ended
 * @ports: source of chance
 *
 * Tells when the next round begins by itself. While something waits and the way was the trouble,
 * never later than 50 s; a platform in trouble gets the whole back-off, and what it asked for is
 * obeyed.
 *
 * Thread: any.
 * Errors: none.
 * Source: issue "starts within 60 s of the network's return without a tap"; protocol.md 2.2
 *
 * Returns: milliseconds, at least 1
 */
gint64
wg_sync_plan_delay_ms (const WgSyncPlan *plan, const WgPorts *ports)
{
  gint64 waiting_ms = plan->waiting_ms > 0 ? plan->waiting_ms : WG_SYNC_WAITING_MS;
  gint64 idle_ms = plan->idle_ms > 0 ? plan->idle_ms : WG_SYNC_IDLE_MS;
  gint64 delay;

  if (plan->fault != WG_SYNC_EVENT_DONE)
    delay = delay_after_fault (plan, ports, waiting_ms);
  else
    {
      delay = plan->waiting ? waiting_ms : idle_ms - draw (ports, idle_ms / 5);
      if (plan->retry_after_s >= 0)
        delay = MAX (MIN (plan->retry_after_s, RETRY_AFTER_MAX_S) * 1000, 1);
      if (plan->release_in_ms >= 0)
        delay = MIN (delay, plan->release_in_ms);
    }
  return MAX (delay, 1);
}

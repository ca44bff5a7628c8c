/* SPDX-License-Identifier: GPL-3.0-or-later */
/* When to try again: full jitter, Retry-After, and never later than 50 s while something waits
 * offline. */
#pragma once

#include "core/wg-ports.h"
#include "sync/wg-sync-machine.h"

G_BEGIN_DECLS

#define WG_BACKOFF_FIRST_MS (5 * 1000)
#define WG_BACKOFF_LAST_MS (15 * 60 * 1000)
#define WG_SYNC_WAITING_MS (50 * 1000)  /* a line that came back is used within a minute */
#define WG_SYNC_IDLE_MS (3 * 60 * 1000) /* nothing waits: look for what came down */

/* What is known at the end of a round. */
typedef struct
{
  WgSyncEventKind fault; /* %WG_SYNC_EVENT_DONE when the round went well */
  guint failures;
  gint64 retry_after_s; /* −1: no word of the platform */
  gboolean waiting;     /* operations or photos wait here */
  gint64 release_in_ms; /* until the next hold ends; −1: none */
  gint64 waiting_ms;    /* 0 stands for WG_SYNC_WAITING_MS */
  gint64 idle_ms;       /* 0 stands for WG_SYNC_IDLE_MS */
} WgSyncPlan;

gint64 wg_backoff_delay_ms (guint failures, const WgPorts *ports);
gint64 wg_sync_plan_delay_ms (const WgSyncPlan *plan, const WgPorts *ports);

G_END_DECLS

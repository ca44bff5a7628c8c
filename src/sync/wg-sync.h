/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sync: a thread with a state machine of its own; the window only watches. */
#pragma once

#include "store/wg-store.h"
#include "sync/wg-sync-error.h"
#include "wire/wg-wire-session.h"

G_BEGIN_DECLS

typedef enum
{
  WG_SYNC_IDLE, /* all that waits was sent, or nothing waits */
  WG_SYNC_WORKING,
  WG_SYNC_OFFLINE, /* no way to the platform; tries by itself */
  WG_SYNC_WAITING, /* back-off after a fault, or Retry-After */
  WG_SYNC_FOREIGN, /* captive portal or wrong server */
  WG_SYNC_REVOKED, /* this device was shut out */
  WG_SYNC_WIPED,   /* and was erased by order of the platform: close the store, enrol again */
  WG_SYNC_TOO_OLD, /* update needed; push still goes */
  WG_SYNC_FORKED,  /* the platform has another log under this device's name, and no other name for
                      it: enrol again, the queue is kept */
} WgSyncState;

/* What the pill and the queue page show. Immutable copy. */
typedef struct
{
  WgSyncState state;
  char *message;          /* detail of the last fault, or %NULL */
  gint64 last_success_ms; /* a whole round: queue empty, digest matched */
  gint64 next_try_ms;
  gint64 moved_ms;     /* when we went on under a new replica, 0: never */
  gboolean all_synced; /* last_seq >= seq of all and the digest matched (I22) */
  guint n_photos_left;
  double photo_progress; /* 0…1 of the photo on its way */
} WgSyncStatus;

WgSyncStatus *wg_sync_status_copy (const WgSyncStatus *status);
void wg_sync_status_free (WgSyncStatus *status);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgSyncStatus, wg_sync_status_free)

#define WG_TYPE_SYNC (wg_sync_get_type ())
G_DECLARE_FINAL_TYPE (WgSync, wg_sync, WG, SYNC, GObject)

/* signal "changed": in the main context of the maker. */
WgSync *wg_sync_new (WgStore *store);
void wg_sync_start (WgSync *self); /* the thread; watches outbox topic and GNetworkMonitor, tries at
                                      least every 50 s while something waits */
void wg_sync_stop (WgSync *self);  /* cancels at any byte, joins */
void wg_sync_poke (WgSync *self);  /* "send now": at once, past the back-off */
/* Tests and odd lines; 0 keeps the default (10 s, 30 s, 50 s, 3 min). Before start. */
typedef struct
{
  gint64 connect_ms, stall_ms; /* of one exchange */
  gint64 waiting_ms, idle_ms;  /* between rounds: something waits, nothing waits */
} WgSyncTimes;
void wg_sync_set_times (WgSync *self, const WgSyncTimes *times);
void wg_sync_set_photos_allowed (WgSync *self,
                                 gboolean allowed); /* Wi-Fi only and not on it: %FALSE */
WgSyncStatus *wg_sync_dup_status (WgSync *self);

/* One whole round in the calling thread: hello, session, push*, pull*, photos; for wangge-field and
 * tests. */
gboolean wg_sync_run_round (WgSync *self, GCancellable *cancellable, GError **error);

/* For an office computer: a tablet's bundle to the platform, the answer for it into a file. */
gboolean wg_sync_hand_in (WgStore *store, const char *bundle, const char *answer, GError **error);

const char *wg_sync_state_to_string (WgSyncState state); /* for JSON: "idle" "working" … */

/* Enrolment: makes the keys, talks to the platform, creates the store. @ticket_or_code: QR text, or
 * the typed code together with @url. Blocks; call it in a task thread. */
WgStore *wg_enrol (const char *folder,
                   const WgPorts *ports,
                   const char *url,
                   const char *ticket_or_code,
                   const char *secret,
                   const char *device_model,
                   GCancellable *cancellable,
                   GError **error);

G_END_DECLS

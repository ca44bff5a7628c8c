/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Device health: free space and the reserve, clock, integrity, versions. */
#pragma once

#include "store/wg-store.h"

G_BEGIN_DECLS

typedef struct
{
  gint64 free_bytes; /* on the store's file system */
  gint64 store_bytes, blob_bytes;
  gboolean reserve_whole; /* the 8 MiB ballast stands */
  gint64 clock_skew_ms;   /* device − platform at the last contact */
  gboolean clock_known;
  gint64 last_sync_ms;
  gboolean integrity_ok; /* only after a run of check */
  char *integrity_detail;
  guint n_waiting;
  gint64 oldest_waiting_ms;
} WgHealth;

void wg_health_free (WgHealth *health);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgHealth, wg_health_free)
WgHealth *wg_health_get (WgStoreContext *context, GError **error);   /* cheap */
WgHealth *wg_health_check (WgStoreContext *context, GError **error); /* + integrity + invariants */
/* Releases the ballast so that a queue can still be written on a full disk; refilled when space is
 * back. */
gboolean wg_health_release_reserve (WgStoreContext *context);
void wg_health_refill_reserve (WgStoreContext *context);

G_END_DECLS

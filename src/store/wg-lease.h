/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lease: how long this tablet may be used without having seen the platform. */
#pragma once

#include "store/wg-store.h"

G_BEGIN_DECLS

typedef struct
{
  gboolean over;
  gint64 left_ms; /* 0 when over; G_MAXINT64 when the platform never gave one */
} WgLease;

/* The platform was seen: its time is @server_ms, it gives us until @until_ms of it. */
gboolean
wg_lease_renew (WgStoreContext *context, gint64 until_ms, gint64 server_ms, GError **error);
gboolean wg_lease_look (WgStoreContext *context, WgLease *out_lease, GError **error);
/* A job: (transfer full) WgLease, free with g_free(). */
gpointer
wg_lease_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error);
/* Blocks: %FALSE with WG_STORE_ERROR_LEASE when it is over. */
gboolean wg_lease_check (WgStore *store, GError **error);

G_END_DECLS

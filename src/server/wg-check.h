/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Everything that must be true of the stored data, checked. */
#pragma once

#include "server/wg-platform.h"

G_BEGIN_DECLS

typedef struct
{
  gint64 n_scopes, n_replicas, n_operations, n_steps, n_audit, n_blobs, n_records, n_conflicts;
} WgCheckCounts;

/* The first thing that is not true, as %WG_SERVER_ERROR_FAILED or %WG_DB_ERROR_CORRUPT. */
gboolean wg_check_all (
    const WgPlatform *platform, WgDb *db, gboolean read_all, WgCheckCounts *out, GError **error);

G_END_DECLS

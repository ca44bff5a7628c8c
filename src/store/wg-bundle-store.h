/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Without a network: what waits goes to the platform in a file, its answer comes back in one. */
#pragma once

#include "store/wg-store.h"

G_BEGIN_DECLS

typedef struct
{
  gint64 n_operations, n_photos; /* exported, or answered */
  gint64 n_refused, n_conflicts; /* of those answered */
  gint64 n_rows;                 /* that came down */
  gboolean again;                /* the platform wants them anew: export once more */
} WgBundleCounts;

gboolean wg_bundle_export (WgStoreContext *context,
                           const char *path,
                           WgBundleCounts *out_counts,
                           GError **error);
gboolean wg_bundle_import (WgStoreContext *context,
                           const char *path,
                           WgBundleCounts *out_counts,
                           GError **error);
/* As jobs: @data is the path; (transfer full) WgBundleCounts, free with g_free(). */
gpointer wg_bundle_export_job (WgStoreContext *context,
                               gpointer data,
                               GCancellable *cancellable,
                               GError **error);
gpointer wg_bundle_import_job (WgStoreContext *context,
                               gpointer data,
                               GCancellable *cancellable,
                               GError **error);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Blobs as files named by their SHA-256: parts, whole ones, their place. */
#pragma once

#include "server/wg-work.h"

G_BEGIN_DECLS

char *wg_blob_store_path (const WgPlatform *platform, const char *sha);
/* Opens the part of an unfinished blob and locks it; −1 with @error. @out_size: bytes in it. */
int wg_blob_store_open_part (const WgPlatform *platform,
                             const char *sha,
                             gint64 *out_size,
                             gboolean *out_busy,
                             GError **error);
/* Bytes in the part, 0 when there is none. */
gint64 wg_blob_store_part_size (const WgPlatform *platform, const char *sha);
/* "jpeg" "png" "webp" by the first bytes, or %NULL. */
const char *wg_blob_store_sniff (int fd);
/* Hash, fsync, rename, fsync of the folder. @out_good: whether the hash is right; if not, the part
 * is gone. */
gboolean wg_blob_store_finish (
    const WgPlatform *platform, int fd, const char *sha, gboolean *out_good, GError **error);
void wg_blob_store_drop_part (const WgPlatform *platform, const char *sha);
/* Copies a file in, for map packs; @out_sha is its name. */
gboolean wg_blob_store_import (const WgPlatform *platform,
                               const char *source,
                               char **out_sha,
                               gint64 *out_size,
                               GError **error);
gboolean wg_blob_store_clean (WgWork *work, GError **error);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Blobs as files named by their SHA-256: parts, whole ones, their place. */
#pragma once

#include "server/wg-work.h"

G_BEGIN_DECLS

/* A descriptor of a whole blob, fetched when it lies elsewhere; −1: there is none, or @error. */
int wg_blob_store_open (const WgPlatform *platform, const char *sha, GError **error);
/* Whether it has to be fetched first. */
gboolean wg_blob_store_is_remote (const WgPlatform *platform, const char *sha);
/* Whether a blob that should be whole is; @read_all: every byte of it, wherever it lies. */
gboolean wg_blob_store_check (const WgPlatform *platform,
                              const char *sha,
                              gint64 size,
                              gboolean read_all,
                              gboolean *out_good,
                              GError **error);
/* With an object store: deletes the oldest copies beyond what may be kept here. */
void wg_blob_store_trim (const WgPlatform *platform);
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

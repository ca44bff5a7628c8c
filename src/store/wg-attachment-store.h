/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Photos and packs: content-addressed, sealed with the store's key, sent and fetched in pieces. */
#pragma once

#include "store/wg-photo.h"
#include "store/wg-store.h"
#include "wire/wg-wire-ref.h"

G_BEGIN_DECLS

/* Seals into blobs/ (fsync, rename, fsync of the folder), then a row; the name is the SHA-256 of
 * the plain bytes. */
char *
wg_attachment_store_add (WgStoreContext *context, GBytes *jpeg, gint64 taken_ms, GError **error);
GBytes *wg_attachment_store_read (WgStoreContext *context, const char *sha256, GError **error);
GBytes *
wg_attachment_store_read_thumbnail (WgStoreContext *context, const char *sha256, GError **error);
gboolean wg_attachment_store_has (WgStoreContext *context, const char *sha256);

typedef struct
{
  char *sha256;
  gint64 bytes;
  gint64 offset; /* the platform has this many */
  WgEventLevel level;
} WgUpload;
void wg_upload_free (WgUpload *upload);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgUpload, wg_upload_free)
/* Photos of applied operations, majors first, then oldest; %NULL without error: none. @skip: names
 * that the platform would not take in this round, %NULL-terminated, or %NULL: one bad photo holds
 * up no other. */
WgUpload *
wg_attachment_store_next_upload (WgStoreContext *context, const char *const *skip, GError **error);
gboolean wg_attachment_store_uploaded (
    WgStoreContext *context, const char *sha256, gint64 offset, gboolean complete, GError **error);
gboolean wg_attachment_store_damaged (WgStoreContext *context,
                                      const char *sha256,
                                      GError **error); /* shown to the user */
/* Photos named by pulled events that are not here yet, newest first; @skip as above. */
char *wg_attachment_store_next_download (WgStoreContext *context,
                                         const char *const *skip,
                                         GError **error);

/* The map pack is public data: a plain file packs/<sha256>.mbtiles, written by the sync thread,
 * named in meta. */
char *wg_attachment_store_get_pack_path (WgStoreContext *context,
                                         GError **error); /* complete one, or %NULL */
/* The newest pulled row of kind "pack" whose file is not complete here; %NULL without error: none.
 */
WgPack *wg_attachment_store_get_wanted_pack (WgStoreContext *context, GError **error);
/* packs/<sha256>.mbtiles stands and its hash was checked: names it, removes older packs, touches
 * "reference". */
gboolean
wg_attachment_store_pack_arrived (WgStoreContext *context, const char *sha256, GError **error);

G_END_DECLS

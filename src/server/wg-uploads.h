/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Uploads under way: a new one of the same blob takes over from one whose line is dead. */
#pragma once

#include "server/wg-platform.h"

G_BEGIN_DECLS

typedef struct _WgUploads WgUploads;
typedef struct _WgUpload WgUpload;

WgUploads *wg_uploads_new (const WgPlatform *platform);
void wg_uploads_free (WgUploads *self);

/* Goes on at @offset. @out_size: bytes that are there, %NULL unless they end there; @out_busy:
 * somebody else finishes it just now. */
WgUpload *wg_uploads_begin (WgUploads *self,
                            const char *sha,
                            gint64 offset,
                            gint64 length,
                            gint64 *out_size,
                            gboolean *out_busy,
                            GError **error);
void wg_upload_free (WgUpload *upload);
/* Appends; %FALSE without error when another upload has taken over. */
gboolean wg_upload_write (WgUpload *upload, const char *data, gsize n, GError **error);
gint64 wg_upload_get_size (const WgUpload *upload); /* bytes that are there now */
/* Nobody may take over any more; %FALSE when somebody has. */
gboolean wg_upload_seal (WgUpload *upload);
int wg_upload_get_fd (const WgUpload *upload); /* after seal */

G_END_DECLS

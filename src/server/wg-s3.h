/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Blobs in an object store with Amazon's S3 interface; requests are signed by libcurl. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* A settings file that is named instead of s3.conf in the data folder. */
#define WG_S3_ENVIRONMENT "WANGGE_PLATFORM_S3"

typedef struct _WgS3 WgS3;

WgS3 *wg_s3_new (const char *path, GError **error);
void wg_s3_free (WgS3 *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgS3, wg_s3_free)
/* Bytes of files that may be kept on this machine as well. */
gint64 wg_s3_get_cache_size (const WgS3 *self);
gboolean wg_s3_put (WgS3 *self, const char *sha, int fd, gint64 size, GError **error);
gboolean wg_s3_get (WgS3 *self, const char *sha, int fd, gboolean *out_found, GError **error);
gboolean wg_s3_look (WgS3 *self, const char *sha, gint64 *out_size, GError **error);

G_END_DECLS

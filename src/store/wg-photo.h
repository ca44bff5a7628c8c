/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Photos as they are kept and sent: upright, long edge 1,600 px, JPEG quality 80, no EXIF. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define WG_PHOTO_LONG_EDGE 1600
#define WG_PHOTO_QUALITY 80
#define WG_PHOTO_MAX_PIXELS 60000000
#define WG_PHOTO_THUMBNAIL_EDGE 256

GBytes *wg_photo_prepare (GBytes *original, gint64 *out_taken_ms, GError **error);
GBytes *wg_photo_prepare_file (const char *path, gint64 *out_taken_ms, GError **error);
GBytes *wg_photo_make_thumbnail (GBytes *jpeg, int edge, GError **error);

G_END_DECLS

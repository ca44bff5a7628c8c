/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A row of photos: a press shows one large, a second button takes it away. */
#pragma once

#include <gtk/gtk.h>

#include "store/wg-store.h"

G_BEGIN_DECLS

#define WG_TYPE_PHOTO_STRIP (wg_photo_strip_get_type ())
G_DECLARE_FINAL_TYPE (WgPhotoStrip, wg_photo_strip, WG, PHOTO_STRIP, GtkBox)

/* signal "removed" (const char *sha256) */
void wg_photo_strip_set_photos (WgPhotoStrip *self,
                                WgStore *store,
                                const char *const *photos,
                                gboolean may_remove);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Evidence (取证): the newest picture of the camera, or a file, seen large before it is used. */
#pragma once

#include <adwaita.h>

#include "app/wg-services.h"

G_BEGIN_DECLS

#define WG_TYPE_PHOTO_PAGE (wg_photo_page_get_type ())
G_DECLARE_FINAL_TYPE (WgPhotoPage, wg_photo_page, WG, PHOTO_PAGE, AdwNavigationPage)

/* signal "chosen" (const char *sha256): the photo is in the store. */
WgPhotoPage *wg_photo_page_new (WgServices *services);
void wg_photo_page_set_folder (WgPhotoPage *self, const char *folder);
void wg_photo_page_show_file (WgPhotoPage *self, const char *path);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures of the main screens at the sizes they are made for, drawn by the renderer itself. */
#pragma once

#include <gtk/gtk.h>

#include "app/wg-services.h"

G_BEGIN_DECLS

gboolean wg_picture_save (GtkWindow *window, const char *path, GError **error);
void wg_pictures_start (GtkApplication *application, WgServices *services, const char *folder);

G_END_DECLS

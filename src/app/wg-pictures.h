/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures of the main screens at the sizes they are made for, drawn by the renderer itself. */
#pragma once

#include <gtk/gtk.h>

#include "app/wg-services.h"

G_BEGIN_DECLS

/* @error: %NULL when the file is written. */
typedef void (*WgPictureTaken) (const GError *error, gpointer data);

void wg_picture_take (GtkWindow *window, const char *path, WgPictureTaken taken, gpointer data);
void wg_pictures_start (GtkApplication *application, WgServices *services, const char *folder);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The duty number of the worker's sub-centre, big, before anything else of a major event. */
#pragma once

#include <gtk/gtk.h>

#include "app/wg-services.h"

G_BEGIN_DECLS

#define WG_TYPE_HOTLINE (wg_hotline_get_type ())
G_DECLARE_FINAL_TYPE (WgHotline, wg_hotline, WG, HOTLINE, GtkBox)

void wg_hotline_set_services (WgHotline *self, WgServices *services);

G_END_DECLS

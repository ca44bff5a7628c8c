/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The map (地图): grids, events by how far they are, own position; a place begins an event. */
#pragma once

#include <adwaita.h>

#include "app/wg-services.h"

G_BEGIN_DECLS

#define WG_TYPE_MAP_PAGE (wg_map_page_get_type ())
G_DECLARE_FINAL_TYPE (WgMapPage, wg_map_page, WG, MAP_PAGE, AdwBin)

WgMapPage *wg_map_page_new (WgServices *services);
void wg_map_page_show_event (WgMapPage *self, const char *event_id);

G_END_DECLS

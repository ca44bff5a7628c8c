/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Choosing a place on the map by hand. */
#pragma once

#include <adwaita.h>

#include "app/wg-services.h"

G_BEGIN_DECLS

#define WG_TYPE_PLACE_PAGE (wg_place_page_get_type ())
G_DECLARE_FINAL_TYPE (WgPlacePage, wg_place_page, WG, PLACE_PAGE, AdwNavigationPage)

/* signals: "picked" (double lon, double lat), "cancelled". */
WgPlacePage *wg_place_page_new (WgServices *services, const WgPoint *start);

G_END_DECLS

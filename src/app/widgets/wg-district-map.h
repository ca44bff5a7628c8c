/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A map view kept up to date: pack, grids, own position, outdoor style, and events if wanted. */
#pragma once

#include "app/wg-services.h"
#include "map/wg-map-view.h"

G_BEGIN_DECLS

#define WG_TYPE_DISTRICT_MAP (wg_district_map_get_type ())
G_DECLARE_FINAL_TYPE (WgDistrictMap, wg_district_map, WG, DISTRICT_MAP, GtkWidget)

typedef enum
{
  WG_DOTS_NONE,
  WG_DOTS_TODAY,
  WG_DOTS_ALL,
} WgDots;

/* Which of the events are drawn. */
typedef gboolean (*WgDotFilter) (const WgEventDot *dot, gpointer user_data);

void wg_district_map_set_services (WgDistrictMap *self, WgServices *services, WgDots dots);
void wg_district_map_set_filter (WgDistrictMap *self, WgDotFilter filter, gpointer user_data);
void wg_district_map_refilter (WgDistrictMap *self);
WgMapView *wg_district_map_get_view (WgDistrictMap *self);

G_END_DECLS

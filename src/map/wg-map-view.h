/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The map as one widget: offline base map, grids, events, own position, picking a place. */
#pragma once

#include <gtk/gtk.h>

#include "map/wg-locator.h"
#include "store/wg-event-store.h"

G_BEGIN_DECLS

#define WG_TYPE_MAP_VIEW (wg_map_view_get_type ())
G_DECLARE_FINAL_TYPE (WgMapView, wg_map_view, WG, MAP_VIEW, GtkWidget)

/**
 * WgMapView signals; all places are WGS-84 whatever the pack's datum:
 * ::picked (double lon, double lat)         the place chosen in pick mode, confirmed by its button
 * ::pick-cancelled ()                       pick mode was left without a place
 * ::place-pressed (double lon, double lat)  long press on the map, or the button (or Shift+F10,
 * Menu) for its middle
 * ::event-activated (const char *id)        a dot was tapped, or chosen by keyboard
 * ::locate-failed ()                        the locate button was pressed while no position is
 * known
 */

GtkWidget *wg_map_view_new (void);

/* @path %NULL: no base map, grids on a plain ground. On error the old pack stays. */
gboolean wg_map_view_set_pack (WgMapView *self, const char *path, GError **error);
gboolean wg_map_view_has_pack (WgMapView *self);
void wg_map_view_set_controls (WgMapView *self, gboolean shown);
void wg_map_view_set_outdoor (WgMapView *self, gboolean outdoor); /* 户外: strong contrast */

/* @grids: of WgGrid, shared and immutable (keeps a reference); @own_code: highlighted, or %NULL. */
void wg_map_view_set_grids (WgMapView *self, GPtrArray *grids, const char *own_code);
/* @dots: of WgEventDot, shared and immutable (keeps a reference). */
void wg_map_view_set_dots (WgMapView *self, GPtrArray *dots);
void wg_map_view_set_position (WgMapView *self,
                               const WgFix *fix); /* %NULL or not known: none shown */
void wg_map_view_set_place (WgMapView *self,
                            double lon,
                            double lat); /* pin of a chosen place; NAN: none */

void wg_map_view_go_to (WgMapView *self, double lon, double lat, double zoom); /* zoom 0: keep */
void wg_map_view_show_grid (WgMapView *self, const char *grid_code);           /* fits it */
WgPoint wg_map_view_get_center (WgMapView *self);
double wg_map_view_get_zoom (WgMapView *self);

/* Pick mode: a cross in the middle, two buttons (use this place, cancel); a tap moves the map
 * there. */
void wg_map_view_start_pick (WgMapView *self);
void wg_map_view_stop_pick (WgMapView *self);
gboolean wg_map_view_is_picking (WgMapView *self);

G_END_DECLS

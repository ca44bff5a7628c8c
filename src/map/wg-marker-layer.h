/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A map layer for the few things that move: own position with its accuracy, a chosen place, the
 * event in focus. */
#pragma once

#include <shumate/shumate.h>

#include "map/wg-locator.h"
#include "map/wg-map-scene.h"

G_BEGIN_DECLS

#define WG_TYPE_MARKER_LAYER (wg_marker_layer_get_type ())
G_DECLARE_FINAL_TYPE (WgMarkerLayer, wg_marker_layer, WG, MARKER_LAYER, ShumateLayer)

WgMarkerLayer *wg_marker_layer_new (ShumateViewport *viewport);
void wg_marker_layer_set_datum (WgMarkerLayer *self, WgDatum datum); /* of the base map */
void wg_marker_layer_set_fix (WgMarkerLayer *self, const WgFix *fix);
void wg_marker_layer_set_place (WgMarkerLayer *self, WgPoint place); /* NAN: none */
void wg_marker_layer_set_focus (WgMarkerLayer *self,
                                const WgSpot *spot,
                                double radius); /* %NULL: none */
void wg_marker_layer_set_cross (WgMarkerLayer *self,
                                gboolean shown); /* in the middle, for picking */

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A map layer whose picture a thread paints ahead, larger than the view, so that moving costs one
 * texture a frame. */
#pragma once

#include <shumate/shumate.h>

#include "map/wg-painter.h"

G_BEGIN_DECLS

#define WG_TYPE_PAINT_LAYER (wg_paint_layer_get_type ())
G_DECLARE_FINAL_TYPE (WgPaintLayer, wg_paint_layer, WG, PAINT_LAYER, ShumateLayer)

/**
 * WgPaintLayer::painted: a new picture is shown
 * WgPaintLayer::resized: the map has another size
 */

WgPaintLayer *wg_paint_layer_new (ShumateViewport *viewport);
void wg_paint_layer_set_scene (WgPaintLayer *self, WgMapScene *scene);
/* The picture shown now, or %NULL before the first; (transfer none). */
const WgPainting *wg_paint_layer_get_painting (WgPaintLayer *self);
gboolean wg_paint_layer_is_painting (WgPaintLayer *self); /* a newer one is under way */

/* The part of the plane that a widget of the map shows now. */
WgMapFrame wg_map_frame_from_viewport (ShumateViewport *viewport, GtkWidget *widget);

G_END_DECLS

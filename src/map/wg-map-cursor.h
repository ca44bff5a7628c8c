/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keyboard's place on the map: steps from event to event, marked and spoken. */
#pragma once

#include "map/wg-marker-layer.h"
#include "map/wg-paint-layer.h"

G_BEGIN_DECLS

typedef struct _WgMapCursor WgMapCursor;

WgMapCursor *wg_map_cursor_new (GtkWidget *map, WgPaintLayer *paint, WgMarkerLayer *markers);
void wg_map_cursor_free (WgMapCursor *self);
gboolean wg_map_cursor_step (WgMapCursor *self, const WgMapFrame *frame, gboolean back);
const WgCluster *wg_map_cursor_get_cluster (WgMapCursor *self);

G_END_DECLS

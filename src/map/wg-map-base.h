/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The base map of a pack in one of our two styles, as libshumate draws it. */
#pragma once

#include <shumate/shumate.h>

#include "map/wg-tile-pack.h"

G_BEGIN_DECLS

#define WG_MAP_MAX_ZOOM 18 /* of 512-pixel tiles */

/* @pack %NULL: bare ground. (transfer full) */
ShumateMapSource *wg_map_base_new (WgTilePack *pack, gboolean outdoor, GError **error);
/* The layer that draws it: no target of pointers, hidden from screen readers. (transfer floating)
 */
ShumateLayer *wg_map_base_make_layer (ShumateMapSource *base, ShumateViewport *viewport);
void wg_map_base_close (ShumateMapSource *base); /* when its layer is gone */

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Feeds the map with tiles of a pack, read by two threads; never blocks the one that draws. */
#pragma once

#include <shumate/shumate.h>

#include "map/wg-tile-pack.h"

G_BEGIN_DECLS

#define WG_TYPE_TILE_SOURCE (wg_tile_source_get_type ())
G_DECLARE_FINAL_TYPE (WgTileSource, wg_tile_source, WG, TILE_SOURCE, ShumateDataSource)

/* @pack %NULL: every tile is empty. */
WgTileSource *wg_tile_source_new (WgTilePack *pack);
void wg_tile_source_close (WgTileSource *self); /* ends its threads and closes the file */

G_END_DECLS

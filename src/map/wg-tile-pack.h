/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An offline map: an MBTiles file with vector or raster tiles, its datum, and its labels. */
#pragma once

#include <gio/gio.h>

#include "core/wg-geo.h"
#include "map/wg-map-error.h"

G_BEGIN_DECLS

/* A name on the map, in the pack's own datum. Zooms are of 512-pixel tiles. */
typedef struct
{
  char *kind; /* "unit" "water" "arterial" "street" "place" */
  char *name;
  WgPoint point;
  double min_zoom, max_zoom;
  int rank; /* the lower one wins where two meet */
} WgMapLabel;

/* What a file says of itself; immutable, for any thread. */
typedef struct
{
  char *path;
  char *name;
  char *attribution;
  gboolean is_vector;
  WgDatum datum;
  int min_zoom, max_zoom; /* of the tiles: 512 pixels wide when vector, else 256 */
  WgPoint center;         /* in the pack's datum */
  GPtrArray *labels;      /* of WgMapLabel, by rank */
} WgTilePack;

WgTilePack *wg_tile_pack_open (const char *path, GError **error);
WgTilePack *wg_tile_pack_ref (WgTilePack *self);
void wg_tile_pack_unref (WgTilePack *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgTilePack, wg_tile_pack_unref)

/* A connection of one thread to the file. */
typedef struct _WgTileReader WgTileReader;

WgTileReader *wg_tile_reader_new (const WgTilePack *pack, GError **error);
void wg_tile_reader_free (WgTileReader *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgTileReader, wg_tile_reader_free)
/* The tile's bytes, inflated; empty bytes when the pack has none there. Rows count from the north.
 */
GBytes *wg_tile_reader_read (WgTileReader *self, int zoom, int x, int y, GError **error);

GBytes *wg_tile_empty (void);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is painted over the base map: grids, names, events; immutable, made once, read by the
 * painter's thread. */
#pragma once

#include "core/wg-org.h"
#include "map/wg-cluster.h"
#include "map/wg-tile-pack.h"

G_BEGIN_DECLS

/* The plane of the map: x east and y south, the whole world is 0…1. */
typedef struct
{
  double x, y;
} WgSpot;

WgSpot wg_spot_from_point (WgPoint wgs84, WgDatum shown);
WgPoint wg_spot_to_point (WgSpot spot, WgDatum shown); /* back to WGS-84 */
WgSpot wg_spot_from_shown (WgPoint in_shown_datum);

/* The part of the plane that a picture shows. */
typedef struct
{
  WgSpot center;
  double world; /* pixels of the whole world's width */
  int width, height;
} WgMapFrame;

/* The zoom at which a box nearly fills a widget. */
double wg_map_fit_zoom (const WgBox *box, int width, int height);

#define WG_MAP_TILE 512.0

typedef struct
{
  WgSpot *spots; /* owned */
  gsize n_spots;
  double min_x, min_y, max_x, max_y;
  WgSpot label;
  char *name; /* owned */
  gboolean own;
} WgGridShape;

typedef struct
{
  const WgMapLabel *label; /* borrowed from the pack */
  WgSpot spot;
} WgSceneLabel;

typedef struct
{
  WgDatum datum;
  GArray *grids;  /* of WgGridShape, the own one last */
  GArray *labels; /* of WgSceneLabel by rank */
  GArray *marks;  /* of WgMarkPoint, index into the dots */
  WgTilePack *pack;
  GPtrArray *dots;
  gboolean outdoor;
} WgMapScene;

/* Each part may be %NULL; the scene keeps references. */
WgMapScene *wg_map_scene_new (
    WgTilePack *pack, GPtrArray *grids, const char *own_code, GPtrArray *dots, gboolean outdoor);
WgMapScene *wg_map_scene_ref (WgMapScene *self);
void wg_map_scene_unref (WgMapScene *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgMapScene, wg_map_scene_unref)

G_END_DECLS

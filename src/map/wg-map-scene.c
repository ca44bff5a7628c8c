/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is painted over the base map, brought into the pack's datum and onto the plane. */
#include "map/wg-map-scene.h"

#include <math.h>

#define EQUATOR_M 40075016.685578488 /* 2 pi of the projection's radius */

/**
 * wg_spot_from_shown:
 * @in_shown_datum: degrees in the datum of the pack
 *
 * Thread: any.
 * Errors: none.
 * Source: EPSG:3857
 *
 * Returns: where it lies on the plane
 */
WgSpot
wg_spot_from_shown (WgPoint in_shown_datum)
{
  double x, y;

  wg_geo_to_mercator (in_shown_datum, &x, &y);
  return (WgSpot) { 0.5 + x / EQUATOR_M, 0.5 - y / EQUATOR_M };
}

/**
 * wg_spot_from_point:
 * @wgs84: degrees WGS-84
 * @shown: datum of the pack
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: where the pack shows this place
 */
WgSpot
wg_spot_from_point (WgPoint wgs84, WgDatum shown)
{
  return wg_spot_from_shown (wg_geo_convert (wgs84, WG_DATUM_WGS84, shown));
}

/**
 * wg_spot_to_point:
 * @spot: a place on the plane
 * @shown: datum of the pack
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: the place in WGS-84
 */
WgPoint
wg_spot_to_point (WgSpot spot, WgDatum shown)
{
  WgPoint point = wg_geo_from_mercator ((spot.x - 0.5) * EQUATOR_M, (0.5 - spot.y) * EQUATOR_M);

  return wg_geo_convert (point, shown, WG_DATUM_WGS84);
}

static void
shape_clear (gpointer data)
{
  WgGridShape *shape = data;

  g_free (shape->spots);
  g_free (shape->name);
}

/* 文汇… 第三网格: on the map the own grid bears its whole name, the others the same in short form.
 */
static void
add_grid (GArray *out, const WgGrid *grid, gboolean own, WgDatum datum)
{
  WgGridShape shape = { 0 };

  if (grid->boundary == NULL)
    return;
  shape.n_spots = grid->boundary->n_points;
  shape.spots = g_new (WgSpot, shape.n_spots);
  shape.min_x = shape.min_y = G_MAXDOUBLE;
  shape.max_x = shape.max_y = -G_MAXDOUBLE;
  for (gsize i = 0; i < shape.n_spots; i++)
    {
      WgSpot spot = wg_spot_from_point (grid->boundary->points[i], datum);
      shape.spots[i] = spot;
      shape.min_x = MIN (shape.min_x, spot.x);
      shape.max_x = MAX (shape.max_x, spot.x);
      shape.min_y = MIN (shape.min_y, spot.y);
      shape.max_y = MAX (shape.max_y, spot.y);
    }
  shape.label = wg_spot_from_point (wg_polygon_center (grid->boundary), datum);
  shape.name = g_strdup (grid->name);
  shape.own = own;
  g_array_append_val (out, shape);
}

static void
add_grids (WgMapScene *self, GPtrArray *grids, const char *own_code)
{
  for (int own = 0; own <= 1; own++) /* the own one over the others */
    for (guint i = 0; i < grids->len; i++)
      {
        const WgGrid *grid = g_ptr_array_index (grids, i);
        if (g_strcmp0 (grid->code, own_code) == 0 ? own : !own)
          add_grid (self->grids, grid, own, self->datum);
      }
}

static void
add_dots (WgMapScene *self, GPtrArray *dots)
{
  for (guint i = 0; i < dots->len; i++)
    {
      const WgEventDot *dot = g_ptr_array_index (dots, i);
      if (isnan (dot->lon) || isnan (dot->lat))
        continue;
      WgSpot spot = wg_spot_from_point ((WgPoint) { dot->lon, dot->lat }, self->datum);
      WgMarkPoint mark = { spot.x, spot.y, dot->level, wg_mark_of (dot), i };
      g_array_append_val (self->marks, mark);
    }
}

/**
 * wg_map_scene_new:
 * @pack: (nullable): the base map, for its datum and labels
 * @grids: (nullable) (element-type WgGrid): grids
 * @own_code: (nullable): code of the own grid
 * @dots: (nullable) (element-type WgEventDot): events; those without a place are left out
 * @outdoor: strong contrast
 *
 * Thread: any. Cost: some milliseconds for 600 grids and 5,000 events.
 * Errors: none.
 *
 * Returns: (transfer full): the scene
 */
WgMapScene *
wg_map_scene_new (
    WgTilePack *pack, GPtrArray *grids, const char *own_code, GPtrArray *dots, gboolean outdoor)
{
  WgMapScene *self = g_atomic_rc_box_new0 (WgMapScene);

  self->datum = pack != NULL ? pack->datum : WG_DATUM_WGS84;
  self->pack = pack != NULL ? wg_tile_pack_ref (pack) : NULL;
  self->dots = dots != NULL ? g_ptr_array_ref (dots) : NULL;
  self->outdoor = outdoor;
  self->grids = g_array_new (FALSE, FALSE, sizeof (WgGridShape));
  g_array_set_clear_func (self->grids, shape_clear);
  self->labels = g_array_new (FALSE, FALSE, sizeof (WgSceneLabel));
  self->marks = g_array_new (FALSE, FALSE, sizeof (WgMarkPoint));
  if (grids != NULL)
    add_grids (self, grids, own_code);
  if (dots != NULL)
    add_dots (self, dots);
  for (guint i = 0; pack != NULL && i < pack->labels->len; i++)
    {
      WgSceneLabel label = { g_ptr_array_index (pack->labels, i), { 0, 0 } };
      label.spot = wg_spot_from_shown (label.label->point);
      g_array_append_val (self->labels, label);
    }
  return self;
}

/**
 * wg_map_fit_zoom:
 * @box: what is to be seen, in the shown datum
 * @width: pixels of the widget
 * @height: pixels of the widget
 *
 * Finds how near to look, so that a box nearly fills a widget; between a district and a street.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: a zoom of 512-pixel tiles
 */
double
wg_map_fit_zoom (const WgBox *box, int width, int height)
{
  WgSpot low = wg_spot_from_shown ((WgPoint) { box->min_lon, box->max_lat });
  WgSpot high = wg_spot_from_shown ((WgPoint) { box->max_lon, box->min_lat });
  double world =
      0.86 * MIN (width / MAX (high.x - low.x, 1e-9), height / MAX (high.y - low.y, 1e-9));

  return CLAMP (log2 (world / WG_MAP_TILE), 9, 17);
}

static void
scene_clear (gpointer data)
{
  WgMapScene *self = data;

  g_array_unref (self->grids);
  g_array_unref (self->labels);
  g_array_unref (self->marks);
  g_clear_pointer (&self->dots, g_ptr_array_unref);
  g_clear_pointer (&self->pack, wg_tile_pack_unref);
}

/**
 * wg_map_scene_ref:
 * @self: a scene
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): the same scene
 */
WgMapScene *
wg_map_scene_ref (WgMapScene *self)
{
  return g_atomic_rc_box_acquire (self);
}

/**
 * wg_map_scene_unref:
 * @self: (transfer full): a scene
 *
 * Thread: any; its arrays are counted atomically.
 * Errors: none.
 */
void
wg_map_scene_unref (WgMapScene *self)
{
  g_atomic_rc_box_release_full (self, scene_clear);
}

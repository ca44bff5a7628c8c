/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Polygons of grids: holding a point, area, soundness, a place for the label. */
#include "core/wg-geo.h"

#include <math.h>

#define EARTH_RADIUS_M 6371008.8
#define STEPS 1e7 /* stored decimals: tests of touching are exact on this lattice */
#define LABEL_LINES 15

/* A corner on the lattice of stored decimals. */
typedef struct
{
  gint64 x, y;
} Corner;

static Corner
to_corner (WgPoint point)
{
  return (Corner) { llround (point.lon * STEPS), llround (point.lat * STEPS) };
}

/* +1 when @c lies left of the line from @a to @b, -1 right, 0 on it. */
static int
get_side (Corner a, Corner b, Corner c)
{
  __int128 cross = (__int128) (b.x - a.x) * (c.y - a.y) - (__int128) (b.y - a.y) * (c.x - a.x);

  return cross > 0 ? 1 : cross < 0 ? -1 : 0;
}

/* For three corners in one line: whether @c lies between @a and @b. */
static gboolean
is_between (Corner a, Corner b, Corner c)
{
  return c.x >= MIN (a.x, b.x) && c.x <= MAX (a.x, b.x) && c.y >= MIN (a.y, b.y) &&
         c.y <= MAX (a.y, b.y);
}

static gboolean
touches (Corner a, Corner b, Corner c, Corner d)
{
  int abc = get_side (a, b, c), abd = get_side (a, b, d);
  int cda = get_side (c, d, a), cdb = get_side (c, d, b);

  if (abc * abd < 0 && cda * cdb < 0)
    return TRUE;
  return (abc == 0 && is_between (a, b, c)) || (abd == 0 && is_between (a, b, d)) ||
         (cda == 0 && is_between (c, d, a)) || (cdb == 0 && is_between (c, d, b));
}

static gboolean
is_on_globe (WgPoint point)
{
  return fabs (point.lon) <= 180 && fabs (point.lat) <= 90;
}

/**
 * wg_polygon_new:
 * @points: (array length=n_points): corners in degrees WGS-84, either direction; a last
 *   corner equal to the first is dropped
 * @n_points: their number
 *
 * Makes a polygon of one ring. It may be unsound; ask wg_polygon_is_simple().
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full) (nullable): the polygon, or %NULL when fewer than three
 *   corners remain or one is not on the globe
 */
WgPolygon *
wg_polygon_new (const WgPoint *points, gsize n_points)
{
  if (n_points > 1 && points[0].lon == points[n_points - 1].lon &&
      points[0].lat == points[n_points - 1].lat)
    n_points--;
  if (n_points < 3)
    return NULL;
  for (gsize i = 0; i < n_points; i++)
    if (!is_on_globe (points[i]))
      return NULL;

  WgPolygon *polygon = g_new (WgPolygon, 1);
  polygon->points = g_memdup2 (points, n_points * sizeof *points);
  polygon->n_points = n_points;
  polygon->box = (WgBox) { points[0].lon, points[0].lat, points[0].lon, points[0].lat };
  for (gsize i = 1; i < n_points; i++)
    {
      polygon->box.min_lon = MIN (polygon->box.min_lon, points[i].lon);
      polygon->box.min_lat = MIN (polygon->box.min_lat, points[i].lat);
      polygon->box.max_lon = MAX (polygon->box.max_lon, points[i].lon);
      polygon->box.max_lat = MAX (polygon->box.max_lat, points[i].lat);
    }
  return polygon;
}

/**
 * wg_polygon_copy:
 * @polygon: (nullable): a polygon
 *
 * Copies it.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full) (nullable): the copy
 */
WgPolygon *
wg_polygon_copy (const WgPolygon *polygon)
{
  return polygon != NULL ? wg_polygon_new (polygon->points, polygon->n_points) : NULL;
}

/**
 * wg_polygon_free:
 * @polygon: (nullable) (transfer full): a polygon
 *
 * Frees it.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_polygon_free (WgPolygon *polygon)
{
  if (polygon == NULL)
    return;
  g_free (polygon->points);
  g_free (polygon);
}

/**
 * wg_polygon_contains:
 * @polygon: a polygon
 * @point: degrees WGS-84
 *
 * Tells whether a point lies in the polygon; a point on the border does. Exact for the
 * seven decimals that are stored, so that grids which share a border leave no gap.
 *
 * Thread: any. Cost: one pass over the corners, none outside the box.
 * Errors: none; a point not on the globe lies in no polygon.
 * Source: domain.md R3
 *
 * Returns: %TRUE if inside or on the border
 */
gboolean
wg_polygon_contains (const WgPolygon *polygon, WgPoint point)
{
  const double slack = 1 / STEPS;
  gboolean inside = FALSE;

  g_return_val_if_fail (polygon != NULL, FALSE);

  if (!is_on_globe (point) || point.lon < polygon->box.min_lon - slack ||
      point.lon > polygon->box.max_lon + slack || point.lat < polygon->box.min_lat - slack ||
      point.lat > polygon->box.max_lat + slack)
    return FALSE;

  Corner p = to_corner (point);
  Corner a = to_corner (polygon->points[polygon->n_points - 1]);
  for (gsize i = 0; i < polygon->n_points; i++)
    {
      Corner b = to_corner (polygon->points[i]);
      int side = get_side (a, b, p);
      if (side == 0 && is_between (a, b, p))
        return TRUE;
      if ((a.y > p.y) != (b.y > p.y) && side == (b.y > a.y ? 1 : -1))
        inside = !inside;
      a = b;
    }
  return inside;
}

/* Metres east and north of @origin, good for the size of a district. */
static WgPoint
to_plane (WgPoint point, WgPoint origin)
{
  double metres = EARTH_RADIUS_M * G_PI / 180.0;

  return (WgPoint) {
    .lon = (point.lon - origin.lon) * metres * cos (origin.lat * G_PI / 180.0),
    .lat = (point.lat - origin.lat) * metres,
  };
}

static WgPoint
get_middle (const WgPolygon *polygon)
{
  return (WgPoint) { (polygon->box.min_lon + polygon->box.max_lon) / 2,
                     (polygon->box.min_lat + polygon->box.max_lat) / 2 };
}

/**
 * wg_polygon_area_m2:
 * @polygon: a polygon of at most a district's size
 *
 * Computes the area, whichever way the corners run.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: square metres
 */
double
wg_polygon_area_m2 (const WgPolygon *polygon)
{
  double twice = 0;

  g_return_val_if_fail (polygon != NULL, 0);

  WgPoint origin = get_middle (polygon);
  WgPoint a = to_plane (polygon->points[polygon->n_points - 1], origin);
  for (gsize i = 0; i < polygon->n_points; i++)
    {
      WgPoint b = to_plane (polygon->points[i], origin);
      twice += a.lon * b.lat - b.lon * a.lat;
      a = b;
    }
  return fabs (twice) / 2;
}

/**
 * wg_polygon_is_simple:
 * @polygon: a polygon
 *
 * Tells whether the ring is sound: no corner twice in a row, no edge that meets another
 * but its neighbours in their common corner, none that runs back over its neighbour.
 *
 * Thread: any. Cost: each pair of edges.
 * Errors: none.
 * Source: domain.md 5.10
 *
 * Returns: %TRUE if sound
 */
gboolean
wg_polygon_is_simple (const WgPolygon *polygon)
{
  g_return_val_if_fail (polygon != NULL, FALSE);

  gsize n = polygon->n_points;
  g_autofree Corner *corners = g_new (Corner, n);
  for (gsize i = 0; i < n; i++)
    corners[i] = to_corner (polygon->points[i]);

  for (gsize i = 0; i < n; i++)
    {
      Corner a = corners[i], b = corners[(i + 1) % n], c = corners[(i + 2) % n];
      if (a.x == b.x && a.y == b.y)
        return FALSE;
      if (get_side (a, b, c) == 0 && (is_between (a, b, c) || is_between (b, c, a)))
        return FALSE;
      for (gsize k = i + 2; k < n; k++)
        if ((k + 1) % n != i && touches (a, b, corners[k], corners[(k + 1) % n]))
          return FALSE;
    }
  return TRUE;
}

static WgPoint
get_centroid (const WgPolygon *polygon)
{
  WgPoint origin = get_middle (polygon), sum = { 0, 0 };
  double twice = 0;

  for (gsize i = 0; i < polygon->n_points; i++)
    {
      WgPoint a = polygon->points[i], b = polygon->points[(i + 1) % polygon->n_points];
      double ax = a.lon - origin.lon, ay = a.lat - origin.lat;
      double bx = b.lon - origin.lon, by = b.lat - origin.lat;
      double cross = ax * by - bx * ay;
      twice += cross;
      sum.lon += (ax + bx) * cross;
      sum.lat += (ay + by) * cross;
    }
  if (twice == 0)
    return origin;
  return (WgPoint) { origin.lon + sum.lon / (3 * twice), origin.lat + sum.lat / (3 * twice) };
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double left = *(const double *) a, right = *(const double *) b;

  return left < right ? -1 : left > right;
}

/* Middle of the widest stretch inside along one parallel; FALSE if the parallel misses. */
static gboolean
find_widest (const WgPolygon *polygon, double lat, double *out_lon, double *out_width)
{
  g_autoptr (GArray) cuts = g_array_new (FALSE, FALSE, sizeof (double));

  for (gsize i = 0; i < polygon->n_points; i++)
    {
      WgPoint a = polygon->points[i], b = polygon->points[(i + 1) % polygon->n_points];
      if ((a.lat > lat) == (b.lat > lat))
        continue;
      double lon = a.lon + (b.lon - a.lon) * (lat - a.lat) / (b.lat - a.lat);
      g_array_append_val (cuts, lon);
    }
  g_array_sort (cuts, compare_doubles);

  double best = -1;
  for (guint i = 0; i + 1 < cuts->len; i += 2)
    {
      double west = g_array_index (cuts, double, i), east = g_array_index (cuts, double, i + 1);
      if (east - west > best)
        {
          best = east - west;
          *out_lon = (west + east) / 2;
        }
    }
  if (best < 0)
    return FALSE;
  *out_width = best;
  return TRUE;
}

/**
 * wg_polygon_center:
 * @polygon: a sound polygon
 *
 * Gives a point inside for a label: the centroid, or where a bent polygon has it outside,
 * the middle of its widest part.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: degrees WGS-84
 */
WgPoint
wg_polygon_center (const WgPolygon *polygon)
{
  g_return_val_if_fail (polygon != NULL, ((WgPoint) { NAN, NAN }));

  WgPoint center = get_centroid (polygon);
  if (wg_polygon_contains (polygon, center))
    return center;

  double height = polygon->box.max_lat - polygon->box.min_lat, widest = -1;
  for (int i = 1; i <= LABEL_LINES; i++)
    {
      double lat = polygon->box.min_lat + height * i / (LABEL_LINES + 1), lon = 0, width = 0;
      if (find_widest (polygon, lat, &lon, &width) && width > widest)
        {
          widest = width;
          center = (WgPoint) { lon, lat };
        }
    }
  return widest >= 0 ? center : polygon->points[0];
}

static double
get_distance_to_edge (WgPoint a, WgPoint b)
{
  double dx = b.lon - a.lon, dy = b.lat - a.lat, square = dx * dx + dy * dy;
  double along = square > 0 ? CLAMP (-(a.lon * dx + a.lat * dy) / square, 0.0, 1.0) : 0;

  return hypot (a.lon + along * dx, a.lat + along * dy);
}

/**
 * wg_polygon_distance_m:
 * @polygon: a polygon
 * @point: degrees WGS-84
 *
 * Tells how far outside a point lies.
 *
 * Thread: any. Cost: one pass over the corners.
 * Errors: none; NAN in, NAN out.
 *
 * Returns: metres to the border, 0 inside
 */
double
wg_polygon_distance_m (const WgPolygon *polygon, WgPoint point)
{
  double best = INFINITY;

  g_return_val_if_fail (polygon != NULL, NAN);

  if (!is_on_globe (point))
    return NAN;
  if (wg_polygon_contains (polygon, point))
    return 0;
  WgPoint a = to_plane (polygon->points[polygon->n_points - 1], point);
  for (gsize i = 0; i < polygon->n_points; i++)
    {
      WgPoint b = to_plane (polygon->points[i], point);
      best = MIN (best, get_distance_to_edge (a, b));
      a = b;
    }
  return best;
}

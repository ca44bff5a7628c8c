/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Distances, datums and Web Mercator. */
#include "core/wg-geo.h"

#include <math.h>

#define EARTH_RADIUS_M 6371008.8    /* mean radius, IUGG */
#define MERCATOR_RADIUS_M 6378137.0 /* EPSG:3857 */
#define MERCATOR_MAX_LAT 85.05112877980659
#define GCJ_A 6378245.0
#define GCJ_EE 0.00669342162296594323
#define BD_PI (G_PI * 3000.0 / 180.0)
#define INVERSE_STEPS 12

static double
to_radians (double degrees)
{
  return degrees * (G_PI / 180.0);
}

/**
 * wg_geo_distance_m:
 * @a: degrees WGS-84
 * @b: degrees WGS-84
 *
 * Great-circle distance on the mean sphere; within 0.4 % of the ellipsoid's.
 *
 * Thread: any.
 * Errors: none; NAN in, NAN out.
 *
 * Returns: metres
 */
double
wg_geo_distance_m (WgPoint a, WgPoint b)
{
  double lat_a = to_radians (a.lat), lat_b = to_radians (b.lat);
  double half_lat = sin ((lat_b - lat_a) / 2);
  double half_lon = sin (to_radians (b.lon - a.lon) / 2);
  double h = half_lat * half_lat + cos (lat_a) * cos (lat_b) * half_lon * half_lon;

  return 2 * EARTH_RADIUS_M * asin (sqrt (h > 1 ? 1 : h));
}

/**
 * wg_geo_is_plausible:
 * @point: degrees WGS-84
 *
 * Tells whether a point can be an event's place at all: 73 to 136 east, 3 to 54 north.
 *
 * Thread: any.
 * Errors: none; NAN is not plausible.
 * Source: domain.md 5.1
 *
 * Returns: %TRUE if so
 */
gboolean
wg_geo_is_plausible (WgPoint point)
{
  return point.lon >= 73 && point.lon <= 136 && point.lat >= 3 && point.lat <= 54;
}

static gboolean
is_shifted (WgPoint point)
{
  return point.lon >= 72.004 && point.lon <= 137.8347 && point.lat >= 0.8293 &&
         point.lat <= 55.8271;
}

static WgPoint
wgs_to_gcj (WgPoint point)
{
  if (!is_shifted (point))
    return point;

  double x = point.lon - 105.0, y = point.lat - 35.0, root = sqrt (fabs (x));
  double wave = (20.0 * sin (6.0 * x * G_PI) + 20.0 * sin (2.0 * x * G_PI)) * 2.0 / 3.0;
  double d_lat = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + wave +
                 (20.0 * sin (y * G_PI) + 40.0 * sin (y / 3.0 * G_PI)) * 2.0 / 3.0 +
                 (160.0 * sin (y / 12.0 * G_PI) + 320.0 * sin (y * G_PI / 30.0)) * 2.0 / 3.0;
  double d_lon = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + wave +
                 (20.0 * sin (x * G_PI) + 40.0 * sin (x / 3.0 * G_PI)) * 2.0 / 3.0 +
                 (150.0 * sin (x / 12.0 * G_PI) + 300.0 * sin (x / 30.0 * G_PI)) * 2.0 / 3.0;
  double lat = to_radians (point.lat);
  double magic = 1 - GCJ_EE * sin (lat) * sin (lat);
  double root_magic = sqrt (magic);

  d_lat = d_lat * 180.0 / (GCJ_A * (1 - GCJ_EE) / (magic * root_magic) * G_PI);
  d_lon = d_lon * 180.0 / (GCJ_A / root_magic * cos (lat) * G_PI);
  return (WgPoint) { point.lon + d_lon, point.lat + d_lat };
}

static WgPoint
gcj_to_bd (WgPoint point)
{
  if (!is_shifted (point))
    return point;

  double z =
      sqrt (point.lon * point.lon + point.lat * point.lat) + 0.00002 * sin (point.lat * BD_PI);
  double theta = atan2 (point.lat, point.lon) + 0.000003 * cos (point.lon * BD_PI);

  return (WgPoint) { z * cos (theta) + 0.0065, z * sin (theta) + 0.006 };
}

/* The shifts have no closed inverse: repeat until the way forward hits the point. */
static WgPoint
invert (WgPoint (*forward) (WgPoint), WgPoint point)
{
  WgPoint guess = point;

  for (int i = 0; i < INVERSE_STEPS; i++)
    {
      WgPoint hit = forward (guess);
      guess.lon += point.lon - hit.lon;
      guess.lat += point.lat - hit.lat;
    }
  return guess;
}

/**
 * wg_geo_convert:
 * @point: degrees in @from
 * @from: datum of @point
 * @to: wanted datum
 *
 * Converts between WGS-84 (stored), GCJ-02 (AMap, Tencent tiles) and BD-09 (Baidu). Used
 * only at tile sources, import and export. Points outside China are not shifted. The way
 * back is found by iteration and is exact to far below the seven stored decimals.
 *
 * Thread: any.
 * Errors: none; NAN in, NAN out.
 * Source: domain.md 2.9, 6.4
 *
 * Returns: degrees in @to
 */
WgPoint
wg_geo_convert (WgPoint point, WgDatum from, WgDatum to)
{
  if (from == to)
    return point;
  if (from == WG_DATUM_BD09)
    point = invert (gcj_to_bd, point);
  if (from != WG_DATUM_WGS84 && to == WG_DATUM_WGS84)
    return invert (wgs_to_gcj, point);
  if (from == WG_DATUM_WGS84)
    point = wgs_to_gcj (point);
  return to == WG_DATUM_BD09 ? gcj_to_bd (point) : point;
}

/**
 * wg_geo_to_mercator:
 * @point: degrees WGS-84
 * @out_x: (out): metres east
 * @out_y: (out): metres north
 *
 * Projects to Web Mercator; latitudes beyond its square are clamped.
 *
 * Thread: any.
 * Errors: none.
 * Source: EPSG:3857
 */
void
wg_geo_to_mercator (WgPoint point, double *out_x, double *out_y)
{
  double lat = CLAMP (point.lat, -MERCATOR_MAX_LAT, MERCATOR_MAX_LAT);

  *out_x = MERCATOR_RADIUS_M * to_radians (point.lon);
  *out_y = MERCATOR_RADIUS_M * asinh (tan (to_radians (lat)));
}

/**
 * wg_geo_from_mercator:
 * @x: metres east
 * @y: metres north
 *
 * Gives the degrees of a point in Web Mercator.
 *
 * Thread: any.
 * Errors: none.
 * Source: EPSG:3857
 *
 * Returns: degrees WGS-84
 */
WgPoint
wg_geo_from_mercator (double x, double y)
{
  return (WgPoint) {
    .lon = x / MERCATOR_RADIUS_M * (180.0 / G_PI),
    .lat = atan (sinh (y / MERCATOR_RADIUS_M)) * (180.0 / G_PI),
  };
}

static const struct
{
  const char *name;
  WgDatum datum;
} DATUMS[] = {
  { "wgs84", WG_DATUM_WGS84 },
  { "gcj02", WG_DATUM_GCJ02 },
  { "bd09", WG_DATUM_BD09 },
  { "cgcs2000", WG_DATUM_WGS84 },
};

/**
 * wg_datum_from_string:
 * @name: (nullable): a stored name; "cgcs2000" counts as "wgs84"
 * @out_datum: (out): the datum
 *
 * Reads the name of a datum.
 *
 * Thread: any.
 * Errors: none.
 * Source: domain.md 2.9
 *
 * Returns: %TRUE if @name is known
 */
gboolean
wg_datum_from_string (const char *name, WgDatum *out_datum)
{
  for (gsize i = 0; i < G_N_ELEMENTS (DATUMS); i++)
    if (g_strcmp0 (DATUMS[i].name, name) == 0)
      {
        *out_datum = DATUMS[i].datum;
        return TRUE;
      }
  return FALSE;
}

/**
 * wg_datum_to_string:
 * @datum: a datum
 *
 * Gives the name under which a datum is stored and sent.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (nullable): a static name
 */
const char *
wg_datum_to_string (WgDatum datum)
{
  for (gsize i = 0; i < G_N_ELEMENTS (DATUMS); i++)
    if (DATUMS[i].datum == datum)
      return DATUMS[i].name;
  return NULL;
}

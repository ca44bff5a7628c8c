/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Geography: distance, point in polygon, datums GCJ-02 and BD-09, Web Mercator (domain.md 2.9). */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  double lon, lat;
} WgPoint;

typedef struct
{
  double min_lon, min_lat, max_lon, max_lat;
} WgBox;

/* One closed ring, last point not repeated; a point on the border is inside. */
typedef struct
{
  WgPoint *points; /* owned */
  gsize n_points;
  WgBox box;
} WgPolygon;

typedef enum
{
  WG_DATUM_WGS84, /* = CGCS2000 for this purpose */
  WG_DATUM_GCJ02,
  WG_DATUM_BD09,
} WgDatum;

WgPolygon *wg_polygon_new (const WgPoint *points, gsize n_points);
WgPolygon *wg_polygon_copy (const WgPolygon *polygon);
void wg_polygon_free (WgPolygon *polygon);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgPolygon, wg_polygon_free)
gboolean wg_polygon_contains (const WgPolygon *polygon, WgPoint point);
double wg_polygon_area_m2 (const WgPolygon *polygon);
gboolean wg_polygon_is_simple (const WgPolygon *polygon);
WgPoint wg_polygon_center (const WgPolygon *polygon); /* inside the polygon, for a label */
double wg_polygon_distance_m (const WgPolygon *polygon, WgPoint point); /* 0 inside */

double wg_geo_distance_m (WgPoint a, WgPoint b);
gboolean wg_geo_is_plausible (WgPoint point); /* 73…136 E, 3…54 N */
WgPoint wg_geo_convert (WgPoint point, WgDatum from, WgDatum to);
void wg_geo_to_mercator (WgPoint point, double *out_x, double *out_y);
WgPoint wg_geo_from_mercator (double x, double y);
gboolean wg_datum_from_string (const char *name,
                               WgDatum *out_datum); /* "wgs84" "cgcs2000" "gcj02" "bd09" */
const char *wg_datum_to_string (WgDatum datum);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A sample district made from a seed: units, grids, people, streets, buildings; all invented but
 * the official codes and names of the eleven units. */
#pragma once

#include "core/wg-org.h"
#include "core/wg-record.h"
#include "core/wg-standard.h"

G_BEGIN_DECLS

typedef struct
{
  WgOrg *org; /* borrowed from the district's orgs */
  WgPolygon *boundary;
} WgSampleUnit;

typedef enum
{
  WG_SAMPLE_STREET_ARTERIAL = 1, /* named, across the district */
  WG_SAMPLE_STREET_STREET = 2,   /* named, in towns */
  WG_SAMPLE_STREET_LANE = 3,     /* without a name */
} WgSampleStreetRank;

typedef struct
{
  char *name; /* %NULL for lanes */
  WgSampleStreetRank rank;
  WgPoint *points;
  gsize n_points;
} WgSampleStreet;

typedef enum
{
  WG_SAMPLE_AREA_WATER,
  WG_SAMPLE_AREA_GREEN, /* parks */
  WG_SAMPLE_AREA_BUILT, /* villages and factory grounds */
} WgSampleAreaKind;

typedef struct
{
  char *name; /* %NULL when it has none */
  WgSampleAreaKind kind;
  WgPolygon *shape;
} WgSampleArea;

typedef struct
{
  char *number; /* "12号楼" */
  int floors;
  const WgGrid *grid; /* borrowed */
  WgPolygon *shape;
} WgSampleBuilding;

typedef struct
{
  char *name;
  const char *kind;   /* "school" "market" "plant" "clinic" "service" "centre" */
  const WgGrid *grid; /* borrowed */
  WgPoint point;
} WgSamplePlace;

/* Everything of the district; read it, do not change it. Degrees WGS-84 with seven decimals. */
typedef struct
{
  guint64 seed;
  WgPoint center;
  WgBox box;
  WgPolygon *boundary;
  GPtrArray *orgs;  /* of WgOrg: city, district, centre, assessors, 11 units with their sub-centres
                       and  communities, departments, utilities; parents before children */
  GPtrArray *units; /* of WgSampleUnit, in the order of the official codes */
  GPtrArray *grids; /* of WgGrid, 170, unit by unit */
  GPtrArray
      *workers; /* of WgWorker: "w0001" heads the first grid, one a grid in order; then offices */
  GPtrArray *streets;   /* of WgSampleStreet */
  GPtrArray *areas;     /* of WgSampleArea */
  GPtrArray *buildings; /* of WgSampleBuilding, about 20,000 */
  GPtrArray *places;    /* of WgSamplePlace */
} WgSampleDistrict;

#define WG_SAMPLE_SEED 370502
#define WG_SAMPLE_DISTRICT_CODE "370502"
#define WG_SAMPLE_CENTRE_CODE "370502C01"   /* 区级中心 */
#define WG_SAMPLE_ASSESSOR_CODE "370502K01" /* 考核组 */

WgSampleDistrict *wg_sample_district_new (guint64 seed);
void wg_sample_district_free (WgSampleDistrict *district);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgSampleDistrict, wg_sample_district_free)

/* First worker of the role in the unit or department; @org_code %NULL: in any. Borrowed, or %NULL.
 */
const WgWorker *wg_sample_district_find_worker (const WgSampleDistrict *district,
                                                WgRole role,
                                                const char *org_code);

/* One file a layer in @folder: units, grids, streets, areas, buildings, places (.geojson). */
gboolean
wg_sample_write_geojson (const WgSampleDistrict *district, const char *folder, GError **error);

/* @n events of one grid between two times, by time: classes of @standard, most daily, most closed,
 * ids by time and seed. GPtrArray of WgEvent. */
GPtrArray *wg_sample_history_new (const WgSampleDistrict *district,
                                  const WgGrid *grid,
                                  const WgStandard *standard,
                                  guint n,
                                  gint64 from_ms,
                                  gint64 until_ms,
                                  guint64 seed);

/* @n households of one grid and who lives in them, invented: GPtrArray of sealed WgRecord, each
 * household before its members. */
GPtrArray *wg_sample_records_new (const WgGrid *grid, guint n, gint64 at_ms, guint64 seed);

G_END_DECLS

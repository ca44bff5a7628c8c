/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the parts of the sample generator share: chance from a seed, and the lattice all shapes
 * stand on. */
#pragma once

#include "sample/wg-sample.h"

G_BEGIN_DECLS

/* The district is a warped lattice of 500 m cells; x runs east, y north. */
#define WG_LAND_WIDTH 72
#define WG_LAND_HEIGHT 64
#define WG_LAND_CELL_M 500.0
#define WG_LAND_N_UNIT 11

typedef struct
{
  guint64 state;
} WgChance;

guint64 wg_chance_next (WgChance *chance);
int wg_chance_int (WgChance *chance, int low, int high);           /* both ends included */
double wg_chance_real (WgChance *chance, double low, double high); /* high not included */

typedef struct
{
  const char *code, *name, *short_name;
  int n_grids;
  gboolean urban;
} WgLandUnit;

extern const WgLandUnit WG_LAND_UNITS[WG_LAND_N_UNIT];

typedef struct
{
  guint8 unit[WG_LAND_WIDTH * WG_LAND_HEIGHT];
  guint8 grid[WG_LAND_WIDTH * WG_LAND_HEIGHT]; /* index into the district's grids */
  guint n_grids;
  guint unit_first[WG_LAND_N_UNIT + 1]; /* first grid of each unit */
} WgLand;

void wg_land_split (WgLand *land, WgChance *chance);
WgPoint wg_land_point (double x, double y); /* lattice coordinates to degrees */
WgPolygon *wg_land_outline (const guint8 *cells,
                            int value); /* of the cells that hold @value; < 0: of all */
gboolean wg_land_is_water (double x, double y, double margin_m);

void wg_sample_make_people (WgSampleDistrict *district, WgChance *chance);
void wg_sample_make_grids (WgSampleDistrict *district, const WgLand *land, WgChance *chance);
void wg_sample_make_streets (WgSampleDistrict *district, const WgLand *land, WgChance *chance);
void wg_sample_make_areas (WgSampleDistrict *district, const WgLand *land, WgChance *chance);
void wg_sample_make_buildings (WgSampleDistrict *district, const WgLand *land, WgChance *chance);
void wg_sample_make_places (WgSampleDistrict *district, const WgLand *land, WgChance *chance);

char *wg_sample_number_name (int number); /* 1 → 一, 23 → 二十三 */

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Streets, along the lines of the lattice; water, parks and villages. */
#include "sample/wg-sample-names.h"

#include <math.h>

#define ARTERIAL_EVERY 8 /* cells: 4 km */
#define COUNTRY_EVERY 4

typedef struct
{
  double x, y; /* middle, lattice */
  double rx, ry;
  const char *name;
} Lake;

static const Lake LAKES[] = {
  { 11.5, 51.5, 1.7, 1.0, "示例水库" }, { 60.5, 53.5, 1.3, 0.9, "示例湖" },
  { 34.3, 46.4, 0.5, 0.3, NULL },       { 22.4, 57.6, 0.6, 0.4, NULL },
  { 57.0, 12.0, 2.0, 1.3, "样板水库" }, { 8.6, 14.4, 1.8, 1.1, NULL },
  { 30.4, 8.4, 1.3, 0.9, NULL },        { 45.0, 58.5, 0.4, 0.4, NULL },
};

static double
get_river_y (double x)
{
  return 26 + 2.6 * sin (x / 8.5) + 0.9 * sin (x / 3.1 + 1);
}

static double
get_canal_x (double y)
{
  return 47 + 1.6 * sin (y / 6.5 + 0.7) + 0.5 * sin (y / 2.3);
}

#define RIVER_HALF 0.13 /* cells */
#define CANAL_HALF 0.07

/**
 * wg_land_is_water:
 * @x: cells east of the western edge
 * @y: cells north of the southern edge
 * @margin_m: how far the water must keep away
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: %TRUE on water or nearer to it than @margin_m
 */
gboolean
wg_land_is_water (double x, double y, double margin_m)
{
  double margin = margin_m / WG_LAND_CELL_M;

  if (fabs (y - get_river_y (x)) < RIVER_HALF + margin ||
      fabs (x - get_canal_x (y)) < CANAL_HALF + margin)
    return TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (LAKES); i++)
    {
      double dx = (x - LAKES[i].x) / (LAKES[i].rx * 1.12 + margin);
      double dy = (y - LAKES[i].y) / (LAKES[i].ry * 1.12 + margin);
      if (dx * dx + dy * dy < 1)
        return TRUE;
    }
  return FALSE;
}

static gboolean
is_urban (const WgSampleDistrict *district, const WgLand *land, int x, int y)
{
  if (x < 0 || y < 0 || x >= WG_LAND_WIDTH || y >= WG_LAND_HEIGHT)
    return FALSE;
  const WgGrid *grid = g_ptr_array_index (district->grids, land->grid[y * WG_LAND_WIDTH + x]);
  return grid->kind == WG_GRID_CITY || grid->kind == WG_GRID_COMMERCIAL;
}

/* A line runs along x = at (or y = at when it lies @flat) from one lattice point to another. */
static void
add_street (WgSampleDistrict *district,
            WgSampleStreetRank rank,
            gboolean flat,
            double at,
            int from,
            int to,
            char *name)
{
  WgSampleStreet *street = g_new0 (WgSampleStreet, 1);

  street->name = name;
  street->rank = rank;
  street->n_points = (gsize) (to - from + 1);
  street->points = g_new (WgPoint, street->n_points);
  for (int i = from; i <= to; i++)
    street->points[i - from] = flat ? wg_land_point (i, at) : wg_land_point (at, i);
  g_ptr_array_add (district->streets, street);
}

/* Streets along one line wherever it passes through town: a street for each stretch. */
static void
add_town_streets (
    WgSampleDistrict *district, const WgLand *land, gboolean flat, double at, guint *n_names)
{
  gboolean lane = at != floor (at);
  int length = flat ? WG_LAND_WIDTH : WG_LAND_HEIGHT;
  int low = (int) floor (at) - (lane ? 0 : 1), high = (int) floor (at), began = -1;

  for (int i = 0; i <= length; i++)
    {
      gboolean town =
          i < length &&
          (flat ? is_urban (district, land, i, low) || is_urban (district, land, i, high)
                : is_urban (district, land, low, i) || is_urban (district, land, high, i));
      if (town && began < 0)
        began = i;
      if (town || began < 0)
        continue;
      add_street (district, lane ? WG_SAMPLE_STREET_LANE : WG_SAMPLE_STREET_STREET, flat, at, began,
                  i, lane ? NULL : wg_sample_name_street ((*n_names)++));
      began = -1;
    }
}

/**
 * wg_sample_make_streets:
 * @district: receives the streets; has its grids already
 * @land: the cells
 * @chance: a state
 *
 * Arterials every 4 km, country roads every 2 km, streets every 500 m and lanes between
 * them in town.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_sample_make_streets (WgSampleDistrict *district, const WgLand *land, WgChance *chance)
{
  guint n_names = 0;

  for (int flat = 0; flat <= 1; flat++)
    {
      int across = flat ? WG_LAND_HEIGHT : WG_LAND_WIDTH,
          along = flat ? WG_LAND_WIDTH : WG_LAND_HEIGHT;
      for (int at = 2, nth = 1; at < across; at++)
        {
          if (at % ARTERIAL_EVERY == 2)
            {
              g_autofree char *number = wg_sample_number_name (nth++);
              add_street (district, WG_SAMPLE_STREET_ARTERIAL, flat, at, 0, along,
                          g_strdup_printf (flat ? "示例%s路" : "示例%s街", number));
              continue;
            }
          if (at % COUNTRY_EVERY == 2)
            add_street (district, WG_SAMPLE_STREET_LANE, flat, at, 0, along, NULL);
          add_town_streets (district, land, flat, at, &n_names);
        }
      for (int at = 0; at < across; at++)
        add_town_streets (district, land, flat, at + 0.5, &n_names);
    }
}

static void
add_area (WgSampleDistrict *district,
          WgSampleAreaKind kind,
          const char *name,
          const WgPoint *points,
          gsize n)
{
  WgSampleArea *area = g_new0 (WgSampleArea, 1);

  area->kind = kind;
  area->name = g_strdup (name);
  area->shape = wg_polygon_new (points, n);
  g_ptr_array_add (district->areas, area);
}

static void
add_rectangle (WgSampleDistrict *district,
               WgSampleAreaKind kind,
               const char *name,
               double x0,
               double y0,
               double x1,
               double y1)
{
  WgPoint points[] = { wg_land_point (x0, y0), wg_land_point (x1, y0), wg_land_point (x1, y1),
                       wg_land_point (x0, y1) };

  add_area (district, kind, name, points, G_N_ELEMENTS (points));
}

static void
add_stream (WgSampleDistrict *district, gboolean flat, const char *name)
{
  int n = 2 * (flat ? WG_LAND_WIDTH : WG_LAND_HEIGHT) + 1;
  g_autofree WgPoint *points = g_new (WgPoint, 2 * n);

  for (int i = 0; i < n; i++)
    {
      double at = i / 2.0, middle = flat ? get_river_y (at) : get_canal_x (at);
      double half = flat ? RIVER_HALF : CANAL_HALF;
      points[i] = flat ? wg_land_point (at, middle - half) : wg_land_point (middle + half, at);
      points[2 * n - 1 - i] =
          flat ? wg_land_point (at, middle + half) : wg_land_point (middle - half, at);
    }
  add_area (district, WG_SAMPLE_AREA_WATER, name, points, 2 * n);
}

static void
add_lake (WgSampleDistrict *district, const Lake *lake, WgChance *chance)
{
  WgPoint points[28];
  double phase = wg_chance_real (chance, 0, 6);

  for (int i = 0; i < 28; i++)
    {
      double angle = 2 * G_PI * i / 28, r = 1 + 0.11 * sin (3 * angle + phase);
      points[i] = wg_land_point (lake->x + lake->rx * r * cos (angle),
                                 lake->y + lake->ry * r * sin (angle));
    }
  add_area (district, WG_SAMPLE_AREA_WATER, lake->name, points, 28);
}

/**
 * wg_sample_make_areas:
 * @district: receives water and parks
 * @land: the cells
 * @chance: a state
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_sample_make_areas (WgSampleDistrict *district, const WgLand *land, WgChance *chance)
{
  add_stream (district, TRUE, "示例河");
  add_stream (district, FALSE, "示例干渠");
  for (gsize i = 0; i < G_N_ELEMENTS (LAKES); i++)
    add_lake (district, &LAKES[i], chance);
  for (int y = 0; y < WG_LAND_HEIGHT; y++)
    for (int x = 0; x < WG_LAND_WIDTH; x++)
      {
        if (!is_urban (district, land, x, y) || wg_chance_int (chance, 1, 12) != 1)
          continue;
        double x0 = x + (wg_chance_int (chance, 0, 1) ? 0.54 : 0.04);
        double y0 = y + (wg_chance_int (chance, 0, 1) ? 0.54 : 0.04);
        if (!wg_land_is_water (x0 + 0.21, y0 + 0.21, 110))
          add_rectangle (district, WG_SAMPLE_AREA_GREEN, NULL, x0, y0, x0 + 0.42, y0 + 0.42);
      }
}

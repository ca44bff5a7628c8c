/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The land of the sample district: a warped lattice, cut into eleven units and their grids. */
#include "sample/wg-sample-private.h"

#include <math.h>

#define CENTER_LON 118.58
#define CENTER_LAT 37.45
#define METRES_PER_DEGREE 111195.0
#define N_CELLS (WG_LAND_WIDTH * WG_LAND_HEIGHT)
#define N_VERTICES ((WG_LAND_WIDTH + 1) * (WG_LAND_HEIGHT + 1))

typedef struct
{
  guint8 unit;
  int x0, y0, x1, y1; /* cells, end not included */
  int n_grids;
} Block;

/* Source: domain.md 1.4 (closing bases / 48) for the numbers of grids, 2.6 for codes and names. */
const WgLandUnit WG_LAND_UNITS[WG_LAND_N_UNIT] = {
  { "370502001", "文汇街道", "文汇", 15, TRUE },
  { "370502002", "黄河路街道", "黄河路", 19, TRUE },
  { "370502003", "东城街道", "东城", 23, TRUE },
  { "370502004", "辛店街道", "辛店", 15, FALSE },
  { "370502005", "胜利街道", "胜利", 23, TRUE },
  { "370502006", "胜园街道", "胜园", 15, TRUE },
  { "370502102", "牛庄镇", "牛庄", 10, FALSE },
  { "370502103", "六户镇", "六户", 10, FALSE },
  { "370502104", "史口镇", "史口", 15, FALSE },
  { "370502105", "龙居镇", "龙居", 15, FALSE },
  { "370502400", "东营商贸园", "商贸园", 10, TRUE },
};

/* Invented: where each unit lies. The blocks fill the lattice without a gap. */
static const Block BLOCKS[] = {
  { 0, 28, 52, 38, 64, 15 }, { 1, 28, 36, 38, 52, 19 },  { 2, 50, 46, 72, 64, 23 },
  { 3, 38, 22, 50, 44, 6 },  { 3, 50, 28, 72, 46, 9 },   { 4, 38, 44, 50, 64, 23 },
  { 5, 18, 46, 28, 64, 15 }, { 6, 18, 0, 46, 22, 8 },    { 6, 28, 22, 38, 36, 2 },
  { 7, 46, 0, 72, 22, 8 },   { 7, 50, 22, 72, 28, 2 },   { 8, 0, 36, 18, 64, 15 },
  { 9, 0, 0, 18, 36, 15 },   { 10, 18, 22, 28, 46, 10 },
};

/**
 * wg_chance_next:
 * @chance: a state, any value
 *
 * The next number of SplitMix64: the same on every machine.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: 64 bits
 */
guint64
wg_chance_next (WgChance *chance)
{
  guint64 z = (chance->state += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15));

  z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return z ^ (z >> 31);
}

/**
 * wg_chance_int:
 * @chance: a state
 * @low: least value
 * @high: greatest value, not below @low
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: a number from @low to @high, both included
 */
int
wg_chance_int (WgChance *chance, int low, int high)
{
  g_assert (high >= low);
  return low + (int) (wg_chance_next (chance) % (guint64) (high - low + 1));
}

/**
 * wg_chance_real:
 * @chance: a state
 * @low: least value
 * @high: end, not reached
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: a number from @low up to @high
 */
double
wg_chance_real (WgChance *chance, double low, double high)
{
  return low + (high - low) * (double) (wg_chance_next (chance) >> 11) / 9007199254740992.0;
}

/**
 * wg_land_point:
 * @x: cells east of the western edge
 * @y: cells north of the southern edge
 *
 * Places a lattice point on the earth: turned a little and bent, so that nothing looks ruled.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: degrees WGS-84, rounded to seven decimals
 */
WgPoint
wg_land_point (double x, double y)
{
  double east = (x - WG_LAND_WIDTH / 2.0) * WG_LAND_CELL_M;
  double north = (y - WG_LAND_HEIGHT / 2.0) * WG_LAND_CELL_M;
  double bent_east = east + 420 * sin (north / 3900 + 0.6) + 160 * sin (east / 2300 + north / 5100);
  double bent_north =
      north + 380 * sin (east / 4300 + 1.9) + 150 * sin (north / 2700 - east / 4700);
  double turned_east = bent_east * 0.9976 - bent_north * 0.0698; /* 4 degrees */
  double turned_north = bent_east * 0.0698 + bent_north * 0.9976;
  double lon = CENTER_LON + turned_east / (METRES_PER_DEGREE * cos (CENTER_LAT * G_PI / 180));
  double lat = CENTER_LAT + turned_north / METRES_PER_DEGREE;

  return (WgPoint) { round (lon * 1e7) / 1e7, round (lat * 1e7) / 1e7 };
}

/* Fills the grids of a rectangle by cutting it in two across its longer side, again and again. */
static void
split_block (WgLand *land, WgChance *chance, Block block)
{
  int width = block.x1 - block.x0, height = block.y1 - block.y0;
  Block first = block, second = block;

  if (block.n_grids == 1)
    {
      for (int y = block.y0; y < block.y1; y++)
        for (int x = block.x0; x < block.x1; x++)
          land->grid[y * WG_LAND_WIDTH + x] = (guint8) land->n_grids;
      land->n_grids++;
      return;
    }

  first.n_grids = block.n_grids / 2;
  second.n_grids = block.n_grids - first.n_grids;
  double share = (double) first.n_grids / block.n_grids + wg_chance_real (chance, -0.06, 0.06);
  if (width >= height)
    first.x1 = second.x0 = block.x0 + CLAMP ((int) round (width * share), 1, width - 1);
  else
    first.y1 = second.y0 = block.y0 + CLAMP ((int) round (height * share), 1, height - 1);
  split_block (land, chance, first);
  split_block (land, chance, second);
}

/**
 * wg_land_split:
 * @land: filled in
 * @chance: a state
 *
 * Gives each cell its unit and its grid. Grids are numbered unit by unit.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_land_split (WgLand *land, WgChance *chance)
{
  guint8 current = 0;

  *land = (WgLand) { 0 };
  for (gsize i = 0; i < G_N_ELEMENTS (BLOCKS); i++)
    {
      const Block *block = &BLOCKS[i];
      if (block->unit != current)
        land->unit_first[current = block->unit] = land->n_grids;
      for (int y = block->y0; y < block->y1; y++)
        for (int x = block->x0; x < block->x1; x++)
          land->unit[y * WG_LAND_WIDTH + x] = block->unit;
      split_block (land, chance, *block);
    }
  land->unit_first[WG_LAND_N_UNIT] = land->n_grids;
}

/**
 * wg_land_outline:
 * @cells: a value for each cell of the lattice, row by row from the south
 * @value: the value sought; negative: the whole lattice
 *
 * Walks around the cells that hold @value, which must hang together without a hole. All
 * lattice points on the way are corners, so that neighbours share their corners exactly.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): the outline, counter-clockwise
 */
WgPolygon *
wg_land_outline (const guint8 *cells, int value)
{
  static const int step[4][4] = { /* neighbour x, y; edge from corner, to corner: anticlockwise */
                                  { 0, -1, 0, 1 },
                                  { 1, 0, 1, 3 },
                                  { 0, 1, 3, 2 },
                                  { -1, 0, 2, 0 }
  };
  g_autofree int *next = g_new (int, N_VERTICES);
  g_autoptr (GArray) ring = g_array_new (FALSE, FALSE, sizeof (WgPoint));
  int start = -1;

  for (int i = 0; i < N_VERTICES; i++)
    next[i] = -1;
  for (int i = 0; i < N_CELLS; i++)
    {
      int x = i % WG_LAND_WIDTH, y = i / WG_LAND_WIDTH;
      if (value >= 0 && cells[i] != value)
        continue;
      for (int side = 0; side < 4; side++)
        {
          int nx = x + step[side][0], ny = y + step[side][1];
          gboolean inside = nx >= 0 && ny >= 0 && nx < WG_LAND_WIDTH && ny < WG_LAND_HEIGHT &&
                            (value < 0 || cells[ny * WG_LAND_WIDTH + nx] == value);
          if (inside)
            continue;
          int a = step[side][2], b = step[side][3];
          int from = (y + a / 2) * (WG_LAND_WIDTH + 1) + x + a % 2;
          next[from] = (y + b / 2) * (WG_LAND_WIDTH + 1) + x + b % 2;
          if (start < 0)
            start = from;
        }
    }
  g_assert (start >= 0);
  for (int at = start;;)
    {
      WgPoint point = wg_land_point (at % (WG_LAND_WIDTH + 1), at / (WG_LAND_WIDTH + 1));
      g_array_append_val (ring, point);
      at = next[at];
      if (at == start)
        break;
      g_assert (at >= 0 && ring->len <= N_VERTICES);
    }
  return wg_polygon_new ((const WgPoint *) (void *) ring->data, ring->len);
}

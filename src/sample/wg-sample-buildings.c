/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Buildings of towns, villages and factories, and the places people ask for. */
#include "sample/wg-sample-private.h"

typedef struct
{
  WgSampleDistrict *district;
  const WgGrid *grid;
  int *number; /* of the last building in the compound or village */
  int floors;
} Site;

static const WgGrid *
get_grid (const WgSampleDistrict *district, const WgLand *land, int x, int y)
{
  return g_ptr_array_index (district->grids, land->grid[y * WG_LAND_WIDTH + x]);
}

static gboolean
is_park (const WgSampleDistrict *district, WgPoint point)
{
  for (guint i = 0; i < district->areas->len; i++)
    {
      const WgSampleArea *area = g_ptr_array_index (district->areas, i);
      if (area->kind == WG_SAMPLE_AREA_GREEN && wg_polygon_contains (area->shape, point))
        return TRUE;
    }
  return FALSE;
}

static void
add_building (const Site *site, double x, double y, double width, double height)
{
  if (wg_land_is_water (x + width / 2, y + height / 2, 45))
    return;
  WgPoint corners[] = { wg_land_point (x, y), wg_land_point (x + width, y),
                        wg_land_point (x + width, y + height), wg_land_point (x, y + height) };
  WgSampleBuilding *building = g_new0 (WgSampleBuilding, 1);

  building->number = g_strdup_printf ("%d号楼", ++*site->number);
  building->floors = site->floors;
  building->grid = site->grid;
  building->shape = wg_polygon_new (corners, G_N_ELEMENTS (corners));
  g_ptr_array_add (site->district->buildings, building);
}

/* A quarter of a cell between streets: rows of flats, or two halls for trade. */
static void
build_block (const Site *site, WgChance *chance, double x, double y)
{
  if (site->grid->kind == WG_GRID_COMMERCIAL)
    {
      add_building (site, x + 0.07, y + 0.08, wg_chance_real (chance, 0.13, 0.16),
                    wg_chance_real (chance, 0.12, 0.3));
      add_building (site, x + 0.29, y + 0.08, wg_chance_real (chance, 0.1, 0.14),
                    wg_chance_real (chance, 0.1, 0.3));
      return;
    }
  int rows = wg_chance_int (chance, 2, 3);
  double depth = wg_chance_real (chance, 0.026, 0.034);
  for (int row = 0; row < rows; row++)
    {
      double top = y + 0.07 + row * (0.36 / rows);
      add_building (site, x + 0.07, top, wg_chance_real (chance, 0.12, 0.16), depth);
      if (wg_chance_int (chance, 0, 2) != 0)
        add_building (site, x + 0.27, top, wg_chance_real (chance, 0.1, 0.16), depth);
    }
}

static void
build_town_cell (WgSampleDistrict *district, const WgGrid *grid, WgChance *chance, int x, int y)
{
  int number = 0;
  Site site = { district, grid, &number, wg_chance_int (chance, 5, 18) };

  for (int quarter = 0; quarter < 4; quarter++)
    {
      double left = x + quarter % 2 * 0.5, low = y + quarter / 2 * 0.5;
      if (wg_chance_int (chance, 0, 5) == 0 ||
          is_park (district, wg_land_point (left + 0.25, low + 0.25)))
        continue;
      build_block (&site, chance, left, low);
    }
}

static void
add_ground (
    WgSampleDistrict *district, const char *name, double x0, double y0, double x1, double y1)
{
  WgPoint corners[] = { wg_land_point (x0, y0), wg_land_point (x1, y0), wg_land_point (x1, y1),
                        wg_land_point (x0, y1) };
  WgSampleArea *area = g_new0 (WgSampleArea, 1);

  area->kind = WG_SAMPLE_AREA_BUILT;
  area->name = g_strdup (name);
  area->shape = wg_polygon_new (corners, G_N_ELEMENTS (corners));
  g_ptr_array_add (district->areas, area);
}

static void
build_village (WgSampleDistrict *district, const WgGrid *grid, WgChance *chance, int x, int y)
{
  int columns = wg_chance_int (chance, 6, 9), rows = wg_chance_int (chance, 5, 8), number = 0;
  double left = x + 0.08, low = y + 0.08;
  Site site = { district, grid, &number, 1 };

  if (wg_land_is_water (x + 0.5, y + 0.5, 300))
    return;
  add_ground (district, NULL, left - 0.02, low - 0.02, left + columns * 0.09 + 0.01,
              low + rows * 0.1 + 0.01);
  for (int row = 0; row < rows; row++)
    for (int column = 0; column < columns; column++)
      if (wg_chance_int (chance, 0, 9) != 0)
        add_building (&site, left + column * 0.09, low + row * 0.1,
                      wg_chance_real (chance, 0.05, 0.07), 0.05);
}

static void
build_factory (WgSampleDistrict *district, const WgGrid *grid, WgChance *chance, int x, int y)
{
  int number = 0;
  Site site = { district, grid, &number, 2 };

  if (wg_land_is_water (x + 0.5, y + 0.5, 300))
    return;
  add_ground (district, NULL, x + 0.06, y + 0.06, x + 0.94, y + 0.94);
  for (int i = 0; i < 6; i++)
    add_building (&site, x + 0.12 + i % 2 * 0.42, y + 0.12 + i / 2 * 0.27,
                  wg_chance_real (chance, 0.2, 0.34), wg_chance_real (chance, 0.12, 0.18));
}

/**
 * wg_sample_make_buildings:
 * @district: receives buildings, and the grounds they stand on
 * @land: the cells
 * @chance: a state
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_sample_make_buildings (WgSampleDistrict *district, const WgLand *land, WgChance *chance)
{
  for (int y = 0; y < WG_LAND_HEIGHT; y++)
    for (int x = 0; x < WG_LAND_WIDTH; x++)
      {
        const WgGrid *grid = get_grid (district, land, x, y);
        switch (grid->kind)
          {
          case WG_GRID_CITY:
          case WG_GRID_COMMERCIAL:
            build_town_cell (district, grid, chance, x, y);
            break;
          case WG_GRID_PLANT:
            if (wg_chance_int (chance, 0, 3) == 0)
              build_factory (district, grid, chance, x, y);
            break;
          case WG_GRID_RURAL:
          default:
            if (wg_chance_int (chance, 0, 23) == 0)
              build_village (district, grid, chance, x, y);
          }
      }
}

static void
add_place (
    WgSampleDistrict *district, const WgGrid *grid, const char *kind, char *name, WgPoint point)
{
  WgSamplePlace *place = g_new0 (WgSamplePlace, 1);

  place->name = name;
  place->kind = kind;
  place->grid = grid;
  place->point = point;
  g_ptr_array_add (district->places, place);
}

/* A cell of the grid, away from the places already there. */
static gboolean
find_cell (const WgLand *land, guint grid, WgChance *chance, WgPoint *out_point)
{
  int seen = 0, chosen = -1;

  for (int i = 0; i < WG_LAND_WIDTH * WG_LAND_HEIGHT; i++)
    if (land->grid[i] == grid &&
        !wg_land_is_water (i % WG_LAND_WIDTH + 0.5, i / WG_LAND_WIDTH + 0.5, 60) &&
        wg_chance_int (chance, 0, seen++) == 0)
      chosen = i;
  if (chosen < 0)
    return FALSE;
  *out_point = wg_land_point (chosen % WG_LAND_WIDTH + wg_chance_real (chance, 0.2, 0.8),
                              chosen / WG_LAND_WIDTH + wg_chance_real (chance, 0.2, 0.8));
  return TRUE;
}

static void
add_found (WgSampleDistrict *district,
           const WgLand *land,
           guint nth,
           WgChance *chance,
           const char *kind,
           const char *suffix)
{
  const WgGrid *grid = g_ptr_array_index (district->grids, nth);
  WgPoint point;

  if (find_cell (land, nth, chance, &point))
    add_place (district, grid, kind, g_strconcat (grid->community, suffix, NULL), point);
}

/**
 * wg_sample_make_places:
 * @district: receives the places
 * @land: the cells
 * @chance: a state
 *
 * The sub-centre of each unit, and by the kind of grid service stations, schools, markets,
 * clinics and plants.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_sample_make_places (WgSampleDistrict *district, const WgLand *land, WgChance *chance)
{
  for (guint i = 0; i < district->units->len; i++)
    {
      const WgSampleUnit *unit = g_ptr_array_index (district->units, i);
      const WgGrid *first = g_ptr_array_index (district->grids, land->unit_first[i]);
      add_place (district, first, "centre", g_strconcat (unit->org->short_name, "分中心", NULL),
                 wg_polygon_center (first->boundary));
    }
  for (guint i = 0; i < district->grids->len; i++)
    {
      const WgGrid *grid = g_ptr_array_index (district->grids, i);
      if (g_str_has_suffix (grid->code, "001"))
        add_found (district, land, i, chance, "service", "服务站");
      if (grid->kind == WG_GRID_PLANT)
        add_found (district, land, i, chance, "plant", "示例厂");
      else if (i % 3 == 0)
        add_found (district, land, i, chance, "school",
                   grid->kind == WG_GRID_RURAL ? "小学" : "学校");
      else if (grid->kind == WG_GRID_COMMERCIAL || i % 3 == 1)
        add_found (district, land, i, chance, "market", "市场");
      else
        add_found (district, land, i, chance, "clinic", "卫生室");
    }
}

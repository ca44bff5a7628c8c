/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sample district as a whole: made part by part, each from a chance of its own. */
#include "sample/wg-sample-private.h"

static void
unit_free (gpointer data)
{
  WgSampleUnit *unit = data;

  wg_polygon_free (unit->boundary);
  g_free (unit);
}

static void
street_free (gpointer data)
{
  WgSampleStreet *street = data;

  g_free (street->name);
  g_free (street->points);
  g_free (street);
}

static void
area_free (gpointer data)
{
  WgSampleArea *area = data;

  g_free (area->name);
  wg_polygon_free (area->shape);
  g_free (area);
}

static void
building_free (gpointer data)
{
  WgSampleBuilding *building = data;

  g_free (building->number);
  wg_polygon_free (building->shape);
  g_free (building);
}

static void
place_free (gpointer data)
{
  WgSamplePlace *place = data;

  g_free (place->name);
  g_free (place);
}

/* Parts draw from chances of their own, so that a change to one leaves the others as they were. */
static WgChance
begin_part (guint64 seed, guint part)
{
  WgChance chance = { seed ^ ((guint64) part << 56) };

  wg_chance_next (&chance);
  return chance;
}

/**
 * wg_sample_district_new:
 * @seed: any number; %WG_SAMPLE_SEED is the one of the demonstration
 *
 * Makes the whole district. The same seed gives the same bytes on every machine.
 *
 * Thread: any. Cost: about 50 ms.
 * Errors: none.
 * Source: domain.md 1.4 and 2.6 for units and numbers of grids; the rest is invented
 *
 * Returns: (transfer full): the district
 */
WgSampleDistrict *
wg_sample_district_new (guint64 seed)
{
  WgSampleDistrict *district = g_new0 (WgSampleDistrict, 1);
  g_autofree WgLand *land = g_new (WgLand, 1);
  WgChance chance = begin_part (seed, 1);

  wg_land_split (land, &chance);
  district->seed = seed;
  district->center = wg_land_point (WG_LAND_WIDTH / 2.0, WG_LAND_HEIGHT / 2.0);
  district->boundary = wg_land_outline (land->unit, -1);
  district->box = district->boundary->box;
  district->orgs = g_ptr_array_new_with_free_func ((GDestroyNotify) wg_org_free);
  district->units = g_ptr_array_new_with_free_func (unit_free);
  district->grids = g_ptr_array_new_with_free_func ((GDestroyNotify) wg_grid_free);
  district->workers = g_ptr_array_new_with_free_func ((GDestroyNotify) wg_worker_free);
  district->streets = g_ptr_array_new_with_free_func (street_free);
  district->areas = g_ptr_array_new_with_free_func (area_free);
  district->buildings = g_ptr_array_new_with_free_func (building_free);
  district->places = g_ptr_array_new_with_free_func (place_free);

  wg_sample_make_grids (district, land, &chance);
  chance = begin_part (seed, 2);
  wg_sample_make_people (district, &chance);
  chance = begin_part (seed, 3);
  wg_sample_make_streets (district, land, &chance);
  chance = begin_part (seed, 4);
  wg_sample_make_areas (district, land, &chance);
  chance = begin_part (seed, 5);
  wg_sample_make_buildings (district, land, &chance);
  chance = begin_part (seed, 6);
  wg_sample_make_places (district, land, &chance);
  return district;
}

/**
 * wg_sample_district_free:
 * @district: (nullable) (transfer full): a district
 *
 * Frees it with everything it holds.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_sample_district_free (WgSampleDistrict *district)
{
  if (district == NULL)
    return;
  g_ptr_array_unref (district->places);
  g_ptr_array_unref (district->buildings);
  g_ptr_array_unref (district->areas);
  g_ptr_array_unref (district->streets);
  g_ptr_array_unref (district->workers);
  g_ptr_array_unref (district->grids);
  g_ptr_array_unref (district->units);
  g_ptr_array_unref (district->orgs);
  wg_polygon_free (district->boundary);
  g_free (district);
}

/**
 * wg_sample_district_find_worker:
 * @district: a district
 * @role: a role
 * @org_code: (nullable): a unit's or department's code; %NULL: in any
 *
 * Finds somebody to act in a test or a demonstration.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer none) (nullable): the first such worker
 */
const WgWorker *
wg_sample_district_find_worker (const WgSampleDistrict *district, WgRole role, const char *org_code)
{
  for (guint i = 0; i < district->workers->len; i++)
    {
      const WgWorker *worker = g_ptr_array_index (district->workers, i);
      if (worker->role == role && (org_code == NULL || g_str_equal (worker->org_code, org_code)))
        return worker;
    }
  return NULL;
}

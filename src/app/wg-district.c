/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What this tablet knows of its district: event standard, grids, units, and the worker's own. */
#include "app/wg-district.h"

struct _WgDistrict
{
  WgStandard *standard; /* owned */
  GPtrArray *grids;     /* owned */
  GPtrArray *orgs;      /* owned */
  char *own_grid;       /* owned; code, NULL for offices */
  char *own_org;        /* owned; code */
};

/**
 * wg_district_new:
 *
 * Makes an empty district.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: (transfer full): the district
 */
WgDistrict *
wg_district_new (void)
{
  return g_new0 (WgDistrict, 1);
}

/**
 * wg_district_free:
 * @self: (transfer full): the district
 *
 * Frees a district.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_district_free (WgDistrict *self)
{
  wg_district_clear (self);
  g_free (self);
}

/**
 * wg_district_clear:
 * @self: the district
 *
 * Forgets everything.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_district_clear (WgDistrict *self)
{
  g_clear_pointer (&self->standard, wg_standard_unref);
  g_clear_pointer (&self->grids, g_ptr_array_unref);
  g_clear_pointer (&self->orgs, g_ptr_array_unref);
  g_clear_pointer (&self->own_grid, g_free);
  g_clear_pointer (&self->own_org, g_free);
}

/**
 * wg_district_read:
 * @self: the district
 * @store: an open store
 *
 * Takes what the store knows now, in place of what was known before.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_district_read (WgDistrict *self, WgStore *store)
{
  const WgWorker *worker = wg_store_get_worker (store);

  wg_district_clear (self);
  self->standard = wg_store_dup_standard (store);
  self->grids = wg_store_dup_grids (store);
  self->orgs = wg_store_dup_orgs (store);
  if (worker != NULL)
    {
      self->own_grid = g_strdup (worker->grid_code);
      self->own_org = g_strdup (worker->org_code);
    }
}

/**
 * wg_district_get_standard:
 * @self: the district
 *
 * Gives the newest event standard.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: (transfer none) (nullable): the standard, %NULL before the first pull
 */
WgStandard *
wg_district_get_standard (WgDistrict *self)
{
  return self->standard;
}

/**
 * wg_district_get_grids:
 * @self: the district
 *
 * Gives the grids.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: (transfer none) (nullable) (element-type WgGrid): the grids
 */
GPtrArray *
wg_district_get_grids (WgDistrict *self)
{
  return self->grids;
}

/**
 * wg_district_get_own_grid:
 * @self: the district
 *
 * Finds the grid of the worker on duty.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: (transfer none) (nullable): the grid, %NULL for offices and before the first pull
 */
const WgGrid *
wg_district_get_own_grid (WgDistrict *self)
{
  for (guint i = 0; self->own_grid != NULL && self->grids != NULL && i < self->grids->len; i++)
    {
      const WgGrid *grid = g_ptr_array_index (self->grids, i);

      if (g_strcmp0 (grid->code, self->own_grid) == 0)
        return grid;
    }
  return NULL;
}

/**
 * wg_district_get_org:
 * @self: the district
 * @code: (nullable): code of a unit
 *
 * Finds a unit.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: (transfer none) (nullable): the unit, or %NULL when it is not known
 */
const WgOrg *
wg_district_get_org (WgDistrict *self, const char *code)
{
  for (guint i = 0; code != NULL && self->orgs != NULL && i < self->orgs->len; i++)
    {
      const WgOrg *org = g_ptr_array_index (self->orgs, i);

      if (g_strcmp0 (org->code, code) == 0)
        return org;
    }
  return NULL;
}

/**
 * wg_district_get_own_org:
 * @self: the district
 *
 * Finds the town of the worker on duty, whose duty number stands first in a major event.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: (transfer none) (nullable): the unit
 */
const WgOrg *
wg_district_get_own_org (WgDistrict *self)
{
  return wg_district_get_org (self, self->own_org);
}

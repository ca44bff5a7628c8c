/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Organisation units, grids and workers as reference data. */
#include "core/wg-org.h"

#include <glib/gi18n.h>
#include <string.h>

#define GRID_CODE_LENGTH 15

/**
 * wg_org_new:
 *
 * Makes an empty organisation unit.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): the unit
 */
WgOrg *
wg_org_new (void)
{
  return g_new0 (WgOrg, 1);
}

/**
 * wg_org_free:
 * @org: (nullable) (transfer full): a unit
 *
 * Frees it.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_org_free (WgOrg *org)
{
  if (org == NULL)
    return;
  g_free (org->code);
  g_free (org->name);
  g_free (org->short_name);
  g_free (org->parent);
  g_free (org->phone);
  g_free (org);
}

/**
 * wg_grid_new:
 *
 * Makes an empty grid.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): the grid
 */
WgGrid *
wg_grid_new (void)
{
  return g_new0 (WgGrid, 1);
}

/**
 * wg_grid_free:
 * @grid: (nullable) (transfer full): a grid
 *
 * Frees it with its boundary.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_grid_free (WgGrid *grid)
{
  if (grid == NULL)
    return;
  g_free (grid->code);
  g_free (grid->name);
  g_free (grid->org_code);
  g_free (grid->community);
  wg_polygon_free (grid->boundary);
  g_free (grid);
}

/**
 * wg_worker_new:
 *
 * Makes an empty worker.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): the worker
 */
WgWorker *
wg_worker_new (void)
{
  return g_new0 (WgWorker, 1);
}

/**
 * wg_worker_free:
 * @worker: (nullable) (transfer full): a worker
 *
 * Frees it.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_worker_free (WgWorker *worker)
{
  if (worker == NULL)
    return;
  g_free (worker->id);
  g_free (worker->name);
  g_free (worker->org_code);
  g_free (worker->grid_code);
  g_free (worker);
}

/**
 * wg_grid_code_is_valid:
 * @code: (nullable): any text
 *
 * Tells whether @code has the form of a grid code: 15 digits (division 6, town 3,
 * community 3, grid 3). Whether such a grid exists is the tables' matter.
 *
 * Thread: any.
 * Errors: none.
 * Source: domain.md 2.3, 5.10
 *
 * Returns: %TRUE if so
 */
gboolean
wg_grid_code_is_valid (const char *code)
{
  return code != NULL && strspn (code, "0123456789") == GRID_CODE_LENGTH &&
         code[GRID_CODE_LENGTH] == '\0';
}

/**
 * wg_grids_find:
 * @grids: (element-type WgGrid): grids, in order of preference
 * @point: degrees WGS-84
 *
 * Finds the grid that holds the point. A point on a shared border belongs to the first
 * of the list; grids without a boundary hold nothing.
 *
 * Thread: any. Cost: one box test a grid, one pass over the corners of the few that pass.
 * Errors: none.
 * Source: domain.md R3
 *
 * Returns: (transfer none) (nullable): the grid
 */
const WgGrid *
wg_grids_find (GPtrArray *grids, WgPoint point)
{
  g_return_val_if_fail (grids != NULL, NULL);

  for (guint i = 0; i < grids->len; i++)
    {
      const WgGrid *grid = g_ptr_array_index (grids, i);
      if (grid->boundary != NULL && wg_polygon_contains (grid->boundary, point))
        return grid;
    }
  return NULL;
}

/**
 * wg_grid_kind_to_string:
 * @kind: kind of a grid
 *
 * Names the kind, which decides the yearly base of daily events.
 *
 * Thread: any.
 * Errors: none.
 * Source: 考核细则 事件上报
 *
 * Returns: a msgid; translate it with gettext
 */
const char *
wg_grid_kind_to_string (WgGridKind kind)
{
  switch (kind)
    {
    case WG_GRID_CITY:
      return N_ ("City grid");
    case WG_GRID_COMMERCIAL:
      return N_ ("Commercial grid");
    case WG_GRID_RURAL:
      return N_ ("Rural grid");
    case WG_GRID_PLANT:
      return N_ ("Plant-area grid");
    default:
      return N_ ("Grid of unknown kind");
    }
}

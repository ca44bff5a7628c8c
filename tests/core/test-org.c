/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Grids by place, grid codes, roles. */
#include "core/wg-org.h"

static WgGrid *
make_grid (const char *code, double west, double east)
{
  const WgPoint corners[] = { { west, 37 }, { east, 37 }, { east, 38 }, { west, 38 } };
  WgGrid *grid = wg_grid_new ();

  grid->code = g_strdup (code);
  grid->boundary = wg_polygon_new (corners, G_N_ELEMENTS (corners));
  return grid;
}

static void
test_find (void)
{
  g_autoptr (GPtrArray) grids = g_ptr_array_new_with_free_func ((GDestroyNotify) wg_grid_free);

  g_ptr_array_add (grids, wg_grid_new ()); /* no boundary known */
  g_ptr_array_add (grids, make_grid ("370502001001001", 118, 118.5));
  g_ptr_array_add (grids, make_grid ("370502001001002", 118.5, 119));
  g_assert_cmpstr (wg_grids_find (grids, (WgPoint) { 118.2, 37.5 })->code, ==, "370502001001001");
  g_assert_cmpstr (wg_grids_find (grids, (WgPoint) { 118.7, 37.5 })->code, ==, "370502001001002");
  g_assert_cmpstr (wg_grids_find (grids, (WgPoint) { 118.5, 37.5 })->code, ==, "370502001001001");
  g_assert_null (wg_grids_find (grids, (WgPoint) { 119.1, 37.5 }));
}

static void
test_grid_codes (void)
{
  g_assert_true (wg_grid_code_is_valid ("370502001001001"));
  g_assert_false (wg_grid_code_is_valid (NULL));
  g_assert_false (wg_grid_code_is_valid (""));
  g_assert_false (wg_grid_code_is_valid ("37050200100100"));
  g_assert_false (wg_grid_code_is_valid ("3705020010010011"));
  g_assert_false (wg_grid_code_is_valid ("37050200100100a"));
  g_assert_false (wg_grid_code_is_valid ("370502001001001\n"));
}

static void
test_roles (void)
{
  WgRole role = 0;
  int named = 0;

  for (int bit = 0; bit < 31; bit++)
    {
      const char *name = wg_role_to_string (1u << bit);
      if (name == NULL)
        continue;
      named++;
      g_assert_true (wg_role_from_string (name, &role));
      g_assert_cmpint (role, ==, 1 << bit);
    }
  g_assert_cmpint (named, ==, 11);
  g_assert_null (wg_role_to_string (WG_ROLE_WORKER | WG_ROLE_CLERK));
  g_assert_null (wg_role_to_string (0));
  g_assert_false (wg_role_from_string ("root", &role));
  g_assert_false (wg_role_from_string (NULL, &role));
}

static void
test_lives (void)
{
  g_autoptr (WgOrg) org = wg_org_new ();
  g_autoptr (WgWorker) worker = wg_worker_new ();

  org->code = g_strdup ("370502001");
  org->phone = g_strdup ("0546-0000000");
  worker->id = g_strdup ("w0001");
  for (int kind = WG_GRID_CITY; kind <= WG_GRID_PLANT; kind++)
    for (int other = WG_GRID_CITY; other < kind; other++)
      g_assert_cmpstr (wg_grid_kind_to_string (kind), !=, wg_grid_kind_to_string (other));
  wg_org_free (NULL);
  wg_grid_free (NULL);
  wg_worker_free (NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/org/find", test_find);
  g_test_add_func ("/core/org/grid-codes", test_grid_codes);
  g_test_add_func ("/core/org/roles", test_roles);
  g_test_add_func ("/core/org/lives", test_lives);
  return g_test_run ();
}

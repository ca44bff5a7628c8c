/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sample district: same bytes from the same seed, codes, borders that tile, people. */
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "sample/wg-sample-private.h"

typedef struct
{
  WgSampleDistrict *district;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->district = wg_sample_district_new (WG_SAMPLE_SEED);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  wg_sample_district_free (fixture->district);
}

/* SHA-256 over all layers as written. */
static char *
hash_district (const WgSampleDistrict *district)
{
  static const char *const layers[] = {
    "units", "grids", "streets", "areas", "buildings", "places"
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (GChecksum) sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_autofree char *folder = g_dir_make_tmp ("wangge-sample-XXXXXX", &error);

  g_assert_no_error (error);
  g_assert_true (wg_sample_write_geojson (district, folder, &error));
  g_assert_no_error (error);
  for (gsize i = 0; i < G_N_ELEMENTS (layers); i++)
    {
      g_autofree char *path = g_strdup_printf ("%s/%s.geojson", folder, layers[i]);
      g_autofree char *text = NULL;
      gsize length = 0;
      g_assert_true (g_file_get_contents (path, &text, &length, &error));
      g_assert_no_error (error);
      g_assert_cmpuint (length, >, 500);
      g_checksum_update (sum, (const guchar *) text, (gssize) length);
      g_unlink (path);
    }
  g_rmdir (folder);
  for (guint i = 0; i < district->workers->len; i++)
    {
      const WgWorker *worker = g_ptr_array_index (district->workers, i);
      g_checksum_update (sum, (const guchar *) worker->name, -1);
      g_checksum_update (sum, (const guchar *) worker->id, -1);
    }
  return g_strdup (g_checksum_get_string (sum));
}

static void
test_deterministic (Fixture *fixture, gconstpointer data)
{
  g_autoptr (WgSampleDistrict) again = wg_sample_district_new (WG_SAMPLE_SEED);
  g_autoptr (WgSampleDistrict) other = wg_sample_district_new (WG_SAMPLE_SEED + 1);
  g_autofree char *first = hash_district (fixture->district);
  g_autofree char *second = hash_district (again);
  g_autofree char *third = hash_district (other);

  g_assert_cmpstr (first, ==, second);
  g_assert_cmpstr (first, !=, third);
  /* The known bytes: whoever changes the generator changes this on purpose. */
  g_assert_cmpstr (first, ==, "f8f1184d850637f987b5826c1007939bda91d481fcfb913a312fd0182d1bbad9");
}

static void
test_codes (Fixture *fixture, gconstpointer data)
{
  static const int expected[] = { 15, 19, 23, 15, 23, 15, 10, 10, 15, 15, 10 };
  WgSampleDistrict *district = fixture->district;
  g_autoptr (GHashTable) codes = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) orgs = g_hash_table_new (g_str_hash, g_str_equal);
  guint kinds[5] = { 0 };

  for (guint i = 0; i < district->orgs->len; i++)
    {
      const WgOrg *org = g_ptr_array_index (district->orgs, i);
      g_assert_true (org->parent == NULL || g_hash_table_contains (orgs, org->parent));
      g_assert_true (g_hash_table_add (orgs, org->code));
      g_assert_true (org->phone == NULL || g_str_has_prefix (org->phone, "0000000"));
    }
  g_assert_cmpuint (district->units->len, ==, 11);
  g_assert_cmpuint (district->grids->len, ==, 170);
  for (guint i = 0; i < district->units->len; i++)
    {
      const WgSampleUnit *unit = g_ptr_array_index (district->units, i);
      int n = 0;
      for (guint j = 0; j < district->grids->len; j++)
        {
          const WgGrid *grid = g_ptr_array_index (district->grids, j);
          n += g_str_equal (grid->org_code, unit->org->code);
        }
      g_assert_cmpint (n, ==, expected[i]);
    }
  for (guint i = 0; i < district->grids->len; i++)
    {
      const WgGrid *grid = g_ptr_array_index (district->grids, i);
      g_autofree char *community = g_strndup (grid->code, 12);
      g_assert_true (wg_grid_code_is_valid (grid->code));
      g_assert_true (g_hash_table_add (codes, grid->code));
      g_assert_true (g_str_has_prefix (grid->code, grid->org_code));
      g_assert_true (g_hash_table_contains (orgs, community));
      g_assert_true (g_str_has_prefix (grid->name, grid->community));
      g_assert_true (g_str_has_suffix (grid->name, "网格"));
      kinds[grid->kind]++;
    }
  for (int kind = WG_GRID_CITY; kind <= WG_GRID_PLANT; kind++)
    g_assert_cmpuint (kinds[kind], >=, 10);
}

static double
sum_area (GPtrArray *grids, const char *org_code)
{
  double sum = 0;

  for (guint i = 0; i < grids->len; i++)
    {
      const WgGrid *grid = g_ptr_array_index (grids, i);
      if (org_code == NULL || g_str_equal (grid->org_code, org_code))
        sum += wg_polygon_area_m2 (grid->boundary);
    }
  return sum;
}

static void
test_tiling (Fixture *fixture, gconstpointer data)
{
  WgSampleDistrict *district = fixture->district;
  WgChance chance = { 7 };
  double units = 0;
  int inside = 0;

  for (guint i = 0; i < district->grids->len; i++)
    g_assert_true (
        wg_polygon_is_simple (((const WgGrid *) g_ptr_array_index (district->grids, i))->boundary));
  for (guint i = 0; i < district->units->len; i++)
    {
      const WgSampleUnit *unit = g_ptr_array_index (district->units, i);
      double area = wg_polygon_area_m2 (unit->boundary);
      g_assert_true (wg_polygon_is_simple (unit->boundary));
      g_assert_cmpfloat_with_epsilon (sum_area (district->grids, unit->org->code), area,
                                      area * 0.001);
      units += area;
    }
  double whole = wg_polygon_area_m2 (district->boundary);
  g_assert_cmpfloat_with_epsilon (units, whole, whole * 0.001);
  g_assert_cmpfloat_with_epsilon (whole, 1155e6, 60e6); /* about as large as the real one */

  for (int i = 0; i < 20000; i++)
    {
      WgPoint point = { wg_chance_real (&chance, district->box.min_lon, district->box.max_lon),
                        wg_chance_real (&chance, district->box.min_lat, district->box.max_lat) };
      int grids = 0, n_units = 0;
      for (guint j = 0; j < district->grids->len; j++)
        grids += wg_polygon_contains (
            ((const WgGrid *) g_ptr_array_index (district->grids, j))->boundary, point);
      for (guint j = 0; j < district->units->len; j++)
        n_units += wg_polygon_contains (
            ((const WgSampleUnit *) g_ptr_array_index (district->units, j))->boundary, point);
      g_assert_cmpint (grids, ==, n_units);
      g_assert_cmpint (grids, ==, wg_polygon_contains (district->boundary, point));
      inside += grids;
    }
  g_assert_cmpint (inside, >, 12000);
}

static void
test_people (Fixture *fixture, gconstpointer data)
{
  WgSampleDistrict *district = fixture->district;
  g_autoptr (GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < district->workers->len; i++)
    {
      const WgWorker *worker = g_ptr_array_index (district->workers, i);
      g_autofree char *id = g_strdup_printf ("w%04u", i + 1);
      g_assert_cmpstr (worker->id, ==, id);
      g_assert_true (g_hash_table_add (ids, worker->id));
      g_assert_cmpint (g_utf8_strlen (worker->name, -1), ==, 3);
      if (i < district->grids->len)
        {
          const WgGrid *grid = g_ptr_array_index (district->grids, i);
          g_assert_cmpint (worker->role, ==, WG_ROLE_WORKER);
          g_assert_cmpstr (worker->grid_code, ==, grid->code);
        }
    }
  for (guint i = 0; i < district->units->len; i++)
    {
      const char *code = ((const WgSampleUnit *) g_ptr_array_index (district->units, i))->org->code;
      g_assert_nonnull (wg_sample_district_find_worker (district, WG_ROLE_CLERK, code));
      g_assert_nonnull (wg_sample_district_find_worker (district, WG_ROLE_DISPATCHER, code));
      g_assert_nonnull (wg_sample_district_find_worker (district, WG_ROLE_SUPERVISOR, code));
    }
  g_assert_nonnull (wg_sample_district_find_worker (district, WG_ROLE_HANDLER, NULL));
  g_assert_nonnull (
      wg_sample_district_find_worker (district, WG_ROLE_DISTRICT, WG_SAMPLE_CENTRE_CODE));
  g_assert_nonnull (
      wg_sample_district_find_worker (district, WG_ROLE_ASSESSOR, WG_SAMPLE_ASSESSOR_CODE));
  g_assert_null (wg_sample_district_find_worker (district, WG_ROLE_ASSESSOR, "370502001"));
}

static void
test_things (Fixture *fixture, gconstpointer data)
{
  WgSampleDistrict *district = fixture->district;

  g_assert_cmpuint (district->buildings->len, >=, 17000);
  g_assert_cmpuint (district->buildings->len, <=, 23000);
  for (guint i = 0; i < district->buildings->len; i += 7)
    {
      const WgSampleBuilding *building = g_ptr_array_index (district->buildings, i);
      g_assert_true (wg_polygon_is_simple (building->shape));
      g_assert_true (
          wg_polygon_contains (building->grid->boundary, wg_polygon_center (building->shape)));
      g_assert_cmpfloat (wg_polygon_area_m2 (building->shape), >, 100);
    }
  for (guint i = 0; i < district->places->len; i++)
    {
      const WgSamplePlace *place = g_ptr_array_index (district->places, i);
      g_assert_true (wg_polygon_contains (place->grid->boundary, place->point));
    }
  for (guint i = 0; i < district->streets->len; i++)
    {
      const WgSampleStreet *street = g_ptr_array_index (district->streets, i);
      g_assert_cmpuint (street->n_points, >=, 2);
      g_assert_true ((street->name == NULL) == (street->rank == WG_SAMPLE_STREET_LANE));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
  g_test_add ("/sample/district/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("deterministic", test_deterministic);
  ADD ("codes", test_codes);
  ADD ("tiling", test_tiling);
  ADD ("people", test_people);
  ADD ("things", test_things);
  return g_test_run ();
}

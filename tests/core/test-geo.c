/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Datums against published numbers, the way back, Mercator, distance, plausible places. */
#include "core/wg-geo.h"

#include <math.h>

#include "core-files.h"

static double
get_number (const WgCsv *csv, guint row, const char *column)
{
  return g_ascii_strtod (wg_csv_get (csv, row, column), NULL);
}

static WgPoint
get_point (const WgCsv *csv, guint row, const char *lon, const char *lat)
{
  return (WgPoint) { get_number (csv, row, lon), get_number (csv, row, lat) };
}

static void
assert_near (WgPoint a, WgPoint b, double tolerance)
{
  g_assert_cmpfloat_with_epsilon (a.lon, b.lon, tolerance);
  g_assert_cmpfloat_with_epsilon (a.lat, b.lat, tolerance);
}

static void
test_published (void)
{
  g_autoptr (WgCsv) csv = core_open_fixture ("datums.csv");

  for (guint i = 0; i < wg_csv_get_n_rows (csv); i++)
    {
      WgPoint wgs = get_point (csv, i, "wgs_lon", "wgs_lat");
      WgPoint gcj = get_point (csv, i, "gcj_lon", "gcj_lat");
      WgPoint bd = get_point (csv, i, "bd_lon", "bd_lat");
      double tolerance = get_number (csv, i, "tolerance"), x, y;

      assert_near (wg_geo_convert (wgs, WG_DATUM_WGS84, WG_DATUM_GCJ02), gcj, tolerance);
      assert_near (wg_geo_convert (gcj, WG_DATUM_GCJ02, WG_DATUM_WGS84), wgs, tolerance);
      if (wg_csv_get (csv, i, "x")[0] == '\0')
        continue;
      assert_near (wg_geo_convert (wgs, WG_DATUM_WGS84, WG_DATUM_BD09), bd, tolerance);
      assert_near (wg_geo_convert (gcj, WG_DATUM_GCJ02, WG_DATUM_BD09), bd, tolerance);
      assert_near (wg_geo_convert (bd, WG_DATUM_BD09, WG_DATUM_GCJ02), gcj, tolerance);
      assert_near (wg_geo_convert (bd, WG_DATUM_BD09, WG_DATUM_WGS84), wgs, tolerance);
      wg_geo_to_mercator (wgs, &x, &y);
      g_assert_cmpfloat_with_epsilon (x, get_number (csv, i, "x"), 0.001);
      g_assert_cmpfloat_with_epsilon (y, get_number (csv, i, "y"), 0.001);
    }
}

/* There and back loses nothing of the seven stored decimals, anywhere in the country. */
static void
test_round_trips (void)
{
  GRand *rand = g_rand_new_with_seed (2);

  for (int i = 0; i < 20000; i++)
    {
      WgPoint point = { g_rand_double_range (rand, 74, 135), g_rand_double_range (rand, 4, 53) };
      double x, y;
      for (int from = WG_DATUM_WGS84; from <= WG_DATUM_BD09; from++)
        for (int to = WG_DATUM_WGS84; to <= WG_DATUM_BD09; to++)
          assert_near (wg_geo_convert (wg_geo_convert (point, from, to), to, from), point, 1e-9);
      wg_geo_to_mercator (point, &x, &y);
      assert_near (wg_geo_from_mercator (x, y), point, 1e-10);
    }
  g_rand_free (rand);
}

/* A source that is declared wrongly is seen: half a kilometre at Dongying. */
static void
test_wrong_datum (void)
{
  WgPoint wgs = { 118.6691133, 37.4340828 };
  WgPoint gcj = wg_geo_convert (wgs, WG_DATUM_WGS84, WG_DATUM_GCJ02);

  g_assert_cmpfloat_with_epsilon (wg_geo_distance_m (wgs, gcj), 505, 3);
  assert_near (wg_geo_convert (wgs, WG_DATUM_WGS84, WG_DATUM_WGS84), wgs, 1e-15);
}

static void
test_outside (void)
{
  WgPoint paris = { 2.3522, 48.8566 };

  assert_near (wg_geo_convert (paris, WG_DATUM_WGS84, WG_DATUM_GCJ02), paris, 1e-15);
  assert_near (wg_geo_convert (paris, WG_DATUM_BD09, WG_DATUM_WGS84), paris, 1e-15);
  g_assert_true (
      isnan (wg_geo_convert ((WgPoint) { NAN, NAN }, WG_DATUM_WGS84, WG_DATUM_BD09).lon));
}

static void
test_distance (void)
{
  WgPoint a = { 118, 37 }, b = { 118, 38 }, pole = { 0, 90 }, other = { 180, -90 };

  g_assert_cmpfloat (wg_geo_distance_m (a, a), ==, 0);
  g_assert_cmpfloat_with_epsilon (wg_geo_distance_m (a, b), 111195.08, 0.01);
  g_assert_cmpfloat (wg_geo_distance_m (a, b), ==, wg_geo_distance_m (b, a));
  g_assert_cmpfloat_with_epsilon (wg_geo_distance_m (pole, other), 20015114.4, 1);
  g_assert_true (isnan (wg_geo_distance_m (a, (WgPoint) { NAN, 1 })));
}

static void
test_plausible (void)
{
  g_assert_true (wg_geo_is_plausible ((WgPoint) { 118.67, 37.43 }));
  g_assert_true (wg_geo_is_plausible ((WgPoint) { 73, 3 }));
  g_assert_false (wg_geo_is_plausible ((WgPoint) { 0, 0 }));
  g_assert_false (wg_geo_is_plausible ((WgPoint) { 37.43, 118.67 }));
  g_assert_false (wg_geo_is_plausible ((WgPoint) { NAN, 37 }));
  g_assert_false (wg_geo_is_plausible ((WgPoint) { INFINITY, 37 }));
}

static void
test_names (void)
{
  WgDatum datum;

  for (int i = WG_DATUM_WGS84; i <= WG_DATUM_BD09; i++)
    {
      g_assert_true (wg_datum_from_string (wg_datum_to_string (i), &datum));
      g_assert_cmpint (datum, ==, i);
    }
  g_assert_true (wg_datum_from_string ("cgcs2000", &datum));
  g_assert_cmpint (datum, ==, WG_DATUM_WGS84);
  g_assert_cmpstr (wg_datum_to_string (WG_DATUM_WGS84), ==, "wgs84");
  g_assert_false (wg_datum_from_string ("mars", &datum));
}

static void
test_mercator_edge (void)
{
  double x, y;

  wg_geo_to_mercator ((WgPoint) { 180, 90 }, &x, &y);
  g_assert_cmpfloat_with_epsilon (x, 20037508.342789244, 1e-6);
  g_assert_cmpfloat_with_epsilon (y, 20037508.342789244, 1e-3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/geo/published", test_published);
  g_test_add_func ("/core/geo/round-trips", test_round_trips);
  g_test_add_func ("/core/geo/wrong-datum", test_wrong_datum);
  g_test_add_func ("/core/geo/outside", test_outside);
  g_test_add_func ("/core/geo/distance", test_distance);
  g_test_add_func ("/core/geo/plausible", test_plausible);
  g_test_add_func ("/core/geo/names", test_names);
  g_test_add_func ("/core/geo/mercator-edge", test_mercator_edge);
  return g_test_run ();
}

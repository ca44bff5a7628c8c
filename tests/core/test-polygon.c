/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Polygons: borders, bent shapes, soundness, area, labels, distances. */
#include <math.h>

#include "core/wg-geo.h"

#define LON 118.67
#define LAT 37.43

static WgPolygon *
make_polygon (const double (*corners)[2], gsize n)
{
  g_autofree WgPoint *points = g_new (WgPoint, n);

  for (gsize i = 0; i < n; i++)
    points[i] = (WgPoint) { LON + corners[i][0] / 1000, LAT + corners[i][1] / 1000 };
  return wg_polygon_new (points, n);
}

#define MAKE(...)                                                                                  \
  make_polygon ((const double[][2]) { __VA_ARGS__ },                                               \
                sizeof (const double[][2]){ __VA_ARGS__ } / sizeof (double[2]))

static gboolean
holds (const WgPolygon *polygon, double x, double y)
{
  return wg_polygon_contains (polygon, (WgPoint) { LON + x / 1000, LAT + y / 1000 });
}

static void
test_border (void)
{
  g_autoptr (WgPolygon) square = MAKE ({ 0, 0 }, { 10, 0 }, { 10, 10 }, { 0, 10 });

  g_assert_true (holds (square, 5, 5));
  g_assert_true (holds (square, 0, 0));
  g_assert_true (holds (square, 10, 10));
  g_assert_true (holds (square, 10, 5));
  g_assert_true (holds (square, 5, 0));
  g_assert_true (holds (square, 0, 3.3));
  g_assert_false (holds (square, 10.0002, 5));
  g_assert_false (holds (square, -0.0002, 5));
  g_assert_false (holds (square, 5, 10.0002));
  g_assert_false (wg_polygon_contains (square, (WgPoint) { NAN, LAT }));
  g_assert_false (wg_polygon_contains (square, (WgPoint) { INFINITY, LAT }));
}

/* The ray through a corner, along an edge, and into the bay of a U. */
static void
test_concave (void)
{
  g_autoptr (WgPolygon) bay = MAKE ({ 0, 0 }, { 10, 0 }, { 10, 10 }, { 7, 10 }, { 7, 4 }, { 3, 4 },
                                   { 3, 10 }, { 0, 10 });

  g_assert_true (wg_polygon_is_simple (bay));
  g_assert_true (holds (bay, 1, 4));
  g_assert_true (holds (bay, 9, 4));
  g_assert_true (holds (bay, 5, 4));
  g_assert_false (holds (bay, 5, 5));
  g_assert_false (holds (bay, 5, 10));
  g_assert_false (holds (bay, -1, 4));
  g_assert_true (holds (bay, 1, 10));
  g_assert_cmpfloat_with_epsilon (
      wg_polygon_distance_m (bay, (WgPoint) { LON + 0.005, LAT + 0.0045 }), 0.0005 * 111195, 0.1);

  WgPoint label = wg_polygon_center (bay);
  g_assert_true (wg_polygon_contains (bay, label));
}

/* Neighbours leave no gap: each of many points lies in one of two, on the border in both. */
static void
test_neighbours (void)
{
  g_autoptr (WgPolygon) west = MAKE ({ 0, 0 }, { 4.1234, 0 }, { 6.4321, 10 }, { 0, 10 });
  g_autoptr (WgPolygon) east = MAKE ({ 4.1234, 0 }, { 10, 0 }, { 10, 10 }, { 6.4321, 10 });
  GRand *rand = g_rand_new_with_seed (3);

  for (int i = 0; i < 50000; i++)
    {
      double y = g_rand_double_range (rand, 0, 10);
      double x =
          i % 2 ? g_rand_double_range (rand, 0, 10)
                : 4.1234 + (6.4321 - 4.1234) * y / 10 + g_rand_double_range (rand, -3e-4, 3e-4);
      g_assert_true (holds (west, x, y) || holds (east, x, y));
    }
  g_rand_free (rand);
}

static void
test_simple (void)
{
  g_autoptr (WgPolygon) bow = MAKE ({ 0, 0 }, { 10, 10 }, { 10, 0 }, { 0, 10 });
  g_autoptr (WgPolygon) spike = MAKE ({ 0, 0 }, { 10, 0 }, { 20, 0 }, { 10, 0 }, { 10, 10 });
  g_autoptr (WgPolygon) back = MAKE ({ 0, 0 }, { 10, 0 }, { 5, 0 }, { 5, 10 });
  g_autoptr (WgPolygon) twice = MAKE ({ 0, 0 }, { 10, 0 }, { 10, 0 }, { 5, 10 });
  g_autoptr (WgPolygon) touch = MAKE ({ 0, 0 }, { 10, 0 }, { 10, 10 }, { 5, 0 }, { 0, 10 });
  g_autoptr (WgPolygon) flat = MAKE ({ 0, 0 }, { 5, 0 }, { 10, 0 });
  g_autoptr (WgPolygon) straight = MAKE ({ 0, 0 }, { 5, 0 }, { 10, 0 }, { 5, 10 });
  g_autoptr (WgPolygon) triangle = MAKE ({ 0, 0 }, { 5, 8 }, { 10, 0 });

  g_assert_false (wg_polygon_is_simple (bow));
  g_assert_false (wg_polygon_is_simple (spike));
  g_assert_false (wg_polygon_is_simple (back));
  g_assert_false (wg_polygon_is_simple (twice));
  g_assert_false (wg_polygon_is_simple (touch));
  g_assert_false (wg_polygon_is_simple (flat));
  g_assert_true (wg_polygon_is_simple (straight));
  g_assert_true (wg_polygon_is_simple (triangle));
}

static void
test_making (void)
{
  const WgPoint line[] = { { 118, 37 }, { 119, 37 }, { 118, 37 } };
  const WgPoint bad[] = { { 118, 37 }, { 119, NAN }, { 118, 38 } };
  const WgPoint closed[] = { { 118, 37 }, { 119, 37 }, { 119, 38 }, { 118, 37 } };
  g_autoptr (WgPolygon) polygon = wg_polygon_new (closed, 4);
  g_autoptr (WgPolygon) copy = wg_polygon_copy (polygon);

  g_assert_null (wg_polygon_new (line, 3));
  g_assert_null (wg_polygon_new (line, 0));
  g_assert_null (wg_polygon_new (bad, 3));
  g_assert_null (wg_polygon_copy (NULL));
  g_assert_cmpuint (copy->n_points, ==, 3);
  g_assert_cmpfloat (copy->box.max_lon, ==, 119);
  g_assert_cmpfloat (copy->box.min_lat, ==, 37);
}

/* A square of 0.01 degrees: sides from the mean radius, by hand. */
static void
test_measures (void)
{
  g_autoptr (WgPolygon) square = MAKE ({ 0, 0 }, { 10, 0 }, { 10, 10 }, { 0, 10 });
  g_autoptr (WgPolygon) turned = MAKE ({ 0, 10 }, { 10, 10 }, { 10, 0 }, { 0, 0 });
  double side = 0.01 * 111195.08, width = side * cos ((LAT + 0.005) * G_PI / 180);
  WgPoint center = wg_polygon_center (square);

  g_assert_cmpfloat_with_epsilon (wg_polygon_area_m2 (square), side * width, 2);
  g_assert_cmpfloat_with_epsilon (wg_polygon_area_m2 (turned), side * width, 2);
  g_assert_cmpfloat_with_epsilon (center.lon, LON + 0.005, 1e-9);
  g_assert_cmpfloat_with_epsilon (center.lat, LAT + 0.005, 1e-9);
  g_assert_cmpfloat (wg_polygon_distance_m (square, center), ==, 0);
  g_assert_cmpfloat_with_epsilon (
      wg_polygon_distance_m (square, (WgPoint) { LON + 0.005, LAT + 0.011 }), 111.195, 0.01);
  g_assert_cmpfloat_with_epsilon (
      wg_polygon_distance_m (square, (WgPoint) { LON - 0.003, LAT - 0.004 }),
      wg_geo_distance_m ((WgPoint) { LON - 0.003, LAT - 0.004 }, (WgPoint) { LON, LAT }), 0.1);
  g_assert_true (isnan (wg_polygon_distance_m (square, (WgPoint) { NAN, 0 })));
}

/* Stars with random rays: sound, and the label always inside. */
static void
test_labels (void)
{
  GRand *rand = g_rand_new_with_seed (4);

  for (int i = 0; i < 2000; i++)
    {
      WgPoint points[40];
      gsize n = (gsize) g_rand_int_range (rand, 3, 40);
      for (gsize k = 0; k < n; k++)
        {
          double angle = 2 * G_PI * (double) k / (double) n;
          double ray = g_rand_double_range (rand, 0.001, 0.01);
          points[k] = (WgPoint) { LON + ray * cos (angle), LAT + ray * sin (angle) };
        }
      g_autoptr (WgPolygon) star = wg_polygon_new (points, n);
      g_assert_true (n == 3 || wg_polygon_is_simple (star));
      g_assert_true (wg_polygon_contains (star, wg_polygon_center (star)));
    }
  g_rand_free (rand);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/polygon/border", test_border);
  g_test_add_func ("/core/polygon/concave", test_concave);
  g_test_add_func ("/core/polygon/neighbours", test_neighbours);
  g_test_add_func ("/core/polygon/simple", test_simple);
  g_test_add_func ("/core/polygon/making", test_making);
  g_test_add_func ("/core/polygon/measures", test_measures);
  g_test_add_func ("/core/polygon/labels", test_labels);
  return g_test_run ();
}

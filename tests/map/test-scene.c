/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The plane and its datums: where things are drawn, and what a tap means. */
#include <math.h>

#include "map/wg-map-scene.h"
#include "sample/wg-sample.h"

#define EQUATOR_M 40075016.685578488

static double
get_shift_m (WgPoint point, WgDatum one, WgDatum other)
{
  WgSpot a = wg_spot_from_point (point, one), b = wg_spot_from_point (point, other);

  return hypot (a.x - b.x, a.y - b.y) * EQUATOR_M * cos (point.lat * G_PI / 180);
}

/* A pack whose datum is not known to be GCJ-02 would show everything half a kilometre off. */
static void
test_wrong_datum (void)
{
  WgPoint point = { 118.58, 37.45 };

  g_assert_cmpfloat (get_shift_m (point, WG_DATUM_WGS84, WG_DATUM_WGS84), ==, 0);
  g_assert_cmpfloat_with_epsilon (get_shift_m (point, WG_DATUM_WGS84, WG_DATUM_GCJ02), 496, 3);
  g_assert_cmpfloat (get_shift_m (point, WG_DATUM_WGS84, WG_DATUM_BD09), >, 800);
  g_assert_cmpfloat (get_shift_m (point, WG_DATUM_GCJ02, WG_DATUM_BD09), >, 300);
}

static void
test_there_and_back (void)
{
  static const WgDatum datums[] = { WG_DATUM_WGS84, WG_DATUM_GCJ02, WG_DATUM_BD09 };

  for (gsize i = 0; i < G_N_ELEMENTS (datums); i++)
    for (double lon = 118.3; lon < 118.9; lon += 0.037)
      {
        WgPoint point = { lon, 37.2 + (lon - 118.3) };
        WgPoint back = wg_spot_to_point (wg_spot_from_point (point, datums[i]), datums[i]);
        g_assert_cmpfloat (wg_geo_distance_m (point, back), <,
                           datums[i] == WG_DATUM_WGS84 ? 0.001 : 1);
      }
  WgSpot middle = wg_spot_from_shown ((WgPoint) { 0, 0 });
  g_assert_cmpfloat_with_epsilon (middle.x, 0.5, 1e-12);
  g_assert_cmpfloat_with_epsilon (middle.y, 0.5, 1e-12);
}

static void
test_scene (void)
{
  g_autoptr (WgSampleDistrict) district = wg_sample_district_new (WG_SAMPLE_SEED);
  const WgGrid *own = g_ptr_array_index (district->grids, 5);
  WgEventDot here = { (char *) "a",    118.58, 37.45, WG_EVENT_LEVEL_DAILY, WG_EVENT_STATE_ARCHIVED,
                      WG_TRUTH_APPLIED };
  WgEventDot nowhere = { (char *) "b",    NAN, NAN, WG_EVENT_LEVEL_DAILY, WG_EVENT_STATE_ARCHIVED,
                         WG_TRUTH_APPLIED };
  g_autoptr (GPtrArray) dots = g_ptr_array_new ();

  g_ptr_array_add (dots, &nowhere);
  g_ptr_array_add (dots, &here);
  g_autoptr (WgMapScene) scene = wg_map_scene_new (NULL, district->grids, own->code, dots, FALSE);
  g_assert_cmpuint (scene->grids->len, ==, 170);
  const WgGridShape *last = &g_array_index (scene->grids, WgGridShape, 169);
  g_assert_true (last->own);
  g_assert_cmpstr (last->name, ==, own->name);
  for (guint i = 0; i < 169; i++)
    g_assert_false (g_array_index (scene->grids, WgGridShape, i).own);
  g_assert_cmpuint (scene->marks->len, ==, 1);
  g_assert_cmpuint (g_array_index (scene->marks, WgMarkPoint, 0).index, ==, 1);

  g_autoptr (WgMapScene) empty = wg_map_scene_new (NULL, NULL, NULL, NULL, TRUE);
  g_assert_cmpuint (empty->grids->len + empty->labels->len + empty->marks->len, ==, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/map/scene/wrong-datum", test_wrong_datum);
  g_test_add_func ("/map/scene/there-and-back", test_there_and_back);
  g_test_add_func ("/map/scene/scene", test_scene);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A grid's invented past: ordered, inside the grid, of the standard's classes, in the asked shares.
 */
#include "core/wg-id.h"
#include "sample/wg-sample.h"

#define FROM_MS G_GINT64_CONSTANT (1609459200000)
#define UNTIL_MS (FROM_MS + 5 * G_GINT64_CONSTANT (365) * 86400000)

static WgStandard *
load_standard (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path =
      g_build_filename (g_getenv ("WG_DATA_SOURCE_DIR"), "standards", "event-classes.csv", NULL);
  g_autofree char *text = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  WgStandard *standard = wg_standard_new_from_csv (text, &error);
  g_assert_no_error (error);
  return standard;
}

static void
test_years (void)
{
  g_autoptr (WgSampleDistrict) district = wg_sample_district_new (WG_SAMPLE_SEED);
  g_autoptr (WgStandard) standard = load_standard ();
  const WgGrid *grid = g_ptr_array_index (district->grids, 3);
  g_autoptr (GPtrArray) events =
                wg_sample_history_new (district, grid, standard, 3300, FROM_MS, UNTIL_MS, 1);
  g_autoptr (GPtrArray) again =
                wg_sample_history_new (district, grid, standard, 3300, FROM_MS, UNTIL_MS, 1);
  g_autoptr (GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal);
  guint levels[5] = { 0 };
  gint64 last_ms = 0;

  g_assert_cmpuint (events->len, ==, 3300);
  for (guint i = 0; i < events->len; i++)
    {
      const WgEvent *event = g_ptr_array_index (events, i), *twin = g_ptr_array_index (again, i);
      g_assert_cmpstr (event->id, ==, twin->id);
      g_assert_true (wg_id_is_valid (event->id));
      g_assert_true (g_hash_table_add (ids, event->id));
      g_assert_cmpint (event->reported_ms, >=, last_ms);
      g_assert_cmpint (event->reported_ms, <, UNTIL_MS);
      last_ms = event->reported_ms;
      g_assert_true (wg_polygon_contains (grid->boundary, (WgPoint) { event->lon, event->lat }));
      const WgEventClass *row = wg_standard_find (standard, event->class_code);
      g_assert_nonnull (row);
      g_assert_cmpint (row->default_level, ==, event->level);
      g_assert_cmpstr (event->reporter, ==, "w0004");
      levels[event->level]++;
    }
  g_assert_cmpuint (levels[WG_EVENT_LEVEL_DAILY], >, 2850);
  g_assert_cmpuint (levels[WG_EVENT_LEVEL_GENERAL], >, 170);
  g_assert_cmpuint (levels[WG_EVENT_LEVEL_MAJOR], >, 30);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sample/history/years", test_years);
  return g_test_run ();
}

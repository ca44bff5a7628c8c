/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Invented households and residents: right by their tables, each once, and never somebody's. */
#include <string.h>

#include "core/wg-id.h"
#include "core/wg-numbers.h"
#include "sample/wg-sample.h"

#define AT_MS G_GINT64_CONSTANT (1795400000000) /* 2026-11-23 */

static void
check_resident (const WgRecord *record, GHashTable *homes)
{
  const char *number = wg_record_get_text (record, "id_no");

  /* Nobody's number: all is right about it but the region. */
  g_assert_cmpint (wg_citizen_number_check (number), ==, WG_CITIZEN_NUMBER_DIVISION);
  g_assert_true (g_str_has_prefix (number, "00"));
  g_assert_nonnull (wg_record_get_text (record, "sex"));
  g_assert_nonnull (wg_record_get_text (record, "birth"));
  g_assert_true (g_hash_table_contains (homes, wg_record_get_text (record, "household")));
  if (wg_record_get_text (record, "phone") != NULL)
    g_assert_true (g_str_has_prefix (wg_record_get_text (record, "phone"), "000000"));
}

static void
check_issues (const WgRecord *record)
{
  g_autoptr (GPtrArray) issues = wg_record_check (record, AT_MS);

  for (guint i = 0; i < issues->len; i++)
    {
      const WgIssue *issue = g_ptr_array_index (issues, i);
      g_assert_false (issue->blocks);
      g_assert_cmpint (issue->code, ==, WG_ISSUE_DIVISION);
    }
}

static void
test_grid (void)
{
  g_autoptr (WgSampleDistrict) district = wg_sample_district_new (WG_SAMPLE_SEED);
  const WgGrid *grid = g_ptr_array_index (district->grids, 3);
  g_autoptr (GPtrArray) records = wg_sample_records_new (grid, 175, AT_MS, 1);
  g_autoptr (GPtrArray) again = wg_sample_records_new (grid, 175, AT_MS, 1);
  g_autoptr (GHashTable) homes = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) ids = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  g_assert_cmpuint (records->len, ==, again->len);
  for (guint i = 0; i < records->len; i++)
    {
      const WgRecord *record = g_ptr_array_index (records, i);
      const WgRecord *twin = g_ptr_array_index (again, i);

      g_assert_true (wg_id_is_valid (record->id));
      g_assert_true (g_hash_table_add (ids, record->id));
      g_assert_cmpstr (record->id, ==, twin->id);
      g_assert_true (wg_record_equal (record, twin));
      g_assert_cmpstr (wg_record_get_text (record, WG_FIELD_GRID), ==, grid->code);
      g_assert_true (g_hash_table_add (keys, wg_record_dup_key (record)));
      check_issues (record);
      if (g_str_equal (record->kind->name, "household"))
        g_hash_table_add (homes, record->id);
      else
        check_resident (record, homes); /* its home came before it */
    }
  g_assert_cmpuint (g_hash_table_size (homes), ==, 175);
  g_assert_cmpuint (records->len, >, 175 + 350);
  g_assert_cmpuint (records->len, <, 175 + 800);
}

/* The families of every grid are right, not only of one. */
static void
test_district (void)
{
  g_autoptr (WgSampleDistrict) district = wg_sample_district_new (WG_SAMPLE_SEED);

  for (guint i = 0; i < district->grids->len; i++)
    {
      g_autoptr (GPtrArray) records = wg_sample_records_new (g_ptr_array_index (district->grids, i),
                                                            40, AT_MS, WG_SAMPLE_SEED);
      for (guint k = 0; k < records->len; k++)
        check_issues (g_ptr_array_index (records, k));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sample/records/grid", test_grid);
  g_test_add_func ("/sample/records/district", test_district);
  return g_test_run ();
}

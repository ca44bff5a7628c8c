/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The reader of named statements. */
#include "db/wg-db-private.h"

static GHashTable *
parse (const char *text, GError **error)
{
  g_autoptr (GHashTable) table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  return wg_sql_parse (text, table, error) ? g_steal_pointer (&table) : NULL;
}

static void
test_splits (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) table = parse (
      "-- about\n\n-- :name one\n-- why\nSELECT 1\n-- :name two-b_3 \nSELECT\n 2;\n", &error);

  g_assert_no_error (error);
  g_assert_cmpuint (g_hash_table_size (table), ==, 2);
  g_assert_cmpstr (g_hash_table_lookup (table, "one"), ==, "-- why\nSELECT 1\n");
  g_assert_cmpstr (g_hash_table_lookup (table, "two-b_3"), ==, "SELECT\n 2;\n\n");
}

static void
test_empty (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) table = parse ("", &error);

  g_assert_no_error (error);
  g_assert_cmpuint (g_hash_table_size (table), ==, 0);
}

static void
test_refuses (void)
{
  const char *wrong[] = { "-- :name a\nSELECT 1\n-- :name a\nSELECT 2\n", "-- :name \nSELECT 1\n",
                          "-- :name A b\nSELECT 1\n" };

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (parse (wrong[i], &error));
      g_assert_error (error, WG_DB_ERROR, WG_DB_ERROR_FAILED);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/db/sql/splits", test_splits);
  g_test_add_func ("/db/sql/empty", test_empty);
  g_test_add_func ("/db/sql/refuses", test_refuses);
  return g_test_run ();
}

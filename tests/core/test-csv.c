/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading CSV: quoting of RFC 4180, faults with their places, and no crash on anything. */
#include "core-files.h"
#include "core/wg-codes.h"
#include "core/wg-core-error.h"

static void
test_quoting (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (WgCsv) csv = wg_csv_new ("\xef\xbb\xbf# version: 1.0 \r\n# words for people\r\n"
                                     "a,b,c\r\n"
                                     "1,\"x, \"\"y\"\"\",\r\n"
                                     "\r\n"
                                     "2,\"two\r\nlines\",中文",
                                     &error);

  g_assert_no_error (error);
  g_assert_cmpstr (wg_csv_get_note (csv, "version"), ==, "1.0");
  g_assert_null (wg_csv_get_note (csv, "words for people"));
  g_assert_cmpuint (wg_csv_get_n_rows (csv), ==, 2);
  g_assert_cmpstr (wg_csv_get (csv, 0, "b"), ==, "x, \"y\"");
  g_assert_cmpstr (wg_csv_get (csv, 0, "c"), ==, "");
  g_assert_cmpstr (wg_csv_get (csv, 1, "b"), ==, "two\r\nlines");
  g_assert_cmpstr (wg_csv_get (csv, 1, "c"), ==, "中文");
  g_assert_cmpstr (wg_csv_get (csv, 1, "d"), ==, "");
  g_assert_cmpuint (wg_csv_get_line (csv, 0), ==, 4);
  g_assert_cmpuint (wg_csv_get_line (csv, 1), ==, 6);
  g_assert_cmpint (wg_csv_find_column (csv, "c"), ==, 2);
}

static void
test_faults (void)
{
  static const struct
  {
    const char *text, *message;
  } cases[] = {
    { "", "line 1, column 1: no header row" },
    { "# only: notes\n", "line 2, column 1: no header row" },
    { "a,b\n1\n", "line 2, column 1: 1 cells; the header has 2" },
    { "a,b\n1,2,3\n", "line 2, column 1: 3 cells; the header has 2" },
    { "a,b\n1,\"x\n2,3\n", "line 2, column 3: this quote is never closed" },
    { "a,b\n中文,x\"y\n", "line 2, column 5: a quote or a bare carriage return" },
    { "a,b\n1,\"x\"y\n", "line 2, column 6: text after the closing quote" },
    { "a,b\n1,x\ry\n", "line 2, column 4: a quote or a bare carriage return" },
    { "a,a\n1,2\n", "line 1, column 1: column name 'a'" },
    { "a,\n1,2\n", "line 1, column 1: column name ''" },
    { "a,b\n1,中\xff\n", "line 2, column 4: no UTF-8" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_null (wg_csv_new (cases[i].text, &error));
      g_assert_error (error, WG_CORE_ERROR, WG_CORE_ERROR_PARSE);
      if (!g_str_has_prefix (error->message, cases[i].message))
        g_error ("case %zu: %s", i, error->message);
    }
}

static void
test_numbers (void)
{
  static const char *const columns[] = { "n", "x", NULL };
  g_autoptr (WgCsv) csv = wg_csv_new ("n\n12\n\"\"\n-1\n1.5\n99999999999999999999\n7 \n", NULL);
  g_autoptr (GError) missing = NULL;
  gint64 value = 5;

  g_assert_true (wg_csv_get_int (csv, 0, "n", 0, 20, &value, NULL));
  g_assert_cmpint (value, ==, 12);
  g_assert_true (wg_csv_get_int (csv, 1, "n", 1, 20, &value, NULL));
  g_assert_cmpint (value, ==, 0);
  for (guint row = 2; row < 6; row++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_false (wg_csv_get_int (csv, row, "n", 0, 20, &value, &error));
      g_assert_error (error, WG_CORE_ERROR, WG_CORE_ERROR_PARSE);
    }
  g_assert_false (wg_csv_require_columns (csv, columns, &missing));
  g_assert_nonnull (strstr (missing->message, "'x'"));
}

/* Cuts and changes of the real tables: each gives a table or an error with a place. */
static void
test_damaged (void)
{
  static const char *const names[] = { "event-classes.csv", "calendar-2026.csv",
                                       "codes/event_state.csv" };
  static const char signs[] = "\",\n\r#\x80 0|";
  GRand *rand = g_rand_new_with_seed (4180);

  for (int i = 0; i < 3000; i++)
    {
      g_autofree char *text = core_read_standards (names[i % 3]);
      gsize length = strlen (text);
      g_autoptr (GError) error = NULL;
      if (i % 2 == 0)
        text[g_rand_int_range (rand, 0, (gint32) length)] = '\0';
      for (int k = g_rand_int_range (rand, 0, 4); k > 0; k--)
        text[g_rand_int_range (rand, 0, (gint32) length)] =
            signs[g_rand_int_range (rand, 0, sizeof signs)];
      g_autoptr (WgStandard) standard = i % 3 == 0 ? wg_standard_new_from_csv (text, &error) : NULL;
      g_autoptr (WgCalendar) calendar = i % 3 == 1 ? wg_calendar_new_from_csv (text, &error) : NULL;
      g_autoptr (WgCodes) codes = i % 3 == 2 ? wg_codes_new_from_csv (text, &error) : NULL;
      gboolean read = standard != NULL || calendar != NULL || codes != NULL;
      g_assert_true (read == (error == NULL));
      if (error != NULL)
        g_assert_true (g_error_matches (error, WG_CORE_ERROR, WG_CORE_ERROR_PARSE) &&
                       g_str_has_prefix (error->message, "line "));
    }
  g_rand_free (rand);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/csv/quoting", test_quoting);
  g_test_add_func ("/core/csv/faults", test_faults);
  g_test_add_func ("/core/csv/numbers", test_numbers);
  g_test_add_func ("/core/csv/damaged", test_damaged);
  return g_test_run ();
}

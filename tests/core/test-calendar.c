/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Due times: golden vectors of 2026, the laws of invariant I19, dates against GLib's, bad tables.
 */
#include "core-files.h"
#include "core/wg-core-error.h"

#define MINUTE_MS G_GINT64_CONSTANT (60000)
#define DAY_MS (1440 * MINUTE_MS)
#define CASES 20000

static gint64
read_time (const char *text)
{
  g_autofree char *whole = g_strdup_printf ("%s:00+08:00", text);
  g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (whole, NULL);

  g_assert_nonnull (time);
  return g_date_time_to_unix (time) * 1000;
}

static void
test_golden (void)
{
  g_autoptr (WgCalendar) calendar = core_open_calendar ();
  g_autoptr (WgCsv) cases = core_open_fixture ("calendar-golden.csv");

  for (guint i = 0; i < wg_csv_get_n_rows (cases); i++)
    {
      WgTimeUnit unit;
      gint64 amount = g_ascii_strtoll (wg_csv_get (cases, i, "amount"), NULL, 10);
      g_assert_true (wg_time_unit_from_string (wg_csv_get (cases, i, "unit"), &unit));
      gint64 due =
          wg_calendar_add (calendar, read_time (wg_csv_get (cases, i, "start")), amount, unit);
      if (due != read_time (wg_csv_get (cases, i, "due")))
        g_error ("line %u: got %" G_GINT64_FORMAT, wg_csv_get_line (cases, i), due);
    }
}

static void
test_year (void)
{
  g_autoptr (WgCalendar) calendar = core_open_calendar ();
  g_autoptr (GDate) date = g_date_new_dmy (1, 1, 2026);
  int working = 0;

  for (; g_date_get_year (date) == 2026; g_date_add_days (date, 1))
    working +=
        wg_calendar_is_working_day (calendar, 2026, g_date_get_month (date), g_date_get_day (date));
  g_assert_cmpint (working, ==, 248);
  g_assert_true (wg_calendar_has_year (calendar, 2026));
  g_assert_false (wg_calendar_has_year (calendar, 2027));
  g_assert_true (wg_calendar_is_working_day (calendar, 2027, 1, 1)); /* a Friday, no notice yet */
  g_assert_false (wg_calendar_is_working_day (calendar, 2027, 1, 2));
}

static gint64
get_start (GRand *rand)
{
  return read_time ("2025-12-20T00:00") + (gint64) (g_rand_double (rand) * (double) (390 * DAY_MS));
}

static void
test_laws (void)
{
  g_autoptr (WgCalendar) calendar = core_open_calendar ();
  GRand *rand = g_rand_new_with_seed (19);

  for (int i = 0; i < CASES; i++)
    {
      gint64 start = get_start (rand), later = start + g_rand_int_range (rand, 0, 200000000);
      gint64 a = g_rand_int_range (rand, 0, 3000), b = g_rand_int_range (rand, 0, 3000);
      WgTimeUnit unit = g_rand_int_range (rand, 0, 5);
      gint64 due = wg_calendar_add (calendar, start, a, WG_UNIT_WORK_MINUTE);
      gint64 both = wg_calendar_add (calendar, start, a + b, WG_UNIT_WORK_MINUTE);

      g_assert_cmpint (wg_calendar_between (calendar, start, due), ==, a * MINUTE_MS);
      g_assert_cmpint (wg_calendar_add (calendar, due, b, WG_UNIT_WORK_MINUTE), ==, both);
      g_assert_cmpint (wg_calendar_between (calendar, due, start), ==, -a * MINUTE_MS);
      g_assert_cmpint (due, <=, both);
      g_assert_cmpint (start, <=, due);
      a %= 40;
      g_assert_cmpint (wg_calendar_add (calendar, start, a, unit), <=,
                       wg_calendar_add (calendar, later, a, unit));
      g_assert_cmpint (wg_calendar_add (calendar, start, a, unit), <=,
                       wg_calendar_add (calendar, start, a + 1, unit));
      g_assert_cmpint (wg_calendar_between (calendar, start, later), <=, later - start);
    }
  g_rand_free (rand);
}

/* A pause takes exactly its own working time: what is left is stored and added again. */
static void
test_pause (void)
{
  g_autoptr (WgCalendar) calendar = core_open_calendar ();
  gint64 start = read_time ("2026-09-28T09:00");
  gint64 due = wg_calendar_add (calendar, start, 900, WG_UNIT_WORK_MINUTE);
  gint64 paused = read_time ("2026-09-28T15:00"), resumed = read_time ("2026-10-08T08:30");
  gint64 left = wg_calendar_between (calendar, paused, due);

  g_assert_cmpint (left, ==, (900 - 180 - 60) * MINUTE_MS);
  g_assert_cmpint (wg_calendar_add (calendar, resumed, left / MINUTE_MS, WG_UNIT_WORK_MINUTE), ==,
                   read_time ("2026-10-09T12:00"));
}

static void
test_dates (void)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_offset (8 * 3600);
  GRand *rand = g_rand_new_with_seed (5);
  int year, month, day, real_year, real_month, real_day;

  for (int i = 0; i < CASES; i++)
    {
      gint64 seconds = (gint64) (g_rand_double (rand) * 2.5e11) - G_GINT64_CONSTANT (60000000000);
      g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (seconds);
      g_autoptr (GDateTime) local = g_date_time_to_timezone (utc, zone);
      g_date_time_get_ymd (local, &real_year, &real_month, &real_day);
      wg_local_date (seconds * 1000 + 999, &year, &month, &day);
      g_assert_cmpint (year, ==, real_year);
      g_assert_cmpint (month, ==, real_month);
      g_assert_cmpint (day, ==, real_day);
    }
  g_rand_free (rand);
  g_assert_cmpint (wg_local_day_start_ms (read_time ("2026-03-01T00:00")), ==,
                   read_time ("2026-03-01T00:00"));
  g_assert_cmpint (wg_local_day_start_ms (read_time ("2026-03-01T23:59")), ==,
                   read_time ("2026-03-01T00:00"));
  wg_local_date (G_MAXINT64, &year, &month, &day);
  wg_local_date (G_MININT64, &year, &month, &day);
  g_assert_cmpint (wg_local_day_start_ms (G_MININT64), <, 0);
}

static void
test_units (void)
{
  WgTimeUnit unit;

  for (int i = WG_UNIT_WORK_MINUTE; i <= WG_UNIT_MINUTE; i++)
    {
      g_assert_true (wg_time_unit_from_string (wg_time_unit_to_string (i), &unit));
      g_assert_cmpint (unit, ==, i);
    }
  g_assert_false (wg_time_unit_from_string ("week", &unit));
  g_assert_false (wg_time_unit_from_string (NULL, &unit));
}

static void
test_bad_tables (void)
{
  static const struct
  {
    const char *rows, *names;
  } cases[] = {
    { "", "line 1" },
    { "weekday,1,5\n", "span" },
    { "span,08:30,12:00\n", "weekday" },
    { "span,08:30,08:30\nweekday,1,5\n", "line 2, column 'to'" },
    { "span,8:30,12:00\nweekday,1,5\n", "line 2, column 'from'" },
    { "span,08:30,24:01\nweekday,1,5\n", "line 2, column 'to'" },
    { "span,08:30,12:00\nspan,11:00,13:00\n", "line 3, column 'from'" },
    { "span,08:30,12:00\nspan,12:00,13:00\n", "line 3, column 'from'" },
    { "weekday,0,5\n", "line 2, column 'from'" },
    { "weekday,5,1\n", "line 2, column 'from'" },
    { "weekday,1,8\n", "line 2, column 'to'" },
    { "off,2026-02-29,2026-02-29\n", "line 2, column 'from'" },
    { "off,2026-02-03,2026-02-02\n", "line 2, column 'to'" },
    { "off,2026-01-01,2029-01-01\n", "line 2, column 'to'" },
    { "off,2026-01-01,2026-01-02\nwork,2026-01-02,2026-01-02\n", "line 3, column 'from'" },
    { "year,,\n", "line 2, column 'from'" },
    { "holiday,2026-01-01,2026-01-01\n", "line 2, column 'kind'" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *csv = g_strconcat ("kind,from,to\n", cases[i].rows, NULL);
      g_assert_null (wg_calendar_new_from_csv (csv, &error));
      g_assert_error (error, WG_CORE_ERROR, WG_CORE_ERROR_PARSE);
      g_assert_nonnull (strstr (error->message, cases[i].names));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/calendar/golden", test_golden);
  g_test_add_func ("/core/calendar/year", test_year);
  g_test_add_func ("/core/calendar/laws", test_laws);
  g_test_add_func ("/core/calendar/pause", test_pause);
  g_test_add_func ("/core/calendar/dates", test_dates);
  g_test_add_func ("/core/calendar/units", test_units);
  g_test_add_func ("/core/calendar/bad-tables", test_bad_tables);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the core's tests read: fixtures and the project's own data. */
#include "core-files.h"

static char *
read_file (const char *path)
{
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

char *
core_read_fixture (const char *name)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "fixtures", "core", name, NULL);

  return read_file (path);
}

char *
core_read_standards (const char *name)
{
  g_autofree char *path =
      g_build_filename (g_getenv ("WG_DATA_SOURCE_DIR"), "standards", name, NULL);

  return read_file (path);
}

WgCsv *
core_open_fixture (const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = core_read_fixture (name);
  WgCsv *csv = wg_csv_new (text, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (wg_csv_get_n_rows (csv), >, 0);
  return csv;
}

WgStandard *
core_open_standard (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = core_read_standards ("event-classes.csv");
  WgStandard *standard = wg_standard_new_from_csv (text, &error);

  g_assert_no_error (error);
  return standard;
}

WgCalendar *
core_open_calendar (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = core_read_standards ("calendar-2026.csv");
  WgCalendar *calendar = wg_calendar_new_from_csv (text, &error);

  g_assert_no_error (error);
  return calendar;
}

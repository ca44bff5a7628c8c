/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that are whole or absent, whatever write fails. */
#include <glib/gstdio.h>

#include "db/wg-db.h"
#include "db/wg-file.h"
#include "support/wg-test-folder.h"

static void
test_replace (void)
{
  g_autofree char *folder = wg_test_folder_new ();
  g_autofree char *path = g_build_filename (folder, "a", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) got = NULL;
  GStatBuf info;

  g_assert_true (wg_file_replace (path, "first", 5, &error));
  g_assert_true (wg_file_replace (path, "the second", 10, &error));
  g_assert_no_error (error);
  got = wg_test_read (folder, "a");
  g_assert_cmpmem (g_bytes_get_data (got, NULL), g_bytes_get_size (got), "the second", 10);
  g_assert_cmpint (g_stat (path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0600);
  g_assert_false (wg_file_replace ("/nonexistent/a", "x", 1, &error));
  g_assert_error (error, WG_DB_ERROR, WG_DB_ERROR_IO);
  wg_test_folder_remove (folder);
}

static void
test_each_write (gconstpointer data)
{
  char kind = (char) GPOINTER_TO_INT (data);
  gboolean hit = TRUE;

  for (gint64 n = 1; hit; n++)
    {
      g_autofree char *folder = wg_test_folder_new ();
      g_autofree char *path = g_build_filename (folder, "a", NULL);
      g_autofree char *part = g_strconcat (path, ".part", NULL);
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) got = NULL;
      gboolean ok;

      g_assert_true (wg_file_replace (path, "old", 3, &error));
      wg_db_fault_arm (n, kind);
      ok = wg_file_replace (path, "new", 3, &error);
      hit = wg_db_fault_count () >= n;
      wg_db_fault_arm (0, 0);
      g_assert_true (ok == !hit);
      if (!ok)
        g_assert_error (error, WG_DB_ERROR, (kind == 'F' ? WG_DB_ERROR_FULL : WG_DB_ERROR_IO));
      got = wg_test_read (folder, "a");
      g_assert_cmpuint (g_bytes_get_size (got), ==, 3);
      g_assert_false (g_file_test (part, G_FILE_TEST_EXISTS));
      wg_test_folder_remove (folder);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/db/file/replace", test_replace);
  g_test_add_data_func ("/db/file/full", GINT_TO_POINTER ('F'), test_each_write);
  g_test_add_data_func ("/db/file/io", GINT_TO_POINTER ('I'), test_each_write);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A temporary folder for one test, and bytes of files in it. */
#include "support/wg-test-folder.h"

#include <string.h>
#include <sys/stat.h>

#include <glib/gstdio.h>

/**
 * wg_test_folder_new:
 *
 * Makes an empty folder below the system's temporary one.
 *
 * Thread: any.
 * Errors: none; a failure ends the test.
 *
 * Returns: (transfer full): its path
 */
char *
wg_test_folder_new (void)
{
  g_autoptr (GError) error = NULL;
  char *path = g_dir_make_tmp ("wangge-test-XXXXXX", &error);

  g_assert_no_error (error);
  return path;
}

typedef void (*VisitFile) (const char *path, gpointer data);

static void
visit (const char *path, VisitFile on_file, VisitFile on_folder, gpointer data)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (g_file_test (child, G_FILE_TEST_IS_DIR) && !g_file_test (child, G_FILE_TEST_IS_SYMLINK))
        visit (child, on_file, on_folder, data);
      else
        on_file (child, data);
    }
  if (on_folder)
    on_folder (path, data);
}

static void
remove_file (const char *path, gpointer data)
{
  g_unlink (path);
}

static void
remove_folder (const char *path, gpointer data)
{
  g_rmdir (path);
}

/**
 * wg_test_folder_remove:
 * @path: a folder
 *
 * Removes it with all that is in it.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_test_folder_remove (const char *path)
{
  g_assert_true (g_str_has_prefix (path, g_get_tmp_dir ()));
  visit (path, remove_file, remove_folder, NULL);
}

typedef struct
{
  const char *from, *to;
} Copy;

static void
copy_file (const char *path, gpointer data)
{
  Copy *copy = data;
  g_autofree char *target = g_build_filename (copy->to, path + strlen (copy->from), NULL);
  g_autofree char *folder = g_path_get_dirname (target);
  g_autofree char *content = NULL;
  gsize length;

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_get_contents (path, &content, &length, NULL));
  g_assert_true (g_file_set_contents_full (target, content, (gssize) length,
                                           G_FILE_SET_CONTENTS_NONE, 0600, NULL));
}

/**
 * wg_test_folder_copy:
 * @from: a folder
 * @to: where its copy goes; made when missing
 *
 * Copies every file below, as a disk image would.
 *
 * Thread: any.
 * Errors: none; a failure ends the test.
 */
void
wg_test_folder_copy (const char *from, const char *to)
{
  Copy copy = { from, to };

  g_assert_cmpint (g_mkdir_with_parents (to, 0700), ==, 0);
  visit (from, copy_file, NULL, &copy);
}

/**
 * wg_test_read:
 * @folder: a folder
 * @name: a file in it
 *
 * Reads a whole file.
 *
 * Thread: any.
 * Errors: none; a failure ends the test.
 *
 * Returns: (transfer full): its bytes
 */
GBytes *
wg_test_read (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;
  char *content = NULL;
  gsize length = 0;

  g_file_get_contents (path, &content, &length, &error);
  g_assert_no_error (error);
  return g_bytes_new_take (content, length);
}

/**
 * wg_test_write:
 * @folder: a folder
 * @name: a file in it
 * @data: bytes
 * @n: how many
 *
 * Writes a whole file in place.
 *
 * Thread: any.
 * Errors: none; a failure ends the test.
 */
void
wg_test_write (const char *folder, const char *name, gconstpointer data, gsize n)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GError) error = NULL;

  g_file_set_contents_full (path, data, (gssize) n, G_FILE_SET_CONTENTS_NONE, 0600, &error);
  g_assert_no_error (error);
}

typedef struct
{
  const char *needle;
  char *found;
} Search;

static void
search_file (const char *path, gpointer data)
{
  Search *search = data;
  g_autofree char *content = NULL;
  gsize length;

  if (search->found || !g_file_get_contents (path, &content, &length, NULL))
    return;
  if (memmem (content, length, search->needle, strlen (search->needle)))
    search->found = g_strdup (path);
}

/**
 * wg_test_folder_find:
 * @folder: a folder
 * @needle: text
 *
 * Looks for text in every file below.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full) (nullable): path of the first file that holds it
 */
char *
wg_test_folder_find (const char *folder, const char *needle)
{
  Search search = { needle, NULL };

  visit (folder, search_file, NULL, &search);
  return search.found;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fixtures: the structure writes them, reading and writing them again changes nothing, and the page
 * shows them. */
#include <string.h>

#include "samples.h"

/* The file ends with a newline; so does a message of lines, but no message of one. */
static void
drop_newline (const char *file, char *text)
{
  gsize n = strlen (text);

  g_assert_cmpuint (n, >, 0);
  g_assert_true (text[n - 1] == '\n');
  if (!g_str_has_suffix (file, ".ndjson"))
    text[n - 1] = '\0';
}

/* With WANGGE_WRITE_FIXTURES=folder a changed protocol writes its examples anew. */
static void
write_fixture (const char *folder, const Fixture *fixture)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (folder, fixture->file, NULL);
  g_autofree char *text = fixture->make ();
  g_autofree char *whole =
      g_str_has_suffix (text, "\n") ? g_strdup (text) : g_strconcat (text, "\n", NULL);

  g_file_set_contents (path, whole, -1, &error);
  g_assert_no_error (error);
}

static void
test_written (gconstpointer data)
{
  const Fixture *fixture = data;
  const char *folder = g_getenv ("WANGGE_WRITE_FIXTURES");

  if (folder != NULL)
    write_fixture (folder, fixture);
  g_autofree char *expected = fixture_read (fixture->file);
  g_autofree char *written = fixture->make ();
  drop_newline (fixture->file, expected);
  g_assert_cmpstr (written, ==, expected);
}

static void
test_read (gconstpointer data)
{
  const Fixture *fixture = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = fixture_read (fixture->file);

  drop_newline (fixture->file, text);
  g_autofree char *again = fixture->again (text, strlen (text), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (again, ==, text);
}

/* Text between "```wire NAME\n" and "```\n", or %NULL. */
static char *
find_example (const char *page, const char *file)
{
  g_autofree char *fence = g_strdup_printf ("\n```wire %s\n", file);
  const char *start = strstr (page, fence);

  if (start == NULL)
    return NULL;
  start += strlen (fence);
  const char *end = strstr (start, "```\n");
  return end != NULL ? g_strndup (start, (gsize) (end - start)) : NULL;
}

static char *
read_page (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path =
      g_test_build_filename (G_TEST_DIST, "..", "docs", "sync-protocol.md", NULL);
  char *page = NULL;

  g_file_get_contents (path, &page, NULL, &error);
  g_assert_no_error (error);
  return page;
}

static void
test_page_shows_fixture (gconstpointer data)
{
  const Fixture *fixture = data;
  g_autofree char *page = read_page ();
  g_autofree char *text = fixture_read (fixture->file);
  g_autofree char *example = find_example (page, fixture->file);

  g_assert_cmpstr (example, ==, text);
}

static gboolean
is_fixture (const char *name)
{
  for (guint i = 0; fixture_get (i) != NULL; i++)
    if (g_str_equal (fixture_get (i)->file, name))
      return TRUE;
  return FALSE;
}

static void
test_nothing_else (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *page = read_page ();
  g_autofree char *folder = g_test_build_filename (G_TEST_DIST, "fixtures", "wire", NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, &error);
  g_auto (GStrv) fences = g_strsplit (page, "\n```wire ", -1);
  const char *name;
  guint n_files = 0, n_fixtures = 0;

  g_assert_no_error (error);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_assert_true (is_fixture (name));
      n_files++;
    }
  while (fixture_get (n_fixtures) != NULL)
    n_fixtures++;
  g_assert_cmpuint (n_files, ==, n_fixtures);
  g_assert_cmpuint (g_strv_length (fences) - 1, ==, n_fixtures);
}

static void
add (const char *what, const Fixture *fixture, GTestDataFunc test)
{
  g_autofree char *path = g_strdup_printf ("/wire/fixtures/%s/%s", what, fixture->file);

  g_test_add_data_func (path, fixture, test);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_true (wg_crypto_init (NULL));

  for (guint i = 0; fixture_get (i) != NULL; i++)
    {
      add ("written", fixture_get (i), test_written);
      add ("read", fixture_get (i), test_read);
      add ("in-page", fixture_get (i), test_page_shows_fixture);
    }
  g_test_add_func ("/wire/fixtures/nothing-else", test_nothing_else);
  return g_test_run ();
}

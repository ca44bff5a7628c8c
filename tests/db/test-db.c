/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connections: keys, foreign and damaged files, transactions, statements, migrations, copies. */
#include <math.h>
#include <string.h>
#include <sys/stat.h>

#include <glib/gstdio.h>

#include "db/wg-db.h"
#include "support/wg-test-folder.h"

#define ROOT "/io/github/wangge/test-db"

static const guint8 KEY[WG_DB_KEY] = { 1, 2, 3, 0xfe };
static const guint8 OTHER_KEY[WG_DB_KEY] = { 9 };

typedef struct
{
  char *folder;
  char *path;
  WgDb *db;
} Fixture;

static WgDb *
open_db (const char *path)
{
  g_autoptr (GError) error = NULL;
  WgDb *db = wg_db_open (path, KEY, &error);

  g_assert_no_error (error);
  wg_db_migrate (db, ROOT "/migrate", &error);
  g_assert_no_error (error);
  wg_db_load_sql (db, ROOT "/sql", &error);
  g_assert_no_error (error);
  return db;
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->folder = wg_test_folder_new ();
  f->path = g_build_filename (f->folder, "a.db", NULL);
  f->db = open_db (f->path);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_clear_pointer (&f->db, wg_db_close);
  wg_test_folder_remove (f->folder);
  g_free (f->folder);
  g_free (f->path);
}

static gboolean
add (WgDb *db, gint64 id, const char *name, GError **error)
{
  return wg_db_run (db, "thing_add", error, "id", 'i', id, "name", 's', name, "size", 'i',
                    (gint64) 7, "weight", 'r', 1.5, "body", 'b', NULL, NULL);
}

static gint64
count (WgDb *db)
{
  g_autoptr (GError) error = NULL;
  WgStatement *s = wg_db_statement (db, "thing_count", &error);

  g_assert_no_error (error);
  g_assert_true (wg_statement_next (s, &error));
  return wg_statement_int (s, "n");
}

static void
test_values (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new ("a\0b", 3), empty = g_bytes_new ("", 0), got = NULL,
                    got_empty = NULL;
  WgStatement *s;

  g_assert_true (wg_db_run (f->db, "thing_add", &error, "id", 'i', (gint64) 1, "name", 's',
                            "沿河路", "size", 'i', G_MAXINT64, "weight", 'r', 118.5021234, "body",
                            'b', bytes, NULL));
  g_assert_true (wg_db_run (f->db, "thing_add", &error, "id", 'i', (gint64) 2, "name", 's', NULL,
                            "size", 'i', (gint64) -1, "weight", 'r', (double) NAN, "body", 'b',
                            empty, NULL));
  g_assert_no_error (error);
  g_assert_cmpint (wg_db_changes (f->db), ==, 1);

  s = wg_db_statement (f->db, "thing_list", &error);
  wg_statement_bind_int (s, "first", 1);
  g_assert_true (wg_statement_next (s, &error));
  /* out of order on purpose */
  got = wg_statement_bytes (s, "body");
  g_assert_true (g_bytes_equal (got, bytes));
  g_assert_cmpint (wg_statement_int (s, "size"), ==, G_MAXINT64);
  g_assert_cmpfloat (wg_statement_real (s, "weight"), ==, 118.5021234);
  g_assert_cmpstr (wg_statement_text (s, "name"), ==, "沿河路");
  g_assert_false (wg_statement_is_null (s, "name"));
  g_assert_true (wg_statement_next (s, &error));
  g_assert_null (wg_statement_text (s, "name"));
  g_assert_true (wg_statement_is_null (s, "name"));
  g_assert_true (isnan (wg_statement_real (s, "weight")));
  got_empty = wg_statement_bytes (s, "body");
  g_assert_cmpuint (g_bytes_get_size (got_empty), ==, 0);
  g_assert_false (wg_statement_next (s, &error));
  g_assert_no_error (error);
}

static void
test_faulty_statements (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (wg_db_statement (f->db, "absent", &error));
  g_assert_error (error, WG_DB_ERROR, WG_DB_ERROR_FAILED);
  g_clear_error (&error);
  g_assert_null (wg_db_statement (f->db, "broken", &error));
  g_assert_error (error, WG_DB_ERROR, WG_DB_ERROR_FAILED);
  g_clear_error (&error);
  g_assert_null (wg_db_statement (f->db, "two", &error));
  g_assert_error (error, WG_DB_ERROR, WG_DB_ERROR_FAILED);
  g_clear_error (&error);
  /* a read is no write */
  g_assert_false (wg_db_run (f->db, "thing_count", &error, NULL, NULL));
  g_assert_error (error, WG_DB_ERROR, WG_DB_ERROR_FAILED);
  g_clear_error (&error);

  g_assert_true (add (f->db, 1, "a", &error));
  g_assert_false (add (f->db, 1, "b", &error));
  g_assert_error (error, WG_DB_ERROR, WG_DB_ERROR_CONSTRAINT);
  g_clear_error (&error);
  g_assert_false (wg_db_run (f->db, "part_add", &error, "thing", 'i', (gint64) 99, NULL));
  g_assert_error (error, WG_DB_ERROR, WG_DB_ERROR_CONSTRAINT);
}

static void
test_transactions (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (wg_db_in_transaction (f->db));
  g_assert_true (wg_db_begin (f->db, &error));
  g_assert_true (add (f->db, 1, "outer", &error));
  g_assert_true (wg_db_begin (f->db, &error));
  g_assert_true (add (f->db, 2, "inner", &error));
  wg_db_rollback (f->db);
  g_assert_true (wg_db_in_transaction (f->db));
  g_assert_true (wg_db_begin (f->db, &error));
  g_assert_true (add (f->db, 3, "inner", &error));
  g_assert_true (wg_db_commit (f->db, &error));
  g_assert_true (wg_db_commit (f->db, &error));
  g_assert_false (wg_db_in_transaction (f->db));
  g_assert_cmpint (count (f->db), ==, 2);

  g_assert_true (wg_db_begin (f->db, &error));
  g_assert_true (add (f->db, 4, "lost", &error));
  wg_db_rollback (f->db);
  wg_db_rollback (f->db); /* nothing to do */
  g_assert_cmpint (count (f->db), ==, 2);
  g_assert_no_error (error);
}

static void
test_second_writer_waits (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (WgDb) reader = open_db (f->path);

  g_assert_true (wg_db_begin (f->db, &error));
  g_assert_true (add (f->db, 1, "a", &error));
  g_assert_cmpint (count (reader), ==, 0);
  g_assert_true (wg_db_commit (f->db, &error));
  g_assert_cmpint (count (reader), ==, 1);
}

static void
test_is_encrypted (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) file = NULL;
  g_autofree char *found = NULL;
  struct stat info;

  g_assert_true (add (f->db, 1, "a very personal sentence", &error));
  found = wg_test_folder_find (f->folder, "personal sentence");
  g_assert_null (found);
  g_assert_true (wg_db_checkpoint (f->db, &error));
  found = wg_test_folder_find (f->folder, "personal sentence");
  g_assert_null (found);
  file = wg_test_read (f->folder, "a.db");
  g_assert_cmpuint (g_bytes_get_size (file), >=, 4096);
  g_assert_true (memcmp (g_bytes_get_data (file, NULL), "SQLite format 3", 15) != 0);
  g_assert_cmpint (stat (f->path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 077, ==, 0);
}

static void
assert_refused (const char *path, const guint8 *key, WgDbError code)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *before = NULL, *after = NULL;
  gsize n_before, n_after;

  g_assert_true (g_file_get_contents (path, &before, &n_before, NULL));
  g_assert_null (wg_db_open (path, key, &error));
  g_assert_error (error, WG_DB_ERROR, (int) code);
  g_assert_true (g_file_get_contents (path, &after, &n_after, NULL));
  g_assert_cmpmem (before, n_before, after, n_after);
}

static void
test_wrong_files (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *plain = g_build_filename (f->folder, "plain.db", NULL);
  g_autofree char *text = g_build_filename (f->folder, "text.db", NULL);
  WgDb *db;

  for (int i = 0; i < 300; i++)
    g_assert_true (add (f->db, i, "0123456789012345678901234567890123456789", &error));
  g_clear_pointer (&f->db, wg_db_close);
  assert_refused (f->path, OTHER_KEY, WG_DB_ERROR_KEY);
  assert_refused (f->path, NULL, WG_DB_ERROR_KEY);

  db = wg_db_open (plain, NULL, &error);
  g_assert_true (wg_db_migrate (db, ROOT "/migrate", &error));
  wg_db_close (db);
  assert_refused (plain, KEY, WG_DB_ERROR_KEY);

  g_assert_true (g_file_set_contents (
      text, "these are notes, not a database, and more than 16 bytes", -1, NULL));
  assert_refused (text, KEY, WG_DB_ERROR_KEY);
  g_assert_null (wg_db_open_readonly ("/nonexistent/a.db", KEY, &error));
  g_assert_error (error, WG_DB_ERROR, WG_DB_ERROR_IO);
}

/* Flips a byte in each of many places: an error, never a crash, never wrong data. */
static void
test_flipped_bytes (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) whole = NULL;
  gsize n;
  const guint8 *bytes;
  guint n_found = 0, n_tried = 0;

  for (int i = 0; i < 300; i++)
    g_assert_true (add (f->db, i, "0123456789012345678901234567890123456789", &error));
  g_clear_pointer (&f->db, wg_db_close);
  whole = wg_test_read (f->folder, "a.db");
  bytes = g_bytes_get_data (whole, &n);
  for (gsize at = 0; at < n; at += 997)
    {
      g_autofree guint8 *copy = g_memdup2 (bytes, n);
      g_autoptr (WgDb) db = NULL;

      copy[at] ^= 0x40;
      wg_test_write (f->folder, "a.db", copy, n);
      n_tried++;
      db = wg_db_open (f->path, KEY, &error);
      if (db && wg_db_check (db, &error))
        continue;
      g_assert_nonnull (error);
      n_found++;
      g_clear_error (&error);
    }
  g_assert_cmpuint (n_found, ==, n_tried);
  /* cut in the middle */
  wg_test_write (f->folder, "a.db", bytes, n / 2);
  g_assert_null (wg_db_open (f->path, KEY, &error));
  g_assert_error (error, WG_DB_ERROR, WG_DB_ERROR_CORRUPT);
}

static void
test_migrations (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (wg_db_get_version (f->db), ==, 1);
  g_assert_true (add (f->db, 1, "a", &error));
  /* 003 is broken: not even 002 stays */
  g_assert_false (wg_db_migrate (f->db, ROOT "/migrate2", &error));
  g_assert_error (error, WG_DB_ERROR, WG_DB_ERROR_FAILED);
  g_clear_error (&error);
  g_assert_cmpint (wg_db_get_version (f->db), ==, 1);
  g_assert_cmpint (count (f->db), ==, 1);
  g_assert_true (add (f->db, 2, "b", &error));

  g_assert_false (wg_db_migrate (f->db, ROOT "/sql", &error));
  g_assert_error (error, WG_DB_ERROR, WG_DB_ERROR_FAILED);
}

static void
test_backup (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *copy_path = g_build_filename (f->folder, "copy.db", NULL);
  g_autofree char *part = g_strconcat (copy_path, ".part", NULL);
  g_autoptr (WgDb) copy = NULL;
  GBytes *head = NULL;

  for (int i = 0; i < 100; i++)
    g_assert_true (add (f->db, i, "personal", &error));
  g_assert_true (wg_db_backup (f->db, copy_path, &error));
  g_assert_no_error (error);
  g_assert_true (add (f->db, 1000, "later", &error));
  g_assert_true (wg_db_backup (f->db, copy_path, &error)); /* replaces it */
  g_assert_false (g_file_test (part, G_FILE_TEST_EXISTS));
  head = wg_test_read (f->folder, "copy.db");
  g_assert_true (memcmp (g_bytes_get_data (head, NULL), "SQLite format 3", 15) != 0);
  g_bytes_unref (head);
  assert_refused (copy_path, OTHER_KEY, WG_DB_ERROR_KEY);
  copy = open_db (copy_path);
  g_assert_cmpint (count (copy), ==, 101);
  g_assert_true (wg_db_check (copy, &error));
  g_assert_false (wg_db_backup (f->db, "/nonexistent/copy.db", &error));
  g_assert_nonnull (error);
}

static void
test_readonly (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (WgDb) db = NULL;

  g_assert_true (add (f->db, 1, "a", &error));
  db = wg_db_open_readonly (f->path, KEY, &error);
  g_assert_no_error (error);
  g_assert_true (wg_db_load_sql (db, ROOT "/sql", &error));
  g_assert_cmpint (count (db), ==, 1);
  g_assert_false (add (db, 2, "b", &error));
  g_assert_nonnull (error);
}

/* A sort larger than the cache must not spill to a plain file. */
static void
test_checkpoint_truncates (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *wal = g_strconcat (f->path, "-wal", NULL);
  GStatBuf info;
  WgStatement *left;

  g_assert_true (add (f->db, 1, "a", &error));
  left = wg_db_statement (f->db, "thing_list", &error);
  wg_statement_bind_int (left, "first", 0);
  g_assert_true (wg_statement_next (left, &error)); /* left on its row */
  g_assert_true (wg_db_checkpoint (f->db, &error));
  g_assert_cmpint (g_stat (wal, &info), ==, 0);
  g_assert_cmpint (info.st_size, ==, 0);
}

static void
test_explain (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *indexed = wg_db_explain (f->db, "thing_list", &error);
  g_autofree char *scan = wg_db_explain (f->db, "thing_scan", &error);

  g_assert_no_error (error);
  g_assert_nonnull (strstr (indexed, "SEARCH thing USING INTEGER PRIMARY KEY"));
  g_assert_nonnull (strstr (scan, "SCAN thing"));
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/db/db/values", test_values);
  ADD ("/db/db/faulty-statements", test_faulty_statements);
  ADD ("/db/db/transactions", test_transactions);
  ADD ("/db/db/reader-sees-only-commits", test_second_writer_waits);
  ADD ("/db/db/is-encrypted", test_is_encrypted);
  ADD ("/db/db/wrong-key-and-foreign-files", test_wrong_files);
  ADD ("/db/db/flipped-bytes", test_flipped_bytes);
  ADD ("/db/db/migrations", test_migrations);
  ADD ("/db/db/backup", test_backup);
  ADD ("/db/db/readonly", test_readonly);
  ADD ("/db/db/checkpoint-truncates", test_checkpoint_truncates);
  ADD ("/db/db/explain", test_explain);
  return g_test_run ();
}

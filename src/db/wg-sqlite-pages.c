/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading a database whose first page is gone: each page is sealed by itself, so that a new first
 * page of the same key and salt makes the others readable, one after the other. */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "db/wg-db-pages.h"
#include "db/wg-sqlite-private.h"

#define PAGE 4096
#define LOG_HEAD 32
#define LOG_FRAME (24 + PAGE)

static gint64
get_size (const char *path)
{
  GStatBuf info;

  return g_stat (path, &info) == 0 ? (gint64) info.st_size : 0;
}

/* How many pages file and log can hold together. */
static gint64
guess_pages (const char *path)
{
  g_autofree char *log = g_strconcat (path, "-wal", NULL);

  return get_size (path) / PAGE + MAX (get_size (log) - LOG_HEAD, 0) / LOG_FRAME;
}

static gboolean
set_errno (const char *path, GError **error)
{
  g_set_error (error, WG_DB_ERROR, errno == ENOSPC ? WG_DB_ERROR_FULL : WG_DB_ERROR_IO, "'%s': %s",
               path, g_strerror (errno));
  return FALSE;
}

static gboolean
open_handle (WgSqlite *self, const char *path, const guint8 *salt, int flags, GError **error)
{
  int rc = wg_db_fault_register ();

  if (rc == SQLITE_OK)
    rc = sqlite3_open_v2 (path, &self->handle, flags | SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
                          WG_DB_VFS);
  if (rc != SQLITE_OK)
    return wg_sqlite_set_error (self, rc, "open", error);
  return wg_sqlite_exec (&self->base, "PRAGMA cipher_log_level = NONE; PRAGMA temp_store = MEMORY",
                         error) &&
         wg_sqlite_set_key (self, salt, error);
}

/* An empty database that believes to be as large as ours, for its first page. */
static gboolean
make_first (const char *path, const guint8 *key, const guint8 *salt, gint64 n_pages, GError **error)
{
  g_autoptr (WgDb) db = wg_sqlite_make (path, key, FALSE);
  g_autofree char *grow = g_strdup_printf (
      "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA secure_delete = OFF;"
      "CREATE TABLE filler (b); INSERT INTO filler VALUES (zeroblob (%" G_GINT64_FORMAT "));"
      "DROP TABLE filler; PRAGMA journal_mode = WAL",
      n_pages * PAGE);

  return open_handle ((WgSqlite *) db, path, salt, SQLITE_OPEN_CREATE, error) &&
         wg_sqlite_exec (db, grow, error);
}

static gboolean
copy_first (const char *from, const char *to, GError **error)
{
  char page[PAGE];
  int in = open (from, O_RDONLY | O_CLOEXEC), out = open (to, O_WRONLY | O_CLOEXEC);
  gboolean done = in >= 0 && out >= 0 && pread (in, page, PAGE, 0) == PAGE &&
                  pwrite (out, page, PAGE, 0) == PAGE;

  if (!done)
    set_errno (to, error);
  if (in >= 0)
    close (in);
  if (out >= 0)
    close (out);
  return done;
}

static void
remove_first (const char *path)
{
  static const char *const ends[] = { "", "-wal", "-shm", "-journal" };

  for (gsize i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autofree char *name = g_strconcat (path, ends[i], NULL);
      g_unlink (name);
    }
}

/**
 * wg_db_open_pages:
 * @path: a copy of the file, its log beside it; its first page is replaced by an empty one
 * @key: %WG_DB_KEY bytes, copied
 * @error: return location
 *
 * Opens what is left of a database whose first page cannot be read. It has no table; see
 * wg_db_show_page().
 *
 * Thread: the connection belongs to the thread that uses it first.
 * Errors: %WG_DB_ERROR_IO, %WG_DB_ERROR_FULL; of the engine.
 *
 * Returns: (transfer full) (nullable): the connection
 */
WgDb *
wg_db_open_pages (const char *path, const guint8 *key, GError **error)
{
  g_autofree char *first = g_strconcat (path, ".first", NULL);
  g_autoptr (WgDb) db = wg_sqlite_make (path, key, TRUE);
  guint8 salt[WG_SQLITE_SALT];
  gboolean made;

  wg_sqlite_make_salt (key, salt);
  remove_first (first);
  made =
      make_first (first, key, salt, guess_pages (path), error) && copy_first (first, path, error);
  remove_first (first);
  /* Its size is a guess: without that permission one that is too large would be damage. */
  if (!made || !open_handle ((WgSqlite *) db, path, NULL, 0, error) ||
      !wg_sqlite_exec (db, "PRAGMA writable_schema = ON; SELECT count (*) FROM sqlite_schema",
                       error))
    return NULL;
  return g_steal_pointer (&db);
}

/**
 * wg_db_count_pages:
 * @self: a connection of wg_db_open_pages()
 *
 * Counts the pages that file and log hold at most.
 *
 * Thread: the connection's.
 * Errors: none.
 *
 * Returns: the number of the last page
 */
gint64
wg_db_count_pages (WgDb *self)
{
  return guess_pages (self->name);
}

/**
 * wg_db_show_page:
 * @self: a connection of wg_db_open_pages()
 * @page: number of a page, from 2
 * @table_statement: name of the statement that makes the table
 * @error: return location
 *
 * Makes a page the root of that table, the only one there is: its columns are read from the page as
 * they come. A page of another kind, or one that cannot be read, is an error of the statement that
 * reads the table.
 *
 * Thread: the connection's.
 * Errors: of the engine.
 *
 * Returns: %TRUE on success
 */
gboolean
wg_db_show_page (WgDb *self, gint64 page, const char *table_statement, GError **error)
{
  sqlite3 *handle = ((WgSqlite *) self)->handle;
  const char *sql = wg_db_get_statement_sql (self, table_statement);
  gboolean done;

  g_return_val_if_fail (sql != NULL, FALSE);
  wg_db_reset_statements (self);
  sqlite3_test_control (SQLITE_TESTCTRL_IMPOSTER, handle, "main", 0,
                        1); /* forgets the one before */
  sqlite3_test_control (SQLITE_TESTCTRL_IMPOSTER, handle, "main", 1, (int) page);
  done = wg_sqlite_exec (self, sql, error);
  sqlite3_test_control (SQLITE_TESTCTRL_IMPOSTER, handle, "main", 0, 0);
  return done;
}

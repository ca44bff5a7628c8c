/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A database connection: opens, keys, checks and copies a file, and keeps its transactions. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "db/wg-db-private.h"
#include "db/wg-file.h"

/* --- errors ---------------------------------------------------------------------------------- */

static WgDbError
map_code (int rc, int system_errno)
{
  switch (rc & 0xff)
    {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return WG_DB_ERROR_BUSY;
    case SQLITE_FULL:
      return WG_DB_ERROR_FULL;
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
      return system_errno == ENOSPC || system_errno == EDQUOT ? WG_DB_ERROR_FULL : WG_DB_ERROR_IO;
    case SQLITE_NOTADB:
      return WG_DB_ERROR_KEY;
    case SQLITE_CORRUPT:
      return WG_DB_ERROR_CORRUPT;
    case SQLITE_CONSTRAINT:
      return WG_DB_ERROR_CONSTRAINT;
    default:
      return WG_DB_ERROR_FAILED;
    }
}

/**
 * wg_db_set_error:
 * @self: a connection
 * @rc: code of the engine
 * @doing: what was tried
 * @error: return location
 *
 * Says in the layer's own codes what the engine answered.
 *
 * Thread: the connection's.
 * Errors: always.
 *
 * Returns: %FALSE, so that callers can return it
 */
gboolean
wg_db_set_error (WgDb *self, int rc, const char *doing, GError **error)
{
  const char *message = self->handle ? sqlite3_errmsg (self->handle) : sqlite3_errstr (rc);
  int system_errno = self->handle ? sqlite3_system_errno (self->handle) : 0;

  g_set_error (error, WG_DB_ERROR, map_code (rc, system_errno), "%s: %s", doing, message);
  return FALSE;
}

/**
 * wg_db_exec:
 * @self: a connection
 * @sql: constant text of this layer, or of a migration; never made from data
 * @error: return location
 *
 * Runs text of several statements.
 *
 * Thread: the connection's.
 * Errors: codes of the engine.
 *
 * Returns: %TRUE on success
 */
gboolean
wg_db_exec (WgDb *self, const char *sql, GError **error)
{
  int rc = sqlite3_exec (self->handle, sql, NULL, NULL, NULL);

  return rc == SQLITE_OK || wg_db_set_error (self, rc, "exec", error);
}

/**
 * wg_db_query_text:
 * @self: a connection
 * @sql: constant text of this layer
 * @error: return location
 *
 * Reads the first column of the first row.
 *
 * Thread: the connection's.
 * Errors: codes of the engine.
 *
 * Returns: (transfer full) (nullable): its text; %NULL without error when there is no row or NULL
 */
char *
wg_db_query_text (WgDb *self, const char *sql, GError **error)
{
  sqlite3_stmt *statement = NULL;
  char *text = NULL;
  int rc = sqlite3_prepare_v2 (self->handle, sql, -1, &statement, NULL);

  if (rc == SQLITE_OK)
    {
      rc = sqlite3_step (statement);
      if (rc == SQLITE_ROW)
        text = g_strdup ((const char *) sqlite3_column_text (statement, 0));
      if (rc == SQLITE_ROW || rc == SQLITE_DONE)
        rc = SQLITE_OK;
    }
  if (rc != SQLITE_OK)
    wg_db_set_error (self, rc, sql, error);
  sqlite3_finalize (statement);
  return text;
}

/* --- opening --------------------------------------------------------------------------------- */

static gboolean
set_key (WgDb *self, GError **error)
{
  static const char digits[] = "0123456789abcdef";
  char text[2 + WG_DB_KEY * 2 + 1];
  char *p = text;
  int rc;

  /* The raw form x'…' : the key is random already and needs no derivation. */
  *p++ = 'x';
  *p++ = '\'';
  for (gsize i = 0; i < WG_DB_KEY; i++)
    {
      *p++ = digits[self->key[i] >> 4];
      *p++ = digits[self->key[i] & 15];
    }
  *p++ = '\'';
  rc = sqlite3_key_v2 (self->handle, "main", text, (int) sizeof text);
  explicit_bzero (text, sizeof text);
  return rc == SQLITE_OK || wg_db_set_error (self, rc, "key", error);
}

static gboolean
check_cipher (WgDb *self, GError **error)
{
  g_autofree char *version = wg_db_query_text (self, "PRAGMA cipher_version", NULL);

  if (version == NULL || *version == '\0')
    {
      g_set_error (error, WG_DB_ERROR, WG_DB_ERROR_NO_CIPHER,
                   "the SQLite library in use cannot encrypt: SQLCipher must be linked, and alone");
      return FALSE;
    }
  return TRUE;
}

/* What recovery found in the WAL may be in the page cache only. Nothing that was read may leave
 * the process before it is on the disk. A sync needs no space, a checkpoint would. */
static gboolean
sync_wal (WgDb *self, GError **error)
{
  g_autofree char *tables = wg_db_query_text (self, "SELECT count (*) FROM sqlite_schema", error);
  sqlite3_file *file = NULL;
  int rc;

  if (tables == NULL)
    return FALSE;
  sqlite3_file_control (self->handle, "main", SQLITE_FCNTL_JOURNAL_POINTER, &file);
  if (file == NULL || file->pMethods == NULL)
    return TRUE;
  rc = file->pMethods->xSync (file, SQLITE_SYNC_FULL);
  if (rc != SQLITE_OK)
    {
      g_set_error (error, WG_DB_ERROR, WG_DB_ERROR_IO, "the log of '%s' cannot be synced",
                   self->path);
      return FALSE;
    }
  return TRUE;
}

static gboolean
configure (WgDb *self, GError **error)
{
  g_autofree char *tables = NULL, *mode = NULL;

  /* First of all: no error text with data on stderr, no plain temporary files. */
  if (!wg_db_exec (self, "PRAGMA cipher_log_level = NONE; PRAGMA temp_store = MEMORY", error))
    return FALSE;
  if (self->has_key && (!check_cipher (self, error) || !set_key (self, error)))
    return FALSE;
  sqlite3_busy_timeout (self->handle, 5000);
  sqlite3_db_config (self->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  /* Reads page 1: a wrong key or foreign file ends here, before anything could be written. */
  tables = wg_db_query_text (self, "SELECT count (*) FROM sqlite_schema", error);
  if (tables == NULL)
    return FALSE;
  if (!wg_db_exec (self,
                   "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;"
                   "PRAGMA cache_size = -32768; PRAGMA secure_delete = ON",
                   error))
    return FALSE;
  if (self->readonly)
    return TRUE;
  mode = wg_db_query_text (self, "PRAGMA journal_mode = WAL", error);
  if (mode == NULL)
    return FALSE;
  if (g_strcmp0 (mode, "wal") != 0)
    {
      g_set_error (error, WG_DB_ERROR, WG_DB_ERROR_FAILED,
                   "the file system cannot hold a write-ahead log");
      return FALSE;
    }
  return wg_db_exec (self, "PRAGMA synchronous = FULL", error) && sync_wal (self, error);
}

static WgDb *
open_file (const char *path, const guint8 *key, gboolean readonly, GError **error)
{
  g_autoptr (WgDb) self = g_new0 (WgDb, 1);
  int flags = SQLITE_OPEN_NOMUTEX | (readonly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE);
  int rc;

  self->path = g_strdup (path);
  self->readonly = readonly;
  self->has_key = key != NULL;
  if (key)
    memcpy (self->key, key, WG_DB_KEY);
  self->sql = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->statements =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) wg_statement_free);
  rc = wg_db_fault_register ();
  if (rc == SQLITE_OK)
    rc = sqlite3_open_v2 (path, &self->handle, flags, WG_DB_VFS);
  if (rc != SQLITE_OK)
    {
      wg_db_set_error (self, rc, "open", error);
      g_prefix_error (error, "'%s': ", path);
      return NULL;
    }
  sqlite3_extended_result_codes (self->handle, 1);
  if (!configure (self, error))
    {
      g_prefix_error (error, "'%s': ", path);
      return NULL;
    }
  return g_steal_pointer (&self);
}

/**
 * wg_db_open:
 * @path: the file; made, readable by its owner only, when it is missing
 * @key: (nullable): %WG_DB_KEY bytes, copied; %NULL for a plain file
 * @error: return location
 *
 * Opens a file for reading and writing: WAL, every commit synced, foreign keys on, temporary data
 * in memory, deleted content overwritten. The log is synced before this returns.
 *
 * Thread: the connection belongs to the thread that uses it first.
 * Errors: %WG_DB_ERROR_KEY for another key or no database of ours (nothing is written),
 *   %WG_DB_ERROR_CORRUPT, %WG_DB_ERROR_FULL, %WG_DB_ERROR_IO, %WG_DB_ERROR_NO_CIPHER.
 * Source: protocol.md 8.3, I26.
 *
 * Returns: (transfer full) (nullable): the connection
 */
WgDb *
wg_db_open (const char *path, const guint8 *key, GError **error)
{
  /* Never an existing one: to close any descriptor of a file drops this process's locks on it, and
     another connection would lose its log to the next program that closes the database. */
  int fd = open (path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

  if (fd < 0 && errno != EEXIST)
    {
      g_set_error (error, WG_DB_ERROR,
                   errno == ENOSPC || errno == EDQUOT ? WG_DB_ERROR_FULL : WG_DB_ERROR_IO,
                   "'%s': %s", path, g_strerror (errno));
      return NULL;
    }
  if (fd >= 0)
    close (fd);
  return open_file (path, key, FALSE, error);
}

/**
 * wg_db_open_readonly:
 * @path: an existing file
 * @key: (nullable): %WG_DB_KEY bytes, copied; %NULL for a plain file
 * @error: return location
 *
 * Opens a file that this connection will not change.
 *
 * Thread: the connection belongs to the thread that uses it first.
 * Errors: see wg_db_open(); %WG_DB_ERROR_IO for a missing file.
 *
 * Returns: (transfer full) (nullable): the connection
 */
WgDb *
wg_db_open_readonly (const char *path, const guint8 *key, GError **error)
{
  return open_file (path, key, TRUE, error);
}

/**
 * wg_db_close:
 * @self: (transfer full): a connection
 *
 * Ends the connection; an open transaction is rolled back; the key is wiped.
 *
 * Thread: the connection's.
 * Errors: none.
 */
void
wg_db_close (WgDb *self)
{
  g_hash_table_destroy (self->statements);
  if (sqlite3_close (self->handle) != SQLITE_OK)
    g_critical ("'%s' is still in use while it is closed", self->path);
  g_hash_table_destroy (self->sql);
  explicit_bzero (self->key, sizeof self->key);
  g_free (self->path);
  g_free (self);
}

/* --- transactions ---------------------------------------------------------------------------- */

/**
 * wg_db_begin:
 * @self: a connection
 * @error: return location
 *
 * Starts a transaction that holds the write lock from now on; inside one, a savepoint.
 *
 * Thread: the connection's.
 * Errors: %WG_DB_ERROR_BUSY after 5 s of waiting for another writer.
 *
 * Returns: %TRUE on success; then one of wg_db_commit() and wg_db_rollback() must follow
 */
gboolean
wg_db_begin (WgDb *self, GError **error)
{
  char text[32];

  if (self->depth == 0)
    {
      if (!wg_db_exec (self, self->readonly ? "BEGIN" : "BEGIN IMMEDIATE", error))
        return FALSE;
    }
  else
    {
      g_snprintf (text, sizeof text, "SAVEPOINT wg_%d", self->depth);
      if (!wg_db_exec (self, text, error))
        return FALSE;
    }
  self->depth++;
  return TRUE;
}

/**
 * wg_db_commit:
 * @self: a connection in a transaction
 * @error: return location
 *
 * Ends the innermost transaction. When the outermost one has returned %TRUE, its effects survive
 * a power loss.
 *
 * Thread: the connection's.
 * Errors: codes of the engine; the transaction then still waits for wg_db_rollback(). After
 *   %WG_DB_ERROR_IO it is unknown whether the effects are on the disk: close, reopen, look.
 *
 * Returns: %TRUE on success
 */
gboolean
wg_db_commit (WgDb *self, GError **error)
{
  char text[32];

  g_return_val_if_fail (self->depth > 0, FALSE);
  if (sqlite3_get_autocommit (self->handle))
    {
      g_set_error (error, WG_DB_ERROR, WG_DB_ERROR_FAILED,
                   "commit: the transaction was rolled back before");
      return FALSE;
    }
  if (self->depth == 1)
    g_strlcpy (text, "COMMIT", sizeof text);
  else
    g_snprintf (text, sizeof text, "RELEASE wg_%d", self->depth - 1);
  if (!wg_db_exec (self, text, error))
    return FALSE;
  self->depth--;
  return TRUE;
}

/**
 * wg_db_rollback:
 * @self: a connection
 *
 * Undoes the innermost transaction; nothing outside one.
 *
 * Thread: the connection's.
 * Errors: none.
 */
void
wg_db_rollback (WgDb *self)
{
  char text[64];

  if (self->depth == 0)
    return;
  self->depth--;
  /* After some faults the engine has rolled back by itself. */
  if (sqlite3_get_autocommit (self->handle))
    return;
  if (self->depth == 0)
    g_strlcpy (text, "ROLLBACK", sizeof text);
  else
    g_snprintf (text, sizeof text, "ROLLBACK TO wg_%d; RELEASE wg_%d", self->depth, self->depth);
  wg_db_exec (self, text, NULL);
}

/**
 * wg_db_in_transaction:
 * @self: a connection
 *
 * Tells whether a transaction is open.
 *
 * Thread: the connection's.
 * Errors: none.
 *
 * Returns: %TRUE inside one
 */
gboolean
wg_db_in_transaction (WgDb *self)
{
  return self->depth > 0;
}

/**
 * wg_db_reset_statements:
 * @self: a connection
 *
 * Ends every statement that was left on a row: such a one keeps an old view of the file and the
 * log from being truncated. For the end of a job.
 *
 * Thread: the connection's.
 * Errors: none.
 */
void
wg_db_reset_statements (WgDb *self)
{
  sqlite3_stmt *statement = NULL;

  while ((statement = sqlite3_next_stmt (self->handle, statement)))
    if (sqlite3_stmt_busy (statement))
      sqlite3_reset (statement);
}

/**
 * wg_db_changes:
 * @self: a connection
 *
 * Counts the rows that the last write changed.
 *
 * Thread: the connection's.
 * Errors: none.
 *
 * Returns: rows
 */
gint64
wg_db_changes (WgDb *self)
{
  return sqlite3_changes64 (self->handle);
}

/* --- care ------------------------------------------------------------------------------------ */

/* Rows of a checking pragma that are not @good, at most ten, joined. */
static gboolean
collect_findings (
    WgDb *self, const char *pragma, const char *good, GString *findings, GError **error)
{
  sqlite3_stmt *statement = NULL;
  int n = 0;
  int rc = sqlite3_prepare_v2 (self->handle, pragma, -1, &statement, NULL);

  while (rc == SQLITE_OK || rc == SQLITE_ROW)
    {
      const char *text;

      rc = sqlite3_step (statement);
      if (rc != SQLITE_ROW)
        break;
      text = (const char *) sqlite3_column_text (statement, 0);
      if (g_strcmp0 (text, good) != 0 && n++ < 10)
        g_string_append_printf (findings, "%s%s", findings->len ? "; " : "", text ? text : "?");
    }
  if (rc != SQLITE_DONE)
    wg_db_set_error (self, rc, pragma, error);
  sqlite3_finalize (statement);
  return rc == SQLITE_DONE;
}

/**
 * wg_db_check:
 * @self: a connection
 * @error: return location
 *
 * Reads the whole file: structure, indexes, foreign keys, and the seal of every encrypted page.
 * The engine's check of seals knows the file alone, where a page may be half written while the log
 * still holds it whole; so the log goes into the file first, and without that (somebody reads, the
 * disk is full) only the seals of the pages in use are checked, as they are read.
 *
 * Thread: the connection's. Cost: 0.2 s for 50 MB.
 * Errors: %WG_DB_ERROR_CORRUPT with what was found.
 *
 * Returns: %TRUE if all is well
 */
gboolean
wg_db_check (WgDb *self, GError **error)
{
  g_autoptr (GString) findings = g_string_new (NULL);

  if (self->has_key && !self->readonly && self->depth == 0 && wg_db_checkpoint (self, NULL) &&
      !collect_findings (self, "PRAGMA cipher_integrity_check", NULL, findings, error))
    return FALSE;
  if (findings->len == 0 &&
      (!collect_findings (self, "PRAGMA integrity_check", "ok", findings, error) ||
       !collect_findings (self, "PRAGMA foreign_key_check", NULL, findings, error)))
    return FALSE;
  if (findings->len == 0)
    return TRUE;
  g_set_error (error, WG_DB_ERROR, WG_DB_ERROR_CORRUPT, "'%s' is damaged: %s", self->path,
               findings->str);
  return FALSE;
}

/**
 * wg_db_checkpoint:
 * @self: a connection outside a transaction
 * @error: return location
 *
 * Moves the log into the file and truncates it.
 *
 * Thread: the connection's.
 * Errors: %WG_DB_ERROR_BUSY while somebody reads; %WG_DB_ERROR_FULL, %WG_DB_ERROR_IO.
 *
 * Returns: %TRUE on success
 */
gboolean
wg_db_checkpoint (WgDb *self, GError **error)
{
  int rc;

  wg_db_reset_statements (self);
  rc = sqlite3_wal_checkpoint_v2 (self->handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
  return rc == SQLITE_OK || wg_db_set_error (self, rc, "checkpoint", error);
}

static gboolean
copy_into (WgDb *self, const char *path, GError **error)
{
  g_autoptr (WgDb) target = g_new0 (WgDb, 1);
  sqlite3_backup *backup;
  int rc;

  target->path = g_strdup (path);
  target->has_key = self->has_key;
  memcpy (target->key, self->key, WG_DB_KEY);
  target->sql = g_hash_table_new (NULL, NULL);
  target->statements = g_hash_table_new (NULL, NULL);
  rc =
      sqlite3_open_v2 (path, &target->handle,
                       SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, WG_DB_VFS);
  if (rc != SQLITE_OK)
    return wg_db_set_error (target, rc, "backup", error);
  if (!wg_db_exec (target, "PRAGMA temp_store = MEMORY", error))
    return FALSE;
  if (target->has_key && !set_key (target, error))
    return FALSE;
  backup = sqlite3_backup_init (target->handle, "main", self->handle, "main");
  if (backup == NULL)
    return wg_db_set_error (target, sqlite3_errcode (target->handle), "backup", error);
  rc = sqlite3_backup_step (backup, -1);
  sqlite3_backup_finish (backup);
  return rc == SQLITE_DONE || wg_db_set_error (target, rc, "backup", error);
}

/**
 * wg_db_backup:
 * @self: a connection
 * @path: where the copy goes; an older file there is replaced once the copy is whole
 * @error: return location
 *
 * Makes a consistent copy under the same key while others go on reading and writing.
 *
 * Thread: the connection's.
 * Errors: codes of the engine; no half copy stays at @path.
 *
 * Returns: %TRUE if the copy is on the disk
 */
gboolean
wg_db_backup (WgDb *self, const char *path, GError **error)
{
  g_autofree char *part = g_strdup_printf ("%s.part", path);

  g_unlink (part);
  if (!copy_into (self, part, error) || !wg_file_move (part, path, error))
    {
      g_unlink (part);
      return FALSE;
    }
  return TRUE;
}

/**
 * wg_db_explain:
 * @self: a connection
 * @name: a loaded statement
 * @error: return location
 *
 * Tells how the engine would run a statement, for the test that allows no scan where `-- :indexed`
 * stands.
 *
 * Thread: the connection's.
 * Errors: see wg_db_statement().
 *
 * Returns: (transfer full) (nullable): one line per step of the plan
 */
char *
wg_db_explain (WgDb *self, const char *name, GError **error)
{
  const char *text = wg_db_get_statement_sql (self, name);
  g_autofree char *sql = g_strdup_printf ("EXPLAIN QUERY PLAN %s", text ? text : "");
  g_autoptr (GString) plan = g_string_new (NULL);
  sqlite3_stmt *statement = NULL;
  int rc;

  if (text == NULL)
    {
      g_set_error (error, WG_DB_ERROR, WG_DB_ERROR_FAILED, "there is no statement '%s'", name);
      return NULL;
    }
  rc = sqlite3_prepare_v2 (self->handle, sql, -1, &statement, NULL);
  while (rc == SQLITE_OK || rc == SQLITE_ROW)
    {
      rc = sqlite3_step (statement);
      if (rc == SQLITE_ROW)
        g_string_append_printf (plan, "%s\n", (const char *) sqlite3_column_text (statement, 3));
    }
  if (rc != SQLITE_DONE)
    wg_db_set_error (self, rc, name, error);
  sqlite3_finalize (statement);
  return rc == SQLITE_DONE ? g_string_free (g_steal_pointer (&plan), FALSE) : NULL;
}

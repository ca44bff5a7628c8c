/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine on SQLCipher: opens, keys, checks and copies a file. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "db/wg-file.h"
#include "db/wg-mutant.h"
#include "db/wg-sqlite-private.h"

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
      /* The index of the log could not grow: no errno is kept for that. */
      if (rc == SQLITE_IOERR_SHMSIZE)
        return WG_DB_ERROR_FULL;
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
 * wg_sqlite_set_error:
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
wg_sqlite_set_error (WgSqlite *self, int rc, const char *doing, GError **error)
{
  const char *message = self->handle ? sqlite3_errmsg (self->handle) : sqlite3_errstr (rc);
  int system_errno = self->handle ? sqlite3_system_errno (self->handle) : 0;

  g_set_error (error, WG_DB_ERROR, map_code (rc, system_errno), "%s: %s", doing, message);
  return FALSE;
}

/**
 * wg_sqlite_exec:
 * @db: a connection
 * @sql: statements
 * @error: return location
 *
 * Runs statements whose rows nobody wants.
 *
 * Thread: the connection's.
 * Errors: of the engine.
 *
 * Returns: %TRUE on success
 */
gboolean
wg_sqlite_exec (WgDb *db, const char *sql, GError **error)
{
  WgSqlite *self = (WgSqlite *) db;
  int rc = sqlite3_exec (self->handle, sql, NULL, NULL, NULL);

  return rc == SQLITE_OK || wg_sqlite_set_error (self, rc, "exec", error);
}

/* The first column of the first row. */
static char *
query_text (WgDb *db, const char *sql, GError **error)
{
  WgSqlite *self = (WgSqlite *) db;
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
    wg_sqlite_set_error (self, rc, sql, error);
  sqlite3_finalize (statement);
  return text;
}

/* What every encrypted file of ours has apart from SQLCipher's own settings: docs/security.md tells
 * why. Whoever else opens one says the same after the key. */
#define PAGE_FORMAT "PRAGMA cipher_hmac_algorithm = HMAC_SHA256"

/* --- key and settings ------------------------------------------------------------------------ */

/**
 * wg_sqlite_make_salt:
 * @key: %WG_DB_KEY bytes
 * @out_salt: (out caller-allocates): %WG_SQLITE_SALT bytes
 *
 * Gives the salt of a file that is made under a key: no secret, and not lost with the first page in
 * which it stands.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_sqlite_make_salt (const guint8 *key, guint8 *out_salt)
{
  static const char purpose[] = "wangge database salt v1";
  g_autoptr (GHmac) hmac = g_hmac_new (G_CHECKSUM_SHA256, key, WG_DB_KEY);
  guint8 digest[32];
  gsize n = sizeof digest;

  g_hmac_update (hmac, (const guchar *) purpose, sizeof purpose - 1);
  g_hmac_get_digest (hmac, digest, &n);
  memcpy (out_salt, digest, WG_SQLITE_SALT);
}

static char *
write_hex (char *p, const guint8 *bytes, gsize n)
{
  static const char digits[] = "0123456789abcdef";

  for (gsize i = 0; i < n; i++)
    {
      *p++ = digits[bytes[i] >> 4];
      *p++ = digits[bytes[i] & 15];
    }
  return p;
}

/**
 * wg_sqlite_set_key:
 * @self: a connection that has read nothing yet
 * @salt: (nullable): of a file that is made; %NULL: the one in the file
 * @error: return location
 *
 * Hands the key over, and how pages are sealed.
 *
 * Thread: the connection's.
 * Errors: of the engine.
 *
 * Returns: %TRUE on success
 */
gboolean
wg_sqlite_set_key (WgSqlite *self, const guint8 *salt, GError **error)
{
  char text[2 + (WG_DB_KEY + WG_SQLITE_SALT) * 2 + 1];
  char *p = text;
  int rc;

  /* The raw form x'…' : the key is random already and needs no derivation. */
  *p++ = 'x';
  *p++ = '\'';
  p = write_hex (p, self->key, WG_DB_KEY);
  if (salt)
    p = write_hex (p, salt, WG_SQLITE_SALT);
  *p++ = '\'';
  rc = sqlite3_key_v2 (self->handle, "main", text, (int) (p - text));
  explicit_bzero (text, sizeof text);
  if (rc != SQLITE_OK)
    return wg_sqlite_set_error (self, rc, "key", error);
  return wg_sqlite_exec (&self->base, PAGE_FORMAT, error);
}

static gboolean
check_cipher (WgDb *db, GError **error)
{
  g_autofree char *version = query_text (db, "PRAGMA cipher_version", NULL);

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
sync_wal (WgDb *db, GError **error)
{
  WgSqlite *self = (WgSqlite *) db;
  g_autofree char *tables = query_text (db, "SELECT count (*) FROM sqlite_schema", error);
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
                   self->base.name);
      return FALSE;
    }
  return TRUE;
}

static gboolean
configure (WgSqlite *self, gboolean is_new, GError **error)
{
  WgDb *db = &self->base;
  g_autofree char *tables = NULL, *mode = NULL;
  guint8 salt[WG_SQLITE_SALT];

  /* First of all: no error text with data on stderr, no plain temporary files. */
  if (!wg_sqlite_exec (db, "PRAGMA cipher_log_level = NONE; PRAGMA temp_store = MEMORY", error))
    return FALSE;
  wg_sqlite_make_salt (self->key, salt);
  if (self->has_key &&
      (!check_cipher (db, error) || !wg_sqlite_set_key (self, is_new ? salt : NULL, error)))
    return FALSE;
  sqlite3_busy_timeout (self->handle, 5000);
  sqlite3_db_config (self->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  /* Reads page 1: a wrong key or foreign file ends here, before anything could be written. */
  tables = query_text (db, "SELECT count (*) FROM sqlite_schema", error);
  if (tables == NULL)
    return FALSE;
  if (!wg_sqlite_exec (
          db,
          "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;"
          "PRAGMA cache_size = -" G_STRINGIFY (WG_DB_CACHE_KIB) "; PRAGMA secure_delete = ON",
          error))
    return FALSE;
  if (db->readonly)
    return TRUE;
  mode = query_text (db, "PRAGMA journal_mode = WAL", error);
  if (mode == NULL)
    return FALSE;
  if (g_strcmp0 (mode, "wal") != 0)
    {
      g_set_error (error, WG_DB_ERROR, WG_DB_ERROR_FAILED,
                   "the file system cannot hold a write-ahead log");
      return FALSE;
    }
  if (WG_MUTANT ("commit-not-synced"))
    return wg_sqlite_exec (db, "PRAGMA synchronous = NORMAL", error);
  return wg_sqlite_exec (db, "PRAGMA synchronous = FULL", error) &&
         (WG_MUTANT ("log-not-synced-at-open") || sync_wal (db, error));
}

static void
sqlite_close (WgDb *db)
{
  WgSqlite *self = (WgSqlite *) db;

  if (sqlite3_close (self->handle) != SQLITE_OK)
    g_critical ("'%s' is still in use while it is closed", db->name);
  explicit_bzero (self->key, sizeof self->key);
}

/* --- transactions ---------------------------------------------------------------------------- */

static gboolean
sqlite_begin (WgDb *db, GError **error)
{
  return wg_sqlite_exec (db, db->readonly ? "BEGIN" : "BEGIN IMMEDIATE", error);
}

static gboolean
sqlite_commit (WgDb *db, GError **error)
{
  return wg_sqlite_exec (db, "COMMIT", error);
}

static void
sqlite_rollback (WgDb *db)
{
  wg_sqlite_exec (db, "ROLLBACK", NULL);
}

static gboolean
sqlite_savepoint (WgDb *db, const char *sql, gboolean undoes, GError **error)
{
  return wg_sqlite_exec (db, sql, error);
}

static gboolean
is_rolled_back (WgDb *db)
{
  return sqlite3_get_autocommit (((WgSqlite *) db)->handle);
}

static void
sqlite_reset_statements (WgDb *db)
{
  WgSqlite *self = (WgSqlite *) db;
  sqlite3_stmt *statement = NULL;

  while ((statement = sqlite3_next_stmt (self->handle, statement)))
    if (sqlite3_stmt_busy (statement))
      sqlite3_reset (statement);
}

static gint64
sqlite_changes (WgDb *db)
{
  return sqlite3_changes64 (((WgSqlite *) db)->handle);
}

/* --- versions -------------------------------------------------------------------------------- */

static int
get_version (WgDb *db)
{
  g_autofree char *text = query_text (db, "PRAGMA user_version", NULL);

  return text ? (int) g_ascii_strtoll (text, NULL, 10) : 0;
}

/* The write lock is held since the transaction began. */
static gboolean
lock_version (WgDb *db, GError **error)
{
  return TRUE;
}

static gboolean
set_version (WgDb *db, int version, GError **error)
{
  g_autofree char *mark = g_strdup_printf ("PRAGMA user_version = %d", version);

  return wg_sqlite_exec (db, mark, error);
}

/* --- care ------------------------------------------------------------------------------------ */

/* Rows of a checking pragma that are not @good, at most ten, joined. */
static gboolean
collect_findings (
    WgSqlite *self, const char *pragma, const char *good, GString *findings, GError **error)
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
    wg_sqlite_set_error (self, rc, pragma, error);
  sqlite3_finalize (statement);
  return rc == SQLITE_DONE;
}

static gboolean
sqlite_checkpoint (WgDb *db, GError **error)
{
  WgSqlite *self = (WgSqlite *) db;
  int rc;

  sqlite_reset_statements (db);
  rc = sqlite3_wal_checkpoint_v2 (self->handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
  return rc == SQLITE_OK || wg_sqlite_set_error (self, rc, "checkpoint", error);
}

static gboolean
sqlite_check (WgDb *db, GError **error)
{
  WgSqlite *self = (WgSqlite *) db;
  g_autoptr (GString) findings = g_string_new (NULL);

  if (self->has_key && !db->readonly && db->depth == 0 && sqlite_checkpoint (db, NULL) &&
      !collect_findings (self, "PRAGMA cipher_integrity_check", NULL, findings, error))
    return FALSE;
  if (findings->len == 0 &&
      (!collect_findings (self, "PRAGMA integrity_check", "ok", findings, error) ||
       !collect_findings (self, "PRAGMA foreign_key_check", NULL, findings, error)))
    return FALSE;
  if (findings->len == 0)
    return TRUE;
  g_set_error (error, WG_DB_ERROR, WG_DB_ERROR_CORRUPT, "'%s' is damaged: %s", self->base.name,
               findings->str);
  return FALSE;
}

static gboolean
copy_into (WgSqlite *self, const char *path, GError **error)
{
  g_autoptr (WgDb) db = wg_sqlite_make (path, self->has_key ? self->key : NULL, FALSE);
  WgSqlite *target = (WgSqlite *) db;
  guint8 salt[WG_SQLITE_SALT];
  sqlite3_backup *backup;
  int rc;

  rc =
      sqlite3_open_v2 (path, &target->handle,
                       SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, WG_DB_VFS);
  if (rc != SQLITE_OK)
    return wg_sqlite_set_error (target, rc, "backup", error);
  if (!wg_sqlite_exec (db, "PRAGMA temp_store = MEMORY", error))
    return FALSE;
  wg_sqlite_make_salt (self->key, salt);
  if (target->has_key && !wg_sqlite_set_key (target, salt, error))
    return FALSE;
  backup = sqlite3_backup_init (target->handle, "main", self->handle, "main");
  if (backup == NULL)
    return wg_sqlite_set_error (target, sqlite3_errcode (target->handle), "backup", error);
  rc = sqlite3_backup_step (backup, -1);
  sqlite3_backup_finish (backup);
  return rc == SQLITE_DONE || wg_sqlite_set_error (target, rc, "backup", error);
}

static gboolean
sqlite_backup (WgDb *db, const char *path, GError **error)
{
  g_autofree char *part = g_strdup_printf ("%s.part", path);

  g_unlink (part);
  if (!copy_into ((WgSqlite *) db, part, error) || !wg_file_move (part, path, error))
    {
      g_unlink (part);
      return FALSE;
    }
  return TRUE;
}

/**
 * wg_db_get_memory:
 *
 * Tells how much SQLite holds in this process, over all connections: pages above all, of which each
 * keeps up to %WG_DB_CACHE_KIB and gives none back.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: bytes
 */
gint64
wg_db_get_memory (void)
{
  return sqlite3_memory_used ();
}

static char *
sqlite_explain (WgDb *db, const char *text, GError **error)
{
  WgSqlite *self = (WgSqlite *) db;
  g_autofree char *sql = g_strdup_printf ("EXPLAIN QUERY PLAN %s", text);
  g_autoptr (GString) plan = g_string_new (NULL);
  sqlite3_stmt *statement = NULL;
  int rc = sqlite3_prepare_v2 (self->handle, sql, -1, &statement, NULL);

  while (rc == SQLITE_OK || rc == SQLITE_ROW)
    {
      rc = sqlite3_step (statement);
      if (rc == SQLITE_ROW)
        g_string_append_printf (plan, "%s\n", (const char *) sqlite3_column_text (statement, 3));
    }
  if (rc != SQLITE_DONE)
    wg_sqlite_set_error (self, rc, "explain", error);
  sqlite3_finalize (statement);
  return rc == SQLITE_DONE ? g_string_free (g_steal_pointer (&plan), FALSE) : NULL;
}

/* --- opening --------------------------------------------------------------------------------- */

static const WgDbEngine SQLITE = {
  .close = sqlite_close,
  .begin = sqlite_begin,
  .commit = sqlite_commit,
  .rollback = sqlite_rollback,
  .savepoint = sqlite_savepoint,
  .is_rolled_back = is_rolled_back,
  .reset_statements = sqlite_reset_statements,
  .changes = sqlite_changes,
  .get_version = get_version,
  .lock_version = lock_version,
  .set_version = set_version,
  .run_migration = wg_sqlite_exec,
  .check = sqlite_check,
  .backup = sqlite_backup,
  .checkpoint = sqlite_checkpoint,
  .explain = sqlite_explain,
  .prepare = wg_sqlite_prepare,
  .finalize = wg_sqlite_finalize,
  .clear = wg_sqlite_clear,
  .bind = wg_sqlite_bind,
  .step = wg_sqlite_step,
  .run = wg_sqlite_run,
  .column_name = wg_sqlite_column_name,
  .is_null = wg_sqlite_is_null,
  .text = wg_sqlite_text,
  .number = wg_sqlite_number,
  .real = wg_sqlite_real,
  .bytes = wg_sqlite_bytes,
};

/**
 * wg_sqlite_make:
 * @path: for messages
 * @key: (nullable): %WG_DB_KEY bytes, copied
 * @readonly: whether nothing will be written
 *
 * Makes a connection that is not open yet.
 *
 * Thread: the one that opens it.
 * Errors: none.
 *
 * Returns: (transfer full): the connection
 */
WgDb *
wg_sqlite_make (const char *path, const guint8 *key, gboolean readonly)
{
  WgSqlite *self = g_new0 (WgSqlite, 1);

  wg_db_init (&self->base, &SQLITE, path, readonly);
  self->has_key = key != NULL;
  if (key)
    memcpy (self->key, key, WG_DB_KEY);
  return &self->base;
}

static WgDb *
open_file (const char *path, const guint8 *key, gboolean readonly, gboolean is_new, GError **error)
{
  g_autoptr (WgDb) db = wg_sqlite_make (path, key, readonly);
  WgSqlite *self = (WgSqlite *) db;
  int flags = SQLITE_OPEN_NOMUTEX | (readonly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE);
  int rc = wg_db_fault_register ();

  if (rc == SQLITE_OK)
    rc = sqlite3_open_v2 (path, &self->handle, flags, WG_DB_VFS);
  if (rc != SQLITE_OK)
    {
      wg_sqlite_set_error (self, rc, "open", error);
      g_prefix_error (error, "'%s': ", path);
      return NULL;
    }
  sqlite3_extended_result_codes (self->handle, 1);
  if (!configure (self, is_new, error))
    {
      g_prefix_error (error, "'%s': ", path);
      return NULL;
    }
  return g_steal_pointer (&db);
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
  GStatBuf info;

  if (fd < 0 && errno != EEXIST)
    {
      g_set_error (error, WG_DB_ERROR,
                   errno == ENOSPC || errno == EDQUOT ? WG_DB_ERROR_FULL : WG_DB_ERROR_IO,
                   "'%s': %s", path, g_strerror (errno));
      return NULL;
    }
  if (fd >= 0)
    close (fd);
  /* Two that make it at once agree on the salt: an empty one is new, whoever made it. */
  return open_file (path, key, FALSE, g_stat (path, &info) == 0 && info.st_size == 0, error);
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
  return open_file (path, key, TRUE, FALSE, error);
}

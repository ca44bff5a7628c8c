/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine on SQLCipher: a prepared statement. */
#include <string.h>

#include "db/wg-sqlite-private.h"

typedef struct
{
  WgStatement base;
  sqlite3_stmt *handle;
  int last_parameter; /* mostly they are bound in their order */
} Statement;

static sqlite3_stmt *
get_handle (WgStatement *statement)
{
  return ((Statement *) statement)->handle;
}

static sqlite3 *
get_database (WgStatement *statement)
{
  return ((WgSqlite *) statement->db)->handle;
}

/* Exactly one statement: a second one behind the first would silently never run. */
static int
prepare_one (sqlite3 *database, const char *sql, sqlite3_stmt **out_handle)
{
  const char *tail = NULL;
  sqlite3_stmt *second = NULL;
  int rc = sqlite3_prepare_v3 (database, sql, -1, SQLITE_PREPARE_PERSISTENT, out_handle, &tail);

  if (rc != SQLITE_OK || *out_handle == NULL || tail == NULL)
    return rc;
  if (sqlite3_prepare_v2 (database, tail, -1, &second, NULL) != SQLITE_OK || second != NULL)
    g_clear_pointer (out_handle, sqlite3_finalize);
  sqlite3_finalize (second);
  return SQLITE_OK;
}

/**
 * wg_sqlite_prepare:
 * @db: its connection
 * @name: borrowed; must live as long as the statement
 * @sql: exactly one statement, comments around it allowed
 * @error: return location
 *
 * Prepares a statement for repeated use.
 *
 * Thread: the connection's.
 * Errors: %WG_DB_ERROR_FAILED for wrong SQL; codes of the engine.
 *
 * Returns: (transfer full) (nullable): the statement
 */
WgStatement *
wg_sqlite_prepare (WgDb *db, const char *name, const char *sql, GError **error)
{
  sqlite3_stmt *handle = NULL;
  int rc = prepare_one (((WgSqlite *) db)->handle, sql, &handle);
  Statement *self;

  if (rc != SQLITE_OK)
    {
      wg_sqlite_set_error ((WgSqlite *) db, rc, name, error);
      return NULL;
    }
  if (handle == NULL)
    {
      g_set_error (error, WG_DB_ERROR, WG_DB_ERROR_FAILED, "%s: not exactly one statement", name);
      return NULL;
    }
  self = g_new0 (Statement, 1);
  self->handle = handle;
  self->base.n_columns = sqlite3_column_count (handle);
  return &self->base;
}

/**
 * wg_sqlite_finalize:
 * @statement: (transfer full): a statement
 *
 * Thread: the connection's.
 * Errors: none.
 */
void
wg_sqlite_finalize (WgStatement *statement)
{
  sqlite3_finalize (get_handle (statement));
  g_free (statement);
}

/**
 * wg_sqlite_clear:
 * @statement: a statement
 *
 * Thread: the connection's.
 * Errors: none.
 */
void
wg_sqlite_clear (WgStatement *statement)
{
  sqlite3_reset (get_handle (statement));
  sqlite3_clear_bindings (get_handle (statement));
  ((Statement *) statement)->last_parameter = 0;
}

static int
bind_bytes (sqlite3_stmt *handle, int index, GBytes *value)
{
  if (g_bytes_get_size (value) == 0)
    return sqlite3_bind_zeroblob (handle, index, 0);
  return sqlite3_bind_blob64 (handle, index, g_bytes_get_data (value, NULL),
                              g_bytes_get_size (value), SQLITE_TRANSIENT);
}

/* 1 and up; 0: there is no such parameter. */
static int
find_parameter (Statement *self, const char *name)
{
  const char *next = sqlite3_bind_parameter_name (self->handle, self->last_parameter + 1);
  char buffer[64];

  if (next && strcmp (next + 1, name) == 0)
    return ++self->last_parameter;
  g_snprintf (buffer, sizeof buffer, ":%s", name);
  return self->last_parameter = sqlite3_bind_parameter_index (self->handle, buffer);
}

/**
 * wg_sqlite_bind:
 * @statement: a statement
 * @name: a parameter without its colon
 * @value: copied
 *
 * Thread: the connection's.
 * Errors: none.
 *
 * Returns: 0 when bound, −1 for an unknown parameter, 1 when the engine refuses
 */
int
wg_sqlite_bind (WgStatement *statement, const char *name, const WgValue *value)
{
  sqlite3_stmt *handle = get_handle (statement);
  int index = find_parameter ((Statement *) statement, name);
  int rc = SQLITE_MISUSE;

  if (index == 0)
    return -1;
  switch (value->kind)
    {
    case WG_VALUE_NULL:
      rc = sqlite3_bind_null (handle, index);
      break;
    case WG_VALUE_TEXT:
      rc = sqlite3_bind_text (handle, index, value->text, -1, SQLITE_TRANSIENT);
      break;
    case WG_VALUE_INT:
      rc = sqlite3_bind_int64 (handle, index, value->number);
      break;
    case WG_VALUE_REAL:
      rc = sqlite3_bind_double (handle, index, value->real);
      break;
    case WG_VALUE_BYTES:
      rc = bind_bytes (handle, index, value->bytes);
      break;
    }
  return rc == SQLITE_OK ? 0 : 1;
}

/**
 * wg_sqlite_step:
 * @statement: a statement
 * @out_row: (out): whether there is a row
 * @error: return location
 *
 * Thread: the connection's.
 * Errors: codes of the engine.
 *
 * Returns: %FALSE with @error set
 */
gboolean
wg_sqlite_step (WgStatement *statement, gboolean *out_row, GError **error)
{
  int rc = sqlite3_step (get_handle (statement));

  *out_row = rc == SQLITE_ROW;
  if (*out_row)
    return TRUE;
  if (rc != SQLITE_DONE)
    wg_sqlite_set_error ((WgSqlite *) statement->db, rc, statement->name, error);
  sqlite3_reset (get_handle (statement));
  return rc == SQLITE_DONE;
}

/**
 * wg_sqlite_run:
 * @statement: a write without rows
 * @n_rows: how many it must change; −1: any number
 * @error: return location
 *
 * Thread: the connection's.
 * Errors: codes of the engine; %WG_DB_ERROR_BUSY when it changed another number of rows.
 *
 * Returns: %TRUE on success
 */
gboolean
wg_sqlite_run (WgStatement *statement, int n_rows, GError **error)
{
  gboolean row;

  if (!wg_sqlite_step (statement, &row, error))
    return FALSE;
  if (row)
    {
      sqlite3_reset (get_handle (statement));
      g_set_error (error, WG_DB_ERROR, WG_DB_ERROR_FAILED, "%s: gave an unexpected row",
                   statement->name);
      return FALSE;
    }
  return n_rows < 0 || sqlite3_changes64 (get_database (statement)) == n_rows ||
         wg_db_set_changed (statement->name, error);
}

/**
 * wg_sqlite_column_name:
 * @statement: a statement
 * @index: a column
 *
 * Thread: the connection's.
 * Errors: none.
 *
 * Returns: (transfer none): its name
 */
const char *
wg_sqlite_column_name (WgStatement *statement, int index)
{
  return sqlite3_column_name (get_handle (statement), index);
}

/**
 * wg_sqlite_is_null:
 * @statement: a statement on a row
 * @index: a column
 *
 * Thread: the connection's.
 * Errors: none.
 *
 * Returns: %TRUE for NULL
 */
gboolean
wg_sqlite_is_null (WgStatement *statement, int index)
{
  return sqlite3_column_type (get_handle (statement), index) == SQLITE_NULL;
}

/**
 * wg_sqlite_text:
 * @statement: a statement on a row
 * @index: a column
 *
 * Thread: the connection's.
 * Errors: none.
 *
 * Returns: (transfer none) (nullable): UTF-8, valid until the next step
 */
const char *
wg_sqlite_text (WgStatement *statement, int index)
{
  return (const char *) sqlite3_column_text (get_handle (statement), index);
}

/**
 * wg_sqlite_number:
 * @statement: a statement on a row
 * @index: a column
 *
 * Thread: the connection's.
 * Errors: none.
 *
 * Returns: the number; 0 for NULL
 */
gint64
wg_sqlite_number (WgStatement *statement, int index)
{
  return sqlite3_column_int64 (get_handle (statement), index);
}

/**
 * wg_sqlite_real:
 * @statement: a statement on a row
 * @index: a column that is not NULL
 *
 * Thread: the connection's.
 * Errors: none.
 *
 * Returns: the number
 */
double
wg_sqlite_real (WgStatement *statement, int index)
{
  return sqlite3_column_double (get_handle (statement), index);
}

/**
 * wg_sqlite_bytes:
 * @statement: a statement on a row
 * @index: a column that is not NULL
 *
 * Thread: the connection's.
 * Errors: none.
 *
 * Returns: (transfer full): a copy
 */
GBytes *
wg_sqlite_bytes (WgStatement *statement, int index)
{
  gconstpointer data = sqlite3_column_blob (get_handle (statement), index);

  return g_bytes_new (data, (gsize) sqlite3_column_bytes (get_handle (statement), index));
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A prepared statement: binds by name, steps, reads columns by name. */
#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "db/wg-db-private.h"

struct _WgStatement
{
  WgDb *db;
  sqlite3_stmt *handle;
  const char *name;
  int n_columns;
  int last_column; /* columns are mostly read in their order */
  gboolean bind_failed;
  gboolean has_row;
};

/* --- making ---------------------------------------------------------------------------------- */

/**
 * wg_statement_new:
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
wg_statement_new (WgDb *db, const char *name, const char *sql, GError **error)
{
  WgStatement *self;
  sqlite3_stmt *handle = NULL;
  const char *tail = NULL;
  int rc = sqlite3_prepare_v3 (db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &handle, &tail);

  if (rc != SQLITE_OK)
    {
      wg_db_set_error (db, rc, name, error);
      return NULL;
    }
  /* A second statement behind the first would silently never run. */
  if (handle != NULL && tail != NULL)
    {
      sqlite3_stmt *second = NULL;
      rc = sqlite3_prepare_v2 (db->handle, tail, -1, &second, NULL);
      if (rc != SQLITE_OK || second != NULL)
        {
          sqlite3_finalize (second);
          sqlite3_finalize (handle);
          handle = NULL;
        }
    }
  if (handle == NULL)
    {
      g_set_error (error, WG_DB_ERROR, WG_DB_ERROR_FAILED, "%s: not exactly one statement", name);
      return NULL;
    }
  self = g_new0 (WgStatement, 1);
  self->db = db;
  self->handle = handle;
  self->name = name;
  self->n_columns = sqlite3_column_count (handle);
  return self;
}

/**
 * wg_statement_free:
 * @self: (transfer full): a statement
 *
 * Ends it for good.
 *
 * Thread: the connection's.
 * Errors: none.
 */
void
wg_statement_free (WgStatement *self)
{
  sqlite3_finalize (self->handle);
  g_free (self);
}

/**
 * wg_db_statement:
 * @self: a connection
 * @name: a loaded statement
 * @error: return location
 *
 * Gives the named statement, reset and with nothing bound. It is cached: use it up before asking
 * for the same name again.
 *
 * Thread: the connection's.
 * Errors: %WG_DB_ERROR_FAILED for an unknown name or wrong SQL; codes of the engine.
 *
 * Returns: (transfer none) (nullable): the statement
 */
WgStatement *
wg_db_statement (WgDb *self, const char *name, GError **error)
{
  WgStatement *statement = g_hash_table_lookup (self->statements, name);
  gpointer key, sql;

  if (statement == NULL)
    {
      if (!g_hash_table_lookup_extended (self->sql, name, &key, &sql))
        {
          g_set_error (error, WG_DB_ERROR, WG_DB_ERROR_FAILED, "there is no statement '%s'", name);
          return NULL;
        }
      statement = wg_statement_new (self, key, sql, error);
      if (statement == NULL)
        return NULL;
      g_hash_table_insert (self->statements, key, statement);
    }
  wg_statement_reset (statement);
  return statement;
}

/**
 * wg_statement_reset:
 * @self: a statement
 *
 * Ends it and forgets what is bound.
 *
 * Thread: the connection's.
 * Errors: none.
 */
void
wg_statement_reset (WgStatement *self)
{
  sqlite3_reset (self->handle);
  sqlite3_clear_bindings (self->handle);
  self->bind_failed = FALSE;
  self->has_row = FALSE;
  self->last_column = -1;
}

/* --- binding --------------------------------------------------------------------------------- */

static int
find_parameter (WgStatement *self, const char *name)
{
  char buffer[64];
  int index;

  g_snprintf (buffer, sizeof buffer, ":%s", name);
  index = sqlite3_bind_parameter_index (self->handle, buffer);
  if (index == 0)
    {
      self->bind_failed = TRUE;
      g_critical ("statement '%s' has no parameter '%s'", self->name, name);
    }
  return index;
}

/**
 * wg_statement_bind_text:
 * @self: a statement
 * @name: a parameter without its colon
 * @value: (nullable): UTF-8; copied; %NULL binds NULL
 *
 * Binds text. An unknown parameter is a programming fault and makes the next step fail.
 *
 * Thread: the connection's.
 * Errors: none here; lack of memory aborts, as GLib does.
 */
void
wg_statement_bind_text (WgStatement *self, const char *name, const char *value)
{
  int index = find_parameter (self, name);

  if (index > 0 &&
      sqlite3_bind_text (self->handle, index, value, -1, SQLITE_TRANSIENT) != SQLITE_OK)
    self->bind_failed = TRUE;
}

/**
 * wg_statement_bind_int:
 * @self: a statement
 * @name: a parameter without its colon
 * @value: the number
 *
 * Binds a 64-bit integer.
 *
 * Thread: the connection's.
 * Errors: see wg_statement_bind_text().
 */
void
wg_statement_bind_int (WgStatement *self, const char *name, gint64 value)
{
  int index = find_parameter (self, name);

  if (index > 0 && sqlite3_bind_int64 (self->handle, index, value) != SQLITE_OK)
    self->bind_failed = TRUE;
}

/**
 * wg_statement_bind_real:
 * @self: a statement
 * @name: a parameter without its colon
 * @value: the number; NAN binds NULL
 *
 * Binds a double.
 *
 * Thread: the connection's.
 * Errors: see wg_statement_bind_text().
 */
void
wg_statement_bind_real (WgStatement *self, const char *name, double value)
{
  int index = find_parameter (self, name);
  int rc;

  if (index == 0)
    return;
  rc = isnan (value) ? sqlite3_bind_null (self->handle, index)
                     : sqlite3_bind_double (self->handle, index, value);
  if (rc != SQLITE_OK)
    self->bind_failed = TRUE;
}

/**
 * wg_statement_bind_bytes:
 * @self: a statement
 * @name: a parameter without its colon
 * @value: (nullable): copied; %NULL binds NULL
 *
 * Binds bytes.
 *
 * Thread: the connection's.
 * Errors: see wg_statement_bind_text().
 */
void
wg_statement_bind_bytes (WgStatement *self, const char *name, GBytes *value)
{
  int index = find_parameter (self, name);
  int rc;

  if (index == 0)
    return;
  if (value == NULL)
    rc = sqlite3_bind_null (self->handle, index);
  else if (g_bytes_get_size (value) == 0)
    rc = sqlite3_bind_zeroblob (self->handle, index, 0);
  else
    rc = sqlite3_bind_blob64 (self->handle, index, g_bytes_get_data (value, NULL),
                              g_bytes_get_size (value), SQLITE_TRANSIENT);
  if (rc != SQLITE_OK)
    self->bind_failed = TRUE;
}

/* --- stepping -------------------------------------------------------------------------------- */

/**
 * wg_statement_next:
 * @self: a statement
 * @error: return location
 *
 * Steps to the next row. After the end or an error the statement no longer holds anything.
 *
 * Thread: the connection's.
 * Errors: codes of the engine; %WG_DB_ERROR_FAILED inside a transaction that the engine has
 *   already rolled back: nothing may be written outside it by mistake.
 *
 * Returns: %TRUE for a row, %FALSE at the end or with @error set
 */
gboolean
wg_statement_next (WgStatement *self, GError **error)
{
  int rc;

  self->has_row = FALSE;
  self->last_column = -1;
  if (self->bind_failed)
    {
      g_set_error (error, WG_DB_ERROR, WG_DB_ERROR_FAILED, "%s: a parameter was not bound",
                   self->name);
      return FALSE;
    }
  if (self->db->depth > 0 && sqlite3_get_autocommit (self->db->handle))
    {
      g_set_error (error, WG_DB_ERROR, WG_DB_ERROR_FAILED,
                   "%s: the transaction was rolled back before", self->name);
      return FALSE;
    }
  rc = sqlite3_step (self->handle);
  if (rc == SQLITE_ROW)
    {
      self->has_row = TRUE;
      return TRUE;
    }
  if (rc != SQLITE_DONE)
    wg_db_set_error (self->db, rc, self->name, error);
  sqlite3_reset (self->handle);
  return FALSE;
}

static gboolean
bind_list (WgStatement *self, const char *first, va_list list)
{
  for (const char *name = first; name; name = va_arg (list, const char *))
    {
      int type = va_arg (list, int);

      switch (type)
        {
        case 's':
          wg_statement_bind_text (self, name, va_arg (list, const char *));
          break;
        case 'i':
          wg_statement_bind_int (self, name, va_arg (list, gint64));
          break;
        case 'r':
          wg_statement_bind_real (self, name, va_arg (list, double));
          break;
        case 'b':
          wg_statement_bind_bytes (self, name, va_arg (list, GBytes *));
          break;
        default:
          g_critical ("statement '%s': unknown type letter for '%s'", self->name, name);
          return FALSE;
        }
    }
  return TRUE;
}

/**
 * wg_db_run:
 * @self: a connection
 * @name: a loaded statement that gives no rows
 * @error: return location
 * @first: (nullable): first parameter, see @...
 * @...: its type letter and value, then further names, letters and values, then %NULL. Letters:
 *   's' const char *, 'i' gint64 (cast constants), 'r' double, 'b' GBytes *
 *
 * Binds and runs a write.
 *
 * Thread: the connection's.
 * Errors: codes of the engine.
 *
 * Returns: %TRUE on success
 */
gboolean
wg_db_run (WgDb *self, const char *name, GError **error, const char *first, ...)
{
  WgStatement *statement = wg_db_statement (self, name, error);
  g_autoptr (GError) local = NULL;
  gboolean bound;
  va_list list;

  if (statement == NULL)
    return FALSE;
  va_start (list, first);
  bound = bind_list (statement, first, list);
  va_end (list);
  if (!bound)
    {
      g_set_error (error, WG_DB_ERROR, WG_DB_ERROR_FAILED, "%s: wrong parameters", name);
      return FALSE;
    }
  if (wg_statement_next (statement, &local))
    {
      wg_statement_reset (statement);
      g_set_error (error, WG_DB_ERROR, WG_DB_ERROR_FAILED, "%s: gave an unexpected row", name);
      return FALSE;
    }
  if (local)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  return TRUE;
}

/* --- reading --------------------------------------------------------------------------------- */

static int
find_column (WgStatement *self, const char *column)
{
  if (!self->has_row)
    {
      g_critical ("statement '%s': no row to read '%s' from", self->name, column);
      return -1;
    }
  for (int i = 1; i <= self->n_columns; i++)
    {
      int index = (self->last_column + i) % self->n_columns;
      if (strcmp (sqlite3_column_name (self->handle, index), column) == 0)
        {
          self->last_column = index;
          return index;
        }
    }
  g_critical ("statement '%s' has no column '%s'", self->name, column);
  return -1;
}

/**
 * wg_statement_text:
 * @self: a statement on a row
 * @column: a column's name
 *
 * Reads text.
 *
 * Thread: the connection's.
 * Errors: none; an unknown column is a programming fault.
 *
 * Returns: (transfer none) (nullable): UTF-8, valid until the next step; %NULL for NULL
 */
const char *
wg_statement_text (WgStatement *self, const char *column)
{
  int index = find_column (self, column);

  return index < 0 ? NULL : (const char *) sqlite3_column_text (self->handle, index);
}

/**
 * wg_statement_dup_text:
 * @self: a statement on a row
 * @column: a column's name
 *
 * Reads text as a copy.
 *
 * Thread: the connection's.
 * Errors: none.
 *
 * Returns: (transfer full) (nullable): UTF-8; %NULL for NULL
 */
char *
wg_statement_dup_text (WgStatement *self, const char *column)
{
  return g_strdup (wg_statement_text (self, column));
}

/**
 * wg_statement_int:
 * @self: a statement on a row
 * @column: a column's name
 *
 * Reads an integer.
 *
 * Thread: the connection's.
 * Errors: none.
 *
 * Returns: the number; 0 for NULL
 */
gint64
wg_statement_int (WgStatement *self, const char *column)
{
  int index = find_column (self, column);

  return index < 0 ? 0 : sqlite3_column_int64 (self->handle, index);
}

/**
 * wg_statement_real:
 * @self: a statement on a row
 * @column: a column's name
 *
 * Reads a double.
 *
 * Thread: the connection's.
 * Errors: none.
 *
 * Returns: the number; NAN for NULL
 */
double
wg_statement_real (WgStatement *self, const char *column)
{
  int index = find_column (self, column);

  if (index < 0 || sqlite3_column_type (self->handle, index) == SQLITE_NULL)
    return NAN;
  return sqlite3_column_double (self->handle, index);
}

/**
 * wg_statement_bytes:
 * @self: a statement on a row
 * @column: a column's name
 *
 * Reads bytes as a copy.
 *
 * Thread: the connection's.
 * Errors: none.
 *
 * Returns: (transfer full) (nullable): the bytes; %NULL for NULL
 */
GBytes *
wg_statement_bytes (WgStatement *self, const char *column)
{
  int index = find_column (self, column);
  gconstpointer data;

  if (index < 0 || sqlite3_column_type (self->handle, index) == SQLITE_NULL)
    return NULL;
  data = sqlite3_column_blob (self->handle, index);
  return g_bytes_new (data, sqlite3_column_bytes (self->handle, index));
}

/**
 * wg_statement_is_null:
 * @self: a statement on a row
 * @column: a column's name
 *
 * Tells whether a column holds NULL.
 *
 * Thread: the connection's.
 * Errors: none.
 *
 * Returns: %TRUE for NULL
 */
gboolean
wg_statement_is_null (WgStatement *self, const char *column)
{
  int index = find_column (self, column);

  return index < 0 || sqlite3_column_type (self->handle, index) == SQLITE_NULL;
}

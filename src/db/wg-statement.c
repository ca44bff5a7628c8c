/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A prepared statement of either engine: binds by name, steps, reads columns by name. */
#include <math.h>
#include <stdarg.h>
#include <string.h>

#include "db/wg-db-private.h"

/* --- making ---------------------------------------------------------------------------------- */

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
      if (!wg_sql_find (self, name, &key, &sql))
        {
          g_set_error (error, WG_DB_ERROR, WG_DB_ERROR_FAILED, "there is no statement '%s'", name);
          return NULL;
        }
      statement = self->engine->prepare (self, key, sql, error);
      if (statement == NULL)
        return NULL;
      statement->db = self;
      statement->name = key;
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
  self->db->engine->clear (self);
  self->bind_failed = FALSE;
  self->has_row = FALSE;
  self->last_column = -1;
}

/**
 * wg_statement_end:
 * @self: a statement whose rows have been read, all or as many as were wanted
 * @local: (inout) (transfer full): what reading said; %NULL after it
 * @error: return location
 *
 * Ends it as wg_statement_reset() does and hands on what went wrong on the way. Texts that were
 * borrowed from its row are gone.
 *
 * Thread: the connection's.
 * Errors: what @local holds.
 *
 * Returns: %TRUE if nothing went wrong
 */
gboolean
wg_statement_end (WgStatement *self, GError **local, GError **error)
{
  wg_statement_reset (self);
  if (*local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (local));
  return FALSE;
}

/* --- binding --------------------------------------------------------------------------------- */

static void
bind (WgStatement *self, const char *name, const WgValue *value)
{
  int rc = self->db->engine->bind (self, name, value);

  if (rc == 0)
    return;
  self->bind_failed = TRUE;
  if (rc < 0)
    g_critical ("statement '%s' has no parameter '%s'", self->name, name);
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
  bind (self, name, &(WgValue) { .kind = value ? WG_VALUE_TEXT : WG_VALUE_NULL, .text = value });
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
  bind (self, name, &(WgValue) { .kind = WG_VALUE_INT, .number = value });
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
  bind (self, name,
        &(WgValue) { .kind = isnan (value) ? WG_VALUE_NULL : WG_VALUE_REAL, .real = value });
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
  bind (self, name, &(WgValue) { .kind = value ? WG_VALUE_BYTES : WG_VALUE_NULL, .bytes = value });
}

/* --- stepping -------------------------------------------------------------------------------- */

/* Whether the statement may be run now. */
static gboolean
may_run (WgStatement *self, GError **error)
{
  WgDb *db = self->db;

  self->has_row = FALSE;
  self->last_column = -1;
  if (self->bind_failed)
    {
      g_set_error (error, WG_DB_ERROR, WG_DB_ERROR_FAILED, "%s: a parameter was not bound",
                   self->name);
      return FALSE;
    }
  if (db->depth > 0 && db->engine->is_rolled_back (db))
    {
      g_set_error (error, WG_DB_ERROR, WG_DB_ERROR_FAILED,
                   "%s: the transaction was rolled back before", self->name);
      return FALSE;
    }
  return TRUE;
}

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
  return may_run (self, error) && self->db->engine->step (self, &self->has_row, error) &&
         self->has_row;
}

/**
 * wg_db_set_changed:
 * @name: of a statement
 * @error: return location
 *
 * Thread: any.
 * Errors: always %WG_DB_ERROR_BUSY.
 *
 * Returns: %FALSE
 */
gboolean
wg_db_set_changed (const char *name, GError **error)
{
  g_set_error (error, WG_DB_ERROR, WG_DB_ERROR_BUSY, "%s: somebody else changed the row", name);
  return FALSE;
}

/**
 * wg_statement_run_one:
 * @self: a write that must change exactly one row
 * @error: return location
 *
 * Runs a write. Where statements travel to another machine, what goes wrong may be told later: by
 * a later call in this transaction, at the latest by wg_db_commit().
 *
 * Thread: the connection's.
 * Errors: codes of the engine; %WG_DB_ERROR_BUSY when it was not one row.
 *
 * Returns: %TRUE on success, or while nothing is known to have gone wrong
 */
gboolean
wg_statement_run_one (WgStatement *self, GError **error)
{
  return may_run (self, error) && self->db->engine->run (self, 1, error);
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
 * Binds and runs a write. Where statements travel to another machine, what goes wrong may be told
 * later: by a later call in this transaction, at the latest by wg_db_commit().
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
  gboolean bound;
  va_list list;

  if (statement == NULL)
    return FALSE;
  va_start (list, first);
  bound = bind_list (statement, first, list);
  va_end (list);
  if (bound)
    return may_run (statement, error) && self->engine->run (statement, -1, error);
  g_set_error (error, WG_DB_ERROR, WG_DB_ERROR_FAILED, "%s: wrong parameters", name);
  return FALSE;
}

/**
 * wg_db_ahead:
 * @self: a connection in a transaction
 * @name: a loaded statement that will be asked for soon, with the same values
 * @first: (nullable): first parameter, as for wg_db_run()
 * @...: its type letter and value, and so on, then %NULL
 *
 * Announces a read. Where statements travel to another machine it goes out at once and its answer
 * is taken by the first wg_statement_next() of the same statement with the same values; what is
 * read there must not be written before. Elsewhere nothing happens.
 *
 * Thread: the connection's.
 * Errors: told when the answer is needed.
 */
void
wg_db_ahead (WgDb *self, const char *name, const char *first, ...)
{
  WgStatement *statement;
  va_list list;

  if (self->engine->ahead == NULL)
    return;
  statement = wg_db_statement (self, name, NULL);
  if (statement == NULL)
    return;
  va_start (list, first);
  if (bind_list (statement, first, list) && !statement->bind_failed)
    self->engine->ahead (statement);
  va_end (list);
  wg_statement_reset (statement);
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
      if (strcmp (self->db->engine->column_name (self, index), column) == 0)
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

  return index < 0 ? NULL : self->db->engine->text (self, index);
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

  return index < 0 ? 0 : self->db->engine->number (self, index);
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

  if (index < 0 || self->db->engine->is_null (self, index))
    return NAN;
  return self->db->engine->real (self, index);
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

  if (index < 0 || self->db->engine->is_null (self, index))
    return NULL;
  return self->db->engine->bytes (self, index);
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

  return index < 0 || self->db->engine->is_null (self, index);
}

/**
 * wg_db_take_text:
 * @statement: (nullable): a bound statement; %NULL with @error set
 * @column: a column
 * @error: return location
 *
 * Reads one column of the first row and lets the statement go.
 *
 * Thread: the connection's.
 * Errors: of the database.
 *
 * Returns: (transfer full) (nullable): the text; %NULL for no row, for NULL or with @error set
 */
char *
wg_db_take_text (WgStatement *statement, const char *column, GError **error)
{
  char *text = NULL;

  if (statement && wg_statement_next (statement, error))
    {
      text = wg_statement_dup_text (statement, column);
      wg_statement_reset (statement);
    }
  return text;
}

/**
 * wg_db_take_int:
 * @statement: (nullable): a bound statement; %NULL with @error set
 * @column: a column
 * @error: return location
 *
 * Reads one number of the first row and lets the statement go.
 *
 * Thread: the connection's.
 * Errors: of the database.
 *
 * Returns: the number; −1 for no row or with @error set
 */
gint64
wg_db_take_int (WgStatement *statement, const char *column, GError **error)
{
  gint64 value = -1;

  if (statement && wg_statement_next (statement, error))
    {
      value = wg_statement_int (statement, column);
      wg_statement_reset (statement);
    }
  return value;
}

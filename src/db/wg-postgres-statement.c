/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine on PostgreSQL: a prepared statement; values travel in binary. */
#include <string.h>

#include "db/wg-postgres-private.h"

/* A statement with this line may read more rows than memory holds. */
#define LONG "-- :long"
/* An insert with this line may come to the server with others of its kind. Its order among those is
 * kept, and that of everything else towards it; not that of inserts into different tables. */
#define TOGETHER "-- :together"
/* Of a long statement these come at a time. */
#define ROWS_AT_ONCE 1000
#define ROWS_AT_ONCE_TEXT G_STRINGIFY (ROWS_AT_ONCE)

typedef struct
{
  WgStatement base;
  GPtrArray *names; /* of parameters, in the order of their numbers */
  WgPostgresParameter *parameters;
  Oid *columns;          /* types */
  PGresult *description; /* has the columns' names */
  WgPostgresSent *rows;  /* while it stands on them */
  int row;
  char **texts;             /* numbers read as text, one for each column */
  char *cursor;             /* SQL that opens a cursor, of a long one; else %NULL */
  guint opened;             /* the transaction that it is open in; 0: none */
  WgPostgresRows *gathered; /* of one whose rows travel together; else %NULL */
} Statement;

static WgPostgres *
get_db (WgStatement *statement)
{
  return (WgPostgres *) statement->db;
}

/* --- making ---------------------------------------------------------------------------------- */

static gboolean
check_types (const PGresult *description, const char *name, GError **error)
{
  for (int i = 0; i < PQnparams (description); i++)
    {
      Oid type = PQparamtype (description, i);
      if (type == WG_POSTGRES_TEXT || type == WG_POSTGRES_INT8 || type == WG_POSTGRES_FLOAT8 ||
          type == WG_POSTGRES_BYTEA)
        continue;
      g_set_error (error, WG_DB_ERROR, WG_DB_ERROR_FAILED,
                   "%s: parameter %d has type %u: say CAST (:name AS BIGINT) or the like", name,
                   i + 1, type);
      return FALSE;
    }
  for (int i = 0; i < PQnfields (description); i++)
    {
      Oid type = PQftype (description, i);
      if (type == WG_POSTGRES_TEXT || type == WG_POSTGRES_INT8 || type == WG_POSTGRES_FLOAT8 ||
          type == WG_POSTGRES_BYTEA || type == WG_POSTGRES_INT4 || type == WG_POSTGRES_BOOL)
        continue;
      g_set_error (error, WG_DB_ERROR, WG_DB_ERROR_FAILED, "%s: column '%s' has type %u: CAST it",
                   name, PQfname (description, i), type);
      return FALSE;
    }
  return TRUE;
}

/* Prepares under @name and asks for the types. */
static PGresult *
prepare (WgPostgres *self, const char *name, const char *sql, GError **error)
{
  WgPostgresSent *sent;
  PGresult *description = NULL;

  /* By itself: a fault of what travels before would leave a statement on the server that we do not
   * know of. */
  if (!wg_postgres_settle (self, error))
    return NULL;
  if (!PQsendPrepare (self->connection, name, sql, 0, NULL))
    {
      wg_postgres_set_lost (self, name, error);
      return NULL;
    }
  wg_postgres_push (self, name, -1, FALSE);
  if (!PQsendDescribePrepared (self->connection, name))
    {
      wg_postgres_set_lost (self, name, error);
      return NULL;
    }
  sent = wg_postgres_push (self, name, -1, TRUE);
  if (wg_postgres_settle (self, error))
    description = g_steal_pointer (&sent->result);
  wg_postgres_sent_unref (sent);
  if (description && !check_types (description, name, error))
    g_clear_pointer (&description, PQclear);
  return description;
}

/**
 * wg_postgres_prepare:
 * @db: its connection
 * @name: the statement's, also on the server
 * @sql: exactly one statement with `:name` parameters
 * @error: return location
 *
 * Prepares a statement for repeated use. The server finds the types of its parameters out.
 *
 * Thread: the connection's.
 * Errors: %WG_DB_ERROR_FAILED for wrong SQL, and for a parameter or a column whose type is none of
 *   text, 64-bit integer, double and bytes.
 *
 * A statement with a line `-- :long` comes through a cursor when it is run in a transaction: a
 * thousand rows at a time are here. One with a line `-- :together` is sent with others of its kind.
 *
 * Returns: (transfer full) (nullable): the statement
 */
WgStatement *
wg_postgres_prepare (WgDb *db, const char *name, const char *sql, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *text = wg_postgres_translate (sql, !db->readonly, names);
  PGresult *description = prepare ((WgPostgres *) db, name, text, error);
  Statement *self;

  if (description == NULL)
    return NULL;
  self = g_new0 (Statement, 1);
  self->description = description;
  self->names = g_steal_pointer (&names);
  self->parameters = g_new0 (WgPostgresParameter, self->names->len);
  for (guint i = 0; i < self->names->len; i++)
    {
      self->parameters[i].type = PQparamtype (description, (int) i);
      self->parameters[i].is_null = TRUE;
      self->parameters[i].bytes = g_byte_array_new ();
    }
  self->base.n_columns = PQnfields (description);
  self->columns = g_new0 (Oid, self->base.n_columns);
  self->texts = g_new0 (char *, self->base.n_columns);
  for (int i = 0; i < self->base.n_columns; i++)
    self->columns[i] = PQftype (description, i);
  if (strstr (sql, LONG))
    self->cursor = g_strdup_printf ("DECLARE \"%s\" NO SCROLL CURSOR FOR %s", name, text);
  if (strstr (sql, TOGETHER))
    {
      self->gathered = wg_postgres_rows_new ((WgPostgres *) db, name, text, self->names->len,
                                             self->parameters, error);
      if (self->gathered == NULL)
        g_clear_pointer ((WgStatement **) &self, wg_postgres_finalize);
    }
  return (WgStatement *) self;
}

/**
 * wg_postgres_finalize:
 * @statement: (transfer full): a statement
 *
 * Thread: the connection's.
 * Errors: none; the server forgets it with the connection.
 */
void
wg_postgres_finalize (WgStatement *statement)
{
  Statement *self = (Statement *) statement;

  wg_postgres_sent_unref (self->rows);
  wg_postgres_rows_free (self->gathered);
  for (guint i = 0; i < self->names->len; i++)
    g_byte_array_unref (self->parameters[i].bytes);
  for (int i = 0; i < statement->n_columns; i++)
    g_free (self->texts[i]);
  g_free (self->texts);
  g_free (self->cursor);
  g_free (self->columns);
  g_free (self->parameters);
  g_ptr_array_unref (self->names);
  PQclear (self->description);
  g_free (self);
}

/* A cursor that was left half-way; with its transaction it has gone by itself. */
static void
close_cursor (Statement *self)
{
  WgPostgres *db = get_db (&self->base);
  g_autofree char *sql = NULL;

  if (self->opened == 0)
    return;
  if (db->in_transaction && self->opened == db->n_begun && db->failed == NULL)
    {
      sql = g_strdup_printf ("CLOSE \"%s\"", self->base.name);
      if (PQsendQueryParams (db->connection, sql, 0, NULL, NULL, NULL, NULL, 1))
        wg_postgres_push (db, self->base.name, -1, FALSE);
    }
  self->opened = 0;
}

/**
 * wg_postgres_clear:
 * @statement: a statement
 *
 * Thread: the connection's.
 * Errors: none.
 */
void
wg_postgres_clear (WgStatement *statement)
{
  Statement *self = (Statement *) statement;

  g_clear_pointer (&self->rows, wg_postgres_sent_unref);
  close_cursor (self);
  for (guint i = 0; i < self->names->len; i++)
    self->parameters[i].is_null = TRUE;
}

/* --- binding --------------------------------------------------------------------------------- */

static void
set_bytes (WgPostgresParameter *parameter, gconstpointer data, gsize n)
{
  parameter->is_null = FALSE;
  g_byte_array_set_size (parameter->bytes, 0);
  g_byte_array_append (parameter->bytes, data, (guint) n);
}

static void
set_number (WgPostgresParameter *parameter, guint64 number)
{
  number = GUINT64_TO_BE (number);
  set_bytes (parameter, &number, sizeof number);
}

/**
 * wg_postgres_bind:
 * @statement: a statement
 * @name: a parameter without its colon
 * @value: copied
 *
 * Thread: the connection's.
 * Errors: none.
 *
 * Returns: 0 when bound, −1 for an unknown parameter, 1 when the value is not of its type
 */
int
wg_postgres_bind (WgStatement *statement, const char *name, const WgValue *value)
{
  Statement *self = (Statement *) statement;
  WgPostgresParameter *parameter = NULL;
  guint64 bits;

  for (guint i = 0; i < self->names->len && !parameter; i++)
    if (strcmp (self->names->pdata[i], name) == 0)
      parameter = &self->parameters[i];
  if (parameter == NULL)
    return -1;
  if (value->kind == WG_VALUE_NULL)
    parameter->is_null = TRUE;
  else if (value->kind == WG_VALUE_TEXT && parameter->type == WG_POSTGRES_TEXT)
    set_bytes (parameter, value->text, strlen (value->text));
  else if (value->kind == WG_VALUE_INT && parameter->type == WG_POSTGRES_INT8)
    set_number (parameter, (guint64) value->number);
  else if (value->kind == WG_VALUE_REAL && parameter->type == WG_POSTGRES_FLOAT8)
    {
      memcpy (&bits, &value->real, sizeof bits);
      set_number (parameter, bits);
    }
  else if (value->kind == WG_VALUE_BYTES && parameter->type == WG_POSTGRES_BYTEA)
    set_bytes (parameter, g_bytes_get_data (value->bytes, NULL), g_bytes_get_size (value->bytes));
  else
    return 1;
  return 0;
}

/* --- running --------------------------------------------------------------------------------- */

/* Runs the statement; of a long one inside a transaction opens the cursor. */
static gboolean
send_statement (Statement *self, gboolean as_cursor, GError **error)
{
  WgPostgres *db = get_db (&self->base);
  int n = (int) self->names->len;
  g_autofree const char **values = g_new (const char *, n + 1);
  g_autofree int *lengths = g_new (int, n + 1);
  g_autofree int *formats = g_new (int, n + 1);
  g_autofree Oid *types = g_new (Oid, n + 1);
  gboolean good;

  if (db->failed)
    return wg_postgres_settle (db, error);
  if (!wg_postgres_send_rows (db, error))
    return FALSE;
  for (int i = 0; i < n; i++)
    {
      const WgPostgresParameter *parameter = &self->parameters[i];
      values[i] = parameter->is_null          ? NULL
                  : parameter->bytes->len > 0 ? (const char *) parameter->bytes->data
                                              : "";
      lengths[i] = (int) parameter->bytes->len;
      formats[i] = 1;
      types[i] = parameter->type;
    }
  good =
      as_cursor
          ? PQsendQueryParams (db->connection, self->cursor, n, types, values, lengths, formats, 1)
          : PQsendQueryPrepared (db->connection, self->base.name, n, values, lengths, formats, 1);
  return good || wg_postgres_set_lost (db, self->base.name, error);
}

/* What makes two runs of a statement the same. */
static GBytes *
make_key (const Statement *self)
{
  GByteArray *key = g_byte_array_new ();

  g_byte_array_append (key, (const guint8 *) self->base.name, strlen (self->base.name) + 1);
  for (guint i = 0; i < self->names->len; i++)
    {
      const WgPostgresParameter *parameter = &self->parameters[i];
      guint32 n = parameter->is_null ? G_MAXUINT32 : parameter->bytes->len;
      g_byte_array_append (key, (const guint8 *) &n, sizeof n);
      if (!parameter->is_null)
        g_byte_array_append (key, parameter->bytes->data, parameter->bytes->len);
    }
  return g_byte_array_free_to_bytes (key);
}

/**
 * wg_postgres_ahead:
 * @statement: a read with its values bound
 *
 * Sends a read whose rows are wanted soon.
 *
 * Thread: the connection's.
 * Errors: told when the rows are wanted.
 */
void
wg_postgres_ahead (WgStatement *statement)
{
  WgPostgres *db = get_db (statement);
  g_autoptr (GBytes) key = NULL;
  g_autoptr (GError) fault = NULL;

  if (!db->in_transaction)
    return;
  key = make_key ((Statement *) statement);
  if (g_hash_table_contains (db->ahead, key))
    return;
  if (send_statement ((Statement *) statement, FALSE, &fault))
    g_hash_table_insert (db->ahead, g_steal_pointer (&key),
                         wg_postgres_push (db, statement->name, -1, TRUE));
  else if (db->failed == NULL)
    db->failed = g_steal_pointer (&fault);
}

/* The rows that were announced; %NULL when they were not. */
static WgPostgresSent *
take_ahead (Statement *self)
{
  WgPostgres *db = get_db (&self->base);
  g_autoptr (GBytes) key = NULL;
  gpointer own_key = NULL, sent = NULL;

  if (g_hash_table_size (db->ahead) == 0)
    return NULL;
  key = make_key (self);
  if (g_hash_table_steal_extended (db->ahead, key, &own_key, &sent))
    g_bytes_unref (own_key);
  return sent;
}

/* The next rows of a cursor, which is opened first. */
static WgPostgresSent *
send_fetch (Statement *self, GError **error)
{
  WgPostgres *db = get_db (&self->base);
  g_autofree char *sql =
      g_strdup_printf ("FETCH " ROWS_AT_ONCE_TEXT " FROM \"%s\"", self->base.name);

  if (self->opened == 0)
    {
      if (!send_statement (self, TRUE, error))
        return NULL;
      wg_postgres_push (db, self->base.name, -1, FALSE);
      self->opened = db->n_begun;
    }
  if (!PQsendQueryParams (db->connection, sql, 0, NULL, NULL, NULL, NULL, 1))
    {
      wg_postgres_set_lost (db, self->base.name, error);
      return NULL;
    }
  return wg_postgres_push (db, self->base.name, -1, TRUE);
}

static gboolean
fetch (Statement *self, GError **error)
{
  WgPostgres *db = get_db (&self->base);
  WgPostgresSent *sent = take_ahead (self);

  if (sent == NULL && self->cursor && db->in_transaction)
    {
      sent = send_fetch (self, error);
      if (sent == NULL)
        return FALSE;
    }
  if (sent == NULL)
    {
      if (!send_statement (self, FALSE, error))
        return FALSE;
      sent = wg_postgres_push (db, self->base.name, -1, TRUE);
    }
  if (sent->result == NULL && !wg_postgres_settle (db, error))
    {
      wg_postgres_sent_unref (sent);
      return FALSE;
    }
  self->rows = sent;
  self->row = -1;
  return TRUE;
}

/**
 * wg_postgres_step:
 * @statement: a statement
 * @out_row: (out): whether there is a row
 * @error: return location
 *
 * Thread: the connection's.
 * Errors: of the server; of anything sent before it in this transaction.
 *
 * Returns: %FALSE with @error set
 */
gboolean
wg_postgres_step (WgStatement *statement, gboolean *out_row, GError **error)
{
  Statement *self = (Statement *) statement;

  *out_row = FALSE;
  if (self->rows == NULL && !fetch (self, error))
    return FALSE;
  self->row++;
  if (self->opened && self->row == ROWS_AT_ONCE)
    {
      g_clear_pointer (&self->rows, wg_postgres_sent_unref);
      if (!fetch (self, error))
        return FALSE;
      self->row++;
    }
  *out_row = self->row < PQntuples (self->rows->result);
  if (!*out_row)
    {
      g_clear_pointer (&self->rows, wg_postgres_sent_unref);
      close_cursor (self);
    }
  return TRUE;
}

/**
 * wg_postgres_run:
 * @statement: a write without rows
 * @n_rows: how many it must change; −1: any number
 * @error: return location
 *
 * Sends a write. In a transaction nobody waits for it.
 *
 * Thread: the connection's.
 * Errors: of anything sent before it in this transaction; else told later.
 *
 * Returns: %TRUE while nothing is known to have gone wrong
 */
gboolean
wg_postgres_run (WgStatement *statement, int n_rows, GError **error)
{
  WgPostgres *db = get_db (statement);
  Statement *self = (Statement *) statement;

  if (self->gathered && db->in_transaction && db->failed == NULL)
    return wg_postgres_rows_add (self->gathered, db, self->parameters, n_rows, error);
  if (!send_statement (self, FALSE, error))
    return FALSE;
  wg_postgres_push (db, statement->name, n_rows, FALSE);
  return db->in_transaction || wg_postgres_settle (db, error);
}

/* --- reading --------------------------------------------------------------------------------- */

/**
 * wg_postgres_column_name:
 * @statement: a statement
 * @index: a column
 *
 * Thread: the connection's.
 * Errors: none.
 *
 * Returns: (transfer none): its name
 */
const char *
wg_postgres_column_name (WgStatement *statement, int index)
{
  return PQfname (((Statement *) statement)->description, index);
}

/**
 * wg_postgres_is_null:
 * @statement: a statement on a row
 * @index: a column
 *
 * Thread: the connection's.
 * Errors: none.
 *
 * Returns: %TRUE for NULL
 */
gboolean
wg_postgres_is_null (WgStatement *statement, int index)
{
  const Statement *self = (Statement *) statement;

  return PQgetisnull (self->rows->result, self->row, index);
}

static guint64
read_bits (const Statement *self, int index)
{
  const char *value = PQgetvalue (self->rows->result, self->row, index);
  guint64 bits = 0;

  memcpy (&bits, value, sizeof bits);
  return GUINT64_FROM_BE (bits);
}

/**
 * wg_postgres_number:
 * @statement: a statement on a row
 * @index: a column
 *
 * Thread: the connection's.
 * Errors: none.
 *
 * Returns: the number, also one written as text; 0 for NULL
 */
gint64
wg_postgres_number (WgStatement *statement, int index)
{
  const Statement *self = (Statement *) statement;
  const char *value = PQgetvalue (self->rows->result, self->row, index);
  guint32 bits;

  if (wg_postgres_is_null (statement, index))
    return 0;
  switch (self->columns[index])
    {
    case WG_POSTGRES_INT8:
      return (gint64) read_bits (self, index);
    case WG_POSTGRES_INT4:
      memcpy (&bits, value, sizeof bits);
      return (gint32) GUINT32_FROM_BE (bits);
    case WG_POSTGRES_BOOL:
      return value[0] != 0;
    case WG_POSTGRES_FLOAT8:
      return (gint64) wg_postgres_real (statement, index);
    default:
      return g_ascii_strtoll (value, NULL, 10);
    }
}

/**
 * wg_postgres_text:
 * @statement: a statement on a row
 * @index: a column
 *
 * Thread: the connection's.
 * Errors: none.
 *
 * Returns: (transfer none) (nullable): UTF-8, valid until the column is read again or the next step
 */
const char *
wg_postgres_text (WgStatement *statement, int index)
{
  Statement *self = (Statement *) statement;

  if (wg_postgres_is_null (statement, index))
    return NULL;
  if (self->columns[index] == WG_POSTGRES_TEXT)
    return PQgetvalue (self->rows->result, self->row, index);
  g_free (self->texts[index]);
  self->texts[index] = g_strdup_printf ("%" G_GINT64_FORMAT, wg_postgres_number (statement, index));
  return self->texts[index];
}

/**
 * wg_postgres_real:
 * @statement: a statement on a row
 * @index: a column that is not NULL
 *
 * Thread: the connection's.
 * Errors: none.
 *
 * Returns: the number
 */
double
wg_postgres_real (WgStatement *statement, int index)
{
  const Statement *self = (Statement *) statement;
  guint64 bits;
  double real;

  if (self->columns[index] != WG_POSTGRES_FLOAT8)
    return (double) wg_postgres_number (statement, index);
  bits = read_bits (self, index);
  memcpy (&real, &bits, sizeof real);
  return real;
}

/**
 * wg_postgres_bytes:
 * @statement: a statement on a row
 * @index: a column that is not NULL
 *
 * Thread: the connection's.
 * Errors: none.
 *
 * Returns: (transfer full): a copy
 */
GBytes *
wg_postgres_bytes (WgStatement *statement, int index)
{
  const Statement *self = (Statement *) statement;

  return g_bytes_new (PQgetvalue (self->rows->result, self->row, index),
                      (gsize) PQgetlength (self->rows->result, self->row, index));
}

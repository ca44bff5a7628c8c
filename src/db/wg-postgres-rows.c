/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine on PostgreSQL: rows of one insert are gathered and go out in one command.
 *
 * A command costs the server as much as its row does. An insert marked `-- :together` is run
 * when anything else is sent, with an array for each of its columns. */
#include <string.h>

#include "db/wg-postgres-private.h"

/* So many rows, or bytes in all, go out without waiting for another command. */
#define ROWS_MAX 256
#define BYTES_MAX (1024 * 1024)

/* An array as the server takes it in binary: head, then each value behind its length. */
enum
{
  HEAD_DIMENSIONS,
  HEAD_HAS_NULL,
  HEAD_TYPE,
  HEAD_LENGTH,
  HEAD_FIRST,
  HEAD_SIZE
};

typedef struct
{
  WgPostgresType type;
  guint32 has_null;
  GByteArray *array;
} Column;

struct _WgPostgresRows
{
  const char *single; /* the statement of one row; borrowed */
  char *name;         /* that of many, also on the server */
  guint n_columns;
  Column *columns;
  guint n;
  int n_changed; /* rows they must make; −1: any number */
};

static WgPostgresType
find_array_type (WgPostgresType type)
{
  switch (type)
    {
    case WG_POSTGRES_INT8:
      return WG_POSTGRES_INT8_ARRAY;
    case WG_POSTGRES_FLOAT8:
      return WG_POSTGRES_FLOAT8_ARRAY;
    case WG_POSTGRES_BYTEA:
      return WG_POSTGRES_BYTEA_ARRAY;
    default:
      return WG_POSTGRES_TEXT_ARRAY;
    }
}

static void
append_number (GByteArray *array, guint32 number)
{
  number = GUINT32_TO_BE (number);
  g_byte_array_append (array, (const guint8 *) &number, sizeof number);
}

static void
clear (WgPostgresRows *self)
{
  self->n = 0;
  self->n_changed = 0;
  for (guint i = 0; i < self->n_columns; i++)
    {
      self->columns[i].has_null = 0;
      g_byte_array_set_size (self->columns[i].array, HEAD_SIZE * sizeof (guint32));
    }
}

/**
 * wg_postgres_rows_new:
 * @db: its connection
 * @single: (transfer none): name of the statement that inserts one row; it must live longer
 * @sql: that statement, translated
 * @n: how many parameters it has
 * @parameters: they, with their types
 * @error: return location
 *
 * Prepares the insert of many rows beside that of one.
 *
 * Thread: the connection's.
 * Errors: %WG_DB_ERROR_FAILED when the statement is no INSERT of one row of parameters.
 *
 * Returns: (transfer full) (nullable): the place where rows are gathered
 */
WgPostgresRows *
wg_postgres_rows_new (WgPostgres *db,
                      const char *single,
                      const char *sql,
                      guint n,
                      const WgPostgresParameter *parameters,
                      GError **error)
{
  g_autofree char *text = wg_postgres_translate_rows (sql);
  g_autofree Oid *types = g_new (Oid, n);
  WgPostgresRows *self;

  if (text == NULL)
    {
      g_set_error (error, WG_DB_ERROR, WG_DB_ERROR_FAILED,
                   "%s: `-- :together` is for INSERT … VALUES (…) with parameters alone", single);
      return NULL;
    }
  self = g_new0 (WgPostgresRows, 1);
  self->single = single;
  self->name = g_strconcat (single, "-together", NULL);
  self->n_columns = n;
  self->columns = g_new0 (Column, n);
  for (guint i = 0; i < n; i++)
    {
      self->columns[i].type = parameters[i].type;
      self->columns[i].array = g_byte_array_new ();
      types[i] = find_array_type (parameters[i].type);
    }
  clear (self);
  if (PQsendPrepare (db->connection, self->name, text, (int) n, types))
    {
      wg_postgres_push (db, self->name, -1, FALSE);
      if (wg_postgres_settle (db, error))
        return self;
    }
  else
    wg_postgres_set_lost (db, self->name, error);
  wg_postgres_rows_free (self);
  return NULL;
}

/**
 * wg_postgres_rows_free:
 * @self: (transfer full) (nullable): gathered rows, sent before
 *
 * Thread: the connection's.
 * Errors: none.
 */
void
wg_postgres_rows_free (WgPostgresRows *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < self->n_columns; i++)
    g_byte_array_unref (self->columns[i].array);
  g_free (self->columns);
  g_free (self->name);
  g_free (self);
}

/**
 * wg_postgres_rows_add:
 * @self: gathered rows
 * @db: their connection, in a transaction
 * @parameters: values of one more
 * @n_rows: how many rows it must make; −1: any number
 * @error: return location
 *
 * Gathers a row. It goes out before anything else does.
 *
 * Thread: the connection's.
 * Errors: of the connection; those of the row are told later.
 *
 * Returns: %TRUE while nothing is known to have gone wrong
 */
gboolean
wg_postgres_rows_add (WgPostgresRows *self,
                      WgPostgres *db,
                      const WgPostgresParameter *parameters,
                      int n_rows,
                      GError **error)
{
  if (self->n == 0)
    g_ptr_array_add (db->gathered, self);
  for (guint i = 0; i < self->n_columns; i++)
    {
      Column *column = &self->columns[i];
      const GByteArray *bytes = parameters[i].bytes;
      column->has_null |= parameters[i].is_null;
      append_number (column->array, parameters[i].is_null ? G_MAXUINT32 : bytes->len);
      if (parameters[i].is_null)
        continue;
      g_byte_array_append (column->array, bytes->data, bytes->len);
      db->n_gathered += bytes->len;
    }
  self->n++;
  self->n_changed = n_rows < 0 || self->n_changed < 0 ? -1 : self->n_changed + n_rows;
  return (self->n < ROWS_MAX && db->n_gathered < BYTES_MAX) || wg_postgres_send_rows (db, error);
}

/* The array of a column; of one row its only value, as the statement of one row takes it. */
static const char *
finish (const Column *column, guint n, int *out_length)
{
  guint32 head[HEAD_SIZE] = {
    [HEAD_DIMENSIONS] = GUINT32_TO_BE (1),      [HEAD_HAS_NULL] = GUINT32_TO_BE (column->has_null),
    [HEAD_TYPE] = GUINT32_TO_BE (column->type), [HEAD_LENGTH] = GUINT32_TO_BE (n),
    [HEAD_FIRST] = GUINT32_TO_BE (1),
  };
  gsize skipped = sizeof head + sizeof (guint32);

  if (n == 1)
    {
      *out_length = (int) (column->array->len - skipped);
      return column->has_null ? NULL : (const char *) column->array->data + skipped;
    }
  memcpy (column->array->data, head, sizeof head);
  *out_length = (int) column->array->len;
  return (const char *) column->array->data;
}

static gboolean
send_gathered (WgPostgresRows *self, WgPostgres *db, GError **error)
{
  int n = (int) self->n_columns;
  const char *name = self->n == 1 ? self->single : self->name;
  g_autofree const char **values = g_new (const char *, n);
  g_autofree int *lengths = g_new (int, n);
  g_autofree int *formats = g_new (int, n);

  for (int i = 0; i < n; i++)
    {
      values[i] = finish (&self->columns[i], self->n, &lengths[i]);
      formats[i] = 1;
    }
  if (!PQsendQueryPrepared (db->connection, name, n, values, lengths, formats, 1))
    return wg_postgres_set_lost (db, self->single, error);
  wg_postgres_push (db, self->single, self->n_changed, FALSE);
  return TRUE;
}

/**
 * wg_postgres_send_rows:
 * @db: a connection
 * @error: return location
 *
 * Sends all gathered rows, each statement's together, in the order of their first ones. Also before
 * a rollback, which undoes them.
 *
 * Thread: the connection's.
 * Errors: of the connection.
 *
 * Returns: %TRUE if they are on their way; else they are dropped
 */
gboolean
wg_postgres_send_rows (WgPostgres *db, GError **error)
{
  gboolean good = TRUE;

  for (guint i = 0; i < db->gathered->len; i++)
    {
      good = good && send_gathered (db->gathered->pdata[i], db, error);
      clear (db->gathered->pdata[i]);
    }
  g_ptr_array_set_size (db->gathered, 0);
  db->n_gathered = 0;
  return good;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What pushes wrote, once more, into PostgreSQL without a line of ours: one connection, prepared
 * statements, a transaction's commands sent together. */
#include <string.h>

#include <glib.h>
#include <libpq-fe.h>
#include <sqlite3.h>

/* In which order, and by which column its rows belong to an operation's record. */
static const struct
{
  const char *name, *id;
} TABLES[] = {
  { "event", "id" }, { "event_step", "event" }, { "hist", "rec" }, { "member", "rec" }
};

static void
check (gboolean good, const char *what, const char *message)
{
  if (!good)
    g_error ("%s: %s", what, message);
}

static void
run (PGconn *connection, const char *sql)
{
  PGresult *result = PQexec (connection, sql);

  check (PQresultStatus (result) == PGRES_COMMAND_OK, sql, PQerrorMessage (connection));
  PQclear (result);
}

static sqlite3_stmt *
prepare (sqlite3 *db, const char *sql)
{
  sqlite3_stmt *statement = NULL;

  check (sqlite3_prepare_v2 (db, sql, -1, &statement, NULL) == SQLITE_OK, sql, sqlite3_errmsg (db));
  return statement;
}

/* Rows as arrays of text, ended by nothing: as many as the table has columns. */
static GPtrArray *
read_rows (sqlite3 *db, const char *sql, int *out_n)
{
  sqlite3_stmt *statement = prepare (db, sql);
  GPtrArray *rows = g_ptr_array_new ();

  *out_n = sqlite3_column_count (statement);
  while (sqlite3_step (statement) == SQLITE_ROW)
    {
      char **row = g_new0 (char *, *out_n);
      for (int i = 0; i < *out_n; i++)
        row[i] = g_strdup ((const char *) sqlite3_column_text (statement, i));
      g_ptr_array_add (rows, row);
    }
  sqlite3_finalize (statement);
  return rows;
}

static int
find_column (sqlite3 *db, const char *table, const char *column)
{
  g_autofree char *sql =
      g_strdup_printf ("SELECT cid FROM pragma_table_info ('%s') WHERE name = '%s'", table, column);
  sqlite3_stmt *statement = prepare (db, sql);
  int found;

  check (sqlite3_step (statement) == SQLITE_ROW, table, "no such column");
  found = sqlite3_column_int (statement, 0);
  sqlite3_finalize (statement);
  return found;
}

/* "INSERT INTO t (columns) VALUES ($1, …)" under the table's name. */
static void
prepare_insert (PGconn *connection, sqlite3 *db, const char *table)
{
  g_autofree char *sql = g_strdup_printf ("SELECT name FROM pragma_table_info ('%s')", table);
  g_autoptr (GString) text = g_string_new (NULL), values = g_string_new (NULL);
  int n;
  g_autoptr (GPtrArray) names = read_rows (db, sql, &n);
  PGresult *result;

  g_string_printf (text, "INSERT INTO %s (", table);
  for (guint i = 0; i < names->len; i++)
    {
      g_string_append_printf (text, "%s%s", i ? ", " : "", ((char **) names->pdata[i])[0]);
      g_string_append_printf (values, "%s$%u", i ? ", " : "", i + 1);
    }
  g_string_append_printf (text, ") VALUES (%s) ON CONFLICT DO NOTHING", values->str);
  result = PQprepare (connection, table, text->str, 0, NULL);
  check (PQresultStatus (result) == PGRES_COMMAND_OK, text->str, PQerrorMessage (connection));
  PQclear (result);
}

static void
send_row (PGconn *connection, const char *name, char **row, int n)
{
  check (PQsendQueryPrepared (connection, name, n, (const char *const *) row, NULL, NULL, 0), name,
         PQerrorMessage (connection));
}

static void
send_text (PGconn *connection, const char *sql)
{
  check (PQsendQueryParams (connection, sql, 0, NULL, NULL, NULL, NULL, 0), sql,
         PQerrorMessage (connection));
}

/* Waits for the answers to @n commands. */
static void
settle (PGconn *connection, guint n)
{
  PGresult *result;

  check (PQpipelineSync (connection), "sync", PQerrorMessage (connection));
  for (guint i = 0; i < n; i++)
    {
      result = PQgetResult (connection);
      check (PQresultStatus (result) == PGRES_COMMAND_OK, "answer", PQresultErrorMessage (result));
      PQclear (result);
      PQgetResult (connection);
    }
  result = PQgetResult (connection);
  check (PQresultStatus (result) == PGRES_PIPELINE_SYNC, "sync", PQresultErrorMessage (result));
  PQclear (result);
}

/* The rows that pushes only read or change, so that those can be changed here, too. */
static void
copy_table (PGconn *connection, sqlite3 *db, const char *table)
{
  g_autofree char *sql = g_strdup_printf ("SELECT * FROM %s", table);
  int n;
  GPtrArray *rows = read_rows (db, sql, &n);

  prepare_insert (connection, db, table);
  for (guint i = 0; i < rows->len; i++)
    {
      PGresult *result = PQexecPrepared (connection, table, n, rows->pdata[i], NULL, NULL, 0);
      check (PQresultStatus (result) == PGRES_COMMAND_OK, table, PQerrorMessage (connection));
      PQclear (result);
    }
}

typedef struct
{
  GHashTable *by_record; /* id -> GPtrArray of rows */
  int n_columns;
} Source;

static Source
read_source (sqlite3 *db, const char *table, const char *id)
{
  g_autofree char *sql = g_strdup_printf ("SELECT * FROM %s", table);
  Source source = { g_hash_table_new (g_str_hash, g_str_equal), 0 };
  GPtrArray *rows = read_rows (db, sql, &source.n_columns);
  int column = find_column (db, table, id);

  for (guint i = 0; i < rows->len; i++)
    {
      char **row = rows->pdata[i];
      GPtrArray *of_record = g_hash_table_lookup (source.by_record, row[column]);
      if (of_record == NULL)
        {
          of_record = g_ptr_array_new ();
          g_hash_table_insert (source.by_record, row[column], of_record);
        }
      g_ptr_array_add (of_record, row);
    }
  return source;
}

/* Sends what an operation made; how many commands. */
static guint
send_made (
    PGconn *connection, const Source *sources, const char *rec, int scope, GHashTable *scopes)
{
  guint n = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (TABLES); i++)
    {
      GPtrArray *rows = rec ? g_hash_table_lookup (sources[i].by_record, rec) : NULL;
      for (guint j = 0; rows && j < rows->len; j++, n++)
        {
          char **row = rows->pdata[j];
          send_row (connection, TABLES[i].name, row, sources[i].n_columns);
          if (i + 1 == G_N_ELEMENTS (TABLES))
            g_hash_table_add (scopes, row[scope]);
        }
    }
  return n;
}

/* Prints: seconds operations */
static void
replay (PGconn *connection, sqlite3 *db, guint batch, guint n)
{
  g_autofree char *newest =
      g_strdup_printf ("SELECT * FROM (SELECT * FROM op ORDER BY received_ms DESC LIMIT %u)"
                       " ORDER BY received_ms, replica, seq",
                       n);
  int n_columns, rec = find_column (db, "op", "rec"), replica = find_column (db, "op", "replica");
  GPtrArray *operations = read_rows (db, newest, &n_columns);
  g_autoptr (GHashTable) scopes = g_hash_table_new (g_str_hash, g_str_equal);
  Source sources[G_N_ELEMENTS (TABLES)];
  int scope = find_column (db, "member", "scope");
  gint64 began_us;

  for (gsize i = 0; i < G_N_ELEMENTS (TABLES); i++)
    sources[i] = read_source (db, TABLES[i].name, TABLES[i].id);
  check (PQenterPipelineMode (connection), "pipeline", PQerrorMessage (connection));
  began_us = g_get_monotonic_time ();
  for (guint first = 0; first < operations->len; first += batch)
    {
      GHashTableIter iter;
      gpointer name;
      guint sent = 3;

      send_text (connection, "BEGIN");
      for (guint i = first; i < MIN (first + batch, operations->len); i++)
        {
          char **row = operations->pdata[i];
          send_row (connection, "op", row, n_columns);
          sent += 1 + send_made (connection, sources, row[rec], scope, scopes);
        }
      g_hash_table_iter_init (&iter, scopes);
      for (; g_hash_table_iter_next (&iter, &name, NULL); sent++)
        send_row (connection, "scope-put", (char **) &name, 1);
      g_hash_table_remove_all (scopes);
      send_row (connection, "advance", &((char **) operations->pdata[first])[replica], 1);
      send_text (connection, "COMMIT");
      settle (connection, sent);
    }
  g_print ("%.6f %u\n", (double) (g_get_monotonic_time () - began_us) / 1e6, operations->len);
}

int
main (int argc, char **argv)
{
  static const char *const kept[] = { "worker", "device", "replica", "scope" };
  sqlite3 *db = NULL;
  PGconn *connection;

  if (argc != 5)
    {
      g_printerr ("usage: bench-raw-postgres PLAIN-DB ADDRESS BATCH N\n");
      return 2;
    }
  check (sqlite3_open_v2 (argv[1], &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK, argv[1], "open");
  connection = PQconnectdb (argv[2]);
  check (PQstatus (connection) == CONNECTION_OK, argv[2], PQerrorMessage (connection));
  for (gsize i = 0; i < G_N_ELEMENTS (kept); i++)
    copy_table (connection, db, kept[i]);
  prepare_insert (connection, db, "op");
  for (gsize i = 0; i < G_N_ELEMENTS (TABLES); i++)
    prepare_insert (connection, db, TABLES[i].name);
  run (connection,
       "PREPARE \"scope-put\" AS UPDATE scope SET seq = seq + 1, n = n + 1 WHERE id = $1");
  run (connection,
       "PREPARE \"advance\" AS UPDATE replica SET last_seq = last_seq + 1 WHERE id = $1");
  replay (connection, db, (guint) atoi (argv[3]), (guint) atoi (argv[4]));
  PQfinish (connection);
  sqlite3_close (db);
  return 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The same writes and reads in the engine alone, without a line of ours: built twice, against plain
 * SQLite and against SQLCipher, never against both. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <glib.h>
#include <sqlite3.h>

/* --- the engine ------------------------------------------------------------------------------ */

typedef struct
{
  int n;
  sqlite3_value **values;
} Row;

typedef struct
{
  sqlite3_stmt *insert;
  GPtrArray *names; /* of char *: its columns */
} Table;

static void
check (sqlite3 *db, int rc, const char *doing)
{
  if (rc != SQLITE_OK && rc != SQLITE_DONE && rc != SQLITE_ROW)
    g_error ("%s: %s", doing, db ? sqlite3_errmsg (db) : sqlite3_errstr (rc));
}

static void
run (sqlite3 *db, const char *sql)
{
  check (db, sqlite3_exec (db, sql, NULL, NULL, NULL), sql);
}

static sqlite3_stmt *
prepare (sqlite3 *db, const char *sql)
{
  sqlite3_stmt *statement = NULL;

  check (db, sqlite3_prepare_v3 (db, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL), sql);
  return statement;
}

/* @key: 64 hex digits, or "-" for a plain file. */
static sqlite3 *
open_db (const char *path, const char *key)
{
  sqlite3 *db = NULL;
  g_autofree char *keying = g_strcmp0 (key, "-") == 0
                                ? NULL
                                : g_strdup_printf ("PRAGMA key = \"x'%s'\";"
                                                   "PRAGMA cipher_hmac_algorithm = HMAC_SHA256",
                                                   key);

  check (db, sqlite3_open (path, &db), path);
  if (keying)
    run (db, keying);
  run (db, "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -32768; PRAGMA foreign_keys = ON;"
           "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
  return db;
}

static void
free_row (gpointer data)
{
  Row *row = data;

  for (int i = 0; i < row->n; i++)
    sqlite3_value_free (row->values[i]);
  g_free (row->values);
  g_free (row);
}

static GPtrArray *
read_rows (sqlite3 *db, const char *sql)
{
  sqlite3_stmt *statement = prepare (db, sql);
  GPtrArray *rows = g_ptr_array_new_with_free_func (free_row);

  while (sqlite3_step (statement) == SQLITE_ROW)
    {
      Row *row = g_new0 (Row, 1);
      row->n = sqlite3_column_count (statement);
      row->values = g_new (sqlite3_value *, row->n);
      for (int i = 0; i < row->n; i++)
        row->values[i] = sqlite3_value_dup (sqlite3_column_value (statement, i));
      g_ptr_array_add (rows, row);
    }
  check (db, sqlite3_finalize (statement), sql);
  return rows;
}

static Table
open_table (sqlite3 *db, const char *name, const char *verb)
{
  Table table = { NULL, g_ptr_array_new_with_free_func (g_free) };
  g_autofree char *info = g_strdup_printf ("SELECT name FROM pragma_table_info ('%s')", name);
  g_autoptr (GPtrArray) columns = read_rows (db, info);
  g_autoptr (GString) sql = g_string_new (NULL);

  g_string_printf (sql, "%s INTO %s VALUES (", verb, name);
  for (guint i = 0; i < columns->len; i++)
    {
      const Row *row = columns->pdata[i];
      g_ptr_array_add (table.names, g_strdup ((const char *) sqlite3_value_text (row->values[0])));
      g_string_append_printf (sql, "%s?%u", i ? ", " : "", i + 1);
    }
  g_string_append (sql, ")");
  table.insert = prepare (db, sql->str);
  return table;
}

static void
bind_row (const Table *table, const Row *row)
{
  for (int i = 0; i < row->n; i++)
    sqlite3_bind_value (table->insert, i + 1, row->values[i]);
}

/* 1 and up; 0: no such column. */
static int
find_column (const Table *table, const char *name)
{
  for (guint i = 0; i < table->names->len; i++)
    if (g_strcmp0 (table->names->pdata[i], name) == 0)
      return (int) i + 1;
  return 0;
}

static void
bind_text (const Table *table, const char *name, const char *text)
{
  int i = find_column (table, name);

  if (i > 0)
    sqlite3_bind_text (table->insert, i, text, -1, SQLITE_TRANSIENT);
}

static void
bind_int (const Table *table, const char *name, gint64 value)
{
  int i = find_column (table, name);

  if (i > 0)
    sqlite3_bind_int64 (table->insert, i, value);
}

static void
step (sqlite3 *db, sqlite3_stmt *statement)
{
  check (db, sqlite3_step (statement), sqlite3_sql (statement));
  sqlite3_reset (statement);
}

static void
insert_row (sqlite3 *db, const Table *table, const Row *row)
{
  bind_row (table, row);
  step (db, table->insert);
}

/* --- tap: the rows of one event, again and again --------------------------------------------- */

typedef struct
{
  Row *record, *event, *outbox;
  GPtrArray *photos; /* of Row */
} Pattern;

typedef struct
{
  sqlite3 *db;
  Table record, event, outbox, photo, draft;
  sqlite3_stmt *use, *begin, *commit, *end_draft;
  Pattern daily, general;
  guint n;
  gint64 seq;
} Tap;

static Row *
read_row (sqlite3 *db, const char *table, const char *column, const char *id)
{
  g_autofree char *sql = g_strdup_printf ("SELECT * FROM %s WHERE %s = '%s'", table, column, id);
  g_autoptr (GPtrArray) rows = read_rows (db, sql);

  g_assert (rows->len > 0);
  return g_ptr_array_steal_index (rows, 0);
}

/* What the store wrote last for a kind of event. */
static Pattern
read_pattern (sqlite3 *db, const char *where)
{
  Pattern pattern = { 0 };
  g_autofree char *newest = g_strdup_printf (
      "SELECT rec FROM outbox WHERE kind = 'event.create' AND %s ORDER BY n DESC LIMIT 1", where);
  g_autoptr (GPtrArray) rows = read_rows (db, newest);
  g_autofree char *photos = NULL;
  const char *id;

  g_assert (rows->len == 1);
  id = (const char *) sqlite3_value_text (((Row *) rows->pdata[0])->values[0]);
  pattern.record = read_row (db, "record", "id", id);
  pattern.event = read_row (db, "event", "id", id);
  pattern.outbox = read_row (db, "outbox", "rec", id);
  photos = g_strdup_printf ("SELECT * FROM photo WHERE rec = '%s'", id);
  pattern.photos = read_rows (db, photos);
  return pattern;
}

static Tap
open_tap (const char *path, const char *key)
{
  Tap tap = { .db = open_db (path, key) };
  g_autoptr (GPtrArray) last = read_rows (tap.db, "SELECT coalesce (max (seq), 0) FROM outbox");

  tap.record = open_table (tap.db, "record", "INSERT");
  tap.event = open_table (tap.db, "event", "INSERT");
  tap.outbox = open_table (tap.db, "outbox", "INSERT");
  tap.photo = open_table (tap.db, "photo", "INSERT");
  tap.draft = open_table (tap.db, "draft", "INSERT");
  tap.end_draft = prepare (tap.db, "DELETE FROM draft WHERE id = ?1");
  tap.use = prepare (tap.db, "UPDATE class_use SET n = n + 1, last_ms = last_ms + 1"
                             " WHERE class = ?1 AND level = ?2");
  tap.begin = prepare (tap.db, "BEGIN IMMEDIATE");
  tap.commit = prepare (tap.db, "COMMIT");
  tap.daily = read_pattern (tap.db, "state = 'held'");
  tap.general = read_pattern (tap.db, "state = 'saved' AND level = 2");
  tap.seq = sqlite3_value_int64 (((Row *) last->pdata[0])->values[0]);
  return tap;
}

static gint64
value_of (const Table *table, const Row *row, const char *name)
{
  return sqlite3_value_int64 (row->values[find_column (table, name) - 1]);
}

/* The form stood as a draft before the tap: not part of what is measured. */
static void
write_draft (Tap *tap, const Pattern *pattern, const char *id)
{
  sqlite3_bind_value (tap->draft.insert, find_column (&tap->draft, "body"),
                      pattern->record->values[find_column (&tap->record, "body") - 1]);
  bind_text (&tap->draft, "id", id);
  bind_text (&tap->draft, "form", "event-general");
  bind_int (&tap->draft, "scroll", 0);
  bind_int (&tap->draft, "changed_ms", tap->n);
  step (tap->db, tap->draft.insert);
}

/* µs of all threads. */
static double
get_cpu_us (void)
{
  struct timespec now;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double) now.tv_sec * 1e6 + (double) now.tv_nsec / 1e3;
}

/* One event in one transaction; prints µs until it is on the disk, and µs of processor time. */
static void
write_event (Tap *tap, const Pattern *pattern)
{
  char id[48], op_id[48];
  gint64 began_us;
  double cpu_us;

  tap->n++;
  g_snprintf (id, sizeof id, "01ffffff-%04x-7000-8000-%012x", tap->n / 256, tap->n * 7919);
  g_snprintf (op_id, sizeof op_id, "01fffffe-%04x-7000-8000-%012x", tap->n / 256, tap->n * 7907);
  if (pattern == &tap->general)
    write_draft (tap, pattern, id);
  cpu_us = get_cpu_us ();
  began_us = g_get_monotonic_time ();
  step (tap->db, tap->begin);
  if (pattern == &tap->general)
    {
      sqlite3_bind_text (tap->end_draft, 1, id, -1, SQLITE_STATIC);
      step (tap->db, tap->end_draft);
    }
  bind_row (&tap->record, pattern->record);
  bind_text (&tap->record, "id", id);
  step (tap->db, tap->record.insert);
  bind_row (&tap->outbox, pattern->outbox);
  sqlite3_bind_null (tap->outbox.insert, find_column (&tap->outbox, "n"));
  bind_text (&tap->outbox, "rec", id);
  bind_text (&tap->outbox, "op_id", op_id);
  bind_int (&tap->outbox, "made_ms", value_of (&tap->outbox, pattern->outbox, "made_ms") + tap->n);
  if (value_of (&tap->outbox, pattern->outbox, "seq") > 0)
    bind_int (&tap->outbox, "seq", ++tap->seq);
  step (tap->db, tap->outbox.insert);
  bind_row (&tap->event, pattern->event);
  bind_text (&tap->event, "id", id);
  bind_int (&tap->event, "made_ms", value_of (&tap->event, pattern->event, "made_ms") + tap->n);
  step (tap->db, tap->event.insert);
  for (guint i = 0; i < pattern->photos->len; i++)
    {
      bind_row (&tap->photo, pattern->photos->pdata[i]);
      bind_text (&tap->photo, "rec", id);
      step (tap->db, tap->photo.insert);
    }
  sqlite3_bind_value (tap->use, 1, pattern->event->values[find_column (&tap->event, "class") - 1]);
  sqlite3_bind_value (tap->use, 2, pattern->event->values[find_column (&tap->event, "level") - 1]);
  step (tap->db, tap->use);
  step (tap->db, tap->commit);
  g_print ("%" G_GINT64_FORMAT " %.0f\n", g_get_monotonic_time () - began_us,
           get_cpu_us () - cpu_us);
}

/* One line asks "daily" or "general", one line answers. */
static int
serve_taps (const char *path, const char *key)
{
  Tap tap = open_tap (path, key);
  char line[64];

  while (fgets (line, sizeof line, stdin))
    {
      write_event (&tap, line[0] == 'd' ? &tap.daily : &tap.general);
      fflush (stdout);
    }
  return 0;
}

/* --- platform: what pushes wrote, again ------------------------------------------------------ */

static const char *const REPLAYED[] = { "event", "event_step", "hist", "member", NULL };

typedef struct
{
  Table table;
  GHashTable *rows; /* record id -> GPtrArray of Row, owned by @all */
  GPtrArray *all;
} Source;

static Source
read_source (sqlite3 *from, sqlite3 *to, const char *name, const char *id_column)
{
  Source source = { 0 };
  g_autofree char *sql = g_strdup_printf ("SELECT * FROM %s ORDER BY %s", name, id_column);
  int column;

  source.table = open_table (to, name, "INSERT");
  source.rows =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) g_ptr_array_unref);
  source.all = read_rows (from, sql);
  column = find_column (&source.table, id_column) - 1;
  for (guint i = 0; i < source.all->len; i++)
    {
      Row *row = source.all->pdata[i];
      const char *id = (const char *) sqlite3_value_text (row->values[column]);
      GPtrArray *rows = g_hash_table_lookup (source.rows, id);
      if (rows == NULL)
        {
          rows = g_ptr_array_new ();
          g_hash_table_insert (source.rows, (gpointer) id, rows);
        }
      g_ptr_array_add (rows, row);
    }
  return source;
}

/* The schema of @from in a new file, with the rows of the tables that pushes only read. */
static sqlite3 *
make_copy (sqlite3 *from, const char *path, const char *key)
{
  sqlite3 *to = open_db (path, key);
  g_autoptr (GPtrArray) schema =
                read_rows (from, "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL"
                                 " AND name NOT LIKE 'sqlite_%' ORDER BY type DESC");
  static const char *const kept[] = { "worker", "device", "replica", "scope" };

  run (to, "PRAGMA foreign_keys = OFF");
  for (guint i = 0; i < schema->len; i++)
    run (to, (const char *) sqlite3_value_text (((Row *) schema->pdata[i])->values[0]));
  run (to, "BEGIN");
  for (gsize i = 0; i < G_N_ELEMENTS (kept); i++)
    {
      g_autofree char *sql = g_strdup_printf ("SELECT * FROM %s", kept[i]);
      g_autoptr (GPtrArray) rows = read_rows (from, sql);
      Table table = open_table (to, kept[i], "INSERT");
      for (guint j = 0; j < rows->len; j++)
        insert_row (to, &table, rows->pdata[j]);
    }
  run (to, "COMMIT");
  return to;
}

static void
insert_all (sqlite3 *db, const Source *source, const char *id, GHashTable *scopes)
{
  const GPtrArray *rows = g_hash_table_lookup (source->rows, id);
  int scope = scopes ? find_column (&source->table, "scope") - 1 : -1;

  for (guint i = 0; rows && i < rows->len; i++)
    {
      const Row *row = rows->pdata[i];
      insert_row (db, &source->table, row);
      if (scope >= 0)
        g_hash_table_add (scopes, (gpointer) sqlite3_value_text (row->values[scope]));
    }
}

static void
touch (sqlite3 *db, sqlite3_stmt *statement, const char *id)
{
  sqlite3_bind_text (statement, 1, id, -1, SQLITE_TRANSIENT);
  step (db, statement);
}

/* Writes the newest @n operations of @from and what they made, @batch in a transaction: seconds,
 * operations. */
static int
replay (const char *from_path, const char *to_path, const char *key, guint batch, guint n)
{
  sqlite3 *from = open_db (from_path, "-");
  sqlite3 *to = make_copy (from, to_path, key);
  g_autofree char *newest =
      g_strdup_printf ("SELECT * FROM (SELECT * FROM op ORDER BY received_ms DESC LIMIT %u)"
                       " ORDER BY received_ms, replica, seq",
                       n);
  g_autoptr (GPtrArray) ops = read_rows (from, newest);
  Table op = open_table (to, "op", "INSERT");
  int rec = find_column (&op, "rec") - 1, replica = find_column (&op, "replica") - 1;
  sqlite3_stmt *scope_put = prepare (to, "UPDATE scope SET seq = seq + 1, n = n + 1 WHERE id = ?1");
  sqlite3_stmt *advance = prepare (to, "UPDATE replica SET last_seq = last_seq + 1 WHERE id = ?1");
  g_autoptr (GHashTable) scopes = g_hash_table_new (g_str_hash, g_str_equal);
  Source sources[G_N_ELEMENTS (REPLAYED) - 1];
  gint64 began_us;

  for (gsize i = 0; REPLAYED[i]; i++)
    sources[i] = read_source (from, to, REPLAYED[i], i == 0 ? "id" : i == 1 ? "event" : "rec");
  began_us = g_get_monotonic_time ();
  for (guint first = 0; first < ops->len; first += batch)
    {
      GHashTableIter iter;
      gpointer scope;

      run (to, "BEGIN IMMEDIATE");
      for (guint i = first; i < MIN (first + batch, ops->len); i++)
        {
          const Row *row = ops->pdata[i];
          insert_row (to, &op, row);
          for (gsize j = 0; REPLAYED[j]; j++)
            insert_all (to, &sources[j], (const char *) sqlite3_value_text (row->values[rec]),
                        j == 3 ? scopes : NULL);
        }
      g_hash_table_iter_init (&iter, scopes);
      while (g_hash_table_iter_next (&iter, &scope, NULL))
        touch (to, scope_put, scope);
      g_hash_table_remove_all (scopes);
      touch (to, advance,
             (const char *) sqlite3_value_text (((Row *) ops->pdata[first])->values[replica]));
      run (to, "COMMIT");
    }
  g_print ("%.6f %u\n", (double) (g_get_monotonic_time () - began_us) / 1e6, ops->len);
  return 0;
}

/* Reads every row of a scope, 500 at a time, as a first pull does: seconds, rows. */
static int
read_feed (const char *path, const char *key, const char *scope)
{
  sqlite3 *db = open_db (path, key);
  sqlite3_stmt *page = prepare (
      db, "SELECT m.seq, m.rec, m.kind, m.ver, m.removed, coalesce (e.body, f.body) FROM member m"
          " LEFT JOIN event e ON m.kind = 'event' AND e.id = m.rec"
          " LEFT JOIN ref_row f ON f.kind = m.kind AND f.id = m.rec"
          " WHERE m.scope = ?1 AND m.seq > ?2 ORDER BY m.seq LIMIT 500");
  gint64 began_us = g_get_monotonic_time (), after = 0, rows = 0, more;
  gsize bytes = 0;

  do
    {
      more = 0;
      sqlite3_bind_text (page, 1, scope, -1, SQLITE_STATIC);
      sqlite3_bind_int64 (page, 2, after);
      while (sqlite3_step (page) == SQLITE_ROW)
        {
          g_autofree char *body = g_strdup ((const char *) sqlite3_column_text (page, 5));
          after = sqlite3_column_int64 (page, 0);
          bytes += body ? strlen (body) : 0;
          more++;
        }
      sqlite3_reset (page);
      rows += more;
    }
  while (more == 500);
  g_print ("%.6f %" G_GINT64_FORMAT " %" G_GSIZE_FORMAT "\n",
           (double) (g_get_monotonic_time () - began_us) / 1e6, rows, bytes);
  return 0;
}

/* --- conversion ------------------------------------------------------------------------------ */

/* A copy in another key; "-" is none. Only SQLCipher's build can. */
static int export (const char *path, const char *key, const char *to_path, const char *to_key)
{
  sqlite3 *db = open_db (path, key);
  g_autofree char *secret =
      g_strcmp0 (to_key, "-") == 0 ? g_strdup ("") : g_strdup_printf ("x'%s'", to_key);
  g_autofree char *attach = g_strdup_printf ("ATTACH '%s' AS target KEY \"%s\"", to_path, secret);

  run (db, "PRAGMA cipher_default_hmac_algorithm = HMAC_SHA256");
  run (db, attach);
  run (db, "SELECT sqlcipher_export ('target'); DETACH target");
  check (db, sqlite3_close (db), "close");
  return 0;
}

int
main (int argc, char **argv)
{
  if (argc == 4 && strcmp (argv[1], "tap") == 0)
    return serve_taps (argv[2], argv[3]);
  if (argc == 7 && strcmp (argv[1], "replay") == 0)
    return replay (argv[2], argv[3], argv[4], (guint) atoi (argv[5]), (guint) atoi (argv[6]));
  if (argc == 5 && strcmp (argv[1], "feed") == 0)
    return read_feed (argv[2], argv[3], argv[4]);
  if (argc == 6 && strcmp (argv[1], "export") == 0)
    return export (argv[2], argv[3], argv[4], argv[5]);
  g_printerr (
      "usage: bench-raw tap DB KEY | replay PLAIN-DB NEW-DB KEY BATCH N | feed DB KEY SCOPE |"
      " export DB KEY NEW-DB KEY\n");
  return 2;
}

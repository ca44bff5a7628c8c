/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The second engine: values, faults, transactions, what travels together, two at once, a lost line.
 */
#include <math.h>
#include <string.h>

#include "db/wg-postgres-private.h"
#include "db/wg-postgres.h"
#include "support/wg-test-database.h"

#define ROOT "/io/github/wangge/test-db"

typedef struct
{
  char *address;
  WgDb *db, *other;
} Fixture;

static WgDb *
open_db (const char *address)
{
  g_autoptr (GError) error = NULL;
  WgDb *db = wg_postgres_open (address, FALSE, &error);

  g_assert_no_error (error);
  wg_db_migrate (db, ROOT "/migrate", &error);
  g_assert_no_error (error);
  wg_db_load_sql (db, ROOT "/postgres", &error);
  g_assert_no_error (error);
  return db;
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->address = wg_test_database_new ();
  g_assert_nonnull (f->address);
  f->db = open_db (f->address);
  f->other = open_db (f->address);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_clear_pointer (&f->db, wg_db_close);
  g_clear_pointer (&f->other, wg_db_close);
  wg_test_database_drop (f->address);
  g_free (f->address);
}

static guint64
count_trips (WgDb *db)
{
  return ((WgPostgres *) db)->n_trips;
}

static gboolean
add (WgDb *db, gint64 id, const char *name, GError **error)
{
  return wg_db_run (db, "thing-add", error, "id", 'i', id, "name", 's', name, "size", 'i',
                    (gint64) 7, "weight", 'r', 1.5, "body", 'b', NULL, NULL);
}

static gint64
read_size (WgDb *db, gint64 id, GError **error)
{
  WgStatement *s = wg_db_statement (db, "thing-get", error);
  gint64 size = -1;

  if (s == NULL)
    return -1;
  wg_statement_bind_int (s, "id", id);
  if (wg_statement_next (s, error))
    size = wg_statement_int (s, "size");
  wg_statement_reset (s);
  return size;
}

static gint64
count (WgDb *db)
{
  g_autoptr (GError) error = NULL;
  WgStatement *s = wg_db_statement (db, "thing-count", &error);
  gint64 n;

  g_assert_no_error (error);
  g_assert_true (wg_statement_next (s, &error));
  n = wg_statement_int (s, "n");
  wg_statement_reset (s);
  return n;
}

static void
test_values (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new ("a\0b", 3), empty = g_bytes_new ("", 0), got = NULL,
                    got_empty = NULL;
  WgStatement *s;

  g_assert_true (wg_db_run (f->db, "thing-add", &error, "id", 'i', (gint64) 1, "name", 's',
                            "沿河路", "size", 'i', G_MAXINT64, "weight", 'r', 118.5021234, "body",
                            'b', bytes, NULL));
  g_assert_true (wg_db_run (f->db, "thing-add", &error, "id", 'i', (gint64) 2, "name", 's', NULL,
                            "size", 'i', G_MININT64, "weight", 'r', (double) NAN, "body", 'b',
                            empty, NULL));
  g_assert_no_error (error);
  g_assert_cmpint (wg_db_changes (f->db), ==, 1);
  s = wg_db_statement (f->db, "thing-list", &error);
  wg_statement_bind_int (s, "first", 1);
  g_assert_true (wg_statement_next (s, &error));
  got = wg_statement_bytes (s, "body");
  g_assert_true (g_bytes_equal (got, bytes));
  g_assert_cmpint (wg_statement_int (s, "size"), ==, G_MAXINT64);
  g_assert_cmpstr (wg_statement_text (s, "size"), ==, "9223372036854775807");
  g_assert_cmpfloat (wg_statement_real (s, "weight"), ==, 118.5021234);
  g_assert_cmpstr (wg_statement_text (s, "name"), ==, "沿河路");
  g_assert_cmpint (wg_statement_int (s, "is_big"), ==, 1);
  g_assert_true (wg_statement_next (s, &error));
  g_assert_null (wg_statement_text (s, "name"));
  g_assert_true (wg_statement_is_null (s, "name"));
  g_assert_true (isnan (wg_statement_real (s, "weight")));
  g_assert_cmpint (wg_statement_int (s, "size"), ==, G_MININT64);
  g_assert_cmpint (wg_statement_int (s, "is_big"), ==, 0);
  got_empty = wg_statement_bytes (s, "body");
  g_assert_cmpuint (g_bytes_get_size (got_empty), ==, 0);
  g_assert_false (wg_statement_next (s, &error));
  g_assert_no_error (error);
}

static void
assert_faulty (WgDb *db, const char *name)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (wg_db_statement (db, name, &error));
  g_assert_error (error, WG_DB_ERROR, WG_DB_ERROR_FAILED);
}

static void
test_faulty_statements (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  assert_faulty (f->db, "absent");
  assert_faulty (f->db, "broken");
  assert_faulty (f->db, "two");
  assert_faulty (f->db, "odd-parameter"); /* a 32-bit integer would cut numbers off */
  assert_faulty (f->db, "odd-column");
  assert_faulty (f->db, "together-read");
  assert_faulty (f->db, "together-constant");
  g_assert_false (wg_db_run (f->db, "thing-count", &error, NULL, NULL));
  g_assert_error (error, WG_DB_ERROR, WG_DB_ERROR_FAILED);
  g_clear_error (&error);
  g_assert_true (add (f->db, 1, "secret", &error));
  g_assert_false (add (f->db, 1, "secret", &error));
  g_assert_error (error, WG_DB_ERROR, WG_DB_ERROR_CONSTRAINT);
  g_assert_null (strstr (error->message, "(1)")); /* no values in what may be logged */
  g_clear_error (&error);
  g_assert_cmpint (count (f->db), ==, 1);
}

/* Twenty writes and a commit: nobody waits in between. */
static void
test_travels_together (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  guint64 before;

  g_assert_true (add (f->db, 1, "a", &error)); /* prepares */
  g_assert_cmpint (read_size (f->db, 1, &error), ==, 7);
  before = count_trips (f->db);
  g_assert_true (wg_db_begin (f->db, &error));
  for (int i = 2; i < 22; i++)
    g_assert_true (add (f->db, i, "a", &error));
  g_assert_cmpuint (count_trips (f->db), ==, before);
  g_assert_true (wg_db_commit (f->db, &error));
  g_assert_cmpuint (count_trips (f->db), ==, before + 1);
  g_assert_cmpint (count (f->other), ==, 21);

  before = count_trips (f->db);
  g_assert_true (wg_db_begin (f->db, &error));
  for (int i = 1; i < 22; i++)
    wg_db_ahead (f->db, "thing-get", "id", 'i', (gint64) i, NULL);
  for (int i = 1; i < 22; i++)
    g_assert_cmpint (read_size (f->db, i, &error), ==, 7);
  g_assert_cmpuint (count_trips (f->db), ==, before + 1);
  /* The second time it is read anew. */
  g_assert_true (wg_db_run (f->db, "thing-grow", &error, "id", 'i', (gint64) 1, NULL));
  g_assert_cmpint (read_size (f->db, 1, &error), ==, 8);
  wg_db_rollback (f->db);
  g_assert_cmpint (read_size (f->db, 1, &error), ==, 7);
}

static gint64
count_commands (WgDb *db, gint64 first)
{
  g_autoptr (GError) error = NULL;
  WgStatement *s = wg_db_statement (db, "thing-commands", &error);
  gint64 n;

  g_assert_no_error (error);
  wg_statement_bind_int (s, "first", first);
  n = wg_db_take_int (s, "n", &error);
  g_assert_no_error (error);
  return n;
}

/* Every kind of value, in so many rows that come together. */
static void
test_together_values (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) bytes = g_bytes_new ("a\0b", 3), empty = g_bytes_new ("", 0);
  static const char *const names[] = { NULL, "", "沿河路" };
  GBytes *const bodies[] = { empty, NULL, bytes };
  const double weights[] = { 118.5021234, -0.5, NAN };

  for (gint64 n = 1; n < 8; n++)
    {
      WgStatement *s;

      g_assert_true (wg_db_begin (f->db, &error));
      for (gint64 i = n; i < 2 * n; i++)
        g_assert_true (wg_db_run (f->db, "thing-add", &error, "id", 'i', i, "name", 's',
                                  names[i % 3], "size", 'i', G_MININT64 + i, "weight", 'r',
                                  weights[i % 3], "body", 'b', bodies[i % 3], NULL));
      s = wg_db_statement (f->db, "thing-list", &error);
      wg_statement_bind_int (s, "first", n);
      for (gint64 i = n; i < 2 * n; i++)
        {
          g_autoptr (GBytes) body = NULL;

          g_assert_true (wg_statement_next (s, &error));
          g_assert_cmpint (wg_statement_int (s, "id"), ==, i);
          g_assert_cmpstr (wg_statement_text (s, "name"), ==, names[i % 3]);
          g_assert_cmpint (wg_statement_int (s, "size"), ==, G_MININT64 + i);
          g_assert_true (wg_statement_is_null (s, "weight") == (i % 3 == 2));
          if (i % 3 != 2)
            g_assert_cmpfloat (wg_statement_real (s, "weight"), ==, weights[i % 3]);
          body = wg_statement_bytes (s, "body");
          g_assert_true (body ? g_bytes_equal (body, bodies[i % 3]) : bodies[i % 3] == NULL);
        }
      g_assert_false (wg_statement_next (s, &error));
      g_assert_no_error (error);
      wg_db_rollback (f->db);
    }
}

/* Rows of a kind are one command, whatever is in them; what comes after them finds them there. */
static void
test_together (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *long_text = g_strnfill (300000, 'l');

  g_assert_true (wg_db_begin (f->db, &error));
  for (int i = 1; i < 200; i++)
    g_assert_true (add (f->db, i, i % 3 == 0 ? NULL : i % 3 == 1 ? "" : "b", &error));
  for (int i = 200; i < 300; i++)
    g_assert_true (
        wg_db_run (f->db, "thing-keep", &error, "id", 'i', (gint64) i, "name", 's', "k", NULL));
  g_assert_true (wg_db_run (f->db, "thing-grow", &error, "id", 'i', (gint64) 199, NULL));
  g_assert_cmpint (read_size (f->db, 199, &error), ==, 8);
  g_assert_cmpint (count_commands (f->db, 1), ==, 3);
  /* As many as go at once, and some more. */
  for (int i = 1000; i < 1600; i++)
    g_assert_true (add (f->db, i, "c", &error));
  g_assert_cmpint (count_commands (f->db, 1000), ==, 3);
  for (int i = 2000; i < 2008; i++)
    g_assert_true (add (f->db, i, long_text, &error));
  g_assert_cmpint (count_commands (f->db, 2000), ==, 2);
  g_assert_true (wg_db_commit (f->db, &error));
  g_assert_no_error (error);
  g_assert_cmpint (count (f->other), ==, 299 + 600 + 8);
  g_assert_cmpint (read_size (f->other, 1599, &error), ==, 7);
}

/* Any one of ten rows is faulty: nothing of them stays, and it is told. */
static void
test_together_fault (Fixture *f, gconstpointer data)
{
  const int n = 10;

  g_assert_true (add (f->db, 100, "there", NULL));
  for (int nth = 0; nth < n; nth++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_true (wg_db_begin (f->db, &error));
      for (int i = 0; i < n; i++)
        g_assert_true (add (f->db, i == nth ? 100 : i, "a", &error));
      if (nth % 2)
        g_assert_cmpint (read_size (f->db, 100, &error), ==, -1);
      else
        g_assert_false (wg_db_commit (f->db, &error));
      g_assert_error (error, WG_DB_ERROR, WG_DB_ERROR_CONSTRAINT);
      wg_db_rollback (f->db);
      g_assert_cmpint (count (f->db), ==, 1);
    }
}

static void
keep_one (WgDb *db, gint64 id)
{
  g_autoptr (GError) error = NULL;
  WgStatement *s = wg_db_statement (db, "thing-keep", &error);

  wg_statement_bind_int (s, "id", id);
  g_assert_true (wg_statement_run_one (s, &error));
  g_assert_no_error (error);
}

/* Of ten rows that must all be new any one is there already. */
static void
test_together_changed (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  keep_one (f->db, 100);
  for (int nth = 0; nth < 10; nth++)
    {
      g_assert_true (wg_db_begin (f->db, &error));
      for (int i = 0; i < 10; i++)
        keep_one (f->db, i == nth ? 100 : i);
      g_assert_false (wg_db_commit (f->db, &error));
      g_assert_error (error, WG_DB_ERROR, WG_DB_ERROR_BUSY);
      g_clear_error (&error);
      wg_db_rollback (f->db);
    }
  g_assert_true (wg_db_begin (f->db, &error));
  for (int i = 0; i < 10; i++)
    keep_one (f->db, i);
  g_assert_true (wg_db_commit (f->db, &error));
  g_assert_cmpint (count (f->db), ==, 11);
}

/* What was gathered ends with its transaction, or with its savepoint, and never comes later. */
static void
test_together_undone (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (wg_db_begin (f->db, &error));
  g_assert_true (add (f->db, 1, "a", &error));
  g_assert_true (add (f->db, 2, "a", &error));
  wg_db_rollback (f->db);
  g_assert_true (wg_db_begin (f->db, &error));
  g_assert_true (add (f->db, 3, "a", &error));
  g_assert_true (wg_db_begin (f->db, &error));
  g_assert_true (add (f->db, 4, "a", &error));
  g_assert_true (add (f->db, 5, "a", &error));
  wg_db_rollback (f->db);
  g_assert_true (add (f->db, 6, "a", &error));
  g_assert_true (wg_db_begin (f->db, &error));
  g_assert_true (add (f->db, 7, "a", &error));
  g_assert_true (wg_db_commit (f->db, &error));
  g_assert_true (wg_db_commit (f->db, &error));
  g_assert_no_error (error);
  g_assert_cmpint (count (f->other), ==, 3);
  g_assert_cmpint (read_size (f->other, 3, &error) + read_size (f->other, 6, &error) +
                       read_size (f->other, 7, &error),
                   ==, 21);
}

static gint64
sum_of (WgDb *db, gint64 first, gint64 n_at_most, GError **error)
{
  WgStatement *s = wg_db_statement (db, "thing-all", error);
  gint64 sum = 0;

  g_assert_no_error (*error);
  wg_statement_bind_int (s, "first", first);
  for (gint64 i = 0; i < n_at_most && wg_statement_next (s, error); i++)
    {
      sum += wg_statement_int (s, "id");
      g_assert_cmpstr (wg_statement_text (s, "name"), ==, "a");
      /* Others may be asked meanwhile. */
      if (i % 700 == 0)
        g_assert_cmpint (read_size (db, 1, error), ==, 7);
    }
  wg_statement_reset (s);
  g_assert_no_error (*error);
  return sum;
}

/* What is long comes a thousand rows at a time, with others in between, left half-way, again. */
static void
test_long (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  const gint64 n = 4096, all = n * (n + 1) / 2;

  g_assert_true (add (f->db, 1, "a", &error));
  for (gint64 i = 1; i < n; i *= 2)
    g_assert_true (wg_db_run (f->db, "thing-many", &error, "n", 'i', i, NULL));
  g_assert_no_error (error);
  g_assert_cmpint (count (f->db), ==, n);
  g_assert_cmpint (sum_of (f->db, 1, G_MAXINT64, &error), ==, all); /* outside a transaction */
  for (int again = 0; again < 2; again++)
    {
      guint64 before;

      g_assert_true (wg_db_begin (f->db, &error));
      before = count_trips (f->db);
      g_assert_cmpint (sum_of (f->db, 1, G_MAXINT64, &error), ==, all);
      g_assert_cmpuint (count_trips (f->db), >=, before + 5);
      g_assert_cmpint (sum_of (f->db, 1, 1500, &error), ==, 1500 * 1501 / 2);
      g_assert_cmpint (sum_of (f->db, n, 5, &error), ==, n);
      g_assert_cmpint (sum_of (f->db, n + 1, 5, &error), ==, 0);
      g_assert_cmpint (sum_of (f->db, n - 1999, G_MAXINT64, &error), ==,
                       all - (n - 2000) * (n - 1999) / 2);
      if (again == 0)
        wg_db_rollback (f->db);
      else
        g_assert_true (wg_db_commit (f->db, &error));
    }
  g_assert_no_error (error);
}

/* A fault that nobody waited for is told by the next that waits, and the commit fails. */
static void
test_late_fault (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  WgStatement *s;

  g_assert_true (wg_db_begin (f->db, &error));
  g_assert_true (add (f->db, 1, "a", &error));
  g_assert_true (add (f->db, 1, "b", &error));
  g_assert_false (wg_db_commit (f->db, &error));
  g_assert_error (error, WG_DB_ERROR, WG_DB_ERROR_CONSTRAINT);
  wg_db_rollback (f->db);
  g_clear_error (&error);
  g_assert_cmpint (count (f->db), ==, 0);

  g_assert_true (wg_db_begin (f->db, &error));
  g_assert_true (add (f->db, 1, "a", &error));
  g_assert_true (add (f->db, 1, "b", &error));
  g_assert_cmpint (read_size (f->db, 1, &error), ==, -1);
  g_assert_error (error, WG_DB_ERROR, WG_DB_ERROR_CONSTRAINT);
  g_clear_error (&error);
  g_assert_false (add (f->db, 2, "c", &error));
  g_assert_error (error, WG_DB_ERROR, WG_DB_ERROR_CONSTRAINT);
  g_clear_error (&error);
  wg_db_rollback (f->db);

  /* Not one row. */
  g_assert_true (wg_db_begin (f->db, &error));
  s = wg_db_statement (f->db, "thing-grow", &error);
  wg_statement_bind_int (s, "id", 5);
  g_assert_true (wg_statement_run_one (s, &error));
  g_assert_false (wg_db_commit (f->db, &error));
  g_assert_error (error, WG_DB_ERROR, WG_DB_ERROR_BUSY);
  wg_db_rollback (f->db);
}

static void
test_savepoints (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (wg_db_begin (f->db, &error));
  g_assert_true (add (f->db, 1, "a", &error));
  g_assert_true (wg_db_begin (f->db, &error));
  g_assert_true (add (f->db, 2, "b", &error));
  g_assert_true (add (f->db, 1, "twice", &error));
  g_assert_false (wg_db_commit (f->db, &error));
  g_assert_error (error, WG_DB_ERROR, WG_DB_ERROR_CONSTRAINT);
  g_clear_error (&error);
  wg_db_rollback (f->db);
  g_assert_true (wg_db_begin (f->db, &error));
  g_assert_true (add (f->db, 3, "c", &error));
  g_assert_true (wg_db_commit (f->db, &error));
  g_assert_true (wg_db_commit (f->db, &error));
  g_assert_no_error (error);
  g_assert_false (wg_db_in_transaction (f->db));
  g_assert_cmpint (count (f->db), ==, 2);
}

/* `-- :locks`: the second transaction waits for the first, and sees what it wrote. */
static gpointer
grow (gpointer data)
{
  Fixture *f = data;
  g_autoptr (GError) error = NULL;
  gint64 seen;

  g_assert_true (wg_db_begin (f->other, &error));
  seen = read_size (f->other, 1, &error);
  g_assert_no_error (error);
  g_assert_true (wg_db_run (f->other, "thing-grow", &error, "id", 'i', (gint64) 1, NULL));
  g_assert_true (wg_db_commit (f->other, &error));
  return GINT_TO_POINTER ((int) seen);
}

static void
wait_for_a_waiter (const char *address)
{
  for (;;)
    {
      g_autofree char *n = wg_test_database_query (
          address, "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'");
      if (strcmp (n, "0") != 0)
        return;
      g_thread_yield ();
    }
}

static void
test_locks (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  GThread *thread;

  g_assert_true (add (f->db, 1, "a", &error));
  g_assert_true (wg_db_begin (f->db, &error));
  g_assert_cmpint (read_size (f->db, 1, &error), ==, 7);
  thread = g_thread_new ("other", grow, f);
  wait_for_a_waiter (f->address);
  g_assert_true (wg_db_run (f->db, "thing-grow", &error, "id", 'i', (gint64) 1, NULL));
  g_assert_true (wg_db_commit (f->db, &error));
  g_assert_cmpint (GPOINTER_TO_INT (g_thread_join (thread)), ==, 8);
  g_assert_cmpint (read_size (f->db, 1, &error), ==, 9);
}

/* Each holds what the other wants: the server ends one of them, and says so as BUSY. */
static gpointer
grow_crosswise (gpointer data)
{
  WgDb *db = data;
  g_autoptr (GError) error = NULL;

  read_size (db, 1, &error);
  if (error == NULL && wg_db_commit (db, &error))
    return NULL;
  wg_db_rollback (db);
  return g_steal_pointer (&error);
}

static void
test_deadlock (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) theirs = NULL;
  GThread *thread;

  g_assert_true (add (f->db, 1, "a", &error));
  g_assert_true (add (f->db, 2, "b", &error));
  g_assert_true (wg_db_begin (f->db, &error));
  g_assert_true (wg_db_begin (f->other, &error));
  g_assert_cmpint (read_size (f->db, 1, &error), ==, 7);
  g_assert_cmpint (read_size (f->other, 2, &error), ==, 7);
  thread = g_thread_new ("other", grow_crosswise, f->other);
  wait_for_a_waiter (f->address);
  read_size (f->db, 2, &error);
  if (error)
    wg_db_rollback (f->db);
  else
    g_assert_true (wg_db_commit (f->db, NULL));
  theirs = g_thread_join (thread);
  g_assert_true ((error != NULL) != (theirs != NULL));
  if (error == NULL)
    error = g_steal_pointer (&theirs);
  g_assert_error (error, WG_DB_ERROR, WG_DB_ERROR_BUSY);
}

static void
test_readonly (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (WgDb) reader = wg_postgres_open (f->address, TRUE, &error);

  g_assert_true (wg_db_load_sql (reader, ROOT "/postgres", &error));
  g_assert_true (add (f->db, 1, "a", &error));
  g_assert_true (wg_db_begin (reader, &error));
  g_assert_cmpint (read_size (reader, 1, &error), ==, 7); /* does not hold the row */
  g_assert_true (wg_db_run (f->db, "thing-grow", &error, "id", 'i', (gint64) 1, NULL));
  g_assert_cmpint (read_size (reader, 1, &error), ==, 7); /* one snapshot */
  g_assert_true (add (reader, 2, "b", &error));
  g_assert_false (wg_db_commit (reader, &error));
  g_assert_nonnull (error);
  wg_db_rollback (reader);
  g_assert_cmpint (count (reader), ==, 1);
}

static void
test_lost_line (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (wg_db_begin (f->db, &error));
  g_assert_true (add (f->db, 1, "a", &error));
  g_assert_cmpint (read_size (f->db, 1, &error), ==, 7);
  g_free (wg_test_database_query (
      f->address, "SELECT count(pg_terminate_backend (pid, 5000)) FROM pg_stat_activity WHERE "
                  "datname = current_database () AND pid <> pg_backend_pid ()"));
  g_assert_true (add (f->db, 2, "b", &error) || error);
  g_clear_error (&error);
  g_assert_false (wg_db_commit (f->db, &error));
  g_assert_error (error, WG_DB_ERROR, WG_DB_ERROR_IO);
  g_clear_error (&error);
  wg_db_rollback (f->db);
  g_assert_true (wg_db_is_lost (f->db));
  wg_db_close (f->db);
  f->db = open_db (f->address);
  g_assert_cmpint (count (f->db), ==, 0);
}

static void
test_migrations (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (wg_db_get_version (f->db), ==, 1);
  g_assert_true (add (f->db, 1, "a", &error));
  /* 003 is broken: not even 002 stays */
  g_assert_false (wg_db_migrate (f->db, ROOT "/migrate2", &error));
  g_assert_error (error, WG_DB_ERROR, WG_DB_ERROR_FAILED);
  g_clear_error (&error);
  g_assert_cmpint (wg_db_get_version (f->db), ==, 1);
  g_assert_cmpint (count (f->db), ==, 1);
  wg_test_database_query (f->address, "UPDATE wangge_version SET version = 7");
  g_assert_false (wg_db_migrate (f->db, ROOT "/migrate", &error));
  g_assert_error (error, WG_DB_ERROR, WG_DB_ERROR_NEWER);
}

static gpointer
migrate (gpointer address)
{
  g_autoptr (WgDb) db = open_db (address);

  return GINT_TO_POINTER (wg_db_get_version (db));
}

/* Daemons that start together on an empty database. */
static void
test_migrate_together (void)
{
  g_autofree char *address = wg_test_database_new ();
  GThread *threads[6];

  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("migrate", migrate, address);
  for (gsize i = 0; i < G_N_ELEMENTS (threads); i++)
    g_assert_cmpint (GPOINTER_TO_INT (g_thread_join (threads[i])), ==, 1);
  wg_test_database_drop (address);
}

static void
test_wrong_addresses (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (wg_postgres_is_address ("postgresql://a"));
  g_assert_true (wg_postgres_is_address ("postgres://a"));
  g_assert_false (wg_postgres_is_address ("/var/lib/a.db"));
  g_assert_false (wg_postgres_is_address (NULL));
  g_assert_null (wg_postgres_open ("postgresql:///a?host=/nonexistent", FALSE, &error));
  g_assert_error (error, WG_DB_ERROR, WG_DB_ERROR_IO);
}

static void
assert_translated (const char *sql, gboolean locks, const char *expected, const char *names)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *text = wg_postgres_translate (sql, locks, list);
  g_autofree char *joined = NULL;

  g_ptr_array_add (list, NULL);
  joined = g_strjoinv (" ", (char **) list->pdata);
  g_assert_cmpstr (text, ==, expected);
  g_assert_cmpstr (joined, ==, names);
}

static void
test_translation (void)
{
  g_autofree char *ddl = wg_postgres_translate_ddl (
      "-- INTEGER\nCREATE TABLE blob (a INTEGER, b TEXT DEFAULT ' STRICT', c BLOB, d REAL) STRICT, "
      "WITHOUT ROWID;\nCREATE TABLE x (y INTEGER) STRICT;");
  g_autofree char *rows =
      wg_postgres_translate_rows ("INSERT INTO a (b, c) VALUES ($1, $2) ON CONFLICT DO NOTHING");

  assert_translated ("SELECT a FROM b WHERE c = :c AND d = :d_1 OR c > :c;\n", FALSE,
                     "SELECT a FROM b WHERE c = $1 AND d = $2 OR c > $1", "c d_1");
  assert_translated ("-- why :x\nSELECT ':y' -- :z\n", TRUE, "SELECT ':y'", "");
  assert_translated ("-- :locks\nSELECT a FROM b;", TRUE, "SELECT a FROM b FOR UPDATE", "");
  assert_translated ("-- :locks\nSELECT a FROM b;", FALSE, "SELECT a FROM b", "");
  g_assert_cmpstr (rows, ==,
                   "INSERT INTO a (b, c) SELECT * FROM unnest ($1, $2) ON CONFLICT DO NOTHING");
  g_assert_null (wg_postgres_translate_rows ("SELECT a FROM b"));
  g_assert_cmpstr (ddl, ==,
                   "-- INTEGER\nCREATE TABLE blob (a BIGINT, b TEXT DEFAULT ' STRICT', c BYTEA, d "
                   "DOUBLE PRECISION);\nCREATE TABLE x (y BIGINT);");
}

#define ADD(path, function) g_test_add (path, Fixture, NULL, set_up, function, tear_down)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/db/postgres/translation", test_translation);
  g_test_add_func ("/db/postgres/wrong-addresses", test_wrong_addresses);
  g_test_add_func ("/db/postgres/migrate-together", test_migrate_together);
  ADD ("/db/postgres/values", test_values);
  ADD ("/db/postgres/faulty-statements", test_faulty_statements);
  ADD ("/db/postgres/travels-together", test_travels_together);
  ADD ("/db/postgres/together", test_together);
  ADD ("/db/postgres/together-values", test_together_values);
  ADD ("/db/postgres/together-fault", test_together_fault);
  ADD ("/db/postgres/together-changed", test_together_changed);
  ADD ("/db/postgres/together-undone", test_together_undone);
  ADD ("/db/postgres/long", test_long);
  ADD ("/db/postgres/late-fault", test_late_fault);
  ADD ("/db/postgres/savepoints", test_savepoints);
  ADD ("/db/postgres/locks", test_locks);
  ADD ("/db/postgres/deadlock", test_deadlock);
  ADD ("/db/postgres/readonly", test_readonly);
  ADD ("/db/postgres/lost-line", test_lost_line);
  ADD ("/db/postgres/migrations", test_migrations);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two engines, one behaviour: the same random streams give the same answers, digests and feeds.
 * And many writers at once on the same records. */
#include <string.h>

#include "db/wg-db.h"
#include "kit.h"
#include "server/wg-pull.h"
#include "support/wg-test-database.h"
#include "wire/wg-wire-session.h"

#define STREAMS 4
#define PUSHES 60
#define WRITERS 32
#define FILE_WRITERS 4
#define ROUNDS 12
#define EVENTS 6

/* --- the same streams ------------------------------------------------------------------------ */

static const char *const PEOPLE[][2] = {
  { "wa1", KIT_GRID_A1 }, { "wa1", KIT_GRID_A1 }, { "wa2", KIT_GRID_A2 }, { "wb1", KIT_GRID_B1 },
  { "ca", KIT_GRID_A1 },  { "cb", KIT_GRID_B1 },  { "d", KIT_GRID_A2 },
};

typedef struct
{
  GRand *rand;
  Kit *kits[2]; /* file, server */
  WgDb *readers[2];
  Terminal *terminals[G_N_ELEMENTS (PEOPLE)];
  GPtrArray *records; /* ids that were made, of char */
  GHashTable *cursors[G_N_ELEMENTS (PEOPLE)];
  guint n_results[3];
} Stream;

static const char *
choose (Stream *stream, const char *const *words, gsize n)
{
  return words[g_rand_int_range (stream->rand, 0, (gint32) n)];
}

static const char *
choose_record (Stream *stream)
{
  guint n = stream->records->len;

  /* Mostly the latest: there things happen at once. */
  return n ? stream->records
                 ->pdata[n - 1 - (guint) g_rand_int_range (stream->rand, 0, (gint32) MIN (n, 5))]
           : KIT_PHOTO;
}

static WgOperation *
make_step (Stream *stream, Terminal *terminal, const char *grid)
{
  static const WgAction actions[] = { WG_ACTION_ACCEPT,       WG_ACTION_RETURN,
                                      WG_ACTION_SUPPLEMENT,   WG_ACTION_WITHDRAW,
                                      WG_ACTION_REFUSE,       WG_ACTION_DUPLICATE,
                                      WG_ACTION_CHANGE_LEVEL, WG_ACTION_NOTE };
  static const char *const levels[] = { "1", "2", "3", "x" };
  WgAction action = actions[g_rand_int_range (stream->rand, 0, G_N_ELEMENTS (actions))];
  WgOperation *operation = terminal_step (terminal, choose_record (stream), grid, action);
  g_autoptr (WgEvent) event = kit_load (stream->kits[0], operation->rec, NULL);

  operation->expect_state = event ? (int) event->state : 10;
  operation->expect_step_no = event ? event->step_no : 1;
  operation->opinion = g_strdup ("样例意见");
  if (action == WG_ACTION_CHANGE_LEVEL)
    operation->new_value = g_strdup (choose (stream, levels, G_N_ELEMENTS (levels)));
  if (action == WG_ACTION_DUPLICATE)
    operation->duplicate_of = g_strdup (choose_record (stream));
  return operation;
}

static WgOperation *
make_patch (Stream *stream, Terminal *terminal, const char *grid)
{
  static const char *const values[] = { "样例路 1 号", "样例路 2 号", "样例路 3 号" };
  WgOperation *operation = terminal_patch (terminal, choose_record (stream), grid);

  operation_patch_text (operation, "address", choose (stream, values, G_N_ELEMENTS (values)),
                        choose (stream, values, G_N_ELEMENTS (values)));
  return operation;
}

static void
log_something (Stream *stream, Terminal *terminal, const char *grid)
{
  static const WgEventLevel levels[] = { WG_EVENT_LEVEL_DAILY, WG_EVENT_LEVEL_GENERAL,
                                         WG_EVENT_LEVEL_GENERAL, WG_EVENT_LEVEL_MAJOR };
  int dice = g_rand_int_range (stream->rand, 0, 14);
  WgOperation *operation;

  if (dice < 8)
    operation = terminal_create (terminal, grid,
                                 levels[g_rand_int_range (stream->rand, 0, G_N_ELEMENTS (levels))]);
  else if (dice < 12)
    operation = make_step (stream, terminal, grid);
  else
    operation = make_patch (stream, terminal, grid);
  if (dice == 0)
    g_set_str (&operation->event->title, ""); /* refused */
  if (dice < 8)
    g_ptr_array_add (stream->records, g_strdup (operation->rec));
  g_free (terminal_log (terminal, operation));
}

static WgPush *
copy_push (const WgPush *push)
{
  WgPush *copy = wg_push_new ();

  copy->replica = g_strdup (push->replica);
  copy->epoch = g_strdup (push->epoch);
  copy->first = push->first;
  copy->previous = g_strdup (push->previous);
  copy->now_ms = push->now_ms;
  copy->boot = g_strdup (push->boot);
  copy->mono_ms = push->mono_ms;
  for (guint i = 0; i < push->lines->len; i++)
    g_ptr_array_add (copy->lines, g_strdup (push->lines->pdata[i]));
  return copy;
}

/* What a platform says to a push. */
static char *
answer (Stream *stream, int which, const WgPush *push, const char *worker)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (WgPushJob) job = wg_push_job_new (copy_push (push), worker, &error);
  const WgPushAnswer *got;

  g_assert_no_error (error);
  kit_run (stream->kits[which], wg_push_job_run, job);
  got = wg_push_job_get_answer (job);
  if (got == NULL)
    return wg_wire_problem_to_json (wg_push_job_get_problem (job));
  for (guint i = 0; which == 0 && i < got->results->len; i++)
    stream->n_results[((const WgPushResult *) got->results->pdata[i])->kind]++;
  return wg_wire_push_answer_to_json (got);
}

static void
push_to_both (Stream *stream, gsize who)
{
  Terminal *terminal = stream->terminals[who];
  g_autoptr (WgPush) push = NULL;
  int n = g_rand_int_range (stream->rand, 1, 8);
  /* Now and then again, wholly or under another chain. */
  int times = g_rand_int_range (stream->rand, 0, 8) == 0 ? 2 : 1;
  gboolean forks = times == 2 && g_rand_boolean (stream->rand);

  for (int i = 0; i < n; i++)
    log_something (stream, terminal, PEOPLE[who][1]);
  push = terminal_push_new (terminal);
  for (int i = 0; i < times; i++)
    {
      g_autofree char *file = NULL, *server = NULL;
      if (i == 1 && forks)
        push->previous[0] = push->previous[0] == 'a' ? 'b' : 'a';
      file = answer (stream, 0, push, terminal->worker);
      server = answer (stream, 1, push, terminal->worker);
      g_assert_cmpstr (file, ==, server);
    }
}

static WgPullPage *
read_page (Stream *stream, int which, gsize who, const WgPullRequest *ask)
{
  g_autoptr (GError) error = NULL;
  const WgPlatform *platform = stream->kits[which]->platform;
  WgPullPage *page = wg_pull_page_read (platform, stream->readers[which], PEOPLE[who][0],
                                        stream->terminals[who]->replica, ask, &error);

  g_assert_no_error (error);
  return page;
}

static char *
show_page (const WgPullPage *page)
{
  g_autoptr (GBytes) body = wg_wire_pull_page_to_body (page);

  return g_strndup (g_bytes_get_data (body, NULL), g_bytes_get_size (body));
}

/* The next pages of a worker: the same bytes. */
static void
pull_from_both (Stream *stream, gsize who)
{
  g_autoptr (WgPullRequest) ask = wg_pull_request_new ();
  gboolean more = TRUE;

  ask->max_rows = g_rand_int_range (stream->rand, 1, 60);
  g_clear_pointer (&ask->cursor, g_hash_table_unref);
  ask->cursor = g_hash_table_ref (stream->cursors[who]);
  while (more)
    {
      g_autoptr (WgPullPage) file = read_page (stream, 0, who, ask);
      g_autoptr (WgPullPage) server = read_page (stream, 1, who, ask);
      g_autofree char *first = show_page (file), *second = show_page (server);
      GHashTableIter iter;
      gpointer scope, number;
      g_assert_cmpstr (first, ==, second);
      more = file->more;
      g_hash_table_iter_init (&iter, file->cursor);
      while (g_hash_table_iter_next (&iter, &scope, &number))
        g_hash_table_insert (stream->cursors[who], g_strdup (scope),
                             g_memdup2 (number, sizeof (gint64)));
    }
}

static void
advance_both (Stream *stream)
{
  gint64 ms = g_rand_int_range (stream->rand, 1, 600) * 1000;

  kit_advance (stream->kits[0], ms);
  kit_advance (stream->kits[1], ms);
}

static void
run_stream (guint32 seed)
{
  Stream stream = { .rand = g_rand_new_with_seed (seed) };

  stream.kits[0] = kit_new_file ();
  stream.kits[1] = kit_new ();
  g_set_str (&stream.kits[0]->platform->epoch, stream.kits[1]->platform->epoch);
  stream.records = g_ptr_array_new_with_free_func (g_free);
  for (int i = 0; i < 2; i++)
    stream.readers[i] = wg_platform_connect (stream.kits[i]->platform, TRUE, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (PEOPLE); i++)
    {
      stream.terminals[i] = terminal_new (stream.kits[0], PEOPLE[i][0]);
      terminal_join (stream.terminals[i], stream.kits[1]);
      stream.cursors[i] = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
    }
  for (int i = 0; i < PUSHES; i++)
    {
      push_to_both (&stream, (gsize) g_rand_int_range (stream.rand, 0, G_N_ELEMENTS (PEOPLE)));
      pull_from_both (&stream, (gsize) g_rand_int_range (stream.rand, 0, G_N_ELEMENTS (PEOPLE)));
      advance_both (&stream);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (PEOPLE); i++)
    {
      g_hash_table_remove_all (stream.cursors[i]);
      pull_from_both (&stream, i);
      g_hash_table_unref (stream.cursors[i]);
      terminal_free (stream.terminals[i]);
    }
  g_test_message ("seed %u: %u ok, %u conflicts, %u rejected", seed, stream.n_results[WG_RESULT_OK],
                  stream.n_results[WG_RESULT_CONFLICT], stream.n_results[WG_RESULT_REJECTED]);
  g_assert_cmpuint (stream.n_results[WG_RESULT_OK], >, 20);
  g_assert_cmpuint (stream.n_results[WG_RESULT_REJECTED], >, 20);
  kit_check (stream.kits[0]);
  kit_check (stream.kits[1]);
  for (int i = 0; i < 2; i++)
    wg_db_close (stream.readers[i]);
  g_ptr_array_unref (stream.records);
  kit_free (stream.kits[0]);
  kit_free (stream.kits[1]);
  g_rand_free (stream.rand);
}

static void
test_same_streams (void)
{
  const char *only = g_getenv ("WANGGE_SEED");

  for (guint32 seed = 1; seed <= STREAMS; seed++)
    run_stream (only ? (guint32) g_ascii_strtoull (only, NULL, 10) + seed - 1
                     : (guint32) g_test_rand_int ());
}

/* Every statement is right on this engine, with types that are carried whole. */
static void
test_statements (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_auto (GStrv) names = wg_db_get_statement_names (kit->db);

  for (char **name = names; *name; name++)
    {
      g_autoptr (GError) error = NULL;
      wg_db_statement (kit->db, *name, &error);
      g_assert_no_error (error);
    }
}

/* --- many writers ---------------------------------------------------------------------------- */

/* A patch that was taken. */
typedef struct
{
  const char *rec;
  gint64 ver;
  char *seen, *wanted;
} Taken;

/* One of several daemons: nothing in common with the others but the database. */
typedef struct
{
  Kit *kit;
  int number;
  GPtrArray *events; /* borrowed; of char */
  GArray *taken;     /* of Taken */
  guint n_sent, n_conflicts;
} Writer;

static char *
read_address (Kit *kit, const char *rec)
{
  g_autoptr (WgEvent) event = kit_load (kit, rec, NULL);

  return g_strdup (event->address);
}

static gpointer
write_patches (gpointer data)
{
  Writer *writer = data;
  g_autoptr (Terminal) terminal = terminal_new (writer->kit, "wa1");

  for (int round = 0; round < ROUNDS; round++)
    {
      g_autoptr (WgPushJob) job = NULL;
      /* Two events in an order of its own: who locks as they come stops the others. */
      int n = 2;
      for (int i = 0; i < n; i++)
        {
          int at = (writer->number * (i ? 1 : 5) + round) % EVENTS;
          const char *rec = writer->events->pdata[at];
          g_autofree char *seen = read_address (writer->kit, rec);
          g_autofree char *wanted =
              g_strdup_printf ("样例路 %d-%d-%d 号", writer->number, round, i);
          WgOperation *operation = terminal_patch (terminal, rec, KIT_GRID_A1);
          Taken taken = { rec, 0, g_strdup (seen), g_strdup (wanted) };
          operation_patch_text (operation, "address", seen, wanted);
          g_free (terminal_log (terminal, operation));
          g_array_append_val (writer->taken, taken);
        }
      g_free (
          terminal_log (terminal, terminal_create (terminal, KIT_GRID_A1, WG_EVENT_LEVEL_GENERAL)));
      job = terminal_push (terminal);
      g_assert_nonnull (wg_push_job_get_answer (job));
      writer->n_sent += 3;
      for (int i = 0; i < n; i++)
        {
          const WgPushResult *result = wg_push_job_get_answer (job)->results->pdata[i];
          Taken *taken =
              &g_array_index (writer->taken, Taken, writer->taken->len - (guint) (n - i));
          g_assert_cmpint (result->kind, !=, WG_RESULT_REJECTED);
          writer->n_conflicts += result->kind == WG_RESULT_CONFLICT;
          taken->ver = result->kind == WG_RESULT_OK ? result->ver : 0;
        }
    }
  return NULL;
}

typedef struct
{
  Kit *kit;
  int stop;         /* atomic */
  GHashTable *rows; /* "scope id" -> version as pointer */
} Reader;

/* Takes what is new to its end; gives the rows of a terminal that began with nothing. */
static void
follow (Reader *reader, WgPullRequest *ask)
{
  gboolean more = TRUE;

  while (more)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (WgDb) db = wg_platform_connect (reader->kit->platform, TRUE, &error);
      g_autoptr (WgPullPage) page = NULL;
      GHashTableIter iter;
      gpointer scope, number;
      g_assert_no_error (error);
      page = wg_pull_page_read (reader->kit->platform, db, "wa1", "none", ask, &error);
      g_assert_no_error (error);
      for (guint i = 0; i < page->rows->len; i++)
        {
          const WgPullRow *row = page->rows->pdata[i];
          g_hash_table_insert (reader->rows, g_strdup_printf ("%s %s", row->scope, row->id),
                               GINT_TO_POINTER ((int) row->ver));
        }
      g_hash_table_iter_init (&iter, page->cursor);
      while (g_hash_table_iter_next (&iter, &scope, &number))
        g_hash_table_insert (ask->cursor, g_strdup (scope), g_memdup2 (number, sizeof (gint64)));
      more = page->more;
    }
}

static gpointer
read_along (gpointer data)
{
  Reader *reader = data;
  g_autoptr (WgPullRequest) ask = wg_pull_request_new ();

  while (!g_atomic_int_get (&reader->stop))
    follow (reader, ask);
  follow (reader, ask);
  return NULL;
}

static int
compare_taken (gconstpointer a, gconstpointer b)
{
  const Taken *x = a, *y = b;
  int order = strcmp (x->rec, y->rec);

  return order ? order : x->ver < y->ver ? -1 : 1;
}

/* Each taken patch replaced exactly what its author had seen. */
static void
check_taken (GArray *taken)
{
  const char *rec = NULL;
  const char *value = NULL;
  gint64 ver = 1;

  g_array_sort (taken, compare_taken);
  for (guint i = 0; i < taken->len; i++)
    {
      const Taken *one = &g_array_index (taken, Taken, i);
      if (one->ver == 0)
        continue;
      if (g_strcmp0 (rec, one->rec) != 0)
        {
          rec = one->rec;
          value = "样例路 1 号";
          ver = 1;
        }
      g_assert_cmpint (one->ver, ==, ver + 1);
      g_assert_cmpstr (one->seen, ==, value);
      ver = one->ver;
      value = one->wanted;
    }
}

static void
make_events (Kit *kit, GPtrArray *events)
{
  g_autoptr (Terminal) terminal = terminal_new (kit, "wa1");
  g_autoptr (WgPushJob) job = NULL;

  for (int i = 0; i < EVENTS; i++)
    g_ptr_array_add (events, terminal_log (terminal, terminal_create (terminal, KIT_GRID_A1,
                                                                      WG_EVENT_LEVEL_GENERAL)));
  job = terminal_push (terminal);
}

static guint
collect (Writer *writers, int n, GArray *taken, guint *out_sent)
{
  guint n_conflicts = 0;

  *out_sent = 0;
  for (int i = 0; i < n; i++)
    {
      g_array_append_vals (taken, writers[i].taken->data, writers[i].taken->len);
      n_conflicts += writers[i].n_conflicts;
      *out_sent += writers[i].n_sent;
    }
  return n_conflicts;
}

static void
run_writers (Kit *kit, Writer *writers, int n)
{
  g_autofree GThread **threads = g_new (GThread *, n);
  g_autoptr (GPtrArray) events = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GArray) taken = g_array_new (FALSE, FALSE, sizeof (Taken));
  Reader along = { .kit = kit }, fresh = { .kit = kit, .stop = TRUE };
  GThread *reading;
  guint n_sent, n_conflicts;
  GHashTableIter iter;
  gpointer key, value;

  along.rows = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  fresh.rows = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  make_events (kit, events);
  reading = g_thread_new ("reader", read_along, &along);
  for (int i = 0; i < n; i++)
    {
      writers[i].kit = kit_share (kit);
      writers[i].number = i;
      writers[i].events = events;
      writers[i].taken = g_array_new (FALSE, FALSE, sizeof (Taken));
      threads[i] = g_thread_new ("daemon", write_patches, &writers[i]);
    }
  for (int i = 0; i < n; i++)
    g_thread_join (threads[i]);
  g_atomic_int_set (&along.stop, TRUE);
  g_thread_join (reading);
  read_along (&fresh);

  n_conflicts = collect (writers, n, taken, &n_sent);
  g_test_message ("%u operations, %u conflicts", n_sent, n_conflicts);
  g_assert_cmpint (kit_count (kit, "op-count"), ==, n_sent + EVENTS);
  g_assert_cmpint (kit_count (kit, "dispute-count"), ==, n_conflicts);
  check_taken (taken);
  kit_check (kit);
  /* Who read along has what who comes later gets. */
  g_assert_cmpuint (g_hash_table_size (along.rows), ==, g_hash_table_size (fresh.rows));
  g_hash_table_iter_init (&iter, fresh.rows);
  while (g_hash_table_iter_next (&iter, &key, &value))
    g_assert_true (g_hash_table_lookup (along.rows, key) == value);
  for (guint i = 0; i < taken->len; i++)
    {
      g_free (g_array_index (taken, Taken, i).seen);
      g_free (g_array_index (taken, Taken, i).wanted);
    }
  for (int i = 0; i < n; i++)
    {
      kit_unshare (writers[i].kit);
      g_array_unref (writers[i].taken);
    }
  g_hash_table_unref (along.rows);
  g_hash_table_unref (fresh.rows);
}

static void
test_writers (void)
{
  g_autoptr (Kit) kit = kit_new ();
  int n = kit->database ? WRITERS : FILE_WRITERS;
  g_autofree Writer *writers = g_new0 (Writer, n);

  run_writers (kit, writers, n);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/engines/statements", test_statements);
  if (g_getenv (WG_TEST_SERVER) && *g_getenv (WG_TEST_SERVER))
    g_test_add_func ("/server/engines/same-streams", test_same_streams);
  g_test_add_func ("/server/engines/writers", test_writers);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The store's folder: made, locked, unlocked; wrong secrets, damaged, foreign, newer; jobs and
 * signals. */
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "wg-store-jobs.h"

static GError *
unlock_error (WgTestStore *f, const char *secret)
{
  GError *error = NULL;

  g_assert_null (wg_store_unlock (f->path, &f->clock.ports, secret, &error));
  return error;
}

static void
test_create_and_unlock (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autofree char *replica = g_strdup (wg_store_get_identity (f->store)->replica);
  g_autoptr (WgIdentity) identity = wg_test_identity_new (&f->clock.ports);
  g_autofree char *id = create_level (f, WG_EVENT_LEVEL_GENERAL, 0);
  g_autofree char *part = g_strconcat (f->path, ".part", NULL);
  g_autoptr (GError) error = NULL;
  struct stat info;

  g_assert_true (wg_store_exists (f->path));
  g_assert_false (g_file_test (part, G_FILE_TEST_EXISTS));
  g_assert_cmpint (stat (f->path, &info), ==, 0);
  g_assert_cmpint (info.st_mode & 0777, ==, 0700);
  g_assert_cmpstr (wg_store_get_worker (f->store)->id, ==, WG_TEST_WORKER);
  wg_test_store_reopen (f);
  g_assert_cmpstr (wg_store_get_identity (f->store)->replica, ==, replica);
  assert_truth (f, id, WG_TRUTH_SAVED);
  wg_test_store_lock (f);
  /* a usable store is never replaced */
  g_assert_null (wg_store_create (f->path, &f->clock.ports, WG_TEST_SECRET, identity, &error));
  g_assert_error (error, WG_STORE_ERROR, WG_STORE_ERROR_INVALID);
  wg_test_store_reopen (f);
  assert_truth (f, id, WG_TRUTH_SAVED);
}

static void
test_half_made_and_weak (void)
{
  g_autofree char *folder = wg_test_folder_new ();
  g_autofree char *path = g_build_filename (folder, "store", NULL);
  g_autofree char *part = g_strconcat (path, ".part", NULL);
  g_autofree char *inside = g_build_filename (part, "blobs", "ab", NULL);
  WgTestPorts clock;
  g_autoptr (WgIdentity) identity = NULL;
  g_autoptr (WgStore) store = NULL;
  g_autoptr (GError) error = NULL;

  wg_test_ports_init (&clock);
  identity = wg_test_identity_new (&clock.ports);
  g_assert_false (wg_store_exists (path));
  g_assert_null (wg_store_unlock (path, &clock.ports, WG_TEST_SECRET, &error));
  g_assert_error (error, WG_STORE_ERROR, WG_STORE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  g_assert_null (wg_store_create (path, &clock.ports, "1234", identity, &error));
  g_assert_error (error, WG_STORE_ERROR, WG_STORE_ERROR_INVALID);
  g_clear_error (&error);
  g_assert_false (wg_store_exists (path));
  g_assert_cmpint (g_mkdir_with_parents (inside, 0700), ==, 0);
  wg_test_write (part, "wangge.key", "half", 4);
  store = wg_store_create (path, &clock.ports, WG_TEST_SECRET, identity, &error);
  g_assert_no_error (error);
  g_clear_object (&store);
  wg_test_folder_remove (folder);
}

static void
test_wrong_secret (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgIdentity) identity = wg_test_identity_new (&f->clock.ports);
  g_autoptr (GError) error = NULL;

  wg_test_store_lock (f);
  for (int i = 0; i < 9; i++)
    {
      error = unlock_error (f, "another passphrase");
      g_assert_error (error, WG_STORE_ERROR, WG_STORE_ERROR_WRONG_SECRET);
      g_clear_error (&error);
    }
  wg_test_store_reopen (f); /* the right one resets the count */
  wg_test_store_lock (f);
  for (int i = 0; i < 10; i++)
    {
      g_clear_error (&error);
      error = unlock_error (f, "another passphrase");
    }
  g_assert_error (error, WG_STORE_ERROR, WG_STORE_ERROR_BLOCKED);
  g_clear_error (&error);
  error = unlock_error (f, WG_TEST_SECRET);
  g_assert_error (error, WG_STORE_ERROR, WG_STORE_ERROR_BLOCKED);
  g_clear_error (&error);
  /* an administrator enrols again: what nobody can read any more makes room */
  f->store = wg_store_create (f->path, &f->clock.ports, WG_TEST_SECRET, identity, &error);
  g_assert_no_error (error);
  wg_test_store_check (f);
}

static void
test_in_use (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (GError) error = unlock_error (f, WG_TEST_SECRET);
  int status = 0;
  pid_t child;

  g_assert_error (error, WG_STORE_ERROR, WG_STORE_ERROR_IN_USE);
  /* another program, too; and it may once this one is gone */
  wg_test_store_lock (f);
  child = fork ();
  if (child == 0)
    {
      WgStore *store = wg_store_unlock (f->path, &f->clock.ports, WG_TEST_SECRET, NULL);
      if (store)
        raise (SIGKILL); /* its lock dies with it */
      _exit (1);
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFSIGNALED (status));
  wg_test_store_reopen (f);
}

static void
assert_damaged (WgTestStore *f, int code)
{
  g_autoptr (GError) error = unlock_error (f, WG_TEST_SECRET);

  g_test_message ("%s", error->message);
  g_assert_error (error, WG_STORE_ERROR, code);
}

static void
test_damaged_files (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (GBytes) db = NULL;
  g_autoptr (GBytes) key = NULL;
  g_autoptr (GBytes) after = NULL;
  g_autofree char *db_path = g_build_filename (f->path, "store.db", NULL);
  g_autofree guint8 *copy = NULL;
  const char plain[] = "SQLite format 3\0 and then something else that is long enough";
  gsize n;

  for (int i = 0; i < 30; i++)
    g_free (create_level (f, WG_EVENT_LEVEL_GENERAL, 0));
  wg_test_store_lock (f);
  db = wg_test_read (f->path, "store.db");
  key = wg_test_read (f->path, "wangge.key");
  n = g_bytes_get_size (db);
  g_assert_cmpint (memcmp (g_bytes_get_data (db, NULL), "SQLite format 3", 15), !=, 0);

  wg_test_write (f->path, "store.db", "", 0);
  assert_damaged (f, WG_STORE_ERROR_DAMAGED);
  wg_test_write (f->path, "store.db", plain, sizeof plain);
  assert_damaged (f, WG_STORE_ERROR_DAMAGED);
  after = wg_test_read (f->path, "store.db"); /* not touched */
  g_assert_cmpmem (g_bytes_get_data (after, NULL), g_bytes_get_size (after), plain, sizeof plain);
  wg_test_write (f->path, "store.db", g_bytes_get_data (db, NULL), n / 2);
  assert_damaged (f, WG_STORE_ERROR_DAMAGED);
  copy = g_memdup2 (g_bytes_get_data (db, NULL), n);
  copy[100] ^= 1;
  wg_test_write (f->path, "store.db", copy, n);
  assert_damaged (f, WG_STORE_ERROR_DAMAGED);
  g_assert_cmpint (g_unlink (db_path), ==, 0);
  assert_damaged (f, WG_STORE_ERROR_DAMAGED);
  g_assert_false (g_file_test (db_path, G_FILE_TEST_EXISTS)); /* no new one in its place */

  wg_test_write (f->path, "store.db", g_bytes_get_data (db, NULL), n);
  wg_test_write (f->path, "wangge.key", "not a key", 9);
  assert_damaged (f, WG_STORE_ERROR_DAMAGED);
  wg_test_write (f->path, "wangge.key", g_bytes_get_data (key, NULL), g_bytes_get_size (key));
  wg_test_store_reopen (f);
  wg_test_store_check (f);
}

static void
test_newer_file (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autofree char *db_path = g_build_filename (f->path, "store.db", NULL);
  g_autofree char *key_path = g_build_filename (f->path, "wangge.key", NULL);
  g_autoptr (GError) error = NULL;
  guint8 key[WG_DB_KEY];
  WgDb *db;

  wg_test_store_lock (f);
  g_assert_true (wg_key_file_unlock (key_path, WG_TEST_SECRET, key, &error));
  db = wg_db_open (db_path, key, &error);
  g_assert_no_error (error);
  /* a later program's migrations */
  g_assert_true (wg_db_migrate (db, "/io/github/wangge/test-store/migrate", &error));
  g_assert_no_error (error);
  wg_db_close (db);
  assert_damaged (f, WG_STORE_ERROR_NEWER);
}

/* Nothing a person wrote is readable in any file, the log and photos included. */
static void
test_no_plain_text (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgEvent) event = wg_test_event_new (WG_EVENT_LEVEL_GENERAL);
  g_autoptr (GBytes) photo = g_bytes_new_static ("\xff\xd8 plain bytes of a sample photo", 32);
  g_autofree char *name = NULL, *id = NULL;
  const char *secrets[] = { "样本隐私内容", "plain bytes of a sample", WG_TEST_WORKER,
                            "informant_phone" };

  g_set_str (&event->description, "样本隐私内容，不得明文出现");
  name = wg_test_store_run (f, add_photo_job, photo);
  event->photos = g_new0 (char *, 2);
  event->photos[0] = g_strdup (name);
  id = create_event (f, event, 0);
  for (int closed = 0; closed < 2; closed++)
    {
      for (gsize i = 0; i < G_N_ELEMENTS (secrets); i++)
        {
          g_autofree char *found = wg_test_folder_find (f->folder, secrets[i]);
          g_assert_cmpstr (found, ==, NULL);
        }
      wg_test_store_lock (f);
    }
}

/* --- jobs and signals ------------------------------------------------------------------------ */

typedef struct
{
  GMainLoop *loop;
  GHashTable *topics;
  gpointer result;
  GError *error;
  gboolean done;
} Loop;

static void
on_changed_cb (WgStore *store, const char *topic, Loop *loop)
{
  g_assert_true (g_main_context_is_owner (g_main_context_default ()));
  g_hash_table_add (loop->topics, (gpointer) g_intern_string (topic));
  if (loop->done)
    g_main_loop_quit (loop->loop);
}

static void
on_done_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Loop *loop = data;

  loop->result = wg_store_run_finish (WG_STORE (source), result, &loop->error);
  loop->done = TRUE;
  if (loop->error || g_hash_table_contains (loop->topics, g_intern_static_string ("events")))
    g_main_loop_quit (loop->loop);
}

static void
test_signal_and_async (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgEvent) event = wg_test_event_new (WG_EVENT_LEVEL_GENERAL);
  g_autoptr (GCancellable) cancelled = g_cancellable_new ();
  g_autoptr (GMainLoop) main_loop = g_main_loop_new (NULL, FALSE);
  Loop loop = { .loop = main_loop, .topics = g_hash_table_new (NULL, NULL) };
  CreateJob job = { event, 0, NULL };

  g_signal_connect (f->store, "changed", G_CALLBACK (on_changed_cb), &loop);
  wg_store_run_async (f->store, create_job, &job, NULL, g_free, NULL, on_done_cb, &loop);
  g_main_loop_run (main_loop);
  g_assert_no_error (loop.error);
  g_assert_nonnull (loop.result);
  g_assert_true (g_hash_table_contains (loop.topics, g_intern_static_string ("events")));
  g_assert_true (g_hash_table_contains (loop.topics, g_intern_static_string ("outbox")));
  g_clear_pointer (&loop.result, g_free);

  g_cancellable_cancel (cancelled);
  wg_store_run_async (f->store, create_job, &job, NULL, g_free, cancelled, on_done_cb, &loop);
  g_main_loop_run (main_loop);
  g_assert_error (loop.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&loop.error);
  g_assert_cmpuint (count_events (f).n_today, ==, 1);

  wg_store_close (f->store);
  wg_store_run_async (f->store, create_job, &job, NULL, g_free, NULL, on_done_cb, &loop);
  g_main_loop_run (main_loop);
  g_assert_error (loop.error, WG_STORE_ERROR, WG_STORE_ERROR_LOCKED);
  g_clear_error (&loop.error);
  g_assert_null (wg_store_run (f->store, create_job, &job, &loop.error));
  g_assert_error (loop.error, WG_STORE_ERROR, WG_STORE_ERROR_LOCKED);
  g_clear_error (&loop.error);
  g_hash_table_unref (loop.topics);
}

static void
on_changed_close_cb (WgStore *store, const char *topic, guint *n_told)
{
  (*n_told)++;
  wg_store_close (store);
}

/* A closed store tells nobody anything: whoever is told would go on to read from it. */
static void
test_closed_is_silent (void)
{
  for (int closed_by_listener = 0; closed_by_listener < 2; closed_by_listener++)
    {
      g_autoptr (WgTestStore) f = wg_test_store_new ();
      guint n_told = 0;

      g_free (create_level (f, WG_EVENT_LEVEL_GENERAL, 0)); /* several topics, not told yet */
      g_signal_connect (f->store, "changed", G_CALLBACK (on_changed_close_cb), &n_told);
      if (!closed_by_listener)
        wg_store_close (f->store);
      while (g_main_context_iteration (NULL, FALSE))
        ;
      g_assert_cmpuint (n_told, ==, closed_by_listener);
      wg_test_store_lock (f);
    }
}

static gpointer
forget_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  wg_db_begin (context->db, error);
  return GINT_TO_POINTER (wg_store_set_meta (context, "left", "open", error));
}

/* A job that leaves a transaction open changes nothing, and harms no later one. */
static void
test_open_transaction (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();

  wg_test_store_run (f, forget_job, NULL);
  g_assert_null (wg_test_store_run (f, get_meta_job, "left"));
  g_free (create_level (f, WG_EVENT_LEVEL_GENERAL, 0));
  wg_test_store_check (f);
}

static void
test_identity_survives (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  WgIdentity before = *wg_store_get_identity (f->store);
  guint8 secret[64];

  memcpy (secret, before.sign_secret, 64);
  wg_test_store_reopen (f);
  g_assert_cmpmem (wg_store_get_identity (f->store)->sign_secret, 64, secret, 64);
  g_assert_cmpint (wg_store_get_identity (f->store)->lease_s, ==, 7 * 86400);
  g_assert_null (wg_store_get_identity (f->store)->pin);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  wg_test_store_init ();
  g_test_add_func ("/store/store/create-and-unlock", test_create_and_unlock);
  g_test_add_func ("/store/store/half-made-and-weak", test_half_made_and_weak);
  g_test_add_func ("/store/store/wrong-secret", test_wrong_secret);
  g_test_add_func ("/store/store/in-use", test_in_use);
  g_test_add_func ("/store/store/damaged-files", test_damaged_files);
  g_test_add_func ("/store/store/newer-file", test_newer_file);
  g_test_add_func ("/store/store/no-plain-text", test_no_plain_text);
  g_test_add_func ("/store/store/signal-and-async", test_signal_and_async);
  g_test_add_func ("/store/store/closed-is-silent", test_closed_is_silent);
  g_test_add_func ("/store/store/open-transaction", test_open_transaction);
  g_test_add_func ("/store/store/identity-survives", test_identity_survives);
  return g_test_run ();
}

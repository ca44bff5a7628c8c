/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Stores of every released version open, come to the newest version, and hold what they held. */
#include <string.h>

#include <glib/gstdio.h>

#include "store/wg-store-private.h"
#include "wg-store-jobs.h"

#define ROOT "/io/github/wangge/test-store/"

/* A store whose database is made from a fixture: rows and schema as that version wrote them. */
static WgTestStore *
open_fixture (const char *folder)
{
  WgTestStore *f = wg_test_store_new ();
  g_autofree char *db_path = g_build_filename (f->path, "store.db", NULL);
  g_autofree char *key_path = g_build_filename (f->path, "wangge.key", NULL);
  g_autofree char *resource = g_strconcat (ROOT, folder, NULL);
  g_autoptr (GError) error = NULL;
  guint8 key[WG_DB_KEY];
  WgDb *db;

  wg_test_store_lock (f);
  g_assert_cmpint (g_unlink (db_path), ==, 0);
  g_assert_true (wg_key_file_unlock (key_path, WG_TEST_SECRET, key, &error));
  db = wg_db_open (db_path, key, &error);
  g_assert_no_error (error);
  g_assert_true (wg_db_migrate (db, resource, &error));
  g_assert_no_error (error);
  wg_db_close (db);
  wg_test_store_reopen (f);
  return f;
}

static gpointer
schema_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  g_autoptr (GString) schema = g_string_new (NULL);
  WgStatement *row;

  if (!wg_db_load_sql (context->db, ROOT "sql", error))
    return NULL;
  row = wg_db_statement (context->db, "schema", error);
  while (row && wg_statement_next (row, error))
    g_string_append_printf (schema, "%s\n", wg_statement_text (row, "sql"));
  return g_string_free (g_steal_pointer (&schema), FALSE);
}

static void
test_start_v1 (void)
{
  g_autoptr (WgTestStore) f = open_fixture ("start-v1");
  g_autoptr (WgTestStore) fresh = wg_test_store_new ();
  g_autofree char *old_schema = NULL, *new_schema = NULL;
  g_autoptr (GPtrArray) all = NULL;
  g_autoptr (GPtrArray) queue = NULL;
  g_autoptr (GPtrArray) drafts = NULL;
  g_autoptr (WgStandard) standard = NULL;
  WgEventCounts counts;
  guint truths[WG_TRUTH_UNDONE + 1] = { 0 };

  old_schema = wg_test_store_run (f, schema_job, NULL);
  new_schema = wg_test_store_run (fresh, schema_job, NULL);
  g_assert_cmpstr (old_schema, ==, new_schema);
  wg_test_store_check (f);

  g_assert_cmpstr (wg_store_get_worker (f->store)->id, ==, WG_TEST_WORKER);
  all = list_events (f, WG_EVENT_LIST_ALL);
  g_assert_cmpuint (all->len, ==, 5);
  for (guint i = 0; i < all->len; i++)
    truths[wg_event_item_get_view (g_ptr_array_index (all, i))->truth]++;
  g_assert_cmpuint (truths[WG_TRUTH_HELD], ==, 1);
  g_assert_cmpuint (truths[WG_TRUTH_SAVED], ==, 1);
  g_assert_cmpuint (truths[WG_TRUTH_REFUSED], ==, 1);
  g_assert_cmpuint (truths[WG_TRUTH_APPLIED], ==, 2);
  queue = wg_test_store_run (f, queue_job, GUINT_TO_POINTER (100));
  g_assert_cmpuint (queue->len, ==, 4); /* the undone one is in no queue */
  drafts = wg_test_store_run (f, list_drafts_job, NULL);
  g_assert_cmpuint (drafts->len, ==, 1);
  counts = count_events (f);
  g_assert_cmpuint (counts.n_refused, ==, 1);
  standard = wg_store_dup_standard (f->store);
  g_assert_cmpstr (wg_standard_get_version (standard), ==, "sample-1");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  wg_test_store_init ();
  g_test_add_func ("/store/migrate/start-v1", test_start_v1);
  return g_test_run ();
}

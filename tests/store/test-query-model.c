/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A query as a list: filled, refreshed by topic, rows that stay are told anew, quiet when nothing
 * differs. */
#include "store/wg-query-model.h"
#include "wg-store-jobs.h"

typedef struct
{
  GMainLoop *loop;
  WgQueryModel *model;
  GArray *changes; /* of guint[3] */
} Watch;

static void
on_items_changed_cb (GListModel *model, guint position, guint removed, guint added, Watch *watch)
{
  guint change[3] = { position, removed, added };

  g_array_append_val (watch->changes, change);
  /* the model says the truth at every step */
  for (guint i = 0; i < g_list_model_get_n_items (model); i++)
    {
      g_autoptr (WgEventItem) item = g_list_model_get_item (model, i);
      g_assert_true (WG_IS_EVENT_ITEM (item));
    }
  g_assert_null (g_list_model_get_item (model, g_list_model_get_n_items (model)));
}

static void
on_loading_changed_cb (WgQueryModel *model, GParamSpec *pspec, Watch *watch)
{
  if (!wg_query_model_is_loading (model))
    g_main_loop_quit (watch->loop);
}

static gboolean
is_same (gconstpointer a, gconstpointer b)
{
  const WgEventView *x = wg_event_item_get_view ((WgEventItem *) a);
  const WgEventView *y = wg_event_item_get_view ((WgEventItem *) b);

  return g_str_equal (x->event->id, y->event->id) && x->truth == y->truth &&
         x->event->ver == y->event->ver;
}

static void
init_watch (Watch *watch, WgTestStore *f, ListJob *job)
{
  const char *topics[] = { "events", NULL };

  watch->loop = g_main_loop_new (NULL, FALSE);
  watch->changes = g_array_new (FALSE, FALSE, sizeof (guint[3]));
  watch->model = wg_query_model_new (f->store, topics, list_job, job, NULL, is_same);
  g_signal_connect (watch->model, "items-changed", G_CALLBACK (on_items_changed_cb), watch);
  g_signal_connect (watch->model, "notify::loading", G_CALLBACK (on_loading_changed_cb), watch);
  g_assert_true (wg_query_model_is_loading (watch->model));
  g_main_loop_run (watch->loop);
}

static void
clear_watch (Watch *watch)
{
  g_signal_handlers_disconnect_by_data (watch->model, watch);
  g_object_unref (watch->model);
  g_array_unref (watch->changes);
  g_main_loop_unref (watch->loop);
}

static void
assert_change (Watch *watch, guint i, guint position, guint removed, guint added)
{
  const guint *change = &g_array_index (watch->changes, guint, i * 3);

  g_assert_cmpuint (watch->changes->len, >, i);
  g_assert_cmpuint (change[0], ==, position);
  g_assert_cmpuint (change[1], ==, removed);
  g_assert_cmpuint (change[2], ==, added);
}

static void
test_refresh (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  ListJob job = { WG_EVENT_LIST_ALL, 0, 100 };
  g_autofree char *first = create_level (f, WG_EVENT_LEVEL_GENERAL, 0);
  g_autofree char *second = NULL;
  Watch watch;

  /* what the first job announced is heard before the model is made */
  while (g_main_context_iteration (NULL, FALSE))
    ;
  init_watch (&watch, f, &job);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (watch.model)), ==, 1);
  assert_change (&watch, 0, 0, 0, 1);

  g_array_set_size (watch.changes, 0);
  wg_test_ports_advance (&f->clock, 1000);
  second = create_level (f, WG_EVENT_LEVEL_GENERAL, 0);
  g_main_loop_run (watch.loop); /* by its topic alone */
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (watch.model)), ==, 2);
  g_assert_cmpuint (watch.changes->len, ==, 1);
  assert_change (&watch, 0, 0, 0, 1); /* the older row stays as it is */

  g_array_set_size (watch.changes, 0);
  wg_query_model_refresh (watch.model);
  wg_query_model_refresh (watch.model); /* one more follows, not two */
  wg_query_model_refresh (watch.model);
  g_main_loop_run (watch.loop);
  g_assert_cmpuint (watch.changes->len, ==, 0); /* nothing differs */

  clear_watch (&watch);
}

static void
on_item_changed_cb (WgItem *item, guint *n_changed)
{
  (*n_changed)++;
}

/* What is told anew stays the same object in its place; only what is new comes, and what is gone
 * goes. */
static void
test_told_anew (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgTestPlatform) platform = wg_test_platform_new ();
  ListJob job = { WG_EVENT_LIST_ALL, 0, 100 }, none = { WG_EVENT_LIST_RETURNED, 0, 100 };
  g_autofree char *first = create_level (f, WG_EVENT_LEVEL_GENERAL, 0);
  g_autoptr (WgEventItem) item = NULL, again = NULL;
  guint n_changed = 0;
  Watch watch;

  while (g_main_context_iteration (NULL, FALSE))
    ;
  init_watch (&watch, f, &job);
  item = g_list_model_get_item (G_LIST_MODEL (watch.model), 0);
  g_assert_cmpint (wg_event_item_get_view (item)->truth, ==, WG_TRUTH_SAVED);
  g_signal_connect (item, "changed", G_CALLBACK (on_item_changed_cb), &n_changed);

  g_array_set_size (watch.changes, 0);
  wg_test_push (f, platform, FALSE);
  while (wg_event_item_get_view (item)->truth != WG_TRUTH_APPLIED)
    g_main_context_iteration (NULL, TRUE);
  again = g_list_model_get_item (G_LIST_MODEL (watch.model), 0);
  g_assert_true (again == item);
  g_assert_cmpuint (n_changed, >=, 1);
  assert_change (&watch, 0, 0, 1, 1); /* at once, so that its row stays, too */

  g_array_set_size (watch.changes, 0);
  wg_query_model_set_data (watch.model, &none, NULL);
  g_main_loop_run (watch.loop);
  assert_change (&watch, 0, 0, 1, 0);
  g_array_set_size (watch.changes, 0);
  wg_query_model_set_data (watch.model, &none, NULL);
  wg_query_model_set_data (watch.model, &job, NULL); /* the answer to the other one is not shown */
  g_main_loop_run (watch.loop);
  g_assert_cmpuint (watch.changes->len, ==, 1);
  assert_change (&watch, 0, 0, 0, 1);
  g_signal_handlers_disconnect_by_data (item, &n_changed);
  clear_watch (&watch);
}

/* A model that is dropped while it asks harms nobody. */
static void
test_dropped_while_loading (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  const char *topics[] = { "events", NULL };
  ListJob *job = g_new0 (ListJob, 1);
  WgQueryModel *model;

  job->which = WG_EVENT_LIST_ALL;
  job->limit = 10;
  model = wg_query_model_new (f->store, topics, list_job, job, g_free, is_same);
  g_object_run_dispose (G_OBJECT (model));
  g_object_unref (model);
  g_free (create_level (f, WG_EVENT_LEVEL_GENERAL, 0));
  while (g_main_context_iteration (NULL, FALSE))
    ;
  wg_test_store_check (f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  wg_test_store_init ();
  g_test_add_func ("/store/query-model/refresh", test_refresh);
  g_test_add_func ("/store/query-model/told-anew", test_told_anew);
  g_test_add_func ("/store/query-model/dropped-while-loading", test_dropped_while_loading);
  return g_test_run ();
}

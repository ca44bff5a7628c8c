/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A store query as a GListModel: asks again when a topic changes, and tells only what differs. */
#include "store/wg-query-model.h"

#include "store/wg-item.h"

/* A job may outlive the model: both hold the question. */
typedef struct
{
  gpointer data;
  GDestroyNotify free;
} Question;

static void
clear_question (gpointer data)
{
  Question *self = data;

  if (self->free)
    self->free (self->data);
}

static void
release_question (gpointer data)
{
  g_atomic_rc_box_release_full (data, clear_question);
}

typedef struct
{
  WgStoreJob query;
  Question *question;
} Call;

struct _WgQueryModel
{
  GObject parent_instance;
  WgStore *store;
  char **topics;
  WgStoreJob query;
  Question *question;
  GEqualFunc same;
  GPtrArray *items; /* of GObject */
  GCancellable *cancellable;
  gboolean loading;
  gboolean again; /* something changed while loading */
  gboolean other; /* the answer on its way is to another question */
};

enum
{
  PROP_0,
  PROP_LOADING,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static GType
get_item_type (GListModel *model)
{
  return G_TYPE_OBJECT;
}

static guint
get_n_items (GListModel *model)
{
  return WG_QUERY_MODEL (model)->items->len;
}

static gpointer
get_item (GListModel *model, guint position)
{
  WgQueryModel *self = WG_QUERY_MODEL (model);

  return position < self->items->len ? g_object_ref (g_ptr_array_index (self->items, position))
                                     : NULL;
}

static void
init_list_model (GListModelInterface *interface)
{
  interface->get_item_type = get_item_type;
  interface->get_n_items = get_n_items;
  interface->get_item = get_item;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (WgQueryModel,
                               wg_query_model,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, init_list_model))

static gboolean
is_same (WgQueryModel *self, guint i, GPtrArray *fresh, guint j)
{
  return self->same &&
         self->same (g_ptr_array_index (self->items, i), g_ptr_array_index (fresh, j));
}

/* What is told anew of the same thing goes into the object that is there: its row stays, and a
 * press that has begun on it ends on it. */
static gboolean
keep_items (WgQueryModel *self, GPtrArray *fresh, guint head, guint n_removed, guint n_added)
{
  g_autoptr (GHashTable) known = g_hash_table_new (g_str_hash, g_str_equal);
  gboolean kept = FALSE;

  for (guint i = head; i < head + n_removed; i++)
    if (WG_IS_ITEM (self->items->pdata[i]))
      g_hash_table_insert (known, (gpointer) wg_item_get_id (self->items->pdata[i]),
                           GUINT_TO_POINTER (i + 1));
  for (guint j = head; j < head + n_added && g_hash_table_size (known) > 0; j++)
    {
      gpointer item = fresh->pdata[j], i = NULL;

      if (!WG_IS_ITEM (item) ||
          !g_hash_table_steal_extended (known, wg_item_get_id (item), NULL, &i))
        continue;
      if (!is_same (self, GPOINTER_TO_UINT (i) - 1, fresh, j))
        wg_item_take (self->items->pdata[GPOINTER_TO_UINT (i) - 1], item);
      g_set_object (&fresh->pdata[j], self->items->pdata[GPOINTER_TO_UINT (i) - 1]);
      kept = TRUE;
    }
  return kept;
}

/* Rows at both ends that are the same are not touched. Where none between stays, they go and come
 * in two steps: taking out and putting in at once makes GTK build every new row. */
static void
take_items (WgQueryModel *self, GPtrArray *fresh)
{
  guint n_old = self->items->len, n_new = fresh->len;
  guint head = 0, tail = 0;
  guint n_removed, n_added;
  gboolean at_once;

  while (head < MIN (n_old, n_new) && is_same (self, head, fresh, head))
    head++;
  while (tail < MIN (n_old, n_new) - head &&
         is_same (self, n_old - 1 - tail, fresh, n_new - 1 - tail))
    tail++;
  n_removed = n_old - head - tail;
  n_added = n_new - head - tail;
  at_once = keep_items (self, fresh, head, n_removed, n_added);
  if (n_removed > 0)
    {
      g_ptr_array_remove_range (self->items, head, n_removed);
      if (!at_once)
        g_list_model_items_changed (G_LIST_MODEL (self), head, n_removed, 0);
    }
  for (guint i = 0; i < n_added; i++)
    g_ptr_array_insert (self->items, (int) (head + i),
                        g_object_ref (g_ptr_array_index (fresh, head + i)));
  if (n_added > 0 || at_once)
    g_list_model_items_changed (G_LIST_MODEL (self), head, at_once ? n_removed : 0, n_added);
}

static gpointer
run_query (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  Call *call = data;

  return call->query (context, call->question->data, cancellable, error);
}

static void
free_call (gpointer data)
{
  Call *call = data;

  release_question (call->question);
  g_free (call);
}

static void ask (WgQueryModel *self);

static void
set_loading (WgQueryModel *self, gboolean loading)
{
  if (self->loading == loading)
    return;
  self->loading = loading;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_LOADING]);
}

static void
on_query_done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (WgQueryModel) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) fresh = wg_store_run_finish (WG_STORE (source), result, &error);
  gboolean gone = self->cancellable == NULL;

  if (gone)
    return;
  if (fresh && !self->other)
    take_items (self, fresh);
  else if (error)
    g_debug ("a list stays as it was: %s", error->message);
  if (self->again)
    ask (self);
  else
    set_loading (self, FALSE);
}

static void
ask (WgQueryModel *self)
{
  Call *call = g_new0 (Call, 1);

  self->again = self->other = FALSE;
  call->query = self->query;
  call->question = g_atomic_rc_box_acquire (self->question);
  wg_store_run_async (self->store, run_query, call, free_call, (GDestroyNotify) g_ptr_array_unref,
                      self->cancellable, on_query_done_cb, g_object_ref (self));
}

/**
 * wg_query_model_refresh:
 * @self: a model
 *
 * Asks again. While an answer is on its way, one more question follows it, however often this is
 * called.
 *
 * Thread: the model's.
 * Errors: none; a failed query leaves the rows as they were.
 */
void
wg_query_model_refresh (WgQueryModel *self)
{
  g_return_if_fail (WG_IS_QUERY_MODEL (self));
  if (self->loading)
    {
      self->again = TRUE;
      return;
    }
  set_loading (self, TRUE);
  ask (self);
}

static Question *
question_new (gpointer data, GDestroyNotify data_free)
{
  Question *question = g_atomic_rc_box_new0 (Question);

  question->data = data;
  question->free = data_free;
  return question;
}

/**
 * wg_query_model_set_data:
 * @self: a model
 * @data: (nullable): for the query; must not change
 * @data_free: (nullable): frees @data, on any thread
 *
 * Asks something else. Rows that are in the new answer, too, stay as they are.
 *
 * Thread: the model's.
 * Errors: none; a failed query leaves the rows as they were.
 */
void
wg_query_model_set_data (WgQueryModel *self, gpointer data, GDestroyNotify data_free)
{
  g_return_if_fail (WG_IS_QUERY_MODEL (self));
  release_question (self->question);
  self->question = question_new (data, data_free);
  self->other = self->loading;
  wg_query_model_refresh (self);
}

static void
on_store_changed_cb (WgQueryModel *self, const char *topic)
{
  if (g_strv_contains ((const char *const *) self->topics, topic))
    wg_query_model_refresh (self);
}

/**
 * wg_query_model_new:
 * @store: where to ask
 * @topics: (array zero-terminated=1): topics after whose change to ask again
 * @query: a job that returns a GPtrArray of GObject (transfer full)
 * @data: (nullable): for @query; must not change
 * @data_free: (nullable): frees @data, on any thread
 * @same: (nullable): whether two items show the same; %NULL: never
 *
 * Makes a list that keeps itself up to date. It asks at once and is empty until the answer comes.
 *
 * Thread: one with a running main context, in which the store was made.
 * Errors: none.
 *
 * Returns: (transfer full): the model
 */
WgQueryModel *
wg_query_model_new (WgStore *store,
                    const char *const *topics,
                    WgStoreJob query,
                    gpointer data,
                    GDestroyNotify data_free,
                    GEqualFunc same)
{
  WgQueryModel *self = g_object_new (WG_TYPE_QUERY_MODEL, NULL);

  self->store = g_object_ref (store);
  self->topics = g_strdupv ((char **) topics);
  self->query = query;
  self->question = question_new (data, data_free);
  self->same = same;
  g_signal_connect_object (store, "changed", G_CALLBACK (on_store_changed_cb), self,
                           G_CONNECT_SWAPPED);
  wg_query_model_refresh (self);
  return self;
}

/**
 * wg_query_model_is_loading:
 * @self: a model
 *
 * Tells whether an answer is on its way.
 *
 * Thread: the model's.
 * Errors: none.
 *
 * Returns: %TRUE if so
 */
gboolean
wg_query_model_is_loading (WgQueryModel *self)
{
  return self->loading;
}

static void
wg_query_model_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_LOADING)
    g_value_set_boolean (value, WG_QUERY_MODEL (object)->loading);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
wg_query_model_dispose (GObject *object)
{
  WgQueryModel *self = WG_QUERY_MODEL (object);

  if (self->cancellable)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->store);
  G_OBJECT_CLASS (wg_query_model_parent_class)->dispose (object);
}

static void
wg_query_model_finalize (GObject *object)
{
  WgQueryModel *self = WG_QUERY_MODEL (object);

  g_strfreev (self->topics);
  g_clear_pointer (&self->question, release_question);
  g_ptr_array_unref (self->items);
  G_OBJECT_CLASS (wg_query_model_parent_class)->finalize (object);
}

static void
wg_query_model_class_init (WgQueryModelClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = wg_query_model_get_property;
  object_class->dispose = wg_query_model_dispose;
  object_class->finalize = wg_query_model_finalize;
  properties[PROP_LOADING] = g_param_spec_boolean ("loading", NULL, NULL, FALSE,
                                                   G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
wg_query_model_init (WgQueryModel *self)
{
  self->items = g_ptr_array_new_with_free_func (g_object_unref);
  self->cancellable = g_cancellable_new ();
}

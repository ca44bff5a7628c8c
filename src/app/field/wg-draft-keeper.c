/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keeps a form as a draft at every pause in typing, so that nothing typed is ever lost. */
#include "app/field/wg-draft-keeper.h"

#include <glib/gi18n.h>

#include "app/wg-toast.h"
#include "store/wg-query-model.h"

#define PAUSE_MS 500

struct _WgDraftKeeper
{
  GObject parent_instance;

  WgServices *services; /* owned */
  GtkWidget *form;      /* borrowed; the dialog that owns us owns it */
  const WgDraftForm *how;
  char *kind, *subject, *id;
  guint pause_id;
  gboolean has_draft;
  gboolean stopped;
};

G_DEFINE_FINAL_TYPE (WgDraftKeeper, wg_draft_keeper, G_TYPE_OBJECT)

enum
{
  SAVED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static gpointer
save_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_draft_save (context, data, error) ? GINT_TO_POINTER (1) : NULL;
}

static void
on_saved_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (WgDraftKeeper) self = user_data;
  g_autoptr (GError) error = NULL;

  if (wg_store_run_finish (WG_STORE (source), result, &error) == NULL)
    {
      if (!self->stopped)
        wg_toast_show_error (self->form, error);
      return;
    }
  g_signal_emit (self, signals[SAVED], 0);
}

static void
save (WgDraftKeeper *self)
{
  WgStore *store = wg_services_get_store (self->services);
  g_autofree char *body = store != NULL ? self->how->dup_body (self->form) : NULL;
  WgDraft *draft;

  if (body == NULL)
    return;
  self->has_draft = TRUE;
  draft = wg_draft_new ();
  draft->id = g_strdup (self->id);
  draft->form = g_strdup (self->kind);
  draft->subject = g_strdup (self->subject);
  draft->body = g_steal_pointer (&body);
  draft->focus = g_strdup (self->how->get_focus (self->form));
  draft->scroll = self->how->get_scroll (self->form);
  draft->changed_ms = wg_services_now_ms (self->services);
  wg_store_run_async (store, save_job, draft, (GDestroyNotify) wg_draft_free, NULL, NULL,
                      on_saved_cb, g_object_ref (self));
}

static gboolean
on_pause_cb (gpointer user_data)
{
  WgDraftKeeper *self = user_data;

  self->pause_id = 0;
  save (self);
  return G_SOURCE_REMOVE;
}

static void
on_form_changed_cb (WgDraftKeeper *self)
{
  if (self->stopped)
    return;
  g_clear_handle_id (&self->pause_id, g_source_remove);
  self->pause_id = g_timeout_add (PAUSE_MS, on_pause_cb, self);
}

static void
wg_draft_keeper_finalize (GObject *object)
{
  WgDraftKeeper *self = WG_DRAFT_KEEPER (object);

  g_clear_handle_id (&self->pause_id, g_source_remove);
  g_clear_object (&self->services);
  g_free (self->kind);
  g_free (self->subject);
  g_free (self->id);
  G_OBJECT_CLASS (wg_draft_keeper_parent_class)->finalize (object);
}

static void
wg_draft_keeper_class_init (WgDraftKeeperClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = wg_draft_keeper_finalize;
  signals[SAVED] = g_signal_new ("saved", WG_TYPE_DRAFT_KEEPER, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 0);
}

static void
wg_draft_keeper_init (WgDraftKeeper *self)
{
}

/**
 * wg_draft_keeper_new:
 * @services: what the screens work with, open
 * @form: the form, which must outlive the keeper's last change
 * @how: how it is written down; static
 * @kind: what form it is: "event-general", "event-major", "event-mend", "event-daily", or
 *   "record:" and a kind of record
 * @subject: (nullable): the record being mended
 * @id: id of the draft; for a new event also the event's
 *
 * Saves the form 500 ms after its last change.
 *
 * Thread: UI.
 * Errors: none; a draft that cannot be saved is said in a toast.
 *
 * Returns: (transfer full): the keeper
 */
WgDraftKeeper *
wg_draft_keeper_new (WgServices *services,
                     GtkWidget *form,
                     const WgDraftForm *how,
                     const char *kind,
                     const char *subject,
                     const char *id)
{
  WgDraftKeeper *self = g_object_new (WG_TYPE_DRAFT_KEEPER, NULL);

  self->services = g_object_ref (services);
  self->form = form;
  self->how = how;
  self->kind = g_strdup (kind);
  self->subject = g_strdup (subject);
  self->id = g_strdup (id);
  g_signal_connect_object (form, "changed", G_CALLBACK (on_form_changed_cb), self,
                           G_CONNECT_SWAPPED);
  return self;
}

/**
 * wg_draft_keeper_flush:
 * @self: the keeper
 *
 * Saves now what waits for a pause.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_draft_keeper_flush (WgDraftKeeper *self)
{
  if (self->pause_id == 0 || self->stopped)
    return;
  g_clear_handle_id (&self->pause_id, g_source_remove);
  save (self);
}

/**
 * wg_draft_keeper_stop:
 * @self: the keeper
 *
 * Saves nothing more: the form was reported, or is going away.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_draft_keeper_stop (WgDraftKeeper *self)
{
  self->stopped = TRUE;
  g_clear_handle_id (&self->pause_id, g_source_remove);
}

/**
 * wg_draft_keeper_resume:
 * @self: the keeper, stopped
 *
 * Goes on after all: the event could not be saved, and the form stays.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_draft_keeper_resume (WgDraftKeeper *self)
{
  self->stopped = FALSE;
  save (self);
}

/**
 * wg_draft_keeper_adopt:
 * @self: the keeper
 *
 * Says that the draft is in the store already: the form was opened from it.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_draft_keeper_adopt (WgDraftKeeper *self)
{
  self->has_draft = TRUE;
}

/**
 * wg_draft_keeper_get_draft:
 * @self: the keeper
 *
 * Names the draft.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: (transfer none) (nullable): its id; %NULL while there was nothing worth keeping
 */
const char *
wg_draft_keeper_get_draft (WgDraftKeeper *self)
{
  return self->has_draft ? self->id : NULL;
}

/**
 * wg_draft_keeper_leave:
 * @self: the keeper
 * @dialog: the dialog of the form, which is closing
 *
 * Keeps the form of a dialog that was closed without reporting, and says where it is now.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_draft_keeper_leave (WgDraftKeeper *self, GtkWidget *dialog)
{
  wg_draft_keeper_flush (self);
  if (self->has_draft)
    wg_toast_show (dialog, _ ("Kept as a draft on the page “Today”"));
  wg_draft_keeper_stop (self);
}

/* --- drafts in a list ------------------------------------------------------------------------- */

struct _WgDraftItem
{
  GObject parent_instance;

  WgDraft *draft; /* owned */
};

G_DEFINE_FINAL_TYPE (WgDraftItem, wg_draft_item, G_TYPE_OBJECT)

static void
wg_draft_item_finalize (GObject *object)
{
  wg_draft_free (WG_DRAFT_ITEM (object)->draft);
  G_OBJECT_CLASS (wg_draft_item_parent_class)->finalize (object);
}

static void
wg_draft_item_class_init (WgDraftItemClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = wg_draft_item_finalize;
}

static void
wg_draft_item_init (WgDraftItem *self)
{
}

/**
 * wg_draft_item_get_draft:
 * @self: an item of the list of drafts
 *
 * Gives the draft.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: (transfer none): the draft
 */
const WgDraft *
wg_draft_item_get_draft (WgDraftItem *self)
{
  return self->draft;
}

static gpointer
list_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) drafts = wg_draft_list (context, error);
  GPtrArray *items;

  if (drafts == NULL)
    return NULL;
  items = g_ptr_array_new_with_free_func (g_object_unref);
  g_ptr_array_set_free_func (drafts, NULL);
  for (guint i = 0; i < drafts->len; i++)
    {
      WgDraftItem *item = g_object_new (WG_TYPE_DRAFT_ITEM, NULL);

      item->draft = g_ptr_array_index (drafts, i);
      g_ptr_array_add (items, item);
    }
  return items;
}

static gboolean
is_same_draft (gconstpointer a, gconstpointer b)
{
  const WgDraft *one = ((const WgDraftItem *) a)->draft, *other = ((const WgDraftItem *) b)->draft;

  return g_str_equal (one->id, other->id) && one->changed_ms == other->changed_ms;
}

/**
 * wg_draft_jobs_new_model:
 * @store: the store
 *
 * Makes a list of the drafts that follows the store by itself.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: (transfer full): a list model of #WgDraftItem, newest first
 */
GListModel *
wg_draft_jobs_new_model (WgStore *store)
{
  static const char *const topics[] = { "drafts", NULL };

  return G_LIST_MODEL (wg_query_model_new (store, topics, list_job, NULL, NULL, is_same_draft));
}

static gpointer
get_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_draft_get (context, data, error);
}

/**
 * wg_draft_jobs_get:
 * @store: the store
 * @id: a draft
 * @callback: called in the UI thread
 * @user_data: for @callback
 *
 * Reads a draft. Gives a #WgDraft.
 *
 * Thread: UI.
 * Errors: those of wg_draft_get().
 */
void
wg_draft_jobs_get (WgStore *store, const char *id, GAsyncReadyCallback callback, gpointer user_data)
{
  wg_store_run_async (store, get_job, g_strdup (id), g_free, (GDestroyNotify) wg_draft_free, NULL,
                      callback, user_data);
}

static gpointer
delete_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_draft_delete (context, data, error) ? GINT_TO_POINTER (1) : NULL;
}

/**
 * wg_draft_jobs_delete:
 * @store: the store
 * @id: a draft
 * @callback: called in the UI thread
 * @user_data: for @callback
 *
 * Throws a draft away.
 *
 * Thread: UI.
 * Errors: those of wg_draft_delete().
 */
void
wg_draft_jobs_delete (WgStore *store,
                      const char *id,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  wg_store_run_async (store, delete_job, g_strdup (id), g_free, NULL, NULL, callback, user_data);
}

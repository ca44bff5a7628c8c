/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the screens ask of the store, as jobs started from the UI; end each with
 * wg_store_run_finish(). */
#include "app/field/wg-event-jobs.h"

/* Parameters of any of these jobs; what a job does not need stays empty. */
typedef struct
{
  WgEvent *event;
  char *id, *draft_id, *redo_of, *opinion;
  gint64 hold_ms;
  WgAction action;
  WgEventLevel level;
  WgEventList which;
  guint limit;
} Ask;

static void
ask_free (Ask *ask)
{
  wg_event_free (ask->event);
  g_free (ask->id);
  g_free (ask->draft_id);
  g_free (ask->redo_of);
  g_free (ask->opinion);
  g_free (ask);
}

static void
run (WgStore *store,
     WgStoreJob job,
     Ask *ask,
     GDestroyNotify result_free,
     GCancellable *cancellable,
     GAsyncReadyCallback callback,
     gpointer user_data)
{
  wg_store_run_async (store, job, ask, (GDestroyNotify) ask_free, result_free, cancellable,
                      callback, user_data);
}

static gpointer
from_boolean (gboolean done)
{
  return done ? GINT_TO_POINTER (1) : NULL;
}

/**
 * wg_captured_free:
 * @captured: (nullable) (transfer full): what one tap gave
 *
 * Frees it.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_captured_free (WgCaptured *captured)
{
  if (captured == NULL)
    return;
  g_free (captured->id);
  g_clear_pointer (&captured->alike, g_ptr_array_unref);
  g_free (captured);
}

/* Saved first, compared afterwards: a tap is never lost to a slow comparison. */
static gpointer
capture_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  Ask *ask = data;
  g_autoptr (WgCaptured) captured = g_new0 (WgCaptured, 1);
  g_autoptr (GError) failed = NULL;

  captured->id = wg_event_store_create (context, ask->event, ask->hold_ms, NULL, error);
  if (captured->id == NULL)
    return NULL;
  g_set_str (&ask->event->id, captured->id);
  captured->alike = wg_event_store_lookalikes (context, ask->event, &failed);
  if (captured->alike == NULL)
    {
      g_warning ("event %s saved, but not compared: %s", captured->id, failed->message);
      captured->alike = g_ptr_array_new ();
    }
  return g_steal_pointer (&captured);
}

/**
 * wg_event_jobs_capture:
 * @store: the store
 * @event: a new event
 * @hold_ms: how long it may be undone
 * @callback: called in the UI thread
 * @user_data: for @callback
 *
 * Saves an event at once with a hold, then looks for events like it. Gives a #WgCaptured.
 *
 * Thread: UI.
 * Errors: those of wg_event_store_create().
 */
void
wg_event_jobs_capture (WgStore *store,
                       const WgEvent *event,
                       gint64 hold_ms,
                       GAsyncReadyCallback callback,
                       gpointer user_data)
{
  Ask *ask = g_new0 (Ask, 1);

  ask->event = wg_event_copy (event);
  ask->hold_ms = hold_ms;
  run (store, capture_job, ask, (GDestroyNotify) wg_captured_free, NULL, callback, user_data);
}

static gpointer
create_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  Ask *ask = data;

  return wg_event_store_create (context, ask->event, 0, ask->draft_id, error);
}

/**
 * wg_event_jobs_create:
 * @store: the store
 * @event: a new event
 * @draft_id: (nullable): the draft it came from, removed with it
 * @callback: called in the UI thread
 * @user_data: for @callback
 *
 * Saves an event that goes out without a hold. Gives its id.
 *
 * Thread: UI.
 * Errors: those of wg_event_store_create().
 */
void
wg_event_jobs_create (WgStore *store,
                      const WgEvent *event,
                      const char *draft_id,
                      GAsyncReadyCallback callback,
                      gpointer user_data)
{
  Ask *ask = g_new0 (Ask, 1);

  ask->event = wg_event_copy (event);
  ask->draft_id = g_strdup (draft_id);
  run (store, create_job, ask, g_free, NULL, callback, user_data);
}

static gpointer
undo_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return from_boolean (wg_event_store_undo (context, ((Ask *) data)->id, error));
}

/**
 * wg_event_jobs_undo:
 * @store: the store
 * @id: a held event
 * @callback: called in the UI thread
 * @user_data: for @callback
 *
 * Takes back an event whose hold has not ended.
 *
 * Thread: UI.
 * Errors: those of wg_event_store_undo().
 */
void
wg_event_jobs_undo (WgStore *store,
                    const char *id,
                    GAsyncReadyCallback callback,
                    gpointer user_data)
{
  Ask *ask = g_new0 (Ask, 1);

  ask->id = g_strdup (id);
  run (store, undo_job, ask, NULL, NULL, callback, user_data);
}

static gpointer
mend_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  Ask *ask = data;

  if (!wg_event_store_mend (context, ask->event, ask->redo_of, error))
    return NULL;
  return from_boolean (ask->draft_id == NULL || wg_draft_delete (context, ask->draft_id, error));
}

/**
 * wg_event_jobs_mend:
 * @store: the store
 * @event: new content of an event
 * @redo_of: (nullable): the refused operation this mends
 * @draft_id: (nullable): the draft it came from
 * @callback: called in the UI thread
 * @user_data: for @callback
 *
 * Changes an event in place while it is held, else sends what changed; a returned one is
 * reported again with it.
 *
 * Thread: UI.
 * Errors: those of wg_event_store_mend().
 */
void
wg_event_jobs_mend (WgStore *store,
                    const WgEvent *event,
                    const char *redo_of,
                    const char *draft_id,
                    GAsyncReadyCallback callback,
                    gpointer user_data)
{
  Ask *ask = g_new0 (Ask, 1);

  ask->event = wg_event_copy (event);
  ask->redo_of = g_strdup (redo_of);
  ask->draft_id = g_strdup (draft_id);
  run (store, mend_job, ask, NULL, NULL, callback, user_data);
}

static gpointer
step_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  Ask *ask = data;

  return from_boolean (
      wg_event_store_step (context, ask->id, ask->action, ask->opinion, NULL, error));
}

/**
 * wg_event_jobs_step:
 * @store: the store
 * @id: an event
 * @action: what is done to it
 * @opinion: (nullable): words
 * @callback: called in the UI thread
 * @user_data: for @callback
 *
 * Takes a step with an event.
 *
 * Thread: UI.
 * Errors: those of wg_event_store_step().
 */
void
wg_event_jobs_step (WgStore *store,
                    const char *id,
                    WgAction action,
                    const char *opinion,
                    GAsyncReadyCallback callback,
                    gpointer user_data)
{
  Ask *ask = g_new0 (Ask, 1);

  ask->id = g_strdup (id);
  ask->action = action;
  ask->opinion = g_strdup (opinion);
  run (store, step_job, ask, NULL, NULL, callback, user_data);
}

static gpointer
get_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_event_store_get (context, ((Ask *) data)->id, error);
}

/**
 * wg_event_jobs_get:
 * @store: the store
 * @id: an event
 * @cancellable: (nullable): to give up
 * @callback: called in the UI thread
 * @user_data: for @callback
 *
 * Reads one event as the screens see it. Gives a #WgEventView.
 *
 * Thread: UI.
 * Errors: those of wg_event_store_get().
 */
void
wg_event_jobs_get (WgStore *store,
                   const char *id,
                   GCancellable *cancellable,
                   GAsyncReadyCallback callback,
                   gpointer user_data)
{
  Ask *ask = g_new0 (Ask, 1);

  ask->id = g_strdup (id);
  run (store, get_job, ask, (GDestroyNotify) wg_event_view_free, cancellable, callback, user_data);
}

static gpointer
lookalikes_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_event_store_lookalikes (context, ((Ask *) data)->event, error);
}

/**
 * wg_event_jobs_lookalikes:
 * @store: the store
 * @event: an event that is about to be reported
 * @callback: called in the UI thread
 * @user_data: for @callback
 *
 * Looks for events that may be the same. Gives a #GPtrArray of #WgEventItem, at most 3.
 *
 * Thread: UI.
 * Errors: those of wg_event_store_lookalikes().
 */
void
wg_event_jobs_lookalikes (WgStore *store,
                          const WgEvent *event,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  Ask *ask = g_new0 (Ask, 1);

  ask->event = wg_event_copy (event);
  run (store, lookalikes_job, ask, (GDestroyNotify) g_ptr_array_unref, NULL, callback, user_data);
}

static gpointer
top_classes_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  Ask *ask = data;

  return wg_event_store_top_classes (context, ask->level, ask->limit, error);
}

/**
 * wg_event_jobs_top_classes:
 * @store: the store
 * @level: a level
 * @limit: how many at most
 * @cancellable: (nullable): to give up
 * @callback: called in the UI thread
 * @user_data: for @callback
 *
 * Asks for the classes this worker uses most. Gives a #GStrv of codes, best first.
 *
 * Thread: UI.
 * Errors: those of wg_event_store_top_classes().
 */
void
wg_event_jobs_top_classes (WgStore *store,
                           WgEventLevel level,
                           guint limit,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data)
{
  Ask *ask = g_new0 (Ask, 1);

  ask->level = level;
  ask->limit = limit;
  run (store, top_classes_job, ask, (GDestroyNotify) g_strfreev, cancellable, callback, user_data);
}

static gpointer
list_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  Ask *ask = data;

  return wg_event_store_list (context, ask->which, 0, ask->limit, error);
}

/* Whether two items would be drawn alike. */
static gboolean
is_same_item (gconstpointer a, gconstpointer b)
{
  const WgEventView *one = wg_event_item_get_view (WG_EVENT_ITEM ((gpointer) a));
  const WgEventView *other = wg_event_item_get_view (WG_EVENT_ITEM ((gpointer) b));

  return g_strcmp0 (one->event->id, other->event->id) == 0 && one->truth == other->truth &&
         one->n_waiting == other->n_waiting && one->n_photos_waiting == other->n_photos_waiting &&
         one->hold_until_ms == other->hold_until_ms && one->refusal == other->refusal &&
         one->event->state == other->event->state && one->event->ver == other->event->ver &&
         g_strcmp0 (one->class_name, other->class_name) == 0 &&
         g_strcmp0 (one->event->title, other->event->title) == 0 &&
         g_strcmp0 (one->event->description, other->event->description) == 0;
}

/**
 * wg_event_jobs_new_model:
 * @store: the store
 * @which: which events
 * @limit: how many at most
 *
 * Makes a list of events that follows the store by itself.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: (transfer full): a list model of #WgEventItem
 */
WgQueryModel *
wg_event_jobs_new_model (WgStore *store, WgEventList which, guint limit)
{
  static const char *const topics[] = { "events", "outbox", "photos", NULL };
  Ask *ask = g_new0 (Ask, 1);

  ask->which = which;
  ask->limit = limit;
  return wg_query_model_new (store, topics, list_job, ask, (GDestroyNotify) ask_free, is_same_item);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sync thread: waits for a reason, runs a round, says how it stands. */
#include "sync/wg-sync.h"

#include "store/wg-event-store.h"
#include "store/wg-outbox.h"
#include "sync/wg-backoff.h"
#include "sync/wg-sync-round.h"

#define JOB_DONE GINT_TO_POINTER (1)
#define NETWORK_SPREAD_MS (30 * 1000) /* a whole office comes back at once */

struct _WgSync
{
  GObject parent_instance;

  WgStore *store;
  GMainContext *context; /* of the maker */

  GMutex round_mutex; /* one round at a time */
  WgSyncRound *round; /* made at the first one */

  GMutex mutex; /* all below */
  GCond cond;
  GThread *thread;
  GCancellable *cancellable;
  WgSyncTimes times;
  gboolean stopping, poked, nudged;
  gboolean photos_allowed;
  gint64 due_us; /* monotonic; of the next round by itself */
  WgSyncEventKind fault;
  WgSyncStatus status;
  gboolean announcing;

  gulong store_handler, network_handler;
};

G_DEFINE_FINAL_TYPE (WgSync, wg_sync, G_TYPE_OBJECT)

enum
{
  CHANGED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

/**
 * wg_sync_status_copy:
 * @status: a status
 *
 * Copies a status.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): the copy
 */
WgSyncStatus *
wg_sync_status_copy (const WgSyncStatus *status)
{
  WgSyncStatus *copy = g_memdup2 (status, sizeof *status);

  copy->message = g_strdup (status->message);
  return copy;
}

/**
 * wg_sync_status_free:
 * @status: (transfer full) (nullable): a status
 *
 * Frees a status.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_sync_status_free (WgSyncStatus *status)
{
  if (status == NULL)
    return;
  g_free (status->message);
  g_free (status);
}

/**
 * wg_sync_state_to_string:
 * @state: a state
 *
 * The state's name in JSON.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer none): a word
 */
const char *
wg_sync_state_to_string (WgSyncState state)
{
  static const char *const names[] = {
    [WG_SYNC_IDLE] = "idle",       [WG_SYNC_WORKING] = "working", [WG_SYNC_OFFLINE] = "offline",
    [WG_SYNC_WAITING] = "waiting", [WG_SYNC_FOREIGN] = "foreign", [WG_SYNC_REVOKED] = "revoked",
    [WG_SYNC_TOO_OLD] = "too-old", [WG_SYNC_FORKED] = "forked",   [WG_SYNC_WIPED] = "wiped",
  };

  return names[state];
}

/* --- telling ------------------------------------------------------------------------------- */

static gboolean
on_announce_cb (gpointer data)
{
  g_autoptr (WgSync) self = g_weak_ref_get (data);

  if (self != NULL)
    {
      g_mutex_lock (&self->mutex);
      self->announcing = FALSE;
      g_mutex_unlock (&self->mutex);
      g_signal_emit (self, signals[CHANGED], 0);
    }
  return G_SOURCE_REMOVE;
}

static void
weak_ref_free (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

/* With the mutex held; several changes become one signal. */
static void
announce (WgSync *self)
{
  GSource *source;
  GWeakRef *ref;

  if (self->announcing)
    return;
  self->announcing = TRUE;
  ref = g_new0 (GWeakRef, 1);
  g_weak_ref_init (ref, self);
  source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_static_name (source, "wg-sync changed");
  g_source_set_callback (source, on_announce_cb, ref, weak_ref_free);
  g_source_attach (source, self->context);
  g_source_unref (source);
}

static WgSyncState
state_of (const WgSyncRound *round)
{
  switch (round->machine.stage)
    {
    case WG_STAGE_IDLE:
      return round->machine.too_old ? WG_SYNC_TOO_OLD : WG_SYNC_IDLE;
    case WG_STAGE_BACKOFF:
      if (round->machine.too_old)
        return WG_SYNC_TOO_OLD;
      return round->fault == WG_SYNC_EVENT_OFFLINE || round->fault == WG_SYNC_EVENT_TIMEOUT
                 ? WG_SYNC_OFFLINE
                 : WG_SYNC_WAITING;
    case WG_STAGE_FOREIGN:
      return WG_SYNC_FOREIGN;
    case WG_STAGE_FORKED:
      return WG_SYNC_FORKED;
    case WG_STAGE_REVOKED:
      return WG_SYNC_REVOKED;
    case WG_STAGE_WIPED:
      return WG_SYNC_WIPED;
    default:
      return WG_SYNC_WORKING;
    }
}

static void
on_step_cb (WgSyncRound *round, double progress, gpointer data)
{
  WgSync *self = data;

  g_mutex_lock (&self->mutex);
  round->photos_allowed = self->photos_allowed;
  if (!wg_sync_stage_is_resting (round->machine.stage))
    self->status.state = WG_SYNC_WORKING;
  self->status.photo_progress = MAX (progress, 0);
  announce (self);
  g_mutex_unlock (&self->mutex);
}

/* --- what waits ---------------------------------------------------------------------------- */

typedef struct
{
  gboolean has_waiting;
  guint n_photos;
  gint64 release_in_ms; /* −1: nothing is held */
  gint64 last_sync_ms;
  gint64 moved_ms;
  char *revoked;
} Outlook;

static void
outlook_clear (Outlook *outlook)
{
  g_clear_pointer (&outlook->revoked, g_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Outlook, outlook_clear)

static gpointer
look_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  Outlook *outlook = data;
  g_autoptr (GError) failure = NULL;
  g_autofree char *last_sync = NULL, *moved = NULL;
  WgEventCounts counts = { 0 };
  gint64 release_ms = 0;

  outlook->has_waiting = wg_outbox_has_waiting (context, &failure);
  if (failure == NULL)
    release_ms = wg_event_store_next_release_ms (context, &failure);
  if (failure == NULL && wg_event_store_count (context, &counts, &failure))
    last_sync = wg_store_get_meta (context, "last_sync_ms", &failure);
  if (failure == NULL)
    moved = wg_store_get_meta (context, "moved_ms", &failure);
  if (failure == NULL)
    outlook->revoked = wg_store_get_meta (context, "revoked", &failure);
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }
  outlook->n_photos = counts.n_photos;
  outlook->last_sync_ms = last_sync != NULL ? g_ascii_strtoll (last_sync, NULL, 10) : 0;
  outlook->moved_ms = moved != NULL ? g_ascii_strtoll (moved, NULL, 10) : 0;
  outlook->release_in_ms =
      release_ms > 0 ? MAX (release_ms - wg_ports_wall_ms (context->ports), 0) : -1;
  return JOB_DONE;
}

/* --- a round ------------------------------------------------------------------------------- */

static gboolean
make_round (WgSync *self, GError **error)
{
  if (self->round != NULL)
    return TRUE;
  self->round = wg_sync_round_new (self->store, error);
  if (self->round == NULL)
    return FALSE;
  self->round->on_step = on_step_cb;
  self->round->on_step_data = self;
  wg_http_set_time_outs (self->round->http, self->times.connect_ms, self->times.stall_ms);
  return TRUE;
}

/* With the round's mutex held. */
static void
note_end (WgSync *self, const Outlook *outlook, const GError *error)
{
  const WgSyncRound *round = self->round;
  const WgPorts *ports = wg_store_get_ports (self->store);
  WgSyncPlan plan = { .fault = WG_SYNC_EVENT_FAILED, .failures = 1, .retry_after_s = -1 };
  gint64 delay;

  g_mutex_lock (&self->mutex);
  plan.waiting = outlook->has_waiting || (outlook->n_photos > 0 && self->photos_allowed);
  plan.release_in_ms = outlook->release_in_ms;
  plan.waiting_ms = self->times.waiting_ms;
  plan.idle_ms = self->times.idle_ms;
  self->status.state = WG_SYNC_WAITING;
  if (round != NULL)
    {
      plan.fault = round->fault;
      plan.failures = round->machine.failures;
      plan.retry_after_s = round->retry_after_s;
      self->status.state = state_of (round);
    }
  delay = wg_sync_plan_delay_ms (&plan, ports);
  self->fault = plan.fault;
  self->due_us = g_get_monotonic_time () + delay * 1000;
  self->status.next_try_ms = wg_ports_wall_ms (ports) + delay;
  g_set_str (&self->status.message, error != NULL ? error->message : NULL);
  self->status.n_photos_left = outlook->n_photos;
  self->status.moved_ms = outlook->moved_ms;
  self->status.photo_progress = 0;
  self->status.all_synced = error == NULL && !outlook->has_waiting && outlook->release_in_ms < 0 &&
                            round != NULL && round->digest_matched;
  if (error == NULL)
    self->status.last_success_ms = wg_ports_wall_ms (ports);
  announce (self);
  g_mutex_unlock (&self->mutex);
}

/**
 * wg_sync_run_round:
 * @self: a sync
 * @cancellable: (nullable): stops at any byte
 * @error: return location for an error
 *
 * One whole round in the calling thread: hello, session, push, pull, photos. When the sync's own
 * thread is at it, its round is waited for and another follows.
 *
 * Thread: any but the UI's; blocks.
 * Errors: what ended the round: %WG_SYNC_ERROR, %WG_WIRE_ERROR, %WG_STORE_ERROR,
 * %G_IO_ERROR_CANCELLED.
 *
 * Returns: %TRUE when the round reached its end
 */
gboolean
wg_sync_run_round (WgSync *self, GCancellable *cancellable, GError **error)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->round_mutex);
  g_autoptr (GError) failure = NULL;
  g_auto (Outlook) outlook = { .release_in_ms = -1 };

  if (make_round (self, &failure))
    {
      g_mutex_lock (&self->mutex);
      self->round->photos_allowed = self->photos_allowed;
      self->status.state = WG_SYNC_WORKING;
      announce (self);
      g_mutex_unlock (&self->mutex);
      wg_sync_round_run (self->round, cancellable, &failure);
    }
  wg_store_run (self->store, look_job, &outlook, failure == NULL ? &failure : NULL);
  note_end (self, &outlook, failure);
  if (failure == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return FALSE;
}

/* --- the thread ---------------------------------------------------------------------------- */

/* Somebody asked to wait, or there is nobody to talk to: new work changes nothing about that. */
static gboolean
must_keep_still (WgSyncEventKind fault)
{
  return fault == WG_SYNC_EVENT_BUSY || fault == WG_SYNC_EVENT_FAILED ||
         fault == WG_SYNC_EVENT_REVOKED || fault == WG_SYNC_EVENT_FORKED ||
         fault == WG_SYNC_EVENT_WIPE;
}

/* The outbox changed: is it for us, and when? */
static gboolean
look_at_outbox (WgSync *self)
{
  g_auto (Outlook) outlook = { .release_in_ms = -1 };
  g_autoptr (GError) error = NULL;
  gboolean now;

  if (wg_store_run (self->store, look_job, &outlook, &error) == NULL)
    {
      g_debug ("outbox not readable: %s", error->message);
      return FALSE;
    }
  g_mutex_lock (&self->mutex);
  now = outlook.has_waiting && !must_keep_still (self->fault);
  if (outlook.release_in_ms >= 0)
    self->due_us =
        MIN (self->due_us, g_get_monotonic_time () + outlook.release_in_ms * 1000 + 1000);
  if (outlook.has_waiting || outlook.release_in_ms >= 0)
    self->status.all_synced = FALSE;
  g_mutex_unlock (&self->mutex);
  return now;
}

/* Waits for a reason; %FALSE: the end. */
static gboolean
wait_for_reason (WgSync *self)
{
  gboolean nudged = FALSE;

  g_mutex_lock (&self->mutex);
  while (!self->stopping && !self->poked && !self->nudged && g_get_monotonic_time () < self->due_us)
    g_cond_wait_until (&self->cond, &self->mutex, self->due_us);
  if (self->stopping)
    {
      g_mutex_unlock (&self->mutex);
      return FALSE;
    }
  nudged = self->nudged && !self->poked && g_get_monotonic_time () < self->due_us;
  self->nudged = FALSE;
  self->poked = FALSE;
  g_mutex_unlock (&self->mutex);
  return !nudged || look_at_outbox (self) || wait_for_reason (self);
}

/* What the last run left behind; a device that was shut out asks again only when told to. */
static void
recall (WgSync *self)
{
  g_auto (Outlook) outlook = { .release_in_ms = -1 };
  g_autoptr (GError) error = NULL;

  if (wg_store_run (self->store, look_job, &outlook, &error) == NULL)
    {
      g_debug ("outbox not readable: %s", error->message);
      return;
    }
  g_mutex_lock (&self->mutex);
  self->status.last_success_ms = outlook.last_sync_ms;
  self->status.moved_ms = outlook.moved_ms;
  self->status.n_photos_left = outlook.n_photos;
  if (outlook.revoked != NULL)
    {
      self->status.state = WG_SYNC_REVOKED;
      g_set_str (&self->status.message, outlook.revoked);
      self->fault = WG_SYNC_EVENT_REVOKED;
      self->due_us = g_get_monotonic_time () + (gint64) WG_BACKOFF_LAST_MS * 1000;
    }
  announce (self);
  g_mutex_unlock (&self->mutex);
}

static gpointer
thread_main (gpointer data)
{
  WgSync *self = data;

  recall (self);
  while (wait_for_reason (self))
    {
      g_autoptr (GError) error = NULL;

      if (!wg_sync_run_round (self, self->cancellable, &error))
        g_debug ("round ended: %s", error->message);
    }
  return NULL;
}

static void
on_store_changed_cb (WgStore *store, const char *topic, WgSync *self)
{
  if (!g_str_equal (topic, "outbox") && !g_str_equal (topic, "photos"))
    return;
  g_mutex_lock (&self->mutex);
  self->nudged = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);
}

/* A hint only: the monitor may be wrong both ways. */
static void
on_network_changed_cb (GNetworkMonitor *monitor, gboolean available, WgSync *self)
{
  gint64 soon_us =
      g_get_monotonic_time () + (gint64) g_random_int_range (0, NETWORK_SPREAD_MS) * 1000;

  if (!available)
    return;
  g_mutex_lock (&self->mutex);
  if (!must_keep_still (self->fault))
    self->due_us = MIN (self->due_us, soon_us);
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);
}

/* --- public -------------------------------------------------------------------------------- */

/**
 * wg_sync_new:
 * @store: an open store
 *
 * Makes a sync at rest. WgSync::changed comes in the thread-default main context of the caller.
 *
 * Thread: any; does not block.
 * Errors: none.
 *
 * Returns: (transfer full): a sync
 */
WgSync *
wg_sync_new (WgStore *store)
{
  WgSync *self = g_object_new (WG_TYPE_SYNC, NULL);

  self->store = g_object_ref (store);
  return self;
}

/**
 * wg_sync_set_times:
 * @self: a sync that was not started
 * @times: how long to wait; 0 keeps a default
 *
 * Changes the waiting times.
 *
 * Thread: the maker's.
 * Errors: none.
 */
void
wg_sync_set_times (WgSync *self, const WgSyncTimes *times)
{
  if (times->connect_ms > 0)
    self->times.connect_ms = times->connect_ms;
  if (times->stall_ms > 0)
    self->times.stall_ms = times->stall_ms;
  self->times.waiting_ms = times->waiting_ms;
  self->times.idle_ms = times->idle_ms;
}

/**
 * wg_sync_start:
 * @self: a sync
 *
 * Starts the thread. It tries at once, then when the outbox changes, when a hold ends, when the
 * network seems to be back, when poked, and every 50 s at least while something waits.
 *
 * Thread: the maker's.
 * Errors: none.
 */
void
wg_sync_start (WgSync *self)
{
  if (self->thread != NULL)
    return;
  self->stopping = FALSE;
  self->due_us = g_get_monotonic_time ();
  self->cancellable = g_cancellable_new ();
  self->store_handler =
      g_signal_connect (self->store, "changed", G_CALLBACK (on_store_changed_cb), self);
  self->network_handler = g_signal_connect (g_network_monitor_get_default (), "network-changed",
                                            G_CALLBACK (on_network_changed_cb), self);
  self->thread = g_thread_new ("wg-sync", thread_main, self);
}

/**
 * wg_sync_stop:
 * @self: a sync
 *
 * Ends the thread, at whatever byte it is. What was on its way waits again.
 *
 * Thread: the maker's; waits for a job of the store at most.
 * Errors: none.
 */
void
wg_sync_stop (WgSync *self)
{
  if (self->thread == NULL)
    return;
  g_clear_signal_handler (&self->store_handler, self->store);
  g_clear_signal_handler (&self->network_handler, g_network_monitor_get_default ());
  g_mutex_lock (&self->mutex);
  self->stopping = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);
  g_cancellable_cancel (self->cancellable);
  g_thread_join (g_steal_pointer (&self->thread));
  g_clear_object (&self->cancellable);
}

/**
 * wg_sync_poke:
 * @self: a sync
 *
 * "Send now": a round begins at once, past every delay.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_sync_poke (WgSync *self)
{
  g_mutex_lock (&self->mutex);
  self->poked = TRUE;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);
}

/**
 * wg_sync_set_photos_allowed:
 * @self: a sync
 * @allowed: %FALSE: only operations travel, no photos and no map pack
 *
 * Allows or stops the second lane. Takes effect after the piece that is on its way.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_sync_set_photos_allowed (WgSync *self, gboolean allowed)
{
  g_mutex_lock (&self->mutex);
  if (allowed && !self->photos_allowed)
    self->nudged = TRUE;
  if (allowed && !self->photos_allowed && self->status.n_photos_left > 0)
    self->due_us = MIN (self->due_us, g_get_monotonic_time ());
  self->photos_allowed = allowed;
  g_cond_signal (&self->cond);
  g_mutex_unlock (&self->mutex);
}

/**
 * wg_sync_dup_status:
 * @self: a sync
 *
 * How it stands now.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): a copy
 */
WgSyncStatus *
wg_sync_dup_status (WgSync *self)
{
  WgSyncStatus *copy;

  g_mutex_lock (&self->mutex);
  copy = wg_sync_status_copy (&self->status);
  g_mutex_unlock (&self->mutex);
  return copy;
}

static void
wg_sync_dispose (GObject *object)
{
  wg_sync_stop (WG_SYNC (object));
  G_OBJECT_CLASS (wg_sync_parent_class)->dispose (object);
}

static void
wg_sync_finalize (GObject *object)
{
  WgSync *self = WG_SYNC (object);

  g_clear_pointer (&self->round, wg_sync_round_free);
  g_clear_object (&self->store);
  g_clear_pointer (&self->context, g_main_context_unref);
  g_clear_pointer (&self->status.message, g_free);
  g_mutex_clear (&self->round_mutex);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
  G_OBJECT_CLASS (wg_sync_parent_class)->finalize (object);
}

static void
wg_sync_class_init (WgSyncClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = wg_sync_dispose;
  object_class->finalize = wg_sync_finalize;

  /**
   * WgSync::changed:
   *
   * The status is another one. Several changes may come as one.
   */
  signals[CHANGED] = g_signal_new ("changed", WG_TYPE_SYNC, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 0);
}

static void
wg_sync_init (WgSync *self)
{
  self->context = g_main_context_ref_thread_default ();
  self->photos_allowed = TRUE;
  self->fault = WG_SYNC_EVENT_DONE;
  self->times.connect_ms = 10 * 1000;
  self->times.stall_ms = 30 * 1000;
  g_mutex_init (&self->round_mutex);
  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The store thread: runs jobs one after another, ends holds in time, opens anew after a disk fault.
 */
#include "store/wg-store-thread.h"

#include "wire/wg-wire-ref.h"

#define LOOK_AGAIN_MS 30000 /* a clock that was set is noticed after that at the latest */
#define REFILL_MS 60000

typedef struct
{
  GMutex mutex;
  GCond cond;
  gboolean done;
  gpointer result;
  GError *error;
} Wait;

typedef struct
{
  WgStoreJob job; /* %NULL: stop */
  gpointer data;
  GDestroyNotify data_free, result_free;
  GTask *task;
  Wait *wait;
} Job;

struct _WgStoreThread
{
  char *folder;
  WgPorts ports;
  const guint8 *key;
  WgStoreAnnounce announce;
  gpointer owner;
  GThread *thread;
  GAsyncQueue *jobs;
  WgStoreInner inner;
  WgIdentity *identity;
  GPtrArray *workers;   /* of WgWorker, the newest last: others may still look at an older one */
  WgStandard *standard; /* owner of the context's */
  gint64 next_release_ms;
  gint64 refill_boot_ms;
  gboolean must_reopen;
};

/* --- waiting for a result -------------------------------------------------------------------- */

static void
init_wait (Wait *wait)
{
  *wait = (Wait) { 0 };
  g_mutex_init (&wait->mutex);
  g_cond_init (&wait->cond);
}

static gpointer
finish_wait (Wait *wait, GError **error)
{
  g_mutex_lock (&wait->mutex);
  while (!wait->done)
    g_cond_wait (&wait->cond, &wait->mutex);
  g_mutex_unlock (&wait->mutex);
  g_mutex_clear (&wait->mutex);
  g_cond_clear (&wait->cond);
  if (wait->error)
    g_propagate_error (error, wait->error);
  return wait->result;
}

static void
wake (Wait *wait, gpointer result, GError *error)
{
  g_mutex_lock (&wait->mutex);
  wait->result = result;
  wait->error = error;
  wait->done = TRUE;
  g_cond_signal (&wait->cond);
  g_mutex_unlock (&wait->mutex);
}

/* --- the database ---------------------------------------------------------------------------- */

static gboolean
load_reference (WgStoreThread *self, WgReference **out_reference, GError **error)
{
  WgStoreContext *context = &self->inner.public;
  WgReference *reference = wg_reference_load (context, context->worker->id, error);

  if (reference == NULL)
    return FALSE;
  g_clear_pointer (&self->standard, wg_standard_unref);
  if (reference->standard)
    self->standard = wg_standard_ref (reference->standard);
  context->standard = self->standard;
  g_hash_table_unref (self->inner.standards);
  self->inner.standards = g_hash_table_ref (reference->standards);
  if (reference->worker)
    {
      g_ptr_array_add (self->workers, g_steal_pointer (&reference->worker));
      context->worker = g_ptr_array_index (self->workers, self->workers->len - 1);
    }
  *out_reference = reference;
  return TRUE;
}

static void
announce (WgStoreThread *self)
{
  GHashTable *topics = self->inner.public.topics;
  WgReference *reference = NULL;

  if (g_hash_table_size (topics) == 0)
    return;
  if (g_hash_table_contains (topics, g_intern_static_string ("outbox")))
    {
      g_autoptr (GError) error = NULL;
      self->next_release_ms = wg_event_store_next_release_ms (&self->inner.public, &error);
      if (error)
        g_debug ("looking for holds: %s", error->message);
    }
  if (g_hash_table_contains (topics, g_intern_static_string ("reference")))
    {
      g_autoptr (GError) error = NULL;
      if (!load_reference (self, &reference, &error))
        g_debug ("reading reference tables: %s", error->message);
    }
  self->announce (self->owner, topics, reference);
  g_hash_table_remove_all (topics);
}

static gboolean
open_db (WgStoreThread *self, GError **error)
{
  WgStoreContext *context = &self->inner.public;
  g_autoptr (WgWorker) worker = NULL;

  context->db = wg_store_files_open_db (self->folder, self->key, error);
  if (context->db == NULL)
    return FALSE;
  if (self->identity)
    return TRUE;
  self->identity = wg_identity_load (context, error);
  if (self->identity == NULL)
    return FALSE;
  worker = wg_wire_worker_from_json (self->identity->worker_json, error);
  if (worker == NULL)
    {
      wg_store_adapt_error (error);
      return FALSE;
    }
  context->identity = self->identity;
  context->worker = worker;
  g_ptr_array_add (self->workers, g_steal_pointer (&worker));
  /* Everybody is told everything once: models may wait for it already. */
  wg_store_context_touch (context, "reference");
  wg_store_context_touch (context, "outbox");
  return TRUE;
}

/* After a failed sync it is not known what the disk holds: only what is read anew is true. */
static gboolean
ensure_db (WgStoreThread *self, GError **error)
{
  WgStoreContext *context = &self->inner.public;

  if (self->must_reopen)
    g_clear_pointer (&context->db, wg_db_close);
  self->must_reopen = FALSE;
  if (context->db)
    return TRUE;
  if (!open_db (self, error))
    {
      g_clear_pointer (&context->db, wg_db_close);
      return FALSE;
    }
  for (const char *const *topic = (const char *[]) { "events", "outbox", "drafts", "photos", NULL };
       *topic; topic++)
    wg_store_context_touch (context, *topic);
  return TRUE;
}

/* --- jobs ------------------------------------------------------------------------------------ */

static gpointer
call_job (WgStoreThread *self, Job *job, GError **error)
{
  WgStoreContext *context = &self->inner.public;
  GCancellable *cancellable = job->task ? g_task_get_cancellable (job->task) : NULL;
  g_autoptr (GError) local = NULL;
  gpointer result = NULL;

  if (g_cancellable_set_error_if_cancelled (cancellable, error))
    return NULL;
  if (ensure_db (self, &local))
    {
      result = job->job (context, job->data, cancellable, &local);
      while (wg_db_in_transaction (context->db))
        wg_db_rollback (context->db);
      wg_db_reset_statements (context->db);
      self->must_reopen = g_error_matches (local, WG_DB_ERROR, WG_DB_ERROR_IO);
    }
  wg_store_adapt_error (&local);
  if (local)
    g_propagate_error (error, g_steal_pointer (&local));
  return result;
}

static void
run_job (WgStoreThread *self, Job *job)
{
  GError *error = NULL;
  gpointer result = call_job (self, job, &error);

  if (job->data_free)
    job->data_free (job->data);
  announce (self);
  if (job->wait)
    wake (job->wait, result, error);
  else if (error)
    {
      if (result && job->result_free)
        job->result_free (result);
      g_task_return_error (job->task, error);
    }
  else
    g_task_return_pointer (job->task, result, job->result_free);
  g_clear_object (&job->task);
  g_free (job);
}

static gpointer
release_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  int n = wg_event_store_release (context, wg_ports_wall_ms (context->ports), error);

  return GINT_TO_POINTER (n >= 0);
}

static void
run_release (WgStoreThread *self)
{
  Job job = { .job = release_job };
  g_autoptr (GError) error = NULL;
  gboolean ended = call_job (self, &job, &error) != NULL;

  announce (self); /* looks for the next hold, too */
  if (ended)
    return;
  g_debug ("ending holds: %s", error->message);
  /* Not at once again: the disk may be full. */
  self->next_release_ms = wg_ports_wall_ms (&self->ports) + LOOK_AGAIN_MS;
}

static void
run_due (WgStoreThread *self)
{
  gint64 now_ms = wg_ports_wall_ms (&self->ports);
  gint64 boot_ms = wg_ports_boot_ms (&self->ports);
  gint64 ahead_ms = self->next_release_ms - now_ms;

  if (self->next_release_ms > 0 && (ahead_ms <= 0 || ahead_ms > WG_HOLD_MAX_MS))
    run_release (self);
  if (!self->inner.reserve_missing)
    self->refill_boot_ms = 0;
  else if (self->refill_boot_ms == 0)
    self->refill_boot_ms = boot_ms; /* given up just now: whoever needed it goes first */
  else if (boot_ms - self->refill_boot_ms >= REFILL_MS)
    {
      self->refill_boot_ms = boot_ms;
      wg_health_refill_reserve (&self->inner.public);
      announce (self);
    }
}

/* −1: until something comes. */
static gint64
get_wait_us (WgStoreThread *self)
{
  gint64 wait_ms = -1;

  if (self->next_release_ms > 0)
    wait_ms = CLAMP (self->next_release_ms - wg_ports_wall_ms (&self->ports), 1, LOOK_AGAIN_MS);
  if (self->inner.reserve_missing)
    wait_ms = wait_ms < 0 ? REFILL_MS : MIN (wait_ms, REFILL_MS);
  return wait_ms < 0 ? -1 : wait_ms * 1000;
}

static void
close_db (WgStoreThread *self)
{
  WgStoreContext *context = &self->inner.public;
  g_autoptr (GError) error = NULL;

  if (context->db == NULL)
    return;
  if (!wg_db_checkpoint (context->db, &error))
    g_debug ("the log stays: %s", error->message);
  g_clear_pointer (&context->db, wg_db_close);
}

static gpointer
run_thread (gpointer data)
{
  WgStoreThread *self = data;

  for (;;)
    {
      gint64 wait_us = get_wait_us (self);
      Job *job = wait_us < 0 ? g_async_queue_pop (self->jobs)
                             : g_async_queue_timeout_pop (self->jobs, (guint64) wait_us);

      if (job && job->job == NULL)
        {
          g_free (job);
          break;
        }
      if (job)
        run_job (self, job);
      run_due (self);
    }
  close_db (self);
  return NULL;
}

static gpointer
open_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) unread = NULL;

  /* Opening was done on the way here; see ensure_db(). */
  wg_health_refill_reserve (context);
  /* The disk may be full: what is not read now is read next time. */
  if (!wg_record_read_unread (context, &unread))
    g_debug ("reading what an earlier program could not: %s", unread->message);
  return GINT_TO_POINTER (TRUE);
}

/* --- public ---------------------------------------------------------------------------------- */

/**
 * wg_store_thread_start:
 * @folder: a store, locked by the caller
 * @ports: clock and chance; copied
 * @key: %WG_DB_KEY bytes that stay valid until the thread was stopped
 * @announce_changes: told of changes, on the new thread
 * @owner: for @announce_changes
 * @error: return location
 *
 * Starts the thread, opens the database on it, and waits until that is done.
 *
 * Thread: any.
 * Errors: see wg_store_files_open_db(); %WG_STORE_ERROR_DAMAGED without a whole identity.
 *
 * Returns: (transfer full) (nullable): the thread
 */
WgStoreThread *
wg_store_thread_start (const char *folder,
                       const WgPorts *ports,
                       const guint8 *key,
                       WgStoreAnnounce announce_changes,
                       gpointer owner,
                       GError **error)
{
  WgStoreThread *self = g_new0 (WgStoreThread, 1);
  WgStoreContext *context = &self->inner.public;

  self->folder = g_strdup (folder);
  self->ports = *ports;
  self->key = key;
  self->announce = announce_changes;
  self->owner = owner;
  self->jobs = g_async_queue_new ();
  self->workers = g_ptr_array_new_with_free_func ((GDestroyNotify) wg_worker_free);
  self->inner.standards =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) wg_standard_unref);
  context->folder = self->folder;
  context->ports = &self->ports;
  context->key = key;
  context->topics = g_hash_table_new (g_direct_hash, g_direct_equal);
  self->thread = g_thread_new ("wg-store", run_thread, self);
  if (wg_store_thread_run (self, open_job, NULL, error) == NULL)
    {
      wg_store_thread_stop (self);
      return NULL;
    }
  return self;
}

/**
 * wg_store_thread_stop:
 * @self: (transfer full): a thread
 *
 * Lets what is queued run, closes the database, joins the thread and frees all.
 *
 * Thread: any but the store's.
 * Errors: none.
 */
void
wg_store_thread_stop (WgStoreThread *self)
{
  g_async_queue_push (self->jobs, g_new0 (Job, 1));
  g_thread_join (self->thread);
  g_async_queue_unref (self->jobs);
  g_hash_table_unref (self->inner.public.topics);
  g_hash_table_unref (self->inner.standards);
  g_clear_pointer (&self->standard, wg_standard_unref);
  g_ptr_array_unref (self->workers);
  wg_identity_free (self->identity);
  g_free (self->folder);
  g_free (self);
}

/**
 * wg_store_thread_get_identity:
 * @self: a started thread
 *
 * Gives what enrolment gave.
 *
 * Thread: any; it never changes.
 * Errors: none.
 *
 * Returns: (transfer none): the identity
 */
const WgIdentity *
wg_store_thread_get_identity (WgStoreThread *self)
{
  return self->identity;
}

/**
 * wg_store_thread_is_current:
 * @self: a started thread
 *
 * Tells whether the caller runs on it, where waiting for a job would never end.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: %TRUE on the store's thread
 */
gboolean
wg_store_thread_is_current (WgStoreThread *self)
{
  return g_thread_self () == self->thread;
}

/**
 * wg_store_thread_push:
 * @self: a started thread
 * @job: what to do
 * @data: (nullable): for @job
 * @data_free: (nullable): frees @data on the store's thread
 * @result_free: (nullable): frees the result if nobody takes it
 * @task: (transfer full): gets the result
 *
 * Queues a job.
 *
 * Thread: any.
 * Errors: through @task.
 */
void
wg_store_thread_push (WgStoreThread *self,
                      WgStoreJob job,
                      gpointer data,
                      GDestroyNotify data_free,
                      GDestroyNotify result_free,
                      GTask *task)
{
  Job *queued = g_new0 (Job, 1);

  *queued = (Job) { job, data, data_free, result_free, task, NULL };
  g_async_queue_push (self->jobs, queued);
}

/**
 * wg_store_thread_run:
 * @self: a started thread
 * @job: what to do
 * @data: (nullable): for @job
 * @error: return location
 *
 * Queues a job and waits for its result.
 *
 * Thread: any but the store's.
 * Errors: those of @job, adapted to this layer.
 *
 * Returns: what @job returned
 */
gpointer
wg_store_thread_run (WgStoreThread *self, WgStoreJob job, gpointer data, GError **error)
{
  Wait wait;
  Job *queued = g_new0 (Job, 1);

  init_wait (&wait);
  *queued = (Job) { .job = job, .data = data, .wait = &wait };
  g_async_queue_push (self->jobs, queued);
  return finish_wait (&wait, error);
}

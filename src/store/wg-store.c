/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The store of one worker on one tablet: made, unlocked, closed; jobs go to its thread. */
#include "store/wg-store.h"

#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>
#include <sodium.h>

#include "db/wg-file.h"
#include "store/wg-lease.h"
#include "store/wg-store-thread.h"
#include "wire/wg-crypto.h"
#include "wire/wg-wire-ref.h"

struct _WgStore
{
  GObject parent_instance;
  char *folder;
  WgPorts ports;
  guint8 *key; /* in guarded memory */
  int lock_fd;
  GMainContext *main_context; /* of the maker */
  WgWorker *worker;           /* as enrolment said */
  GRWLock running;            /* read while a thread waits for its job, written to close */

  GMutex mutex;          /* guards what follows */
  WgStoreThread *thread; /* %NULL once closed */
  GHashTable *topics;    /* to be announced; interned names */
  GSource *announcement;
  WgReference *reference;
};

enum
{
  SIGNAL_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (WgStore, wg_store, G_TYPE_OBJECT)

/* --- announcing changes ---------------------------------------------------------------------- */

static gboolean
is_open (WgStore *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->thread != NULL;
}

static gboolean
on_announcement_due_cb (gpointer data)
{
  g_autoptr (WgStore) self = g_weak_ref_get (data);
  g_autoptr (GHashTable) topics = NULL;
  GHashTableIter iter;
  gpointer topic;

  if (self == NULL)
    return G_SOURCE_REMOVE;
  g_mutex_lock (&self->mutex);
  topics = g_steal_pointer (&self->topics);
  self->topics = g_hash_table_new (g_direct_hash, g_direct_equal);
  g_clear_pointer (&self->announcement, g_source_unref);
  g_mutex_unlock (&self->mutex);
  /* Who is told goes on to read, so a closed store says nothing; a listener may close it, too. */
  g_hash_table_iter_init (&iter, topics);
  while (is_open (self) && g_hash_table_iter_next (&iter, &topic, NULL))
    g_signal_emit (self, signals[SIGNAL_CHANGED], 0, topic);
  return G_SOURCE_REMOVE;
}

static void
free_weak_ref (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

/* On the store thread. Changes before the main context gets to run are told once. */
static void
announce (gpointer owner, GHashTable *topics, WgReference *reference)
{
  WgStore *self = owner;
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);
  GHashTableIter iter;
  gpointer topic;

  if (reference)
    {
      wg_reference_free (self->reference);
      self->reference = reference;
    }
  g_hash_table_iter_init (&iter, topics);
  while (g_hash_table_iter_next (&iter, &topic, NULL))
    g_hash_table_add (self->topics, topic);
  if (self->announcement == NULL)
    {
      GWeakRef *weak = g_new0 (GWeakRef, 1);

      g_weak_ref_init (weak, self);
      self->announcement = g_idle_source_new ();
      g_source_set_priority (self->announcement, G_PRIORITY_DEFAULT);
      g_source_set_callback (self->announcement, on_announcement_due_cb, weak, free_weak_ref);
      g_source_attach (self->announcement, self->main_context);
    }
}

/* --- making and opening ---------------------------------------------------------------------- */

static WgStore *
open_unlocked (const char *folder, const WgPorts *ports, guint8 *key, int lock_fd, GError **error)
{
  g_autoptr (WgStore) self = g_object_new (WG_TYPE_STORE, NULL);
  WgStoreThread *thread;

  self->folder = g_strdup (folder);
  self->ports = *ports;
  self->key = key;
  self->lock_fd = lock_fd;
  if (!wg_crypto_init (error))
    {
      wg_store_adapt_error (error);
      return NULL;
    }
  thread = wg_store_thread_start (folder, ports, key, announce, self, error);
  if (thread == NULL)
    return NULL;
  g_mutex_lock (&self->mutex);
  self->thread = thread;
  g_mutex_unlock (&self->mutex);
  self->worker =
      wg_wire_worker_from_json (wg_store_thread_get_identity (thread)->worker_json, NULL);
  return g_steal_pointer (&self);
}

/**
 * wg_store_unlock:
 * @folder: a store
 * @ports: clock and chance; copied
 * @secret: PIN or passphrase
 * @error: return location
 *
 * Unwraps the key and opens the store. Blocks for the key derivation.
 *
 * Thread: any; `changed` is emitted in its thread-default main context.
 * Errors: %WG_STORE_ERROR_NOT_FOUND, %WG_STORE_ERROR_IN_USE, %WG_STORE_ERROR_WRONG_SECRET,
 *   %WG_STORE_ERROR_BLOCKED, %WG_STORE_ERROR_DAMAGED, %WG_STORE_ERROR_NEWER, %WG_STORE_ERROR_FULL.
 *
 * Returns: (transfer full) (nullable): the store
 */
WgStore *
wg_store_unlock (const char *folder, const WgPorts *ports, const char *secret, GError **error)
{
  g_autofree char *key_path = g_build_filename (folder, WG_STORE_KEY, NULL);
  guint8 *key;
  int lock_fd;

  if (!wg_store_exists (folder))
    {
      g_set_error (error, WG_STORE_ERROR, WG_STORE_ERROR_NOT_FOUND,
                   "there is no store in '%s': enrol this tablet first", folder);
      return NULL;
    }
  lock_fd = wg_store_files_lock (folder, error);
  if (lock_fd < 0)
    return NULL;
  key = wg_key_file_new_key (error);
  if (key == NULL || !wg_key_file_unlock (key_path, secret, key, error))
    {
      sodium_free (key);
      close (lock_fd);
      wg_store_adapt_error (error);
      return NULL;
    }
  return open_unlocked (folder, ports, key, lock_fd, error);
}

/* The lease begins with enrolment. */
static gboolean
save_identity (WgStoreContext *context, gpointer data, GError **error)
{
  const WgIdentity *identity = data;

  return wg_identity_save (context, identity, error) &&
         (identity->lease_s <= 0 || wg_lease_renew (context, identity->lease_s * 1000, 0, error));
}

static gboolean
fill_new (const char *folder,
          const WgPorts *ports,
          const char *secret,
          const WgIdentity *identity,
          guint8 *key,
          GError **error)
{
  g_autofree char *key_path = g_build_filename (folder, WG_STORE_KEY, NULL);
  g_autofree char *db_path = g_build_filename (folder, WG_STORE_DB, NULL);
  g_autoptr (GHashTable) topics = g_hash_table_new (g_direct_hash, g_direct_equal);
  g_autoptr (WgDb) db = NULL;
  WgStoreInner inner = { 0 };

  wg_store_register_resources ();
  if (!wg_store_files_make (folder, error) ||
      !wg_key_file_create (key_path, ports, secret, key, error))
    return FALSE;
  db = wg_db_open (db_path, key, error);
  if (db == NULL || !wg_db_migrate (db, WG_STORE_MIGRATE, error) ||
      !wg_db_load_sql (db, WG_STORE_SQL, error))
    return FALSE;
  inner.public = (WgStoreContext) { .db = db, .ports = ports, .folder = folder, .topics = topics };
  wg_health_refill_reserve (&inner.public);
  return wg_store_transact (&inner.public, save_identity, (gpointer) identity, error) &&
         wg_db_checkpoint (db, error);
}

/* A store whose key was destroyed holds nothing that anybody could ever read again. */
static gboolean
clear_place (const char *folder, GError **error)
{
  g_autofree char *key_path = g_build_filename (folder, WG_STORE_KEY, NULL);
  WgKeyFileInfo info = { 0 };

  if (wg_store_exists (folder) && !(wg_key_file_get_info (key_path, &info, NULL) && info.blocked))
    {
      g_set_error (error, WG_STORE_ERROR, WG_STORE_ERROR_INVALID,
                   "there is a store in '%s' already: unlock it", folder);
      return FALSE;
    }
  return wg_store_files_remove (folder, error);
}

/**
 * wg_store_create:
 * @folder: where; its parent is made when missing
 * @ports: clock and chance; copied
 * @secret: PIN or passphrase
 * @identity: what enrolment gave
 * @error: return location
 *
 * Makes a store beside its place and moves it there once it is whole, then opens it. What an
 * interrupted try left is removed first; so is a store that ten wrong tries have blocked.
 *
 * Thread: any; `changed` is emitted in its thread-default main context.
 * Errors: %WG_STORE_ERROR_INVALID for a weak secret or when a usable store stands there,
 *   %WG_STORE_ERROR_FULL, %WG_STORE_ERROR_FAILED.
 *
 * Returns: (transfer full) (nullable): the store
 */
WgStore *
wg_store_create (const char *folder,
                 const WgPorts *ports,
                 const char *secret,
                 const WgIdentity *identity,
                 GError **error)
{
  g_autofree char *part = g_strconcat (folder, ".part", NULL);
  guint8 *key = wg_key_file_new_key (error);
  int lock_fd;

  if (key == NULL || !wg_store_files_remove (part, error) || !clear_place (folder, error) ||
      !fill_new (part, ports, secret, identity, key, error))
    {
      sodium_free (key);
      wg_store_files_remove (part, NULL);
      wg_store_adapt_error (error);
      return NULL;
    }
  lock_fd = wg_store_files_lock (part, error);
  if (lock_fd < 0 || !wg_file_move (part, folder, error))
    {
      sodium_free (key);
      if (lock_fd >= 0)
        close (lock_fd);
      wg_store_files_remove (part, NULL);
      wg_store_adapt_error (error);
      return NULL;
    }
  wg_store_files_forget_wipe (folder);
  return open_unlocked (folder, ports, key, lock_fd, error);
}

/**
 * wg_store_close:
 * @self: a store
 *
 * Waits for the jobs that are queued, empties the log into the file, wipes the key and lets the
 * folder go. Jobs given later fail with %WG_STORE_ERROR_LOCKED, and `changed` is not emitted any
 * more, not even for what was not announced yet. Doing it twice is fine.
 *
 * Thread: any but the store's.
 * Errors: none.
 */
void
wg_store_close (WgStore *self)
{
  WgStoreThread *thread;

  g_return_if_fail (WG_IS_STORE (self));
  g_mutex_lock (&self->mutex);
  thread = g_steal_pointer (&self->thread);
  g_mutex_unlock (&self->mutex);
  if (thread)
    {
      g_rw_lock_writer_lock (&self->running);
      wg_store_thread_stop (thread);
      g_rw_lock_writer_unlock (&self->running);
    }
  g_clear_pointer (&self->key, sodium_free);
  if (self->lock_fd >= 0)
    close (self->lock_fd);
  self->lock_fd = -1;
}

/**
 * wg_store_wipe:
 * @self: a store
 * @error: return location
 *
 * Destroys the key file and every other file of the store; what is open stays readable to this
 * process alone, until it is closed.
 *
 * Thread: any but the UI's.
 * Errors: %WG_STORE_ERROR_FAILED when the key could not be removed.
 * Source: protocol.md 2.5
 *
 * Returns: %TRUE when nobody can open the store any more
 */
gboolean
wg_store_wipe (WgStore *self, GError **error)
{
  return wg_store_files_wipe (self->folder, &self->ports, error);
}

/* --- jobs ------------------------------------------------------------------------------------ */

static gboolean
check_open (WgStore *self, GError **error)
{
  if (self->thread)
    return TRUE;
  g_set_error (error, WG_STORE_ERROR, WG_STORE_ERROR_LOCKED, "the store is locked: unlock it");
  return FALSE;
}

/**
 * wg_store_run_async:
 * @self: a store
 * @job: what to do on the store thread
 * @data: (nullable): for @job
 * @data_free: (nullable): frees @data, on the store thread
 * @result_free: (nullable): frees the result if nobody takes it
 * @cancellable: (nullable): a job that has not begun is not begun any more
 * @callback: called in the caller's thread-default main context
 * @user_data: for @callback
 *
 * Runs a job.
 *
 * Thread: any.
 * Errors: through wg_store_run_finish().
 */
void
wg_store_run_async (WgStore *self,
                    WgStoreJob job,
                    gpointer data,
                    GDestroyNotify data_free,
                    GDestroyNotify result_free,
                    GCancellable *cancellable,
                    GAsyncReadyCallback callback,
                    gpointer user_data)
{
  GTask *task = g_task_new (self, cancellable, callback, user_data);
  GError *error = NULL;

  g_task_set_source_tag (task, wg_store_run_async);
  g_mutex_lock (&self->mutex);
  if (check_open (self, &error))
    {
      wg_store_thread_push (self->thread, job, data, data_free, result_free, task);
      g_mutex_unlock (&self->mutex);
      return;
    }
  g_mutex_unlock (&self->mutex);
  if (data_free)
    data_free (data);
  g_task_return_error (task, error);
  g_object_unref (task);
}

/**
 * wg_store_run_finish:
 * @self: a store
 * @result: of wg_store_run_async()
 * @error: return location
 *
 * Takes the result of a job.
 *
 * Thread: the caller's.
 * Errors: those of the job in this layer's domain; %WG_STORE_ERROR_LOCKED after closing.
 *
 * Returns: (transfer full) (nullable): what the job returned
 */
gpointer
wg_store_run_finish (WgStore *self, GAsyncResult *result, GError **error)
{
  g_return_val_if_fail (g_task_is_valid (result, self), NULL);
  return g_task_propagate_pointer (G_TASK (result), error);
}

/**
 * wg_store_run:
 * @self: a store
 * @job: what to do on the store thread
 * @data: (nullable): for @job
 * @error: return location
 *
 * Runs a job and waits for it.
 *
 * Thread: any but the UI's and the store's.
 * Errors: those of the job in this layer's domain; %WG_STORE_ERROR_LOCKED after closing.
 *
 * Returns: (transfer full) (nullable): what the job returned
 */
gpointer
wg_store_run (WgStore *self, WgStoreJob job, gpointer data, GError **error)
{
  WgStoreThread *thread;
  gpointer result = NULL;

  g_rw_lock_reader_lock (&self->running);
  g_mutex_lock (&self->mutex);
  thread = check_open (self, error) ? self->thread : NULL;
  g_mutex_unlock (&self->mutex);
  if (thread)
    {
      g_assert (!wg_store_thread_is_current (thread));
      result = wg_store_thread_run (thread, job, data, error);
    }
  g_rw_lock_reader_unlock (&self->running);
  return result;
}

/* --- what does not need a job ---------------------------------------------------------------- */

/**
 * wg_store_get_folder:
 * @self: a store
 *
 * Gives the folder it lies in.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer none): a path
 */
const char *
wg_store_get_folder (WgStore *self)
{
  return self->folder;
}

/**
 * wg_store_get_identity:
 * @self: an open store
 *
 * Gives what enrolment gave. It never changes; it is wiped when the store is closed.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer none) (nullable): the identity; %NULL once closed
 */
const WgIdentity *
wg_store_get_identity (WgStore *self)
{
  return self->thread ? wg_store_thread_get_identity (self->thread) : NULL;
}

/**
 * wg_store_get_worker:
 * @self: a store
 *
 * Gives the worker as enrolment named them; jobs see the newest row in their context.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer none): the worker
 */
const WgWorker *
wg_store_get_worker (WgStore *self)
{
  return self->worker;
}

/**
 * wg_store_get_ports:
 * @self: a store
 *
 * Gives its clock and chance.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer none): the ports
 */
const WgPorts *
wg_store_get_ports (WgStore *self)
{
  return &self->ports;
}

/**
 * wg_store_dup_standard:
 * @self: a store
 *
 * Gives the newest event standard that was pulled.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full) (nullable): it; %NULL before the first pull
 */
WgStandard *
wg_store_dup_standard (WgStore *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->reference && self->reference->standard ? wg_standard_ref (self->reference->standard)
                                                      : NULL;
}

/**
 * wg_store_dup_grids:
 * @self: a store
 *
 * Gives the grids. The array is shared with others: it must not be changed.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer container) (element-type WgGrid): the grids
 */
GPtrArray *
wg_store_dup_grids (WgStore *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->reference ? g_ptr_array_ref (self->reference->grids) : g_ptr_array_new ();
}

/**
 * wg_store_dup_orgs:
 * @self: a store
 *
 * Gives the units. The array is shared with others: it must not be changed.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer container) (element-type WgOrg): the units
 */
GPtrArray *
wg_store_dup_orgs (WgStore *self)
{
  g_autoptr (GMutexLocker) locker = g_mutex_locker_new (&self->mutex);

  return self->reference ? g_ptr_array_ref (self->reference->orgs) : g_ptr_array_new ();
}

/* --- object ---------------------------------------------------------------------------------- */

static void
wg_store_dispose (GObject *object)
{
  wg_store_close (WG_STORE (object));
  G_OBJECT_CLASS (wg_store_parent_class)->dispose (object);
}

static void
wg_store_finalize (GObject *object)
{
  WgStore *self = WG_STORE (object);

  if (self->announcement)
    {
      g_source_destroy (self->announcement);
      g_source_unref (self->announcement);
    }
  g_main_context_unref (self->main_context);
  wg_reference_free (self->reference);
  g_hash_table_unref (self->topics);
  wg_worker_free (self->worker);
  g_mutex_clear (&self->mutex);
  g_rw_lock_clear (&self->running);
  g_free (self->folder);
  G_OBJECT_CLASS (wg_store_parent_class)->finalize (object);
}

static void
wg_store_class_init (WgStoreClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = wg_store_dispose;
  G_OBJECT_CLASS (klass)->finalize = wg_store_finalize;
  signals[SIGNAL_CHANGED] = g_signal_new ("changed", WG_TYPE_STORE, G_SIGNAL_RUN_LAST, 0, NULL,
                                          NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
}

static void
wg_store_init (WgStore *self)
{
  g_mutex_init (&self->mutex);
  g_rw_lock_init (&self->running);
  self->lock_fd = -1;
  self->topics = g_hash_table_new (g_direct_hash, g_direct_equal);
  self->main_context = g_main_context_ref_thread_default ();
}

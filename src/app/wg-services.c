/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the screens work with, handed down from the application: store, sync, place, settings,
 * clock. */
#include "app/wg-services.h"

#include "app/wg-app-error.h"
#include "store/wg-lease.h"

#define LEASE_LOOK_S 60

struct _WgServices
{
  GObject parent_instance;

  char *folder;         /* owned */
  const WgPorts *ports; /* outlives us */
  GSettings *settings;  /* owned */
  gboolean start_sync;
  gboolean locked;
  guint lease_id;       /* looks whether the lease is over */
  WgStore *store;       /* owned, NULL until unlocked */
  WgSync *sync;         /* owned, NULL until unlocked */
  WgLocator *locator;   /* owned */
  WgTally *tally;       /* owned, NULL until unlocked */
  WgDistrict *district; /* owned, empty until unlocked; read anew at topic "reference" */
};

G_DEFINE_FINAL_TYPE (WgServices, wg_services, G_TYPE_OBJECT)

enum
{
  OPENED,
  LOCKED,
  COUNTS_CHANGED,
  SYNC_CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* --- opening and closing ---------------------------------------------------------------------- */

static void
on_store_changed_cb (WgServices *self, const char *topic)
{
  if (g_str_equal (topic, "reference"))
    wg_district_read (self->district, self->store);
}

static void
on_counts_changed_cb (WgServices *self)
{
  g_signal_emit (self, signals[COUNTS_CHANGED], 0);
}

/* The platform ordered it, and it is done: nothing is shown any more. */
static void
end_wiped (WgServices *self)
{
  wg_services_close (self);
  g_signal_emit (self, signals[LOCKED], 0);
}

static void
on_sync_changed_cb (WgServices *self)
{
  g_autoptr (WgSyncStatus) status = self->sync ? wg_sync_dup_status (self->sync) : NULL;

  if (status == NULL)
    return;
  if (status->state == WG_SYNC_WIPED)
    end_wiped (self);
  else
    g_signal_emit (self, signals[SYNC_CHANGED], 0);
}

static void
on_lease_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (WgServices) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree WgLease *lease = wg_store_run_finish (WG_STORE (source), result, &error);

  if (lease == NULL)
    g_debug ("lease: %s", error->message);
  else if (lease->over && WG_STORE (source) == self->store)
    wg_services_lock (self);
}

static gboolean
on_lease_due_cb (gpointer user_data)
{
  WgServices *self = user_data;

  wg_store_run_async (self->store, wg_lease_job, NULL, NULL, g_free, NULL, on_lease_cb,
                      g_object_ref (self));
  return G_SOURCE_CONTINUE;
}

static void
on_photos_setting_changed_cb (WgServices *self)
{
  GNetworkMonitor *monitor = g_network_monitor_get_default ();
  gboolean wifi_only = g_settings_get_boolean (self->settings, "photos-wifi-only");

  if (self->sync != NULL)
    wg_sync_set_photos_allowed (self->sync,
                                !wifi_only || !g_network_monitor_get_network_metered (monitor));
}

static void
take_store (WgServices *self, WgStore *store)
{
  g_assert (self->store == NULL);
  self->store = store;
  wg_district_read (self->district, store);
  g_signal_connect_object (store, "changed", G_CALLBACK (on_store_changed_cb), self,
                           G_CONNECT_SWAPPED);
  self->sync = wg_sync_new (store);
  g_signal_connect_object (self->sync, "changed", G_CALLBACK (on_sync_changed_cb), self,
                           G_CONNECT_SWAPPED);
  on_photos_setting_changed_cb (self);
  if (self->start_sync)
    wg_sync_start (self->sync);
  self->tally = wg_tally_new (store);
  g_signal_connect_object (self->tally, "changed", G_CALLBACK (on_counts_changed_cb), self,
                           G_CONNECT_SWAPPED);
  self->lease_id = g_timeout_add_seconds (LEASE_LOOK_S, on_lease_due_cb, self);
}

/* What a task in a worker thread needs; the object itself stays in the UI thread. */
typedef struct
{
  char *folder, *url, *code;
  char *secret; /* wiped */
  const WgPorts *ports;
  WgStore *store; /* open already: only the secret and the lease are looked at */
} Request;

/* What such a task gives. */
typedef struct
{
  WgStore *store; /* or %NULL when it was open */
  GError *lease;  /* why nothing may be shown yet, or %NULL */
} Opened;

static void
opened_free (Opened *opened)
{
  g_clear_object (&opened->store);
  g_clear_error (&opened->lease);
  g_free (opened);
}

static void
request_free (Request *request)
{
  if (request->secret != NULL)
    explicit_bzero (request->secret, strlen (request->secret));
  g_free (request->secret);
  g_free (request->folder);
  g_free (request->url);
  g_free (request->code);
  g_clear_object (&request->store);
  g_free (request);
}

static Request *
request_new (WgServices *self, const char *secret)
{
  Request *request = g_new0 (Request, 1);

  request->folder = g_strdup (self->folder);
  request->secret = g_strdup (secret);
  request->ports = self->ports;
  g_set_object (&request->store, self->store);
  return request;
}

static void
return_opened (GTask *task, WgStore *open, WgStore *fresh)
{
  Opened *opened = g_new0 (Opened, 1);

  opened->store = fresh;
  wg_lease_check (open, &opened->lease);
  g_task_return_pointer (task, opened, (GDestroyNotify) opened_free);
}

static void
unlock_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Request *request = data;
  g_autoptr (GError) error = NULL;
  WgStore *store;

  if (request->store != NULL)
    {
      g_autofree char *path = g_build_filename (request->folder, "wangge.key", NULL);
      guint8 key[32];
      gboolean right = wg_key_file_unlock (path, request->secret, key, &error);

      explicit_bzero (key, sizeof key);
      if (right)
        return_opened (task, request->store, NULL);
      else
        g_task_return_error (task, g_steal_pointer (&error));
      return;
    }
  store = wg_store_unlock (request->folder, request->ports, request->secret, &error);
  if (store == NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    return_opened (task, store, store);
}

static void
enrol_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Request *request = data;
  g_autoptr (GError) error = NULL;
  WgStore *store = wg_enrol (request->folder, request->ports, request->url, request->code,
                             request->secret, g_get_host_name (), cancellable, &error);

  if (store == NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    return_opened (task, store, store);
}

/* The receiver works only while somebody looks: it is the hungriest part of a tablet. */
static void
follow_position (WgServices *self, gboolean follow)
{
  if (self->locator == NULL || follow == wg_locator_is_running (self->locator))
    return;
  if (follow)
    wg_locator_start (self->locator);
  else
    wg_locator_stop (self->locator);
}

static gboolean
finish_opening (WgServices *self, GAsyncResult *result, GError **error)
{
  Opened *opened = g_task_propagate_pointer (G_TASK (result), error);
  GError *lease;

  if (opened == NULL)
    return FALSE;
  lease = g_steal_pointer (&opened->lease);
  if (opened->store != NULL)
    take_store (self, g_steal_pointer (&opened->store));
  opened_free (opened);
  /* Sync goes on behind the lock: it is what ends it. */
  self->locked = lease != NULL;
  if (lease != NULL)
    {
      g_propagate_error (error, lease);
      return FALSE;
    }
  follow_position (self, TRUE);
  g_signal_emit (self, signals[OPENED], 0);
  return TRUE;
}

/**
 * wg_services_unlock_async:
 * @self: the services
 * @secret: PIN or passphrase as typed
 * @callback: called in the UI thread
 * @user_data: for @callback
 *
 * Opens the store of our folder with the user's secret, and starts sync. When the store was
 * only locked (sync went on meanwhile), the secret is checked against the key file. The key
 * derivation takes about 0.3 s in a thread of its own.
 *
 * Thread: UI.
 * Errors: see wg_services_unlock_finish().
 */
void
wg_services_unlock_async (WgServices *self,
                          const char *secret,
                          GAsyncReadyCallback callback,
                          gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, callback, user_data);

  g_task_set_source_tag (task, wg_services_unlock_async);
  g_task_set_task_data (task, request_new (self, secret), (GDestroyNotify) request_free);
  g_task_run_in_thread (task, unlock_in_thread);
}

/**
 * wg_services_unlock_finish:
 * @self: the services
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends wg_services_unlock_async(); on success "opened" was emitted.
 *
 * Thread: UI.
 * Errors: %WG_STORE_ERROR_WRONG_SECRET, %WG_STORE_ERROR_BLOCKED, %WG_STORE_ERROR_DAMAGED,
 * %WG_STORE_ERROR_NEWER and others of the store; %WG_STORE_ERROR_LEASE when the secret was right
 * but the platform must be seen first, which sync tries meanwhile.
 *
 * Returns: %TRUE when the store is open
 */
gboolean
wg_services_unlock_finish (WgServices *self, GAsyncResult *result, GError **error)
{
  return finish_opening (self, result, error);
}

/**
 * wg_services_enrol_async:
 * @self: the services, without a store
 * @url: (nullable): address of the platform, %NULL when @code is the text of a QR code
 * @code: enrolment code as typed, or the whole text of the QR code
 * @secret: the PIN or passphrase the user chose
 * @cancellable: (nullable): to give up
 * @callback: called in the UI thread
 * @user_data: for @callback
 *
 * Makes this tablet known to the platform and creates the store in our folder.
 *
 * Thread: UI; the work is done in a thread of its own.
 * Errors: see wg_services_enrol_finish().
 */
void
wg_services_enrol_async (WgServices *self,
                         const char *url,
                         const char *code,
                         const char *secret,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (self, cancellable, callback, user_data);
  Request *request = request_new (self, secret);

  request->url = g_strdup (url);
  request->code = g_strdup (code);
  g_task_set_source_tag (task, wg_services_enrol_async);
  g_task_set_task_data (task, request, (GDestroyNotify) request_free);
  g_task_run_in_thread (task, enrol_in_thread);
}

/**
 * wg_services_enrol_finish:
 * @self: the services
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends wg_services_enrol_async(); on success "opened" was emitted.
 *
 * Thread: UI.
 * Errors: those of wg_enrol(): no network, wrong or used code, a secret that is too simple.
 *
 * Returns: %TRUE when the tablet is enrolled and the store open
 */
gboolean
wg_services_enrol_finish (WgServices *self, GAsyncResult *result, GError **error)
{
  return finish_opening (self, result, error);
}

/**
 * wg_services_lock:
 * @self: the services
 *
 * Asks for the secret again before anything is shown; sync goes on behind it.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_services_lock (WgServices *self)
{
  if (self->store == NULL || self->locked)
    return;
  self->locked = TRUE;
  follow_position (self, FALSE);
  g_signal_emit (self, signals[LOCKED], 0);
}

/**
 * wg_services_is_locked:
 * @self: the services
 *
 * Tells whether the secret must be asked for before anything is shown.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: %TRUE without an open store, or when it was locked
 */
gboolean
wg_services_is_locked (WgServices *self)
{
  return self->store == NULL || self->locked;
}

/**
 * wg_services_close:
 * @self: the services
 *
 * Stops sync, closes the store and wipes its key. Waits for running jobs.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_services_close (WgServices *self)
{
  /* A count on its way holds the tally, and must not complain of a store that is closed. */
  if (self->tally != NULL)
    g_object_run_dispose (G_OBJECT (self->tally));
  g_clear_object (&self->tally);
  g_clear_handle_id (&self->lease_id, g_source_remove);
  follow_position (self, FALSE);
  if (self->sync != NULL)
    wg_sync_stop (self->sync);
  g_clear_object (&self->sync);
  if (self->store != NULL)
    wg_store_close (self->store);
  g_clear_object (&self->store);
  wg_district_clear (self->district);
}

/* --- object ----------------------------------------------------------------------------------- */

static void
wg_services_dispose (GObject *object)
{
  WgServices *self = WG_SERVICES (object);

  wg_services_close (self);
  g_clear_object (&self->locator);
  g_clear_object (&self->settings);
  G_OBJECT_CLASS (wg_services_parent_class)->dispose (object);
}

static void
wg_services_finalize (GObject *object)
{
  WgServices *self = WG_SERVICES (object);

  g_free (self->folder);
  wg_district_free (self->district);
  G_OBJECT_CLASS (wg_services_parent_class)->finalize (object);
}

static void
wg_services_class_init (WgServicesClass *klass)
{
  static const char *const names[] = { "opened", "locked", "counts-changed", "sync-changed" };

  G_OBJECT_CLASS (klass)->dispose = wg_services_dispose;
  G_OBJECT_CLASS (klass)->finalize = wg_services_finalize;
  for (guint i = 0; i < N_SIGNALS; i++)
    signals[i] = g_signal_new (names[i], WG_TYPE_SERVICES, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                               G_TYPE_NONE, 0);
}

static void
wg_services_init (WgServices *self)
{
  self->district = wg_district_new ();
}

/**
 * wg_services_new:
 * @folder: folder of the store, which need not exist
 * @ports: clock and random source; must outlive the services
 * @start_sync: %FALSE keeps sync from starting by itself, for tests and pictures
 *
 * Makes the services of one tablet; nothing is opened yet.
 *
 * Thread: UI.
 * Errors: none; a missing settings schema is an installation fault and aborts.
 *
 * Returns: (transfer full): the services
 */
WgServices *
wg_services_new (const char *folder, const WgPorts *ports, gboolean start_sync)
{
  WgServices *self = g_object_new (WG_TYPE_SERVICES, NULL);

  self->folder = g_strdup (folder);
  self->ports = ports;
  self->start_sync = start_sync;
  self->settings = g_settings_new ("io.github.wangge.Wangge");
  g_signal_connect_object (self->settings, "changed::photos-wifi-only",
                           G_CALLBACK (on_photos_setting_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (g_network_monitor_get_default (), "network-changed",
                           G_CALLBACK (on_photos_setting_changed_cb), self, G_CONNECT_SWAPPED);
  return self;
}

/**
 * wg_services_get_folder:
 * @self: the services
 *
 * Names the folder of the store.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: (transfer none): a path
 */
const char *
wg_services_get_folder (WgServices *self)
{
  return self->folder;
}

/**
 * wg_services_get_ports:
 * @self: the services
 *
 * Gives the clock and random source.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: (transfer none): the ports
 */
const WgPorts *
wg_services_get_ports (WgServices *self)
{
  return self->ports;
}

/**
 * wg_services_now_ms:
 * @self: the services
 *
 * Asks the clock of the ports.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: now in Unix milliseconds
 */
gint64
wg_services_now_ms (WgServices *self)
{
  return wg_ports_wall_ms (self->ports);
}

/**
 * wg_services_get_settings:
 * @self: the services
 *
 * Gives the settings of this tablet.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: (transfer none): the settings
 */
GSettings *
wg_services_get_settings (WgServices *self)
{
  return self->settings;
}

/**
 * wg_services_get_store:
 * @self: the services
 *
 * Gives the open store.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: (transfer none) (nullable): the store, or %NULL while there is none
 */
WgStore *
wg_services_get_store (WgServices *self)
{
  return self->store;
}

/**
 * wg_services_get_sync:
 * @self: the services
 *
 * Gives the sync of the open store.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: (transfer none) (nullable): the sync, or %NULL while there is no store
 */
WgSync *
wg_services_get_sync (WgServices *self)
{
  return self->sync;
}

/**
 * wg_services_sync_soon:
 * @self: (nullable): the services; %NULL where a page has let them go already
 *
 * Something was saved: it is sent as soon as there is a line.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_services_sync_soon (WgServices *self)
{
  if (self != NULL && self->sync != NULL)
    wg_sync_poke (self->sync);
}

/**
 * wg_services_get_locator:
 * @self: the services
 *
 * Gives the source of positions.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: (transfer none) (nullable): the locator
 */
WgLocator *
wg_services_get_locator (WgServices *self)
{
  return self->locator;
}

/**
 * wg_services_set_locator:
 * @self: the services
 * @locator: where positions come from
 *
 * Sets the source of positions.
 *
 * Thread: UI, before the first window.
 * Errors: none.
 */
void
wg_services_set_locator (WgServices *self, WgLocator *locator)
{
  g_set_object (&self->locator, locator);
}

/**
 * wg_services_get_counts:
 * @self: the services
 *
 * Gives the newest counts; "counts-changed" tells when they are others.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: (transfer none): the counts, all 0 without a store
 */
const WgEventCounts *
wg_services_get_counts (WgServices *self)
{
  static const WgEventCounts none;

  return self->tally != NULL ? wg_tally_get_counts (self->tally) : &none;
}

/**
 * wg_services_get_district:
 * @self: the services
 *
 * Gives what the open store knows of the district; it changes at the store's topic "reference".
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: (transfer none): the district, empty without a store
 */
WgDistrict *
wg_services_get_district (WgServices *self)
{
  return self->district;
}

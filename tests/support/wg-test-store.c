/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A store in a temporary folder, a clock that tests move, and sample events. */
#include "support/wg-test-store.h"

#include <math.h>
#include <string.h>

#include <gdk-pixbuf/gdk-pixbuf.h>

#include "core/wg-id.h"
#include "wire/wg-crypto.h"
#include "wire/wg-wire-ref.h"

/* --- ports ----------------------------------------------------------------------------------- */

static gint64
get_wall_ms (gpointer data)
{
  return __atomic_load_n (&((WgTestPorts *) data)->wall_ms, __ATOMIC_SEQ_CST);
}

static gint64
get_boot_ms (gpointer data)
{
  return __atomic_load_n (&((WgTestPorts *) data)->boot_ms, __ATOMIC_SEQ_CST);
}

static void
fill_random (gpointer data, guint8 *out, gsize n)
{
  WgTestPorts *self = data;

  for (gsize i = 0; i < n; i++)
    {
      /* splitmix64 */
      guint64 x = __atomic_add_fetch (&self->seed, 0x9e3779b97f4a7c15, __ATOMIC_SEQ_CST);
      x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
      x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
      out[i] = (guint8) (x >> 56);
    }
}

/**
 * wg_test_ports_init:
 * @self: ports; must stay where they are
 *
 * Starts the clock on a Monday morning and chance from a seed.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_test_ports_init (WgTestPorts *self)
{
  self->ports = (WgPorts) { get_wall_ms, get_boot_ms, fill_random, "sample-boot", self };
  self->wall_ms = WG_TEST_NOW_MS;
  self->boot_ms = 3600000;
  self->seed = 20181129;
}

/**
 * wg_test_ports_advance:
 * @self: ports
 * @ms: how far; both clocks
 *
 * Lets time pass.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_test_ports_advance (WgTestPorts *self, gint64 ms)
{
  __atomic_add_fetch (&self->wall_ms, ms, __ATOMIC_SEQ_CST);
  __atomic_add_fetch (&self->boot_ms, ms, __ATOMIC_SEQ_CST);
}

/* --- the store ------------------------------------------------------------------------------- */

/**
 * wg_test_store_init:
 *
 * Prepares a test program: the key of a passphrase is derived cheaply.
 *
 * Thread: the first, before others.
 * Errors: none.
 */
void
wg_test_store_init (void)
{
  g_autoptr (GError) error = NULL;

  g_setenv ("WANGGE_KDF_TEST", "1", TRUE);
  wg_crypto_init (&error);
  g_assert_no_error (error);
}

/**
 * wg_test_identity_new:
 * @ports: source of chance
 *
 * Makes what an enrolment would give.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): it
 */
WgIdentity *
wg_test_identity_new (const WgPorts *ports)
{
  WgIdentity *identity = wg_identity_new ();
  guint8 platform_secret[WG_SIGN_SECRET];
  g_autoptr (WgWorker) worker = wg_worker_new ();

  worker->id = g_strdup (WG_TEST_WORKER);
  worker->name = g_strdup ("样本甲");
  worker->role = WG_ROLE_WORKER;
  worker->org_code = g_strdup ("370502001");
  worker->grid_code = g_strdup (WG_TEST_GRID);
  identity->server_url = g_strdup ("http://127.0.0.1:1");
  identity->device_id = wg_id_new (ports);
  identity->replica = wg_id_new (ports);
  identity->worker_json = wg_wire_worker_to_json (worker);
  identity->epoch = g_strdup ("sample-epoch-1");
  identity->lease_s = 7 * 86400;
  wg_crypto_sign_keys (ports, identity->sign_public, identity->sign_secret);
  wg_crypto_sign_keys (ports, identity->platform_key, platform_secret);
  return identity;
}

/**
 * wg_test_store_new:
 *
 * Makes a store in a temporary folder and opens it.
 *
 * Thread: any.
 * Errors: none; a failure ends the test.
 *
 * Returns: (transfer full): it
 */
WgTestStore *
wg_test_store_new (void)
{
  WgTestStore *self = g_new0 (WgTestStore, 1);
  g_autoptr (WgIdentity) identity = NULL;
  g_autoptr (GError) error = NULL;

  wg_test_ports_init (&self->clock);
  identity = wg_test_identity_new (&self->clock.ports);
  self->folder = wg_test_folder_new ();
  self->path = g_build_filename (self->folder, "store", NULL);
  self->store = wg_store_create (self->path, &self->clock.ports, WG_TEST_SECRET, identity, &error);
  g_assert_no_error (error);
  return self;
}

/**
 * wg_test_store_lock:
 * @self: a test's store
 *
 * Closes it.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_test_store_lock (WgTestStore *self)
{
  if (self->store)
    wg_store_close (self->store);
  g_clear_object (&self->store);
}

/**
 * wg_test_store_reopen:
 * @self: a test's store
 *
 * Closes it if it is open, and unlocks it.
 *
 * Thread: any.
 * Errors: none; a failure ends the test.
 */
void
wg_test_store_reopen (WgTestStore *self)
{
  g_autoptr (GError) error = NULL;

  wg_test_store_lock (self);
  self->store = wg_store_unlock (self->path, &self->clock.ports, WG_TEST_SECRET, &error);
  g_assert_no_error (error);
}

/**
 * wg_test_store_free:
 * @self: (transfer full): a test's store
 *
 * Closes it and removes its folder.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_test_store_free (WgTestStore *self)
{
  wg_test_store_lock (self);
  wg_test_folder_remove (self->folder);
  g_free (self->folder);
  g_free (self->path);
  g_free (self);
}

/**
 * wg_test_store_run:
 * @self: a test's store
 * @job: what to do
 * @data: (nullable): for @job
 *
 * Runs a job that must succeed.
 *
 * Thread: any but the store's.
 * Errors: none; a failure ends the test.
 *
 * Returns: what the job returned
 */
gpointer
wg_test_store_run (WgTestStore *self, WgStoreJob job, gpointer data)
{
  g_autoptr (GError) error = NULL;
  gpointer result = wg_store_run (self->store, job, data, &error);

  g_assert_no_error (error);
  return result;
}

/**
 * wg_test_store_fail:
 * @self: a test's store
 * @job: what to do
 * @data: (nullable): for @job
 *
 * Runs a job that must fail.
 *
 * Thread: any but the store's.
 * Errors: none; a success ends the test.
 *
 * Returns: (transfer full): its error
 */
GError *
wg_test_store_fail (WgTestStore *self, WgStoreJob job, gpointer data)
{
  GError *error = NULL;

  wg_store_run (self->store, job, data, &error);
  g_assert_nonnull (error);
  g_assert_cmpuint (error->domain, ==, WG_STORE_ERROR);
  return error;
}

static gpointer
check_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  g_autoptr (GPtrArray) findings = NULL;

  if (!wg_db_check (context->db, error))
    return NULL;
  findings = wg_inbox_check (context, error);
  for (guint i = 0; findings && i < findings->len; i++)
    g_test_message ("%s", (const char *) g_ptr_array_index (findings, i));
  g_assert_true (findings == NULL || findings->len == 0);
  return NULL;
}

/**
 * wg_test_store_check:
 * @self: a test's store
 *
 * Asserts that the database is whole and the invariants hold.
 *
 * Thread: any but the store's.
 * Errors: none; a finding ends the test.
 */
void
wg_test_store_check (WgTestStore *self)
{
  wg_test_store_run (self, check_job, NULL);
}

/* --- samples --------------------------------------------------------------------------------- */

/**
 * wg_test_standard_csv:
 *
 * Reads the starter table of event classes.
 *
 * Thread: any.
 * Errors: none; a failure ends the test.
 *
 * Returns: (transfer full): its text
 */
char *
wg_test_standard_csv (void)
{
  const char *data = g_getenv ("WG_DATA_SOURCE_DIR");
  g_autofree char *path = g_build_filename (data, "standards", "event-classes.csv", NULL);
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  return text;
}

static const WgEventClass *
find_class (const WgStandard *standard, WgEventLevel level)
{
  gsize n;
  const WgEventClass *const *rows = wg_standard_get_rows (standard, &n);

  for (gsize i = 0; i < n; i++)
    if (rows[i]->parent && (rows[i]->levels & 1u << level) &&
        wg_event_class_is_active (rows[i], WG_TEST_NOW_MS))
      return rows[i];
  g_assert_not_reached ();
}

/**
 * wg_test_event_new:
 * @level: which level
 *
 * Makes an event as a form would hold it: valid, without id and times.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): the event
 */
WgEvent *
wg_test_event_new (WgEventLevel level)
{
  static WgStandard *standard; /* read once: loops make thousands of events */
  WgEvent *event = wg_event_new ();

  if (standard == NULL)
    {
      g_autofree char *csv = wg_test_standard_csv ();
      standard = wg_standard_new_from_csv (csv, NULL);
    }

  event->level = level;
  event->class_std = g_strdup (wg_standard_get_version (standard));
  event->class_code = g_strdup (find_class (standard, level)->code);
  event->title = g_strdup ("沿河路路灯不亮");
  event->description = g_strdup ("沿河路与样本街交口东侧第三盏路灯不亮");
  event->lon = event->raw_lon = 118.5021234;
  event->lat = event->raw_lat = 37.4312345;
  event->fix_source = WG_FIX_SATELLITE;
  event->fix_accuracy_m = 8;
  event->fix_ms = WG_TEST_NOW_MS;
  event->address = g_strdup ("沿河路12号");
  event->level_reason = g_strdup ("样本");
  return event;
}

/**
 * wg_test_photo_new:
 * @width: pixels
 * @height: pixels
 * @colour: shade, so that photos differ
 *
 * Makes a small JPEG.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): its bytes
 */
GBytes *
wg_test_photo_new (guint width, guint height, guint8 colour)
{
  g_autoptr (GdkPixbuf) pixels =
                gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, (int) width, (int) height);
  g_autoptr (GError) error = NULL;
  char *bytes = NULL;
  gsize n;

  gdk_pixbuf_fill (pixels, (guint32) colour << 24 | (guint32) (255 - colour) << 16 | 0x80ff);
  gdk_pixbuf_save_to_buffer (pixels, &bytes, &n, "jpeg", &error, "quality", "80", NULL);
  g_assert_no_error (error);
  return g_bytes_new_take (bytes, n);
}

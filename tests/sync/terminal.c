/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A whole terminal in a test. */
#include "terminal.h"

#include <gdk-pixbuf/gdk-pixbuf.h>
#include <string.h>

#include "store/wg-attachment-store.h"
#include "store/wg-inbox.h"
#include "support/wg-test-folder.h"

#define SECRET "84730152"

TestDaemon *platform;

static void
make_sync (Terminal *self)
{
  const WgSyncTimes times = { .connect_ms = 5000, .stall_ms = 20000 };

  self->sync = wg_sync_new (self->store);
  wg_sync_set_times (self->sync, &times);
}

Terminal *
terminal_enrol (FaultPlatform *line, const char *worker)
{
  Terminal *self = g_new0 (Terminal, 1);
  g_autofree char *code = test_daemon_code (platform, worker);
  g_autofree char *url = fault_platform_url (line);
  g_autoptr (GError) error = NULL;

  self->folder = wg_test_folder_new ();
  self->line = line;
  self->ports = wg_store_system_ports ();
  self->store =
      wg_enrol (self->folder, wg_store_system_ports (), url, code, SECRET, "test", NULL, &error);
  g_assert_no_error (error);
  make_sync (self);
  return self;
}

Terminal *
terminal_new (FaultPlatform *line, const char *worker)
{
  Terminal *self = terminal_enrol (line, worker);

  terminal_round_well (self);
  return self;
}

Terminal *
terminal_new_next (FaultPlatform *line)
{
  static guint n;
  g_autofree char *worker = g_strdup_printf ("w%04u", ++n);

  return terminal_new (line, worker);
}

void
terminal_shut (Terminal *self)
{
  g_clear_object (&self->sync);
  if (self->store != NULL)
    wg_store_close (self->store);
  g_clear_object (&self->store);
}

void
terminal_free (Terminal *self)
{
  terminal_shut (self);
  wg_test_folder_remove (self->folder);
  g_free (self->folder);
  g_free (self);
}

void
terminal_open (Terminal *self)
{
  g_autoptr (GError) error = NULL;

  self->store = wg_store_unlock (self->folder, self->ports, SECRET, &error);
  g_assert_no_error (error);
  make_sync (self);
}

void
terminal_restart (Terminal *self)
{
  terminal_shut (self);
  terminal_open (self);
}

void
terminal_set_times (Terminal *self, const WgSyncTimes *times)
{
  g_clear_object (&self->sync);
  self->sync = wg_sync_new (self->store);
  wg_sync_set_times (self->sync, times);
}

typedef struct
{
  WgEventLevel level;
  const char *title, *photo, *id;
} Work;

static gpointer
log_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  const Work *work = data;
  g_autoptr (WgEvent) event = wg_event_new ();

  g_assert_nonnull (context->standard);
  event->level = work->level;
  event->class_std = g_strdup (wg_standard_get_version (context->standard));
  event->class_code = g_strdup (work->level == WG_EVENT_LEVEL_DAILY ? "0110" : "0205");
  event->title = g_strdup (work->title);
  event->description = g_strdup ("路面积水，行人绕行");
  event->occurred_ms = wg_ports_wall_ms (context->ports);
  event->reported_ms = event->occurred_ms;
  event->fix_source = WG_FIX_ADDRESS;
  event->address = g_strdup ("路口东侧");
  event->origin = g_strdup ("01");
  event->grid_code = g_strdup (context->worker->grid_code);
  event->org_code = g_strdup (context->worker->org_code);
  if (work->level == WG_EVENT_LEVEL_DAILY)
    {
      event->self_handled = TRUE;
      event->handle_note = g_strdup ("已当场处理");
    }
  if (work->photo != NULL)
    event->photos = g_strdupv ((char *[]) { (char *) work->photo, NULL });
  return wg_event_store_create (context, event, 0, NULL, error);
}

char *
terminal_log (Terminal *self, WgEventLevel level, const char *title, const char *photo)
{
  Work work = { level, title, photo, NULL };
  g_autoptr (GError) error = NULL;
  char *id = wg_store_run (self->store, log_job, &work, &error);

  g_assert_no_error (error);
  return id;
}

static gpointer
mend_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  const Work *work = data;
  g_autoptr (WgEventView) view = wg_event_store_get (context, work->id, error);

  if (view == NULL)
    return NULL;
  g_set_str (&view->event->description, work->title);
  return wg_event_store_mend (context, view->event, view->refusal_op, error) ? GINT_TO_POINTER (1)
                                                                             : NULL;
}

void
terminal_mend (Terminal *self, const char *id, const char *description)
{
  Work work = { 0, description, NULL, id };
  g_autoptr (GError) error = NULL;

  wg_store_run (self->store, mend_job, &work, &error);
  g_assert_no_error (error);
}

/* A picture, and behind its end as many other bytes as are wanted. */
static GBytes *
make_jpeg (gsize size)
{
  g_autoptr (GdkPixbuf) pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, 64, 48);
  g_autoptr (GError) error = NULL;
  char *bytes = NULL;
  gsize n;

  gdk_pixbuf_fill (pixbuf, g_random_int ());
  g_assert_true (gdk_pixbuf_save_to_buffer (pixbuf, &bytes, &n, "jpeg", &error, NULL));
  g_assert_cmpuint (n, <=, size);
  bytes = g_realloc (bytes, size);
  for (; n < size; n++)
    bytes[n] = (char) g_random_int ();
  return g_bytes_new_take (bytes, size);
}

static gpointer
add_photo_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_attachment_store_add (context, data, 0, error);
}

char *
terminal_add_photo (Terminal *self, gsize size)
{
  g_autoptr (GBytes) jpeg = make_jpeg (size);
  g_autoptr (GError) error = NULL;
  char *name = wg_store_run (self->store, add_photo_job, jpeg, &error);

  g_assert_no_error (error);
  return name;
}

gboolean
terminal_round (Terminal *self, GError **error)
{
  return wg_sync_run_round (self->sync, NULL, error);
}

void
terminal_round_well (Terminal *self)
{
  g_autoptr (WgSyncStatus) status = NULL;
  g_autoptr (GError) error = NULL;

  terminal_round (self, &error);
  g_assert_no_error (error);
  status = wg_sync_dup_status (self->sync);
  g_assert_cmpint (status->state, ==, WG_SYNC_IDLE);
  g_assert_true (status->all_synced);
}

static gpointer
view_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_event_store_get (context, data, error);
}

WgEventView *
terminal_view (Terminal *self, const char *id)
{
  g_autoptr (GError) error = NULL;
  WgEventView *view = wg_store_run (self->store, view_job, (gpointer) id, &error);

  g_assert_no_error (error);
  return view;
}

WgTruth
terminal_truth (Terminal *self, const char *id)
{
  g_autoptr (WgEventView) view = terminal_view (self, id);

  return view->truth;
}

static gpointer
count_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_event_store_count (context, data, error) ? GINT_TO_POINTER (1) : NULL;
}

WgEventCounts
terminal_count (Terminal *self)
{
  WgEventCounts counts = { 0 };
  g_autoptr (GError) error = NULL;

  wg_store_run (self->store, count_job, &counts, &error);
  g_assert_no_error (error);
  return counts;
}

static gpointer
check_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_inbox_check (context, error);
}

void
terminal_check (Terminal *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) found = wg_store_run (self->store, check_job, NULL, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < found->len; i++)
    g_error ("invariant: %s", (char *) g_ptr_array_index (found, i));
}

char *
platform_events (void)
{
  static const char *const arguments[] = { "list", "events", "--json", NULL };

  return test_daemon_run (platform, arguments);
}

void
assert_once (const char *events, const char *id)
{
  g_autofree char *key = g_strdup_printf ("{\"id\":\"%s\"", id);
  const char *first = strstr (events, key);

  if (first == NULL)
    g_error ("event %s is not at the platform", id);
  if (strstr (first + 1, key) != NULL)
    g_error ("event %s is at the platform twice", id);
}

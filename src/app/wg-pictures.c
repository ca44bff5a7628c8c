/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pictures of the main screens at the sizes they are made for, drawn by the renderer itself. */
#include "app/wg-pictures.h"

#include <glib/gi18n.h>

#include "app/field/wg-event-jobs.h"
#include "app/preferences/wg-health-dialog.h"
#include "app/sync/wg-bundle-menu.h"
#include "app/wg-window.h"
#include "core/kinds/wg-kind-event.h"
#include "store/wg-records.h"

#define SETTLE_MS 900
#define SYNC_MS 30000
#define N_ANSWERS 3
#define N_LOOKED_AT 200
#define N_CONFLICTS 20

typedef struct
{
  int width, height;
} Size;

static const Size SIZES[] = { { 1280, 800 }, { 960, 600 }, { 800, 1280 }, { 360, 720 } };

typedef struct _Session Session;

typedef struct
{
  const char *name;
  void (*show) (Session *session);
  gboolean outdoor; /* once more in the style for the sun */
} Screen;

/* All screens by day, then those that are marked in the sun, then, locked, the last one. */
typedef struct
{
  const Screen *screen;
  gsize size;
  gboolean outdoor;
} Shot;

struct _Session
{
  GtkApplication *application;               /* owned */
  WgServices *services;                      /* owned */
  char *folder;                              /* owned */
  char *event_id, *returned_id, *refused_id; /* owned; NULL when there is none */
  char *household_id, *resident_id, *conflict_id, *event_conflict_id;
  WgWindow *window; /* of the size being drawn */
  GArray *shots;    /* owned; of Shot */
  guint step;
  guint wait_id;
  guint n_answers; /* of the store, until what is shown is complete */
};

/* --- one picture ------------------------------------------------------------------------------ */

static gboolean
save (GtkWidget *window, const char *path, GError **error)
{
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (window);
  GtkSnapshot *snapshot = gtk_snapshot_new ();
  g_autoptr (GskRenderNode) node = NULL;
  g_autoptr (GdkTexture) texture = NULL;
  g_autoptr (GBytes) png = NULL;

  gdk_paintable_snapshot (paintable, snapshot, gtk_widget_get_width (window),
                          gtk_widget_get_height (window));
  node = gtk_snapshot_free_to_node (snapshot);
  if (node == NULL)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "window: nothing is drawn in its frame");
      return FALSE;
    }
  texture = gsk_renderer_render_texture (gtk_native_get_renderer (GTK_NATIVE (window)), node, NULL);
  png = gdk_texture_save_to_png_bytes (texture);
  return g_file_set_contents (path, g_bytes_get_data (png, NULL), (gssize) g_bytes_get_size (png),
                              error);
}

typedef struct
{
  GtkWidget *window; /* owned */
  char *path;        /* owned */
  WgPictureTaken taken;
  gpointer data;
} Picture;

static void
on_painted_cb (GdkFrameClock *clock, Picture *picture)
{
  g_autoptr (GError) error = NULL;

  g_signal_handlers_disconnect_by_data (clock, picture);
  save (picture->window, picture->path, &error);
  picture->taken (error, picture->data);
  g_object_unref (picture->window);
  g_free (picture->path);
  g_free (picture);
}

/**
 * wg_picture_take:
 * @window: a window that is shown
 * @path: file to write, PNG
 * @taken: called once the file is written, or cannot be
 * @data: for @taken
 *
 * Draws the next frame of a window into a file, without a look at the screen. Only while a frame
 * has just been painted is there surely something to draw: whoever asks for another frame throws
 * the last one away.
 *
 * Thread: UI.
 * Errors: those of writing the file, given to @taken.
 */
void
wg_picture_take (GtkWindow *window, const char *path, WgPictureTaken taken, gpointer data)
{
  Picture *picture = g_new (Picture, 1);

  *picture = (Picture) { GTK_WIDGET (g_object_ref (window)), g_strdup (path), taken, data };
  g_signal_connect (gtk_widget_get_frame_clock (picture->window), "after-paint",
                    G_CALLBACK (on_painted_cb), picture);
  gtk_widget_queue_draw (picture->window);
}

/* --- which screens ---------------------------------------------------------------------------- */

static void
close_dialog (Session *session)
{
  AdwDialog *dialog =
      adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (session->window));

  if (dialog != NULL)
    adw_dialog_force_close (dialog);
}

static void
show_today (Session *session)
{
  g_settings_set_string (wg_services_get_settings (session->services), "hand", "right");
  wg_window_show_page (session->window, "today");
}

static void
show_map (Session *session)
{
  wg_window_show_page (session->window, "map");
}

static void
show_events (Session *session)
{
  wg_window_show_page (session->window, "events");
}

static void
show_queue (Session *session)
{
  wg_window_show_page (session->window, "queue");
}

/* The button within the first widget of a type. */
static GtkWidget *
find_button (GtkWidget *from, GType type)
{
  GtkWidget *found = NULL;

  if (type == G_TYPE_NONE && GTK_IS_BUTTON (from))
    return from;
  if (G_TYPE_CHECK_INSTANCE_TYPE (from, type))
    type = G_TYPE_NONE;
  for (GtkWidget *child = gtk_widget_get_first_child (from); child != NULL && found == NULL;
       child = gtk_widget_get_next_sibling (child))
    found = find_button (child, type);
  return found;
}

static void
show_bundle (Session *session)
{
  wg_window_show_page (session->window, "queue");
  g_signal_emit_by_name (find_button (GTK_WIDGET (session->window), WG_TYPE_BUNDLE_MENU),
                         "clicked");
}

static void
show_settings (Session *session)
{
  wg_window_show_page (session->window, "settings");
}

static void
show_device (Session *session)
{
  wg_window_show_page (session->window, "settings");
  adw_dialog_present (ADW_DIALOG (wg_health_dialog_new (session->services)),
                      GTK_WIDGET (session->window));
}

static void
show_event (Session *session)
{
  if (session->event_id != NULL)
    wg_window_show_event (session->window, session->event_id);
}

static void
show_returned (Session *session)
{
  if (session->returned_id != NULL)
    wg_window_show_event (session->window, session->returned_id);
}

static void
show_refused (Session *session)
{
  if (session->refused_id != NULL)
    wg_window_show_event (session->window, session->refused_id);
}

static void
show_records (Session *session)
{
  wg_window_show_page (session->window, "records");
}

static void
show_by_action (Session *session, const char *action, const char *id)
{
  if (id != NULL)
    gtk_widget_activate_action (GTK_WIDGET (session->window), action, "s", id);
}

static void
show_household (Session *session)
{
  show_by_action (session, "win.show-record", session->household_id);
}

static void
show_resident (Session *session)
{
  show_by_action (session, "win.show-record", session->resident_id);
}

static void
show_conflict (Session *session)
{
  show_by_action (session, "win.show-conflict", session->conflict_id);
}

static void
show_event_conflict (Session *session)
{
  show_by_action (session, "win.show-conflict", session->event_conflict_id);
}

static void
show_record_form (Session *session)
{
  show_by_action (session, "win.edit-record", session->resident_id);
}

static void
show_mend (Session *session)
{
  show_by_action (session, "win.mend-event", session->refused_id);
}

static void
show_general (Session *session)
{
  wg_window_show_page (session->window, "today");
  gtk_widget_activate_action (GTK_WIDGET (session->window), "win.report", "s", "general");
}

static void
show_major (Session *session)
{
  gtk_widget_activate_action (GTK_WIDGET (session->window), "win.report", "s", "major");
}

static void
show_left (Session *session)
{
  close_dialog (session);
  g_settings_set_string (wg_services_get_settings (session->services), "hand", "left");
}

static void
show_unlock (Session *session)
{
  wg_services_lock (session->services);
}

static const Screen SCREENS[] = {
  { "today", show_today, TRUE },
  { "map", show_map },
  { "events", show_events, TRUE },
  { "records", show_records, TRUE },
  { "household", show_household, TRUE },
  { "resident", show_resident, TRUE },
  { "conflict", show_conflict, TRUE },
  { "event-conflict", show_event_conflict, TRUE },
  { "record-form", show_record_form, TRUE },
  { "queue", show_queue, TRUE },
  { "bundle", show_bundle, TRUE },
  { "settings", show_settings },
  { "device", show_device, TRUE },
  { "event", show_event },
  { "returned", show_returned },
  { "refused", show_refused, TRUE },
  { "mend", show_mend, TRUE },
  { "general", show_general },
  { "major", show_major },
  { "left", show_left },
  { "unlock", show_unlock },
};

static GArray *
list_shots (void)
{
  const gsize n_open = G_N_ELEMENTS (SCREENS) - 1;
  GArray *shots = g_array_new (FALSE, FALSE, sizeof (Shot));

  for (gsize size = 0; size < G_N_ELEMENTS (SIZES); size++)
    for (gsize i = 0; i < 2 * n_open; i++)
      {
        Shot shot = { &SCREENS[i % n_open], size, i >= n_open };

        if (!shot.outdoor || shot.screen->outdoor)
          g_array_append_val (shots, shot);
      }
  for (gsize size = 0; size < G_N_ELEMENTS (SIZES); size++)
    {
      Shot shot = { &SCREENS[n_open], size, FALSE };
      g_array_append_val (shots, shot);
    }
  return shots;
}

static const Shot *
get_shot (Session *session, guint step)
{
  return step < session->shots->len ? &g_array_index (session->shots, Shot, step) : NULL;
}

static void
session_free (Session *session)
{
  g_object_unref (session->application);
  g_object_unref (session->services);
  g_free (session->folder);
  g_free (session->event_id);
  g_free (session->returned_id);
  g_free (session->refused_id);
  g_free (session->household_id);
  g_free (session->resident_id);
  g_free (session->conflict_id);
  g_free (session->event_conflict_id);
  g_array_unref (session->shots);
  g_free (session);
}

static gboolean next_screen (gpointer user_data);

/* "records-800x1280.png", "records-outdoor-800x1280.png" */
static char *
name_file (const Shot *shot)
{
  return g_strdup_printf ("%s%s-%dx%d.png", shot->screen->name, shot->outdoor ? "-outdoor" : "",
                          SIZES[shot->size].width, SIZES[shot->size].height);
}

static void
on_taken_cb (const GError *error, gpointer user_data)
{
  Session *session = user_data;
  g_autofree char *name = name_file (get_shot (session, session->step));

  if (error != NULL)
    g_printerr ("%s: %s\n", name, error->message);
  session->step++;
  /* Not within a frame: the next size destroys the window. */
  g_idle_add (next_screen, session);
}

static void
draw (Session *session)
{
  g_autofree char *name = name_file (get_shot (session, session->step));
  g_autofree char *path = g_build_filename (session->folder, name, NULL);

  wg_picture_take (GTK_WINDOW (session->window), path, on_taken_cb, session);
}

static gpointer
nothing_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return g_memdup2 ("", 1);
}

/* What the screen asked of the store was answered before; what the answer asked for, the next. */
static void
on_nothing_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Session *session = user_data;
  g_autofree char *nothing = wg_store_run_finish (WG_STORE (source), result, NULL);

  if (--session->n_answers > 0)
    wg_store_run_async (WG_STORE (source), nothing_job, NULL, NULL, g_free, NULL, on_nothing_cb,
                        session);
  else
    draw (session);
}

static gboolean
on_settled_cb (gpointer user_data)
{
  Session *session = user_data;

  session->n_answers = N_ANSWERS;
  wg_store_run_async (wg_services_get_store (session->services), nothing_job, NULL, NULL, g_free,
                      NULL, on_nothing_cb, session);
  return G_SOURCE_REMOVE;
}

static gboolean
next_screen (gpointer user_data)
{
  Session *session = user_data;
  const Shot *shot = get_shot (session, session->step);
  const Shot *before = session->step > 0 ? get_shot (session, session->step - 1) : NULL;

  if (shot == NULL)
    {
      GApplication *application = G_APPLICATION (session->application);

      gtk_window_destroy (GTK_WINDOW (session->window));
      session_free (session);
      /* Not only released: with a queue that waits the application would stay as a service. */
      g_application_quit (application);
      return G_SOURCE_REMOVE;
    }
  if (before != NULL && before->size != shot->size)
    {
      gtk_window_destroy (GTK_WINDOW (session->window));
      session->window = NULL;
    }
  if (session->window == NULL)
    {
      session->window = wg_window_new (session->application, session->services);
      gtk_window_unmaximize (GTK_WINDOW (session->window));
      gtk_window_set_default_size (GTK_WINDOW (session->window), SIZES[shot->size].width,
                                   SIZES[shot->size].height);
      gtk_window_set_decorated (GTK_WINDOW (session->window), FALSE);
      gtk_window_present (GTK_WINDOW (session->window));
    }
  g_settings_set_boolean (wg_services_get_settings (session->services), "outdoor", shot->outdoor);
  close_dialog (session);
  shot->screen->show (session);
  g_timeout_add (SETTLE_MS, on_settled_cb, session);
  return G_SOURCE_REMOVE;
}

/* --- before the first picture ----------------------------------------------------------------- */

static gpointer
list_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_event_store_list (context, WG_EVENT_LIST_ALL, 0, N_LOOKED_AT, error);
}

static gpointer
find_records_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  Session *session = data;
  g_autoptr (GPtrArray) conflicts = wg_conflicts_list (context, FALSE, 0, N_CONFLICTS, error);
  WgRecordQuery query = { .kind = wg_kind_find ("resident"), .limit = 1 };
  g_autoptr (GPtrArray) residents = NULL;
  const WgRecord *resident;

  if (conflicts == NULL)
    return NULL;
  for (guint i = 0; i < conflicts->len; i++)
    {
      const WgConflict *conflict = wg_conflict_item_get_conflict (conflicts->pdata[i]);

      g_set_str (conflict->kind == wg_kind_get_event () ? &session->event_conflict_id
                                                        : &session->conflict_id,
                 conflict->id);
    }
  residents = wg_records_list (context, &query, error);
  if (residents == NULL || residents->len == 0)
    return NULL;
  resident = wg_record_item_get_view (g_ptr_array_index (residents, 0))->record;
  session->resident_id = g_strdup (resident->id);
  session->household_id = g_strdup (wg_record_get_text (resident, "household"));
  return GINT_TO_POINTER (1);
}

static void
on_records_found_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;

  wg_store_run_finish (WG_STORE (source), result, &error);
  if (error != NULL)
    g_printerr ("%s\n", error->message);
  next_screen (user_data);
}

static void
on_listed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Session *session = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) items = wg_store_run_finish (WG_STORE (source), result, &error);

  if (items == NULL)
    g_printerr ("%s\n", error->message);
  for (guint i = 0; items != NULL && i < items->len; i++)
    {
      const WgEventView *view = wg_event_item_get_view (g_ptr_array_index (items, i));

      if (session->refused_id == NULL && view->refusal_op != NULL)
        session->refused_id = g_strdup (view->event->id);
      else if (session->returned_id == NULL && view->event->state == WG_EVENT_STATE_RETURNED)
        session->returned_id = g_strdup (view->event->id);
      else if (session->event_id == NULL && view->event->level >= WG_EVENT_LEVEL_GENERAL)
        session->event_id = g_strdup (view->event->id);
    }
  wg_store_run_async (WG_STORE (source), find_records_job, session, NULL, NULL, NULL,
                      on_records_found_cb, session);
}

static void
list_events (Session *session)
{
  g_signal_handlers_disconnect_by_data (session->services, session);
  g_clear_handle_id (&session->wait_id, g_source_remove);
  wg_store_run_async (wg_services_get_store (session->services), list_job, NULL, NULL,
                      (GDestroyNotify) g_ptr_array_unref, NULL, on_listed_cb, session);
}

static gboolean
on_waited_cb (gpointer user_data)
{
  Session *session = user_data;

  session->wait_id = 0;
  list_events (session);
  return G_SOURCE_REMOVE;
}

static void
on_sync_changed_cb (Session *session)
{
  g_autoptr (WgSyncStatus) status = wg_sync_dup_status (wg_services_get_sync (session->services));

  if (status->all_synced || status->state == WG_SYNC_OFFLINE)
    list_events (session);
}

/**
 * wg_pictures_start:
 * @application: held until the last picture is written
 * @services: what the screens work with, open
 * @folder: where to put `<screen>-<width>x<height>.png`, and `<screen>-outdoor-…`
 *
 * Waits until the tablet has all of the platform, at most 30 s, then draws each main screen at
 * 1280x800, 960x600, 800x1280 and 360x720, many of them in the style for the sun, too.
 *
 * Thread: UI.
 * Errors: none; a picture that cannot be written is said on stderr.
 */
void
wg_pictures_start (GtkApplication *application, WgServices *services, const char *folder)
{
  Session *session = g_new0 (Session, 1);

  session->application = g_object_ref (application);
  session->services = g_object_ref (services);
  session->folder = g_strdup (folder);
  session->shots = list_shots ();
  g_application_hold (G_APPLICATION (application));
  session->wait_id = g_timeout_add (SYNC_MS, on_waited_cb, session);
  g_signal_connect_swapped (services, "sync-changed", G_CALLBACK (on_sync_changed_cb), session);
  on_sync_changed_cb (session);
}

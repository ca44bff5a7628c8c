/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Evidence (取证): the newest picture of the camera, or a file, seen large before it is used. */
#include "app/field/wg-photo-page.h"

#include <gio/gdesktopappinfo.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>

#include "app/field/wg-photo-jobs.h"
#include "app/wg-app-error.h"
#include "app/wg-time.h"
#include "app/widgets/wg-children.h"
#include "store/wg-photo.h"

#define N_RECENT 8

struct _WgPhotoPage
{
  AdwNavigationPage parent_instance;

  GtkPicture *picture;
  GtkStack *stack;
  GtkLabel *message;
  GtkWidget *use;
  GtkWidget *camera;
  AdwWrapBox *recent;
  WgServices *services;      /* owned */
  GFileMonitor *monitor;     /* owned */
  GCancellable *cancellable; /* owned; of the picture being made ready */
  WgPhoto *photo;            /* owned; what is shown */
  char *folder;              /* owned */
  char *path;                /* owned; file of what is shown or being made ready */
  gboolean adding;
};

G_DEFINE_FINAL_TYPE (WgPhotoPage, wg_photo_page, ADW_TYPE_NAVIGATION_PAGE)

enum
{
  CHOSEN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* --- one picture ------------------------------------------------------------------------------ */

static void
on_prepared_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (WgPhotoPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (WgPhoto) photo = wg_photo_jobs_prepare_finish (result, &error);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED) || self->stack == NULL)
    return;
  g_clear_pointer (&self->photo, wg_photo_free);
  if (photo == NULL)
    {
      g_autofree char *text = wg_app_error_describe (error);

      gtk_label_set_text (self->message, text);
      gtk_stack_set_visible_child_name (self->stack, "message");
      gtk_widget_set_sensitive (self->use, FALSE);
      return;
    }
  self->photo = g_steal_pointer (&photo);
  gtk_picture_set_paintable (self->picture, GDK_PAINTABLE (self->photo->texture));
  gtk_stack_set_visible_child_name (self->stack, "picture");
  gtk_widget_set_sensitive (self->use, TRUE);
  gtk_widget_grab_focus (self->use);
}

static void
on_added_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (WgPhotoPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *sha256 = wg_store_run_finish (WG_STORE (source), result, &error);

  self->adding = FALSE;
  if (self->stack == NULL)
    return;
  if (sha256 == NULL)
    {
      g_autofree char *text = wg_app_error_describe (error);

      gtk_label_set_text (self->message, text);
      gtk_stack_set_visible_child_name (self->stack, "message");
      return;
    }
  g_signal_emit (self, signals[CHOSEN], 0, sha256);
}

static void
on_use_cb (WgPhotoPage *self)
{
  if (self->photo == NULL || self->adding)
    return;
  self->adding = TRUE;
  wg_photo_jobs_add (wg_services_get_store (self->services), self->photo, on_added_cb,
                     g_object_ref (self));
}

/* --- the camera's folder ---------------------------------------------------------------------- */

typedef struct
{
  char *path;
  gint64 time_ms;
  GdkTexture *texture; /* small */
} Recent;

static void
recent_free (Recent *recent)
{
  g_free (recent->path);
  g_clear_object (&recent->texture);
  g_free (recent);
}

static int
compare_newest_first (gconstpointer a, gconstpointer b)
{
  const Recent *one = *(Recent *const *) a, *other = *(Recent *const *) b;

  return one->time_ms < other->time_ms ? 1 : one->time_ms > other->time_ms ? -1 : 0;
}

static void
collect (GPtrArray *found, const char *folder, guint depth)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autofree char *lower = g_ascii_strdown (name, -1);
      GStatBuf status;

      if (*name == '.' || g_stat (path, &status) != 0)
        continue;
      if (S_ISDIR (status.st_mode) && depth > 0)
        collect (found, path, depth - 1);
      else if (S_ISREG (status.st_mode) &&
               (g_str_has_suffix (lower, ".jpg") || g_str_has_suffix (lower, ".jpeg") ||
                g_str_has_suffix (lower, ".png") || g_str_has_suffix (lower, ".webp")))
        {
          Recent *recent = g_new0 (Recent, 1);

          recent->path = g_steal_pointer (&path);
          recent->time_ms =
              (gint64) status.st_mtim.tv_sec * 1000 + status.st_mtim.tv_nsec / 1000000;
          g_ptr_array_add (found, recent);
        }
    }
}

static GdkTexture *
load_small (const char *path)
{
  g_autoptr (GdkPixbuf) small = NULL, upright = NULL;
  g_autoptr (GBytes) bytes = NULL;
  int width = 0, height = 0;

  /* Some decoders make the whole picture before they make it small. */
  if (gdk_pixbuf_get_file_info (path, &width, &height) == NULL ||
      (gint64) width * height > WG_PHOTO_MAX_PIXELS)
    return NULL;
  small = gdk_pixbuf_new_from_file_at_scale (path, 192, 192, TRUE, NULL);
  upright = small != NULL ? gdk_pixbuf_apply_embedded_orientation (small) : NULL;
  bytes = upright != NULL ? gdk_pixbuf_read_pixel_bytes (upright) : NULL;
  if (bytes == NULL)
    return NULL;
  return gdk_memory_texture_new (gdk_pixbuf_get_width (upright), gdk_pixbuf_get_height (upright),
                                 gdk_pixbuf_get_has_alpha (upright) ? GDK_MEMORY_R8G8B8A8
                                                                    : GDK_MEMORY_R8G8B8,
                                 bytes, gdk_pixbuf_get_rowstride (upright));
}

static void
scan_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func ((GDestroyNotify) recent_free);

  collect (found, data, 1);
  g_ptr_array_sort (found, compare_newest_first);
  if (found->len > N_RECENT)
    g_ptr_array_set_size (found, N_RECENT);
  for (guint i = 0; i < found->len; i++)
    {
      Recent *recent = g_ptr_array_index (found, i);

      recent->texture = load_small (recent->path);
    }
  g_task_return_pointer (task, g_steal_pointer (&found), (GDestroyNotify) g_ptr_array_unref);
}

static void
on_recent_clicked_cb (GtkButton *button, WgPhotoPage *self)
{
  wg_photo_page_show_file (self, gtk_widget_get_name (GTK_WIDGET (button)));
}

static GtkWidget *
make_recent (WgPhotoPage *self, Recent *recent)
{
  GtkWidget *button = gtk_button_new ();
  GtkWidget *picture = gtk_picture_new_for_paintable (GDK_PAINTABLE (recent->texture));
  g_autofree char *when = wg_time_format (recent->time_ms, wg_services_now_ms (self->services));
  g_autofree char *name = g_strdup_printf (_("Picture of %s"), when);

  gtk_button_set_child (GTK_BUTTON (button), wg_photo_frame_new (GTK_PICTURE (picture), 88));
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "photo-button");
  gtk_widget_set_name (button, recent->path);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_signal_connect_object (button, "clicked", G_CALLBACK (on_recent_clicked_cb), self, 0);
  return button;
}

/* A picture newer than what is shown comes to the front: that is the one just taken. */
static void
on_scanned_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  WgPhotoPage *self = WG_PHOTO_PAGE (source);
  g_autoptr (GPtrArray) found = g_task_propagate_pointer (G_TASK (result), NULL);

  if (found == NULL || self->stack == NULL)
    return;
  wg_children_remove_all (GTK_WIDGET (self->recent));
  for (guint i = 0; i < found->len; i++)
    {
      Recent *recent = g_ptr_array_index (found, i);

      if (recent->texture != NULL)
        adw_wrap_box_append (self->recent, make_recent (self, recent));
    }
  if (found->len > 0)
    {
      Recent *newest = g_ptr_array_index (found, 0);

      if (g_strcmp0 (newest->path, self->path) != 0)
        wg_photo_page_show_file (self, newest->path);
    }
}

static void
scan (WgPhotoPage *self)
{
  g_autoptr (GTask) task = NULL;

  if (self->folder == NULL)
    return;
  task = g_task_new (self, NULL, on_scanned_cb, NULL);
  g_task_set_source_tag (task, scan);
  g_task_set_task_data (task, g_strdup (self->folder), g_free);
  g_task_run_in_thread (task, scan_in_thread);
}

static void
on_folder_changed_cb (WgPhotoPage *self, GFile *file, GFile *other, GFileMonitorEvent event)
{
  if (event == G_FILE_MONITOR_EVENT_CHANGES_DONE_HINT || event == G_FILE_MONITOR_EVENT_RENAMED ||
      event == G_FILE_MONITOR_EVENT_MOVED_IN)
    scan (self);
}

/* --- other sources ---------------------------------------------------------------------------- */

static GAppInfo *
find_camera (void)
{
  static const char *const names[] = { "org.gnome.Snapshot.desktop",
                                       "org.postmarketos.Megapixels.desktop",
                                       "org.gnome.Cheese.desktop", "guvcview.desktop" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      GDesktopAppInfo *info = g_desktop_app_info_new (names[i]);

      if (info != NULL)
        return G_APP_INFO (info);
    }
  return NULL;
}

static void
on_camera_cb (WgPhotoPage *self)
{
  g_autoptr (GAppInfo) info = find_camera ();
  g_autoptr (GError) error = NULL;

  if (info != NULL && g_app_info_launch (info, NULL, NULL, &error))
    return;
  gtk_label_set_text (self->message, error != NULL ? error->message : _("No camera program"));
  gtk_stack_set_visible_child_name (self->stack, "message");
}

static void
on_file_chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (WgPhotoPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) file = gtk_file_dialog_open_finish (GTK_FILE_DIALOG (source), result, &error);

  if (file != NULL && self->stack != NULL)
    wg_photo_page_show_file (self, g_file_peek_path (file));
  else if (error != NULL && !g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED))
    g_warning ("cannot choose a file: %s", error->message);
}

static void
on_file_cb (WgPhotoPage *self)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  gtk_file_filter_add_mime_type (filter, "image/*");
  gtk_file_filter_set_name (filter, _("Pictures"));
  gtk_file_dialog_set_title (dialog, _("Choose a Photo"));
  gtk_file_dialog_set_default_filter (dialog, filter);
  if (self->folder != NULL)
    {
      g_autoptr (GFile) folder = g_file_new_for_path (self->folder);

      gtk_file_dialog_set_initial_folder (dialog, folder);
    }
  gtk_file_dialog_open (dialog, GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), NULL,
                        on_file_chosen_cb, g_object_ref (self));
}

/* --- object ----------------------------------------------------------------------------------- */

static void
wg_photo_page_dispose (GObject *object)
{
  WgPhotoPage *self = WG_PHOTO_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->monitor);
  gtk_widget_dispose_template (GTK_WIDGET (self), WG_TYPE_PHOTO_PAGE);
  g_clear_object (&self->services);
  g_clear_pointer (&self->photo, wg_photo_free);
  g_clear_pointer (&self->folder, g_free);
  g_clear_pointer (&self->path, g_free);
  G_OBJECT_CLASS (wg_photo_page_parent_class)->dispose (object);
}

static void
wg_photo_page_class_init (WgPhotoPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = wg_photo_page_dispose;
  signals[CHOSEN] = g_signal_new ("chosen", WG_TYPE_PHOTO_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/wangge/Wangge/ui/wg-photo-page.ui");
  gtk_widget_class_bind_template_child (widget_class, WgPhotoPage, picture);
  gtk_widget_class_bind_template_child (widget_class, WgPhotoPage, stack);
  gtk_widget_class_bind_template_child (widget_class, WgPhotoPage, message);
  gtk_widget_class_bind_template_child (widget_class, WgPhotoPage, use);
  gtk_widget_class_bind_template_child (widget_class, WgPhotoPage, camera);
  gtk_widget_class_bind_template_child (widget_class, WgPhotoPage, recent);
  gtk_widget_class_bind_template_callback (widget_class, on_use_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_camera_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_file_cb);
}

static void
wg_photo_page_init (WgPhotoPage *self)
{
  g_autoptr (GAppInfo) info = find_camera ();

  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_widget_set_visible (self->camera, info != NULL);
}

/**
 * wg_photo_page_new:
 * @services: what the screens work with, open
 *
 * Makes the page with the newest picture of the user's picture folder already shown: take a
 * picture with the tablet's camera, come back, one press uses it.
 *
 * Thread: UI.
 * Errors: none; faults are said on the page.
 *
 * Returns: (transfer floating): the page
 */
WgPhotoPage *
wg_photo_page_new (WgServices *services)
{
  WgPhotoPage *self = g_object_new (WG_TYPE_PHOTO_PAGE, NULL);

  self->services = g_object_ref (services);
  wg_photo_page_set_folder (self, g_get_user_special_dir (G_USER_DIRECTORY_PICTURES));
  return self;
}

/**
 * wg_photo_page_set_folder:
 * @self: the page
 * @folder: (nullable): where the camera puts its pictures
 *
 * Follows a folder (and one level below) from now on.
 *
 * Thread: UI.
 * Errors: none; a folder that is not there shows nothing.
 */
void
wg_photo_page_set_folder (WgPhotoPage *self, const char *folder)
{
  g_clear_object (&self->monitor);
  g_set_str (&self->folder, folder);
  if (folder != NULL)
    {
      g_autoptr (GFile) file = g_file_new_for_path (folder);

      self->monitor = g_file_monitor_directory (file, G_FILE_MONITOR_WATCH_MOVES, NULL, NULL);
      if (self->monitor != NULL)
        g_signal_connect_object (self->monitor, "changed", G_CALLBACK (on_folder_changed_cb), self,
                                 G_CONNECT_SWAPPED);
    }
  scan (self);
}

/**
 * wg_photo_page_show_file:
 * @self: the page
 * @path: a picture file
 *
 * Makes a picture ready in the background and shows it; what is wrong with it is said.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_photo_page_show_file (WgPhotoPage *self, const char *path)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  g_set_str (&self->path, path);
  g_clear_pointer (&self->photo, wg_photo_free);
  gtk_widget_set_sensitive (self->use, FALSE);
  gtk_stack_set_visible_child_name (self->stack, "busy");
  wg_photo_jobs_prepare_async (path, self->cancellable, on_prepared_cb, g_object_ref (self));
}

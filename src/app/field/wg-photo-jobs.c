/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Photos: made ready in a worker thread, kept by the store, shown as textures. */
#include "app/field/wg-photo-jobs.h"

#include <adwaita.h>
#include <glib/gi18n.h>

/**
 * wg_photo_free:
 * @photo: (nullable) (transfer full): a photo
 *
 * Frees it.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_photo_free (WgPhoto *photo)
{
  if (photo == NULL)
    return;
  g_clear_pointer (&photo->jpeg, g_bytes_unref);
  g_clear_object (&photo->texture);
  g_free (photo);
}

static void
prepare_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_autoptr (WgPhoto) photo = g_new0 (WgPhoto, 1);
  g_autoptr (GError) error = NULL;

  photo->jpeg = wg_photo_prepare_file (data, &photo->taken_ms, &error);
  if (photo->jpeg != NULL)
    photo->texture = gdk_texture_new_from_bytes (photo->jpeg, &error);
  if (photo->texture == NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_pointer (task, g_steal_pointer (&photo), (GDestroyNotify) wg_photo_free);
}

/**
 * wg_photo_jobs_prepare_async:
 * @path: a picture file
 * @cancellable: (nullable): to give up
 * @callback: called in the UI thread
 * @user_data: for @callback
 *
 * Decodes, turns, scales and strips a picture in a thread of its own, and makes what is shown.
 *
 * Thread: UI.
 * Errors: see wg_photo_jobs_prepare_finish().
 */
void
wg_photo_jobs_prepare_async (const char *path,
                             GCancellable *cancellable,
                             GAsyncReadyCallback callback,
                             gpointer user_data)
{
  g_autoptr (GTask) task = g_task_new (NULL, cancellable, callback, user_data);

  g_task_set_source_tag (task, wg_photo_jobs_prepare_async);
  g_task_set_task_data (task, g_strdup (path), g_free);
  g_task_run_in_thread (task, prepare_in_thread);
}

/**
 * wg_photo_jobs_prepare_finish:
 * @result: what the callback was given
 * @error: return location for an error
 *
 * Ends wg_photo_jobs_prepare_async().
 *
 * Thread: UI.
 * Errors: %WG_STORE_ERROR_PHOTO that says what is wrong with the picture; %G_IO_ERROR_CANCELLED.
 *
 * Returns: (transfer full): the photo, or %NULL with @error set
 */
WgPhoto *
wg_photo_jobs_prepare_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

typedef struct
{
  GBytes *jpeg;
  gint64 taken_ms;
  char *sha256;
  gboolean whole;
} Ask;

static void
ask_free (Ask *ask)
{
  g_clear_pointer (&ask->jpeg, g_bytes_unref);
  g_free (ask->sha256);
  g_free (ask);
}

static gpointer
add_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  Ask *ask = data;

  return wg_attachment_store_add (context, ask->jpeg, ask->taken_ms, error);
}

/**
 * wg_photo_jobs_add:
 * @store: the store
 * @photo: a photo made ready
 * @callback: called in the UI thread
 * @user_data: for @callback
 *
 * Keeps a photo. Gives its name.
 *
 * Thread: UI.
 * Errors: those of wg_attachment_store_add(), a full disk among them.
 */
void
wg_photo_jobs_add (WgStore *store,
                   const WgPhoto *photo,
                   GAsyncReadyCallback callback,
                   gpointer user_data)
{
  Ask *ask = g_new0 (Ask, 1);

  ask->jpeg = g_bytes_ref (photo->jpeg);
  ask->taken_ms = photo->taken_ms;
  wg_store_run_async (store, add_job, ask, (GDestroyNotify) ask_free, g_free, NULL, callback,
                      user_data);
}

static gpointer
load_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  Ask *ask = data;
  g_autoptr (GBytes) jpeg = ask->whole
                               ? wg_attachment_store_read (context, ask->sha256, error)
                               : wg_attachment_store_read_thumbnail (context, ask->sha256, error);

  return jpeg != NULL ? gdk_texture_new_from_bytes (jpeg, error) : NULL;
}

/**
 * wg_photo_jobs_load:
 * @store: the store
 * @sha256: name of a photo
 * @whole: the whole photo instead of its thumbnail
 * @cancellable: (nullable): to give up
 * @callback: called in the UI thread
 * @user_data: for @callback
 *
 * Reads a photo. Gives a #GdkTexture.
 *
 * Thread: UI.
 * Errors: %WG_STORE_ERROR_NOT_FOUND while it has not been fetched.
 */
void
wg_photo_jobs_load (WgStore *store,
                    const char *sha256,
                    gboolean whole,
                    GCancellable *cancellable,
                    GAsyncReadyCallback callback,
                    gpointer user_data)
{
  Ask *ask = g_new0 (Ask, 1);

  ask->sha256 = g_strdup (sha256);
  ask->whole = whole;
  wg_store_run_async (store, load_job, ask, (GDestroyNotify) ask_free, g_object_unref, cancellable,
                      callback, user_data);
}

static void
on_loaded_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GtkPicture) picture = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GdkTexture) texture = wg_store_run_finish (WG_STORE (source), result, &error);

  if (texture != NULL)
    gtk_picture_set_paintable (picture, GDK_PAINTABLE (texture));
  else if (g_error_matches (error, WG_STORE_ERROR, WG_STORE_ERROR_NOT_FOUND))
    gtk_picture_set_alternative_text (picture, _("Photo not fetched yet"));
  else
    {
      gtk_picture_set_alternative_text (picture, _("Photo cannot be read"));
      g_warning ("a photo cannot be read: %s", error->message);
    }
}

/**
 * wg_photo_jobs_fill:
 * @store: the store
 * @sha256: name of a photo
 * @whole: the whole photo instead of its thumbnail
 * @picture: where to show it
 *
 * Shows a photo as soon as it is read.
 *
 * Thread: UI.
 * Errors: none; a photo that is not here leaves the picture empty with a text that says so.
 */
void
wg_photo_jobs_fill (WgStore *store, const char *sha256, gboolean whole, GtkPicture *picture)
{
  wg_photo_jobs_load (store, sha256, whole, NULL, on_loaded_cb, g_object_ref (picture));
}

/**
 * wg_photo_frame_new:
 * @picture: (transfer floating): shows the photo
 * @edge: width and height
 *
 * Puts a picture into a square that it fills, however large the photo is.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: (transfer floating): the frame
 */
GtkWidget *
wg_photo_frame_new (GtkPicture *picture, int edge)
{
  GtkWidget *frame = adw_clamp_new ();

  gtk_picture_set_content_fit (picture, GTK_CONTENT_FIT_COVER);
  gtk_widget_set_size_request (GTK_WIDGET (picture), edge, edge);
  gtk_widget_set_overflow (GTK_WIDGET (picture), GTK_OVERFLOW_HIDDEN);
  gtk_widget_set_valign (GTK_WIDGET (picture), GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (GTK_WIDGET (picture), "photo");
  adw_clamp_set_maximum_size (ADW_CLAMP (frame), edge);
  adw_clamp_set_child (ADW_CLAMP (frame), GTK_WIDGET (picture));
  gtk_widget_set_halign (frame, GTK_ALIGN_START);
  return frame;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Without a network: what waits goes to a USB stick, the platform's answer comes from one. */
#include "app/sync/wg-bundle-menu.h"

#include <glib/gi18n.h>

#include "app/wg-toast.h"
#include "store/wg-bundle-store.h"

struct _WgBundleMenu
{
  AdwBin parent_instance;

  WgServices *services; /* owned */
};

G_DEFINE_FINAL_TYPE (WgBundleMenu, wg_bundle_menu, ADW_TYPE_BIN)

/* %NULL: it failed, which is said, or nobody is there any more. */
static WgBundleCounts *
finish (WgBundleMenu *self, GObject *source, GAsyncResult *result)
{
  g_autoptr (GError) error = NULL;
  g_autofree WgBundleCounts *counts = wg_store_run_finish (WG_STORE (source), result, &error);

  if (self->services == NULL)
    return NULL;
  if (counts == NULL)
    wg_toast_show_error (GTK_WIDGET (self), error);
  return g_steal_pointer (&counts);
}

static void
on_exported_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (WgBundleMenu) self = data;
  g_autofree WgBundleCounts *counts = finish (self, source, result);
  g_autofree char *text = NULL;

  if (counts == NULL)
    return;
  text = g_strdup_printf (_ ("%d operations and %d photos are in the file. They count as sent when "
                            "the answer is here."),
                            (int) counts->n_operations, (int) counts->n_photos);
  wg_toast_show (GTK_WIDGET (self), text);
}

static void
on_imported_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (WgBundleMenu) self = data;
  g_autofree WgBundleCounts *counts = finish (self, source, result);
  g_autofree char *text = NULL;

  if (counts == NULL)
    return;
  if (counts->again)
    text = g_strdup (_ ("The platform was restored and lacks some of it: export once more."));
  else
    text = g_strdup_printf (_ ("The platform has taken %d operations; %d of them it refused, %d are "
                              "in conflict. It has %d photos."),
                              (int) counts->n_operations, (int) counts->n_refused,
                              (int) counts->n_conflicts, (int) counts->n_photos);
  wg_toast_show (GTK_WIDGET (self), text);
}

static void
run (WgBundleMenu *self, WgStoreJob job, GFile *file, GAsyncReadyCallback done)
{
  wg_store_run_async (wg_services_get_store (self->services), job, g_file_get_path (file), g_free,
                      g_free, NULL, done, g_object_ref (self));
}

/**
 * wg_bundle_menu_export:
 * @self: the menu
 * @file: where to
 *
 * Writes what waits into a file; a toast says what is in it.
 *
 * Thread: UI.
 * Errors: shown.
 */
void
wg_bundle_menu_export (WgBundleMenu *self, GFile *file)
{
  run (self, wg_bundle_export_job, file, on_exported_cb);
}

/**
 * wg_bundle_menu_import:
 * @self: the menu
 * @file: the platform's answer
 *
 * Takes an answer; a toast says what became of it.
 *
 * Thread: UI.
 * Errors: shown; nothing is changed then.
 */
void
wg_bundle_menu_import (WgBundleMenu *self, GFile *file)
{
  run (self, wg_bundle_import_job, file, on_imported_cb);
}

static void
on_save_chosen_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (WgBundleMenu) self = data;
  g_autoptr (GFile) file = gtk_file_dialog_save_finish (GTK_FILE_DIALOG (source), result, NULL);

  if (file != NULL && self->services != NULL)
    wg_bundle_menu_export (self, file);
}

static void
on_open_chosen_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (WgBundleMenu) self = data;
  g_autoptr (GFile) file = gtk_file_dialog_open_finish (GTK_FILE_DIALOG (source), result, NULL);

  if (file != NULL && self->services != NULL)
    wg_bundle_menu_import (self, file);
}

static GtkFileDialog *
make_dialog (const char *title)
{
  GtkFileDialog *dialog = gtk_file_dialog_new ();
  g_autoptr (GListStore) filters = g_list_store_new (GTK_TYPE_FILE_FILTER);
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, _ ("Files of Wangge (*.wgb)"));
  gtk_file_filter_add_suffix (filter, "wgb");
  g_list_store_append (filters, filter);
  gtk_file_dialog_set_title (dialog, title);
  gtk_file_dialog_set_filters (dialog, G_LIST_MODEL (filters));
  return dialog;
}

/* Names carry the day and the worker: sticks go through many hands. */
static char *
suggest_name (WgBundleMenu *self)
{
  const WgWorker *worker = wg_store_get_worker (wg_services_get_store (self->services));
  g_autoptr (GDateTime) now =
                g_date_time_new_from_unix_local (wg_services_now_ms (self->services) / 1000);
  g_autofree char *day = g_date_time_format (now, "%Y%m%d-%H%M");

  return g_strdup_printf ("%s-%s.wgb", worker->id, day);
}

static void
ask_where_to (WgBundleMenu *self)
{
  g_autoptr (GtkFileDialog) dialog = make_dialog (_ ("Export to a USB Stick"));
  g_autofree char *file = suggest_name (self);

  gtk_file_dialog_set_initial_name (dialog, file);
  gtk_file_dialog_save (dialog, GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), NULL,
                        on_save_chosen_cb, g_object_ref (self));
}

static void
ask_which (WgBundleMenu *self)
{
  g_autoptr (GtkFileDialog) dialog = make_dialog (_ ("Import the Answer"));

  gtk_file_dialog_open (dialog, GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), NULL,
                        on_open_chosen_cb, g_object_ref (self));
}

static void
on_response_cb (WgBundleMenu *self, const char *response)
{
  if (g_str_equal (response, "export"))
    ask_where_to (self);
  else if (g_str_equal (response, "import"))
    ask_which (self);
}

static void
on_clicked_cb (WgBundleMenu *self)
{
  AdwAlertDialog *alert = ADW_ALERT_DIALOG (adw_alert_dialog_new (
      _ ("Without a Network"),
        _ ("Export what waits to a USB stick and bring it to the office. Import the answer that the "
         "office gives you back. Only then does it count as sent.")));

  adw_alert_dialog_add_responses (
      alert, "cancel",
      _ ("Back"), "import", _ ("Import the Answer"), "export", _ ("Export to a USB Stick"), NULL);
  adw_alert_dialog_set_response_appearance (alert, "export", ADW_RESPONSE_SUGGESTED);
  adw_alert_dialog_set_close_response (alert, "cancel");
  adw_alert_dialog_set_prefer_wide_layout (alert, FALSE);
  g_signal_connect_object (alert, "response", G_CALLBACK (on_response_cb), self, G_CONNECT_SWAPPED);
  adw_dialog_present (ADW_DIALOG (alert), GTK_WIDGET (self));
}

static void
wg_bundle_menu_dispose (GObject *object)
{
  WgBundleMenu *self = WG_BUNDLE_MENU (object);

  g_clear_object (&self->services);
  G_OBJECT_CLASS (wg_bundle_menu_parent_class)->dispose (object);
}

static void
wg_bundle_menu_class_init (WgBundleMenuClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = wg_bundle_menu_dispose;
}

static void
wg_bundle_menu_init (WgBundleMenu *self)
{
  GtkWidget *button = gtk_button_new_with_label (_ ("No Network?"));

  g_signal_connect_object (button, "clicked", G_CALLBACK (on_clicked_cb), self, G_CONNECT_SWAPPED);
  adw_bin_set_child (ADW_BIN (self), button);
}

/**
 * wg_bundle_menu_set_services:
 * @self: the menu
 * @services: what the screens work with, open
 *
 * Says whose store it works on.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_bundle_menu_set_services (WgBundleMenu *self, WgServices *services)
{
  g_set_object (&self->services, services);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Change of the PIN or passphrase that wraps the store's key. */
#include "app/preferences/wg-secret-dialog.h"

#include <glib/gi18n.h>

#include "app/wg-app-error.h"
#include "app/wg-toast.h"
#include "store/wg-key-file.h"

struct _WgSecretDialog
{
  AdwDialog parent_instance;

  AdwPasswordEntryRow *present_secret, *new_secret, *repeated;
  GtkLabel *fault;
  GtkButton *change;
  WgServices *services; /* owned */
};

G_DEFINE_FINAL_TYPE (WgSecretDialog, wg_secret_dialog, ADW_TYPE_DIALOG)

typedef struct
{
  char *path;
  const WgPorts *ports;
  char *old_secret, *new_secret;
} Change;

static void
wipe (char *text)
{
  if (text != NULL)
    explicit_bzero (text, strlen (text));
  g_free (text);
}

static void
change_free (gpointer data)
{
  Change *change = data;

  g_free (change->path);
  wipe (change->old_secret);
  wipe (change->new_secret);
  g_free (change);
}

static void
change_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Change *change = data;
  g_autoptr (GError) error = NULL;

  if (wg_key_file_change (change->path, change->ports, change->old_secret, change->new_secret,
                          &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, g_steal_pointer (&error));
}

static void
show_fault (WgSecretDialog *self, const char *text, AdwPasswordEntryRow *row)
{
  gtk_label_set_text (self->fault, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (self->fault), text != NULL);
  gtk_widget_set_sensitive (GTK_WIDGET (self->change), TRUE);
  if (row != NULL)
    gtk_widget_grab_focus (GTK_WIDGET (row));
}

static void
on_changed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  WgSecretDialog *self = WG_SECRET_DIALOG (source);
  g_autoptr (GError) error = NULL;
  GtkWidget *parent;

  if (!g_task_propagate_boolean (G_TASK (result), &error))
    {
      g_autofree char *text = wg_app_error_describe (error);

      show_fault (self, text, self->present_secret);
      return;
    }
  parent = GTK_WIDGET (gtk_widget_get_root (GTK_WIDGET (self)));
  wg_toast_show (parent, _("The PIN or passphrase was changed"));
  adw_dialog_close (ADW_DIALOG (self));
}

static void
on_change_clicked_cb (WgSecretDialog *self)
{
  const char *old_secret = gtk_editable_get_text (GTK_EDITABLE (self->present_secret));
  const char *new_secret = gtk_editable_get_text (GTK_EDITABLE (self->new_secret));
  g_autoptr (GTask) task = NULL;
  Change *change;

  if (!wg_secret_check (new_secret, NULL))
    {
      show_fault (self,
                  _("Choose a PIN of 6 to 12 digits that is not a simple row, or a password of at "
                    "least 8 characters."),
                    self->new_secret);
      return;
    }
  if (!g_str_equal (new_secret, gtk_editable_get_text (GTK_EDITABLE (self->repeated))))
    {
      show_fault (self, _("The two new ones differ: type them again"), self->repeated);
      return;
    }
  show_fault (self, NULL, NULL);
  gtk_widget_set_sensitive (GTK_WIDGET (self->change), FALSE);
  change = g_new0 (Change, 1);
  change->path = g_build_filename (wg_services_get_folder (self->services), "wangge.key", NULL);
  change->ports = wg_services_get_ports (self->services);
  change->old_secret = g_strdup (old_secret);
  change->new_secret = g_strdup (new_secret);
  task = g_task_new (self, NULL, on_changed_cb, NULL);
  g_task_set_source_tag (task, on_change_clicked_cb);
  g_task_set_task_data (task, change, change_free);
  g_task_run_in_thread (task, change_in_thread);
}

static void
wg_secret_dialog_dispose (GObject *object)
{
  WgSecretDialog *self = WG_SECRET_DIALOG (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), WG_TYPE_SECRET_DIALOG);
  g_clear_object (&self->services);
  G_OBJECT_CLASS (wg_secret_dialog_parent_class)->dispose (object);
}

static void
wg_secret_dialog_class_init (WgSecretDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = wg_secret_dialog_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/wangge/Wangge/ui/wg-secret-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, WgSecretDialog, present_secret);
  gtk_widget_class_bind_template_child (widget_class, WgSecretDialog, new_secret);
  gtk_widget_class_bind_template_child (widget_class, WgSecretDialog, repeated);
  gtk_widget_class_bind_template_child (widget_class, WgSecretDialog, fault);
  gtk_widget_class_bind_template_child (widget_class, WgSecretDialog, change);
  gtk_widget_class_bind_template_callback (widget_class, on_change_clicked_cb);
}

static void
wg_secret_dialog_init (WgSecretDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * wg_secret_dialog_new:
 * @services: what the screens work with
 *
 * Makes the dialog that wraps the key in another PIN or passphrase; the data is not touched.
 *
 * Thread: UI; the derivation runs in a task.
 * Errors: shown in the dialog.
 * Source: protocol.md 7.2
 *
 * Returns: (transfer floating): the dialog
 */
WgSecretDialog *
wg_secret_dialog_new (WgServices *services)
{
  WgSecretDialog *self = g_object_new (WG_TYPE_SECRET_DIALOG, NULL);

  self->services = g_object_ref (services);
  return self;
}

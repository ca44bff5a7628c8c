/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Unlock (解锁): a pad of big keys for a PIN, an entry for a passphrase, tries left in words. */
#include "app/session/wg-unlock-page.h"

#include <glib/gi18n.h>

#include "app/session/wg-enrol-page.h"
#include "app/wg-app-error.h"
#include "app/widgets/wg-children.h"
#include "store/wg-lease.h"

struct _WgUnlockPage
{
  AdwNavigationPage parent_instance;

  GtkPasswordEntry *secret;
  GtkLabel *message;
  GtkWidget *pad;
  GtkWidget *unlock;
  GtkWidget *again;
  GtkStack *progress;
  WgServices *services; /* owned */
  gboolean busy;
  gboolean lease_over; /* and said so */
};

G_DEFINE_FINAL_TYPE (WgUnlockPage, wg_unlock_page, ADW_TYPE_NAVIGATION_PAGE)

static void
set_busy (WgUnlockPage *self, gboolean busy)
{
  self->busy = busy;
  if (busy)
    wg_children_drop_focus (GTK_WIDGET (self));
  gtk_stack_set_visible_child_name (self->progress, busy ? "busy" : "idle");
  gtk_widget_set_sensitive (GTK_WIDGET (self->secret), !busy);
  gtk_widget_set_sensitive (self->pad, !busy);
}

static void
show_message (WgUnlockPage *self, const char *text)
{
  gtk_label_set_text (self->message, text);
  gtk_widget_set_visible (GTK_WIDGET (self->message), *text != '\0');
}

/* How many tries are left is said from the first wrong one on; after the last there is nothing to
 * type. */
static void
show_info (WgUnlockPage *self, const char *before)
{
  g_autofree char *path =
      g_build_filename (wg_services_get_folder (self->services), "wangge.key", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  WgKeyFileInfo info;

  if (!wg_key_file_get_info (path, &info, &error))
    {
      text = wg_app_error_describe (error);
      show_message (self, text);
      return;
    }
  gtk_widget_set_visible (self->pad, info.is_pin && !info.blocked);
  /* The entry has no such property, the text inside it has. */
  g_object_set (gtk_editable_get_delegate (GTK_EDITABLE (self->secret)), "input-purpose",
                info.is_pin ? GTK_INPUT_PURPOSE_PIN : GTK_INPUT_PURPOSE_PASSWORD, NULL);
  if (info.blocked)
    text = g_strdup (_("Too many wrong tries. An administrator must enrol this tablet again."));
  else if (before != NULL && info.tries_left < WG_KEY_FILE_TRIES)
    text = g_strdup_printf (_("%s %d tries left."), before, info.tries_left);
  else
    text = g_strdup (before != NULL ? before : "");
  show_message (self, text);
  gtk_widget_set_visible (GTK_WIDGET (self->secret), !info.blocked);
  gtk_widget_set_visible (self->unlock, !info.blocked);
  gtk_widget_set_visible (self->again, info.blocked);
}

static void
on_lease_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (WgUnlockPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree WgLease *lease = wg_store_run_finish (WG_STORE (source), result, &error);
  g_autofree char *text = NULL;

  if (lease == NULL || self->services == NULL || self->busy || lease->over == self->lease_over)
    return;
  self->lease_over = lease->over;
  if (lease->over)
    {
      g_set_error_literal (&error, WG_STORE_ERROR, WG_STORE_ERROR_LEASE, "");
      text = wg_app_error_describe (error);
    }
  show_message (self, text != NULL ? text : _("The platform was reached. Unlock now."));
}

/* Behind the lock sync goes on; when it has reached the platform, the user is told. */
static void
look_at_lease (WgUnlockPage *self)
{
  WgStore *store = wg_services_get_store (self->services);

  if (store != NULL)
    wg_store_run_async (store, wg_lease_job, NULL, NULL, g_free, NULL, on_lease_cb,
                        g_object_ref (self));
}

static void
on_unlocked_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (WgUnlockPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  if (wg_services_unlock_finish (WG_SERVICES (source), result, &error))
    return;
  set_busy (self, FALSE);
  gtk_editable_set_text (GTK_EDITABLE (self->secret), "");
  text = wg_app_error_describe (error);
  self->lease_over = g_error_matches (error, WG_STORE_ERROR, WG_STORE_ERROR_LEASE);
  show_info (self, text);
  gtk_widget_grab_focus (GTK_WIDGET (self->secret));
}

static void
on_unlock_cb (WgUnlockPage *self)
{
  const char *secret = gtk_editable_get_text (GTK_EDITABLE (self->secret));

  if (self->busy || *secret == '\0')
    return;
  set_busy (self, TRUE);
  show_message (self, "");
  self->lease_over = FALSE;
  wg_services_unlock_async (self->services, secret, on_unlocked_cb, g_object_ref (self));
}

static void
on_key_clicked_cb (WgUnlockPage *self, GtkButton *button)
{
  const char *digit = gtk_widget_get_name (GTK_WIDGET (button)) + strlen ("key-");
  GtkEditable *editable = GTK_EDITABLE (self->secret);
  int position = (int) strlen (gtk_editable_get_text (editable));

  gtk_editable_insert_text (editable, digit, -1, &position);
  gtk_editable_set_position (editable, position);
}

static void
on_erase_cb (WgUnlockPage *self)
{
  GtkEditable *editable = GTK_EDITABLE (self->secret);
  int length = (int) g_utf8_strlen (gtk_editable_get_text (editable), -1);

  if (length > 0)
    gtk_editable_delete_text (editable, length - 1, length);
}

static void
on_again_response_cb (WgUnlockPage *self, const char *response)
{
  GtkWidget *navigation = gtk_widget_get_ancestor (GTK_WIDGET (self), ADW_TYPE_NAVIGATION_VIEW);
  AdwNavigationPage *enrol;
  g_autoptr (GError) error = NULL;
  g_autofree char *aside = NULL, *text = NULL;

  if (!g_str_equal (response, "again"))
    return;
  wg_services_close (self->services);
  aside = wg_store_set_aside (wg_services_get_folder (self->services),
                              wg_services_get_ports (self->services), &error);
  if (aside == NULL)
    {
      text = wg_app_error_describe (error);
      show_message (self, text);
      return;
    }
  enrol = ADW_NAVIGATION_PAGE (wg_enrol_page_new (self->services));
  adw_navigation_view_replace (ADW_NAVIGATION_VIEW (navigation), &enrol, 1);
}

static void
on_again_cb (WgUnlockPage *self)
{
  AdwAlertDialog *alert = ADW_ALERT_DIALOG (adw_alert_dialog_new (
      _("Enrol this tablet again?"),
        _("You need a new enrolment code of the office. The old data is moved "
                              "aside, nothing is deleted; what was not sent yet stays in it.")));

  adw_alert_dialog_add_responses (alert, "cancel", _("Back"), "again", _("Enrol Again"), NULL);
  adw_alert_dialog_set_response_appearance (alert, "again", ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_default_response (alert, "cancel");
  adw_alert_dialog_set_close_response (alert, "cancel");
  g_signal_connect_object (alert, "response", G_CALLBACK (on_again_response_cb), self,
                           G_CONNECT_SWAPPED);
  adw_dialog_present (ADW_DIALOG (alert), GTK_WIDGET (self));
}

static void
wg_unlock_page_dispose (GObject *object)
{
  WgUnlockPage *self = WG_UNLOCK_PAGE (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), WG_TYPE_UNLOCK_PAGE);
  g_clear_object (&self->services);
  G_OBJECT_CLASS (wg_unlock_page_parent_class)->dispose (object);
}

static void
wg_unlock_page_shown (AdwNavigationPage *page)
{
  gtk_widget_grab_focus (GTK_WIDGET (WG_UNLOCK_PAGE (page)->secret));
}

static void
wg_unlock_page_class_init (WgUnlockPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = wg_unlock_page_dispose;
  ADW_NAVIGATION_PAGE_CLASS (klass)->shown = wg_unlock_page_shown;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/wangge/Wangge/ui/wg-unlock-page.ui");
  gtk_widget_class_bind_template_child (widget_class, WgUnlockPage, secret);
  gtk_widget_class_bind_template_child (widget_class, WgUnlockPage, message);
  gtk_widget_class_bind_template_child (widget_class, WgUnlockPage, pad);
  gtk_widget_class_bind_template_child (widget_class, WgUnlockPage, unlock);
  gtk_widget_class_bind_template_child (widget_class, WgUnlockPage, again);
  gtk_widget_class_bind_template_child (widget_class, WgUnlockPage, progress);
  gtk_widget_class_bind_template_callback (widget_class, on_unlock_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_key_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_erase_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_again_cb);
}

static void
wg_unlock_page_init (WgUnlockPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * wg_unlock_page_new:
 * @services: what the screens work with, locked
 *
 * Makes the page that asks for the secret.
 *
 * Thread: UI.
 * Errors: none; faults are said on the page.
 *
 * Returns: (transfer floating): the page
 */
WgUnlockPage *
wg_unlock_page_new (WgServices *services)
{
  WgUnlockPage *self = g_object_new (WG_TYPE_UNLOCK_PAGE, NULL);

  self->services = g_object_ref (services);
  show_info (self, NULL);
  g_signal_connect_object (services, "sync-changed", G_CALLBACK (look_at_lease), self,
                           G_CONNECT_SWAPPED);
  look_at_lease (self);
  return self;
}

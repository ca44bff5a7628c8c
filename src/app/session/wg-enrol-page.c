/* SPDX-License-Identifier: GPL-3.0-or-later */
/* First set-up (首次装机): address, enrolment code and the choice of a PIN or passphrase. */
#include "app/session/wg-enrol-page.h"

#include <glib/gi18n.h>

#include "app/session/wg-qr.h"
#include "app/wg-app-error.h"
#include "app/wg-time.h"
#include "app/widgets/wg-children.h"

struct _WgEnrolPage
{
  AdwNavigationPage parent_instance;

  GtkLabel *notice;
  AdwEntryRow *url;
  AdwEntryRow *code;
  AdwPasswordEntryRow *secret;
  AdwPasswordEntryRow *again;
  GtkLabel *message;
  GtkWidget *form;
  GtkWidget *submit;
  GtkStack *progress;
  WgServices *services; /* owned */
};

G_DEFINE_FINAL_TYPE (WgEnrolPage, wg_enrol_page, ADW_TYPE_NAVIGATION_PAGE)

static void
set_busy (WgEnrolPage *self, gboolean busy)
{
  if (busy)
    wg_children_drop_focus (GTK_WIDGET (self));
  gtk_stack_set_visible_child_name (self->progress, busy ? "busy" : "idle");
  gtk_widget_set_sensitive (self->form, !busy);
  gtk_widget_set_sensitive (self->submit, !busy);
}

static void
show_message (WgEnrolPage *self, const char *text)
{
  gtk_label_set_text (self->message, text);
  gtk_widget_set_visible (GTK_WIDGET (self->message), *text != '\0');
}

static void
on_enrolled_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (WgEnrolPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  if (wg_services_enrol_finish (WG_SERVICES (source), result, &error))
    return;
  set_busy (self, FALSE);
  text = wg_app_error_describe (error);
  show_message (self, text);
}

static gboolean
check (WgEnrolPage *self)
{
  const char *secret = gtk_editable_get_text (GTK_EDITABLE (self->secret));
  g_autoptr (GError) error = NULL;

  if (*gtk_editable_get_text (GTK_EDITABLE (self->code)) == '\0')
    show_message (self, _("Type the enrolment code the office gave you."));
  else if (!wg_secret_check (secret, &error))
    show_message (self, _("Choose a PIN of 6 to 12 digits that is not a simple "
                                         "row, or a password of at least 8 characters."));
  else if (!g_str_equal (secret, gtk_editable_get_text (GTK_EDITABLE (self->again))))
    show_message (self, _("The two PINs or passwords are not the same."));
  else
    return TRUE;
  return FALSE;
}

static void
on_enrol_cb (WgEnrolPage *self)
{
  const char *url = gtk_editable_get_text (GTK_EDITABLE (self->url));

  show_message (self, "");
  if (!check (self))
    return;
  set_busy (self, TRUE);
  wg_services_enrol_async (self->services, *url != '\0' ? url : NULL,
                           gtk_editable_get_text (GTK_EDITABLE (self->code)),
                           gtk_editable_get_text (GTK_EDITABLE (self->secret)), NULL,
                           on_enrolled_cb, g_object_ref (self));
}

/* --- the QR code the office shows, as a picture ----------------------------------------------- */

static void
read_in_thread (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;
  char *ticket = wg_qr_read_file (data, &error);

  if (ticket == NULL)
    g_task_return_error (task, g_steal_pointer (&error));
  else
    g_task_return_pointer (task, ticket, g_free);
}

static void
on_ticket_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  WgEnrolPage *self = WG_ENROL_PAGE (source);
  g_autoptr (GError) error = NULL;
  g_autofree char *ticket = g_task_propagate_pointer (G_TASK (result), &error);

  if (self->code == NULL)
    return;
  if (ticket == NULL)
    {
      show_message (self, error->message);
      return;
    }
  /* The ticket holds the address, too. */
  show_message (self, "");
  gtk_editable_set_text (GTK_EDITABLE (self->url), "");
  gtk_editable_set_text (GTK_EDITABLE (self->code), ticket);
  gtk_widget_grab_focus (GTK_WIDGET (self->secret));
}

static void
on_file_chosen_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (WgEnrolPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) file = gtk_file_dialog_open_finish (GTK_FILE_DIALOG (source), result, &error);

  if (file != NULL)
    wg_enrol_page_read_picture (self, g_file_peek_path (file));
  else if (!g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED))
    g_warning ("cannot choose a file: %s", error->message);
}

static void
on_picture_cb (WgEnrolPage *self)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  gtk_file_filter_add_mime_type (filter, "image/*");
  gtk_file_filter_set_name (filter, _("Pictures"));
  gtk_file_dialog_set_title (dialog, _("Picture of the QR Code"));
  gtk_file_dialog_set_default_filter (dialog, filter);
  gtk_file_dialog_open (dialog, GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), NULL,
                        on_file_chosen_cb, g_object_ref (self));
}

/* --- object ----------------------------------------------------------------------------------- */

static void
wg_enrol_page_dispose (GObject *object)
{
  WgEnrolPage *self = WG_ENROL_PAGE (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), WG_TYPE_ENROL_PAGE);
  g_clear_object (&self->services);
  G_OBJECT_CLASS (wg_enrol_page_parent_class)->dispose (object);
}

static void
wg_enrol_page_class_init (WgEnrolPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = wg_enrol_page_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/wangge/Wangge/ui/wg-enrol-page.ui");
  gtk_widget_class_bind_template_child (widget_class, WgEnrolPage, notice);
  gtk_widget_class_bind_template_child (widget_class, WgEnrolPage, url);
  gtk_widget_class_bind_template_child (widget_class, WgEnrolPage, code);
  gtk_widget_class_bind_template_child (widget_class, WgEnrolPage, secret);
  gtk_widget_class_bind_template_child (widget_class, WgEnrolPage, again);
  gtk_widget_class_bind_template_child (widget_class, WgEnrolPage, message);
  gtk_widget_class_bind_template_child (widget_class, WgEnrolPage, form);
  gtk_widget_class_bind_template_child (widget_class, WgEnrolPage, submit);
  gtk_widget_class_bind_template_child (widget_class, WgEnrolPage, progress);
  gtk_widget_class_bind_template_callback (widget_class, on_enrol_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_picture_cb);
}

/* A tablet that the office had erased says so, also after a restart. */
static void
show_notice (WgEnrolPage *self)
{
  gint64 wiped_ms = wg_store_get_wiped_ms (wg_services_get_folder (self->services));
  g_autofree char *when = NULL, *text = NULL;

  if (wiped_ms == 0)
    return;
  when = wg_time_format (wiped_ms, wg_services_now_ms (self->services));
  text = g_strdup_printf (_ ("The data on this tablet was erased by order of the office (%s). To "
                            "use it again, ask there for a new enrolment code."),
                            when);
  gtk_label_set_text (self->notice, text);
  gtk_widget_set_visible (GTK_WIDGET (self->notice), TRUE);
}

static void
wg_enrol_page_init (WgEnrolPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * wg_enrol_page_new:
 * @services: what the screens work with, without a store
 *
 * Makes the page of the first set-up.
 *
 * Thread: UI.
 * Errors: none; faults are said on the page.
 *
 * Returns: (transfer floating): the page
 */
WgEnrolPage *
wg_enrol_page_new (WgServices *services)
{
  WgEnrolPage *self = g_object_new (WG_TYPE_ENROL_PAGE, NULL);
  g_autofree char *url = g_settings_get_string (wg_services_get_settings (services), "server-url");

  self->services = g_object_ref (services);
  show_notice (self);
  gtk_editable_set_text (GTK_EDITABLE (self->url), url);
  return self;
}

/**
 * wg_enrol_page_read_picture:
 * @self: the page
 * @path: a picture of the QR code
 *
 * Takes address and code from the QR code the office shows.
 *
 * Thread: UI; the picture is read in a thread of its own.
 * Errors: none; a picture without a code is said on the page.
 */
void
wg_enrol_page_read_picture (WgEnrolPage *self, const char *path)
{
  g_autoptr (GTask) task = g_task_new (self, NULL, on_ticket_read_cb, NULL);

  g_task_set_source_tag (task, wg_enrol_page_read_picture);
  g_task_set_task_data (task, g_strdup (path), g_free);
  g_task_run_in_thread (task, read_in_thread);
}

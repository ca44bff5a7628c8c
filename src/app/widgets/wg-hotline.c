/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The duty number of the worker's sub-centre, big, before anything else of a major event. */
#include "app/widgets/wg-hotline.h"

#include <glib/gi18n.h>

#include "app/wg-toast.h"

struct _WgHotline
{
  GtkBox parent_instance;

  GtkLabel *name;
  GtkLabel *number;
  GtkWidget *call;
  GtkWidget *copy;
};

G_DEFINE_FINAL_TYPE (WgHotline, wg_hotline, GTK_TYPE_BOX)

static void
on_called_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (WgHotline) self = user_data;
  g_autoptr (GError) error = NULL;

  if (!gtk_uri_launcher_launch_finish (GTK_URI_LAUNCHER (source), result, &error))
    wg_toast_show (GTK_WIDGET (self), _ ("This tablet cannot call: dial it on your telephone"));
}

static void
on_call_cb (WgHotline *self)
{
  g_autofree char *uri = g_strconcat ("tel:", gtk_label_get_text (self->number), NULL);
  g_autoptr (GtkUriLauncher) launcher = gtk_uri_launcher_new (uri);

  gtk_uri_launcher_launch (launcher, GTK_WINDOW (gtk_widget_get_root (GTK_WIDGET (self))), NULL,
                           on_called_cb, g_object_ref (self));
}

static void
on_copy_cb (WgHotline *self)
{
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)),
                          gtk_label_get_text (self->number));
  wg_toast_show (GTK_WIDGET (self), _ ("Number copied"));
}

static void
wg_hotline_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), WG_TYPE_HOTLINE);
  G_OBJECT_CLASS (wg_hotline_parent_class)->dispose (object);
}

static void
wg_hotline_class_init (WgHotlineClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = wg_hotline_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/wangge/Wangge/ui/wg-hotline.ui");
  gtk_widget_class_bind_template_child (widget_class, WgHotline, name);
  gtk_widget_class_bind_template_child (widget_class, WgHotline, number);
  gtk_widget_class_bind_template_child (widget_class, WgHotline, call);
  gtk_widget_class_bind_template_child (widget_class, WgHotline, copy);
  gtk_widget_class_bind_template_callback (widget_class, on_call_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_copy_cb);
}

static void
wg_hotline_init (WgHotline *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * wg_hotline_set_services:
 * @self: the box
 * @services: what the screens work with, open
 *
 * Shows the number of the worker's own town. Without one the buttons are off.
 *
 * Thread: UI.
 * Errors: none.
 * Source: protocol.md 4.1; ux.md E4.
 */
void
wg_hotline_set_services (WgHotline *self, WgServices *services)
{
  const WgOrg *org = wg_district_get_own_org (wg_services_get_district (services));
  gboolean known = org != NULL && org->phone != NULL;

  gtk_label_set_text (self->name, org != NULL && org->name != NULL
                                      ? org->name
                                      : _ ("Duty number of your sub-centre"));
  gtk_label_set_text (self->number, known ? org->phone : _ ("Not known here: ask the office"));
  gtk_widget_set_sensitive (self->call, known);
  gtk_widget_set_sensitive (self->copy, known);
}

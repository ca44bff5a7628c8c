/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The position's quality in the header, in words. */
#include "app/widgets/wg-fix-label.h"

#include <glib/gi18n.h>
#include <math.h>

#include "app/wg-time.h"

struct _WgFixLabel
{
  GtkBox parent_instance;

  GtkImage *image;
  GtkLabel *label;
  WgServices *services; /* owned */
  gboolean compact;
  guint tick_id;
};

G_DEFINE_FINAL_TYPE (WgFixLabel, wg_fix_label, GTK_TYPE_BOX)

static char *
describe (const WgFix *fix, gint64 now_ms)
{
  g_autofree char *age = wg_time_format_age (fix->at_ms, now_ms);

  if (!wg_fix_is_known (fix))
    return g_strdup (_ ("No position"));
  if (wg_fix_is_stale (fix, now_ms))
    return g_strdup_printf (_ ("Position %s"), age);
  if (isnan (fix->accuracy_m))
    return g_strdup (_ ("Position ±? m"));
  return g_strdup_printf (_ ("Position ±%d m"), (int) ceil (fix->accuracy_m));
}

static void
update (WgFixLabel *self)
{
  WgLocator *locator = self->services != NULL ? wg_services_get_locator (self->services) : NULL;
  gint64 now_ms;
  WgFix fix;
  gboolean good;
  g_autofree char *text = NULL;

  if (locator == NULL)
    return;
  now_ms = wg_services_now_ms (self->services);
  fix = wg_locator_get_fix (locator);
  good = wg_fix_is_known (&fix) && !wg_fix_is_stale (&fix, now_ms);
  text = describe (&fix, now_ms);
  gtk_image_set_from_icon_name (self->image, good ? "location-services-active-symbolic"
                                                  : "location-services-disabled-symbolic");
  gtk_label_set_text (self->label, text);
  /* A narrow header has no room for the words: forms and map tell them. */
  gtk_widget_set_visible (GTK_WIDGET (self->label), !self->compact);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, text, -1);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), text);
}

/* A fix ages by itself. */
static gboolean
on_tick_cb (gpointer user_data)
{
  update (user_data);
  return G_SOURCE_CONTINUE;
}

static void
wg_fix_label_dispose (GObject *object)
{
  WgFixLabel *self = WG_FIX_LABEL (object);

  g_clear_handle_id (&self->tick_id, g_source_remove);
  gtk_widget_dispose_template (GTK_WIDGET (self), WG_TYPE_FIX_LABEL);
  g_clear_object (&self->services);
  G_OBJECT_CLASS (wg_fix_label_parent_class)->dispose (object);
}

static void
wg_fix_label_class_init (WgFixLabelClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = wg_fix_label_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/wangge/Wangge/ui/wg-fix-label.ui");
  gtk_widget_class_bind_template_child (widget_class, WgFixLabel, image);
  gtk_widget_class_bind_template_child (widget_class, WgFixLabel, label);
}

static void
wg_fix_label_init (WgFixLabel *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * wg_fix_label_set_services:
 * @self: the label
 * @services: what the screens work with
 *
 * Gives the label what it watches.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_fix_label_set_services (WgFixLabel *self, WgServices *services)
{
  g_assert (self->services == NULL);
  self->services = g_object_ref (services);
  if (wg_services_get_locator (services) != NULL)
    g_signal_connect_object (wg_services_get_locator (services), "moved", G_CALLBACK (update), self,
                             G_CONNECT_SWAPPED);
  self->tick_id = g_timeout_add_seconds (30, on_tick_cb, self);
  update (self);
}

/**
 * wg_fix_label_set_compact:
 * @self: the label
 * @compact: the header is narrow
 *
 * Leaves the words out.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_fix_label_set_compact (WgFixLabel *self, gboolean compact)
{
  self->compact = compact;
  update (self);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The map (地图): grids, events by how far they are, own position; a place begins an event. */
#include "app/field/wg-map-page.h"

#include <glib/gi18n.h>
#include <math.h>

#include "app/field/wg-event-filter.h"
#include "app/field/wg-event-jobs.h"
#include "app/widgets/wg-district-map.h"
#include "app/wg-toast.h"

#define ZOOM 17

struct _WgMapPage
{
  AdwBin parent_instance;

  WgDistrictMap *map;
  AdwWrapBox *filters;
  GtkWidget *report;
  WgServices *services; /* owned */
  WgEventGroup group;
};

G_DEFINE_FINAL_TYPE (WgMapPage, wg_map_page, ADW_TYPE_BIN)

static gboolean
is_wanted (const WgEventDot *dot, gpointer user_data)
{
  return wg_event_group_has (WG_MAP_PAGE (user_data)->group, dot->state, dot->truth);
}

static void
on_group_toggled_cb (GtkToggleButton *button, WgMapPage *self)
{
  if (!gtk_toggle_button_get_active (button))
    return;
  self->group = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (button), "group"));
  wg_district_map_refilter (self->map);
}

static void
add_groups (WgMapPage *self)
{
  GtkToggleButton *first = NULL;

  self->group = WG_EVENT_GROUP_ALL;
  for (int group = 0; group < WG_N_EVENT_GROUP; group++)
    {
      GtkWidget *button = gtk_toggle_button_new_with_label (_ (wg_event_group_to_string (group)));

      gtk_widget_add_css_class (button, "chip");
      gtk_widget_add_css_class (button, "osd-chip");
      g_object_set_data (G_OBJECT (button), "group", GINT_TO_POINTER (group));
      if (first == NULL)
        first = GTK_TOGGLE_BUTTON (button);
      else
        gtk_toggle_button_set_group (GTK_TOGGLE_BUTTON (button), first);
      gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button), group == 0);
      g_signal_connect_object (button, "toggled", G_CALLBACK (on_group_toggled_cb), self, 0);
      adw_wrap_box_append (self->filters, button);
    }
}

static void
report_at (WgMapPage *self, double lon, double lat)
{
  wg_map_view_set_place (wg_district_map_get_view (self->map), lon, lat);
  gtk_widget_activate_action (GTK_WIDGET (self), "win.report-at", "(dd)", lon, lat);
}

static void
end_pick (WgMapPage *self)
{
  wg_map_view_stop_pick (wg_district_map_get_view (self->map));
  gtk_widget_set_visible (self->report, TRUE);
}

static void
on_picked_cb (WgMapPage *self, double lon, double lat)
{
  end_pick (self);
  report_at (self, lon, lat);
}

static void
on_report_cb (WgMapPage *self)
{
  gtk_widget_set_visible (self->report, FALSE);
  wg_map_view_start_pick (wg_district_map_get_view (self->map));
}

static void
on_event_activated_cb (WgMapPage *self, const char *id)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.show-event", "s", id);
}

static void
wg_map_page_dispose (GObject *object)
{
  WgMapPage *self = WG_MAP_PAGE (object);

  if (self->map != NULL)
    wg_district_map_set_filter (self->map, NULL, NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), WG_TYPE_MAP_PAGE);
  g_clear_object (&self->services);
  G_OBJECT_CLASS (wg_map_page_parent_class)->dispose (object);
}

static void
wg_map_page_class_init (WgMapPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = wg_map_page_dispose;
  g_type_ensure (WG_TYPE_DISTRICT_MAP);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/wangge/Wangge/ui/wg-map-page.ui");
  gtk_widget_class_bind_template_child (widget_class, WgMapPage, map);
  gtk_widget_class_bind_template_child (widget_class, WgMapPage, filters);
  gtk_widget_class_bind_template_child (widget_class, WgMapPage, report);
  gtk_widget_class_bind_template_callback (widget_class, on_report_cb);
}

static void
wg_map_page_init (WgMapPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * wg_map_page_new:
 * @services: what the screens work with, open
 *
 * Makes the page with the whole map.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: (transfer floating): the page
 */
WgMapPage *
wg_map_page_new (WgServices *services)
{
  WgMapPage *self = g_object_new (WG_TYPE_MAP_PAGE, NULL);
  WgMapView *view = wg_district_map_get_view (self->map);

  self->services = g_object_ref (services);
  add_groups (self);
  wg_district_map_set_services (self->map, services, WG_DOTS_ALL);
  wg_district_map_set_filter (self->map, is_wanted, self);
  g_signal_connect_object (view, "event-activated", G_CALLBACK (on_event_activated_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (view, "place-pressed", G_CALLBACK (report_at), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (view, "picked", G_CALLBACK (on_picked_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (view, "pick-cancelled", G_CALLBACK (end_pick), self, G_CONNECT_SWAPPED);
  return self;
}

static void
on_event_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (WgMapPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (WgEventView) view = wg_store_run_finish (WG_STORE (source), result, &error);
  WgMapView *map;

  if (self->map == NULL)
    return;
  if (view == NULL)
    {
      wg_toast_show_error (GTK_WIDGET (self), error);
      return;
    }
  if (isnan (view->event->lon) || isnan (view->event->lat))
    {
      wg_toast_show (GTK_WIDGET (self), _ ("This event has no place on the map"));
      return;
    }
  map = wg_district_map_get_view (self->map);
  wg_map_view_set_place (map, view->event->lon, view->event->lat);
  wg_map_view_go_to (map, view->event->lon, view->event->lat, ZOOM);
}

/**
 * wg_map_page_show_event:
 * @self: the page
 * @event_id: an event
 *
 * Centres the map on an event and marks its place.
 *
 * Thread: UI.
 * Errors: none; an event without a place is said in a toast.
 */
void
wg_map_page_show_event (WgMapPage *self, const char *event_id)
{
  wg_event_jobs_get (wg_services_get_store (self->services), event_id, NULL, on_event_read_cb,
                     g_object_ref (self));
}

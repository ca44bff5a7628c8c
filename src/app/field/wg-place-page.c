/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Choosing a place on the map by hand. */
#include "app/field/wg-place-page.h"

#include "app/widgets/wg-district-map.h"

#define ZOOM 17

struct _WgPlacePage
{
  AdwNavigationPage parent_instance;

  WgDistrictMap *map;
};

G_DEFINE_FINAL_TYPE (WgPlacePage, wg_place_page, ADW_TYPE_NAVIGATION_PAGE)

enum
{
  PICKED,
  CANCELLED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
on_picked_cb (WgPlacePage *self, double lon, double lat)
{
  g_signal_emit (self, signals[PICKED], 0, lon, lat);
}

static void
on_cancelled_cb (WgPlacePage *self)
{
  g_signal_emit (self, signals[CANCELLED], 0);
}

static void
wg_place_page_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), WG_TYPE_PLACE_PAGE);
  G_OBJECT_CLASS (wg_place_page_parent_class)->dispose (object);
}

static void
wg_place_page_class_init (WgPlacePageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = wg_place_page_dispose;
  signals[PICKED] = g_signal_new ("picked", WG_TYPE_PLACE_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 2, G_TYPE_DOUBLE, G_TYPE_DOUBLE);
  signals[CANCELLED] = g_signal_new ("cancelled", WG_TYPE_PLACE_PAGE, G_SIGNAL_RUN_LAST, 0, NULL,
                                     NULL, NULL, G_TYPE_NONE, 0);
  g_type_ensure (WG_TYPE_DISTRICT_MAP);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/wangge/Wangge/ui/wg-place-page.ui");
  gtk_widget_class_bind_template_child (widget_class, WgPlacePage, map);
}

static void
wg_place_page_init (WgPlacePage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * wg_place_page_new:
 * @services: what the screens work with, open
 * @start: (nullable): where to begin; %NULL: at the own grid
 *
 * Makes a map in pick mode: a cross in the middle, and buttons that take the place or go
 * back; a long press takes its place at once.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: (transfer floating): the page
 */
WgPlacePage *
wg_place_page_new (WgServices *services, const WgPoint *start)
{
  WgPlacePage *self = g_object_new (WG_TYPE_PLACE_PAGE, NULL);
  WgMapView *view = wg_district_map_get_view (self->map);

  wg_district_map_set_services (self->map, services, WG_DOTS_NONE);
  if (start != NULL)
    wg_map_view_go_to (view, start->lon, start->lat, ZOOM);
  g_signal_connect_object (view, "picked", G_CALLBACK (on_picked_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (view, "place-pressed", G_CALLBACK (on_picked_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (view, "pick-cancelled", G_CALLBACK (on_cancelled_cb), self,
                           G_CONNECT_SWAPPED);
  wg_map_view_start_pick (view);
  return self;
}

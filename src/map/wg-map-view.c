/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The map as one widget: offline base map, grids, events, own position, picking a place. */
#include "map/wg-map-view.h"

#include <math.h>
#include <string.h>

#include <glib/gi18n.h>
#include <shumate/shumate.h>

#include "map/wg-map-base.h"
#include "map/wg-map-cursor.h"
#include "map/wg-map-marks.h"
#include "map/wg-map-resources.h"
#include "map/wg-marker-layer.h"
#include "map/wg-paint-layer.h"

#define RESOURCE "/io/github/wangge/map/"
#define CLOSE_ZOOM 15.5 /* at least this near when shown where one is */

struct _WgMapView
{
  GtkWidget parent_instance;

  ShumateMap *map;
  GtkWidget *overlay, *pick_bar, *place_button, *controls, *legend;
  GtkLabel *attribution_label, *empty_label;

  ShumateViewport *viewport; /* borrowed from the map */
  ShumateMapSource *source;  /* owned: of the base layer */
  ShumateLayer *base;        /* borrowed from the map */
  WgPaintLayer *paint;
  WgMarkerLayer *markers;

  WgTilePack *pack; /* owned, nullable */
  gboolean outdoor;
  GPtrArray *grids; /* owned, nullable */
  char *own_code;   /* owned */
  GPtrArray *dots;  /* owned, nullable */
  WgFix fix;
  gboolean picking;
  WgMapCursor *cursor; /* owned */
  char *fit_code;      /* owned: a grid to be fitted once there is a size */
};

G_DEFINE_FINAL_TYPE (WgMapView, wg_map_view, GTK_TYPE_WIDGET)

enum
{
  SIGNAL_PICKED,
  SIGNAL_PICK_CANCELLED,
  SIGNAL_PLACE_PRESSED,
  SIGNAL_EVENT_ACTIVATED,
  SIGNAL_LOCATE_FAILED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static WgDatum
get_datum (WgMapView *self)
{
  return self->pack != NULL ? self->pack->datum : WG_DATUM_WGS84;
}

/* Of 512-pixel tiles; 0: as near as it is. */
static void
look_at (WgMapView *self, WgPoint point, double zoom)
{
  ShumateMapSource *source = shumate_viewport_get_reference_map_source (self->viewport);
  WgPoint shown = wg_geo_convert (point, WG_DATUM_WGS84, get_datum (self));

  if (zoom > 0)
    shumate_viewport_set_zoom_level (
        self->viewport, zoom + log2 (WG_MAP_TILE / shumate_map_source_get_tile_size (source)));
  shumate_map_center_on (self->map, shown.lat, shown.lon);
}

/* --- base map -------------------------------------------------------------------------------- */

/* Puts a new base layer under the others; place and zoom stay what they were on the ground. */
static gboolean
build_base (WgMapView *self, WgPoint center, double zoom, GError **error)
{
  g_autoptr (ShumateMapSource) renderer = wg_map_base_new (self->pack, self->outdoor, error);

  if (renderer == NULL)
    return FALSE;
  if (self->base != NULL)
    shumate_map_remove_layer (self->map, self->base);
  g_clear_pointer (&self->source, wg_map_base_close);
  self->source = g_object_ref (renderer);
  shumate_viewport_set_reference_map_source (self->viewport, renderer);
  shumate_viewport_set_min_zoom_level (self->viewport,
                                       shumate_map_source_get_min_zoom_level (renderer));
  shumate_viewport_set_max_zoom_level (self->viewport,
                                       shumate_map_source_get_max_zoom_level (renderer));
  self->base = wg_map_base_make_layer (renderer, self->viewport);
  gtk_accessible_update_state (GTK_ACCESSIBLE (self->base), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
  shumate_map_insert_layer_behind (self->map, self->base, SHUMATE_LAYER (self->paint));
  wg_marker_layer_set_datum (self->markers, get_datum (self));
  look_at (self, center, zoom);
  return TRUE;
}

static void
update_scene (WgMapView *self)
{
  g_autoptr (WgMapScene) scene = wg_map_scene_new (self->pack, self->grids, self->own_code,
                                                  self->dots, self->outdoor);

  wg_paint_layer_set_scene (self->paint, scene);
}

static void
update_notes (WgMapView *self)
{
  const char *attribution = self->pack != NULL ? self->pack->attribution : NULL;

  gtk_widget_set_visible (GTK_WIDGET (self->empty_label),
                          self->pack == NULL && !self->picking &&
                              gtk_widget_get_visible (self->controls));
  gtk_label_set_label (self->attribution_label, attribution ? attribution : "");
  gtk_widget_set_visible (GTK_WIDGET (self->attribution_label),
                          attribution != NULL && *attribution != '\0');
}

/* --- taps and keys --------------------------------------------------------------------------- */

static WgPoint
to_point (WgMapView *self, double x, double y)
{
  WgPoint shown;

  shumate_viewport_widget_coords_to_location (self->viewport, GTK_WIDGET (self->map), x, y,
                                              &shown.lat, &shown.lon);
  return wg_geo_convert (shown, get_datum (self), WG_DATUM_WGS84);
}

/* Opens a single event; a cluster is looked at more closely, until there is nothing closer. */
static void
activate_cluster (WgMapView *self, const WgPainting *painting, const WgCluster *cluster)
{
  double zoom = wg_map_view_get_zoom (self);

  if (cluster->n == 1 || zoom >= WG_MAP_MAX_ZOOM)
    {
      g_autofree char *id = g_strdup (wg_painting_get_dot (painting, cluster)->id);
      g_signal_emit (self, signals[SIGNAL_EVENT_ACTIVATED], 0, id);
      return;
    }
  WgPoint middle = wg_spot_to_point ((WgSpot) { cluster->x, cluster->y }, painting->scene->datum);
  wg_map_view_go_to (self, middle.lon, middle.lat, MIN (zoom + 2, WG_MAP_MAX_ZOOM));
}

static void
on_click_released_cb (WgMapView *self, int n_press, double x, double y)
{
  const WgPainting *painting = wg_paint_layer_get_painting (self->paint);
  WgMapFrame frame = wg_map_frame_from_viewport (self->viewport, GTK_WIDGET (self->map));
  const WgCluster *cluster;

  if (n_press != 1)
    return;
  if (self->picking)
    {
      WgPoint point = to_point (self, x, y);
      wg_map_view_go_to (self, point.lon, point.lat, 0);
      return;
    }
  cluster = painting != NULL ? wg_painting_find_at (painting, &frame, x, y) : NULL;
  if (cluster != NULL)
    activate_cluster (self, painting, cluster);
}

static void
on_long_pressed_cb (WgMapView *self, double x, double y, GtkGesture *gesture)
{
  WgPoint point = to_point (self, x, y);

  gtk_gesture_set_state (gesture, GTK_EVENT_SEQUENCE_CLAIMED);
  if (self->picking)
    wg_map_view_go_to (self, point.lon, point.lat, 0);
  else
    g_signal_emit (self, signals[SIGNAL_PLACE_PRESSED], 0, point.lon, point.lat);
}

static void
on_place_button_clicked_cb (WgMapView *self)
{
  WgPoint point = wg_map_view_get_center (self);

  g_signal_emit (self, signals[SIGNAL_PLACE_PRESSED], 0, point.lon, point.lat);
}

static void
on_locate_button_clicked_cb (WgMapView *self)
{
  if (wg_fix_is_known (&self->fix))
    wg_map_view_go_to (self, self->fix.lon, self->fix.lat,
                       MAX (CLOSE_ZOOM, wg_map_view_get_zoom (self)));
  else
    g_signal_emit (self, signals[SIGNAL_LOCATE_FAILED], 0);
}

/* libshumate's own step is a fifth of this: many taps. */
static void
change_zoom (WgMapView *self, double step)
{
  shumate_viewport_set_zoom_level (self->viewport,
                                   shumate_viewport_get_zoom_level (self->viewport) + step);
}

static void
on_zoom_in_button_clicked_cb (WgMapView *self)
{
  change_zoom (self, 1);
}

static void
on_zoom_out_button_clicked_cb (WgMapView *self)
{
  change_zoom (self, -1);
}

static void
on_use_button_clicked_cb (WgMapView *self)
{
  WgPoint point = wg_map_view_get_center (self);

  wg_map_view_stop_pick (self);
  g_signal_emit (self, signals[SIGNAL_PICKED], 0, point.lon, point.lat);
}

static void
on_cancel_button_clicked_cb (WgMapView *self)
{
  wg_map_view_stop_pick (self);
  g_signal_emit (self, signals[SIGNAL_PICK_CANCELLED], 0);
}

static gboolean
on_step_key (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  WgMapView *self = WG_MAP_VIEW (widget);
  WgMapFrame frame = wg_map_frame_from_viewport (self->viewport, GTK_WIDGET (self->map));

  return !self->picking &&
         wg_map_cursor_step (self->cursor, &frame, g_variant_get_boolean (arguments));
}

static gboolean
on_enter_key (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  WgMapView *self = WG_MAP_VIEW (widget);
  const WgCluster *cluster = wg_map_cursor_get_cluster (self->cursor);

  if (self->picking)
    on_use_button_clicked_cb (self);
  else if (cluster != NULL)
    activate_cluster (self, wg_paint_layer_get_painting (self->paint), cluster);
  else
    return FALSE;
  return TRUE;
}

static gboolean
on_menu_key (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  WgMapView *self = WG_MAP_VIEW (widget);

  if (self->picking)
    return FALSE;
  on_place_button_clicked_cb (self);
  return TRUE;
}

static gboolean
on_escape_key (GtkWidget *widget, GVariant *arguments, gpointer data)
{
  WgMapView *self = WG_MAP_VIEW (widget);

  if (!self->picking)
    return FALSE;
  on_cancel_button_clicked_cb (self);
  return TRUE;
}

/* --- fitting --------------------------------------------------------------------------------- */

static const WgGrid *
find_grid (WgMapView *self, const char *code)
{
  for (guint i = 0; self->grids != NULL && i < self->grids->len; i++)
    {
      const WgGrid *grid = g_ptr_array_index (self->grids, i);
      if (g_strcmp0 (grid->code, code) == 0 && grid->boundary != NULL)
        return grid;
    }
  return NULL;
}

/* At once, or when the map has got a size. */
static void
fit_grid (WgMapView *self)
{
  const WgGrid *grid = find_grid (self, self->fit_code);
  int width = gtk_widget_get_width (GTK_WIDGET (self->map)),
      height = gtk_widget_get_height (GTK_WIDGET (self->map));

  if (grid == NULL || width <= 0 || height <= 0)
    return;
  const WgBox *box = &grid->boundary->box;
  look_at (self, (WgPoint) { (box->min_lon + box->max_lon) / 2, (box->min_lat + box->max_lat) / 2 },
           wg_map_fit_zoom (box, width, height));
  g_clear_pointer (&self->fit_code, g_free);
}

/* --- the widget ------------------------------------------------------------------------------ */

static void
wg_map_view_dispose (GObject *object)
{
  WgMapView *self = WG_MAP_VIEW (object);

  g_clear_pointer (&self->source, wg_map_base_close);
  g_clear_pointer (&self->cursor, wg_map_cursor_free);
  gtk_widget_dispose_template (GTK_WIDGET (self), WG_TYPE_MAP_VIEW);
  g_clear_pointer (&self->overlay, gtk_widget_unparent);
  g_clear_pointer (&self->pack, wg_tile_pack_unref);
  g_clear_pointer (&self->grids, g_ptr_array_unref);
  g_clear_pointer (&self->dots, g_ptr_array_unref);
  g_clear_pointer (&self->own_code, g_free);
  g_clear_pointer (&self->fit_code, g_free);
  G_OBJECT_CLASS (wg_map_view_parent_class)->dispose (object);
}

static void
bind_keys (GtkWidgetClass *widget_class)
{
  static const guint enter[] = { GDK_KEY_Return, GDK_KEY_KP_Enter, GDK_KEY_ISO_Enter };

  gtk_widget_class_add_binding (widget_class, GDK_KEY_n, 0, on_step_key, "b", FALSE);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_p, 0, on_step_key, "b", TRUE);
  for (gsize i = 0; i < G_N_ELEMENTS (enter); i++)
    gtk_widget_class_add_binding (widget_class, enter[i], 0, on_enter_key, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Menu, 0, on_menu_key, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_F10, GDK_SHIFT_MASK, on_menu_key, NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_Escape, 0, on_escape_key, NULL);
}

static void
bind_template (GtkWidgetClass *widget_class)
{
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/wangge/map/wg-map-view.ui");
  gtk_widget_class_bind_template_child (widget_class, WgMapView, overlay);
  gtk_widget_class_bind_template_child (widget_class, WgMapView, map);
  gtk_widget_class_bind_template_child (widget_class, WgMapView, pick_bar);
  gtk_widget_class_bind_template_child (widget_class, WgMapView, place_button);
  gtk_widget_class_bind_template_child (widget_class, WgMapView, controls);
  gtk_widget_class_bind_template_child (widget_class, WgMapView, legend);
  gtk_widget_class_bind_template_child (widget_class, WgMapView, attribution_label);
  gtk_widget_class_bind_template_child (widget_class, WgMapView, empty_label);
  gtk_widget_class_bind_template_callback (widget_class, on_place_button_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_locate_button_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_zoom_in_button_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_zoom_out_button_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_use_button_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_cancel_button_clicked_cb);
}

static void
add_signals (GType type)
{
  signals[SIGNAL_PICKED] = g_signal_new ("picked", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                         G_TYPE_NONE, 2, G_TYPE_DOUBLE, G_TYPE_DOUBLE);
  signals[SIGNAL_PICK_CANCELLED] =
      g_signal_new ("pick-cancelled", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_PLACE_PRESSED] =
      g_signal_new ("place-pressed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                    G_TYPE_DOUBLE, G_TYPE_DOUBLE);
  signals[SIGNAL_EVENT_ACTIVATED] = g_signal_new ("event-activated", type, G_SIGNAL_RUN_LAST, 0,
                                                  NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SIGNAL_LOCATE_FAILED] =
      g_signal_new ("locate-failed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
wg_map_view_class_init (WgMapViewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  wg_map_get_resource (); /* what is linked is registered */
  g_type_ensure (SHUMATE_TYPE_MAP);
  g_type_ensure (SHUMATE_TYPE_SCALE);
  G_OBJECT_CLASS (klass)->dispose = wg_map_view_dispose;
  add_signals (G_TYPE_FROM_CLASS (klass));
  bind_template (widget_class);
  bind_keys (widget_class);
}

static void
load_css (void)
{
  static gsize loaded = 0;
  GdkDisplay *display = gdk_display_get_default ();

  if (display == NULL || !g_once_init_enter (&loaded))
    return;
  g_autoptr (GtkCssProvider) provider = gtk_css_provider_new ();
  gtk_css_provider_load_from_resource (provider, RESOURCE "map.css");
  gtk_style_context_add_provider_for_display (display, GTK_STYLE_PROVIDER (provider),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
  g_once_init_leave (&loaded, 1);
}

/* North stays up: two fingers zoom, and a twist of the hand must not turn the streets. */
static void
forbid_turning (GtkWidget *map)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (map);

  for (guint i = g_list_model_get_n_items (controllers); i-- > 0;)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);
      if (!GTK_IS_GESTURE_ROTATE (controller))
        continue;
      gtk_gesture_ungroup (GTK_GESTURE (controller));
      gtk_widget_remove_controller (map, controller);
    }
}

static void
add_gestures (WgMapView *self)
{
  GtkGesture *press = gtk_gesture_long_press_new (), *click = gtk_gesture_click_new ();

  forbid_turning (GTK_WIDGET (self->map));
  g_signal_connect_object (press, "pressed", G_CALLBACK (on_long_pressed_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self->map), GTK_EVENT_CONTROLLER (press));
  g_signal_connect_object (click, "released", G_CALLBACK (on_click_released_cb), self,
                           G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self->map), GTK_EVENT_CONTROLLER (click));
}

static void
wg_map_view_init (WgMapView *self)
{
  g_autoptr (GError) error = NULL;

  self->fix = (WgFix) { .lon = NAN, .lat = NAN, .accuracy_m = NAN };
  load_css ();
  gtk_widget_init_template (GTK_WIDGET (self));
  self->viewport = shumate_map_get_viewport (self->map);
  shumate_map_set_zoom_on_double_click (self->map, FALSE);
  shumate_map_set_animate_zoom (self->map,
                                FALSE); /* a tap answers at once, and the battery lasts */
  self->paint = wg_paint_layer_new (self->viewport);
  self->markers = wg_marker_layer_new (self->viewport);
  shumate_map_add_layer (self->map, SHUMATE_LAYER (self->paint));
  shumate_map_add_layer (self->map, SHUMATE_LAYER (self->markers));
  add_gestures (self);
  self->cursor = wg_map_cursor_new (GTK_WIDGET (self->map), self->paint, self->markers);
  g_signal_connect_object (self->paint, "resized", G_CALLBACK (fit_grid), self, G_CONNECT_SWAPPED);
  if (!build_base (self, (WgPoint) { 118.58, 37.45 }, 10, &error))
    g_error ("the map's own style: %s", error->message);
  update_scene (self);
  update_notes (self);
}

/**
 * wg_map_view_new:
 *
 * Makes a map without a pack. It never asks any network.
 *
 * Thread: the UI thread.
 * Errors: none.
 *
 * Returns: (transfer floating): the widget
 */
GtkWidget *
wg_map_view_new (void)
{
  return g_object_new (WG_TYPE_MAP_VIEW, NULL);
}

/**
 * wg_map_view_set_pack:
 * @self: the map
 * @path: (nullable): an MBTiles file; %NULL: no base map
 * @error: return location
 *
 * Shows another base map. A pack cut in GCJ-02 or BD-09 is shown as it is, and everything drawn
 * over it is moved to its datum; what the map tells is WGS-84 all the same.
 *
 * Thread: the UI thread; opening takes some milliseconds.
 * Errors: %WG_MAP_ERROR_PACK; the old base map then stays.
 * Source: domain.md 2.9
 *
 * Returns: %TRUE when it is shown
 */
gboolean
wg_map_view_set_pack (WgMapView *self, const char *path, GError **error)
{
  WgTilePack *pack = NULL;
  WgPoint center = wg_map_view_get_center (self);
  double zoom = wg_map_view_get_zoom (self);

  g_return_val_if_fail (WG_IS_MAP_VIEW (self), FALSE);
  if (path != NULL && (pack = wg_tile_pack_open (path, error)) == NULL)
    return FALSE;
  if (self->pack == NULL && self->grids == NULL && pack != NULL && !isnan (pack->center.lon))
    center = wg_geo_convert (pack->center, pack->datum, WG_DATUM_WGS84);
  g_clear_pointer (&self->pack, wg_tile_pack_unref);
  self->pack = pack;
  if (!build_base (self, center, zoom, error))
    return FALSE;
  update_scene (self);
  update_notes (self);
  return TRUE;
}

/**
 * wg_map_view_has_pack:
 * @self: the map
 *
 * Thread: the UI thread.
 * Errors: none.
 *
 * Returns: %TRUE when a base map is shown
 */
gboolean
wg_map_view_has_pack (WgMapView *self)
{
  return self->pack != NULL;
}

/**
 * wg_map_view_set_outdoor:
 * @self: the map
 * @outdoor: white ground, black lines, wider borders
 *
 * Thread: the UI thread.
 * Errors: none.
 */
void
wg_map_view_set_outdoor (WgMapView *self, gboolean outdoor)
{
  g_autoptr (GError) error = NULL;

  if (self->outdoor == outdoor)
    return;
  self->outdoor = outdoor;
  if (!build_base (self, wg_map_view_get_center (self), wg_map_view_get_zoom (self), &error))
    g_error ("the map's own style: %s", error->message);
  update_scene (self);
}

/**
 * wg_map_view_set_grids:
 * @self: the map
 * @grids: (nullable) (element-type WgGrid): shared and immutable; a reference is kept
 * @own_code: (nullable): code of the grid to be marked
 *
 * Thread: the UI thread.
 * Errors: none.
 */
void
wg_map_view_set_grids (WgMapView *self, GPtrArray *grids, const char *own_code)
{
  g_autoptr (GPtrArray) old = self->grids;

  self->grids = grids != NULL ? g_ptr_array_ref (grids) : NULL;
  g_set_str (&self->own_code, own_code);
  update_scene (self);
}

/**
 * wg_map_view_set_dots:
 * @self: the map
 * @dots: (nullable) (element-type WgEventDot): newest first, shared and immutable; a reference is
 * kept
 *
 * Thread: the UI thread.
 * Errors: none.
 */
void
wg_map_view_set_dots (WgMapView *self, GPtrArray *dots)
{
  g_autoptr (GPtrArray) old = self->dots;

  self->dots = dots != NULL ? g_ptr_array_ref (dots) : NULL;
  update_scene (self);
}

/**
 * wg_map_view_set_position:
 * @self: the map
 * @fix: (nullable): the own position; %NULL or not known: none is shown
 *
 * Shows where the device is, with a circle when the accuracy is known, grey when it is stale.
 *
 * Thread: the UI thread.
 * Errors: none.
 */
void
wg_map_view_set_position (WgMapView *self, const WgFix *fix)
{
  WgFix none = { .lon = NAN, .lat = NAN, .accuracy_m = NAN };

  self->fix = fix != NULL ? *fix : none;
  wg_marker_layer_set_fix (self->markers, &self->fix);
}

/**
 * wg_map_view_set_place:
 * @self: the map
 * @lon: degrees WGS-84; NAN: no pin
 * @lat: degrees WGS-84
 *
 * Thread: the UI thread.
 * Errors: none.
 */
void
wg_map_view_set_place (WgMapView *self, double lon, double lat)
{
  wg_marker_layer_set_place (self->markers, (WgPoint) { lon, lat });
}

/**
 * wg_map_view_go_to:
 * @self: the map
 * @lon: degrees WGS-84
 * @lat: degrees WGS-84
 * @zoom: of 512-pixel tiles, clamped to what the pack has; 0: as it is
 *
 * Goes there, and not to the grid that was still to be shown.
 *
 * Thread: the UI thread.
 * Errors: none.
 */
void
wg_map_view_go_to (WgMapView *self, double lon, double lat, double zoom)
{
  g_clear_pointer (&self->fit_code, g_free);
  look_at (self, (WgPoint) { lon, lat }, zoom);
}

/**
 * wg_map_view_show_grid:
 * @self: the map
 * @grid_code: one of the grids
 *
 * Moves the map so that the grid fills it; at once, or as soon as the map has a size.
 *
 * Thread: the UI thread.
 * Errors: none; an unknown grid is not gone to.
 */
void
wg_map_view_show_grid (WgMapView *self, const char *grid_code)
{
  g_set_str (&self->fit_code, grid_code);
  fit_grid (self);
}

/**
 * wg_map_view_get_center:
 * @self: the map
 *
 * Thread: the UI thread.
 * Errors: none.
 *
 * Returns: what lies in the middle, WGS-84
 */
WgPoint
wg_map_view_get_center (WgMapView *self)
{
  WgPoint shown = { shumate_location_get_longitude (SHUMATE_LOCATION (self->viewport)),
                    shumate_location_get_latitude (SHUMATE_LOCATION (self->viewport)) };

  return wg_geo_convert (shown, get_datum (self), WG_DATUM_WGS84);
}

/**
 * wg_map_view_get_zoom:
 * @self: the map
 *
 * Thread: the UI thread.
 * Errors: none.
 *
 * Returns: the zoom, of 512-pixel tiles whatever the pack has
 */
double
wg_map_view_get_zoom (WgMapView *self)
{
  ShumateMapSource *source = shumate_viewport_get_reference_map_source (self->viewport);

  return shumate_viewport_get_zoom_level (self->viewport) -
         log2 (WG_MAP_TILE / shumate_map_source_get_tile_size (source));
}

/**
 * wg_map_view_set_controls:
 * @self: the map
 * @shown: whether there are buttons over the map; %FALSE for a small one that only shows
 *
 * Thread: the UI thread.
 * Errors: none.
 */
void
wg_map_view_set_controls (WgMapView *self, gboolean shown)
{
  gtk_widget_set_visible (self->controls, shown);
  update_notes (self);
}

static void
set_picking (WgMapView *self, gboolean picking)
{
  self->picking = picking;
  gtk_widget_set_visible (self->pick_bar, picking);
  gtk_widget_set_visible (self->place_button, !picking);
  /* The thumbs are below: the choice goes there, and the others make room. */
  gtk_widget_set_valign (self->controls, picking ? GTK_ALIGN_CENTER : GTK_ALIGN_END);
  gtk_widget_set_valign (self->legend, picking ? GTK_ALIGN_START : GTK_ALIGN_END);
  wg_marker_layer_set_cross (self->markers, picking);
  update_notes (self);
  if (picking)
    gtk_widget_grab_focus (GTK_WIDGET (self->map));
}

/**
 * wg_map_view_start_pick:
 * @self: the map
 *
 * Lets the user choose a place: a cross in the middle, a button to take what lies under it, and
 * one to leave. Ends with `picked` or `pick-cancelled`.
 *
 * Thread: the UI thread.
 * Errors: none.
 */
void
wg_map_view_start_pick (WgMapView *self)
{
  set_picking (self, TRUE);
}

/**
 * wg_map_view_stop_pick:
 * @self: the map
 *
 * Leaves pick mode without a signal.
 *
 * Thread: the UI thread.
 * Errors: none.
 */
void
wg_map_view_stop_pick (WgMapView *self)
{
  set_picking (self, FALSE);
}

/**
 * wg_map_view_is_picking:
 * @self: the map
 *
 * Thread: the UI thread.
 * Errors: none.
 *
 * Returns: %TRUE in pick mode
 */
gboolean
wg_map_view_is_picking (WgMapView *self)
{
  return self->picking;
}

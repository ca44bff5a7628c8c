/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The map as a widget: picking, long press, taps, keys, names, sizes. Gestures are played by their
 * signals. */
#include <math.h>
#include <string.h>

#include "map-packs.h"
#include "map-scenery.h"
#include "map/wg-map-error.h"
#include "map/wg-paint-layer.h"
#include "map/wg-marker-layer.h"
#include "support/wg-test-folder.h"

#define NEAR_M 3.0

typedef struct
{
  MapScenery *scenery;
  WgMapView *view;
  char *folder;
  guint picked, cancelled, pressed, failed;
  WgPoint place;
  char *id;
} Fixture;

static void
on_picked_cb (WgMapView *view, double lon, double lat, Fixture *fixture)
{
  fixture->picked++;
  fixture->place = (WgPoint) { lon, lat };
}

static void
on_cancelled_cb (WgMapView *view, Fixture *fixture)
{
  fixture->cancelled++;
}

static void
on_pressed_cb (WgMapView *view, double lon, double lat, Fixture *fixture)
{
  fixture->pressed++;
  fixture->place = (WgPoint) { lon, lat };
}

static void
on_activated_cb (WgMapView *view, const char *id, Fixture *fixture)
{
  g_set_str (&fixture->id, id);
}

static void
on_failed_cb (WgMapView *view, Fixture *fixture)
{
  fixture->failed++;
}

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = wg_test_folder_new ();
  fixture->scenery = map_scenery_new (960, 600, 0);
  fixture->view = fixture->scenery->view;
  wg_map_view_set_grids (fixture->view, fixture->scenery->district->grids, NULL);
  g_signal_connect (fixture->view, "picked", G_CALLBACK (on_picked_cb), fixture);
  g_signal_connect (fixture->view, "pick-cancelled", G_CALLBACK (on_cancelled_cb), fixture);
  g_signal_connect (fixture->view, "place-pressed", G_CALLBACK (on_pressed_cb), fixture);
  g_signal_connect (fixture->view, "event-activated", G_CALLBACK (on_activated_cb), fixture);
  g_signal_connect (fixture->view, "locate-failed", G_CALLBACK (on_failed_cb), fixture);
  gtk_window_present (GTK_WINDOW (fixture->scenery->window));
  map_scenery_settle (fixture->scenery);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  map_scenery_free (fixture->scenery);
  wg_test_folder_remove (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->id);
}

/* --- helpers ---------------------------------------------------------------------------------- */

static GtkWidget *
get_map (Fixture *fixture)
{
  return map_scenery_find (GTK_WIDGET (fixture->view), SHUMATE_TYPE_MAP, 0);
}

/* Presses a key that the view binds, as the toolkit would. */
static gboolean
press_key (Fixture *fixture, guint key, GdkModifierType modifiers)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (GTK_WIDGET (fixture->view));

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);
      if (!GTK_IS_SHORTCUT_CONTROLLER (controller))
        continue;
      for (guint k = 0; k < g_list_model_get_n_items (G_LIST_MODEL (controller)); k++)
        {
          g_autoptr (GtkShortcut) shortcut = g_list_model_get_item (G_LIST_MODEL (controller), k);
          GtkShortcutTrigger *trigger = gtk_shortcut_get_trigger (shortcut);
          if (!GTK_IS_KEYVAL_TRIGGER (trigger) ||
              gtk_keyval_trigger_get_keyval (GTK_KEYVAL_TRIGGER (trigger)) != key ||
              gtk_keyval_trigger_get_modifiers (GTK_KEYVAL_TRIGGER (trigger)) != modifiers)
            continue;
          return gtk_shortcut_action_activate (gtk_shortcut_get_action (shortcut), 0,
                                               GTK_WIDGET (fixture->view),
                                               gtk_shortcut_get_arguments (shortcut));
        }
    }
  g_error ("no such key");
}

static GtkEventController *
find_gesture (GtkWidget *widget, GType type)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (widget);
  GtkEventController *found = NULL;

  for (guint i = 0; i < g_list_model_get_n_items (controllers);
       i++) /* the one added first is in front */
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);
      if (g_type_is_a (G_OBJECT_TYPE (controller), type))
        found = controller;
    }
  return found;
}

/* All click gestures of the map: libshumate has one too. */
static void
tap (Fixture *fixture, double x, double y)
{
  g_autoptr (GListModel) controllers = gtk_widget_observe_controllers (get_map (fixture));

  for (guint i = 0; i < g_list_model_get_n_items (controllers); i++)
    {
      g_autoptr (GtkEventController) controller = g_list_model_get_item (controllers, i);
      if (!GTK_IS_GESTURE_CLICK (controller))
        continue;
      g_signal_emit_by_name (controller, "pressed", 1, x, y);
      g_signal_emit_by_name (controller, "released", 1, x, y);
    }
}

static void
press_long (Fixture *fixture, double x, double y)
{
  GtkEventController *gesture = find_gesture (get_map (fixture), GTK_TYPE_GESTURE_LONG_PRESS);

  g_assert_nonnull (gesture);
  g_signal_emit_by_name (gesture, "pressed", x, y);
}

static GtkWidget *
find_button (Fixture *fixture, const char *name)
{
  for (guint i = 0;; i++)
    {
      GtkWidget *button = map_scenery_find (GTK_WIDGET (fixture->view), GTK_TYPE_BUTTON, i);
      if (button == NULL)
        g_error ("no button '%s'", name);
      if (g_strcmp0 (gtk_button_get_label (GTK_BUTTON (button)), name) == 0 ||
          g_strcmp0 (gtk_button_get_icon_name (GTK_BUTTON (button)), name) == 0)
        return button;
    }
}

static void
click (Fixture *fixture, const char *name)
{
  g_signal_emit_by_name (find_button (fixture, name), "clicked");
}

static void
assert_near (WgPoint a, WgPoint b)
{
  g_assert_cmpfloat (wg_geo_distance_m (a, b), <, NEAR_M);
}

/* Where the map shows a place now. */
static void
get_pixels (Fixture *fixture, WgPoint place, WgDatum datum, double *out_x, double *out_y)
{
  GtkWidget *map = get_map (fixture);
  WgMapFrame frame = wg_map_frame_from_viewport (shumate_map_get_viewport (SHUMATE_MAP (map)), map);
  WgSpot spot = wg_spot_from_point (place, datum);

  *out_x = (spot.x - frame.center.x) * frame.world + frame.width / 2.0;
  *out_y = (spot.y - frame.center.y) * frame.world + frame.height / 2.0;
}

static WgEventDot *
make_dot (const char *id, double lon, double lat)
{
  WgEventDot *dot = g_new0 (WgEventDot, 1);

  *dot = (WgEventDot) { g_strdup (id),   lon, lat, WG_EVENT_LEVEL_GENERAL, WG_EVENT_STATE_REPORTED,
                        WG_TRUTH_APPLIED };
  return dot;
}

static void
dot_free (gpointer data)
{
  WgEventDot *dot = data;

  g_free (dot->id);
  g_free (dot);
}

static void
show_dots (Fixture *fixture, const WgPoint *points, guint n)
{
  g_autoptr (GPtrArray) dots = g_ptr_array_new_with_free_func (dot_free);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *id = g_strdup_printf ("dot-%u", i);
      g_ptr_array_add (dots, make_dot (id, points[i].lon, points[i].lat));
    }
  wg_map_view_set_dots (fixture->view, dots);
  map_scenery_settle (fixture->scenery);
}

/* --- tests ------------------------------------------------------------------------------------ */

static void
test_pick (Fixture *fixture, gconstpointer data)
{
  WgPoint target = { 118.6, 37.5 };

  wg_map_view_start_pick (fixture->view);
  g_assert_true (wg_map_view_is_picking (fixture->view));
  g_assert_false (gtk_widget_get_visible (find_button (fixture, "mark-location-symbolic")));
  wg_map_view_go_to (fixture->view, target.lon, target.lat, 15);
  click (fixture, "Use this place");
  g_assert_cmpuint (fixture->picked, ==, 1);
  assert_near (fixture->place, target);
  g_assert_false (wg_map_view_is_picking (fixture->view));

  /* A tap brings the place under the cross; it is not yet chosen. */
  wg_map_view_start_pick (fixture->view);
  WgPoint aside = { 118.605, 37.503 };
  double x, y;
  get_pixels (fixture, aside, WG_DATUM_WGS84, &x, &y);
  tap (fixture, x, y);
  g_assert_cmpuint (fixture->picked, ==, 1);
  assert_near (wg_map_view_get_center (fixture->view), aside);
  g_assert_true (press_key (fixture, GDK_KEY_Return, 0));
  g_assert_cmpuint (fixture->picked, ==, 2);
  assert_near (fixture->place, aside);

  wg_map_view_start_pick (fixture->view);
  click (fixture, "Cancel");
  g_assert_cmpuint (fixture->cancelled, ==, 1);
  wg_map_view_start_pick (fixture->view);
  g_assert_true (press_key (fixture, GDK_KEY_Escape, 0));
  g_assert_cmpuint (fixture->cancelled, ==, 2);
  g_assert_false (
      press_key (fixture, GDK_KEY_Escape, 0)); /* not in pick mode: somebody else's key */
  g_assert_cmpuint (fixture->picked, ==, 2);
  g_assert_cmpuint (fixture->pressed, ==, 0);
}

/* The long press, its button and its key mean the same. */
static void
test_place (Fixture *fixture, gconstpointer data)
{
  WgPoint aside = { 118.603, 37.502 };
  double x, y;

  wg_map_view_go_to (fixture->view, 118.6, 37.5, 14);
  get_pixels (fixture, aside, WG_DATUM_WGS84, &x, &y);
  press_long (fixture, x, y);
  g_assert_cmpuint (fixture->pressed, ==, 1);
  assert_near (fixture->place, aside);
  click (fixture, "mark-location-symbolic");
  g_assert_cmpuint (fixture->pressed, ==, 2);
  assert_near (fixture->place, (WgPoint) { 118.6, 37.5 });
  g_assert_true (press_key (fixture, GDK_KEY_Menu, 0));
  g_assert_true (press_key (fixture, GDK_KEY_F10, GDK_SHIFT_MASK));
  g_assert_cmpuint (fixture->pressed, ==, 4);
  assert_near (fixture->place, (WgPoint) { 118.6, 37.5 });
}

static void
test_activate (Fixture *fixture, gconstpointer data)
{
  const WgPoint points[] = { { 118.6, 37.5 }, { 118.606, 37.503 }, { 118.6061, 37.5031 } };
  double x, y, zoom;

  wg_map_view_go_to (fixture->view, 118.602, 37.501, 14);
  show_dots (fixture, points, G_N_ELEMENTS (points));
  tap (fixture, 5, 300); /* nothing there */
  g_assert_null (fixture->id);
  get_pixels (fixture, points[0], WG_DATUM_WGS84, &x, &y);
  tap (fixture, x + 18, y); /* a blunt finger */
  g_assert_cmpstr (fixture->id, ==, "dot-0");
  /* Two in one place: nearer, until they can be told apart. */
  g_clear_pointer (&fixture->id, g_free);
  zoom = wg_map_view_get_zoom (fixture->view);
  get_pixels (fixture, points[1], WG_DATUM_WGS84, &x, &y);
  tap (fixture, x, y);
  g_assert_null (fixture->id);
  g_assert_cmpfloat_with_epsilon (wg_map_view_get_zoom (fixture->view), zoom + 2, 0.001);
  wg_map_view_go_to (fixture->view, points[1].lon, points[1].lat, 18);
  map_scenery_settle (fixture->scenery);
  get_pixels (fixture, points[2], WG_DATUM_WGS84, &x, &y);
  tap (fixture, x, y);
  g_assert_cmpstr (fixture->id, ==, "dot-2");
}

/* From the first to the last with N, back with P, opened with Enter. */
static void
test_keys (Fixture *fixture, gconstpointer data)
{
  const WgPoint points[] = { { 118.6, 37.498 }, { 118.603, 37.503 }, { 118.607, 37.5 } };
  static const char *const order[] = { "dot-1", "dot-2", "dot-0", "dot-1" }; /* from the north */

  g_assert_false (press_key (fixture, GDK_KEY_Return, 0));
  wg_map_view_go_to (fixture->view, 118.602, 37.501, 14);
  show_dots (fixture, points, G_N_ELEMENTS (points));
  for (gsize i = 0; i < G_N_ELEMENTS (order); i++)
    {
      g_assert_true (press_key (fixture, GDK_KEY_n, 0));
      g_assert_true (press_key (fixture, GDK_KEY_Return, 0));
      g_assert_cmpstr (fixture->id, ==, order[i]);
    }
  g_assert_true (press_key (fixture, GDK_KEY_p, 0));
  g_assert_true (press_key (fixture, GDK_KEY_Return, 0));
  g_assert_cmpstr (fixture->id, ==, "dot-0");
  /* The mark in the keyboard's focus goes with the events. */
  g_clear_pointer (&fixture->id, g_free);
  show_dots (fixture, points, 0);
  g_assert_false (press_key (fixture, GDK_KEY_Return, 0));
  g_assert_null (fixture->id);
}

static void
test_locate (Fixture *fixture, gconstpointer data)
{
  WgFix fix = { 118.55, 37.48, NAN, g_get_real_time () / 1000, WG_FIX_SATELLITE, FALSE };

  click (fixture, "find-location-symbolic");
  g_assert_cmpuint (fixture->failed, ==, 1);
  wg_map_view_set_position (fixture->view, &fix);
  click (fixture, "find-location-symbolic");
  g_assert_cmpuint (fixture->failed, ==, 1);
  assert_near (wg_map_view_get_center (fixture->view), (WgPoint) { 118.55, 37.48 });
  g_assert_cmpfloat (wg_map_view_get_zoom (fixture->view), >=, 15);
  map_scenery_settle (fixture->scenery); /* draws it without an accuracy */
  wg_map_view_set_position (fixture->view, NULL);
  click (fixture, "find-location-symbolic");
  g_assert_cmpuint (fixture->failed, ==, 2);
}

static void
test_zoom (Fixture *fixture, gconstpointer data)
{
  wg_map_view_go_to (fixture->view, 118.6, 37.5, 13);
  click (fixture, "zoom-in-symbolic");
  g_assert_cmpfloat_with_epsilon (wg_map_view_get_zoom (fixture->view), 14, 0.01);
  click (fixture, "zoom-out-symbolic");
  click (fixture, "zoom-out-symbolic");
  g_assert_cmpfloat_with_epsilon (wg_map_view_get_zoom (fixture->view), 12, 0.01);
  wg_map_view_go_to (fixture->view, 118.6, 37.5, 40);
  g_assert_cmpfloat_with_epsilon (wg_map_view_get_zoom (fixture->view), 18, 0.01);
}

/* Two fingers zoom, and never turn the map. */
static void
test_north (Fixture *fixture, gconstpointer data)
{
  g_assert_nonnull (find_gesture (get_map (fixture), GTK_TYPE_GESTURE_ZOOM));
  g_assert_null (find_gesture (get_map (fixture), GTK_TYPE_GESTURE_ROTATE));
}

/* A raster pack in GCJ-02: drawn as it is, and every place that leaves the map is WGS-84. */
static void
test_shifted_raster (Fixture *fixture, gconstpointer data)
{
  g_autofree char *path = g_build_filename (fixture->folder, "gcj.mbtiles", NULL);
  const MapPackTile tiles[] = {
    { 8, 212, 156, MAP_PACK_PNG, sizeof MAP_PACK_PNG },
    { 16, 54353, 40100, MAP_PACK_PNG, sizeof MAP_PACK_PNG },
    { 0 },
  };
  const WgPoint points[] = { { 118.6, 37.5 } };
  g_autoptr (GError) error = NULL;
  double x, y, old_x, old_y;

  wg_map_view_go_to (fixture->view, 118.6, 37.5, 14);
  map_pack_write (path, "png", "gcj02", tiles);
  g_assert_true (wg_map_view_set_pack (fixture->view, path, &error));
  g_assert_no_error (error);
  g_assert_true (wg_map_view_has_pack (fixture->view));
  /* Place and zoom on the ground stay, though tiles are half as wide and shifted. */
  assert_near (wg_map_view_get_center (fixture->view), points[0]);
  g_assert_cmpfloat_with_epsilon (wg_map_view_get_zoom (fixture->view), 14, 0.001);
  show_dots (fixture, points, 1);
  get_pixels (fixture, points[0], WG_DATUM_GCJ02, &x, &y);
  g_assert_cmpfloat_with_epsilon (x, 480, 1);
  g_assert_cmpfloat_with_epsilon (y, 300, 1);
  /* Taken for WGS-84 it would be drawn 496 m away: 130 pixels at this zoom. */
  get_pixels (fixture, points[0], WG_DATUM_WGS84, &old_x, &old_y);
  g_assert_cmpfloat (hypot (old_x - x, old_y - y), >, 100);
  tap (fixture, x, y);
  g_assert_cmpstr (fixture->id, ==, "dot-0");
  press_long (fixture, x, y);
  assert_near (fixture->place, points[0]);
  wg_map_view_start_pick (fixture->view);
  click (fixture, "Use this place");
  assert_near (fixture->place, points[0]);
}

static void
test_bad_pack (Fixture *fixture, gconstpointer data)
{
  g_autofree char *good = g_build_filename (fixture->folder, "good.mbtiles", NULL);
  g_autofree char *bad = g_build_filename (fixture->folder, "bad.mbtiles", NULL);
  const MapPackTile tiles[] = { { 10, 848, 627, MAP_PACK_PBF, sizeof MAP_PACK_PBF }, { 0 } };
  g_autoptr (GError) error = NULL;

  g_assert_false (wg_map_view_has_pack (fixture->view));
  map_pack_write (good, "pbf", NULL, tiles);
  wg_test_write (fixture->folder, "bad.mbtiles", "bad", 3);
  g_assert_false (wg_map_view_set_pack (fixture->view, bad, &error));
  g_assert_error (error, WG_MAP_ERROR, WG_MAP_ERROR_PACK);
  g_assert_false (wg_map_view_has_pack (fixture->view));
  g_clear_error (&error);
  g_assert_true (wg_map_view_set_pack (fixture->view, good, &error));
  g_assert_false (wg_map_view_set_pack (fixture->view, bad, &error));
  g_assert_true (wg_map_view_has_pack (fixture->view)); /* the old one stays */
  g_clear_error (&error);
  g_assert_true (wg_map_view_set_pack (fixture->view, NULL, &error));
  g_assert_false (wg_map_view_has_pack (fixture->view));
  map_scenery_settle (fixture->scenery);
}

static void
test_show_grid (Fixture *fixture, gconstpointer data)
{
  for (guint i = 0; i < fixture->scenery->district->grids->len; i += 13)
    {
      const WgGrid *grid = g_ptr_array_index (fixture->scenery->district->grids, i);
      double x0, y0, x1, y1;
      wg_map_view_show_grid (fixture->view, grid->code);
      get_pixels (fixture, (WgPoint) { grid->boundary->box.min_lon, grid->boundary->box.max_lat },
                  WG_DATUM_WGS84, &x0, &y0);
      get_pixels (fixture, (WgPoint) { grid->boundary->box.max_lon, grid->boundary->box.min_lat },
                  WG_DATUM_WGS84, &x1, &y1);
      g_assert_cmpfloat (x0, >, 0);
      g_assert_cmpfloat (y0, >, 0);
      g_assert_cmpfloat (x1, <, 960);
      g_assert_cmpfloat (y1, <, 600);
      g_assert_true (x1 - x0 > 960 * 0.8 || y1 - y0 > 600 * 0.8);
    }
  WgPoint before = wg_map_view_get_center (fixture->view);
  wg_map_view_show_grid (fixture->view, "370502999999999");
  assert_near (wg_map_view_get_center (fixture->view), before);
}

/* Asked for before the window has a size: done once it has one. */
static void
test_show_grid_early (void)
{
  g_autoptr (MapScenery) scenery = map_scenery_new (360, 720, 10);
  const WgGrid *grid = g_ptr_array_index (scenery->district->grids, 40);
  WgPoint middle = { (grid->boundary->box.min_lon + grid->boundary->box.max_lon) / 2,
                     (grid->boundary->box.min_lat + grid->boundary->box.max_lat) / 2 };

  wg_map_view_set_grids (scenery->view, scenery->district->grids, grid->code);
  wg_map_view_show_grid (scenery->view, grid->code);
  gtk_window_present (GTK_WINDOW (scenery->window));
  map_scenery_settle (scenery);
  g_assert_cmpfloat (wg_geo_distance_m (wg_map_view_get_center (scenery->view), middle), <, 5);
}

static gboolean
has_colours (GdkTexture *texture, guint wanted)
{
  int width = gdk_texture_get_width (texture), height = gdk_texture_get_height (texture);
  g_autofree guint32 *pixels = g_new (guint32, (gsize) width * height);
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);

  gdk_texture_download (texture, (guchar *) pixels, (gsize) width * 4);
  for (gsize i = 0; i < (gsize) width * height; i++)
    g_hash_table_add (seen, GUINT_TO_POINTER (pixels[i]));
  return g_hash_table_size (seen) >= wanted;
}

/* Share of the pixels that are of the commonest colour: the ground. */
static double
get_ground (GdkTexture *texture)
{
  gsize n = (gsize) gdk_texture_get_width (texture) * gdk_texture_get_height (texture);
  g_autofree guint32 *pixels = g_new (guint32, n);
  g_autoptr (GHashTable) counts = g_hash_table_new (NULL, NULL);
  GHashTableIter iter;
  gpointer count;
  guint most = 0;

  gdk_texture_download (texture, (guchar *) pixels, (gsize) gdk_texture_get_width (texture) * 4);
  for (gsize i = 0; i < n; i++)
    {
      gpointer key = GUINT_TO_POINTER (pixels[i]);
      g_hash_table_insert (
          counts, key, GUINT_TO_POINTER (GPOINTER_TO_UINT (g_hash_table_lookup (counts, key)) + 1));
    }
  g_hash_table_iter_init (&iter, counts);
  while (g_hash_table_iter_next (&iter, NULL, &count))
    most = MAX (most, GPOINTER_TO_UINT (count));
  return (double) most / (double) n;
}

/* Names and controls alone leave 0.95 and more to the ground. */
static gboolean
shows_streets (gpointer data)
{
  g_autoptr (GdkTexture) texture = map_scenery_shoot (data);

  return get_ground (texture) < 0.9;
}

/* After jumps in any order the streets are there: libshumate likes to forget them. */
static void
test_base_is_drawn (void)
{
  const char *pack = g_getenv ("WG_TEST_PACK");
  g_autoptr (GError) error = NULL;

  if (pack == NULL)
    {
      g_test_skip ("no ogr2ogr to make the sample pack with");
      return;
    }
  for (guint i = 0; i < 12; i++)
    {
      g_autoptr (MapScenery) scenery = map_scenery_new (960, 600, 0);
      const WgGrid *grid = g_ptr_array_index (scenery->district->grids, 3 * i);
      WgPoint middle = wg_polygon_center (grid->boundary);
      if (i % 2 == 0)
        gtk_window_present (GTK_WINDOW (scenery->window));
      if (i % 6 == 0)
        map_scenery_settle (scenery);
      wg_map_view_set_pack (scenery->view, pack, &error);
      g_assert_no_error (error);
      wg_map_view_set_outdoor (scenery->view, i % 4 < 2);
      gtk_window_present (GTK_WINDOW (scenery->window));
      wg_map_view_go_to (scenery->view, middle.lon, middle.lat, 14 + i % 4);
      map_scenery_settle (scenery);
      if (!map_scenery_wait (shows_streets, scenery, 10))
        {
          GtkWidget *layer = map_scenery_find (scenery->window, SHUMATE_TYPE_MAP_LAYER, 0);
          g_autofree char *text =
              SHUMATE_LAYER_GET_CLASS (layer)->get_debug_text (SHUMATE_LAYER (layer));
          g_autoptr (GdkTexture) texture = map_scenery_shoot (scenery);
          g_error ("turn %u, zoom %.2f, ground %.3f: %s", i, wg_map_view_get_zoom (scenery->view),
                   get_ground (texture), text);
        }
    }
}

/* Every size, both looks: something is drawn, and nothing needs a wider window than there is. */
static void
test_sizes (void)
{
  static const int sizes[][2] = { { 1280, 800 }, { 960, 600 }, { 360, 720 }, { 360, 300 } };
  const char *pack = g_getenv ("WG_TEST_PACK");

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    for (int outdoor = 0; outdoor <= 1; outdoor++)
      {
        g_autoptr (MapScenery) scenery = map_scenery_new (sizes[i][0], sizes[i][1], 5000);
        const WgGrid *own = g_ptr_array_index (scenery->district->grids, 6);
        g_autoptr (GError) error = NULL;
        if (pack != NULL)
          wg_map_view_set_pack (scenery->view, pack, &error);
        g_assert_no_error (error);
        wg_map_view_set_outdoor (scenery->view, outdoor);
        wg_map_view_set_grids (scenery->view, scenery->district->grids, own->code);
        wg_map_view_show_grid (scenery->view, own->code);
        gtk_window_present (GTK_WINDOW (scenery->window));
        map_scenery_settle (scenery);
        g_assert_cmpint (gtk_widget_get_width (scenery->window), ==, sizes[i][0]);
        g_assert_cmpint (gtk_widget_get_height (scenery->window), ==, sizes[i][1]);
        g_autoptr (GdkTexture) texture = map_scenery_shoot (scenery);
        g_assert_true (has_colours (texture, 100));
      }
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
  g_test_add ("/map/view/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("pick", test_pick);
  ADD ("place", test_place);
  ADD ("activate", test_activate);
  ADD ("keys", test_keys);
  ADD ("locate", test_locate);
  ADD ("zoom", test_zoom);
  ADD ("north", test_north);
  ADD ("shifted-raster", test_shifted_raster);
  ADD ("bad-pack", test_bad_pack);
  ADD ("show-grid", test_show_grid);
  g_test_add_func ("/map/view/show-grid-early", test_show_grid_early);
  g_test_add_func ("/map/view/base-is-drawn", test_base_is_drawn);
  g_test_add_func ("/map/view/sizes", test_sizes);
  return g_test_run ();
}

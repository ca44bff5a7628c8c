/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A map layer for the few things that move: own position with its accuracy, a chosen place, the
 * event in focus. */
#include "map/wg-marker-layer.h"

#include <math.h>

#include "map/wg-paint-layer.h"

struct _WgMarkerLayer
{
  ShumateLayer parent_instance;

  WgDatum datum;
  WgFix fix;
  WgPoint place;
  WgSpot focus;
  double focus_radius; /* 0: no focus */
  gboolean cross;
};

G_DEFINE_FINAL_TYPE (WgMarkerLayer, wg_marker_layer, SHUMATE_TYPE_LAYER)

static const GdkRGBA WHITE = { 1, 1, 1, 1 };
static const GdkRGBA BLACK = { 0, 0, 0, 1 };
static const GdkRGBA FRESH = { .0f, .45f, .95f, 1 };
static const GdkRGBA FRESH_AREA = { .0f, .45f, .95f, .18f };
static const GdkRGBA STALE = { .45f, .45f, .45f, 1 };
static const GdkRGBA STALE_AREA = { .45f, .45f, .45f, .18f };
static const GdkRGBA PIN = { .75f, .0f, .35f, 1 };

static graphene_point_t
to_pixels (const WgMapFrame *frame, WgSpot spot)
{
  return GRAPHENE_POINT_INIT (
      (float) ((spot.x - frame->center.x) * frame->world + frame->width / 2.0),
      (float) ((spot.y - frame->center.y) * frame->world + frame->height / 2.0));
}

static void
fill_circle (GtkSnapshot *snapshot, graphene_point_t at, float radius, const GdkRGBA *color)
{
  GskRoundedRect shape;

  gsk_rounded_rect_init_from_rect (
      &shape, &GRAPHENE_RECT_INIT (at.x - radius, at.y - radius, 2 * radius, 2 * radius), radius);
  gtk_snapshot_push_rounded_clip (snapshot, &shape);
  gtk_snapshot_append_color (snapshot, color, &shape.bounds);
  gtk_snapshot_pop (snapshot);
}

static void
draw_circle (
    GtkSnapshot *snapshot, graphene_point_t at, float radius, float width, const GdkRGBA *color)
{
  GskRoundedRect shape;

  gsk_rounded_rect_init_from_rect (
      &shape, &GRAPHENE_RECT_INIT (at.x - radius, at.y - radius, 2 * radius, 2 * radius), radius);
  gtk_snapshot_append_border (snapshot, &shape, (float[4]) { width, width, width, width },
                              (GdkRGBA[4]) { *color, *color, *color, *color });
}

/* Pixels of a distance on the ground at a latitude: the projection stretches by 1 / cos (latitude).
 */
static double
get_pixels (const WgMapFrame *frame, double metres, double latitude)
{
  return metres * frame->world / (40075016.7 * MAX (0.05, cos (latitude * G_PI / 180)));
}

static void
snapshot_fix (WgMarkerLayer *self, GtkSnapshot *snapshot, const WgMapFrame *frame)
{
  gboolean stale = wg_fix_is_stale (&self->fix, g_get_real_time () / 1000);
  graphene_point_t at = to_pixels (
      frame, wg_spot_from_point ((WgPoint) { self->fix.lon, self->fix.lat }, self->datum));

  if (!isnan (self->fix.accuracy_m))
    {
      float radius = (float) get_pixels (frame, self->fix.accuracy_m, self->fix.lat);
      if (radius > 14 && radius < 4000)
        {
          fill_circle (snapshot, at, radius, stale ? &STALE_AREA : &FRESH_AREA);
          draw_circle (snapshot, at, radius, 2, stale ? &STALE : &FRESH);
        }
    }
  fill_circle (snapshot, at, 12, &WHITE);
  draw_circle (snapshot, at, 12, 1, &BLACK);
  fill_circle (snapshot, at, 8, stale ? &STALE : &FRESH);
}

static void
snapshot_pin (GtkSnapshot *snapshot, graphene_point_t at)
{
  g_autoptr (GskPathBuilder) builder = gsk_path_builder_new ();
  g_autoptr (GskPath) path = NULL;
  g_autoptr (GskStroke) stroke = gsk_stroke_new (2);

  gsk_path_builder_move_to (builder, at.x, at.y);
  gsk_path_builder_cubic_to (builder, at.x - 6, at.y - 14, at.x - 15, at.y - 18, at.x - 15,
                             at.y - 30);
  gsk_path_builder_svg_arc_to (builder, 15, 15, 0, FALSE, TRUE, at.x + 15, at.y - 30);
  gsk_path_builder_cubic_to (builder, at.x + 15, at.y - 18, at.x + 6, at.y - 14, at.x, at.y);
  gsk_path_builder_close (builder);
  path = gsk_path_builder_to_path (builder);
  gtk_snapshot_append_fill (snapshot, path, GSK_FILL_RULE_WINDING, &PIN);
  gtk_snapshot_append_stroke (snapshot, path, stroke, &WHITE);
  fill_circle (snapshot, GRAPHENE_POINT_INIT (at.x, at.y - 30), 6, &WHITE);
}

static void
snapshot_cross (GtkSnapshot *snapshot, float x, float y)
{
  for (int i = 0; i < 2; i++) /* white under black: seen on any ground */
    {
      float half = i == 0 ? 2.5f : 1, length = i == 0 ? 25 : 24;
      const GdkRGBA *color = i == 0 ? &WHITE : &BLACK;
      gtk_snapshot_append_color (snapshot, color,
                                 &GRAPHENE_RECT_INIT (x - length, y - half, length - 5, 2 * half));
      gtk_snapshot_append_color (snapshot, color,
                                 &GRAPHENE_RECT_INIT (x + 5, y - half, length - 5, 2 * half));
      gtk_snapshot_append_color (snapshot, color,
                                 &GRAPHENE_RECT_INIT (x - half, y - length, 2 * half, length - 5));
      gtk_snapshot_append_color (snapshot, color,
                                 &GRAPHENE_RECT_INIT (x - half, y + 5, 2 * half, length - 5));
    }
  draw_circle (snapshot, GRAPHENE_POINT_INIT (x, y), 27, 4, &WHITE);
  draw_circle (snapshot, GRAPHENE_POINT_INIT (x, y), 26, 2, &PIN);
}

static void
wg_marker_layer_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  WgMarkerLayer *self = WG_MARKER_LAYER (widget);
  WgMapFrame frame =
      wg_map_frame_from_viewport (shumate_layer_get_viewport (SHUMATE_LAYER (self)), widget);

  if (wg_fix_is_known (&self->fix))
    snapshot_fix (self, snapshot, &frame);
  if (self->focus_radius > 0)
    {
      graphene_point_t at = to_pixels (&frame, self->focus);
      draw_circle (snapshot, at, (float) self->focus_radius + 9, 5, &WHITE);
      draw_circle (snapshot, at, (float) self->focus_radius + 8, 3, &PIN);
    }
  if (!isnan (self->place.lon))
    snapshot_pin (snapshot, to_pixels (&frame, wg_spot_from_point (self->place, self->datum)));
  if (self->cross)
    snapshot_cross (snapshot, frame.width / 2.0f, frame.height / 2.0f);
}

static void
on_viewport_changed_cb (WgMarkerLayer *self)
{
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
wg_marker_layer_constructed (GObject *object)
{
  ShumateViewport *viewport = shumate_layer_get_viewport (SHUMATE_LAYER (object));

  G_OBJECT_CLASS (wg_marker_layer_parent_class)->constructed (object);
  g_signal_connect_object (viewport, "notify", G_CALLBACK (on_viewport_changed_cb), object,
                           G_CONNECT_SWAPPED);
}

static void
wg_marker_layer_class_init (WgMarkerLayerClass *klass)
{
  G_OBJECT_CLASS (klass)->constructed = wg_marker_layer_constructed;
  GTK_WIDGET_CLASS (klass)->snapshot = wg_marker_layer_snapshot;
}

static void
wg_marker_layer_init (WgMarkerLayer *self)
{
  self->place = (WgPoint) { NAN, NAN };
  self->fix = (WgFix) { .lon = NAN, .lat = NAN, .accuracy_m = NAN };
  gtk_widget_set_can_target (GTK_WIDGET (self), FALSE);
  gtk_accessible_update_state (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
}

/**
 * wg_marker_layer_new:
 * @viewport: of the map
 *
 * Thread: the UI thread.
 * Errors: none.
 *
 * Returns: (transfer floating): the layer
 */
WgMarkerLayer *
wg_marker_layer_new (ShumateViewport *viewport)
{
  return g_object_new (WG_TYPE_MARKER_LAYER, "viewport", viewport, NULL);
}

/**
 * wg_marker_layer_set_datum:
 * @self: the layer
 * @datum: in which the base map is drawn
 *
 * Thread: the UI thread.
 * Errors: none.
 */
void
wg_marker_layer_set_datum (WgMarkerLayer *self, WgDatum datum)
{
  self->datum = datum;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/**
 * wg_marker_layer_set_fix:
 * @self: the layer
 * @fix: the own position; not known: none is shown
 *
 * Thread: the UI thread.
 * Errors: none.
 */
void
wg_marker_layer_set_fix (WgMarkerLayer *self, const WgFix *fix)
{
  self->fix = *fix;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/**
 * wg_marker_layer_set_place:
 * @self: the layer
 * @place: WGS-84; NAN: none
 *
 * Thread: the UI thread.
 * Errors: none.
 */
void
wg_marker_layer_set_place (WgMarkerLayer *self, WgPoint place)
{
  self->place = place;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/**
 * wg_marker_layer_set_focus:
 * @self: the layer
 * @spot: (nullable): where the chosen event is drawn
 * @radius: of its drawing, in pixels
 *
 * Thread: the UI thread.
 * Errors: none.
 */
void
wg_marker_layer_set_focus (WgMarkerLayer *self, const WgSpot *spot, double radius)
{
  self->focus_radius = spot != NULL ? radius : 0;
  if (spot != NULL)
    self->focus = *spot;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/**
 * wg_marker_layer_set_cross:
 * @self: the layer
 * @shown: whether the middle is marked
 *
 * Thread: the UI thread.
 * Errors: none.
 */
void
wg_marker_layer_set_cross (WgMarkerLayer *self, gboolean shown)
{
  self->cross = shown;
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A map layer whose picture a thread paints ahead, larger than the view, so that moving costs one
 * texture a frame. */
#include "map/wg-paint-layer.h"

#include <math.h>

#define MARGIN 0.3 /* of the view's size, painted beyond each side */

typedef struct
{
  WgMapScene *scene; /* owned */
  WgMapFrame frame;
  double scale, text_scale;
} Order;

struct _WgPaintLayer
{
  ShumateLayer parent_instance;

  WgMapScene *scene;    /* owned, nullable */
  WgPainting *painting; /* owned, nullable */
  gboolean busy;        /* an order is with the thread */
  gboolean stale;       /* the scene has changed since the last order */
};

G_DEFINE_FINAL_TYPE (WgPaintLayer, wg_paint_layer, SHUMATE_TYPE_LAYER)

enum
{
  SIGNAL_PAINTED,
  SIGNAL_RESIZED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void order_painting (WgPaintLayer *self);

/**
 * wg_map_frame_from_viewport:
 * @viewport: where the map looks
 * @widget: a widget as large as the map
 *
 * Thread: the UI thread.
 * Errors: none.
 *
 * Returns: the part of the plane that is shown
 */
WgMapFrame
wg_map_frame_from_viewport (ShumateViewport *viewport, GtkWidget *widget)
{
  ShumateMapSource *source = shumate_viewport_get_reference_map_source (viewport);
  WgPoint center = { shumate_location_get_longitude (SHUMATE_LOCATION (viewport)),
                     shumate_location_get_latitude (SHUMATE_LOCATION (viewport)) };
  guint tile = source != NULL ? shumate_map_source_get_tile_size (source) : (guint) WG_MAP_TILE;

  return (WgMapFrame) { wg_spot_from_shown (center),
                        tile * exp2 (shumate_viewport_get_zoom_level (viewport)),
                        gtk_widget_get_width (widget), gtk_widget_get_height (widget) };
}

static void
order_free (gpointer data)
{
  Order *order = data;

  wg_map_scene_unref (order->scene);
  g_free (order);
}

static void
run_order (GTask *task, gpointer source, gpointer data, GCancellable *cancellable)
{
  Order *order = data;

  g_task_return_pointer (
      task, wg_painting_new (order->scene, &order->frame, order->scale, order->text_scale),
      (GDestroyNotify) wg_painting_free);
}

static void
on_painted_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  WgPaintLayer *self = WG_PAINT_LAYER (object);
  WgPainting *painting = g_task_propagate_pointer (G_TASK (result), NULL);

  self->busy = FALSE;
  wg_painting_free (self->painting);
  self->painting = painting;
  gtk_widget_queue_draw (
      GTK_WIDGET (self)); /* the next frame orders again if this one is too old */
  if (self->stale)
    order_painting (self);
  g_signal_emit (self, signals[SIGNAL_PAINTED], 0);
}

static double
get_text_scale (WgPaintLayer *self)
{
  int dpi = -1;

  g_object_get (gtk_widget_get_settings (GTK_WIDGET (self)), "gtk-xft-dpi", &dpi, NULL);
  return dpi > 0 ? dpi / 1024.0 / 96.0 : 1;
}

static void
order_painting (WgPaintLayer *self)
{
  WgMapFrame frame;
  Order *order;

  if (self->busy ||
      self->scene == NULL) /* without a scene after dispose: the viewport is gone, too */
    return;
  frame = wg_map_frame_from_viewport (shumate_layer_get_viewport (SHUMATE_LAYER (self)),
                                      GTK_WIDGET (self));
  if (frame.width <= 0 || frame.height <= 0)
    return;
  self->busy = TRUE;
  self->stale = FALSE;
  order = g_new0 (Order, 1);
  order->scene = wg_map_scene_ref (self->scene);
  order->frame = frame;
  order->frame.width = (int) (frame.width * (1 + 2 * MARGIN));
  order->frame.height = (int) (frame.height * (1 + 2 * MARGIN));
  order->scale = gtk_widget_get_scale_factor (GTK_WIDGET (self));
  order->text_scale = get_text_scale (self);
  g_autoptr (GTask) task = g_task_new (self, NULL, on_painted_cb, NULL);
  g_task_set_task_data (task, order, order_free);
  g_task_set_source_tag (task, order_painting);
  g_task_run_in_thread (task, run_order);
}

/* Too old when the zoom differs, or less than half of the margin is left on a side. */
static gboolean
is_worn (const WgPainting *painting, const WgMapFrame *frame)
{
  double dx = fabs (frame->center.x - painting->frame.center.x) * frame->world;
  double dy = fabs (frame->center.y - painting->frame.center.y) * frame->world;

  return painting->frame.world != frame->world ||
         dx > (painting->frame.width - frame->width) / 4.0 ||
         dy > (painting->frame.height - frame->height) / 4.0;
}

/* The cairo renderer copies a texture before it draws it, and this one is larger than the view. */
static void
append_painting (GtkWidget *widget,
                 GtkSnapshot *snapshot,
                 const WgPainting *painting,
                 const graphene_rect_t *place)
{
  GtkNative *native = gtk_widget_get_native (widget);
  cairo_t *cr;

  if (!GSK_IS_CAIRO_RENDERER (gtk_native_get_renderer (native)))
    {
      gtk_snapshot_append_texture (snapshot, painting->texture, place);
      return;
    }
  cr = gtk_snapshot_append_cairo (snapshot,
                                  &GRAPHENE_RECT_INIT (0, 0, (float) gtk_widget_get_width (widget),
                                                       (float) gtk_widget_get_height (widget)));
  cairo_translate (cr, place->origin.x, place->origin.y);
  cairo_scale (cr, place->size.width / cairo_image_surface_get_width (painting->surface),
               place->size.height / cairo_image_surface_get_height (painting->surface));
  cairo_set_source_surface (cr, painting->surface, 0, 0);
  cairo_paint (cr);
  cairo_destroy (cr);
}

static void
wg_paint_layer_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  WgPaintLayer *self = WG_PAINT_LAYER (widget);
  WgMapFrame frame =
      wg_map_frame_from_viewport (shumate_layer_get_viewport (SHUMATE_LAYER (self)), widget);
  const WgPainting *painting = self->painting;

  if (painting == NULL || is_worn (painting, &frame))
    order_painting (self);
  if (painting == NULL)
    return;
  double ratio = frame.world / painting->frame.world, device = gtk_widget_get_scale_factor (widget);
  double width = painting->frame.width * ratio, height = painting->frame.height * ratio;
  double x =
      (painting->frame.center.x - frame.center.x) * frame.world + frame.width / 2.0 - width / 2;
  double y =
      (painting->frame.center.y - frame.center.y) * frame.world + frame.height / 2.0 - height / 2;
  graphene_rect_t place;

  if (ratio == 1) /* on whole device pixels: sharp, and copied without interpolation */
    {
      x = round (x * device) / device;
      y = round (y * device) / device;
    }
  graphene_rect_init (&place, (float) x, (float) y, (float) width, (float) height);
  append_painting (widget, snapshot, painting, &place);
}

static void
wg_paint_layer_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  WgPaintLayer *self = WG_PAINT_LAYER (widget);

  self->stale = TRUE;
  g_signal_emit (self, signals[SIGNAL_RESIZED], 0);
  order_painting (self);
}

static void
on_viewport_changed_cb (WgPaintLayer *self)
{
  gtk_widget_queue_draw (GTK_WIDGET (self));
}

static void
wg_paint_layer_constructed (GObject *object)
{
  ShumateViewport *viewport = shumate_layer_get_viewport (SHUMATE_LAYER (object));

  G_OBJECT_CLASS (wg_paint_layer_parent_class)->constructed (object);
  g_signal_connect_object (viewport, "notify", G_CALLBACK (on_viewport_changed_cb), object,
                           G_CONNECT_SWAPPED);
}

static void
wg_paint_layer_dispose (GObject *object)
{
  WgPaintLayer *self = WG_PAINT_LAYER (object);

  g_clear_pointer (&self->scene, wg_map_scene_unref);
  g_clear_pointer (&self->painting, wg_painting_free);
  G_OBJECT_CLASS (wg_paint_layer_parent_class)->dispose (object);
}

static void
wg_paint_layer_class_init (WgPaintLayerClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->constructed = wg_paint_layer_constructed;
  G_OBJECT_CLASS (klass)->dispose = wg_paint_layer_dispose;
  widget_class->snapshot = wg_paint_layer_snapshot;
  widget_class->size_allocate = wg_paint_layer_size_allocate;
  signals[SIGNAL_PAINTED] = g_signal_new ("painted", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                          0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_RESIZED] = g_signal_new ("resized", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                          0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
wg_paint_layer_init (WgPaintLayer *self)
{
  gtk_widget_set_can_target (GTK_WIDGET (self), FALSE);
  gtk_accessible_update_state (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
}

/**
 * wg_paint_layer_new:
 * @viewport: of the map
 *
 * Thread: the UI thread.
 * Errors: none.
 *
 * Returns: (transfer floating): the layer
 */
WgPaintLayer *
wg_paint_layer_new (ShumateViewport *viewport)
{
  return g_object_new (WG_TYPE_PAINT_LAYER, "viewport", viewport, NULL);
}

/**
 * wg_paint_layer_set_scene:
 * @self: the layer
 * @scene: what to paint; a reference is kept
 *
 * Shows the old picture until the new one is painted.
 *
 * Thread: the UI thread.
 * Errors: none.
 */
void
wg_paint_layer_set_scene (WgPaintLayer *self, WgMapScene *scene)
{
  wg_map_scene_ref (scene);
  g_clear_pointer (&self->scene, wg_map_scene_unref);
  self->scene = scene;
  self->stale = TRUE;
  order_painting (self);
}

/**
 * wg_paint_layer_get_painting:
 * @self: the layer
 *
 * Thread: the UI thread.
 * Errors: none.
 *
 * Returns: (transfer none) (nullable): the picture shown now
 */
const WgPainting *
wg_paint_layer_get_painting (WgPaintLayer *self)
{
  return self->painting;
}

/**
 * wg_paint_layer_is_painting:
 * @self: the layer
 *
 * Thread: the UI thread.
 * Errors: none.
 *
 * Returns: %TRUE while a newer picture is being painted or wanted
 */
gboolean
wg_paint_layer_is_painting (WgPaintLayer *self)
{
  return self->busy || self->stale;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Paints a scene with cairo: grids, names, events; no GTK widget, for a thread of its own. */
#include "map/wg-painter.h"

#include <math.h>

#include <pango/pangocairo.h>

typedef struct
{
  double r, g, b, a;
} Ink;

/* Legible in the sun: few colours, and no meaning by colour alone. */
typedef struct
{
  Ink border, casing, own_fill, own_border, text, water_text, halo;
  double border_width, own_width, halo_width;
} Look;

static const Look LOOKS[] = {
  { { .36, .20, .55, .85 },
    { 1, 1, 1, .75 },
    { .10, .37, .88, .09 },
    { .05, .28, .80, 1 },
    { .10, .10, .12, 1 },
    { .05, .30, .60, 1 },
    { 1, 1, 1, .95 },
    1.6,
    3.6,
    3.2 },
  { { .18, .05, .36, 1 },
    { 1, 1, 1, 1 },
    { .00, .25, .90, .08 },
    { .00, .15, .72, 1 },
    { 0, 0, 0, 1 },
    { 0, .15, .45, 1 },
    { 1, 1, 1, 1 },
    2.4,
    5.5,
    4.5 },
};

typedef struct
{
  cairo_t *cr;
  PangoContext *pango;
  const WgMapScene *scene;
  const WgMapFrame *frame;
  const Look *look;
  double zoom; /* of 512-pixel tiles */
  double text_scale;
  GArray *taken; /* of cairo_rectangle_t: places that hold a name already */
} Painter;

static void
set_ink (cairo_t *cr, Ink ink)
{
  cairo_set_source_rgba (cr, ink.r, ink.g, ink.b, ink.a);
}

static void
to_pixels (const WgMapFrame *frame, WgSpot spot, double *out_x, double *out_y)
{
  *out_x = (spot.x - frame->center.x) * frame->world + frame->width / 2.0;
  *out_y = (spot.y - frame->center.y) * frame->world + frame->height / 2.0;
}

/* --- grids ----------------------------------------------------------------------------------- */

static gboolean
is_seen (const Painter *self, const WgGridShape *shape)
{
  double x0, y0, x1, y1;

  to_pixels (self->frame, (WgSpot) { shape->min_x, shape->min_y }, &x0, &y0);
  to_pixels (self->frame, (WgSpot) { shape->max_x, shape->max_y }, &x1, &y1);
  return x1 > -8 && y1 > -8 && x0 < self->frame->width + 8 && y0 < self->frame->height + 8;
}

static void
trace_grid (const Painter *self, const WgGridShape *shape)
{
  double x, y;

  cairo_new_path (self->cr);
  for (gsize i = 0; i < shape->n_spots; i++)
    {
      to_pixels (self->frame, shape->spots[i], &x, &y);
      cairo_line_to (self->cr, x, y);
    }
  cairo_close_path (self->cr);
}

static void
paint_grids (Painter *self)
{
  const Look *look = self->look;
  double thin = self->zoom < 11 ? 0.6 : 1;

  cairo_set_line_join (self->cr, CAIRO_LINE_JOIN_ROUND);
  for (int pass = 0; pass < 2; pass++) /* all casings under all lines */
    for (guint i = 0; i < self->scene->grids->len; i++)
      {
        const WgGridShape *shape = &g_array_index (self->scene->grids, WgGridShape, i);
        double width = (shape->own ? look->own_width : look->border_width) * thin;
        if (!is_seen (self, shape))
          continue;
        trace_grid (self, shape);
        if (pass == 0 && shape->own)
          {
            set_ink (self->cr, look->own_fill);
            cairo_fill_preserve (self->cr);
          }
        set_ink (self->cr, pass == 0 ? look->casing : shape->own ? look->own_border : look->border);
        cairo_set_line_width (self->cr, pass == 0 ? width + 2 : width);
        cairo_stroke (self->cr);
      }
}

/* --- names ----------------------------------------------------------------------------------- */

static PangoLayout *
make_layout (Painter *self, const char *text, double points, gboolean bold)
{
  PangoLayout *layout = pango_layout_new (self->pango);
  g_autoptr (PangoFontDescription) font = pango_font_description_from_string ("Sans");

  pango_font_description_set_absolute_size (font,
                                            points * self->text_scale * PANGO_SCALE * 96 / 72);
  pango_font_description_set_weight (font, bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_MEDIUM);
  pango_layout_set_font_description (layout, font);
  pango_layout_set_text (layout, text, -1);
  return layout;
}

static gboolean
claim_place (Painter *self, double x, double y, double width, double height)
{
  cairo_rectangle_t place = { x - 3, y - 2, width + 6, height + 4 };

  if (place.x + place.width < 0 || place.y + place.height < 0 || place.x > self->frame->width ||
      place.y > self->frame->height)
    return FALSE;
  for (guint i = 0; i < self->taken->len; i++)
    {
      const cairo_rectangle_t *other = &g_array_index (self->taken, cairo_rectangle_t, i);
      if (place.x < other->x + other->width && other->x < place.x + place.width &&
          place.y < other->y + other->height && other->y < place.y + place.height)
        return FALSE;
    }
  g_array_append_val (self->taken, place);
  return TRUE;
}

/* A name in the middle of a place, with a light edge around it; not at all when another is there.
 */
static void
paint_name (Painter *self,
            const char *text,
            WgSpot spot,
            double points,
            gboolean bold,
            Ink ink,
            double max_width)
{
  double x, y;
  int width, height;

  to_pixels (self->frame, spot, &x, &y);
  if (x < -200 || y < -40 || x > self->frame->width + 200 || y > self->frame->height + 40)
    return;
  g_autoptr (PangoLayout) layout = make_layout (self, text, points, bold);
  pango_layout_get_pixel_size (layout, &width, &height);
  if (width > max_width || !claim_place (self, x - width / 2.0, y - height / 2.0, width, height))
    return;
  cairo_move_to (self->cr, floor (x - width / 2.0), floor (y - height / 2.0));
  pango_cairo_layout_path (self->cr, layout);
  set_ink (self->cr, self->look->halo);
  cairo_set_line_width (self->cr, self->look->halo_width);
  cairo_set_line_join (self->cr, CAIRO_LINE_JOIN_ROUND);
  cairo_stroke_preserve (self->cr);
  set_ink (self->cr, ink);
  cairo_fill (self->cr);
}

static void
paint_grid_names (Painter *self, gboolean own)
{
  for (guint i = self->scene->grids->len; i-- > 0;) /* the own one first */
    {
      const WgGridShape *shape = &g_array_index (self->scene->grids, WgGridShape, i);
      double room = (shape->max_x - shape->min_x) * self->frame->world;
      const char *nth = g_strrstr (shape->name, "第");
      if (shape->own != own || !is_seen (self, shape))
        continue;
      if (shape->own) /* under its northern border: the worker is often in the middle */
        paint_name (self, shape->name,
                    (WgSpot) { shape->label.x, shape->min_y + 26 / self->frame->world }, 12, TRUE,
                    self->look->own_border, MAX (room, 240));
      else if (self->zoom >= 13.4)
        paint_name (self, shape->name, shape->label, 10.5, TRUE, self->look->border, room);
      else if (self->zoom >= 11.4 && nth != NULL)
        paint_name (self, nth, shape->label, 9.5, FALSE, self->look->border, room);
    }
}

static void
paint_labels (Painter *self, gboolean units)
{
  for (guint i = 0; i < self->scene->labels->len; i++)
    {
      const WgSceneLabel *label = &g_array_index (self->scene->labels, WgSceneLabel, i);
      gboolean unit = g_str_equal (label->label->kind, "unit");
      gboolean water = g_str_equal (label->label->kind, "water");
      if (unit != units || self->zoom < label->label->min_zoom ||
          self->zoom > label->label->max_zoom)
        continue;
      paint_name (self, label->label->name, label->spot, unit ? 13 : 10, unit,
                  water ? self->look->water_text : self->look->text, G_MAXDOUBLE);
    }
}

/* --- events ---------------------------------------------------------------------------------- */

static const Ink MARK_INKS[WG_N_MARK] = {
  [WG_MARK_DONE] = { .13, .45, .20, 1 },
  [WG_MARK_OPEN] = { .05, .30, .70, 1 },
  [WG_MARK_WAITING] = { .38, .38, .40, 1 },
  [WG_MARK_RETURNED] = { .75, .05, .05, 1 },
};

/* Many events: only that some need the worker is told apart. */
static const Ink CLUSTER_INK = { .16, .20, .28, 1 };

/* The sign inside says the state again, so that colour is not needed. */
static const char *const MARK_SIGNS[WG_N_MARK] = {
  [WG_MARK_DONE] = "✓",
  [WG_MARK_OPEN] = "→",
  [WG_MARK_WAITING] = "↑",
  [WG_MARK_RETURNED] = "!",
};

/**
 * wg_cluster_get_radius:
 * @cluster: a cluster or a single event
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: radius of its drawing in pixels
 */
double
wg_cluster_get_radius (const WgCluster *cluster)
{
  if (cluster->n > 1)
    return cluster->n < 10 ? 17 : cluster->n < 100 ? 20 : 23;
  return cluster->level >= WG_EVENT_LEVEL_MAJOR     ? 16
         : cluster->level == WG_EVENT_LEVEL_GENERAL ? 13
                                                    : 11;
}

/* Shape by level: daily round, general square, major and grave a triangle. */
static void
trace_event (cairo_t *cr, double x, double y, double radius, WgEventLevel level)
{
  cairo_new_path (cr);
  if (level >= WG_EVENT_LEVEL_MAJOR)
    {
      cairo_move_to (cr, x, y - radius);
      cairo_line_to (cr, x + radius, y + radius * 0.8);
      cairo_line_to (cr, x - radius, y + radius * 0.8);
      cairo_close_path (cr);
    }
  else if (level == WG_EVENT_LEVEL_GENERAL)
    cairo_rectangle (cr, x - radius * 0.9, y - radius * 0.9, radius * 1.8, radius * 1.8);
  else
    cairo_arc (cr, x, y, radius, 0, 2 * G_PI);
}

static void
paint_sign (Painter *self, const char *text, double x, double y, double points)
{
  g_autoptr (PangoLayout) layout = make_layout (self, text, points, TRUE);
  PangoRectangle ink;

  pango_layout_get_pixel_extents (layout, &ink, NULL);
  cairo_move_to (self->cr, x - ink.x - ink.width / 2.0, y - ink.y - ink.height / 2.0);
  cairo_set_source_rgb (self->cr, 1, 1, 1);
  pango_cairo_show_layout (self->cr, layout);
}

static void
paint_cluster (Painter *self, const WgCluster *cluster)
{
  double x, y, radius = wg_cluster_get_radius (cluster);
  cairo_t *cr = self->cr;

  to_pixels (self->frame, (WgSpot) { cluster->x, cluster->y }, &x, &y);
  if (x < -30 || y < -30 || x > self->frame->width + 30 || y > self->frame->height + 30)
    return;
  x = round (x);
  y = round (y);
  cairo_new_path (cr);
  if (cluster->n > 1)
    cairo_arc (cr, x, y, radius, 0, 2 * G_PI);
  else
    trace_event (cr, x, y, radius, cluster->level);
  cairo_set_source_rgb (cr, 1, 1, 1);
  cairo_set_line_width (cr, 5);
  cairo_stroke_preserve (cr);
  set_ink (cr, cluster->n == 1 || cluster->mark == WG_MARK_RETURNED ? MARK_INKS[cluster->mark]
                                                                    : CLUSTER_INK);
  cairo_fill_preserve (cr);
  cairo_set_source_rgb (cr, 0, 0, 0);
  cairo_set_line_width (cr, 1);
  cairo_stroke (cr);
  if (cluster->n == 1)
    {
      paint_sign (self, MARK_SIGNS[cluster->mark], x,
                  y + (cluster->level >= WG_EVENT_LEVEL_MAJOR ? 4 : 0), 10);
      return;
    }
  char text[16];
  g_snprintf (text, sizeof text, cluster->n > 999 ? "999+" : "%u", cluster->n);
  paint_sign (self, text, x, y, cluster->n > 999 ? 8.5 : 11);
  if (cluster->mark == WG_MARK_RETURNED) /* the badge tells what the colour tells */
    {
      cairo_new_path (cr);
      cairo_arc (cr, x + radius * 0.8, y - radius * 0.8, 8, 0, 2 * G_PI);
      set_ink (cr, MARK_INKS[WG_MARK_RETURNED]);
      cairo_fill_preserve (cr);
      cairo_set_source_rgb (cr, 1, 1, 1);
      cairo_set_line_width (cr, 1.5);
      cairo_stroke (cr);
      paint_sign (self, "!", x + radius * 0.8, y - radius * 0.8, 9);
    }
}

static GArray *
find_clusters (const Painter *self)
{
  const WgMapFrame *frame = self->frame;
  double half_x = (frame->width / 2.0 + WG_CLUSTER_CELL) / frame->world;
  double half_y = (frame->height / 2.0 + WG_CLUSTER_CELL) / frame->world;

  return wg_cluster_make (
      (const WgMarkPoint *) (void *) self->scene->marks->data, self->scene->marks->len,
      frame->world, WG_CLUSTER_CELL, self->zoom >= WG_SPREAD_ZOOM, frame->center.x - half_x,
      frame->center.y - half_y, frame->center.x + half_x, frame->center.y + half_y);
}

/* --- the whole ------------------------------------------------------------------------------- */

static GdkTexture *
make_texture (cairo_surface_t *surface)
{
  int height = cairo_image_surface_get_height (surface),
      stride = cairo_image_surface_get_stride (surface);

  cairo_surface_flush (surface);
  g_autoptr (GBytes) bytes = g_bytes_new_with_free_func (
      cairo_image_surface_get_data (surface), (gsize) height * stride,
      (GDestroyNotify) cairo_surface_destroy, cairo_surface_reference (surface));
  return gdk_memory_texture_new (cairo_image_surface_get_width (surface), height,
                                 GDK_MEMORY_DEFAULT, bytes, (gsize) stride);
}

/**
 * wg_painting_new:
 * @scene: what to paint; a reference is kept
 * @frame: the part of the plane
 * @scale: device pixels per pixel
 * @text_scale: 1 at 96 dpi
 *
 * Paints names over grids, events over both, and the names of units and of the own grid over all.
 *
 * Thread: any, also several at once: each has its own font map. Cost: 20 to 100 ms.
 * Errors: none.
 *
 * Returns: (transfer full): the picture and the clusters in it
 */
WgPainting *
wg_painting_new (WgMapScene *scene, const WgMapFrame *frame, double scale, double text_scale)
{
  WgPainting *self = g_new0 (WgPainting, 1);
  int width = MAX (1, (int) ceil (frame->width * scale)),
      height = MAX (1, (int) ceil (frame->height * scale));
  cairo_surface_t *surface = cairo_image_surface_create (CAIRO_FORMAT_ARGB32, width, height);
  cairo_t *cr = cairo_create (surface);
  PangoContext *pango = pango_font_map_create_context (pango_cairo_font_map_get_default ());
  g_autoptr (GArray) taken = g_array_new (FALSE, FALSE, sizeof (cairo_rectangle_t));
  Painter painter = { cr,
                      pango,
                      scene,
                      frame,
                      &LOOKS[scene->outdoor ? 1 : 0],
                      log2 (frame->world / WG_MAP_TILE),
                      text_scale,
                      taken };

  pango_context_set_language (pango, pango_language_from_string ("zh-cn"));
  cairo_scale (cr, scale, scale);
  paint_grids (&painter);
  paint_grid_names (&painter, FALSE);
  paint_labels (&painter, FALSE);
  self->clusters = find_clusters (&painter);
  for (guint i = 0; i < self->clusters->len; i++)
    paint_cluster (&painter, &g_array_index (self->clusters, WgCluster, i));
  g_array_set_size (taken, 0); /* the few that must be read lie over all */
  paint_grid_names (&painter, TRUE);
  paint_labels (&painter, TRUE);
  cairo_destroy (cr);
  g_object_unref (pango);
  self->frame = *frame;
  self->scene = wg_map_scene_ref (scene);
  self->surface = surface;
  self->texture = make_texture (surface);
  return self;
}

/**
 * wg_painting_free:
 * @self: (nullable) (transfer full): a painting
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_painting_free (WgPainting *self)
{
  if (self == NULL)
    return;
  g_object_unref (self->texture);
  cairo_surface_destroy (self->surface);
  g_array_unref (self->clusters);
  wg_map_scene_unref (self->scene);
  g_free (self);
}

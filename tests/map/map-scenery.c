/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A window with a map of the sample district. */
#include "map-scenery.h"

#include <math.h>

#include "map/wg-paint-layer.h"
#include "sample/wg-sample-private.h"

static WgPoint
choose_point (const WgPolygon *polygon, WgChance *chance)
{
  for (;;)
    {
      WgPoint point = { wg_chance_real (chance, polygon->box.min_lon, polygon->box.max_lon),
                        wg_chance_real (chance, polygon->box.min_lat, polygon->box.max_lat) };
      if (wg_polygon_contains (polygon, point))
        return point;
    }
}

static void
dot_free (gpointer data)
{
  WgEventDot *dot = data;

  g_free (dot->id);
  g_free (dot);
}

static WgEventDot *
make_dot (const WgGrid *grid, guint nth, WgChance *chance)
{
  static const WgEventState states[] = { WG_EVENT_STATE_REPORTED, WG_EVENT_STATE_ACCEPTED,
                                         WG_EVENT_STATE_HANDLING };
  WgEventDot *dot = g_new0 (WgEventDot, 1);
  WgPoint point = choose_point (grid->boundary, chance);
  int draw = wg_chance_int (chance, 1, 100);

  dot->id = g_strdup_printf ("event-%05u", nth);
  dot->lon = point.lon;
  dot->lat = point.lat;
  dot->level = draw <= 4    ? WG_EVENT_LEVEL_MAJOR
               : draw <= 25 ? WG_EVENT_LEVEL_GENERAL
                            : WG_EVENT_LEVEL_DAILY;
  draw = wg_chance_int (chance, 1, 200);
  dot->truth = draw <= 4 ? WG_TRUTH_SAVED : WG_TRUTH_APPLIED;
  dot->state = draw == 200   ? WG_EVENT_STATE_RETURNED
               : draw >= 180 ? states[wg_chance_int (chance, 0, 2)]
                             : WG_EVENT_STATE_ARCHIVED;
  return dot;
}

MapScenery *
map_scenery_new (int width, int height, guint n_dots)
{
  MapScenery *self = g_new0 (MapScenery, 1);
  WgChance chance = { 11 };

  self->district = wg_sample_district_new (WG_SAMPLE_SEED);
  self->dots = g_ptr_array_new_with_free_func (dot_free);
  for (guint i = 0; i < n_dots; i++)
    {
      const WgGrid *grid =
          g_ptr_array_index (self->district->grids, (guint) wg_chance_int (&chance, 0, 169));
      g_ptr_array_add (self->dots, make_dot (grid, i, &chance));
    }
  self->window = gtk_window_new ();
  gtk_window_set_decorated (GTK_WINDOW (self->window), FALSE);
  gtk_window_set_default_size (GTK_WINDOW (self->window), width, height);
  self->view = WG_MAP_VIEW (wg_map_view_new ());
  gtk_window_set_child (GTK_WINDOW (self->window), GTK_WIDGET (self->view));
  wg_map_view_set_dots (self->view, self->dots);
  return self;
}

void
map_scenery_free (MapScenery *self)
{
  gtk_window_destroy (GTK_WINDOW (self->window));
  while (g_main_context_pending (NULL))
    g_main_context_iteration (NULL, FALSE);
  g_ptr_array_unref (self->dots);
  wg_sample_district_free (self->district);
  g_free (self);
}

static gboolean
on_time_over_cb (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_CONTINUE;
}

gboolean
map_scenery_wait (gboolean (*is_true) (gpointer data), gpointer data, double seconds)
{
  const char *factor = g_getenv ("WANGGE_TEST_TIMEOUT_FACTOR");
  gboolean over = FALSE;
  guint timer;

  seconds *= factor != NULL ? g_ascii_strtod (factor, NULL) : 1;
  timer = g_timeout_add ((guint) (seconds * 1000), on_time_over_cb, &over);
  while (!over && !is_true (data))
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (timer);
  return !over;
}

GtkWidget *
map_scenery_find (GtkWidget *root, GType type, guint nth)
{
  GPtrArray *queue = g_ptr_array_new ();
  GtkWidget *found = NULL;

  g_ptr_array_add (queue, root);
  while (queue->len > 0 && found == NULL)
    {
      GtkWidget *widget = g_ptr_array_steal_index (queue, 0);
      guint at = 0;
      if (g_type_is_a (G_OBJECT_TYPE (widget), type) && nth-- == 0)
        found = widget;
      for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
           child = gtk_widget_get_next_sibling (child))
        g_ptr_array_insert (queue, (int) at++, child);
    }
  g_ptr_array_unref (queue);
  return found;
}

typedef struct
{
  WgPaintLayer *paint;
  ShumateMap *map;
  guint quiet; /* turns without a painting or loading */
} Settling;

static gboolean
is_settled (gpointer data)
{
  Settling *settling = data;

  if (wg_paint_layer_get_painting (settling->paint) == NULL ||
      wg_paint_layer_is_painting (settling->paint) ||
      shumate_map_get_state (settling->map) == SHUMATE_STATE_LOADING)
    settling->quiet = 0;
  return settling->quiet >= 12;
}

static gboolean
on_tick_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  Settling *settling = data;

  settling->quiet++;
  return G_SOURCE_CONTINUE;
}

void
map_scenery_settle (MapScenery *self)
{
  Settling settling = {
    WG_PAINT_LAYER (map_scenery_find (self->window, WG_TYPE_PAINT_LAYER, 0)),
    SHUMATE_MAP (map_scenery_find (self->window, SHUMATE_TYPE_MAP, 0)),
    0,
  };
  guint tick = gtk_widget_add_tick_callback (self->window, on_tick_cb, &settling, NULL);

  g_assert_true (map_scenery_wait (is_settled, &settling, 30));
  gtk_widget_remove_tick_callback (self->window, tick);
}

/* A window that waits for its allocation has no picture: NULL. */
static GskRenderNode *
take_node (GtkWidget *window)
{
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (window);
  GtkSnapshot *snapshot = gtk_snapshot_new ();

  gdk_paintable_snapshot (paintable, snapshot, gtk_widget_get_width (window),
                          gtk_widget_get_height (window));
  return gtk_snapshot_free_to_node (snapshot);
}

GdkTexture *
map_scenery_shoot (MapScenery *self)
{
  int width = gtk_widget_get_width (self->window), height = gtk_widget_get_height (self->window);
  GskRenderer *renderer = gtk_native_get_renderer (GTK_NATIVE (self->window));
  GskRenderNode *node;

  while ((node = take_node (self->window)) == NULL)
    g_main_context_iteration (NULL, TRUE);
  GdkTexture *texture = gsk_renderer_render_texture (
      renderer, node, &GRAPHENE_RECT_INIT (0, 0, (float) width, (float) height));
  gsk_render_node_unref (node);
  return texture;
}

/* The part of a grid between two shares of its way from corner 0 to the opposite corner. */
GPtrArray *
map_scenery_make_grids (const WgSampleDistrict *district, guint n)
{
  GPtrArray *out = g_ptr_array_new_with_free_func ((GDestroyNotify) wg_grid_free);
  guint parts = (n + district->grids->len - 1) / district->grids->len;

  for (guint i = 0; i < district->grids->len && out->len < n; i++)
    {
      const WgGrid *grid = g_ptr_array_index (district->grids, i);
      WgPoint middle = wg_polygon_center (grid->boundary);
      gsize corners = grid->boundary->n_points;
      for (guint part = 0; part < parts && out->len < n; part++)
        {
          gsize from = corners * part / parts, to = corners * (part + 1) / parts;
          g_autoptr (GArray) points = g_array_new (FALSE, FALSE, sizeof (WgPoint));
          for (gsize k = from; k <= to; k++)
            g_array_append_val (points, grid->boundary->points[k % corners]);
          g_array_append_val (points, middle);
          WgGrid *piece = wg_grid_new ();
          piece->code = g_strdup_printf ("%.12s%03u", grid->code, part + 500);
          piece->name = g_strdup (grid->name);
          piece->kind = grid->kind;
          piece->org_code = g_strdup (grid->org_code);
          piece->boundary = wg_polygon_new ((const WgPoint *) (void *) points->data, points->len);
          g_ptr_array_add (out, piece);
        }
    }
  return out;
}

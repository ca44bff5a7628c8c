/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The base map of a pack in one of our two styles, as libshumate draws it. */
#include "map/wg-map-base.h"

#include "map/wg-map-resources.h"
#include "map/wg-tile-source.h"

#define RESOURCE "/io/github/wangge/map/"
#define TILES "wg-tile-source"
#define NUDGES "wg-nudges-left"
#define N_NUDGES 4

static gboolean on_looked_cb (gpointer data);

static char *
load_style (const WgTilePack *pack, gboolean outdoor)
{
  const char *path = outdoor ? RESOURCE "style-outdoor.json" : RESOURCE "style.json";
  g_autoptr (GBytes) bytes = g_resources_lookup_data (path, G_RESOURCE_LOOKUP_FLAGS_NONE, NULL);
  g_autoptr (GString) text = NULL;
  char low[8], high[8];

  text = g_string_new_len (g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes));
  g_snprintf (low, sizeof low, "%d", pack != NULL ? pack->min_zoom : 0);
  g_snprintf (high, sizeof high, "%d", pack != NULL ? pack->max_zoom : 14);
  g_string_replace (text, "@MIN@", low, 0);
  g_string_replace (text, "@MAX@", high, 0);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static ShumateMapSource *
make_renderer (WgTilePack *pack, WgTileSource *tiles, gboolean outdoor, GError **error)
{
  g_autofree char *style = NULL;
  ShumateVectorRenderer *renderer;

  if (pack != NULL && !pack->is_vector)
    return SHUMATE_MAP_SOURCE (shumate_raster_renderer_new (SHUMATE_DATA_SOURCE (tiles)));
  style = load_style (pack, outdoor);
  renderer = shumate_vector_renderer_new ("wangge", style, error);
  if (renderer == NULL)
    return NULL;
  shumate_vector_renderer_set_data_source (renderer, "map", SHUMATE_DATA_SOURCE (tiles));
  return SHUMATE_MAP_SOURCE (renderer);
}

/**
 * wg_map_base_new:
 * @pack: (nullable): the pack; %NULL: bare ground
 * @outdoor: white ground and black lines; a raster pack looks as it was made
 * @error: return location
 *
 * Makes a source for a map layer. Vector tiles are drawn beyond their last level, pictures are not.
 *
 * Thread: the UI thread.
 * Errors: those of libshumate, when the style is wrong.
 *
 * Returns: (transfer full) (nullable): the source
 */
ShumateMapSource *
wg_map_base_new (WgTilePack *pack, gboolean outdoor, GError **error)
{
  g_autoptr (WgTileSource) tiles = wg_tile_source_new (pack);
  ShumateMapSource *renderer = make_renderer (pack, tiles, outdoor, error);
  guint low = 8, high = WG_MAP_MAX_ZOOM;

  if (renderer == NULL)
    return NULL;
  g_object_set_data_full (G_OBJECT (renderer), TILES, g_object_ref (tiles), g_object_unref);
  if (pack != NULL)
    low = (guint) pack->min_zoom;
  if (pack != NULL && !pack->is_vector)
    high = (guint) pack->max_zoom;
  shumate_map_source_set_min_zoom_level (renderer, MIN (low, high));
  shumate_map_source_set_max_zoom_level (renderer, high);
  return renderer;
}

/* libshumate 1.4 puts off loading while the map moves fast. It compares the times of two frames,
 * and when both are told the same time it never looks again: the map stays blank. Being allocated
 * makes it look, when idle; so it is made to look in some more frames after each change. */
static gboolean
on_tick_cb (GtkWidget *layer, GdkFrameClock *clock, gpointer data)
{
  gtk_widget_queue_allocate (layer);
  g_idle_add_full (G_PRIORITY_LOW, on_looked_cb, g_object_ref (layer), g_object_unref);
  return G_SOURCE_REMOVE;
}

/* Runs behind libshumate's own idle handler. */
static gboolean
on_looked_cb (gpointer data)
{
  GtkWidget *layer = data;
  guint left = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (layer), NUDGES)) - 1;

  g_object_set_data (G_OBJECT (layer), NUDGES, GUINT_TO_POINTER (left));
  if (left > 0)
    gtk_widget_add_tick_callback (layer, on_tick_cb, NULL, NULL);
  return G_SOURCE_REMOVE;
}

static void
nudge_layer (GtkWidget *layer)
{
  if (g_object_get_data (G_OBJECT (layer), NUDGES) == NULL)
    gtk_widget_add_tick_callback (layer, on_tick_cb, NULL, NULL);
  g_object_set_data (G_OBJECT (layer), NUDGES, GUINT_TO_POINTER (N_NUDGES));
}

/**
 * wg_map_base_make_layer:
 * @base: what wg_map_base_new() gave
 * @viewport: of the map
 *
 * Thread: the UI thread.
 * Errors: none.
 *
 * Returns: (transfer floating): the layer
 */
ShumateLayer *
wg_map_base_make_layer (ShumateMapSource *base, ShumateViewport *viewport)
{
  GtkWidget *layer = GTK_WIDGET (shumate_map_layer_new (base, viewport));

  gtk_widget_set_can_target (layer, FALSE);
  gtk_accessible_update_state (GTK_ACCESSIBLE (layer), GTK_ACCESSIBLE_STATE_HIDDEN, TRUE, -1);
  g_signal_connect_object (viewport, "notify", G_CALLBACK (nudge_layer), layer, G_CONNECT_SWAPPED);
  nudge_layer (layer);
  return SHUMATE_LAYER (layer);
}

/**
 * wg_map_base_close:
 * @base: (transfer full): what wg_map_base_new() gave
 *
 * Ends the threads that read the pack. The symbol container of libshumate 1.4's map layer never
 * lets go of its source, so that waiting for the last reference would wait for ever.
 *
 * Thread: the UI thread.
 * Errors: none.
 */
void
wg_map_base_close (ShumateMapSource *base)
{
  wg_tile_source_close (g_object_get_data (G_OBJECT (base), TILES));
  g_object_unref (base);
}

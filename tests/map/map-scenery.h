/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A window with a map of the sample district, for the tests, the demonstration and the benchmark of
 * the map. */
#pragma once

#include <gtk/gtk.h>

#include "map/wg-map-view.h"
#include "sample/wg-sample.h"

G_BEGIN_DECLS

typedef struct
{
  WgSampleDistrict *district;
  GPtrArray *dots; /* of WgEventDot */
  GtkWidget *window;
  WgMapView *view;
} MapScenery;

/* @n_dots events spread over the grids, more of them in town. */
MapScenery *map_scenery_new (int width, int height, guint n_dots);
void map_scenery_free (MapScenery *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MapScenery, map_scenery_free)

/* Runs the main loop until @is_true or for @seconds at most; the answer tells which. */
gboolean map_scenery_wait (gboolean (*is_true) (gpointer data), gpointer data, double seconds);
/* Until tiles and painting have arrived and nothing more is drawn. */
void map_scenery_settle (MapScenery *self);
/* Draws the window through its renderer. */
GdkTexture *map_scenery_shoot (MapScenery *self);
/* @n grids (a multiple of the 170): each cut into parts by thin slices, for the larger district. */
GPtrArray *map_scenery_make_grids (const WgSampleDistrict *district, guint n);
/* The n-th descendant of the type, in tree order, or %NULL. */
GtkWidget *map_scenery_find (GtkWidget *root, GType type, guint nth);

G_END_DECLS

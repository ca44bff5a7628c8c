/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keyboard's place on the map: steps from event to event, marked and spoken. */
#include "map/wg-map-cursor.h"

#include "map/wg-map-marks.h"

struct _WgMapCursor
{
  GtkWidget *map; /* outlives us, as the two layers do */
  WgPaintLayer *paint;
  WgMarkerLayer *markers;
  char *id; /* owned: the event it stands on */
};

static void
mark (WgMapCursor *self, const WgCluster *cluster)
{
  WgSpot spot = cluster != NULL ? (WgSpot) { cluster->x, cluster->y } : (WgSpot) { 0, 0 };

  wg_marker_layer_set_focus (self->markers, cluster != NULL ? &spot : NULL,
                             cluster != NULL ? wg_cluster_get_radius (cluster) : 0);
}

/* A new picture may no longer hold the drawing that the cursor was on. */
static void
on_painted_cb (WgMapCursor *self)
{
  if (self->id != NULL)
    mark (self, wg_map_cursor_get_cluster (self));
}

/**
 * wg_map_cursor_new:
 * @map: the widget that has the keyboard's focus
 * @paint: where the events are drawn
 * @markers: where the cursor is drawn
 *
 * Makes a cursor that stands nowhere. All three must outlive it.
 *
 * Thread: the UI thread.
 * Errors: none.
 *
 * Returns: (transfer full): the cursor
 */
WgMapCursor *
wg_map_cursor_new (GtkWidget *map, WgPaintLayer *paint, WgMarkerLayer *markers)
{
  WgMapCursor *self = g_new0 (WgMapCursor, 1);

  self->map = map;
  self->paint = paint;
  self->markers = markers;
  g_signal_connect_swapped (paint, "painted", G_CALLBACK (on_painted_cb), self);
  return self;
}

/**
 * wg_map_cursor_free:
 * @self: (transfer full): the cursor
 *
 * Frees a cursor, before the layers go.
 *
 * Thread: the UI thread.
 * Errors: none.
 */
void
wg_map_cursor_free (WgMapCursor *self)
{
  g_signal_handlers_disconnect_by_data (self->paint, self);
  g_free (self->id);
  g_free (self);
}

/**
 * wg_map_cursor_step:
 * @self: the cursor
 * @frame: what the map shows
 * @back: to the one before
 *
 * Goes to the next event or cluster in sight, marks it and says what it is.
 *
 * Thread: the UI thread.
 * Errors: none.
 *
 * Returns: %FALSE before anything was drawn
 */
gboolean
wg_map_cursor_step (WgMapCursor *self, const WgMapFrame *frame, gboolean back)
{
  const WgPainting *painting = wg_paint_layer_get_painting (self->paint);
  const WgCluster *cluster;
  g_autofree char *text = NULL;

  if (painting == NULL)
    return FALSE;
  cluster = wg_painting_find_next (painting, frame, wg_painting_find_id (painting, self->id), back);
  mark (self, cluster);
  g_set_str (&self->id, cluster != NULL ? wg_painting_get_dot (painting, cluster)->id : NULL);
  if (cluster == NULL)
    return TRUE;
  text = wg_painting_describe (painting, cluster);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->map), GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                  text, -1);
  gtk_accessible_announce (GTK_ACCESSIBLE (self->map), text,
                           GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
  return TRUE;
}

/**
 * wg_map_cursor_get_cluster:
 * @self: the cursor
 *
 * Gives what the cursor stands on in the newest drawing.
 *
 * Thread: the UI thread.
 * Errors: none.
 *
 * Returns: (transfer none) (nullable): an event or cluster
 */
const WgCluster *
wg_map_cursor_get_cluster (WgMapCursor *self)
{
  const WgPainting *painting = wg_paint_layer_get_painting (self->paint);

  return painting != NULL ? wg_painting_find_id (painting, self->id) : NULL;
}

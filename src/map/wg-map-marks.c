/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds and describes the events of a painting, for taps and for the keyboard. */
#include "map/wg-map-marks.h"

#include <math.h>

#include <glib/gi18n.h>

#define TAP_SLACK 12 /* pixels around a drawing that belong to it: fingers are blunt */

/**
 * wg_painting_find_at:
 * @self: a painting
 * @frame: what the map shows now
 * @x: pixels from the map's left
 * @y: pixels from its top
 *
 * Finds the drawing under a finger: the one whose edge is nearest, urgent ones when two are.
 *
 * Thread: the UI thread.
 * Errors: none.
 *
 * Returns: (transfer none) (nullable): the cluster
 */
const WgCluster *
wg_painting_find_at (const WgPainting *self, const WgMapFrame *frame, double x, double y)
{
  const WgCluster *found = NULL;
  double best = TAP_SLACK;

  for (guint i = 0; i < self->clusters->len; i++)
    {
      const WgCluster *cluster = &g_array_index (self->clusters, WgCluster, i);
      double dx = (cluster->x - frame->center.x) * frame->world + frame->width / 2.0 - x;
      double dy = (cluster->y - frame->center.y) * frame->world + frame->height / 2.0 - y;
      double distance = MAX (0, hypot (dx, dy) - wg_cluster_get_radius (cluster));
      if (distance > best)
        continue;
      best = distance;
      found = cluster;
    }
  return found;
}

/**
 * wg_painting_find_id:
 * @self: a painting
 * @id: (nullable): an event
 *
 * Thread: the UI thread.
 * Errors: none.
 *
 * Returns: (transfer none) (nullable): the cluster that stands for the event
 */
const WgCluster *
wg_painting_find_id (const WgPainting *self, const char *id)
{
  for (guint i = 0; id != NULL && i < self->clusters->len; i++)
    {
      const WgCluster *cluster = &g_array_index (self->clusters, WgCluster, i);
      if (g_str_equal (wg_painting_get_dot (self, cluster)->id, id))
        return cluster;
    }
  return NULL;
}

static gboolean
is_in_view (const WgMapFrame *frame, const WgCluster *cluster)
{
  return fabs (cluster->x - frame->center.x) * frame->world <= frame->width / 2.0 &&
         fabs (cluster->y - frame->center.y) * frame->world <= frame->height / 2.0;
}

/* From top to bottom, from left to right; or the reverse. */
static gboolean
lies_before (const WgCluster *a, const WgCluster *b, gboolean back)
{
  gboolean before = a->y != b->y ? a->y < b->y : a->x < b->x;

  return back ? !before : before;
}

/**
 * wg_painting_find_next:
 * @self: a painting
 * @frame: what the map shows now
 * @from: (nullable): where the keyboard is
 * @back: go backwards
 *
 * Thread: the UI thread.
 * Errors: none.
 *
 * Returns: (transfer none) (nullable): the next cluster in view; %NULL when there is no other
 */
const WgCluster *
wg_painting_find_next (const WgPainting *self,
                       const WgMapFrame *frame,
                       const WgCluster *from,
                       gboolean back)
{
  const WgCluster *first = NULL, *next = NULL;

  for (guint i = 0; i < self->clusters->len; i++)
    {
      const WgCluster *cluster = &g_array_index (self->clusters, WgCluster, i);
      if (cluster == from || !is_in_view (frame, cluster))
        continue;
      if (first == NULL || lies_before (cluster, first, back))
        first = cluster;
      if (from != NULL && lies_before (from, cluster, back) &&
          (next == NULL || lies_before (cluster, next, back)))
        next = cluster;
    }
  return next != NULL ? next : first;
}

/**
 * wg_painting_get_dot:
 * @self: a painting
 * @cluster: one of its clusters
 *
 * Thread: the UI thread.
 * Errors: none.
 *
 * Returns: (transfer none): the event, or the most urgent of several
 */
const WgEventDot *
wg_painting_get_dot (const WgPainting *self, const WgCluster *cluster)
{
  return g_ptr_array_index (self->scene->dots, cluster->index);
}

/**
 * wg_painting_describe:
 * @self: a painting
 * @cluster: one of its clusters
 *
 * Says in words what its drawing says.
 *
 * Thread: the UI thread.
 * Errors: none.
 *
 * Returns: (transfer full): level, state and delivery of one event, or how many there are
 */
char *
wg_painting_describe (const WgPainting *self, const WgCluster *cluster)
{
  const WgEventDot *dot = wg_painting_get_dot (self, cluster);

  if (cluster->n > 1)
    return g_strdup_printf (
        g_dngettext (GETTEXT_PACKAGE, "%u event here", "%u events here", cluster->n), cluster->n);
  return g_strjoin (", ", _ (wg_event_level_to_string (dot->level)),
                            _ (wg_event_state_to_string (dot->state)),
                              _ (wg_truth_to_string (dot->truth)), NULL);
}

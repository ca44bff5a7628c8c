/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gathers events that lie too close to be told apart; pure. */
#include "map/wg-cluster.h"

#include <math.h>

#define SPREAD_LIMIT 12 /* side by side up to so many; more are counted even when spread */

/**
 * wg_mark_of:
 * @dot: an event
 *
 * Decides how an event looks: what needs the worker first, then what the platform does not
 * know yet, then what is open.
 *
 * Thread: any.
 * Errors: none.
 * Source: protocol.md 2.4, 4.1
 *
 * Returns: its mark
 */
WgMark
wg_mark_of (const WgEventDot *dot)
{
  if (dot->truth == WG_TRUTH_REFUSED || dot->truth == WG_TRUTH_CONFLICT ||
      dot->state == WG_EVENT_STATE_RETURNED || dot->state == WG_EVENT_STATE_REFUSED)
    return WG_MARK_RETURNED;
  if (dot->truth != WG_TRUTH_APPLIED && dot->truth != WG_TRUTH_NO_PHOTO &&
      dot->truth != WG_TRUTH_UNDONE)
    return WG_MARK_WAITING;
  return wg_event_state_is_open (dot->state) ? WG_MARK_OPEN : WG_MARK_DONE;
}

/**
 * wg_mark_is_stronger:
 * @mark: of one event
 * @level: its level
 * @other_mark: of another
 * @other_level: its level
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: %TRUE when the first one should be seen rather than the other
 */
gboolean
wg_mark_is_stronger (WgMark mark, WgEventLevel level, WgMark other_mark, WgEventLevel other_level)
{
  return mark != other_mark ? mark > other_mark : level > other_level;
}

static void
add_point (WgCluster *cluster, const WgMarkPoint *point)
{
  cluster->x += (point->x - cluster->x) / (cluster->n + 1);
  cluster->y += (point->y - cluster->y) / (cluster->n + 1);
  if (cluster->n++ == 0 ||
      wg_mark_is_stronger (point->mark, point->level, cluster->mark, cluster->level))
    {
      cluster->index = point->index;
      cluster->mark = point->mark;
      cluster->level = point->level;
    }
}

/* Points of a small cluster, on a ring around its middle. */
static void
spread_points (GArray *out,
               const WgMarkPoint *points,
               const guint *cells,
               gsize n,
               guint cell,
               const WgCluster *cluster,
               double radius)
{
  guint k = 0;

  for (gsize i = 0; i < n; i++)
    {
      if (cells[i] != cell)
        continue;
      double angle = 2 * G_PI * k++ / cluster->n - G_PI / 2;
      WgCluster single = { cluster->x + radius * cos (angle),
                           cluster->y + radius * sin (angle),
                           1,
                           points[i].index,
                           points[i].level,
                           points[i].mark };
      g_array_append_val (out, single);
    }
}

/**
 * wg_cluster_make:
 * @points: (array length=n): events, the newest first
 * @n: their number
 * @world: pixels of the whole world's width
 * @cell: pixels of a cell
 * @spread: whether points of one cell stand side by side
 * @min_x: western edge of what is wanted, in world units
 * @min_y: northern edge
 * @max_x: eastern edge
 * @max_y: southern edge
 *
 * Thread: any. Cost: about 1 ms for 5,000 points.
 * Errors: none.
 *
 * Returns: (transfer full) (element-type WgCluster): the clusters, calm ones first, so that
 *   urgent ones are drawn over them
 */
GArray *
wg_cluster_make (const WgMarkPoint *points,
                 gsize n,
                 double world,
                 double cell,
                 gboolean spread,
                 double min_x,
                 double min_y,
                 double max_x,
                 double max_y)
{
  g_autoptr (GHashTable) by_cell = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  g_autoptr (GArray) clusters = g_array_new (FALSE, TRUE, sizeof (WgCluster));
  g_autofree guint *cells = g_new (guint, MAX (n, 1));
  GArray *out = g_array_new (FALSE, FALSE, sizeof (WgCluster));

  for (gsize i = 0; i < n; i++)
    {
      cells[i] = G_MAXUINT;
      if (!(points[i].x >= min_x && points[i].x <= max_x && points[i].y >= min_y &&
            points[i].y <= max_y))
        continue;
      gint64 key = (gint64) floor (points[i].x * world / cell) << 32 |
                   (gint64) floor (points[i].y * world / cell);
      gpointer found;
      if (!g_hash_table_lookup_extended (by_cell, &key, NULL, &found))
        {
          found = GUINT_TO_POINTER (clusters->len);
          g_hash_table_insert (by_cell, g_memdup2 (&key, sizeof key), found);
          g_array_set_size (clusters, clusters->len + 1);
        }
      cells[i] = GPOINTER_TO_UINT (found);
      add_point (&g_array_index (clusters, WgCluster, cells[i]), &points[i]);
    }
  for (int mark = 0; mark < WG_N_MARK; mark++)
    for (guint i = 0; i < clusters->len; i++)
      {
        const WgCluster *cluster = &g_array_index (clusters, WgCluster, i);
        if (cluster->mark != (WgMark) mark)
          continue;
        if (spread && cluster->n > 1 && cluster->n <= SPREAD_LIMIT)
          spread_points (out, points, cells, n, i, cluster,
                         (cluster->n > 5 ? 0.95 : 0.6) * cell / world);
        else
          g_array_append_vals (out, cluster, 1);
      }
  return out;
}

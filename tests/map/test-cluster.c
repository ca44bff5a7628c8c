/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Clusters: nothing lost, nothing twice, steady while the map moves, urgent ones seen. */
#include <math.h>

#include "map/wg-cluster.h"

#define WORLD (512.0 * 4096) /* zoom 12 */
#define CELL 52.0

static WgMarkPoint
make_point (guint i, double x, double y, WgMark mark, WgEventLevel level)
{
  return (WgMarkPoint) { x, y, level, mark, i };
}

static GArray *
make_many (guint n)
{
  GArray *points = g_array_new (FALSE, FALSE, sizeof (WgMarkPoint));
  g_autoptr (GRand) random = g_rand_new_with_seed (4);

  for (guint i = 0; i < n; i++)
    {
      WgMarkPoint point = make_point (
          i, g_rand_double_range (random, 0.829, 0.831), g_rand_double_range (random, 0.389, 0.391),
          g_rand_int_range (random, 0, WG_N_MARK), g_rand_int_range (random, 1, 4));
      g_array_append_val (points, point);
    }
  return points;
}

static GArray *
cluster (GArray *points, gboolean spread, double min_x, double max_x)
{
  return wg_cluster_make ((const WgMarkPoint *) (void *) points->data, points->len, WORLD, CELL,
                          spread, min_x, 0.3, max_x, 0.4);
}

static void
test_counts (void)
{
  g_autoptr (GArray) points = make_many (5000);
  g_autoptr (GArray) clusters = cluster (points, FALSE, 0.829, 0.8303);
  guint sum = 0, expected = 0;

  for (guint i = 0; i < points->len; i++)
    expected += g_array_index (points, WgMarkPoint, i).x <= 0.8303;
  for (guint i = 0; i < clusters->len; i++)
    {
      const WgCluster *one = &g_array_index (clusters, WgCluster, i);
      sum += one->n;
      if (i > 0)
        g_assert_cmpint (one->mark, >=, g_array_index (clusters, WgCluster, i - 1).mark);
      for (guint k = 0; k < i; k++) /* two clusters never share a cell */
        {
          const WgCluster *other = &g_array_index (clusters, WgCluster, k);
          g_assert_false (floor (one->x * WORLD / CELL) == floor (other->x * WORLD / CELL) &&
                          floor (one->y * WORLD / CELL) == floor (other->y * WORLD / CELL));
        }
    }
  g_assert_cmpuint (sum, ==, expected);
  g_assert_cmpuint (clusters->len, <, 5000);
}

/* A cluster in the middle of both views is the same whatever else is in view. */
static void
test_steady (void)
{
  g_autoptr (GArray) points = make_many (2000);
  g_autoptr (GArray) left = cluster (points, FALSE, 0.829, 0.8305);
  g_autoptr (GArray) right = cluster (points, FALSE, 0.8295, 0.831);
  guint same = 0;

  for (guint i = 0; i < left->len; i++)
    {
      const WgCluster *one = &g_array_index (left, WgCluster, i);
      if (one->x < 0.8296 || one->x > 0.8304)
        continue;
      for (guint k = 0; k < right->len; k++)
        {
          const WgCluster *other = &g_array_index (right, WgCluster, k);
          if (other->index != one->index)
            continue;
          g_assert_cmpuint (other->n, ==, one->n);
          g_assert_cmpfloat (other->x, ==, one->x);
          same++;
        }
    }
  g_assert_cmpuint (same, >, 20);
}

static void
test_urgent (void)
{
  g_autoptr (GArray) points = g_array_new (FALSE, FALSE, sizeof (WgMarkPoint));
  const WgMarkPoint few[] = {
    make_point (0, 0.83, 0.39, WG_MARK_DONE, WG_EVENT_LEVEL_MAJOR),
    make_point (1, 0.83, 0.39, WG_MARK_RETURNED, WG_EVENT_LEVEL_DAILY),
    make_point (2, 0.83, 0.39, WG_MARK_RETURNED, WG_EVENT_LEVEL_GENERAL),
    make_point (3, 0.83, 0.39, WG_MARK_OPEN, WG_EVENT_LEVEL_MAJOR),
    make_point (4, NAN, NAN, WG_MARK_RETURNED, WG_EVENT_LEVEL_MAJOR),
  };

  g_array_append_vals (points, few, G_N_ELEMENTS (few));
  g_autoptr (GArray) clusters = cluster (points, FALSE, 0.8, 0.9);
  g_assert_cmpuint (clusters->len, ==, 1);
  const WgCluster *one = &g_array_index (clusters, WgCluster, 0);
  g_assert_cmpuint (one->n, ==, 4);
  g_assert_cmpuint (one->index, ==, 2);
  g_assert_cmpint (one->mark, ==, WG_MARK_RETURNED);
}

/* Events of one spot can each be hit when looked at closely. */
static void
test_spread (void)
{
  for (guint n = 2; n <= 14; n++)
    {
      g_autoptr (GArray) points = g_array_new (FALSE, FALSE, sizeof (WgMarkPoint));
      for (guint i = 0; i < n; i++)
        {
          WgMarkPoint point = make_point (i, 0.83, 0.39, WG_MARK_OPEN, WG_EVENT_LEVEL_DAILY);
          g_array_append_val (points, point);
        }
      g_autoptr (GArray) clusters = cluster (points, TRUE, 0.8, 0.9);
      if (n > 12)
        {
          g_assert_cmpuint (clusters->len, ==, 1);
          continue;
        }
      g_assert_cmpuint (clusters->len, ==, n);
      for (guint i = 0; i < n; i++)
        for (guint k = 0; k < i; k++)
          {
            const WgCluster *one = &g_array_index (clusters, WgCluster, i);
            const WgCluster *other = &g_array_index (clusters, WgCluster, k);
            g_assert_cmpuint (one->n, ==, 1);
            g_assert_cmpuint (one->index, !=, other->index);
            g_assert_cmpfloat (hypot (one->x - other->x, one->y - other->y) * WORLD, >, 22);
          }
    }
}

static void
test_marks (void)
{
  const struct
  {
    WgTruth truth;
    WgEventState state;
    WgMark mark;
  } cases[] = {
    { WG_TRUTH_HELD, WG_EVENT_STATE_DRAFT, WG_MARK_WAITING },
    { WG_TRUTH_SAVED, WG_EVENT_STATE_REPORTED, WG_MARK_WAITING },
    { WG_TRUTH_SENDING, WG_EVENT_STATE_REPORTED, WG_MARK_WAITING },
    { WG_TRUTH_RECEIVED, WG_EVENT_STATE_REPORTED, WG_MARK_WAITING },
    { WG_TRUTH_APPLIED, WG_EVENT_STATE_REPORTED, WG_MARK_OPEN },
    { WG_TRUTH_NO_PHOTO, WG_EVENT_STATE_HANDLING, WG_MARK_OPEN },
    { WG_TRUTH_APPLIED, WG_EVENT_STATE_RETURNED, WG_MARK_RETURNED },
    { WG_TRUTH_SAVED, WG_EVENT_STATE_RETURNED, WG_MARK_RETURNED },
    { WG_TRUTH_REFUSED, WG_EVENT_STATE_REPORTED, WG_MARK_RETURNED },
    { WG_TRUTH_CONFLICT, WG_EVENT_STATE_ARCHIVED, WG_MARK_RETURNED },
    { WG_TRUTH_APPLIED, WG_EVENT_STATE_ARCHIVED, WG_MARK_DONE },
    { WG_TRUTH_APPLIED, WG_EVENT_STATE_VOID, WG_MARK_DONE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      WgEventDot dot = { .truth = cases[i].truth, .state = cases[i].state };
      g_assert_cmpint (wg_mark_of (&dot), ==, cases[i].mark);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/map/cluster/counts", test_counts);
  g_test_add_func ("/map/cluster/steady", test_steady);
  g_test_add_func ("/map/cluster/urgent", test_urgent);
  g_test_add_func ("/map/cluster/spread", test_spread);
  g_test_add_func ("/map/cluster/marks", test_marks);
  return g_test_run ();
}

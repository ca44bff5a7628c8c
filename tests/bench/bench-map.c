/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cost of a frame while the map is panned: bench-map GRIDS DOTS FRAMES [PACK] [WIDTHxHEIGHT].
 * Prints, least first, the milliseconds of the main thread's processor time between the frame
 * clock's before-paint and after-paint, one frame a line; a summary goes to standard error. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "map-scenery.h"

typedef struct
{
  MapScenery *scenery;
  GArray *frames; /* of double, milliseconds */
  guint wanted, n;
  double began;
  WgPoint center;
} Bench;

static double
get_cpu_ms (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

static void
on_before_paint_cb (GdkFrameClock *clock, Bench *bench)
{
  bench->began = get_cpu_ms ();
}

static void
on_after_paint_cb (GdkFrameClock *clock, Bench *bench)
{
  double took = get_cpu_ms () - bench->began;

  g_array_append_val (bench->frames, took);
}

/* A finger that draws the map along a long ellipse: about 8 pixels a frame, so that new land comes
 * in all the time. */
static gboolean
on_tick_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  Bench *bench = data;
  double angle = 2 * G_PI * bench->n++ / 900.0;

  wg_map_view_go_to (bench->scenery->view, bench->center.lon + 0.06 * sin (angle),
                     bench->center.lat + 0.03 * (1 - cos (angle)), 0);
  return G_SOURCE_CONTINUE;
}

static gboolean
is_over (gpointer data)
{
  const Bench *bench = data;

  return bench->frames->len >= bench->wanted;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  double first = *(const double *) a, second = *(const double *) b;

  return first < second ? -1 : first > second;
}

/* GTK takes another renderer in silence when the one that is asked for cannot start. */
static const char *
get_renderer (GtkWidget *window)
{
  const char *is = G_OBJECT_TYPE_NAME (gtk_native_get_renderer (GTK_NATIVE (window)));
  const char *wanted = g_getenv ("GSK_RENDERER");

  if (wanted != NULL && g_str_equal (wanted, "cairo") != g_str_equal (is, "GskCairoRenderer"))
    g_error ("GSK_RENDERER is %s, and what draws is %s: is GDK_DISABLE set?", wanted, is);
  return is;
}

int
main (int argc, char **argv)
{
  guint n_grids = argc > 1 ? (guint) atoi (argv[1]) : 170,
        n_dots = argc > 2 ? (guint) atoi (argv[2]) : 5000;
  const char *pack = argc > 4 && *argv[4] != '\0' ? argv[4] : g_getenv ("WG_TEST_PACK");
  int width = 1280, height = 800;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) grids = NULL;
  Bench bench = { .wanted = argc > 3 ? (guint) atoi (argv[3]) : 600 };

  if (pack != NULL && *pack == '\0')
    pack = NULL;
  if (argc > 5 && sscanf (argv[5], "%dx%d", &width, &height) != 2)
    g_error ("'%s' is no size", argv[5]);
  gtk_init ();
  g_autoptr (MapScenery) scenery = map_scenery_new (width, height, n_dots);
  if (pack != NULL && !wg_map_view_set_pack (scenery->view, pack, &error))
    g_error ("%s", error->message);
  const WgGrid *own = g_ptr_array_index (scenery->district->grids, 6);
  if (n_grids > scenery->district->grids->len)
    grids = map_scenery_make_grids (scenery->district, n_grids);
  else if (n_grids > 0)
    grids = g_ptr_array_ref (scenery->district->grids);
  wg_map_view_set_grids (scenery->view, grids, own->code);
  bench.center = scenery->district->center;
  wg_map_view_go_to (scenery->view, bench.center.lon, bench.center.lat, 13);
  gtk_window_present (GTK_WINDOW (scenery->window));
  map_scenery_settle (scenery);
  const char *renderer = get_renderer (scenery->window);

  bench.scenery = scenery;
  bench.frames = g_array_new (FALSE, FALSE, sizeof (double));
  GdkFrameClock *clock = gtk_widget_get_frame_clock (scenery->window);
  g_signal_connect (clock, "before-paint", G_CALLBACK (on_before_paint_cb), &bench);
  g_signal_connect (clock, "after-paint", G_CALLBACK (on_after_paint_cb), &bench);
  guint tick = gtk_widget_add_tick_callback (scenery->window, on_tick_cb, &bench, NULL);
  if (!map_scenery_wait (is_over, &bench, 120))
    g_error ("only %u frames came", bench.frames->len);
  gtk_widget_remove_tick_callback (scenery->window, tick);
  g_signal_handlers_disconnect_by_data (clock, &bench);
  g_array_sort (bench.frames, compare);
  const double *ms = (const double *) (void *) bench.frames->data;
  for (guint i = 0; i < bench.frames->len; i++)
    g_print ("%.3f\n", ms[i]);
  g_printerr ("%s, %u grids, %u events, %dx%d, pack %s: %u frames, p50 %.2f ms, p95 %.2f ms, worst "
              "%.2f ms\n",
              renderer, grids ? grids->len : 0, n_dots, width, height, pack != NULL ? "yes" : "no",
              bench.frames->len, ms[bench.frames->len / 2], ms[bench.frames->len * 95 / 100],
              ms[bench.frames->len - 1]);
  g_array_unref (bench.frames);
  return EXIT_SUCCESS;
}

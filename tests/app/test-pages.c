/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each page opens at each size, empty and full, and everything that can be pressed has a name. */
#include "app/app-tablet.h"
#include "app/wg-style.h"

static const struct
{
  int width, height;
  const char *shape;
} SIZES[] = {
  { 1280, 800, "wide" }, { 960, 600, "medium" }, { 800, 1280, "narrow" }, { 360, 720, "narrow" }
};

static const char *const PAGES[] = { "today", "map", "events", "records", "queue", "settings" };

static void
assert_shape (AppTablet *tablet, const char *shape)
{
  g_autofree char *found = NULL;

  g_object_get (tablet->window, "shape", &found, NULL);
  g_assert_cmpstr (found, ==, shape);
}

static void
show_each_page (guint n_events, gsize size)
{
  g_autoptr (AppTablet) tablet = app_tablet_new (n_events, SIZES[size].width, SIZES[size].height);

  assert_shape (tablet, SIZES[size].shape);
  for (gsize i = 0; i < G_N_ELEMENTS (PAGES); i++)
    {
      g_autofree char *name = g_strdup_printf ("%s-%u-%d", PAGES[i], n_events, SIZES[size].width);

      wg_window_show_page (tablet->window, PAGES[i]);
      app_settle (tablet);
      app_draw (GTK_WIDGET (tablet->window));
      app_check_targets (GTK_WIDGET (tablet->window));
      app_check_words (GTK_WIDGET (tablet->window));
      app_picture (GTK_WIDGET (tablet->window), name);
    }
}

static void
test_empty (gconstpointer data)
{
  show_each_page (0, GPOINTER_TO_SIZE (data));
}

static void
test_full (gconstpointer data)
{
  show_each_page (120, GPOINTER_TO_SIZE (data));
}

int
main (int argc, char *argv[])
{
  app_test_init (&argc, &argv);
  for (gsize i = 0; i < G_N_ELEMENTS (SIZES); i++)
    {
      g_autofree char *empty =
          g_strdup_printf ("/app/pages/empty/%dx%d", SIZES[i].width, SIZES[i].height);
      g_autofree char *full =
          g_strdup_printf ("/app/pages/full/%dx%d", SIZES[i].width, SIZES[i].height);

      g_test_add_data_func (empty, GSIZE_TO_POINTER (i), test_empty);
      g_test_add_data_func (full, GSIZE_TO_POINTER (i), test_full);
    }
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Each page opens at each size, empty and full, and everything that can be pressed has a name. */
#include "app/app-tablet.h"
#include "app/sync/wg-bundle-menu.h"
#include "app/wg-style.h"

/* As the user sees it. */
#define T(msgid) g_dgettext (GETTEXT_PACKAGE, msgid)

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

/* The way without a network, in the menu of the queue: what was exported is no answer. */
static void
test_bundle (gconstpointer data)
{
  gsize size = GPOINTER_TO_SIZE (data);
  g_autoptr (AppTablet) tablet = app_tablet_new (5, SIZES[size].width, SIZES[size].height);
  GtkWidget *window = GTK_WIDGET (tablet->window);
  g_autofree char *name = g_strdup_printf ("bundle-%d", SIZES[size].width);
  g_autofree char *path = g_build_filename (tablet->folder, "out.wgb", NULL);
  g_autofree char *wrong =
      g_strdup_printf (T ("That did not work: %s"),
                       T ("this is no answer of the platform, but what a tablet exported"));
  g_autoptr (GFile) file = g_file_new_for_path (path);
  WgBundleMenu *menu;

  wg_window_show_page (tablet->window, "queue");
  app_settle (tablet);
  menu = WG_BUNDLE_MENU (app_wait_for (window, WG_TYPE_BUNDLE_MENU, NULL));
  app_click (window, T ("No Network?"));
  app_wait_for (window, GTK_TYPE_BUTTON, T ("Export to a USB Stick"));
  app_wait_for (window, GTK_TYPE_BUTTON, T ("Import the Answer"));
  app_draw (window);
  app_check_targets (window);
  app_check_words (window);
  app_picture (window, name);
  app_click (window, T ("Back"));
  wg_bundle_menu_export (menu, file);
  app_settle (tablet);
  g_assert_true (g_file_query_exists (file, NULL));
  wg_bundle_menu_import (menu, file);
  app_wait_for (window, GTK_TYPE_LABEL, wrong);
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
  for (gsize i = 0; i < G_N_ELEMENTS (SIZES); i++)
    {
      g_autofree char *bundle =
          g_strdup_printf ("/app/pages/bundle/%dx%d", SIZES[i].width, SIZES[i].height);

      g_test_add_data_func (bundle, GSIZE_TO_POINTER (i), test_bundle);
    }
  return g_test_run ();
}

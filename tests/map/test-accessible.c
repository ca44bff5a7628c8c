/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a screen reader and a thumb find on the map: names, hidden drawings, sizes. */
#include <shumate/shumate.h>

#include "map-scenery.h"

static void
assert_buttons (GtkWidget *view, guint expected)
{
  GtkWidget *button;
  guint shown = 0;

  for (guint i = 0; (button = map_scenery_find (view, GTK_TYPE_BUTTON, i)) != NULL; i++)
    {
      if (gtk_button_get_label (GTK_BUTTON (button)) == NULL)
        g_assert_true (gtk_test_accessible_has_property (GTK_ACCESSIBLE (button),
                                                         GTK_ACCESSIBLE_PROPERTY_LABEL));
      if (!gtk_widget_get_mapped (button))
        continue;
      shown++;
      g_assert_true (gtk_widget_get_focusable (button));
      g_assert_cmpint (gtk_widget_get_width (button), >=, 48);
      g_assert_cmpint (gtk_widget_get_height (button), >=, 48);
    }
  g_assert_cmpuint (shown, ==, expected);
}

static void
test_names_and_sizes (gconstpointer data)
{
  int width = GPOINTER_TO_INT (data);
  g_autoptr (MapScenery) scenery = map_scenery_new (width, 600, 100);
  GtkWidget *view = GTK_WIDGET (scenery->view), *map = map_scenery_find (view, SHUMATE_TYPE_MAP, 0);
  guint layers = 0;

  gtk_window_present (GTK_WINDOW (scenery->window));
  map_scenery_settle (scenery);
  g_assert_true (
      gtk_test_accessible_has_property (GTK_ACCESSIBLE (map), GTK_ACCESSIBLE_PROPERTY_LABEL));
  for (GtkWidget *child = gtk_widget_get_first_child (map); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      g_assert_true (SHUMATE_IS_LAYER (child));
      g_assert_true (
          gtk_test_accessible_has_state (GTK_ACCESSIBLE (child), GTK_ACCESSIBLE_STATE_HIDDEN));
      g_assert_false (gtk_widget_get_can_target (child));
      layers++;
    }
  g_assert_cmpuint (layers, ==, 3);
  assert_buttons (view, 4);
  wg_map_view_start_pick (scenery->view);
  map_scenery_settle (scenery);
  assert_buttons (view, 5); /* the two choices for the one that logs an event */
}

int
main (int argc, char **argv)
{
  gtk_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/map/accessible/wide", GINT_TO_POINTER (1280), test_names_and_sizes);
  g_test_add_data_func ("/map/accessible/narrow", GINT_TO_POINTER (360), test_names_and_sizes);
  return g_test_run ();
}

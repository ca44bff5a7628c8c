/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A value that is chosen on a page of its own: a button that shows it, and one that clears it. */
#include "app/form/wg-form-choice.h"

#include <glib/gi18n.h>

static GtkWidget *
get_button (WgFormRow *row)
{
  return gtk_widget_get_first_child (wg_form_row_get_content (row));
}

static void
on_clear_cb (WgFormRow *row)
{
  wg_form_row_set_value (row, NULL);
  wg_form_row_take_change (row);
}

/**
 * wg_form_choice_build:
 * @row: a row
 *
 * Builds the two buttons.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: (transfer floating): what holds them
 */
GtkWidget *
wg_form_choice_build (WgFormRow *row)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *choose = gtk_button_new ();
  GtkWidget *label = gtk_label_new (NULL);
  GtkWidget *clear = gtk_button_new_from_icon_name ("edit-clear-symbolic");
  g_autofree char *name = g_strdup_printf (_ ("Clear: %s"), _ (wg_form_row_get_field (row)->title));

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_button_set_child (GTK_BUTTON (choose), label);
  gtk_widget_set_hexpand (choose, TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (clear), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_signal_connect_object (choose, "clicked", G_CALLBACK (wg_form_row_ask), row, G_CONNECT_SWAPPED);
  g_signal_connect_object (clear, "clicked", G_CALLBACK (on_clear_cb), row, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (box), choose);
  gtk_box_append (GTK_BOX (box), clear);
  return box;
}

/**
 * wg_form_choice_set:
 * @row: a row with the two buttons
 * @value: (nullable): the value
 * @name: (nullable): what people call it
 *
 * Shows a value.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_form_choice_set (WgFormRow *row, const char *value, const char *name)
{
  GtkWidget *button = get_button (row);
  const char *words = value == NULL ? _ ("Choose…") : name != NULL ? name : "";
  g_autofree char *label = g_strdup_printf (C_ ("name of a field: its value", "%s: %s"),
                                               _ (wg_form_row_get_field (row)->title), words);

  g_object_set_data_full (G_OBJECT (button), "value", g_strdup (value), g_free);
  gtk_label_set_text (GTK_LABEL (gtk_button_get_child (GTK_BUTTON (button))), words);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
  gtk_widget_set_visible (gtk_widget_get_next_sibling (button), value != NULL);
}

/**
 * wg_form_choice_dup:
 * @row: a row with the two buttons
 *
 * Gives the value shown.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: (transfer full) (nullable): the value
 */
char *
wg_form_choice_dup (WgFormRow *row)
{
  return g_strdup (g_object_get_data (G_OBJECT (get_button (row)), "value"));
}

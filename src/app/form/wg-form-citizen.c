/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The row of an identity number: an entry, keys of our own with the X, and what the number says. */
#include <glib/gi18n.h>

#include "app/form/wg-form-makers.h"
#include "core/wg-numbers.h"

static GtkEditable *
get_entry (WgFormRow *row)
{
  GtkWidget *line = gtk_widget_get_first_child (wg_form_row_get_content (row));

  return GTK_EDITABLE (gtk_widget_get_first_child (line));
}

static char *
dup_citizen (WgFormRow *row)
{
  return wg_citizen_number_tidy (gtk_editable_get_text (get_entry (row)));
}

static void
set_citizen (WgFormRow *row, const char *value)
{
  gtk_editable_set_text (get_entry (row), value != NULL ? value : "");
}

/* What is missing is counted while one types, so that nobody counts digits by eye. */
static void
show_hint (WgFormRow *row)
{
  g_autofree char *number = dup_citizen (row);
  gsize length = strlen (number);

  if (length == 0)
    wg_form_row_set_hint (row, NULL);
  else if (length < WG_CITIZEN_NUMBER_LENGTH)
    {
      g_autofree char *text =
          g_strdup_printf (ngettext ("%u character is missing", "%u characters are missing",
                                     WG_CITIZEN_NUMBER_LENGTH - length),
                           (guint) (WG_CITIZEN_NUMBER_LENGTH - length));

      wg_form_row_set_hint (row, text);
    }
  else
    wg_form_row_set_hint (row, NULL);
}

static void
on_changed_cb (WgFormRow *row)
{
  show_hint (row);
  wg_form_row_take_change (row);
}

/* --- the keys --------------------------------------------------------------------------------- */

static void
on_key_clicked_cb (GtkButton *button, WgFormRow *row)
{
  GtkEditable *entry = get_entry (row);
  int at;

  gtk_editable_delete_selection (entry);
  at = gtk_editable_get_position (entry);
  gtk_editable_insert_text (entry, gtk_button_get_label (button), -1, &at);
  gtk_editable_set_position (entry, at);
}

static void
on_erase_cb (WgFormRow *row)
{
  GtkEditable *entry = get_entry (row);
  int at = gtk_editable_get_position (entry);

  if (gtk_editable_get_selection_bounds (entry, NULL, NULL))
    gtk_editable_delete_selection (entry);
  else if (at > 0)
    gtk_editable_delete_text (entry, at - 1, at);
}

static GtkWidget *
make_keys (WgFormRow *row)
{
  static const char *const keys[] = { "1", "2", "3", "4", "5", "6", "7", "8", "9", "X", "0" };
  GtkWidget *grid = gtk_grid_new ();
  GtkWidget *erase = gtk_button_new_from_icon_name ("edit-clear-symbolic");
  guint n = 0;

  gtk_grid_set_column_homogeneous (GTK_GRID (grid), TRUE);
  gtk_grid_set_column_spacing (GTK_GRID (grid), 8);
  gtk_grid_set_row_spacing (GTK_GRID (grid), 8);
  for (; n < G_N_ELEMENTS (keys); n++)
    {
      GtkWidget *key = gtk_button_new_with_label (keys[n]);

      /* The cursor stays where it is. */
      gtk_widget_set_focus_on_click (key, FALSE);
      g_signal_connect_object (key, "clicked", G_CALLBACK (on_key_clicked_cb), row, 0);
      gtk_grid_attach (GTK_GRID (grid), key, (int) n % 3, (int) n / 3, 1, 1);
    }
  gtk_widget_set_focus_on_click (erase, FALSE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (erase), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Erase one character"), -1);
  g_signal_connect_object (erase, "clicked", G_CALLBACK (on_erase_cb), row, G_CONNECT_SWAPPED);
  gtk_grid_attach (GTK_GRID (grid), erase, (int) n % 3, (int) n / 3, 1, 1);
  return grid;
}

static GtkWidget *
build_citizen (WgFormRow *row)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *entry = gtk_entry_new ();
  GtkWidget *toggle = gtk_toggle_button_new ();
  GtkWidget *keys = make_keys (row);

  gtk_entry_set_input_purpose (GTK_ENTRY (entry), GTK_INPUT_PURPOSE_ALPHA);
  gtk_widget_set_hexpand (entry, TRUE);
  wg_form_row_name (row, entry);
  gtk_button_set_icon_name (GTK_BUTTON (toggle), "input-dialpad-symbolic");
  gtk_widget_set_tooltip_text (toggle, _ ("Number keys"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (toggle), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Number keys"), -1);
  g_object_bind_property (toggle, "active", keys, "visible", G_BINDING_SYNC_CREATE);
  g_signal_connect_object (entry, "changed", G_CALLBACK (on_changed_cb), row, G_CONNECT_SWAPPED);
  gtk_box_append (GTK_BOX (line), entry);
  gtk_box_append (GTK_BOX (line), toggle);
  gtk_box_append (GTK_BOX (box), line);
  gtk_box_append (GTK_BOX (box), keys);
  return box;
}

static void
set_citizen_editable (WgFormRow *row, gboolean editable)
{
  GtkWidget *entry = GTK_WIDGET (get_entry (row));
  GtkWidget *toggle = gtk_widget_get_next_sibling (entry);

  gtk_editable_set_editable (GTK_EDITABLE (entry), editable);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (toggle), FALSE);
  gtk_widget_set_visible (toggle, editable);
}

const WgFormMaker WG_FORM_CITIZEN = { build_citizen, set_citizen, dup_citizen,
                                      set_citizen_editable };

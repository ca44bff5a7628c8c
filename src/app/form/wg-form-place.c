/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The row of a place: two degrees that follow one another, set by the position or on the map. */
#include <glib/gi18n.h>

#include "app/form/wg-form-makers.h"
#include "app/form/wg-form-place.h"

static GtkLabel *
get_label (WgFormRow *row)
{
  return GTK_LABEL (gtk_widget_get_first_child (wg_form_row_get_content (row)));
}

static void
set_place (WgFormRow *row, const char *value)
{
  g_object_set_data_full (G_OBJECT (get_label (row)), "value", g_strdup (value), g_free);
  gtk_label_set_text (get_label (row), value != NULL ? value : _ ("No place yet"));
}

static char *
dup_place (WgFormRow *row)
{
  return g_strdup (g_object_get_data (G_OBJECT (get_label (row)), "value"));
}

static void
on_here_cb (WgFormRow *row)
{
  WgLocator *locator = wg_services_get_locator (wg_form_row_get_services (row));
  WgFix fix = { .lon = 0 };
  g_autofree char *value = NULL;

  if (locator != NULL)
    fix = wg_locator_get_fix (locator);
  if (locator == NULL || !wg_fix_is_known (&fix))
    {
      wg_form_row_set_hint (row, _ ("No position: choose the place by hand"));
      return;
    }
  value = wg_form_place_to_text ((WgPoint) { fix.lon, fix.lat });
  wg_form_row_set_hint (row, NULL);
  set_place (row, value);
  wg_form_row_take_change (row);
}

static GtkWidget *
make_button (WgFormRow *row, const char *icon, const char *words, GCallback pressed)
{
  GtkWidget *button = gtk_button_new ();
  GtkWidget *content = adw_button_content_new ();

  adw_button_content_set_icon_name (ADW_BUTTON_CONTENT (content), icon);
  adw_button_content_set_label (ADW_BUTTON_CONTENT (content), words);
  adw_button_content_set_can_shrink (ADW_BUTTON_CONTENT (content), TRUE);
  gtk_button_set_child (GTK_BUTTON (button), content);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, words,
                                  -1);
  g_signal_connect_object (button, "clicked", pressed, row, G_CONNECT_SWAPPED);
  return button;
}

static GtkWidget *
build_place (WgFormRow *row)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);
  GtkWidget *label = gtk_label_new (NULL);
  GtkWidget *buttons = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_box_set_homogeneous (GTK_BOX (buttons), TRUE);
  gtk_box_append (GTK_BOX (buttons), make_button (row, "find-location-symbolic",
                                                  _ ("Where I Am"), G_CALLBACK (on_here_cb)));
  gtk_box_append (GTK_BOX (buttons), make_button (row, "mark-location-symbolic",
                                                  _ ("On the Map"), G_CALLBACK (wg_form_row_ask)));
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), buttons);
  return box;
}

static void
set_place_editable (WgFormRow *row, gboolean editable)
{
  gtk_widget_set_visible (gtk_widget_get_next_sibling (GTK_WIDGET (get_label (row))), editable);
}

/**
 * wg_form_place_to_text:
 * @point: degrees, WGS 84
 *
 * Writes a place as the row's value.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): longitude and latitude with seven decimals
 */
char *
wg_form_place_to_text (WgPoint point)
{
  char lon[G_ASCII_DTOSTR_BUF_SIZE], lat[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (lon, sizeof lon, "%.7f", point.lon);
  g_ascii_formatd (lat, sizeof lat, "%.7f", point.lat);
  return g_strdup_printf ("%s %s", lon, lat);
}

/**
 * wg_form_place_from_text:
 * @text: (nullable): the row's value
 * @out_point: (out): degrees, WGS 84
 *
 * Reads a place.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: %FALSE when there is none
 */
gboolean
wg_form_place_from_text (const char *text, WgPoint *out_point)
{
  char *end = NULL;
  WgPoint point;

  if (text == NULL)
    return FALSE;
  point.lon = g_ascii_strtod (text, &end);
  if (*end != ' ')
    return FALSE;
  point.lat = g_ascii_strtod (end, NULL);
  *out_point = point;
  return TRUE;
}

const WgFormMaker WG_FORM_PLACE = { build_place, set_place, dup_place, set_place_editable };

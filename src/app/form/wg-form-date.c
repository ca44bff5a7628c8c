/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The row of a date: typed as eight digits or in any usual way, or today by a button. */
#include <glib/gi18n.h>

#include "app/form/wg-form-makers.h"
#include "app/widgets/wg-name.h"

#define TYPED_DIGITS 8

static GtkEditable *
get_entry (WgFormRow *row)
{
  return GTK_EDITABLE (gtk_widget_get_first_child (wg_form_row_get_content (row)));
}

/* One dash for each of the usual signs between the parts of a date; none at the end. */
static char *
put_dashes (const char *typed)
{
  GString *text = g_string_new (NULL);

  for (const char *at = typed; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);

      if (c == '.' || c == '/' || c == 0x5e74 || c == 0x6708 || c == 0x65e5) /* 年月日 */
        g_string_append_c (text, '-');
      else if (!g_unichar_isspace (c))
        g_string_append_unichar (text, c);
    }
  if (g_str_has_suffix (text->str, "-"))
    g_string_truncate (text, text->len - 1);
  return g_string_free_and_steal (text);
}

/* "19491231", "1949-12-31", "1949.12.31", "1949年12月31日"; what is no date stays as typed, and the
 * check of the field says so. */
static char *
dup_date (WgFormRow *row)
{
  g_autofree char *folded =
      g_utf8_normalize (gtk_editable_get_text (get_entry (row)), -1, G_NORMALIZE_NFKC);
  g_autofree char *text = put_dashes (folded != NULL ? folded : "");
  int year, month, day, end = 0;

  if (strlen (text) == TYPED_DIGITS && strspn (text, "0123456789") == TYPED_DIGITS)
    return g_strdup_printf ("%.4s-%.2s-%.2s", text, text + 4, text + 6);
  if (sscanf (text, "%4d-%2d-%2d%n", &year, &month, &day, &end) == 3 && text[end] == '\0')
    return g_strdup_printf ("%04d-%02d-%02d", year, month, day);
  return g_steal_pointer (&text);
}

static void
set_date (WgFormRow *row, const char *value)
{
  gtk_editable_set_text (get_entry (row), value != NULL ? value : "");
}

static void
on_today_cb (WgFormRow *row)
{
  g_autoptr (GDateTime) now = g_date_time_new_from_unix_local (
      wg_services_now_ms (wg_form_row_get_services (row)) / 1000);
  g_autofree char *today = g_date_time_format (now, "%Y-%m-%d");

  gtk_editable_set_text (get_entry (row), today);
}

/* Whoever leaves the field sees what was understood. */
static void
on_left_cb (WgFormRow *row)
{
  g_autofree char *value = dup_date (row);

  if (g_strcmp0 (value, gtk_editable_get_text (get_entry (row))) != 0)
    gtk_editable_set_text (get_entry (row), value);
}

static GtkWidget *
build_date (WgFormRow *row)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *entry = gtk_entry_new ();
  GtkWidget *today = gtk_button_new_with_label (C_ ("date", "Today"));
  GtkEventController *focus = gtk_event_controller_focus_new ();
  g_autofree char *name = g_strdup_printf (_ ("Today: %s"), _ (wg_form_row_get_field (row)->title));

  gtk_entry_set_input_purpose (GTK_ENTRY (entry), GTK_INPUT_PURPOSE_NUMBER);
  gtk_entry_set_placeholder_text (GTK_ENTRY (entry), _ ("Eight digits: 19900102"));
  gtk_widget_set_hexpand (entry, TRUE);
  wg_form_row_name (row, entry);
  wg_name_set (today, name);
  g_signal_connect_object (entry, "changed", G_CALLBACK (wg_form_row_take_change), row,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (today, "clicked", G_CALLBACK (on_today_cb), row, G_CONNECT_SWAPPED);
  g_signal_connect_object (focus, "leave", G_CALLBACK (on_left_cb), row, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (entry, focus);
  gtk_box_append (GTK_BOX (box), entry);
  gtk_box_append (GTK_BOX (box), today);
  return box;
}

static void
set_date_editable (WgFormRow *row, gboolean editable)
{
  GtkWidget *entry = GTK_WIDGET (get_entry (row));

  gtk_editable_set_editable (GTK_EDITABLE (entry), editable);
  gtk_widget_set_visible (gtk_widget_get_next_sibling (entry), editable);
}

const WgFormMaker WG_FORM_DATE = { build_date, set_date, dup_date, set_date_editable };

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows into which one types: a line, several lines, a telephone number, a whole number. */
#include <glib/gi18n.h>

#include "app/form/wg-form-makers.h"
#include "core/wg-numbers.h"

#define MOST_DIGITS 19

/* --- one line --------------------------------------------------------------------------------- */

static GtkWidget *
build_entry (WgFormRow *row, GtkInputPurpose purpose)
{
  GtkWidget *entry = gtk_entry_new ();

  gtk_entry_set_input_purpose (GTK_ENTRY (entry), purpose);
  wg_form_row_name (row, entry);
  g_signal_connect_object (entry, "changed", G_CALLBACK (wg_form_row_take_change), row,
                           G_CONNECT_SWAPPED);
  return entry;
}

static GtkWidget *
build_text (WgFormRow *row)
{
  return build_entry (row, GTK_INPUT_PURPOSE_FREE_FORM);
}

static GtkWidget *
build_phone (WgFormRow *row)
{
  return build_entry (row, GTK_INPUT_PURPOSE_PHONE);
}

static void
set_text (WgFormRow *row, const char *value)
{
  gtk_editable_set_text (GTK_EDITABLE (wg_form_row_get_content (row)), value != NULL ? value : "");
}

static char *
dup_text (WgFormRow *row)
{
  return g_strstrip (
      g_strdup (gtk_editable_get_text (GTK_EDITABLE (wg_form_row_get_content (row)))));
}

static char *
dup_phone (WgFormRow *row)
{
  return wg_phone_tidy (gtk_editable_get_text (GTK_EDITABLE (wg_form_row_get_content (row))));
}

static void
set_text_editable (WgFormRow *row, gboolean editable)
{
  gtk_editable_set_editable (GTK_EDITABLE (wg_form_row_get_content (row)), editable);
}

const WgFormMaker WG_FORM_TEXT = { build_text, set_text, dup_text, set_text_editable };
const WgFormMaker WG_FORM_PHONE = { build_phone, set_text, dup_phone, set_text_editable };

/* --- several lines ---------------------------------------------------------------------------- */

static GtkTextView *
get_view (WgFormRow *row)
{
  return GTK_TEXT_VIEW (gtk_frame_get_child (GTK_FRAME (wg_form_row_get_content (row))));
}

static GtkWidget *
build_words (WgFormRow *row)
{
  GtkWidget *frame = gtk_frame_new (NULL);
  GtkWidget *view = gtk_text_view_new ();

  gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (view), GTK_WRAP_WORD_CHAR);
  gtk_text_view_set_accepts_tab (GTK_TEXT_VIEW (view), FALSE);
  gtk_widget_add_css_class (view, "form-words");
  wg_form_row_name (row, view);
  g_signal_connect_object (gtk_text_view_get_buffer (GTK_TEXT_VIEW (view)), "changed",
                           G_CALLBACK (wg_form_row_take_change), row, G_CONNECT_SWAPPED);
  gtk_frame_set_child (GTK_FRAME (frame), view);
  return frame;
}

static void
set_words (WgFormRow *row, const char *value)
{
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (get_view (row)), value != NULL ? value : "",
                            -1);
}

static char *
dup_words (WgFormRow *row)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (get_view (row));
  GtkTextIter start, end;

  gtk_text_buffer_get_bounds (buffer, &start, &end);
  return g_strstrip (gtk_text_buffer_get_text (buffer, &start, &end, FALSE));
}

static void
set_words_editable (WgFormRow *row, gboolean editable)
{
  gtk_text_view_set_editable (get_view (row), editable);
}

const WgFormMaker WG_FORM_WORDS = { build_words, set_words, dup_words, set_words_editable };

/* --- a number with two buttons ---------------------------------------------------------------- */

static GtkEditable *
get_number (WgFormRow *row)
{
  return GTK_EDITABLE (gtk_widget_get_first_child (wg_form_row_get_content (row)));
}

static char *
dup_number (WgFormRow *row)
{
  g_autofree char *folded =
      g_utf8_normalize (gtk_editable_get_text (get_number (row)), -1, G_NORMALIZE_NFKC);

  return folded != NULL ? g_strstrip (g_steal_pointer (&folded)) : NULL;
}

static void
step (WgFormRow *row, gint64 by)
{
  const WgField *field = wg_form_row_get_field (row);
  g_autofree char *old = dup_number (row);
  gint64 number = (old != NULL ? g_ascii_strtoll (old, NULL, 10) : 0) + by;
  g_autofree char *text = NULL;

  if (number < field->min || (field->max != 0 && number > field->max))
    return;
  text = g_strdup_printf ("%" G_GINT64_FORMAT, number);
  gtk_editable_set_text (get_number (row), text);
}

static void
on_less_cb (WgFormRow *row)
{
  step (row, -1);
}

static void
on_more_cb (WgFormRow *row)
{
  step (row, 1);
}

static GtkWidget *
make_step (WgFormRow *row, const char *icon, const char *name, GCallback pressed)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_signal_connect_object (button, "clicked", pressed, row, G_CONNECT_SWAPPED);
  return button;
}

static GtkWidget *
build_number (WgFormRow *row)
{
  const char *title = _ (wg_form_row_get_field (row)->title);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *entry = build_entry (row, GTK_INPUT_PURPOSE_NUMBER);
  g_autofree char *less = g_strdup_printf (_ ("One less: %s"), title);
  g_autofree char *more = g_strdup_printf (_ ("One more: %s"), title);

  gtk_entry_set_max_length (GTK_ENTRY (entry), MOST_DIGITS);
  gtk_widget_set_hexpand (entry, TRUE);
  gtk_box_append (GTK_BOX (box), entry);
  gtk_box_append (GTK_BOX (box),
                  make_step (row, "list-remove-symbolic", less, G_CALLBACK (on_less_cb)));
  gtk_box_append (GTK_BOX (box),
                  make_step (row, "list-add-symbolic", more, G_CALLBACK (on_more_cb)));
  return box;
}

static void
set_number (WgFormRow *row, const char *value)
{
  gtk_editable_set_text (get_number (row), value != NULL ? value : "");
}

static void
set_number_editable (WgFormRow *row, gboolean editable)
{
  GtkWidget *entry = GTK_WIDGET (get_number (row));

  gtk_editable_set_editable (GTK_EDITABLE (entry), editable);
  for (GtkWidget *button = gtk_widget_get_next_sibling (entry); button != NULL;
       button = gtk_widget_get_next_sibling (button))
    gtk_widget_set_visible (button, editable);
}

const WgFormMaker WG_FORM_NUMBER = { build_number, set_number, dup_number, set_number_editable };

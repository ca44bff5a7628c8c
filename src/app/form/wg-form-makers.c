/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of makers: which widget edits which type of field. */
#include "app/form/wg-form-makers.h"

/* --- what no form writes: times of the platform, names of files ------------------------------- */

static GtkWidget *
build_fixed (WgFormRow *row)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  return label;
}

static void
set_fixed (WgFormRow *row, const char *value)
{
  GtkWidget *label = wg_form_row_get_content (row);

  g_object_set_data_full (G_OBJECT (label), "value", g_strdup (value), g_free);
  gtk_label_set_text (GTK_LABEL (label), value != NULL ? value : "—");
}

static char *
dup_fixed (WgFormRow *row)
{
  return g_strdup (g_object_get_data (G_OBJECT (wg_form_row_get_content (row)), "value"));
}

static void
set_fixed_editable (WgFormRow *row, gboolean editable)
{
}

const WgFormMaker WG_FORM_FIXED = { build_fixed, set_fixed, dup_fixed, set_fixed_editable };

/* --- the table -------------------------------------------------------------------------------- */

static const WgFormMaker *const MAKERS[] = {
  [WG_FIELD_TEXT] = &WG_FORM_TEXT,     [WG_FIELD_CODE] = &WG_FORM_CODE,
  [WG_FIELD_ID] = &WG_FORM_TEXT,       [WG_FIELD_INT] = &WG_FORM_NUMBER,
  [WG_FIELD_ENUM] = &WG_FORM_CODE,     [WG_FIELD_REAL] = &WG_FORM_NUMBER,
  [WG_FIELD_DEGREE] = &WG_FORM_PLACE,  [WG_FIELD_FLAG] = &WG_FORM_FLAG,
  [WG_FIELD_TIME] = &WG_FORM_FIXED,    [WG_FIELD_HASHES] = &WG_FORM_FIXED,
  [WG_FIELD_CODES] = &WG_FORM_CODES,   [WG_FIELD_DATE] = &WG_FORM_DATE,
  [WG_FIELD_PHONE] = &WG_FORM_PHONE,   [WG_FIELD_CITIZEN] = &WG_FORM_CITIZEN,
  [WG_FIELD_RECORD] = &WG_FORM_RECORD,
};

/**
 * wg_form_maker_find:
 * @field: a field
 *
 * Finds what makes the widget of a field; only its type and flags decide.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: (transfer none): the maker
 */
const WgFormMaker *
wg_form_maker_find (const WgField *field)
{
  g_return_val_if_fail ((gsize) field->type < G_N_ELEMENTS (MAKERS), &WG_FORM_FIXED);
  if (field->type == WG_FIELD_TEXT && (field->flags & WG_FIELD_MULTILINE))
    return &WG_FORM_WORDS;
  return MAKERS[field->type];
}

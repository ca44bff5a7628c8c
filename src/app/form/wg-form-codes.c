/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows in which one chooses of a code list: chips while they are few, else a page of its own. */
#include <glib/gi18n.h>

#include "app/form/wg-form-choice.h"
#include "app/form/wg-form-makers.h"
#include "app/widgets/wg-name.h"
#include "core/wg-codes.h"

/* More than these do not fit on a tablet at a glance. */
#define MOST_CHIPS 12

static const char *
get_code (GtkWidget *chip)
{
  return g_object_get_data (G_OBJECT (chip), "code");
}

static GtkWidget *
make_chip (const char *code, const char *name)
{
  GtkWidget *chip = gtk_toggle_button_new_with_label (name);

  gtk_widget_add_css_class (chip, "chip");
  g_object_set_data_full (G_OBJECT (chip), "code", g_strdup (code), g_free);
  return chip;
}

static GtkWidget *
make_wrap (WgFormRow *row)
{
  GtkWidget *wrap = adw_wrap_box_new ();

  adw_wrap_box_set_child_spacing (ADW_WRAP_BOX (wrap), 8);
  adw_wrap_box_set_line_spacing (ADW_WRAP_BOX (wrap), 8);
  gtk_accessible_update_property (GTK_ACCESSIBLE (wrap), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ (wg_form_row_get_field (row)->title), -1);
  return wrap;
}

static GtkToggleButton *
find_chip (GtkWidget *wrap, const char *code)
{
  for (GtkWidget *chip = gtk_widget_get_first_child (wrap); chip != NULL;
       chip = gtk_widget_get_next_sibling (chip))
    if (g_strcmp0 (get_code (chip), code) == 0)
      return GTK_TOGGLE_BUTTON (chip);
  return NULL;
}

/* Pressed: the others come out; pressed again: nothing is chosen. */
static void
on_chip_toggled_cb (GtkToggleButton *chip, WgFormRow *row)
{
  GtkWidget *wrap = wg_form_row_get_content (row);

  if (gtk_toggle_button_get_active (chip))
    for (GtkWidget *other = gtk_widget_get_first_child (wrap); other != NULL;
         other = gtk_widget_get_next_sibling (other))
      if (other != GTK_WIDGET (chip) && gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (other)))
        {
          g_signal_handlers_block_by_func (other, on_chip_toggled_cb, row);
          gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (other), FALSE);
          g_signal_handlers_unblock_by_func (other, on_chip_toggled_cb, row);
        }
  wg_form_row_take_change (row);
}

static void
on_member_toggled_cb (GtkToggleButton *chip, WgFormRow *row)
{
  wg_form_row_take_change (row);
}

static void
add_chip (WgFormRow *row, GtkWidget *wrap, const char *code, const char *name, GCallback toggled)
{
  GtkWidget *chip = make_chip (code, name);

  g_signal_connect_object (chip, "toggled", toggled, row, 0);
  adw_wrap_box_append (ADW_WRAP_BOX (wrap), chip);
}

static GtkWidget *
build_chips (WgFormRow *row, GCallback toggled)
{
  const WgCodes *codes = wg_codes_get_builtin (wg_form_row_get_field (row)->codes);
  GtkWidget *wrap = make_wrap (row);
  gsize n = 0;
  const WgCode *rows = codes != NULL ? wg_codes_get_rows (codes, &n) : NULL;

  for (gsize i = 0; i < n; i++)
    add_chip (row, wrap, rows[i].code, rows[i].name, toggled);
  return wrap;
}

/* A value that the list in force does not know is shown all the same, and never dropped. */
static char *
name_code (WgFormRow *row, const char *code)
{
  const WgCodes *codes = wg_codes_get_builtin (wg_form_row_get_field (row)->codes);
  const WgCode *known = codes != NULL ? wg_codes_find (codes, code) : NULL;

  return known != NULL ? g_strdup (known->name) : g_strdup_printf (_ ("%s (unknown)"), code);
}

static GtkToggleButton *
need_chip (WgFormRow *row, const char *code, GCallback toggled)
{
  GtkWidget *wrap = wg_form_row_get_content (row);
  GtkToggleButton *chip = find_chip (wrap, code);

  if (chip == NULL)
    {
      g_autofree char *name = name_code (row, code);

      add_chip (row, wrap, code, name, toggled);
      chip = find_chip (wrap, code);
    }
  return chip;
}

static void
set_chips_editable (WgFormRow *row, gboolean editable)
{
  gtk_widget_set_sensitive (wg_form_row_get_content (row), editable);
}

/* --- one code --------------------------------------------------------------------------------- */

static GtkWidget *
build_code (WgFormRow *row)
{
  const WgCodes *codes = wg_codes_get_builtin (wg_form_row_get_field (row)->codes);
  gsize n = 0;

  if (codes != NULL)
    wg_codes_get_rows (codes, &n);
  return n > MOST_CHIPS ? wg_form_choice_build (row)
                        : build_chips (row, G_CALLBACK (on_chip_toggled_cb));
}

static void
set_code (WgFormRow *row, const char *value)
{
  GtkWidget *content = wg_form_row_get_content (row);
  g_autofree char *name = NULL;

  if (!ADW_IS_WRAP_BOX (content))
    {
      name = value != NULL ? name_code (row, value) : NULL;
      wg_form_choice_set (row, value, name);
      return;
    }
  for (GtkWidget *chip = gtk_widget_get_first_child (content); chip != NULL;
       chip = gtk_widget_get_next_sibling (chip))
    gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (chip), FALSE);
  if (value != NULL)
    gtk_toggle_button_set_active (need_chip (row, value, G_CALLBACK (on_chip_toggled_cb)), TRUE);
}

static char *
dup_code (WgFormRow *row)
{
  GtkWidget *content = wg_form_row_get_content (row);

  if (!ADW_IS_WRAP_BOX (content))
    return wg_form_choice_dup (row);
  for (GtkWidget *chip = gtk_widget_get_first_child (content); chip != NULL;
       chip = gtk_widget_get_next_sibling (chip))
    if (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (chip)))
      return g_strdup (get_code (chip));
  return NULL;
}

const WgFormMaker WG_FORM_CODE = { build_code, set_code, dup_code, set_chips_editable };

/* --- a set of codes --------------------------------------------------------------------------- */

static GtkWidget *
build_codes (WgFormRow *row)
{
  return build_chips (row, G_CALLBACK (on_member_toggled_cb));
}

static void
set_codes (WgFormRow *row, const char *value)
{
  GtkWidget *wrap = wg_form_row_get_content (row);
  g_auto (GStrv) codes = g_strsplit (value != NULL ? value : "", " ", -1);

  for (GtkWidget *chip = gtk_widget_get_first_child (wrap); chip != NULL;
       chip = gtk_widget_get_next_sibling (chip))
    gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (chip), FALSE);
  for (guint i = 0; codes[i] != NULL; i++)
    if (*codes[i] != '\0')
      gtk_toggle_button_set_active (need_chip (row, codes[i], G_CALLBACK (on_member_toggled_cb)),
                                    TRUE);
}

static char *
dup_codes (WgFormRow *row)
{
  GString *text = g_string_new (NULL);

  for (GtkWidget *chip = gtk_widget_get_first_child (wg_form_row_get_content (row)); chip != NULL;
       chip = gtk_widget_get_next_sibling (chip))
    if (gtk_toggle_button_get_active (GTK_TOGGLE_BUTTON (chip)))
      g_string_append_printf (text, "%s%s", text->len > 0 ? " " : "", get_code (chip));
  return g_string_free_and_steal (text);
}

const WgFormMaker WG_FORM_CODES = { build_codes, set_codes, dup_codes, set_chips_editable };

/* --- yes or no -------------------------------------------------------------------------------- */

#define YES "1"

static GtkWidget *
build_flag (WgFormRow *row)
{
  GtkWidget *wrap = make_wrap (row);
  static const struct
  {
    const char *code, *name, *what;
  } answers[] = {
    { "", N_ ("No"), N_ ("No: %s") },
    { YES, N_ ("Yes"), N_ ("Yes: %s") },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++)
    {
      GtkWidget *chip = make_chip (answers[i].code, _ (answers[i].name));
      GString *name = g_string_new (_ (answers[i].what));

      g_string_replace (name, "%s", _ (wg_form_row_get_field (row)->title), 1);
      wg_name_set (chip, name->str);
      g_string_free (name, TRUE);
      if (i > 0)
        gtk_toggle_button_set_group (GTK_TOGGLE_BUTTON (chip),
                                     GTK_TOGGLE_BUTTON (gtk_widget_get_first_child (wrap)));
      g_signal_connect_object (chip, "toggled", G_CALLBACK (on_member_toggled_cb), row, 0);
      adw_wrap_box_append (ADW_WRAP_BOX (wrap), chip);
    }
  return wrap;
}

static void
set_flag (WgFormRow *row, const char *value)
{
  gtk_toggle_button_set_active (
      find_chip (wg_form_row_get_content (row), g_strcmp0 (value, YES) == 0 ? YES : ""), TRUE);
}

const WgFormMaker WG_FORM_FLAG = { build_flag, set_flag, dup_code, set_chips_editable };

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values of a record as the text that rows of a form show and give. */
#include "app/form/wg-form-value.h"

#include <math.h>

#include "app/form/wg-form-place.h"

#define CELL(type, field, record) (*(type *) wg_field_pointer (field, record))

/**
 * wg_form_value_dup:
 * @field: a field of the record's kind
 * @record: a record
 *
 * Gives the field as text: codes of a set apart by spaces, a flag as "1", a longitude with the
 * latitude that follows it, apart by a space.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full) (nullable): the text, %NULL when not given
 */
char *
wg_form_value_dup (const WgField *field, const WgRecord *record)
{
  char number[G_ASCII_DTOSTR_BUF_SIZE];

  if (!wg_field_is_set (field, record))
    return NULL;
  if (wg_field_is_text (field))
    return g_strdup (CELL (char *, field, record));
  if (wg_field_is_list (field))
    return g_strjoinv (" ", CELL (char **, field, record));
  switch (field->type)
    {
    case WG_FIELD_INT:
    case WG_FIELD_TIME:
      return g_strdup_printf ("%" G_GINT64_FORMAT, CELL (gint64, field, record));
    case WG_FIELD_ENUM:
    case WG_FIELD_FLAG:
      return g_strdup_printf ("%d", CELL (int, field, record));
    case WG_FIELD_REAL:
      return g_strdup (g_ascii_dtostr (number, sizeof number, CELL (double, field, record)));
    case WG_FIELD_DEGREE:
      return wg_form_place_to_text (
          (WgPoint) { CELL (double, field, record), CELL (double, field + 1, record) });
    default:
      g_return_val_if_reached (NULL);
    }
}

static gboolean
set_degrees (const WgField *field, WgRecord *record, const char *text)
{
  WgPoint point = { NAN, NAN };

  if (text != NULL && !wg_form_place_from_text (text, &point))
    return FALSE;
  CELL (double, field, record) = point.lon;
  CELL (double, field + 1, record) = point.lat;
  return TRUE;
}

static gboolean
set_number (const WgField *field, WgRecord *record, const char *text)
{
  gint64 number = 0;

  if (text != NULL && !g_ascii_string_to_signed (text, 10, G_MININT64, G_MAXINT64, &number, NULL))
    return FALSE;
  if (field->type == WG_FIELD_INT || field->type == WG_FIELD_TIME)
    CELL (gint64, field, record) = number;
  else
    CELL (int, field, record) = (int) number;
  return TRUE;
}

static gboolean
set_real (const WgField *field, WgRecord *record, const char *text)
{
  char *end = NULL;
  double number = text != NULL ? g_ascii_strtod (text, &end) : NAN;

  if (text != NULL && (end == text || *end != '\0'))
    return FALSE;
  CELL (double, field, record) = number;
  return TRUE;
}

/**
 * wg_form_value_set:
 * @field: a field of the record's kind
 * @record: a record that is being edited
 * @text: (nullable): what wg_form_value_dup() would give; %NULL: not given
 *
 * Sets the field. What a text field cannot be is set all the same: the checks of the record tell.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: %FALSE when @text is no number where one is needed; then nothing is changed
 */
gboolean
wg_form_value_set (const WgField *field, WgRecord *record, const char *text)
{
  if (wg_field_is_text (field))
    {
      g_set_str (&CELL (char *, field, record), text);
      return TRUE;
    }
  if (wg_field_is_list (field))
    {
      g_auto (GStrv) values = g_strsplit (text != NULL ? text : "", " ", -1);

      wg_field_set_list (field, record, (const char *const *) (text != NULL ? values : NULL));
      return TRUE;
    }
  if (field->type == WG_FIELD_DEGREE)
    return set_degrees (field, record, text);
  if (field->type == WG_FIELD_REAL)
    return set_real (field, record, text);
  return set_number (field, record, text);
}

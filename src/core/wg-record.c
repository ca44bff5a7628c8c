/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records of any kind: life, values, checks, and what people read of them. */
#include "core/wg-record.h"

#include <math.h>
#include <string.h>

#include "core/wg-calendar.h"
#include "core/wg-codes.h"
#include "core/wg-numbers.h"

/* --- life ------------------------------------------------------------------------------------ */

/**
 * wg_record_new:
 * @kind: its kind
 *
 * Makes an empty record to be edited.
 *
 * Thread: one at a time until it is sealed.
 * Errors: none.
 *
 * Returns: (transfer full): the record
 */
WgRecord *
wg_record_new (const WgKind *kind)
{
  g_return_val_if_fail (kind != NULL, NULL);

  WgRecord *record =
      g_malloc0 (G_STRUCT_OFFSET (WgRecord, cells) + wg_kind_count_fields (kind) * sizeof (WgCell));
  g_atomic_ref_count_init (&record->refs);
  record->kind = kind;
  wg_fields_clear (kind->fields, record);
  return record;
}

/**
 * wg_record_edit:
 * @record: a record
 *
 * Makes a copy to be edited.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): the copy
 */
WgRecord *
wg_record_edit (const WgRecord *record)
{
  WgRecord *copy = wg_record_new (record->kind);

  copy->id = g_strdup (record->id);
  copy->ver = record->ver;
  for (const WgField *field = record->kind->fields; field->name != NULL; field++)
    wg_field_copy (field, record, copy);
  return copy;
}

/**
 * wg_record_seal:
 * @record: (transfer full): a record that was edited
 *
 * Ends the editing: from now on it never changes and may be shared.
 *
 * Thread: the one that edited it.
 * Errors: none.
 *
 * Returns: (transfer full): @record
 */
WgRecord *
wg_record_seal (WgRecord *record)
{
  record->sealed = TRUE;
  return record;
}

/**
 * wg_record_ref:
 * @record: a sealed record
 *
 * Takes a reference.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): @record
 */
WgRecord *
wg_record_ref (WgRecord *record)
{
  g_return_val_if_fail (record->sealed, record);

  g_atomic_ref_count_inc (&record->refs);
  return record;
}

/**
 * wg_record_unref:
 * @record: (nullable) (transfer full): a record
 *
 * Gives a reference back; the last one frees it.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_record_unref (WgRecord *record)
{
  if (record == NULL || !g_atomic_ref_count_dec (&record->refs))
    return;
  wg_fields_clear (record->kind->fields, record);
  g_free (record->id);
  g_free (record);
}

/* --- values ---------------------------------------------------------------------------------- */

static const WgField *
find (const WgRecord *record, const char *name)
{
  const WgField *field = wg_kind_find_field (record->kind, name);

  if (field == NULL)
    g_error ("%s: no field of %s", name, record->kind->name);
  return field;
}

static WgCell *
get_cell (const WgRecord *record, const WgField *field)
{
  return wg_field_pointer (field, record);
}

static WgCell *
get_writable (WgRecord *record, const WgField *field)
{
  if (record->sealed)
    g_error ("%s: the %s is sealed; edit a copy", field->name, record->kind->name);
  return get_cell (record, field);
}

/**
 * wg_record_get_text:
 * @record: a record
 * @name: a field of text, code, date, number or reference
 *
 * Reads a text.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer none) (nullable): the text, %NULL when not given
 */
const char *
wg_record_get_text (const WgRecord *record, const char *name)
{
  const WgField *field = find (record, name);

  g_return_val_if_fail (wg_field_is_text (field), NULL);
  return wg_field_is_set (field, record) ? get_cell (record, field)->text : NULL;
}

/**
 * wg_record_get_int:
 * @record: a record
 * @name: a field of numbers or times
 *
 * Reads a number or a time in Unix ms.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: the number, 0 when not given
 */
gint64
wg_record_get_int (const WgRecord *record, const char *name)
{
  const WgField *field = find (record, name);

  g_return_val_if_fail (field->type == WG_FIELD_INT || field->type == WG_FIELD_TIME, 0);
  return get_cell (record, field)->number;
}

/**
 * wg_record_get_real:
 * @record: a record
 * @name: a field of reals or degrees
 *
 * Reads a real number.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: the number, NAN when not given
 */
double
wg_record_get_real (const WgRecord *record, const char *name)
{
  const WgField *field = find (record, name);

  g_return_val_if_fail (field->type == WG_FIELD_REAL || field->type == WG_FIELD_DEGREE, NAN);
  return get_cell (record, field)->real;
}

/**
 * wg_record_get_flag:
 * @record: a record
 * @name: a flag
 *
 * Reads a flag.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: the flag
 */
gboolean
wg_record_get_flag (const WgRecord *record, const char *name)
{
  const WgField *field = find (record, name);

  g_return_val_if_fail (field->type == WG_FIELD_FLAG, FALSE);
  return get_cell (record, field)->small != 0;
}

/**
 * wg_record_get_list:
 * @record: a record
 * @name: a field of codes or hashes
 *
 * Reads a list.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer none): ends with %NULL; never %NULL itself
 */
const char *const *
wg_record_get_list (const WgRecord *record, const char *name)
{
  static const char *const none[] = { NULL };
  const WgField *field = find (record, name);

  g_return_val_if_fail (wg_field_is_list (field), none);
  return wg_field_is_set (field, record) ? (const char *const *) get_cell (record, field)->list
                                         : none;
}

/**
 * wg_record_set_text:
 * @record: a record being edited
 * @name: a field of text, code, date, number or reference
 * @value: (nullable): the text; %NULL or empty for "not given"
 *
 * Writes a text.
 *
 * Thread: the editing one.
 * Errors: none.
 */
void
wg_record_set_text (WgRecord *record, const char *name, const char *value)
{
  const WgField *field = find (record, name);

  g_return_if_fail (wg_field_is_text (field));
  g_set_str (&get_writable (record, field)->text, value != NULL && value[0] != '\0' ? value : NULL);
}

/**
 * wg_record_set_int:
 * @record: a record being edited
 * @name: a field of numbers or times
 * @value: the number; 0 for "not given"
 *
 * Writes a number or a time in Unix ms.
 *
 * Thread: the editing one.
 * Errors: none.
 */
void
wg_record_set_int (WgRecord *record, const char *name, gint64 value)
{
  const WgField *field = find (record, name);

  g_return_if_fail (field->type == WG_FIELD_INT || field->type == WG_FIELD_TIME);
  get_writable (record, field)->number = value;
}

/**
 * wg_record_set_real:
 * @record: a record being edited
 * @name: a field of reals or degrees
 * @value: the number; NAN for "not given"
 *
 * Writes a real number.
 *
 * Thread: the editing one.
 * Errors: none.
 */
void
wg_record_set_real (WgRecord *record, const char *name, double value)
{
  const WgField *field = find (record, name);

  g_return_if_fail (field->type == WG_FIELD_REAL || field->type == WG_FIELD_DEGREE);
  get_writable (record, field)->real = value;
}

/**
 * wg_record_set_flag:
 * @record: a record being edited
 * @name: a flag
 * @value: the flag
 *
 * Writes a flag.
 *
 * Thread: the editing one.
 * Errors: none.
 */
void
wg_record_set_flag (WgRecord *record, const char *name, gboolean value)
{
  const WgField *field = find (record, name);

  g_return_if_fail (field->type == WG_FIELD_FLAG);
  get_writable (record, field)->small = value != FALSE;
}

static int
compare_texts (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/**
 * wg_field_set_list:
 * @field: a field of codes or hashes
 * @record: the structure that the table describes
 * @values: (nullable): ends with %NULL
 *
 * Writes a list. A set of codes is sorted and holds each once, so that equal sets are
 * equal lists; hashes keep their order.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_field_set_list (const WgField *field, gpointer record, const char *const *values)
{
  char ***cell = wg_field_pointer (field, record);
  g_autoptr (GPtrArray) list = g_ptr_array_new ();

  for (; values != NULL && *values != NULL; values++)
    g_ptr_array_add (list, g_strdup (*values));
  if (field->type == WG_FIELD_CODES)
    {
      g_ptr_array_sort (list, compare_texts);
      for (guint i = list->len; i-- > 1;)
        if (strcmp (g_ptr_array_index (list, i), g_ptr_array_index (list, i - 1)) == 0)
          g_free (g_ptr_array_remove_index (list, i));
    }
  g_ptr_array_add (list, NULL);
  g_strfreev (*cell);
  *cell = list->len > 1 ? (char **) g_ptr_array_free (g_steal_pointer (&list), FALSE) : NULL;
}

/**
 * wg_record_set_list:
 * @record: a record being edited
 * @name: a field of codes or hashes
 * @values: (nullable): ends with %NULL
 *
 * Writes a list; see wg_field_set_list().
 *
 * Thread: the editing one.
 * Errors: none.
 */
void
wg_record_set_list (WgRecord *record, const char *name, const char *const *values)
{
  const WgField *field = find (record, name);

  g_return_if_fail (wg_field_is_list (field));
  get_writable (record, field);
  wg_field_set_list (field, record, values);
}

/**
 * wg_record_equal:
 * @a: a record
 * @b: another of the same kind
 *
 * Compares all fields; neither id nor version.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: %TRUE if equal
 */
gboolean
wg_record_equal (const WgRecord *a, const WgRecord *b)
{
  g_return_val_if_fail (a->kind == b->kind, FALSE);

  for (const WgField *field = a->kind->fields; field->name != NULL; field++)
    if (!wg_field_equal (field, a, b))
      return FALSE;
  return TRUE;
}

/**
 * wg_record_is_closed:
 * @record: a record
 *
 * Tells whether nobody need look at it any more: void, or by its kind's rule (moved away,
 * dead).
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: %TRUE if closed
 */
gboolean
wg_record_is_closed (const WgRecord *record)
{
  const WgKind *kind = record->kind;

  return wg_record_get_flag (record, WG_FIELD_VOIDED) ||
         (kind->closed != NULL && wg_fields_match (kind->fields, kind->closed, record));
}

/**
 * wg_record_is_confirmed:
 * @record: a record
 * @now_ms: Unix ms
 *
 * Tells whether somebody has looked at it in the present half-year.
 *
 * Thread: any.
 * Errors: none.
 * Source: domain.md R24
 *
 * Returns: %TRUE if so
 */
gboolean
wg_record_is_confirmed (const WgRecord *record, gint64 now_ms)
{
  return wg_record_get_int (record, WG_FIELD_CONFIRMED_MS) >= wg_half_year_start_ms (now_ms);
}

/**
 * wg_record_is_due:
 * @record: a record
 * @now_ms: now
 *
 * Tells whether somebody has still to look at it in this half-year.
 *
 * Thread: any.
 * Errors: none.
 * Source: domain.md R24
 *
 * Returns: %TRUE if so
 */
gboolean
wg_record_is_due (const WgRecord *record, gint64 now_ms)
{
  return wg_kind_has_half_yearly (record->kind) && !wg_record_is_closed (record) &&
         !wg_record_is_confirmed (record, now_ms);
}

/* --- rules ----------------------------------------------------------------------------------- */

static char *
tidy (const WgField *field, const char *text)
{
  switch (field->type)
    {
    case WG_FIELD_CITIZEN:
      return wg_citizen_number_tidy (text);
    case WG_FIELD_PHONE:
      return wg_phone_tidy (text);
    case WG_FIELD_TEXT:
      {
        char *normal = g_utf8_normalize (text, -1, G_NORMALIZE_NFC);
        return normal != NULL ? g_strstrip (normal) : g_strdup (text);
      }
    case WG_FIELD_CODE:
    case WG_FIELD_ID:
    case WG_FIELD_DATE:
    case WG_FIELD_RECORD:
    case WG_FIELD_INT:
    case WG_FIELD_ENUM:
    case WG_FIELD_REAL:
    case WG_FIELD_DEGREE:
    case WG_FIELD_FLAG:
    case WG_FIELD_TIME:
    case WG_FIELD_HASHES:
    case WG_FIELD_CODES:
    default:
      return g_strstrip (g_strdup (text));
    }
}

/**
 * wg_record_normalize:
 * @record: a record being edited
 *
 * Tidies what a person typed: NFC, no spaces at the ends, numbers in their one written
 * form. Fields that follow from others are filled when they are empty.
 *
 * Thread: the editing one.
 * Errors: none.
 * Source: domain.md 5.24
 */
void
wg_record_normalize (WgRecord *record)
{
  for (const WgField *field = record->kind->fields; field->name != NULL; field++)
    if (wg_field_is_text (field) && wg_field_is_set (field, record) &&
        g_utf8_validate (get_cell (record, field)->text, -1, NULL))
      {
        g_autofree char *text = tidy (field, get_cell (record, field)->text);
        wg_record_set_text (record, field->name, text);
      }
  if (record->kind->complete != NULL)
    record->kind->complete (record);
}

static gboolean
lies_ahead (const WgRecord *record, const WgField *field, gint64 now_ms)
{
  int year, month, day;

  if (field->type == WG_FIELD_TIME)
    return get_cell (record, field)->number > now_ms;
  g_return_val_if_fail (field->type == WG_FIELD_DATE, FALSE);
  wg_local_date (now_ms, &year, &month, &day);
  g_autofree char *today = g_strdup_printf ("%04d-%02d-%02d", year, month, day);
  return strcmp (get_cell (record, field)->text, today) > 0;
}

/* A code may be younger than this program's list: it is kept, and the person is told. */
static void
check_list (const WgRecord *record, const WgField *field, GPtrArray *issues)
{
  const WgCodes *codes = wg_codes_get_builtin (field->codes);

  if (codes == NULL)
    return;
  if (field->type == WG_FIELD_CODE && wg_codes_find (codes, get_cell (record, field)->text) == NULL)
    wg_issues_add (issues, field->name, WG_ISSUE_UNKNOWN_CODE, FALSE);
  if (field->type == WG_FIELD_CODES)
    for (char **code = get_cell (record, field)->list; *code != NULL; code++)
      if (wg_codes_find (codes, *code) == NULL)
        wg_issues_add (issues, field->name, WG_ISSUE_UNKNOWN_CODE, FALSE);
}

/**
 * wg_record_check:
 * @record: a normalized record
 * @now_ms: Unix ms, for dates that cannot lie ahead
 *
 * Finds all that is amiss: each field by itself (wg_fields_check()), codes that are in no
 * list (a warning), dates in the future, and what the kind demands between fields.
 *
 * Thread: any.
 * Errors: none; findings are no errors.
 * Source: domain.md 5.24, design.md 2 (15)
 *
 * Returns: (transfer full) (element-type WgIssue): the findings
 */
GPtrArray *
wg_record_check (const WgRecord *record, gint64 now_ms)
{
  GPtrArray *issues = wg_issues_new ();

  wg_fields_check (record->kind->fields, record, issues);
  if (wg_issues_block (issues))
    return issues; /* what follows expects sound values */
  for (const WgField *field = record->kind->fields; field->name != NULL; field++)
    if (wg_field_is_set (field, record))
      {
        check_list (record, field, issues);
        if ((field->flags & WG_FIELD_PAST) && lies_ahead (record, field, now_ms))
          wg_issues_add (issues, field->name, WG_ISSUE_FUTURE, TRUE);
      }
  if (record->kind->check != NULL)
    record->kind->check (record, issues);
  return issues;
}

/* --- what people read ------------------------------------------------------------------------ */

static char *
mask_text (const WgField *field, const char *text)
{
  switch (field->type)
    {
    case WG_FIELD_PHONE:
      return wg_mask_phone (text);
    case WG_FIELD_CITIZEN:
    case WG_FIELD_ID:
      return wg_mask_number (text);
    case WG_FIELD_TEXT:
      return wg_mask_name (text);
    case WG_FIELD_DATE:
      return g_strdup_printf ("%.4s-**-**", text);
    case WG_FIELD_CODE:
    case WG_FIELD_RECORD:
    case WG_FIELD_INT:
    case WG_FIELD_ENUM:
    case WG_FIELD_REAL:
    case WG_FIELD_DEGREE:
    case WG_FIELD_FLAG:
    case WG_FIELD_TIME:
    case WG_FIELD_HASHES:
    case WG_FIELD_CODES:
    default:
      return g_strdup ("***");
    }
}

static const char *
name_code (const WgField *field, const char *code)
{
  const WgCodes *codes = wg_codes_get_builtin (field->codes);
  const WgCode *row = codes != NULL ? wg_codes_find (codes, code) : NULL;

  return row != NULL ? row->name : code;
}

static char *
join_names (const WgField *field, char **codes)
{
  GString *words = g_string_new (NULL);

  for (; *codes != NULL; codes++)
    g_string_append_printf (words, "%s%s", words->len > 0 ? "、" : "", name_code (field, *codes));
  return g_string_free (words, FALSE);
}

/* The same text under every locale. */
static char *
print_real (double value)
{
  char text[G_ASCII_DTOSTR_BUF_SIZE];

  return g_strdup (g_ascii_formatd (text, sizeof text, "%.10g", value));
}

static char *
print_date (gint64 time_ms)
{
  int year, month, day;

  wg_local_date (time_ms, &year, &month, &day);
  return g_strdup_printf ("%04d-%02d-%02d", year, month, day);
}

/**
 * wg_record_dup_words:
 * @record: a record
 * @field: a field of its kind
 * @masked: whether personal fields are hidden
 *
 * Gives a field as people read it: names of codes, local dates of times. A reference gives
 * its id: only the store knows whose it is. Flags give nothing: their title says it.
 *
 * Thread: any.
 * Errors: none.
 * Source: domain.md 2.10
 *
 * Returns: (transfer full): text, empty when not given
 */
char *
wg_record_dup_words (const WgRecord *record, const WgField *field, gboolean masked)
{
  const WgCell *cell = get_cell (record, field);
  char code[16];

  if (!wg_field_is_set (field, record))
    return g_strdup ("");
  if (masked && (field->flags & WG_FIELD_PERSONAL))
    return mask_text (field, wg_field_is_text (field) ? cell->text : "");
  switch (field->type)
    {
    case WG_FIELD_TEXT:
    case WG_FIELD_ID:
    case WG_FIELD_DATE:
    case WG_FIELD_PHONE:
    case WG_FIELD_CITIZEN:
    case WG_FIELD_RECORD:
      return g_strdup (cell->text);
    case WG_FIELD_CODE:
      return g_strdup (name_code (field, cell->text));
    case WG_FIELD_CODES:
    case WG_FIELD_HASHES:
      return join_names (field, cell->list);
    case WG_FIELD_INT:
      return g_strdup_printf ("%" G_GINT64_FORMAT, cell->number);
    case WG_FIELD_TIME:
      return print_date (cell->number);
    case WG_FIELD_ENUM:
      g_snprintf (code, sizeof code, "%d", cell->small);
      return g_strdup (name_code (field, code));
    case WG_FIELD_REAL:
    case WG_FIELD_DEGREE:
      return print_real (cell->real);
    case WG_FIELD_FLAG:
    default:
      return g_strdup ("");
    }
}

/**
 * wg_record_dup_title:
 * @record: a record
 * @masked: whether personal fields are hidden
 *
 * Gives the words by which people know the record.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): words of its title fields, apart by spaces
 */
char *
wg_record_dup_title (const WgRecord *record, gboolean masked)
{
  g_auto (GStrv) names = g_strsplit (record->kind->title_fields, " ", -1);
  GString *title = g_string_new (NULL);

  for (char **name = names; *name != NULL; name++)
    {
      g_autofree char *words = wg_record_dup_words (record, find (record, *name), masked);
      if (words[0] != '\0')
        g_string_append_printf (title, "%s%s", title->len > 0 ? " " : "", words);
    }
  return g_string_free (title, FALSE);
}

/**
 * wg_record_dup_key:
 * @record: a record
 *
 * Joins the fields of the natural key that the record shows.
 *
 * Thread: any.
 * Errors: none.
 * Source: protocol.md 2.3
 *
 * Returns: (transfer full) (nullable): the key, %NULL when a part of it is missing
 */
char *
wg_record_dup_key (const WgRecord *record)
{
  g_autoptr (GString) key = g_string_new (NULL);

  for (const WgField *field = record->kind->fields; field->name != NULL; field++)
    {
      if (!(field->flags & WG_FIELD_KEY) ||
          !wg_field_is_shown (record->kind->fields, field, record))
        continue;
      if (!wg_field_is_set (field, record))
        return NULL;
      g_string_append_printf (key, "%s%s=%s", key->len > 0 ? "\n" : "", field->name,
                              get_cell (record, field)->text);
    }
  return key->len > 0 ? g_string_free (g_steal_pointer (&key), FALSE) : NULL;
}

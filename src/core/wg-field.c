/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fields described by data: reading, copying, comparing and checking them. */
#include "core/wg-field.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#include "core/wg-chain.h"
#include "core/wg-id.h"
#include "core/wg-numbers.h"

#define DEFAULT_MAX_TEXT 256
#define DEFAULT_MAX_MULTILINE 2000
#define DEFAULT_MAX_ID 64
#define DEFAULT_MAX_HASHES 20
#define DEFAULT_MAX_CODES 20
#define DEFAULT_MAX_PHONE 20
#define OLDEST_YEAR 1850                                /* nobody alive was born before */
#define MAX_TIME_MS G_GINT64_CONSTANT (253402300799999) /* end of the year 9999 */
#define DEGREE_STEPS 1e7

/* The member that a field points at; its type follows from the field's type. */
#define CELL(type, field, record) (*(type *) wg_field_pointer (field, record))

/**
 * wg_field_find:
 * @fields: a table that ends with name %NULL
 * @name: (nullable): a field's name
 *
 * Finds a field by its stable name.
 *
 * Thread: any. Cost: one pass over the table.
 * Errors: none.
 *
 * Returns: (transfer none) (nullable): the field
 */
const WgField *
wg_field_find (const WgField *fields, const char *name)
{
  g_return_val_if_fail (fields != NULL, NULL);

  for (const WgField *field = fields; field->name != NULL; field++)
    if (g_strcmp0 (field->name, name) == 0)
      return field;
  return NULL;
}

/**
 * wg_field_pointer:
 * @field: a field
 * @record: the structure that the table describes
 *
 * Gives the address of the field's member; its C type follows from the field's type.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer none): address of the member
 */
gpointer
wg_field_pointer (const WgField *field, gconstpointer record)
{
  return G_STRUCT_MEMBER_P (record, field->offset);
}

/**
 * wg_field_is_set:
 * @field: a field
 * @record: the structure that the table describes
 *
 * Tells whether the field is given: text and lists not empty, numbers, times and flags
 * not 0, reals not NAN.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: %TRUE if given
 */
gboolean
wg_field_is_set (const WgField *field, gconstpointer record)
{
  switch (field->type)
    {
    case WG_FIELD_TEXT:
    case WG_FIELD_CODE:
    case WG_FIELD_ID:
    case WG_FIELD_DATE:
    case WG_FIELD_PHONE:
    case WG_FIELD_CITIZEN:
    case WG_FIELD_RECORD:
      return CELL (char *, field, record) != NULL && CELL (char *, field, record)[0] != '\0';
    case WG_FIELD_INT:
    case WG_FIELD_TIME:
      return CELL (gint64, field, record) != 0;
    case WG_FIELD_ENUM:
    case WG_FIELD_FLAG:
      return CELL (int, field, record) != 0;
    case WG_FIELD_REAL:
    case WG_FIELD_DEGREE:
      return !isnan (CELL (double, field, record));
    case WG_FIELD_HASHES:
    case WG_FIELD_CODES:
      return CELL (char **, field, record) != NULL && CELL (char **, field, record)[0] != NULL;
    default:
      g_return_val_if_reached (FALSE);
    }
}

/**
 * wg_field_is_text:
 * @field: a field
 *
 * Tells whether the field's member is a text (char *).
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: %TRUE if so
 */
gboolean
wg_field_is_text (const WgField *field)
{
  switch (field->type)
    {
    case WG_FIELD_TEXT:
    case WG_FIELD_CODE:
    case WG_FIELD_ID:
    case WG_FIELD_DATE:
    case WG_FIELD_PHONE:
    case WG_FIELD_CITIZEN:
    case WG_FIELD_RECORD:
      return TRUE;
    case WG_FIELD_INT:
    case WG_FIELD_ENUM:
    case WG_FIELD_REAL:
    case WG_FIELD_DEGREE:
    case WG_FIELD_FLAG:
    case WG_FIELD_TIME:
    case WG_FIELD_HASHES:
    case WG_FIELD_CODES:
    default:
      return FALSE;
    }
}

/**
 * wg_field_is_list:
 * @field: a field
 *
 * Tells whether the field's member is a list of texts (char **).
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: %TRUE if so
 */
gboolean
wg_field_is_list (const WgField *field)
{
  return field->type == WG_FIELD_HASHES || field->type == WG_FIELD_CODES;
}

/**
 * wg_fields_match:
 * @fields: a table that ends with name %NULL
 * @when: (nullable): "field=code code"; the field is a code or a set of codes
 * @record: the structure that the table describes
 *
 * Tells whether a condition holds: the field has one of the codes. No condition holds
 * always.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: %TRUE if it holds
 */
gboolean
wg_fields_match (const WgField *fields, const char *when, gconstpointer record)
{
  if (when == NULL)
    return TRUE;

  g_auto (GStrv) sides = g_strsplit (when, "=", 2);
  const WgField *field = wg_field_find (fields, sides[0]);
  g_return_val_if_fail (field != NULL && sides[1] != NULL, FALSE);
  g_auto (GStrv) codes = g_strsplit (sides[1], " ", -1);

  if (!wg_field_is_set (field, record))
    return FALSE;
  if (wg_field_is_text (field))
    return g_strv_contains ((const char *const *) codes, CELL (char *, field, record));
  g_return_val_if_fail (wg_field_is_list (field), FALSE);
  for (char **code = CELL (char **, field, record); *code != NULL; code++)
    if (g_strv_contains ((const char *const *) codes, *code))
      return TRUE;
  return FALSE;
}

/**
 * wg_field_is_shown:
 * @fields: a table that ends with name %NULL
 * @field: a field of it
 * @record: the structure that the table describes
 *
 * Tells whether the field is asked for, given what else the record says.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: %TRUE if it is shown
 */
gboolean
wg_field_is_shown (const WgField *fields, const WgField *field, gconstpointer record)
{
  return wg_fields_match (fields, field->when, record);
}

static gboolean
equal_hashes (char **a, char **b)
{
  static char *none[] = { NULL };

  return g_strv_equal ((const char *const *) (a != NULL ? a : none),
                       (const char *const *) (b != NULL ? b : none));
}

static gboolean
equal_alone (const WgField *field, gconstpointer a, gconstpointer b)
{
  gboolean is_set = wg_field_is_set (field, a);

  if (is_set != wg_field_is_set (field, b))
    return FALSE;
  if (!is_set)
    return TRUE;
  switch (field->type)
    {
    case WG_FIELD_TEXT:
    case WG_FIELD_CODE:
    case WG_FIELD_ID:
    case WG_FIELD_DATE:
    case WG_FIELD_PHONE:
    case WG_FIELD_CITIZEN:
    case WG_FIELD_RECORD:
      return strcmp (CELL (char *, field, a), CELL (char *, field, b)) == 0;
    case WG_FIELD_INT:
    case WG_FIELD_TIME:
      return CELL (gint64, field, a) == CELL (gint64, field, b);
    case WG_FIELD_FLAG:
      return TRUE;
    case WG_FIELD_ENUM:
      return CELL (int, field, a) == CELL (int, field, b);
    case WG_FIELD_REAL:
      return CELL (double, field, a) == CELL (double, field, b);
    case WG_FIELD_DEGREE:
      return round (CELL (double, field, a) * DEGREE_STEPS) ==
             round (CELL (double, field, b) * DEGREE_STEPS);
    case WG_FIELD_HASHES:
    case WG_FIELD_CODES:
      return equal_hashes (CELL (char **, field, a), CELL (char **, field, b));
    default:
      g_return_val_if_reached (FALSE);
    }
}

/**
 * wg_field_next:
 * @whole: a field of a table
 * @last: (nullable): field of the same value that was given before; %NULL for the first
 *
 * Walks through the fields that are one value with @whole; a field that is no
 * %WG_FIELD_WHOLE has none.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer none) (nullable): the next one, %NULL at the end
 */
const WgField *
wg_field_next (const WgField *whole, const WgField *last)
{
  const WgField *next = last != NULL ? last + 1 : whole + 1;

  return (whole->flags & WG_FIELD_WHOLE) && (next->flags & WG_FIELD_ALONG) ? next : NULL;
}

/**
 * wg_field_equal:
 * @field: a field
 * @a: one record
 * @b: another record of the same table
 *
 * Compares one field. Empty text equals no text; degrees are equal when their seven
 * stored decimals are. What is one value with the field (%WG_FIELD_WHOLE) is compared, too.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: %TRUE if equal
 */
gboolean
wg_field_equal (const WgField *field, gconstpointer a, gconstpointer b)
{
  if (!equal_alone (field, a, b))
    return FALSE;
  for (const WgField *next = NULL; (next = wg_field_next (field, next)) != NULL;)
    if (!equal_alone (next, a, b))
      return FALSE;
  return TRUE;
}

static void
copy_alone (const WgField *field, gconstpointer from, gpointer to)
{
  switch (field->type)
    {
    case WG_FIELD_TEXT:
    case WG_FIELD_CODE:
    case WG_FIELD_ID:
    case WG_FIELD_DATE:
    case WG_FIELD_PHONE:
    case WG_FIELD_CITIZEN:
    case WG_FIELD_RECORD:
      g_set_str (&CELL (char *, field, to),
                 wg_field_is_set (field, from) ? CELL (char *, field, from) : NULL);
      break;
    case WG_FIELD_INT:
    case WG_FIELD_TIME:
      CELL (gint64, field, to) = CELL (gint64, field, from);
      break;
    case WG_FIELD_ENUM:
    case WG_FIELD_FLAG:
      CELL (int, field, to) = CELL (int, field, from);
      break;
    case WG_FIELD_REAL:
    case WG_FIELD_DEGREE:
      CELL (double, field, to) = CELL (double, field, from);
      break;
    case WG_FIELD_HASHES:
    case WG_FIELD_CODES:
      g_strfreev (CELL (char **, field, to));
      CELL (char **, field, to) =
          wg_field_is_set (field, from) ? g_strdupv (CELL (char **, field, from)) : NULL;
      break;
    default:
      g_return_if_reached ();
    }
}

/**
 * wg_field_copy:
 * @field: a field
 * @from: the record to read
 * @to: the record to write; its old value is freed
 *
 * Copies one field, with what is one value with it. Empty text becomes %NULL.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_field_copy (const WgField *field, gconstpointer from, gpointer to)
{
  if (from == to)
    return;
  copy_alone (field, from, to);
  for (const WgField *next = NULL; (next = wg_field_next (field, next)) != NULL;)
    copy_alone (next, from, to);
}

/**
 * wg_fields_clear:
 * @fields: a table that ends with name %NULL
 * @record: the structure that the table describes
 *
 * Frees what the fields own and sets each to "not given".
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_fields_clear (const WgField *fields, gpointer record)
{
  for (const WgField *field = fields; field->name != NULL; field++)
    {
      switch (field->type)
        {
        case WG_FIELD_TEXT:
        case WG_FIELD_CODE:
        case WG_FIELD_ID:
        case WG_FIELD_DATE:
        case WG_FIELD_PHONE:
        case WG_FIELD_CITIZEN:
        case WG_FIELD_RECORD:
          g_clear_pointer (&CELL (char *, field, record), g_free);
          break;
        case WG_FIELD_INT:
        case WG_FIELD_TIME:
          CELL (gint64, field, record) = 0;
          break;
        case WG_FIELD_ENUM:
        case WG_FIELD_FLAG:
          CELL (int, field, record) = 0;
          break;
        case WG_FIELD_REAL:
        case WG_FIELD_DEGREE:
          CELL (double, field, record) = NAN;
          break;
        case WG_FIELD_HASHES:
        case WG_FIELD_CODES:
          g_clear_pointer (&CELL (char **, field, record), g_strfreev);
          break;
        default:
          g_return_if_reached ();
        }
    }
}

static gint64
get_limit (gint64 limit, gint64 otherwise)
{
  return limit != 0 ? limit : otherwise;
}

static void
check_text (const WgField *field, const char *text, GPtrArray *issues)
{
  gboolean multiline = (field->flags & WG_FIELD_MULTILINE) != 0;
  gint64 max = get_limit (field->max, multiline ? DEFAULT_MAX_MULTILINE : DEFAULT_MAX_TEXT);

  if (!g_utf8_validate (text, -1, NULL))
    {
      wg_issues_add (issues, field->name, WG_ISSUE_NOT_UTF8, TRUE);
      return;
    }
  if (!wg_text_is_clean (text, multiline))
    wg_issues_add (issues, field->name, WG_ISSUE_CONTROL_CHARACTER, TRUE);
  glong length = g_utf8_strlen (text, -1);
  if (length > max)
    wg_issues_add (issues, field->name, WG_ISSUE_TOO_LONG, TRUE);
  if (length < field->min)
    wg_issues_add (issues, field->name, WG_ISSUE_TOO_SHORT, FALSE);
}

/* Codes and identifiers are printable ASCII without spaces. */
static void
check_word (const WgField *field, const char *word, gint64 min, gint64 max, GPtrArray *issues)
{
  gsize length = strlen (word);

  for (gsize i = 0; i < length; i++)
    if (!g_ascii_isgraph (word[i]))
      {
        wg_issues_add (issues, field->name, WG_ISSUE_MALFORMED, TRUE);
        return;
      }
  if (length > (gsize) max)
    wg_issues_add (issues, field->name, WG_ISSUE_TOO_LONG, TRUE);
  else if (length < (gsize) min)
    wg_issues_add (issues, field->name, WG_ISSUE_TOO_SHORT, TRUE);
}

static void
check_range (const WgField *field, double value, GPtrArray *issues)
{
  gboolean limited = field->min != 0 || field->max != 0;

  if (isinf (value) || (limited && (value < (double) field->min || value > (double) field->max)))
    wg_issues_add (issues, field->name, WG_ISSUE_RANGE, TRUE);
}

static void
check_hashes (const WgField *field, char **hashes, GPtrArray *issues)
{
  gint64 n = 0;

  for (; hashes[n] != NULL; n++)
    if (!wg_chain_is_hash (hashes[n]))
      {
        wg_issues_add (issues, field->name, WG_ISSUE_MALFORMED, TRUE);
        return;
      }
  if (n > get_limit (field->max, DEFAULT_MAX_HASHES))
    wg_issues_add (issues, field->name, WG_ISSUE_TOO_LONG, TRUE);
}

static void
check_codes (const WgField *field, char **codes, GPtrArray *issues)
{
  gint64 n = 0;

  for (; codes[n] != NULL; n++)
    check_word (field, codes[n], field->min, DEFAULT_MAX_ID, issues);
  if (n > get_limit (field->max, DEFAULT_MAX_CODES))
    wg_issues_add (issues, field->name, WG_ISSUE_TOO_LONG, TRUE);
}

/* A number that cannot be one blocks; that a division code is unknown may be the list's fault. */
static void
check_citizen (const WgField *field, const char *number, GPtrArray *issues)
{
  switch (wg_citizen_number_check (number))
    {
    case WG_CITIZEN_NUMBER_FORM:
    case WG_CITIZEN_NUMBER_DATE:
      wg_issues_add (issues, field->name, WG_ISSUE_MALFORMED, TRUE);
      break;
    case WG_CITIZEN_NUMBER_CHECK:
      wg_issues_add (issues, field->name, WG_ISSUE_CHECK_DIGIT, TRUE);
      break;
    case WG_CITIZEN_NUMBER_DIVISION:
      wg_issues_add (issues, field->name, WG_ISSUE_DIVISION, FALSE);
      break;
    case WG_CITIZEN_NUMBER_GOOD:
    default:
      break;
    }
}

static guint
read_digits (const char *text, int n)
{
  guint value = 0;

  for (int i = 0; i < n; i++)
    value = value * 10 + (guint) (text[i] - '0');
  return value;
}

/* "2026-11-23", a day of the calendar. */
static gboolean
is_date (const char *text)
{
  if (strlen (text) != 10 || text[4] != '-' || text[7] != '-')
    return FALSE;
  for (int i = 0; i < 10; i++)
    if (i != 4 && i != 7 && !g_ascii_isdigit (text[i]))
      return FALSE;
  return read_digits (text, 4) >= OLDEST_YEAR &&
         g_date_valid_dmy ((GDateDay) read_digits (text + 8, 2),
                           (GDateMonth) read_digits (text + 5, 2),
                           (GDateYear) read_digits (text, 4));
}

/* Numbers of other countries and old ones exist: a strange number warns, strange characters
 * block. */
static void
check_phone (const WgField *field, const char *phone, GPtrArray *issues)
{
  gsize length = strlen (phone);

  if (length > (gsize) get_limit (field->max, DEFAULT_MAX_PHONE))
    wg_issues_add (issues, field->name, WG_ISSUE_TOO_LONG, TRUE);
  else if (strspn (phone, "0123456789+-") != length)
    wg_issues_add (issues, field->name, WG_ISSUE_MALFORMED, TRUE);
  else if (!wg_phone_is_usual (phone))
    wg_issues_add (issues, field->name, WG_ISSUE_MALFORMED, FALSE);
}

static void
check_field (const WgField *fields, const WgField *field, gconstpointer record, GPtrArray *issues)
{
  if (!wg_field_is_set (field, record))
    {
      if ((field->flags & WG_FIELD_REQUIRED) && wg_field_is_shown (fields, field, record))
        wg_issues_add (issues, field->name, WG_ISSUE_MISSING, TRUE);
      return;
    }
  switch (field->type)
    {
    case WG_FIELD_TEXT:
      check_text (field, CELL (char *, field, record), issues);
      break;
    case WG_FIELD_CODE:
    case WG_FIELD_ID:
      check_word (field, CELL (char *, field, record), field->min,
                  get_limit (field->max, DEFAULT_MAX_ID), issues);
      break;
    case WG_FIELD_INT:
      if (CELL (gint64, field, record) < field->min ||
          (field->max != 0 && CELL (gint64, field, record) > field->max))
        wg_issues_add (issues, field->name, WG_ISSUE_RANGE, TRUE);
      break;
    case WG_FIELD_TIME:
      if (CELL (gint64, field, record) < field->min || CELL (gint64, field, record) > MAX_TIME_MS)
        wg_issues_add (issues, field->name, WG_ISSUE_RANGE, TRUE);
      break;
    case WG_FIELD_ENUM:
      check_range (field, CELL (int, field, record), issues);
      break;
    case WG_FIELD_REAL:
    case WG_FIELD_DEGREE:
      check_range (field, CELL (double, field, record), issues);
      break;
    case WG_FIELD_HASHES:
      check_hashes (field, CELL (char **, field, record), issues);
      break;
    case WG_FIELD_CODES:
      check_codes (field, CELL (char **, field, record), issues);
      break;
    case WG_FIELD_DATE:
      if (!is_date (CELL (char *, field, record)))
        wg_issues_add (issues, field->name, WG_ISSUE_MALFORMED, TRUE);
      break;
    case WG_FIELD_PHONE:
      check_phone (field, CELL (char *, field, record), issues);
      break;
    case WG_FIELD_CITIZEN:
      check_citizen (field, CELL (char *, field, record), issues);
      break;
    case WG_FIELD_RECORD:
      if (!wg_id_is_valid (CELL (char *, field, record)))
        wg_issues_add (issues, field->name, WG_ISSUE_MALFORMED, TRUE);
      break;
    case WG_FIELD_FLAG:
    default:
      break;
    }
}

/**
 * wg_fields_check:
 * @fields: a table that ends with name %NULL
 * @record: the structure that the table describes
 * @issues: (element-type WgIssue): where findings are added
 *
 * Checks each field by itself. Blocking: a required field that is missing, text that is
 * no UTF-8 or has control characters or is too long, malformed codes and hashes, numbers
 * out of range. Text that is too short is a warning only. Fields of the platform are
 * checked too; that an operation may not carry them is the caller's rule.
 *
 * Thread: any.
 * Errors: none; findings are no errors.
 * Source: domain.md 5.24, design.md 2 (15)
 */
void
wg_fields_check (const WgField *fields, gconstpointer record, GPtrArray *issues)
{
  g_return_if_fail (fields != NULL && record != NULL && issues != NULL);

  for (const WgField *field = fields; field->name != NULL; field++)
    check_field (fields, field, record, issues);
}

/**
 * wg_issues_new:
 *
 * Makes an empty list of findings.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full) (element-type WgIssue): the list
 */
GPtrArray *
wg_issues_new (void)
{
  return g_ptr_array_new_with_free_func (g_free);
}

/**
 * wg_issues_add:
 * @issues: (element-type WgIssue): a list of findings
 * @field: static name of the field
 * @code: what was found
 * @blocks: whether the record may not be accepted
 *
 * Adds a finding; the same field and code once only, blocking if either was.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_issues_add (GPtrArray *issues, const char *field, WgIssueCode code, gboolean blocks)
{
  for (guint i = 0; i < issues->len; i++)
    {
      WgIssue *known = g_ptr_array_index (issues, i);
      if (known->code == code && g_strcmp0 (known->field, field) == 0)
        {
          known->blocks = known->blocks || blocks;
          return;
        }
    }

  WgIssue *issue = g_new (WgIssue, 1);
  *issue = (WgIssue) { .field = field, .code = code, .blocks = blocks };
  g_ptr_array_add (issues, issue);
}

/**
 * wg_issues_block:
 * @issues: (element-type WgIssue): a list of findings
 *
 * Tells whether any finding keeps the record from being accepted.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: %TRUE if one blocks
 */
gboolean
wg_issues_block (GPtrArray *issues)
{
  for (guint i = 0; i < issues->len; i++)
    if (((const WgIssue *) g_ptr_array_index (issues, i))->blocks)
      return TRUE;
  return FALSE;
}

/**
 * wg_issue_code_to_string:
 * @code: what was found
 *
 * Gives the words for people: what is wrong and how to mend it.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: a msgid; translate it with gettext
 */
const char *
wg_issue_code_to_string (WgIssueCode code)
{
  static const char *const words[] = {
    [WG_ISSUE_MISSING] = N_ ("Missing: please fill it in"),
    [WG_ISSUE_TOO_SHORT] = N_ ("Very short: a few more words help the handler"),
    [WG_ISSUE_TOO_LONG] = N_ ("Too long: please shorten it"),
    [WG_ISSUE_RANGE] = N_ ("Outside the possible range: please check it"),
    [WG_ISSUE_CONTROL_CHARACTER] = N_ ("Contains invisible characters: please type it again"),
    [WG_ISSUE_NOT_UTF8] = N_ ("Damaged text: please type it again"),
    [WG_ISSUE_FUTURE] = N_ ("Lies in the future: please check the time"),
    [WG_ISSUE_OLD] = N_ ("Long ago: please check it or say why"),
    [WG_ISSUE_UNKNOWN_CODE] = N_ ("Not in the list in force: please choose again"),
    [WG_ISSUE_READ_ONLY] = N_ ("Set by the platform: it cannot be changed here"),
    [WG_ISSUE_MALFORMED] = N_ ("Not in the expected form: please check it"),
    [WG_ISSUE_CHECK_DIGIT] = N_ ("The last digit does not fit: please compare with the card"),
    [WG_ISSUE_DIVISION] = N_ ("Begins with no known region: please compare with the card"),
    [WG_ISSUE_DIFFERS] = N_ ("Does not agree with the identity number: please check both"),
  };

  g_return_val_if_fail ((gsize) code < G_N_ELEMENTS (words), "");
  return words[code];
}

/* Characters that are not seen, or that turn the order of what is seen. */
static gboolean
is_hidden (gunichar c)
{
  return g_unichar_iscntrl (c) || c == 0x2028 || c == 0x2029 || c == 0xfeff ||
         (c >= 0x200b && c <= 0x200f && c != 0x200c && c != 0x200d) ||
         (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

/**
 * wg_text_is_clean:
 * @text: any bytes that end with NUL
 * @multiline: whether line feeds are allowed
 *
 * Tells whether @text is UTF-8 without characters that cannot be seen: control
 * characters, separators, zero-width and direction marks. (The joiners U+200C and U+200D
 * stay: names and pictures need them.)
 *
 * Thread: any.
 * Errors: none.
 * Source: domain.md 5.24
 *
 * Returns: %TRUE if clean
 */
gboolean
wg_text_is_clean (const char *text, gboolean multiline)
{
  if (text == NULL || !g_utf8_validate (text, -1, NULL))
    return FALSE;
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);
      if (is_hidden (c) && !(multiline && c == '\n'))
        return FALSE;
    }
  return TRUE;
}

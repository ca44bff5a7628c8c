/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a platform tells: values of a later version are kept, what nothing can mean is refused. */
#include "core/wg-told.h"

#include <math.h>
#include <string.h>

#include "core/wg-chain.h"
#include "core/wg-core-error.h"

#define MAX_TEXT 8192 /* bytes, whatever the field's own limit may become */
#define MAX_LIST 200
#define MAX_TIME_MS G_GINT64_CONSTANT (253402300799999) /* end of the year 9999 */

#define CELL(type, field, record) (*(type *) wg_field_pointer (field, record))

static gboolean
fail (const char *name, const char *rule, GError **error)
{
  g_set_error (error, WG_CORE_ERROR, WG_CORE_ERROR_INVALID, "%s: %s", name, rule);
  return FALSE;
}

static gboolean
is_on_earth (double degree, double most)
{
  return isnan (degree) || fabs (degree) <= most;
}

static const char *
find_fault_of_range (const WgField *field, gconstpointer record)
{
  switch (field->type)
    {
    case WG_FIELD_TIME:
      return "lies outside of the years 1970 to 9999";
    case WG_FIELD_DEGREE:
      return is_on_earth (CELL (double, field, record), strstr (field->name, "lat") ? 90 : 180)
                 ? NULL
                 : "lies nowhere on earth";
    case WG_FIELD_REAL:
      return isinf (CELL (double, field, record)) ||
                     CELL (double, field, record) < (double) field->min
                 ? "is less than it can be, or endless"
                 : NULL;
    case WG_FIELD_INT:
      return CELL (gint64, field, record) < field->min ? "is less than it can be" : NULL;
    case WG_FIELD_TEXT:
    case WG_FIELD_CODE:
    case WG_FIELD_ID:
    case WG_FIELD_ENUM: /* a code of a later list */
    case WG_FIELD_FLAG:
    case WG_FIELD_HASHES:
    case WG_FIELD_CODES:
    case WG_FIELD_DATE:
    case WG_FIELD_PHONE:
    case WG_FIELD_CITIZEN:
    case WG_FIELD_RECORD:
    default:
      return NULL;
    }
}

static const char *
find_fault_of_form (const WgField *field)
{
  switch (field->type)
    {
    case WG_FIELD_HASHES:
      return "names what is no SHA-256";
    case WG_FIELD_DATE:
      return "is no day of the calendar";
    case WG_FIELD_RECORD:
      return "is no identifier";
    case WG_FIELD_TEXT:
    case WG_FIELD_CODE:
    case WG_FIELD_ID:
    case WG_FIELD_INT:
    case WG_FIELD_ENUM:
    case WG_FIELD_REAL:
    case WG_FIELD_DEGREE:
    case WG_FIELD_FLAG:
    case WG_FIELD_TIME:
    case WG_FIELD_CODES:
    case WG_FIELD_PHONE:
    case WG_FIELD_CITIZEN:
    default:
      return NULL; /* other rules for a text are a later version's right */
    }
}

static const char *
find_fault_of_length (const WgField *field, gconstpointer record)
{
  if (wg_field_is_text (field))
    return strlen (CELL (char *, field, record)) > MAX_TEXT ? "is longer than 8 KiB" : NULL;
  if (wg_field_is_list (field))
    return g_strv_length (CELL (char **, field, record)) > MAX_LIST ? "has more than 200 members"
                                                                    : NULL;
  return NULL;
}

static const char *
find_fault (const WgField *field, WgIssueCode code, gconstpointer record)
{
  switch (code)
    {
    case WG_ISSUE_NOT_UTF8:
    case WG_ISSUE_CONTROL_CHARACTER:
      return "has characters that cannot be seen";
    case WG_ISSUE_TOO_LONG:
      return find_fault_of_length (field, record);
    case WG_ISSUE_RANGE:
      return find_fault_of_range (field, record);
    case WG_ISSUE_MALFORMED:
      return find_fault_of_form (field);
    case WG_ISSUE_MISSING:
    case WG_ISSUE_TOO_SHORT:
    case WG_ISSUE_FUTURE:
    case WG_ISSUE_OLD:
    case WG_ISSUE_UNKNOWN_CODE:
    case WG_ISSUE_READ_ONLY:
    case WG_ISSUE_CHECK_DIGIT:
    case WG_ISSUE_DIVISION:
    case WG_ISSUE_DIFFERS:
    default:
      return NULL;
    }
}

/**
 * wg_fields_check_told:
 * @fields: a table that ends with name %NULL
 * @record: what a platform told
 * @error: return location
 *
 * Tells apart what a later platform may say and what nothing can mean. Codes of no list,
 * longer texts and larger numbers than this version's limits, fields that this version
 * demands and that are not there, are a later version's right: they are kept. A place off
 * the earth, a time outside of the years 1970 to 9999, numbers below their least, no days,
 * no hashes, no identifiers, text that cannot be seen, more than 8 KiB or 200 members are
 * no version's.
 *
 * Thread: any.
 * Errors: %WG_CORE_ERROR_INVALID naming the field.
 * Source: protocol.md 2.6, 3.1; docs/sync-protocol.md, Pull
 *
 * Returns: %TRUE if it can be kept
 */
gboolean
wg_fields_check_told (const WgField *fields, gconstpointer record, GError **error)
{
  g_autoptr (GPtrArray) issues = wg_issues_new ();

  wg_fields_check (fields, record, issues);
  for (guint i = 0; i < issues->len; i++)
    {
      const WgIssue *issue = g_ptr_array_index (issues, i);
      const char *fault = find_fault (wg_field_find (fields, issue->field), issue->code, record);

      if (fault)
        return fail (issue->field, fault, error);
    }
  return TRUE;
}

static gboolean
check_step (const WgEventStep *step, GError **error)
{
  const char *const texts[] = { step->actor, step->actor_name, step->opinion, step->old_value,
                                step->new_value };

  if (ABS (step->at_ms) > MAX_TIME_MS)
    return fail ("steps: at", "lies beyond the year 9999", error);
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    if (texts[i] && strlen (texts[i]) > MAX_TEXT)
      return fail ("steps", "hold a text of more than 8 KiB", error);
  for (gsize i = 0; step->photos && step->photos[i]; i++)
    if (!wg_chain_is_hash (step->photos[i]))
      return fail ("steps: photos", "names what is no SHA-256", error);
  return TRUE;
}

/**
 * wg_event_check_told:
 * @event: what a platform told
 * @steps: (nullable) (element-type WgEventStep): its steps
 * @error: return location
 *
 * wg_fields_check_told() for an event and its steps; half a position is none, either.
 *
 * Thread: any.
 * Errors: %WG_CORE_ERROR_INVALID naming the field.
 * Source: docs/sync-protocol.md, Pull
 *
 * Returns: %TRUE if it can be kept
 */
gboolean
wg_event_check_told (const WgEvent *event, GPtrArray *steps, GError **error)
{
  if (!wg_fields_check_told (WG_EVENT_FIELDS, event, error))
    return FALSE;
  if (isnan (event->lon) != isnan (event->lat))
    return fail (isnan (event->lon) ? "lon" : "lat", "is missing: half a position is none", error);
  for (guint i = 0; steps && i < steps->len; i++)
    if (!check_step (g_ptr_array_index (steps, i), error))
      return FALSE;
  return TRUE;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The event standard: reading the table, finding classes, what a class says of an event. */
#include "core/wg-standard.h"

#include <string.h>

#include "core/wg-core-error.h"
#include "core/wg-csv.h"

#define MAX_LIMIT 10000
#define MAX_RADIUS_M 10000
#define MAX_HOURS 8760

struct _WgStandard
{
  gatomicrefcount refs;
  WgCsv *csv;          /* owned; the texts of the rows live in it */
  GPtrArray *rows;     /* owned: WgEventClass, in the order of the file */
  GHashTable *by_code; /* owned: code -> row */
};

/* One row while it is read. */
typedef struct
{
  const WgStandard *standard;
  guint at;
  GError **error;
} Source;

static const char *
get_text (const Source *source, const char *column)
{
  return wg_csv_get (source->standard->csv, source->at, column);
}

static gboolean
fail (const Source *source, const char *column, const char *mend)
{
  wg_csv_set_error (source->standard->csv, source->at, column, mend, source->error);
  return FALSE;
}

static gboolean
get_number (const Source *source, const char *column, gint64 max, gint64 *out_value)
{
  return wg_csv_get_int (source->standard->csv, source->at, column, 0, max, out_value,
                         source->error);
}

static gboolean
read_code (const Source *source, WgEventClass *row)
{
  const char *parent = get_text (source, "parent");
  gsize length;

  row->code = get_text (source, "code");
  row->parent = parent[0] != '\0' ? parent : NULL;
  length = strlen (row->code);
  if (strspn (row->code, "0123456789") != length || length != (row->parent == NULL ? 2 : 4))
    return fail (source, "code", "two digits for a group, four for a class");
  if (g_hash_table_contains (source->standard->by_code, row->code))
    return fail (source, "code", "stands twice");
  if (row->parent != NULL)
    {
      const WgEventClass *group = g_hash_table_lookup (source->standard->by_code, row->parent);
      if (group == NULL || group->parent != NULL)
        return fail (source, "parent", "no group above with that code");
      if (!g_str_has_prefix (row->code, row->parent))
        return fail (source, "code", "must begin with the code of its group");
    }
  return TRUE;
}

static gboolean
read_names (const Source *source, WgEventClass *row)
{
  row->name = get_text (source, "name");
  row->pinyin = get_text (source, "pinyin");
  if (row->name[0] == '\0' || !wg_text_is_clean (row->name, FALSE))
    return fail (source, "name", "missing, or with invisible characters");
  if (row->pinyin[0] == '\0' ||
      strspn (row->pinyin, "abcdefghijklmnopqrstuvwxyz0123456789") != strlen (row->pinyin))
    return fail (source, "pinyin", "give the initials in lower case");
  row->filing_condition = get_text (source, "filing_condition");
  row->close_condition = get_text (source, "close_condition");
  row->lead_role = get_text (source, "lead_role");
  row->assist_roles = get_text (source, "assist_roles");
  row->source = get_text (source, "source");
  return TRUE;
}

/* "1|2": the levels that a class may have. */
static gboolean
read_levels (const Source *source, WgEventClass *row)
{
  const char *levels = get_text (source, "levels");
  gint64 level;

  for (gsize i = 0; levels[i] != '\0'; i++)
    {
      if (i % 2 == 1 ? levels[i] != '|' : levels[i] < '1' || levels[i] > '4')
        return fail (source, "levels", "give levels as 1|2");
      if (i % 2 == 0)
        row->levels |= 1u << (levels[i] - '0');
    }
  if (row->levels == 0 || strlen (levels) % 2 == 0)
    return fail (source, "levels", "give levels as 1|2");
  if (!get_number (source, "default_level", WG_EVENT_LEVEL_GRAVE, &level))
    return FALSE;
  if (level == 0 || (row->levels & 1u << level) == 0)
    return fail (source, "default_level", "must be one of the allowed levels");
  row->default_level = (WgEventLevel) level;
  return TRUE;
}

static gboolean
read_limit (const Source *source,
            const char *amount_column,
            const char *unit_column,
            gint64 *amount,
            WgTimeUnit *unit)
{
  const char *name = get_text (source, unit_column);

  if (!get_number (source, amount_column, MAX_LIMIT, amount))
    return FALSE;
  if (*amount == 0 && name[0] == '\0')
    return TRUE;
  if (*amount == 0)
    return fail (source, amount_column, "a unit without an amount; give both or none");
  if (!wg_time_unit_from_string (name, unit))
    return fail (source, unit_column, "one of wmin, wday, min, hour, cday");
  return TRUE;
}

static gboolean
read_policies (const Source *source, WgEventClass *row)
{
  static const char *const photos[] = { "never", "optional", "required" };
  const char *photo = get_text (source, "photo"), *verify = get_text (source, "verify");
  const char *quick = get_text (source, "quick");
  gsize policy;

  for (policy = 0; policy < G_N_ELEMENTS (photos); policy++)
    if (strcmp (photo, photos[policy]) == 0)
      break;
  if (policy == G_N_ELEMENTS (photos))
    return fail (source, "photo", "one of never, optional, required");
  row->photo = (WgPhotoPolicy) policy;
  if (strcmp (verify, "self") != 0 && strcmp (verify, "other") != 0)
    return fail (source, "verify", "self or other");
  row->verify_self = strcmp (verify, "self") == 0;
  if (strcmp (quick, "0") != 0 && strcmp (quick, "1") != 0)
    return fail (source, "quick", "0 or 1");
  row->quick = quick[0] == '1';
  if (row->quick && (row->levels & 1u << WG_EVENT_LEVEL_DAILY) == 0)
    return fail (source, "quick", "only a class that allows daily events has a tile");
  if (row->photo == WG_PHOTO_REQUIRED && row->default_level == WG_EVENT_LEVEL_DAILY)
    return fail (source, "photo", "a daily event never requires a photo");
  return TRUE;
}

static gboolean
read_numbers (const Source *source, WgEventClass *row)
{
  gint64 radius, from, to;

  if (!get_number (source, "duplicate_radius_m", MAX_RADIUS_M, &radius) ||
      !get_number (source, "duplicate_hours", MAX_HOURS, &row->duplicate_hours) ||
      !get_number (source, "active_from", 99991231, &from) ||
      !get_number (source, "active_to", 99991231, &to))
    return FALSE;
  if ((radius == 0) != (row->duplicate_hours == 0))
    return fail (source, "duplicate_radius_m", "give radius and hours, or neither");
  if (to != 0 && to < from)
    return fail (source, "active_to", "ends before it begins");
  row->duplicate_radius_m = (double) radius;
  row->active_from = (int) from;
  row->active_to = (int) to;
  return TRUE;
}

static gboolean
read_row (WgStandard *standard, guint at, GError **error)
{
  Source source = { standard, at, error };
  g_autofree WgEventClass *row = g_new0 (WgEventClass, 1);

  if (!read_code (&source, row) || !read_names (&source, row) || !read_numbers (&source, row))
    return FALSE;
  /* A group is a heading: it has a name and a time of validity. */
  if (row->parent != NULL && (!read_levels (&source, row) || !read_policies (&source, row) ||
                              !read_limit (&source, "accept_amount", "accept_unit",
                                           &row->accept_amount, &row->accept_unit) ||
                              !read_limit (&source, "handle_amount", "handle_unit",
                                           &row->handle_amount, &row->handle_unit)))
    return FALSE;
  g_hash_table_insert (standard->by_code, (gpointer) row->code, row);
  g_ptr_array_add (standard->rows, g_steal_pointer (&row));
  return TRUE;
}

static const char *const COLUMNS[] = {
  "code",
  "parent",
  "name",
  "pinyin",
  "default_level",
  "levels",
  "filing_condition",
  "lead_role",
  "assist_roles",
  "accept_amount",
  "accept_unit",
  "handle_amount",
  "handle_unit",
  "close_condition",
  "photo",
  "verify",
  "duplicate_radius_m",
  "duplicate_hours",
  "quick",
  "active_from",
  "active_to",
  "source",
  NULL,
};

/**
 * wg_standard_new_from_csv:
 * @csv: text with a "# version:" line and the columns of data/standards/event-classes.csv
 * @error: return location for an error
 *
 * Reads a version of the event standard. Each group must stand before its classes.
 *
 * Thread: any.
 * Errors: %WG_CORE_ERROR_PARSE, naming line and column.
 * Source: domain.md 1.8.3
 *
 * Returns: (transfer full) (nullable): the standard
 */
WgStandard *
wg_standard_new_from_csv (const char *csv, GError **error)
{
  g_return_val_if_fail (csv != NULL, NULL);

  g_autoptr (WgStandard) standard = g_new0 (WgStandard, 1);
  g_atomic_ref_count_init (&standard->refs);
  standard->rows = g_ptr_array_new_with_free_func (g_free);
  standard->by_code = g_hash_table_new (g_str_hash, g_str_equal);
  standard->csv = wg_csv_new (csv, error);
  if (standard->csv == NULL || !wg_csv_require_columns (standard->csv, COLUMNS, error))
    return NULL;
  if (wg_standard_get_version (standard) == NULL)
    {
      g_set_error_literal (error, WG_CORE_ERROR, WG_CORE_ERROR_PARSE,
                           "line 1, column 1: '# version:' is missing; add it");
      return NULL;
    }
  for (guint i = 0; i < wg_csv_get_n_rows (standard->csv); i++)
    if (!read_row (standard, i, error))
      return NULL;
  return g_steal_pointer (&standard);
}

/**
 * wg_standard_ref:
 * @standard: a standard
 *
 * Takes a reference.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): @standard
 */
WgStandard *
wg_standard_ref (WgStandard *standard)
{
  g_return_val_if_fail (standard != NULL, NULL);
  g_atomic_ref_count_inc (&standard->refs);
  return standard;
}

/**
 * wg_standard_unref:
 * @standard: (nullable) (transfer full): a standard
 *
 * Gives a reference back; the last one frees it with its rows.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_standard_unref (WgStandard *standard)
{
  if (standard == NULL || !g_atomic_ref_count_dec (&standard->refs))
    return;
  g_hash_table_unref (standard->by_code);
  g_ptr_array_unref (standard->rows);
  wg_csv_free (standard->csv);
  g_free (standard);
}

/**
 * wg_standard_get_version:
 * @standard: a standard
 *
 * Gets the version that an event pins (#WgEvent.class_std).
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer none): the version
 */
const char *
wg_standard_get_version (const WgStandard *standard)
{
  return wg_csv_get_note (standard->csv, "version");
}

/**
 * wg_standard_find:
 * @standard: a standard
 * @code: (nullable): code of a class or group
 *
 * Finds a row, in force or retired.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer none) (nullable): the row
 */
const WgEventClass *
wg_standard_find (const WgStandard *standard, const char *code)
{
  return code != NULL ? g_hash_table_lookup (standard->by_code, code) : NULL;
}

/**
 * wg_standard_get_rows:
 * @standard: a standard
 * @out_n: (out): number of rows
 *
 * Gets all groups and classes in the order of the file.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer none) (array length=out_n): the rows
 */
const WgEventClass *const *
wg_standard_get_rows (const WgStandard *standard, gsize *out_n)
{
  *out_n = standard->rows->len;
  return (const WgEventClass *const *) standard->rows->pdata;
}

/**
 * wg_event_class_is_active:
 * @row: a class or group
 * @at_ms: a moment
 *
 * Tells whether a row is in force on the day of a moment; both end days count.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: %TRUE if in force
 */
gboolean
wg_event_class_is_active (const WgEventClass *row, gint64 at_ms)
{
  int year, month, day;

  g_return_val_if_fail (row != NULL, FALSE);
  wg_local_date (at_ms, &year, &month, &day);

  gint64 date = (gint64) year * 10000 + month * 100 + day;
  return date >= row->active_from && (row->active_to == 0 || date <= row->active_to);
}

/* How well a class answers a search: 0 not at all, 1 best. */
static int
get_rank (const WgEventClass *row, const char *words, const char *initials)
{
  if (g_str_has_prefix (row->code, initials))
    return 1;
  if (g_str_has_prefix (row->name, words))
    return 2;
  if (g_str_has_prefix (row->pinyin, initials))
    return 3;
  if (strstr (row->name, words) != NULL)
    return 4;
  if (strstr (row->pinyin, initials) != NULL)
    return 5;
  return 0;
}

/**
 * wg_standard_search:
 * @standard: a standard
 * @text: what somebody types: a code, part of a name, or pinyin initials in any case
 * @limit: how many rows at most
 *
 * Finds classes, the best first: code, then beginnings, then parts. Groups are not among
 * them; retired classes are, for the caller to judge with wg_event_class_is_active().
 * Empty text finds all in the order of the file.
 *
 * Thread: any.
 * Errors: none.
 * Source: ux.md E3
 *
 * Returns: (transfer container) (element-type WgEventClass): the rows, owned by @standard
 */
GPtrArray *
wg_standard_search (const WgStandard *standard, const char *text, guint limit)
{
  g_return_val_if_fail (standard != NULL && text != NULL, NULL);

  GPtrArray *found = g_ptr_array_new ();
  g_autofree char *folded = g_utf8_normalize (text, -1, G_NORMALIZE_ALL_COMPOSE);
  if (folded == NULL)
    return found;
  g_autofree char *initials = g_ascii_strdown (g_strstrip (folded), -1);
  for (int rank = 1; rank <= 5; rank++)
    for (guint i = 0; i < standard->rows->len && found->len < limit; i++)
      {
        WgEventClass *row = g_ptr_array_index (standard->rows, i);
        if (row->parent != NULL && get_rank (row, folded, initials) == rank)
          g_ptr_array_add (found, row);
      }
  return found;
}

/**
 * wg_standard_check_event:
 * @standard: the version that @event pins
 * @event: an event
 * @issues: (element-type WgIssue): where findings are added, as by wg_event_check()
 *
 * Lists what the class says against an event. Blocking: a class that does not exist, is a
 * heading, or was not in force when the event was reported; "daily" where the class does
 * not allow it, for that would pass the loop by. Warnings: another level without a
 * reason, a photo that the class asks for and is not there (it may follow).
 *
 * Thread: any.
 * Errors: none; findings are no errors.
 * Source: domain.md R1, R7; protocol.md 4.1 row 1; design.md 2 (14, 15)
 */
void
wg_standard_check_event (const WgStandard *standard, const WgEvent *event, GPtrArray *issues)
{
  g_return_if_fail (standard != NULL && event != NULL && issues != NULL);

  if (event->class_code == NULL)
    return;
  const WgEventClass *row = wg_standard_find (standard, event->class_code);
  gint64 at_ms = event->reported_ms != 0 ? event->reported_ms : event->occurred_ms;
  if (row == NULL || row->parent == NULL || !wg_event_class_is_active (row, at_ms))
    {
      wg_issues_add (issues, "class_code", WG_ISSUE_UNKNOWN_CODE, TRUE);
      return;
    }
  if (wg_event_level_is_valid (event->level) &&
      !wg_event_level_is_among (event->level, row->levels))
    {
      gboolean evades = event->level == WG_EVENT_LEVEL_DAILY;
      if (evades || event->level_reason == NULL)
        wg_issues_add (issues, "level", WG_ISSUE_RANGE, evades);
    }
  if (row->photo == WG_PHOTO_REQUIRED && event->level != WG_EVENT_LEVEL_DAILY &&
      (event->photos == NULL || event->photos[0] == NULL))
    wg_issues_add (issues, "photos", WG_ISSUE_MISSING, FALSE);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The work calendar: reading it, local dates, and arithmetic with working time. */
#include "core/wg-calendar.h"

#include <string.h>

#include "core/wg-core-error.h"
#include "core/wg-csv.h"

#define MINUTE_MS G_GINT64_CONSTANT (60000)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)
#define ZONE_MS (8 * HOUR_MS) /* China has one zone and no daylight saving */
#define MAX_TIME_MS G_GINT64_CONSTANT (253402300799999) /* end of the year 9999 */
#define MAX_AMOUNT G_GINT64_CONSTANT (10000000)
#define DAYS_TO_1970 719468 /* from 0000-03-01 */

/* Working time of a day, in ms after local midnight. */
typedef struct
{
  gint64 from, to;
} Span;

struct _WgCalendar
{
  GArray *spans;          /* owned: Span, in order, apart */
  gboolean weekdays[7];   /* Monday first */
  GHashTable *exceptions; /* owned: local day number -> works + 1 */
  GHashTable *years;      /* owned: years whose notice is in it */
};

/* A moment as local day number (0 = 1970-01-01) and ms after its midnight. */
typedef struct
{
  gint64 day, ms;
} Moment;

static Moment
to_moment (gint64 time_ms)
{
  gint64 day = time_ms / DAY_MS, ms = time_ms % DAY_MS;

  if (ms < 0)
    {
      ms += DAY_MS;
      day--;
    }
  ms += ZONE_MS;
  if (ms >= DAY_MS)
    {
      ms -= DAY_MS;
      day++;
    }
  return (Moment) { day, ms };
}

static gint64
from_moment (Moment moment)
{
  return moment.day * DAY_MS + moment.ms - ZONE_MS;
}

/* Proleptic Gregorian calendar, counted in eras of 400 years that begin on 1 March. */
static gint64
get_day_number (gint64 year, gint64 month, gint64 day)
{
  if (month <= 2)
    year--;
  gint64 era = (year >= 0 ? year : year - 399) / 400, of_era = year - era * 400;
  gint64 of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - DAYS_TO_1970;
}

static void
get_civil_date (gint64 number, int *out_year, int *out_month, int *out_day)
{
  gint64 shifted = number + DAYS_TO_1970;
  gint64 era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
  gint64 of_era = shifted - era * 146097;
  gint64 year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  gint64 of_year = of_era - (365 * year + year / 4 - year / 100);
  gint64 month = (5 * of_year + 2) / 153;

  *out_day = (int) (of_year - (153 * month + 2) / 5 + 1);
  *out_month = (int) (month < 10 ? month + 3 : month - 9);
  *out_year = (int) (year + era * 400 + (*out_month <= 2));
}

static gboolean
read_digits (const char *text, int n, int *out_value)
{
  int value = 0;

  for (int i = 0; i < n; i++)
    {
      if (!g_ascii_isdigit (text[i]))
        return FALSE;
      value = value * 10 + (text[i] - '0');
    }
  *out_value = value;
  return TRUE;
}

/* "2026-02-15"; a day that the month does not have is refused. */
static gboolean
read_date (const char *text, gint64 *out_number)
{
  int year, month, day, back_year, back_month, back_day;

  if (strlen (text) != 10 || text[4] != '-' || text[7] != '-' || !read_digits (text, 4, &year) ||
      !read_digits (text + 5, 2, &month) || !read_digits (text + 8, 2, &day) || year < 1970 ||
      month < 1 || month > 12)
    return FALSE;
  *out_number = get_day_number (year, month, day);
  get_civil_date (*out_number, &back_year, &back_month, &back_day);
  return back_month == month && back_day == day;
}

/* "08:30", up to "24:00". */
static gboolean
read_clock (const char *text, gint64 *out_ms)
{
  int hour, minute;

  if (strlen (text) != 5 || text[2] != ':' || !read_digits (text, 2, &hour) ||
      !read_digits (text + 3, 2, &minute) || minute > 59 || hour * 60 + minute > 24 * 60)
    return FALSE;
  *out_ms = hour * HOUR_MS + minute * MINUTE_MS;
  return TRUE;
}

static gboolean
add_span (WgCalendar *calendar, const WgCsv *csv, guint row, GError **error)
{
  Span span;

  if (!read_clock (wg_csv_get (csv, row, "from"), &span.from))
    {
      wg_csv_set_error (csv, row, "from", "give a time as 08:30", error);
      return FALSE;
    }
  if (!read_clock (wg_csv_get (csv, row, "to"), &span.to) || span.to <= span.from)
    {
      wg_csv_set_error (csv, row, "to", "give a later time as 12:00", error);
      return FALSE;
    }
  if (calendar->spans->len > 0 &&
      g_array_index (calendar->spans, Span, calendar->spans->len - 1).to >= span.from)
    {
      wg_csv_set_error (csv, row, "from", "spans must be in order and apart", error);
      return FALSE;
    }
  g_array_append_val (calendar->spans, span);
  return TRUE;
}

static gboolean
add_weekdays (WgCalendar *calendar, const WgCsv *csv, guint row, GError **error)
{
  gint64 from, to;

  if (!wg_csv_get_int (csv, row, "from", 1, 7, &from, error) ||
      !wg_csv_get_int (csv, row, "to", 1, 7, &to, error))
    return FALSE;
  if (from == 0 || to < from)
    {
      wg_csv_set_error (csv, row, "from", "give days from 1 (Monday) to 7", error);
      return FALSE;
    }
  for (gint64 day = from; day <= to; day++)
    calendar->weekdays[day - 1] = TRUE;
  return TRUE;
}

static gboolean
read_dates (const WgCsv *csv, guint row, gint64 *out_from, gint64 *out_to, GError **error)
{
  if (!read_date (wg_csv_get (csv, row, "from"), out_from))
    wg_csv_set_error (csv, row, "from", "give a date as 2026-01-01", error);
  else if (!read_date (wg_csv_get (csv, row, "to"), out_to) || *out_to < *out_from ||
           *out_to - *out_from > 366)
    wg_csv_set_error (csv, row, "to", "give a date not before 'from', at most a year on", error);
  else
    return TRUE;
  return FALSE;
}

static gboolean
add_exception (WgCalendar *calendar, const WgCsv *csv, guint row, gboolean works, GError **error)
{
  gint64 from, to;

  if (!read_dates (csv, row, &from, &to, error))
    return FALSE;
  for (gint64 day = from; day <= to; day++)
    if (!g_hash_table_insert (calendar->exceptions, GINT_TO_POINTER ((int) day),
                              GINT_TO_POINTER (works + 1)))
      {
        wg_csv_set_error (csv, row, "from", "a day of this range was named before", error);
        return FALSE;
      }
  return TRUE;
}

static gboolean
add_year (WgCalendar *calendar, const WgCsv *csv, guint row, GError **error)
{
  gint64 year;

  if (!wg_csv_get_int (csv, row, "from", 1970, 9999, &year, error))
    return FALSE;
  if (year == 0)
    {
      wg_csv_set_error (csv, row, "from", "give the year of the notice", error);
      return FALSE;
    }
  g_hash_table_add (calendar->years, GINT_TO_POINTER ((int) year));
  return TRUE;
}

static gboolean
add_row (WgCalendar *calendar, const WgCsv *csv, guint row, GError **error)
{
  const char *kind = wg_csv_get (csv, row, "kind");

  if (strcmp (kind, "span") == 0)
    return add_span (calendar, csv, row, error);
  if (strcmp (kind, "weekday") == 0)
    return add_weekdays (calendar, csv, row, error);
  if (strcmp (kind, "year") == 0)
    return add_year (calendar, csv, row, error);
  if (strcmp (kind, "off") == 0)
    return add_exception (calendar, csv, row, FALSE, error);
  if (strcmp (kind, "work") == 0)
    return add_exception (calendar, csv, row, TRUE, error);
  wg_csv_set_error (csv, row, "kind", "one of span, weekday, year, off, work", error);
  return FALSE;
}

/**
 * wg_calendar_new_from_csv:
 * @csv: text of a calendar: columns kind, from, to
 * @error: return location for an error
 *
 * Reads a calendar. Rows: `span` (working time of a day, in order), `weekday` (1 Monday to
 * 7), `year` (a year whose notice is in the table), `off` and `work` (days which the
 * notice makes free or working). Several years may stand in one table. Days without a
 * notice follow the weekdays.
 *
 * Thread: any.
 * Errors: %WG_CORE_ERROR_PARSE, naming line and column.
 * Source: protocol.md 4.2
 *
 * Returns: (transfer full) (nullable): the calendar
 */
WgCalendar *
wg_calendar_new_from_csv (const char *csv, GError **error)
{
  static const char *const columns[] = { "kind", "from", "to", NULL };
  gboolean has_weekday = FALSE;

  g_return_val_if_fail (csv != NULL, NULL);

  g_autoptr (WgCsv) table = wg_csv_new (csv, error);
  if (table == NULL || !wg_csv_require_columns (table, columns, error))
    return NULL;

  g_autoptr (WgCalendar) calendar = g_new0 (WgCalendar, 1);
  calendar->spans = g_array_new (FALSE, FALSE, sizeof (Span));
  calendar->exceptions = g_hash_table_new (NULL, NULL);
  calendar->years = g_hash_table_new (NULL, NULL);
  for (guint row = 0; row < wg_csv_get_n_rows (table); row++)
    if (!add_row (calendar, table, row, error))
      return NULL;
  for (int i = 0; i < 7; i++)
    has_weekday = has_weekday || calendar->weekdays[i];
  if (calendar->spans->len == 0 || !has_weekday)
    {
      g_set_error_literal (error, WG_CORE_ERROR, WG_CORE_ERROR_PARSE,
                           "line 1, column 1: no 'span' or no 'weekday' row; add both");
      return NULL;
    }
  return g_steal_pointer (&calendar);
}

/**
 * wg_calendar_free:
 * @calendar: (nullable) (transfer full): a calendar
 *
 * Frees it.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_calendar_free (WgCalendar *calendar)
{
  if (calendar == NULL)
    return;
  g_array_unref (calendar->spans);
  g_hash_table_unref (calendar->exceptions);
  g_hash_table_unref (calendar->years);
  g_free (calendar);
}

/**
 * wg_calendar_has_year:
 * @calendar: a calendar
 * @year: a year
 *
 * Tells whether the notice of a year is in it. Without, due times are computed with the
 * weekdays and the user is told so.
 *
 * Thread: any.
 * Errors: none.
 * Source: protocol.md 4.2
 *
 * Returns: %TRUE if so
 */
gboolean
wg_calendar_has_year (const WgCalendar *calendar, int year)
{
  g_return_val_if_fail (calendar != NULL, FALSE);
  return g_hash_table_contains (calendar->years, GINT_TO_POINTER (year));
}

static gboolean
works_on (const WgCalendar *calendar, gint64 day)
{
  int known =
      GPOINTER_TO_INT (g_hash_table_lookup (calendar->exceptions, GINT_TO_POINTER ((int) day)));

  if (known != 0)
    return known == TRUE + 1;
  return calendar->weekdays[((day + 3) % 7 + 7) % 7]; /* 1970-01-01 was a Thursday */
}

/**
 * wg_calendar_is_working_day:
 * @calendar: a calendar
 * @year: year
 * @month: month, 1 to 12
 * @day: day of the month
 *
 * Tells whether people work on a day.
 *
 * Thread: any.
 * Errors: none; a day that does not exist is a programming fault.
 * Source: protocol.md 4.2
 *
 * Returns: %TRUE if so
 */
gboolean
wg_calendar_is_working_day (const WgCalendar *calendar, int year, int month, int day)
{
  g_return_val_if_fail (calendar != NULL, FALSE);
  g_return_val_if_fail (year >= 1970 && year <= 9999 && month >= 1 && month <= 12, FALSE);
  g_return_val_if_fail (day >= 1 && day <= 31, FALSE);
  return works_on (calendar, get_day_number (year, month, day));
}

static gint64
add_working_ms (const WgCalendar *calendar, Moment at, gint64 left)
{
  while (TRUE)
    {
      if (works_on (calendar, at.day))
        for (guint i = 0; i < calendar->spans->len; i++)
          {
            Span span = g_array_index (calendar->spans, Span, i);
            gint64 from = MAX (span.from, at.ms);
            if (from >= span.to)
              continue;
            if (left <= span.to - from)
              return from_moment ((Moment) { at.day, from + left });
            left -= span.to - from;
          }
      at = (Moment) { at.day + 1, 0 };
    }
}

/* The moment itself if people work then, else the next at which they begin. */
static Moment
find_working_moment (const WgCalendar *calendar, Moment at)
{
  while (TRUE)
    {
      if (works_on (calendar, at.day))
        for (guint i = 0; i < calendar->spans->len; i++)
          {
            Span span = g_array_index (calendar->spans, Span, i);
            if (at.ms <= span.to)
              return (Moment) { at.day, MAX (at.ms, span.from) };
          }
      at = (Moment) { at.day + 1, 0 };
    }
}

static gint64
add_working_days (const WgCalendar *calendar, Moment at, gint64 left)
{
  at = find_working_moment (calendar, at);
  while (left > 0)
    {
      at.day++;
      if (works_on (calendar, at.day))
        left--;
    }
  return from_moment (at);
}

/**
 * wg_calendar_add:
 * @calendar: a calendar
 * @start_ms: from when, up to the year 9999
 * @amount: how much, 0 to 10,000,000
 * @unit: of what
 *
 * Computes when a time limit ends. Working minutes walk through the spans and may end
 * exactly at the end of one. Working days first move a start outside working time to the
 * next beginning, then keep the clock time on the n-th following working day. Minutes,
 * hours and days are natural ones. Nothing added is the start itself.
 *
 * Thread: any. Cost: one step a day.
 * Errors: none; arguments outside their limits are programming faults.
 * Source: protocol.md 4.2
 *
 * Returns: the due time
 */
gint64
wg_calendar_add (const WgCalendar *calendar, gint64 start_ms, gint64 amount, WgTimeUnit unit)
{
  g_return_val_if_fail (calendar != NULL, start_ms);
  g_return_val_if_fail (start_ms >= 0 && start_ms <= MAX_TIME_MS, start_ms);
  g_return_val_if_fail (amount >= 0 && amount <= MAX_AMOUNT, start_ms);

  if (amount == 0)
    return start_ms;
  switch (unit)
    {
    case WG_UNIT_WORK_MINUTE:
      return add_working_ms (calendar, to_moment (start_ms), amount * MINUTE_MS);
    case WG_UNIT_WORK_DAY:
      return add_working_days (calendar, to_moment (start_ms), amount);
    case WG_UNIT_MINUTE:
      return start_ms + amount * MINUTE_MS;
    case WG_UNIT_HOUR:
      return start_ms + amount * HOUR_MS;
    case WG_UNIT_DAY:
      return start_ms + amount * DAY_MS;
    default:
      g_return_val_if_reached (start_ms);
    }
}

/**
 * wg_calendar_between:
 * @calendar: a calendar
 * @from_ms: from when, up to the year 9999
 * @to_ms: until when, up to the year 9999
 *
 * Measures working time, for pauses: what is left is stored and added again at the end
 * of the pause. Backwards it is negative.
 *
 * Thread: any. Cost: one step a day.
 * Errors: none; arguments outside their limits are programming faults.
 * Source: protocol.md 4.2
 *
 * Returns: working milliseconds
 */
gint64
wg_calendar_between (const WgCalendar *calendar, gint64 from_ms, gint64 to_ms)
{
  gint64 sum = 0;

  g_return_val_if_fail (calendar != NULL, 0);
  g_return_val_if_fail (from_ms >= 0 && from_ms <= MAX_TIME_MS, 0);
  g_return_val_if_fail (to_ms >= 0 && to_ms <= MAX_TIME_MS, 0);

  if (to_ms < from_ms)
    return -wg_calendar_between (calendar, to_ms, from_ms);
  Moment from = to_moment (from_ms), to = to_moment (to_ms);
  for (gint64 day = from.day; day <= to.day; day++)
    {
      if (!works_on (calendar, day))
        continue;
      for (guint i = 0; i < calendar->spans->len; i++)
        {
          Span span = g_array_index (calendar->spans, Span, i);
          gint64 first = day == from.day ? MAX (span.from, from.ms) : span.from;
          gint64 last = day == to.day ? MIN (span.to, to.ms) : span.to;
          sum += MAX (last - first, 0);
        }
    }
  return sum;
}

static const char *const UNITS[] = {
  [WG_UNIT_WORK_MINUTE] = "wmin", [WG_UNIT_WORK_DAY] = "wday", [WG_UNIT_HOUR] = "hour",
  [WG_UNIT_DAY] = "cday",         [WG_UNIT_MINUTE] = "min",
};

/**
 * wg_time_unit_from_string:
 * @name: (nullable): a stored name
 * @out_unit: (out): the unit
 *
 * Reads the name of a unit.
 *
 * Thread: any.
 * Errors: none.
 * Source: protocol.md 4.2
 *
 * Returns: %TRUE if @name is known
 */
gboolean
wg_time_unit_from_string (const char *name, WgTimeUnit *out_unit)
{
  for (guint i = 0; i < G_N_ELEMENTS (UNITS); i++)
    if (g_strcmp0 (UNITS[i], name) == 0)
      {
        *out_unit = i;
        return TRUE;
      }
  return FALSE;
}

/**
 * wg_time_unit_to_string:
 * @unit: a unit
 *
 * Gives the name under which a unit is stored and sent.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: a static name
 */
const char *
wg_time_unit_to_string (WgTimeUnit unit)
{
  g_return_val_if_fail ((guint) unit < G_N_ELEMENTS (UNITS), NULL);
  return UNITS[unit];
}

/**
 * wg_local_date:
 * @time_ms: any moment
 * @out_year: (out): year
 * @out_month: (out): month, 1 to 12
 * @out_day: (out): day of the month
 *
 * Gives the date that a moment has in China (UTC+8 all year).
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_local_date (gint64 time_ms, int *out_year, int *out_month, int *out_day)
{
  get_civil_date (to_moment (time_ms).day, out_year, out_month, out_day);
}

/**
 * wg_local_day_start_ms:
 * @time_ms: any moment; beyond the year 9999 it counts as its end
 *
 * Gives the midnight in China with which the day of a moment begins.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: Unix milliseconds
 */
gint64
wg_local_day_start_ms (gint64 time_ms)
{
  gint64 clamped = CLAMP (time_ms, -MAX_TIME_MS, MAX_TIME_MS);

  return from_moment ((Moment) { to_moment (clamped).day, 0 });
}

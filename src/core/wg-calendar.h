/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The work calendar: working time spans, holidays of the yearly notice, due times
 * (protocol.md 4.2). */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _WgCalendar WgCalendar;

typedef enum
{
  WG_UNIT_WORK_MINUTE, /* wmin 工作时/分 */
  WG_UNIT_WORK_DAY,    /* wday 工作日 */
  WG_UNIT_HOUR,        /* hour natural */
  WG_UNIT_DAY,         /* cday calendar day */
  WG_UNIT_MINUTE,      /* min natural, for limits of half an hour */
} WgTimeUnit;

/* Text of data/standards/calendar-YYYY.csv; local time is UTC+8, no daylight saving. */
WgCalendar *wg_calendar_new_from_csv (const char *csv, GError **error);
void wg_calendar_free (WgCalendar *calendar);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgCalendar, wg_calendar_free)
gboolean wg_calendar_has_year (const WgCalendar *calendar, int year);
gboolean wg_calendar_is_working_day (const WgCalendar *calendar, int year, int month, int day);
gint64
wg_calendar_add (const WgCalendar *calendar, gint64 start_ms, gint64 amount, WgTimeUnit unit);
gint64
wg_calendar_between (const WgCalendar *calendar, gint64 from_ms, gint64 to_ms); /* working ms */
gboolean wg_time_unit_from_string (const char *name, WgTimeUnit *out_unit);
const char *wg_time_unit_to_string (WgTimeUnit unit);
void wg_local_date (gint64 time_ms, int *out_year, int *out_month, int *out_day);
gint64 wg_local_day_start_ms (gint64 time_ms);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Times and distances as the screens tell them. */
#include "app/wg-time.h"

#include <glib/gi18n.h>
#include <math.h>

#include "core/wg-calendar.h"

#define MINUTE_MS (60 * 1000)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)
#define FIRST_MS (-G_GINT64_CONSTANT (62135596800000) + DAY_MS) /* year 1 */
#define LAST_MS (G_GINT64_CONSTANT (253402300799999) - DAY_MS)  /* year 9999 */

/* The district's time, whatever the tablet's zone is set to; a clock may be out of its mind. */
static GDateTime *
local_time (gint64 time_ms)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_offset (8 * 3600);
  g_autoptr (GDateTime) utc =
                g_date_time_new_from_unix_utc (CLAMP (time_ms, FIRST_MS, LAST_MS) / 1000);

  return g_date_time_to_timezone (utc, zone);
}

/**
 * wg_time_format_clock:
 * @time_ms: Unix milliseconds
 *
 * Tells the time of day, 24 hours, in the district's zone (UTC+8).
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): "14:22"
 */
char *
wg_time_format_clock (gint64 time_ms)
{
  g_autoptr (GDateTime) time = local_time (time_ms);

  return g_date_time_format (time, "%H:%M");
}

/**
 * wg_time_format:
 * @time_ms: Unix milliseconds
 * @now_ms: now
 *
 * Tells a moment as briefly as it stays clear: the clock today, the day within a year, the date.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): translated text
 */
char *
wg_time_format (gint64 time_ms, gint64 now_ms)
{
  g_autoptr (GDateTime) time = local_time (time_ms);
  g_autoptr (GDateTime) now = local_time (now_ms);

  if (wg_local_day_start_ms (time_ms) == wg_local_day_start_ms (now_ms))
    return g_date_time_format (time, "%H:%M");
  if (g_date_time_get_year (time) == g_date_time_get_year (now))
    return g_date_time_format (time, C_("date of this year", "%m-%d %H:%M"));
  return g_date_time_format (time, C_("date of another year", "%Y-%m-%d"));
}

/**
 * wg_time_format_age:
 * @time_ms: Unix milliseconds
 * @now_ms: now
 *
 * Tells how long ago something was. A time to come counts as just now: clocks differ.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): translated text
 */
char *
wg_time_format_age (gint64 time_ms, gint64 now_ms)
{
  gint64 age_ms = now_ms - time_ms;

  if (age_ms < MINUTE_MS)
    return g_strdup (_("just now"));
  if (age_ms < HOUR_MS)
    return g_strdup_printf (_("%d min ago"), (int) (age_ms / MINUTE_MS));
  if (age_ms < DAY_MS)
    return g_strdup_printf (_("%d h ago"), (int) (age_ms / HOUR_MS));
  return g_strdup_printf (_("%d days ago"), (int) (age_ms / DAY_MS));
}

/**
 * wg_time_format_span:
 * @span_ms: a length of time, at least 0
 *
 * Tells a length of time in the unit that a person would use.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): translated text
 */
char *
wg_time_format_span (gint64 span_ms)
{
  if (span_ms < 2 * HOUR_MS)
    return g_strdup_printf (_("%d min"), (int) (span_ms / MINUTE_MS));
  if (span_ms < 2 * DAY_MS)
    return g_strdup_printf (_("%d h"), (int) (span_ms / HOUR_MS));
  return g_strdup_printf (_("%d days"), (int) MIN (span_ms / DAY_MS, G_MAXINT));
}

/**
 * wg_time_format_metres:
 * @metres: a distance
 *
 * Tells a distance.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): "6 m" or "1.2 km"
 */
char *
wg_time_format_metres (double metres)
{
  if (metres < 1000)
    return g_strdup_printf (_("%d m"), (int) round (metres));
  return g_strdup_printf (_("%.1f km"), metres / 1000);
}

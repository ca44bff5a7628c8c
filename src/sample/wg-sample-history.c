/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Years of events of one grid, for measurements and demonstrations. */
#include "sample/wg-sample-private.h"

#include <string.h>

#include "core/wg-id.h"

typedef struct
{
  WgChance chance;
  gint64 now_ms;
} Source;

static gint64
get_wall_ms (gpointer data)
{
  return ((Source *) data)->now_ms;
}

static void
fill_random (gpointer data, guint8 *out, gsize n)
{
  Source *source = data;

  for (gsize i = 0; i < n; i++)
    out[i] = (guint8) wg_chance_next (&source->chance);
}

/* As many of each level as the yearly bases ask of a town grid: 600, 48, 12. */
static WgEventLevel
choose_level (WgChance *chance)
{
  int draw = wg_chance_int (chance, 1, 660);

  return draw <= 12   ? WG_EVENT_LEVEL_MAJOR
         : draw <= 60 ? WG_EVENT_LEVEL_GENERAL
                      : WG_EVENT_LEVEL_DAILY;
}

static const WgEventClass *
choose_class (const WgStandard *standard, WgEventLevel level, WgChance *chance)
{
  gsize n;
  const WgEventClass *const *rows = wg_standard_get_rows (standard, &n);
  const WgEventClass *chosen = NULL;
  int seen = 0;

  for (gsize i = 0; i < n; i++)
    if (rows[i]->parent != NULL && rows[i]->default_level == level &&
        wg_chance_int (chance, 0, seen++) == 0)
      chosen = rows[i];
  return chosen;
}

static WgPoint
choose_point (const WgPolygon *boundary, WgChance *chance)
{
  for (int i = 0; i < 1000; i++)
    {
      WgPoint point = { wg_chance_real (chance, boundary->box.min_lon, boundary->box.max_lon),
                        wg_chance_real (chance, boundary->box.min_lat, boundary->box.max_lat) };
      if (wg_polygon_contains (boundary, point))
        return point;
    }
  return wg_polygon_center (boundary);
}

static WgEventState
choose_state (WgEventLevel level, gboolean recent, WgChance *chance)
{
  static const WgEventState open[] = { WG_EVENT_STATE_REPORTED, WG_EVENT_STATE_RETURNED,
                                       WG_EVENT_STATE_ACCEPTED, WG_EVENT_STATE_HANDLING,
                                       WG_EVENT_STATE_VERIFYING };

  if (level == WG_EVENT_LEVEL_DAILY)
    return WG_EVENT_STATE_ARCHIVED;
  if (recent)
    return open[wg_chance_int (chance, 0, G_N_ELEMENTS (open) - 1)];
  return wg_chance_int (chance, 0, 49) == 0 ? WG_EVENT_STATE_VOID : WG_EVENT_STATE_ARCHIVED;
}

static int
compare_times (gconstpointer a, gconstpointer b)
{
  gint64 first = *(const gint64 *) a, second = *(const gint64 *) b;

  return first < second ? -1 : first > second;
}

static WgEvent *
make_event (Source *source,
            const WgGrid *grid,
            const WgStandard *standard,
            const char *reporter,
            gboolean recent)
{
  WgPorts ports = { get_wall_ms, get_wall_ms, fill_random, "sample", source };
  WgEvent *event = wg_event_new ();
  WgChance *chance = &source->chance;

  event->id = wg_id_new (&ports);
  event->level = event->level_reported = choose_level (chance);
  const WgEventClass *row = choose_class (standard, event->level, chance);
  event->class_std = g_strdup (wg_standard_get_version (standard));
  event->class_code = g_strdup (row ? row->code : "0101");
  event->title = g_strdup (row ? row->name : NULL);
  event->description =
      g_strdup_printf ("示例记录：%s，第%d次", grid->community, wg_chance_int (chance, 1, 40));
  event->occurred_ms = source->now_ms - wg_chance_int (chance, 0, 30) * G_GINT64_CONSTANT (60000);
  event->reported_ms = event->received_ms = source->now_ms;
  WgPoint point = choose_point (grid->boundary, chance);
  event->lon = event->raw_lon = point.lon;
  event->lat = event->raw_lat = point.lat;
  event->fix_source = WG_FIX_SATELLITE;
  event->fix_accuracy_m = wg_chance_real (chance, 3, 25);
  event->fix_ms = source->now_ms - 2000;
  event->origin = g_strdup ("01");
  event->self_handled = event->level == WG_EVENT_LEVEL_DAILY;
  event->handle_note = g_strdup (event->self_handled ? "已当场处理" : NULL);
  event->grid_code = g_strdup (grid->code);
  event->org_code = g_strdup (grid->org_code);
  event->reporter = g_strdup (reporter);
  event->state = choose_state (event->level, recent, chance);
  event->step_no = event->state == WG_EVENT_STATE_ARCHIVED ? 7 : 1;
  event->ver = 1;
  return event;
}

/**
 * wg_sample_history_new:
 * @district: the district
 * @grid: one of its grids
 * @standard: the event standard to take classes from
 * @n: how many events
 * @from_ms: earliest time
 * @until_ms: latest time; the last 2 % by number are still open unless daily
 * @seed: another seed gives another history
 *
 * Makes what a grid head could have reported: mostly daily events, handled on the spot.
 *
 * Thread: any.
 * Errors: none.
 * Source: 考核细则 事件上报 (600, 48 and 12 a year)
 *
 * Returns: (transfer full) (element-type WgEvent): the events by time
 */
GPtrArray *
wg_sample_history_new (const WgSampleDistrict *district,
                       const WgGrid *grid,
                       const WgStandard *standard,
                       guint n,
                       gint64 from_ms,
                       gint64 until_ms,
                       guint64 seed)
{
  GPtrArray *events = g_ptr_array_new_with_free_func ((GDestroyNotify) wg_event_free);
  g_autofree gint64 *times = g_new (gint64, MAX (n, 1));
  Source source = { { seed ^ g_str_hash (grid->code) }, 0 };
  const char *reporter = NULL;

  g_return_val_if_fail (until_ms > from_ms, events);
  for (guint i = 0; i < district->workers->len && reporter == NULL; i++)
    {
      const WgWorker *worker = g_ptr_array_index (district->workers, i);
      if (g_strcmp0 (worker->grid_code, grid->code) == 0)
        reporter = worker->id;
    }
  for (guint i = 0; i < n; i++)
    times[i] =
        from_ms + (gint64) (wg_chance_next (&source.chance) % (guint64) (until_ms - from_ms));
  qsort (times, n, sizeof *times, compare_times);
  for (guint i = 0; i < n; i++)
    {
      source.now_ms = times[i];
      g_ptr_array_add (events, make_event (&source, grid, standard, reporter, i >= n - n / 50));
    }
  return events;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events for the screens: one, lists, the map, lookalikes, counts. */
#include <math.h>

#include "core/wg-calendar.h"
#include "store/wg-records.h"
#include "store/wg-store-private.h"
#include "wire/wg-wire-event.h"
#include "wire/wg-wire-operation.h"

#define N_LOOKALIKES 3
#define LOOKALIKE_SCORE 0.001 /* above it: family, radius and time agree */
#define NO_LIMIT_HOURS (24 * 30)
#define METRES_PER_DEGREE 111320.0
#define CLOCK_MENDED_MS (10 * 60000) /* up to here the platform leaves times as they are */
#define STAYS_MS (60 * 60000)        /* in today's list, over midnight too */
#define STAYS_STEP_MS (10 * 60000)

static gboolean
read_refusal (WgStoreContext *context, WgEventView *view, GError **error)
{
  WgStatement *row = wg_db_statement (context->db, "event_refusal", error);
  g_autoptr (GError) local = NULL;
  WgRefusal refusal;

  if (row == NULL)
    return FALSE;
  wg_statement_bind_text (row, "rec", view->event->id);
  if (wg_statement_next (row, &local))
    {
      view->refusal_op = wg_statement_dup_text (row, "op_id");
      view->refusal_field = wg_statement_dup_text (row, "field");
      view->refusal_detail = wg_statement_dup_text (row, "detail");
      if (wg_refusal_from_string (wg_statement_text (row, "code"), &refusal))
        view->refusal = (int) refusal;
      view->refused = wg_record_read_line (wg_statement_text (row, "line"), &local);
    }
  return wg_statement_end (row, &local, error);
}

/**
 * wg_event_view_from_row:
 * @context: of the job
 * @row: on a row with id, truth, hold_until_ms, n_waiting, n_photos, mine, body
 * @error: return location
 *
 * Reads one event for a list: without its steps.
 *
 * Thread: the store's.
 * Errors: of the engine; of the wire for a damaged body.
 *
 * Returns: (transfer full) (nullable): the view
 */
WgEventView *
wg_event_view_from_row (WgStoreContext *context, WgStatement *row, GError **error)
{
  g_autoptr (WgEventView) view = wg_event_view_new ();

  view->event = wg_wire_event_from_json (wg_statement_text (row, "body"), error);
  if (view->event == NULL)
    return NULL;
  view->truth = wg_truth_from_name (wg_statement_text (row, "truth"));
  view->hold_until_ms = wg_statement_int (row, "hold_until_ms");
  view->n_waiting = (guint) wg_statement_int (row, "n_waiting");
  view->n_photos_waiting = (guint) wg_statement_int (row, "n_photos");
  view->mine = wg_statement_int (row, "mine") != 0;
  view->steps = g_ptr_array_new_with_free_func ((GDestroyNotify) wg_event_step_free);
  view->class_name =
      g_strdup (wg_store_class_name (context, view->event->class_std, view->event->class_code));
  if (view->truth == WG_TRUTH_REFUSED && !read_refusal (context, view, error))
    return NULL;
  return g_steal_pointer (&view);
}

/* Why an event came back stands in its steps, and the list tells it. */
static gboolean
read_return (WgStoreContext *context, WgEventView *view, GError **error)
{
  g_autoptr (GPtrArray) steps = NULL;
  g_autoptr (WgEvent) event = wg_record_load_event (context, view->event->id, &steps, error);

  if (event == NULL)
    return FALSE;
  g_ptr_array_unref (view->steps);
  view->steps = g_steal_pointer (&steps);
  return TRUE;
}

static GPtrArray *
read_items (WgStoreContext *context, WgStatement *row, GError **error)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GError) local = NULL;

  while (wg_statement_next (row, &local))
    {
      g_autoptr (WgEventView) view = wg_event_view_from_row (context, row, &local);

      if (view == NULL ||
          (view->event->state == WG_EVENT_STATE_RETURNED && !read_return (context, view, &local)))
        break;
      g_ptr_array_add (items, wg_event_item_new (g_steal_pointer (&view)));
    }
  if (!wg_statement_end (row, &local, error))
    return NULL;
  return g_steal_pointer (&items);
}

/**
 * wg_event_store_get:
 * @context: of the job
 * @id: an event
 * @error: return location
 *
 * Reads one event with all its steps, those that wait last, with number 0; and its open conflicts.
 *
 * Thread: the store's.
 * Errors: %WG_STORE_ERROR_NOT_FOUND.
 *
 * Returns: (transfer full) (nullable): the view
 */
WgEventView *
wg_event_store_get (WgStoreContext *context, const char *id, GError **error)
{
  WgStatement *row = wg_db_statement (context->db, "event_get", error);
  g_autoptr (WgEventView) view = NULL;
  g_autoptr (GPtrArray) steps = NULL;
  g_autoptr (WgEvent) event = NULL;
  g_autoptr (GError) local = NULL;

  if (row == NULL)
    return NULL;
  wg_statement_bind_text (row, "id", id);
  if (wg_statement_next (row, &local))
    view = wg_event_view_from_row (context, row, &local);
  else if (local == NULL)
    g_set_error (&local, WG_STORE_ERROR, WG_STORE_ERROR_NOT_FOUND, "id: there is no event '%s'",
                 id);
  if (!wg_statement_end (row, &local, error))
    return NULL;
  event = wg_record_load_event (context, id, &steps, error);
  if (event == NULL)
    return NULL;
  g_ptr_array_unref (view->steps);
  view->steps = g_steal_pointer (&steps);
  view->conflicts = wg_conflicts_of_record (context, id, error);
  return view->conflicts ? g_steal_pointer (&view) : NULL;
}

/**
 * wg_event_store_list:
 * @context: of the job
 * @which: what to list
 * @offset: rows to pass over
 * @limit: rows at most
 * @error: return location
 *
 * Lists events; only returned ones with their steps.
 *
 * Thread: the store's. Cost: by the rows given, not by the rows there are.
 * Errors: of the engine.
 *
 * Returns: (transfer full) (nullable) (element-type WgEventItem): the rows
 */
GPtrArray *
wg_event_store_list (
    WgStoreContext *context, WgEventList which, guint offset, guint limit, GError **error)
{
  WgStatement *row = NULL;

  switch (which)
    {
    case WG_EVENT_LIST_TODAY:
      row = wg_db_statement (context->db, "event_list_today", error);
      break;
    case WG_EVENT_LIST_RETURNED:
      row = wg_db_statement (context->db, "event_list_returned", error);
      break;
    case WG_EVENT_LIST_OPEN:
      row = wg_db_statement (context->db, "event_list_open", error);
      break;
    case WG_EVENT_LIST_ALL:
      row = wg_db_statement (context->db, "event_list_all", error);
      break;
    default:
      g_return_val_if_reached (NULL);
    }
  if (row == NULL)
    return NULL;
  if (which == WG_EVENT_LIST_TODAY)
    wg_statement_bind_int (row, "since", wg_event_store_today_ms (context));
  wg_statement_bind_int (row, "offset", offset);
  wg_statement_bind_int (row, "limit", limit);
  return read_items (context, row, error);
}

/* How far the platform moves the times of what this clock stamps: device − platform. */
static gint64
get_clock_off_ms (WgStoreContext *context)
{
  gint64 off_ms = wg_store_get_meta_int (context, "clock_skew_ms");

  return ABS (off_ms) > CLOCK_MENDED_MS ? off_ms : 0;
}

/**
 * wg_event_store_today_ms:
 * @context: of the job
 *
 * Tells when today began. What the platform has applied carries the platform's times: where the
 * clocks of the two are in different days, the earlier day counts, so that nothing that was done
 * today goes out of view. Nor does midnight take away what was done just before it: who patrols
 * then can still undo it, and sees it arrive. It goes in steps of ten minutes, an hour later.
 *
 * Thread: the store's.
 * Errors: none.
 * Source: ux.md T16
 *
 * Returns: Unix ms
 */
gint64
wg_event_store_today_ms (WgStoreContext *context)
{
  gint64 now_ms = wg_ports_wall_ms (context->ports);
  gint64 earlier_ms = MIN (now_ms, now_ms - get_clock_off_ms (context));
  gint64 stays_ms = earlier_ms - STAYS_MS;

  return MIN (wg_local_day_start_ms (earlier_ms), stays_ms - stays_ms % STAYS_STEP_MS);
}

static void
free_dot (gpointer data)
{
  wg_event_dot_free (data);
}

/**
 * wg_event_store_dots:
 * @context: of the job
 * @since_ms: made then or later; 0 for all
 * @error: return location
 *
 * Gives a light point for each event that has a place.
 *
 * Thread: the store's. Cost: some 5 ms for 5,000 events.
 * Errors: of the engine.
 *
 * Returns: (transfer full) (nullable) (element-type WgEventDot): the points, newest first
 */
GPtrArray *
wg_event_store_dots (WgStoreContext *context, gint64 since_ms, GError **error)
{
  g_autoptr (GPtrArray) dots = g_ptr_array_new_with_free_func (free_dot);
  WgStatement *row = wg_db_statement (context->db, "event_dots", error);
  g_autoptr (GError) local = NULL;

  if (row == NULL)
    return NULL;
  wg_statement_bind_int (row, "since", since_ms);
  while (wg_statement_next (row, &local))
    {
      WgEventDot *dot = g_new0 (WgEventDot, 1);

      g_ptr_array_add (dots, dot);
      dot->id = wg_statement_dup_text (row, "id");
      dot->lon = wg_statement_real (row, "lon");
      dot->lat = wg_statement_real (row, "lat");
      dot->level = (WgEventLevel) wg_statement_int (row, "level");
      dot->state = (WgEventState) wg_statement_int (row, "state");
      dot->truth = wg_truth_from_name (wg_statement_text (row, "truth"));
    }
  if (local)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  return g_steal_pointer (&dots);
}

/* --- lookalikes ------------------------------------------------------------------------------ */

typedef struct
{
  double score;
  WgEventItem *item;
} Lookalike;

static void
clear_lookalike (gpointer data)
{
  g_clear_object (&((Lookalike *) data)->item);
}

static int
compare_lookalikes (gconstpointer a, gconstpointer b)
{
  double x = ((const Lookalike *) a)->score, y = ((const Lookalike *) b)->score;

  return x < y ? 1 : x > y ? -1 : 0;
}

static WgDuplicateFacts
get_facts (const WgEvent *event)
{
  return (WgDuplicateFacts) { event->class_code,
                              { event->lon, event->lat },
                              event->occurred_ms,
                              event->description ? event->description : event->title };
}

static void
bind_neighbourhood (WgStatement *row,
                    const WgStandard *standard,
                    const WgEvent *event,
                    gint64 slack_ms)
{
  const WgEventClass *class = wg_standard_find (standard, event->class_code);
  double radius_m = class && class->duplicate_radius_m > 0 ? class->duplicate_radius_m : 500;
  gint64 hours = class && class->duplicate_hours > 0 ? class->duplicate_hours : NO_LIMIT_HOURS;
  double lat_span = radius_m / METRES_PER_DEGREE;
  double lon_span = lat_span / MAX (cos (event->lat * G_PI / 180), 0.01);

  wg_statement_bind_text (row, "id", event->id ? event->id : "");
  wg_statement_bind_real (row, "south", event->lat - lat_span);
  wg_statement_bind_real (row, "north", event->lat + lat_span);
  wg_statement_bind_real (row, "west", event->lon - lon_span);
  wg_statement_bind_real (row, "east", event->lon + lon_span);
  wg_statement_bind_int (row, "since", event->occurred_ms - hours * 3600000 - slack_ms);
  wg_statement_bind_int (row, "until", event->occurred_ms + hours * 3600000 + slack_ms);
}

/**
 * wg_event_store_lookalikes:
 * @context: of the job
 * @event: what is about to be reported
 * @error: return location
 *
 * Looks for events that may be the same matter: same family of classes, near, recent. When this
 * clock is known to be off, what the platform has stamped is compared by this clock.
 *
 * Thread: the store's.
 * Errors: of the engine.
 * Source: domain.md R16
 *
 * Returns: (transfer full) (nullable) (element-type WgEventItem): at most 3, best first
 */
GPtrArray *
wg_event_store_lookalikes (WgStoreContext *context, const WgEvent *event, GError **error)
{
  g_autoptr (GPtrArray) best = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, sizeof (Lookalike));
  g_autoptr (GPtrArray) near = NULL;
  WgDuplicateFacts mine = get_facts (event);
  gint64 off_ms = get_clock_off_ms (context);
  WgStatement *row;

  g_array_set_clear_func (found, clear_lookalike);
  if (context->standard == NULL || event->class_code == NULL || isnan (event->lat) ||
      isnan (event->lon))
    return g_steal_pointer (&best);
  if (mine.occurred_ms == 0)
    mine.occurred_ms = wg_ports_wall_ms (context->ports);
  row = wg_db_statement (context->db, "event_near", error);
  if (row == NULL)
    return NULL;
  bind_neighbourhood (row, context->standard, event, ABS (off_ms));
  if (event->occurred_ms == 0)
    {
      wg_statement_bind_int (row, "since",
                             mine.occurred_ms - NO_LIMIT_HOURS * 3600000LL - ABS (off_ms));
      wg_statement_bind_int (row, "until", mine.occurred_ms + WG_DAY_MS + ABS (off_ms));
    }
  near = read_items (context, row, error);
  if (near == NULL)
    return NULL;
  for (guint i = 0; i < near->len; i++)
    {
      WgEventItem *item = g_ptr_array_index (near, i);
      const WgEvent *event_near = wg_event_item_get_view (item)->event;
      WgDuplicateFacts other = get_facts (event_near);
      Lookalike lookalike = { 0 };

      if (event_near->ver > 0)
        other.occurred_ms += off_ms;
      lookalike.score = wg_duplicate_score (context->standard, &mine, &other);

      if (lookalike.score < LOOKALIKE_SCORE)
        continue;
      lookalike.item = g_object_ref (item);
      g_array_append_val (found, lookalike);
    }
  g_array_sort (found, compare_lookalikes);
  for (guint i = 0; i < MIN (found->len, N_LOOKALIKES); i++)
    g_ptr_array_add (best, g_object_ref (g_array_index (found, Lookalike, i).item));
  return g_steal_pointer (&best);
}

/* --- counts ---------------------------------------------------------------------------------- */

static void
add_quick_rows (WgStoreContext *context, WgEventLevel level, guint limit, GPtrArray *codes)
{
  gint64 now_ms = wg_ports_wall_ms (context->ports);
  gsize n = 0;
  const WgEventClass *const *rows =
      context->standard ? wg_standard_get_rows (context->standard, &n) : NULL;

  for (gsize i = 0; i < n && codes->len < limit; i++)
    {
      gboolean wanted =
          level == WG_EVENT_LEVEL_DAILY ? rows[i]->quick : rows[i]->default_level == level;

      if (rows[i]->parent && wanted && wg_event_class_is_active (rows[i], now_ms) &&
          wg_event_level_is_among (level, rows[i]->levels) &&
          !g_ptr_array_find_with_equal_func (codes, rows[i]->code, g_str_equal, NULL))
        g_ptr_array_add (codes, g_strdup (rows[i]->code));
    }
}

/**
 * wg_event_store_top_classes:
 * @context: of the job
 * @level: for events of this level
 * @limit: how many at most
 * @error: return location
 *
 * Gives the classes that this worker used most and that are still in force, filled up from the
 * standard: the quick ones for daily events, else those whose usual level it is.
 *
 * Thread: the store's.
 * Errors: of the engine.
 *
 * Returns: (transfer full) (nullable) (array zero-terminated=1): class codes, best first
 */
char **
wg_event_store_top_classes (WgStoreContext *context,
                            WgEventLevel level,
                            guint limit,
                            GError **error)
{
  g_autoptr (GPtrArray) codes = g_ptr_array_new_with_free_func (g_free);
  WgStatement *row = wg_db_statement (context->db, "class_use_top", error);
  gint64 now_ms = wg_ports_wall_ms (context->ports);
  g_autoptr (GError) local = NULL;

  if (row == NULL)
    return NULL;
  wg_statement_bind_int (row, "level", level);
  wg_statement_bind_int (row, "limit", 2 * (gint64) limit + 10);
  while (wg_statement_next (row, &local))
    {
      const char *code = wg_statement_text (row, "class");
      const WgEventClass *class =
          context->standard ? wg_standard_find (context->standard, code) : NULL;

      if (codes->len < limit && class && wg_event_class_is_active (class, now_ms))
        g_ptr_array_add (codes, g_strdup (code));
    }
  if (local)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  add_quick_rows (context, level, limit, codes);
  g_ptr_array_add (codes, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&codes), FALSE);
}

static gboolean
count_one (WgStatement *row, guint *out_n, GError **error)
{
  gint64 n = wg_db_take_int (row, "n", error);

  if (n >= 0)
    *out_n = (guint) n;
  return n >= 0;
}

/**
 * wg_event_store_count:
 * @context: of the job
 * @out_counts: (out caller-allocates): the numbers
 * @error: return location
 *
 * Counts what the badges show, each by an index that holds only what is counted.
 *
 * Thread: the store's.
 * Errors: of the engine.
 * Source: design.md 2 (16)
 *
 * Returns: %TRUE on success
 */
gboolean
wg_event_store_count (WgStoreContext *context, WgEventCounts *out_counts, GError **error)
{
  WgStatement *today = wg_db_statement (context->db, "event_count_today", error);
  WgStatement *returned =
      today != NULL ? wg_db_statement (context->db, "event_count_returned", error) : NULL;
  WgEventCounts counts = { 0 };
  guint n_held = 0;

  if (today == NULL || returned == NULL)
    return FALSE;
  wg_statement_bind_int (today, "since", wg_event_store_today_ms (context));
  wg_statement_bind_int (returned, "returned", WG_EVENT_STATE_RETURNED);
  if (!count_one (today, &counts.n_today, error) ||
      !count_one (returned, &counts.n_returned, error) ||
      !count_one (wg_db_statement (context->db, "event_count_disputed", error), &counts.n_disputed,
                  error) ||
      !count_one (wg_db_statement (context->db, "dispute_count", error), &counts.n_conflicts,
                  error) ||
      !count_one (wg_db_statement (context->db, "outbox_count_held", error), &n_held, error) ||
      !count_one (wg_db_statement (context->db, "outbox_count_waiting", error), &counts.n_waiting,
                  error) ||
      !count_one (wg_db_statement (context->db, "outbox_count_refused", error), &counts.n_refused,
                  error) ||
      !count_one (wg_db_statement (context->db, "attachment_count_waiting", error),
                  &counts.n_photos, error))
    return FALSE;
  counts.n_waiting += n_held;
  *out_counts = counts;
  return TRUE;
}

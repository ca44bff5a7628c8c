/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An event as the platform stores it: content, steps, and columns for search. */
#include "server/wg-event-row.h"

#include "server/wg-reference.h"
#include "wire/wg-wire-event.h"

#define MINUTE_MS 60000

/**
 * wg_event_row_new:
 * @event: (transfer full): its content
 *
 * Wraps a new event.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): the row
 */
WgEventRow *
wg_event_row_new (WgEvent *event)
{
  WgEventRow *self = g_new0 (WgEventRow, 1);

  self->event = event;
  self->steps = g_ptr_array_new_with_free_func ((GDestroyNotify) wg_event_step_free);
  self->accept_left_ms = -1;
  self->flags = g_strdup ("");
  return self;
}

/**
 * wg_event_row_free:
 * @self: (nullable): a row
 *
 * Lets go of it.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_event_row_free (WgEventRow *self)
{
  if (self == NULL)
    return;
  wg_event_free (self->event);
  g_clear_pointer (&self->steps, g_ptr_array_unref);
  g_free (self->flags);
  g_free (self);
}

/**
 * wg_event_row_load:
 * @db: a connection
 * @id: of the event
 * @error: return location
 *
 * Reads an event with its steps.
 *
 * Thread: the connection's.
 * Errors: of the database.
 *
 * Returns: (transfer full) (nullable): the row; %NULL without error when there is none
 */
WgEventRow *
wg_event_row_load (WgDb *db, const char *id, GError **error)
{
  WgStatement *statement = wg_db_statement (db, "event-get", error);
  g_autoptr (GPtrArray) steps = NULL;
  WgEventRow *self = NULL;
  WgEvent *event;

  if (statement == NULL)
    return NULL;
  wg_statement_bind_text (statement, "id", id);
  if (!wg_statement_next (statement, error))
    return NULL;
  event = wg_wire_event_row_from_json (wg_statement_text (statement, "body"), &steps, error);
  if (event)
    {
      self = wg_event_row_new (event);
      g_ptr_array_unref (self->steps);
      self->steps = g_steal_pointer (&steps);
      g_set_str (&event->id, id);
      event->ver = wg_statement_int (statement, "ver");
      self->accepted_ms = wg_statement_int (statement, "accepted_ms");
      self->accept_left_ms = wg_statement_is_null (statement, "accept_left_ms")
                                 ? -1
                                 : wg_statement_int (statement, "accept_left_ms");
      g_set_str (&self->flags, wg_statement_text (statement, "flags"));
    }
  wg_statement_reset (statement);
  return self;
}

/**
 * wg_event_row_flag:
 * @self: a row
 * @flag: a word
 *
 * Marks the event for the sub-centre's eye; once.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_event_row_flag (WgEventRow *self, const char *flag)
{
  g_auto (GStrv) words = g_strsplit (self->flags, " ", -1);
  char *joined;

  if (g_strv_contains ((const char *const *) words, flag))
    return;
  joined = *self->flags ? g_strconcat (self->flags, " ", flag, NULL) : g_strdup (flag);
  g_free (self->flags);
  self->flags = joined;
}

static void
bind_version (WgEventRow *self, WgStatement *statement, const char *body)
{
  const WgEvent *event = self->event;

  wg_statement_bind_text (statement, "id", event->id);
  wg_statement_bind_int (statement, "ver", event->ver);
  wg_statement_bind_int (statement, "level", event->level);
  wg_statement_bind_text (statement, "class_code", event->class_code);
  wg_statement_bind_int (statement, "state", event->state);
  wg_statement_bind_int (statement, "step_no", event->step_no);
  wg_statement_bind_text (statement, "event_no", event->event_no);
  if (self->accepted_ms > 0)
    wg_statement_bind_int (statement, "accepted_ms", self->accepted_ms);
  if (self->accept_left_ms >= 0)
    wg_statement_bind_int (statement, "accept_left_ms", self->accept_left_ms);
  wg_statement_bind_text (statement, "flags", self->flags);
  wg_statement_bind_text (statement, "body", body);
}

static gboolean
write_row (WgEventRow *self, WgDb *db, gboolean is_new, GError **error)
{
  g_autofree char *body = wg_wire_event_row_to_json (self->event, self->steps);
  WgStatement *statement = wg_db_statement (db, is_new ? "event-add" : "event-update", error);

  if (statement == NULL)
    return FALSE;
  bind_version (self, statement, body);
  if (is_new)
    {
      wg_statement_bind_text (statement, "grid_code", self->event->grid_code);
      wg_statement_bind_text (statement, "org_code", self->event->org_code);
      wg_statement_bind_text (statement, "reporter", self->event->reporter);
      wg_statement_bind_int (statement, "received_ms", self->event->received_ms);
    }
  return wg_statement_run_one (statement, error);
}

static gboolean
write_feed (WgEventRow *self, WgApply *apply, gboolean is_new, GError **error)
{
  const WgEvent *event = self->event;
  WgFeed *feed = apply->work->feed;
  g_autofree char *grid = g_strconcat ("g:", event->grid_code, NULL);
  g_autofree char *town = g_strconcat ("t:", event->org_code, NULL);
  g_autofree char *district = g_strconcat ("o:", apply->work->platform->district, NULL);

  if (!wg_feed_add (feed, grid, "event", event->id, event->ver, is_new, error) ||
      !wg_feed_add (feed, town, "event", event->id, event->ver, is_new, error))
    return FALSE;
  /* Major events stand before the district centre at once, and stay there. */
  if (event->level >= WG_EVENT_LEVEL_MAJOR || event->level_reported >= WG_EVENT_LEVEL_MAJOR)
    return wg_feed_add (feed, district, "event", event->id, event->ver, is_new, error);
  return TRUE;
}

/**
 * wg_event_row_save:
 * @self: a row, changed
 * @apply: the push
 * @operation: what changed it
 * @is_new: whether the event did not exist before
 * @error: return location
 *
 * Writes the next version: row, history, feed entries.
 *
 * Thread: the connection's.
 * Errors: of the database; %WG_DB_ERROR_BUSY when the version was not the expected one.
 *
 * Returns: %TRUE on success
 */
gboolean
wg_event_row_save (
    WgEventRow *self, WgApply *apply, const WgOperation *operation, gboolean is_new, GError **error)
{
  WgDb *db = apply->work->db;

  self->event->ver = is_new ? 1 : self->event->ver + 1;
  return write_row (self, db, is_new, error) &&
         wg_db_run (db, "hist-add", error, "rec", 's', self->event->id, "ver", 'i',
                    self->event->ver, "op_id", 's', operation->op_id, "replica", 's',
                    apply->replica, "seq", 'i', operation->seq, NULL) &&
         write_feed (self, apply, is_new, error);
}

static WgEventStep *
make_step (const WgEventRow *self,
           const WgApply *apply,
           const WgApplyItem *item,
           const WgTransition *transition,
           const WgStepRequest *request)
{
  WgEventStep *step = wg_event_step_new ();
  const WgEvent *event = self->event;

  step->event_id = g_strdup (event->id);
  step->action = transition->action;
  step->kind = transition->step_kind;
  step->actor = g_strdup (apply->worker);
  step->actor_name = g_strdup (apply->worker_name);
  step->actor_role = request->role;
  step->at_ms = item->at_ms;
  step->from_state = event->state;
  step->opinion = g_strdup (request->opinion);
  step->photos = g_strdupv (item->operation->photos);
  if (transition->action == WG_ACTION_CHANGE_LEVEL)
    step->old_value = g_strdup_printf ("%d", (int) event->level);
  else if (transition->action == WG_ACTION_CHANGE_CLASS)
    step->old_value = g_strdup (event->class_code);
  step->new_value = g_strdup (request->new_value);
  if (transition->guards & WG_GUARD_DUPLICATE_OF)
    g_set_str (&step->new_value, request->duplicate_of);
  return step;
}

/**
 * wg_event_row_step:
 * @self: a row
 * @apply: the push
 * @item: the operation with its corrected time
 * @transition: what wg_workflow_decide() gave
 * @request: what it was asked
 * @error: return location
 *
 * Takes the step: state, step number, the line in the append-only table. The row itself is not
 * written yet.
 *
 * Thread: the connection's.
 * Errors: of the database.
 *
 * Returns: %TRUE on success
 */
gboolean
wg_event_row_step (WgEventRow *self,
                   WgApply *apply,
                   const WgApplyItem *item,
                   const WgTransition *transition,
                   const WgStepRequest *request,
                   GError **error)
{
  WgEventStep *step = make_step (self, apply, item, transition, request);

  wg_workflow_apply (self->event, transition, request);
  step->seq = self->event->step_no;
  step->to_state = self->event->state;
  g_ptr_array_add (self->steps, step);
  return wg_db_run (apply->work->db, "step-add", error, "event", 's', self->event->id, "seq", 'i',
                    step->seq, "action", 's', wg_action_to_string (step->action), "actor", 's',
                    step->actor, "role", 's', wg_role_to_string (step->actor_role), "at_ms", 'i',
                    step->at_ms, "from_state", 'i', (gint64) step->from_state, "to_state", 'i',
                    (gint64) step->to_state, "op_id", 's', item->operation->op_id, NULL);
}

/**
 * wg_event_row_find_class:
 * @apply: the push
 * @standard: version of the standard
 * @code: class
 * @error: return location
 *
 * Looks a class up in the version an event was made under.
 *
 * Thread: the connection's.
 * Errors: of the database.
 *
 * Returns: (transfer none) (nullable): the class; %NULL without error when there is none
 */
const WgEventClass *
wg_event_row_find_class (WgApply *apply, const char *standard, const char *code, GError **error)
{
  WgWork *work = apply->work;
  const WgStandard *rows =
      standard ? wg_reference_get_standard (work->reference, work->db, standard, error) : NULL;

  return rows && code ? wg_standard_find (rows, code) : NULL;
}

static gint64
add_limit (const WgCalendar *calendar, gint64 start_ms, gint64 amount, WgTimeUnit unit)
{
  if (amount <= 0 || calendar == NULL)
    return 0;
  return wg_calendar_add (calendar, start_ms, amount, unit);
}

static gboolean
is_natural (WgTimeUnit unit)
{
  return unit == WG_UNIT_MINUTE || unit == WG_UNIT_HOUR || unit == WG_UNIT_DAY;
}

/* The accept limit stands still while the event is with its author. */
static void
pause_accept (WgEventRow *self, const WgCalendar *calendar, const WgEventClass *row, gint64 now_ms)
{
  gint64 due_ms = self->event->due_accept_ms;

  if (due_ms == 0)
    return;
  if (due_ms <= now_ms)
    self->accept_left_ms = 0;
  else if (is_natural (row->accept_unit))
    self->accept_left_ms = due_ms - now_ms;
  else
    self->accept_left_ms = wg_calendar_between (calendar, now_ms, due_ms);
  self->event->due_accept_ms = 0;
}

static void
resume_accept (WgEventRow *self, const WgCalendar *calendar, const WgEventClass *row, gint64 now_ms)
{
  if (self->accept_left_ms < 0)
    return;
  if (is_natural (row->accept_unit))
    self->event->due_accept_ms = now_ms + self->accept_left_ms;
  else
    self->event->due_accept_ms = wg_calendar_add (
        calendar, now_ms, (self->accept_left_ms + MINUTE_MS - 1) / MINUTE_MS, WG_UNIT_WORK_MINUTE);
  self->accept_left_ms = -1;
}

/**
 * wg_event_row_set_due:
 * @self: a row after a step
 * @apply: the push
 * @action: the step
 * @error: return location
 *
 * Computes the due times that the step touches, on the platform's clock alone: the accept limit
 * from receipt, standing still while returned; the handle limit from acceptance.
 *
 * Thread: the connection's.
 * Errors: of the database.
 * Source: protocol.md 4.1 rows 2, 4, 5, 10; 4.2
 *
 * Returns: %TRUE on success
 */
gboolean
wg_event_row_set_due (WgEventRow *self, WgApply *apply, WgAction action, GError **error)
{
  WgWork *work = apply->work;
  WgEvent *event = self->event;
  g_autoptr (GError) local = NULL;
  const WgCalendar *calendar =
      wg_reference_get_calendar (work->reference, work->db, work->now_ms, &local);
  const WgEventClass *row =
      local ? NULL : wg_event_row_find_class (apply, event->class_std, event->class_code, &local);

  if (local)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (row == NULL || calendar == NULL)
    return TRUE;
  if (action == WG_ACTION_RETURN)
    pause_accept (self, calendar, row, work->now_ms);
  else if (action == WG_ACTION_SUPPLEMENT)
    resume_accept (self, calendar, row, work->now_ms);
  else if (action != WG_ACTION_REPORT && action != WG_ACTION_CHANGE_CLASS &&
           action != WG_ACTION_ACCEPT)
    return TRUE;
  else if (event->state == WG_EVENT_STATE_REPORTED)
    event->due_accept_ms =
        add_limit (calendar, event->received_ms, row->accept_amount, row->accept_unit);
  else if (event->state == WG_EVENT_STATE_ACCEPTED)
    event->due_handle_ms =
        add_limit (calendar, self->accepted_ms, row->handle_amount, row->handle_unit);
  return TRUE;
}

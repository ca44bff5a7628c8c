/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Operations on a known event: patches of its content and steps of its loop. */
#include "server/wg-apply.h"

#include <glib/gi18n.h>

#include "core/kinds/wg-kind-event.h"
#include "core/wg-core-error.h"
#include "server/wg-record-row.h"
#include "server/wg-reference.h"
#include "server/wg-server-error.h"

/* A duplicate may point at an event closed at most this long ago. */
#define DUPLICATE_CLOSED_MS (7 * WG_DAY_MS)

/**
 * wg_apply_refuse_step:
 * @result: the answer
 * @refused: what wg_workflow_decide() said
 * @event: (nullable): the event as it is
 *
 * Turns the core's verdict into the refusal that is sent, with the present state beside it.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: %TRUE
 */
gboolean
wg_apply_refuse_step (WgPushResult *result, const GError *refused, const WgEvent *event)
{
  g_auto (GStrv) parts = g_strsplit (refused->message, ":", 2);
  WgRefusal refusal = WG_REFUSAL_INVALID_FIELD;

  if (refused->code == WG_CORE_ERROR_STALE)
    refusal = WG_REFUSAL_STALE_STATE;
  else if (refused->code == WG_CORE_ERROR_NOT_FOUND)
    refusal = WG_REFUSAL_ILLEGAL_STEP;
  else if (refused->code == WG_CORE_ERROR_FORBIDDEN)
    refusal = WG_REFUSAL_NO_RIGHT;
  if (event)
    {
      result->state = event->state;
      result->step_no = event->step_no;
    }
  return wg_apply_refuse (result, refusal,
                          refusal == WG_REFUSAL_INVALID_FIELD && parts[0] ? parts[0] : NULL);
}

static gboolean
refuse_at (WgPushResult *result, WgRefusal refusal, const WgEvent *event)
{
  result->state = event->state;
  result->step_no = event->step_no;
  return wg_apply_refuse (result, refusal, NULL);
}

/* Loads the event and finds the actor's role in it; a refusal leaves @out_row %NULL. */
static gboolean
open_event (WgApply *apply,
            const WgApplyItem *item,
            WgPushResult *result,
            WgEventRow **out_row,
            WgRole *out_role,
            GError **error)
{
  const WgOperation *operation = item->operation;
  g_autoptr (GError) local = NULL;
  g_autoptr (WgEventRow) row = wg_event_row_load (apply->work->db, operation->rec, &local);
  g_autofree char *grid = NULL, *town = NULL, *district = NULL;
  gboolean too_old;

  if (local)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  /* The only way to name an unknown event is that its report was refused. */
  if (row == NULL)
    return wg_apply_refuse (result, WG_REFUSAL_DEPENDS_ON_REJECTED, NULL);
  *out_role = wg_apply_find_role (apply, row->event->grid_code, row->event->org_code, item->at_ms,
                                  &too_old);
  if (*out_role == 0)
    return wg_apply_refuse (result, too_old ? WG_REFUSAL_TOO_OLD : WG_REFUSAL_NOT_IN_SCOPE, NULL);
  grid = g_strconcat ("g:", row->event->grid_code, NULL);
  town = g_strconcat ("t:", row->event->org_code, NULL);
  district = g_strconcat ("o:", apply->work->platform->district, NULL);
  if (g_strcmp0 (operation->scope, grid) != 0 && g_strcmp0 (operation->scope, town) != 0 &&
      g_strcmp0 (operation->scope, district) != 0)
    return wg_apply_refuse (result, WG_REFUSAL_NOT_IN_SCOPE, "scope");
  *out_row = g_steal_pointer (&row);
  return TRUE;
}

/* --- patch ----------------------------------------------------------------------------------- */

/* What may not be patched; %NULL: all may. */
static const char *
find_read_only (const WgOperation *operation)
{
  for (char **name = operation->fields; name && *name; name++)
    if (wg_event_find_value (*name) == NULL)
      return *name;
  return NULL;
}

/**
 * wg_apply_is_open:
 * @event: an event
 * @result: (inout): a refusal is written into it
 *
 * Tells whether the content may still be changed: until acceptance.
 *
 * Thread: any.
 * Errors: none.
 * Source: protocol.md 2.3
 *
 * Returns: %TRUE if so
 */
gboolean
wg_apply_is_open (const WgEvent *event, WgPushResult *result)
{
  if (event->state == WG_EVENT_STATE_REPORTED || event->state == WG_EVENT_STATE_RETURNED)
    return TRUE;
  refuse_at (result,
             event->state == WG_EVENT_STATE_VOID ? WG_REFUSAL_RECORD_VOID : WG_REFUSAL_STALE_STATE,
             event);
  return FALSE;
}

/**
 * wg_apply_patch:
 * @apply: the push
 * @item: an event.patch
 * @result: (inout): the answer
 * @error: return location
 *
 * Changes the content of an event that is not accepted yet; only its reporter may. Merged like the
 * patch of a record.
 *
 * Thread: the connection's.
 * Errors: of the database.
 * Source: protocol.md 2.3
 *
 * Returns: %FALSE only for faults of our own
 */
gboolean
wg_apply_patch (WgApply *apply, const WgApplyItem *item, WgPushResult *result, GError **error)
{
  const WgOperation *operation = item->operation;
  g_autoptr (WgEventRow) row = NULL;
  g_autoptr (WgRecordRow) content = NULL;
  g_autoptr (WgPatch) patch = NULL;
  const char *fixed = find_read_only (operation);
  WgRole role;

  if (!open_event (apply, item, result, &row, &role, error))
    return FALSE;
  if (row == NULL)
    return TRUE;
  if (g_strcmp0 (row->event->reporter, apply->worker) != 0)
    return refuse_at (result, WG_REFUSAL_NO_RIGHT, row->event);
  if (!wg_apply_is_open (row->event, result))
    return TRUE;
  if (fixed)
    return wg_apply_refuse (result, WG_REFUSAL_FIELD_READ_ONLY, fixed);
  if (operation->fields == NULL || operation->fields[0] == NULL)
    return wg_apply_refuse (result, WG_REFUSAL_INVALID_FIELD, "set");
  patch = wg_event_make_patch (operation, row->event);
  content = wg_record_row_new_event (g_steal_pointer (&row));
  return wg_apply_merge (apply, item, content, patch, result, error);
}

/* --- step ------------------------------------------------------------------------------------ */

static const char *
find_handler (const WgEventRow *row)
{
  for (guint i = row->steps->len; i > 0; i--)
    {
      const WgEventStep *step = row->steps->pdata[i - 1];
      if (step->action == WG_ACTION_HANDLED)
        return step->actor;
    }
  return NULL;
}

/* The other event must exist, not lead back here, and be open or closed a short while ago. */
static gboolean
check_duplicate (WgApply *apply, const WgOperation *operation, gboolean *out_good, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (WgEventRow) other = NULL;
  const WgEventStep *last;

  *out_good = FALSE;
  if (operation->duplicate_of == NULL)
    return TRUE; /* the core says so */
  other = wg_event_row_load (apply->work->db, operation->duplicate_of, &local);
  if (local)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (other == NULL || other->event->state == WG_EVENT_STATE_VOID)
    return TRUE;
  last = other->steps->len ? other->steps->pdata[other->steps->len - 1] : NULL;
  *out_good = wg_event_state_is_open (other->event->state) ||
              (last && apply->work->now_ms - last->at_ms <= DUPLICATE_CLOSED_MS);
  return TRUE;
}

/* Guards that need more than the event and the request. */
static gboolean
check_step (WgApply *apply,
            const WgApplyItem *item,
            const WgEvent *event,
            const char **out_field,
            GError **error)
{
  const WgOperation *operation = item->operation;
  g_autoptr (GError) local = NULL;
  gboolean good = TRUE;

  if (operation->action == WG_ACTION_DUPLICATE)
    {
      if (!check_duplicate (apply, operation, &good, error))
        return FALSE;
      if (!good)
        *out_field = "duplicate_of";
    }
  if (operation->action == WG_ACTION_CHANGE_CLASS)
    {
      const WgEventClass *row =
          wg_event_row_find_class (apply, event->class_std, operation->new_value, &local);
      if (local)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      if (row == NULL || row->parent == NULL)
        *out_field = "new_value";
    }
  /* "Daily" means handled on the spot by the reporter: nobody can rule that afterwards. */
  if (operation->action == WG_ACTION_CHANGE_LEVEL && g_strcmp0 (operation->new_value, "1") == 0)
    *out_field = "new_value";
  if (operation->opinion && (!wg_text_is_clean (operation->opinion, TRUE) ||
                             g_utf8_strlen (operation->opinion, -1) > 2000))
    *out_field = "opinion";
  if (operation->photos)
    {
      g_autoptr (WgEvent) lone = wg_event_new ();
      g_autoptr (GPtrArray) issues = wg_issues_new ();
      lone->photos = g_strdupv (operation->photos);
      wg_fields_check (WG_EVENT_FIELDS, lone, issues);
      for (guint i = 0; i < issues->len; i++)
        if (g_strcmp0 (((const WgIssue *) issues->pdata[i])->field, "photos") == 0)
          *out_field = "photos";
    }
  return TRUE;
}

/* The number of an accepted event: division, local date, sequence of the day. */
static gboolean
give_number (WgApply *apply, WgEventRow *row, GError **error)
{
  WgWork *work = apply->work;
  g_autofree char *counter = NULL;
  int year, month, day;
  gint64 n;

  row->accepted_ms = work->now_ms;
  if (row->event->event_no)
    return TRUE; /* opened again: it keeps its number */
  wg_local_date (work->now_ms, &year, &month, &day);
  counter = g_strdup_printf ("event-no-%04d%02d%02d", year, month, day);
  n = wg_meta_count (work->db, counter, error);
  if (n < 0)
    return FALSE;
  row->event->event_no =
      g_strdup_printf ("%s%04d%02d%02d%05d", work->platform->district, year, month, day, (int) n);
  return TRUE;
}

static gboolean
write_step (WgApply *apply,
            const WgApplyItem *item,
            WgEventRow *row,
            const WgTransition *transition,
            const WgStepRequest *request,
            GError **error)
{
  gboolean rules =
      transition->action == WG_ACTION_CHANGE_LEVEL || transition->action == WG_ACTION_CHANGE_CLASS;
  g_autoptr (WgRecord) before = rules ? wg_event_to_record (row->event) : NULL;

  if (!wg_event_row_step (row, apply, item, transition, request, error))
    return FALSE;
  if (transition->action == WG_ACTION_ACCEPT && !give_number (apply, row, error))
    return FALSE;
  return wg_event_row_set_due (row, apply, transition->action, error) &&
         wg_event_row_save (row, apply, item->operation, FALSE, error) &&
         wg_apply_name_photos (apply, row->event->id, item->operation->photos, error) &&
         (before == NULL || wg_dispute_follow_step (apply, item, row, before, error));
}

/**
 * wg_apply_step:
 * @apply: the push
 * @item: an event.step
 * @result: (inout): the answer
 * @error: return location
 *
 * Takes a step of the loop if the table, the actor's role and the guards allow it; else the
 * refusal carries the present state.
 *
 * Thread: the connection's.
 * Errors: of the database.
 * Source: protocol.md 4.1, 4.3
 *
 * Returns: %FALSE only for faults of our own
 */
gboolean
wg_apply_step (WgApply *apply, const WgApplyItem *item, WgPushResult *result, GError **error)
{
  const WgOperation *operation = item->operation;
  g_autoptr (WgEventRow) row = NULL;
  g_autoptr (GError) refused = NULL;
  const WgTransition *transition;
  const char *field = NULL;
  WgRole role;

  if (!open_event (apply, item, result, &row, &role, error))
    return FALSE;
  if (row == NULL)
    return TRUE;
  WgStepRequest request = {
    .action = operation->action,
    .role = role,
    .actor = apply->worker,
    .expect_state = operation->expect_state,
    .expect_step_no = operation->expect_step_no,
    .opinion = operation->opinion,
    .new_value = operation->new_value,
    .duplicate_of = operation->duplicate_of,
    .lead_org = operation->lead_org,
    .handled_by = find_handler (row),
  };
  transition = wg_workflow_decide (row->event, &request, &refused);
  if (transition == NULL)
    return wg_apply_refuse_step (result, refused, row->event);
  if (!check_step (apply, item, row->event, &field, error))
    return FALSE;
  if (field)
    return wg_apply_refuse (result, WG_REFUSAL_INVALID_FIELD, field);
  if (!write_step (apply, item, row, transition, &request, error))
    return FALSE;
  result->kind = WG_RESULT_OK;
  result->ver = row->event->ver;
  return TRUE;
}

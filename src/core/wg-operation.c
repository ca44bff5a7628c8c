/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An operation: life of the structure, its effect on an event, names of kinds and refusals. */
#include "core/wg-operation.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#include "core/wg-core-error.h"

/**
 * wg_operation_new:
 * @kind: kind of operation
 *
 * Makes an empty operation that expects nothing and has no place.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): the operation
 */
WgOperation *
wg_operation_new (WgOperationKind kind)
{
  WgOperation *operation = g_new0 (WgOperation, 1);

  operation->kind = kind;
  operation->schema = WG_OPERATION_SCHEMA;
  operation->lon = operation->lat = operation->accuracy_m = NAN;
  operation->expect_state = -1;
  operation->expect_step_no = -1;
  return operation;
}

/**
 * wg_operation_free:
 * @operation: (nullable) (transfer full): an operation
 *
 * Frees it with its events.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_operation_free (WgOperation *operation)
{
  if (operation == NULL)
    return;
  g_free (operation->op_id);
  g_free (operation->rec);
  g_free (operation->scope);
  g_free (operation->actor);
  g_free (operation->boot);
  wg_event_free (operation->event);
  wg_event_free (operation->base);
  g_strfreev (operation->fields);
  wg_record_unref (operation->record);
  wg_patch_free (operation->patch);
  g_free (operation->choices);
  g_free (operation->opinion);
  g_free (operation->new_value);
  g_free (operation->duplicate_of);
  g_free (operation->lead_org);
  g_strfreev (operation->photos);
  g_free (operation->redo_of);
  g_free (operation);
}

static const char *const KINDS[WG_N_OPERATION] = {
  [WG_OPERATION_EVENT_CREATE] = "event.create",
  [WG_OPERATION_EVENT_PATCH] = "event.patch",
  [WG_OPERATION_EVENT_STEP] = "event.step",
  [WG_OPERATION_SCOPE_DROPPED] = "scope.dropped",
  /* Behind the name of the kind: */
  [WG_OPERATION_RECORD_CREATE] = ".create",
  [WG_OPERATION_RECORD_PATCH] = ".patch",
  [WG_OPERATION_RECORD_VOID] = ".void",
  [WG_OPERATION_RECORD_CONFIRM] = ".confirm",
  [WG_OPERATION_RECORD_REVEAL] = ".reveal",
  [WG_OPERATION_CONFLICT_RESOLVE] = "conflict.resolve",
};

/**
 * wg_operation_is_record:
 * @kind: a kind
 *
 * Tells whether the operation is about a record by table.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: %TRUE if so
 */
gboolean
wg_operation_is_record (WgOperationKind kind)
{
  return kind >= WG_OPERATION_RECORD_CREATE && kind <= WG_OPERATION_RECORD_REVEAL;
}

/**
 * wg_operation_kind_to_string:
 * @kind: a kind
 * @record_kind: (nullable): kind of record, for operations on records by table
 *
 * Gives the name under which a kind is stored and sent.
 *
 * Thread: any.
 * Errors: none.
 * Source: protocol.md 3.4
 *
 * Returns: a static name
 */
const char *
wg_operation_kind_to_string (WgOperationKind kind, const WgKind *record_kind)
{
  g_return_val_if_fail ((guint) kind < WG_N_OPERATION, NULL);
  if (!wg_operation_is_record (kind))
    return KINDS[kind];

  g_return_val_if_fail (record_kind != NULL, NULL);
  g_autofree char *name = g_strconcat (record_kind->name, KINDS[kind], NULL);
  return g_intern_string (name);
}

/**
 * wg_operation_kind_from_string:
 * @name: (nullable): a stored name
 * @out_kind: (out): the kind
 * @out_record_kind: (out) (nullable): kind of record, %NULL but for records by table
 *
 * Reads the name of a kind.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: %TRUE if @name is known
 */
gboolean
wg_operation_kind_from_string (const char *name,
                               WgOperationKind *out_kind,
                               const WgKind **out_record_kind)
{
  const char *dot = name != NULL ? strchr (name, '.') : NULL;

  if (dot == NULL)
    return FALSE;
  g_autofree char *kind_name = g_strndup (name, (gsize) (dot - name));
  const WgKind *record_kind = wg_kind_find (kind_name);

  for (guint i = 0; i < WG_N_OPERATION; i++)
    if (wg_operation_is_record (i) ? record_kind != NULL && strcmp (KINDS[i], dot) == 0
                                   : strcmp (KINDS[i], name) == 0)
      {
        *out_kind = i;
        *out_record_kind = record_kind;
        return TRUE;
      }
  return FALSE;
}

static gboolean
run_step (const WgStepRequest *request, WgEvent *event, GError **error)
{
  const WgTransition *row = wg_workflow_find (request->action, event->state, event->level, ~0u);

  if (row == NULL)
    {
      g_set_error (error, WG_CORE_ERROR, WG_CORE_ERROR_NOT_FOUND,
                   "action: '%s' is no step in state %d", wg_action_to_string (request->action),
                   (int) event->state);
      return FALSE;
    }
  if ((row->guards & WG_GUARD_NEW_VALUE) && request->new_value == NULL)
    {
      g_set_error_literal (error, WG_CORE_ERROR, WG_CORE_ERROR_INVALID,
                           "new_value: give the new level or class");
      return FALSE;
    }
  wg_workflow_apply (event, row, request);
  return TRUE;
}

/* A new event is its report: it enters the workflow at once, attached if it names another. */
static gboolean
apply_create (const WgOperation *operation, WgEvent *event, GError **error)
{
  if (event->state != WG_EVENT_STATE_DRAFT || event->step_no != 0)
    {
      g_set_error_literal (error, WG_CORE_ERROR, WG_CORE_ERROR_STALE,
                           "rec: this event exists already; patch it");
      return FALSE;
    }
  if (operation->event == NULL)
    {
      g_set_error_literal (error, WG_CORE_ERROR, WG_CORE_ERROR_INVALID, "event: give its content");
      return FALSE;
    }

  WgStepRequest request = {
    .action = operation->event->duplicate_of != NULL ? WG_ACTION_ATTACH : WG_ACTION_REPORT,
    .actor = operation->actor,
    .duplicate_of = operation->event->duplicate_of,
  };
  if (wg_workflow_find (request.action, event->state, operation->event->level, ~0u) == NULL)
    {
      g_set_error (error, WG_CORE_ERROR, WG_CORE_ERROR_INVALID, "level: %d is none; give 1 to 4",
                   (int) operation->event->level);
      return FALSE;
    }
  for (const WgField *field = WG_EVENT_FIELDS; field->name != NULL; field++)
    if (field->conflict != WG_CONFLICT_SERVER)
      wg_field_copy (field, operation->event, event);
  g_set_str (&event->id, operation->rec);
  g_set_str (&event->reporter, operation->actor);
  return run_step (&request, event, error);
}

static gboolean
check_patch (const WgOperation *operation, const WgEvent *event, GError **error)
{
  if (operation->event == NULL || operation->fields == NULL || operation->fields[0] == NULL)
    {
      g_set_error_literal (error, WG_CORE_ERROR, WG_CORE_ERROR_INVALID,
                           "fields: name what is patched");
      return FALSE;
    }
  if (event->state != WG_EVENT_STATE_REPORTED && event->state != WG_EVENT_STATE_RETURNED)
    {
      g_set_error (error, WG_CORE_ERROR, WG_CORE_ERROR_STALE,
                   "state: %d; content is settled at acceptance, add a note", (int) event->state);
      return FALSE;
    }
  for (char **name = operation->fields; *name != NULL; name++)
    {
      const WgField *field = wg_field_find (WG_EVENT_FIELDS, *name);
      if (field == NULL)
        {
          g_set_error (error, WG_CORE_ERROR, WG_CORE_ERROR_INVALID, "%s: no field of an event",
                       *name);
          return FALSE;
        }
      if (field->conflict == WG_CONFLICT_SERVER)
        {
          g_set_error (error, WG_CORE_ERROR, WG_CORE_ERROR_FORBIDDEN,
                       "%s: set by the platform alone", *name);
          return FALSE;
        }
      if (operation->base != NULL && !wg_field_equal (field, operation->base, event) &&
          !wg_field_equal (field, operation->event, event))
        {
          g_set_error (error, WG_CORE_ERROR, WG_CORE_ERROR_STALE,
                       "%s: changed by somebody else meanwhile; look again", *name);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
apply_patch (const WgOperation *operation, WgEvent *event, GError **error)
{
  if (!check_patch (operation, event, error))
    return FALSE;
  for (char **name = operation->fields; *name != NULL; name++)
    wg_field_copy (wg_field_find (WG_EVENT_FIELDS, *name), operation->event, event);
  return TRUE;
}

static gboolean
apply_step (const WgOperation *operation, WgEvent *event, GError **error)
{
  WgStepRequest request = {
    .action = operation->action,
    .actor = operation->actor,
    .opinion = operation->opinion,
    .new_value = operation->new_value,
    .duplicate_of = operation->duplicate_of,
    .lead_org = operation->lead_org,
  };

  if (operation->expect_state >= 0 && operation->expect_state != (int) event->state)
    {
      g_set_error (error, WG_CORE_ERROR, WG_CORE_ERROR_STALE,
                   "state: expected %d, it is %d now; look again", operation->expect_state,
                   (int) event->state);
      return FALSE;
    }
  if (operation->expect_step_no >= 0 && operation->expect_step_no != event->step_no)
    {
      g_set_error_literal (error, WG_CORE_ERROR, WG_CORE_ERROR_STALE,
                           "step_no: another step came first; look again");
      return FALSE;
    }
  return run_step (&request, event, error);
}

/**
 * wg_operation_apply:
 * @operation: what somebody did
 * @event: the event; an empty one (wg_event_new()) for a creation; changed in place
 * @error: return location for an error
 *
 * Carries the effect of an operation out on one event: a creation is its report and
 * enters the workflow (daily: closed; others: reported; attached: void and linked), a
 * patch replaces the named fields while the event waits for acceptance or supplement, a
 * step moves the state. Rights and required words are not judged here: the terminal
 * shows what it hopes for, the platform calls wg_workflow_decide() and wg_event_check()
 * beforehand. On error @event is unchanged.
 *
 * Thread: any.
 * Errors: %WG_CORE_ERROR_STALE when the event has moved on or a patched field was changed
 * by somebody else; %WG_CORE_ERROR_NOT_FOUND when there is no such step in this state;
 * %WG_CORE_ERROR_FORBIDDEN for a field of the platform; %WG_CORE_ERROR_INVALID when the
 * operation is incomplete or touches no event.
 * Source: protocol.md 2.1, 2.3
 *
 * Returns: %TRUE on success
 */
gboolean
wg_operation_apply (const WgOperation *operation, WgEvent *event, GError **error)
{
  g_return_val_if_fail (operation != NULL && event != NULL, FALSE);

  switch (operation->kind)
    {
    case WG_OPERATION_EVENT_CREATE:
      return apply_create (operation, event, error);
    case WG_OPERATION_EVENT_PATCH:
      return apply_patch (operation, event, error);
    case WG_OPERATION_EVENT_STEP:
      return apply_step (operation, event, error);
    case WG_OPERATION_SCOPE_DROPPED:
    case WG_OPERATION_RECORD_CREATE:
    case WG_OPERATION_RECORD_PATCH:
    case WG_OPERATION_RECORD_VOID:
    case WG_OPERATION_RECORD_CONFIRM:
    case WG_OPERATION_RECORD_REVEAL:
    case WG_OPERATION_CONFLICT_RESOLVE:
    case WG_N_OPERATION:
    default:
      g_set_error_literal (error, WG_CORE_ERROR, WG_CORE_ERROR_INVALID,
                           "kind: this operation touches no event");
      return FALSE;
    }
}

static void
note_change (const WgOperation *operation, WgRecord *record, gint64 at_ms)
{
  wg_record_set_text (record, WG_FIELD_CHANGED_BY, operation->actor);
  wg_record_set_int (record, WG_FIELD_CHANGED_MS, at_ms);
}

static void
note_confirmation (const WgOperation *operation, WgRecord *record, gint64 at_ms)
{
  if (at_ms < wg_record_get_int (record, WG_FIELD_CONFIRMED_MS))
    return; /* somebody looked later */
  wg_record_set_text (record, WG_FIELD_CONFIRMED_BY, operation->actor);
  wg_record_set_int (record, WG_FIELD_CONFIRMED_MS, at_ms);
}

/**
 * wg_operation_apply_record:
 * @operation: what somebody did with a record by table
 * @record: a record being edited, of the operation's kind; changed in place
 * @at_ms: Unix ms, when it was done
 *
 * Carries the effect out as if nobody else had written meanwhile: the terminal shows what
 * it hopes for. The platform merges a patch field by field first and applies what is left.
 * A creation is a first look at the record: it counts as its confirmation.
 *
 * Thread: any.
 * Errors: none.
 * Source: protocol.md 2.1, 2.3
 */
void
wg_operation_apply_record (const WgOperation *operation, WgRecord *record, gint64 at_ms)
{
  g_return_if_fail (wg_operation_is_record (operation->kind) &&
                    operation->record_kind == record->kind);

  if (operation->kind == WG_OPERATION_RECORD_CREATE)
    {
      for (const WgField *field = record->kind->fields; field->name != NULL; field++)
        if (field->conflict != WG_CONFLICT_SERVER)
          wg_field_copy (field, operation->record, record);
      g_set_str (&record->id, operation->rec);
      wg_record_set_text (record, WG_FIELD_MADE_BY, operation->actor);
      wg_record_set_int (record, WG_FIELD_MADE_MS, at_ms);
      note_change (operation, record, at_ms);
      note_confirmation (operation, record, at_ms);
    }
  else if (operation->kind == WG_OPERATION_RECORD_PATCH)
    {
      wg_patch_apply (operation->patch, record);
      note_change (operation, record, at_ms);
    }
  else if (operation->kind == WG_OPERATION_RECORD_VOID)
    {
      wg_record_set_flag (record, WG_FIELD_VOIDED, TRUE);
      wg_record_set_text (record, WG_FIELD_VOID_REASON, operation->opinion);
      note_change (operation, record, at_ms);
    }
  else if (operation->kind == WG_OPERATION_RECORD_CONFIRM)
    {
      note_confirmation (operation, record, at_ms);
    }
}

/**
 * wg_operation_apply_choice:
 * @operation: a resolution
 * @conflict: an open conflict; changed in place
 * @at_ms: Unix ms, when it was chosen
 *
 * Notes what was chosen. The conflict is settled when there is a choice for each field.
 *
 * Thread: any.
 * Errors: none.
 * Source: protocol.md 2.3
 */
void
wg_operation_apply_choice (const WgOperation *operation, WgConflict *conflict, gint64 at_ms)
{
  for (gsize i = 0; operation->fields != NULL && operation->fields[i] != NULL; i++)
    {
      WgConflictField *item = wg_conflict_find_field (conflict, operation->fields[i]);
      if (item != NULL)
        item->choice = operation->choices[i];
    }
  conflict->settled = wg_conflict_is_complete (conflict);
  if (!conflict->settled)
    return;
  g_set_str (&conflict->settled_by, operation->actor);
  conflict->settled_ms = at_ms;
}

static const struct
{
  const char *name;
  const char *title;
} REFUSALS[WG_N_REFUSAL] = {
  [WG_REFUSAL_INVALID_FIELD] = { "invalid-field",
                                 N_ ("A field is not right: mend it and report again") },
  [WG_REFUSAL_UNKNOWN_KIND] = { "unknown-kind",
                                N_ ("The platform does not know this kind of record yet: keep it "
                                    "and ask the centre") },
  [WG_REFUSAL_FIELD_READ_ONLY] = { "field-read-only",
                                   N_ ("This can only be changed by the platform: add a note") },
  [WG_REFUSAL_NOT_IN_SCOPE] = { "not-in-scope",
                                N_ ("Not in your grid: hand it to the grid head in charge") },
  [WG_REFUSAL_NO_RIGHT] = { "no-right", N_ ("Your role may not do this: ask the sub-centre") },
  [WG_REFUSAL_STALE_STATE] = { "stale-state",
                               N_ ("The event has moved on: look at it and decide again") },
  [WG_REFUSAL_ILLEGAL_STEP] = { "illegal-step",
                                N_ ("This step does not follow here: look at the event again") },
  [WG_REFUSAL_DEPENDS_ON_REJECTED] = { "depends-on-rejected",
                                       N_ ("An earlier step was refused: mend that one first") },
  [WG_REFUSAL_DUPLICATE_RECORD] = { "duplicate-record", N_ ("The platform has this record") },
  [WG_REFUSAL_TOO_OLD] = { "too-old",
                           N_ ("Made too long ago: the sub-centre decides what becomes of it") },
  [WG_REFUSAL_RECORD_VOID] = { "record-void",
                               N_ ("The record was made void: make a new one if needed") },
  [WG_REFUSAL_QUOTA] = { "quota", N_ ("Too many at once: it is sent again later") },
};

/**
 * wg_refusal_to_string:
 * @refusal: why the platform refused
 *
 * Gives the name under which a refusal is stored and sent.
 *
 * Thread: any.
 * Errors: none.
 * Source: protocol.md 3.4
 *
 * Returns: a static name
 */
const char *
wg_refusal_to_string (WgRefusal refusal)
{
  g_return_val_if_fail ((guint) refusal < WG_N_REFUSAL, NULL);
  return REFUSALS[refusal].name;
}

/**
 * wg_refusal_from_string:
 * @name: (nullable): a stored name
 * @out_refusal: (out): the refusal
 *
 * Reads the name of a refusal.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: %TRUE if @name is known
 */
gboolean
wg_refusal_from_string (const char *name, WgRefusal *out_refusal)
{
  for (guint i = 0; i < WG_N_REFUSAL; i++)
    if (g_strcmp0 (REFUSALS[i].name, name) == 0)
      {
        *out_refusal = i;
        return TRUE;
      }
  return FALSE;
}

/**
 * wg_refusal_to_title:
 * @refusal: why the platform refused
 *
 * Gives the words for people: why, and what to do.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: a msgid; translate it with gettext
 */
const char *
wg_refusal_to_title (WgRefusal refusal)
{
  g_return_val_if_fail ((guint) refusal < WG_N_REFUSAL, "");
  return REFUSALS[refusal].title;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The event workflow: names of actions, deciding a step, applying it, the step record. */
#include "core/wg-workflow.h"

#include <glib/gi18n.h>
#include <string.h>

#include "core/wg-core-error.h"

#define ALL_ROLES (~0u)

static const struct
{
  const char *name;
  const char *title;
} ACTIONS[WG_N_ACTION] = {
  [WG_ACTION_REPORT] = { "report", N_ ("Report") },
  [WG_ACTION_ATTACH] = { "attach", N_ ("Attach to the known event") },
  [WG_ACTION_WITHDRAW] = { "withdraw", N_ ("Withdraw") },
  [WG_ACTION_RETURN] = { "return", N_ ("Return") },
  [WG_ACTION_SUPPLEMENT] = { "supplement", N_ ("Supplement") },
  [WG_ACTION_EXPIRE] = { "expire", N_ ("Supplement missed") },
  [WG_ACTION_REFUSE] = { "refuse", N_ ("Do not accept") },
  [WG_ACTION_APPEAL] = { "appeal", N_ ("Appeal") },
  [WG_ACTION_DUPLICATE] = { "duplicate", N_ ("Rule a duplicate") },
  [WG_ACTION_CHANGE_LEVEL] = { "change-level", N_ ("Change the level") },
  [WG_ACTION_CHANGE_CLASS] = { "change-class", N_ ("Change the class") },
  [WG_ACTION_ACCEPT] = { "accept", N_ ("Accept and file") },
  [WG_ACTION_DISPATCH] = { "dispatch", N_ ("Dispatch") },
  [WG_ACTION_SIGN] = { "sign", N_ ("Sign for it") },
  [WG_ACTION_SEND_BACK] = { "send-back", N_ ("Send back") },
  [WG_ACTION_REASSIGN] = { "reassign", N_ ("Hand on inside the unit") },
  [WG_ACTION_ASK_ASSIST] = { "ask-assist", N_ ("Ask for assistance") },
  [WG_ACTION_ANSWER_ASSIST] = { "answer-assist", N_ ("Answer as assistant") },
  [WG_ACTION_ASK_EXTENSION] = { "ask-extension", N_ ("Ask for an extension") },
  [WG_ACTION_DECIDE_EXTENSION] = { "decide-extension", N_ ("Decide on the extension") },
  [WG_ACTION_SUSPEND] = { "suspend", N_ ("Suspend") },
  [WG_ACTION_RESUME] = { "resume", N_ ("Resume") },
  [WG_ACTION_HANDLED] = { "handled", N_ ("Report as handled") },
  [WG_ACTION_VERIFIED] = { "verified", N_ ("Verified") },
  [WG_ACTION_NOT_VERIFIED] = { "not-verified", N_ ("Verification failed") },
  [WG_ACTION_VERIFY_OVERDUE] = { "verify-overdue", N_ ("Verification overdue") },
  [WG_ACTION_EVALUATE] = { "evaluate", N_ ("Evaluate") },
  [WG_ACTION_CLOSE] = { "close", N_ ("Close and archive") },
  [WG_ACTION_REOPEN] = { "reopen", N_ ("Open again") },
  [WG_ACTION_FALSE] = { "false", N_ ("Rule a false report") },
  [WG_ACTION_OMITTED] = { "omitted", N_ ("Confirm an omission") },
  [WG_ACTION_URGE] = { "urge", N_ ("Urge") },
  [WG_ACTION_NOTE] = { "note", N_ ("Add a note") },
};

/**
 * wg_action_to_string:
 * @action: an action
 *
 * Gives the name under which an action is stored and sent.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: a static name
 */
const char *
wg_action_to_string (WgAction action)
{
  g_return_val_if_fail ((guint) action < WG_N_ACTION, NULL);
  return ACTIONS[action].name;
}

/**
 * wg_action_from_string:
 * @name: (nullable): a stored name
 * @out_action: (out): the action
 *
 * Reads the name of an action.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: %TRUE if @name is known
 */
gboolean
wg_action_from_string (const char *name, WgAction *out_action)
{
  for (guint i = 0; i < WG_N_ACTION; i++)
    if (g_strcmp0 (ACTIONS[i].name, name) == 0)
      {
        *out_action = i;
        return TRUE;
      }
  return FALSE;
}

/**
 * wg_action_to_title:
 * @action: an action
 *
 * Gives the words on a button or in a history.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: a msgid; translate it with gettext
 */
const char *
wg_action_to_title (WgAction action)
{
  g_return_val_if_fail ((guint) action < WG_N_ACTION, "");
  return ACTIONS[action].title;
}

/**
 * wg_event_step_new:
 *
 * Makes an empty step.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): the step
 */
WgEventStep *
wg_event_step_new (void)
{
  return g_new0 (WgEventStep, 1);
}

/**
 * wg_event_step_copy:
 * @step: (nullable): a step
 *
 * Copies it deeply.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full) (nullable): the copy
 */
WgEventStep *
wg_event_step_copy (const WgEventStep *step)
{
  if (step == NULL)
    return NULL;

  WgEventStep *copy = g_memdup2 (step, sizeof *step);
  copy->event_id = g_strdup (step->event_id);
  copy->actor = g_strdup (step->actor);
  copy->actor_name = g_strdup (step->actor_name);
  copy->opinion = g_strdup (step->opinion);
  copy->old_value = g_strdup (step->old_value);
  copy->new_value = g_strdup (step->new_value);
  copy->photos = g_strdupv (step->photos);
  return copy;
}

/**
 * wg_event_step_free:
 * @step: (nullable) (transfer full): a step
 *
 * Frees it.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_event_step_free (WgEventStep *step)
{
  if (step == NULL)
    return;
  g_free (step->event_id);
  g_free (step->actor);
  g_free (step->actor_name);
  g_free (step->opinion);
  g_free (step->old_value);
  g_free (step->new_value);
  g_strfreev (step->photos);
  g_free (step);
}

/**
 * wg_workflow_find:
 * @action: an action
 * @from: present state
 * @level: present level
 * @roles: bit set of roles; ~0u for "whoever"
 *
 * Looks a transition up without judging who asks or what is given with it.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer none) (nullable): the row
 */
const WgTransition *
wg_workflow_find (WgAction action, WgEventState from, WgEventLevel level, guint roles)
{
  for (gsize i = 0; i < WG_N_TRANSITIONS; i++)
    {
      const WgTransition *row = &WG_TRANSITIONS[i];
      if (row->action == action && row->from == from &&
          wg_event_level_is_among (level, row->levels) && (row->roles & roles) != 0)
        return row;
    }
  return NULL;
}

static gboolean
is_given (const char *text)
{
  return text != NULL && text[strspn (text, " \t\r\n")] != '\0';
}

static gboolean
has_reported (const WgEvent *event, const WgStepRequest *request)
{
  if (event->state == WG_EVENT_STATE_DRAFT && event->reporter == NULL)
    return TRUE;
  return event->reporter != NULL && g_strcmp0 (event->reporter, request->actor) == 0;
}

/* A level digit or a class code, other than the present one. */
static gboolean
check_new_value (const WgEvent *event, const WgStepRequest *request, GError **error)
{
  const char *value = request->new_value;

  if (request->action == WG_ACTION_CHANGE_LEVEL)
    {
      if (value == NULL || value[0] < '1' || value[0] > '4' || value[1] != '\0')
        g_set_error_literal (error, WG_CORE_ERROR, WG_CORE_ERROR_INVALID,
                             "new_value: give the level as a digit from 1 to 4");
      else if (value[0] - '0' == (int) event->level)
        g_set_error (error, WG_CORE_ERROR, WG_CORE_ERROR_INVALID,
                     "new_value: the level is '%s' already; give another one", value);
      else
        return TRUE;
      return FALSE;
    }
  if (value == NULL || strlen (value) < 4 || strlen (value) > 8 ||
      strspn (value, "0123456789") != strlen (value))
    g_set_error_literal (error, WG_CORE_ERROR, WG_CORE_ERROR_INVALID,
                         "new_value: give the code of a class");
  else if (g_strcmp0 (value, event->class_code) == 0)
    g_set_error (error, WG_CORE_ERROR, WG_CORE_ERROR_INVALID,
                 "new_value: the class is '%s' already; give another one", value);
  else
    return TRUE;
  return FALSE;
}

static gboolean
lowers_major (const WgEvent *event, const WgStepRequest *request)
{
  return event->level >= WG_EVENT_LEVEL_MAJOR && request->new_value[0] - '0' < (int) event->level;
}

static gboolean
check_person (const WgEvent *event,
              const WgTransition *row,
              const WgStepRequest *request,
              GError **error)
{
  if ((row->guards & WG_GUARD_AUTHOR) && !has_reported (event, request))
    {
      g_set_error (error, WG_CORE_ERROR, WG_CORE_ERROR_FORBIDDEN,
                   "%s: only the reporter may do this", wg_action_to_string (row->action));
      return FALSE;
    }
  if (row->guards & WG_GUARD_NOT_HANDLER)
    {
      if (!is_given (request->handled_by))
        {
          g_set_error_literal (error, WG_CORE_ERROR, WG_CORE_ERROR_INVALID,
                               "handled_by: name who handled the event");
          return FALSE;
        }
      if (g_strcmp0 (request->handled_by, request->actor) == 0)
        {
          g_set_error (error, WG_CORE_ERROR, WG_CORE_ERROR_FORBIDDEN,
                       "%s: who handled an event may not verify it",
                       wg_action_to_string (row->action));
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
check_content (const WgEvent *event,
               const WgTransition *row,
               const WgStepRequest *request,
               GError **error)
{
  const char *problem = NULL;

  if ((row->guards & WG_GUARD_OPINION) && !is_given (request->opinion))
    problem = "opinion: say why";
  else if ((row->guards & WG_GUARD_LEAD_ORG) && !is_given (request->lead_org))
    problem = "lead_org: name the unit in charge";
  else if ((row->guards & WG_GUARD_DUPLICATE_OF) && !is_given (request->duplicate_of))
    problem = "duplicate_of: name the other event";
  else if ((row->guards & WG_GUARD_DUPLICATE_OF) &&
           g_strcmp0 (request->duplicate_of, event->id) == 0)
    problem = "duplicate_of: an event is not its own duplicate; name another one";
  else if ((row->guards & WG_GUARD_SELF_HANDLED) && !event->self_handled)
    problem = "self_handled: a daily event is one handled on the spot; set it or raise the level";
  else if ((row->guards & WG_GUARD_SELF_HANDLED) && !is_given (event->handle_note))
    problem = "handle_note: say what was done";
  if (problem != NULL)
    {
      g_set_error_literal (error, WG_CORE_ERROR, WG_CORE_ERROR_INVALID, problem);
      return FALSE;
    }
  if ((row->guards & WG_GUARD_NEW_VALUE) && !check_new_value (event, request, error))
    return FALSE;
  if ((row->guards & WG_GUARD_DISTRICT_LOWERS) && request->role != WG_ROLE_DISTRICT &&
      lowers_major (event, request))
    {
      g_set_error_literal (error, WG_CORE_ERROR, WG_CORE_ERROR_FORBIDDEN,
                           "new_value: only the district lowers a major event; ask it");
      return FALSE;
    }
  return TRUE;
}

static gboolean
check_expectation (const WgEvent *event, const WgStepRequest *request, GError **error)
{
  if (request->expect_state >= 0 && request->expect_state != (int) event->state)
    g_set_error (error, WG_CORE_ERROR, WG_CORE_ERROR_STALE,
                 "state: expected %d, it is %d now; look again", request->expect_state,
                 (int) event->state);
  else if (request->expect_step_no >= 0 && request->expect_step_no != event->step_no)
    g_set_error (error, WG_CORE_ERROR, WG_CORE_ERROR_STALE,
                 "step_no: expected %" G_GINT64_FORMAT ", it is %" G_GINT64_FORMAT
                 " now; look again",
                 request->expect_step_no, event->step_no);
  else
    return TRUE;
  return FALSE;
}

/**
 * wg_workflow_decide:
 * @event: the event as it is now
 * @request: who asks for what
 * @error: return location for an error
 *
 * Judges a step by the table and by the guards that can be judged from @event and
 * @request alone (see %WG_TRANSITIONS for those that cannot). Nothing is changed.
 *
 * Thread: any.
 * Errors: %WG_CORE_ERROR_STALE when the expected state or step number is not the present
 * one; %WG_CORE_ERROR_NOT_FOUND when the table has no such step in this state and level;
 * %WG_CORE_ERROR_FORBIDDEN when this role or person may not; %WG_CORE_ERROR_INVALID when
 * something required is missing or malformed, its name first in the message.
 * Source: protocol.md 4.1
 *
 * Returns: (transfer none) (nullable): the row to apply
 */
const WgTransition *
wg_workflow_decide (const WgEvent *event, const WgStepRequest *request, GError **error)
{
  g_return_val_if_fail (event != NULL && request != NULL, NULL);

  if ((guint) request->action >= WG_N_ACTION)
    {
      g_set_error_literal (error, WG_CORE_ERROR, WG_CORE_ERROR_INVALID, "action: unknown");
      return NULL;
    }
  if (!check_expectation (event, request, error))
    return NULL;
  if (wg_workflow_find (request->action, event->state, event->level, ALL_ROLES) == NULL)
    {
      g_set_error (error, WG_CORE_ERROR, WG_CORE_ERROR_NOT_FOUND,
                   "action: '%s' is no step in state %d at level %d; look at the present state",
                   wg_action_to_string (request->action), (int) event->state, (int) event->level);
      return NULL;
    }

  const WgTransition *row =
      wg_workflow_find (request->action, event->state, event->level, request->role);
  if (row == NULL)
    {
      const char *role = wg_role_to_string (request->role);
      g_set_error (error, WG_CORE_ERROR, WG_CORE_ERROR_FORBIDDEN,
                   "role: '%s' may not '%s' in state %d; ask somebody who may",
                   role != NULL ? role : "?", wg_action_to_string (request->action),
                   (int) event->state);
      return NULL;
    }
  if (!check_person (event, row, request, error) || !check_content (event, row, request, error))
    return NULL;
  return row;
}

/**
 * wg_workflow_may:
 * @event: the event as it is now
 * @action: what might be asked for
 * @role: by which role
 * @is_author: whether that person reported the event
 *
 * Tells whether a button for @action is worth showing: the table has the step for this
 * state, level and role. What must be given with it is wg_workflow_decide()'s matter.
 *
 * Thread: any.
 * Errors: none.
 * Source: protocol.md 4.1, 4.3
 *
 * Returns: %TRUE if so
 */
gboolean
wg_workflow_may (const WgEvent *event, WgAction action, WgRole role, gboolean is_author)
{
  g_return_val_if_fail (event != NULL, FALSE);

  const WgTransition *row = wg_workflow_find (action, event->state, event->level, role);
  return row != NULL && (is_author || !(row->guards & WG_GUARD_AUTHOR));
}

/**
 * wg_workflow_apply:
 * @event: the event; changed in place
 * @transition: the row that wg_workflow_decide() gave
 * @request: the request that it was given for
 *
 * Carries a step out: state and step number, and what the step itself sets (reporter and
 * reported level at the report, level, class, the linked event).
 *
 * Thread: any.
 * Errors: none; another state than the row's is a programming fault.
 * Source: protocol.md 4.1
 */
void
wg_workflow_apply (WgEvent *event, const WgTransition *transition, const WgStepRequest *request)
{
  g_return_if_fail (event != NULL && transition != NULL && request != NULL);
  g_return_if_fail (event->state == transition->from);

  switch (transition->action)
    {
    case WG_ACTION_REPORT:
    case WG_ACTION_ATTACH:
      event->level_reported = event->level;
      if (event->reporter == NULL)
        event->reporter = g_strdup (request->actor);
      break;
    case WG_ACTION_CHANGE_LEVEL:
      g_return_if_fail (request->new_value != NULL);
      event->level = (WgEventLevel) (request->new_value[0] - '0');
      break;
    case WG_ACTION_CHANGE_CLASS:
      g_set_str (&event->class_code, request->new_value);
      break;
    default:
      break;
    }
  if (transition->guards & WG_GUARD_DUPLICATE_OF)
    g_set_str (&event->duplicate_of, request->duplicate_of);
  event->state = transition->to;
  event->step_no++;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An event: life of the structure, tidying, rules across fields, names of levels and states. */
#include "core/wg-event.h"

#include <glib/gi18n.h>
#include <math.h>
#include <string.h>

#include "core/wg-geo.h"
#include "core/wg-id.h"
#include "core/wg-org.h"

#define MINUTE_MS G_GINT64_CONSTANT (60000)
#define DAY_MS (1440 * MINUTE_MS)
#define FUTURE_LIMIT_MS (10 * MINUTE_MS)
#define OLD_LIMIT_MS (30 * DAY_MS)
#define FIX_AGE_LIMIT_MS (5 * MINUTE_MS)
#define FIX_ACCURACY_LIMIT_M 50.0
#define TITLE_MAX 50

/**
 * wg_event_new:
 *
 * Makes an empty draft without a place.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): the event
 */
WgEvent *
wg_event_new (void)
{
  WgEvent *event = g_new0 (WgEvent, 1);

  wg_fields_clear (WG_EVENT_FIELDS, event);
  event->fix_source = WG_FIX_NONE;
  return event;
}

/**
 * wg_event_copy:
 * @event: (nullable): an event
 *
 * Copies it deeply.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full) (nullable): the copy
 */
WgEvent *
wg_event_copy (const WgEvent *event)
{
  if (event == NULL)
    return NULL;

  WgEvent *copy = wg_event_new ();
  copy->id = g_strdup (event->id);
  copy->ver = event->ver;
  for (const WgField *field = WG_EVENT_FIELDS; field->name != NULL; field++)
    wg_field_copy (field, event, copy);
  return copy;
}

/**
 * wg_event_free:
 * @event: (nullable) (transfer full): an event
 *
 * Frees it.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_event_free (WgEvent *event)
{
  if (event == NULL)
    return;
  wg_fields_clear (WG_EVENT_FIELDS, event);
  g_free (event->id);
  g_free (event);
}

/* NFC, one kind of line end, no blanks around; what is no UTF-8 is left for the check. */
static char *
tidy_text (const char *text, gboolean multiline)
{
  g_autofree char *composed = g_utf8_normalize (text, -1, G_NORMALIZE_NFC);

  if (composed == NULL)
    return g_strdup (text);

  g_autoptr (GString) out = g_string_sized_new (strlen (composed));
  gsize end = 0;
  for (const char *at = composed; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);
      if (c == '\r' && at[1] == '\n')
        continue;
      if (c == '\r' && multiline)
        c = '\n';
      else if (c == '\t' || (!multiline && (c == '\r' || c == '\n')))
        c = ' ';
      if (out->len == 0 && g_unichar_isspace (c))
        continue;
      g_string_append_unichar (out, c);
      if (!g_unichar_isspace (c))
        end = out->len;
    }
  g_string_truncate (out, end);
  return out->len > 0 ? g_strdup (out->str) : NULL;
}

/* Digits alone, full-width ones folded, without the country code; other signs stay to be seen. */
static char *
tidy_phone (const char *phone)
{
  g_autoptr (GString) out = g_string_new (NULL);

  if (!g_utf8_validate (phone, -1, NULL))
    return g_strdup (phone);
  for (const char *at = phone; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);
      if (c > 0xff00 && c < 0xff5f)
        c -= 0xfee0;
      if (c == '-' || c == '(' || c == ')' || c == 0x2013 || c == 0x2014 || g_unichar_isspace (c))
        continue;
      g_string_append_unichar (out, c);
    }
  if (g_str_has_prefix (out->str, "+86"))
    g_string_erase (out, 0, 3);
  else if (g_str_has_prefix (out->str, "0086"))
    g_string_erase (out, 0, 4);
  else if (out->len == 13 && g_str_has_prefix (out->str, "86"))
    g_string_erase (out, 0, 2);
  return out->len > 0 ? g_strdup (out->str) : NULL;
}

static double
round_degree (double degree)
{
  return isfinite (degree) ? round (degree * 1e7) / 1e7 : degree;
}

/**
 * wg_event_normalize:
 * @event: what a person gave
 * @class_name: (nullable): name of the event's class
 *
 * Tidies an event before it is checked and reported: text becomes NFC without blanks
 * around it, a phone number digits alone, degrees seven decimals. An empty title becomes
 * the class's name. A daily event is one handled on the spot; if nothing says what was
 * done, the class's name does, so that one tap is a whole record. Doing it twice changes
 * nothing more.
 *
 * Thread: any.
 * Errors: none.
 * Source: domain.md 5.1, 5.24; ux.md rule 7
 */
void
wg_event_normalize (WgEvent *event, const char *class_name)
{
  g_return_if_fail (event != NULL);

  for (const WgField *field = WG_EVENT_FIELDS; field->name != NULL; field++)
    {
      gpointer cell = wg_field_pointer (field, event);
      char **text = cell;
      double *degree = cell;
      g_autofree char *old = NULL;

      if (field->type == WG_FIELD_DEGREE)
        *degree = round_degree (*degree);
      if (field->type != WG_FIELD_TEXT || *text == NULL)
        continue;
      old = *text;
      *text = tidy_text (old, (field->flags & WG_FIELD_MULTILINE) != 0);
    }
  if (event->informant_phone != NULL)
    {
      g_autofree char *old = event->informant_phone;
      event->informant_phone = tidy_phone (old);
    }
  if (event->title == NULL && class_name != NULL)
    event->title =
        g_utf8_substring (class_name, 0, MIN (TITLE_MAX, g_utf8_strlen (class_name, -1)));
  event->self_handled = event->level == WG_EVENT_LEVEL_DAILY;
  if (event->self_handled && event->handle_note == NULL)
    event->handle_note = g_strdup (class_name);
}

static void
check_times (const WgEvent *event, gint64 now_ms, GPtrArray *issues)
{
  /* A tablet's clock may be wrong: it is marked, the record is not lost. */
  if (event->occurred_ms > now_ms && event->occurred_ms - now_ms > FUTURE_LIMIT_MS)
    wg_issues_add (issues, "occurred_ms", WG_ISSUE_FUTURE, FALSE);
  if (event->occurred_ms > 0 && now_ms - event->occurred_ms > OLD_LIMIT_MS)
    wg_issues_add (issues, "occurred_ms", WG_ISSUE_OLD, FALSE);
}

static void
check_place (const WgEvent *event, GPtrArray *issues)
{
  gboolean has_point = !isnan (event->lon) && !isnan (event->lat);

  if (isnan (event->lon) != isnan (event->lat))
    wg_issues_add (issues, isnan (event->lon) ? "lon" : "lat", WG_ISSUE_MISSING, TRUE);
  if (isnan (event->raw_lon) != isnan (event->raw_lat))
    wg_issues_add (issues, isnan (event->raw_lon) ? "raw_lon" : "raw_lat", WG_ISSUE_MISSING, TRUE);
  if (event->level >= WG_EVENT_LEVEL_GENERAL)
    {
      /* Nobody finds a matter without a point or a word of place; a major one goes out all the
       * same. */
      if (!has_point)
        wg_issues_add (issues, "lon", WG_ISSUE_MISSING,
                       event->address == NULL && event->level == WG_EVENT_LEVEL_GENERAL);
      if (event->address == NULL)
        wg_issues_add (issues, "address", WG_ISSUE_MISSING, FALSE);
    }
  if (has_point && event->fix_accuracy_m > FIX_ACCURACY_LIMIT_M)
    wg_issues_add (issues, "fix_accuracy_m", WG_ISSUE_RANGE, FALSE);
  if (has_point && event->fix_ms > 0 && event->reported_ms > event->fix_ms &&
      event->reported_ms - event->fix_ms > FIX_AGE_LIMIT_MS)
    wg_issues_add (issues, "fix_ms", WG_ISSUE_OLD, FALSE);
}

/* Mobile: 11 digits from 13; landline: area of 3 or 4 digits and 7 or 8, or a number of 3 to 8. */
static gboolean
is_phone (const char *phone)
{
  gsize length = strlen (phone);

  if (strspn (phone, "0123456789") != length)
    return FALSE;
  if (phone[0] == '0')
    return length >= 10 && length <= 12;
  if (length == 11)
    return phone[0] == '1' && phone[1] >= '3';
  return length >= 3 && length <= 8;
}

static gboolean
has_letter (const char *text)
{
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    if (g_unichar_isalpha (g_utf8_get_char (at)))
      return TRUE;
  return FALSE;
}

static void
check_words (const WgEvent *event, GPtrArray *issues)
{
  if (event->title != NULL && g_utf8_validate (event->title, -1, NULL) &&
      !has_letter (event->title))
    wg_issues_add (issues, "title", WG_ISSUE_MALFORMED, FALSE);
  if (event->level >= WG_EVENT_LEVEL_GENERAL && event->description == NULL)
    wg_issues_add (issues, "description", WG_ISSUE_MISSING, FALSE);
  if (event->informant_phone != NULL && !is_phone (event->informant_phone))
    wg_issues_add (issues, "informant_phone", WG_ISSUE_MALFORMED, FALSE);
}

static void
check_links (const WgEvent *event, GPtrArray *issues)
{
  if (event->level != WG_EVENT_LEVEL_DAILY && event->self_handled)
    wg_issues_add (issues, "self_handled", WG_ISSUE_RANGE, TRUE);
  if (event->self_handled && event->handle_note == NULL)
    wg_issues_add (issues, "handle_note", WG_ISSUE_MISSING, TRUE);
  if (event->duplicate_of != NULL &&
      (!wg_id_is_valid (event->duplicate_of) || g_strcmp0 (event->duplicate_of, event->id) == 0))
    wg_issues_add (issues, "duplicate_of", WG_ISSUE_MALFORMED, TRUE);
  if (event->grid_code != NULL && !wg_grid_code_is_valid (event->grid_code))
    wg_issues_add (issues, "grid_code", WG_ISSUE_MALFORMED, TRUE);
}

/**
 * wg_event_check:
 * @event: a normalized event (wg_event_normalize())
 * @now_ms: present time of the judge, for the limits of the event's own times
 *
 * Lists what breaks a rule. Beside the limits of each field, these block: half a
 * position, a general event with neither point nor address, "handled on the spot" above
 * the daily level or without words, malformed links and grid codes. These warn: times in
 * the future or long ago, missing point, address or description, a coarse or old fix, a
 * title without letters, an odd phone number. Whether the class exists and allows the
 * level is wg_standard_check_event()'s matter, whether the grid does is the tables'.
 *
 * Thread: any.
 * Errors: none; findings are no errors.
 * Source: domain.md 5.1, 5.24; design.md 2 (15)
 *
 * Returns: (transfer full) (element-type WgIssue): findings, none if all is well
 */
GPtrArray *
wg_event_check (const WgEvent *event, gint64 now_ms)
{
  g_return_val_if_fail (event != NULL, NULL);

  GPtrArray *issues = wg_issues_new ();
  wg_fields_check (WG_EVENT_FIELDS, event, issues);
  if (event->id != NULL && !wg_id_is_valid (event->id))
    wg_issues_add (issues, "id", WG_ISSUE_MALFORMED, TRUE);
  check_times (event, now_ms, issues);
  check_place (event, issues);
  check_words (event, issues);
  check_links (event, issues);
  return issues;
}

/**
 * wg_event_level_to_string:
 * @level: a level
 *
 * Names a level.
 *
 * Thread: any.
 * Errors: none.
 * Source: 考核办法 三(一)1
 *
 * Returns: a msgid; translate it with gettext
 */
const char *
wg_event_level_to_string (WgEventLevel level)
{
  switch (level)
    {
    case WG_EVENT_LEVEL_DAILY:
      return N_ ("Daily event");
    case WG_EVENT_LEVEL_GENERAL:
      return N_ ("General event");
    case WG_EVENT_LEVEL_MAJOR:
      return N_ ("Major event");
    case WG_EVENT_LEVEL_GRAVE:
      return N_ ("Grave event");
    case WG_EVENT_LEVEL_NONE:
    default:
      return N_ ("No level");
    }
}

static const struct
{
  WgEventState state;
  const char *title;
  gboolean is_open;
  WgLoopStep step;
} STATES[] = {
  { WG_EVENT_STATE_DRAFT, N_ ("Draft"), FALSE, WG_LOOP_STEP_REPORT },
  { WG_EVENT_STATE_REPORTED, N_ ("Waiting for acceptance"), TRUE, WG_LOOP_STEP_ACCEPT },
  { WG_EVENT_STATE_RETURNED, N_ ("Returned for supplement"), TRUE, WG_LOOP_STEP_REPORT },
  { WG_EVENT_STATE_REFUSED, N_ ("Not accepted"), FALSE, WG_LOOP_STEP_ACCEPT },
  { WG_EVENT_STATE_VOID, N_ ("Void or duplicate"), FALSE, WG_LOOP_STEP_ACCEPT },
  { WG_EVENT_STATE_ACCEPTED, N_ ("Accepted, waiting for dispatch"), TRUE, WG_LOOP_STEP_DISPATCH },
  { WG_EVENT_STATE_DISPATCHED, N_ ("Dispatched, waiting for signature"), TRUE,
    WG_LOOP_STEP_HANDLE },
  { WG_EVENT_STATE_SENT_BACK, N_ ("Sent back by the handler"), TRUE, WG_LOOP_STEP_DISPATCH },
  { WG_EVENT_STATE_HANDLING, N_ ("Being handled"), TRUE, WG_LOOP_STEP_HANDLE },
  { WG_EVENT_STATE_SUSPENDED, N_ ("Suspended"), TRUE, WG_LOOP_STEP_HANDLE },
  { WG_EVENT_STATE_EXTENDING, N_ ("Extension asked for"), TRUE, WG_LOOP_STEP_HANDLE },
  { WG_EVENT_STATE_VERIFYING, N_ ("Waiting for verification"), TRUE, WG_LOOP_STEP_VERIFY },
  { WG_EVENT_STATE_REWORK, N_ ("In rework"), TRUE, WG_LOOP_STEP_HANDLE },
  { WG_EVENT_STATE_EVALUATING, N_ ("Waiting for evaluation"), TRUE, WG_LOOP_STEP_EVALUATE },
  { WG_EVENT_STATE_CLOSED, N_ ("Closed"), FALSE, WG_LOOP_STEP_EVALUATE },
  { WG_EVENT_STATE_ARCHIVED, N_ ("Archived"), FALSE, WG_LOOP_STEP_EVALUATE },
};

static int
find_state (gint64 code)
{
  for (gsize i = 0; i < G_N_ELEMENTS (STATES); i++)
    if ((gint64) STATES[i].state == code)
      return (int) i;
  return -1;
}

/**
 * wg_event_state_to_string:
 * @state: a state
 *
 * Names a state.
 *
 * Thread: any.
 * Errors: none.
 * Source: domain.md 5.1
 *
 * Returns: a msgid; translate it with gettext
 */
const char *
wg_event_state_to_string (WgEventState state)
{
  int row = find_state (state);

  return row >= 0 ? STATES[row].title : N_ ("Unknown state");
}

/**
 * wg_loop_step_to_string:
 * @step: one of the six steps
 *
 * Names a step of the closed loop.
 *
 * Thread: any.
 * Errors: none.
 * Source: 考核办法 三(一)2
 *
 * Returns: a msgid; translate it with gettext
 */
const char *
wg_loop_step_to_string (WgLoopStep step)
{
  static const char *const names[WG_N_LOOP_STEP] = {
    [WG_LOOP_STEP_REPORT] = N_ ("Collect and report"),
    [WG_LOOP_STEP_ACCEPT] = N_ ("Accept and file"),
    [WG_LOOP_STEP_DISPATCH] = N_ ("Dispatch"),
    [WG_LOOP_STEP_HANDLE] = N_ ("Handle"),
    [WG_LOOP_STEP_VERIFY] = N_ ("Verify and feed back"),
    [WG_LOOP_STEP_EVALUATE] = N_ ("Supervise and evaluate"),
  };

  g_return_val_if_fail ((guint) step < WG_N_LOOP_STEP, "");
  return names[step];
}

/**
 * wg_event_level_is_valid:
 * @code: any number
 *
 * Tells whether @code is a level of the standard table.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: %TRUE if so
 */
gboolean
wg_event_level_is_valid (gint64 code)
{
  return code >= WG_EVENT_LEVEL_DAILY && code <= WG_EVENT_LEVEL_GRAVE;
}

/**
 * wg_event_level_is_among:
 * @code: any number, also one of a later version
 * @levels: bit set, 1 << level
 *
 * Tells whether @code is a level of the standard table and in the set.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: %TRUE if so
 */
gboolean
wg_event_level_is_among (gint64 code, guint levels)
{
  return wg_event_level_is_valid (code) && (levels & 1u << code) != 0;
}

/**
 * wg_event_state_is_valid:
 * @code: any number
 *
 * Tells whether @code is a state of the standard table.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: %TRUE if so
 */
gboolean
wg_event_state_is_valid (gint64 code)
{
  return find_state (code) >= 0;
}

/**
 * wg_event_state_is_open:
 * @state: a state
 *
 * Tells whether somebody still has to act: reported, and neither closed nor refused nor void.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: %TRUE if open
 */
gboolean
wg_event_state_is_open (WgEventState state)
{
  int row = find_state (state);

  return row >= 0 && STATES[row].is_open;
}

/**
 * wg_event_state_get_loop_step:
 * @state: a state
 *
 * Gives the step that is going on in a state: a reported event is in "accept", a
 * returned one back in "report", a dispatched one in "handle". Closed and archived
 * events are past the last step.
 *
 * Thread: any.
 * Errors: none.
 * Source: 考核办法 三(一)2
 *
 * Returns: the step
 */
WgLoopStep
wg_event_state_get_loop_step (WgEventState state)
{
  int row = find_state (state);

  return row >= 0 ? STATES[row].step : WG_LOOP_STEP_REPORT;
}

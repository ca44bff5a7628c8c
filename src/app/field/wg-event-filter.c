/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Groups of events that a list or the map can be narrowed to, and search in their words. */
#include "app/field/wg-event-filter.h"

#include <glib/gi18n.h>

/**
 * wg_event_group_to_string:
 * @group: a group of events
 *
 * Names a group.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer none): a msgid
 */
const char *
wg_event_group_to_string (WgEventGroup group)
{
  switch (group)
    {
    case WG_EVENT_GROUP_RETURNED:
      return N_ ("Returned");
    case WG_EVENT_GROUP_WAITING:
      return N_ ("Not confirmed");
    case WG_EVENT_GROUP_OPEN:
      return N_ ("Open");
    case WG_EVENT_GROUP_DONE:
      return N_ ("Done");
    case WG_EVENT_GROUP_ALL:
    case WG_N_EVENT_GROUP:
    default:
      return N_ ("All");
    }
}

/**
 * wg_event_group_has:
 * @group: a group
 * @state: where the platform stands with an event
 * @truth: how far its operations are delivered
 *
 * Tells whether an event belongs to a group.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: %TRUE if it does
 */
gboolean
wg_event_group_has (WgEventGroup group, WgEventState state, WgTruth truth)
{
  switch (group)
    {
    case WG_EVENT_GROUP_RETURNED:
      return state == WG_EVENT_STATE_RETURNED || truth == WG_TRUTH_REFUSED;
    case WG_EVENT_GROUP_WAITING:
      return truth < WG_TRUTH_APPLIED || truth == WG_TRUTH_CONFLICT;
    case WG_EVENT_GROUP_OPEN:
      return wg_event_state_is_open (state);
    case WG_EVENT_GROUP_DONE:
      return !wg_event_state_is_open (state);
    case WG_EVENT_GROUP_ALL:
    case WG_N_EVENT_GROUP:
    default:
      return TRUE;
    }
}

static gboolean
contains (const char *text, const char *folded)
{
  g_autofree char *mine = text != NULL ? g_utf8_casefold (text, -1) : NULL;

  return mine != NULL && strstr (mine, folded) != NULL;
}

/**
 * wg_event_view_matches:
 * @view: an event
 * @folded: text looked for, case folded
 *
 * Looks for a text in what an event says: class, title, words, place, number.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: %TRUE if it is there
 */
gboolean
wg_event_view_matches (const WgEventView *view, const char *folded)
{
  const WgEvent *event = view->event;

  return contains (view->class_name, folded) || contains (event->title, folded) ||
         contains (event->description, folded) || contains (event->address, folded) ||
         contains (event->event_no, folded) || contains (event->handle_note, folded) ||
         (event->class_code != NULL && g_str_has_prefix (event->class_code, folded));
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the screens name an event's level, delivery, state and limits: always an icon and a word. */
#include "app/field/wg-event-words.h"

#include <glib/gi18n.h>

#include "app/wg-text.h"

/**
 * wg_level_to_mark:
 * @level: a level
 *
 * Names a level in two characters, for marks in lists and on the map.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer none): translated text
 */
const char *
wg_level_to_mark (WgEventLevel level)
{
  switch (level)
    {
    case WG_EVENT_LEVEL_DAILY:
      return C_ ("level", "Daily");
    case WG_EVENT_LEVEL_GENERAL:
      return C_ ("level", "General");
    case WG_EVENT_LEVEL_MAJOR:
      return C_ ("level", "Major");
    case WG_EVENT_LEVEL_GRAVE:
      return C_ ("level", "Grave");
    case WG_EVENT_LEVEL_NONE:
    default:
      return C_ ("level", "None");
    }
}

/**
 * wg_level_to_style:
 * @level: a level
 *
 * Gives the style class of a level's mark.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer none): a class of style.css
 */
const char *
wg_level_to_style (WgEventLevel level)
{
  if (level == WG_EVENT_LEVEL_MAJOR || level == WG_EVENT_LEVEL_GRAVE)
    return "major";
  return level == WG_EVENT_LEVEL_GENERAL ? "general" : "daily";
}

/**
 * wg_truth_to_icon:
 * @truth: a state of delivery
 *
 * Gives the icon that stands beside the word.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer none): an icon name
 */
const char *
wg_truth_to_icon (WgTruth truth)
{
  switch (truth)
    {
    case WG_TRUTH_HELD:
      return "alarm-symbolic";
    case WG_TRUTH_SAVED:
      return "tablet-symbolic";
    case WG_TRUTH_SENDING:
      return "network-transmit-symbolic";
    case WG_TRUTH_RECEIVED:
      return "mail-read-symbolic";
    case WG_TRUTH_APPLIED:
      return "object-select-symbolic";
    case WG_TRUTH_NO_PHOTO:
      return "camera-photo-symbolic";
    case WG_TRUTH_CONFLICT:
      return "dialog-question-symbolic";
    case WG_TRUTH_REFUSED:
      return "dialog-warning-symbolic";
    case WG_TRUTH_UNDONE:
    default:
      return "edit-undo-symbolic";
    }
}

/**
 * wg_truth_to_style:
 * @truth: a state of delivery
 *
 * Gives the style class of the icon and word.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer none): a class of style.css
 */
const char *
wg_truth_to_style (WgTruth truth)
{
  switch (truth)
    {
    case WG_TRUTH_APPLIED:
      return "success";
    case WG_TRUTH_NO_PHOTO:
    case WG_TRUTH_CONFLICT:
      return "warning";
    case WG_TRUTH_REFUSED:
      return "error";
    case WG_TRUTH_SENDING:
    case WG_TRUTH_RECEIVED:
      return "accent";
    case WG_TRUTH_HELD:
    case WG_TRUTH_SAVED:
    case WG_TRUTH_UNDONE:
    default:
      return "plain";
    }
}

/**
 * wg_event_state_to_icon:
 * @view: an event
 *
 * Gives the icon that stands beside the word for how far an event has come.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer none): an icon name
 */
const char *
wg_event_state_to_icon (const WgEventView *view)
{
  WgEventState state = view->event->state;

  if (view->event->ver == 0)
    return "content-loading-symbolic";
  if (state == WG_EVENT_STATE_RETURNED || state == WG_EVENT_STATE_REFUSED)
    return "dialog-warning-symbolic";
  if (state == WG_EVENT_STATE_VOID)
    return "edit-undo-symbolic";
  if (!wg_event_state_is_valid (state))
    return "dialog-question-symbolic";
  return wg_event_state_is_open (state) ? "go-next-symbolic" : "object-select-symbolic";
}

/**
 * wg_event_state_to_style:
 * @view: an event
 *
 * Gives the style class of the icon and word for how far an event has come.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer none): a class of style.css
 */
const char *
wg_event_state_to_style (const WgEventView *view)
{
  WgEventState state = view->event->state;

  if (view->event->ver == 0 || state == WG_EVENT_STATE_VOID || !wg_event_state_is_valid (state))
    return "plain";
  if (state == WG_EVENT_STATE_RETURNED || state == WG_EVENT_STATE_REFUSED)
    return "warning";
  return wg_event_state_is_open (state) ? "accent" : "success";
}

static char *
describe_limit (gint64 amount, WgTimeUnit unit)
{
  switch (unit)
    {
    case WG_UNIT_WORK_MINUTE:
      return amount % 60 == 0 ? g_strdup_printf (_("%d working h"), (int) (amount / 60))
                              : g_strdup_printf (_("%d working min"), (int) amount);
    case WG_UNIT_WORK_DAY:
      return g_strdup_printf (_("%d working days"), (int) amount);
    case WG_UNIT_MINUTE:
      return g_strdup_printf (_("%d min"), (int) amount);
    case WG_UNIT_HOUR:
      return g_strdup_printf (_("%d h"), (int) amount);
    case WG_UNIT_DAY:
    default:
      return g_strdup_printf (_("%d days"), (int) amount);
    }
}

/**
 * wg_event_describe_limits:
 * @row: a class of the event standard
 *
 * Tells what the standard says of a class: suggested level, who handles it, by when.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): one translated line
 */
char *
wg_event_describe_limits (const WgEventClass *row)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_append_printf (text, _("Suggested: %s"), wg_level_to_mark (row->default_level));
  if (row->lead_role != NULL && *row->lead_role != '\0')
    g_string_append_printf (text, _(" · Handled by: %s"), row->lead_role);
  if (row->accept_amount > 0)
    {
      g_autofree char *limit = describe_limit (row->accept_amount, row->accept_unit);

      g_string_append_printf (text, _(" · Accept within %s"), limit);
    }
  if (row->handle_amount > 0)
    {
      g_autofree char *limit = describe_limit (row->handle_amount, row->handle_unit);

      g_string_append_printf (text, _(" · Handle within %s"), limit);
    }
  return g_string_free_and_steal (g_steal_pointer (&text));
}

/**
 * wg_event_describe_what:
 * @view: an event
 *
 * Tells what an event is about: its class, and its title where that says more.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): one line
 */
char *
wg_event_describe_what (const WgEventView *view)
{
  const char *name = view->class_name != NULL ? view->class_name : view->event->class_code;

  if (view->event->title != NULL && g_strcmp0 (view->event->title, name) != 0)
    return name != NULL ? g_strdup_printf ("%s · %s", name, view->event->title)
                        : g_strdup (view->event->title);
  return g_strdup (name != NULL ? name : _("Event"));
}

/**
 * wg_event_describe_state:
 * @view: an event
 *
 * Tells how far the platform has come with an event; before it has it, only that it is here.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): translated text
 */
char *
wg_event_describe_state (const WgEventView *view)
{
  if (view->event->ver == 0)
    return g_strdup (_("Not confirmed by the platform yet"));
  return g_strdup (_(wg_event_state_to_string (view->event->state)));
}

/**
 * wg_event_find_return:
 * @view: an event
 *
 * Finds why an event was returned to its reporter.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer none) (nullable): words of the newest return; %NULL when it is not returned
 */
const char *
wg_event_find_return (const WgEventView *view)
{
  if (view->event->state != WG_EVENT_STATE_RETURNED)
    return NULL;
  for (guint i = view->steps != NULL ? view->steps->len : 0; i > 0; i--)
    {
      const WgEventStep *step = g_ptr_array_index (view->steps, i - 1);

      if (step->action == WG_ACTION_RETURN && step->opinion != NULL)
        return step->opinion;
    }
  return _ ("no reason given");
}

/**
 * wg_event_describe_refusal:
 * @refusal: a WgRefusal; below 0 one that this version does not know
 * @code: (nullable): its name on the wire
 * @field: (nullable): the field at fault
 * @detail: (nullable): what the platform says beside it, a msgid or text
 *
 * Tells why the platform refused: where the fault is, what it is, what to do.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): translated text
 */
char *
wg_event_describe_refusal (int refusal, const char *code, const char *field, const char *detail)
{
  const WgField *row = field != NULL ? wg_field_find (WG_EVENT_FIELDS, field) : NULL;
  const char *why = refusal >= 0 ? _(wg_refusal_to_title ((WgRefusal) refusal))
: code != NULL                     ? code
                                 : _("Refused");

  if (row != NULL)
    return wg_text_label (_(row->title), detail != NULL ? _(detail) : why);
  return wg_text_join ("\n", (const char *[]) { why, detail != NULL ? _(detail) : NULL }, 2);
}

/**
 * wg_event_describe_kept:
 * @view: a refused event
 *
 * Tells what the refused operation said and the event is not shown with: the event had moved on, or
 * a step did not happen. It is nowhere else than here, so its author can say it another way.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full) (nullable): translated text; %NULL when all of it is in view
 */
char *
wg_event_describe_kept (const WgEventView *view)
{
  const WgOperation *operation = view->refused;
  g_autoptr (GString) text = g_string_new (NULL);

  if (operation == NULL)
    return NULL;
  for (guint i = 0; operation->event && operation->fields && operation->fields[i]; i++)
    {
      const WgField *field = wg_field_find (WG_EVENT_FIELDS, operation->fields[i]);

      if (field == NULL || !wg_field_is_text (field) || (field->flags & WG_FIELD_PERSONAL) ||
          wg_field_equal (field, operation->event, view->event))
        continue;
      const char *value = G_STRUCT_MEMBER (const char *, operation->event, field->offset);
      g_autofree char *line = wg_text_label (_(field->title), value != NULL ? value : "—");
      g_string_append_printf (text, "\n%s", line);
    }
  if (operation->kind == WG_OPERATION_EVENT_STEP && operation->opinion)
    g_string_append_printf (text, "\n%s", operation->opinion);
  return text->len == 0 ? NULL : g_strconcat (_("You had written:"), text->str, NULL);
}

/**
 * wg_event_get_phrases:
 *
 * Gives the phrases that are offered to be tapped: typing Chinese on glass is slow, and these
 * are most of what is said.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer none) (array zero-terminated=1): msgids
 */
const char *const *
wg_event_get_phrases (void)
{
  static const char *const phrases[] = {
    N_ ("Seen on patrol"),
    N_ ("Reported by a resident"),
    N_ ("Persuaded on the spot"),
    N_ ("Told the property manager"),
    N_ ("Blocks the way"),
    N_ ("Danger to passers-by"),
    N_ ("Happened several times"),
    N_ ("Needs the department"),
    NULL,
  };

  return phrases;
}

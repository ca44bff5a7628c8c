/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events and their steps as JSON, by the table of fields. */
#include "wire/wg-wire-event.h"

#include <string.h>

#include "core/wg-record.h"
#include "wire/wg-json-private.h"

typedef union
{
  char *text;
  char **hashes;
  gint64 number;
  int code;
  double real;
} Cell __attribute__ ((aligned (4))); /* the members that are int lie at multiples of four only */

/**
 * wg_wire_field_write:
 * @writer: a writer
 * @field: row of the table
 * @record: the structure that the table describes
 * @name: (nullable): member name, %NULL inside an array
 *
 * Writes one field; one that is not given is left out of an object and is null in an
 * array.
 *
 * Thread: one at a time.
 * Errors: none.
 */
void
wg_wire_field_write (WgJsonWriter *writer,
                     const WgField *field,
                     gconstpointer record,
                     const char *name)
{
  const Cell *cell = wg_field_pointer (field, record);

  if (!wg_field_is_set (field, record))
    {
      if (name == NULL)
        wg_json_writer_null (writer, NULL);
      return;
    }
  switch (field->type)
    {
    case WG_FIELD_TEXT:
    case WG_FIELD_CODE:
    case WG_FIELD_ID:
    case WG_FIELD_DATE:
    case WG_FIELD_PHONE:
    case WG_FIELD_CITIZEN:
    case WG_FIELD_RECORD:
      wg_json_writer_string (writer, name, cell->text);
      break;
    case WG_FIELD_INT:
    case WG_FIELD_TIME:
      wg_json_writer_int (writer, name, cell->number);
      break;
    case WG_FIELD_ENUM:
      wg_json_writer_int (writer, name, cell->code);
      break;
    case WG_FIELD_REAL:
      wg_json_writer_real (writer, name, cell->real);
      break;
    case WG_FIELD_DEGREE:
      wg_json_writer_degree (writer, name, cell->real);
      break;
    case WG_FIELD_FLAG:
      wg_json_writer_flag (writer, name, TRUE);
      break;
    case WG_FIELD_HASHES:
    case WG_FIELD_CODES:
      wg_json_writer_texts (writer, name, (const char *const *) cell->hashes);
      break;
    default:
      g_return_if_reached ();
    }
}

static gboolean
read_texts (const WgField *field, yyjson_val *value, gpointer record)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  gsize i, n;
  yyjson_val *text;

  if (!yyjson_is_arr (value))
    return FALSE;
  yyjson_arr_foreach (value, i, n, text)
  {
    if (!yyjson_is_str (text))
      return FALSE;
    g_strv_builder_add (builder, yyjson_get_str (text));
  }
  g_auto (GStrv) texts = g_strv_builder_end (builder);
  wg_field_set_list (field, record, (const char *const *) texts);
  return TRUE;
}

/**
 * wg_wire_field_read:
 * @field: row of the table
 * @value: a checked value; null means "not given"
 * @record: the structure that the table describes
 *
 * Reads one field and checks its type; whether the value is allowed is the core's rule.
 * An old value is freed.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: %FALSE when the value is of another type; then the field is not given
 */
gboolean
wg_wire_field_read (const WgField *field, yyjson_val *value, gpointer record)
{
  const WgField only[] = { *field, { NULL } };
  Cell *cell = wg_field_pointer (field, record);

  wg_fields_clear (only, record);
  if (yyjson_is_null (value))
    return TRUE;
  switch (field->type)
    {
    case WG_FIELD_TEXT:
    case WG_FIELD_CODE:
    case WG_FIELD_ID:
    case WG_FIELD_DATE:
    case WG_FIELD_PHONE:
    case WG_FIELD_CITIZEN:
    case WG_FIELD_RECORD:
      if (yyjson_is_str (value) && yyjson_get_len (value) > 0)
        cell->text = g_strdup (yyjson_get_str (value));
      return yyjson_is_str (value);
    case WG_FIELD_INT:
    case WG_FIELD_TIME:
      if (!wg_json_value_is_int (value, -WG_JSON_INT_MAX, WG_JSON_INT_MAX))
        return FALSE;
      cell->number = yyjson_get_sint (value);
      return TRUE;
    case WG_FIELD_ENUM:
      if (!wg_json_value_is_int (value, 1, G_MAXINT)) /* 0 is: not given */
        return FALSE;
      cell->code = (int) yyjson_get_sint (value);
      return TRUE;
    case WG_FIELD_REAL:
    case WG_FIELD_DEGREE:
      if (yyjson_is_num (value))
        cell->real = yyjson_get_num (value);
      return yyjson_is_num (value);
    case WG_FIELD_FLAG:
      cell->code = yyjson_is_true (value);
      return yyjson_is_bool (value);
    case WG_FIELD_HASHES:
    case WG_FIELD_CODES:
      return read_texts (field, value, record);
    default:
      g_return_val_if_reached (FALSE);
    }
}

static void
write_event (WgJsonWriter *writer, const char *name, const WgEvent *event)
{
  wg_json_writer_begin_object (writer, name);
  wg_json_writer_string (writer, "id", event->id);
  for (const WgField *field = WG_EVENT_FIELDS; field->name != NULL; field++)
    wg_wire_field_write (writer, field, event, field->name);
  if (event->ver != 0)
    wg_json_writer_int (writer, "ver", event->ver);
  wg_json_writer_end (writer);
}

static WgEvent *
read_event (WgJsonReader *reader)
{
  WgEvent *event = wg_event_new ();

  event->id = wg_json_get_text (reader, "id", WG_JSON_OPTIONAL);
  event->ver = wg_json_get_int_or (reader, "ver", 0, WG_JSON_INT_MAX, 0);
  for (const WgField *field = WG_EVENT_FIELDS; field->name != NULL; field++)
    {
      yyjson_val *value = wg_json_get (reader, field->name, WG_JSON_OPTIONAL);
      if (value != NULL && !wg_wire_field_read (field, value, event))
        wg_json_reader_fail (reader, field->name, "is of another type");
    }
  return event;
}

/**
 * wg_wire_event_to_json:
 * @event: an event
 *
 * Writes an event with its id, version and all fields that are given, the platform's too.
 *
 * Thread: any.
 * Errors: none.
 * Source: docs/sync-protocol.md, Event
 *
 * Returns: (transfer full): JSON text in one line
 */
char *
wg_wire_event_to_json (const WgEvent *event)
{
  g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();

  write_event (writer, NULL, event);
  return wg_json_writer_to_string (writer, FALSE);
}

/**
 * wg_wire_event_from_json:
 * @json: JSON text
 * @error: return location
 *
 * Reads what wg_wire_event_to_json() writes; members that the table does not know are
 * passed over.
 *
 * Thread: any.
 * Errors: %WG_WIRE_ERROR_MALFORMED, %WG_WIRE_ERROR_LIMIT.
 *
 * Returns: (transfer full): the event
 */
WgEvent *
wg_wire_event_from_json (const char *json, GError **error)
{
  g_auto (WgJsonReader) reader = WG_JSON_READER_INIT;

  if (!wg_json_reader_open (&reader, "event", json, strlen (json), WG_LIMIT_BODY, error))
    return NULL;
  g_autoptr (WgEvent) event = read_event (&reader);
  return wg_json_reader_close (&reader, error) ? g_steal_pointer (&event) : NULL;
}

static void
write_step (WgJsonWriter *writer, const WgEventStep *step)
{
  wg_json_writer_begin_object (writer, NULL);
  wg_json_writer_int (writer, "seq", step->seq);
  wg_json_writer_string (writer, "action", wg_action_to_string (step->action));
  if (step->kind != 0)
    wg_json_writer_int (writer, "kind", step->kind);
  wg_json_writer_string (writer, "actor", step->actor);
  wg_json_writer_string (writer, "actor_name", step->actor_name);
  wg_json_writer_string (writer, "role", wg_role_to_string (step->actor_role));
  wg_json_writer_int (writer, "at", step->at_ms);
  wg_json_writer_int (writer, "from", step->from_state);
  wg_json_writer_int (writer, "to", step->to_state);
  wg_json_writer_string (writer, "opinion", step->opinion);
  wg_json_writer_string (writer, "old", step->old_value);
  wg_json_writer_string (writer, "new", step->new_value);
  if (step->photos != NULL && step->photos[0] != NULL)
    wg_json_writer_texts (writer, "photos", (const char *const *) step->photos);
  wg_json_writer_end (writer);
}

/* %NULL also for an action that a later platform knows and this program does not. */
static WgEventStep *
read_step (WgJsonReader *reader, const char *event_id)
{
  g_autoptr (WgEventStep) step = wg_event_step_new ();
  g_autofree char *action = wg_json_get_text (reader, "action", WG_JSON_REQUIRED);
  g_autofree char *role = wg_json_get_text (reader, "role", WG_JSON_OPTIONAL);

  step->event_id = g_strdup (event_id);
  step->seq = wg_json_get_int (reader, "seq", 0, WG_JSON_INT_MAX);
  step->kind = (int) wg_json_get_int_or (reader, "kind", 0, G_MAXINT, 0);
  step->actor = wg_json_get_text (reader, "actor", WG_JSON_OPTIONAL);
  step->actor_name = wg_json_get_text (reader, "actor_name", WG_JSON_OPTIONAL);
  step->at_ms = wg_json_get_int (reader, "at", -WG_JSON_INT_MAX, WG_JSON_INT_MAX);
  step->from_state = (int) wg_json_get_int (reader, "from", 0, G_MAXINT);
  step->to_state = (int) wg_json_get_int (reader, "to", 0, G_MAXINT);
  step->opinion = wg_json_get_text (reader, "opinion", WG_JSON_OPTIONAL);
  step->old_value = wg_json_get_text (reader, "old", WG_JSON_OPTIONAL);
  step->new_value = wg_json_get_text (reader, "new", WG_JSON_OPTIONAL);
  step->photos = wg_json_get_texts (reader, "photos", WG_JSON_OPTIONAL);
  if (!wg_action_from_string (action, &step->action))
    return NULL;
  if (!wg_role_from_string (role, &step->actor_role))
    step->actor_role = 0;
  return g_steal_pointer (&step);
}

static GPtrArray *
read_steps (WgJsonReader *reader, const char *event_id)
{
  GPtrArray *steps = g_ptr_array_new_with_free_func ((GDestroyNotify) wg_event_step_free);
  yyjson_val *array = wg_json_get_array (reader, "steps", WG_JSON_OPTIONAL);
  gsize i, n;
  yyjson_val *value;

  yyjson_arr_foreach (array, i, n, value)
  {
    WgJsonReader inner;
    if (!yyjson_is_obj (value))
      {
        wg_json_reader_fail (reader, "steps", "must be an array of objects");
        break;
      }
    wg_json_reader_enter (&inner, "event row", value);
    WgEventStep *step = read_step (&inner, event_id);
    if (step != NULL)
      g_ptr_array_add (steps, step);
    wg_json_leave (reader, "steps", &inner);
  }
  return steps;
}

/**
 * wg_wire_event_row_to_json:
 * @event: an event as the platform holds it
 * @steps: (nullable) (element-type WgEventStep): its steps in order
 *
 * Writes the body of a pull row of kind "event".
 *
 * Thread: any.
 * Errors: none.
 * Source: docs/sync-protocol.md, Pull
 *
 * Returns: (transfer full): JSON text in one line
 */
char *
wg_wire_event_row_to_json (const WgEvent *event, GPtrArray *steps)
{
  g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();

  wg_json_writer_begin_object (writer, NULL);
  write_event (writer, "f", event);
  wg_json_writer_begin_array (writer, "steps");
  for (guint i = 0; steps != NULL && i < steps->len; i++)
    write_step (writer, g_ptr_array_index (steps, i));
  wg_json_writer_end (writer);
  wg_json_writer_end (writer);
  return wg_json_writer_to_string (writer, FALSE);
}

/**
 * wg_wire_event_row_from_json:
 * @json: body of a pull row
 * @out_steps: (out) (optional) (element-type WgEventStep): the steps
 * @error: return location
 *
 * Reads the body of a pull row of kind "event". Members and actions that this program
 * does not know yet are passed over; the row's text keeps them.
 *
 * Thread: any.
 * Errors: %WG_WIRE_ERROR_MALFORMED, %WG_WIRE_ERROR_LIMIT.
 *
 * Returns: (transfer full): the event
 */
WgEvent *
wg_wire_event_row_from_json (const char *json, GPtrArray **out_steps, GError **error)
{
  g_auto (WgJsonReader) reader = WG_JSON_READER_INIT;
  WgJsonReader fields;

  if (!wg_json_reader_open (&reader, "event row", json, strlen (json), WG_LIMIT_BODY, error))
    return NULL;
  wg_json_get_object (&reader, "f", WG_JSON_REQUIRED, &fields);
  g_autoptr (WgEvent) event = read_event (&fields);
  wg_json_leave (&reader, "f", &fields);
  g_autoptr (GPtrArray) steps = read_steps (&reader, event->id);
  if (!wg_json_reader_close (&reader, error))
    return NULL;
  if (out_steps != NULL)
    *out_steps = g_steal_pointer (&steps);
  return g_steal_pointer (&event);
}

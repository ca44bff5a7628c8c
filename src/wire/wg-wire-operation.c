/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One operation as one line of JSON: writing it, and reading it with a reason when it cannot be
 * applied. */
#include "wire/wg-wire-operation.h"

#include <math.h>

#include "wire/wg-json-private.h"
#include "wire/wg-wire-record-private.h"

static void
write_place (WgJsonWriter *writer, const WgOperation *operation)
{
  if (isnan (operation->lon) || isnan (operation->lat))
    return;
  wg_json_writer_begin_array (writer, "loc");
  wg_json_writer_degree (writer, NULL, operation->lon);
  wg_json_writer_degree (writer, NULL, operation->lat);
  wg_json_writer_real (writer, NULL, operation->accuracy_m);
  wg_json_writer_end (writer);
}

static void
write_content (WgJsonWriter *writer, const WgEvent *event)
{
  wg_json_writer_begin_object (writer, "set");
  for (const WgField *field = WG_EVENT_FIELDS; field->name != NULL; field++)
    if (field->conflict != WG_CONFLICT_SERVER)
      wg_wire_field_write (writer, field, event, field->name);
  wg_json_writer_end (writer);
}

static void
write_patch (WgJsonWriter *writer, const WgOperation *operation)
{
  wg_json_writer_begin_object (writer, "set");
  for (char **name = operation->fields; name != NULL && *name != NULL; name++)
    {
      const WgField *field = wg_field_find (WG_EVENT_FIELDS, *name);
      g_return_if_fail (field != NULL && field->conflict != WG_CONFLICT_SERVER);
      wg_json_writer_begin_array (writer, *name);
      wg_wire_field_write (writer, field, operation->base, NULL);
      wg_wire_field_write (writer, field, operation->event, NULL);
      wg_json_writer_end (writer);
    }
  wg_json_writer_end (writer);
}

static void
write_step (WgJsonWriter *writer, const WgOperation *operation)
{
  wg_json_writer_begin_object (writer, "expect");
  if (operation->expect_state >= 0)
    wg_json_writer_int (writer, "state", operation->expect_state);
  if (operation->expect_step_no >= 0)
    wg_json_writer_int (writer, "step_no", operation->expect_step_no);
  wg_json_writer_end (writer);

  wg_json_writer_begin_object (writer, "step");
  wg_json_writer_string (writer, "action", wg_action_to_string (operation->action));
  wg_json_writer_string (writer, "opinion", operation->opinion);
  wg_json_writer_string (writer, "new_value", operation->new_value);
  wg_json_writer_string (writer, "duplicate_of", operation->duplicate_of);
  wg_json_writer_string (writer, "lead_org", operation->lead_org);
  if (operation->photos != NULL && operation->photos[0] != NULL)
    wg_json_writer_texts (writer, "photos", (const char *const *) operation->photos);
  wg_json_writer_end (writer);
}

static void
write_choices (WgJsonWriter *writer, const WgOperation *operation)
{
  wg_json_writer_begin_object (writer, "expect");
  wg_json_writer_int (writer, "ver", operation->expect_ver);
  wg_json_writer_end (writer);
  wg_json_writer_begin_object (writer, "choose");
  for (gsize i = 0; operation->fields[i] != NULL; i++)
    wg_json_writer_string (writer, operation->fields[i],
                           wg_choice_to_string (operation->choices[i]));
  wg_json_writer_end (writer);
}

static void
write_body (WgJsonWriter *writer, const WgOperation *operation)
{
  switch (operation->kind)
    {
    case WG_OPERATION_EVENT_CREATE:
      g_return_if_fail (operation->event != NULL);
      write_content (writer, operation->event);
      break;
    case WG_OPERATION_EVENT_PATCH:
      g_return_if_fail (operation->event != NULL && operation->base != NULL);
      write_patch (writer, operation);
      break;
    case WG_OPERATION_EVENT_STEP:
      write_step (writer, operation);
      break;
    case WG_OPERATION_RECORD_CREATE:
      g_return_if_fail (operation->record != NULL);
      wg_wire_record_write (writer, "set", operation->record, FALSE);
      break;
    case WG_OPERATION_RECORD_PATCH:
      g_return_if_fail (operation->patch != NULL);
      wg_wire_patch_write (writer, "set", operation->patch);
      break;
    case WG_OPERATION_RECORD_VOID:
      wg_json_writer_string (writer, "reason", operation->opinion);
      break;
    case WG_OPERATION_RECORD_REVEAL:
      wg_json_writer_texts (writer, "fields", (const char *const *) operation->fields);
      wg_json_writer_string (writer, "reason", operation->opinion);
      break;
    case WG_OPERATION_CONFLICT_RESOLVE:
      g_return_if_fail (operation->fields != NULL && operation->choices != NULL);
      write_choices (writer, operation);
      break;
    case WG_OPERATION_RECORD_CONFIRM:
    case WG_OPERATION_SCOPE_DROPPED:
      break;
    case WG_N_OPERATION:
    default:
      g_return_if_reached ();
    }
}

/**
 * wg_wire_operation_to_line:
 * @operation: a complete operation of a known kind
 *
 * Writes an operation as the line that is hashed, stored and sent. This is done once: the
 * line is the operation from then on.
 *
 * Thread: any.
 * Errors: none.
 * Source: docs/sync-protocol.md, Operation
 *
 * Returns: (transfer full): JSON text without a newline
 */
char *
wg_wire_operation_to_line (const WgOperation *operation)
{
  g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();

  g_return_val_if_fail ((guint) operation->kind < WG_N_OPERATION, NULL);
  wg_json_writer_begin_object (writer, NULL);
  wg_json_writer_string (writer, "t", "op");
  wg_json_writer_string (writer, "op_id", operation->op_id);
  wg_json_writer_int (writer, "seq", operation->seq);
  wg_json_writer_int (writer, "schema", operation->schema);
  wg_json_writer_string (writer, "kind",
                         wg_operation_kind_to_string (operation->kind, operation->record_kind));
  wg_json_writer_string (writer, "rec", operation->rec);
  wg_json_writer_string (writer, "scope", operation->scope);
  wg_json_writer_string (writer, "actor", operation->actor);
  wg_json_writer_int (writer, "at", operation->at_ms);
  wg_json_writer_string (writer, "boot", operation->boot);
  wg_json_writer_int (writer, "mono", operation->mono_ms);
  write_place (writer, operation);
  write_body (writer, operation);
  wg_json_writer_string (writer, "redo_of", operation->redo_of);
  wg_json_writer_end (writer);
  return wg_json_writer_to_string (writer, FALSE);
}

static void
refuse (WgJsonReader *reader, int *refusal, WgRefusal reason, const char *name)
{
  if (reader->error != NULL)
    return;
  *refusal = (int) reason;
  wg_json_reader_fail (reader, name, wg_refusal_to_string (reason));
}

static void
read_place (WgJsonReader *reader, WgOperation *operation)
{
  yyjson_val *place = wg_json_get_array (reader, "loc", WG_JSON_OPTIONAL);
  yyjson_val *lon = yyjson_arr_get (place, 0);
  yyjson_val *lat = yyjson_arr_get (place, 1);
  yyjson_val *accuracy = yyjson_arr_get (place, 2);

  if (place == NULL)
    return;
  if (yyjson_arr_size (place) != 3 || !yyjson_is_num (lon) || !yyjson_is_num (lat) ||
      !(yyjson_is_num (accuracy) || yyjson_is_null (accuracy)))
    {
      wg_json_reader_fail (reader, "loc", "must be [longitude, latitude, accuracy or null]");
      return;
    }
  operation->lon = yyjson_get_num (lon);
  operation->lat = yyjson_get_num (lat);
  if (yyjson_is_num (accuracy))
    operation->accuracy_m = yyjson_get_num (accuracy);
}

/* A patch gives [seen, new], a creation the value alone. */
static gboolean
read_value (const WgField *field, yyjson_val *value, WgOperation *operation)
{
  if (operation->kind == WG_OPERATION_EVENT_CREATE)
    return wg_wire_field_read (field, value, operation->event);
  return yyjson_is_arr (value) && yyjson_arr_size (value) == 2 &&
         wg_wire_field_read (field, yyjson_arr_get (value, 0), operation->base) &&
         wg_wire_field_read (field, yyjson_arr_get (value, 1), operation->event);
}

static void
read_set (WgJsonReader *reader, WgOperation *operation, int *refusal)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  yyjson_val *set = wg_json_get (reader, "set", WG_JSON_REQUIRED);
  gsize i, n;
  yyjson_val *key, *value;

  operation->event = wg_event_new ();
  operation->event->id = g_strdup (operation->rec);
  operation->base = operation->kind == WG_OPERATION_EVENT_PATCH ? wg_event_new () : NULL;
  if (set != NULL && (!yyjson_is_obj (set) || yyjson_obj_size (set) == 0))
    wg_json_reader_fail (reader, "set", "must be an object with at least one field");
  wg_json_foreach (set, i, n, key, value)
  {
    const char *name = yyjson_get_str (key);
    const WgField *field = wg_field_find (WG_EVENT_FIELDS, name);
    if (field == NULL)
      refuse (reader, refusal, WG_REFUSAL_INVALID_FIELD, name);
    else if (field->conflict == WG_CONFLICT_SERVER)
      refuse (reader, refusal, WG_REFUSAL_FIELD_READ_ONLY, name);
    else if (!read_value (field, value, operation))
      refuse (reader, refusal, WG_REFUSAL_INVALID_FIELD, name);
    else
      g_strv_builder_add (names, field->name);
  }
  if (operation->kind == WG_OPERATION_EVENT_PATCH)
    operation->fields = g_strv_builder_end (names);
}

static void
read_step (WgJsonReader *reader, WgOperation *operation)
{
  WgJsonReader expect, step;

  wg_json_get_object (reader, "expect", WG_JSON_OPTIONAL, &expect);
  operation->expect_state = (int) wg_json_get_int_or (&expect, "state", 0, G_MAXINT, -1);
  operation->expect_step_no = wg_json_get_int_or (&expect, "step_no", 0, WG_JSON_INT_MAX, -1);
  wg_json_leave (reader, "expect", &expect);

  wg_json_get_object (reader, "step", WG_JSON_REQUIRED, &step);
  g_autofree char *action = wg_json_get_text (&step, "action", WG_JSON_REQUIRED);
  if (action != NULL && !wg_action_from_string (action, &operation->action))
    wg_json_reader_fail (&step, "action", "is no action");
  operation->opinion = wg_json_get_text (&step, "opinion", WG_JSON_OPTIONAL);
  operation->new_value = wg_json_get_text (&step, "new_value", WG_JSON_OPTIONAL);
  operation->duplicate_of = wg_json_get_id (&step, "duplicate_of", WG_JSON_OPTIONAL);
  operation->lead_org = wg_json_get_text (&step, "lead_org", WG_JSON_OPTIONAL);
  operation->photos = wg_json_get_texts (&step, "photos", WG_JSON_OPTIONAL);
  wg_json_leave (reader, "step", &step);
}

static void
read_record_set (WgJsonReader *reader, WgOperation *operation, int *refusal)
{
  yyjson_val *set = wg_json_get (reader, "set", WG_JSON_REQUIRED);
  WgRefusal reason = WG_REFUSAL_INVALID_FIELD;
  g_autofree char *culprit = NULL;

  if (set == NULL)
    return;
  if (!yyjson_is_obj (set) || yyjson_obj_size (set) == 0)
    {
      wg_json_reader_fail (reader, "set", "must be an object with at least one field");
      return;
    }
  if (operation->kind == WG_OPERATION_RECORD_CREATE)
    {
      operation->record = wg_record_new (operation->record_kind);
      g_set_str (&operation->record->id, operation->rec);
      culprit = wg_wire_record_read_set (set, operation->record, &reason);
    }
  else
    {
      operation->patch = wg_patch_new (operation->record_kind);
      culprit = wg_wire_patch_read (set, operation->patch, &reason);
    }
  if (culprit != NULL)
    refuse (reader, refusal, reason, culprit);
}

static void
read_choices (WgJsonReader *reader, WgOperation *operation)
{
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  yyjson_val *choose = wg_json_get (reader, "choose", WG_JSON_REQUIRED);
  WgJsonReader expect;
  gsize i, n;
  yyjson_val *key, *value;

  wg_json_get_object (reader, "expect", WG_JSON_REQUIRED, &expect);
  operation->expect_ver = wg_json_get_int (&expect, "ver", 1, WG_JSON_INT_MAX);
  wg_json_leave (reader, "expect", &expect);
  if (choose == NULL)
    return;
  if (!yyjson_is_obj (choose) || yyjson_obj_size (choose) == 0)
    {
      wg_json_reader_fail (reader, "choose", "must be an object with at least one field");
      return;
    }
  operation->choices = g_new0 (WgChoice, yyjson_obj_size (choose));
  wg_json_foreach (choose, i, n, key, value)
  {
    if (!wg_choice_from_string (yyjson_get_str (value), &operation->choices[i]))
      wg_json_reader_fail (reader, "choose", "must be theirs or mine for each field");
    g_strv_builder_add (names, yyjson_get_str (key));
  }
  operation->fields = g_strv_builder_end (names);
}

/* What only operations on records by table and on conflicts have. */
static void
read_record_members (WgJsonReader *reader, WgOperation *operation, int *refusal)
{
  if (operation->kind == WG_OPERATION_RECORD_CREATE || operation->kind == WG_OPERATION_RECORD_PATCH)
    read_record_set (reader, operation, refusal);
  else if (operation->kind == WG_OPERATION_CONFLICT_RESOLVE)
    read_choices (reader, operation);
  else if (operation->kind == WG_OPERATION_RECORD_VOID ||
           operation->kind == WG_OPERATION_RECORD_REVEAL)
    operation->opinion = wg_json_get_text (reader, "reason", WG_JSON_REQUIRED);
  if (operation->kind == WG_OPERATION_RECORD_REVEAL)
    operation->fields = wg_json_get_texts (reader, "fields", WG_JSON_REQUIRED);
}

static void
read_members (WgJsonReader *reader, WgOperation *operation, int *refusal)
{
  gboolean has_record = operation->kind != WG_OPERATION_SCOPE_DROPPED;

  operation->rec = wg_json_get_id (reader, "rec", has_record ? WG_JSON_REQUIRED : WG_JSON_OPTIONAL);
  operation->scope = wg_json_get_text (reader, "scope", WG_JSON_REQUIRED);
  operation->actor = wg_json_get_text (reader, "actor", WG_JSON_REQUIRED);
  operation->at_ms = wg_json_get_int (reader, "at", 0, WG_JSON_INT_MAX);
  operation->boot = wg_json_get_text (reader, "boot", WG_JSON_REQUIRED);
  operation->mono_ms = wg_json_get_int (reader, "mono", 0, WG_JSON_INT_MAX);
  operation->redo_of = wg_json_get_id (reader, "redo_of", WG_JSON_OPTIONAL);
  operation->schema = wg_json_get_int (reader, "schema", 1, WG_OPERATION_SCHEMA);
  read_place (reader, operation);
  if (operation->kind == WG_OPERATION_EVENT_CREATE || operation->kind == WG_OPERATION_EVENT_PATCH)
    read_set (reader, operation, refusal);
  else if (operation->kind == WG_OPERATION_EVENT_STEP)
    read_step (reader, operation);
  else
    read_record_members (reader, operation, refusal);
}

/**
 * wg_wire_operation_from_line:
 * @line: (array length=length): JSON text without a newline
 * @length: bytes
 * @out_operation: (out): the operation, as far as it could be read; its kind is
 *   %WG_N_OPERATION when it is unknown
 * @out_refusal: (out): a #WgRefusal, or -1 when nothing speaks against it so far
 * @out_field: (out) (nullable) (optional): the field or member at fault
 * @error: return location
 *
 * Reads one line. A line with a right envelope (t, op_id, seq) is an operation even when
 * it cannot be applied: an unknown kind, field or action, a wrong type, or a field that
 * only the platform writes is its result, not a fault of the whole push.
 *
 * Thread: any.
 * Errors: %WG_WIRE_ERROR_MALFORMED, %WG_WIRE_ERROR_LIMIT when it is not a line of ours.
 * Source: docs/sync-protocol.md, Operation
 *
 * Returns: %TRUE when there is an operation
 */
gboolean
wg_wire_operation_from_line (const char *line,
                             gsize length,
                             WgOperation **out_operation,
                             int *out_refusal,
                             char **out_field,
                             GError **error)
{
  g_auto (WgJsonReader) reader = WG_JSON_READER_INIT;
  WgOperationKind kind = WG_OPERATION_SCOPE_DROPPED;
  int refusal = -1;

  if (!wg_json_reader_open (&reader, "operation", line, length, WG_LIMIT_LINE, error))
    return FALSE;
  wg_json_expect (&reader, "t", "op");
  g_autofree char *op_id = wg_json_get_id (&reader, "op_id", WG_JSON_REQUIRED);
  gint64 seq = wg_json_get_int (&reader, "seq", 1, WG_JSON_INT_MAX);
  if (!wg_json_reader_close (&reader, error))
    return FALSE;

  g_autofree char *name = wg_json_get_text (&reader, "kind", WG_JSON_REQUIRED);
  const WgKind *record_kind = NULL;
  gboolean known = wg_operation_kind_from_string (name, &kind, &record_kind);
  g_autoptr (WgOperation) operation = wg_operation_new (kind);
  operation->record_kind = record_kind;
  operation->op_id = g_steal_pointer (&op_id);
  operation->seq = seq;
  read_members (&reader, operation, &refusal);
  if (reader.error != NULL && refusal < 0)
    refusal = WG_REFUSAL_INVALID_FIELD;
  if (!known)
    {
      operation->kind = WG_N_OPERATION;
      refusal = WG_REFUSAL_UNKNOWN_KIND;
      g_free (reader.culprit);
      reader.culprit = g_strdup ("kind");
    }
  if (out_field != NULL)
    *out_field = g_steal_pointer (&reader.culprit);
  *out_refusal = refusal;
  *out_operation = g_steal_pointer (&operation);
  return TRUE;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records by table and conflicts as JSON, by the tables of their kinds. */
#include "wire/wg-wire-record.h"

#include <string.h>

#include "wire/wg-wire-record-private.h"

/* --- records --------------------------------------------------------------------------------- */

/**
 * wg_wire_record_write:
 * @writer: a writer inside an object, or at the top with @name %NULL
 * @name: (nullable): member name
 * @record: a record
 * @with_server: whether fields of the platform are written too
 *
 * Writes the set fields in the order of the table.
 *
 * Thread: one at a time.
 * Errors: none.
 */
void
wg_wire_record_write (WgJsonWriter *writer,
                      const char *name,
                      const WgRecord *record,
                      gboolean with_server)
{
  wg_json_writer_begin_object (writer, name);
  for (const WgField *field = record->kind->fields; field->name != NULL; field++)
    if (with_server || field->conflict != WG_CONFLICT_SERVER)
      wg_wire_field_write (writer, field, record, field->name);
  wg_json_writer_end (writer);
}

static void
read_record (WgJsonReader *reader, WgRecord *record)
{
  for (const WgField *field = record->kind->fields; field->name != NULL; field++)
    {
      yyjson_val *value = wg_json_get (reader, field->name, WG_JSON_OPTIONAL);
      if (value != NULL && !wg_wire_field_read (field, value, record))
        wg_json_reader_fail (reader, field->name, "is of another type");
    }
}

/**
 * wg_wire_record_to_json:
 * @record: a record
 *
 * Writes a record as it travels in a pull row and as it is stored.
 *
 * Thread: any.
 * Errors: none.
 * Source: docs/sync-protocol.md, Records
 *
 * Returns: (transfer full): JSON text in one line
 */
char *
wg_wire_record_to_json (const WgRecord *record)
{
  g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();

  wg_wire_record_write (writer, NULL, record, TRUE);
  return wg_json_writer_to_string (writer, FALSE);
}

/**
 * wg_wire_record_from_json:
 * @kind: kind of record
 * @json: JSON text
 * @error: return location
 *
 * Reads a record. Members that this program does not know stay in the stored text.
 *
 * Thread: any.
 * Errors: %WG_WIRE_ERROR_MALFORMED, %WG_WIRE_ERROR_LIMIT.
 *
 * Returns: (transfer full) (nullable): the record, to be edited; without id and version
 */
WgRecord *
wg_wire_record_from_json (const WgKind *kind, const char *json, GError **error)
{
  g_auto (WgJsonReader) reader = WG_JSON_READER_INIT;

  if (!wg_json_reader_open (&reader, "record", json, strlen (json), WG_LIMIT_BODY, error))
    return NULL;
  g_autoptr (WgRecord) record = wg_record_new (kind);
  read_record (&reader, record);
  return wg_json_reader_close (&reader, error) ? g_steal_pointer (&record) : NULL;
}

/**
 * wg_wire_field_to_json:
 * @field: a field
 * @record: a record of its kind
 *
 * Writes one value alone; of one that is several fields (a place) an object of those given.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): JSON text, "null" when it is not given
 */
char *
wg_wire_field_to_json (const WgField *field, const WgRecord *record)
{
  g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();

  wg_json_writer_begin_array (writer, NULL);
  if (field->flags & WG_FIELD_WHOLE)
    {
      wg_json_writer_begin_object (writer, NULL);
      wg_wire_field_write (writer, field, record, field->name);
      for (const WgField *next = NULL; (next = wg_field_next (field, next)) != NULL;)
        wg_wire_field_write (writer, next, record, next->name);
      wg_json_writer_end (writer);
    }
  else
    {
      wg_wire_field_write (writer, field, record, NULL);
    }
  wg_json_writer_end (writer);
  g_autofree char *list = wg_json_writer_to_string (writer, FALSE);
  return g_strndup (list + 1, strlen (list) - 2);
}

/* --- contents of operations ------------------------------------------------------------------ */

static const WgField *
find_writable (const WgKind *kind, const char *name, WgRefusal *out_reason)
{
  const WgField *field = wg_kind_find_field (kind, name);

  *out_reason = WG_REFUSAL_INVALID_FIELD;
  if (field == NULL || field->conflict != WG_CONFLICT_SERVER)
    return field;
  *out_reason = WG_REFUSAL_FIELD_READ_ONLY;
  return NULL;
}

/**
 * wg_wire_record_read_set:
 * @set: an object
 * @record: a record being edited
 * @out_reason: (out): why a field cannot be taken
 *
 * Reads the content of a creation.
 *
 * Thread: one at a time.
 * Errors: none; see the return value.
 *
 * Returns: (transfer full) (nullable): the first wrong name
 */
char *
wg_wire_record_read_set (yyjson_val *set, WgRecord *record, WgRefusal *out_reason)
{
  gsize i, n;
  yyjson_val *key, *value;

  wg_json_foreach (set, i, n, key, value)
  {
    const char *name = yyjson_get_str (key);
    const WgField *field = find_writable (record->kind, name, out_reason);
    if (field == NULL || !wg_wire_field_read (field, value, record))
      return g_strdup (name);
  }
  return NULL;
}

static gboolean
by_elements (const WgField *field)
{
  return field->conflict == WG_CONFLICT_SET || field->conflict == WG_CONFLICT_APPEND;
}

/**
 * wg_wire_patch_write:
 * @writer: a writer inside an object
 * @name: member name
 * @patch: a patch
 *
 * Writes what was seen and what is wanted; of sets, what is added and what is taken away.
 *
 * Thread: one at a time.
 * Errors: none.
 * Source: protocol.md 3.4
 */
void
wg_wire_patch_write (WgJsonWriter *writer, const char *name, const WgPatch *patch)
{
  wg_json_writer_begin_object (writer, name);
  for (guint i = 0; i < patch->fields->len; i++)
    {
      const WgField *field = g_ptr_array_index (patch->fields, i);
      if (by_elements (field))
        {
          wg_json_writer_begin_object (writer, field->name);
          wg_wire_field_write (writer, field, patch->to, "add");
          wg_wire_field_write (writer, field, patch->from, "del");
        }
      else
        {
          wg_json_writer_begin_array (writer, field->name);
          wg_wire_field_write (writer, field, patch->from, NULL);
          wg_wire_field_write (writer, field, patch->to, NULL);
        }
      wg_json_writer_end (writer);
    }
  wg_json_writer_end (writer);
}

static gboolean
read_change (const WgField *field, yyjson_val *value, WgPatch *patch)
{
  yyjson_val *seen = yyjson_arr_get (value, 0), *wanted = yyjson_arr_get (value, 1);

  if (by_elements (field))
    {
      seen = yyjson_obj_get (value, "del");
      wanted = yyjson_obj_get (value, "add");
      return yyjson_is_obj (value) && (seen != NULL || wanted != NULL) &&
             (seen == NULL || wg_wire_field_read (field, seen, patch->from)) &&
             (wanted == NULL || wg_wire_field_read (field, wanted, patch->to));
    }
  return yyjson_is_arr (value) && yyjson_arr_size (value) == 2 &&
         wg_wire_field_read (field, seen, patch->from) &&
         wg_wire_field_read (field, wanted, patch->to);
}

/**
 * wg_wire_patch_read:
 * @set: an object
 * @patch: a patch of no field
 * @out_reason: (out): why a field cannot be taken
 *
 * Reads the content of a patch.
 *
 * Thread: one at a time.
 * Errors: none; see the return value.
 *
 * Returns: (transfer full) (nullable): the first wrong name
 */
char *
wg_wire_patch_read (yyjson_val *set, WgPatch *patch, WgRefusal *out_reason)
{
  gsize i, n;
  yyjson_val *key, *value;

  wg_json_foreach (set, i, n, key, value)
  {
    const char *name = yyjson_get_str (key);
    const WgField *field = find_writable (patch->kind, name, out_reason);
    if (field == NULL || !read_change (field, value, patch))
      return g_strdup (name);
    wg_patch_add_field (patch, field);
  }
  return NULL;
}

/* --- conflicts ------------------------------------------------------------------------------- */

static void
write_conflict_field (WgJsonWriter *writer, const WgConflictField *item)
{
  wg_json_writer_begin_object (writer, item->field->name);
  wg_json_writer_string (writer, "by", item->their_actor);
  wg_json_writer_string (writer, "name", item->their_name);
  if (item->their_ms > 0)
    wg_json_writer_int (writer, "at", item->their_ms);
  wg_json_writer_string (writer, "choice", wg_choice_to_string (item->choice));
  wg_json_writer_end (writer);
}

/**
 * wg_wire_conflict_to_json:
 * @conflict: a conflict
 *
 * Writes a conflict as it travels in a pull row and as it is stored.
 *
 * Thread: any.
 * Errors: none.
 * Source: docs/sync-protocol.md, Conflicts
 *
 * Returns: (transfer full): JSON text in one line
 */
char *
wg_wire_conflict_to_json (const WgConflict *conflict)
{
  g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();

  wg_json_writer_begin_object (writer, NULL);
  wg_json_writer_string (writer, "rec", conflict->rec);
  wg_json_writer_string (writer, "kind", conflict->kind->name);
  wg_json_writer_string (writer, "grid_code", conflict->grid_code);
  wg_json_writer_string (writer, "title", conflict->title);
  wg_json_writer_string (writer, "op_id", conflict->op_id);
  wg_json_writer_string (writer, "by", conflict->my_actor);
  wg_json_writer_string (writer, "name", conflict->my_name);
  wg_json_writer_int (writer, "at", conflict->my_ms);
  wg_json_writer_int (writer, "opened", conflict->opened_ms);
  if (conflict->voided)
    wg_json_writer_flag (writer, "voided", TRUE);
  wg_json_writer_begin_object (writer, "fields");
  for (guint i = 0; i < conflict->fields->len; i++)
    write_conflict_field (writer, g_ptr_array_index (conflict->fields, i));
  wg_json_writer_end (writer);
  wg_wire_record_write (writer, "base", conflict->base, TRUE);
  wg_wire_record_write (writer, "theirs", conflict->theirs, TRUE);
  wg_wire_record_write (writer, "mine", conflict->mine, TRUE);
  if (conflict->settled)
    {
      wg_json_writer_begin_object (writer, "settled");
      wg_json_writer_string (writer, "by", conflict->settled_by);
      wg_json_writer_string (writer, "name", conflict->settled_name);
      wg_json_writer_int (writer, "at", conflict->settled_ms);
      wg_json_writer_end (writer);
    }
  wg_json_writer_end (writer);
  return wg_json_writer_to_string (writer, FALSE);
}

static void
read_values (WgJsonReader *reader, const char *name, WgRecord *record)
{
  WgJsonReader inner;

  wg_json_get_object (reader, name, WG_JSON_REQUIRED, &inner);
  read_record (&inner, record);
  wg_json_leave (reader, name, &inner);
  wg_record_seal (record);
}

static void
read_conflict_field (WgJsonReader *reader, WgConflict *conflict, const WgField *field)
{
  g_autofree char *choice = wg_json_get_text (reader, "choice", WG_JSON_OPTIONAL);
  WgConflictField item = { .field = field };

  item.their_actor = wg_json_get_text (reader, "by", WG_JSON_OPTIONAL);
  item.their_name = wg_json_get_text (reader, "name", WG_JSON_OPTIONAL);
  item.their_ms = wg_json_get_int_or (reader, "at", 0, WG_JSON_INT_MAX, 0);
  if (choice != NULL && !wg_choice_from_string (choice, &item.choice))
    item.choice = WG_CHOICE_NONE; /* one that a later platform takes */
  wg_conflict_add_field (conflict, item);
}

/* A field that only a later program knows cannot be judged here: it is left out. */
static void
read_conflict_fields (WgJsonReader *reader, WgConflict *conflict)
{
  yyjson_val *fields = wg_json_get (reader, "fields", WG_JSON_REQUIRED);
  gsize i, n;
  yyjson_val *key, *value;

  if (fields != NULL && !yyjson_is_obj (fields))
    wg_json_reader_fail (reader, "fields", "must be an object");
  wg_json_foreach (fields, i, n, key, value)
  {
    const WgField *field = wg_kind_find_field (conflict->kind, yyjson_get_str (key));
    WgJsonReader inner;
    if (field == NULL)
      continue;
    wg_json_reader_enter (&inner, "conflict", yyjson_is_obj (value) ? value : NULL);
    read_conflict_field (&inner, conflict, field);
    wg_json_leave (reader, "fields", &inner);
  }
}

static void
read_settled (WgJsonReader *reader, WgConflict *conflict)
{
  WgJsonReader settled;

  conflict->settled = wg_json_get (reader, "settled", WG_JSON_OPTIONAL) != NULL;
  if (!conflict->settled)
    return;
  wg_json_get_object (reader, "settled", WG_JSON_REQUIRED, &settled);
  conflict->settled_by = wg_json_get_text (&settled, "by", WG_JSON_REQUIRED);
  conflict->settled_name = wg_json_get_text (&settled, "name", WG_JSON_OPTIONAL);
  conflict->settled_ms = wg_json_get_int (&settled, "at", 0, WG_JSON_INT_MAX);
  wg_json_leave (reader, "settled", &settled);
}

/**
 * wg_wire_conflict_from_json:
 * @json: JSON text
 * @error: return location
 *
 * Reads a conflict; its three records are sealed.
 *
 * Thread: any.
 * Errors: %WG_WIRE_ERROR_MALFORMED, also for a kind of record that is not known.
 *
 * Returns: (transfer full) (nullable): the conflict, without id and version
 */
WgConflict *
wg_wire_conflict_from_json (const char *json, GError **error)
{
  g_auto (WgJsonReader) reader = WG_JSON_READER_INIT;
  g_autoptr (WgConflict) conflict = NULL;

  if (!wg_json_reader_open (&reader, "conflict", json, strlen (json), WG_LIMIT_BODY, error))
    return NULL;
  g_autofree char *name = wg_json_get_text (&reader, "kind", WG_JSON_REQUIRED);
  const WgKind *kind = wg_kind_find_disputed (name);
  if (kind == NULL)
    wg_json_reader_fail (&reader, "kind", "is no kind of record");
  else
    {
      conflict = wg_conflict_new (kind);
      conflict->rec = wg_json_get_id (&reader, "rec", WG_JSON_REQUIRED);
      conflict->grid_code = wg_json_get_text (&reader, "grid_code", WG_JSON_REQUIRED);
      conflict->title = wg_json_get_text (&reader, "title", WG_JSON_OPTIONAL);
      conflict->op_id = wg_json_get_id (&reader, "op_id", WG_JSON_REQUIRED);
      conflict->my_actor = wg_json_get_text (&reader, "by", WG_JSON_REQUIRED);
      conflict->my_name = wg_json_get_text (&reader, "name", WG_JSON_OPTIONAL);
      conflict->my_ms = wg_json_get_int (&reader, "at", 0, WG_JSON_INT_MAX);
      conflict->opened_ms = wg_json_get_int (&reader, "opened", 0, WG_JSON_INT_MAX);
      conflict->voided = wg_json_get_flag (&reader, "voided");
      read_conflict_fields (&reader, conflict);
      read_values (&reader, "base", conflict->base);
      read_values (&reader, "theirs", conflict->theirs);
      read_values (&reader, "mine", conflict->mine);
      read_settled (&reader, conflict);
    }
  return wg_json_reader_close (&reader, error) ? g_steal_pointer (&conflict) : NULL;
}

/**
 * wg_wire_conflict_find_kind:
 * @json: JSON text
 * @error: return location
 *
 * Reads of a conflict only what kind of record it is about, so that one about a kind that
 * is not known here can be kept unread.
 *
 * Thread: any.
 * Errors: %WG_WIRE_ERROR_MALFORMED.
 *
 * Returns: (transfer none) (nullable): the kind; %NULL without error when it is not known
 */
const WgKind *
wg_wire_conflict_find_kind (const char *json, GError **error)
{
  g_auto (WgJsonReader) reader = WG_JSON_READER_INIT;

  if (!wg_json_reader_open (&reader, "conflict", json, strlen (json), WG_LIMIT_BODY, error))
    return NULL;
  g_autofree char *name = wg_json_get_text (&reader, "kind", WG_JSON_REQUIRED);
  return wg_json_reader_close (&reader, error) ? wg_kind_find_disputed (name) : NULL;
}

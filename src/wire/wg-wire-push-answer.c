/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The answer to a push: one result for each operation. */
#include <string.h>

#include "wire/wg-json-private.h"
#include "wire/wg-wire-push.h"

static const char *const RESULTS[] = {
  [WG_RESULT_OK] = "ok",
  [WG_RESULT_CONFLICT] = "conflict",
  [WG_RESULT_REJECTED] = "rejected",
};

/**
 * wg_push_result_new:
 * @seq: number of the operation
 *
 * Makes the result "ok" of an operation, without a version yet.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): the result
 */
WgPushResult *
wg_push_result_new (gint64 seq)
{
  WgPushResult *result = g_new0 (WgPushResult, 1);

  result->seq = seq;
  result->refusal = -1;
  result->state = -1;
  return result;
}

/**
 * wg_push_result_free:
 * @result: (nullable) (transfer full): a result
 *
 * Frees it.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_push_result_free (WgPushResult *result)
{
  if (result == NULL)
    return;
  g_free (result->code);
  g_free (result->field);
  g_free (result->detail);
  g_free (result);
}

/**
 * wg_push_answer_new:
 *
 * Makes an empty answer.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): the answer
 */
WgPushAnswer *
wg_push_answer_new (void)
{
  WgPushAnswer *answer = g_new0 (WgPushAnswer, 1);

  answer->results = g_ptr_array_new_with_free_func ((GDestroyNotify) wg_push_result_free);
  return answer;
}

/**
 * wg_push_answer_free:
 * @answer: (nullable) (transfer full): an answer
 *
 * Frees it with its results.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_push_answer_free (WgPushAnswer *answer)
{
  if (answer == NULL)
    return;
  g_free (answer->epoch);
  g_free (answer->last_hash);
  g_ptr_array_unref (answer->results);
  g_free (answer);
}

static void
write_result (WgJsonWriter *writer, const WgPushResult *result)
{
  const char *code = result->code;

  if (code == NULL && result->refusal >= 0)
    code = wg_refusal_to_string ((WgRefusal) result->refusal);
  wg_json_writer_begin_object (writer, NULL);
  wg_json_writer_int (writer, "seq", result->seq);
  wg_json_writer_string (writer, "r", RESULTS[result->kind]);
  if (result->ver > 0)
    wg_json_writer_int (writer, "ver", result->ver);
  wg_json_writer_string (writer, "code", code);
  wg_json_writer_string (writer, "field", result->field);
  wg_json_writer_string (writer, "detail", result->detail);
  if (result->state >= 0)
    {
      wg_json_writer_begin_object (writer, "now");
      wg_json_writer_int (writer, "state", result->state);
      wg_json_writer_int (writer, "step_no", result->step_no);
      wg_json_writer_end (writer);
    }
  wg_json_writer_end (writer);
}

static void
read_kind (WgJsonReader *reader, WgPushResult *result)
{
  g_autofree char *name = wg_json_get_text (reader, "r", WG_JSON_REQUIRED);

  for (gsize i = 0; name != NULL && i < G_N_ELEMENTS (RESULTS); i++)
    if (strcmp (name, RESULTS[i]) == 0)
      {
        result->kind = (WgResultKind) i;
        return;
      }
  wg_json_reader_fail (reader, "r", "must be ok, conflict or rejected");
}

static WgPushResult *
read_result (WgJsonReader *reader)
{
  g_autoptr (WgPushResult) result = wg_push_result_new (0);
  WgJsonReader now;
  WgRefusal refusal;

  result->seq = wg_json_get_int (reader, "seq", 1, WG_JSON_INT_MAX);
  read_kind (reader, result);
  gboolean rejected = result->kind == WG_RESULT_REJECTED;
  result->ver = wg_json_get_int_or (reader, "ver", 0, WG_JSON_INT_MAX, 0);
  result->code = wg_json_get_text (reader, "code", rejected ? WG_JSON_REQUIRED : WG_JSON_OPTIONAL);
  result->field = wg_json_get_text (reader, "field", WG_JSON_OPTIONAL);
  result->detail = wg_json_get_text (reader, "detail", WG_JSON_OPTIONAL);
  wg_json_get_object (reader, "now", WG_JSON_OPTIONAL, &now);
  result->state = wg_json_get_int_or (&now, "state", 0, G_MAXINT, -1);
  result->step_no = wg_json_get_int_or (&now, "step_no", 0, WG_JSON_INT_MAX, 0);
  wg_json_leave (reader, "now", &now);
  if (wg_refusal_from_string (result->code, &refusal))
    result->refusal = (int) refusal;
  return g_steal_pointer (&result);
}

/**
 * wg_wire_push_result_to_json:
 * @result: a result
 *
 * Writes one result; the platform keeps it and repeats it when the operation comes again.
 *
 * Thread: any.
 * Errors: none.
 * Source: docs/sync-protocol.md, Push
 *
 * Returns: (transfer full): JSON text in one line
 */
char *
wg_wire_push_result_to_json (const WgPushResult *result)
{
  g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();

  write_result (writer, result);
  return wg_json_writer_to_string (writer, FALSE);
}

/**
 * wg_wire_push_result_from_json:
 * @json: JSON text
 * @error: return location
 *
 * Reads one result. A code that this program does not know stays in @code and leaves
 * @refusal at -1.
 *
 * Thread: any.
 * Errors: %WG_WIRE_ERROR_MALFORMED, %WG_WIRE_ERROR_LIMIT.
 *
 * Returns: (transfer full): the result
 */
WgPushResult *
wg_wire_push_result_from_json (const char *json, GError **error)
{
  g_auto (WgJsonReader) reader = WG_JSON_READER_INIT;

  if (!wg_json_reader_open (&reader, "push result", json, strlen (json), WG_LIMIT_LINE, error))
    return NULL;
  g_autoptr (WgPushResult) result = read_result (&reader);
  return wg_json_reader_close (&reader, error) ? g_steal_pointer (&result) : NULL;
}

/**
 * wg_wire_push_answer_to_json:
 * @answer: an answer
 *
 * Writes the answer to a push.
 *
 * Thread: any.
 * Errors: none.
 * Source: docs/sync-protocol.md, Push
 *
 * Returns: (transfer full): JSON text in one line
 */
char *
wg_wire_push_answer_to_json (const WgPushAnswer *answer)
{
  g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();

  wg_json_writer_begin_object (writer, NULL);
  wg_json_writer_string (writer, "epoch", answer->epoch);
  wg_json_writer_int (writer, "last_seq", answer->last_seq);
  wg_json_writer_string (writer, "last_hash", answer->last_hash);
  wg_json_writer_int (writer, "durable_seq", answer->durable_seq);
  wg_json_writer_begin_array (writer, "results");
  for (guint i = 0; i < answer->results->len; i++)
    write_result (writer, g_ptr_array_index (answer->results, i));
  wg_json_writer_end (writer);
  wg_json_writer_begin_object (writer, "next");
  wg_json_writer_int (writer, "after_s", answer->after_s);
  wg_json_writer_int (writer, "max_ops", answer->max_ops);
  wg_json_writer_end (writer);
  wg_json_writer_end (writer);
  return wg_json_writer_to_string (writer, FALSE);
}

static void
read_results (WgJsonReader *reader, GPtrArray *results)
{
  yyjson_val *array = wg_json_get_array (reader, "results", WG_JSON_REQUIRED);
  gsize i, n;
  yyjson_val *value;

  if (yyjson_arr_size (array) > WG_LIMIT_PUSH_OPS)
    {
      wg_json_reader_fail (reader, "results", "has more results than operations may be sent");
      return;
    }
  yyjson_arr_foreach (array, i, n, value)
  {
    WgJsonReader inner;
    if (!yyjson_is_obj (value))
      {
        wg_json_reader_fail (reader, "results", "must be an array of objects");
        return;
      }
    wg_json_reader_enter (&inner, "push answer", value);
    g_ptr_array_add (results, read_result (&inner));
    wg_json_leave (reader, "results", &inner);
  }
}

/**
 * wg_wire_push_answer_from_json:
 * @json: (array length=length): JSON text
 * @length: bytes
 * @error: return location
 *
 * Reads the answer to a push. Without hints for the next push, after_s is 0 and max_ops
 * the limit of the protocol.
 *
 * Thread: any.
 * Errors: %WG_WIRE_ERROR_MALFORMED, %WG_WIRE_ERROR_LIMIT.
 *
 * Returns: (transfer full): the answer
 */
WgPushAnswer *
wg_wire_push_answer_from_json (const char *json, gsize length, GError **error)
{
  g_auto (WgJsonReader) reader = WG_JSON_READER_INIT;
  g_autoptr (WgPushAnswer) answer = wg_push_answer_new ();
  WgJsonReader next;

  if (!wg_json_reader_open (&reader, "push answer", json, length, WG_LIMIT_BODY_WIRE, error))
    return NULL;
  answer->epoch = wg_json_get_text (&reader, "epoch", WG_JSON_REQUIRED);
  answer->last_seq = wg_json_get_int (&reader, "last_seq", 0, WG_JSON_INT_MAX);
  answer->last_hash = wg_json_get_hash (&reader, "last_hash", WG_JSON_REQUIRED);
  answer->durable_seq = wg_json_get_int (&reader, "durable_seq", 0, WG_JSON_INT_MAX);
  read_results (&reader, answer->results);
  wg_json_get_object (&reader, "next", WG_JSON_OPTIONAL, &next);
  answer->after_s = wg_json_get_int_or (&next, "after_s", 0, G_MAXINT, 0);
  answer->max_ops = wg_json_get_int_or (&next, "max_ops", 1, WG_LIMIT_PUSH_OPS, WG_LIMIT_PUSH_OPS);
  wg_json_leave (&reader, "next", &next);
  return wg_json_reader_close (&reader, error) ? g_steal_pointer (&answer) : NULL;
}

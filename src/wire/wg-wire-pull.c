/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pull: what a terminal asks for, and how a row of the answer is written and read. */
#include "wire/wg-wire-pull-private.h"

#include <string.h>

/**
 * wg_pull_request_new:
 *
 * Makes a request from the very beginning for full pages.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): the request
 */
WgPullRequest *
wg_pull_request_new (void)
{
  WgPullRequest *request = g_new0 (WgPullRequest, 1);

  request->cursor = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  request->max_rows = WG_LIMIT_PULL_ROWS;
  request->n_waiting = request->n_photos = -1;
  return request;
}

/**
 * wg_pull_request_free:
 * @request: (nullable) (transfer full): a request
 *
 * Frees it.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_pull_request_free (WgPullRequest *request)
{
  if (request == NULL)
    return;
  g_hash_table_unref (request->cursor);
  g_free (request);
}

/**
 * wg_pull_row_new:
 *
 * Makes an empty row.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): the row
 */
WgPullRow *
wg_pull_row_new (void)
{
  return g_new0 (WgPullRow, 1);
}

/**
 * wg_pull_row_free:
 * @row: (nullable) (transfer full): a row
 *
 * Frees it.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_pull_row_free (WgPullRow *row)
{
  if (row == NULL)
    return;
  g_free (row->scope);
  g_free (row->kind);
  g_free (row->id);
  g_free (row->body);
  g_free (row);
}

/**
 * wg_wire_pull_request_to_json:
 * @request: a request
 *
 * Writes a request.
 *
 * Thread: any.
 * Errors: none.
 * Source: docs/sync-protocol.md, Pull
 *
 * Returns: (transfer full): JSON text in one line
 */
char *
wg_wire_pull_request_to_json (const WgPullRequest *request)
{
  g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();

  wg_json_writer_begin_object (writer, NULL);
  wg_json_writer_numbers (writer, "cursor", request->cursor);
  wg_json_writer_int (writer, "max_rows", request->max_rows);
  if (request->n_waiting >= 0)
    wg_json_writer_int (writer, "waiting", request->n_waiting);
  if (request->n_photos >= 0)
    wg_json_writer_int (writer, "photos", request->n_photos);
  wg_json_writer_end (writer);
  return wg_json_writer_to_string (writer, FALSE);
}

/**
 * wg_wire_pull_request_from_json:
 * @json: (array length=length): JSON text
 * @length: bytes
 * @error: return location
 *
 * Reads a request; without max_rows it asks for full pages.
 *
 * Thread: any.
 * Errors: %WG_WIRE_ERROR_MALFORMED, %WG_WIRE_ERROR_LIMIT.
 *
 * Returns: (transfer full): the request
 */
WgPullRequest *
wg_wire_pull_request_from_json (const char *json, gsize length, GError **error)
{
  g_auto (WgJsonReader) reader = WG_JSON_READER_INIT;

  if (!wg_json_reader_open (&reader, "pull request", json, length, WG_LIMIT_LINE, error))
    return NULL;
  g_autoptr (WgPullRequest) request = wg_pull_request_new ();
  g_hash_table_unref (request->cursor);
  request->cursor = wg_json_get_numbers (&reader, "cursor");
  request->max_rows =
      wg_json_get_int_or (&reader, "max_rows", 1, WG_LIMIT_PULL_ROWS, WG_LIMIT_PULL_ROWS);
  request->n_waiting = wg_json_get_int_or (&reader, "waiting", 0, WG_JSON_INT_MAX, -1);
  request->n_photos = wg_json_get_int_or (&reader, "photos", 0, WG_JSON_INT_MAX, -1);
  return wg_json_reader_close (&reader, error) ? g_steal_pointer (&request) : NULL;
}

static gboolean
is_event (const WgPullRow *row)
{
  return strcmp (row->kind, "event") == 0;
}

/**
 * wg_pull_row_write:
 * @row: a row; its body is one line of valid JSON, an object with "f" for an event
 * @out: where the line goes, with its newline
 *
 * Writes one line of a page. The body is put in as it stands.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_pull_row_write (const WgPullRow *row, GString *out)
{
  g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();

  wg_json_writer_begin_object (writer, NULL);
  wg_json_writer_string (writer, "t", row->gone ? "gone" : "row");
  wg_json_writer_string (writer, "s", row->scope);
  wg_json_writer_int (writer, "q", row->number);
  wg_json_writer_string (writer, "k", row->kind);
  wg_json_writer_string (writer, "id", row->id);
  if (!row->gone)
    {
      wg_json_writer_int (writer, "v", row->ver);
      if (!is_event (row))
        wg_json_writer_raw (writer, "f", row->body);
    }
  wg_json_writer_end (writer);
  g_autofree char *line = wg_json_writer_to_string (writer, FALSE);
  g_string_append (out, line);
  if (!row->gone && is_event (row))
    {
      /* {"t":…,"v":4} and {"f":…,"steps":…} become one object */
      g_return_if_fail (row->body != NULL && g_str_has_prefix (row->body, "{\"f\":"));
      out->str[out->len - 1] = ',';
      g_string_append (out, row->body + 1);
    }
  g_string_append_c (out, '\n');
}

/* For an event "f" and "steps" belong together; the text keeps members nobody knows yet. */
static char *
read_body (WgJsonReader *reader, const WgPullRow *row)
{
  char *content = wg_json_get_json (reader, "f", WG_JSON_REQUIRED);
  yyjson_val *steps;

  if (content == NULL || !is_event (row))
    return content;
  steps = wg_json_get_array (reader, "steps", WG_JSON_OPTIONAL);
  g_autofree char *inner = content;
  g_autofree char *list = steps != NULL ? wg_json_value_to_text (steps) : g_strdup ("[]");
  return g_strdup_printf ("{\"f\":%s,\"steps\":%s}", inner, list);
}

/**
 * wg_pull_row_read:
 * @reader: a reader of a line whose "t" is "row" or "gone"
 * @gone: which of them
 *
 * Reads one line of a page.
 *
 * Thread: one at a time.
 * Errors: noted in @reader.
 *
 * Returns: (transfer full) (nullable): the row, %NULL at a fault
 */
WgPullRow *
wg_pull_row_read (WgJsonReader *reader, gboolean gone)
{
  g_autoptr (WgPullRow) row = wg_pull_row_new ();

  row->gone = gone;
  row->scope = wg_json_get_text (reader, "s", WG_JSON_REQUIRED);
  row->number = wg_json_get_int (reader, "q", 1, WG_JSON_INT_MAX);
  row->kind = wg_json_get_text (reader, "k", WG_JSON_REQUIRED);
  row->id = wg_json_get_text (reader, "id", WG_JSON_REQUIRED);
  if (reader->error != NULL)
    return NULL;
  if (!gone)
    {
      row->ver = wg_json_get_int (reader, "v", 1, WG_JSON_INT_MAX);
      row->body = read_body (reader, row);
    }
  return reader->error == NULL ? g_steal_pointer (&row) : NULL;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One page of a pull: taken whole, or not at all. */
#include <stdlib.h>
#include <string.h>

#include "wire/wg-wire-pull-private.h"

#define VERSION 1

/**
 * wg_pull_page_new:
 *
 * Makes an empty page.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): the page
 */
WgPullPage *
wg_pull_page_new (void)
{
  WgPullPage *page = g_new0 (WgPullPage, 1);

  page->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) wg_pull_row_free);
  page->cursor = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  page->digests = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return page;
}

/**
 * wg_pull_page_free:
 * @page: (nullable) (transfer full): a page
 *
 * Frees it with its rows.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_pull_page_free (WgPullPage *page)
{
  if (page == NULL)
    return;
  g_free (page->epoch);
  g_strfreev (page->keep);
  g_strfreev (page->add);
  g_strfreev (page->drop);
  g_ptr_array_unref (page->rows);
  g_hash_table_unref (page->cursor);
  g_hash_table_unref (page->digests);
  g_free (page);
}

static void
append_line (GString *body, WgJsonWriter *writer)
{
  g_autofree char *line = wg_json_writer_to_string (writer, FALSE);

  g_string_append (body, line);
  g_string_append_c (body, '\n');
}

static void
write_header (const WgPullPage *page, GString *body)
{
  g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();

  wg_json_writer_begin_object (writer, NULL);
  wg_json_writer_string (writer, "t", "pull");
  wg_json_writer_int (writer, "v", VERSION);
  wg_json_writer_string (writer, "epoch", page->epoch);
  wg_json_writer_begin_object (writer, "scopes");
  wg_json_writer_texts (writer, "keep", (const char *const *) page->keep);
  wg_json_writer_texts (writer, "add", (const char *const *) page->add);
  wg_json_writer_texts (writer, "drop", (const char *const *) page->drop);
  wg_json_writer_end (writer);
  wg_json_writer_int (writer, "last_seq", page->last_seq);
  wg_json_writer_int (writer, "durable_seq", page->durable_seq);
  wg_json_writer_end (writer);
  append_line (body, writer);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

static void
write_digests (WgJsonWriter *writer, GHashTable *digests)
{
  guint n;
  g_autofree const char **names = (const char **) g_hash_table_get_keys_as_array (digests, &n);

  qsort (names, n, sizeof *names, compare_names);
  wg_json_writer_begin_object (writer, "digest");
  for (guint i = 0; i < n; i++)
    {
      const WgScopeDigest *digest = g_hash_table_lookup (digests, names[i]);
      g_autofree char *sum = g_strdup_printf ("%016" G_GINT64_MODIFIER "x", digest->sum);
      wg_json_writer_begin_object (writer, names[i]);
      wg_json_writer_int (writer, "n", (gint64) digest->n);
      wg_json_writer_string (writer, "x", sum);
      wg_json_writer_end (writer);
    }
  wg_json_writer_end (writer);
}

static void
write_end (const WgPullPage *page, GString *body)
{
  g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();

  wg_json_writer_begin_object (writer, NULL);
  wg_json_writer_string (writer, "t", "end");
  wg_json_writer_numbers (writer, "cursor", page->cursor);
  wg_json_writer_flag (writer, "more", page->more);
  if (!page->more)
    write_digests (writer, page->digests);
  wg_json_writer_end (writer);
  append_line (body, writer);
}

/**
 * wg_wire_pull_page_to_body:
 * @page: a page; digests are sent only without @more
 *
 * Writes a page.
 *
 * Thread: any.
 * Errors: none.
 * Source: docs/sync-protocol.md, Pull
 *
 * Returns: (transfer full): NDJSON
 */
GBytes *
wg_wire_pull_page_to_body (const WgPullPage *page)
{
  GString *body = g_string_new (NULL);

  write_header (page, body);
  for (guint i = 0; i < page->rows->len; i++)
    wg_pull_row_write (g_ptr_array_index (page->rows, i), body);
  write_end (page, body);
  return g_string_free_to_bytes (body);
}

static gboolean
read_header (const char *line, gsize length, WgPullPage *page, GError **error)
{
  g_auto (WgJsonReader) reader = WG_JSON_READER_INIT;
  WgJsonReader scopes;

  if (!wg_json_reader_open (&reader, "pull header", line, length, WG_LIMIT_BODY, error))
    return FALSE;
  wg_json_expect (&reader, "t", "pull");
  wg_json_get_int (&reader, "v", VERSION, VERSION);
  page->epoch = wg_json_get_text (&reader, "epoch", WG_JSON_REQUIRED);
  wg_json_get_object (&reader, "scopes", WG_JSON_REQUIRED, &scopes);
  page->keep = wg_json_get_texts (&scopes, "keep", WG_JSON_REQUIRED);
  page->add = wg_json_get_texts (&scopes, "add", WG_JSON_REQUIRED);
  page->drop = wg_json_get_texts (&scopes, "drop", WG_JSON_REQUIRED);
  wg_json_leave (&reader, "scopes", &scopes);
  page->last_seq = wg_json_get_int (&reader, "last_seq", 0, WG_JSON_INT_MAX);
  page->durable_seq = wg_json_get_int (&reader, "durable_seq", 0, WG_JSON_INT_MAX);
  return wg_json_reader_close (&reader, error);
}

static WgScopeDigest *
read_digest (WgJsonReader *reader)
{
  WgScopeDigest *digest = g_new0 (WgScopeDigest, 1);
  g_autofree char *sum = wg_json_get_text (reader, "x", WG_JSON_REQUIRED);

  digest->n = (guint64) wg_json_get_int (reader, "n", 0, WG_JSON_INT_MAX);
  if (sum != NULL && (strlen (sum) != 16 || strspn (sum, "0123456789abcdef") != 16))
    wg_json_reader_fail (reader, "x", "must be 16 lower hex digits");
  else if (sum != NULL)
    digest->sum = g_ascii_strtoull (sum, NULL, 16);
  return digest;
}

static void
read_digests (WgJsonReader *reader, GHashTable *digests)
{
  yyjson_val *object = wg_json_get (reader, "digest", WG_JSON_REQUIRED);
  gsize i, n;
  yyjson_val *key, *value;

  if (object != NULL && !yyjson_is_obj (object))
    wg_json_reader_fail (reader, "digest", "must be an object");
  wg_json_foreach (object, i, n, key, value)
  {
    WgJsonReader inner;
    wg_json_reader_enter (&inner, "pull end", yyjson_is_obj (value) ? value : NULL);
    g_hash_table_insert (digests, g_strdup (yyjson_get_str (key)), read_digest (&inner));
    wg_json_leave (reader, "digest", &inner);
  }
}

/* A row beyond the new cursor would be fetched and counted twice. */
static void
check_cursor (WgJsonReader *reader, const WgPullPage *page)
{
  for (guint i = 0; i < page->rows->len; i++)
    {
      const WgPullRow *row = g_ptr_array_index (page->rows, i);
      const gint64 *last = g_hash_table_lookup (page->cursor, row->scope);
      if (last == NULL || row->number > *last)
        wg_json_reader_fail (reader, "cursor", "lies before a row of the page");
    }
}

static void
read_end (WgJsonReader *reader, WgPullPage *page)
{
  g_hash_table_unref (page->cursor);
  page->cursor = wg_json_get_numbers (reader, "cursor");
  page->more = wg_json_get_flag (reader, "more");
  if (!page->more)
    read_digests (reader, page->digests);
  check_cursor (reader, page);
}

static gboolean
add_row (WgPullPage *page, WgPullRow *row, GHashTable *numbers, GError **error)
{
  gint64 *last = g_hash_table_lookup (numbers, row->scope);

  g_ptr_array_add (page->rows, row);
  if (page->rows->len > WG_LIMIT_PULL_ROWS)
    {
      wg_wire_fail (error, WG_WIRE_ERROR_LIMIT, "too-many", "pull: more than %d rows in a page",
                    WG_LIMIT_PULL_ROWS);
      return FALSE;
    }
  if (last != NULL && row->number <= *last)
    {
      wg_wire_fail (error, WG_WIRE_ERROR_MALFORMED, NULL,
                    "pull: row %" G_GINT64_FORMAT " of %s is out of order", row->number,
                    row->scope);
      return FALSE;
    }
  if (last == NULL)
    {
      last = g_new (gint64, 1);
      g_hash_table_insert (numbers, row->scope, last);
    }
  *last = row->number;
  return TRUE;
}

/* @numbers: last number seen of each scope; its keys belong to the rows. */
static gboolean
read_line (const char *line,
           gsize length,
           WgPullPage *page,
           GHashTable *numbers,
           gboolean *out_end,
           GError **error)
{
  g_auto (WgJsonReader) reader = WG_JSON_READER_INIT;
  WgPullRow *row = NULL;

  if (!wg_json_reader_open (&reader, "pull line", line, length, WG_LIMIT_BODY, error))
    return FALSE;
  g_autofree char *type = wg_json_get_text (&reader, "t", WG_JSON_REQUIRED);
  *out_end = g_strcmp0 (type, "end") == 0;
  if (*out_end)
    read_end (&reader, page);
  else if (g_strcmp0 (type, "row") == 0 || g_strcmp0 (type, "gone") == 0)
    row = wg_pull_row_read (&reader, type[0] == 'g');
  else
    wg_json_reader_fail (&reader, "t", "must be row, gone or end");
  if (!wg_json_reader_close (&reader, error))
    return FALSE;
  return row == NULL || add_row (page, row, numbers, error);
}

/**
 * wg_wire_pull_page_from_body:
 * @body: NDJSON, unpacked
 * @error: return location
 *
 * Reads a page whole or not at all. Rows of one scope must come in the order of their
 * numbers, and none may lie beyond the new cursor. Kinds of row and members that this
 * program does not know are kept in the rows' text.
 *
 * Thread: any.
 * Errors: %WG_WIRE_ERROR_MALFORMED, also when the body is cut off anywhere;
 * %WG_WIRE_ERROR_LIMIT.
 * Source: docs/sync-protocol.md, Pull
 *
 * Returns: (transfer full): the page
 */
WgPullPage *
wg_wire_pull_page_from_body (GBytes *body, GError **error)
{
  g_autoptr (WgPullPage) page = wg_pull_page_new ();
  g_autoptr (GHashTable) numbers = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  gsize size, length;
  const char *at = wg_json_body (body, &size);
  const char *end = at + size;
  const char *line;
  gboolean ended = FALSE;

  if (size > WG_LIMIT_BODY)
    {
      wg_wire_fail (error, WG_WIRE_ERROR_LIMIT, "too-large",
                    "pull: the body is larger than %d bytes", WG_LIMIT_BODY);
      return NULL;
    }
  if (!wg_json_next_line (&at, end, WG_LIMIT_BODY, &line, &length, error) ||
      !read_header (line, length, page, error))
    return NULL;
  while (!ended)
    if (!wg_json_next_line (&at, end, WG_LIMIT_BODY, &line, &length, error) ||
        !read_line (line, length, page, numbers, &ended, error))
      return NULL;
  if (at != end)
    {
      wg_wire_fail (error, WG_WIRE_ERROR_MALFORMED, NULL, "pull: something follows the end line");
      return NULL;
    }
  return g_steal_pointer (&page);
}

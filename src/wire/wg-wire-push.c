/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The body of a push: header, operations byte for byte, end with head and signature. */
#include "wire/wg-wire-push.h"

#include <string.h>

#include "core/wg-chain.h"
#include "wire/wg-json-private.h"

#define VERSION 1

/**
 * wg_push_new:
 *
 * Makes an empty push.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): the push
 */
WgPush *
wg_push_new (void)
{
  WgPush *push = g_new0 (WgPush, 1);

  push->lines = g_ptr_array_new_with_free_func (g_free);
  push->hashes = g_ptr_array_new_with_free_func (g_free);
  return push;
}

/**
 * wg_push_free:
 * @push: (nullable) (transfer full): a push
 *
 * Frees it with its lines.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_push_free (WgPush *push)
{
  if (push == NULL)
    return;
  g_free (push->replica);
  g_free (push->epoch);
  g_free (push->previous);
  g_free (push->boot);
  g_free (push->header);
  g_ptr_array_unref (push->lines);
  g_ptr_array_unref (push->hashes);
  g_free (push->head);
  g_free (push);
}

static char *
write_header (const WgPush *push)
{
  g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();

  wg_json_writer_begin_object (writer, NULL);
  wg_json_writer_string (writer, "t", "push");
  wg_json_writer_int (writer, "v", VERSION);
  wg_json_writer_string (writer, "replica", push->replica);
  wg_json_writer_string (writer, "epoch", push->epoch);
  wg_json_writer_int (writer, "first", push->first);
  wg_json_writer_string (writer, "prev", push->previous);
  wg_json_writer_begin_object (writer, "now");
  wg_json_writer_int (writer, "at", push->now_ms);
  wg_json_writer_string (writer, "boot", push->boot);
  wg_json_writer_int (writer, "mono", push->mono_ms);
  wg_json_writer_end (writer);
  wg_json_writer_int (writer, "n", push->lines->len);
  wg_json_writer_end (writer);
  return wg_json_writer_to_string (writer, FALSE);
}

static char *
write_end (const WgPush *push)
{
  g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();

  wg_json_writer_begin_object (writer, NULL);
  wg_json_writer_string (writer, "t", "end");
  wg_json_writer_string (writer, "head", push->head);
  wg_json_writer_bytes (writer, "sig", push->signature, sizeof push->signature);
  wg_json_writer_end (writer);
  return wg_json_writer_to_string (writer, FALSE);
}

/**
 * wg_push_get_hash:
 * @push: a push with @previous and its lines; what was asked for once does not change any more
 * @i: of a line, from 0
 *
 * Gives the hash of the chain after a line, and computes each only once.
 *
 * Thread: one at a time.
 * Errors: none; a malformed @previous is a programming fault.
 * Source: protocol.md 2.2
 *
 * Returns: (transfer none): 64 lower hex digits
 */
const char *
wg_push_get_hash (WgPush *push, guint i)
{
  GPtrArray *hashes = push->hashes;

  while (hashes->len <= i)
    {
      const char *before = hashes->len == 0 ? push->previous : hashes->pdata[hashes->len - 1];
      g_ptr_array_add (hashes, wg_chain_next (before, push->lines->pdata[hashes->len], -1));
    }
  return hashes->pdata[i];
}

static const char *
get_head (WgPush *push)
{
  return push->lines->len == 0 ? push->previous : wg_push_get_hash (push, push->lines->len - 1);
}

/* The header holds everything else that the platform acts upon, the lines are in the head. */
static char *
signed_text (const WgPush *push)
{
  return g_strdup_printf ("wg-push-v1\n%s\n%s", push->header, push->head);
}

/**
 * wg_wire_push_to_body:
 * @push: a push with everything but header, head and signature; at least one line
 * @secret: (array fixed-size=64): the device's secret key
 *
 * Computes header, head and signature into @push and writes the body.
 *
 * Thread: one at a time.
 * Errors: none.
 * Source: docs/sync-protocol.md, Push
 *
 * Returns: (transfer full): NDJSON
 */
GBytes *
wg_wire_push_to_body (WgPush *push, const guint8 *secret)
{
  GString *body = g_string_new (NULL);

  g_free (push->header);
  g_free (push->head);
  push->header = write_header (push);
  push->head = g_strdup (get_head (push));
  g_autofree char *text = signed_text (push);
  wg_crypto_sign (secret, text, strlen (text), push->signature);
  g_autofree char *end = write_end (push);

  g_string_append_printf (body, "%s\n", push->header);
  for (guint i = 0; i < push->lines->len; i++)
    {
      g_string_append (body, g_ptr_array_index (push->lines, i));
      g_string_append_c (body, '\n');
    }
  g_string_append_printf (body, "%s\n", end);
  return g_string_free_to_bytes (body);
}

static gboolean
read_header (const char *line, gsize length, WgPush *push, gint64 *out_n, GError **error)
{
  g_auto (WgJsonReader) reader = WG_JSON_READER_INIT;
  WgJsonReader now;

  if (!wg_json_reader_open (&reader, "push header", line, length, WG_LIMIT_LINE, error))
    return FALSE;
  wg_json_expect (&reader, "t", "push");
  wg_json_get_int (&reader, "v", VERSION, VERSION);
  push->replica = wg_json_get_id (&reader, "replica", WG_JSON_REQUIRED);
  push->epoch = wg_json_get_text (&reader, "epoch", WG_JSON_REQUIRED);
  push->first = wg_json_get_int (&reader, "first", 1, WG_JSON_INT_MAX);
  push->previous = wg_json_get_hash (&reader, "prev", WG_JSON_REQUIRED);
  wg_json_get_object (&reader, "now", WG_JSON_REQUIRED, &now);
  push->now_ms = wg_json_get_int (&now, "at", 0, WG_JSON_INT_MAX);
  push->boot = wg_json_get_text (&now, "boot", WG_JSON_REQUIRED);
  push->mono_ms = wg_json_get_int (&now, "mono", 0, WG_JSON_INT_MAX);
  wg_json_leave (&reader, "now", &now);
  *out_n = wg_json_get_int (&reader, "n", 1, WG_JSON_INT_MAX);
  push->header = g_strndup (line, length);
  return wg_json_reader_close (&reader, error);
}

/* Only the envelope: whether an operation can be applied is decided for each by itself. */
static gboolean
check_operation (const char *line, gsize length, gint64 seq, GError **error)
{
  g_auto (WgJsonReader) reader = WG_JSON_READER_INIT;

  if (!wg_json_reader_open (&reader, "operation", line, length, WG_LIMIT_LINE, error))
    return FALSE;
  wg_json_expect (&reader, "t", "op");
  g_autofree char *op_id = wg_json_get_id (&reader, "op_id", WG_JSON_REQUIRED);
  gint64 given = wg_json_get_int (&reader, "seq", 1, WG_JSON_INT_MAX);
  if (!wg_json_reader_close (&reader, error))
    return FALSE;
  if (given != seq)
    {
      wg_wire_fail (error, WG_WIRE_ERROR_CHAIN, NULL,
                    "operation: \"seq\" is %" G_GINT64_FORMAT " instead of %" G_GINT64_FORMAT,
                    given, seq);
      return FALSE;
    }
  return TRUE;
}

static gboolean
read_operations (const char **at, const char *end, gint64 n, WgPush *push, GError **error)
{
  const char *line;
  gsize length;

  if (n > WG_LIMIT_PUSH_OPS)
    {
      wg_wire_fail (error, WG_WIRE_ERROR_LIMIT, "too-many",
                    "push header: \"n\" is more than %d operations: send less at a time",
                    WG_LIMIT_PUSH_OPS);
      return FALSE;
    }
  for (gint64 i = 0; i < n; i++)
    {
      if (!wg_json_next_line (at, end, WG_LIMIT_LINE, &line, &length, error) ||
          !check_operation (line, length, push->first + i, error))
        return FALSE;
      g_ptr_array_add (push->lines, g_strndup (line, length));
    }
  return TRUE;
}

static gboolean
read_end (const char *line, gsize length, WgPush *push, GError **error)
{
  g_auto (WgJsonReader) reader = WG_JSON_READER_INIT;

  if (!wg_json_reader_open (&reader, "push end", line, length, WG_LIMIT_LINE, error))
    return FALSE;
  wg_json_expect (&reader, "t", "end");
  push->head = wg_json_get_hash (&reader, "head", WG_JSON_REQUIRED);
  wg_json_get_bytes (&reader, "sig", push->signature, sizeof push->signature);
  return wg_json_reader_close (&reader, error);
}

/**
 * wg_wire_push_from_body:
 * @body: NDJSON, unpacked
 * @error: return location
 *
 * Reads a push whole or not at all, and checks framing, limits, the dense sequence and
 * the hash chain; the signature is checked by wg_wire_push_verify(), and what each
 * operation says by wg_wire_operation_from_line().
 *
 * Thread: any.
 * Errors: %WG_WIRE_ERROR_MALFORMED; %WG_WIRE_ERROR_LIMIT (too-large, line-too-long,
 * too-many); %WG_WIRE_ERROR_CHAIN.
 * Source: docs/sync-protocol.md, Push
 *
 * Returns: (transfer full): the push
 */
WgPush *
wg_wire_push_from_body (GBytes *body, GError **error)
{
  g_autoptr (WgPush) push = wg_push_new ();
  gsize size, length;
  const char *at = wg_json_body (body, &size);
  const char *end = at + size;
  const char *line;
  gint64 n;

  if (size > WG_LIMIT_BODY)
    {
      wg_wire_fail (error, WG_WIRE_ERROR_LIMIT, "too-large",
                    "push: the body is larger than %d bytes: send less", WG_LIMIT_BODY);
      return NULL;
    }
  if (!wg_json_next_line (&at, end, WG_LIMIT_LINE, &line, &length, error) ||
      !read_header (line, length, push, &n, error) || !read_operations (&at, end, n, push, error) ||
      !wg_json_next_line (&at, end, WG_LIMIT_LINE, &line, &length, error) ||
      !read_end (line, length, push, error))
    return NULL;
  if (at != end)
    {
      wg_wire_fail (error, WG_WIRE_ERROR_MALFORMED, NULL, "push: something follows the end line");
      return NULL;
    }
  if (strcmp (get_head (push), push->head) != 0)
    {
      wg_wire_fail (error, WG_WIRE_ERROR_CHAIN, NULL,
                    "push end: \"head\" is not the hash of these lines after \"prev\"");
      return NULL;
    }
  return g_steal_pointer (&push);
}

/**
 * wg_wire_push_verify:
 * @push: a push that was read
 * @public_key: (array fixed-size=32): the device's key, known from its enrolment
 * @error: return location
 *
 * Checks the signature over header and head.
 *
 * Thread: any.
 * Errors: %WG_WIRE_ERROR_SIGNATURE.
 * Source: docs/sync-protocol.md, Push
 *
 * Returns: %TRUE if the device signed this push
 */
gboolean
wg_wire_push_verify (const WgPush *push, const guint8 *public_key, GError **error)
{
  g_autofree char *text = signed_text (push);

  if (wg_crypto_verify (public_key, text, strlen (text), push->signature))
    return TRUE;
  wg_wire_fail (error, WG_WIRE_ERROR_SIGNATURE, NULL,
                "push end: \"sig\" was not made by the key of this device");
  return FALSE;
}

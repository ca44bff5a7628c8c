/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Strict reading of JSON: UTF-8, depth, no duplicate names, numbers that everybody reads alike. */
#include "wire/wg-json-private.h"

#include <math.h>
#include <string.h>

#include "core/wg-chain.h"
#include "core/wg-id.h"
#include "wire/wg-crypto.h"

#define FEW_MEMBERS 12

static gboolean
has_duplicates (yyjson_val *object)
{
  yyjson_obj_iter members = yyjson_obj_iter_with (object);
  yyjson_val *name;

  if (yyjson_obj_size (object) <= FEW_MEMBERS)
    {
      const char *seen[FEW_MEMBERS];
      for (int n = 0; (name = yyjson_obj_iter_next (&members)) != NULL; n++)
        {
          seen[n] = yyjson_get_str (name);
          for (int i = 0; i < n; i++)
            if (strcmp (seen[i], seen[n]) == 0)
              return TRUE;
        }
      return FALSE;
    }

  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  while ((name = yyjson_obj_iter_next (&members)) != NULL)
    if (!g_hash_table_add (seen, (gpointer) yyjson_get_str (name)))
      return TRUE;
  return FALSE;
}

static gboolean
has_zero_byte (yyjson_val *text)
{
  return strlen (yyjson_get_str (text)) != yyjson_get_len (text);
}

static gboolean
check_scalar (const char *what, yyjson_val *value, GError **error)
{
  if (yyjson_is_str (value) && has_zero_byte (value))
    {
      wg_wire_fail (error, WG_WIRE_ERROR_MALFORMED, NULL, "%s: text with a zero byte", what);
      return FALSE;
    }
  if (yyjson_is_raw (value) ||
      (yyjson_is_int (value) && !wg_json_value_is_int (value, -WG_JSON_INT_MAX, WG_JSON_INT_MAX)))
    {
      wg_wire_fail (error, WG_WIRE_ERROR_MALFORMED, NULL,
                    "%s: a number is outside ±2^53 or not finite", what);
      return FALSE;
    }
  return TRUE;
}

/* The recursion is bounded by the depth that it checks. */
static gboolean
check_value (const char *what, yyjson_val *value, int depth, GError **error)
{
  gsize i, n;
  yyjson_val *name, *inner;

  if (!yyjson_is_ctn (value))
    return check_scalar (what, value, error);
  if (depth > WG_LIMIT_DEPTH)
    {
      wg_wire_fail (error, WG_WIRE_ERROR_LIMIT, "malformed", "%s: nested deeper than %d", what,
                    WG_LIMIT_DEPTH);
      return FALSE;
    }
  if (yyjson_is_arr (value))
    {
      yyjson_arr_foreach (value, i, n,
                          inner) if (!check_value (what, inner, depth + 1, error)) return FALSE;
      return TRUE;
    }
  wg_json_foreach (value, i, n, name,
                   inner) if (!check_scalar (what, name, error) ||
                              !check_value (what, inner, depth + 1, error)) return FALSE;
  if (has_duplicates (value))
    {
      wg_wire_fail (error, WG_WIRE_ERROR_MALFORMED, NULL, "%s: a name occurs twice in an object",
                    what);
      return FALSE;
    }
  return TRUE;
}

/**
 * wg_json_reader_open:
 * @self: a reader, cleared or new
 * @what: static name of the message for error texts
 * @json: (array length=length) (nullable): the text; need not end with a zero byte
 * @length: bytes
 * @limit: largest @length that is accepted
 * @error: return location
 *
 * Reads one JSON object strictly: UTF-8 without BOM, depth <= 16, no name twice in an
 * object, integers within ±2^53, finite numbers, no zero bytes in text, nothing after it.
 *
 * Thread: one at a time.
 * Errors: %WG_WIRE_ERROR_MALFORMED; %WG_WIRE_ERROR_LIMIT when too large or too deep.
 *
 * Returns: %TRUE when @self holds the object
 */
gboolean
wg_json_reader_open (WgJsonReader *self,
                     const char *what,
                     const char *json,
                     gsize length,
                     gsize limit,
                     GError **error)
{
  yyjson_read_err fault;

  g_return_val_if_fail (self->doc == NULL, FALSE);
  /* The bytes of an empty body are no text at all. */
  if (json == NULL)
    json = "";
  if (length > limit)
    {
      wg_wire_fail (error, WG_WIRE_ERROR_LIMIT, "too-large",
                    "%s: %" G_GSIZE_FORMAT " bytes, at most %" G_GSIZE_FORMAT " are taken", what,
                    length, limit);
      return FALSE;
    }
  /* Without the in-situ flag yyjson does not write to the text. */
  yyjson_doc *doc =
      yyjson_read_opts ((char *) json, length, YYJSON_READ_BIGNUM_AS_RAW, NULL, &fault);
  if (doc == NULL)
    {
      wg_wire_fail (error, WG_WIRE_ERROR_MALFORMED, NULL,
                    "%s: not JSON at byte %" G_GSIZE_FORMAT ": %s", what, fault.pos, fault.msg);
      return FALSE;
    }
  yyjson_val *root = yyjson_doc_get_root (doc);
  if (!yyjson_is_obj (root))
    {
      yyjson_doc_free (doc);
      wg_wire_fail (error, WG_WIRE_ERROR_MALFORMED, NULL, "%s: must be a JSON object", what);
      return FALSE;
    }
  if (!check_value (what, root, 1, error))
    {
      yyjson_doc_free (doc);
      return FALSE;
    }
  wg_json_reader_enter (self, what, root);
  self->doc = doc;
  return TRUE;
}

/**
 * wg_json_reader_enter:
 * @self: a reader, cleared or new
 * @what: static name of the message for error texts
 * @object: (nullable): an object that was checked already; %NULL reads as empty
 *
 * Begins to read an inner object; the outer reader must outlive @self.
 *
 * Thread: one at a time.
 * Errors: none.
 */
void
wg_json_reader_enter (WgJsonReader *self, const char *what, yyjson_val *object)
{
  *self = (WgJsonReader) { .object = object, .what = what };
}

/**
 * wg_json_reader_clear:
 * @self: a reader
 *
 * Frees what the reader holds.
 *
 * Thread: one at a time.
 * Errors: none.
 */
void
wg_json_reader_clear (WgJsonReader *self)
{
  g_clear_pointer (&self->doc, yyjson_doc_free);
  g_clear_error (&self->error);
  g_clear_pointer (&self->culprit, g_free);
  self->object = NULL;
}

/**
 * wg_json_reader_close:
 * @self: a reader
 * @error: return location
 *
 * Asks whether everything read so far was in order, and hands the first fault over.
 *
 * Thread: one at a time.
 * Errors: the first fault of the reads.
 *
 * Returns: %TRUE when there was no fault
 */
gboolean
wg_json_reader_close (WgJsonReader *self, GError **error)
{
  if (self->error == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&self->error));
  return FALSE;
}

/**
 * wg_json_reader_fail:
 * @self: a reader
 * @name: the member at fault
 * @rule: what it must be, e.g. "must be a hash"
 *
 * Notes a fault; only the first one is kept.
 *
 * Thread: one at a time.
 * Errors: none.
 */
void
wg_json_reader_fail (WgJsonReader *self, const char *name, const char *rule)
{
  if (self->error != NULL)
    return;
  wg_wire_fail (&self->error, WG_WIRE_ERROR_MALFORMED, NULL, "%s: \"%s\" %s", self->what, name,
                rule);
  self->culprit = g_strdup (name);
}

/**
 * wg_json_get:
 * @self: a reader
 * @name: a member
 * @need: whether it must be there
 *
 * Looks a member up; null counts as absent.
 *
 * Thread: one at a time.
 * Errors: noted in the reader.
 *
 * Returns: (transfer none) (nullable): the value
 */
yyjson_val *
wg_json_get (WgJsonReader *self, const char *name, WgJsonNeed need)
{
  if (self->error != NULL)
    return NULL;
  yyjson_val *value = yyjson_obj_get (self->object, name);
  if (value != NULL && !yyjson_is_null (value))
    return value;
  if (need == WG_JSON_REQUIRED)
    wg_json_reader_fail (self, name, "is missing");
  return NULL;
}

/**
 * wg_json_get_object:
 * @self: a reader
 * @name: a member
 * @need: whether it must be there
 * @out_inner: a reader, cleared or new; reads as empty when the member is not there
 *
 * Begins to read a member that is an object; end with wg_json_leave().
 *
 * Thread: one at a time.
 * Errors: noted in the reader.
 */
void
wg_json_get_object (WgJsonReader *self, const char *name, WgJsonNeed need, WgJsonReader *out_inner)
{
  yyjson_val *value = wg_json_get (self, name, need);

  if (value != NULL && !yyjson_is_obj (value))
    {
      wg_json_reader_fail (self, name, "must be an object");
      value = NULL;
    }
  wg_json_reader_enter (out_inner, self->what, value);
}

/**
 * wg_json_leave:
 * @self: a reader
 * @name: the member that @inner read
 * @inner: the reader of the member; cleared
 *
 * Ends the reading of an inner object; its first fault becomes one of @self, with the
 * inner member as the culprit.
 *
 * Thread: one at a time.
 * Errors: noted in the reader.
 */
void
wg_json_leave (WgJsonReader *self, const char *name, WgJsonReader *inner)
{
  if (self->error == NULL && inner->error != NULL)
    {
      self->error = g_steal_pointer (&inner->error);
      self->culprit = g_steal_pointer (&inner->culprit);
      g_prefix_error (&self->error, "%s: ", name);
    }
  wg_json_reader_clear (inner);
}

/**
 * wg_json_get_array:
 * @self: a reader
 * @name: a member
 * @need: whether it must be there
 *
 * Reads a member that is an array.
 *
 * Thread: one at a time.
 * Errors: noted in the reader.
 *
 * Returns: (transfer none) (nullable): the array
 */
yyjson_val *
wg_json_get_array (WgJsonReader *self, const char *name, WgJsonNeed need)
{
  yyjson_val *value = wg_json_get (self, name, need);

  if (value == NULL || yyjson_is_arr (value))
    return value;
  wg_json_reader_fail (self, name, "must be an array");
  return NULL;
}

/**
 * wg_json_get_text:
 * @self: a reader
 * @name: a member
 * @need: whether it must be there, and not be empty
 *
 * Reads text; empty text reads as %NULL.
 *
 * Thread: one at a time.
 * Errors: noted in the reader.
 *
 * Returns: (transfer full) (nullable): the text
 */
char *
wg_json_get_text (WgJsonReader *self, const char *name, WgJsonNeed need)
{
  yyjson_val *value = wg_json_get (self, name, need);

  if (value == NULL)
    return NULL;
  if (!yyjson_is_str (value))
    wg_json_reader_fail (self, name, "must be text");
  else if (yyjson_get_len (value) > 0)
    return g_strdup (yyjson_get_str (value));
  else if (need == WG_JSON_REQUIRED)
    wg_json_reader_fail (self, name, "may not be empty");
  return NULL;
}

static char *
get_checked (WgJsonReader *self,
             const char *name,
             WgJsonNeed need,
             gboolean (*is_valid) (const char *),
             const char *rule)
{
  g_autofree char *text = wg_json_get_text (self, name, need);

  if (text == NULL || is_valid (text))
    return g_steal_pointer (&text);
  wg_json_reader_fail (self, name, rule);
  return NULL;
}

/**
 * wg_json_get_id:
 * @self: a reader
 * @name: a member
 * @need: whether it must be there
 *
 * Reads an identifier made by wg_id_new().
 *
 * Thread: one at a time.
 * Errors: noted in the reader.
 *
 * Returns: (transfer full) (nullable): the identifier
 */
char *
wg_json_get_id (WgJsonReader *self, const char *name, WgJsonNeed need)
{
  return get_checked (self, name, need, wg_id_is_valid, "must be a UUID version 7, lower case");
}

/**
 * wg_json_get_hash:
 * @self: a reader
 * @name: a member
 * @need: whether it must be there
 *
 * Reads a SHA-256 hash.
 *
 * Thread: one at a time.
 * Errors: noted in the reader.
 *
 * Returns: (transfer full) (nullable): 64 lower hex digits
 */
char *
wg_json_get_hash (WgJsonReader *self, const char *name, WgJsonNeed need)
{
  return get_checked (self, name, need, wg_chain_is_hash, "must be 64 lower hex digits");
}

/**
 * wg_json_get_json:
 * @self: a reader
 * @name: a member
 * @need: whether it must be there
 *
 * Gives an object member as JSON text of its own, with every member it has, known or not.
 *
 * Thread: one at a time.
 * Errors: noted in the reader.
 *
 * Returns: (transfer full) (nullable): JSON text in one line
 */
char *
wg_json_get_json (WgJsonReader *self, const char *name, WgJsonNeed need)
{
  yyjson_val *value = wg_json_get (self, name, need);

  if (value == NULL)
    return NULL;
  if (yyjson_is_obj (value))
    return wg_json_value_to_text (value);
  wg_json_reader_fail (self, name, "must be an object");
  return NULL;
}

/**
 * wg_json_value_to_text:
 * @value: a value that was checked
 *
 * Prints a value as it was read; what this project writes comes out byte for byte.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): JSON text in one line
 */
char *
wg_json_value_to_text (yyjson_val *value)
{
  char *text = yyjson_val_write (value, YYJSON_WRITE_NOFLAG, NULL);

  if (text == NULL)
    g_error ("out of memory while writing JSON");
  return text;
}

/**
 * wg_json_get_texts:
 * @self: a reader
 * @name: a member
 * @need: whether it must be there
 *
 * Reads an array of texts.
 *
 * Thread: one at a time.
 * Errors: noted in the reader.
 *
 * Returns: (transfer full) (nullable): ends with %NULL; %NULL when absent or at a fault
 */
char **
wg_json_get_texts (WgJsonReader *self, const char *name, WgJsonNeed need)
{
  yyjson_val *array = wg_json_get_array (self, name, need);
  g_autoptr (GStrvBuilder) texts = g_strv_builder_new ();
  gsize i, n;
  yyjson_val *value;

  if (array == NULL)
    return NULL;
  yyjson_arr_foreach (array, i, n, value)
  {
    if (!yyjson_is_str (value))
      {
        wg_json_reader_fail (self, name, "must be an array of texts");
        return NULL;
      }
    g_strv_builder_add (texts, yyjson_get_str (value));
  }
  return g_strv_builder_end (texts);
}

/**
 * wg_json_get_bytes:
 * @self: a reader
 * @name: a member
 * @out: (out caller-allocates) (array length=n): where the bytes go
 * @n: exactly how many
 *
 * Reads a required key or signature in base64url.
 *
 * Thread: one at a time.
 * Errors: noted in the reader.
 */
void
wg_json_get_bytes (WgJsonReader *self, const char *name, guint8 *out, gsize n)
{
  g_autofree char *text = wg_json_get_text (self, name, WG_JSON_REQUIRED);
  g_autoptr (GBytes) bytes = text != NULL ? wg_base64url_decode (text, NULL) : NULL;

  if (text == NULL)
    return;
  if (bytes == NULL || g_bytes_get_size (bytes) != n)
    wg_json_reader_fail (self, name, "must be base64url of the right length");
  else
    memcpy (out, g_bytes_get_data (bytes, NULL), n);
}

/**
 * wg_json_expect:
 * @self: a reader
 * @name: a member
 * @value: the only text it may have
 *
 * Checks a member that says what the message is.
 *
 * Thread: one at a time.
 * Errors: noted in the reader.
 */
void
wg_json_expect (WgJsonReader *self, const char *name, const char *value)
{
  g_autofree char *text = wg_json_get_text (self, name, WG_JSON_REQUIRED);

  if (text != NULL && strcmp (text, value) != 0)
    wg_json_reader_fail (self, name, "is of another message");
}

/**
 * wg_json_value_is_int:
 * @value: (nullable): a value
 * @min: least
 * @max: most
 *
 * Tells whether @value is an integer of the range.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: %TRUE if it is
 */
gboolean
wg_json_value_is_int (yyjson_val *value, gint64 min, gint64 max)
{
  if (yyjson_is_uint (value) && yyjson_get_uint (value) > (guint64) G_MAXINT64)
    return FALSE;
  return yyjson_is_int (value) && yyjson_get_sint (value) >= min && yyjson_get_sint (value) <= max;
}

static gint64
read_int (WgJsonReader *self, const char *name, yyjson_val *value, gint64 min, gint64 max)
{
  if (wg_json_value_is_int (value, min, max))
    return yyjson_get_sint (value);
  g_autofree char *rule = g_strdup_printf (
      "must be an integer from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT, min, max);
  wg_json_reader_fail (self, name, rule);
  return min;
}

/**
 * wg_json_get_int:
 * @self: a reader
 * @name: a member
 * @min: least
 * @max: most
 *
 * Reads a required integer.
 *
 * Thread: one at a time.
 * Errors: noted in the reader.
 *
 * Returns: the number, @min at a fault
 */
gint64
wg_json_get_int (WgJsonReader *self, const char *name, gint64 min, gint64 max)
{
  yyjson_val *value = wg_json_get (self, name, WG_JSON_REQUIRED);

  return value != NULL ? read_int (self, name, value, min, max) : min;
}

/**
 * wg_json_get_int_or:
 * @self: a reader
 * @name: a member
 * @min: least
 * @max: most
 * @otherwise: what an absent member means
 *
 * Reads an optional integer.
 *
 * Thread: one at a time.
 * Errors: noted in the reader.
 *
 * Returns: the number, or @otherwise
 */
gint64
wg_json_get_int_or (WgJsonReader *self, const char *name, gint64 min, gint64 max, gint64 otherwise)
{
  yyjson_val *value = wg_json_get (self, name, WG_JSON_OPTIONAL);

  return value != NULL ? read_int (self, name, value, min, max) : otherwise;
}

/**
 * wg_json_get_real_or_nan:
 * @self: a reader
 * @name: a member
 *
 * Reads an optional number.
 *
 * Thread: one at a time.
 * Errors: noted in the reader.
 *
 * Returns: the number, NAN when absent
 */
double
wg_json_get_real_or_nan (WgJsonReader *self, const char *name)
{
  yyjson_val *value = wg_json_get (self, name, WG_JSON_OPTIONAL);

  if (value == NULL)
    return NAN;
  if (yyjson_is_num (value))
    return yyjson_get_num (value);
  wg_json_reader_fail (self, name, "must be a number");
  return NAN;
}

/**
 * wg_json_get_flag:
 * @self: a reader
 * @name: a member
 *
 * Reads a flag; absent is %FALSE.
 *
 * Thread: one at a time.
 * Errors: noted in the reader.
 *
 * Returns: the flag
 */
gboolean
wg_json_get_flag (WgJsonReader *self, const char *name)
{
  yyjson_val *value = wg_json_get (self, name, WG_JSON_OPTIONAL);

  if (value == NULL)
    return FALSE;
  if (!yyjson_is_bool (value))
    wg_json_reader_fail (self, name, "must be true or false");
  return yyjson_is_true (value);
}

/**
 * wg_json_get_numbers:
 * @self: a reader
 * @name: a member
 *
 * Reads a required object whose members are all integers from 0, such as a cursor.
 *
 * Thread: one at a time.
 * Errors: noted in the reader.
 *
 * Returns: (transfer full) (element-type utf8 gint64): empty at a fault
 */
GHashTable *
wg_json_get_numbers (WgJsonReader *self, const char *name)
{
  GHashTable *numbers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  yyjson_val *object = wg_json_get (self, name, WG_JSON_REQUIRED);
  gsize i, n;
  yyjson_val *key, *value;

  if (object != NULL && !yyjson_is_obj (object))
    wg_json_reader_fail (self, name, "must be an object of integers");
  wg_json_foreach (object, i, n, key, value)
  {
    if (!wg_json_value_is_int (value, 0, WG_JSON_INT_MAX))
      {
        wg_json_reader_fail (self, name, "must be an object of integers");
        break;
      }
    gint64 *number = g_new (gint64, 1);
    *number = yyjson_get_sint (value);
    g_hash_table_insert (numbers, g_strdup (yyjson_get_str (key)), number);
  }
  return numbers;
}

/**
 * wg_json_body:
 * @body: a body as it came
 * @out_size: its bytes
 *
 * Gives the text of a body; an empty one is an empty text.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: the text, not ended by a zero
 */
const char *
wg_json_body (GBytes *body, gsize *out_size)
{
  const char *text = g_bytes_get_data (body, out_size);

  return text != NULL ? text : "";
}

/**
 * wg_json_next_line:
 * @at: (inout): where to go on
 * @end: end of the body
 * @limit: longest line that is accepted
 * @out_line: (out) (transfer none): begin of the line inside the body
 * @out_length: (out): bytes without the newline
 * @error: return location
 *
 * Takes the next line of an NDJSON body. Every line, the last one too, ends with a
 * newline, and none is empty.
 *
 * Thread: any.
 * Errors: %WG_WIRE_ERROR_LIMIT (line-too-long); %WG_WIRE_ERROR_MALFORMED when the body
 * ends before the newline, or the line is empty.
 *
 * Returns: %TRUE when there was a line
 */
gboolean
wg_json_next_line (const char **at,
                   const char *end,
                   gsize limit,
                   const char **out_line,
                   gsize *out_length,
                   GError **error)
{
  gsize left = (gsize) (end - *at);
  const char *newline = left > 0 ? memchr (*at, '\n', MIN (left, limit + 1)) : NULL;

  if (newline == NULL && left > limit)
    {
      wg_wire_fail (error, WG_WIRE_ERROR_LIMIT, "line-too-long",
                    "a line is longer than %" G_GSIZE_FORMAT " bytes: send less in it", limit);
      return FALSE;
    }
  if (newline == NULL || newline == *at)
    {
      wg_wire_fail (error, WG_WIRE_ERROR_MALFORMED, NULL,
                    "the body is cut off or has an empty line");
      return FALSE;
    }
  *out_line = *at;
  *out_length = (gsize) (newline - *at);
  *at = newline + 1;
  return TRUE;
}

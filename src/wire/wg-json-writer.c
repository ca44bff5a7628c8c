/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A writer of JSON text: calls in order build a tree that yyjson prints. */
#include "wire/wg-json-private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "wire/wg-crypto.h"

struct _WgJsonWriter
{
  yyjson_mut_doc *doc;
  GPtrArray *open; /* of yyjson_mut_val, outermost first */
};

/**
 * wg_json_writer_new:
 *
 * Makes an empty writer. The first call must begin an object or an array.
 *
 * Thread: one at a time.
 * Errors: none.
 *
 * Returns: (transfer full): the writer
 */
WgJsonWriter *
wg_json_writer_new (void)
{
  WgJsonWriter *self = g_new0 (WgJsonWriter, 1);

  self->doc = yyjson_mut_doc_new (NULL);
  self->open = g_ptr_array_new ();
  return self;
}

/**
 * wg_json_writer_free:
 * @self: (nullable) (transfer full): a writer
 *
 * Frees the writer and what was written.
 *
 * Thread: one at a time.
 * Errors: none.
 */
void
wg_json_writer_free (WgJsonWriter *self)
{
  if (self == NULL)
    return;
  yyjson_mut_doc_free (self->doc);
  g_ptr_array_unref (self->open);
  g_free (self);
}

static yyjson_mut_val *
new_text (WgJsonWriter *self, const char *text)
{
  if (g_utf8_validate (text, -1, NULL))
    return yyjson_mut_strcpy (self->doc, text);
  /* Damaged text may not damage the whole message: show where it was damaged. */
  g_autofree char *mended = g_utf8_make_valid (text, -1);
  return yyjson_mut_strcpy (self->doc, mended);
}

/* Puts @value at the present place; takes nothing else than what the place allows. */
static void
add (WgJsonWriter *self, const char *name, yyjson_mut_val *value)
{
  if (value == NULL)
    g_error ("out of memory while writing JSON");
  if (self->open->len == 0)
    {
      g_return_if_fail (name == NULL && yyjson_mut_doc_get_root (self->doc) == NULL);
      yyjson_mut_doc_set_root (self->doc, value);
      return;
    }
  yyjson_mut_val *parent = g_ptr_array_index (self->open, self->open->len - 1);
  if (yyjson_mut_is_obj (parent))
    {
      g_return_if_fail (name != NULL);
      yyjson_mut_obj_add (parent, new_text (self, name), value);
    }
  else
    {
      g_return_if_fail (name == NULL);
      yyjson_mut_arr_append (parent, value);
    }
}

/**
 * wg_json_writer_begin_object:
 * @self: a writer
 * @name: (nullable): member name inside an object, %NULL inside an array and at the top
 *
 * Begins an object; what follows goes into it until wg_json_writer_end().
 *
 * Thread: one at a time.
 * Errors: none.
 */
void
wg_json_writer_begin_object (WgJsonWriter *self, const char *name)
{
  yyjson_mut_val *object = yyjson_mut_obj (self->doc);

  add (self, name, object);
  g_ptr_array_add (self->open, object);
}

/**
 * wg_json_writer_begin_array:
 * @self: a writer
 * @name: (nullable): member name inside an object, %NULL inside an array and at the top
 *
 * Begins an array; what follows goes into it until wg_json_writer_end().
 *
 * Thread: one at a time.
 * Errors: none.
 */
void
wg_json_writer_begin_array (WgJsonWriter *self, const char *name)
{
  yyjson_mut_val *array = yyjson_mut_arr (self->doc);

  add (self, name, array);
  g_ptr_array_add (self->open, array);
}

/**
 * wg_json_writer_end:
 * @self: a writer
 *
 * Ends the innermost open object or array.
 *
 * Thread: one at a time.
 * Errors: none.
 */
void
wg_json_writer_end (WgJsonWriter *self)
{
  g_return_if_fail (self->open->len > 0);
  g_ptr_array_set_size (self->open, (int) self->open->len - 1);
}

static gboolean
in_object (const WgJsonWriter *self)
{
  return self->open->len > 0 &&
         yyjson_mut_is_obj (g_ptr_array_index (self->open, self->open->len - 1));
}

/**
 * wg_json_writer_string:
 * @self: a writer
 * @name: (nullable): member name, %NULL inside an array
 * @value: (nullable): UTF-8 text; bytes that are none become U+FFFD
 *
 * Writes text. A %NULL value is left out of an object and is null in an array.
 *
 * Thread: one at a time.
 * Errors: none.
 */
void
wg_json_writer_string (WgJsonWriter *self, const char *name, const char *value)
{
  if (value != NULL)
    add (self, name, new_text (self, value));
  else if (!in_object (self))
    wg_json_writer_null (self, name);
}

/**
 * wg_json_writer_int:
 * @self: a writer
 * @name: (nullable): member name, %NULL inside an array
 * @value: a number within ±2^53
 *
 * Writes an integer.
 *
 * Thread: one at a time.
 * Errors: none.
 */
void
wg_json_writer_int (WgJsonWriter *self, const char *name, gint64 value)
{
  add (self, name, yyjson_mut_sint (self->doc, value));
}

/**
 * wg_json_writer_real:
 * @self: a writer
 * @name: (nullable): member name, %NULL inside an array
 * @value: a number; NAN and infinities mean "not given"
 *
 * Writes a number with the fewest digits that read back as the same number. One that is
 * not given is left out of an object and is null in an array.
 *
 * Thread: one at a time.
 * Errors: none.
 */
void
wg_json_writer_real (WgJsonWriter *self, const char *name, double value)
{
  if (isfinite (value))
    add (self, name, yyjson_mut_real (self->doc, value + 0.0)); /* + 0.0: no minus zero */
  else if (!in_object (self))
    wg_json_writer_null (self, name);
}

/**
 * wg_json_writer_flag:
 * @self: a writer
 * @name: (nullable): member name, %NULL inside an array
 * @value: the flag
 *
 * Writes true or false.
 *
 * Thread: one at a time.
 * Errors: none.
 */
void
wg_json_writer_flag (WgJsonWriter *self, const char *name, gboolean value)
{
  add (self, name, yyjson_mut_bool (self->doc, value != FALSE));
}

/**
 * wg_json_writer_raw:
 * @self: a writer
 * @name: (nullable): member name, %NULL inside an array
 * @json: (nullable): valid JSON text; it is copied as it stands
 *
 * Writes a value that is JSON already. %NULL is left out of an object and is null in an
 * array.
 *
 * Thread: one at a time.
 * Errors: none.
 */
void
wg_json_writer_raw (WgJsonWriter *self, const char *name, const char *json)
{
  if (json != NULL)
    add (self, name, yyjson_mut_rawcpy (self->doc, json));
  else if (!in_object (self))
    wg_json_writer_null (self, name);
}

/**
 * wg_json_writer_to_string:
 * @self: a writer whose objects and arrays are all ended
 * @pretty: whether people read it: lines, two spaces deep
 *
 * Prints what was written, without a newline at the end.
 *
 * Thread: one at a time.
 * Errors: none.
 *
 * Returns: (transfer full): JSON text
 */
char *
wg_json_writer_to_string (WgJsonWriter *self, gboolean pretty)
{
  yyjson_write_err fault;
  gsize length;

  g_return_val_if_fail (self->open->len == 0 && yyjson_mut_doc_get_root (self->doc) != NULL, NULL);
  char *text = yyjson_mut_write_opts (self->doc,
                                      pretty ? YYJSON_WRITE_PRETTY_TWO_SPACES : YYJSON_WRITE_NOFLAG,
                                      NULL, &length, &fault);
  if (text == NULL)
    g_error ("cannot write JSON: %s", fault.msg);
  /* yyjson allocates with malloc, as g_free expects. */
  return text;
}

/**
 * wg_json_writer_null:
 * @self: a writer
 * @name: (nullable): member name, %NULL inside an array
 *
 * Writes null.
 *
 * Thread: one at a time.
 * Errors: none.
 */
void
wg_json_writer_null (WgJsonWriter *self, const char *name)
{
  add (self, name, yyjson_mut_null (self->doc));
}

/**
 * wg_json_writer_degree:
 * @self: a writer
 * @name: (nullable): member name, %NULL inside an array
 * @value: degrees; NAN means "not given"
 *
 * Writes degrees rounded to seven decimals (about a centimetre).
 *
 * Thread: one at a time.
 * Errors: none.
 */
void
wg_json_writer_degree (WgJsonWriter *self, const char *name, double value)
{
  wg_json_writer_real (self, name, round (value * 1e7) / 1e7);
}

/**
 * wg_json_writer_texts:
 * @self: a writer
 * @name: (nullable): member name, %NULL inside an array
 * @values: (nullable): ends with %NULL
 *
 * Writes an array of texts, empty for %NULL.
 *
 * Thread: one at a time.
 * Errors: none.
 */
void
wg_json_writer_texts (WgJsonWriter *self, const char *name, const char *const *values)
{
  wg_json_writer_begin_array (self, name);
  for (; values != NULL && *values != NULL; values++)
    wg_json_writer_string (self, NULL, *values);
  wg_json_writer_end (self);
}

/**
 * wg_json_writer_bytes:
 * @self: a writer
 * @name: (nullable): member name, %NULL inside an array
 * @bytes: (array length=n): a key or signature
 * @n: how many
 *
 * Writes bytes as base64url without padding.
 *
 * Thread: one at a time.
 * Errors: none.
 */
void
wg_json_writer_bytes (WgJsonWriter *self, const char *name, const guint8 *bytes, gsize n)
{
  g_autofree char *text = wg_base64url_encode (bytes, n);

  wg_json_writer_string (self, name, text);
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/**
 * wg_json_writer_numbers:
 * @self: a writer
 * @name: (nullable): member name, %NULL inside an array
 * @numbers: (element-type utf8 gint64): names and pointers to numbers
 *
 * Writes an object of integers, sorted by name so that equal tables give equal text.
 *
 * Thread: one at a time.
 * Errors: none.
 */
void
wg_json_writer_numbers (WgJsonWriter *self, const char *name, GHashTable *numbers)
{
  guint n;
  g_autofree const char **names = (const char **) g_hash_table_get_keys_as_array (numbers, &n);

  qsort (names, n, sizeof *names, compare_names);
  wg_json_writer_begin_object (self, name);
  for (guint i = 0; i < n; i++)
    wg_json_writer_int (self, names[i], *(gint64 *) g_hash_table_lookup (numbers, names[i]));
  wg_json_writer_end (self);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Strict reading of JSON over yyjson, inside the wire layer only. */
#pragma once

#include <yyjson.h>

#include "core/wg-field.h"
#include "wire/wg-json-writer.h"
#include "wire/wg-wire-error.h"
#include "wire/wg-zstd.h"

G_BEGIN_DECLS

#define WG_JSON_INT_MAX (G_GINT64_CONSTANT (1) << 53)

void wg_wire_fail (GError **error, WgWireError code, const char *problem, const char *format, ...)
    G_GNUC_PRINTF (4, 5);

/**
 * WgJsonReader:
 *
 * Reads members of one object. The first fault stays in @error with the member's name in
 * @culprit, and every later read gives nothing, so that a message is read in one go and
 * asked once at the end. Unknown members are nobody's business: version 1 is additive.
 */
typedef struct
{
  yyjson_doc *doc; /* owned; %NULL in a reader of an inner object */
  yyjson_val *object;
  const char *what; /* static: the message's name in error texts */
  GError *error;
  char *culprit;
} WgJsonReader;

#define WG_JSON_READER_INIT { NULL, NULL, NULL, NULL, NULL }

typedef enum
{
  WG_JSON_OPTIONAL, /* absent or null gives "not given" */
  WG_JSON_REQUIRED,
} WgJsonNeed;

gboolean wg_json_reader_open (WgJsonReader *self,
                              const char *what,
                              const char *json,
                              gsize length,
                              gsize limit,
                              GError **error);
void wg_json_reader_enter (WgJsonReader *self, const char *what, yyjson_val *object);
void wg_json_reader_clear (WgJsonReader *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (WgJsonReader, wg_json_reader_clear)
gboolean wg_json_reader_close (WgJsonReader *self, GError **error);
void wg_json_reader_fail (WgJsonReader *self, const char *name, const char *rule);

yyjson_val *wg_json_get (WgJsonReader *self, const char *name, WgJsonNeed need);
void
wg_json_get_object (WgJsonReader *self, const char *name, WgJsonNeed need, WgJsonReader *out_inner);
void wg_json_leave (WgJsonReader *self, const char *name, WgJsonReader *inner);
yyjson_val *wg_json_get_array (WgJsonReader *self, const char *name, WgJsonNeed need);
char *wg_json_get_text (WgJsonReader *self, const char *name, WgJsonNeed need);
char *wg_json_get_id (WgJsonReader *self, const char *name, WgJsonNeed need);
char *wg_json_get_hash (WgJsonReader *self, const char *name, WgJsonNeed need);
char *wg_json_get_json (WgJsonReader *self, const char *name, WgJsonNeed need);
char **wg_json_get_texts (WgJsonReader *self, const char *name, WgJsonNeed need);
void wg_json_get_bytes (WgJsonReader *self, const char *name, guint8 *out, gsize n);
void wg_json_expect (WgJsonReader *self, const char *name, const char *value);
gint64 wg_json_get_int (WgJsonReader *self, const char *name, gint64 min, gint64 max);
gint64
wg_json_get_int_or (WgJsonReader *self, const char *name, gint64 min, gint64 max, gint64 otherwise);
double wg_json_get_real_or_nan (WgJsonReader *self, const char *name);
gboolean wg_json_get_flag (WgJsonReader *self, const char *name);
GHashTable *wg_json_get_numbers (WgJsonReader *self, const char *name);
char *wg_json_value_to_text (yyjson_val *value);
gboolean wg_json_value_is_int (yyjson_val *value, gint64 min, gint64 max);

/* Members of an object; none when it is %NULL, which yyjson's own loop does not allow. */
#define wg_json_foreach(object, i, n, key, value)                                                  \
  if ((object) != NULL)                                                                            \
  yyjson_obj_foreach (object, i, n, key, value)

/* The text of a body; never %NULL. */
const char *wg_json_body (GBytes *body, gsize *out_size);

/* NDJSON: gives the next line without its newline and moves @at on. */
gboolean wg_json_next_line (const char **at,
                            const char *end,
                            gsize limit,
                            const char **out_line,
                            gsize *out_length,
                            GError **error);

/* Writing what the public writer need not know. */
void wg_json_writer_null (WgJsonWriter *self, const char *name);
void wg_json_writer_degree (WgJsonWriter *self, const char *name, double value);
void wg_json_writer_texts (WgJsonWriter *self, const char *name, const char *const *values);
void wg_json_writer_bytes (WgJsonWriter *self, const char *name, const guint8 *bytes, gsize n);
void wg_json_writer_numbers (WgJsonWriter *self, const char *name, GHashTable *numbers);

/* One field of a record by its table row. */
void wg_wire_field_write (WgJsonWriter *writer,
                          const WgField *field,
                          gconstpointer record,
                          const char *name);
gboolean wg_wire_field_read (const WgField *field, yyjson_val *value, gpointer record);

G_END_DECLS

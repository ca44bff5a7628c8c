/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A writer of JSON text for answers and for the programs' --json output; readers stay inside this
 * layer. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _WgJsonWriter WgJsonWriter;

WgJsonWriter *wg_json_writer_new (void);
void wg_json_writer_free (WgJsonWriter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgJsonWriter, wg_json_writer_free)
void wg_json_writer_begin_object (WgJsonWriter *self,
                                  const char *name); /* @name: %NULL inside arrays and at the top */
void wg_json_writer_begin_array (WgJsonWriter *self, const char *name);
void wg_json_writer_end (WgJsonWriter *self);
void wg_json_writer_string (WgJsonWriter *self,
                            const char *name,
                            const char *value); /* %NULL value: left out in objects */
void wg_json_writer_int (WgJsonWriter *self, const char *name, gint64 value);
void wg_json_writer_real (WgJsonWriter *self, const char *name, double value); /* NAN: left out */
void wg_json_writer_flag (WgJsonWriter *self, const char *name, gboolean value);
void
wg_json_writer_raw (WgJsonWriter *self, const char *name, const char *json); /* valid JSON text */
char *wg_json_writer_to_string (WgJsonWriter *self, gboolean pretty);

G_END_DECLS

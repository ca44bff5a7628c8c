/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Contents of operations on records by table, inside the wire layer. */
#pragma once

#include "wire/wg-json-private.h"
#include "wire/wg-wire-record.h"

G_BEGIN_DECLS

void wg_wire_record_write (WgJsonWriter *writer,
                           const char *name,
                           const WgRecord *record,
                           gboolean with_server);
void wg_wire_patch_write (WgJsonWriter *writer, const char *name, const WgPatch *patch);
/* The first name that is wrong, with the reason (transfer full); %NULL: all is right. */
char *wg_wire_record_read_set (yyjson_val *set, WgRecord *record, WgRefusal *out_reason);
char *wg_wire_patch_read (yyjson_val *set, WgPatch *patch, WgRefusal *out_reason);

G_END_DECLS

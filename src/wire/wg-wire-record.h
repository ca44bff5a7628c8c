/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records by table and conflicts as JSON; the field table decides names and types. */
#pragma once

#include "core/wg-operation.h"

G_BEGIN_DECLS

/* "f" of a pull row whose kind is a WgKind: all set fields, the platform's too. */
char *wg_wire_record_to_json (const WgRecord *record);
WgRecord *wg_wire_record_from_json (const WgKind *kind, const char *json, GError **error);
/* "f" of a pull row of kind "conflict". */
char *wg_wire_conflict_to_json (const WgConflict *conflict);
WgConflict *wg_wire_conflict_from_json (const char *json, GError **error);
/* %NULL without error: it is about a kind of record that only a later program knows. */
const WgKind *wg_wire_conflict_find_kind (const char *json, GError **error);
/* One field as JSON text, "null" when it is not given; for histories. */
char *wg_wire_field_to_json (const WgField *field, const WgRecord *record);

G_END_DECLS

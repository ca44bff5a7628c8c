/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The content of an event as merging and conflicts see it: a record of a kind of its own. */
#pragma once

#include "core/wg-operation.h"

G_BEGIN_DECLS

const WgKind *wg_kind_get_event (void);
/* (transfer full): what may be patched of an event, to be edited */
WgRecord *wg_event_to_record (const WgEvent *event);
/* Puts it back; @field: this value alone, %NULL: all of them. */
void wg_event_take_record (WgEvent *event, const WgRecord *record, const WgField *field);
/* The value that a field of an event is or belongs to; %NULL: it cannot be patched. */
const WgField *wg_event_find_value (const char *name);
/* Names of what a person changed; a value that is several fields (a place) with all of them. */
char **wg_event_list_changed (const WgEvent *seen, const WgEvent *wanted);
/* An event.patch as a patch of such a record; @present: what it leaves unsaid. */
WgPatch *wg_event_make_patch (const WgOperation *operation, const WgEvent *present);

G_END_DECLS

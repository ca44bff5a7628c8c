/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events and their steps as JSON; the field table decides names and types. */
#pragma once

#include "core/wg-operation.h"

G_BEGIN_DECLS

char *wg_wire_event_to_json (const WgEvent *event); /* all set fields, the platform's too */
WgEvent *wg_wire_event_from_json (const char *json, GError **error);
/* Pull row of kind "event": {"f":{…fields…},"steps":[…]} */
char *wg_wire_event_row_to_json (const WgEvent *event, GPtrArray *steps);
WgEvent *wg_wire_event_row_from_json (const char *json, GPtrArray **out_steps, GError **error);

G_END_DECLS

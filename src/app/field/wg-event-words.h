/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the screens name an event's level, delivery, state and limits: always an icon and a word. */
#pragma once

#include "app/wg-services.h"

G_BEGIN_DECLS

const char *wg_level_to_mark (WgEventLevel level);
const char *wg_level_to_style (WgEventLevel level);
const char *wg_truth_to_icon (WgTruth truth);
const char *wg_truth_to_style (WgTruth truth);
char *wg_event_describe_limits (const WgEventClass *row);
char *wg_event_describe_what (const WgEventView *view);
const char *wg_event_state_to_icon (const WgEventView *view);
const char *wg_event_state_to_style (const WgEventView *view);
char *wg_event_describe_state (const WgEventView *view);
const char *wg_event_find_return (const WgEventView *view);
char *
wg_event_describe_refusal (int refusal, const char *code, const char *field, const char *detail);
char *wg_event_describe_kept (const WgEventView *view); /* what a refused one said; nullable */
const char *const *wg_event_get_phrases (void);

G_END_DECLS

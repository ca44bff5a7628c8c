/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Groups of events that a list or the map can be narrowed to, and search in their words. */
#pragma once

#include "store/wg-event-store.h"

G_BEGIN_DECLS

typedef enum
{
  WG_EVENT_GROUP_ALL,
  WG_EVENT_GROUP_RETURNED, /* need the worker: returned or refused */
  WG_EVENT_GROUP_WAITING,  /* not confirmed by the platform */
  WG_EVENT_GROUP_OPEN,
  WG_EVENT_GROUP_DONE,
  WG_N_EVENT_GROUP,
} WgEventGroup;

const char *wg_event_group_to_string (WgEventGroup group);
gboolean wg_event_group_has (WgEventGroup group, WgEventState state, WgTruth truth);
gboolean wg_event_view_matches (const WgEventView *view, const char *folded);

G_END_DECLS

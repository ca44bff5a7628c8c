/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How many events wait, were refused or returned; it also lets go of holds when they end. */
#pragma once

#include "store/wg-event-store.h"

G_BEGIN_DECLS

#define WG_TYPE_TALLY (wg_tally_get_type ())
G_DECLARE_FINAL_TYPE (WgTally, wg_tally, WG, TALLY, GObject)

/* signal "changed": the counts are others. */
WgTally *wg_tally_new (WgStore *store);
const WgEventCounts *wg_tally_get_counts (WgTally *self);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The six steps of the loop (采集上报 … 监督评价): done, now, to come, with who and when. */
#pragma once

#include <gtk/gtk.h>

#include "store/wg-event-store.h"

G_BEGIN_DECLS

#define WG_TYPE_STEP_BAR (wg_step_bar_get_type ())
G_DECLARE_FINAL_TYPE (WgStepBar, wg_step_bar, WG, STEP_BAR, GtkBox)

void wg_step_bar_set_view (WgStepBar *self, const WgEventView *view, gint64 now_ms);

G_END_DECLS

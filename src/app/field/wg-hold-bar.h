/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was just recorded, while it can still be undone, supplemented or put in another class. */
#pragma once

#include <gtk/gtk.h>

#include "app/wg-services.h"

G_BEGIN_DECLS

#define WG_TYPE_HOLD_BAR (wg_hold_bar_get_type ())
G_DECLARE_FINAL_TYPE (WgHoldBar, wg_hold_bar, WG, HOLD_BAR, GtkBox)

void wg_hold_bar_set_services (WgHoldBar *self, WgServices *services);
void wg_hold_bar_set_model (WgHoldBar *self, GListModel *model);
void wg_hold_bar_set_alike (WgHoldBar *self, const char *event_id, GPtrArray *alike);

G_END_DECLS

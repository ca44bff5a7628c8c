/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One event in a list: level, what and when, delivery; a press opens it. */
#pragma once

#include <gtk/gtk.h>

#include "app/wg-services.h"
#include "store/wg-event-store.h"

G_BEGIN_DECLS

#define WG_TYPE_EVENT_ROW (wg_event_row_get_type ())
G_DECLARE_FINAL_TYPE (WgEventRow, wg_event_row, WG, EVENT_ROW, GtkButton)

WgEventRow *wg_event_row_new (WgServices *services);
void wg_event_row_set_item (WgEventRow *self, WgEventItem *item);

G_END_DECLS

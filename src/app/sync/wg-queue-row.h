/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One operation in the queue: what it is, how far it got, and what can be done about it. */
#pragma once

#include <gtk/gtk.h>

#include "app/wg-services.h"
#include "store/wg-outbox.h"

G_BEGIN_DECLS

#define WG_TYPE_QUEUE_ROW (wg_queue_row_get_type ())
G_DECLARE_FINAL_TYPE (WgQueueRow, wg_queue_row, WG, QUEUE_ROW, GtkBox)

GtkWidget *wg_queue_row_new (WgServices *services);
void wg_queue_row_set_item (WgQueueRow *self, WgOutboxItem *item);

G_END_DECLS

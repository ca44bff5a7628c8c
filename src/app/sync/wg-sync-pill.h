/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sync state in words, in the header; a press opens the queue. */
#pragma once

#include <gtk/gtk.h>

#include "app/wg-services.h"

G_BEGIN_DECLS

#define WG_TYPE_SYNC_PILL (wg_sync_pill_get_type ())
G_DECLARE_FINAL_TYPE (WgSyncPill, wg_sync_pill, WG, SYNC_PILL, GtkButton)

void wg_sync_pill_set_services (WgSyncPill *self, WgServices *services);
void wg_sync_pill_set_compact (WgSyncPill *self, gboolean compact);

G_END_DECLS

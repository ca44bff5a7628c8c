/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Locks the tablet when nobody has touched the window for the minutes of the setting. */
#pragma once

#include <gtk/gtk.h>

#include "app/wg-services.h"

G_BEGIN_DECLS

#define WG_TYPE_IDLE_LOCK (wg_idle_lock_get_type ())
G_DECLARE_FINAL_TYPE (WgIdleLock, wg_idle_lock, WG, IDLE_LOCK, GObject)

WgIdleLock *wg_idle_lock_new (WgServices *services, GtkWidget *window);
void wg_idle_lock_set_unit_ms (WgIdleLock *self, guint unit_ms);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The window: first set-up, unlock or home, and the pages and dialogs over it. */
#pragma once

#include <adwaita.h>

#include "app/wg-idle-lock.h"
#include "app/wg-services.h"

G_BEGIN_DECLS

#define WG_TYPE_WINDOW (wg_window_get_type ())
G_DECLARE_FINAL_TYPE (WgWindow, wg_window, WG, WINDOW, AdwApplicationWindow)

/* Actions: win.show-page(s) win.show-event(s) win.show-on-map(s) win.report(s)
 * win.report-at(dd) of longitude and latitude, win.mend-event(s) win.open-draft(s). */
WgWindow *wg_window_new (GtkApplication *application, WgServices *services);
void wg_window_show_event (WgWindow *self, const char *event_id);
void wg_window_show_page (WgWindow *self, const char *name);
WgIdleLock *wg_window_get_lock (WgWindow *self);

G_END_DECLS

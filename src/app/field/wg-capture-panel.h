/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Quick capture: a tile is one tap for a daily event; below it the general and the major event. */
#pragma once

#include <gtk/gtk.h>

#include "app/wg-services.h"

G_BEGIN_DECLS

#define WG_TYPE_CAPTURE_PANEL (wg_capture_panel_get_type ())
G_DECLARE_FINAL_TYPE (WgCapturePanel, wg_capture_panel, WG, CAPTURE_PANEL, GtkBox)

void wg_capture_panel_set_services (WgCapturePanel *self, WgServices *services);
void wg_capture_panel_set_model (WgCapturePanel *self, GListModel *today);
void wg_capture_panel_set_shape (WgCapturePanel *self, const char *shape);
void wg_capture_panel_capture (WgCapturePanel *self, const char *class_code);

G_END_DECLS

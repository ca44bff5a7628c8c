/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The position's quality in the header, in words. */
#pragma once

#include <gtk/gtk.h>

#include "app/wg-services.h"

G_BEGIN_DECLS

#define WG_TYPE_FIX_LABEL (wg_fix_label_get_type ())
G_DECLARE_FINAL_TYPE (WgFixLabel, wg_fix_label, WG, FIX_LABEL, GtkBox)

void wg_fix_label_set_services (WgFixLabel *self, WgServices *services);
void wg_fix_label_set_compact (WgFixLabel *self, gboolean compact);

G_END_DECLS

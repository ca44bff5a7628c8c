/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One line on top for what needs the user: no space, wrong clock, offline for a day, an office
 * visit. */
#pragma once

#include <adwaita.h>

#include "app/wg-services.h"

G_BEGIN_DECLS

#define WG_TYPE_WARNING_BAR (wg_warning_bar_get_type ())
G_DECLARE_FINAL_TYPE (WgWarningBar, wg_warning_bar, WG, WARNING_BAR, AdwBin)

void wg_warning_bar_set_services (WgWarningBar *self, WgServices *services);
char *wg_warning_bar_describe (const WgEventCounts *counts,
                               gint64 free_bytes,
                               gint64 skew_ms,
                               gint64 waiting_since_ms,
                               gint64 now_ms);

G_END_DECLS

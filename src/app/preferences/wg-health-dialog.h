/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Device health (设备健康): space and reserve, clock, integrity, versions. */
#pragma once

#include <adwaita.h>

#include "app/wg-services.h"

G_BEGIN_DECLS

#define WG_TYPE_HEALTH_DIALOG (wg_health_dialog_get_type ())
G_DECLARE_FINAL_TYPE (WgHealthDialog, wg_health_dialog, WG, HEALTH_DIALOG, AdwDialog)

WgHealthDialog *wg_health_dialog_new (WgServices *services);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Settings (设置): hand, text size, outdoor style, sending, protection, this device. */
#pragma once

#include <adwaita.h>

#include "app/wg-services.h"

G_BEGIN_DECLS

#define WG_TYPE_SETTINGS_PAGE (wg_settings_page_get_type ())
G_DECLARE_FINAL_TYPE (WgSettingsPage, wg_settings_page, WG, SETTINGS_PAGE, AdwBin)

WgSettingsPage *wg_settings_page_new (WgServices *services);

G_END_DECLS

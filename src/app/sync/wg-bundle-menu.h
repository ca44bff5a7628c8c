/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Without a network: what waits goes to a USB stick, the platform's answer comes from one. */
#pragma once

#include <adwaita.h>

#include "app/wg-services.h"

G_BEGIN_DECLS

#define WG_TYPE_BUNDLE_MENU (wg_bundle_menu_get_type ())
G_DECLARE_FINAL_TYPE (WgBundleMenu, wg_bundle_menu, WG, BUNDLE_MENU, AdwBin)

void wg_bundle_menu_set_services (WgBundleMenu *self, WgServices *services);
void wg_bundle_menu_export (WgBundleMenu *self, GFile *file);
void wg_bundle_menu_import (WgBundleMenu *self, GFile *file);

G_END_DECLS

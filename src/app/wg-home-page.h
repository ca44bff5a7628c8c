/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Home: the five top-level pages, with a rail at the working hand's side or a bar below. */
#pragma once

#include <adwaita.h>

#include "app/wg-services.h"

G_BEGIN_DECLS

#define WG_TYPE_HOME_PAGE (wg_home_page_get_type ())
G_DECLARE_FINAL_TYPE (WgHomePage, wg_home_page, WG, HOME_PAGE, AdwNavigationPage)

WgHomePage *wg_home_page_new (WgServices *services);
void wg_home_page_show (WgHomePage *self, const char *name);
void wg_home_page_show_on_map (WgHomePage *self, const char *event_id);

G_END_DECLS

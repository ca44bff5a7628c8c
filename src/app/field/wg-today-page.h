/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Today (今日): the map in the middle, capture tiles at the hand's side, today's events at the
 * other. */
#pragma once

#include <adwaita.h>

#include "app/wg-services.h"

G_BEGIN_DECLS

#define WG_TYPE_TODAY_PAGE (wg_today_page_get_type ())
G_DECLARE_FINAL_TYPE (WgTodayPage, wg_today_page, WG, TODAY_PAGE, AdwBin)

WgTodayPage *wg_today_page_new (WgServices *services);

G_END_DECLS

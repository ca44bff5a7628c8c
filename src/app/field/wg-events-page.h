/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All events (事件): search in words, and filters by how far they are. */
#pragma once

#include <adwaita.h>

#include "app/wg-services.h"

G_BEGIN_DECLS

#define WG_TYPE_EVENTS_PAGE (wg_events_page_get_type ())
G_DECLARE_FINAL_TYPE (WgEventsPage, wg_events_page, WG, EVENTS_PAGE, AdwBin)

WgEventsPage *wg_events_page_new (WgServices *services);

G_END_DECLS

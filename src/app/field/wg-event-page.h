/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One event (事件详情): delivery, six steps, content, photos, history, and what may be done now. */
#pragma once

#include <adwaita.h>

#include "app/wg-services.h"

G_BEGIN_DECLS

#define WG_TYPE_EVENT_PAGE (wg_event_page_get_type ())
G_DECLARE_FINAL_TYPE (WgEventPage, wg_event_page, WG, EVENT_PAGE, AdwNavigationPage)

WgEventPage *wg_event_page_new (WgServices *services, const char *event_id);
const char *wg_event_page_get_event_id (WgEventPage *self);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One record of any kind: delivery, confirmation, its parts, its fields masked until asked for. */
#pragma once

#include <adwaita.h>

#include "app/wg-services.h"

G_BEGIN_DECLS

#define WG_TYPE_RECORD_PAGE (wg_record_page_get_type ())
G_DECLARE_FINAL_TYPE (WgRecordPage, wg_record_page, WG, RECORD_PAGE, AdwNavigationPage)

WgRecordPage *wg_record_page_new (WgServices *services, const char *id);
const char *wg_record_page_get_id (WgRecordPage *self);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The records of the own grid (台账): by kind, by search, by what is to be confirmed. */
#pragma once

#include <adwaita.h>

#include "app/wg-services.h"

G_BEGIN_DECLS

#define WG_TYPE_RECORDS_PAGE (wg_records_page_get_type ())
G_DECLARE_FINAL_TYPE (WgRecordsPage, wg_records_page, WG, RECORDS_PAGE, AdwBin)

WgRecordsPage *wg_records_page_new (WgServices *services);

G_END_DECLS

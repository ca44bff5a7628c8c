/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One record of any kind in a list: title and listed fields, masked; delivery; no change. */
#pragma once

#include <adwaita.h>

#include "app/records/wg-record-jobs.h"
#include "app/wg-services.h"

G_BEGIN_DECLS

#define WG_TYPE_RECORD_ROW (wg_record_row_get_type ())
G_DECLARE_FINAL_TYPE (WgRecordRow, wg_record_row, WG, RECORD_ROW, GtkBox)

/* A press on it activates win.show-record. */
WgRecordRow *wg_record_row_new (WgServices *services);
void wg_record_row_set_item (WgRecordRow *self, WgRecordItem *item);

G_END_DECLS

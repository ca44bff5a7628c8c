/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Making the objects of wg-records.h, inside the store layer. */
#pragma once

#include "store/wg-records.h"

G_BEGIN_DECLS

WgRecordItem *wg_record_item_new (WgRecordView *view);
WgConflictItem *wg_conflict_item_new (WgConflict *conflict, WgTruth truth);

G_END_DECLS

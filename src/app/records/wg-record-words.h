/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the screens name a record of any kind: from its table, personal values masked. */
#pragma once

#include "store/wg-records.h"

G_BEGIN_DECLS

char *wg_record_describe_title (const WgRecord *record);
char *wg_record_describe_detail (const WgRecord *record);
char *wg_record_describe_confirmed (const WgRecord *record, gint64 now_ms);
char *wg_record_describe_refusal (const WgRecordView *view);

G_END_DECLS

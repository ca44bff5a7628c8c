/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The fields of a record to be read: by section, personal ones masked until asked for. */
#pragma once

#include <adwaita.h>

#include "app/wg-services.h"
#include "core/wg-record.h"

G_BEGIN_DECLS

#define WG_TYPE_RECORD_FACTS (wg_record_facts_get_type ())
G_DECLARE_FINAL_TYPE (WgRecordFacts, wg_record_facts, WG, RECORD_FACTS, GtkBox)

WgRecordFacts *wg_record_facts_new (WgServices *services);
void wg_record_facts_set_record (WgRecordFacts *self, const WgRecord *record);

G_END_DECLS

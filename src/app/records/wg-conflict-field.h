/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One field of a conflict: two cards side by side or stacked, one of which is chosen. */
#pragma once

#include <adwaita.h>

#include "app/wg-services.h"
#include "core/wg-conflict.h"

G_BEGIN_DECLS

#define WG_TYPE_CONFLICT_FIELD (wg_conflict_field_get_type ())
G_DECLARE_FINAL_TYPE (WgConflictFieldBox, wg_conflict_field, WG, CONFLICT_FIELD, GtkBox)

/* signal "changed": another choice */
WgConflictFieldBox *wg_conflict_field_new (WgServices *services,
                                           const WgConflict *conflict,
                                           const WgConflictField *field);
WgChoice wg_conflict_field_get_choice (WgConflictFieldBox *self);
void wg_conflict_field_set_stacked (WgConflictFieldBox *self, gboolean stacked);

G_END_DECLS

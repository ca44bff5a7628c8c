/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Duplicate warning (重复提醒): up to three lookalikes; same matter, another one, or back. */
#pragma once

#include <adwaita.h>

#include "app/wg-services.h"

G_BEGIN_DECLS

#define WG_TYPE_DUPLICATE_DIALOG (wg_duplicate_dialog_get_type ())
G_DECLARE_FINAL_TYPE (WgDuplicateDialog, wg_duplicate_dialog, WG, DUPLICATE_DIALOG, AdwDialog)

/* signals: "same" (const char *event_id), "different", "cancelled"; exactly one of them. */
WgDuplicateDialog *
wg_duplicate_dialog_new (WgServices *services, const WgEvent *event, GPtrArray *alike);

G_END_DECLS

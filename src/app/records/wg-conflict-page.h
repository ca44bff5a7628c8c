/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A conflict: two values for each field in question, who and when, and a choice for each. */
#pragma once

#include <adwaita.h>

#include "app/wg-services.h"

G_BEGIN_DECLS

#define WG_TYPE_CONFLICT_PAGE (wg_conflict_page_get_type ())
G_DECLARE_FINAL_TYPE (WgConflictPage, wg_conflict_page, WG, CONFLICT_PAGE, AdwNavigationPage)

WgConflictPage *wg_conflict_page_new (WgServices *services, const char *id);
const char *wg_conflict_page_get_id (WgConflictPage *self);

G_END_DECLS

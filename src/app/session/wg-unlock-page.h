/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Unlock (解锁): a pad of big keys for a PIN, an entry for a passphrase, tries left in words. */
#pragma once

#include <adwaita.h>

#include "app/wg-services.h"

G_BEGIN_DECLS

#define WG_TYPE_UNLOCK_PAGE (wg_unlock_page_get_type ())
G_DECLARE_FINAL_TYPE (WgUnlockPage, wg_unlock_page, WG, UNLOCK_PAGE, AdwNavigationPage)

WgUnlockPage *wg_unlock_page_new (WgServices *services);

G_END_DECLS

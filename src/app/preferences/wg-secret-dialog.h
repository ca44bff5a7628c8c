/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Change of the PIN or passphrase that wraps the store's key. */
#pragma once

#include <adwaita.h>

#include "app/wg-services.h"

G_BEGIN_DECLS

#define WG_TYPE_SECRET_DIALOG (wg_secret_dialog_get_type ())
G_DECLARE_FINAL_TYPE (WgSecretDialog, wg_secret_dialog, WG, SECRET_DIALOG, AdwDialog)

WgSecretDialog *wg_secret_dialog_new (WgServices *services);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The application: options, one window, and its life as a service while a queue waits. */
#pragma once

#include <adwaita.h>

#include "app/wg-services.h"

G_BEGIN_DECLS

#define WG_TYPE_APPLICATION (wg_application_get_type ())
G_DECLARE_FINAL_TYPE (WgApplication, wg_application, WG, APPLICATION, AdwApplication)

WgApplication *wg_application_new (void);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* First set-up (首次装机): address, enrolment code and the choice of a PIN or passphrase. */
#pragma once

#include <adwaita.h>

#include "app/wg-services.h"

G_BEGIN_DECLS

#define WG_TYPE_ENROL_PAGE (wg_enrol_page_get_type ())
G_DECLARE_FINAL_TYPE (WgEnrolPage, wg_enrol_page, WG, ENROL_PAGE, AdwNavigationPage)

WgEnrolPage *wg_enrol_page_new (WgServices *services);
void wg_enrol_page_read_picture (WgEnrolPage *self, const char *path);

G_END_DECLS

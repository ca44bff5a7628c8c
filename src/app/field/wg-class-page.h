/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Choosing a class of the event standard: by group, by name, by code, by pinyin initials. */
#pragma once

#include <adwaita.h>

#include "app/wg-services.h"

G_BEGIN_DECLS

#define WG_TYPE_CLASS_PAGE (wg_class_page_get_type ())
G_DECLARE_FINAL_TYPE (WgClassPage, wg_class_page, WG, CLASS_PAGE, AdwNavigationPage)

/* signal "chosen" (const char *code) */
WgClassPage *wg_class_page_new (WgServices *services, WgEventLevel level);

/* The page in a dialog of its own. */
typedef void (*WgClassChosen) (const char *code, gpointer user_data);
void wg_class_page_present (WgServices *services,
                            WgEventLevel level,
                            GtkWidget *parent,
                            WgClassChosen chosen,
                            gpointer user_data,
                            GDestroyNotify user_data_free);

G_END_DECLS

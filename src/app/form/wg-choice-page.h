/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Choosing one of many: a search and a row for each thing found. */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define WG_TYPE_CHOICE_PAGE (wg_choice_page_get_type ())
G_DECLARE_FINAL_TYPE (WgChoicePage, wg_choice_page, WG, CHOICE_PAGE, AdwNavigationPage)

/* signals: "search" (words): what is found is wanted, with the three functions below; "chosen"
 * (value) */
WgChoicePage *wg_choice_page_new (const char *title);
void wg_choice_page_start (WgChoicePage *self);
void wg_choice_page_clear (WgChoicePage *self);
void
wg_choice_page_add (WgChoicePage *self, const char *value, const char *title, const char *detail);
void wg_choice_page_end (WgChoicePage *self);

G_END_DECLS

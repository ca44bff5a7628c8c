/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The form of a record of any kind, made from the kind's table; it edits a copy. */
#pragma once

#include <adwaita.h>

#include "app/wg-services.h"
#include "core/wg-record.h"

G_BEGIN_DECLS

#define WG_TYPE_FORM (wg_form_get_type ())
G_DECLARE_FINAL_TYPE (WgForm, wg_form, WG, FORM, AdwBin)

/* signals: "changed"; "ask" (field): a page is wanted on which its value is chosen, to be given
 * with wg_form_set_value(); "reveal" (field): the user wants to see it, see wg_form_unmask() */
void wg_form_open (WgForm *self,
                   WgServices *services,
                   const WgRecord *original,
                   const WgRecord *record,
                   gboolean masked);
const WgRecord *wg_form_get_record (WgForm *self);
WgRecord *wg_form_dup_result (WgForm *self);
gboolean wg_form_is_changed (WgForm *self);
char *wg_form_dup_value (WgForm *self, const char *field);
void wg_form_set_value (WgForm *self, const char *field, const char *value);
void wg_form_unmask (WgForm *self, const char *field);
gboolean wg_form_check (WgForm *self);
void wg_form_refuse (WgForm *self, const char *field, const char *text);
void wg_form_set_reason (WgForm *self, const char *reason);
const char *wg_form_get_focus (WgForm *self);
GtkWidget *wg_form_get_target (WgForm *self, const char *field);
void wg_form_set_focus (WgForm *self, const char *field);
double wg_form_get_scroll (WgForm *self);
void wg_form_set_scroll (WgForm *self, double scroll);

G_END_DECLS

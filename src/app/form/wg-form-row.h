/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One field in a form: its name, the widget its type asks for, and what is wrong with it. */
#pragma once

#include <adwaita.h>

#include "app/wg-services.h"
#include "core/wg-kind.h"

G_BEGIN_DECLS

#define WG_TYPE_FORM_ROW (wg_form_row_get_type ())
G_DECLARE_FINAL_TYPE (WgFormRow, wg_form_row, WG, FORM_ROW, GtkBox)

/* What a type of field needs to be edited. Values are the text of wg_field_value_*: %NULL when not
 * given. */
typedef struct
{
  GtkWidget *(*build) (WgFormRow *row);
  void (*set_value) (WgFormRow *row, const char *value);
  char *(*dup_value) (WgFormRow *row);
  void (*set_editable) (WgFormRow *row, gboolean editable);
} WgFormMaker;

/* signals: "changed": by the user; "ask": another page is wanted to choose the value;
 * "reveal": the user wants to see a masked value */
WgFormRow *wg_form_row_new (WgServices *services, const WgField *field);
const WgField *wg_form_row_get_field (WgFormRow *self);
void wg_form_row_set_value (WgFormRow *self, const char *value);
char *wg_form_row_dup_value (WgFormRow *self);
void wg_form_row_show_issue (WgFormRow *self, const char *text, gboolean blocks);
void wg_form_row_set_editable (WgFormRow *self, gboolean editable);
void wg_form_row_set_masked (WgFormRow *self, const char *masked);
gboolean wg_form_row_is_masked (WgFormRow *self);
gboolean wg_form_row_has_focus (WgFormRow *self);
GtkWidget *wg_form_row_get_target (WgFormRow *self);
void wg_form_row_focus (WgFormRow *self);

/* For the makers. */
GtkWidget *wg_form_row_get_content (WgFormRow *self);
WgServices *wg_form_row_get_services (WgFormRow *self);
void wg_form_row_name (WgFormRow *self, GtkWidget *widget);
void wg_form_row_set_hint (WgFormRow *self, const char *text);
void wg_form_row_take_change (WgFormRow *self);
void wg_form_row_ask (WgFormRow *self);

G_END_DECLS

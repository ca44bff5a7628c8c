/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The class of an event: chips of those most used, a way to all of them, what the standard says. */
#pragma once

#include <adwaita.h>

#include "app/wg-services.h"
#include "core/wg-event.h"

G_BEGIN_DECLS

#define WG_TYPE_CLASS_FIELD (wg_class_field_get_type ())
G_DECLARE_FINAL_TYPE (WgClassField, wg_class_field, WG, CLASS_FIELD, AdwBin)

/* signals: "changed"; "pick": the page of all classes is wanted. */
void wg_class_field_set_services (WgClassField *self, WgServices *services);
void wg_class_field_set_event (WgClassField *self, WgEvent *event);
void wg_class_field_refresh (WgClassField *self);
void wg_class_field_choose (WgClassField *self, const char *code);
GtkLabel *wg_class_field_get_issue (WgClassField *self);
GtkWidget *wg_class_field_get_first (WgClassField *self);

G_END_DECLS

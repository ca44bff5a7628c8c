/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A value that is chosen on a page of its own: a button that shows it, and one that clears it. */
#pragma once

#include "app/form/wg-form-row.h"

G_BEGIN_DECLS

GtkWidget *wg_form_choice_build (WgFormRow *row);
void wg_form_choice_set (WgFormRow *row, const char *value, const char *name);
char *wg_form_choice_dup (WgFormRow *row);

G_END_DECLS

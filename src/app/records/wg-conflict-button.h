/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An open conflict in a list: what it is about; a press opens it. */
#pragma once

#include <gtk/gtk.h>

#include "core/wg-conflict.h"

G_BEGIN_DECLS

GtkWidget *wg_conflict_button_new (const WgConflict *conflict, gint64 now_ms);
/* One for each of @conflicts (of WgConflictItem) in place of what is in @box; empty: hidden. */
void wg_conflict_buttons_show (GtkBox *box, GPtrArray *conflicts, gint64 now_ms);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is within a widget: emptying it, taking the focus away. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

void wg_children_remove_all (GtkWidget *parent);
void wg_children_drop_focus (GtkWidget *parent);

G_END_DECLS

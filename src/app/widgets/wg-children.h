/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Emptying a box, a wrap box or a grid. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

void wg_children_remove_all (GtkWidget *parent);

G_END_DECLS

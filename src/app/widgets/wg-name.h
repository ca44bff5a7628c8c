/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The name of a button for people who do not see what it belongs to. */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

void wg_name_set (GtkWidget *button, const char *name);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Words to the user that need no answer, over the dialog or the window that holds a widget. */
#pragma once

#include <gtk/gtk.h>

#include "app/wg-services.h"

G_BEGIN_DECLS

void wg_toast_show (GtkWidget *widget, const char *text);
/* Stays longer and goes before other toasts. */
void wg_toast_show_error (GtkWidget *widget, const GError *error);
/* Ends a job of the store that wrote something; says what went wrong. */
gboolean
wg_toast_finish (GtkWidget *widget, WgServices *services, GObject *store, GAsyncResult *result);

G_END_DECLS

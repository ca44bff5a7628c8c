/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reporting an event: the form, its further pages, the checks before it is saved. */
#pragma once

#include <adwaita.h>

#include "app/wg-services.h"

G_BEGIN_DECLS

#define WG_TYPE_REPORT_DIALOG (wg_report_dialog_get_type ())
G_DECLARE_FINAL_TYPE (WgReportDialog, wg_report_dialog, WG, REPORT_DIALOG, AdwDialog)

WgReportDialog *wg_report_dialog_new (WgServices *services, WgEventLevel level);
void wg_report_dialog_set_place (WgReportDialog *self, WgPoint point);
void wg_report_dialog_open_event (WgServices *services, GtkWidget *parent, const char *event_id);
void wg_report_dialog_open_draft (WgServices *services, GtkWidget *parent, const char *draft_id);

G_END_DECLS

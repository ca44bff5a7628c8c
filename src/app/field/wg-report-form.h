/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The form of an event: duty number, class, photos, place, words; it edits a copy. */
#pragma once

#include <adwaita.h>

#include "app/wg-services.h"

G_BEGIN_DECLS

#define WG_TYPE_REPORT_FORM (wg_report_form_get_type ())
G_DECLARE_FINAL_TYPE (WgReportForm, wg_report_form, WG, REPORT_FORM, AdwBin)

/* signals: "changed"; "pick-class", "pick-photo", "pick-place": another page is wanted;
 * "make-major": the user says that it is a major event. */
void wg_report_form_set_services (WgReportForm *self, WgServices *services);
void wg_report_form_set_event (WgReportForm *self, const WgEvent *event);
WgEvent *wg_report_form_get_event (WgReportForm *self);
void wg_report_form_set_level (WgReportForm *self, WgEventLevel level);
void wg_report_form_set_class (WgReportForm *self, const char *code);
void wg_report_form_refresh (WgReportForm *self);
void wg_report_form_set_point (WgReportForm *self, WgPoint point);
void wg_report_form_add_photo (WgReportForm *self, const char *sha256);
void wg_report_form_set_reason (WgReportForm *self, const char *reason);
void wg_report_form_show_issue (WgReportForm *self, const char *field, const char *text);
void wg_report_form_clear_issues (WgReportForm *self);
const char *wg_report_form_get_focus (WgReportForm *self);
void wg_report_form_set_focus (WgReportForm *self, const char *field);
double wg_report_form_get_scroll (WgReportForm *self);
void wg_report_form_set_scroll (WgReportForm *self, double scroll);

G_END_DECLS

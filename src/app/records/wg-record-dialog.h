/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The form of a record in a dialog: new, changed, or mended after a refusal; kept as a draft. */
#pragma once

#include <adwaita.h>

#include "app/wg-services.h"
#include "core/wg-record.h"

G_BEGIN_DECLS

#define WG_TYPE_RECORD_DIALOG (wg_record_dialog_get_type ())
G_DECLARE_FINAL_TYPE (WgRecordDialog, wg_record_dialog, WG, RECORD_DIALOG, AdwDialog)

WgRecordDialog *wg_record_dialog_new (WgServices *services,
                                      const WgKind *kind,
                                      const char *field,
                                      const char *value);
void wg_record_dialog_open_record (WgServices *services, GtkWidget *parent, const char *id);
void wg_record_dialog_open_draft (WgServices *services, GtkWidget *parent, const char *draft_id);

/* What the draft keeper calls such a form: "record:" and the name of its kind. */
#define WG_RECORD_DRAFT "record:"

G_END_DECLS

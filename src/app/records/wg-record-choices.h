/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The page on which a form's value is chosen: of a code list, among records, on the map. */
#pragma once

#include "app/form/wg-form.h"

G_BEGIN_DECLS

AdwNavigationPage *wg_record_choices_new (WgServices *services, WgForm *form, const WgField *field);

G_END_DECLS

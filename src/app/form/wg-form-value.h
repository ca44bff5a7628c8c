/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Values of a record as the text that rows of a form show and give. */
#pragma once

#include "core/wg-record.h"

G_BEGIN_DECLS

char *wg_form_value_dup (const WgField *field, const WgRecord *record);
gboolean wg_form_value_set (const WgField *field, WgRecord *record, const char *text);

G_END_DECLS

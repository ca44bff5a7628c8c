/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A place as the text that its row shows and gives. */
#pragma once

#include "core/wg-geo.h"

G_BEGIN_DECLS

char *wg_form_place_to_text (WgPoint point);
gboolean wg_form_place_from_text (const char *text, WgPoint *out_point);

G_END_DECLS

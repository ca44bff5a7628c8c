/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Operations of authors who have lost the right, kept for the sub-centre. */
#pragma once

#include "server/wg-apply.h"

G_BEGIN_DECLS

gboolean wg_refused_add (
    WgApply *apply, const WgOperation *operation, gint64 seq, const char *code, GError **error);

G_END_DECLS

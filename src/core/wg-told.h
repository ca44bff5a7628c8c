/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a platform tells: values of a later version are kept, what nothing can mean is refused. */
#pragma once

#include "core/wg-workflow.h"

G_BEGIN_DECLS

gboolean wg_fields_check_told (const WgField *fields, gconstpointer record, GError **error);
gboolean wg_event_check_told (const WgEvent *event, GPtrArray *steps, GError **error);

G_END_DECLS

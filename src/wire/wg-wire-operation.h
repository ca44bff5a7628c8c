/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One operation as one line of JSON, made once and kept byte for byte (docs/sync-protocol.md). */
#pragma once

#include "core/wg-operation.h"

G_BEGIN_DECLS

/* No newline at the end. */
char *wg_wire_operation_to_line (const WgOperation *operation);

/**
 * A line that is JSON with a right envelope (t, op_id, seq) gives an operation even when it
 * cannot be applied: then @out_refusal is >= 0 and @out_field names the culprit (transfer full,
 * may be %NULL). %FALSE: not a line of ours, the whole push is refused.
 */
gboolean wg_wire_operation_from_line (const char *line,
                                      gsize length,
                                      WgOperation **out_operation,
                                      int *out_refusal,
                                      char **out_field,
                                      GError **error);

G_END_DECLS

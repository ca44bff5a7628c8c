/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Identifiers: UUID version 7 (RFC 9562) for records, operations and replicas. */
#pragma once

#include "core/wg-ports.h"

G_BEGIN_DECLS

#define WG_ID_LENGTH 36

char *wg_id_new (const WgPorts *ports);
gboolean wg_id_is_valid (const char *id);
gint64 wg_id_get_time_ms (const char *id);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The hash chain over operation lines: h_n = SHA-256 (h_(n-1) || line_n), hashes as 64 lower hex
 * digits. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define WG_CHAIN_HEX 64
#define WG_CHAIN_START "0000000000000000000000000000000000000000000000000000000000000000"

char *wg_chain_next (const char *previous_hex, const char *line, gssize length);
gboolean wg_chain_is_hash (const char *hex);

G_END_DECLS

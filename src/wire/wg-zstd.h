/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zstd with limits: a bomb is refused while it streams (protocol.md 3.1). */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define WG_LIMIT_BODY_WIRE (1024 * 1024)
#define WG_LIMIT_BODY (4 * 1024 * 1024)
#define WG_LIMIT_RATIO 200
#define WG_LIMIT_LINE (64 * 1024)
#define WG_LIMIT_PUSH_OPS 500
#define WG_LIMIT_PULL_ROWS 500
#define WG_LIMIT_DEPTH 16
#define WG_LIMIT_BLOB (20 * 1024 * 1024)
#define WG_LIMIT_PACK (512 * 1024 * 1024)

GBytes *wg_zstd_compress (GBytes *plain, GError **error);
GBytes *wg_zstd_decompress (GBytes *packed, gsize limit, GError **error);

G_END_DECLS

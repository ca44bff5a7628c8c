/* SPDX-License-Identifier: GPL-3.0-or-later */
/* QR pictures of a text: for a terminal, and as PNG. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *wg_qr_to_blocks (const char *text, GError **error);
GBytes *wg_qr_to_png (const char *text, GError **error);

G_END_DECLS

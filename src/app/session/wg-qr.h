/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads the enrolment ticket from a picture of its QR code. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

char *wg_qr_read_file (const char *path, GError **error);

G_END_DECLS

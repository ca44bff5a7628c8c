/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pin of a certificate's public key, as libcurl takes it. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* "sha256//…" of the first certificate in a PEM file. */
char *wg_pin_of_certificate (const char *path, GError **error);

G_END_DECLS

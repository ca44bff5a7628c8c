/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signatures, sealed keys, base64url and the row digest: libsodium behind one small port (profile
 * intl). */
#pragma once

#include "core/wg-ports.h"

G_BEGIN_DECLS

#define WG_SIGN_PUBLIC 32
#define WG_SIGN_SECRET 64
#define WG_SIGNATURE 64

gboolean wg_crypto_init (GError **error); /* once per process, before anything else here */
void wg_crypto_sign_keys (const WgPorts *ports, guint8 *out_public, guint8 *out_secret);
void wg_crypto_sign (const guint8 *secret, const char *text, gsize n, guint8 *out_signature);
gboolean
wg_crypto_verify (const guint8 *public_key, const char *text, gsize n, const guint8 *signature);
char *wg_base64url_encode (const guint8 *bytes, gsize n);
GBytes *wg_base64url_decode (const char *text, GError **error);
char *wg_crypto_sha256 (const guint8 *bytes, gsize n);          /* 64 lower hex digits */
char *wg_crypto_sha256_file (const char *path, GError **error); /* streamed */
guint64 wg_crypto_row_digest (const char *id, gint64 ver);      /* summed mod 2^64 per scope */
char *wg_crypto_enrol_code (
    const WgPorts *ports); /* 12 Crockford characters + check character, "XXXX-XXXX-XXXX-C" */
char *wg_crypto_enrol_code_normalize (const char *typed,
                                      GError **error); /* folds case, O/0, I/L/1, blanks; checks */

G_END_DECLS

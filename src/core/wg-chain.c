/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The hash chain over operation lines. */
#include "core/wg-chain.h"

#include <string.h>

/**
 * wg_chain_next:
 * @previous_hex: hash before this line, or %WG_CHAIN_START
 * @line: the operation line without its newline
 * @length: bytes of @line, or -1 if it ends with NUL
 *
 * Computes the hash after @line: SHA-256 over the 64 hex digits of the hash before it,
 * followed by the bytes of the line. As both are text, `printf %s%s "$hash" "$line" |
 * sha256sum` gives the same answer.
 *
 * Thread: any.
 * Errors: none; a malformed @previous_hex is a programming fault.
 * Source: protocol.md 2.2
 *
 * Returns: (transfer full): 64 lower hex digits
 */
char *
wg_chain_next (const char *previous_hex, const char *line, gssize length)
{
  g_return_val_if_fail (wg_chain_is_hash (previous_hex), NULL);
  g_return_val_if_fail (line != NULL, NULL);

  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  g_checksum_update (checksum, (const guchar *) previous_hex, WG_CHAIN_HEX);
  g_checksum_update (checksum, (const guchar *) line, length);
  return g_strdup (g_checksum_get_string (checksum));
}

/**
 * wg_chain_is_hash:
 * @hex: (nullable): any text
 *
 * Tells whether @hex is 64 lower hex digits: a chain hash, or the name of a photo.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: %TRUE if so
 */
gboolean
wg_chain_is_hash (const char *hex)
{
  return hex != NULL && strspn (hex, "0123456789abcdef") == WG_CHAIN_HEX &&
         hex[WG_CHAIN_HEX] == '\0';
}

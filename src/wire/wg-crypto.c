/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signatures, hashes, base64url and the row digest over libsodium. */
#include "wire/wg-crypto.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sodium.h>
#include <string.h>
#include <unistd.h>

#include "wire/wg-json-private.h"

G_STATIC_ASSERT (WG_SIGN_PUBLIC == crypto_sign_PUBLICKEYBYTES);
G_STATIC_ASSERT (WG_SIGN_SECRET == crypto_sign_SECRETKEYBYTES);
G_STATIC_ASSERT (WG_SIGNATURE == crypto_sign_BYTES);

#define READ_PIECE (64 * 1024)
#define BASE64 sodium_base64_VARIANT_URLSAFE_NO_PADDING

/**
 * wg_crypto_init:
 * @error: return location
 *
 * Prepares the cryptography. May be called again.
 *
 * Thread: any.
 * Errors: %WG_WIRE_ERROR_SIGNATURE when the library does not start.
 *
 * Returns: %TRUE when ready
 */
gboolean
wg_crypto_init (GError **error)
{
  if (sodium_init () >= 0)
    return TRUE;
  wg_wire_fail (error, WG_WIRE_ERROR_SIGNATURE, NULL,
                "the cryptographic library does not start: check its installation");
  return FALSE;
}

/**
 * wg_crypto_sign_keys:
 * @ports: source of chance
 * @out_public: (out caller-allocates) (array fixed-size=32): the public key
 * @out_secret: (out caller-allocates) (array fixed-size=64): the secret key; clear it after use
 *
 * Makes an Ed25519 key pair.
 *
 * Thread: any that may call @ports.
 * Errors: none.
 * Source: RFC 8032 5.1.5
 */
void
wg_crypto_sign_keys (const WgPorts *ports, guint8 *out_public, guint8 *out_secret)
{
  guint8 seed[crypto_sign_SEEDBYTES];

  wg_ports_random (ports, seed, sizeof seed);
  crypto_sign_seed_keypair (out_public, out_secret, seed);
  sodium_memzero (seed, sizeof seed);
}

/**
 * wg_crypto_sign:
 * @secret: (array fixed-size=64): the secret key
 * @text: (array length=n): what is signed
 * @n: bytes
 * @out_signature: (out caller-allocates) (array fixed-size=64): the signature
 *
 * Signs with Ed25519; the same text and key give the same signature.
 *
 * Thread: any.
 * Errors: none.
 * Source: RFC 8032 5.1.6
 */
void
wg_crypto_sign (const guint8 *secret, const char *text, gsize n, guint8 *out_signature)
{
  crypto_sign_detached (out_signature, NULL, (const guint8 *) text, n, secret);
}

/**
 * wg_crypto_verify:
 * @public_key: (array fixed-size=32): the public key
 * @text: (array length=n): what was signed
 * @n: bytes
 * @signature: (array fixed-size=64): the signature
 *
 * Checks a signature.
 *
 * Thread: any.
 * Errors: none.
 * Source: RFC 8032 5.1.7
 *
 * Returns: %TRUE if the holder of the secret key signed @text
 */
gboolean
wg_crypto_verify (const guint8 *public_key, const char *text, gsize n, const guint8 *signature)
{
  return crypto_sign_verify_detached (signature, (const guint8 *) text, n, public_key) == 0;
}

/**
 * wg_base64url_encode:
 * @bytes: (array length=n): bytes
 * @n: how many
 *
 * Writes bytes as base64url without padding.
 *
 * Thread: any.
 * Errors: none.
 * Source: RFC 4648 5
 *
 * Returns: (transfer full): the text
 */
char *
wg_base64url_encode (const guint8 *bytes, gsize n)
{
  gsize room = sodium_base64_ENCODED_LEN (n, BASE64);

  return sodium_bin2base64 (g_malloc (room), room, bytes, n, BASE64);
}

/**
 * wg_base64url_decode:
 * @text: base64url without padding
 * @error: return location
 *
 * Reads base64url strictly: no padding, no blanks, unused bits 0, so that equal bytes
 * have one spelling.
 *
 * Thread: any.
 * Errors: %WG_WIRE_ERROR_MALFORMED.
 * Source: RFC 4648 5
 *
 * Returns: (transfer full): the bytes
 */
GBytes *
wg_base64url_decode (const char *text, GError **error)
{
  gsize room = strlen (text) / 4 * 3 + 3;
  g_autofree guint8 *bytes = g_malloc (room);
  gsize n;

  if (sodium_base642bin (bytes, room, text, strlen (text), NULL, &n, NULL, BASE64) != 0)
    {
      wg_wire_fail (error, WG_WIRE_ERROR_MALFORMED, NULL, "not base64url without padding");
      return NULL;
    }
  return g_bytes_new_take (g_steal_pointer (&bytes), n);
}

static char *
to_hex (const guint8 *hash)
{
  gsize room = 2 * crypto_hash_sha256_BYTES + 1;

  return sodium_bin2hex (g_malloc (room), room, hash, crypto_hash_sha256_BYTES);
}

/**
 * wg_crypto_sha256:
 * @bytes: (array length=n) (nullable): bytes
 * @n: how many
 *
 * Hashes bytes.
 *
 * Thread: any.
 * Errors: none.
 * Source: FIPS 180-4
 *
 * Returns: (transfer full): 64 lower hex digits
 */
char *
wg_crypto_sha256 (const guint8 *bytes, gsize n)
{
  guint8 hash[crypto_hash_sha256_BYTES];

  crypto_hash_sha256 (hash, bytes, n);
  return to_hex (hash);
}

static gssize
read_piece (int file, guint8 *piece)
{
  gssize n;

  do
    n = read (file, piece, READ_PIECE);
  while (n < 0 && errno == EINTR);
  return n;
}

/**
 * wg_crypto_sha256_file:
 * @path: a file
 * @error: return location
 *
 * Hashes a file in pieces of 64 KiB.
 *
 * Thread: any but the main one: it reads the disk.
 * Errors: #GFileError.
 * Source: FIPS 180-4
 *
 * Returns: (transfer full): 64 lower hex digits
 */
char *
wg_crypto_sha256_file (const char *path, GError **error)
{
  crypto_hash_sha256_state state;
  guint8 hash[crypto_hash_sha256_BYTES];
  g_autofree guint8 *piece = g_malloc (READ_PIECE);
  g_autofd int file = g_open (path, O_RDONLY | O_CLOEXEC, 0);
  gssize n = -1;

  crypto_hash_sha256_init (&state);
  while (file >= 0 && (n = read_piece (file, piece)) > 0)
    crypto_hash_sha256_update (&state, piece, (gsize) n);
  if (n < 0)
    {
      int code = errno;
      g_set_error (error, G_FILE_ERROR, (int) g_file_error_from_errno (code), "cannot read %s: %s",
                   path, g_strerror (code));
      return NULL;
    }
  crypto_hash_sha256_final (&state, hash);
  return to_hex (hash);
}

/**
 * wg_crypto_row_digest:
 * @id: the record
 * @ver: its version
 *
 * Gives the 64-bit value that one row adds to the digest of its scope: SipHash-2-4 with
 * the key "wangge-digest-v1" over the id, a newline and the version in decimal, read
 * little-endian. The key is public: the digest finds mistakes, not enemies.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: the value; a scope's digest is the sum modulo 2^64
 */
guint64
wg_crypto_row_digest (const char *id, gint64 ver)
{
  static const char key[crypto_shorthash_KEYBYTES + 1] = "wangge-digest-v1";
  guint8 hash[crypto_shorthash_BYTES];
  guint64 value;
  g_autofree char *text = g_strdup_printf ("%s\n%" G_GINT64_FORMAT, id, ver);

  crypto_shorthash (hash, (const guint8 *) text, strlen (text), (const guint8 *) key);
  memcpy (&value, hash, sizeof value);
  return GUINT64_FROM_LE (value);
}

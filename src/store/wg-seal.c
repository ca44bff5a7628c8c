/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sealed files: crypto_secretstream in pieces of 64 KiB, written whole or not at all. */
#include "store/wg-seal.h"

#include <string.h>

#include <sodium.h>

#include "db/wg-file.h"
#include "store/wg-store-error.h"

#define PIECE (64 * 1024)
#define HEADER crypto_secretstream_xchacha20poly1305_HEADERBYTES
#define EXTRA crypto_secretstream_xchacha20poly1305_ABYTES
#define SUBKEY_ID 1

static const char SUBKEY_CONTEXT[crypto_kdf_CONTEXTBYTES + 1] = "wgsealed";

static void
derive_key (const guint8 *store_key, guint8 *out_key)
{
  crypto_kdf_derive_from_key (out_key, WG_SEAL_KEY, SUBKEY_ID, SUBKEY_CONTEXT, store_key);
}

/**
 * wg_seal_write:
 * @store_key: (array fixed-size=32): the store's key
 * @path: the file's place
 * @label: text that the reader must know, too
 * @plain: content
 * @error: return location
 *
 * Seals content into a file that is on the disk, whole, when this returns.
 *
 * Thread: any.
 * Errors: %WG_DB_ERROR_FULL, %WG_DB_ERROR_IO: nothing stands at @path that was not there before.
 *
 * Returns: %TRUE on success
 */
gboolean
wg_seal_write (
    const guint8 *store_key, const char *path, const char *label, GBytes *plain, GError **error)
{
  gsize n;
  const guint8 *bytes = g_bytes_get_data (plain, &n);
  gsize n_pieces = n / PIECE + 1; /* the last one may be empty */
  gsize size = HEADER + n + n_pieces * EXTRA;
  g_autofree guint8 *sealed = g_malloc (size);
  guint8 *out = sealed + HEADER;
  guint8 key[WG_SEAL_KEY];
  crypto_secretstream_xchacha20poly1305_state state;

  derive_key (store_key, key);
  crypto_secretstream_xchacha20poly1305_init_push (&state, sealed, key);
  for (gsize i = 0; i < n_pieces; i++)
    {
      gboolean last = i + 1 == n_pieces;
      gsize length = last ? n - i * PIECE : PIECE;

      crypto_secretstream_xchacha20poly1305_push (
          &state, out, NULL, bytes ? bytes + i * PIECE : NULL, length, (const guint8 *) label,
          strlen (label), last ? crypto_secretstream_xchacha20poly1305_TAG_FINAL : 0);
      out += length + EXTRA;
    }
  sodium_memzero (key, sizeof key);
  sodium_memzero (&state, sizeof state);
  return wg_file_replace (path, sealed, size, error);
}

static GBytes *
set_damaged (const char *path, GError **error)
{
  g_set_error (error, WG_STORE_ERROR, WG_STORE_ERROR_DAMAGED, "'%s' is damaged", path);
  return NULL;
}

static GBytes *
open_pieces (const guint8 *key, const guint8 *sealed, gsize size, const char *label)
{
  crypto_secretstream_xchacha20poly1305_state state;
  g_autofree guint8 *plain = g_malloc (size);
  gsize n = 0, at = HEADER;
  unsigned char tag = 0;

  if (size < HEADER + EXTRA ||
      crypto_secretstream_xchacha20poly1305_init_pull (&state, sealed, key) != 0)
    return NULL;
  while (at < size && tag != crypto_secretstream_xchacha20poly1305_TAG_FINAL)
    {
      gsize length = MIN (size - at, PIECE + EXTRA);
      unsigned long long done = 0;

      if (length < EXTRA || crypto_secretstream_xchacha20poly1305_pull (
                                &state, plain + n, &done, &tag, sealed + at, length,
                                (const guint8 *) label, strlen (label)) != 0)
        return NULL;
      n += done;
      at += length;
    }
  sodium_memzero (&state, sizeof state);
  if (tag != crypto_secretstream_xchacha20poly1305_TAG_FINAL || at != size)
    return NULL;
  return g_bytes_new_take (g_steal_pointer (&plain), n);
}

/**
 * wg_seal_read:
 * @store_key: (array fixed-size=32): the store's key
 * @path: a sealed file
 * @label: as given when it was sealed
 * @error: return location
 *
 * Opens a sealed file.
 *
 * Thread: any.
 * Errors: %WG_STORE_ERROR_NOT_FOUND; %WG_STORE_ERROR_DAMAGED when a byte was changed or cut, or it
 *   is another file.
 *
 * Returns: (transfer full) (nullable): its content
 */
GBytes *
wg_seal_read (const guint8 *store_key, const char *path, const char *label, GError **error)
{
  g_autofree char *sealed = NULL;
  g_autoptr (GError) why = NULL;
  guint8 key[WG_SEAL_KEY];
  GBytes *plain;
  gsize size;

  if (!g_file_get_contents (path, &sealed, &size, &why))
    {
      gboolean missing = g_error_matches (why, G_FILE_ERROR, G_FILE_ERROR_NOENT);

      g_set_error (error, WG_STORE_ERROR,
                   missing ? WG_STORE_ERROR_NOT_FOUND : WG_STORE_ERROR_FAILED, "%s", why->message);
      return NULL;
    }
  derive_key (store_key, key);
  plain = open_pieces (key, (const guint8 *) sealed, size, label);
  sodium_memzero (key, sizeof key);
  return plain ? plain : set_damaged (path, error);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The file that travels on a USB stick (*.wgb): parts sealed to one reader, signed by one writer.
 */
#include "wire/wg-bundle.h"

#include <string.h>

#include <sodium.h>

#include "wire/wg-json-private.h"

#define MAGIC "WGBUNDL1"
#define MAGIC_BYTES 8
#define HEADER_MAX 4096
#define SIGN_DOMAIN "wg-bundle-v1\n"
#define SEALED_KEY (crypto_secretstream_xchacha20poly1305_KEYBYTES + crypto_box_SEALBYTES)
#define STREAM_HEAD crypto_secretstream_xchacha20poly1305_HEADERBYTES
#define FRAME_MORE (1 + crypto_secretstream_xchacha20poly1305_ABYTES)

struct _WgBundleWriter
{
  crypto_secretstream_xchacha20poly1305_state stream;
  crypto_hash_sha256_state hash; /* of everything written so far */
  guint8 secret[WG_SIGN_SECRET];
};

struct _WgBundleReader
{
  crypto_secretstream_xchacha20poly1305_state stream;
  crypto_hash_sha256_state hash; /* of everything before the frame that comes next */
  GBytes *file;
  gsize at;
};

/**
 * wg_bundle_header_clear:
 * @header: a header
 *
 * Frees its texts.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_bundle_header_clear (WgBundleHeader *header)
{
  g_clear_pointer (&header->kind, g_free);
  g_clear_pointer (&header->replica, g_free);
  g_clear_pointer (&header->epoch, g_free);
  g_clear_pointer (&header->id, g_free);
  g_clear_pointer (&header->to, g_free);
}

/**
 * wg_bundle_key_id:
 * @public_key: (array fixed-size=32): a key
 *
 * Names a key, so that a file for somebody else is known before it is opened.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): 16 hex digits
 */
char *
wg_bundle_key_id (const guint8 *public_key)
{
  char *hash = wg_crypto_sha256 (public_key, WG_SIGN_PUBLIC);

  hash[16] = '\0';
  return hash;
}

static void
put_u32 (guint8 *out, gsize value)
{
  guint32 little = GUINT32_TO_LE ((guint32) value);

  memcpy (out, &little, sizeof little);
}

static gsize
get_u32 (const guint8 *in)
{
  guint32 little;

  memcpy (&little, in, sizeof little);
  return GUINT32_FROM_LE (little);
}

static char *
header_to_json (const WgBundleHeader *header)
{
  g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();

  wg_json_writer_begin_object (writer, NULL);
  wg_json_writer_string (writer, "kind", header->kind);
  wg_json_writer_string (writer, "replica", header->replica);
  wg_json_writer_string (writer, "epoch", header->epoch);
  wg_json_writer_string (writer, "id", header->id);
  wg_json_writer_string (writer, "to", header->to);
  wg_json_writer_int (writer, "made", header->made_ms);
  wg_json_writer_int (writer, "operations", header->n_operations);
  wg_json_writer_int (writer, "photos", header->n_photos);
  wg_json_writer_int (writer, "lease_s", header->lease_s);
  wg_json_writer_end (writer);
  return wg_json_writer_to_string (writer, FALSE);
}

static gboolean
header_from_json (const char *json, gsize n, WgBundleHeader *out, GError **error)
{
  g_auto (WgJsonReader) reader = WG_JSON_READER_INIT;

  if (!wg_json_reader_open (&reader, "bundle", json, n, HEADER_MAX, error))
    return FALSE;
  out->kind = wg_json_get_text (&reader, "kind", WG_JSON_REQUIRED);
  out->replica = wg_json_get_id (&reader, "replica", WG_JSON_REQUIRED);
  out->epoch = wg_json_get_text (&reader, "epoch", WG_JSON_REQUIRED);
  out->id = wg_json_get_id (&reader, "id", WG_JSON_REQUIRED);
  out->to = wg_json_get_text (&reader, "to", WG_JSON_REQUIRED);
  out->made_ms = wg_json_get_int (&reader, "made", 0, WG_JSON_INT_MAX);
  out->n_operations = wg_json_get_int (&reader, "operations", 0, WG_JSON_INT_MAX);
  out->n_photos = wg_json_get_int (&reader, "photos", 0, WG_JSON_INT_MAX);
  out->lease_s = wg_json_get_int_or (&reader, "lease_s", 0, WG_JSON_INT_MAX, 0);
  return wg_json_reader_close (&reader, error);
}

static gboolean
fail_half (GError **error)
{
  wg_wire_fail (error, WG_WIRE_ERROR_MALFORMED, NULL,
                "the bundle is not whole: copy the file again");
  return FALSE;
}

/* --- writing --------------------------------------------------------------------------------- */

/* The file's key, sealed to the reader's key of signatures in its other form. */
static gboolean
seal_key (const guint8 *reader_public, const guint8 *key, guint8 *out, GError **error)
{
  guint8 box[crypto_box_PUBLICKEYBYTES];

  if (crypto_sign_ed25519_pk_to_curve25519 (box, reader_public) == 0 &&
      crypto_box_seal (out, key, crypto_secretstream_xchacha20poly1305_KEYBYTES, box) == 0)
    return TRUE;
  wg_wire_fail (error, WG_WIRE_ERROR_MALFORMED, NULL, "the reader's key is none");
  return FALSE;
}

/**
 * wg_bundle_writer_new:
 * @ports: chance
 * @header: what anybody may read; `to` is filled in
 * @reader_public: (array fixed-size=32): who can open it
 * @writer_secret: (array fixed-size=64): who writes it
 * @out_head: (out) (transfer full): the file's beginning
 * @error: return location
 *
 * Begins a bundle under a key of its own.
 *
 * Thread: one at a time.
 * Errors: %WG_WIRE_ERROR_MALFORMED for a reader's key that is none.
 * Source: protocol.md 3.7; docs/sync-protocol.md, Bundles
 *
 * Returns: (transfer full) (nullable): the writer
 */
WgBundleWriter *
wg_bundle_writer_new (const WgPorts *ports,
                      const WgBundleHeader *header,
                      const guint8 *reader_public,
                      const guint8 *writer_secret,
                      GBytes **out_head,
                      GError **error)
{
  g_autoptr (WgBundleWriter) self = g_new0 (WgBundleWriter, 1);
  WgBundleHeader full = *header;
  g_autofree char *to = wg_bundle_key_id (reader_public), *json = NULL;
  g_autoptr (GByteArray) head = g_byte_array_new ();
  guint8 key[crypto_secretstream_xchacha20poly1305_KEYBYTES], length[4];
  guint8 sealed[SEALED_KEY], stream[STREAM_HEAD];
  gboolean good;

  full.to = to;
  json = header_to_json (&full);
  memcpy (self->secret, writer_secret, sizeof self->secret);
  wg_ports_random (ports, key, sizeof key);
  good = seal_key (reader_public, key, sealed, error);
  crypto_secretstream_xchacha20poly1305_init_push (&self->stream, stream, key);
  sodium_memzero (key, sizeof key);
  if (!good)
    return NULL;
  put_u32 (length, strlen (json));
  g_byte_array_append (head, (const guint8 *) MAGIC, MAGIC_BYTES);
  g_byte_array_append (head, length, sizeof length);
  g_byte_array_append (head, (const guint8 *) json, (guint) strlen (json));
  g_byte_array_append (head, sealed, sizeof sealed);
  g_byte_array_append (head, stream, sizeof stream);
  crypto_hash_sha256_init (&self->hash);
  crypto_hash_sha256_update (&self->hash, head->data, head->len);
  *out_head = g_byte_array_free_to_bytes (g_steal_pointer (&head));
  return g_steal_pointer (&self);
}

/**
 * wg_bundle_writer_free:
 * @self: (nullable): a writer
 *
 * Wipes its keys.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_bundle_writer_free (WgBundleWriter *self)
{
  if (self == NULL)
    return;
  sodium_memzero (self, sizeof *self);
  g_free (self);
}

static GBytes *
make_frame (WgBundleWriter *self, WgBundlePart part, gconstpointer data, gsize n, guint8 tag)
{
  gsize size = n + FRAME_MORE;
  guint8 *frame = g_malloc (4 + size);
  g_autofree guint8 *plain = g_malloc (n + 1);

  plain[0] = (guint8) part;
  if (n > 0)
    memcpy (plain + 1, data, n);
  put_u32 (frame, size);
  crypto_secretstream_xchacha20poly1305_push (&self->stream, frame + 4, NULL, plain, n + 1, frame,
                                              4, tag);
  crypto_hash_sha256_update (&self->hash, frame, 4 + size);
  return g_bytes_new_take (frame, 4 + size);
}

/**
 * wg_bundle_writer_add:
 * @self: a writer
 * @part: what it is
 * @data: (array length=n): its bytes
 * @n: how many, at most %WG_LIMIT_BUNDLE_PART
 *
 * Adds a part.
 *
 * Thread: one at a time.
 * Errors: none.
 *
 * Returns: (transfer full): the next bytes of the file
 */
GBytes *
wg_bundle_writer_add (WgBundleWriter *self, WgBundlePart part, gconstpointer data, gsize n)
{
  return make_frame (self, part, data, n, crypto_secretstream_xchacha20poly1305_TAG_MESSAGE);
}

static void
sign_text (const crypto_hash_sha256_state *hash, guint8 *out)
{
  crypto_hash_sha256_state copy = *hash;

  memcpy (out, SIGN_DOMAIN, strlen (SIGN_DOMAIN));
  crypto_hash_sha256_final (&copy, out + strlen (SIGN_DOMAIN));
}

#define SIGN_TEXT (sizeof SIGN_DOMAIN - 1 + crypto_hash_sha256_BYTES)

/**
 * wg_bundle_writer_end:
 * @self: a writer
 *
 * Signs everything before.
 *
 * Thread: one at a time.
 * Errors: none.
 *
 * Returns: (transfer full): the last bytes of the file
 */
GBytes *
wg_bundle_writer_end (WgBundleWriter *self)
{
  guint8 text[SIGN_TEXT], signature[WG_SIGNATURE];

  sign_text (&self->hash, text);
  wg_crypto_sign (self->secret, (const char *) text, sizeof text, signature);
  return make_frame (self, WG_BUNDLE_END, signature, sizeof signature,
                     crypto_secretstream_xchacha20poly1305_TAG_FINAL);
}

/* --- reading --------------------------------------------------------------------------------- */

/* Where the header's JSON is. */
static const char *
find_json (GBytes *file, gsize *out_n, GError **error)
{
  gsize n, length;
  const guint8 *data = g_bytes_get_data (file, &n);

  if (n < MAGIC_BYTES || memcmp (data, MAGIC, MAGIC_BYTES) != 0)
    {
      wg_wire_fail (error, WG_WIRE_ERROR_MALFORMED, NULL, "this is no bundle of this program");
      return NULL;
    }
  length = n >= MAGIC_BYTES + 4 ? get_u32 (data + MAGIC_BYTES) : 0;
  if (length == 0 || length > HEADER_MAX || n < MAGIC_BYTES + 4 + length + SEALED_KEY + STREAM_HEAD)
    {
      fail_half (error);
      return NULL;
    }
  *out_n = length;
  return (const char *) data + MAGIC_BYTES + 4;
}

/**
 * wg_bundle_read_header:
 * @file: a whole file
 * @out_header: (out): what it says of itself; not proved before wg_bundle_check()
 * @error: return location
 *
 * Reads what anybody can read.
 *
 * Thread: any.
 * Errors: %WG_WIRE_ERROR_MALFORMED, %WG_WIRE_ERROR_LIMIT.
 *
 * Returns: %TRUE on success; clear the header in either case
 */
gboolean
wg_bundle_read_header (GBytes *file, WgBundleHeader *out_header, GError **error)
{
  gsize n;
  const char *json = find_json (file, &n, error);

  return json && header_from_json (json, n, out_header, error);
}

static gboolean
open_key (const guint8 *sealed,
          const guint8 *reader_public,
          const guint8 *reader_secret,
          guint8 *out_key)
{
  guint8 public_box[crypto_box_PUBLICKEYBYTES], secret_box[crypto_box_SECRETKEYBYTES];
  gboolean good = crypto_sign_ed25519_pk_to_curve25519 (public_box, reader_public) == 0 &&
                  crypto_sign_ed25519_sk_to_curve25519 (secret_box, reader_secret) == 0 &&
                  crypto_box_seal_open (out_key, sealed, SEALED_KEY, public_box, secret_box) == 0;

  sodium_memzero (secret_box, sizeof secret_box);
  return good;
}

/**
 * wg_bundle_reader_new:
 * @file: a whole file
 * @reader_public: (array fixed-size=32): our key
 * @reader_secret: (array fixed-size=64): our key
 * @error: return location
 *
 * Opens a bundle that is for us.
 *
 * Thread: any.
 * Errors: %WG_WIRE_ERROR_FOREIGN when it is for somebody else, %WG_WIRE_ERROR_MALFORMED.
 *
 * Returns: (transfer full) (nullable): the reader
 */
WgBundleReader *
wg_bundle_reader_new (GBytes *file,
                      const guint8 *reader_public,
                      const guint8 *reader_secret,
                      GError **error)
{
  g_autoptr (WgBundleReader) self = g_new0 (WgBundleReader, 1);
  g_auto (WgBundleHeader) header = { 0 };
  g_autofree char *own = wg_bundle_key_id (reader_public);
  guint8 key[crypto_secretstream_xchacha20poly1305_KEYBYTES];
  const guint8 *data = g_bytes_get_data (file, NULL);
  gboolean good;
  gsize n;

  if (!wg_bundle_read_header (file, &header, error))
    return NULL;
  if (g_strcmp0 (header.to, own) != 0)
    {
      wg_wire_fail (error, WG_WIRE_ERROR_FOREIGN, NULL, "this bundle is for somebody else");
      return NULL;
    }
  find_json (file, &n, NULL);
  n += MAGIC_BYTES + 4;
  good = open_key (data + n, reader_public, reader_secret, key) &&
         crypto_secretstream_xchacha20poly1305_init_pull (&self->stream, data + n + SEALED_KEY,
                                                          key) == 0;
  sodium_memzero (key, sizeof key);
  if (!good)
    {
      wg_wire_fail (error, WG_WIRE_ERROR_MALFORMED, NULL, "the bundle is damaged: copy it again");
      return NULL;
    }
  self->file = g_bytes_ref (file);
  self->at = n + SEALED_KEY + STREAM_HEAD;
  crypto_hash_sha256_init (&self->hash);
  crypto_hash_sha256_update (&self->hash, data, self->at);
  return g_steal_pointer (&self);
}

/**
 * wg_bundle_reader_free:
 * @self: (nullable): a reader
 *
 * Wipes its key.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_bundle_reader_free (WgBundleReader *self)
{
  if (self == NULL)
    return;
  g_clear_pointer (&self->file, g_bytes_unref);
  sodium_memzero (self, sizeof *self);
  g_free (self);
}

/**
 * wg_bundle_reader_next:
 * @self: a reader
 * @out_data: (out) (transfer full): bytes of the part
 * @error: return location
 *
 * Gives the next part. Parts of a type that this program does not know may be passed over.
 *
 * Thread: one at a time.
 * Errors: %WG_WIRE_ERROR_MALFORMED for a file that is cut or was changed.
 *
 * Returns: its type, %WG_BUNDLE_END for the last; 0 with @error set
 */
WgBundlePart
wg_bundle_reader_next (WgBundleReader *self, GBytes **out_data, GError **error)
{
  gsize n, size;
  const guint8 *data = g_bytes_get_data (self->file, &n);
  g_autofree guint8 *plain = NULL;
  WgBundlePart part;
  guint8 tag;

  size = n - self->at >= 4 ? get_u32 (data + self->at) : 0;
  if (size < FRAME_MORE || size > WG_LIMIT_BUNDLE_PART + FRAME_MORE || n - self->at - 4 < size)
    {
      fail_half (error);
      return 0;
    }
  plain = g_malloc (size);
  if (crypto_secretstream_xchacha20poly1305_pull (
          &self->stream, plain, NULL, &tag, data + self->at + 4, size, data + self->at, 4) != 0)
    {
      wg_wire_fail (error, WG_WIRE_ERROR_MALFORMED, NULL, "the bundle is damaged: copy it again");
      return 0;
    }
  part = plain[0];
  if ((part == WG_BUNDLE_END) != (tag == crypto_secretstream_xchacha20poly1305_TAG_FINAL) ||
      (part == WG_BUNDLE_END && self->at + 4 + size != n) || part == 0)
    {
      fail_half (error);
      return 0;
    }
  if (part != WG_BUNDLE_END)
    crypto_hash_sha256_update (&self->hash, data + self->at, 4 + size);
  self->at += 4 + size;
  *out_data = g_bytes_new (plain + 1, size - FRAME_MORE);
  return part;
}

/**
 * wg_bundle_check:
 * @file: a whole file
 * @reader_public: (array fixed-size=32): our key
 * @reader_secret: (array fixed-size=64): our key
 * @writer_public: (array fixed-size=32): whose it must be
 * @error: return location
 *
 * Reads it to the end and checks that it is whole, for us, and written by whom it must be. Nothing
 * of a bundle may be used before.
 *
 * Thread: any. Cost: decrypts everything.
 * Errors: %WG_WIRE_ERROR_FOREIGN, %WG_WIRE_ERROR_MALFORMED, %WG_WIRE_ERROR_SIGNATURE.
 *
 * Returns: %TRUE if so
 */
gboolean
wg_bundle_check (GBytes *file,
                 const guint8 *reader_public,
                 const guint8 *reader_secret,
                 const guint8 *writer_public,
                 GError **error)
{
  g_autoptr (WgBundleReader) reader =
                wg_bundle_reader_new (file, reader_public, reader_secret, error);
  guint8 text[SIGN_TEXT];

  while (reader)
    {
      g_autoptr (GBytes) data = NULL;
      WgBundlePart part;

      sign_text (&reader->hash, text);
      part = wg_bundle_reader_next (reader, &data, error);
      if (part == 0)
        return FALSE;
      if (part != WG_BUNDLE_END)
        continue;
      if (g_bytes_get_size (data) == WG_SIGNATURE &&
          wg_crypto_verify (writer_public, (const char *) text, sizeof text,
                            g_bytes_get_data (data, NULL)))
        return TRUE;
      wg_wire_fail (error, WG_WIRE_ERROR_SIGNATURE, NULL, "the bundle was not made by who it says");
      return FALSE;
    }
  return FALSE;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bundles: read by whom they are for and nobody else; cut or changed anywhere they are refused
 * whole.
 */
#include <string.h>

#include "samples.h"
#include "wire/wg-bundle.h"

#define PUSH "{\"t\":\"push\"}\n"
#define PHOTO SAMPLE_PHOTO "abc"

typedef struct
{
  guint8 public_key[WG_SIGN_PUBLIC], secret[WG_SIGN_SECRET];
} Keys;

static void
random_bytes (gpointer data, guint8 *out, gsize n)
{
  for (gsize i = 0; i < n; i++)
    out[i] = (guint8) (++*(guint8 *) data * 37);
}

static WgPorts
make_ports (guint8 *seed)
{
  WgPorts ports = { .random = random_bytes, .data = seed, .boot_id = "k3" };

  return ports;
}

static void
make_keys (Keys *keys, guint8 seed)
{
  WgPorts ports = make_ports (&seed);

  wg_crypto_sign_keys (&ports, keys->public_key, keys->secret);
}

static void
append (GByteArray *out, GBytes *bytes)
{
  g_byte_array_append (out, g_bytes_get_data (bytes, NULL), (guint) g_bytes_get_size (bytes));
  g_bytes_unref (bytes);
}

/* From the terminal (keys of the samples) to the platform. */
static GBytes *
make_bundle (const guint8 *reader_public)
{
  Keys writer;
  guint8 seed = 7;
  WgPorts ports = make_ports (&seed);
  WgBundleHeader header = {
    .kind = (char *) "push",
    .replica = (char *) SAMPLE_REPLICA,
    .epoch = (char *) SAMPLE_EPOCH,
    .id = (char *) "019cac8a-4040-7000-8000-0000000000b1",
    .made_ms = SAMPLE_MS,
    .n_operations = 3,
    .n_photos = 1,
  };
  GByteArray *file = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (WgBundleWriter) out = NULL;
  GBytes *head = NULL;

  sample_keys (writer.public_key, writer.secret);
  out = wg_bundle_writer_new (&ports, &header, reader_public, writer.secret, &head, &error);
  g_assert_no_error (error);
  append (file, head);
  append (file, wg_bundle_writer_add (out, WG_BUNDLE_PUSH, PUSH, strlen (PUSH)));
  append (file, wg_bundle_writer_add (out, WG_BUNDLE_BLOB, PHOTO, strlen (PHOTO)));
  append (file, wg_bundle_writer_end (out));
  return g_byte_array_free_to_bytes (file);
}

static gboolean
check (GBytes *file, const Keys *reader, const guint8 *writer_public, GError **error)
{
  return wg_bundle_check (file, reader->public_key, reader->secret, writer_public, error);
}

static void
assert_part (WgBundleReader *reader, WgBundlePart part, const char *text)
{
  g_autoptr (GBytes) data = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (wg_bundle_reader_next (reader, &data, &error), ==, part);
  g_assert_no_error (error);
  if (text)
    g_assert_cmpmem (g_bytes_get_data (data, NULL), g_bytes_get_size (data), text, strlen (text));
}

static void
assert_content (GBytes *file, const Keys *reader)
{
  g_auto (WgBundleHeader) header = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (WgBundleReader) in = NULL;
  g_autofree char *to = wg_bundle_key_id (reader->public_key);
  Keys writer;

  sample_keys (writer.public_key, writer.secret);
  g_assert_true (wg_bundle_read_header (file, &header, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (header.kind, ==, "push");
  g_assert_cmpstr (header.replica, ==, SAMPLE_REPLICA);
  g_assert_cmpstr (header.to, ==, to);
  g_assert_cmpint (header.n_operations, ==, 3);
  g_assert_true (check (file, reader, writer.public_key, &error));
  g_assert_no_error (error);
  in = wg_bundle_reader_new (file, reader->public_key, reader->secret, &error);
  g_assert_no_error (error);
  assert_part (in, WG_BUNDLE_PUSH, PUSH);
  assert_part (in, WG_BUNDLE_BLOB, PHOTO);
  assert_part (in, WG_BUNDLE_END, NULL);
}

static void
test_round (void)
{
  Keys reader;
  g_autoptr (GBytes) file = NULL;

  make_keys (&reader, 1);
  file = make_bundle (reader.public_key);
  g_assert_null (
      g_strstr_len (g_bytes_get_data (file, NULL), (gssize) g_bytes_get_size (file), SAMPLE_PHOTO));
  assert_content (file, &reader);
}

/* The bytes of the first version stay readable. With WANGGE_WRITE_FIXTURES=folder it is made anew.
 */
static void
test_fixture (void)
{
  const char *folder = g_getenv ("WANGGE_WRITE_FIXTURES");
  g_autofree char *path =
      g_test_build_filename (G_TEST_DIST, "fixtures", "bundle", "version-1.wgb", NULL);
  g_autofree char *content = NULL;
  g_autoptr (GBytes) file = NULL;
  g_autoptr (GError) error = NULL;
  Keys reader;
  gsize n;

  make_keys (&reader, 1);
  if (folder)
    {
      g_autoptr (GBytes) fresh = make_bundle (reader.public_key);
      g_autofree char *to = g_build_filename (folder, "version-1.wgb", NULL);

      g_file_set_contents (to, g_bytes_get_data (fresh, NULL), (gssize) g_bytes_get_size (fresh),
                           &error);
      g_assert_no_error (error);
    }
  g_file_get_contents (path, &content, &n, &error);
  g_assert_no_error (error);
  file = g_bytes_new_take (g_steal_pointer (&content), n);
  assert_content (file, &reader);
}

static void
test_cut_and_flipped (void)
{
  Keys reader, writer;
  g_autoptr (GBytes) file = NULL;
  gsize n;
  const guint8 *data;

  make_keys (&reader, 1);
  sample_keys (writer.public_key, writer.secret);
  file = make_bundle (reader.public_key);
  data = g_bytes_get_data (file, &n);
  for (gsize at = 0; at < n; at++)
    {
      g_autoptr (GBytes) cut = g_bytes_new (data, at);
      g_autofree guint8 *copy = g_memdup2 (data, n);
      g_autoptr (GBytes) flipped = NULL;
      g_autoptr (GError) error = NULL, other = NULL;

      g_assert_false (check (cut, &reader, writer.public_key, &error));
      g_assert_nonnull (error);
      copy[at] ^= 0x10;
      flipped = g_bytes_new_take (g_steal_pointer (&copy), n);
      g_assert_false (check (flipped, &reader, writer.public_key, &other));
      g_assert_nonnull (other);
    }
}

static void
test_foreign (void)
{
  Keys reader, other, writer;
  g_autoptr (GBytes) file = NULL;
  g_autoptr (GError) error = NULL, signature = NULL, key = NULL;
  guint8 none[WG_SIGN_PUBLIC] = { 1 }, seed = 3;
  WgPorts ports = make_ports (&seed);
  WgBundleHeader header = { 0 };
  GBytes *head;

  make_keys (&reader, 1);
  make_keys (&other, 2);
  sample_keys (writer.public_key, writer.secret);
  file = make_bundle (reader.public_key);
  g_assert_false (check (file, &other, writer.public_key, &error));
  g_assert_error (error, WG_WIRE_ERROR, WG_WIRE_ERROR_FOREIGN);
  g_assert_false (check (file, &reader, other.public_key, &signature));
  g_assert_error (signature, WG_WIRE_ERROR, WG_WIRE_ERROR_SIGNATURE);
  g_assert_null (wg_bundle_writer_new (&ports, &header, none, writer.secret, &head, &key));
  g_assert_error (key, WG_WIRE_ERROR, WG_WIRE_ERROR_MALFORMED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_true (wg_crypto_init (NULL));
  g_test_add_func ("/wire/bundle/round", test_round);
  g_test_add_func ("/wire/bundle/fixture", test_fixture);
  g_test_add_func ("/wire/bundle/cut-and-flipped", test_cut_and_flipped);
  g_test_add_func ("/wire/bundle/foreign", test_foreign);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A stranger's bytes into every parser: WG_FUZZ_TARGET names which, libFuzzer brings the bytes. */
#include <glib/gstdio.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/wg-calendar.h"
#include "core/wg-codes.h"
#include "core/wg-csv.h"
#include "core/wg-standard.h"
#include "map/wg-locator.h"
#include "map/wg-tile-pack.h"
#include "sample/wg-wkb.h"
#include "wire/samples.h"
#include "wire/wg-bundle.h"
#include "wire/wg-wire-import.h"

int LLVMFuzzerInitialize (int *argc, char ***argv);
int LLVMFuzzerTestOneInput (const guint8 *data, size_t size);

typedef void (*Feed) (const char *text, gsize length);

static const char *folder; /* for targets that read files */

/* What is refused says why; what is read writes and reads the same again. */
static void
feed_fixture (const Fixture *fixture, const char *text, gsize length)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *once = fixture->again (text, length, &error);
  g_autofree char *twice = NULL;

  if (once == NULL)
    {
      g_assert_nonnull (wg_wire_error_get_problem (error));
      return;
    }
  g_assert_no_error (error);
  if (g_str_has_prefix (once, "refused "))
    return;
  twice = fixture->again (once, strlen (once), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (twice, ==, once);
}

/* Addresses and organisations of an import, and the borders of a GeoJSON file. */
static void
feed_import (const char *text, gsize length)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) rows = wg_wire_import_from_json (text, length, &error);

  g_assert_true ((rows == NULL) == (error != NULL));
  for (guint i = 0; rows != NULL && i < rows->len; i++)
    {
      const WgImportRow *row = g_ptr_array_index (rows, i);
      g_autoptr (GError) refused = NULL;

      if (g_str_equal (row->kind, "grid"))
        {
          g_autoptr (WgGrid) grid = wg_wire_grid_from_json (row->json, &refused);

          g_assert_true ((grid == NULL) == (refused != NULL));
        }
    }
}

static void
feed_zstd (const char *text, gsize length)
{
  g_autoptr (GBytes) packed = g_bytes_new_static (text, length);
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) plain = wg_zstd_decompress (packed, 4 * 1024 * 1024, &error);

  g_assert_true ((plain == NULL) == (error != NULL));
  g_assert_true (plain == NULL || g_bytes_get_size (plain) <= 4 * 1024 * 1024);
}

static void
feed_qr (const char *text, gsize length)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (WgEnrolTicket) ticket = NULL;
  g_autofree char *code = NULL;

  if (memchr (text, '\0', length) != NULL)
    return;
  ticket = wg_enrol_ticket_from_text (text, &error);
  g_assert_true ((ticket == NULL) == (error != NULL));
  g_clear_error (&error);
  code = wg_crypto_enrol_code_normalize (text, &error);
  g_assert_true ((code == NULL) == (error != NULL));
}

static void
feed_csv (const char *text, gsize length)
{
  g_autoptr (GError) csv_error = NULL, standard_error = NULL, calendar_error = NULL;
  g_autoptr (GError) codes_error = NULL;
  g_autoptr (WgCsv) csv = wg_csv_new (text, &csv_error);
  g_autoptr (WgStandard) standard = wg_standard_new_from_csv (text, &standard_error);
  g_autoptr (WgCalendar) calendar = wg_calendar_new_from_csv (text, &calendar_error);
  g_autoptr (WgCodes) codes = wg_codes_new_from_csv (text, &codes_error);

  g_assert_true ((csv == NULL) == (csv_error != NULL));
  g_assert_true ((standard == NULL) == (standard_error != NULL));
  g_assert_true ((calendar == NULL) == (calendar_error != NULL));
  g_assert_true ((codes == NULL) == (codes_error != NULL));
}

static void
feed_nmea (const char *text, gsize length)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  WgFix fix = { .lon = NAN, .lat = NAN, .accuracy_m = NAN };

  for (guint i = 0; lines[i] != NULL; i++)
    if (wg_nmea_parse (lines[i], &fix))
      g_assert_true (fabs (fix.lon) <= 180 && fabs (fix.lat) <= 90);
}

static void
on_part (WgWkbKind kind, const WgPoint *points, gsize n_points, gpointer data)
{
  double *sum = data;

  for (gsize i = 0; i < n_points; i++)
    *sum += points[i].lon + points[i].lat;
}

static void
feed_wkb (const char *text, gsize length)
{
  g_autoptr (GBytes) geometry = g_bytes_new_static (text, length);
  double sum = 0;

  (void) wg_wkb_read (geometry, on_part, &sum);
}

/* A map file, and the tiles of its first zooms: SQLite's parser, ours of the metadata, inflating.
 */
static void
feed_map (const char *text, gsize length)
{
  g_autofree char *path = g_build_filename (folder, "fuzzed.mbtiles", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (WgTilePack) pack = NULL;
  g_autoptr (WgTileReader) reader = NULL;

  if (!g_file_set_contents_full (path, text, (gssize) length, G_FILE_SET_CONTENTS_NONE, 0600, NULL))
    g_error ("cannot write %s", path);
  pack = wg_tile_pack_open (path, &error);
  g_assert_true ((pack == NULL) == (error != NULL));
  if (pack == NULL)
    return;
  reader = wg_tile_reader_new (pack, &error);
  for (int tile = 0; reader != NULL && tile < 16; tile++)
    {
      g_autoptr (GError) failed = NULL;
      g_autoptr (GBytes) bytes =
                    wg_tile_reader_read (reader, pack->min_zoom, tile / 4, tile % 4, &failed);

      g_assert_true ((bytes == NULL) == (failed != NULL));
    }
}

/* --- bundles --------------------------------------------------------------------------------- */

typedef struct
{
  guint8 public_key[WG_SIGN_PUBLIC], secret[WG_SIGN_SECRET];
} Keys;

static void
same_bytes (gpointer data, guint8 *out, gsize n)
{
  for (gsize i = 0; i < n; i++)
    out[i] = (guint8) (++*(guint8 *) data * 37);
}

static void
append (GByteArray *out, GBytes *bytes)
{
  g_byte_array_append (out, g_bytes_get_data (bytes, NULL), (guint) g_bytes_get_size (bytes));
  g_bytes_unref (bytes);
}

/* Parts as the bytes say: a type, a length, so many bytes; again. @out_parts are those that a
 * reader has to give. Returns: whether a true writer could have made them. */
static gboolean
add_parts (
    WgBundleWriter *writer, const char *script, gsize n, GByteArray *file, GPtrArray *out_parts)
{
  gboolean true_writer = TRUE;

  for (gsize at = 0; at + 2 <= n;)
    {
      WgBundlePart part = (guint8) script[at];
      gsize size = MIN ((guint8) script[at + 1], n - at - 2);

      append (file, wg_bundle_writer_add (writer, part, script + at + 2, size));
      true_writer = true_writer && part != WG_BUNDLE_END && part != 0;
      if (true_writer)
        g_ptr_array_add (out_parts, g_bytes_new (script + at + 1, size + 1));
      at += 2 + size;
    }
  append (file, wg_bundle_writer_end (writer));
  return true_writer;
}

/* A reader gives the parts that were written, from the first on, and nothing else. */
static void
read_parts (GBytes *file, const Keys *reader_keys, const GPtrArray *parts, gboolean all)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (WgBundleReader) reader =
                wg_bundle_reader_new (file, reader_keys->public_key, reader_keys->secret, &error);
  guint n = 0;

  g_assert_true ((reader == NULL) == (error != NULL));
  while (reader != NULL)
    {
      g_autoptr (GBytes) data = NULL;
      WgBundlePart part = wg_bundle_reader_next (reader, &data, &error);

      g_assert_true ((part == 0) == (error != NULL));
      if (part == 0 || part == WG_BUNDLE_END)
        break;
      g_assert_cmpuint (n, <, parts->len);
      g_assert_cmpmem (g_bytes_get_data (data, NULL), g_bytes_get_size (data),
                       (const char *) g_bytes_get_data (parts->pdata[n], NULL) + 1,
                       g_bytes_get_size (parts->pdata[n]) - 1);
      n++;
    }
  g_assert_true (!all || n == parts->len);
}

/* With another header in place of the true one, if there is one. */
static gboolean
add_head (GByteArray *file, GBytes *head, const char *header, gsize n_header)
{
  const guint8 *data = g_bytes_get_data (head, NULL);
  gsize n_json = data[8] | (gsize) data[9] << 8;
  const guint8 size[4] = { (guint8) n_header, (guint8) (n_header >> 8), (guint8) (n_header >> 16) };
  gboolean same = n_header == 0 || (n_header == n_json && memcmp (header, data + 12, n_json) == 0);

  g_byte_array_append (file, data, 8);
  g_byte_array_append (file, n_header == 0 ? data + 8 : size, 4);
  g_byte_array_append (file, n_header == 0 ? data + 12 : (const guint8 *) header,
                       (guint) (n_header == 0 ? n_json : n_header));
  g_byte_array_append (file, data + 12 + n_json, (guint) (g_bytes_get_size (head) - 12 - n_json));
  return same;
}

/* The first line stands in place of the header if there is one, the rest is parts; the last three
 * bytes say which byte of the file is hurt, and how. */
static void
feed_made_bundle (const char *text, gsize length)
{
  const char *end = memchr (text, '\n', length);
  gsize n_header = end ? (gsize) (end - text) : 0, n_parts = length - n_header - (end ? 1 : 0);
  guint8 chance = 1;
  const guint8 *hurt = n_parts < 3 ? (const guint8 *) "\0\0" : (const guint8 *) text + length - 3;
  WgPorts ports = { .random = same_bytes, .data = &chance, .boot_id = "k3" };
  WgBundleHeader header = { .kind = (char *) "push",
                            .replica = (char *) SAMPLE_REPLICA,
                            .epoch = (char *) SAMPLE_EPOCH,
                            .id = (char *) "019cac8a-4040-7000-8000-0000000000b1" };
  g_auto (WgBundleHeader) told = { 0 };
  g_autoptr (GByteArray) file = g_byte_array_new ();
  g_autoptr (GPtrArray) parts = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autoptr (GBytes) head = NULL, whole = NULL;
  g_autoptr (GError) error = NULL, refused = NULL;
  g_autoptr (WgBundleWriter) writer = NULL;
  Keys reader, signer;
  gboolean good;

  wg_crypto_sign_keys (&ports, reader.public_key, reader.secret);
  wg_crypto_sign_keys (&ports, signer.public_key, signer.secret);
  writer = wg_bundle_writer_new (&ports, &header, reader.public_key, signer.secret, &head, &error);
  g_assert_no_error (error);
  good = add_head (file, head, text, n_header);
  good = add_parts (writer, text + length - n_parts, n_parts < 3 ? n_parts : n_parts - 3, file,
                    parts) &&
         good && hurt[2] == 0;
  file->data[(hurt[0] | (gsize) hurt[1] << 8) % file->len] ^= hurt[2];

  whole = g_byte_array_free_to_bytes (g_steal_pointer (&file));
  if (!wg_bundle_read_header (whole, &told, &error))
    g_assert_nonnull (wg_wire_error_get_problem (error));
  if (wg_bundle_check (whole, reader.public_key, reader.secret, signer.public_key, &refused) !=
          good ||
      good != (refused == NULL))
    g_error ("a bundle that is %s was %s", good ? "whole" : "hurt", good ? "refused" : "taken");
  read_parts (whole, &reader, parts, good);
}

/* The bytes as a file, and as what a file is made of. */
static void
feed_bundle (const char *text, gsize length)
{
  g_autoptr (GBytes) file = g_bytes_new_static (text, length);
  g_auto (WgBundleHeader) header = { 0 };
  g_autoptr (GError) error = NULL;

  if (!wg_bundle_read_header (file, &header, &error))
    g_assert_nonnull (wg_wire_error_get_problem (error));
  feed_made_bundle (text, length);
}

/* A target without a function of its own feeds the fixtures whose files begin so. "messages" are
 * all of them: the small ones share their reader of members. */
typedef struct
{
  const char *name;
  Feed feed;
  const char *prefixes[2];
} Target;

static const Target TARGETS[] = {
  { "operation", NULL, { "operation-create" } },
  { "record", NULL, { "record", "conflict" } },
  { "push", NULL, { "push." } },
  { "pull", NULL, { "pull-page." } },
  { "problem", NULL, { "problem-malformed" } },
  { "bundle", feed_bundle },
  { "messages", NULL, { "" } },
  { "import", feed_import },
  { "zstd", feed_zstd },
  { "qr", feed_qr },
  { "csv", feed_csv },
  { "nmea", feed_nmea },
  { "wkb", feed_wkb },
  { "map", feed_map },
};

static const Target *target;

static void
feed_fixtures (const char *text, gsize length)
{
  for (guint i = 0; fixture_get (i) != NULL; i++)
    for (gsize j = 0; j < G_N_ELEMENTS (target->prefixes) && target->prefixes[j] != NULL; j++)
      if (g_str_has_prefix (fixture_get (i)->file, target->prefixes[j]))
        feed_fixture (fixture_get (i), text, length);
}

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  const char *name = g_getenv ("WG_FUZZ_TARGET");

  folder = g_getenv ("WG_FUZZ_FOLDER");
  g_assert_true (wg_crypto_init (NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (TARGETS); i++)
    if (g_strcmp0 (TARGETS[i].name, name) == 0)
      target = &TARGETS[i];
  if (target == NULL)
    {
      g_printerr ("WG_FUZZ_TARGET is '%s'; it may be", name);
      for (gsize i = 0; i < G_N_ELEMENTS (TARGETS); i++)
        g_printerr (" %s", TARGETS[i].name);
      g_printerr ("\n");
      exit (2);
    }
  return 0;
}

/* The bytes in a block of their own with a zero behind, so that one too many is seen. */
int
LLVMFuzzerTestOneInput (const guint8 *data, size_t size)
{
  char *text = g_malloc (size + 1);

  if (size > 0)
    memcpy (text, data, size);
  text[size] = '\0';
  (target->feed ? target->feed : feed_fixtures) (text, size);
  g_free (text);
  return 0;
}

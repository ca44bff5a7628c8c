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

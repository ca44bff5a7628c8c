/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tile packs: good ones, and all the ways a file can be none. */
#include <glib/gstdio.h>
#include <math.h>
#include <string.h>

#include "map-packs.h"
#include "map/wg-tile-pack.h"
#include "support/wg-test-folder.h"

typedef struct
{
  char *folder;
  char *path;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = wg_test_folder_new ();
  fixture->path = g_build_filename (fixture->folder, "pack.mbtiles", NULL);
}

static void
tear_down (Fixture *fixture, gconstpointer data)
{
  wg_test_folder_remove (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->path);
}

static GBytes *
read_tile (const char *path, int zoom, int x, int y, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (WgTilePack) pack = wg_tile_pack_open (path, &local);
  g_assert_no_error (local);
  g_autoptr (WgTileReader) reader = wg_tile_reader_new (pack, &local);
  g_assert_no_error (local);
  return wg_tile_reader_read (reader, zoom, x, y, error);
}

static void
test_vector (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) packed = map_pack_gzip (0x1a, 400);
  const MapPackTile tiles[] = {
    { 1, 0, 0, g_bytes_get_data (packed, NULL), g_bytes_get_size (packed) }, /* south-west */
    { 1, 0, 1, MAP_PACK_PBF, sizeof MAP_PACK_PBF },                          /* north-west */
    { 3, 7, 7, MAP_PACK_PBF, sizeof MAP_PACK_PBF },
    { 0 },
  };
  g_autoptr (GError) error = NULL;

  map_pack_write (fixture->path, "pbf", NULL, tiles);
  g_autoptr (WgTilePack) pack = wg_tile_pack_open (fixture->path, &error);
  g_assert_no_error (error);
  g_assert_true (pack->is_vector);
  g_assert_cmpint (pack->datum, ==, WG_DATUM_WGS84);
  g_assert_cmpint (pack->min_zoom, ==, 1);
  g_assert_cmpint (pack->max_zoom, ==, 3);
  g_assert_cmpstr (pack->name, ==, "test");
  g_assert_true (isnan (pack->center.lon));
  g_assert_cmpuint (pack->labels->len, ==, 0);
  /* Rows are asked from the north: row 0 of the file is y 1, and is inflated. */
  g_autoptr (GBytes) south = read_tile (fixture->path, 1, 0, 1, &error);
  g_assert_cmpuint (g_bytes_get_size (south), ==, 401);
  g_autoptr (GBytes) north = read_tile (fixture->path, 1, 0, 0, &error);
  g_assert_cmpuint (g_bytes_get_size (north), ==, sizeof MAP_PACK_PBF);
  g_autoptr (GBytes) none = read_tile (fixture->path, 2, 0, 0, &error);
  g_assert_no_error (error);
  g_assert_nonnull (none);
  g_assert_cmpuint (g_bytes_get_size (none), ==, 0);
}

static void
test_raster (Fixture *fixture, gconstpointer data)
{
  const MapPackTile tiles[] = { { 9, 424, 313, MAP_PACK_PNG, sizeof MAP_PACK_PNG }, { 0 } };
  g_autoptr (GError) error = NULL;

  map_pack_write (fixture->path, "png", "gcj02", tiles);
  g_autoptr (WgTilePack) pack = wg_tile_pack_open (fixture->path, &error);
  g_assert_no_error (error);
  g_assert_false (pack->is_vector);
  g_assert_cmpint (pack->datum, ==, WG_DATUM_GCJ02);
  g_autoptr (GBytes) tile = read_tile (fixture->path, 9, 424, 511 - 313, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (tile, NULL), g_bytes_get_size (tile), MAP_PACK_PNG,
                   sizeof MAP_PACK_PNG);
}

static void
test_sample (Fixture *fixture, gconstpointer data)
{
  const char *path = g_getenv ("WG_TEST_PACK");
  g_autoptr (GError) error = NULL;
  guint units = 0;

  if (path == NULL)
    {
      g_test_skip ("no ogr2ogr to make the sample pack with");
      return;
    }
  g_autoptr (WgTilePack) pack = wg_tile_pack_open (path, &error);
  g_assert_no_error (error);
  g_assert_true (pack->is_vector);
  g_assert_cmpint (pack->min_zoom, ==, 8);
  g_assert_cmpint (pack->max_zoom, ==, 14);
  g_assert_cmpfloat_with_epsilon (pack->center.lon, 118.58, 0.01);
  g_assert_cmpfloat_with_epsilon (pack->center.lat, 37.45, 0.01);
  g_assert_cmpuint (pack->labels->len, >, 500);
  for (guint i = 0; i < pack->labels->len; i++)
    {
      const WgMapLabel *label = g_ptr_array_index (pack->labels, i);
      units += g_str_equal (label->kind, "unit");
      g_assert_true (g_utf8_validate (label->name, -1, NULL));
    }
  g_assert_cmpuint (units, ==, 11);
  /* The tile of the middle, by the formula of the tile grid. */
  double x, y;
  wg_geo_to_mercator ((WgPoint) { 118.58, 37.45 }, &x, &y);
  int column = (int) floor ((0.5 + x / 40075016.685578488) * 16384);
  int row = (int) floor ((0.5 - y / 40075016.685578488) * 16384);
  g_autoptr (GBytes) tile = read_tile (path, 14, column, row, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (tile), >, 100);
}

static void
assert_refused (const char *path, const char *words)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (wg_tile_pack_open (path, &error));
  g_assert_error (error, WG_MAP_ERROR, WG_MAP_ERROR_PACK);
  if (strstr (error->message, words) == NULL || strstr (error->message, path) == NULL)
    g_error ("'%s' should name the file and say '%s'", error->message, words);
}

static void
test_refused (Fixture *fixture, gconstpointer data)
{
  const MapPackTile text[] = { { 1, 0, 0, "hello world", 11 }, { 0 } };
  const MapPackTile webp[] = { { 1, 0, 0, "RIFF1234WEBP", 12 }, { 0 } };
  const MapPackTile broken[] = { { 1, 0, 0, "\x1f\x8b\x08 broken", 10 }, { 0 } };
  const MapPackTile good[] = { { 1, 0, 0, MAP_PACK_PBF, sizeof MAP_PACK_PBF }, { 0 } };
  const MapPackTile deep[] = { { 40, 0, 0, MAP_PACK_PBF, sizeof MAP_PACK_PBF }, { 0 } };
  const MapPackTile none[] = { { 0 } };

  assert_refused (fixture->path, "no such file");
  assert_refused (fixture->folder, "no such file");
  wg_test_write (fixture->folder, "text.mbtiles",
                 "this is a text, no database at all, and long enough", 51);
  g_autofree char *foreign = g_build_filename (fixture->folder, "text.mbtiles", NULL);
  assert_refused (foreign, "not an MBTiles file");
  wg_test_write (fixture->folder, "empty.mbtiles", "", 0);
  g_autofree char *empty = g_build_filename (fixture->folder, "empty.mbtiles", NULL);
  assert_refused (empty, "not an MBTiles file");
  const struct
  {
    const MapPackTile *tiles;
    const char *datum, *words;
  } cases[] = {
    { text, NULL, "neither vector" },   { webp, NULL, "neither vector" },
    { broken, NULL, "neither vector" }, { none, NULL, "no tile" },
    { good, "mars2000", "its datum" },  { deep, NULL, "zoom levels" },
  };
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *name = g_strdup_printf ("case-%u.mbtiles", (guint) i);
      g_autofree char *path = g_build_filename (fixture->folder, name, NULL);
      map_pack_write (path, NULL, cases[i].datum, cases[i].tiles);
      assert_refused (path, cases[i].words);
    }
  map_pack_write_without_tiles (fixture->path);
  assert_refused (fixture->path, "not an MBTiles file");
}

/* A few kilobytes that become many megabytes. */
static void
test_bomb (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) bomb = map_pack_gzip (0x1a, 64 * 1024 * 1024);
  const MapPackTile tiles[] = {
    { 1, 0, 0, MAP_PACK_PBF, sizeof MAP_PACK_PBF },
    { 1, 1, 1, g_bytes_get_data (bomb, NULL), g_bytes_get_size (bomb) },
    { 0 },
  };
  g_autoptr (GError) error = NULL;

  map_pack_write (fixture->path, "pbf", NULL, tiles);
  g_assert_null (read_tile (fixture->path, 1, 1, 0, &error));
  g_assert_error (error, WG_MAP_ERROR, WG_MAP_ERROR_PACK);
}

/* Reads what can be read of a broken file; errors are fine, anything else is not. */
static void
read_all (const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (WgTilePack) pack = wg_tile_pack_open (path, &error);

  if (pack == NULL)
    {
      g_assert_error (error, WG_MAP_ERROR, WG_MAP_ERROR_PACK);
      return;
    }
  g_autoptr (WgTileReader) reader = wg_tile_reader_new (pack, &error);
  if (reader == NULL)
    {
      g_assert_error (error, WG_MAP_ERROR, WG_MAP_ERROR_PACK);
      return;
    }
  for (int i = 0; i < 64; i++)
    {
      g_autoptr (GError) local = NULL;
      g_autoptr (GBytes) tile = wg_tile_reader_read (reader, 3, i % 8, i / 8, &local);
      if (tile == NULL)
        g_assert_error (local, WG_MAP_ERROR, WG_MAP_ERROR_PACK);
    }
}

static void
test_damaged (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GBytes) packed = map_pack_gzip (0x1a, 3000);
  MapPackTile tiles[65] = { 0 };
  guint refused = 0;

  for (int i = 0; i < 64; i++)
    tiles[i] = (MapPackTile) { 3, i % 8, i / 8, g_bytes_get_data (packed, NULL),
                               g_bytes_get_size (packed) };
  map_pack_write (fixture->path, "pbf", NULL, tiles);
  g_autoptr (GBytes) whole = wg_test_read (fixture->folder, "pack.mbtiles");
  gsize n = g_bytes_get_size (whole);
  g_autofree char *path = g_build_filename (fixture->folder, "cut.mbtiles", NULL);
  for (gsize cut = 1; cut < n; cut += 509)
    {
      wg_test_write (fixture->folder, "cut.mbtiles", g_bytes_get_data (whole, NULL), cut);
      g_autoptr (GError) error = NULL;
      g_autoptr (WgTilePack) pack = wg_tile_pack_open (path, &error);
      refused += pack == NULL;
      read_all (path);
    }
  g_assert_cmpuint (refused, >, 0);
  for (gsize at = 0; at < n; at += 97)
    {
      g_autofree guint8 *copy = g_memdup2 (g_bytes_get_data (whole, NULL), n);
      copy[at] ^= 0xff;
      wg_test_write (fixture->folder, "cut.mbtiles", copy, n);
      read_all (path);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
  g_test_add ("/map/tile-pack/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("vector", test_vector);
  ADD ("raster", test_raster);
  ADD ("sample", test_sample);
  ADD ("refused", test_refused);
  ADD ("bomb", test_bomb);
  ADD ("damaged", test_damaged);
  return g_test_run ();
}

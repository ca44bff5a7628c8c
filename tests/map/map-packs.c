/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small tile packs written by the tests. */
#include "map-packs.h"

#include <gio/gio.h>

#include "db/wg-db.h"
#include "test-map-resources.h"

const guint8 MAP_PACK_PNG[69] = { 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00,
                                  0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00, 0x00, 0x00, 0x01,
                                  0x00, 0x00, 0x00, 0x01, 0x08, 0x02, 0x00, 0x00, 0x00, 0x90,
                                  0x77, 0x53, 0xde, 0x00, 0x00, 0x00, 0x0c, 0x49, 0x44, 0x41,
                                  0x54, 0x78, 0x9c, 0x63, 0x70, 0x68, 0x38, 0x00, 0x00, 0x02,
                                  0x84, 0x01, 0x81, 0x26, 0x97, 0xa7, 0x2b, 0x00, 0x00, 0x00,
                                  0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82 };
const guint8 MAP_PACK_PBF[7] = { 0x1a, 0x05, 0x0a, 0x01, 0x61, 0x78, 0x02 };

static WgDb *
begin_pack (const char *path)
{
  g_autoptr (GError) error = NULL;
  WgDb *db = wg_db_open (path, NULL, &error);

  g_assert_no_error (error);
  g_resources_register (test_map_get_resource ());
  wg_db_load_sql (db, "/test/map", &error);
  g_assert_no_error (error);
  return db;
}

static void
run (WgDb *db, const char *name)
{
  g_autoptr (GError) error = NULL;

  wg_db_run (db, name, &error, NULL, NULL);
  g_assert_no_error (error);
}

static void
tell (WgDb *db, const char *name, const char *value)
{
  g_autoptr (GError) error = NULL;

  wg_db_run (db, "tell", &error, "name", 's', name, "value", 's', value, NULL);
  g_assert_no_error (error);
}

/* One file without a log beside it, as packs are handed about. */
static void
end_pack (WgDb *db)
{
  g_autoptr (GError) error = NULL;
  WgStatement *statement;

  wg_db_checkpoint (db, &error);
  g_assert_no_error (error);
  statement = wg_db_statement (db, "leave-wal", &error);
  g_assert_no_error (error);
  g_assert_true (wg_statement_next (statement, &error));
  g_assert_no_error (error);
  wg_statement_reset (statement);
  wg_db_close (db);
}

void
map_pack_write (const char *path, const char *format, const char *datum, const MapPackTile *tiles)
{
  WgDb *db = begin_pack (path);

  run (db, "make-metadata");
  run (db, "make-tiles");
  tell (db, "name", "test");
  if (format != NULL)
    tell (db, "format", format);
  if (datum != NULL)
    tell (db, "datum", datum);
  for (; tiles->n_bytes > 0; tiles++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) bytes = g_bytes_new (tiles->bytes, tiles->n_bytes);
      wg_db_run (db, "put", &error, "zoom", 'i', (gint64) tiles->zoom, "x", 'i', (gint64) tiles->x,
                 "row", 'i', (gint64) tiles->row, "bytes", 'b', bytes, NULL);
      g_assert_no_error (error);
    }
  end_pack (db);
}

void
map_pack_write_without_tiles (const char *path)
{
  WgDb *db = begin_pack (path);

  run (db, "make-metadata");
  tell (db, "name", "test");
  end_pack (db);
}

GBytes *
map_pack_gzip (guint8 first, gsize n)
{
  g_autoptr (GZlibCompressor) packer = g_zlib_compressor_new (G_ZLIB_COMPRESSOR_FORMAT_GZIP, 9);
  g_autoptr (GOutputStream) memory = g_memory_output_stream_new_resizable ();
  g_autoptr (GOutputStream) stream = g_converter_output_stream_new (memory, G_CONVERTER (packer));
  g_autofree guint8 *zeros = g_malloc0 (n + 1);
  g_autoptr (GError) error = NULL;

  zeros[0] = first;
  g_output_stream_write_all (stream, zeros, n + 1, NULL, NULL, &error);
  g_assert_no_error (error);
  g_output_stream_close (stream, NULL, &error);
  g_assert_no_error (error);
  return g_memory_output_stream_steal_as_bytes (G_MEMORY_OUTPUT_STREAM (memory));
}

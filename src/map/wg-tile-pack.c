/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An offline map: an MBTiles file with vector or raster tiles, its datum, and its labels. */
#include "map/wg-tile-pack.h"

#include <math.h>
#include <string.h>

#include "db/wg-db.h"
#include "map/wg-map-resources.h"

#define MAX_TILE_BYTES (8 * 1024 * 1024)
#define SQL_FOLDER "/io/github/wangge/map/sql"

struct _WgTileReader
{
  WgDb *db;
  gboolean is_vector;
};

static void
label_free (gpointer data)
{
  WgMapLabel *label = data;

  g_free (label->kind);
  g_free (label->name);
  g_free (label);
}

static void
pack_clear (gpointer data)
{
  WgTilePack *self = data;

  g_free (self->path);
  g_free (self->name);
  g_free (self->attribution);
  g_clear_pointer (&self->labels, g_ptr_array_unref);
}

static gboolean
refuse (const char *path, const char *why, GError **error)
{
  g_set_error (error, WG_MAP_ERROR, WG_MAP_ERROR_PACK, "map '%s': %s", path, why);
  return FALSE;
}

static gboolean
is_gzip (const guint8 *bytes, gsize n)
{
  return n > 2 && bytes[0] == 0x1f && bytes[1] == 0x8b;
}

/* A vector tile is gzip or zlib or bare; whatever it inflates to has a limit. */
static GBytes *
inflate (GBytes *packed, GError **error)
{
  gsize n;
  const guint8 *bytes = g_bytes_get_data (packed, &n);
  gboolean zlib = n > 2 && bytes[0] == 0x78 && (bytes[0] * 256 + bytes[1]) % 31 == 0;

  if (!is_gzip (bytes, n) && !zlib)
    return g_bytes_ref (packed);
  g_autoptr (GZlibDecompressor) inflater = g_zlib_decompressor_new (
      zlib ? G_ZLIB_COMPRESSOR_FORMAT_ZLIB : G_ZLIB_COMPRESSOR_FORMAT_GZIP);
  g_autoptr (GByteArray) out = g_byte_array_new ();
  for (gsize at = 0;;)
    {
      guint8 buffer[16384];
      gsize n_read = 0, n_written = 0;
      GConverterResult result =
          g_converter_convert (G_CONVERTER (inflater), bytes + at, n - at, buffer, sizeof buffer,
                               G_CONVERTER_INPUT_AT_END, &n_read, &n_written, error);
      if (result == G_CONVERTER_ERROR)
        return NULL;
      at += n_read;
      g_byte_array_append (out, buffer, (guint) n_written);
      if (out->len > MAX_TILE_BYTES)
        {
          g_set_error (error, WG_MAP_ERROR, WG_MAP_ERROR_PACK, "a tile is larger than %d bytes",
                       MAX_TILE_BYTES);
          return NULL;
        }
      if (result == G_CONVERTER_FINISHED)
        return g_byte_array_free_to_bytes (g_steal_pointer (&out));
    }
}

static WgDb *
open_db (const char *path, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (WgDb) db = NULL;

  if (!g_file_test (path, G_FILE_TEST_IS_REGULAR))
    {
      refuse (path, "no such file", error);
      return NULL;
    }
  wg_map_get_resource (); /* what is linked is registered */
  db = wg_db_open_readonly (path, NULL, &local);
  if (db == NULL || !wg_db_load_sql (db, SQL_FOLDER, &local))
    {
      refuse (path,
              g_error_matches (local, WG_DB_ERROR, WG_DB_ERROR_KEY) ? "not an MBTiles file"
                                                                    : local->message,
              error);
      return NULL;
    }
  return g_steal_pointer (&db);
}

static GHashTable *
read_metadata (WgDb *db, GError **error)
{
  g_autoptr (GHashTable) table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GError) local = NULL;
  WgStatement *statement = wg_db_statement (db, "metadata", error);

  if (statement == NULL)
    return NULL;
  while (wg_statement_next (statement, &local))
    g_hash_table_insert (table, wg_statement_dup_text (statement, "name"),
                         wg_statement_dup_text (statement, "value"));
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  return g_steal_pointer (&table);
}

/* Which of the formats we show the first tile is; what the metadata says may be wrong or missing.
 */
static gboolean
look_at_tile (WgTilePack *self, WgDb *db, GError **error)
{
  g_autoptr (GError) local = NULL;
  WgStatement *statement = wg_db_statement (db, "sample-tile", error);
  g_autoptr (GBytes) tile = NULL;
  gsize n = 0;

  if (statement == NULL)
    return FALSE;
  if (!wg_statement_next (statement, &local))
    return refuse (self->path, local != NULL ? local->message : "it holds no tile", error);
  tile = wg_statement_bytes (statement, "tile_data");
  wg_statement_reset (statement);
  const guint8 *bytes = tile != NULL ? g_bytes_get_data (tile, &n) : NULL;
  if (n >= 8 && memcmp (bytes, "\x89PNG\r\n\x1a\n", 8) == 0)
    return TRUE;
  if (n >= 3 && memcmp (bytes, "\xff\xd8\xff", 3) == 0)
    return TRUE;
  self->is_vector = TRUE;
  if (n == 0)
    return refuse (self->path, "its tiles are empty", error);
  /* A vector tile's first field is a layer: tag 3, length-delimited. */
  g_autoptr (GBytes) plain = inflate (tile, &local);
  if (plain == NULL || g_bytes_get_size (plain) == 0 ||
      *(const guint8 *) g_bytes_get_data (plain, NULL) != 0x1a)
    return refuse (self->path, "its tiles are neither vector (pbf) nor PNG nor JPEG", error);
  return TRUE;
}

static gboolean
read_zooms (WgTilePack *self, WgDb *db, GError **error)
{
  WgStatement *statement = wg_db_statement (db, "zooms", error);

  if (statement == NULL || !wg_statement_next (statement, error))
    return FALSE;
  self->min_zoom = (int) wg_statement_int (statement, "low");
  self->max_zoom = (int) wg_statement_int (statement, "high");
  wg_statement_reset (statement);
  if (self->min_zoom < 0 || self->max_zoom > 24)
    return refuse (self->path, "its zoom levels are out of range", error);
  return TRUE;
}

static gboolean
read_description (WgTilePack *self, WgDb *db, GError **error)
{
  g_autoptr (GHashTable) table = read_metadata (db, error);
  const char *datum, *center;

  if (table == NULL)
    return FALSE;
  self->name = g_strdup (g_hash_table_lookup (table, "name"));
  self->attribution = g_strdup (g_hash_table_lookup (table, "attribution"));
  datum = g_hash_table_lookup (table, "datum");
  if (datum != NULL && !wg_datum_from_string (datum, &self->datum))
    return refuse (self->path, "its datum is unknown; it may be wgs84, cgcs2000, gcj02 or bd09",
                   error);
  center = g_hash_table_lookup (table, "center");
  self->center = (WgPoint) { NAN, NAN };
  if (center != NULL)
    {
      g_auto (GStrv) parts = g_strsplit (center, ",", 3);
      if (g_strv_length (parts) >= 2)
        self->center =
            (WgPoint) { g_ascii_strtod (parts[0], NULL), g_ascii_strtod (parts[1], NULL) };
    }
  return TRUE;
}

static gboolean
read_labels (WgTilePack *self, WgDb *db, GError **error)
{
  g_autoptr (GError) local = NULL;
  WgStatement *statement = wg_db_statement (db, "has-labels", error);

  self->labels = g_ptr_array_new_with_free_func (label_free);
  if (statement == NULL || !wg_statement_next (statement, error))
    return FALSE;
  gboolean has = wg_statement_int (statement, "n") > 0;
  wg_statement_reset (statement);
  if (!has)
    return TRUE;
  statement = wg_db_statement (db, "labels", error);
  if (statement == NULL)
    return FALSE;
  while (wg_statement_next (statement, &local))
    {
      WgMapLabel *label = g_new0 (WgMapLabel, 1);
      label->kind = wg_statement_dup_text (statement, "kind");
      label->name = wg_statement_dup_text (statement, "name");
      label->point =
          (WgPoint) { wg_statement_real (statement, "lon"), wg_statement_real (statement, "lat") };
      label->min_zoom = wg_statement_real (statement, "minzoom");
      label->max_zoom = wg_statement_real (statement, "maxzoom");
      label->rank = (int) wg_statement_int (statement, "rank");
      g_ptr_array_add (self->labels, label);
    }
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/**
 * wg_tile_pack_open:
 * @path: an MBTiles file
 * @error: return location
 *
 * Reads what a pack says of itself and looks at one tile. The metadata row `datum` (wgs84 when
 * it is missing) says in which datum the tiles were cut.
 *
 * Thread: any; reads the file for some milliseconds.
 * Errors: %WG_MAP_ERROR_PACK for a missing, damaged or foreign file, and for tiles of a kind
 *   that cannot be shown.
 * Source: MBTiles 1.3; domain.md 2.9
 *
 * Returns: (transfer full) (nullable): the pack
 */
WgTilePack *
wg_tile_pack_open (const char *path, GError **error)
{
  g_autoptr (WgTilePack) self = g_atomic_rc_box_new0 (WgTilePack);
  g_autoptr (GError) local = NULL;
  g_autoptr (WgDb) db = NULL;

  self->path = g_strdup (path);
  db = open_db (path, error);
  if (db == NULL)
    return NULL;
  if (read_description (self, db, &local) && look_at_tile (self, db, &local) &&
      read_zooms (self, db, &local) && read_labels (self, db, &local))
    return g_steal_pointer (&self);
  if (local->domain == WG_MAP_ERROR)
    g_propagate_error (error, g_steal_pointer (&local));
  else
    refuse (path,
            local->code == WG_DB_ERROR_CORRUPT ? "the file is damaged" : "not an MBTiles file",
            error);
  return NULL;
}

/**
 * wg_tile_pack_ref:
 * @self: a pack
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): the same pack
 */
WgTilePack *
wg_tile_pack_ref (WgTilePack *self)
{
  return g_atomic_rc_box_acquire (self);
}

/**
 * wg_tile_pack_unref:
 * @self: (transfer full): a pack
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_tile_pack_unref (WgTilePack *self)
{
  g_atomic_rc_box_release_full (self, pack_clear);
}

/**
 * wg_tile_reader_new:
 * @pack: the pack to read
 * @error: return location
 *
 * Opens a connection of this thread.
 *
 * Thread: any; the reader then belongs to this one.
 * Errors: %WG_MAP_ERROR_PACK when the file went away or was damaged.
 *
 * Returns: (transfer full) (nullable): the reader
 */
WgTileReader *
wg_tile_reader_new (const WgTilePack *pack, GError **error)
{
  g_autoptr (WgDb) db = open_db (pack->path, error);

  if (db == NULL)
    return NULL;
  WgTileReader *self = g_new0 (WgTileReader, 1);
  self->db = g_steal_pointer (&db);
  self->is_vector = pack->is_vector;
  return self;
}

/**
 * wg_tile_reader_free:
 * @self: (transfer full): a reader
 *
 * Thread: its own.
 * Errors: none.
 */
void
wg_tile_reader_free (WgTileReader *self)
{
  wg_db_close (self->db);
  g_free (self);
}

/**
 * wg_tile_empty:
 *
 * A tile on which nothing is. Its bytes are none but not at %NULL: when a tile is given up,
 * libshumate 1.4 takes the render job for a cancellable, and what then saves the heap is that
 * the data's address is read as "cancelled already".
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): no bytes
 */
GBytes *
wg_tile_empty (void)
{
  return g_bytes_new_static ("", 0);
}

/**
 * wg_tile_reader_read:
 * @self: a reader
 * @zoom: level
 * @x: column from the west
 * @y: row from the north; the file counts from the south
 * @error: return location
 *
 * Reads one tile.
 *
 * Thread: the reader's. Cost: 0.1 to 0.5 ms.
 * Errors: %WG_MAP_ERROR_PACK for a damaged tile or file.
 * Source: MBTiles 1.3, tiles
 *
 * Returns: (transfer full) (nullable): the tile, inflated; empty when the pack has none there
 */
GBytes *
wg_tile_reader_read (WgTileReader *self, int zoom, int x, int y, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GBytes) plain = NULL;
  WgStatement *statement = wg_db_statement (self->db, "tile", &local);

  if (statement != NULL)
    {
      wg_statement_bind_int (statement, "zoom", zoom);
      wg_statement_bind_int (statement, "x", x);
      wg_statement_bind_int (statement, "row", (G_GINT64_CONSTANT (1) << zoom) - 1 - y);
      if (wg_statement_next (statement, &local))
        {
          bytes = wg_statement_bytes (statement, "tile_data");
          wg_statement_reset (statement);
        }
    }
  if (local == NULL && bytes == NULL)
    return wg_tile_empty ();
  if (local == NULL)
    plain = self->is_vector ? inflate (bytes, &local) : g_bytes_ref (bytes);
  if (local != NULL)
    g_set_error (error, WG_MAP_ERROR, WG_MAP_ERROR_PACK, "tile %d/%d/%d: %s", zoom, x, y,
                 local->message);
  return g_steal_pointer (&plain);
}

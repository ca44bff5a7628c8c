/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes labels and metadata into finished tiles: few points with names, drawn by the map itself,
 * because labels inside vector tiles cost more than all the rest of a frame. */
#include <math.h>
#include <string.h>

#include "sample/wg-sample-pack-private.h"
#include "sample/wg-wkb.h"

/* How a layer is labelled; zooms are of 512-pixel tiles. */
typedef struct
{
  const char *layer, *statement;
  double min_zoom, max_zoom;
  double every_m; /* along lines */
  int rank;       /* the lower one wins where two meet */
} LabelRule;

static const LabelRule RULES[] = {
  { "unit", "read-unit", 8.5, 13.2, 0, 1 },           { "water", "read-water", 11, 24, 6000, 3 },
  { "arterial", "read-arterial", 11.6, 24, 2500, 4 }, { "street", "read-street", 13.4, 24, 900, 5 },
  { "place", "read-place", 14.2, 24, 0, 6 },
};

typedef struct
{
  WgDb *pack;
  const LabelRule *rule;
  char *name; /* borrowed */
  GError *error;
} LabelWriter;

/**
 * wg_pack_open_db:
 * @path: the layers or the pack
 * @readonly: whether it stays unchanged
 * @error: return location
 *
 * Opens a plain file with the statements of this folder.
 *
 * Thread: any.
 * Errors: those of wg_db_open().
 *
 * Returns: (transfer full) (nullable): the connection
 */
WgDb *
wg_pack_open_db (const char *path, gboolean readonly, GError **error)
{
  g_autoptr (WgDb) db =
                readonly ? wg_db_open_readonly (path, NULL, error) : wg_db_open (path, NULL, error);

  if (db == NULL || !wg_db_load_sql (db, "/io/github/wangge/sample/sql", error))
    return NULL;
  return g_steal_pointer (&db);
}

/**
 * wg_pack_count_layer:
 * @layers: the collected layers
 * @layer: (nullable): a layer's name; %NULL: all
 *
 * Thread: the connection's.
 * Errors: none.
 *
 * Returns: how many features it has; 0 when there is no such layer
 */
gint64
wg_pack_count_layer (WgDb *layers, const char *layer)
{
  WgStatement *statement = wg_db_statement (layers, layer ? "count-layer" : "count-all", NULL);
  gint64 n = 0;

  if (statement == NULL)
    return 0;
  if (layer != NULL)
    wg_statement_bind_text (statement, "layer", layer);
  if (wg_statement_next (statement, NULL))
    n = wg_statement_int (statement, "n");
  wg_statement_reset (statement);
  return n;
}

static void
add_label (LabelWriter *writer, WgPoint point)
{
  if (writer->error != NULL)
    return;
  wg_db_run (writer->pack, "add-label", &writer->error, "kind", 's', writer->rule->layer, "name",
             's', writer->name, "lon", 'r', point.lon, "lat", 'r', point.lat, "minzoom", 'r',
             writer->rule->min_zoom, "maxzoom", 'r', writer->rule->max_zoom, "rank", 'i',
             (gint64) writer->rule->rank, NULL);
}

/* Points at even distances along a line, the first half a distance from its start; at least one. */
static void
add_along (LabelWriter *writer, const WgPoint *points, gsize n)
{
  double length = 0, passed = 0;

  for (gsize i = 1; i < n; i++)
    length += wg_geo_distance_m (points[i - 1], points[i]);
  double step = length / MAX (1.0, floor (length / writer->rule->every_m)), next = step / 2;
  for (gsize i = 1; i < n; i++)
    {
      double piece = wg_geo_distance_m (points[i - 1], points[i]);
      while (piece > 0 && next <= passed + piece)
        {
          double t = (next - passed) / piece;
          add_label (writer,
                     (WgPoint) { points[i - 1].lon + t * (points[i].lon - points[i - 1].lon),
                                 points[i - 1].lat + t * (points[i].lat - points[i - 1].lat) });
          next += step;
        }
      passed += piece;
    }
}

static void
on_part_read (WgWkbKind kind, const WgPoint *points, gsize n, gpointer data)
{
  LabelWriter *writer = data;

  if (kind == WG_WKB_POINT)
    add_label (writer, points[0]);
  else if (kind == WG_WKB_LINE)
    add_along (writer, points, n);
  else
    {
      g_autoptr (WgPolygon) polygon = wg_polygon_new (points, n);
      if (polygon != NULL)
        add_label (writer, wg_polygon_center (polygon));
    }
}

static gboolean
label_layer (WgDb *layers, WgDb *pack, const LabelRule *rule, GError **error)
{
  g_autoptr (GError) local = NULL;
  WgStatement *statement;

  if (wg_pack_count_layer (layers, rule->layer) == 0)
    return TRUE;
  statement = wg_db_statement (layers, rule->statement, error);
  if (statement == NULL)
    return FALSE;
  while (wg_statement_next (statement, &local))
    {
      g_autofree char *name = wg_statement_dup_text (statement, "name");
      g_autoptr (GBytes) geometry = wg_statement_bytes (statement, "geom");
      LabelWriter writer = { pack, rule, name, NULL };

      if (name == NULL || *name == '\0' || geometry == NULL)
        continue;
      wg_wkb_read (geometry, on_part_read, &writer);
      if (writer.error != NULL)
        {
          g_propagate_error (error, writer.error);
          wg_statement_reset (statement);
          return FALSE;
        }
    }
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static gboolean
set_metadata (WgDb *pack, const char *name, const char *value, GError **error)
{
  return wg_db_run (pack, "clear-metadata", error, "name", 's', name, NULL) &&
         wg_db_run (pack, "add-metadata", error, "name", 's', name, "value", 's', value, NULL);
}

static gboolean
write_bounds (WgDb *layers, WgDb *pack, GError **error)
{
  WgStatement *statement = wg_db_statement (layers, "bounds", error);
  char text[4][G_ASCII_DTOSTR_BUF_SIZE], middle[2][G_ASCII_DTOSTR_BUF_SIZE];
  double side[4];

  if (statement == NULL || !wg_statement_next (statement, error))
    return FALSE;
  side[0] = wg_statement_real (statement, "west");
  side[1] = wg_statement_real (statement, "south");
  side[2] = wg_statement_real (statement, "east");
  side[3] = wg_statement_real (statement, "north");
  wg_statement_reset (statement);
  for (int i = 0; i < 4; i++)
    g_ascii_formatd (text[i], sizeof text[i], "%.7f", side[i]);
  g_ascii_formatd (middle[0], sizeof middle[0], "%.7f", (side[0] + side[2]) / 2);
  g_ascii_formatd (middle[1], sizeof middle[1], "%.7f", (side[1] + side[3]) / 2);
  g_autofree char *bounds = g_strjoin (",", text[0], text[1], text[2], text[3], NULL);
  g_autofree char *center = g_strjoin (",", middle[0], middle[1], "10", NULL);
  return set_metadata (pack, "bounds", bounds, error) &&
         set_metadata (pack, "center", center, error);
}

static gboolean
write_all (WgDb *layers, WgDb *pack, const WgPackOptions *options, GError **error)
{
  if (!wg_db_run (pack, "make-labels", error, NULL, NULL))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (RULES); i++)
    if (!label_layer (layers, pack, &RULES[i], error))
      return FALSE;
  return write_bounds (layers, pack, error) && set_metadata (pack, "name", options->name, error) &&
         set_metadata (pack, "attribution", options->attribution, error) &&
         set_metadata (pack, "datum", wg_datum_to_string (options->datum), error) &&
         set_metadata (pack, "format", "pbf", error) &&
         set_metadata (pack, "type", "baselayer", error);
}

/**
 * wg_pack_finish:
 * @layers: the collected layers
 * @tiles_path: the MBTiles file made of them
 * @options: what to record
 * @error: return location
 *
 * Adds the labels and says in the metadata what the pack is. The file is left without a log
 * beside it, so that it can be carried about alone.
 *
 * Thread: any.
 * Errors: those of the database.
 *
 * Returns: %TRUE on success
 */
gboolean
wg_pack_finish (WgDb *layers, const char *tiles_path, const WgPackOptions *options, GError **error)
{
  g_autoptr (WgDb) pack = wg_pack_open_db (tiles_path, FALSE, error);
  WgStatement *statement;

  if (pack == NULL || !wg_db_begin (pack, error))
    return FALSE;
  if (!write_all (layers, pack, options, error))
    {
      wg_db_rollback (pack);
      return FALSE;
    }
  if (!wg_db_commit (pack, error) || !wg_db_checkpoint (pack, error))
    return FALSE;
  statement = wg_db_statement (pack, "leave-wal", error);
  if (statement == NULL || !wg_statement_next (statement, error))
    return FALSE;
  wg_statement_reset (statement);
  return TRUE;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reference rows as JSON: units, grids, workers, map packs, texts. */
#include "wire/wg-wire-ref.h"

#include <string.h>

#include "wire/wg-json-private.h"

/**
 * wg_pack_free:
 * @pack: (nullable) (transfer full): a pack
 *
 * Frees it.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_pack_free (WgPack *pack)
{
  if (pack == NULL)
    return;
  g_free (pack->sha256);
  g_free (pack->name);
  g_free (pack->kind);
  g_free (pack->format);
  g_free (pack->attribution);
  g_free (pack);
}

static gboolean
open_row (WgJsonReader *reader, const char *what, const char *json, GError **error)
{
  return wg_json_reader_open (reader, what, json, strlen (json), WG_LIMIT_BODY, error);
}

/**
 * wg_wire_org_to_json:
 * @org: a unit
 *
 * Writes an organisation unit.
 *
 * Thread: any.
 * Errors: none.
 * Source: docs/sync-protocol.md, Reference rows
 *
 * Returns: (transfer full): JSON text in one line
 */
char *
wg_wire_org_to_json (const WgOrg *org)
{
  g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();

  wg_json_writer_begin_object (writer, NULL);
  wg_json_writer_string (writer, "code", org->code);
  wg_json_writer_string (writer, "name", org->name);
  wg_json_writer_string (writer, "short_name", org->short_name);
  wg_json_writer_int (writer, "kind", org->kind);
  wg_json_writer_string (writer, "parent", org->parent);
  wg_json_writer_string (writer, "phone", org->phone);
  wg_json_writer_end (writer);
  return wg_json_writer_to_string (writer, FALSE);
}

/**
 * wg_wire_org_from_json:
 * @json: JSON text
 * @error: return location
 *
 * Reads an organisation unit.
 *
 * Thread: any.
 * Errors: %WG_WIRE_ERROR_MALFORMED, %WG_WIRE_ERROR_LIMIT.
 *
 * Returns: (transfer full): the unit
 */
WgOrg *
wg_wire_org_from_json (const char *json, GError **error)
{
  g_auto (WgJsonReader) reader = WG_JSON_READER_INIT;

  if (!open_row (&reader, "org", json, error))
    return NULL;
  g_autoptr (WgOrg) org = wg_org_new ();
  org->code = wg_json_get_text (&reader, "code", WG_JSON_REQUIRED);
  org->name = wg_json_get_text (&reader, "name", WG_JSON_REQUIRED);
  org->short_name = wg_json_get_text (&reader, "short_name", WG_JSON_OPTIONAL);
  org->kind = (int) wg_json_get_int (&reader, "kind", 0, G_MAXINT);
  org->parent = wg_json_get_text (&reader, "parent", WG_JSON_OPTIONAL);
  org->phone = wg_json_get_text (&reader, "phone", WG_JSON_OPTIONAL);
  return wg_json_reader_close (&reader, error) ? g_steal_pointer (&org) : NULL;
}

/**
 * wg_wire_grid_to_json:
 * @grid: a grid
 *
 * Writes a grid; its boundary is one flat array of longitudes and latitudes in turn.
 *
 * Thread: any.
 * Errors: none.
 * Source: docs/sync-protocol.md, Reference rows
 *
 * Returns: (transfer full): JSON text in one line
 */
char *
wg_wire_grid_to_json (const WgGrid *grid)
{
  g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();

  wg_json_writer_begin_object (writer, NULL);
  wg_json_writer_string (writer, "code", grid->code);
  wg_json_writer_string (writer, "name", grid->name);
  wg_json_writer_int (writer, "kind", grid->kind);
  wg_json_writer_string (writer, "org_code", grid->org_code);
  wg_json_writer_string (writer, "community", grid->community);
  if (grid->boundary != NULL)
    {
      wg_json_writer_begin_array (writer, "boundary");
      for (gsize i = 0; i < grid->boundary->n_points; i++)
        {
          wg_json_writer_degree (writer, NULL, grid->boundary->points[i].lon);
          wg_json_writer_degree (writer, NULL, grid->boundary->points[i].lat);
        }
      wg_json_writer_end (writer);
    }
  wg_json_writer_end (writer);
  return wg_json_writer_to_string (writer, FALSE);
}

static WgPolygon *
read_boundary (WgJsonReader *reader)
{
  yyjson_val *array = wg_json_get_array (reader, "boundary", WG_JSON_OPTIONAL);
  gsize n_numbers = yyjson_arr_size (array);
  g_autofree WgPoint *points = g_new0 (WgPoint, n_numbers / 2 + 1);
  gsize i, n;
  yyjson_val *value;

  if (array == NULL)
    return NULL;
  if (n_numbers % 2 != 0 || n_numbers < 6)
    {
      wg_json_reader_fail (reader, "boundary", "must be at least three pairs of degrees");
      return NULL;
    }
  yyjson_arr_foreach (array, i, n, value)
  {
    if (!yyjson_is_num (value))
      {
        wg_json_reader_fail (reader, "boundary", "must be an array of numbers");
        return NULL;
      }
    if (i % 2 == 0)
      points[i / 2].lon = yyjson_get_num (value);
    else
      points[i / 2].lat = yyjson_get_num (value);
  }
  WgPolygon *polygon = wg_polygon_new (points, n_numbers / 2);
  if (polygon == NULL)
    wg_json_reader_fail (reader, "boundary", "must be three corners or more, all on earth");
  return polygon;
}

/**
 * wg_wire_grid_from_json:
 * @json: JSON text
 * @error: return location
 *
 * Reads a grid.
 *
 * Thread: any.
 * Errors: %WG_WIRE_ERROR_MALFORMED, %WG_WIRE_ERROR_LIMIT.
 *
 * Returns: (transfer full): the grid
 */
WgGrid *
wg_wire_grid_from_json (const char *json, GError **error)
{
  g_auto (WgJsonReader) reader = WG_JSON_READER_INIT;

  if (!open_row (&reader, "grid", json, error))
    return NULL;
  g_autoptr (WgGrid) grid = wg_grid_new ();
  grid->code = wg_json_get_text (&reader, "code", WG_JSON_REQUIRED);
  grid->name = wg_json_get_text (&reader, "name", WG_JSON_REQUIRED);
  grid->kind = (WgGridKind) wg_json_get_int (&reader, "kind", 0, G_MAXINT);
  grid->org_code = wg_json_get_text (&reader, "org_code", WG_JSON_REQUIRED);
  grid->community = wg_json_get_text (&reader, "community", WG_JSON_OPTIONAL);
  grid->boundary = read_boundary (&reader);
  return wg_json_reader_close (&reader, error) ? g_steal_pointer (&grid) : NULL;
}

/**
 * wg_wire_worker_to_json:
 * @worker: a worker
 *
 * Writes a worker.
 *
 * Thread: any.
 * Errors: none.
 * Source: docs/sync-protocol.md, Reference rows
 *
 * Returns: (transfer full): JSON text in one line
 */
char *
wg_wire_worker_to_json (const WgWorker *worker)
{
  g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();

  wg_json_writer_begin_object (writer, NULL);
  wg_json_writer_string (writer, "id", worker->id);
  wg_json_writer_string (writer, "name", worker->name);
  wg_json_writer_string (writer, "role", wg_role_to_string (worker->role));
  wg_json_writer_string (writer, "org_code", worker->org_code);
  wg_json_writer_string (writer, "grid_code", worker->grid_code);
  wg_json_writer_end (writer);
  return wg_json_writer_to_string (writer, FALSE);
}

/**
 * wg_wire_worker_from_json:
 * @json: JSON text
 * @error: return location
 *
 * Reads a worker. A role that this program does not know reads as none (0): nothing is
 * allowed to it here.
 *
 * Thread: any.
 * Errors: %WG_WIRE_ERROR_MALFORMED, %WG_WIRE_ERROR_LIMIT.
 *
 * Returns: (transfer full): the worker
 */
WgWorker *
wg_wire_worker_from_json (const char *json, GError **error)
{
  g_auto (WgJsonReader) reader = WG_JSON_READER_INIT;

  if (!open_row (&reader, "worker", json, error))
    return NULL;
  g_autoptr (WgWorker) worker = wg_worker_new ();
  g_autofree char *role = wg_json_get_text (&reader, "role", WG_JSON_REQUIRED);
  worker->id = wg_json_get_text (&reader, "id", WG_JSON_REQUIRED);
  worker->name = wg_json_get_text (&reader, "name", WG_JSON_REQUIRED);
  if (!wg_role_from_string (role, &worker->role))
    worker->role = 0;
  worker->org_code = wg_json_get_text (&reader, "org_code", WG_JSON_REQUIRED);
  worker->grid_code = wg_json_get_text (&reader, "grid_code", WG_JSON_OPTIONAL);
  return wg_json_reader_close (&reader, error) ? g_steal_pointer (&worker) : NULL;
}

/**
 * wg_wire_pack_to_json:
 * @pack: a map pack
 *
 * Writes what a terminal needs to know of a map pack before it fetches it.
 *
 * Thread: any.
 * Errors: none.
 * Source: docs/sync-protocol.md, Reference rows
 *
 * Returns: (transfer full): JSON text in one line
 */
char *
wg_wire_pack_to_json (const WgPack *pack)
{
  g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();

  wg_json_writer_begin_object (writer, NULL);
  wg_json_writer_string (writer, "sha256", pack->sha256);
  wg_json_writer_int (writer, "bytes", pack->bytes);
  wg_json_writer_string (writer, "name", pack->name);
  wg_json_writer_string (writer, "kind", pack->kind);
  wg_json_writer_string (writer, "format", pack->format);
  wg_json_writer_string (writer, "datum", wg_datum_to_string (pack->datum));
  wg_json_writer_string (writer, "attribution", pack->attribution);
  wg_json_writer_end (writer);
  return wg_json_writer_to_string (writer, FALSE);
}

/**
 * wg_wire_pack_from_json:
 * @json: JSON text
 * @error: return location
 *
 * Reads a map pack. One in a datum that this program does not know cannot be used: the map
 * would lie in the wrong place.
 *
 * Thread: any.
 * Errors: %WG_WIRE_ERROR_MALFORMED, %WG_WIRE_ERROR_LIMIT; %WG_WIRE_ERROR_LATER for that datum.
 *
 * Returns: (transfer full): the pack
 */
WgPack *
wg_wire_pack_from_json (const char *json, GError **error)
{
  g_auto (WgJsonReader) reader = WG_JSON_READER_INIT;

  if (!open_row (&reader, "pack", json, error))
    return NULL;
  g_autoptr (WgPack) pack = g_new0 (WgPack, 1);
  g_autofree char *datum = wg_json_get_text (&reader, "datum", WG_JSON_REQUIRED);
  pack->sha256 = wg_json_get_hash (&reader, "sha256", WG_JSON_REQUIRED);
  pack->bytes = wg_json_get_int (&reader, "bytes", 1, WG_LIMIT_PACK);
  pack->name = wg_json_get_text (&reader, "name", WG_JSON_OPTIONAL);
  pack->kind = wg_json_get_text (&reader, "kind", WG_JSON_REQUIRED);
  pack->format = wg_json_get_text (&reader, "format", WG_JSON_REQUIRED);
  pack->attribution = wg_json_get_text (&reader, "attribution", WG_JSON_OPTIONAL);
  if (!wg_json_reader_close (&reader, error))
    return NULL;
  if (wg_datum_from_string (datum, &pack->datum))
    return g_steal_pointer (&pack);
  wg_wire_fail (error, WG_WIRE_ERROR_LATER, NULL,
                "pack: \"datum\" must be wgs84, cgcs2000, gcj02 or bd09");
  return NULL;
}

/**
 * wg_wire_text_to_json:
 * @text: UTF-8 text, such as the CSV of a standard
 *
 * Writes a row that is one text.
 *
 * Thread: any.
 * Errors: none.
 * Source: docs/sync-protocol.md, Reference rows
 *
 * Returns: (transfer full): JSON text in one line
 */
char *
wg_wire_text_to_json (const char *text)
{
  g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();

  wg_json_writer_begin_object (writer, NULL);
  wg_json_writer_string (writer, "text", text);
  wg_json_writer_end (writer);
  return wg_json_writer_to_string (writer, FALSE);
}

/**
 * wg_wire_text_from_json:
 * @json: JSON text
 * @error: return location
 *
 * Reads a row that is one text.
 *
 * Thread: any.
 * Errors: %WG_WIRE_ERROR_MALFORMED, %WG_WIRE_ERROR_LIMIT.
 *
 * Returns: (transfer full): the text
 */
char *
wg_wire_text_from_json (const char *json, GError **error)
{
  g_auto (WgJsonReader) reader = WG_JSON_READER_INIT;

  if (!open_row (&reader, "text", json, error))
    return NULL;
  g_autofree char *text = wg_json_get_text (&reader, "text", WG_JSON_REQUIRED);
  return wg_json_reader_close (&reader, error) ? g_steal_pointer (&text) : NULL;
}

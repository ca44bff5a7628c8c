/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that an administrator imports: JSON and GeoJSON, taken apart into reference rows. */
#include "wire/wg-wire-import.h"

#include <stdlib.h>
#include <string.h>

#include "wire/wg-json-private.h"

static void
free_row (gpointer data)
{
  WgImportRow *row = data;

  free (row->json);
  g_free (row);
}

static void
add_row (GPtrArray *rows, const char *kind, char *json)
{
  WgImportRow *row = g_new0 (WgImportRow, 1);

  row->kind = kind;
  row->json = json;
  g_ptr_array_add (rows, row);
}

static gboolean
split_array (GPtrArray *rows, yyjson_val *root, const char *name, const char *kind)
{
  yyjson_val *array = yyjson_obj_get (root, name);
  gsize i, n;
  yyjson_val *element;

  if (array == NULL)
    return FALSE;
  yyjson_arr_foreach (array, i, n, element)
      add_row (rows, kind, yyjson_val_write (element, YYJSON_WRITE_NOFLAG, NULL));
  return TRUE;
}

/* The outer ring of a polygon; a multipolygon's when it has one part. */
static yyjson_val *
find_ring (yyjson_val *feature)
{
  yyjson_val *geometry = yyjson_obj_get (feature, "geometry");
  const char *type = yyjson_get_str (yyjson_obj_get (geometry, "type"));
  yyjson_val *coordinates = yyjson_obj_get (geometry, "coordinates");

  if (g_strcmp0 (type, "MultiPolygon") == 0 && yyjson_arr_size (coordinates) == 1)
    coordinates = yyjson_arr_get_first (coordinates);
  else if (g_strcmp0 (type, "Polygon") != 0)
    return NULL;
  return yyjson_arr_size (coordinates) == 1 ? yyjson_arr_get_first (coordinates) : NULL;
}

static char *
make_grid (yyjson_val *feature, gsize index, GError **error)
{
  yyjson_mut_doc *doc = yyjson_mut_doc_new (NULL);
  yyjson_val *properties = yyjson_obj_get (feature, "properties");
  yyjson_mut_val *grid = yyjson_val_mut_copy (doc, properties);
  yyjson_mut_val *boundary = yyjson_mut_arr (doc);
  yyjson_val *ring = find_ring (feature);
  gsize i, n, n_points = yyjson_arr_size (ring);
  yyjson_val *point;
  char *json = NULL;

  if (!yyjson_mut_is_obj (grid) || n_points < 4)
    {
      wg_wire_fail (error, WG_WIRE_ERROR_MALFORMED, NULL,
                    "features[%zu]: a grid has properties and a Polygon of one ring", index);
    }
  else
    {
      yyjson_arr_foreach (ring, i, n, point)
      {
        if (i + 1 == n_points) /* GeoJSON repeats the first point */
          break;
        yyjson_mut_arr_append (boundary, yyjson_val_mut_copy (doc, yyjson_arr_get (point, 0)));
        yyjson_mut_arr_append (boundary, yyjson_val_mut_copy (doc, yyjson_arr_get (point, 1)));
      }
      yyjson_mut_obj_add_val (doc, grid, "boundary", boundary);
      json = yyjson_mut_val_write (grid, YYJSON_WRITE_NOFLAG, NULL);
    }
  yyjson_mut_doc_free (doc);
  return json;
}

static gboolean
split_features (GPtrArray *rows, yyjson_val *root, GError **error)
{
  yyjson_val *features = yyjson_obj_get (root, "features");
  gsize i, n;
  yyjson_val *feature;

  yyjson_arr_foreach (features, i, n, feature)
  {
    char *json = make_grid (feature, i, error);
    if (json == NULL)
      return FALSE;
    add_row (rows, "grid", json);
  }
  return TRUE;
}

static gboolean
split (GPtrArray *rows, yyjson_val *root, GError **error)
{
  gboolean known;

  if (g_strcmp0 (yyjson_get_str (yyjson_obj_get (root, "type")), "FeatureCollection") == 0)
    return split_features (rows, root, error);
  /* In this order: a worker's grid and a grid's unit come before. */
  known = split_array (rows, root, "orgs", "org");
  known = split_array (rows, root, "grids", "grid") || known;
  known = split_array (rows, root, "workers", "worker") || known;
  if (!known)
    wg_wire_fail (error, WG_WIRE_ERROR_MALFORMED, NULL,
                  "give a FeatureCollection, or an object with \"orgs\", \"grids\" or \"workers\"");
  return known;
}

static void
fail_at (const char *text, const yyjson_read_err *fault, GError **error)
{
  guint line = 1, column = 1;

  for (gsize i = 0; i < fault->pos; i++)
    {
      column = text[i] == '\n' ? 1 : column + 1;
      line += text[i] == '\n';
    }
  wg_wire_fail (error, WG_WIRE_ERROR_MALFORMED, NULL, "line %u, column %u: %s", line, column,
                fault->msg);
}

/**
 * wg_wire_import_from_json:
 * @text: of the file
 * @length: its bytes
 * @error: return location
 *
 * Takes a file apart into rows of units, grids and workers. Each row is judged by its own reader.
 *
 * Thread: any.
 * Errors: %WG_WIRE_ERROR_MALFORMED naming line and column, or the element.
 *
 * Returns: (transfer full) (nullable): array of WgImportRow, in an order that can be applied
 */
GPtrArray *
wg_wire_import_from_json (const char *text, gsize length, GError **error)
{
  g_autoptr (GPtrArray) rows = g_ptr_array_new_with_free_func (free_row);
  yyjson_read_err fault = { 0 };
  /* Without YYJSON_READ_INSITU the text is only read. */
  yyjson_doc *doc = yyjson_read_opts ((char *) text, length, YYJSON_READ_NOFLAG, NULL, &fault);
  gboolean good;

  if (doc == NULL)
    {
      fail_at (text, &fault, error);
      return NULL;
    }
  good = split (rows, yyjson_doc_get_root (doc), error);
  yyjson_doc_free (doc);
  return good ? g_steal_pointer (&rows) : NULL;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes the sample district as layers of GeoJSON (RFC 7946). */
#include "sample/wg-sample.h"

#include <gio/gio.h>

static void
append_number (GString *out, double value)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  g_string_append (out, g_ascii_formatd (buffer, sizeof buffer, "%.7f", value));
}

static void
append_point (GString *out, WgPoint point)
{
  g_string_append_c (out, '[');
  append_number (out, point.lon);
  g_string_append_c (out, ',');
  append_number (out, point.lat);
  g_string_append_c (out, ']');
}

static void
append_line (GString *out, const WgPoint *points, gsize n, gboolean closed)
{
  g_string_append_c (out, '[');
  for (gsize i = 0; i < n + (closed ? 1 : 0); i++)
    {
      if (i > 0)
        g_string_append_c (out, ',');
      append_point (out, points[i % n]);
    }
  g_string_append_c (out, ']');
}

static void
append_text (GString *out, const char *name, const char *value)
{
  g_string_append_printf (out, "\"%s\":", name);
  if (value == NULL)
    {
      g_string_append (out, "null");
      return;
    }
  g_string_append_c (out, '"');
  for (const char *p = value; *p != '\0'; p++)
    {
      if (*p == '"' || *p == '\\')
        g_string_append_c (out, '\\');
      g_string_append_c (out, *p);
    }
  g_string_append_c (out, '"');
}

static GString *
begin_layer (void)
{
  return g_string_new ("{\"type\":\"FeatureCollection\",\"features\":[\n");
}

/* Opens a feature; its properties follow, then one of the ends below. */
static void
begin_feature (GString *out)
{
  if (out->str[out->len - 2] == '}')
    {
      out->str[out->len - 1] = ',';
      g_string_append_c (out, '\n');
    }
  g_string_append (out, "{\"type\":\"Feature\",\"properties\":{");
}

static void
end_polygon (GString *out, const WgPolygon *polygon)
{
  g_string_append (out, "},\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[");
  append_line (out, polygon->points, polygon->n_points, TRUE);
  g_string_append (out, "]}}\n");
}

static gboolean
end_layer (GString *out, const char *folder, const char *name, GError **error)
{
  g_autofree char *file_name = g_strconcat (name, ".geojson", NULL);
  g_autofree char *path = g_build_filename (folder, file_name, NULL);
  g_autofree char *text = NULL;

  g_string_append (out, "]}\n");
  text = g_string_free (out, FALSE);
  return g_file_set_contents (path, text, -1, error);
}

static gboolean
write_units (const WgSampleDistrict *district, const char *folder, GError **error)
{
  GString *out = begin_layer ();

  for (guint i = 0; i < district->units->len; i++)
    {
      const WgSampleUnit *unit = g_ptr_array_index (district->units, i);
      begin_feature (out);
      append_text (out, "code", unit->org->code);
      g_string_append_c (out, ',');
      append_text (out, "name", unit->org->short_name);
      end_polygon (out, unit->boundary);
    }
  return end_layer (out, folder, "units", error);
}

static gboolean
write_grids (const WgSampleDistrict *district, const char *folder, GError **error)
{
  GString *out = begin_layer ();

  for (guint i = 0; i < district->grids->len; i++)
    {
      const WgGrid *grid = g_ptr_array_index (district->grids, i);
      begin_feature (out);
      append_text (out, "code", grid->code);
      g_string_append_c (out, ',');
      append_text (out, "name", grid->name);
      g_string_append_printf (out, ",\"kind\":%d", (int) grid->kind);
      end_polygon (out, grid->boundary);
    }
  return end_layer (out, folder, "grids", error);
}

static gboolean
write_streets (const WgSampleDistrict *district, const char *folder, GError **error)
{
  GString *out = begin_layer ();

  for (guint i = 0; i < district->streets->len; i++)
    {
      const WgSampleStreet *street = g_ptr_array_index (district->streets, i);
      begin_feature (out);
      append_text (out, "name", street->name);
      g_string_append_printf (out, ",\"rank\":%d", (int) street->rank);
      g_string_append (out, "},\"geometry\":{\"type\":\"LineString\",\"coordinates\":");
      append_line (out, street->points, street->n_points, FALSE);
      g_string_append (out, "}}\n");
    }
  return end_layer (out, folder, "streets", error);
}

static gboolean
write_areas (const WgSampleDistrict *district, const char *folder, GError **error)
{
  static const char *const kinds[] = { "water", "green", "built" };
  GString *out = begin_layer ();

  for (guint i = 0; i < district->areas->len; i++)
    {
      const WgSampleArea *area = g_ptr_array_index (district->areas, i);
      begin_feature (out);
      append_text (out, "kind", kinds[area->kind]);
      g_string_append_c (out, ',');
      append_text (out, "name", area->name);
      end_polygon (out, area->shape);
    }
  return end_layer (out, folder, "areas", error);
}

static gboolean
write_buildings (const WgSampleDistrict *district, const char *folder, GError **error)
{
  GString *out = begin_layer ();

  for (guint i = 0; i < district->buildings->len; i++)
    {
      const WgSampleBuilding *building = g_ptr_array_index (district->buildings, i);
      begin_feature (out);
      append_text (out, "number", building->number);
      g_string_append_printf (out, ",\"floors\":%d,", building->floors);
      append_text (out, "grid", building->grid->code);
      end_polygon (out, building->shape);
    }
  return end_layer (out, folder, "buildings", error);
}

static gboolean
write_places (const WgSampleDistrict *district, const char *folder, GError **error)
{
  GString *out = begin_layer ();

  for (guint i = 0; i < district->places->len; i++)
    {
      const WgSamplePlace *place = g_ptr_array_index (district->places, i);
      begin_feature (out);
      append_text (out, "kind", place->kind);
      g_string_append_c (out, ',');
      append_text (out, "name", place->name);
      g_string_append (out, "},\"geometry\":{\"type\":\"Point\",\"coordinates\":");
      append_point (out, place->point);
      g_string_append (out, "}}\n");
    }
  return end_layer (out, folder, "places", error);
}

/**
 * wg_sample_write_geojson:
 * @district: a district
 * @folder: an existing folder
 * @error: return location
 *
 * Writes one file a layer: units, grids, streets, areas, buildings, places. Degrees WGS-84.
 *
 * Thread: any.
 * Errors: G_FILE_ERROR when a file cannot be written.
 *
 * Returns: %TRUE when all are written
 */
gboolean
wg_sample_write_geojson (const WgSampleDistrict *district, const char *folder, GError **error)
{
  return write_units (district, folder, error) && write_grids (district, folder, error) &&
         write_streets (district, folder, error) && write_areas (district, folder, error) &&
         write_buildings (district, folder, error) && write_places (district, folder, error);
}

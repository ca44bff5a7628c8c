/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Packs made by ogr2ogr: what they hold, what they record, and how bad input is refused. */
#include <glib/gstdio.h>
#include <string.h>

#include "db/wg-db.h"
#include "sample/wg-sample-pack-private.h"
#include "sample/wg-sample.h"
#include "sample/wg-wkb.h"
#include "test-sample-resources.h"
#include "support/wg-test-folder.h"

typedef struct
{
  char *folder;
  char *out;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer data)
{
  fixture->folder = wg_test_folder_new ();
  fixture->out = g_build_filename (fixture->folder, "out.mbtiles", NULL);
}

/* Whatever happened, nothing but the pack and the inputs may lie in the folder. */
static void
tear_down (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GDir) dir = g_dir_open (fixture->folder, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_assert_false (g_str_has_prefix (name, ".mappack-"));
      g_assert_false (g_str_has_suffix (name, "-wal"));
    }
  wg_test_folder_remove (fixture->folder);
  g_free (fixture->folder);
  g_free (fixture->out);
}

static void
write_input (Fixture *fixture, const char *name, const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (fixture->folder, name, NULL);

  g_file_set_contents (path, text, -1, &error);
  g_assert_no_error (error);
}

static WgDb *
open_pack (const char *path)
{
  g_autoptr (GError) error = NULL;
  WgDb *db = wg_db_open_readonly (path, NULL, &error);

  g_assert_no_error (error);
  g_resources_register (test_sample_get_resource ());
  g_assert_true (wg_db_load_sql (db, "/test/sample", &error));
  g_assert_no_error (error);
  return db;
}

static char *
get_metadata (WgDb *db, const char *name)
{
  g_autoptr (GError) error = NULL;
  WgStatement *statement = wg_db_statement (db, "get-metadata", &error);
  char *value = NULL;

  g_assert_no_error (error);
  wg_statement_bind_text (statement, "name", name);
  if (wg_statement_next (statement, &error))
    value = wg_statement_dup_text (statement, "value");
  g_assert_no_error (error);
  wg_statement_reset (statement);
  return value;
}

static gint64
count (WgDb *db, const char *statement_name)
{
  g_autoptr (GError) error = NULL;
  WgStatement *statement = wg_db_statement (db, statement_name, &error);
  gint64 n;

  g_assert_no_error (error);
  g_assert_true (wg_statement_next (statement, &error));
  n = wg_statement_int (statement, "n");
  wg_statement_reset (statement);
  return n;
}

static void
assert_metadata (WgDb *db, const char *name, const char *expected)
{
  g_autofree char *value = get_metadata (db, name);

  g_assert_cmpstr (value, ==, expected);
}

static void
test_sample (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  GStatBuf info;

  g_assert_true (wg_sample_make_pack (fixture->out, &error));
  g_assert_no_error (error);
  g_assert_cmpint (g_stat (fixture->out, &info), ==, 0);
  g_assert_cmpint (info.st_size, <, 6 * 1024 * 1024);
  g_assert_cmpint (info.st_size, >, 300 * 1024);
  g_autoptr (WgDb) db = open_pack (fixture->out);
  assert_metadata (db, "datum", "wgs84");
  assert_metadata (db, "format", "pbf");
  assert_metadata (db, "minzoom", "8");
  assert_metadata (db, "maxzoom", "14");
  g_autofree char *bounds = get_metadata (db, "bounds");
  g_autofree char *attribution = get_metadata (db, "attribution");
  g_assert_true (g_str_has_prefix (bounds, "118.3"));
  g_assert_nonnull (strstr (attribution, "示例"));
  g_assert_cmpint (count (db, "count-tiles"), >, 300);
  g_assert_cmpint (count (db, "count-units"), ==, 11);
  g_assert_cmpint (count (db, "count-labels"), >, 500);
  g_assert_cmpint (count (db, "count-stray-labels"), ==, 0);
}

static void
test_geojson_gcj (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  WgPackOptions options = { "某区", "审图号 示例", WG_DATUM_GCJ02 };
  const char *inputs[] = { fixture->folder, NULL };

  write_input (
      fixture, "streets.geojson",
      "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":"
      "{\"name\":\"\\\"引号\\\"路\",\"rank\":1},\"geometry\":{\"type\":\"MultiLineString\","
      "\"coordinates\":[[[118.5,37.4],[118.6,37.4]],[[118.6,37.4],[118.6,37.5]]]}}]}");
  write_input (
      fixture, "places.geojson",
      "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":"
      "{\"name\":\"示例点\"},\"geometry\":{\"type\":\"Point\",\"coordinates\":[118.5,37.4,12]}}]}");
  g_assert_true (wg_pack_make (inputs, &options, fixture->out, &error));
  g_assert_no_error (error);
  g_autoptr (WgDb) db = open_pack (fixture->out);
  assert_metadata (db, "datum", "gcj02");
  assert_metadata (db, "name", "某区");
  assert_metadata (db, "attribution", "审图号 示例");
  g_assert_cmpint (count (db, "count-labels"), >=, 6);
}

static void
test_osm (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  WgPackOptions options = { "small", "", WG_DATUM_WGS84 };
  g_autofree char *input =
      g_build_filename (g_getenv ("WG_TEST_FIXTURES"), "map", "small.osm", NULL);
  const char *inputs[] = { input, NULL };
  const char *twice[] = { input, input, NULL };

  g_assert_true (wg_pack_make (inputs, &options, fixture->out, &error));
  g_assert_no_error (error);
  {
    g_autoptr (WgDb) db = open_pack (fixture->out);
    g_assert_cmpint (count (db, "count-labels"), ==, 3); /* road, pond, place */
    g_assert_cmpint (count (db, "count-tiles"), >, 5);
  }
  /* An older pack is replaced, and two extracts go into one. */
  g_assert_true (wg_pack_make (twice, &options, fixture->out, &error));
  g_assert_no_error (error);
  g_autoptr (WgDb) db = open_pack (fixture->out);
  g_assert_cmpint (count (db, "count-labels"), ==, 6);
}

static void
assert_refused (Fixture *fixture, const char *input, int code, const char *words)
{
  g_autoptr (GError) error = NULL;
  WgPackOptions options = { "bad", "", WG_DATUM_WGS84 };
  g_autofree char *path = g_path_is_absolute (input)
                              ? g_strdup (input)
                              : g_build_filename (fixture->folder, input, NULL);
  const char *inputs[] = { path, NULL };

  g_assert_false (wg_pack_make (inputs, &options, fixture->out, &error));
  g_assert_error (error, WG_SAMPLE_ERROR, code);
  if (strstr (error->message, words) == NULL)
    g_error ("'%s' should say '%s'", error->message, words);
  g_assert_false (g_file_test (fixture->out, G_FILE_TEST_EXISTS));
}

static void
test_refused (Fixture *fixture, gconstpointer data)
{
  g_autofree char *empty = g_build_filename (fixture->folder, "empty", NULL);

  g_assert_cmpint (g_mkdir (empty, 0700), ==, 0);
  write_input (fixture, "streets.geojson", "{\"type\":\"FeatureCollection\",\"features\":[]}");
  write_input (fixture, "buildings.geojson", "{\"type\":\"Feat");
  write_input (fixture, "units.geojson", "not JSON at all");
  write_input (fixture, "areas.geojson",
               "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":"
               "{\"kind\":\"x\","
               "\"name\":\"y\"},\"geometry\":{\"type\":\"Point\",\"coordinates\":[118.5,37.4]}}]}");
  write_input (
      fixture, "places.geojson",
      "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":"
      "{\"name\":\"y\"},\"geometry\":{\"type\":\"Point\",\"coordinates\":[118.5,37.4]}}]}");
  write_input (fixture, "other.geojson", "{}");
  write_input (fixture, "district.osm.pbf", "no protocol buffer");
  write_input (fixture, "district.shp", "shape");
  assert_refused (fixture, "streets.geojson", WG_SAMPLE_ERROR_INPUT, "streets.geojson");
  assert_refused (fixture, "buildings.geojson", WG_SAMPLE_ERROR_INPUT, "buildings.geojson");
  assert_refused (fixture, "units.geojson", WG_SAMPLE_ERROR_INPUT, "units.geojson");
  assert_refused (fixture, "areas.geojson", WG_SAMPLE_ERROR_INPUT,
                  "nothing in it belongs on the map");
  assert_refused (fixture, "places.geojson", WG_SAMPLE_ERROR_INPUT, "places only");
  assert_refused (fixture, "other.geojson", WG_SAMPLE_ERROR_INPUT, "no layer of this name");
  assert_refused (fixture, "district.osm.pbf", WG_SAMPLE_ERROR_INPUT, "district.osm.pbf");
  assert_refused (fixture, "district.shp", WG_SAMPLE_ERROR_INPUT, "must end in");
  assert_refused (fixture, "missing.osm.pbf", WG_SAMPLE_ERROR_INPUT, "no such file");
  assert_refused (fixture, "empty", WG_SAMPLE_ERROR_INPUT, "no .geojson file");
}

static void
test_unwritable (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path = g_build_filename (fixture->folder, "no", "such", "folder.mbtiles", NULL);

  g_assert_false (wg_sample_make_pack (path, &error));
  g_assert_error (error, WG_SAMPLE_ERROR, WG_SAMPLE_ERROR_WRITE);
}

static void
test_no_tool (Fixture *fixture, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  if (g_test_subprocess ())
    {
      g_setenv ("PATH", fixture->folder, TRUE);
      g_assert_false (wg_sample_can_make_pack ());
      g_assert_false (wg_sample_make_pack (fixture->out, &error));
      g_assert_error (error, WG_SAMPLE_ERROR, WG_SAMPLE_ERROR_TOOL);
      g_assert_nonnull (strstr (error->message, "gdal-bin"));
      return;
    }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

typedef struct
{
  guint n_parts;
  gsize n_points;
} Parts;

static void
on_part (WgWkbKind kind, const WgPoint *points, gsize n, gpointer data)
{
  Parts *parts = data;

  parts->n_parts++;
  parts->n_points += n;
}

/* A line with height, cut at every byte, must never be read past its end. */
static void
test_wkb (void)
{
  guint8 bytes[8 + 9 + 2 * 24] = { 'G', 'P', 0, 1 };
  const double numbers[] = { 118.5, 37.4, 3, 118.6, 37.5, 4 };
  Parts parts = { 0 };

  bytes[8] = 1;
  bytes[9] = 1002 & 255;
  bytes[10] = 1002 >> 8;
  bytes[13] = 2;
  memcpy (bytes + 17, numbers, sizeof numbers);
  for (gsize n = 0; n <= sizeof bytes; n++)
    {
      g_autofree guint8 *copy = g_memdup2 (bytes, MAX (n, 1));
      g_autoptr (GBytes) cut = g_bytes_new_static (copy, n);
      g_assert_cmpint (wg_wkb_read (cut, on_part, &parts), ==, n == sizeof bytes);
    }
  g_assert_cmpuint (parts.n_parts, ==, 1);
  g_assert_cmpuint (parts.n_points, ==, 2);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(name, function)                                                                        \
  g_test_add ("/sample/pack/" name, Fixture, NULL, set_up, function, tear_down)
  ADD ("sample", test_sample);
  ADD ("geojson-gcj", test_geojson_gcj);
  ADD ("osm", test_osm);
  ADD ("refused", test_refused);
  ADD ("unwritable", test_unwritable);
  ADD ("no-tool", test_no_tool);
  g_test_add_func ("/sample/pack/wkb", test_wkb);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes offline map packs: ogr2ogr collects the layers and cuts the tiles, we add labels and
 * metadata. */
#include <string.h>

#include <glib/gstdio.h>

#include "db/wg-file.h"
#include "sample/wg-sample-pack-private.h"
#include "sample/wg-sample-resources.h"
#include "sample/wg-sample.h"

#define TOOL "ogr2ogr"

/* One making: a folder of its own for what lies between input and pack. */
typedef struct
{
  char *folder;     /* owned */
  char *layers;     /* owned: path of the collected layers, a GeoPackage */
  char *tiles;      /* owned: path of the tiles before they are moved to their place */
  GKeyFile *rules;  /* owned: layers.ini */
  char **names;     /* owned: its groups in order */
  GHashTable *made; /* owned: those of them that the layers file has */
} Making;

/**
 * wg_sample_error_quark:
 *
 * Names the error domain of this layer.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: the quark of %WG_SAMPLE_ERROR
 */
G_DEFINE_QUARK (wg - sample - error - quark, wg_sample_error)

static void
remove_folder (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_unlink (path);
    }
  g_rmdir (folder);
}

static void
making_free (Making *self)
{
  if (self->folder != NULL)
    remove_folder (self->folder);
  g_free (self->folder);
  g_free (self->layers);
  g_free (self->tiles);
  g_clear_pointer (&self->rules, g_key_file_unref);
  g_clear_pointer (&self->made, g_hash_table_unref);
  g_strfreev (self->names);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Making, making_free)

/* The folder lies beside the pack: the last step is then a rename on one file system. */
static Making *
begin_making (const char *path, GError **error)
{
  g_autoptr (Making) self = g_new0 (Making, 1);
  g_autofree char *parent = g_path_get_dirname (path);
  g_autofree char *pattern = g_build_filename (parent, ".mappack-XXXXXX", NULL);

  if (g_mkdtemp (pattern) == NULL)
    {
      g_set_error (error, WG_SAMPLE_ERROR, WG_SAMPLE_ERROR_WRITE,
                   "'%s': cannot write into this folder", parent);
      return NULL;
    }
  self->folder = g_steal_pointer (&pattern);
  self->layers = g_build_filename (self->folder, "layers.gpkg", NULL);
  self->tiles = g_build_filename (self->folder, "pack.mbtiles", NULL);
  wg_sample_get_resource (); /* what is linked is registered */
  g_autoptr (GBytes) rules =
                g_resources_lookup_data ("/io/github/wangge/sample/layers.ini", 0, error);
  self->made = g_hash_table_new (g_str_hash, g_str_equal);
  self->rules = g_key_file_new ();
  if (rules == NULL || !g_key_file_load_from_bytes (self->rules, rules, G_KEY_FILE_NONE, error))
    return NULL;
  self->names = g_key_file_get_groups (self->rules, NULL);
  return g_steal_pointer (&self);
}

/* The tool's first line that tells of a fault, without its "ERROR 1: ". */
static char *
pick_message (const char *output)
{
  g_auto (GStrv) lines = g_strsplit (output ? output : "", "\n", -1);

  for (gsize i = 0; lines[i] != NULL; i++)
    if (strstr (lines[i], "ERROR") != NULL || strstr (lines[i], "FAILURE") != NULL)
      {
        const char *colon = strchr (lines[i], ':');
        char *text = g_strdup (colon != NULL ? colon + 1 : lines[i]);
        return *g_strstrip (text) == '\0' && lines[i + 1] != NULL
                   ? (g_free (text), g_strdup (lines[i + 1]))
                   : text;
      }
  return g_strdup (lines[0] != NULL ? lines[0] : "");
}

static gboolean
run_tool (GPtrArray *arguments, int code, const char *about, GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (
      G_SUBPROCESS_FLAGS_STDERR_PIPE | G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
  g_autoptr (GSubprocess) process = NULL;
  g_autofree char *output = NULL;

  g_subprocess_launcher_setenv (launcher, "LC_ALL", "C.UTF-8", TRUE);
  g_subprocess_launcher_setenv (launcher, "OGR_INTERLEAVED_READING", "NO", TRUE);
  g_ptr_array_add (arguments, NULL);
  process = g_subprocess_launcher_spawnv (launcher, (const char *const *) arguments->pdata, error);
  if (process == NULL)
    {
      g_prefix_error (error, "cannot start %s (package gdal-bin): ", TOOL);
      return FALSE;
    }
  if (!g_subprocess_communicate_utf8 (process, NULL, NULL, NULL, &output, error))
    return FALSE;
  if (g_subprocess_get_successful (process))
    return TRUE;
  g_autofree char *message = pick_message (output);
  g_set_error (error, WG_SAMPLE_ERROR, code, "'%s': %s", about, message);
  return FALSE;
}

/* Adds what of @input belongs to the layer @name. */
static gboolean
collect_layer (Making *self, const char *input, const char *name, gboolean osm, GError **error)
{
  g_autoptr (GPtrArray) arguments = g_ptr_array_new ();
  g_autofree char *where =
      g_key_file_get_string (self->rules, name, osm ? "osm_where" : "where", NULL);
  g_autofree char *source = osm ? g_key_file_get_string (self->rules, name, "osm", NULL) : NULL;
  gboolean named = g_key_file_get_boolean (self->rules, name, "named", NULL);
  gboolean again = !g_hash_table_add (self->made, (gpointer) name);
  const char *fixed[] = { TOOL,   "-q",       "-f",     "GPKG",      "-nln",       name,
                          "-nlt", "GEOMETRY", "-t_srs", "EPSG:4326", self->layers, input };

  for (gsize i = 0; i < G_N_ELEMENTS (fixed); i++)
    g_ptr_array_add (arguments, (gpointer) fixed[i]);
  if (source != NULL)
    g_ptr_array_add (arguments, source);
  if (g_file_test (self->layers, G_FILE_TEST_EXISTS))
    g_ptr_array_add (arguments, (gpointer) "-update");
  if (again)
    g_ptr_array_add (arguments, (gpointer) "-append"); /* takes the fields the layer has */
  else
    {
      g_ptr_array_add (arguments, (gpointer) "-select");
      g_ptr_array_add (arguments, (gpointer) (named ? "name" : ""));
    }
  if (where != NULL)
    {
      g_ptr_array_add (arguments, (gpointer) "-where");
      g_ptr_array_add (arguments, where);
    }
  return run_tool (arguments, WG_SAMPLE_ERROR_INPUT, input, error);
}

static gint64
count_collected (Making *self)
{
  g_autoptr (WgDb) db = g_file_test (self->layers, G_FILE_TEST_EXISTS)
                           ? wg_pack_open_db (self->layers, TRUE, NULL)
                           : NULL;

  return db != NULL ? wg_pack_count_layer (db, NULL) : 0;
}

static gboolean
collect_file (Making *self, const char *input, GError **error)
{
  gboolean osm = g_str_has_suffix (input, ".osm") || g_str_has_suffix (input, ".osm.pbf");
  g_autofree char *base = g_path_get_basename (input);
  gint64 before = count_collected (self);
  gboolean known = FALSE;

  if (!osm && !g_str_has_suffix (input, ".geojson"))
    {
      g_set_error (error, WG_SAMPLE_ERROR, WG_SAMPLE_ERROR_INPUT,
                   "'%s': input must end in .osm.pbf, .osm or .geojson", input);
      return FALSE;
    }
  if (!g_file_test (input, G_FILE_TEST_IS_REGULAR))
    {
      g_set_error (error, WG_SAMPLE_ERROR, WG_SAMPLE_ERROR_INPUT, "'%s': no such file", input);
      return FALSE;
    }
  base[strlen (base) - (osm ? 0 : strlen (".geojson"))] = '\0';
  for (gsize i = 0; self->names[i] != NULL; i++)
    {
      g_autofree char *file = g_key_file_get_string (self->rules, self->names[i], "file", NULL);
      if (!osm && !g_str_equal (file, base))
        continue;
      known = TRUE;
      if (!collect_layer (self, input, self->names[i], osm, error))
        return FALSE;
    }
  if (!known)
    {
      g_set_error (
          error, WG_SAMPLE_ERROR, WG_SAMPLE_ERROR_INPUT,
          "'%s': no layer of this name; known are areas, streams, buildings, streets, railways, "
          "units, places",
          input);
      return FALSE;
    }
  if (count_collected (self) == before)
    {
      g_set_error (error, WG_SAMPLE_ERROR, WG_SAMPLE_ERROR_INPUT,
                   "'%s': nothing in it belongs on the map (no feature of a known kind)", input);
      return FALSE;
    }
  return TRUE;
}

/* All GeoJSON files of a folder by name, but `grids`: those come from the platform, not with the
 * map. */
static gboolean
collect_folder (Making *self, const char *folder, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, error);
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char *name;

  if (dir == NULL)
    return FALSE;
  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ".geojson") && !g_str_equal (name, "grids.geojson"))
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort_values (names, (GCompareFunc) strcmp);
  if (names->len == 0)
    {
      g_set_error (error, WG_SAMPLE_ERROR, WG_SAMPLE_ERROR_INPUT,
                   "'%s': no .geojson file in this folder", folder);
      return FALSE;
    }
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *path = g_build_filename (folder, g_ptr_array_index (names, i), NULL);
      if (!collect_file (self, path, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
cut_tiles (Making *self, WgDb *layers, GError **error)
{
  g_autoptr (GString) zooms = g_string_new ("CONF={");
  g_autofree char *min_zoom = g_strdup_printf ("MINZOOM=%d", WG_PACK_MIN_ZOOM);
  g_autofree char *max_zoom = g_strdup_printf ("MAXZOOM=%d", WG_PACK_MAX_ZOOM);
  g_autoptr (GPtrArray) arguments = g_ptr_array_new ();
  guint n = 0;

  const char *fixed[] = { TOOL,        "-q",        "-f",
                          "MVT",       "-dsco",     "FORMAT=MBTILES",
                          "-dsco",     min_zoom,    "-dsco",
                          max_zoom,    "-dsco",     NULL, /* zooms, below */
                          self->tiles, self->layers };
  for (gsize i = 0; i < G_N_ELEMENTS (fixed); i++)
    g_ptr_array_add (arguments, (gpointer) fixed[i]);
  for (gsize i = 0; self->names[i] != NULL; i++)
    {
      int zoom = g_key_file_get_integer (self->rules, self->names[i], "minzoom", NULL);
      if (zoom == 0 || wg_pack_count_layer (layers, self->names[i]) == 0)
        continue;
      g_string_append_printf (zooms, "%s\"%s\":{\"minzoom\":%d,\"maxzoom\":%d}", n++ > 0 ? "," : "",
                              self->names[i], zoom, WG_PACK_MAX_ZOOM);
      g_ptr_array_add (arguments, self->names[i]);
    }
  g_string_append_c (zooms, '}');
  arguments->pdata[11] = zooms->str;
  if (n == 0)
    {
      g_set_error (error, WG_SAMPLE_ERROR, WG_SAMPLE_ERROR_INPUT,
                   "the input holds places only, nothing to draw");
      return FALSE;
    }
  return run_tool (arguments, WG_SAMPLE_ERROR_TOOL, TOOL, error);
}

static gboolean
check_tool (GError **error)
{
  if (wg_sample_can_make_pack ())
    return TRUE;
  g_set_error (error, WG_SAMPLE_ERROR, WG_SAMPLE_ERROR_TOOL,
               "the program %s is missing: install the package gdal-bin", TOOL);
  return FALSE;
}

/**
 * wg_sample_can_make_pack:
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: %TRUE when the tool that cuts tiles is installed
 */
gboolean
wg_sample_can_make_pack (void)
{
  g_autofree char *program = g_find_program_in_path (TOOL);

  return program != NULL;
}

/**
 * wg_pack_make:
 * @inputs: (array zero-terminated=1): .osm.pbf, .osm or .geojson files, or folders of .geojson
 * files
 * @options: what to record; the tiles are cut in the datum of the input
 * @path: the pack to be made; replaced if it exists
 * @error: return location
 *
 * Makes a pack of vector tiles for zooms 8 to 14 with a table of labels.
 *
 * Thread: any; blocks for seconds.
 * Errors: %WG_SAMPLE_ERROR_TOOL, %WG_SAMPLE_ERROR_INPUT, %WG_SAMPLE_ERROR_WRITE; those of the
 *   database when the disk is full. Nothing is left behind.
 *
 * Returns: %TRUE when the pack is in its place
 */
gboolean
wg_pack_make (const char *const *inputs,
              const WgPackOptions *options,
              const char *path,
              GError **error)
{
  g_autoptr (Making) self = NULL;
  g_autoptr (WgDb) layers = NULL;

  if (!check_tool (error))
    return FALSE;
  self = begin_making (path, error);
  if (self == NULL)
    return FALSE;
  for (gsize i = 0; inputs[i] != NULL; i++)
    if (!(g_file_test (inputs[i], G_FILE_TEST_IS_DIR) ? collect_folder (self, inputs[i], error)
                                                      : collect_file (self, inputs[i], error)))
      return FALSE;
  layers = wg_pack_open_db (self->layers, TRUE, error);
  return layers != NULL && cut_tiles (self, layers, error) &&
         wg_pack_finish (layers, self->tiles, options, error) &&
         wg_file_move (self->tiles, path, error);
}

/**
 * wg_sample_make_pack:
 * @path: the pack to be made; replaced if it exists
 * @error: return location
 *
 * Makes the map of the sample district. When the tool is missing, the district can be used without
 * a map: say so and go on.
 *
 * Thread: any; blocks for seconds.
 * Errors: see wg_pack_make().
 *
 * Returns: %TRUE when the pack is in its place
 */
gboolean
wg_sample_make_pack (const char *path, GError **error)
{
  g_autoptr (WgSampleDistrict) district = NULL;
  WgPackOptions options = { "示例地图（虚构街道）", "示例数据，街道均为虚构", WG_DATUM_WGS84 };
  g_autofree char *folder = NULL;
  gboolean made;

  if (!check_tool (error))
    return FALSE;
  folder = g_dir_make_tmp ("wangge-sample-XXXXXX", error);
  if (folder == NULL)
    return FALSE;
  district = wg_sample_district_new (WG_SAMPLE_SEED);
  const char *inputs[] = { folder, NULL };
  made = wg_sample_write_geojson (district, folder, error) &&
         wg_pack_make (inputs, &options, path, error);
  remove_folder (folder);
  return made;
}

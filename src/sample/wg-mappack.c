/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program wangge-mappack: makes an offline map of the sample district or of a real one. */
#include <locale.h>
#include <stdlib.h>

#include <glib/gi18n.h>

#include "sample/wg-sample-pack.h"
#include "sample/wg-sample.h"
#include "wg-config.h"

static gboolean sample;
static char *geojson;
static char **inputs;
static char *datum_name;
static char *pack_name;
static char *attribution;
static char **rest;

static const GOptionEntry ENTRIES[] = {
  { "sample", 0, 0, G_OPTION_ARG_NONE, &sample, N_ ("Make the map of the sample district"), NULL },
  { "geojson", 0, 0, G_OPTION_ARG_FILENAME, &geojson,
    N_ ("Write the layers of the sample district into this folder, make no pack"), N_ ("FOLDER") },
  { "input", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &inputs,
    N_ ("A file .osm.pbf, .osm or .geojson, or a folder of .geojson; may be repeated"),
    N_ ("FILE") },
  { "datum", 0, 0, G_OPTION_ARG_STRING, &datum_name,
    N_ ("Datum of the input: wgs84 (the default), cgcs2000, gcj02, bd09"), N_ ("DATUM") },
  { "name", 0, 0, G_OPTION_ARG_STRING, &pack_name, N_ ("Name of the map"), N_ ("NAME") },
  { "attribution", 0, 0, G_OPTION_ARG_STRING, &attribution,
    N_ ("Source and review number, shown on the map"), N_ ("TEXT") },
  { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &rest, NULL, N_ ("OUT.mbtiles") },
  { NULL }
};

static int
fail (const char *message)
{
  g_printerr ("wangge-mappack: %s\n", message);
  return EXIT_FAILURE;
}

static gboolean
run (GError **error)
{
  WgPackOptions options = { pack_name ? pack_name
                                      : _ ("District map"), attribution ? attribution : "",
                                          WG_DATUM_WGS84 };

  if (geojson != NULL)
    {
      g_autoptr (WgSampleDistrict) district = wg_sample_district_new (WG_SAMPLE_SEED);
      return wg_sample_write_geojson (district, geojson, error);
    }
  if (sample)
    return wg_sample_make_pack (rest[0], error);
  if (datum_name != NULL && !wg_datum_from_string (datum_name, &options.datum))
    {
      g_set_error (error, WG_SAMPLE_ERROR, WG_SAMPLE_ERROR_INPUT,
                   "datum '%s' is unknown; use wgs84, cgcs2000, gcj02 or bd09", datum_name);
      return FALSE;
    }
  return wg_pack_make ((const char *const *) inputs, &options, rest[0], error);
}

/**
 * main:
 * @argc: number of arguments
 * @argv: arguments
 *
 * Reads the options and makes the pack.
 *
 * Thread: the only one.
 * Errors: on standard error.
 *
 * Returns: 0 when the pack was made, 1 when not, 2 for wrong arguments
 */
int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = NULL;
  g_autoptr (GError) error = NULL;

  setlocale (LC_ALL, "");
  bindtextdomain (GETTEXT_PACKAGE, WG_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
  context = g_option_context_new (NULL);
  g_option_context_set_summary (context, _ ("Makes an offline map pack for the terminals."));
  g_option_context_add_main_entries (context, ENTRIES, GETTEXT_PACKAGE);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      fail (error->message);
      return 2;
    }
  if ((sample ? 1 : 0) + (inputs != NULL ? 1 : 0) + (geojson != NULL ? 1 : 0) != 1 ||
      (geojson == NULL && g_strv_length (rest ? rest : (char *[]) { NULL }) != 1))
    {
      g_autofree char *help = g_option_context_get_help (context, TRUE, NULL);
      g_printerr ("%s", help);
      return 2;
    }
  return run (&error) ? EXIT_SUCCESS : fail (error->message);
}

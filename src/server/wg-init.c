/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command init: an empty platform, or the sample district. */
#include <string.h>

#include <glib/gi18n.h>
#include <glib/gstdio.h>

#include "sample/wg-sample-pack.h"
#include "sample/wg-sample.h"
#include "server/wg-admin.h"
#include "server/wg-audit.h"
#include "server/wg-import.h"
#include "wg-config.h"

static gboolean sample;
static int households;
static char *district;

/**
 * wg_command_init_options:
 * @admin: the invocation
 *
 * Thread: main.
 * Errors: none.
 *
 * Returns: (transfer none): the options of init
 */
const GOptionEntry *
wg_command_init_options (WgAdmin *admin)
{
  static const GOptionEntry options[] = {
    { "sample", 0, 0, G_OPTION_ARG_NONE, &sample, N_ ("Fill it with the sample district"), NULL },
    { "households", 0, 0, G_OPTION_ARG_INT, &households,
      N_ ("With so many invented households in each sample grid"), N_ ("N") },
    { "district", 0, 0, G_OPTION_ARG_STRING, &district, N_ ("Division code, six digits (370502)"),
      N_ ("CODE") },
    { NULL },
  };

  return options;
}

/* The standards that come with the program. */
static gboolean
import_standards (WgWork *work, GError **error)
{
  g_autofree char *source = g_build_filename (WG_DATA_SOURCE_DIR, "standards", NULL);
  g_autofree char *installed = g_build_filename (WG_DATA_DIR, "standards", NULL);
  const char *folder = g_file_test (source, G_FILE_TEST_IS_DIR) ? source : installed;
  g_autoptr (GDir) dir = g_dir_open (folder, 0, error);
  const char *name;

  if (dir == NULL)
    return FALSE;
  while ((name = g_dir_read_name (dir)))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      gboolean changed;
      if (g_str_has_suffix (name, ".csv") && !wg_import_file (work, path, &changed, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
import_sample (WgWork *work, GError **error)
{
  g_autoptr (WgSampleDistrict) all = wg_sample_district_new (WG_SAMPLE_SEED);

  for (guint i = 0; i < all->orgs->len; i++)
    if (!wg_reference_put_org (work, all->orgs->pdata[i], NULL, error))
      return FALSE;
  for (guint i = 0; i < all->grids->len; i++)
    if (!wg_reference_put_grid (work, all->grids->pdata[i], NULL, error))
      return FALSE;
  for (guint i = 0; i < all->workers->len; i++)
    if (!wg_reference_put_worker (work, all->workers->pdata[i], NULL, error))
      return FALSE;
  return TRUE;
}

static gboolean
fill (WgWork *work, gpointer data, GError **error)
{
  g_autofree char *actor = wg_admin_get_actor ();

  return import_standards (work, error) && (!sample || import_sample (work, error)) &&
         wg_audit_add (work, actor, "init", work->platform->district, sample ? "sample" : NULL,
                       error);
}

static gboolean
make_records (WgAdmin *admin, GError **error)
{
  g_autoptr (WgSampleDistrict) all = wg_sample_district_new (WG_SAMPLE_SEED);

  return wg_init_records (admin, all, (guint) households, error);
}

/* The map is made by a tool that may be missing: then the district is served without one. */
static gboolean
make_map (WgAdmin *admin, GError **error)
{
  g_autofree char *path = g_build_filename (admin->folder, "sample.mbtiles", NULL);
  gboolean good;

  if (!wg_sample_can_make_pack ())
    {
      g_printerr (_ ("wangge-platform: no map pack: ogr2ogr is missing (package gdal-bin)\n"));
      return TRUE;
    }
  if (!wg_sample_make_pack (path, error))
    return FALSE;
  good = wg_import_pack (admin, path, error);
  g_unlink (path);
  return good;
}

/**
 * wg_command_init:
 * @admin: the invocation
 * @arguments: none
 *
 * Makes the platform in the data folder.
 *
 * Thread: main.
 * Errors: printed.
 *
 * Returns: the exit code
 */
int
wg_command_init (WgAdmin *admin, char **arguments)
{
  g_autoptr (GError) error = NULL;
  const char *code = district ? district : WG_SAMPLE_DISTRICT_CODE;

  if (strlen (code) != 6 || strspn (code, "0123456789") != 6)
    {
      g_printerr (_ ("wangge-platform: a district code has six digits\n"));
      return WG_EXIT_USAGE;
    }
  if (!wg_platform_create (admin->folder, admin->key_file, admin->database, code, &admin->ports,
                           &error))
    return wg_admin_fail (error);
  if (!wg_admin_open (admin))
    return WG_EXIT_FAILED;
  if (!wg_admin_run (admin, fill, NULL, &error) || (sample && !make_map (admin, &error)) ||
      (sample && households > 0 && !make_records (admin, &error)))
    return wg_admin_fail (error);
  g_print (_ ("The platform is ready in %s\n"), admin->folder);
  return WG_EXIT_OK;
}

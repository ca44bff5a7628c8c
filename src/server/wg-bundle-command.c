/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command bundle: takes a tablet's bundle from a file, leaves the answer in another. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <glib/gi18n.h>
#include <glib/gstdio.h>

#include "db/wg-file.h"
#include "server/wg-admin.h"
#include "server/wg-bundle-import.h"
#include "server/wg-server-error.h"

static char *answer_path;

/**
 * wg_command_bundle_options:
 * @admin: the invocation
 *
 * Thread: main.
 * Errors: none.
 *
 * Returns: (transfer none): the options of bundle
 */
const GOptionEntry *
wg_command_bundle_options (WgAdmin *admin)
{
  static const GOptionEntry options[] = {
    { "answer", 0, 0, G_OPTION_ARG_FILENAME, &answer_path,
      N_ ("Where the answer for the tablet goes"), N_ ("FILE") },
    { NULL },
  };

  return options;
}

static gboolean
run (gpointer runner, WgWorkFunc func, gpointer data, GError **error)
{
  return wg_admin_run (runner, func, data, error);
}

static int
open_file (const char *path, int flags, GError **error)
{
  int fd = open (path, flags | O_CLOEXEC, 0600);

  if (fd < 0)
    g_set_error (error, WG_SERVER_ERROR, WG_SERVER_ERROR_FAILED, "'%s': %s", path,
                 g_strerror (errno));
  return fd;
}

/* The answer gets its name when all of it was applied and written. */
static gboolean
import (WgAdmin *admin, const char *path, WgBundleOutcome *counts, GError **error)
{
  g_autofree char *part = g_strconcat (answer_path, ".part", NULL);
  g_autofree char *actor = wg_admin_get_actor ();
  WgBundleDesk desk = { admin->platform, admin->db, actor, NULL, run, admin };
  int fd = open_file (path, O_RDONLY, error);
  int answer = fd < 0 ? -1 : open_file (part, O_WRONLY | O_CREAT | O_TRUNC, error);
  gboolean good = answer >= 0 && wg_bundle_take (&desk, fd, answer, counts, error);

  if (answer >= 0)
    close (answer);
  if (fd >= 0)
    close (fd);
  good = good && wg_file_move (part, answer_path, error);
  if (!good)
    g_unlink (part);
  return good;
}

/**
 * wg_command_bundle:
 * @admin: the invocation
 * @arguments: "import" and the file that a tablet exported
 *
 * Applies what a tablet without a network exported, and writes an answer for it.
 *
 * Thread: main.
 * Errors: printed; of a file that is damaged, cut or for somebody else nothing is applied.
 * Source: protocol.md 3.7, I21
 *
 * Returns: the exit code
 */
int
wg_command_bundle (WgAdmin *admin, char **arguments)
{
  g_auto (WgBundleOutcome) counts = { 0 };
  g_autofree char *json = NULL;
  g_autoptr (GError) error = NULL;

  if (g_strcmp0 (arguments[0], "import") != 0 || answer_path == NULL)
    {
      g_printerr ("%s\n", _ ("wangge-platform: bundle takes import FILE --answer FILE"));
      return WG_EXIT_USAGE;
    }
  if (!g_file_test (arguments[1], G_FILE_TEST_EXISTS))
    return wg_admin_not_found (_ ("file"), arguments[1]);
  if (!wg_admin_open (admin))
    return WG_EXIT_FAILED;
  if (!import (admin, arguments[1], &counts, &error))
    return wg_admin_fail (error);
  json = wg_bundle_outcome_to_json (&counts, answer_path);
  g_print ("%s\n", json);
  return WG_EXIT_OK;
}

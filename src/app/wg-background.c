/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Life behind the window: the entry that starts us with the session. */
#include "app/wg-background.h"

#include <errno.h>

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>

#include "wg-config.h"

#define SERVICE "wangge --gapplication-service"

/* A sandbox has a configuration folder of its own, which the session does not read. */
static gboolean
is_sandboxed (void)
{
  return g_file_test ("/.flatpak-info", G_FILE_TEST_EXISTS);
}

static char *
dup_entry (void)
{
  g_autoptr (GKeyFile) entry = g_key_file_new ();

  g_key_file_set_string (entry, "Desktop Entry", "Type", "Application");
  g_key_file_set_string (entry, "Desktop Entry", "Name", _("Wangge"));
  g_key_file_set_string (entry, "Desktop Entry", "Comment",
                         _("Sends waiting events in the background after signing in"));
  g_key_file_set_string (entry, "Desktop Entry", "Icon", WG_APP_ID);
  g_key_file_set_string (entry, "Desktop Entry", "Exec",
                         is_sandboxed () ? "flatpak run --command=wangge " WG_APP_ID
                                           " --gapplication-service"
                                         : SERVICE);
  g_key_file_set_boolean (entry, "Desktop Entry", "NoDisplay", TRUE);
  return g_key_file_to_data (entry, NULL, NULL);
}

/**
 * wg_background_set_autostart:
 * @wanted: whether the session shall start us, without a window
 * @error: return location for an error
 *
 * Writes or removes our entry in the user's folder of programs that start with the session.
 *
 * Thread: UI.
 * Errors: %G_FILE_ERROR when the folder cannot be written.
 *
 * Returns: %TRUE when the entry is as @wanted
 */
gboolean
wg_background_set_autostart (gboolean wanted, GError **error)
{
  g_autofree char *folder = is_sandboxed ()
                                ? g_build_filename (g_get_home_dir (), ".config", "autostart", NULL)
                                : g_build_filename (g_get_user_config_dir (), "autostart", NULL);
  g_autofree char *path = g_build_filename (folder, WG_APP_ID ".desktop", NULL);
  g_autofree char *entry = dup_entry ();
  g_autofree char *there = NULL;

  if (wanted && g_file_get_contents (path, &there, NULL, NULL) && g_str_equal (there, entry))
    return TRUE;
  if (wanted && g_mkdir_with_parents (folder, 0700) == 0)
    return g_file_set_contents (path, entry, -1, error);
  if (!wanted && (g_unlink (path) == 0 || errno == ENOENT))
    return TRUE;
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno), "'%s': %s", path,
               g_strerror (errno));
  return FALSE;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands about who we are: enrol, unlock, change-secret. */
#include "field/wg-field-program.h"

static char *
read_ticket (WgFieldProgram *program, GError **error)
{
  g_autofree char *text = NULL;

  if (program->qr_file != NULL)
    {
      if (!g_file_get_contents (program->qr_file, &text, NULL, error))
        return NULL;
      return g_strdup (g_strstrip (text));
    }
  if (program->qr != NULL)
    return g_strdup (program->qr);
  if (program->code != NULL && program->url != NULL)
    return g_strdup (program->code);
  g_set_error (error, WG_FIELD_ERROR_USAGE, 0, "give --code and --url, or --qr, or --qr-file");
  return NULL;
}

/**
 * wg_field_enrol:
 * @program: the run
 * @error: return location for an error
 *
 * Makes a store from a code, and fetches what the platform has for it when it can be had.
 *
 * Thread: main.
 * Errors: those of wg_enrol().
 *
 * Returns: the exit code
 */
WgExit
wg_field_enrol (WgFieldProgram *program, GError **error)
{
  g_autofree char *ticket = read_ticket (program, error);
  g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();
  const WgIdentity *identity;

  if (ticket == NULL)
    return WG_EXIT_USAGE;
  program->store = wg_enrol (program->folder, wg_store_system_ports (), program->url, ticket,
                             program->secret, program->device, NULL, error);
  if (program->store == NULL)
    return WG_EXIT_FAILED;
  identity = wg_store_get_identity (program->store);
  wg_json_writer_begin_object (writer, NULL);
  wg_json_writer_string (writer, "device", identity->device_id);
  wg_json_writer_string (writer, "replica", identity->replica);
  wg_json_writer_raw (writer, "worker", identity->worker_json);
  wg_json_writer_end (writer);
  wg_field_print (program, writer);
  return WG_EXIT_OK;
}

/**
 * wg_field_unlock:
 * @program: the run, its store open
 * @error: return location for an error
 *
 * Tells that the secret is the right one: the store is open when this runs.
 *
 * Thread: main.
 * Errors: none.
 *
 * Returns: the exit code
 */
WgExit
wg_field_unlock (WgFieldProgram *program, GError **error)
{
  g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();

  wg_json_writer_begin_object (writer, NULL);
  wg_json_writer_flag (writer, "unlocked", TRUE);
  wg_json_writer_end (writer);
  wg_field_print (program, writer);
  return WG_EXIT_OK;
}

/**
 * wg_field_change_secret:
 * @program: the run
 * @error: return location for an error
 *
 * Wraps the store's key in another secret.
 *
 * Thread: main.
 * Errors: %WG_STORE_ERROR.
 *
 * Returns: the exit code
 */
WgExit
wg_field_change_secret (WgFieldProgram *program, GError **error)
{
  g_autofree char *path = g_build_filename (program->folder, "wangge.key", NULL);
  g_autofree char *secret =
      wg_field_read_secret (program->new_secret_file, "WANGGE_NEW_SECRET", error);
  g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();

  if (secret == NULL || !wg_secret_check (secret, error) ||
      !wg_key_file_change (path, wg_store_system_ports (), program->secret, secret, error))
    return WG_EXIT_FAILED;
  wg_json_writer_begin_object (writer, NULL);
  wg_json_writer_flag (writer, "changed", TRUE);
  wg_json_writer_end (writer);
  wg_field_print (program, writer);
  return WG_EXIT_OK;
}

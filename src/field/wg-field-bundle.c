/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command bundle: without a network, by a file. */
#include "field/wg-field-program.h"

#include "store/wg-bundle-store.h"

/**
 * wg_field_bundle:
 * @program: the run, its store open; arguments: export or import, and a file
 * @error: return location for an error
 *
 * Writes what waits into a file for the platform, or takes the platform's answer.
 *
 * Thread: main.
 * Errors: %WG_STORE_ERROR, %WG_WIRE_ERROR; usage.
 *
 * Returns: the exit code; %WG_EXIT_ATTENTION when something was refused or must be exported anew
 */
WgExit
wg_field_bundle (WgFieldProgram *program, GError **error)
{
  gboolean out = g_str_equal (program->arguments[0], "export");
  g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();
  g_autofree WgBundleCounts *counts = NULL;

  if (!out && !g_str_equal (program->arguments[0], "import"))
    {
      g_set_error (error, WG_FIELD_ERROR_USAGE, 0,
                   "usage: bundle export FILE, or bundle import FILE");
      return WG_EXIT_USAGE;
    }
  counts = wg_store_run (program->store, out ? wg_bundle_export_job : wg_bundle_import_job,
                         program->arguments[1], error);
  if (counts == NULL)
    return WG_EXIT_FAILED;
  wg_json_writer_begin_object (writer, NULL);
  wg_json_writer_int (writer, "operations", counts->n_operations);
  wg_json_writer_int (writer, "photos", counts->n_photos);
  if (!out)
    {
      wg_json_writer_int (writer, "refused", counts->n_refused);
      wg_json_writer_int (writer, "rows", counts->n_rows);
      wg_json_writer_flag (writer, "again", counts->again);
    }
  wg_json_writer_end (writer);
  wg_field_print (program, writer);
  return counts->n_refused > 0 || counts->again ? WG_EXIT_ATTENTION : WG_EXIT_OK;
}

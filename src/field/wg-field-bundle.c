/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command bundle: without a network, by a file. */
#include "field/wg-field-program.h"

#include "store/wg-bundle-store.h"
#include "sync/wg-sync.h"

static WgExit
hand_in (WgFieldProgram *program, GError **error)
{
  g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();

  if (!wg_sync_hand_in (program->store, program->arguments[1], program->arguments[2], error))
    return WG_EXIT_FAILED;
  wg_json_writer_begin_object (writer, NULL);
  wg_json_writer_string (writer, "answer", program->arguments[2]);
  wg_json_writer_end (writer);
  wg_field_print (program, writer);
  return WG_EXIT_OK;
}

/**
 * wg_field_bundle:
 * @program: the run, its store open; arguments: export or import, and a file; or hand-in and two
 * @error: return location for an error
 *
 * Writes what waits into a file for the platform, or takes the platform's answer. At an office:
 * hands a tablet's file in, and writes the answer that goes back with it.
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
  gboolean two = program->arguments[2] != NULL;
  g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();
  g_autofree WgBundleCounts *counts = NULL;

  if (two && g_str_equal (program->arguments[0], "hand-in"))
    return hand_in (program, error);
  if (two || (!out && !g_str_equal (program->arguments[0], "import")))
    {
      g_set_error (error, WG_FIELD_ERROR_USAGE, 0,
                   "usage: bundle export FILE, bundle import FILE, or bundle hand-in FILE ANSWER");
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
      wg_json_writer_int (writer, "conflicts", counts->n_conflicts);
      wg_json_writer_int (writer, "rows", counts->n_rows);
      wg_json_writer_flag (writer, "again", counts->again);
    }
  wg_json_writer_end (writer);
  wg_field_print (program, writer);
  return counts->n_refused > 0 || counts->n_conflicts > 0 || counts->again ? WG_EXIT_ATTENTION
                                                                           : WG_EXIT_OK;
}

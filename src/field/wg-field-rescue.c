/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command rescue: the operations' lines out of a store that may be damaged. */
#include "field/wg-field-program.h"

#include "store/wg-outbox.h"

/**
 * wg_field_rescue:
 * @program: the run; the store is not opened
 * @error: return location for an error
 *
 * Writes every operation that can still be read, byte for byte, one a line, and tells how many
 * there are.
 *
 * Thread: main.
 * Errors: %WG_STORE_ERROR; those of writing the file.
 * Source: ux.md T21
 *
 * Returns: the exit code
 */
WgExit
wg_field_rescue (WgFieldProgram *program, GError **error)
{
  g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();
  guint n = 0;

  if (!wg_outbox_rescue (program->folder, program->secret, program->arguments[0], &n, error))
    return WG_EXIT_FAILED;
  wg_json_writer_begin_object (writer, NULL);
  wg_json_writer_int (writer, "lines", n);
  wg_json_writer_end (writer);
  wg_field_print (program, writer);
  return WG_EXIT_OK;
}

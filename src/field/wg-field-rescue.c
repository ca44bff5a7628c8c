/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command rescue: operations and photos out of a store that may be damaged. */
#include "field/wg-field-program.h"

#include "store/wg-outbox.h"

/**
 * wg_field_rescue:
 * @program: the run; the store is not opened
 * @error: return location for an error
 *
 * Writes every operation that can still be read, byte for byte, one a line, and the photos that the
 * platform may lack beside it; tells how many there are.
 *
 * Thread: main.
 * Errors: %WG_STORE_ERROR; those of writing the file.
 * Source: ux.md T21
 *
 * Returns: the exit code; %WG_EXIT_DAMAGED when not all could be read
 */
WgExit
wg_field_rescue (WgFieldProgram *program, GError **error)
{
  g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();
  g_autofree char *photos = g_strconcat (program->arguments[0], ".photos", NULL);
  WgRescue found;

  if (!wg_outbox_rescue (program->folder, program->secret, program->arguments[0], photos, &found,
                         error))
    return WG_EXIT_FAILED;
  wg_json_writer_begin_object (writer, NULL);
  wg_json_writer_int (writer, "lines", found.lines);
  wg_json_writer_int (writer, "waiting", found.waiting);
  wg_json_writer_int (writer, "lost", found.lost);
  wg_json_writer_int (writer, "photos", found.photos);
  wg_json_writer_int (writer, "photos_lost", found.photos_lost);
  wg_json_writer_end (writer);
  wg_field_print (program, writer);
  return found.damaged ? WG_EXIT_DAMAGED : WG_EXIT_OK;
}

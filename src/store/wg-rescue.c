/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rescue: what a worker made is read out of a store that is damaged elsewhere. */
#include <unistd.h>

#include <sodium.h>

#include "db/wg-file.h"
#include "store/wg-key-file.h"
#include "store/wg-outbox.h"
#include "store/wg-store-private.h"
#include "wire/wg-json-writer.h"

/* Lines verbatim; a held event has none yet and is told as what it would say. */
static void
write_row (WgStatement *row, GString *out, guint *n)
{
  const char *line = wg_statement_text (row, "line");
  const char *content = wg_statement_text (row, "content");

  if (line)
    g_string_append_printf (out, "%s\n", line);
  else if (content && g_str_equal (wg_statement_text (row, "state"), "held"))
    {
      g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();
      g_autofree char *text = NULL;

      wg_json_writer_begin_object (writer, NULL);
      wg_json_writer_string (writer, "t", "held");
      wg_json_writer_string (writer, "op_id", wg_statement_text (row, "op_id"));
      wg_json_writer_string (writer, "rec", wg_statement_text (row, "rec"));
      wg_json_writer_raw (writer, "event", content);
      wg_json_writer_end (writer);
      text = wg_json_writer_to_string (writer, FALSE);
      g_string_append_printf (out, "%s\n", text);
    }
  else
    return;
  (*n)++;
}

/* Row by row by its number, past those that lie on damaged pages. */
static gboolean
read_rows (WgDb *db, GString *out, guint *n, GError **error)
{
  WgStatement *max = wg_db_statement (db, "outbox_max", error);
  g_autoptr (GError) damage = NULL;
  gint64 last = 0;

  if (max == NULL)
    return FALSE;
  if (wg_statement_next (max, &damage))
    last = wg_statement_int (max, "n");
  wg_statement_reset (max);
  for (gint64 i = 1; i <= last; i++)
    {
      WgStatement *row = wg_db_statement (db, "outbox_one", error);
      g_autoptr (GError) lost = NULL;

      if (row == NULL)
        return FALSE;
      wg_statement_bind_int (row, "n", i);
      if (wg_statement_next (row, &lost))
        write_row (row, out, n);
      wg_statement_reset (row);
      if (lost && damage == NULL)
        damage = g_steal_pointer (&lost);
    }
  if (*n > 0 || damage == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&damage));
  return FALSE;
}

static WgDb *
open_for_rescue (const char *folder, const char *secret, GError **error)
{
  g_autofree char *key_path = g_build_filename (folder, WG_STORE_KEY, NULL);
  g_autofree char *db_path = g_build_filename (folder, WG_STORE_DB, NULL);
  guint8 *key = wg_key_file_new_key (error);
  g_autoptr (WgDb) db = NULL;

  if (key != NULL && wg_key_file_unlock (key_path, secret, key, error))
    db = wg_db_open_readonly (db_path, key, error);
  sodium_free (key);
  wg_store_register_resources ();
  if (db == NULL || !wg_db_load_sql (db, WG_STORE_SQL, error))
    return NULL;
  return g_steal_pointer (&db);
}

/**
 * wg_outbox_rescue:
 * @folder: a store that nobody has open
 * @secret: PIN or passphrase
 * @out_file: where to write; an older file is replaced. It is plain text: keep it safe
 * @out_n: (out) (optional): how many operations were found
 * @error: return location
 *
 * Writes every operation that can still be read, one line each and byte for byte, also when the
 * store no longer passes its checks. Nothing in the store is changed.
 *
 * Thread: any. Blocks for the key derivation.
 * Errors: %WG_STORE_ERROR_WRONG_SECRET, %WG_STORE_ERROR_BLOCKED, %WG_STORE_ERROR_IN_USE,
 *   %WG_STORE_ERROR_DAMAGED when nothing at all could be read.
 * Source: ux.md T21
 *
 * Returns: %TRUE if the file was written
 */
gboolean
wg_outbox_rescue (
    const char *folder, const char *secret, const char *out_file, guint *out_n, GError **error)
{
  int lock_fd = wg_store_files_lock (folder, error);
  g_autoptr (GString) out = g_string_new (NULL);
  guint n = 0;
  gboolean ok = FALSE;

  if (lock_fd < 0)
    return FALSE;
  WgDb *db = open_for_rescue (folder, secret, error);
  if (db)
    {
      ok = read_rows (db, out, &n, error) && wg_file_replace (out_file, out->str, out->len, error);
      wg_db_close (db);
    }
  close (lock_fd);
  wg_store_adapt_error (error);
  if (ok && out_n)
    *out_n = n;
  return ok;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rescue: what a worker made is read out of a store that is damaged elsewhere. */
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>
#include <sodium.h>

#include "core/wg-chain.h"
#include "db/wg-file.h"
#include "store/wg-key-file.h"
#include "store/wg-outbox.h"
#include "store/wg-seal.h"
#include "store/wg-store-private.h"
#include "wire/wg-json-writer.h"

#define SEALED ".sealed"

typedef struct
{
  const char *folder, *photo_folder;
  guint8 *key;   /* of the store; sodium's memory */
  WgDb *db;      /* NULL: nothing of it can be read */
  char *scratch; /* folder of the database's copy */
  GString *lines;
  WgRescue found;
} Rescue;

/* SQLite makes files beside a database that it only reads, so it gets a copy, sealed as it is. */
static WgDb *
open_copy (Rescue *self)
{
  static const char *const names[] = { WG_STORE_DB, WG_STORE_DB "-wal" };
  g_autofree char *path = g_build_filename (self->scratch, WG_STORE_DB, NULL);

  if (g_mkdir_with_parents (self->scratch, 0700) != 0)
    return NULL;
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *from_path = g_build_filename (self->folder, names[i], NULL);
      g_autofree char *to_path = g_build_filename (self->scratch, names[i], NULL);
      g_autoptr (GFile) from = g_file_new_for_path (from_path);
      g_autoptr (GFile) to = g_file_new_for_path (to_path);

      if (g_file_test (from_path, G_FILE_TEST_EXISTS) &&
          !g_file_copy (from, to, G_FILE_COPY_OVERWRITE, NULL, NULL, NULL, NULL))
        return NULL;
    }
  return wg_db_open_readonly (path, self->key, NULL);
}

static void
remove_copy (Rescue *self)
{
  static const char *const names[] = { WG_STORE_DB, WG_STORE_DB "-wal", WG_STORE_DB "-shm" };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (self->scratch, names[i], NULL);
      g_unlink (path);
    }
  g_rmdir (self->scratch);
}

static void
clear_rescue (Rescue *self)
{
  if (self->db)
    wg_db_close (self->db);
  remove_copy (self);
  g_free (self->scratch);
  sodium_free (self->key);
  g_string_free (self->lines, TRUE);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Rescue, clear_rescue)

/* --- operations ------------------------------------------------------------------------------ */

/* Lines verbatim; a held event has none yet and is told as what it would say. */
static void
write_row (Rescue *self, WgStatement *row)
{
  static const char *const waiting[] = { "held", "saved", "sending", "received", NULL };
  const char *line = wg_statement_text (row, "line");
  const char *content = wg_statement_text (row, "content");
  const char *state = wg_statement_text (row, "state");

  if (line)
    g_string_append_printf (self->lines, "%s\n", line);
  else if (content && g_strcmp0 (state, "held") == 0)
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
      g_string_append_printf (self->lines, "%s\n", text);
    }
  else
    return;
  self->found.lines++;
  if (state && g_strv_contains (waiting, state))
    self->found.waiting++;
}

/* Row by row by its number, past those that lie on damaged pages. */
static gboolean
read_rows (Rescue *self, GError **error)
{
  WgStatement *max = wg_db_statement (self->db, "outbox_max", error);
  g_autoptr (GError) damage = NULL;
  gint64 last = 0;

  if (max == NULL)
    return FALSE;
  if (wg_statement_next (max, &damage))
    last = wg_statement_int (max, "n");
  wg_statement_reset (max);
  self->found.damaged = damage != NULL;
  for (gint64 i = 1; i <= last; i++)
    {
      WgStatement *row = wg_db_statement (self->db, "outbox_one", error);
      g_autoptr (GError) lost = NULL;

      if (row == NULL)
        return FALSE;
      wg_statement_bind_int (row, "n", i);
      if (wg_statement_next (row, &lost))
        write_row (self, row);
      wg_statement_reset (row);
      if (lost)
        self->found.lost++;
    }
  return TRUE;
}

/* --- photos ---------------------------------------------------------------------------------- */

/* Whether the platform has it; when that cannot be read it counts as waiting. */
static gboolean
is_sent (Rescue *self, const char *sha256)
{
  g_autoptr (GError) error = NULL;
  WgStatement *row = self->db ? wg_db_statement (self->db, "attachment_get", &error) : NULL;
  gboolean sent = FALSE;

  if (row == NULL)
    return FALSE;
  wg_statement_bind_text (row, "sha256", sha256);
  if (wg_statement_next (row, &error))
    sent = g_strcmp0 (wg_statement_text (row, "state"), "sent") == 0;
  wg_statement_reset (row);
  return sent;
}

static gboolean
write_photo (Rescue *self, const char *path, const char *sha256, GError **error)
{
  g_autofree char *name = g_strconcat (sha256, ".jpg", NULL);
  g_autofree char *out = g_build_filename (self->photo_folder, name, NULL);
  g_autoptr (GBytes) plain = wg_seal_read (self->key, path, sha256, NULL);
  gconstpointer data;
  gsize n;

  if (plain == NULL)
    {
      self->found.photos_lost++;
      return TRUE;
    }
  if (g_mkdir_with_parents (self->photo_folder, 0700) != 0)
    {
      g_set_error (error, WG_STORE_ERROR, WG_STORE_ERROR_INVALID, "'%s' cannot be made",
                   self->photo_folder);
      return FALSE;
    }
  data = g_bytes_get_data (plain, &n);
  self->found.photos++;
  return wg_file_replace (out, data, n, error);
}

static gboolean
read_folder (Rescue *self, const char *folder, GError **error)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);
      g_autofree char *sha256 = NULL;

      if (!g_str_has_suffix (name, SEALED))
        continue;
      sha256 = g_strndup (name, strlen (name) - strlen (SEALED));
      if (wg_chain_is_hash (sha256) && !is_sent (self, sha256) &&
          !write_photo (self, path, sha256, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
read_photos (Rescue *self, GError **error)
{
  g_autofree char *blobs = g_build_filename (self->folder, WG_STORE_BLOBS, NULL);
  g_autoptr (GDir) dir = g_dir_open (blobs, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *folder = g_build_filename (blobs, name, NULL);
      if (!read_folder (self, folder, error))
        return FALSE;
    }
  return TRUE;
}

/* --- all ------------------------------------------------------------------------------------- */

/* %FALSE when the secret is wrong; a database that does not open leaves the photos. */
static gboolean
open_for_rescue (Rescue *self, const char *secret, GError **error)
{
  g_autofree char *key_path = g_build_filename (self->folder, WG_STORE_KEY, NULL);

  self->key = wg_key_file_new_key (error);
  if (self->key == NULL || !wg_key_file_unlock (key_path, secret, self->key, error))
    return FALSE;
  wg_store_register_resources ();
  self->db = open_copy (self);
  if (self->db == NULL)
    self->found.damaged = TRUE;
  return self->db == NULL || wg_db_load_sql (self->db, WG_STORE_SQL, error);
}

static gboolean
rescue (Rescue *self, const char *secret, const char *out_file, GError **error)
{
  if (!open_for_rescue (self, secret, error) || (self->db && !read_rows (self, error)) ||
      (self->photo_folder && !read_photos (self, error)))
    return FALSE;
  self->found.damaged |= self->found.lost > 0 || self->found.photos_lost > 0;
  if (!self->found.damaged || self->found.lines + self->found.photos > 0)
    return wg_file_replace (out_file, self->lines->str, self->lines->len, error);
  g_set_error (error, WG_STORE_ERROR, WG_STORE_ERROR_DAMAGED, "nothing could be read");
  return FALSE;
}

/**
 * wg_outbox_rescue:
 * @folder: a store that nobody has open
 * @secret: PIN or passphrase
 * @out_file: where to write; an older file is replaced. It is plain text: keep it safe
 * @photo_folder: (nullable): where the photos go that the platform may lack, as plain JPEG; made
 *   when there are some
 * @out: (out): what was found
 * @error: return location
 *
 * Writes every operation that can still be read, one line each and byte for byte, also when the
 * store no longer passes its checks; and the photos, also when nothing of the database can be read.
 * Nothing in the store is changed; for as long as it takes, a sealed copy of the database lies
 * beside
 * @out_file.
 *
 * Thread: any. Blocks for the key derivation.
 * Errors: %WG_STORE_ERROR_WRONG_SECRET, %WG_STORE_ERROR_BLOCKED, %WG_STORE_ERROR_IN_USE,
 *   %WG_STORE_ERROR_DAMAGED when nothing at all could be read.
 * Source: ux.md T21
 *
 * Returns: %TRUE if the file was written
 */
gboolean
wg_outbox_rescue (const char *folder,
                  const char *secret,
                  const char *out_file,
                  const char *photo_folder,
                  WgRescue *out,
                  GError **error)
{
  g_auto (Rescue) self = { .folder = folder, .photo_folder = photo_folder };
  int lock_fd = wg_store_files_lock (folder, error);
  gboolean ok;

  self.lines = g_string_new (NULL);
  self.scratch = g_strconcat (out_file, ".copy", NULL);
  if (lock_fd < 0)
    return FALSE;
  ok = rescue (&self, secret, out_file, error);
  close (lock_fd);
  wg_store_adapt_error (error);
  if (ok)
    *out = self.found;
  return ok;
}

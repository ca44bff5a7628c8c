/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rescue: what a worker made is read out of a store that is damaged elsewhere. */
#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>
#include <sodium.h>

#include "core/wg-chain.h"
#include "core/wg-id.h"
#include "db/wg-db-pages.h"
#include "db/wg-file.h"
#include "store/wg-key-file.h"
#include "store/wg-outbox.h"
#include "store/wg-seal.h"
#include "store/wg-store-private.h"
#include "wire/wg-json-writer.h"
#include "wire/wg-wire-operation.h"

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
static gboolean
make_copy (Rescue *self)
{
  static const char *const names[] = { WG_STORE_DB, WG_STORE_DB "-wal" };

  if (g_mkdir_with_parents (self->scratch, 0700) != 0)
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *from_path = g_build_filename (self->folder, names[i], NULL);
      g_autofree char *to_path = g_build_filename (self->scratch, names[i], NULL);
      g_autoptr (GFile) from = g_file_new_for_path (from_path);
      g_autoptr (GFile) to = g_file_new_for_path (to_path);

      if (g_file_test (from_path, G_FILE_TEST_EXISTS) &&
          !g_file_copy (from, to, G_FILE_COPY_OVERWRITE, NULL, NULL, NULL, NULL))
        return FALSE;
    }
  return TRUE;
}

static WgDb *
open_copy (Rescue *self)
{
  g_autofree char *path = g_build_filename (self->scratch, WG_STORE_DB, NULL);

  return make_copy (self) ? wg_db_open_readonly (path, self->key, NULL) : NULL;
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

typedef struct
{
  gint64 n, seq;
  char *line, *state, *op_id, *rec, *content;
} Leaf;

static void
clear_leaf (Leaf *self)
{
  g_free (self->line);
  g_free (self->state);
  g_free (self->op_id);
  g_free (self->rec);
  g_free (self->content);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Leaf, clear_leaf)

static Leaf
read_leaf (WgStatement *row)
{
  return (Leaf) { .n = wg_statement_int (row, "n"),
                  .seq = wg_statement_int (row, "seq"),
                  .line = wg_statement_dup_text (row, "line"),
                  .state = wg_statement_dup_text (row, "state"),
                  .op_id = wg_statement_dup_text (row, "op_id"),
                  .rec = wg_statement_dup_text (row, "rec"),
                  .content = wg_statement_dup_text (row, "content") };
}

/* Lines verbatim; a held event has none yet and is told as what it would say. */
static void
write_leaf (Rescue *self, const Leaf *leaf)
{
  static const char *const waiting[] = { "held", "saved", "sending", "received", NULL };

  if (leaf->line)
    g_string_append_printf (self->lines, "%s\n", leaf->line);
  else if (leaf->content && g_strcmp0 (leaf->state, "held") == 0)
    {
      g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();
      g_autofree char *text = NULL;

      wg_json_writer_begin_object (writer, NULL);
      wg_json_writer_string (writer, "t", "held");
      wg_json_writer_string (writer, "op_id", leaf->op_id);
      wg_json_writer_string (writer, "rec", leaf->rec);
      wg_json_writer_raw (writer, "event", leaf->content);
      wg_json_writer_end (writer);
      text = wg_json_writer_to_string (writer, FALSE);
      g_string_append_printf (self->lines, "%s\n", text);
    }
  else
    return;
  self->found.lines++;
  if (leaf->state && g_strv_contains (waiting, leaf->state))
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
        {
          g_auto (Leaf) leaf = read_leaf (row);
          write_leaf (self, &leaf);
        }
      wg_statement_reset (row);
      if (lost)
        self->found.lost++;
    }
  return TRUE;
}

/* --- pages ----------------------------------------------------------------------------------- */

static void
free_leaf (gpointer data)
{
  clear_leaf (data);
  g_free (data);
}

static gint
compare_leaves (gconstpointer a, gconstpointer b)
{
  const Leaf *one = *(const Leaf *const *) a, *other = *(const Leaf *const *) b;

  return (one->n > other->n) - (one->n < other->n);
}

/* Rows of other tables come by, too: a line must be the operation that its row names. */
static gboolean
is_operation (WgStatement *row)
{
  const char *line = wg_statement_text (row, "line");
  const char *op_id = wg_statement_text (row, "op_id");
  g_autoptr (WgOperation) operation = NULL;
  int refusal;

  if (op_id == NULL || !wg_id_is_valid (op_id))
    return FALSE;
  if (line == NULL)
    return g_strcmp0 (wg_statement_text (row, "state"), "held") == 0 &&
           wg_statement_text (row, "content") != NULL;
  return wg_wire_operation_from_line (line, strlen (line), &operation, &refusal, NULL, NULL) &&
         operation->seq == wg_statement_int (row, "seq") &&
         g_strcmp0 (operation->op_id, op_id) == 0;
}

static void
add_leaf (GHashTable *leaves, WgStatement *row)
{
  Leaf *leaf;

  if (!is_operation (row))
    return;
  leaf = g_new (Leaf, 1);
  *leaf = read_leaf (row);
  g_hash_table_replace (leaves, leaf->op_id, leaf);
}

/* A page that is hurt, or of another kind, ends its own rows and nothing else. */
static gboolean
read_page (WgDb *db, gint64 page, GHashTable *leaves, GError **error)
{
  g_autoptr (GError) hurt = NULL;
  WgStatement *rows;

  if (!wg_db_show_page (db, page, "leaf", error))
    return FALSE;
  rows = wg_db_statement (db, "leaf_rows", error);
  if (rows == NULL)
    return FALSE;
  while (wg_statement_next (rows, &hurt))
    add_leaf (leaves, rows);
  wg_statement_reset (rows);
  return TRUE;
}

/* What stands on whole pages, wherever they are: also when those that lead there are hurt. */
static GPtrArray *
read_pages (Rescue *self)
{
  g_autofree char *path = g_build_filename (self->scratch, WG_STORE_DB, NULL);
  g_autoptr (GHashTable) leaves = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, free_leaf);
  g_autoptr (WgDb) db = NULL;
  g_autoptr (GError) error = NULL;
  GPtrArray *found;
  gint64 n_pages;

  if (make_copy (self))
    db = wg_db_open_pages (path, self->key, &error);
  if (db && !wg_db_load_sql (db, WG_STORE_RESCUE, &error))
    g_clear_pointer (&db, wg_db_close);
  n_pages = db ? wg_db_count_pages (db) : 0;
  for (gint64 page = 2; page <= n_pages && read_page (db, page, leaves, &error); page++)
    ;
  if (error)
    g_debug ("pages: %s", error->message);
  found = g_hash_table_steal_all_values (leaves);
  g_ptr_array_set_free_func (found, free_leaf);
  g_ptr_array_sort (found, compare_leaves);
  return found;
}

/* Numbers that are missing between the first and the last that were found. */
static guint
count_gaps (GPtrArray *leaves)
{
  gint64 first = 0, last = 0, n = 0;

  for (guint i = 0; i < leaves->len; i++)
    {
      const Leaf *leaf = g_ptr_array_index (leaves, i);

      if (leaf->line == NULL)
        continue;
      first = first == 0 ? leaf->seq : MIN (first, leaf->seq);
      last = MAX (last, leaf->seq);
      n++;
    }
  return n > 0 ? (guint) (last - first + 1 - n) : 0;
}

/* Takes the place of what was read by the tables, where it is more. */
static void
scan_pages (Rescue *self)
{
  g_autoptr (GPtrArray) leaves = NULL;

  self->found.damaged = TRUE;
  g_clear_pointer (&self->db, wg_db_close);
  leaves = read_pages (self);
  if (leaves->len <= self->found.lines)
    return;
  g_string_truncate (self->lines, 0);
  self->found.lines = self->found.waiting = 0;
  for (guint i = 0; i < leaves->len; i++)
    write_leaf (self, g_ptr_array_index (leaves, i));
  self->found.lost = count_gaps (leaves);
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
  if (self->found.damaged || self->found.lost > 0)
    scan_pages (self);
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
 * store no longer passes its checks and also without the pages that lead to it, the first one among
 * them; and the photos, also when nothing of the database can be read.
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

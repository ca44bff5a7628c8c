/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Photos and packs: where each lies, and where it stands on its way. */
#include "store/wg-attachment-store.h"

#include <errno.h>

#include <glib/gstdio.h>

#include "core/wg-chain.h"
#include "store/wg-seal.h"
#include "store/wg-store-private.h"
#include "wire/wg-crypto.h"
#include "wire/wg-zstd.h"

/* --- files ----------------------------------------------------------------------------------- */

/* The path is built of checked hex digits only. */
static char *
make_path (WgStoreContext *context, const char *sha256, const char *ending)
{
  char folder[3] = { sha256[0], sha256[1], '\0' };
  g_autofree char *name = g_strconcat (sha256, ending, NULL);

  return g_build_filename (context->folder, WG_STORE_BLOBS, folder, name, NULL);
}

static gboolean
check_name (const char *sha256, GError **error)
{
  if (sha256 && wg_chain_is_hash (sha256))
    return TRUE;
  g_set_error (error, WG_STORE_ERROR, WG_STORE_ERROR_INVALID, "photos: not the name of a photo");
  return FALSE;
}

static gboolean
make_folder_of (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);

  if (g_mkdir_with_parents (folder, 0700) == 0)
    return TRUE;
  g_set_error (error, WG_DB_ERROR, errno == ENOSPC ? WG_DB_ERROR_FULL : WG_DB_ERROR_IO, "'%s': %s",
               folder, g_strerror (errno));
  return FALSE;
}

/* A full disk is met as in a transaction: the reserve goes, and once more. */
static gboolean
write_sealed (
    WgStoreContext *context, const char *path, const char *label, GBytes *plain, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (make_folder_of (path, &local) && wg_seal_write (context->key, path, label, plain, &local))
    return TRUE;
  if (g_error_matches (local, WG_DB_ERROR, WG_DB_ERROR_FULL) && wg_health_release_reserve (context))
    return make_folder_of (path, error) && wg_seal_write (context->key, path, label, plain, error);
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/* --- rows ------------------------------------------------------------------------------------ */

typedef struct
{
  char *sha256;
  gint64 bytes, taken_ms;
} Added;

/* Every event that names the photo shows it otherwise now. */
static gboolean
refresh_owners (WgStoreContext *context, const char *sha256, GError **error)
{
  WgStatement *rows = wg_db_statement (context->db, "photo_records", error);
  g_autoptr (GPtrArray) recs = NULL;

  if (rows == NULL)
    return FALSE;
  wg_statement_bind_text (rows, "sha256", sha256);
  recs = wg_record_collect_ids (rows, "rec", error);
  wg_store_context_touch (context, "photos");
  return recs && wg_record_refresh_all (context, recs, error);
}

static gboolean
add_row (WgStoreContext *context, gpointer data, GError **error)
{
  const Added *added = data;

  return wg_db_run (context->db, "attachment_add", error, "sha256", 's', added->sha256, "bytes",
                    'i', added->bytes, "taken_ms", 'i', added->taken_ms, "now_ms", 'i',
                    wg_ports_wall_ms (context->ports), NULL) &&
         refresh_owners (context, added->sha256, error);
}

/* The state of a photo; %NULL without error when it is unknown. */
static char *
get_state (WgStoreContext *context, const char *sha256, GError **error)
{
  WgStatement *row = wg_db_statement (context->db, "attachment_get", error);

  if (row == NULL)
    return NULL;
  wg_statement_bind_text (row, "sha256", sha256);
  return wg_db_take_text (row, "state", error);
}

/**
 * wg_attachment_store_add:
 * @context: of the job
 * @jpeg: a prepared photo
 * @taken_ms: when it was taken, 0 when unknown
 * @error: return location
 *
 * Seals a photo into the store: first the file, then the row. Adding it twice is once.
 *
 * Thread: the store's.
 * Errors: %WG_STORE_ERROR_PHOTO for nothing or too much; %WG_DB_ERROR_FULL.
 *
 * Returns: (transfer full) (nullable): its name, the SHA-256 of the plain bytes
 */
char *
wg_attachment_store_add (WgStoreContext *context, GBytes *jpeg, gint64 taken_ms, GError **error)
{
  gsize n;
  const guint8 *bytes = g_bytes_get_data (jpeg, &n);
  g_autofree char *sha256 = NULL, *path = NULL;

  if (n == 0 || n > WG_LIMIT_BLOB)
    {
      g_set_error (error, WG_STORE_ERROR, WG_STORE_ERROR_PHOTO, "photo: %s",
                   n == 0 ? "it is empty: take it again" : "it is over 20 MB: take a smaller one");
      return NULL;
    }
  sha256 = wg_crypto_sha256 (bytes, n);
  path = make_path (context, sha256, ".sealed");

  Added added = { sha256, (gint64) n, taken_ms };
  if (!write_sealed (context, path, sha256, jpeg, error) ||
      !wg_store_transact (context, add_row, &added, error))
    return NULL;
  return g_steal_pointer (&sha256);
}

/**
 * wg_attachment_store_read:
 * @context: of the job
 * @sha256: a photo's name
 * @error: return location
 *
 * Opens a photo and checks that it is the named one.
 *
 * Thread: the store's.
 * Errors: %WG_STORE_ERROR_NOT_FOUND, %WG_STORE_ERROR_DAMAGED.
 *
 * Returns: (transfer full) (nullable): JPEG
 */
GBytes *
wg_attachment_store_read (WgStoreContext *context, const char *sha256, GError **error)
{
  g_autofree char *path = NULL, *actual = NULL;
  g_autoptr (GBytes) plain = NULL;

  if (!check_name (sha256, error))
    return NULL;
  path = make_path (context, sha256, ".sealed");
  plain = wg_seal_read (context->key, path, sha256, error);
  if (plain == NULL)
    return NULL;
  actual = wg_crypto_sha256 (g_bytes_get_data (plain, NULL), g_bytes_get_size (plain));
  if (g_str_equal (actual, sha256))
    return g_steal_pointer (&plain);
  g_set_error (error, WG_STORE_ERROR, WG_STORE_ERROR_DAMAGED, "'%s' is damaged", path);
  return NULL;
}

/**
 * wg_attachment_store_read_thumbnail:
 * @context: of the job
 * @sha256: a photo's name
 * @error: return location
 *
 * Opens the small copy of a photo; makes and keeps it the first time.
 *
 * Thread: the store's.
 * Errors: see wg_attachment_store_read().
 *
 * Returns: (transfer full) (nullable): JPEG
 */
GBytes *
wg_attachment_store_read_thumbnail (WgStoreContext *context, const char *sha256, GError **error)
{
  g_autofree char *path = NULL, *label = NULL;
  g_autoptr (GBytes) whole = NULL;
  g_autoptr (GError) unkept = NULL;
  GBytes *thumbnail;

  if (!check_name (sha256, error))
    return NULL;
  path = make_path (context, sha256, ".thumb.sealed");
  label = g_strconcat (sha256, ".thumb", NULL);
  thumbnail = wg_seal_read (context->key, path, label, NULL);
  if (thumbnail)
    return thumbnail;
  whole = wg_attachment_store_read (context, sha256, error);
  thumbnail = whole ? wg_photo_make_thumbnail (whole, WG_PHOTO_THUMBNAIL_EDGE, error) : NULL;
  /* It can be made again: a full disk is no reason not to show it. */
  if (thumbnail && !wg_seal_write (context->key, path, label, thumbnail, &unkept))
    g_debug ("the small copy is not kept: %s", unkept->message);
  return thumbnail;
}

/**
 * wg_attachment_store_has:
 * @context: of the job
 * @sha256: a photo's name
 *
 * Tells whether a photo is here.
 *
 * Thread: the store's.
 * Errors: none.
 *
 * Returns: %TRUE if its file stands
 */
gboolean
wg_attachment_store_has (WgStoreContext *context, const char *sha256)
{
  g_autofree char *path = NULL;

  if (!check_name (sha256, NULL))
    return FALSE;
  path = make_path (context, sha256, ".sealed");
  return g_file_test (path, G_FILE_TEST_IS_REGULAR);
}

/**
 * wg_attachment_store_is_whole:
 * @context: of the job
 * @sha256: a photo's name
 *
 * Tells whether a photo that should be here can be opened, for the invariants.
 *
 * Thread: the store's.
 * Errors: none.
 *
 * Returns: %TRUE if so, and for photos that are awaited or known to be damaged
 */
gboolean
wg_attachment_store_is_whole (WgStoreContext *context, const char *sha256)
{
  g_autofree char *state = get_state (context, sha256, NULL);
  g_autoptr (GBytes) plain = NULL;

  if (state == NULL)
    return FALSE;
  if (g_str_equal (state, "absent") || g_str_equal (state, "damaged"))
    return TRUE;
  plain = wg_attachment_store_read (context, sha256, NULL);
  return plain != NULL;
}

/* --- up -------------------------------------------------------------------------------------- */

/**
 * wg_upload_free:
 * @upload: (nullable) (transfer full): an upload
 *
 * Frees it.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_upload_free (WgUpload *upload)
{
  if (upload == NULL)
    return;
  g_free (upload->sha256);
  g_free (upload);
}

/**
 * wg_attachment_store_next_upload:
 * @context: of the job
 * @skip: (nullable) (array zero-terminated=1): names that the platform would not take now
 * @error: return location
 *
 * Chooses the photo to send next: named by an applied operation, of the highest level, the oldest.
 *
 * Thread: the store's.
 * Errors: of the engine.
 *
 * Returns: (transfer full) (nullable): it; %NULL without error when there is none
 */
WgUpload *
wg_attachment_store_next_upload (WgStoreContext *context, const char *const *skip, GError **error)
{
  WgStatement *row = wg_db_statement (context->db, "attachment_ready", error);
  WgUpload *upload = NULL;

  if (row == NULL)
    return NULL;
  while (upload == NULL && wg_statement_next (row, error))
    {
      const char *sha256 = wg_statement_text (row, "sha256");

      if (skip && g_strv_contains (skip, sha256))
        continue;
      upload = g_new0 (WgUpload, 1);
      upload->sha256 = g_strdup (sha256);
      upload->bytes = wg_statement_int (row, "bytes");
      upload->offset = wg_statement_int (row, "sent_bytes");
      upload->level = (WgEventLevel) wg_statement_int (row, "level");
    }
  wg_statement_reset (row);
  return upload;
}

typedef struct
{
  const char *sha256;
  gint64 offset;
  gboolean complete;
} Sent;

static gboolean
write_sent (WgStoreContext *context, gpointer data, GError **error)
{
  const Sent *sent = data;

  if (!sent->complete)
    return wg_db_run (context->db, "attachment_set_offset", error, "sha256", 's', sent->sha256,
                      "offset", 'i', sent->offset, NULL);
  return wg_db_run (context->db, "attachment_set_sent", error, "sha256", 's', sent->sha256, NULL) &&
         refresh_owners (context, sent->sha256, error);
}

/**
 * wg_attachment_store_uploaded:
 * @context: of the job
 * @sha256: a photo's name
 * @offset: bytes that the platform has
 * @complete: whether it has all and has checked the hash
 * @error: return location
 *
 * Writes down how far a photo is.
 *
 * Thread: the store's.
 * Errors: of the engine.
 *
 * Returns: %TRUE on success
 */
gboolean
wg_attachment_store_uploaded (
    WgStoreContext *context, const char *sha256, gint64 offset, gboolean complete, GError **error)
{
  Sent sent = { sha256, offset, complete };

  return wg_store_transact (context, write_sent, &sent, error);
}

static gboolean
write_damaged (WgStoreContext *context, gpointer data, GError **error)
{
  return wg_db_run (context->db, "attachment_set_damaged", error, "sha256", 's',
                    (const char *) data, NULL) &&
         refresh_owners (context, data, error);
}

/**
 * wg_attachment_store_damaged:
 * @context: of the job
 * @sha256: a photo's name
 * @error: return location
 *
 * Writes down that a photo cannot be opened: it is not offered any more. Adding it again mends it.
 *
 * Thread: the store's.
 * Errors: of the engine.
 *
 * Returns: %TRUE on success
 */
gboolean
wg_attachment_store_damaged (WgStoreContext *context, const char *sha256, GError **error)
{
  return wg_store_transact (context, write_damaged, (gpointer) sha256, error);
}

/* --- down ------------------------------------------------------------------------------------ */

/**
 * wg_attachment_store_next_download:
 * @context: of the job
 * @skip: (nullable) (array zero-terminated=1): names that the platform does not have now
 * @error: return location
 *
 * Chooses the photo to fetch next: of open events and those of the last 30 days, newest first.
 *
 * Thread: the store's.
 * Errors: of the engine.
 *
 * Returns: (transfer full) (nullable): its name; %NULL without error when there is none
 */
char *
wg_attachment_store_next_download (WgStoreContext *context, const char *const *skip, GError **error)
{
  WgStatement *row = wg_db_statement (context->db, "attachment_absent", error);
  char *name = NULL;

  if (row == NULL)
    return NULL;
  while (name == NULL && wg_statement_next (row, error))
    if (skip == NULL || !g_strv_contains (skip, wg_statement_text (row, "sha256")))
      name = wg_statement_dup_text (row, "sha256");
  wg_statement_reset (row);
  return name;
}

/* --- packs ----------------------------------------------------------------------------------- */

static char *
make_pack_path (WgStoreContext *context, const char *sha256)
{
  g_autofree char *name = g_strconcat (sha256, ".mbtiles", NULL);

  return g_build_filename (context->folder, WG_STORE_PACKS, name, NULL);
}

/**
 * wg_attachment_store_get_pack_path:
 * @context: of the job
 * @error: return location
 *
 * Gives the offline map that is complete here.
 *
 * Thread: the store's.
 * Errors: of the engine.
 *
 * Returns: (transfer full) (nullable): a path; %NULL without error when there is none
 */
char *
wg_attachment_store_get_pack_path (WgStoreContext *context, GError **error)
{
  g_autofree char *sha256 = wg_store_get_meta (context, "pack", error);
  g_autofree char *path = NULL;

  if (sha256 == NULL || !check_name (sha256, NULL))
    return NULL;
  path = make_pack_path (context, sha256);
  return g_file_test (path, G_FILE_TEST_IS_REGULAR) ? g_steal_pointer (&path) : NULL;
}

/**
 * wg_attachment_store_get_wanted_pack:
 * @context: of the job
 * @error: return location
 *
 * Gives the newest map pack that the platform told of, unless it is here.
 *
 * Thread: the store's.
 * Errors: of the engine.
 *
 * Returns: (transfer full) (nullable): it; %NULL without error when nothing is wanted
 */
WgPack *
wg_attachment_store_get_wanted_pack (WgStoreContext *context, GError **error)
{
  WgStatement *row = wg_db_statement (context->db, "record_list_numbered", error);
  g_autofree char *here = NULL;
  g_autoptr (WgPack) pack = NULL;
  g_autoptr (GError) local = NULL;

  if (row == NULL)
    return NULL;
  wg_statement_bind_text (row, "kind", "pack");
  while (wg_statement_next (row, &local))
    {
      WgPack *next = wg_wire_pack_from_json (wg_statement_text (row, "body"), NULL);

      if (next == NULL || !check_name (next->sha256, NULL))
        {
          wg_pack_free (next);
          continue;
        }
      wg_pack_free (pack);
      pack = next;
    }
  if (local)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  if (pack == NULL)
    return NULL;
  here = wg_attachment_store_get_pack_path (context, error);
  if (here)
    {
      g_autofree char *path = make_pack_path (context, pack->sha256);

      if (g_str_equal (here, path))
        return NULL;
    }
  return g_steal_pointer (&pack);
}

static void
remove_other_packs (WgStoreContext *context, const char *kept)
{
  g_autofree char *folder = g_build_filename (context->folder, WG_STORE_PACKS, NULL);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    {
      g_autofree char *path = g_build_filename (folder, name, NULL);

      if (!g_str_equal (path, kept))
        g_unlink (path);
    }
}

/**
 * wg_attachment_store_pack_arrived:
 * @context: of the job
 * @sha256: name of a pack whose file stands in packs/ and was checked
 * @error: return location
 *
 * Makes it the map of this store and removes older ones.
 *
 * Thread: the store's.
 * Errors: %WG_STORE_ERROR_NOT_FOUND when the file is not there.
 *
 * Returns: %TRUE on success
 */
gboolean
wg_attachment_store_pack_arrived (WgStoreContext *context, const char *sha256, GError **error)
{
  g_autofree char *path = NULL;

  if (!check_name (sha256, error))
    return FALSE;
  path = make_pack_path (context, sha256);
  if (!g_file_test (path, G_FILE_TEST_IS_REGULAR))
    {
      g_set_error (error, WG_STORE_ERROR, WG_STORE_ERROR_NOT_FOUND, "'%s' is not there", path);
      return FALSE;
    }
  if (!wg_store_set_meta (context, "pack", sha256, error))
    return FALSE;
  remove_other_packs (context, path);
  wg_store_context_touch (context, "reference");
  return TRUE;
}

/* --- forgetting ------------------------------------------------------------------------------ */

typedef struct
{
  gint64 before_ms;
  GPtrArray *names;
} Collection;

static gboolean
collect_rows (WgStoreContext *context, gpointer data, GError **error)
{
  Collection *self = data;
  WgStatement *rows = wg_db_statement (context->db, "attachment_loose", error);

  g_clear_pointer (&self->names, g_ptr_array_unref);
  if (rows == NULL)
    return FALSE;
  wg_statement_bind_int (rows, "before", self->before_ms);
  self->names = wg_record_collect_ids (rows, "sha256", error);
  for (guint i = 0; self->names && i < self->names->len; i++)
    if (!wg_db_run (context->db, "attachment_delete", error, "sha256", 's',
                    (const char *) g_ptr_array_index (self->names, i), NULL))
      return FALSE;
  return self->names != NULL;
}

/**
 * wg_attachment_store_collect:
 * @context: of the job
 * @before_ms: added before
 * @error: return location
 *
 * Removes photos that no event and no draft names any more, and that the platform does not wait
 * for: first the rows, then the files.
 *
 * Thread: the store's.
 * Errors: of the engine.
 *
 * Returns: %TRUE on success
 */
gboolean
wg_attachment_store_collect (WgStoreContext *context, gint64 before_ms, GError **error)
{
  Collection self = { before_ms, NULL };
  gboolean ok = wg_store_transact (context, collect_rows, &self, error);

  for (guint i = 0; ok && i < self.names->len; i++)
    {
      const char *name = g_ptr_array_index (self.names, i);
      g_autofree char *path = make_path (context, name, ".sealed");
      g_autofree char *thumbnail = make_path (context, name, ".thumb.sealed");

      g_unlink (path);
      g_unlink (thumbnail);
    }
  g_clear_pointer (&self.names, g_ptr_array_unref);
  return ok;
}

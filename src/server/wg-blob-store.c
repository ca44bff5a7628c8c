/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Blobs as files named by their SHA-256: parts, whole ones, their place. */
#include "server/wg-blob-store.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gio/gio.h>
#include <glib/gstdio.h>

#include "db/wg-mutant.h"
#include "server/wg-server-error.h"
#include "wire/wg-crypto.h"

#define PART_LIFE_MS (14 * WG_DAY_MS)

/* Where the whole blob is, or would be; @sha: 64 lower hex digits, checked. */
static char *
get_path (const WgPlatform *platform, const char *sha)
{
  return g_strdup_printf ("%s/%.2s/%.2s/%s", platform->blobs, sha, sha + 2, sha);
}

/* With an object store: where a copy of the whole blob may lie here. */
static char *
get_copy_path (const WgPlatform *platform, const char *sha)
{
  return g_strdup_printf ("%s/copies/%s", platform->blobs, sha);
}

static char *
get_part_path (const WgPlatform *platform, const char *sha)
{
  return g_strdup_printf ("%s/part/%s", platform->blobs, sha);
}

static gboolean
fail (const char *doing, const char *path, GError **error)
{
  int code = errno == ENOSPC || errno == EDQUOT ? WG_DB_ERROR_FULL : WG_DB_ERROR_IO;

  g_set_error (error, WG_DB_ERROR, code, "%s '%s': %s", doing, path, g_strerror (errno));
  return FALSE;
}

static gboolean
sync_folder (const char *path, GError **error)
{
  int fd = open (path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean good = fd >= 0 && fsync (fd) == 0;

  if (!good)
    fail ("sync", path, error);
  if (fd >= 0)
    close (fd);
  return good;
}

/* Makes the two folders of a blob durable, the outer one first. */
static gboolean
make_folders (const WgPlatform *platform, const char *path, GError **error)
{
  g_autofree char *inner = g_path_get_dirname (path);
  g_autofree char *outer = g_path_get_dirname (inner);

  if (g_mkdir_with_parents (inner, 0700) != 0)
    return fail ("make", inner, error);
  return sync_folder (platform->blobs, error) && sync_folder (outer, error);
}

/**
 * wg_blob_store_open_part:
 * @platform: the platform
 * @sha: name of the blob
 * @out_size: (out): bytes that are there already
 * @out_busy: (out): whether somebody else writes it just now
 * @error: return location
 *
 * Opens the part for appending; the lock on it ends with the descriptor.
 *
 * Thread: any.
 * Errors: %WG_DB_ERROR_FULL, %WG_DB_ERROR_IO.
 *
 * Returns: the descriptor; −1 when busy or with @error set
 */
int
wg_blob_store_open_part (const WgPlatform *platform,
                         const char *sha,
                         gint64 *out_size,
                         gboolean *out_busy,
                         GError **error)
{
  g_autofree char *path = get_part_path (platform, sha);
  g_autofree char *folder = g_path_get_dirname (path);
  struct stat info;
  int fd;

  *out_busy = FALSE;
  if (g_mkdir_with_parents (folder, 0700) != 0)
    {
      fail ("make", folder, error);
      return -1;
    }
  fd = open (path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0)
    {
      fail ("open", path, error);
      return -1;
    }
  if (flock (fd, LOCK_EX | LOCK_NB) != 0)
    {
      *out_busy = TRUE;
      close (fd);
      return -1;
    }
  if (fstat (fd, &info) != 0)
    {
      fail ("look at", path, error);
      close (fd);
      return -1;
    }
  *out_size = info.st_size;
  return fd;
}

/**
 * wg_blob_store_part_size:
 * @platform: the platform
 * @sha: name of the blob
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: bytes in the part; 0 when there is none
 */
gint64
wg_blob_store_part_size (const WgPlatform *platform, const char *sha)
{
  g_autofree char *path = get_part_path (platform, sha);
  GStatBuf info;

  return g_stat (path, &info) == 0 ? (gint64) info.st_size : 0;
}

/**
 * wg_blob_store_sniff:
 * @fd: of a file
 *
 * Tells the kind of a picture by its first bytes; no decoder ever runs here.
 *
 * Thread: any.
 * Errors: none.
 * Source: protocol.md 3.6
 *
 * Returns: (transfer none) (nullable): "jpeg", "png" or "webp"
 */
const char *
wg_blob_store_sniff (int fd)
{
  guint8 head[12] = { 0 };

  if (pread (fd, head, sizeof head, 0) < (gssize) sizeof head)
    return NULL;
  if (memcmp (head, "\xff\xd8\xff", 3) == 0)
    return "jpeg";
  if (memcmp (head, "\x89PNG\r\n\x1a\n", 8) == 0)
    return "png";
  if (memcmp (head, "RIFF", 4) == 0 && memcmp (head + 8, "WEBP", 4) == 0)
    return "webp";
  return NULL;
}

/**
 * wg_blob_store_drop_part:
 * @platform: the platform
 * @sha: name of the blob
 *
 * Deletes what has arrived so far.
 *
 * Thread: any.
 * Errors: none; what cannot be deleted is cleaned up later.
 */
void
wg_blob_store_drop_part (const WgPlatform *platform, const char *sha)
{
  g_autofree char *path = get_part_path (platform, sha);

  g_unlink (path);
}

static gboolean
make_folder_of (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);

  return g_mkdir_with_parents (folder, 0700) == 0 || fail ("make", folder, error);
}

/* Into the object store; what stays here is a copy, which may go at any time. */
static gboolean
put_away (const WgPlatform *platform, int fd, const char *sha, const char *part, GError **error)
{
  g_autofree char *copy = get_copy_path (platform, sha);
  struct stat info;

  if (fstat (fd, &info) != 0)
    return fail ("look at", part, error);
  return wg_s3_put (platform->s3, sha, fd, info.st_size, error) && make_folder_of (copy, error) &&
         (g_rename (part, copy) == 0 || fail ("rename", part, error));
}

/**
 * wg_blob_store_finish:
 * @platform: the platform
 * @fd: of the part, complete
 * @sha: name of the blob
 * @out_good: (out): whether it hashes to its name; if not, the part is gone
 * @error: return location
 *
 * Puts a complete part into its place: durable content, then the name. With an object store that
 * has it first; what stays here is a copy.
 *
 * Thread: any.
 * Errors: %WG_DB_ERROR_FULL, %WG_DB_ERROR_IO, %WG_SERVER_ERROR_STORAGE; the part stays then.
 *
 * Returns: %TRUE on success
 */
gboolean
wg_blob_store_finish (
    const WgPlatform *platform, int fd, const char *sha, gboolean *out_good, GError **error)
{
  g_autofree char *part = get_part_path (platform, sha);
  g_autofree char *path = get_path (platform, sha);
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *hash = wg_crypto_sha256_file (part, error);

  if (hash == NULL)
    return FALSE;
  *out_good = strcmp (hash, sha) == 0 || WG_MUTANT ("blob-unchecked");
  if (!*out_good)
    {
      wg_blob_store_drop_part (platform, sha);
      return TRUE;
    }
  if (!WG_MUTANT ("blob-not-synced") && fsync (fd) != 0)
    return fail ("sync", part, error);
  if (platform->s3)
    return put_away (platform, fd, sha, part, error);
  if (!make_folders (platform, path, error))
    return FALSE;
  if (g_rename (part, path) != 0)
    return fail ("rename", part, error);
  return sync_folder (folder, error);
}

/**
 * wg_blob_store_import:
 * @platform: the platform
 * @source: a file
 * @out_sha: (out) (transfer full): its name
 * @out_size: (out): bytes
 * @error: return location
 *
 * Copies a file of the operator's into the store.
 *
 * Thread: any.
 * Errors: of the file system.
 *
 * Returns: %TRUE on success
 */
gboolean
wg_blob_store_import (const WgPlatform *platform,
                      const char *source,
                      char **out_sha,
                      gint64 *out_size,
                      GError **error)
{
  g_autofree char *sha = wg_crypto_sha256_file (source, error);
  g_autofree char *part = NULL;
  g_autoptr (GFile) from = NULL;
  g_autoptr (GFile) to = NULL;
  gboolean busy, good = FALSE;
  gint64 size;
  int fd;

  if (sha == NULL)
    return FALSE;
  fd = wg_blob_store_open_part (platform, sha, &size, &busy, error);
  if (fd < 0)
    {
      if (busy)
        g_set_error (error, WG_SERVER_ERROR, WG_SERVER_ERROR_CONFIG,
                     "'%s' is being imported already", source);
      return FALSE;
    }
  part = get_part_path (platform, sha);
  from = g_file_new_for_path (source);
  to = g_file_new_for_path (part);
  close (fd);
  if (!g_file_copy (from, to, G_FILE_COPY_OVERWRITE | G_FILE_COPY_TARGET_DEFAULT_PERMS, NULL, NULL,
                    NULL, error))
    return FALSE;
  fd = wg_blob_store_open_part (platform, sha, &size, &busy, error);
  if (fd < 0)
    return FALSE;
  if (wg_blob_store_finish (platform, fd, sha, &good, error) && !good)
    g_set_error (error, WG_SERVER_ERROR, WG_SERVER_ERROR_CONFIG, "'%s' changed while it was copied",
                 source);
  close (fd);
  if (!good)
    return FALSE;
  *out_size = size;
  *out_sha = g_steal_pointer (&sha);
  return TRUE;
}

/* --- whole ones ------------------------------------------------------------------------------ */

/**
 * wg_blob_store_is_remote:
 * @platform: the platform
 * @sha: name of a blob that is whole
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: whether opening it takes its time, because an object store has it and we have not
 */
gboolean
wg_blob_store_is_remote (const WgPlatform *platform, const char *sha)
{
  g_autofree char *path = get_path (platform, sha);
  g_autofree char *copy = get_copy_path (platform, sha);

  return platform->s3 && !g_file_test (path, G_FILE_TEST_EXISTS) &&
         !g_file_test (copy, G_FILE_TEST_EXISTS);
}

/* Of several that fetch the same blob each has a file of its own; the last rename stands. */
static gboolean
fetch_into (const WgPlatform *platform,
            int fd,
            const char *temporary,
            const char *sha,
            gboolean *out_found,
            GError **error)
{
  g_autofree char *hash = NULL;

  if (!wg_s3_get (platform->s3, sha, fd, out_found, error))
    return FALSE;
  if (!*out_found)
    return TRUE;
  hash = wg_crypto_sha256_file (temporary, error);
  if (hash && strcmp (hash, sha) != 0)
    g_set_error (error, WG_SERVER_ERROR, WG_SERVER_ERROR_STORAGE,
                 "photo store: what is stored as %s is something else", sha);
  return hash && strcmp (hash, sha) == 0;
}

/* Fetches a blob, checked; −1 without @error when the store has none of that name. */
static int
fetch (const WgPlatform *platform, const char *sha, gboolean keep, GError **error)
{
  g_autofree char *copy = get_copy_path (platform, sha);
  g_autofree char *temporary = g_strconcat (copy, ".XXXXXX", NULL);
  gboolean good, found = FALSE;
  int fd;

  if (!make_folder_of (copy, error))
    return -1;
  fd = g_mkstemp (temporary);
  if (fd < 0)
    {
      fail ("make", temporary, error);
      return -1;
    }
  good = fetch_into (platform, fd, temporary, sha, &found, error);
  if (good && found && keep && g_rename (temporary, copy) != 0)
    good = fail ("rename", temporary, error);
  if (!good || !found || !keep)
    g_unlink (temporary);
  if (good && found)
    return fd;
  close (fd);
  return -1;
}

static int
open_file (const char *path, GError **error)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

  if (fd < 0 && errno != ENOENT)
    fail ("open", path, error);
  return fd;
}

/**
 * wg_blob_store_open:
 * @platform: the platform
 * @sha: name of a blob that is whole
 * @error: return location
 *
 * Opens a blob for reading. With an object store it is fetched, checked and kept for the next who
 * asks, unless it is here already.
 *
 * Thread: any; blocks while it is fetched.
 * Errors: of the file system; %WG_SERVER_ERROR_STORAGE.
 *
 * Returns: the descriptor; −1 without @error when it is nowhere
 */
int
wg_blob_store_open (const WgPlatform *platform, const char *sha, GError **error)
{
  g_autofree char *path = get_path (platform, sha);
  g_autofree char *copy = get_copy_path (platform, sha);
  g_autoptr (GError) local = NULL;
  int fd = open_file (path, &local);

  if (fd < 0 && local == NULL && platform->s3)
    {
      fd = open_file (copy, &local);
      /* The time of the last use: what is oldest goes first. */
      if (fd >= 0)
        futimens (fd, NULL);
      else if (local == NULL)
        fd = fetch (platform, sha, TRUE, &local);
    }
  if (local)
    g_propagate_error (error, g_steal_pointer (&local));
  return fd;
}

/**
 * wg_blob_store_check:
 * @platform: the platform
 * @sha: name of a blob that the database calls whole
 * @size: its bytes
 * @read_all: of an object store fetch all of it, instead of asking for its size
 * @out_good: (out): whether it is there, and right
 * @error: return location
 *
 * Looks at a blob. A file is always read whole; an object store has checked the hash itself when it
 * took the blob, and only its word for the size is taken unless @read_all.
 *
 * Thread: any; blocks.
 * Errors: %WG_SERVER_ERROR_STORAGE when the store does not answer: that says nothing of the blob.
 *
 * Returns: %TRUE when it could be looked at
 */
gboolean
wg_blob_store_check (const WgPlatform *platform,
                     const char *sha,
                     gint64 size,
                     gboolean read_all,
                     gboolean *out_good,
                     GError **error)
{
  g_autofree char *path = get_path (platform, sha);
  g_autofree char *hash = NULL;
  g_autoptr (GError) local = NULL;
  gint64 there = -1;
  int fd;

  /* A file may be older than the object store. */
  if (platform->s3 == NULL || g_file_test (path, G_FILE_TEST_EXISTS))
    {
      hash = wg_crypto_sha256_file (path, NULL);
      *out_good = g_strcmp0 (hash, sha) == 0;
      return TRUE;
    }
  if (!read_all)
    {
      if (!wg_s3_look (platform->s3, sha, &there, error))
        return FALSE;
      *out_good = there == size;
      return TRUE;
    }
  fd = fetch (platform, sha, FALSE, &local);
  *out_good = fd >= 0;
  if (fd >= 0)
    close (fd);
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/* --- copies of what is elsewhere ------------------------------------------------------------- */

typedef struct
{
  char *path;
  gint64 used_s, size;
} Copy;

static void
clear_copy (gpointer data)
{
  g_free (((Copy *) data)->path);
}

static int
compare_copies (gconstpointer a, gconstpointer b)
{
  const Copy *x = a, *y = b;

  return (x->used_s > y->used_s) - (x->used_s < y->used_s);
}

static GArray *
list_copies (const char *folder)
{
  GArray *copies = g_array_new (FALSE, FALSE, sizeof (Copy));
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  g_array_set_clear_func (copies, clear_copy);
  while (dir && (name = g_dir_read_name (dir)) != NULL)
    {
      Copy copy = { .path = g_build_filename (folder, name, NULL) };
      GStatBuf info;

      if (g_stat (copy.path, &info) != 0)
        {
          g_free (copy.path);
          continue;
        }
      copy.used_s = info.st_mtime;
      copy.size = info.st_size;
      g_array_append_val (copies, copy);
    }
  return copies;
}

/**
 * wg_blob_store_trim:
 * @platform: the platform
 *
 * With an object store: deletes the copies that were used longest ago, until the others fit into
 * what may be kept here. Who reads one just now goes on.
 *
 * Thread: any.
 * Errors: none; what cannot be deleted is tried again later.
 */
void
wg_blob_store_trim (const WgPlatform *platform)
{
  g_autofree char *folder = g_build_filename (platform->blobs, "copies", NULL);
  g_autoptr (GArray) copies = NULL;
  gint64 size = 0;

  if (platform->s3 == NULL)
    return;
  copies = list_copies (folder);
  for (guint i = 0; i < copies->len; i++)
    size += g_array_index (copies, Copy, i).size;
  g_array_sort (copies, compare_copies);
  for (guint i = 0; i < copies->len && size > wg_s3_get_cache_size (platform->s3); i++)
    {
      g_unlink (g_array_index (copies, Copy, i).path);
      size -= g_array_index (copies, Copy, i).size;
    }
}

/**
 * wg_blob_store_clean:
 * @work: a transaction
 * @error: return location
 *
 * Deletes parts that nobody has touched for 14 days.
 *
 * Thread: the connection's.
 * Errors: of the database.
 *
 * Returns: %TRUE on success
 */
gboolean
wg_blob_store_clean (WgWork *work, GError **error)
{
  WgStatement *statement = wg_db_statement (work->db, "blob-old-parts", error);
  g_autoptr (GPtrArray) old = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) local = NULL;

  if (statement == NULL)
    return FALSE;
  wg_statement_bind_int (statement, "before_ms", work->now_ms - PART_LIFE_MS);
  while (wg_statement_next (statement, &local))
    g_ptr_array_add (old, wg_statement_dup_text (statement, "sha"));
  if (local)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  for (guint i = 0; i < old->len; i++)
    {
      wg_blob_store_drop_part (work->platform, old->pdata[i]);
      if (!wg_db_run (work->db, "blob-drop-part", error, "sha", 's', (const char *) old->pdata[i],
                      NULL))
        return FALSE;
    }
  return TRUE;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The folder of a store: its files, its lock, opening the database in it. */
#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "db/wg-file.h"
#include "store/wg-store-resources.h"
#include "store/wg-store-private.h"

static gboolean
set_errno (const char *path, int code, GError **error)
{
  g_set_error (error, WG_STORE_ERROR,
               code == ENOSPC || code == EDQUOT ? WG_STORE_ERROR_FULL : WG_STORE_ERROR_FAILED,
               "'%s': %s", path, g_strerror (code));
  return FALSE;
}

static gpointer
register_once (gpointer unused)
{
  wg_store_resources_register_resource ();
  return NULL;
}

/**
 * wg_store_register_resources:
 *
 * Makes the statements of this layer known, once: the library is static, so nothing else would.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_store_register_resources (void)
{
  static GOnce once = G_ONCE_INIT;

  g_once (&once, register_once, NULL);
}

/**
 * wg_store_exists:
 * @folder: where a store would be
 *
 * Tells whether a whole store stands there. A new one gets its place only when it is whole.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: %TRUE if so; its key may still be blocked, its database damaged
 */
gboolean
wg_store_exists (const char *folder)
{
  g_autofree char *key = g_build_filename (folder, WG_STORE_KEY, NULL);

  return g_file_test (key, G_FILE_TEST_IS_REGULAR);
}

/**
 * wg_store_set_aside:
 * @folder: a store that nobody has open
 * @ports: clock of the new name
 * @error: return location
 *
 * Renames a store to `<folder>.blocked-<time>`, so that the tablet can be enrolled again in its
 * place. Nothing is deleted: who finds the secret can still open it.
 *
 * Thread: any.
 * Errors: %WG_STORE_ERROR_FAILED when the folder cannot be renamed; it is as it was.
 *
 * Returns: (transfer full): the new path, or %NULL
 */
char *
wg_store_set_aside (const char *folder, const WgPorts *ports, GError **error)
{
  g_autofree char *aside =
      g_strdup_printf ("%s.blocked-%" G_GINT64_FORMAT, folder, wg_ports_wall_ms (ports));

  if (g_file_test (aside, G_FILE_TEST_EXISTS))
    {
      set_errno (aside, EEXIST, error);
      return NULL;
    }
  if (g_rename (folder, aside) != 0)
    {
      set_errno (folder, errno, error);
      return NULL;
    }
  return g_steal_pointer (&aside);
}

/**
 * wg_store_files_make:
 * @folder: where
 * @error: return location
 *
 * Makes the folders of an empty store, readable by the owner only.
 *
 * Thread: any.
 * Errors: %WG_STORE_ERROR_FULL, %WG_STORE_ERROR_FAILED.
 *
 * Returns: %TRUE on success
 */
gboolean
wg_store_files_make (const char *folder, GError **error)
{
  const char *const names[] = { NULL, WG_STORE_BLOBS, WG_STORE_PACKS };

  for (gsize i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);

      if (g_mkdir_with_parents (path, 0700) != 0)
        return set_errno (path, errno, error);
    }
  return g_chmod (folder, 0700) == 0 || set_errno (folder, errno, error);
}

static void
remove_below (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir && (name = g_dir_read_name (dir)))
    {
      g_autofree char *child = g_build_filename (path, name, NULL);
      GStatBuf info;

      if (g_lstat (child, &info) == 0 && S_ISDIR (info.st_mode))
        remove_below (child);
      else
        g_unlink (child);
    }
  g_rmdir (path);
}

/**
 * wg_store_files_remove:
 * @folder: a store, whole or not
 * @error: return location
 *
 * Removes the files of a store and its folder; the key first, so that what is left of an
 * interrupted removal is no store any more. A folder with anything foreign in it is not removed.
 *
 * Thread: any.
 * Errors: %WG_STORE_ERROR_FAILED.
 *
 * Returns: %TRUE if nothing is left
 */
gboolean
wg_store_files_remove (const char *folder, GError **error)
{
  const char *const files[] = { WG_STORE_KEY,       WG_STORE_KEY ".part", WG_STORE_DB,
                                WG_STORE_DB "-wal", WG_STORE_DB "-shm",   WG_STORE_DB "-journal",
                                WG_STORE_RESERVE,   WG_STORE_LOCK };
  const char *const folders[] = { WG_STORE_BLOBS, WG_STORE_PACKS };

  if (!g_file_test (folder, G_FILE_TEST_IS_DIR))
    return TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = g_build_filename (folder, files[i], NULL);
      g_unlink (path);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *path = g_build_filename (folder, folders[i], NULL);
      remove_below (path);
    }
  return g_rmdir (folder) == 0 || set_errno (folder, errno, error);
}

static void
overwrite (const char *path)
{
  GStatBuf info;
  int fd = open (path, O_WRONLY | O_CLOEXEC);

  if (fd < 0)
    return;
  if (fstat (fd, &info) == 0 && info.st_size < 65536)
    {
      g_autofree char *zeros = g_malloc0 ((gsize) info.st_size);

      wg_file_write (fd, zeros, (gsize) info.st_size, NULL);
      fsync (fd);
    }
  close (fd);
}

static char *
make_wiped_path (const char *folder)
{
  return g_strconcat (folder, ".wiped", NULL);
}

/**
 * wg_store_files_wipe:
 * @folder: a store, also one that is open
 * @ports: clock
 * @error: return location
 *
 * Destroys a store for good: the wrapped key is overwritten and gone before anything else, so that
 * whatever is left of the rest can be read by nobody; then all files. When is noted beside the
 * folder, for the screen. A program that has the store open must close it.
 *
 * Thread: any.
 * Errors: %WG_STORE_ERROR_FAILED when the key could not be removed.
 * Source: protocol.md 2.5
 *
 * Returns: %TRUE when nobody can read the store any more
 */
gboolean
wg_store_files_wipe (const char *folder, const WgPorts *ports, GError **error)
{
  g_autofree char *key = g_build_filename (folder, WG_STORE_KEY, NULL);
  g_autofree char *part = g_strconcat (key, ".part", NULL);
  g_autofree char *mark = make_wiped_path (folder);
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT "\n", wg_ports_wall_ms (ports));

  overwrite (key);
  overwrite (part);
  g_unlink (part);
  if (g_unlink (key) != 0 && errno != ENOENT)
    return set_errno (key, errno, error);
  wg_file_replace (mark, text, strlen (text), NULL);
  wg_store_files_remove (folder, NULL);
  return TRUE;
}

/**
 * wg_store_get_wiped_ms:
 * @folder: where a store was
 *
 * Tells when the store that stood here was erased by order of the platform.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: Unix ms; 0 when it was not, or another store was made since
 */
gint64
wg_store_get_wiped_ms (const char *folder)
{
  g_autofree char *mark = make_wiped_path (folder);
  g_autofree char *text = NULL;

  return g_file_get_contents (mark, &text, NULL, NULL) ? g_ascii_strtoll (text, NULL, 10) : 0;
}

/**
 * wg_store_files_forget_wipe:
 * @folder: where a new store stands
 *
 * Nothing is told of the store before this one any more.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_store_files_forget_wipe (const char *folder)
{
  g_autofree char *mark = make_wiped_path (folder);

  g_unlink (mark);
}

/**
 * wg_store_files_lock:
 * @folder: a store
 * @error: return location
 *
 * Takes the store for this process until the descriptor is closed or the process ends.
 *
 * Thread: any.
 * Errors: %WG_STORE_ERROR_IN_USE while another program has it, %WG_STORE_ERROR_FAILED.
 *
 * Returns: the descriptor, or −1
 */
int
wg_store_files_lock (const char *folder, GError **error)
{
  g_autofree char *path = g_build_filename (folder, WG_STORE_LOCK, NULL);
  int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

  if (fd < 0)
    {
      set_errno (path, errno, error);
      return -1;
    }
  if (flock (fd, LOCK_EX | LOCK_NB) != 0)
    {
      int code = errno;

      close (fd);
      if (code == EWOULDBLOCK)
        g_set_error (error, WG_STORE_ERROR, WG_STORE_ERROR_IN_USE,
                     "'%s' is open in another program: close that one", folder);
      else
        set_errno (path, code, error);
      return -1;
    }
  return fd;
}

static gboolean
check_header (const char *path, GError **error)
{
  g_autofree char *head = g_malloc0 (16);
  GStatBuf info;
  int fd;

  if (g_stat (path, &info) != 0)
    {
      g_set_error (error, WG_STORE_ERROR, WG_STORE_ERROR_DAMAGED, "'%s' is missing", path);
      return FALSE;
    }
  if (info.st_size == 0)
    {
      g_set_error (error, WG_STORE_ERROR, WG_STORE_ERROR_DAMAGED, "'%s' is empty", path);
      return FALSE;
    }
  fd = open (path, O_RDONLY | O_CLOEXEC);
  if (fd >= 0)
    {
      gssize n = read (fd, head, 15);

      close (fd);
      if (n == 15 && g_str_equal (head, "SQLite format 3"))
        {
          g_set_error (error, WG_STORE_ERROR, WG_STORE_ERROR_DAMAGED,
                       "'%s' is not encrypted: it is not a store of this program", path);
          return FALSE;
        }
    }
  return TRUE;
}

static WgDb *
open_whole (const char *path, const guint8 *key, GError **error)
{
  g_autoptr (WgDb) db = wg_db_open (path, key, error);

  if (db == NULL || !wg_db_migrate (db, WG_STORE_MIGRATE, error) ||
      !wg_db_load_sql (db, WG_STORE_SQL, error))
    return NULL;
  return g_steal_pointer (&db);
}

/**
 * wg_store_files_open_db:
 * @folder: a store
 * @key: %WG_DB_KEY bytes
 * @error: return location
 *
 * Opens the database of a store and brings it to this program's version. Nothing is written into a
 * file that is not one of ours. On a full disk the reserve makes room for the log.
 *
 * Thread: the store's.
 * Errors: %WG_STORE_ERROR_DAMAGED for a missing, empty, foreign or damaged file,
 *   %WG_STORE_ERROR_NEWER, %WG_STORE_ERROR_FULL, %WG_STORE_ERROR_FAILED.
 *
 * Returns: (transfer full) (nullable): the connection
 */
WgDb *
wg_store_files_open_db (const char *folder, const guint8 *key, GError **error)
{
  g_autofree char *path = g_build_filename (folder, WG_STORE_DB, NULL);
  g_autofree char *reserve = g_build_filename (folder, WG_STORE_RESERVE, NULL);
  g_autoptr (GError) local = NULL;
  WgDb *db;

  wg_store_register_resources ();
  if (!check_header (path, error))
    return NULL;
  db = open_whole (path, key, &local);
  if (db == NULL && g_error_matches (local, WG_DB_ERROR, WG_DB_ERROR_FULL) &&
      g_unlink (reserve) == 0)
    {
      g_clear_error (&local);
      db = open_whole (path, key, &local);
    }
  if (db == NULL)
    {
      /* The key was proved by its own seal, so it is the file that is wrong. */
      if (g_error_matches (local, WG_DB_ERROR, WG_DB_ERROR_KEY))
        g_prefix_error (&local, "not a store of this key, or damaged: ");
      wg_store_adapt_error (&local);
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  return db;
}

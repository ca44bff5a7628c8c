/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files written so that they are whole or absent after a power loss. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "db/wg-db-fault.h"
#include "db/wg-file.h"
#include "db/wg-mutant.h"

static gboolean
set_errno (const char *what, int code, GError **error)
{
  g_set_error (error, WG_DB_ERROR,
               code == ENOSPC || code == EDQUOT ? WG_DB_ERROR_FULL : WG_DB_ERROR_IO, "%s: %s", what,
               g_strerror (code));
  return FALSE;
}

/**
 * wg_file_write:
 * @fd: an open descriptor
 * @data: bytes
 * @n: how many
 * @error: return location
 *
 * Writes all or fails.
 *
 * Thread: any.
 * Errors: %WG_DB_ERROR_FULL, %WG_DB_ERROR_IO; part of the bytes may be written then.
 *
 * Returns: %TRUE if all were written
 */
gboolean
wg_file_write (int fd, gconstpointer data, gsize n, GError **error)
{
  const guint8 *bytes = data;
  char kind = wg_db_fault_hit ();

  if (kind)
    {
      gssize part = write (fd, bytes, n / 2);
      if (kind == 'X')
        wg_db_fault_exit ();
      return set_errno (part < 0 ? "write" : "write cut", kind == 'F' ? ENOSPC : EIO, error);
    }
  while (n > 0)
    {
      gssize done = write (fd, bytes, n);

      if (done < 0 && errno == EINTR)
        continue;
      if (done < 0)
        return set_errno ("write", errno, error);
      bytes += done;
      n -= (gsize) done;
    }
  return TRUE;
}

static gboolean
sync_descriptor (int fd, const char *path, GError **error)
{
  char kind = wg_db_fault_hit ();

  if (WG_MUTANT ("file-not-synced"))
    return TRUE;
  if (kind == 'X')
    wg_db_fault_exit ();
  if (kind)
    return set_errno (path, kind == 'F' ? ENOSPC : EIO, error);
  return fsync (fd) == 0 || set_errno (path, errno, error);
}

static gboolean
sync_folder_of (const char *path, GError **error)
{
  g_autofree char *folder = g_path_get_dirname (path);
  int fd = open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  gboolean ok;

  if (fd < 0)
    return set_errno (folder, errno, error);
  ok = sync_descriptor (fd, folder, error);
  close (fd);
  return ok;
}

/**
 * wg_file_move:
 * @from: a whole file
 * @to: its place, on the same file system; an older file there is replaced
 * @error: return location
 *
 * Puts a file into its place so that after a power loss either the old or the new one stands there.
 *
 * Thread: any.
 * Errors: %WG_DB_ERROR_FULL, %WG_DB_ERROR_IO.
 *
 * Returns: %TRUE on success
 */
gboolean
wg_file_move (const char *from, const char *to, GError **error)
{
  int fd = open (from, O_RDONLY | O_CLOEXEC);
  gboolean ok;

  if (fd < 0)
    return set_errno (from, errno, error);
  ok = sync_descriptor (fd, from, error);
  close (fd);
  if (!ok)
    return FALSE;
  if (rename (from, to) != 0)
    return set_errno (to, errno, error);
  return sync_folder_of (to, error);
}

/**
 * wg_file_replace:
 * @path: the file's place
 * @data: its content
 * @n: bytes
 * @error: return location
 *
 * Writes a file whole: beside its place first, synced, then renamed, then the folder synced.
 *
 * Thread: any.
 * Errors: %WG_DB_ERROR_FULL, %WG_DB_ERROR_IO; the old content stays.
 *
 * Returns: %TRUE if the content is on the disk
 */
gboolean
wg_file_replace (const char *path, gconstpointer data, gsize n, GError **error)
{
  g_autofree char *part = g_strdup_printf ("%s.part", path);
  int fd = open (part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  gboolean ok;

  if (fd < 0)
    return set_errno (part, errno, error);
  ok = wg_file_write (fd, data, n, error);
  if (close (fd) != 0 && ok)
    ok = set_errno (part, errno, error);
  ok = ok && wg_file_move (part, path, error);
  if (!ok)
    g_unlink (part);
  return ok;
}

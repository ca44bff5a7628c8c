/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The database engine's file layer over the disks in memory: reads, writes and syncs go there;
 * locks and the shared index of the log are kept beside the file, as the kernel would. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include <sqlite3.h>

#include "sim.h"

#define REGIONS 64

typedef struct
{
  guint n_users;
  guint shared, reserved, pending, exclusive; /* of the main file: how many hold it */
  /* the index of the log */
  guint n_mapped;
  guint8 *regions[REGIONS];
  guint n_regions;
  guint lock_shared[SQLITE_SHM_NLOCK];
  gboolean lock_exclusive[SQLITE_SHM_NLOCK];
} Locks;

typedef struct
{
  sqlite3_file base;
  SimHandle *handle;
  Locks *locks;
  char *delete_path;
  int level;
  gboolean mapped;
  guint16 shm_shared, shm_exclusive; /* bits: what this connection holds */
} VfsFile;

static int last_errno;

#define SELF(file) ((VfsFile *) (file))

static void
drop_regions (Locks *locks)
{
  for (guint i = 0; i < locks->n_regions; i++)
    g_free (locks->regions[i]);
  locks->n_regions = 0;
}

static int
sim_shm_lock (sqlite3_file *file, int offset, int n, int flags)
{
  VfsFile *self = SELF (file);
  Locks *locks = self->locks;

  for (int i = offset; i < offset + n; i++)
    {
      guint16 bit = (guint16) (1 << i);

      if ((flags & SQLITE_SHM_LOCK) && (flags & SQLITE_SHM_SHARED) && !(self->shm_shared & bit) &&
          locks->lock_exclusive[i])
        return SQLITE_BUSY;
      if ((flags & SQLITE_SHM_LOCK) && (flags & SQLITE_SHM_EXCLUSIVE) &&
          (locks->lock_exclusive[i] || locks->lock_shared[i] > 0))
        return SQLITE_BUSY;
    }
  for (int i = offset; i < offset + n; i++)
    {
      guint16 bit = (guint16) (1 << i);

      if (flags & SQLITE_SHM_LOCK)
        {
          if ((flags & SQLITE_SHM_SHARED) && !(self->shm_shared & bit))
            locks->lock_shared[i]++, self->shm_shared |= bit;
          else if (flags & SQLITE_SHM_EXCLUSIVE)
            locks->lock_exclusive[i] = TRUE, self->shm_exclusive |= bit;
          continue;
        }
      if ((flags & SQLITE_SHM_SHARED) && (self->shm_shared & bit))
        locks->lock_shared[i]--, self->shm_shared &= (guint16) ~bit;
      if ((flags & SQLITE_SHM_EXCLUSIVE) && (self->shm_exclusive & bit))
        locks->lock_exclusive[i] = FALSE, self->shm_exclusive &= (guint16) ~bit;
    }
  return SQLITE_OK;
}

static int
sim_shm_map (sqlite3_file *file, int page, int size, int extend, void volatile **out)
{
  VfsFile *self = SELF (file);
  Locks *locks = self->locks;

  *out = NULL;
  if (!self->mapped)
    {
      self->mapped = TRUE;
      locks->n_mapped++;
    }
  g_assert (page < REGIONS);
  if ((guint) page >= locks->n_regions && !extend)
    return SQLITE_OK;
  while ((guint) page >= locks->n_regions)
    locks->regions[locks->n_regions++] = g_malloc0 ((gsize) size);
  *out = locks->regions[page];
  return SQLITE_OK;
}

static void
sim_shm_barrier (sqlite3_file *file)
{
}

static int
sim_shm_unmap (sqlite3_file *file, int delete_it)
{
  VfsFile *self = SELF (file);

  if (!self->mapped)
    return SQLITE_OK;
  sim_shm_lock (file, 0, SQLITE_SHM_NLOCK, SQLITE_SHM_UNLOCK | SQLITE_SHM_SHARED);
  sim_shm_lock (file, 0, SQLITE_SHM_NLOCK, SQLITE_SHM_UNLOCK | SQLITE_SHM_EXCLUSIVE);
  self->mapped = FALSE;
  if (--self->locks->n_mapped == 0)
    drop_regions (self->locks);
  return SQLITE_OK;
}

static guint *
counter (Locks *locks, int level)
{
  switch (level)
    {
    case SQLITE_LOCK_SHARED:
      return &locks->shared;
    case SQLITE_LOCK_RESERVED:
      return &locks->reserved;
    case SQLITE_LOCK_PENDING:
      return &locks->pending;
    default:
      return &locks->exclusive;
    }
}

static int
sim_lock (sqlite3_file *file, int level)
{
  VfsFile *self = SELF (file);
  Locks *locks = self->locks;

  if (self->level >= level)
    return SQLITE_OK;
  if (level == SQLITE_LOCK_SHARED && (locks->pending > 0 || locks->exclusive > 0))
    return SQLITE_BUSY;
  if (level == SQLITE_LOCK_RESERVED && locks->reserved > 0)
    return SQLITE_BUSY;
  if (level == SQLITE_LOCK_EXCLUSIVE)
    {
      if (self->level < SQLITE_LOCK_RESERVED && locks->reserved > 0)
        return SQLITE_BUSY;
      if (self->level < SQLITE_LOCK_PENDING)
        locks->pending++, self->level = SQLITE_LOCK_PENDING;
      if (locks->shared > 1)
        return SQLITE_BUSY;
    }
  (*counter (locks, level))++;
  self->level = level;
  return SQLITE_OK;
}

static int
sim_check_reserved_lock (sqlite3_file *file, int *out)
{
  *out = SELF (file)->locks->reserved > 0 || SELF (file)->locks->exclusive > 0;
  return SQLITE_OK;
}

static int
sim_close (sqlite3_file *file)
{
  VfsFile *self = SELF (file);
  gpointer *slot = sim_file_slot (self->handle);

  sim_shm_unmap (file, FALSE);
  file->pMethods->xUnlock (file, SQLITE_LOCK_NONE);
  if (--self->locks->n_users == 0)
    {
      drop_regions (self->locks);
      g_free (self->locks);
      *slot = NULL;
    }
  sim_file_close (self->handle);
  if (self->delete_path)
    sim_file_unlink (self->delete_path);
  g_free (self->delete_path);
  return SQLITE_OK;
}

static int
sim_read (sqlite3_file *file, void *out, int n, sqlite3_int64 offset)
{
  gssize done = sim_file_read (SELF (file)->handle, out, (gsize) n, offset);

  if (done < 0)
    return SQLITE_IOERR_READ;
  if (done == n)
    return SQLITE_OK;
  memset ((guint8 *) out + done, 0, (gsize) (n - done));
  return SQLITE_IOERR_SHORT_READ;
}

static int
sim_write (sqlite3_file *file, const void *data, int n, sqlite3_int64 offset)
{
  if (sim_file_write (SELF (file)->handle, data, (gsize) n, offset) == n)
    return SQLITE_OK;
  last_errno = errno;
  return errno == ENOSPC ? SQLITE_FULL : SQLITE_IOERR_WRITE;
}

static int
sim_truncate (sqlite3_file *file, sqlite3_int64 size)
{
  return sim_file_truncate (SELF (file)->handle, size) == 0 ? SQLITE_OK : SQLITE_IOERR_TRUNCATE;
}

static int
sim_sync (sqlite3_file *file, int flags)
{
  if (sim_file_sync (SELF (file)->handle) == 0)
    return SQLITE_OK;
  last_errno = errno;
  return SQLITE_IOERR_FSYNC;
}

static int
sim_size (sqlite3_file *file, sqlite3_int64 *out)
{
  *out = sim_file_size (SELF (file)->handle);
  return SQLITE_OK;
}

static int
sim_file_control (sqlite3_file *file, int operation, void *argument)
{
  return SQLITE_NOTFOUND;
}

static int
sim_sector_size (sqlite3_file *file)
{
  return 4096;
}

static int
sim_characteristics (sqlite3_file *file)
{
  return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

static int
sim_unlock (sqlite3_file *file, int level)
{
  VfsFile *self = SELF (file);
  Locks *locks = self->locks;

  if (self->level <= level)
    return SQLITE_OK;
  if (self->level == SQLITE_LOCK_EXCLUSIVE)
    locks->exclusive--;
  if (self->level >= SQLITE_LOCK_PENDING)
    locks->pending -= locks->pending > 0;
  if (self->level >= SQLITE_LOCK_RESERVED)
    locks->reserved -= locks->reserved > 0;
  if (level == SQLITE_LOCK_NONE)
    locks->shared--;
  self->level = level;
  return SQLITE_OK;
}

static const sqlite3_io_methods METHODS = {
  .iVersion = 2,
  .xClose = sim_close,
  .xRead = sim_read,
  .xWrite = sim_write,
  .xTruncate = sim_truncate,
  .xSync = sim_sync,
  .xFileSize = sim_size,
  .xLock = sim_lock,
  .xUnlock = sim_unlock,
  .xCheckReservedLock = sim_check_reserved_lock,
  .xFileControl = sim_file_control,
  .xSectorSize = sim_sector_size,
  .xDeviceCharacteristics = sim_characteristics,
  .xShmMap = sim_shm_map,
  .xShmLock = sim_shm_lock,
  .xShmBarrier = sim_shm_barrier,
  .xShmUnmap = sim_shm_unmap,
};

/* --- the file system ------------------------------------------------------------------------- */

static int
sim_open (sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *file, int flags, int *out_flags)
{
  static guint n_temporary;
  VfsFile *self = SELF (file);
  g_autofree char *temporary =
      name ? NULL : g_strdup_printf (SIM_ROOT "temporary-%u", n_temporary++);
  gpointer *slot;

  memset (self, 0, sizeof *self);
  self->handle = sim_file_open (name ? name : temporary, flags & SQLITE_OPEN_CREATE ? O_CREAT : 0);
  last_errno = errno;
  if (self->handle == NULL)
    return errno == ENOSPC ? SQLITE_FULL : SQLITE_CANTOPEN;
  if (flags & SQLITE_OPEN_DELETEONCLOSE)
    self->delete_path = g_strdup (name ? name : temporary);
  slot = sim_file_slot (self->handle);
  if (*slot == NULL)
    *slot = g_new0 (Locks, 1);
  self->locks = *slot;
  self->locks->n_users++;
  if (out_flags)
    *out_flags = flags;
  self->base.pMethods = &METHODS;
  return SQLITE_OK;
}

static int
sim_delete (sqlite3_vfs *vfs, const char *name, int sync_folder)
{
  if (!sim_file_exists (name, NULL) && !sim_process ()->dead)
    return SQLITE_IOERR_DELETE_NOENT;
  return sim_file_unlink (name) == 0 ? SQLITE_OK : SQLITE_IOERR_DELETE;
}

static int
sim_access (sqlite3_vfs *vfs, const char *name, int flags, int *out)
{
  gint64 size = 0;

  if (sim_process ()->dead)
    return SQLITE_IOERR_ACCESS;
  *out = sim_file_exists (name, &size) && (flags != SQLITE_ACCESS_EXISTS || size > 0);
  return SQLITE_OK;
}

static int
sim_full_pathname (sqlite3_vfs *vfs, const char *name, int n, char *out)
{
  g_strlcpy (out, name, (gsize) n);
  return SQLITE_OK;
}

static int
sim_randomness (sqlite3_vfs *vfs, int n, char *out)
{
  SimProcess *process = sim_process ();

  sim_random_fill (process ? &process->machine->random : &sim.random, (guint8 *) out, (gsize) n);
  return n;
}

static int
sim_vfs_sleep (sqlite3_vfs *vfs, int us)
{
  return us;
}

static int
sim_time (sqlite3_vfs *vfs, sqlite3_int64 *out)
{
  *out = G_GINT64_CONSTANT (210866760000000) + sim_wall_ms ();
  return SQLITE_OK;
}

static int
sim_last_error (sqlite3_vfs *vfs, int n, char *out)
{
  return last_errno;
}

int
sim_vfs_register (void)
{
  static sqlite3_vfs vfs = {
    .iVersion = 2,
    .szOsFile = sizeof (VfsFile),
    .mxPathname = 512,
    .zName = "sim",
    .xOpen = sim_open,
    .xDelete = sim_delete,
    .xAccess = sim_access,
    .xFullPathname = sim_full_pathname,
    .xRandomness = sim_randomness,
    .xSleep = sim_vfs_sleep,
    .xGetLastError = sim_last_error,
    .xCurrentTimeInt64 = sim_time,
  };

  /* One thread: the engine's own locks would only cost time. */
  sqlite3_config (SQLITE_CONFIG_SINGLETHREAD);
  sqlite3_config (SQLITE_CONFIG_MEMSTATUS, 0);
  return sqlite3_vfs_register (&vfs, TRUE);
}

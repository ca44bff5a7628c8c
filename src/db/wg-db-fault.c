/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A layer between SQLite and the file system that counts writes and, armed by a test, lets one
 * fail. */
#include <string.h>
#include <unistd.h>

#include "db/wg-db-fault.h"
#include "db/wg-sqlite-private.h"

static gint64 fault_at; /* 0: off; atomic like the rest */
static gint64 fault_count;
static int fault_kind;
static gboolean fault_stays; /* lower-case letter: every call from the n-th on */

/**
 * wg_db_fault_arm:
 * @nth_write: which write-ish call of the file layer fails, from 1; 0 turns the faults off
 * @kind: 'F' disk full, 'I' I/O error, 'S' short write, 'X' the process exits there with status 99;
 *   in lower case ('f', 'i', 's') that call and all after it
 *
 * Arms one fault for the whole process and sets the count to 0. For tests only.
 *
 * Thread: any, but nobody may be writing.
 * Errors: none.
 */
void
wg_db_fault_arm (gint64 nth_write, char kind)
{
  fault_kind = g_ascii_toupper (kind);
  fault_stays = g_ascii_islower (kind);
  __atomic_store_n (&fault_count, 0, __ATOMIC_SEQ_CST);
  __atomic_store_n (&fault_at, nth_write, __ATOMIC_SEQ_CST);
}

/**
 * wg_db_fault_count:
 *
 * Counts the write-ish calls since the fault was armed.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: calls; 0 while off
 */
gint64
wg_db_fault_count (void)
{
  return __atomic_load_n (&fault_count, __ATOMIC_SEQ_CST);
}

/**
 * wg_db_fault_hit:
 *
 * Counts one write-ish call of a file writer beside SQLite.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: the letter of the fault to play here, in upper case; 0 to go on
 */
char
wg_db_fault_hit (void)
{
  gint64 at = __atomic_load_n (&fault_at, __ATOMIC_SEQ_CST);
  gint64 n;

  if (G_LIKELY (at == 0))
    return 0;
  n = __atomic_add_fetch (&fault_count, 1, __ATOMIC_SEQ_CST);
  return n == at || (fault_stays && n > at) ? (char) fault_kind : 0;
}

/**
 * wg_db_fault_exit:
 *
 * Ends the process as a crash would: nothing is flushed, no handler runs.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_db_fault_exit (void)
{
  _exit (99);
}

/* --- the file methods ------------------------------------------------------------------------ */

typedef struct
{
  sqlite3_file base;
  sqlite3_file *real; /* right behind this struct */
} FaultFile;

#define REAL(file) (((FaultFile *) (file))->real)
#define CALL(file, method, ...) (REAL (file)->pMethods->method (REAL (file), ##__VA_ARGS__))

static int
fault_close (sqlite3_file *file)
{
  return CALL (file, xClose);
}

static int
fault_read (sqlite3_file *file, void *data, int n, sqlite3_int64 offset)
{
  return CALL (file, xRead, data, n, offset);
}

static int
fault_write (sqlite3_file *file, const void *data, int n, sqlite3_int64 offset)
{
  char kind = wg_db_fault_hit ();

  if (kind == 0)
    return CALL (file, xWrite, data, n, offset);
  if (kind == 'S' || kind == 'X')
    CALL (file, xWrite, data, n / 2, offset);
  if (kind == 'X')
    wg_db_fault_exit ();
  return kind == 'F' ? SQLITE_FULL : SQLITE_IOERR_WRITE;
}

static int
fault_truncate (sqlite3_file *file, sqlite3_int64 size)
{
  char kind = wg_db_fault_hit ();

  if (kind == 'X')
    wg_db_fault_exit ();
  /* Making a file smaller needs no space. */
  return kind && kind != 'F' ? SQLITE_IOERR_TRUNCATE : CALL (file, xTruncate, size);
}

static int
fault_sync (sqlite3_file *file, int flags)
{
  char kind = wg_db_fault_hit ();

  if (kind == 'X')
    wg_db_fault_exit ();
  return kind && kind != 'F' ? SQLITE_IOERR_FSYNC : CALL (file, xSync, flags);
}

static int
fault_file_size (sqlite3_file *file, sqlite3_int64 *out_size)
{
  return CALL (file, xFileSize, out_size);
}

static int
fault_lock (sqlite3_file *file, int level)
{
  return CALL (file, xLock, level);
}

static int
fault_unlock (sqlite3_file *file, int level)
{
  return CALL (file, xUnlock, level);
}

static int
fault_check_reserved_lock (sqlite3_file *file, int *out_locked)
{
  return CALL (file, xCheckReservedLock, out_locked);
}

static int
fault_file_control (sqlite3_file *file, int operation, void *argument)
{
  return CALL (file, xFileControl, operation, argument);
}

static int
fault_sector_size (sqlite3_file *file)
{
  return CALL (file, xSectorSize);
}

static int
fault_device_characteristics (sqlite3_file *file)
{
  return CALL (file, xDeviceCharacteristics);
}

static int
fault_shm_map (sqlite3_file *file, int page, int size, int extend, void volatile **out_page)
{
  return CALL (file, xShmMap, page, size, extend, out_page);
}

static int
fault_shm_lock (sqlite3_file *file, int offset, int n, int flags)
{
  return CALL (file, xShmLock, offset, n, flags);
}

static void
fault_shm_barrier (sqlite3_file *file)
{
  CALL (file, xShmBarrier);
}

static int
fault_shm_unmap (sqlite3_file *file, int delete_it)
{
  return CALL (file, xShmUnmap, delete_it);
}

static const sqlite3_io_methods FAULT_METHODS = {
  .iVersion = 2, /* no memory mapping: encrypted pages cannot use it */
  .xClose = fault_close,
  .xRead = fault_read,
  .xWrite = fault_write,
  .xTruncate = fault_truncate,
  .xSync = fault_sync,
  .xFileSize = fault_file_size,
  .xLock = fault_lock,
  .xUnlock = fault_unlock,
  .xCheckReservedLock = fault_check_reserved_lock,
  .xFileControl = fault_file_control,
  .xSectorSize = fault_sector_size,
  .xDeviceCharacteristics = fault_device_characteristics,
  .xShmMap = fault_shm_map,
  .xShmLock = fault_shm_lock,
  .xShmBarrier = fault_shm_barrier,
  .xShmUnmap = fault_shm_unmap,
};

/* --- the file system ------------------------------------------------------------------------- */

static sqlite3_vfs *
get_real_vfs (sqlite3_vfs *vfs)
{
  return vfs->pAppData;
}

static int
fault_open (sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *file, int flags, int *out_flags)
{
  FaultFile *self = (FaultFile *) file;
  char kind = flags & SQLITE_OPEN_CREATE ? wg_db_fault_hit () : 0;
  int rc;

  self->base.pMethods = NULL;
  self->real = (sqlite3_file *) (self + 1);
  if (kind == 'X')
    wg_db_fault_exit ();
  if (kind)
    return kind == 'F' ? SQLITE_FULL : SQLITE_CANTOPEN;
  rc = get_real_vfs (vfs)->xOpen (get_real_vfs (vfs), name, self->real, flags, out_flags);
  if (self->real->pMethods)
    self->base.pMethods = &FAULT_METHODS;
  return rc;
}

static int
fault_delete (sqlite3_vfs *vfs, const char *name, int sync_folder)
{
  char kind = wg_db_fault_hit ();

  if (kind == 'X')
    wg_db_fault_exit ();
  if (kind && kind != 'F')
    return SQLITE_IOERR_DELETE;
  return get_real_vfs (vfs)->xDelete (get_real_vfs (vfs), name, sync_folder);
}

static gpointer
register_vfs (gpointer unused)
{
  static sqlite3_vfs vfs;
  sqlite3_vfs *real;

  if (sqlite3_initialize () != SQLITE_OK)
    return GINT_TO_POINTER (SQLITE_ERROR);
  real = sqlite3_vfs_find (NULL);
  if (real == NULL)
    return GINT_TO_POINTER (SQLITE_ERROR);
  /* All but the two below goes straight to the real one: its methods do not look at the object. */
  vfs = *real;
  vfs.pNext = NULL;
  vfs.zName = WG_DB_VFS;
  vfs.szOsFile = (int) sizeof (FaultFile) + real->szOsFile;
  vfs.pAppData = real;
  vfs.xOpen = fault_open;
  vfs.xDelete = fault_delete;
  return GINT_TO_POINTER (sqlite3_vfs_register (&vfs, FALSE));
}

/**
 * wg_db_fault_register:
 *
 * Makes the layer known to SQLite under the name %WG_DB_VFS, once.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: SQLITE_OK, or the engine's code
 */
int
wg_db_fault_register (void)
{
  static GOnce once = G_ONCE_INIT;

  return GPOINTER_TO_INT (g_once (&once, register_vfs, NULL));
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Loaded before a program: what it writes below the folder WG_TEST_POWER_DIR lies in a cache that
 * the loss of power empties. Power goes at the write-ish call number WG_TEST_POWER_AT, else when
 * the program ends. Then the folder is made what a disk may hold: everything that was synced, and
 * of the rest each write kept, lost or torn at sectors of 512 bytes, the names of each folder up to
 * some point, by the seed WG_TEST_POWER_SEED. WG_TEST_POWER_LIES: files whose names end so are said
 * to be synced and are not. WG_TEST_POWER_SAY: a file that is told "cut" or "end", the number of
 * calls, and what was kept, lost and torn.
 *
 * One process at a time in a folder; what is on the disk when it starts is synced. Written by mmap
 * is only the index of SQLite's log (-shm), which is gone after a loss of power. */
#undef _FILE_OFFSET_BITS /* both spellings of each call are made here */
#include "support/power-disk.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEAD 97 /* exit status of a program that lost its power */

static pthread_mutex_t lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static long cut_at, n_calls;

#define DECLARE(type, name, ...) static type (*real_##name) (__VA_ARGS__)
DECLARE (int, openat64, int, const char *, int, ...);
DECLARE (ssize_t, write, int, const void *, size_t);
DECLARE (ssize_t, pwrite64, int, const void *, size_t, off64_t);
DECLARE (int, ftruncate64, int, off64_t);
DECLARE (int, fallocate64, int, int, off64_t, off64_t);
DECLARE (int, posix_fallocate64, int, off64_t, off64_t);
DECLARE (int, fsync, int);
DECLARE (int, rename, const char *, const char *);
DECLARE (int, unlink, const char *);
DECLARE (int, unlinkat, int, const char *, int);
DECLARE (int, mkdir, const char *, mode_t);
DECLARE (int, rmdir, const char *);

static void
find (void *call, const char *name)
{
  if (*(void **) call == NULL)
    *(void **) call = power_must (dlsym (RTLD_NEXT, name));
}

#define REAL(name) (find (&real_##name, #name), real_##name)

__attribute__ ((constructor)) static void
begin (void)
{
  const char *at = getenv ("WG_TEST_POWER_AT");

  cut_at = at ? atol (at) : 0;
  power_begin ();
}

/* One write-ish call; power may go before it has done anything for good. Others wait for ever. */
static void
count (void)
{
  if (++n_calls != cut_at)
    return;
  power_lose ("cut", n_calls);
  _exit (DEAD);
}

__attribute__ ((destructor)) static void
end (void)
{
  pthread_mutex_lock (&lock);
  if (power_is_on ())
    power_lose ("end", n_calls);
  pthread_mutex_unlock (&lock);
}

/* --- the calls -------------------------------------------------------------------------------- */

static int
open_noted (int folder, const char *name, int flags, mode_t mode)
{
  char *path =
      (flags & O_ACCMODE) != O_RDONLY || (flags & O_CREAT) ? power_get_path (folder, name) : NULL;
  struct stat info;
  int is_new, fd, code;

  if (path == NULL || power_is_index (path))
    {
      free (path);
      return REAL (openat64) (folder, name, flags, mode);
    }
  pthread_mutex_lock (&lock);
  is_new = lstat (path, &info) != 0;
  if (!is_new)
    power_learn (path, 0);
  fd = REAL (openat64) (folder, name, flags, mode);
  code = errno;
  if (fd >= 0 && is_new)
    {
      File *file = power_learn (path, 1);

      if (file)
        {
          power_note_change (NAME_MADE, path, NULL, file);
          count ();
        }
    }
  else if (fd >= 0 && (flags & O_TRUNC) && power_find_open (fd))
    {
      power_note_write (power_find_open (fd), 0, NULL, 0);
      count ();
    }
  pthread_mutex_unlock (&lock);
  free (path);
  errno = code;
  return fd;
}

#define MODE_OF(flags)                                                                             \
  mode_t mode = 0;                                                                                 \
  if ((flags) & (O_CREAT | O_TMPFILE))                                                             \
    {                                                                                              \
      va_list list;                                                                                \
      va_start (list, flags);                                                                      \
      mode = va_arg (list, mode_t);                                                                \
      va_end (list);                                                                               \
    }

int
open (const char *path, int flags, ...)
{
  MODE_OF (flags)
  return open_noted (AT_FDCWD, path, flags, mode);
}

int
open64 (const char *path, int flags, ...)
{
  MODE_OF (flags)
  return open_noted (AT_FDCWD, path, flags, mode);
}

int
openat (int folder, const char *path, int flags, ...)
{
  MODE_OF (flags)
  return open_noted (folder, path, flags, mode);
}

int
openat64 (int folder, const char *path, int flags, ...)
{
  MODE_OF (flags)
  return open_noted (folder, path, flags, mode);
}

static ssize_t
write_noted (int fd, const void *data, size_t n, off64_t offset, int at_place)
{
  File *file;
  ssize_t done;
  int code;

  pthread_mutex_lock (&lock);
  file = power_find_open (fd);
  if (file && !at_place)
    offset = fcntl (fd, F_GETFL) & O_APPEND ? lseek64 (fd, 0, SEEK_END) : lseek64 (fd, 0, SEEK_CUR);
  done = at_place ? REAL (pwrite64) (fd, data, n, offset) : REAL (write) (fd, data, n);
  code = errno;
  if (file && done > 0)
    {
      power_note_write (file, offset, data, done);
      count ();
    }
  pthread_mutex_unlock (&lock);
  errno = code;
  return done;
}

/* Lines and pipes are nobody's business, and may wait for long. */
ssize_t
write (int fd, const void *data, size_t n)
{
  return power_find_open (fd) ? write_noted (fd, data, n, 0, 0) : REAL (write) (fd, data, n);
}

ssize_t
pwrite (int fd, const void *data, size_t n, off_t offset)
{
  return write_noted (fd, data, n, offset, 1);
}

ssize_t
pwrite64 (int fd, const void *data, size_t n, off64_t offset)
{
  return write_noted (fd, data, n, offset, 1);
}

static int
resize_noted (int fd, off64_t n)
{
  File *file;
  int done, code;

  pthread_mutex_lock (&lock);
  file = power_find_open (fd);
  done = REAL (ftruncate64) (fd, n);
  code = errno;
  if (file && done == 0)
    {
      power_note_write (file, n, NULL, 0);
      count ();
    }
  pthread_mutex_unlock (&lock);
  errno = code;
  return done;
}

int
ftruncate (int fd, off_t n)
{
  return resize_noted (fd, n);
}

int
ftruncate64 (int fd, off64_t n)
{
  return resize_noted (fd, n);
}

/* Space that was set aside is a longer file. */
static void
note_space (int fd, off64_t end)
{
  File *file = power_find_open (fd);
  struct stat info;

  if (file == NULL || fstat (fd, &info) != 0 || info.st_size < end)
    return;
  power_note_write (file, info.st_size, NULL, 0);
  count ();
}

int
fallocate64 (int fd, int mode, off64_t offset, off64_t n)
{
  int done;

  pthread_mutex_lock (&lock);
  done = REAL (fallocate64) (fd, mode, offset, n);
  if (done == 0)
    note_space (fd, offset + n);
  pthread_mutex_unlock (&lock);
  return done;
}

int
fallocate (int fd, int mode, off_t offset, off_t n)
{
  return fallocate64 (fd, mode, offset, n);
}

int
posix_fallocate64 (int fd, off64_t offset, off64_t n)
{
  int done;

  pthread_mutex_lock (&lock);
  done = REAL (posix_fallocate64) (fd, offset, n);
  if (done == 0)
    note_space (fd, offset + n);
  pthread_mutex_unlock (&lock);
  return done;
}

int
posix_fallocate (int fd, off_t offset, off_t n)
{
  return posix_fallocate64 (fd, offset, n);
}

static int
sync_noted (int fd)
{
  char link[64], path[PATH_MAX];
  struct stat info;
  ssize_t n;

  snprintf (link, sizeof link, "/proc/self/fd/%d", fd);
  n = power_is_on () && fstat (fd, &info) == 0 ? readlink (link, path, sizeof path - 1) : -1;
  if (n < 0)
    return REAL (fsync) (fd);
  path[n] = '\0';
  pthread_mutex_lock (&lock);
  if (power_find_open (fd) || S_ISDIR (info.st_mode))
    {
      count (); /* power goes before it is done */
      if (S_ISDIR (info.st_mode))
        power_sync_folder (path);
      else if (!power_is_lie (path))
        power_sync_file (power_find_open (fd));
    }
  pthread_mutex_unlock (&lock);
  return 0; /* the machine's own disk need not be bothered */
}

int
fsync (int fd)
{
  return sync_noted (fd);
}

int
fdatasync (int fd)
{
  return sync_noted (fd);
}

int
rename (const char *from, const char *to)
{
  char *path = power_get_path (AT_FDCWD, from), *target = power_get_path (AT_FDCWD, to);
  struct stat info;
  int done, code, is_folder;

  if (path == NULL || target == NULL)
    {
      free (path);
      free (target);
      return REAL (rename) (from, to);
    }
  pthread_mutex_lock (&lock);
  is_folder = stat (path, &info) == 0 && S_ISDIR (info.st_mode);
  if (!is_folder)
    {
      power_learn (path, 0);
      power_learn (target, 0);
    }
  done = REAL (rename) (from, to);
  code = errno;
  if (done == 0 && is_folder)
    abort (); /* write that down when a program does it */
  if (done == 0)
    {
      power_note_change (NAME_MOVED, path, target, NULL);
      count ();
    }
  pthread_mutex_unlock (&lock);
  free (path);
  free (target);
  errno = code;
  return done;
}

static int
remove_noted (const char *name, char *path, int (*remove_it) (const char *), NameKind kind)
{
  int done, code;

  pthread_mutex_lock (&lock);
  if (kind == NAME_GONE)
    power_learn (path, 0);
  done = remove_it (name);
  code = errno;
  if (done == 0 && !power_is_index (path))
    {
      power_note_change (kind, path, NULL, NULL);
      count ();
    }
  pthread_mutex_unlock (&lock);
  free (path);
  errno = code;
  return done;
}

int
unlink (const char *name)
{
  char *path = power_get_path (AT_FDCWD, name);

  return path ? remove_noted (name, path, REAL (unlink), NAME_GONE) : REAL (unlink) (name);
}

int
unlinkat (int folder, const char *name, int flags)
{
  char *path = power_get_path (folder, name);
  int done;

  if (path == NULL || folder != AT_FDCWD)
    {
      if (path)
        abort (); /* write that down when a program does it */
      return REAL (unlinkat) (folder, name, flags);
    }
  done = flags & AT_REMOVEDIR ? rmdir (path) : unlink (path);
  free (path);
  return done;
}

int
rmdir (const char *name)
{
  char *path = power_get_path (AT_FDCWD, name);

  return path ? remove_noted (name, path, REAL (rmdir), FOLDER_GONE) : REAL (rmdir) (name);
}

int
mkdir (const char *name, mode_t mode)
{
  char *path = power_get_path (AT_FDCWD, name);
  int done, code;

  if (path == NULL)
    return REAL (mkdir) (name, mode);
  pthread_mutex_lock (&lock);
  done = REAL (mkdir) (name, mode);
  code = errno;
  if (done == 0)
    {
      power_note_change (FOLDER_MADE, path, NULL, NULL);
      count ();
    }
  pthread_mutex_unlock (&lock);
  free (path);
  errno = code;
  return done;
}

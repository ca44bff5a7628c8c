/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a disk knows of the files of a folder, and what is left of it when its power goes. */
#undef _FILE_OFFSET_BITS
#include "support/power-disk.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SECTOR 512

/* --- what there is --------------------------------------------------------------------------- */

typedef struct
{
  int64_t offset, n; /* @data NULL: the file's new length is @offset */
  char *data;
} Write;

struct File
{
  struct File *next;
  dev_t dev;
  ino_t ino;
  mode_t mode;
  char *synced; /* content that is on the disk */
  int64_t n_synced;
  Write *writes; /* after that */
  size_t n_writes;
};

/* A change of names, in order. */
typedef struct
{
  NameKind kind;
  char *path, *to;
  File *file;
  int synced;
} Change;

/* A name as it was when the program started, of files that were touched. */
typedef struct
{
  char *path;
  File *file;
} Name;

static const char *root;
static size_t root_length;
static File *files;
static Change *changes;
static size_t n_changes;
static Name *names;
static size_t n_names;
static const char *lies;
static uint64_t chance;
static long n_kept, n_lost, n_torn;

void *
power_must (void *memory)
{
  if (memory == NULL)
    abort ();
  return memory;
}

void
power_begin (void)
{
  const char *seed = getenv ("WG_TEST_POWER_SEED");

  root = getenv ("WG_TEST_POWER_DIR");
  root_length = root ? strlen (root) : 0;
  lies = getenv ("WG_TEST_POWER_LIES");
  chance = (seed ? strtoull (seed, NULL, 10) : 1) * 0x9e3779b97f4a7c15u + 1;
}

int
power_is_on (void)
{
  return root != NULL;
}

static uint32_t
draw (uint32_t n)
{
  chance ^= chance << 13;
  chance ^= chance >> 7;
  chance ^= chance << 17;
  return (uint32_t) (chance >> 32) % n;
}

/* The whole path when it lies in our folder. */
char *
power_get_path (int folder, const char *path)
{
  char full[PATH_MAX], parent[PATH_MAX];
  char *found;

  if (root == NULL)
    return NULL;
  if (path[0] == '/')
    snprintf (full, sizeof full, "%s", path);
  else
    {
      char link[64];
      ssize_t n;

      snprintf (link, sizeof link, folder == AT_FDCWD ? "/proc/self/cwd" : "/proc/self/fd/%d",
                folder);
      n = readlink (link, parent, sizeof parent - 1);
      if (n < 0)
        return NULL;
      parent[n] = '\0';
      if ((size_t) snprintf (full, sizeof full, "%s/%s", parent, path) >= sizeof full)
        return NULL;
    }
  if (strncmp (full, root, root_length) != 0 ||
      (full[root_length] != '/' && full[root_length] != '\0'))
    return NULL;
  found = power_must (strdup (full));
  for (size_t n = strlen (found); n > 1 && found[n - 1] == '/'; n--)
    found[n - 1] = '\0';
  return found;
}

int
power_is_index (const char *path)
{
  size_t n = strlen (path);

  return n > 4 && strcmp (path + n - 4, "-shm") == 0;
}

static char *
get_parent (const char *path)
{
  char *parent = power_must (strdup (path));
  char *slash = strrchr (parent, '/');

  if (slash)
    *slash = '\0';
  return parent;
}

static File *
find_file (const struct stat *info)
{
  for (File *file = files; file; file = file->next)
    if (file->dev == info->st_dev && file->ino == info->st_ino)
      return file;
  return NULL;
}

/* What is on the disk of a file before it is changed for the first time. */
File *
power_learn (const char *path, int is_new)
{
  struct stat info;
  File *file;
  int fd;

  if (power_is_index (path) || stat (path, &info) != 0 || !S_ISREG (info.st_mode))
    return NULL;
  file = find_file (&info);
  if (file && is_new)
    file->ino = 0; /* one that is gone had the number */
  else if (file)
    return file;
  file = power_must (calloc (1, sizeof *file));
  *file =
      (File) { .next = files, .dev = info.st_dev, .ino = info.st_ino, .mode = info.st_mode & 0777 };
  files = file;
  if (is_new)
    return file;
  names = power_must (realloc (names, (n_names + 1) * sizeof *names));
  names[n_names++] = (Name) { power_must (strdup (path)), file };
  file->n_synced = info.st_size;
  file->synced = power_must (malloc ((size_t) info.st_size + 1));
  fd = (int) syscall (SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
  for (int64_t at = 0; fd >= 0 && at < file->n_synced;)
    {
      ssize_t n = pread (fd, file->synced + at, (size_t) (file->n_synced - at), at);

      if (n <= 0)
        abort ();
      at += n;
    }
  if (fd >= 0)
    syscall (SYS_close, fd);
  return file;
}

File *
power_find_open (int fd)
{
  struct stat info;

  return root && files && fstat (fd, &info) == 0 ? find_file (&info) : NULL;
}

void
power_note_change (NameKind kind, const char *path, const char *to, File *file)
{
  changes = power_must (realloc (changes, (n_changes + 1) * sizeof *changes));
  changes[n_changes++] =
      (Change) { kind, power_must (strdup (path)), to ? power_must (strdup (to)) : NULL, file, 0 };
}

void
power_note_write (File *file, int64_t offset, const void *data, int64_t n)
{
  Write *write;

  file->writes = power_must (realloc (file->writes, (file->n_writes + 1) * sizeof *file->writes));
  write = &file->writes[file->n_writes++];
  *write = (Write) { offset, n, NULL };
  if (data)
    write->data = memcpy (power_must (malloc ((size_t) n + 1)), data, (size_t) n);
}

/* --- the loss of power ------------------------------------------------------------------------ */

static void
resize (File *file, int64_t n)
{
  file->synced = power_must (realloc (file->synced, (size_t) n + 1));
  if (n > file->n_synced)
    memset (file->synced + file->n_synced, 0, (size_t) (n - file->n_synced));
  file->n_synced = n;
}

static void
put (File *file, int64_t offset, const char *data, int64_t n)
{
  if (offset + n > file->n_synced)
    resize (file, offset + n);
  memcpy (file->synced + offset, data, (size_t) n);
}

/* Some sectors of it, others not. */
static void
tear (File *file, const Write *write)
{
  int64_t end = write->offset + write->n;

  for (int64_t at = write->offset; at < end;)
    {
      int64_t next = (at / SECTOR + 1) * SECTOR;

      next = next < end ? next : end;
      if (draw (2))
        put (file, at, write->data + (at - write->offset), next - at);
      at = next;
    }
}

static void
apply (File *file, const Write *write)
{
  if (write->data)
    put (file, write->offset, write->data, write->n);
  else
    resize (file, write->offset);
}

void
power_sync_file (File *file)
{
  for (size_t i = 0; i < file->n_writes; i++)
    {
      apply (file, &file->writes[i]);
      free (file->writes[i].data);
    }
  file->n_writes = 0;
}

static void
settle_file (File *file)
{
  uint32_t mood = draw (4); /* all kept, all lost, else each by itself */

  for (size_t i = 0; i < file->n_writes; i++)
    {
      uint32_t fate = mood == 0 ? 0 : mood == 1 ? 1 : draw (3);

      if (fate == 0)
        apply (file, &file->writes[i]);
      else if (fate == 2 && file->writes[i].data)
        tear (file, &file->writes[i]);
      *(fate == 0 ? &n_kept : fate == 1 ? &n_lost : &n_torn) += 1;
    }
  file->n_writes = 0;
}

static int
is_below (const char *path, const char *folder)
{
  size_t n = strlen (folder);

  return strncmp (path, folder, n) == 0 && (path[n] == '/' || path[n] == '\0');
}

/* The names of each folder up to some change of it; what was synced before that anyhow. */
static void
settle_names (void)
{
  for (size_t i = 0; i < n_changes; i++)
    {
      char *parent;
      int keep = 1;

      if (changes[i].synced)
        continue;
      parent = get_parent (changes[i].path);
      for (size_t k = i; k < n_changes; k++)
        {
          char *other = get_parent (changes[k].path);

          if (!changes[k].synced && strcmp (parent, other) == 0)
            {
              keep = keep && draw (3) != 0;
              changes[k].synced = keep ? 1 : -1;
              *(keep ? &n_kept : &n_lost) += 1;
            }
          free (other);
        }
      free (parent);
    }
}

static void
set_name (const char *path, File *file)
{
  for (size_t i = 0; i < n_names; i++)
    if (strcmp (names[i].path, path) == 0)
      {
        names[i].file = file;
        return;
      }
  names = power_must (realloc (names, (n_names + 1) * sizeof *names));
  names[n_names++] = (Name) { power_must (strdup (path)), file };
}

static File *
get_name (const char *path)
{
  for (size_t i = 0; i < n_names; i++)
    if (strcmp (names[i].path, path) == 0)
      return names[i].file;
  return NULL;
}

static void
replay_names (void)
{
  for (size_t i = 0; i < n_changes; i++)
    {
      const Change *change = &changes[i];

      if (change->synced < 0)
        {
          if (change->kind == FOLDER_MADE) /* and with it whatever was put there */
            for (size_t k = i + 1; k < n_changes; k++)
              if (is_below (changes[k].to ? changes[k].to : changes[k].path, change->path))
                changes[k].synced = -1;
          continue;
        }
      if (change->kind == NAME_MADE)
        set_name (change->path, change->file);
      if (change->kind == NAME_GONE)
        set_name (change->path, NULL);
      if (change->kind == NAME_MOVED)
        {
          File *file = get_name (change->path);

          set_name (change->path, NULL);
          set_name (change->to, file);
        }
    }
}

/* Names that are on the machine's disk now and will not be. */
static void
clear_names (void)
{
  for (size_t i = 0; i < n_changes; i++)
    {
      syscall (SYS_unlink, changes[i].path);
      if (changes[i].to)
        syscall (SYS_unlink, changes[i].to);
    }
  for (size_t i = 0; i < n_names; i++)
    syscall (SYS_unlink, names[i].path);
  for (size_t i = n_changes; i-- > 0;)
    if (changes[i].kind == FOLDER_MADE && changes[i].synced < 0)
      syscall (SYS_rmdir, changes[i].path);
}

static void
write_names (void)
{
  for (size_t i = 0; i < n_names; i++)
    {
      const File *file = names[i].file;
      char index[PATH_MAX];
      int fd;

      snprintf (index, sizeof index, "%.*s-shm", PATH_MAX - 8, names[i].path);
      syscall (SYS_unlink, index);
      if (file == NULL)
        continue;
      fd = (int) syscall (SYS_openat, AT_FDCWD, names[i].path,
                          O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, file->mode);
      for (int64_t at = 0; at < file->n_synced;)
        {
          ssize_t n =
              syscall (SYS_pwrite64, fd, file->synced + at, (size_t) (file->n_synced - at), at);

          if (n <= 0)
            abort ();
          at += n;
        }
      if (fd >= 0)
        syscall (SYS_close, fd);
    }
}

void
power_lose (const char *word, long n_calls)
{
  const char *say = getenv ("WG_TEST_POWER_SAY");

  for (File *file = files; file; file = file->next)
    settle_file (file);
  settle_names ();
  replay_names ();
  clear_names ();
  write_names ();
  root = NULL;
  if (say)
    {
      char text[128];
      int n = snprintf (text, sizeof text, "%s %ld %ld %ld %ld\n", word, n_calls, n_kept, n_lost,
                        n_torn);
      int fd =
          (int) syscall (SYS_openat, AT_FDCWD, say, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

      if (fd < 0 || syscall (SYS_write, fd, text, (size_t) n) != n)
        abort ();
      syscall (SYS_close, fd);
    }
}

int
power_is_lie (const char *path)
{
  size_t n = strlen (path), end = lies ? strlen (lies) : 0;

  return lies && n >= end && strcmp (path + n - end, lies) == 0;
}

void
power_sync_folder (const char *path)
{
  for (size_t i = 0; i < n_changes; i++)
    {
      char *parent = get_parent (changes[i].to ? changes[i].to : changes[i].path);

      if (strcmp (parent, path) == 0)
        changes[i].synced = 1;
      free (parent);
    }
}

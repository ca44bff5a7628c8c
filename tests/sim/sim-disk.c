/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A disk in memory: what programs see, what is durable, and the writes and names between the two.
 * A loss of power decides about each of them. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "sim-bytes.h"
#include "sim.h"

#define SECTOR 512

typedef struct
{
  gint64 offset; /* or the size of a truncation */
  GBytes *bytes; /* %NULL: a truncation */
} Write;

typedef struct
{
  guint refs;
  gboolean folder;
  SimBytes seen, durable; /* @seen is @durable with all of @writes */
  gint64 allocated;       /* by fallocate, no bytes here */
  GArray *writes;         /* of Write, not synced */
  gpointer slot;
} File;

typedef struct
{
  char *from, *to; /* @from %NULL: made; @to %NULL: removed */
  File *file;
} Rename;

struct _SimDisk
{
  GHashTable *names, *durable_names; /* path -> File */
  GPtrArray *renames;                /* of Rename, not synced, in order */
  gboolean full, lies;
  guint errors;
};

struct _SimHandle
{
  SimDisk *disk;
  File *file;
  SimProcess *process;
};

SimDiskCounts sim_disk_counts;

/* --- files ----------------------------------------------------------------------------------- */

static void
clear_write (gpointer data)
{
  g_clear_pointer (&((Write *) data)->bytes, g_bytes_unref);
}

static File *
file_new (gboolean folder)
{
  File *self = g_new0 (File, 1);

  self->refs = 1;
  self->folder = folder;
  sim_bytes_init (&self->seen);
  sim_bytes_init (&self->durable);
  self->writes = g_array_new (FALSE, FALSE, sizeof (Write));
  g_array_set_clear_func (self->writes, clear_write);
  return self;
}

static File *
file_ref (File *self)
{
  self->refs++;
  return self;
}

static void
file_unref (gpointer data)
{
  File *self = data;

  if (--self->refs > 0)
    return;
  g_assert (self->slot == NULL);
  sim_bytes_clear (&self->seen);
  sim_bytes_clear (&self->durable);
  g_array_unref (self->writes);
  g_free (self);
}

static void
play (File *self, const Write *write)
{
  gsize n;
  const guint8 *data;

  if (write->bytes == NULL)
    return sim_bytes_resize (&self->durable, write->offset);
  data = g_bytes_get_data (write->bytes, &n);
  sim_bytes_write (&self->durable, data, n, write->offset);
}

/* Then what is durable is what is seen. */
static void
play_all (File *self)
{
  sim_bytes_resize (&self->durable, self->seen.size);
  for (guint i = 0; i < self->writes->len; i++)
    {
      const Write *write = &g_array_index (self->writes, Write, i);

      if (write->bytes)
        sim_bytes_share_range (&self->durable, &self->seen, write->offset,
                               g_bytes_get_size (write->bytes));
      else
        sim_bytes_share (&self->durable, &self->seen);
    }
  g_array_set_size (self->writes, 0);
}

/* Whole sectors of a write, some there and some not. */
static void
play_torn (File *self, const Write *write)
{
  gsize n = g_bytes_get_size (write->bytes);
  const guint8 *data = g_bytes_get_data (write->bytes, NULL);

  sim_disk_counts.n_torn++;
  for (gsize at = 0; at < n; at += SECTOR)
    if (sim_random_chance (&sim.random, 5000))
      sim_bytes_write (&self->durable, data + at, MIN (SECTOR, n - at),
                       write->offset + (gint64) at);
}

static void
file_power_loss (File *self, SimPower power)
{
  for (guint i = 0; i < self->writes->len && power != SIM_POWER_LOSE; i++)
    {
      const Write *write = &g_array_index (self->writes, Write, i);
      guint fate = power == SIM_POWER_KEEP ? 1 : sim_random_below (&sim.random, 3);

      if (fate == 1)
        play (self, write);
      else if (fate == 2 && write->bytes)
        play_torn (self, write);
    }
  g_array_set_size (self->writes, 0);
  sim_bytes_share (&self->seen, &self->durable);
}

/* --- names ----------------------------------------------------------------------------------- */

static GHashTable *
names_new (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free, file_unref);
}

static void
put_name (GHashTable *names, const char *path, File *file)
{
  g_hash_table_replace (names, g_strdup (path), file_ref (file));
}

static void
rename_free (gpointer data)
{
  Rename *self = data;

  g_free (self->from);
  g_free (self->to);
  file_unref (self->file);
  g_free (self);
}

/* A folder takes what lies in it along. */
static void
move_name (GHashTable *names, const char *from, const char *to)
{
  g_autofree char *inside = g_strconcat (from, "/", NULL);
  g_autoptr (GPtrArray) paths = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer path;

  g_hash_table_iter_init (&iter, names);
  while (g_hash_table_iter_next (&iter, &path, NULL))
    if (g_str_equal (path, from) || g_str_has_prefix (path, inside))
      g_ptr_array_add (paths, g_strdup (path));
  for (guint i = 0; i < paths->len; i++)
    {
      const char *old = paths->pdata[i];
      g_autofree char *new = g_strconcat (to, old + strlen (from), NULL);
      put_name (names, new, g_hash_table_lookup (names, old));
      g_hash_table_remove (names, old);
    }
}

static void
play_rename (GHashTable *names, const Rename *rename)
{
  if (rename->from == NULL)
    put_name (names, rename->to, rename->file);
  else if (rename->to == NULL)
    g_hash_table_remove (names, rename->from);
  else
    move_name (names, rename->from, rename->to);
}

static void
play_renames (SimDisk *self, guint n)
{
  for (guint i = 0; i < n; i++)
    play_rename (self->durable_names, self->renames->pdata[i]);
  g_ptr_array_set_size (self->renames, 0);
}

static void
note_rename (SimDisk *self, const char *from, const char *to, File *file)
{
  Rename *rename = g_new0 (Rename, 1);

  rename->from = g_strdup (from);
  rename->to = g_strdup (to);
  rename->file = file_ref (file);
  play_rename (self->names, rename);
  g_ptr_array_add (self->renames, rename);
}

/* A folder is durable at once: none is made while something fails. */
static void
make_folder (SimDisk *self, const char *path)
{
  g_autofree char *parent = g_path_get_dirname (path);
  File *file;

  if (g_hash_table_contains (self->names, path))
    return;
  if (strlen (parent) > 1)
    make_folder (self, parent);
  file = file_new (TRUE);
  put_name (self->names, path, file);
  put_name (self->durable_names, path, file);
  file_unref (file);
}

/* --- the disk -------------------------------------------------------------------------------- */

SimDisk *
sim_disk_new (void)
{
  SimDisk *self = g_new0 (SimDisk, 1);

  self->names = names_new ();
  self->durable_names = names_new ();
  self->renames = g_ptr_array_new_with_free_func (rename_free);
  make_folder (self, "/sim");
  return self;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/* In the order of their names: the order of a table is nobody's promise. */
static GPtrArray *
list_names (GHashTable *names)
{
  GPtrArray *paths = g_hash_table_get_keys_as_ptr_array (names);

  g_ptr_array_sort (paths, compare_names);
  return paths;
}

SimDisk *
sim_disk_copy (SimDisk *self)
{
  SimDisk *copy = sim_disk_new ();
  GHashTableIter iter;
  gpointer path, value;

  g_hash_table_iter_init (&iter, self->names);
  while (g_hash_table_iter_next (&iter, &path, &value))
    {
      const File *file = value;
      File *twin = file_new (file->folder);

      twin->allocated = file->allocated;
      sim_bytes_share (&twin->seen, &file->seen);
      sim_bytes_share (&twin->durable, &file->seen);
      put_name (copy->names, path, twin);
      put_name (copy->durable_names, path, twin);
      file_unref (twin);
    }
  return copy;
}

void
sim_disk_free (SimDisk *self)
{
  g_ptr_array_unref (self->renames);
  g_hash_table_unref (self->names);
  g_hash_table_unref (self->durable_names);
  g_free (self);
}

void
sim_disk_power_loss (SimDisk *self, SimPower power)
{
  guint n = power == SIM_POWER_LOSE   ? 0
            : power == SIM_POWER_KEEP ? self->renames->len
                                      : sim_random_below (&sim.random, self->renames->len + 1);
  GHashTableIter iter;
  gpointer path, file;
  g_autoptr (GPtrArray) paths = NULL;

  play_renames (self, n); /* a journal ends somewhere, but has no holes */
  paths = list_names (self->durable_names);
  g_hash_table_remove_all (self->names);
  for (guint i = 0; i < paths->len; i++)
    {
      file = g_hash_table_lookup (self->durable_names, paths->pdata[i]);
      file_power_loss (file, power);
    }
  g_hash_table_iter_init (&iter, self->durable_names);
  while (g_hash_table_iter_next (&iter, &path, &file))
    put_name (self->names, path, file);
}

void
sim_disk_set_full (SimDisk *self, gboolean full)
{
  self->full = full;
}

void
sim_disk_set_errors (SimDisk *self, guint in_10000)
{
  self->errors = in_10000;
}

void
sim_disk_set_lies (SimDisk *self, gboolean lies)
{
  self->lies = lies;
}

/* --- what programs do ------------------------------------------------------------------------ */

static int
fail (int code)
{
  errno = code;
  return -1;
}

static SimDisk *
disk_of (void)
{
  SimProcess *process = sim_process ();

  return process && !process->dead ? process->machine->disk : NULL;
}

/* Counts a call that writes; %FALSE with errno set: it fails. @out_cut: the process dies in it. */
static gboolean
may_write (SimProcess *process, SimDisk *disk, gboolean *out_cut)
{
  *out_cut = FALSE;
  if (process->dead)
    return fail (EIO) == 0;
  sim_disk_counts.n_writes++;
  if (process->die_after > 0 && --process->die_after == 0)
    {
      process->dead = TRUE;
      *out_cut = TRUE;
      sim_trace ("dies in a write");
      return fail (EIO) == 0;
    }
  if (sim_random_chance (&sim.random, disk->errors))
    {
      sim_disk_counts.n_errors++;
      sim_trace ("an error of the disk");
      return fail (EIO) == 0;
    }
  return TRUE;
}

static gboolean
is_there (SimHandle *self)
{
  return !self->process->dead;
}

SimHandle *
sim_file_open (const char *path, int flags)
{
  SimDisk *disk = disk_of ();
  SimHandle *self;
  gboolean cut;
  File *file;

  if (disk == NULL)
    return fail (EIO), NULL;
  file = g_hash_table_lookup (disk->names, path);
  if (file && (flags & O_CREAT) && (flags & O_EXCL))
    return fail (EEXIST), NULL;
  if (file == NULL && !(flags & O_CREAT))
    return fail (ENOENT), NULL;
  if (file == NULL)
    {
      if (!may_write (sim_process (), disk, &cut))
        return NULL;
      if (disk->full)
        return sim_disk_counts.n_full++, fail (ENOSPC), NULL;
      file = file_new (FALSE);
      note_rename (disk, NULL, path, file);
      file_unref (file);
    }
  self = g_new0 (SimHandle, 1);
  self->disk = disk;
  self->file = file_ref (file);
  self->process = sim_process ();
  if ((flags & O_TRUNC) && sim_file_truncate (self, 0) != 0)
    {
      sim_file_close (self);
      return NULL;
    }
  return self;
}

void
sim_file_close (SimHandle *self)
{
  file_unref (self->file);
  g_free (self);
}

gssize
sim_file_read (SimHandle *self, void *out, gsize n, gint64 offset)
{
  gint64 size = MAX (self->file->seen.size, self->file->allocated);
  gsize there;

  if (!is_there (self))
    return fail (EIO);
  there = offset < size ? (gsize) MIN ((gint64) n, size - offset) : 0;
  sim_bytes_read (&self->file->seen, out, there, offset);
  return (gssize) there;
}

gssize
sim_file_write (SimHandle *self, const void *data, gsize n, gint64 offset)
{
  Write write = { offset, NULL };
  gboolean cut;
  gsize part = n;

  if (!may_write (self->process, self->disk, &cut))
    {
      if (!cut)
        return -1;
      part = sim_random_below (&sim.random, (guint) n + 1);
    }
  if (!cut && self->disk->full && offset + (gint64) n > self->file->seen.size)
    {
      sim_disk_counts.n_full++;
      return fail (ENOSPC);
    }
  write.bytes = g_bytes_new (data, part);
  sim_bytes_write (&self->file->seen, data, part, offset);
  g_array_append_val (self->file->writes, write);
  return cut ? fail (EIO) : (gssize) n;
}

int
sim_file_truncate (SimHandle *self, gint64 size)
{
  Write write = { size, NULL };
  gboolean cut;

  if (!may_write (self->process, self->disk, &cut))
    return -1;
  sim_bytes_resize (&self->file->seen, size);
  self->file->allocated = MIN (self->file->allocated, size);
  g_array_append_val (self->file->writes, write);
  return 0;
}

int
sim_file_sync (SimHandle *self)
{
  gboolean cut;

  if (!may_write (self->process, self->disk, &cut))
    return -1;
  sim_disk_counts.n_syncs++;
  if (self->disk->lies)
    return 0;
  play_all (self->file);
  play_renames (self->disk, self->disk->renames->len);
  return 0;
}

gint64
sim_file_size (SimHandle *self)
{
  return MAX (self->file->seen.size, self->file->allocated);
}

gpointer *
sim_file_slot (SimHandle *self)
{
  return &self->file->slot;
}

gboolean
sim_file_exists (const char *path, gint64 *out_size)
{
  SimDisk *disk = disk_of ();
  const File *file = disk ? g_hash_table_lookup (disk->names, path) : NULL;

  if (file && out_size)
    *out_size = file->folder ? -1 : MAX (file->seen.size, file->allocated);
  return file != NULL;
}

int
sim_file_unlink (const char *path)
{
  SimDisk *disk = disk_of ();
  gboolean cut;
  File *file;

  if (disk == NULL)
    return fail (EIO);
  file = g_hash_table_lookup (disk->names, path);
  if (file == NULL)
    return fail (ENOENT);
  if (!may_write (sim_process (), disk, &cut))
    return -1;
  note_rename (disk, path, NULL, file);
  return 0;
}

int
sim_file_rename (const char *from, const char *to)
{
  SimDisk *disk = disk_of ();
  gboolean cut;
  File *file;

  if (disk == NULL)
    return fail (EIO);
  file = g_hash_table_lookup (disk->names, from);
  if (file == NULL)
    return fail (ENOENT);
  if (!may_write (sim_process (), disk, &cut))
    return -1;
  note_rename (disk, from, to, file);
  return 0;
}

int
sim_file_make_folder (const char *path)
{
  SimDisk *disk = disk_of ();

  if (disk == NULL)
    return fail (EIO);
  make_folder (disk, path);
  return 0;
}

int
sim_file_allocate (SimHandle *self, gint64 size)
{
  gboolean cut;

  if (!may_write (self->process, self->disk, &cut))
    return errno;
  if (self->disk->full)
    return ENOSPC;
  self->file->allocated = size;
  return 0;
}

gboolean
sim_disk_has_room (void)
{
  SimDisk *disk = disk_of ();

  return disk && !disk->full;
}

/* Names in a folder, sorted. */
GPtrArray *
sim_file_list (const char *folder)
{
  SimDisk *disk = disk_of ();
  GPtrArray *found = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) paths = disk ? list_names (disk->names) : g_ptr_array_new ();
  g_autofree char *inside = g_strconcat (folder, "/", NULL);

  for (guint i = 0; i < paths->len; i++)
    {
      const char *path = paths->pdata[i];
      if (g_str_has_prefix (path, inside) && strchr (path + strlen (inside), '/') == NULL)
        g_ptr_array_add (found, g_strdup (path + strlen (inside)));
    }
  return found;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* File calls of the product: paths under SIM_ROOT lie on the disk of the machine that asks, all
 * others go to the real system (the standards that the platform imports). */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "sim-wrap.h"
#include "sim.h"

#define FIRST_FD (1 << 20)

typedef struct
{
  SimHandle *handle; /* %NULL: free, or a folder */
  gboolean used;
  gint64 offset;
  gboolean append;
} Descriptor;

static Descriptor descriptors[256];

static gboolean
is_ours (const char *path)
{
  return path && (g_str_has_prefix (path, SIM_ROOT) || g_str_equal (path, "/sim"));
}

static Descriptor *
find (int fd)
{
  if (fd < FIRST_FD)
    return NULL;
  g_assert (descriptors[fd - FIRST_FD].used);
  return &descriptors[fd - FIRST_FD];
}

static int
begin (SimHandle *handle, gboolean append)
{
  for (guint i = 0; i < G_N_ELEMENTS (descriptors); i++)
    if (!descriptors[i].used)
      {
        descriptors[i] = (Descriptor) { handle, TRUE, 0, append };
        return FIRST_FD + (int) i;
      }
  g_error ("too many files are open");
}

WRAP_REAL (int, open64, const char *path, int flags, ...)
{
  SimHandle *handle;
  mode_t mode;
  va_list list;

  va_start (list, flags);
  mode = flags & O_CREAT ? va_arg (list, mode_t) : 0;
  va_end (list);
  if (!is_ours (path))
    return __real_open64 (path, flags, mode);
  handle = sim_file_open (path, flags);
  return handle ? begin (handle, (flags & O_APPEND) != 0) : -1;
}

WRAP_REAL (int, close, int fd)
{
  Descriptor *self = find (fd);

  if (self == NULL)
    return __real_close (fd);
  sim_file_close (self->handle);
  self->used = FALSE;
  return 0;
}

WRAP_REAL (gboolean, g_close, int fd, GError **error)
{
  return find (fd) ? __wrap_close (fd) == 0 : __real_g_close (fd, error);
}

WRAP_REAL (ssize_t, read, int fd, void *out, size_t n)
{
  Descriptor *self = find (fd);
  gssize done;

  if (self == NULL)
    return __real_read (fd, out, n);
  done = sim_file_read (self->handle, out, n, self->offset);
  if (done > 0)
    self->offset += done;
  return done;
}

WRAP_REAL (ssize_t, pread64, int fd, void *out, size_t n, off_t offset)
{
  Descriptor *self = find (fd);

  return self ? sim_file_read (self->handle, out, n, offset) : __real_pread64 (fd, out, n, offset);
}

WRAP_REAL (ssize_t, write, int fd, const void *data, size_t n)
{
  Descriptor *self = find (fd);
  gssize done;

  if (self == NULL)
    return __real_write (fd, data, n);
  if (self->append)
    self->offset = sim_file_size (self->handle);
  done = sim_file_write (self->handle, data, n, self->offset);
  if (done > 0)
    self->offset += done;
  return done;
}

WRAP_REAL (ssize_t, pwrite64, int fd, const void *data, size_t n, off_t offset)
{
  Descriptor *self = find (fd);

  return self ? sim_file_write (self->handle, data, n, offset)
              : __real_pwrite64 (fd, data, n, offset);
}

WRAP_REAL (off_t, lseek64, int fd, off_t offset, int whence)
{
  Descriptor *self = find (fd);

  if (self == NULL)
    return __real_lseek64 (fd, offset, whence);
  self->offset = whence == SEEK_SET   ? offset
                 : whence == SEEK_CUR ? self->offset + offset
                                      : sim_file_size (self->handle) + offset;
  return self->offset;
}

WRAP_REAL (int, fsync, int fd)
{
  Descriptor *self = find (fd);

  return self ? sim_file_sync (self->handle) : __real_fsync (fd);
}

WRAP_REAL (int, ftruncate64, int fd, off_t size)
{
  Descriptor *self = find (fd);

  return self ? sim_file_truncate (self->handle, size) : __real_ftruncate64 (fd, size);
}

WRAP_REAL (int, posix_fallocate64, int fd, off_t offset, off_t n)
{
  Descriptor *self = find (fd);

  return self ? sim_file_allocate (self->handle, offset + n)
              : __real_posix_fallocate64 (fd, offset, n);
}

static int
fill_stat (gint64 size, struct stat *out)
{
  memset (out, 0, sizeof *out);
  out->st_mode = size < 0 ? S_IFDIR | 0700 : S_IFREG | 0600;
  out->st_size = MAX (size, 0);
  return 0;
}

WRAP_REAL (int, fstat64, int fd, struct stat *out)
{
  Descriptor *self = find (fd);

  return self ? fill_stat (sim_file_size (self->handle), out) : __real_fstat64 (fd, out);
}

static int
stat_ours (const char *path, struct stat *out)
{
  gint64 size;

  if (sim_file_exists (path, &size))
    return fill_stat (size, out);
  errno = sim_process ()->dead ? EIO : ENOENT;
  return -1;
}

WRAP_REAL (int, stat64, const char *path, struct stat *out)
{
  return is_ours (path) ? stat_ours (path, out) : __real_stat64 (path, out);
}

WRAP_REAL (int, lstat64, const char *path, struct stat *out)
{
  return is_ours (path) ? stat_ours (path, out) : __real_lstat64 (path, out);
}

WRAP_REAL (int, statvfs64, const char *path, struct statvfs *out)
{
  if (!is_ours (path))
    return __real_statvfs64 (path, out);
  memset (out, 0, sizeof *out);
  out->f_frsize = 4096;
  out->f_bavail = sim_disk_has_room () ? 1 << 20 : 0;
  return 0;
}

WRAP_REAL (int, flock, int fd, int operation)
{
  return find (fd) ? 0 : __real_flock (fd, operation);
}

WRAP_REAL (int, chmod, const char *path, mode_t mode)
{
  return is_ours (path) ? 0 : __real_chmod (path, mode);
}

WRAP_REAL (int, rename, const char *from, const char *to)
{
  return is_ours (from) ? sim_file_rename (from, to) : __real_rename (from, to);
}

WRAP_REAL (int, unlink, const char *path)
{
  return is_ours (path) ? sim_file_unlink (path) : __real_unlink (path);
}

WRAP_REAL (int, g_unlink, const char *path)
{
  return is_ours (path) ? sim_file_unlink (path) : __real_g_unlink (path);
}

WRAP_REAL (int, g_rmdir, const char *path)
{
  return is_ours (path) ? sim_file_unlink (path) : __real_g_rmdir (path);
}

WRAP_REAL (int, g_mkdir_with_parents, const char *path, int mode)
{
  return is_ours (path) ? sim_file_make_folder (path) : __real_g_mkdir_with_parents (path, mode);
}

WRAP_REAL (gboolean, g_file_test, const char *path, GFileTest test)
{
  gint64 size;

  if (!is_ours (path))
    return __real_g_file_test (path, test);
  if (!sim_file_exists (path, &size))
    return FALSE;
  return (test & G_FILE_TEST_EXISTS) || ((test & G_FILE_TEST_IS_REGULAR) && size >= 0) ||
         ((test & G_FILE_TEST_IS_DIR) && size < 0);
}

static gboolean
tell (const char *path, GError **error)
{
  g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno), "'%s': %s", path,
               g_strerror (errno));
  return FALSE;
}

WRAP_REAL (
    gboolean, g_file_get_contents, const char *path, char **out, gsize *out_n, GError **error)
{
  SimHandle *handle;
  gint64 size;
  gboolean good;

  if (!is_ours (path))
    return __real_g_file_get_contents (path, out, out_n, error);
  handle = sim_file_open (path, O_RDONLY);
  if (handle == NULL)
    return tell (path, error);
  size = sim_file_size (handle);
  *out = g_malloc0 ((gsize) size + 1);
  good = sim_file_read (handle, *out, (gsize) size, 0) == size;
  sim_file_close (handle);
  if (good && out_n)
    *out_n = (gsize) size;
  if (good)
    return TRUE;
  g_clear_pointer (out, g_free);
  return tell (path, error);
}

WRAP_REAL (gboolean,
           g_file_set_contents_full,
           const char *path,
           const char *data,
           gssize n,
           GFileSetContentsFlags flags,
           int mode,
           GError **error)
{
  g_autofree char *part = NULL;
  SimHandle *handle;
  gsize size = n < 0 ? strlen (data) : (gsize) n;
  gboolean good;

  if (!is_ours (path))
    return __real_g_file_set_contents_full (path, data, n, flags, mode, error);
  part = g_strconcat (path, ".new", NULL);
  handle = sim_file_open (part, O_WRONLY | O_CREAT | O_TRUNC);
  if (handle == NULL)
    return tell (path, error);
  good = sim_file_write (handle, data, size, 0) == (gssize) size && sim_file_sync (handle) == 0;
  good = good && sim_file_rename (part, path) == 0 && sim_file_sync (handle) == 0;
  sim_file_close (handle);
  return good || tell (path, error);
}

WRAP_REAL (gboolean,
           g_file_copy,
           GFile *from,
           GFile *to,
           GFileCopyFlags flags,
           GCancellable *cancellable,
           GFileProgressCallback progress,
           gpointer data,
           GError **error)
{
  g_autofree char *source = g_file_get_path (from);
  g_autofree char *target = g_file_get_path (to);
  g_autofree char *bytes = NULL;
  SimHandle *handle;
  gboolean good;
  gsize n;

  if (!is_ours (target))
    return __real_g_file_copy (from, to, flags, cancellable, progress, data, error);
  if (!__wrap_g_file_get_contents (source, &bytes, &n, error))
    return FALSE;
  handle = sim_file_open (target, O_CREAT | O_TRUNC);
  if (handle == NULL)
    return tell (target, error);
  good = sim_file_write (handle, bytes, n, 0) == (gssize) n;
  sim_file_close (handle);
  return good || tell (target, error);
}

WRAP_REAL (gboolean,
           g_key_file_load_from_file,
           GKeyFile *file,
           const char *path,
           GKeyFileFlags flags,
           GError **error)
{
  g_autofree char *text = NULL;
  gsize n;

  if (!is_ours (path))
    return __real_g_key_file_load_from_file (file, path, flags, error);
  return __wrap_g_file_get_contents (path, &text, &n, error) &&
         g_key_file_load_from_data (file, text, n, flags, error);
}

/* A name that nobody has, by chance. */
WRAP_REAL (gint, g_mkstemp, gchar *path)
{
  gsize n = strlen (path);
  char mark[17];

  if (!is_ours (path))
    return __real_g_mkstemp (path);
  g_snprintf (mark, sizeof mark, "%016" G_GINT64_MODIFIER "x", sim_random_next (&sim.random));
  memcpy (path + n - 6, mark, 6);
  return __wrap_open64 (path, O_RDWR | O_CREAT | O_EXCL, 0600);
}

/* --- a stream into a file -------------------------------------------------------------------- */

#define SIM_TYPE_SINK (sim_sink_get_type ())
G_DECLARE_FINAL_TYPE (SimSink, sim_sink, SIM, SINK, GOutputStream)

struct _SimSink
{
  GOutputStream parent_instance;
  SimHandle *handle;
};

G_DEFINE_FINAL_TYPE (SimSink, sim_sink, G_TYPE_OUTPUT_STREAM)

static gssize
sim_sink_write (
    GOutputStream *stream, const void *data, gsize n, GCancellable *cancellable, GError **error)
{
  SimHandle *handle = SIM_SINK (stream)->handle;
  gssize done = sim_file_write (handle, data, n, sim_file_size (handle));

  if (done < 0)
    tell ("a stream", error);
  return done;
}

static void
sim_sink_finalize (GObject *object)
{
  sim_file_close (SIM_SINK (object)->handle);
  G_OBJECT_CLASS (sim_sink_parent_class)->finalize (object);
}

static void
sim_sink_class_init (SimSinkClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = sim_sink_finalize;
  G_OUTPUT_STREAM_CLASS (klass)->write_fn = sim_sink_write;
}

static void
sim_sink_init (SimSink *self)
{
}

/* What the product does with it every stream can. */
WRAP_REAL (GFileOutputStream *,
           g_file_replace,
           GFile *file,
           const char *tag,
           gboolean backup,
           GFileCreateFlags flags,
           GCancellable *cancellable,
           GError **error)
{
  g_autofree char *path = g_file_get_path (file);
  SimHandle *handle;
  SimSink *self;

  if (!is_ours (path))
    return __real_g_file_replace (file, tag, backup, flags, cancellable, error);
  handle = sim_file_open (path, O_CREAT | O_TRUNC);
  if (handle == NULL)
    return tell (path, error), NULL;
  self = g_object_new (SIM_TYPE_SINK, NULL);
  self->handle = handle;
  return (GFileOutputStream *) self;
}

GMappedFile *__real_g_mapped_file_new_from_fd (int fd, gboolean writable, GError **error);

/* A file of the system's with the same bytes. */
static GMappedFile *
map (SimHandle *handle, GError **error)
{
  gsize n = (gsize) sim_file_size (handle);
  g_autofree guint8 *bytes = g_malloc (n + 1);
  int fd = memfd_create ("sim", MFD_CLOEXEC);
  GMappedFile *file = NULL;

  if (fd < 0 || sim_file_read (handle, bytes, n, 0) != (gssize) n ||
      __real_write (fd, bytes, n) != (ssize_t) n)
    tell ("a mapped file", error);
  else
    file = __real_g_mapped_file_new_from_fd (fd, FALSE, error);
  if (fd >= 0)
    __real_close (fd);
  return file;
}

WRAP_REAL (GMappedFile *, g_mapped_file_new, const char *path, gboolean writable, GError **error)
{
  SimHandle *handle;
  GMappedFile *file;

  if (!is_ours (path))
    return __real_g_mapped_file_new (path, writable, error);
  handle = sim_file_open (path, 0);
  if (handle == NULL)
    return tell (path, error), NULL;
  file = map (handle, error);
  sim_file_close (handle);
  return file;
}

WRAP (GMappedFile *, g_mapped_file_new_from_fd, int fd, gboolean writable, GError **error)
{
  Descriptor *self = find (fd);

  return self ? map (self->handle, error) : __real_g_mapped_file_new_from_fd (fd, writable, error);
}

typedef struct
{
  GPtrArray *names; /* of the simulated one */
  guint next;
  GDir *real;
} Folder;

WRAP_REAL (GDir *, g_dir_open, const char *path, guint flags, GError **error)
{
  Folder *self = g_new0 (Folder, 1);

  if (is_ours (path))
    self->names = sim_file_list (path);
  else
    self->real = __real_g_dir_open (path, flags, error);
  if (self->names || self->real)
    return (GDir *) self;
  g_free (self);
  return NULL;
}

WRAP_REAL (const char *, g_dir_read_name, GDir *dir)
{
  Folder *self = (Folder *) dir;

  if (self->real)
    return __real_g_dir_read_name (self->real);
  return self->next < self->names->len ? self->names->pdata[self->next++] : NULL;
}

WRAP_REAL (void, g_dir_close, GDir *dir)
{
  Folder *self = (Folder *) dir;

  if (self->real)
    __real_g_dir_close (self->real);
  else
    g_ptr_array_unref (self->names);
  g_free (self);
}

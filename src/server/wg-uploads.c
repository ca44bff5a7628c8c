/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Uploads under way: a new one of the same blob takes over from one whose line is dead. */
#include "server/wg-uploads.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/wg-blob-store.h"

struct _WgUploads
{
  const WgPlatform *platform;
  GMutex lock;
  GHashTable *active; /* char * sha -> WgUpload * (not owned); under @lock */
};

struct _WgUpload
{
  WgUploads *owner;
  char *sha;
  int fd; /* −1: taken over; under the owner's lock */
  gint64 size, length;
  gboolean sealed;
};

/**
 * wg_uploads_new:
 * @platform: the platform; it must live longer
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): an empty table
 */
WgUploads *
wg_uploads_new (const WgPlatform *platform)
{
  WgUploads *self = g_new0 (WgUploads, 1);

  self->platform = platform;
  g_mutex_init (&self->lock);
  self->active = g_hash_table_new (g_str_hash, g_str_equal);
  return self;
}

/**
 * wg_uploads_free:
 * @self: (nullable): a table without uploads
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_uploads_free (WgUploads *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->active);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/* The descriptor of an upload of the same blob, whose terminal has given up on it. */
static int
take_over (WgUploads *self, const char *sha, gint64 offset, gint64 *out_size, gboolean *out_busy)
{
  WgUpload *old = g_hash_table_lookup (self->active, sha);
  int fd;

  if (old->sealed)
    {
      *out_busy = TRUE;
      return -1;
    }
  *out_size = old->size;
  if (old->size != offset) /* it is the late one: what is written goes on */
    return -1;
  g_hash_table_remove (self->active, sha);
  fd = old->fd;
  old->fd = -1;
  return fd;
}

/**
 * wg_uploads_begin:
 * @self: the table
 * @sha: name of the blob
 * @offset: where the caller goes on
 * @length: bytes of the whole blob
 * @out_size: (out): bytes that are there
 * @out_busy: (out): whether it is being finished, or written by another process
 * @error: return location
 *
 * Opens the part of a blob. A line that died without a word may leave its request behind for some
 * seconds: the new request takes its place, and a request that was left behind and is read only
 * now takes nobody's, for it goes on where no other does.
 *
 * Thread: any.
 * Errors: %WG_DB_ERROR_FULL, %WG_DB_ERROR_IO.
 *
 * Returns: (transfer full) (nullable): the upload; %NULL when busy, when @offset is not @out_size,
 *   or with @error set
 */
WgUpload *
wg_uploads_begin (WgUploads *self,
                  const char *sha,
                  gint64 offset,
                  gint64 length,
                  gint64 *out_size,
                  gboolean *out_busy,
                  GError **error)
{
  WgUpload *upload = NULL;
  int fd;

  *out_busy = FALSE;
  g_mutex_lock (&self->lock);
  if (g_hash_table_contains (self->active, sha))
    fd = take_over (self, sha, offset, out_size, out_busy);
  else
    fd = wg_blob_store_open_part (self->platform, sha, out_size, out_busy, error);
  if (fd >= 0 && *out_size != offset)
    g_close (g_steal_fd (&fd), NULL);
  if (fd >= 0)
    {
      upload = g_new0 (WgUpload, 1);
      upload->owner = self;
      upload->sha = g_strdup (sha);
      upload->fd = fd;
      upload->size = *out_size;
      upload->length = length;
      g_hash_table_insert (self->active, upload->sha, upload);
    }
  g_mutex_unlock (&self->lock);
  return upload;
}

/**
 * wg_upload_free:
 * @upload: (nullable): an upload
 *
 * Ends it; what has arrived stays.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_upload_free (WgUpload *upload)
{
  WgUploads *self;

  if (upload == NULL)
    return;
  self = upload->owner;
  g_mutex_lock (&self->lock);
  if (g_hash_table_lookup (self->active, upload->sha) == upload)
    g_hash_table_remove (self->active, upload->sha);
  if (upload->fd >= 0)
    close (upload->fd);
  g_mutex_unlock (&self->lock);
  g_free (upload->sha);
  g_free (upload);
}

static gboolean
append (WgUpload *upload, const char *data, gsize n, GError **error)
{
  while (n > 0)
    {
      gssize written = write (upload->fd, data, n);
      if (written < 0 && errno == EINTR)
        continue;
      if (written <= 0)
        {
          g_set_error (error, WG_DB_ERROR,
                       errno == ENOSPC || errno == EDQUOT ? WG_DB_ERROR_FULL : WG_DB_ERROR_IO,
                       "blob %s: %s", upload->sha, g_strerror (errno));
          return FALSE;
        }
      data += written;
      n -= (gsize) written;
      upload->size += written;
    }
  return TRUE;
}

/**
 * wg_upload_write:
 * @upload: an upload
 * @data: the next bytes
 * @n: how many
 * @error: return location
 *
 * Appends to the part.
 *
 * Thread: any.
 * Errors: %WG_DB_ERROR_FULL, %WG_DB_ERROR_IO.
 *
 * Returns: %TRUE on success; %FALSE without error when another upload has taken over
 */
gboolean
wg_upload_write (WgUpload *upload, const char *data, gsize n, GError **error)
{
  gboolean good;

  g_mutex_lock (&upload->owner->lock);
  good = upload->fd >= 0 && append (upload, data, n, error);
  g_mutex_unlock (&upload->owner->lock);
  return good;
}

/**
 * wg_upload_get_size:
 * @upload: an upload
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: bytes that are there now
 */
gint64
wg_upload_get_size (const WgUpload *upload)
{
  return upload->size;
}

/**
 * wg_upload_seal:
 * @upload: a complete upload
 *
 * Begins to finish it: nobody may take over any more.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: %FALSE when somebody has taken over
 */
gboolean
wg_upload_seal (WgUpload *upload)
{
  g_mutex_lock (&upload->owner->lock);
  upload->sealed = upload->fd >= 0;
  g_mutex_unlock (&upload->owner->lock);
  return upload->sealed;
}

/**
 * wg_upload_get_fd:
 * @upload: a sealed upload
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: the descriptor of the part
 */
int
wg_upload_get_fd (const WgUpload *upload)
{
  return upload->fd;
}

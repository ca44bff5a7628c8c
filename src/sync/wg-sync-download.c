/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files down: the map pack, resumed from its last byte, and a few photos of others' events. */
#include "sync/wg-sync-round.h"

#include <fcntl.h>
#include <gio/gunixoutputstream.h>
#include <glib/gstdio.h>
#include <unistd.h>

#include "store/wg-attachment-store.h"
#include "store/wg-outbox.h"
#include "wire/wg-crypto.h"
#include "wire/wg-zstd.h"

#define JOB_DONE GINT_TO_POINTER (1)
#define PHOTOS_PER_ROUND 20
#define SPACE_TO_LEAVE (64 * 1024 * 1024)
#define LOOK_EVERY_US (500 * 1000)

typedef struct
{
  const char *const *skip;
  char *photo;
  WgPack *pack;
} Wanted;

static void
wanted_clear (Wanted *wanted)
{
  g_clear_pointer (&wanted->photo, g_free);
  g_clear_pointer (&wanted->pack, wg_pack_free);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Wanted, wanted_clear)

static gpointer
wanted_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  Wanted *wanted = data;
  g_autoptr (GError) failure = NULL;

  wanted->pack = wg_attachment_store_get_wanted_pack (context, &failure);
  if (failure == NULL)
    wanted->photo = wg_attachment_store_next_download (context, wanted->skip, &failure);
  if (failure == NULL)
    return JOB_DONE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return NULL;
}

/* --- photos -------------------------------------------------------------------------------- */

typedef struct
{
  GBytes *bytes;
  const char *name;
} Photo;

static gpointer
keep_photo_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  const Photo *photo = data;
  g_autofree char *name = wg_attachment_store_add (context, photo->bytes, 0, error);

  /* It came from the platform, so it need not go there. */
  return name != NULL && wg_attachment_store_uploaded (context, name,
                                                       g_bytes_get_size (photo->bytes), TRUE, error)
             ? JOB_DONE
             : NULL;
}

static WgSyncEventKind
fetch_photo (WgSyncRound *round, const char *name, GError **error)
{
  g_autofree char *path = g_strconcat ("/v1/blobs/", name, NULL);
  WgHttpRequest request = { .method = "GET", .path = path, .limit = WG_LIMIT_BLOB };
  g_autoptr (WgProblem) problem = NULL;
  g_autoptr (WgHttpReply) reply = NULL;
  g_autoptr (GError) failure = NULL;
  g_autofree char *digest = NULL;
  WgSyncEventKind kind;
  const guint8 *data;
  gsize size;

  round->n_fetched++;
  reply = wg_sync_round_exchange (round, &request, WG_ANSWER_BYTES, &kind, &problem, &failure);
  if (reply == NULL && (problem == NULL || kind != WG_SYNC_EVENT_FAILED || problem->status >= 500))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return kind;
    }
  if (reply != NULL)
    {
      data = g_bytes_get_data (reply->body, &size);
      digest = wg_crypto_sha256 (data, size);
    }
  if (g_strcmp0 (digest, name) == 0)
    {
      Photo photo = { reply->body, name };

      return wg_sync_round_store (round, keep_photo_job, &photo, &kind, error) != NULL
                 ? WG_SYNC_EVENT_MORE
                 : kind;
    }
  g_debug ("photo %s is not to be had: %s", name,
           failure != NULL ? failure->message : "other bytes than its name says");
  wg_sync_round_skip (round, name);
  return WG_SYNC_EVENT_MORE;
}

/* --- the map pack -------------------------------------------------------------------------- */

typedef struct
{
  WgSyncRound *round;
  gint64 start, size;
  gint64 looked_us;
} PackProgress;

static gpointer
has_major_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return GINT_TO_POINTER (wg_outbox_has_major (context, error) ? 1 : 0);
}

/* A pack takes minutes; a major event does not wait for it. */
static gboolean
on_pack_moved_cb (gint64 sent, gint64 received, gpointer data)
{
  PackProgress *progress = data;
  WgSyncRound *round = progress->round;
  g_autoptr (GError) error = NULL;
  gint64 now_us = g_get_monotonic_time ();

  if (now_us - progress->looked_us < LOOK_EVERY_US)
    return TRUE;
  progress->looked_us = now_us;
  if (round->on_step != NULL)
    round->on_step (round, (double) (progress->start + received) / (double) progress->size,
                    round->on_step_data);
  return wg_store_run (round->store, has_major_job, NULL, &error) == NULL;
}

static gpointer
pack_arrived_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_attachment_store_pack_arrived (context, data, error) ? JOB_DONE : NULL;
}

static gboolean
sync_folder (const char *folder, GError **error)
{
  int fd = g_open (folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
  gboolean ok = fd >= 0 && fsync (fd) == 0;

  if (!ok)
    g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno), "cannot sync \"%s\": %s",
                 folder, g_strerror (errno));
  if (fd >= 0)
    close (fd);
  return ok;
}

/* The part has all its bytes: check its hash, give it its name, tell the store. */
static WgSyncEventKind
take_pack (WgSyncRound *round, const WgPack *pack, const char *part, GError **error)
{
  g_autofree char *digest = wg_crypto_sha256_file (part, error);
  g_autofree char *folder = g_path_get_dirname (part);
  g_autofree char *file = g_strconcat (pack->sha256, ".mbtiles", NULL);
  g_autofree char *path = g_build_filename (folder, file, NULL);
  WgSyncEventKind kind = WG_SYNC_EVENT_FAILED;

  if (digest == NULL)
    return WG_SYNC_EVENT_FAILED;
  if (!g_str_equal (digest, pack->sha256))
    {
      g_debug ("map pack %s came damaged, from the start again next round", pack->sha256);
      g_unlink (part);
      wg_sync_round_skip (round, pack->sha256);
      return WG_SYNC_EVENT_MORE;
    }
  if (g_rename (part, path) != 0)
    {
      g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno),
                   "cannot rename the map pack: %s", g_strerror (errno));
      return WG_SYNC_EVENT_FAILED;
    }
  if (!sync_folder (folder, error) ||
      wg_sync_round_store (round, pack_arrived_job, pack->sha256, &kind, error) == NULL)
    return kind;
  return WG_SYNC_EVENT_MORE;
}

static gboolean
has_space (const char *folder, gint64 bytes)
{
  g_autoptr (GFile) file = g_file_new_for_path (folder);
  g_autoptr (GFileInfo) info =
                g_file_query_filesystem_info (file, G_FILE_ATTRIBUTE_FILESYSTEM_FREE, NULL, NULL);

  return info == NULL || g_file_info_get_attribute_uint64 (info, G_FILE_ATTRIBUTE_FILESYSTEM_FREE) >
                             (guint64) bytes + SPACE_TO_LEAVE;
}

/* Appends to the part what it lacks; @fd is at its end. */
static WgSyncEventKind
fetch_rest (WgSyncRound *round, const WgPack *pack, int fd, gint64 have, GError **error)
{
  g_autoptr (GOutputStream) sink = g_unix_output_stream_new (fd, FALSE);
  g_autofree char *path = g_strconcat ("/v1/blobs/", pack->sha256, NULL);
  PackProgress progress = { round, have, pack->bytes, g_get_monotonic_time () };
  g_autoptr (WgProblem) problem = NULL;
  g_autoptr (WgHttpReply) reply = NULL;
  g_autoptr (GError) failure = NULL;
  WgSyncEventKind kind;
  WgHttpRequest request = {
    .method = "GET",
    .path = path,
    .has_range = have > 0,
    .range_from = have,
    .limit = (gsize) (pack->bytes - have),
    .sink = sink,
    .progress = on_pack_moved_cb,
    .progress_data = &progress,
  };

  reply = wg_sync_round_exchange (round, &request, WG_ANSWER_BYTES, &kind, &problem, &failure);
  if (fsync (fd) != 0)
    {
      g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno),
                   "cannot write the map pack: %s", g_strerror (errno));
      return WG_SYNC_EVENT_FAILED;
    }
  if (reply != NULL)
    return WG_SYNC_EVENT_DONE;
  if (g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CLOSED))
    return WG_SYNC_EVENT_MORE;
  if (problem != NULL && kind == WG_SYNC_EVENT_FAILED && problem->status < 500)
    {
      g_debug ("map pack %s is not to be had: %s", pack->sha256, failure->message);
      wg_sync_round_skip (round, pack->sha256);
      return WG_SYNC_EVENT_MORE;
    }
  g_propagate_error (error, g_steal_pointer (&failure));
  return kind;
}

static WgSyncEventKind
fetch_pack (WgSyncRound *round, const WgPack *pack, WgSyncEvent *event, GError **error)
{
  g_autofree char *folder = g_build_filename (wg_store_get_folder (round->store), "packs", NULL);
  g_autofree char *file = g_strconcat (pack->sha256, ".part", NULL);
  g_autofree char *part = g_build_filename (folder, file, NULL);
  WgSyncEventKind kind = WG_SYNC_EVENT_DONE;
  off_t have, had;
  int fd;

  g_mkdir_with_parents (folder, 0700);
  fd = g_open (part, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  have = fd >= 0 ? lseek (fd, 0, SEEK_END) : -1;
  if (have > pack->bytes && ftruncate (fd, 0) == 0)
    have = 0;
  if (have < 0)
    {
      g_set_error (error, G_FILE_ERROR, g_file_error_from_errno (errno),
                   "cannot write the map pack: %s", g_strerror (errno));
      if (fd >= 0)
        close (fd);
      return WG_SYNC_EVENT_FAILED;
    }
  had = have;
  if (have < pack->bytes)
    kind = fetch_rest (round, pack, fd, have, error);
  have = lseek (fd, 0, SEEK_END);
  event->kept = have > had;
  close (fd);
  if (kind != WG_SYNC_EVENT_DONE)
    return kind;
  if (have == pack->bytes)
    return take_pack (round, pack, part, error);
  g_set_error (error, WG_SYNC_ERROR, WG_SYNC_ERROR_FAILED,
               "the platform sent %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT
               " bytes of the map pack",
               (gint64) have, pack->bytes);
  return WG_SYNC_EVENT_FAILED;
}

static gboolean
may_fetch_pack (WgSyncRound *round, const WgPack *pack)
{
  return pack != NULL && g_strcmp0 (pack->kind, "mbtiles") == 0 && pack->bytes > 0 &&
         pack->bytes <= WG_LIMIT_PACK &&
         !g_ptr_array_find_with_equal_func (round->skipped, pack->sha256, g_str_equal, NULL) &&
         has_space (wg_store_get_folder (round->store), pack->bytes);
}

/**
 * wg_sync_download:
 * @round: the round
 * @event: what the machine is told; of the pack whether a part arrived
 * @error: return location for an error
 *
 * Fetches the map pack, then at most twenty photos a round. The pack grows in packs/<hash>.part and
 * gets its name only when its hash was checked; a disk that is nearly full is left to the queue.
 *
 * Thread: the round's.
 * Errors: those of an exchange and of the store; %G_FILE_ERROR of the pack.
 *
 * Returns: %WG_SYNC_EVENT_DONE when nothing is wanted or may come, _MORE, or a fault
 */
WgSyncEventKind
wg_sync_download (WgSyncRound *round, WgSyncEvent *event, GError **error)
{
  g_auto (Wanted) wanted = { (const char *const *) round->skipped->pdata };
  WgSyncEventKind kind = WG_SYNC_EVENT_FAILED;

  if (!round->photos_allowed)
    return WG_SYNC_EVENT_DONE;
  if (wg_sync_round_store (round, wanted_job, &wanted, &kind, error) == NULL)
    return kind;
  if (may_fetch_pack (round, wanted.pack))
    return fetch_pack (round, wanted.pack, event, error);
  if (wanted.photo != NULL && round->n_fetched < PHOTOS_PER_ROUND)
    return fetch_photo (round, wanted.photo, error);
  return WG_SYNC_EVENT_DONE;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Photos up: one piece at a time, from the last byte that arrived, majors first. */
#include "sync/wg-sync-round.h"

#include "db/wg-mutant.h"
#include "store/wg-attachment-store.h"
#include "wire/wg-crypto.h"

#define JOB_DONE GINT_TO_POINTER (1)
#define CHUNK_MIN (16 * 1024)

/* What to send next; @bytes only when it is another photo than @known. */
typedef struct
{
  const char *const *skip;
  const char *known;
  WgUpload *upload;
  GBytes *bytes;
} Choice;

static void
choice_clear (Choice *choice)
{
  g_clear_pointer (&choice->upload, wg_upload_free);
  g_clear_pointer (&choice->bytes, g_bytes_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Choice, choice_clear)

typedef struct
{
  const char *name;
  gint64 offset;
  gboolean complete;
} Arrived;

static gboolean
is_whole (GBytes *bytes, const char *name)
{
  gsize size;
  const guint8 *data = g_bytes_get_data (bytes, &size);
  g_autofree char *digest = wg_crypto_sha256 (data, size);

  return g_str_equal (digest, name);
}

/* The next photo that can be read; a damaged one is marked, so that its author is told. */
static gpointer
choose_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  Choice *choice = data;

  while (TRUE)
    {
      g_autoptr (GError) failure = NULL;

      g_clear_pointer (&choice->upload, wg_upload_free);
      choice->upload = wg_attachment_store_next_upload (context, choice->skip, &failure);
      if (failure != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return NULL;
        }
      if (choice->upload == NULL || g_strcmp0 (choice->upload->sha256, choice->known) == 0)
        return JOB_DONE;
      choice->bytes = wg_attachment_store_read (context, choice->upload->sha256, &failure);
      if (choice->bytes != NULL && is_whole (choice->bytes, choice->upload->sha256))
        return JOB_DONE;
      g_clear_pointer (&choice->bytes, g_bytes_unref);
      if (!wg_attachment_store_damaged (context, choice->upload->sha256, error))
        return NULL;
    }
}

static gpointer
arrived_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  const Arrived *arrived = data;

  return wg_attachment_store_uploaded (context, arrived->name, arrived->offset, arrived->complete,
                                       error)
             ? JOB_DONE
             : NULL;
}

static void
drop_current (WgSyncRound *round)
{
  g_clear_pointer (&round->upload_name, g_free);
  g_clear_pointer (&round->upload_bytes, g_bytes_unref);
}

/* The platform has @offset bytes of the present photo. Only where it says so itself they are the
 * photo: it may have died between the last byte and checking them. */
static WgSyncEventKind
note_offset (WgSyncRound *round, gint64 offset, gboolean complete, GError **error)
{
  gint64 size = (gint64) g_bytes_get_size (round->upload_bytes);
  Arrived arrived = { round->upload_name, offset,
                      complete || (WG_MUTANT ("photo-full-is-done") && offset == size) };
  WgSyncEventKind kind = WG_SYNC_EVENT_FAILED;

  if (wg_sync_round_store (round, arrived_job, &arrived, &kind, error) == NULL)
    return kind;
  round->upload_offset = offset;
  if (round->on_step != NULL)
    round->on_step (round, (double) offset / (double) MAX (size, 1), round->on_step_data);
  if (arrived.complete)
    drop_current (round);
  return WG_SYNC_EVENT_MORE;
}

/* A status of 200 could be the answer to anything, and the photo would never be sent. */
static gboolean
is_of_photo (const WgHttpReply *reply, gint64 size)
{
  const char *type = reply->content_type != NULL ? reply->content_type : "";

  return reply->status == 200 &&
         (g_str_has_prefix (type, "image/") || g_str_equal (type, "application/octet-stream")) &&
         (reply->content_length < 0 || reply->content_length == size);
}

static WgSyncEventKind
ask_offset (WgSyncRound *round, GError **error)
{
  g_autofree char *path = g_strconcat ("/v1/blobs/", round->upload_name, NULL);
  WgHttpRequest request = { .method = "HEAD", .path = path };
  gint64 size = (gint64) g_bytes_get_size (round->upload_bytes);
  g_autoptr (WgProblem) problem = NULL;
  g_autoptr (WgHttpReply) reply = NULL;
  g_autoptr (GError) failure = NULL;
  WgSyncEventKind kind;

  reply = wg_sync_round_exchange (round, &request, WG_ANSWER_EMPTY, &kind, &problem, &failure);
  if (reply != NULL && is_of_photo (reply, size))
    return note_offset (round, size, TRUE, error);
  if (reply != NULL && reply->status == 204)
    return note_offset (round, CLAMP (reply->upload_offset, 0, size), FALSE, error);
  if (reply != NULL)
    {
      g_set_error (error, WG_SYNC_ERROR, WG_SYNC_ERROR_FAILED,
                   "the answer (status %d, \"%s\") is not about the photo that was asked for",
                   reply->status, reply->content_type != NULL ? reply->content_type : "");
      return WG_SYNC_EVENT_FAILED;
    }
  if (problem != NULL && problem->status == 404)
    return note_offset (round, 0, FALSE, error);
  g_propagate_error (error, g_steal_pointer (&failure));
  return kind;
}

/* The platform did not like a piece that was sent from @offset: what that means for this photo
 * alone. */
static WgSyncEventKind
take_problem (WgSyncRound *round,
              const WgProblem *problem,
              gint64 offset,
              WgSyncEventKind kind,
              GError **failure,
              GError **error)
{
  gint64 size = (gint64) g_bytes_get_size (round->upload_bytes);

  if (problem->status == 409 && g_strcmp0 (problem->name, "offset") == 0 && problem->offset >= 0 &&
      problem->offset <= size && problem->offset != offset)
    return note_offset (round, problem->offset, FALSE, error);
  if (kind == WG_SYNC_EVENT_FAILED && problem->status >= 400 && problem->status < 500)
    kind = WG_SYNC_EVENT_MORE;
  if (kind == WG_SYNC_EVENT_TOO_LARGE)
    kind = WG_SYNC_EVENT_MORE;
  if (kind != WG_SYNC_EVENT_MORE)
    {
      g_propagate_error (error, g_steal_pointer (failure));
      return kind;
    }
  /* 404 not yet named by an applied operation, 415, 422: the others need not wait for it. */
  g_debug ("photo %s stays for the next round: %s", round->upload_name, (*failure)->message);
  wg_sync_round_skip (round, round->upload_name);
  drop_current (round);
  return WG_SYNC_EVENT_MORE;
}

static void
pace (WgSyncRound *round, gint64 round_trip_ms)
{
  if (round_trip_ms < WG_SYNC_FAST_MS)
    round->chunk = MIN (round->chunk * 2, WG_SYNC_CHUNK_MAX);
}

/* Nothing is sent of a photo whose bytes are all there: the platform then looks at them. */
static WgSyncEventKind
send_piece (WgSyncRound *round, GError **error)
{
  g_autofree char *path = g_strconcat ("/v1/blobs/", round->upload_name, NULL);
  gint64 size = (gint64) g_bytes_get_size (round->upload_bytes);
  gint64 offset = round->upload_offset;
  gsize n = MIN (round->chunk, (gsize) (size - offset));
  g_autoptr (GBytes) piece = g_bytes_new_from_bytes (round->upload_bytes, (gsize) offset, n);
  g_autoptr (WgProblem) problem = NULL;
  g_autoptr (WgHttpReply) reply = NULL;
  g_autoptr (GError) failure = NULL;
  WgSyncEventKind kind;
  WgHttpRequest request = {
    .method = "PATCH",
    .path = path,
    .content_type = "application/offset+octet-stream",
    .body = piece,
    .raw = TRUE,
    .upload_length = size,
    .upload_offset = offset,
  };

  reply = wg_sync_round_exchange (round, &request, WG_ANSWER_EMPTY, &kind, &problem, &failure);
  if (reply != NULL)
    {
      if ((reply->upload_offset <= offset && reply->upload_offset < size) ||
          reply->upload_offset > size)
        {
          g_set_error (error, WG_SYNC_ERROR, WG_SYNC_ERROR_FAILED,
                       "the platform took no byte of a photo");
          return WG_SYNC_EVENT_FAILED;
        }
      pace (round, reply->round_trip_ms);
      return note_offset (round, reply->upload_offset, reply->upload_offset == size, error);
    }
  round->upload_offset = -1; /* some of it may have arrived */
  if (kind == WG_SYNC_EVENT_TIMEOUT)
    round->chunk = MAX (round->chunk / 2, CHUNK_MIN);
  if (problem != NULL)
    return take_problem (round, problem, offset, kind, &failure, error);
  g_propagate_error (error, g_steal_pointer (&failure));
  return kind;
}

/**
 * wg_sync_upload:
 * @round: the round
 * @error: return location for an error
 *
 * Sends the next piece of the most urgent photo, or asks how much of it the platform has. Which
 * photo that is, is asked each time: one of a major event goes before the rest of another.
 *
 * Thread: the round's.
 * Errors: those of an exchange and of the store.
 * Source: docs/sync-protocol.md, Blobs
 *
 * Returns: %WG_SYNC_EVENT_DONE when no photo waits or may go, _MORE, or a fault
 */
WgSyncEventKind
wg_sync_upload (WgSyncRound *round, GError **error)
{
  g_auto (Choice) choice = { (const char *const *) round->skipped->pdata, round->upload_name };
  WgSyncEventKind kind = WG_SYNC_EVENT_FAILED;

  if (!round->photos_allowed)
    return WG_SYNC_EVENT_DONE;
  if (wg_sync_round_store (round, choose_job, &choice, &kind, error) == NULL)
    return kind;
  if (choice.upload == NULL)
    {
      drop_current (round);
      return WG_SYNC_EVENT_DONE;
    }
  if (choice.bytes != NULL)
    {
      drop_current (round);
      round->upload_name = g_strdup (choice.upload->sha256);
      round->upload_bytes = g_steal_pointer (&choice.bytes);
      round->upload_offset = -1;
    }
  return round->upload_offset < 0 ? ask_offset (round, error) : send_piece (round, error);
}

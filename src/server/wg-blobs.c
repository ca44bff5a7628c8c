/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Photos up, resumable from the last byte; photos and map packs down. */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "server/wg-blob-store.h"
#include "server/wg-request.h"
#include "wire/wg-zstd.h"

/* What one replica may leave unfinished. */
#define UNFINISHED_MAX (200 * 1024 * 1024)

/* What the database knows of a blob, and of the caller's right to it. */
typedef struct
{
  gint64 size; /* −1: nothing has arrived */
  gboolean whole;
  char *kind;        /* "jpeg" … "pack"; owned */
  gboolean named;    /* an applied operation of this replica names it */
  gint64 unfinished; /* bytes the replica has begun besides */
} Known;

typedef struct
{
  WgUpload *upload;
  gint64 length;
  const char *kind; /* static, once it is whole */
} Upload;

static void
clear_known (Known *known)
{
  g_free (known->kind);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Known, clear_known)

static gboolean
read_counts (WgDb *db, const char *sha, const char *replica, Known *out, GError **error)
{
  g_autoptr (GError) local = NULL;
  WgStatement *statement = wg_db_statement (db, "blob-named-by", error);

  if (statement == NULL)
    return FALSE;
  wg_statement_bind_text (statement, "sha", sha);
  wg_statement_bind_text (statement, "replica", replica);
  out->named = wg_db_take_int (statement, "n", &local) > 0;
  statement = local ? NULL : wg_db_statement (db, "blob-unfinished", &local);
  if (statement)
    {
      wg_statement_bind_text (statement, "replica", replica);
      wg_statement_bind_text (statement, "sha", sha);
      out->unfinished = wg_db_take_int (statement, "size", &local);
    }
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static gboolean
read_known (WgDb *db, const char *sha, const char *replica, Known *out, GError **error)
{
  WgStatement *statement = wg_db_statement (db, "blob-get", error);
  g_autoptr (GError) local = NULL;

  if (statement == NULL)
    return FALSE;
  wg_statement_bind_text (statement, "sha", sha);
  out->size = -1;
  if (wg_statement_next (statement, &local))
    {
      out->size = wg_statement_int (statement, "size");
      out->whole = g_strcmp0 (wg_statement_text (statement, "state"), "whole") == 0;
      out->kind = wg_statement_dup_text (statement, "kind");
    }
  if (!wg_statement_end (statement, &local, error))
    return FALSE;
  return read_counts (db, sha, replica, out, error);
}

/* Whether a record in one of the caller's scopes names the blob. */
static gboolean
read_right (
    const WgPlatform *platform, WgDb *db, WgRequest *request, gboolean *out_may, GError **error)
{
  g_auto (GStrv) scopes = wg_sessions_list_scopes (platform, db, request->caller.worker, error);
  WgStatement *statement = scopes ? wg_db_statement (db, "blob-scopes", error) : NULL;
  g_autoptr (GError) local = NULL;

  if (statement == NULL)
    return FALSE;
  wg_statement_bind_text (statement, "sha", request->sha);
  *out_may = FALSE;
  while (!*out_may && wg_statement_next (statement, &local))
    *out_may =
        g_strv_contains ((const char *const *) scopes, wg_statement_text (statement, "scope"));
  return wg_statement_end (statement, &local, error);
}

/* What the caller wants with a blob. */
typedef enum
{
  FOR_WRITING, /* whose operation names it */
  FOR_READING, /* in whose scope a record names it */
  FOR_EITHER,
} Purpose;

/* Answers and gives FALSE when the blob is unknown or the caller has no business with it. */
static gboolean
look_up (WgRequest *request, Purpose purpose, Known *out_known)
{
  const WgPlatform *platform = wg_server_get_platform (request->server);
  g_autoptr (GError) error = NULL;
  gboolean may = FALSE, good;
  WgDb *db = wg_server_take_reader (request->server, &error);

  if (db == NULL)
    {
      wg_request_answer_error (request, error);
      return FALSE;
    }
  good = read_known (db, request->sha, request->caller.replica, out_known, &error);
  may = (out_known->named && purpose != FOR_READING) || g_strcmp0 (out_known->kind, "pack") == 0;
  if (good && !may && purpose != FOR_WRITING)
    good = read_right (platform, db, request, &may, &error);
  wg_server_give_reader (request->server, db);
  if (!good)
    wg_request_answer_error (request, error);
  else if (!may)
    wg_request_problem (request, 404, "unknown-blob", NULL);
  return good && may;
}

static void
answer_offset (WgRequest *request, gint64 offset)
{
  char text[32];

  g_snprintf (text, sizeof text, "%" G_GINT64_FORMAT, offset);
  wg_request_answer_empty (request, 204);
  wg_request_add_header (request, "Upload-Offset", text);
}

/* --- down ------------------------------------------------------------------------------------ */

static const char *
get_media_type (const char *kind)
{
  if (g_strcmp0 (kind, "jpeg") == 0)
    return "image/jpeg";
  if (g_strcmp0 (kind, "png") == 0)
    return "image/png";
  if (g_strcmp0 (kind, "webp") == 0)
    return "image/webp";
  return "application/octet-stream";
}

static gboolean
open_whole (WgRequest *request, const char *media_type)
{
  const WgPlatform *platform = wg_server_get_platform (request->server);
  g_autoptr (GError) error = NULL;
  struct stat info;
  int fd = wg_blob_store_open (platform, request->sha, &error);

  if (error)
    {
      wg_request_answer_error (request, error);
      return FALSE;
    }
  if (fd < 0 || fstat (fd, &info) != 0)
    {
      if (fd >= 0)
        close (fd);
      g_warning ("blob %s is missing from the store", request->sha);
      wg_request_problem (request, 404, "unknown-blob", NULL);
      return FALSE;
    }
  wg_request_answer_empty (request, 200);
  request->content_type = media_type;
  request->file = fd;
  request->file_size = (guint64) info.st_size;
  wg_request_add_header (request, "Accept-Ranges", "bytes");
  return TRUE;
}

/**
 * wg_blobs_head:
 * @request: HEAD /v1/blobs/{sha}
 *
 * Says whether the blob is whole, or how much of it has arrived.
 *
 * Thread: the connection's.
 * Errors: 404 unknown-blob.
 */
void
wg_blobs_head (WgRequest *request)
{
  g_auto (Known) known = { 0 };

  if (!look_up (request, FOR_EITHER, &known))
    return;
  if (known.whole &&
      wg_blob_store_is_remote (wg_server_get_platform (request->server), request->sha))
    {
      wg_request_answer_empty (request, 200);
      request->content_type = get_media_type (known.kind);
      request->head_size = known.size;
      wg_request_add_header (request, "Accept-Ranges", "bytes");
    }
  else if (known.whole)
    open_whole (request, get_media_type (known.kind));
  else
    answer_offset (
        request, wg_blob_store_part_size (wg_server_get_platform (request->server), request->sha));
}

/* "bytes=N-" or "bytes=N-M"; anything else counts as no range at all. */
static gboolean
parse_range (const char *text, guint64 *out_from, guint64 *out_to)
{
  g_auto (GStrv) parts = NULL;

  if (text == NULL || !g_str_has_prefix (text, "bytes="))
    return FALSE;
  parts = g_strsplit (text + strlen ("bytes="), "-", 2);
  if (!parts[0] || !parts[1] ||
      !g_ascii_string_to_unsigned (parts[0], 10, 0, G_MAXINT64, out_from, NULL))
    return FALSE;
  *out_to = G_MAXUINT64;
  return parts[1][0] == '\0' ||
         (g_ascii_string_to_unsigned (parts[1], 10, *out_from, G_MAXINT64, out_to, NULL));
}

/* All of it, or the range that was asked for; @request->data is its media type. */
static void
send_whole (WgRequest *request)
{
  g_autofree char *range = NULL;
  guint64 from, to, size;

  if (!open_whole (request, request->data) ||
      !parse_range (wg_request_get_header (request, "Range"), &from, &to))
    return;
  size = request->file_size;
  if (from >= size)
    {
      close (request->file);
      request->file = -1;
      wg_request_problem (request, 416, "range", NULL);
      return;
    }
  to = MIN (to, size - 1);
  request->status = 206;
  request->file_offset = from;
  request->file_size = to - from + 1;
  range = g_strdup_printf ("bytes %" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT "/%" G_GUINT64_FORMAT,
                           from, to, size);
  wg_request_add_header (request, "Content-Range", range);
}

/**
 * wg_blobs_get:
 * @request: GET /v1/blobs/{sha}
 *
 * Sends a whole blob, or the range asked for. One that lies in an object store is fetched first.
 *
 * Thread: the connection's.
 * Errors: 404 unknown-blob; 416 range; 503 maintenance when the object store does not answer.
 */
void
wg_blobs_get (WgRequest *request)
{
  g_auto (Known) known = { 0 };

  if (!look_up (request, FOR_READING, &known))
    return;
  if (!known.whole)
    {
      wg_request_problem (request, 404, "unknown-blob", NULL);
      return;
    }
  request->data = (gpointer) get_media_type (known.kind);
  if (wg_blob_store_is_remote (wg_server_get_platform (request->server), request->sha))
    wg_request_leave (request, send_whole);
  else
    send_whole (request);
}

/* --- up -------------------------------------------------------------------------------------- */

static void
free_upload (gpointer data)
{
  Upload *self = data;

  wg_upload_free (self->upload);
  g_free (self);
}

static gboolean
note_part (WgWork *work, gpointer data, GError **error)
{
  WgRequest *request = data;
  const Upload *self = request->data;

  return wg_db_run (work->db, "blob-begin", error, "sha", 's', request->sha, "size", 'i',
                    self->length, "replica", 's', request->caller.replica, "changed_ms", 'i',
                    work->now_ms, NULL);
}

static void
answer_wrong_offset (WgRequest *request, gint64 offset)
{
  g_autoptr (WgProblem) problem = wg_problem_new (409, "offset", NULL);
  char text[32];

  problem->offset = offset;
  wg_request_answer_problem (request, problem);
  g_snprintf (text, sizeof text, "%" G_GINT64_FORMAT, offset);
  wg_request_add_header (request, "Upload-Offset", text);
}

/* Opens the part at the offset the caller believes in. */
static void
begin_part (WgRequest *request, const Known *known, gint64 offset, gint64 length)
{
  WgUploads *uploads = wg_server_get_uploads (request->server);
  g_autoptr (GError) error = NULL;
  Upload *self = g_new0 (Upload, 1);
  gint64 size = 0;
  gboolean busy;

  self->length = length;
  self->upload = wg_uploads_begin (uploads, request->sha, offset, length, &size, &busy, &error);
  request->data = self;
  request->free_data = free_upload;
  if (busy)
    wg_request_problem (request, 503, "maintenance", "the blob is being written");
  else if (error)
    wg_request_answer_error (request, error);
  else if (self->upload == NULL)
    answer_wrong_offset (request, size);
  else if (known->size != length &&
           !wg_writer_run (wg_server_get_writer (request->server), note_part, request, &error))
    wg_request_answer_error (request, error);
}

/**
 * wg_blobs_begin:
 * @request: PATCH /v1/blobs/{sha}, before its body
 *
 * Checks name, size, quota and offset, and opens the part.
 *
 * Thread: the connection's.
 * Errors: 400 malformed; 404 unknown-blob; 409 offset; 413 too-large; 429 rate.
 * Source: protocol.md 3.6
 */
void
wg_blobs_begin (WgRequest *request)
{
  gint64 offset = wg_request_get_number (request, "Upload-Offset");
  gint64 length = wg_request_get_number (request, "Upload-Length");
  g_auto (Known) known = { 0 };

  if (offset < 0 || length <= 0 || offset > length)
    {
      wg_request_problem (request, 400, "malformed", "Upload-Offset, Upload-Length");
      return;
    }
  if (length > WG_LIMIT_BLOB)
    {
      wg_request_problem (request, 413, "too-large", NULL);
      return;
    }
  if (!look_up (request, FOR_WRITING, &known))
    return;
  if (known.whole)
    answer_offset (request, known.size);
  else if (known.unfinished + length > UNFINISHED_MAX)
    wg_request_problem (request, 429, "rate", "unfinished photos");
  else
    begin_part (request, &known, offset, length);
}

/**
 * wg_blobs_chunk:
 * @request: PATCH /v1/blobs/{sha}
 * @data: a piece of the body
 * @n: bytes
 *
 * Appends a piece: what has arrived stays, however the request ends.
 *
 * Thread: the connection's.
 * Errors: 400 malformed when more comes than was said; 503 maintenance for a full disk.
 */
void
wg_blobs_chunk (WgRequest *request, const char *data, gsize n)
{
  Upload *self = request->data;
  g_autoptr (GError) error = NULL;

  if (wg_upload_get_size (self->upload) + (gint64) n > self->length)
    wg_request_problem (request, 400, "malformed", "more than Upload-Length");
  else if (wg_upload_write (self->upload, data, n, &error))
    return;
  else if (error)
    wg_request_answer_error (request, error);
  else
    answer_wrong_offset (request, wg_upload_get_size (self->upload));
}

static gboolean
note_whole (WgWork *work, gpointer data, GError **error)
{
  WgRequest *request = data;
  const Upload *self = request->data;

  return wg_db_run (work->db, "blob-finish", error, "sha", 's', request->sha, "size", 'i',
                    self->length, "replica", 's', request->caller.replica, "kind", 's', self->kind,
                    "changed_ms", 'i', work->now_ms, NULL);
}

static void
on_whole_cb (WgRequest *request)
{
  const Upload *self = request->data;

  wg_meter_count (wg_server_get_meter (request->server), "wg_blobs_total", 1);
  answer_offset (request, self->length);
}

/* Its bytes are all here: hash, store, then the row, then the answer. */
static void
put_in_place (WgRequest *request)
{
  const WgPlatform *platform = wg_server_get_platform (request->server);
  const Upload *self = request->data;
  g_autoptr (GError) error = NULL;
  gboolean good;

  if (!wg_blob_store_finish (platform, wg_upload_get_fd (self->upload), request->sha, &good,
                             &error))
    wg_request_answer_error (request, error);
  else if (!good)
    wg_request_problem (request, 422, "hash-mismatch", NULL);
  else
    wg_request_defer (request, note_whole, on_whole_cb);
}

/**
 * wg_blobs_end:
 * @request: PATCH /v1/blobs/{sha}, after its body
 *
 * Tells the new offset; after the last byte checks type and hash and puts the blob in its place.
 *
 * Thread: the connection's.
 * Errors: 415 unsupported; 422 hash-mismatch; either deletes the part. 503 maintenance when the
 *   object store does not take it; the part stays.
 * Source: protocol.md 3.6
 */
void
wg_blobs_end (WgRequest *request)
{
  const WgPlatform *platform = wg_server_get_platform (request->server);
  Upload *self = request->data;

  if (wg_upload_get_size (self->upload) < self->length)
    {
      answer_offset (request, wg_upload_get_size (self->upload));
      return;
    }
  if (!wg_upload_seal (self->upload))
    {
      answer_wrong_offset (request, wg_upload_get_size (self->upload));
      return;
    }
  self->kind = wg_blob_store_sniff (wg_upload_get_fd (self->upload));
  if (self->kind == NULL)
    {
      wg_blob_store_drop_part (platform, request->sha);
      wg_request_problem (request, 415, "unsupported", "not a JPEG, PNG or WebP");
      return;
    }
  if (platform->s3)
    wg_request_leave (request, put_in_place);
  else
    put_in_place (request);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a tablet without a network exported: applied by the same code as a push, answered in a file.
 */
#include "server/wg-bundle-import.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <glib/gi18n.h>

#include "core/wg-chain.h"
#include "db/wg-file.h"
#include "db/wg-mutant.h"
#include "server/wg-audit.h"
#include "server/wg-blob-store.h"
#include "server/wg-pull.h"
#include "server/wg-push.h"
#include "server/wg-server-error.h"
#include "server/wg-sessions.h"
#include "wire/wg-bundle.h"
#include "wire/wg-json-writer.h"
#include "wire/wg-zstd.h"

#define PHOTO_NAME 64

typedef struct
{
  const WgBundleDesk *desk;
  GBytes *file;
  WgBundleHeader header;
  char *worker, *device, *state, *org_code;
  guint8 key[WG_SIGN_PUBLIC]; /* of the device */
  WgPullRequest *pull;
  WgBundleWriter *writer;
  GString *photos; /* names that are whole here, a line each */
  int fd;
  WgBundleOutcome counts;
} Import;

static void
clear_import (Import *self)
{
  wg_bundle_header_clear (&self->header);
  g_clear_pointer (&self->file, g_bytes_unref);
  g_clear_pointer (&self->pull, wg_pull_request_free);
  g_clear_pointer (&self->writer, wg_bundle_writer_free);
  if (self->photos)
    g_string_free (self->photos, TRUE);
  g_free (self->worker);
  g_free (self->device);
  g_free (self->state);
  g_free (self->org_code);
}

static gboolean
refuse (GError **error, const char *text)
{
  g_set_error (error, WG_SERVER_ERROR, WG_SERVER_ERROR_FORBIDDEN, "%s", text);
  return FALSE;
}

/* --- who -------------------------------------------------------------------------------------- */

/* A desk takes what its own town's workers bring; who has the machine itself, everybody's. */
static gboolean
is_of_desk (const Import *self)
{
  g_autofree char *town = g_strconcat ("t:", self->org_code, NULL);

  return self->desk->scopes == NULL ||
         g_strv_contains ((const char *const *) self->desk->scopes, town);
}

static gboolean
find_sender (Import *self, GError **error)
{
  WgStatement *statement = wg_db_statement (self->desk->db, "bundle-sender", error);
  g_autofree char *key_text = NULL;
  g_autoptr (GBytes) key = NULL;
  g_autoptr (GError) local = NULL;

  if (statement == NULL)
    return FALSE;
  wg_statement_bind_text (statement, "replica", self->header.replica);
  if (wg_statement_next (statement, &local))
    {
      self->worker = wg_statement_dup_text (statement, "worker");
      self->device = wg_statement_dup_text (statement, "device");
      self->state = wg_statement_dup_text (statement, "state");
      self->org_code = wg_statement_dup_text (statement, "org_code");
      key_text = wg_statement_dup_text (statement, "public_key");
    }
  if (!wg_statement_end (statement, &local, error))
    return FALSE;
  if (key_text == NULL)
    return refuse (error,
                   _ ("this platform does not know the tablet of this bundle: enrol it anew"));
  if (g_strcmp0 (self->state, "active") != 0)
    return refuse (error, _ ("the tablet of this bundle was shut out"));
  if (!is_of_desk (self))
    return refuse (error, _ ("the tablet of this bundle belongs to another town"));
  key = wg_base64url_decode (key_text, error);
  if (key == NULL || g_bytes_get_size (key) != WG_SIGN_PUBLIC)
    return FALSE;
  memcpy (self->key, g_bytes_get_data (key, NULL), WG_SIGN_PUBLIC);
  return TRUE;
}

/* Nothing of the file is used before all of it was read, and proved to be of that tablet. */
static gboolean
check (Import *self, GError **error)
{
  const WgPlatform *platform = self->desk->platform;
  g_autofree char *own = wg_bundle_key_id (platform->sign_public);

  if (!wg_bundle_read_header (self->file, &self->header, error))
    return FALSE;
  if (g_strcmp0 (self->header.kind, "push") != 0)
    return refuse (error, _ ("this is the platform's answer: it is for the tablet"));
  if (g_strcmp0 (self->header.to, own) != 0)
    return refuse (error, _ ("this bundle is for the platform of another office"));
  return find_sender (self, error) && wg_bundle_check (self->file, platform->sign_public,
                                                       platform->sign_secret, self->key, error);
}

/* --- answer ----------------------------------------------------------------------------------- */

static gboolean
put (Import *self, GBytes *bytes, GError **error)
{
  gsize n;
  gconstpointer data = g_bytes_get_data (bytes, &n);
  gboolean good = wg_file_write (self->fd, data, n, error);

  g_bytes_unref (bytes);
  return good;
}

static gboolean
add (Import *self, WgBundlePart part, gconstpointer data, gsize n, GError **error)
{
  return put (self, wg_bundle_writer_add (self->writer, part, data, n), error);
}

static gboolean
add_text (Import *self, WgBundlePart part, char *text, GError **error)
{
  gboolean good = add (self, part, text, strlen (text), error);

  g_free (text);
  return good;
}

static gboolean
begin_answer (Import *self, GError **error)
{
  const WgPlatform *platform = self->desk->platform;
  WgBundleHeader header = self->header;
  GBytes *head = NULL;

  header.kind = (char *) "answer";
  header.epoch = platform->epoch;
  header.made_ms = wg_ports_wall_ms (&platform->ports);
  header.lease_s = wg_sessions_get_lease_s (self->desk->db, error);
  if (header.lease_s < 0)
    return FALSE;
  self->writer = wg_bundle_writer_new (&platform->ports, &header, self->key, platform->sign_secret,
                                       &head, error);
  if (self->writer == NULL)
    return FALSE;
  return put (self, head, error);
}

/* --- parts ------------------------------------------------------------------------------------ */

static gboolean
answer_push (Import *self, const WgPushJob *job, GError **error)
{
  const WgPushAnswer *answer = wg_push_job_get_answer (job);
  const WgProblem *problem = wg_push_job_get_problem (job);

  if (problem)
    {
      self->counts.stopped = TRUE;
      return add_text (self, WG_BUNDLE_PROBLEM, wg_wire_problem_to_json (problem), error);
    }
  self->counts.n_operations += answer->results->len;
  for (guint i = 0; i < answer->results->len; i++)
    self->counts.n_refused +=
        ((const WgPushResult *) answer->results->pdata[i])->kind == WG_RESULT_REJECTED;
  return add_text (self, WG_BUNDLE_RESULT, wg_wire_push_answer_to_json (answer), error);
}

static gboolean
take_push (Import *self, GBytes *data, GError **error)
{
  g_autoptr (WgPush) push = wg_wire_push_from_body (data, error);
  g_autoptr (WgPushJob) job = NULL;

  if (push == NULL)
    return FALSE;
  if (g_strcmp0 (push->replica, self->header.replica) != 0)
    return refuse (error, "a push in the bundle is of another tablet");
  if (!wg_wire_push_verify (push, self->key, error))
    return FALSE;
  job = wg_push_job_new (g_steal_pointer (&push), self->worker, error);
  if (job == NULL)
    return FALSE;
  wg_push_job_set_carried (job);
  return self->desk->run (self->desk->runner, wg_push_job_run, job, error) &&
         answer_push (self, job, error);
}

typedef struct
{
  Import *import;
  const char *sha, *kind;
  gint64 size;
  gboolean named, whole;
} Photo;

static gboolean
look_photo (WgWork *work, gpointer data, GError **error)
{
  Photo *photo = data;
  WgStatement *statement = wg_db_statement (work->db, "blob-named-by", error);
  g_autoptr (GError) local = NULL;
  g_autofree char *state = NULL;

  if (statement == NULL)
    return FALSE;
  wg_statement_bind_text (statement, "sha", photo->sha);
  wg_statement_bind_text (statement, "replica", photo->import->header.replica);
  photo->named = wg_db_take_int (statement, "n", &local) > 0;
  statement = local ? NULL : wg_db_statement (work->db, "blob-get", &local);
  if (statement)
    {
      wg_statement_bind_text (statement, "sha", photo->sha);
      state = wg_db_take_text (statement, "state", &local);
    }
  photo->whole = g_strcmp0 (state, "whole") == 0;
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static gboolean
note_photo (WgWork *work, gpointer data, GError **error)
{
  const Photo *photo = data;

  return wg_db_run (work->db, "blob-finish", error, "sha", 's', photo->sha, "size", 'i',
                    photo->size, "replica", 's', photo->import->header.replica, "kind", 's',
                    photo->kind, "changed_ms", 'i', work->now_ms, NULL);
}

/* In place of what came of it by the network. */
static gboolean
write_photo (int fd, const guint8 *bytes, gsize n, GError **error)
{
  if (ftruncate (fd, 0) == 0 && lseek (fd, 0, SEEK_SET) == 0)
    return wg_file_write (fd, bytes, n, error);
  g_set_error (error, WG_SERVER_ERROR, WG_SERVER_ERROR_FAILED, "cannot empty a part of a photo: %s",
               g_strerror (errno));
  return FALSE;
}

/* Writes the file; %FALSE with @error, or with @out_good unset when it is no photo of that name. */
static gboolean
store_photo (Import *self, Photo *photo, const guint8 *bytes, gboolean *out_good, GError **error)
{
  const WgPlatform *platform = self->desk->platform;
  gboolean busy = FALSE, good = FALSE;
  gint64 there;
  int fd = wg_blob_store_open_part (platform, photo->sha, &there, &busy, error);

  *out_good = FALSE;
  if (fd < 0)
    return busy; /* the network is bringing it right now */
  good = write_photo (fd, bytes, (gsize) photo->size, error);
  photo->kind = good ? wg_blob_store_sniff (fd) : NULL;
  if (good && photo->kind)
    good = wg_blob_store_finish (platform, fd, photo->sha, out_good, error);
  else if (good)
    wg_blob_store_drop_part (platform, photo->sha);
  close (fd);
  return good;
}

static gboolean
take_photo (Import *self, GBytes *data, GError **error)
{
  gsize n;
  const guint8 *bytes = g_bytes_get_data (data, &n);
  g_autofree char *sha = g_strndup ((const char *) bytes, MIN (n, PHOTO_NAME));
  Photo photo = { .import = self, .sha = sha, .size = (gint64) n - PHOTO_NAME };
  gboolean good = TRUE;

  if (!wg_chain_is_hash (sha) || photo.size <= 0 || photo.size > WG_LIMIT_BLOB)
    return TRUE;
  if (!self->desk->run (self->desk->runner, look_photo, &photo, error))
    return FALSE;
  if (!photo.named)
    return TRUE; /* its operation was refused */
  if (!photo.whole && (!store_photo (self, &photo, bytes + PHOTO_NAME, &good, error) ||
                       (good && !WG_MUTANT ("carried-photo-not-noted") &&
                        !self->desk->run (self->desk->runner, note_photo, &photo, error))))
    return FALSE;
  if (good)
    {
      g_string_append_printf (self->photos, "%s\n", sha);
      self->counts.n_photos++;
    }
  return TRUE;
}

static gboolean
take_part (Import *self, WgBundlePart part, GBytes *data, GError **error)
{
  gsize n;
  const char *text;

  switch (part)
    {
    case WG_BUNDLE_PUSH:
      return self->counts.stopped || take_push (self, data, error);
    case WG_BUNDLE_BLOB:
      return take_photo (self, data, error);
    case WG_BUNDLE_PULL:
      text = g_bytes_get_data (data, &n);
      g_clear_pointer (&self->pull, wg_pull_request_free);
      self->pull = wg_wire_pull_request_from_json (text, n, error);
      return self->pull != NULL;
    case WG_BUNDLE_RESULT:
    case WG_BUNDLE_PROBLEM:
    case WG_BUNDLE_PHOTOS:
    case WG_BUNDLE_PAGE:
    case WG_BUNDLE_END:
    default:
      return TRUE; /* of a later version */
    }
}

/* The rows that the tablet lacks, as pages that it applies one after the other. */
static gboolean
add_pages (Import *self, GError **error)
{
  const WgPlatform *platform = self->desk->platform;
  g_autoptr (WgDb) reader = wg_platform_connect (platform, TRUE, error);
  gboolean more = reader && self->pull;

  while (more)
    {
      g_autoptr (WgPullPage) page = wg_pull_page_read (platform, reader, self->worker,
                                                      self->header.replica, self->pull, error);
      g_autoptr (GBytes) body = page ? wg_wire_pull_page_to_body (page) : NULL;

      if (body == NULL || !add (self, WG_BUNDLE_PAGE, g_bytes_get_data (body, NULL),
                                g_bytes_get_size (body), error))
        return FALSE;
      self->counts.n_rows += page->rows->len;
      more = page->more;
      g_hash_table_unref (self->pull->cursor);
      self->pull->cursor = g_hash_table_ref (page->cursor);
    }
  return reader != NULL;
}

static gboolean
take_all (Import *self, GError **error)
{
  const WgPlatform *platform = self->desk->platform;
  g_autoptr (WgBundleReader) reader = wg_bundle_reader_new (self->file, platform->sign_public,
                                                           platform->sign_secret, error);
  WgBundlePart part = 0;

  while (reader && part != WG_BUNDLE_END)
    {
      g_autoptr (GBytes) data = NULL;

      part = wg_bundle_reader_next (reader, &data, error);
      if (part == 0 || !take_part (self, part, data, error))
        return FALSE;
    }
  return reader && add (self, WG_BUNDLE_PHOTOS, self->photos->str, self->photos->len, error) &&
         (self->counts.stopped || add_pages (self, error)) &&
         put (self, wg_bundle_writer_end (self->writer), error);
}

static gboolean
note_import (WgWork *work, gpointer data, GError **error)
{
  const Import *self = data;

  return wg_db_run (work->db, "replica-seen", error, "seen_ms", 'i', work->now_ms, "id", 's',
                    self->header.replica, NULL) &&
         wg_audit_add (work, self->desk->actor, "bundle-imported", self->device, self->header.id,
                       error);
}

/**
 * wg_bundle_take:
 * @desk: where it is handed in
 * @fd: the bundle, a file
 * @answer: an empty file for the answer
 * @out: (out): what became of it
 * @error: return location
 *
 * Applies what a tablet without a network exported, by the code that applies pushes, and writes an
 * answer for it. The same file again, or one that the network was faster than, changes nothing and
 * is answered alike. Its times are those of the tablet's clock: how long the file was on its way
 * nobody knows.
 *
 * Thread: one that may wait.
 * Errors: %WG_SERVER_ERROR_FORBIDDEN of a tablet that is unknown, shut out or of another town, or
 *   for another platform; of the wire when it is damaged or cut: nothing is applied then.
 * Source: protocol.md 3.7, I21
 *
 * Returns: %TRUE on success
 */
gboolean
wg_bundle_take (const WgBundleDesk *desk, int fd, int answer, WgBundleOutcome *out, GError **error)
{
  Import self = { .desk = desk, .fd = answer, .photos = g_string_new (NULL) };
  g_autoptr (GMappedFile) mapped = g_mapped_file_new_from_fd (fd, FALSE, error);
  gboolean good = FALSE;

  if (mapped)
    {
      self.file = g_mapped_file_get_bytes (mapped);
      good = check (&self, error) && begin_answer (&self, error) && take_all (&self, error) &&
             desk->run (desk->runner, note_import, &self, error);
    }
  if (good)
    {
      *out = self.counts;
      out->replica = g_strdup (self.header.replica);
      out->worker = g_strdup (self.worker);
    }
  clear_import (&self);
  return good;
}

/**
 * wg_bundle_outcome_to_json:
 * @counts: what became of a bundle
 * @answer: (nullable): where its answer is
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): JSON in one line, of ASCII but for @answer
 */
char *
wg_bundle_outcome_to_json (const WgBundleOutcome *counts, const char *answer)
{
  g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();

  wg_json_writer_begin_object (writer, NULL);
  wg_json_writer_string (writer, "replica", counts->replica);
  wg_json_writer_string (writer, "worker", counts->worker);
  wg_json_writer_int (writer, "operations", counts->n_operations);
  wg_json_writer_int (writer, "refused", counts->n_refused);
  wg_json_writer_int (writer, "photos", counts->n_photos);
  wg_json_writer_int (writer, "rows", counts->n_rows);
  wg_json_writer_flag (writer, "again", counts->stopped);
  wg_json_writer_string (writer, "answer", answer);
  wg_json_writer_end (writer);
  return wg_json_writer_to_string (writer, FALSE);
}

/**
 * wg_bundle_outcome_clear:
 * @counts: what became of a bundle
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_bundle_outcome_clear (WgBundleOutcome *counts)
{
  g_clear_pointer (&counts->replica, g_free);
  g_clear_pointer (&counts->worker, g_free);
}

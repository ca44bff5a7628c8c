/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Without a network: what waits goes to the platform in a file, its answer comes back in one.
 * Exporting settles nothing: only an answer does, by whichever way it comes. */
#include "store/wg-bundle-store.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <glib/gi18n.h>
#include <glib/gstdio.h>

#include "core/wg-id.h"
#include "db/wg-file.h"
#include "db/wg-mutant.h"
#include "store/wg-attachment-store.h"
#include "store/wg-inbox.h"
#include "store/wg-lease.h"
#include "store/wg-outbox.h"
#include "store/wg-store-private.h"
#include "wire/wg-bundle.h"
#include "wire/wg-wire-error.h"
#include "wire/wg-wire-session.h"

#define OPS_PER_PUSH 200
#define PHOTO_NAME 64

/* --- export ---------------------------------------------------------------------------------- */

typedef struct
{
  WgStoreContext *context;
  WgBundleWriter *writer;
  WgBundleCounts counts;
  char *cursor; /* what the pull request in the file says */
  int fd;
} Export;

static gboolean
put (Export *self, GBytes *bytes, GError **error)
{
  gsize n;
  gconstpointer data = g_bytes_get_data (bytes, &n);
  gboolean ok = wg_file_write (self->fd, data, n, error);

  g_bytes_unref (bytes);
  return ok;
}

static gboolean
add (Export *self, WgBundlePart part, gconstpointer data, gsize n, GError **error)
{
  return put (self, wg_bundle_writer_add (self->writer, part, data, n), error);
}

static gboolean
add_pushes (Export *self, gint64 first, GError **error)
{
  while (first > 0)
    {
      g_autoptr (WgPush) push = NULL;
      g_autoptr (GBytes) body = NULL;

      if (!wg_outbox_read_push (self->context, first, OPS_PER_PUSH, &push, error))
        return FALSE;
      if (push == NULL)
        break;
      body = wg_wire_push_to_body (push, self->context->identity->sign_secret);
      if (!add (self, WG_BUNDLE_PUSH, g_bytes_get_data (body, NULL), g_bytes_get_size (body),
                error))
        return FALSE;
      first += push->lines->len;
      self->counts.n_operations += push->lines->len;
    }
  return TRUE;
}

/* A photo that cannot be read is left out: sync tells its author. */
static gboolean
add_photos (Export *self, GPtrArray *names, GError **error)
{
  for (guint i = 0; i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      g_autoptr (GBytes) photo = wg_attachment_store_read (self->context, name, NULL);
      g_autoptr (GByteArray) part = g_byte_array_new ();
      gsize n;
      const guint8 *data = photo ? g_bytes_get_data (photo, &n) : NULL;

      if (data == NULL || n > WG_LIMIT_BUNDLE_PART - PHOTO_NAME)
        continue;
      g_byte_array_append (part, (const guint8 *) name, PHOTO_NAME);
      g_byte_array_append (part, data, (guint) n);
      if (!add (self, WG_BUNDLE_BLOB, part->data, part->len, error))
        return FALSE;
      self->counts.n_photos++;
    }
  return TRUE;
}

/* How far each scope was pulled, as text: an answer's rows fit only on the same. */
static char *
describe_cursor (WgStoreContext *context, GError **error)
{
  g_autoptr (WgPullRequest) request = wg_inbox_get_request (context, error);

  if (request == NULL)
    return NULL;
  request->n_waiting = request->n_photos = -1;
  return wg_wire_pull_request_to_json (request);
}

static gboolean
write_parts (Export *self, gint64 first, GPtrArray *photos, GError **error)
{
  return add (self, WG_BUNDLE_PULL, self->cursor, strlen (self->cursor), error) &&
         add_pushes (self, first, error) && add_photos (self, photos, error) &&
         put (self, wg_bundle_writer_end (self->writer), error);
}

static gboolean
write_file (Export *self, const char *part, WgBundleHeader *header, GError **error)
{
  const WgIdentity *identity = self->context->identity;
  WgStatement *rows = wg_db_statement (self->context->db, "attachment_unsent", error);
  g_autoptr (GPtrArray) photos = rows ? wg_record_collect_ids (rows, "sha256", error) : NULL;
  g_autoptr (GError) local = NULL;
  GBytes *head = NULL;
  gint64 first;
  gboolean ok;

  first = photos ? wg_outbox_get_first (self->context, &local) : 0;
  if (local)
    g_propagate_error (error, g_steal_pointer (&local));
  else if (photos)
    {
      gint64 last = 0;
      g_autofree char *hash = NULL;

      if (!wg_outbox_get_head (self->context, &last, &hash, error))
        return FALSE;
      header->n_operations = first > 0 ? last - first + 1 : 0;
      header->n_photos = photos->len;
      self->writer = wg_bundle_writer_new (self->context->ports, header, identity->platform_key,
                                           identity->sign_secret, &head, error);
    }
  if (self->writer == NULL)
    return FALSE;
  self->fd = open (part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (self->fd < 0)
    {
      g_set_error (error, WG_STORE_ERROR, WG_STORE_ERROR_FAILED, "'%s': %s", part,
                   g_strerror (errno));
      g_bytes_unref (head);
      return FALSE;
    }
  ok = put (self, head, error) && write_parts (self, first, photos, error);
  close (self->fd);
  return ok;
}

/* What an answer to this bundle needs to be taken for what it is. */
static gboolean
remember (WgStoreContext *context, const char *id, const char *cursor, GError **error)
{
  return wg_store_set_meta (context, "bundle_id", id, error) &&
         wg_store_set_meta (context, "bundle_cursor", cursor, error) &&
         wg_store_set_meta (context, "bundle_boot", context->ports->boot_id, error) &&
         wg_store_set_meta_int (context, "bundle_boot_ms", wg_ports_boot_ms (context->ports),
                                error) &&
         wg_store_set_meta_int (context, "bundle_ms", wg_ports_wall_ms (context->ports), error);
}

/**
 * wg_bundle_export:
 * @context: of the job
 * @path: where the file goes; one that is there is replaced once the new one is whole
 * @out_counts: (out): what is in it
 * @error: return location
 *
 * Writes everything that waits, sealed to the platform: the operations' lines as the network would
 * carry them, the photos that it lacks, and how far was pulled. What is held is released first.
 * Nothing here counts as sent: it waits until an answer comes.
 *
 * Thread: the store's.
 * Errors: %WG_STORE_ERROR_FULL, %WG_STORE_ERROR_FAILED; no half file stays at @path.
 * Source: protocol.md 3.7
 *
 * Returns: %TRUE if the file is whole
 */
gboolean
wg_bundle_export (WgStoreContext *context,
                  const char *path,
                  WgBundleCounts *out_counts,
                  GError **error)
{
  g_autofree char *part = g_strconcat (path, ".part", NULL);
  g_autofree char *epoch = NULL, *id = wg_id_new (context->ports);
  Export self = { .context = context };
  WgBundleHeader header = { .kind = (char *) "push",
                            .replica = context->identity->replica,
                            .id = id,
                            .made_ms = wg_ports_wall_ms (context->ports) };
  gboolean ok;

  if (wg_event_store_release (context, G_MAXINT64, error) < 0)
    return FALSE;
  header.epoch = epoch = wg_outbox_get_epoch (context, error);
  self.cursor = epoch ? describe_cursor (context, error) : NULL;
  ok = self.cursor && write_file (&self, part, &header, error) &&
       wg_file_move (part, path, error) && remember (context, id, self.cursor, error);
  wg_bundle_writer_free (self.writer);
  g_free (self.cursor);
  if (!ok)
    {
      g_unlink (part);
      wg_store_adapt_error (error);
      return FALSE;
    }
  *out_counts = self.counts;
  return TRUE;
}

/* --- import ---------------------------------------------------------------------------------- */

typedef struct
{
  WgStoreContext *context;
  WgBundleHeader header;
  WgBundleCounts counts;
  gboolean rows_fit; /* nothing was pulled since the bundle was written */
} Import;

static const char *
get_text (GBytes *data, gsize *out_n)
{
  return g_bytes_get_data (data, out_n);
}

static gboolean
take_result (Import *self, GBytes *data, GError **error)
{
  gsize n;
  const char *text = get_text (data, &n);
  g_autoptr (WgPushAnswer) answer = wg_wire_push_answer_from_json (text, n, error);
  g_autofree char *epoch = answer ? wg_outbox_get_epoch (self->context, error) : NULL;

  if (epoch == NULL)
    return FALSE;
  if (g_strcmp0 (answer->epoch, epoch) != 0 && !WG_MUTANT ("old-answer-taken"))
    {
      g_set_error (error, WG_STORE_ERROR, WG_STORE_ERROR_INVALID, "%s",
                   _ ("the answer is older than the platform's restore: export again"));
      return FALSE;
    }
  if (!wg_outbox_acknowledge (self->context, answer, error))
    return FALSE;
  self->counts.n_operations += answer->results->len;
  for (guint i = 0; i < answer->results->len; i++)
    {
      const WgPushResult *result = g_ptr_array_index (answer->results, i);

      self->counts.n_refused += result->kind == WG_RESULT_REJECTED;
      self->counts.n_conflicts += result->kind == WG_RESULT_CONFLICT;
    }
  return TRUE;
}

/* The platform was restored, or lacks operations before these: they wait anew. */
static gboolean
take_problem (Import *self, GBytes *data, GError **error)
{
  gsize n;
  const char *text = get_text (data, &n);
  g_autoptr (WgProblem) problem = wg_wire_problem_from_json (text, n, error);

  if (problem == NULL)
    return FALSE;
  if (g_strcmp0 (problem->name, "epoch-changed") != 0 && g_strcmp0 (problem->name, "gap") != 0)
    {
      g_set_error (error, WG_STORE_ERROR, WG_STORE_ERROR_INVALID, "the platform says %s: %s",
                   problem->name, problem->title ? problem->title : "");
      return FALSE;
    }
  self->counts.again = TRUE;
  return wg_outbox_rewind (self->context, MAX (problem->last_seq, 0), problem->last_hash,
                           problem->epoch, error);
}

static gboolean
take_photos (Import *self, GBytes *data, GError **error)
{
  gsize n;
  const char *text = get_text (data, &n);
  g_autofree char *copy = g_strndup (n > 0 ? text : "", n);
  g_auto (GStrv) names = g_strsplit (copy, "\n", -1);

  for (gsize i = 0; names[i]; i++)
    {
      if (*names[i] == '\0')
        continue;
      if (!wg_attachment_store_uploaded (self->context, names[i], 0, TRUE, error))
        return FALSE;
      self->counts.n_photos++;
    }
  return TRUE;
}

static gboolean
take_page (Import *self, GBytes *data, GError **error)
{
  g_autoptr (WgPullPage) page = NULL;

  if (!self->rows_fit)
    return TRUE;
  page = wg_wire_pull_page_from_body (data, error);
  if (page == NULL || !wg_inbox_apply (self->context, page, NULL, error))
    return FALSE;
  self->counts.n_rows += page->rows->len;
  return TRUE;
}

static gboolean
take_part (Import *self, WgBundlePart part, GBytes *data, GError **error)
{
  switch (part)
    {
    case WG_BUNDLE_RESULT:
      return take_result (self, data, error);
    case WG_BUNDLE_PROBLEM:
      return take_problem (self, data, error);
    case WG_BUNDLE_PHOTOS:
      return take_photos (self, data, error);
    case WG_BUNDLE_PAGE:
      return take_page (self, data, error);
    case WG_BUNDLE_PUSH:
    case WG_BUNDLE_PULL:
    case WG_BUNDLE_BLOB:
    case WG_BUNDLE_END:
    default:
      return TRUE; /* of a later version */
    }
}

/* An answer to our last bundle is a contact as of the moment we asked, once. */
static gboolean
take_lease (Import *self, GError **error)
{
  WgStoreContext *context = self->context;
  g_autofree char *boot = wg_store_get_meta (context, "bundle_boot", error);
  gint64 age_ms, left_ms;

  if (boot == NULL || self->header.lease_s <= 0)
    return boot != NULL;
  age_ms =
      g_strcmp0 (boot, context->ports->boot_id) == 0
          ? wg_ports_boot_ms (context->ports) - wg_store_get_meta_int (context, "bundle_boot_ms")
          : wg_ports_wall_ms (context->ports) - wg_store_get_meta_int (context, "bundle_ms");
  left_ms = self->header.lease_s * 1000 - MAX (age_ms, 0);
  return (left_ms <= 0 ||
          wg_lease_renew (context, self->header.made_ms + left_ms, self->header.made_ms, error)) &&
         wg_store_set_meta (context, "bundle_id", NULL, error);
}

static gboolean
check_answer (Import *self, GBytes *file, gboolean *out_ours, GError **error)
{
  const WgIdentity *identity = self->context->identity;
  g_autofree char *id = NULL, *cursor = NULL, *asked = NULL;

  if (!wg_bundle_read_header (file, &self->header, error))
    return FALSE;
  if (g_strcmp0 (self->header.kind, "answer") != 0)
    {
      g_set_error (error, WG_STORE_ERROR, WG_STORE_ERROR_INVALID, "%s",
                   _ ("this is no answer of the platform, but what a tablet exported"));
      return FALSE;
    }
  if (g_strcmp0 (self->header.replica, identity->replica) != 0)
    {
      g_set_error (error, WG_STORE_ERROR, WG_STORE_ERROR_INVALID, "%s",
                   _ ("this answer is for another tablet"));
      return FALSE;
    }
  if (!wg_bundle_check (file, identity->sign_public, identity->sign_secret, identity->platform_key,
                        error))
    return FALSE;
  id = wg_store_get_meta (self->context, "bundle_id", NULL);
  asked = wg_store_get_meta (self->context, "bundle_cursor", NULL);
  cursor = describe_cursor (self->context, error);
  *out_ours = g_strcmp0 (id, self->header.id) == 0;
  self->rows_fit = (*out_ours && g_strcmp0 (cursor, asked) == 0) || WG_MUTANT ("old-rows-taken");
  return cursor != NULL;
}

static gboolean
take_parts (Import *self, GBytes *file, GError **error)
{
  const WgIdentity *identity = self->context->identity;
  g_autoptr (WgBundleReader) reader =
                wg_bundle_reader_new (file, identity->sign_public, identity->sign_secret, error);

  while (reader)
    {
      g_autoptr (GBytes) data = NULL;
      WgBundlePart part = wg_bundle_reader_next (reader, &data, error);

      if (part == 0)
        return FALSE;
      if (part == WG_BUNDLE_END)
        return TRUE;
      if (!take_part (self, part, data, error))
        return FALSE;
    }
  return FALSE;
}

/* In the user's words: a stick goes through many hands. */
static void
explain (GError **error)
{
  const char *text;

  if (error == NULL || (*error)->domain != WG_WIRE_ERROR)
    return;
  text = (*error)->code == WG_WIRE_ERROR_FOREIGN ? _ ("this file is for somebody else")
                                                 : (*error)->code == WG_WIRE_ERROR_SIGNATURE
      ? _ ("this file is not of our platform")
      : _ ("the file is damaged or not whole: copy "
                                                          "it again");
  g_clear_error (error);
  g_set_error (error, WG_STORE_ERROR, WG_STORE_ERROR_INVALID, "%s", text);
}

/**
 * wg_bundle_import:
 * @context: of the job
 * @path: the platform's answer
 * @out_counts: (out): what it said
 * @error: return location
 *
 * Takes an answer: results, photos that have arrived, and rows when nothing was pulled meanwhile
 * (else the network brings them). The same answer again, or one that the network was faster than,
 * changes nothing.
 *
 * Thread: the store's.
 * Errors: %WG_STORE_ERROR_INVALID for a file that is no answer, not for us, not whole, or not of
 *   our platform: nothing is changed then; %WG_STORE_ERROR_FORKED when the platform has another
 *   log of this tablet.
 * Source: protocol.md 3.7, I21
 *
 * Returns: %TRUE on success
 */
gboolean
wg_bundle_import (WgStoreContext *context,
                  const char *path,
                  WgBundleCounts *out_counts,
                  GError **error)
{
  g_autoptr (GMappedFile) mapped = g_mapped_file_new (path, FALSE, error);
  g_autoptr (GBytes) file = mapped ? g_mapped_file_get_bytes (mapped) : NULL;
  Import self = { .context = context };
  gboolean ours = FALSE, ok;

  ok = file && check_answer (&self, file, &ours, error) && take_parts (&self, file, error) &&
       (!ours || take_lease (&self, error));
  wg_bundle_header_clear (&self.header);
  if (ok)
    *out_counts = self.counts;
  else
    explain (error);
  return ok;
}

static gpointer
finish (gboolean ok, const WgBundleCounts *counts)
{
  return ok ? g_memdup2 (counts, sizeof *counts) : NULL;
}

/**
 * wg_bundle_export_job:
 * @context: of the job
 * @data: the path
 * @cancellable: (nullable): unused
 * @error: return location
 *
 * wg_bundle_export() as a job.
 *
 * Thread: the store's.
 * Errors: see there.
 *
 * Returns: (transfer full) (nullable): WgBundleCounts; free with g_free()
 */
gpointer
wg_bundle_export_job (WgStoreContext *context,
                      gpointer data,
                      GCancellable *cancellable,
                      GError **error)
{
  WgBundleCounts counts = { 0 };

  return finish (wg_bundle_export (context, data, &counts, error), &counts);
}

/**
 * wg_bundle_import_job:
 * @context: of the job
 * @data: the path
 * @cancellable: (nullable): unused
 * @error: return location
 *
 * wg_bundle_import() as a job.
 *
 * Thread: the store's.
 * Errors: see there.
 *
 * Returns: (transfer full) (nullable): WgBundleCounts; free with g_free()
 */
gpointer
wg_bundle_import_job (WgStoreContext *context,
                      gpointer data,
                      GCancellable *cancellable,
                      GError **error)
{
  WgBundleCounts counts = { 0 };

  return finish (wg_bundle_import (context, data, &counts, error), &counts);
}

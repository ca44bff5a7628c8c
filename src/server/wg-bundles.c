/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A bundle that an office hands in over HTTP: the tablet's file up, the answer for it down. */
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "db/wg-file.h"
#include "server/wg-bundle-import.h"
#include "server/wg-request.h"
#include "server/wg-server-error.h"

/* Who sits at a desk that may take a tablet's bundle. */
#define DESKS (WG_ROLE_CLERK | WG_ROLE_DISPATCHER)
/* At a time in this process; each is a file on the disk and a thread that waits. */
#define MAX_AT_ONCE 2

typedef struct
{
  int file, answer; /* without a name, gone when they are closed */
} Upload;

static int n_under_way; /* atomic */

static void
free_upload (gpointer data)
{
  Upload *self = data;

  if (self->file >= 0)
    close (self->file);
  if (self->answer >= 0)
    close (self->answer);
  g_free (self);
  g_atomic_int_dec_and_test (&n_under_way);
}

static int
make_file (const WgPlatform *platform, GError **error)
{
  g_autofree char *folder = g_build_filename (platform->blobs, "part", NULL);
  g_autofree char *path = g_build_filename (folder, "bundle.XXXXXX", NULL);
  int fd = g_mkdir_with_parents (folder, 0700) == 0 ? g_mkstemp (path) : -1;

  if (fd >= 0)
    g_unlink (path);
  else
    g_set_error (error, WG_DB_ERROR, WG_DB_ERROR_IO, "no file can be made in '%s'", folder);
  return fd;
}

/**
 * wg_bundles_begin:
 * @request: POST /v1/bundles, before its body
 *
 * Checks that a sub-centre's desk asks, and makes room for the file.
 *
 * Thread: the connection's.
 * Errors: 403 no-right; 503 maintenance when others are at it.
 */
void
wg_bundles_begin (WgRequest *request)
{
  const WgPlatform *platform = wg_server_get_platform (request->server);
  g_autoptr (GError) error = NULL;
  Upload *self;

  if ((request->caller.role & DESKS) == 0)
    {
      wg_request_problem (request, 403, "no-right", "role");
      return;
    }
  if (g_atomic_int_add (&n_under_way, 1) >= MAX_AT_ONCE)
    {
      g_atomic_int_dec_and_test (&n_under_way);
      wg_request_problem (request, 503, "maintenance", "other bundles are being taken");
      return;
    }
  self = g_new0 (Upload, 1);
  request->data = self;
  request->free_data = free_upload;
  self->file = make_file (platform, &error);
  self->answer = self->file < 0 ? -1 : make_file (platform, &error);
  if (error)
    wg_request_answer_error (request, error);
}

/**
 * wg_bundles_chunk:
 * @request: POST /v1/bundles
 * @data: a piece of the body
 * @n: bytes
 *
 * Keeps a piece.
 *
 * Thread: the connection's.
 * Errors: 503 maintenance for a full disk.
 */
void
wg_bundles_chunk (WgRequest *request, const char *data, gsize n)
{
  const Upload *self = request->data;
  g_autoptr (GError) error = NULL;

  if (!wg_file_write (self->file, data, n, &error))
    wg_request_answer_error (request, error);
}

static gboolean
run (gpointer runner, WgWorkFunc func, gpointer data, GError **error)
{
  return wg_writer_run (runner, func, data, error);
}

static void
answer_file (WgRequest *request, Upload *self, const WgBundleOutcome *counts)
{
  g_autofree char *json = wg_bundle_outcome_to_json (counts, NULL);
  struct stat info;

  if (fstat (self->answer, &info) != 0)
    {
      wg_request_problem (request, 500, "failed", NULL);
      return;
    }
  wg_request_answer_empty (request, 200);
  request->content_type = "application/octet-stream";
  request->file = self->answer;
  request->file_size = (guint64) info.st_size;
  self->answer = -1; /* the answer closes it */
  wg_request_add_header (request, "Wangge-Bundle", json);
}

static void
answer_refusal (WgRequest *request, const GError *error)
{
  if (g_error_matches (error, WG_SERVER_ERROR, WG_SERVER_ERROR_FORBIDDEN))
    wg_request_problem (request, 403, "no-right", error->message);
  else
    wg_request_answer_error (request, error);
}

static void
import (WgRequest *request)
{
  WgServer *server = request->server;
  const WgPlatform *platform = wg_server_get_platform (server);
  Upload *self = request->data;
  g_autoptr (GError) error = NULL;
  g_autofree char *actor = g_strconcat ("desk:", request->caller.worker, NULL);
  g_auto (WgBundleOutcome) counts = { 0 };
  g_auto (GStrv) scopes = NULL;
  WgDb *db = wg_server_take_reader (server, &error);

  if (db)
    scopes = wg_sessions_list_scopes (platform, db, request->caller.worker, &error);
  if (scopes)
    {
      WgBundleDesk desk = { platform, db, actor, scopes, run, wg_server_get_writer (server) };
      wg_bundle_take (&desk, self->file, self->answer, &counts, &error);
    }
  if (db)
    wg_server_give_reader (server, db);
  if (error)
    answer_refusal (request, error);
  else
    answer_file (request, self, &counts);
}

/**
 * wg_bundles_end:
 * @request: POST /v1/bundles, after its body
 *
 * Applies the bundle as the command does, if its worker belongs to the caller's town, and sends the
 * answer for the tablet; how many operations it held stands in the header Wangge-Bundle.
 *
 * Thread: the connection's.
 * Errors: 400 malformed, bad-signature; 403 no-right for a tablet that is unknown, shut out or of
 *   another town, or a bundle for another platform.
 * Source: protocol.md 3.7
 */
void
wg_bundles_end (WgRequest *request)
{
  wg_request_leave (request, import);
}

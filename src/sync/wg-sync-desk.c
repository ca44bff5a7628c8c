/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A desk of the sub-centre hands a tablet's bundle in: the file up, the answer for the tablet down.
 */
#include "sync/wg-sync.h"

#include <glib/gstdio.h>

#include "db/wg-file.h"
#include "sync/wg-sync-round.h"
#include "wire/wg-bundle.h"
#include "wire/wg-zstd.h"

/* The platform applies the whole file before its first byte. */
#define STALL_MS (10 * 60 * 1000)
#define CONNECT_MS (10 * 1000)

/* The answer gets its name only when all of it is there. */
static gboolean
exchange (WgSyncRound *round, WgHttpRequest *request, const char *answer, GError **error)
{
  g_autofree char *part = g_strconcat (answer, ".part", NULL);
  g_autoptr (GFile) file = g_file_new_for_path (part);
  g_autoptr (GFileOutputStream) sink =
                g_file_replace (file, NULL, FALSE, G_FILE_CREATE_PRIVATE, NULL, error);
  g_autoptr (WgHttpReply) reply = NULL;
  WgSyncEventKind kind;
  gboolean good;

  if (sink == NULL)
    return FALSE;
  request->sink = G_OUTPUT_STREAM (sink);
  reply = wg_sync_round_exchange (round, request, WG_ANSWER_BYTES, &kind, NULL, error);
  good = g_output_stream_close (G_OUTPUT_STREAM (sink), NULL, reply ? error : NULL) && reply &&
         wg_file_move (part, answer, error);
  if (!good)
    g_unlink (part);
  return good;
}

/**
 * wg_sync_hand_in:
 * @store: of the desk: enrolled for a clerk or dispatcher
 * @bundle: file that a tablet exported
 * @answer: where the answer for the tablet goes
 * @error: return location
 *
 * Hands a tablet's bundle in to the platform. Repeated it does no more and is answered alike.
 *
 * Thread: any but the UI's, while no round runs; blocks.
 * Errors: %WG_SYNC_ERROR_REFUSED when the platform does not take it; those of an exchange and of
 *   files: @answer is not written then.
 * Source: protocol.md 3.7
 *
 * Returns: %TRUE on success
 */
gboolean
wg_sync_hand_in (WgStore *store, const char *bundle, const char *answer, GError **error)
{
  g_autoptr (WgSyncRound) round = wg_sync_round_new (store, error);
  g_autoptr (GMappedFile) mapped = round ? g_mapped_file_new (bundle, FALSE, error) : NULL;
  g_autoptr (GBytes) body = mapped ? g_mapped_file_get_bytes (mapped) : NULL;
  WgHttpRequest request = {
    .method = "POST",
    .path = "/v1/bundles",
    .content_type = "application/octet-stream",
    .body = body,
    .raw = TRUE,
    .limit = WG_LIMIT_BUNDLE,
  };

  if (body == NULL)
    return FALSE;
  wg_http_set_time_outs (round->http, CONNECT_MS, STALL_MS);
  return wg_sync_session (round, error) == WG_SYNC_EVENT_DONE &&
         exchange (round, &request, answer, error);
}

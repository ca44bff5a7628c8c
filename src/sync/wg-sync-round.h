/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One round of sync in one thread: the machine, the connection, and the stages that do its
 * exchanges. */
#pragma once

#include "store/wg-store.h"
#include "sync/wg-sync-judge.h"

G_BEGIN_DECLS

#define WG_SYNC_CHUNK_START (64 * 1024)
#define WG_SYNC_CHUNK_MAX (256 * 1024)

typedef struct _WgSyncRound WgSyncRound;

struct _WgSyncRound
{
  WgStore *store; /* owned */
  WgHttp *http;   /* owned */
  const WgPorts *ports;
  GCancellable *cancellable; /* borrowed for a run */

  WgSyncMachine machine;
  char *epoch; /* the timeline that we work in */
  char *token;
  gint64 token_until_ms; /* of the boot clock */
  gint64 retry_after_s;  /* what the platform asked for in this round, −1: nothing */
  WgSyncEventKind fault; /* that ended the last round, DONE when none did */
  gboolean digest_matched;

  gboolean photos_allowed;
  char *upload_name; /* photo whose bytes are in @upload_bytes */
  GBytes *upload_bytes;
  gint64 upload_offset; /* −1: the platform is asked first */
  gsize chunk;
  GPtrArray *skipped; /* of char *: names that were not taken in this round, ends with %NULL */
  guint n_fetched;    /* photos fetched in this round */

  /* After each step, in the round's thread; @progress: 0…1 of the photo on its way, else −1. */
  void (*on_step) (WgSyncRound *round, double progress, gpointer data);
  gpointer on_step_data;
};

WgSyncRound *wg_sync_round_new (WgStore *store, GError **error);
void wg_sync_round_free (WgSyncRound *round);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgSyncRound, wg_sync_round_free)
gboolean wg_sync_round_run (WgSyncRound *round, GCancellable *cancellable, GError **error);

/* For the stages. */
WgHttpReply *wg_sync_round_exchange (WgSyncRound *round,
                                     WgHttpRequest *request,
                                     WgAnswerType expected,
                                     WgSyncEventKind *out_event,
                                     WgProblem **out_problem,
                                     GError **error);
gpointer wg_sync_round_store (
    WgSyncRound *round, WgStoreJob job, gpointer data, WgSyncEventKind *out_event, GError **error);
gboolean wg_sync_round_has_token (WgSyncRound *round);
void wg_sync_round_skip (WgSyncRound *round, const char *name);

/* The stages; each does one exchange and says what came of it. */
WgSyncEventKind wg_sync_hello (WgSyncRound *round, GError **error);
WgSyncEventKind wg_sync_session (WgSyncRound *round, GError **error);
WgSyncEventKind wg_sync_state (WgSyncRound *round, GError **error);
WgSyncEventKind wg_sync_move (WgSyncRound *round, GError **error);
WgSyncEventKind wg_sync_push (WgSyncRound *round, WgSyncEvent *event, GError **error);
WgSyncEventKind wg_sync_pull (WgSyncRound *round, GError **error);
WgSyncEventKind wg_sync_upload (WgSyncRound *round, GError **error);
WgSyncEventKind wg_sync_download (WgSyncRound *round, WgSyncEvent *event, GError **error);

G_END_DECLS

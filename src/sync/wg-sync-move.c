/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The move stage: this log and the platform's have parted, so we go on under a new name. */
#include <string.h>

#include "db/wg-mutant.h"
#include "store/wg-outbox.h"
#include "sync/wg-sync-round.h"
#include "wire/wg-wire-session.h"

#define JOB_DONE GINT_TO_POINTER (1)
#define SMALL_ANSWER (64 * 1024)

static gpointer
describe_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  WgReplicaState state = { .replica = context->identity->replica, .epoch = data };
  g_autofree char *hash = NULL;

  if (!wg_outbox_get_head (context, &state.last_seq, &hash, error))
    return NULL;
  state.last_hash = hash;
  return wg_wire_replica_state_to_json (&state);
}

static gpointer
move_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_outbox_move (context, data, error) ? JOB_DONE : NULL;
}

static WgSyncEventKind
take_replica (WgSyncRound *round, const WgHttpReply *reply, GError **error)
{
  gsize size;
  const char *text = g_bytes_get_data (reply->body, &size);
  g_autoptr (WgReplicaState) state = wg_wire_replica_state_from_json (text, size, error);
  WgSyncEventKind kind = WG_SYNC_EVENT_FAILED;

  if (state == NULL)
    return WG_SYNC_EVENT_FAILED;
  if (state->last_seq != 0 ||
      g_str_equal (state->replica, wg_store_get_identity (round->store)->replica))
    {
      g_set_error (error, WG_SYNC_ERROR, WG_SYNC_ERROR_REFUSED,
                   "the platform knows no other name for this device");
      return WG_SYNC_EVENT_FORKED;
    }
  return wg_sync_round_store (round, move_job, state->replica, &kind, error) != NULL
             ? WG_SYNC_EVENT_DONE
             : kind;
}

/**
 * wg_sync_move:
 * @round: the round
 * @error: return location for an error
 *
 * Asks for a new replica and puts the outbox under it. An answer that is lost is asked for again:
 * the platform gives the same one to the same log.
 *
 * Thread: the round's.
 * Errors: those of an exchange and of the store.
 * Source: protocol.md 2.9
 *
 * Returns: %WG_SYNC_EVENT_DONE, %WG_SYNC_EVENT_FORKED when the platform has none for us, or a fault
 */
WgSyncEventKind
wg_sync_move (WgSyncRound *round, GError **error)
{
  WgSyncEventKind kind = WG_SYNC_EVENT_FAILED;
  g_autofree char *json = wg_sync_round_store (round, describe_job, round->epoch, &kind, error);
  g_autofree char *epoch = NULL;
  g_autoptr (GBytes) body = NULL;
  g_autoptr (WgProblem) problem = NULL;
  g_autoptr (WgHttpReply) reply = NULL;
  WgHttpRequest request = {
    .method = "POST",
    .path = "/v1/sync/move",
    .content_type = "application/json",
    .limit = SMALL_ANSWER,
  };

  if (json == NULL)
    return kind;
  body = g_bytes_new (json, strlen (json));
  request.body = body;
  /* A platform that was restored, too, is dealt with under the new name: under this one it has
   * nothing to go back to. */
  if (!WG_MUTANT ("move-of-one-epoch"))
    epoch = g_steal_pointer (&round->epoch);
  reply = wg_sync_round_exchange (round, &request, WG_ANSWER_JSON, &kind, &problem, error);
  if (epoch)
    round->epoch = g_steal_pointer (&epoch);
  if (reply != NULL)
    return take_replica (round, reply, error);
  /* A platform of before, or one that has given us too many. */
  return problem != NULL && (problem->status == 404 || problem->status == 429)
             ? WG_SYNC_EVENT_FORKED
             : kind;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hello, session and the replica's state: who is there, who are we, and what does the platform
 * have. */
#include "sync/wg-sync-round.h"

#include "store/wg-lease.h"
#include "store/wg-outbox.h"

#define JOB_DONE GINT_TO_POINTER (1)
#define SMALL_ANSWER (64 * 1024)

static const char *
body_text (const WgHttpReply *reply, gsize *out_size)
{
  return g_bytes_get_data (reply->body, out_size);
}

static WgHttpReply *
post_json (WgSyncRound *round,
           const char *path,
           const char *json,
           WgSyncEventKind *out_event,
           WgProblem **out_problem,
           GError **error)
{
  g_autoptr (GBytes) body = g_bytes_new (json, strlen (json));
  WgHttpRequest request = {
    .method = "POST",
    .path = path,
    .content_type = "application/json",
    .body = body,
    .limit = SMALL_ANSWER,
  };

  return wg_sync_round_exchange (round, &request, WG_ANSWER_JSON, out_event, out_problem, error);
}

static gpointer
note_skew_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  gint64 server_ms = *(gint64 *) data;
  g_autofree char *skew =
      g_strdup_printf ("%" G_GINT64_FORMAT, wg_ports_wall_ms (context->ports) - server_ms);

  return wg_store_set_meta (context, "clock_skew_ms", skew, error) ? JOB_DONE : NULL;
}

/**
 * wg_sync_hello:
 * @round: the round
 * @error: return location for an error
 *
 * Asks who is there, before anything of ours is told: a captive portal is found here. Notes how far
 * the device's clock is off.
 *
 * Thread: the round's.
 * Errors: those of an exchange.
 *
 * Returns: what came of it
 */
WgSyncEventKind
wg_sync_hello (WgSyncRound *round, GError **error)
{
  WgHttpRequest request = { .method = "GET", .path = "/v1/hello", .limit = SMALL_ANSWER };
  g_autoptr (WgHttpReply) reply = NULL;
  g_autoptr (WgHello) hello = NULL;
  g_autofree char *token = g_steal_pointer (&round->token); /* not for whoever answers here */
  WgSyncEventKind event;
  const char *text;
  gsize size;

  reply = wg_sync_round_exchange (round, &request, WG_ANSWER_JSON, &event, NULL, error);
  round->token = g_steal_pointer (&token);
  if (reply == NULL)
    return event;
  text = body_text (reply, &size);
  hello = wg_wire_hello_from_json (text, size, error);
  if (hello == NULL)
    return WG_SYNC_EVENT_FOREIGN;
  if (hello->server_time_ms > 0 &&
      wg_sync_round_store (round, note_skew_job, &hello->server_time_ms, &event, error) == NULL)
    return event;
  return WG_SYNC_EVENT_DONE;
}

static char *
fetch_nonce (WgSyncRound *round, WgSyncEventKind *out_event, GError **error)
{
  const WgIdentity *identity = wg_store_get_identity (round->store);
  g_autofree char *json = wg_wire_challenge_to_json (identity->device_id);
  g_autoptr (WgHttpReply) reply =
                post_json (round, "/v1/session/challenge", json, out_event, NULL, error);
  const char *text;
  char *nonce;
  gsize size;

  if (reply == NULL)
    return NULL;
  text = body_text (reply, &size);
  nonce = wg_wire_nonce_from_json (text, size, error);
  if (nonce == NULL)
    *out_event = WG_SYNC_EVENT_FAILED;
  return nonce;
}

typedef struct
{
  gint64 until_ms, server_ms;
} Lease;

static gpointer
note_lease_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  const Lease *lease = data;

  return wg_lease_renew (context, lease->until_ms, lease->server_ms, error) &&
                 wg_store_set_meta (context, "revoked", NULL, error)
             ? JOB_DONE
             : NULL;
}

static WgSyncEventKind
take_session (WgSyncRound *round, const WgHttpReply *reply, GError **error)
{
  g_autoptr (WgSessionAnswer) answer = NULL;
  WgSyncEventKind event;
  gsize size;
  const char *text = body_text (reply, &size);
  gint64 server_ms = reply->server_time_ms;
  Lease lease;

  answer = wg_wire_session_answer_from_json (text, size, error);
  if (answer == NULL)
    return WG_SYNC_EVENT_FAILED;
  if (server_ms < 0)
    server_ms = wg_ports_wall_ms (round->ports);
  g_set_str (&round->token, answer->token);
  round->token_until_ms = wg_ports_boot_ms (round->ports) + MAX (answer->expires_ms - server_ms, 0);
  lease = (Lease) { answer->lease_until_ms, server_ms };
  if (wg_sync_round_store (round, note_lease_job, &lease, &event, error) == NULL)
    return event;
  return WG_SYNC_EVENT_DONE;
}

/* A tablet that was shut out keeps its queue, unless the very platform it was enrolled at orders
 * it, signed for this session, to erase itself. */
static WgSyncEventKind
judge_shut_out (WgSyncRound *round,
                WgSyncEventKind event,
                const WgProblem *problem,
                const char *nonce)
{
  const WgIdentity *identity = wg_store_get_identity (round->store);

  return event == WG_SYNC_EVENT_REVOKED && problem != NULL && problem->wipe != NULL &&
                 wg_wipe_order_verify (problem->wipe, identity->device_id, nonce,
                                       identity->platform_key)
             ? WG_SYNC_EVENT_WIPE
             : event;
}

/**
 * wg_sync_session:
 * @round: the round
 * @error: return location for an error
 *
 * Proves with the device's key who we are and takes a token; the lease goes into the store.
 *
 * Thread: the round's.
 * Errors: those of an exchange.
 * Source: docs/sync-protocol.md; protocol.md 3.2
 *
 * Returns: what came of it
 */
WgSyncEventKind
wg_sync_session (WgSyncRound *round, GError **error)
{
  const WgIdentity *identity = wg_store_get_identity (round->store);
  g_autoptr (WgSessionRequest) request = g_new0 (WgSessionRequest, 1);
  g_autoptr (WgHttpReply) reply = NULL;
  g_autoptr (WgProblem) problem = NULL;
  g_autofree char *json = NULL;
  g_autofree char *epoch = NULL;
  WgSyncEventKind event;

  /* A restored platform is dealt with when the session stands, so any epoch is right here. */
  g_clear_pointer (&round->token, g_free);
  epoch = g_steal_pointer (&round->epoch);
  request->nonce = fetch_nonce (round, &event, error);
  if (request->nonce != NULL)
    {
      request->device_id = g_strdup (identity->device_id);
      request->replica = g_strdup (identity->replica);
      json = wg_wire_session_request_to_json (request, identity->sign_secret);
      reply = post_json (round, "/v1/session", json, &event, &problem, error);
    }
  round->epoch = g_steal_pointer (&epoch);
  if (reply == NULL)
    return judge_shut_out (round, event, problem, request->nonce);
  event = take_session (round, reply, error);
  if (event == WG_SYNC_EVENT_DONE && !g_str_equal (reply->epoch, round->epoch))
    {
      g_set_error (error, WG_SYNC_ERROR, WG_SYNC_ERROR_EPOCH, "the platform was restored");
      return WG_SYNC_EVENT_EPOCH;
    }
  return event;
}

static gpointer
rewind_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  const WgReplicaState *state = data;

  return wg_outbox_rewind (context, state->last_seq, state->last_hash, state->epoch, error)
             ? JOB_DONE
             : NULL;
}

/**
 * wg_sync_state:
 * @round: the round
 * @error: return location for an error
 *
 * After a restore or a gap: asks what the platform has of us, marks everything above as waiting
 * again, and in another epoch begins to pull from the start.
 *
 * Thread: the round's.
 * Errors: those of an exchange; %WG_STORE_ERROR_FORKED with %WG_SYNC_EVENT_FORKED when the
 * platform has another log under our name. Source: protocol.md 2.8, 2.9
 *
 * Returns: what came of it
 */
WgSyncEventKind
wg_sync_state (WgSyncRound *round, GError **error)
{
  WgHttpRequest request = { .method = "GET", .path = "/v1/sync/state", .limit = SMALL_ANSWER };
  g_autofree char *epoch = g_steal_pointer (&round->epoch);
  g_autoptr (WgHttpReply) reply = NULL;
  g_autoptr (WgReplicaState) state = NULL;
  g_autoptr (GError) failure = NULL;
  WgSyncEventKind event;
  const char *text;
  gsize size;

  reply = wg_sync_round_exchange (round, &request, WG_ANSWER_JSON, &event, NULL, error);
  round->epoch = g_strdup (epoch);
  if (reply == NULL)
    return event;
  text = body_text (reply, &size);
  state = wg_wire_replica_state_from_json (text, size, error);
  if (state == NULL)
    return WG_SYNC_EVENT_FAILED;
  if (wg_store_run (round->store, rewind_job, state, &failure) == NULL)
    {
      event = wg_sync_judge_error (failure);
      g_propagate_error (error, g_steal_pointer (&failure));
      return event;
    }
  g_set_str (&round->epoch, state->epoch);
  return WG_SYNC_EVENT_DONE;
}

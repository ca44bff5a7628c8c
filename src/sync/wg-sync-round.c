/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs the machine: does what its state says, hands it what came of it, until the round rests. */
#include "sync/wg-sync-round.h"

#include "store/wg-event-store.h"
#include "store/wg-inbox.h"
#include "store/wg-outbox.h"

/* Jobs that only succeed or fail answer with this. */
#define JOB_DONE GINT_TO_POINTER (1)

typedef struct
{
  char *epoch;
} Opening;

static gpointer
open_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  Opening *opening = data;
  g_autofree char *epoch = wg_outbox_get_epoch (context, error);

  if (epoch == NULL || !wg_outbox_reset_sending (context, error))
    return NULL;
  opening->epoch = g_steal_pointer (&epoch);
  return JOB_DONE;
}

/**
 * wg_sync_round_new:
 * @store: an open store
 * @error: return location for an error
 *
 * Makes what a round needs. It is kept from round to round: connection, token, size of batches.
 *
 * Thread: any; afterwards one at a time.
 * Errors: %WG_SYNC_ERROR_REFUSED for an unusable address; those of the store.
 *
 * Returns: (transfer full): a round at rest, or %NULL
 */
WgSyncRound *
wg_sync_round_new (WgStore *store, GError **error)
{
  const WgIdentity *identity = wg_store_get_identity (store);
  g_autoptr (WgHttp) http = wg_http_new (identity->server_url, identity->pin, error);
  Opening opening = { 0 };
  WgSyncRound *round;

  if (http == NULL || wg_store_run (store, open_job, &opening, error) == NULL)
    return NULL;
  round = g_new0 (WgSyncRound, 1);
  round->store = g_object_ref (store);
  round->ports = wg_store_get_ports (store);
  round->http = g_steal_pointer (&http);
  round->epoch = opening.epoch;
  round->photos_allowed = TRUE;
  round->retry_after_s = -1;
  round->chunk = WG_SYNC_CHUNK_START;
  round->skipped = g_ptr_array_new_null_terminated (1, g_free, TRUE);
  return round;
}

/**
 * wg_sync_round_free:
 * @round: (transfer full) (nullable): a round at rest
 *
 * Closes the connection and frees the round.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_sync_round_free (WgSyncRound *round)
{
  if (round == NULL)
    return;
  g_clear_pointer (&round->http, wg_http_free);
  g_clear_object (&round->store);
  g_clear_pointer (&round->upload_bytes, g_bytes_unref);
  g_clear_pointer (&round->skipped, g_ptr_array_unref);
  g_free (round->upload_name);
  g_free (round->epoch);
  g_free (round->token);
  g_free (round);
}

/**
 * wg_sync_round_exchange:
 * @round: the round
 * @request: what to ask; the token is added when there is one
 * @expected: type of a good answer
 * @out_event: (out): what it means, always set
 * @out_problem: (out) (optional) (transfer full): the problem that the platform told
 * @error: return location for an error
 *
 * One exchange, judged.
 *
 * Thread: the round's.
 * Errors: those of wg_http_send() and wg_sync_judge().
 *
 * Returns: (transfer full) (nullable): the platform's good answer
 */
WgHttpReply *
wg_sync_round_exchange (WgSyncRound *round,
                        WgHttpRequest *request,
                        WgAnswerType expected,
                        WgSyncEventKind *out_event,
                        WgProblem **out_problem,
                        GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autoptr (WgHttpReply) reply = NULL;

  request->token = round->token;
  reply = wg_http_send (round->http, request, round->cancellable, &failure);
  if (reply == NULL)
    {
      *out_event = wg_sync_judge_error (failure);
      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }
  *out_event = wg_sync_judge (reply, expected, round->epoch, out_problem, error);
  if (reply->epoch != NULL && reply->retry_after_s >= 0)
    round->retry_after_s = reply->retry_after_s;
  return *out_event == WG_SYNC_EVENT_DONE ? g_steal_pointer (&reply) : NULL;
}

/**
 * wg_sync_round_store:
 * @round: the round
 * @job: runs on the store thread
 * @data: handed to it
 * @out_event: (out): set when the job failed
 * @error: return location for an error
 *
 * Runs a job of the store and waits for it.
 *
 * Thread: the round's.
 * Errors: those of the job.
 *
 * Returns: what the job returned
 */
gpointer
wg_sync_round_store (
    WgSyncRound *round, WgStoreJob job, gpointer data, WgSyncEventKind *out_event, GError **error)
{
  g_autoptr (GError) failure = NULL;
  gpointer result = wg_store_run (round->store, job, data, &failure);

  if (failure != NULL)
    {
      *out_event = wg_sync_judge_error (failure);
      g_propagate_error (error, g_steal_pointer (&failure));
    }
  return result;
}

/**
 * wg_sync_round_has_token:
 * @round: the round
 *
 * Tells whether the session still holds, by a clock that nobody sets.
 *
 * Thread: the round's.
 * Errors: none.
 *
 * Returns: %TRUE if so
 */
gboolean
wg_sync_round_has_token (WgSyncRound *round)
{
  return round->token != NULL && wg_ports_boot_ms (round->ports) < round->token_until_ms;
}

/**
 * wg_sync_round_skip:
 * @round: the round
 * @name: of a photo
 *
 * Leaves a photo alone for the rest of this round.
 *
 * Thread: the round's.
 * Errors: none.
 */
void
wg_sync_round_skip (WgSyncRound *round, const char *name)
{
  g_ptr_array_add (round->skipped, g_strdup (name));
}

/* --- a round ------------------------------------------------------------------------------- */

static gpointer
release_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_event_store_release (context, wg_ports_wall_ms (context->ports), error) < 0 ? NULL
                                                                                        : JOB_DONE;
}

static gpointer
has_major_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  gboolean *out_major = data;
  g_autoptr (GError) failure = NULL;

  *out_major = wg_outbox_has_major (context, &failure);
  if (failure == NULL)
    return JOB_DONE;
  g_propagate_error (error, g_steal_pointer (&failure));
  return NULL;
}

static gpointer
reset_sending_job (WgStoreContext *context,
                   gpointer data,
                   GCancellable *cancellable,
                   GError **error)
{
  return wg_outbox_reset_sending (context, error) ? JOB_DONE : NULL;
}

static gpointer
mark_revoked_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  wg_store_context_touch (context, "sync");
  return wg_store_set_meta (context, "revoked", data, error) ? JOB_DONE : NULL;
}

static gpointer
finish_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  g_autofree char *now = g_strdup_printf ("%" G_GINT64_FORMAT, wg_ports_wall_ms (context->ports));

  if (!wg_store_set_meta (context, "last_sync_ms", now, error) ||
      !wg_outbox_prune (context, wg_ports_wall_ms (context->ports), error))
    return NULL;
  wg_store_context_touch (context, "sync");
  return JOB_DONE;
}

static WgSyncEventKind
do_stage (WgSyncRound *round, WgSyncEvent *event, GError **error)
{
  switch (round->machine.stage)
    {
    case WG_STAGE_HELLO:
      return wg_sync_hello (round, error);
    case WG_STAGE_SESSION:
      return wg_sync_session (round, error);
    case WG_STAGE_STATE:
      return wg_sync_state (round, error);
    case WG_STAGE_MOVE:
      return wg_sync_move (round, error);
    case WG_STAGE_PUSH:
      return wg_sync_push (round, event, error);
    case WG_STAGE_PULL:
      return wg_sync_pull (round, error);
    case WG_STAGE_UPLOAD:
      return wg_sync_upload (round, error);
    case WG_STAGE_DOWNLOAD:
      return wg_sync_download (round, event, error);
    default:
      g_assert_not_reached ();
    }
}

static gboolean
do_effects (WgSyncRound *round, WgSyncEffects effects, const GError *fault, GError **error)
{
  const char *why = fault != NULL ? fault->message : "shut out";
  WgSyncEventKind ignored;

  if (effects & WG_EFFECT_FORGET_TOKEN)
    g_clear_pointer (&round->token, g_free);
  if ((effects & WG_EFFECT_RESET_SENDING) &&
      wg_sync_round_store (round, reset_sending_job, NULL, &ignored, error) == NULL)
    return FALSE;
  if ((effects & WG_EFFECT_MARK_REVOKED) &&
      wg_sync_round_store (round, mark_revoked_job, (gpointer) why, &ignored, error) == NULL)
    return FALSE;
  return !(effects & WG_EFFECT_WIPE) || wg_store_wipe (round->store, error);
}

/* One stage's exchange and the machine's step behind it; the fault that ended the round in
 * @out_fault. */
static gboolean
do_step (WgSyncRound *round, GError **out_fault, GError **error)
{
  g_autoptr (GError) fault = NULL;
  WgSyncEvent event = { 0 };
  WgSyncEffects effects;

  event.kind = do_stage (round, &event, &fault);
  event.has_token = wg_sync_round_has_token (round);
  if (fault == NULL &&
      wg_sync_round_store (round, has_major_job, &event.has_major, &event.kind, &fault) == NULL)
    event.has_major = FALSE;
  if (fault != NULL)
    round->fault = event.kind;

  effects = wg_sync_machine_step (&round->machine, &event);
  if (!do_effects (round, effects, fault, error))
    return FALSE;
  if (fault != NULL)
    {
      g_clear_error (out_fault);
      *out_fault = g_steal_pointer (&fault);
    }
  if (round->on_step != NULL)
    round->on_step (round, -1, round->on_step_data);
  return TRUE;
}

static void
begin (WgSyncRound *round, GCancellable *cancellable)
{
  WgSyncEvent start = { .kind = WG_SYNC_EVENT_START };

  round->cancellable = cancellable;
  round->retry_after_s = -1;
  round->digest_matched = FALSE;
  round->fault = WG_SYNC_EVENT_DONE;
  round->n_fetched = 0;
  g_ptr_array_set_size (round->skipped, 0);
  g_clear_pointer (&round->upload_name, g_free);
  g_clear_pointer (&round->upload_bytes, g_bytes_unref);
  wg_sync_machine_step (&round->machine, &start);
}

/**
 * wg_sync_round_run:
 * @round: at rest
 * @cancellable: (nullable): stops at any byte
 * @error: return location for an error
 *
 * One whole round: hello, session, push, pull, photos. Holds that ended are released first.
 * Afterwards `machine.stage` and `fault` tell how it ended; a version that is too old ends well but
 * for `too_old`.
 *
 * Thread: any, one at a time; blocks.
 * Errors: what ended the round; those of the store.
 *
 * Returns: %TRUE when the round reached its end
 */
gboolean
wg_sync_round_run (WgSyncRound *round, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) fault = NULL;
  g_autoptr (GError) failure = NULL;

  begin (round, cancellable);
  if (wg_sync_round_store (round, release_job, NULL, &round->fault, &failure) != NULL)
    while (!wg_sync_stage_is_resting (round->machine.stage))
      if (!do_step (round, &fault, &failure))
        break;
  if (failure == NULL && round->machine.stage == WG_STAGE_IDLE &&
      round->fault != WG_SYNC_EVENT_CANCELLED)
    {
      WgSyncEventKind ignored;

      round->fault = WG_SYNC_EVENT_DONE;
      wg_sync_round_store (round, finish_job, NULL, &ignored, &failure);
    }
  round->cancellable = NULL;
  if (failure != NULL) /* the store itself: nothing of the machine is to be trusted */
    {
      round->fault = WG_SYNC_EVENT_FAILED;
      round->machine.stage = WG_STAGE_BACKOFF;
      round->machine.failures++;
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  if (round->machine.stage != WG_STAGE_IDLE || round->fault != WG_SYNC_EVENT_DONE)
    {
      if (fault == NULL && round->machine.stage == WG_STAGE_WIPED)
        {
          g_set_error (&fault, WG_SYNC_ERROR, WG_SYNC_ERROR_REFUSED, "this device was erased");
        }
      else if (fault == NULL) /* no exchange failed, and yet there is no end to telling again */
        {
          round->fault = WG_SYNC_EVENT_FAILED;
          g_set_error (&fault, WG_SYNC_ERROR, WG_SYNC_ERROR_FAILED,
                       "the platform's digest does not fit its rows");
        }
      g_propagate_error (error, g_steal_pointer (&fault));
      return FALSE;
    }
  return TRUE;
}

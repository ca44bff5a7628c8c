/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The push stage: one batch of operations up, their results back into the outbox. */
#include "sync/wg-sync-round.h"

#include "store/wg-outbox.h"
#include "wire/wg-wire-push.h"
#include "wire/wg-zstd.h"

#define JOB_DONE GINT_TO_POINTER (1)

static gpointer
next_push_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_outbox_next_push (context, *(guint *) data, error);
}

static gpointer
acknowledge_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_outbox_acknowledge (context, data, error) ? JOB_DONE : NULL;
}

/* The next batch as a body, smaller than asked for when that many are too large. */
static GBytes *
make_body (WgSyncRound *round, WgPush **out_push, WgSyncEventKind *out_event, GError **error)
{
  const WgIdentity *identity = wg_store_get_identity (round->store);
  guint n = round->machine.batch;

  while (TRUE)
    {
      g_autoptr (WgPush) push = wg_sync_round_store (round, next_push_job, &n, out_event, error);
      g_autoptr (GBytes) body = NULL;

      if (push == NULL)
        return NULL;
      body = wg_wire_push_to_body (push, identity->sign_secret);
      if (g_bytes_get_size (body) <= WG_LIMIT_BODY / 4 || push->lines->len <= 1)
        {
          *out_push = g_steal_pointer (&push);
          return g_steal_pointer (&body);
        }
      n = push->lines->len / 2;
    }
}

/* An answer must speak of what was sent, all of it and nothing else. */
static gboolean
check_answer (const WgPush *push, const WgPushAnswer *answer, GError **error)
{
  gint64 last = push->first + push->lines->len - 1;
  g_autofree gboolean *seen = g_new0 (gboolean, push->lines->len);

  if (answer->last_seq < last || answer->results->len != push->lines->len)
    {
      g_set_error (error, WG_SYNC_ERROR, WG_SYNC_ERROR_FAILED,
                   "the platform answered for %u of %u operations", answer->results->len,
                   push->lines->len);
      return FALSE;
    }
  for (guint i = 0; i < answer->results->len; i++)
    {
      const WgPushResult *result = g_ptr_array_index (answer->results, i);

      if (result->seq < push->first || result->seq > last || seen[result->seq - push->first])
        {
          g_set_error (error, WG_SYNC_ERROR, WG_SYNC_ERROR_FAILED,
                       "the platform answered for operation %" G_GINT64_FORMAT
                       ", which was not asked",
                       result->seq);
          return FALSE;
        }
      seen[result->seq - push->first] = TRUE;
    }
  if (answer->durable_seq > answer->last_seq)
    {
      g_set_error (error, WG_SYNC_ERROR, WG_SYNC_ERROR_FAILED,
                   "the platform calls operations safe that it does not have");
      return FALSE;
    }
  return TRUE;
}

static WgSyncEventKind
take_answer (WgSyncRound *round,
             const WgPush *push,
             const WgHttpReply *reply,
             WgSyncEvent *event,
             GError **error)
{
  g_autoptr (WgPushAnswer) answer = NULL;
  WgSyncEventKind kind = WG_SYNC_EVENT_FAILED;
  gsize size;
  const char *text = g_bytes_get_data (reply->body, &size);

  answer = wg_wire_push_answer_from_json (text, size, error);
  if (answer == NULL || !check_answer (push, answer, error))
    return WG_SYNC_EVENT_FAILED;
  if (g_strcmp0 (answer->epoch, round->epoch) != 0)
    {
      g_set_error (error, WG_SYNC_ERROR, WG_SYNC_ERROR_EPOCH, "the platform was restored");
      return WG_SYNC_EVENT_EPOCH;
    }
  if (answer->last_seq == push->first + push->lines->len - 1 &&
      g_strcmp0 (answer->last_hash, push->head) != 0)
    {
      g_set_error (error, WG_SYNC_ERROR, WG_SYNC_ERROR_REFUSED,
                   "the platform has another log of this device");
      return WG_SYNC_EVENT_FORKED;
    }
  if (wg_sync_round_store (round, acknowledge_job, answer, &kind, error) == NULL)
    return kind;
  if (answer->after_s > 0)
    round->retry_after_s = answer->after_s;
  event->max_ops = answer->max_ops;
  event->round_trip_ms = reply->round_trip_ms;
  return WG_SYNC_EVENT_MORE;
}

/**
 * wg_sync_push:
 * @round: the round
 * @event: round trip and the platform's wish for the next batch are written here
 * @error: return location for an error
 *
 * Sends the next batch. Nothing counts as received before the platform's answer is in the store; an
 * answer that was lost is asked for again by sending the same lines again.
 *
 * Thread: the round's.
 * Errors: those of an exchange and of the store.
 * Source: docs/sync-protocol.md, Push
 *
 * Returns: %WG_SYNC_EVENT_DONE when nothing waits, _MORE after a batch, or a fault
 */
WgSyncEventKind
wg_sync_push (WgSyncRound *round, WgSyncEvent *event, GError **error)
{
  g_autoptr (WgPush) push = NULL;
  g_autoptr (WgHttpReply) reply = NULL;
  g_autoptr (GBytes) body = NULL;
  WgSyncEventKind kind = WG_SYNC_EVENT_DONE;
  WgHttpRequest request = {
    .method = "POST",
    .path = "/v1/sync/push",
    .content_type = "application/x-ndjson; charset=utf-8",
  };

  body = make_body (round, &push, &kind, error);
  if (body == NULL)
    return kind;
  if (round->on_step != NULL)
    round->on_step (round, -1, round->on_step_data);
  request.body = body;
  reply = wg_sync_round_exchange (round, &request, WG_ANSWER_JSON, &kind, NULL, error);
  return reply != NULL ? take_answer (round, push, reply, event, error) : kind;
}

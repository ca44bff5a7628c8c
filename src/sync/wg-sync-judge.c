/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Judges replies: the platform's own, its problems by name, and everything that is somebody else's.
 */
#include "sync/wg-sync-judge.h"

#include "store/wg-store-error.h"
#include "wire/wg-wire-error.h"

#define EPOCH_LENGTH_MAX 64

/* One row says what a problem means for the round and for the caller. */
typedef struct
{
  const char *name; /* %NULL: any other of that status */
  int status;
  WgSyncEventKind event;
  WgSyncError code;
} ProblemRow;

static const ProblemRow PROBLEMS[] = {
  { NULL, 401, WG_SYNC_EVENT_NO_TOKEN, WG_SYNC_ERROR_REFUSED },
  { "device-revoked", 403, WG_SYNC_EVENT_REVOKED, WG_SYNC_ERROR_REFUSED },
  { "unknown-replica", 404, WG_SYNC_EVENT_REVOKED, WG_SYNC_ERROR_REFUSED },
  { "gap", 409, WG_SYNC_EVENT_GAP, WG_SYNC_ERROR_EPOCH },
  { "epoch-changed", 409, WG_SYNC_EVENT_EPOCH, WG_SYNC_ERROR_EPOCH },
  { "replica-forked", 409, WG_SYNC_EVENT_FORKED, WG_SYNC_ERROR_REFUSED },
  { NULL, 413, WG_SYNC_EVENT_TOO_LARGE, WG_SYNC_ERROR_REFUSED },
  { NULL, 426, WG_SYNC_EVENT_TOO_OLD, WG_SYNC_ERROR_REFUSED },
  { NULL, 429, WG_SYNC_EVENT_BUSY, WG_SYNC_ERROR_BUSY },
  { NULL, 503, WG_SYNC_EVENT_BUSY, WG_SYNC_ERROR_BUSY },
};

static WgSyncEventKind
judge_foreign (const WgHttpReply *reply, GError **error)
{
  if (reply->status >= 500 && reply->status != 511)
    {
      g_set_error (error, WG_SYNC_ERROR, WG_SYNC_ERROR_FAILED,
                   "the way to the platform is disturbed: status %d of a gateway", reply->status);
      return WG_SYNC_EVENT_FAILED;
    }
  g_set_error (error, WG_SYNC_ERROR, WG_SYNC_ERROR_FOREIGN,
               "somebody else answered (status %d, \"%s\"): sign in to the network", reply->status,
               reply->content_type != NULL ? reply->content_type : "");
  return WG_SYNC_EVENT_FOREIGN;
}

static WgSyncEventKind
judge_problem (const WgHttpReply *reply, WgProblem **out_problem, GError **error)
{
  gsize size = 0;
  const char *text = reply->body != NULL ? g_bytes_get_data (reply->body, &size) : NULL;
  g_autoptr (WgProblem) problem = NULL;
  WgSyncEventKind event = WG_SYNC_EVENT_FAILED;
  WgSyncError code = reply->status >= 500 ? WG_SYNC_ERROR_FAILED : WG_SYNC_ERROR_REFUSED;

  if (size == 0) /* HEAD */
    problem = wg_problem_new (reply->status, "", NULL);
  else if (g_strcmp0 (reply->content_type, "application/problem+json") != 0)
    return judge_foreign (reply, error);
  else
    {
      problem = wg_wire_problem_from_json (text, size, error);
      if (problem == NULL)
        return WG_SYNC_EVENT_FAILED;
    }

  for (gsize i = 0; i < G_N_ELEMENTS (PROBLEMS); i++)
    if (PROBLEMS[i].status == reply->status &&
        (PROBLEMS[i].name == NULL || g_strcmp0 (PROBLEMS[i].name, problem->name) == 0))
      {
        event = PROBLEMS[i].event;
        code = PROBLEMS[i].code;
        break;
      }
  g_set_error (error, WG_SYNC_ERROR, code, "the platform says %d %s%s%s", reply->status,
               problem->name != NULL ? problem->name : "", problem->detail != NULL ? ": " : "",
               problem->detail != NULL ? problem->detail : "");
  if (out_problem != NULL)
    *out_problem = g_steal_pointer (&problem);
  return event;
}

static gboolean
has_type (const WgHttpReply *reply, WgAnswerType expected)
{
  gsize size = reply->body != NULL ? g_bytes_get_size (reply->body) : 0;

  switch (expected)
    {
    case WG_ANSWER_EMPTY:
      return size == 0;
    case WG_ANSWER_JSON:
      return g_strcmp0 (reply->content_type, "application/json") == 0;
    case WG_ANSWER_NDJSON:
      return g_strcmp0 (reply->content_type, "application/x-ndjson") == 0;
    case WG_ANSWER_BYTES:
    default:
      return g_strcmp0 (reply->content_type, "text/html") != 0;
    }
}

/**
 * wg_sync_judge:
 * @reply: what came
 * @expected: type of a good answer
 * @epoch: (nullable): the timeline that we work in, %NULL when any is right
 * @out_problem: (out) (optional) (transfer full): the platform's problem when it told one
 * @error: return location for an error
 *
 * Decides whether a reply is the platform's at all, and what it means.
 *
 * Thread: any.
 * Errors: set for every event but %WG_SYNC_EVENT_DONE.
 * Source: docs/sync-protocol.md, General and Problems
 *
 * Returns: %WG_SYNC_EVENT_DONE for a good answer, else the event for the machine
 */
WgSyncEventKind
wg_sync_judge (const WgHttpReply *reply,
               WgAnswerType expected,
               const char *epoch,
               WgProblem **out_problem,
               GError **error)
{
  gboolean good =
      reply->status == 200 || reply->status == 201 || reply->status == 204 || reply->status == 206;

  if (reply->epoch == NULL || *reply->epoch == '\0' || strlen (reply->epoch) > EPOCH_LENGTH_MAX)
    return judge_foreign (reply, error);
  if (reply->status >= 400)
    return judge_problem (reply, out_problem, error);
  if (!good || !has_type (reply, expected))
    return judge_foreign (reply, error);
  if (epoch != NULL && !g_str_equal (epoch, reply->epoch))
    {
      g_set_error (error, WG_SYNC_ERROR, WG_SYNC_ERROR_EPOCH, "the platform was restored");
      return WG_SYNC_EVENT_EPOCH;
    }
  return WG_SYNC_EVENT_DONE;
}

/**
 * wg_sync_judge_error:
 * @error: of an exchange, of reading an answer, or of the store
 *
 * Decides what an error means for the round.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: the event for the machine
 */
WgSyncEventKind
wg_sync_judge_error (const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return WG_SYNC_EVENT_CANCELLED;
  if (g_error_matches (error, WG_WIRE_ERROR, WG_WIRE_ERROR_FOREIGN))
    return WG_SYNC_EVENT_FOREIGN;
  if (g_error_matches (error, WG_STORE_ERROR, WG_STORE_ERROR_FORKED))
    return WG_SYNC_EVENT_FORKED;
  if (error->domain != WG_SYNC_ERROR)
    return WG_SYNC_EVENT_FAILED;
  switch (error->code)
    {
    case WG_SYNC_ERROR_OFFLINE:
      return WG_SYNC_EVENT_OFFLINE;
    case WG_SYNC_ERROR_TIMEOUT:
      return WG_SYNC_EVENT_TIMEOUT;
    case WG_SYNC_ERROR_FOREIGN:
    case WG_SYNC_ERROR_TLS:
      return WG_SYNC_EVENT_FOREIGN;
    case WG_SYNC_ERROR_BUSY:
      return WG_SYNC_EVENT_BUSY;
    case WG_SYNC_ERROR_EPOCH:
      return WG_SYNC_EVENT_EPOCH;
    default:
      return WG_SYNC_EVENT_FAILED;
    }
}

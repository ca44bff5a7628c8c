/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The pull stage: one page of rows down, applied whole or not at all. */
#include "sync/wg-sync-round.h"

#include "db/wg-mutant.h"
#include "store/wg-inbox.h"
#include "wire/wg-wire-pull.h"
#include "wire/wg-zstd.h"

#define JOB_DONE GINT_TO_POINTER (1)

typedef struct
{
  const WgPullRequest *request;
  const WgPullPage *page;
  gboolean fits;
  gboolean healed;
} Apply;

static gpointer
get_request_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_inbox_get_request (context, error);
}

static gpointer
apply_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  Apply *apply = data;

  if (!wg_inbox_is_at (context, apply->request, &apply->fits, error))
    return NULL;
  if (!apply->fits && !WG_MUTANT ("late-page-taken"))
    return JOB_DONE;
  return wg_inbox_apply (context, apply->page, &apply->healed, error) ? JOB_DONE : NULL;
}

/* Which way the numbers go from what was asked for. */
static void
compare_cursors (const WgPullRequest *request,
                 const WgPullPage *page,
                 gboolean *out_on,
                 gboolean *out_back)
{
  GHashTableIter iter;
  gpointer scope, number;

  *out_on = *out_back = FALSE;
  g_hash_table_iter_init (&iter, page->cursor);
  while (g_hash_table_iter_next (&iter, &scope, &number))
    {
      const gint64 *before = g_hash_table_lookup (request->cursor, scope);
      gint64 at = *(gint64 *) number;

      *out_on |= at > (before != NULL ? *before : 0);
      *out_back |= before != NULL && at < *before;
    }
}

static gboolean
is_named (const WgPullPage *page, const char *scope)
{
  char **const lists[] = { page->keep, page->add, page->drop };

  for (gsize i = 0; i < G_N_ELEMENTS (lists); i++)
    if (lists[i] && g_strv_contains ((const char *const *) lists[i], scope))
      return TRUE;
  return FALSE;
}

/* An answer says of each scope that was asked for whether it is ours; else it answers another. */
static gboolean
answers (const WgPullRequest *request, const WgPullPage *page, GError **error)
{
  GHashTableIter iter;
  gpointer scope;

  g_hash_table_iter_init (&iter, request->cursor);
  while (g_hash_table_iter_next (&iter, &scope, NULL))
    if (!is_named (page, scope))
      {
        g_set_error (error, WG_SYNC_ERROR, WG_SYNC_ERROR_FAILED,
                     "the platform's page says nothing of '%s', which was asked for",
                     (const char *) scope);
        return FALSE;
      }
  return TRUE;
}

static WgSyncEventKind
take_page (WgSyncRound *round,
           const WgPullRequest *request,
           const WgHttpReply *reply,
           GError **error)
{
  g_autoptr (WgPullPage) page = wg_wire_pull_page_from_body (reply->body, error);
  WgSyncEventKind kind = WG_SYNC_EVENT_FAILED;
  Apply apply = { .request = request, .page = page };
  gboolean on, back;

  if (page == NULL)
    return WG_SYNC_EVENT_FAILED;
  if (g_strcmp0 (page->epoch, round->epoch) != 0)
    {
      g_set_error (error, WG_SYNC_ERROR, WG_SYNC_ERROR_EPOCH, "the platform was restored");
      return WG_SYNC_EVENT_EPOCH;
    }
  if (!answers (request, page, error))
    return WG_SYNC_EVENT_FAILED;
  compare_cursors (request, page, &on, &back);
  /* One that says "more" and comes no further would be asked for again for ever. */
  if (page->rows->len > WG_LIMIT_PULL_ROWS || (page->more && !on && !back))
    {
      g_set_error (error, WG_SYNC_ERROR, WG_SYNC_ERROR_FAILED,
                   "the platform sent a page of %u rows that cannot be", page->rows->len);
      return WG_SYNC_EVENT_FAILED;
    }
  /* It would have us forget operations that it may still lack. */
  if (page->durable_seq > page->last_seq)
    {
      g_set_error (error, WG_SYNC_ERROR, WG_SYNC_ERROR_FAILED,
                   "the platform calls operations safe that it does not have");
      return WG_SYNC_EVENT_FAILED;
    }
  if (wg_sync_round_store (round, apply_job, &apply, &kind, error) == NULL)
    return kind;
  /* Rows came from a stick while this page was on its way: asked again from there. */
  if (!apply.fits)
    return WG_SYNC_EVENT_MORE;
  /* A restored platform begins again, once; for ever and ever it may not. */
  if (apply.healed || (page->more && back))
    return WG_SYNC_EVENT_HEALED;
  if (page->more)
    return WG_SYNC_EVENT_MORE;
  round->digest_matched = TRUE;
  return WG_SYNC_EVENT_DONE;
}

/**
 * wg_sync_pull:
 * @round: the round
 * @error: return location for an error
 *
 * Fetches the next page and hands it to the store. A page that was cut, is not ours, or is of
 * another epoch leaves everything as it was.
 *
 * Thread: the round's.
 * Errors: those of an exchange, of the wire and of the store.
 * Source: docs/sync-protocol.md, Pull
 *
 * Returns: %WG_SYNC_EVENT_MORE, _HEALED (ask again), _DONE after the last page, or a fault
 */
WgSyncEventKind
wg_sync_pull (WgSyncRound *round, GError **error)
{
  WgSyncEventKind kind = WG_SYNC_EVENT_FAILED;
  g_autoptr (WgPullRequest) request =
                wg_sync_round_store (round, get_request_job, NULL, &kind, error);
  g_autoptr (WgHttpReply) reply = NULL;
  g_autoptr (GBytes) body = NULL;
  g_autofree char *json = NULL;
  WgHttpRequest question = {
    .method = "POST",
    .path = "/v1/sync/pull",
    .content_type = "application/json",
    .limit = WG_LIMIT_BODY,
  };

  if (request == NULL)
    return kind;
  if (request->max_rows <= 0)
    request->max_rows = WG_LIMIT_PULL_ROWS;
  json = wg_wire_pull_request_to_json (request);
  body = g_bytes_new (json, strlen (json));
  question.body = body;
  reply = wg_sync_round_exchange (round, &question, WG_ANSWER_NDJSON, &kind, NULL, error);
  return reply != NULL ? take_page (round, request, reply, error) : kind;
}

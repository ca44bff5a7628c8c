/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What comes down: a page is applied whole or not at all; what waits here is never touched by it.
 */
#include "store/wg-inbox.h"

#include "core/wg-id.h"
#include "core/wg-told.h"
#include "db/wg-mutant.h"
#include "store/wg-outbox.h"
#include "store/wg-store-private.h"
#include "wire/wg-crypto.h"
#include "wire/wg-wire-event.h"
#include "wire/wg-zstd.h"

/* --- request --------------------------------------------------------------------------------- */

static gboolean
read_cursors (WgStoreContext *context, GHashTable *cursors, GError **error)
{
  WgStatement *row = wg_db_statement (context->db, "scope_list", error);
  g_autoptr (GError) local = NULL;

  if (row == NULL)
    return FALSE;
  while (wg_statement_next (row, &local))
    {
      gint64 *cursor = g_new (gint64, 1);

      *cursor = wg_statement_int (row, "cursor");
      g_hash_table_replace (cursors, wg_statement_dup_text (row, "name"), cursor);
    }
  return wg_statement_end (row, &local, error);
}

/**
 * wg_inbox_get_request:
 * @context: of the job
 * @error: return location
 *
 * Says how far each scope was pulled, and what waits here for the platform.
 *
 * Thread: the store's.
 * Errors: of the engine.
 *
 * Returns: (transfer full) (nullable): the request
 */
WgPullRequest *
wg_inbox_get_request (WgStoreContext *context, GError **error)
{
  g_autoptr (WgPullRequest) request = wg_pull_request_new ();
  WgEventCounts counts;

  if (!read_cursors (context, request->cursor, error) ||
      !wg_event_store_count (context, &counts, error))
    return NULL;
  request->n_waiting = counts.n_waiting;
  request->n_photos = counts.n_photos;
  request->max_rows = WG_LIMIT_PULL_ROWS;
  return g_steal_pointer (&request);
}

/**
 * wg_inbox_is_at:
 * @context: of the job
 * @request: what was asked for
 * @out_is_at: (out): whether each scope is still where it was then
 * @error: return location
 *
 * Tells whether the answer to @request still fits: rows may have come another way meanwhile, from a
 * stick, and then a page that was made before them speaks of what is gone.
 *
 * Thread: the store's.
 * Errors: of the engine.
 *
 * Returns: %TRUE if it could be told
 */
gboolean
wg_inbox_is_at (WgStoreContext *context,
                const WgPullRequest *request,
                gboolean *out_is_at,
                GError **error)
{
  g_autoptr (WgPullRequest) now = wg_pull_request_new ();
  GHashTableIter iter;
  gpointer scope, number;

  if (!read_cursors (context, now->cursor, error))
    return FALSE;
  *out_is_at = g_hash_table_size (now->cursor) == g_hash_table_size (request->cursor);
  g_hash_table_iter_init (&iter, now->cursor);
  while (g_hash_table_iter_next (&iter, &scope, &number))
    {
      const gint64 *then = g_hash_table_lookup (request->cursor, scope);

      *out_is_at &= then != NULL && *then == *(gint64 *) number;
    }
  return TRUE;
}

/* --- members --------------------------------------------------------------------------------- */

static char *
get_kind (WgStoreContext *context, const char *rec, GError **error)
{
  WgStatement *row = wg_db_statement (context->db, "record_get", error);

  if (row == NULL)
    return NULL;
  wg_statement_bind_text (row, "id", rec);
  return wg_db_take_text (row, "kind", error);
}

/* A form that mends what is not here any more says what that said. */
static gboolean
drop_drafts (WgStoreContext *context, const char *rec, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autofree char *kind = get_kind (context, rec, &local);

  if (local)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (kind)
    return TRUE;
  wg_store_context_touch (context, "drafts");
  return wg_db_run (context->db, "draft_delete_of", error, "subject", 's', rec, NULL);
}

/* The scope is told again from the start. What is shown meanwhile stays; what is not told again
 * goes at the end of that pull. */
static gboolean
restart_scope (WgStoreContext *context, const char *scope, GError **error)
{
  gint64 n = wg_store_get_meta_int (context, "digest_mismatch");

  return wg_db_run (context->db, "member_set_stale", error, "scope", 's', scope, NULL) &&
         wg_db_run (context->db, "member_set_unseen", error, "scope", 's', scope, NULL) &&
         wg_db_run (context->db, "scope_set", error, "name", 's', scope, "cursor", 'i', (gint64) 0,
                    NULL) &&
         wg_store_set_meta_int (context, "digest_mismatch", n + 1, error);
}

static gboolean
is_shown (const char *kind)
{
  return g_str_equal (kind, "event") || wg_record_is_kind (kind);
}

/* Nothing of it is shown any more but what waits of ours. */
static gboolean
let_go (WgStoreContext *context, const char *rec, const char *kind, GError **error)
{
  if (is_shown (kind))
    return wg_db_run (context->db, "record_set_removed", error, "id", 's', rec, NULL) &&
           (WG_MUTANT ("undone-stays") ||
            wg_db_run (context->db, "outbox_delete_undone_of", error, "rec", 's', rec, NULL)) &&
           wg_record_refresh (context, rec, error);
  if (wg_reference_is_kind (kind))
    wg_store_context_touch (context, "reference");
  return wg_db_run (context->db, "record_delete", error, "id", 's', rec, NULL);
}

/* What stands is of a version that no scope tells in which it still is: it came under one that had
 * no right to it. Those that hold it tell it again. */
static gboolean
retell_elsewhere (WgStoreContext *context, const char *rec, GError **error)
{
  WgStatement *rows = wg_db_statement (context->db, "member_of_other_version", error);
  g_autoptr (GPtrArray) scopes = NULL;

  if (rows == NULL)
    return FALSE;
  wg_statement_bind_text (rows, "rec", rec);
  scopes = wg_record_collect_ids (rows, "scope", error);
  for (guint i = 0; scopes && i < scopes->len; i++)
    if (!restart_scope (context, g_ptr_array_index (scopes, i), error))
      return FALSE;
  return scopes != NULL;
}

/* Out of one scope; out of sight only when no other holds it and nothing of ours waits on it. */
static gboolean
leave_scope (WgStoreContext *context, const char *scope, const char *rec, GError **error)
{
  g_autofree char *kind = NULL;
  g_autoptr (GError) local = NULL;
  WgStatement *members;
  gint64 elsewhere;

  if (!wg_db_run (context->db, "member_delete", error, "scope", 's', scope, "rec", 's', rec, NULL))
    return FALSE;
  members = wg_db_statement (context->db, "member_any", error);
  if (members == NULL)
    return FALSE;
  wg_statement_bind_text (members, "rec", rec);
  elsewhere = wg_db_take_int (members, "has", error);
  if (elsewhere < 0)
    return FALSE;
  if (elsewhere > 0)
    return retell_elsewhere (context, rec, error);
  kind = get_kind (context, rec, &local);
  if (local)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  return kind == NULL || (let_go (context, rec, kind, error) &&
                          (!is_shown (kind) || drop_drafts (context, rec, error)));
}

static gboolean
leave_all (WgStoreContext *context, const char *scope, WgStatement *rows, GError **error)
{
  g_autoptr (GPtrArray) recs = NULL;

  if (rows == NULL)
    return FALSE;
  wg_statement_bind_text (rows, "scope", scope);
  recs = wg_record_collect_ids (rows, "rec", error);
  for (guint i = 0; recs && i < recs->len; i++)
    if (!leave_scope (context, scope, g_ptr_array_index (recs, i), error))
      return FALSE;
  return recs != NULL;
}

/* --- rows ------------------------------------------------------------------------------------ */

typedef struct
{
  gint64 ver;
  gboolean has_base, stale, removed;
  char *kind;
} Known;

static gboolean
get_known (WgStoreContext *context, const char *rec, Known *known, GError **error)
{
  WgStatement *row = wg_db_statement (context->db, "record_get", error);
  g_autoptr (GError) local = NULL;

  if (row == NULL)
    return FALSE;
  wg_statement_bind_text (row, "id", rec);
  if (wg_statement_next (row, &local))
    {
      known->ver = wg_statement_int (row, "ver");
      known->has_base = !wg_statement_is_null (row, "base");
      known->stale = wg_statement_int (row, "stale") != 0;
      known->removed = wg_statement_int (row, "removed") != 0;
      known->kind = wg_statement_dup_text (row, "kind");
    }
  return wg_statement_end (row, &local, error);
}

static gboolean
fail_row (GError **error, const char *fault)
{
  g_set_error_literal (error, WG_STORE_ERROR, WG_STORE_ERROR_INVALID, fault);
  return FALSE;
}

/* Every row is read before it may take a good one's place: values of a later version are kept,
 * what no version can mean is refused. */
static gboolean
check_row (const WgPullRow *row, GError **error)
{
  g_autoptr (WgEvent) event = NULL;
  g_autoptr (GPtrArray) steps = NULL;
  gboolean is_event = g_str_equal (row->kind, "event");

  if (!is_event && !wg_record_is_kind (row->kind))
    return wg_reference_check (row->kind, row->body, error);
  if (!wg_id_is_valid (row->id))
    return fail_row (error, "id: is no identifier");
  if (!is_event)
    return wg_record_check_row (row->kind, row->body, error);
  event = wg_wire_event_row_from_json (row->body, &steps, error);
  if (event == NULL || !wg_event_check_told (event, steps, error))
    return FALSE;
  if (event->id && !g_str_equal (event->id, row->id))
    return fail_row (error, "id: the row holds another event");
  if (event->ver != 0 && event->ver != row->ver)
    return fail_row (error, "ver: the row holds another version");
  return TRUE;
}

/* A row of another kind under a name that is known here: one of the two was wrong. What the person
 * said of it decides; else the later word does, or the page would be refused for ever. */
static gboolean
change_kind (WgStoreContext *context, const WgPullRow *row, const char *kind, GError **error)
{
  g_autoptr (GPtrArray) ours = wg_record_operations (context, row->id, error);

  if (ours == NULL)
    return FALSE;
  if (ours->len == 0)
    return let_go (context, row->id, kind, error);
  g_set_error (error, WG_STORE_ERROR, WG_STORE_ERROR_INVALID,
               "id: '%s' is of kind '%s', the row says '%s'", row->id, kind, row->kind);
  return FALSE;
}

/* Another scope may have told a newer version already. One that this scope told before and takes
 * back, as it does when its cursor was wrong, stands no longer. */
static gboolean
is_told_elsewhere (
    WgStoreContext *context, const WgPullRow *row, gint64 ver, gboolean *out_stands, GError **error)
{
  WgStatement *members;
  gint64 has = 1;

  if (ver > row->ver)
    {
      members = wg_db_statement (context->db, "member_elsewhere", error);
      if (members == NULL)
        return FALSE;
      wg_statement_bind_text (members, "rec", row->id);
      wg_statement_bind_text (members, "scope", row->scope);
      wg_statement_bind_int (members, "ver", ver);
      has = wg_db_take_int (members, "has", error);
    }
  *out_stands = has > 0;
  return has >= 0;
}

static gboolean
take_row (WgStoreContext *context, const WgPullRow *row, GError **error)
{
  Known known = { 0 };
  g_autofree char *kind = NULL;
  gboolean is_other;

  if (!get_known (context, row->id, &known, error))
    return FALSE;
  kind = known.kind;
  is_other = kind && !g_str_equal (kind, row->kind);
  if (!wg_db_run (context->db, "member_set", error, "scope", 's', row->scope, "rec", 's', row->id,
                  "number", 'i', row->number, "ver", 'i', row->ver, NULL))
    return FALSE;
  if (!is_other && known.has_base && !known.stale && !known.removed && known.ver >= row->ver)
    {
      gboolean stands = FALSE;

      if (!is_told_elsewhere (context, row, known.ver, &stands, error))
        return FALSE;
      if (stands)
        return TRUE;
    }
  if (WG_MUTANT ("conflict-dropped-on-pull") && g_str_equal (row->kind, "conflict"))
    return TRUE;
  if (!check_row (row, error) || (is_other && !change_kind (context, row, kind, error)) ||
      !wg_db_run (context->db, "record_set_base", error, "id", 's', row->id, "kind", 's', row->kind,
                  "ver", 'i', row->ver, "base", 's', row->body, "body", 's', row->body, NULL))
    return FALSE;
  if (is_shown (row->kind))
    return wg_record_refresh (context, row->id, error);
  if (wg_reference_is_kind (row->kind))
    wg_store_context_touch (context, "reference");
  return TRUE;
}

static gboolean
take_rows (WgStoreContext *context, const WgPullPage *page, GError **error)
{
  for (guint i = 0; i < page->rows->len; i++)
    {
      const WgPullRow *row = g_ptr_array_index (page->rows, i);

      /* It goes when the pull has ended and its digest fits. */
      if (row->gone ? !wg_db_run (context->db, "member_set_gone", error, "scope", 's', row->scope,
                                  "rec", 's', row->id, NULL)
                    : !take_row (context, row, error))
        {
          g_prefix_error (error, "row %" G_GINT64_FORMAT " of '%s': ", row->number, row->scope);
          return FALSE;
        }
    }
  return TRUE;
}

/* --- scopes ---------------------------------------------------------------------------------- */

static gboolean
has_scope (char **list, const char *scope)
{
  return list && g_strv_contains ((const char *const *) list, scope);
}

/* Whether the page calls it ours. What is another worker's own was told to another worker. */
static gboolean
is_ours (WgStoreContext *context, const WgPullPage *page, const char *scope)
{
  return (has_scope (page->keep, scope) || has_scope (page->add, scope)) &&
         (!g_str_has_prefix (scope, "w:") || g_str_equal (scope + 2, context->worker->id));
}

/* Only scopes that the same page calls ours; and where it is the last, it counts each of them. */
static gboolean
check_scopes (WgStoreContext *context, const WgPullPage *page, GError **error)
{
  char **const named[] = { page->keep, page->add };
  const char *strange = NULL, *uncounted = NULL;
  GHashTable *const told[] = { page->cursor, page->digests };

  for (guint i = 0; i < page->rows->len && strange == NULL; i++)
    {
      const WgPullRow *row = g_ptr_array_index (page->rows, i);

      if (!is_ours (context, page, row->scope))
        strange = row->scope;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (told); i++)
    {
      GHashTableIter iter;
      gpointer scope;

      g_hash_table_iter_init (&iter, told[i]);
      while (strange == NULL && g_hash_table_iter_next (&iter, &scope, NULL))
        if (!is_ours (context, page, scope))
          strange = scope;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (named); i++)
    for (gsize k = 0; named[i] && named[i][k] && !page->more; k++)
      if (!g_hash_table_contains (page->digests, named[i][k]))
        uncounted = named[i][k];
  if (strange == NULL && uncounted == NULL)
    return TRUE;
  if (strange)
    g_set_error (error, WG_STORE_ERROR, WG_STORE_ERROR_INVALID,
                 "scope: '%s' is not among those that the platform names as ours", strange);
  else
    g_set_error (error, WG_STORE_ERROR, WG_STORE_ERROR_INVALID,
                 "digest: that of '%s' is missing on the last page", uncounted);
  return FALSE;
}

/* What was made in a scope goes up before the scope goes. Until then the platform names it again in
 * each page. */
static gboolean
is_all_sent (WgStoreContext *context, gboolean *out_sent, GError **error)
{
  g_autoptr (GError) local = NULL;
  gboolean waits = wg_outbox_has_waiting (context, &local);

  if (local == NULL && !waits)
    waits = wg_event_store_next_release_ms (context, &local) > 0;
  *out_sent = !waits;
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/* What was sent in this very round was not told back and is no member yet. */
static gboolean
leave_unpulled (WgStoreContext *context, const char *scope, GError **error)
{
  WgStatement *rows = wg_db_statement (context->db, "record_unpulled", error);
  g_autoptr (GPtrArray) recs = NULL;

  if (rows == NULL)
    return FALSE;
  wg_statement_bind_text (rows, "grid", g_str_has_prefix (scope, "g:") ? scope + 2 : "");
  recs = wg_record_collect_ids (rows, "id", error);
  for (guint i = 0; recs && i < recs->len; i++)
    if (!leave_scope (context, scope, g_ptr_array_index (recs, i), error))
      return FALSE;
  return recs != NULL;
}

static gboolean
drop_scope (WgStoreContext *context, const char *scope, GError **error)
{
  g_autoptr (WgOperation) told = NULL;

  if (!leave_all (context, scope, wg_db_statement (context->db, "member_list", error), error) ||
      !leave_unpulled (context, scope, error) ||
      !wg_db_run (context->db, "scope_delete", error, "name", 's', scope, NULL))
    return FALSE;
  if (wg_db_changes (context->db) == 0)
    return TRUE; /* was never here */
  told = wg_operation_new (WG_OPERATION_SCOPE_DROPPED);
  told->scope = g_strdup (scope);
  return wg_outbox_append (context, told, error);
}

static gboolean
write_cursors (WgStoreContext *context, const WgPullPage *page, GError **error)
{
  GHashTableIter iter;
  gpointer scope, cursor;

  g_hash_table_iter_init (&iter, page->cursor);
  while (g_hash_table_iter_next (&iter, &scope, &cursor))
    if (!wg_db_run (context->db, "scope_set", error, "name", 's', (const char *) scope, "cursor",
                    'i', *(gint64 *) cursor, NULL))
      return FALSE;
  return TRUE;
}

/* --- digests --------------------------------------------------------------------------------- */

static gboolean
compute_digest (WgStoreContext *context,
                const char *scope,
                WgScopeDigest *out_digest,
                GError **error)
{
  WgStatement *row = wg_db_statement (context->db, "member_told", error);
  WgScopeDigest digest = { 0 };
  g_autoptr (GError) local = NULL;

  if (row == NULL)
    return FALSE;
  wg_statement_bind_text (row, "scope", scope);
  while (wg_statement_next (row, &local))
    {
      digest.n++;
      digest.sum +=
          wg_crypto_row_digest (wg_statement_text (row, "rec"), wg_statement_int (row, "ver"));
    }
  if (local)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  *out_digest = digest;
  return TRUE;
}

static gboolean
check_digests (WgStoreContext *context, const WgPullPage *page, GError **error)
{
  GHashTableIter iter;
  gpointer scope, wanted;

  g_hash_table_iter_init (&iter, page->digests);
  while (g_hash_table_iter_next (&iter, &scope, &wanted))
    {
      const WgScopeDigest *theirs = wanted;
      WgScopeDigest ours;

      if (!compute_digest (context, scope, &ours, error))
        return FALSE;
      /* A whole pull has ended, and was right: what was not told again is not there any more. */
      if (ours.n == theirs->n && ours.sum == theirs->sum)
        {
          if (!leave_all (context, scope, wg_db_statement (context->db, "member_unseen", error),
                          error))
            return FALSE;
          continue;
        }
      g_debug ("the digest of %s does not match", (const char *) scope);
      if (!restart_scope (context, scope, error))
        return FALSE;
    }
  return TRUE;
}

/* --- pages ----------------------------------------------------------------------------------- */

typedef struct
{
  const WgPullPage *page;
  gboolean healed;
} Application;

static gboolean
check_epoch (WgStoreContext *context, const WgPullPage *page, GError **error)
{
  g_autofree char *epoch = wg_outbox_get_epoch (context, error);

  if (epoch == NULL)
    return FALSE;
  if (g_strcmp0 (epoch, page->epoch) == 0)
    return TRUE;
  g_set_error (error, WG_STORE_ERROR, WG_STORE_ERROR_INVALID,
               "epoch: the page is of another timeline of the platform");
  return FALSE;
}

static gboolean
apply_page (WgStoreContext *context, gpointer data, GError **error)
{
  Application *self = data;
  const WgPullPage *page = self->page;
  WgPushAnswer seen = { .epoch = page->epoch,
                        .last_seq = page->last_seq,
                        .durable_seq = page->durable_seq };
  g_autoptr (GPtrArray) no_results = g_ptr_array_new ();
  gint64 n_healed = wg_store_get_meta_int (context, "digest_mismatch");
  gboolean all_sent = TRUE;

  seen.results = no_results;
  if (!check_epoch (context, page, error) || !check_scopes (context, page, error))
    return FALSE;
  if (page->drop && page->drop[0] && !is_all_sent (context, &all_sent, error))
    return FALSE;
  for (gsize i = 0; all_sent && page->drop && page->drop[i]; i++)
    if (!drop_scope (context, page->drop[i], error))
      return FALSE;
  if (WG_MUTANT ("cursor-before-rows") &&
      !(write_cursors (context, page, error) && wg_db_commit (context->db, error) &&
        wg_db_begin (context->db, error)))
    return FALSE;
  if (!take_rows (context, page, error) || !write_cursors (context, page, error) ||
      !wg_outbox_acknowledge (context, &seen, error))
    return FALSE;
  if (!page->more && !check_digests (context, page, error))
    return FALSE;
  self->healed = wg_store_get_meta_int (context, "digest_mismatch") != n_healed;
  wg_store_context_touch (context, "sync");
  return TRUE;
}

/* Rows were overwritten where they stood (secure_delete); what is left of them lies in the log, and
 * in photos. Noted in the transaction that removed the rows, so that it is done even after a kill.
 */
static gboolean
erase (WgStoreContext *context, GError **error)
{
  gint64 before_ms = wg_ports_wall_ms (context->ports) - WG_KEEP_DAYS * WG_DAY_MS;

  return wg_store_get_meta_int (context, "erase") == 0 ||
         (wg_attachment_store_collect (context, before_ms, error) &&
          wg_db_checkpoint (context->db, error) &&
          wg_store_set_meta_int (context, "erase", 0, error));
}

/**
 * wg_inbox_apply:
 * @context: of the job
 * @page: of the platform
 * @out_healed: (out) (optional): whether a digest did not match, so that a scope starts again
 * @error: return location
 *
 * Applies a page whole or not at all: rows become the base of their records, what waits here stays
 * on top of it. Scopes that are not ours any more are dropped once everything that waits was sent,
 * and their bytes leave the files.
 *
 * Thread: the store's.
 * Errors: %WG_STORE_ERROR_INVALID for another timeline, a foreign scope, a malformed row;
 *   %WG_STORE_ERROR_FORKED when the platform has operations that we never made.
 * Source: protocol.md 2.5, 3.5, I4, I6, I16, I17
 *
 * Returns: %TRUE on success
 */
gboolean
wg_inbox_apply (WgStoreContext *context,
                const WgPullPage *page,
                gboolean *out_healed,
                GError **error)
{
  Application self = { page, FALSE };

  if (!wg_store_transact (context, apply_page, &self, error) || !erase (context, error))
    return FALSE;
  if (out_healed)
    *out_healed = self.healed;
  return TRUE;
}

static gboolean
reset_all (WgStoreContext *context, gpointer data, GError **error)
{
  const char *epoch = data;

  wg_store_context_touch (context, "sync");
  return wg_db_run (context->db, "record_set_stale", error, NULL, NULL) &&
         wg_db_run (context->db, "member_set_unseen_all", error, NULL, NULL) &&
         wg_db_run (context->db, "scope_reset_all", error, NULL, NULL) &&
         (epoch == NULL || wg_store_set_meta (context, "epoch", epoch, error));
}

/**
 * wg_inbox_reset:
 * @context: of the job
 * @new_epoch: (nullable): the platform's new timeline
 * @error: return location
 *
 * Has everything told again from the start: after the platform was restored. What is shown stays
 * until then.
 *
 * Thread: the store's.
 * Errors: of the engine.
 * Source: protocol.md 2.8
 *
 * Returns: %TRUE on success
 */
gboolean
wg_inbox_reset (WgStoreContext *context, const char *new_epoch, GError **error)
{
  return wg_store_transact (context, reset_all, (gpointer) new_epoch, error);
}

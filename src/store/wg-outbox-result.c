/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What becomes of operations: results, another timeline, settling, forgetting. */
#include "db/wg-mutant.h"
#include "store/wg-attachment-store.h"
#include "store/wg-inbox.h"
#include "store/wg-outbox.h"
#include "store/wg-store-private.h"

#define PRUNE_ROWS 2000

/* --- results --------------------------------------------------------------------------------- */

static gboolean
write_result (WgStoreContext *context, const WgPushResult *result, GPtrArray *recs, GError **error)
{
  WgStatement *row = wg_db_statement (context->db, "outbox_get_seq", error);
  const char *state = result->kind == WG_RESULT_OK         ? "applied"
                      : result->kind == WG_RESULT_CONFLICT ? "conflict"
                                                           : "refused";
  g_autoptr (GPtrArray) ids = NULL;

  if (WG_MUTANT ("refusal-taken-for-applied"))
    state = "applied";
  if (WG_MUTANT ("refusal-vanishes") && result->kind == WG_RESULT_REJECTED)
    state = "dismissed";
  if (row == NULL)
    return FALSE;
  wg_statement_bind_int (row, "seq", result->seq);
  ids = wg_record_collect_ids (row, "rec", error);
  /* A version below 1 would hide what was applied until the next pull. */
  if (ids == NULL ||
      !wg_db_run (context->db, "outbox_set_result", error, "seq", 'i', result->seq, "state", 's',
                  state, "ver", 'i', MAX (result->ver, 1), "code", 's', result->code, "field", 's',
                  result->field, "detail", 's', result->detail, NULL))
    return FALSE;
  if (wg_db_changes (context->db) > 0)
    g_ptr_array_extend_and_steal (recs, g_steal_pointer (&ids));
  return TRUE;
}

/* What the platform has without saying yet what became of it. */
static gboolean
set_received (WgStoreContext *context, gint64 last_seq, GPtrArray *recs, GError **error)
{
  WgStatement *rows = wg_db_statement (context->db, "outbox_unresolved_upto", error);
  GPtrArray *more;

  if (rows == NULL)
    return FALSE;
  wg_statement_bind_int (rows, "last", last_seq);
  more = wg_record_collect_ids (rows, "rec", error);
  if (more == NULL)
    return FALSE;
  g_ptr_array_extend_and_steal (recs, more);
  return wg_db_run (context->db, "outbox_set_received", error, "last", 'i', last_seq, NULL);
}

static gboolean
raise_meta (WgStoreContext *context, const char *name, gint64 value, GError **error)
{
  return value <= wg_store_get_meta_int (context, name) ||
         wg_store_set_meta_int (context, name, value, error);
}

/* While an answer was on its way, another one by a stick may have brought the platform's restore.
 */
static gboolean
check_epoch (WgStoreContext *context, const char *epoch, GError **error)
{
  g_autofree char *ours = wg_outbox_get_epoch (context, error);

  if (ours == NULL)
    return FALSE;
  if (epoch == NULL || g_str_equal (epoch, ours) || WG_MUTANT ("old-answer-taken"))
    return TRUE;
  g_set_error (error, WG_STORE_ERROR, WG_STORE_ERROR_INVALID,
               "epoch: the answer is of another timeline of the platform");
  return FALSE;
}

static gboolean
acknowledge (WgStoreContext *context, gpointer data, GError **error)
{
  const WgPushAnswer *answer = data;
  g_autoptr (GPtrArray) recs = g_ptr_array_new_with_free_func (g_free);
  gint64 head = 0;
  g_autofree char *hash = NULL, *known = NULL;

  if (!check_epoch (context, answer->epoch, error) ||
      !wg_outbox_get_head (context, &head, &hash, error))
    return FALSE;
  if (answer->last_seq > head)
    {
      g_set_error (error, WG_STORE_ERROR, WG_STORE_ERROR_FORKED,
                   "the platform has operation %" G_GINT64_FORMAT
                   " of this replica, we made %" G_GINT64_FORMAT ": this store is an old copy",
                   answer->last_seq, head);
      return FALSE;
    }
  known = wg_outbox_get_hash (context, answer->last_seq, NULL);
  if (known && answer->last_hash && !g_str_equal (known, answer->last_hash))
    {
      g_set_error (error, WG_STORE_ERROR, WG_STORE_ERROR_FORKED,
                   "the platform has another operation %" G_GINT64_FORMAT " of this replica",
                   answer->last_seq);
      return FALSE;
    }
  for (guint i = 0; i < answer->results->len; i++)
    if (!write_result (context, g_ptr_array_index (answer->results, i), recs, error))
      return FALSE;
  wg_store_context_touch (context, "outbox");
  return set_received (context, answer->last_seq, recs, error) &&
         raise_meta (context, "last_seq", answer->last_seq, error) &&
         raise_meta (context, "durable_seq", answer->durable_seq, error) &&
         wg_record_refresh_all (context, recs, error);
}

/**
 * wg_outbox_acknowledge:
 * @context: of the job
 * @answer: of the platform
 * @error: return location
 *
 * Writes down what became of operations. Only this makes anything "applied". A result that is
 * known already changes nothing; refused ones stay in view of their author.
 *
 * Thread: the store's.
 * Errors: %WG_STORE_ERROR_INVALID when the answer is of another timeline than the one that this
 *   replica follows by now, %WG_STORE_ERROR_FORKED when the platform has other operations under our
 *   numbers (the store is an old copy); nothing is changed then.
 * Source: protocol.md 2.4, 2.9, 3.4
 *
 * Returns: %TRUE on success
 */
gboolean
wg_outbox_acknowledge (WgStoreContext *context, const WgPushAnswer *answer, GError **error)
{
  return wg_store_transact (context, acknowledge, (gpointer) answer, error);
}

/* --- another timeline ------------------------------------------------------------------------ */

typedef struct
{
  gint64 last_seq;
  const char *last_hash, *epoch;
} Rewind;

/* The numbers above it wait again. What another timeline made of an operation is not known even
 * when it has it: that may be older or later than the one we know, and the platform is asked. */
static gboolean
find_last_settled (WgStoreContext *context, const Rewind *rewind, gint64 *out_seq, GError **error)
{
  g_autofree char *before = wg_outbox_get_epoch (context, error);
  gboolean same = before && (rewind->epoch == NULL || g_str_equal (before, rewind->epoch));

  *out_seq = same ? rewind->last_seq : 0;
  return before != NULL;
}

/* In the same breath as the rewinding: known without it, the new timeline would never be pulled
 * from its start. */
static gboolean
enter_epoch (WgStoreContext *context, const char *epoch, GError **error)
{
  g_autofree char *before = wg_outbox_get_epoch (context, error);

  return before && (g_str_equal (before, epoch) || wg_inbox_reset (context, epoch, error));
}

static gboolean
rewind_to (WgStoreContext *context, gpointer data, GError **error)
{
  Rewind *self = data;
  g_autofree char *known = wg_outbox_get_hash (context, self->last_seq, error);
  g_autoptr (GPtrArray) recs = NULL;
  WgStatement *rows;
  gint64 settled;

  if (known == NULL)
    {
      if (error && g_error_matches (*error, WG_STORE_ERROR, WG_STORE_ERROR_NOT_FOUND))
        (*error)->code = WG_STORE_ERROR_FORKED;
      return FALSE;
    }
  if (self->last_hash && self->last_seq > 0 && !g_str_equal (known, self->last_hash))
    {
      g_set_error (error, WG_STORE_ERROR, WG_STORE_ERROR_FORKED,
                   "the platform has another operation %" G_GINT64_FORMAT " of this replica",
                   self->last_seq);
      return FALSE;
    }
  if (!find_last_settled (context, self, &settled, error))
    return FALSE;
  rows = wg_db_statement (context->db, "outbox_above", error);
  if (rows == NULL)
    return FALSE;
  wg_statement_bind_int (rows, "seq", settled);
  recs = wg_record_collect_ids (rows, "rec", error);
  if (recs == NULL ||
      !(WG_MUTANT ("rewind-forgets") ||
        wg_db_run (context->db, "outbox_rewind", error, "seq", 'i', settled, NULL)) ||
      !wg_db_run (context->db, "attachment_reset_sent", error, NULL, NULL) ||
      !wg_store_set_meta_int (context, "last_seq", self->last_seq, error) ||
      !wg_store_set_meta_int (context, "durable_seq", 0, error))
    return FALSE;
  if (self->epoch && !enter_epoch (context, self->epoch, error))
    return FALSE;
  wg_store_context_touch (context, "outbox");
  wg_store_context_touch (context, "photos");
  return wg_record_refresh_all (context, recs, error);
}

/**
 * wg_outbox_rewind:
 * @context: of the job
 * @last_seq: what the platform has of this replica
 * @last_hash: (nullable): its hash there
 * @epoch: (nullable): the platform's timeline; %NULL keeps ours
 * @error: return location
 *
 * After the platform was restored from a backup: what lies above @last_seq waits again, the same
 * bytes under the same numbers, and photos are offered again. Of another timeline everything is
 * pulled from the start, and what became of each operation is asked anew: a second restore, from a
 * later backup than the first, has other results for what it has.
 *
 * Thread: the store's.
 * Errors: %WG_STORE_ERROR_FORKED when our hash at @last_seq differs or is not known.
 * Source: protocol.md 2.8, 2.9
 *
 * Returns: %TRUE on success
 */
gboolean
wg_outbox_rewind (WgStoreContext *context,
                  gint64 last_seq,
                  const char *last_hash,
                  const char *epoch,
                  GError **error)
{
  Rewind self = { last_seq, last_hash, epoch };

  return wg_store_transact (context, rewind_to, &self, error);
}

/* --- settling -------------------------------------------------------------------------------- */

static gboolean
dismiss (WgStoreContext *context, gpointer data, GError **error)
{
  const char *op_id = data;
  WgStatement *row = wg_db_statement (context->db, "outbox_get_op", error);
  g_autoptr (GPtrArray) recs = NULL;

  if (row == NULL)
    return FALSE;
  wg_statement_bind_text (row, "op_id", op_id);
  recs = wg_record_collect_ids (row, "rec", error);
  if (recs == NULL || !wg_db_run (context->db, "outbox_dismiss", error, "op_id", 's', op_id, NULL))
    return FALSE;
  if (wg_db_changes (context->db) == 0)
    {
      g_set_error (error, WG_STORE_ERROR, WG_STORE_ERROR_NOT_FOUND,
                   "op_id: there is no refused operation '%s'", op_id);
      return FALSE;
    }
  wg_store_context_touch (context, "outbox");
  return wg_record_refresh_all (context, recs, error);
}

/**
 * wg_outbox_dismiss:
 * @context: of the job
 * @op_id: a refused operation
 * @error: return location
 *
 * Its author has seen the refusal and leaves it at that. What only this operation knew goes out of
 * view; the line stays in the outbox until it is pruned.
 *
 * Thread: the store's.
 * Errors: %WG_STORE_ERROR_NOT_FOUND.
 *
 * Returns: %TRUE on success
 */
gboolean
wg_outbox_dismiss (WgStoreContext *context, const char *op_id, GError **error)
{
  return wg_store_transact (context, dismiss, (gpointer) op_id, error);
}

/**
 * wg_outbox_dismiss_job:
 * @context: of the job
 * @data: op_id of a refused operation
 * @cancellable: (nullable): not looked at: it is one short transaction
 * @error: return location
 *
 * wg_outbox_dismiss() as a job of its own.
 *
 * Thread: the store's.
 * Errors: those of wg_outbox_dismiss().
 *
 * Returns: a pointer without meaning on success
 */
gpointer
wg_outbox_dismiss_job (WgStoreContext *context,
                       gpointer data,
                       GCancellable *cancellable,
                       GError **error)
{
  return wg_outbox_dismiss (context, data, error) ? GINT_TO_POINTER (1) : NULL;
}

typedef struct
{
  gint64 n, seq, made_ms;
  char *rec, *hash, *state;
} OldRow;

static void
clear_old_row (gpointer data)
{
  OldRow *row = data;

  g_free (row->rec);
  g_free (row->hash);
  g_free (row->state);
}

static GArray *
list_old_rows (WgStatement *row, GError **error)
{
  g_autoptr (GArray) list = g_array_new (FALSE, FALSE, sizeof (OldRow));
  g_autoptr (GError) local = NULL;

  g_array_set_clear_func (list, clear_old_row);
  while (wg_statement_next (row, &local))
    {
      OldRow old = { .n = wg_statement_int (row, "n"),
                     .seq = wg_statement_int (row, "seq"),
                     .made_ms = wg_statement_int (row, "made_ms"),
                     .rec = wg_statement_dup_text (row, "rec"),
                     .hash = wg_statement_dup_text (row, "hash"),
                     .state = wg_statement_dup_text (row, "state") };
      g_array_append_val (list, old);
    }
  if (local)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  return g_steal_pointer (&list);
}

static gboolean
is_prunable (const OldRow *row, gint64 before_ms)
{
  const char *const over[] = { "applied", "dismissed", "redone", NULL };

  return g_strv_contains (over, row->state) && row->made_ms < before_ms;
}

/* Only from the start of the chain on, so that it stays dense; a refused one holds the rest. */
static gboolean
prune_numbered (WgStoreContext *context, gint64 before_ms, GError **error)
{
  WgStatement *rows = wg_db_statement (context->db, "outbox_prunable", error);
  g_autoptr (GArray) list = NULL;

  if (rows == NULL)
    return FALSE;
  wg_statement_bind_int (rows, "durable", wg_store_get_meta_int (context, "durable_seq"));
  wg_statement_bind_int (rows, "limit", PRUNE_ROWS);
  list = list_old_rows (rows, error);
  if (list == NULL)
    return FALSE;
  for (guint i = 0; i < list->len; i++)
    {
      const OldRow *row = &g_array_index (list, OldRow, i);

      if (!is_prunable (row, before_ms))
        break;
      if (!wg_store_set_meta_int (context, "pruned_seq", row->seq, error) ||
          !wg_store_set_meta (context, "pruned_hash", row->hash, error) ||
          !wg_db_run (context->db, "outbox_delete", error, "n", 'i', row->n, NULL) ||
          (row->rec && !wg_record_refresh (context, row->rec, error)))
        return FALSE;
      wg_store_context_touch (context, "outbox");
    }
  return TRUE;
}

static gboolean
prune_undone (WgStoreContext *context, gint64 before_ms, GError **error)
{
  WgStatement *rows = wg_db_statement (context->db, "outbox_prunable_undone", error);
  g_autoptr (GPtrArray) recs = NULL;

  if (rows == NULL)
    return FALSE;
  wg_statement_bind_int (rows, "before", before_ms);
  recs = wg_record_collect_ids (rows, "rec", error);
  if (recs == NULL)
    return FALSE;
  if (recs->len == 0)
    return TRUE;
  return wg_db_run (context->db, "outbox_delete_undone", error, "before", 'i', before_ms, NULL) &&
         wg_record_refresh_all (context, recs, error);
}

static gboolean
prune (WgStoreContext *context, gpointer data, GError **error)
{
  gint64 before_ms = *(gint64 *) data - WG_KEEP_DAYS * WG_DAY_MS;

  return prune_numbered (context, before_ms, error) && prune_undone (context, before_ms, error);
}

/**
 * wg_outbox_prune:
 * @context: of the job
 * @now_ms: Unix ms
 * @error: return location
 *
 * Forgets operations that are settled, in a verified backup of the platform and older than 35
 * days, and photos that nothing names any more.
 *
 * Thread: the store's.
 * Errors: of the engine.
 * Source: protocol.md 2.8
 *
 * Returns: %TRUE on success
 */
gboolean
wg_outbox_prune (WgStoreContext *context, gint64 now_ms, GError **error)
{
  return wg_store_transact (context, prune, &now_ms, error) &&
         wg_attachment_store_collect (context, now_ms - WG_KEEP_DAYS * WG_DAY_MS, error);
}

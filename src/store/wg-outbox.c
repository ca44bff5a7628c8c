/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The outbox: gives operations their numbers, lines and hashes, and hands them out in batches. */
#include "store/wg-outbox.h"

#include <string.h>

#include "core/wg-chain.h"
#include "core/wg-id.h"
#include "db/wg-mutant.h"
#include "store/wg-store-private.h"
#include "wire/wg-wire-event.h"
#include "wire/wg-wire-operation.h"
#include "wire/wg-zstd.h"

/* A push travels whole: what compresses badly must still fit the wire. */
#define PUSH_BYTES (900 * 1024)

/* --- numbers and hashes ---------------------------------------------------------------------- */

/**
 * wg_outbox_get_head:
 * @context: of the job
 * @out_seq: (out): the last number given, be its row pruned or not; 0 for none
 * @out_hash: (out) (transfer full): the hash after it
 * @error: return location
 *
 * Gives the end of the chain.
 *
 * Thread: the store's.
 * Errors: of the engine.
 *
 * Returns: %TRUE on success
 */
gboolean
wg_outbox_get_head (WgStoreContext *context, gint64 *out_seq, char **out_hash, GError **error)
{
  WgStatement *row = wg_db_statement (context->db, "outbox_last", error);
  g_autoptr (GError) local = NULL;
  gboolean found;

  if (row == NULL)
    return FALSE;
  found = wg_statement_next (row, &local);
  if (found)
    {
      *out_seq = wg_statement_int (row, "seq");
      *out_hash = wg_statement_dup_text (row, "hash");
    }
  if (!wg_statement_end (row, &local, error))
    return FALSE;
  if (!found)
    {
      *out_seq = wg_store_get_meta_int (context, "pruned_seq");
      *out_hash =
          *out_seq ? wg_store_get_meta (context, "pruned_hash", error) : g_strdup (WG_CHAIN_START);
    }
  return *out_hash != NULL;
}

/**
 * wg_outbox_get_hash:
 * @context: of the job
 * @seq: a number, 0 for the start of the chain
 * @error: return location
 *
 * Gives the hash of the chain after an operation.
 *
 * Thread: the store's.
 * Errors: %WG_STORE_ERROR_NOT_FOUND when it was never made or pruned long ago.
 *
 * Returns: (transfer full) (nullable): 64 hex digits
 */
char *
wg_outbox_get_hash (WgStoreContext *context, gint64 seq, GError **error)
{
  WgStatement *row;
  g_autoptr (GError) local = NULL;
  char *hash = NULL;

  if (seq == 0)
    return g_strdup (WG_CHAIN_START);
  row = wg_db_statement (context->db, "outbox_get_seq", error);
  if (row == NULL)
    return NULL;
  wg_statement_bind_int (row, "seq", seq);
  if (wg_statement_next (row, &local))
    hash = wg_statement_dup_text (row, "hash");
  wg_statement_reset (row);
  if (hash == NULL && local == NULL && seq == wg_store_get_meta_int (context, "pruned_seq"))
    hash = wg_store_get_meta (context, "pruned_hash", &local);
  if (hash == NULL && local == NULL)
    g_set_error (&local, WG_STORE_ERROR, WG_STORE_ERROR_NOT_FOUND,
                 "seq: operation %" G_GINT64_FORMAT " is not here", seq);
  if (local)
    g_propagate_error (error, g_steal_pointer (&local));
  return hash;
}

/* --- making operations ----------------------------------------------------------------------- */

/**
 * wg_outbox_stamp:
 * @context: of the job
 * @operation: an operation without author and time
 *
 * Says who does it, when by which clock, and names it.
 *
 * Thread: the store's.
 * Errors: none.
 * Source: protocol.md 2.7
 */
void
wg_outbox_stamp (WgStoreContext *context, WgOperation *operation)
{
  if (operation->op_id == NULL)
    operation->op_id = wg_id_new (context->ports);
  g_set_str (&operation->actor, context->worker->id);
  g_set_str (&operation->boot, context->ports->boot_id);
  operation->at_ms = wg_ports_wall_ms (context->ports);
  operation->mono_ms = wg_ports_boot_ms (context->ports);
}

/* Gives the operation the next number; line and hash follow from it for ever. */
static char *
make_line (WgStoreContext *context, WgOperation *operation, char **out_hash, GError **error)
{
  g_autofree char *previous = NULL, *line = NULL;
  gint64 last = 0;

  if (!wg_outbox_get_head (context, &last, &previous, error))
    return NULL;
  operation->seq = last + 1;
  line = wg_wire_operation_to_line (operation);
  if (strlen (line) > WG_LIMIT_LINE)
    {
      g_set_error (error, WG_STORE_ERROR, WG_STORE_ERROR_INVALID,
                   "the record is too long to be sent: shorten its texts");
      return NULL;
    }
  *out_hash = wg_chain_next (previous, line, -1);
  return g_steal_pointer (&line);
}

/* The level decides whether a batch is urgent; a step is as urgent as its event. */
static gint64
get_level (WgStoreContext *context, const WgOperation *operation)
{
  g_autoptr (WgEvent) event = NULL;

  if (operation->kind == WG_OPERATION_EVENT_CREATE)
    return operation->event->level;
  if (operation->kind != WG_OPERATION_EVENT_PATCH && operation->kind != WG_OPERATION_EVENT_STEP)
    return WG_EVENT_LEVEL_NONE;
  event = wg_record_load_event (context, operation->rec, NULL, NULL);
  return event ? event->level : WG_EVENT_LEVEL_NONE;
}

static const char *
get_action_name (const WgOperation *operation)
{
  if (operation->kind == WG_OPERATION_EVENT_STEP)
    return wg_action_to_string (operation->action);
  if (operation->kind == WG_OPERATION_EVENT_CREATE)
    return wg_action_to_string (operation->event->duplicate_of ? WG_ACTION_ATTACH
                                                               : WG_ACTION_REPORT);
  return NULL;
}

/**
 * wg_outbox_append:
 * @context: of the job, in a transaction
 * @operation: complete but for number, author, times and, if %NULL, its id: they are filled in
 * @error: return location
 *
 * Makes number, line and hash of an operation, queues it, and refreshes its record: record,
 * operation and outbox row are one transaction, and this is where they meet.
 *
 * Thread: the store's.
 * Errors: %WG_STORE_ERROR_INVALID for a line that would be too long; of the engine.
 * Source: design.md 2, 3
 *
 * Returns: %TRUE on success
 */
gboolean
wg_outbox_append (WgStoreContext *context, WgOperation *operation, GError **error)
{
  g_autofree char *line = NULL, *hash = NULL;
  gint64 level = get_level (context, operation);

  g_return_val_if_fail (wg_db_in_transaction (context->db), FALSE);
  wg_outbox_stamp (context, operation);
  line = make_line (context, operation, &hash, error);
  if (line == NULL ||
      !wg_db_run (context->db, "outbox_add", error, "seq", 'i', operation->seq, "op_id", 's',
                  operation->op_id, "rec", 's', operation->rec, "kind", 's',
                  wg_operation_kind_to_string (operation->kind, operation->record_kind), "action",
                  's', get_action_name (operation), "level", 'i', level, "state", 's', "saved",
                  "line", 's', line, "hash", 's', hash, "content", 's', NULL, "made_ms", 'i',
                  operation->at_ms, "boot", 's', operation->boot, "mono_ms", 'i',
                  operation->mono_ms, "hold_until_ms", 'i', (gint64) 0, NULL))
    return FALSE;
  wg_store_context_touch (context, "outbox");
  return operation->rec == NULL || wg_record_refresh (context, operation->rec, error);
}

/**
 * wg_outbox_hold:
 * @context: of the job, in a transaction
 * @event: a complete new event
 * @hold_until_ms: Unix ms until which it may be undone
 * @error: return location
 *
 * Queues the creation of an event without a number: record and outbox row are durable from now on,
 * the line is made when the hold ends.
 *
 * Thread: the store's.
 * Errors: of the engine.
 *
 * Returns: %TRUE on success
 */
gboolean
wg_outbox_hold (WgStoreContext *context, const WgEvent *event, gint64 hold_until_ms, GError **error)
{
  g_autofree char *op_id = wg_id_new (context->ports);
  g_autofree char *content = wg_wire_event_to_json (event);
  const char *action =
      wg_action_to_string (event->duplicate_of ? WG_ACTION_ATTACH : WG_ACTION_REPORT);

  g_return_val_if_fail (wg_db_in_transaction (context->db), FALSE);
  if (!wg_db_run (context->db, "outbox_add_held", error, "op_id", 's', op_id, "rec", 's', event->id,
                  "kind", 's', wg_operation_kind_to_string (WG_OPERATION_EVENT_CREATE, NULL),
                  "action", 's', action, "level", 'i', (gint64) event->level, "content", 's',
                  content, "made_ms", 'i', wg_ports_wall_ms (context->ports), "boot", 's',
                  context->ports->boot_id, "mono_ms", 'i', wg_ports_boot_ms (context->ports),
                  "hold_until_ms", 'i', hold_until_ms, NULL))
    return FALSE;
  wg_store_context_touch (context, "outbox");
  return wg_record_refresh (context, event->id, error);
}

/**
 * wg_outbox_release:
 * @context: of the job, in a transaction
 * @n: row of a held operation
 * @operation: what it says, with the times of the tap
 * @error: return location
 *
 * Ends a hold: number, line and hash are made now.
 *
 * Thread: the store's.
 * Errors: see wg_outbox_append().
 *
 * Returns: %TRUE on success
 */
gboolean
wg_outbox_release (WgStoreContext *context, gint64 n, WgOperation *operation, GError **error)
{
  g_autofree char *hash = NULL;
  g_autofree char *line = make_line (context, operation, &hash, error);

  g_return_val_if_fail (wg_db_in_transaction (context->db), FALSE);
  if (line == NULL || !wg_db_run (context->db, "outbox_release", error, "n", 'i', n, "seq", 'i',
                                  operation->seq, "line", 's', line, "hash", 's', hash, NULL))
    return FALSE;
  wg_store_context_touch (context, "outbox");
  return wg_record_refresh (context, operation->rec, error);
}

/* --- pushing --------------------------------------------------------------------------------- */

static gint64
query_int (WgStoreContext *context, const char *name, const char *column, GError **error)
{
  return MAX (wg_db_take_int (wg_db_statement (context->db, name, error), column, error), 0);
}

/**
 * wg_outbox_get_first:
 * @context: of the job
 * @error: return location
 *
 * Tells the number to push next: the oldest without a result, and all that the platform lacks, were
 * it settled by its author meanwhile: numbers are dense.
 *
 * Thread: the store's.
 * Errors: of the engine.
 *
 * Returns: the number; 0 when nothing waits, or with @error set
 */
gint64
wg_outbox_get_first (WgStoreContext *context, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autofree char *hash = NULL;
  gint64 first = query_int (context, "outbox_first_waiting", "seq", &local);
  gint64 known = wg_store_get_meta_int (context, "last_seq");
  gint64 head = 0;

  if (local == NULL && wg_outbox_get_head (context, &head, &hash, &local) && head > known)
    first = first == 0 ? known + 1 : MIN (first, known + 1);
  if (WG_MUTANT ("refused-blocks") && query_int (context, "outbox_count_refused", "n", NULL) > 0)
    return 0;
  if (local == NULL)
    return first;
  g_propagate_error (error, g_steal_pointer (&local));
  return 0;
}

/**
 * wg_outbox_has_major:
 * @context: of the job
 * @error: return location
 *
 * Tells whether a major or grave event waits.
 *
 * Thread: the store's.
 * Errors: of the engine.
 *
 * Returns: %TRUE if so
 */
gboolean
wg_outbox_has_major (WgStoreContext *context, GError **error)
{
  return query_int (context, "outbox_has_major", "has", error) != 0;
}

/**
 * wg_outbox_has_waiting:
 * @context: of the job
 * @error: return location
 *
 * Tells whether there is a batch to push.
 *
 * Thread: the store's.
 * Errors: of the engine.
 *
 * Returns: %TRUE if so
 */
gboolean
wg_outbox_has_waiting (WgStoreContext *context, GError **error)
{
  return wg_outbox_get_first (context, error) != 0;
}

/**
 * wg_outbox_get_epoch:
 * @context: of the job
 * @error: return location
 *
 * Gives the platform's timeline that this replica works in.
 *
 * Thread: the store's.
 * Errors: of the engine.
 * Source: protocol.md 2.8
 *
 * Returns: (transfer full) (nullable): its name
 */
char *
wg_outbox_get_epoch (WgStoreContext *context, GError **error)
{
  return wg_store_get_meta (context, "epoch", error);
}

/* Lines from @first on, as many as fit. */
static GPtrArray *
take_lines (WgStoreContext *context, gint64 first, guint max_ops, GPtrArray *recs, GError **error)
{
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  WgStatement *row = wg_db_statement (context->db, "outbox_from", error);
  g_autoptr (GError) local = NULL;
  gsize bytes = 0;

  if (row == NULL)
    return NULL;
  wg_statement_bind_int (row, "seq", first);
  wg_statement_bind_int (row, "limit", MIN (max_ops, WG_LIMIT_PUSH_OPS));
  while (wg_statement_next (row, &local))
    {
      const char *line = wg_statement_text (row, "line");

      bytes += strlen (line) + 1;
      if (lines->len > 0 && bytes > PUSH_BYTES)
        break;
      if (wg_statement_int (row, "seq") != first + lines->len)
        {
          g_set_error (&local, WG_STORE_ERROR, WG_STORE_ERROR_DAMAGED,
                       "operation %" G_GINT64_FORMAT " is missing in the outbox",
                       first + lines->len);
          break;
        }
      g_ptr_array_add (lines, g_strdup (line));
      g_ptr_array_add (recs, wg_statement_dup_text (row, "rec"));
    }
  if (!wg_statement_end (row, &local, error))
    return NULL;
  return g_steal_pointer (&lines);
}

/* A push from @first on; empty when there is nothing. Records of its lines go to @recs. */
static WgPush *
make_push (WgStoreContext *context, gint64 first, guint max_ops, GPtrArray *recs, GError **error)
{
  g_autoptr (WgPush) push = wg_push_new ();
  GPtrArray *lines = take_lines (context, first, max_ops, recs, error);

  if (lines == NULL)
    return NULL;
  g_ptr_array_unref (push->lines);
  push->lines = lines;
  push->first = first;
  push->replica = g_strdup (context->identity->replica);
  push->epoch = wg_outbox_get_epoch (context, error);
  push->previous = wg_outbox_get_hash (context, first - 1, error);
  if (push->epoch == NULL || push->previous == NULL)
    return NULL;
  push->now_ms = wg_ports_wall_ms (context->ports);
  push->mono_ms = wg_ports_boot_ms (context->ports);
  push->boot = g_strdup (context->ports->boot_id);
  return g_steal_pointer (&push);
}

/**
 * wg_outbox_read_push:
 * @context: of the job
 * @first: a number
 * @max_ops: how many operations at most
 * @out_push: (out) (nullable): the push without head and signature; %NULL when there is nothing
 * @error: return location
 *
 * Reads a batch for another way than the network: nothing of it counts as being sent.
 *
 * Thread: the store's.
 * Errors: %WG_STORE_ERROR_DAMAGED when a number is missing; of the engine.
 *
 * Returns: %TRUE on success
 */
gboolean
wg_outbox_read_push (
    WgStoreContext *context, gint64 first, guint max_ops, WgPush **out_push, GError **error)
{
  g_autoptr (GPtrArray) recs = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (WgPush) push = make_push (context, first, max_ops, recs, error);

  if (push == NULL)
    return FALSE;
  *out_push = push->lines->len > 0 ? g_steal_pointer (&push) : NULL;
  return TRUE;
}

typedef struct
{
  guint max_ops;
  WgPush *push;
} Batch;

static gboolean
take_batch (WgStoreContext *context, gpointer data, GError **error)
{
  Batch *batch = data;
  g_autoptr (WgPush) push = NULL;
  g_autoptr (GPtrArray) recs = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) local = NULL;
  gint64 first;

  g_clear_pointer (&batch->push, wg_push_free);
  first = wg_outbox_get_first (context, &local);
  if (local || first == 0)
    {
      if (local == NULL)
        return TRUE;
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  push = make_push (context, first, batch->max_ops, recs, error);
  if (push == NULL)
    return FALSE;
  if (!wg_db_run (context->db, "outbox_set_sending", error, "first", 'i', push->first, "last", 'i',
                  push->first + push->lines->len - 1, NULL) ||
      !wg_record_refresh_all (context, recs, error))
    return FALSE;
  wg_store_context_touch (context, "outbox");
  batch->push = g_steal_pointer (&push);
  return TRUE;
}

/**
 * wg_outbox_next_push:
 * @context: of the job
 * @max_ops: how many operations at most; at least 1
 * @error: return location
 *
 * Takes the next batch: from the oldest operation without a result, in number order, byte for byte
 * as they were made. They are shown as being sent from now on. Head and signature are the caller's.
 *
 * Thread: the store's.
 * Errors: %WG_STORE_ERROR_DAMAGED when a number is missing; of the engine.
 * Source: protocol.md 3.4
 *
 * Returns: (transfer full) (nullable): the push; %NULL without error when nothing waits
 */
WgPush *
wg_outbox_next_push (WgStoreContext *context, guint max_ops, GError **error)
{
  Batch batch = { MAX (max_ops, 1), NULL };

  if (!wg_store_transact (context, take_batch, &batch, error))
    g_clear_pointer (&batch.push, wg_push_free);
  return batch.push;
}

static gboolean
reset_sending (WgStoreContext *context, gpointer data, GError **error)
{
  WgStatement *rows = wg_db_statement (context->db, "outbox_sending", error);
  g_autoptr (GPtrArray) recs = rows ? wg_record_collect_ids (rows, "rec", error) : NULL;

  if (recs == NULL)
    return FALSE;
  if (recs->len == 0)
    return TRUE;
  wg_store_context_touch (context, "outbox");
  return wg_db_run (context->db, "outbox_reset_sending", error, NULL, NULL) &&
         wg_record_refresh_all (context, recs, error);
}

/**
 * wg_outbox_reset_sending:
 * @context: of the job
 * @error: return location
 *
 * Nothing is being sent any more: for the start, and after a failed round.
 *
 * Thread: the store's.
 * Errors: of the engine.
 *
 * Returns: %TRUE on success
 */
gboolean
wg_outbox_reset_sending (WgStoreContext *context, GError **error)
{
  return wg_store_transact (context, reset_sending, NULL, error);
}

/**
 * wg_outbox_get_line:
 * @context: of the job
 * @seq: a number
 * @error: return location
 *
 * Gives an operation as it was made.
 *
 * Thread: the store's.
 * Errors: %WG_STORE_ERROR_NOT_FOUND.
 *
 * Returns: (transfer full) (nullable): one line of JSON
 */
char *
wg_outbox_get_line (WgStoreContext *context, gint64 seq, GError **error)
{
  WgStatement *row = wg_db_statement (context->db, "outbox_get_seq", error);
  g_autoptr (GError) local = NULL;
  char *line = NULL;

  if (row == NULL)
    return NULL;
  wg_statement_bind_int (row, "seq", seq);
  if (wg_statement_next (row, &local))
    line = wg_statement_dup_text (row, "line");
  wg_statement_reset (row);
  if (line == NULL && local == NULL)
    g_set_error (&local, WG_STORE_ERROR, WG_STORE_ERROR_NOT_FOUND,
                 "seq: operation %" G_GINT64_FORMAT " is not here", seq);
  if (local)
    g_propagate_error (error, g_steal_pointer (&local));
  return line;
}

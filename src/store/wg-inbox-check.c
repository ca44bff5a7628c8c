/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The invariants of a store: each record its operations, each operation its record, the chain
 * whole. */
#include "core/wg-chain.h"
#include "store/wg-inbox.h"
#include "store/wg-outbox.h"
#include "store/wg-store-private.h"
#include "wire/wg-wire-event.h"
#include "wire/wg-wire-record.h"

typedef struct
{
  WgStoreContext *context;
  GPtrArray *findings;
} Check;

static void G_GNUC_PRINTF (2, 3) report (Check *self, const char *format, ...)
{
  va_list list;

  va_start (list, format);
  g_ptr_array_add (self->findings, g_strdup_vprintf (format, list));
  va_end (list);
}

static void
check_line (Check *self, WgStatement *row, gint64 seq)
{
  g_autoptr (WgOperation) operation = wg_record_read_line (wg_statement_text (row, "line"), NULL);

  if (operation == NULL)
    {
      report (self, "operation %" G_GINT64_FORMAT " is no operation", seq);
      return;
    }
  if (operation->seq != seq ||
      g_strcmp0 (operation->op_id, wg_statement_text (row, "op_id")) != 0 ||
      g_strcmp0 (operation->rec, wg_statement_text (row, "rec")) != 0)
    report (self, "operation %" G_GINT64_FORMAT " says otherwise than its row", seq);
}

static gboolean
check_chain (Check *self, GError **error)
{
  WgStoreContext *context = self->context;
  gint64 seq = wg_store_get_meta_int (context, "pruned_seq");
  g_autofree char *hash = wg_outbox_get_hash (context, seq, error);
  WgStatement *row = hash ? wg_db_statement (context->db, "outbox_numbered", error) : NULL;
  g_autoptr (GError) local = NULL;

  if (row == NULL)
    return FALSE;
  while (wg_statement_next (row, &local))
    {
      char *next = wg_chain_next (hash, wg_statement_text (row, "line"), -1);

      g_free (hash);
      hash = next;
      seq++;
      if (wg_statement_int (row, "seq") != seq)
        {
          report (self, "operation %" G_GINT64_FORMAT " is missing", seq);
          seq = wg_statement_int (row, "seq");
        }
      if (g_strcmp0 (hash, wg_statement_text (row, "hash")) != 0)
        {
          report (self, "the chain is broken at operation %" G_GINT64_FORMAT, seq);
          g_free (hash);
          hash = wg_statement_dup_text (row, "hash");
        }
      check_line (self, row, seq);
    }
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static gboolean
check_rows (Check *self, GError **error)
{
  WgStoreContext *context = self->context;
  const char *const over[] = { "applied", "dismissed", "redone", NULL };
  const char *const refused[] = { "refused", "conflict", NULL };
  WgStatement *row = wg_db_statement (context->db, "outbox_all", error);
  g_autoptr (GError) local = NULL;

  if (row == NULL)
    return FALSE;
  while (wg_statement_next (row, &local))
    {
      const char *rec = wg_statement_text (row, "rec");
      const char *state = wg_statement_text (row, "state");
      WgStatement *record;

      if (rec == NULL || g_strv_contains (over, state))
        continue;
      record = wg_db_statement (context->db, "record_get", &local);
      if (record == NULL)
        break;
      wg_statement_bind_text (record, "id", rec);
      /* A refused word on what is not ours any more has lost its record, not its place in the
       * queue. */
      if (!wg_statement_next (record, &local) && local == NULL && !g_strv_contains (refused, state))
        report (self, "operation %s has no record", wg_statement_text (row, "op_id"));
      wg_statement_reset (record);
    }
  return wg_statement_end (row, &local, error);
}

/* What is stored of one event is what base and operations give. */
static gboolean
check_event (Check *self, const char *id, GError **error)
{
  WgStoreContext *context = self->context;
  g_autoptr (GError) missing = NULL;
  g_autoptr (WgEvent) event = wg_record_load_event (context, id, NULL, &missing);
  g_autofree char *body = event ? wg_wire_event_to_json (event) : NULL;
  gboolean waiting = FALSE;
  WgStatement *row;

  if (event == NULL)
    {
      report (self, "event %s has neither base nor operation: %s", id, missing->message);
      return TRUE;
    }
  row = wg_db_statement (context->db, "event_get", error);
  if (row == NULL)
    return FALSE;
  wg_statement_bind_text (row, "id", id);
  if (!wg_statement_next (row, error))
    report (self, "event %s is in no list", id);
  else
    {
      waiting = wg_statement_int (row, "n_waiting") > 0;
      if (g_strcmp0 (body, wg_statement_text (row, "body")) != 0)
        report (self, "event %s is shown otherwise than its operations say", id);
    }
  wg_statement_reset (row);
  for (gsize i = 0; waiting && event->photos && event->photos[i]; i++)
    if (!wg_attachment_store_is_whole (context, event->photos[i]))
      report (self, "photo %s of event %s cannot be opened", event->photos[i], id);
  return TRUE;
}

static gboolean
check_events (Check *self, GError **error)
{
  WgStatement *rows = wg_db_statement (self->context->db, "record_ids", error);
  g_autoptr (GPtrArray) ids = rows ? wg_record_collect_ids (rows, "id", error) : NULL;

  for (guint i = 0; ids && i < ids->len; i++)
    if (!check_event (self, g_ptr_array_index (ids, i), error))
      return FALSE;
  return ids != NULL;
}

/* What is stored of a record by table is what base and operations give. */
static gboolean
check_record (Check *self, const char *id, GError **error)
{
  WgStoreContext *context = self->context;
  g_autoptr (GError) missing = NULL;
  g_autoptr (WgRecord) record = wg_record_load (context, id, &missing);
  g_autofree char *body = record ? wg_wire_record_to_json (record) : NULL;
  WgStatement *row;

  if (record == NULL)
    {
      report (self, "record %s has neither base nor operation: %s", id, missing->message);
      return TRUE;
    }
  row = wg_db_statement (context->db, "listing_get", error);
  if (row == NULL)
    return FALSE;
  wg_statement_bind_text (row, "id", id);
  if (!wg_statement_next (row, error))
    report (self, "record %s is in no list", id);
  else if (g_strcmp0 (body, wg_statement_text (row, "body")) != 0)
    report (self, "record %s is shown otherwise than its operations say", id);
  wg_statement_reset (row);
  return TRUE;
}

static gboolean
check_conflict (Check *self, const char *id, GError **error)
{
  WgStoreContext *context = self->context;
  g_autoptr (GError) unread = NULL;
  g_autoptr (WgConflict) conflict = wg_record_load_conflict (context, id, &unread);
  g_autofree char *body = conflict ? wg_wire_conflict_to_json (conflict) : NULL;
  WgStatement *row;

  if (g_error_matches (unread, WG_STORE_ERROR, WG_STORE_ERROR_NOT_FOUND))
    return TRUE; /* about a kind of record that only a later program knows */
  if (unread)
    {
      g_propagate_error (error, g_steal_pointer (&unread));
      return FALSE;
    }
  row = wg_db_statement (context->db, "dispute_get", error);
  if (row == NULL)
    return FALSE;
  wg_statement_bind_text (row, "id", id);
  if (!wg_statement_next (row, error))
    report (self, "conflict %s is in no list", id);
  else if (g_strcmp0 (body, wg_statement_text (row, "body")) != 0)
    report (self, "conflict %s is shown otherwise than its operations say", id);
  wg_statement_reset (row);
  return TRUE;
}

static gboolean
check_kind (Check *self,
            const char *kind,
            gboolean (*check) (Check *self, const char *id, GError **error),
            GError **error)
{
  WgStatement *rows = wg_db_statement (self->context->db, "listing_ids", error);
  g_autoptr (GPtrArray) ids = NULL;

  if (rows == NULL)
    return FALSE;
  wg_statement_bind_text (rows, "kind", kind);
  ids = wg_record_collect_ids (rows, "id", error);
  for (guint i = 0; ids && i < ids->len; i++)
    if (!check (self, g_ptr_array_index (ids, i), error))
      return FALSE;
  return ids != NULL;
}

static gboolean
check_records (Check *self, GError **error)
{
  for (const WgKind *const *kind = wg_kind_list (); *kind != NULL; kind++)
    if (!check_kind (self, (*kind)->name, check_record, error))
      return FALSE;
  return check_kind (self, "conflict", check_conflict, error);
}

/**
 * wg_inbox_check:
 * @context: of the job
 * @error: return location
 *
 * Checks what must always hold: numbers without a gap, a whole chain, lines that say what their
 * rows say, a record for each operation that is not over, a base or an operation for each event,
 * stored content that is what base and operations give, photos of waiting events that open.
 *
 * Thread: the store's. Cost: reads everything.
 * Errors: of the engine.
 * Source: ux.md T02; protocol.md I3
 *
 * Returns: (transfer full) (nullable) (element-type utf8): findings, none when all is well
 */
GPtrArray *
wg_inbox_check (WgStoreContext *context, GError **error)
{
  Check self = { context, g_ptr_array_new_with_free_func (g_free) };

  if (check_chain (&self, error) && check_rows (&self, error) && check_events (&self, error) &&
      check_records (&self, error))
    return self.findings;
  g_ptr_array_unref (self.findings);
  return NULL;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The queue as the screens see it: refused, held, waiting, then what was sent in 30 days. */
#include "store/wg-outbox.h"

#include "store/wg-store-private.h"

#define SENT_DAYS 30

struct _WgOutboxItem
{
  WgItem parent_instance;
};

G_DEFINE_FINAL_TYPE (WgOutboxItem, wg_outbox_item, WG_TYPE_ITEM)

static void
free_row (gpointer content)
{
  WgOutboxRow *row = content;

  g_free (row->op_id);
  g_free (row->rec);
  g_free (row->refusal_code);
  g_free (row->refusal_field);
  g_free (row->refusal_detail);
  g_free (row->title);
  g_free (row);
}

static const char *
get_id (gconstpointer content)
{
  return ((const WgOutboxRow *) content)->op_id;
}

static void
wg_outbox_item_class_init (WgOutboxItemClass *klass)
{
  WG_ITEM_CLASS (klass)->free_content = free_row;
  WG_ITEM_CLASS (klass)->get_id = get_id;
}

static void
wg_outbox_item_init (WgOutboxItem *self)
{
}

/**
 * wg_outbox_item_get_row:
 * @self: an item
 *
 * Gives what it shows.
 *
 * Thread: the one that has it.
 * Errors: none.
 *
 * Returns: (transfer none): the row, valid until "changed"
 */
const WgOutboxRow *
wg_outbox_item_get_row (WgOutboxItem *self)
{
  return wg_item_get_content (self);
}

static WgOutboxItem *
read_item (WgStatement *s)
{
  WgOutboxRow *row = g_new0 (WgOutboxRow, 1);
  WgRefusal refusal;

  row->seq = wg_statement_int (s, "seq");
  row->op_id = wg_statement_dup_text (s, "op_id");
  row->rec = wg_statement_dup_text (s, "rec");
  if (!wg_operation_kind_from_string (wg_statement_text (s, "kind"), &row->kind, &row->record_kind))
    row->kind = WG_N_OPERATION;
  if (!wg_action_from_string (wg_statement_text (s, "action"), &row->action))
    row->action = WG_N_ACTION;
  row->level = (WgEventLevel) wg_statement_int (s, "level");
  row->truth = wg_truth_from_name (wg_statement_text (s, "state"));
  row->at_ms = wg_statement_int (s, "made_ms");
  row->hold_until_ms = wg_statement_int (s, "hold_until_ms");
  row->refusal_code = wg_statement_dup_text (s, "code");
  row->refusal_field = wg_statement_dup_text (s, "field");
  row->refusal_detail = wg_statement_dup_text (s, "detail");
  row->refusal = wg_refusal_from_string (row->refusal_code, &refusal) ? (int) refusal : -1;
  row->title = wg_statement_dup_text (s, "title");
  row->has_record = wg_statement_int (s, "here") != 0;
  row->n_photos_waiting = (guint) wg_statement_int (s, "n_photos");
  if (row->truth == WG_TRUTH_APPLIED && row->kind == WG_OPERATION_EVENT_CREATE &&
      row->n_photos_waiting > 0)
    row->truth = WG_TRUTH_NO_PHOTO;
  return wg_item_new (WG_TYPE_OUTBOX_ITEM, row);
}

static gboolean
append_rows (WgStatement *rows, GPtrArray *list, guint limit, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (rows == NULL)
    return FALSE;
  if (list->len >= limit)
    return TRUE;
  wg_statement_bind_int (rows, "limit", limit - list->len);
  while (wg_statement_next (rows, &local))
    g_ptr_array_add (list, read_item (rows));
  if (local)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  return TRUE;
}

/**
 * wg_outbox_list:
 * @context: of the job
 * @limit: how many at most
 * @error: return location
 *
 * Lists the queue: refused ones and those in conflict first, newest first; then held; then waiting
 * in the order in which they go; then what was applied or settled in 30 days, newest first.
 *
 * Thread: the store's.
 * Errors: of the engine.
 *
 * Returns: (transfer full) (nullable) (element-type WgOutboxItem): the rows
 */
GPtrArray *
wg_outbox_list (WgStoreContext *context, guint limit, GError **error)
{
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func (g_object_unref);
  WgStatement *sent;

  if (!append_rows (wg_db_statement (context->db, "outbox_list_refused", error), list, limit,
                    error) ||
      !append_rows (wg_db_statement (context->db, "outbox_list_held", error), list, limit, error) ||
      !append_rows (wg_db_statement (context->db, "outbox_list_waiting", error), list, limit,
                    error))
    return NULL;
  sent = wg_db_statement (context->db, "outbox_list_sent", error);
  if (sent == NULL)
    return NULL;
  wg_statement_bind_int (sent, "since", wg_ports_wall_ms (context->ports) - SENT_DAYS * WG_DAY_MS);
  return append_rows (sent, list, limit, error) ? g_steal_pointer (&list) : NULL;
}

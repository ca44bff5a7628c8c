/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records by table and conflicts for the screens: one, lists, search, counts. */
#include "store/wg-pinyin.h"
#include "store/wg-record-item.h"
#include "store/wg-store-private.h"
#include "wire/wg-wire-record.h"

#define BEYOND "\xf4\x8f\xbf\xbf" /* U+10FFFF: after every word that begins alike */

static gboolean
read_refusal (WgStoreContext *context, WgRecordView *view, GError **error)
{
  WgStatement *row = wg_db_statement (context->db, "event_refusal", error);
  g_autoptr (GError) local = NULL;
  WgRefusal refusal;

  if (row == NULL)
    return FALSE;
  wg_statement_bind_text (row, "rec", view->record->id);
  if (wg_statement_next (row, &local))
    {
      view->refusal_op = wg_statement_dup_text (row, "op_id");
      view->refusal_field = wg_statement_dup_text (row, "field");
      view->refusal_detail = wg_statement_dup_text (row, "detail");
      if (wg_refusal_from_string (wg_statement_text (row, "code"), &refusal))
        view->refusal = (int) refusal;
    }
  return wg_statement_end (row, &local, error);
}

static WgRecordView *
read_view (WgStoreContext *context, WgStatement *row, GError **error)
{
  g_autoptr (WgRecordView) view = g_new0 (WgRecordView, 1);
  const WgKind *kind = wg_kind_find (wg_statement_text (row, "kind"));
  WgRecord *record = wg_wire_record_from_json (kind, wg_statement_text (row, "body"), error);

  if (record == NULL)
    return NULL;
  record->id = wg_statement_dup_text (row, "id");
  record->ver = wg_statement_int (row, "ver");
  view->record = wg_record_seal (record);
  view->truth = wg_truth_from_name (wg_statement_text (row, "truth"));
  view->n_waiting = (guint) wg_statement_int (row, "n_waiting");
  view->n_conflicts = (guint) wg_statement_int (row, "n_conflicts");
  view->needs_me = wg_statement_int (row, "needs_me") != 0;
  view->refusal = -1;
  /* Whoever may choose sees that there is a question, whichever of the two values is his. */
  if (view->n_conflicts > 0 && view->truth != WG_TRUTH_REFUSED)
    view->truth = WG_TRUTH_CONFLICT;
  if (view->truth == WG_TRUTH_REFUSED && !read_refusal (context, view, error))
    return NULL;
  return g_steal_pointer (&view);
}

/**
 * wg_records_get:
 * @context: of the job
 * @id: a record by table
 * @error: return location
 *
 * Gives one record as the screens see it.
 *
 * Thread: the store's.
 * Errors: %WG_STORE_ERROR_NOT_FOUND.
 *
 * Returns: (transfer full) (nullable): the view
 */
WgRecordView *
wg_records_get (WgStoreContext *context, const char *id, GError **error)
{
  WgStatement *row = wg_db_statement (context->db, "listing_get", error);
  g_autoptr (GError) local = NULL;
  WgRecordView *view = NULL;

  if (row == NULL)
    return NULL;
  wg_statement_bind_text (row, "id", id);
  if (wg_statement_next (row, &local))
    view = read_view (context, row, &local);
  else if (local == NULL)
    g_set_error (&local, WG_STORE_ERROR, WG_STORE_ERROR_NOT_FOUND, "id: there is no record '%s'",
                 id);
  wg_statement_reset (row);
  if (local)
    g_propagate_error (error, g_steal_pointer (&local));
  return view;
}

/* What was typed, looked for within the list that was chosen. */
static WgStatement *
open_search (WgStoreContext *context, WgRecordList which, const char *text, GError **error)
{
  WgStatement *row = wg_db_statement (context->db, "listing_search", error);
  g_autofree char *to = g_strconcat (text, BEYOND, NULL);
  gboolean due = which == WG_RECORD_LIST_UNCONFIRMED;

  if (row == NULL)
    return NULL;
  wg_statement_bind_text (row, "from", text);
  wg_statement_bind_text (row, "to", to);
  wg_statement_bind_int (row, "is_open", due);
  wg_statement_bind_int (
      row, "before", due ? wg_half_year_start_ms (wg_ports_wall_ms (context->ports)) : G_MAXINT64);
  wg_statement_bind_int (row, "needs_me", which == WG_RECORD_LIST_NEEDING_ME);
  return row;
}

static WgStatement *
open_list (WgStoreContext *context, const WgRecordQuery *query, const char *text, GError **error)
{
  WgStatement *row;

  if (query->link_to != NULL)
    {
      row = wg_db_statement (context->db, "listing_linked", error);
      if (row != NULL)
        {
          wg_statement_bind_text (row, "target", query->link_to);
          wg_statement_bind_text (row, "field", query->link_field);
        }
      return row;
    }
  if (text[0] != '\0')
    return open_search (context, query->which, text, error);
  if (query->which == WG_RECORD_LIST_NEEDING_ME)
    return wg_db_statement (context->db, "listing_needing_me", error);
  if (query->which == WG_RECORD_LIST_UNCONFIRMED)
    {
      row = wg_db_statement (context->db, "listing_unconfirmed", error);
      if (row != NULL)
        wg_statement_bind_int (row, "before",
                               wg_half_year_start_ms (wg_ports_wall_ms (context->ports)));
      return row;
    }
  if (query->grid == NULL)
    return wg_db_statement (context->db, "listing_all", error);
  row = wg_db_statement (context->db, "listing_of_grid", error);
  if (row != NULL)
    wg_statement_bind_text (row, "grid", query->grid);
  return row;
}

/**
 * wg_records_list:
 * @context: of the job
 * @query: which
 * @error: return location
 *
 * Lists records of one kind: those that name another, those found by the beginning of a
 * word, of pinyin initials or of a number, or one of the lists. By index each.
 *
 * Thread: the store's.
 * Errors: of the engine.
 *
 * Returns: (transfer full) (element-type WgRecordItem) (nullable): the records
 */
GPtrArray *
wg_records_list (WgStoreContext *context, const WgRecordQuery *query, GError **error)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  g_autofree char *text = wg_pinyin_dup_query (query->text ? query->text : "");
  WgStatement *row = open_list (context, query, text, error);
  g_autoptr (GError) local = NULL;

  if (row == NULL)
    return NULL;
  wg_statement_bind_text (row, "kind", query->kind->name);
  wg_statement_bind_int (row, "limit", query->limit);
  wg_statement_bind_int (row, "offset", query->offset);
  while (wg_statement_next (row, &local))
    {
      WgRecordView *view = read_view (context, row, &local);

      if (view == NULL)
        break;
      g_ptr_array_add (items, wg_record_item_new (view));
    }
  if (!wg_statement_end (row, &local, error))
    return NULL;
  return g_steal_pointer (&items);
}

/**
 * wg_records_find_double:
 * @context: of the job
 * @record: a record, perhaps not saved yet
 * @error: return location
 *
 * Looks for another record with the same natural key on this tablet. It is for a warning:
 * both may be kept.
 *
 * Thread: the store's.
 * Errors: of the engine.
 * Source: protocol.md 2.3
 *
 * Returns: (transfer full) (nullable): its id; %NULL without error when there is none
 */
char *
wg_records_find_double (WgStoreContext *context, const WgRecord *record, GError **error)
{
  g_autofree char *key = wg_record_dup_key (record);
  WgStatement *row;

  if (key == NULL)
    return NULL;
  row = wg_db_statement (context->db, "listing_double", error);
  if (row == NULL)
    return NULL;
  wg_statement_bind_text (row, "kind", record->kind->name);
  wg_statement_bind_text (row, "natural_key", key);
  wg_statement_bind_text (row, "id", record->id ? record->id : "");
  return wg_db_take_text (row, "id", error);
}

static gboolean
count (WgStoreContext *context, const char *name, const WgKind *kind, guint *out_n, GError **error)
{
  WgStatement *row = wg_db_statement (context->db, name, error);
  gint64 n;

  if (row == NULL)
    return FALSE;
  if (kind != NULL)
    wg_statement_bind_text (row, "kind", kind->name);
  if (g_str_equal (name, "listing_count_unconfirmed"))
    wg_statement_bind_int (row, "before",
                           wg_half_year_start_ms (wg_ports_wall_ms (context->ports)));
  n = wg_db_take_int (row, "n", error);
  if (n >= 0)
    *out_n = (guint) n;
  return n >= 0;
}

/**
 * wg_records_count:
 * @context: of the job
 * @kind: kind of record
 * @out_counts: (out): the numbers
 * @error: return location
 *
 * Counts by index: those to be looked at in each half-year, those still to be in this one,
 * those that need the worker.
 *
 * Thread: the store's.
 * Errors: of the engine.
 * Source: domain.md R24
 *
 * Returns: %TRUE on success
 */
gboolean
wg_records_count (WgStoreContext *context,
                  const WgKind *kind,
                  WgRecordCounts *out_counts,
                  GError **error)
{
  WgRecordCounts counts = { 0 };

  if (!count (context, "listing_count", kind, &counts.n_open, error) ||
      !count (context, "listing_count_unconfirmed", kind, &counts.n_unconfirmed, error) ||
      !count (context, "listing_count_needing_me", kind, &counts.n_needing_me, error))
    return FALSE;
  *out_counts = counts;
  return TRUE;
}

/* --- conflicts ------------------------------------------------------------------------------- */

static WgConflictItem *
read_conflict (WgStatement *row, GError **error)
{
  WgConflict *conflict = wg_wire_conflict_from_json (wg_statement_text (row, "body"), error);

  if (conflict == NULL)
    return NULL;
  conflict->id = wg_statement_dup_text (row, "id");
  conflict->ver = wg_statement_int (row, "ver");
  return wg_conflict_item_new (conflict, wg_truth_from_name (wg_statement_text (row, "truth")));
}

static GPtrArray *
read_conflicts (WgStatement *row, GError **error)
{
  g_autoptr (GPtrArray) items = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (GError) local = NULL;

  while (wg_statement_next (row, &local))
    {
      WgConflictItem *item = read_conflict (row, &local);

      if (item == NULL)
        break;
      g_ptr_array_add (items, item);
    }
  if (!wg_statement_end (row, &local, error))
    return NULL;
  return g_steal_pointer (&items);
}

/**
 * wg_conflicts_list:
 * @context: of the job
 * @settled_too: whether those that are over are wanted as well
 * @offset: how many to leave out
 * @limit: how many at most
 * @error: return location
 *
 * Lists conflicts, newest first.
 *
 * Thread: the store's.
 * Errors: of the engine.
 *
 * Returns: (transfer full) (element-type WgConflictItem) (nullable): the conflicts
 */
GPtrArray *
wg_conflicts_list (
    WgStoreContext *context, gboolean settled_too, guint offset, guint limit, GError **error)
{
  WgStatement *row = settled_too ? wg_db_statement (context->db, "dispute_all", error)
                                 : wg_db_statement (context->db, "dispute_open", error);

  if (row == NULL)
    return NULL;
  wg_statement_bind_int (row, "limit", limit);
  wg_statement_bind_int (row, "offset", offset);
  return read_conflicts (row, error);
}

/**
 * wg_conflicts_of_record:
 * @context: of the job
 * @rec: a record
 * @error: return location
 *
 * Lists the open conflicts of one record, oldest first.
 *
 * Thread: the store's.
 * Errors: of the engine.
 *
 * Returns: (transfer full) (element-type WgConflictItem) (nullable): the conflicts
 */
GPtrArray *
wg_conflicts_of_record (WgStoreContext *context, const char *rec, GError **error)
{
  WgStatement *row = wg_db_statement (context->db, "dispute_of_record", error);

  if (row == NULL)
    return NULL;
  wg_statement_bind_text (row, "rec", rec);
  return read_conflicts (row, error);
}

/**
 * wg_conflicts_get:
 * @context: of the job
 * @id: a conflict
 * @error: return location
 *
 * Gives one conflict as the screens see it.
 *
 * Thread: the store's.
 * Errors: %WG_STORE_ERROR_NOT_FOUND.
 *
 * Returns: (transfer full) (nullable): the conflict
 */
WgConflictItem *
wg_conflicts_get (WgStoreContext *context, const char *id, GError **error)
{
  WgStatement *row = wg_db_statement (context->db, "dispute_get", error);
  g_autoptr (GError) local = NULL;
  WgConflictItem *item = NULL;

  if (row == NULL)
    return NULL;
  wg_statement_bind_text (row, "id", id);
  if (wg_statement_next (row, &local))
    item = read_conflict (row, &local);
  else if (local == NULL)
    g_set_error (&local, WG_STORE_ERROR, WG_STORE_ERROR_NOT_FOUND, "id: there is no conflict '%s'",
                 id);
  wg_statement_reset (row);
  if (local)
    g_propagate_error (error, g_steal_pointer (&local));
  return item;
}

/**
 * wg_conflicts_count:
 * @context: of the job
 * @out_open: (out): how many are open
 * @error: return location
 *
 * Counts the open conflicts by index.
 *
 * Thread: the store's.
 * Errors: of the engine.
 *
 * Returns: %TRUE on success
 */
gboolean
wg_conflicts_count (WgStoreContext *context, guint *out_open, GError **error)
{
  return count (context, "dispute_count", NULL, out_open, error);
}

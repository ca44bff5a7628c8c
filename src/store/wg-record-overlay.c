/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records by table and conflicts: what is shown is what the platform said plus what waits. */
#include "core/wg-told.h"
#include "store/wg-pinyin.h"
#include "store/wg-store-private.h"
#include "wire/wg-wire-record.h"

#define CONFLICT "conflict"

/**
 * wg_record_is_kind:
 * @kind: name of a kind
 *
 * Tells whether such rows are records by table or conflicts.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: %TRUE if so
 */
gboolean
wg_record_is_kind (const char *kind)
{
  return g_strcmp0 (kind, CONFLICT) == 0 || wg_kind_find (kind) != NULL;
}

static gboolean
check_told (const WgRecord *record, GError **error)
{
  return wg_fields_check_told (record->kind->fields, record, error);
}

/**
 * wg_record_check_row:
 * @kind: name of such a kind
 * @body: JSON text of a pull row
 * @error: return location
 *
 * Reads a row before it may take a good one's place. A conflict about a kind of record that
 * only a later program knows is kept unread, like other rows of the future.
 *
 * Thread: any.
 * Errors: %WG_WIRE_ERROR_MALFORMED; %WG_CORE_ERROR_INVALID for what no version can mean.
 *
 * Returns: %TRUE if it can be read
 */
gboolean
wg_record_check_row (const char *kind, const char *body, GError **error)
{
  g_autoptr (WgRecord) record = NULL;
  g_autoptr (WgConflict) conflict = NULL;
  g_autoptr (GError) local = NULL;

  if (!g_str_equal (kind, CONFLICT))
    record = wg_wire_record_from_json (wg_kind_find (kind), body, &local);
  else if (wg_wire_conflict_find_kind (body, &local) != NULL)
    conflict = wg_wire_conflict_from_json (body, &local);
  if (local == NULL && (record == NULL || check_told (record, &local)) &&
      (conflict == NULL ||
       (check_told (conflict->base, &local) && check_told (conflict->theirs, &local) &&
        check_told (conflict->mine, &local))))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/* --- local = base + what waits --------------------------------------------------------------- */

typedef struct
{
  gboolean exists;
  gboolean removed; /* in no scope of ours any more */
  gboolean let_go;  /* and nothing waits on it: what the platform told goes */
  gint64 ver;
  char *base;            /* JSON, or %NULL */
  GPtrArray *operations; /* of WgRecordOperation */
} Source;

static void
clear_source (Source *self)
{
  g_clear_pointer (&self->base, g_free);
  g_clear_pointer (&self->operations, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Source, clear_source)

static gboolean
is_waiting (GPtrArray *operations)
{
  for (guint i = 0; i < operations->len; i++)
    {
      const WgRecordOperation *item = g_ptr_array_index (operations, i);
      if (wg_truth_from_name (item->state) < WG_TRUTH_APPLIED)
        return TRUE;
    }
  return FALSE;
}

static gboolean
read_source (WgStoreContext *context, const char *id, Source *source, GError **error)
{
  WgStatement *row = wg_db_statement (context->db, "record_get", error);
  g_autoptr (GError) local = NULL;

  if (row == NULL)
    return FALSE;
  wg_statement_bind_text (row, "id", id);
  if (wg_statement_next (row, &local))
    {
      source->exists = TRUE;
      source->removed = wg_statement_int (row, "removed") != 0;
      source->ver = wg_statement_int (row, "ver");
      source->base = wg_statement_dup_text (row, "base");
    }
  if (!wg_statement_end (row, &local, error))
    return FALSE;
  source->operations = wg_record_operations (context, id, error);
  if (source->operations == NULL)
    return FALSE;
  source->let_go = source->removed && !is_waiting (source->operations);
  if (source->let_go)
    g_clear_pointer (&source->base, g_free);
  return TRUE;
}

/* %NULL without error: nothing is left of it. */
static WgRecord *
build_record (const Source *source, const char *id, const WgKind *kind, GError **error)
{
  g_autoptr (WgRecord) record = NULL;

  if (source->base != NULL)
    {
      record = wg_wire_record_from_json (kind, source->base, error);
      if (record == NULL)
        return NULL;
    }
  for (guint i = 0; i < source->operations->len; i++)
    {
      const WgRecordOperation *item = g_ptr_array_index (source->operations, i);
      gboolean creates = item->operation->kind == WG_OPERATION_RECORD_CREATE;

      if (!wg_record_operation_is_shown (item, source->ver) ||
          item->operation->record_kind != kind || creates != (record == NULL))
        continue;
      if (creates)
        record = wg_record_new (kind);
      wg_operation_apply_record (item->operation, record, item->operation->at_ms);
    }
  if (record != NULL)
    {
      g_set_str (&record->id, id);
      record->ver = source->ver;
    }
  return g_steal_pointer (&record);
}

static WgConflict *
build_conflict (WgStoreContext *context, const Source *source, const char *id, GError **error)
{
  WgConflict *conflict;

  if (source->base == NULL || wg_wire_conflict_find_kind (source->base, error) == NULL)
    return NULL;
  conflict = wg_wire_conflict_from_json (source->base, error);
  if (conflict == NULL)
    return NULL;
  conflict->id = g_strdup (id);
  conflict->ver = source->ver;
  for (guint i = 0; i < source->operations->len && !conflict->settled; i++)
    {
      const WgRecordOperation *item = g_ptr_array_index (source->operations, i);

      if (item->operation->kind != WG_OPERATION_CONFLICT_RESOLVE ||
          !wg_record_operation_is_shown (item, source->ver))
        continue;
      wg_operation_apply_choice (item->operation, conflict, item->operation->at_ms);
      if (conflict->settled)
        g_set_str (&conflict->settled_name, context->worker->name);
    }
  return conflict;
}

static const WgKind *
find_kind (WgStoreContext *context, const char *id, const Source *source, GError **error)
{
  WgStatement *row = wg_db_statement (context->db, "record_get", error);
  g_autofree char *name = NULL;
  const WgKind *kind;

  if (row == NULL)
    return NULL;
  wg_statement_bind_text (row, "id", id);
  name = wg_db_take_text (row, "kind", error);
  kind = wg_kind_find (name);
  if (kind == NULL && source->operations->len > 0)
    kind = ((const WgRecordOperation *) g_ptr_array_index (source->operations, 0))
               ->operation->record_kind;
  return kind;
}

/**
 * wg_record_load:
 * @context: of the job
 * @id: a record by table
 * @error: return location
 *
 * Computes what is shown of a record: what the platform said plus what waits.
 *
 * Thread: the store's.
 * Errors: %WG_STORE_ERROR_NOT_FOUND.
 *
 * Returns: (transfer full) (nullable): the record, to be edited
 */
WgRecord *
wg_record_load (WgStoreContext *context, const char *id, GError **error)
{
  g_auto (Source) source = { 0 };
  g_autoptr (GError) local = NULL;
  WgRecord *record = NULL;

  if (read_source (context, id, &source, &local))
    {
      const WgKind *kind = find_kind (context, id, &source, &local);
      record = kind != NULL && local == NULL ? build_record (&source, id, kind, &local) : NULL;
    }
  if (record == NULL && local == NULL)
    g_set_error (&local, WG_STORE_ERROR, WG_STORE_ERROR_NOT_FOUND, "id: there is no record '%s'",
                 id);
  if (local)
    g_propagate_error (error, g_steal_pointer (&local));
  return record;
}

/**
 * wg_record_load_conflict:
 * @context: of the job
 * @id: a conflict
 * @error: return location
 *
 * Computes what is shown of a conflict: a choice that waits is shown as made.
 *
 * Thread: the store's.
 * Errors: %WG_STORE_ERROR_NOT_FOUND.
 *
 * Returns: (transfer full) (nullable): the conflict
 */
WgConflict *
wg_record_load_conflict (WgStoreContext *context, const char *id, GError **error)
{
  g_auto (Source) source = { 0 };
  g_autoptr (GError) local = NULL;
  WgConflict *conflict = NULL;

  if (read_source (context, id, &source, &local))
    conflict = build_conflict (context, &source, id, &local);
  if (conflict == NULL && local == NULL)
    g_set_error (&local, WG_STORE_ERROR, WG_STORE_ERROR_NOT_FOUND, "id: there is no conflict '%s'",
                 id);
  if (local)
    g_propagate_error (error, g_steal_pointer (&local));
  return conflict;
}

/* --- index rows ------------------------------------------------------------------------------ */

static gboolean
write_words (WgStoreContext *context, const WgRecord *record, GError **error)
{
  g_autoptr (GPtrArray) words = wg_pinyin_words (record);

  if (!wg_db_run (context->db, "word_clear", error, "rec", 's', record->id, NULL))
    return FALSE;
  for (guint i = 0; i < words->len; i++)
    if (!wg_db_run (context->db, "word_add", error, "kind", 's', record->kind->name, "word", 's',
                    (const char *) g_ptr_array_index (words, i), "rec", 's', record->id, NULL))
      return FALSE;
  return TRUE;
}

static gboolean
write_links (WgStoreContext *context, const WgRecord *record, GError **error)
{
  if (!wg_db_run (context->db, "link_clear", error, "rec", 's', record->id, NULL))
    return FALSE;
  for (const WgField *field = record->kind->fields; field->name != NULL; field++)
    if (field->type == WG_FIELD_RECORD && wg_field_is_set (field, record) &&
        !wg_db_run (context->db, "link_add", error, "target", 's',
                    wg_record_get_text (record, field->name), "field", 's', field->name, "rec", 's',
                    record->id, NULL))
      return FALSE;
  return TRUE;
}

static gboolean
write_listing (WgStoreContext *context,
               const WgRecord *record,
               const Source *source,
               GError **error)
{
  WgDelivery delivery = wg_record_judge (source->operations, source->base != NULL);
  g_autofree char *title = wg_record_dup_title (record, TRUE);
  g_autofree char *words = wg_record_dup_title (record, FALSE);
  g_autofree char *sort = wg_pinyin_dup_sort (words);
  g_autofree char *key = wg_record_dup_key (record);
  const char *grid = wg_record_get_text (record, WG_FIELD_GRID);
  gboolean needs_me = delivery.truth == WG_TRUTH_REFUSED || delivery.truth == WG_TRUTH_CONFLICT;
  gboolean listed = !wg_record_get_flag (record, WG_FIELD_VOIDED) || delivery.n_waiting > 0;
  WgStatement *open = wg_db_statement (context->db, "dispute_count_of_record", error);
  gint64 n_conflicts;

  if (open == NULL)
    return FALSE;
  wg_statement_bind_text (open, "rec", record->id);
  n_conflicts = wg_db_take_int (open, "n", error);
  if (n_conflicts < 0)
    return FALSE;
  needs_me |= n_conflicts > 0;
  return wg_db_run (
      context->db, "listing_set", error, "id", 's', record->id, "kind", 's', record->kind->name,
      "grid", 's', grid ? grid : "", "title", 's', title, "sort", 's', sort, "natural_key", 's',
      key, "confirmed_ms", 'i', wg_record_get_int (record, WG_FIELD_CONFIRMED_MS), "truth", 's',
      wg_truth_to_name (delivery.truth), "n_waiting", 'i', (gint64) delivery.n_waiting,
      "n_conflicts", 'i', n_conflicts, "listed", 'i', (gint64) listed, "is_open", 'i',
      (gint64) !wg_record_is_closed (record), "needs_me", 'i', (gint64) needs_me, NULL);
}

static gboolean
is_needed (const Source *source)
{
  if (source->base != NULL && !source->removed)
    return TRUE;
  for (guint i = 0; i < source->operations->len; i++)
    {
      const WgRecordOperation *item = g_ptr_array_index (source->operations, i);
      WgTruth truth = wg_truth_from_name (item->state);

      if (source->let_go ? truth == WG_TRUTH_REFUSED || truth == WG_TRUTH_CONFLICT
                         : !wg_record_operation_is_over (item, 0))
        return TRUE;
    }
  return FALSE;
}

static gboolean
drop (WgStoreContext *context, const char *id, const Source *source, GError **error)
{
  return !source->exists || wg_db_run (context->db, "record_delete", error, "id", 's', id, NULL);
}

/* Bytes of what was let go leave the files after the transaction. */
static gboolean
note_erasure (WgStoreContext *context, const char *id, const Source *source, GError **error)
{
  return !source->let_go ||
         (wg_store_set_meta_int (context, "erase", 1, error) &&
          wg_db_run (context->db, "record_clear_base", error, "id", 's', id, NULL));
}

static gboolean
refresh_record (WgStoreContext *context,
                const char *id,
                const WgKind *kind,
                const Source *source,
                GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (WgRecord) record = build_record (source, id, kind, &local);
  g_autofree char *body = NULL;

  if (local)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  wg_store_context_touch (context, "records");
  if (!note_erasure (context, id, source, error))
    return FALSE;
  if (record == NULL || !is_needed (source))
    return drop (context, id, source, error);
  body = wg_wire_record_to_json (record);
  return wg_db_run (context->db, "record_set_body", error, "id", 's', id, "kind", 's', kind->name,
                    "body", 's', body, NULL) &&
         write_listing (context, record, source, error) && write_words (context, record, error) &&
         write_links (context, record, error);
}

/* The operation that met other values is over when its conflict is. */
static gboolean
settle (WgStoreContext *context, const Source *source, const WgConflict *conflict, GError **error)
{
  g_autoptr (WgConflict) base = wg_wire_conflict_from_json (source->base, error);

  if (base == NULL)
    return FALSE;
  if (!base->settled)
    return TRUE;
  if (!wg_db_run (context->db, "outbox_settle", error, "op_id", 's', conflict->op_id, NULL))
    return FALSE;
  if (wg_db_changes (context->db) > 0)
    wg_store_context_touch (context, "outbox");
  return TRUE;
}

static gboolean
write_dispute (WgStoreContext *context,
               const char *id,
               const Source *source,
               const WgConflict *conflict,
               GError **error)
{
  WgDelivery delivery = wg_record_judge (source->operations, TRUE);
  g_autofree char *body = wg_wire_conflict_to_json (conflict);

  return wg_db_run (context->db, "record_set_body", error, "id", 's', id, "kind", 's', CONFLICT,
                    "body", 's', body, NULL) &&
         wg_db_run (context->db, "dispute_set", error, "id", 's', id, "rec", 's', conflict->rec,
                    "title", 's', conflict->title, "opened_ms", 'i', conflict->opened_ms, "truth",
                    's', wg_truth_to_name (delivery.truth), "settled", 'i',
                    (gint64) conflict->settled, NULL) &&
         settle (context, source, conflict, error);
}

/* With the record that it is about: its row counts the open ones. */
static gboolean
refresh_conflict (WgStoreContext *context, const char *id, const Source *source, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (WgConflict) conflict = build_conflict (context, source, id, &local);

  if (local)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (conflict == NULL && source->base != NULL)
    return TRUE; /* kept unread */
  wg_store_context_touch (context, "conflicts");
  if (!note_erasure (context, id, source, error))
    return FALSE;
  if (conflict == NULL || !is_needed (source))
    {
      if (!drop (context, id, source, error))
        return FALSE;
    }
  else if (!write_dispute (context, id, source, conflict, error))
    {
      return FALSE;
    }
  return conflict == NULL || wg_record_refresh (context, conflict->rec, error);
}

/**
 * wg_record_refresh_by_table:
 * @context: of the job, in a transaction
 * @id: a record by table or a conflict
 * @kind: name of its kind
 * @error: return location
 *
 * Computes anew what is shown of it, with its index rows; drops it when nothing is left.
 *
 * Thread: the store's.
 * Errors: of the engine; %WG_STORE_ERROR_DAMAGED.
 *
 * Returns: %TRUE on success
 */
gboolean
wg_record_refresh_by_table (WgStoreContext *context,
                            const char *id,
                            const char *kind,
                            GError **error)
{
  g_auto (Source) source = { 0 };

  if (!read_source (context, id, &source, error))
    return FALSE;
  if (g_str_equal (kind, CONFLICT))
    return refresh_conflict (context, id, &source, error);
  return refresh_record (context, id, wg_kind_find (kind), &source, error);
}

static gboolean
read_unread (WgStoreContext *context, gpointer data, GError **error)
{
  WgStatement *rows = wg_db_statement (context->db, "dispute_unread", error);
  g_autoptr (GPtrArray) ids = rows ? wg_record_collect_ids (rows, "id", error) : NULL;

  return ids != NULL && wg_record_refresh_all (context, ids, error);
}

/**
 * wg_record_read_unread:
 * @context: of the job
 * @error: return location
 *
 * Looks at the conflicts that an earlier program kept unread; those that are about a kind which
 * this one knows come into the lists.
 *
 * Thread: the store's.
 * Errors: of the engine; nothing has changed then.
 *
 * Returns: %TRUE on success
 */
gboolean
wg_record_read_unread (WgStoreContext *context, GError **error)
{
  return wg_store_transact (context, read_unread, NULL, error);
}

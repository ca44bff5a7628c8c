/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records by table and conflicts in the platform's database. */
#include "server/wg-record-row.h"

#include "core/kinds/wg-kind-event.h"
#include "wire/wg-wire-record.h"

/**
 * wg_record_row_free:
 * @self: (nullable) (transfer full): a row
 *
 * Frees it.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_record_row_free (WgRecordRow *self)
{
  if (self == NULL)
    return;
  wg_record_unref (self->record);
  g_clear_pointer (&self->event, wg_event_row_free);
  g_free (self->org_code);
  g_free (self);
}

/**
 * wg_record_row_load:
 * @db: a connection in a transaction
 * @id: a record
 * @out_row: (out) (nullable): the row; %NULL when there is none
 * @error: return location
 *
 * Reads a record to be changed.
 *
 * Thread: the connection's.
 * Errors: of the database; of the wire for a damaged body.
 *
 * Returns: %TRUE unless something failed
 */
gboolean
wg_record_row_load (WgDb *db, const char *id, WgRecordRow **out_row, GError **error)
{
  WgStatement *statement = wg_db_statement (db, "record-get", error);
  g_autoptr (GError) local = NULL;

  *out_row = NULL;
  if (statement == NULL)
    return FALSE;
  wg_statement_bind_text (statement, "id", id);
  if (wg_statement_next (statement, &local))
    {
      const WgKind *kind = wg_kind_find (wg_statement_text (statement, "kind"));
      WgRecord *record =
          wg_wire_record_from_json (kind, wg_statement_text (statement, "body"), &local);
      if (record)
        {
          *out_row = g_new0 (WgRecordRow, 1);
          (*out_row)->record = record;
          (*out_row)->org_code = wg_statement_dup_text (statement, "org_code");
          record->id = g_strdup (id);
          record->ver = wg_statement_int (statement, "ver");
        }
    }
  return wg_statement_end (statement, &local, error);
}

/**
 * wg_record_row_new_event:
 * @event: (transfer full): an event's row
 *
 * Gives an event's content to what knows records: merging, history, conflicts.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): the row
 */
WgRecordRow *
wg_record_row_new_event (WgEventRow *event)
{
  WgRecordRow *self = g_new0 (WgRecordRow, 1);

  self->event = event;
  self->record = wg_event_to_record (event->event);
  self->org_code = g_strdup (event->event->org_code);
  return self;
}

/**
 * wg_record_row_load_disputed:
 * @db: a connection in a transaction
 * @kind: of the conflict
 * @id: the record or event it is about
 * @out_row: (out) (nullable): the row; %NULL when there is none
 * @error: return location
 *
 * Reads what a conflict is about, to be changed.
 *
 * Thread: the connection's.
 * Errors: of the database; of the wire for a damaged body.
 *
 * Returns: %TRUE unless something failed
 */
gboolean
wg_record_row_load_disputed (
    WgDb *db, const WgKind *kind, const char *id, WgRecordRow **out_row, GError **error)
{
  g_autoptr (GError) local = NULL;
  WgEventRow *event;

  if (kind != wg_kind_get_event ())
    return wg_record_row_load (db, id, out_row, error);
  event = wg_event_row_load (db, id, &local);
  *out_row = event ? wg_record_row_new_event (event) : NULL;
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/**
 * wg_record_row_touch:
 * @self: a row that is being changed
 * @apply: the push
 * @item: the operation
 *
 * Writes down who changed a record by table last; an event has its steps and history for it.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_record_row_touch (WgRecordRow *self, const WgApply *apply, const WgApplyItem *item)
{
  if (self->event != NULL)
    return;
  wg_record_set_text (self->record, WG_FIELD_CHANGED_BY, apply->worker);
  wg_record_set_int (self->record, WG_FIELD_CHANGED_MS, item->at_ms);
}

/* Both are kept; the later one names the earlier. */
static gboolean
find_double (WgRecordRow *self, WgDb *db, const char *key, GError **error)
{
  WgRecord *record = self->record;
  WgStatement *statement;
  g_autoptr (GError) local = NULL;
  g_autofree char *other = NULL;

  if (key)
    {
      statement = wg_db_statement (db, "record-double", error);
      if (statement == NULL)
        return FALSE;
      wg_statement_bind_text (statement, "kind", record->kind->name);
      wg_statement_bind_text (statement, "natural_key", key);
      wg_statement_bind_text (statement, "id", record->id);
      other = wg_db_take_text (statement, "id", &local);
      if (local)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
    }
  wg_record_set_text (record, WG_FIELD_DUPLICATE_OF, other);
  return TRUE;
}

static gboolean
write_row (WgRecordRow *self, WgDb *db, const char *key, gboolean is_new, GError **error)
{
  const WgRecord *record = self->record;
  g_autofree char *body = wg_wire_record_to_json (record);
  WgStatement *statement = wg_db_statement (db, is_new ? "record-add" : "record-update", error);

  if (statement == NULL)
    return FALSE;
  wg_statement_bind_text (statement, "id", record->id);
  wg_statement_bind_int (statement, "ver", record->ver);
  wg_statement_bind_text (statement, "natural_key", key);
  wg_statement_bind_int (statement, "voided", wg_record_get_flag (record, WG_FIELD_VOIDED));
  wg_statement_bind_text (statement, "body", body);
  if (is_new)
    {
      wg_statement_bind_text (statement, "kind", record->kind->name);
      wg_statement_bind_text (statement, "grid_code", wg_record_get_text (record, WG_FIELD_GRID));
      wg_statement_bind_text (statement, "org_code", self->org_code);
    }
  return wg_statement_run_one (statement, error);
}

/* The event with what its record says now. */
static gboolean
save_event (WgRecordRow *self, WgApply *apply, const WgOperation *operation, GError **error)
{
  WgEvent *event = self->event->event;

  wg_event_take_record (event, self->record, NULL);
  if (!wg_event_row_save (self->event, apply, operation, FALSE, error))
    return FALSE;
  self->record->ver = event->ver;
  return wg_apply_name_photos (apply, event->id, event->photos, error);
}

/**
 * wg_record_row_save:
 * @self: a changed row
 * @apply: the push
 * @operation: what changed it
 * @is_new: whether the record is new
 * @error: return location
 *
 * Writes the next version: row, history, feed entries.
 *
 * Thread: the connection's.
 * Errors: of the database; %WG_DB_ERROR_BUSY when the version was not the expected one.
 *
 * Returns: %TRUE on success
 */
gboolean
wg_record_row_save (WgRecordRow *self,
                    WgApply *apply,
                    const WgOperation *operation,
                    gboolean is_new,
                    GError **error)
{
  WgRecord *record = self->record;
  WgDb *db = apply->work->db;
  g_autofree char *key = NULL;
  g_autofree char *scope = NULL;

  if (self->event != NULL)
    return save_event (self, apply, operation, error);
  key = wg_record_dup_key (record);
  scope = g_strconcat ("g:", wg_record_get_text (record, WG_FIELD_GRID), NULL);
  record->ver = is_new ? 1 : record->ver + 1;
  return find_double (self, db, key, error) && write_row (self, db, key, is_new, error) &&
         wg_db_run (db, "hist-add", error, "rec", 's', record->id, "ver", 'i', record->ver, "op_id",
                    's', operation->op_id, "replica", 's', apply->replica, "seq", 'i',
                    operation->seq, NULL) &&
         wg_feed_add (apply->work->feed, scope, record->kind->name, record->id, record->ver, is_new,
                      error);
}

/**
 * wg_record_row_note:
 * @self: the row, in the version that the change led to
 * @apply: the push
 * @item: the operation
 * @field: a field
 * @verdict: what became of it, as stored
 * @written: whether the record has changed
 * @before: holds what stood there
 * @after: holds what was wanted
 * @error: return location
 *
 * Writes a change into the history, whatever became of it: what was replaced is there.
 *
 * Thread: the connection's.
 * Errors: of the database.
 * Source: protocol.md 3.11 I5
 *
 * Returns: %TRUE on success
 */
gboolean
wg_record_row_note (const WgRecordRow *self,
                    WgApply *apply,
                    const WgApplyItem *item,
                    const WgField *field,
                    const char *verdict,
                    gboolean written,
                    const WgRecord *before,
                    const WgRecord *after,
                    GError **error)
{
  g_autofree char *old_value = wg_wire_field_to_json (field, before);
  g_autofree char *new_value = wg_wire_field_to_json (field, after);

  return wg_db_run (apply->work->db, "change-add", error, "rec", 's', self->record->id, "op_id",
                    's', item->operation->op_id, "field", 's', field->name, "ver", 'i',
                    self->record->ver, "actor", 's', apply->worker, "at_ms", 'i', item->at_ms,
                    "suspect", 'i', (gint64) (item->clock != WG_CLOCK_EXACT), "verdict", 's',
                    verdict, "written", 'i', (gint64) written, "old_value", 's', old_value,
                    "new_value", 's', new_value, NULL);
}

static gboolean
find_name (WgDb *db, const char *worker, char **out_name, GError **error)
{
  WgStatement *statement = wg_db_statement (db, "worker-get", error);
  g_autoptr (GError) local = NULL;

  if (statement == NULL)
    return FALSE;
  wg_statement_bind_text (statement, "id", worker);
  *out_name = wg_db_take_text (statement, "name", &local);
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static gint64
get_made_ms (const WgRecordRow *self)
{
  return self->event ? self->event->event->reported_ms
                     : wg_record_get_int (self->record, WG_FIELD_MADE_MS);
}

static const char *
get_made_by (const WgRecordRow *self)
{
  return self->event ? self->event->event->reporter
                     : wg_record_get_text (self->record, WG_FIELD_MADE_BY);
}

/**
 * wg_record_row_find_author:
 * @self: a row
 * @db: a connection
 * @field: a field
 * @out_meta: (out): when the present value was seen
 * @out: (out): who wrote it
 * @error: return location
 *
 * Finds who wrote a value: the last change of the field, else whoever made the record or reported
 * the event.
 *
 * Thread: the connection's.
 * Errors: of the database.
 *
 * Returns: %TRUE on success
 */
gboolean
wg_record_row_find_author (const WgRecordRow *self,
                           WgDb *db,
                           const WgField *field,
                           WgMergeMeta *out_meta,
                           WgConflictField *out,
                           GError **error)
{
  WgStatement *statement = wg_db_statement (db, "change-last", error);
  g_autoptr (GError) local = NULL;

  *out_meta = (WgMergeMeta) { get_made_ms (self), FALSE };
  *out = (WgConflictField) { .field = field };
  if (statement == NULL)
    return FALSE;
  wg_statement_bind_text (statement, "rec", self->record->id);
  wg_statement_bind_text (statement, "field", field->name);
  if (wg_statement_next (statement, &local))
    {
      out->their_actor = wg_statement_dup_text (statement, "actor");
      out->their_name = wg_statement_dup_text (statement, "name");
      out_meta->at_ms = wg_statement_int (statement, "at_ms");
      out_meta->suspect = wg_statement_int (statement, "suspect") != 0;
    }
  if (!wg_statement_end (statement, &local, error))
    return FALSE;
  out->their_ms = out_meta->at_ms;
  if (out->their_actor)
    return TRUE;
  out->their_actor = g_strdup (get_made_by (self));
  return out->their_actor == NULL || find_name (db, out->their_actor, &out->their_name, error);
}

/* --- conflicts ------------------------------------------------------------------------------- */

/**
 * wg_dispute_free:
 * @self: (nullable) (transfer full): a conflict's row
 *
 * Frees it.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_dispute_free (WgDispute *self)
{
  if (self == NULL)
    return;
  wg_conflict_free (self->conflict);
  g_free (self->org_code);
  g_free (self);
}

/**
 * wg_dispute_load:
 * @db: a connection in a transaction
 * @id: a conflict
 * @out_dispute: (out) (nullable): the row; %NULL when there is none
 * @error: return location
 *
 * Reads a conflict to be changed.
 *
 * Thread: the connection's.
 * Errors: of the database; of the wire for a damaged body.
 *
 * Returns: %TRUE unless something failed
 */
gboolean
wg_dispute_load (WgDb *db, const char *id, WgDispute **out_dispute, GError **error)
{
  WgStatement *statement = wg_db_statement (db, "dispute-get", error);
  g_autoptr (GError) local = NULL;

  *out_dispute = NULL;
  if (statement == NULL)
    return FALSE;
  wg_statement_bind_text (statement, "id", id);
  if (wg_statement_next (statement, &local))
    {
      WgConflict *conflict =
          wg_wire_conflict_from_json (wg_statement_text (statement, "body"), &local);
      if (conflict)
        {
          *out_dispute = g_new0 (WgDispute, 1);
          (*out_dispute)->conflict = conflict;
          (*out_dispute)->org_code = wg_statement_dup_text (statement, "org_code");
          conflict->id = g_strdup (id);
          conflict->ver = wg_statement_int (statement, "ver");
        }
    }
  return wg_statement_end (statement, &local, error);
}

/* It goes to both authors and to the town, whoever they are by now. */
static gboolean
write_feed (const WgDispute *self, WgApply *apply, gboolean is_new, GError **error)
{
  const WgConflict *conflict = self->conflict;
  g_autoptr (GHashTable) scopes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) sorted = NULL;

  g_hash_table_add (scopes, g_strconcat ("t:", self->org_code, NULL));
  g_hash_table_add (scopes, g_strconcat ("w:", conflict->my_actor, NULL));
  for (guint i = 0; i < conflict->fields->len; i++)
    {
      const WgConflictField *item = conflict->fields->pdata[i];
      if (item->their_actor)
        g_hash_table_add (scopes, g_strconcat ("w:", item->their_actor, NULL));
    }
  sorted = g_hash_table_get_keys_as_ptr_array (scopes);
  g_ptr_array_sort_values (sorted, (GCompareFunc) g_strcmp0);
  if (!is_new && !wg_feed_bump (apply->work->feed, "conflict", conflict->id, conflict->ver, error))
    return FALSE;
  for (guint i = 0; i < sorted->len; i++)
    if (!wg_feed_add (apply->work->feed, sorted->pdata[i], "conflict", conflict->id, conflict->ver,
                      is_new, error))
      return FALSE;
  return TRUE;
}

/**
 * wg_dispute_save:
 * @self: a changed conflict
 * @apply: the push
 * @is_new: whether it is new
 * @error: return location
 *
 * Writes the next version of a conflict: row and feed entries of authors and town.
 *
 * Thread: the connection's.
 * Errors: of the database; %WG_DB_ERROR_BUSY when the version was not the expected one.
 *
 * Returns: %TRUE on success
 */
gboolean
wg_dispute_save (WgDispute *self, WgApply *apply, gboolean is_new, GError **error)
{
  WgConflict *conflict = self->conflict;
  WgDb *db = apply->work->db;
  WgStatement *statement = wg_db_statement (db, is_new ? "dispute-add" : "dispute-update", error);
  g_autofree char *body = NULL;

  if (statement == NULL)
    return FALSE;
  conflict->ver = is_new ? 1 : conflict->ver + 1;
  body = wg_wire_conflict_to_json (conflict);
  wg_statement_bind_text (statement, "id", conflict->id);
  wg_statement_bind_int (statement, "ver", conflict->ver);
  wg_statement_bind_text (statement, "body", body);
  if (is_new)
    {
      wg_statement_bind_text (statement, "rec", conflict->rec);
      wg_statement_bind_text (statement, "org_code", self->org_code);
      wg_statement_bind_int (statement, "opened_ms", conflict->opened_ms);
    }
  else if (conflict->settled)
    {
      wg_statement_bind_int (statement, "settled_ms", conflict->settled_ms);
    }
  return wg_statement_run_one (statement, error) && write_feed (self, apply, is_new, error);
}

/* Elements of a set stand beside each other; only whole values can be in question. */
static gboolean
add_field (WgConflict *conflict,
           const WgRecordRow *row,
           WgDb *db,
           const WgPatch *patch,
           const WgField *field,
           GError **error)
{
  WgMergeMeta meta;
  WgConflictField item;

  if (!wg_record_row_find_author (row, db, field, &meta, &item, error))
    return FALSE;
  wg_conflict_add_field (conflict, item);
  wg_field_copy (field, patch->from, conflict->base);
  wg_field_copy (field, row->record, conflict->theirs);
  if (wg_field_is_list (field))
    {
      g_autoptr (WgRecord) wanted = wg_record_edit (row->record);
      wg_patch_apply (patch, wanted);
      wg_field_copy (field, wanted, conflict->mine);
    }
  else
    {
      wg_field_copy (field, patch->to, conflict->mine);
    }
  return TRUE;
}

/**
 * wg_dispute_open:
 * @apply: the push
 * @item: the patch that came later
 * @row: the record
 * @patch: the patch
 * @fields: (element-type WgField): what is in question
 * @voided: whether the record was void when the patch came
 * @error: return location
 *
 * Opens a conflict. Its id is that of the operation, so that it is opened once.
 *
 * Thread: the connection's.
 * Errors: of the database.
 * Source: protocol.md 2.3
 *
 * Returns: %TRUE on success
 */
gboolean
wg_dispute_open (WgApply *apply,
                 const WgApplyItem *item,
                 const WgRecordRow *row,
                 const WgPatch *patch,
                 GPtrArray *fields,
                 gboolean voided,
                 GError **error)
{
  g_autoptr (WgDispute) dispute = g_new0 (WgDispute, 1);
  const WgRecord *record = row->record;
  WgConflict *conflict = wg_conflict_new (record->kind);

  dispute->conflict = conflict;
  dispute->org_code = g_strdup (row->org_code);
  conflict->id = g_strdup (item->operation->op_id);
  conflict->op_id = g_strdup (item->operation->op_id);
  conflict->rec = g_strdup (record->id);
  conflict->grid_code = g_strdup (row->event ? row->event->event->grid_code
                                             : wg_record_get_text (record, WG_FIELD_GRID));
  conflict->title = wg_record_dup_title (record, TRUE);
  conflict->my_actor = g_strdup (apply->worker);
  conflict->my_name = g_strdup (apply->worker_name);
  conflict->my_ms = item->at_ms;
  conflict->opened_ms = apply->work->now_ms;
  conflict->voided = voided;
  for (guint i = 0; i < fields->len; i++)
    if (!add_field (conflict, row, apply->work->db, patch, fields->pdata[i], error))
      return FALSE;
  return wg_dispute_save (dispute, apply, TRUE, error);
}

static gboolean
follow_one (
    WgApply *apply, const WgRecordRow *row, const WgRecord *before, const char *id, GError **error)
{
  g_autoptr (WgDispute) dispute = NULL;
  g_autoptr (WgRecord) theirs = NULL;
  gboolean changed = FALSE;

  if (!wg_dispute_load (apply->work->db, id, &dispute, error))
    return FALSE;
  theirs = wg_record_edit (dispute->conflict->theirs);
  for (guint i = 0; i < dispute->conflict->fields->len; i++)
    {
      WgConflictField *item = dispute->conflict->fields->pdata[i];
      WgConflictField author;
      WgMergeMeta meta;

      if (wg_field_equal (item->field, before, row->record))
        continue;
      if (!wg_record_row_find_author (row, apply->work->db, item->field, &meta, &author, error))
        return FALSE;
      g_free (item->their_actor);
      g_free (item->their_name);
      *item = author;
      wg_field_copy (item->field, row->record, theirs);
      changed = TRUE;
    }
  if (!changed)
    return TRUE;
  wg_record_unref (dispute->conflict->theirs);
  dispute->conflict->theirs = wg_record_seal (g_steal_pointer (&theirs));
  return wg_dispute_save (dispute, apply, FALSE, error);
}

/**
 * wg_dispute_follow:
 * @apply: the push
 * @row: the record as it is now
 * @before: the record as it was
 * @error: return location
 *
 * Brings the open conflicts of a record up to what stands there now: whoever chooses then
 * has seen it. None of them is closed by it.
 *
 * Thread: the connection's.
 * Errors: of the database.
 * Source: protocol.md 3.11 I14
 *
 * Returns: %TRUE on success
 */
gboolean
wg_dispute_follow (WgApply *apply, const WgRecordRow *row, const WgRecord *before, GError **error)
{
  WgStatement *statement = wg_db_statement (apply->work->db, "dispute-of-record", error);
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) local = NULL;

  if (statement == NULL)
    return FALSE;
  wg_statement_bind_text (statement, "rec", row->record->id);
  while (wg_statement_next (statement, &local))
    g_ptr_array_add (ids, wg_statement_dup_text (statement, "id"));
  if (local)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  for (guint i = 0; i < ids->len; i++)
    if (!follow_one (apply, row, before, ids->pdata[i], error))
      return FALSE;
  return TRUE;
}

/**
 * wg_dispute_follow_step:
 * @apply: the push
 * @item: a step
 * @event: the event after it, saved; borrowed
 * @before: its content before the step
 * @error: return location
 *
 * Notes what a step has changed of the content (level, class), and brings the open conflicts up to
 * it.
 *
 * Thread: the connection's.
 * Errors: of the database.
 *
 * Returns: %TRUE on success
 */
gboolean
wg_dispute_follow_step (WgApply *apply,
                        const WgApplyItem *item,
                        WgEventRow *event,
                        const WgRecord *before,
                        GError **error)
{
  g_autoptr (WgRecord) after = wg_event_to_record (event->event);
  const WgRecordRow row = { after, event->event->org_code, event };

  for (const WgField *field = after->kind->fields; field->name != NULL; field++)
    if (!(field->flags & WG_FIELD_ALONG) && !wg_field_equal (field, before, after) &&
        !wg_record_row_note (&row, apply, item, field, wg_verdict_to_string (WG_VERDICT_APPLIED),
                             TRUE, before, after, error))
      return FALSE;
  return wg_dispute_follow (apply, &row, before, error);
}

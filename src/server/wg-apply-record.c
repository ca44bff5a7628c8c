/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Operations on records by table, merging of patches, and conflicts; generic over WgKind. */
#include "core/kinds/wg-kind-event.h"
#include "db/wg-mutant.h"
#include "server/wg-audit.h"
#include "server/wg-record-row.h"
#include "server/wg-reference.h"

#define REASON_MAX 200
/* Who may read personal fields at all, and so say that they did. */
#define READERS                                                                                    \
  (WG_ROLE_WORKER | WG_ROLE_CLERK | WG_ROLE_DISPATCHER | WG_ROLE_SUPERVISOR | WG_ROLE_DISTRICT)

/* --- rights and checks ----------------------------------------------------------------------- */

/* Who may: the writers of the kind in whose scope the record lies, at the time of the act. */
static gboolean
check_right (WgApply *apply,
             const WgApplyItem *item,
             const char *grid_code,
             const char *org_code,
             guint roles,
             WgPushResult *result,
             gboolean *out_good)
{
  g_autofree char *scope = g_strconcat ("g:", grid_code, NULL);
  gboolean too_old;
  WgRole role = wg_apply_find_role (apply, grid_code, org_code, item->at_ms, &too_old);

  *out_good = FALSE;
  if (role == 0)
    return wg_apply_refuse (result, too_old ? WG_REFUSAL_TOO_OLD : WG_REFUSAL_NOT_IN_SCOPE, NULL);
  if (g_strcmp0 (item->operation->scope, scope) != 0)
    return wg_apply_refuse (result, WG_REFUSAL_NOT_IN_SCOPE, "scope");
  if (!(role & roles))
    return wg_apply_refuse (result, WG_REFUSAL_NO_RIGHT, NULL);
  *out_good = TRUE;
  return TRUE;
}

/* Loads the record of an operation; a refusal leaves @out_row %NULL. */
static gboolean
open_record (WgApply *apply,
             const WgApplyItem *item,
             guint roles,
             WgPushResult *result,
             WgRecordRow **out_row,
             GError **error)
{
  g_autoptr (WgRecordRow) row = NULL;
  gboolean good;

  if (!wg_record_row_load (apply->work->db, item->operation->rec, &row, error))
    return FALSE;
  /* The only way to name an unknown record is that its creation was refused. */
  if (row == NULL)
    return wg_apply_refuse (result, WG_REFUSAL_DEPENDS_ON_REJECTED, NULL);
  if (row->record->kind != item->operation->record_kind)
    return wg_apply_refuse (result, WG_REFUSAL_INVALID_FIELD, "kind");
  check_right (apply, item, wg_record_get_text (row->record, WG_FIELD_GRID), row->org_code, roles,
               result, &good);
  if (good)
    *out_row = g_steal_pointer (&row);
  return TRUE;
}

/* The first finding that blocks; @fields: only in these, %NULL: in all. */
static gboolean
is_sound (WgApply *apply, const WgRecord *record, GPtrArray *fields, WgPushResult *result)
{
  g_autoptr (GPtrArray) issues = wg_record_check (record, apply->work->now_ms);

  for (guint i = 0; i < issues->len; i++)
    {
      const WgIssue *issue = issues->pdata[i];
      const WgField *field = wg_kind_find_field (record->kind, issue->field);

      if (!issue->blocks || (fields && !g_ptr_array_find (fields, field, NULL)))
        continue;
      g_set_str (&result->detail, wg_issue_code_to_string (issue->code));
      wg_apply_refuse (result, WG_REFUSAL_INVALID_FIELD, issue->field);
      return FALSE;
    }
  return TRUE;
}

/* The same of a record that somebody changed: of an event all of it, as its rules join fields. */
static gboolean
check_changed (WgApply *apply,
               const WgApplyItem *item,
               const WgRecordRow *row,
               const WgRecord *changed,
               GPtrArray *fields,
               WgPushResult *result,
               gboolean *out_good,
               GError **error)
{
  g_autoptr (WgEvent) event = NULL;

  *out_good = row->event == NULL && is_sound (apply, changed, fields, result);
  if (row->event == NULL)
    return TRUE;
  event = wg_event_copy (row->event->event);
  wg_event_take_record (event, changed, NULL);
  if (event->level < WG_EVENT_LEVEL_GENERAL)
    return wg_apply_refuse (result, WG_REFUSAL_INVALID_FIELD, "level");
  return wg_apply_check_event (apply, item, event, result, out_good, error);
}

static gboolean
finish (WgPushResult *result, gint64 ver)
{
  result->kind = WG_RESULT_OK;
  result->ver = ver;
  return TRUE;
}

/* --- creation -------------------------------------------------------------------------------- */

/* Later observations are weighed against these; a clock in doubt must be known then. */
static gboolean
note_doubt (WgApply *apply, const WgApplyItem *item, const WgRecordRow *row, GError **error)
{
  g_autoptr (WgRecord) nothing = wg_record_new (row->record->kind);

  if (item->clock == WG_CLOCK_EXACT)
    return TRUE;
  for (const WgField *field = row->record->kind->fields; field->name != NULL; field++)
    if (field->conflict == WG_CONFLICT_NEWEST && wg_field_is_set (field, row->record) &&
        !wg_record_row_note (row, apply, item, field, wg_verdict_to_string (WG_VERDICT_APPLIED),
                             TRUE, nothing, row->record, error))
      return FALSE;
  return TRUE;
}

static gboolean
create (WgApply *apply, const WgApplyItem *item, WgPushResult *result, GError **error)
{
  const WgOperation *operation = item->operation;
  const WgKind *kind = operation->record_kind;
  g_autoptr (WgRecordRow) row = NULL;
  g_autoptr (GError) local = NULL;
  const char *grid_code = wg_record_get_text (operation->record, WG_FIELD_GRID);
  const WgGrid *grid;
  gboolean good;

  if (!wg_record_row_load (apply->work->db, operation->rec, &row, error))
    return FALSE;
  if (row)
    return wg_apply_refuse (result, WG_REFUSAL_DUPLICATE_RECORD, NULL);
  if (grid_code == NULL || !wg_grid_code_is_valid (grid_code))
    return wg_apply_refuse (result, WG_REFUSAL_INVALID_FIELD, WG_FIELD_GRID);
  grid = wg_reference_get_grid (apply->work->reference, apply->work->db, grid_code, &local);
  if (local)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (grid == NULL)
    return wg_apply_refuse (result, WG_REFUSAL_INVALID_FIELD, WG_FIELD_GRID);
  check_right (apply, item, grid->code, grid->org_code, kind->writers, result, &good);
  if (!good)
    return TRUE;
  row = g_new0 (WgRecordRow, 1);
  row->record = wg_record_new (kind);
  row->org_code = g_strdup (grid->org_code);
  wg_operation_apply_record (operation, row->record, item->at_ms);
  if (!is_sound (apply, row->record, NULL, result))
    return TRUE;
  return wg_record_row_save (row, apply, operation, TRUE, error) &&
         note_doubt (apply, item, row, error) && finish (result, row->record->ver);
}

/* --- patch ----------------------------------------------------------------------------------- */

/* A patch on its way into a record. */
typedef struct
{
  const WgPatch *patch;
  WgRecord *before;               /* the record as it was */
  WgRecord *merged;               /* the record as it will be */
  WgVerdict *verdicts;            /* one for each field of the patch */
  GPtrArray *written, *conflicts; /* of WgField */
  const WgField *older;           /* first that lost to a later observation */
} Merge;

static void
clear_merge (Merge *self)
{
  wg_record_unref (self->before);
  wg_record_unref (self->merged);
  g_free (self->verdicts);
  g_clear_pointer (&self->written, g_ptr_array_unref);
  g_clear_pointer (&self->conflicts, g_ptr_array_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Merge, clear_merge)

static gboolean
is_void (const WgRecordRow *row)
{
  return row->event == NULL && wg_record_get_flag (row->record, WG_FIELD_VOIDED);
}

static gboolean
merge_field (WgApply *apply,
             const WgApplyItem *item,
             const WgRecordRow *row,
             const WgPatch *patch,
             const WgField *field,
             WgRecord *scratch,
             WgVerdict *out_verdict,
             GError **error)
{
  WgMergeMeta mine = { item->at_ms, item->clock != WG_CLOCK_EXACT }, theirs = { 0 };
  WgConflictField author = { 0 };
  gboolean good = TRUE;

  if (field->conflict == WG_CONFLICT_NEWEST)
    good = wg_record_row_find_author (row, apply->work->db, field, &theirs, &author, error);
  g_free (author.their_actor);
  g_free (author.their_name);
  if (WG_MUTANT ("wall-clock-decides"))
    theirs.suspect = mine.suspect = FALSE;
  if (good)
    *out_verdict =
        wg_merge_field (field, patch->from, row->record, patch->to, &theirs, &mine, scratch);
  if (WG_MUTANT ("last-write-wins") && *out_verdict == WG_VERDICT_CONFLICT)
    {
      wg_field_copy (field, patch->to, scratch);
      *out_verdict = WG_VERDICT_APPLIED;
    }
  if (WG_MUTANT ("set-replaced") && *out_verdict == WG_VERDICT_MERGED)
    wg_field_copy (field, patch->to, scratch);
  return good;
}

/* FALSE only for faults; @out_fixed: a field that may not be changed. */
static gboolean
merge (WgApply *apply,
       const WgApplyItem *item,
       const WgRecordRow *row,
       Merge *self,
       const WgField **out_fixed,
       GError **error)
{
  const WgPatch *patch = self->patch;
  g_autoptr (WgRecord) scratch = wg_record_new (patch->kind);

  self->before = wg_record_edit (row->record);
  self->merged = wg_record_edit (row->record);
  self->verdicts = g_new0 (WgVerdict, patch->fields->len);
  self->written = g_ptr_array_new ();
  self->conflicts = g_ptr_array_new ();
  *out_fixed = NULL;
  for (guint i = 0; i < patch->fields->len; i++)
    {
      const WgField *field = patch->fields->pdata[i];
      WgVerdict verdict = WG_VERDICT_EQUAL;

      if (!merge_field (apply, item, row, patch, field, scratch, &verdict, error))
        return FALSE;
      /* A void record takes nothing: what was wanted waits for a person. */
      if (is_void (row) && wg_verdict_writes (verdict) && !WG_MUTANT ("void-takes-patch"))
        verdict = WG_VERDICT_CONFLICT;
      self->verdicts[i] = verdict;
      if (verdict == WG_VERDICT_READ_ONLY || verdict == WG_VERDICT_SETTLED)
        *out_fixed = field;
      if (verdict == WG_VERDICT_OLDER && self->older == NULL)
        self->older = field;
      if (verdict == WG_VERDICT_CONFLICT)
        g_ptr_array_add (self->conflicts, (gpointer) field);
      if (!wg_verdict_writes (verdict))
        continue;
      wg_field_copy (field, scratch, self->merged);
      g_ptr_array_add (self->written, (gpointer) field);
    }
  return TRUE;
}

static gboolean
note_all (WgApply *apply,
          const WgApplyItem *item,
          const WgRecordRow *row,
          const Merge *self,
          GError **error)
{
  const WgPatch *patch = self->patch;

  for (guint i = 0; i < patch->fields->len; i++)
    {
      const WgField *field = patch->fields->pdata[i];
      gboolean written = wg_verdict_writes (self->verdicts[i]);

      if (self->verdicts[i] != WG_VERDICT_EQUAL &&
          !wg_record_row_note (row, apply, item, field, wg_verdict_to_string (self->verdicts[i]),
                               written, self->before, written ? self->merged : patch->to, error))
        return FALSE;
    }
  return TRUE;
}

static gboolean
write_merge (WgApply *apply, const WgApplyItem *item, WgRecordRow *row, Merge *self, GError **error)
{
  gboolean voided = is_void (row);

  if (self->written->len > 0)
    {
      wg_record_unref (row->record);
      row->record = wg_record_edit (self->merged);
      wg_record_row_touch (row, apply, item);
      if (!wg_record_row_save (row, apply, item->operation, FALSE, error))
        return FALSE;
    }
  if (!note_all (apply, item, row, self, error) ||
      (self->written->len > 0 && !WG_MUTANT ("conflict-stands-still") &&
       !wg_dispute_follow (apply, row, self->before, error)))
    return FALSE;
  return self->conflicts->len == 0 || WG_MUTANT ("conflict-not-kept") ||
         wg_dispute_open (apply, item, row, self->patch, self->conflicts, voided, error);
}

/**
 * wg_apply_merge:
 * @apply: the push
 * @item: the operation
 * @row: what it changes
 * @patch: the change, which its author may make
 * @result: (inout): what became of it
 * @error: return location
 *
 * Merges a patch field by field. What would replace a value that its author did not see opens a
 * conflict; what is left is checked and written.
 *
 * Thread: the connection's.
 * Errors: faults of our own; a refusal is a result.
 * Source: protocol.md 2.3
 *
 * Returns: %TRUE when there is a result
 */
gboolean
wg_apply_merge (WgApply *apply,
                const WgApplyItem *item,
                WgRecordRow *row,
                const WgPatch *patch,
                WgPushResult *result,
                GError **error)
{
  g_autoptr (WgDispute) known = NULL;
  g_auto (Merge) self = { .patch = patch };
  const WgField *fixed;
  gboolean good;

  /* The same operation under another number opened its conflict already. */
  if (!wg_dispute_load (apply->work->db, item->operation->op_id, &known, error))
    return FALSE;
  if (known)
    {
      result->kind = WG_RESULT_CONFLICT;
      result->ver = row->record->ver;
      return TRUE;
    }
  if (!merge (apply, item, row, &self, &fixed, error))
    return FALSE;
  if (fixed)
    return wg_apply_refuse (result, WG_REFUSAL_FIELD_READ_ONLY, fixed->name);
  if (!check_changed (apply, item, row, self.merged, self.written, result, &good, error))
    return FALSE;
  if (!good)
    return TRUE;
  if (!write_merge (apply, item, row, &self, error))
    return FALSE;
  finish (result, row->record->ver);
  if (self.conflicts->len > 0)
    result->kind = WG_RESULT_CONFLICT;
  if (self.conflicts->len > 0)
    g_set_str (&result->field, ((const WgField *) self.conflicts->pdata[0])->name);
  else if (self.older)
    g_set_str (&result->field, self.older->name);
  return TRUE;
}

static gboolean
patch (WgApply *apply, const WgApplyItem *item, WgPushResult *result, GError **error)
{
  g_autoptr (WgRecordRow) row = NULL;

  if (!open_record (apply, item, item->operation->record_kind->writers, result, &row, error))
    return FALSE;
  return row == NULL || wg_apply_merge (apply, item, row, item->operation->patch, result, error);
}

/* --- void, confirm, reveal ------------------------------------------------------------------- */

static gboolean
has_reason (const WgOperation *operation)
{
  return operation->opinion && operation->opinion[0] != '\0' &&
         wg_text_is_clean (operation->opinion, FALSE) &&
         g_utf8_strlen (operation->opinion, -1) <= REASON_MAX;
}

static gboolean
mark (WgApply *apply, const WgApplyItem *item, WgPushResult *result, GError **error)
{
  const WgOperation *operation = item->operation;
  gboolean voids = operation->kind == WG_OPERATION_RECORD_VOID;
  g_autoptr (WgRecordRow) row = NULL;

  if (!open_record (apply, item, operation->record_kind->writers, result, &row, error))
    return FALSE;
  if (row == NULL)
    return TRUE;
  if (voids && !has_reason (operation))
    return wg_apply_refuse (result, WG_REFUSAL_INVALID_FIELD, "reason");
  if (wg_record_get_flag (row->record, WG_FIELD_VOIDED))
    return voids ? finish (result, row->record->ver)
                 : wg_apply_refuse (result, WG_REFUSAL_RECORD_VOID, NULL);
  wg_operation_apply_record (operation, row->record, item->at_ms);
  return wg_record_row_save (row, apply, operation, FALSE, error) &&
         finish (result, row->record->ver);
}

static gboolean
reveal (WgApply *apply, const WgApplyItem *item, WgPushResult *result, GError **error)
{
  const WgOperation *operation = item->operation;
  g_autoptr (WgRecordRow) row = NULL;
  g_autofree char *names = g_strjoinv (" ", operation->fields);
  g_autofree char *detail = NULL;

  if (!open_record (apply, item, READERS, result, &row, error))
    return FALSE;
  if (row == NULL)
    return TRUE;
  if (!has_reason (operation))
    return wg_apply_refuse (result, WG_REFUSAL_INVALID_FIELD, "reason");
  for (char **name = operation->fields; *name; name++)
    if (wg_kind_find_field (row->record->kind, *name) == NULL)
      return wg_apply_refuse (result, WG_REFUSAL_INVALID_FIELD, "fields");
  detail = g_strconcat (names, ": ", operation->opinion, NULL);
  return wg_audit_add (apply->work, apply->worker, "reveal", operation->rec, detail, error) &&
         finish (result, row->record->ver);
}

/**
 * wg_apply_record:
 * @apply: the push
 * @item: an operation on a record by table
 * @result: (inout): what became of it
 * @error: return location
 *
 * Applies one operation: rights at the time of the act, the fields checked again, a patch
 * merged field by field. What is kept back opens a conflict.
 *
 * Thread: the connection's.
 * Errors: faults of our own; a refusal is a result.
 * Source: protocol.md 2.3, 3.4
 *
 * Returns: %TRUE when there is a result
 */
gboolean
wg_apply_record (WgApply *apply, const WgApplyItem *item, WgPushResult *result, GError **error)
{
  if (item->operation->kind == WG_OPERATION_RECORD_CREATE)
    return create (apply, item, result, error);
  if (item->operation->kind == WG_OPERATION_RECORD_PATCH)
    return patch (apply, item, result, error);
  if (item->operation->kind == WG_OPERATION_RECORD_REVEAL)
    return reveal (apply, item, result, error);
  return mark (apply, item, result, error);
}

/* --- conflicts ------------------------------------------------------------------------------- */

/* Either author while there is any right, or whoever receives events for the town: the sub-centre.
 */
static gboolean
may_choose (WgApply *apply, const WgApplyItem *item, const WgDispute *dispute)
{
  const WgConflict *conflict = dispute->conflict;
  gboolean too_old;
  WgRole role;

  if (!wg_apply_is_assigned (apply, item->at_ms))
    return FALSE;
  if (g_strcmp0 (conflict->my_actor, apply->worker) == 0)
    return TRUE;
  for (guint i = 0; i < conflict->fields->len; i++)
    if (g_strcmp0 (((const WgConflictField *) conflict->fields->pdata[i])->their_actor,
                   apply->worker) == 0)
      return TRUE;
  role = wg_apply_find_role (apply, conflict->grid_code, dispute->org_code, item->at_ms, &too_old);
  return (role & (WG_ROLE_CLERK | WG_ROLE_DISPATCHER | WG_ROLE_DISTRICT)) != 0;
}

/* A choice for each field in question and for no other. */
static gboolean
is_complete (const WgOperation *operation, const WgConflict *conflict)
{
  guint n = g_strv_length (operation->fields);

  for (guint i = 0; i < n; i++)
    if (wg_conflict_find_field (conflict, operation->fields[i]) == NULL)
      return FALSE;
  return n == conflict->fields->len;
}

/* Takes the chosen values in; @out_fields: those that changed. */
static void
take_choices (const WgConflict *conflict, WgRecord *record, GPtrArray *out_fields)
{
  for (guint i = 0; i < conflict->fields->len; i++)
    {
      const WgConflictField *item = conflict->fields->pdata[i];

      if (item->choice != WG_CHOICE_MINE || wg_field_equal (item->field, conflict->mine, record))
        continue;
      wg_field_copy (item->field, conflict->mine, record);
      g_ptr_array_add (out_fields, (gpointer) item->field);
    }
}

static gboolean
write_choices (WgApply *apply,
               const WgApplyItem *item,
               const WgDispute *dispute,
               WgRecordRow *row,
               GPtrArray *fields,
               const WgRecord *before,
               GError **error)
{
  WgRecord *record = row->record;

  if (fields->len == 0)
    return TRUE;
  if (dispute->conflict->voided && is_void (row))
    {
      wg_record_set_flag (record, WG_FIELD_VOIDED, FALSE);
      wg_record_set_text (record, WG_FIELD_VOID_REASON, NULL);
    }
  wg_record_row_touch (row, apply, item);
  if (!wg_record_row_save (row, apply, item->operation, FALSE, error))
    return FALSE;
  for (guint i = 0; i < fields->len; i++)
    if (!wg_record_row_note (row, apply, item, fields->pdata[i], "resolved", TRUE, before, record,
                             error))
      return FALSE;
  return wg_dispute_follow (apply, row, before, error);
}

static gboolean
settle (WgApply *apply,
        const WgApplyItem *item,
        WgDispute *dispute,
        WgRecordRow *row,
        WgPushResult *result,
        GError **error)
{
  const WgOperation *operation = item->operation;
  WgConflict *conflict = dispute->conflict;
  g_autoptr (WgRecord) before = wg_record_edit (row->record);
  g_autoptr (GPtrArray) fields = g_ptr_array_new ();
  gboolean good = TRUE;

  wg_operation_apply_choice (operation, conflict, item->at_ms);
  g_set_str (&conflict->settled_name, apply->worker_name);
  take_choices (conflict, row->record, fields);
  /* What stands may always stay; of an accepted event nothing else may. */
  if (fields->len > 0 && row->event && !wg_apply_is_open (row->event->event, result))
    return TRUE;
  if (fields->len > 0 &&
      !check_changed (apply, item, row, row->record, fields, result, &good, error))
    return FALSE;
  if (!good)
    return TRUE;
  /* Settled first: what follows the record are the conflicts that are still open. */
  return wg_dispute_save (dispute, apply, FALSE, error) &&
         write_choices (apply, item, dispute, row, fields, before, error) &&
         wg_db_run (apply->work->db, "hist-add", error, "rec", 's', conflict->id, "ver", 'i',
                    conflict->ver, "op_id", 's', operation->op_id, "replica", 's', apply->replica,
                    "seq", 'i', operation->seq, NULL) &&
         finish (result, conflict->ver);
}

/**
 * wg_apply_resolve:
 * @apply: the push
 * @item: a choice
 * @result: (inout): what became of it
 * @error: return location
 *
 * Settles a conflict by the choice of either author or of the sub-centre, made on the
 * version that stands now.
 *
 * Thread: the connection's.
 * Errors: faults of our own; a refusal is a result.
 * Source: protocol.md 2.3, 4.3
 *
 * Returns: %TRUE when there is a result
 */
gboolean
wg_apply_resolve (WgApply *apply, const WgApplyItem *item, WgPushResult *result, GError **error)
{
  const WgOperation *operation = item->operation;
  g_autoptr (WgDispute) dispute = NULL;
  g_autoptr (WgRecordRow) row = NULL;

  if (!wg_dispute_load (apply->work->db, operation->rec, &dispute, error))
    return FALSE;
  if (dispute == NULL)
    return wg_apply_refuse (result, WG_REFUSAL_DEPENDS_ON_REJECTED, NULL);
  if (!may_choose (apply, item, dispute))
    return wg_apply_refuse (result, WG_REFUSAL_NO_RIGHT, NULL);
  if ((dispute->conflict->settled || dispute->conflict->ver != operation->expect_ver) &&
      !WG_MUTANT ("stale-choice-taken"))
    return wg_apply_refuse (result, WG_REFUSAL_STALE_STATE, NULL);
  if (!is_complete (operation, dispute->conflict))
    return wg_apply_refuse (result, WG_REFUSAL_INVALID_FIELD, "choose");
  if (!wg_record_row_load_disputed (apply->work->db, dispute->conflict->kind,
                                    dispute->conflict->rec, &row, error))
    return FALSE;
  if (row == NULL)
    return wg_apply_refuse (result, WG_REFUSAL_DEPENDS_ON_REJECTED, NULL);
  return settle (apply, item, dispute, row, result, error);
}

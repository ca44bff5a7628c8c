/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One operation: who may, when it was, what is new; creation of events. */
#include "server/wg-apply.h"

#include <math.h>

#include "core/wg-chain.h"
#include "core/wg-geo.h"
#include "core/wg-id.h"
#include "db/wg-mutant.h"
#include "server/wg-audit.h"
#include "server/wg-event-row.h"
#include "server/wg-record-row.h"
#include "server/wg-reference.h"

/* An operation made before a move is taken this long after it. */
#define MOVE_GRACE_MS (14 * WG_DAY_MS)
/* More than this between the device's clock and ours is written on the record. */
#define SHIFT_LIMIT_MS (10 * 60000)
#define PHOTOS_MAX 20

static void
free_assignment (gpointer data)
{
  WgAssignment *assignment = data;

  g_free (assignment->scope);
  g_free (assignment);
}

static gboolean
load_assignments (WgApply *apply, GError **error)
{
  WgStatement *statement = wg_db_statement (apply->work->db, "assign-all", error);
  g_autoptr (GError) local = NULL;

  if (statement == NULL)
    return FALSE;
  wg_statement_bind_text (statement, "worker", apply->worker);
  while (wg_statement_next (statement, &local))
    {
      WgAssignment *assignment = g_new0 (WgAssignment, 1);
      assignment->scope = wg_statement_dup_text (statement, "scope");
      wg_role_from_string (wg_statement_text (statement, "role"), &assignment->role);
      assignment->from_ms = wg_statement_int (statement, "from_ms");
      assignment->to_ms = wg_statement_int (statement, "to_ms");
      g_ptr_array_add (apply->assignments, assignment);
    }
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/* A read to come: which statement, of which id. */
typedef struct
{
  const char *statement, *id;
} Read;

static int
compare_reads (gconstpointer a, gconstpointer b)
{
  const Read *one = a, *other = b;
  int order = g_strcmp0 (one->id, other->id);

  return order != 0 ? order : g_strcmp0 (one->statement, other->statement);
}

static void
add_reads (GArray *reads, const WgOperation *operation)
{
  const char *own = wg_operation_is_record (operation->kind)           ? "record-get"
                    : operation->kind == WG_OPERATION_CONFLICT_RESOLVE ? "dispute-get"
                                                                       : "event-get";
  const Read all[] = {
    { own, operation->rec },
    { "event-get", operation->duplicate_of },
    { "event-get", operation->event ? operation->event->duplicate_of : NULL },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (all); i++)
    if (all[i].id)
      g_array_append_val (reads, all[i]);
}

/* Records that are written or looked at, each once, in order. */
static void
announce_records (WgDb *db, GPtrArray *operations)
{
  g_autoptr (GArray) reads = g_array_new (FALSE, FALSE, sizeof (Read));
  const Read *last = NULL;

  for (guint i = 0; i < operations->len; i++)
    add_reads (reads, operations->pdata[i]);
  g_array_sort (reads, compare_reads);
  for (guint i = 0; i < reads->len; i++)
    {
      const Read *next = &g_array_index (reads, Read, i);
      if (last == NULL || compare_reads (last, next) != 0)
        wg_db_ahead (db, next->statement, "id", 's', next->id, NULL);
      last = next;
    }
}

/**
 * wg_apply_announce:
 * @db: a connection in a transaction
 * @worker: who sends
 * @operations: (element-type WgOperation): what will be applied
 *
 * Announces the reads of all operations, see wg_db_ahead(): every read of a record that may be
 * locked stands here, in one order for all transactions.
 *
 * Thread: the connection's.
 * Errors: told when something is read.
 * Source: protocol.md 6.3 "statement phases"
 */
void
wg_apply_announce (WgDb *db, const char *worker, GPtrArray *operations)
{
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);

  announce_records (db, operations);
  wg_db_ahead (db, "worker-get", "id", 's', worker, NULL);
  wg_db_ahead (db, "assign-all", "worker", 's', worker, NULL);
  for (guint i = 0; i < operations->len; i++)
    {
      const WgOperation *operation = operations->pdata[i];
      /* A name that came before in this push is looked up when that has been applied. */
      if (g_hash_table_add (names, operation->op_id) && operation->rec &&
          operation->kind != WG_OPERATION_EVENT_CREATE)
        wg_db_ahead (db, "hist-of-op", "rec", 's', operation->rec, "op_id", 's', operation->op_id,
                     NULL);
    }
}

/**
 * wg_apply_begin:
 * @apply: with work, replica, worker and the clocks of the push set
 * @error: return location
 *
 * Reads what is the same for all operations of a push: the worker's name and assignments.
 *
 * Thread: the connection's.
 * Errors: of the database.
 *
 * Returns: %TRUE on success; call wg_apply_end() in either case
 */
gboolean
wg_apply_begin (WgApply *apply, GError **error)
{
  WgStatement *statement = wg_db_statement (apply->work->db, "worker-get", error);
  g_autoptr (GError) local = NULL;

  apply->assignments = g_ptr_array_new_with_free_func (free_assignment);
  if (statement == NULL)
    return FALSE;
  wg_statement_bind_text (statement, "id", apply->worker);
  apply->worker_name = wg_db_take_text (statement, "name", &local);
  if (local)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  return load_assignments (apply, error);
}

/**
 * wg_apply_end:
 * @apply: a push
 *
 * Lets go of what wg_apply_begin() read.
 *
 * Thread: the connection's.
 * Errors: none.
 */
void
wg_apply_end (WgApply *apply)
{
  g_clear_pointer (&apply->assignments, g_ptr_array_unref);
  g_clear_pointer (&apply->worker_name, g_free);
}

/**
 * wg_clock_to_string:
 * @clock: how far a time can be trusted
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer none): what is stored
 */
const char *
wg_clock_to_string (WgClock clock)
{
  static const char *const names[] = { "exact", "estimated", "suspect" };

  return names[clock];
}

/**
 * wg_apply_correct_time:
 * @apply: the push with the terminal's clocks
 * @item: (inout): an operation; its time and trust are set
 *
 * Finds when the operation was made by our clock. In the same boot the boot clocks tell it to the
 * latency, whatever the wall clock says. Else the wall clock's error of now is taken off, which
 * is an estimate, and the wall clock itself when a file was carried; a day's error, or a clock that
 * ran backwards, makes it suspect.
 *
 * Thread: any.
 * Errors: none.
 * Source: protocol.md 2.7
 */
void
wg_apply_correct_time (WgApply *apply, WgApplyItem *item)
{
  const WgOperation *operation = item->operation;
  gint64 now_ms = apply->work->now_ms;
  gint64 skew_ms = apply->carried ? 0 : now_ms - apply->push_wall_ms;
  gint64 age_ms = apply->push_mono_ms - operation->mono_ms;

  if (!apply->carried && operation->boot && g_strcmp0 (operation->boot, apply->push_boot) == 0 &&
      age_ms >= 0 && operation->mono_ms >= 0)
    {
      item->at_ms = now_ms - age_ms;
      item->clock = WG_CLOCK_EXACT;
    }
  else
    {
      gboolean suspect = ABS (skew_ms) > WG_DAY_MS || operation->at_ms < apply->last_at_ms;
      item->at_ms = operation->at_ms + skew_ms;
      item->clock = suspect || item->at_ms > now_ms ? WG_CLOCK_SUSPECT : WG_CLOCK_ESTIMATED;
      item->at_ms = CLAMP (item->at_ms, 0, now_ms);
    }
  apply->last_at_ms = operation->at_ms;
}

/**
 * wg_apply_refuse:
 * @result: the answer to an operation
 * @refusal: why
 * @field: (nullable): the culprit
 *
 * Makes the answer a refusal.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: %TRUE, so that it can be returned: a refusal is no fault
 */
gboolean
wg_apply_refuse (WgPushResult *result, WgRefusal refusal, const char *field)
{
  result->kind = WG_RESULT_REJECTED;
  result->refusal = refusal;
  g_set_str (&result->code, wg_refusal_to_string (refusal));
  g_set_str (&result->field, field);
  return TRUE;
}

static gboolean
covers (const WgApply *apply,
        const WgAssignment *assignment,
        const char *grid_code,
        const char *org_code)
{
  const char *scope = assignment->scope;

  if (WG_MUTANT ("right-unchecked"))
    return TRUE;
  if (g_str_has_prefix (scope, "g:"))
    return g_strcmp0 (scope + 2, grid_code) == 0;
  if (g_str_has_prefix (scope, "t:"))
    return g_strcmp0 (scope + 2, org_code) == 0;
  /* The district's own people work on all of it; a department's only on what is dispatched to it,
   * which no step does yet. */
  return g_str_has_prefix (scope, "o:") && assignment->role != WG_ROLE_HANDLER &&
         g_strcmp0 (scope + 2, apply->work->platform->district) == 0;
}

/**
 * wg_apply_find_role:
 * @apply: the push
 * @grid_code: of the event
 * @org_code: its town
 * @at_ms: when the operation was made
 * @out_too_old: (out): whether there was such an assignment, but it ended too long ago
 *
 * Tells in which role the worker could touch the event at that time. What was made before a
 * move is taken for 14 days after it.
 *
 * Thread: any.
 * Errors: none.
 * Source: protocol.md 2.5, 4.3
 *
 * Returns: the role, 0 when none
 */
WgRole
wg_apply_find_role (WgApply *apply,
                    const char *grid_code,
                    const char *org_code,
                    gint64 at_ms,
                    gboolean *out_too_old)
{
  *out_too_old = FALSE;
  for (guint i = 0; i < apply->assignments->len; i++)
    {
      const WgAssignment *assignment = apply->assignments->pdata[i];
      if (!covers (apply, assignment, grid_code, org_code) || at_ms < assignment->from_ms ||
          at_ms >= assignment->to_ms)
        continue;
      if (apply->work->now_ms - MOVE_GRACE_MS < assignment->to_ms)
        return assignment->role;
      *out_too_old = TRUE;
    }
  return 0;
}

/**
 * wg_apply_is_assigned:
 * @apply: the push
 * @at_ms: when the operation was made
 *
 * Tells whether the worker had any right at all at that time, with the days of grace after it.
 *
 * Thread: any.
 * Errors: none.
 * Source: protocol.md 2.5
 *
 * Returns: %TRUE if so
 */
gboolean
wg_apply_is_assigned (WgApply *apply, gint64 at_ms)
{
  for (guint i = 0; i < apply->assignments->len; i++)
    {
      const WgAssignment *assignment = apply->assignments->pdata[i];
      if (at_ms >= assignment->from_ms && at_ms < assignment->to_ms &&
          apply->work->now_ms - MOVE_GRACE_MS < assignment->to_ms)
        return TRUE;
    }
  return FALSE;
}

/**
 * wg_apply_name_photos:
 * @apply: the push
 * @rec: the record
 * @photos: (nullable): hashes
 * @error: return location
 *
 * Notes which photos the record names, so that this replica may send them and those who see the
 * record may fetch them.
 *
 * Thread: the connection's.
 * Errors: of the database.
 *
 * Returns: %TRUE on success
 */
gboolean
wg_apply_name_photos (WgApply *apply, const char *rec, char **photos, GError **error)
{
  for (gsize i = 0; photos && photos[i]; i++)
    if (!wg_db_run (apply->work->db, "blob-ref-add", error, "sha", 's', photos[i], "rec", 's', rec,
                    "replica", 's', apply->replica, NULL))
      return FALSE;
  return TRUE;
}

static gboolean
check_photos (char **photos)
{
  guint n = photos ? g_strv_length (photos) : 0;

  if (n > PHOTOS_MAX)
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (!wg_chain_is_hash (photos[i]))
      return FALSE;
  return TRUE;
}

static gboolean
find_event (WgDb *db, const char *id, gboolean *out_found, GError **error)
{
  g_autoptr (GError) local = NULL;
  WgStatement *statement = wg_db_statement (db, "event-get", error);

  if (statement == NULL)
    return FALSE;
  wg_statement_bind_text (statement, "id", id);
  *out_found = wg_db_take_int (statement, "ver", &local) > 0;
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/* A class of a version we know, valid when the event happened or was told; retired later is right.
 * Not wg_standard_check_event(): that one asks for the time of the report alone, for the form can
 * still be mended, and warns. By it an event saved before its class was retired would be refused
 * for ever; by this one the form would let a retired class through. */
static gboolean
check_class (WgApply *apply,
             const WgApplyItem *item,
             const WgEvent *event,
             const char **out_field,
             WgIssueCode *out_issue,
             GError **error)
{
  g_autoptr (GError) local = NULL;
  const WgEventClass *row =
      wg_event_row_find_class (apply, event->class_std, event->class_code, &local);

  if (local)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  *out_issue = WG_ISSUE_UNKNOWN_CODE;
  if (row == NULL || row->parent == NULL)
    *out_field = "class_code";
  else if (!wg_event_class_is_active (row, item->at_ms) &&
           !wg_event_class_is_active (row, event->occurred_ms))
    *out_field = "class_code";
  /* Upwards anybody may err on the safe side; only "daily" must be meant for the class. */
  else if (event->level == WG_EVENT_LEVEL_DAILY && !(row->levels & 1u << event->level))
    {
      *out_field = "level";
      *out_issue = WG_ISSUE_RANGE;
    }
  return TRUE;
}

/**
 * wg_apply_check_event:
 * @apply: the push
 * @item: the operation
 * @event: the content as it would be after it
 * @result: (inout): the answer; a refusal is written into it
 * @out_good: (out): whether the content may stand
 * @error: return location
 *
 * Checks the content once more, as if the terminal had not: fields, class, level, photos, the
 * event it is attached to. Only what would corrupt or deceive keeps it out. The detail of a refusal
 * is a msgid: the terminal says it in its own language.
 *
 * Thread: the connection's.
 * Errors: of the database.
 * Source: domain.md 5.1; design.md 2, 15
 *
 * Returns: %FALSE only for faults of our own
 */
gboolean
wg_apply_check_event (WgApply *apply,
                      const WgApplyItem *item,
                      const WgEvent *event,
                      WgPushResult *result,
                      gboolean *out_good,
                      GError **error)
{
  g_autoptr (GPtrArray) issues = wg_event_check (event, item->at_ms);
  WgIssueCode code = WG_ISSUE_MALFORMED;
  const char *field = NULL;
  gboolean found = TRUE;

  *out_good = FALSE;
  for (guint i = 0; i < issues->len; i++)
    {
      const WgIssue *issue = issues->pdata[i];
      if (!issue->blocks)
        continue;
      g_set_str (&result->detail, wg_issue_code_to_string (issue->code));
      return wg_apply_refuse (result, WG_REFUSAL_INVALID_FIELD, issue->field);
    }
  if (!check_class (apply, item, event, &field, &code, error))
    return FALSE;
  if (field)
    g_set_str (&result->detail, wg_issue_code_to_string (code));
  if (field == NULL && !check_photos (event->photos))
    field = "photos";
  if (field == NULL && event->duplicate_of)
    {
      if (!find_event (apply->work->db, event->duplicate_of, &found, error))
        return FALSE;
      if (!found)
        field = "duplicate_of";
    }
  if (field)
    return wg_apply_refuse (result, WG_REFUSAL_INVALID_FIELD, field);
  *out_good = TRUE;
  return TRUE;
}

/* A wrong clock is mended on the record, and said. The claim stays in the operation's line. */
static void
mend_times (const WgApplyItem *item, WgEvent *event)
{
  gint64 shift_ms = item->at_ms - item->operation->at_ms;

  event->clock_suspect = item->clock == WG_CLOCK_SUSPECT || ABS (shift_ms) > WG_DAY_MS;
  if (ABS (shift_ms) <= SHIFT_LIMIT_MS)
    return;
  event->reported_ms = item->at_ms;
  if (event->occurred_ms > 0)
    event->occurred_ms = MAX (1, event->occurred_ms + shift_ms);
  if (event->fix_ms > 0)
    event->fix_ms = MAX (1, event->fix_ms + shift_ms);
}

static void
flag_place (WgEventRow *row, const WgGrid *grid)
{
  const WgEvent *event = row->event;

  if (!isnan (event->lon) && grid->boundary &&
      !wg_polygon_contains (grid->boundary, (WgPoint) { event->lon, event->lat }))
    wg_event_row_flag (row, "outside-grid");
  if (event->fix_mock)
    wg_event_row_flag (row, "mock-place");
}

/* Decides, steps and writes a checked new event. */
static gboolean
write_event (WgApply *apply,
             const WgApplyItem *item,
             WgEventRow *row,
             WgRole role,
             WgPushResult *result,
             GError **error)
{
  WgEvent *event = row->event;
  g_autoptr (GError) refused = NULL;
  WgStepRequest request = {
    .action = event->duplicate_of ? WG_ACTION_ATTACH : WG_ACTION_REPORT,
    .role = role,
    .actor = apply->worker,
    .expect_state = -1,
    .expect_step_no = -1,
    .duplicate_of = event->duplicate_of,
  };
  const WgTransition *transition = wg_workflow_decide (event, &request, &refused);

  if (transition == NULL)
    return wg_apply_refuse_step (result, refused, event);
  event->received_ms = apply->work->now_ms;
  if (!wg_event_row_step (row, apply, item, transition, &request, error) ||
      !wg_event_row_set_due (row, apply, request.action, error) ||
      !wg_event_row_save (row, apply, item->operation, TRUE, error) ||
      !wg_apply_name_photos (apply, event->id, event->photos, error))
    return FALSE;
  result->kind = WG_RESULT_OK;
  result->ver = event->ver;
  return TRUE;
}

/* Under another name a terminal sends a line with another number and no other difference. */
static gboolean
is_same_line (const char *one, const char *other)
{
  static const char member[] = "\"seq\":";
  const char *in_one = strstr (one, member), *in_other = strstr (other, member);

  if (WG_MUTANT ("twin-taken-for-same"))
    return TRUE;
  return in_one && in_other && in_one - one == in_other - other &&
         strncmp (one, other, (gsize) (in_one - one)) == 0 &&
         g_strcmp0 (strchr (in_one, ','), strchr (in_other, ',')) == 0;
}

/**
 * wg_apply_find_applied:
 * @apply: the push
 * @item: an operation
 * @result: (inout): the answer; unchanged when it was not applied
 * @out_found: (out): whether it was
 * @error: return location
 *
 * Looks for the same operation under another number: a terminal that was given a new replica sends
 * again. An event that was mended before it was sent, on one of two copies of a tablet, comes from
 * both of them under one name with unlike content: the later one is refused, so that its author
 * sees it.
 *
 * Thread: the writer's.
 * Errors: of the database.
 * Source: protocol.md 2.9
 *
 * Returns: %TRUE on success, found or not
 */
gboolean
wg_apply_find_applied (WgApply *apply,
                       const WgApplyItem *item,
                       WgPushResult *result,
                       gboolean *out_found,
                       GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autofree char *line = NULL;
  WgStatement *statement = wg_db_statement (apply->work->db, "hist-of-op", error);
  gint64 ver = 0;

  if (statement == NULL)
    return FALSE;
  wg_statement_bind_text (statement, "rec", item->operation->rec);
  wg_statement_bind_text (statement, "op_id", item->operation->op_id);
  if (wg_statement_next (statement, &local))
    {
      ver = wg_statement_int (statement, "ver");
      line = wg_statement_dup_text (statement, "line");
    }
  if (!wg_statement_end (statement, &local, error))
    return FALSE;
  *out_found = ver > 0;
  if (!*out_found)
    return TRUE;
  if (line && !is_same_line (line, item->line))
    return wg_apply_refuse (result, WG_REFUSAL_DUPLICATE_RECORD, NULL);
  result->kind = WG_RESULT_OK;
  result->ver = ver;
  return TRUE;
}

static gboolean
create_event (WgApply *apply, const WgApplyItem *item, WgPushResult *result, GError **error)
{
  const WgOperation *operation = item->operation;
  g_autoptr (WgEventRow) row = wg_event_row_new (wg_event_copy (operation->event));
  WgEvent *event = row->event;
  g_autoptr (GError) local = NULL;
  const WgGrid *grid;
  gboolean found, good, too_old;
  WgRole role;

  if (!find_event (apply->work->db, operation->rec, &found, error))
    return FALSE;
  /* Only what there is can have come before. */
  if (found)
    return wg_apply_find_applied (apply, item, result, &found, error) &&
           (found || wg_apply_refuse (result, WG_REFUSAL_DUPLICATE_RECORD, NULL));
  if (event->grid_code == NULL || !wg_grid_code_is_valid (event->grid_code))
    return wg_apply_refuse (result, WG_REFUSAL_INVALID_FIELD, "grid_code");
  grid = wg_reference_get_grid (apply->work->reference, apply->work->db, event->grid_code, &local);
  if (local)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (grid == NULL)
    return wg_apply_refuse (result, WG_REFUSAL_INVALID_FIELD, "grid_code");
  role = wg_apply_find_role (apply, grid->code, grid->org_code, item->at_ms, &too_old);
  if (role == 0 || !g_str_has_prefix (operation->scope, "g:") ||
      g_strcmp0 (operation->scope + 2, grid->code) != 0)
    return wg_apply_refuse (result, too_old ? WG_REFUSAL_TOO_OLD : WG_REFUSAL_NOT_IN_SCOPE, NULL);
  g_set_str (&event->id, operation->rec);
  g_set_str (&event->org_code, grid->org_code);
  g_clear_pointer (&event->reporter, g_free);
  mend_times (item, event);
  if (!wg_apply_check_event (apply, item, event, result, &good, error))
    return FALSE;
  if (!good)
    return TRUE;
  flag_place (row, grid);
  return write_event (apply, item, row, role, result, error);
}

/**
 * wg_apply_operation:
 * @apply: the push
 * @item: an operation with its corrected time
 * @result: (inout): the answer; refused already when the line was not understood
 * @error: return location
 *
 * Checks, decides and applies one operation. A refusal is a result and changes nothing.
 *
 * Thread: the connection's.
 * Errors: of the database.
 * Source: protocol.md 3.4
 *
 * Returns: %FALSE only for faults of our own
 */
gboolean
wg_apply_operation (WgApply *apply, const WgApplyItem *item, WgPushResult *result, GError **error)
{
  const WgOperation *operation = item->operation;
  gboolean found;

  if (result->kind == WG_RESULT_REJECTED)
    return TRUE;
  if (g_strcmp0 (operation->actor, apply->worker) != 0)
    return wg_apply_refuse (result, WG_REFUSAL_NO_RIGHT, "actor");
  if (operation->kind == WG_OPERATION_SCOPE_DROPPED)
    {
      result->kind = WG_RESULT_OK;
      return wg_audit_add (apply->work, apply->worker, "scope-dropped", operation->scope,
                           apply->replica, error);
    }
  if (operation->kind == WG_OPERATION_EVENT_CREATE)
    return create_event (apply, item, result, error);
  if (!wg_apply_find_applied (apply, item, result, &found, error))
    return FALSE;
  if (found)
    return TRUE;
  switch (operation->kind)
    {
    case WG_OPERATION_EVENT_PATCH:
      return wg_apply_patch (apply, item, result, error);
    case WG_OPERATION_EVENT_STEP:
      return wg_apply_step (apply, item, result, error);
    case WG_OPERATION_RECORD_CREATE:
    case WG_OPERATION_RECORD_PATCH:
    case WG_OPERATION_RECORD_VOID:
    case WG_OPERATION_RECORD_CONFIRM:
    case WG_OPERATION_RECORD_REVEAL:
      return wg_apply_record (apply, item, result, error);
    case WG_OPERATION_CONFLICT_RESOLVE:
      return wg_apply_resolve (apply, item, result, error);
    case WG_OPERATION_EVENT_CREATE:
    case WG_OPERATION_SCOPE_DROPPED:
    case WG_N_OPERATION:
    default:
      return wg_apply_refuse (result, WG_REFUSAL_UNKNOWN_KIND, "kind");
    }
}

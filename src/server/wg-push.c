/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A push: prepared outside of the writer, applied inside its transaction, answered after the
 * commit. */
#include "server/wg-push.h"

#include "core/wg-chain.h"
#include "db/wg-mutant.h"
#include "server/wg-apply.h"
#include "server/wg-refused.h"
#include "server/wg-server-error.h"
#include "wire/wg-wire-operation.h"

/* How many operations a terminal may put into its next push. */
#define MAX_OPS 200

typedef struct
{
  WgOperation *operation;
  int refusal; /* −1: understood */
  char *field;
} Line;

struct _WgPushJob
{
  WgPush *push;
  char *worker;
  GPtrArray *lines; /* of Line */
  gboolean carried;
  WgPushAnswer *answer;
  WgProblem *problem;
};

/* The row of the replica as the transaction found it. */
typedef struct
{
  gint64 last_seq, durable_seq, last_at_ms;
  char *last_hash;
  char *worker;
  gboolean moved; /* goes on from another one */
} Replica;

static void
free_line (gpointer data)
{
  Line *line = data;

  wg_operation_free (line->operation);
  g_free (line->field);
  g_free (line);
}

/**
 * wg_push_job_new:
 * @push: (transfer full): the push, framing, chain and signature checked
 * @worker: who sends it, by the token
 * @error: return location
 *
 * Does everything that needs no database.
 *
 * Thread: any.
 * Errors: of the wire layer: a line is none of ours, the whole push is refused.
 *
 * Returns: (transfer full) (nullable): the job
 */
WgPushJob *
wg_push_job_new (WgPush *push, const char *worker, GError **error)
{
  g_autoptr (WgPushJob) self = g_new0 (WgPushJob, 1);

  self->push = push;
  self->worker = g_strdup (worker);
  self->lines = g_ptr_array_new_with_free_func (free_line);
  for (guint i = 0; i < push->lines->len; i++)
    {
      const char *text = push->lines->pdata[i];
      Line *line = g_new0 (Line, 1);
      g_ptr_array_add (self->lines, line);
      line->refusal = -1;
      if (!wg_wire_operation_from_line (text, (gssize) strlen (text), &line->operation,
                                        &line->refusal, &line->field, error))
        return NULL;
    }
  return g_steal_pointer (&self);
}

/**
 * wg_push_job_set_carried:
 * @self: a job
 *
 * Says that the push came in a file: its clock readings are of the moment when that was written, so
 * they tell nothing of ours.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_push_job_set_carried (WgPushJob *self)
{
  self->carried = TRUE;
}

/**
 * wg_push_job_free:
 * @self: (nullable): a job
 *
 * Lets go of it.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_push_job_free (WgPushJob *self)
{
  if (self == NULL)
    return;
  wg_push_free (self->push);
  g_free (self->worker);
  g_clear_pointer (&self->lines, g_ptr_array_unref);
  g_clear_pointer (&self->answer, wg_push_answer_free);
  g_clear_pointer (&self->problem, wg_problem_free);
  g_free (self);
}

/**
 * wg_push_job_get_answer:
 * @self: a job that was run
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer none) (nullable): the answer; %NULL when there is a problem
 */
const WgPushAnswer *
wg_push_job_get_answer (const WgPushJob *self)
{
  return self->answer;
}

/**
 * wg_push_job_get_problem:
 * @self: a job that was run
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer none) (nullable): why the push as a whole had no effect
 */
const WgProblem *
wg_push_job_get_problem (const WgPushJob *self)
{
  return self->problem;
}

static void
clear_replica (Replica *replica)
{
  g_free (replica->last_hash);
  g_free (replica->worker);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Replica, clear_replica)

static gboolean
load_replica (WgDb *db, const char *id, Replica *out, GError **error)
{
  WgStatement *statement = wg_db_statement (db, "replica-get", error);

  if (statement == NULL)
    return FALSE;
  wg_statement_bind_text (statement, "id", id);
  if (!wg_statement_next (statement, error))
    return FALSE;
  out->last_seq = wg_statement_int (statement, "last_seq");
  out->durable_seq = wg_statement_int (statement, "durable_seq");
  out->last_at_ms = wg_statement_int (statement, "last_at_ms");
  out->last_hash = wg_statement_dup_text (statement, "last_hash");
  out->worker = wg_statement_dup_text (statement, "worker");
  out->moved = !wg_statement_is_null (statement, "moved_from");
  wg_statement_reset (statement);
  return TRUE;
}

static gboolean
refuse (WgPushJob *self, const WgWork *work, const Replica *replica, const char *name)
{
  WgProblem *problem = wg_problem_new (409, name, NULL);

  problem->last_seq = replica->last_seq;
  problem->last_hash = g_strdup (replica->last_hash);
  problem->epoch = g_strdup (work->platform->epoch);
  if (g_strcmp0 (name, "gap") == 0)
    problem->expected = replica->last_seq + 1;
  self->problem = problem;
  return TRUE;
}

/* What the platform holds under a number: hash and answer. */
static gboolean
load_operation (WgDb *db,
                const char *replica,
                gint64 seq,
                char **out_hash,
                WgPushResult **out_result,
                GError **error)
{
  WgStatement *statement = wg_db_statement (db, "op-get", error);
  g_autofree char *hash = NULL;

  if (statement == NULL)
    return FALSE;
  wg_statement_bind_text (statement, "replica", replica);
  wg_statement_bind_int (statement, "seq", seq);
  if (!wg_statement_next (statement, error))
    {
      if (error == NULL || *error == NULL)
        g_set_error (error, WG_SERVER_ERROR, WG_SERVER_ERROR_FAILED,
                     "operation %" G_GINT64_FORMAT " of replica '%s' is missing", seq, replica);
      return FALSE;
    }
  hash = wg_statement_dup_text (statement, "hash");
  if (out_result)
    *out_result = wg_wire_push_result_from_json (wg_statement_text (statement, "result"), error);
  wg_statement_reset (statement);
  if (out_result && *out_result == NULL)
    return FALSE;
  *out_hash = g_steal_pointer (&hash);
  return TRUE;
}

/* Whether the push continues, or repeats, exactly what we have. */
static gboolean
check_chain (
    WgPushJob *self, WgWork *work, const Replica *replica, gboolean *out_good, GError **error)
{
  const WgPush *push = self->push;
  g_autofree char *before = NULL;

  *out_good = FALSE;
  if (g_strcmp0 (push->epoch, work->platform->epoch) != 0)
    return refuse (self, work, replica, "epoch-changed");
  if (push->first > replica->last_seq + 1)
    return refuse (self, work, replica, "gap");
  if (push->first == 1)
    before = g_strdup (WG_CHAIN_START);
  else if (push->first == replica->last_seq + 1)
    before = g_strdup (replica->last_hash);
  else if (!load_operation (work->db, push->replica, push->first - 1, &before, NULL, error))
    return FALSE;
  if (g_strcmp0 (before, push->previous) != 0)
    return refuse (self, work, replica, "replica-forked");
  *out_good = TRUE;
  return TRUE;
}

/* Answers a known line from what was stored; the same number with other bytes is a fork. */
static gboolean
repeat_line (WgPushJob *self,
             WgWork *work,
             const Replica *replica,
             guint i,
             gboolean *out_good,
             GError **error)
{
  g_autofree char *hash = NULL;
  WgPushResult *result = NULL;

  if (!load_operation (work->db, self->push->replica, self->push->first + i, &hash, &result, error))
    return FALSE;
  if (WG_MUTANT ("repeat-says-ok"))
    result->kind = WG_RESULT_OK;
  g_ptr_array_add (self->answer->results, result);
  *out_good = g_strcmp0 (hash, wg_push_get_hash (self->push, i)) == 0;
  return *out_good || refuse (self, work, replica, "replica-forked");
}

static gboolean
store_line (WgPushJob *self,
            WgWork *work,
            guint i,
            const WgApplyItem *item,
            const WgPushResult *result,
            GError **error)
{
  const Line *line = self->lines->pdata[i];
  g_autofree char *json = wg_wire_push_result_to_json (result);
  const char *kind =
      line->operation->kind < WG_N_OPERATION
          ? wg_operation_kind_to_string (line->operation->kind, line->operation->record_kind)
          : "unknown";

  return wg_db_run (
      work->db, "op-add", error, "replica", 's', self->push->replica, "seq", 'i',
      self->push->first + i, "op_id", 's', line->operation->op_id, "kind", 's', kind, "rec", 's',
      line->operation->rec, "line", 's', (const char *) self->push->lines->pdata[i], "hash", 's',
      wg_push_get_hash (self->push, i), "result", 's', json, "received_ms", 'i', work->now_ms,
      "at_ms", 'i', item->at_ms, "clock", 's', wg_clock_to_string (item->clock), NULL);
}

/* What its author may not mend any more is the sub-centre's; what mends an older one settles it. */
static gboolean
note_refused (WgPushJob *self, WgApply *apply, guint i, const WgPushResult *result, GError **error)
{
  const WgOperation *operation = ((const Line *) self->lines->pdata[i])->operation;

  if (result->kind == WG_RESULT_REJECTED)
    return (result->refusal != WG_REFUSAL_TOO_OLD && result->refusal != WG_REFUSAL_NOT_IN_SCOPE &&
            result->refusal != WG_REFUSAL_NO_RIGHT) ||
           wg_refused_add (apply, operation, self->push->first + i, result->code, error);
  return operation->redo_of == NULL ||
         wg_db_run (apply->work->db, "refused-settle", error, "now_ms", 'i', apply->work->now_ms,
                    "actor", 's', apply->worker, "op_id", 's', operation->redo_of, NULL);
}

/* What became of an operation under a replica before this one; %NULL without @error: it is new. */
static WgPushResult *
find_moved (WgDb *db, const char *replica, const WgOperation *operation, GError **error)
{
  WgStatement *statement = wg_db_statement (db, "moved-result", error);
  g_autofree char *json = NULL;
  g_autoptr (GError) local = NULL;

  if (statement == NULL)
    return NULL;
  wg_statement_bind_text (statement, "replica", replica);
  wg_statement_bind_text (statement, "op_id", operation->op_id);
  json = wg_db_take_text (statement, "result", &local);
  if (local)
    g_propagate_error (error, g_steal_pointer (&local));
  return json ? wg_wire_push_result_from_json (json, error) : NULL;
}

/* Whether it was applied with another content, by another copy of the tablet. */
static gboolean
is_another (WgApply *apply, const WgApplyItem *item, gboolean *out_another, GError **error)
{
  g_autoptr (WgPushResult) result = wg_push_result_new (0);
  gboolean found;

  *out_another = FALSE;
  if (!wg_apply_find_applied (apply, item, result, &found, error))
    return FALSE;
  *out_another = found && result->kind == WG_RESULT_REJECTED;
  return TRUE;
}

/* Kept in the log of this replica, answered as it was, and nothing else. */
static gboolean
repeat_moved (WgPushJob *self,
              WgApply *apply,
              guint i,
              const WgApplyItem *item,
              gboolean *out_done,
              GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (WgPushResult) result =
                find_moved (apply->work->db, self->push->replica, item->operation, &local);
  WgPushResult *told = result;
  gboolean another = FALSE;

  *out_done = FALSE;
  if (local)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (result && result->kind != WG_RESULT_REJECTED && !is_another (apply, item, &another, error))
    return FALSE;
  if (result == NULL || another)
    return TRUE;
  *out_done = TRUE;
  result->seq = self->push->first + i;
  g_ptr_array_add (self->answer->results, g_steal_pointer (&result));
  return store_line (self, apply->work, i, item, told, error);
}

static gboolean
apply_line (WgPushJob *self, WgApply *apply, const Replica *replica, guint i, GError **error)
{
  const Line *line = self->lines->pdata[i];
  WgApplyItem item = { .operation = line->operation, .line = self->push->lines->pdata[i] };
  WgPushResult *result;
  gboolean done = FALSE;

  wg_apply_correct_time (apply, &item);
  if (replica->moved && !repeat_moved (self, apply, i, &item, &done, error))
    return FALSE;
  if (done)
    return TRUE;
  result = wg_push_result_new (self->push->first + i);
  g_ptr_array_add (self->answer->results, result);
  if (line->refusal >= 0)
    wg_apply_refuse (result, line->refusal, line->field);
  return wg_apply_operation (apply, &item, result, error) &&
         store_line (self, apply->work, i, &item, result, error) &&
         note_refused (self, apply, i, result, error);
}

static gboolean
apply_new (WgPushJob *self, WgWork *work, const Replica *replica, guint from, GError **error)
{
  WgApply apply = {
    .work = work,
    .replica = self->push->replica,
    .worker = self->worker,
    .push_wall_ms = self->push->now_ms,
    .push_boot = self->push->boot,
    .push_mono_ms = self->push->mono_ms,
    .last_at_ms = replica->last_at_ms,
    .carried = self->carried,
  };
  gboolean good = wg_apply_begin (&apply, error);

  for (guint i = from; good && i < self->lines->len; i++)
    good = apply_line (self, &apply, replica, i, error);
  wg_apply_end (&apply);
  return good && wg_db_run (work->db, "replica-advance", error, "id", 's', self->push->replica,
                            "last_seq", 'i', self->push->first + self->lines->len - 1, "last_hash",
                            's', wg_push_get_hash (self->push, self->lines->len - 1), "last_at_ms",
                            'i', apply.last_at_ms, "seen_ms", 'i', work->now_ms, NULL);
}

static gboolean
run_lines (WgPushJob *self, WgWork *work, const Replica *replica, GError **error)
{
  gint64 n_known = WG_MUTANT ("no-dedup")
                       ? 0
                       : CLAMP (replica->last_seq - self->push->first + 1, 0, self->lines->len);
  gboolean good = TRUE;

  self->answer = wg_push_answer_new ();
  self->answer->epoch = g_strdup (work->platform->epoch);
  self->answer->durable_seq = replica->durable_seq;
  self->answer->max_ops = MAX_OPS;
  for (guint i = 0; i < n_known; i++)
    {
      if (!repeat_line (self, work, replica, i, &good, error))
        return FALSE;
      if (!good)
        {
          g_clear_pointer (&self->answer, wg_push_answer_free);
          return TRUE;
        }
    }
  if (n_known == self->lines->len)
    {
      self->answer->last_seq = replica->last_seq;
      self->answer->last_hash = g_strdup (replica->last_hash);
      return TRUE;
    }
  self->answer->last_seq = self->push->first + self->lines->len - 1;
  self->answer->last_hash = g_strdup (wg_push_get_hash (self->push, self->lines->len - 1));
  return apply_new (self, work, replica, (guint) n_known, error);
}

/* Says beforehand what will be read, so that it comes in one round trip; records in the order of
 * their ids, so that two pushes never wait for each other. */
static void
announce (const WgPushJob *self, const WgWork *work)
{
  g_autoptr (GPtrArray) operations = NULL;

  if (!wg_db_is_shared (work->db))
    return;
  operations = g_ptr_array_new ();
  for (guint i = 0; i < self->lines->len; i++)
    g_ptr_array_add (operations, ((const Line *) self->lines->pdata[i])->operation);
  wg_db_ahead (work->db, "replica-get", "id", 's', self->push->replica, NULL);
  wg_apply_announce (work->db, self->worker, operations);
}

/**
 * wg_push_job_run:
 * @work: the transaction
 * @data: a WgPushJob
 * @error: return location
 *
 * Answers known operations from what is stored, applies the new ones in order, stores each with
 * its answer. May be run again after a fault.
 *
 * Thread: the connection's.
 * Errors: of the database.
 * Source: protocol.md 3.4
 *
 * Returns: %TRUE when there is an answer or a problem to send once the transaction is committed
 */
gboolean
wg_push_job_run (WgWork *work, gpointer data, GError **error)
{
  WgPushJob *self = data;
  g_auto (Replica) replica = { 0 };
  g_autoptr (GError) local = NULL;
  gboolean good;

  g_clear_pointer (&self->answer, wg_push_answer_free);
  g_clear_pointer (&self->problem, wg_problem_free);
  announce (self, work);
  if (!load_replica (work->db, self->push->replica, &replica, &local))
    {
      if (local)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      self->problem = wg_problem_new (404, "unknown-replica", NULL);
      return TRUE;
    }
  if (g_strcmp0 (replica.worker, self->worker) != 0)
    {
      self->problem = wg_problem_new (403, "no-right", "replica");
      return TRUE;
    }
  if (!check_chain (self, work, &replica, &good, error))
    return FALSE;
  return !good || run_lines (self, work, &replica, error);
}

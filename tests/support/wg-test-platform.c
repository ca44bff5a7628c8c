/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A small platform in memory: exact about numbers and chain, and generous about rights. */
#include <string.h>

#include "core/wg-chain.h"
#include "core/wg-id.h"
#include "support/wg-test-store.h"
#include "wire/wg-crypto.h"
#include "wire/wg-wire-event.h"
#include "wire/wg-wire-operation.h"
#include "wire/wg-wire-record.h"
#include "wire/wg-wire-ref.h"

/**
 * wg_test_platform_new:
 *
 * Makes an empty platform in the timeline of wg_test_identity_new().
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): it
 */
WgTestPlatform *
wg_test_platform_new (void)
{
  WgTestPlatform *self = g_new0 (WgTestPlatform, 1);

  self->epoch = g_strdup ("sample-epoch-1");
  self->last_hash = g_strdup (WG_CHAIN_START);
  self->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) wg_pull_row_free);
  self->events =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) wg_event_free);
  self->records =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) wg_record_unref);
  self->op_ids = g_ptr_array_new_with_free_func (g_free);
  self->results = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free,
                                         (GDestroyNotify) wg_push_result_free);
  self->refuse = WG_N_REFUSAL;
  return self;
}

/**
 * wg_test_platform_free:
 * @self: (transfer full): a platform
 *
 * Frees it.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_test_platform_free (WgTestPlatform *self)
{
  g_free (self->epoch);
  g_free (self->last_hash);
  g_ptr_array_unref (self->rows);
  g_hash_table_unref (self->events);
  g_hash_table_unref (self->records);
  g_ptr_array_unref (self->op_ids);
  g_hash_table_unref (self->results);
  g_free (self);
}

/**
 * wg_test_platform_put:
 * @self: a platform
 * @scope: of the row
 * @kind: of the row
 * @id: of the record
 * @ver: of the record
 * @body: (transfer full) (nullable): JSON; %NULL: gone
 *
 * Puts a row into the change feed, in place of an older one.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer none): the row
 */
WgPullRow *
wg_test_platform_put (WgTestPlatform *self,
                      const char *scope,
                      const char *kind,
                      const char *id,
                      gint64 ver,
                      char *body)
{
  WgPullRow *row = wg_pull_row_new ();

  for (guint i = 0; i < self->rows->len; i++)
    {
      WgPullRow *old = g_ptr_array_index (self->rows, i);
      if (g_str_equal (old->id, id) && g_str_equal (old->scope, scope))
        {
          g_ptr_array_remove_index (self->rows, i);
          break;
        }
    }
  row->scope = g_strdup (scope);
  row->kind = g_strdup (kind);
  row->id = g_strdup (id);
  row->ver = ver;
  row->number = ++self->number;
  row->gone = body == NULL;
  row->body = body;
  g_ptr_array_add (self->rows, row);
  return row;
}

/**
 * wg_test_platform_put_event:
 * @self: a platform
 * @event: with id and version
 * @steps: (nullable) (element-type WgEventStep): its steps
 *
 * Holds an event and tells it in the scope of its grid.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_test_platform_put_event (WgTestPlatform *self, const WgEvent *event, GPtrArray *steps)
{
  g_autofree char *scope = g_strconcat ("g:", event->grid_code, NULL);
  WgEvent *copy = wg_event_copy (event);

  wg_test_platform_put (self, scope, "event", event->id, event->ver,
                        wg_wire_event_row_to_json (event, steps));
  g_hash_table_replace (self->events, g_strdup (event->id), copy);
}

/**
 * wg_test_platform_step:
 * @self: a platform
 * @id: an event it holds
 * @action: what an office does
 * @opinion: (nullable): words
 * @value: (nullable): new level or class
 *
 * Does a step of an office.
 *
 * Thread: any.
 * Errors: none; an impossible step ends the test.
 */
void
wg_test_platform_step (
    WgTestPlatform *self, const char *id, WgAction action, const char *opinion, const char *value)
{
  g_autoptr (WgEvent) event = wg_event_copy (g_hash_table_lookup (self->events, id));
  g_autoptr (WgOperation) operation = wg_operation_new (WG_OPERATION_EVENT_STEP);
  g_autoptr (GPtrArray) steps = g_ptr_array_new_with_free_func ((GDestroyNotify) wg_event_step_free);
  g_autoptr (GError) error = NULL;
  WgEventStep *step = wg_event_step_new ();

  step->event_id = g_strdup (id);
  step->seq = event->step_no + 1;
  step->action = action;
  step->actor = g_strdup ("c0001");
  step->actor_role = WG_ROLE_CLERK;
  step->at_ms = WG_TEST_NOW_MS;
  step->from_state = event->state;
  step->opinion = g_strdup (opinion);
  operation->action = action;
  operation->opinion = g_strdup (opinion);
  operation->new_value = g_strdup (value);
  wg_operation_apply (operation, event, &error);
  g_assert_no_error (error);
  step->to_state = event->state;
  g_ptr_array_add (steps, step);
  event->ver++;
  wg_test_platform_put_event (self, event, steps);
}

/**
 * wg_test_platform_add_reference:
 * @self: a platform
 *
 * Tells one unit, one grid, the worker and the starter table of event classes.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_test_platform_add_reference (WgTestPlatform *self)
{
  const WgPoint corners[] = {
    { 118.49, 37.42 }, { 118.52, 37.42 }, { 118.52, 37.45 }, { 118.49, 37.45 }
  };
  g_autofree char *csv = wg_test_standard_csv ();
  g_autoptr (WgOrg) org = wg_org_new ();
  g_autoptr (WgGrid) grid = wg_grid_new ();
  g_autoptr (WgWorker) worker = wg_worker_new ();

  org->code = g_strdup ("370502001");
  org->name = g_strdup ("样本街道");
  org->kind = 3;
  org->phone = g_strdup ("0546-0000000");
  wg_test_platform_put (self, WG_TEST_REF, "org", "org:370502001", 1, wg_wire_org_to_json (org));
  grid->code = g_strdup (WG_TEST_GRID);
  grid->name = g_strdup ("样本一网格");
  grid->kind = WG_GRID_CITY;
  grid->org_code = g_strdup ("370502001");
  grid->boundary = wg_polygon_new (corners, G_N_ELEMENTS (corners));
  wg_test_platform_put (self, WG_TEST_REF, "grid", "grid:" WG_TEST_GRID, 1,
                        wg_wire_grid_to_json (grid));
  worker->id = g_strdup (WG_TEST_WORKER);
  worker->name = g_strdup ("样本甲");
  worker->role = WG_ROLE_WORKER;
  worker->org_code = g_strdup ("370502001");
  worker->grid_code = g_strdup (WG_TEST_GRID);
  wg_test_platform_put (self, WG_TEST_REF, "worker", "worker:" WG_TEST_WORKER, 1,
                        wg_wire_worker_to_json (worker));
  wg_test_platform_put (self, WG_TEST_REF, "standard", "standard:1", 1, wg_wire_text_to_json (csv));
}

/* --- push ------------------------------------------------------------------------------------ */

/* As if nobody else ever wrote. */
static gboolean
apply_to_record (WgTestPlatform *self, const WgOperation *operation, gint64 *out_ver)
{
  WgRecord *known = g_hash_table_lookup (self->records, operation->rec);
  WgRecord *record;

  if ((known == NULL) != (operation->kind == WG_OPERATION_RECORD_CREATE))
    return FALSE;
  if (operation->kind == WG_OPERATION_RECORD_REVEAL)
    return TRUE;
  record = known ? wg_record_edit (known) : wg_record_new (operation->record_kind);
  wg_operation_apply_record (operation, record, operation->at_ms);
  *out_ver = ++record->ver;
  g_hash_table_replace (self->records, g_strdup (operation->rec), record);
  wg_test_platform_put (self, WG_TEST_SCOPE, record->kind->name, operation->rec, record->ver,
                        wg_wire_record_to_json (record));
  return TRUE;
}

static gboolean
apply_to_event (WgTestPlatform *self, const WgOperation *operation, gint64 *out_ver)
{
  WgEvent *known = operation->rec ? g_hash_table_lookup (self->events, operation->rec) : NULL;
  g_autoptr (WgEvent) event = known ? wg_event_copy (known) : wg_event_new ();
  g_autoptr (GError) error = NULL;

  *out_ver = known ? known->ver : 0;
  if (operation->kind == WG_OPERATION_SCOPE_DROPPED ||
      operation->kind == WG_OPERATION_CONFLICT_RESOLVE)
    return TRUE;
  if (wg_operation_is_record (operation->kind))
    return apply_to_record (self, operation, out_ver);
  if (!wg_operation_apply (operation, event, &error))
    {
      g_test_message ("the platform refuses %s: %s", operation->op_id, error->message);
      return FALSE;
    }
  *out_ver = event->ver = event->ver + 1;
  wg_test_platform_put_event (self, event, NULL);
  return TRUE;
}

static void
take_line (WgTestPlatform *self, gint64 seq, const char *line)
{
  WgPushResult *result = wg_push_result_new (seq);
  g_autoptr (WgOperation) operation = NULL;
  g_autoptr (GError) error = NULL;
  int refusal = -1;
  char *hash = wg_chain_next (self->last_hash, line, -1);

  wg_wire_operation_from_line (line, strlen (line), &operation, &refusal, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (refusal, ==, -1);
  g_assert_cmpint (operation->seq, ==, seq);
  g_assert_false (
      g_ptr_array_find_with_equal_func (self->op_ids, operation->op_id, g_str_equal, NULL));
  g_ptr_array_add (self->op_ids, g_strdup (operation->op_id));
  result->kind = WG_RESULT_OK;
  if (self->refuse != WG_N_REFUSAL)
    refusal = (int) self->refuse;
  else if (!apply_to_event (self, operation, &result->ver))
    refusal = WG_REFUSAL_STALE_STATE;
  if (refusal >= 0)
    {
      result->kind = WG_RESULT_REJECTED;
      result->refusal = refusal;
      result->code = g_strdup (wg_refusal_to_string ((WgRefusal) refusal));
      result->field = g_strdup ("title");
      result->detail = g_strdup ("样本理由");
    }
  g_hash_table_replace (self->results, g_memdup2 (&seq, sizeof seq), result);
  self->last_seq = seq;
  g_free (self->last_hash);
  self->last_hash = hash;
}

/**
 * wg_test_platform_push:
 * @self: a platform
 * @push: as taken from an outbox
 *
 * Takes a push as the platform does: known numbers are answered as before, the next must follow.
 *
 * Thread: any.
 * Errors: none; a gap, another epoch or a broken chain ends the test.
 *
 * Returns: (transfer full): the answer
 */
WgPushAnswer *
wg_test_platform_push (WgTestPlatform *self, const WgPush *push)
{
  WgPushAnswer *answer = wg_push_answer_new ();

  g_assert_cmpstr (push->epoch, ==, self->epoch);
  for (guint i = 0; i < push->lines->len; i++)
    {
      gint64 seq = push->first + i;
      WgPushResult *known = g_hash_table_lookup (self->results, &seq);
      g_autofree char *json = NULL;

      if (seq > self->last_seq)
        {
          g_assert_cmpint (seq, ==, self->last_seq + 1);
          if (i == 0)
            g_assert_cmpstr (push->previous, ==, self->last_hash);
          take_line (self, seq, g_ptr_array_index (push->lines, i));
          known = g_hash_table_lookup (self->results, &seq);
        }
      json = wg_wire_push_result_to_json (known);
      g_ptr_array_add (answer->results, wg_wire_push_result_from_json (json, NULL));
    }
  answer->epoch = g_strdup (self->epoch);
  answer->last_seq = self->last_seq;
  answer->last_hash = g_strdup (self->last_hash);
  answer->durable_seq = self->last_seq;
  return answer;
}

/* --- pull ------------------------------------------------------------------------------------ */

static gint64
get_cursor (const WgPullRequest *request, const char *scope)
{
  gint64 *cursor = g_hash_table_lookup (request->cursor, scope);

  return cursor ? *cursor : 0;
}

static WgScopeDigest *
make_digest (WgTestPlatform *self, const char *scope)
{
  WgScopeDigest *digest = g_new0 (WgScopeDigest, 1);

  for (guint i = 0; i < self->rows->len; i++)
    {
      const WgPullRow *row = g_ptr_array_index (self->rows, i);
      if (row->gone || !g_str_equal (row->scope, scope))
        continue;
      digest->n++;
      digest->sum += wg_crypto_row_digest (row->id, row->ver);
    }
  return digest;
}

/**
 * wg_test_platform_pull:
 * @self: a platform
 * @request: as made by an inbox
 *
 * Gives a page with everything above the cursors, and the digests.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): the page
 */
WgPullPage *
wg_test_platform_pull (WgTestPlatform *self, const WgPullRequest *request)
{
  const char *scopes[] = { WG_TEST_SCOPE, WG_TEST_REF, NULL };
  WgPullPage *page = wg_pull_page_new ();

  page->epoch = g_strdup (self->epoch);
  page->keep = g_strdupv ((char **) scopes);
  page->add = g_new0 (char *, 1);
  page->drop = g_new0 (char *, 1);
  page->last_seq = page->durable_seq = self->last_seq;
  for (guint i = 0; i < self->rows->len; i++)
    {
      const WgPullRow *row = g_ptr_array_index (self->rows, i);
      WgPullRow *copy;

      if (row->number <= get_cursor (request, row->scope))
        continue;
      copy = wg_pull_row_new ();
      copy->scope = g_strdup (row->scope);
      copy->kind = g_strdup (row->kind);
      copy->id = g_strdup (row->id);
      copy->ver = row->ver;
      copy->number = row->number;
      copy->gone = row->gone;
      copy->body = g_strdup (row->body);
      g_ptr_array_add (page->rows, copy);
    }
  for (gsize i = 0; scopes[i]; i++)
    {
      g_hash_table_replace (page->cursor, g_strdup (scopes[i]),
                            g_memdup2 (&self->number, sizeof self->number));
      g_hash_table_replace (page->digests, g_strdup (scopes[i]), make_digest (self, scopes[i]));
    }
  return page;
}

/* --- exchanges ------------------------------------------------------------------------------- */

static gpointer
next_push_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_outbox_next_push (context, 50, error);
}

static gpointer
acknowledge_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  wg_outbox_acknowledge (context, data, error);
  return NULL;
}

static gpointer
reset_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  wg_outbox_reset_sending (context, error);
  return NULL;
}

/**
 * wg_test_push:
 * @store: a test's store
 * @platform: a platform
 * @lose_answer: the first push arrives, its answer does not
 *
 * Pushes until nothing waits, or the answer was lost.
 *
 * Thread: any but the store's.
 * Errors: none; a failure ends the test.
 */
void
wg_test_push (WgTestStore *store, WgTestPlatform *platform, gboolean lose_answer)
{
  WgPush *push;

  while ((push = wg_test_store_run (store, next_push_job, NULL)))
    {
      g_autoptr (WgPushAnswer) answer = wg_test_platform_push (platform, push);

      wg_push_free (push);
      if (lose_answer)
        {
          wg_test_store_run (store, reset_job, NULL);
          return;
        }
      wg_test_store_run (store, acknowledge_job, answer);
    }
}

static gpointer
request_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_inbox_get_request (context, error);
}

static gpointer
apply_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  gboolean healed = FALSE;

  wg_inbox_apply (context, data, &healed, error);
  g_assert_false (healed);
  return NULL;
}

/**
 * wg_test_pull:
 * @store: a test's store
 * @platform: a platform
 *
 * Pulls everything; the digests must match.
 *
 * Thread: any but the store's.
 * Errors: none; a failure ends the test.
 */
void
wg_test_pull (WgTestStore *store, WgTestPlatform *platform)
{
  g_autoptr (WgPullRequest) request = wg_test_store_run (store, request_job, NULL);
  g_autoptr (WgPullPage) page = wg_test_platform_pull (platform, request);

  wg_test_store_run (store, apply_job, page);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The outbox: numbers and chain, batches, results, refusals, other timelines, pruning, rescue. */
#include <string.h>

#include "core/wg-chain.h"
#include "core/wg-id.h"
#include "support/wg-test-store.h"
#include "wire/wg-wire-operation.h"

typedef struct
{
  const WgEvent *event;
  gint64 hold_ms;
  const char *draft_id;
} Create;

static gpointer
create_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  Create *create = data;

  return wg_event_store_create (context, create->event, create->hold_ms, create->draft_id, error);
}

static char *
create (WgTestStore *f, WgEventLevel level, gint64 hold_ms)
{
  g_autoptr (WgEvent) event = wg_test_event_new (level);
  Create data = { event, hold_ms, NULL };

  return wg_test_store_run (f, create_job, &data);
}

static gpointer
get_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_event_store_get (context, data, error);
}

static WgEventView *
get (WgTestStore *f, const char *id)
{
  return wg_test_store_run (f, get_job, (gpointer) id);
}

static void
assert_truth (WgTestStore *f, const char *id, WgTruth truth)
{
  g_autoptr (WgEventView) view = get (f, id);

  g_assert_cmpint (view->truth, ==, truth);
}

static gpointer
next_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_outbox_next_push (context, GPOINTER_TO_UINT (data), error);
}

static gpointer
acknowledge_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return GINT_TO_POINTER (wg_outbox_acknowledge (context, data, error));
}

static gpointer
reset_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return GINT_TO_POINTER (wg_outbox_reset_sending (context, error));
}

static gpointer
list_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_outbox_list (context, 100, error);
}

static void
test_numbers_and_chain (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgPush) push = NULL;
  char *hash = g_strdup (WG_CHAIN_START);

  for (int i = 0; i < 5; i++)
    g_free (create (f, WG_EVENT_LEVEL_GENERAL, 0));
  push = wg_test_store_run (f, next_job, GUINT_TO_POINTER (3));
  g_assert_cmpint (push->first, ==, 1);
  g_assert_cmpuint (push->lines->len, ==, 3);
  g_assert_cmpstr (push->previous, ==, WG_CHAIN_START);
  g_assert_cmpstr (push->epoch, ==, "sample-epoch-1");
  for (guint i = 0; i < push->lines->len; i++)
    {
      const char *line = g_ptr_array_index (push->lines, i);
      g_autoptr (WgOperation) operation = NULL;
      int refusal;
      char *next = wg_chain_next (hash, line, -1);

      g_free (hash);
      hash = next;
      g_assert_true (
          wg_wire_operation_from_line (line, strlen (line), &operation, &refusal, NULL, NULL));
      g_assert_cmpint (refusal, ==, -1);
      g_assert_cmpint (operation->seq, ==, i + 1);
      g_assert_cmpstr (operation->scope, ==, WG_TEST_SCOPE);
      g_assert_cmpstr (operation->actor, ==, WG_TEST_WORKER);
      g_assert_cmpstr (operation->boot, ==, "sample-boot");
      g_assert_cmpint (operation->at_ms, ==, WG_TEST_NOW_MS);
    }
  g_free (hash);
  wg_test_store_check (f);
}

static void
test_truth_on_the_way (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgTestPlatform) platform = wg_test_platform_new ();
  g_autofree char *id = create (f, WG_EVENT_LEVEL_MAJOR, 0);
  g_autoptr (WgPush) push = NULL;
  g_autoptr (WgPushAnswer) answer = NULL;
  g_autoptr (WgPushAnswer) silent = wg_push_answer_new ();

  assert_truth (f, id, WG_TRUTH_SAVED);
  push = wg_test_store_run (f, next_job, GUINT_TO_POINTER (10));
  assert_truth (f, id, WG_TRUTH_SENDING);
  wg_test_store_run (f, reset_job, NULL);
  assert_truth (f, id, WG_TRUTH_SAVED);
  /* the platform has it, what became of it is not known yet */
  answer = wg_test_platform_push (platform, push);
  silent->last_seq = answer->last_seq;
  silent->last_hash = g_strdup (answer->last_hash);
  wg_test_store_run (f, acknowledge_job, silent);
  assert_truth (f, id, WG_TRUTH_RECEIVED);
  wg_test_push (f, platform, FALSE);
  assert_truth (f, id, WG_TRUTH_APPLIED);
  g_assert_cmpuint (platform->op_ids->len, ==, 1);
  /* told twice is told once */
  wg_test_store_run (f, acknowledge_job, answer);
  assert_truth (f, id, WG_TRUTH_APPLIED);
  wg_test_pull (f, platform);
  assert_truth (f, id, WG_TRUTH_APPLIED);
  wg_test_store_check (f);
}

static void
test_lost_answer (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgTestPlatform) platform = wg_test_platform_new ();

  for (int i = 0; i < 4; i++)
    {
      g_free (create (f, WG_EVENT_LEVEL_GENERAL, 0));
      wg_test_push (f, platform, TRUE);
    }
  wg_test_push (f, platform, FALSE);
  g_assert_cmpuint (platform->op_ids->len, ==, 4);
  g_assert_null (wg_test_store_run (f, next_job, GUINT_TO_POINTER (9)));
  wg_test_store_check (f);
}

static void
test_old_copy (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgPushAnswer) ahead = wg_push_answer_new ();
  g_autoptr (WgPushAnswer) other = wg_push_answer_new ();
  g_autoptr (GError) error = NULL;

  g_free (create (f, WG_EVENT_LEVEL_GENERAL, 0));
  ahead->last_seq = 7;
  error = wg_test_store_fail (f, acknowledge_job, ahead);
  g_assert_error (error, WG_STORE_ERROR, WG_STORE_ERROR_FORKED);
  g_clear_error (&error);
  other->last_seq = 1;
  other->last_hash = g_strnfill (WG_CHAIN_HEX, 'a');
  error = wg_test_store_fail (f, acknowledge_job, other);
  g_assert_error (error, WG_STORE_ERROR, WG_STORE_ERROR_FORKED);
}

/* --- refusals -------------------------------------------------------------------------------- */

typedef struct
{
  const WgEvent *event;
  const char *redo_of;
} Mend;

static gpointer
mend_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  Mend *mend = data;

  return GINT_TO_POINTER (wg_event_store_mend (context, mend->event, mend->redo_of, error));
}

static WgOutboxRow
first_row (GPtrArray *list)
{
  return *wg_outbox_item_get_row (g_ptr_array_index (list, 0));
}

static void
test_refused_creation_is_mended (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgTestPlatform) platform = wg_test_platform_new ();
  g_autofree char *id = create (f, WG_EVENT_LEVEL_GENERAL, 0);
  g_autofree char *other = NULL;
  g_autoptr (WgEventView) view = NULL;
  g_autoptr (WgEvent) mended = NULL;
  g_autoptr (GPtrArray) list = NULL;

  platform->refuse = WG_REFUSAL_INVALID_FIELD;
  wg_test_push (f, platform, FALSE);
  platform->refuse = WG_N_REFUSAL;
  /* it holds nothing up */
  other = create (f, WG_EVENT_LEVEL_GENERAL, 0);
  wg_test_push (f, platform, FALSE);
  assert_truth (f, other, WG_TRUTH_APPLIED);

  view = get (f, id);
  g_assert_cmpint (view->truth, ==, WG_TRUTH_REFUSED);
  g_assert_cmpint (view->refusal, ==, WG_REFUSAL_INVALID_FIELD);
  g_assert_cmpstr (view->refusal_field, ==, "title");
  g_assert_cmpstr (view->refusal_detail, ==, "样本理由");
  g_assert_cmpstr (view->event->title, ==, "沿河路路灯不亮");
  list = wg_test_store_run (f, list_job, NULL);
  g_assert_cmpuint (list->len, ==, 2);
  g_assert_cmpstr (first_row (list).rec, ==, id);
  g_assert_cmpint (first_row (list).refusal, ==, WG_REFUSAL_INVALID_FIELD);

  mended = wg_event_copy (view->event);
  g_set_str (&mended->title, "沿河路东侧路灯不亮");
  Mend data = { mended, view->refusal_op };
  wg_test_store_run (f, mend_job, &data);
  assert_truth (f, id, WG_TRUTH_SAVED);
  wg_test_push (f, platform, FALSE);
  assert_truth (f, id, WG_TRUTH_APPLIED);
  g_assert_cmpstr (((WgEvent *) g_hash_table_lookup (platform->events, id))->title, ==,
                   "沿河路东侧路灯不亮");
  wg_test_pull (f, platform);
  wg_test_store_check (f);
}

static void
test_refused_is_dismissed (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgTestPlatform) platform = wg_test_platform_new ();
  g_autofree char *id = create (f, WG_EVENT_LEVEL_GENERAL, 0);
  g_autoptr (WgEventView) view = NULL;
  g_autoptr (GError) error = NULL;

  platform->refuse = WG_REFUSAL_NO_RIGHT;
  wg_test_push (f, platform, FALSE);
  view = get (f, id);
  wg_test_store_run (f, wg_outbox_dismiss_job, view->refusal_op);
  error = wg_test_store_fail (f, get_job, id);
  g_assert_error (error, WG_STORE_ERROR, WG_STORE_ERROR_NOT_FOUND);
  g_clear_error (&error);
  error = wg_test_store_fail (f, wg_outbox_dismiss_job, view->refusal_op);
  g_assert_error (error, WG_STORE_ERROR, WG_STORE_ERROR_NOT_FOUND);
  wg_test_store_check (f);
}

/* The event was accepted meanwhile: it cannot be shown with the words, so the view has them. */
static void
test_refused_words_are_kept (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgTestPlatform) platform = wg_test_platform_new ();
  g_autofree char *id = create (f, WG_EVENT_LEVEL_GENERAL, 0);
  g_autoptr (WgEventView) view = NULL, after = NULL;
  g_autoptr (WgEvent) mended = NULL;

  wg_test_push (f, platform, FALSE);
  wg_test_pull (f, platform);
  view = get (f, id);
  g_assert_null (view->refused);
  mended = wg_event_copy (view->event);
  g_set_str (&mended->address, "沿河路14号");
  Mend data = { mended, NULL };
  wg_test_store_run (f, mend_job, &data);
  wg_test_platform_step (platform, id, WG_ACTION_ACCEPT, NULL, NULL);
  platform->refuse = WG_REFUSAL_QUOTA;
  wg_test_push (f, platform, FALSE);
  wg_test_pull (f, platform);
  after = get (f, id);
  g_assert_cmpint (after->truth, ==, WG_TRUTH_REFUSED);
  g_assert_cmpstr (after->event->address, !=, "沿河路14号");
  g_assert_cmpstr (after->refused->op_id, ==, after->refusal_op);
  g_assert_cmpstr (after->refused->event->address, ==, "沿河路14号");
  wg_test_store_check (f);
}

static void
test_refused_patch_stays_in_view (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgTestPlatform) platform = wg_test_platform_new ();
  g_autofree char *id = create (f, WG_EVENT_LEVEL_GENERAL, 0);
  g_autoptr (WgEventView) view = NULL;
  g_autoptr (WgEventView) again = NULL;
  g_autoptr (WgEvent) mended = NULL;

  wg_test_push (f, platform, FALSE);
  wg_test_pull (f, platform);
  view = get (f, id);
  mended = wg_event_copy (view->event);
  g_set_str (&mended->address, "沿河路14号");
  Mend data = { mended, NULL };
  wg_test_store_run (f, mend_job, &data);
  platform->refuse = WG_REFUSAL_QUOTA;
  wg_test_push (f, platform, FALSE);
  platform->refuse = WG_N_REFUSAL;
  /* a pull does not take the worker's words away */
  wg_test_platform_step (platform, id, WG_ACTION_RETURN, "补充门牌", NULL);
  wg_test_pull (f, platform);
  again = get (f, id);
  g_assert_cmpint (again->truth, ==, WG_TRUTH_REFUSED);
  g_assert_cmpstr (again->event->address, ==, "沿河路14号");
  g_assert_cmpint (again->event->state, ==, WG_EVENT_STATE_RETURNED);
  /* and mending says them again */
  Mend redo = { again->event, again->refusal_op };
  wg_test_store_run (f, mend_job, &redo);
  wg_test_push (f, platform, FALSE);
  g_assert_cmpstr (((WgEvent *) g_hash_table_lookup (platform->events, id))->address, ==,
                   "沿河路14号");
  g_assert_cmpint (((WgEvent *) g_hash_table_lookup (platform->events, id))->state, ==,
                   WG_EVENT_STATE_REPORTED);
  wg_test_pull (f, platform);
  assert_truth (f, id, WG_TRUTH_APPLIED);
  wg_test_store_check (f);
}

/* --- other timelines ------------------------------------------------------------------------- */

typedef struct
{
  gint64 last_seq;
  const char *last_hash, *epoch;
} Rewind;

static gpointer
rewind_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  Rewind *rewind = data;

  return GINT_TO_POINTER (
      wg_outbox_rewind (context, rewind->last_seq, rewind->last_hash, rewind->epoch, error));
}

static void
test_platform_restored (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgTestPlatform) lost = wg_test_platform_new ();
  g_autoptr (WgTestPlatform) restored = wg_test_platform_new ();
  g_autofree char *first = create (f, WG_EVENT_LEVEL_GENERAL, 0);
  g_autofree char *second = NULL, *third = NULL;
  g_autoptr (WgEventView) view = NULL;

  wg_test_push (f, lost, FALSE);
  wg_test_push (f, restored, FALSE); /* nothing waits */
  g_assert_cmpint (restored->last_seq, ==, 0);
  second = create (f, WG_EVENT_LEVEL_GENERAL, 0);
  lost->refuse = WG_REFUSAL_QUOTA;
  wg_test_push (f, lost, FALSE);
  lost->refuse = WG_N_REFUSAL;
  view = get (f, second);
  wg_test_store_run (f, wg_outbox_dismiss_job, view->refusal_op);
  wg_test_pull (f, lost);

  /* the backup had none of it; the settled one has its number, too, and goes again */
  g_set_str (&restored->epoch, "sample-epoch-2");
  Rewind data = { 0, WG_CHAIN_START, "sample-epoch-2" };
  wg_test_store_run (f, rewind_job, &data);
  third = create (f, WG_EVENT_LEVEL_GENERAL, 0);
  wg_test_push (f, restored, FALSE);
  g_assert_cmpint (restored->last_seq, ==, 3);
  wg_test_pull (f, restored);
  assert_truth (f, first, WG_TRUTH_APPLIED);
  assert_truth (f, third, WG_TRUTH_APPLIED);
  wg_test_store_check (f);

  g_autoptr (GError) error = NULL;
  Rewind fork = { 2, "00000000000000000000000000000000000000000000000000000000000000aa", NULL };
  error = wg_test_store_fail (f, rewind_job, &fork);
  g_assert_error (error, WG_STORE_ERROR, WG_STORE_ERROR_FORKED);
}

/* First an old backup, then a newer one: what the first refused, the second has applied long ago.
 */
static void
test_restored_twice (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgTestPlatform) newer = wg_test_platform_new ();
  g_autoptr (WgTestPlatform) older = wg_test_platform_new ();
  g_autofree char *id = create (f, WG_EVENT_LEVEL_GENERAL, 0);

  wg_test_push (f, newer, FALSE);
  assert_truth (f, id, WG_TRUTH_APPLIED);
  g_set_str (&older->epoch, "sample-epoch-2");
  Rewind first = { 0, WG_CHAIN_START, "sample-epoch-2" };
  wg_test_store_run (f, rewind_job, &first);
  older->refuse = WG_REFUSAL_QUOTA;
  wg_test_push (f, older, FALSE);
  assert_truth (f, id, WG_TRUTH_REFUSED);

  g_set_str (&newer->epoch, "sample-epoch-3");
  Rewind second = { newer->last_seq, newer->last_hash, "sample-epoch-3" };
  wg_test_store_run (f, rewind_job, &second);
  wg_test_push (f, newer, FALSE);
  g_assert_cmpint (newer->last_seq, ==, 1);
  assert_truth (f, id, WG_TRUTH_APPLIED);
  wg_test_store_check (f);
}

/* A stick brought the platform's restore while the answer to a push was on its way: what the lost
 * timeline made of it is not believed any more. */
static void
test_late_answer (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgTestPlatform) lost = wg_test_platform_new ();
  g_autoptr (WgTestPlatform) restored = wg_test_platform_new ();
  g_autofree char *id = create (f, WG_EVENT_LEVEL_GENERAL, 0);
  g_autoptr (WgPush) push = wg_test_store_run (f, next_job, GUINT_TO_POINTER (10));
  g_autoptr (WgPushAnswer) late = wg_test_platform_push (lost, push);
  g_autoptr (GError) error = NULL;
  Rewind restore = { 0, WG_CHAIN_START, "sample-epoch-2" };

  wg_test_store_run (f, rewind_job, &restore);
  error = wg_test_store_fail (f, acknowledge_job, late);
  g_assert_error (error, WG_STORE_ERROR, WG_STORE_ERROR_INVALID);
  assert_truth (f, id, WG_TRUTH_SAVED);
  g_set_str (&restored->epoch, "sample-epoch-2");
  restored->refuse = WG_REFUSAL_QUOTA;
  wg_test_push (f, restored, FALSE);
  assert_truth (f, id, WG_TRUTH_REFUSED);
  wg_test_store_check (f);
}

/* Everything that waits was settled by its author: its numbers must reach the platform all the
 * same. */
static void
test_settled_numbers_go_again (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgTestPlatform) lost = wg_test_platform_new ();
  g_autoptr (WgTestPlatform) restored = wg_test_platform_new ();
  g_autofree char *id = create (f, WG_EVENT_LEVEL_GENERAL, 0);
  g_autoptr (WgEventView) view = NULL;

  lost->refuse = WG_REFUSAL_QUOTA;
  wg_test_push (f, lost, FALSE);
  view = get (f, id);
  wg_test_store_run (f, wg_outbox_dismiss_job, view->refusal_op);
  Rewind data = { 0, NULL, NULL };
  wg_test_store_run (f, rewind_job, &data);
  wg_test_push (f, restored, FALSE);
  g_assert_cmpint (restored->last_seq, ==, 1);
  g_assert_null (wg_test_store_run (f, next_job, GUINT_TO_POINTER (9)));
}

static gpointer
move_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return GINT_TO_POINTER (wg_outbox_move (context, data, error));
}

/* --- forgetting and rescue ------------------------------------------------------------------- */

static gpointer
prune_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return GINT_TO_POINTER (wg_outbox_prune (context, *(gint64 *) data, error));
}

static gpointer
line_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_outbox_get_line (context, *(gint64 *) data, error);
}

/* Under another replica all that is here goes up once more from number 1; what was settled stays
 * settled, what was on its way waits. */
static void
test_moved (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgTestPlatform) old = wg_test_platform_new ();
  g_autoptr (WgTestPlatform) fresh = wg_test_platform_new ();
  g_autofree char *applied = create (f, WG_EVENT_LEVEL_GENERAL, 0), *refused = NULL;
  g_autofree char *waiting = NULL, *sending = NULL, *line = NULL;
  g_autoptr (WgEventView) view = NULL;
  g_autoptr (WgPush) push = NULL;

  wg_test_push (f, old, FALSE);
  wg_test_pull (f, old);
  refused = create (f, WG_EVENT_LEVEL_GENERAL, 0);
  old->refuse = WG_REFUSAL_QUOTA;
  wg_test_push (f, old, FALSE);
  view = get (f, refused);
  sending = create (f, WG_EVENT_LEVEL_GENERAL, 0);
  waiting = create (f, WG_EVENT_LEVEL_GENERAL, 0);
  push = wg_test_store_run (f, next_job, GUINT_TO_POINTER (1));
  g_assert_cmpuint (push->lines->len, ==, 1);

  wg_test_store_run (f, move_job, (gpointer) "019cac8a-4040-7000-8000-0000000000a9");
  assert_truth (f, applied, WG_TRUTH_APPLIED);
  assert_truth (f, refused, WG_TRUTH_REFUSED);
  assert_truth (f, sending, WG_TRUTH_SAVED);
  assert_truth (f, waiting, WG_TRUTH_SAVED);
  wg_test_store_check (f);
  wg_test_push (f, fresh, FALSE);
  g_assert_cmpint (fresh->last_seq, ==, 4);
  assert_truth (f, refused, WG_TRUTH_REFUSED);
  assert_truth (f, sending, WG_TRUTH_APPLIED);
  assert_truth (f, waiting, WG_TRUTH_APPLIED);
  line = wg_test_store_run (f, line_job, &(gint64) { 2 });
  g_assert_nonnull (strstr (line, "\"seq\":2,"));
  g_assert_nonnull (strstr (line, view->refusal_op));
  wg_test_store_reopen (f);
  g_assert_cmpstr (wg_store_get_identity (f->store)->replica, ==,
                   "019cac8a-4040-7000-8000-0000000000a9");
  wg_test_store_check (f);
}

static void
test_prune (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgTestPlatform) platform = wg_test_platform_new ();
  g_autofree char *first = create (f, WG_EVENT_LEVEL_GENERAL, 0);
  g_autofree char *second = NULL;
  g_autoptr (GError) error = NULL;
  gint64 now_ms = WG_TEST_NOW_MS, one = 1;

  wg_test_push (f, platform, FALSE);
  wg_test_pull (f, platform);
  wg_test_store_run (f, prune_job, &now_ms);
  g_free (wg_test_store_run (f, line_job, &one)); /* young */
  wg_test_ports_advance (&f->clock, 36 * G_GINT64_CONSTANT (86400000));
  now_ms = f->clock.wall_ms;
  wg_test_store_run (f, prune_job, &now_ms);
  error = wg_test_store_fail (f, line_job, &one);
  g_assert_error (error, WG_STORE_ERROR, WG_STORE_ERROR_NOT_FOUND);
  assert_truth (f, first, WG_TRUTH_APPLIED);
  /* the chain goes on */
  second = create (f, WG_EVENT_LEVEL_GENERAL, 0);
  wg_test_push (f, platform, FALSE);
  g_assert_cmpint (platform->last_seq, ==, 2);
  wg_test_store_check (f);
  wg_test_store_reopen (f);
  wg_test_store_check (f);
}

static gpointer
undo_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return GINT_TO_POINTER (wg_event_store_undo (context, data, error));
}

static void
test_rescue (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autofree char *out = g_build_filename (f->folder, "rescued", NULL);
  g_autofree char *line = NULL, *text = NULL, *held = NULL, *db = NULL, *undone = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GBytes) file = NULL;
  g_autofree guint8 *damaged = NULL;
  gint64 seven = 7;
  gsize size;
  WgRescue whole = { 0 }, found = { 0 };

  for (int i = 0; i < 60; i++)
    g_free (create (f, WG_EVENT_LEVEL_GENERAL, 0));
  held = create (f, WG_EVENT_LEVEL_DAILY, 120000);
  undone = create (f, WG_EVENT_LEVEL_DAILY, 120000);
  wg_test_store_run (f, undo_job, undone);
  line = wg_test_store_run (f, line_job, &seven);
  g_assert_false (wg_outbox_rescue (f->path, WG_TEST_SECRET, out, NULL, &whole, &error));
  g_assert_error (error, WG_STORE_ERROR, WG_STORE_ERROR_IN_USE);
  g_clear_error (&error);
  wg_test_store_lock (f);
  g_assert_false (wg_outbox_rescue (f->path, "not the passphrase", out, NULL, &whole, &error));
  g_assert_error (error, WG_STORE_ERROR, WG_STORE_ERROR_WRONG_SECRET);
  g_clear_error (&error);
  g_assert_true (wg_outbox_rescue (f->path, WG_TEST_SECRET, out, NULL, &whole, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (whole.lines, ==, 61);
  g_assert_cmpuint (whole.waiting, ==, 61);
  g_assert_false (whole.damaged);
  g_assert_true (g_file_get_contents (out, &text, NULL, NULL));
  g_assert_nonnull (strstr (text, line));
  g_assert_nonnull (strstr (text, held));

  /* a page in the middle is gone: most of it is still read */
  file = wg_test_read (f->path, "store.db");
  damaged = g_memdup2 (g_bytes_get_data (file, &size), g_bytes_get_size (file));
  size = g_bytes_get_size (file);
  for (gsize at = 4096 * 16; at + 4096 < size; at += 4096 * 12)
    damaged[at + 1000] ^= 1;
  wg_test_write (f->path, "store.db", damaged, size);
  g_assert_true (wg_outbox_rescue (f->path, WG_TEST_SECRET, out, NULL, &found, &error));
  g_assert_no_error (error);
  g_test_message ("%u of %u", found.lines, whole.lines);
  g_assert_cmpuint (found.lines, >, 0);
  g_assert_true (found.damaged);
  g_assert_cmpuint (found.lines + found.lost, >=, whole.lines);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  wg_test_store_init ();
  g_test_add_func ("/store/outbox/numbers-and-chain", test_numbers_and_chain);
  g_test_add_func ("/store/outbox/truth-on-the-way", test_truth_on_the_way);
  g_test_add_func ("/store/outbox/lost-answer", test_lost_answer);
  g_test_add_func ("/store/outbox/old-copy", test_old_copy);
  g_test_add_func ("/store/outbox/refused-creation-is-mended", test_refused_creation_is_mended);
  g_test_add_func ("/store/outbox/refused-is-dismissed", test_refused_is_dismissed);
  g_test_add_func ("/store/outbox/refused-words-are-kept", test_refused_words_are_kept);
  g_test_add_func ("/store/outbox/refused-patch-stays-in-view", test_refused_patch_stays_in_view);
  g_test_add_func ("/store/outbox/platform-restored", test_platform_restored);
  g_test_add_func ("/store/outbox/platform-restored-twice", test_restored_twice);
  g_test_add_func ("/store/outbox/late-answer", test_late_answer);
  g_test_add_func ("/store/outbox/settled-numbers-go-again", test_settled_numbers_go_again);
  g_test_add_func ("/store/outbox/moved", test_moved);
  g_test_add_func ("/store/outbox/prune", test_prune);
  g_test_add_func ("/store/outbox/rescue", test_rescue);
  return g_test_run ();
}

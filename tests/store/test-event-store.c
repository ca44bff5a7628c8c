/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events as their worker makes them: holds, undo, mending, steps; nothing lost, nothing twice. */
#include <string.h>

#include "core/wg-id.h"
#include "wg-store-jobs.h"
#include "wire/wg-wire-operation.h"

#define HOLD_MS 120000

static guint
count_queue (WgTestStore *f)
{
  g_autoptr (GPtrArray) list = wg_test_store_run (f, queue_job, GUINT_TO_POINTER (100));

  return list->len;
}

static void
test_create_fills_in (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autofree char *id = create_level (f, WG_EVENT_LEVEL_GENERAL, 0);
  g_autoptr (WgEventView) view = get_view (f, id);

  g_assert_true (wg_id_is_valid (id));
  g_assert_cmpstr (view->event->grid_code, ==, WG_TEST_GRID);
  g_assert_cmpstr (view->event->org_code, ==, "370502001");
  g_assert_cmpint (view->event->reported_ms, ==, WG_TEST_NOW_MS);
  g_assert_cmpint (view->event->occurred_ms, ==, WG_TEST_NOW_MS);
  g_assert_cmpint (view->event->state, ==, WG_EVENT_STATE_REPORTED);
  g_assert_cmpint (view->truth, ==, WG_TRUTH_SAVED);
  g_assert_true (view->mine);
  g_assert_cmpuint (view->n_waiting, ==, 1);
  g_assert_cmpuint (view->steps->len, ==, 1);
  WgEventStep *step = g_ptr_array_index (view->steps, 0);
  g_assert_cmpint (step->seq, ==, 0);
  g_assert_cmpint (step->action, ==, WG_ACTION_REPORT);
  g_assert_cmpint (step->to_state, ==, WG_EVENT_STATE_REPORTED);
  g_assert_cmpstr (step->actor, ==, WG_TEST_WORKER);
  wg_test_store_check (f);
}

static void
test_refuses_what_blocks (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgEvent) event = wg_test_event_new (WG_EVENT_LEVEL_GENERAL);
  const char *unknown[] = { "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                            NULL };
  CreateJob job = { event, 0, NULL };
  g_autoptr (GError) error = NULL;

  g_free (event->description);
  event->description = g_strnfill (3000, 'x');
  error = wg_test_store_fail (f, create_job, &job);
  g_assert_error (error, WG_STORE_ERROR, WG_STORE_ERROR_INVALID);
  g_assert_true (g_str_has_prefix (error->message, "description: "));
  g_clear_error (&error);

  g_set_str (&event->description, "沿河路与样本街交口");
  event->photos = g_strdupv ((char **) unknown);
  error = wg_test_store_fail (f, create_job, &job);
  g_assert_error (error, WG_STORE_ERROR, WG_STORE_ERROR_INVALID);
  g_assert_true (g_str_has_prefix (error->message, "photos: "));
  g_assert_cmpuint (count_queue (f), ==, 0);
}

/* The class was retired between the draft and the tap. */
static void
test_retired_class (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgTestPlatform) platform = wg_test_platform_new ();
  g_autoptr (WgEvent) event = wg_test_event_new (WG_EVENT_LEVEL_GENERAL);
  g_autoptr (WgDraft) draft = wg_draft_new ();
  g_autoptr (GPtrArray) drafts = NULL;
  g_autoptr (GError) error = NULL;
  CreateJob job = { event, 0, NULL };

  wg_test_platform_add_reference (platform);
  wg_test_pull (f, platform);
  draft->id = wg_id_new (&f->clock.ports);
  draft->form = g_strdup ("event-general");
  draft->body = wg_draft_write_body (event);
  wg_test_store_run (f, save_draft_job, draft);
  g_set_str (&event->class_code, "9999");
  job.draft_id = draft->id;
  error = wg_test_store_fail (f, create_job, &job);
  g_assert_error (error, WG_STORE_ERROR, WG_STORE_ERROR_INVALID);
  g_assert_true (g_str_has_prefix (error->message, "class_code: "));
  drafts = wg_test_store_run (f, list_drafts_job, NULL);
  g_assert_cmpuint (drafts->len, ==, 1);
}

static void
test_double_tap (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgTestPlatform) platform = wg_test_platform_new ();
  g_autoptr (WgEvent) event = wg_test_event_new (WG_EVENT_LEVEL_GENERAL);
  g_autoptr (WgDraft) draft = wg_draft_new ();
  g_autoptr (GPtrArray) drafts = NULL;
  g_autofree char *first = NULL, *second = NULL;
  CreateJob job = { event, 0, NULL };

  draft->id = wg_id_new (&f->clock.ports);
  draft->form = g_strdup ("event-general");
  draft->body = wg_draft_write_body (event);
  wg_test_store_run (f, save_draft_job, draft);
  job.draft_id = draft->id;
  first = wg_test_store_run (f, create_job, &job);
  second = wg_test_store_run (f, create_job, &job);
  g_assert_cmpstr (first, ==, draft->id);
  g_assert_cmpstr (first, ==, second);
  g_assert_cmpuint (count_queue (f), ==, 1);
  drafts = wg_test_store_run (f, list_drafts_job, NULL);
  g_assert_cmpuint (drafts->len, ==, 0);
  wg_test_push (f, platform, FALSE);
  g_assert_cmpuint (platform->op_ids->len, ==, 1);
}

static void
test_hold_and_release (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgTestPlatform) platform = wg_test_platform_new ();
  g_autofree char *id = create_level (f, WG_EVENT_LEVEL_DAILY, HOLD_MS);
  g_autoptr (WgEventView) view = get_view (f, id);
  gint64 early = WG_TEST_NOW_MS + HOLD_MS - 1, due = WG_TEST_NOW_MS + HOLD_MS;

  g_assert_cmpint (view->truth, ==, WG_TRUTH_HELD);
  g_assert_cmpint (view->hold_until_ms, ==, due);
  g_assert_cmpint (view->event->state, ==, WG_EVENT_STATE_CLOSED);
  wg_test_push (f, platform, FALSE);
  g_assert_cmpint (platform->last_seq, ==, 0); /* nothing on the wire */
  g_assert_cmpint (GPOINTER_TO_INT (wg_test_store_run (f, release_job, &early)), ==, 0);
  g_assert_cmpint (GPOINTER_TO_INT (wg_test_store_run (f, release_job, &due)), ==, 1);
  g_assert_cmpint (GPOINTER_TO_INT (wg_test_store_run (f, release_job, &due)), ==, 0);
  assert_truth (f, id, WG_TRUTH_SAVED);
  wg_test_push (f, platform, FALSE);
  assert_truth (f, id, WG_TRUTH_APPLIED);
  wg_test_store_check (f);
}

/* The store ends holds by itself when it is opened after their time. */
static void
test_release_at_open (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autofree char *id = create_level (f, WG_EVENT_LEVEL_DAILY, HOLD_MS);

  wg_test_store_reopen (f);
  assert_truth (f, id, WG_TRUTH_HELD);
  wg_test_store_lock (f);
  wg_test_ports_advance (&f->clock, HOLD_MS);
  wg_test_store_reopen (f);
  assert_truth (f, id, WG_TRUTH_SAVED);
  wg_test_store_check (f);
}

static void
test_clock_set_back (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autofree char *id = create_level (f, WG_EVENT_LEVEL_DAILY, HOLD_MS);
  g_autoptr (WgTestPlatform) platform = wg_test_platform_new ();

  wg_test_store_lock (f);
  wg_test_ports_advance (&f->clock, -2 * G_GINT64_CONSTANT (86400000));
  wg_test_store_reopen (f);
  assert_truth (f, id, WG_TRUTH_SAVED); /* not in two days */
  wg_test_push (f, platform, FALSE);
  assert_truth (f, id, WG_TRUTH_APPLIED);
}

static gpointer
line_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_outbox_get_line (context, 1, error);
}

static void
test_release_keeps_the_tap (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autofree char *id = create_level (f, WG_EVENT_LEVEL_DAILY, HOLD_MS);
  gint64 boot_ms = f->clock.boot_ms;
  g_autoptr (WgOperation) operation = NULL;
  g_autofree char *line = NULL;
  int refusal;

  wg_test_ports_advance (&f->clock, 30000);
  wg_test_store_run (f, release_one_job, id);
  line = wg_test_store_run (f, line_job, NULL);
  g_assert_true (
      wg_wire_operation_from_line (line, strlen (line), &operation, &refusal, NULL, NULL));
  g_assert_cmpint (operation->at_ms, ==, WG_TEST_NOW_MS);
  g_assert_cmpint (operation->mono_ms, ==, boot_ms);
  g_assert_cmpint (operation->event->reported_ms, ==, WG_TEST_NOW_MS);
}

static void
test_undo (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgTestPlatform) platform = wg_test_platform_new ();
  g_autofree char *id = create_level (f, WG_EVENT_LEVEL_DAILY, HOLD_MS);
  g_autofree char *other = create_level (f, WG_EVENT_LEVEL_DAILY, HOLD_MS);
  g_autoptr (GPtrArray) today = NULL;
  g_autoptr (GError) error = NULL;
  gint64 due = G_MAXINT64;

  wg_test_store_run (f, undo_job, id);
  assert_truth (f, id, WG_TRUTH_UNDONE);
  today = list_events (f, WG_EVENT_LIST_TODAY);
  g_assert_cmpuint (today->len, ==, 1);
  g_assert_cmpstr (wg_event_item_get_id (g_ptr_array_index (today, 0)), ==, other);
  g_assert_cmpuint (count_events (f).n_today, ==, 1);
  g_assert_cmpuint (count_events (f).n_waiting, ==, 1);
  g_assert_cmpint (GPOINTER_TO_INT (wg_test_store_run (f, release_job, &due)), ==, 1);
  wg_test_push (f, platform, FALSE);
  g_assert_cmpint (platform->last_seq, ==, 1); /* dense: the undone one never had a number */
  error = wg_test_store_fail (f, undo_job, other);
  g_assert_error (error, WG_STORE_ERROR, WG_STORE_ERROR_INVALID);
  wg_test_store_check (f);
}

static void
test_mend_while_held (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgTestPlatform) platform = wg_test_platform_new ();
  g_autofree char *id = create_level (f, WG_EVENT_LEVEL_DAILY, HOLD_MS);
  g_autoptr (WgEventView) view = get_view (f, id);
  g_autoptr (WgEvent) event = wg_event_copy (view->event);
  MendJob job = { event, NULL };
  gint64 due = G_MAXINT64;

  g_set_str (&event->handle_note, "已通知物业更换");
  wg_test_store_run (f, mend_job, &job);
  assert_truth (f, id, WG_TRUTH_HELD);
  wg_test_store_run (f, release_job, &due);
  wg_test_push (f, platform, FALSE);
  g_assert_cmpint (platform->last_seq, ==, 1); /* one creation, no patch */
  g_assert_cmpstr (((WgEvent *) g_hash_table_lookup (platform->events, id))->handle_note, ==,
                   "已通知物业更换");
}

static void
test_returned_is_mended (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgTestPlatform) platform = wg_test_platform_new ();
  g_autofree char *id = create_level (f, WG_EVENT_LEVEL_GENERAL, 0);
  g_autoptr (WgEventView) view = NULL;
  g_autoptr (WgEventView) after = NULL;
  g_autoptr (WgEvent) event = NULL;
  g_autoptr (GPtrArray) returned = NULL;

  wg_test_push (f, platform, FALSE);
  wg_test_platform_step (platform, id, WG_ACTION_RETURN, "请补充具体位置", NULL);
  wg_test_pull (f, platform);
  view = get_view (f, id);
  g_assert_cmpint (view->event->state, ==, WG_EVENT_STATE_RETURNED);
  g_assert_cmpstr (((WgEventStep *) g_ptr_array_index (view->steps, view->steps->len - 1))->opinion,
                   ==, "请补充具体位置");
  returned = list_events (f, WG_EVENT_LIST_RETURNED);
  g_assert_cmpuint (returned->len, ==, 1);
  g_assert_cmpuint (count_events (f).n_returned, ==, 1);

  event = wg_event_copy (view->event);
  g_set_str (&event->address, "沿河路12号院北门");
  MendJob job = { event, NULL };
  wg_test_store_run (f, mend_job, &job);
  after = get_view (f, id);
  g_assert_cmpint (after->event->state, ==, WG_EVENT_STATE_REPORTED);
  g_assert_cmpuint (after->n_waiting, ==, 2); /* the patch and the supplement */
  g_assert_cmpuint (count_events (f).n_returned, ==, 0);
  wg_test_push (f, platform, FALSE);
  assert_truth (f, id, WG_TRUTH_APPLIED);
  wg_test_pull (f, platform);
  g_assert_cmpstr (((WgEvent *) g_hash_table_lookup (platform->events, id))->address, ==,
                   "沿河路12号院北门");
  g_assert_cmpint (((WgEvent *) g_hash_table_lookup (platform->events, id))->state, ==,
                   WG_EVENT_STATE_REPORTED);
  wg_test_store_check (f);
}

static void
test_mend_after_acceptance (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgTestPlatform) platform = wg_test_platform_new ();
  g_autofree char *id = create_level (f, WG_EVENT_LEVEL_GENERAL, 0);
  g_autoptr (WgEventView) view = NULL;
  g_autoptr (WgEvent) event = NULL;
  g_autoptr (GError) error = NULL;

  wg_test_push (f, platform, FALSE);
  wg_test_platform_step (platform, id, WG_ACTION_ACCEPT, NULL, NULL);
  wg_test_pull (f, platform);
  view = get_view (f, id);
  event = wg_event_copy (view->event);
  MendJob job = { event, NULL };
  wg_test_store_run (f, mend_job, &job); /* nothing changed: nothing done */
  g_assert_cmpint (count_events (f).n_waiting, ==, 0);
  g_set_str (&event->address, "别处");
  error = wg_test_store_fail (f, mend_job, &job);
  g_assert_error (error, WG_STORE_ERROR, WG_STORE_ERROR_INVALID);
}

static void
test_steps (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgTestPlatform) platform = wg_test_platform_new ();
  g_autofree char *id = create_level (f, WG_EVENT_LEVEL_GENERAL, 0);
  g_autofree char *held = create_level (f, WG_EVENT_LEVEL_DAILY, HOLD_MS);
  g_autoptr (WgEventView) view = NULL;
  g_autoptr (GError) error = NULL;
  StepJob accept = { id, WG_ACTION_ACCEPT, NULL, NULL };
  StepJob withdraw = { id, WG_ACTION_WITHDRAW, "已自行处理", NULL };
  StepJob unsay = { held, WG_ACTION_WITHDRAW, "误报", NULL };
  StepJob absent = { "0198c3f0-0000-7000-8000-000000000000", WG_ACTION_WITHDRAW, "x", NULL };

  error = wg_test_store_fail (f, step_job, &accept); /* not a worker's step */
  g_assert_error (error, WG_STORE_ERROR, WG_STORE_ERROR_INVALID);
  g_clear_error (&error);
  error = wg_test_store_fail (f, step_job, &absent);
  g_assert_error (error, WG_STORE_ERROR, WG_STORE_ERROR_NOT_FOUND);
  wg_test_store_run (f, step_job, &withdraw);
  wg_test_store_run (f, step_job, &unsay);
  assert_truth (f, held, WG_TRUTH_UNDONE);
  view = get_view (f, id);
  g_assert_cmpint (view->event->state, ==, WG_EVENT_STATE_VOID);
  g_assert_cmpuint (view->steps->len, ==, 2);
  wg_test_push (f, platform, FALSE);
  g_assert_cmpint (platform->last_seq, ==, 2);
  g_assert_cmpint (((WgEvent *) g_hash_table_lookup (platform->events, id))->state, ==,
                   WG_EVENT_STATE_VOID);
  wg_test_pull (f, platform);
  assert_truth (f, id, WG_TRUTH_APPLIED);
  wg_test_store_check (f);
}

/* A step that came too late is refused; what is shown is then what the platform says. */
static void
test_stale_step (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgTestPlatform) platform = wg_test_platform_new ();
  g_autofree char *id = create_level (f, WG_EVENT_LEVEL_GENERAL, 0);
  StepJob withdraw = { id, WG_ACTION_WITHDRAW, "已自行处理", NULL };
  g_autoptr (WgEventView) view = NULL;

  wg_test_push (f, platform, FALSE);
  wg_test_platform_step (platform, id, WG_ACTION_ACCEPT, NULL, NULL);
  wg_test_store_run (f, step_job, &withdraw); /* has not heard of it */
  wg_test_push (f, platform, FALSE);
  wg_test_pull (f, platform);
  view = get_view (f, id);
  g_assert_cmpint (view->event->state, ==, WG_EVENT_STATE_ACCEPTED);
  g_assert_cmpint (view->truth, ==, WG_TRUTH_REFUSED);
  g_assert_cmpint (view->refusal, ==, WG_REFUSAL_STALE_STATE);
  wg_test_store_check (f);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  wg_test_store_init ();
  g_test_add_func ("/store/event-store/create-fills-in", test_create_fills_in);
  g_test_add_func ("/store/event-store/refuses-what-blocks", test_refuses_what_blocks);
  g_test_add_func ("/store/event-store/retired-class", test_retired_class);
  g_test_add_func ("/store/event-store/double-tap", test_double_tap);
  g_test_add_func ("/store/event-store/hold-and-release", test_hold_and_release);
  g_test_add_func ("/store/event-store/release-at-open", test_release_at_open);
  g_test_add_func ("/store/event-store/clock-set-back", test_clock_set_back);
  g_test_add_func ("/store/event-store/release-keeps-the-tap", test_release_keeps_the_tap);
  g_test_add_func ("/store/event-store/undo", test_undo);
  g_test_add_func ("/store/event-store/mend-while-held", test_mend_while_held);
  g_test_add_func ("/store/event-store/returned-is-mended", test_returned_is_mended);
  g_test_add_func ("/store/event-store/mend-after-acceptance", test_mend_after_acceptance);
  g_test_add_func ("/store/event-store/steps", test_steps);
  g_test_add_func ("/store/event-store/stale-step", test_stale_step);
  return g_test_run ();
}

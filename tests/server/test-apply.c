/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Operations applied in process: content, steps, times, numbers, repeats, gaps, forks. */
#include <math.h>
#include <string.h>

#include "core/wg-chain.h"
#include "core/wg-id.h"
#include "kit.h"
#include "wire/wg-wire-operation.h"

#define HOUR_MS G_GINT64_CONSTANT (3600000)

/* 2026-06-22 12:00 local: 450 working minutes after 2026-06-18 12:30 (protocol.md 4.2). */
#define DUE_450_MS G_GINT64_CONSTANT (1782100800000)

static void
set_opinion (WgOperation *operation, const char *text)
{
  g_set_str (&operation->opinion, text);
}

static WgOperation *
step_with_words (Terminal *terminal, const char *rec, const char *grid, WgAction action)
{
  WgOperation *operation = terminal_step (terminal, rec, grid, action);

  set_opinion (operation, "样例意见");
  return operation;
}

static void
assert_state (Kit *kit, const char *rec, WgEventState state, gint64 step_no)
{
  g_autoptr (WgEvent) event = kit_load (kit, rec, NULL);

  g_assert_nonnull (event);
  g_assert_cmpint (event->state, ==, state);
  g_assert_cmpint (event->step_no, ==, step_no);
}

static void
test_levels (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (Terminal) terminal = terminal_new (kit, "wa1");
  g_autofree char *daily = terminal_expect (
      terminal, terminal_create (terminal, KIT_GRID_A1, WG_EVENT_LEVEL_DAILY), "ok");
  g_autofree char *general = terminal_expect (
      terminal, terminal_create (terminal, KIT_GRID_A1, WG_EVENT_LEVEL_GENERAL), "ok");
  g_autofree char *major = terminal_expect (
      terminal, terminal_create (terminal, KIT_GRID_A1, WG_EVENT_LEVEL_MAJOR), "ok");
  g_autoptr (WgEvent) event = kit_load (kit, general, NULL);

  assert_state (kit, daily, WG_EVENT_STATE_CLOSED, 1);
  assert_state (kit, general, WG_EVENT_STATE_REPORTED, 1);
  assert_state (kit, major, WG_EVENT_STATE_REPORTED, 1);
  g_assert_cmpstr (event->reporter, ==, "wa1");
  g_assert_cmpstr (event->org_code, ==, KIT_TOWN_A);
  g_assert_cmpint (event->level_reported, ==, WG_EVENT_LEVEL_GENERAL);
  g_assert_cmpint (event->received_ms, ==, KIT_START_MS);
  /* 0202 is to be accepted within 60 working minutes: 14:00 to 15:00. */
  g_assert_cmpint (event->due_accept_ms, ==, KIT_START_MS + HOUR_MS * 5 / 2);
  g_assert_false (event->clock_suspect);
  kit_check (kit);
}

/* Report, return, mend, supplement, accept: the limits stand still in between. */
static void
test_loop (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (Terminal) worker = terminal_new (kit, "wa1");
  g_autoptr (Terminal) clerk = terminal_new (kit, "ca");
  g_autofree char *rec =
      terminal_expect (worker, terminal_create (worker, KIT_GRID_A1, WG_EVENT_LEVEL_GENERAL), "ok");
  g_autoptr (WgEvent) returned = NULL;
  g_autoptr (WgEvent) again = NULL;
  g_autoptr (WgEvent) accepted = NULL;
  g_autoptr (GPtrArray) steps = NULL;
  WgOperation *patch;

  kit_advance (kit, 2 * HOUR_MS); /* 14:30: half of the limit is used */
  g_free (
      terminal_expect (clerk, step_with_words (clerk, rec, KIT_GRID_A1, WG_ACTION_RETURN), "ok"));
  returned = kit_load (kit, rec, NULL);
  g_assert_cmpint (returned->state, ==, WG_EVENT_STATE_RETURNED);
  g_assert_cmpint (returned->due_accept_ms, ==, 0);
  kit_advance (kit, 3 * HOUR_MS); /* 17:30 */
  patch = terminal_patch (worker, rec, KIT_GRID_A1);
  operation_patch_text (patch, "description", "样例路口的样例事件", "样例路口东侧的样例事件");
  g_free (terminal_expect (worker, patch, "ok"));
  g_free (terminal_expect (worker, terminal_step (worker, rec, KIT_GRID_A1, WG_ACTION_SUPPLEMENT),
                           "ok"));
  again = kit_load (kit, rec, NULL);
  g_assert_cmpint (again->due_accept_ms, ==, kit->wall_ms + HOUR_MS / 2); /* 18:00 */
  g_free (terminal_expect (clerk, terminal_step (clerk, rec, KIT_GRID_A1, WG_ACTION_ACCEPT), "ok"));
  accepted = kit_load (kit, rec, &steps);
  g_assert_cmpstr (accepted->event_no, ==, "3705022026061800001");
  g_assert_cmpstr (accepted->description, ==, "样例路口东侧的样例事件");
  /* 240 working minutes from 17:30: half an hour today, 210 minutes on Monday, from 8:30. */
  g_assert_cmpint (accepted->due_handle_ms, ==, DUE_450_MS);
  g_assert_cmpuint (steps->len, ==, 4);
  g_assert_cmpint (accepted->ver, ==, 5);
  kit_check (kit);
}

static void
test_numbers (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (Terminal) worker = terminal_new (kit, "wa1");
  g_autoptr (Terminal) clerk = terminal_new (kit, "ca");
  static const char *const expected[] = { "3705022026061800001", "3705022026061800002",
                                          "3705022026061900001" };

  for (gsize i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      g_autofree char *rec = terminal_expect (
          worker, terminal_create (worker, KIT_GRID_A1, WG_EVENT_LEVEL_GENERAL), "ok");
      g_autoptr (WgEvent) event = NULL;
      g_free (
          terminal_expect (clerk, terminal_step (clerk, rec, KIT_GRID_A1, WG_ACTION_ACCEPT), "ok"));
      event = kit_load (kit, rec, NULL);
      g_assert_cmpstr (event->event_no, ==, expected[i]);
      if (i == 1)
        kit_advance (kit, 12 * HOUR_MS); /* 00:30 of the next day */
    }
}

typedef struct
{
  const char *name;
  void (*spoil) (WgOperation *operation);
  const char *result;
} BadCase;

static void
spoil_title (WgOperation *operation)
{
  g_clear_pointer (&operation->event->title, g_free);
}

static void
spoil_title_length (WgOperation *operation)
{
  g_autofree char *tail = g_strnfill (60, 'x');
  g_set_str (&operation->event->title, tail);
}

static void
spoil_class (WgOperation *operation)
{
  g_set_str (&operation->event->class_code, "9999");
}

static void
spoil_group (WgOperation *operation)
{
  /* four digits are a class; the group above is none */
  g_set_str (&operation->event->class_code, "02");
}

static void
spoil_standard (WgOperation *operation)
{
  g_set_str (&operation->event->class_std, "other-1");
}

static void
spoil_grid (WgOperation *operation)
{
  g_set_str (&operation->event->grid_code, "370502001001999");
}

static void
spoil_scope (WgOperation *operation)
{
  g_set_str (&operation->scope, "g:" KIT_GRID_A2);
}

static void
spoil_actor (WgOperation *operation)
{
  g_set_str (&operation->actor, "wa2");
}

static void
spoil_photo (WgOperation *operation)
{
  operation->event->photos = g_strdupv ((char *[]) { (char *) "../../etc/passwd", NULL });
}

static void
spoil_photos (WgOperation *operation)
{
  GStrvBuilder *photos = g_strv_builder_new ();
  for (int i = 0; i < 21; i++)
    g_strv_builder_add (photos, KIT_PHOTO);
  operation->event->photos = g_strv_builder_unref_to_strv (photos);
}

static void
spoil_level (WgOperation *operation)
{
  /* daily for a class that is never daily */
  operation->event->level = WG_EVENT_LEVEL_DAILY;
  operation->event->self_handled = TRUE;
  operation->event->handle_note = g_strdup ("当场办结");
  g_set_str (&operation->event->class_code, "0201");
}

static void
spoil_daily (WgOperation *operation)
{
  operation->event->level = WG_EVENT_LEVEL_DAILY;
  operation->event->self_handled = FALSE;
}

static void
spoil_duplicate (WgOperation *operation)
{
  operation->event->duplicate_of = g_strdup ("019cac8a-4040-7000-8000-0000000000e0");
}

static void
spoil_place (WgOperation *operation)
{
  operation->event->lon = 12.5;
}

static const BadCase BAD[] = {
  { "no title", spoil_title, "invalid-field" },
  { "long title", spoil_title_length, "invalid-field" },
  { "unknown class", spoil_class, "invalid-field" },
  { "group for a class", spoil_group, "invalid-field" },
  { "unknown standard", spoil_standard, "invalid-field" },
  { "unknown grid", spoil_grid, "invalid-field" },
  { "scope of another grid", spoil_scope, "not-in-scope" },
  { "forged actor", spoil_actor, "no-right" },
  { "photo that is a path", spoil_photo, "invalid-field" },
  { "21 photos", spoil_photos, "invalid-field" },
  { "class never daily", spoil_level, "invalid-field" },
  { "daily, not handled", spoil_daily, "invalid-field" },
  { "attached to nothing", spoil_duplicate, "invalid-field" },
  { "another continent", spoil_place, "invalid-field" },
};

/* A bad one in the middle never keeps the others back, and changes nothing. */
static void
test_refusals (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (Terminal) terminal = terminal_new (kit, "wa1");

  for (gsize i = 0; i < G_N_ELEMENTS (BAD); i++)
    {
      WgOperation *operation = terminal_create (terminal, KIT_GRID_A1, WG_EVENT_LEVEL_GENERAL);
      g_autofree char *rec = NULL;
      g_autoptr (WgEvent) event = NULL;
      BAD[i].spoil (operation);
      g_test_message ("%s", BAD[i].name);
      rec = terminal_expect (terminal, operation, BAD[i].result);
      event = kit_load (kit, rec, NULL);
      g_assert_null (event);
      g_free (terminal_expect (
          terminal, terminal_create (terminal, KIT_GRID_A1, WG_EVENT_LEVEL_GENERAL), "ok"));
    }
  g_assert_cmpint (kit_count (kit, "op-count"), ==, 2 * G_N_ELEMENTS (BAD));
  kit_check (kit);
}

/* Steps that may not be: each with the state beside it, none with an effect. */
static void
test_steps_refused (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (Terminal) worker = terminal_new (kit, "wa1");
  g_autoptr (Terminal) clerk = terminal_new (kit, "ca");
  g_autofree char *rec =
      terminal_expect (worker, terminal_create (worker, KIT_GRID_A1, WG_EVENT_LEVEL_GENERAL), "ok");
  g_autofree char *unknown = wg_id_new (&kit->ports);
  WgOperation *stale = step_with_words (clerk, rec, KIT_GRID_A1, WG_ACTION_RETURN);
  WgOperation *self = terminal_step (clerk, rec, KIT_GRID_A1, WG_ACTION_DUPLICATE);
  WgOperation *value = step_with_words (clerk, rec, KIT_GRID_A1, WG_ACTION_CHANGE_CLASS);
  WgOperation *daily = step_with_words (clerk, rec, KIT_GRID_A1, WG_ACTION_CHANGE_LEVEL);

  stale->expect_state = 20;
  self->duplicate_of = g_strdup (rec);
  value->new_value = g_strdup ("9999");
  daily->new_value = g_strdup ("1");
  g_free (terminal_expect (clerk, stale, "stale-state"));
  g_free (terminal_expect (clerk, self, "invalid-field"));
  g_free (terminal_expect (clerk, value, "invalid-field"));
  g_free (terminal_expect (clerk, daily, "invalid-field"));
  g_free (terminal_expect (clerk, terminal_step (clerk, rec, KIT_GRID_A1, WG_ACTION_RETURN),
                           "invalid-field"));
  g_free (terminal_expect (clerk, terminal_step (clerk, rec, KIT_GRID_A1, WG_ACTION_SUPPLEMENT),
                           "illegal-step"));
  g_free (terminal_expect (worker, terminal_step (worker, rec, KIT_GRID_A1, WG_ACTION_ACCEPT),
                           "no-right"));
  g_free (terminal_expect (worker,
                           step_with_words (worker, unknown, KIT_GRID_A1, WG_ACTION_WITHDRAW),
                           "depends-on-rejected"));
  assert_state (kit, rec, WG_EVENT_STATE_REPORTED, 1);
  g_free (terminal_expect (worker, step_with_words (worker, rec, KIT_GRID_A1, WG_ACTION_WITHDRAW),
                           "ok"));
  assert_state (kit, rec, WG_EVENT_STATE_VOID, 2);
  kit_check (kit);
}

static void
test_duplicates (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (Terminal) worker = terminal_new (kit, "wa1");
  g_autoptr (Terminal) clerk = terminal_new (kit, "ca");
  g_autofree char *first =
      terminal_expect (worker, terminal_create (worker, KIT_GRID_A1, WG_EVENT_LEVEL_GENERAL), "ok");
  g_autofree char *second =
      terminal_expect (worker, terminal_create (worker, KIT_GRID_A1, WG_EVENT_LEVEL_GENERAL), "ok");
  g_autoptr (WgEvent) ruled = NULL;
  WgOperation *attach = terminal_create (worker, KIT_GRID_A1, WG_EVENT_LEVEL_GENERAL);
  WgOperation *rule = terminal_step (clerk, second, KIT_GRID_A1, WG_ACTION_DUPLICATE);
  WgOperation *back = terminal_step (clerk, first, KIT_GRID_A1, WG_ACTION_DUPLICATE);
  g_autofree char *attached = NULL;

  attach->event->duplicate_of = g_strdup (first);
  attached = terminal_expect (worker, attach, "ok");
  assert_state (kit, attached, WG_EVENT_STATE_VOID, 1);
  rule->duplicate_of = g_strdup (first);
  g_free (terminal_expect (clerk, rule, "ok"));
  ruled = kit_load (kit, second, NULL);
  g_assert_cmpstr (ruled->duplicate_of, ==, first);
  /* no cycle */
  back->duplicate_of = g_strdup (second);
  g_free (terminal_expect (clerk, back, "invalid-field"));
  kit_check (kit);
}

/* One name for two operations in one push: the second one is another content of it. */
static void
test_same_name (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (Terminal) terminal = terminal_new (kit, "wa1");
  WgOperation *create = terminal_create (terminal, KIT_GRID_A1, WG_EVENT_LEVEL_GENERAL);
  g_autofree char *op_id = g_strdup (create->op_id);
  g_autofree char *rec = terminal_log (terminal, create);
  WgOperation *patch = terminal_patch (terminal, rec, KIT_GRID_A1);
  g_autoptr (WgPushJob) job = NULL;
  g_autoptr (WgEvent) event = NULL;
  const GPtrArray *results;

  g_set_str (&patch->op_id, op_id);
  operation_patch_text (patch, "address", "样例路 1 号", "样例路 2 号");
  g_free (terminal_log (terminal, patch));
  job = terminal_push (terminal);
  results = wg_push_job_get_answer (job)->results;
  g_assert_cmpuint (results->len, ==, 2);
  g_assert_cmpint (((const WgPushResult *) results->pdata[0])->kind, ==, WG_RESULT_OK);
  g_assert_cmpstr (((const WgPushResult *) results->pdata[1])->code, ==, "duplicate-record");
  event = kit_load (kit, rec, NULL);
  g_assert_cmpint (event->ver, ==, 1);
  kit_check (kit);
}

/* The same record twice is refused; the same operation under another replica is not doubled. */
static void
test_same_record (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (Terminal) one = terminal_new (kit, "wa1");
  g_autoptr (Terminal) two = terminal_new (kit, "wa1");
  WgOperation *first = terminal_create (one, KIT_GRID_A1, WG_EVENT_LEVEL_GENERAL);
  WgOperation *moved = terminal_create (two, KIT_GRID_A1, WG_EVENT_LEVEL_GENERAL);
  WgOperation *thief = terminal_create (two, KIT_GRID_A1, WG_EVENT_LEVEL_GENERAL);
  g_autofree char *rec = NULL;

  g_set_str (&moved->op_id, first->op_id);
  g_set_str (&moved->rec, first->rec);
  g_set_str (&thief->rec, first->rec);
  rec = terminal_expect (one, first, "ok");
  g_free (terminal_expect (two, moved, "ok"));
  g_free (terminal_expect (two, thief, "duplicate-record"));
  assert_state (kit, rec, WG_EVENT_STATE_REPORTED, 1);
  kit_check (kit);
}

/* Two tablets of one worker change the same field without seeing each other. */
static void
test_conflict (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (Terminal) one = terminal_new (kit, "wa1");
  g_autoptr (Terminal) two = terminal_new (kit, "wa1");
  g_autofree char *rec =
      terminal_expect (one, terminal_create (one, KIT_GRID_A1, WG_EVENT_LEVEL_GENERAL), "ok");
  WgOperation *mine = terminal_patch (one, rec, KIT_GRID_A1);
  WgOperation *theirs = terminal_patch (two, rec, KIT_GRID_A1);
  WgOperation *same = terminal_patch (two, rec, KIT_GRID_A1);
  WgOperation *fixed = terminal_patch (one, rec, KIT_GRID_A1);
  g_autoptr (WgEvent) event = NULL;

  operation_patch_text (mine, "address", "样例路 1 号", "样例路 2 号");
  operation_patch_text (theirs, "address", "样例路 1 号", "样例路 3 号");
  operation_patch_text (theirs, "title", "样例事件", "另一个标题");
  operation_patch_text (same, "address", "样例路 1 号", "样例路 2 号");
  operation_patch_text (fixed, "grid_code", KIT_GRID_A1, KIT_GRID_A2);
  g_free (terminal_expect (one, mine, "ok"));
  g_free (terminal_expect (two, theirs, "conflict"));
  g_free (terminal_expect (two, same, "ok"));
  g_free (terminal_expect (one, fixed, "field-read-only"));
  event = kit_load (kit, rec, NULL);
  g_assert_cmpstr (event->address, ==, "样例路 2 号");
  g_assert_cmpstr (event->title, ==, "另一个标题");
  g_assert_cmpint (kit_count (kit, "dispute-count"), ==, 1);
  kit_check (kit);
}

/* --- the chain ------------------------------------------------------------------------------- */

static void
assert_same_results (const WgPushAnswer *a, const WgPushAnswer *b)
{
  g_assert_cmpuint (a->results->len, ==, b->results->len);
  for (guint i = 0; i < a->results->len; i++)
    {
      g_autofree char *left = wg_wire_push_result_to_json (a->results->pdata[i]);
      g_autofree char *right = wg_wire_push_result_to_json (b->results->pdata[i]);
      g_assert_cmpstr (left, ==, right);
    }
  g_assert_cmpint (a->last_seq, ==, b->last_seq);
  g_assert_cmpstr (a->last_hash, ==, b->last_hash);
}

static WgPush *
copy_push (const WgPush *push)
{
  WgPush *copy = wg_push_new ();

  copy->replica = g_strdup (push->replica);
  copy->epoch = g_strdup (push->epoch);
  copy->first = push->first;
  copy->previous = g_strdup (push->previous);
  copy->now_ms = push->now_ms;
  copy->boot = g_strdup (push->boot);
  copy->mono_ms = push->mono_ms;
  for (guint i = 0; i < push->lines->len; i++)
    g_ptr_array_add (copy->lines, g_strdup (push->lines->pdata[i]));
  return copy;
}

static WgPushJob *
run_push (Kit *kit, WgPush *push, const char *worker)
{
  g_autoptr (GError) error = NULL;
  WgPushJob *job = wg_push_job_new (push, worker, &error);

  g_assert_no_error (error);
  kit_run (kit, wg_push_job_run, job);
  return job;
}

static WgPush *
make_mixed_push (Terminal *terminal)
{
  WgOperation *bad = terminal_create (terminal, KIT_GRID_A1, WG_EVENT_LEVEL_GENERAL);

  g_free (terminal_log (terminal, terminal_create (terminal, KIT_GRID_A1, WG_EVENT_LEVEL_GENERAL)));
  g_clear_pointer (&bad->event->title, g_free);
  g_free (terminal_log (terminal, bad));
  g_free (terminal_log (terminal, terminal_create (terminal, KIT_GRID_A1, WG_EVENT_LEVEL_DAILY)));
  return terminal_push_new (terminal);
}

/* However often a push comes, its effect is there once and its answers are the same. */
static void
test_repeat (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (Terminal) terminal = terminal_new (kit, "wa1");
  WgPush *push = make_mixed_push (terminal);
  g_autoptr (WgPush) saved = copy_push (push);
  g_autoptr (WgPushJob) first = run_push (kit, push, "wa1");

  g_assert_nonnull (wg_push_job_get_answer (first));
  for (int i = 0; i < 3; i++)
    {
      g_autoptr (WgPushJob) again = run_push (kit, copy_push (saved), "wa1");
      assert_same_results (wg_push_job_get_answer (first), wg_push_job_get_answer (again));
    }
  g_assert_cmpint (kit_count (kit, "op-count"), ==, 3);
  kit_check (kit);
}

/* Half known, half new: the known half from the store, the new half applied. */
static void
test_overlap (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (Terminal) terminal = terminal_new (kit, "wa1");
  g_autoptr (WgPush) whole = make_mixed_push (terminal);
  WgPush *part = copy_push (whole);
  g_autoptr (WgPushJob) first = NULL;
  g_autoptr (WgPushJob) second = NULL;

  g_ptr_array_set_size (part->lines, 2);
  first = run_push (kit, part, "wa1");
  g_assert_cmpint (wg_push_job_get_answer (first)->last_seq, ==, 2);
  second = run_push (kit, copy_push (whole), "wa1");
  g_assert_cmpint (wg_push_job_get_answer (second)->last_seq, ==, 3);
  g_assert_cmpuint (wg_push_job_get_answer (second)->results->len, ==, 3);
  kit_check (kit);
}

static void
assert_problem (WgPushJob *job, const char *name, gint64 expected)
{
  const WgProblem *problem = wg_push_job_get_problem (job);

  g_assert_nonnull (problem);
  g_assert_cmpint (problem->status, ==, 409);
  g_assert_cmpstr (problem->name, ==, name);
  g_assert_cmpint (problem->expected, ==, expected);
  g_assert_null (wg_push_job_get_answer (job));
}

static void
test_gap_fork_epoch (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (Terminal) terminal = terminal_new (kit, "wa1");
  g_autoptr (Terminal) twin = terminal_new (kit, "wa1");
  g_autoptr (WgPush) whole = make_mixed_push (terminal);
  WgPush *later = copy_push (whole);
  WgPush *old = copy_push (whole);
  WgPush *forked = NULL;
  g_autoptr (WgPushJob) gap = NULL;
  g_autoptr (WgPushJob) epoch = NULL;
  g_autoptr (WgPushJob) good = NULL;
  g_autoptr (WgPushJob) fork = NULL;
  g_autoptr (WgPushJob) branch = NULL;

  g_ptr_array_remove_index (later->lines, 0);
  later->first = 2;
  g_free (later->previous);
  later->previous = wg_chain_next (WG_CHAIN_START, whole->lines->pdata[0], -1);
  gap = run_push (kit, later, "wa1");
  assert_problem (gap, "gap", 1);
  g_set_str (&old->epoch, "019cac8a-4040-7000-8000-0000000000ff");
  epoch = run_push (kit, old, "wa1");
  assert_problem (epoch, "epoch-changed", -1);
  good = run_push (kit, copy_push (whole), "wa1");
  g_assert_nonnull (wg_push_job_get_answer (good));
  /* the same numbers with other lines */
  forked = make_mixed_push (twin);
  g_set_str (&forked->replica, terminal->replica);
  g_set_str (&forked->previous, WG_CHAIN_START);
  fork = run_push (kit, forked, "wa1");
  assert_problem (fork, "replica-forked", -1);
  /* a continuation of another past */
  forked = make_mixed_push (twin);
  g_set_str (&forked->replica, terminal->replica);
  branch = run_push (kit, forked, "wa1");
  assert_problem (branch, "replica-forked", -1);
  g_assert_cmpint (kit_count (kit, "op-count"), ==, 3);
  kit_check (kit);
}

static void
test_strangers (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (Terminal) terminal = terminal_new (kit, "wa1");
  g_autoptr (WgPush) push = make_mixed_push (terminal);
  WgPush *unknown = copy_push (push);
  g_autoptr (WgPushJob) other = run_push (kit, copy_push (push), "wa2");
  g_autoptr (WgPushJob) nobody = NULL;

  g_assert_cmpstr (wg_push_job_get_problem (other)->name, ==, "no-right");
  g_set_str (&unknown->replica, "019cac8a-4040-7000-8000-0000000000ff");
  nobody = run_push (kit, unknown, "wa1");
  g_assert_cmpstr (wg_push_job_get_problem (nobody)->name, ==, "unknown-replica");
  g_assert_cmpint (kit_count (kit, "op-count"), ==, 0);
}

/* --- clocks ---------------------------------------------------------------------------------- */

typedef struct
{
  gint64 wall_off;   /* of the tablet */
  gboolean rebooted; /* between the act and the push */
  gint64 age_ms;     /* of the operation */
  gint64 expect_age_ms;
  gboolean suspect;
} ClockCase;

static const ClockCase CLOCKS[] = {
  { 0, FALSE, 60000, 60000, FALSE },
  /* two days ahead: the boot clock knows better, and it is said */
  { 48 * HOUR_MS, FALSE, 60000, 60000, TRUE },
  { -8 * HOUR_MS, FALSE, 60000, 60000, FALSE },
  /* after a reboot the error of now is taken off */
  { -8 * HOUR_MS, TRUE, 3 * HOUR_MS, 3 * HOUR_MS, FALSE },
  { 48 * HOUR_MS, TRUE, 60000, 60000, TRUE },
};

static void
test_clock (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (CLOCKS); i++)
    {
      const ClockCase *row = &CLOCKS[i];
      g_autoptr (Kit) kit = kit_new ();
      g_autoptr (Terminal) terminal = terminal_new (kit, "wa1");
      g_autofree char *rec = NULL;
      g_autoptr (WgPushJob) job = NULL;
      g_autoptr (WgEvent) event = NULL;
      g_autoptr (GPtrArray) steps = NULL;
      terminal->wall_off = row->wall_off;
      rec =
          terminal_log (terminal, terminal_create (terminal, KIT_GRID_A1, WG_EVENT_LEVEL_GENERAL));
      kit_advance (kit, row->age_ms);
      if (row->rebooted)
        g_set_str (&terminal->boot, "boot-2");
      job = terminal_push (terminal);
      event = kit_load (kit, rec, &steps);
      g_test_message ("clock %zu", i);
      g_assert_nonnull (event);
      g_assert_cmpint (((WgEventStep *) steps->pdata[0])->at_ms, ==,
                       kit->wall_ms - row->expect_age_ms);
      g_assert_cmpint (event->occurred_ms, ==, kit->wall_ms - row->expect_age_ms - 60000);
      g_assert_cmpint (event->clock_suspect, ==, row->suspect);
    }
}

/* A class that was retired after the matter happened is still right; one retired before is not. */
static gboolean
retire_class (WgWork *work, gpointer data, GError **error)
{
  static const char csv[] =
      "# version: test-1\n"
      "# title: test\n"
      "code,parent,name,pinyin,default_level,levels,filing_condition,lead_role,assist_roles,"
      "accept_amount,accept_unit,handle_amount,handle_unit,close_condition,photo,verify,"
      "duplicate_radius_m,duplicate_hours,quick,active_from,active_to,source\n"
      "02,,市容环境,srhj,,,,,,,,,,,,,,,,20180730,,S\n"
      "0201,02,甲,j,2,2|3,x,网格长,,60,wmin,240,wmin,x,optional,self,50,24,0,20180730,20260617,S\n"
      "0202,02,乙,y,2,2|3,x,网格长,,60,wmin,240,wmin,x,optional,self,50,24,0,20180730,20260501,S\n";

  return wg_reference_put_text (work, "standard", "test-1", csv, NULL, error);
}

static void
test_retired (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (Terminal) terminal = terminal_new (kit, "wa1");
  WgOperation *late = terminal_create (terminal, KIT_GRID_A1, WG_EVENT_LEVEL_GENERAL);
  WgOperation *gone = terminal_create (terminal, KIT_GRID_A1, WG_EVENT_LEVEL_GENERAL);

  kit_run (kit, retire_class, NULL);
  g_set_str (&late->event->class_std, "test-1");
  g_set_str (&late->event->class_code, "0201");
  late->event->occurred_ms = KIT_START_MS - 36 * HOUR_MS;
  g_set_str (&gone->event->class_std, "test-1");
  g_set_str (&gone->event->class_code, "0202");
  g_free (terminal_expect (terminal, late, "ok"));
  g_free (terminal_expect (terminal, gone, "invalid-field"));
}

static void
expect_flags (Kit *kit, const char *rec, const char *expected)
{
  g_autofree char *flags = NULL;
  g_autoptr (GError) error = NULL;
  WgStatement *statement = wg_db_statement (kit->db, "event-get", &error);

  wg_statement_bind_text (statement, "id", rec);
  flags = wg_db_take_text (statement, "flags", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (flags, ==, expected);
}

static void
test_outside (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (Terminal) terminal = terminal_new (kit, "wa1");
  WgOperation *operation = terminal_create (terminal, KIT_GRID_A1, WG_EVENT_LEVEL_GENERAL);
  g_autofree char *rec = NULL;

  operation->event->lon = 118.6;
  rec = terminal_expect (terminal, operation, "ok");
  expect_flags (kit, rec, "outside-grid");
}

/* Source: ux.md T24. */
static void
test_mocked (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (Terminal) terminal = terminal_new (kit, "wa1");
  WgOperation *mocked = terminal_create (terminal, KIT_GRID_A1, WG_EVENT_LEVEL_GENERAL);
  WgOperation *both = terminal_create (terminal, KIT_GRID_A1, WG_EVENT_LEVEL_GENERAL);
  WgOperation *measured = terminal_create (terminal, KIT_GRID_A1, WG_EVENT_LEVEL_GENERAL);
  g_autofree char *first = NULL, *second = NULL, *third = NULL;

  mocked->event->fix_mock = TRUE;
  both->event->fix_mock = TRUE;
  both->event->lon = 118.6;
  first = terminal_expect (terminal, mocked, "ok");
  second = terminal_expect (terminal, both, "ok");
  third = terminal_expect (terminal, measured, "ok");
  expect_flags (kit, first, "mock-place");
  expect_flags (kit, second, "outside-grid mock-place");
  expect_flags (kit, third, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/apply/levels", test_levels);
  g_test_add_func ("/server/apply/loop", test_loop);
  g_test_add_func ("/server/apply/numbers", test_numbers);
  g_test_add_func ("/server/apply/refusals", test_refusals);
  g_test_add_func ("/server/apply/steps-refused", test_steps_refused);
  g_test_add_func ("/server/apply/duplicates", test_duplicates);
  g_test_add_func ("/server/apply/same-name", test_same_name);
  g_test_add_func ("/server/apply/same-record", test_same_record);
  g_test_add_func ("/server/apply/conflict", test_conflict);
  g_test_add_func ("/server/apply/repeat", test_repeat);
  g_test_add_func ("/server/apply/overlap", test_overlap);
  g_test_add_func ("/server/apply/gap-fork-epoch", test_gap_fork_epoch);
  g_test_add_func ("/server/apply/strangers", test_strangers);
  g_test_add_func ("/server/apply/clock", test_clock);
  g_test_add_func ("/server/apply/retired-class", test_retired);
  g_test_add_func ("/server/apply/outside-grid", test_outside);
  g_test_add_func ("/server/apply/mock-place", test_mocked);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The workflow: each action in each state, level and role against a table read by another hand. */
#include "core/wg-workflow.h"

#include "core-files.h"
#include "core/wg-core-error.h"

#define SELF "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"
#define OTHER "017f22e2-79b0-7cc3-98c4-dc0c0c073990"

static const int STATES[] = { 0, 10, 11, 12, 13, 20, 30, 31, 40, 41, 42, 50, 51, 60, 70, 80 };
static const struct
{
  const char *letter;
  WgRole role;
} ROLES[] = {
  { "W", WG_ROLE_WORKER },   { "C", WG_ROLE_CLERK },  { "P", WG_ROLE_DISPATCHER },
  { "H", WG_ROLE_HANDLER },  { "L", WG_ROLE_LEADER }, { "S", WG_ROLE_SUPERVISOR },
  { "D", WG_ROLE_DISTRICT }, { "Y", WG_ROLE_SYSTEM }, { "-", WG_ROLE_ASSESSOR },
  { "-", WG_ROLE_AUDITOR },  { "-", WG_ROLE_ADMIN },
};

static gboolean
has_word (const char *list, const char *word)
{
  g_auto (GStrv) words = g_strsplit (list, " ", -1);

  return g_strv_contains ((const char *const *) words, word);
}

static gboolean
covers (const WgCsv *table, guint row, const char *action, int state, int level)
{
  const char *from = wg_csv_get (table, row, "from");
  g_autofree char *state_word = g_strdup_printf ("%d", state);
  g_autofree char *level_word = g_strdup_printf ("%d", level);

  return g_str_equal (wg_csv_get (table, row, "action"), action) &&
         (g_str_equal (from, "*") ? state != 0 : has_word (from, state_word)) &&
         has_word (wg_csv_get (table, row, "levels"), level_word);
}

/* The row that allows it, or -1: no such step, -2: not for this role. */
static int
find_expected (const WgCsv *table, const char *action, int state, int level, const char *letter)
{
  int answer = -1;

  for (guint row = 0; row < wg_csv_get_n_rows (table); row++)
    if (covers (table, row, action, state, level))
      {
        if (has_word (wg_csv_get (table, row, "roles"), letter))
          return (int) row;
        answer = -2;
      }
  return answer;
}

static WgEvent *
make_event (int state, int level)
{
  WgEvent *event = wg_event_new ();

  event->id = g_strdup (SELF);
  event->level = level;
  event->state = state;
  event->step_no = state == 0 ? 0 : 5;
  event->class_code = g_strdup ("0202");
  event->self_handled = level == WG_EVENT_LEVEL_DAILY;
  event->handle_note = g_strdup ("已清理");
  if (state != 0)
    event->reporter = g_strdup ("w1");
  return event;
}

/* Everything that any row may want. */
static WgStepRequest
make_request (WgAction action, WgRole role, int level)
{
  return (WgStepRequest) {
    .action = action,
    .role = role,
    .actor = "w1",
    .expect_state = -1,
    .expect_step_no = -1,
    .opinion = "说明",
    .new_value = action == WG_ACTION_CHANGE_LEVEL ? (level == 4 ? "3" : "4") : "0301",
    .duplicate_of = OTHER,
    .lead_org = "o:chengguan",
    .handled_by = "h9",
  };
}

static void
check_allowed (const WgCsv *table, guint row, WgEvent *event, const WgStepRequest *request)
{
  g_autoptr (GError) error = NULL;
  const WgTransition *transition = wg_workflow_decide (event, request, &error);
  const char *to = wg_csv_get (table, row, "to");
  int from = event->state;
  gint64 steps = event->step_no;

  g_assert_no_error (error);
  g_assert_cmpint (transition->step_kind, ==,
                   g_ascii_strtoll (wg_csv_get (table, row, "kind"), NULL, 10));
  g_assert_cmpint (transition->offline, ==, wg_csv_get (table, row, "offline")[0] == '1');
  wg_workflow_apply (event, transition, request);
  g_assert_cmpint (event->state, ==, g_str_equal (to, "=") ? from : g_ascii_strtoll (to, NULL, 10));
  g_assert_cmpint (event->step_no, ==, steps + 1);
}

static void
check_case (const WgCsv *table, WgAction action, int state, int level, gsize role)
{
  g_autoptr (WgEvent) event = make_event (state, level);
  g_autoptr (GError) error = NULL;
  WgStepRequest request = make_request (action, ROLES[role].role, level);
  int row = find_expected (table, wg_action_to_string (action), state, level, ROLES[role].letter);
  gboolean lowers = row >= 0 && level == 4 && request.role != WG_ROLE_DISTRICT &&
                    has_word (wg_csv_get (table, (guint) row, "needs"), "lower");

  g_assert_cmpint (wg_workflow_may (event, action, ROLES[role].role, TRUE), ==, row >= 0);
  if (row >= 0 && !lowers)
    {
      check_allowed (table, (guint) row, event, &request);
      return;
    }
  g_assert_null (wg_workflow_decide (event, &request, &error));
  g_assert_true (error != NULL && error->domain == WG_CORE_ERROR);
  g_assert_cmpint (error->code, ==, row == -1 ? WG_CORE_ERROR_NOT_FOUND : WG_CORE_ERROR_FORBIDDEN);
  g_assert_cmpint (event->state, ==, state);
}

static void
test_exhaustive (void)
{
  g_autoptr (WgCsv) table = core_open_fixture ("transitions.csv");

  for (int action = 0; action < WG_N_ACTION; action++)
    for (gsize state = 0; state < G_N_ELEMENTS (STATES); state++)
      for (int level = 1; level <= 4; level++)
        for (gsize role = 0; role < G_N_ELEMENTS (ROLES); role++)
          check_case (table, action, STATES[state], level, role);
}

/* Takes away one thing after the other that a row of the fixture wants. */
static void
check_needs (const WgTransition *transition, int level, const char *needs)
{
  static const struct
  {
    const char *need;
    gsize offset;
    WgCoreError code;
  } texts[] = {
    { "words", G_STRUCT_OFFSET (WgStepRequest, opinion), WG_CORE_ERROR_INVALID },
    { "other", G_STRUCT_OFFSET (WgStepRequest, duplicate_of), WG_CORE_ERROR_INVALID },
    { "value", G_STRUCT_OFFSET (WgStepRequest, new_value), WG_CORE_ERROR_INVALID },
    { "lead", G_STRUCT_OFFSET (WgStepRequest, lead_org), WG_CORE_ERROR_INVALID },
    { "eyes", G_STRUCT_OFFSET (WgStepRequest, handled_by), WG_CORE_ERROR_INVALID },
  };
  g_autoptr (WgEvent) event = make_event (transition->from, level);
  WgRole role = 1u << (g_bit_nth_msf (transition->roles, -1));
  const WgStepRequest whole = make_request (transition->action, role, level);

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    for (int blank = 0; blank < 2; blank++)
      {
        g_autoptr (GError) error = NULL;
        WgStepRequest request = whole;
        G_STRUCT_MEMBER (const char *, &request, texts[i].offset) = blank ? " \n" : NULL;
        const WgTransition *row = wg_workflow_decide (event, &request, &error);
        if (has_word (needs, texts[i].need))
          g_assert_error (error, WG_CORE_ERROR, texts[i].code);
        else
          g_assert_true (row == transition);
      }
  if (transition->from != 0)
    {
      g_autoptr (GError) error = NULL;
      WgStepRequest request = whole;
      request.actor = "w2";
      if (wg_workflow_decide (event, &request, &error) == NULL)
        g_assert_error (error, WG_CORE_ERROR, WG_CORE_ERROR_FORBIDDEN);
      g_assert_cmpint (error != NULL, ==, has_word (needs, "author"));
      g_assert_cmpint (wg_workflow_may (event, transition->action, role, FALSE), ==,
                       !has_word (needs, "author"));
    }
}

static void
test_needs (void)
{
  g_autoptr (WgCsv) table = core_open_fixture ("transitions.csv");
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);

  for (gsize i = 0; i < WG_N_TRANSITIONS; i++)
    {
      const WgTransition *transition = &WG_TRANSITIONS[i];
      int level = transition->levels & 1u << 3 ? 3 : 1;
      WgRole role = 1u << (g_bit_nth_msf (transition->roles, -1));
      const char *letter = "?";
      for (gsize k = 0; k < G_N_ELEMENTS (ROLES); k++)
        if (ROLES[k].role == role)
          letter = ROLES[k].letter;
      int row = find_expected (table, wg_action_to_string (transition->action), transition->from,
                               level, letter);
      g_assert_cmpint (row, >=, 0);
      g_hash_table_add (seen, GINT_TO_POINTER (row + 1));
      check_needs (transition, level, wg_csv_get (table, (guint) row, "needs"));
    }
  g_assert_cmpuint (g_hash_table_size (seen), ==, wg_csv_get_n_rows (table));
}

static void
assert_refused (const WgEvent *event,
                const WgStepRequest *request,
                WgCoreError code,
                const char *word)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (wg_workflow_decide (event, request, &error));
  g_assert_error (error, WG_CORE_ERROR, code);
  g_assert_nonnull (strstr (error->message, word));
}

static void
test_expectations (void)
{
  g_autoptr (WgEvent) event = make_event (10, 2);
  WgStepRequest request = make_request (WG_ACTION_ACCEPT, WG_ROLE_CLERK, 2);

  request.expect_state = 11;
  assert_refused (event, &request, WG_CORE_ERROR_STALE, "state");
  request.expect_state = 10;
  request.expect_step_no = 4;
  assert_refused (event, &request, WG_CORE_ERROR_STALE, "step_no");
  request.expect_step_no = 5;
  g_assert_nonnull (wg_workflow_decide (event, &request, NULL));
  request.action = 999;
  assert_refused (event, &request, WG_CORE_ERROR_INVALID, "action");
  request = make_request (WG_ACTION_ACCEPT, 0, 2);
  assert_refused (event, &request, WG_CORE_ERROR_FORBIDDEN, "role");
  event->level = 77;
  assert_refused (event, &request, WG_CORE_ERROR_NOT_FOUND, "action");
}

static void
test_daily (void)
{
  g_autoptr (WgEvent) event = make_event (0, 1);
  WgStepRequest request = make_request (WG_ACTION_REPORT, WG_ROLE_WORKER, 1);

  event->self_handled = FALSE;
  assert_refused (event, &request, WG_CORE_ERROR_INVALID, "self_handled");
  event->self_handled = TRUE;
  g_set_str (&event->handle_note, " ");
  assert_refused (event, &request, WG_CORE_ERROR_INVALID, "handle_note");
  g_set_str (&event->handle_note, "已清理");
  const WgTransition *row = wg_workflow_decide (event, &request, NULL);
  wg_workflow_apply (event, row, &request);
  g_assert_cmpint (event->state, ==, WG_EVENT_STATE_CLOSED);
  g_assert_cmpint (event->level_reported, ==, 1);
  g_assert_cmpstr (event->reporter, ==, "w1");
}

static void
test_values (void)
{
  static const char *const levels[] = { "0", "5", "22", "x", "-1", "2" };
  static const char *const classes[] = { "02", "abcd", "0202", "020200000" };
  g_autoptr (WgEvent) event = make_event (10, 2);
  WgStepRequest request = make_request (WG_ACTION_CHANGE_LEVEL, WG_ROLE_CLERK, 2);

  for (gsize i = 0; i < G_N_ELEMENTS (levels); i++)
    {
      request.new_value = levels[i];
      assert_refused (event, &request, WG_CORE_ERROR_INVALID, "new_value");
    }
  request.new_value = "3";
  wg_workflow_apply (event, wg_workflow_decide (event, &request, NULL), &request);
  g_assert_cmpint (event->level, ==, 3);
  request.new_value = "2";
  assert_refused (event, &request, WG_CORE_ERROR_FORBIDDEN, "district");
  request.role = WG_ROLE_DISTRICT;
  wg_workflow_apply (event, wg_workflow_decide (event, &request, NULL), &request);
  g_assert_cmpint (event->level, ==, 2);
  request = make_request (WG_ACTION_CHANGE_CLASS, WG_ROLE_CLERK, 2);
  for (gsize i = 0; i < G_N_ELEMENTS (classes); i++)
    {
      request.new_value = classes[i];
      assert_refused (event, &request, WG_CORE_ERROR_INVALID, "new_value");
    }
  request.new_value = "0301";
  wg_workflow_apply (event, wg_workflow_decide (event, &request, NULL), &request);
  g_assert_cmpstr (event->class_code, ==, "0301");
}

static void
test_persons (void)
{
  g_autoptr (WgEvent) event = make_event (50, 2);
  g_autoptr (WgEvent) dispute = make_event (10, 2);
  WgStepRequest request = make_request (WG_ACTION_VERIFIED, WG_ROLE_WORKER, 2);

  request.handled_by = "w1";
  assert_refused (event, &request, WG_CORE_ERROR_FORBIDDEN, "verified");
  request = make_request (WG_ACTION_DUPLICATE, WG_ROLE_CLERK, 2);
  request.duplicate_of = SELF;
  assert_refused (dispute, &request, WG_CORE_ERROR_INVALID, "duplicate_of");
  request.duplicate_of = OTHER;
  wg_workflow_apply (dispute, wg_workflow_decide (dispute, &request, NULL), &request);
  g_assert_cmpstr (dispute->duplicate_of, ==, OTHER);
  g_assert_cmpint (dispute->state, ==, WG_EVENT_STATE_VOID);
}

static void
test_names (void)
{
  WgAction action;

  for (int i = 0; i < WG_N_ACTION; i++)
    {
      g_assert_true (wg_action_from_string (wg_action_to_string (i), &action));
      g_assert_cmpint (action, ==, i);
      g_assert_cmpstr (wg_action_to_title (i), !=, "");
    }
  g_assert_cmpstr (wg_action_to_string (WG_ACTION_CHANGE_LEVEL), ==, "change-level");
  g_assert_false (wg_action_from_string ("destroy", &action));
  g_assert_false (wg_action_from_string (NULL, &action));
}

static void
test_step_record (void)
{
  g_autoptr (WgEventStep) step = wg_event_step_new ();

  step->event_id = g_strdup (SELF);
  step->opinion = g_strdup ("补拍照片");
  step->photos = g_strsplit ("a,b", ",", -1);
  step->seq = 3;
  g_autoptr (WgEventStep) copy = wg_event_step_copy (step);
  g_assert_cmpstr (copy->opinion, ==, step->opinion);
  g_assert_true (copy->opinion != step->opinion);
  g_assert_cmpstr (copy->photos[1], ==, "b");
  g_assert_cmpint (copy->seq, ==, 3);
  g_assert_null (wg_event_step_copy (NULL));
  wg_event_step_free (NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/workflow/exhaustive", test_exhaustive);
  g_test_add_func ("/core/workflow/needs", test_needs);
  g_test_add_func ("/core/workflow/expectations", test_expectations);
  g_test_add_func ("/core/workflow/daily", test_daily);
  g_test_add_func ("/core/workflow/values", test_values);
  g_test_add_func ("/core/workflow/persons", test_persons);
  g_test_add_func ("/core/workflow/names", test_names);
  g_test_add_func ("/core/workflow/step-record", test_step_record);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Operations: their effect on an event, what they may not touch, names. */
#include "core/wg-operation.h"

#include "core/wg-core-error.h"

#define SELF "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"
#define OTHER "017f22e2-79b0-7cc3-98c4-dc0c0c073990"

static WgOperation *
make_create (WgEventLevel level)
{
  WgOperation *operation = wg_operation_new (WG_OPERATION_EVENT_CREATE);

  operation->rec = g_strdup (SELF);
  operation->actor = g_strdup ("w1");
  operation->event = wg_event_new ();
  operation->event->level = level;
  operation->event->title = g_strdup ("暴露垃圾");
  operation->event->description = g_strdup ("一堆");
  return operation;
}

static WgEvent *
make_reported (void)
{
  g_autoptr (WgOperation) operation = make_create (WG_EVENT_LEVEL_GENERAL);
  WgEvent *event = wg_event_new ();

  g_assert_true (wg_operation_apply (operation, event, NULL));
  return event;
}

static WgOperation *
make_patch (const char *fields)
{
  WgOperation *operation = wg_operation_new (WG_OPERATION_EVENT_PATCH);

  operation->rec = g_strdup (SELF);
  operation->actor = g_strdup ("w1");
  operation->event = wg_event_new ();
  operation->fields = g_strsplit (fields, ",", -1);
  return operation;
}

/* Refused without a trace. */
static void
assert_refused (const WgOperation *operation, WgEvent *event, WgCoreError code)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (WgEvent) before = wg_event_copy (event);

  g_assert_false (wg_operation_apply (operation, event, &error));
  g_assert_error (error, WG_CORE_ERROR, code);
  for (const WgField *field = WG_EVENT_FIELDS; field->name != NULL; field++)
    g_assert_true (wg_field_equal (field, before, event));
  g_assert_cmpstr (before->id, ==, event->id);
}

static void
test_create (void)
{
  static const struct
  {
    WgEventLevel level;
    WgEventState state;
  } cases[] = {
    { WG_EVENT_LEVEL_DAILY, WG_EVENT_STATE_CLOSED },
    { WG_EVENT_LEVEL_GENERAL, WG_EVENT_STATE_REPORTED },
    { WG_EVENT_LEVEL_MAJOR, WG_EVENT_STATE_REPORTED },
    { WG_EVENT_LEVEL_GRAVE, WG_EVENT_STATE_REPORTED },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (WgOperation) operation = make_create (cases[i].level);
      g_autoptr (WgEvent) event = wg_event_new ();
      g_autoptr (GError) error = NULL;
      operation->event->event_no = g_strdup ("forged");
      operation->event->state = WG_EVENT_STATE_ARCHIVED;
      g_assert_true (wg_operation_apply (operation, event, &error));
      g_assert_no_error (error);
      g_assert_cmpint (event->state, ==, cases[i].state);
      g_assert_cmpint (event->step_no, ==, 1);
      g_assert_cmpint (event->level_reported, ==, cases[i].level);
      g_assert_cmpstr (event->id, ==, SELF);
      g_assert_cmpstr (event->reporter, ==, "w1");
      g_assert_cmpstr (event->title, ==, "暴露垃圾");
      g_assert_null (event->event_no);
    }
}

static void
test_attach (void)
{
  g_autoptr (WgOperation) operation = make_create (WG_EVENT_LEVEL_GENERAL);
  g_autoptr (WgEvent) event = wg_event_new ();

  operation->event->duplicate_of = g_strdup (OTHER);
  g_assert_true (wg_operation_apply (operation, event, NULL));
  g_assert_cmpint (event->state, ==, WG_EVENT_STATE_VOID);
  g_assert_cmpstr (event->duplicate_of, ==, OTHER);
}

static void
test_create_refused (void)
{
  g_autoptr (WgOperation) operation = make_create (WG_EVENT_LEVEL_GENERAL);
  g_autoptr (WgOperation) odd = make_create (9);
  g_autoptr (WgEvent) event = make_reported ();
  g_autoptr (WgEvent) empty = wg_event_new ();

  assert_refused (operation, event, WG_CORE_ERROR_STALE);
  assert_refused (odd, empty, WG_CORE_ERROR_INVALID);
  g_clear_pointer (&operation->event, wg_event_free);
  assert_refused (operation, empty, WG_CORE_ERROR_INVALID);
}

static void
test_patch (void)
{
  g_autoptr (WgEvent) event = make_reported ();
  g_autoptr (WgOperation) patch = make_patch ("title,address");

  patch->event->title = g_strdup ("积存垃圾");
  patch->event->description = g_strdup ("not named, not touched");
  g_assert_true (wg_operation_apply (patch, event, NULL));
  g_assert_cmpstr (event->title, ==, "积存垃圾");
  g_assert_cmpstr (event->description, ==, "一堆");
  g_assert_null (event->address);
  g_assert_cmpint (event->step_no, ==, 1);
}

/* Changed by another hand meanwhile: refused unless both say the same. */
static void
test_patch_base (void)
{
  g_autoptr (WgEvent) event = make_reported ();
  g_autoptr (WgOperation) patch = make_patch ("title");

  patch->base = wg_event_copy (event);
  patch->event->title = g_strdup ("积存垃圾");
  g_set_str (&event->title, "道路不洁");
  assert_refused (patch, event, WG_CORE_ERROR_STALE);
  g_set_str (&event->title, "积存垃圾");
  g_assert_true (wg_operation_apply (patch, event, NULL));
}

static void
test_patch_refused (void)
{
  for (const WgField *field = WG_EVENT_FIELDS; field->name != NULL; field++)
    {
      g_autoptr (WgEvent) event = make_reported ();
      g_autoptr (WgOperation) patch = make_patch (field->name);
      if (field->conflict == WG_CONFLICT_SERVER)
        assert_refused (patch, event, WG_CORE_ERROR_FORBIDDEN);
      else
        g_assert_true (wg_operation_apply (patch, event, NULL));
    }

  g_autoptr (WgEvent) event = make_reported ();
  g_autoptr (WgOperation) unknown = make_patch ("title,colour");
  g_autoptr (WgOperation) nothing = make_patch ("");
  g_autoptr (WgOperation) title = make_patch ("title");
  unknown->event->title = g_strdup ("x");
  assert_refused (unknown, event, WG_CORE_ERROR_INVALID);
  g_clear_pointer (&nothing->fields, g_strfreev);
  assert_refused (nothing, event, WG_CORE_ERROR_INVALID);
  for (int state = 0; state <= 80; state++)
    if (wg_event_state_is_valid (state) && state != 10 && state != 11)
      {
        event->state = state;
        assert_refused (title, event, WG_CORE_ERROR_STALE);
      }
}

/* Returned, mended, sent again: the way of I7, the state is the fold of the steps. */
static void
test_steps (void)
{
  static const struct
  {
    WgAction action;
    WgEventState to;
  } way[] = {
    { WG_ACTION_RETURN, 11 },   { WG_ACTION_SUPPLEMENT, 10 },   { WG_ACTION_CHANGE_LEVEL, 10 },
    { WG_ACTION_ACCEPT, 20 },   { WG_ACTION_DISPATCH, 30 },     { WG_ACTION_SIGN, 40 },
    { WG_ACTION_HANDLED, 50 },  { WG_ACTION_NOT_VERIFIED, 51 }, { WG_ACTION_HANDLED, 50 },
    { WG_ACTION_VERIFIED, 60 }, { WG_ACTION_EVALUATE, 70 },     { WG_ACTION_NOTE, 70 },
    { WG_ACTION_CLOSE, 80 },
  };
  g_autoptr (WgEvent) event = make_reported ();

  for (gsize i = 0; i < G_N_ELEMENTS (way); i++)
    {
      g_autoptr (WgOperation) step = wg_operation_new (WG_OPERATION_EVENT_STEP);
      step->action = way[i].action;
      step->expect_state = event->state;
      step->expect_step_no = event->step_no;
      step->new_value = g_strdup ("3");
      g_assert_true (wg_operation_apply (step, event, NULL));
      g_assert_cmpint (event->state, ==, way[i].to);
      g_assert_cmpint (event->step_no, ==, i + 2);
    }
  g_assert_cmpint (event->level, ==, WG_EVENT_LEVEL_MAJOR);
  g_assert_cmpint (event->level_reported, ==, WG_EVENT_LEVEL_GENERAL);
}

static void
test_steps_refused (void)
{
  g_autoptr (WgEvent) event = make_reported ();
  g_autoptr (WgOperation) step = wg_operation_new (WG_OPERATION_EVENT_STEP);
  g_autoptr (WgOperation) dropped = wg_operation_new (WG_OPERATION_SCOPE_DROPPED);

  step->action = WG_ACTION_HANDLED;
  assert_refused (step, event, WG_CORE_ERROR_NOT_FOUND);
  step->action = WG_ACTION_CHANGE_LEVEL;
  assert_refused (step, event, WG_CORE_ERROR_INVALID);
  step->action = WG_ACTION_ACCEPT;
  step->expect_state = 11;
  assert_refused (step, event, WG_CORE_ERROR_STALE);
  step->expect_state = 10;
  step->expect_step_no = 2;
  assert_refused (step, event, WG_CORE_ERROR_STALE);
  assert_refused (dropped, event, WG_CORE_ERROR_INVALID);
}

static void
test_names (void)
{
  const WgKind *none = NULL;
  WgOperationKind kind;
  WgRefusal refusal;

  for (int i = 0; i < WG_N_OPERATION; i++)
    {
      const WgKind *record_kind = wg_operation_is_record (i) ? wg_kind_find ("household") : NULL;
      const WgKind *read = NULL;
      const char *name = wg_operation_kind_to_string (i, record_kind);
      g_assert_true (wg_operation_kind_from_string (name, &kind, &read));
      g_assert_cmpint (kind, ==, i);
      g_assert_true (read == record_kind);
    }
  g_assert_cmpstr (
      wg_operation_kind_to_string (WG_OPERATION_RECORD_VOID, wg_kind_find ("resident")), ==,
      "resident.void");
  g_assert_false (wg_operation_kind_from_string ("resident.step", &kind, &none));
  g_assert_false (wg_operation_kind_from_string (".void", &kind, &none));
  g_assert_false (wg_operation_kind_from_string ("person.patch", &kind, &none));
  for (int i = 0; i < WG_N_REFUSAL; i++)
    {
      g_assert_true (wg_refusal_from_string (wg_refusal_to_string (i), &refusal));
      g_assert_cmpint (refusal, ==, i);
      g_assert_cmpstr (wg_refusal_to_title (i), !=, "");
    }
  g_assert_false (wg_refusal_from_string (NULL, &refusal));
  wg_operation_free (NULL);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/operation/create", test_create);
  g_test_add_func ("/core/operation/attach", test_attach);
  g_test_add_func ("/core/operation/create-refused", test_create_refused);
  g_test_add_func ("/core/operation/patch", test_patch);
  g_test_add_func ("/core/operation/patch-base", test_patch_base);
  g_test_add_func ("/core/operation/patch-refused", test_patch_refused);
  g_test_add_func ("/core/operation/steps", test_steps);
  g_test_add_func ("/core/operation/steps-refused", test_steps_refused);
  g_test_add_func ("/core/operation/names", test_names);
  return g_test_run ();
}

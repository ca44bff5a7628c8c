/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Operations as lines: what refuses the whole push, and what is one operation's result. */
#include <math.h>
#include <string.h>

#include "samples.h"

#define ENVELOPE "\"t\":\"op\",\"op_id\":\"019cac8a-4040-7000-8000-0000000003fd\",\"seq\":7"
#define RECORD "\"rec\":\"" SAMPLE_EVENT "\""
#define WHO "\"schema\":1,\"scope\":\"g:1\",\"actor\":\"w0001\",\"at\":1,\"boot\":\"k\",\"mono\":1"
#define LINE(kind, more) "{" ENVELOPE ",\"kind\":\"" kind "\"," RECORD "," WHO more "}"
#define CREATE(set) LINE ("event.create", ",\"set\":" set)
#define PATCH(set) LINE ("event.patch", ",\"set\":" set)
#define STEP(more) LINE ("event.step", more)

static void
test_not_ours (void)
{
  static const char *const lines[] = {
    "",
    "{}",
    "[]",
    "x",
    "{\"t\":\"op\"}",
    "{\"t\":\"push\",\"op_id\":\"019cac8a-4040-7000-8000-0000000003fd\",\"seq\":7}",
    "{\"t\":\"op\",\"op_id\":\"019CAC8A-4040-7000-8000-0000000003FD\",\"seq\":7}",
    "{\"t\":\"op\",\"op_id\":\"1\",\"seq\":7}",
    "{\"t\":\"op\",\"op_id\":\"019cac8a-4040-7000-8000-0000000003fd\",\"seq\":0}",
    "{\"t\":\"op\",\"op_id\":\"019cac8a-4040-7000-8000-0000000003fd\",\"seq\":\"7\"}",
    "{\"t\":\"op\",\"op_id\":\"019cac8a-4040-7000-8000-0000000003fd\",\"seq\":7.0}",
    "{" ENVELOPE ",\"a\":1,\"a\":2}",
    "{" ENVELOPE ",\"a\":1e999}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (lines); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *field = NULL;
      WgOperation *operation = NULL;
      int refusal = 99;
      g_test_message ("%s", lines[i]);
      g_assert_false (wg_wire_operation_from_line (lines[i], strlen (lines[i]), &operation,
                                                   &refusal, &field, &error));
      g_assert_error (error, WG_WIRE_ERROR, WG_WIRE_ERROR_MALFORMED);
      g_assert_null (operation);
      g_assert_null (field);
      g_assert_cmpint (refusal, ==, 99);
    }
}

typedef struct
{
  const char *line;
  int refusal;
  const char *field;
} Case;

static const Case CASES[] = {
  { CREATE ("{\"level\":1}"), -1, NULL },
  { CREATE ("{\"level\":1,\"title\":null}"), -1, NULL },
  { LINE ("event.create", ",\"set\":{\"level\":1},\"later\":[{}]"), -1, NULL },
  { PATCH ("{\"title\":[null,\"x\"],\"photos\":[[],null]}"), -1, NULL },
  { STEP (",\"step\":{\"action\":\"withdraw\"}"), -1, NULL },
  { "{" ENVELOPE ",\"kind\":\"scope.dropped\"," WHO "}", -1, NULL },
  { LINE ("resident.create", ",\"set\":{\"name\":\"x\"}"), -1, NULL },
  { LINE ("household.patch", ",\"set\":{\"aid\":{\"add\":[\"02\",\"01\"]}}"), -1, NULL },
  { LINE ("resident.confirm", ""), -1, NULL },
  /* records by table and conflicts */
  { LINE ("resident.create", ",\"set\":{}"), WG_REFUSAL_INVALID_FIELD, "set" },
  { LINE ("resident.create", ",\"set\":{\"place\":\"x\"}"), WG_REFUSAL_INVALID_FIELD, "place" },
  { LINE ("resident.create", ",\"set\":{\"voided\":true}"), WG_REFUSAL_FIELD_READ_ONLY, "voided" },
  { LINE ("resident.patch", ",\"set\":{\"made_by\":[null,\"x\"]}"), WG_REFUSAL_FIELD_READ_ONLY,
    "made_by" },
  { LINE ("resident.patch", ",\"set\":{\"name\":\"x\"}"), WG_REFUSAL_INVALID_FIELD, "name" },
  { LINE ("resident.patch", ",\"set\":{\"needs\":[[],[\"01\"]]}"), WG_REFUSAL_INVALID_FIELD,
    "needs" },
  { LINE ("resident.patch", ",\"set\":{\"needs\":{\"add\":\"01\"}}"), WG_REFUSAL_INVALID_FIELD,
    "needs" },
  { LINE ("resident.void", ""), WG_REFUSAL_INVALID_FIELD, "reason" },
  { LINE ("resident.reveal", ",\"reason\":\"x\""), WG_REFUSAL_INVALID_FIELD, "fields" },
  { LINE ("conflict.resolve", ",\"choose\":{\"name\":\"mine\"}"), WG_REFUSAL_INVALID_FIELD,
    "expect" },
  { LINE ("conflict.resolve", ",\"expect\":{\"ver\":1},\"choose\":{\"name\":\"both\"}"),
    WG_REFUSAL_INVALID_FIELD, "choose" },
  { LINE ("resident.step", ""), WG_REFUSAL_UNKNOWN_KIND, "kind" },
  { LINE (".void", ",\"reason\":\"x\""), WG_REFUSAL_UNKNOWN_KIND, "kind" },
  { LINE ("resident.", ""), WG_REFUSAL_UNKNOWN_KIND, "kind" },
  /* kinds */
  { LINE ("person.create", ",\"set\":{}"), WG_REFUSAL_UNKNOWN_KIND, "kind" },
  { LINE ("", ""), WG_REFUSAL_UNKNOWN_KIND, "kind" },
  { "{" ENVELOPE "}", WG_REFUSAL_UNKNOWN_KIND, "kind" },
  { "{" ENVELOPE ",\"kind\":7}", WG_REFUSAL_UNKNOWN_KIND, "kind" },
  /* fields */
  { CREATE ("{\"level\":1,\"later\":1}"), WG_REFUSAL_INVALID_FIELD, "later" },
  { CREATE ("{\"id\":\"x\"}"), WG_REFUSAL_INVALID_FIELD, "id" },
  { CREATE ("{\"ver\":1}"), WG_REFUSAL_INVALID_FIELD, "ver" },
  { CREATE ("{\"state\":70}"), WG_REFUSAL_FIELD_READ_ONLY, "state" },
  { CREATE ("{\"state\":\"x\"}"), WG_REFUSAL_FIELD_READ_ONLY, "state" },
  { CREATE ("{\"reporter\":\"w0002\"}"), WG_REFUSAL_FIELD_READ_ONLY, "reporter" },
  { PATCH ("{\"due_handle_ms\":[1,2]}"), WG_REFUSAL_FIELD_READ_ONLY, "due_handle_ms" },
  { CREATE ("{\"level\":\"1\"}"), WG_REFUSAL_INVALID_FIELD, "level" },
  { CREATE ("{\"level\":1.0}"), WG_REFUSAL_INVALID_FIELD, "level" },
  { CREATE ("{\"photos\":\"x\"}"), WG_REFUSAL_INVALID_FIELD, "photos" },
  { CREATE ("{\"title\":[\"a\",\"b\"]}"), WG_REFUSAL_INVALID_FIELD, "title" },
  { PATCH ("{\"title\":\"b\"}"), WG_REFUSAL_INVALID_FIELD, "title" },
  { PATCH ("{\"title\":[\"b\"]}"), WG_REFUSAL_INVALID_FIELD, "title" },
  { PATCH ("{\"title\":[\"a\",\"b\",\"c\"]}"), WG_REFUSAL_INVALID_FIELD, "title" },
  { PATCH ("{\"title\":[1,\"b\"]}"), WG_REFUSAL_INVALID_FIELD, "title" },
  { CREATE ("{}"), WG_REFUSAL_INVALID_FIELD, "set" },
  { CREATE ("[]"), WG_REFUSAL_INVALID_FIELD, "set" },
  { LINE ("event.create", ""), WG_REFUSAL_INVALID_FIELD, "set" },
  /* steps */
  { STEP (""), WG_REFUSAL_INVALID_FIELD, "step" },
  { STEP (",\"step\":{}"), WG_REFUSAL_INVALID_FIELD, "action" },
  { STEP (",\"step\":{\"action\":\"dance\"}"), WG_REFUSAL_INVALID_FIELD, "action" },
  { STEP (",\"step\":{\"action\":\"withdraw\",\"opinion\":1}"), WG_REFUSAL_INVALID_FIELD,
    "opinion" },
  { STEP (",\"step\":{\"action\":\"withdraw\",\"duplicate_of\":\"x\"}"), WG_REFUSAL_INVALID_FIELD,
    "duplicate_of" },
  { STEP (",\"step\":{\"action\":\"withdraw\"},\"expect\":{\"state\":-1}"),
    WG_REFUSAL_INVALID_FIELD, "state" },
  { STEP (",\"step\":{\"action\":\"withdraw\"},\"expect\":7"), WG_REFUSAL_INVALID_FIELD, "expect" },
  /* members around */
  { LINE ("event.create", ",\"set\":{\"level\":1},\"redo_of\":\"x\""), WG_REFUSAL_INVALID_FIELD,
    "redo_of" },
  { LINE ("event.create", ",\"set\":{\"level\":1},\"loc\":[1,2]"), WG_REFUSAL_INVALID_FIELD,
    "loc" },
  { LINE ("event.create", ",\"set\":{\"level\":1},\"loc\":[1,\"2\",3]"), WG_REFUSAL_INVALID_FIELD,
    "loc" },
  { LINE ("event.create", ",\"set\":{\"level\":1},\"loc\":[1,2,\"3\"]"), WG_REFUSAL_INVALID_FIELD,
    "loc" },
  { "{" ENVELOPE ",\"kind\":\"event.step\"," WHO ",\"step\":{\"action\":\"withdraw\"}}",
    WG_REFUSAL_INVALID_FIELD, "rec" },
  { "{" ENVELOPE
    ",\"kind\":\"scope.dropped\",\"schema\":2,\"scope\":\"g:1\",\"actor\":\"w\",\"at\":1,"
    "\"boot\":\"k\",\"mono\":1}",
    WG_REFUSAL_INVALID_FIELD, "schema" },
  { "{" ENVELOPE
    ",\"kind\":\"scope.dropped\",\"schema\":1,\"scope\":\"g:1\",\"actor\":\"w\",\"at\":-1,"
    "\"boot\":\"k\",\"mono\":1}",
    WG_REFUSAL_INVALID_FIELD, "at" },
  { "{" ENVELOPE ",\"kind\":\"scope.dropped\",\"schema\":1,\"actor\":\"w\",\"at\":1,\"boot\":\"k\","
    "\"mono\":1}",
    WG_REFUSAL_INVALID_FIELD, "scope" },
};

/* Whatever its fault, the operation keeps its identity, so that the platform can answer for it. */
static void
test_results (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (CASES); i++)
    {
      const Case *one = &CASES[i];
      g_autoptr (GError) error = NULL;
      g_autoptr (WgOperation) operation = NULL;
      g_autofree char *field = NULL;
      int refusal;
      g_test_message ("%s", one->line);
      g_assert_true (wg_wire_operation_from_line (one->line, strlen (one->line), &operation,
                                                  &refusal, &field, &error));
      g_assert_no_error (error);
      g_assert_cmpint (refusal, ==, one->refusal);
      g_assert_cmpstr (field, ==, one->field);
      g_assert_cmpstr (operation->op_id, ==, "019cac8a-4040-7000-8000-0000000003fd");
      g_assert_cmpint (operation->seq, ==, 7);
      g_assert_true ((operation->kind == WG_N_OPERATION) == (refusal == WG_REFUSAL_UNKNOWN_KIND));
      if (operation->kind != WG_N_OPERATION && strstr (one->line, RECORD) != NULL)
        g_assert_cmpstr (operation->rec, ==, SAMPLE_EVENT);
    }
}

static void
test_patch (void)
{
  g_autoptr (WgOperation) operation = NULL;
  g_autofree char *line = fixture_read ("operation-patch.json");
  int refusal;

  g_assert_true (
      wg_wire_operation_from_line (line, strlen (line), &operation, &refusal, NULL, NULL));
  g_assert_cmpint (refusal, ==, -1);
  g_assert_cmpuint (g_strv_length (operation->fields), ==, 4);
  g_assert_true (g_strv_contains ((const char *const *) operation->fields, "self_handled"));
  g_assert_cmpstr (operation->base->description, ==, "井盖破损");
  g_assert_true (operation->base->self_handled);
  g_assert_false (operation->event->self_handled);
  g_assert_true (isnan (operation->base->fix_accuracy_m));
  g_assert_cmpfloat (operation->event->fix_accuracy_m, ==, 8.0);
  g_assert_null (operation->base->photos);
  g_assert_cmpstr (operation->event->photos[0], ==, SAMPLE_PHOTO);
  g_assert_true (isnan (operation->accuracy_m));
}

static void
test_step (void)
{
  g_autoptr (WgOperation) operation = NULL;
  g_autofree char *line = fixture_read ("operation-step.json");
  int refusal;

  g_assert_true (
      wg_wire_operation_from_line (line, strlen (line), &operation, &refusal, NULL, NULL));
  g_assert_cmpint (operation->action, ==, WG_ACTION_SUPPLEMENT);
  g_assert_cmpint (operation->expect_state, ==, WG_EVENT_STATE_RETURNED);
  g_assert_cmpint (operation->expect_step_no, ==, 2);
  g_assert_cmpstr (operation->opinion, ==, "已补充");
  g_assert_cmpstr (operation->new_value, ==, "3");
  g_assert_cmpstr (operation->lead_org, ==, "370502001");
  g_assert_cmpstr (operation->redo_of, ==, "019cac8a-4040-7000-8000-0000000000c9");
}

/* What the platform alone writes does not even leave the terminal. */
static void
test_create_leaves_out_platform_fields (void)
{
  g_autofree char *line = fixture_read ("operation-create.json");

  for (const WgField *field = WG_EVENT_FIELDS; field->name != NULL; field++)
    {
      g_autofree char *member = g_strdup_printf ("\"%s\":", field->name);
      g_assert_true ((strstr (line, member) == NULL) == (field->conflict == WG_CONFLICT_SERVER));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/operation/not-ours", test_not_ours);
  g_test_add_func ("/wire/operation/results", test_results);
  g_test_add_func ("/wire/operation/patch", test_patch);
  g_test_add_func ("/wire/operation/step", test_step);
  g_test_add_func ("/wire/operation/create-leaves-out-platform-fields",
                   test_create_leaves_out_platform_fields);
  return g_test_run ();
}

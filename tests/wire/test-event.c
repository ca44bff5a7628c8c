/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events as JSON: any event comes back equal; types are held; what is not known is passed over. */
#include <math.h>
#include <string.h>

#include "samples.h"
#include "wire/wg-json-private.h"

#define SEEDS 2000

/* Text of all widths of UTF-8, escapes among them. */
static char *
random_text (void)
{
  static const gunichar edges[] = { '"',   '\\',   '/',    '\n',   0x7f,   0x80,    0x7ff,
                                    0x800, 0x4e95, 0xd7ff, 0xe000, 0xffff, 0x10000, 0x10ffff };
  GString *text = g_string_new (NULL);
  int n = g_test_rand_int_range (1, 40);

  for (int i = 0; i < n; i++)
    if (g_test_rand_bit ())
      g_string_append_unichar (text, edges[g_test_rand_int_range (0, G_N_ELEMENTS (edges))]);
    else
      g_string_append_unichar (text, (gunichar) g_test_rand_int_range (1, 0xd7ff));
  return g_string_free_and_steal (text);
}

static gint64
random_number (void)
{
  static const gint64 edges[] = { 1, -1, WG_JSON_INT_MAX, -WG_JSON_INT_MAX, G_MAXINT, SAMPLE_MS };

  if (g_test_rand_bit ())
    return edges[g_test_rand_int_range (0, G_N_ELEMENTS (edges))];
  gint64 number = g_test_rand_int () * (G_GINT64_CONSTANT (1) << 21) + g_test_rand_int ();
  return CLAMP (number, -WG_JSON_INT_MAX, WG_JSON_INT_MAX);
}

static char **
random_hashes (void)
{
  int n = g_test_rand_int_range (1, 4);
  char **hashes = g_new0 (char *, n + 1);

  for (int i = 0; i < n; i++)
    {
      g_autofree char *text = random_text ();
      hashes[i] = wg_crypto_sha256 ((const guint8 *) text, strlen (text));
    }
  return hashes;
}

static void
set_random (const WgField *field, WgEvent *event)
{
  gpointer cell = wg_field_pointer (field, event);

  switch (field->type)
    {
    case WG_FIELD_TEXT:
    case WG_FIELD_CODE:
    case WG_FIELD_ID:
      *(char **) cell = random_text ();
      break;
    case WG_FIELD_INT:
    case WG_FIELD_TIME:
      *(gint64 *) cell = random_number ();
      break;
    case WG_FIELD_ENUM:
      *(int *) cell = g_test_rand_int_range (1, 100);
      break;
    case WG_FIELD_REAL:
      *(double *) cell = g_test_rand_double_range (-1e6, 1e6);
      break;
    case WG_FIELD_DEGREE:
      *(double *) cell = g_test_rand_int_range (-1800000000, 1800000000) / 1e7;
      break;
    case WG_FIELD_FLAG:
      *(gboolean *) cell = TRUE;
      break;
    case WG_FIELD_HASHES:
      *(char ***) cell = random_hashes ();
      break;
    default:
      g_assert_not_reached ();
    }
}

static WgEvent *
random_event (void)
{
  WgEvent *event = wg_event_new ();

  for (const WgField *field = WG_EVENT_FIELDS; field->name != NULL; field++)
    if (g_test_rand_int_range (0, 4) != 0)
      set_random (field, event);
  if (g_test_rand_bit ())
    event->id = random_text ();
  if (g_test_rand_bit ())
    event->ver = g_test_rand_int_range (1, G_MAXINT32);
  return event;
}

static void
assert_equal (const WgEvent *a, const WgEvent *b)
{
  g_assert_cmpstr (a->id, ==, b->id);
  g_assert_cmpint (a->ver, ==, b->ver);
  for (const WgField *field = WG_EVENT_FIELDS; field->name != NULL; field++)
    if (!wg_field_equal (field, a, b))
      {
        g_test_message ("differs: %s", field->name);
        g_test_fail ();
      }
}

static void
test_random (void)
{
  for (int i = 0; i < SEEDS; i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (WgEvent) event = random_event ();
      g_autofree char *json = wg_wire_event_to_json (event);
      g_autoptr (WgEvent) again = wg_wire_event_from_json (json, &error);
      g_assert_no_error (error);
      assert_equal (event, again);
      g_autofree char *json_again = wg_wire_event_to_json (again);
      g_assert_cmpstr (json_again, ==, json);
      g_assert_null (strchr (json, '\n'));
    }
}

/* A report carries every field that is not the platform's; a patch both sides of each. */
static void
test_random_operations (void)
{
  for (int i = 0; i < SEEDS; i++)
    {
      g_autoptr (WgOperation) operation = sample_operation (WG_OPERATION_EVENT_PATCH, i + 1);
      g_autoptr (WgOperation) again = NULL;
      g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
      g_autoptr (GError) error = NULL;
      int refusal;
      wg_event_free (operation->event);
      wg_event_free (operation->base);
      g_strfreev (operation->fields);
      operation->event = random_event ();
      operation->base = random_event ();
      for (const WgField *field = WG_EVENT_FIELDS; field->name != NULL; field++)
        if (field->conflict != WG_CONFLICT_SERVER)
          g_strv_builder_add (names, field->name);
      operation->fields = g_strv_builder_end (names);
      operation->kind = i % 2 == 0 ? WG_OPERATION_EVENT_PATCH : WG_OPERATION_EVENT_CREATE;
      g_autofree char *line = wg_wire_operation_to_line (operation);
      g_assert_true (
          wg_wire_operation_from_line (line, strlen (line), &again, &refusal, NULL, &error));
      g_assert_cmpint (refusal, ==, -1);
      for (const WgField *field = WG_EVENT_FIELDS; field->name != NULL; field++)
        if (field->conflict != WG_CONFLICT_SERVER)
          {
            g_assert_true (wg_field_equal (field, operation->event, again->event));
            g_assert_true (again->base == NULL ||
                           wg_field_equal (field, operation->base, again->base));
          }
      g_autofree char *line_again = wg_wire_operation_to_line (again);
      g_assert_cmpstr (line_again, ==, line);
    }
}

static void
test_unknown (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (WgEvent) event = wg_wire_event_from_json (
      "{\"id\":\"x\",\"later\":{\"a\":[1]},\"level\":3,\"title\":null,\"state\":95}", &error);

  g_assert_no_error (error);
  g_assert_cmpint (event->level, ==, WG_EVENT_LEVEL_MAJOR);
  g_assert_cmpint (event->state, ==, 95);
  g_assert_null (event->title);
}

static const char *
wrong_value (WgFieldType type)
{
  switch (type)
    {
    case WG_FIELD_TEXT:
    case WG_FIELD_CODE:
    case WG_FIELD_ID:
      return "1";
    case WG_FIELD_HASHES:
      return "[1]";
    case WG_FIELD_FLAG:
      return "1";
    case WG_FIELD_ENUM:
      return "2147483648";
    case WG_FIELD_INT:
    case WG_FIELD_TIME:
      return "1.5";
    case WG_FIELD_REAL:
    case WG_FIELD_DEGREE:
      return "\"1\"";
    default:
      g_assert_not_reached ();
    }
}

/* Each field in turn with a value of another type, in an event, a report and a patch. */
static void
test_types (void)
{
  for (const WgField *field = WG_EVENT_FIELDS; field->name != NULL; field++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *json =
          g_strdup_printf ("{\"%s\":%s}", field->name, wrong_value (field->type));
      g_assert_null (wg_wire_event_from_json (json, &error));
      g_assert_error (error, WG_WIRE_ERROR, WG_WIRE_ERROR_MALFORMED);
      g_assert_nonnull (strstr (error->message, field->name));
      g_clear_error (&error);
      g_autofree char *array = g_strdup_printf ("{\"%s\":[]}", field->name);
      g_autoptr (WgEvent) event = wg_wire_event_from_json (array, &error);
      g_assert_true ((event != NULL) == (field->type == WG_FIELD_HASHES));
    }
}

static void
test_row (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *json = fixture_read ("event-row.json");
  g_autoptr (GPtrArray) steps = NULL;
  g_autoptr (GPtrArray) expected_steps = sample_steps ();
  g_autoptr (WgEvent) expected = sample_event ();
  g_autoptr (WgEvent) event = wg_wire_event_row_from_json (json, &steps, &error);

  g_assert_no_error (error);
  assert_equal (event, expected);
  g_assert_cmpuint (steps->len, ==, expected_steps->len);
  for (guint i = 0; i < steps->len; i++)
    {
      const WgEventStep *a = g_ptr_array_index (steps, i);
      const WgEventStep *b = g_ptr_array_index (expected_steps, i);
      g_assert_cmpstr (a->event_id, ==, SAMPLE_EVENT);
      g_assert_cmpint (a->seq, ==, b->seq);
      g_assert_cmpint (a->action, ==, b->action);
      g_assert_cmpint (a->kind, ==, b->kind);
      g_assert_cmpstr (a->actor, ==, b->actor);
      g_assert_cmpstr (a->actor_name, ==, b->actor_name);
      g_assert_cmpint (a->actor_role, ==, b->actor_role);
      g_assert_cmpint (a->at_ms, ==, b->at_ms);
      g_assert_cmpint (a->from_state, ==, b->from_state);
      g_assert_cmpint (a->to_state, ==, b->to_state);
      g_assert_cmpstr (a->opinion, ==, b->opinion);
      g_assert_cmpstr (a->old_value, ==, b->old_value);
      g_assert_cmpstr (a->new_value, ==, b->new_value);
      g_assert_cmpint (a->photos != NULL, ==, b->photos != NULL);
    }
}

#define STEP(action, more) "{\"f\":{},\"steps\":[{\"seq\":1,\"action\":\"" action "\"," more "}]}"
#define STATES "\"at\":1,\"from\":0,\"to\":10"

static void
test_row_unknown (void)
{
  static const struct
  {
    const char *json;
    int n_steps; /* −1: refused */
  } rows[] = {
    { "{\"f\":{}}", 0 },
    { STEP ("report", STATES), 1 },
    { STEP ("report", STATES ",\"role\":\"later\",\"later\":1"), 1 },
    { STEP ("later", STATES), 0 },
    { STEP ("report", "\"at\":1,\"from\":0"), -1 },
    { STEP ("report", "\"at\":\"1\",\"from\":0,\"to\":10"), -1 },
    { "{\"f\":{},\"steps\":[1]}", -1 },
    { "{\"f\":{},\"steps\":{}}", -1 },
    { "{\"f\":[]}", -1 },
    { "{\"steps\":[]}", -1 },
    { "{\"f\":{\"level\":\"x\"}}", -1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GPtrArray) steps = NULL;
      g_autoptr (WgEvent) event = wg_wire_event_row_from_json (rows[i].json, &steps, &error);
      g_test_message ("%s", rows[i].json);
      g_assert_true ((event != NULL) == (rows[i].n_steps >= 0));
      g_assert_true ((error == NULL) == (event != NULL));
      if (event != NULL)
        g_assert_cmpint ((int) steps->len, ==, rows[i].n_steps);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/event/random", test_random);
  g_test_add_func ("/wire/event/random-operations", test_random_operations);
  g_test_add_func ("/wire/event/unknown", test_unknown);
  g_test_add_func ("/wire/event/types", test_types);
  g_test_add_func ("/wire/event/row", test_row);
  g_test_add_func ("/wire/event/row-unknown", test_row_unknown);
  return g_test_run ();
}

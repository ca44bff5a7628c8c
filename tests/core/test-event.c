/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An event: its field table, one-tap daily events, tidying, rules across fields, names. */
#include "core/wg-event.h"

#include <math.h>

#include "core/wg-chain.h"

#define NOW_MS G_GINT64_CONSTANT (1780000000000)
#define DAY_MS G_GINT64_CONSTANT (86400000)

static WgEvent *
make_general (void)
{
  WgEvent *event = wg_event_new ();

  event->id = g_strdup ("017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
  event->level = WG_EVENT_LEVEL_GENERAL;
  event->class_std = g_strdup ("dyq-2018.1");
  event->class_code = g_strdup ("0202");
  event->title = g_strdup ("暴露垃圾");
  event->description = g_strdup ("3号楼东侧一堆垃圾");
  event->occurred_ms = event->reported_ms = NOW_MS;
  event->lon = 118.67;
  event->lat = 37.43;
  event->fix_source = WG_FIX_SATELLITE;
  event->fix_accuracy_m = 6;
  event->fix_ms = NOW_MS;
  event->address = g_strdup ("文汇街道某小区3号楼");
  event->grid_code = g_strdup ("370502001001001");
  event->org_code = g_strdup ("370502001");
  return event;
}

static const WgIssue *
find_issue (GPtrArray *issues, const char *field)
{
  for (guint i = 0; i < issues->len; i++)
    if (g_str_equal (((const WgIssue *) g_ptr_array_index (issues, i))->field, field))
      return g_ptr_array_index (issues, i);
  return NULL;
}

/* Exactly one finding. */
static void
assert_issue (const WgEvent *event, const char *field, WgIssueCode code, gboolean blocks)
{
  g_autoptr (GPtrArray) issues = wg_event_check (event, NOW_MS);
  const WgIssue *issue = find_issue (issues, field);

  g_assert_cmpuint (issues->len, ==, 1);
  g_assert_nonnull (issue);
  g_assert_cmpint (issue->code, ==, code);
  g_assert_cmpint (issue->blocks, ==, blocks);
}

static void
assert_fine (const WgEvent *event)
{
  g_autoptr (GPtrArray) issues = wg_event_check (event, NOW_MS);

  if (issues->len > 0)
    g_error ("%s: %s", ((WgIssue *) issues->pdata[0])->field,
             wg_issue_code_to_string (((WgIssue *) issues->pdata[0])->code));
}

static void
test_table (void)
{
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GHashTable) offsets = g_hash_table_new (NULL, NULL);

  for (const WgField *field = WG_EVENT_FIELDS; field->name != NULL; field++)
    {
      g_assert_true (g_hash_table_add (names, (gpointer) field->name));
      g_assert_true (g_hash_table_add (offsets, GSIZE_TO_POINTER (field->offset)));
      g_assert_cmpstr (field->title, !=, "");
      g_assert_nonnull (field->source);
      g_assert_cmpuint (field->offset, <, sizeof (WgEvent));
      if (field->type == WG_FIELD_CODE)
        g_assert_nonnull (field->codes);
      g_assert_false ((field->flags & WG_FIELD_REQUIRED) && field->conflict == WG_CONFLICT_SERVER);
    }
  g_assert_cmpuint (g_hash_table_size (names), ==, 37);
  g_assert_null (wg_field_find (WG_EVENT_FIELDS, "id"));
  g_assert_null (wg_field_find (WG_EVENT_FIELDS, "ver"));
}

static void
test_copy (void)
{
  g_autoptr (WgEvent) event = make_general ();
  g_autoptr (WgEvent) empty = wg_event_new ();

  event->ver = 7;
  event->photos = g_strsplit (WG_CHAIN_START, ",", -1);
  g_autoptr (WgEvent) copy = wg_event_copy (event);
  for (const WgField *field = WG_EVENT_FIELDS; field->name != NULL; field++)
    g_assert_true (wg_field_equal (field, event, copy));
  g_assert_cmpstr (copy->id, ==, event->id);
  g_assert_cmpint (copy->ver, ==, 7);
  g_assert_null (wg_event_copy (NULL));
  wg_event_free (NULL);
  g_assert_true (isnan (empty->lon) && isnan (empty->fix_accuracy_m));
  g_assert_cmpint (empty->fix_source, ==, WG_FIX_NONE);
  g_assert_cmpint (empty->state, ==, WG_EVENT_STATE_DRAFT);
}

/* A tile gives a class, a time and a grid: the rest follows, and nothing is asked. */
static void
test_one_tap (void)
{
  g_autoptr (WgEvent) event = wg_event_new ();

  event->level = WG_EVENT_LEVEL_DAILY;
  event->class_std = g_strdup ("dyq-2018.1");
  event->class_code = g_strdup ("0101");
  event->occurred_ms = event->reported_ms = NOW_MS;
  event->grid_code = g_strdup ("370502001001001");
  event->org_code = g_strdup ("370502001");
  wg_event_normalize (event, "入户走访");
  g_assert_true (event->self_handled);
  g_assert_cmpstr (event->title, ==, "入户走访");
  g_assert_cmpstr (event->handle_note, ==, "入户走访");
  assert_fine (event);
}

static void
test_normalize (void)
{
  g_autoptr (WgEvent) event = make_general ();
  g_autofree char *decomposed = g_utf8_normalize ("é", -1, G_NORMALIZE_NFD);

  event->self_handled = TRUE;
  g_set_str (&event->title, " \u3000  ");
  g_set_str (&event->description, "\r\n 一\r\n二\r三 \n\n");
  g_set_str (&event->address, "\u3000文汇\n街道\t3号楼 ");
  g_set_str (&event->informant_name, decomposed);
  g_set_str (&event->informant_phone, " ＋８６ 138-0000 1234");
  event->lon = 118.12345674999;
  event->raw_lat = 37.00000005;
  wg_event_normalize (event, "暴露垃圾");
  g_assert_cmpstr (event->title, ==, "暴露垃圾");
  g_assert_cmpstr (event->description, ==, "一\n二\n三");
  g_assert_cmpstr (event->address, ==, "文汇 街道 3号楼");
  g_assert_cmpstr (event->informant_name, ==, "é");
  g_assert_cmpstr (event->informant_phone, ==, "13800001234");
  g_assert_false (event->self_handled);
  g_assert_null (event->handle_note);
  g_assert_cmpfloat (event->lon, ==, 118.1234567);
  g_assert_cmpfloat (event->raw_lat, ==, 37.0000001);

  g_autoptr (WgEvent) once = wg_event_copy (event);
  wg_event_normalize (event, "另一类");
  for (const WgField *field = WG_EVENT_FIELDS; field->name != NULL; field++)
    g_assert_true (wg_field_equal (field, once, event));
}

static void
test_normalize_damaged (void)
{
  g_autoptr (WgEvent) event = make_general ();
  g_autofree char *long_name = g_strnfill (80, 'x');

  g_set_str (&event->address, " \xff ");
  g_set_str (&event->informant_phone, "\xff 1");
  wg_event_normalize (event, NULL);
  g_assert_cmpstr (event->address, ==, " \xff ");
  g_assert_cmpstr (event->informant_phone, ==, "\xff 1");

  g_clear_pointer (&event->title, g_free);
  wg_event_normalize (event, NULL);
  g_assert_null (event->title);
  wg_event_normalize (event, long_name);
  g_assert_cmpuint (strlen (event->title), ==, 50);
}

static void
test_phones (void)
{
  static const struct
  {
    const char *given, *kept;
    gboolean fine;
  } cases[] = {
    { "13800001234", "13800001234", TRUE },
    { "8613800001234", "13800001234", TRUE },
    { "+86 138 0000 1234", "13800001234", TRUE },
    { "0546-8301234", "05468301234", TRUE },
    { "(0546)8301234", "05468301234", TRUE },
    { "8301234", "8301234", TRUE },
    { "110", "110", TRUE },
    { "12800001234", "12800001234", FALSE },
    { "1380000123", "1380000123", FALSE },
    { "12", "12", FALSE },
    { "找张三要", "找张三要", FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (WgEvent) event = make_general ();
      g_set_str (&event->informant_phone, cases[i].given);
      wg_event_normalize (event, NULL);
      g_assert_cmpstr (event->informant_phone, ==, cases[i].kept);
      if (cases[i].fine)
        assert_fine (event);
      else
        assert_issue (event, "informant_phone", WG_ISSUE_MALFORMED, FALSE);
    }
}

static void
test_warnings (void)
{
  g_autoptr (WgEvent) event = make_general ();

  assert_fine (event);
  event->occurred_ms = NOW_MS + 10 * 60000;
  assert_fine (event);
  event->occurred_ms++;
  assert_issue (event, "occurred_ms", WG_ISSUE_FUTURE, FALSE);
  event->occurred_ms = NOW_MS - 30 * DAY_MS;
  assert_fine (event);
  event->occurred_ms--;
  assert_issue (event, "occurred_ms", WG_ISSUE_OLD, FALSE);
  event->occurred_ms = NOW_MS;
  event->fix_accuracy_m = 51;
  assert_issue (event, "fix_accuracy_m", WG_ISSUE_RANGE, FALSE);
  event->fix_accuracy_m = 6;
  event->fix_ms = NOW_MS - 300001;
  assert_issue (event, "fix_ms", WG_ISSUE_OLD, FALSE);
  event->fix_ms = NOW_MS;
  g_set_str (&event->description, "脏");
  assert_issue (event, "description", WG_ISSUE_TOO_SHORT, FALSE);
  g_set_str (&event->description, NULL);
  assert_issue (event, "description", WG_ISSUE_MISSING, FALSE);
  g_set_str (&event->description, "3号楼东侧一堆垃圾");
  g_set_str (&event->title, "12345!");
  assert_issue (event, "title", WG_ISSUE_MALFORMED, FALSE);
}

/* A general event needs a point or words of place; a major one goes out all the same. */
static void
test_place (void)
{
  g_autoptr (WgEvent) event = make_general ();

  g_set_str (&event->address, NULL);
  assert_issue (event, "address", WG_ISSUE_MISSING, FALSE);
  g_set_str (&event->address, "文汇街道");
  event->lat = NAN;
  event->raw_lon = 118;
  g_autoptr (GPtrArray) halves = wg_event_check (event, NOW_MS);
  g_assert_true (find_issue (halves, "lat")->blocks);
  g_assert_true (find_issue (halves, "raw_lat")->blocks);
  event->lon = event->raw_lon = NAN;
  assert_issue (event, "lon", WG_ISSUE_MISSING, FALSE);
  g_set_str (&event->address, NULL);
  g_autoptr (GPtrArray) nowhere = wg_event_check (event, NOW_MS);
  g_assert_true (find_issue (nowhere, "lon")->blocks);
  event->level = WG_EVENT_LEVEL_MAJOR;
  g_autoptr (GPtrArray) major = wg_event_check (event, NOW_MS);
  g_assert_false (wg_issues_block (major));
  g_assert_nonnull (find_issue (major, "lon"));
}

static void
test_blocks (void)
{
  g_autoptr (WgEvent) event = make_general ();

  event->lon = 0;
  assert_issue (event, "lon", WG_ISSUE_RANGE, TRUE);
  event->lon = 118.67;
  event->self_handled = TRUE;
  g_set_str (&event->handle_note, "已清理");
  assert_issue (event, "self_handled", WG_ISSUE_RANGE, TRUE);
  event->level = WG_EVENT_LEVEL_DAILY;
  assert_fine (event);
  g_set_str (&event->handle_note, NULL);
  assert_issue (event, "handle_note", WG_ISSUE_MISSING, TRUE);
  g_set_str (&event->handle_note, "已清理");
  g_set_str (&event->duplicate_of, "017f22e2-79b0-7cc3-98c4-dc0c0c073990");
  assert_fine (event);
  g_set_str (&event->duplicate_of, event->id);
  assert_issue (event, "duplicate_of", WG_ISSUE_MALFORMED, TRUE);
  g_set_str (&event->duplicate_of, NULL);
  g_set_str (&event->grid_code, "3705020010010x1");
  assert_issue (event, "grid_code", WG_ISSUE_MALFORMED, TRUE);
  g_set_str (&event->grid_code, "370502001001001");
  g_set_str (&event->id, "E-1");
  assert_issue (event, "id", WG_ISSUE_MALFORMED, TRUE);
}

static void
test_required (void)
{
  g_autoptr (WgEvent) event = wg_event_new ();
  g_autoptr (GPtrArray) issues = wg_event_check (event, NOW_MS);

  for (const WgField *field = WG_EVENT_FIELDS; field->name != NULL; field++)
    if (field->flags & WG_FIELD_REQUIRED && field->type != WG_FIELD_ENUM)
      g_assert_cmpint (find_issue (issues, field->name)->code, ==, WG_ISSUE_MISSING);
  g_assert_nonnull (find_issue (issues, "level"));
  g_assert_true (wg_issues_block (issues));
}

static void
test_states (void)
{
  static const int open[] = { 10, 11, 20, 30, 31, 40, 41, 42, 50, 51, 60 };
  int n_open = 0, step = WG_LOOP_STEP_ACCEPT;

  for (int state = -5; state < 100; state++)
    n_open += wg_event_state_is_open (state);
  g_assert_cmpint (n_open, ==, G_N_ELEMENTS (open));
  for (gsize i = 0; i < G_N_ELEMENTS (open); i++)
    g_assert_true (wg_event_state_is_open (open[i]));
  g_assert_cmpint (wg_event_state_get_loop_step (WG_EVENT_STATE_DRAFT), ==, WG_LOOP_STEP_REPORT);
  g_assert_cmpint (wg_event_state_get_loop_step (WG_EVENT_STATE_RETURNED), ==, WG_LOOP_STEP_REPORT);
  g_assert_cmpint (wg_event_state_get_loop_step (WG_EVENT_STATE_REWORK), ==, WG_LOOP_STEP_HANDLE);
  g_assert_cmpint (wg_event_state_get_loop_step (WG_EVENT_STATE_SENT_BACK), ==,
                   WG_LOOP_STEP_DISPATCH);
  /* The straight way through goes forward a step at a time. */
  for (gsize i = 0; i < 6; i++)
    {
      static const int way[] = { 10, 20, 30, 40, 50, 60 };
      int now = (int) wg_event_state_get_loop_step (way[i]);
      g_assert_cmpint (now - step, >=, 0);
      g_assert_cmpint (now - step, <=, 1);
      step = now;
    }
  g_assert_cmpint (step, ==, WG_LOOP_STEP_EVALUATE);
}

static void
test_names (void)
{
  for (int i = 0; i < WG_N_LOOP_STEP; i++)
    g_assert_cmpstr (wg_loop_step_to_string (i), !=, "");
  for (int code = -1; code < 6; code++)
    g_assert_cmpint (wg_event_level_is_valid (code), ==, code >= 1 && code <= 4);
  g_assert_cmpstr (wg_event_level_to_string (WG_EVENT_LEVEL_MAJOR), ==, "Major event");
  g_assert_cmpstr (wg_event_level_to_string (99), ==, "No level");
  g_assert_cmpstr (wg_event_state_to_string (WG_EVENT_STATE_RETURNED), ==,
                   "Returned for supplement");
  g_assert_cmpstr (wg_event_state_to_string (99), ==, "Unknown state");
  g_assert_false (wg_event_state_is_valid (G_GINT64_CONSTANT (0x100000000)));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/event/table", test_table);
  g_test_add_func ("/core/event/copy", test_copy);
  g_test_add_func ("/core/event/one-tap", test_one_tap);
  g_test_add_func ("/core/event/normalize", test_normalize);
  g_test_add_func ("/core/event/normalize-damaged", test_normalize_damaged);
  g_test_add_func ("/core/event/phones", test_phones);
  g_test_add_func ("/core/event/warnings", test_warnings);
  g_test_add_func ("/core/event/place", test_place);
  g_test_add_func ("/core/event/blocks", test_blocks);
  g_test_add_func ("/core/event/required", test_required);
  g_test_add_func ("/core/event/states", test_states);
  g_test_add_func ("/core/event/names", test_names);
  return g_test_run ();
}

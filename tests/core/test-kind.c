/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables of kinds hold together; records by table: values, sharing, checks, words, keys. */
#include <math.h>
#include <string.h>

#include "core/wg-codes.h"
#include "core/wg-record.h"

#define NOW_MS G_GINT64_CONSTANT (1795401000000) /* 2026-11-23 */

/* What every row of every table must keep, so that one more kind is only a table. */
static void
check_field (const WgKind *kind, const WgField *field)
{
  gboolean server = field->conflict == WG_CONFLICT_SERVER;
  gboolean elements = field->conflict == WG_CONFLICT_SET || field->conflict == WG_CONFLICT_APPEND;

  g_test_message ("%s.%s", kind->name, field->name);
  g_assert_true (wg_kind_find_field (kind, field->name) == field); /* each name once */
  g_assert_true (elements == wg_field_is_list (field));
  g_assert_false (server && (field->flags & WG_FIELD_REQUIRED));
  g_assert_true (field->title != NULL && field->source != NULL);
  g_assert_false ((field->flags & WG_FIELD_KEY) && !wg_field_is_text (field));
  g_assert_false ((field->flags & WG_FIELD_SEARCH) && !wg_field_is_text (field));
  g_assert_false ((field->flags & WG_FIELD_PAST) && field->type != WG_FIELD_DATE &&
                  field->type != WG_FIELD_TIME);
  g_assert_false ((field->flags & WG_FIELD_PART_OF) && field->type != WG_FIELD_RECORD);
  if (field->type == WG_FIELD_RECORD)
    g_assert_nonnull (wg_kind_find (field->codes));
  if (field->section != NULL && (field->type == WG_FIELD_CODE || field->type == WG_FIELD_CODES))
    g_assert_nonnull (wg_codes_get_builtin (field->codes));
  if (field->section != NULL)
    {
      const WgSection *section = kind->sections;
      while (section->name != NULL && !g_str_equal (section->name, field->section))
        section++;
      g_assert_nonnull (section->name);
      g_assert_false (server);
    }
}

static void
check_condition (const WgKind *kind, const char *when)
{
  g_auto (GStrv) sides = g_strsplit (when, "=", 2);
  const WgField *field = wg_kind_find_field (kind, sides[0]);

  g_assert_nonnull (field);
  g_assert_nonnull (sides[1]);
  g_auto (GStrv) codes = g_strsplit (sides[1], " ", -1);
  for (char **code = codes; *code != NULL; code++)
    g_assert_nonnull (wg_codes_find (wg_codes_get_builtin (field->codes), *code));
}

static void
test_tables (void)
{
  static const char *const own[] = { WG_FIELD_GRID,         WG_FIELD_MADE_BY,
                                     WG_FIELD_MADE_MS,      WG_FIELD_CHANGED_BY,
                                     WG_FIELD_CHANGED_MS,   WG_FIELD_CONFIRMED_BY,
                                     WG_FIELD_CONFIRMED_MS, WG_FIELD_VOIDED,
                                     WG_FIELD_VOID_REASON,  WG_FIELD_DUPLICATE_OF };
  guint n = 0;

  for (const WgKind *const *kind = wg_kind_list (); *kind != NULL; kind++, n++)
    {
      g_assert_true (wg_kind_find ((*kind)->name) == *kind);
      for (gsize i = 0; i < G_N_ELEMENTS (own); i++)
        g_assert_cmpstr ((*kind)->fields[i].name, ==, own[i]);
      for (const WgField *field = (*kind)->fields; field->name != NULL; field++)
        {
          check_field (*kind, field);
          if (field->when != NULL)
            check_condition (*kind, field->when);
        }
      if ((*kind)->closed != NULL)
        check_condition (*kind, (*kind)->closed);
      g_auto (GStrv) titles = g_strsplit ((*kind)->title_fields, " ", -1);
      for (char **title = titles; *title != NULL; title++)
        g_assert_nonnull (wg_kind_find_field (*kind, *title));
      g_assert_true (wg_kind_has_half_yearly (*kind));
      g_assert_cmpuint (wg_kind_count_fields (*kind), >=, 22);
    }
  g_assert_cmpuint (n, ==, 2);
  g_assert_null (wg_kind_find ("event"));
  g_assert_null (wg_kind_find (NULL));
}

static WgRecord *
make_resident (void)
{
  WgRecord *record = wg_record_new (wg_kind_find ("resident"));

  wg_record_set_text (record, WG_FIELD_GRID, "370502001001001");
  wg_record_set_text (record, "name", "  段正淳 ");
  wg_record_set_text (record, "id_kind", "111");
  wg_record_set_text (record, "id_no", "110105491231002");
  wg_record_set_text (record, "pop_type", "10");
  wg_record_set_text (record, "status", "1");
  wg_record_set_text (record, "phone", "180 4953 1999");
  return record;
}

static void
test_values (void)
{
  static const char *const needs[] = { "03", "01", "03", NULL };
  g_autoptr (WgRecord) record = make_resident ();
  g_autoptr (WgRecord) empty = wg_record_new (record->kind);

  for (const WgField *field = record->kind->fields; field->name != NULL; field++)
    g_assert_false (wg_field_is_set (field, empty));
  wg_record_set_list (record, "needs", needs);
  g_assert_cmpuint (g_strv_length ((char **) wg_record_get_list (record, "needs")), ==, 2);
  g_assert_cmpstr (wg_record_get_list (record, "needs")[0], ==, "01");
  g_assert_cmpstr (wg_record_get_list (record, "needs")[1], ==, "03");
  g_assert_cmpuint (g_strv_length ((char **) wg_record_get_list (empty, "needs")), ==, 0);
  wg_record_set_int (record, WG_FIELD_MADE_MS, 7);
  wg_record_set_flag (record, WG_FIELD_VOIDED, TRUE);
  g_set_str (&record->id, "x");
  record->ver = 3;

  g_autoptr (WgRecord) copy = wg_record_edit (record);
  g_assert_true (wg_record_equal (record, copy));
  g_assert_cmpstr (copy->id, ==, "x");
  g_assert_cmpint (copy->ver, ==, 3);
  for (const WgField *field = record->kind->fields; field->name != NULL; field++)
    if (wg_field_is_set (field, record))
      {
        wg_field_copy (field, empty, copy);
        g_assert_false (wg_record_equal (record, copy));
        wg_field_copy (field, record, copy);
      }
  g_assert_true (wg_record_equal (record, copy));
  wg_record_set_text (copy, "phone", "");
  g_assert_null (wg_record_get_text (copy, "phone"));
}

static void
test_sealed (void)
{
  if (g_test_subprocess ())
    {
      WgRecord *record = wg_record_seal (make_resident ());
      wg_record_set_text (record, "name", "改");
      return;
    }
  g_autoptr (WgRecord) record = wg_record_seal (make_resident ());
  WgRecord *other = wg_record_ref (record);
  g_assert_true (other == record);
  wg_record_unref (other);
  g_assert_nonnull (wg_record_get_text (record, "name"));
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("*sealed*");
}

static void
test_normalize (void)
{
  g_autoptr (WgRecord) record = make_resident ();

  wg_record_normalize (record);
  g_assert_cmpstr (wg_record_get_text (record, "name"), ==, "段正淳");
  g_assert_cmpstr (wg_record_get_text (record, "id_no"), ==, "11010519491231002X");
  g_assert_cmpstr (wg_record_get_text (record, "phone"), ==, "18049531999");
  g_assert_cmpstr (wg_record_get_text (record, "sex"), ==, "2");
  g_assert_cmpstr (wg_record_get_text (record, "birth"), ==, "1949-12-31");
  wg_record_set_text (record, "sex", "1");
  wg_record_normalize (record);
  g_assert_cmpstr (wg_record_get_text (record, "sex"), ==, "1"); /* what was given stays */
}

/* Gives what is found for @field when it holds @value, "" for nothing. */
static void
expect (const char *field, const char *value, const char *found, WgIssueCode code, gboolean blocks)
{
  g_autoptr (WgRecord) record = make_resident ();
  g_autoptr (GPtrArray) issues = NULL;
  const WgIssue *issue = NULL;

  wg_record_normalize (record);
  wg_record_set_text (record, field, value);
  issues = wg_record_check (record, NOW_MS);
  g_test_message ("%s = %s: %u findings", field, value, issues->len);
  g_assert_cmpuint (issues->len, ==, found != NULL ? 1 : 0);
  if (found == NULL)
    return;
  issue = g_ptr_array_index (issues, 0);
  g_assert_cmpstr (issue->field, ==, found);
  g_assert_cmpint (issue->code, ==, code);
  g_assert_cmpint (issue->blocks, ==, blocks);
}

static void
test_check (void)
{
  expect ("name", "段正淳", NULL, 0, FALSE);
  expect ("name", NULL, "name", WG_ISSUE_MISSING, TRUE);
  expect ("id_no", NULL, "id_no", WG_ISSUE_MISSING, TRUE);
  expect ("id_no", "110105194912310021", "id_no", WG_ISSUE_CHECK_DIGIT, TRUE);
  expect ("id_no", "11010519491331002X", "id_no", WG_ISSUE_MALFORMED, TRUE);
  expect ("sex", "1", "sex", WG_ISSUE_DIFFERS, FALSE);
  expect ("nation", "88", "nation", WG_ISSUE_UNKNOWN_CODE, FALSE);
  expect ("birth", "1949-12-30", "birth", WG_ISSUE_DIFFERS, FALSE);
  expect ("birth", "1949-02-29", "birth", WG_ISSUE_MALFORMED, TRUE);
  expect ("birth", "1949-2-9", "birth", WG_ISSUE_MALFORMED, TRUE);
  expect ("phone", "12", "phone", WG_ISSUE_MALFORMED, FALSE);
  expect ("phone", "打电话", "phone", WG_ISSUE_MALFORMED, TRUE);
  expect ("household", "x", "household", WG_ISSUE_MALFORMED, TRUE);
  expect ("household", "0198b7c2-6f00-7000-8000-000000000001", NULL, 0, FALSE);
  /* Another document: its number is asked for, not the citizen number. */
  expect ("id_kind", "414", "doc_no", WG_ISSUE_MISSING, TRUE);
  expect ("id_kind", "000", NULL, 0, FALSE);
  expect ("pop_type", "99", "pop_type", WG_ISSUE_UNKNOWN_CODE, FALSE);
}

static void
test_future (void)
{
  g_autoptr (WgRecord) record = make_resident ();
  g_autoptr (GPtrArray) today = NULL;
  g_autoptr (GPtrArray) tomorrow = NULL;

  wg_record_set_text (record, "id_kind", "000");
  wg_record_set_text (record, "id_no", NULL);
  wg_record_set_text (record, "birth", "2026-11-23");
  today = wg_record_check (record, NOW_MS);
  g_assert_cmpuint (today->len, ==, 1); /* the phone is not tidied */
  wg_record_set_text (record, "phone", NULL);
  wg_record_set_text (record, "birth", "2026-11-24");
  tomorrow = wg_record_check (record, NOW_MS);
  g_assert_cmpuint (tomorrow->len, ==, 1);
  g_assert_cmpint (((WgIssue *) g_ptr_array_index (tomorrow, 0))->code, ==, WG_ISSUE_FUTURE);
}

/* Sets the field to something of its type. */
static void
fill (WgRecord *record, const WgField *field)
{
  static const char *const some[] = { "01", NULL };

  if (field->type == WG_FIELD_DATE)
    wg_record_set_text (record, field->name, "1990-05-06");
  else if (wg_field_is_text (field))
    wg_record_set_text (record, field->name, "01测试内容文字长一些");
  else if (wg_field_is_list (field))
    wg_record_set_list (record, field->name, some);
  else if (field->type == WG_FIELD_FLAG)
    wg_record_set_flag (record, field->name, TRUE);
  else
    wg_record_set_int (record, field->name, NOW_MS);
}

/* No personal field of any kind can be read when it is masked. */
static void
test_words (void)
{
  for (const WgKind *const *kind = wg_kind_list (); *kind != NULL; kind++)
    for (const WgField *field = (*kind)->fields; field->name != NULL; field++)
      {
        g_autoptr (WgRecord) record = wg_record_new (*kind);
        g_autofree char *empty = wg_record_dup_words (record, field, FALSE);
        fill (record, field);
        g_autofree char *plain = wg_record_dup_words (record, field, FALSE);
        g_autofree char *masked = wg_record_dup_words (record, field, TRUE);
        g_test_message ("%s.%s: %s %s", (*kind)->name, field->name, plain, masked);
        g_assert_cmpstr (empty, ==, "");
        g_assert_true ((plain[0] == '\0') == (field->type == WG_FIELD_FLAG));
        g_assert_true ((strcmp (plain, masked) != 0) == ((field->flags & WG_FIELD_PERSONAL) != 0));
      }

  g_autoptr (WgRecord) resident = make_resident ();
  wg_record_normalize (resident);
  wg_record_set_text (resident, "sex", "2");
  const WgField *sex = wg_kind_find_field (resident->kind, "sex");
  g_autofree char *named = wg_record_dup_words (resident, sex, FALSE);
  g_autofree char *title = wg_record_dup_title (resident, FALSE);
  g_autofree char *hidden = wg_record_dup_title (resident, TRUE);
  g_assert_cmpstr (named, ==, "女");
  g_assert_cmpstr (title, ==, "段正淳");
  g_assert_cmpstr (hidden, ==, "段**");
}

static void
test_key (void)
{
  g_autoptr (WgRecord) resident = make_resident ();
  g_autoptr (WgRecord) house = wg_record_new (wg_kind_find ("household"));
  g_autofree char *none = wg_record_dup_key (house);

  wg_record_normalize (resident);
  g_autofree char *by_number = wg_record_dup_key (resident);
  g_assert_cmpstr (by_number, ==, "id_no=11010519491231002X");
  wg_record_set_text (resident, "id_kind", "414");
  g_autofree char *missing = wg_record_dup_key (resident);
  g_assert_null (missing);
  wg_record_set_text (resident, "doc_no", "E12345678");
  g_autofree char *by_document = wg_record_dup_key (resident);
  g_assert_cmpstr (by_document, ==, "doc_no=E12345678");
  wg_record_set_text (resident, "id_kind", "000");
  g_autofree char *unknown = wg_record_dup_key (resident);
  g_assert_null (unknown);

  g_assert_null (none);
  wg_record_set_text (house, "place", "安泰小区");
  wg_record_set_text (house, "building", "3号楼");
  wg_record_set_text (house, "unit", "2");
  g_autofree char *part = wg_record_dup_key (house);
  g_assert_null (part);
  wg_record_set_text (house, "room", "101");
  g_autofree char *whole = wg_record_dup_key (house);
  g_assert_cmpstr (whole, ==, "place=安泰小区\nbuilding=3号楼\nunit=2\nroom=101");
}

static void
test_half_year (void)
{
  static const struct
  {
    gint64 time_ms, start_ms;
  } cases[] = {
    { NOW_MS, G_GINT64_CONSTANT (1782835200000) }, /* 2026-07-01 */
    { G_GINT64_CONSTANT (1782835200000), G_GINT64_CONSTANT (1782835200000) },
    { G_GINT64_CONSTANT (1782835199999), G_GINT64_CONSTANT (1767196800000) }, /* 2026-01-01 */
    { G_GINT64_CONSTANT (1767196800000), G_GINT64_CONSTANT (1767196800000) },
  };
  g_autoptr (WgRecord) record = make_resident ();

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (wg_half_year_start_ms (cases[i].time_ms), ==, cases[i].start_ms);
  g_assert_false (wg_record_is_confirmed (record, NOW_MS));
  wg_record_set_int (record, WG_FIELD_CONFIRMED_MS, cases[2].time_ms);
  g_assert_false (wg_record_is_confirmed (record, NOW_MS));
  wg_record_set_int (record, WG_FIELD_CONFIRMED_MS, cases[1].time_ms);
  g_assert_true (wg_record_is_confirmed (record, NOW_MS));
  g_assert_false (wg_record_is_closed (record));
  wg_record_set_text (record, "status", "4");
  g_assert_true (wg_record_is_closed (record));
  wg_record_set_text (record, "status", "2");
  wg_record_set_flag (record, WG_FIELD_VOIDED, TRUE);
  g_assert_true (wg_record_is_closed (record));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/kind/tables", test_tables);
  g_test_add_func ("/core/kind/half-year", test_half_year);
  g_test_add_func ("/core/record/values", test_values);
  g_test_add_func ("/core/record/sealed", test_sealed);
  g_test_add_func ("/core/record/normalize", test_normalize);
  g_test_add_func ("/core/record/check", test_check);
  g_test_add_func ("/core/record/future", test_future);
  g_test_add_func ("/core/record/words-masked", test_words);
  g_test_add_func ("/core/record/key", test_key);
  return g_test_run ();
}

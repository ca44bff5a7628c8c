/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fields by table: set, equal, copy, clear, limits; each type and each finding. */
#include <math.h>

#include "core/wg-chain.h"
#include "core/wg-field.h"

typedef struct
{
  char *text, *words, *code, *id;
  gint64 number;
  int level;
  double real, degree;
  gboolean flag;
  gint64 time_ms;
  char **photos;
} Thing;

#define AT(member) G_STRUCT_OFFSET (Thing, member)
static const WgField FIELDS[] = {
  { "text", "Text", WG_FIELD_TEXT, WG_FIELD_REQUIRED, 2, 5, NULL, AT (text), NULL },
  { "words", "Words", WG_FIELD_TEXT, WG_FIELD_MULTILINE, 0, 0, NULL, AT (words), NULL },
  { "code", "Code", WG_FIELD_CODE, 0, 2, 2, "list", AT (code), NULL },
  { "id", "Id", WG_FIELD_ID, 0, 0, 0, NULL, AT (id), NULL },
  { "number", "Number", WG_FIELD_INT, 0, 0, 9, NULL, AT (number), NULL },
  { "level", "Level", WG_FIELD_ENUM, WG_FIELD_REQUIRED, 1, 4, NULL, AT (level), NULL },
  { "real", "Real", WG_FIELD_REAL, 0, 0, 100, NULL, AT (real), NULL },
  { "degree", "Degree", WG_FIELD_DEGREE, 0, 73, 136, NULL, AT (degree), NULL },
  { "flag", "Flag", WG_FIELD_FLAG, 0, 0, 0, NULL, AT (flag), NULL },
  { "time_ms", "Time", WG_FIELD_TIME, 0, 0, 0, NULL, AT (time_ms), NULL },
  { "photos", "Photos", WG_FIELD_HASHES, 0, 0, 2, NULL, AT (photos), NULL },
  { NULL },
};

static void
fill (Thing *thing)
{
  *thing = (Thing) {
    .text = g_strdup ("三个字"),
    .words = g_strdup ("一\n二"),
    .code = g_strdup ("01"),
    .id = g_strdup ("w0001"),
    .number = 3,
    .level = 2,
    .real = 1.5,
    .degree = 118.1234567,
    .flag = TRUE,
    .time_ms = 1,
    .photos = g_strsplit (WG_CHAIN_START, ",", -1),
  };
}

static const WgIssue *
find_issue (GPtrArray *issues, const char *field)
{
  for (guint i = 0; i < issues->len; i++)
    if (g_str_equal (((const WgIssue *) g_ptr_array_index (issues, i))->field, field))
      return g_ptr_array_index (issues, i);
  return NULL;
}

/* A clear record is given nowhere; filled it is everywhere; copies are equal and apart. */
static void
test_round (void)
{
  Thing a, b = { 0 };

  fill (&a);
  wg_fields_clear (FIELDS, &b);
  for (const WgField *field = FIELDS; field->name != NULL; field++)
    {
      g_assert_true (wg_field_find (FIELDS, field->name) == field);
      g_assert_true (wg_field_is_set (field, &a));
      g_assert_false (wg_field_is_set (field, &b));
      g_assert_false (wg_field_equal (field, &a, &b));
      g_assert_true (wg_field_equal (field, &b, &b));
      wg_field_copy (field, &a, &b);
      g_assert_true (wg_field_equal (field, &a, &b));
      wg_field_copy (field, &b, &b);
      g_assert_true (wg_field_equal (field, &a, &b));
    }
  g_assert_true (a.text != b.text && a.photos != b.photos);
  wg_fields_clear (FIELDS, &a);
  for (const WgField *field = FIELDS; field->name != NULL; field++)
    wg_field_copy (field, &a, &b);
  g_assert_null (b.text);
  g_assert_true (isnan (b.degree));
  wg_fields_clear (FIELDS, &b);
  g_assert_null (wg_field_find (FIELDS, "nothing"));
  g_assert_null (wg_field_find (FIELDS, NULL));
}

static void
test_equal (void)
{
  Thing a, b;

  fill (&a);
  fill (&b);
  b.degree += 0.00000004;
  g_assert_true (wg_field_equal (wg_field_find (FIELDS, "degree"), &a, &b));
  b.degree += 0.00000007;
  g_assert_false (wg_field_equal (wg_field_find (FIELDS, "degree"), &a, &b));
  b.flag = 2;
  g_assert_true (wg_field_equal (wg_field_find (FIELDS, "flag"), &a, &b));
  g_set_str (&a.text, "");
  g_clear_pointer (&b.text, g_free);
  g_assert_true (wg_field_equal (wg_field_find (FIELDS, "text"), &a, &b));
  g_clear_pointer (&b.photos, g_strfreev);
  b.photos = g_new0 (char *, 1);
  g_assert_false (wg_field_equal (wg_field_find (FIELDS, "photos"), &a, &b));
  wg_fields_clear (FIELDS, &a);
  g_assert_true (wg_field_equal (wg_field_find (FIELDS, "photos"), &a, &b));
  wg_fields_clear (FIELDS, &b);
}

/* One fault at a time in a sound record: the finding, and whether it blocks. */
static void
assert_issue (Thing *thing, const char *field, WgIssueCode code, gboolean blocks)
{
  g_autoptr (GPtrArray) issues = wg_issues_new ();

  wg_fields_check (FIELDS, thing, issues);
  const WgIssue *issue = find_issue (issues, field);
  g_assert_cmpuint (issues->len, ==, 1);
  g_assert_nonnull (issue);
  g_assert_cmpint (issue->code, ==, code);
  g_assert_cmpint (issue->blocks, ==, blocks);
  g_assert_cmpint (wg_issues_block (issues), ==, blocks);
  wg_fields_clear (FIELDS, thing);
  fill (thing);
}

static void
test_sound (void)
{
  g_autoptr (GPtrArray) issues = wg_issues_new ();
  Thing thing;

  fill (&thing);
  wg_fields_check (FIELDS, &thing, issues);
  g_assert_cmpuint (issues->len, ==, 0);
  g_assert_false (wg_issues_block (issues));
  wg_fields_clear (FIELDS, &thing);
}

static void
test_text_limits (void)
{
  g_autofree char *long_words = g_strnfill (2001, 'x');
  g_autofree char *long_id = g_strnfill (65, 'x');
  Thing thing;

  fill (&thing);
  g_set_str (&thing.text, "");
  assert_issue (&thing, "text", WG_ISSUE_MISSING, TRUE);
  g_set_str (&thing.text, "一");
  assert_issue (&thing, "text", WG_ISSUE_TOO_SHORT, FALSE);
  g_set_str (&thing.text, "一二三四五六");
  assert_issue (&thing, "text", WG_ISSUE_TOO_LONG, TRUE);
  g_set_str (&thing.text, "一\n二");
  assert_issue (&thing, "text", WG_ISSUE_CONTROL_CHARACTER, TRUE);
  g_set_str (&thing.text, "\xe4\xb8");
  assert_issue (&thing, "text", WG_ISSUE_NOT_UTF8, TRUE);
  g_set_str (&thing.words, long_words);
  assert_issue (&thing, "words", WG_ISSUE_TOO_LONG, TRUE);
  g_set_str (&thing.code, "一");
  assert_issue (&thing, "code", WG_ISSUE_MALFORMED, TRUE);
  g_set_str (&thing.code, "0 ");
  assert_issue (&thing, "code", WG_ISSUE_MALFORMED, TRUE);
  g_set_str (&thing.code, "1");
  assert_issue (&thing, "code", WG_ISSUE_TOO_SHORT, TRUE);
  g_set_str (&thing.id, long_id);
  assert_issue (&thing, "id", WG_ISSUE_TOO_LONG, TRUE);
  wg_fields_clear (FIELDS, &thing);
}

static void
test_number_limits (void)
{
  Thing thing;

  fill (&thing);
  thing.number = 10;
  assert_issue (&thing, "number", WG_ISSUE_RANGE, TRUE);
  thing.number = -1;
  assert_issue (&thing, "number", WG_ISSUE_RANGE, TRUE);
  thing.level = 0;
  assert_issue (&thing, "level", WG_ISSUE_MISSING, TRUE);
  thing.level = 5;
  assert_issue (&thing, "level", WG_ISSUE_RANGE, TRUE);
  thing.level = -1;
  assert_issue (&thing, "level", WG_ISSUE_RANGE, TRUE);
  thing.real = -0.1;
  assert_issue (&thing, "real", WG_ISSUE_RANGE, TRUE);
  thing.real = INFINITY;
  assert_issue (&thing, "real", WG_ISSUE_RANGE, TRUE);
  thing.degree = 0;
  assert_issue (&thing, "degree", WG_ISSUE_RANGE, TRUE);
  thing.time_ms = -1;
  assert_issue (&thing, "time_ms", WG_ISSUE_RANGE, TRUE);
  thing.time_ms = G_MAXINT64;
  assert_issue (&thing, "time_ms", WG_ISSUE_RANGE, TRUE);
  g_set_str (&thing.photos[0], "../../etc/passwd");
  assert_issue (&thing, "photos", WG_ISSUE_MALFORMED, TRUE);
  g_strfreev (thing.photos);
  thing.photos = g_strsplit (WG_CHAIN_START "," WG_CHAIN_START "," WG_CHAIN_START, ",", -1);
  assert_issue (&thing, "photos", WG_ISSUE_TOO_LONG, TRUE);
  wg_fields_clear (FIELDS, &thing);
}

static void
test_issues (void)
{
  g_autoptr (GPtrArray) issues = wg_issues_new ();

  wg_issues_add (issues, "a", WG_ISSUE_OLD, FALSE);
  wg_issues_add (issues, "a", WG_ISSUE_OLD, FALSE);
  wg_issues_add (issues, "a", WG_ISSUE_FUTURE, FALSE);
  g_assert_cmpuint (issues->len, ==, 2);
  g_assert_false (wg_issues_block (issues));
  wg_issues_add (issues, "a", WG_ISSUE_OLD, TRUE);
  wg_issues_add (issues, "a", WG_ISSUE_OLD, FALSE);
  g_assert_cmpuint (issues->len, ==, 2);
  g_assert_true (wg_issues_block (issues));
  for (int code = WG_ISSUE_MISSING; code <= WG_ISSUE_MALFORMED; code++)
    g_assert_cmpstr (wg_issue_code_to_string (code), !=, "");
}

static void
test_clean_text (void)
{
  static const char *const dirty[] = { "a\tb",          "a\x7f",    "a\xc2\x85", "a\u2028b",
                                       "a\u202eb",      "a\u2066b", "\ufeffa",   "a\u200bb",
                                       "\xed\xa0\x80x", "\xc0\xaf", "\xff",      "a\rb" };
  static const char *const clean[] = { "",    "中文,。",           "𠮷野家", "阿卜·热合曼",
                                       "a b", "👨‍👩‍👧" };

  for (gsize i = 0; i < G_N_ELEMENTS (dirty); i++)
    g_assert_false (wg_text_is_clean (dirty[i], TRUE));
  for (gsize i = 0; i < G_N_ELEMENTS (clean); i++)
    g_assert_true (wg_text_is_clean (clean[i], FALSE));
  g_assert_true (wg_text_is_clean ("a\nb", TRUE));
  g_assert_false (wg_text_is_clean ("a\nb", FALSE));
  g_assert_false (wg_text_is_clean (NULL, TRUE));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/field/round", test_round);
  g_test_add_func ("/core/field/equal", test_equal);
  g_test_add_func ("/core/field/sound", test_sound);
  g_test_add_func ("/core/field/text-limits", test_text_limits);
  g_test_add_func ("/core/field/number-limits", test_number_limits);
  g_test_add_func ("/core/field/issues", test_issues);
  g_test_add_func ("/core/field/clean-text", test_clean_text);
  return g_test_run ();
}

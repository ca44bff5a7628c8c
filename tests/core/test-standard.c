/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The event standard: the table as a whole, search, what a class says of an event, words. */
#include "core-files.h"
#include "core/wg-core-error.h"

#define HEADER                                                                                     \
  "code,parent,name,pinyin,default_level,levels,filing_condition,lead_role,assist_roles,"          \
  "accept_amount,accept_unit,handle_amount,handle_unit,close_condition,photo,verify,"              \
  "duplicate_radius_m,duplicate_hours,quick,active_from,active_to,source\n"
#define GROUP "02,,市容环境,srhj,,,,,,,,,,,,,,,,,,\n"
#define VERSION "# version: t.1\n"

static const WgEventClass *
find_name (const WgStandard *standard, const char *name)
{
  gsize n;
  const WgEventClass *const *rows = wg_standard_get_rows (standard, &n);

  for (gsize i = 0; i < n; i++)
    if (g_str_equal (rows[i]->name, name))
      return rows[i];
  return NULL;
}

static void
check_class (const WgStandard *standard, const WgEventClass *row)
{
  const WgEventClass *group = wg_standard_find (standard, row->parent);

  g_assert_nonnull (group);
  g_assert_null (group->parent);
  g_assert_cmpuint (strlen (row->code), ==, 4);
  g_assert_true (g_str_has_prefix (row->code, group->code));
  g_assert_true (wg_event_level_is_valid (row->default_level));
  g_assert_true ((row->levels & 1u << row->default_level) != 0);
  g_assert_cmpstr (row->filing_condition, !=, "");
  g_assert_cmpstr (row->close_condition, !=, "");
  g_assert_cmpstr (row->lead_role, !=, "");
  g_assert_cmpstr (row->source, !=, "");
  g_assert_cmpint (row->active_from, ==, 20180730);
  if (row->levels == 1u << WG_EVENT_LEVEL_DAILY)
    g_assert_true (row->verify_self);
  if ((row->levels & 1u << WG_EVENT_LEVEL_DAILY) == 0)
    {
      g_assert_cmpint (row->accept_amount, >, 0);
      g_assert_false (row->verify_self);
      g_assert_false (row->quick);
      g_assert_cmpfloat (row->duplicate_radius_m, >, 0);
    }
  if (row->default_level != WG_EVENT_LEVEL_GRAVE)
    g_assert_cmpint (row->handle_amount, >, 0);
  if (row->default_level == WG_EVENT_LEVEL_DAILY)
    g_assert_cmpint (row->photo, !=, WG_PHOTO_REQUIRED);
}

/* Initials stand for characters one by one, so there are as many. */
static void
test_whole_table (void)
{
  g_autoptr (WgStandard) standard = core_open_standard ();
  g_autoptr (GHashTable) names = g_hash_table_new (g_str_hash, g_str_equal);
  gsize n, groups = 0, quick = 0;
  const WgEventClass *const *rows = wg_standard_get_rows (standard, &n);

  g_assert_cmpstr (wg_standard_get_version (standard), ==, "dyq-2018.1");
  for (gsize i = 0; i < n; i++)
    {
      g_assert_true (wg_standard_find (standard, rows[i]->code) == rows[i]);
      g_assert_true (g_hash_table_add (names, (gpointer) rows[i]->name));
      g_assert_cmpuint (strlen (rows[i]->pinyin), ==, g_utf8_strlen (rows[i]->name, -1));
      groups += rows[i]->parent == NULL;
      quick += rows[i]->quick;
      if (rows[i]->parent != NULL)
        check_class (standard, rows[i]);
    }
  g_assert_cmpuint (groups, ==, 7);
  g_assert_cmpuint (quick, >=, 8);
  g_assert_null (wg_standard_find (standard, "0000"));
  g_assert_null (wg_standard_find (standard, NULL));
}

static void
test_every_name (void)
{
  g_autoptr (WgStandard) standard = core_open_standard ();
  g_autoptr (WgCsv) names = core_open_fixture ("class-names.csv");

  for (guint i = 0; i < wg_csv_get_n_rows (names); i++)
    {
      const WgEventClass *row = find_name (standard, wg_csv_get (names, i, "name"));
      if (row == NULL)
        g_error ("%s is missing", wg_csv_get (names, i, "name"));
      g_assert_cmpstr (row->parent, ==, wg_csv_get (names, i, "group"));
      g_assert_cmpint (row->default_level, ==,
                       g_ascii_strtoll (wg_csv_get (names, i, "level"), NULL, 10));
    }
}

static void
test_quick_tiles (void)
{
  static const char *const tiles[] = { "入户走访",   "政策宣传",   "帮办服务", "关爱走访",
                                       "垃圾箱满溢", "非法小广告", "道路不洁", "信息更新" };
  g_autoptr (WgStandard) standard = core_open_standard ();

  for (gsize i = 0; i < G_N_ELEMENTS (tiles); i++)
    {
      const WgEventClass *row = find_name (standard, tiles[i]);
      g_assert_nonnull (row);
      g_assert_true (row->quick);
      g_assert_cmpint (row->default_level, ==, WG_EVENT_LEVEL_DAILY);
    }
}

/* Values of domain.md 1.8.3 taken by hand. */
static void
test_limits (void)
{
  static const struct
  {
    const char *name;
    gint64 accept;
    WgTimeUnit accept_unit;
    gint64 handle;
    WgTimeUnit handle_unit;
  } cases[] = {
    { "私搭乱建", 120, WG_UNIT_WORK_MINUTE, 20, WG_UNIT_WORK_DAY },
    { "暴露垃圾", 60, WG_UNIT_WORK_MINUTE, 240, WG_UNIT_WORK_MINUTE },
    { "道路不洁", 60, WG_UNIT_WORK_MINUTE, 120, WG_UNIT_WORK_MINUTE },
    { "绿地养护", 240, WG_UNIT_WORK_MINUTE, 5, WG_UNIT_WORK_DAY },
    { "焚烧垃圾树叶", 30, WG_UNIT_MINUTE, 1, WG_UNIT_HOUR },
    { "井盖缺失", 30, WG_UNIT_MINUTE, 1, WG_UNIT_WORK_DAY },
    { "邻里纠纷", 120, WG_UNIT_WORK_MINUTE, 7, WG_UNIT_DAY },
    { "劳资纠纷", 240, WG_UNIT_WORK_MINUTE, 15, WG_UNIT_DAY },
    { "群体性苗头", 15, WG_UNIT_MINUTE, 2, WG_UNIT_HOUR },
    { "危化品隐患", 15, WG_UNIT_MINUTE, 24, WG_UNIT_HOUR },
    { "低保诉求", 1, WG_UNIT_WORK_DAY, 5, WG_UNIT_WORK_DAY },
    { "道路诉求", 1, WG_UNIT_WORK_DAY, 10, WG_UNIT_WORK_DAY },
  };
  g_autoptr (WgStandard) standard = core_open_standard ();

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      const WgEventClass *row = find_name (standard, cases[i].name);
      g_assert_cmpint (row->accept_amount, ==, cases[i].accept);
      g_assert_cmpint (row->accept_unit, ==, cases[i].accept_unit);
      g_assert_cmpint (row->handle_amount, ==, cases[i].handle);
      g_assert_cmpint (row->handle_unit, ==, cases[i].handle_unit);
    }
}

static const char *
get_first (const WgStandard *standard, const char *text, guint limit, guint *out_n)
{
  g_autoptr (GPtrArray) found = wg_standard_search (standard, text, limit);

  *out_n = found->len;
  return found->len > 0 ? ((const WgEventClass *) g_ptr_array_index (found, 0))->name : NULL;
}

static void
test_search (void)
{
  g_autoptr (WgStandard) standard = core_open_standard ();
  guint n;

  g_assert_cmpstr (get_first (standard, "bllj", 10, &n), ==, "暴露垃圾");
  g_assert_cmpstr (get_first (standard, " BLLJ ", 10, &n), ==, "暴露垃圾");
  g_assert_cmpstr (get_first (standard, "ＢＬＬＪ", 10, &n), ==, "暴露垃圾");
  g_assert_cmpstr (get_first (standard, "0101", 10, &n), ==, "入户走访");
  g_assert_cmpstr (get_first (standard, "垃圾", 10, &n), ==, "垃圾箱满溢");
  g_assert_cmpuint (n, >=, 4);
  g_assert_cmpstr (get_first (standard, "满溢", 10, &n), ==, "垃圾箱满溢");
  g_assert_cmpstr (get_first (standard, "", 3, &n), ==, "入户走访");
  g_assert_cmpuint (n, ==, 3);
  g_assert_null (get_first (standard, "不存在的", 10, &n));
  g_assert_null (get_first (standard, "bllj", 0, &n));
  g_assert_null (get_first (standard, "\xff", 10, &n));
  g_assert_cmpstr (get_first (standard, "市容环境", 10, &n), ==, NULL); /* a heading */
}

static guint
check_event (const WgStandard *standard, WgEvent *event, gboolean *out_blocks)
{
  g_autoptr (GPtrArray) issues = wg_issues_new ();

  wg_standard_check_event (standard, event, issues);
  *out_blocks = wg_issues_block (issues);
  return issues->len;
}

static void
test_check_event (void)
{
  g_autoptr (WgStandard) standard = core_open_standard ();
  g_autoptr (WgEvent) event = wg_event_new ();
  gboolean blocks;

  event->reported_ms = G_GINT64_CONSTANT (1780000000000);
  event->level = WG_EVENT_LEVEL_GENERAL;
  g_assert_cmpuint (check_event (standard, event, &blocks), ==, 0);
  g_set_str (&event->class_code, "0000");
  g_assert_cmpuint (check_event (standard, event, &blocks), ==, 1);
  g_assert_true (blocks);
  g_set_str (&event->class_code, "02"); /* a heading */
  check_event (standard, event, &blocks);
  g_assert_true (blocks);
  g_set_str (&event->class_code, find_name (standard, "道路积水")->code);
  g_assert_cmpuint (check_event (standard, event, &blocks), ==, 0);
  event->level = WG_EVENT_LEVEL_GRAVE;
  g_assert_cmpuint (check_event (standard, event, &blocks), ==, 1);
  g_assert_false (blocks);
  event->level_reason = g_strdup ("积水漫入配电室");
  g_assert_cmpuint (check_event (standard, event, &blocks), ==, 0);
  event->level = WG_EVENT_LEVEL_DAILY; /* would pass the loop by */
  g_assert_cmpuint (check_event (standard, event, &blocks), ==, 1);
  g_assert_true (blocks);
  event->level = WG_EVENT_LEVEL_GENERAL;
  g_set_str (&event->class_code, find_name (standard, "私搭乱建")->code);
  g_assert_cmpuint (check_event (standard, event, &blocks), ==, 1);
  g_assert_false (blocks);                                /* the photo may follow */
  event->reported_ms = G_GINT64_CONSTANT (1500000000000); /* 2017: before the standard */
  check_event (standard, event, &blocks);
  g_assert_true (blocks);
}

static void
test_active (void)
{
  WgEventClass row = { .code = "0201", .active_from = 20260301, .active_to = 20260331 };
  gint64 first = G_GINT64_CONSTANT (1772294400000); /* 2026-03-01 00:00 +08:00 */
  gint64 after = G_GINT64_CONSTANT (1774972800000); /* 2026-04-01 00:00 +08:00 */

  g_assert_false (wg_event_class_is_active (&row, first - 1));
  g_assert_true (wg_event_class_is_active (&row, first));
  g_assert_true (wg_event_class_is_active (&row, after - 1));
  g_assert_false (wg_event_class_is_active (&row, after));
  row.active_to = 0;
  g_assert_true (wg_event_class_is_active (&row, after));
}

static void
test_bad_tables (void)
{
  static const struct
  {
    const char *text, *names;
  } cases[] = {
    { HEADER GROUP, "version" },
    { VERSION "code,name\n01,a\n", "lacks 'parent'" },
    { VERSION HEADER GROUP "0201,03,a,a,1,1,,,,,,,,,never,self,0,0,0,,,\n", "'parent'" },
    { VERSION HEADER GROUP "0301,02,a,a,1,1,,,,,,,,,never,self,0,0,0,,,\n", "'code'" },
    { VERSION HEADER GROUP GROUP, "'code'" },
    { VERSION HEADER GROUP "0201,02,,a,1,1,,,,,,,,,never,self,0,0,0,,,\n", "'name'" },
    { VERSION HEADER GROUP "0201,02,a,A,1,1,,,,,,,,,never,self,0,0,0,,,\n", "'pinyin'" },
    { VERSION HEADER GROUP "0201,02,a,a,2,1,,,,,,,,,never,self,0,0,0,,,\n", "'default_level'" },
    { VERSION HEADER GROUP "0201,02,a,a,1,1|,,,,,,,,,never,self,0,0,0,,,\n", "'levels'" },
    { VERSION HEADER GROUP "0201,02,a,a,1,5,,,,,,,,,never,self,0,0,0,,,\n", "'levels'" },
    { VERSION HEADER GROUP "0201,02,a,a,1,,,,,,,,,,never,self,0,0,0,,,\n", "'levels'" },
    { VERSION HEADER GROUP "0201,02,a,a,1,1,,,,-1,wmin,,,,never,self,0,0,0,,,\n",
      "'accept_amount'" },
    { VERSION HEADER GROUP "0201,02,a,a,1,1,,,,1,week,,,,never,self,0,0,0,,,\n", "'accept_unit'" },
    { VERSION HEADER GROUP "0201,02,a,a,1,1,,,,,,,hour,,never,self,0,0,0,,,\n", "'handle_amount'" },
    { VERSION HEADER GROUP "0201,02,a,a,1,1,,,,,,,,,required,self,0,0,0,,,\n", "'photo'" },
    { VERSION HEADER GROUP "0201,02,a,a,1,1,,,,,,,,,some,self,0,0,0,,,\n", "'photo'" },
    { VERSION HEADER GROUP "0201,02,a,a,1,1,,,,,,,,,never,both,0,0,0,,,\n", "'verify'" },
    { VERSION HEADER GROUP "0201,02,a,a,2,2,,,,,,,,,never,self,0,0,1,,,\n", "'quick'" },
    { VERSION HEADER GROUP "0201,02,a,a,1,1,,,,,,,,,never,self,5,0,0,,,\n",
      "'duplicate_radius_m'" },
    { VERSION HEADER GROUP "0201,02,a,a,1,1,,,,,,,,,never,self,0,0,0,20260101,20250101,\n",
      "'active_to'" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_null (wg_standard_new_from_csv (cases[i].text, &error));
      g_assert_error (error, WG_CORE_ERROR, WG_CORE_ERROR_PARSE);
      if (strstr (error->message, cases[i].names) == NULL)
        g_error ("case %zu: %s", i, error->message);
    }
}

/* A list model may keep the table when its first owner is gone. */
static void
test_references (void)
{
  WgStandard *first = core_open_standard ();
  g_autoptr (WgStandard) second = wg_standard_ref (first);

  wg_standard_unref (first);
  g_assert_cmpstr (wg_standard_find (second, "0101")->name, ==, "入户走访");
  wg_standard_unref (NULL);
}

static void
test_words (void)
{
  g_autoptr (WgCsv) cases = core_open_fixture ("major-words.csv");

  for (guint i = 0; i < wg_csv_get_n_rows (cases); i++)
    {
      const char *text = wg_csv_get (cases, i, "text");
      gboolean expected = wg_csv_get (cases, i, "major")[0] == '1';
      if (wg_standard_text_looks_major (text) != expected)
        g_error ("'%s' should %s", text, expected ? "be asked about" : "pass");
    }
  g_assert_false (wg_standard_text_looks_major (NULL));
}

/* The name of every class that is major by default is itself such a word. */
static void
test_words_know_classes (void)
{
  g_autoptr (WgStandard) standard = core_open_standard ();
  gsize n;
  const WgEventClass *const *rows = wg_standard_get_rows (standard, &n);

  for (gsize i = 0; i < n; i++)
    if (rows[i]->default_level >= WG_EVENT_LEVEL_MAJOR &&
        !wg_standard_text_looks_major (rows[i]->name))
      g_error ("'%s' should be asked about", rows[i]->name);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/standard/whole-table", test_whole_table);
  g_test_add_func ("/core/standard/every-name", test_every_name);
  g_test_add_func ("/core/standard/quick-tiles", test_quick_tiles);
  g_test_add_func ("/core/standard/limits", test_limits);
  g_test_add_func ("/core/standard/search", test_search);
  g_test_add_func ("/core/standard/check-event", test_check_event);
  g_test_add_func ("/core/standard/active", test_active);
  g_test_add_func ("/core/standard/bad-tables", test_bad_tables);
  g_test_add_func ("/core/standard/references", test_references);
  g_test_add_func ("/core/standard/words", test_words);
  g_test_add_func ("/core/standard/words-know-classes", test_words_know_classes);
  return g_test_run ();
}

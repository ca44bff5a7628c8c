/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Code lists: each file sound and agreeing with the code that depends on it. */
#include "core-files.h"
#include "core/wg-codes.h"
#include "core/wg-core-error.h"
#include "core/wg-event.h"
#include "core/wg-workflow.h"

static WgCodes *
open_codes (const char *list)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *name = g_strdup_printf ("codes/%s.csv", list);
  g_autofree char *text = core_read_standards (name);
  WgCodes *codes = wg_codes_new_from_csv (text, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (wg_codes_get_list (codes), ==, list);
  g_assert_cmpstr (wg_codes_get_version (codes), !=, "");
  return codes;
}

static void
test_all_files (void)
{
  static const char *const lists[] = { "event_level",   "event_origin", "event_state",
                                       "fix_source",    "grid_kind",    "step_kind",
                                       "return_reason", "refuse_reason" };

  for (gsize i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      g_autoptr (WgCodes) codes = open_codes (lists[i]);
      gsize n;
      const WgCode *rows = wg_codes_get_rows (codes, &n);
      g_assert_cmpuint (n, >=, 4);
      for (gsize k = 0; k < n; k++)
        g_assert_true (wg_codes_find (codes, rows[k].code) == &rows[k]);
      g_assert_null (wg_codes_find (codes, "nothing"));
      g_assert_null (wg_codes_find (codes, NULL));
    }
}

static void
test_states (void)
{
  g_autoptr (WgCodes) codes = open_codes ("event_state");
  gsize n, valid = 0;
  const WgCode *rows = wg_codes_get_rows (codes, &n);

  for (gsize i = 0; i < n; i++)
    g_assert_true (wg_event_state_is_valid (g_ascii_strtoll (rows[i].code, NULL, 10)));
  for (gint64 code = -100; code < 200; code++)
    valid += wg_event_state_is_valid (code);
  g_assert_cmpuint (valid, ==, n);
  g_assert_cmpstr (wg_codes_find (codes, "11")->name, ==, "退回补正");
}

static void
test_step_kinds (void)
{
  g_autoptr (WgCodes) codes = open_codes ("step_kind");
  gsize n;

  wg_codes_get_rows (codes, &n);
  g_assert_cmpuint (n, ==, 28);
  for (gsize i = 0; i < WG_N_TRANSITIONS; i++)
    {
      g_autofree char *code = g_strdup_printf ("%02d", WG_TRANSITIONS[i].step_kind);
      if (WG_TRANSITIONS[i].step_kind != 0)
        g_assert_nonnull (wg_codes_find (codes, code));
    }
}

/* Every list that a field of an event names is there; classes, grids and units are tables of their
 * own. */
static void
test_fields (void)
{
  for (const WgField *field = WG_EVENT_FIELDS; field->name != NULL; field++)
    {
      if (field->codes == NULL || g_str_equal (field->codes, "event_class") ||
          g_str_equal (field->codes, "grid") || g_str_equal (field->codes, "org"))
        continue;
      g_autoptr (WgCodes) codes = open_codes (field->codes);
    }
}

static void
test_bad (void)
{
  static const char *const cases[] = {
    "code,name\n1,a\n",
    "# list: x\ncode,name\n1,a\n",
    "# list: x\n# version: 1\ncode\n1\n",
    "# list: x\n# version: 1\ncode,name\n1,a\n1,b\n",
    "# list: x\n# version: 1\ncode,name\n,a\n",
    "# list: x\n# version: 1\ncode,name\n1 2,a\n",
    "# list: x\n# version: 1\ncode,name\n1,\n",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_assert_null (wg_codes_new_from_csv (cases[i], &error));
      g_assert_error (error, WG_CORE_ERROR, WG_CORE_ERROR_PARSE);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/codes/all-files", test_all_files);
  g_test_add_func ("/core/codes/states", test_states);
  g_test_add_func ("/core/codes/step-kinds", test_step_kinds);
  g_test_add_func ("/core/codes/fields", test_fields);
  g_test_add_func ("/core/codes/bad", test_bad);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who may do what: every case of rights.csv, and the time of an assignment. */
#include <stdlib.h>
#include <string.h>

#include "core/wg-csv.h"
#include "kit.h"

static Terminal *
find_terminal (Kit *kit, GHashTable *terminals, const char *worker)
{
  Terminal *terminal = g_hash_table_lookup (terminals, worker);

  if (terminal == NULL)
    {
      terminal = terminal_new (kit, worker);
      g_hash_table_insert (terminals, g_strdup (worker), terminal);
    }
  return terminal;
}

static WgOperation *
make_step (Terminal *terminal, const char *rec, WgAction action, int level, const char *other)
{
  WgOperation *operation = terminal_step (terminal, rec, KIT_GRID_A1, action);

  operation->opinion = g_strdup ("样例意见");
  if (action == WG_ACTION_CHANGE_LEVEL)
    operation->new_value = g_strdup (level == 3 ? "2" : "3");
  if (action == WG_ACTION_DUPLICATE)
    operation->duplicate_of = g_strdup (other);
  return operation;
}

/* An event of wa1 in grid A1 in the state asked for. */
static char *
make_event (Terminal *author, Terminal *clerk, int state, int level)
{
  char *rec =
      terminal_expect (author, terminal_create (author, KIT_GRID_A1, (WgEventLevel) level), "ok");

  if (state == 11)
    g_free (terminal_expect (clerk, make_step (clerk, rec, WG_ACTION_RETURN, 0, NULL), "ok"));
  if (state == 20)
    g_free (terminal_expect (clerk, make_step (clerk, rec, WG_ACTION_ACCEPT, 0, NULL), "ok"));
  return rec;
}

static WgOperation *
make_operation (
    Terminal *terminal, const char *rec, const char *action_name, int level, const char *other)
{
  WgOperation *operation;
  WgAction action;

  if (strcmp (action_name, "create") == 0)
    return terminal_create (terminal, KIT_GRID_A1, (WgEventLevel) level);
  if (strcmp (action_name, "patch") == 0)
    {
      operation = terminal_patch (terminal, rec, KIT_GRID_A1);
      operation_patch_text (operation, "title", "样例事件", "改过的标题");
      return operation;
    }
  g_assert_true (wg_action_from_string (action_name, &action));
  return make_step (terminal, rec, action, level, other);
}

static void
test_table (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "server", "rights.csv", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (WgCsv) csv = NULL;
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (GHashTable) terminals = g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                                           (GDestroyNotify) terminal_free);
  Terminal *author = find_terminal (kit, terminals, "wa1");
  Terminal *clerk = find_terminal (kit, terminals, "ca");
  g_autofree char *other = make_event (author, clerk, 10, 2);

  g_file_get_contents (path, &text, NULL, &error);
  g_assert_no_error (error);
  csv = wg_csv_new (text, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (wg_csv_get_n_rows (csv), >, 100);
  for (guint row = 0; row < wg_csv_get_n_rows (csv); row++)
    {
      Terminal *terminal = find_terminal (kit, terminals, wg_csv_get (csv, row, "worker"));
      const char *action = wg_csv_get (csv, row, "action");
      int state = atoi (wg_csv_get (csv, row, "state"));
      int level = atoi (wg_csv_get (csv, row, "level"));
      g_autofree char *rec = state ? make_event (author, clerk, state, level) : NULL;
      g_test_message ("line %u: %s %s in %d", wg_csv_get_line (csv, row), terminal->worker, action,
                      state);
      g_free (terminal_expect (terminal, make_operation (terminal, rec, action, level, other),
                               wg_csv_get (csv, row, "result")));
    }
  kit_check (kit);
}

static gboolean
move_worker (WgWork *work, gpointer data, GError **error)
{
  WgWorker worker = { (char *) "wa1", (char *) "样例人员", WG_ROLE_WORKER, (char *) KIT_TOWN_A,
                      (char *) KIT_GRID_A2 };

  return wg_reference_put_worker (work, &worker, NULL, error);
}

/* Made before the move: taken for a fortnight. Made after it: only in the new grid. */
static void
test_move (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (Terminal) terminal = terminal_new (kit, "wa1");
  g_autoptr (Terminal) slow = terminal_new (kit, "wa1");
  g_autofree char *before =
      terminal_log (terminal, terminal_create (terminal, KIT_GRID_A1, WG_EVENT_LEVEL_GENERAL));
  g_autofree char *late =
      terminal_log (slow, terminal_create (slow, KIT_GRID_A1, WG_EVENT_LEVEL_GENERAL));
  g_autoptr (WgPushJob) first = NULL;
  g_autoptr (WgPushJob) last = NULL;
  const WgPushResult *result;

  kit_advance (kit, 60000);
  kit_run (kit, move_worker, NULL);
  kit_advance (kit, 13 * WG_DAY_MS);
  first = terminal_push (terminal);
  result = wg_push_job_get_answer (first)->results->pdata[0];
  g_assert_cmpint (result->kind, ==, WG_RESULT_OK);
  g_free (terminal_expect (
      terminal, terminal_create (terminal, KIT_GRID_A1, WG_EVENT_LEVEL_GENERAL), "not-in-scope"));
  g_free (terminal_expect (terminal,
                           terminal_create (terminal, KIT_GRID_A2, WG_EVENT_LEVEL_GENERAL), "ok"));
  kit_advance (kit, 2 * WG_DAY_MS);
  last = terminal_push (slow);
  result = wg_push_job_get_answer (last)->results->pdata[0];
  g_assert_cmpstr (result->code, ==, "too-old");
  kit_check (kit);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/rights/table", test_table);
  g_test_add_func ("/server/rights/move", test_move);
  return g_test_run ();
}

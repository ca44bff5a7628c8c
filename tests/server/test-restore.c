/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A restore that fails or ends at its n-th write, for every n: nothing is ever served under the
 * epoch of another content, and the next try brings it to its end. */
#include <sys/wait.h>
#include <unistd.h>

#include "kit.h"
#include "server/wg-admin.h"

static void
print_nothing (const char *text)
{
}

static int
run_command (Kit *kit, int (*command) (WgAdmin *, char **), const char *path)
{
  WgAdmin admin = { .folder = kit->folder, .ports = kit->ports };
  char *arguments[] = { (char *) path, NULL };
  int code = command (&admin, arguments);

  g_clear_pointer (&admin.reference, wg_reference_free);
  g_clear_pointer (&admin.db, wg_db_close);
  g_clear_pointer (&admin.platform, wg_platform_free);
  return code;
}

/* Runs the restore in a process of its own with a fault at the n-th write; gives its status. */
static int
restore_with_fault (Kit *kit, const char *backup, gint64 nth, char kind)
{
  pid_t child = fork ();
  int status = 0;

  if (child == 0)
    {
      g_set_print_handler (print_nothing);
      g_set_printerr_handler (print_nothing);
      wg_db_fault_arm (nth, kind);
      _exit (run_command (kit, wg_command_restore, backup));
    }
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status));
  return WEXITSTATUS (status);
}

/* What stands there now, when it opens at all. */
static gboolean
look (Kit *kit, char **out_epoch, gint64 *out_n)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (WgPlatform) platform =
                wg_platform_open (kit->folder, NULL, kit->database, &kit->ports, &error);

  if (platform == NULL)
    {
      g_assert_nonnull (strstr (error->message, "restore"));
      return FALSE;
    }
  g_clear_pointer (&platform, wg_platform_free);
  kit_reopen (kit);
  kit_check (kit);
  *out_epoch = g_strdup (kit->platform->epoch);
  *out_n = kit_count (kit, "op-count");
  kit_close (kit);
  return TRUE;
}

static void
log_one (Kit *kit, Terminal *terminal)
{
  g_autoptr (WgPushJob) job = NULL;

  g_free (terminal_log (terminal, terminal_create (terminal, KIT_GRID_A1, WG_EVENT_LEVEL_GENERAL)));
  job = terminal_push (terminal);
  g_assert_nonnull (wg_push_job_get_answer (job));
}

static void
run_faults (gconstpointer data)
{
  char kind = (char) GPOINTER_TO_INT (data);
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (Terminal) first = terminal_new (kit, "wa1");
  g_autofree char *backup = g_build_filename (kit->folder, "backup.db", NULL);
  gint64 n_backup, n_live = 0;
  guint n_closed = 0, n_failed = 0;
  gboolean hit = TRUE;
  GPrintFunc print;

  log_one (kit, first);
  n_backup = kit_count (kit, "op-count");
  kit_close (kit);
  print = g_set_print_handler (print_nothing);
  g_assert_cmpint (run_command (kit, wg_command_backup, backup), ==, WG_EXIT_OK);
  g_set_print_handler (print);
  for (gint64 nth = 1; hit; nth++)
    {
      g_autofree char *before = NULL, *after = NULL;
      gint64 n_after = 0;
      int status;

      kit_reopen (kit);
      if (kit_count (kit, "op-count") == n_backup)
        {
          g_autoptr (Terminal) other = terminal_new (kit, "wa2");
          log_one (kit, other);
        }
      kit_close (kit);
      g_assert_true (look (kit, &before, &n_live));
      g_assert_cmpint (n_live, >, n_backup);
      status = restore_with_fault (kit, backup, nth, kind);
      hit = status != WG_EXIT_OK;
      n_failed += hit;
      if (!look (kit, &after, &n_after))
        n_closed++;
      else if (g_str_equal (before, after))
        g_assert_cmpint (n_after, ==, n_live);
      else
        g_assert_cmpint (n_after, ==, n_backup);
      if (n_after == 0)
        g_assert_cmpint (restore_with_fault (kit, backup, 0, kind), ==, WG_EXIT_OK);
      g_assert_cmpint (nth, <, 2000);
    }
  g_test_message ("%u tries ended early, after %u of them nothing was served", n_failed, n_closed);
  g_assert_cmpuint (n_failed, >, 10);
  g_assert_cmpuint (n_closed, >, 0);
  kit_reopen (kit);
}

/* A backup that fails leaves no file that could be taken for one, and an older one stays. */
static void
test_backup_faults (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (Terminal) terminal = terminal_new (kit, "wa1");
  g_autofree char *path = g_build_filename (kit->folder, "backup.db", NULL);
  gboolean hit = TRUE;
  guint n_failed = 0;
  GPrintFunc print;

  log_one (kit, terminal);
  kit_close (kit);
  g_assert_true (g_file_set_contents (path, "older", -1, NULL));
  print = g_set_print_handler (print_nothing);
  g_set_printerr_handler (print_nothing);
  for (gint64 nth = 1; hit; nth++)
    {
      g_autofree char *content = NULL;
      int code;

      wg_db_fault_arm (nth, 'F');
      code = run_command (kit, wg_command_backup, path);
      hit = wg_db_fault_count () >= nth;
      wg_db_fault_arm (0, 'F');
      g_assert_true (g_file_get_contents (path, &content, NULL, NULL));
      if (code != WG_EXIT_OK && n_failed++ == 0)
        g_assert_cmpstr (content, ==, "older");
      if (code == WG_EXIT_OK || !g_str_equal (content, "older"))
        g_assert_cmpint (restore_with_fault (kit, path, 0, 'F'), ==, WG_EXIT_OK);
    }
  g_set_print_handler (print);
  g_set_printerr_handler (NULL);
  g_assert_cmpuint (n_failed, >, 10);
  kit_reopen (kit);
  kit_check (kit);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
  g_test_add_data_func ("/server/restore/exit", GINT_TO_POINTER ('X'), run_faults);
  g_test_add_data_func ("/server/restore/disk-full", GINT_TO_POINTER ('f'), run_faults);
  g_test_add_func ("/server/restore/backup-fails", test_backup_faults);
  return g_test_run ();
}

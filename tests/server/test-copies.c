/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A PostgreSQL database that its own tools copied and restored: checked, made durable, put into use
 * under a new epoch; and a daemon that did not notice. */
#include "kit.h"
#include "server/wg-admin.h"
#include "server/wg-server-error.h"
#include "support/wg-test-database.h"

static void
print_nothing (const char *text)
{
}

static int
run_command (Kit *kit, int (*command) (WgAdmin *, char **), const char *argument)
{
  WgAdmin admin = { .folder = kit->folder,
                    .database = g_strdup (kit->database),
                    .ports = kit->ports };
  char *arguments[] = { (char *) argument, NULL };
  int code = command (&admin, arguments);

  g_clear_pointer (&admin.reference, wg_reference_free);
  g_clear_pointer (&admin.db, wg_db_close);
  g_clear_pointer (&admin.platform, wg_platform_free);
  g_free (admin.database);
  return code;
}

/* As the operator would, by pg_dump. */
static char *
copy_database (const char *from)
{
  g_autoptr (GError) error = NULL;
  char *to = wg_test_database_new ();
  g_autofree char *script = g_strdup_printf ("pg_dump '%s' | psql -q -X '%s' >/dev/null", from, to);
  const char *const arguments[] = { "/bin/sh", "-c", script, NULL };
  int status;

  g_spawn_sync (NULL, (char **) arguments, NULL, 0, NULL, NULL, NULL, NULL, &status, &error);
  g_assert_no_error (error);
  g_assert_true (g_spawn_check_wait_status (status, &error));
  return to;
}

static void
log_some (Terminal *terminal, int n)
{
  g_autoptr (WgPushJob) job = NULL;

  for (int i = 0; i < n; i++)
    g_free (
        terminal_log (terminal, terminal_create (terminal, KIT_GRID_A1, WG_EVENT_LEVEL_GENERAL)));
  job = terminal_push (terminal);
  g_assert_nonnull (wg_push_job_get_answer (job));
}

static gint64
read_durable (Kit *kit, const Terminal *terminal)
{
  g_autoptr (GError) error = NULL;
  WgStatement *statement = wg_db_statement (kit->db, "replica-get", &error);

  g_assert_no_error (error);
  wg_statement_bind_text (statement, "id", terminal->replica);
  return wg_db_take_int (statement, "durable_seq", &error);
}

static void
test_durable (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (Terminal) terminal = terminal_new (kit, "wa1");
  g_autoptr (Kit) stranger = kit_new ();
  g_autofree char *copy = NULL;
  g_autoptr (WgPlatform) platform = NULL;
  g_autoptr (GError) error = NULL;

  log_some (terminal, 3);
  copy = copy_database (kit->database);
  log_some (terminal, 2);
  g_assert_cmpint (run_command (kit, wg_command_backup, "/tmp/a.db"), ==, WG_EXIT_FAILED);
  g_assert_cmpint (run_command (kit, wg_command_backup, kit->database), ==, WG_EXIT_FAILED);
  g_assert_cmpint (run_command (kit, wg_command_backup, stranger->database), ==, WG_EXIT_FAILED);
  g_assert_cmpint (read_durable (kit, terminal), ==, 0);
  g_assert_cmpint (run_command (kit, wg_command_backup, copy), ==, WG_EXIT_OK);
  g_assert_cmpint (read_durable (kit, terminal), ==, 3);
  kit_check (kit);
  /* The copy is never served by mistake. */
  platform = wg_platform_open (kit->folder, NULL, copy, &kit->ports, &error);
  g_assert_null (platform);
  g_assert_error (error, WG_SERVER_ERROR, WG_SERVER_ERROR_CONFIG);
  wg_test_database_drop (copy);
}

static void
test_damaged_copy (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (Terminal) terminal = terminal_new (kit, "wa1");
  g_autofree char *copy = NULL;

  log_some (terminal, 3);
  copy = copy_database (kit->database);
  g_free (wg_test_database_query (copy, "UPDATE op SET line = replace(line, '1', '2')"));
  g_assert_cmpint (run_command (kit, wg_command_backup, copy), ==, WG_EXIT_FAILED);
  g_assert_cmpint (read_durable (kit, terminal), ==, 0);
  g_assert_cmpint (run_command (kit, wg_command_restore, copy), ==, WG_EXIT_FAILED);
  wg_test_database_drop (copy);
}

static gboolean
do_nothing (WgWork *work, gpointer data, GError **error)
{
  return TRUE;
}

static void
test_restore (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (Terminal) terminal = terminal_new (kit, "wa1");
  g_autofree char *copy = NULL;
  g_autoptr (WgPlatform) platform = NULL;
  g_autoptr (GError) error = NULL;

  log_some (terminal, 3);
  copy = copy_database (kit->database);
  g_assert_cmpint (run_command (kit, wg_command_backup, copy), ==, WG_EXIT_OK);
  g_assert_cmpint (run_command (kit, wg_command_restore, copy), ==, WG_EXIT_OK);
  platform = wg_platform_open (kit->folder, NULL, copy, &kit->ports, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (platform->epoch, !=, kit->platform->epoch);
  /* Restored where it stands, under a process that serves: it must not go on. */
  g_assert_cmpint (run_command (kit, wg_command_restore, kit->database), ==, WG_EXIT_OK);
  g_assert_false (wg_work_run (kit->platform, kit->db, kit->reference, do_nothing, NULL, &error));
  g_assert_error (error, WG_SERVER_ERROR, WG_SERVER_ERROR_STALE);
  kit_reopen (kit);
  log_some (terminal, 1);
  kit_check (kit);
  g_clear_pointer (&platform, wg_platform_free);
  wg_test_database_drop (copy);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_set_print_handler (print_nothing);
  g_set_printerr_handler (print_nothing);
  g_test_add_func ("/server/copies/durable", test_durable);
  g_test_add_func ("/server/copies/damaged", test_damaged_copy);
  g_test_add_func ("/server/copies/restore", test_restore);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command line: the table of commands, options that all share, help. */
#include "server/wg-admin.h"

#include <locale.h>
#include <string.h>

#include <glib/gi18n.h>

#include "db/wg-postgres.h"
#include "server/wg-server-error.h"
#include "wg-config.h"

#define DATA_DEFAULT "/var/lib/wangge-platform"

static const WgCommand COMMANDS[] = {
  { "init", "", N_ ("Make an empty platform in the data folder"), 0, wg_command_init_options,
    wg_command_init },
  { "serve", "", N_ ("Serve terminals until SIGTERM"), 0, wg_command_serve_options,
    wg_command_serve },
  { "enrol", "WORKER", N_ ("Give a worker a code for a tablet"), 1, wg_command_enrol_options,
    wg_command_enrol },
  { "devices", "", N_ ("List the tablets: last seen, not sent, versions"), 0, NULL,
    wg_command_devices },
  { "lease", "[DAYS]", N_ ("How long a tablet may be used without a contact"), -1, NULL,
    wg_command_lease },
  { "revoke", "DEVICE", N_ ("Shut a lost device out and have it erase itself"), 1,
    wg_command_revoke_options, wg_command_revoke },
  { "unlock", "DEVICE", N_ ("Let a revoked device in again"), 1, NULL, wg_command_unlock },
  { "bundle", "import FILE", N_ ("Take what a tablet without a network exported"), 2,
    wg_command_bundle_options, wg_command_bundle },
  { "worker", "move|disable|enable WORKER [GRID]",
    N_ ("Give a worker another grid, take the rights, give them back"), -1, NULL,
    wg_command_worker },
  { "import", "FILE", N_ ("Read units, grids, workers, a standard, a calendar or a map pack"), 1,
    NULL, wg_command_import },
  { "settle", "OPERATION", N_ ("Note what was done about a refused operation"), 1,
    wg_command_settle_options, wg_command_settle },
  { "list", "events|workers|devices|grids|orgs|conflicts|refused",
    N_ ("List what the platform holds"), 1, wg_command_list_options, wg_command_list },
  { "show", "EVENT|RECORD", N_ ("Show an event or a record with its history"), 1, NULL,
    wg_command_show },
  { "accept", "EVENT", N_ ("Accept and file an event"), 1, wg_command_step_options,
    wg_command_step },
  { "return", "EVENT", N_ ("Return an event to its reporter"), 1, wg_command_step_options,
    wg_command_step },
  { "refuse", "EVENT", N_ ("Do not accept an event"), 1, wg_command_step_options, wg_command_step },
  { "duplicate", "EVENT", N_ ("Rule an event a duplicate of another one"), 1,
    wg_command_step_options, wg_command_step },
  { "change-level", "EVENT", N_ ("Change the level of an event"), 1, wg_command_step_options,
    wg_command_step },
  { "change-class", "EVENT", N_ ("Change the class of an event"), 1, wg_command_step_options,
    wg_command_step },
  { "check", "", N_ ("Check everything that is stored"), 0, wg_command_check_options,
    wg_command_check },
  { "backup", "FILE", N_ ("Copy the database while it is in use, and check the copy"), 1, NULL,
    wg_command_backup },
  { "restore", "FILE", N_ ("Put a backup in place and begin a new epoch"), 1, NULL,
    wg_command_restore },
  { "stats", "", N_ ("Count what is stored"), 0, NULL, wg_command_stats },
};

/**
 * wg_admin_fail:
 * @error: what went wrong
 *
 * Prints it.
 *
 * Thread: main.
 * Errors: none.
 *
 * Returns: the exit code
 */
int
wg_admin_fail (const GError *error)
{
  g_printerr ("wangge-platform: %s\n", error->message);
  return g_error_matches (error, WG_SERVER_ERROR, WG_SERVER_ERROR_FORBIDDEN) ? WG_EXIT_REFUSED
                                                                             : WG_EXIT_FAILED;
}

/**
 * wg_admin_not_found:
 * @what: kind of thing, translated
 * @id: which
 *
 * Says that there is no such thing.
 *
 * Thread: main.
 * Errors: none.
 *
 * Returns: the exit code
 */
int
wg_admin_not_found (const char *what, const char *id)
{
  g_printerr (_ ("wangge-platform: there is no %s “%s”\n"), what, id);
  return WG_EXIT_NOT_FOUND;
}

/**
 * wg_admin_get_actor:
 *
 * Names the person at the command line for the audit.
 *
 * Thread: main.
 * Errors: none.
 *
 * Returns: (transfer full): "console:<user>"
 */
char *
wg_admin_get_actor (void)
{
  return g_strconcat ("console:", g_get_user_name (), NULL);
}

/**
 * wg_admin_print_json:
 * @writer: a complete value
 *
 * Prints it on standard output.
 *
 * Thread: main.
 * Errors: none.
 */
void
wg_admin_print_json (WgJsonWriter *writer)
{
  g_autofree char *text = wg_json_writer_to_string (writer, TRUE);

  g_print ("%s\n", text);
}

/**
 * wg_admin_open:
 * @admin: the invocation
 *
 * Opens the platform of --data, and a connection.
 *
 * Thread: main.
 * Errors: printed.
 *
 * Returns: %TRUE on success
 */
gboolean
wg_admin_open (WgAdmin *admin)
{
  g_autoptr (GError) error = NULL;

  admin->platform = wg_platform_open_db (admin->folder, admin->key_file, admin->database,
                                         &admin->ports, &admin->db, &error);
  if (admin->platform == NULL)
    {
      wg_admin_fail (error);
      return FALSE;
    }
  admin->reference = wg_reference_new ();
  return TRUE;
}

/**
 * wg_admin_run:
 * @admin: the invocation, open
 * @func: what to write
 * @data: for @func
 * @error: return location
 *
 * Writes in a transaction of its own; a daemon that serves meanwhile goes on.
 *
 * Thread: main.
 * Errors: of @func and of the database.
 *
 * Returns: %TRUE on success
 */
gboolean
wg_admin_run (WgAdmin *admin, WgWorkFunc func, gpointer data, GError **error)
{
  return wg_work_run (admin->platform, admin->db, admin->reference, func, data, error);
}

static void
print_help (void)
{
  g_print (_ ("Usage: wangge-platform COMMAND [OPTION…]\n\nCommands:\n"));
  for (gsize i = 0; i < G_N_ELEMENTS (COMMANDS); i++)
    {
      g_autofree char *usage = g_strdup_printf ("%s %s", COMMANDS[i].name, COMMANDS[i].arguments);
      g_print ("  %-26s %s\n", usage, _ (COMMANDS[i].summary));
    }
  g_print (_ ("\n“wangge-platform COMMAND --help” explains the options of a command.\n"
              "Exit codes: 0 done, 1 failed, 2 wrong use, 3 not found, 4 refused.\n"));
}

static const WgCommand *
find_command (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (COMMANDS); i++)
    if (strcmp (COMMANDS[i].name, name) == 0)
      return &COMMANDS[i];
  return NULL;
}

/* Parses everything after the name; %FALSE with the exit code set. */
static gboolean
parse (WgAdmin *admin, char ***arguments, int *out_exit)
{
  const WgCommand *command = admin->command;
  const GOptionEntry common[] = {
    { "data", 0, 0, G_OPTION_ARG_FILENAME, &admin->folder, N_ ("Data folder"), N_ ("DIR") },
    { "key-file", 0, 0, G_OPTION_ARG_FILENAME, &admin->key_file,
      N_ ("Key of the database, when it is kept elsewhere"), N_ ("PATH") },
    { "database", 0, 0, G_OPTION_ARG_STRING, &admin->database,
      N_ ("A PostgreSQL database instead of the file: postgresql://…"), N_ ("ADDRESS") },
    { "json", 0, 0, G_OPTION_ARG_NONE, &admin->json, N_ ("Print JSON"), NULL },
    { NULL },
  };
  g_autofree char *usage = g_strdup_printf ("%s %s", command->name, command->arguments);
  g_autoptr (GOptionContext) context = g_option_context_new (usage);
  g_autoptr (GError) error = NULL;

  *out_exit = WG_EXIT_USAGE;
  g_option_context_set_summary (context, _ (command->summary));
  g_option_context_set_translation_domain (context, GETTEXT_PACKAGE);
  g_option_context_add_main_entries (context, common, GETTEXT_PACKAGE);
  if (command->get_options)
    g_option_context_add_main_entries (context, command->get_options (admin), GETTEXT_PACKAGE);
  if (!g_option_context_parse_strv (context, arguments, &error))
    {
      g_printerr ("wangge-platform %s: %s\n", command->name, error->message);
      return FALSE;
    }
  if (command->n_arguments >= 0 && g_strv_length (*arguments + 1) != (guint) command->n_arguments)
    {
      g_autofree char *help = g_option_context_get_help (context, TRUE, NULL);
      g_printerr ("%s", help);
      return FALSE;
    }
  if (admin->database == NULL || wg_postgres_is_address (admin->database))
    return TRUE;
  g_printerr (_ ("wangge-platform: --database takes an address like postgresql://…\n"));
  return FALSE;
}

static void
clear_admin (WgAdmin *admin)
{
  g_clear_pointer (&admin->reference, wg_reference_free);
  g_clear_pointer (&admin->db, wg_db_close);
  g_clear_pointer (&admin->platform, wg_platform_free);
  g_free (admin->folder);
  g_free (admin->key_file);
  g_free (admin->database);
}

static void
set_up_language (void)
{
  /* Without a language, or with C, this is a Chinese program. */
  const char *locale = setlocale (LC_ALL, "");

  if (locale == NULL || strcmp (locale, "C") == 0 || strcmp (locale, "C.UTF-8") == 0)
    setlocale (LC_ALL, "zh_CN.UTF-8");
  setlocale (LC_NUMERIC, "C");
  bindtextdomain (GETTEXT_PACKAGE, WG_LOCALE_DIR);
  bind_textdomain_codeset (GETTEXT_PACKAGE, "UTF-8");
  textdomain (GETTEXT_PACKAGE);
}

/**
 * wg_admin_main:
 * @argc: number of arguments
 * @argv: arguments
 *
 * Runs the program.
 *
 * Thread: main.
 * Errors: printed.
 *
 * Returns: the exit code, one of WgExit
 */
int
wg_admin_main (int argc, char **argv)
{
  WgAdmin admin = { .ports = wg_platform_system_ports () };
  g_auto (GStrv) arguments = NULL;
  g_autoptr (GError) error = NULL;
  int code;

  set_up_language ();
  if (argc < 2 || strcmp (argv[1], "--help") == 0 || strcmp (argv[1], "help") == 0)
    {
      print_help ();
      return argc < 2 ? WG_EXIT_USAGE : WG_EXIT_OK;
    }
  if (strcmp (argv[1], "--version") == 0)
    {
      g_print ("wangge-platform %s\n", WG_VERSION);
      return WG_EXIT_OK;
    }
  admin.command = find_command (argv[1]);
  if (admin.command == NULL)
    {
      g_printerr (_ ("wangge-platform: there is no command “%s”; see --help\n"), argv[1]);
      return WG_EXIT_USAGE;
    }
  if (!wg_crypto_init (&error))
    return wg_admin_fail (error);
  admin.folder = g_strdup (g_getenv ("WANGGE_PLATFORM_DATA"));
  admin.database = g_strdup (g_getenv ("WANGGE_PLATFORM_DATABASE"));
  arguments = g_strdupv (argv + 1);
  if (parse (&admin, &arguments, &code))
    {
      if (admin.folder == NULL)
        admin.folder = g_strdup (DATA_DEFAULT);
      code = admin.command->run (&admin, arguments + 1);
    }
  clear_admin (&admin);
  return code;
}

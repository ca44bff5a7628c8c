/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wangge-field: reads the command line, opens the store, runs one command, says how it went. */
#include "field/wg-field-program.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "store/wg-lease.h"
#include "wg-config.h"
#include "wire/wg-crypto.h"

typedef struct
{
  const char *name, *arguments, *about;
  WgFieldRun run;
  int n_min, n_max;
  gboolean opens_store;
  gboolean without_lease; /* also when the platform was not seen for too long */
} Command;

static const Command COMMANDS[] = {
  { "enrol", "", "make a store from a code or a QR text", wg_field_enrol, 0, 0, FALSE, TRUE },
  { "unlock", "", "tell whether the secret opens the store", wg_field_unlock, 0, 0, TRUE, TRUE },
  { "log", "", "save an event", wg_field_log, 0, 0, TRUE },
  { "attach", "EVENT FILE", "add a photo to an event", wg_field_attach, 2, 2, TRUE },
  { "mend", "EVENT", "change an event, or send a returned one again", wg_field_mend, 1, 1, TRUE },
  { "withdraw", "EVENT", "take an event back", wg_field_withdraw, 1, 1, TRUE },
  { "list", "", "events", wg_field_list, 0, 0, TRUE },
  { "show", "EVENT", "one event with its history", wg_field_show, 1, 1, TRUE },
  { "queue", "", "operations: refused, waiting, sent", wg_field_queue, 0, 0, TRUE },
  { "dismiss", "OPERATION", "settle a refused operation", wg_field_dismiss, 1, 1, TRUE },
  { "record", "ACTION KIND [ID]", "records: list, show, create, patch, void, confirm",
    wg_field_record, 2, 3, TRUE },
  { "conflicts", "ACTION [ID]", "conflicts: list, resolve", wg_field_conflicts, 1, 2, TRUE },
  { "bundle", "ACTION FILE [ANSWER]", "a file: export, import; at an office hand-in",
    wg_field_bundle, 2, 3, TRUE, TRUE },
  { "sync", "", "one round with the platform", wg_field_sync, 0, 0, TRUE, TRUE },
  { "status", "", "how it all stands", wg_field_status, 0, 0, TRUE, TRUE },
  { "check", "", "integrity and invariants", wg_field_check, 0, 0, TRUE },
  { "rescue", "OUT", "operations and photos that can still be read", wg_field_rescue, 1, 1, FALSE },
  { "change-secret", "", "another PIN or passphrase", wg_field_change_secret, 0, 0, FALSE },
};

static const char *const TRUTHS[] = {
  [WG_TRUTH_HELD] = "held",         [WG_TRUTH_SAVED] = "saved",
  [WG_TRUTH_SENDING] = "sending",   [WG_TRUTH_RECEIVED] = "received",
  [WG_TRUTH_APPLIED] = "applied",   [WG_TRUTH_NO_PHOTO] = "no-photo",
  [WG_TRUTH_CONFLICT] = "conflict", [WG_TRUTH_REFUSED] = "refused",
  [WG_TRUTH_UNDONE] = "undone",
};

/**
 * wg_field_truth:
 * @truth: state of delivery
 *
 * Its name in JSON, which stays.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer none): a word
 */
const char *
wg_field_truth (WgTruth truth)
{
  return TRUTHS[truth];
}

/**
 * wg_field_print:
 * @program: the run
 * @writer: a whole JSON value
 *
 * Prints it: one line with --json, else laid out for people.
 *
 * Thread: main.
 * Errors: none.
 */
void
wg_field_print (WgFieldProgram *program, WgJsonWriter *writer)
{
  g_autofree char *text = wg_json_writer_to_string (writer, !program->json);

  g_print ("%s\n", text);
}

/**
 * wg_field_read_secret:
 * @file: (nullable): file whose first line is the secret
 * @variable: environment variable that holds it when there is no file
 * @error: return location for an error
 *
 * Reads a secret from where other users of the machine do not see it; never from the command line.
 *
 * Thread: main.
 * Errors: those of reading the file; usage when neither is given.
 *
 * Returns: (transfer full): the secret
 */
char *
wg_field_read_secret (const char *file, const char *variable, GError **error)
{
  const char *value = g_getenv (variable);
  g_autofree char *text = NULL;

  if (file == NULL && value != NULL)
    return g_strdup (value);
  if (file == NULL)
    {
      g_set_error (error, WG_FIELD_ERROR_USAGE, 0, "give the secret by file or by %s", variable);
      return NULL;
    }
  if (!g_file_get_contents (file, &text, NULL, error))
    return NULL;
  text[strcspn (text, "\r\n")] = '\0';
  return g_steal_pointer (&text);
}

/**
 * wg_field_exit_of:
 * @error: what went wrong
 *
 * The exit code that tells a script what to do about it.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: an exit code
 */
WgExit
wg_field_exit_of (const GError *error)
{
  if (error->domain == WG_FIELD_ERROR_USAGE || error->domain == G_OPTION_ERROR)
    return WG_EXIT_USAGE;
  if (error->domain == WG_STORE_ERROR)
    switch (error->code)
      {
      case WG_STORE_ERROR_LOCKED:
      case WG_STORE_ERROR_WRONG_SECRET:
      case WG_STORE_ERROR_BLOCKED:
      case WG_STORE_ERROR_LEASE:
        return WG_EXIT_LOCKED;
      case WG_STORE_ERROR_DAMAGED:
      case WG_STORE_ERROR_NEWER:
        return WG_EXIT_DAMAGED;
      case WG_STORE_ERROR_INVALID:
      case WG_STORE_ERROR_PHOTO:
        return WG_EXIT_ATTENTION;
      default:
        return WG_EXIT_FAILED;
      }
  if (error->domain == WG_SYNC_ERROR)
    switch (error->code)
      {
      case WG_SYNC_ERROR_REFUSED:
      case WG_SYNC_ERROR_TLS:
        return WG_EXIT_ATTENTION;
      case WG_SYNC_ERROR_FAILED:
      case WG_SYNC_ERROR_EPOCH:
        return WG_EXIT_FAILED;
      default:
        return WG_EXIT_OFFLINE;
      }
  return WG_EXIT_FAILED;
}

static const Command *
find_command (const char *name)
{
  for (gsize i = 0; name != NULL && i < G_N_ELEMENTS (COMMANDS); i++)
    if (g_str_equal (COMMANDS[i].name, name))
      return &COMMANDS[i];
  return NULL;
}

static char *
list_commands (void)
{
  GString *text = g_string_new ("Commands:\n");

  for (gsize i = 0; i < G_N_ELEMENTS (COMMANDS); i++)
    g_string_append_printf (text, "  %-14s %-16s  %s\n", COMMANDS[i].name, COMMANDS[i].arguments,
                            COMMANDS[i].about);
  g_string_append (text, "\nThe secret comes from --secret-file or the variable WANGGE_SECRET.\n"
                         "Exit codes: 0 well, 1 failed, 2 usage, 3 offline, 4 refused or needs a "
                         "person, 5 locked, 6 damaged.");
  return g_string_free_and_steal (text);
}

static gboolean
parse (WgFieldProgram *self, int *argc, char ***argv, GError **error)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("COMMAND …");
  g_autofree char *commands = list_commands ();
  gboolean version = FALSE;
  const GOptionEntry entries[] = {
    { "folder", 'f', 0, G_OPTION_ARG_FILENAME, &self->folder, "folder of the store", "DIR" },
    { "secret-file", 0, 0, G_OPTION_ARG_FILENAME, &self->secret_file, "its first line", "FILE" },
    { "json", 0, 0, G_OPTION_ARG_NONE, &self->json, "one line of JSON, errors too", NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &version, "print the version", NULL },
    { "code", 0, 0, G_OPTION_ARG_STRING, &self->code, "enrol: typed code", "CODE" },
    { "url", 0, 0, G_OPTION_ARG_STRING, &self->url, "enrol: platform of the code", "URL" },
    { "qr", 0, 0, G_OPTION_ARG_STRING, &self->qr, "enrol: text of the QR picture", "TEXT" },
    { "qr-file", 0, 0, G_OPTION_ARG_FILENAME, &self->qr_file, "enrol: that text in a file",
      "FILE" },
    { "device", 0, 0, G_OPTION_ARG_STRING, &self->device, "enrol: name of this device", "NAME" },
    { "level", 0, 0, G_OPTION_ARG_STRING, &self->level, "daily, general, major, grave", "LEVEL" },
    { "class", 0, 0, G_OPTION_ARG_STRING, &self->class_code, "class of the standard", "CODE" },
    { "title", 0, 0, G_OPTION_ARG_STRING, &self->title, "title, else made from the text", "TEXT" },
    { "text", 0, 0, G_OPTION_ARG_STRING, &self->text, "what happened", "TEXT" },
    { "at", 0, 0, G_OPTION_ARG_STRING, &self->at, "place, degrees and metres", "LON,LAT[,ACC]" },
    { "address", 0, 0, G_OPTION_ARG_STRING, &self->address, "place in words", "TEXT" },
    { "outside", 0, 0, G_OPTION_ARG_STRING, &self->outside, "why outside the own grid", "TEXT" },
    { "photo", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &self->photos, "a photo, repeatable", "FILE" },
    { "hold", 0, 0, G_OPTION_ARG_INT, &self->hold_s, "log: seconds in which it can be undone",
      "S" },
    { "opinion", 0, 0, G_OPTION_ARG_STRING, &self->opinion, "withdraw: words", "TEXT" },
    { "set", 0, 0, G_OPTION_ARG_STRING_ARRAY, &self->values,
      "record create, patch: a field, repeatable; codes of a set apart by commas", "FIELD=VALUE" },
    { "reason", 0, 0, G_OPTION_ARG_STRING, &self->reason, "record void, show --reveal: why",
      "TEXT" },
    { "reveal", 0, 0, G_OPTION_ARG_NONE, &self->reveal,
      "record show: personal fields unmasked; noted in the platform's audit", NULL },
    { "search", 0, 0, G_OPTION_ARG_STRING, &self->search,
      "record list: beginning of a word, of pinyin initials, of a number", "TEXT" },
    { "of", 0, 0, G_OPTION_ARG_STRING, &self->of, "record list: members of this household", "ID" },
    { "choose", 0, 0, G_OPTION_ARG_STRING_ARRAY, &self->choices,
      "conflicts resolve: mine or theirs for a field, or all; repeatable", "FIELD=CHOICE" },
    { "which", 0, 0, G_OPTION_ARG_STRING, &self->which,
      "list: today, open, all, returned; records: all, unconfirmed, needing-me", "LIST" },
    { "limit", 0, 0, G_OPTION_ARG_INT, &self->limit, "list, queue: at most", "N" },
    { "wait", 0, 0, G_OPTION_ARG_NONE, &self->wait, "sync: until all is there", NULL },
    { "wait-time", 0, 0, G_OPTION_ARG_INT, &self->wait_s, "sync: but no longer (300)", "S" },
    { "new-secret-file", 0, 0, G_OPTION_ARG_FILENAME, &self->new_secret_file,
      "change-secret: its first line, else WANGGE_NEW_SECRET", "FILE" },
    G_OPTION_ENTRY_NULL,
  };

  g_option_context_add_main_entries (context, entries, NULL);
  g_option_context_set_summary (context, "The terminal of Wangge without a window.");
  g_option_context_set_description (context, commands);
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;
  if (version)
    {
      g_print ("wangge-field %s\n", WG_VERSION);
      exit (WG_EXIT_OK);
    }
  return TRUE;
}

static WgExit
run (WgFieldProgram *self, const Command *command, GError **error)
{
  if (self->folder == NULL)
    self->folder = g_build_filename (g_get_user_data_dir (), "wangge", NULL);
  if (!wg_crypto_init (error))
    return WG_EXIT_FAILED;
  self->secret = wg_field_read_secret (self->secret_file, "WANGGE_SECRET", error);
  if (self->secret == NULL)
    return WG_EXIT_USAGE;
  if (command->opens_store)
    {
      self->store = wg_store_unlock (self->folder, wg_store_system_ports (), self->secret, error);
      if (self->store == NULL || (!command->without_lease && !wg_lease_check (self->store, error)))
        return WG_EXIT_FAILED;
    }
  return command->run (self, error);
}

static void
print_error (const WgFieldProgram *self, const GError *error, WgExit code)
{
  g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();
  g_autofree char *text = NULL;

  g_printerr ("wangge-field: %s\n", error->message);
  if (!self->json)
    return;
  wg_json_writer_begin_object (writer, NULL);
  wg_json_writer_begin_object (writer, "error");
  wg_json_writer_int (writer, "exit", code);
  wg_json_writer_string (writer, "message", error->message);
  wg_json_writer_end (writer);
  wg_json_writer_end (writer);
  text = wg_json_writer_to_string (writer, FALSE);
  g_print ("%s\n", text);
}

static void
clear (WgFieldProgram *self)
{
  char **texts[] = { &self->folder, &self->secret_file, &self->code,       &self->url,
                     &self->qr,     &self->qr_file,     &self->device,     &self->level,
                     &self->title,  &self->text,        &self->class_code, &self->at,
                     &self->which,  &self->address,     &self->outside,    &self->opinion,
                     &self->reason, &self->search,      &self->of,         &self->new_secret_file };

  if (self->store != NULL)
    wg_store_close (self->store);
  g_clear_object (&self->store);
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    g_clear_pointer (texts[i], g_free);
  g_clear_pointer (&self->photos, g_strfreev);
  g_clear_pointer (&self->values, g_strfreev);
  g_clear_pointer (&self->choices, g_strfreev);
  if (self->secret != NULL)
    memset (self->secret, 0, strlen (self->secret));
  g_clear_pointer (&self->secret, g_free);
}

int
main (int argc, char *argv[])
{
  WgFieldProgram self = { .limit = 1000, .wait_s = 300 };
  g_autoptr (GError) error = NULL;
  const Command *command = NULL;
  WgExit code = WG_EXIT_USAGE;
  int n;

  setlocale (LC_ALL, "");
  g_set_prgname ("wangge-field");
  if (parse (&self, &argc, &argv, &error))
    {
      command = find_command (argc > 1 ? argv[1] : NULL);
      n = argc - 2;
      if (command == NULL)
        g_set_error (&error, WG_FIELD_ERROR_USAGE, 0, "no such command, try --help");
      else if (n < command->n_min || n > command->n_max)
        g_set_error (&error, WG_FIELD_ERROR_USAGE, 0, "usage: wangge-field %s %s", command->name,
                     command->arguments);
      else
        {
          self.arguments = argv + 2;
          code = run (&self, command, &error);
        }
    }
  if (error != NULL)
    {
      code = wg_field_exit_of (error);
      print_error (&self, error, code);
    }
  clear (&self);
  return code;
}

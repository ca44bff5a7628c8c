/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands accept, return, refuse, duplicate, change-level, change-class: operations like any.
 */
#include <string.h>

#include <glib/gi18n.h>

#include "core/wg-chain.h"
#include "core/wg-id.h"
#include "core/wg-operation.h"
#include "server/wg-admin.h"
#include "server/wg-audit.h"
#include "server/wg-event-row.h"
#include "server/wg-push.h"
#include "server/wg-server-error.h"
#include "wire/wg-wire-operation.h"

#define CONSOLE "console"

static char *reason, *other, *as_worker, *to_value;

/**
 * wg_command_step_options:
 * @admin: the invocation
 *
 * Thread: main.
 * Errors: none.
 *
 * Returns: (transfer none): the options of the steps
 */
const GOptionEntry *
wg_command_step_options (WgAdmin *admin)
{
  static const GOptionEntry options[] = {
    { "reason", 0, 0, G_OPTION_ARG_STRING, &reason, N_ ("Why"), N_ ("TEXT") },
    { "of", 0, 0, G_OPTION_ARG_STRING, &other, N_ ("The event it is a duplicate of"),
      N_ ("EVENT") },
    { "to", 0, 0, G_OPTION_ARG_STRING, &to_value, N_ ("The new level or class"), N_ ("CODE") },
    { "as", 0, 0, G_OPTION_ARG_STRING, &as_worker, N_ ("Who does it (a clerk of the town)"),
      N_ ("WORKER") },
    { NULL },
  };

  return options;
}

typedef struct
{
  const char *event; /* id or number */
  WgAction action;
  char *worker, *replica;
  /* Outcome. */
  gboolean found;
  int refusal; /* −1: done */
  char *field;
  int state;
  char *event_no;
} Step;

static void
clear_step (Step *self)
{
  g_free (self->worker);
  g_free (self->replica);
  g_free (self->field);
  g_free (self->event_no);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Step, clear_step)

static char *
find_event (WgDb *db, const char *text, GError **error)
{
  WgStatement *statement = wg_db_statement (db, "event-find", error);

  if (statement == NULL)
    return NULL;
  wg_statement_bind_text (statement, "text", text);
  return wg_db_take_text (statement, "id", error);
}

/* A clerk of the event's town, or the one of --as. */
static gboolean
find_worker (WgWork *work, Step *self, const WgEvent *event, GError **error)
{
  g_autoptr (GError) local = NULL;
  WgStatement *statement = wg_db_statement (work->db, "worker-of-town", error);

  if (statement == NULL)
    return FALSE;
  if (as_worker)
    {
      self->worker = g_strdup (as_worker);
      return TRUE;
    }
  wg_statement_bind_text (statement, "org_code", event->org_code);
  wg_statement_bind_text (statement, "role", wg_role_to_string (WG_ROLE_CLERK));
  self->worker = wg_db_take_text (statement, "id", &local);
  if (local)
    g_propagate_error (error, g_steal_pointer (&local));
  else if (self->worker == NULL)
    g_set_error (error, WG_SERVER_ERROR, WG_SERVER_ERROR_REQUEST,
                 _ ("town %s has no clerk: name somebody with --as"), event->org_code);
  return self->worker != NULL;
}

/**
 * wg_console_find_replica:
 * @work: the transaction
 * @worker: a worker
 * @out_replica: (out): the console's own replica for this worker
 * @error: return location
 *
 * Finds the replica under which the command line makes operations in a worker's name; makes
 * it at the first use.
 *
 * Thread: the connection's.
 * Errors: of the database.
 *
 * Returns: %TRUE on success
 */
gboolean
wg_console_find_replica (WgWork *work, const char *worker, char **out_replica, GError **error)
{
  WgStatement *statement;
  g_autoptr (GError) local = NULL;

  if (!wg_db_run (work->db, "device-console", error, "enrolled_ms", 'i', work->now_ms, NULL))
    return FALSE;
  statement = wg_db_statement (work->db, "replica-of-device", error);
  if (statement == NULL)
    return FALSE;
  wg_statement_bind_text (statement, "device", CONSOLE);
  wg_statement_bind_text (statement, "worker", worker);
  *out_replica = wg_db_take_text (statement, "id", &local);
  if (local)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (*out_replica)
    return TRUE;
  *out_replica = wg_id_new (&work->platform->ports);
  return wg_db_run (work->db, "replica-add", error, "id", 's', *out_replica, "device", 's', CONSOLE,
                    "worker", 's', worker, "last_hash", 's', WG_CHAIN_START, "created_ms", 'i',
                    work->now_ms, NULL);
}

static char *
make_line (
    WgWork *work, const Step *self, const WgEvent *event, gint64 seq, const char *duplicate_of)
{
  g_autoptr (WgOperation) operation = wg_operation_new (WG_OPERATION_EVENT_STEP);

  operation->op_id = wg_id_new (&work->platform->ports);
  operation->seq = seq;
  operation->rec = g_strdup (event->id);
  operation->scope = g_strconcat ("g:", event->grid_code, NULL);
  operation->actor = g_strdup (self->worker);
  operation->at_ms = work->now_ms;
  operation->boot = g_strdup (work->platform->ports.boot_id);
  operation->mono_ms = wg_ports_boot_ms (&work->platform->ports);
  operation->action = self->action;
  operation->expect_state = event->state;
  operation->expect_step_no = event->step_no;
  operation->opinion = g_strdup (reason);
  operation->new_value = g_strdup (to_value);
  operation->duplicate_of = g_strdup (duplicate_of);
  return wg_wire_operation_to_line (operation);
}

static WgPush *
make_push (WgWork *work, const Step *self, gint64 seq, const char *previous, char *line)
{
  WgPush *push = wg_push_new ();

  push->replica = g_strdup (self->replica);
  push->epoch = g_strdup (work->platform->epoch);
  push->first = seq;
  push->previous = g_strdup (previous);
  push->now_ms = work->now_ms;
  push->boot = g_strdup (work->platform->ports.boot_id);
  push->mono_ms = wg_ports_boot_ms (&work->platform->ports);
  g_ptr_array_add (push->lines, line);
  return push;
}

static gboolean
push_step (WgWork *work, Step *self, const WgEvent *event, const char *duplicate_of, GError **error)
{
  WgStatement *statement = wg_db_statement (work->db, "replica-get", error);
  g_autofree char *previous = NULL;
  g_autoptr (WgPushJob) job = NULL;
  const WgPushAnswer *answer;
  const WgPushResult *result;
  gint64 seq;

  if (statement == NULL)
    return FALSE;
  wg_statement_bind_text (statement, "id", self->replica);
  if (!wg_statement_next (statement, error))
    return FALSE;
  seq = wg_statement_int (statement, "last_seq") + 1;
  previous = wg_statement_dup_text (statement, "last_hash");
  wg_statement_reset (statement);
  job = wg_push_job_new (
      make_push (work, self, seq, previous, make_line (work, self, event, seq, duplicate_of)),
      self->worker, error);
  if (job == NULL || !wg_push_job_run (work, job, error))
    return FALSE;
  answer = wg_push_job_get_answer (job);
  if (answer == NULL)
    {
      g_set_error (error, WG_SERVER_ERROR, WG_SERVER_ERROR_FAILED, "%s",
                   wg_push_job_get_problem (job)->name);
      return FALSE;
    }
  result = answer->results->pdata[0];
  self->refusal = result->kind == WG_RESULT_REJECTED ? result->refusal : -1;
  self->field = g_strdup (result->field);
  return TRUE;
}

static gboolean
read_outcome (WgWork *work, Step *self, const char *id, GError **error)
{
  g_autoptr (WgEventRow) row = wg_event_row_load (work->db, id, error);

  if (row == NULL)
    return FALSE;
  self->state = row->event->state;
  self->event_no = g_strdup (row->event->event_no);
  return TRUE;
}

static gboolean
take_step (WgWork *work, gpointer data, GError **error)
{
  Step *self = data;
  g_autoptr (GError) local = NULL;
  g_autofree char *id = find_event (work->db, self->event, &local);
  g_autofree char *duplicate_of = other && !local ? find_event (work->db, other, &local) : NULL;
  g_autoptr (WgEventRow) row = id && !local ? wg_event_row_load (work->db, id, &local) : NULL;
  g_autofree char *actor = wg_admin_get_actor ();

  if (local)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  self->found = row && (other == NULL || duplicate_of);
  if (!self->found)
    return TRUE;
  return find_worker (work, self, row->event, error) &&
         wg_console_find_replica (work, self->worker, &self->replica, error) &&
         push_step (work, self, row->event, duplicate_of, error) &&
         read_outcome (work, self, id, error) &&
         wg_audit_add (work, actor, wg_action_to_string (self->action), id, self->worker, error);
}

static int
print_outcome (WgAdmin *admin, const Step *self)
{
  if (self->refusal >= 0)
    {
      g_printerr ("wangge-platform: %s%s%s (%s)\n",
                  _ (wg_refusal_to_title (self->refusal)), self->field ? ": " : "",
                    self->field ? self->field : "", _ (wg_event_state_to_string (self->state)));
      return WG_EXIT_REFUSED;
    }
  if (admin->json)
    {
      g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();
      wg_json_writer_begin_object (writer, NULL);
      wg_json_writer_int (writer, "state", self->state);
      wg_json_writer_string (writer, "event_no", self->event_no);
      wg_json_writer_string (writer, "worker", self->worker);
      wg_json_writer_end (writer);
      wg_admin_print_json (writer);
    }
  else
    {
      g_print ("%s %s\n", _ (wg_event_state_to_string (self->state)),
                            self->event_no ? self->event_no : "");
    }
  return WG_EXIT_OK;
}

/**
 * wg_command_step:
 * @admin: the invocation; the command's name is the action's
 * @arguments: id or number of an event
 *
 * Takes a step of the sub-centre until its desk exists: an operation like any terminal's, under
 * the console's own replica, through the same check, decision and log.
 *
 * Thread: main.
 * Errors: printed.
 *
 * Returns: the exit code
 */
int
wg_command_step (WgAdmin *admin, char **arguments)
{
  g_auto (Step) self = { .event = arguments[0], .refusal = -1 };
  g_autoptr (GError) error = NULL;

  if (!wg_action_from_string (admin->command->name, &self.action))
    g_assert_not_reached ();
  if (!wg_admin_open (admin))
    return WG_EXIT_FAILED;
  if (!wg_admin_run (admin, take_step, &self, &error))
    return wg_admin_fail (error);
  if (!self.found)
    return wg_admin_not_found (_ ("event"), self.event);
  return print_outcome (admin, &self);
}

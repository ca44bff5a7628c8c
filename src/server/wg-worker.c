/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command worker: move, disable, enable. */
#include <string.h>

#include <glib/gi18n.h>

#include "server/wg-admin.h"
#include "server/wg-audit.h"
#include "server/wg-server-error.h"

typedef struct
{
  const char *id;
  const char *grid_code; /* of a move */
  gboolean found;
} Change;

static WgWorker *
load_worker (WgWork *work, Change *change, GError **error)
{
  WgStatement *statement = wg_db_statement (work->db, "worker-get", error);
  g_autoptr (GError) local = NULL;
  WgWorker *worker = NULL;

  if (statement == NULL)
    return NULL;
  wg_statement_bind_text (statement, "id", change->id);
  if (wg_statement_next (statement, &local))
    {
      worker = g_new0 (WgWorker, 1);
      worker->id = wg_statement_dup_text (statement, "id");
      worker->name = wg_statement_dup_text (statement, "name");
      wg_role_from_string (wg_statement_text (statement, "role"), &worker->role);
      worker->org_code = wg_statement_dup_text (statement, "org_code");
      worker->grid_code = wg_statement_dup_text (statement, "grid_code");
      wg_statement_reset (statement);
    }
  change->found = worker != NULL;
  if (local)
    g_propagate_error (error, g_steal_pointer (&local));
  return worker;
}

static gboolean
move (WgWork *work, gpointer data, GError **error)
{
  Change *change = data;
  g_autoptr (GError) local = NULL;
  g_autoptr (WgWorker) worker = load_worker (work, change, &local);
  g_autofree char *actor = wg_admin_get_actor ();
  const WgGrid *grid;

  if (worker == NULL)
    {
      if (local == NULL)
        return TRUE;
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  grid = wg_reference_get_grid (work->reference, work->db, change->grid_code, error);
  if (grid == NULL)
    {
      if (error && *error == NULL)
        g_set_error (error, WG_SERVER_ERROR, WG_SERVER_ERROR_REQUEST, "there is no grid '%s'",
                     change->grid_code);
      return FALSE;
    }
  if (!(worker->role & WG_ROLE_WORKER))
    {
      g_set_error (error, WG_SERVER_ERROR, WG_SERVER_ERROR_REQUEST,
                   "'%s' is %s: only grid heads have a grid", worker->id,
                   wg_role_to_string (worker->role));
      return FALSE;
    }
  g_set_str (&worker->grid_code, grid->code);
  g_set_str (&worker->org_code, grid->org_code);
  return wg_reference_put_worker (work, worker, NULL, error) &&
         wg_audit_add (work, actor, "moved", worker->id, grid->code, error);
}

static gboolean
disable (WgWork *work, gpointer data, GError **error)
{
  Change *change = data;
  g_autofree char *actor = wg_admin_get_actor ();

  return wg_reference_set_worker_active (work, change->id, FALSE, &change->found, error) &&
         (!change->found || wg_audit_add (work, actor, "disabled", change->id, NULL, error));
}

static gboolean
enable (WgWork *work, gpointer data, GError **error)
{
  Change *change = data;
  g_autofree char *actor = wg_admin_get_actor ();

  return wg_reference_set_worker_active (work, change->id, TRUE, &change->found, error) &&
         (!change->found || wg_audit_add (work, actor, "enabled", change->id, NULL, error));
}

static const struct
{
  const char *name;
  guint n_arguments; /* with the worker */
  WgWorkFunc run;
} ACTS[] = {
  { "move", 2, move },
  { "disable", 1, disable },
  { "enable", 1, enable },
};

/**
 * wg_command_worker:
 * @admin: the invocation
 * @arguments: move WORKER GRID, disable WORKER or enable WORKER
 *
 * Gives a grid head another grid, takes a worker's rights, or gives them back. What was made before
 * is taken for 14 days after it; what comes later is refused into the sub-centre's queue.
 *
 * Thread: main.
 * Errors: printed.
 * Source: protocol.md 2.5
 *
 * Returns: the exit code
 */
int
wg_command_worker (WgAdmin *admin, char **arguments)
{
  guint n = g_strv_length (arguments);
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (ACTS); i++)
    {
      Change change;

      if (n != ACTS[i].n_arguments + 1 || strcmp (ACTS[i].name, arguments[0]) != 0)
        continue;
      change = (Change) { arguments[1], n > 2 ? arguments[2] : NULL, FALSE };
      if (!wg_admin_open (admin))
        return WG_EXIT_FAILED;
      if (!wg_admin_run (admin, ACTS[i].run, &change, &error))
        return wg_admin_fail (error);
      return change.found ? WG_EXIT_OK : wg_admin_not_found (_ ("worker"), change.id);
    }
  g_printerr ("%s\n", _ ("wangge-platform: worker takes move WORKER GRID, disable WORKER or enable "
                         "WORKER"));
  return WG_EXIT_USAGE;
}

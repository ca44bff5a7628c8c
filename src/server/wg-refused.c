/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Operations of authors who have lost the right, kept for the sub-centre; the command settle. */
#include "server/wg-refused.h"

#include <glib/gi18n.h>

#include "server/wg-admin.h"
#include "server/wg-audit.h"
#include "server/wg-reference.h"

/* The town of the scope; of the worker when the scope is none of a grid or town. */
static char *
find_town (WgApply *apply, const char *scope, GError **error)
{
  WgStatement *statement;

  if (scope && g_str_has_prefix (scope, "t:"))
    return g_strdup (scope + 2);
  if (scope && g_str_has_prefix (scope, "g:"))
    {
      g_autoptr (GError) local = NULL;
      const WgGrid *grid =
          wg_reference_get_grid (apply->work->reference, apply->work->db, scope + 2, &local);
      if (grid)
        return g_strdup (grid->org_code);
      if (local)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return NULL;
        }
    }
  statement = wg_db_statement (apply->work->db, "worker-get", error);
  if (statement == NULL)
    return NULL;
  wg_statement_bind_text (statement, "id", apply->worker);
  return wg_db_take_text (statement, "org_code", error);
}

/**
 * wg_refused_add:
 * @apply: the push
 * @operation: a refused operation
 * @seq: its number
 * @code: why
 * @error: return location
 *
 * Puts it into the sub-centre's queue: its author has moved on or was disabled and cannot mend it.
 *
 * Thread: the connection's.
 * Errors: of the database.
 * Source: protocol.md 2.5
 *
 * Returns: %TRUE on success
 */
gboolean
wg_refused_add (
    WgApply *apply, const WgOperation *operation, gint64 seq, const char *code, GError **error)
{
  const char *scope = operation->scope ? operation->scope : "";
  g_autofree char *town = find_town (apply, scope, error);

  return town &&
         wg_db_run (apply->work->db, "refused-add", error, "org_code", 's', town, "op_id", 's',
                    operation->op_id, "replica", 's', apply->replica, "seq", 'i', seq, "worker",
                    's', apply->worker, "scope", 's', scope, "rec", 's', operation->rec, "code",
                    's', code, "received_ms", 'i', apply->work->now_ms, NULL);
}

/* --- the command ----------------------------------------------------------------------------- */

static char *reason;

/**
 * wg_command_settle_options:
 * @admin: the invocation
 *
 * Thread: main.
 * Errors: none.
 *
 * Returns: (transfer none): the options of settle
 */
const GOptionEntry *
wg_command_settle_options (WgAdmin *admin)
{
  static const GOptionEntry options[] = {
    { "reason", 0, 0, G_OPTION_ARG_STRING, &reason, N_ ("What was done about it"), N_ ("TEXT") },
    { NULL },
  };

  return options;
}

typedef struct
{
  const char *op_id;
  gboolean found;
} Settling;

static gboolean
settle (WgWork *work, gpointer data, GError **error)
{
  Settling *self = data;
  g_autofree char *actor = wg_admin_get_actor ();

  if (!wg_db_run (work->db, "refused-settle", error, "now_ms", 'i', work->now_ms, "actor", 's',
                  actor, "op_id", 's', self->op_id, NULL))
    return FALSE;
  self->found = wg_db_changes (work->db) > 0;
  return !self->found || wg_audit_add (work, actor, "settled", self->op_id, reason, error);
}

/**
 * wg_command_settle:
 * @admin: the invocation
 * @arguments: id of a refused operation
 *
 * Takes an operation out of the sub-centre's queue: somebody has dealt with what it says. Its line
 * stays in the log.
 *
 * Thread: main.
 * Errors: printed.
 *
 * Returns: the exit code
 */
int
wg_command_settle (WgAdmin *admin, char **arguments)
{
  Settling self = { .op_id = arguments[0] };
  g_autoptr (GError) error = NULL;

  if (reason == NULL || *reason == '\0')
    {
      g_printerr ("%s\n", _ ("wangge-platform: settle wants --reason: what was done about it"));
      return WG_EXIT_USAGE;
    }
  if (!wg_admin_open (admin))
    return WG_EXIT_FAILED;
  if (!wg_admin_run (admin, settle, &self, &error))
    return wg_admin_fail (error);
  return self.found ? WG_EXIT_OK : wg_admin_not_found (_ ("refused operation"), self.op_id);
}

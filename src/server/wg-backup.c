/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands backup and restore. */
#include <string.h>

#include <glib/gi18n.h>
#include <glib/gstdio.h>

#include "core/wg-chain.h"
#include "server/wg-admin.h"
#include "server/wg-audit.h"
#include "server/wg-check.h"
#include "server/wg-server-error.h"

/* What the verified copy holds of a replica. */
typedef struct
{
  char *replica;
  gint64 last_seq;
} Mark;

static void
free_mark (gpointer data)
{
  g_free (((Mark *) data)->replica);
  g_free (data);
}

static GPtrArray *
read_marks (WgDb *copy, GError **error)
{
  g_autoptr (GPtrArray) marks = g_ptr_array_new_with_free_func (free_mark);
  WgStatement *statement = wg_db_statement (copy, "replica-all", error);
  g_autoptr (GError) local = NULL;

  if (statement == NULL)
    return NULL;
  while (wg_statement_next (statement, &local))
    {
      Mark *mark = g_new0 (Mark, 1);
      mark->replica = wg_statement_dup_text (statement, "id");
      mark->last_seq = wg_statement_int (statement, "last_seq");
      g_ptr_array_add (marks, mark);
    }
  if (local)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  return g_steal_pointer (&marks);
}

/* Opens a copy as its own platform would, and checks everything in it. */
static GPtrArray *
verify (const WgPlatform *platform, const char *path, WgCheckCounts *out, GError **error)
{
  g_autoptr (WgDb) copy = wg_db_open_readonly (path, platform->key, error);

  if (copy == NULL || !wg_db_load_sql (copy, WG_PLATFORM_SQL, error) ||
      !wg_check_all (platform, copy, out, error))
    return NULL;
  return read_marks (copy, error);
}

static gboolean
move_marks (WgWork *work, gpointer data, GError **error)
{
  GPtrArray *marks = data;
  g_autofree char *actor = wg_admin_get_actor ();
  g_autofree char *now = g_strdup_printf ("%" G_GINT64_FORMAT, work->now_ms);

  for (guint i = 0; i < marks->len; i++)
    {
      const Mark *mark = marks->pdata[i];
      if (!wg_db_run (work->db, "replica-set-durable", error, "durable_seq", 'i', mark->last_seq,
                      "id", 's', mark->replica, NULL))
        return FALSE;
    }
  return wg_meta_set (work->db, "backup-ms", now, error) &&
         wg_audit_add (work, actor, "backup", NULL, NULL, error);
}

/**
 * wg_command_backup:
 * @admin: the invocation
 * @arguments: where to
 *
 * Copies the database while it is in use, opens the copy and checks all of it; only then do
 * terminals hear that their operations are safe. Photos are files: copy the folder `blobs`.
 *
 * Thread: main.
 * Errors: printed; a copy that does not check out is deleted.
 * Source: protocol.md 6.8
 *
 * Returns: the exit code
 */
int
wg_command_backup (WgAdmin *admin, char **arguments)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) marks = NULL;
  WgCheckCounts counts;

  if (!wg_admin_open (admin))
    return WG_EXIT_FAILED;
  if (!wg_db_backup (admin->db, arguments[0], &error))
    return wg_admin_fail (error);
  marks = verify (admin->platform, arguments[0], &counts, &error);
  if (marks == NULL)
    {
      g_unlink (arguments[0]);
      return wg_admin_fail (error);
    }
  if (!wg_admin_run (admin, move_marks, marks, &error))
    return wg_admin_fail (error);
  g_print (_ ("Copied and checked: %d operations in %s\n"), (int) counts.n_operations, arguments[0]);
  return WG_EXIT_OK;
}

static gboolean
note_restore (WgWork *work, gpointer data, GError **error)
{
  g_autofree char *actor = wg_admin_get_actor ();

  return wg_audit_add (work, actor, "restored", NULL, NULL, error);
}

/* The copy takes the place of the database. The new epoch is durable before. */
static gboolean
put_in_place (WgAdmin *admin, const char *path, GError **error)
{
  g_autofree char *database = g_strdup (admin->platform->database);
  g_autofree char *wal = g_strconcat (database, "-wal", NULL);
  g_autofree char *shm = g_strconcat (database, "-shm", NULL);
  g_autoptr (WgDb) copy = wg_db_open_readonly (path, admin->platform->key, error);

  if (copy == NULL || !wg_platform_new_epoch (admin->folder, &admin->ports, error))
    return FALSE;
  g_clear_pointer (&admin->reference, wg_reference_free);
  g_clear_pointer (&admin->db, wg_db_close);
  g_clear_pointer (&admin->platform, wg_platform_free);
  g_unlink (wal);
  g_unlink (shm);
  return wg_db_backup (copy, database, error);
}

/**
 * wg_command_restore:
 * @admin: the invocation
 * @arguments: a backup
 *
 * Puts a backup in place of the database and begins a new epoch: terminals then send again what
 * the backup does not hold. Stop the daemon first.
 *
 * Thread: main.
 * Errors: printed; the backup is checked before anything is touched.
 * Source: protocol.md 2.8, 6.8
 *
 * Returns: the exit code
 */
int
wg_command_restore (WgAdmin *admin, char **arguments)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) marks = NULL;
  WgCheckCounts counts;

  if (!g_file_test (arguments[0], G_FILE_TEST_EXISTS))
    return wg_admin_not_found (_ ("file"), arguments[0]);
  if (!wg_admin_open (admin))
    return WG_EXIT_FAILED;
  if (wg_platform_lock (admin->folder, TRUE, &error) < 0)
    return wg_admin_fail (error);
  marks = verify (admin->platform, arguments[0], &counts, &error);
  if (marks == NULL || !put_in_place (admin, arguments[0], &error))
    return wg_admin_fail (error);
  if (!wg_admin_open (admin))
    return WG_EXIT_FAILED;
  if (!wg_admin_run (admin, note_restore, NULL, &error))
    return wg_admin_fail (error);
  g_print (_ ("Restored; the new epoch is %s\n"), admin->platform->epoch);
  return WG_EXIT_OK;
}

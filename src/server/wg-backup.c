/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands backup and restore. */
#include <string.h>
#include <unistd.h>

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>

#include "core/wg-chain.h"
#include "core/wg-id.h"
#include "db/wg-file.h"
#include "db/wg-mutant.h"
#include "db/wg-postgres.h"
#include "server/wg-admin.h"
#include "server/wg-audit.h"
#include "server/wg-blob-store.h"
#include "server/wg-check.h"
#include "server/wg-server-error.h"

/* Setting that tells a database from its copies. */
#define META_TRACE "copy-trace"

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

/* Marks a fresh copy as a backup, so that nothing serves it by mistake, and checks all of it. */
static GPtrArray *
mark_and_check (WgAdmin *admin, const char *path, WgCheckCounts *out, GError **error)
{
  g_autoptr (WgPlatform) copy =
                wg_platform_open_copy (admin->folder, admin->key_file, path, &admin->ports, error);
  g_autoptr (WgDb) db = copy ? wg_platform_connect (copy, FALSE, error) : NULL;

  if (db == NULL || !wg_meta_set (db, WG_META_COPY, admin->platform->epoch, error) ||
      !wg_check_all (copy, db, FALSE, out, error) || !wg_db_checkpoint (db, error))
    return NULL;
  return read_marks (db, error);
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

static void
remove_database (const char *path)
{
  g_autofree char *wal = g_strconcat (path, "-wal", NULL);
  g_autofree char *shm = g_strconcat (path, "-shm", NULL);

  g_unlink (path);
  g_unlink (wal);
  g_unlink (shm);
}

static gboolean
leave_trace (WgWork *work, gpointer data, GError **error)
{
  return wg_meta_set (work->db, META_TRACE, data, error);
}

/* A copy of this platform of this epoch, and not the database itself: what we leave here just now
 * must not be there. */
static gboolean
is_own_copy (WgAdmin *admin, const char *address, GError **error)
{
  g_autofree char *trace = wg_id_new (&admin->ports), *found = NULL;
  g_autoptr (WgPlatform) copy = NULL;
  g_autoptr (WgDb) db = NULL;
  g_autoptr (GError) local = NULL;

  if (!wg_admin_run (admin, leave_trace, trace, error))
    return FALSE;
  copy = wg_platform_open_copy (admin->folder, admin->key_file, address, &admin->ports, error);
  db = copy ? wg_platform_connect (copy, FALSE, error) : NULL;
  if (db == NULL)
    return FALSE;
  found = wg_meta_get (db, META_TRACE, &local);
  if (local == NULL && g_strcmp0 (found, trace) == 0)
    g_set_error (&local, WG_SERVER_ERROR, WG_SERVER_ERROR_REQUEST,
                 "it is the database itself, not a copy of it");
  else if (local == NULL &&
           (memcmp (copy->sign_public, admin->platform->sign_public, WG_SIGN_PUBLIC) != 0 ||
            g_strcmp0 (copy->epoch, admin->platform->epoch) != 0))
    g_set_error (&local, WG_SERVER_ERROR, WG_SERVER_ERROR_REQUEST,
                 "it is no copy of this platform since its last restore");
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/* PostgreSQL is copied by its own tools. A copy that they have restored somewhere is looked at. */
static GPtrArray *
check_shared_copy (WgAdmin *admin, const char *address, WgCheckCounts *out, GError **error)
{
  if (!wg_postgres_is_address (address))
    {
      g_set_error (error, WG_SERVER_ERROR, WG_SERVER_ERROR_REQUEST,
                   "a PostgreSQL database is copied by its own tools: give the address of a copy "
                   "that was restored, to have it checked");
      return NULL;
    }
  return is_own_copy (admin, address, error) ? mark_and_check (admin, address, out, error) : NULL;
}

/* Copies the file and gives the copy its name when it has been checked. */
static GPtrArray *
make_copy (WgAdmin *admin, const char *path, WgCheckCounts *out, GError **error)
{
  g_autofree char *part = g_strconcat (path, ".new", NULL);
  GPtrArray *marks = NULL;

  remove_database (part);
  if (wg_db_backup (admin->db, part, error))
    marks = mark_and_check (admin, part, out, error);
  if (marks == NULL || !wg_file_move (part, path, error))
    {
      remove_database (part);
      g_clear_pointer (&marks, g_ptr_array_unref);
    }
  return marks;
}

/**
 * wg_command_backup:
 * @admin: the invocation
 * @arguments: where to; for PostgreSQL the address of a copy that its own tools have restored
 *
 * Copies the database while it is in use, opens the copy and checks all of it; only then does it
 * get its name, and terminals hear that their operations are safe. Photos are files: copy the
 * folder `blobs`.
 *
 * Thread: main.
 * Errors: printed; a copy that does not check out is deleted, an older file at that place stays.
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
  gboolean shared;

  if (!wg_admin_open (admin))
    return WG_EXIT_FAILED;
  shared = wg_platform_is_shared (admin->platform);
  marks = shared ? check_shared_copy (admin, arguments[0], &counts, &error)
                 : make_copy (admin, arguments[0], &counts, &error);
  if (marks == NULL || !wg_admin_run (admin, move_marks, marks, &error))
    return wg_admin_fail (error);
  if (shared)
    g_print (_ ("Checked: %d operations\n"), (int) counts.n_operations);
  else
    g_print (_ ("Copied and checked: %d operations in %s\n"), (int) counts.n_operations,
               arguments[0]);
  return WG_EXIT_OK;
}

/* --- restore --------------------------------------------------------------------------------- */

typedef struct
{
  guint n_photos, n_packs; /* whose files are not there */
} Missing;

/* What the database calls whole and the folder does not have is forgotten, so that terminals are
 * asked for it again. */
static gboolean
forget_missing (WgWork *work, gpointer data, GError **error)
{
  Missing *missing = data;
  WgStatement *statement = wg_db_statement (work->db, "blob-whole", error);
  g_autoptr (GPtrArray) lost = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) local = NULL;

  *missing = (Missing) { 0 };
  if (statement == NULL)
    return FALSE;
  while (wg_statement_next (statement, &local))
    {
      const char *sha = wg_statement_text (statement, "sha");
      gboolean good;

      if (!wg_blob_store_check (work->platform, sha, wg_statement_int (statement, "size"), FALSE,
                                &good, &local))
        break;
      if (good)
        continue;
      g_ptr_array_add (lost, g_strdup (sha));
      if (g_strcmp0 (wg_statement_text (statement, "kind"), "pack") == 0)
        missing->n_packs++;
      else
        missing->n_photos++;
    }
  if (!wg_statement_end (statement, &local, error))
    return FALSE;
  for (guint i = 0; i < lost->len; i++)
    if (!wg_db_run (work->db, "blob-forget", error, "sha", 's', lost->pdata[i], NULL))
      return FALSE;
  return TRUE;
}

static gboolean
note_restore (WgWork *work, gpointer data, GError **error)
{
  g_autofree char *actor = wg_admin_get_actor ();
  g_autofree char *epoch = wg_id_new (&work->platform->ports);

  /* A file's epoch stands beside it. */
  if (wg_db_is_shared (work->db) && !wg_meta_set (work->db, WG_META_EPOCH, epoch, error))
    return FALSE;
  return wg_db_run (work->db, "meta-drop", error, "key", 's', WG_META_COPY, NULL) &&
         wg_audit_add (work, actor, "restored", work->platform->copy_of, NULL, error);
}

/* Mends and checks the copy that is to take the database's place. */
static gboolean
prepare_copy (
    WgAdmin *admin, const char *path, Missing *missing, WgCheckCounts *out, GError **error)
{
  g_autoptr (WgPlatform) copy =
                wg_platform_open_copy (admin->folder, admin->key_file, path, &admin->ports, error);
  g_autoptr (WgDb) db = copy ? wg_platform_connect (copy, FALSE, error) : NULL;
  g_autoptr (WgReference) reference = wg_reference_new ();

  if (db == NULL)
    return FALSE;
  if (copy->copy_of == NULL && !wg_platform_is_shared (copy))
    {
      g_set_error (error, WG_SERVER_ERROR, WG_SERVER_ERROR_REQUEST,
                   "not made by the command backup: a copy of a database in use may lack its log");
      return FALSE;
    }
  return wg_work_run (copy, db, reference, forget_missing, missing, error) &&
         wg_check_all (copy, db, FALSE, out, error) &&
         wg_work_run (copy, db, reference, note_restore, NULL, error) &&
         wg_db_checkpoint (db, error);
}

static gboolean
move_aside (const char *path, const char *suffix, const char *mark, GError **error)
{
  g_autofree char *from = g_strconcat (path, suffix, NULL);
  g_autofree char *to = g_strconcat (path, mark, suffix, NULL);

  return !g_file_test (from, G_FILE_TEST_EXISTS) || wg_file_move (from, to, error);
}

/* Without an epoch nothing opens the folder, so it goes first and comes last: interrupted anywhere
 * in between, the platform is not served until the restore is done again. */
static gboolean
put_in_place (WgAdmin *admin, const char *copy, GError **error)
{
  g_autofree char *database = g_build_filename (admin->folder, "platform.db", NULL);
  g_autofree char *shm = g_strconcat (database, "-shm", NULL);
  g_autofree char *epoch = g_build_filename (admin->folder, "epoch", NULL);
  g_autofree char *mark =
      g_strdup_printf (".replaced-%" G_GINT64_FORMAT, wg_ports_wall_ms (&admin->ports));

  if (!(WG_MUTANT ("restore-keeps-epoch") || move_aside (epoch, "", mark, error)) ||
      !move_aside (database, "", mark, error) || !move_aside (database, "-wal", mark, error))
    return FALSE;
  g_unlink (shm);
  return wg_file_move (copy, database, error) &&
         (WG_MUTANT ("restore-keeps-epoch") ||
          wg_platform_new_epoch (admin->folder, &admin->ports, error));
}

static gboolean
copy_file (const char *from, const char *to, GError **error)
{
  g_autoptr (GFile) source = g_file_new_for_path (from);
  g_autoptr (GFile) target = g_file_new_for_path (to);

  if (!g_file_copy (source, target, G_FILE_COPY_OVERWRITE | G_FILE_COPY_TARGET_DEFAULT_PERMS, NULL,
                    NULL, NULL, error))
    return FALSE;
  if (g_chmod (to, 0600) == 0)
    return TRUE;
  g_set_error (error, WG_SERVER_ERROR, WG_SERVER_ERROR_FAILED, "'%s' cannot be made private", to);
  return FALSE;
}

static void
print_restored (const WgAdmin *admin, const Missing *missing, const WgCheckCounts *counts)
{
  g_print (_ ("Restored: %d operations. The new epoch is %s\n"), (int) counts->n_operations,
             admin->platform->epoch);
  if (missing->n_photos)
    g_print (_ ("%u photos are not in the folder; terminals are asked for them again\n"),
               missing->n_photos);
  if (missing->n_packs)
    g_print (_ ("%u map packs are not in the folder: import them again\n"), missing->n_packs);
}

/* What PostgreSQL's own tools have restored begins a new epoch where it stands. Daemons that still
 * serve it end by themselves at their next write. */
static int
restore_shared (WgAdmin *admin, const char *address)
{
  g_autoptr (GError) error = NULL;
  WgCheckCounts counts;
  Missing missing;

  if (!prepare_copy (admin, address, &missing, &counts, &error))
    return wg_admin_fail (error);
  g_set_str (&admin->database, address);
  if (!wg_admin_open (admin))
    return WG_EXIT_FAILED;
  print_restored (admin, &missing, &counts);
  return WG_EXIT_OK;
}

/**
 * wg_command_restore:
 * @admin: the invocation
 * @arguments: a backup, or the address of a PostgreSQL database that its own tools have restored
 *
 * Checks a backup, puts it in place of the database and begins a new epoch: terminals then send
 * again what the backup does not hold. Needs of the folder only the key; what stood there is kept
 * beside it. Stop the daemon first.
 *
 * Thread: main.
 * Errors: printed; nothing is touched before the backup was checked.
 * Source: protocol.md 2.8, 6.8, I10, I11
 *
 * Returns: the exit code
 */
int
wg_command_restore (WgAdmin *admin, char **arguments)
{
  g_autofree char *copy = g_build_filename (admin->folder, "platform.db.restoring", NULL);
  g_autoptr (GError) error = NULL;
  WgCheckCounts counts;
  Missing missing;
  gboolean good;
  int lock;

  if (wg_postgres_is_address (arguments[0]))
    return restore_shared (admin, arguments[0]);
  if (!g_file_test (arguments[0], G_FILE_TEST_EXISTS))
    return wg_admin_not_found (_ ("file"), arguments[0]);
  lock = wg_platform_lock (admin->folder, TRUE, &error);
  if (lock < 0)
    return wg_admin_fail (error);
  remove_database (copy);
  good = copy_file (arguments[0], copy, &error) &&
         prepare_copy (admin, copy, &missing, &counts, &error);
  if (!good)
    {
      g_prefix_error (&error, "%s: ", arguments[0]);
      remove_database (copy);
    }
  good = good && put_in_place (admin, copy, &error);
  close (lock);
  if (!good)
    return wg_admin_fail (error);
  if (!wg_admin_open (admin))
    return WG_EXIT_FAILED;
  print_restored (admin, &missing, &counts);
  return WG_EXIT_OK;
}

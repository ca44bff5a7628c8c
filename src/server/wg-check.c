/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Everything that must be true of the stored data, checked: I0, I3, I5, I6, I7, I14, I20 of
 * protocol.md 3.11. */
#include "server/wg-check.h"

#include <string.h>
#include <sys/stat.h>

#include <glib/gi18n.h>
#include <glib/gstdio.h>

#include "core/wg-chain.h"
#include "core/wg-workflow.h"
#include "server/wg-admin.h"
#include "server/wg-audit.h"
#include "server/wg-blob-store.h"
#include "server/wg-server-error.h"
#include "wire/wg-wire-record.h"

static gboolean fail (GError **error, const char *format, ...) G_GNUC_PRINTF (2, 3);

static gboolean
fail (GError **error, const char *format, ...)
{
  g_autofree char *message = NULL;
  va_list list;

  va_start (list, format);
  message = g_strdup_vprintf (format, list);
  va_end (list);
  g_set_error_literal (error, WG_SERVER_ERROR, WG_SERVER_ERROR_FAILED, message);
  return FALSE;
}

/* --- scopes ---------------------------------------------------------------------------------- */

typedef struct
{
  char *id;
  gint64 seq, n;
  guint64 sum;
} Scope;

static void
free_scope (gpointer data)
{
  g_free (((Scope *) data)->id);
  g_free (data);
}

static gboolean
check_scope (WgDb *db, const Scope *scope, GError **error)
{
  WgStatement *statement = wg_db_statement (db, "member-of-scope", error);
  g_autoptr (GError) local = NULL;
  gint64 n = 0, last = 0;
  guint64 sum = 0;

  if (statement == NULL)
    return FALSE;
  wg_statement_bind_text (statement, "scope", scope->id);
  while (wg_statement_next (statement, &local))
    {
      last = MAX (last, wg_statement_int (statement, "seq"));
      if (wg_statement_int (statement, "removed"))
        continue;
      n++;
      sum += wg_crypto_row_digest (wg_statement_text (statement, "rec"),
                                   wg_statement_int (statement, "ver"));
    }
  if (local)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (n != scope->n || sum != scope->sum || last != scope->seq)
    return fail (error, "scope %s: number or digest is not that of its members", scope->id);
  return TRUE;
}

static gboolean
check_scopes (WgDb *db, gint64 *out_n, GError **error)
{
  WgStatement *statement = wg_db_statement (db, "scope-all", error);
  g_autoptr (GPtrArray) scopes = g_ptr_array_new_with_free_func (free_scope);
  g_autoptr (GError) local = NULL;

  if (statement == NULL)
    return FALSE;
  while (wg_statement_next (statement, &local))
    {
      Scope *scope = g_new0 (Scope, 1);
      scope->id = wg_statement_dup_text (statement, "id");
      scope->seq = wg_statement_int (statement, "seq");
      scope->n = wg_statement_int (statement, "n");
      scope->sum = (guint64) wg_statement_int (statement, "sum");
      g_ptr_array_add (scopes, scope);
    }
  if (local)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  *out_n = scopes->len;
  for (guint i = 0; i < scopes->len; i++)
    if (!check_scope (db, scopes->pdata[i], error))
      return FALSE;
  statement = wg_db_statement (db, "member-dangling", error);
  if (statement == NULL)
    return FALSE;
  if (wg_statement_next (statement, &local))
    {
      fail (error, "scope %s: record %s has another version",
            wg_statement_text (statement, "scope"), wg_statement_text (statement, "rec"));
      wg_statement_reset (statement);
      return FALSE;
    }
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/* --- replicas -------------------------------------------------------------------------------- */

typedef struct
{
  char *id, *last_hash;
  gint64 last_seq;
} Replica;

static void
free_replica (gpointer data)
{
  Replica *self = data;

  g_free (self->id);
  g_free (self->last_hash);
  g_free (self);
}

static gboolean
check_chain (WgDb *db, const Replica *replica, gint64 *n_operations, GError **error)
{
  WgStatement *statement = wg_db_statement (db, "op-of-replica", error);
  g_autofree char *hash = g_strdup (WG_CHAIN_START);
  g_autoptr (GError) local = NULL;
  gint64 seq = 0;

  if (statement == NULL)
    return FALSE;
  wg_statement_bind_text (statement, "replica", replica->id);
  while (wg_statement_next (statement, &local))
    {
      char *next = wg_chain_next (hash, wg_statement_text (statement, "line"), -1);
      g_free (hash);
      hash = next;
      seq++;
      if (wg_statement_int (statement, "seq") == seq &&
          strcmp (wg_statement_text (statement, "hash"), hash) == 0)
        continue;
      wg_statement_reset (statement);
      return fail (error, "replica %s: the chain breaks at operation %" G_GINT64_FORMAT,
                   replica->id, seq);
    }
  if (local)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (seq != replica->last_seq || strcmp (hash, replica->last_hash) != 0)
    return fail (error, "replica %s: the log does not end at its last operation", replica->id);
  *n_operations += seq;
  return TRUE;
}

static gboolean
check_replicas (WgDb *db, WgCheckCounts *out, GError **error)
{
  WgStatement *statement = wg_db_statement (db, "replica-all", error);
  g_autoptr (GPtrArray) replicas = g_ptr_array_new_with_free_func (free_replica);
  g_autoptr (GError) local = NULL;

  if (statement == NULL)
    return FALSE;
  while (wg_statement_next (statement, &local))
    {
      Replica *replica = g_new0 (Replica, 1);
      replica->id = wg_statement_dup_text (statement, "id");
      replica->last_seq = wg_statement_int (statement, "last_seq");
      replica->last_hash = wg_statement_dup_text (statement, "last_hash");
      g_ptr_array_add (replicas, replica);
    }
  if (local)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  out->n_replicas = replicas->len;
  for (guint i = 0; i < replicas->len; i++)
    if (!check_chain (db, replicas->pdata[i], &out->n_operations, error))
      return FALSE;
  return TRUE;
}

/* --- steps ----------------------------------------------------------------------------------- */

static gboolean
is_in_table (const char *action_name, const char *role_name, gint64 from, gint64 to)
{
  WgAction action;
  WgRole role;

  if (!wg_action_from_string (action_name, &action) || !wg_role_from_string (role_name, &role))
    return FALSE;
  for (gsize i = 0; i < WG_N_TRANSITIONS; i++)
    {
      const WgTransition *row = &WG_TRANSITIONS[i];
      if (row->action == action && row->from == (WgEventState) from &&
          row->to == (WgEventState) to && (row->roles & role))
        return TRUE;
    }
  return FALSE;
}

/* Folds the steps of each event; the fold must be what the event's row says. */
static gboolean
check_steps (WgDb *db, gint64 *out_n, GError **error)
{
  WgStatement *statement = wg_db_statement (db, "step-fold", error);
  g_autofree char *event = NULL;
  g_autoptr (GError) local = NULL;
  gint64 seq = 0, state = 0, n = 0;

  if (statement == NULL)
    return FALSE;
  while (wg_statement_next (statement, &local))
    {
      const char *id = wg_statement_text (statement, "event");
      gboolean last = wg_statement_int (statement, "last") != 0;
      gboolean good;
      if (g_strcmp0 (event, id) != 0)
        {
          g_set_str (&event, id);
          seq = state = 0;
        }
      seq++;
      n++;
      good = wg_statement_int (statement, "seq") == seq &&
             wg_statement_int (statement, "from_state") == state &&
             is_in_table (wg_statement_text (statement, "action"),
                          wg_statement_text (statement, "role"), state,
                          wg_statement_int (statement, "to_state"));
      state = wg_statement_int (statement, "to_state");
      if (last)
        good = good && wg_statement_int (statement, "state") == state &&
               wg_statement_int (statement, "step_no") == seq;
      if (good)
        continue;
      wg_statement_reset (statement);
      return fail (error, "event %s: step %" G_GINT64_FORMAT " does not lead to its state", event,
                   seq);
    }
  *out_n = n;
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/* --- records by table and their conflicts ---------------------------------------------------- */

/* What its columns say is what its body says, in the version of its last change. */
static gboolean
is_record_right (WgStatement *row, GError **error)
{
  const WgKind *kind = wg_kind_find (wg_statement_text (row, "kind"));
  g_autoptr (WgRecord) record = NULL;
  g_autofree char *key = NULL;

  if (kind == NULL)
    return fail (error, "record %s is of no kind", wg_statement_text (row, "id"));
  record = wg_wire_record_from_json (kind, wg_statement_text (row, "body"), error);
  if (record == NULL)
    return FALSE;
  key = wg_record_dup_key (record);
  if (wg_statement_int (row, "ver") == wg_statement_int (row, "last") &&
      (wg_statement_int (row, "voided") != 0) == wg_record_get_flag (record, WG_FIELD_VOIDED) &&
      g_strcmp0 (key, wg_statement_text (row, "natural_key")) == 0)
    return TRUE;
  return fail (error, "record %s: version, key or void is not what its history and body say",
               wg_statement_text (row, "id"));
}

/* Open as long as a choice is missing. */
static gboolean
is_conflict_right (WgStatement *row, GError **error)
{
  g_autoptr (WgConflict) conflict =
                wg_wire_conflict_from_json (wg_statement_text (row, "body"), error);

  if (conflict == NULL)
    return FALSE;
  if (conflict->settled == wg_conflict_is_complete (conflict) &&
      conflict->settled == !wg_statement_is_null (row, "settled_ms"))
    return TRUE;
  return fail (error, "conflict %s is settled without a choice, or open with one",
               wg_statement_text (row, "id"));
}

static gboolean
check_each (WgDb *db,
            const char *name,
            gboolean (*is_right) (WgStatement *row, GError **error),
            gint64 *out_n,
            GError **error)
{
  WgStatement *statement = wg_db_statement (db, name, error);
  g_autoptr (GError) local = NULL;

  if (statement == NULL)
    return FALSE;
  while (wg_statement_next (statement, &local) && is_right (statement, &local))
    (*out_n)++;
  return wg_statement_end (statement, &local, error);
}

/* Nothing that was kept back is without its conflict (I5, I14). */
static gboolean
is_kept (WgStatement *row, GError **error)
{
  return fail (error, "record %s: what was wanted of %s stands in no conflict",
               wg_statement_text (row, "rec"), wg_statement_text (row, "field"));
}

static gboolean
check_records (WgDb *db, WgCheckCounts *out, GError **error)
{
  gint64 n_lost = 0;

  return check_each (db, "record-check", is_record_right, &out->n_records, error) &&
         check_each (db, "dispute-check", is_conflict_right, &out->n_conflicts, error) &&
         check_each (db, "change-lost", is_kept, &n_lost, error);
}

/* --- photos ---------------------------------------------------------------------------------- */

static gboolean
check_blobs (const WgPlatform *platform, WgDb *db, gboolean read_all, gint64 *out_n, GError **error)
{
  WgStatement *statement = wg_db_statement (db, "blob-whole", error);
  g_autoptr (GError) local = NULL;
  gint64 n = 0;

  if (statement == NULL)
    return FALSE;
  while (local == NULL && wg_statement_next (statement, &local))
    {
      const char *sha = wg_statement_text (statement, "sha");
      gboolean good;
      n++;
      if (wg_blob_store_check (platform, sha, wg_statement_int (statement, "size"), read_all, &good,
                               &local) &&
          !good)
        fail (&local, "photo %s is missing or damaged", sha);
    }
  wg_statement_reset (statement);
  *out_n = n;
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/**
 * wg_check_all:
 * @platform: the platform
 * @db: a connection
 * @read_all: of photos in an object store read every byte, not only ask for them
 * @out: (out): what was looked at
 * @error: return location
 *
 * Checks the pages of the database, the digests of all scopes, the chain of every replica from its
 * lines, the fold of all steps, the audit, and every photo's hash.
 *
 * Thread: the connection's.
 * Errors: the first thing that is not true.
 *
 * Returns: %TRUE when all is well
 */
gboolean
wg_check_all (
    const WgPlatform *platform, WgDb *db, gboolean read_all, WgCheckCounts *out, GError **error)
{
  gboolean good;

  memset (out, 0, sizeof *out);
  if (!wg_db_check (db, error) || !wg_db_begin (db, error))
    return FALSE;
  /* One snapshot for all: a daemon may be writing. */
  good = check_scopes (db, &out->n_scopes, error) && check_replicas (db, out, error) &&
         check_steps (db, &out->n_steps, error) && check_records (db, out, error) &&
         wg_audit_check (db, &out->n_audit, error);
  wg_db_rollback (db);
  return good && check_blobs (platform, db, read_all, &out->n_blobs, error);
}

static gboolean read_photos;

/**
 * wg_command_check_options:
 * @admin: the invocation
 *
 * Thread: main.
 * Errors: none.
 *
 * Returns: (transfer none): the options of check
 */
const GOptionEntry *
wg_command_check_options (WgAdmin *admin)
{
  static const GOptionEntry options[] = {
    { "read-photos", 0, 0, G_OPTION_ARG_NONE, &read_photos,
      N_ ("Read every photo of an object store, too, not only its size"), NULL },
    { NULL },
  };

  return options;
}

/**
 * wg_command_check:
 * @admin: the invocation
 * @arguments: none
 *
 * Checks everything that is stored.
 *
 * Thread: main.
 * Errors: printed.
 *
 * Returns: the exit code
 */
int
wg_command_check (WgAdmin *admin, char **arguments)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();
  g_autoptr (WgDb) reader = NULL;
  WgCheckCounts counts;

  if (!wg_admin_open (admin))
    return WG_EXIT_FAILED;
  reader = wg_platform_connect (admin->platform, TRUE, &error);
  if (reader == NULL || !wg_check_all (admin->platform, reader, read_photos, &counts, &error))
    return wg_admin_fail (error);
  wg_json_writer_begin_object (writer, NULL);
  wg_json_writer_flag (writer, "good", TRUE);
  wg_json_writer_int (writer, "scopes", counts.n_scopes);
  wg_json_writer_int (writer, "replicas", counts.n_replicas);
  wg_json_writer_int (writer, "operations", counts.n_operations);
  wg_json_writer_int (writer, "steps", counts.n_steps);
  wg_json_writer_int (writer, "audit", counts.n_audit);
  wg_json_writer_int (writer, "records", counts.n_records);
  wg_json_writer_int (writer, "conflicts", counts.n_conflicts);
  wg_json_writer_int (writer, "photos", counts.n_blobs);
  wg_json_writer_end (writer);
  wg_admin_print_json (writer);
  return WG_EXIT_OK;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The audit: administrative acts and reads, each line chained to the one before. */
#include "server/wg-audit.h"

#include <string.h>

#include "core/wg-chain.h"
#include "server/wg-server-error.h"
#include "wire/wg-json-writer.h"

static gboolean
read_last (WgDb *db, gint64 *out_n, char **out_hash, GError **error)
{
  WgStatement *statement = wg_db_statement (db, "audit-last", error);
  g_autoptr (GError) local = NULL;

  if (statement == NULL)
    return FALSE;
  *out_n = 0;
  *out_hash = NULL;
  if (wg_statement_next (statement, &local))
    {
      *out_n = wg_statement_int (statement, "n");
      *out_hash = wg_statement_dup_text (statement, "hash");
    }
  if (!wg_statement_end (statement, &local, error))
    return FALSE;
  if (*out_hash == NULL)
    *out_hash = g_strdup (WG_CHAIN_START);
  return TRUE;
}

/**
 * wg_audit_add:
 * @work: the transaction of the act itself
 * @actor: who: "console:<user>", "platform", a worker
 * @act: what: "enrolled", "imported", "read" …
 * @subject: (nullable): on what, by its id
 * @detail: (nullable): more, without personal data
 * @error: return location
 *
 * Writes a line of the audit.
 *
 * Thread: the connection's.
 * Errors: of the database.
 * Source: protocol.md 7.3 (audit protected)
 *
 * Returns: %TRUE on success
 */
gboolean
wg_audit_add (WgWork *work,
              const char *actor,
              const char *act,
              const char *subject,
              const char *detail,
              GError **error)
{
  g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();
  g_autofree char *previous = NULL, *line = NULL, *hash = NULL;
  gint64 n;

  if (!wg_meta_lock (work->db, WG_META_AUDIT, error) || !read_last (work->db, &n, &previous, error))
    return FALSE;
  wg_json_writer_begin_object (writer, NULL);
  wg_json_writer_int (writer, "n", n + 1);
  wg_json_writer_int (writer, "at_ms", work->now_ms);
  wg_json_writer_string (writer, "actor", actor);
  wg_json_writer_string (writer, "act", act);
  wg_json_writer_string (writer, "subject", subject);
  wg_json_writer_string (writer, "detail", detail);
  wg_json_writer_end (writer);
  line = wg_json_writer_to_string (writer, FALSE);
  hash = wg_chain_next (previous, line, -1);
  return wg_db_run (work->db, "audit-add", error, "n", 'i', n + 1, "line", 's', line, "hash", 's',
                    hash, NULL);
}

/**
 * wg_audit_check:
 * @db: a connection
 * @out_n: (out): how many lines there are
 * @error: return location
 *
 * Computes the chain again.
 *
 * Thread: the connection's.
 * Errors: of the database; %WG_SERVER_ERROR_FAILED naming the first line that does not fit.
 *
 * Returns: %TRUE when it is whole
 */
gboolean
wg_audit_check (WgDb *db, gint64 *out_n, GError **error)
{
  WgStatement *statement = wg_db_statement (db, "audit-all", error);
  g_autofree char *hash = g_strdup (WG_CHAIN_START);
  g_autoptr (GError) local = NULL;
  gint64 n = 0;

  if (statement == NULL)
    return FALSE;
  while (wg_statement_next (statement, &local))
    {
      char *next = wg_chain_next (hash, wg_statement_text (statement, "line"), -1);
      g_free (hash);
      hash = next;
      n++;
      if (wg_statement_int (statement, "n") == n &&
          g_strcmp0 (wg_statement_text (statement, "hash"), hash) == 0)
        continue;
      wg_statement_reset (statement);
      g_set_error (error, WG_SERVER_ERROR, WG_SERVER_ERROR_FAILED,
                   "audit: line %" G_GINT64_FORMAT " was changed", n);
      return FALSE;
    }
  if (local)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  *out_n = n;
  return TRUE;
}

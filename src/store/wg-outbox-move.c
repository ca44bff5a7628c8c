/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The outbox under a new replica: the same operations, with numbers and hashes from the start. */
#include <string.h>

#include "core/wg-chain.h"
#include "store/wg-outbox.h"
#include "store/wg-store-private.h"

typedef struct
{
  gint64 n;
  char *line;
} Row;

static void
clear_row (gpointer data)
{
  g_free (((Row *) data)->line);
}

static GArray *
list_rows (WgStoreContext *context, GError **error)
{
  g_autoptr (GArray) rows = g_array_new (FALSE, FALSE, sizeof (Row));
  WgStatement *statement = wg_db_statement (context->db, "outbox_numbered", error);
  g_autoptr (GError) local = NULL;

  g_array_set_clear_func (rows, clear_row);
  if (statement == NULL)
    return NULL;
  while (wg_statement_next (statement, &local))
    {
      Row row = { wg_statement_int (statement, "n"), wg_statement_dup_text (statement, "line") };
      g_array_append_val (rows, row);
    }
  if (local == NULL)
    return g_steal_pointer (&rows);
  g_propagate_error (error, g_steal_pointer (&local));
  return NULL;
}

/* The line with another number; every other byte stays. Our lines begin alike:
 * {"t":"op","op_id":"…","seq":N, */
static char *
renumber (const char *line, gint64 seq, GError **error)
{
  static const char member[] = "\"seq\":";
  const char *at = strstr (line, member);
  const char *after =
      at ? at + strlen (member) + strspn (at + strlen (member), "0123456789") : NULL;

  if (after && *after == ',' && g_str_has_prefix (line, "{\"t\":\"op\",\"op_id\":\""))
    return g_strdup_printf ("%.*s%s%" G_GINT64_FORMAT "%s", (int) (at - line), line, member, seq,
                            after);
  g_set_error (error, WG_STORE_ERROR, WG_STORE_ERROR_DAMAGED,
               "an operation in the outbox is none of ours");
  return NULL;
}

/* In number order each gets a number that is not larger than its own: none is given twice. */
static gboolean
write_rows (WgStoreContext *context, GArray *rows, GError **error)
{
  g_autofree char *hash = g_strdup (WG_CHAIN_START);

  for (guint i = 0; i < rows->len; i++)
    {
      const Row *row = &g_array_index (rows, Row, i);
      g_autofree char *line = renumber (row->line, (gint64) i + 1, error);
      g_autofree char *previous = g_steal_pointer (&hash);

      if (line == NULL)
        return FALSE;
      hash = wg_chain_next (previous, line, -1);
      if (!wg_db_run (context->db, "outbox_renumber", error, "n", 'i', row->n, "seq", 'i',
                      (gint64) i + 1, "line", 's', line, "hash", 's', hash, NULL))
        return FALSE;
    }
  return TRUE;
}

static gboolean
move (WgStoreContext *context, gpointer data, GError **error)
{
  g_autoptr (GArray) rows = list_rows (context, error);

  return rows && write_rows (context, rows, error) && wg_outbox_reset_sending (context, error) &&
         wg_db_run (context->db, "outbox_reset_received", error, NULL, NULL) &&
         wg_store_set_meta (context, "identity.replica", data, error) &&
         wg_store_set_meta_int (context, "last_seq", 0, error) &&
         wg_store_set_meta_int (context, "durable_seq", 0, error) &&
         wg_store_set_meta_int (context, "pruned_seq", 0, error) &&
         wg_store_set_meta (context, "pruned_hash", NULL, error) &&
         wg_store_set_meta_int (context, "moved_ms", wg_ports_wall_ms (context->ports), error) &&
         (wg_store_context_touch (context, "outbox"), wg_store_context_touch (context, "sync"),
          TRUE);
}

/**
 * wg_outbox_move:
 * @context: of the job
 * @replica: that the platform gave us, without an operation yet
 * @error: return location
 *
 * Goes on as another replica: the platform has other operations under our numbers, because this
 * store is an older copy, or another tablet has a copy of it. Every numbered line that is still
 * here, settled or not, gets a number from 1 on and a new hash, and goes up once more; names of
 * operations stay, so the platform knows which it has. What was settled stays settled.
 *
 * Thread: the store's.
 * Errors: of the engine; everything is as it was then.
 * Source: protocol.md 2.9
 *
 * Returns: %TRUE on success
 */
gboolean
wg_outbox_move (WgStoreContext *context, const char *replica, GError **error)
{
  if (!wg_store_transact (context, move, (gpointer) replica, error))
    return FALSE;
  wg_identity_set_replica (context, replica);
  return TRUE;
}

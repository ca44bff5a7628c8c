/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What every job of the store does: one transaction, topics, settings by name, errors that say what
 * to do. */
#include "core/wg-core-error.h"
#include "store/wg-health.h"
#include "store/wg-store-private.h"
#include "wire/wg-wire-error.h"

/**
 * wg_store_transact:
 * @context: of the job
 * @work: what belongs together
 * @data: for @work
 * @error: return location
 *
 * Runs @work in one transaction, or as a savepoint inside one. When the disk is full, the reserve
 * is given up and the work is done once more from the start: @work must be able to run twice.
 *
 * Thread: the store's.
 * Errors: those of @work and of the engine; nothing was changed then.
 * Source: protocol.md 7.4 (disk full)
 *
 * Returns: %TRUE if all of it is on the disk
 */
gboolean
wg_store_transact (WgStoreContext *context, WgStoreWork work, gpointer data, GError **error)
{
  gboolean outermost = !wg_db_in_transaction (context->db);

  for (int attempt = 0;; attempt++)
    {
      g_autoptr (GError) local = NULL;

      if (!wg_db_begin (context->db, &local))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      if (work (context, data, &local) && wg_db_commit (context->db, &local))
        return TRUE;
      wg_db_rollback (context->db);
      if (outermost && attempt == 0 && g_error_matches (local, WG_DB_ERROR, WG_DB_ERROR_FULL) &&
          wg_health_release_reserve (context))
        continue;
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
}

static int
adapt_db_code (int code)
{
  switch ((WgDbError) code)
    {
    case WG_DB_ERROR_FULL:
      return WG_STORE_ERROR_FULL;
    case WG_DB_ERROR_KEY:
    case WG_DB_ERROR_CORRUPT:
      return WG_STORE_ERROR_DAMAGED;
    case WG_DB_ERROR_NEWER:
      return WG_STORE_ERROR_NEWER;
    case WG_DB_ERROR_FAILED:
    case WG_DB_ERROR_BUSY:
    case WG_DB_ERROR_IO:
    case WG_DB_ERROR_CONSTRAINT:
    case WG_DB_ERROR_NO_CIPHER:
    default:
      return WG_STORE_ERROR_FAILED;
    }
}

/**
 * wg_store_adapt_error:
 * @error: (nullable): an error of this or a lower layer
 *
 * Gives an error of db, wire or core the code of this layer that tells the caller what to do; the
 * message stays. Errors of other domains are left alone.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_store_adapt_error (GError **error)
{
  int code;

  if (error == NULL || *error == NULL || (*error)->domain == WG_STORE_ERROR)
    return;
  if ((*error)->domain == WG_DB_ERROR)
    code = adapt_db_code ((*error)->code);
  else if ((*error)->domain == WG_WIRE_ERROR)
    code = WG_STORE_ERROR_INVALID;
  else if ((*error)->domain == WG_CORE_ERROR)
    code = (*error)->code == WG_CORE_ERROR_NOT_FOUND ? WG_STORE_ERROR_NOT_FOUND
                                                     : WG_STORE_ERROR_INVALID;
  else
    return;
  /* Made anew: an error of the wire carries more than a message, and is freed by its domain. */
  GError *adapted = g_error_new_literal (WG_STORE_ERROR, code, (*error)->message);
  if (code == WG_STORE_ERROR_FULL)
    g_prefix_error (&adapted, "no space left, free some and try again: ");
  g_error_free (*error);
  *error = adapted;
}

/**
 * wg_store_context_touch:
 * @context: of the job
 * @topic: a static name: "events", "records", "conflicts", "outbox", "drafts", "photos",
 *   "reference", "sync", "meta"
 *
 * Notes that this job changed something; it is announced once the job has ended.
 *
 * Thread: the store's.
 * Errors: none.
 */
void
wg_store_context_touch (WgStoreContext *context, const char *topic)
{
  g_hash_table_add (context->topics, (gpointer) g_intern_string (topic));
}

/**
 * wg_store_get_meta:
 * @context: of the job
 * @name: of the setting
 * @error: return location
 *
 * Reads a setting of this store.
 *
 * Thread: the store's.
 * Errors: of the engine.
 *
 * Returns: (transfer full) (nullable): its text; %NULL without error when it was never set
 */
char *
wg_store_get_meta (WgStoreContext *context, const char *name, GError **error)
{
  WgStatement *statement = wg_db_statement (context->db, "meta_get", error);
  char *value = NULL;

  if (statement == NULL)
    return NULL;
  wg_statement_bind_text (statement, "name", name);
  if (wg_statement_next (statement, error))
    value = wg_statement_dup_text (statement, "value");
  wg_statement_reset (statement);
  return value;
}

typedef struct
{
  const char *name, *value;
} Setting;

static gboolean
write_setting (WgStoreContext *context, gpointer data, GError **error)
{
  Setting *setting = data;

  if (setting->value == NULL)
    return wg_db_run (context->db, "meta_delete", error, "name", 's', setting->name, NULL);
  return wg_db_run (context->db, "meta_set", error, "name", 's', setting->name, "value", 's',
                    setting->value, NULL);
}

/**
 * wg_store_set_meta:
 * @context: of the job
 * @name: of the setting
 * @value: (nullable): its text; %NULL forgets it
 * @error: return location
 *
 * Writes a setting of this store.
 *
 * Thread: the store's.
 * Errors: %WG_DB_ERROR_FULL and others of the engine.
 *
 * Returns: %TRUE on success
 */
gboolean
wg_store_set_meta (WgStoreContext *context, const char *name, const char *value, GError **error)
{
  Setting setting = { name, value };

  if (!wg_store_transact (context, write_setting, &setting, error))
    return FALSE;
  wg_store_context_touch (context, "meta");
  return TRUE;
}

/**
 * wg_store_get_meta_int:
 * @context: of the job
 * @name: of the setting
 *
 * Reads a number.
 *
 * Thread: the store's.
 * Errors: none; what cannot be read counts as never set.
 *
 * Returns: the number, or 0
 */
gint64
wg_store_get_meta_int (WgStoreContext *context, const char *name)
{
  g_autofree char *text = wg_store_get_meta (context, name, NULL);

  return text ? g_ascii_strtoll (text, NULL, 10) : 0;
}

/**
 * wg_store_set_meta_int:
 * @context: of the job
 * @name: of the setting
 * @value: the number
 * @error: return location
 *
 * Writes a number.
 *
 * Thread: the store's.
 * Errors: see wg_store_set_meta().
 *
 * Returns: %TRUE on success
 */
gboolean
wg_store_set_meta_int (WgStoreContext *context, const char *name, gint64 value, GError **error)
{
  g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, value);

  return wg_store_set_meta (context, name, text, error);
}

/**
 * wg_store_class_name:
 * @context: of the job
 * @std: (nullable): version of the event standard that an event pins
 * @code: (nullable): class code
 *
 * Gives the name of a class as the standard in force when the event was made has it, else as the
 * newest one has it.
 *
 * Thread: the store's.
 * Errors: none.
 *
 * Returns: (transfer none) (nullable): the name; the code itself when no standard knows it
 */
const char *
wg_store_class_name (WgStoreContext *context, const char *std, const char *code)
{
  WgStoreInner *inner = (WgStoreInner *) context;
  const WgStandard *pinned = std ? g_hash_table_lookup (inner->standards, std) : NULL;
  const WgEventClass *row = NULL;

  if (code == NULL)
    return NULL;
  if (pinned)
    row = wg_standard_find (pinned, code);
  if (row == NULL && context->standard)
    row = wg_standard_find (context->standard, code);
  return row ? row->name : code;
}

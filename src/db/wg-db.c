/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A database connection over one of two engines: its transactions, and what the engines share. */
#include "db/wg-db-private.h"

/**
 * wg_db_init:
 * @self: an engine's new connection, zeroed
 * @engine: what it can do
 * @name: for messages
 * @readonly: whether it will not change anything
 *
 * Sets the common members; wg_db_close() may be called from here on.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_db_init (WgDb *self, const WgDbEngine *engine, const char *name, gboolean readonly)
{
  self->engine = engine;
  self->name = g_strdup (name);
  self->readonly = readonly;
  self->sql = g_ptr_array_new ();
  self->statements =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) engine->finalize);
}

/**
 * wg_db_close:
 * @self: (transfer full): a connection
 *
 * Ends the connection; an open transaction is rolled back; the key is wiped.
 *
 * Thread: the connection's.
 * Errors: none.
 */
void
wg_db_close (WgDb *self)
{
  g_hash_table_destroy (self->statements);
  self->engine->close (self);
  g_ptr_array_unref (self->sql);
  g_free (self->name);
  g_free (self);
}

/**
 * wg_db_is_shared:
 * @self: a connection
 *
 * Tells whether other writers work at the same time: then a transaction may meet
 * %WG_DB_ERROR_BUSY or %WG_DB_ERROR_CONSTRAINT because of them and has to be run again, whole.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: %FALSE where a transaction has the database for itself
 */
gboolean
wg_db_is_shared (WgDb *self)
{
  return self->engine->is_shared;
}

/**
 * wg_db_is_lost:
 * @self: a connection
 *
 * Tells whether the line to the server has broken, as far as is known: then only wg_db_close()
 * is left.
 *
 * Thread: the connection's.
 * Errors: none.
 *
 * Returns: %FALSE for a file
 */
gboolean
wg_db_is_lost (WgDb *self)
{
  return self->engine->is_lost && self->engine->is_lost (self);
}

/* --- transactions ---------------------------------------------------------------------------- */

/**
 * wg_db_begin:
 * @self: a connection
 * @error: return location
 *
 * Starts a transaction that holds the write lock from now on; inside one, a savepoint.
 *
 * Thread: the connection's.
 * Errors: %WG_DB_ERROR_BUSY after 5 s of waiting for another writer.
 *
 * Returns: %TRUE on success; then one of wg_db_commit() and wg_db_rollback() must follow
 */
gboolean
wg_db_begin (WgDb *self, GError **error)
{
  char text[32];

  if (self->depth == 0)
    {
      if (!self->engine->begin (self, error))
        return FALSE;
    }
  else
    {
      g_snprintf (text, sizeof text, "SAVEPOINT wg_%d", self->depth);
      if (!self->engine->savepoint (self, text, FALSE, error))
        return FALSE;
    }
  self->depth++;
  return TRUE;
}

/**
 * wg_db_commit:
 * @self: a connection in a transaction
 * @error: return location
 *
 * Ends the innermost transaction. When the outermost one has returned %TRUE, its effects survive
 * a power loss.
 *
 * Thread: the connection's.
 * Errors: codes of the engine; the transaction then still waits for wg_db_rollback(). After
 *   %WG_DB_ERROR_IO it is unknown whether the effects are on the disk: close, reopen, look.
 *
 * Returns: %TRUE on success
 */
gboolean
wg_db_commit (WgDb *self, GError **error)
{
  char text[32];

  g_return_val_if_fail (self->depth > 0, FALSE);
  if (self->engine->is_rolled_back (self))
    {
      g_set_error (error, WG_DB_ERROR, WG_DB_ERROR_FAILED,
                   "commit: the transaction was rolled back before");
      return FALSE;
    }
  if (self->depth == 1)
    {
      if (!self->engine->commit (self, error))
        return FALSE;
    }
  else
    {
      g_snprintf (text, sizeof text, "RELEASE SAVEPOINT wg_%d", self->depth - 1);
      if (!self->engine->savepoint (self, text, FALSE, error))
        return FALSE;
    }
  self->depth--;
  return TRUE;
}

/**
 * wg_db_rollback:
 * @self: a connection
 *
 * Undoes the innermost transaction; nothing outside one.
 *
 * Thread: the connection's.
 * Errors: none.
 */
void
wg_db_rollback (WgDb *self)
{
  char undo[40], release[40];

  if (self->depth == 0)
    return;
  self->depth--;
  /* After some faults the engine has rolled back by itself. */
  if (self->engine->is_rolled_back (self))
    return;
  if (self->depth == 0)
    {
      self->engine->rollback (self);
      return;
    }
  g_snprintf (undo, sizeof undo, "ROLLBACK TO SAVEPOINT wg_%d", self->depth);
  g_snprintf (release, sizeof release, "RELEASE SAVEPOINT wg_%d", self->depth);
  if (self->engine->savepoint (self, undo, TRUE, NULL))
    self->engine->savepoint (self, release, FALSE, NULL);
}

/**
 * wg_db_in_transaction:
 * @self: a connection
 *
 * Tells whether a transaction is open.
 *
 * Thread: the connection's.
 * Errors: none.
 *
 * Returns: %TRUE inside one
 */
gboolean
wg_db_in_transaction (WgDb *self)
{
  return self->depth > 0;
}

/**
 * wg_db_reset_statements:
 * @self: a connection
 *
 * Ends every statement that was left on a row: such a one keeps an old view of the file and the
 * log from being truncated. For the end of a job.
 *
 * Thread: the connection's.
 * Errors: none.
 */
void
wg_db_reset_statements (WgDb *self)
{
  self->engine->reset_statements (self);
}

/**
 * wg_db_changes:
 * @self: a connection
 *
 * Counts the rows that the last write changed; of inserts that travel together, all of them.
 *
 * Thread: the connection's.
 * Errors: none.
 *
 * Returns: rows
 */
gint64
wg_db_changes (WgDb *self)
{
  return self->engine->changes (self);
}

/* --- care ------------------------------------------------------------------------------------ */

/**
 * wg_db_check:
 * @self: a connection
 * @error: return location
 *
 * Reads the whole file: structure, indexes, foreign keys, and the seal of every encrypted page.
 * The engine's check of seals knows the file alone, where a page may be half written while the log
 * still holds it whole; so the log goes into the file first, and without that (somebody reads, the
 * disk is full) only the seals of the pages in use are checked, as they are read.
 *
 * Thread: the connection's. Cost: 0.2 s for 50 MB.
 * Errors: %WG_DB_ERROR_CORRUPT with what was found.
 *
 * Returns: %TRUE if all is well
 */
gboolean
wg_db_check (WgDb *self, GError **error)
{
  return self->engine->check (self, error);
}

/**
 * wg_db_checkpoint:
 * @self: a connection outside a transaction
 * @error: return location
 *
 * Moves the log into the file and truncates it.
 *
 * Thread: the connection's.
 * Errors: %WG_DB_ERROR_BUSY while somebody reads; %WG_DB_ERROR_FULL, %WG_DB_ERROR_IO.
 *
 * Returns: %TRUE on success
 */
gboolean
wg_db_checkpoint (WgDb *self, GError **error)
{
  return self->engine->checkpoint (self, error);
}

/**
 * wg_db_backup:
 * @self: a connection
 * @path: where the copy goes; an older file there is replaced once the copy is whole
 * @error: return location
 *
 * Makes a consistent copy under the same key while others go on reading and writing.
 *
 * Thread: the connection's.
 * Errors: codes of the engine; no half copy stays at @path.
 *
 * Returns: %TRUE if the copy is on the disk
 */
gboolean
wg_db_backup (WgDb *self, const char *path, GError **error)
{
  return self->engine->backup (self, path, error);
}

/**
 * wg_db_explain:
 * @self: a connection
 * @name: a loaded statement
 * @error: return location
 *
 * Tells how the engine would run a statement, for the test that allows no scan where `-- :indexed`
 * stands.
 *
 * Thread: the connection's.
 * Errors: see wg_db_statement().
 *
 * Returns: (transfer full) (nullable): one line per step of the plan
 */
char *
wg_db_explain (WgDb *self, const char *name, GError **error)
{
  const char *text = wg_db_get_statement_sql (self, name);

  if (text == NULL)
    {
      g_set_error (error, WG_DB_ERROR, WG_DB_ERROR_FAILED, "there is no statement '%s'", name);
      return NULL;
    }
  return self->engine->explain (self, text, error);
}

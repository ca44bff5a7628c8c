/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One unit of writing: a function that runs in a transaction, from the daemon or the command line.
 */
#include "server/wg-work.h"

#include "server/wg-reference.h"
#include "server/wg-server-error.h"

/* How often a transaction is run that others got in the way of. */
#define TRIES_MAX 6
#define PAUSE_US 2000

static gint64 n_retries; /* atomic */

/* Another epoch in the database means that it was restored while this process was running, and
 * everything it remembers is of another time. */
static gboolean
check_epoch (const WgPlatform *platform, WgDb *db, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autofree char *epoch = NULL;

  if (!wg_db_is_shared (db))
    return TRUE;
  epoch = wg_meta_get (db, WG_META_EPOCH, &local);
  if (local)
    g_propagate_error (error, g_steal_pointer (&local));
  else if (g_strcmp0 (epoch, platform->epoch) == 0)
    return TRUE;
  else
    g_set_error (error, WG_SERVER_ERROR, WG_SERVER_ERROR_STALE,
                 "the database was restored: start the program again");
  return FALSE;
}

static gboolean
run_once (WgWork *work, WgWorkFunc func, gpointer data, GError **error)
{
  g_autoptr (WgFeed) feed = NULL;

  if (!wg_db_begin (work->db, error))
    return FALSE;
  feed = work->feed = wg_feed_new (work->db);
  work->now_ms = wg_ports_wall_ms (&work->platform->ports);
  if (wg_db_is_shared (work->db))
    wg_db_ahead (work->db, "meta-get", "key", 's', WG_META_EPOCH, NULL);
  wg_reference_begin (work->reference, work->db);
  if (func (work, data, error) && check_epoch (work->platform, work->db, error) &&
      wg_feed_flush (feed, error) && wg_db_commit (work->db, error))
    return TRUE;
  wg_db_rollback (work->db);
  return FALSE;
}

/* Whether others may be the reason: then the same again can succeed. */
static gboolean
is_passing (WgDb *db, const GError *error)
{
  return wg_db_is_shared (db) && !wg_db_in_transaction (db) &&
         (g_error_matches (error, WG_DB_ERROR, WG_DB_ERROR_BUSY) ||
          g_error_matches (error, WG_DB_ERROR, WG_DB_ERROR_CONSTRAINT));
}

/**
 * wg_work_count_retries:
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: how often a transaction of this process had to be run again
 */
gint64
wg_work_count_retries (void)
{
  return __atomic_load_n (&n_retries, __ATOMIC_RELAXED);
}

/**
 * wg_work_run:
 * @platform: the platform
 * @db: a connection
 * @reference: the reference data of this thread
 * @func: what to do
 * @data: for @func
 * @error: return location
 *
 * Runs @func in a transaction, or in a savepoint when one is open: all of it or nothing. Where
 * others write at the same time it is run again, from nothing, when one of them got in the way.
 *
 * Thread: the connection's.
 * Errors: those of @func; of the database; %WG_SERVER_ERROR_STALE after a restore.
 * Source: protocol.md 6.3 (retry)
 *
 * Returns: %TRUE when everything was written
 */
gboolean
wg_work_run (const WgPlatform *platform,
             WgDb *db,
             WgReference *reference,
             WgWorkFunc func,
             gpointer data,
             GError **error)
{
  WgWork work = { platform, db, reference, NULL, 0 };

  for (guint i = 1;; i++)
    {
      g_autoptr (GError) local = NULL;
      if (run_once (&work, func, data, &local))
        return TRUE;
      if (i == TRIES_MAX || !is_passing (db, local))
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      __atomic_add_fetch (&n_retries, 1, __ATOMIC_RELAXED);
      /* Each by another pause, so that they do not meet again. */
      g_usleep ((gulong) g_random_int_range (0, (gint32) (PAUSE_US << i)));
    }
}

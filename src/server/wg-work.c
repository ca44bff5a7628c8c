/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One unit of writing: a function that runs in a transaction, from the daemon or the command line.
 */
#include "server/wg-work.h"

#include "server/wg-reference.h"

/**
 * wg_work_run:
 * @platform: the platform
 * @db: a connection
 * @reference: the reference data of this thread
 * @func: what to do
 * @data: for @func
 * @error: return location
 *
 * Runs @func in a transaction, or in a savepoint when one is open: all of it or nothing.
 *
 * Thread: the connection's.
 * Errors: those of @func; of the database.
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
  g_autoptr (WgFeed) feed = NULL;
  WgWork work = { platform, db, reference, NULL, wg_ports_wall_ms (&platform->ports) };

  if (!wg_db_begin (db, error))
    return FALSE;
  feed = work.feed = wg_feed_new (db);
  if (wg_reference_refresh (reference, db, error) && func (&work, data, error) &&
      wg_feed_flush (feed, error) && wg_db_commit (db, error))
    return TRUE;
  wg_db_rollback (db);
  return FALSE;
}

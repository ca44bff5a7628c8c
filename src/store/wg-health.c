/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Device health: free space and the reserve, clock, integrity, what waits. */
#include "store/wg-health.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "store/wg-inbox.h"
#include "store/wg-store-private.h"

#define REFILL_FREE_BYTES (64 * 1024 * 1024) /* with less, others need the space more */

/**
 * wg_health_free:
 * @health: (nullable) (transfer full): a report
 *
 * Frees it.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_health_free (WgHealth *health)
{
  if (health == NULL)
    return;
  g_free (health->integrity_detail);
  g_free (health);
}

/* --- the reserve ----------------------------------------------------------------------------- */

static gboolean
is_reserve_whole (WgStoreContext *context)
{
  g_autofree char *path = g_build_filename (context->folder, WG_STORE_RESERVE, NULL);
  GStatBuf info;

  return g_stat (path, &info) == 0 && info.st_size == WG_RESERVE_BYTES;
}

static gint64
get_free_bytes (WgStoreContext *context)
{
  struct statvfs info;

  if (statvfs (context->folder, &info) != 0)
    return 0;
  return (gint64) info.f_bavail * (gint64) info.f_frsize;
}

/**
 * wg_health_release_reserve:
 * @context: of the job
 *
 * Gives up the ballast, so that a queue can still be written on a full disk.
 *
 * Thread: the store's.
 * Errors: none.
 * Source: protocol.md 7.4
 *
 * Returns: %TRUE if there was one to give
 */
gboolean
wg_health_release_reserve (WgStoreContext *context)
{
  g_autofree char *path = g_build_filename (context->folder, WG_STORE_RESERVE, NULL);

  if (g_unlink (path) != 0)
    return FALSE;
  ((WgStoreInner *) context)->reserve_missing = TRUE;
  wg_store_context_touch (context, "meta");
  return TRUE;
}

/**
 * wg_health_refill_reserve:
 * @context: of the job
 *
 * Makes the ballast again when there is space for it and for others. The store does this by itself.
 *
 * Thread: the store's.
 * Errors: none: without it the store works, and health says so.
 */
void
wg_health_refill_reserve (WgStoreContext *context)
{
  WgStoreInner *inner = (WgStoreInner *) context;
  g_autofree char *path = g_build_filename (context->folder, WG_STORE_RESERVE, NULL);
  g_autofree char *part = g_strconcat (path, ".part", NULL);
  int fd;

  inner->reserve_missing = !is_reserve_whole (context);
  if (!inner->reserve_missing || get_free_bytes (context) < REFILL_FREE_BYTES)
    return;
  fd = open (part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0)
    return;
  /* Real blocks: a hole would be no reserve. */
  if (posix_fallocate (fd, 0, WG_RESERVE_BYTES) == 0 && g_rename (part, path) == 0)
    {
      inner->reserve_missing = FALSE;
      wg_store_context_touch (context, "meta");
    }
  else
    g_unlink (part);
  close (fd);
}

/* --- reports --------------------------------------------------------------------------------- */

static gint64
get_size (WgStoreContext *context, const char *name)
{
  g_autofree char *path = g_build_filename (context->folder, name, NULL);
  GStatBuf info;

  return g_stat (path, &info) == 0 ? info.st_size : 0;
}

static gboolean
add_waiting (WgHealth *health, WgStatement *row, GError **error)
{
  gboolean ok = row && wg_statement_next (row, error);

  if (ok)
    {
      gint64 oldest_ms = wg_statement_int (row, "oldest_ms");

      health->n_waiting += (guint) wg_statement_int (row, "n");
      if (oldest_ms && (health->oldest_waiting_ms == 0 || oldest_ms < health->oldest_waiting_ms))
        health->oldest_waiting_ms = oldest_ms;
    }
  if (row)
    wg_statement_reset (row);
  return ok;
}

static gboolean
read_blob_bytes (WgHealth *health, WgStatement *row, GError **error)
{
  health->blob_bytes = wg_db_take_int (row, "bytes", error);
  return health->blob_bytes >= 0;
}

/**
 * wg_health_get:
 * @context: of the job
 * @error: return location
 *
 * Looks at what can be seen at once.
 *
 * Thread: the store's.
 * Errors: of the engine.
 *
 * Returns: (transfer full) (nullable): the report, without integrity
 */
WgHealth *
wg_health_get (WgStoreContext *context, GError **error)
{
  g_autoptr (WgHealth) health = g_new0 (WgHealth, 1);
  g_autofree char *skew = NULL;

  health->free_bytes = get_free_bytes (context);
  health->store_bytes = get_size (context, WG_STORE_DB) + get_size (context, WG_STORE_DB "-wal");
  health->reserve_whole = is_reserve_whole (context);
  skew = wg_store_get_meta (context, "clock_skew_ms", error);
  health->clock_known = skew != NULL;
  health->clock_skew_ms = skew ? g_ascii_strtoll (skew, NULL, 10) : 0;
  health->last_sync_ms = wg_store_get_meta_int (context, "last_sync_ms");
  if (!add_waiting (health, wg_db_statement (context->db, "outbox_count_waiting", error), error) ||
      !add_waiting (health, wg_db_statement (context->db, "outbox_count_held", error), error) ||
      !read_blob_bytes (health, wg_db_statement (context->db, "attachment_sum", error), error))
    return NULL;
  return g_steal_pointer (&health);
}

/**
 * wg_health_check:
 * @context: of the job
 * @error: return location
 *
 * Looks at everything: the seal of each page, the indexes, and that records, operations and photos
 * belong together.
 *
 * Thread: the store's. Cost: reads the whole store.
 * Errors: of the engine; damage is no error but the report.
 * Source: ux.md T02
 *
 * Returns: (transfer full) (nullable): the report
 */
WgHealth *
wg_health_check (WgStoreContext *context, GError **error)
{
  g_autoptr (WgHealth) health = NULL;
  g_autoptr (GPtrArray) findings = NULL;
  g_autoptr (GError) damage = NULL;

  if (!wg_db_check (context->db, &damage))
    {
      health = g_new0 (WgHealth, 1);
      health->free_bytes = get_free_bytes (context);
      health->reserve_whole = is_reserve_whole (context);
      health->integrity_detail = g_strdup (damage->message);
      return g_steal_pointer (&health);
    }
  health = wg_health_get (context, error);
  findings = health ? wg_inbox_check (context, error) : NULL;
  if (findings == NULL)
    return NULL;
  health->integrity_ok = findings->len == 0;
  if (findings->len > 0)
    health->integrity_detail = g_strdup_printf (
        "%s (%u in all)", (const char *) g_ptr_array_index (findings, 0), findings->len);
  return g_steal_pointer (&health);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lease: how long this tablet may be used without having seen the platform. A lost tablet that
 * nobody can reach locks by itself. */
#include "store/wg-lease.h"

#include "store/wg-store-private.h"

/* The latest time seen is written down this often. */
#define HIGH_STEP_MS 60000

typedef struct
{
  gint64 until_ms, server_ms;
} Renewal;

static gboolean
renew (WgStoreContext *context, gpointer data, GError **error)
{
  const Renewal *self = data;
  gint64 left_ms = MAX (self->until_ms - self->server_ms, 0);
  gint64 now_ms = wg_ports_wall_ms (context->ports);

  wg_store_context_touch (context, "sync");
  return wg_store_set_meta_int (context, "lease_until_ms", self->until_ms, error) &&
         wg_store_set_meta_int (context, "lease_end_ms", now_ms + left_ms, error) &&
         wg_store_set_meta_int (context, "lease_high_ms", now_ms, error) &&
         wg_store_set_meta (context, "lease_boot", context->ports->boot_id, error) &&
         wg_store_set_meta_int (context, "lease_boot_end_ms",
                                wg_ports_boot_ms (context->ports) + left_ms, error);
}

/**
 * wg_lease_renew:
 * @context: of the job
 * @until_ms: end of the lease in the platform's time
 * @server_ms: the platform's time now
 * @error: return location
 *
 * Begins the lease anew; how long it is comes from the platform alone, whatever this clock says.
 *
 * Thread: the store's.
 * Errors: of the engine.
 * Source: protocol.md 2.5
 *
 * Returns: %TRUE on success
 */
gboolean
wg_lease_renew (WgStoreContext *context, gint64 until_ms, gint64 server_ms, GError **error)
{
  Renewal self = { until_ms, server_ms };

  return wg_store_transact (context, renew, &self, error);
}

/* In the same boot the boot clock decides, which nobody sets. Else the wall clock, but never an
 * earlier time than was seen already: setting the clock back wins nothing. */
static gboolean
measure (WgStoreContext *context, WgLease *lease, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autofree char *boot = wg_store_get_meta (context, "lease_boot", &local);
  gint64 high_ms = wg_store_get_meta_int (context, "lease_high_ms");
  gint64 now_ms = wg_ports_wall_ms (context->ports);

  if (local)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  lease->left_ms = G_MAXINT64;
  if (boot == NULL)
    return TRUE;
  if (g_strcmp0 (boot, context->ports->boot_id) == 0)
    lease->left_ms =
        wg_store_get_meta_int (context, "lease_boot_end_ms") - wg_ports_boot_ms (context->ports);
  else
    lease->left_ms = wg_store_get_meta_int (context, "lease_end_ms") - MAX (now_ms, high_ms);
  return now_ms - high_ms < HIGH_STEP_MS ||
         wg_store_set_meta_int (context, "lease_high_ms", now_ms, error);
}

/**
 * wg_lease_look:
 * @context: of the job
 * @out_lease: (out): how it stands
 * @error: return location
 *
 * Tells how much of the lease is left.
 *
 * Thread: the store's.
 * Errors: of the engine.
 *
 * Returns: %TRUE on success
 */
gboolean
wg_lease_look (WgStoreContext *context, WgLease *out_lease, GError **error)
{
  WgLease lease = { 0 };

  if (!measure (context, &lease, error))
    return FALSE;
  lease.over = lease.left_ms <= 0;
  lease.left_ms = MAX (lease.left_ms, 0);
  *out_lease = lease;
  return TRUE;
}

/**
 * wg_lease_job:
 * @context: of the job
 * @data: unused
 * @cancellable: (nullable): unused
 * @error: return location
 *
 * wg_lease_look() as a job.
 *
 * Thread: the store's.
 * Errors: of the engine.
 *
 * Returns: (transfer full) (nullable): a WgLease; free with g_free()
 */
gpointer
wg_lease_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  WgLease lease;

  return wg_lease_look (context, &lease, error) ? g_memdup2 (&lease, sizeof lease) : NULL;
}

/**
 * wg_lease_check:
 * @store: an open store
 * @error: return location
 *
 * Refuses what may not be shown once the lease is over. Sync goes on: a contact renews it. The
 * outbox is not touched.
 *
 * Thread: any but the UI's and the store's; blocks.
 * Errors: %WG_STORE_ERROR_LEASE; those of the store.
 * Source: protocol.md 2.5
 *
 * Returns: %TRUE while the tablet may be used
 */
gboolean
wg_lease_check (WgStore *store, GError **error)
{
  g_autofree WgLease *lease = wg_store_run (store, wg_lease_job, NULL, error);

  if (lease == NULL)
    return FALSE;
  if (!lease->over)
    return TRUE;
  g_set_error (
      error, WG_STORE_ERROR, WG_STORE_ERROR_LEASE,
      "this tablet has not seen the platform for too long: sync first; what waits is kept");
  return FALSE;
}

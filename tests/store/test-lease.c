/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The lease: a tablet that has not seen the platform for too long shows nothing, whatever its clock
 * says; its outbox is whole, and a contact opens it again. */
#include "store/wg-lease.h"
#include "wg-store-jobs.h"

#define DAY_MS G_GINT64_CONSTANT (86400000)

typedef struct
{
  gint64 until_ms, server_ms;
} Renewal;

static gpointer
renew_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  const Renewal *renewal = data;

  return GINT_TO_POINTER (wg_lease_renew (context, renewal->until_ms, renewal->server_ms, error));
}

static void
renew (WgTestStore *f, gint64 days)
{
  /* The platform's clock is quite another one. */
  Renewal renewal = { WG_TEST_NOW_MS + 500 * DAY_MS + days * DAY_MS,
                      WG_TEST_NOW_MS + 500 * DAY_MS };

  wg_test_store_run (f, renew_job, &renewal);
}

static gboolean
is_open (WgTestStore *f)
{
  g_autoptr (GError) error = NULL;
  gboolean open = wg_lease_check (f->store, &error);

  if (!open)
    g_assert_error (error, WG_STORE_ERROR, WG_STORE_ERROR_LEASE);
  return open;
}

static void
test_ends (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgTestPlatform) platform = wg_test_platform_new ();
  g_autofree char *id = create_level (f, WG_EVENT_LEVEL_GENERAL, 0);

  renew (f, 7);
  wg_test_ports_advance (&f->clock, 7 * DAY_MS - 1);
  g_assert_true (is_open (f));
  wg_test_ports_advance (&f->clock, 1);
  g_assert_false (is_open (f));
  wg_test_store_reopen (f);
  g_assert_false (is_open (f));
  wg_test_push (f, platform, FALSE); /* nothing of the outbox is lost */
  g_assert_nonnull (g_hash_table_lookup (platform->events, id));
  renew (f, 1);
  g_assert_true (is_open (f));
}

/* In the same boot nobody can set the clock that counts. */
static void
test_clock_set (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();

  renew (f, 7);
  f->clock.wall_ms -= 400 * DAY_MS;
  g_assert_true (is_open (f));
  f->clock.boot_ms += 7 * DAY_MS;
  g_assert_false (is_open (f));
  renew (f, 7);
  f->clock.wall_ms += 400 * DAY_MS;
  g_assert_true (is_open (f));
}

/* After a restart the wall clock counts, but never runs backwards. */
static void
test_other_boot (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();

  renew (f, 7);
  wg_test_store_lock (f);
  f->clock.ports.boot_id = "another boot";
  f->clock.boot_ms = 1000;
  wg_test_store_reopen (f);
  f->clock.wall_ms += 6 * DAY_MS;
  g_assert_true (is_open (f));
  f->clock.wall_ms -= 300 * DAY_MS; /* set back: six days are gone all the same */
  g_assert_true (is_open (f));
  f->clock.wall_ms += 301 * DAY_MS;
  g_assert_false (is_open (f));
  f->clock.wall_ms -= 300 * DAY_MS;
  g_assert_false (is_open (f));
  renew (f, 7); /* a contact believes the clock anew */
  g_assert_true (is_open (f));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  wg_test_store_init ();
  g_test_add_func ("/store/lease/ends", test_ends);
  g_test_add_func ("/store/lease/clock-set", test_clock_set);
  g_test_add_func ("/store/lease/other-boot", test_other_boot);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Device health: the reserve in need, what waits, damage seen. */
#include <string.h>

#include <glib/gstdio.h>

#include "wg-store-jobs.h"

static gpointer
release_reserve_job (WgStoreContext *context,
                     gpointer data,
                     GCancellable *cancellable,
                     GError **error)
{
  return GINT_TO_POINTER (wg_health_release_reserve (context));
}

static gpointer
set_skew_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return GINT_TO_POINTER (wg_store_set_meta (context, "clock_skew_ms", data, error));
}

static void
test_report (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgHealth) health = wg_test_store_run (f, health_job, NULL);

  g_assert_cmpint (health->free_bytes, >, 0);
  g_assert_cmpint (health->store_bytes, >, 0);
  g_assert_true (health->reserve_whole);
  g_assert_false (health->clock_known);
  g_assert_cmpuint (health->n_waiting, ==, 0);
  g_free (create_level (f, WG_EVENT_LEVEL_GENERAL, 0));
  wg_test_ports_advance (&f->clock, 5000);
  g_free (create_level (f, WG_EVENT_LEVEL_DAILY, 120000));
  wg_test_store_run (f, set_skew_job, "-86400000");
  g_clear_pointer (&health, wg_health_free);
  health = wg_test_store_run (f, check_health_job, NULL);
  g_assert_cmpuint (health->n_waiting, ==, 2);
  g_assert_cmpint (health->oldest_waiting_ms, ==, WG_TEST_NOW_MS);
  g_assert_true (health->clock_known);
  g_assert_cmpint (health->clock_skew_ms, ==, -86400000);
  g_assert_true (health->integrity_ok);
  g_assert_null (health->integrity_detail);
}

/* On a full disk the reserve is given up once, and the event is saved. */
static void
test_reserve (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autofree char *path = g_build_filename (f->path, "reserve", NULL);
  g_autoptr (WgHealth) health = NULL;
  g_autofree char *id = NULL;
  GStatBuf info;

  g_assert_cmpint (g_stat (path, &info), ==, 0);
  g_assert_cmpint (info.st_size, ==, 8 * 1024 * 1024);
  g_assert_cmpint (info.st_blocks * 512, >=, 8 * 1024 * 1024); /* no hole */
  wg_db_fault_arm (1, 'F');
  id = create_level (f, WG_EVENT_LEVEL_MAJOR, 0);
  wg_db_fault_arm (0, 0);
  assert_truth (f, id, WG_TRUTH_SAVED);
  health = wg_test_store_run (f, health_job, NULL);
  g_assert_false (health->reserve_whole);

  /* with nothing left to give up it is told, and nothing is half */
  g_autoptr (WgEvent) event = wg_test_event_new (WG_EVENT_LEVEL_GENERAL);
  CreateJob job = { event, 0, NULL };
  wg_db_fault_arm (1, 'f');
  g_autoptr (GError) error = wg_test_store_fail (f, create_job, &job);
  wg_db_fault_arm (0, 0);
  g_assert_error (error, WG_STORE_ERROR, WG_STORE_ERROR_FULL);
  wg_test_store_check (f);
  wg_test_store_reopen (f); /* space again: refilled by itself */
  g_clear_pointer (&health, wg_health_free);
  health = wg_test_store_run (f, health_job, NULL);
  g_assert_true (health->reserve_whole);
}

/* The store thread looks for space by itself, a minute after the last try. */
static void
test_refill (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgHealth) health = NULL;

  g_assert_true (GPOINTER_TO_INT (wg_test_store_run (f, release_reserve_job, NULL)));
  g_assert_false (GPOINTER_TO_INT (wg_test_store_run (f, release_reserve_job, NULL)));
  wg_test_ports_advance (&f->clock, 61000);
  g_free (create_level (f, WG_EVENT_LEVEL_GENERAL, 0)); /* after any job */
  g_free (create_level (f, WG_EVENT_LEVEL_GENERAL, 0));
  health = wg_test_store_run (f, health_job, NULL);
  g_assert_true (health->reserve_whole);
}

static gpointer
spoil_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return GINT_TO_POINTER (
      wg_db_run (context->db, "outbox_delete", error, "n", 'i', (gint64) 2, NULL) &&
      wg_db_run (context->db, "record_set_body", error, "id", 's', data, "kind", 's', "event",
                 "body", 's', "{}", NULL));
}

static void
test_invariants (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autofree char *first = create_level (f, WG_EVENT_LEVEL_GENERAL, 0);
  g_autofree char *second = create_level (f, WG_EVENT_LEVEL_GENERAL, 0);
  g_autofree char *third = create_level (f, WG_EVENT_LEVEL_GENERAL, 0);
  g_autoptr (WgHealth) health = NULL;

  wg_test_store_run (f, spoil_job, first);
  health = wg_test_store_run (f, check_health_job, NULL);
  g_assert_false (health->integrity_ok);
  /* a gap, a broken chain, an event without operation, one shown otherwise */
  g_assert_nonnull (strstr (health->integrity_detail, "operation 2 is missing"));
  g_assert_nonnull (strstr (health->integrity_detail, "(4 in all)"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  wg_test_store_init ();
  g_test_add_func ("/store/health/report", test_report);
  g_test_add_func ("/store/health/reserve", test_reserve);
  g_test_add_func ("/store/health/refill", test_refill);
  g_test_add_func ("/store/health/invariants", test_invariants);
  return g_test_run ();
}

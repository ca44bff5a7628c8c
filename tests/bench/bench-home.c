/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the secret typed to everything the home screen shows, with five years in the store. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench/bench-fill.h"
#include "store/wg-draft.h"
#include "store/wg-event-store.h"
#include "store/wg-health.h"
#include "store/wg-outbox.h"

static gpointer
today_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_event_store_list (context, WG_EVENT_LIST_TODAY, 0, 100, error);
}

static gpointer
counts_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return GINT_TO_POINTER (wg_event_store_count (context, data, error));
}

/* @data: since when; 0 for all five years. */
static gpointer
dots_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_event_store_dots (context, *(gint64 *) data, error);
}

static gpointer
drafts_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_draft_list (context, error);
}

static gpointer
classes_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_event_store_top_classes (context, WG_EVENT_LEVEL_DAILY, 12, error);
}

static gpointer
queue_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_outbox_list (context, 200, error);
}

static double
since_ms (gint64 *at_us)
{
  gint64 now_us = g_get_monotonic_time ();
  double ms = (double) (now_us - *at_us) / 1e3;

  *at_us = now_us;
  return ms;
}

static gpointer
ask (WgStore *store, WgStoreJob job, gpointer data)
{
  g_autoptr (GError) error = NULL;
  gpointer result = wg_store_run (store, job, data, &error);

  bench_stop_at (error);
  return result;
}

/* As after a restart of the tablet: the file comes from the disk. */
static void
forget_file (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);
  int fd = open (path, O_RDONLY | O_CLOEXEC);

  if (fd < 0)
    return;
  fsync (fd);
  posix_fadvise (fd, 0, 0, POSIX_FADV_DONTNEED);
  close (fd);
}

static double
derive_key (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, "wangge.key", NULL);
  g_autoptr (GError) error = NULL;
  guint8 key[WG_DB_KEY];
  gint64 at_us = g_get_monotonic_time ();

  wg_key_file_unlock (path, BENCH_SECRET, key, &error);
  bench_stop_at (error);
  return since_ms (&at_us);
}

/* Prints ms: key derivation alone, unlock with it, reference tables, today, counts, dots, the rest
 * of home; then how many rows of today and how many dots there were. */
static void
open_home (const char *folder)
{
  g_autoptr (GError) error = NULL;
  double derive_ms = derive_key (folder), unlock_ms, reference_ms, today_ms, counts_ms, dots_ms;
  gint64 at_us = g_get_monotonic_time (), dots_since_ms = 0;
  WgEventCounts counts;
  g_autoptr (WgStore) store =
                wg_store_unlock (folder, wg_store_system_ports (), BENCH_SECRET, &error);

  bench_stop_at (error);
  unlock_ms = since_ms (&at_us);
  g_autoptr (GPtrArray) grids = wg_store_dup_grids (store);
  g_autoptr (GPtrArray) orgs = wg_store_dup_orgs (store);
  g_autoptr (WgStandard) standard = wg_store_dup_standard (store);
  g_assert (grids->len == 170 && orgs->len > 0 && standard != NULL);
  reference_ms = since_ms (&at_us);
  g_autoptr (GPtrArray) today = ask (store, today_job, NULL);
  today_ms = since_ms (&at_us);
  ask (store, counts_job, &counts);
  counts_ms = since_ms (&at_us);
  g_autoptr (GPtrArray) dots = ask (store, dots_job, &dots_since_ms);
  dots_ms = since_ms (&at_us);
  g_autoptr (GPtrArray) drafts = ask (store, drafts_job, NULL);
  g_auto (GStrv) classes = ask (store, classes_job, NULL);
  g_autoptr (GPtrArray) queue = ask (store, queue_job, NULL);
  g_assert (drafts && classes && queue);
  g_print ("%.2f %.2f %.2f %.2f %.2f %.2f %.2f %u %u\n", derive_ms, unlock_ms, reference_ms,
           today_ms, counts_ms, dots_ms, since_ms (&at_us), today->len, dots->len);
  wg_store_close (store);
}

int
main (int argc, char **argv)
{
  if (argc == 3 && strcmp (argv[1], "make") == 0)
    {
      BenchTablet tablet = bench_tablet_make (argv[2]);
      wg_store_close (tablet.store);
      return 0;
    }
  if (argc == 3 && strcmp (argv[1], "warm") == 0)
    {
      open_home (argv[2]);
      return 0;
    }
  if (argc == 3 && strcmp (argv[1], "cold") == 0)
    {
      forget_file (argv[2], "store.db");
      forget_file (argv[2], "store.db-wal");
      open_home (argv[2]);
      return 0;
    }
  g_printerr ("usage: bench-home make|warm|cold FOLDER\n");
  return 2;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the tap to the answer that stands for the commit, through the store's thread as the screens
 * use it. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "bench/bench-fill.h"
#include "core/wg-id.h"
#include "store/wg-attachment-store.h"
#include "store/wg-draft.h"
#include "store/wg-event-store.h"

#define HOLD_MS 120000

/* One save, and how it ended. */
typedef struct
{
  WgEvent *event;
  gint64 hold_ms;
  char *draft_id;
  gint64 done_us;
} Save;

static gpointer
save_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  const Save *save = data;

  return wg_event_store_create (context, save->event, save->hold_ms, save->draft_id, error);
}

static void
on_saved_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Save *save = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *id = wg_store_run_finish (WG_STORE (source), result, &error);

  bench_stop_at (error);
  g_assert (id != NULL);
  save->done_us = g_get_monotonic_time ();
}

static const WgEventClass *
find_class (const WgStandard *standard, WgEventLevel level)
{
  gsize n;
  const WgEventClass *const *rows = wg_standard_get_rows (standard, &n);

  for (gsize i = 0; i < n; i++)
    if (rows[i]->parent && rows[i]->default_level == level && rows[i]->active_to == 0)
      return rows[i];
  g_error ("the standard has no class of level %d", level);
}

static WgEvent *
make_event (const BenchTablet *tablet, WgEventLevel level, guint n)
{
  const WgEventClass *row = find_class (tablet->standard, level);
  WgPoint center = wg_polygon_center (tablet->grid->boundary);
  WgEvent *event = wg_event_new ();

  event->level = event->level_reported = level;
  event->class_std = g_strdup (wg_standard_get_version (tablet->standard));
  event->class_code = g_strdup (row->code);
  event->occurred_ms = wg_ports_wall_ms (wg_store_system_ports ());
  event->lon = event->raw_lon = center.lon + (n % 100) * 1e-5;
  event->lat = event->raw_lat = center.lat + (n / 100 % 100) * 1e-5;
  event->fix_source = WG_FIX_SATELLITE;
  event->fix_accuracy_m = 8;
  event->fix_ms = event->occurred_ms - 1500;
  event->origin = g_strdup ("01");
  event->grid_code = g_strdup (tablet->grid->code);
  event->org_code = g_strdup (tablet->grid->org_code);
  if (level == WG_EVENT_LEVEL_DAILY)
    {
      event->self_handled = TRUE;
      return event;
    }
  event->description =
      g_strdup ("示例路东侧人行道井盖破损，夜间有跌落危险，已放警示牌，请派人更换");
  event->address = g_strdup ("示例路 1 号");
  return event;
}

/* A picture's worth of bytes, once; every general event names it. */
static gpointer
photo_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  g_autofree guint8 *bytes = g_malloc0 (200000);
  g_autoptr (GBytes) jpeg = NULL;

  bytes[0] = 0xff;
  bytes[1] = 0xd8;
  bytes[2] = 0xff;
  jpeg = g_bytes_new_take (g_steal_pointer (&bytes), 200000);
  return wg_attachment_store_add (context, jpeg, wg_ports_wall_ms (context->ports), error);
}

static gpointer
draft_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  const Save *save = data;
  g_autofree char *body = wg_draft_write_body (save->event);
  g_autoptr (WgDraft) draft = wg_draft_new ();

  draft->id = g_strdup (save->draft_id);
  draft->form = g_strdup ("event-general");
  draft->body = g_steal_pointer (&body);
  return GINT_TO_POINTER (wg_draft_save (context, draft, error));
}

/* The form of a general event stands as a draft until the tap; a daily one has no form. */
static void
prepare (const BenchTablet *tablet, Save *save, const char *photo)
{
  g_autoptr (GError) error = NULL;
  const char *photos[] = { photo, NULL };

  if (save->event->level == WG_EVENT_LEVEL_DAILY)
    {
      save->hold_ms = HOLD_MS;
      return;
    }
  save->event->photos = g_strdupv ((char **) photos);
  save->draft_id = wg_id_new (wg_store_system_ports ());
  wg_store_run (tablet->store, draft_job, save, &error);
  bench_stop_at (error);
}

/* µs of all threads. */
static double
get_cpu_us (void)
{
  struct timespec now;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double) now.tv_sec * 1e6 + (double) now.tv_nsec / 1e3;
}

/* Prints µs from the tap to the answer, and µs of processor time. */
static void
tap (const BenchTablet *tablet, WgEventLevel level, guint n, const char *photo)
{
  Save save = { .event = make_event (tablet, level, n) };
  gint64 began_us;
  double cpu_us;

  prepare (tablet, &save, photo);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  cpu_us = get_cpu_us ();
  began_us = g_get_monotonic_time ();
  wg_store_run_async (tablet->store, save_job, &save, NULL, g_free, NULL, on_saved_cb, &save);
  while (save.done_us == 0)
    g_main_context_iteration (NULL, TRUE);
  cpu_us = get_cpu_us () - cpu_us;
  g_print ("%" G_GINT64_FORMAT " %.0f\n", save.done_us - began_us, cpu_us);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  wg_event_free (save.event);
  g_free (save.draft_id);
}

static gpointer
key_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  GString *hex = g_string_new (NULL);

  for (gsize i = 0; i < WG_DB_KEY; i++)
    g_string_append_printf (hex, "%02x", context->key[i]);
  return g_string_free (hex, FALSE);
}

/* One line asks "daily" or "general", one line answers; "key" tells the key, so that the
 * bare engine can copy the file. */
int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *photo = NULL, *key = NULL;
  BenchTablet tablet;
  char line[64];
  guint n = 0;

  if (argc != 2)
    {
      g_printerr ("usage: bench-tap NEW-FOLDER\n");
      return 2;
    }
  tablet = bench_tablet_make (argv[1]);
  photo = wg_store_run (tablet.store, photo_job, NULL, &error);
  bench_stop_at (error);
  key = wg_store_run (tablet.store, key_job, NULL, &error);
  while (fgets (line, sizeof line, stdin))
    {
      if (line[0] == 'k')
        g_print ("%s\n", key);
      else
        tap (&tablet, line[0] == 'd' ? WG_EVENT_LEVEL_DAILY : WG_EVENT_LEVEL_GENERAL, n++, photo);
      fflush (stdout);
    }
  wg_store_close (tablet.store);
  return 0;
}

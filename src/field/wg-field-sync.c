/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command sync: one round, or rounds until all is there. */
#include "field/wg-field-program.h"

typedef struct
{
  WgFieldProgram *program;
  WgSync *sync;
  GMainLoop *loop;
} Waiting;

static gpointer
count_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_event_store_count (context, data, error) ? GINT_TO_POINTER (1) : NULL;
}

static gboolean
is_hopeless (WgSyncState state)
{
  return state == WG_SYNC_REVOKED || state == WG_SYNC_WIPED || state == WG_SYNC_FORKED ||
         state == WG_SYNC_TOO_OLD;
}

static void
on_sync_changed_cb (WgSync *sync, Waiting *waiting)
{
  g_autoptr (WgSyncStatus) status = wg_sync_dup_status (sync);

  if (is_hopeless (status->state) ||
      (status->state == WG_SYNC_IDLE && status->all_synced && status->n_photos_left == 0))
    g_main_loop_quit (waiting->loop);
}

static gboolean
on_time_over_cb (gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_REMOVE;
}

static void
wait_for_all (WgFieldProgram *program, WgSync *sync)
{
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  Waiting waiting = { program, sync, loop };
  gulong handler = g_signal_connect (sync, "changed", G_CALLBACK (on_sync_changed_cb), &waiting);
  guint timer = g_timeout_add_seconds (program->wait_s, on_time_over_cb, loop);

  wg_sync_start (sync);
  g_main_loop_run (loop);
  wg_sync_stop (sync);
  g_signal_handler_disconnect (sync, handler);
  if (g_main_context_find_source_by_id (NULL, timer) != NULL)
    g_source_remove (timer);
}

static WgExit
exit_of (const WgSyncStatus *status, const WgEventCounts *counts)
{
  switch (status->state)
    {
    case WG_SYNC_OFFLINE:
    case WG_SYNC_FOREIGN:
      return WG_EXIT_OFFLINE;
    case WG_SYNC_REVOKED:
    case WG_SYNC_WIPED:
    case WG_SYNC_FORKED:
    case WG_SYNC_TOO_OLD:
      return WG_EXIT_ATTENTION;
    case WG_SYNC_IDLE:
      return counts->n_refused > 0 || counts->n_conflicts > 0 ? WG_EXIT_ATTENTION : WG_EXIT_OK;
    default:
      return WG_EXIT_FAILED;
    }
}

/**
 * wg_field_sync:
 * @program: the run, its store open
 * @error: return location for an error
 *
 * Runs a round and prints how it ended; with --wait, rounds until everything is at the platform.
 *
 * Thread: main.
 * Errors: %WG_STORE_ERROR; faults of the line are told in the output and by the exit code.
 *
 * Returns: the exit code
 */
WgExit
wg_field_sync (WgFieldProgram *program, GError **error)
{
  g_autoptr (WgSync) sync = wg_sync_new (program->store);
  g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();
  g_autoptr (WgSyncStatus) status = NULL;
  g_autoptr (GError) fault = NULL;
  WgEventCounts counts = { 0 };

  if (program->wait)
    wait_for_all (program, sync);
  else if (!wg_sync_run_round (sync, NULL, &fault) && fault->domain == WG_STORE_ERROR)
    {
      g_propagate_error (error, g_steal_pointer (&fault));
      return WG_EXIT_FAILED;
    }
  if (wg_store_run (program->store, count_job, &counts, error) == NULL)
    return WG_EXIT_FAILED;
  status = wg_sync_dup_status (sync);
  wg_json_writer_begin_object (writer, NULL);
  wg_json_writer_string (writer, "state", wg_sync_state_to_string (status->state));
  wg_json_writer_string (writer, "message", status->message);
  wg_json_writer_flag (writer, "all_synced", status->all_synced);
  wg_json_writer_int (writer, "waiting", counts.n_waiting);
  wg_json_writer_int (writer, "refused", counts.n_refused);
  wg_json_writer_int (writer, "conflicts", counts.n_conflicts);
  wg_json_writer_int (writer, "returned", counts.n_returned);
  wg_json_writer_int (writer, "photos_waiting", counts.n_photos);
  wg_json_writer_end (writer);
  wg_field_print (program, writer);
  return exit_of (status, &counts);
}

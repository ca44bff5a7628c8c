/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands that read: list, show, queue, status, check. */
#include "field/wg-field-program.h"

#include "store/wg-health.h"
#include "store/wg-inbox.h"
#include "store/wg-outbox.h"
#include "wg-config.h"
#include "wire/wg-wire-event.h"

static const struct
{
  const char *name;
  WgEventList list;
} LISTS[] = {
  { "today", WG_EVENT_LIST_TODAY },
  { "open", WG_EVENT_LIST_OPEN },
  { "all", WG_EVENT_LIST_ALL },
  { "returned", WG_EVENT_LIST_RETURNED },
};

static void
write_refusal (WgJsonWriter *writer,
               const char *op_id,
               const char *code,
               const char *field,
               const char *detail)
{
  wg_json_writer_begin_object (writer, "refusal");
  wg_json_writer_string (writer, "op", op_id);
  wg_json_writer_string (writer, "code", code);
  wg_json_writer_string (writer, "field", field);
  wg_json_writer_string (writer, "detail", detail);
  wg_json_writer_end (writer);
}

static void
write_steps (WgJsonWriter *writer, GPtrArray *steps)
{
  wg_json_writer_begin_array (writer, "steps");
  for (guint i = 0; steps != NULL && i < steps->len; i++)
    {
      const WgEventStep *step = g_ptr_array_index (steps, i);

      wg_json_writer_begin_object (writer, NULL);
      wg_json_writer_int (writer, "seq", step->seq);
      wg_json_writer_string (writer, "action", wg_action_to_string (step->action));
      wg_json_writer_string (writer, "actor", step->actor);
      wg_json_writer_string (writer, "actor_name", step->actor_name);
      wg_json_writer_int (writer, "at_ms", step->at_ms);
      wg_json_writer_int (writer, "from_state", step->from_state);
      wg_json_writer_int (writer, "to_state", step->to_state);
      wg_json_writer_string (writer, "opinion", step->opinion);
      wg_json_writer_string (writer, "old_value", step->old_value);
      wg_json_writer_string (writer, "new_value", step->new_value);
      wg_json_writer_end (writer);
    }
  wg_json_writer_end (writer);
}

static void
write_view (WgJsonWriter *writer, const WgEventView *view, gboolean whole)
{
  const WgEvent *event = view->event;
  g_autofree char *content = NULL;

  wg_json_writer_begin_object (writer, NULL);
  wg_json_writer_string (writer, "id", event->id);
  wg_json_writer_int (writer, "level", event->level);
  wg_json_writer_int (writer, "state", event->state);
  wg_json_writer_string (writer, "truth", wg_field_truth (view->truth));
  wg_json_writer_string (writer, "class", event->class_code);
  wg_json_writer_string (writer, "class_name", view->class_name);
  wg_json_writer_string (writer, "title", event->title);
  wg_json_writer_string (writer, "event_no", event->event_no);
  wg_json_writer_int (writer, "occurred_ms", event->occurred_ms);
  wg_json_writer_flag (writer, "mine", view->mine);
  wg_json_writer_int (writer, "waiting", view->n_waiting);
  wg_json_writer_int (writer, "photos_waiting", view->n_photos_waiting);
  if (view->hold_until_ms > 0)
    wg_json_writer_int (writer, "hold_until_ms", view->hold_until_ms);
  if (view->refusal_op != NULL)
    write_refusal (writer, view->refusal_op,
                   view->refusal >= 0 ? wg_refusal_to_string (view->refusal) : NULL,
                   view->refusal_field, view->refusal_detail);
  if (whole)
    {
      content = wg_wire_event_to_json (event);
      wg_json_writer_raw (writer, "event", content);
      write_steps (writer, view->steps);
    }
  wg_json_writer_end (writer);
}

typedef struct
{
  WgEventList list;
  int limit;
} Question;

static gpointer
list_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  const Question *question = data;

  return wg_event_store_list (context, question->list, 0, question->limit, error);
}

/**
 * wg_field_list:
 * @program: the run, its store open
 * @error: return location for an error
 *
 * Prints events, newest first.
 *
 * Thread: main.
 * Errors: %WG_STORE_ERROR; usage.
 *
 * Returns: the exit code
 */
WgExit
wg_field_list (WgFieldProgram *program, GError **error)
{
  const char *which = program->which != NULL ? program->which : "today";
  g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();
  g_autoptr (GPtrArray) items = NULL;
  Question question = { .limit = program->limit };
  gsize i = 0;

  while (i < G_N_ELEMENTS (LISTS) && !g_str_equal (LISTS[i].name, which))
    i++;
  if (i == G_N_ELEMENTS (LISTS))
    {
      g_set_error (error, WG_FIELD_ERROR_USAGE, 0, "--which is today, open, all or returned");
      return WG_EXIT_USAGE;
    }
  question.list = LISTS[i].list;
  items = wg_store_run (program->store, list_job, &question, error);
  if (items == NULL)
    return WG_EXIT_FAILED;
  wg_json_writer_begin_array (writer, NULL);
  for (guint k = 0; k < items->len; k++)
    write_view (writer, wg_event_item_get_view (g_ptr_array_index (items, k)), FALSE);
  wg_json_writer_end (writer);
  wg_field_print (program, writer);
  return WG_EXIT_OK;
}

static gpointer
show_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_event_store_get (context, data, error);
}

/**
 * wg_field_show:
 * @program: the run, its store open
 * @error: return location for an error
 *
 * Prints one event with all its fields and steps.
 *
 * Thread: main.
 * Errors: %WG_STORE_ERROR_NOT_FOUND.
 *
 * Returns: the exit code
 */
WgExit
wg_field_show (WgFieldProgram *program, GError **error)
{
  g_autoptr (WgEventView) view =
                wg_store_run (program->store, show_job, program->arguments[0], error);
  g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();

  if (view == NULL)
    return WG_EXIT_FAILED;
  write_view (writer, view, TRUE);
  wg_field_print (program, writer);
  return WG_EXIT_OK;
}

static gpointer
queue_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_outbox_list (context, *(int *) data, error);
}

static void
write_operation (WgJsonWriter *writer, const WgOutboxRow *row)
{
  wg_json_writer_begin_object (writer, NULL);
  wg_json_writer_string (writer, "op", row->op_id);
  wg_json_writer_int (writer, "seq", row->seq);
  wg_json_writer_string (writer, "kind", wg_operation_kind_to_string (row->kind, row->record_kind));
  if (row->kind == WG_OPERATION_EVENT_STEP)
    wg_json_writer_string (writer, "action", wg_action_to_string (row->action));
  wg_json_writer_string (writer, "event", row->rec);
  wg_json_writer_string (writer, "title", row->title);
  wg_json_writer_int (writer, "level", row->level);
  wg_json_writer_int (writer, "at_ms", row->at_ms);
  wg_json_writer_string (writer, "truth", wg_field_truth (row->truth));
  if (row->hold_until_ms > 0)
    wg_json_writer_int (writer, "hold_until_ms", row->hold_until_ms);
  wg_json_writer_int (writer, "photos_waiting", row->n_photos_waiting);
  if (row->truth == WG_TRUTH_REFUSED || row->truth == WG_TRUTH_CONFLICT)
    write_refusal (writer, row->op_id, row->refusal_code, row->refusal_field, row->refusal_detail);
  wg_json_writer_end (writer);
}

/**
 * wg_field_queue:
 * @program: the run, its store open
 * @error: return location for an error
 *
 * Prints the operations: refused ones, those that wait, those sent in the last 30 days.
 *
 * Thread: main.
 * Errors: %WG_STORE_ERROR.
 *
 * Returns: the exit code
 */
WgExit
wg_field_queue (WgFieldProgram *program, GError **error)
{
  g_autoptr (GPtrArray) items = wg_store_run (program->store, queue_job, &program->limit, error);
  g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();

  if (items == NULL)
    return WG_EXIT_FAILED;
  wg_json_writer_begin_array (writer, NULL);
  for (guint i = 0; i < items->len; i++)
    write_operation (writer, wg_outbox_item_get_row (g_ptr_array_index (items, i)));
  wg_json_writer_end (writer);
  wg_field_print (program, writer);
  return WG_EXIT_OK;
}

/* --- status and check ---------------------------------------------------------------------- */

static void
write_health (WgJsonWriter *writer, const WgHealth *health, gboolean checked)
{
  wg_json_writer_begin_object (writer, "health");
  wg_json_writer_int (writer, "free_bytes", health->free_bytes);
  wg_json_writer_int (writer, "store_bytes", health->store_bytes);
  wg_json_writer_int (writer, "blob_bytes", health->blob_bytes);
  wg_json_writer_flag (writer, "reserve_whole", health->reserve_whole);
  if (health->clock_known)
    wg_json_writer_int (writer, "clock_skew_ms", health->clock_skew_ms);
  wg_json_writer_int (writer, "oldest_waiting_ms", health->oldest_waiting_ms);
  if (checked)
    {
      wg_json_writer_flag (writer, "integrity_ok", health->integrity_ok);
      wg_json_writer_string (writer, "integrity_detail", health->integrity_detail);
    }
  wg_json_writer_end (writer);
}

static gboolean
write_meta_number (WgStoreContext *context, WgJsonWriter *writer, const char *name, GError **error)
{
  g_autoptr (GError) failure = NULL;
  g_autofree char *value = wg_store_get_meta (context, name, &failure);

  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return FALSE;
    }
  if (value != NULL)
    wg_json_writer_int (writer, name, g_ascii_strtoll (value, NULL, 10));
  return TRUE;
}

static gpointer
status_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();
  g_autofree char *epoch = wg_outbox_get_epoch (context, error);
  g_autofree char *revoked = NULL;
  g_autoptr (WgHealth) health = NULL;
  WgEventCounts counts;

  if (epoch == NULL || !wg_event_store_count (context, &counts, error))
    return NULL;
  health = wg_health_get (context, error);
  if (health == NULL)
    return NULL;
  wg_json_writer_begin_object (writer, NULL);
  wg_json_writer_string (writer, "version", WG_VERSION);
  wg_json_writer_raw (writer, "worker", context->identity->worker_json);
  wg_json_writer_string (writer, "platform", context->identity->server_url);
  wg_json_writer_string (writer, "device", context->identity->device_id);
  wg_json_writer_string (writer, "replica", context->identity->replica);
  wg_json_writer_string (writer, "epoch", epoch);
  if (context->standard != NULL)
    wg_json_writer_string (writer, "standard", wg_standard_get_version (context->standard));
  wg_json_writer_int (writer, "today", counts.n_today);
  wg_json_writer_int (writer, "returned", counts.n_returned);
  wg_json_writer_int (writer, "waiting", counts.n_waiting);
  wg_json_writer_int (writer, "refused", counts.n_refused);
  wg_json_writer_int (writer, "conflicts", counts.n_conflicts);
  wg_json_writer_int (writer, "photos_waiting", counts.n_photos);
  revoked = wg_store_get_meta (context, "revoked", NULL);
  wg_json_writer_string (writer, "revoked", revoked);
  if (!write_meta_number (context, writer, "last_sync_ms", error) ||
      !write_meta_number (context, writer, "lease_until_ms", error) ||
      !write_meta_number (context, writer, "moved_ms", error))
    return NULL;
  write_health (writer, health, FALSE);
  wg_json_writer_end (writer);
  return g_steal_pointer (&writer);
}

/**
 * wg_field_status:
 * @program: the run, its store open
 * @error: return location for an error
 *
 * Prints who this is, what waits, and how the device does.
 *
 * Thread: main.
 * Errors: %WG_STORE_ERROR.
 *
 * Returns: the exit code
 */
WgExit
wg_field_status (WgFieldProgram *program, GError **error)
{
  g_autoptr (WgJsonWriter) writer = wg_store_run (program->store, status_job, NULL, error);

  if (writer == NULL)
    return WG_EXIT_FAILED;
  wg_field_print (program, writer);
  return WG_EXIT_OK;
}

typedef struct
{
  WgJsonWriter *writer;
  gboolean well;
} Checked;

static gpointer
check_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  Checked *checked = data;
  g_autoptr (WgHealth) health = wg_health_check (context, error);
  g_autoptr (GPtrArray) found = health != NULL ? wg_inbox_check (context, error) : NULL;

  if (found == NULL)
    return NULL;
  checked->well = health->integrity_ok && found->len == 0;
  wg_json_writer_begin_object (checked->writer, NULL);
  wg_json_writer_flag (checked->writer, "well", checked->well);
  wg_json_writer_begin_array (checked->writer, "found");
  for (guint i = 0; i < found->len; i++)
    wg_json_writer_string (checked->writer, NULL, g_ptr_array_index (found, i));
  wg_json_writer_end (checked->writer);
  write_health (checked->writer, health, TRUE);
  wg_json_writer_end (checked->writer);
  return checked->writer;
}

/**
 * wg_field_check:
 * @program: the run, its store open
 * @error: return location for an error
 *
 * Checks the file and the invariants of its content.
 *
 * Thread: main.
 * Errors: %WG_STORE_ERROR.
 * Source: ux.md T02
 *
 * Returns: the exit code; %WG_EXIT_DAMAGED when something was found
 */
WgExit
wg_field_check (WgFieldProgram *program, GError **error)
{
  g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();
  Checked checked = { .writer = writer };

  if (wg_store_run (program->store, check_job, &checked, error) == NULL)
    return WG_EXIT_FAILED;
  wg_field_print (program, writer);
  return checked.well ? WG_EXIT_OK : WG_EXIT_DAMAGED;
}

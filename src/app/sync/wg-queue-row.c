/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One operation in the queue: what it is, how far it got, and what can be done about it. */
#include "app/sync/wg-queue-row.h"

#include <glib/gi18n.h>

#include "app/field/wg-event-words.h"
#include "app/wg-time.h"
#include "app/wg-toast.h"

struct _WgQueueRow
{
  GtkBox parent_instance;

  GtkImage *icon;
  GtkLabel *title, *state, *reason;
  GtkButton *mend, *compare, *send, *dismiss, *open;
  WgServices *services; /* owned */
  WgOutboxItem *item;   /* owned */
};

G_DEFINE_FINAL_TYPE (WgQueueRow, wg_queue_row, GTK_TYPE_BOX)

/* --- what the buttons do ---------------------------------------------------------------------- */

static gpointer
release_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_event_store_release_one (context, data, error) ? GINT_TO_POINTER (1) : NULL;
}

static void
on_job_done_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (WgQueueRow) self = data;

  wg_toast_finish (GTK_WIDGET (self), self->services, source, result);
}

static void
run_job (WgQueueRow *self, WgStoreJob job, const char *argument)
{
  wg_store_run_async (wg_services_get_store (self->services), job, g_strdup (argument), g_free,
                      NULL, NULL, on_job_done_cb, g_object_ref (self));
}

/* Numbers are dense: what goes now takes with it whatever was numbered before it. */
static void
on_send_clicked_cb (WgQueueRow *self)
{
  const WgOutboxRow *row = wg_outbox_item_get_row (self->item);

  if (row->truth == WG_TRUTH_HELD)
    run_job (self, release_job, row->rec);
  else
    wg_services_sync_soon (self->services);
}

static void
on_dismiss_clicked_cb (WgQueueRow *self)
{
  run_job (self, wg_outbox_dismiss_job, wg_outbox_item_get_row (self->item)->op_id);
}

static void
on_mend_clicked_cb (WgQueueRow *self)
{
  const WgOutboxRow *row = wg_outbox_item_get_row (self->item);

  gtk_widget_activate_action (GTK_WIDGET (self),
                              row->record_kind != NULL ? "win.edit-record" : "win.mend-event", "s",
                              row->rec);
}

/* A conflict has the id of the operation that met another value. */
static void
on_compare_clicked_cb (WgQueueRow *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.show-conflict", "s",
                              wg_outbox_item_get_row (self->item)->op_id);
}

static void
on_open_clicked_cb (WgQueueRow *self)
{
  const WgOutboxRow *row = wg_outbox_item_get_row (self->item);
  const char *action = row->kind == WG_OPERATION_CONFLICT_RESOLVE ? "win.show-conflict"
                       : row->record_kind != NULL                 ? "win.show-record"
                                                                  : "win.show-event";

  gtk_widget_activate_action (GTK_WIDGET (self), action, "s", row->rec);
}

/* --- what the row says ------------------------------------------------------------------------ */

static char *
describe_title (const WgOutboxRow *row)
{
  const char *record = row->record_kind != NULL ? _ (row->record_kind->title) : _ ("Event");
  const char *what;

  switch (row->kind)
    {
    case WG_OPERATION_SCOPE_DROPPED:
      return g_strdup (_ ("A former grid was erased from this tablet"));
    case WG_OPERATION_EVENT_STEP:
      what = _ (wg_action_to_title (row->action));
      break;
    case WG_OPERATION_EVENT_PATCH:
    case WG_OPERATION_RECORD_PATCH:
      what = _ ("Correction");
      break;
    case WG_OPERATION_RECORD_CREATE:
      what = C_ ("operation", "New");
      break;
    case WG_OPERATION_RECORD_VOID:
      what = C_ ("operation", "Closed");
      break;
    case WG_OPERATION_RECORD_CONFIRM:
      what = C_ ("record", "No Change");
      break;
    case WG_OPERATION_RECORD_REVEAL:
      what = _ ("Masked value read");
      break;
    case WG_OPERATION_CONFLICT_RESOLVE:
      what = _ ("Choice between two values");
      break;
    case WG_OPERATION_EVENT_CREATE:
    case WG_N_OPERATION:
    default:
      what = _ (wg_event_level_to_string (row->level));
      break;
    }
  return g_strdup_printf ("%s · %s", what, row->title != NULL ? row->title : record);
}

static char *
describe_state (WgQueueRow *self, const WgOutboxRow *row)
{
  g_autofree char *when = wg_time_format (row->at_ms, wg_services_now_ms (self->services));
  GString *text = g_string_new (_(wg_truth_to_string (row->truth)));

  g_string_append_printf (text, " · %s", when);
  if (row->truth == WG_TRUTH_HELD)
    {
      g_autofree char *until = wg_time_format_clock (row->hold_until_ms);

      g_string_append_c (text, '\n');
      g_string_append_printf (text, _("Can be undone until %s"), until);
    }
  if (row->n_photos_waiting > 0)
    g_string_append_printf (
        text, ngettext (" · %u photo waiting", " · %u photos waiting", row->n_photos_waiting),
        row->n_photos_waiting);
  return g_string_free_and_steal (text);
}

static void
show_item (WgQueueRow *self)
{
  const WgOutboxRow *row = wg_outbox_item_get_row (self->item);
  gboolean refused = row->truth == WG_TRUTH_REFUSED;
  gboolean conflict = row->truth == WG_TRUTH_CONFLICT;
  gboolean waits = row->truth == WG_TRUTH_HELD || row->truth == WG_TRUTH_SAVED;
  g_autofree char *title = describe_title (row);
  g_autofree char *state = describe_state (self, row);
  g_autofree char *reason = NULL;

  gtk_image_set_from_icon_name (self->icon, wg_truth_to_icon (row->truth));
  gtk_label_set_text (self->title, title);
  gtk_label_set_text (self->state, state);
  if (refused)
    reason = wg_event_describe_refusal (row->refusal, row->refusal_code, row->refusal_field,
                                        row->refusal_detail);
  else if (conflict)
    reason = g_strdup (_ ("Somebody else changed the same; it must be compared"));
  gtk_label_set_text (self->reason, reason != NULL ? reason : "");
  gtk_widget_set_visible (GTK_WIDGET (self->reason), reason != NULL);
  gtk_widget_set_css_classes (GTK_WIDGET (self->reason),
                              (const char *[]) { wg_truth_to_style (row->truth), NULL });
  gtk_widget_set_visible (GTK_WIDGET (self->compare), conflict);
  gtk_widget_set_visible (GTK_WIDGET (self->mend), refused && row->has_record);
  gtk_widget_set_visible (GTK_WIDGET (self->dismiss), refused);
  gtk_widget_set_visible (GTK_WIDGET (self->send), waits);
  gtk_widget_set_visible (GTK_WIDGET (self->open), !refused && !conflict && row->has_record);
}

/**
 * wg_queue_row_set_item:
 * @self: the row
 * @item: (nullable): the operation
 *
 * Shows one operation of the queue, and follows it.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_queue_row_set_item (WgQueueRow *self, WgOutboxItem *item)
{
  wg_item_follow (&self->item, item, G_CALLBACK (show_item), self);
}

/* --- object ----------------------------------------------------------------------------------- */

static void
wg_queue_row_dispose (GObject *object)
{
  WgQueueRow *self = WG_QUEUE_ROW (object);

  wg_queue_row_set_item (self, NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), WG_TYPE_QUEUE_ROW);
  g_clear_object (&self->services);
  G_OBJECT_CLASS (wg_queue_row_parent_class)->dispose (object);
}

static void
wg_queue_row_class_init (WgQueueRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = wg_queue_row_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/wangge/Wangge/ui/wg-queue-row.ui");
  gtk_widget_class_bind_template_child (widget_class, WgQueueRow, icon);
  gtk_widget_class_bind_template_child (widget_class, WgQueueRow, title);
  gtk_widget_class_bind_template_child (widget_class, WgQueueRow, state);
  gtk_widget_class_bind_template_child (widget_class, WgQueueRow, reason);
  gtk_widget_class_bind_template_child (widget_class, WgQueueRow, mend);
  gtk_widget_class_bind_template_child (widget_class, WgQueueRow, compare);
  gtk_widget_class_bind_template_child (widget_class, WgQueueRow, send);
  gtk_widget_class_bind_template_child (widget_class, WgQueueRow, dismiss);
  gtk_widget_class_bind_template_child (widget_class, WgQueueRow, open);
  gtk_widget_class_bind_template_callback (widget_class, on_mend_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_compare_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_send_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_dismiss_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_open_clicked_cb);
}

static void
wg_queue_row_init (WgQueueRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * wg_queue_row_new:
 * @services: what the screens work with
 *
 * Makes an empty row of the queue.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: (transfer floating): the row
 */
GtkWidget *
wg_queue_row_new (WgServices *services)
{
  WgQueueRow *self = g_object_new (WG_TYPE_QUEUE_ROW, NULL);

  self->services = g_object_ref (services);
  return GTK_WIDGET (self);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The queue (队列): waiting, sending, refused with reason, sent in the last thirty days. */
#include "app/sync/wg-queue-page.h"

#include <glib/gi18n.h>

#include "app/records/wg-conflict-button.h"
#include "app/records/wg-record-jobs.h"
#include "app/sync/wg-bundle-menu.h"
#include "app/sync/wg-queue-row.h"
#include "app/wg-time.h"
#include "app/wg-toast.h"
#include "app/widgets/wg-children.h"
#include "store/wg-outbox.h"
#include "store/wg-query-model.h"

/* That this tablet goes on under another name is said for a week. */
#define MOVED_SHOWN_MS (7 * G_GINT64_CONSTANT (86400000))
#define ROWS 300
#define MOST_CONFLICTS 5

struct _WgQueuePage
{
  AdwBin parent_instance;

  GtkLabel *summary, *detail;
  GtkButton *send_all;
  GtkBox *conflicts;
  WgBundleMenu *bundle;
  GtkStack *stack;
  GtkListView *list;
  WgServices *services;         /* owned */
  WgQueryModel *model;          /* owned */
  WgQueryModel *conflict_model; /* owned */
};

G_DEFINE_FINAL_TYPE (WgQueuePage, wg_queue_page, ADW_TYPE_BIN)

static gpointer
list_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_outbox_list (context, ROWS, error);
}

static gboolean
rows_equal (gconstpointer a, gconstpointer b)
{
  const WgOutboxRow *x = wg_outbox_item_get_row (WG_OUTBOX_ITEM ((gpointer) a));
  const WgOutboxRow *y = wg_outbox_item_get_row (WG_OUTBOX_ITEM ((gpointer) b));

  return g_str_equal (x->op_id, y->op_id) && x->truth == y->truth && x->seq == y->seq &&
         x->n_photos_waiting == y->n_photos_waiting && g_strcmp0 (x->title, y->title) == 0;
}

/* --- the words above the list ----------------------------------------------------------------- */

static char *
summarize (const WgSyncStatus *status, const WgEventCounts *counts)
{
  if (counts->n_refused > 0)
    return g_strdup_printf (
        ngettext ("%u refused: needs you", "%u refused: need you", counts->n_refused),
        counts->n_refused);
  if (counts->n_conflicts > 0)
    return g_strdup_printf (ngettext ("%u conflict: compare and choose",
                                      "%u conflicts: compare and choose", counts->n_conflicts),
                            counts->n_conflicts);
  if (counts->n_waiting > 0)
    return g_strdup_printf (
        ngettext ("%u waits to be sent", "%u wait to be sent", counts->n_waiting),
        counts->n_waiting);
  if (counts->n_photos > 0)
    return g_strdup_printf (
        ngettext ("%u photo still to come", "%u photos still to come", counts->n_photos),
        counts->n_photos);
  return g_strdup (status->all_synced ? _("All synced") : _("Nothing waits"));
}

static char *
explain (WgQueuePage *self, const WgSyncStatus *status)
{
  gint64 now_ms = wg_services_now_ms (self->services);
  GString *text = g_string_new (NULL);

  switch (status->state)
    {
    case WG_SYNC_WORKING:
      g_string_append (text, _("Sending now."));
      break;
    case WG_SYNC_OFFLINE:
      g_string_append (text, _("No way to the platform. It is tried again by itself."));
      break;
    case WG_SYNC_WAITING:
      {
        g_autofree char *when = wg_time_format_clock (status->next_try_ms);

        g_string_append_printf (text, _("The next try is at %s."), when);
        break;
      }
    case WG_SYNC_FOREIGN:
      g_string_append (text, _("This network answers itself: sign in to it first."));
      break;
    case WG_SYNC_REVOKED:
    case WG_SYNC_WIPED:
    case WG_SYNC_FORKED: /* the same for its user: the queue is kept, the office enrols it again */
      g_string_append (text, _("This device was shut out. What waits is kept: go to the office."));
      break;
    case WG_SYNC_TOO_OLD:
      g_string_append (text, _("Sending still works. Update the program to receive again."));
      break;
    case WG_SYNC_IDLE:
    default:
      break;
    }
  if (status->moved_ms > 0 && now_ms - status->moved_ms < MOVED_SHOWN_MS)
    {
      if (text->len > 0)
        g_string_append_c (text, ' ');
      g_string_append (text, _("The data here was an older copy, or is on another tablet, too. "
                               "It goes on under a new name; nothing is lost or sent twice."));
    }
  if (status->last_success_ms > 0)
    {
      g_autofree char *when = wg_time_format (status->last_success_ms, now_ms);

      if (text->len > 0)
        g_string_append_c (text, ' ');
      g_string_append_printf (text, _("Last complete sync: %s."), when);
    }
  return g_string_free_and_steal (text);
}

static void
update_words (WgQueuePage *self)
{
  WgSync *sync = wg_services_get_sync (self->services);
  g_autoptr (WgSyncStatus) status = sync != NULL ? wg_sync_dup_status (sync) : NULL;
  const WgEventCounts *counts = wg_services_get_counts (self->services);
  g_autofree char *summary = NULL, *detail = NULL;

  if (status == NULL)
    return;
  summary = summarize (status, counts);
  detail = explain (self, status);
  gtk_label_set_text (self->summary, summary);
  gtk_label_set_text (self->detail, detail);
  gtk_widget_set_visible (GTK_WIDGET (self->detail), *detail != '\0');
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->detail), status->message);
  gtk_widget_set_sensitive (GTK_WIDGET (self->send_all), status->state != WG_SYNC_WORKING);
}

static void
on_items_changed_cb (WgQueuePage *self)
{
  gboolean any = g_list_model_get_n_items (G_LIST_MODEL (self->model)) > 0;

  gtk_stack_set_visible_child_name (self->stack, any ? "list" : "empty");
}

/* They stay here until somebody has chosen. */
static void
on_conflicts_changed_cb (WgQueuePage *self)
{
  guint n = MIN (g_list_model_get_n_items (G_LIST_MODEL (self->conflict_model)), MOST_CONFLICTS);

  wg_children_remove_all (GTK_WIDGET (self->conflicts));
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (WgConflictItem) item =
                    g_list_model_get_item (G_LIST_MODEL (self->conflict_model), i);

      gtk_box_append (self->conflicts,
                      wg_conflict_button_new (wg_conflict_item_get_conflict (item),
                                              wg_services_now_ms (self->services)));
    }
  gtk_widget_set_visible (GTK_WIDGET (self->conflicts), n > 0);
}

/* --- send all --------------------------------------------------------------------------------- */

static gpointer
release_all_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_event_store_release (context, G_MAXINT64, error) >= 0 ? GINT_TO_POINTER (1) : NULL;
}

static void
on_released_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (WgQueuePage) self = data;

  wg_toast_finish (GTK_WIDGET (self), self->services, source, result);
}

static void
on_send_all_clicked_cb (WgQueuePage *self)
{
  wg_store_run_async (wg_services_get_store (self->services), release_all_job, NULL, NULL, NULL,
                      NULL, on_released_cb, g_object_ref (self));
}

/* --- rows ------------------------------------------------------------------------------------- */

static void
on_row_set_up_cb (WgQueuePage *self, GtkListItem *item)
{
  gtk_list_item_set_child (item, wg_queue_row_new (self->services));
  gtk_list_item_set_activatable (item, FALSE);
}

static void
on_row_bound_cb (WgQueuePage *self, GtkListItem *item)
{
  WgOutboxItem *row = gtk_list_item_get_item (item);
  const char *title = wg_outbox_item_get_row (row)->title;

  wg_queue_row_set_item (WG_QUEUE_ROW (gtk_list_item_get_child (item)), row);
  gtk_list_item_set_accessible_label (item, title != NULL ? title : _("Event"));
}

static void
on_row_unbound_cb (WgQueuePage *self, GtkListItem *item)
{
  wg_queue_row_set_item (WG_QUEUE_ROW (gtk_list_item_get_child (item)), NULL);
}

/* --- object ----------------------------------------------------------------------------------- */

static void
wg_queue_page_dispose (GObject *object)
{
  WgQueuePage *self = WG_QUEUE_PAGE (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), WG_TYPE_QUEUE_PAGE);
  g_clear_object (&self->model);
  g_clear_object (&self->conflict_model);
  g_clear_object (&self->services);
  G_OBJECT_CLASS (wg_queue_page_parent_class)->dispose (object);
}

static void
wg_queue_page_class_init (WgQueuePageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = wg_queue_page_dispose;
  g_type_ensure (WG_TYPE_BUNDLE_MENU);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/wangge/Wangge/ui/wg-queue-page.ui");
  gtk_widget_class_bind_template_child (widget_class, WgQueuePage, summary);
  gtk_widget_class_bind_template_child (widget_class, WgQueuePage, detail);
  gtk_widget_class_bind_template_child (widget_class, WgQueuePage, send_all);
  gtk_widget_class_bind_template_child (widget_class, WgQueuePage, bundle);
  gtk_widget_class_bind_template_child (widget_class, WgQueuePage, stack);
  gtk_widget_class_bind_template_child (widget_class, WgQueuePage, conflicts);
  gtk_widget_class_bind_template_child (widget_class, WgQueuePage, list);
  gtk_widget_class_bind_template_callback (widget_class, on_send_all_clicked_cb);
}

static void
wg_queue_page_init (WgQueuePage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * wg_queue_page_new:
 * @services: what the screens work with, open
 *
 * Makes the page of all operations that are not settled, and of those settled lately. Nothing on
 * it is called sent before the platform's receipt is in the store.
 *
 * Thread: UI.
 * Errors: none.
 * Source: protocol.md 2.4; ux.md Q1
 *
 * Returns: (transfer floating): the page
 */
WgQueuePage *
wg_queue_page_new (WgServices *services)
{
  static const char *const topics[] = { "outbox", "photos", NULL };
  WgQueuePage *self = g_object_new (WG_TYPE_QUEUE_PAGE, NULL);
  g_autoptr (GtkListItemFactory) factory = gtk_signal_list_item_factory_new ();
  g_autoptr (GtkSelectionModel) selection = NULL;

  self->services = g_object_ref (services);
  wg_bundle_menu_set_services (self->bundle, services);
  self->model = wg_query_model_new (wg_services_get_store (services), topics, list_job, NULL, NULL,
                                    rows_equal);
  g_signal_connect_object (factory, "setup", G_CALLBACK (on_row_set_up_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (factory, "bind", G_CALLBACK (on_row_bound_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (factory, "unbind", G_CALLBACK (on_row_unbound_cb), self,
                           G_CONNECT_SWAPPED);
  selection =
      GTK_SELECTION_MODEL (gtk_no_selection_new (G_LIST_MODEL (g_object_ref (self->model))));
  gtk_list_view_set_factory (self->list, factory);
  gtk_list_view_set_model (self->list, selection);
  g_signal_connect_object (self->model, "items-changed", G_CALLBACK (on_items_changed_cb), self,
                           G_CONNECT_SWAPPED);
  self->conflict_model = wg_conflict_jobs_new_model (wg_services_get_store (services));
  g_signal_connect_object (self->conflict_model, "items-changed",
                           G_CALLBACK (on_conflicts_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (services, "counts-changed", G_CALLBACK (update_words), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (services, "sync-changed", G_CALLBACK (update_words), self,
                           G_CONNECT_SWAPPED);
  update_words (self);
  return self;
}

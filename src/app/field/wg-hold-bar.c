/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was just recorded, while it can still be undone, supplemented or put in another class. */
#include "app/field/wg-hold-bar.h"

#include <glib/gi18n.h>

#include "app/field/wg-class-page.h"
#include "app/field/wg-duplicate-dialog.h"
#include "app/field/wg-event-jobs.h"
#include "app/field/wg-event-maker.h"
#include "app/field/wg-event-words.h"
#include "app/wg-time.h"
#include "app/wg-toast.h"

struct _WgHoldBar
{
  GtkBox parent_instance;

  GtkLabel *what;
  GtkLabel *left;
  GtkWidget *alike_box;
  WgServices *services; /* owned */
  GListModel *model;    /* owned; of WgEventItem, newest first */
  WgEventItem *item;    /* owned; the newest event that is held */
  char *alike_id;       /* owned; the event @alike belongs to */
  GPtrArray *alike;     /* owned */
  guint tick_id;
};

G_DEFINE_FINAL_TYPE (WgHoldBar, wg_hold_bar, GTK_TYPE_BOX)

static void
update_left (WgHoldBar *self)
{
  const WgEventView *view = wg_event_item_get_view (self->item);
  gint64 left_s = (view->hold_until_ms - wg_services_now_ms (self->services) + 999) / 1000;
  g_autofree char *text = NULL;

  left_s = MAX (left_s, 0);
  text = g_strdup_printf (_("Sent in %d:%02d"), (int) (left_s / 60), (int) (left_s % 60));
  gtk_label_set_text (self->left, text);
}

static gboolean
on_tick_cb (gpointer user_data)
{
  WgHoldBar *self = user_data;

  update_left (self);
  return G_SOURCE_CONTINUE;
}

static WgEventItem *
find_held (WgHoldBar *self)
{
  gint64 now_ms = wg_services_now_ms (self->services);
  WgEventItem *newest = NULL;

  for (guint i = 0; i < g_list_model_get_n_items (self->model); i++)
    {
      g_autoptr (WgEventItem) item = g_list_model_get_item (self->model, i);
      const WgEventView *view = wg_event_item_get_view (item);

      if (view->truth != WG_TRUTH_HELD || view->hold_until_ms <= now_ms)
        continue;
      if (newest == NULL ||
          wg_event_item_get_view (newest)->event->occurred_ms < view->event->occurred_ms)
        newest = item;
    }
  return newest;
}

static void
update (WgHoldBar *self)
{
  const WgEventView *view;
  g_autofree char *when = NULL;
  g_autofree char *what = NULL;
  g_autofree char *text = NULL;

  g_set_object (&self->item, find_held (self));
  g_clear_handle_id (&self->tick_id, g_source_remove);
  gtk_widget_set_visible (GTK_WIDGET (self), self->item != NULL);
  if (self->item == NULL)
    return;
  view = wg_event_item_get_view (self->item);
  when = wg_time_format_clock (view->event->occurred_ms);
  what = wg_event_describe_what (view);
  text = g_strdup_printf (_("Just recorded: %s %s"), what, when);
  gtk_label_set_text (self->what, text);
  gtk_widget_set_visible (self->alike_box, self->alike != NULL &&
                                               view->event->duplicate_of == NULL &&
                                               g_strcmp0 (self->alike_id, view->event->id) == 0);
  update_left (self);
  self->tick_id = g_timeout_add_seconds (1, on_tick_cb, self);
}

/* --- the three ways to change it -------------------------------------------------------------- */

static void
on_undone_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (WgHoldBar) self = user_data;
  g_autoptr (GError) error = NULL;

  if (wg_store_run_finish (WG_STORE (source), result, &error) == NULL)
    wg_toast_show_error (GTK_WIDGET (self), error);
  else
    wg_toast_show (GTK_WIDGET (self), _("Taken back; nothing was sent"));
}

static void
on_undo_cb (WgHoldBar *self)
{
  if (self->item != NULL)
    wg_event_jobs_undo (wg_services_get_store (self->services), wg_event_item_get_id (self->item),
                        on_undone_cb, g_object_ref (self));
}

static void
on_supplement_cb (WgHoldBar *self)
{
  if (self->item != NULL)
    gtk_widget_activate_action (GTK_WIDGET (self), "win.mend-event", "s",
                                wg_event_item_get_id (self->item));
}

static void
on_mended_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (WgHoldBar) self = user_data;
  g_autoptr (GError) error = NULL;

  if (wg_store_run_finish (WG_STORE (source), result, &error) == NULL)
    wg_toast_show_error (GTK_WIDGET (self), error);
}

static void
on_class_chosen_cb (const char *code, gpointer user_data)
{
  WgHoldBar *self = user_data;
  g_autoptr (WgEvent) event = NULL;

  if (self->item == NULL)
    return;
  event = wg_event_copy (wg_event_item_get_view (self->item)->event);
  wg_event_maker_set_class (self->services, event, code);
  wg_event_jobs_mend (wg_services_get_store (self->services), event, NULL, NULL, on_mended_cb,
                      g_object_ref (self));
}

static void
on_change_class_cb (WgHoldBar *self)
{
  if (self->item != NULL)
    wg_class_page_present (self->services, wg_event_item_get_view (self->item)->event->level,
                           GTK_WIDGET (self), on_class_chosen_cb, g_object_ref (self),
                           g_object_unref);
}

/* --- lookalikes ------------------------------------------------------------------------------- */

static void
on_same_cb (WgHoldBar *self, const char *other_id)
{
  g_autoptr (WgEvent) event = NULL;

  if (self->item == NULL)
    return;
  event = wg_event_copy (wg_event_item_get_view (self->item)->event);
  g_set_str (&event->duplicate_of, other_id);
  wg_event_jobs_mend (wg_services_get_store (self->services), event, NULL, NULL, on_mended_cb,
                      g_object_ref (self));
}

static void
on_different_cb (WgHoldBar *self)
{
  g_clear_pointer (&self->alike, g_ptr_array_unref);
  update (self);
}

static void
on_show_alike_cb (WgHoldBar *self)
{
  WgDuplicateDialog *dialog;

  if (self->item == NULL || self->alike == NULL)
    return;
  dialog = wg_duplicate_dialog_new (self->services, wg_event_item_get_view (self->item)->event,
                                    self->alike);
  g_signal_connect_object (dialog, "same", G_CALLBACK (on_same_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (dialog, "different", G_CALLBACK (on_different_cb), self,
                           G_CONNECT_SWAPPED);
  adw_dialog_present (ADW_DIALOG (dialog), GTK_WIDGET (self));
}

/* --- object ----------------------------------------------------------------------------------- */

static void
wg_hold_bar_dispose (GObject *object)
{
  WgHoldBar *self = WG_HOLD_BAR (object);

  g_clear_handle_id (&self->tick_id, g_source_remove);
  gtk_widget_dispose_template (GTK_WIDGET (self), WG_TYPE_HOLD_BAR);
  g_clear_object (&self->services);
  g_clear_object (&self->model);
  g_clear_object (&self->item);
  g_clear_pointer (&self->alike_id, g_free);
  g_clear_pointer (&self->alike, g_ptr_array_unref);
  G_OBJECT_CLASS (wg_hold_bar_parent_class)->dispose (object);
}

static void
wg_hold_bar_class_init (WgHoldBarClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = wg_hold_bar_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/wangge/Wangge/ui/wg-hold-bar.ui");
  gtk_widget_class_bind_template_child (widget_class, WgHoldBar, what);
  gtk_widget_class_bind_template_child (widget_class, WgHoldBar, left);
  gtk_widget_class_bind_template_child (widget_class, WgHoldBar, alike_box);
  gtk_widget_class_bind_template_callback (widget_class, on_undo_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_supplement_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_change_class_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_show_alike_cb);
}

static void
wg_hold_bar_init (WgHoldBar *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * wg_hold_bar_set_services:
 * @self: the bar
 * @services: what the screens work with, open
 *
 * Gives the bar what it works with.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_hold_bar_set_services (WgHoldBar *self, WgServices *services)
{
  g_set_object (&self->services, services);
}

/**
 * wg_hold_bar_set_model:
 * @self: the bar, with its services
 * @model: events of today, of #WgEventItem
 *
 * Shows the newest event of the list that is held, whatever made it: after a restart, too.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_hold_bar_set_model (WgHoldBar *self, GListModel *model)
{
  g_assert (self->model == NULL);
  self->model = g_object_ref (model);
  g_signal_connect_object (model, "items-changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}

/**
 * wg_hold_bar_set_alike:
 * @self: the bar
 * @event_id: an event that was just saved
 * @alike: (element-type WgEventItem): what looks like it, may be empty
 *
 * Offers to look at the events that may be the same matter.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_hold_bar_set_alike (WgHoldBar *self, const char *event_id, GPtrArray *alike)
{
  g_clear_pointer (&self->alike, g_ptr_array_unref);
  g_set_str (&self->alike_id, event_id);
  if (alike->len > 0)
    self->alike = g_ptr_array_ref (alike);
  update (self);
}

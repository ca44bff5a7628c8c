/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One record of any kind in a list: title and listed fields, masked; delivery; no change. */
#include "app/records/wg-record-row.h"

#include <glib/gi18n.h>

#include "app/field/wg-event-words.h"
#include "app/records/wg-record-words.h"
#include "app/wg-toast.h"
#include "app/widgets/wg-name.h"

struct _WgRecordRow
{
  GtkBox parent_instance;

  GtkButton *open;
  GtkLabel *title, *detail;
  GtkWidget *truth;
  GtkImage *truth_icon;
  GtkLabel *truth_word;
  GtkButton *confirm;
  WgServices *services; /* owned */
  WgRecordItem *item;   /* owned */
};

G_DEFINE_FINAL_TYPE (WgRecordRow, wg_record_row, GTK_TYPE_BOX)

static void
on_open_clicked_cb (WgRecordRow *self)
{
  if (self->item != NULL)
    gtk_widget_activate_action (GTK_WIDGET (self), "win.show-record", "s",
                                wg_item_get_id (WG_ITEM (self->item)));
}

static void
on_confirmed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (WgRecordRow) self = user_data;

  wg_toast_finish (GTK_WIDGET (self), self->services, source, result);
}

static void
on_confirm_clicked_cb (WgRecordRow *self)
{
  gtk_widget_set_sensitive (GTK_WIDGET (self->confirm), FALSE);
  wg_record_jobs_confirm (wg_services_get_store (self->services),
                          wg_item_get_id (WG_ITEM (self->item)), on_confirmed_cb,
                          g_object_ref (self));
}

static void
wg_record_row_dispose (GObject *object)
{
  WgRecordRow *self = WG_RECORD_ROW (object);

  wg_record_row_set_item (self, NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), WG_TYPE_RECORD_ROW);
  g_clear_object (&self->services);
  G_OBJECT_CLASS (wg_record_row_parent_class)->dispose (object);
}

static void
wg_record_row_class_init (WgRecordRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = wg_record_row_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/wangge/Wangge/ui/wg-record-row.ui");
  gtk_widget_class_bind_template_child (widget_class, WgRecordRow, open);
  gtk_widget_class_bind_template_child (widget_class, WgRecordRow, title);
  gtk_widget_class_bind_template_child (widget_class, WgRecordRow, detail);
  gtk_widget_class_bind_template_child (widget_class, WgRecordRow, truth);
  gtk_widget_class_bind_template_child (widget_class, WgRecordRow, truth_icon);
  gtk_widget_class_bind_template_child (widget_class, WgRecordRow, truth_word);
  gtk_widget_class_bind_template_child (widget_class, WgRecordRow, confirm);
  gtk_widget_class_bind_template_callback (widget_class, on_open_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_confirm_clicked_cb);
}

static void
wg_record_row_init (WgRecordRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * wg_record_row_new:
 * @services: what the screens work with
 *
 * Makes an empty row.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: (transfer floating): the row
 */
WgRecordRow *
wg_record_row_new (WgServices *services)
{
  WgRecordRow *self = g_object_new (WG_TYPE_RECORD_ROW, NULL);

  self->services = g_object_ref (services);
  return self;
}

/* When all is well the row says what is still to be done, not how it was delivered. */
static void
show_state (WgRecordRow *self, const WgRecordView *view, gboolean due)
{
  gboolean well = view->truth == WG_TRUTH_APPLIED;
  gboolean yearly = wg_kind_has_half_yearly (view->record->kind);
  gboolean closed = wg_record_is_closed (view->record);
  const char *classes[] = { "truth",
                            well ? (due ? "warning" : "success") : wg_truth_to_style (view->truth),
                            NULL };
  const char *icon = due ? "view-refresh-symbolic" : "object-select-symbolic";
  const char *word = closed ? _ ("Closed") : due ? _ ("To be confirmed") : _ ("Confirmed");

  /* The button says that it is due; on a telephone there is no room to say it twice. */
  gtk_widget_set_visible (self->truth, !well || (yearly && !due));
  gtk_image_set_from_icon_name (self->truth_icon, well ? icon : wg_truth_to_icon (view->truth));
  gtk_label_set_text (self->truth_word, well ? word : _ (wg_truth_to_string (view->truth)));
  gtk_widget_set_css_classes (self->truth, classes);
}

/* The row's accessible name is all that it shows, in one sentence. */
static void
show_item (WgRecordRow *self)
{
  const WgRecordView *view = wg_record_item_get_view (self->item);
  gboolean due = wg_record_is_due (view->record, wg_services_now_ms (self->services));
  g_autofree char *title = wg_record_describe_title (view->record);
  g_autofree char *detail = wg_record_describe_detail (view->record);
  g_autofree char *name = NULL, *confirm = g_strdup_printf (_ ("No change: %s"), title);

  gtk_label_set_text (self->title, title);
  gtk_label_set_text (self->detail, detail);
  show_state (self, view, due);
  gtk_widget_set_visible (GTK_WIDGET (self->confirm), due);
  gtk_widget_set_sensitive (GTK_WIDGET (self->confirm), TRUE);
  wg_name_set (GTK_WIDGET (self->confirm), confirm);
  name = g_strdup_printf ("%s, %s, %s, %s", _ (view->record->kind->title), title, detail,
                                              gtk_label_get_text (self->truth_word));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->open), GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                  -1);
}

/**
 * wg_record_row_set_item:
 * @self: the row
 * @item: (nullable): a record
 *
 * Shows a record, and follows it.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_record_row_set_item (WgRecordRow *self, WgRecordItem *item)
{
  wg_item_follow (&self->item, item, G_CALLBACK (show_item), self);
}

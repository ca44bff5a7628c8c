/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The records of the own grid (台账): by kind, by search, by what is to be confirmed. */
#include "app/records/wg-records-page.h"

#include <glib/gi18n.h>

#include "app/records/wg-record-jobs.h"
#include "app/records/wg-record-row.h"

/* A screen shows ten; nobody reads further than these before he searches. */
#define FIRST_ROWS 200
#define MOST_ROWS 20000

struct _WgRecordsPage
{
  AdwBin parent_instance;

  AdwWrapBox *kinds;
  GtkButton *add;
  AdwButtonContent *add_content;
  GtkSearchEntry *search;
  GtkToggleButton *due;
  GtkLabel *total;
  GtkStack *stack;
  GtkListView *list;
  GtkWidget *more;
  WgServices *services;      /* owned */
  const WgKind *kind;        /* what is listed */
  GCancellable *cancellable; /* owned; of the count on its way */
  GtkNoSelection *selection; /* owned */
  WgQueryModel *model;       /* owned */
  gboolean all;
};

G_DEFINE_FINAL_TYPE (WgRecordsPage, wg_records_page, ADW_TYPE_BIN)

/* --- how many --------------------------------------------------------------------------------- */

static void
show_counts (WgRecordsPage *self, const WgRecordCounts *counts)
{
  g_autofree char *due =
      g_strdup_printf (_ ("Not confirmed in this half-year (%u)"), counts->n_unconfirmed);
  g_autofree char *total =
      g_strdup_printf (_ ("%u to be confirmed in each half-year"), counts->n_open);

  gtk_button_set_label (GTK_BUTTON (self->due), due);
  gtk_label_set_text (self->total, total);
  gtk_widget_set_visible (GTK_WIDGET (self->due), wg_kind_has_half_yearly (self->kind));
}

static void
on_counted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (WgRecordsPage) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree WgRecordCounts *counts = wg_store_run_finish (WG_STORE (source), result, &error);

  if (counts != NULL && self->services != NULL)
    show_counts (self, counts);
}

static void
count (WgRecordsPage *self)
{
  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  wg_record_jobs_count (wg_services_get_store (self->services), self->kind, self->cancellable,
                        on_counted_cb, g_object_ref (self));
}

/* --- the list --------------------------------------------------------------------------------- */

static void
update_stack (WgRecordsPage *self)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->model));

  /* That there is nothing is said only once the store has answered. */
  if (n > 0 || !wg_query_model_is_loading (self->model))
    gtk_stack_set_visible_child_name (self->stack, n > 0 ? "list" : "empty");
  gtk_widget_set_visible (self->more, !self->all && n >= FIRST_ROWS);
}

static void
on_items_changed_cb (WgRecordsPage *self)
{
  update_stack (self);
  count (self);
}

static void
load (WgRecordsPage *self, gboolean all)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->search));
  WgRecordQuery query = {
    .kind = self->kind,
    .text = *text != '\0' ? text : NULL,
    .which = gtk_toggle_button_get_active (self->due) && wg_kind_has_half_yearly (self->kind)
                 ? WG_RECORD_LIST_UNCONFIRMED
                 : WG_RECORD_LIST_ALL,
    .limit = all ? MOST_ROWS : FIRST_ROWS,
  };

  self->all = all;
  if (self->model != NULL)
    {
      if (g_list_model_get_n_items (G_LIST_MODEL (self->model)) > 0)
        gtk_list_view_scroll_to (self->list, 0, GTK_LIST_SCROLL_NONE, NULL);
      wg_record_jobs_set_query (self->model, &query);
      return;
    }
  self->model = wg_record_jobs_new_model (wg_services_get_store (self->services), &query);
  g_signal_connect_object (self->model, "items-changed", G_CALLBACK (on_items_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->model, "notify::loading", G_CALLBACK (update_stack), self,
                           G_CONNECT_SWAPPED);
  gtk_no_selection_set_model (self->selection, G_LIST_MODEL (self->model));
  update_stack (self);
}

static void
on_search_changed_cb (WgRecordsPage *self)
{
  if (self->services != NULL)
    load (self, FALSE);
}

static void
on_due_toggled_cb (WgRecordsPage *self)
{
  if (self->services != NULL)
    load (self, FALSE);
}

static void
on_more_clicked_cb (WgRecordsPage *self)
{
  load (self, TRUE);
}

static void
on_row_setup_cb (WgRecordsPage *self, GtkListItem *list_item)
{
  gtk_list_item_set_child (list_item, GTK_WIDGET (wg_record_row_new (self->services)));
  gtk_list_item_set_activatable (list_item, FALSE);
  gtk_list_item_set_focusable (list_item, FALSE);
}

static void
on_row_bind_cb (WgRecordsPage *self, GtkListItem *list_item)
{
  wg_record_row_set_item (WG_RECORD_ROW (gtk_list_item_get_child (list_item)),
                          gtk_list_item_get_item (list_item));
}

/* --- kinds ------------------------------------------------------------------------------------ */

static void
show_kind (WgRecordsPage *self, const WgKind *kind)
{
  g_autofree char *label = g_strdup_printf (_ ("New: %s"), _ (kind->title));

  self->kind = kind;
  adw_button_content_set_label (self->add_content, label);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->add), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
  show_counts (self, &(WgRecordCounts) { 0 });
  load (self, FALSE);
  count (self);
}

static void
on_kind_toggled_cb (GtkToggleButton *button, WgRecordsPage *self)
{
  if (gtk_toggle_button_get_active (button))
    show_kind (self, wg_kind_find (gtk_widget_get_name (GTK_WIDGET (button))));
}

static void
add_kinds (WgRecordsPage *self)
{
  GtkToggleButton *first = NULL;

  for (const WgKind *const *kind = wg_kind_list (); *kind != NULL; kind++)
    {
      GtkWidget *button = gtk_toggle_button_new_with_label (_ ((*kind)->title));

      gtk_widget_add_css_class (button, "chip");
      gtk_widget_set_name (button, (*kind)->name);
      gtk_toggle_button_set_group (GTK_TOGGLE_BUTTON (button), first);
      if (first == NULL)
        first = GTK_TOGGLE_BUTTON (button);
      g_signal_connect_object (button, "toggled", G_CALLBACK (on_kind_toggled_cb), self, 0);
      adw_wrap_box_append (self->kinds, button);
    }
  gtk_toggle_button_set_active (first, TRUE);
}

static void
on_add_clicked_cb (WgRecordsPage *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.new-record", "(sss)", self->kind->name, "",
                              "");
}

/* --- object ----------------------------------------------------------------------------------- */

static void
wg_records_page_dispose (GObject *object)
{
  WgRecordsPage *self = WG_RECORDS_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->services);
  gtk_widget_dispose_template (GTK_WIDGET (self), WG_TYPE_RECORDS_PAGE);
  g_clear_object (&self->model);
  g_clear_object (&self->selection);
  G_OBJECT_CLASS (wg_records_page_parent_class)->dispose (object);
}

static void
wg_records_page_class_init (WgRecordsPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = wg_records_page_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/wangge/Wangge/ui/wg-records-page.ui");
  gtk_widget_class_bind_template_child (widget_class, WgRecordsPage, kinds);
  gtk_widget_class_bind_template_child (widget_class, WgRecordsPage, add);
  gtk_widget_class_bind_template_child (widget_class, WgRecordsPage, add_content);
  gtk_widget_class_bind_template_child (widget_class, WgRecordsPage, search);
  gtk_widget_class_bind_template_child (widget_class, WgRecordsPage, due);
  gtk_widget_class_bind_template_child (widget_class, WgRecordsPage, total);
  gtk_widget_class_bind_template_child (widget_class, WgRecordsPage, stack);
  gtk_widget_class_bind_template_child (widget_class, WgRecordsPage, list);
  gtk_widget_class_bind_template_child (widget_class, WgRecordsPage, more);
  gtk_widget_class_bind_template_callback (widget_class, on_add_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_due_toggled_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_more_clicked_cb);
}

static void
wg_records_page_init (WgRecordsPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->selection = gtk_no_selection_new (NULL);
}

/**
 * wg_records_page_new:
 * @services: what the screens work with, open
 *
 * Makes the page with the first kind of record.
 *
 * Thread: UI.
 * Errors: none.
 * Source: ux.md R1
 *
 * Returns: (transfer floating): the page
 */
WgRecordsPage *
wg_records_page_new (WgServices *services)
{
  WgRecordsPage *self = g_object_new (WG_TYPE_RECORDS_PAGE, NULL);
  g_autoptr (GtkListItemFactory) factory = gtk_signal_list_item_factory_new ();

  self->services = g_object_ref (services);
  g_signal_connect_object (factory, "setup", G_CALLBACK (on_row_setup_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (factory, "bind", G_CALLBACK (on_row_bind_cb), self, G_CONNECT_SWAPPED);
  gtk_list_view_set_factory (self->list, factory);
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (self->selection));
  add_kinds (self);
  return self;
}

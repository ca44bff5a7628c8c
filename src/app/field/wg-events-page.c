/* SPDX-License-Identifier: GPL-3.0-or-later */
/* All events (事件): search in words, and filters by how far they are. */
#include "app/field/wg-events-page.h"

#include <glib/gi18n.h>

#include "app/field/wg-event-filter.h"
#include "app/field/wg-event-jobs.h"
#include "app/field/wg-event-row.h"

/* The newest come at once; a search, or the button below the list, brings all. */
#define FIRST_EVENTS 300
#define MOST_EVENTS 100000

struct _WgEventsPage
{
  AdwBin parent_instance;

  GtkSearchEntry *search;
  AdwWrapBox *filters;
  GtkStack *stack;
  GtkListView *list;
  GtkWidget *more;
  WgServices *services;      /* owned */
  GtkFilterListModel *found; /* owned */
  GtkCustomFilter *filter;   /* owned */
  WgEventGroup group;
  char *text; /* owned; case folded */
  gboolean all;
};

G_DEFINE_FINAL_TYPE (WgEventsPage, wg_events_page, ADW_TYPE_BIN)

static gboolean
is_wanted (gpointer item, gpointer user_data)
{
  WgEventsPage *self = user_data;
  const WgEventView *view = wg_event_item_get_view (item);

  return wg_event_group_has (self->group, view->event->state, view->truth) &&
         (self->text == NULL || wg_event_view_matches (view, self->text));
}

static void
update_stack (WgEventsPage *self)
{
  guint n_found = g_list_model_get_n_items (G_LIST_MODEL (self->found));
  GListModel *model = gtk_filter_list_model_get_model (self->found);

  gtk_stack_set_visible_child_name (self->stack, n_found > 0 ? "events" : "empty");
  gtk_widget_set_visible (self->more,
                          !self->all && g_list_model_get_n_items (model) >= FIRST_EVENTS);
}

static void
load (WgEventsPage *self, gboolean all)
{
  g_autoptr (WgQueryModel) model = wg_event_jobs_new_model (
      wg_services_get_store (self->services), WG_EVENT_LIST_ALL, all ? MOST_EVENTS : FIRST_EVENTS);

  self->all = all;
  gtk_filter_list_model_set_model (self->found, G_LIST_MODEL (model));
}

static void
on_more_cb (WgEventsPage *self)
{
  load (self, TRUE);
}

static void
on_search_changed_cb (WgEventsPage *self)
{
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->search));

  g_clear_pointer (&self->text, g_free);
  if (*text != '\0')
    self->text = g_utf8_casefold (text, -1);
  if (self->text != NULL && !self->all)
    load (self, TRUE);
  if (self->filter != NULL)
    gtk_filter_changed (GTK_FILTER (self->filter), GTK_FILTER_CHANGE_DIFFERENT);
}

static void
on_group_toggled_cb (GtkToggleButton *button, WgEventsPage *self)
{
  if (!gtk_toggle_button_get_active (button))
    return;
  self->group = GPOINTER_TO_INT (g_object_get_data (G_OBJECT (button), "group"));
  gtk_filter_changed (GTK_FILTER (self->filter), GTK_FILTER_CHANGE_DIFFERENT);
}

static void
add_groups (WgEventsPage *self)
{
  GtkToggleButton *first = NULL;

  for (int group = 0; group < WG_N_EVENT_GROUP; group++)
    {
      GtkWidget *button = gtk_toggle_button_new_with_label (_ (wg_event_group_to_string (group)));

      gtk_widget_add_css_class (button, "chip");
      g_object_set_data (G_OBJECT (button), "group", GINT_TO_POINTER (group));
      if (first == NULL)
        first = GTK_TOGGLE_BUTTON (button);
      else
        gtk_toggle_button_set_group (GTK_TOGGLE_BUTTON (button), first);
      gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button), group == 0);
      g_signal_connect_object (button, "toggled", G_CALLBACK (on_group_toggled_cb), self, 0);
      adw_wrap_box_append (self->filters, button);
    }
}

static void
on_row_setup_cb (GtkSignalListItemFactory *factory, GtkListItem *list_item, WgEventsPage *self)
{
  gtk_list_item_set_child (list_item, GTK_WIDGET (wg_event_row_new (self->services)));
  gtk_list_item_set_activatable (list_item, FALSE);
  gtk_list_item_set_focusable (list_item, FALSE);
}

static void
on_row_bind_cb (GtkSignalListItemFactory *factory, GtkListItem *list_item)
{
  wg_event_row_set_item (WG_EVENT_ROW (gtk_list_item_get_child (list_item)),
                         gtk_list_item_get_item (list_item));
}

static void
wg_events_page_dispose (GObject *object)
{
  WgEventsPage *self = WG_EVENTS_PAGE (object);

  if (self->filter != NULL)
    gtk_custom_filter_set_filter_func (self->filter, NULL, NULL, NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), WG_TYPE_EVENTS_PAGE);
  g_clear_object (&self->found);
  g_clear_object (&self->filter);
  g_clear_object (&self->services);
  g_clear_pointer (&self->text, g_free);
  G_OBJECT_CLASS (wg_events_page_parent_class)->dispose (object);
}

static void
wg_events_page_class_init (WgEventsPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = wg_events_page_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/wangge/Wangge/ui/wg-events-page.ui");
  gtk_widget_class_bind_template_child (widget_class, WgEventsPage, search);
  gtk_widget_class_bind_template_child (widget_class, WgEventsPage, filters);
  gtk_widget_class_bind_template_child (widget_class, WgEventsPage, stack);
  gtk_widget_class_bind_template_child (widget_class, WgEventsPage, list);
  gtk_widget_class_bind_template_child (widget_class, WgEventsPage, more);
  gtk_widget_class_bind_template_callback (widget_class, on_search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_more_cb);
}

static void
wg_events_page_init (WgEventsPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * wg_events_page_new:
 * @services: what the screens work with, open
 *
 * Makes the page with the newest events.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: (transfer floating): the page
 */
WgEventsPage *
wg_events_page_new (WgServices *services)
{
  WgEventsPage *self = g_object_new (WG_TYPE_EVENTS_PAGE, NULL);
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();

  self->services = g_object_ref (services);
  self->filter = gtk_custom_filter_new (is_wanted, self, NULL);
  self->found = gtk_filter_list_model_new (NULL, g_object_ref (GTK_FILTER (self->filter)));
  g_signal_connect_object (self->found, "items-changed", G_CALLBACK (update_stack), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (factory, "setup", G_CALLBACK (on_row_setup_cb), self, 0);
  g_signal_connect_object (factory, "bind", G_CALLBACK (on_row_bind_cb), self, 0);
  gtk_list_view_set_factory (self->list, factory);
  g_object_unref (factory);
  gtk_list_view_set_model (self->list, GTK_SELECTION_MODEL (gtk_no_selection_new (
                                           g_object_ref (G_LIST_MODEL (self->found)))));
  add_groups (self);
  load (self, FALSE);
  update_stack (self);
  return self;
}

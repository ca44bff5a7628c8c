/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One event in a list: level, what and when, delivery; a press opens it. */
#include "app/field/wg-event-row.h"

#include <glib/gi18n.h>

#include "app/field/wg-event-words.h"
#include "app/wg-text.h"
#include "app/wg-time.h"

struct _WgEventRow
{
  GtkButton parent_instance;

  GtkLabel *level;
  GtkLabel *what;
  GtkLabel *detail;
  GtkWidget *truth;
  GtkImage *truth_icon;
  GtkLabel *truth_word;
  WgServices *services; /* owned */
  WgEventItem *item;    /* owned */
};

G_DEFINE_FINAL_TYPE (WgEventRow, wg_event_row, GTK_TYPE_BUTTON)

static void
set_style (GtkWidget *widget, const char *always, const char *style)
{
  const char *classes[] = { always, style, NULL };

  gtk_widget_set_css_classes (widget, classes);
}

/* Returned and refused events tell why, in the row itself. */
static char *
describe_detail (const WgEventView *view, gint64 now_ms)
{
  g_autofree char *when = wg_time_format (view->event->occurred_ms, now_ms);
  g_autofree char *state = wg_event_describe_state (view);

  if (view->refusal_op != NULL)
    {
      g_autofree char *why = wg_event_describe_refusal (view->refusal, NULL, view->refusal_field,
                                                        view->refusal_detail);

      return g_strdup_printf ("%s · %s", when, why);
    }
  if (wg_event_find_return (view) != NULL)
    return g_strdup_printf ("%s · %s", when, wg_event_find_return (view));
  return g_strdup_printf ("%s · %s", when, state);
}

/* An event that came back needs its reporter: that comes before how well it was delivered. */
static void
show_truth (WgEventRow *self, const WgEventView *view)
{
  gboolean back = view->event->state == WG_EVENT_STATE_RETURNED && view->truth >= WG_TRUTH_APPLIED;

  gtk_image_set_from_icon_name (self->truth_icon, back ? wg_event_state_to_icon (view)
                                                       : wg_truth_to_icon (view->truth));
  gtk_label_set_text (self->truth_word, back ? _ (wg_event_state_to_string (view->event->state))
                                             : _ (wg_truth_to_string (view->truth)));
  set_style (self->truth, "truth",
             back ? wg_event_state_to_style (view) : wg_truth_to_style (view->truth));
}

static void
on_clicked_cb (WgEventRow *self)
{
  if (self->item != NULL)
    gtk_widget_activate_action (GTK_WIDGET (self), "win.show-event", "s",
                                wg_event_item_get_id (self->item));
}

static void
wg_event_row_dispose (GObject *object)
{
  WgEventRow *self = WG_EVENT_ROW (object);

  wg_event_row_set_item (self, NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), WG_TYPE_EVENT_ROW);
  g_clear_object (&self->services);
  G_OBJECT_CLASS (wg_event_row_parent_class)->dispose (object);
}

static void
wg_event_row_class_init (WgEventRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = wg_event_row_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/wangge/Wangge/ui/wg-event-row.ui");
  gtk_widget_class_bind_template_child (widget_class, WgEventRow, level);
  gtk_widget_class_bind_template_child (widget_class, WgEventRow, what);
  gtk_widget_class_bind_template_child (widget_class, WgEventRow, detail);
  gtk_widget_class_bind_template_child (widget_class, WgEventRow, truth);
  gtk_widget_class_bind_template_child (widget_class, WgEventRow, truth_icon);
  gtk_widget_class_bind_template_child (widget_class, WgEventRow, truth_word);
  gtk_widget_class_bind_template_callback (widget_class, on_clicked_cb);
}

static void
wg_event_row_init (WgEventRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * wg_event_row_new:
 * @services: what the screens work with
 *
 * Makes an empty row.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: (transfer floating): the row
 */
WgEventRow *
wg_event_row_new (WgServices *services)
{
  WgEventRow *self = g_object_new (WG_TYPE_EVENT_ROW, NULL);

  self->services = g_object_ref (services);
  return self;
}

/* The row's accessible name is all that it shows, in one sentence. */
static void
show_item (WgEventRow *self)
{
  const WgEventView *view = wg_event_item_get_view (self->item);
  g_autofree char *what = wg_event_describe_what (view);
  g_autofree char *detail = describe_detail (view, wg_services_now_ms (self->services));
  g_autofree char *name = NULL;

  gtk_label_set_text (self->level, wg_level_to_mark (view->event->level));
  set_style (GTK_WIDGET (self->level), "level-mark", wg_level_to_style (view->event->level));
  gtk_label_set_text (self->what, what);
  gtk_label_set_text (self->detail, detail);
  show_truth (self, view);
  name = wg_text_join (NULL,
                       (const char *[]) { wg_level_to_mark (view->event->level), what, detail,
                                          gtk_label_get_text (self->truth_word) },
                       4);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

/**
 * wg_event_row_set_item:
 * @self: the row
 * @item: (nullable): an event
 *
 * Shows an event, and follows it.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_event_row_set_item (WgEventRow *self, WgEventItem *item)
{
  wg_item_follow (&self->item, item, G_CALLBACK (show_item), self);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Today (今日): the map in the middle, capture tiles at the hand's side, today's events at the
 * other. */
#include "app/field/wg-today-page.h"

#include <glib/gi18n.h>

#include "app/field/wg-capture-panel.h"
#include "app/field/wg-draft-keeper.h"
#include "app/field/wg-event-jobs.h"
#include "app/field/wg-event-row.h"
#include "app/records/wg-record-dialog.h"
#include "app/widgets/wg-children.h"
#include "app/widgets/wg-district-map.h"
#include "app/wg-text.h"
#include "app/wg-time.h"
#include "app/wg-toast.h"

#define MOST_EVENTS 300
#define MOST_DRAFTS 3

struct _WgTodayPage
{
  AdwBin parent_instance;

  AdwMultiLayoutView *layouts;
  GtkBox *wide_box, *medium_box;
  AdwLayoutSlot *wide_map;
  GtkWidget *medium_left;
  AdwLayoutSlot *wide_panel, *wide_list, *medium_panel;
  GtkWidget *list_pane;
  GtkWidget *switcher;
  GtkToggleButton *show_first, *show_list;
  GtkLabel *first_label;
  GtkLabel *list_label;
  WgDistrictMap *map;
  WgCapturePanel *panel;
  GtkLabel *heading;
  GtkWidget *returned;
  GtkLabel *returned_label;
  GtkBox *drafts;
  GtkStack *list_stack;
  GtkListView *list;

  WgServices *services;    /* owned */
  GListModel *draft_model; /* owned */
  GListModel *model;       /* owned; events of today */
  char *shape;             /* owned */
};

G_DEFINE_FINAL_TYPE (WgTodayPage, wg_today_page, ADW_TYPE_BIN)

enum
{
  PROP_0,
  PROP_SHAPE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

/* --- arrangement ------------------------------------------------------------------------------ */

static void
show_panes (WgTodayPage *self)
{
  gboolean wide = g_strcmp0 (self->shape, "wide") == 0;
  gboolean narrow = g_strcmp0 (self->shape, "narrow") == 0;
  gboolean list = gtk_toggle_button_get_active (self->show_list);

  gtk_widget_set_visible (self->switcher, !wide);
  gtk_widget_set_visible (GTK_WIDGET (self->heading), wide);
  gtk_widget_set_visible (self->list_pane, wide || list);
  gtk_widget_set_visible (GTK_WIDGET (self->map), wide || narrow || !list);
  gtk_widget_set_visible (GTK_WIDGET (self->panel), !narrow || !list);
  gtk_label_set_text (self->first_label, narrow ? _ ("Record") : C_ ("page", "Map"));
}

static void
arrange (WgTodayPage *self)
{
  gboolean right;

  if (self->services == NULL || self->shape == NULL)
    return;
  right = g_settings_get_enum (wg_services_get_settings (self->services), "hand") == 0;
  gtk_box_reorder_child_after (self->wide_box,
                               GTK_WIDGET (right ? self->wide_list : self->wide_panel), NULL);
  gtk_box_reorder_child_after (self->wide_box,
                               GTK_WIDGET (right ? self->wide_panel : self->wide_list),
                               GTK_WIDGET (self->wide_map));
  gtk_box_reorder_child_after (self->medium_box, GTK_WIDGET (self->medium_panel),
                               right ? self->medium_left : NULL);
  adw_multi_layout_view_set_layout_name (self->layouts, self->shape);
  wg_capture_panel_set_shape (self->panel, self->shape);
  show_panes (self);
}

/* --- drafts ----------------------------------------------------------------------------------- */

static void
on_draft_deleted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (WgTodayPage) self = user_data;
  g_autoptr (GError) error = NULL;

  if (wg_store_run_finish (WG_STORE (source), result, &error) == NULL)
    wg_toast_show_error (GTK_WIDGET (self), error);
}

static void
on_draft_delete_clicked_cb (GtkButton *button, WgTodayPage *self)
{
  wg_draft_jobs_delete (wg_services_get_store (self->services),
                        gtk_widget_get_name (GTK_WIDGET (button)), on_draft_deleted_cb,
                        g_object_ref (self));
}

static gboolean
is_record (const WgDraft *draft)
{
  return g_str_has_prefix (draft->form, WG_RECORD_DRAFT);
}

static char *
describe_draft (const WgDraft *draft)
{
  const WgKind *kind =
      is_record (draft) ? wg_kind_find (draft->form + strlen (WG_RECORD_DRAFT)) : NULL;

  if (is_record (draft))
    return g_strdup_printf (_ ("Draft: %s"), kind != NULL ? _ (kind->title) : _ ("Record"));
  if (g_str_equal (draft->form, "event-major"))
    return g_strdup (_ ("Draft: major event"));
  if (g_str_equal (draft->form, "event-mend"))
    return g_strdup (_ ("Draft: mending an event"));
  if (g_str_equal (draft->form, "event-daily"))
    return g_strdup (_ ("Draft: daily event"));
  return g_strdup (_ ("Draft: general event"));
}

static GtkWidget *
make_draft (WgTodayPage *self, const WgDraft *draft)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  g_autofree char *when = wg_time_format (draft->changed_ms, wg_services_now_ms (self->services));
  g_autofree char *title = describe_draft (draft);
  g_autofree char *text = g_strdup_printf ("%s · %s", title, when);
  GtkWidget *open = gtk_button_new ();
  GtkWidget *label = gtk_label_new (text);
  GtkWidget *remove = gtk_button_new_from_icon_name ("user-trash-symbolic");

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_button_set_child (GTK_BUTTON (open), label);
  gtk_widget_set_hexpand (open, TRUE);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (open),
                                  is_record (draft) ? "win.open-record-draft" : "win.open-draft");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (open), "s", draft->id);
  gtk_accessible_update_property (GTK_ACCESSIBLE (open), GTK_ACCESSIBLE_PROPERTY_LABEL, title,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, when, -1);
  gtk_widget_set_name (remove, draft->id);
  gtk_widget_set_tooltip_text (remove, _ ("Throw the draft away"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (remove), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Throw the draft away"), -1);
  g_signal_connect_object (remove, "clicked", G_CALLBACK (on_draft_delete_clicked_cb), self, 0);
  gtk_box_append (GTK_BOX (box), open);
  gtk_box_append (GTK_BOX (box), remove);
  return box;
}

static void
update_drafts (WgTodayPage *self)
{
  guint n_drafts = MIN (g_list_model_get_n_items (self->draft_model), MOST_DRAFTS);

  wg_children_remove_all (GTK_WIDGET (self->drafts));
  for (guint i = 0; i < n_drafts; i++)
    {
      g_autoptr (WgDraftItem) item = g_list_model_get_item (self->draft_model, i);

      gtk_box_append (self->drafts, make_draft (self, wg_draft_item_get_draft (item)));
    }
  gtk_widget_set_visible (GTK_WIDGET (self->drafts), n_drafts > 0);
}

/* --- the list --------------------------------------------------------------------------------- */

static void
update_counts (WgTodayPage *self)
{
  const WgEventCounts *counts = wg_services_get_counts (self->services);
  g_autofree char *heading = g_strdup_printf (_ ("Today (%u)"), counts->n_today);
  g_autofree char *returned = counts->n_returned > 0
      ? g_strdup_printf (_ ("%u returned or refused: mend and report again"), counts->n_returned)
      : NULL;
  g_autofree char *disputed = counts->n_disputed > 0
      ? g_strdup_printf (_ ("%u in conflict: compare and choose"), counts->n_disputed)
      : NULL;
  g_autofree char *mine = wg_text_join ("\n", (const char *[]) { returned, disputed }, 2);
  g_autofree char *list = counts->n_returned > 0
      ? g_strdup_printf (_ ("Today %u · returned %u"), counts->n_today, counts->n_returned)
      : counts->n_disputed > 0
      ? g_strdup_printf (_ ("Today %u · in conflict %u"), counts->n_today, counts->n_disputed)
      : g_strdup_printf (_ ("Today (%u)"), counts->n_today);

  gtk_label_set_text (self->heading, heading);
  gtk_label_set_text (self->returned_label, mine);
  gtk_widget_set_visible (self->returned, returned != NULL || disputed != NULL);
  gtk_label_set_text (self->list_label, list);
}

static void
update_stack (WgTodayPage *self)
{
  gtk_stack_set_visible_child_name (
      self->list_stack, g_list_model_get_n_items (self->model) > 0 ? "events" : "empty");
}

static void
on_row_setup_cb (GtkSignalListItemFactory *factory, GtkListItem *list_item, WgTodayPage *self)
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
on_event_activated_cb (WgTodayPage *self, const char *id)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.show-event", "s", id);
}

static void
on_place_pressed_cb (WgTodayPage *self, double lon, double lat)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.report-at", "(dd)", lon, lat);
}

static void
bind_models (WgTodayPage *self)
{
  WgStore *store = wg_services_get_store (self->services);
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();

  self->model = G_LIST_MODEL (wg_event_jobs_new_model (store, WG_EVENT_LIST_TODAY, MOST_EVENTS));
  g_signal_connect_object (factory, "setup", G_CALLBACK (on_row_setup_cb), self, 0);
  g_signal_connect_object (factory, "bind", G_CALLBACK (on_row_bind_cb), self, 0);
  gtk_list_view_set_factory (self->list, factory);
  g_object_unref (factory);
  gtk_list_view_set_model (self->list,
                           GTK_SELECTION_MODEL (gtk_no_selection_new (g_object_ref (self->model))));
  g_signal_connect_object (self->model, "items-changed", G_CALLBACK (update_stack), self,
                           G_CONNECT_SWAPPED);
  wg_capture_panel_set_model (self->panel, self->model);

  self->draft_model = wg_draft_jobs_new_model (store);
  g_signal_connect_object (self->draft_model, "items-changed", G_CALLBACK (update_drafts), self,
                           G_CONNECT_SWAPPED);
}

/* --- object ----------------------------------------------------------------------------------- */

static void
wg_today_page_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  g_value_set_string (value, WG_TODAY_PAGE (object)->shape);
}

static void
wg_today_page_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  WgTodayPage *self = WG_TODAY_PAGE (object);

  if (!g_set_str (&self->shape, g_value_get_string (value)))
    return;
  arrange (self);
  g_object_notify_by_pspec (object, pspec);
}

static void
wg_today_page_dispose (GObject *object)
{
  WgTodayPage *self = WG_TODAY_PAGE (object);

  /* Else the parent class frees it once more after the template did. */
  adw_bin_set_child (ADW_BIN (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), WG_TYPE_TODAY_PAGE);
  g_clear_object (&self->draft_model);
  g_clear_object (&self->model);
  g_clear_object (&self->services);
  g_clear_pointer (&self->shape, g_free);
  G_OBJECT_CLASS (wg_today_page_parent_class)->dispose (object);
}

static void
bind_children (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, WgTodayPage, layouts);
  gtk_widget_class_bind_template_child (widget_class, WgTodayPage, wide_box);
  gtk_widget_class_bind_template_child (widget_class, WgTodayPage, medium_box);
  gtk_widget_class_bind_template_child (widget_class, WgTodayPage, wide_map);
  gtk_widget_class_bind_template_child (widget_class, WgTodayPage, wide_panel);
  gtk_widget_class_bind_template_child (widget_class, WgTodayPage, wide_list);
  gtk_widget_class_bind_template_child (widget_class, WgTodayPage, medium_left);
  gtk_widget_class_bind_template_child (widget_class, WgTodayPage, medium_panel);
  gtk_widget_class_bind_template_child (widget_class, WgTodayPage, list_pane);
  gtk_widget_class_bind_template_child (widget_class, WgTodayPage, switcher);
  gtk_widget_class_bind_template_child (widget_class, WgTodayPage, show_first);
  gtk_widget_class_bind_template_child (widget_class, WgTodayPage, show_list);
  gtk_widget_class_bind_template_child (widget_class, WgTodayPage, first_label);
  gtk_widget_class_bind_template_child (widget_class, WgTodayPage, list_label);
  gtk_widget_class_bind_template_child (widget_class, WgTodayPage, map);
  gtk_widget_class_bind_template_child (widget_class, WgTodayPage, panel);
  gtk_widget_class_bind_template_child (widget_class, WgTodayPage, heading);
  gtk_widget_class_bind_template_child (widget_class, WgTodayPage, returned);
  gtk_widget_class_bind_template_child (widget_class, WgTodayPage, returned_label);
  gtk_widget_class_bind_template_child (widget_class, WgTodayPage, drafts);
  gtk_widget_class_bind_template_child (widget_class, WgTodayPage, list_stack);
  gtk_widget_class_bind_template_child (widget_class, WgTodayPage, list);
}

static void
wg_today_page_class_init (WgTodayPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = wg_today_page_dispose;
  object_class->get_property = wg_today_page_get_property;
  object_class->set_property = wg_today_page_set_property;
  properties[PROP_SHAPE] =
      g_param_spec_string ("shape", NULL, NULL, NULL,
                           G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  g_type_ensure (WG_TYPE_DISTRICT_MAP);
  g_type_ensure (WG_TYPE_CAPTURE_PANEL);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/wangge/Wangge/ui/wg-today-page.ui");
  bind_children (widget_class);
  gtk_widget_class_bind_template_callback (widget_class, show_panes);
}

static void
wg_today_page_init (WgTodayPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * wg_today_page_new:
 * @services: what the screens work with, open
 *
 * Makes the page; its lists fill when the store answers.
 *
 * Thread: UI.
 * Errors: none.
 * Source: ux.md 2.5.
 *
 * Returns: (transfer floating): the page
 */
WgTodayPage *
wg_today_page_new (WgServices *services)
{
  WgTodayPage *self = g_object_new (WG_TYPE_TODAY_PAGE, NULL);
  WgMapView *view = wg_district_map_get_view (self->map);

  self->services = g_object_ref (services);
  wg_district_map_set_services (self->map, services, WG_DOTS_ALL);
  wg_capture_panel_set_services (self->panel, services);
  bind_models (self);
  g_signal_connect_object (view, "event-activated", G_CALLBACK (on_event_activated_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (view, "place-pressed", G_CALLBACK (on_place_pressed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (services, "counts-changed", G_CALLBACK (update_counts), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (wg_services_get_settings (services), "changed::hand",
                           G_CALLBACK (arrange), self, G_CONNECT_SWAPPED);
  update_counts (self);
  update_stack (self);
  arrange (self);
  return self;
}

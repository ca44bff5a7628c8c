/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Home: the five top-level pages, with a rail at the working hand's side or a bar below. */
#include "app/wg-home-page.h"

#include <glib/gi18n.h>

#include "app/field/wg-events-page.h"
#include "app/field/wg-map-page.h"
#include "app/field/wg-today-page.h"
#include "app/preferences/wg-settings-page.h"
#include "app/records/wg-records-page.h"
#include "app/sync/wg-queue-page.h"
#include "app/sync/wg-sync-pill.h"
#include "app/sync/wg-warning-bar.h"
#include "app/widgets/wg-fix-label.h"
#include "app/widgets/wg-rail.h"

struct _WgHomePage
{
  AdwNavigationPage parent_instance;

  AdwHeaderBar *header;
  AdwWindowTitle *title;
  WgSyncPill *pill;
  WgWarningBar *warning;
  WgFixLabel *fix;
  GtkBox *body;
  WgRail *rail;
  AdwViewStack *stack;
  AdwViewSwitcherBar *bar;
  WgServices *services; /* owned */
  char *shape;          /* owned */
};

G_DEFINE_FINAL_TYPE (WgHomePage, wg_home_page, ADW_TYPE_NAVIGATION_PAGE)

enum
{
  PROP_0,
  PROP_SHAPE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

/* --- pages, built when first shown ------------------------------------------------------------ */

static GtkWidget *
make_page (WgHomePage *self, const char *name)
{
  if (g_str_equal (name, "today"))
    return GTK_WIDGET (wg_today_page_new (self->services));
  if (g_str_equal (name, "map"))
    return GTK_WIDGET (wg_map_page_new (self->services));
  if (g_str_equal (name, "events"))
    return GTK_WIDGET (wg_events_page_new (self->services));
  if (g_str_equal (name, "records"))
    return GTK_WIDGET (wg_records_page_new (self->services));
  if (g_str_equal (name, "queue"))
    return GTK_WIDGET (wg_queue_page_new (self->services));
  return GTK_WIDGET (wg_settings_page_new (self->services));
}

static void
on_visible_child_changed_cb (WgHomePage *self)
{
  const char *name = adw_view_stack_get_visible_child_name (self->stack);
  AdwBin *bin = ADW_BIN (adw_view_stack_get_visible_child (self->stack));
  GtkWidget *page;

  if (self->services == NULL || bin == NULL || adw_bin_get_child (bin) != NULL)
    return;
  page = make_page (self, name);
  if (g_object_class_find_property (G_OBJECT_GET_CLASS (page), "shape") != NULL)
    g_object_bind_property (self, "shape", page, "shape", G_BINDING_SYNC_CREATE);
  adw_bin_set_child (bin, page);
}

/* --- what the header and the switchers say ---------------------------------------------------- */

static void
update_title (WgHomePage *self)
{
  const WgGrid *grid = wg_district_get_own_grid (wg_services_get_district (self->services));
  const WgOrg *org = wg_district_get_own_org (wg_services_get_district (self->services));
  const WgWorker *worker = wg_store_get_worker (wg_services_get_store (self->services));

  adw_window_title_set_title (self->title, grid != NULL  ? grid->name
                                           : org != NULL ? org->name
                                                         : _("Wangge"));
  adw_window_title_set_subtitle (self->title,
                                 worker != NULL && worker->name != NULL ? worker->name : "");
}

static void
on_store_changed_cb (WgHomePage *self, const char *topic)
{
  if (g_str_equal (topic, "reference") && wg_services_get_store (self->services) != NULL)
    update_title (self);
}

static void
set_badge (WgHomePage *self, const char *name, guint number, gboolean attention)
{
  AdwViewStackPage *page =
      adw_view_stack_get_page (self->stack, adw_view_stack_get_child_by_name (self->stack, name));

  adw_view_stack_page_set_badge_number (page, number);
  adw_view_stack_page_set_needs_attention (page, attention);
}

static void
update_badges (WgHomePage *self)
{
  const WgEventCounts *counts = wg_services_get_counts (self->services);
  guint n_mine = counts->n_returned + counts->n_disputed;
  guint n_settle = counts->n_refused + counts->n_conflicts;

  set_badge (self, "today", n_mine, n_mine > 0);
  set_badge (self, "queue", counts->n_waiting + n_settle, n_settle > 0);
}

static void
arrange (WgHomePage *self)
{
  gboolean wide = g_strcmp0 (self->shape, "wide") == 0;
  gboolean narrow = g_strcmp0 (self->shape, "narrow") == 0;
  GtkWidget *rail = GTK_WIDGET (self->rail);

  gtk_widget_set_visible (rail, wide);
  adw_view_switcher_bar_set_reveal (self->bar, !wide);
  wg_sync_pill_set_compact (self->pill, narrow);
  wg_fix_label_set_compact (self->fix, narrow);
  /* A telephone has no room for them, and its shell has its own; the menu can close the window. */
  adw_header_bar_set_decoration_layout (self->header, narrow ? ":" : NULL);
  if (self->services == NULL)
    return;
  if (g_settings_get_enum (wg_services_get_settings (self->services), "hand") == 0)
    gtk_box_reorder_child_after (self->body, rail, GTK_WIDGET (self->stack));
  else
    gtk_box_reorder_child_after (self->body, rail, NULL);
}

/* --- object ----------------------------------------------------------------------------------- */

static void
wg_home_page_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  g_value_set_string (value, WG_HOME_PAGE (object)->shape);
}

static void
wg_home_page_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  WgHomePage *self = WG_HOME_PAGE (object);

  if (!g_set_str (&self->shape, g_value_get_string (value)))
    return;
  arrange (self);
  g_object_notify_by_pspec (object, pspec);
}

static void
wg_home_page_dispose (GObject *object)
{
  WgHomePage *self = WG_HOME_PAGE (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), WG_TYPE_HOME_PAGE);
  g_clear_object (&self->services);
  G_OBJECT_CLASS (wg_home_page_parent_class)->dispose (object);
}

static void
wg_home_page_finalize (GObject *object)
{
  g_free (WG_HOME_PAGE (object)->shape);
  G_OBJECT_CLASS (wg_home_page_parent_class)->finalize (object);
}

static void
wg_home_page_class_init (WgHomePageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = wg_home_page_dispose;
  object_class->finalize = wg_home_page_finalize;
  object_class->get_property = wg_home_page_get_property;
  object_class->set_property = wg_home_page_set_property;
  properties[PROP_SHAPE] =
      g_param_spec_string ("shape", NULL, NULL, "wide",
                           G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  g_type_ensure (WG_TYPE_RAIL);
  g_type_ensure (WG_TYPE_SYNC_PILL);
  g_type_ensure (WG_TYPE_WARNING_BAR);
  g_type_ensure (WG_TYPE_FIX_LABEL);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/wangge/Wangge/ui/wg-home-page.ui");
  gtk_widget_class_bind_template_child (widget_class, WgHomePage, header);
  gtk_widget_class_bind_template_child (widget_class, WgHomePage, title);
  gtk_widget_class_bind_template_child (widget_class, WgHomePage, pill);
  gtk_widget_class_bind_template_child (widget_class, WgHomePage, warning);
  gtk_widget_class_bind_template_child (widget_class, WgHomePage, fix);
  gtk_widget_class_bind_template_child (widget_class, WgHomePage, body);
  gtk_widget_class_bind_template_child (widget_class, WgHomePage, rail);
  gtk_widget_class_bind_template_child (widget_class, WgHomePage, stack);
  gtk_widget_class_bind_template_child (widget_class, WgHomePage, bar);
  gtk_widget_class_bind_template_callback (widget_class, on_visible_child_changed_cb);
}

static void
wg_home_page_init (WgHomePage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * wg_home_page_new:
 * @services: what the screens work with, open
 *
 * Makes home with only its first page built.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: (transfer floating): the page
 */
WgHomePage *
wg_home_page_new (WgServices *services)
{
  WgHomePage *self = g_object_new (WG_TYPE_HOME_PAGE, NULL);

  self->services = g_object_ref (services);
  wg_sync_pill_set_services (self->pill, services);
  wg_warning_bar_set_services (self->warning, services);
  wg_fix_label_set_services (self->fix, services);
  g_signal_connect_object (services, "counts-changed", G_CALLBACK (update_badges), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (wg_services_get_store (services), "changed",
                           G_CALLBACK (on_store_changed_cb), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  g_signal_connect_object (wg_services_get_settings (services), "changed::hand",
                           G_CALLBACK (arrange), self, G_CONNECT_SWAPPED);
  update_title (self);
  update_badges (self);
  arrange (self);
  on_visible_child_changed_cb (self);
  return self;
}

/**
 * wg_home_page_show:
 * @self: home
 * @name: "today", "map", "events", "records", "queue" or "settings"
 *
 * Goes to one of the top-level pages.
 *
 * Thread: UI.
 * Errors: an unknown name is a programming fault.
 */
void
wg_home_page_show (WgHomePage *self, const char *name)
{
  adw_view_stack_set_visible_child_name (self->stack, name);
}

/**
 * wg_home_page_show_on_map:
 * @self: home
 * @event_id: id of an event with a place
 *
 * Goes to the map page and centres it on an event.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_home_page_show_on_map (WgHomePage *self, const char *event_id)
{
  AdwBin *bin;

  wg_home_page_show (self, "map");
  bin = ADW_BIN (adw_view_stack_get_child_by_name (self->stack, "map"));
  wg_map_page_show_event (WG_MAP_PAGE (adw_bin_get_child (bin)), event_id);
}

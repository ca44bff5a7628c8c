/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The window: first set-up, unlock or home, and the pages and dialogs over it. */
#include "app/wg-window.h"

#include "app/field/wg-event-page.h"
#include "app/field/wg-report-dialog.h"
#include "app/records/wg-conflict-page.h"
#include "app/records/wg-record-dialog.h"
#include "app/records/wg-record-page.h"
#include "app/session/wg-enrol-page.h"
#include "app/session/wg-unlock-page.h"
#include "app/wg-home-page.h"
#include "app/wg-idle-lock.h"
#include "app/widgets/wg-children.h"

struct _WgWindow
{
  AdwApplicationWindow parent_instance;

  AdwNavigationView *navigation;
  WgServices *services; /* owned */
  WgIdleLock *lock;     /* owned */
  WgHomePage *home;     /* borrowed from the navigation, NULL while locked */
  char *shape;          /* owned: "wide", "medium" or "narrow" */
};

G_DEFINE_FINAL_TYPE (WgWindow, wg_window, ADW_TYPE_APPLICATION_WINDOW)

enum
{
  PROP_0,
  PROP_SHAPE,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

/* --- which root page -------------------------------------------------------------------------- */

static void
close_dialogs (WgWindow *self)
{
  AdwDialog *dialog;

  while ((dialog = adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (self))))
    adw_dialog_force_close (dialog);
}

static void
set_root (WgWindow *self, AdwNavigationPage *page)
{
  wg_children_drop_focus (GTK_WIDGET (self));
  close_dialogs (self);
  wg_children_drop_focus (GTK_WIDGET (self)); /* a dialog gives it back to where it was */
  adw_navigation_view_replace (self->navigation, &page, 1);
}

static void
show_root (WgWindow *self)
{
  self->home = NULL;
  if (!wg_services_is_locked (self->services))
    {
      self->home = wg_home_page_new (self->services);
      g_object_bind_property (self, "shape", self->home, "shape", G_BINDING_SYNC_CREATE);
      set_root (self, ADW_NAVIGATION_PAGE (self->home));
    }
  else if (wg_services_get_store (self->services) != NULL ||
           wg_store_exists (wg_services_get_folder (self->services)))
    set_root (self, ADW_NAVIGATION_PAGE (wg_unlock_page_new (self->services)));
  else
    set_root (self, ADW_NAVIGATION_PAGE (wg_enrol_page_new (self->services)));
}

/* --- actions ---------------------------------------------------------------------------------- */

static void
on_show_page_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  wg_window_show_page (WG_WINDOW (widget), g_variant_get_string (parameter, NULL));
}

static void
on_show_event_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  wg_window_show_event (WG_WINDOW (widget), g_variant_get_string (parameter, NULL));
}

static void
on_show_on_map_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  WgWindow *self = WG_WINDOW (widget);

  if (self->home == NULL)
    return;
  adw_navigation_view_pop_to_page (self->navigation, ADW_NAVIGATION_PAGE (self->home));
  wg_home_page_show_on_map (self->home, g_variant_get_string (parameter, NULL));
}

static void
on_report_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  WgWindow *self = WG_WINDOW (widget);
  const char *kind = g_variant_get_string (parameter, NULL);

  if (self->home != NULL)
    adw_dialog_present (ADW_DIALOG (wg_report_dialog_new (
                            self->services, g_str_equal (kind, "major") ? WG_EVENT_LEVEL_MAJOR
                                                                        : WG_EVENT_LEVEL_GENERAL)),
                        widget);
}

static void
on_report_at_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  WgWindow *self = WG_WINDOW (widget);
  WgReportDialog *dialog;
  WgPoint point;

  if (self->home == NULL)
    return;
  g_variant_get (parameter, "(dd)", &point.lon, &point.lat);
  dialog = wg_report_dialog_new (self->services, WG_EVENT_LEVEL_GENERAL);
  wg_report_dialog_set_place (dialog, point);
  adw_dialog_present (ADW_DIALOG (dialog), widget);
}

static void
on_mend_event_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  WgWindow *self = WG_WINDOW (widget);

  if (self->home != NULL)
    wg_report_dialog_open_event (self->services, widget, g_variant_get_string (parameter, NULL));
}

static void
on_open_draft_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  WgWindow *self = WG_WINDOW (widget);

  if (self->home != NULL)
    wg_report_dialog_open_draft (self->services, widget, g_variant_get_string (parameter, NULL));
}

/* --- records ---------------------------------------------------------------------------------- */

static void
push (WgWindow *self, AdwNavigationPage *page)
{
  close_dialogs (self);
  adw_navigation_view_push (self->navigation, page);
}

static void
on_show_record_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  WgWindow *self = WG_WINDOW (widget);
  const char *id = g_variant_get_string (parameter, NULL);
  AdwNavigationPage *top = adw_navigation_view_get_visible_page (self->navigation);

  if (self->home == NULL)
    return;
  if (!WG_IS_RECORD_PAGE (top) || !g_str_equal (wg_record_page_get_id (WG_RECORD_PAGE (top)), id))
    push (self, ADW_NAVIGATION_PAGE (wg_record_page_new (self->services, id)));
}

static void
on_show_conflict_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  WgWindow *self = WG_WINDOW (widget);
  const char *id = g_variant_get_string (parameter, NULL);
  AdwNavigationPage *top = adw_navigation_view_get_visible_page (self->navigation);

  if (self->home == NULL)
    return;
  if (!WG_IS_CONFLICT_PAGE (top) ||
      !g_str_equal (wg_conflict_page_get_id (WG_CONFLICT_PAGE (top)), id))
    push (self, ADW_NAVIGATION_PAGE (wg_conflict_page_new (self->services, id)));
}

static void
on_new_record_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  WgWindow *self = WG_WINDOW (widget);
  const char *kind, *field, *value;

  g_variant_get (parameter, "(&s&s&s)", &kind, &field, &value);
  if (self->home != NULL)
    adw_dialog_present (
        ADW_DIALOG (wg_record_dialog_new (self->services, wg_kind_find (kind), field, value)),
        widget);
}

static void
on_edit_record_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  WgWindow *self = WG_WINDOW (widget);

  if (self->home != NULL)
    wg_record_dialog_open_record (self->services, widget, g_variant_get_string (parameter, NULL));
}

static void
on_open_record_draft_cb (GtkWidget *widget, const char *name, GVariant *parameter)
{
  WgWindow *self = WG_WINDOW (widget);

  if (self->home != NULL)
    wg_record_dialog_open_draft (self->services, widget, g_variant_get_string (parameter, NULL));
}

/* --- object ----------------------------------------------------------------------------------- */

static gboolean
wg_window_close_request (GtkWindow *window)
{
  WgWindow *self = WG_WINDOW (window);
  GSettings *settings = wg_services_get_settings (self->services);
  int width, height;

  gtk_window_get_default_size (window, &width, &height);
  g_settings_set_boolean (settings, "window-maximized", gtk_window_is_maximized (window));
  if (!gtk_window_is_maximized (window))
    g_settings_set (settings, "window-size", "(ii)", width, height);
  return GTK_WINDOW_CLASS (wg_window_parent_class)->close_request (window);
}

static void
wg_window_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  g_value_set_string (value, WG_WINDOW (object)->shape);
}

static void
wg_window_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  WgWindow *self = WG_WINDOW (object);

  if (g_set_str (&self->shape, g_value_get_string (value)))
    g_object_notify_by_pspec (object, pspec);
}

static void
wg_window_dispose (GObject *object)
{
  WgWindow *self = WG_WINDOW (object);

  g_clear_object (&self->lock);
  /* What is told to us while we are destroyed comes too late: the application locks then. */
  if (self->services != NULL)
    g_signal_handlers_disconnect_by_data (self->services, self);
  g_clear_object (&self->services);
  G_OBJECT_CLASS (wg_window_parent_class)->dispose (object);
}

static void
wg_window_finalize (GObject *object)
{
  g_free (WG_WINDOW (object)->shape);
  G_OBJECT_CLASS (wg_window_parent_class)->finalize (object);
}

static void
install_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "win.show-page", "s", on_show_page_cb);
  gtk_widget_class_install_action (widget_class, "win.show-event", "s", on_show_event_cb);
  gtk_widget_class_install_action (widget_class, "win.show-on-map", "s", on_show_on_map_cb);
  gtk_widget_class_install_action (widget_class, "win.report", "s", on_report_cb);
  gtk_widget_class_install_action (widget_class, "win.report-at", "(dd)", on_report_at_cb);
  gtk_widget_class_install_action (widget_class, "win.mend-event", "s", on_mend_event_cb);
  gtk_widget_class_install_action (widget_class, "win.open-draft", "s", on_open_draft_cb);
  gtk_widget_class_install_action (widget_class, "win.show-record", "s", on_show_record_cb);
  gtk_widget_class_install_action (widget_class, "win.show-conflict", "s", on_show_conflict_cb);
  gtk_widget_class_install_action (widget_class, "win.new-record", "(sss)", on_new_record_cb);
  gtk_widget_class_install_action (widget_class, "win.edit-record", "s", on_edit_record_cb);
  gtk_widget_class_install_action (widget_class, "win.open-record-draft", "s",
                                   on_open_record_draft_cb);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_n, GDK_CONTROL_MASK, "win.report", "s",
                                       "general");
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_n, GDK_CONTROL_MASK | GDK_SHIFT_MASK,
                                       "win.report", "s", "major");
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_1, GDK_ALT_MASK, "win.show-page", "s",
                                       "today");
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_2, GDK_ALT_MASK, "win.show-page", "s",
                                       "map");
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_3, GDK_ALT_MASK, "win.show-page", "s",
                                       "events");
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_4, GDK_ALT_MASK, "win.show-page", "s",
                                       "records");
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_5, GDK_ALT_MASK, "win.show-page", "s",
                                       "queue");
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_6, GDK_ALT_MASK, "win.show-page", "s",
                                       "settings");
}

static void
wg_window_class_init (WgWindowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = wg_window_dispose;
  object_class->finalize = wg_window_finalize;
  object_class->get_property = wg_window_get_property;
  object_class->set_property = wg_window_set_property;
  GTK_WINDOW_CLASS (klass)->close_request = wg_window_close_request;

  properties[PROP_SHAPE] =
      g_param_spec_string ("shape", NULL, NULL, "wide",
                           G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);

  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/wangge/Wangge/ui/wg-window.ui");
  gtk_widget_class_bind_template_child (widget_class, WgWindow, navigation);
  install_actions (widget_class);
}

static void
wg_window_init (WgWindow *self)
{
  self->shape = g_strdup ("wide");
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * wg_window_new:
 * @application: (nullable): the application
 * @services: what the screens work with
 *
 * Makes the window in the size it had; it shows first set-up, unlock or home as the services say.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: (transfer none): the window, owned by GTK
 */
WgWindow *
wg_window_new (GtkApplication *application, WgServices *services)
{
  WgWindow *self = g_object_new (WG_TYPE_WINDOW, "application", application, NULL);
  GSettings *settings = wg_services_get_settings (services);
  int width, height;

  self->services = g_object_ref (services);
  g_settings_get (settings, "window-size", "(ii)", &width, &height);
  gtk_window_set_default_size (GTK_WINDOW (self), width, height);
  if (g_settings_get_boolean (settings, "window-maximized"))
    gtk_window_maximize (GTK_WINDOW (self));
  g_signal_connect_object (services, "opened", G_CALLBACK (show_root), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (services, "locked", G_CALLBACK (show_root), self, G_CONNECT_SWAPPED);
  self->lock = wg_idle_lock_new (services, GTK_WIDGET (self));
  show_root (self);
  return self;
}

/**
 * wg_window_show_event:
 * @self: the window
 * @event_id: id of an event
 *
 * Opens the page of one event, unless it is the one already shown.
 *
 * Thread: UI.
 * Errors: none; a missing event is said on the page.
 */
void
wg_window_show_event (WgWindow *self, const char *event_id)
{
  AdwNavigationPage *top;

  if (self->home == NULL)
    return;
  close_dialogs (self);
  top = adw_navigation_view_get_visible_page (self->navigation);
  if (WG_IS_EVENT_PAGE (top) &&
      g_str_equal (wg_event_page_get_event_id (WG_EVENT_PAGE (top)), event_id))
    return;
  adw_navigation_view_push (self->navigation,
                            ADW_NAVIGATION_PAGE (wg_event_page_new (self->services, event_id)));
}

/**
 * wg_window_show_page:
 * @self: the window
 * @name: "today", "map", "events", "records", "queue" or "settings"
 *
 * Goes to one of the top-level pages; does nothing while locked.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_window_show_page (WgWindow *self, const char *name)
{
  if (self->home == NULL)
    return;
  adw_navigation_view_pop_to_page (self->navigation, ADW_NAVIGATION_PAGE (self->home));
  wg_home_page_show (self->home, name);
}

/**
 * wg_window_get_lock:
 * @self: the window
 *
 * Gives what locks the window after a while without a touch.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: (transfer none): the lock
 */
WgIdleLock *
wg_window_get_lock (WgWindow *self)
{
  return self->lock;
}

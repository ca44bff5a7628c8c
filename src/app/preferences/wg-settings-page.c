/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Settings (设置): hand, text size, outdoor style, sending, protection, this device. */
#include "app/preferences/wg-settings-page.h"

#include <glib/gi18n.h>

#include "app/preferences/wg-health-dialog.h"
#include "app/preferences/wg-secret-dialog.h"

struct _WgSettingsPage
{
  AdwBin parent_instance;

  AdwSwitchRow *outdoor, *photos_wifi_only, *background;
  GtkSpinButton *hold_seconds, *lock_minutes;
  AdwActionRow *owner;
  WgServices *services; /* owned */
};

G_DEFINE_FINAL_TYPE (WgSettingsPage, wg_settings_page, ADW_TYPE_BIN)

static void
on_change_secret_clicked_cb (WgSettingsPage *self)
{
  adw_dialog_present (ADW_DIALOG (wg_secret_dialog_new (self->services)), GTK_WIDGET (self));
}

static void
on_health_clicked_cb (WgSettingsPage *self)
{
  adw_dialog_present (ADW_DIALOG (wg_health_dialog_new (self->services)), GTK_WIDGET (self));
}

static void
show_owner (WgSettingsPage *self)
{
  WgStore *store = wg_services_get_store (self->services);
  const WgWorker *worker = store != NULL ? wg_store_get_worker (store) : NULL;
  const WgGrid *grid = wg_district_get_own_grid (wg_services_get_district (self->services));
  const WgOrg *org = wg_district_get_own_org (wg_services_get_district (self->services));
  g_autofree char *text = NULL;

  if (worker == NULL)
    return;
  text = g_strjoin (" · ", worker->name != NULL ? worker->name : worker->id,
                    org != NULL ? org->name : worker->org_code,
                    grid != NULL ? grid->name : worker->grid_code, NULL);
  adw_action_row_set_subtitle (self->owner, text);
}

static void
on_store_changed_cb (WgSettingsPage *self, const char *topic)
{
  if (g_str_equal (topic, "reference"))
    show_owner (self);
}

static void
bind_settings (WgSettingsPage *self, GSettings *settings)
{
  g_autoptr (GSimpleActionGroup) group = g_simple_action_group_new ();
  g_autoptr (GAction) hand = g_settings_create_action (settings, "hand");
  g_autoptr (GAction) scale = g_settings_create_action (settings, "text-scale");

  g_action_map_add_action (G_ACTION_MAP (group), hand);
  g_action_map_add_action (G_ACTION_MAP (group), scale);
  gtk_widget_insert_action_group (GTK_WIDGET (self), "settings", G_ACTION_GROUP (group));
  g_settings_bind (settings, "outdoor", self->outdoor, "active", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "photos-wifi-only", self->photos_wifi_only, "active",
                   G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "background", self->background, "active", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "hold-seconds", self->hold_seconds, "value", G_SETTINGS_BIND_DEFAULT);
  g_settings_bind (settings, "lock-minutes", self->lock_minutes, "value", G_SETTINGS_BIND_DEFAULT);
}

static void
wg_settings_page_dispose (GObject *object)
{
  WgSettingsPage *self = WG_SETTINGS_PAGE (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), WG_TYPE_SETTINGS_PAGE);
  g_clear_object (&self->services);
  G_OBJECT_CLASS (wg_settings_page_parent_class)->dispose (object);
}

static void
wg_settings_page_class_init (WgSettingsPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = wg_settings_page_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/wangge/Wangge/ui/wg-settings-page.ui");
  gtk_widget_class_bind_template_child (widget_class, WgSettingsPage, outdoor);
  gtk_widget_class_bind_template_child (widget_class, WgSettingsPage, photos_wifi_only);
  gtk_widget_class_bind_template_child (widget_class, WgSettingsPage, background);
  gtk_widget_class_bind_template_child (widget_class, WgSettingsPage, hold_seconds);
  gtk_widget_class_bind_template_child (widget_class, WgSettingsPage, lock_minutes);
  gtk_widget_class_bind_template_child (widget_class, WgSettingsPage, owner);
  gtk_widget_class_bind_template_callback (widget_class, on_change_secret_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_health_clicked_cb);
}

static void
wg_settings_page_init (WgSettingsPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * wg_settings_page_new:
 * @services: what the screens work with, open
 *
 * Makes the page of settings; each change holds at once.
 *
 * Thread: UI.
 * Errors: none.
 * Source: ux.md S2
 *
 * Returns: (transfer floating): the page
 */
WgSettingsPage *
wg_settings_page_new (WgServices *services)
{
  WgSettingsPage *self = g_object_new (WG_TYPE_SETTINGS_PAGE, NULL);

  self->services = g_object_ref (services);
  bind_settings (self, wg_services_get_settings (services));
  g_signal_connect_object (wg_services_get_store (services), "changed",
                           G_CALLBACK (on_store_changed_cb), self, G_CONNECT_SWAPPED);
  show_owner (self);
  return self;
}

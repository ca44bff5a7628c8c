/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A map view kept up to date: pack, grids, own position, outdoor style, and events if wanted. */
#include "app/widgets/wg-district-map.h"

#include <glib/gi18n.h>

#include "app/wg-toast.h"
#include "store/wg-attachment-store.h"

#define YEAR_MS (G_GINT64_CONSTANT (366) * 24 * 3600 * 1000)
#define SINCE_TODAY (-1) /* the store knows when that began */

struct _WgDistrictMap
{
  GtkWidget parent_instance;

  WgMapView *view;
  WgServices *services;      /* owned */
  GCancellable *cancellable; /* owned */
  WgDots which;
  GPtrArray *dots; /* owned; all, before the filter */
  WgDotFilter filter;
  gpointer filter_data;
  char *pack; /* owned; path of the pack shown */
  gboolean fitted;
};

G_DEFINE_FINAL_TYPE (WgDistrictMap, wg_district_map, GTK_TYPE_WIDGET)

/* --- pack ------------------------------------------------------------------------------------- */

static void
show_pack (WgDistrictMap *self, const char *path)
{
  g_autoptr (GError) error = NULL;

  if (!g_set_str (&self->pack, path))
    return;
  if (!wg_map_view_set_pack (self->view, path, &error))
    wg_toast_show_error (GTK_WIDGET (self), error);
}

static gpointer
pack_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  g_autoptr (GError) failed = NULL;
  char *path = wg_attachment_store_get_pack_path (context, &failed);

  if (failed != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failed));
      return NULL;
    }
  return path != NULL ? path : g_strdup ("");
}

static void
on_pack_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (WgDistrictMap) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *path = wg_store_run_finish (WG_STORE (source), result, &error);

  if (self->view == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (path == NULL)
    wg_toast_show_error (GTK_WIDGET (self), error);
  else if (*path != '\0')
    show_pack (self, path);
}

static void
load_pack (WgDistrictMap *self)
{
  g_autofree char *own =
      g_settings_get_string (wg_services_get_settings (self->services), "map-pack");

  if (*own != '\0')
    show_pack (self, own);
  else
    wg_store_run_async (wg_services_get_store (self->services), pack_job, NULL, NULL, g_free,
                        self->cancellable, on_pack_cb, g_object_ref (self));
}

/* --- events ----------------------------------------------------------------------------------- */

static gpointer
dots_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  gint64 since_ms = *(gint64 *) data;

  return wg_event_store_dots (
      context, since_ms == SINCE_TODAY ? wg_event_store_today_ms (context) : since_ms, error);
}

static void
show_dots (WgDistrictMap *self)
{
  g_autoptr (GPtrArray) shown = NULL;

  if (self->dots == NULL)
    return;
  if (self->filter == NULL)
    {
      wg_map_view_set_dots (self->view, self->dots);
      return;
    }
  shown = g_ptr_array_new_with_free_func ((GDestroyNotify) wg_event_dot_free);
  for (guint i = 0; i < self->dots->len; i++)
    {
      const WgEventDot *dot = g_ptr_array_index (self->dots, i);
      WgEventDot *copy;

      if (!self->filter (dot, self->filter_data))
        continue;
      copy = g_new (WgEventDot, 1);
      *copy = *dot;
      copy->id = g_strdup (dot->id);
      g_ptr_array_add (shown, copy);
    }
  wg_map_view_set_dots (self->view, shown);
}

static void
on_dots_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (WgDistrictMap) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) dots = wg_store_run_finish (WG_STORE (source), result, &error);

  if (self->view == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (dots == NULL)
    {
      wg_toast_show_error (GTK_WIDGET (self), error);
      return;
    }
  g_clear_pointer (&self->dots, g_ptr_array_unref);
  self->dots = g_steal_pointer (&dots);
  show_dots (self);
}

static void
load_dots (WgDistrictMap *self)
{
  gint64 now_ms = wg_services_now_ms (self->services);
  gint64 since_ms = self->which == WG_DOTS_TODAY ? SINCE_TODAY : now_ms - YEAR_MS;

  if (self->which == WG_DOTS_NONE)
    return;
  wg_store_run_async (wg_services_get_store (self->services), dots_job,
                      g_memdup2 (&since_ms, sizeof since_ms), g_free,
                      (GDestroyNotify) g_ptr_array_unref, self->cancellable, on_dots_cb,
                      g_object_ref (self));
}

/* --- grids, position, style ------------------------------------------------------------------- */

static void
show_grids (WgDistrictMap *self)
{
  const WgGrid *own = wg_district_get_own_grid (wg_services_get_district (self->services));
  GPtrArray *grids = wg_district_get_grids (wg_services_get_district (self->services));

  if (grids == NULL)
    return;
  wg_map_view_set_grids (self->view, grids, own != NULL ? own->code : NULL);
  if (!self->fitted && own != NULL)
    {
      self->fitted = TRUE;
      wg_map_view_show_grid (self->view, own->code);
    }
}

static void
on_store_changed_cb (WgDistrictMap *self, const char *topic)
{
  if (g_str_equal (topic, "reference"))
    {
      show_grids (self);
      load_pack (self);
    }
  else if (g_str_equal (topic, "events") || g_str_equal (topic, "outbox"))
    load_dots (self);
}

static void
on_moved_cb (WgDistrictMap *self)
{
  WgFix fix = wg_locator_get_fix (wg_services_get_locator (self->services));

  wg_map_view_set_position (self->view, &fix);
}

static void
on_outdoor_changed_cb (WgDistrictMap *self)
{
  wg_map_view_set_outdoor (
      self->view, g_settings_get_boolean (wg_services_get_settings (self->services), "outdoor"));
}

static void
on_locate_failed_cb (WgDistrictMap *self)
{
  wg_toast_show (GTK_WIDGET (self), _("No position: choose the place by hand"));
}

/* --- object ----------------------------------------------------------------------------------- */

static void
wg_district_map_dispose (GObject *object)
{
  WgDistrictMap *self = WG_DISTRICT_MAP (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  if (self->view != NULL)
    gtk_widget_unparent (GTK_WIDGET (self->view));
  self->view = NULL;
  g_clear_object (&self->services);
  g_clear_pointer (&self->dots, g_ptr_array_unref);
  g_clear_pointer (&self->pack, g_free);
  G_OBJECT_CLASS (wg_district_map_parent_class)->dispose (object);
}

static void
wg_district_map_class_init (WgDistrictMapClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = wg_district_map_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
}

static void
wg_district_map_init (WgDistrictMap *self)
{
  self->cancellable = g_cancellable_new ();
  self->view = WG_MAP_VIEW (wg_map_view_new ());
  gtk_widget_set_parent (GTK_WIDGET (self->view), GTK_WIDGET (self));
  g_signal_connect_object (self->view, "locate-failed", G_CALLBACK (on_locate_failed_cb), self,
                           G_CONNECT_SWAPPED);
}

/**
 * wg_district_map_set_services:
 * @self: the map
 * @services: what the screens work with, open
 * @dots: which events to draw
 *
 * Fills the map and keeps it up to date from now on.
 *
 * Thread: UI.
 * Errors: none; a pack that cannot be shown is said in a toast.
 */
void
wg_district_map_set_services (WgDistrictMap *self, WgServices *services, WgDots dots)
{
  g_assert (self->services == NULL);
  self->services = g_object_ref (services);
  self->which = dots;
  g_signal_connect_object (wg_services_get_store (services), "changed",
                           G_CALLBACK (on_store_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (wg_services_get_settings (services), "changed::outdoor",
                           G_CALLBACK (on_outdoor_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (wg_services_get_settings (services), "changed::map-pack",
                           G_CALLBACK (load_pack), self, G_CONNECT_SWAPPED);
  on_outdoor_changed_cb (self);
  if (wg_services_get_locator (services) != NULL)
    {
      g_signal_connect_object (wg_services_get_locator (services), "moved",
                               G_CALLBACK (on_moved_cb), self, G_CONNECT_SWAPPED);
      on_moved_cb (self);
    }
  show_grids (self);
  load_pack (self);
  load_dots (self);
}

/**
 * wg_district_map_set_filter:
 * @self: the map
 * @filter: (nullable): says of each event whether it is drawn
 * @user_data: for @filter
 *
 * Draws only some of the events.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_district_map_set_filter (WgDistrictMap *self, WgDotFilter filter, gpointer user_data)
{
  self->filter = filter;
  self->filter_data = user_data;
  show_dots (self);
}

/**
 * wg_district_map_refilter:
 * @self: the map
 *
 * Asks the filter again.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_district_map_refilter (WgDistrictMap *self)
{
  show_dots (self);
}

/**
 * wg_district_map_get_view:
 * @self: the map
 *
 * Gives the map view inside.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: (transfer none): the view
 */
WgMapView *
wg_district_map_get_view (WgDistrictMap *self)
{
  return self->view;
}

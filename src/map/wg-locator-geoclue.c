/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The position as GeoClue tells it over D-Bus. */
#include <math.h>

#include <geoclue.h>

#include "map/wg-locator.h"

#define SATELLITE_ACCURACY_M 100 /* what a receiver reaches; masts and Wi-Fi say more */
#define EVERY_S 5
#define STATIC_SOURCE "Static location" /* GeoClue: read from /etc/geolocation */

#define WG_TYPE_GEOCLUE_LOCATOR (wg_geoclue_locator_get_type ())
G_DECLARE_FINAL_TYPE (WgGeoclueLocator, wg_geoclue_locator, WG, GEOCLUE_LOCATOR, WgLocator)

struct _WgGeoclueLocator
{
  WgLocator parent_instance;

  char *app_id;              /* owned */
  GClueSimple *simple;       /* owned, nullable */
  GCancellable *cancellable; /* owned, nullable */
};

G_DEFINE_FINAL_TYPE (WgGeoclueLocator, wg_geoclue_locator, WG_TYPE_LOCATOR)

static void
on_location_changed_cb (WgGeoclueLocator *self)
{
  GClueLocation *location = gclue_simple_get_location (self->simple);
  WgFix fix = { 0 };
  GVariant *when;

  if (location == NULL)
    return;
  fix.lon = gclue_location_get_longitude (location);
  fix.lat = gclue_location_get_latitude (location);
  fix.accuracy_m = gclue_location_get_accuracy (location);
  fix.source = fix.accuracy_m <= SATELLITE_ACCURACY_M ? WG_FIX_SATELLITE : WG_FIX_NETWORK;
  fix.mock = g_strcmp0 (gclue_location_get_description (location), STATIC_SOURCE) == 0;
  fix.at_ms = g_get_real_time () / 1000;
  when = gclue_location_get_timestamp (location);
  if (when != NULL && g_variant_is_of_type (when, G_VARIANT_TYPE ("(tt)")))
    {
      guint64 seconds = 0, microseconds = 0;
      g_variant_get (when, "(tt)", &seconds, &microseconds);
      if (seconds > 0)
        fix.at_ms = MIN (fix.at_ms, (gint64) (seconds * 1000 + microseconds / 1000));
    }
  wg_locator_take_fix (WG_LOCATOR (self), &fix);
}

static void
on_connected_cb (GObject *object, GAsyncResult *result, gpointer data)
{
  g_autoptr (WgGeoclueLocator) self = data;
  g_autoptr (GError) error = NULL;
  GClueSimple *simple = gclue_simple_new_with_thresholds_finish (result, &error);

  if (simple == NULL)
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        wg_locator_take_failure (WG_LOCATOR (self), error->message);
      return;
    }
  if (!wg_locator_is_running (WG_LOCATOR (self)))
    {
      g_object_unref (simple);
      return;
    }
  self->simple = simple;
  g_signal_connect_object (simple, "notify::location", G_CALLBACK (on_location_changed_cb), self,
                           G_CONNECT_SWAPPED);
  on_location_changed_cb (self);
}

static void
wg_geoclue_locator_start (WgLocator *locator)
{
  WgGeoclueLocator *self = WG_GEOCLUE_LOCATOR (locator);

  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  gclue_simple_new_with_thresholds (self->app_id, GCLUE_ACCURACY_LEVEL_EXACT, EVERY_S, 0,
                                    self->cancellable, on_connected_cb, g_object_ref (self));
}

static void
wg_geoclue_locator_stop (WgLocator *locator)
{
  WgGeoclueLocator *self = WG_GEOCLUE_LOCATOR (locator);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->simple);
}

static void
wg_geoclue_locator_dispose (GObject *object)
{
  WgGeoclueLocator *self = WG_GEOCLUE_LOCATOR (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  g_clear_object (&self->simple);
  g_clear_pointer (&self->app_id, g_free);
  G_OBJECT_CLASS (wg_geoclue_locator_parent_class)->dispose (object);
}

static void
wg_geoclue_locator_class_init (WgGeoclueLocatorClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = wg_geoclue_locator_dispose;
  WG_LOCATOR_CLASS (klass)->start = wg_geoclue_locator_start;
  WG_LOCATOR_CLASS (klass)->stop = wg_geoclue_locator_stop;
}

static void
wg_geoclue_locator_init (WgGeoclueLocator *self)
{
}

/**
 * wg_locator_new_geoclue:
 * @app_id: of the program: GeoClue's permissions and the portal know it by this
 *
 * Thread: the UI thread.
 * Errors: by the signal `failed`, when there is no GeoClue or it refuses.
 *
 * Returns: (transfer full): the locator, stopped
 */
WgLocator *
wg_locator_new_geoclue (const char *app_id)
{
  WgGeoclueLocator *self = g_object_new (WG_TYPE_GEOCLUE_LOCATOR, NULL);

  self->app_id = g_strdup (app_id);
  return WG_LOCATOR (self);
}

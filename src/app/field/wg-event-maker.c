/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A new event with all that the tablet knows by itself: time, place, grid, version of the standard.
 */
#include "app/field/wg-event-maker.h"

#include <glib/gi18n.h>
#include <math.h>

#include "app/wg-time.h"
#include "core/wg-id.h"

/**
 * wg_event_maker_new:
 * @services: what the screens work with, open
 * @level: level of the event
 *
 * Makes an event of now and here. Its id is the one it will keep.
 *
 * Thread: UI.
 * Errors: none; what the tablet does not know stays empty.
 *
 * Returns: (transfer full): the event
 */
WgEvent *
wg_event_maker_new (WgServices *services, WgEventLevel level)
{
  const WgWorker *worker = wg_store_get_worker (wg_services_get_store (services));
  WgStandard *standard = wg_district_get_standard (wg_services_get_district (services));
  WgEvent *event = wg_event_new ();

  event->id = wg_id_new (wg_services_get_ports (services));
  event->level = level;
  event->occurred_ms = wg_services_now_ms (services);
  event->reported_ms = event->occurred_ms;
  event->origin = g_strdup ("01");
  if (standard != NULL)
    event->class_std = g_strdup (wg_standard_get_version (standard));
  if (worker != NULL)
    {
      event->grid_code = g_strdup (worker->grid_code);
      event->org_code = g_strdup (worker->org_code);
    }
  wg_event_maker_locate (services, event);
  return event;
}

/**
 * wg_event_maker_set_class:
 * @services: what the screens work with, open
 * @event: an event
 * @class_code: (nullable): a class of the standard in force
 *
 * Puts an event into a class. Words that only repeated the name of the old class go with it.
 *
 * Thread: UI.
 * Errors: none; an unknown class is left for the check.
 */
void
wg_event_maker_set_class (WgServices *services, WgEvent *event, const char *class_code)
{
  WgStandard *standard = wg_district_get_standard (wg_services_get_district (services));
  const WgEventClass *old = NULL, *row = NULL;

  if (standard != NULL)
    {
      old = event->class_code != NULL ? wg_standard_find (standard, event->class_code) : NULL;
      row = class_code != NULL ? wg_standard_find (standard, class_code) : NULL;
      g_set_str (&event->class_std, wg_standard_get_version (standard));
    }
  if (old != NULL && g_strcmp0 (event->title, old->name) == 0)
    g_clear_pointer (&event->title, g_free);
  if (old != NULL && g_strcmp0 (event->handle_note, old->name) == 0)
    g_clear_pointer (&event->handle_note, g_free);
  g_set_str (&event->class_code, class_code);
  wg_event_normalize (event, row != NULL ? row->name : NULL);
}

/**
 * wg_event_maker_locate:
 * @services: what the screens work with
 * @event: an event
 *
 * Takes the newest position as it is, with its accuracy and its time however old. The first one
 * an event ever got is kept beside it for good, and so is the mark that one came from no receiver.
 *
 * Thread: UI.
 * Errors: none.
 * Source: ux.md T24; domain.md R3
 *
 * Returns: %FALSE when no position is known; the event is as it was
 */
gboolean
wg_event_maker_locate (WgServices *services, WgEvent *event)
{
  WgLocator *locator = wg_services_get_locator (services);
  WgFix fix = { .lon = NAN, .lat = NAN };

  if (locator != NULL)
    fix = wg_locator_get_fix (locator);
  if (!wg_fix_is_known (&fix))
    return FALSE;
  event->lon = fix.lon;
  event->lat = fix.lat;
  event->fix_accuracy_m = fix.accuracy_m;
  event->fix_ms = fix.at_ms;
  event->fix_source = fix.source;
  event->fix_mock |= fix.mock; /* for good, as the first fix stays for good */
  if (isnan (event->raw_lon))
    {
      event->raw_lon = fix.lon;
      event->raw_lat = fix.lat;
    }
  return TRUE;
}

/**
 * wg_event_maker_set_point:
 * @services: what the screens work with
 * @event: an event
 * @point: a place chosen by hand
 *
 * Puts an event at a place chosen by hand; what the receiver said stays on the record.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_event_maker_set_point (WgServices *services, WgEvent *event, WgPoint point)
{
  event->lon = point.lon;
  event->lat = point.lat;
  event->fix_source = WG_FIX_MANUAL;
  event->fix_accuracy_m = NAN;
  event->fix_ms = wg_services_now_ms (services);
}

/**
 * wg_event_maker_has_point:
 * @event: an event
 *
 * Tells whether an event has a place on the map.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: %TRUE with both degrees
 */
gboolean
wg_event_maker_has_point (const WgEvent *event)
{
  return !isnan (event->lon) && !isnan (event->lat);
}

/**
 * wg_event_maker_outside_m:
 * @services: what the screens work with
 * @event: an event
 *
 * Measures how far outside the worker's own grid an event lies.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: metres, 0 inside, without a place, and for those who have no grid
 */
double
wg_event_maker_outside_m (WgServices *services, const WgEvent *event)
{
  const WgGrid *grid = wg_district_get_own_grid (wg_services_get_district (services));

  if (grid == NULL || grid->boundary == NULL || !wg_event_maker_has_point (event))
    return 0;
  return wg_polygon_distance_m (grid->boundary, (WgPoint) { event->lon, event->lat });
}

/**
 * wg_event_maker_describe_place:
 * @services: what the screens work with
 * @event: an event
 * @at_ms: now in a form, the time of the report on a record
 *
 * Tells where an event is, how exactly that is known, how old the knowledge was at @at_ms, and
 * whether a receiver measured it.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: (transfer full): translated text
 */
char *
wg_event_maker_describe_place (WgServices *services, const WgEvent *event, gint64 at_ms)
{
  GPtrArray *grids = wg_district_get_grids (wg_services_get_district (services));
  const WgGrid *grid;
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *age = NULL;

  if (!wg_event_maker_has_point (event))
    return g_strdup (_("No position yet: choose the place on the map"));
  grid = grids != NULL ? wg_grids_find (grids, (WgPoint) { event->lon, event->lat }) : NULL;
  g_string_append (text, grid != NULL ? grid->name : _("Outside the known grids"));
  if (event->fix_source == WG_FIX_MANUAL && isnan (event->fix_accuracy_m))
    g_string_append (text, _(" · chosen on the map"));
  else
    {
      if (isnan (event->fix_accuracy_m))
        g_string_append (text, _(" · accuracy unknown"));
      else
        g_string_append_printf (text, _(" · ±%d m"), (int) ceil (event->fix_accuracy_m));
      age = wg_time_format_age (event->fix_ms, at_ms);
      g_string_append_printf (text, " · %s", age);
    }
  if (event->fix_mock)
    g_string_append (text, _(" · not measured (test position)"));
  return g_string_free_and_steal (g_steal_pointer (&text));
}

/**
 * wg_event_maker_add_photo:
 * @event: an event
 * @sha256: name of a photo in the store
 *
 * Adds a photo once.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_event_maker_add_photo (WgEvent *event, const char *sha256)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  if (event->photos != NULL && g_strv_contains ((const char *const *) event->photos, sha256))
    return;
  if (event->photos != NULL)
    g_strv_builder_addv (builder, (const char **) event->photos);
  g_strv_builder_add (builder, sha256);
  g_strfreev (event->photos);
  event->photos = g_strv_builder_end (builder);
}

/**
 * wg_event_maker_remove_photo:
 * @event: an event
 * @sha256: name of a photo
 *
 * Takes a photo away from an event; the file stays in the store.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_event_maker_remove_photo (WgEvent *event, const char *sha256)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  gboolean any = FALSE;

  for (char **photo = event->photos; photo != NULL && *photo != NULL; photo++)
    if (!g_str_equal (*photo, sha256))
      {
        g_strv_builder_add (builder, *photo);
        any = TRUE;
      }
  g_strfreev (event->photos);
  event->photos = any ? g_strv_builder_end (builder) : NULL;
}

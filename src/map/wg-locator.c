/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the device is: what all providers share, and the choice between them. */
#include "map/wg-locator.h"

#include <math.h>
#include <string.h>

#include "map/wg-map-error.h"

typedef struct
{
  WgFix fix;
  gboolean running;
} WgLocatorPrivate;

G_DEFINE_TYPE_WITH_PRIVATE (WgLocator, wg_locator, G_TYPE_OBJECT)

enum
{
  SIGNAL_MOVED,
  SIGNAL_FAILED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* --- a point that never moves ---------------------------------------------------------------- */

#define WG_TYPE_FIXED_LOCATOR (wg_fixed_locator_get_type ())
G_DECLARE_FINAL_TYPE (WgFixedLocator, wg_fixed_locator, WG, FIXED_LOCATOR, WgLocator)

struct _WgFixedLocator
{
  WgLocator parent_instance;

  WgFix fix; /* its time is set anew at each start and question */
};

G_DEFINE_FINAL_TYPE (WgFixedLocator, wg_fixed_locator, WG_TYPE_LOCATOR)

static void
wg_fixed_locator_start (WgLocator *locator)
{
  WgFixedLocator *self = WG_FIXED_LOCATOR (locator);

  self->fix.at_ms = g_get_real_time () / 1000;
  if (wg_fix_is_known (&self->fix))
    wg_locator_take_fix (locator, &self->fix);
  else
    wg_locator_take_failure (locator, "positioning is switched off");
}

static void
wg_fixed_locator_class_init (WgFixedLocatorClass *klass)
{
  WG_LOCATOR_CLASS (klass)->start = wg_fixed_locator_start;
}

static void
wg_fixed_locator_init (WgFixedLocator *self)
{
}

/* --- a fix ----------------------------------------------------------------------------------- */

/**
 * wg_fix_is_known:
 * @fix: a fix
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: %TRUE when it tells a place
 */
gboolean
wg_fix_is_known (const WgFix *fix)
{
  return !isnan (fix->lon) && !isnan (fix->lat);
}

/**
 * wg_fix_get_age_ms:
 * @fix: a fix
 * @now_ms: the device's wall clock
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: how old it is; 0 when the clock was set back since
 */
gint64
wg_fix_get_age_ms (const WgFix *fix, gint64 now_ms)
{
  return MAX (0, now_ms - fix->at_ms);
}

/**
 * wg_fix_is_stale:
 * @fix: a fix
 * @now_ms: the device's wall clock
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: %TRUE when the device may have gone elsewhere since
 */
gboolean
wg_fix_is_stale (const WgFix *fix, gint64 now_ms)
{
  return wg_fix_get_age_ms (fix, now_ms) > WG_LOCATOR_STALE_MS;
}

/* --- what all providers share ---------------------------------------------------------------- */

static void
wg_locator_class_init (WgLocatorClass *klass)
{
  signals[SIGNAL_MOVED] = g_signal_new ("moved", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                        NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_FAILED] = g_signal_new ("failed", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                         NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_ERROR);
}

static void
wg_locator_init (WgLocator *self)
{
  WgLocatorPrivate *own = wg_locator_get_instance_private (self);

  own->fix = (WgFix) { .lon = NAN, .lat = NAN, .accuracy_m = NAN, .source = WG_FIX_NONE };
}

/**
 * wg_locator_start:
 * @self: a locator
 *
 * Begins to look for the position; nothing when it runs already. A provider that costs power
 * should run only while a screen needs it.
 *
 * Thread: the UI thread.
 * Errors: by the signal `failed`.
 */
void
wg_locator_start (WgLocator *self)
{
  WgLocatorPrivate *own = wg_locator_get_instance_private (self);

  if (own->running)
    return;
  own->running = TRUE;
  WG_LOCATOR_GET_CLASS (self)->start (self);
}

/**
 * wg_locator_stop:
 * @self: a locator
 *
 * Ends it; the newest fix stays and grows old.
 *
 * Thread: the UI thread.
 * Errors: none.
 */
void
wg_locator_stop (WgLocator *self)
{
  WgLocatorPrivate *own = wg_locator_get_instance_private (self);

  if (!own->running)
    return;
  own->running = FALSE;
  if (WG_LOCATOR_GET_CLASS (self)->stop != NULL)
    WG_LOCATOR_GET_CLASS (self)->stop (self);
}

/**
 * wg_locator_is_running:
 * @self: a locator
 *
 * Thread: the UI thread.
 * Errors: none.
 *
 * Returns: %TRUE between start and stop
 */
gboolean
wg_locator_is_running (WgLocator *self)
{
  WgLocatorPrivate *own = wg_locator_get_instance_private (self);

  return own->running;
}

/**
 * wg_locator_get_fix:
 * @self: a locator
 *
 * Thread: the UI thread.
 * Errors: none.
 *
 * Returns: the newest fix; ask wg_fix_is_known()
 */
WgFix
wg_locator_get_fix (WgLocator *self)
{
  WgLocatorPrivate *own = wg_locator_get_instance_private (self);
  WgFix fix = own->fix;

  if (WG_IS_FIXED_LOCATOR (self) && own->running) /* it is there now, too */
    fix.at_ms = g_get_real_time () / 1000;
  return fix;
}

/**
 * wg_locator_take_fix:
 * @self: a locator
 * @fix: what its provider found; an accuracy of 0 or less becomes unknown
 *
 * For the providers. A fix outside the land is not taken.
 *
 * Thread: the UI thread.
 * Errors: none.
 */
void
wg_locator_take_fix (WgLocator *self, const WgFix *fix)
{
  WgLocatorPrivate *own = wg_locator_get_instance_private (self);

  if (!wg_geo_is_plausible ((WgPoint) { fix->lon, fix->lat }))
    return;
  own->fix = *fix;
  if (!(fix->accuracy_m > 0))
    own->fix.accuracy_m = NAN;
  g_signal_emit (self, signals[SIGNAL_MOVED], 0);
}

/**
 * wg_locator_take_failure:
 * @self: a locator
 * @message: why there is no position
 *
 * For the providers.
 *
 * Thread: the UI thread.
 * Errors: none.
 */
void
wg_locator_take_failure (WgLocator *self, const char *message)
{
  g_autoptr (GError) error = g_error_new_literal (WG_MAP_ERROR, WG_MAP_ERROR_POSITION, message);

  g_signal_emit (self, signals[SIGNAL_FAILED], 0, error);
}

/**
 * wg_locator_new_fixed:
 * @lon: degrees WGS-84, NAN: none, starting it fails
 * @lat: degrees WGS-84
 * @accuracy_m: metres; 0 or less: unknown
 *
 * For tests, demonstrations and desks. Its fixes are marked as made by hand and not genuine.
 *
 * Thread: the UI thread.
 * Errors: none.
 *
 * Returns: (transfer full): the locator
 */
WgLocator *
wg_locator_new_fixed (double lon, double lat, double accuracy_m)
{
  WgFixedLocator *self = g_object_new (WG_TYPE_FIXED_LOCATOR, NULL);

  self->fix = (WgFix) { lon, lat, accuracy_m, 0, WG_FIX_MANUAL, TRUE };
  return WG_LOCATOR (self);
}

static WgLocator *
new_from_text (const char *text, GError **error)
{
  const char *value = strchr (text, ':');

  if (g_str_equal (text, "none"))
    return wg_locator_new_fixed (NAN, NAN, 0);
  if (g_str_has_prefix (text, "fixed:"))
    {
      g_auto (GStrv) parts = g_strsplit (value + 1, ",", 3);
      if (g_strv_length (parts) >= 2)
        return wg_locator_new_fixed (g_ascii_strtod (parts[0], NULL),
                                     g_ascii_strtod (parts[1], NULL),
                                     parts[2] != NULL ? g_ascii_strtod (parts[2], NULL) : 0);
    }
  if (g_str_has_prefix (text, "nmea:"))
    {
      g_auto (GStrv) parts = g_strsplit (value + 1, "@", 2);
      return wg_locator_new_nmea (parts[0], parts[1] != NULL ? g_ascii_strtod (parts[1], NULL) : 1,
                                  error);
    }
  g_set_error (
      error, WG_MAP_ERROR, WG_MAP_ERROR_POSITION,
      "WANGGE_POSITION is '%s'; it may be fixed:LON,LAT[,METRES], nmea:FILE[@SPEED] or none", text);
  return NULL;
}

/**
 * wg_locator_new:
 * @app_id: of the program, which GeoClue asks for
 *
 * Takes the provider that the environment names in WANGGE_POSITION, else GeoClue. A value that
 * cannot be used is told on standard error, and there is then no position.
 *
 * Thread: the UI thread.
 * Errors: none.
 *
 * Returns: (transfer full): the locator, stopped
 */
WgLocator *
wg_locator_new (const char *app_id)
{
  const char *text = g_getenv ("WANGGE_POSITION");
  g_autoptr (GError) error = NULL;
  WgLocator *self;

  if (text == NULL || *text == '\0')
    return wg_locator_new_geoclue (app_id);
  self = new_from_text (text, &error);
  if (self != NULL)
    return self;
  g_printerr ("%s\n", error->message);
  return wg_locator_new_fixed (NAN, NAN, 0);
}

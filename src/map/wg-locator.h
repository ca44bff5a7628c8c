/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the device is: GeoClue, a fixed point for tests and desks, or a recorded NMEA file. */
#pragma once

#include <gio/gio.h>

#include "core/wg-event.h"
#include "core/wg-geo.h"

G_BEGIN_DECLS

/* One fix. @lon and @lat are NAN when there is none. */
typedef struct
{
  double lon, lat;    /* WGS-84 */
  double accuracy_m;  /* NAN when unknown (the receiver said <= 0) */
  gint64 at_ms;       /* when it was taken, by the device's wall clock */
  WgFixSource source; /* satellite or network by accuracy; manual for a fixed point */
  gboolean mock;      /* from no receiver (fixed point, replay): marked in the record */
} WgFix;

#define WG_LOCATOR_STALE_MS (2 * 60 * 1000)

gboolean wg_fix_is_known (const WgFix *fix);
/* Age at @now_ms, never negative; a fix older than WG_LOCATOR_STALE_MS is stale. */
gint64 wg_fix_get_age_ms (const WgFix *fix, gint64 now_ms);
gboolean wg_fix_is_stale (const WgFix *fix, gint64 now_ms);

/* Derived by the providers. Starts stopped; a provider that fails emits ::failed and stays without
 * a fix. */
#define WG_TYPE_LOCATOR (wg_locator_get_type ())
G_DECLARE_DERIVABLE_TYPE (WgLocator, wg_locator, WG, LOCATOR, GObject)

struct _WgLocatorClass
{
  GObjectClass parent_class;
  void (*start) (WgLocator *self);
  void (*stop) (WgLocator *self);
};

/**
 * WgLocator::moved:   a new fix; read it with wg_locator_get_fix()
 * WgLocator::failed:  (const GError *) WG_MAP_ERROR_POSITION: say so and let the user pick by hand
 */

/* WANGGE_POSITION decides: "fixed:118.58,37.45[,8]", "nmea:FILE[@SPEED]", "none"; unset: GeoClue.
 */
WgLocator *wg_locator_new (const char *app_id);
WgLocator *wg_locator_new_geoclue (const char *app_id);
WgLocator *wg_locator_new_fixed (double lon, double lat, double accuracy_m);
WgLocator *wg_locator_new_nmea (const char *path, double speed, GError **error);
void wg_locator_start (WgLocator *self);
void wg_locator_stop (WgLocator *self);
gboolean wg_locator_is_running (WgLocator *self);
WgFix wg_locator_get_fix (WgLocator *self); /* the newest; not known before the first */

/* For the providers. */
void wg_locator_take_fix (WgLocator *self, const WgFix *fix);
void wg_locator_take_failure (WgLocator *self, const char *message);

/* One sentence of NMEA 0183 (GGA or RMC of any talker): %FALSE when it carries no valid fix.
 * @inout_fix keeps what other sentences said. */
gboolean wg_nmea_parse (const char *sentence, WgFix *inout_fix);

G_END_DECLS

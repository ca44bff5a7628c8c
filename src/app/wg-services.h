/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the screens work with, handed down from the application: store, sync, place, settings,
 * clock. */
#pragma once

#include "app/wg-district.h"
#include "app/wg-tally.h"
#include "map/wg-locator.h"
#include "sync/wg-sync.h"

G_BEGIN_DECLS

#define WG_TYPE_SERVICES (wg_services_get_type ())
G_DECLARE_FINAL_TYPE (WgServices, wg_services, WG, SERVICES, GObject)

/* signals: "opened" a store is there and unlocked; "locked" the secret is asked again;
 * "counts-changed"; "sync-changed". */
WgServices *wg_services_new (const char *folder, const WgPorts *ports, gboolean start_sync);
const char *wg_services_get_folder (WgServices *self);
const WgPorts *wg_services_get_ports (WgServices *self);
gint64 wg_services_now_ms (WgServices *self);
GSettings *wg_services_get_settings (WgServices *self);
WgStore *wg_services_get_store (WgServices *self);
WgSync *wg_services_get_sync (WgServices *self);
void wg_services_sync_soon (WgServices *self);
WgLocator *wg_services_get_locator (WgServices *self);
void wg_services_set_locator (WgServices *self, WgLocator *locator);
WgDistrict *wg_services_get_district (WgServices *self);
const WgEventCounts *wg_services_get_counts (WgServices *self);

gboolean wg_services_is_locked (WgServices *self);
void wg_services_lock (WgServices *self);
void wg_services_unlock_async (WgServices *self,
                               const char *secret,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
gboolean wg_services_unlock_finish (WgServices *self, GAsyncResult *result, GError **error);
void wg_services_enrol_async (WgServices *self,
                              const char *url,
                              const char *code,
                              const char *secret,
                              GCancellable *cancellable,
                              GAsyncReadyCallback callback,
                              gpointer user_data);
gboolean wg_services_enrol_finish (WgServices *self, GAsyncResult *result, GError **error);
void wg_services_close (WgServices *self);

G_END_DECLS

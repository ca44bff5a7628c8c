/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A new event with all that the tablet knows by itself: time, place, grid, version of the standard.
 */
#pragma once

#include "app/wg-services.h"

G_BEGIN_DECLS

WgEvent *wg_event_maker_new (WgServices *services, WgEventLevel level);
void wg_event_maker_set_class (WgServices *services, WgEvent *event, const char *class_code);
gboolean wg_event_maker_locate (WgServices *services, WgEvent *event);
void wg_event_maker_set_point (WgServices *services, WgEvent *event, WgPoint point);
gboolean wg_event_maker_has_point (const WgEvent *event);
double wg_event_maker_outside_m (WgServices *services, const WgEvent *event);
char *wg_event_maker_describe_place (WgServices *services, const WgEvent *event, gint64 at_ms);
void wg_event_maker_add_photo (WgEvent *event, const char *sha256);
void wg_event_maker_remove_photo (WgEvent *event, const char *sha256);

G_END_DECLS

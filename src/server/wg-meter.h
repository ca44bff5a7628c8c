/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How often somebody may ask, and how often what happened. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _WgMeter WgMeter;

/* @rate: requests a minute; 0: no limit */
WgMeter *wg_meter_new (guint rate);
void wg_meter_free (WgMeter *self);
/* Counts a request of a replica or an address; 0: go on; else seconds to wait. */
guint wg_meter_wait (WgMeter *self, const char *who);
/* Forgets who has not asked for long. */
void wg_meter_clean (WgMeter *self);
/* Counts an event; @name with its labels, as Prometheus writes it. */
void wg_meter_count (WgMeter *self, const char *name, gint64 n);
/* How long a request of this path took. */
void wg_meter_time (WgMeter *self, const char *path, gint64 us);
GString *wg_meter_describe (WgMeter *self);

G_END_DECLS

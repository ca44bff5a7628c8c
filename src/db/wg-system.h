/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The machine's clock, boot clock and random source as ports: the only place that asks for them. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Layout-compatible with core's WgPorts, which this layer may not include: see wg-system.c. */
gint64 wg_system_wall_ms (gpointer unused);
gint64 wg_system_boot_ms (gpointer unused);
void wg_system_random (gpointer unused, guint8 *out, gsize n);
const char *wg_system_boot_id (void);

/* static const initializer:  WgPorts ports = WG_SYSTEM_PORTS; ports.boot_id = wg_system_boot_id ();
 */
#define WG_SYSTEM_PORTS { wg_system_wall_ms, wg_system_boot_ms, wg_system_random, NULL, NULL }

G_END_DECLS

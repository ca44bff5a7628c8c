/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the core needs of the outer world, given as functions: the core itself has no clock, chance,
 * file or thread. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/**
 * WgPorts:
 * @wall_ms: Unix milliseconds UTC by the device's own clock, which may be wrong
 * @boot_ms: milliseconds since boot, sleep included (CLOCK_BOOTTIME)
 * @random: fills @n bytes from a cryptographic source
 * @boot_id: random name of this boot, at most 36 bytes; owned by the provider
 * @data: handed to each function
 *
 * All times of the project are gint64 Unix milliseconds UTC and end in `_ms`.
 */
typedef struct
{
  gint64 (*wall_ms) (gpointer data);
  gint64 (*boot_ms) (gpointer data);
  void (*random) (gpointer data, guint8 *out, gsize n);
  const char *boot_id;
  gpointer data;
} WgPorts;

static inline gint64
wg_ports_wall_ms (const WgPorts *self)
{
  return self->wall_ms (self->data);
}

static inline gint64
wg_ports_boot_ms (const WgPorts *self)
{
  return self->boot_ms (self->data);
}

static inline void
wg_ports_random (const WgPorts *self, guint8 *out, gsize n)
{
  self->random (self->data, out, n);
}

G_END_DECLS

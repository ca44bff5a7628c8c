/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The machine's own clock, boot clock and random source, as ports of the core. */
#include "core/wg-ports.h"
#include "db/wg-system.h"
#include "store/wg-store.h"

/**
 * wg_store_system_ports:
 *
 * Gives the ports of this machine, for whoever needs them before a store is open.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer none): ports that live as long as the program
 */
const WgPorts *
wg_store_system_ports (void)
{
  static WgPorts ports = WG_SYSTEM_PORTS;
  static gsize ready;

  if (g_once_init_enter (&ready))
    {
      ports.boot_id = wg_system_boot_id ();
      g_once_init_leave (&ready, 1);
    }
  return &ports;
}

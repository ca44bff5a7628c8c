/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The machine's ports: alive, in the right unit, and shaped as the core wants them. */
#include <string.h>

#include "core/wg-ports.h"
#include "db/wg-system.h"

static void
test_ports (void)
{
  WgPorts ports = WG_SYSTEM_PORTS;
  guint8 a[64] = { 0 }, b[64] = { 0 };
  gint64 boot;

  ports.boot_id = wg_system_boot_id ();
  g_assert_cmpuint (strlen (ports.boot_id), ==, 36);
  g_assert_true (ports.boot_id == wg_system_boot_id ());
  /* ms, not s and not µs, within a second of GLib's clock */
  g_assert_cmpint (ABS (wg_ports_wall_ms (&ports) - g_get_real_time () / 1000), <, 1000);
  boot = wg_ports_boot_ms (&ports);
  g_assert_cmpint (boot, >, 0);
  g_assert_cmpint (wg_ports_boot_ms (&ports), >=, boot);
  wg_ports_random (&ports, a, sizeof a);
  wg_ports_random (&ports, b, sizeof b);
  g_assert_cmpint (memcmp (a, b, sizeof a), !=, 0);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/db/system/ports", test_ports);
  return g_test_run ();
}

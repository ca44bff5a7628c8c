/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What tells a terminal that its network is back, in the place of the system's monitor. */
#include "sim-wrap.h"
#include "sim.h"

#define SIM_TYPE_MONITOR (sim_monitor_get_type ())
G_DECLARE_FINAL_TYPE (SimMonitor, sim_monitor, SIM, MONITOR, GObject)

struct _SimMonitor
{
  GObject parent_instance;
};

static guint signal_changed;

G_DEFINE_FINAL_TYPE (SimMonitor, sim_monitor, G_TYPE_OBJECT)

static void
sim_monitor_class_init (SimMonitorClass *klass)
{
  signal_changed = g_signal_new ("network-changed", SIM_TYPE_MONITOR, G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, NULL, G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
}

static void
sim_monitor_init (SimMonitor *self)
{
}

GObject *
sim_monitor_new (void)
{
  return g_object_new (SIM_TYPE_MONITOR, NULL);
}

void
sim_monitor_tell (GObject *monitor)
{
  g_signal_emit (monitor, signal_changed, 0, TRUE);
}

WRAP (gpointer, g_network_monitor_get_default, void) { return sim_process ()->monitor; }

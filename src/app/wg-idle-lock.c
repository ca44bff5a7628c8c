/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Locks the tablet when nobody has touched the window for the minutes of the setting. */
#include "app/wg-idle-lock.h"

#define MINUTE_MS 60000

struct _WgIdleLock
{
  GObject parent_instance;

  WgServices *services; /* owned */
  guint unit_ms;        /* of the setting: a minute, less in tests */
  guint timer_id;
};

G_DEFINE_FINAL_TYPE (WgIdleLock, wg_idle_lock, G_TYPE_OBJECT)

static gboolean
on_idle_too_long_cb (gpointer user_data)
{
  WgIdleLock *self = user_data;

  self->timer_id = 0;
  wg_services_lock (self->services);
  return G_SOURCE_REMOVE;
}

static void
restart (WgIdleLock *self)
{
  int minutes = g_settings_get_int (wg_services_get_settings (self->services), "lock-minutes");

  g_clear_handle_id (&self->timer_id, g_source_remove);
  if (!wg_services_is_locked (self->services))
    self->timer_id = g_timeout_add ((guint) minutes * self->unit_ms, on_idle_too_long_cb, self);
}

static gboolean
on_event_cb (GtkEventControllerLegacy *controller, GdkEvent *event, WgIdleLock *self)
{
  switch (gdk_event_get_event_type (event))
    {
    case GDK_BUTTON_PRESS:
    case GDK_KEY_PRESS:
    case GDK_SCROLL:
    case GDK_TOUCH_BEGIN:
    case GDK_TOUCHPAD_PINCH:
      restart (self);
      break;
    default:
      break;
    }
  return GDK_EVENT_PROPAGATE;
}

static void
wg_idle_lock_dispose (GObject *object)
{
  WgIdleLock *self = WG_IDLE_LOCK (object);

  g_clear_handle_id (&self->timer_id, g_source_remove);
  g_clear_object (&self->services);
  G_OBJECT_CLASS (wg_idle_lock_parent_class)->dispose (object);
}

static void
wg_idle_lock_class_init (WgIdleLockClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = wg_idle_lock_dispose;
}

static void
wg_idle_lock_init (WgIdleLock *self)
{
  self->unit_ms = MINUTE_MS;
}

/**
 * wg_idle_lock_new:
 * @services: what the screens work with
 * @window: the window whose touches count
 *
 * Watches a window from now on. Drafts are kept before the screens go.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: (transfer full): the lock, to be kept as long as the window
 */
WgIdleLock *
wg_idle_lock_new (WgServices *services, GtkWidget *window)
{
  WgIdleLock *self = g_object_new (WG_TYPE_IDLE_LOCK, NULL);
  GtkEventController *controller = gtk_event_controller_legacy_new ();

  self->services = g_object_ref (services);
  gtk_event_controller_set_propagation_phase (controller, GTK_PHASE_CAPTURE);
  g_signal_connect_object (controller, "event", G_CALLBACK (on_event_cb), self, 0);
  gtk_widget_add_controller (window, controller);
  g_signal_connect_object (services, "opened", G_CALLBACK (restart), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (wg_services_get_settings (services), "changed::lock-minutes",
                           G_CALLBACK (restart), self, G_CONNECT_SWAPPED);
  restart (self);
  return self;
}

/**
 * wg_idle_lock_set_unit_ms:
 * @self: the lock
 * @unit_ms: what stands for a minute
 *
 * Makes time run faster, for tests.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_idle_lock_set_unit_ms (WgIdleLock *self, guint unit_ms)
{
  self->unit_ms = unit_ms;
  restart (self);
}

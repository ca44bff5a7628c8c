/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One line on top for what needs the user: no space, wrong clock, offline for a day, an office
 * visit. */
#include "app/sync/wg-warning-bar.h"

#include <glib/gi18n.h>

#include "app/preferences/wg-health-dialog.h"
#include "app/wg-time.h"
#include "store/wg-health.h"

#define LOOK_S 300
#define LITTLE_SPACE (G_GINT64_CONSTANT (1) << 30)
#define CLOCK_OFF_MS (5 * 60 * 1000)
#define LONG_WAIT_MS (24 * 60 * 60 * 1000)

struct _WgWarningBar
{
  AdwBin parent_instance;

  AdwBanner *banner;
  WgServices *services; /* owned */
  guint look_id;
  gboolean looking;
};

G_DEFINE_FINAL_TYPE (WgWarningBar, wg_warning_bar, ADW_TYPE_BIN)

/**
 * wg_warning_bar_describe:
 * @counts: counts of the queue
 * @free_bytes: space on the store's file system
 * @skew_ms: this clock minus the platform's; 0 when unknown
 * @waiting_since_ms: when the oldest waiting operation was made; 0 for none
 * @now_ms: now
 *
 * Says the gravest thing the user should do something about, and what.
 *
 * Thread: any.
 * Errors: none.
 * Source: ux.md 2.4.
 *
 * Returns: (transfer full) (nullable): translated text, %NULL when all is well
 */
char *
wg_warning_bar_describe (const WgEventCounts *counts,
                         gint64 free_bytes,
                         gint64 skew_ms,
                         gint64 waiting_since_ms,
                         gint64 now_ms)
{
  if (free_bytes < LITTLE_SPACE)
    return g_strdup_printf (_ ("Only %d MB left on this tablet: delete other files"),
                              (int) (free_bytes >> 20));
  if (ABS (skew_ms) > CLOCK_OFF_MS)
    {
      g_autofree char *span = wg_time_format_span (ABS (skew_ms));

      return g_strdup_printf (skew_ms > 0
                              ? _("This tablet's clock is %s fast: set it right")
                              : _("This tablet's clock is %s slow: set it right"), span);
    }
  if (counts->n_waiting > 0 && waiting_since_ms > 0 && now_ms - waiting_since_ms > LONG_WAIT_MS)
    return g_strdup_printf (_ ("%u waiting for more than a day: find a network"), counts->n_waiting);
  return NULL;
}

static gpointer
health_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_health_get (context, error);
}

static void
on_health_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (WgWarningBar) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (WgHealth) health = wg_store_run_finish (WG_STORE (source), result, &error);
  g_autofree char *text = NULL;

  self->looking = FALSE;
  if (self->banner == NULL)
    return;
  if (health == NULL)
    {
      g_warning ("device health: %s", error->message);
      return;
    }
  text = wg_warning_bar_describe (wg_services_get_counts (self->services), health->free_bytes,
                                  health->clock_known ? health->clock_skew_ms : 0,
                                  health->oldest_waiting_ms, wg_services_now_ms (self->services));
  if (text != NULL)
    {
      g_autofree char *marked = g_strdup_printf ("⚠ %s", text);

      adw_banner_set_title (self->banner, marked);
    }
  adw_banner_set_revealed (self->banner, text != NULL);
}

static void
look (WgWarningBar *self)
{
  WgStore *store = wg_services_get_store (self->services);

  if (store == NULL || self->looking)
    return;
  self->looking = TRUE;
  wg_store_run_async (store, health_job, NULL, NULL, (GDestroyNotify) wg_health_free, NULL,
                      on_health_cb, g_object_ref (self));
}

static gboolean
on_look_cb (gpointer user_data)
{
  look (user_data);
  return G_SOURCE_CONTINUE;
}

static void
on_button_clicked_cb (WgWarningBar *self)
{
  adw_dialog_present (ADW_DIALOG (wg_health_dialog_new (self->services)), GTK_WIDGET (self));
}

static void
wg_warning_bar_dispose (GObject *object)
{
  WgWarningBar *self = WG_WARNING_BAR (object);

  g_clear_handle_id (&self->look_id, g_source_remove);
  self->banner = NULL;
  g_clear_object (&self->services);
  G_OBJECT_CLASS (wg_warning_bar_parent_class)->dispose (object);
}

static void
wg_warning_bar_class_init (WgWarningBarClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = wg_warning_bar_dispose;
}

static void
wg_warning_bar_init (WgWarningBar *self)
{
  self->banner = ADW_BANNER (adw_banner_new (""));
  adw_banner_set_use_markup (self->banner, FALSE);
  adw_banner_set_button_label (self->banner, _ ("Device Health"));
  g_signal_connect_object (self->banner, "button-clicked", G_CALLBACK (on_button_clicked_cb), self,
                           G_CONNECT_SWAPPED);
  adw_bin_set_child (ADW_BIN (self), GTK_WIDGET (self->banner));
}

/**
 * wg_warning_bar_set_services:
 * @self: the bar
 * @services: what the screens work with, open
 *
 * Looks now, every five minutes, and when sync says something new.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_warning_bar_set_services (WgWarningBar *self, WgServices *services)
{
  g_assert (self->services == NULL);
  self->services = g_object_ref (services);
  g_signal_connect_object (services, "sync-changed", G_CALLBACK (look), self, G_CONNECT_SWAPPED);
  self->look_id = g_timeout_add_seconds (LOOK_S, on_look_cb, self);
  look (self);
}

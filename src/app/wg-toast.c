/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Words to the user that need no answer, over the dialog or the window that holds a widget. */
#include "app/wg-toast.h"

#include <adwaita.h>

#include "app/wg-app-error.h"

/* The overlay around @widget, as in a dialog that has its own; else the window's whole content. */
static AdwToastOverlay *
find_overlay (GtkWidget *widget)
{
  GtkWidget *overlay = gtk_widget_get_ancestor (widget, ADW_TYPE_TOAST_OVERLAY);
  GtkRoot *root = gtk_widget_get_root (widget);

  if (overlay == NULL && ADW_IS_APPLICATION_WINDOW (root))
    overlay = adw_application_window_get_content (ADW_APPLICATION_WINDOW (root));
  return ADW_IS_TOAST_OVERLAY (overlay) ? ADW_TOAST_OVERLAY (overlay) : NULL;
}

static void
add_toast (GtkWidget *widget, AdwToast *toast)
{
  AdwToastOverlay *overlay = find_overlay (widget);

  adw_toast_set_use_markup (toast, FALSE);
  if (overlay != NULL)
    adw_toast_overlay_add_toast (overlay, toast);
  else
    g_object_unref (g_object_ref_sink (toast));
}

/**
 * wg_toast_show:
 * @widget: a widget in the dialog or window
 * @text: what to say, translated
 *
 * Says something that needs no answer.
 *
 * Thread: UI.
 * Errors: none; outside of our windows nothing is shown.
 */
void
wg_toast_show (GtkWidget *widget, const char *text)
{
  add_toast (widget, adw_toast_new (text));
}

/**
 * wg_toast_show_error:
 * @widget: a widget in the dialog or window
 * @error: what went wrong
 *
 * Says what went wrong and what to do about it, before any other toast, for 10 s.
 *
 * Thread: UI.
 * Errors: none; outside of our windows nothing is shown.
 */
void
wg_toast_show_error (GtkWidget *widget, const GError *error)
{
  g_autofree char *text = wg_app_error_describe (error);
  AdwToast *toast = adw_toast_new (text);

  g_debug ("shown to the user: %s", error->message);
  adw_toast_set_priority (toast, ADW_TOAST_PRIORITY_HIGH);
  adw_toast_set_timeout (toast, 10);
  add_toast (widget, toast);
}

/**
 * wg_toast_finish:
 * @widget: a widget in the dialog or window
 * @services: (nullable): what the screens work with
 * @store: the store
 * @result: end of a job that wrote something
 *
 * Ends such a job: what it wrote is sent soon, or is said to have gone wrong.
 *
 * Thread: UI.
 * Errors: none; they are said to the user.
 *
 * Returns: %TRUE when it was written
 */
gboolean
wg_toast_finish (GtkWidget *widget, WgServices *services, GObject *store, GAsyncResult *result)
{
  g_autoptr (GError) error = NULL;
  gboolean done = wg_store_run_finish (WG_STORE (store), result, &error) != NULL;

  if (done)
    wg_services_sync_soon (services);
  else
    wg_toast_show_error (widget, error);
  return done;
}

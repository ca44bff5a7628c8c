/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Device health (设备健康): space and reserve, clock, integrity, versions. */
#include "app/preferences/wg-health-dialog.h"

#include <glib/gi18n.h>

#include "app/wg-app-error.h"
#include "app/wg-time.h"
#include "store/wg-health.h"
#include "wg-config.h"

#define LOW_SPACE (G_GINT64_CONSTANT (1) << 30) /* ux.md 2.4: under 1 GB needs action */
#define CLOCK_OFF_MS (10 * 60 * 1000)

struct _WgHealthDialog
{
  AdwDialog parent_instance;

  AdwActionRow *space, *used, *reserve, *last_sync, *waiting, *clock, *integrity, *versions,
      *device;
  AdwSpinner *spinner;
  GtkButton *check;
  WgServices *services; /* owned */
};

G_DEFINE_FINAL_TYPE (WgHealthDialog, wg_health_dialog, ADW_TYPE_DIALOG)

static void
show_row (AdwActionRow *row, const char *text, gboolean well)
{
  g_autofree char *marked = well ? g_strdup (text) : g_strdup_printf ("⚠ %s", text);

  adw_action_row_set_subtitle (row, marked);
  if (well)
    gtk_widget_remove_css_class (GTK_WIDGET (row), "error");
  else
    gtk_widget_add_css_class (GTK_WIDGET (row), "error");
}

static void
show_space (WgHealthDialog *self, const WgHealth *health)
{
  g_autofree char *free_text = g_format_size (MAX (0, health->free_bytes));
  g_autofree char *store = g_format_size (MAX (0, health->store_bytes));
  g_autofree char *blobs = g_format_size (MAX (0, health->blob_bytes));
  g_autofree char *used = g_strdup_printf (_("Records %s, photos %s"), store, blobs);
  gboolean enough = health->free_bytes >= LOW_SPACE;
  g_autofree char *space =
      enough ? g_strdup (free_text)
             : g_strdup_printf (_("%s — delete other files, or photos cannot be kept"), free_text);

  show_row (self->space, space, enough);
  show_row (self->used, used, TRUE);
  show_row (self->reserve,
            health->reserve_whole ? _("Whole: the queue can be written on a full disk too")
                                  : _("Used up: free some space"), health->reserve_whole);
}

static void
show_sync (WgHealthDialog *self, const WgHealth *health)
{
  gint64 now_ms = wg_services_now_ms (self->services);
  g_autofree char *last = health->last_sync_ms > 0 ? wg_time_format (health->last_sync_ms, now_ms)
                                                   : g_strdup (_("Not yet"));
  g_autofree char *waiting = NULL, *clock = NULL;
  gboolean right = !health->clock_known || ABS (health->clock_skew_ms) < CLOCK_OFF_MS;

  if (health->n_waiting == 0)
    waiting = g_strdup (_("Nothing"));
  else
    {
      g_autofree char *age = wg_time_format_age (health->oldest_waiting_ms, now_ms);

      waiting = g_strdup_printf (_("%u, the oldest %s"), health->n_waiting, age);
    }
  if (!health->clock_known)
    clock = g_strdup (_("Not compared with the platform yet"));
  else if (right)
    clock = g_strdup (_("Right"));
  else
    {
      g_autofree char *span = wg_time_format_span (ABS (health->clock_skew_ms));

      clock = g_strdup_printf (health->clock_skew_ms > 0 ? _("%s fast: set the clock")
                                                         : _("%s slow: set the clock"), span);
    }
  show_row (self->last_sync, last, TRUE);
  show_row (self->waiting, waiting, TRUE);
  show_row (self->clock, clock, right);
}

static void
show_identity (WgHealthDialog *self)
{
  const WgIdentity *identity = wg_store_get_identity (wg_services_get_store (self->services));
  g_autofree char *versions =
      g_strdup_printf ("%s %s · GTK %u.%u.%u · libadwaita %u.%u.%u",
                       _("Wangge"), WG_VERSION, gtk_get_major_version (), gtk_get_minor_version (),
                         gtk_get_micro_version (), adw_get_major_version (),
                         adw_get_minor_version (), adw_get_micro_version ());
  g_autofree char *device = g_strjoin ("\n", identity->device_id, identity->server_url, NULL);

  adw_action_row_set_subtitle (self->versions, versions);
  adw_action_row_set_subtitle (self->device, device);
}

static void
set_busy (WgHealthDialog *self, gboolean busy)
{
  gtk_widget_set_visible (GTK_WIDGET (self->spinner), busy);
  gtk_widget_set_sensitive (GTK_WIDGET (self->check), !busy);
}

/* --- the jobs --------------------------------------------------------------------------------- */

static gpointer
get_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_health_get (context, error);
}

static gpointer
check_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_health_check (context, error);
}

static void
on_got_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (WgHealthDialog) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (WgHealth) health = wg_store_run_finish (WG_STORE (source), result, &error);

  if (health == NULL)
    {
      g_autofree char *text = wg_app_error_describe (error);

      show_row (self->space, text, FALSE);
      return;
    }
  show_space (self, health);
  show_sync (self, health);
}

static void
on_checked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (WgHealthDialog) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (WgHealth) health = wg_store_run_finish (WG_STORE (source), result, &error);

  set_busy (self, FALSE);
  if (health == NULL)
    {
      g_autofree char *text = wg_app_error_describe (error);

      show_row (self->integrity, text, FALSE);
      return;
    }
  show_row (self->integrity, health->integrity_ok ? _("Whole: every record has its operation")
        : health->integrity_detail != NULL
            ? health->integrity_detail
            : _("Damaged: take the tablet to the office"), health->integrity_ok);
}

static void
on_check_clicked_cb (WgHealthDialog *self)
{
  set_busy (self, TRUE);
  wg_store_run_async (wg_services_get_store (self->services), check_job, NULL, NULL,
                      (GDestroyNotify) wg_health_free, NULL, on_checked_cb, g_object_ref (self));
}

/* --- object ----------------------------------------------------------------------------------- */

static void
wg_health_dialog_dispose (GObject *object)
{
  WgHealthDialog *self = WG_HEALTH_DIALOG (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), WG_TYPE_HEALTH_DIALOG);
  g_clear_object (&self->services);
  G_OBJECT_CLASS (wg_health_dialog_parent_class)->dispose (object);
}

static void
wg_health_dialog_class_init (WgHealthDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = wg_health_dialog_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/wangge/Wangge/ui/wg-health-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, WgHealthDialog, space);
  gtk_widget_class_bind_template_child (widget_class, WgHealthDialog, used);
  gtk_widget_class_bind_template_child (widget_class, WgHealthDialog, reserve);
  gtk_widget_class_bind_template_child (widget_class, WgHealthDialog, last_sync);
  gtk_widget_class_bind_template_child (widget_class, WgHealthDialog, waiting);
  gtk_widget_class_bind_template_child (widget_class, WgHealthDialog, clock);
  gtk_widget_class_bind_template_child (widget_class, WgHealthDialog, integrity);
  gtk_widget_class_bind_template_child (widget_class, WgHealthDialog, versions);
  gtk_widget_class_bind_template_child (widget_class, WgHealthDialog, device);
  gtk_widget_class_bind_template_child (widget_class, WgHealthDialog, spinner);
  gtk_widget_class_bind_template_child (widget_class, WgHealthDialog, check);
  gtk_widget_class_bind_template_callback (widget_class, on_check_clicked_cb);
}

static void
wg_health_dialog_init (WgHealthDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * wg_health_dialog_new:
 * @services: what the screens work with, open
 *
 * Makes the dialog of the tablet's health. What it shows at once is cheap; the integrity of the
 * database and of the queue is checked when asked for.
 *
 * Thread: UI.
 * Errors: shown in the dialog.
 * Source: ux.md S1, T02
 *
 * Returns: (transfer floating): the dialog
 */
WgHealthDialog *
wg_health_dialog_new (WgServices *services)
{
  WgHealthDialog *self = g_object_new (WG_TYPE_HEALTH_DIALOG, NULL);

  self->services = g_object_ref (services);
  show_identity (self);
  adw_action_row_set_subtitle (self->integrity, _("Not checked now"));
  wg_store_run_async (wg_services_get_store (services), get_job, NULL, NULL,
                      (GDestroyNotify) wg_health_free, NULL, on_got_cb, g_object_ref (self));
  return self;
}

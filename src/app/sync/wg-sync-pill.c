/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sync state in words, in the header; a press opens the queue. */
#include "app/sync/wg-sync-pill.h"

#include <glib/gi18n.h>

#include "app/wg-time.h"

struct _WgSyncPill
{
  GtkButton parent_instance;

  GtkImage *image;
  GtkLabel *label;
  WgServices *services; /* owned */
  gboolean compact;
};

G_DEFINE_FINAL_TYPE (WgSyncPill, wg_sync_pill, GTK_TYPE_BUTTON)

typedef struct
{
  const char *icon;
  const char *style;
  char *text;  /* owned */
  char *brief; /* owned */
} Face;

static Face
describe_fault (const WgSyncStatus *status)
{
  switch (status->state)
    {
    case WG_SYNC_FOREIGN:
      return (Face) { "network-error-symbolic", "warning",
                      g_strdup (_("Sign in to this network")), g_strdup (_("Sign in")) };
    case WG_SYNC_REVOKED:
    case WG_SYNC_WIPED:
    case WG_SYNC_FORKED: /* the same for its user: the queue is kept, the office enrols it again */
      return (Face) { "action-unavailable-symbolic", "error",
                      g_strdup (_("This device was shut out")), g_strdup (_("Shut out")) };
    case WG_SYNC_TOO_OLD:
      return (Face) { "software-update-urgent-symbolic", "warning",
                      g_strdup (_("Update needed")), g_strdup (_("Update")) };
    case WG_SYNC_IDLE:
    case WG_SYNC_WORKING:
    case WG_SYNC_OFFLINE:
    case WG_SYNC_WAITING:
    default:
      return (Face) { 0 };
    }
}

static Face
describe_waiting (const WgSyncStatus *status, const WgEventCounts *counts)
{
  guint n = counts->n_waiting;

  if (status->state == WG_SYNC_WORKING)
    return (Face) { "view-refresh-symbolic", "accent",
                    g_strdup_printf (_("Sending %u"), n), g_strdup_printf (_("Sending %u"), n) };
  if (status->state == WG_SYNC_OFFLINE)
    return (Face) { "network-offline-symbolic", "warning",
                    g_strdup_printf (_("Offline · %u waiting"), n),
                                     g_strdup_printf (_("Offline %u"), n) };
  return (Face) { "document-send-symbolic", "warning",
                  g_strdup_printf (_("%u waiting"), n), g_strdup_printf (_("%u waiting"), n) };
}

/* What is worst is said; "all synced" only when the platform's receipts and digests are in. */
static Face
describe (const WgSyncStatus *status, const WgEventCounts *counts)
{
  Face face = describe_fault (status);

  if (face.text != NULL)
    return face;
  if (counts->n_refused > 0)
    return (Face) { "dialog-warning-symbolic", "error",
                    g_strdup_printf (_("%u refused"), counts->n_refused),
                                     g_strdup_printf (_("%u refused"), counts->n_refused) };
  if (counts->n_conflicts > 0)
    return (Face) { "dialog-question-symbolic", "warning",
                    g_strdup_printf (_("%u in conflict"), counts->n_conflicts),
                                     g_strdup_printf (_("%u in conflict"), counts->n_conflicts) };
  if (counts->n_waiting > 0)
    return describe_waiting (status, counts);
  if (status->state == WG_SYNC_OFFLINE)
    return (Face) { "network-offline-symbolic", NULL,
                    g_strdup (_("Offline")), g_strdup (_("Offline")) };
  if (counts->n_photos > 0)
    return (Face) { "camera-photo-symbolic", "accent",
                    g_strdup_printf (_("%u photos waiting"), counts->n_photos),
                                     g_strdup_printf (_("%u photos"), counts->n_photos) };
  if (status->all_synced)
    {
      g_autofree char *when = wg_time_format_clock (status->last_success_ms);

      return (Face) { "object-select-symbolic", "success",
                      g_strdup_printf (_("All synced %s"), when), g_strdup (_("All synced")) };
    }
  return (Face) {
    "view-refresh-symbolic", NULL,
    g_strdup (status->state == WG_SYNC_WORKING ? _("Syncing") : _("Not synced yet")),
              g_strdup (status->state == WG_SYNC_WORKING ? _("Syncing") : _("Not synced yet")) };
}

static void
update (WgSyncPill *self)
{
  static const char *const styles[] = { "success", "warning", "error", "accent" };
  WgSync *sync = self->services != NULL ? wg_services_get_sync (self->services) : NULL;
  g_autoptr (WgSyncStatus) status = NULL;
  g_autofree char *name = NULL;
  Face face;

  if (sync == NULL)
    return;
  status = wg_sync_dup_status (sync);
  face = describe (status, wg_services_get_counts (self->services));
  gtk_image_set_from_icon_name (self->image, face.icon);
  gtk_label_set_text (self->label, self->compact ? face.brief : face.text);
  for (gsize i = 0; i < G_N_ELEMENTS (styles); i++)
    gtk_widget_remove_css_class (GTK_WIDGET (self), styles[i]);
  if (face.style != NULL)
    gtk_widget_add_css_class (GTK_WIDGET (self), face.style);
  name = g_strdup_printf (_("Sync: %s"), face.text);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self), _ ("Open the queue"));
  g_free (face.text);
  g_free (face.brief);
}

static void
wg_sync_pill_dispose (GObject *object)
{
  WgSyncPill *self = WG_SYNC_PILL (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), WG_TYPE_SYNC_PILL);
  g_clear_object (&self->services);
  G_OBJECT_CLASS (wg_sync_pill_parent_class)->dispose (object);
}

static void
wg_sync_pill_class_init (WgSyncPillClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = wg_sync_pill_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/wangge/Wangge/ui/wg-sync-pill.ui");
  gtk_widget_class_bind_template_child (widget_class, WgSyncPill, image);
  gtk_widget_class_bind_template_child (widget_class, WgSyncPill, label);
}

static void
wg_sync_pill_init (WgSyncPill *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * wg_sync_pill_set_services:
 * @self: the pill
 * @services: what the screens work with, open
 *
 * Gives the pill what it watches.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_sync_pill_set_services (WgSyncPill *self, WgServices *services)
{
  g_assert (self->services == NULL);
  self->services = g_object_ref (services);
  g_signal_connect_object (services, "counts-changed", G_CALLBACK (update), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (services, "sync-changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
}

/**
 * wg_sync_pill_set_compact:
 * @self: the pill
 * @compact: the header is narrow
 *
 * Chooses the short words.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_sync_pill_set_compact (WgSyncPill *self, gboolean compact)
{
  self->compact = compact;
  update (self);
}

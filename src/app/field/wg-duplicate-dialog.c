/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Duplicate warning (重复提醒): up to three lookalikes; same matter, another one, or back. */
#include "app/field/wg-duplicate-dialog.h"

#include <glib/gi18n.h>
#include <math.h>

#include "app/field/wg-event-maker.h"
#include "app/field/wg-event-words.h"
#include "app/field/wg-photo-jobs.h"
#include "app/wg-time.h"
#include "app/widgets/wg-district-map.h"

#define ZOOM 16

struct _WgDuplicateDialog
{
  AdwDialog parent_instance;

  GtkBox *cards;
  WgDistrictMap *map;
  WgServices *services; /* owned */
  GPtrArray *alike;     /* owned */
  gboolean answered;
};

G_DEFINE_FINAL_TYPE (WgDuplicateDialog, wg_duplicate_dialog, ADW_TYPE_DIALOG)

enum
{
  SAME,
  DIFFERENT,
  CANCELLED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
on_same_clicked_cb (GtkButton *button, WgDuplicateDialog *self)
{
  g_autofree char *id = g_strdup (gtk_widget_get_name (GTK_WIDGET (button)));

  self->answered = TRUE;
  g_signal_emit (self, signals[SAME], 0, id);
  adw_dialog_close (ADW_DIALOG (self));
}

static void
on_different_cb (WgDuplicateDialog *self)
{
  self->answered = TRUE;
  g_signal_emit (self, signals[DIFFERENT], 0);
  adw_dialog_close (ADW_DIALOG (self));
}

static void
on_cancel_cb (WgDuplicateDialog *self)
{
  adw_dialog_close (ADW_DIALOG (self));
}

static void
wg_duplicate_dialog_closed (AdwDialog *dialog)
{
  WgDuplicateDialog *self = WG_DUPLICATE_DIALOG (dialog);

  if (!self->answered)
    {
      self->answered = TRUE;
      g_signal_emit (self, signals[CANCELLED], 0);
    }
}

static char *
describe_nearness (WgDuplicateDialog *self, const WgEvent *event, const WgEventView *other)
{
  g_autofree char *age =
      wg_time_format_age (other->event->occurred_ms, wg_services_now_ms (self->services));
  g_autofree char *state = wg_event_describe_state (other);
  g_autofree char *distance = NULL;

  if (isnan (event->lon) || isnan (other->event->lon))
    return g_strdup_printf ("%s · %s", age, state);
  distance = wg_time_format_metres (wg_geo_distance_m (
      (WgPoint) { event->lon, event->lat }, (WgPoint) { other->event->lon, other->event->lat }));
  return g_strdup_printf (_("%s away · %s · %s"), distance, age, state);
}

static GtkWidget *
make_label (const char *text, const char *style)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_lines (GTK_LABEL (label), 3);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  if (style != NULL)
    gtk_widget_add_css_class (label, style);
  return label;
}

static GtkWidget *
make_card (WgDuplicateDialog *self, const WgEvent *event, const WgEventView *other)
{
  GtkWidget *card = gtk_box_new (GTK_ORIENTATION_VERTICAL, 8);
  GtkWidget *top = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *words = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  GtkWidget *same = gtk_button_new_with_label (_("Same Matter: Attach"));
  g_autofree char *what = wg_event_describe_what (other);
  g_autofree char *title =
      g_strdup_printf ("%s · %s", wg_level_to_mark (other->event->level), what);
  g_autofree char *near = describe_nearness (self, event, other);
  g_autofree char *name = g_strdup_printf (_("Same matter as %s: attach"), what);

  gtk_widget_add_css_class (card, "card");
  gtk_widget_add_css_class (card, "padded");
  if (other->event->photos != NULL && other->event->photos[0] != NULL)
    {
      GtkWidget *picture = gtk_picture_new ();

      gtk_picture_set_alternative_text (GTK_PICTURE (picture), _("Photo of that event"));
      wg_photo_jobs_fill (wg_services_get_store (self->services), other->event->photos[0], FALSE,
                          GTK_PICTURE (picture));
      gtk_box_append (GTK_BOX (top), wg_photo_frame_new (GTK_PICTURE (picture), 88));
    }
  gtk_widget_set_hexpand (words, TRUE);
  gtk_box_append (GTK_BOX (words), make_label (title, "heading"));
  gtk_box_append (GTK_BOX (words), make_label (near, NULL));
  if (other->event->description != NULL)
    gtk_box_append (GTK_BOX (words), make_label (other->event->description, "caption"));
  gtk_box_append (GTK_BOX (top), words);
  gtk_box_append (GTK_BOX (card), top);
  gtk_widget_set_name (same, other->event->id);
  gtk_accessible_update_property (GTK_ACCESSIBLE (same), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_signal_connect_object (same, "clicked", G_CALLBACK (on_same_clicked_cb), self, 0);
  gtk_box_append (GTK_BOX (card), same);
  return card;
}

static gboolean
is_alike (const WgEventDot *dot, gpointer user_data)
{
  WgDuplicateDialog *self = user_data;

  for (guint i = 0; i < self->alike->len; i++)
    if (g_str_equal (dot->id, wg_event_item_get_id (g_ptr_array_index (self->alike, i))))
      return TRUE;
  return FALSE;
}

/* Where the lookalikes are, and where the new one is. */
static void
show_map (WgDuplicateDialog *self, const WgEvent *event)
{
  WgMapView *view = wg_district_map_get_view (self->map);

  wg_district_map_set_filter (self->map, is_alike, self);
  wg_district_map_set_services (self->map, self->services, WG_DOTS_ALL);
  wg_map_view_set_controls (view, FALSE);
  wg_map_view_go_to (view, event->lon, event->lat, ZOOM);
  wg_map_view_set_place (view, event->lon, event->lat);
}

static void
wg_duplicate_dialog_dispose (GObject *object)
{
  WgDuplicateDialog *self = WG_DUPLICATE_DIALOG (object);

  /* A job of the map may outlive us, and would ask us. */
  if (self->map != NULL)
    wg_district_map_set_filter (self->map, NULL, NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), WG_TYPE_DUPLICATE_DIALOG);
  g_clear_object (&self->services);
  g_clear_pointer (&self->alike, g_ptr_array_unref);
  G_OBJECT_CLASS (wg_duplicate_dialog_parent_class)->dispose (object);
}

static void
wg_duplicate_dialog_class_init (WgDuplicateDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = wg_duplicate_dialog_dispose;
  ADW_DIALOG_CLASS (klass)->closed = wg_duplicate_dialog_closed;
  signals[SAME] = g_signal_new ("same", WG_TYPE_DUPLICATE_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[DIFFERENT] = g_signal_new ("different", WG_TYPE_DUPLICATE_DIALOG, G_SIGNAL_RUN_LAST, 0,
                                     NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[CANCELLED] = g_signal_new ("cancelled", WG_TYPE_DUPLICATE_DIALOG, G_SIGNAL_RUN_LAST, 0,
                                     NULL, NULL, NULL, G_TYPE_NONE, 0);
  g_type_ensure (WG_TYPE_DISTRICT_MAP);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/wangge/Wangge/ui/wg-duplicate-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, WgDuplicateDialog, cards);
  gtk_widget_class_bind_template_child (widget_class, WgDuplicateDialog, map);
  gtk_widget_class_bind_template_callback (widget_class, on_different_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_cancel_cb);
}

static void
wg_duplicate_dialog_init (WgDuplicateDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * wg_duplicate_dialog_new:
 * @services: what the screens work with, open
 * @event: the event about to be reported
 * @alike: (element-type WgEventItem): what looks like it, best first
 *
 * Makes the dialog that asks whether two events are one.
 *
 * Thread: UI.
 * Errors: none.
 * Source: ux.md E2.
 *
 * Returns: (transfer floating): the dialog
 */
WgDuplicateDialog *
wg_duplicate_dialog_new (WgServices *services, const WgEvent *event, GPtrArray *alike)
{
  WgDuplicateDialog *self = g_object_new (WG_TYPE_DUPLICATE_DIALOG, NULL);

  self->services = g_object_ref (services);
  self->alike = g_ptr_array_ref (alike);
  gtk_widget_set_visible (GTK_WIDGET (self->map), wg_event_maker_has_point (event));
  if (wg_event_maker_has_point (event))
    show_map (self, event);
  for (guint i = 0; i < alike->len; i++)
    gtk_box_append (self->cards,
                    make_card (self, event, wg_event_item_get_view (g_ptr_array_index (alike, i))));
  return self;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Quick capture: a tile is one tap for a daily event; below it the general and the major event. */
#include "app/field/wg-capture-panel.h"

#include <glib/gi18n.h>

#include "app/field/wg-class-page.h"
#include "app/field/wg-event-jobs.h"
#include "app/field/wg-event-maker.h"
#include "app/field/wg-hold-bar.h"
#include "app/wg-toast.h"
#include "app/widgets/wg-children.h"

#define N_TILES 5
#define SAME_TAP_US G_TIME_SPAN_SECOND

struct _WgCapturePanel
{
  GtkBox parent_instance;

  GtkGrid *tiles;
  GtkBox *levels;
  GtkLabel *major;
  WgHoldBar *hold;
  WgServices *services;      /* owned */
  GCancellable *cancellable; /* owned */
  char **codes;              /* owned; classes of the tiles */
  int n_columns;
  char *last_code;   /* owned; class of the last tap */
  gint64 last_us;    /* monotonic time of the last tap */
  guint n_in_flight; /* taps of @last_code being saved */
};

G_DEFINE_FINAL_TYPE (WgCapturePanel, wg_capture_panel, GTK_TYPE_BOX)

/* --- one tap ---------------------------------------------------------------------------------- */

typedef struct
{
  WgCapturePanel *self; /* owned */
  char *code;           /* owned */
} Tap;

static void
on_captured_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Tap *tap = user_data;
  g_autoptr (WgCapturePanel) self = tap->self;
  g_autofree char *code = tap->code;
  g_autoptr (GError) error = NULL;
  g_autoptr (WgCaptured) captured = wg_store_run_finish (WG_STORE (source), result, &error);

  if (g_strcmp0 (code, self->last_code) == 0)
    self->n_in_flight--;
  if (captured == NULL)
    {
      wg_toast_show_error (GTK_WIDGET (self), error);
      self->last_us = 0;
      return;
    }
  if (self->hold == NULL)
    return;
  wg_hold_bar_set_alike (self->hold, captured->id, captured->alike);
  if (g_settings_get_int (wg_services_get_settings (self->services), "hold-seconds") == 0)
    wg_toast_show (GTK_WIDGET (self), _("Recorded on this tablet"));
}

/* The finger that bounces, and the second tap while the tablet hangs, are one event. */
static gboolean
is_same_tap (WgCapturePanel *self, const char *code)
{
  gint64 now_us = g_get_monotonic_time ();
  gboolean same = g_strcmp0 (code, self->last_code) == 0 &&
                  (self->n_in_flight > 0 || now_us - self->last_us < SAME_TAP_US);

  if (same)
    return TRUE;
  if (g_set_str (&self->last_code, code))
    self->n_in_flight = 0;
  self->last_us = now_us;
  return FALSE;
}

static void
on_tile_clicked_cb (GtkButton *button, WgCapturePanel *self)
{
  wg_capture_panel_capture (self, gtk_widget_get_name (GTK_WIDGET (button)));
}

static void
on_more_chosen_cb (const char *code, gpointer user_data)
{
  wg_capture_panel_capture (user_data, code);
}

static void
on_more_clicked_cb (WgCapturePanel *self)
{
  wg_class_page_present (self->services, WG_EVENT_LEVEL_DAILY, GTK_WIDGET (self), on_more_chosen_cb,
                         g_object_ref (self), g_object_unref);
}

/* --- tiles ------------------------------------------------------------------------------------ */

static void
attach_tile (WgCapturePanel *self, GtkWidget *tile, int position)
{
  gtk_widget_add_css_class (tile, "tile");
  gtk_widget_set_hexpand (tile, TRUE);
  gtk_grid_attach (self->tiles, tile, position % self->n_columns, position / self->n_columns, 1, 1);
}

static GtkWidget *
make_tile (const char *text)
{
  GtkWidget *tile = gtk_button_new ();
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_justify (GTK_LABEL (label), GTK_JUSTIFY_CENTER);
  gtk_label_set_width_chars (GTK_LABEL (label), 6);
  gtk_button_set_child (GTK_BUTTON (tile), label);
  return tile;
}

static void
show_tiles (WgCapturePanel *self)
{
  WgStandard *standard = wg_district_get_standard (wg_services_get_district (self->services));
  GtkWidget *more;
  int position = 0;

  wg_children_remove_all (GTK_WIDGET (self->tiles));
  if (standard == NULL || self->codes == NULL)
    return;
  for (guint i = 0; self->codes[i] != NULL && position < N_TILES; i++)
    {
      const WgEventClass *row = wg_standard_find (standard, self->codes[i]);
      g_autofree char *name = NULL;
      GtkWidget *tile;

      if (row == NULL)
        continue;
      name = g_strdup_printf (_("Record %s with one tap"), row->name);
      tile = make_tile (row->name);
      gtk_widget_set_name (tile, row->code);
      gtk_accessible_update_property (GTK_ACCESSIBLE (tile), GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                      -1);
      g_signal_connect_object (tile, "clicked", G_CALLBACK (on_tile_clicked_cb), self, 0);
      attach_tile (self, tile, position++);
    }
  more = make_tile (_("More…"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (more), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _("Record another class"), -1);
  g_signal_connect_object (more, "clicked", G_CALLBACK (on_more_clicked_cb), self,
                           G_CONNECT_SWAPPED);
  attach_tile (self, more, position);
}

static void
on_top_classes_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (WgCapturePanel) self = user_data;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) codes = wg_store_run_finish (WG_STORE (source), result, &error);

  if (codes != NULL && self->tiles != NULL)
    {
      g_strfreev (self->codes);
      self->codes = g_steal_pointer (&codes);
      show_tiles (self);
    }
  else if (codes == NULL && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    wg_toast_show_error (GTK_WIDGET (self), error);
}

static void
load_tiles (WgCapturePanel *self)
{
  wg_event_jobs_top_classes (wg_services_get_store (self->services), WG_EVENT_LEVEL_DAILY, N_TILES,
                             self->cancellable, on_top_classes_cb, g_object_ref (self));
}

/* The tiles keep their places while the user works: they are only read anew with the standard. */
static void
on_store_changed_cb (WgCapturePanel *self, const char *topic)
{
  if (g_str_equal (topic, "reference"))
    load_tiles (self);
}

/* --- object ----------------------------------------------------------------------------------- */

static void
wg_capture_panel_dispose (GObject *object)
{
  WgCapturePanel *self = WG_CAPTURE_PANEL (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  gtk_widget_dispose_template (GTK_WIDGET (self), WG_TYPE_CAPTURE_PANEL);
  g_clear_object (&self->services);
  g_clear_pointer (&self->last_code, g_free);
  g_clear_pointer (&self->codes, g_strfreev);
  G_OBJECT_CLASS (wg_capture_panel_parent_class)->dispose (object);
}

static void
wg_capture_panel_class_init (WgCapturePanelClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = wg_capture_panel_dispose;
  g_type_ensure (WG_TYPE_HOLD_BAR);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/wangge/Wangge/ui/wg-capture-panel.ui");
  gtk_widget_class_bind_template_child (widget_class, WgCapturePanel, tiles);
  gtk_widget_class_bind_template_child (widget_class, WgCapturePanel, levels);
  gtk_widget_class_bind_template_child (widget_class, WgCapturePanel, major);
  gtk_widget_class_bind_template_child (widget_class, WgCapturePanel, hold);
}

static void
wg_capture_panel_init (WgCapturePanel *self)
{
  self->cancellable = g_cancellable_new ();
  self->n_columns = 2;
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * wg_capture_panel_set_services:
 * @self: the panel
 * @services: what the screens work with, open
 *
 * Gives the panel what it works with, and loads the tiles.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_capture_panel_set_services (WgCapturePanel *self, WgServices *services)
{
  g_assert (self->services == NULL);
  self->services = g_object_ref (services);
  wg_hold_bar_set_services (self->hold, services);
  g_signal_connect_object (wg_services_get_store (services), "changed",
                           G_CALLBACK (on_store_changed_cb), self,
                           G_CONNECT_SWAPPED | G_CONNECT_AFTER);
  load_tiles (self);
}

/**
 * wg_capture_panel_set_model:
 * @self: the panel
 * @today: events of today
 *
 * Gives the hold bar the list it looks for held events in.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_capture_panel_set_model (WgCapturePanel *self, GListModel *today)
{
  wg_hold_bar_set_model (self->hold, today);
}

/**
 * wg_capture_panel_set_shape:
 * @self: the panel
 * @shape: "wide", "medium" or "narrow"
 *
 * Arranges tiles and buttons: low and narrow windows want more of them beside each other.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_capture_panel_set_shape (WgCapturePanel *self, const char *shape)
{
  gboolean narrow = g_str_equal (shape, "narrow");

  gtk_orientable_set_orientation (GTK_ORIENTABLE (self->levels),
                                  narrow ? GTK_ORIENTATION_HORIZONTAL : GTK_ORIENTATION_VERTICAL);
  gtk_box_set_homogeneous (self->levels, narrow);
  gtk_label_set_text (self->major, narrow ? C_ ("two lines", "Major Event\nCall First")
                                               : _ ("Major Event · Call First"));
  self->n_columns = g_str_equal (shape, "wide") ? 2 : 3;
  if (self->codes != NULL)
    show_tiles (self);
}

/**
 * wg_capture_panel_capture:
 * @self: the panel
 * @class_code: class of a daily event
 *
 * Records a daily event at once, held for the time of the setting. The same class again within
 * a second, or while the first is being saved, is the same tap.
 *
 * Thread: UI.
 * Errors: none; a failure is said in a toast.
 * Source: ux.md rule 7, E1, T05.
 */
void
wg_capture_panel_capture (WgCapturePanel *self, const char *class_code)
{
  g_autoptr (WgEvent) event = NULL;
  Tap *tap;

  if (is_same_tap (self, class_code))
    return;
  event = wg_event_maker_new (self->services, WG_EVENT_LEVEL_DAILY);
  wg_event_maker_set_class (self->services, event, class_code);
  tap = g_new0 (Tap, 1);
  tap->self = g_object_ref (self);
  tap->code = g_strdup (class_code);
  self->n_in_flight++;
  wg_event_jobs_capture (
      wg_services_get_store (self->services), event,
      (gint64) g_settings_get_int (wg_services_get_settings (self->services), "hold-seconds") *
          1000,
      on_captured_cb, tap);
}

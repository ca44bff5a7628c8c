/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A row of photos: a press shows one large, a second button takes it away. */
#include "app/widgets/wg-photo-strip.h"

#include <adwaita.h>
#include <glib/gi18n.h>

#include "app/field/wg-photo-jobs.h"
#include "app/widgets/wg-children.h"

#define EDGE 112

struct _WgPhotoStrip
{
  GtkBox parent_instance;

  AdwWrapBox *wrap;
  WgStore *store; /* owned */
  guint n_photos;
};

G_DEFINE_FINAL_TYPE (WgPhotoStrip, wg_photo_strip, GTK_TYPE_BOX)

enum
{
  REMOVED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
on_show_clicked_cb (GtkButton *button, WgPhotoStrip *self)
{
  const char *sha256 = gtk_widget_get_name (GTK_WIDGET (button));
  AdwDialog *dialog = adw_dialog_new ();
  GtkWidget *view = adw_toolbar_view_new ();
  GtkWidget *picture = gtk_picture_new ();

  gtk_picture_set_content_fit (GTK_PICTURE (picture), GTK_CONTENT_FIT_CONTAIN);
  gtk_picture_set_alternative_text (GTK_PICTURE (picture), _("Photo"));
  wg_photo_jobs_fill (self->store, sha256, TRUE, GTK_PICTURE (picture));
  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (view), adw_header_bar_new ());
  adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (view), picture);
  adw_dialog_set_child (dialog, view);
  adw_dialog_set_title (dialog, _("Photo"));
  adw_dialog_set_content_width (dialog, 960);
  adw_dialog_set_content_height (dialog, 720);
  adw_dialog_present (dialog, GTK_WIDGET (self));
}

static void
on_remove_clicked_cb (GtkButton *button, WgPhotoStrip *self)
{
  g_autofree char *sha256 = g_strdup (gtk_widget_get_name (GTK_WIDGET (button)));

  g_signal_emit (self, signals[REMOVED], 0, sha256);
}

static GtkWidget *
make_photo (WgPhotoStrip *self, const char *sha256, guint number, gboolean may_remove)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  GtkWidget *show = gtk_button_new ();
  GtkWidget *picture = gtk_picture_new ();
  g_autofree char *name = g_strdup_printf (_("Show photo %u"), number);

  wg_photo_jobs_fill (self->store, sha256, FALSE, GTK_PICTURE (picture));
  gtk_button_set_child (GTK_BUTTON (show), wg_photo_frame_new (GTK_PICTURE (picture), EDGE));
  gtk_widget_add_css_class (show, "flat");
  gtk_widget_add_css_class (show, "photo-button");
  gtk_widget_set_name (show, sha256);
  gtk_accessible_update_property (GTK_ACCESSIBLE (show), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_signal_connect_object (show, "clicked", G_CALLBACK (on_show_clicked_cb), self, 0);
  gtk_box_append (GTK_BOX (box), show);
  if (may_remove)
    {
      GtkWidget *remove = gtk_button_new_with_label (_("Remove"));
      g_autofree char *what = g_strdup_printf (_("Remove photo %u"), number);

      gtk_widget_add_css_class (remove, "flat");
      gtk_widget_set_name (remove, sha256);
      /* The label's own words would go before the number. */
      gtk_accessible_reset_relation (GTK_ACCESSIBLE (remove), GTK_ACCESSIBLE_RELATION_LABELLED_BY);
      gtk_accessible_update_property (GTK_ACCESSIBLE (remove), GTK_ACCESSIBLE_PROPERTY_LABEL, what,
                                      -1);
      g_signal_connect_object (remove, "clicked", G_CALLBACK (on_remove_clicked_cb), self, 0);
      gtk_box_append (GTK_BOX (box), remove);
    }
  return box;
}

static void
wg_photo_strip_dispose (GObject *object)
{
  WgPhotoStrip *self = WG_PHOTO_STRIP (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), WG_TYPE_PHOTO_STRIP);
  g_clear_object (&self->store);
  G_OBJECT_CLASS (wg_photo_strip_parent_class)->dispose (object);
}

static void
wg_photo_strip_class_init (WgPhotoStripClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = wg_photo_strip_dispose;
  signals[REMOVED] = g_signal_new ("removed", WG_TYPE_PHOTO_STRIP, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/wangge/Wangge/ui/wg-photo-strip.ui");
  gtk_widget_class_bind_template_child (widget_class, WgPhotoStrip, wrap);
}

static void
wg_photo_strip_init (WgPhotoStrip *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * wg_photo_strip_set_photos:
 * @self: the strip
 * @store: where the photos are
 * @photos: (nullable) (array zero-terminated=1): names of photos
 * @may_remove: offer a button for each that takes it away
 *
 * Shows some photos.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_photo_strip_set_photos (WgPhotoStrip *self,
                           WgStore *store,
                           const char *const *photos,
                           gboolean may_remove)
{
  g_set_object (&self->store, store);
  wg_children_remove_all (GTK_WIDGET (self->wrap));
  self->n_photos = photos != NULL ? g_strv_length ((char **) photos) : 0;
  for (guint i = 0; i < self->n_photos; i++)
    adw_wrap_box_append (self->wrap, make_photo (self, photos[i], i + 1, may_remove));
  gtk_widget_set_visible (GTK_WIDGET (self), self->n_photos > 0);
}

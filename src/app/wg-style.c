/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How the screens look: our sizes, the outdoor style, and the size of text. */
#include "app/wg-style.h"

#include <adwaita.h>

#define RESOURCES "/io/github/wangge/Wangge/ui/"
#define OUTDOOR_SCALE 1.15

struct _WgStyle
{
  GObject parent_instance;

  GdkDisplay *display;     /* owned */
  GSettings *settings;     /* owned */
  GtkCssProvider *basic;   /* owned */
  GtkCssProvider *outdoor; /* owned */
  int dpi;                 /* of the session, in 1/1024 */
  gboolean is_outdoor;
};

G_DEFINE_FINAL_TYPE (WgStyle, wg_style, G_TYPE_OBJECT)

static GtkCssProvider *
add_provider (GdkDisplay *display, const char *path)
{
  GtkCssProvider *provider = gtk_css_provider_new ();

  gtk_css_provider_load_from_resource (provider, path);
  if (display != NULL)
    gtk_style_context_add_provider_for_display (display, GTK_STYLE_PROVIDER (provider),
                                                GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
  return provider;
}

static void
apply (WgStyle *self)
{
  gboolean outdoor = g_settings_get_boolean (self->settings, "outdoor");
  double scale = g_settings_get_double (self->settings, "text-scale");

  if (outdoor != self->is_outdoor)
    {
      self->is_outdoor = outdoor;
      if (outdoor)
        gtk_style_context_add_provider_for_display (self->display,
                                                    GTK_STYLE_PROVIDER (self->outdoor),
                                                    GTK_STYLE_PROVIDER_PRIORITY_APPLICATION + 1);
      else
        gtk_style_context_remove_provider_for_display (self->display,
                                                       GTK_STYLE_PROVIDER (self->outdoor));
    }
  adw_style_manager_set_color_scheme (adw_style_manager_get_for_display (self->display),
                                      outdoor ? ADW_COLOR_SCHEME_FORCE_LIGHT
                                              : ADW_COLOR_SCHEME_DEFAULT);
  g_object_set (gtk_settings_get_for_display (self->display), "gtk-xft-dpi",
                (int) (self->dpi * scale * (outdoor ? OUTDOOR_SCALE : 1.0)), NULL);
}

static void
on_settings_changed_cb (WgStyle *self, const char *key)
{
  if (g_str_equal (key, "outdoor") || g_str_equal (key, "text-scale"))
    apply (self);
}

static void
wg_style_dispose (GObject *object)
{
  WgStyle *self = WG_STYLE (object);

  if (self->display != NULL)
    {
      gtk_style_context_remove_provider_for_display (self->display,
                                                     GTK_STYLE_PROVIDER (self->basic));
      if (self->is_outdoor)
        gtk_style_context_remove_provider_for_display (self->display,
                                                       GTK_STYLE_PROVIDER (self->outdoor));
    }
  g_clear_object (&self->display);
  g_clear_object (&self->settings);
  g_clear_object (&self->basic);
  g_clear_object (&self->outdoor);
  G_OBJECT_CLASS (wg_style_parent_class)->dispose (object);
}

static void
wg_style_class_init (WgStyleClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = wg_style_dispose;
}

static void
wg_style_init (WgStyle *self)
{
}

/**
 * wg_style_new:
 * @display: where the windows are
 * @settings: settings with the keys `outdoor` and `text-scale`, followed from now on
 *
 * Applies our style to a display for as long as the object lives: 48 px targets, 88 px tiles,
 * and when the user works in the sun, pure white ground, stronger lines and 115 % text.
 *
 * Thread: UI.
 * Errors: none.
 * Source: ux.md 2.3, 2.4.
 *
 * Returns: (transfer full): the style
 */
WgStyle *
wg_style_new (GdkDisplay *display, GSettings *settings)
{
  WgStyle *self = g_object_new (WG_TYPE_STYLE, NULL);

  self->display = g_object_ref (display);
  self->settings = g_object_ref (settings);
  self->basic = add_provider (display, RESOURCES "style.css");
  self->outdoor = add_provider (NULL, RESOURCES "outdoor.css");
  g_object_get (gtk_settings_get_for_display (display), "gtk-xft-dpi", &self->dpi, NULL);
  if (self->dpi <= 0)
    self->dpi = 96 * 1024;
  g_signal_connect_object (settings, "changed", G_CALLBACK (on_settings_changed_cb), self,
                           G_CONNECT_SWAPPED);
  apply (self);
  return self;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A rail of big buttons at a side edge that switches the pages of a view stack. */
#include "app/widgets/wg-rail.h"

#include <glib/gi18n.h>

struct _WgRail
{
  GtkBox parent_instance;

  AdwViewStack *stack; /* owned */
  GPtrArray *buttons;  /* of GtkToggleButton, in the order of the pages */
};

G_DEFINE_FINAL_TYPE (WgRail, wg_rail, GTK_TYPE_BOX)

enum
{
  PROP_0,
  PROP_STACK,
  N_PROPS
};

static GParamSpec *properties[N_PROPS];

static AdwViewStackPage *
page_of (GtkWidget *button)
{
  return g_object_get_data (G_OBJECT (button), "page");
}

static void
on_button_toggled_cb (GtkToggleButton *button, WgRail *self)
{
  if (gtk_toggle_button_get_active (button))
    adw_view_stack_set_visible_child (
        self->stack, adw_view_stack_page_get_child (page_of (GTK_WIDGET (button))));
}

static void
on_visible_child_changed_cb (WgRail *self)
{
  GtkWidget *child = adw_view_stack_get_visible_child (self->stack);

  for (guint i = 0; i < self->buttons->len; i++)
    {
      GtkWidget *button = g_ptr_array_index (self->buttons, i);

      if (adw_view_stack_page_get_child (page_of (button)) == child)
        gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (button), TRUE);
    }
}

/* The badge is a number in words, too: "队列，3". */
static void
update_badge (AdwViewStackPage *page, GParamSpec *pspec, GtkWidget *button)
{
  guint number = adw_view_stack_page_get_badge_number (page);
  GtkLabel *label = g_object_get_data (G_OBJECT (button), "badge");
  g_autofree char *text = g_strdup_printf ("%u", number);
  g_autofree char *name =
      number > 0 ? g_strdup_printf (_("%s, %u"), adw_view_stack_page_get_title (page), number)
                 : g_strdup (adw_view_stack_page_get_title (page));

  gtk_label_set_text (label, text);
  gtk_widget_set_visible (GTK_WIDGET (label), number > 0);
  if (adw_view_stack_page_get_needs_attention (page))
    gtk_widget_add_css_class (GTK_WIDGET (label), "attention");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (label), "attention");
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

static GtkWidget *
make_button (WgRail *self, AdwViewStackPage *page)
{
  GtkWidget *button = gtk_toggle_button_new ();
  GtkWidget *overlay = gtk_overlay_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  GtkWidget *image = gtk_image_new_from_icon_name (adw_view_stack_page_get_icon_name (page));
  GtkWidget *label = gtk_label_new (adw_view_stack_page_get_title (page));
  GtkWidget *badge = gtk_label_new (NULL);

  gtk_image_set_icon_size (GTK_IMAGE (image), GTK_ICON_SIZE_LARGE);
  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (box), image);
  gtk_box_append (GTK_BOX (box), label);
  gtk_widget_add_css_class (badge, "badge");
  gtk_widget_set_halign (badge, GTK_ALIGN_END);
  gtk_widget_set_valign (badge, GTK_ALIGN_START);
  gtk_overlay_set_child (GTK_OVERLAY (overlay), box);
  gtk_overlay_add_overlay (GTK_OVERLAY (overlay), badge);
  gtk_button_set_child (GTK_BUTTON (button), overlay);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "rail-button");
  g_object_set_data_full (G_OBJECT (button), "page", g_object_ref (page), g_object_unref);
  g_object_set_data (G_OBJECT (button), "badge", badge);
  if (self->buttons->len > 0)
    gtk_toggle_button_set_group (GTK_TOGGLE_BUTTON (button), g_ptr_array_index (self->buttons, 0));
  g_signal_connect_object (button, "toggled", G_CALLBACK (on_button_toggled_cb), self, 0);
  g_signal_connect_object (page, "notify", G_CALLBACK (update_badge), button, 0);
  update_badge (page, NULL, button);
  return button;
}

static void
build (WgRail *self)
{
  g_autoptr (GtkSelectionModel) pages = adw_view_stack_get_pages (self->stack);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (pages)); i++)
    {
      g_autoptr (AdwViewStackPage) page = g_list_model_get_item (G_LIST_MODEL (pages), i);
      GtkWidget *button = make_button (self, page);

      g_ptr_array_add (self->buttons, button);
      gtk_box_append (GTK_BOX (self), button);
    }
  g_signal_connect_object (self->stack, "notify::visible-child",
                           G_CALLBACK (on_visible_child_changed_cb), self, G_CONNECT_SWAPPED);
  on_visible_child_changed_cb (self);
}

static void
wg_rail_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  WgRail *self = WG_RAIL (object);

  g_assert (self->stack == NULL);
  self->stack = g_value_dup_object (value);
}

/* The pages are added after the stack itself was made: wait until the rail is shown. */
static void
wg_rail_root (GtkWidget *widget)
{
  WgRail *self = WG_RAIL (widget);

  GTK_WIDGET_CLASS (wg_rail_parent_class)->root (widget);
  if (self->buttons->len == 0 && self->stack != NULL)
    build (self);
}

static void
wg_rail_dispose (GObject *object)
{
  WgRail *self = WG_RAIL (object);

  g_clear_object (&self->stack);
  g_clear_pointer (&self->buttons, g_ptr_array_unref);
  G_OBJECT_CLASS (wg_rail_parent_class)->dispose (object);
}

static void
wg_rail_class_init (WgRailClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = wg_rail_dispose;
  G_OBJECT_CLASS (klass)->set_property = wg_rail_set_property;
  GTK_WIDGET_CLASS (klass)->root = wg_rail_root;
  properties[PROP_STACK] = g_param_spec_object ("stack", NULL, NULL, ADW_TYPE_VIEW_STACK,
                                                G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (G_OBJECT_CLASS (klass), N_PROPS, properties);
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (klass), "rail");
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (klass), GTK_ACCESSIBLE_ROLE_NAVIGATION);
}

static void
wg_rail_init (WgRail *self)
{
  self->buttons = g_ptr_array_new ();
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _("Pages"), -1);
}

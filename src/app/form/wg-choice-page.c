/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Choosing one of many: a search and a row for each thing found. */
#include "app/form/wg-choice-page.h"

#include <glib/gi18n.h>

#include "app/widgets/wg-children.h"

struct _WgChoicePage
{
  AdwNavigationPage parent_instance;

  GtkSearchEntry *search;
  GtkWidget *nothing;
  GtkBox *rows;
};

G_DEFINE_FINAL_TYPE (WgChoicePage, wg_choice_page, ADW_TYPE_NAVIGATION_PAGE)

enum
{
  SEARCH,
  CHOSEN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
on_search_changed_cb (WgChoicePage *self)
{
  g_autofree char *words = g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->search)));

  g_signal_emit (self, signals[SEARCH], 0, g_strstrip (words));
}

static void
on_row_clicked_cb (GtkButton *button, WgChoicePage *self)
{
  g_autofree char *value = g_strdup (gtk_widget_get_name (GTK_WIDGET (button)));

  g_signal_emit (self, signals[CHOSEN], 0, value);
}

/* Enter takes the first one found. */
static void
on_search_activated_cb (WgChoicePage *self)
{
  GtkWidget *first = gtk_widget_get_first_child (GTK_WIDGET (self->rows));

  if (first != NULL)
    on_row_clicked_cb (GTK_BUTTON (first), self);
}

static void
wg_choice_page_shown (AdwNavigationPage *page)
{
  gtk_widget_grab_focus (GTK_WIDGET (WG_CHOICE_PAGE (page)->search));
}

static void
wg_choice_page_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), WG_TYPE_CHOICE_PAGE);
  G_OBJECT_CLASS (wg_choice_page_parent_class)->dispose (object);
}

static void
wg_choice_page_class_init (WgChoicePageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = wg_choice_page_dispose;
  ADW_NAVIGATION_PAGE_CLASS (klass)->shown = wg_choice_page_shown;
  signals[SEARCH] = g_signal_new ("search", WG_TYPE_CHOICE_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[CHOSEN] = g_signal_new ("chosen", WG_TYPE_CHOICE_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/wangge/Wangge/ui/wg-choice-page.ui");
  gtk_widget_class_bind_template_child (widget_class, WgChoicePage, search);
  gtk_widget_class_bind_template_child (widget_class, WgChoicePage, nothing);
  gtk_widget_class_bind_template_child (widget_class, WgChoicePage, rows);
  gtk_widget_class_bind_template_callback (widget_class, on_search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_search_activated_cb);
}

static void
wg_choice_page_init (WgChoicePage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * wg_choice_page_new:
 * @title: what is chosen, translated
 *
 * Makes the page, empty.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: (transfer floating): the page
 */
WgChoicePage *
wg_choice_page_new (const char *title)
{
  return g_object_new (WG_TYPE_CHOICE_PAGE, "title", title, NULL);
}

/**
 * wg_choice_page_start:
 * @self: the page, whose signals are connected
 *
 * Asks for what is found without any words.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_choice_page_start (WgChoicePage *self)
{
  on_search_changed_cb (self);
}

/**
 * wg_choice_page_clear:
 * @self: the page
 *
 * Takes away what was found before.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_choice_page_clear (WgChoicePage *self)
{
  wg_children_remove_all (GTK_WIDGET (self->rows));
}

/**
 * wg_choice_page_add:
 * @self: the page
 * @value: what "chosen" gives
 * @title: what people call it
 * @detail: (nullable): more about it
 *
 * Adds a row.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_choice_page_add (WgChoicePage *self, const char *value, const char *title, const char *detail)
{
  GtkWidget *button = gtk_button_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  GtkWidget *name = gtk_label_new (title);

  gtk_label_set_xalign (GTK_LABEL (name), 0);
  gtk_label_set_wrap (GTK_LABEL (name), TRUE);
  gtk_widget_add_css_class (name, "heading");
  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (box), name);
  if (detail != NULL && *detail != '\0')
    {
      GtkWidget *label = gtk_label_new (detail);

      gtk_label_set_xalign (GTK_LABEL (label), 0);
      gtk_label_set_wrap (GTK_LABEL (label), TRUE);
      gtk_widget_add_css_class (label, "caption");
      gtk_box_append (GTK_BOX (box), label);
    }
  gtk_button_set_child (GTK_BUTTON (button), box);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "event-row");
  gtk_widget_set_name (button, value);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, title,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, detail != NULL ? detail : "",
                                  -1);
  g_signal_connect_object (button, "clicked", G_CALLBACK (on_row_clicked_cb), self, 0);
  gtk_box_append (self->rows, button);
}

/**
 * wg_choice_page_end:
 * @self: the page
 *
 * All that was found has been added.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_choice_page_end (WgChoicePage *self)
{
  gtk_widget_set_visible (self->nothing,
                          gtk_widget_get_first_child (GTK_WIDGET (self->rows)) == NULL);
}

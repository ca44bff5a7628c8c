/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Choosing a class of the event standard: by group, by name, by code, by pinyin initials. */
#include "app/field/wg-class-page.h"

#include <glib/gi18n.h>

#include "app/field/wg-event-words.h"
#include "app/widgets/wg-children.h"

#define MOST_FOUND 60

struct _WgClassPage
{
  AdwNavigationPage parent_instance;

  GtkSearchEntry *search;
  GtkBox *rows;
  GtkWidget *nothing;
  WgServices *services; /* owned */
  WgEventLevel level;   /* classes that allow it come; NONE: all */
};

G_DEFINE_FINAL_TYPE (WgClassPage, wg_class_page, ADW_TYPE_NAVIGATION_PAGE)

enum
{
  CHOSEN,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
on_row_clicked_cb (GtkButton *button, WgClassPage *self)
{
  g_autofree char *code = g_strdup (gtk_widget_get_name (GTK_WIDGET (button)));

  g_signal_emit (self, signals[CHOSEN], 0, code);
}

static void
add_row (WgClassPage *self, const WgEventClass *row)
{
  GtkWidget *button = gtk_button_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  g_autofree char *title = g_strdup_printf ("%s  %s", row->code, row->name);
  g_autofree char *limits = wg_event_describe_limits (row);
  GtkWidget *name = gtk_label_new (title);
  GtkWidget *detail = gtk_label_new (limits);

  gtk_label_set_xalign (GTK_LABEL (name), 0);
  gtk_label_set_xalign (GTK_LABEL (detail), 0);
  gtk_label_set_wrap (GTK_LABEL (detail), TRUE);
  gtk_widget_add_css_class (name, "heading");
  gtk_widget_add_css_class (detail, "caption");
  gtk_box_append (GTK_BOX (box), name);
  gtk_box_append (GTK_BOX (box), detail);
  gtk_button_set_child (GTK_BUTTON (button), box);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "event-row");
  gtk_widget_set_name (button, row->code);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, title,
                                  -1);
  g_signal_connect_object (button, "clicked", G_CALLBACK (on_row_clicked_cb), self, 0);
  gtk_box_append (self->rows, button);
}

static void
add_heading (WgClassPage *self, const WgEventClass *group)
{
  GtkWidget *label = gtk_label_new (group->name);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_margin_top (label, 12);
  gtk_widget_set_margin_bottom (label, 4);
  gtk_widget_add_css_class (label, "title-4");
  gtk_box_append (self->rows, label);
}

static gboolean
is_wanted (WgClassPage *self, const WgEventClass *row)
{
  return row->parent != NULL &&
         wg_event_class_is_active (row, wg_services_now_ms (self->services)) &&
         (self->level == WG_EVENT_LEVEL_NONE || wg_event_level_is_among (self->level, row->levels));
}

static guint
list_all (WgClassPage *self, WgStandard *standard)
{
  gsize n_rows;
  const WgEventClass *const *rows = wg_standard_get_rows (standard, &n_rows);
  const char *group = NULL;
  guint n_shown = 0;

  for (gsize i = 0; i < n_rows; i++)
    {
      if (!is_wanted (self, rows[i]))
        continue;
      if (g_strcmp0 (group, rows[i]->parent) != 0)
        {
          const WgEventClass *heading = wg_standard_find (standard, rows[i]->parent);

          group = rows[i]->parent;
          if (heading != NULL)
            add_heading (self, heading);
        }
      add_row (self, rows[i]);
      n_shown++;
    }
  return n_shown;
}

static guint
list_found (WgClassPage *self, WgStandard *standard, const char *text)
{
  g_autoptr (GPtrArray) found = wg_standard_search (standard, text, MOST_FOUND);
  guint n_shown = 0;

  for (guint i = 0; i < found->len; i++)
    if (is_wanted (self, g_ptr_array_index (found, i)))
      {
        add_row (self, g_ptr_array_index (found, i));
        n_shown++;
      }
  return n_shown;
}

static void
on_search_changed_cb (WgClassPage *self)
{
  WgStandard *standard = wg_district_get_standard (wg_services_get_district (self->services));
  g_autofree char *text = g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->search)));
  guint n_shown = 0;

  wg_children_remove_all (GTK_WIDGET (self->rows));
  g_strstrip (text);
  if (standard != NULL)
    n_shown = *text != '\0' ? list_found (self, standard, text) : list_all (self, standard);
  gtk_widget_set_visible (self->nothing, n_shown == 0);
}

/* Enter takes the first one found. */
static void
on_search_activated_cb (WgClassPage *self)
{
  GtkWidget *child = gtk_widget_get_first_child (GTK_WIDGET (self->rows));

  while (child != NULL && !GTK_IS_BUTTON (child))
    child = gtk_widget_get_next_sibling (child);
  if (child != NULL)
    on_row_clicked_cb (GTK_BUTTON (child), self);
}

static void
wg_class_page_shown (AdwNavigationPage *page)
{
  gtk_widget_grab_focus (GTK_WIDGET (WG_CLASS_PAGE (page)->search));
}

static void
wg_class_page_dispose (GObject *object)
{
  WgClassPage *self = WG_CLASS_PAGE (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), WG_TYPE_CLASS_PAGE);
  g_clear_object (&self->services);
  G_OBJECT_CLASS (wg_class_page_parent_class)->dispose (object);
}

static void
wg_class_page_class_init (WgClassPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = wg_class_page_dispose;
  ADW_NAVIGATION_PAGE_CLASS (klass)->shown = wg_class_page_shown;
  signals[CHOSEN] = g_signal_new ("chosen", WG_TYPE_CLASS_PAGE, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                  NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/wangge/Wangge/ui/wg-class-page.ui");
  gtk_widget_class_bind_template_child (widget_class, WgClassPage, search);
  gtk_widget_class_bind_template_child (widget_class, WgClassPage, rows);
  gtk_widget_class_bind_template_child (widget_class, WgClassPage, nothing);
  gtk_widget_class_bind_template_callback (widget_class, on_search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_search_activated_cb);
}

static void
wg_class_page_init (WgClassPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * wg_class_page_new:
 * @services: what the screens work with, open
 * @level: only classes that allow this level; %WG_EVENT_LEVEL_NONE for all
 *
 * Makes the page with every active class, by group.
 *
 * Thread: UI.
 * Errors: none; without a standard the page says that nothing is found.
 *
 * Returns: (transfer floating): the page
 */
WgClassPage *
wg_class_page_new (WgServices *services, WgEventLevel level)
{
  WgClassPage *self = g_object_new (WG_TYPE_CLASS_PAGE, NULL);

  self->services = g_object_ref (services);
  self->level = level;
  on_search_changed_cb (self);
  return self;
}

typedef struct
{
  AdwDialog *dialog;
  WgClassChosen chosen;
  gpointer user_data;
  GDestroyNotify user_data_free;
} Presented;

static void
presented_free (gpointer data, GClosure *closure)
{
  Presented *presented = data;

  if (presented->user_data_free != NULL)
    presented->user_data_free (presented->user_data);
  g_free (presented);
}

static void
on_presented_chosen_cb (WgClassPage *page, const char *code, Presented *presented)
{
  AdwDialog *dialog = g_object_ref (presented->dialog);

  presented->chosen (code, presented->user_data);
  adw_dialog_close (dialog);
  g_object_unref (dialog);
}

/**
 * wg_class_page_present:
 * @services: what the screens work with, open
 * @level: only classes that allow this level
 * @parent: over which widget
 * @chosen: called once with the code, not at all when the user closes the dialog
 * @user_data: for @chosen
 * @user_data_free: (nullable): frees @user_data when the dialog is gone
 *
 * Asks for a class in a dialog of its own.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_class_page_present (WgServices *services,
                       WgEventLevel level,
                       GtkWidget *parent,
                       WgClassChosen chosen,
                       gpointer user_data,
                       GDestroyNotify user_data_free)
{
  AdwDialog *dialog = adw_dialog_new ();
  GtkWidget *view = adw_navigation_view_new ();
  WgClassPage *page = wg_class_page_new (services, level);
  Presented *presented = g_new0 (Presented, 1);

  presented->dialog = dialog;
  presented->chosen = chosen;
  presented->user_data = user_data;
  presented->user_data_free = user_data_free;
  g_signal_connect_data (page, "chosen", G_CALLBACK (on_presented_chosen_cb), presented,
                         presented_free, 0);
  adw_navigation_view_push (ADW_NAVIGATION_VIEW (view), ADW_NAVIGATION_PAGE (page));
  adw_dialog_set_child (dialog, view);
  adw_dialog_set_title (dialog, _("Choose a class"));
  adw_dialog_set_content_width (dialog, 560);
  adw_dialog_set_content_height (dialog, 720);
  adw_dialog_present (dialog, parent);
}

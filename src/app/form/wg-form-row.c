/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One field in a form: its name, the widget its type asks for, and what is wrong with it. */
#include "app/form/wg-form-row.h"

#include <glib/gi18n.h>

#include "app/form/wg-form-makers.h"
#include "app/widgets/wg-name.h"

struct _WgFormRow
{
  GtkBox parent_instance;

  GtkLabel *title, *mark;
  GtkWidget *masked_box;
  GtkLabel *masked;
  GtkWidget *reveal;
  GtkBox *slot;
  GtkLabel *hint, *issue;

  WgServices *services; /* owned */
  const WgField *field;
  const WgFormMaker *maker;
  GtkWidget *content; /* borrowed from the slot */
  gboolean filling;   /* the row writes its own widgets */
};

G_DEFINE_FINAL_TYPE (WgFormRow, wg_form_row, GTK_TYPE_BOX)

enum
{
  CHANGED,
  ASK,
  REVEAL,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
on_reveal_clicked_cb (WgFormRow *self)
{
  g_signal_emit (self, signals[REVEAL], 0);
}

static void
wg_form_row_dispose (GObject *object)
{
  WgFormRow *self = WG_FORM_ROW (object);

  self->filling = TRUE;
  gtk_widget_dispose_template (GTK_WIDGET (self), WG_TYPE_FORM_ROW);
  g_clear_object (&self->services);
  G_OBJECT_CLASS (wg_form_row_parent_class)->dispose (object);
}

static void
wg_form_row_class_init (WgFormRowClass *klass)
{
  static const char *const names[] = { "changed", "ask", "reveal" };
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = wg_form_row_dispose;
  for (guint i = 0; i < N_SIGNALS; i++)
    signals[i] = g_signal_new (names[i], WG_TYPE_FORM_ROW, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                               G_TYPE_NONE, 0);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/wangge/Wangge/ui/wg-form-row.ui");
  gtk_widget_class_bind_template_child (widget_class, WgFormRow, title);
  gtk_widget_class_bind_template_child (widget_class, WgFormRow, mark);
  gtk_widget_class_bind_template_child (widget_class, WgFormRow, masked_box);
  gtk_widget_class_bind_template_child (widget_class, WgFormRow, masked);
  gtk_widget_class_bind_template_child (widget_class, WgFormRow, reveal);
  gtk_widget_class_bind_template_child (widget_class, WgFormRow, slot);
  gtk_widget_class_bind_template_child (widget_class, WgFormRow, hint);
  gtk_widget_class_bind_template_child (widget_class, WgFormRow, issue);
  gtk_widget_class_bind_template_callback (widget_class, on_reveal_clicked_cb);
}

static void
wg_form_row_init (WgFormRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * wg_form_row_new:
 * @services: what the screens work with
 * @field: the field; static
 *
 * Makes the row of a field, empty, with the widget that its type has in the table of makers.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: (transfer floating): the row
 */
WgFormRow *
wg_form_row_new (WgServices *services, const WgField *field)
{
  WgFormRow *self = g_object_new (WG_TYPE_FORM_ROW, NULL);
  g_autofree char *show = NULL;

  self->services = g_object_ref (services);
  self->field = field;
  self->maker = wg_form_maker_find (field);
  gtk_label_set_text (self->title, _ (field->title));
  gtk_widget_set_visible (GTK_WIDGET (self->mark), (field->flags & WG_FIELD_REQUIRED) != 0);
  show = g_strdup_printf (_ ("Show: %s"), _ (field->title));
  wg_name_set (self->reveal, show);
  self->filling = TRUE;
  self->content = self->maker->build (self);
  self->filling = FALSE;
  gtk_widget_set_hexpand (self->content, TRUE);
  gtk_box_append (self->slot, self->content);
  return self;
}

/**
 * wg_form_row_get_field:
 * @self: a row
 *
 * Tells which field it edits.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: (transfer none): the field
 */
const WgField *
wg_form_row_get_field (WgFormRow *self)
{
  return self->field;
}

/**
 * wg_form_row_set_value:
 * @self: a row
 * @value: (nullable): the field's value as text
 *
 * Shows a value; nobody is told of a change.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_form_row_set_value (WgFormRow *self, const char *value)
{
  self->filling = TRUE;
  self->maker->set_value (self, value);
  self->filling = FALSE;
}

/**
 * wg_form_row_dup_value:
 * @self: a row
 *
 * Gives what stands in the row, also what cannot be a value: the checks say so.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: (transfer full) (nullable): the value as text, %NULL when not given
 */
char *
wg_form_row_dup_value (WgFormRow *self)
{
  g_autofree char *value = self->maker->dup_value (self);

  return value != NULL && *value != '\0' ? g_steal_pointer (&value) : NULL;
}

/**
 * wg_form_row_show_issue:
 * @self: a row
 * @text: (nullable): what is wrong, translated; %NULL: nothing
 * @blocks: whether it keeps the record from being saved
 *
 * Says what is wrong right at the field.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_form_row_show_issue (WgFormRow *self, const char *text, gboolean blocks)
{
  const char *classes[] = { blocks ? "error" : "warning", NULL };

  gtk_label_set_text (self->issue, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (self->issue), text != NULL);
  gtk_widget_set_css_classes (GTK_WIDGET (self->issue), classes);
  gtk_accessible_update_state (
      GTK_ACCESSIBLE (self->content), GTK_ACCESSIBLE_STATE_INVALID,
      text != NULL && blocks ? GTK_ACCESSIBLE_INVALID_TRUE : GTK_ACCESSIBLE_INVALID_FALSE, -1);
}

/**
 * wg_form_row_set_editable:
 * @self: a row
 * @editable: whether the user may change the value
 *
 * Lets the user change the value or only read it.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_form_row_set_editable (WgFormRow *self, gboolean editable)
{
  self->maker->set_editable (self, editable);
}

/**
 * wg_form_row_set_masked:
 * @self: a row
 * @masked: (nullable): the value as it may be shown to anybody; %NULL: show it plainly
 *
 * Hides the value behind its masked form and a button that asks for it.
 *
 * Thread: UI.
 * Errors: none.
 * Source: domain.md 2.10
 */
void
wg_form_row_set_masked (WgFormRow *self, const char *masked)
{
  gtk_label_set_text (self->masked, masked != NULL ? masked : "");
  gtk_widget_set_visible (self->masked_box, masked != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->slot), masked == NULL);
  if (masked != NULL)
    wg_form_row_set_hint (self, NULL);
}

/**
 * wg_form_row_is_masked:
 * @self: a row
 *
 * Tells whether the value is hidden.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: %TRUE if so
 */
gboolean
wg_form_row_is_masked (WgFormRow *self)
{
  return gtk_widget_get_visible (self->masked_box);
}

/**
 * wg_form_row_has_focus:
 * @self: a row
 *
 * Tells whether the focus is in the row.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: %TRUE if so
 */
gboolean
wg_form_row_has_focus (WgFormRow *self)
{
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;

  return focus != NULL && gtk_widget_is_ancestor (focus, GTK_WIDGET (self));
}

/* What is typed into or pressed first; also before the row is on the screen. */
static GtkWidget *
find_target (GtkWidget *widget)
{
  if (!gtk_widget_get_visible (widget) || !gtk_widget_get_sensitive (widget))
    return NULL;
  if (gtk_widget_get_focusable (widget))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *target = find_target (child);

      if (target != NULL)
        return target;
    }
  return NULL;
}

/**
 * wg_form_row_get_target:
 * @self: a row
 *
 * Finds what takes the focus when one comes to the row.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: (transfer none) (nullable): the widget
 */
GtkWidget *
wg_form_row_get_target (WgFormRow *self)
{
  return find_target (GTK_WIDGET (self));
}

/**
 * wg_form_row_focus:
 * @self: a row
 *
 * Gives it the focus, with the cursor behind what is written.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_form_row_focus (WgFormRow *self)
{
  GtkWidget *target = find_target (GTK_WIDGET (self));

  if (target == NULL)
    return;
  gtk_widget_grab_focus (target);
  if (GTK_IS_EDITABLE (target))
    gtk_editable_set_position (GTK_EDITABLE (target), -1);
}

/* --- for the makers --------------------------------------------------------------------------- */

/**
 * wg_form_row_get_content:
 * @self: a row
 *
 * Gives the widget that its maker built.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: (transfer none): the widget
 */
GtkWidget *
wg_form_row_get_content (WgFormRow *self)
{
  return self->content;
}

/**
 * wg_form_row_get_services:
 * @self: a row
 *
 * Gives what the screens work with.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: (transfer none): the services
 */
WgServices *
wg_form_row_get_services (WgFormRow *self)
{
  return self->services;
}

/**
 * wg_form_row_name:
 * @self: a row
 * @widget: what the user types into or presses
 *
 * Gives a widget the field's name for people who do not see the label.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_form_row_name (WgFormRow *self, GtkWidget *widget)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (widget), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ (self->field->title), -1);
}

/**
 * wg_form_row_set_hint:
 * @self: a row
 * @text: (nullable): something about the value, translated
 *
 * Says something about the value under it.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_form_row_set_hint (WgFormRow *self, const char *text)
{
  gtk_label_set_text (self->hint, text != NULL ? text : "");
  gtk_widget_set_visible (GTK_WIDGET (self->hint), text != NULL);
}

/**
 * wg_form_row_take_change:
 * @self: a row
 *
 * The value was changed; told to others only when the user did it.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_form_row_take_change (WgFormRow *self)
{
  if (!self->filling)
    g_signal_emit (self, signals[CHANGED], 0);
}

/**
 * wg_form_row_ask:
 * @self: a row
 *
 * Asks whoever shows the form for a page on which the value is chosen.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_form_row_ask (WgFormRow *self)
{
  g_signal_emit (self, signals[ASK], 0);
}

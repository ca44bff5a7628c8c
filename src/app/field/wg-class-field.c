/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The class of an event: chips of those most used, a way to all of them, what the standard says. */
#include "app/field/wg-class-field.h"

#include <glib/gi18n.h>

#include "app/field/wg-event-jobs.h"
#include "app/field/wg-event-maker.h"
#include "app/field/wg-event-words.h"
#include "app/wg-toast.h"
#include "app/widgets/wg-children.h"

#define N_CHIPS 8

struct _WgClassField
{
  AdwBin parent_instance;

  GtkLabel *chosen;
  GtkLabel *limits;
  GtkLabel *issue;
  AdwWrapBox *chips;

  WgServices *services;      /* owned */
  GCancellable *cancellable; /* owned */
  WgEvent *event;            /* of the form, which we edit */
  GtkToggleButton *group;    /* first chip */
  char **top;                /* owned; codes of the chips */
  gboolean filling;          /* the chips are being made */
};

G_DEFINE_FINAL_TYPE (WgClassField, wg_class_field, ADW_TYPE_BIN)

enum
{
  CHANGED,
  PICK,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static const WgEventClass *
get_class (WgClassField *self)
{
  WgStandard *standard = wg_district_get_standard (wg_services_get_district (self->services));

  if (standard == NULL || self->event->class_code == NULL)
    return NULL;
  return wg_standard_find (standard, self->event->class_code);
}

static void
show_class (WgClassField *self)
{
  const WgEventClass *row = get_class (self);
  g_autofree char *title = NULL;
  g_autofree char *limits = NULL;

  gtk_widget_set_visible (GTK_WIDGET (self->issue), FALSE);
  if (row == NULL)
    {
      gtk_label_set_text (self->chosen,
                          self->event->class_code == NULL ? _("Not chosen yet")
                                                          : _("This class is no longer in force"));
      gtk_widget_set_visible (GTK_WIDGET (self->limits), FALSE);
      return;
    }
  title = g_strdup_printf ("%s  %s", row->code, row->name);
  limits = wg_event_describe_limits (row);
  gtk_label_set_text (self->chosen, title);
  gtk_label_set_text (self->limits, limits);
  gtk_widget_set_visible (GTK_WIDGET (self->limits), TRUE);
}

static void
on_chip_toggled_cb (GtkToggleButton *chip, WgClassField *self)
{
  if (self->filling || !gtk_toggle_button_get_active (chip))
    return;
  wg_event_maker_set_class (self->services, self->event, gtk_widget_get_name (GTK_WIDGET (chip)));
  show_class (self);
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
add_chip (WgClassField *self, const char *code)
{
  WgStandard *standard = wg_district_get_standard (wg_services_get_district (self->services));
  const WgEventClass *row = wg_standard_find (standard, code);
  GtkWidget *chip;

  if (row == NULL)
    return;
  chip = gtk_toggle_button_new_with_label (row->name);
  gtk_widget_add_css_class (chip, "chip");
  gtk_widget_set_name (chip, row->code);
  if (self->group != NULL)
    gtk_toggle_button_set_group (GTK_TOGGLE_BUTTON (chip), self->group);
  else
    self->group = GTK_TOGGLE_BUTTON (chip);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (chip),
                                g_strcmp0 (code, self->event->class_code) == 0);
  g_signal_connect_object (chip, "toggled", G_CALLBACK (on_chip_toggled_cb), self, 0);
  adw_wrap_box_append (self->chips, chip);
}

/* The class in use is always among the chips, first when it is none of the usual ones. */
static void
fill_chips (WgClassField *self)
{
  if (self->top == NULL || self->event == NULL ||
      wg_district_get_standard (wg_services_get_district (self->services)) == NULL)
    return;
  self->filling = TRUE;
  wg_children_remove_all (GTK_WIDGET (self->chips));
  self->group = NULL;
  if (self->event->class_code != NULL &&
      !g_strv_contains ((const char *const *) self->top, self->event->class_code))
    add_chip (self, self->event->class_code);
  for (guint i = 0; self->top[i] != NULL; i++)
    add_chip (self, self->top[i]);
  self->filling = FALSE;
}

static void
on_top_classes_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (WgClassField) self = user_data;
  g_autoptr (GError) error = NULL;
  char **top = wg_store_run_finish (WG_STORE (source), result, &error);

  if (top == NULL)
    {
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        wg_toast_show_error (GTK_WIDGET (self), error);
      return;
    }
  g_clear_pointer (&self->top, g_strfreev);
  self->top = top;
  if (self->chips != NULL)
    fill_chips (self);
}

static void
on_pick_class_cb (WgClassField *self)
{
  g_signal_emit (self, signals[PICK], 0);
}

static void
wg_class_field_dispose (GObject *object)
{
  WgClassField *self = WG_CLASS_FIELD (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  /* Else the parent class frees it once more after the template did. */
  adw_bin_set_child (ADW_BIN (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), WG_TYPE_CLASS_FIELD);
  g_clear_object (&self->services);
  g_clear_pointer (&self->top, g_strfreev);
  self->event = NULL;
  G_OBJECT_CLASS (wg_class_field_parent_class)->dispose (object);
}

static void
wg_class_field_class_init (WgClassFieldClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = wg_class_field_dispose;
  signals[CHANGED] = g_signal_new ("changed", WG_TYPE_CLASS_FIELD, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                   NULL, G_TYPE_NONE, 0);
  signals[PICK] = g_signal_new ("pick", WG_TYPE_CLASS_FIELD, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                G_TYPE_NONE, 0);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/wangge/Wangge/ui/wg-class-field.ui");
  gtk_widget_class_bind_template_child (widget_class, WgClassField, chosen);
  gtk_widget_class_bind_template_child (widget_class, WgClassField, limits);
  gtk_widget_class_bind_template_child (widget_class, WgClassField, issue);
  gtk_widget_class_bind_template_child (widget_class, WgClassField, chips);
  gtk_widget_class_bind_template_callback (widget_class, on_pick_class_cb);
}

static void
wg_class_field_init (WgClassField *self)
{
  self->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * wg_class_field_set_services:
 * @self: the field
 * @services: what the screens work with, open
 *
 * Must be called once before anything else.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_class_field_set_services (WgClassField *self, WgServices *services)
{
  g_assert (self->services == NULL);
  self->services = g_object_ref (services);
}

/**
 * wg_class_field_set_event:
 * @self: the field
 * @event: the event being edited; must outlive the field or be replaced by another call
 *
 * Shows the class of an event, and offers those most used in its level.
 *
 * Thread: UI.
 * Errors: none; chips that cannot be read are said in a toast.
 */
void
wg_class_field_set_event (WgClassField *self, WgEvent *event)
{
  self->event = event;
  show_class (self);
  wg_event_jobs_top_classes (wg_services_get_store (self->services), self->event->level, N_CHIPS,
                             self->cancellable, on_top_classes_cb, g_object_ref (self));
}

/**
 * wg_class_field_refresh:
 * @self: the field, with an event
 *
 * Shows class and chips by the standard as it is now.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_class_field_refresh (WgClassField *self)
{
  show_class (self);
  fill_chips (self);
}

/**
 * wg_class_field_choose:
 * @self: the field, with an event
 * @code: a class
 *
 * Puts the event into a class chosen elsewhere.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_class_field_choose (WgClassField *self, const char *code)
{
  wg_event_maker_set_class (self->services, self->event, code);
  wg_class_field_refresh (self);
  g_signal_emit (self, signals[CHANGED], 0);
}

/**
 * wg_class_field_get_issue:
 * @self: the field
 *
 * Gives the label that says what is wrong with the class; hidden when nothing is.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: (transfer none): the label
 */
GtkLabel *
wg_class_field_get_issue (WgClassField *self)
{
  return self->issue;
}

/**
 * wg_class_field_get_first:
 * @self: the field
 *
 * Gives what takes the focus when the class is asked for.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: (transfer none): the first chip, or the field before there are any
 */
GtkWidget *
wg_class_field_get_first (WgClassField *self)
{
  return self->group != NULL ? GTK_WIDGET (self->group) : GTK_WIDGET (self);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One field of a conflict: two cards side by side or stacked, one of which is chosen. */
#include "app/records/wg-conflict-field.h"

#include <glib/gi18n.h>

#include "app/field/wg-event-maker.h"
#include "app/records/wg-record-jobs.h"
#include "app/wg-time.h"
#include "app/wg-toast.h"
#include "app/widgets/wg-name.h"
#include "core/kinds/wg-kind-event.h"

struct _WgConflictFieldBox
{
  GtkBox parent_instance;

  GtkBox *cards;
  GtkToggleButton *theirs, *mine;
  GtkLabel *their_value, *my_value;
  GtkWidget *reveal;
  WgServices *services; /* owned */
  const WgField *field;
  WgRecord *their_record, *my_record; /* owned */
  gint64 their_ms, my_ms;
  char *rec; /* owned */
};

G_DEFINE_FINAL_TYPE (WgConflictFieldBox, wg_conflict_field, GTK_TYPE_BOX)

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

/* --- values ----------------------------------------------------------------------------------- */

static void
on_named_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GtkLabel) label = user_data;
  g_autofree char *title = wg_store_run_finish (WG_STORE (source), result, NULL);

  gtk_label_set_text (label, title != NULL ? title : _ ("A record not on this tablet"));
}

/* Two places of one grid differ in their numbers. */
static char *
describe_place (WgServices *services, const WgEvent *event, gint64 at_ms)
{
  g_autofree char *place = wg_event_maker_describe_place (services, event, at_ms);

  if (!wg_event_maker_has_point (event))
    return g_strdup ("");
  return g_strdup_printf ("%s\n%.5f, %.5f", place, event->lon, event->lat);
}

/* Class, level, time and place of an event in the words of its page; %NULL: as in any record. */
static char *
describe_event_value (WgConflictFieldBox *self, const WgRecord *record, gint64 at_ms)
{
  WgStandard *standard = wg_district_get_standard (wg_services_get_district (self->services));
  g_autoptr (WgEvent) event = wg_event_new ();
  const WgEventClass *row;

  wg_event_take_record (event, record, self->field);
  row = standard != NULL && event->class_code != NULL
            ? wg_standard_find (standard, event->class_code)
            : NULL;
  if (row != NULL)
    return g_strdup (row->name);
  if (event->level != WG_EVENT_LEVEL_NONE)
    return g_strdup (_ (wg_event_level_to_string (event->level)));
  if (event->occurred_ms > 0)
    return wg_time_format (event->occurred_ms, wg_services_now_ms (self->services));
  if (g_str_equal (self->field->name, "lon"))
    return describe_place (self->services, event, at_ms);
  return NULL;
}

static void
show_value (WgConflictFieldBox *self,
            GtkLabel *label,
            const WgRecord *record,
            gint64 at_ms,
            gboolean masked)
{
  g_autofree char *words =
      record->kind == wg_kind_get_event () ? describe_event_value (self, record, at_ms) : NULL;

  if (words == NULL)
    words = wg_record_dup_words (record, self->field, masked);

  gtk_label_set_text (label, *words != '\0' ? words : _ ("(empty)"));
  if (self->field->type == WG_FIELD_RECORD && *words != '\0')
    wg_record_jobs_name (wg_services_get_store (self->services), words, on_named_cb,
                         g_object_ref (label));
}

static void
show_values (WgConflictFieldBox *self, gboolean masked)
{
  show_value (self, self->their_value, self->their_record, self->their_ms, masked);
  show_value (self, self->my_value, self->my_record, self->my_ms, masked);
  if (self->reveal != NULL)
    gtk_widget_set_visible (self->reveal, masked);
}

static void
on_revealed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (WgConflictFieldBox) self = user_data;
  g_autoptr (GError) error = NULL;

  if (wg_store_run_finish (WG_STORE (source), result, &error) == NULL)
    wg_toast_show_error (GTK_WIDGET (self), error);
  else if (self->services != NULL)
    show_values (self, FALSE);
}

static void
on_reveal_clicked_cb (WgConflictFieldBox *self)
{
  wg_record_jobs_reveal (wg_services_get_store (self->services), self->rec, self->field->name,
                         _ ("Two values are compared"), on_revealed_cb, g_object_ref (self));
}

/* --- cards ------------------------------------------------------------------------------------ */

static void
on_toggled_cb (WgConflictFieldBox *self)
{
  g_signal_emit (self, signals[CHANGED], 0);
}

static GtkToggleButton *
make_card (WgConflictFieldBox *self,
           const char *whose,
           const char *who,
           gint64 at_ms,
           GtkLabel **out_value)
{
  gint64 now_ms = wg_services_now_ms (self->services);
  g_autofree char *when = at_ms > 0 ? wg_time_format (at_ms, now_ms) : g_strdup ("—");
  g_autofree char *source = g_strdup_printf ("%s · %s", who != NULL ? who : _ ("not known"), when);
  g_autofree char *name =
      g_strdup_printf (C_ ("name of a field: its value", "%s: %s"), _ (self->field->title), whose);
  GtkWidget *card = gtk_toggle_button_new ();
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  GtkWidget *chosen = gtk_image_new_from_icon_name ("object-select-symbolic");
  GtkWidget *labels[] = { gtk_label_new (whose), gtk_label_new (NULL), gtk_label_new (source) };
  static const char *const classes[] = { "caption-heading", "title-3", "caption" };

  for (gsize i = 0; i < G_N_ELEMENTS (labels); i++)
    {
      gtk_label_set_xalign (GTK_LABEL (labels[i]), 0);
      gtk_label_set_wrap (GTK_LABEL (labels[i]), TRUE);
      gtk_label_set_wrap_mode (GTK_LABEL (labels[i]), PANGO_WRAP_WORD_CHAR);
      gtk_widget_add_css_class (labels[i], classes[i]);
      gtk_box_append (GTK_BOX (box), labels[i]);
    }
  gtk_widget_set_hexpand (box, TRUE);
  gtk_box_append (GTK_BOX (line), box);
  gtk_box_append (GTK_BOX (line), chosen);
  g_object_bind_property (card, "active", chosen, "visible", G_BINDING_SYNC_CREATE);
  gtk_button_set_child (GTK_BUTTON (card), line);
  gtk_widget_add_css_class (card, "choice-card");
  gtk_accessible_update_property (GTK_ACCESSIBLE (card), GTK_ACCESSIBLE_PROPERTY_LABEL, name,
                                  GTK_ACCESSIBLE_PROPERTY_DESCRIPTION, source, -1);
  g_signal_connect_object (card, "toggled", G_CALLBACK (on_toggled_cb), self, G_CONNECT_SWAPPED);
  gtk_box_append (self->cards, card);
  *out_value = GTK_LABEL (labels[1]);
  return GTK_TOGGLE_BUTTON (card);
}

static void
add_title (WgConflictFieldBox *self)
{
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *title = gtk_label_new (_ (self->field->title));

  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_label_set_wrap (GTK_LABEL (title), TRUE);
  gtk_widget_set_hexpand (title, TRUE);
  gtk_widget_add_css_class (title, "title-4");
  gtk_box_append (GTK_BOX (line), title);
  if (self->field->flags & WG_FIELD_PERSONAL)
    {
      g_autofree char *name = g_strdup_printf (_ ("Show: %s"), _ (self->field->title));

      self->reveal = gtk_button_new_with_label (C_ ("masked", "Show"));
      wg_name_set (self->reveal, name);
      g_signal_connect_object (self->reveal, "clicked", G_CALLBACK (on_reveal_clicked_cb), self,
                               G_CONNECT_SWAPPED);
      gtk_box_append (GTK_BOX (line), self->reveal);
    }
  gtk_box_append (GTK_BOX (self), line);
}

/* --- object ----------------------------------------------------------------------------------- */

static void
wg_conflict_field_dispose (GObject *object)
{
  WgConflictFieldBox *self = WG_CONFLICT_FIELD (object);

  g_clear_object (&self->services);
  g_clear_pointer (&self->their_record, wg_record_unref);
  g_clear_pointer (&self->my_record, wg_record_unref);
  g_clear_pointer (&self->rec, g_free);
  G_OBJECT_CLASS (wg_conflict_field_parent_class)->dispose (object);
}

static void
wg_conflict_field_class_init (WgConflictFieldBoxClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = wg_conflict_field_dispose;
  signals[CHANGED] = g_signal_new ("changed", WG_TYPE_CONFLICT_FIELD, G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
}

static void
wg_conflict_field_init (WgConflictFieldBox *self)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 8);
}

/**
 * wg_conflict_field_new:
 * @services: what the screens work with, open
 * @conflict: the conflict
 * @field: one of its fields
 *
 * Makes the two cards of a field: what stands on the platform, and what came later.
 *
 * Thread: UI.
 * Errors: none.
 * Source: ux.md R6
 *
 * Returns: (transfer floating): the widget
 */
WgConflictFieldBox *
wg_conflict_field_new (WgServices *services,
                       const WgConflict *conflict,
                       const WgConflictField *field)
{
  WgConflictFieldBox *self = g_object_new (WG_TYPE_CONFLICT_FIELD, NULL);

  self->services = g_object_ref (services);
  self->field = field->field;
  self->rec = g_strdup (conflict->rec);
  self->their_record = wg_record_edit (conflict->theirs);
  self->my_record = wg_record_edit (conflict->mine);
  self->their_ms = field->their_ms;
  self->my_ms = conflict->my_ms;
  add_title (self);
  self->cards = GTK_BOX (gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12));
  gtk_box_set_homogeneous (self->cards, TRUE);
  gtk_box_append (GTK_BOX (self), GTK_WIDGET (self->cards));
  self->theirs =
      make_card (self, _ ("On the platform now"),
                         field->their_name != NULL ? field->their_name : field->their_actor,
                         field->their_ms, &self->their_value);
  self->mine = make_card (
      self, _ ("Came later"), conflict->my_name != NULL ? conflict->my_name : conflict->my_actor,
              conflict->my_ms, &self->my_value);
  gtk_toggle_button_set_group (self->mine, self->theirs);
  gtk_toggle_button_set_active (self->theirs, field->choice == WG_CHOICE_THEIRS);
  gtk_toggle_button_set_active (self->mine, field->choice == WG_CHOICE_MINE);
  gtk_widget_set_sensitive (GTK_WIDGET (self->cards), !conflict->settled);
  show_values (self, (self->field->flags & WG_FIELD_PERSONAL) != 0);
  return self;
}

/**
 * wg_conflict_field_get_choice:
 * @self: the field
 *
 * Tells which value was chosen.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: the choice; none while the user has not pressed a card
 */
WgChoice
wg_conflict_field_get_choice (WgConflictFieldBox *self)
{
  if (gtk_toggle_button_get_active (self->theirs))
    return WG_CHOICE_THEIRS;
  return gtk_toggle_button_get_active (self->mine) ? WG_CHOICE_MINE : WG_CHOICE_NONE;
}

/**
 * wg_conflict_field_set_stacked:
 * @self: the field
 * @stacked: one above the other
 *
 * Puts the two cards side by side, or one above the other where there is no room.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_conflict_field_set_stacked (WgConflictFieldBox *self, gboolean stacked)
{
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self->cards),
                                  stacked ? GTK_ORIENTATION_VERTICAL : GTK_ORIENTATION_HORIZONTAL);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The fields of a record to be read: by section, personal ones masked until asked for. */
#include "app/records/wg-record-facts.h"

#include <glib/gi18n.h>

#include "app/records/wg-record-jobs.h"
#include "app/wg-toast.h"
#include "app/widgets/wg-children.h"
#include "app/widgets/wg-name.h"

struct _WgRecordFacts
{
  GtkBox parent_instance;

  WgServices *services; /* owned */
  WgRecord *record;     /* owned; a copy */
  GHashTable *revealed; /* names of the fields that were asked for */
  GPtrArray *names;     /* owned; labels of the records that it names, each called by the id */
};

G_DEFINE_FINAL_TYPE (WgRecordFacts, wg_record_facts, GTK_TYPE_BOX)

static void show_facts (WgRecordFacts *self);

/* --- asking for a masked value ---------------------------------------------------------------- */

typedef struct
{
  WgRecordFacts *facts; /* owned */
  const WgField *field;
} Reveal;

static void
on_revealed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Reveal *reveal = user_data;
  g_autoptr (WgRecordFacts) self = reveal->facts;
  g_autoptr (GError) error = NULL;

  if (wg_store_run_finish (WG_STORE (source), result, &error) == NULL)
    {
      wg_toast_show_error (GTK_WIDGET (self), error);
      return;
    }
  if (self->record == NULL)
    return;
  g_hash_table_add (self->revealed, (gpointer) reveal->field->name);
  show_facts (self);
}

/* Shown only once it is written down that it was. */
static void
on_reveal_clicked_cb (GtkButton *button, WgRecordFacts *self)
{
  Reveal *reveal = g_new0 (Reveal, 1);

  reveal->facts = g_object_ref (self);
  reveal->field =
      wg_kind_find_field (self->record->kind, gtk_widget_get_name (GTK_WIDGET (button)));
  wg_record_jobs_reveal (wg_services_get_store (self->services), self->record->id,
                         reveal->field->name,
                         _ ("Read on the record's page"), on_revealed_cb, reveal);
}

/* --- one field -------------------------------------------------------------------------------- */

static GtkWidget *
make_value (const char *words)
{
  GtkWidget *label = gtk_label_new (words);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_widget_set_hexpand (label, TRUE);
  return label;
}

static void
on_named_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GtkLabel) label = user_data;
  g_autofree char *title = wg_store_run_finish (WG_STORE (source), result, NULL);

  gtk_label_set_text (label, title != NULL ? title : _ ("A record not on this tablet"));
}

/* Others may give them another name while they are shown here. */
static void
ask_names (WgRecordFacts *self)
{
  for (guint i = 0; i < self->names->len; i++)
    wg_record_jobs_name (wg_services_get_store (self->services),
                         gtk_widget_get_name (self->names->pdata[i]), on_named_cb,
                         g_object_ref (self->names->pdata[i]));
}

/* A reference is a button that goes there. */
static GtkWidget *
make_reference (WgRecordFacts *self, const WgField *field)
{
  const char *id = wg_record_get_text (self->record, field->name);
  GtkWidget *button = gtk_button_new ();
  GtkWidget *label = make_value (NULL);

  gtk_button_set_child (GTK_BUTTON (button), label);
  gtk_widget_set_hexpand (button, TRUE);
  gtk_actionable_set_action_name (GTK_ACTIONABLE (button), "win.show-record");
  gtk_actionable_set_action_target (GTK_ACTIONABLE (button), "s", id);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ (field->title), -1);
  gtk_widget_set_name (label, id);
  g_ptr_array_add (self->names, g_object_ref (label));
  return button;
}

static GtkWidget *
make_reveal (WgRecordFacts *self, const WgField *field)
{
  GtkWidget *button = gtk_button_new_with_label (C_ ("masked", "Show"));
  g_autofree char *name = g_strdup_printf (_ ("Show: %s"), _ (field->title));

  gtk_widget_set_name (button, field->name);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  wg_name_set (button, name);
  g_signal_connect_object (button, "clicked", G_CALLBACK (on_reveal_clicked_cb), self, 0);
  return button;
}

static void
add_fact (WgRecordFacts *self, GtkWidget *group, const WgField *field)
{
  gboolean personal = (field->flags & WG_FIELD_PERSONAL) != 0;
  gboolean masked = personal && !g_hash_table_contains (self->revealed, field->name);
  g_autofree char *words = wg_record_dup_words (self->record, field, masked);
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  GtkWidget *title = gtk_label_new (_ (field->title));

  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_label_set_wrap (GTK_LABEL (title), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (title), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_width_chars (GTK_LABEL (title), 12);
  gtk_label_set_max_width_chars (GTK_LABEL (title), 12);
  gtk_widget_add_css_class (title, "dimmed");
  gtk_box_append (GTK_BOX (box), title);
  gtk_box_append (GTK_BOX (box), field->type == WG_FIELD_RECORD ? make_reference (self, field)
                                                                : make_value (words));
  if (masked)
    gtk_box_append (GTK_BOX (box), make_reveal (self, field));
  gtk_box_append (GTK_BOX (group), box);
}

static void
show_facts (WgRecordFacts *self)
{
  const WgKind *kind = self->record->kind;

  wg_children_remove_all (GTK_WIDGET (self));
  g_ptr_array_set_size (self->names, 0);
  for (const WgSection *section = kind->sections; section->name != NULL; section++)
    {
      GtkWidget *group = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
      GtkWidget *title = gtk_label_new (_ (section->title));

      gtk_label_set_xalign (GTK_LABEL (title), 0);
      gtk_widget_add_css_class (title, "title-4");
      gtk_box_append (GTK_BOX (group), title);
      for (const WgField *field = kind->fields; field->name != NULL; field++)
        if (g_strcmp0 (field->section, section->name) == 0 &&
            wg_field_is_set (field, self->record) &&
            wg_field_is_shown (kind->fields, field, self->record))
          add_fact (self, group, field);
      gtk_widget_set_visible (group, gtk_widget_get_next_sibling (title) != NULL);
      gtk_box_append (GTK_BOX (self), group);
    }
  ask_names (self);
}

/* --- object ----------------------------------------------------------------------------------- */

static void
wg_record_facts_dispose (GObject *object)
{
  WgRecordFacts *self = WG_RECORD_FACTS (object);

  wg_children_remove_all (GTK_WIDGET (self));
  g_clear_object (&self->services);
  g_clear_pointer (&self->record, wg_record_unref);
  g_clear_pointer (&self->revealed, g_hash_table_unref);
  g_clear_pointer (&self->names, g_ptr_array_unref);
  G_OBJECT_CLASS (wg_record_facts_parent_class)->dispose (object);
}

static void
wg_record_facts_class_init (WgRecordFactsClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = wg_record_facts_dispose;
}

static void
wg_record_facts_init (WgRecordFacts *self)
{
  self->revealed = g_hash_table_new (g_str_hash, g_str_equal);
  self->names = g_ptr_array_new_with_free_func (g_object_unref);
  gtk_orientable_set_orientation (GTK_ORIENTABLE (self), GTK_ORIENTATION_VERTICAL);
  gtk_box_set_spacing (GTK_BOX (self), 16);
}

/**
 * wg_record_facts_new:
 * @services: what the screens work with, open
 *
 * Makes it, empty.
 *
 * Thread: UI.
 * Errors: none.
 * Source: domain.md 2.10
 *
 * Returns: (transfer floating): the widget
 */
WgRecordFacts *
wg_record_facts_new (WgServices *services)
{
  WgRecordFacts *self = g_object_new (WG_TYPE_RECORD_FACTS, NULL);

  self->services = g_object_ref (services);
  return self;
}

/**
 * wg_record_facts_set_record:
 * @self: the facts
 * @record: a record; each time the same one, as it is now
 *
 * Shows the fields that are given, and what the records that it names are called now. What was
 * asked for before stays readable.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_record_facts_set_record (WgRecordFacts *self, const WgRecord *record)
{
  gboolean same = self->record != NULL && wg_record_equal (self->record, record);

  g_clear_pointer (&self->record, wg_record_unref);
  self->record = wg_record_edit (record);
  if (same)
    ask_names (self);
  else
    show_facts (self);
}

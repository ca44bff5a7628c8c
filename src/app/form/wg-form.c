/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The form of a record of any kind, made from the kind's table; it edits a copy. */
#include "app/form/wg-form.h"

#include <glib/gi18n.h>

#include "app/form/wg-form-row.h"
#include "app/form/wg-form-value.h"
#include "app/widgets/wg-children.h"

struct _WgForm
{
  AdwBin parent_instance;

  GtkScrolledWindow *scroller;
  GtkWidget *reason_box;
  GtkLabel *reason;
  GtkBox *sections;

  WgServices *services; /* owned */
  WgRecord *original;   /* owned; what was there before */
  WgRecord *record;     /* owned; the copy */
  GPtrArray *rows;      /* of WgFormRow, borrowed, in the order of the form */
  GHashTable *touched;  /* names of the fields whose findings are shown at once */
  GHashTable *strange;  /* names of the fields in which stands what their type cannot hold */
  const WgField *refused_field;
  char *refused_text; /* owned; stays until its field is changed */
  double scroll;      /* where to scroll once the form has its size */
};

G_DEFINE_FINAL_TYPE (WgForm, wg_form, ADW_TYPE_BIN)

enum
{
  CHANGED,
  ASK,
  REVEAL,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static WgFormRow *
find_row (WgForm *self, const char *name)
{
  for (guint i = 0; i < self->rows->len; i++)
    if (g_strcmp0 (wg_form_row_get_field (g_ptr_array_index (self->rows, i))->name, name) == 0)
      return g_ptr_array_index (self->rows, i);
  return NULL;
}

/* --- what is shown ---------------------------------------------------------------------------- */

/* Fields come and go with the answers they hang on. */
static gboolean
update_row (WgForm *self, GtkWidget *row)
{
  gboolean shown = wg_field_is_shown (self->record->kind->fields,
                                      wg_form_row_get_field (WG_FORM_ROW (row)), self->record);

  gtk_widget_set_visible (row, shown);
  return shown;
}

/* A section without any field goes, too. Nothing is hidden for a moment: the focus would leave. */
static void
update_shown (WgForm *self)
{
  for (GtkWidget *group = gtk_widget_get_first_child (GTK_WIDGET (self->sections)); group != NULL;
       group = gtk_widget_get_next_sibling (group))
    {
      gboolean any = FALSE;

      for (GtkWidget *row = gtk_widget_get_first_child (group); row != NULL;
           row = gtk_widget_get_next_sibling (row))
        if (WG_IS_FORM_ROW (row) && update_row (self, row))
          any = TRUE;
      gtk_widget_set_visible (group, any);
    }
}

/* --- findings --------------------------------------------------------------------------------- */

static WgRecord *
make_tidy (WgForm *self)
{
  WgRecord *tidy = wg_record_edit (self->record);

  wg_record_normalize (tidy);
  return tidy;
}

static GPtrArray *
find_issues (WgForm *self)
{
  g_autoptr (WgRecord) tidy = make_tidy (self);
  GPtrArray *issues = wg_record_check (tidy, wg_services_now_ms (self->services));

  for (guint i = 0; i < self->rows->len; i++)
    {
      const WgField *field = wg_form_row_get_field (g_ptr_array_index (self->rows, i));

      if (g_hash_table_contains (self->strange, field->name))
        wg_issues_add (issues, field->name, WG_ISSUE_MALFORMED, TRUE);
    }
  return issues;
}

static const WgIssue *
find_worst (GPtrArray *issues, const char *field)
{
  const WgIssue *worst = NULL;

  for (guint i = 0; i < issues->len; i++)
    {
      const WgIssue *issue = g_ptr_array_index (issues, i);

      if (g_strcmp0 (issue->field, field) == 0 &&
          (worst == NULL || (issue->blocks && !worst->blocks)))
        worst = issue;
    }
  return worst;
}

/* Shows what is found at the fields that were touched, or at all. */
static void
show_issues (WgForm *self, GPtrArray *issues, gboolean all)
{
  for (guint i = 0; i < self->rows->len; i++)
    {
      WgFormRow *row = g_ptr_array_index (self->rows, i);
      const WgField *field = wg_form_row_get_field (row);
      const WgIssue *issue = find_worst (issues, field->name);
      gboolean told = all || g_hash_table_contains (self->touched, field->name);

      if (field == self->refused_field)
        wg_form_row_show_issue (row, self->refused_text, TRUE);
      else if (issue != NULL && told)
        wg_form_row_show_issue (row, _ (wg_issue_code_to_string (issue->code)), issue->blocks);
      else
        wg_form_row_show_issue (row, NULL, FALSE);
    }
}

static void
update_issues (WgForm *self)
{
  g_autoptr (GPtrArray) issues = find_issues (self);

  show_issues (self, issues, FALSE);
}

/* --- changes ---------------------------------------------------------------------------------- */

static void
take_value (WgForm *self, WgFormRow *row)
{
  const WgField *field = wg_form_row_get_field (row);
  g_autofree char *value = wg_form_row_dup_value (row);

  if (wg_form_value_set (field, self->record, value))
    g_hash_table_remove (self->strange, field->name);
  else
    g_hash_table_add (self->strange, (gpointer) field->name);
}

/* Fields that follow from the one just changed are filled in, where nothing stands yet. */
static void
fill_what_follows (WgForm *self)
{
  g_autoptr (WgRecord) tidy = make_tidy (self);

  for (guint i = 0; i < self->rows->len; i++)
    {
      WgFormRow *row = g_ptr_array_index (self->rows, i);
      const WgField *field = wg_form_row_get_field (row);
      g_autofree char *value = NULL;

      if (wg_field_is_set (field, self->record) || !wg_field_is_set (field, tidy))
        continue;
      wg_field_copy (field, tidy, self->record);
      value = wg_form_value_dup (field, self->record);
      wg_form_row_set_value (row, value);
    }
}

static void
take_change (WgForm *self, WgFormRow *row)
{
  const WgField *field = wg_form_row_get_field (row);

  take_value (self, row);
  g_hash_table_add (self->touched, (gpointer) field->name);
  if (field == self->refused_field)
    self->refused_field = NULL;
  fill_what_follows (self);
  update_shown (self);
  update_issues (self);
  g_signal_emit (self, signals[CHANGED], 0);
}

static void
on_row_changed_cb (WgFormRow *row, WgForm *self)
{
  take_change (self, row);
}

static void
on_row_ask_cb (WgFormRow *row, WgForm *self)
{
  g_signal_emit (self, signals[ASK], 0, wg_form_row_get_field (row)->name);
}

static void
on_row_reveal_cb (WgFormRow *row, WgForm *self)
{
  g_signal_emit (self, signals[REVEAL], 0, wg_form_row_get_field (row)->name);
}

/* --- building --------------------------------------------------------------------------------- */

/* Two degrees that follow one another are one place, edited in the row of the first. */
static gboolean
is_second_of_pair (const WgKind *kind, const WgField *field)
{
  guint n = 0;

  for (; field->type == WG_FIELD_DEGREE; field--)
    {
      n++;
      if (field == kind->fields)
        break;
    }
  return n > 0 && n % 2 == 0;
}

static gboolean
is_editable (WgForm *self, const WgField *field)
{
  if (field->conflict == WG_CONFLICT_SERVER)
    return FALSE;
  return field->conflict != WG_CONFLICT_ONCE || self->original->ver == 0 ||
         !wg_field_is_set (field, self->original);
}

static void
add_row (WgForm *self, GtkWidget *group, const WgField *field, gboolean masked)
{
  WgFormRow *row = wg_form_row_new (self->services, field);
  g_autofree char *value = wg_form_value_dup (field, self->record);

  wg_form_row_set_value (row, value);
  wg_form_row_set_editable (row, is_editable (self, field));
  /* What the user has typed himself is not hidden from him. */
  if (masked && value != NULL && (field->flags & WG_FIELD_PERSONAL) &&
      wg_field_equal (field, self->original, self->record))
    {
      g_autofree char *hidden = wg_record_dup_words (self->record, field, TRUE);

      wg_form_row_set_masked (row, hidden);
    }
  g_signal_connect_object (row, "changed", G_CALLBACK (on_row_changed_cb), self, 0);
  g_signal_connect_object (row, "ask", G_CALLBACK (on_row_ask_cb), self, 0);
  g_signal_connect_object (row, "reveal", G_CALLBACK (on_row_reveal_cb), self, 0);
  g_ptr_array_add (self->rows, row);
  gtk_box_append (GTK_BOX (group), GTK_WIDGET (row));
}

static void
add_section (WgForm *self, const WgSection *section, gboolean masked)
{
  const WgKind *kind = self->record->kind;
  GtkWidget *group = gtk_box_new (GTK_ORIENTATION_VERTICAL, 14);
  GtkWidget *title = gtk_label_new (_ (section->title));

  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_widget_add_css_class (title, "title-4");
  gtk_box_append (GTK_BOX (group), title);
  for (const WgField *field = kind->fields; field->name != NULL; field++)
    if (g_strcmp0 (field->section, section->name) == 0 && !is_second_of_pair (kind, field))
      add_row (self, group, field, masked);
  gtk_box_append (self->sections, group);
}

/* --- object ----------------------------------------------------------------------------------- */

/* The form has no height before its first layout. */
static void
on_upper_changed_cb (WgForm *self, GParamSpec *pspec, GtkAdjustment *adjustment)
{
  if (self->scroll > 0 &&
      gtk_adjustment_get_upper (adjustment) - gtk_adjustment_get_page_size (adjustment) >=
          self->scroll)
    {
      gtk_adjustment_set_value (adjustment, self->scroll);
      self->scroll = 0;
    }
}

static void
wg_form_dispose (GObject *object)
{
  WgForm *self = WG_FORM (object);

  /* Else the parent class frees it once more after the template did. */
  adw_bin_set_child (ADW_BIN (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), WG_TYPE_FORM);
  g_clear_object (&self->services);
  g_clear_pointer (&self->original, wg_record_unref);
  g_clear_pointer (&self->record, wg_record_unref);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  g_clear_pointer (&self->touched, g_hash_table_unref);
  g_clear_pointer (&self->strange, g_hash_table_unref);
  g_clear_pointer (&self->refused_text, g_free);
  G_OBJECT_CLASS (wg_form_parent_class)->dispose (object);
}

static void
wg_form_class_init (WgFormClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = wg_form_dispose;
  signals[CHANGED] = g_signal_new ("changed", WG_TYPE_FORM, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 0);
  signals[ASK] = g_signal_new ("ask", WG_TYPE_FORM, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                               G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[REVEAL] = g_signal_new ("reveal", WG_TYPE_FORM, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                  G_TYPE_NONE, 1, G_TYPE_STRING);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/wangge/Wangge/ui/wg-form.ui");
  gtk_widget_class_bind_template_child (widget_class, WgForm, scroller);
  gtk_widget_class_bind_template_child (widget_class, WgForm, reason_box);
  gtk_widget_class_bind_template_child (widget_class, WgForm, reason);
  gtk_widget_class_bind_template_child (widget_class, WgForm, sections);
}

static void
wg_form_init (WgForm *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->rows = g_ptr_array_new ();
  self->touched = g_hash_table_new (g_str_hash, g_str_equal);
  self->strange = g_hash_table_new (g_str_hash, g_str_equal);
  g_signal_connect_object (gtk_scrolled_window_get_vadjustment (self->scroller), "notify::upper",
                           G_CALLBACK (on_upper_changed_cb), self, G_CONNECT_SWAPPED);
}

/**
 * wg_form_open:
 * @self: a form
 * @services: what the screens work with
 * @original: the record as it was before anything was typed; of a new one, what is given
 * @record: what stands in the form, of the same kind: @original, or a draft of it
 * @masked: whether personal values are hidden until they are asked for
 *
 * Builds the form of the record's kind: a group for each section, a row for each field.
 *
 * Thread: UI. Cost: about 0.6 ms a row.
 * Errors: none.
 */
void
wg_form_open (WgForm *self,
              WgServices *services,
              const WgRecord *original,
              const WgRecord *record,
              gboolean masked)
{
  g_return_if_fail (original->kind == record->kind);

  g_set_object (&self->services, services);
  g_clear_pointer (&self->original, wg_record_unref);
  g_clear_pointer (&self->record, wg_record_unref);
  self->original = wg_record_edit (original);
  self->record = wg_record_edit (record);
  g_hash_table_remove_all (self->touched);
  g_hash_table_remove_all (self->strange);
  self->refused_field = NULL;
  g_ptr_array_set_size (self->rows, 0);
  wg_children_remove_all (GTK_WIDGET (self->sections));
  for (const WgSection *section = record->kind->sections; section->name != NULL; section++)
    add_section (self, section, masked);
  update_shown (self);
}

/**
 * wg_form_get_record:
 * @self: a form, open
 *
 * Gives what stands in the form, as it stands.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: (transfer none): the copy, which changes with the form
 */
const WgRecord *
wg_form_get_record (WgForm *self)
{
  return self->record;
}

/**
 * wg_form_dup_result:
 * @self: a form, open
 *
 * Gives what is to be saved: tidied, and without the fields that were shown before and are not any
 * more, since nobody would see what is in them.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: (transfer full): the record, sealed
 */
WgRecord *
wg_form_dup_result (WgForm *self)
{
  WgRecord *result = make_tidy (self);
  const WgField *fields = result->kind->fields;
  gboolean fresh = result->ver == 0;

  for (const WgField *field = fields; field->name != NULL; field++)
    if (!wg_field_is_shown (fields, field, result) &&
        (fresh || wg_field_is_shown (fields, field, self->original)))
      wg_form_value_set (field, result, NULL);
  return wg_record_seal (result);
}

/**
 * wg_form_is_changed:
 * @self: a form, open
 *
 * Tells whether saving would change anything.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: %TRUE if so
 */
gboolean
wg_form_is_changed (WgForm *self)
{
  g_autoptr (WgRecord) result = wg_form_dup_result (self);

  return !wg_record_equal (self->original, result);
}

/**
 * wg_form_dup_value:
 * @self: a form, open
 * @field: name of a field
 *
 * Gives the value of a field as text.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: (transfer full) (nullable): the value
 */
char *
wg_form_dup_value (WgForm *self, const char *field)
{
  return wg_form_value_dup (wg_kind_find_field (self->record->kind, field), self->record);
}

/**
 * wg_form_set_value:
 * @self: a form, open
 * @field: name of a field that is in the form
 * @value: (nullable): its value as text
 *
 * Puts a value in, as if the user had typed it.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_form_set_value (WgForm *self, const char *field, const char *value)
{
  WgFormRow *row = find_row (self, field);

  g_return_if_fail (row != NULL);
  wg_form_row_set_value (row, value);
  take_change (self, row);
}

/**
 * wg_form_unmask:
 * @self: a form, open
 * @field: name of a field that is in the form
 *
 * Shows a value plainly, to be read and changed; that it was seen has been written down.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_form_unmask (WgForm *self, const char *field)
{
  WgFormRow *row = find_row (self, field);

  g_return_if_fail (row != NULL);
  wg_form_row_set_masked (row, NULL);
  wg_form_row_focus (row);
}

/**
 * wg_form_check:
 * @self: a form, open
 *
 * Shows every finding at its field, and goes to the first that blocks.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: %TRUE when nothing blocks
 */
gboolean
wg_form_check (WgForm *self)
{
  g_autoptr (GPtrArray) issues = find_issues (self);

  self->refused_field = NULL;
  show_issues (self, issues, TRUE);
  for (guint i = 0; i < self->rows->len; i++)
    {
      WgFormRow *row = g_ptr_array_index (self->rows, i);
      const WgIssue *issue = find_worst (issues, wg_form_row_get_field (row)->name);

      if (issue != NULL && issue->blocks)
        {
          wg_form_row_focus (row);
          return FALSE;
        }
    }
  return !wg_issues_block (issues);
}

/**
 * wg_form_refuse:
 * @self: a form, open
 * @field: (nullable): name of the field that the platform would not take
 * @text: why, translated
 *
 * Says at the field why the platform refused what was in it, until it is changed; without a field
 * of the form it is said on top.
 *
 * Thread: UI.
 * Errors: none.
 * Source: protocol.md 2.4
 */
void
wg_form_refuse (WgForm *self, const char *field, const char *text)
{
  WgFormRow *row = find_row (self, field);

  if (row == NULL)
    {
      wg_form_set_reason (self, text);
      return;
    }
  self->refused_field = wg_form_row_get_field (row);
  g_set_str (&self->refused_text, text);
  update_issues (self);
}

/**
 * wg_form_set_reason:
 * @self: a form
 * @reason: (nullable): why the record is back, translated
 *
 * Shows a reason above all fields.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_form_set_reason (WgForm *self, const char *reason)
{
  gtk_label_set_text (self->reason, reason != NULL ? reason : "");
  gtk_widget_set_visible (self->reason_box, reason != NULL);
}

/**
 * wg_form_get_focus:
 * @self: a form
 *
 * Names the field that has the focus.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: (transfer none) (nullable): name of a field
 */
const char *
wg_form_get_focus (WgForm *self)
{
  for (guint i = 0; i < self->rows->len; i++)
    if (wg_form_row_has_focus (g_ptr_array_index (self->rows, i)))
      return wg_form_row_get_field (g_ptr_array_index (self->rows, i))->name;
  return NULL;
}

/**
 * wg_form_get_target:
 * @self: a form
 * @field: (nullable): name of a field
 *
 * Finds what takes the focus of a field, for a dialog that is not shown yet.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: (transfer none) (nullable): the widget; %NULL when the field is not in the form
 */
GtkWidget *
wg_form_get_target (WgForm *self, const char *field)
{
  WgFormRow *row = find_row (self, field);

  return row != NULL ? wg_form_row_get_target (row) : NULL;
}

/**
 * wg_form_set_focus:
 * @self: a form
 * @field: (nullable): name of a field
 *
 * Gives the focus to a field, with the cursor behind its words.
 *
 * Thread: UI.
 * Errors: none; an unknown field is left alone.
 */
void
wg_form_set_focus (WgForm *self, const char *field)
{
  WgFormRow *row = find_row (self, field);

  if (row != NULL)
    wg_form_row_focus (row);
}

/**
 * wg_form_get_scroll:
 * @self: a form
 *
 * Tells how far the form is scrolled.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: pixels from the top
 */
double
wg_form_get_scroll (WgForm *self)
{
  return gtk_adjustment_get_value (gtk_scrolled_window_get_vadjustment (self->scroller));
}

/**
 * wg_form_set_scroll:
 * @self: a form
 * @scroll: pixels from the top
 *
 * Scrolls the form, now or as soon as it is high enough.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_form_set_scroll (WgForm *self, double scroll)
{
  self->scroll = scroll;
  on_upper_changed_cb (self, NULL, gtk_scrolled_window_get_vadjustment (self->scroller));
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One record of any kind: delivery, confirmation, its parts, its fields masked until asked for. */
#include "app/records/wg-record-page.h"

#include <glib/gi18n.h>

#include "app/field/wg-event-words.h"
#include "app/records/wg-conflict-button.h"
#include "app/records/wg-record-facts.h"
#include "app/records/wg-record-jobs.h"
#include "app/records/wg-record-row.h"
#include "app/records/wg-record-words.h"
#include "app/wg-app-error.h"
#include "app/wg-toast.h"
#include "app/widgets/wg-children.h"
#include "store/wg-outbox.h"

struct _WgRecordPage
{
  AdwNavigationPage parent_instance;

  GtkStack *stack;
  GtkLabel *message;
  GtkLabel *heading;
  GtkWidget *edit;
  GtkWidget *notice;
  GtkLabel *notice_label;
  GtkBox *conflicts;
  GtkWidget *truth;
  GtkImage *truth_icon;
  GtkLabel *truth_word;
  GtkWidget *confirm_box;
  GtkImage *confirm_icon;
  GtkLabel *confirm_state;
  GtkWidget *confirm;
  GtkBox *related;
  GtkBox *sections;

  WgServices *services;      /* owned */
  GCancellable *cancellable; /* owned */
  char *id;                  /* owned */
  WgRecordSheet *sheet;      /* owned; what is shown */
  WgRecordFacts *facts;      /* borrowed from @sections */
};

G_DEFINE_FINAL_TYPE (WgRecordPage, wg_record_page, ADW_TYPE_NAVIGATION_PAGE)

/* --- delivery, refusal, conflict -------------------------------------------------------------- */

static void
show_truth (WgRecordPage *self, const WgRecordView *view)
{
  const char *classes[] = { "truth", wg_truth_to_style (view->truth), NULL };

  gtk_image_set_from_icon_name (self->truth_icon, wg_truth_to_icon (view->truth));
  gtk_label_set_text (self->truth_word, _ (wg_truth_to_string (view->truth)));
  gtk_widget_set_css_classes (self->truth, classes);
}

static void
show_notice (WgRecordPage *self, const WgRecordView *view)
{
  g_autofree char *why = view->refusal_op != NULL ? wg_record_describe_refusal (view) : NULL;

  gtk_widget_set_visible (self->notice, why != NULL);
  gtk_label_set_text (self->notice_label, why != NULL ? why : "");
}

/* --- confirmation ----------------------------------------------------------------------------- */

static void
show_confirmation (WgRecordPage *self, const WgRecord *record)
{
  gint64 now_ms = wg_services_now_ms (self->services);
  g_autofree char *words = wg_record_describe_confirmed (record, now_ms);
  gboolean due = wg_record_is_due (record, now_ms);

  for (guint i = 0; i < self->sheet->parts->len; i++)
    {
      const WgRecordParts *parts = g_ptr_array_index (self->sheet->parts, i);

      for (guint j = 0; (parts->field->flags & WG_FIELD_PART_OF) && j < parts->items->len; j++)
        due = due ||
              wg_record_is_due (
                  wg_record_item_get_view (g_ptr_array_index (parts->items, j))->record, now_ms);
    }
  gtk_widget_set_visible (self->confirm_box, words != NULL);
  gtk_widget_set_visible (self->confirm, words != NULL && due);
  gtk_image_set_from_icon_name (self->confirm_icon,
                                due ? "view-refresh-symbolic" : "object-select-symbolic");
  gtk_label_set_text (self->confirm_state, words != NULL ? words : "");
}

static void
on_done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (WgRecordPage) self = user_data;

  wg_toast_finish (GTK_WIDGET (self), self->services, source, result);
  if (self->confirm != NULL)
    gtk_widget_set_sensitive (self->confirm, TRUE);
}

static void
on_confirm_clicked_cb (WgRecordPage *self)
{
  gtk_widget_set_sensitive (self->confirm, FALSE);
  wg_record_jobs_confirm (wg_services_get_store (self->services), self->id, on_done_cb,
                          g_object_ref (self));
}

/* --- parts ------------------------------------------------------------------------------------ */

static void
add_parts (WgRecordPage *self, const WgRecordParts *parts)
{
  GtkWidget *group = gtk_box_new (GTK_ORIENTATION_VERTICAL, 4);
  GtkWidget *line = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  gboolean part = (parts->field->flags & WG_FIELD_PART_OF) != 0;
  g_autofree char *heading =
      g_strdup_printf ("%s%s%s (%u)", _ (parts->kind->title), part ? "" : " · ",
                                        part ? "" : _ (parts->field->title), parts->items->len);
  GtkWidget *title = gtk_label_new (heading);

  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_label_set_wrap (GTK_LABEL (title), TRUE);
  gtk_widget_set_hexpand (title, TRUE);
  gtk_widget_add_css_class (title, "title-4");
  gtk_box_append (GTK_BOX (line), title);
  if (part)
    {
      g_autofree char *label = g_strdup_printf (_ ("New: %s"), _ (parts->kind->title));
      GtkWidget *add = gtk_button_new_with_label (label);

      gtk_actionable_set_action_name (GTK_ACTIONABLE (add), "win.new-record");
      gtk_actionable_set_action_target (GTK_ACTIONABLE (add), "(sss)", parts->kind->name,
                                        parts->field->name, self->id);
      gtk_box_append (GTK_BOX (line), add);
    }
  gtk_box_append (GTK_BOX (group), line);
  for (guint i = 0; i < parts->items->len; i++)
    {
      WgRecordRow *row = wg_record_row_new (self->services);

      wg_record_row_set_item (row, g_ptr_array_index (parts->items, i));
      gtk_box_append (GTK_BOX (group), GTK_WIDGET (row));
    }
  gtk_box_append (self->related, group);
}

/* Whoever is a part of this has a place here even when there is nobody; others only if they are. */
static void
show_parts (WgRecordPage *self)
{
  wg_children_remove_all (GTK_WIDGET (self->related));
  for (guint i = 0; i < self->sheet->parts->len; i++)
    {
      const WgRecordParts *parts = g_ptr_array_index (self->sheet->parts, i);

      if (parts->items->len > 0 || (parts->field->flags & WG_FIELD_PART_OF))
        add_parts (self, parts);
    }
  gtk_widget_set_visible (GTK_WIDGET (self->related),
                          gtk_widget_get_first_child (GTK_WIDGET (self->related)) != NULL);
}

/* Whether @fresh tells of the same ones as what is shown; then their rows stay and are told anew,
 * so that a press which has begun on one ends on it. */
static gboolean
take_parts (WgRecordPage *self, const WgRecordSheet *fresh)
{
  const WgRecordSheet *shown = self->sheet;

  if (shown == NULL)
    return FALSE;
  for (guint i = 0; i < shown->parts->len; i++)
    {
      GPtrArray *items = ((WgRecordParts *) shown->parts->pdata[i])->items;
      GPtrArray *others = ((WgRecordParts *) fresh->parts->pdata[i])->items;

      if (items->len != others->len)
        return FALSE;
      for (guint j = 0; j < items->len; j++)
        if (!g_str_equal (wg_item_get_id (items->pdata[j]), wg_item_get_id (others->pdata[j])))
          return FALSE;
    }
  for (guint i = 0; i < shown->parts->len; i++)
    {
      GPtrArray *items = ((WgRecordParts *) shown->parts->pdata[i])->items;
      GPtrArray *others = ((WgRecordParts *) fresh->parts->pdata[i])->items;

      for (guint j = 0; j < items->len; j++)
        {
          wg_item_take (items->pdata[j], others->pdata[j]);
          g_set_object (&others->pdata[j], items->pdata[j]);
        }
    }
  return TRUE;
}

/* --- all of it -------------------------------------------------------------------------------- */

static void
take_sheet (WgRecordPage *self, WgRecordSheet *fresh)
{
  const WgRecordView *view = fresh->view;
  gboolean kept = take_parts (self, fresh);
  g_autofree char *title = wg_record_describe_title (view->record);

  g_clear_pointer (&self->sheet, wg_record_sheet_free);
  self->sheet = fresh;

  adw_navigation_page_set_title (ADW_NAVIGATION_PAGE (self), title);
  gtk_label_set_text (self->heading, title);
  show_truth (self, view);
  show_notice (self, view);
  wg_conflict_buttons_show (self->conflicts, self->sheet->conflicts,
                            wg_services_now_ms (self->services));
  show_confirmation (self, view->record);
  if (!kept)
    show_parts (self);
  wg_record_facts_set_record (self->facts, view->record);
  gtk_widget_set_visible (self->edit, !wg_record_get_flag (view->record, WG_FIELD_VOIDED));
  gtk_stack_set_visible_child_name (self->stack, "record");
}

static void
on_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (WgRecordPage) self = user_data;
  g_autoptr (GError) error = NULL;
  WgRecordSheet *sheet = wg_store_run_finish (WG_STORE (source), result, &error);

  if (self->stack == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_clear_pointer (&sheet, wg_record_sheet_free);
      return;
    }
  if (sheet == NULL)
    {
      g_autofree char *words = wg_app_error_describe (error);

      gtk_label_set_text (self->message, words);
      gtk_stack_set_visible_child_name (self->stack, "wait");
      return;
    }
  take_sheet (self, sheet);
}

static void
read_sheet (WgRecordPage *self)
{
  wg_record_jobs_read (wg_services_get_store (self->services), self->id, self->cancellable,
                       on_read_cb, g_object_ref (self));
}

static void
on_store_changed_cb (WgRecordPage *self, const char *topic)
{
  if (g_str_equal (topic, "records") || g_str_equal (topic, "outbox") ||
      g_str_equal (topic, "conflicts"))
    read_sheet (self);
}

static void
on_edit_clicked_cb (WgRecordPage *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.edit-record", "s", self->id);
}

static void
on_mend_clicked_cb (WgRecordPage *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.edit-record", "s", self->id);
}

static void
on_dismiss_clicked_cb (WgRecordPage *self)
{
  wg_store_run_async (wg_services_get_store (self->services), wg_outbox_dismiss_job,
                      g_strdup (self->sheet->view->refusal_op), g_free, NULL, NULL, on_done_cb,
                      g_object_ref (self));
}

/* --- object ----------------------------------------------------------------------------------- */

static void
wg_record_page_dispose (GObject *object)
{
  WgRecordPage *self = WG_RECORD_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  gtk_widget_dispose_template (GTK_WIDGET (self), WG_TYPE_RECORD_PAGE);
  g_clear_object (&self->services);
  g_clear_pointer (&self->sheet, wg_record_sheet_free);
  G_OBJECT_CLASS (wg_record_page_parent_class)->dispose (object);
}

static void
wg_record_page_finalize (GObject *object)
{
  g_free (WG_RECORD_PAGE (object)->id);
  G_OBJECT_CLASS (wg_record_page_parent_class)->finalize (object);
}

static void
wg_record_page_class_init (WgRecordPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = wg_record_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = wg_record_page_finalize;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/wangge/Wangge/ui/wg-record-page.ui");
  gtk_widget_class_bind_template_child (widget_class, WgRecordPage, stack);
  gtk_widget_class_bind_template_child (widget_class, WgRecordPage, message);
  gtk_widget_class_bind_template_child (widget_class, WgRecordPage, heading);
  gtk_widget_class_bind_template_child (widget_class, WgRecordPage, edit);
  gtk_widget_class_bind_template_child (widget_class, WgRecordPage, notice);
  gtk_widget_class_bind_template_child (widget_class, WgRecordPage, notice_label);
  gtk_widget_class_bind_template_child (widget_class, WgRecordPage, conflicts);
  gtk_widget_class_bind_template_child (widget_class, WgRecordPage, truth);
  gtk_widget_class_bind_template_child (widget_class, WgRecordPage, truth_icon);
  gtk_widget_class_bind_template_child (widget_class, WgRecordPage, truth_word);
  gtk_widget_class_bind_template_child (widget_class, WgRecordPage, confirm_box);
  gtk_widget_class_bind_template_child (widget_class, WgRecordPage, confirm_icon);
  gtk_widget_class_bind_template_child (widget_class, WgRecordPage, confirm_state);
  gtk_widget_class_bind_template_child (widget_class, WgRecordPage, confirm);
  gtk_widget_class_bind_template_child (widget_class, WgRecordPage, related);
  gtk_widget_class_bind_template_child (widget_class, WgRecordPage, sections);
  gtk_widget_class_bind_template_callback (widget_class, on_edit_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_mend_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_dismiss_clicked_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_confirm_clicked_cb);
}

static void
wg_record_page_init (WgRecordPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  self->cancellable = g_cancellable_new ();
}

/**
 * wg_record_page_new:
 * @services: what the screens work with, open
 * @id: a record
 *
 * Makes the page of a record; it follows the store.
 *
 * Thread: UI.
 * Errors: none; a record that is not there is said on the page.
 * Source: ux.md R2, R3
 *
 * Returns: (transfer floating): the page
 */
WgRecordPage *
wg_record_page_new (WgServices *services, const char *id)
{
  WgRecordPage *self = g_object_new (WG_TYPE_RECORD_PAGE, NULL);

  self->services = g_object_ref (services);
  self->id = g_strdup (id);
  self->facts = wg_record_facts_new (services);
  gtk_box_append (self->sections, GTK_WIDGET (self->facts));
  g_signal_connect_object (wg_services_get_store (services), "changed",
                           G_CALLBACK (on_store_changed_cb), self, G_CONNECT_SWAPPED);
  read_sheet (self);
  return self;
}

/**
 * wg_record_page_get_id:
 * @self: the page
 *
 * Tells whose page it is.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: (transfer none): id of the record
 */
const char *
wg_record_page_get_id (WgRecordPage *self)
{
  return self->id;
}

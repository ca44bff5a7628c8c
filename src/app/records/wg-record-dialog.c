/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The form of a record in a dialog: new, changed, or mended after a refusal; kept as a draft. */
#include "app/records/wg-record-dialog.h"

#include <glib/gi18n.h>

#include "app/field/wg-draft-keeper.h"
#include "app/form/wg-form.h"
#include "app/records/wg-record-choices.h"
#include "app/records/wg-record-jobs.h"
#include "app/records/wg-record-words.h"
#include "app/wg-app-error.h"
#include "app/wg-toast.h"
#include "core/wg-id.h"

struct _WgRecordDialog
{
  AdwDialog parent_instance;

  AdwNavigationView *navigation;
  AdwNavigationPage *main;
  WgForm *form;
  GtkButton *save;
  GtkLabel *failure;
  WgServices *services;  /* owned */
  WgDraftKeeper *keeper; /* owned */
  WgRecord *original;    /* owned; sealed */
  char *redo_of;         /* owned; the refused operation being mended */
  char *same;            /* owned; another record with the same key */
  gboolean done;
};

G_DEFINE_FINAL_TYPE (WgRecordDialog, wg_record_dialog, ADW_TYPE_DIALOG)

/* --- further pages ---------------------------------------------------------------------------- */

static void
on_ask_cb (WgRecordDialog *self, const char *name)
{
  const WgField *field = wg_kind_find_field (self->original->kind, name);

  adw_navigation_view_push (self->navigation,
                            wg_record_choices_new (self->services, self->form, field));
}

/* --- masked values ---------------------------------------------------------------------------- */

typedef struct
{
  WgRecordDialog *dialog; /* owned */
  const WgField *field;
} Reveal;

static void
on_revealed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Reveal *reveal = user_data;
  g_autoptr (WgRecordDialog) self = reveal->dialog;
  g_autoptr (GError) error = NULL;

  if (wg_store_run_finish (WG_STORE (source), result, &error) == NULL)
    wg_toast_show_error (GTK_WIDGET (self), error);
  else if (self->form != NULL)
    wg_form_unmask (self->form, reveal->field->name);
}

static void
on_reveal_cb (WgRecordDialog *self, const char *name)
{
  Reveal *reveal = g_new0 (Reveal, 1);

  reveal->dialog = g_object_ref (self);
  reveal->field = wg_kind_find_field (self->original->kind, name);
  wg_record_jobs_reveal (wg_services_get_store (self->services), self->original->id, name,
                         _ ("Needed in the form"), on_revealed_cb, reveal);
}

/* --- saving ----------------------------------------------------------------------------------- */

static void
on_saved_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (WgRecordDialog) self = user_data;
  g_autoptr (GError) error = NULL;

  if (wg_store_run_finish (WG_STORE (source), result, &error) == NULL)
    {
      g_autofree char *words = wg_app_error_describe (error);

      wg_draft_keeper_resume (self->keeper);
      gtk_label_set_text (self->failure, words);
      gtk_widget_set_visible (GTK_WIDGET (self->failure), TRUE);
      gtk_widget_set_sensitive (GTK_WIDGET (self->save), TRUE);
      return;
    }
  self->done = TRUE;
  wg_services_sync_soon (self->services);
  wg_toast_show (GTK_WIDGET (self), _ ("Saved on this tablet, waiting to be sent"));
  adw_dialog_force_close (ADW_DIALOG (self));
}

static void
save (WgRecordDialog *self)
{
  g_autoptr (WgRecord) result = wg_form_dup_result (self->form);
  const char *draft_id = wg_draft_keeper_get_draft (self->keeper);

  gtk_widget_set_sensitive (GTK_WIDGET (self->save), FALSE);
  /* A draft being saved right now is saved before this job: the store keeps order. */
  wg_draft_keeper_stop (self->keeper);
  wg_record_jobs_save (wg_services_get_store (self->services), self->original, result,
                       self->redo_of, draft_id, on_saved_cb, g_object_ref (self));
}

/* --- the same one twice ----------------------------------------------------------------------- */

static void
on_same_response_cb (WgRecordDialog *self, const char *response)
{
  if (g_str_equal (response, "save"))
    save (self);
  else if (g_str_equal (response, "open"))
    gtk_widget_activate_action (GTK_WIDGET (self), "win.show-record", "s", self->same);
}

static void
ask_same (WgRecordDialog *self)
{
  AdwAlertDialog *alert = ADW_ALERT_DIALOG (adw_alert_dialog_new (
      _ ("Already here"),
        _ ("There is a record with the same number or address. Open that one, or keep both; the "
            "sub-centre then joins them.")));

  adw_alert_dialog_add_responses (
      alert, "back", _ ("Back"), "save", _ ("Keep Both"), "open", _ ("Open That One"), NULL);
  adw_alert_dialog_set_response_appearance (alert, "open", ADW_RESPONSE_SUGGESTED);
  adw_alert_dialog_set_close_response (alert, "back");
  adw_alert_dialog_set_prefer_wide_layout (alert, TRUE);
  g_signal_connect_object (alert, "response", G_CALLBACK (on_same_response_cb), self,
                           G_CONNECT_SWAPPED);
  adw_dialog_present (ADW_DIALOG (alert), GTK_WIDGET (self));
}

static void
on_compared_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (WgRecordDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  char *same = wg_store_run_finish (WG_STORE (source), result, &error);

  if (self->form == NULL)
    {
      g_free (same);
      return;
    }
  if (error != NULL)
    wg_toast_show_error (GTK_WIDGET (self), error);
  g_free (self->same);
  self->same = same;
  if (same != NULL)
    ask_same (self);
  else
    save (self);
}

/* What is mended is told again even when nothing differs: the platform may know more by now. */
static void
on_save_cb (WgRecordDialog *self)
{
  gtk_widget_set_visible (GTK_WIDGET (self->failure), FALSE);
  if (!wg_form_check (self->form))
    return;
  if (self->original->id != NULL && self->redo_of == NULL && !wg_form_is_changed (self->form))
    {
      wg_toast_show (GTK_WIDGET (self), _ ("Nothing was changed"));
      adw_dialog_close (ADW_DIALOG (self));
      return;
    }
  if (self->original->id == NULL)
    {
      g_autoptr (WgRecord) result = wg_form_dup_result (self->form);

      wg_record_jobs_find_double (wg_services_get_store (self->services), result, on_compared_cb,
                                  g_object_ref (self));
      return;
    }
  save (self);
}

/* --- drafts ----------------------------------------------------------------------------------- */

static char *
dup_draft_body (GtkWidget *form)
{
  return wg_form_is_changed (WG_FORM (form))
             ? wg_draft_write_record (wg_form_get_record (WG_FORM (form)))
             : NULL;
}

static const char *
get_draft_focus (GtkWidget *form)
{
  return wg_form_get_focus (WG_FORM (form));
}

static double
get_draft_scroll (GtkWidget *form)
{
  return wg_form_get_scroll (WG_FORM (form));
}

static const WgDraftForm DRAFT_FORM = { dup_draft_body, get_draft_focus, get_draft_scroll };

/* --- object ----------------------------------------------------------------------------------- */

static void
wg_record_dialog_closed (AdwDialog *dialog)
{
  WgRecordDialog *self = WG_RECORD_DIALOG (dialog);

  if (!self->done && self->keeper != NULL)
    wg_draft_keeper_leave (self->keeper, GTK_WIDGET (self));
}

static void
wg_record_dialog_dispose (GObject *object)
{
  WgRecordDialog *self = WG_RECORD_DIALOG (object);

  if (self->keeper != NULL)
    wg_draft_keeper_stop (self->keeper);
  g_clear_object (&self->keeper);
  /* Else the parent class frees it once more after the template did. */
  adw_dialog_set_child (ADW_DIALOG (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), WG_TYPE_RECORD_DIALOG);
  g_clear_object (&self->services);
  g_clear_pointer (&self->original, wg_record_unref);
  g_clear_pointer (&self->redo_of, g_free);
  g_clear_pointer (&self->same, g_free);
  G_OBJECT_CLASS (wg_record_dialog_parent_class)->dispose (object);
}

static void
wg_record_dialog_class_init (WgRecordDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = wg_record_dialog_dispose;
  ADW_DIALOG_CLASS (klass)->closed = wg_record_dialog_closed;
  g_type_ensure (WG_TYPE_FORM);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/wangge/Wangge/ui/wg-record-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, WgRecordDialog, navigation);
  gtk_widget_class_bind_template_child (widget_class, WgRecordDialog, main);
  gtk_widget_class_bind_template_child (widget_class, WgRecordDialog, form);
  gtk_widget_class_bind_template_child (widget_class, WgRecordDialog, save);
  gtk_widget_class_bind_template_child (widget_class, WgRecordDialog, failure);
  gtk_widget_class_bind_template_callback (widget_class, on_ask_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_reveal_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_save_cb);
}

static void
wg_record_dialog_init (WgRecordDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

static WgRecordDialog *
make (WgServices *services, const WgRecord *original, const WgRecord *record, const char *draft_id)
{
  WgRecordDialog *self = g_object_new (WG_TYPE_RECORD_DIALOG, NULL);
  g_autofree char *form = g_strconcat (WG_RECORD_DRAFT, original->kind->name, NULL);
  g_autofree char *title = original->id != NULL
                               ? wg_record_describe_title (original)
                               : g_strdup_printf (_ ("New: %s"), _ (original->kind->title));

  self->services = g_object_ref (services);
  self->original = wg_record_seal (wg_record_edit (original));
  wg_form_open (self->form, services, original, record, original->id != NULL);
  self->keeper = wg_draft_keeper_new (services, GTK_WIDGET (self->form), &DRAFT_FORM, form,
                                      original->id, draft_id);
  adw_navigation_page_set_title (self->main, title);
  adw_dialog_set_title (ADW_DIALOG (self), title);
  return self;
}

static WgRecord *
make_record (WgServices *services, const WgKind *kind)
{
  const WgGrid *grid = wg_district_get_own_grid (wg_services_get_district (services));
  WgRecord *record = wg_record_new (kind);

  if (grid != NULL)
    wg_record_set_text (record, WG_FIELD_GRID, grid->code);
  return record;
}

/**
 * wg_record_dialog_new:
 * @services: what the screens work with, open
 * @kind: of which kind
 * @field: (nullable): name of a reference that is given
 * @value: (nullable): id of the record it names
 *
 * Makes the dialog of a new record of the own grid.
 *
 * Thread: UI.
 * Errors: none.
 * Source: ux.md R5
 *
 * Returns: (transfer floating): the dialog
 */
WgRecordDialog *
wg_record_dialog_new (WgServices *services,
                      const WgKind *kind,
                      const char *field,
                      const char *value)
{
  g_autoptr (WgRecord) record = make_record (services, kind);
  g_autofree char *draft_id = wg_id_new (wg_services_get_ports (services));

  if (field != NULL && *field != '\0')
    wg_record_set_text (record, field, value);
  return make (services, record, record, draft_id);
}

/* --- opening what is there -------------------------------------------------------------------- */

typedef struct
{
  WgServices *services; /* owned */
  GtkWidget *parent;    /* owned */
  WgDraft *draft;       /* owned; the draft whose subject is being read */
} Opening;

static Opening *
opening_new (WgServices *services, GtkWidget *parent, WgDraft *draft)
{
  Opening *opening = g_new0 (Opening, 1);

  opening->services = g_object_ref (services);
  opening->parent = g_object_ref (parent);
  opening->draft = draft;
  return opening;
}

static void
opening_free (Opening *opening)
{
  g_object_unref (opening->services);
  g_object_unref (opening->parent);
  g_clear_pointer (&opening->draft, wg_draft_free);
  g_free (opening);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Opening, opening_free)

static void
present (Opening *opening, const WgRecord *original, const WgRecordView *view)
{
  const WgDraft *draft = opening->draft;
  g_autoptr (GError) error = NULL;
  g_autoptr (WgRecord) record = NULL;
  const char *focus;
  WgRecordDialog *self;

  if (draft != NULL)
    record = wg_draft_read_record (original->kind, draft->body, &error);
  if (error != NULL)
    wg_toast_show_error (opening->parent, error);
  if (record == NULL)
    record = wg_record_edit (original);
  self = make (opening->services, original, record, draft != NULL ? draft->id : original->id);
  if (draft != NULL)
    wg_draft_keeper_adopt (self->keeper);
  if (view != NULL && view->refusal_op != NULL)
    {
      g_autofree char *why = wg_record_describe_refusal (view);

      self->redo_of = g_strdup (view->refusal_op);
      gtk_button_set_label (self->save, _ ("Mend and Report Again"));
      wg_form_refuse (self->form, view->refusal_field, why);
    }
  focus = draft != NULL ? draft->focus : view != NULL ? view->refusal_field : NULL;
  adw_dialog_set_focus (ADW_DIALOG (self), wg_form_get_target (self->form, focus));
  adw_dialog_present (ADW_DIALOG (self), opening->parent);
  if (draft != NULL)
    wg_form_set_scroll (self->form, draft->scroll);
}

static void
on_record_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Opening) opening = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (WgRecordSheet) sheet = wg_store_run_finish (WG_STORE (source), result, &error);

  if (sheet == NULL)
    wg_toast_show_error (opening->parent, error);
  else
    present (opening, sheet->view->record, sheet->view);
}

/**
 * wg_record_dialog_open_record:
 * @services: what the screens work with, open
 * @parent: over which widget
 * @id: a record
 *
 * Opens a record to be changed. What the platform refused is told at its field, and saving reports
 * it again.
 *
 * Thread: UI.
 * Errors: none; a missing record is said in a toast.
 * Source: protocol.md 2.4
 */
void
wg_record_dialog_open_record (WgServices *services, GtkWidget *parent, const char *id)
{
  wg_record_jobs_read (wg_services_get_store (services), id, NULL, on_record_read_cb,
                       opening_new (services, parent, NULL));
}

static void
on_draft_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Opening) opening = user_data;
  g_autoptr (GError) error = NULL;
  WgDraft *draft = wg_store_run_finish (WG_STORE (source), result, &error);
  const WgKind *kind = NULL;

  if (draft == NULL)
    {
      wg_toast_show_error (opening->parent, error);
      return;
    }
  if (draft->subject != NULL)
    {
      const char *subject = draft->subject;

      wg_record_jobs_read (WG_STORE (source), subject, NULL, on_record_read_cb,
                           opening_new (opening->services, opening->parent, draft));
      return;
    }
  opening->draft = draft;
  if (g_str_has_prefix (draft->form, WG_RECORD_DRAFT))
    kind = wg_kind_find (draft->form + strlen (WG_RECORD_DRAFT));
  if (kind != NULL)
    {
      g_autoptr (WgRecord) original = make_record (opening->services, kind);

      present (opening, original, NULL);
    }
}

/**
 * wg_record_dialog_open_draft:
 * @services: what the screens work with, open
 * @parent: over which widget
 * @draft_id: a draft of a record
 *
 * Opens a draft as it was left, with focus and scroll.
 *
 * Thread: UI.
 * Errors: none; a draft that cannot be read is said in a toast.
 */
void
wg_record_dialog_open_draft (WgServices *services, GtkWidget *parent, const char *draft_id)
{
  wg_draft_jobs_get (wg_services_get_store (services), draft_id, on_draft_read_cb,
                     opening_new (services, parent, NULL));
}

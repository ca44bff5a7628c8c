/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reporting an event: the form, its further pages, the checks before it is saved. */
#include "app/field/wg-report-dialog.h"

#include <glib/gi18n.h>

#include "app/field/wg-class-page.h"
#include "app/field/wg-draft-keeper.h"
#include "app/field/wg-duplicate-dialog.h"
#include "app/field/wg-event-jobs.h"
#include "app/field/wg-event-maker.h"
#include "app/field/wg-event-words.h"
#include "app/field/wg-photo-page.h"
#include "app/field/wg-place-page.h"
#include "app/field/wg-report-form.h"
#include "app/field/wg-rules.h"
#include "app/wg-app-error.h"
#include "app/wg-toast.h"

struct _WgReportDialog
{
  AdwDialog parent_instance;

  AdwNavigationView *navigation;
  AdwNavigationPage *main;
  WgReportForm *form;
  GtkButton *submit;
  GtkLabel *failure;
  WgServices *services;  /* owned */
  WgDraftKeeper *keeper; /* owned */
  char *subject;         /* owned; the event being mended, NULL for a new one */
  char *redo_of;         /* owned; the refused operation being mended */
  WgRules rules;         /* by which the form is filled */
  gboolean compared;     /* the user has seen the lookalikes */
  gboolean busy;         /* being saved */
  gboolean done;
};

G_DEFINE_FINAL_TYPE (WgReportDialog, wg_report_dialog, ADW_TYPE_DIALOG)

/* --- further pages ---------------------------------------------------------------------------- */

static void
on_class_chosen_cb (WgReportDialog *self, const char *code)
{
  wg_report_form_set_class (self->form, code);
  adw_navigation_view_pop (self->navigation);
}

static void
on_pick_class_cb (WgReportDialog *self)
{
  WgClassPage *page = wg_class_page_new (self->services, WG_EVENT_LEVEL_NONE);

  g_signal_connect_object (page, "chosen", G_CALLBACK (on_class_chosen_cb), self,
                           G_CONNECT_SWAPPED);
  adw_navigation_view_push (self->navigation, ADW_NAVIGATION_PAGE (page));
}

static void
on_photo_chosen_cb (WgReportDialog *self, const char *sha256)
{
  wg_report_form_add_photo (self->form, sha256);
  adw_navigation_view_pop (self->navigation);
  gtk_widget_grab_focus (GTK_WIDGET (self->submit));
}

static void
on_pick_photo_cb (WgReportDialog *self)
{
  WgPhotoPage *page = wg_photo_page_new (self->services);

  /* The camera may take the memory we are in. */
  wg_draft_keeper_flush (self->keeper);
  g_signal_connect_object (page, "chosen", G_CALLBACK (on_photo_chosen_cb), self,
                           G_CONNECT_SWAPPED);
  adw_navigation_view_push (self->navigation, ADW_NAVIGATION_PAGE (page));
}

static void
on_place_picked_cb (WgReportDialog *self, double lon, double lat)
{
  wg_report_form_set_point (self->form, (WgPoint) { lon, lat });
  adw_navigation_view_pop (self->navigation);
}

static void
on_place_cancelled_cb (WgReportDialog *self)
{
  adw_navigation_view_pop (self->navigation);
}

static void
on_pick_place_cb (WgReportDialog *self)
{
  const WgEvent *event = wg_report_form_get_event (self->form);
  WgPoint start = { event->lon, event->lat };
  WgPlacePage *page =
      wg_place_page_new (self->services, wg_event_maker_has_point (event) ? &start : NULL);

  g_signal_connect_object (page, "picked", G_CALLBACK (on_place_picked_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (page, "cancelled", G_CALLBACK (on_place_cancelled_cb), self,
                           G_CONNECT_SWAPPED);
  adw_navigation_view_push (self->navigation, ADW_NAVIGATION_PAGE (page));
}

/* --- saving ----------------------------------------------------------------------------------- */

static void submit (WgReportDialog *self);

static void
set_busy (WgReportDialog *self, gboolean busy)
{
  self->busy = busy;
  gtk_widget_set_sensitive (GTK_WIDGET (self->submit), !busy);
}

static void
show_failure (WgReportDialog *self, const GError *error)
{
  g_autofree char *text = wg_app_error_describe (error);

  set_busy (self, FALSE);
  gtk_label_set_text (self->failure, text);
  gtk_widget_set_visible (GTK_WIDGET (self->failure), TRUE);
}

/* What is said is only what is true: the event is on this tablet, and will be sent. */
static void
finish (WgReportDialog *self)
{
  gboolean major = wg_report_form_get_event (self->form)->level >= WG_EVENT_LEVEL_MAJOR;

  self->done = TRUE;
  wg_draft_keeper_stop (self->keeper);
  wg_services_sync_soon (self->services);
  wg_toast_show (GTK_WIDGET (self), major ? _("Saved on this tablet, not delivered yet: telephone!")
                                          : _("Saved on this tablet, waiting to be sent"));
  adw_dialog_force_close (ADW_DIALOG (self));
}

static void
on_created_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (WgReportDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autofree char *id = wg_store_run_finish (WG_STORE (source), result, &error);
  GtkRoot *window;
  gboolean major;

  if (id == NULL)
    {
      wg_draft_keeper_resume (self->keeper);
      show_failure (self, error);
      return;
    }
  window = gtk_widget_get_root (GTK_WIDGET (self));
  major = wg_report_form_get_event (self->form)->level >= WG_EVENT_LEVEL_MAJOR;
  finish (self);
  /* Its page keeps saying that the telephone comes first. */
  if (major && window != NULL)
    gtk_widget_activate_action (GTK_WIDGET (window), "win.show-event", "s", id);
}

static void
on_mended_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (WgReportDialog) self = user_data;
  g_autoptr (GError) error = NULL;

  if (wg_store_run_finish (WG_STORE (source), result, &error) == NULL)
    {
      wg_draft_keeper_resume (self->keeper);
      show_failure (self, error);
      return;
    }
  finish (self);
}

static void
save (WgReportDialog *self)
{
  WgStore *store = wg_services_get_store (self->services);
  WgEvent *event = wg_report_form_get_event (self->form);
  const char *draft_id = wg_draft_keeper_get_draft (self->keeper);

  set_busy (self, TRUE);
  /* A draft being saved right now is saved before this job: the store keeps order. */
  wg_draft_keeper_stop (self->keeper);
  if (self->subject != NULL)
    wg_event_jobs_mend (store, event, self->redo_of, draft_id, on_mended_cb, g_object_ref (self));
  else
    wg_event_jobs_create (store, event, draft_id, on_created_cb, g_object_ref (self));
}

/* --- lookalikes ------------------------------------------------------------------------------- */

static void
on_same_cb (WgReportDialog *self, const char *other_id)
{
  self->compared = TRUE;
  g_set_str (&wg_report_form_get_event (self->form)->duplicate_of, other_id);
  submit (self);
}

static void
on_different_cb (WgReportDialog *self)
{
  self->compared = TRUE;
  submit (self);
}

static void
on_compare_cancelled_cb (WgReportDialog *self)
{
  set_busy (self, FALSE);
}

static void
on_lookalikes_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (WgReportDialog) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) alike = wg_store_run_finish (WG_STORE (source), result, &error);
  WgDuplicateDialog *dialog;

  if (self->form == NULL)
    return;
  if (alike == NULL)
    {
      show_failure (self, error);
      return;
    }
  if (alike->len == 0)
    {
      self->compared = TRUE;
      submit (self);
      return;
    }
  dialog = wg_duplicate_dialog_new (self->services, wg_report_form_get_event (self->form), alike);
  g_signal_connect_object (dialog, "same", G_CALLBACK (on_same_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (dialog, "different", G_CALLBACK (on_different_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (dialog, "cancelled", G_CALLBACK (on_compare_cancelled_cb), self,
                           G_CONNECT_SWAPPED);
  adw_dialog_present (ADW_DIALOG (dialog), GTK_WIDGET (self));
}

/* --- level ------------------------------------------------------------------------------------ */

static void
on_level_response_cb (WgReportDialog *self, const char *response, AdwAlertDialog *alert)
{
  WgEvent *event = wg_report_form_get_event (self->form);
  GtkEditable *reason = GTK_EDITABLE (adw_alert_dialog_get_extra_child (alert));
  WgStandard *standard = wg_district_get_standard (wg_services_get_district (self->services));
  const WgEventClass *row = wg_standard_find (standard, event->class_code);

  if (g_str_equal (response, "suggested"))
    {
      g_clear_pointer (&event->level_reason, g_free);
      wg_report_form_set_level (self->form, row->default_level);
      submit (self);
    }
  else if (g_str_equal (response, "insist"))
    {
      const char *words = gtk_editable_get_text (reason);

      g_set_str (&event->level_reason, *words != '\0' ? words : _ ("No reason given"));
      submit (self);
    }
}

/* Source: ux.md E5. A wrong level costs the town a point: the rule is shown before it is sent. */
static void
ask_level (WgReportDialog *self, const WgEventClass *row)
{
  WgEvent *event = wg_report_form_get_event (self->form);
  gboolean allowed = wg_event_level_is_among (event->level, row->levels);
  AdwAlertDialog *alert = ADW_ALERT_DIALOG (adw_alert_dialog_new (_ ("Check the level"), NULL));
  GtkWidget *reason = gtk_entry_new ();

  adw_alert_dialog_format_body (
      alert, _ ("%s %s: the standard suggests “%s”, you chose “%s”.%s%s"), row->code, row->name,
               wg_level_to_mark (row->default_level), wg_level_to_mark (event->level),
               row->filing_condition != NULL && *row->filing_condition != '\0'
               ? _ ("\nRule: ") : "", row->filing_condition != NULL ? row->filing_condition : "");
  adw_alert_dialog_add_responses (alert, "cancel",
                                  _ ("Back"), "suggested", _ ("Use the Suggested Level"), NULL);
  adw_alert_dialog_set_response_appearance (alert, "suggested", ADW_RESPONSE_SUGGESTED);
  adw_alert_dialog_set_default_response (alert, "suggested");
  adw_alert_dialog_set_close_response (alert, "cancel");
  adw_alert_dialog_set_prefer_wide_layout (alert, TRUE);
  if (allowed)
    {
      adw_alert_dialog_add_response (alert, "insist", _ ("Keep Mine"));
      gtk_entry_set_placeholder_text (GTK_ENTRY (reason), _ ("Why your level is right"));
      gtk_accessible_update_property (GTK_ACCESSIBLE (reason), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                      _ ("Why your level is right"), -1);
    }
  else
    gtk_widget_set_visible (reason, FALSE);
  adw_alert_dialog_set_extra_child (alert, reason);
  g_signal_connect_object (alert, "response", G_CALLBACK (on_level_response_cb), self,
                           G_CONNECT_SWAPPED);
  adw_dialog_present (ADW_DIALOG (alert), GTK_WIDGET (self));
}

/* --- checks, in order ------------------------------------------------------------------------- */

static const char *
describe_issue (const WgIssue *issue)
{
  if (g_str_equal (issue->field, "class_code") && issue->code == WG_ISSUE_MISSING)
    return _ ("Choose a class first");
  /* Only the standard changes under a draft: the chips and the list offer what is in force. */
  if (g_str_equal (issue->field, "class_code") && issue->code == WG_ISSUE_UNKNOWN_CODE)
    return _ ("This class is no longer in force. Choose another one; nothing you wrote is lost.");
  return _ (wg_issue_code_to_string (issue->code));
}

static gboolean
check_fields (WgReportDialog *self)
{
  WgEvent *event = wg_report_form_get_event (self->form);
  WgStandard *standard = wg_district_get_standard (wg_services_get_district (self->services));
  g_autoptr (GPtrArray) issues = wg_event_check (event, wg_services_now_ms (self->services));
  const char *first = NULL;

  if (standard != NULL)
    wg_standard_check_event (standard, event, issues);
  for (guint i = 0; i < issues->len; i++)
    {
      const WgIssue *issue = g_ptr_array_index (issues, i);

      /* Position faults are marked on the record and shown beside the place: they do not block. */
      if (!issue->blocks)
        continue;
      wg_report_form_show_issue (self->form, issue->field, describe_issue (issue));
      if (first == NULL)
        first = issue->field;
    }
  wg_report_form_set_focus (self->form, first);
  return first == NULL;
}

static void
submit (WgReportDialog *self)
{
  WgEvent *event = wg_report_form_get_event (self->form);
  WgStandard *standard = wg_district_get_standard (wg_services_get_district (self->services));
  const WgEventClass *row = standard != NULL && event->class_code != NULL
                                ? wg_standard_find (standard, event->class_code)
                                : NULL;

  set_busy (self, FALSE);
  wg_report_form_clear_issues (self->form);
  gtk_widget_set_visible (GTK_WIDGET (self->failure), FALSE);
  wg_event_normalize (event, row != NULL ? row->name : NULL);
  if (self->subject == NULL)
    event->reported_ms = wg_services_now_ms (self->services);
  if (row != NULL && row->default_level != event->level && event->level_reason == NULL)
    {
      ask_level (self, row);
      return;
    }
  if (!check_fields (self))
    return;
  if (self->subject == NULL && !self->compared)
    {
      set_busy (self, TRUE);
      wg_event_jobs_lookalikes (wg_services_get_store (self->services), event, on_lookalikes_cb,
                                g_object_ref (self));
      return;
    }
  save (self);
}

static void
on_submit_cb (WgReportDialog *self)
{
  if (!self->busy)
    submit (self);
}

/* --- title and level -------------------------------------------------------------------------- */

static void
show_title (WgReportDialog *self)
{
  const WgEvent *event = wg_report_form_get_event (self->form);

  adw_navigation_page_set_title (self->main, _ (wg_event_level_to_string (event->level)));
  adw_dialog_set_title (ADW_DIALOG (self), _ (wg_event_level_to_string (event->level)));
  gtk_button_set_label (self->submit,
                        self->redo_of != NULL || self->subject != NULL ? _ ("Report Again")
                                                                       : _ ("Report"));
  if (event->level >= WG_EVENT_LEVEL_MAJOR)
    {
      gtk_widget_remove_css_class (GTK_WIDGET (self->submit), "suggested-action");
      gtk_widget_add_css_class (GTK_WIDGET (self->submit), "major-action");
    }
}

static void
on_make_major_cb (WgReportDialog *self)
{
  wg_report_form_set_level (self->form, WG_EVENT_LEVEL_MAJOR);
  show_title (self);
}

/* --- rules that change under the form --------------------------------------------------------- */

static void
on_form_changed_cb (WgReportDialog *self)
{
  self->rules = wg_rules_read (self->services, wg_report_form_get_event (self->form));
}

/* What was typed stays; what was chosen is explained anew, and checked again when it is sent. */
static void
on_store_changed_cb (WgReportDialog *self, const char *topic)
{
  g_autofree char *about_class = NULL;
  const char *about_place;
  const WgEvent *event;
  WgRules now;

  if (self->form == NULL || !g_str_equal (topic, "reference"))
    return;
  event = wg_report_form_get_event (self->form);
  now = wg_rules_read (self->services, event);
  wg_report_form_refresh (self->form);
  about_class = wg_rules_explain_class (&self->rules, &now, event->level);
  about_place = wg_rules_explain_place (&self->rules, &now);
  self->rules = now;
  if (about_class != NULL)
    wg_report_form_show_issue (self->form, "class_code", about_class);
  if (about_place != NULL)
    wg_report_form_show_issue (self->form, "lon", about_place);
}

/* --- object ----------------------------------------------------------------------------------- */

static void
wg_report_dialog_closed (AdwDialog *dialog)
{
  WgReportDialog *self = WG_REPORT_DIALOG (dialog);

  if (!self->done && self->keeper != NULL)
    wg_draft_keeper_leave (self->keeper, GTK_WIDGET (self));
}

static void
wg_report_dialog_dispose (GObject *object)
{
  WgReportDialog *self = WG_REPORT_DIALOG (object);

  if (self->keeper != NULL)
    wg_draft_keeper_stop (self->keeper);
  g_clear_object (&self->keeper);
  /* Else the parent class frees it once more after the template did. */
  adw_dialog_set_child (ADW_DIALOG (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), WG_TYPE_REPORT_DIALOG);
  g_clear_object (&self->services);
  g_clear_pointer (&self->subject, g_free);
  g_clear_pointer (&self->redo_of, g_free);
  G_OBJECT_CLASS (wg_report_dialog_parent_class)->dispose (object);
}

static void
wg_report_dialog_class_init (WgReportDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = wg_report_dialog_dispose;
  ADW_DIALOG_CLASS (klass)->closed = wg_report_dialog_closed;
  g_type_ensure (WG_TYPE_REPORT_FORM);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/wangge/Wangge/ui/wg-report-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, WgReportDialog, navigation);
  gtk_widget_class_bind_template_child (widget_class, WgReportDialog, main);
  gtk_widget_class_bind_template_child (widget_class, WgReportDialog, form);
  gtk_widget_class_bind_template_child (widget_class, WgReportDialog, submit);
  gtk_widget_class_bind_template_child (widget_class, WgReportDialog, failure);
  gtk_widget_class_bind_template_callback (widget_class, on_pick_class_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_pick_photo_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_pick_place_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_make_major_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_submit_cb);
}

static void
wg_report_dialog_init (WgReportDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/* A form in which nothing was chosen or typed leaves no draft behind. */
static char *
dup_draft_body (GtkWidget *form)
{
  const WgEvent *event = wg_report_form_get_event (WG_REPORT_FORM (form));

  if (event == NULL ||
      (event->class_code == NULL && event->photos == NULL && event->description == NULL &&
       event->address == NULL && event->fix_source != WG_FIX_MANUAL))
    return NULL;
  return wg_draft_write_body (event);
}

static const char *
get_draft_focus (GtkWidget *form)
{
  return wg_report_form_get_focus (WG_REPORT_FORM (form));
}

static double
get_draft_scroll (GtkWidget *form)
{
  return wg_report_form_get_scroll (WG_REPORT_FORM (form));
}

static const WgDraftForm DRAFT_FORM = { dup_draft_body, get_draft_focus, get_draft_scroll };

static WgReportDialog *
make (WgServices *services,
      const WgEvent *event,
      const char *kind,
      const char *subject,
      const char *draft_id)
{
  WgReportDialog *self = g_object_new (WG_TYPE_REPORT_DIALOG, NULL);

  self->services = g_object_ref (services);
  self->subject = g_strdup (subject);
  wg_report_form_set_services (self->form, services);
  wg_report_form_set_event (self->form, event);
  self->keeper =
      wg_draft_keeper_new (services, GTK_WIDGET (self->form), &DRAFT_FORM, kind, subject, draft_id);
  show_title (self);
  on_form_changed_cb (self);
  g_signal_connect_object (self->form, "changed", G_CALLBACK (on_form_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (wg_services_get_store (services), "changed",
                           G_CALLBACK (on_store_changed_cb), self, G_CONNECT_SWAPPED);
  return self;
}

/**
 * wg_report_dialog_new:
 * @services: what the screens work with, open
 * @level: level of the new event
 *
 * Makes the dialog of a new event of now and here.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: (transfer floating): the dialog
 */
WgReportDialog *
wg_report_dialog_new (WgServices *services, WgEventLevel level)
{
  g_autoptr (WgEvent) event = wg_event_maker_new (services, level);

  return make (services, event, level >= WG_EVENT_LEVEL_MAJOR ? "event-major" : "event-general",
               NULL, event->id);
}

/**
 * wg_report_dialog_set_place:
 * @self: the dialog of a new event
 * @point: a place picked on the map
 *
 * Begins at a place.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_report_dialog_set_place (WgReportDialog *self, WgPoint point)
{
  wg_report_form_set_point (self->form, point);
}

/* --- opening what is there -------------------------------------------------------------------- */

typedef struct
{
  WgServices *services; /* owned */
  GtkWidget *parent;    /* owned */
  WgDraft *draft;       /* owned; the draft whose subject is being read */
} Opening;

static Opening *
opening_new (WgServices *services, GtkWidget *parent)
{
  Opening *opening = g_new0 (Opening, 1);

  opening->services = g_object_ref (services);
  opening->parent = g_object_ref (parent);
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

/* The opinion of the newest return, or why the platform refused. */
static char *
find_reason (const WgEventView *view)
{
  if (view->refusal_op != NULL)
    return wg_event_describe_refusal (view->refusal, NULL, view->refusal_field,
                                      view->refusal_detail);
  if (wg_event_find_return (view) == NULL)
    return NULL;
  return g_strdup_printf (_ ("Returned: %s"), wg_event_find_return (view));
}

static void
present_mend (Opening *opening, const WgEventView *view)
{
  const char *kind = view->event->level == WG_EVENT_LEVEL_DAILY ? "event-daily" : "event-mend";
  g_autoptr (GError) error = NULL;
  g_autoptr (WgEvent) event = NULL;
  g_autofree char *reason = find_reason (view);
  WgReportDialog *self;

  if (opening->draft != NULL)
    event = wg_draft_read_body (opening->draft->body, &error);
  if (error != NULL)
    wg_toast_show_error (opening->parent, error);
  if (event == NULL)
    event = wg_event_copy (view->event);
  g_set_str (&event->id, view->event->id);
  self = make (opening->services, event, kind, view->event->id,
               opening->draft != NULL ? opening->draft->id : view->event->id);
  self->redo_of = g_strdup (view->refusal_op);
  if (opening->draft != NULL)
    wg_draft_keeper_adopt (self->keeper);
  wg_report_form_set_reason (self->form, reason);
  if (view->truth == WG_TRUTH_HELD)
    gtk_button_set_label (self->submit, _ ("Save"));
  adw_dialog_present (ADW_DIALOG (self), opening->parent);
  if (view->refusal_field != NULL)
    wg_report_form_show_issue (self->form, view->refusal_field,
                               view->refusal_detail != NULL ? _(view->refusal_detail)
                                                            : view->refusal >= 0
                               ? _(wg_refusal_to_title ((WgRefusal) view->refusal))
                               : reason);
  if (opening->draft != NULL)
    wg_report_form_set_scroll (self->form, opening->draft->scroll);
  wg_report_form_set_focus (self->form, opening->draft != NULL        ? opening->draft->focus
                                        : view->refusal_field != NULL ? view->refusal_field
                                                                      : "description");
}

static void
on_event_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Opening) opening = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (WgEventView) view = wg_store_run_finish (WG_STORE (source), result, &error);

  if (view == NULL)
    wg_toast_show_error (opening->parent, error);
  else
    present_mend (opening, view);
}

/**
 * wg_report_dialog_open_event:
 * @services: what the screens work with, open
 * @parent: over which widget
 * @event_id: an event of the worker's own
 *
 * Opens an event to be supplemented, mended and reported again, with the reason on top and the
 * focus where the fault is.
 *
 * Thread: UI.
 * Errors: none; a missing event is said in a toast.
 */
void
wg_report_dialog_open_event (WgServices *services, GtkWidget *parent, const char *event_id)
{
  wg_event_jobs_get (wg_services_get_store (services), event_id, NULL, on_event_read_cb,
                     opening_new (services, parent));
}

static void
on_draft_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (Opening) opening = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (WgEvent) event = NULL;
  WgReportDialog *self;
  WgDraft *draft = wg_store_run_finish (WG_STORE (source), result, &error);

  opening->draft = draft;
  if (draft != NULL && draft->subject != NULL)
    {
      Opening *next = opening_new (opening->services, opening->parent);

      next->draft = g_steal_pointer (&opening->draft);
      wg_event_jobs_get (WG_STORE (source), next->draft->subject, NULL, on_event_read_cb, next);
      return;
    }
  if (draft != NULL)
    event = wg_draft_read_body (draft->body, &error);
  if (event == NULL)
    {
      wg_toast_show_error (opening->parent, error);
      return;
    }
  g_set_str (&event->id, draft->id);
  self = make (opening->services, event, draft->form, NULL, draft->id);
  wg_draft_keeper_adopt (self->keeper);
  adw_dialog_present (ADW_DIALOG (self), opening->parent);
  wg_report_form_set_scroll (self->form, draft->scroll);
  wg_report_form_set_focus (self->form, draft->focus);
}

/**
 * wg_report_dialog_open_draft:
 * @services: what the screens work with, open
 * @parent: over which widget
 * @draft_id: a draft
 *
 * Opens a draft as it was left, with focus and scroll.
 *
 * Thread: UI.
 * Errors: none; a draft that cannot be read is said in a toast.
 */
void
wg_report_dialog_open_draft (WgServices *services, GtkWidget *parent, const char *draft_id)
{
  wg_draft_jobs_get (wg_services_get_store (services), draft_id, on_draft_read_cb,
                     opening_new (services, parent));
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One event (事件详情): delivery, six steps, content, photos, history, and what may be done now. */
#include "app/field/wg-event-page.h"

#include <glib/gi18n.h>

#include "app/field/wg-event-jobs.h"
#include "app/field/wg-event-maker.h"
#include "app/field/wg-event-words.h"
#include "app/records/wg-conflict-button.h"
#include "app/widgets/wg-children.h"
#include "app/widgets/wg-hotline.h"
#include "app/widgets/wg-photo-strip.h"
#include "app/widgets/wg-step-bar.h"
#include "app/wg-app-error.h"
#include "app/wg-text.h"
#include "app/wg-time.h"
#include "app/wg-toast.h"
#include "store/wg-outbox.h"
#include "store/wg-records.h"

struct _WgEventPage
{
  AdwNavigationPage parent_instance;

  GtkStack *stack;
  GtkLabel *message;
  WgHotline *undelivered;
  GtkWidget *notice;
  GtkLabel *notice_label;
  GtkButton *mend;
  GtkWidget *dismiss;
  GtkBox *conflicts;
  GtkWidget *truth;
  GtkImage *truth_icon;
  GtkLabel *truth_word;
  GtkLabel *truth_detail;
  GtkWidget *state;
  GtkImage *state_icon;
  GtkLabel *state_word;
  GtkLabel *state_detail;
  WgStepBar *steps;
  GtkLabel *level;
  GtkLabel *what;
  GtkBox *facts;
  WgPhotoStrip *strip;
  GtkWidget *show_on_map;
  GtkBox *history;
  GtkWidget *undo;
  GtkWidget *supplement;
  GtkWidget *withdraw;

  WgServices *services;      /* owned */
  GCancellable *cancellable; /* owned */
  char *event_id;            /* owned */
  WgEventView *view;         /* owned; what is shown */
};

G_DEFINE_FINAL_TYPE (WgEventPage, wg_event_page, ADW_TYPE_NAVIGATION_PAGE)

/* --- delivery and state ----------------------------------------------------------------------- */

static char *
describe_truth (WgEventPage *self)
{
  switch (self->view->truth)
    {
    case WG_TRUTH_HELD:
      return g_strdup (_ ("On this tablet; it can still be undone"));
    case WG_TRUTH_SAVED:
      return g_strdup (_ ("On this tablet, waiting to be sent"));
    case WG_TRUTH_SENDING:
      return g_strdup (_ ("On its way; not confirmed yet"));
    case WG_TRUTH_RECEIVED:
      return g_strdup (_ ("The platform has it and is checking it"));
    case WG_TRUTH_APPLIED:
      return g_strdup (_ ("The platform has what you reported"));
    case WG_TRUTH_NO_PHOTO:
      return g_strdup_printf (_ ("The platform has your words; %u photos are still to be sent"),
                                self->view->n_photos_waiting);
    case WG_TRUTH_CONFLICT:
      return g_strdup (_ ("Somebody else changed the same; it must be compared"));
    case WG_TRUTH_REFUSED:
      return g_strdup (_ ("The platform did not take this change; nothing is lost"));
    case WG_TRUTH_UNDONE:
    default:
      return g_strdup (_ ("Taken back before it was sent"));
    }
}

static void
show_truth (WgEventPage *self)
{
  const char *classes[] = { "truth", wg_truth_to_style (self->view->truth), NULL };
  g_autofree char *detail = describe_truth (self);
  gboolean undelivered = self->view->event->level >= WG_EVENT_LEVEL_MAJOR &&
                         self->view->event->ver == 0 && self->view->truth != WG_TRUTH_UNDONE &&
                         self->view->truth != WG_TRUTH_NO_PHOTO &&
                         self->view->truth != WG_TRUTH_APPLIED;

  gtk_image_set_from_icon_name (self->truth_icon, wg_truth_to_icon (self->view->truth));
  gtk_label_set_text (self->truth_word, _ (wg_truth_to_string (self->view->truth)));
  gtk_label_set_text (self->truth_detail, detail);
  gtk_widget_set_css_classes (self->truth, classes);
  gtk_widget_set_visible (GTK_WIDGET (self->undelivered), undelivered);
}

/* How well it was delivered says nothing of how far it has come: "in force" may be sent back. */
static void
show_state (WgEventPage *self)
{
  const char *classes[] = { "truth", wg_event_state_to_style (self->view), NULL };
  g_autofree char *word = wg_event_describe_state (self->view);
  gboolean mine = self->view->event->state == WG_EVENT_STATE_RETURNED && self->view->mine;

  gtk_image_set_from_icon_name (self->state_icon, wg_event_state_to_icon (self->view));
  gtk_label_set_text (self->state_word, word);
  gtk_label_set_text (self->state_detail, mine ? _("It is your turn: supplement it") : "");
  gtk_widget_set_css_classes (self->state, classes);
  gtk_widget_set_visible (self->state, self->view->truth != WG_TRUTH_UNDONE);
}

/* --- why it came back ------------------------------------------------------------------------- */

static void
show_notice (WgEventPage *self)
{
  gboolean refused = self->view->refusal_op != NULL;
  gboolean returned = self->view->event->state == WG_EVENT_STATE_RETURNED && self->view->mine;
  g_autofree char *text = NULL;

  gtk_widget_set_visible (self->notice, refused || returned);
  gtk_widget_set_visible (self->dismiss, refused);
  if (refused)
    {
      g_autofree char *why = wg_event_describe_refusal (
          self->view->refusal, NULL, self->view->refusal_field, self->view->refusal_detail);

      g_autofree char *kept = wg_event_describe_kept (self->view);
      g_autofree char *refused_text = g_strdup_printf (_("Refused: %s"), why);

      text = wg_text_join ("\n", (const char *[]) { refused_text, kept }, 2);
      gtk_button_set_label (self->mend, _ ("Mend and Report Again"));
    }
  else if (returned)
    {
      text = g_strdup_printf (_ ("Returned: %s"), wg_event_find_return (self->view));
      gtk_button_set_label (self->mend, _ ("Supplement and Report Again"));
    }
  if (text != NULL)
    gtk_label_set_text (self->notice_label, text);
}

/* --- content ---------------------------------------------------------------------------------- */

static void
add_fact (WgEventPage *self, const char *name, const char *value)
{
  GtkWidget *box;
  GtkWidget *title;
  GtkWidget *text;

  if (value == NULL || *value == '\0')
    return;
  box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 12);
  title = gtk_label_new (name);
  text = gtk_label_new (value);
  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_label_set_yalign (GTK_LABEL (title), 0);
  gtk_label_set_width_chars (GTK_LABEL (title), 10);
  gtk_label_set_xalign (GTK_LABEL (text), 0);
  gtk_label_set_wrap (GTK_LABEL (text), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (text), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_selectable (GTK_LABEL (text), TRUE);
  gtk_widget_set_focusable (text, FALSE);
  gtk_widget_set_hexpand (text, TRUE);
  gtk_widget_add_css_class (title, "dimmed");
  gtk_box_append (GTK_BOX (box), title);
  gtk_box_append (GTK_BOX (box), text);
  gtk_box_append (self->facts, box);
}

static void
show_facts (WgEventPage *self)
{
  const WgEvent *event = self->view->event;
  gint64 now_ms = wg_services_now_ms (self->services);
  g_autofree char *when = wg_time_format (event->occurred_ms, now_ms);
  g_autofree char *place =
      wg_event_maker_describe_place (self->services, event, event->reported_ms);
  g_autofree char *people =
      event->involved_count > 0 ? g_strdup_printf ("%d", (int) event->involved_count) : NULL;
  g_autofree char *due =
      event->due_handle_ms > 0 ? wg_time_format (event->due_handle_ms, now_ms) : NULL;
  g_autofree char *accept = event->due_accept_ms > 0 && event->state < WG_EVENT_STATE_ACCEPTED
                                ? wg_time_format (event->due_accept_ms, now_ms)
                                : NULL;

  wg_children_remove_all (GTK_WIDGET (self->facts));
  add_fact (self, _ ("Number"), event->event_no);
  add_fact (self, _ ("Time"), when);
  add_fact (self, _ ("Place"), place);
  add_fact (self, _ ("Place in words"), event->address);
  add_fact (self, _ ("Words"), event->description);
  add_fact (self, _ ("What was done"), event->handle_note);
  add_fact (self, _ ("People at risk"), people);
  add_fact (self, _ ("Accept by"), accept);
  add_fact (self, _ ("Handle by"), due);
  add_fact (self, _ ("Why outside the own grid"), event->outside_reason);
  add_fact (self, _ ("Why this level"), event->level_reason);
  if (event->duplicate_of != NULL)
    add_fact (self, _ ("Same matter"), _ ("Attached to an event reported before"));
}

static void
show_history (WgEventPage *self)
{
  gint64 now_ms = wg_services_now_ms (self->services);

  wg_children_remove_all (GTK_WIDGET (self->history));
  for (guint i = self->view->steps != NULL ? self->view->steps->len : 0; i > 0; i--)
    {
      const WgEventStep *step = g_ptr_array_index (self->view->steps, i - 1);
      g_autofree char *when = wg_time_format (step->at_ms, now_ms);
      g_autofree char *who = wg_text_join (
          " · ", (const char *[]) { _(wg_action_to_title (step->action)), step->actor_name,
                                      step->seq == 0 ? _("waiting for the platform") : NULL },
                                    3);
      g_autofree char *line = g_strdup_printf ("%s  %s", when, who);
      GtkWidget *label = gtk_label_new (line);

      gtk_label_set_xalign (GTK_LABEL (label), 0);
      gtk_label_set_wrap (GTK_LABEL (label), TRUE);
      gtk_box_append (self->history, label);
      if (step->opinion != NULL)
        {
          GtkWidget *opinion = gtk_label_new (step->opinion);

          gtk_label_set_xalign (GTK_LABEL (opinion), 0);
          gtk_label_set_wrap (GTK_LABEL (opinion), TRUE);
          gtk_widget_set_margin_start (opinion, 24);
          gtk_widget_add_css_class (opinion, "heading");
          gtk_box_append (self->history, opinion);
        }
    }
}

static void
show_actions (WgEventPage *self)
{
  const WgWorker *worker = wg_store_get_worker (wg_services_get_store (self->services));
  WgRole role = worker != NULL ? worker->role : WG_ROLE_WORKER;
  const WgEvent *event = self->view->event;
  gboolean held = self->view->truth == WG_TRUTH_HELD;
  gboolean gone = self->view->truth == WG_TRUTH_UNDONE;

  gtk_widget_set_visible (self->undo, held);
  gtk_widget_set_visible (self->supplement, held || (!gone && self->view->mine &&
                                                     event->state == WG_EVENT_STATE_REPORTED));
  gtk_widget_set_visible (self->withdraw,
                          !held && !gone &&
                              wg_workflow_may (event, WG_ACTION_WITHDRAW, role, self->view->mine));
  gtk_widget_set_visible (self->show_on_map, wg_event_maker_has_point (event));
}

static void
show_view (WgEventPage *self)
{
  g_autofree char *what = wg_event_describe_what (self->view);
  const char *classes[] = { "level-mark", wg_level_to_style (self->view->event->level), NULL };

  adw_navigation_page_set_title (ADW_NAVIGATION_PAGE (self), what);
  gtk_label_set_text (self->what, what);
  gtk_label_set_text (self->level, wg_level_to_mark (self->view->event->level));
  gtk_widget_set_css_classes (GTK_WIDGET (self->level), classes);
  wg_step_bar_set_view (self->steps, self->view, wg_services_now_ms (self->services));
  wg_photo_strip_set_photos (self->strip, wg_services_get_store (self->services),
                             (const char *const *) self->view->event->photos, FALSE);
  show_truth (self);
  show_state (self);
  show_notice (self);
  wg_conflict_buttons_show (self->conflicts, self->view->conflicts,
                            wg_services_now_ms (self->services));
  show_facts (self);
  show_history (self);
  show_actions (self);
  gtk_stack_set_visible_child_name (self->stack, "event");
}

/* --- reading ---------------------------------------------------------------------------------- */

static void
on_read_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (WgEventPage) self = user_data;
  g_autoptr (GError) error = NULL;
  WgEventView *view = wg_store_run_finish (WG_STORE (source), result, &error);

  if (self->stack == NULL || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      g_clear_pointer (&view, wg_event_view_free);
      return;
    }
  if (view == NULL)
    {
      g_autofree char *text = wg_app_error_describe (error);

      gtk_label_set_text (self->message, text);
      gtk_stack_set_visible_child_name (self->stack, "message");
      return;
    }
  g_clear_pointer (&self->view, wg_event_view_free);
  self->view = view;
  show_view (self);
}

static void
read_event (WgEventPage *self)
{
  wg_event_jobs_get (wg_services_get_store (self->services), self->event_id, self->cancellable,
                     on_read_cb, g_object_ref (self));
}

static void
on_store_changed_cb (WgEventPage *self, const char *topic)
{
  if (g_str_equal (topic, "events") || g_str_equal (topic, "conflicts") ||
      g_str_equal (topic, "outbox") || g_str_equal (topic, "photos"))
    read_event (self);
}

/* --- what may be done ------------------------------------------------------------------------- */

static void
on_done_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (WgEventPage) self = user_data;

  wg_toast_finish (GTK_WIDGET (self), self->services, source, result);
}

static void
on_mend_cb (WgEventPage *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.mend-event", "s", self->event_id);
}

static void
on_show_on_map_cb (WgEventPage *self)
{
  gtk_widget_activate_action (GTK_WIDGET (self), "win.show-on-map", "s", self->event_id);
}

static void
on_undo_cb (WgEventPage *self)
{
  wg_event_jobs_undo (wg_services_get_store (self->services), self->event_id, on_done_cb,
                      g_object_ref (self));
}

static void
on_dismiss_cb (WgEventPage *self)
{
  if (self->view->refusal_op != NULL)
    wg_store_run_async (wg_services_get_store (self->services), wg_outbox_dismiss_job,
                        g_strdup (self->view->refusal_op), g_free, NULL, NULL, on_done_cb,
                        g_object_ref (self));
}

static void
on_withdraw_response_cb (WgEventPage *self, const char *response, AdwAlertDialog *alert)
{
  GtkEditable *reason = GTK_EDITABLE (adw_alert_dialog_get_extra_child (alert));

  if (g_str_equal (response, "withdraw"))
    wg_event_jobs_step (wg_services_get_store (self->services), self->event_id, WG_ACTION_WITHDRAW,
                        gtk_editable_get_text (reason), on_done_cb, g_object_ref (self));
}

static void
on_reason_changed_cb (GtkEditable *reason, AdwAlertDialog *alert)
{
  adw_alert_dialog_set_response_enabled (alert, "withdraw",
                                         *gtk_editable_get_text (reason) != '\0');
}

static void
on_withdraw_cb (WgEventPage *self)
{
  AdwAlertDialog *alert = ADW_ALERT_DIALOG (adw_alert_dialog_new (
      _ ("Withdraw this event?"), _ ("It stays on record as withdrawn, with your reason.")));
  GtkWidget *reason = gtk_entry_new ();

  adw_alert_dialog_add_responses (alert, "cancel", _ ("Back"), "withdraw", _ ("Withdraw"), NULL);
  adw_alert_dialog_set_response_appearance (alert, "withdraw", ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_response_enabled (alert, "withdraw", FALSE);
  adw_alert_dialog_set_close_response (alert, "cancel");
  gtk_entry_set_placeholder_text (GTK_ENTRY (reason), _ ("Reason"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (reason), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Reason"), -1);
  g_signal_connect_object (reason, "changed", G_CALLBACK (on_reason_changed_cb), alert, 0);
  adw_alert_dialog_set_extra_child (alert, reason);
  g_signal_connect_object (alert, "response", G_CALLBACK (on_withdraw_response_cb), self,
                           G_CONNECT_SWAPPED);
  adw_dialog_present (ADW_DIALOG (alert), GTK_WIDGET (self));
}

/* --- object ----------------------------------------------------------------------------------- */

static void
wg_event_page_dispose (GObject *object)
{
  WgEventPage *self = WG_EVENT_PAGE (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  gtk_widget_dispose_template (GTK_WIDGET (self), WG_TYPE_EVENT_PAGE);
  g_clear_object (&self->services);
  g_clear_pointer (&self->event_id, g_free);
  g_clear_pointer (&self->view, wg_event_view_free);
  G_OBJECT_CLASS (wg_event_page_parent_class)->dispose (object);
}

static void
bind_children (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, WgEventPage, stack);
  gtk_widget_class_bind_template_child (widget_class, WgEventPage, message);
  gtk_widget_class_bind_template_child (widget_class, WgEventPage, undelivered);
  gtk_widget_class_bind_template_child (widget_class, WgEventPage, notice);
  gtk_widget_class_bind_template_child (widget_class, WgEventPage, notice_label);
  gtk_widget_class_bind_template_child (widget_class, WgEventPage, mend);
  gtk_widget_class_bind_template_child (widget_class, WgEventPage, dismiss);
  gtk_widget_class_bind_template_child (widget_class, WgEventPage, conflicts);
  gtk_widget_class_bind_template_child (widget_class, WgEventPage, truth);
  gtk_widget_class_bind_template_child (widget_class, WgEventPage, truth_icon);
  gtk_widget_class_bind_template_child (widget_class, WgEventPage, truth_word);
  gtk_widget_class_bind_template_child (widget_class, WgEventPage, truth_detail);
  gtk_widget_class_bind_template_child (widget_class, WgEventPage, state);
  gtk_widget_class_bind_template_child (widget_class, WgEventPage, state_icon);
  gtk_widget_class_bind_template_child (widget_class, WgEventPage, state_word);
  gtk_widget_class_bind_template_child (widget_class, WgEventPage, state_detail);
  gtk_widget_class_bind_template_child (widget_class, WgEventPage, steps);
  gtk_widget_class_bind_template_child (widget_class, WgEventPage, level);
  gtk_widget_class_bind_template_child (widget_class, WgEventPage, what);
  gtk_widget_class_bind_template_child (widget_class, WgEventPage, facts);
  gtk_widget_class_bind_template_child (widget_class, WgEventPage, strip);
  gtk_widget_class_bind_template_child (widget_class, WgEventPage, show_on_map);
  gtk_widget_class_bind_template_child (widget_class, WgEventPage, history);
  gtk_widget_class_bind_template_child (widget_class, WgEventPage, undo);
  gtk_widget_class_bind_template_child (widget_class, WgEventPage, supplement);
  gtk_widget_class_bind_template_child (widget_class, WgEventPage, withdraw);
}

static void
wg_event_page_class_init (WgEventPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = wg_event_page_dispose;
  g_type_ensure (WG_TYPE_HOTLINE);
  g_type_ensure (WG_TYPE_STEP_BAR);
  g_type_ensure (WG_TYPE_PHOTO_STRIP);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/wangge/Wangge/ui/wg-event-page.ui");
  bind_children (widget_class);
  gtk_widget_class_bind_template_callback (widget_class, on_mend_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_dismiss_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_show_on_map_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_undo_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_withdraw_cb);
}

static void
wg_event_page_init (WgEventPage *self)
{
  self->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
}

/**
 * wg_event_page_new:
 * @services: what the screens work with, open
 * @event_id: an event
 *
 * Makes the page of one event and keeps it up to date.
 *
 * Thread: UI.
 * Errors: none; a missing event is said on the page.
 * Source: ux.md E7, E8.
 *
 * Returns: (transfer floating): the page
 */
WgEventPage *
wg_event_page_new (WgServices *services, const char *event_id)
{
  WgEventPage *self = g_object_new (WG_TYPE_EVENT_PAGE, NULL);

  self->services = g_object_ref (services);
  self->event_id = g_strdup (event_id);
  wg_hotline_set_services (self->undelivered, services);
  g_signal_connect_object (wg_services_get_store (services), "changed",
                           G_CALLBACK (on_store_changed_cb), self, G_CONNECT_SWAPPED);
  read_event (self);
  return self;
}

/**
 * wg_event_page_get_event_id:
 * @self: the page
 *
 * Tells which event the page shows.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: (transfer none): an id
 */
const char *
wg_event_page_get_event_id (WgEventPage *self)
{
  return self->event_id;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The form of an event: duty number, class, photos, place, words; it edits a copy. */
#include "app/field/wg-report-form.h"

#include <glib/gi18n.h>

#include "app/field/wg-class-field.h"
#include "app/field/wg-event-maker.h"
#include "app/field/wg-event-words.h"
#include "app/field/wg-phrases.h"
#include "app/widgets/wg-children.h"
#include "app/widgets/wg-hotline.h"
#include "app/widgets/wg-photo-strip.h"
#include "app/wg-text.h"
#include "app/wg-time.h"
#include "app/wg-toast.h"

struct _WgReportForm
{
  AdwBin parent_instance;

  GtkScrolledWindow *scroller;
  WgHotline *hotline;
  GtkWidget *reason_box;
  GtkLabel *reason;
  WgClassField *class_field;
  GtkWidget *major_hint;
  WgPhotoStrip *strip;
  GtkWidget *photo_button;
  GtkLabel *photo_issue;
  GtkLabel *place;
  GtkLabel *place_issue;
  GtkWidget *outside_box;
  GtkLabel *outside;
  GtkEntry *outside_reason;
  GtkEntry *address;
  GtkTextView *description;
  GtkLabel *description_issue;
  AdwWrapBox *phrases;
  GtkWidget *people_box;
  GtkSpinButton *people;
  GtkLabel *other_issue;

  WgServices *services;      /* owned */
  GCancellable *cancellable; /* owned */
  WgEvent *event;            /* owned; the copy */
  double scroll;             /* where to scroll once the form has its size */
  gboolean filling;          /* the form writes its own widgets */
};

G_DEFINE_FINAL_TYPE (WgReportForm, wg_report_form, ADW_TYPE_BIN)

enum
{
  CHANGED,
  PICK_CLASS,
  PICK_PHOTO,
  PICK_PLACE,
  MAKE_MAJOR,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static void
emit_changed (WgReportForm *self)
{
  if (!self->filling && self->event != NULL)
    g_signal_emit (self, signals[CHANGED], 0);
}

/* --- class and level ----------------------------------------------------------------------------
 */

static void
show_major_hint (WgReportForm *self)
{
  gboolean looks = self->event->level < WG_EVENT_LEVEL_MAJOR && self->event->description != NULL &&
                   wg_standard_text_looks_major (self->event->description);

  gtk_widget_set_visible (self->major_hint, looks);
}

static void
on_class_changed_cb (WgReportForm *self)
{
  emit_changed (self);
}

static void
on_pick_class_cb (WgReportForm *self)
{
  g_signal_emit (self, signals[PICK_CLASS], 0);
}

static void
on_make_major_cb (WgReportForm *self)
{
  g_signal_emit (self, signals[MAKE_MAJOR], 0);
}

/* --- photos ----------------------------------------------------------------------------------- */

static void
show_photos (WgReportForm *self)
{
  wg_photo_strip_set_photos (self->strip, wg_services_get_store (self->services),
                             (const char *const *) self->event->photos, TRUE);
}

static void
on_photo_removed_cb (WgReportForm *self, const char *sha256)
{
  wg_event_maker_remove_photo (self->event, sha256);
  show_photos (self);
  emit_changed (self);
}

static void
on_pick_photo_cb (WgReportForm *self)
{
  g_signal_emit (self, signals[PICK_PHOTO], 0);
}

/* --- place ------------------------------------------------------------------------------------ */

static void
show_place (WgReportForm *self)
{
  g_autofree char *text = wg_event_maker_describe_place (self->services, self->event,
                                                         wg_services_now_ms (self->services));
  double outside_m = wg_event_maker_outside_m (self->services, self->event);

  gtk_label_set_text (self->place, text);
  gtk_widget_set_visible (self->outside_box, outside_m > 0);
  if (outside_m > 0)
    {
      g_autofree char *distance = wg_time_format_metres (outside_m);
      g_autofree char *words =
          g_strdup_printf (_("This place is %s outside your grid. You may report it all the same; "
            "a word why helps the sub-centre."),
                             distance);

      gtk_label_set_text (self->outside, words);
    }
}

static void
on_relocate_cb (WgReportForm *self)
{
  if (wg_event_maker_locate (self->services, self->event))
    emit_changed (self);
  else
    wg_toast_show (GTK_WIDGET (self), _("No position: choose the place by hand"));
  show_place (self);
}

/* A position that arrives while the form is open and has none. */
static void
on_moved_cb (WgReportForm *self)
{
  if (self->event == NULL || wg_event_maker_has_point (self->event))
    return;
  if (wg_event_maker_locate (self->services, self->event))
    {
      show_place (self);
      emit_changed (self);
    }
}

static void
on_pick_place_cb (WgReportForm *self)
{
  g_signal_emit (self, signals[PICK_PLACE], 0);
}

/* --- words ------------------------------------------------------------------------------------ */

static char *
dup_description (WgReportForm *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (self->description);
  GtkTextIter start, end;
  g_autofree char *text = NULL;

  gtk_text_buffer_get_bounds (buffer, &start, &end);
  text = gtk_text_buffer_get_text (buffer, &start, &end, FALSE);
  return *text != '\0' ? g_steal_pointer (&text) : NULL;
}

static void
take_text (char **cell, const char *text)
{
  g_set_str (cell, *text != '\0' ? text : NULL);
}

static void
on_words_changed_cb (WgReportForm *self)
{
  g_autofree char *description = NULL;

  if (self->filling || self->event == NULL)
    return;
  description = dup_description (self);
  g_set_str (&self->event->description, description);
  take_text (&self->event->address, gtk_editable_get_text (GTK_EDITABLE (self->address)));
  take_text (&self->event->outside_reason,
             gtk_editable_get_text (GTK_EDITABLE (self->outside_reason)));
  self->event->involved_count = gtk_spin_button_get_value_as_int (self->people);
  gtk_widget_set_visible (GTK_WIDGET (self->description_issue), FALSE);
  show_major_hint (self);
  emit_changed (self);
}

/* A major event asks for the telephone first, and for the people at risk. */
static void
show_hotline (WgReportForm *self)
{
  gboolean major = self->event->level >= WG_EVENT_LEVEL_MAJOR;

  gtk_widget_set_visible (GTK_WIDGET (self->hotline), major);
  gtk_widget_set_visible (self->people_box, major);
}

/* --- focus and scroll ------------------------------------------------------------------------- */

static GtkWidget *
get_field (WgReportForm *self, const char *name)
{
  const struct
  {
    const char *name;
    gpointer widget;
  } fields[] = {
    { "description", self->description },
    { "address", self->address },
    { "outside_reason", self->outside_reason },
    { "involved_count", self->people },
    { "photos", self->photo_button },
    { "class_code", wg_class_field_get_first (self->class_field) },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    if (g_strcmp0 (fields[i].name, name) == 0)
      return fields[i].widget;
  return NULL;
}

/* What has the focus is seen whole, once it has a place. */
static gboolean
on_reveal_tick_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  WgReportForm *self = WG_REPORT_FORM (widget);
  GtkWidget *viewport = gtk_scrolled_window_get_child (self->scroller);

  if (!gtk_widget_get_mapped (widget) || gtk_widget_get_height (data) == 0)
    return G_SOURCE_CONTINUE;
  if (self->scroll <= 0)
    gtk_viewport_scroll_to (GTK_VIEWPORT (viewport), data, NULL);
  return G_SOURCE_REMOVE;
}

/* The form has no height before its first layout. */
static void
on_upper_changed_cb (WgReportForm *self, GParamSpec *pspec, GtkAdjustment *adjustment)
{
  if (self->scroll > 0 &&
      gtk_adjustment_get_upper (adjustment) - gtk_adjustment_get_page_size (adjustment) >=
          self->scroll)
    {
      gtk_adjustment_set_value (adjustment, self->scroll);
      self->scroll = 0;
    }
}

/* --- object ----------------------------------------------------------------------------------- */

static void
wg_report_form_dispose (GObject *object)
{
  WgReportForm *self = WG_REPORT_FORM (object);

  g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
  /* Else the parent class frees it once more after the template did. */
  adw_bin_set_child (ADW_BIN (self), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (self), WG_TYPE_REPORT_FORM);
  g_clear_object (&self->services);
  g_clear_pointer (&self->event, wg_event_free);
  G_OBJECT_CLASS (wg_report_form_parent_class)->dispose (object);
}

static void
bind_children (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, WgReportForm, scroller);
  gtk_widget_class_bind_template_child (widget_class, WgReportForm, hotline);
  gtk_widget_class_bind_template_child (widget_class, WgReportForm, reason_box);
  gtk_widget_class_bind_template_child (widget_class, WgReportForm, reason);
  gtk_widget_class_bind_template_child (widget_class, WgReportForm, class_field);
  gtk_widget_class_bind_template_child (widget_class, WgReportForm, major_hint);
  gtk_widget_class_bind_template_child (widget_class, WgReportForm, strip);
  gtk_widget_class_bind_template_child (widget_class, WgReportForm, photo_button);
  gtk_widget_class_bind_template_child (widget_class, WgReportForm, photo_issue);
  gtk_widget_class_bind_template_child (widget_class, WgReportForm, place);
  gtk_widget_class_bind_template_child (widget_class, WgReportForm, place_issue);
  gtk_widget_class_bind_template_child (widget_class, WgReportForm, outside_box);
  gtk_widget_class_bind_template_child (widget_class, WgReportForm, outside);
  gtk_widget_class_bind_template_child (widget_class, WgReportForm, outside_reason);
  gtk_widget_class_bind_template_child (widget_class, WgReportForm, address);
  gtk_widget_class_bind_template_child (widget_class, WgReportForm, description);
  gtk_widget_class_bind_template_child (widget_class, WgReportForm, description_issue);
  gtk_widget_class_bind_template_child (widget_class, WgReportForm, phrases);
  gtk_widget_class_bind_template_child (widget_class, WgReportForm, people_box);
  gtk_widget_class_bind_template_child (widget_class, WgReportForm, people);
  gtk_widget_class_bind_template_child (widget_class, WgReportForm, other_issue);
}

static void
wg_report_form_class_init (WgReportFormClass *klass)
{
  static const char *const names[] = { "changed", "pick-class", "pick-photo", "pick-place",
                                       "make-major" };
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = wg_report_form_dispose;
  for (guint i = 0; i < N_SIGNALS; i++)
    signals[i] = g_signal_new (names[i], WG_TYPE_REPORT_FORM, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                               NULL, G_TYPE_NONE, 0);
  g_type_ensure (WG_TYPE_CLASS_FIELD);
  g_type_ensure (WG_TYPE_HOTLINE);
  g_type_ensure (WG_TYPE_PHOTO_STRIP);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/wangge/Wangge/ui/wg-report-form.ui");
  bind_children (widget_class);
  gtk_widget_class_bind_template_callback (widget_class, on_pick_class_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_class_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_make_major_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_photo_removed_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_pick_photo_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_relocate_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_pick_place_cb);
  gtk_widget_class_bind_template_callback (widget_class, on_words_changed_cb);
}

static void
wg_report_form_init (WgReportForm *self)
{
  GtkAdjustment *adjustment;

  self->cancellable = g_cancellable_new ();
  gtk_widget_init_template (GTK_WIDGET (self));
  adjustment = gtk_scrolled_window_get_vadjustment (self->scroller);
  g_signal_connect_object (adjustment, "notify::upper", G_CALLBACK (on_upper_changed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (gtk_text_view_get_buffer (self->description), "changed",
                           G_CALLBACK (on_words_changed_cb), self, G_CONNECT_SWAPPED);
  wg_phrases_fill (self->phrases, self->description);
}

/**
 * wg_report_form_set_services:
 * @self: the form
 * @services: what the screens work with, open
 *
 * Gives the form what it works with; once, before an event.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_report_form_set_services (WgReportForm *self, WgServices *services)
{
  g_assert (self->services == NULL);
  self->services = g_object_ref (services);
  wg_hotline_set_services (self->hotline, services);
  wg_class_field_set_services (self->class_field, services);
  if (wg_services_get_locator (services) != NULL)
    g_signal_connect_object (wg_services_get_locator (services), "moved", G_CALLBACK (on_moved_cb),
                             self, G_CONNECT_SWAPPED);
}

/**
 * wg_report_form_set_event:
 * @self: the form
 * @event: what to begin with; copied
 *
 * Fills the form.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_report_form_set_event (WgReportForm *self, const WgEvent *event)
{
  const char *description = event->description != NULL ? event->description : "";

  self->filling = TRUE;
  g_clear_pointer (&self->event, wg_event_free);
  self->event = wg_event_copy (event);
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (self->description), description, -1);
  gtk_editable_set_text (GTK_EDITABLE (self->address),
                         event->address != NULL ? event->address : "");
  gtk_editable_set_text (GTK_EDITABLE (self->outside_reason),
                         event->outside_reason != NULL ? event->outside_reason : "");
  gtk_spin_button_set_value (self->people, event->involved_count);
  wg_class_field_set_event (self->class_field, self->event);
  show_photos (self);
  show_place (self);
  show_hotline (self);
  show_major_hint (self);
  self->filling = FALSE;
}

/**
 * wg_report_form_get_event:
 * @self: the form
 *
 * Gives the copy as it stands in the form.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: (transfer none): the event; the caller may change what no widget shows
 */
WgEvent *
wg_report_form_get_event (WgReportForm *self)
{
  return self->event;
}

/**
 * wg_report_form_set_level:
 * @self: the form, filled
 * @level: another level
 *
 * Changes the level; a major one shows the duty number first.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_report_form_set_level (WgReportForm *self, WgEventLevel level)
{
  self->event->level = level;
  show_hotline (self);
  show_major_hint (self);
  wg_class_field_set_event (self->class_field, self->event);
  if (level >= WG_EVENT_LEVEL_MAJOR)
    gtk_adjustment_set_value (gtk_scrolled_window_get_vadjustment (self->scroller), 0);
  emit_changed (self);
}

/**
 * wg_report_form_set_class:
 * @self: the form, filled
 * @code: a class
 *
 * Puts the event into a class chosen elsewhere.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_report_form_set_class (WgReportForm *self, const char *code)
{
  wg_class_field_choose (self->class_field, code);
}

/**
 * wg_report_form_refresh:
 * @self: the form, filled
 *
 * Shows class and place by the rules as they are now; what was typed is not touched.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_report_form_refresh (WgReportForm *self)
{
  wg_class_field_refresh (self->class_field);
  show_place (self);
}

/**
 * wg_report_form_set_point:
 * @self: the form, filled
 * @point: a place chosen by hand
 *
 * Puts the event at a place chosen elsewhere.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_report_form_set_point (WgReportForm *self, WgPoint point)
{
  wg_event_maker_set_point (self->services, self->event, point);
  show_place (self);
  gtk_widget_set_visible (GTK_WIDGET (self->place_issue), FALSE);
  emit_changed (self);
}

/**
 * wg_report_form_add_photo:
 * @self: the form, filled
 * @sha256: a photo in the store
 *
 * Adds a photo.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_report_form_add_photo (WgReportForm *self, const char *sha256)
{
  wg_event_maker_add_photo (self->event, sha256);
  show_photos (self);
  gtk_widget_set_visible (GTK_WIDGET (self->photo_issue), FALSE);
  emit_changed (self);
}

/**
 * wg_report_form_set_reason:
 * @self: the form
 * @reason: (nullable): why the event came back
 *
 * Shows on top why the event is mended.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_report_form_set_reason (WgReportForm *self, const char *reason)
{
  gtk_widget_set_visible (self->reason_box, reason != NULL);
  gtk_label_set_text (self->reason, reason != NULL ? reason : "");
}

static GtkLabel *
get_issue_label (WgReportForm *self, const char *field)
{
  if (g_strcmp0 (field, "class_code") == 0 || g_strcmp0 (field, "class_std") == 0 ||
      g_strcmp0 (field, "level") == 0)
    return wg_class_field_get_issue (self->class_field);
  if (g_strcmp0 (field, "photos") == 0)
    return self->photo_issue;
  if (g_strcmp0 (field, "description") == 0)
    return self->description_issue;
  if (g_strcmp0 (field, "lon") == 0 || g_strcmp0 (field, "lat") == 0 ||
      g_strcmp0 (field, "address") == 0 || g_strcmp0 (field, "fix_source") == 0)
    return self->place_issue;
  return self->other_issue;
}

/**
 * wg_report_form_show_issue:
 * @self: the form
 * @field: (nullable): name of a field of the event
 * @text: what is wrong and how to mend it, translated
 *
 * Says beside a field what is wrong with it.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_report_form_show_issue (WgReportForm *self, const char *field, const char *text)
{
  GtkLabel *label = get_issue_label (self, field);
  g_autofree char *whole = NULL;

  if (label == self->other_issue && field != NULL)
    {
      const WgField *row = wg_field_find (WG_EVENT_FIELDS, field);

      whole = wg_text_label (row != NULL ? _ (row->title) : field, text);
    }
  gtk_label_set_text (label, whole != NULL ? whole : text);
  gtk_widget_set_visible (GTK_WIDGET (label), TRUE);
}

/**
 * wg_report_form_clear_issues:
 * @self: the form
 *
 * Takes all complaints away.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_report_form_clear_issues (WgReportForm *self)
{
  GtkLabel *const labels[] = { wg_class_field_get_issue (self->class_field), self->photo_issue,
                               self->place_issue, self->description_issue, self->other_issue };

  for (gsize i = 0; i < G_N_ELEMENTS (labels); i++)
    gtk_widget_set_visible (GTK_WIDGET (labels[i]), FALSE);
}

/**
 * wg_report_form_get_focus:
 * @self: the form
 *
 * Names the field that has the focus.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: (transfer none) (nullable): name of a field of the event
 */
const char *
wg_report_form_get_focus (WgReportForm *self)
{
  static const char *const names[] = { "description", "address", "outside_reason", "involved_count",
                                       "photos" };
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;

  for (gsize i = 0; focus != NULL && i < G_N_ELEMENTS (names); i++)
    {
      GtkWidget *field = get_field (self, names[i]);

      if (focus == field || gtk_widget_is_ancestor (focus, field))
        return names[i];
    }
  return NULL;
}

/**
 * wg_report_form_set_focus:
 * @self: the form
 * @field: (nullable): name of a field of the event
 *
 * Gives the focus to a field, and puts the cursor behind its words.
 *
 * Thread: UI.
 * Errors: none; an unknown field is left alone.
 */
void
wg_report_form_set_focus (WgReportForm *self, const char *field)
{
  GtkWidget *widget = get_field (self, field);

  if (widget == NULL)
    return;
  gtk_widget_grab_focus (widget);
  gtk_widget_add_tick_callback (GTK_WIDGET (self), on_reveal_tick_cb, g_object_ref (widget),
                                g_object_unref);
  if (GTK_IS_EDITABLE (widget))
    gtk_editable_set_position (GTK_EDITABLE (widget), -1);
}

/**
 * wg_report_form_get_scroll:
 * @self: the form
 *
 * Tells how far the form is scrolled.
 *
 * Thread: UI.
 * Errors: none.
 *
 * Returns: pixels from the top
 */
double
wg_report_form_get_scroll (WgReportForm *self)
{
  return gtk_adjustment_get_value (gtk_scrolled_window_get_vadjustment (self->scroller));
}

/**
 * wg_report_form_set_scroll:
 * @self: the form
 * @scroll: pixels from the top
 *
 * Scrolls the form, now or as soon as it is high enough.
 *
 * Thread: UI.
 * Errors: none.
 */
void
wg_report_form_set_scroll (WgReportForm *self, double scroll)
{
  self->scroll = scroll;
  on_upper_changed_cb (self, NULL, gtk_scrolled_window_get_vadjustment (self->scroller));
}

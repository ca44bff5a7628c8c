/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The six steps of the loop (采集上报 … 监督评价): done, now, to come, with who and when. */
#include "app/widgets/wg-step-bar.h"

#include <glib/gi18n.h>

#include "app/wg-text.h"
#include "app/wg-time.h"
#include "app/widgets/wg-children.h"

struct _WgStepBar
{
  GtkBox parent_instance;
};

G_DEFINE_FINAL_TYPE (WgStepBar, wg_step_bar, GTK_TYPE_BOX)

typedef enum
{
  STEP_DONE,
  STEP_NOW,
  STEP_LATER,
} StepPart;

static const struct
{
  const char *style, *icon, *word;
} PARTS[] = {
  [STEP_DONE] = { "done", "object-select-symbolic", N_ ("done") },
  [STEP_NOW] = { "now", "pan-end-symbolic", N_ ("now") },
  [STEP_LATER] = { "later", "content-loading-symbolic", N_ ("to come") },
};

/* Which of the six an action completes. */
static gboolean
completes (WgAction action, WgLoopStep *out_step)
{
  static const struct
  {
    WgAction action;
    WgLoopStep step;
  } table[] = {
    { WG_ACTION_REPORT, WG_LOOP_STEP_REPORT },     { WG_ACTION_SUPPLEMENT, WG_LOOP_STEP_REPORT },
    { WG_ACTION_ATTACH, WG_LOOP_STEP_REPORT },     { WG_ACTION_ACCEPT, WG_LOOP_STEP_ACCEPT },
    { WG_ACTION_DISPATCH, WG_LOOP_STEP_DISPATCH }, { WG_ACTION_HANDLED, WG_LOOP_STEP_HANDLE },
    { WG_ACTION_VERIFIED, WG_LOOP_STEP_VERIFY },   { WG_ACTION_EVALUATE, WG_LOOP_STEP_EVALUATE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (table); i++)
    if (table[i].action == action)
      {
        *out_step = table[i].step;
        return TRUE;
      }
  return FALSE;
}

static const WgEventStep *
find_last (const WgEventView *view, WgLoopStep wanted)
{
  for (guint i = view->steps != NULL ? view->steps->len : 0; i > 0; i--)
    {
      const WgEventStep *step = g_ptr_array_index (view->steps, i - 1);
      WgLoopStep done;

      if (step->seq != 0 && completes (step->action, &done) && done == wanted)
        return step;
    }
  return NULL;
}

static StepPart
get_part (const WgEventView *view, WgLoopStep step)
{
  WgLoopStep now = wg_event_state_get_loop_step (view->event->state);

  if (view->event->ver == 0)
    return step == WG_LOOP_STEP_REPORT ? STEP_NOW : STEP_LATER;
  if (!wg_event_state_is_valid (
          view->event->state)) /* of a later version: only what was done is known */
    return find_last (view, step) != NULL ? STEP_DONE : STEP_LATER;
  if (view->event->state >= WG_EVENT_STATE_CLOSED)
    return STEP_DONE;
  if (step < now)
    return STEP_DONE;
  return step == now && wg_event_state_is_open (view->event->state) ? STEP_NOW : STEP_LATER;
}

static void
add_line (GtkWidget *box, const char *text, const char *style)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_justify (GTK_LABEL (label), GTK_JUSTIFY_CENTER);
  gtk_label_set_width_chars (GTK_LABEL (label), 4);
  gtk_widget_add_css_class (label, style);
  gtk_box_append (GTK_BOX (box), label);
}

static GtkWidget *
make_step (const WgEventView *view, WgLoopStep step, gint64 now_ms)
{
  StepPart part = get_part (view, step);
  const WgEventStep *last = find_last (view, step);
  const char *title = _ (wg_loop_step_to_string (step));
  GtkWidget *box =
      g_object_new (GTK_TYPE_BOX, "css-name", "step", "orientation", GTK_ORIENTATION_VERTICAL,
                    "spacing", 4, "accessible-role", GTK_ACCESSIBLE_ROLE_LIST_ITEM, NULL);
  GtkWidget *image = gtk_image_new_from_icon_name (PARTS[part].icon);
  g_autofree char *when = last != NULL ? wg_time_format (last->at_ms, now_ms) : NULL;
  g_autofree char *name = NULL;

  gtk_widget_add_css_class (box, PARTS[part].style);
  gtk_widget_set_halign (image, GTK_ALIGN_CENTER);
  gtk_box_append (GTK_BOX (box), image);
  add_line (box, title, "caption-heading");
  if (last != NULL && last->actor_name != NULL)
    add_line (box, last->actor_name, "caption");
  add_line (box, when != NULL ? when : _ (PARTS[part].word), "caption");
  name = wg_text_join (
      NULL, (const char *[]) {
                title, _ (PARTS[part].word), last != NULL ? last->actor_name : NULL, when }, 4);
  gtk_accessible_update_property (GTK_ACCESSIBLE (box), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  return box;
}

static void
wg_step_bar_class_init (WgStepBarClass *klass)
{
  gtk_widget_class_set_accessible_role (GTK_WIDGET_CLASS (klass), GTK_ACCESSIBLE_ROLE_LIST);
}

static void
wg_step_bar_init (WgStepBar *self)
{
  gtk_box_set_homogeneous (GTK_BOX (self), TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("The six steps"), -1);
}

/**
 * wg_step_bar_set_view:
 * @self: the bar
 * @view: an event
 * @now_ms: now
 *
 * Shows how far an event has come. Only what the platform confirmed counts as done.
 *
 * Thread: UI.
 * Errors: none.
 * Source: 考核办法 三(二): 采集上报、受理立案、指挥派遣、任务处置、核查反馈、监督评价.
 */
void
wg_step_bar_set_view (WgStepBar *self, const WgEventView *view, gint64 now_ms)
{
  wg_children_remove_all (GTK_WIDGET (self));
  for (int step = 0; step < WG_N_LOOP_STEP; step++)
    gtk_box_append (GTK_BOX (self), make_step (view, step, now_ms));
}

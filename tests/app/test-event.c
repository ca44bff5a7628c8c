/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What happens to an event on the screens: returned, drafts, lookalikes, level, place, withdrawal.
 */
#include <math.h>

#include "app/app-tablet.h"
#include "app/field/wg-duplicate-dialog.h"
#include "app/field/wg-event-page.h"
#include "app/field/wg-event-words.h"
#include "app/field/wg-place-page.h"
#include "app/field/wg-report-dialog.h"
#include "app/field/wg-report-form.h"
#include "app/records/wg-conflict-page.h"
#include "core/kinds/wg-kind-event.h"
#include "map/wg-map-view.h"
#include "wire/wg-wire-record.h"

/* As the user sees it. */
#define T(msgid) g_dgettext (GETTEXT_PACKAGE, msgid)

#define GENERAL_CLASS "道路积水"

static GtkWidget *
open_general (AppTablet *tablet)
{
  GtkWidget *dialog;

  app_click (GTK_WIDGET (tablet->window), T ("General Event"));
  dialog = app_wait_for (GTK_WIDGET (tablet->window), WG_TYPE_REPORT_DIALOG, NULL);
  app_click (dialog, GENERAL_CLASS);
  return dialog;
}

static WgReportForm *
get_form (GtkWidget *dialog)
{
  return WG_REPORT_FORM (app_wait_for (dialog, WG_TYPE_REPORT_FORM, NULL));
}

static void
type (GtkWidget *dialog, const char *text)
{
  GtkWidget *view = app_wait_for (dialog, GTK_TYPE_TEXT_VIEW, NULL);

  gtk_text_buffer_set_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (view)), text, -1);
}

static char *
find_returned (AppTablet *tablet)
{
  g_autoptr (GPtrArray) events = app_list_events (tablet, WG_EVENT_LIST_RETURNED);

  g_assert_cmpuint (events->len, ==, 1);
  return g_strdup (wg_event_item_get_id (g_ptr_array_index (events, 0)));
}

/* --- returned --- */

/* Source: ux.md E8: the reason on top, the focus where the fault is, reported again in place. */
static void
test_returned (void)
{
  g_autoptr (AppTablet) tablet = app_tablet_new (120, 1280, 800);
  GtkWidget *window = GTK_WIDGET (tablet->window);
  g_autofree char *id = find_returned (tablet);
  g_autoptr (GPtrArray) returned = NULL;
  GtkWidget *page, *dialog;

  wg_window_show_event (tablet->window, id);
  page = app_wait_for (window, WG_TYPE_EVENT_PAGE, NULL);
  app_wait_for (page, GTK_TYPE_BUTTON, T ("Supplement and Report Again"));
  app_picture (GTK_WIDGET (tablet->window), "returned-1280");
  app_check_words (page);
  /* Well delivered, and sent back all the same: each is said for itself. */
  g_assert_nonnull (app_find (page, GTK_TYPE_LABEL, T ("In force")));
  g_assert_nonnull (app_find (page, GTK_TYPE_LABEL, T ("Returned for supplement")));
  g_assert_nonnull (app_find (page, GTK_TYPE_LABEL, T ("It is your turn: supplement it")));
  app_click (page, T ("Supplement and Report Again"));
  dialog = app_wait_for (window, WG_TYPE_REPORT_DIALOG, NULL);
  app_settle (tablet);
  app_picture (GTK_WIDGET (tablet->window), "mend-1280");
  g_assert_cmpstr (wg_report_form_get_focus (get_form (dialog)), ==, "description");
  type (dialog, "门牌号：示例路 12 号楼下");
  app_click (dialog, T ("Report Again"));
  app_wait_gone (window, WG_TYPE_REPORT_DIALOG, NULL);
  app_settle (tablet);
  returned = app_list_events (tablet, WG_EVENT_LIST_RETURNED);
  g_assert_cmpuint (returned->len, ==, 0);
  app_picture (GTK_WIDGET (tablet->window), "mended-1280");
}

/* --- drafts --- */

static gboolean
is_saved (gpointer data)
{
  return *(gboolean *) data;
}

static void
on_store_changed_cb (WgStore *store, const char *topic, gpointer data)
{
  if (g_str_equal (topic, "drafts"))
    *(gboolean *) data = TRUE;
}

/* Source: ux.md T08: the program is killed while somebody types. */
static void
test_draft (void)
{
  g_autoptr (AppTablet) tablet = app_tablet_new (0, 960, 600);
  GtkWidget *dialog = open_general (tablet);
  gboolean saved = FALSE;
  gulong id = g_signal_connect (wg_services_get_store (tablet->services), "changed",
                                G_CALLBACK (on_store_changed_cb), &saved);
  g_autoptr (GPtrArray) events = NULL;
  WgReportForm *form;

  wg_report_form_set_focus (get_form (dialog), "description");
  type (dialog, "积水约二十厘米，影响通行");
  app_wait (is_saved, &saved, "the draft");
  g_signal_handler_disconnect (wg_services_get_store (tablet->services), id);
  app_tablet_restart (tablet);

  app_click (GTK_WIDGET (tablet->window), T ("Events of today"));
  app_wait_for (GTK_WIDGET (tablet->window), GTK_TYPE_BUTTON, T ("Throw the draft away"));
  app_picture (GTK_WIDGET (tablet->window), "draft-960");
  app_click (GTK_WIDGET (tablet->window), T ("Draft: general event"));
  dialog = app_wait_for (GTK_WIDGET (tablet->window), WG_TYPE_REPORT_DIALOG, NULL);
  form = get_form (dialog);
  g_assert_cmpstr (wg_report_form_get_event (form)->description, ==, "积水约二十厘米，影响通行");
  g_assert_nonnull (wg_report_form_get_event (form)->class_code);
  g_assert_cmpstr (wg_report_form_get_focus (form), ==, "description");

  app_click (dialog, T ("Report"));
  app_wait_gone (GTK_WIDGET (tablet->window), WG_TYPE_REPORT_DIALOG, NULL);
  app_wait_gone (GTK_WIDGET (tablet->window), GTK_TYPE_BUTTON, T ("Throw the draft away"));
  events = app_list_events (tablet, WG_EVENT_LIST_TODAY);
  g_assert_cmpuint (events->len, ==, 1);
}

/* --- lookalikes --- */

static void
report_general (AppTablet *tablet)
{
  GtkWidget *dialog = open_general (tablet);

  app_click (dialog, T ("Report"));
  app_wait_gone (GTK_WIDGET (tablet->window), WG_TYPE_REPORT_DIALOG, NULL);
}

/* Source: ux.md E2. */
static void
test_same_matter (void)
{
  g_autoptr (AppTablet) tablet = app_tablet_new (0, 1280, 800);
  GtkWidget *window = GTK_WIDGET (tablet->window);
  g_autoptr (GPtrArray) events = NULL;
  g_autofree char *name = g_strdup_printf (T ("Same matter as %s: attach"), GENERAL_CLASS);
  const WgEventView *first, *second;
  GtkWidget *dialog, *asked;

  report_general (tablet);
  app_settle (tablet);
  g_assert_null (app_find (window, GTK_TYPE_BUTTON, T ("Throw the draft away")));
  dialog = open_general (tablet);
  app_click (dialog, T ("Report"));
  asked = app_wait_for (window, WG_TYPE_DUPLICATE_DIALOG, NULL);
  app_picture (GTK_WIDGET (tablet->window), "duplicate-1280");
  app_click (asked, name);
  app_wait_gone (window, WG_TYPE_REPORT_DIALOG, NULL);

  events = app_list_events (tablet, WG_EVENT_LIST_TODAY);
  g_assert_cmpuint (events->len, ==, 2);
  second = wg_event_item_get_view (g_ptr_array_index (events, 0));
  first = wg_event_item_get_view (g_ptr_array_index (events, 1));
  if (second->event->duplicate_of == NULL)
    {
      const WgEventView *other = first;

      first = second;
      second = other;
    }
  g_assert_cmpstr (second->event->duplicate_of, ==, first->event->id);
}

static void
test_not_the_same (void)
{
  g_autoptr (AppTablet) tablet = app_tablet_new (0, 1280, 800);
  GtkWidget *window = GTK_WIDGET (tablet->window);
  g_autoptr (GPtrArray) events = NULL;
  GtkWidget *dialog;

  report_general (tablet);
  dialog = open_general (tablet);
  app_click (dialog, T ("Report"));
  app_click (app_wait_for (window, WG_TYPE_DUPLICATE_DIALOG, NULL), T ("Cancel"));
  app_wait_gone (window, WG_TYPE_DUPLICATE_DIALOG, NULL);
  app_click (dialog, T ("Report"));
  app_click (app_wait_for (window, WG_TYPE_DUPLICATE_DIALOG, NULL), T ("Not the Same: Go On"));
  app_wait_gone (window, WG_TYPE_REPORT_DIALOG, NULL);
  events = app_list_events (tablet, WG_EVENT_LIST_TODAY);
  g_assert_cmpuint (events->len, ==, 2);
  for (guint i = 0; i < events->len; i++)
    g_assert_null (wg_event_item_get_view (g_ptr_array_index (events, i))->event->duplicate_of);
}

/* --- level --- */

/* Source: ux.md E5. 0101 is a daily class. */
static void
test_level (void)
{
  g_autoptr (AppTablet) tablet = app_tablet_new (0, 1280, 800);
  GtkWidget *window = GTK_WIDGET (tablet->window);
  GtkWidget *dialog = open_general (tablet);
  GtkWidget *asked;
  g_autoptr (GPtrArray) events = NULL;

  wg_report_form_set_class (get_form (dialog), "0101");
  app_click (dialog, T ("Report"));
  asked = app_wait_for (window, ADW_TYPE_ALERT_DIALOG, NULL);
  app_picture (GTK_WIDGET (tablet->window), "level-1280");
  app_click (asked, T ("Use the Suggested Level"));
  app_wait_gone (window, WG_TYPE_REPORT_DIALOG, NULL);
  events = app_list_events (tablet, WG_EVENT_LIST_TODAY);
  g_assert_cmpuint (events->len, ==, 1);
  g_assert_cmpint (wg_event_item_get_view (g_ptr_array_index (events, 0))->event->level, ==,
                   WG_EVENT_LEVEL_DAILY);
}

static void
test_sounds_major (void)
{
  g_autoptr (AppTablet) tablet = app_tablet_new (0, 1280, 800);
  GtkWidget *dialog = open_general (tablet);

  type (dialog, "有煤气味，疑似燃气泄漏");
  app_click (dialog, T ("Report as Major"));
  app_wait_for (dialog, GTK_TYPE_BUTTON, T ("Call the duty number"));
  g_assert_cmpint (wg_report_form_get_event (get_form (dialog))->level, ==, WG_EVENT_LEVEL_MAJOR);
  adw_dialog_force_close (ADW_DIALOG (dialog));
}

/* --- place --- */

/* Explained, not blocked. */
static void
test_outside (void)
{
  g_autoptr (AppTablet) tablet = app_tablet_new (0, 1280, 800);
  GtkWidget *window = GTK_WIDGET (tablet->window);
  GtkWidget *dialog = open_general (tablet);
  g_autoptr (GPtrArray) events = NULL;

  g_assert_null (app_find (dialog, GTK_TYPE_ENTRY, T ("Why outside the own grid")));
  wg_report_form_set_point (get_form (dialog),
                            (WgPoint) { tablet->grid->boundary->box.max_lon + 0.02,
                                        tablet->grid->boundary->box.max_lat + 0.02 });
  gtk_editable_set_text (
      GTK_EDITABLE (app_wait_for (dialog, GTK_TYPE_ENTRY, T ("Why outside the own grid"))),
      "居民在路口反映");
  app_picture (GTK_WIDGET (tablet->window), "outside-1280");
  app_click (dialog, T ("Report"));
  app_wait_gone (window, WG_TYPE_REPORT_DIALOG, NULL);
  events = app_list_events (tablet, WG_EVENT_LIST_TODAY);
  g_assert_cmpuint (events->len, ==, 1);
  g_assert_cmpstr (wg_event_item_get_view (g_ptr_array_index (events, 0))->event->outside_reason,
                   ==, "居民在路口反映");
}

/* The button on the form, for whoever cannot press long. */
static void
test_pick_place (void)
{
  g_autoptr (AppTablet) tablet = app_tablet_new (0, 360, 720);
  GtkWidget *window = GTK_WIDGET (tablet->window);
  GtkWidget *dialog = open_general (tablet);
  GtkWidget *page;
  const WgEvent *event;

  app_click (dialog, T ("On the Map"));
  page = app_wait_for (dialog, WG_TYPE_PLACE_PAGE, NULL);
  app_draw (window);
  /* Near the place of the event, not the whole grid. */
  g_assert_cmpfloat (
      wg_map_view_get_zoom (WG_MAP_VIEW (app_wait_for (page, WG_TYPE_MAP_VIEW, NULL))), >=, 15.5);
  app_check_targets (page);
  app_check_words (page);
  app_picture (window, "place-360");
  app_click (page, T ("Use this place"));
  app_wait_gone (dialog, WG_TYPE_PLACE_PAGE, NULL);
  event = wg_report_form_get_event (get_form (dialog));
  g_assert_cmpint (event->fix_source, ==, WG_FIX_MANUAL);
  g_assert_true (isnan (event->fix_accuracy_m));
  g_assert_false (isnan (event->raw_lon)); /* what the receiver said stays */
  adw_dialog_force_close (ADW_DIALOG (dialog));
}

static void
test_without_place (void)
{
  g_autoptr (AppTablet) tablet = app_tablet_new (0, 360, 720);
  g_autoptr (WgLocator) nowhere = wg_locator_new_geoclue ("test"); /* never started */
  GtkWidget *window = GTK_WIDGET (tablet->window);
  g_autoptr (GPtrArray) events = NULL;
  g_autofree char *name = g_strdup_printf (T ("Record %s with one tap"), "入户走访");

  wg_services_set_locator (tablet->services, nowhere);
  app_click (window, name);
  app_settle (tablet);
  events = app_list_events (tablet, WG_EVENT_LIST_TODAY);
  g_assert_cmpuint (events->len, ==, 1);
  g_assert_true (isnan (wg_event_item_get_view (g_ptr_array_index (events, 0))->event->lon));
}

/* --- withdrawal --- */

static void
test_withdraw (void)
{
  g_autoptr (AppTablet) tablet = app_tablet_new (0, 360, 720);
  GtkWidget *window = GTK_WIDGET (tablet->window);
  g_autoptr (GPtrArray) events = NULL;
  g_autoptr (GPtrArray) after = NULL;
  GtkWidget *page, *asked;

  report_general (tablet);
  events = app_list_events (tablet, WG_EVENT_LIST_TODAY);
  wg_window_show_event (tablet->window, wg_event_item_get_id (g_ptr_array_index (events, 0)));
  page = app_wait_for (window, WG_TYPE_EVENT_PAGE, NULL);
  app_wait_for (page, GTK_TYPE_BUTTON, T ("Withdraw…"));
  app_picture (GTK_WIDGET (tablet->window), "event-360");
  app_click (page, T ("Withdraw…"));
  asked = app_wait_for (window, ADW_TYPE_ALERT_DIALOG, NULL);
  g_assert_false (gtk_widget_is_sensitive (app_wait_for (asked, GTK_TYPE_BUTTON, T ("Withdraw"))));
  gtk_editable_set_text (GTK_EDITABLE (app_wait_for (asked, GTK_TYPE_ENTRY, NULL)), "已自行排除");
  app_click (asked, T ("Withdraw"));
  app_wait_gone (page, GTK_TYPE_BUTTON, T ("Withdraw…"));
  after = app_list_events (tablet, WG_EVENT_LIST_TODAY);
  g_assert_cmpint (wg_event_item_get_view (g_ptr_array_index (after, 0))->event->state, ==,
                   WG_EVENT_STATE_VOID);
}

/* What was refused and is not in view is said; what is in view, or personal, is not repeated. */
static void
test_refused_words (void)
{
  g_autoptr (WgEventView) view = wg_event_view_new ();
  g_autofree char *none = NULL, *patch = NULL, *step = NULL;
  const char *names[] = { "description", "address", "informant_name", "involved_count", NULL };

  view->event = wg_event_new ();
  g_set_str (&view->event->description, "三单元门口");
  none = wg_event_describe_kept (view);
  g_assert_null (none);

  view->refused = wg_operation_new (WG_OPERATION_EVENT_PATCH);
  view->refused->event = wg_event_copy (view->event);
  view->refused->fields = g_strdupv ((char **) names);
  g_set_str (&view->refused->event->address, "沿河路14号");
  g_set_str (&view->refused->event->informant_name, "欧阳锋");
  patch = wg_event_describe_kept (view);
  g_assert_cmpstr (patch, ==, "您写的内容：\n位置描述：沿河路14号");
  g_clear_pointer (&view->refused, wg_operation_free);

  view->refused = wg_operation_new (WG_OPERATION_EVENT_STEP);
  g_set_str (&view->refused->opinion, "已补全景照片");
  step = wg_event_describe_kept (view);
  g_assert_cmpstr (step, ==, "您写的内容：\n已补全景照片");
}

/* --- two values --- */

#define CONFLICT_ID "01890000-0000-7000-8003-000000000000"

static const WgEventView *
find_event (GPtrArray *events, const char *id)
{
  for (guint i = 0; i < events->len; i++)
    if (g_strcmp0 (wg_event_item_get_id (g_ptr_array_index (events, i)), id) == 0)
      return wg_event_item_get_view (g_ptr_array_index (events, i));
  return NULL;
}

/* Another tablet gave the event this title, and this one another, and another place. */
static char *
make_conflict (AppTablet *tablet, const WgEvent *event, const WgEvent *mine)
{
  static const char *const fields[] = { "title", "lon" };
  g_autoptr (WgConflict) conflict = wg_conflict_new (wg_kind_get_event ());
  g_autoptr (WgRecord) theirs = wg_event_to_record (event);
  g_autoptr (WgRecord) wanted = wg_event_to_record (mine);

  conflict->rec = g_strdup (event->id);
  conflict->grid_code = g_strdup (event->grid_code);
  conflict->title = g_strdup (event->title);
  conflict->op_id = g_strdup (CONFLICT_ID);
  conflict->my_actor = g_strdup (tablet->worker->id);
  conflict->my_name = g_strdup (tablet->worker->name);
  conflict->my_ms = g_get_real_time () / 1000 - 3600000;
  conflict->opened_ms = conflict->my_ms + 60000;
  for (gsize i = 0; i < G_N_ELEMENTS (fields); i++)
    {
      const WgField *field = wg_event_find_value (fields[i]);

      wg_conflict_add_field (conflict, (WgConflictField) {
                                           .field = field,
                                           .their_actor = g_strdup (tablet->worker->id),
                                           .their_name = g_strdup (tablet->worker->name),
                                           .their_ms = conflict->my_ms - 1800000,
                                       });
      wg_field_copy (field, theirs, conflict->theirs);
      wg_field_copy (field, wanted, conflict->mine);
    }
  return wg_wire_conflict_to_json (conflict);
}

static char *
name_card (const char *field, const char *whose)
{
  return g_strdup_printf (g_dpgettext2 (GETTEXT_PACKAGE, "name of a field: its value", "%s: %s"),
                          T (field), T (whose));
}

static gboolean
is_settled (gpointer data)
{
  g_autoptr (GPtrArray) all = app_list_events (((gpointer *) data)[0], WG_EVENT_LIST_ALL);
  const WgEventView *view = find_event (all, ((gpointer *) data)[1]);

  return view != NULL && view->truth != WG_TRUTH_CONFLICT;
}

/* The event says so, its page leads to the two columns, and a place is one choice. */
static void
test_conflict (gconstpointer data)
{
  const int *size = data;
  g_autoptr (AppTablet) tablet = app_tablet_new (20, size[0], size[1]);
  GtkWidget *window = GTK_WIDGET (tablet->window);
  g_autoptr (GPtrArray) before = app_list_events (tablet, WG_EVENT_LIST_ALL);
  const WgEvent *event = wg_event_item_get_view (g_ptr_array_index (before, 0))->event;
  g_autoptr (WgEvent) mine = wg_event_copy (event);
  g_autofree char *title = name_card ("Title", "On the platform now");
  g_autofree char *place = name_card ("Place", "Came later");
  g_autofree char *shot = g_strdup_printf ("event-conflict-%d", size[0]);
  g_autofree char *two = g_strdup_printf ("event-two-values-%d", size[0]);
  gpointer settled[] = { tablet, event->id };
  GtkWidget *page;

  g_set_str (&mine->title, "护栏倒伏");
  mine->lat += 0.002;
  app_tablet_tell (tablet, "conflict", CONFLICT_ID, 1, make_conflict (tablet, event, mine));
  wg_window_show_event (tablet->window, event->id);
  page = app_wait_for (window, WG_TYPE_EVENT_PAGE, NULL);
  app_wait_for (page, GTK_TYPE_LABEL, T ("Conflict to be checked"));
  g_assert_nonnull (app_find_action (page, "win.show-conflict"));
  app_draw (window);
  app_check_targets (window);
  app_check_words (page);
  app_picture (window, shot);
  g_signal_emit_by_name (app_find_action (page, "win.show-conflict"), "clicked");
  page = app_wait_for (window, WG_TYPE_CONFLICT_PAGE, NULL);
  app_wait_for (page, GTK_TYPE_LABEL, "护栏倒伏");
  app_click (page, title);
  g_assert_false (
      gtk_widget_get_sensitive (app_find (page, GTK_TYPE_BUTTON, T ("Settle as Chosen"))));
  app_click (page, place);
  app_draw (window);
  app_check_targets (window);
  app_picture (window, two);
  app_click (page, T ("Settle as Chosen"));
  app_wait (is_settled, settled, "the choice");
}

int
main (int argc, char *argv[])
{
  static const int sizes[][2] = { { 1280, 800 }, { 960, 600 }, { 800, 1280 }, { 360, 720 } };

  app_test_init (&argc, &argv);
  g_test_add_func ("/app/event/returned", test_returned);
  g_test_add_func ("/app/event/refused-words", test_refused_words);
  g_test_add_func ("/app/event/draft", test_draft);
  g_test_add_func ("/app/event/same-matter", test_same_matter);
  g_test_add_func ("/app/event/not-the-same", test_not_the_same);
  g_test_add_func ("/app/event/level", test_level);
  g_test_add_func ("/app/event/sounds-major", test_sounds_major);
  g_test_add_func ("/app/event/outside", test_outside);
  g_test_add_func ("/app/event/pick-place", test_pick_place);
  g_test_add_func ("/app/event/without-place", test_without_place);
  g_test_add_func ("/app/event/withdraw", test_withdraw);
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree char *name =
          g_strdup_printf ("/app/event/conflict/%dx%d", sizes[i][0], sizes[i][1]);

      g_test_add_data_func (name, sizes[i], test_conflict);
    }
  return g_test_run ();
}

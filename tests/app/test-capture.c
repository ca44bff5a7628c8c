/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One tap is one event; undo, other class, more; the hand; what a general event takes. */
#include "app/app-tablet.h"
#include "app/field/wg-capture-panel.h"
#include "app/field/wg-class-page.h"
#include "app/field/wg-hold-bar.h"
#include "app/field/wg-photo-page.h"
#include "app/field/wg-report-dialog.h"
#include "app/field/wg-report-form.h"
#include "support/wg-test-folder.h"

/* As the user sees it. */
#define T(msgid) g_dgettext (GETTEXT_PACKAGE, msgid)

static void
tap_tile (AppTablet *tablet, const char *class_name)
{
  g_autofree char *name = g_strdup_printf (T ("Record %s with one tap"), class_name);

  app_click (GTK_WIDGET (tablet->window), name);
}

/* --- the daily event -------------------------------------------------------------------------- */

static GtkWidget *
get_hold_bar (AppTablet *tablet)
{
  return app_wait_for (GTK_WIDGET (tablet->window), WG_TYPE_HOLD_BAR, NULL);
}

static void
test_one_tap (void)
{
  g_autoptr (AppTablet) tablet = app_tablet_new (0, 1280, 800);
  g_autoptr (GPtrArray) events = NULL;
  const WgEventView *view;

  tap_tile (tablet, "入户走访");
  get_hold_bar (tablet);
  app_picture (GTK_WIDGET (tablet->window), "hold-1280");
  events = app_list_events (tablet, WG_EVENT_LIST_TODAY);
  g_assert_cmpuint (events->len, ==, 1);
  view = wg_event_item_get_view (g_ptr_array_index (events, 0));
  g_assert_cmpstr (view->event->class_code, ==, "0101");
  g_assert_cmpint (view->event->level, ==, WG_EVENT_LEVEL_DAILY);
  g_assert_cmpint (view->truth, ==, WG_TRUTH_HELD);
  g_assert_true (view->event->self_handled);
  g_assert_cmpstr (view->event->grid_code, ==, tablet->grid->code);
  g_assert_cmpfloat (view->event->lon, >, 100);
  g_assert_cmpfloat_with_epsilon (view->event->fix_accuracy_m, 6, 0.01);
}

/* Source: ux.md T05. */
static void
test_double_tap (void)
{
  g_autoptr (AppTablet) tablet = app_tablet_new (0, 1280, 800);
  g_autoptr (GPtrArray) events = NULL;

  tap_tile (tablet, "入户走访");
  tap_tile (tablet, "入户走访");
  tap_tile (tablet, "入户走访");
  app_settle (tablet);
  events = app_list_events (tablet, WG_EVENT_LIST_TODAY);
  g_assert_cmpuint (events->len, ==, 1);
}

/* Two classes quickly one after the other are two events. */
static void
test_two_classes (void)
{
  g_autoptr (AppTablet) tablet = app_tablet_new (0, 1280, 800);
  g_autoptr (GPtrArray) events = NULL;

  tap_tile (tablet, "入户走访");
  tap_tile (tablet, "政策宣传");
  app_settle (tablet);
  events = app_list_events (tablet, WG_EVENT_LIST_TODAY);
  g_assert_cmpuint (events->len, ==, 2);
}

static void
test_undo (void)
{
  g_autoptr (AppTablet) tablet = app_tablet_new (0, 1280, 800);
  g_autoptr (GPtrArray) events = NULL;

  tap_tile (tablet, "入户走访");
  get_hold_bar (tablet);
  app_click (GTK_WIDGET (tablet->window), T ("Undo what was just recorded"));
  app_wait_gone (GTK_WIDGET (tablet->window), WG_TYPE_HOLD_BAR, NULL);
  events = app_list_events (tablet, WG_EVENT_LIST_TODAY);
  for (guint i = 0; i < events->len; i++)
    g_assert_cmpint (wg_event_item_get_view (g_ptr_array_index (events, i))->truth, ==,
                     WG_TRUTH_UNDONE);
  g_assert_cmpuint (wg_services_get_counts (tablet->services)->n_waiting, ==, 0);
}

/* A held event is still there to be undone after the program was killed. */
static void
test_held_over_restart (void)
{
  g_autoptr (AppTablet) tablet = app_tablet_new (0, 1280, 800);

  tap_tile (tablet, "入户走访");
  get_hold_bar (tablet);
  app_tablet_restart (tablet);
  get_hold_bar (tablet);
  app_click (GTK_WIDGET (tablet->window), T ("Undo what was just recorded"));
  app_wait_gone (GTK_WIDGET (tablet->window), WG_TYPE_HOLD_BAR, NULL);
}

static gboolean
is_class (gpointer data)
{
  AppTablet *tablet = data;
  g_autoptr (GPtrArray) events = app_list_events (tablet, WG_EVENT_LIST_TODAY);

  return events->len == 1 &&
         g_str_equal (wg_event_item_get_view (g_ptr_array_index (events, 0))->event->class_code,
                      "0103");
}

static void
test_other_class (void)
{
  g_autoptr (AppTablet) tablet = app_tablet_new (0, 1280, 800);
  GtkWidget *page;

  tap_tile (tablet, "入户走访");
  get_hold_bar (tablet);
  app_click (GTK_WIDGET (tablet->window), T ("Put what was just recorded in another class"));
  page = app_wait_for (GTK_WIDGET (tablet->window), WG_TYPE_CLASS_PAGE, NULL);
  gtk_editable_set_text (GTK_EDITABLE (app_wait_for (page, GTK_TYPE_SEARCH_ENTRY, NULL)), "rkbd");
  app_picture (GTK_WIDGET (tablet->window), "class-1280");
  app_click (page, "0103  人口变动");
  app_wait (is_class, tablet, "the other class");
}

/* --- the hand --------------------------------------------------------------------------------- */

static double
get_left (AppTablet *tablet, GType type)
{
  GtkWidget *widget = app_wait_for (GTK_WIDGET (tablet->window), type, NULL);
  graphene_rect_t bounds;

  g_assert_true (gtk_widget_compute_bounds (widget, GTK_WIDGET (tablet->window), &bounds));
  return bounds.origin.x;
}

typedef struct
{
  AppTablet *tablet;
  gboolean left;
} Side;

static gboolean
is_on_side (gpointer data)
{
  Side *side = data;
  double x = get_left (side->tablet, WG_TYPE_CAPTURE_PANEL);

  return side->left ? x < 300 : x > 600;
}

static void
test_hand (void)
{
  g_autoptr (AppTablet) tablet = app_tablet_new (0, 1280, 800);
  Side side = { tablet, FALSE };

  app_wait (is_on_side, &side, "the panel at the right");
  g_settings_set_string (wg_services_get_settings (tablet->services), "hand", "left");
  side.left = TRUE;
  app_wait (is_on_side, &side, "the panel at the left");
  app_picture (GTK_WIDGET (tablet->window), "left-1280");
  g_settings_reset (wg_services_get_settings (tablet->services), "hand");
  side.left = FALSE;
  app_wait (is_on_side, &side, "the panel at the right again");
}

/* --- the general event ------------------------------------------------------------------------ */

static char *
make_picture (const char *folder)
{
  g_autoptr (GdkPixbuf) pixbuf = gdk_pixbuf_new (GDK_COLORSPACE_RGB, FALSE, 8, 640, 480);
  g_autoptr (GError) error = NULL;
  char *path = g_build_filename (folder, "IMG_0001.jpg", NULL);

  gdk_pixbuf_fill (pixbuf, 0x5a8f3cff);
  gdk_pixbuf_save (pixbuf, path, "jpeg", &error, NULL);
  g_assert_no_error (error);
  return path;
}

/* Source: ux.md E3: 一般, 类别, 拍照, 用此照片, 上报. */
static void
test_five_taps (void)
{
  g_autoptr (AppTablet) tablet = app_tablet_new (0, 1280, 800);
  GtkWidget *window = GTK_WIDGET (tablet->window);
  g_autofree char *folder = wg_test_folder_new ();
  g_autofree char *picture = make_picture (folder);
  g_autoptr (GPtrArray) events = NULL;
  const WgEventView *view;
  GtkWidget *dialog, *page;

  app_click (window, T ("General Event")); /* 1 */
  dialog = app_wait_for (window, WG_TYPE_REPORT_DIALOG, NULL);
  app_wait_for (app_wait_for (dialog, ADW_TYPE_WRAP_BOX, NULL), GTK_TYPE_TOGGLE_BUTTON, NULL);
  app_picture (GTK_WIDGET (tablet->window), "general-1280");
  app_click (dialog, "道路积水");                   /* 2 */
  app_click (dialog, T ("Take or choose a photo")); /* 3 */
  page = app_wait_for (dialog, WG_TYPE_PHOTO_PAGE, NULL);
  wg_photo_page_set_folder (WG_PHOTO_PAGE (page), folder); /* where the camera puts it */
  app_wait_for (page, GTK_TYPE_PICTURE, NULL);
  app_picture (window, "photo-1280");
  app_click (page, T ("Use This Photo")); /* 4 */
  app_picture (GTK_WIDGET (tablet->window), "general-photo-1280");
  app_click (dialog, T ("Report")); /* 5 */
  app_wait_gone (window, WG_TYPE_REPORT_DIALOG, NULL);

  events = app_list_events (tablet, WG_EVENT_LIST_TODAY);
  g_assert_cmpuint (events->len, ==, 1);
  view = wg_event_item_get_view (g_ptr_array_index (events, 0));
  g_assert_cmpint (view->event->level, ==, WG_EVENT_LEVEL_GENERAL);
  g_assert_cmpint (view->truth, ==, WG_TRUTH_SAVED);
  g_assert_cmpuint (g_strv_length (view->event->photos), ==, 1);
  wg_test_folder_remove (folder);
}

/* Source: ux.md T08. The form is as it was. */
static void
test_bad_photo (void)
{
  g_autoptr (AppTablet) tablet = app_tablet_new (0, 1280, 800);
  GtkWidget *window = GTK_WIDGET (tablet->window);
  g_autofree char *folder = wg_test_folder_new ();
  g_autofree char *empty = g_build_filename (folder, "empty.jpg", NULL);
  GtkWidget *dialog, *page, *use;

  wg_test_write (folder, "empty.jpg", "", 0);
  app_click (window, T ("General Event"));
  dialog = app_wait_for (window, WG_TYPE_REPORT_DIALOG, NULL);
  app_click (dialog, "道路积水");
  app_click (dialog, T ("Take or choose a photo"));
  page = app_wait_for (dialog, WG_TYPE_PHOTO_PAGE, NULL);
  wg_photo_page_show_file (WG_PHOTO_PAGE (page), empty);
  app_wait_for (page, GTK_TYPE_LABEL, NULL);
  use = app_wait_for (page, GTK_TYPE_BUTTON, T ("Use This Photo"));
  app_settle (tablet);
  g_assert_false (gtk_widget_get_sensitive (use));
  adw_navigation_view_pop (
      ADW_NAVIGATION_VIEW (gtk_widget_get_ancestor (page, ADW_TYPE_NAVIGATION_VIEW)));
  app_wait_for (dialog, GTK_TYPE_BUTTON, T ("Report"));
  g_assert_cmpstr (
      wg_report_form_get_event (WG_REPORT_FORM (app_wait_for (dialog, WG_TYPE_REPORT_FORM, NULL)))
          ->class_code,
      !=, NULL);
  adw_dialog_force_close (ADW_DIALOG (dialog));
  app_settle (tablet);
  wg_test_folder_remove (folder);
}

/* Nothing chosen: nothing is saved, and the form says what is missing. */
static void
test_without_class (void)
{
  g_autoptr (AppTablet) tablet = app_tablet_new (0, 1280, 800);
  GtkWidget *window = GTK_WIDGET (tablet->window);
  g_autoptr (GPtrArray) events = NULL;
  GtkWidget *dialog;

  app_click (window, T ("General Event"));
  dialog = app_wait_for (window, WG_TYPE_REPORT_DIALOG, NULL);
  app_click (dialog, T ("Report"));
  app_wait_for (dialog, GTK_TYPE_LABEL, T ("Choose a class first"));
  events = app_list_events (tablet, WG_EVENT_LIST_TODAY);
  g_assert_cmpuint (events->len, ==, 0);
  adw_dialog_force_close (ADW_DIALOG (dialog));
}

/* Source: ux.md E4: 较大, 类别, 上报; the number comes first and stays until the platform has it.
 */
static void
test_major (void)
{
  g_autoptr (AppTablet) tablet = app_tablet_new (0, 1280, 800);
  GtkWidget *window = GTK_WIDGET (tablet->window);
  g_autoptr (GPtrArray) events = NULL;
  GtkWidget *dialog, *chips, *chip;

  app_click (window, T ("Major Event · Call First"));
  dialog = app_wait_for (window, WG_TYPE_REPORT_DIALOG, NULL);
  app_wait_for (dialog, GTK_TYPE_BUTTON, T ("Call the duty number"));
  chips = app_wait_for (dialog, ADW_TYPE_WRAP_BOX, NULL);
  chip = app_wait_for (chips, GTK_TYPE_TOGGLE_BUTTON, NULL);
  gtk_toggle_button_set_active (GTK_TOGGLE_BUTTON (chip), TRUE);
  app_picture (GTK_WIDGET (tablet->window), "major-1280");
  app_click (dialog, T ("Report"));
  app_wait_gone (window, WG_TYPE_REPORT_DIALOG, NULL);
  app_picture (GTK_WIDGET (tablet->window), "major-sent-1280");
  app_wait_for (window, GTK_TYPE_LABEL,
                T ("Not delivered: report by telephone until the platform confirms it"));
  events = app_list_events (tablet, WG_EVENT_LIST_TODAY);
  g_assert_cmpuint (events->len, ==, 1);
}

int
main (int argc, char *argv[])
{
  app_test_init (&argc, &argv);
  g_test_add_func ("/app/capture/one-tap-is-one-event", test_one_tap);
  g_test_add_func ("/app/capture/double-tap-is-one-event", test_double_tap);
  g_test_add_func ("/app/capture/two-classes-are-two-events", test_two_classes);
  g_test_add_func ("/app/capture/undo", test_undo);
  g_test_add_func ("/app/capture/held-over-restart", test_held_over_restart);
  g_test_add_func ("/app/capture/other-class", test_other_class);
  g_test_add_func ("/app/capture/hand", test_hand);
  g_test_add_func ("/app/report/five-taps", test_five_taps);
  g_test_add_func ("/app/report/bad-photo", test_bad_photo);
  g_test_add_func ("/app/report/without-class", test_without_class);
  g_test_add_func ("/app/report/major", test_major);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Positions as they come to be on a record: measured, gone stale indoors, or from no receiver. */
#include "app/app-tablet.h"
#include "app/field/wg-event-maker.h"
#include "app/field/wg-report-dialog.h"
#include "app/widgets/wg-fix-label.h"

#define T(msgid) g_dgettext (GETTEXT_PACKAGE, msgid)

#define MINUTE_MS (G_GINT64_CONSTANT (60000))
#define TILE "入户走访"
#define GENERAL_CLASS "道路积水"

/* --- a receiver that says what the test says ---------------------------------------------------
 */

#define TEST_TYPE_RECEIVER (test_receiver_get_type ())
G_DECLARE_FINAL_TYPE (TestReceiver, test_receiver, TEST, RECEIVER, WgLocator)

struct _TestReceiver
{
  WgLocator parent_instance;
};

G_DEFINE_FINAL_TYPE (TestReceiver, test_receiver, WG_TYPE_LOCATOR)

static void
test_receiver_start (WgLocator *locator)
{
}

static void
test_receiver_class_init (TestReceiverClass *klass)
{
  WG_LOCATOR_CLASS (klass)->start = test_receiver_start;
}

static void
test_receiver_init (TestReceiver *self)
{
}

static void
say (WgLocator *receiver,
     const AppTablet *tablet,
     double accuracy_m,
     WgFixSource source,
     gint64 at_ms)
{
  WgPoint center = wg_polygon_center (tablet->grid->boundary);
  WgFix fix = { center.lon, center.lat, accuracy_m, at_ms, source, FALSE };

  wg_locator_take_fix (receiver, &fix);
}

/* --- what was saved ----------------------------------------------------------------------------
 */

static const WgEvent *
get_only_event (GPtrArray *events)
{
  g_assert_cmpuint (events->len, ==, 1);
  return wg_event_item_get_view (g_ptr_array_index (events, 0))->event;
}

static void
tap_tile (AppTablet *tablet)
{
  g_autofree char *name = g_strdup_printf (T ("Record %s with one tap"), TILE);

  app_click (GTK_WIDGET (tablet->window), name);
  app_settle (tablet);
}

static gboolean
has_label (GtkWidget *root, const char *part)
{
  if (GTK_IS_LABEL (root) && strstr (gtk_label_get_text (GTK_LABEL (root)), part) != NULL)
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (has_label (child, part))
      return TRUE;
  return FALSE;
}

typedef struct
{
  GtkWidget *root;
  const char *part;
} Words;

static gboolean
are_shown (gpointer data)
{
  Words *words = data;

  return has_label (words->root, words->part);
}

static void
wait_for_words (GtkWidget *root, const char *part)
{
  Words words = { root, part };

  app_wait (are_shown, &words, part);
}

/* --- tests ---------------------------------------------------------------------------------------
 */

/* Source: ux.md T24. In a stairwell the receiver grows vague, then falls silent. */
static void
test_indoors (void)
{
  g_autoptr (AppTablet) tablet = app_tablet_new (0, 1280, 800);
  g_autoptr (WgLocator) receiver = g_object_new (TEST_TYPE_RECEIVER, NULL);
  GtkWidget *window = GTK_WIDGET (tablet->window);
  gint64 now_ms = wg_services_now_ms (tablet->services);
  g_autoptr (GPtrArray) events = NULL;
  g_autofree char *words = NULL;
  const WgEvent *event;

  wg_services_set_locator (tablet->services, receiver);
  wg_locator_start (receiver);
  say (receiver, tablet, 5, WG_FIX_SATELLITE, now_ms - 14 * MINUTE_MS);
  say (receiver, tablet, 35, WG_FIX_SATELLITE, now_ms - 13 * MINUTE_MS);
  say (receiver, tablet, 120, WG_FIX_NETWORK, now_ms - 12 * MINUTE_MS);
  tap_tile (tablet);
  events = app_list_events (tablet, WG_EVENT_LIST_TODAY);
  event = get_only_event (events);
  g_assert_cmpfloat (event->fix_accuracy_m, ==, 120);
  g_assert_cmpint (event->fix_source, ==, WG_FIX_NETWORK);
  g_assert_cmpint (event->fix_ms, ==, now_ms - 12 * MINUTE_MS);
  g_assert_cmpint (event->reported_ms - event->fix_ms, >=, 12 * MINUTE_MS);
  g_assert_false (event->fix_mock);
  /* The record tells how old it was then, not how old it is whenever somebody looks. */
  words = wg_event_maker_describe_place (tablet->services, event, event->reported_ms);
  g_assert_nonnull (strstr (words, "±120"));
  g_assert_nonnull (strstr (words, "12"));
  wg_window_show_event (tablet->window, event->id);
  wait_for_words (window, words);
}

/* What warns about such a record, and does not keep it from being reported. */
static void
test_warned (void)
{
  g_autoptr (AppTablet) tablet = app_tablet_new (0, 1280, 800);
  g_autoptr (WgLocator) receiver = g_object_new (TEST_TYPE_RECEIVER, NULL);
  GtkWidget *window = GTK_WIDGET (tablet->window);
  gint64 now_ms = wg_services_now_ms (tablet->services);
  g_autoptr (GPtrArray) events = NULL, issues = NULL;
  gboolean is_coarse = FALSE, is_old = FALSE;
  GtkWidget *dialog;
  const WgEvent *event;

  wg_services_set_locator (tablet->services, receiver);
  wg_locator_start (receiver);
  say (receiver, tablet, 80, WG_FIX_SATELLITE, now_ms - 10 * MINUTE_MS);
  app_click (window, T ("General Event"));
  dialog = app_wait_for (window, WG_TYPE_REPORT_DIALOG, NULL);
  app_click (dialog, GENERAL_CLASS);
  wait_for_words (dialog, "±80");
  app_click (dialog, T ("Report"));
  app_wait_gone (window, WG_TYPE_REPORT_DIALOG, NULL);
  app_settle (tablet);
  events = app_list_events (tablet, WG_EVENT_LIST_TODAY);
  event = get_only_event (events);
  g_assert_cmpfloat (event->fix_accuracy_m, ==, 80);
  g_assert_cmpint (event->fix_ms, ==, now_ms - 10 * MINUTE_MS);
  issues = wg_event_check (event, event->reported_ms);
  for (guint i = 0; i < issues->len; i++)
    {
      const WgIssue *issue = g_ptr_array_index (issues, i);

      is_coarse |= g_str_equal (issue->field, "fix_accuracy_m") && !issue->blocks;
      is_old |= g_str_equal (issue->field, "fix_ms") && !issue->blocks;
    }
  g_assert_true (is_coarse && is_old);
}

static gboolean
is_located (gpointer data)
{
  WgFix fix = wg_locator_get_fix (data);

  return wg_fix_is_known (&fix);
}

/* Source: ux.md T24. A track that is played back says "satellite" and is marked all the same; the
 * mark is seen, and moving the place by hand does not wash it off: the first fix stays, too. */
static void
test_mocked (void)
{
  static const char sentence[] = "GNGGA,010203,3732.658,N,11832.292,E,1,09,1.2,5,M,,M,,";
  g_autoptr (AppTablet) tablet = app_tablet_new (0, 1280, 800);
  GtkWidget *window = GTK_WIDGET (tablet->window);
  g_autofree char *path = g_build_filename (tablet->folder, "track.nmea", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GPtrArray) events = NULL;
  g_autoptr (WgEvent) moved = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (WgLocator) mocked = NULL;
  const WgEvent *event;
  guint8 sum = 0;

  for (const char *c = sentence; *c != '\0'; c++)
    sum ^= (guint8) *c;
  text = g_strdup_printf ("$%s*%02X\n", sentence, sum);
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
  mocked = wg_locator_new_nmea (path, 500, &error);
  g_assert_no_error (error);
  wg_services_set_locator (tablet->services, mocked);
  wg_locator_start (mocked);
  app_wait (is_located, mocked, "a position");
  tap_tile (tablet);
  wg_locator_stop (mocked);
  events = app_list_events (tablet, WG_EVENT_LIST_TODAY);
  event = get_only_event (events);
  g_assert_cmpint (event->fix_source, ==, WG_FIX_SATELLITE);
  g_assert_true (event->fix_mock);
  wg_window_show_event (tablet->window, event->id);
  wait_for_words (window, T (" · not measured (test position)"));
  app_picture (window, "mocked-1280");
  moved = wg_event_copy (event);
  wg_event_maker_set_point (tablet->services, moved, (WgPoint) { 118.54, 37.54 });
  g_assert_cmpint (moved->fix_source, ==, WG_FIX_MANUAL);
  g_assert_true (moved->fix_mock);
}

int
main (int argc, char *argv[])
{
  app_test_init (&argc, &argv);
  g_test_add_func ("/app/position/indoors", test_indoors);
  g_test_add_func ("/app/position/warned", test_warned);
  g_test_add_func ("/app/position/mocked", test_mocked);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What lies behind the pages, at each size: dialogs and pages over the form, settings, set-up. All
 * that is shown fits, is Chinese, and can be pressed with a glove. */
#include "app/app-tablet.h"
#include "app/field/wg-class-page.h"
#include "app/field/wg-duplicate-dialog.h"
#include "app/field/wg-event-page.h"
#include "app/field/wg-photo-page.h"
#include "app/field/wg-place-page.h"
#include "app/field/wg-report-dialog.h"
#include "app/field/wg-report-form.h"
#include "app/session/wg-enrol-page.h"
#include "app/session/wg-unlock-page.h"
#include "store/wg-key-file.h"
#include "support/wg-test-folder.h"

/* As the user sees it. */
#define T(msgid) g_dgettext (GETTEXT_PACKAGE, msgid)

#define GENERAL_CLASS "道路积水"

typedef struct
{
  int width, height;
} Size;

static const Size SIZES[] = { { 1280, 800 }, { 960, 600 }, { 800, 1280 }, { 360, 720 } };

static void
look (GtkWidget *window, const Size *size, const char *name)
{
  g_autofree char *file = g_strdup_printf ("%s-%d", name, size->width);

  app_draw (window);
  app_picture (window, file);
  app_check_targets (window);
  app_check_words (window);
  app_check_fits (window);
}

static GtkWidget *
open_general (AppTablet *tablet)
{
  GtkWidget *dialog;

  gtk_widget_activate_action (GTK_WIDGET (tablet->window), "win.report", "s", "general");
  dialog = app_wait_for (GTK_WIDGET (tablet->window), WG_TYPE_REPORT_DIALOG, NULL);
  app_click (dialog, GENERAL_CLASS);
  return dialog;
}

/* --- over the form --- */

static void
test_form (gconstpointer data)
{
  const Size *size = data;
  g_autoptr (AppTablet) tablet = app_tablet_new (0, size->width, size->height);
  GtkWidget *window = GTK_WIDGET (tablet->window);
  GtkWidget *dialog = open_general (tablet);
  GtkWidget *page;

  app_click (dialog, T ("Search all classes"));
  page = app_wait_for (dialog, WG_TYPE_CLASS_PAGE, NULL);
  look (window, size, "class");
  gtk_editable_set_text (GTK_EDITABLE (app_wait_for (page, GTK_TYPE_SEARCH_ENTRY, NULL)), "js");
  look (window, size, "class-search");
  gtk_editable_set_text (GTK_EDITABLE (app_wait_for (page, GTK_TYPE_SEARCH_ENTRY, NULL)), "qqqq");
  look (window, size, "class-nothing");
  gtk_widget_activate_action (page, "navigation.pop", NULL);
  app_wait_gone (dialog, WG_TYPE_CLASS_PAGE, NULL);

  app_click (dialog, T ("On the Map"));
  app_wait_for (dialog, WG_TYPE_PLACE_PAGE, NULL);
  look (window, size, "place");
  app_click (dialog, T ("Use this place"));
  app_wait_gone (dialog, WG_TYPE_PLACE_PAGE, NULL);

  app_click (dialog, T ("Take or choose a photo"));
  page = app_wait_for (dialog, WG_TYPE_PHOTO_PAGE, NULL);
  look (window, size, "photo");
  gtk_widget_activate_action (page, "navigation.pop", NULL);
  app_wait_gone (dialog, WG_TYPE_PHOTO_PAGE, NULL);

  wg_report_form_set_class (WG_REPORT_FORM (app_wait_for (dialog, WG_TYPE_REPORT_FORM, NULL)),
                            "0101");
  app_click (dialog, T ("Report"));
  app_wait_for (window, ADW_TYPE_ALERT_DIALOG, NULL);
  look (window, size, "level");
}

static void
test_duplicate (gconstpointer data)
{
  const Size *size = data;
  g_autoptr (AppTablet) tablet = app_tablet_new (0, size->width, size->height);
  GtkWidget *window = GTK_WIDGET (tablet->window);
  GtkWidget *dialog;

  for (guint i = 0; i < 2; i++)
    {
      dialog = open_general (tablet);
      app_click (dialog, T ("Report"));
      if (i > 0)
        app_click (app_wait_for (window, WG_TYPE_DUPLICATE_DIALOG, NULL),
                   T ("Not the Same: Go On"));
      app_wait_gone (window, WG_TYPE_REPORT_DIALOG, NULL);
      app_settle (tablet);
    }
  dialog = open_general (tablet);
  app_click (dialog, T ("Report"));
  app_wait_for (window, WG_TYPE_DUPLICATE_DIALOG, NULL);
  look (window, size, "duplicate");
}

/* --- one event --- */

static void
test_event (gconstpointer data)
{
  const Size *size = data;
  g_autoptr (AppTablet) tablet = app_tablet_new (120, size->width, size->height);
  GtkWidget *window = GTK_WIDGET (tablet->window);
  g_autoptr (GPtrArray) returned = app_list_events (tablet, WG_EVENT_LIST_RETURNED);
  GtkWidget *page;

  g_assert_cmpuint (returned->len, ==, 1);
  wg_window_show_event (tablet->window, wg_event_item_get_id (g_ptr_array_index (returned, 0)));
  page = app_wait_for (window, WG_TYPE_EVENT_PAGE, NULL);
  app_wait_for (page, GTK_TYPE_BUTTON, T ("Supplement and Report Again"));
  look (window, size, "returned");
  app_click (page, T ("Supplement and Report Again"));
  app_wait_for (window, WG_TYPE_REPORT_DIALOG, NULL);
  app_settle (tablet);
  look (window, size, "mend");
}

static void
test_withdraw (gconstpointer data)
{
  const Size *size = data;
  g_autoptr (AppTablet) tablet = app_tablet_new (0, size->width, size->height);
  GtkWidget *window = GTK_WIDGET (tablet->window);
  GtkWidget *dialog = open_general (tablet);
  g_autoptr (GPtrArray) events = NULL;

  app_click (dialog, T ("Report"));
  app_wait_gone (window, WG_TYPE_REPORT_DIALOG, NULL);
  events = app_list_events (tablet, WG_EVENT_LIST_TODAY);
  wg_window_show_event (tablet->window, wg_event_item_get_id (g_ptr_array_index (events, 0)));
  app_click (app_wait_for (window, WG_TYPE_EVENT_PAGE, NULL), T ("Withdraw…"));
  app_wait_for (window, ADW_TYPE_ALERT_DIALOG, NULL);
  look (window, size, "withdraw");
}

/* --- settings --- */

static gpointer
set_skew_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return GINT_TO_POINTER (wg_store_set_meta (context, "clock_skew_ms", data, error));
}

static void
test_settings (gconstpointer data)
{
  const Size *size = data;
  g_autoptr (AppTablet) tablet = app_tablet_new (0, size->width, size->height);
  g_autoptr (GError) error = NULL;
  g_autofree char *words =
      g_strdup_printf (T ("This tablet's clock is %s fast: set it right"), "24 小时");
  g_autofree char *warning = g_strdup_printf ("⚠ %s", words);
  GtkWidget *window;

  wg_store_run (wg_services_get_store (tablet->services), set_skew_job, "86400000", &error);
  g_assert_no_error (error);
  app_tablet_restart (tablet);
  window = GTK_WIDGET (tablet->window);
  app_wait_for (window, GTK_TYPE_LABEL, warning);
  look (window, size, "warning");
  wg_window_show_page (tablet->window, "settings");
  app_click (window, T ("Show the device health"));
  app_settle (tablet);
  look (window, size, "health");
  adw_dialog_force_close (
      adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (window)));
  app_click (window, T ("Change the PIN or passphrase"));
  app_click (window, T ("Change"));
  look (window, size, "secret");
}

/* --- before anything is open --- */

static void
test_enrol (gconstpointer data)
{
  const Size *size = data;
  g_autofree char *folder = wg_test_folder_new ();
  g_autofree char *nothing = g_build_filename (folder, "none", NULL);
  g_autoptr (WgServices) services = wg_services_new (nothing, wg_store_system_ports (), FALSE);
  g_autoptr (WgStyle) style =
                wg_style_new (gdk_display_get_default (), wg_services_get_settings (services));
  GtkWidget *window = GTK_WIDGET (wg_window_new (NULL, services));
  GtkWidget *page;

  gtk_window_set_default_size (GTK_WINDOW (window), size->width, size->height);
  gtk_window_set_decorated (GTK_WINDOW (window), FALSE);
  gtk_window_present (GTK_WINDOW (window));
  page = app_wait_for (window, WG_TYPE_ENROL_PAGE, NULL);
  look (window, size, "enrol");
  app_click (page, T ("Set up"));
  app_wait_for (page, GTK_TYPE_LABEL, T ("Type the enrolment code the office gave you."));
  look (window, size, "enrol-fault");
  gtk_window_destroy (GTK_WINDOW (window));
  wg_test_folder_remove (folder);
}

static void
test_unlock (gconstpointer data)
{
  const Size *size = data;
  g_autoptr (AppTablet) tablet = app_tablet_new (0, size->width, size->height);
  GtkWidget *window = GTK_WIDGET (tablet->window);
  g_autofree char *wrong =
      g_strdup_printf (T ("%s %d tries left."), T ("Wrong PIN or password."), 9);
  g_autofree char *path = g_build_filename (tablet->folder, "wangge.key", NULL);
  GtkWidget *page;
  guint8 key[32];

  wg_services_lock (tablet->services);
  page = app_wait_for (window, WG_TYPE_UNLOCK_PAGE, NULL);
  look (window, size, "unlock");
  gtk_editable_set_text (GTK_EDITABLE (app_wait_for (page, GTK_TYPE_PASSWORD_ENTRY, NULL)),
                         "111222");
  app_click (page, T ("Unlock"));
  app_wait_for (page, GTK_TYPE_LABEL, wrong);
  look (window, size, "unlock-wrong");
  for (int i = 0; i < WG_KEY_FILE_TRIES; i++)
    g_assert_false (wg_key_file_unlock (path, "111222", key, NULL));
  gtk_editable_set_text (GTK_EDITABLE (app_wait_for (page, GTK_TYPE_PASSWORD_ENTRY, NULL)),
                         "111222");
  app_click (page, T ("Unlock"));
  app_wait_for (page, GTK_TYPE_BUTTON, T ("Enrol This Tablet Again…"));
  look (window, size, "unlock-blocked");
  app_click (page, T ("Enrol This Tablet Again…"));
  app_wait_for (window, ADW_TYPE_ALERT_DIALOG, NULL);
  look (window, size, "enrol-again");
}

static void
add (const char *name, GTestDataFunc test)
{
  for (gsize i = 0; i < G_N_ELEMENTS (SIZES); i++)
    {
      g_autofree char *path =
          g_strdup_printf ("/app/screens/%s/%dx%d", name, SIZES[i].width, SIZES[i].height);

      g_test_add_data_func (path, &SIZES[i], test);
    }
}

int
main (int argc, char *argv[])
{
  app_test_init (&argc, &argv);
  add ("form", test_form);
  add ("duplicate", test_duplicate);
  add ("event", test_event);
  add ("withdraw", test_withdraw);
  add ("settings", test_settings);
  add ("enrol", test_enrol);
  add ("unlock", test_unlock);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Locking, unlocking with the right and the wrong PIN, and the line that warns. */
#include "app/app-tablet.h"
#include "app/session/wg-enrol-page.h"
#include "app/session/wg-unlock-page.h"
#include "app/sync/wg-warning-bar.h"
#include "app/wg-app-error.h"
#include "app/wg-home-page.h"
#include "store/wg-lease.h"
#include "support/wg-test-folder.h"

/* As the user sees it. */
#define T(msgid) g_dgettext (GETTEXT_PACKAGE, msgid)

static void
press_keys (GtkWidget *page, const char *digits)
{
  for (const char *digit = digits; *digit != '\0'; digit++)
    {
      char name[] = { *digit, '\0' };

      app_click (page, name);
    }
}

static void
test_unlock (void)
{
  g_autoptr (AppTablet) tablet = app_tablet_new (0, 360, 720);
  GtkWidget *window = GTK_WIDGET (tablet->window);
  g_autofree char *wrong = NULL;
  GtkWidget *page;

  g_assert_true (wg_locator_is_running (wg_services_get_locator (tablet->services)));
  wg_services_lock (tablet->services);
  g_assert_false (wg_locator_is_running (wg_services_get_locator (tablet->services)));
  page = app_wait_for (window, WG_TYPE_UNLOCK_PAGE, NULL);
  app_draw (GTK_WIDGET (tablet->window));
  app_check_targets (page);
  app_check_words (page);
  app_picture (GTK_WIDGET (tablet->window), "unlock-360");
  press_keys (page, "111222");
  app_click (page, T ("Unlock"));
  wrong = g_strdup_printf (T ("%s %d tries left."), T ("Wrong PIN or password."), 9);
  app_wait_for (page, GTK_TYPE_LABEL, wrong);
  app_picture (GTK_WIDGET (tablet->window), "unlock-wrong-360");
  press_keys (page, APP_SECRET);
  app_click (page, T ("Unlock"));
  app_wait_for (window, WG_TYPE_HOME_PAGE, NULL);
  g_assert_true (wg_locator_is_running (wg_services_get_locator (tablet->services)));
}

/* A form that was open is a draft afterwards, and nothing of it is seen behind the lock. */
static void
test_idle (void)
{
  g_autoptr (AppTablet) tablet = app_tablet_new (0, 1280, 800);
  GtkWidget *window = GTK_WIDGET (tablet->window);

  app_click (window, T ("General Event"));
  app_click (window, "道路积水");
  wg_idle_lock_set_unit_ms (wg_window_get_lock (tablet->window), 1);
  app_wait_for (window, WG_TYPE_UNLOCK_PAGE, NULL);
  g_assert_null (
      adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (tablet->window)));
  app_tablet_restart (tablet);
  app_wait_for (GTK_WIDGET (tablet->window), GTK_TYPE_BUTTON, T ("Throw the draft away"));
}

static void
test_enrol_page (void)
{
  g_autofree char *folder = wg_test_folder_new ();
  g_autofree char *nothing = g_build_filename (folder, "none", NULL);
  g_autofree char *text = NULL;
  g_autoptr (WgServices) services = wg_services_new (nothing, wg_store_system_ports (), FALSE);
  g_autoptr (WgStyle) style =
                wg_style_new (gdk_display_get_default (), wg_services_get_settings (services));
  WgWindow *window = wg_window_new (NULL, services);
  GtkWidget *page;

  gtk_window_present (GTK_WINDOW (window));
  page = app_wait_for (GTK_WIDGET (window), WG_TYPE_ENROL_PAGE, NULL);
  app_draw (GTK_WIDGET (window));
  app_check_targets (page);
  app_check_words (page);
  app_picture (GTK_WIDGET (window), "enrol-1280");
  app_click (page, T ("Set up"));
  app_wait_for (page, GTK_TYPE_LABEL, T ("Type the enrolment code the office gave you."));
  wg_test_write (folder, "not.png", "no picture", 10);
  text = g_build_filename (folder, "not.png", NULL);
  wg_enrol_page_read_picture (WG_ENROL_PAGE (page), text);
  app_wait_gone (page, GTK_TYPE_LABEL, T ("Type the enrolment code the office gave you."));
  gtk_window_destroy (GTK_WINDOW (window));
  wg_test_folder_remove (folder);
}

static gpointer
renew_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return GINT_TO_POINTER (wg_lease_renew (context, GPOINTER_TO_INT (data) * 1000, 0, error));
}

static void
renew (AppTablet *tablet, int seconds)
{
  g_autoptr (GError) error = NULL;

  wg_store_run (wg_services_get_store (tablet->services), renew_job, GINT_TO_POINTER (seconds),
                &error);
  g_assert_no_error (error);
}

/* The right PIN does not help when the platform was not seen for too long; sync behind it does. */
static void
test_lease (gconstpointer data)
{
  const int *size = data;
  g_autoptr (AppTablet) tablet = app_tablet_new (0, size[0], size[1]);
  GtkWidget *window = GTK_WIDGET (tablet->window);
  g_autoptr (GError) over = g_error_new_literal (WG_STORE_ERROR, WG_STORE_ERROR_LEASE, "");
  g_autofree char *text = wg_app_error_describe (over);
  g_autofree char *name = g_strdup_printf ("lease-%d", size[0]);
  GtkWidget *page;

  renew (tablet, 0);
  wg_services_lock (tablet->services);
  page = app_wait_for (window, WG_TYPE_UNLOCK_PAGE, NULL);
  app_wait_for (page, GTK_TYPE_LABEL, text);
  app_draw (window);
  app_check_targets (page);
  app_check_words (page);
  app_picture (window, name);
  press_keys (page, APP_SECRET);
  app_click (page, T ("Unlock"));
  app_wait_for (page, GTK_TYPE_LABEL, text);
  app_settle (tablet);
  g_assert_null (app_find (window, WG_TYPE_HOME_PAGE, NULL));
  g_assert_false (wg_locator_is_running (wg_services_get_locator (tablet->services)));
  renew (tablet, 86400);
  g_signal_emit_by_name (tablet->services, "sync-changed");
  app_wait_for (page, GTK_TYPE_LABEL, T ("The platform was reached. Unlock now."));
  press_keys (page, APP_SECRET);
  app_click (page, T ("Unlock"));
  app_wait_for (window, WG_TYPE_HOME_PAGE, NULL);
}

static void
test_wiped (gconstpointer data)
{
  const int *size = data;
  g_autofree char *folder = wg_test_folder_new ();
  g_autofree char *nothing = g_build_filename (folder, "none", NULL);
  g_autofree char *name = g_strdup_printf ("wiped-%d", size[0]);
  g_autoptr (WgServices) services = wg_services_new (nothing, wg_store_system_ports (), FALSE);
  g_autoptr (WgStyle) style =
                wg_style_new (gdk_display_get_default (), wg_services_get_settings (services));
  GtkWidget *page, *notice;
  WgWindow *window;

  wg_test_write (folder, "none.wiped", "1790000000000\n", 14);
  window = wg_window_new (NULL, services);
  gtk_window_set_default_size (GTK_WINDOW (window), size[0], size[1]);
  gtk_window_present (GTK_WINDOW (window));
  page = app_wait_for (GTK_WIDGET (window), WG_TYPE_ENROL_PAGE, NULL);
  app_draw (GTK_WIDGET (window));
  notice = gtk_widget_get_prev_sibling (app_find (page, ADW_TYPE_PREFERENCES_GROUP, NULL));
  g_assert_true (gtk_widget_get_visible (notice));
  g_assert_nonnull (strstr (gtk_label_get_text (GTK_LABEL (notice)), "清除"));
  app_check_words (page);
  app_picture (GTK_WIDGET (window), name);
  gtk_window_destroy (GTK_WINDOW (window));
  wg_test_folder_remove (folder);
}

static void
assert_warning (const WgEventCounts *counts,
                gint64 free_mb,
                gint64 skew_min,
                gint64 waiting_h,
                const char *part)
{
  gint64 now_ms = G_GINT64_CONSTANT (1790000000000);
  g_autofree char *text =
      wg_warning_bar_describe (counts, free_mb << 20, skew_min * 60000,
                               waiting_h > 0 ? now_ms - waiting_h * 3600000 : 0, now_ms);

  if (part == NULL)
    g_assert_null (text);
  else
    {
      g_assert_nonnull (text);
      g_assert_nonnull (strstr (text, part));
    }
}

static void
test_warnings (void)
{
  const WgEventCounts none = { 0 }, three = { .n_waiting = 3 };

  assert_warning (&none, 5000, 0, 0, NULL);
  assert_warning (&three, 5000, 1, 23, NULL);
  assert_warning (&three, 5000, 0, 25, "3");
  assert_warning (&none, 5000, 0, 25, NULL);
  assert_warning (&none, 900, 0, 0, "900");
  assert_warning (&none, 5000, 1440, 0, "24 小时");
  assert_warning (&none, 5000, -6, 0, "6 分钟");
}

static const int SIZES[][2] = { { 1280, 800 }, { 960, 600 }, { 800, 1280 }, { 360, 720 } };

int
main (int argc, char *argv[])
{
  app_test_init (&argc, &argv);
  g_test_add_func ("/app/session/unlock", test_unlock);
  g_test_add_func ("/app/session/idle", test_idle);
  g_test_add_func ("/app/session/first-set-up", test_enrol_page);
  g_test_add_func ("/app/session/warnings", test_warnings);
  for (gsize i = 0; i < G_N_ELEMENTS (SIZES); i++)
    {
      g_autofree char *lease = g_strdup_printf ("/app/session/lease/%d", SIZES[i][0]);
      g_autofree char *wiped = g_strdup_printf ("/app/session/wiped/%d", SIZES[i][0]);

      g_test_add_data_func (lease, SIZES[i], test_lease);
      g_test_add_data_func (wiped, SIZES[i], test_wiped);
    }
  return g_test_run ();
}

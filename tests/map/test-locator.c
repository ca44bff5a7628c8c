/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Positions: fixed, replayed, from a GeoClue that the test itself plays, and none at all. */
#include <math.h>
#include <string.h>

#include <geoclue.h>

#include "map/wg-locator.h"
#include "map/wg-map-error.h"
#include "support/wg-test-folder.h"

typedef struct
{
  GMainLoop *loop;
  guint wanted, moved, failed;
  char *message;
} Watch;

static void
on_moved_cb (WgLocator *locator, Watch *watch)
{
  if (++watch->moved == watch->wanted)
    g_main_loop_quit (watch->loop);
}

static void
on_failed_cb (WgLocator *locator, const GError *error, Watch *watch)
{
  g_assert_error (error, WG_MAP_ERROR, WG_MAP_ERROR_POSITION);
  g_set_str (&watch->message, error->message);
  watch->failed++;
  g_main_loop_quit (watch->loop);
}

static gboolean
on_time_over_cb (gpointer data)
{
  g_error ("no position came");
  return G_SOURCE_REMOVE;
}

/* Starts the locator and waits for @wanted fixes or a failure. */
static Watch
watch_locator (WgLocator *locator, guint wanted)
{
  Watch watch = { g_main_loop_new (NULL, FALSE), wanted, 0, 0, NULL };
  guint timer = g_timeout_add_seconds (20, on_time_over_cb, NULL);

  gulong moved = g_signal_connect (locator, "moved", G_CALLBACK (on_moved_cb), &watch);
  gulong failed = g_signal_connect (locator, "failed", G_CALLBACK (on_failed_cb), &watch);
  wg_locator_start (locator);
  if (watch.failed == 0 && watch.moved < wanted)
    g_main_loop_run (watch.loop);
  g_source_remove (timer);
  g_signal_handler_disconnect (locator, moved);
  g_signal_handler_disconnect (locator, failed);
  g_clear_pointer (&watch.loop, g_main_loop_unref);
  return watch;
}

static void
test_fix (void)
{
  WgFix none = { .lon = NAN, .lat = NAN };
  WgFix fix = { 118.58, 37.45, 8, 1000000, WG_FIX_SATELLITE, FALSE };

  g_assert_false (wg_fix_is_known (&none));
  g_assert_true (wg_fix_is_known (&fix));
  g_assert_cmpint (wg_fix_get_age_ms (&fix, 1000000 + 5), ==, 5);
  g_assert_cmpint (wg_fix_get_age_ms (&fix, 1000000 - 5), ==, 0); /* the clock was set back */
  g_assert_false (wg_fix_is_stale (&fix, 1000000 + WG_LOCATOR_STALE_MS));
  g_assert_true (wg_fix_is_stale (&fix, 1000000 + WG_LOCATOR_STALE_MS + 1));
}

static void
test_fixed (void)
{
  g_autoptr (WgLocator) locator = wg_locator_new_fixed (118.58, 37.45, 0);

  WgFix before = wg_locator_get_fix (locator);
  g_assert_false (wg_fix_is_known (&before));
  Watch watch = watch_locator (locator, 1);
  g_assert_cmpuint (watch.moved, ==, 1);
  WgFix fix = wg_locator_get_fix (locator);
  g_assert_cmpfloat (fix.lon, ==, 118.58);
  g_assert_true (isnan (fix.accuracy_m)); /* 0 means: unknown */
  g_assert_true (fix.mock);
  g_assert_false (wg_fix_is_stale (&fix, g_get_real_time () / 1000));
  g_assert_true (wg_locator_is_running (locator));
  wg_locator_stop (locator);
  g_assert_false (wg_locator_is_running (locator));
  fix = wg_locator_get_fix (locator);
  g_assert_true (wg_fix_is_known (&fix)); /* stays, and grows old */

  g_autoptr (WgLocator) abroad = wg_locator_new_fixed (2.35, 48.86, 5);
  wg_locator_start (abroad);
  fix = wg_locator_get_fix (abroad);
  g_assert_false (wg_fix_is_known (&fix));
}

static void
test_environment (void)
{
  g_setenv ("WANGGE_POSITION", "fixed:118.6,37.4,12", TRUE);
  g_autoptr (WgLocator) fixed = wg_locator_new ("a.b.c");
  wg_locator_start (fixed);
  WgFix fix = wg_locator_get_fix (fixed);
  g_assert_cmpfloat (fix.lon, ==, 118.6);
  g_assert_cmpfloat (fix.accuracy_m, ==, 12);

  g_setenv ("WANGGE_POSITION", "none", TRUE);
  g_autoptr (WgLocator) none = wg_locator_new ("a.b.c");
  Watch watch = watch_locator (none, 1);
  g_assert_cmpuint (watch.failed, ==, 1);
  g_free (watch.message);

  if (g_test_subprocess ())
    {
      g_setenv ("WANGGE_POSITION", "somewhere", TRUE);
      g_autoptr (WgLocator) wrong = wg_locator_new ("a.b.c");
      fix = wg_locator_get_fix (wrong);
      g_assert_false (wg_fix_is_known (&fix));
      return;
    }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
  g_test_trap_assert_stderr ("*WANGGE_POSITION is 'somewhere'*");
  g_unsetenv ("WANGGE_POSITION");
}

/* The sentences of the standard's own description. */
static void
test_nmea (void)
{
  WgFix fix = { .accuracy_m = NAN };

  g_assert_true (
      wg_nmea_parse ("$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47", &fix));
  g_assert_cmpfloat_with_epsilon (fix.lat, 48.1173, 1e-6);
  g_assert_cmpfloat_with_epsilon (fix.lon, 11.0 + 31.0 / 60, 1e-9);
  g_assert_cmpfloat_with_epsilon (fix.accuracy_m, 4.5, 1e-9);
  fix.lat = 0;
  g_assert_true (
      wg_nmea_parse ("$GPRMC,123519,A,4807.038,N,01131.000,E,022.4,084.4,230394,003.1,W*6A", &fix));
  g_assert_cmpfloat_with_epsilon (fix.lat, 48.1173, 1e-6);
  g_assert_cmpfloat_with_epsilon (fix.accuracy_m, 4.5, 1e-9); /* RMC tells none: it stays */

  static const char *const wrong[] = {
    "",
    "$",
    "$*00",
    "$GPGGA*56",
    "GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*47",
    "$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,*48",
    "$GPGGA,123519,4807.038,N,01131.000,E,1,08,0.9,545.4,M,46.9,M,,",
    "$GPGGA,123519,4807.038,N,01131.000,E,0,08,0.9,545.4,M,46.9,M,,*46", /* no fix */
    "$GPRMC,123519,V,4807.038,N,01131.000,E,022.4,084.4,230394,003.1,W*7D",
  };
  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    g_assert_false (wg_nmea_parse (wrong[i], &fix));
}

static char *
make_sentence (const char *body)
{
  guint8 sum = 0;

  for (const char *p = body; *p != '\0'; p++)
    sum ^= (guint8) *p;
  return g_strdup_printf ("$%s*%02X\r\n", body, sum);
}

static void
test_replay (void)
{
  g_autofree char *folder = wg_test_folder_new ();
  g_autofree char *path = g_build_filename (folder, "track.nmea", NULL);
  g_autofree char *first = make_sentence ("GNGGA,010203,3727.000,N,11834.800,E,1,09,1.2,5,M,,M,,");
  g_autofree char *second = make_sentence ("GNGGA,010204,3727.060,N,11834.800,E,1,09,0.8,5,M,,M,,");
  g_autofree char *text = g_strconcat ("noise\n", first, "$GPGSV,nonsense*00\n", second, NULL);
  g_autoptr (GError) error = NULL;

  wg_test_write (folder, "track.nmea", text, strlen (text));
  g_autoptr (WgLocator) locator = wg_locator_new_nmea (path, 500, &error);
  g_assert_no_error (error);
  Watch watch = watch_locator (locator, 5); /* two fixes, again and again */
  g_assert_cmpuint (watch.moved, ==, 5);
  WgFix fix = wg_locator_get_fix (locator);
  g_assert_cmpfloat_with_epsilon (fix.lat, 37.45, 1e-9);
  g_assert_cmpfloat_with_epsilon (fix.lon, 118.58, 1e-9);
  g_assert_cmpfloat_with_epsilon (fix.accuracy_m, 6, 1e-9);
  g_assert_cmpint (fix.source, ==, WG_FIX_SATELLITE);
  g_assert_true (fix.mock);
  wg_locator_stop (locator);

  wg_test_write (folder, "track.nmea", "no sentence", 11);
  g_assert_null (wg_locator_new_nmea (path, 1, &error));
  g_assert_error (error, WG_MAP_ERROR, WG_MAP_ERROR_POSITION);
  g_clear_error (&error);
  g_assert_null (wg_locator_new_nmea (folder, 1, &error));
  g_assert_error (error, WG_MAP_ERROR, WG_MAP_ERROR_POSITION);
  wg_test_folder_remove (folder);
}

/* --- a GeoClue of our own, in a thread, as the real one answers ---------------------------------
 */

typedef struct
{
  char *address;
  GMainContext *context;
  GMainLoop *loop;
  GMutex lock;
  GCond ready;
  gboolean is_ready, refuses, is_static;
  GDBusConnection *connection;
  GClueManager *manager;
  GClueClient *client;
  GClueLocation *location;
} FakeService;

static gboolean
on_get_client_cb (GClueManager *manager, GDBusMethodInvocation *invocation, FakeService *service)
{
  if (service->refuses)
    g_dbus_method_invocation_return_dbus_error (
        invocation, "org.freedesktop.DBus.Error.AccessDenied", "not allowed");
  else
    gclue_manager_complete_get_client (manager, invocation, "/client");
  return TRUE;
}

static gboolean
on_create_client_cb (GClueManager *manager, GDBusMethodInvocation *invocation, FakeService *service)
{
  if (service->refuses)
    g_dbus_method_invocation_return_dbus_error (
        invocation, "org.freedesktop.DBus.Error.AccessDenied", "not allowed");
  else
    gclue_manager_complete_create_client (manager, invocation, "/client");
  return TRUE;
}

static gboolean
on_start_cb (GClueClient *client, GDBusMethodInvocation *invocation, FakeService *service)
{
  gclue_client_complete_start (client, invocation);
  gclue_client_set_location (client, "/location");
  gclue_client_emit_location_updated (client, "/", "/location");
  return TRUE;
}

static gboolean
on_stop_cb (GClueClient *client, GDBusMethodInvocation *invocation, FakeService *service)
{
  gclue_client_complete_stop (client, invocation);
  return TRUE;
}

static void
on_name_cb (GDBusConnection *connection, const char *name, gpointer data)
{
  FakeService *service = data;

  g_mutex_lock (&service->lock);
  service->is_ready = TRUE;
  g_cond_signal (&service->ready);
  g_mutex_unlock (&service->lock);
}

static gpointer
run_service (gpointer data)
{
  FakeService *service = data;
  g_autoptr (GError) error = NULL;

  g_main_context_push_thread_default (service->context);
  service->connection =
      g_dbus_connection_new_for_address_sync (service->address,
                                              G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                                  G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                              NULL, NULL, &error);
  g_assert_no_error (error);
  service->manager = gclue_manager_skeleton_new ();
  service->client = gclue_client_skeleton_new ();
  service->location = gclue_location_skeleton_new ();
  gclue_location_set_longitude (service->location, 118.6123);
  gclue_location_set_latitude (service->location, 37.4321);
  gclue_location_set_accuracy (service->location, 0);
  gclue_location_set_timestamp (service->location,
                                g_variant_new ("(tt)", (guint64) 1700000000, (guint64) 250000));
  gclue_location_set_description (service->location,
                                  service->is_static ? "Static location" : "GPS GGA");
  g_signal_connect (service->manager, "handle-get-client", G_CALLBACK (on_get_client_cb), service);
  g_signal_connect (service->manager, "handle-create-client", G_CALLBACK (on_create_client_cb),
                    service);
  g_signal_connect (service->client, "handle-start", G_CALLBACK (on_start_cb), service);
  g_signal_connect (service->client, "handle-stop", G_CALLBACK (on_stop_cb), service);
  g_dbus_interface_skeleton_export (G_DBUS_INTERFACE_SKELETON (service->manager),
                                    service->connection, "/org/freedesktop/GeoClue2/Manager",
                                    &error);
  g_assert_no_error (error);
  g_dbus_interface_skeleton_export (G_DBUS_INTERFACE_SKELETON (service->client),
                                    service->connection, "/client", &error);
  g_assert_no_error (error);
  g_dbus_interface_skeleton_export (G_DBUS_INTERFACE_SKELETON (service->location),
                                    service->connection, "/location", &error);
  g_assert_no_error (error);
  guint name = g_bus_own_name_on_connection (service->connection, "org.freedesktop.GeoClue2", 0,
                                             on_name_cb, NULL, service, NULL);
  g_main_loop_run (service->loop);
  g_bus_unown_name (name);
  g_object_unref (service->manager);
  g_object_unref (service->client);
  g_object_unref (service->location);
  g_object_unref (service->connection);
  g_main_context_pop_thread_default (service->context);
  return NULL;
}

/* Runs in a child: the address of the system bus is read once in the life of a process. */
static void
run_geoclue (gboolean refuses, gboolean is_static)
{
  g_autoptr (GTestDBus) bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  FakeService service = { .refuses = refuses, .is_static = is_static };

  g_test_dbus_up (bus);
  service.address = g_strdup (g_test_dbus_get_bus_address (bus));
  g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", service.address, TRUE);
  service.context = g_main_context_new ();
  service.loop = g_main_loop_new (service.context, FALSE);
  g_mutex_init (&service.lock);
  g_cond_init (&service.ready);
  GThread *thread = g_thread_new ("geoclue", run_service, &service);
  g_mutex_lock (&service.lock);
  while (!service.is_ready)
    g_cond_wait (&service.ready, &service.lock);
  g_mutex_unlock (&service.lock);

  g_autoptr (WgLocator) locator = wg_locator_new_geoclue ("io.github.wangge.Wangge");
  Watch watch = watch_locator (locator, 1);
  WgFix fix = wg_locator_get_fix (locator);
  if (refuses)
    {
      g_assert_cmpuint (watch.failed, ==, 1);
      g_assert_nonnull (strstr (watch.message, "not allowed"));
      g_assert_false (wg_fix_is_known (&fix));
    }
  else
    {
      g_assert_cmpuint (watch.moved, ==, 1);
      g_assert_cmpfloat (fix.lon, ==, 118.6123);
      g_assert_cmpfloat (fix.lat, ==, 37.4321);
      g_assert_true (isnan (fix.accuracy_m)); /* GeoClue says 0 for what it does not know */
      g_assert_cmpint (fix.at_ms, ==, G_GINT64_CONSTANT (1700000000250));
      g_assert_true (wg_fix_is_stale (&fix, g_get_real_time () / 1000));
      g_assert_cmpint (fix.mock, ==, is_static);
    }
  wg_locator_stop (locator);
  g_main_loop_quit (service.loop);
  g_thread_join (thread);
  g_main_loop_unref (service.loop);
  g_main_context_unref (service.context);
  g_free (service.address);
  g_free (watch.message);
}

static void
test_geoclue (gconstpointer data)
{
  if (g_test_subprocess ())
    {
      run_geoclue (g_strcmp0 (data, "refuses") == 0, g_strcmp0 (data, "static") == 0);
      return;
    }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
  g_test_trap_assert_passed ();
}

static void
test_no_bus (void)
{
  if (g_test_subprocess ())
    {
      g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/bus", TRUE);
      g_autoptr (WgLocator) locator = wg_locator_new_geoclue ("io.github.wangge.Wangge");
      Watch watch = watch_locator (locator, 1);
      g_assert_cmpuint (watch.failed, ==, 1);
      g_free (watch.message);
      return;
    }
  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_INHERIT_STDERR);
  g_test_trap_assert_passed ();
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/map/locator/fix", test_fix);
  g_test_add_func ("/map/locator/fixed", test_fixed);
  g_test_add_func ("/map/locator/environment", test_environment);
  g_test_add_func ("/map/locator/nmea", test_nmea);
  g_test_add_func ("/map/locator/replay", test_replay);
  g_test_add_data_func ("/map/locator/geoclue", "answers", test_geoclue);
  g_test_add_data_func ("/map/locator/geoclue-refuses", "refuses", test_geoclue);
  g_test_add_data_func ("/map/locator/geoclue-static", "static", test_geoclue);
  g_test_add_func ("/map/locator/no-bus", test_no_bus);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sync thread by itself, and platforms that come back as others: restored, forked, with a gap.
 */
#include "terminal.h"

#include <string.h>

#include "support/wg-test-folder.h"

#define PUSH "POST /v1/sync/push"

typedef gboolean (*Condition) (const WgSyncStatus *status);

static gboolean
is_all_synced (const WgSyncStatus *status)
{
  return status->state == WG_SYNC_IDLE && status->all_synced;
}

static gboolean
is_offline (const WgSyncStatus *status)
{
  return status->state == WG_SYNC_OFFLINE;
}

/* Turns the main loop until the status is so; the test's time-out is the limit. */
static void
wait_until (Terminal *terminal, Condition is_so)
{
  while (TRUE)
    {
      g_autoptr (WgSyncStatus) status = wg_sync_dup_status (terminal->sync);

      if (is_so (status))
        return;
      g_main_context_iteration (NULL, TRUE);
    }
}

static void
wait_for_request (FaultPlatform *line, const char *match, guint n)
{
  while (fault_platform_count (line, match) < n)
    g_thread_yield ();
}

static FaultPlatform *
make_line (void)
{
  return fault_platform_new (platform->port);
}

/* T12: the line comes back; nobody touches anything. (That it is within 50 s is test-backoff's.) */
static void
test_line_returns (void)
{
  g_autoptr (FaultPlatform) line = make_line ();
  g_autoptr (Terminal) terminal = terminal_new_next (line);
  const WgSyncTimes times = { .connect_ms = 2000, .waiting_ms = 20, .idle_ms = 1000000 };
  g_autofree char *id = NULL;

  terminal_set_times (terminal, &times);
  fault_platform_unplug (line);
  wg_sync_start (terminal->sync);
  wait_until (terminal, is_offline);
  id = terminal_log (terminal, WG_EVENT_LEVEL_GENERAL, "道路积水", NULL);
  wait_until (terminal, is_offline);
  g_assert_cmpint (terminal_truth (terminal, id), ==, WG_TRUTH_SAVED);
  fault_platform_plug (line);
  wait_until (terminal, is_all_synced);
  g_assert_cmpint (terminal_truth (terminal, id), ==, WG_TRUTH_APPLIED);
  wg_sync_stop (terminal->sync);
}

/* The outbox itself is a reason: no timer is near. */
static void
test_saved_is_sent (void)
{
  g_autoptr (FaultPlatform) line = make_line ();
  g_autoptr (Terminal) terminal = terminal_new_next (line);
  const WgSyncTimes times = { .waiting_ms = 1000000, .idle_ms = 1000000 };
  guint pushes;

  terminal_set_times (terminal, &times);
  wg_sync_start (terminal->sync);
  wait_until (terminal, is_all_synced);
  pushes = fault_platform_count (line, PUSH);
  for (guint i = 1; i <= 3; i++)
    {
      g_autofree char *id = terminal_log (terminal, WG_EVENT_LEVEL_GENERAL, "道路积水", NULL);

      while (terminal_truth (terminal, id) != WG_TRUTH_APPLIED)
        g_main_context_iteration (NULL, FALSE);
      g_assert_cmpuint (fault_platform_count (line, PUSH), ==, pushes + i);
    }
  wg_sync_stop (terminal->sync);
}

static void
test_stop_in_the_middle (void)
{
  g_autoptr (FaultPlatform) line = make_line ();
  g_autoptr (Terminal) terminal = terminal_new_next (line);
  g_autofree char *id = terminal_log (terminal, WG_EVENT_LEVEL_GENERAL, "道路积水", NULL);
  FaultRule rule = { .match = PUSH, .kind = FAULT_HOLD };
  g_autofree char *events = NULL;
  gint64 start_us;

  fault_platform_rule (line, &rule);
  wg_sync_start (terminal->sync);
  wait_for_request (line, PUSH, 1);
  start_us = g_get_monotonic_time ();
  wg_sync_stop (terminal->sync);
  g_assert_cmpint (g_get_monotonic_time () - start_us, <, 5 * G_USEC_PER_SEC);
  g_assert_cmpint (terminal_truth (terminal, id), ==, WG_TRUTH_SAVED);
  fault_platform_open_gate (line);
  fault_platform_rule (line, NULL);
  terminal_round_well (terminal);
  events = platform_events ();
  assert_once (events, id);
}

/* The platform asks to wait an hour: new work and the 50 seconds change nothing about that. */
static void
test_retry_after (void)
{
  g_autoptr (FaultPlatform) line = make_line ();
  g_autoptr (Terminal) terminal = terminal_new_next (line);
  g_autofree char *epoch = g_strdup (wg_store_get_identity (terminal->store)->epoch);
  g_autofree char *answer =
      fault_answer (503, epoch, "application/problem+json", "Retry-After: 3600\r\n",
                    "{\"type\":\"urn:wangge:problem:maintenance\",\"title\":\"x\","
                    "\"status\":503}");
  FaultRule rule = { .match = PUSH, .kind = FAULT_ANSWER, .answer = answer };
  g_autofree char *id = terminal_log (terminal, WG_EVENT_LEVEL_MAJOR, "道路积水", NULL);
  g_autoptr (WgSyncStatus) status = NULL;
  g_autoptr (GError) error = NULL;

  fault_platform_rule (line, &rule);
  g_assert_false (terminal_round (terminal, &error));
  g_assert_error (error, WG_SYNC_ERROR, WG_SYNC_ERROR_BUSY);
  status = wg_sync_dup_status (terminal->sync);
  g_assert_cmpint (status->state, ==, WG_SYNC_WAITING);
  g_assert_cmpint (status->next_try_ms, >=,
                   wg_ports_wall_ms (wg_store_system_ports ()) + 3590 * 1000);
  fault_platform_rule (line, NULL);
  terminal_round_well (terminal); /* "send now" goes past it */
  g_assert_cmpint (terminal_truth (terminal, id), ==, WG_TRUTH_APPLIED);
}

/* A major that is saved while a photo is on its way goes before the photo's next piece. */
static void
test_major_overtakes_photo (void)
{
  g_autoptr (FaultPlatform) line = make_line ();
  g_autoptr (Terminal) terminal = terminal_new_next (line);
  const WgSyncTimes times = { .waiting_ms = 1000000, .idle_ms = 1000000 };
  g_autofree char *photo = terminal_add_photo (terminal, 1000000);
  g_autofree char *id = terminal_log (terminal, WG_EVENT_LEVEL_GENERAL, "道路积水", photo);
  FaultRule rule = { .match = "PATCH", .kind = FAULT_HOLD, .times = 1 };
  g_autofree char *major = NULL;
  g_autofree char *trace = NULL;
  const char *patch;

  terminal_set_times (terminal, &times);
  fault_platform_rule (line, &rule);
  wg_sync_start (terminal->sync);
  wait_for_request (line, "PATCH", 1);
  major = terminal_log (terminal, WG_EVENT_LEVEL_MAJOR, "道路积水", NULL);
  fault_platform_open_gate (line);
  while (terminal_truth (terminal, id) != WG_TRUTH_APPLIED ||
         terminal_truth (terminal, major) != WG_TRUTH_APPLIED)
    g_main_context_iteration (NULL, FALSE);
  wg_sync_stop (terminal->sync);
  trace = fault_platform_trace (line);
  patch = strstr (trace, "PATCH");
  /* what was held was cut by nobody: it is asked about again, then the push, then the rest */
  g_assert_true (strstr (patch, PUSH) < strstr (strchr (patch, '\n'), "PATCH"));
}

/* A restore: what the platform lost comes again, what it has does not. */
static void
test_restored_platform (void)
{
  g_autoptr (FaultPlatform) line = make_line ();
  g_autoptr (Terminal) terminal = terminal_new_next (line);
  g_autofree char *folder = wg_test_folder_new ();
  g_autofree char *backup = g_build_filename (folder, "backup.db", NULL);
  const char *const backup_command[] = { "backup", backup, NULL };
  const char *const restore_command[] = { "restore", backup, NULL };
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *events = NULL, *one = NULL, *two = NULL;
  g_autofree char *before = g_strdup (wg_store_get_identity (terminal->store)->epoch);

  g_ptr_array_add (ids, terminal_log (terminal, WG_EVENT_LEVEL_GENERAL, "道路积水", NULL));
  terminal_round_well (terminal);
  one = test_daemon_run (platform, backup_command);
  for (int i = 0; i < 5; i++)
    g_ptr_array_add (ids, terminal_log (terminal, WG_EVENT_LEVEL_GENERAL, "道路积水", NULL));
  terminal_round_well (terminal);
  test_daemon_stop (platform);
  two = test_daemon_run (platform, restore_command);
  test_daemon_start (platform);
  events = platform_events ();
  g_assert_cmpuint (test_daemon_count (events, g_ptr_array_index (ids, 5)), ==, 0);

  g_ptr_array_add (ids, terminal_log (terminal, WG_EVENT_LEVEL_GENERAL, "道路积水", NULL));
  terminal_round_well (terminal);
  g_free (events);
  events = platform_events ();
  for (guint i = 0; i < ids->len; i++)
    {
      assert_once (events, g_ptr_array_index (ids, i));
      g_assert_cmpint (terminal_truth (terminal, g_ptr_array_index (ids, i)), ==, WG_TRUTH_APPLIED);
    }
  terminal_check (terminal);
  terminal_restart (terminal); /* the new epoch is remembered */
  terminal_round_well (terminal);
  wg_test_folder_remove (folder);
}

/* T20: a copy of the tablet. The platform keeps the first under its name, the copy goes on under
 * another; what both had is there once. */
static void
test_forked (void)
{
  g_autoptr (FaultPlatform) line = make_line ();
  g_autoptr (Terminal) terminal = terminal_new_next (line);
  Terminal *copy = g_new0 (Terminal, 1);
  g_autofree char *first = NULL, *second = NULL, *events = NULL, *common = NULL, *waiting = NULL;
  g_autofree char *before = g_strdup (wg_store_get_identity (terminal->store)->replica);
  g_autoptr (WgSyncStatus) status = NULL;

  copy->folder = wg_test_folder_new ();
  copy->line = line;
  copy->ports = terminal->ports;
  common = terminal_log (terminal, WG_EVENT_LEVEL_GENERAL, "道路积水", NULL);
  terminal_round_well (terminal);
  waiting = terminal_log (terminal, WG_EVENT_LEVEL_GENERAL, "道路积水", NULL);
  terminal_shut (terminal);
  wg_test_folder_copy (terminal->folder, copy->folder);
  terminal_open (terminal);
  first = terminal_log (terminal, WG_EVENT_LEVEL_GENERAL, "道路积水", NULL);
  terminal_round_well (terminal);

  terminal_open (copy);
  second = terminal_log (copy, WG_EVENT_LEVEL_GENERAL, "道路积水", NULL);
  terminal_round_well (copy);
  status = wg_sync_dup_status (copy->sync);
  g_assert_cmpint (status->moved_ms, >, 0);
  g_assert_cmpstr (wg_store_get_identity (copy->store)->replica, !=, before);
  g_assert_cmpint (terminal_truth (copy, waiting), ==, WG_TRUTH_APPLIED);
  g_assert_cmpint (terminal_truth (copy, second), ==, WG_TRUTH_APPLIED);
  terminal_restart (copy); /* the new name is remembered */
  terminal_round_well (copy);
  terminal_round_well (terminal);
  g_assert_cmpstr (wg_store_get_identity (terminal->store)->replica, ==, before);
  terminal_check (terminal);
  terminal_check (copy);
  terminal_free (copy);
  events = platform_events ();
  assert_once (events, common);
  assert_once (events, waiting);
  assert_once (events, first);
  assert_once (events, second);
}

/* A tablet that was restored from an older copy of itself: with nothing new, then with something.
 */
static void
test_rolled_back (void)
{
  g_autoptr (FaultPlatform) line = make_line ();
  g_autoptr (Terminal) terminal = terminal_new_next (line);
  g_autofree char *kept = wg_test_folder_new ();
  g_autofree char *first = NULL, *lost = NULL, *later = NULL, *events = NULL;

  first = terminal_log (terminal, WG_EVENT_LEVEL_GENERAL, "道路积水", NULL);
  terminal_round_well (terminal);
  terminal_shut (terminal);
  wg_test_folder_copy (terminal->folder, kept);
  terminal_open (terminal);
  lost = terminal_log (terminal, WG_EVENT_LEVEL_GENERAL, "道路积水", NULL);
  terminal_round_well (terminal);
  terminal_shut (terminal);
  wg_test_folder_remove (terminal->folder);
  wg_test_folder_copy (kept, terminal->folder);
  wg_test_folder_remove (kept);
  terminal_open (terminal);

  terminal_round_well (terminal);
  /* It came down again: the platform has it. */
  g_assert_cmpint (terminal_truth (terminal, lost), ==, WG_TRUTH_APPLIED);
  later = terminal_log (terminal, WG_EVENT_LEVEL_GENERAL, "道路积水", NULL);
  terminal_round_well (terminal);
  g_assert_cmpint (terminal_truth (terminal, later), ==, WG_TRUTH_APPLIED);
  terminal_check (terminal);
  events = platform_events ();
  assert_once (events, first);
  assert_once (events, lost);
  assert_once (events, later);
}

/* Both at once: the tablet is an older copy, and the platform has another timeline since. */
static void
test_rolled_back_restored (void)
{
  g_autoptr (FaultPlatform) line = make_line ();
  g_autoptr (Terminal) terminal = terminal_new_next (line);
  g_autofree char *kept = wg_test_folder_new (), *folder = wg_test_folder_new ();
  g_autofree char *backup = g_build_filename (folder, "backup.db", NULL);
  const char *const backup_command[] = { "backup", backup, NULL };
  const char *const restore_command[] = { "restore", backup, NULL };
  g_autofree char *one = NULL, *two = NULL, *sent = NULL, *later = NULL, *events = NULL;

  terminal_round_well (terminal);
  terminal_shut (terminal);
  wg_test_folder_copy (terminal->folder, kept);
  terminal_open (terminal);
  sent = terminal_log (terminal, WG_EVENT_LEVEL_GENERAL, "道路积水", NULL);
  terminal_round_well (terminal);
  terminal_shut (terminal);
  one = test_daemon_run (platform, backup_command);
  test_daemon_stop (platform);
  two = test_daemon_run (platform, restore_command);
  test_daemon_start (platform);
  wg_test_folder_remove (terminal->folder);
  wg_test_folder_copy (kept, terminal->folder);
  wg_test_folder_remove (kept);
  terminal_open (terminal);

  later = terminal_log (terminal, WG_EVENT_LEVEL_GENERAL, "道路积水", NULL);
  terminal_round_well (terminal);
  g_assert_cmpint (terminal_truth (terminal, sent), ==, WG_TRUTH_APPLIED);
  g_assert_cmpint (terminal_truth (terminal, later), ==, WG_TRUTH_APPLIED);
  terminal_check (terminal);
  terminal_restart (terminal); /* name and timeline are remembered */
  terminal_round_well (terminal);
  events = platform_events ();
  assert_once (events, sent);
  assert_once (events, later);
  wg_test_folder_remove (folder);
}

/* 409 gap: what has the platform? then from there. */
static void
test_gap (void)
{
  g_autoptr (FaultPlatform) line = make_line ();
  g_autoptr (Terminal) terminal = terminal_new_next (line);
  g_autofree char *epoch = g_strdup (wg_store_get_identity (terminal->store)->epoch);
  g_autofree char *answer = fault_answer (
      409, epoch, "application/problem+json", NULL,
      "{\"type\":\"urn:wangge:problem:gap\",\"title\":\"x\",\"status\":409,\"expected\":1}");
  FaultRule rule = { .match = PUSH, .kind = FAULT_ANSWER, .answer = answer, .times = 1 };
  g_autofree char *id = terminal_log (terminal, WG_EVENT_LEVEL_GENERAL, "道路积水", NULL);
  g_autoptr (GError) error = NULL;

  fault_platform_rule (line, &rule);
  terminal_round_well (terminal);
  g_assert_cmpint (terminal_truth (terminal, id), ==, WG_TRUTH_APPLIED);
  g_assert_cmpuint (fault_platform_count (line, "GET /v1/sync/state"), ==, 1);

  rule.times = 0; /* a platform that never agrees with itself ends the round */
  fault_platform_rule (line, &rule);
  g_free (terminal_log (terminal, WG_EVENT_LEVEL_GENERAL, "道路积水", NULL));
  g_assert_false (terminal_round (terminal, &error));
  g_assert_cmpuint (fault_platform_count (line, "GET /v1/sync/state"), <=, 4);
  fault_platform_rule (line, NULL);
  terminal_round_well (terminal);
}

/* The answer to an enrolment is lost: the code is not. */
static void
test_enrolment_survives_a_cut (void)
{
  g_autoptr (FaultPlatform) line = make_line ();
  FaultRule rule = { .match = "POST /v1/enrol", .kind = FAULT_CUT_REPLY, .at = 100, .times = 2 };
  g_autoptr (Terminal) terminal = NULL;

  fault_platform_rule (line, &rule);
  terminal = terminal_new_next (line);
  g_assert_cmpuint (fault_platform_count (line, "POST /v1/enrol"), ==, 3);
}

static void
test_enrolment_refused (void)
{
  g_autoptr (FaultPlatform) line = make_line ();
  g_autofree char *url = fault_platform_url (line);
  g_autofree char *folder = wg_test_folder_new ();
  g_autofree char *code = test_daemon_code (platform, "w0120");
  const struct
  {
    const char *url, *code, *secret;
  } cases[] = {
    { url, "AAAA-AAAA-AAAA-A", "84730152" }, /* not a code */
    { url, code, "12" },                     /* secret too short */
    { NULL, code, "84730152" },              /* whose code? */
    { "http://192.0.2.1", code, "84730152" } /* not encrypted */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (wg_enrol (folder, wg_store_system_ports (), cases[i].url, cases[i].code,
                               cases[i].secret, NULL, NULL, &error));
      g_assert_nonnull (error);
      g_assert_false (wg_store_exists (folder));
    }
  g_assert_cmpuint (fault_platform_count (line, NULL), ==, 0); /* the code was not used up */
  wg_test_folder_remove (folder);
}

int
main (int argc, char *argv[])
{
  int result;

  g_setenv ("WANGGE_KDF_TEST", "1", TRUE);
  g_test_init (&argc, &argv, NULL);
  platform = test_daemon_new ();
  g_test_add_func ("/sync/thread/line-returns", test_line_returns);
  g_test_add_func ("/sync/thread/saved-is-sent", test_saved_is_sent);
  g_test_add_func ("/sync/thread/stop-in-the-middle", test_stop_in_the_middle);
  g_test_add_func ("/sync/thread/retry-after", test_retry_after);
  g_test_add_func ("/sync/thread/major-overtakes-photo", test_major_overtakes_photo);
  g_test_add_func ("/sync/thread/restored-platform", test_restored_platform);
  g_test_add_func ("/sync/thread/forked", test_forked);
  g_test_add_func ("/sync/thread/rolled-back", test_rolled_back);
  g_test_add_func ("/sync/thread/rolled-back-restored", test_rolled_back_restored);
  g_test_add_func ("/sync/thread/gap", test_gap);
  g_test_add_func ("/sync/thread/enrolment-survives-a-cut", test_enrolment_survives_a_cut);
  g_test_add_func ("/sync/thread/enrolment-refused", test_enrolment_refused);
  result = g_test_run ();
  test_daemon_free (platform);
  return result;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rounds against the real daemon over a line that fails in every way: nothing lost, nothing twice.
 */
#include "store/wg-health.h"
#include "terminal.h"

#include "store/wg-outbox.h"

#define PUSH "POST /v1/sync/push"
#define PULL "POST /v1/sync/pull"

static FaultPlatform *
make_line (void)
{
  return fault_platform_new (platform->port);
}

/* One fault strikes; nothing is claimed meanwhile; the next round brings everything. */
static void
strike (Terminal *terminal, const FaultRule *rule, const char *id)
{
  g_autoptr (GError) error = NULL;

  fault_platform_rule (terminal->line, rule);
  g_assert_false (terminal_round (terminal, &error));
  g_assert_nonnull (error);
  if (id != NULL)
    g_assert_cmpint (terminal_truth (terminal, id), ==, WG_TRUTH_SAVED);
  fault_platform_rule (terminal->line, NULL);
  terminal_round_well (terminal);
  if (id != NULL)
    g_assert_cmpint (terminal_truth (terminal, id), ==, WG_TRUTH_APPLIED);
}

static void
assert_all_once (GPtrArray *ids)
{
  g_autofree char *events = platform_events ();

  for (guint i = 0; i < ids->len; i++)
    assert_once (events, g_ptr_array_index (ids, i));
}

/* T04: every third byte of request and reply; with each, another remainder is met over the runs. */
static void
cut_everywhere (const char *match, FaultKind kind, gboolean logs)
{
  g_autoptr (FaultPlatform) line = make_line ();
  g_autoptr (Terminal) terminal = terminal_new_next (line);
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  gint64 size = 1;

  for (gint64 at = 0; at < size; at += 3)
    {
      FaultRule rule = { .match = match, .kind = kind, .at = at, .times = 1 };
      char *id = NULL;

      if (logs || at % 30 == 0)
        {
          id = terminal_log (terminal, WG_EVENT_LEVEL_GENERAL, "道路积水", NULL);
          g_ptr_array_add (ids, id);
        }
      strike (terminal, &rule, logs ? id : NULL);
      if (at == 0)
        size = (gint64) fault_platform_last_size (line, match, kind == FAULT_CUT_REPLY);
    }
  g_assert_cmpint (size, >, 300);
  terminal_check (terminal);
  assert_all_once (ids);
}

static void
test_cut_push_request (void)
{
  cut_everywhere (PUSH, FAULT_CUT_REQUEST, TRUE);
}

static void
test_cut_push_reply (void)
{
  cut_everywhere (PUSH, FAULT_CUT_REPLY, TRUE);
}

static void
test_cut_pull_request (void)
{
  cut_everywhere (PULL, FAULT_CUT_REQUEST, FALSE);
}

static void
test_cut_pull_reply (void)
{
  cut_everywhere (PULL, FAULT_CUT_REPLY, FALSE);
}

static void
test_duplicated (void)
{
  g_autoptr (FaultPlatform) line = make_line ();
  g_autoptr (Terminal) terminal = terminal_new_next (line);
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  FaultRule rule = { .kind = FAULT_DUPLICATE };

  fault_platform_rule (line, &rule);
  for (int i = 0; i < 20; i++)
    {
      g_ptr_array_add (ids, terminal_log (terminal, WG_EVENT_LEVEL_DAILY, "环境巡查", NULL));
      terminal_round_well (terminal);
      g_assert_cmpint (terminal_truth (terminal, g_ptr_array_index (ids, i)), ==, WG_TRUTH_APPLIED);
    }
  terminal_check (terminal);
  assert_all_once (ids);
}

/* Each written answer at each path: what the round says, and that nothing of it was believed. */
static void
test_written_answers (void)
{
  static const char *const paths[] = { "GET /v1/hello", "POST /v1/session/challenge",
                                       "POST /v1/session HTTP", PUSH, PULL };
  g_autoptr (FaultPlatform) line = make_line ();
  g_autoptr (Terminal) terminal = terminal_new_next (line);
  g_autofree char *epoch = g_strdup (wg_store_get_identity (terminal->store)->epoch);
  const struct
  {
    int status;
    const char *epoch, *type, *body;
    WgSyncState state;
  } answers[] = {
    { 200, NULL, "text/html", "<html>sign in</html>", WG_SYNC_FOREIGN },
    { 200, NULL, "application/json", "{\"epoch\":\"x\"}", WG_SYNC_FOREIGN },
    { 302, NULL, NULL, NULL, WG_SYNC_FOREIGN },
    { 200, epoch, "text/html", "<html>", WG_SYNC_FOREIGN },
    { 500, NULL, "text/html", "<html>bad gateway", WG_SYNC_WAITING },
    { 500, epoch, "application/problem+json",
      "{\"type\":\"urn:wangge:problem:failed\",\"title\":\"x\",\"status\":500}", WG_SYNC_WAITING },
    { 503, epoch, "application/problem+json",
      "{\"type\":\"urn:wangge:problem:maintenance\",\"title\":\"x\",\"status\":503}",
      WG_SYNC_WAITING },
    { 400, epoch, "application/problem+json",
      "{\"type\":\"urn:wangge:problem:malformed\",\"title\":\"x\",\"status\":400}",
      WG_SYNC_WAITING },
    { 200, epoch, "application/json", "{}", WG_SYNC_WAITING },
    { 200, epoch, "application/json", "{\"last_seq\":999999}", WG_SYNC_WAITING },
    { 200, epoch, "application/x-ndjson", "{\"t\":\"pull\"}\n", WG_SYNC_WAITING },
  };
  g_autofree char *id = terminal_log (terminal, WG_EVENT_LEVEL_GENERAL, "道路积水", NULL);
  g_autofree char *events = NULL;

  for (gsize p = 0; p < G_N_ELEMENTS (paths); p++)
    for (gsize a = 0; a < G_N_ELEMENTS (answers); a++)
      {
        g_autofree char *answer = fault_answer (answers[a].status, answers[a].epoch,
                                                answers[a].type, NULL, answers[a].body);
        FaultRule rule = { .match = paths[p], .kind = FAULT_ANSWER, .answer = answer };
        g_autoptr (WgSyncStatus) status = NULL;
        g_autoptr (GError) error = NULL;
        WgSyncState expected = answers[a].state;

        terminal_restart (terminal); /* no token: every path is walked */
        if (paths[p] == (const char *) PULL)
          fault_platform_rule (line, NULL);
        fault_platform_rule (line, &rule);
        g_assert_false (terminal_round (terminal, &error));
        status = wg_sync_dup_status (terminal->sync);
        /* a good type in the wrong place is a stranger, a bad content is a fault */
        if (status->state != expected)
          g_assert_true ((status->state == WG_SYNC_FOREIGN || status->state == WG_SYNC_WAITING) &&
                         answers[a].status == 200);
        g_assert_false (status->all_synced);
        if (p < 4)
          g_assert_cmpint (terminal_truth (terminal, id), ==, WG_TRUTH_SAVED);
      }
  fault_platform_rule (line, NULL);
  terminal_restart (terminal);
  terminal_round_well (terminal);
  terminal_check (terminal);
  events = platform_events ();
  assert_once (events, id);
}

static void
test_token_renewed_in_the_round (void)
{
  g_autoptr (FaultPlatform) line = make_line ();
  g_autoptr (Terminal) terminal = terminal_new_next (line);
  g_autofree char *epoch = g_strdup (wg_store_get_identity (terminal->store)->epoch);
  g_autofree char *answer =
      fault_answer (401, epoch, "application/problem+json", NULL,
                    "{\"type\":\"urn:wangge:problem:token-expired\",\"title\":\"x\","
                    "\"status\":401}");
  g_autofree char *id = terminal_log (terminal, WG_EVENT_LEVEL_GENERAL, "道路积水", NULL);
  FaultRule rule = { .match = PUSH, .kind = FAULT_ANSWER, .answer = answer, .times = 1 };
  g_autoptr (GError) error = NULL;
  guint sessions = fault_platform_count (line, "POST /v1/session HTTP");

  fault_platform_rule (line, &rule);
  terminal_round_well (terminal);
  g_assert_cmpint (terminal_truth (terminal, id), ==, WG_TRUTH_APPLIED);
  g_assert_cmpuint (fault_platform_count (line, "POST /v1/session HTTP"), ==, sessions + 1);

  rule.times = 0; /* for ever: once renewed, then the round ends */
  fault_platform_rule (line, &rule);
  g_free (terminal_log (terminal, WG_EVENT_LEVEL_GENERAL, "道路积水", NULL));
  g_assert_false (terminal_round (terminal, &error));
  g_assert_cmpuint (fault_platform_count (line, "POST /v1/session HTTP"), ==, sessions + 2);
}

static gpointer
revoked_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_store_get_meta (context, "revoked", error);
}

static void
test_revoked_keeps_the_queue (void)
{
  g_autoptr (FaultPlatform) line = make_line ();
  g_autoptr (Terminal) terminal = terminal_new_next (line);
  g_autofree char *device = g_strdup (wg_store_get_identity (terminal->store)->device_id);
  const char *const revoke[] = { "revoke", device, "--keep-data", NULL };
  const char *const unlock[] = { "unlock", device, NULL };
  g_autofree char *id = terminal_log (terminal, WG_EVENT_LEVEL_MAJOR, "道路积水", NULL);
  g_autoptr (WgSyncStatus) status = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *ignored = test_daemon_run (platform, revoke);
  g_autofree char *ignored_too = NULL, *revoked = NULL;
  g_autoptr (GError) failure = NULL;

  g_assert_false (terminal_round (terminal, &error));
  status = wg_sync_dup_status (terminal->sync);
  g_assert_cmpint (status->state, ==, WG_SYNC_REVOKED);
  terminal_restart (terminal); /* it is remembered, and the event is still there */
  revoked = wg_store_run (terminal->store, revoked_job, NULL, &failure);
  g_assert_no_error (failure);
  g_assert_nonnull (revoked);
  g_assert_cmpint (terminal_truth (terminal, id), ==, WG_TRUTH_SAVED);
  ignored_too = test_daemon_run (platform, unlock);
  terminal_round_well (terminal);
  g_assert_cmpint (terminal_truth (terminal, id), ==, WG_TRUTH_APPLIED);
}

static gboolean
is_erased (const char *folder)
{
  g_autofree char *key = g_build_filename (folder, "wangge.key", NULL);
  g_autofree char *db = g_build_filename (folder, "store.db", NULL);

  return !g_file_test (key, G_FILE_TEST_EXISTS) && !g_file_test (db, G_FILE_TEST_EXISTS);
}

/* Orders of somebody else, for another device, or of another session: the tablet is shut out, and
 * keeps everything. */
static void
test_foreign_wipe_orders (void)
{
  g_autoptr (FaultPlatform) line = make_line ();
  g_autoptr (Terminal) terminal = terminal_new_next (line);
  const WgIdentity *identity = wg_store_get_identity (terminal->store);
  g_autofree char *id = terminal_log (terminal, WG_EVENT_LEVEL_MAJOR, "道路积水", NULL);
  guint8 public_key[WG_SIGN_PUBLIC], secret[WG_SIGN_SECRET];
  g_autofree char *epoch = NULL, *store = g_strdup (wg_store_get_folder (terminal->store));
  const char *const devices[] = { identity->device_id, "019cac8a-4040-7000-8000-0000000000d1" };

  wg_crypto_sign_keys (wg_store_system_ports (), public_key, secret);
  epoch = g_strdup (identity->epoch);
  for (gsize i = 0; i < G_N_ELEMENTS (devices); i++)
    {
      g_autoptr (WgProblem) problem = wg_problem_new (403, "device-revoked", NULL);
      g_autoptr (WgSyncStatus) status = NULL;
      g_autofree char *body = NULL, *answer = NULL;
      FaultRule rule = { .match = "POST /v1/session HTTP", .kind = FAULT_ANSWER };

      problem->wipe = wg_wipe_order_new (devices[i], "AAECAwQFBgcICQoLDA0ODw", secret);
      body = wg_wire_problem_to_json (problem);
      answer = fault_answer (403, epoch, "application/problem+json", NULL, body);
      rule.answer = answer;
      fault_platform_rule (line, &rule);
      terminal_restart (terminal); /* without a token */
      g_assert_false (terminal_round (terminal, NULL));
      status = wg_sync_dup_status (terminal->sync);
      g_assert_cmpint (status->state, ==, WG_SYNC_REVOKED);
      g_assert_false (is_erased (store));
    }
  fault_platform_rule (line, NULL);
  terminal_round_well (terminal);
  g_assert_cmpint (terminal_truth (terminal, id), ==, WG_TRUTH_APPLIED);
}

/* The platform's own word: key and files are gone at once, and a copy of the key made before is the
 * only way in. */
static void
test_wipe_order (void)
{
  g_autoptr (FaultPlatform) line = make_line ();
  g_autoptr (Terminal) terminal = terminal_new_next (line);
  g_autofree char *device = g_strdup (wg_store_get_identity (terminal->store)->device_id);
  g_autofree char *store = g_strdup (wg_store_get_folder (terminal->store));
  g_autofree char *id = terminal_log (terminal, WG_EVENT_LEVEL_MAJOR, "道路积水", NULL);
  const char *const revoke[] = { "revoke", device, NULL };
  const char *const list[] = { "devices", "--json", NULL };
  g_autoptr (WgSyncStatus) status = NULL;
  g_autoptr (WgStore) again = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *ignored = test_daemon_run (platform, revoke);
  g_autofree char *ordered = test_daemon_run (platform, list), *told = NULL;

  g_assert_nonnull (strstr (ordered, "wipe-ordered"));
  g_assert_false (terminal_round (terminal, NULL));
  status = wg_sync_dup_status (terminal->sync);
  g_assert_cmpint (status->state, ==, WG_SYNC_WIPED);
  g_assert_true (is_erased (store));
  g_assert_false (terminal_round (terminal, NULL)); /* nothing more is said to anybody */
  terminal_shut (terminal);
  g_assert_true (is_erased (store));
  again = wg_store_unlock (store, wg_store_system_ports (), "a sample passphrase", &error);
  g_assert_error (error, WG_STORE_ERROR, WG_STORE_ERROR_NOT_FOUND);
  g_assert_cmpint (wg_store_get_wiped_ms (store), >, 0);
  told = test_daemon_run (platform, list);
  g_assert_null (strstr (told, "wipe-ordered"));
  g_assert_nonnull (strstr (told, "\"wiped\""));
}

/* T10: what the platform refuses stands in front of 200 good ones. */
static void
test_poisoned_first (void)
{
  g_autoptr (FaultPlatform) line = make_line ();
  g_autoptr (Terminal) terminal = terminal_new_next (line);
  g_autofree char *poisoned = terminal_log (terminal, WG_EVENT_LEVEL_GENERAL, "道路积水", NULL);
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (WgEventView) view = NULL;
  const char *accept[] = { "accept", poisoned, "--reason", "属实", NULL };
  g_autofree char *ignored = NULL;

  terminal_round_well (terminal);
  ignored = test_daemon_run (platform, accept);
  terminal_mend (terminal, poisoned, "受理以后才改的内容");
  for (int i = 0; i < 200; i++)
    g_ptr_array_add (ids, terminal_log (terminal, WG_EVENT_LEVEL_DAILY, "环境巡查", NULL));
  terminal_round_well (terminal);
  for (guint i = 0; i < ids->len; i++)
    g_assert_cmpint (terminal_truth (terminal, g_ptr_array_index (ids, i)), ==, WG_TRUTH_APPLIED);
  view = terminal_view (terminal, poisoned);
  g_assert_cmpint (view->truth, ==, WG_TRUTH_REFUSED);
  g_assert_nonnull (view->refusal_op);
  g_assert_cmpuint (terminal_count (terminal).n_refused, ==, 1);
  terminal_check (terminal);
  assert_all_once (ids);
}

/* T06: two tablets of one worker. */
static void
test_two_tablets (void)
{
  g_autoptr (FaultPlatform) line = make_line ();
  g_autoptr (Terminal) one = terminal_new (line, "w0100");
  g_autoptr (Terminal) two = terminal_new (line, "w0100");
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);

  for (int i = 0; i < 10; i++)
    {
      g_ptr_array_add (ids, terminal_log (one, WG_EVENT_LEVEL_GENERAL, "道路积水", NULL));
      g_ptr_array_add (ids, terminal_log (two, WG_EVENT_LEVEL_DAILY, "环境巡查", NULL));
    }
  terminal_round_well (two);
  terminal_round_well (one);
  terminal_round_well (two);
  for (guint i = 0; i < ids->len; i++)
    {
      g_assert_cmpint (terminal_truth (one, g_ptr_array_index (ids, i)), ==, WG_TRUTH_APPLIED);
      g_assert_cmpint (terminal_truth (two, g_ptr_array_index (ids, i)), ==, WG_TRUTH_APPLIED);
    }
  terminal_check (one);
  terminal_check (two);
  assert_all_once (ids);
}

/* T09: a photo of 6 MB, cut in every piece, the process ended after each cut. */
static void
test_photo_resumes (void)
{
  g_autoptr (FaultPlatform) line = make_line ();
  g_autoptr (Terminal) terminal = terminal_new_next (line);
  const gsize size = 6 * 1024 * 1024;
  g_autofree char *photo = terminal_add_photo (terminal, size);
  g_autofree char *id = terminal_log (terminal, WG_EVENT_LEVEL_GENERAL, "道路积水", photo);
  guint n_cuts = 0;

  while (n_cuts < 200)
    {
      /* the first piece of the process arrives, the second is cut in its middle */
      FaultRule rule = { .match = "PATCH /v1/blobs/",
                         .kind = FAULT_CUT_REQUEST,
                         .at = 30000 + n_cuts * 997 % 30000,
                         .skip = 1,
                         .times = 1 };
      g_autoptr (GError) error = NULL;
      gboolean well;

      fault_platform_rule (line, &rule);
      well = terminal_round (terminal, &error);
      g_assert_cmpint (terminal_truth (terminal, id), ==,
                       well ? WG_TRUTH_APPLIED : WG_TRUTH_NO_PHOTO);
      if (well)
        break;
      n_cuts++;
      terminal_restart (terminal);
    }
  g_test_message ("%u cuts, %u pieces", n_cuts, fault_platform_count (line, "PATCH /v1/blobs/"));
  g_assert_cmpuint (n_cuts, >=, 40);
  /* no piece went twice, but for what was cut */
  g_assert_cmpuint (fault_platform_count (line, "PATCH /v1/blobs/"), <=, 2 * n_cuts + 3);
  g_assert_cmpuint (terminal_count (terminal).n_photos, ==, 0);
}

/* A photo that the platform holds whole comes to the other tablet, byte for byte. */
static void
test_photo_comes_down (void)
{
  g_autoptr (FaultPlatform) line = make_line ();
  g_autoptr (Terminal) one = terminal_new (line, "w0101");
  g_autoptr (Terminal) two = terminal_new (line, "w0101");
  g_autofree char *photo = terminal_add_photo (one, 300000);
  g_autofree char *id = terminal_log (one, WG_EVENT_LEVEL_GENERAL, "道路积水", photo);
  g_autoptr (WgEventView) view = NULL;
  g_autofree char *path = g_strconcat ("GET /v1/blobs/", photo, NULL);

  terminal_round_well (one);
  g_assert_cmpint (terminal_truth (one, id), ==, WG_TRUTH_APPLIED);
  terminal_round_well (two);
  view = terminal_view (two, id);
  g_assert_cmpstr (view->event->photos[0], ==, photo);
  g_assert_cmpuint (fault_platform_count (line, path), ==, 1);
  terminal_round_well (two); /* not again */
  g_assert_cmpuint (fault_platform_count (line, path), ==, 1);
}

/* While a major waits it goes before pull and photos. */
static void
test_photos_wait_for_permission (void)
{
  g_autoptr (FaultPlatform) line = make_line ();
  g_autoptr (Terminal) terminal = terminal_new_next (line);
  g_autofree char *photo = terminal_add_photo (terminal, 100000);
  g_autofree char *id = terminal_log (terminal, WG_EVENT_LEVEL_MAJOR, "道路积水", photo);
  guint patches = fault_platform_count (line, "PATCH");

  wg_sync_set_photos_allowed (terminal->sync, FALSE);
  terminal_round_well (terminal);
  g_assert_cmpint (terminal_truth (terminal, id), ==, WG_TRUTH_NO_PHOTO);
  g_assert_cmpuint (fault_platform_count (line, "PATCH"), ==, patches);
  wg_sync_set_photos_allowed (terminal->sync, TRUE);
  terminal_round_well (terminal);
  g_assert_cmpint (terminal_truth (terminal, id), ==, WG_TRUTH_APPLIED);
}

/* The only file of a folder whose name ends so, or NULL. */
static char *
find_file (const char *folder, const char *ending)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ending))
      return g_build_filename (folder, name, NULL);
  return NULL;
}

static void
assert_hash_is_name (const char *path)
{
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *bytes = NULL, *digest = NULL;
  gsize size;

  g_assert_true (g_file_get_contents (path, &bytes, &size, NULL));
  digest = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) bytes, size);
  g_assert_true (g_str_has_prefix (name, digest));
}

/* The map pack grows over five lines that break; damaged bytes before them are found by the hash.
 */
static void
test_pack_resumes (void)
{
  g_autoptr (FaultPlatform) line = make_line ();
  g_autoptr (Terminal) terminal = terminal_enrol (line, "w0102");
  g_autofree char *folder = g_build_filename (terminal->folder, "packs", NULL);
  FaultRule rule = { .match = "GET /v1/blobs/", .kind = FAULT_CUT_REPLY, .at = 20000, .times = 1 };
  g_autofree char *pack = NULL, *part = NULL, *request = NULL;

  for (int i = 0; i < 5; i++)
    {
      g_autoptr (GError) error = NULL;

      fault_platform_rule (line, &rule);
      g_assert_false (terminal_round (terminal, &error));
      g_assert_error (error, WG_SYNC_ERROR, WG_SYNC_ERROR_OFFLINE);
      terminal_restart (terminal);
      pack = find_file (folder, ".mbtiles");
      g_assert_null (pack);
    }
  request = fault_platform_last_request (line, "GET /v1/blobs/");
  g_assert_nonnull (strstr (request, "\r\nRange: bytes="));
  fault_platform_rule (line, NULL);
  terminal_round_well (terminal);
  pack = find_file (folder, ".mbtiles");
  assert_hash_is_name (pack);

  g_clear_pointer (&terminal, terminal_free);
  terminal = terminal_enrol (line, "w0103");
  {
    g_autofree char *name = g_path_get_basename (pack);
    g_autofree char *packs = g_build_filename (terminal->folder, "packs", NULL);
    g_autofree char *whole = g_build_filename (packs, name, NULL);

    *strrchr (name, '.') = '\0';
    part = g_strconcat (packs, "/", name, ".part", NULL);
    g_mkdir_with_parents (packs, 0700);
    g_assert_true (g_file_set_contents (part, "not the beginning of it", -1, NULL));
    terminal_round_well (terminal); /* ends well, without the pack */
    g_assert_false (g_file_test (part, G_FILE_TEST_EXISTS));
    g_assert_false (g_file_test (whole, G_FILE_TEST_EXISTS));
    terminal_round_well (terminal);
    assert_hash_is_name (whole);
  }
}

/* 413: less at a time, in the same round. */
static void
test_too_large (void)
{
  g_autoptr (FaultPlatform) line = make_line ();
  g_autoptr (Terminal) terminal = terminal_new_next (line);
  g_autofree char *epoch = g_strdup (wg_store_get_identity (terminal->store)->epoch);
  g_autofree char *answer =
      fault_answer (413, epoch, "application/problem+json", NULL,
                    "{\"type\":\"urn:wangge:problem:too-large\",\"title\":\"x\","
                    "\"status\":413}");
  FaultRule rule = { .match = PUSH, .kind = FAULT_ANSWER, .answer = answer, .times = 2 };
  g_autoptr (GPtrArray) ids = g_ptr_array_new_with_free_func (g_free);
  guint pushes = fault_platform_count (line, PUSH);

  for (int i = 0; i < 16; i++)
    g_ptr_array_add (ids, terminal_log (terminal, WG_EVENT_LEVEL_DAILY, "环境巡查", NULL));
  fault_platform_rule (line, &rule);
  terminal_round_well (terminal);
  /* 16 and 8 were too many; then 4, 8, 4 */
  g_assert_cmpuint (fault_platform_count (line, PUSH), ==, pushes + 5);
  assert_all_once (ids);
}

static void
test_stall (void)
{
  g_autoptr (FaultPlatform) line = make_line ();
  g_autoptr (Terminal) terminal = terminal_new_next (line);
  const WgSyncTimes times = { .connect_ms = 2000, .stall_ms = 200 };
  g_autofree char *id = terminal_log (terminal, WG_EVENT_LEVEL_GENERAL, "道路积水", NULL);
  FaultRule rule = { .match = PUSH, .kind = FAULT_HOLD, .times = 1 };
  g_autofree char *events = NULL;

  terminal_set_times (terminal, &times);
  strike (terminal, &rule, id);
  fault_platform_open_gate (line); /* the first, late, arrives now */
  terminal_round_well (terminal);
  terminal_check (terminal);
  events = platform_events ();
  assert_once (events, id);
}

#define OFF_MS (25 * G_GINT64_CONSTANT (3600000))

static gint64
fast_wall_ms (gpointer data)
{
  return g_get_real_time () / 1000 + OFF_MS;
}

static gpointer
health_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_health_get (context, error);
}

/* T16: the tablet's clock is a day and an hour fast. The event arrives, its times are set right,
 * it is marked, and the tablet knows how wrong its clock is. */
static void
test_clock_a_day_fast (void)
{
  g_autoptr (FaultPlatform) line = make_line ();
  g_autoptr (Terminal) terminal = terminal_new_next (line);
  WgPorts fast = *wg_store_system_ports ();
  gint64 now_ms = g_get_real_time () / 1000;
  g_autoptr (WgEventView) view = NULL;
  g_autoptr (WgHealth) health = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL;

  fast.wall_ms = fast_wall_ms;
  terminal_shut (terminal);
  terminal->ports = &fast;
  terminal_open (terminal);
  id = terminal_log (terminal, WG_EVENT_LEVEL_GENERAL, "道路积水", NULL);
  terminal_round_well (terminal);
  view = terminal_view (terminal, id);
  g_assert_cmpint (view->truth, ==, WG_TRUTH_APPLIED);
  g_assert_true (view->event->clock_suspect);
  g_assert_cmpint (ABS (view->event->reported_ms - now_ms), <, 600000);
  health = wg_store_run (terminal->store, health_job, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (health->clock_known);
  g_assert_cmpint (ABS (health->clock_skew_ms - OFF_MS), <, 600000);
  terminal_check (terminal);
  terminal_shut (terminal);
  terminal->ports = wg_store_system_ports ();
  terminal_open (terminal);
}

int
main (int argc, char *argv[])
{
  int result;

  g_setenv ("WANGGE_KDF_TEST", "1", TRUE);
  g_test_init (&argc, &argv, NULL);
  platform = test_daemon_new ();
  g_test_add_func ("/sync/round/cut-push-request", test_cut_push_request);
  g_test_add_func ("/sync/round/cut-push-reply", test_cut_push_reply);
  g_test_add_func ("/sync/round/cut-pull-request", test_cut_pull_request);
  g_test_add_func ("/sync/round/cut-pull-reply", test_cut_pull_reply);
  g_test_add_func ("/sync/round/duplicated", test_duplicated);
  g_test_add_func ("/sync/round/written-answers", test_written_answers);
  g_test_add_func ("/sync/round/token-renewed", test_token_renewed_in_the_round);
  g_test_add_func ("/sync/round/revoked-keeps-the-queue", test_revoked_keeps_the_queue);
  g_test_add_func ("/sync/round/foreign-wipe-orders", test_foreign_wipe_orders);
  g_test_add_func ("/sync/round/wipe-order", test_wipe_order);
  g_test_add_func ("/sync/round/poisoned-first", test_poisoned_first);
  g_test_add_func ("/sync/round/two-tablets", test_two_tablets);
  g_test_add_func ("/sync/round/photo-resumes", test_photo_resumes);
  g_test_add_func ("/sync/round/photo-comes-down", test_photo_comes_down);
  g_test_add_func ("/sync/round/photos-wait-for-permission", test_photos_wait_for_permission);
  g_test_add_func ("/sync/round/pack-resumes", test_pack_resumes);
  g_test_add_func ("/sync/round/too-large", test_too_large);
  g_test_add_func ("/sync/round/stall", test_stall);
  g_test_add_func ("/sync/round/clock-a-day-fast", test_clock_a_day_fast);
  result = g_test_run ();
  test_daemon_free (platform);
  return result;
}

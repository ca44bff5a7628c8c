/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The program itself: its commands beside a running daemon, and kill -9 under a push. */
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

#include <glib/gstdio.h>

#include "core/wg-chain.h"
#include "http.h"
#include "kit.h"
#include "service.h"
#include "support/wg-test-folder.h"

#define KILLS 25

typedef struct
{
  char *folder;
  GSubprocess *daemon;
  char *address;
} Platform;

static const char *
get_program (void)
{
  const char *program = g_getenv ("WG_PLATFORM_PROGRAM");

  g_assert_nonnull (program);
  return program;
}

/* Runs a command to its end; gives its output. */
static char *
run (Platform *platform, int expected_exit, const char *first, ...)
{
  g_autoptr (GPtrArray) arguments = g_ptr_array_new ();
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError) error = NULL;
  char *output = NULL;
  va_list list;

  g_ptr_array_add (arguments, (gpointer) get_program ());
  g_ptr_array_add (arguments, (gpointer) first);
  va_start (list, first);
  for (const char *next; (next = va_arg (list, const char *));)
    g_ptr_array_add (arguments, (gpointer) next);
  va_end (list);
  g_ptr_array_add (arguments, (gpointer) "--data");
  g_ptr_array_add (arguments, platform->folder);
  g_ptr_array_add (arguments, NULL);
  process = g_subprocess_newv ((const char *const *) arguments->pdata,
                               G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (process, NULL, NULL, &output, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_subprocess_get_exit_status (process), ==, expected_exit);
  return output;
}

/* A test that fails leaves no daemon behind. */
static void
die_with_parent (gpointer unused)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

static void
start_daemon (Platform *platform, ...)
{
  g_autoptr (GPtrArray) arguments = g_ptr_array_new ();
  g_autoptr (GSubprocessLauncher) launcher = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GDataInputStream) lines = NULL;
  const char *const fixed[] = { get_program (), "serve",       "--data", platform->folder,
                                "--listen",     "127.0.0.1:0", "--rate", "0" };
  va_list list;

  for (gsize i = 0; i < G_N_ELEMENTS (fixed); i++)
    g_ptr_array_add (arguments, (gpointer) fixed[i]);
  va_start (list, platform);
  for (const char *next; (next = va_arg (list, const char *));)
    g_ptr_array_add (arguments, (gpointer) next);
  va_end (list);
  g_ptr_array_add (arguments, NULL);
  launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_subprocess_launcher_set_child_setup (launcher, die_with_parent, NULL, NULL);
  platform->daemon =
      g_subprocess_launcher_spawnv (launcher, (const char *const *) arguments->pdata, &error);
  g_assert_no_error (error);
  lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (platform->daemon));
  g_free (platform->address);
  platform->address = g_data_input_stream_read_line (lines, NULL, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (platform->address);
}

static void
stop_daemon (Platform *platform, int signum)
{
  g_autoptr (GError) error = NULL;

  g_subprocess_send_signal (platform->daemon, signum);
  g_subprocess_wait (platform->daemon, NULL, &error);
  g_assert_no_error (error);
  if (signum == SIGTERM)
    g_assert_cmpint (g_subprocess_get_exit_status (platform->daemon), ==, 0);
  g_clear_object (&platform->daemon);
}

static void
set_up (Platform *platform, gconstpointer unused)
{
  g_assert_true (wg_crypto_init (NULL));
  platform->folder = wg_test_folder_new ();
  g_free (run (platform, 0, "init", NULL));
}

static void
tear_down (Platform *platform, gconstpointer unused)
{
  if (platform->daemon)
    stop_daemon (platform, SIGTERM);
  wg_test_folder_remove (platform->folder);
  g_free (platform->folder);
  g_free (platform->address);
}

static void
write_district (Platform *platform)
{
  g_autofree char *orgs = g_build_filename (platform->folder, "orgs.csv", NULL);
  g_autofree char *grids = g_build_filename (platform->folder, "grids.geojson", NULL);
  g_autofree char *workers = g_build_filename (platform->folder, "workers.csv", NULL);
  static const char grid[] = "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\","
                             "\"properties\":{\"code\":\"" KIT_GRID_A1
                             "\",\"name\":\"样例网格\",\"kind\":1,\"org_code\":\"" KIT_TOWN_A "\"},"
                             "\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[118.50,37.43],["
                             "118.51,37.43],[118.51,37.44],[118.50,37.44],[118.50,37.43]]]}}]}";

  g_assert_true (g_file_set_contents (
      orgs, "code,name,kind,parent\n370502,样例区,2,\n" KIT_TOWN_A ",样例甲街道,3,370502\n", -1,
      NULL));
  g_assert_true (g_file_set_contents (grids, grid, -1, NULL));
  g_assert_true (
      g_file_set_contents (workers,
                           "id,name,role,org_code,grid_code\nwa1,样例人员,worker," KIT_TOWN_A
                           "," KIT_GRID_A1 "\nca,样例人员,clerk," KIT_TOWN_A ",\n",
                           -1, NULL));
  g_free (run (platform, 0, "import", orgs, NULL));
  g_free (run (platform, 0, "import", grids, NULL));
  g_free (run (platform, 0, "import", workers, NULL));
}

/* A line of the output that has this member: `"name": value` or `"name": "value"`. */
static char *
find_value (const char *json, const char *name)
{
  g_autofree char *member = g_strdup_printf ("\"%s\": ", name);
  const char *at = strstr (json, member);
  gboolean quoted;

  g_assert_nonnull (at);
  at += strlen (member);
  quoted = *at == '"';
  at += quoted;
  return g_strndup (at, strcspn (at, quoted ? "\"" : ",\n}"));
}

/* --- a terminal over the wire, without the platform's database ------------------------------- */

typedef struct
{
  Fixture fixture; /* kit: only its clock and random source are used */
  Terminal *terminal;
  char *epoch;
} Client;

static Client *
client_new (Platform *platform, const char *worker)
{
  Client *client = g_new0 (Client, 1);
  g_autofree char *offer = run (platform, 0, "enrol", worker, "--json", NULL);
  g_autofree char *code = find_value (offer, "code");
  g_autofree char *nonce = NULL;
  g_autoptr (HttpAnswer) enrolled = NULL;
  g_autoptr (HttpAnswer) session = NULL;
  g_autoptr (WgEnrolAnswer) answer = NULL;
  Terminal *terminal = client->terminal = g_new0 (Terminal, 1);
  Kit *kit = client->fixture.kit = g_new0 (Kit, 1);

  kit->ports = wg_platform_system_ports ();
  kit->wall_ms = wg_ports_wall_ms (&kit->ports);
  client->fixture.http = http_new (platform->address);
  terminal->kit = kit;
  terminal->worker = g_strdup (worker);
  terminal->boot = g_strdup ("boot-1");
  terminal->hash = g_strdup (WG_CHAIN_START);
  terminal->lines = g_ptr_array_new_with_free_func (g_free);
  wg_crypto_sign_keys (&kit->ports, terminal->public_key, terminal->secret);
  enrolled = service_enrol (&client->fixture, code, terminal->public_key, terminal->secret);
  answer = service_read_enrolment (enrolled);
  terminal->replica = g_strdup (answer->replica);
  client->epoch = g_strdup (answer->epoch);
  nonce = service_ask_nonce (&client->fixture, answer->device_id);
  session = service_open_session (&client->fixture, answer->device_id, answer->replica, nonce,
                                  terminal->secret);
  service_use_session (&client->fixture, session);
  return client;
}

static void
client_free (Client *client)
{
  http_free (client->fixture.http);
  terminal_free (client->terminal);
  g_free (client->fixture.kit);
  g_free (client->epoch);
  g_free (client);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Client, client_free)

static void
client_go_to (Client *client, Platform *platform)
{
  http_close (client->fixture.http);
  g_set_str (&client->fixture.http->address, platform->address);
}

/* A push of @n new events after the head. */
static GBytes *
client_make_push (Client *client, int n, char **out_rec)
{
  Terminal *terminal = client->terminal;
  g_autoptr (WgPush) push = wg_push_new ();

  push->replica = g_strdup (terminal->replica);
  push->epoch = g_strdup (client->epoch);
  push->first = terminal->seq + 1;
  push->previous = g_strdup (terminal->hash);
  push->now_ms = terminal->kit->wall_ms;
  push->boot = g_strdup (terminal->boot);
  for (int i = 0; i < n; i++)
    {
      char *rec =
          terminal_log (terminal, terminal_create (terminal, KIT_GRID_A1, WG_EVENT_LEVEL_GENERAL));
      if (out_rec && i == 0)
        *out_rec = rec;
      else
        g_free (rec);
    }
  for (guint i = 0; i < terminal->lines->len; i++)
    g_ptr_array_add (push->lines, g_strdup (terminal->lines->pdata[i]));
  g_ptr_array_set_size (terminal->lines, 0);
  return wg_wire_push_to_body (push, terminal->secret);
}

/* --- tests ----------------------------------------------------------------------------------- */

/* The commands of the sub-centre beside a running daemon: the terminal sees them at its next pull.
 */
static void
test_commands (Platform *platform, gconstpointer unused)
{
  g_autoptr (Client) client = NULL;
  g_autoptr (GBytes) body = NULL;
  g_autoptr (HttpAnswer) pushed = NULL;
  g_autoptr (WgPushAnswer) answer = NULL;
  g_autofree char *rec = NULL, *list = NULL, *accepted = NULL, *number = NULL, *shown = NULL;

  write_district (platform);
  start_daemon (platform, NULL);
  client = client_new (platform, "wa1");
  body = client_make_push (client, 2, &rec);
  pushed = service_send_push (&client->fixture, body, LINES);
  answer = service_read_push (pushed);
  g_assert_cmpint (answer->last_seq, ==, 2);
  list = run (platform, 0, "list", "events", "--json", NULL);
  g_assert_nonnull (strstr (list, rec));
  g_free (run (platform, 4, "return", rec, NULL)); /* no reason given */
  g_free (run (platform, 0, "return", rec, "--reason", "样例意见", NULL));
  g_free (run (platform, 4, "accept", rec, NULL)); /* it is with its reporter */
  {
    g_autoptr (WgPullPage) page =
                  service_pull (&client->fixture, "{\"cursor\":{},\"max_rows\":500}", JSON);
    gboolean seen = FALSE;
    for (guint i = 0; i < page->rows->len; i++)
      {
        const WgPullRow *row = page->rows->pdata[i];
        seen =
            seen || (strcmp (row->id, rec) == 0 && row->ver == 2 && strstr (row->body, "样例意见"));
      }
    g_assert_true (seen);
  }
  g_free (run (platform, 3, "accept", "nothing", NULL));
  g_free (run (platform, 2, "accept", NULL));
  g_free (run (platform, 2, "list", "nothing", NULL));
  {
    g_autofree char *all = run (platform, 0, "list", "events", "--json", "--state", "10", NULL);
    g_autofree char *other = find_value (all, "id");
    accepted = run (platform, 0, "accept", other, "--json", NULL);
    number = find_value (accepted, "event_no");
    g_assert_cmpuint (strlen (number), ==, 19);
    g_free (run (platform, 0, "change-level", number, "--to", "3", "--reason", "样例意见", NULL));
    shown = run (platform, 0, "show", number, "--json", NULL);
    g_assert_nonnull (strstr (shown, "\"kind\": \"event.step\""));
  }
  g_free (run (platform, 0, "check", NULL));
}

static void
test_import (Platform *platform, gconstpointer unused)
{
  g_autofree char *path = g_build_filename (platform->folder, "x.csv", NULL);
  static const char *const bad[] = {
    "id,name,role,org_code,grid_code\nx,甲,emperor,370502,\n",
    "id,name,role,org_code,grid_code\nx,甲,clerk,999999,\n",
    "id,name,role,org_code,grid_code\nx,甲,worker,370502,\n",
    "code,name,kind\n1,甲,99\n",
    "what,ever\n1,2\n",
    "\xff\xfe",
    "{\"workers\":[{\"id\":\"x\"}]}",
    "{\"workers\":[",
    "{\"type\":\"FeatureCollection\",\"features\":[{\"type\":\"Feature\",\"properties\":{},"
    "\"geometry\":{\"type\":\"Point\"}}]}",
  };
  g_autofree char *stats = NULL, *again = NULL;

  write_district (platform);
  stats = run (platform, 0, "stats", NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_assert_true (g_file_set_contents (path, bad[i], -1, NULL));
      g_test_message ("file %zu", i);
      g_free (run (platform, 1, "import", path, NULL));
    }
  g_free (run (platform, 3, "import", "/nowhere.csv", NULL));
  write_district (platform); /* the same again changes nothing */
  again = run (platform, 0, "stats", NULL);
  g_assert_cmpstr (stats, ==, again);
  g_free (run (platform, 0, "check", NULL));
}

/* A backup, more operations, a restore: another epoch, and the terminal's retained lines fit again.
 */
static void
test_restore (Platform *platform, gconstpointer unused)
{
  g_autofree char *copy = g_build_filename (platform->folder, "copy.db", NULL);
  g_autoptr (Client) client = NULL;
  g_autoptr (GBytes) kept = NULL;
  g_autoptr (GBytes) lost = NULL;
  g_autofree char *before = NULL, *after = NULL, *epoch = NULL, *stats = NULL;

  write_district (platform);
  start_daemon (platform, NULL);
  client = client_new (platform, "wa1");
  kept = client_make_push (client, 3, NULL);
  {
    g_autoptr (HttpAnswer) pushed = service_send_push (&client->fixture, kept, LINES);
    g_autoptr (WgPushAnswer) answer = service_read_push (pushed);
    g_assert_cmpint (answer->durable_seq, ==, 0);
  }
  before = run (platform, 0, "backup", copy, NULL);
  lost = client_make_push (client, 2, NULL);
  {
    g_autoptr (HttpAnswer) pushed = service_send_push (&client->fixture, lost, LINES);
    g_autoptr (WgPushAnswer) answer = service_read_push (pushed);
    g_assert_cmpint (answer->last_seq, ==, 5);
    g_assert_cmpint (answer->durable_seq, ==, 3);
  }
  g_free (run (platform, 1, "restore", copy, NULL)); /* not under a daemon */
  stop_daemon (platform, SIGTERM);
  after = run (platform, 0, "restore", copy, NULL);
  stats = run (platform, 0, "stats", NULL);
  epoch = find_value (stats, "epoch");
  g_assert_cmpstr (epoch, !=, client->epoch);
  start_daemon (platform, NULL);
  client_go_to (client, platform);
  {
    g_autoptr (HttpAnswer) refused = service_send_push (&client->fixture, lost, LINES);
    g_autoptr (HttpAnswer) state = NULL;
    service_assert_problem (refused, 409, "epoch-changed");
    state = service_send_text (&client->fixture, "GET", "/v1/sync/state", "", NULL);
    g_assert_nonnull (strstr (g_bytes_get_data (state->body, NULL), "\"last_seq\":3"));
  }
  g_free (run (platform, 0, "check", NULL));
}

/* kill -9 while a push is under way, again and again: what was acknowledged is there, nothing
 * twice. */
static void
test_kill (Platform *platform, gconstpointer unused)
{
  g_autoptr (Client) client = NULL;
  g_autoptr (GRand) chance = g_rand_new_with_seed (370502);
  gint64 acknowledged = 0;
  g_autofree char *checked = NULL, *operations = NULL;

  write_district (platform);
  start_daemon (platform, NULL);
  client = client_new (platform, "wa1");
  for (int i = 0; i < KILLS; i++)
    {
      g_autoptr (GBytes) body = client_make_push (client, 40, NULL);
      g_autoptr (HttpAnswer) answer = NULL;
      g_autoptr (HttpAnswer) again = NULL;
      g_autoptr (WgPushAnswer) pushed = NULL;
      g_autofree char *head = g_strdup_printf (
          "POST /v1/sync/push HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %s\r\n" LINES
          "Content-Length: %zu\r\n\r\n",
          client->fixture.http->token, g_bytes_get_size (body));
      gint64 until_us;

      http_write (client->fixture.http, head, strlen (head));
      http_write (client->fixture.http, g_bytes_get_data (body, NULL), g_bytes_get_size (body));
      until_us = g_get_monotonic_time () + g_rand_int_range (chance, 0, 8000);
      while (g_get_monotonic_time () < until_us)
        ; /* somewhere inside the work; a sleep would be too coarse */
      stop_daemon (platform, SIGKILL);
      answer = http_read (client->fixture.http, TRUE);
      http_close (client->fixture.http);
      if (answer->status == 200)
        acknowledged = client->terminal->seq;
      start_daemon (platform, NULL);
      client_go_to (client, platform);
      {
        g_autoptr (HttpAnswer) state =
                      service_send_text (&client->fixture, "GET", "/v1/sync/state", "", NULL);
        g_autoptr (WgReplicaState) held = NULL;
        gsize n;
        const char *text = g_bytes_get_data (state->body, &n);
        held = wg_wire_replica_state_from_json (text, n, NULL);
        g_assert_cmpint (held->last_seq, >=, acknowledged);
        /* whole pushes only */
        g_assert_cmpint (held->last_seq % 40, ==, 0);
      }
      again = service_send_push (&client->fixture, body, LINES);
      pushed = service_read_push (again);
      g_assert_cmpint (pushed->last_seq, ==, client->terminal->seq);
      acknowledged = client->terminal->seq;
    }
  stop_daemon (platform, SIGTERM);
  checked = run (platform, 0, "check", NULL);
  operations = find_value (checked, "operations");
  g_assert_cmpint (g_ascii_strtoll (operations, NULL, 10), ==, 40 * KILLS);
}

/* Its own TLS: the pin that enrol prints is the one a client must see. */
static void
test_tls (Platform *platform, gconstpointer unused)
{
  g_autofree char *pem =
      g_test_build_filename (G_TEST_DIST, "fixtures", "tls", "platform.pem", NULL);
  g_autofree char *other =
      g_test_build_filename (G_TEST_DIST, "fixtures", "tls", "other.pin", NULL);
  g_autofree char *good_path =
      g_test_build_filename (G_TEST_DIST, "fixtures", "tls", "platform.pin", NULL);
  g_autofree char *good = NULL, *wrong = NULL, *offer = NULL, *pin = NULL, *url = NULL,
                  *hello = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *strange = NULL;
  const char *pins[2];

  write_district (platform);
  g_assert_true (g_file_get_contents (good_path, &good, NULL, NULL));
  g_assert_true (g_file_get_contents (other, &wrong, NULL, NULL));
  start_daemon (platform, "--tls-cert", pem, "--tls-key", pem, NULL);
  offer = run (platform, 0, "enrol", "wa1", "--json", NULL);
  pin = find_value (offer, "pin");
  url = find_value (offer, "url");
  g_assert_true (g_str_has_prefix (pin, "sha256//"));
  g_assert_cmpstr (pin + strlen ("sha256//"), ==, g_strstrip (good));
  g_assert_true (g_str_has_prefix (url, "https://"));
  hello = g_strconcat (url, "/v1/hello", NULL);
  pins[0] = pin;
  strange = g_strconcat ("sha256//", g_strstrip (wrong), NULL);
  pins[1] = strange;
  for (gsize i = 0; i < G_N_ELEMENTS (pins); i++)
    {
      g_autoptr (GSubprocess) client =
                    g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE, &error, "curl", "-sk",
                                      "--pinnedpubkey", pins[i], hello, NULL);
      g_assert_no_error (error);
      g_subprocess_wait (client, NULL, &error);
      /* 90: the pinned key does not match */
      g_assert_cmpint (g_subprocess_get_exit_status (client), ==, i == 0 ? 0 : 90);
    }
}

static void
test_help (Platform *platform, gconstpointer unused)
{
  g_autofree char *help = run (platform, 0, "--help", NULL);
  g_autofree char *serve = run (platform, 0, "serve", "--help", NULL);

  g_assert_nonnull (strstr (help, "change-level"));
  g_assert_nonnull (strstr (serve, "--tls-cert"));
  g_free (run (platform, 2, "unheard-of", NULL));
  g_free (run (platform, 1, "init", NULL)); /* it is there already */
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/server/program/help", Platform, NULL, set_up, test_help, tear_down);
  g_test_add ("/server/program/commands", Platform, NULL, set_up, test_commands, tear_down);
  g_test_add ("/server/program/import", Platform, NULL, set_up, test_import, tear_down);
  g_test_add ("/server/program/tls", Platform, NULL, set_up, test_tls, tear_down);
  g_test_add ("/server/program/restore", Platform, NULL, set_up, test_restore, tear_down);
  g_test_add ("/server/program/kill", Platform, NULL, set_up, test_kill, tear_down);
  return g_test_run ();
}

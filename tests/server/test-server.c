/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The service over real sockets: enrolment, sessions, push, pull, hostile requests. */
#include <string.h>

#include "core/wg-chain.h"
#include "server/wg-log.h"
#include "service.h"
#include "wire/wg-zstd.h"

static void
test_hello (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (HttpAnswer) hello = service_send_text (fixture, "GET", "/v1/hello", "", NULL);
  g_autoptr (HttpAnswer) live = service_send_text (fixture, "GET", "/livez", "", NULL);
  g_autoptr (HttpAnswer) ready = service_send_text (fixture, "GET", "/readyz", "", NULL);
  g_autofree char *epoch = http_answer_get (hello, "Wangge-Epoch");
  g_autofree char *now = http_answer_get (hello, "Server-Time");

  g_assert_cmpint (hello->status, ==, 200);
  g_assert_cmpstr (epoch, ==, fixture->kit->platform->epoch);
  g_assert_cmpint (g_ascii_strtoll (now, NULL, 10), ==, KIT_START_MS);
  g_assert_cmpint (live->status, ==, 200);
  g_assert_cmpint (ready->status, ==, 200);
}

/* The value of a sample; every line is one, or says the type of those that follow. */
static double
read_metric (const HttpAnswer *answer, const char *name)
{
  g_autofree char *text =
      g_strndup (g_bytes_get_data (answer->body, NULL), g_bytes_get_size (answer->body));
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autofree char *type = g_strdup ("");
  double found = -1;

  g_assert_true (g_str_has_suffix (text, "\n"));
  for (gsize i = 0; lines[i] && *lines[i]; i++)
    {
      g_auto (GStrv) words = g_strsplit (lines[i], " ", -1);
      if (g_str_has_prefix (lines[i], "# TYPE "))
        {
          g_assert_cmpuint (g_strv_length (words), ==, 4);
          g_set_str (&type, words[2]);
          continue;
        }
      g_assert_cmpuint (g_strv_length (words), ==, 2);
      g_assert_true (g_str_has_prefix (words[0], type));
      g_assert_true (g_ascii_isdigit (words[1][0]));
      if (g_strcmp0 (words[0], name) == 0)
        found = g_ascii_strtod (words[1], NULL);
    }
  return found;
}

static void
test_metrics (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (Terminal) terminal = service_join (fixture, "wa1");
  g_autoptr (GBytes) body = service_make_body (terminal, 3);
  g_autoptr (HttpAnswer) pushed = service_send_push (fixture, body, LINES);
  g_autoptr (HttpAnswer) answer = service_send_text (fixture, "GET", "/metrics", "", NULL);

  g_assert_cmpint (pushed->status, ==, 200);
  g_assert_cmpint (answer->status, ==, 200);
  g_assert_cmpfloat (read_metric (answer, "wg_push_ops_total{result=\"ok\"}"), ==, 3);
  g_assert_cmpfloat (
      read_metric (answer, "wg_request_seconds_bucket{path=\"/v1/sync/push\",le=\"+Inf\"}"), ==, 1);
  g_assert_cmpfloat (read_metric (answer, "wg_request_seconds_count{path=\"/v1/sync/push\"}"), ==,
                     1);
  g_assert_cmpfloat (read_metric (answer, "wg_replicas"), ==, 1);
  g_assert_cmpfloat (read_metric (answer, "wg_conflicts_open"), ==, 0);
  g_assert_cmpfloat (read_metric (answer, "wg_database_up"), ==, 1);
  g_assert_cmpfloat (read_metric (answer, "wg_tx_retry_total"), >=, 0);
  g_assert_true (wg_platform_is_shared (fixture->kit->platform) ==
                 (read_metric (answer, "wg_sqlite_bytes") == 0));
  g_assert_cmpfloat (read_metric (answer, "wg_ack_forgotten_total"), ==, -1); /* never happened */
}

static void
test_log (void)
{
  g_autofree char *line = wg_log_format (1, G_LOG_LEVEL_WARNING, "a \"b\"\n\xff");

  g_assert_cmpstr (
      line, ==, "{\"at_ms\":1,\"level\":\"warning\",\"message\":\"a \\\"b\\\"\\n\xef\xbf\xbd\"}\n");
}

static void
test_enrolment (Fixture *fixture, gconstpointer unused)
{
  guint8 public_key[WG_SIGN_PUBLIC], secret[WG_SIGN_SECRET], other_key[WG_SIGN_PUBLIC],
      other[WG_SIGN_SECRET];
  g_autofree char *code = service_make_code (fixture, "wa1");
  g_autofree char *late = service_make_code (fixture, "wa1");
  g_autoptr (HttpAnswer) first = NULL;
  g_autoptr (HttpAnswer) again = NULL;
  g_autoptr (HttpAnswer) thief = NULL;
  g_autoptr (HttpAnswer) expired = NULL;
  g_autoptr (WgEnrolAnswer) one = NULL;
  g_autoptr (WgEnrolAnswer) two = NULL;

  wg_crypto_sign_keys (&fixture->kit->ports, public_key, secret);
  wg_crypto_sign_keys (&fixture->kit->ports, other_key, other);
  first = service_enrol (fixture, code, public_key, secret);
  again = service_enrol (fixture, code, public_key, secret);
  thief = service_enrol (fixture, code, other_key, other);
  one = service_read_enrolment (first);
  two = service_read_enrolment (again);
  g_assert_cmpstr (one->replica, ==, two->replica);
  g_assert_cmpstr (one->device_id, ==, two->device_id);
  g_assert_cmpmem (one->platform_key, WG_SIGN_PUBLIC, fixture->kit->platform->sign_public,
                   WG_SIGN_PUBLIC);
  service_assert_problem (thief, 409, "code-used");
  kit_advance (fixture->kit, 1800001);
  expired = service_enrol (fixture, late, public_key, secret);
  service_assert_problem (expired, 404, "unknown-code");
}

/* Ten wrong codes from an address, and it must wait; right codes of others still wait too. */
static void
test_guessing (Fixture *fixture, gconstpointer unused)
{
  guint8 public_key[WG_SIGN_PUBLIC], secret[WG_SIGN_SECRET];
  g_autofree char *code = service_make_code (fixture, "wa1");

  wg_crypto_sign_keys (&fixture->kit->ports, public_key, secret);
  for (int i = 0; i < 10; i++)
    {
      g_autofree char *shown = wg_crypto_enrol_code (&fixture->kit->ports);
      g_autofree char *wrong = wg_crypto_enrol_code_normalize (shown, NULL);
      g_autoptr (HttpAnswer) answer = service_enrol (fixture, wrong, public_key, secret);
      service_assert_problem (answer, 404, "unknown-code");
    }
  {
    g_autoptr (HttpAnswer) blocked = service_enrol (fixture, code, public_key, secret);
    g_autofree char *wait = http_answer_get (blocked, "Retry-After");
    service_assert_problem (blocked, 429, "rate");
    g_assert_nonnull (wait);
  }
  kit_advance (fixture->kit, 1800001);
  {
    g_autofree char *fresh = service_make_code (fixture, "wa1");
    g_autoptr (HttpAnswer) answer = service_enrol (fixture, fresh, public_key, secret);
    g_assert_cmpint (answer->status, ==, 201);
  }
}

static gboolean
set_revoked (WgWork *work, gpointer data, GError **error)
{
  return wg_db_run (work->db, "device-set-state", error, "state", 's', "revoked", "wipe", 'i',
                    (gint64) 1, "id", 's', (const char *) data, NULL);
}

static void
test_sessions (Fixture *fixture, gconstpointer unused)
{
  guint8 public_key[WG_SIGN_PUBLIC], secret[WG_SIGN_SECRET], other_key[WG_SIGN_PUBLIC],
      other[WG_SIGN_SECRET];
  g_autofree char *code = service_make_code (fixture, "wa1");
  g_autoptr (HttpAnswer) enrolled = NULL;
  g_autoptr (WgEnrolAnswer) answer = NULL;
  g_autofree char *nonce = NULL;

  wg_crypto_sign_keys (&fixture->kit->ports, public_key, secret);
  wg_crypto_sign_keys (&fixture->kit->ports, other_key, other);
  enrolled = service_enrol (fixture, code, public_key, secret);
  answer = service_read_enrolment (enrolled);
  nonce = service_ask_nonce (fixture, answer->device_id);
  {
    g_autoptr (HttpAnswer) forged =
                  service_open_session (fixture, answer->device_id, answer->replica, nonce, other);
    /* a forged try uses the nonce up as well */
    g_autoptr (HttpAnswer) used =
                  service_open_session (fixture, answer->device_id, answer->replica, nonce, secret);
    service_assert_problem (forged, 400, "bad-signature");
    service_assert_problem (used, 401, "token-expired");
  }
  {
    g_autofree char *slow = service_ask_nonce (fixture, answer->device_id);
    g_autoptr (HttpAnswer) late = NULL;
    kit_advance (fixture->kit, 60001);
    late = service_open_session (fixture, answer->device_id, answer->replica, slow, secret);
    service_assert_problem (late, 401, "token-expired");
  }
  {
    g_autofree char *fresh = service_ask_nonce (fixture, answer->device_id);
    g_autoptr (HttpAnswer) opened =
                  service_open_session (fixture, answer->device_id, answer->replica, fresh, secret);
    g_autoptr (HttpAnswer) state = NULL;
    g_autoptr (HttpAnswer) expired = NULL;
    service_use_session (fixture, opened);
    state = service_send_text (fixture, "GET", "/v1/sync/state", "", NULL);
    g_assert_cmpint (state->status, ==, 200);
    kit_advance (fixture->kit, 12 * 3600000 + 1);
    expired = service_send_text (fixture, "GET", "/v1/sync/state", "", NULL);
    service_assert_problem (expired, 401, "token-expired");
  }
  {
    g_autofree char *fresh = service_ask_nonce (fixture, answer->device_id);
    g_autoptr (HttpAnswer) opened =
                  service_open_session (fixture, answer->device_id, answer->replica, fresh, secret);
    g_autoptr (HttpAnswer) shut = NULL;
    service_use_session (fixture, opened);
    kit_run (fixture->kit, set_revoked, answer->device_id);
    shut = service_send_text (fixture, "GET", "/v1/sync/state", "", NULL);
    service_assert_problem (shut, 403, "device-revoked");
  }
}

static void
test_logout (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (Terminal) terminal = service_join (fixture, "wa1");
  g_autoptr (HttpAnswer) closed = service_send_text (fixture, "DELETE", "/v1/session", "", NULL);
  g_autoptr (HttpAnswer) after = service_send_text (fixture, "GET", "/v1/sync/state", "", NULL);
  g_autoptr (HttpAnswer) none = NULL;

  g_assert_cmpint (closed->status, ==, 204);
  service_assert_problem (after, 401, "token-expired");
  g_clear_pointer (&fixture->http->token, g_free);
  none = service_send_text (fixture, "GET", "/v1/sync/state", "", NULL);
  service_assert_problem (none, 401, "token-expired");
}

/* --- push and service_pull
 * --------------------------------------------------------------------------- */

static void
test_line (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (Terminal) terminal = service_join (fixture, "wa1");
  g_autoptr (GBytes) body = service_make_body (terminal, 20);
  g_autoptr (GBytes) packed = wg_zstd_compress (body, NULL);
  g_autoptr (HttpAnswer) plain_answer = service_send_push (fixture, body, LINES);
  g_autoptr (HttpAnswer) packed_answer =
                service_send_push (fixture, packed, LINES "Content-Encoding: zstd\r\n");
  g_autoptr (WgPushAnswer) first = service_read_push (plain_answer);
  g_autoptr (WgPushAnswer) second = service_read_push (packed_answer);
  g_autoptr (WgPullPage) page = service_pull (fixture, "{\"cursor\":{},\"max_rows\":500}", JSON);
  g_autoptr (WgPullPage) zipped = service_pull (fixture, "{\"cursor\":{},\"max_rows\":500}",
                                               JSON "Accept-Encoding: zstd, gzip\r\n");
  g_autoptr (HttpAnswer) state = service_send_text (fixture, "GET", "/v1/sync/state", "", NULL);
  guint n_events = 0;

  g_assert_cmpint (first->last_seq, ==, 20);
  g_assert_cmpint (second->last_seq, ==, 20);
  g_assert_cmpstr (first->last_hash, ==, terminal->hash);
  for (guint i = 0; i < page->rows->len; i++)
    n_events += g_strcmp0 (((WgPullRow *) page->rows->pdata[i])->kind, "event") == 0;
  g_assert_cmpuint (n_events, ==, 20);
  g_assert_false (page->more);
  g_assert_cmpuint (page->rows->len, ==, zipped->rows->len);
  g_assert_cmpint (page->last_seq, ==, 20);
  g_assert_nonnull (strstr (g_bytes_get_data (state->body, NULL), terminal->hash));
}

/* Bodies that are refused whole, each without effect. */
static void
test_bad_pushes (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (Terminal) terminal = service_join (fixture, "wa1");
  g_autoptr (GBytes) body = service_make_body (terminal, 2);
  gsize n;
  const char *text = g_bytes_get_data (body, &n);
  g_autofree char *copy = g_strndup (text, n);
  g_autofree char *flipped = g_strndup (text, n);
  g_autoptr (GBytes) chain = NULL;
  g_autoptr (Terminal) other = NULL;
  g_autoptr (GBytes) signed_by_other = NULL;
  g_autofree char *token = g_strdup (fixture->http->token);
  char *title;

  {
    g_autoptr (HttpAnswer) half =
                  http_send (fixture->http, "POST", "/v1/sync/push", LINES, text, n / 2);
    g_autoptr (HttpAnswer) none = http_send (fixture->http, "POST", "/v1/sync/push", LINES, "", 0);
    g_autoptr (HttpAnswer) type = http_send (fixture->http, "POST", "/v1/sync/push", JSON, text, n);
    g_autoptr (HttpAnswer) coding = http_send (fixture->http, "POST", "/v1/sync/push",
                                              LINES "Content-Encoding: br\r\n", text, n);
    g_autoptr (HttpAnswer) garbage = http_send (fixture->http, "POST", "/v1/sync/push",
                                               LINES "Content-Encoding: zstd\r\n", text, n);
    service_assert_problem (half, 400, "malformed");
    service_assert_problem (none, 400, "malformed");
    service_assert_problem (type, 415, "unsupported");
    service_assert_problem (coding, 415, "unsupported");
    service_assert_problem (garbage, 400, "malformed");
  }
  title = strstr (flipped, "样例事件");
  memcpy (title, "改过事件", strlen ("改过事件"));
  chain = g_bytes_new (flipped, n);
  {
    g_autoptr (HttpAnswer) answer = service_send_push (fixture, chain, LINES);
    service_assert_problem (answer, 400, "chain-broken");
  }
  /* another's key over this replica */
  other = service_join (fixture, "wa2");
  memcpy (terminal->secret, other->secret, sizeof terminal->secret);
  terminal->seq = 0;
  g_set_str (&terminal->hash, WG_CHAIN_START);
  signed_by_other = service_make_body (terminal, 1);
  {
    g_autoptr (HttpAnswer) foreign = service_send_push (fixture, signed_by_other, LINES);
    g_autoptr (HttpAnswer) forged = NULL;
    service_assert_problem (foreign, 403, "no-right");
    g_set_str (&fixture->http->token, token);
    forged = service_send_push (fixture, signed_by_other, LINES);
    service_assert_problem (forged, 400, "bad-signature");
  }
  g_assert_cmpint (kit_count (fixture->kit, "op-count"), ==, 0);
}

static void
test_oversize (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (Terminal) terminal = service_join (fixture, "wa1");
  g_autofree char *huge = g_strnfill (1024 * 1024 + 1, 'x');
  g_autofree char *zeros = g_malloc0 (64 * 1024 * 1024);
  g_autoptr (GBytes) plain = g_bytes_new_static (zeros, 64 * 1024 * 1024);
  g_autoptr (GBytes) bomb = wg_zstd_compress (plain, NULL);
  g_autoptr (GBytes) line = NULL;
  g_autofree char *header = g_strnfill (30000, 'h');
  g_autofree char *long_header = g_strdup_printf ("X-Long: %s\r\n", header);
  WgOperation *big = terminal_create (terminal, KIT_GRID_A1, WG_EVENT_LEVEL_GENERAL);
  g_autoptr (WgPush) push = NULL;
  g_autofree char *json = g_strnfill (64 * 1024 + 1, ' ');

  {
    g_autoptr (HttpAnswer) answer =
                  http_send (fixture->http, "POST", "/v1/sync/push", LINES, huge, strlen (huge));
    service_assert_problem (answer, 413, "too-large");
  }
  {
    g_autoptr (HttpAnswer) answer =
                  service_send_push (fixture, bomb, LINES "Content-Encoding: zstd\r\n");
    g_assert_cmpint (answer->status, ==, 413);
  }
  {
    g_autoptr (HttpAnswer) answer =
                  http_send (fixture->http, "POST", "/v1/sync/pull", JSON, json, strlen (json));
    service_assert_problem (answer, 413, "too-large");
  }
  {
    g_autoptr (HttpAnswer) answer =
                  service_send_text (fixture, "GET", "/v1/hello", long_header, NULL);
    g_assert_cmpint (answer->status, ==, 431);
    http_close (fixture->http);
  }
  g_free (big->event->description);
  big->event->description = g_strnfill (70000, 'd');
  g_free (terminal_log (terminal, big));
  push = terminal_push_new (terminal);
  line = wg_wire_push_to_body (push, terminal->secret);
  {
    g_autoptr (HttpAnswer) answer = service_send_push (fixture, line, LINES);
    service_assert_problem (answer, 413, "line-too-long");
  }
  {
    g_autoptr (GBytes) many = NULL;
    g_autoptr (HttpAnswer) answer = NULL;
    terminal->seq = 0;
    g_set_str (&terminal->hash, WG_CHAIN_START);
    many = service_make_body (terminal, 501);
    answer = service_send_push (fixture, many, LINES);
    service_assert_problem (answer, 413, "too-many");
  }
  g_assert_cmpint (kit_count (fixture->kit, "op-count"), ==, 0);
}

/* Requests that two servers might read in two ways. */
static const char *const SMUGGLED[] = {
  "POST /v1/sync/pull HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: "
  "2\r\n"
  "Content-Length: 13\r\n\r\n{}",
  "POST /v1/sync/pull HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: "
  "2\r\n"
  "Content-Length: 2\r\n\r\n{}",
  "POST /v1/sync/pull HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: "
  "2\r\n"
  "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
  "GET /v1/hello HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
  "GET /v1/hello HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n",
  "GET /v1/hello HTTP/1.1\nHost: a\n\n",
  "GET /v1/hello HTTP/1.1\r\nHost : a\r\n\r\n",
};

static void
test_smuggling (Fixture *fixture, gconstpointer unused)
{
  for (gsize i = 0; i < G_N_ELEMENTS (SMUGGLED); i++)
    {
      g_autoptr (HttpAnswer) answer = NULL;
      g_test_message ("request %zu", i);
      http_write (fixture->http, SMUGGLED[i], strlen (SMUGGLED[i]));
      answer = http_read (fixture->http, TRUE);
      g_assert_true (answer->status == 400 || answer->status == 0);
      http_close (fixture->http);
    }
}

static void
test_paths (Fixture *fixture, gconstpointer unused)
{
  static const struct
  {
    const char *method, *path;
    int status;
  } rows[] = {
    { "GET", "/", 404 },
    { "GET", "/v1/blobs/../../platform.key", 404 },
    { "GET", "/v1/blobs/BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD", 404 },
    { "GET", "/v1/blobs/" KIT_PHOTO "/..", 404 },
    { "GET", "/v1/blobs/" KIT_PHOTO, 401 },
    { "PUT", "/v1/hello", 405 },
    { "GET", "/v1/sync/push", 405 },
    { "BREW", "/v1/hello", 405 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (HttpAnswer) answer =
                    service_send_text (fixture, rows[i].method, rows[i].path, "", NULL);
      g_test_message ("%s %s", rows[i].method, rows[i].path);
      g_assert_cmpint (answer->status, ==, rows[i].status);
    }
}

static void
test_rate (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (Terminal) terminal = service_join (fixture, "wa1");
  g_autofree char *wait = NULL;
  g_autoptr (HttpAnswer) answer = NULL;

  for (int i = 0; i < 200; i++)
    {
      g_clear_pointer (&answer, http_answer_free);
      answer = service_send_text (fixture, "GET", "/v1/sync/state", "", NULL);
      if (answer->status != 200)
        break;
    }
  service_assert_problem (answer, 429, "rate");
  wait = http_answer_get (answer, "Retry-After");
  g_assert_cmpint (atoi (wait), >=, 1);
}

/* A client that stops in the middle is closed by the server. */
static void
test_stalled (Fixture *fixture, gconstpointer unused)
{
  static const char half[] =
      "POST /v1/enrol HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
      "Content-Length: 100\r\n\r\n{\"code\":";
  gint64 begun_us = g_get_monotonic_time ();
  g_autoptr (HttpAnswer) answer = NULL;

  http_write (fixture->http, half, strlen (half));
  answer = http_read (fixture->http, TRUE);
  g_assert_true (answer->status == 0 || answer->status == 408);
  g_assert_cmpint (g_get_monotonic_time () - begun_us, <, 20 * G_USEC_PER_SEC);
}

/* What another process writes goes down with the next service_pull, and drain ends what is idle. */
static void
test_drain (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (Terminal) terminal = service_join (fixture, "wa1");
  g_autoptr (HttpAnswer) answer = NULL;

  wg_server_drain (fixture->server);
  answer = http_read (fixture->http, TRUE);
  g_assert_cmpint (answer->status, ==, 0);
}

#define ADD(name, func, rate)                                                                      \
  g_test_add (name, Fixture, GUINT_TO_POINTER (rate), service_start, func, service_stop)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/http/log", test_log);
  ADD ("/server/http/hello", test_hello, 600);
  ADD ("/server/http/metrics", test_metrics, 600);
  ADD ("/server/http/enrolment", test_enrolment, 600);
  ADD ("/server/http/guessing", test_guessing, 600);
  ADD ("/server/http/sessions", test_sessions, 600);
  ADD ("/server/http/logout", test_logout, 600);
  ADD ("/server/http/line", test_line, 600);
  ADD ("/server/http/bad-pushes", test_bad_pushes, 600);
  ADD ("/server/http/oversize", test_oversize, 600);
  ADD ("/server/http/smuggling", test_smuggling, 600);
  ADD ("/server/http/paths", test_paths, 600);
  ADD ("/server/http/rate", test_rate, 600);
  ADD ("/server/http/stalled", test_stalled, 600);
  ADD ("/server/http/drain", test_drain, 600);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A served kit on loopback, and the messages of a terminal to it. */
#include "service.h"

#include <string.h>

#include "core/wg-chain.h"
#include "wire/wg-zstd.h"

void
service_start (Fixture *fixture, gconstpointer rate)
{
  WgServerOptions options = { .listen = "127.0.0.1:0", .rate = GPOINTER_TO_UINT (rate) };
  g_autoptr (GError) error = NULL;

  options.verbose = g_getenv ("WG_TEST_VERBOSE") != NULL;
  fixture->kit = kit_new ();
  fixture->server = wg_server_new (fixture->kit->platform, &options, &error);
  g_assert_no_error (error);
  fixture->http = http_new (wg_server_get_address (fixture->server));
}

void
service_stop (Fixture *fixture, gconstpointer rate)
{
  http_free (fixture->http);
  wg_server_free (fixture->server);
  kit_check (fixture->kit);
  kit_free (fixture->kit);
}

HttpAnswer *
service_send_text (
    Fixture *fixture, const char *method, const char *path, const char *headers, const char *text)
{
  return http_send (fixture->http, method, path, headers, text, text ? strlen (text) : 0);
}

void
service_assert_problem (const HttpAnswer *answer, int status, const char *name)
{
  g_autofree char *got = http_answer_get_problem (answer);

  g_assert_cmpint (answer->status, ==, status);
  g_assert_cmpstr (got, ==, name);
}

/* --- enrolment and sessions ------------------------------------------------------------------ */

typedef struct
{
  const char *worker;
  const char *code; /* normalized */
} Offer;

static gboolean
offer_code (WgWork *work, gpointer data, GError **error)
{
  const Offer *offer = data;
  g_autofree char *hash = wg_crypto_sha256 ((const guint8 *) offer->code, strlen (offer->code));

  return wg_db_run (work->db, "enrolment-add", error, "code_hash", 's', hash, "worker", 's',
                    offer->worker, "created_ms", 'i', work->now_ms, "expires_ms", 'i',
                    work->now_ms + 1800000, NULL);
}

char *
service_make_code (Fixture *fixture, const char *worker)
{
  g_autofree char *shown = wg_crypto_enrol_code (&fixture->kit->ports);
  char *code = wg_crypto_enrol_code_normalize (shown, NULL);
  Offer offer = { worker, code };

  kit_run (fixture->kit, offer_code, &offer);
  return code;
}

HttpAnswer *
service_enrol (Fixture *fixture, const char *code, const guint8 *public_key, const guint8 *secret)
{
  WgEnrolRequest *request = g_new0 (WgEnrolRequest, 1);
  g_autofree char *json = NULL;

  request->code = g_strdup (code);
  request->device_model = g_strdup ("test");
  request->device_os = g_strdup ("test");
  request->app = g_strdup ("wangge/0.1");
  request->nonce = g_strdup ("n0");
  memcpy (request->public_key, public_key, WG_SIGN_PUBLIC);
  json = wg_wire_enrol_request_to_json (request, secret);
  wg_enrol_request_free (request);
  return service_send_text (fixture, "POST", "/v1/enrol", JSON, json);
}

WgEnrolAnswer *
service_read_enrolment (const HttpAnswer *answer)
{
  g_autoptr (GError) error = NULL;
  gsize n;
  const char *text;
  WgEnrolAnswer *enrolled;

  g_assert_cmpint (answer->status, ==, 201);
  text = g_bytes_get_data (answer->body, &n);
  enrolled = wg_wire_enrol_answer_from_json (text, n, &error);
  g_assert_no_error (error);
  return enrolled;
}

char *
service_ask_nonce (Fixture *fixture, const char *device)
{
  g_autofree char *ask = wg_wire_challenge_to_json (device);
  g_autoptr (HttpAnswer) answer =
                service_send_text (fixture, "POST", "/v1/session/challenge", JSON, ask);
  gsize n;
  const char *text;

  g_assert_cmpint (answer->status, ==, 200);
  text = g_bytes_get_data (answer->body, &n);
  return wg_wire_nonce_from_json (text, n, NULL);
}

HttpAnswer *
service_open_session (Fixture *fixture,
                      const char *device,
                      const char *replica,
                      const char *nonce,
                      const guint8 *secret)
{
  g_autoptr (WgSessionRequest) request = g_new0 (WgSessionRequest, 1);
  g_autofree char *json = NULL;

  request->device_id = g_strdup (device);
  request->replica = g_strdup (replica);
  request->nonce = g_strdup (nonce);
  json = wg_wire_session_request_to_json (request, secret);
  return service_send_text (fixture, "POST", "/v1/session", JSON, json);
}

void
service_use_session (Fixture *fixture, const HttpAnswer *answer)
{
  g_autoptr (WgSessionAnswer) session = NULL;
  gsize n;
  const char *text;

  g_assert_cmpint (answer->status, ==, 200);
  text = g_bytes_get_data (answer->body, &n);
  session = wg_wire_session_answer_from_json (text, n, NULL);
  g_assert_nonnull (session);
  g_set_str (&fixture->http->token, session->token);
}

/* A terminal that enrolled and opened a session over HTTP. */
Terminal *
service_join (Fixture *fixture, const char *worker)
{
  Terminal *terminal = g_new0 (Terminal, 1);
  g_autofree char *code = service_make_code (fixture, worker);
  g_autoptr (HttpAnswer) enrolled = NULL;
  g_autoptr (HttpAnswer) session = NULL;
  g_autoptr (WgEnrolAnswer) answer = NULL;
  g_autofree char *nonce = NULL;

  terminal->kit = fixture->kit;
  terminal->worker = g_strdup (worker);
  terminal->boot = g_strdup ("boot-1");
  terminal->hash = g_strdup (WG_CHAIN_START);
  terminal->lines = g_ptr_array_new_with_free_func (g_free);
  wg_crypto_sign_keys (&fixture->kit->ports, terminal->public_key, terminal->secret);
  enrolled = service_enrol (fixture, code, terminal->public_key, terminal->secret);
  answer = service_read_enrolment (enrolled);
  terminal->replica = g_strdup (answer->replica);
  nonce = service_ask_nonce (fixture, answer->device_id);
  session =
      service_open_session (fixture, answer->device_id, answer->replica, nonce, terminal->secret);
  service_use_session (fixture, session);
  return terminal;
}

/* --- push and service_pull
 * --------------------------------------------------------------------------- */

GBytes *
service_make_body (Terminal *terminal, int n)
{
  g_autoptr (WgPush) push = NULL;

  for (int i = 0; i < n; i++)
    g_free (
        terminal_log (terminal, terminal_create (terminal, KIT_GRID_A1, WG_EVENT_LEVEL_GENERAL)));
  push = terminal_push_new (terminal);
  return wg_wire_push_to_body (push, terminal->secret);
}

HttpAnswer *
service_send_push (Fixture *fixture, GBytes *body, const char *headers)
{
  gsize n;
  const void *data = g_bytes_get_data (body, &n);

  return http_send (fixture->http, "POST", "/v1/sync/push", headers, data, n);
}

WgPushAnswer *
service_read_push (const HttpAnswer *answer)
{
  g_autoptr (GError) error = NULL;
  WgPushAnswer *pushed;
  gsize n;
  const char *text;

  g_assert_cmpint (answer->status, ==, 200);
  text = g_bytes_get_data (answer->body, &n);
  pushed = wg_wire_push_answer_from_json (text, n, &error);
  g_assert_no_error (error);
  return pushed;
}

WgPullPage *
service_pull (Fixture *fixture, const char *ask, const char *headers)
{
  g_autoptr (HttpAnswer) answer = service_send_text (fixture, "POST", "/v1/sync/pull", headers, ask);
  g_autofree char *encoding = http_answer_get (answer, "Content-Encoding");
  g_autoptr (GBytes) plain = NULL;
  g_autoptr (GError) error = NULL;
  WgPullPage *page;

  g_assert_cmpint (answer->status, ==, 200);
  if (g_strcmp0 (encoding, "zstd") == 0)
    plain = wg_zstd_decompress (answer->body, WG_LIMIT_BODY, &error);
  else
    plain = g_bytes_ref (answer->body);
  g_assert_no_error (error);
  page = wg_wire_pull_page_from_body (plain, &error);
  g_assert_no_error (error);
  return page;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one function of HTTP against a peer that misbehaves. */
#include "sync/wg-http.h"

#include "support/fault-platform.h"
#include "wire/wg-zstd.h"

#define EPOCH "01960000-0000-7000-8000-000000000001"

static WgHttpReply *
get (const char *url, const char *pin, GError **error)
{
  g_autoptr (WgHttp) http = wg_http_new (url, pin, error);
  WgHttpRequest request = { .method = "GET", .path = "/v1/hello" };

  return http != NULL ? wg_http_send (http, &request, NULL, error) : NULL;
}

static void
play (FaultPlatform *peer, const char *answer)
{
  fault_platform_rule (peer, &(FaultRule) { .kind = FAULT_ANSWER, .answer = answer });
}

static void
test_addresses (void)
{
  static const char *const bad[] = { "http://platform.invalid",  "http://192.0.2.1:80",
                                     "ftp://127.0.0.1",          "https://user@192.0.2.1",
                                     "https://192.0.2.1/?a=1",   "platform.invalid",
                                     "http://127.0.0.1@evil.io", "http://127.0.0.1.evil.test" };
  static const char *const good[] = { "http://127.0.0.1:8080", "http://127.8.8.8", "http://[::1]:9",
                                      "http://localhost:1/base/", "https://platform.invalid" };

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (wg_http_new (bad[i], NULL, &error));
      g_assert_error (error, WG_SYNC_ERROR, WG_SYNC_ERROR_REFUSED);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (good); i++)
    {
      g_autoptr (WgHttp) http = wg_http_new (good[i], NULL, NULL);

      g_assert_nonnull (http);
    }
}

static void
test_reads_reply (void)
{
  g_autoptr (FaultPlatform) peer = fault_platform_new (0);
  g_autofree char *url = fault_platform_url (peer);
  g_autofree char *answer = fault_answer (
      503, EPOCH, "Application/JSON; charset=utf-8",
      "Retry-After: 17\r\nUpload-Offset: 4096\r\nContent-Range: bytes 5-9/10\r\n", "{\"a\":1}");
  g_autoptr (GError) error = NULL;
  g_autoptr (WgHttpReply) reply = NULL;
  g_autofree char *sent = NULL;

  play (peer, answer);
  reply = get (url, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpint (reply->status, ==, 503);
  g_assert_cmpstr (reply->content_type, ==, "application/json");
  g_assert_cmpstr (reply->epoch, ==, EPOCH);
  g_assert_cmpint (reply->server_time_ms, ==, 1795400000000);
  g_assert_cmpint (reply->retry_after_s, ==, 17);
  g_assert_cmpint (reply->upload_offset, ==, 4096);
  g_assert_cmpint (reply->range_from, ==, 5);
  g_assert_cmpmem (g_bytes_get_data (reply->body, NULL), g_bytes_get_size (reply->body),
                   "{\"a\":1}", 7);
  sent = fault_platform_last_request (peer, NULL);
  g_assert_nonnull (strstr (sent, "\r\nWangge-Schema: 1\r\n"));
  g_assert_nonnull (strstr (sent, "\r\nWangge-Client: "));
  g_assert_nonnull (strstr (sent, "\r\nAccept-Encoding: zstd\r\n"));
  g_assert_null (strstr (sent, "Authorization"));
}

/* Cut at every byte: never a reply that is shorter than announced. */
static void
test_cut_at_every_byte (void)
{
  g_autoptr (FaultPlatform) peer = fault_platform_new (0);
  g_autofree char *url = fault_platform_url (peer);
  g_autofree char *answer = fault_answer (200, EPOCH, "application/json", NULL, "{\"a\":1}");
  g_autoptr (WgHttp) http = wg_http_new (url, NULL, NULL);
  WgHttpRequest request = { .method = "GET", .path = "/v1/hello" };

  for (gsize n = 0; n < strlen (answer); n++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *part = g_strndup (answer, n);

      play (peer, part);
      g_assert_null (wg_http_send (http, &request, NULL, &error));
      g_assert_nonnull (error);
      g_assert_cmpint (error->domain, ==, WG_SYNC_ERROR);
    }
}

static void
test_redirect_is_a_reply (void)
{
  g_autoptr (FaultPlatform) peer = fault_platform_new (0);
  g_autofree char *url = fault_platform_url (peer);
  g_autofree char *target = g_strdup_printf ("Location: %s/elsewhere\r\n", url);
  g_autofree char *answer = fault_answer (302, NULL, NULL, target, NULL);
  g_autoptr (WgHttpReply) reply = NULL;

  play (peer, answer);
  reply = get (url, NULL, NULL);
  g_assert_cmpint (reply->status, ==, 302);
  g_assert_null (reply->epoch);
  g_assert_cmpuint (fault_platform_count (peer, "elsewhere"), ==, 0);
}

static void
test_unreachable (void)
{
  g_autoptr (FaultPlatform) peer = fault_platform_new (0);
  g_autofree char *url = fault_platform_url (peer);
  g_autoptr (GError) error = NULL;

  fault_platform_unplug (peer);
  g_assert_null (get (url, NULL, &error));
  g_assert_error (error, WG_SYNC_ERROR, WG_SYNC_ERROR_OFFLINE);
}

static void
test_stall (void)
{
  g_autoptr (FaultPlatform) peer = fault_platform_new (0);
  g_autofree char *url = fault_platform_url (peer);
  g_autoptr (WgHttp) http = wg_http_new (url, NULL, NULL);
  WgHttpRequest request = { .method = "GET", .path = "/v1/hello" };
  g_autoptr (GError) error = NULL;

  fault_platform_rule (peer, &(FaultRule) { .kind = FAULT_HOLD });
  wg_http_set_time_outs (http, 1000, 100);
  g_assert_null (wg_http_send (http, &request, NULL, &error));
  g_assert_error (error, WG_SYNC_ERROR, WG_SYNC_ERROR_TIMEOUT);
}

static gpointer
cancel_when_asked (gpointer data)
{
  gpointer *both = data;

  while (fault_platform_count (both[0], NULL) == 0)
    g_thread_yield ();
  g_cancellable_cancel (both[1]);
  return NULL;
}

static void
test_cancel (void)
{
  g_autoptr (FaultPlatform) peer = fault_platform_new (0);
  g_autofree char *url = fault_platform_url (peer);
  g_autoptr (WgHttp) http = wg_http_new (url, NULL, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  WgHttpRequest request = { .method = "GET", .path = "/v1/hello" };
  gpointer both[] = { peer, cancellable };
  g_autoptr (GError) error = NULL;
  gint64 start_us = g_get_monotonic_time ();
  GThread *thread;

  fault_platform_rule (peer, &(FaultRule) { .kind = FAULT_HOLD });
  thread = g_thread_new ("cancel", cancel_when_asked, both);
  g_assert_null (wg_http_send (http, &request, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpint (g_get_monotonic_time () - start_us, <, 10 * G_USEC_PER_SEC);
  g_thread_join (thread);
  g_clear_error (&error);
  g_assert_null (wg_http_send (http, &request, cancellable, &error)); /* not even begun */
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (fault_platform_count (peer, NULL), ==, 1);
}

static void
test_limit (void)
{
  g_autoptr (FaultPlatform) peer = fault_platform_new (0);
  g_autofree char *url = fault_platform_url (peer);
  g_autofree char *body = g_strnfill (2000, 'x');
  g_autofree char *answer = fault_answer (200, EPOCH, "application/json", NULL, body);
  g_autoptr (WgHttp) http = wg_http_new (url, NULL, NULL);
  g_autoptr (WgHttpReply) reply = NULL;
  g_autoptr (GError) error = NULL;
  WgHttpRequest request = { .method = "GET", .path = "/v1/hello", .limit = 1999 };

  play (peer, answer);
  g_assert_null (wg_http_send (http, &request, NULL, &error));
  g_assert_error (error, WG_SYNC_ERROR, WG_SYNC_ERROR_FAILED);
  request.limit = 2000;
  reply = wg_http_send (http, &request, NULL, NULL);
  g_assert_cmpuint (g_bytes_get_size (reply->body), ==, 2000);
}

/* A small body goes as it is, a larger one packed; a piece of a photo never. */
static void
test_packing (void)
{
  g_autoptr (FaultPlatform) peer = fault_platform_new (0);
  g_autofree char *url = fault_platform_url (peer);
  g_autofree char *answer = fault_answer (204, EPOCH, NULL, NULL, NULL);
  g_autoptr (WgHttp) http = wg_http_new (url, NULL, NULL);

  for (int i = 0; i < 3; i++)
    {
      g_autofree char *text = g_strnfill (i == 0 ? 512 : 5000, 'x');
      g_autoptr (GBytes) body = g_bytes_new (text, strlen (text));
      g_autofree char *sent = NULL;
      g_autoptr (WgHttpReply) reply = NULL;
      WgHttpRequest request = { .method = "PATCH",
                                .path = "/b",
                                .token = "t0ken",
                                .content_type = "application/json",
                                .body = body,
                                .raw = i == 2,
                                .upload_length = i == 2 ? 9999 : 0,
                                .upload_offset = 77 };

      play (peer, answer);
      reply = wg_http_send (http, &request, NULL, NULL);
      g_assert_cmpint (reply->status, ==, 204);
      sent = fault_platform_last_request (peer, NULL);
      g_assert_true (g_str_has_prefix (sent, "PATCH /b HTTP/1.1\r\n"));
      g_assert_nonnull (strstr (sent, "Authorization: Bearer t0ken\r\n"));
      g_assert_true ((strstr (sent, "Content-Encoding: zstd") != NULL) == (i == 1));
      g_assert_true ((strstr (sent, "Upload-Offset: 77\r\nUpload-Length: 9999\r\n") != NULL) ==
                     (i == 2));
      g_assert_true (g_str_has_suffix (sent, "xxxx") == (i != 1));
    }
}

static void
test_other_certificate (void)
{
  g_autofree char *file = g_test_build_filename (G_TEST_DIST, "fixtures/tls/platform.pem", NULL);
  g_autofree char *pin_file =
      g_test_build_filename (G_TEST_DIST, "fixtures/tls/platform.pin", NULL);
  g_autofree char *other_file = g_test_build_filename (G_TEST_DIST, "fixtures/tls/other.pin", NULL);
  g_autoptr (FaultPlatform) peer = fault_platform_new_tls (file);
  g_autofree char *url = fault_platform_url (peer);
  g_autofree char *answer = fault_answer (200, EPOCH, "application/json", NULL, "{}");
  g_autoptr (WgHttpReply) reply = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL, *other_text = NULL, *pin = NULL, *other = NULL;

  g_assert_true (g_file_get_contents (pin_file, &text, NULL, NULL));
  g_assert_true (g_file_get_contents (other_file, &other_text, NULL, NULL));
  pin = g_strconcat ("sha256//", g_strchomp (text), NULL);
  other = g_strconcat ("sha256//", g_strchomp (other_text), NULL);
  play (peer, answer);

  reply = get (url, pin, &error);
  g_assert_no_error (error);
  g_assert_cmpint (reply->status, ==, 200);
  g_assert_cmpuint (fault_platform_count (peer, NULL), ==, 1);

  g_assert_null (get (url, other, &error));
  g_assert_error (error, WG_SYNC_ERROR, WG_SYNC_ERROR_TLS);
  g_clear_error (&error);
  g_assert_null (get (url, NULL, &error)); /* no pin: nobody vouches for this certificate */
  g_assert_error (error, WG_SYNC_ERROR, WG_SYNC_ERROR_TLS);
  g_assert_cmpuint (fault_platform_count (peer, NULL), ==, 1); /* nothing was told to it */
}

static void
test_sink_only_for_the_platform (void)
{
  g_autoptr (FaultPlatform) peer = fault_platform_new (0);
  g_autofree char *url = fault_platform_url (peer);
  g_autoptr (WgHttp) http = wg_http_new (url, NULL, NULL);
  static const struct
  {
    int status;
    const char *epoch, *headers;
    gsize sunk;
    gboolean fails;
  } cases[] = {
    { 206, EPOCH, "Content-Range: bytes 100-104/105\r\n", 5, FALSE },
    { 206, EPOCH, "Content-Range: bytes 99-103/105\r\n", 0, TRUE },
    { 200, EPOCH, NULL, 0, TRUE }, /* from the start, which was not asked for */
    { 200, NULL, NULL, 0, FALSE },
    { 404, EPOCH, NULL, 0, FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GOutputStream) sink = g_memory_output_stream_new_resizable ();
      g_autofree char *answer =
          fault_answer (cases[i].status, cases[i].epoch, "image/jpeg", cases[i].headers, "12345");
      g_autoptr (WgHttpReply) reply = NULL;
      g_autoptr (GError) error = NULL;
      WgHttpRequest request = {
        .method = "GET", .path = "/v1/blobs/x", .has_range = TRUE, .range_from = 100, .sink = sink
      };

      play (peer, answer);
      reply = wg_http_send (http, &request, NULL, &error);
      g_assert_true ((error != NULL) == cases[i].fails);
      g_assert_cmpuint (g_memory_output_stream_get_data_size (G_MEMORY_OUTPUT_STREAM (sink)), ==,
                        cases[i].sunk);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sync/http/addresses", test_addresses);
  g_test_add_func ("/sync/http/reads-reply", test_reads_reply);
  g_test_add_func ("/sync/http/cut-at-every-byte", test_cut_at_every_byte);
  g_test_add_func ("/sync/http/redirect-is-a-reply", test_redirect_is_a_reply);
  g_test_add_func ("/sync/http/unreachable", test_unreachable);
  g_test_add_func ("/sync/http/stall", test_stall);
  g_test_add_func ("/sync/http/cancel", test_cancel);
  g_test_add_func ("/sync/http/limit", test_limit);
  g_test_add_func ("/sync/http/packing", test_packing);
  g_test_add_func ("/sync/http/other-certificate", test_other_certificate);
  g_test_add_func ("/sync/http/sink-only-for-the-platform", test_sink_only_for_the_platform);
  return g_test_run ();
}

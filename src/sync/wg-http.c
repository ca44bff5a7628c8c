/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HTTP over libcurl: no redirects, no cookies, TLS 1.2 at least, our own zstd, limits on
 * everything. */
#include "sync/wg-http.h"

#include <curl/curl.h>

#include "wg-config.h"
#include "wire/wg-zstd.h"

#define PACK_ABOVE 512
#define POLL_MS 250

struct _WgHttp
{
  CURLM *multi; /* keeps the connections */
  CURL *easy;
  char *base_url;
  char *pin;
  gboolean loopback;
  gint64 connect_ms, stall_ms;
};

/* One exchange on its way. */
typedef struct
{
  WgHttp *http;
  const WgHttpRequest *request;
  WgHttpReply *reply;
  GBytes *packed;
  struct curl_slist *headers;
  GByteArray *received;
  char *encoding;
  gboolean has_head; /* the empty line behind the headers came */
  gint64 n_sunk;
  GError *failure; /* what a callback of ours did not like */
} Exchange;

static void
exchange_clear (Exchange *exchange)
{
  g_clear_pointer (&exchange->reply, wg_http_reply_free);
  g_clear_pointer (&exchange->packed, g_bytes_unref);
  g_clear_pointer (&exchange->headers, curl_slist_free_all);
  g_clear_pointer (&exchange->received, g_byte_array_unref);
  g_clear_pointer (&exchange->encoding, g_free);
  g_clear_error (&exchange->failure);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Exchange, exchange_clear)

/**
 * wg_http_reply_new:
 *
 * Makes an empty reply: every number absent.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): a reply
 */
WgHttpReply *
wg_http_reply_new (void)
{
  WgHttpReply *reply = g_new0 (WgHttpReply, 1);

  reply->server_time_ms = -1;
  reply->retry_after_s = -1;
  reply->upload_offset = -1;
  reply->content_length = -1;
  reply->range_from = -1;
  return reply;
}

/**
 * wg_http_reply_free:
 * @reply: (transfer full) (nullable): a reply
 *
 * Frees a reply.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_http_reply_free (WgHttpReply *reply)
{
  if (reply == NULL)
    return;
  g_free (reply->content_type);
  g_free (reply->epoch);
  g_clear_pointer (&reply->body, g_bytes_unref);
  g_free (reply);
}

static gboolean
host_is_loopback (const char *host)
{
  g_autoptr (GInetAddress) address = NULL;

  if (g_ascii_strcasecmp (host, "localhost") == 0)
    return TRUE;
  address = g_inet_address_new_from_string (host);
  return address != NULL && g_inet_address_get_is_loopback (address);
}

/**
 * wg_http_new:
 * @base_url: "https://host[:port][/path]", or "http://" of this machine's own addresses
 * @pin: (nullable): "sha256//…" of the platform's public key; it then decides alone who is right,
 *   else the authorities of the system do
 * @error: return location for an error
 *
 * Makes a client for one platform. It keeps its connection between exchanges.
 *
 * Thread: one at a time.
 * Errors: %WG_SYNC_ERROR_REFUSED for an address that cannot be used.
 *
 * Returns: (transfer full): a client, or %NULL
 */
WgHttp *
wg_http_new (const char *base_url, const char *pin, GError **error)
{
  g_autoptr (GUri) uri = g_uri_parse (base_url, G_URI_FLAGS_NONE, NULL);
  WgHttp *self;
  gboolean loopback, plain;
  gsize n;

  if (uri == NULL || g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0' ||
      g_uri_get_userinfo (uri) != NULL || g_uri_get_query (uri) != NULL ||
      g_uri_get_fragment (uri) != NULL)
    {
      g_set_error (error, WG_SYNC_ERROR, WG_SYNC_ERROR_REFUSED,
                   "not an address of a platform: \"%s\", write https://host", base_url);
      return NULL;
    }
  loopback = host_is_loopback (g_uri_get_host (uri));
  plain = g_str_equal (g_uri_get_scheme (uri), "http");
  if (!g_str_equal (g_uri_get_scheme (uri), "https") && !(plain && loopback))
    {
      g_set_error (error, WG_SYNC_ERROR, WG_SYNC_ERROR_REFUSED,
                   "\"%s\" is not encrypted, write https://", base_url);
      return NULL;
    }

  self = g_new0 (WgHttp, 1);
  self->multi = curl_multi_init ();
  self->easy = curl_easy_init ();
  self->base_url = g_strdup (base_url);
  for (n = strlen (self->base_url); n > 0 && self->base_url[n - 1] == '/'; n--)
    self->base_url[n - 1] = '\0';
  self->pin = plain ? NULL : g_strdup (pin);
  self->loopback = loopback;
  self->connect_ms = 10 * 1000;
  self->stall_ms = 30 * 1000;
  return self;
}

/**
 * wg_http_free:
 * @self: (transfer full) (nullable): a client
 *
 * Closes the connections and frees the client.
 *
 * Thread: the one that used it last.
 * Errors: none.
 */
void
wg_http_free (WgHttp *self)
{
  if (self == NULL)
    return;
  curl_easy_cleanup (self->easy);
  curl_multi_cleanup (self->multi);
  g_free (self->base_url);
  g_free (self->pin);
  g_free (self);
}

/**
 * wg_http_set_time_outs:
 * @self: a client
 * @connect_ms: until the connection stands, ms
 * @stall_ms: longest time without a byte in either direction, ms
 *
 * Sets when an exchange is given up. There is no limit on its whole length: a slow line is a line.
 *
 * Thread: the one that uses the client.
 * Errors: none.
 */
void
wg_http_set_time_outs (WgHttp *self, gint64 connect_ms, gint64 stall_ms)
{
  self->connect_ms = connect_ms;
  self->stall_ms = stall_ms;
}

static gint64
parse_number (const char *text)
{
  guint64 value;

  return g_ascii_string_to_unsigned (text, 10, 0, G_GINT64_CONSTANT (9007199254740991), &value,
                                     NULL)
             ? (gint64) value
             : -1;
}

static size_t
on_header_received_cb (char *data, size_t size, size_t n, void *user_data)
{
  Exchange *exchange = user_data;
  WgHttpReply *reply = exchange->reply;
  g_autofree char *line = g_strndup (data, size * n);
  char *value;

  if (g_str_has_prefix (line, "HTTP/"))
    { /* of another answer: 100, or a proxy's */
      g_clear_pointer (&exchange->reply, wg_http_reply_free);
      exchange->reply = wg_http_reply_new ();
      exchange->has_head = FALSE;
      g_clear_pointer (&exchange->encoding, g_free);
      return size * n;
    }
  if (*line == '\r' || *line == '\n')
    exchange->has_head = TRUE;
  value = strchr (line, ':');
  if (value == NULL)
    return size * n;
  *value++ = '\0';
  g_strstrip (value);

  if (g_ascii_strcasecmp (line, "Content-Type") == 0)
    {
      char *end = strchr (value, ';');

      if (end != NULL)
        *end = '\0';
      g_free (reply->content_type);
      reply->content_type = g_ascii_strdown (g_strchomp (value), -1);
    }
  else if (g_ascii_strcasecmp (line, "Content-Encoding") == 0)
    g_set_str (&exchange->encoding, value);
  else if (g_ascii_strcasecmp (line, "Wangge-Epoch") == 0)
    g_set_str (&reply->epoch, value);
  else if (g_ascii_strcasecmp (line, "Server-Time") == 0)
    reply->server_time_ms = parse_number (value);
  else if (g_ascii_strcasecmp (line, "Retry-After") == 0)
    reply->retry_after_s = parse_number (value);
  else if (g_ascii_strcasecmp (line, "Upload-Offset") == 0)
    reply->upload_offset = parse_number (value);
  else if (g_ascii_strcasecmp (line, "Content-Length") == 0)
    reply->content_length = parse_number (value);
  else if (g_ascii_strcasecmp (line, "Content-Range") == 0 && g_str_has_prefix (value, "bytes "))
    {
      char *end = strchr (value, '-');

      if (end != NULL)
        *end = '\0';
      reply->range_from = parse_number (value + strlen ("bytes "));
    }
  return size * n;
}

static gboolean
write_to_sink (Exchange *exchange, const char *data, gsize n)
{
  const WgHttpRequest *request = exchange->request;

  if (request->has_range && exchange->reply->range_from != request->range_from)
    {
      g_set_error (&exchange->failure, WG_SYNC_ERROR, WG_SYNC_ERROR_FAILED,
                   "the platform did not resume at byte %" G_GINT64_FORMAT, request->range_from);
      return FALSE;
    }
  exchange->n_sunk += n;
  return g_output_stream_write_all (request->sink, data, n, NULL, NULL, &exchange->failure);
}

static size_t
on_body_received_cb (char *data, size_t size, size_t n, void *user_data)
{
  Exchange *exchange = user_data;
  const WgHttpRequest *request = exchange->request;
  gsize limit = request->limit > 0 ? request->limit : WG_LIMIT_BODY;
  gsize so_far = exchange->received->len + exchange->n_sunk;
  long status = 0;

  if (size * n > limit - MIN (so_far, limit))
    {
      g_set_error (&exchange->failure, WG_SYNC_ERROR, WG_SYNC_ERROR_FAILED,
                   "the answer is larger than %" G_GSIZE_FORMAT " bytes", limit);
      return 0;
    }
  curl_easy_getinfo (exchange->http->easy, CURLINFO_RESPONSE_CODE, &status);
  if (request->sink != NULL && exchange->reply->epoch != NULL && (status == 200 || status == 206))
    return write_to_sink (exchange, data, size * n) ? size * n : 0;
  g_byte_array_append (exchange->received, (const guint8 *) data, size * n);
  return size * n;
}

static void add_header (Exchange *exchange, const char *format, ...) G_GNUC_PRINTF (2, 3);

static void
add_header (Exchange *exchange, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  exchange->headers = curl_slist_append (exchange->headers, text);
}

static gboolean
set_body (Exchange *exchange, GError **error)
{
  const WgHttpRequest *request = exchange->request;
  CURL *easy = exchange->http->easy;
  GBytes *body = request->body;
  const char *data;

  if (body == NULL)
    {
      if (g_str_equal (request->method, "HEAD"))
        curl_easy_setopt (easy, CURLOPT_NOBODY, 1L);
      else
        curl_easy_setopt (easy, CURLOPT_CUSTOMREQUEST, request->method);
      return TRUE;
    }
  if (!request->raw && g_bytes_get_size (body) > PACK_ABOVE)
    {
      exchange->packed = wg_zstd_compress (body, error);
      if (exchange->packed == NULL)
        return FALSE;
      body = exchange->packed;
      add_header (exchange, "Content-Encoding: zstd");
    }
  add_header (exchange, "Content-Type: %s", request->content_type);
  add_header (exchange, "Expect:");
  data = g_bytes_get_data (body, NULL);
  /* An empty body has no address; without one libcurl would ask for a body by a callback. */
  curl_easy_setopt (easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t) g_bytes_get_size (body));
  curl_easy_setopt (easy, CURLOPT_POSTFIELDS, data != NULL ? data : "");
  curl_easy_setopt (easy, CURLOPT_CUSTOMREQUEST, request->method);
  return TRUE;
}

static void
set_security (WgHttp *self)
{
  CURL *easy = self->easy;

  curl_easy_setopt (easy, CURLOPT_PROTOCOLS_STR, self->loopback ? "http,https" : "https");
  curl_easy_setopt (easy, CURLOPT_SSLVERSION, (long) CURL_SSLVERSION_TLSv1_2);
  if (self->loopback)
    curl_easy_setopt (easy, CURLOPT_NOPROXY, "*");
  if (self->pin != NULL)
    {
      /* The key given at enrolment names the platform, whoever signed its certificate. */
      curl_easy_setopt (easy, CURLOPT_PINNEDPUBLICKEY, self->pin);
      curl_easy_setopt (easy, CURLOPT_SSL_VERIFYPEER, 0L);
      curl_easy_setopt (easy, CURLOPT_SSL_VERIFYHOST, 0L);
    }
}

static gboolean
set_up (Exchange *exchange, GError **error)
{
  const WgHttpRequest *request = exchange->request;
  WgHttp *self = exchange->http;
  CURL *easy = self->easy;
  g_autofree char *url = g_strconcat (self->base_url, request->path, NULL);

  curl_easy_reset (easy);
  curl_easy_setopt (easy, CURLOPT_URL, url);
  curl_easy_setopt (easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt (easy, CURLOPT_HTTP_VERSION, (long) CURL_HTTP_VERSION_1_1);
  curl_easy_setopt (easy, CURLOPT_CONNECTTIMEOUT_MS, (long) self->connect_ms);
  curl_easy_setopt (easy, CURLOPT_HEADERFUNCTION, on_header_received_cb);
  curl_easy_setopt (easy, CURLOPT_HEADERDATA, exchange);
  curl_easy_setopt (easy, CURLOPT_WRITEFUNCTION, on_body_received_cb);
  curl_easy_setopt (easy, CURLOPT_WRITEDATA, exchange);
  set_security (self);

  add_header (exchange, "Wangge-Client: %s/%s", g_get_prgname () ? g_get_prgname () : "wangge",
              WG_VERSION);
  add_header (exchange, "Wangge-Schema: 1");
  if (request->token != NULL)
    add_header (exchange, "Authorization: Bearer %s", request->token);
  if (request->sink == NULL)
    add_header (exchange, "Accept-Encoding: zstd");
  if (request->has_range)
    add_header (exchange, "Range: bytes=%" G_GINT64_FORMAT "-", request->range_from);
  if (request->upload_length > 0)
    {
      add_header (exchange, "Upload-Offset: %" G_GINT64_FORMAT, request->upload_offset);
      add_header (exchange, "Upload-Length: %" G_GINT64_FORMAT, request->upload_length);
    }
  if (!set_body (exchange, error))
    return FALSE;
  curl_easy_setopt (easy, CURLOPT_HTTPHEADER, exchange->headers);
  return TRUE;
}

static void
on_cancelled_cb (GCancellable *cancellable, gpointer multi)
{
  curl_multi_wakeup (multi);
}

/* Moves bytes until the exchange is over; %FALSE: cancelled or stalled. */
static gboolean
run_to_end (Exchange *exchange, GCancellable *cancellable, GError **error)
{
  WgHttp *self = exchange->http;
  gint64 moved_us = g_get_monotonic_time ();
  curl_off_t last = -1;
  int running = 1;

  while (TRUE)
    {
      curl_off_t up = 0, down = 0;
      CURLMcode code = curl_multi_perform (self->multi, &running);

      if (code == CURLM_OK && running > 0)
        code = curl_multi_poll (self->multi, NULL, 0, (int) MIN (POLL_MS, self->stall_ms), NULL);
      if (code != CURLM_OK)
        {
          g_set_error (error, WG_SYNC_ERROR, WG_SYNC_ERROR_FAILED, "network: %s",
                       curl_multi_strerror (code));
          return FALSE;
        }
      if (g_cancellable_set_error_if_cancelled (cancellable, error))
        return FALSE;
      if (running == 0)
        return TRUE;
      curl_easy_getinfo (self->easy, CURLINFO_SIZE_UPLOAD_T, &up);
      curl_easy_getinfo (self->easy, CURLINFO_SIZE_DOWNLOAD_T, &down);
      if (up + down != last)
        {
          last = up + down;
          moved_us = g_get_monotonic_time ();
          if (exchange->request->progress != NULL &&
              !exchange->request->progress (up, down, exchange->request->progress_data))
            {
              g_set_error (error, G_IO_ERROR, G_IO_ERROR_CLOSED,
                           "stopped after %" G_GINT64_FORMAT " bytes", (gint64) last);
              return FALSE;
            }
        }
      else if (g_get_monotonic_time () - moved_us > self->stall_ms * 1000)
        {
          g_set_error (error, WG_SYNC_ERROR, WG_SYNC_ERROR_TIMEOUT,
                       "no byte moved for %" G_GINT64_FORMAT " ms", self->stall_ms);
          return FALSE;
        }
    }
}

static WgSyncError
classify (CURLcode code)
{
  switch (code)
    {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_SSL_CONNECT_ERROR: /* mostly a line that broke during the handshake */
      return WG_SYNC_ERROR_OFFLINE;
    case CURLE_OPERATION_TIMEDOUT: /* only the time to connect is limited by libcurl */
      return WG_SYNC_ERROR_OFFLINE;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_ISSUER_ERROR:
      return WG_SYNC_ERROR_TLS;
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL: /* HTTP/0.9, or no HTTP at all */
    case CURLE_TOO_LARGE:
      return WG_SYNC_ERROR_FOREIGN;
    default:
      return WG_SYNC_ERROR_FAILED;
    }
}

static gboolean
take_result (Exchange *exchange, GError **error)
{
  WgHttp *self = exchange->http;
  int n_left = 0;
  CURLMsg *message = curl_multi_info_read (self->multi, &n_left);
  CURLcode code = message != NULL ? message->data.result : CURLE_FAILED_INIT;

  if (exchange->failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&exchange->failure));
      return FALSE;
    }
  if (code != CURLE_OK)
    {
      g_set_error (error, WG_SYNC_ERROR, classify (code), "%s", curl_easy_strerror (code));
      return FALSE;
    }
  if (!exchange->has_head) /* libcurl takes a head that was cut for a whole one */
    {
      g_set_error (error, WG_SYNC_ERROR, WG_SYNC_ERROR_OFFLINE, "the line broke in the headers");
      return FALSE;
    }
  return TRUE;
}

static gboolean
take_body (Exchange *exchange, GError **error)
{
  WgHttpReply *reply = exchange->reply;
  gsize limit = exchange->request->limit > 0 ? exchange->request->limit : WG_LIMIT_BODY;
  g_autoptr (GBytes) wire = g_byte_array_free_to_bytes (g_steal_pointer (&exchange->received));

  /* Without our header it is somebody else's page: nobody will read it, so it is not unpacked. */
  if (exchange->encoding == NULL || g_bytes_get_size (wire) == 0 || reply->epoch == NULL)
    {
      reply->body = g_steal_pointer (&wire);
      return TRUE;
    }
  if (g_ascii_strcasecmp (exchange->encoding, "zstd") != 0)
    {
      g_set_error (error, WG_SYNC_ERROR, WG_SYNC_ERROR_FOREIGN,
                   "an answer packed as \"%s\" was not asked for", exchange->encoding);
      return FALSE;
    }
  reply->body = wg_zstd_decompress (wire, limit, error);
  return reply->body != NULL;
}

/**
 * wg_http_send:
 * @self: a client
 * @request: what to ask
 * @cancellable: (nullable): stops at any byte
 * @error: return location for an error
 *
 * One exchange. Any status is a reply; who answered and what it means is judged by the caller. A
 * body that is shorter than announced is an error, never a reply.
 *
 * Thread: one at a time; blocks.
 * Errors: %G_IO_ERROR_CANCELLED, %G_IO_ERROR_CLOSED when @request's progress stopped it;
 * %WG_SYNC_ERROR_OFFLINE, _TIMEOUT, _TLS, _FOREIGN, _FAILED; what the sink said;
 * %WG_WIRE_ERROR_LIMIT for a body that unpacks beyond its limit. Source: docs/sync-protocol.md,
 * General
 *
 * Returns: (transfer full): a reply, or %NULL
 */
WgHttpReply *
wg_http_send (WgHttp *self, const WgHttpRequest *request, GCancellable *cancellable, GError **error)
{
  g_auto (Exchange) exchange = { .http = self, .request = request };
  gint64 start_us = g_get_monotonic_time ();
  gulong handler = 0;
  gboolean ok;
  long status = 0;

  exchange.reply = wg_http_reply_new ();
  exchange.received = g_byte_array_new ();
  if (g_cancellable_set_error_if_cancelled (cancellable, error) || !set_up (&exchange, error))
    return NULL;

  curl_multi_add_handle (self->multi, self->easy);
  if (cancellable != NULL)
    handler = g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled_cb), self->multi, NULL);
  ok = run_to_end (&exchange, cancellable, error) && take_result (&exchange, error);
  g_cancellable_disconnect (cancellable, handler);
  curl_easy_getinfo (self->easy, CURLINFO_RESPONSE_CODE, &status);
  curl_multi_remove_handle (self->multi, self->easy);
  curl_easy_reset (self->easy); /* lets go of what belongs to the exchange */
  if (!ok || !take_body (&exchange, error))
    return NULL;

  exchange.reply->status = (int) status;
  exchange.reply->round_trip_ms = (g_get_monotonic_time () - start_us) / 1000;
  return g_steal_pointer (&exchange.reply);
}

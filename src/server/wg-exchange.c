/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A request from its first byte to its answer: limits, the route, waiting for other threads. */
#include <string.h>

#include "server/wg-listen.h"
#include "server/wg-server-private.h"
#include "wire/wg-bundle.h"
#include "wire/wg-zstd.h"

/* Request line and headers together. */
#define HEAD_MAX (16 * 1024)
#define JSON_MAX (64 * 1024)
/* After a refusal this much of a body is still read, so that the answer gets through. */
#define DISCARD_MAX (4 * 1024 * 1024)

/* Headers that may come once only; libmicrohttpd takes two Content-Length (protocol.md 6.2). */
static const char *const UNIQUE[] = {
  "Content-Length",   "Transfer-Encoding", "Host",          "Authorization", "Content-Type",
  "Content-Encoding", "Upload-Offset",     "Upload-Length", "Range",         NULL,
};

typedef struct
{
  guint seen[G_N_ELEMENTS (UNIQUE)];
  gboolean twice;
  gsize size;
} Uniqueness;

static enum MHD_Result
on_header_iterated_cb (void *data, enum MHD_ValueKind kind, const char *key, const char *value)
{
  Uniqueness *uniqueness = data;

  uniqueness->size += strlen (key) + (value ? strlen (value) : 0) + strlen (": \r\n");
  for (gsize i = 0; UNIQUE[i]; i++)
    if (g_ascii_strcasecmp (UNIQUE[i], key) == 0 && uniqueness->seen[i]++ > 0)
      uniqueness->twice = TRUE;
  return MHD_YES;
}

static gboolean
check_headers (WgRequest *request, const char *url)
{
  Uniqueness uniqueness = { .size = strlen (url) };

  MHD_get_connection_values (request->connection, MHD_HEADER_KIND, on_header_iterated_cb,
                             &uniqueness);
  if (uniqueness.size > HEAD_MAX)
    {
      wg_request_problem (request, 431, "too-large", NULL);
      return FALSE;
    }
  if (!uniqueness.twice)
    return TRUE;
  wg_request_problem (request, 400, "malformed", "a header came twice");
  return FALSE;
}

static gint64
get_body_limit (const WgRoute *route)
{
  switch (route->body)
    {
    case WG_BODY_JSON:
      return JSON_MAX;
    case WG_BODY_LINES:
      return WG_LIMIT_BODY_WIRE;
    case WG_BODY_STREAM:
      return WG_LIMIT_BLOB;
    case WG_BODY_BUNDLE:
      return WG_LIMIT_BUNDLE;
    case WG_BODY_NONE:
    default:
      return 0;
    }
}

static gboolean
check_content_type (WgRequest *request)
{
  static const char *const types[] = {
    [WG_BODY_JSON] = "application/json",
    [WG_BODY_LINES] = "application/x-ndjson",
    [WG_BODY_STREAM] = "application/offset+octet-stream",
    [WG_BODY_BUNDLE] = "application/octet-stream",
  };
  const char *type = wg_request_get_header (request, "Content-Type");
  const char *wanted;
  gsize n;

  if (request->route->body == WG_BODY_NONE)
    return TRUE;
  wanted = types[request->route->body];
  n = strlen (wanted);
  if (type && g_ascii_strncasecmp (type, wanted, n) == 0 && strchr ("; \t", type[n]))
    return TRUE;
  wg_request_problem (request, 415, "unsupported", "Content-Type");
  return FALSE;
}

static gboolean
check_rate (WgRequest *request, const char *who)
{
  guint wait_s = wg_meter_wait (request->server->meter, who);
  char text[16];

  if (wait_s == 0)
    return TRUE;
  wg_request_problem (request, 429, "rate", NULL);
  g_snprintf (text, sizeof text, "%u", wait_s);
  g_ptr_array_set_size (request->headers, 0);
  wg_request_add_header (request, "Retry-After", text);
  return FALSE;
}

static gboolean
check_size (WgRequest *request)
{
  gint64 length = wg_request_get_number (request, "Content-Length");

  if (length <= get_body_limit (request->route))
    return TRUE;
  wg_request_problem (request, 413, "too-large", NULL);
  return FALSE;
}

static char *
find_address (WgServer *self, struct MHD_Connection *connection)
{
  const char *forwarded =
      self->options.behind_proxy
          ? MHD_lookup_connection_value (connection, MHD_HEADER_KIND, "X-Forwarded-For")
          : NULL;
  const union MHD_ConnectionInfo *info;

  if (forwarded)
    {
      /* The last one is what our own proxy saw. */
      const char *comma = strrchr (forwarded, ',');
      return g_strstrip (g_strdup (comma ? comma + 1 : forwarded));
    }
  info = MHD_get_connection_info (connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  return wg_listen_describe_peer (info ? info->client_addr : NULL);
}

/* Everything that can be said before the body. */
static void
begin_request (WgServer *self, WgRequest *request, const char *url, const char *method)
{
  gboolean path_known;

  request->address = find_address (self, request->connection);
  request->route = wg_routes_find (method, url, &request->sha, &path_known);
  if (request->route == NULL)
    {
      if (path_known)
        wg_request_problem (request, 405, "method", NULL);
      else
        wg_request_problem (request, 404, "unknown-path", NULL);
      return;
    }
  if (!check_headers (request, url) || !check_size (request) || !check_content_type (request))
    return;
  if (request->route->session)
    {
      if (!wg_auth_identify (request) || !check_rate (request, request->caller.replica))
        return;
    }
  else if (!wg_listen_is_local (request->address) && !check_rate (request, request->address))
    {
      return;
    }
  if (request->route->begin)
    request->route->begin (request);
}

/* The answer stands: the connection's thread sends it. */
static void
wake (WgServer *self, WgRequest *request)
{
  request->ready = TRUE;
  MHD_resume_connection (request->connection);
  g_mutex_lock (&self->lock);
  self->pending--;
  g_cond_signal (&self->written);
  g_mutex_unlock (&self->lock);
}

static void
on_written_cb (gpointer data, const GError *error)
{
  WgRequest *request = data;

  if (error)
    wg_request_answer_error (request, error);
  else
    request->written (request);
  wake (request->server, request);
}

/**
 * wg_exchange_run_slow:
 * @request: a request whose connection waits
 * @server: the service
 *
 * Does what takes its time, and hands over what is then to be written.
 *
 * Thread: one of the pool.
 * Errors: answered.
 */
void
wg_exchange_run_slow (gpointer request, gpointer server)
{
  WgRequest *self = request;

  self->slow (self);
  if (self->work)
    wg_writer_post (((WgServer *) server)->writer, self->work, on_written_cb, self);
  else
    wake (server, self);
}

/* %FALSE: the service stops, nothing may be begun any more. */
static gboolean
begin_waiting (WgServer *self)
{
  gboolean good;

  g_mutex_lock (&self->lock);
  good = !self->stopping;
  if (good)
    self->pending++;
  g_mutex_unlock (&self->lock);
  return good;
}

/* Takes a piece of the body; %MHD_NO closes the connection. */
static enum MHD_Result
take_chunk (WgServer *self, WgRequest *request, const char *data, gsize n)
{
  request->body_size += (gint64) n;
  if (!wg_connections_note_body (self->connections, request->connection, n))
    return MHD_NO;
  if (request->status == 0 && request->body_size > get_body_limit (request->route))
    wg_request_problem (request, 413, "too-large", NULL);
  if (request->status != 0)
    return request->body_size > DISCARD_MAX ? MHD_NO : MHD_YES;
  if (request->route->chunk)
    {
      request->route->chunk (request, data, n);
    }
  else
    {
      if (request->body == NULL)
        request->body = g_byte_array_new ();
      g_byte_array_append (request->body, (const guint8 *) data, (guint) n);
    }
  return MHD_YES;
}

static enum MHD_Result
finish_request (WgServer *self, WgRequest *request)
{
  if (!request->started)
    {
      request->started = TRUE;
      wg_connections_note (self->connections, request->connection, WG_CONNECTION_ANSWERING);
      if (request->status == 0)
        request->route->handler (request);
      if (request->deferred && !begin_waiting (self))
        {
          request->deferred = FALSE;
          wg_request_problem (request, 503, "maintenance", NULL);
        }
      if (request->deferred)
        {
          /* Before it is handed over: the other thread may be quicker than this one. */
          MHD_suspend_connection (request->connection);
          if (request->slow)
            g_thread_pool_push (self->slow, request, NULL);
          else
            wg_writer_post (self->writer, request->work, on_written_cb, request);
          return MHD_YES;
        }
    }
  if (request->deferred && !request->ready)
    return MHD_YES;
  if (g_atomic_int_get (&self->draining))
    wg_request_add_header (request, "Connection", "close");
  return wg_request_send (request);
}

/**
 * wg_exchange_take:
 * @data: the service
 * @connection: its connection
 * @url: the path
 * @method: of HTTP
 * @version: of HTTP
 * @upload: (nullable): a piece of the body
 * @upload_size: (inout): its bytes; 0 when all was taken
 * @state: (inout): our request, %NULL at first
 *
 * Takes what has come of a request, and answers it at its end.
 *
 * Thread: the connection's.
 * Errors: answered.
 *
 * Returns: %MHD_NO to close the connection
 */
enum MHD_Result
wg_exchange_take (void *data,
                  struct MHD_Connection *connection,
                  const char *url,
                  const char *method,
                  const char *version,
                  const char *upload,
                  size_t *upload_size,
                  void **state)
{
  WgServer *self = data;
  WgRequest *request = *state;
  enum MHD_Result result;

  if (request == NULL)
    {
      gint64 length;
      *state = request = wg_request_new (self, connection);
      wg_connections_note (self->connections, connection, WG_CONNECTION_BODY);
      begin_request (self, request, url, method);
      length = wg_request_get_number (request, "Content-Length");
      /* Too much to be read for nothing: the answer now, and the connection closes. */
      if (request->status != 0 && length > DISCARD_MAX)
        return wg_request_send (request);
      return MHD_YES;
    }
  if (*upload_size > 0)
    {
      result = take_chunk (self, request, upload, *upload_size);
      *upload_size = 0;
      return result;
    }
  return finish_request (self, request);
}

static void
log_request (WgServer *self, const WgRequest *request)
{
  char name[96];

  g_snprintf (name, sizeof name, "wg_requests_total{path=\"%s\",status=\"%d\"}",
              request->route ? request->route->path : "other", request->status);
  wg_meter_count (self->meter, name, 1);
  if (request->route)
    wg_meter_time (self->meter, request->route->path, g_get_monotonic_time () - request->begun_us);
  if (self->options.verbose)
    g_message ("%s %s %d %" G_GINT64_FORMAT " us %s", request->route ? request->route->method : "?",
               request->route ? request->route->path : "?", request->status,
               g_get_monotonic_time () - request->begun_us,
               request->caller.replica ? request->caller.replica : "-");
}

/**
 * wg_exchange_completed:
 * @data: the service
 * @connection: its connection
 * @state: (inout): our request
 * @reason: how it ended
 *
 * Counts the request and lets go of it.
 *
 * Thread: the connection's.
 * Errors: none.
 */
void
wg_exchange_completed (void *data,
                       struct MHD_Connection *connection,
                       void **state,
                       enum MHD_RequestTerminationCode reason)
{
  WgServer *self = data;
  WgRequest *request = *state;

  wg_connections_note (self->connections, connection, WG_CONNECTION_WAITING);
  if (request == NULL)
    return;
  if (reason != MHD_REQUEST_TERMINATED_COMPLETED_OK)
    wg_meter_count (self->meter, "wg_aborted_total", 1);
  log_request (self, request);
  wg_request_free (request);
  *state = NULL;
}

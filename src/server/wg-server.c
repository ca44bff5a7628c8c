/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The HTTP service: libmicrohttpd, its limits, readers and the writer. */
#include "server/wg-server.h"

#include <string.h>
#include <sys/socket.h>

#include "server/wg-blob-store.h"
#include "server/wg-connections.h"
#include "server/wg-listen.h"
#include "server/wg-meter.h"
#include "server/wg-request.h"
#include "server/wg-server-error.h"
#include "wire/wg-zstd.h"

#define IDLE_S 10
#define CONNECTIONS_MAX 2000
/* From here on the longest idle one goes for each that comes. */
#define CONNECTIONS_SHED (CONNECTIONS_MAX - 200)
/* Request line and headers together. */
#define HEAD_MAX (16 * 1024)
/* Holds the request line and the headers: 16 KiB of them, and MHD's own use of it. */
#define CONNECTION_MEMORY (24 * 1024)
#define JSON_MAX (64 * 1024)
/* After a refusal this much of a body is still read, so that the answer gets through. */
#define DISCARD_MAX (4 * 1024 * 1024)
#define READERS_MAX 16

struct _WgServer
{
  const WgPlatform *platform;
  WgServerOptions options; /* texts borrowed; used while starting, and the flags later */
  char *address;
  WgWriter *writer;
  WgConnections *connections;
  struct MHD_Daemon *daemons[2]; /* TCP, Unix */
  char *cert, *key;              /* PEM, owned */
  GAsyncQueue *readers;          /* of WgDb */
  GMutex lock;
  WgMeter *meter;
  WgUploads *uploads;
  int draining; /* atomic */
  GCond written;
  guint pending;     /* requests that wait for the writer; under @lock */
  gboolean stopping; /* nobody may begin to wait; under @lock */
};

/* --- what handlers ask for ------------------------------------------------------------------- */

/**
 * wg_server_get_platform:
 * @self: the service
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer none): the platform
 */
const WgPlatform *
wg_server_get_platform (WgServer *self)
{
  return self->platform;
}

/**
 * wg_server_get_writer:
 * @self: the service
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer none): the writer
 */
WgWriter *
wg_server_get_writer (WgServer *self)
{
  return self->writer;
}

/**
 * wg_server_take_reader:
 * @self: the service
 * @error: return location
 *
 * Takes a reading connection, a new one when none is free.
 *
 * Thread: any; the connection is the caller's until it is given back.
 * Errors: of the database.
 *
 * Returns: (transfer full) (nullable): the connection
 */
WgDb *
wg_server_take_reader (WgServer *self, GError **error)
{
  WgDb *reader = g_async_queue_try_pop (self->readers);

  return reader ? reader : wg_platform_connect (self->platform, TRUE, error);
}

/**
 * wg_server_give_reader:
 * @self: the service
 * @reader: (transfer full): a connection, no transaction open
 *
 * Gives a reading connection back.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_server_give_reader (WgServer *self, WgDb *reader)
{
  if (g_async_queue_length (self->readers) < READERS_MAX && !wg_db_is_lost (reader))
    g_async_queue_push (self->readers, reader);
  else
    wg_db_close (reader);
}

/**
 * wg_server_get_meter:
 * @self: the service
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer none): rates and counters
 */
WgMeter *
wg_server_get_meter (WgServer *self)
{
  return self->meter;
}

/**
 * wg_server_get_uploads:
 * @self: the service
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer none): uploads under way
 */
WgUploads *
wg_server_get_uploads (WgServer *self)
{
  return self->uploads;
}

/* --- one request ----------------------------------------------------------------------------- */

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

static void
on_written_cb (gpointer data, const GError *error)
{
  WgRequest *request = data;
  WgServer *self = request->server;

  if (error)
    wg_request_answer_error (request, error);
  else
    request->written (request);
  request->ready = TRUE;
  MHD_resume_connection (request->connection);
  g_mutex_lock (&self->lock);
  self->pending--;
  g_cond_signal (&self->written);
  g_mutex_unlock (&self->lock);
}

/* %FALSE: the service stops, nothing may be written any more. */
static gboolean
begin_write (WgServer *self)
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
  if (request->route->body == WG_BODY_STREAM)
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
      if (request->deferred && !begin_write (self))
        {
          request->deferred = FALSE;
          wg_request_problem (request, 503, "maintenance", NULL);
        }
      if (request->deferred)
        {
          /* Before the post: the writer may be quicker than this thread. */
          MHD_suspend_connection (request->connection);
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

static enum MHD_Result
on_requested_cb (void *data,
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

static void
on_completed_cb (void *data,
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

static void
on_connection_cb (void *data,
                  struct MHD_Connection *connection,
                  void **state,
                  enum MHD_ConnectionNotificationCode code)
{
  WgServer *self = data;
  const union MHD_ConnectionInfo *info;

  if (code == MHD_CONNECTION_NOTIFY_CLOSED)
    {
      wg_connections_remove (self->connections, connection);
      return;
    }
  info = MHD_get_connection_info (connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  if (info)
    wg_connections_add (self->connections, connection, info->connect_fd);
  if (wg_connections_shed (self->connections, CONNECTIONS_SHED))
    wg_meter_count (self->meter, "wg_shed_total", 1);
}

/* --- the service ----------------------------------------------------------------------------- */

static struct MHD_Daemon *
start_daemon (WgServer *self, int fd, gboolean tls)
{
  struct MHD_OptionItem secure[] = {
    { MHD_OPTION_HTTPS_MEM_CERT, 0, self->cert },
    { MHD_OPTION_HTTPS_MEM_KEY, 0, self->key },
    { MHD_OPTION_HTTPS_PRIORITIES, 0,
      (void *) "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2:%SERVER_PRECEDENCE" },
    { MHD_OPTION_END, 0, NULL },
  };
  struct MHD_OptionItem plain[] = { { MHD_OPTION_END, 0, NULL } };
  /* Not epoll: with it a client that goes away in the middle of a body is at times noticed only by
     the time-out, and until then its photo's part stays locked. */
  unsigned int flags =
      MHD_USE_POLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | (tls ? MHD_USE_TLS : 0);

  return MHD_start_daemon (
      flags, 0, NULL, NULL, on_requested_cb, self, MHD_OPTION_LISTEN_SOCKET, fd,
      MHD_OPTION_THREAD_POOL_SIZE, (unsigned int) MAX (2, g_get_num_processors ()),
      MHD_OPTION_CONNECTION_LIMIT, (unsigned int) CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT,
      (unsigned int) IDLE_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t) CONNECTION_MEMORY,
      MHD_OPTION_CLIENT_DISCIPLINE_LVL, 2, MHD_OPTION_NOTIFY_COMPLETED, on_completed_cb, self,
      MHD_OPTION_NOTIFY_CONNECTION, on_connection_cb, self, MHD_OPTION_ARRAY, tls ? secure : plain,
      MHD_OPTION_END);
}

static gboolean
load_certificate (WgServer *self, GError **error)
{
  if (self->options.tls_cert == NULL && self->options.tls_key == NULL)
    return TRUE;
  if (self->options.tls_cert == NULL || self->options.tls_key == NULL)
    {
      g_set_error (error, WG_SERVER_ERROR, WG_SERVER_ERROR_CONFIG,
                   "--tls-cert and --tls-key belong together");
      return FALSE;
    }
  return g_file_get_contents (self->options.tls_cert, &self->cert, NULL, error) &&
         g_file_get_contents (self->options.tls_key, &self->key, NULL, error);
}

static gboolean
start_listening (WgServer *self, GError **error)
{
  int fd;

  if (self->options.listen)
    {
      fd = wg_listen_tcp (self->options.listen, &self->address, error);
      if (fd < 0)
        return FALSE;
      self->daemons[0] = start_daemon (self, fd, self->cert != NULL);
    }
  if (self->options.unix_path)
    {
      fd = wg_listen_unix (self->options.unix_path, error);
      if (fd < 0)
        return FALSE;
      self->daemons[1] = start_daemon (self, fd, FALSE);
    }
  if ((self->options.listen && !self->daemons[0]) || (self->options.unix_path && !self->daemons[1]))
    {
      g_set_error (error, WG_SERVER_ERROR, WG_SERVER_ERROR_CONFIG,
                   "the HTTP service does not start%s",
                   self->cert ? ": certificate or key do not fit" : "");
      return FALSE;
    }
  return TRUE;
}

/**
 * wg_server_new:
 * @platform: the platform; it must live longer
 * @options: how to serve; its texts must live longer
 * @error: return location
 *
 * Starts to serve.
 *
 * Thread: any.
 * Errors: %WG_SERVER_ERROR_CONFIG when the address or the certificate cannot be used; of the
 *   database.
 *
 * Returns: (transfer full) (nullable): the service
 */
WgServer *
wg_server_new (const WgPlatform *platform, const WgServerOptions *options, GError **error)
{
  g_autoptr (WgServer) self = g_new0 (WgServer, 1);

  self->platform = platform;
  self->options = *options;
  self->connections = wg_connections_new ();
  self->readers = g_async_queue_new_full ((GDestroyNotify) wg_db_close);
  self->meter = wg_meter_new (options->rate);
  self->uploads = wg_uploads_new (platform);
  g_mutex_init (&self->lock);
  g_cond_init (&self->written);
  self->writer = wg_writer_new (platform, error);
  if (self->writer == NULL || !load_certificate (self, error) || !start_listening (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

/**
 * wg_server_get_address:
 * @self: the service
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer none) (nullable): "ADDRESS:PORT" as bound; %NULL without TCP
 */
const char *
wg_server_get_address (WgServer *self)
{
  return self->address;
}

/**
 * wg_server_count_connections:
 * @self: the service
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: how many connections are open
 */
guint
wg_server_count_connections (WgServer *self)
{
  return wg_connections_count (self->connections);
}

/**
 * wg_server_drain:
 * @self: the service
 *
 * Takes no new connection; what is under way is answered, idle connections are closed.
 *
 * Thread: the one that owns the service.
 * Errors: none.
 */
void
wg_server_drain (WgServer *self)
{
  if (g_atomic_int_exchange (&self->draining, TRUE))
    return;
  for (gsize i = 0; i < G_N_ELEMENTS (self->daemons); i++)
    {
      MHD_socket fd = self->daemons[i] ? MHD_quiesce_daemon (self->daemons[i]) : MHD_INVALID_SOCKET;
      if (fd != MHD_INVALID_SOCKET)
        wg_listen_close (fd);
    }
  wg_connections_close_waiting (self->connections);
}

/**
 * wg_server_watch:
 * @self: the service
 *
 * Closes connections whose headers or body do not come to an end: once a second.
 *
 * Thread: any.
 * Errors: none.
 * Source: protocol.md 3.1
 */
void
wg_server_watch (WgServer *self)
{
  wg_connections_watch (self->connections);
  if (g_atomic_int_get (&self->draining))
    wg_connections_close_waiting (self->connections);
}

/**
 * wg_server_is_stale:
 * @self: the service
 *
 * Tells whether the database was restored under our feet.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: %TRUE when the program must be started again
 */
gboolean
wg_server_is_stale (WgServer *self)
{
  return wg_writer_is_stale (self->writer);
}

static gboolean
clean_database (WgWork *work, gpointer data, GError **error)
{
  static const char *const statements[] = {
    "challenge-expire",
    "session-expire",
    "enrolment-expire",
    "throttle-expire",
  };
  gint64 before_ms[] = { work->now_ms, work->now_ms, work->now_ms - 30 * WG_DAY_MS,
                         work->now_ms - WG_DAY_MS };

  for (gsize i = 0; i < G_N_ELEMENTS (statements); i++)
    if (!wg_db_run (work->db, statements[i], error, "before_ms", 'i', before_ms[i], NULL))
      return FALSE;
  return wg_blob_store_clean (work, error);
}

static void
on_cleaned_cb (gpointer data, const GError *error)
{
  if (error)
    g_message ("cleaning up failed and is tried again later: %s", error->message);
}

/**
 * wg_server_clean:
 * @self: the service
 *
 * Forgets expired challenges, sessions, codes, unfinished photos and full buckets.
 *
 * Thread: any.
 * Errors: none; it is tried again the next time.
 */
void
wg_server_clean (WgServer *self)
{
  wg_meter_clean (self->meter);
  wg_writer_post (self->writer, clean_database, on_cleaned_cb, self);
}

/**
 * wg_server_free:
 * @self: (nullable): the service
 *
 * Stops: what was accepted is written, then threads and connections end.
 *
 * Thread: the one that owns the service.
 * Errors: none.
 */
void
wg_server_free (WgServer *self)
{
  if (self == NULL)
    return;
  wg_server_drain (self);
  /* libmicrohttpd may only stop when nothing is suspended. */
  g_mutex_lock (&self->lock);
  self->stopping = TRUE;
  while (self->pending > 0)
    g_cond_wait (&self->written, &self->lock);
  g_mutex_unlock (&self->lock);
  for (gsize i = 0; i < G_N_ELEMENTS (self->daemons); i++)
    g_clear_pointer (&self->daemons[i], MHD_stop_daemon);
  g_clear_pointer (&self->writer, wg_writer_free);
  if (self->readers)
    g_async_queue_unref (self->readers);
  wg_connections_free (self->connections);
  wg_meter_free (self->meter);
  wg_uploads_free (self->uploads);
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->written);
  g_free (self->address);
  g_free (self->cert);
  g_free (self->key);
  g_free (self);
}

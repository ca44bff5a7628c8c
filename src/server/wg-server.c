/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The HTTP service: libmicrohttpd, readers and the writer; its start and its end. */
#include "server/wg-server-private.h"

#include <sys/resource.h>
#include <sys/socket.h>

#include "server/wg-blob-store.h"
#include "server/wg-listen.h"
#include "server/wg-server-error.h"

#define IDLE_S 10
/* Threads for what waits for somebody else; they are made when they are needed. */
#define SLOW_THREADS 8
#define CONNECTIONS_MAX 2000
/* One of so many is kept free: from there on the longest idle one goes for each that comes. */
#define CONNECTIONS_SPARE 10
/* Open files of everything but connections: database, log, listening, the threads' own. */
#define FILES_OTHER 256
/* Of one connection: itself, and the photo that it sends or fetches. */
#define FILES_EACH 2
/* Holds the request line and the headers: 16 KiB of them, and MHD's own use of it. */
#define CONNECTION_MEMORY (24 * 1024)
#define READERS_MAX 16

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

/* --- the service ----------------------------------------------------------------------------- */

/* Raises what this process may open as far as it may; more connections than that are not taken, for
 * then those that are open could not be served either. */
static guint
make_room (void)
{
  struct rlimit files = { 0 };
  guint64 room;

  if (getrlimit (RLIMIT_NOFILE, &files) != 0)
    return CONNECTIONS_MAX;
  if (files.rlim_cur < files.rlim_max)
    {
      struct rlimit raised = { MIN (files.rlim_max, FILES_EACH * CONNECTIONS_MAX + FILES_OTHER),
                               files.rlim_max };
      if (raised.rlim_cur > files.rlim_cur && setrlimit (RLIMIT_NOFILE, &raised) == 0)
        files = raised;
    }
  room = files.rlim_cur > FILES_OTHER ? (files.rlim_cur - FILES_OTHER) / FILES_EACH : 0;
  if (room < CONNECTIONS_MAX)
    g_message ("only %" G_GUINT64_FORMAT " open files are allowed here: fewer connections",
               (guint64) files.rlim_cur);
  return (guint) CLAMP (room, CONNECTIONS_SPARE, CONNECTIONS_MAX);
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
  if (wg_connections_shed (self->connections,
                           self->connections_max - self->connections_max / CONNECTIONS_SPARE))
    wg_meter_count (self->meter, "wg_shed_total", 1);
}

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
      flags, 0, NULL, NULL, wg_exchange_take, self, MHD_OPTION_LISTEN_SOCKET, fd,
      MHD_OPTION_THREAD_POOL_SIZE, (unsigned int) MAX (2, g_get_num_processors ()),
      MHD_OPTION_CONNECTION_LIMIT, self->connections_max, MHD_OPTION_CONNECTION_TIMEOUT,
      (unsigned int) IDLE_S, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t) CONNECTION_MEMORY,
      MHD_OPTION_CLIENT_DISCIPLINE_LVL, 2, MHD_OPTION_NOTIFY_COMPLETED, wg_exchange_completed, self,
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
  self->connections_max = make_room ();
  self->readers = g_async_queue_new_full ((GDestroyNotify) wg_db_close);
  self->meter = wg_meter_new (options->rate);
  self->uploads = wg_uploads_new (platform);
  self->slow = g_thread_pool_new (wg_exchange_run_slow, self, SLOW_THREADS, FALSE, NULL);
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
  wg_blob_store_trim (self->platform);
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
  g_thread_pool_free (self->slow, FALSE, TRUE);
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

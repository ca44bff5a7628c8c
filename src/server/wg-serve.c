/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The command serve: the daemon's main loop, signals, word to systemd. */
#include <malloc.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <glib-unix.h>
#include <glib/gi18n.h>

#include "server/wg-admin.h"
#include "server/wg-log.h"
#include "server/wg-pin.h"
#include "server/wg-server.h"

#define DRAIN_S 30
#define CLEAN_S 600
#define TRIM_S 60

static WgServerOptions options = { .rate = 600 };
static char *listen_at, *unix_path, *tls_cert, *tls_key, *public_url;
static int rate = 600;
static gboolean log_json;

typedef struct
{
  WgServer *server;
  GMainLoop *loop;
  guint drained_s; /* since draining began; 0: not yet */
} Service;

/**
 * wg_command_serve_options:
 * @admin: the invocation
 *
 * Thread: main.
 * Errors: none.
 *
 * Returns: (transfer none): the options of serve
 */
const GOptionEntry *
wg_command_serve_options (WgAdmin *admin)
{
  static const GOptionEntry entries[] = {
    { "listen", 0, 0, G_OPTION_ARG_STRING, &listen_at,
      N_ ("Where to listen; port 0 takes a free one (127.0.0.1:8460)"), N_ ("ADDRESS:PORT") },
    { "unix", 0, 0, G_OPTION_ARG_FILENAME, &unix_path, N_ ("Listen at a socket in the file system"),
      N_ ("PATH") },
    { "tls-cert", 0, 0, G_OPTION_ARG_FILENAME, &tls_cert, N_ ("Certificate, PEM"), N_ ("FILE") },
    { "tls-key", 0, 0, G_OPTION_ARG_FILENAME, &tls_key, N_ ("Its key, PEM"), N_ ("FILE") },
    { "url", 0, 0, G_OPTION_ARG_STRING, &public_url,
      N_ ("How terminals reach the platform, for enrolment"), N_ ("URL") },
    { "rate", 0, 0, G_OPTION_ARG_INT, &rate,
      N_ ("Requests a minute per terminal; 0: no limit (600)"), N_ ("N") },
    { "behind-proxy", 0, 0, G_OPTION_ARG_NONE, &options.behind_proxy,
      N_ ("Believe X-Forwarded-For of the proxy in front"), NULL },
    { "log-json", 0, 0, G_OPTION_ARG_NONE, &log_json, N_ ("Log lines of JSON"), NULL },
    { "verbose", 0, 0, G_OPTION_ARG_NONE, &options.verbose,
      N_ ("Log each request, without personal data"), NULL },
    { NULL },
  };

  return entries;
}

/* The protocol of sd_notify: a datagram to $NOTIFY_SOCKET. */
static void
notify_manager (const char *state)
{
  const char *path = g_getenv ("NOTIFY_SOCKET");
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  socklen_t n;
  int fd;

  if (path == NULL || strlen (path) >= sizeof address.sun_path)
    return;
  memcpy (address.sun_path, path, strlen (path));
  n = (socklen_t) (offsetof (struct sockaddr_un, sun_path) + strlen (path));
  if (path[0] == '@')
    address.sun_path[0] = '\0';
  fd = socket (AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0)
    return;
  if (sendto (fd, state, strlen (state), MSG_NOSIGNAL, (struct sockaddr *) &address, n) < 0)
    g_message ("the service manager cannot be told: %s", g_strerror (errno));
  close (fd);
}

static gboolean
on_terminated_cb (gpointer data)
{
  Service *service = data;

  /* A second signal does not wait. */
  if (service->drained_s > 0)
    g_main_loop_quit (service->loop);
  else
    {
      service->drained_s = 1;
      notify_manager ("STOPPING=1");
      wg_server_drain (service->server);
      if (wg_server_count_connections (service->server) == 0)
        g_main_loop_quit (service->loop);
    }
  return G_SOURCE_CONTINUE;
}

static gboolean
on_second_cb (gpointer data)
{
  Service *service = data;

  wg_server_watch (service->server);
  if (wg_server_is_stale (service->server))
    g_main_loop_quit (service->loop);
  if (service->drained_s > 0 &&
      (wg_server_count_connections (service->server) == 0 || service->drained_s++ > DRAIN_S))
    g_main_loop_quit (service->loop);
  return G_SOURCE_CONTINUE;
}

static gboolean
on_clean_cb (gpointer data)
{
  Service *service = data;

  wg_server_clean (service->server);
  return G_SOURCE_CONTINUE;
}

/* Remembers how terminals get here, for the command enrol. */
static gboolean
note_address (WgWork *work, gpointer data, GError **error)
{
  const char *address = data;
  g_autofree char *own =
      g_strdup_printf ("%s://%s", tls_cert ? "https" : "http", address ? address : "localhost");
  g_autofree char *pin = NULL;

  if (tls_cert)
    {
      pin = wg_pin_of_certificate (tls_cert, error);
      if (pin == NULL)
        return FALSE;
    }
  return wg_meta_set (work->db, "url", public_url ? public_url : own, error) &&
         wg_meta_set (work->db, "pin", pin ? pin : "", error);
}

/* Each thread's part of the heap keeps for good what its largest pull has needed, 27 of 65 MiB
 * after an hour; an idle page of it costs more than asking for it again. */
static gboolean
on_trim_cb (gpointer unused)
{
  malloc_trim (0);
  return G_SOURCE_CONTINUE;
}

static void
run (Service *service)
{
  guint sources[] = {
    g_unix_signal_add (SIGTERM, on_terminated_cb, service),
    g_unix_signal_add (SIGINT, on_terminated_cb, service),
    g_timeout_add_seconds (1, on_second_cb, service),
    g_timeout_add_seconds (CLEAN_S, on_clean_cb, service),
    g_timeout_add_seconds (TRIM_S, on_trim_cb, NULL),
  };

  notify_manager ("READY=1");
  g_main_loop_run (service->loop);
  for (gsize i = 0; i < G_N_ELEMENTS (sources); i++)
    g_source_remove (sources[i]);
}

/**
 * wg_command_serve:
 * @admin: the invocation
 * @arguments: none
 *
 * Serves until SIGTERM or SIGINT, then answers what is under way and ends.
 *
 * Thread: main.
 * Errors: printed.
 *
 * Returns: the exit code
 */
int
wg_command_serve (WgAdmin *admin, char **arguments)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  Service service = { NULL, loop, 0 };
  const char *address;
  gboolean stale;
  int lock;

  options.listen = listen_at ? listen_at : unix_path ? NULL : "127.0.0.1:8460";
  options.unix_path = unix_path;
  options.tls_cert = tls_cert;
  options.tls_key = tls_key;
  options.rate = (guint) MAX (rate, 0);
  signal (SIGPIPE, SIG_IGN);
  if (log_json)
    wg_log_start ();
  if (!wg_admin_open (admin))
    return WG_EXIT_FAILED;
  lock = wg_platform_lock (admin->folder, FALSE, &error);
  if (lock >= 0)
    service.server = wg_server_new (admin->platform, &options, &error);
  if (service.server == NULL)
    return wg_admin_fail (error);
  address = wg_server_get_address (service.server);
  if (!wg_admin_run (admin, note_address, (gpointer) address, &error))
    {
      wg_server_free (service.server);
      return wg_admin_fail (error);
    }
  g_print ("%s\n", address ? address : unix_path);
  fflush (stdout);
  run (&service);
  stale = wg_server_is_stale (service.server);
  wg_server_free (service.server);
  close (lock);
  if (!stale)
    return WG_EXIT_OK;
  g_printerr (_ ("wangge-platform: the database was restored: start again\n"));
  return WG_EXIT_FAILED;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Listening sockets and the names of who connects. */
#include "server/wg-listen.h"

#include <errno.h>
#include <string.h>
#include <netinet/in.h>
#include <sys/un.h>
#include <unistd.h>

#include <gio/gio.h>

#include "server/wg-server-error.h"

#define BACKLOG 512

static GSocketAddress *
parse (const char *text, GError **error)
{
  g_autofree char *host = NULL;
  const char *colon = strrchr (text, ':');
  guint64 port;
  GSocketAddress *address = NULL;

  if (colon && g_ascii_string_to_unsigned (colon + 1, 10, 0, 65535, &port, NULL))
    {
      host = g_strndup (text, (gsize) (colon - text));
      if (host[0] == '[' && g_str_has_suffix (host, "]"))
        {
          memmove (host, host + 1, strlen (host));
          host[strlen (host) - 1] = '\0';
        }
      address = g_inet_socket_address_new_from_string (
          g_strcmp0 (host, "localhost") == 0 ? "127.0.0.1" : host, (guint) port);
    }
  if (address == NULL)
    g_set_error (error, WG_SERVER_ERROR, WG_SERVER_ERROR_CONFIG,
                 "'%s' is no address to listen at: give ADDRESS:PORT", text);
  return address;
}

static int
fail (int fd, const char *text, GError **error)
{
  g_set_error (error, WG_SERVER_ERROR, WG_SERVER_ERROR_CONFIG, "cannot listen at '%s': %s", text,
               g_strerror (errno));
  if (fd >= 0)
    close (fd);
  return -1;
}

/* "127.0.0.1:40123" of a bound socket. */
static char *
describe_bound (int fd)
{
  struct sockaddr_storage storage;
  socklen_t n = sizeof storage;
  g_autoptr (GSocketAddress) address = NULL;
  GInetAddress *inet;
  g_autofree char *host = NULL;

  if (getsockname (fd, (struct sockaddr *) &storage, &n) != 0)
    return NULL;
  address = g_socket_address_new_from_native (&storage, n);
  inet = g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address));
  host = g_inet_address_to_string (inet);
  return g_strdup_printf (strchr (host, ':') ? "[%s]:%u" : "%s:%u", host,
                          g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address)));
}

/**
 * wg_listen_tcp:
 * @text: "ADDRESS:PORT"; port 0 takes a free one
 * @out_bound: (out) (transfer full): what was bound
 * @error: return location
 *
 * Thread: any.
 * Errors: %WG_SERVER_ERROR_CONFIG.
 *
 * Returns: the socket; −1 with @error set
 */
int
wg_listen_tcp (const char *text, char **out_bound, GError **error)
{
  g_autoptr (GSocketAddress) address = parse (text, error);
  struct sockaddr_storage storage;
  gssize n;
  int fd, on = 1;

  if (address == NULL)
    return -1;
  n = g_socket_address_get_native_size (address);
  if (!g_socket_address_to_native (address, &storage, sizeof storage, error))
    return -1;
  fd = socket (storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0 || setsockopt (fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
      bind (fd, (struct sockaddr *) &storage, (socklen_t) n) != 0 || listen (fd, BACKLOG) != 0)
    return fail (fd, text, error);
  *out_bound = describe_bound (fd);
  return fd;
}

/**
 * wg_listen_unix:
 * @path: of the socket; one left behind is replaced
 * @error: return location
 *
 * Thread: any.
 * Errors: %WG_SERVER_ERROR_CONFIG.
 *
 * Returns: the socket; −1 with @error set
 */
int
wg_listen_unix (const char *path, GError **error)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd;

  if (strlen (path) >= sizeof address.sun_path)
    {
      errno = ENAMETOOLONG;
      return fail (-1, path, error);
    }
  memcpy (address.sun_path, path, strlen (path) + 1);
  fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0)
    return fail (fd, path, error);
  unlink (path);
  if (bind (fd, (struct sockaddr *) &address, sizeof address) != 0 || listen (fd, BACKLOG) != 0)
    return fail (fd, path, error);
  return fd;
}

/**
 * wg_listen_close:
 * @fd: a socket
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_listen_close (int fd)
{
  close (fd);
}

/**
 * wg_listen_describe_peer:
 * @address: (nullable): of who connected
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): the address without the port, "unix" for a socket in the file system
 */
char *
wg_listen_describe_peer (const struct sockaddr *address)
{
  const struct sockaddr_in *v4 = (const void *) address;
  const struct sockaddr_in6 *v6 = (const void *) address;
  g_autoptr (GInetAddress) inet = NULL;

  if (address && address->sa_family == AF_INET)
    inet = g_inet_address_new_from_bytes ((const guint8 *) &v4->sin_addr, G_SOCKET_FAMILY_IPV4);
  else if (address && address->sa_family == AF_INET6)
    inet = g_inet_address_new_from_bytes ((const guint8 *) &v6->sin6_addr, G_SOCKET_FAMILY_IPV6);
  return inet ? g_inet_address_to_string (inet) : g_strdup ("unix");
}

/**
 * wg_listen_is_local:
 * @peer: from wg_listen_describe_peer()
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: whether it is this machine
 */
gboolean
wg_listen_is_local (const char *peer)
{
  return g_strcmp0 (peer, "unix") == 0 || g_strcmp0 (peer, "::1") == 0 ||
         g_str_has_prefix (peer, "127.");
}

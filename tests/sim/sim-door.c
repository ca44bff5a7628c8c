/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The HTTP library as the platform sees it, without sockets: requests are handed in, answers are
 * taken out, a body may end too early. */
#include <stdarg.h>
#include <string.h>

#include <microhttpd.h>

#include "sim-wrap.h"
#include "sim.h"

#define PIECE (16 * 1024)

struct MHD_Daemon
{
  MHD_AccessHandlerCallback handler;
  void *data;
  MHD_RequestCompletedCallback completed;
  void *completed_data;
};

struct MHD_Connection
{
  const SimRequest *request;
  SimReply *reply;
  gboolean suspended;
};

struct MHD_Response
{
  GPtrArray *headers;
  GBytes *body;
};

static struct MHD_Daemon *door; /* of the one platform that serves */
static guint n_serving;

void
sim_request_free (SimRequest *self)
{
  g_free (self->method);
  g_free (self->path);
  g_ptr_array_unref (self->headers);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_free (self);
}

void
sim_reply_free (SimReply *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->headers);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_free (self);
}

const char *
sim_headers_get (GPtrArray *headers, const char *name)
{
  for (guint i = 0; i + 1 < headers->len; i += 2)
    if (g_ascii_strcasecmp (headers->pdata[i], name) == 0)
      return headers->pdata[i + 1];
  return NULL;
}

/* --- what the service calls ------------------------------------------------------------------ */

struct MHD_Daemon *
MHD_start_daemon (unsigned int flags,
                  uint16_t port,
                  MHD_AcceptPolicyCallback accept,
                  void *accept_data,
                  MHD_AccessHandlerCallback handler,
                  void *data,
                  ...)
{
  enum MHD_OPTION option;
  va_list list;

  g_assert (door == NULL);
  door = g_new0 (struct MHD_Daemon, 1);
  door->handler = handler;
  door->data = data;
  va_start (list, data);
  while ((option = va_arg (list, enum MHD_OPTION)) != MHD_OPTION_END)
    switch (option)
      {
      case MHD_OPTION_NOTIFY_COMPLETED:
        door->completed = va_arg (list, MHD_RequestCompletedCallback);
        door->completed_data = va_arg (list, void *);
        break;
      case MHD_OPTION_NOTIFY_CONNECTION:
        va_arg (list, MHD_NotifyConnectionCallback);
        va_arg (list, void *);
        break;
      case MHD_OPTION_CONNECTION_MEMORY_LIMIT:
        va_arg (list, size_t);
        break;
      case MHD_OPTION_ARRAY:
        va_arg (list, struct MHD_OptionItem *);
        break;
      case MHD_OPTION_LISTEN_SOCKET:
      case MHD_OPTION_THREAD_POOL_SIZE:
      case MHD_OPTION_CONNECTION_LIMIT:
      case MHD_OPTION_CONNECTION_TIMEOUT:
      case MHD_OPTION_CLIENT_DISCIPLINE_LVL:
        va_arg (list, int);
        break;
      default:
        g_error ("option %d of the HTTP library is new here", (int) option);
      }
  va_end (list);
  return door;
}

void
MHD_stop_daemon (struct MHD_Daemon *self)
{
  g_clear_pointer (&door, g_free);
  while (n_serving > 0)
    sim_wait (&n_serving, -1);
}

MHD_socket
MHD_quiesce_daemon (struct MHD_Daemon *self)
{
  return MHD_INVALID_SOCKET;
}

const union MHD_ConnectionInfo *
MHD_get_connection_info (struct MHD_Connection *self, enum MHD_ConnectionInfoType type, ...)
{
  return NULL;
}

const char *
MHD_lookup_connection_value (struct MHD_Connection *self, enum MHD_ValueKind kind, const char *key)
{
  return sim_headers_get (self->request->headers, key);
}

int
MHD_get_connection_values (struct MHD_Connection *self,
                           enum MHD_ValueKind kind,
                           MHD_KeyValueIterator iterator,
                           void *data)
{
  GPtrArray *headers = self->request->headers;

  for (guint i = 0; i + 1 < headers->len; i += 2)
    iterator (data, kind, headers->pdata[i], headers->pdata[i + 1]);
  return (int) headers->len / 2;
}

void
MHD_suspend_connection (struct MHD_Connection *self)
{
  self->suspended = TRUE;
}

void
MHD_resume_connection (struct MHD_Connection *self)
{
  self->suspended = FALSE;
  sim_wake (self);
}

static struct MHD_Response *
response_new (GBytes *body)
{
  struct MHD_Response *self = g_new0 (struct MHD_Response, 1);

  self->headers = g_ptr_array_new_with_free_func (g_free);
  self->body = body;
  return self;
}

struct MHD_Response *
MHD_create_response_empty (enum MHD_ResponseFlags flags)
{
  return response_new (NULL);
}

struct MHD_Response *
MHD_create_response_from_buffer_with_free_callback_cls (size_t size,
                                                        const void *buffer,
                                                        MHD_ContentReaderFreeCallback done,
                                                        void *data)
{
  struct MHD_Response *self = response_new (g_bytes_new (buffer, size));

  done (data);
  return self;
}

struct MHD_Response *
MHD_create_response_from_fd_at_offset64 (uint64_t size, int fd, uint64_t offset)
{
  g_autofree guint8 *bytes = g_malloc (size + 1);
  ssize_t n = pread (fd, bytes, size, (off_t) offset);

  close (fd);
  return n == (ssize_t) size ? response_new (g_bytes_new (bytes, size)) : NULL;
}

enum MHD_Result
MHD_add_response_header (struct MHD_Response *self, const char *name, const char *value)
{
  g_ptr_array_add (self->headers, g_strdup (name));
  g_ptr_array_add (self->headers, g_strdup (value));
  return MHD_YES;
}

enum MHD_Result
MHD_queue_response (struct MHD_Connection *self, unsigned int status, struct MHD_Response *response)
{
  SimReply *reply = self->reply = g_new0 (SimReply, 1);

  reply->status = (int) status;
  reply->headers = g_ptr_array_ref (response->headers);
  if (response->body && strcmp (self->request->method, "HEAD") != 0)
    reply->body = g_bytes_ref (response->body);
  return MHD_YES;
}

void
MHD_destroy_response (struct MHD_Response *self)
{
  g_ptr_array_unref (self->headers);
  g_clear_pointer (&self->body, g_bytes_unref);
  g_free (self);
}

WRAP (int, wg_listen_unix, const char *path, GError **error) { return 0; }

/* --- a request ------------------------------------------------------------------------------- */

gboolean
sim_door_is_open (void)
{
  return door != NULL;
}

/* Nobody is called any more once the service stops: its lines are closed. */
static enum MHD_Result
call (struct MHD_Connection *connection, const char *data, size_t *n, void **state)
{
  const SimRequest *request = connection->request;

  if (door == NULL)
    return MHD_NO;
  return door->handler (door->data, connection, request->path, request->method, "HTTP/1.1", data, n,
                        state);
}

static enum MHD_Result
send_body (struct MHD_Connection *connection, gint64 n_arrive, void **state)
{
  gsize size = 0, at = 0;
  const char *data =
      connection->request->body ? g_bytes_get_data (connection->request->body, &size) : NULL;

  if (n_arrive >= 0)
    size = MIN (size, (gsize) n_arrive);
  while (at < size && connection->reply == NULL)
    {
      size_t n = MIN (PIECE, size - at);
      enum MHD_Result result;

      at += n;
      result = call (connection, data + at - n, &n, state);
      if (result != MHD_YES)
        return result;
    }
  return MHD_YES;
}

SimReply *
sim_door_serve (const SimRequest *request, gint64 n_arrive)
{
  struct MHD_Connection connection = { .request = request };
  struct MHD_Daemon served = *door;
  gboolean whole = n_arrive < 0;
  void *state = NULL;
  size_t zero = 0;
  enum MHD_Result result;

  n_serving++;
  result = call (&connection, NULL, &zero, &state);
  if (result == MHD_YES && connection.reply == NULL)
    result = send_body (&connection, n_arrive, &state);
  while (whole && result == MHD_YES && connection.reply == NULL)
    {
      result = call (&connection, NULL, &zero, &state);
      while (connection.suspended)
        sim_wait (&connection, -1);
    }
  whole = whole && connection.reply;
  served.completed (served.completed_data, &connection, &state,
                    whole ? MHD_REQUEST_TERMINATED_COMPLETED_OK
                          : MHD_REQUEST_TERMINATED_CLIENT_ABORT);
  if (!whole)
    g_clear_pointer (&connection.reply, sim_reply_free);
  if (--n_serving == 0)
    sim_wake (&n_serving);
  return connection.reply;
}

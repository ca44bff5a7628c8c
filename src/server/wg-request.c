/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One HTTP request on its way: who asks, the body, the answer. */
#include "server/wg-request.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "server/wg-server-error.h"
#include "wire/wg-wire-error.h"
#include "wire/wg-zstd.h"

#define COMPRESS_MIN 512

/**
 * wg_request_new:
 * @server: the service
 * @connection: where it comes from
 *
 * Begins a request.
 *
 * Thread: the connection's.
 * Errors: none.
 *
 * Returns: (transfer full): the request
 */
WgRequest *
wg_request_new (WgServer *server, struct MHD_Connection *connection)
{
  WgRequest *self = g_new0 (WgRequest, 1);

  self->server = server;
  self->connection = connection;
  self->begun_us = g_get_monotonic_time ();
  self->head_size = -1;
  self->file = -1;
  self->headers = g_ptr_array_new_with_free_func (g_free);
  return self;
}

/**
 * wg_request_free:
 * @self: (nullable): a request
 *
 * Lets go of it.
 *
 * Thread: the connection's.
 * Errors: none.
 */
void
wg_request_free (WgRequest *self)
{
  if (self == NULL)
    return;
  if (self->data && self->free_data)
    self->free_data (self->data);
  g_free (self->sha);
  g_free (self->address);
  g_free (self->caller.token_hash);
  g_free (self->caller.replica);
  g_free (self->caller.device);
  g_free (self->caller.worker);
  g_clear_pointer (&self->body, g_byte_array_unref);
  g_clear_pointer (&self->answer, g_bytes_unref);
  g_ptr_array_unref (self->headers);
  if (self->file >= 0)
    close (self->file);
  g_free (self);
}

/**
 * wg_request_get_header:
 * @self: a request
 * @name: of a header
 *
 * Thread: the connection's.
 * Errors: none.
 *
 * Returns: (transfer none) (nullable): its value
 */
const char *
wg_request_get_header (WgRequest *self, const char *name)
{
  return MHD_lookup_connection_value (self->connection, MHD_HEADER_KIND, name);
}

/**
 * wg_request_get_number:
 * @self: a request
 * @name: of a header
 *
 * Thread: the connection's.
 * Errors: none.
 *
 * Returns: its value as a number; −1 when it is absent or no plain number
 */
gint64
wg_request_get_number (WgRequest *self, const char *name)
{
  const char *text = wg_request_get_header (self, name);
  guint64 value;

  if (text == NULL || !g_ascii_string_to_unsigned (text, 10, 0, G_MAXINT64, &value, NULL))
    return -1;
  return (gint64) value;
}

/**
 * wg_request_add_header:
 * @self: a request
 * @name: of a header
 * @value: of the answer
 *
 * Adds a header to the answer.
 *
 * Thread: the connection's, or the writer's while the request waits for it.
 * Errors: none.
 */
void
wg_request_add_header (WgRequest *self, const char *name, const char *value)
{
  g_ptr_array_add (self->headers, g_strdup (name));
  g_ptr_array_add (self->headers, g_strdup (value));
}

/**
 * wg_request_take_body:
 * @self: a request whose body has arrived
 *
 * Unpacks the body within the limits.
 *
 * Thread: the connection's.
 * Errors: answered as a problem.
 *
 * Returns: (transfer full) (nullable): the body; %NULL when a problem was answered
 */
GBytes *
wg_request_take_body (WgRequest *self)
{
  const char *encoding = wg_request_get_header (self, "Content-Encoding");
  g_autoptr (GBytes) wire = self->body ? g_byte_array_free_to_bytes (g_steal_pointer (&self->body))
                                      : g_bytes_new (NULL, 0);
  g_autoptr (GError) error = NULL;
  GBytes *plain;

  if (encoding == NULL || g_ascii_strcasecmp (encoding, "identity") == 0)
    return g_steal_pointer (&wire);
  if (g_ascii_strcasecmp (encoding, "zstd") != 0)
    {
      wg_request_problem (self, 415, "unsupported", "Content-Encoding");
      return NULL;
    }
  plain = wg_zstd_decompress (wire, WG_LIMIT_BODY, &error);
  if (plain == NULL)
    wg_request_answer_error (self, error);
  return plain;
}

static gboolean
accepts_zstd (WgRequest *self)
{
  const char *accepted = wg_request_get_header (self, "Accept-Encoding");
  g_auto (GStrv) parts = accepted ? g_strsplit (accepted, ",", 8) : NULL;

  for (gsize i = 0; parts && parts[i]; i++)
    {
      const char *part = g_strstrip (parts[i]);
      if (g_ascii_strncasecmp (part, "zstd", 4) == 0 && strstr (part, "q=0") == NULL)
        return TRUE;
    }
  return FALSE;
}

/**
 * wg_request_answer_bytes:
 * @self: a request
 * @status: of HTTP
 * @content_type: (nullable): static text
 * @bytes: (transfer full) (nullable): the body
 *
 * Sets the answer; packed when the asker takes it and it is worth it.
 *
 * Thread: the connection's, or the writer's while the request waits for it.
 * Errors: none.
 */
void
wg_request_answer_bytes (WgRequest *self, int status, const char *content_type, GBytes *bytes)
{
  g_clear_pointer (&self->answer, g_bytes_unref);
  g_ptr_array_set_size (self->headers, 0);
  self->status = status;
  self->content_type = content_type;
  self->answer = bytes;
  if (bytes && g_bytes_get_size (bytes) > COMPRESS_MIN && accepts_zstd (self))
    {
      GBytes *packed = wg_zstd_compress (bytes, NULL);
      /* Not packed is right as well. */
      if (packed)
        {
          g_bytes_unref (self->answer);
          self->answer = packed;
          wg_request_add_header (self, "Content-Encoding", "zstd");
        }
    }
}

/**
 * wg_request_answer_json:
 * @self: a request
 * @status: of HTTP
 * @json: (transfer full): the body
 *
 * Sets the answer.
 *
 * Thread: the connection's, or the writer's while the request waits for it.
 * Errors: none.
 */
void
wg_request_answer_json (WgRequest *self, int status, char *json)
{
  wg_request_answer_bytes (self, status, "application/json",
                           g_bytes_new_take (json, strlen (json)));
}

/**
 * wg_request_answer_empty:
 * @self: a request
 * @status: of HTTP
 *
 * Sets an answer without a body.
 *
 * Thread: the connection's, or the writer's while the request waits for it.
 * Errors: none.
 */
void
wg_request_answer_empty (WgRequest *self, int status)
{
  wg_request_answer_bytes (self, status, NULL, NULL);
}

/**
 * wg_request_answer_problem:
 * @self: a request
 * @problem: what is wrong
 *
 * Answers with a problem.
 *
 * Thread: the connection's, or the writer's while the request waits for it.
 * Errors: none.
 * Source: RFC 9457
 */
void
wg_request_answer_problem (WgRequest *self, const WgProblem *problem)
{
  char *json = wg_wire_problem_to_json (problem);

  wg_request_answer_bytes (self, problem->status, "application/problem+json",
                           g_bytes_new_take (json, strlen (json)));
  if (problem->status == 429 || problem->status == 503)
    wg_request_add_header (self, "Retry-After", "5");
  if (problem->status == 401)
    wg_request_add_header (self, "WWW-Authenticate", "Bearer");
}

/**
 * wg_request_problem:
 * @self: a request
 * @status: of HTTP
 * @name: of the problem
 * @detail: (nullable): which part of the request
 *
 * Answers with a problem that needs no more than a name.
 *
 * Thread: the connection's, or the writer's while the request waits for it.
 * Errors: none.
 */
void
wg_request_problem (WgRequest *self, int status, const char *name, const char *detail)
{
  g_autoptr (WgProblem) problem = wg_problem_new (status, name, detail);

  wg_request_answer_problem (self, problem);
}

/**
 * wg_request_answer_error:
 * @self: a request
 * @error: what failed
 *
 * Answers wire errors by their own names, faults of ours as 503 or 500, whose texts stay here.
 *
 * Thread: the connection's, or the writer's while the request waits for it.
 * Errors: none.
 */
void
wg_request_answer_error (WgRequest *self, const GError *error)
{
  if (error->domain == WG_WIRE_ERROR)
    {
      int status = error->code == WG_WIRE_ERROR_LIMIT ? 413 : 400;
      wg_request_problem (self, status, wg_wire_error_get_problem (error), error->message);
      return;
    }
  g_warning ("%s: %s", self->route ? self->route->path : "request", error->message);
  wg_meter_count (wg_server_get_meter (self->server), "wg_failed_total", 1);
  if (g_error_matches (error, WG_DB_ERROR, WG_DB_ERROR_BUSY) ||
      g_error_matches (error, WG_DB_ERROR, WG_DB_ERROR_FULL) ||
      g_error_matches (error, WG_DB_ERROR, WG_DB_ERROR_IO) ||
      g_error_matches (error, WG_SERVER_ERROR, WG_SERVER_ERROR_STALE) ||
      g_error_matches (error, WG_SERVER_ERROR, WG_SERVER_ERROR_STORAGE))
    wg_request_problem (self, 503, "maintenance", NULL);
  else
    wg_request_problem (self, 500, "failed", NULL);
}

/**
 * wg_request_defer:
 * @self: a request
 * @work: (not nullable): what to write; its data is @self
 * @written: makes the answer once it is durable
 *
 * Lets the answer wait for a write. The connection's thread goes on with others meanwhile.
 *
 * Thread: the connection's.
 * Errors: a failed write is answered by wg_request_answer_error().
 */
void
wg_request_defer (WgRequest *self, WgWorkFunc work, WgHandler written)
{
  self->work = work;
  self->written = written;
  self->deferred = TRUE;
}

/**
 * wg_request_leave:
 * @self: a request
 * @slow: (not nullable): goes on with it; answers or calls wg_request_defer()
 *
 * Goes on in a thread that may wait for somebody else. The connection's thread goes on with others
 * meanwhile.
 *
 * Thread: the connection's.
 * Errors: none.
 */
void
wg_request_leave (WgRequest *self, WgHandler slow)
{
  self->slow = slow;
  self->deferred = TRUE;
}

static ssize_t
on_no_body_cb (void *data, uint64_t at, char *buffer, size_t max)
{
  return MHD_CONTENT_READER_END_WITH_ERROR;
}

static void
free_answer (void *data)
{
  g_bytes_unref (data);
}

static struct MHD_Response *
make_response (WgRequest *self)
{
  gsize size = 0;
  const char *data;

  if (self->file >= 0)
    {
      int file = self->file;
      self->file = -1; /* the response closes it */
      return MHD_create_response_from_fd_at_offset64 (self->file_size, file, self->file_offset);
    }
  if (self->head_size >= 0)
    return MHD_create_response_from_callback ((uint64_t) self->head_size, 1024, on_no_body_cb, NULL,
                                              NULL);
  if (self->answer == NULL)
    return MHD_create_response_empty (MHD_RF_NONE);
  data = g_bytes_get_data (self->answer, &size);
  return MHD_create_response_from_buffer_with_free_callback_cls (size, data, free_answer,
                                                                 g_bytes_ref (self->answer));
}

/**
 * wg_request_send:
 * @self: a request with its answer
 *
 * Hands the answer over, with the headers that every answer has.
 *
 * Thread: the connection's.
 * Errors: none.
 *
 * Returns: what libmicrohttpd wants to know: %MHD_NO closes the connection
 */
enum MHD_Result
wg_request_send (WgRequest *self)
{
  const WgPlatform *platform = wg_server_get_platform (self->server);
  struct MHD_Response *response = make_response (self);
  char now[32];
  enum MHD_Result result;

  if (response == NULL)
    return MHD_NO;
  g_snprintf (now, sizeof now, "%" G_GINT64_FORMAT, wg_ports_wall_ms (&platform->ports));
  MHD_add_response_header (response, "Wangge-Epoch", platform->epoch);
  MHD_add_response_header (response, "Server-Time", now);
  MHD_add_response_header (response, "Cache-Control", "no-store");
  if (self->content_type)
    MHD_add_response_header (response, "Content-Type", self->content_type);
  for (guint i = 0; i + 1 < self->headers->len; i += 2)
    MHD_add_response_header (response, self->headers->pdata[i], self->headers->pdata[i + 1]);
  result = MHD_queue_response (self->connection, (unsigned int) self->status, response);
  MHD_destroy_response (response);
  return result;
}

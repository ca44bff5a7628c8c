/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The misbehaving peer: a thread that accepts, one more for each connection, one exchange in each.
 */
#include "fault-platform.h"

#include <string.h>

typedef struct
{
  FaultRule rule;
  char *match, *answer;
  guint seen, done;
} Rule;

struct _FaultPlatform
{
  GMutex mutex;
  GCond cond;
  GSocket *listener;
  GCancellable *cancellable;
  GThread *thread;
  GPtrArray *rules;    /* of Rule */
  GPtrArray *requests; /* of GBytes */
  GArray *replies;     /* of gsize: size of the whole reply to each */
  GPtrArray *workers;  /* of GThread */
  GTlsCertificate *certificate;
  guint16 port, upstream;
  gboolean gate_open, stopping;
};

typedef struct
{
  FaultPlatform *platform;
  GSocketConnection *socket;
  GIOStream *stream;
} Visit;

static void
rule_free (gpointer data)
{
  Rule *rule = data;

  g_free (rule->match);
  g_free (rule->answer);
  g_free (rule);
}

/* The bytes of one request: head, then as many as Content-Length says; at most @limit. */
static GByteArray *
read_request (GInputStream *input, gint64 limit)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  gsize wanted = G_MAXSIZE;

  while (bytes->len < wanted && (limit < 0 || bytes->len < (guint64) limit))
    {
      guint8 buffer[4096];
      gsize room = MIN (sizeof buffer, wanted - bytes->len);
      gssize n;

      if (limit >= 0)
        room = MIN (room, (gsize) limit - bytes->len);
      n = g_input_stream_read (input, buffer, room, NULL, NULL);
      if (n <= 0)
        break;
      g_byte_array_append (bytes, buffer, n);
      if (wanted == G_MAXSIZE)
        {
          const char *end = g_strstr_len ((const char *) bytes->data, bytes->len, "\r\n\r\n");
          g_autofree char *head = NULL;
          const char *length;

          if (end == NULL)
            continue;
          wanted = (gsize) (end - (const char *) bytes->data) + 4;
          head = g_ascii_strdown ((const char *) bytes->data, (gssize) wanted);
          length = strstr (head, "content-length:");
          if (length != NULL)
            wanted += g_ascii_strtoull (length + strlen ("content-length:"), NULL, 10);
        }
    }
  return g_steal_pointer (&bytes);
}

/* Hands @request to the real daemon and gives what it answers; @cut: hangs up instead of listening.
 */
static GByteArray *
ask_upstream (FaultPlatform *self, const GByteArray *request, gboolean cut)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketConnection) connection = NULL;
  g_autoptr (GByteArray) reply = g_byte_array_new ();
  g_autoptr (GString) text = g_string_new_len ((const char *) request->data, request->len);
  GOutputStream *output;
  GInputStream *input;
  guint8 buffer[16384];
  gssize n;

  g_socket_client_set_enable_proxy (client, FALSE);
  connection = g_socket_client_connect_to_host (client, "127.0.0.1", self->upstream, NULL, NULL);
  if (connection == NULL)
    return NULL;
  output = g_io_stream_get_output_stream (G_IO_STREAM (connection));
  input = g_io_stream_get_input_stream (G_IO_STREAM (connection));
  if (!cut)
    {
      const char *line_end = strstr (text->str, "\r\n");

      g_assert_nonnull (line_end);
      g_string_insert (text, line_end - text->str + 2, "Connection: close\r\n");
    }
  if (!g_output_stream_write_all (output, text->str, text->len, NULL, NULL, NULL) || cut)
    {
      g_io_stream_close (G_IO_STREAM (connection), NULL, NULL);
      return NULL;
    }
  while ((n = g_input_stream_read (input, buffer, sizeof buffer, NULL, NULL)) > 0)
    g_byte_array_append (reply, buffer, n);
  return g_steal_pointer (&reply);
}

/* The first rule that fits counts the exchange and, in its span, decides. */
static FaultRule
decide (FaultPlatform *self, const char *first_line, char **out_answer)
{
  FaultRule none = { .kind = FAULT_NONE };

  for (guint i = 0; i < self->rules->len; i++)
    {
      Rule *rule = g_ptr_array_index (self->rules, i);

      if (rule->match != NULL && strstr (first_line, rule->match) == NULL)
        continue;
      if (rule->seen++ < rule->rule.skip ||
          (rule->rule.times > 0 && rule->done >= rule->rule.times))
        continue;
      rule->done++;
      *out_answer = g_strdup (rule->answer);
      return rule->rule;
    }
  return none;
}

static void
send_bytes (Visit *visit, const void *bytes, gsize n)
{
  g_output_stream_write_all (g_io_stream_get_output_stream (visit->stream), bytes, n, NULL, NULL,
                             NULL);
}

static void
serve (Visit *visit)
{
  FaultPlatform *self = visit->platform;
  GInputStream *input = g_io_stream_get_input_stream (visit->stream);
  g_autoptr (GByteArray) request = read_request (input, -1);
  g_autoptr (GByteArray) reply = NULL;
  g_autofree char *line = NULL;
  g_autofree char *answer = NULL;
  FaultRule rule;
  guint nth;

  if (request->len == 0)
    return;
  line = g_strndup ((const char *) request->data, request->len);
  *strchrnul (line, '\r') = '\0';
  g_mutex_lock (&self->mutex);
  rule = decide (self, line, &answer);
  nth = self->requests->len;
  g_ptr_array_add (self->requests, g_bytes_new (request->data, request->len));
  g_array_set_size (self->replies, nth + 1);
  while (rule.kind == FAULT_HOLD && !self->gate_open && !self->stopping)
    g_cond_wait (&self->cond, &self->mutex);
  g_mutex_unlock (&self->mutex);

  if (rule.kind == FAULT_CUT_REQUEST)
    {
      g_byte_array_set_size (request, MIN ((guint) rule.at, request->len - 1));
      if (self->upstream != 0)
        reply = ask_upstream (self, request, TRUE);
      return;
    }
  if (rule.kind == FAULT_ANSWER)
    {
      send_bytes (visit, answer, strlen (answer));
      return;
    }
  if (self->upstream == 0)
    return;
  if (rule.kind == FAULT_DUPLICATE)
    {
      g_autoptr (GByteArray) first = ask_upstream (self, request, FALSE);

      g_assert_nonnull (first);
    }
  reply = ask_upstream (self, request, FALSE);
  if (reply == NULL)
    return;
  g_mutex_lock (&self->mutex);
  g_array_index (self->replies, gsize, nth) = reply->len;
  g_mutex_unlock (&self->mutex);
  send_bytes (visit, reply->data,
              rule.kind == FAULT_CUT_REPLY ? MIN ((gsize) rule.at, reply->len - 1) : reply->len);
}

static gpointer
visit_main (gpointer data)
{
  Visit *visit = data;
  FaultPlatform *self = visit->platform;

  if (self->certificate != NULL)
    visit->stream =
        g_tls_server_connection_new (G_IO_STREAM (visit->socket), self->certificate, NULL);
  else
    visit->stream = G_IO_STREAM (g_object_ref (visit->socket));
  if (visit->stream != NULL)
    serve (visit);
  if (visit->stream != NULL)
    g_io_stream_close (visit->stream, NULL, NULL);
  g_clear_object (&visit->stream);
  g_io_stream_close (G_IO_STREAM (visit->socket), NULL, NULL);
  g_clear_object (&visit->socket);
  g_free (visit);
  return NULL;
}

static gpointer
accept_main (gpointer data)
{
  FaultPlatform *self = data;

  while (TRUE)
    {
      g_autoptr (GSocket) socket = g_socket_accept (self->listener, self->cancellable, NULL);
      Visit *visit;

      if (socket == NULL)
        return NULL;
      g_socket_set_timeout (socket, 30);
      visit = g_new0 (Visit, 1);
      visit->platform = self;
      visit->socket = g_socket_connection_factory_create_connection (socket);
      g_mutex_lock (&self->mutex);
      g_ptr_array_add (self->workers, g_thread_new ("visit", visit_main, visit));
      g_mutex_unlock (&self->mutex);
    }
}

void
fault_platform_plug (FaultPlatform *self)
{
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, self->port);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_null (self->thread);
  self->listener =
      g_socket_new (G_SOCKET_FAMILY_IPV4, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, &error);
  g_assert_no_error (error);
  g_assert_true (g_socket_bind (self->listener, address, TRUE, &error));
  g_assert_true (g_socket_listen (self->listener, &error));
  bound = g_socket_get_local_address (self->listener, NULL);
  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  self->cancellable = g_cancellable_new ();
  self->thread = g_thread_new ("accept", accept_main, self);
}

void
fault_platform_unplug (FaultPlatform *self)
{
  if (self->thread == NULL)
    return;
  g_cancellable_cancel (self->cancellable);
  g_thread_join (g_steal_pointer (&self->thread));
  g_socket_close (self->listener, NULL);
  g_clear_object (&self->listener);
  g_clear_object (&self->cancellable);
}

FaultPlatform *
fault_platform_new (guint16 upstream_port)
{
  FaultPlatform *self = g_new0 (FaultPlatform, 1);

  g_mutex_init (&self->mutex);
  g_cond_init (&self->cond);
  self->rules = g_ptr_array_new_with_free_func (rule_free);
  self->requests = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  self->replies = g_array_new (FALSE, TRUE, sizeof (gsize));
  self->workers = g_ptr_array_new ();
  self->upstream = upstream_port;
  fault_platform_plug (self);
  return self;
}

FaultPlatform *
fault_platform_new_tls (const char *certificate_file)
{
  FaultPlatform *self = fault_platform_new (0);
  g_autoptr (GError) error = NULL;

  self->certificate = g_tls_certificate_new_from_file (certificate_file, &error);
  g_assert_no_error (error);
  return self;
}

void
fault_platform_free (FaultPlatform *self)
{
  g_mutex_lock (&self->mutex);
  self->stopping = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);
  fault_platform_unplug (self);
  for (guint i = 0; i < self->workers->len; i++)
    g_thread_join (g_ptr_array_index (self->workers, i));
  g_ptr_array_unref (self->workers);
  g_ptr_array_unref (self->rules);
  g_ptr_array_unref (self->requests);
  g_array_unref (self->replies);
  g_clear_object (&self->certificate);
  g_mutex_clear (&self->mutex);
  g_cond_clear (&self->cond);
  g_free (self);
}

char *
fault_platform_url (FaultPlatform *self)
{
  return g_strdup_printf ("%s://127.0.0.1:%u", self->certificate != NULL ? "https" : "http",
                          self->port);
}

guint16
fault_platform_port (FaultPlatform *self)
{
  return self->port;
}

void
fault_platform_add_rule (FaultPlatform *self, const FaultRule *rule)
{
  Rule *copy = g_new0 (Rule, 1);

  copy->rule = *rule;
  copy->match = g_strdup (rule->match);
  copy->answer = g_strdup (rule->answer);
  g_mutex_lock (&self->mutex);
  g_ptr_array_add (self->rules, copy);
  g_mutex_unlock (&self->mutex);
}

void
fault_platform_rule (FaultPlatform *self, const FaultRule *rule)
{
  g_mutex_lock (&self->mutex);
  g_ptr_array_set_size (self->rules, 0);
  self->gate_open = FALSE;
  g_mutex_unlock (&self->mutex);
  if (rule != NULL)
    fault_platform_add_rule (self, rule);
}

void
fault_platform_open_gate (FaultPlatform *self)
{
  g_mutex_lock (&self->mutex);
  self->gate_open = TRUE;
  g_cond_broadcast (&self->cond);
  g_mutex_unlock (&self->mutex);
}

static gboolean
request_matches (GBytes *request, const char *match)
{
  gsize size;
  const char *text = g_bytes_get_data (request, &size);
  const char *end = memchr (text, '\r', size);
  g_autofree char *line = g_strndup (text, end != NULL ? (gsize) (end - text) : size);

  return match == NULL || strstr (line, match) != NULL;
}

guint
fault_platform_count (FaultPlatform *self, const char *match)
{
  guint n = 0;

  g_mutex_lock (&self->mutex);
  for (guint i = 0; i < self->requests->len; i++)
    n += request_matches (g_ptr_array_index (self->requests, i), match);
  g_mutex_unlock (&self->mutex);
  return n;
}

char *
fault_platform_last_request (FaultPlatform *self, const char *match)
{
  char *text = NULL;

  g_mutex_lock (&self->mutex);
  for (guint i = self->requests->len; i > 0 && text == NULL; i--)
    {
      GBytes *request = g_ptr_array_index (self->requests, i - 1);

      if (request_matches (request, match))
        text = g_strndup (g_bytes_get_data (request, NULL), g_bytes_get_size (request));
    }
  g_mutex_unlock (&self->mutex);
  return text;
}

gsize
fault_platform_last_size (FaultPlatform *self, const char *match, gboolean reply)
{
  gsize size = 0;

  g_mutex_lock (&self->mutex);
  for (guint i = self->requests->len; i > 0 && size == 0; i--)
    {
      GBytes *request = g_ptr_array_index (self->requests, i - 1);

      if (request_matches (request, match))
        size = reply ? g_array_index (self->replies, gsize, i - 1) : g_bytes_get_size (request);
    }
  g_mutex_unlock (&self->mutex);
  return size;
}

char *
fault_platform_trace (FaultPlatform *self)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_mutex_lock (&self->mutex);
  for (guint i = 0; i < self->requests->len; i++)
    {
      gsize size;
      const char *request = g_bytes_get_data (g_ptr_array_index (self->requests, i), &size);
      const char *end = memchr (request, '\r', size);

      g_string_append_len (text, request, end != NULL ? end - request : (gssize) size);
      g_string_append_c (text, '\n');
    }
  g_mutex_unlock (&self->mutex);
  return g_string_free_and_steal (g_steal_pointer (&text));
}

char *
fault_answer (
    int status, const char *epoch, const char *type, const char *more_headers, const char *body)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_printf (text, "HTTP/1.1 %d Written\r\nConnection: close\r\n", status);
  if (epoch != NULL)
    g_string_append_printf (text, "Wangge-Epoch: %s\r\nServer-Time: 1795400000000\r\n", epoch);
  if (type != NULL)
    g_string_append_printf (text, "Content-Type: %s\r\n", type);
  if (more_headers != NULL)
    g_string_append (text, more_headers);
  if (status != 204)
    g_string_append_printf (text, "Content-Length: %" G_GSIZE_FORMAT "\r\n",
                            body != NULL ? strlen (body) : 0);
  g_string_append_printf (text, "\r\n%s", body != NULL ? body : "");
  return g_string_free_and_steal (g_steal_pointer (&text));
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* HTTP for tests: every byte of a request can be chosen, answers are read whole. */
#include "http.h"

#include <string.h>

#include "wire/wg-wire-session.h"

Http *
http_new (const char *address)
{
  Http *http = g_new0 (Http, 1);

  http->address = g_strdup (address);
  return http;
}

void
http_close (Http *http)
{
  g_clear_object (&http->connection);
}

void
http_free (Http *http)
{
  http_close (http);
  g_free (http->address);
  g_free (http->token);
  g_free (http);
}

void
http_answer_free (HttpAnswer *answer)
{
  g_free (answer->head);
  g_clear_pointer (&answer->body, g_bytes_unref);
  g_free (answer);
}

static void
connect_to (Http *http)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GError) error = NULL;

  if (http->connection)
    return;
  g_socket_client_set_timeout (client, 60);
  g_socket_client_set_enable_proxy (client, FALSE);
  http->connection = g_socket_client_connect_to_host (client, http->address, 0, NULL, &error);
  g_assert_no_error (error);
}

gboolean
http_write (Http *http, const void *bytes, gsize n)
{
  connect_to (http);
  return g_output_stream_write_all (g_io_stream_get_output_stream (G_IO_STREAM (http->connection)),
                                    bytes, n, NULL, NULL, NULL);
}

/* Byte by byte to the blank line: tests have time. */
static char *
read_head (GInputStream *stream)
{
  GString *head = g_string_new (NULL);
  char c;

  while (!g_str_has_suffix (head->str, "\r\n\r\n") &&
         g_input_stream_read (stream, &c, 1, NULL, NULL) == 1)
    g_string_append_c (head, c);
  return g_string_free_and_steal (head);
}

HttpAnswer *
http_read (Http *http, gboolean has_body)
{
  GInputStream *stream = g_io_stream_get_input_stream (G_IO_STREAM (http->connection));
  HttpAnswer *answer = g_new0 (HttpAnswer, 1);
  g_autofree char *length = NULL, *connection = NULL;

  do
    {
      g_free (answer->head);
      answer->head = read_head (stream);
    }
  while (g_str_has_prefix (answer->head, "HTTP/1.1 100"));
  if (strlen (answer->head) > 12)
    answer->status = atoi (answer->head + 9);
  length = http_answer_get (answer, "Content-Length");
  connection = http_answer_get (answer, "Connection");
  if (length && has_body && answer->status != 204)
    {
      gsize n = (gsize) g_ascii_strtoull (length, NULL, 10), n_read;
      guint8 *body = g_malloc (n + 1);
      g_input_stream_read_all (stream, body, n, &n_read, NULL, NULL);
      answer->body = g_bytes_new_take (body, n_read);
    }
  if (answer->status == 0 || g_strcmp0 (connection, "close") == 0 ||
      g_strcmp0 (connection, "Close") == 0)
    http_close (http);
  return answer;
}

HttpAnswer *
http_send (Http *http,
           const char *method,
           const char *path,
           const char *headers,
           const void *body,
           gsize n)
{
  g_autoptr (GString) head = g_string_new (NULL);

  g_string_append_printf (head, "%s %s HTTP/1.1\r\nHost: test\r\n%s", method, path, headers);
  if (http->token)
    g_string_append_printf (head, "Authorization: Bearer %s\r\n", http->token);
  if (body)
    g_string_append_printf (head, "Content-Length: %zu\r\n", n);
  g_string_append (head, "\r\n");
  http_write (http, head->str, head->len);
  if (n > 0)
    http_write (http, body, n);
  return http_read (http, strcmp (method, "HEAD") != 0);
}

char *
http_answer_get (const HttpAnswer *answer, const char *name)
{
  g_auto (GStrv) lines = g_strsplit (answer->head, "\r\n", -1);
  gsize n = strlen (name);

  for (gsize i = 1; lines[0] && lines[i]; i++)
    if (g_ascii_strncasecmp (lines[i], name, n) == 0 && lines[i][n] == ':')
      return g_strdup (g_strchug (lines[i] + n + 1));
  return NULL;
}

char *
http_answer_get_problem (const HttpAnswer *answer)
{
  g_autoptr (WgProblem) problem = NULL;
  const char *text;
  gsize n;

  if (answer->body == NULL)
    return NULL;
  text = g_bytes_get_data (answer->body, &n);
  problem = wg_wire_problem_from_json (text, n, NULL);
  return problem ? g_strdup (problem->name) : NULL;
}

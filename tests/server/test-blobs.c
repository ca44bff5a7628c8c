/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Photos over real sockets: cut, resumed, damaged, foreign, read by right. */
#include <string.h>

#include "service.h"

#define OCTETS "Content-Type: application/offset+octet-stream\r\n"
#define PIECE (64 * 1024)

/* A JPEG by its first bytes, of @n bytes, different for each @seed. */
static GBytes *
make_photo (gsize n, guint8 seed)
{
  guint8 *bytes = g_malloc (n);

  for (gsize i = 0; i < n; i++)
    bytes[i] = (guint8) (i * 31 + i / 251 + seed);
  memcpy (bytes, "\xff\xd8\xff\xe0", 4);
  return g_bytes_new_take (bytes, n);
}

static char *
hash_of (GBytes *bytes)
{
  gsize n;
  const guint8 *data = g_bytes_get_data (bytes, &n);

  return wg_crypto_sha256 (data, n);
}

static char *
path_of (const char *sha)
{
  return g_strconcat ("/v1/blobs/", sha, NULL);
}

/* Reports an event that names these photos. */
static void
name_photos (Fixture *fixture, Terminal *terminal, char **photos)
{
  WgOperation *operation = terminal_create (terminal, KIT_GRID_A1, WG_EVENT_LEVEL_GENERAL);
  g_autoptr (WgPush) push = NULL;
  g_autoptr (GBytes) body = NULL;
  g_autoptr (HttpAnswer) answer = NULL;
  g_autoptr (WgPushAnswer) pushed = NULL;

  operation->event->photos = g_strdupv (photos);
  g_free (terminal_log (terminal, operation));
  push = terminal_push_new (terminal);
  body = wg_wire_push_to_body (push, terminal->secret);
  answer = service_send_push (fixture, body, LINES);
  pushed = service_read_push (answer);
  g_assert_cmpint (((WgPushResult *) pushed->results->pdata[0])->kind, ==, WG_RESULT_OK);
}

static HttpAnswer *
send_piece (Fixture *fixture, const char *sha, GBytes *photo, gsize offset, gsize n)
{
  g_autofree char *path = path_of (sha);
  g_autofree char *headers = g_strdup_printf (OCTETS "Upload-Offset: %zu\r\nUpload-Length: %zu\r\n",
                                              offset, g_bytes_get_size (photo));
  const char *data = g_bytes_get_data (photo, NULL);

  return http_send (fixture->http, "PATCH", path, headers, data + offset, n);
}

static gint64
get_offset (const HttpAnswer *answer)
{
  g_autofree char *text = http_answer_get (answer, "Upload-Offset");

  return text ? g_ascii_strtoll (text, NULL, 10) : -1;
}

static gint64
ask_offset (Fixture *fixture, const char *sha)
{
  g_autofree char *path = path_of (sha);
  g_autoptr (HttpAnswer) answer = service_send_text (fixture, "HEAD", path, "", NULL);

  g_assert_cmpint (answer->status, ==, 204);
  return get_offset (answer);
}

static void
assert_whole (Fixture *fixture, const char *sha, GBytes *photo)
{
  g_autofree char *path = path_of (sha);
  g_autoptr (HttpAnswer) head = service_send_text (fixture, "HEAD", path, "", NULL);
  g_autoptr (HttpAnswer) got = service_send_text (fixture, "GET", path, "", NULL);
  g_autofree char *length = http_answer_get (head, "Content-Length");

  g_assert_cmpint (head->status, ==, 200);
  g_assert_cmpint (g_ascii_strtoll (length, NULL, 10), ==, (gint64) g_bytes_get_size (photo));
  g_assert_cmpint (got->status, ==, 200);
  g_assert_true (g_bytes_equal (got->body, photo));
}

/* Six megabytes, the line cut inside each piece of 64 KiB, resumed from what has arrived. */
static void
test_cut (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (Terminal) terminal = service_join (fixture, "wa1");
  g_autoptr (GBytes) photo = make_photo (6 * 1024 * 1024 + 5, 1);
  g_autofree char *sha = hash_of (photo);
  g_autofree char *path = path_of (sha);
  gsize size = g_bytes_get_size (photo);
  const char *data = g_bytes_get_data (photo, NULL);
  gsize at = 0;

  name_photos (fixture, terminal, (char *[]) { sha, NULL });
  for (int i = 0; i < 20; i++)
    {
      g_autofree char *head = g_strdup_printf (
          "PATCH %s HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %s\r\n" OCTETS
          "Upload-Offset: %zu\r\nUpload-Length: %zu\r\nContent-Length: %zu\r\n\r\n",
          path, fixture->http->token, at, size, size - at);
      gsize n = PIECE + (gsize) i * 100;
      http_write (fixture->http, head, strlen (head));
      http_write (fixture->http, data + at, n);
      http_close (fixture->http);
      /* The server may not have seen all of it before the end: what it has is what it says. */
      do
        {
          g_autofree char *again = path_of (sha);
          g_autoptr (HttpAnswer) answer = NULL;
          gint64 offset = ask_offset (fixture, sha);
          g_assert_cmpint (offset, >=, (gint64) at);
          g_assert_cmpint (offset, <=, (gint64) (at + n));
          answer = send_piece (fixture, sha, photo, (gsize) offset, 1);
          if (answer->status == 204)
            {
              at = (gsize) offset + 1;
              break;
            }
          /* still being written by the dying request */
          g_assert_true (answer->status == 409 || answer->status == 503);
        }
      while (TRUE);
    }
  while (at < size)
    {
      gsize n = MIN (size - at, 1024 * 1024);
      g_autoptr (HttpAnswer) answer = send_piece (fixture, sha, photo, at, n);
      g_assert_cmpint (answer->status, ==, 204);
      at += n;
      g_assert_cmpint (get_offset (answer), ==, (gint64) at);
    }
  assert_whole (fixture, sha, photo);
  {
    g_autoptr (HttpAnswer) again = send_piece (fixture, sha, photo, 0, 1000);
    g_assert_cmpint (again->status, ==, 204);
    g_assert_cmpint (get_offset (again), ==, (gint64) size);
  }
}

/* A request that was left behind is read while a newer one writes: the newer one goes on. */
static void
test_late (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (Terminal) terminal = service_join (fixture, "wa1");
  g_autoptr (GBytes) photo = make_photo (2 * 1024 * 1024, 7);
  g_autofree char *sha = hash_of (photo), *path = path_of (sha), *head = NULL;
  g_autoptr (Http) newer = http_new (fixture->http->address);
  g_autoptr (HttpAnswer) late = NULL, whole = NULL;
  gsize size = g_bytes_get_size (photo), half = size / 2;
  const char *data = g_bytes_get_data (photo, NULL);

  name_photos (fixture, terminal, (char *[]) { sha, NULL });
  head = g_strdup_printf ("PATCH %s HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %s\r\n" OCTETS
                          "Upload-Offset: 0\r\nUpload-Length: %zu\r\nContent-Length: %zu\r\n\r\n",
                          path, fixture->http->token, size, size);
  g_assert_true (http_write (newer, head, strlen (head)));
  g_assert_true (http_write (newer, data, half));
  while (ask_offset (fixture, sha) < (gint64) half)
    ;
  late = send_piece (fixture, sha, photo, 0, PIECE);
  g_assert_cmpint (late->status, ==, 409);
  g_assert_cmpint (get_offset (late), ==, (gint64) half);
  g_assert_true (http_write (newer, data + half, size - half));
  whole = http_read (newer, TRUE);
  g_assert_cmpint (whole->status, ==, 204);
  assert_whole (fixture, sha, photo);
}

static void
test_refused (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (Terminal) terminal = service_join (fixture, "wa1");
  g_autoptr (GBytes) photo = make_photo (1000, 2);
  g_autoptr (GBytes) wrong = make_photo (1000, 3);
  g_autoptr (GBytes) text = g_bytes_new_static ("this is a letter, no picture", 28);
  g_autofree char *sha = hash_of (photo);
  g_autofree char *text_sha = hash_of (text);
  g_autofree char *foreign = hash_of (wrong);
  g_autofree char *path = path_of (sha);

  name_photos (fixture, terminal, (char *[]) { sha, text_sha, NULL });
  {
    g_autoptr (HttpAnswer) unknown = send_piece (fixture, foreign, wrong, 0, 1000);
    g_autoptr (HttpAnswer) gap = send_piece (fixture, sha, photo, 10, 10);
    g_autoptr (HttpAnswer) damaged = send_piece (fixture, sha, wrong, 0, 1000);
    g_autoptr (HttpAnswer) letter = send_piece (fixture, text_sha, text, 0, 28);
    g_autoptr (HttpAnswer) none = service_send_text (fixture, "PATCH", path, OCTETS, "x");
    g_autoptr (HttpAnswer) large = service_send_text (
        fixture, "PATCH", path, OCTETS "Upload-Offset: 0\r\nUpload-Length: 20971521\r\n", "x");
    g_autoptr (HttpAnswer) more = service_send_text (
        fixture, "PATCH", path, OCTETS "Upload-Offset: 0\r\nUpload-Length: 3\r\n",
        "\xff\xd8\xff\xe0");
    g_autoptr (HttpAnswer) missing = service_send_text (fixture, "GET", path, "", NULL);
    service_assert_problem (unknown, 404, "unknown-blob");
    service_assert_problem (gap, 409, "offset");
    g_assert_cmpint (get_offset (gap), ==, 0);
    service_assert_problem (damaged, 422, "hash-mismatch");
    service_assert_problem (letter, 415, "unsupported");
    service_assert_problem (none, 400, "malformed");
    service_assert_problem (large, 413, "too-large");
    service_assert_problem (more, 400, "malformed");
    service_assert_problem (missing, 404, "unknown-blob");
  }
  /* after all that the right one still goes */
  g_assert_cmpint (ask_offset (fixture, sha), ==, 0);
  {
    g_autoptr (HttpAnswer) good = send_piece (fixture, sha, photo, 0, 1000);
    g_assert_cmpint (good->status, ==, 204);
  }
  assert_whole (fixture, sha, photo);
}

/* What one replica leaves unfinished is limited. */
static void
test_quota (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (Terminal) terminal = service_join (fixture, "wa1");
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  int status = 204;

  for (guint8 i = 0; i < 11; i++)
    {
      g_autoptr (GBytes) seed = make_photo (100, i);
      g_ptr_array_add (names, hash_of (seed));
    }
  g_ptr_array_add (names, NULL);
  name_photos (fixture, terminal, (char **) names->pdata);
  for (guint i = 0; i < 11; i++)
    {
      g_autofree char *path = path_of (names->pdata[i]);
      g_autoptr (HttpAnswer) answer = service_send_text (
          fixture, "PATCH", path, OCTETS "Upload-Offset: 0\r\nUpload-Length: 20971520\r\n", "x");
      status = answer->status;
      g_assert_cmpint (status, ==, i < 10 ? 204 : 429);
    }
}

/* The town's clerk sees it, another town's and another grid's people do not. */
static void
test_rights (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (Terminal) author = service_join (fixture, "wa1");
  g_autoptr (GBytes) photo = make_photo (5000, 4);
  g_autofree char *sha = hash_of (photo);
  g_autofree char *path = path_of (sha);
  static const struct
  {
    const char *worker;
    int status;
  } rows[] = { { "wa1", 200 }, { "ca", 200 }, { "wa2", 404 }, { "wb1", 404 }, { "cb", 404 } };

  name_photos (fixture, author, (char *[]) { sha, NULL });
  {
    g_autoptr (HttpAnswer) sent = send_piece (fixture, sha, photo, 0, 5000);
    g_assert_cmpint (sent->status, ==, 204);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (Terminal) reader = NULL;
      g_autoptr (HttpAnswer) answer = NULL;
      g_clear_pointer (&fixture->http->token, g_free);
      reader = service_join (fixture, rows[i].worker);
      answer = service_send_text (fixture, "GET", path, "", NULL);
      g_test_message ("%s", rows[i].worker);
      g_assert_cmpint (answer->status, ==, rows[i].status);
    }
}

static void
test_range (Fixture *fixture, gconstpointer unused)
{
  g_autoptr (Terminal) terminal = service_join (fixture, "wa1");
  g_autoptr (GBytes) photo = make_photo (5000, 5);
  g_autofree char *sha = hash_of (photo);
  g_autofree char *path = path_of (sha);
  g_autoptr (HttpAnswer) sent = NULL;
  g_autoptr (HttpAnswer) tail = NULL;
  g_autoptr (HttpAnswer) middle = NULL;
  g_autoptr (HttpAnswer) beyond = NULL;
  g_autoptr (GBytes) expected = NULL;
  g_autofree char *range = NULL;

  name_photos (fixture, terminal, (char *[]) { sha, NULL });
  sent = send_piece (fixture, sha, photo, 0, 5000);
  tail = service_send_text (fixture, "GET", path, "Range: bytes=4000-\r\n", NULL);
  middle = service_send_text (fixture, "GET", path, "Range: bytes=10-19\r\n", NULL);
  beyond = service_send_text (fixture, "GET", path, "Range: bytes=5000-\r\n", NULL);
  expected = g_bytes_new_from_bytes (photo, 4000, 1000);
  range = http_answer_get (tail, "Content-Range");
  g_assert_cmpint (tail->status, ==, 206);
  g_assert_cmpstr (range, ==, "bytes 4000-4999/5000");
  g_assert_true (g_bytes_equal (tail->body, expected));
  g_assert_cmpint (middle->status, ==, 206);
  g_assert_cmpuint (g_bytes_get_size (middle->body), ==, 10);
  g_assert_cmpint (beyond->status, ==, 416);
}

#define ADD(name, func)                                                                            \
  g_test_add (name, Fixture, GUINT_TO_POINTER (0), service_start, func, service_stop)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/server/blobs/cut", test_cut);
  ADD ("/server/blobs/late", test_late);
  ADD ("/server/blobs/refused", test_refused);
  ADD ("/server/blobs/quota", test_quota);
  ADD ("/server/blobs/rights", test_rights);
  ADD ("/server/blobs/range", test_range);
  return g_test_run ();
}

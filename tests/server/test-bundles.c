/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bundles that an office hands in over HTTP: taken, twice, cut, of another town, by whom. */
#include <string.h>

#include "core/wg-id.h"
#include "service.h"
#include "wire/wg-bundle.h"

#define OCTETS "Content-Type: application/octet-stream\r\n"

static void
put (GByteArray *file, GBytes *bytes)
{
  gsize n;
  const guint8 *data = g_bytes_get_data (bytes, &n);

  g_byte_array_append (file, data, (guint) n);
  g_bytes_unref (bytes);
}

/* What @terminal has logged, sealed for the platform of @reader. */
static GByteArray *
make_bundle (Kit *kit, Terminal *terminal, const guint8 *reader)
{
  static const char ask[] = "{\"cursor\":{},\"max_rows\":500}";
  g_autoptr (GByteArray) file = g_byte_array_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char *id = wg_id_new (&kit->ports);
  g_autofree char *to = wg_bundle_key_id (reader);
  guint n = terminal->lines->len;
  g_autoptr (WgPush) push = terminal_push_new (terminal);
  g_autoptr (GBytes) body = wg_wire_push_to_body (push, terminal->secret);
  g_autoptr (WgBundleWriter) writer = NULL;
  GBytes *head = NULL;
  WgBundleHeader header = { .kind = (char *) "push",
                            .replica = terminal->replica,
                            .epoch = kit->platform->epoch,
                            .id = id,
                            .to = to,
                            .made_ms = kit->wall_ms,
                            .n_operations = n };

  writer = wg_bundle_writer_new (&kit->ports, &header, reader, terminal->secret, &head, &error);
  g_assert_no_error (error);
  put (file, head);
  put (file, wg_bundle_writer_add (writer, WG_BUNDLE_PULL, ask, strlen (ask)));
  put (file, wg_bundle_writer_add (writer, WG_BUNDLE_PUSH, g_bytes_get_data (body, NULL),
                                   g_bytes_get_size (body)));
  put (file, wg_bundle_writer_end (writer));
  return g_steal_pointer (&file);
}

static void
log_events (Terminal *terminal, const char *grid, guint n)
{
  for (guint i = 0; i < n; i++)
    g_free (terminal_log (terminal, terminal_create (terminal, grid, WG_EVENT_LEVEL_GENERAL)));
}

static HttpAnswer *
hand_in (Fixture *fixture, const GByteArray *file, gsize n)
{
  return http_send (fixture->http, "POST", "/v1/bundles", OCTETS, file->data, n);
}

static gint64
count_operations (Fixture *fixture)
{
  return kit_count (fixture->kit, "op-count");
}

/* The office's answer is for the tablet alone: checked and read with its key. */
static void
assert_answer (Fixture *fixture, const HttpAnswer *answer, const Terminal *terminal)
{
  const WgPlatform *platform = fixture->kit->platform;
  g_auto (WgBundleHeader) header = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (WgBundleReader) reader = NULL;
  g_autofree char *type = http_answer_get (answer, "Content-Type");
  GString *parts = g_string_new (NULL);
  WgBundlePart part;

  g_assert_cmpint (answer->status, ==, 200);
  g_assert_cmpstr (type, ==, "application/octet-stream");
  wg_bundle_read_header (answer->body, &header, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (header.replica, ==, terminal->replica);
  wg_bundle_check (answer->body, terminal->public_key, terminal->secret, platform->sign_public,
                   &error);
  g_assert_no_error (error);
  reader = wg_bundle_reader_new (answer->body, terminal->public_key, terminal->secret, &error);
  g_assert_no_error (error);
  do
    {
      g_autoptr (GBytes) data = NULL;
      part = wg_bundle_reader_next (reader, &data, &error);
      g_assert_no_error (error);
      g_string_append_c (parts, (char) part);
    }
  while (part != WG_BUNDLE_END);
  g_assert_cmpstr (parts->str, ==, "ADLE");
  g_string_free (parts, TRUE);
}

static void
test_taken (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Terminal) tablet = terminal_new (fixture->kit, "wa1");
  g_autoptr (Terminal) desk = service_join (fixture, "ca");
  g_autoptr (GByteArray) file = NULL;
  gint64 before = count_operations (fixture);

  log_events (tablet, KIT_GRID_A1, 5);
  file = make_bundle (fixture->kit, tablet, fixture->kit->platform->sign_public);
  /* Again: nothing more happens, and it is answered alike. */
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (HttpAnswer) answer = hand_in (fixture, file, file->len);
      g_autofree char *told = http_answer_get (answer, "Wangge-Bundle");

      assert_answer (fixture, answer, tablet);
      g_assert_nonnull (strstr (told, "\"operations\":5"));
      g_assert_nonnull (strstr (told, "\"refused\":0"));
      g_assert_cmpint (count_operations (fixture), ==, before + 5);
    }
  kit_check (fixture->kit);
}

static void
test_cut_and_flipped (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Terminal) tablet = terminal_new (fixture->kit, "wa1");
  g_autoptr (Terminal) desk = service_join (fixture, "ca");
  g_autoptr (GByteArray) file = NULL;
  gint64 before = count_operations (fixture);

  log_events (tablet, KIT_GRID_A1, 2);
  file = make_bundle (fixture->kit, tablet, fixture->kit->platform->sign_public);
  for (gsize n = 0; n < file->len; n += 1 + file->len / 40)
    {
      g_autoptr (HttpAnswer) answer = hand_in (fixture, file, n);
      g_assert_cmpint (answer->status / 100, ==, 4);
    }
  for (gsize at = 0; at < file->len; at += 1 + file->len / 40)
    {
      g_autoptr (HttpAnswer) answer = NULL;

      file->data[at] ^= 4;
      answer = hand_in (fixture, file, file->len);
      g_assert_cmpint (answer->status / 100, ==, 4);
      file->data[at] ^= 4;
    }
  g_assert_cmpint (count_operations (fixture), ==, before);
}

typedef struct
{
  const char *desk, *worker, *grid;
  int status;
} Right;

/* Only a desk, only of the worker's own town, only of an active tablet, only for this platform. */
static void
test_rights (Fixture *fixture, gconstpointer data)
{
  static const Right rights[] = {
    { "ca", "wa1", KIT_GRID_A1, 200 },  { "pa", "wa1", KIT_GRID_A1, 200 },
    { "ca", "wb1", KIT_GRID_B1, 403 },  { "cb", "wb1", KIT_GRID_B1, 200 },
    { "cb", "wa1", KIT_GRID_A1, 403 },  { "wa2", "wa1", KIT_GRID_A1, 403 },
    { "wa1", "wa1", KIT_GRID_A1, 403 }, { "s", "wa1", KIT_GRID_A1, 403 },
    { "k", "wa1", KIT_GRID_A1, 403 },   { "u", "wa1", KIT_GRID_A1, 403 },
    { "m", "wa1", KIT_GRID_A1, 403 },
  };
  gint64 expected = count_operations (fixture);

  for (gsize i = 0; i < G_N_ELEMENTS (rights); i++)
    {
      const Right *right = &rights[i];
      g_autoptr (Terminal) tablet = terminal_new (fixture->kit, right->worker);
      g_autoptr (Terminal) desk = service_join (fixture, right->desk);
      g_autoptr (GByteArray) file = NULL;
      g_autoptr (HttpAnswer) answer = NULL;

      log_events (tablet, right->grid, 1);
      file = make_bundle (fixture->kit, tablet, fixture->kit->platform->sign_public);
      answer = hand_in (fixture, file, file->len);
      if (answer->status != right->status)
        g_error ("%s for %s: %d", right->desk, right->worker, answer->status);
      if (right->status == 403)
        service_assert_problem (answer, 403, "no-right");
      expected += right->status == 200;
      g_assert_cmpint (count_operations (fixture), ==, expected);
    }
}

static void
test_not_for_us (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Terminal) tablet = terminal_new (fixture->kit, "wa1");
  g_autoptr (Terminal) desk = service_join (fixture, "ca");
  g_autoptr (GByteArray) file = NULL;
  g_autoptr (HttpAnswer) office = NULL;
  g_autoptr (HttpAnswer) type = NULL;
  g_autoptr (HttpAnswer) large = NULL;
  g_autoptr (HttpAnswer) nobody = NULL;

  log_events (tablet, KIT_GRID_A1, 1);
  file = make_bundle (fixture->kit, tablet, tablet->public_key);
  office = hand_in (fixture, file, file->len);
  service_assert_problem (office, 403, "no-right");
  type = http_send (fixture->http, "POST", "/v1/bundles", JSON, file->data, file->len);
  service_assert_problem (type, 415, "unsupported");
  large = http_send (fixture->http, "POST", "/v1/bundles", OCTETS "Content-Length: 300000000\r\n",
                     NULL, 0);
  service_assert_problem (large, 413, "too-large");
  g_clear_pointer (&fixture->http->token, g_free);
  http_close (fixture->http);
  nobody = hand_in (fixture, file, file->len);
  service_assert_problem (nobody, 401, "token-expired");
}

#define ADD(name, func)                                                                            \
  g_test_add (name, Fixture, GUINT_TO_POINTER (0), service_start, func, service_stop)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/server/bundles/taken", test_taken);
  ADD ("/server/bundles/cut-and-flipped", test_cut_and_flipped);
  ADD ("/server/bundles/rights", test_rights);
  ADD ("/server/bundles/not-for-us", test_not_for_us);
  return g_test_run ();
}

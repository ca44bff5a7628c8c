/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Enrolment, sessions, problems, tickets: damaged or foreign ones are refused with the reason. */
#include <string.h>

#include "samples.h"

/* Every bit of every byte of a signed request. */
static void
test_enrol_flipped (void)
{
  g_autofree char *text = fixture_read ("enrol-request.json");
  gsize n = strlen (text) - 1;

  for (gsize i = 0; i < n; i++)
    for (int bit = 0; bit < 8; bit++)
      {
        g_autoptr (GError) error = NULL;
        text[i] ^= (char) (1 << bit);
        g_autoptr (WgEnrolRequest) request = wg_wire_enrol_request_from_json (text, n, &error);
        if (request != NULL)
          g_error ("accepted with bit %d of byte %zu flipped", bit, i);
        g_assert_nonnull (wg_wire_error_get_problem (error));
        text[i] ^= (char) (1 << bit);
      }
  g_autoptr (WgEnrolRequest) request = wg_wire_enrol_request_from_json (text, n, NULL);
  g_assert_cmpstr (request->code, ==, "9MSM-PQ4V-0V02-0");
  g_assert_cmpstr (request->device_model, ==, "样例平板");
  g_assert_cmpstr (request->device_os, ==, "Debian 13");
  g_assert_cmpstr (request->app, ==, "wangge/0.1.0");
  g_assert_cmpstr (request->nonce, ==, "AAECAwQFBgcICQoLDA0ODw");
}

/* Moving letters from one field to the next is not the same message. */
static void
test_enrol_fields_apart (void)
{
  g_autofree char *text = fixture_read ("enrol-request.json");
  g_autoptr (GString) moved = g_string_new (text);
  g_autoptr (GError) error = NULL;

  g_string_replace (moved, "\"os\":\"Debian 13\"},\"app\":\"wangge",
                    "\"os\":\"Debian 13wangge\"},\"app\":\"", 1);
  g_assert_null (wg_wire_enrol_request_from_json (moved->str, moved->len, &error));
  g_assert_error (error, WG_WIRE_ERROR, WG_WIRE_ERROR_SIGNATURE);
  g_assert_cmpstr (wg_wire_error_get_problem (error), ==, "bad-signature");
}

static void
test_session_verify (void)
{
  guint8 public_key[WG_SIGN_PUBLIC], secret[WG_SIGN_SECRET];
  g_autofree char *text = fixture_read ("session-request.json");
  g_autoptr (WgSessionRequest) request =
                wg_wire_session_request_from_json (text, strlen (text), NULL);

  sample_keys (public_key, secret);
  g_assert_true (wg_wire_session_request_verify (request, public_key));
  request->nonce[0] = 'B';
  g_assert_false (wg_wire_session_request_verify (request, public_key));
  request->nonce[0] = 'A';
  public_key[5] ^= 1;
  g_assert_false (wg_wire_session_request_verify (request, public_key));
}

static void
test_problem (void)
{
  static const char foreign[] = "{\"type\":\"about:blank\",\"status\":404}";
  static const char later[] =
      "{\"type\":\"urn:wangge:problem:later\",\"status\":418,\"title\":\"T\",\"expected\":7}";
  g_autoptr (GError) error = NULL;
  g_autoptr (WgProblem) problem = wg_wire_problem_from_json (later, strlen (later), &error);

  g_assert_no_error (error);
  g_assert_cmpstr (problem->name, ==, "later");
  g_assert_cmpstr (problem->title, ==, "T");
  g_assert_cmpint (problem->status, ==, 418);
  g_assert_cmpint (problem->expected, ==, 7);
  g_assert_cmpint (problem->last_seq, ==, -1);
  g_assert_cmpint (problem->offset, ==, -1);
  g_assert_null (wg_wire_problem_from_json (foreign, strlen (foreign), &error));
  g_assert_error (error, WG_WIRE_ERROR, WG_WIRE_ERROR_FOREIGN);
  g_clear_error (&error);
  g_assert_null (wg_wire_problem_from_json ("{\"status\":404}", 14, &error));
  g_assert_error (error, WG_WIRE_ERROR, WG_WIRE_ERROR_FOREIGN);
  g_clear_error (&error);
  g_assert_null (wg_wire_problem_from_json ("<html>", 6, &error));
  g_assert_error (error, WG_WIRE_ERROR, WG_WIRE_ERROR_MALFORMED);
}

/* The page names each problem; each has a title for people. */
static void
test_problem_titles (void)
{
  g_autofree char *path =
      g_test_build_filename (G_TEST_DIST, "..", "docs", "sync-protocol.md", NULL);
  g_autofree char *page = NULL;

  g_assert_true (g_file_get_contents (path, &page, NULL, NULL));
  const char *list = strstr (page, "## Problems\n\n");
  g_assert_nonnull (list);
  list += strlen ("## Problems\n\n");
  g_autofree char *line = g_strndup (list, strcspn (list, "\n"));
  g_auto (GStrv) words = g_strsplit_set (line, " ,.", -1);
  guint n = 0;
  for (char **word = words; *word != NULL; word++)
    {
      if (!g_ascii_isalpha (**word))
        continue;
      g_autoptr (WgProblem) problem = wg_problem_new (400, *word, NULL);
      g_test_message ("%s", *word);
      g_assert_nonnull (problem->title);
      n++;
    }
  g_assert_cmpuint (n, ==, 27);
}

static void
test_ticket (void)
{
  g_autofree char *text = fixture_read ("enrol-ticket.txt");
  g_autoptr (GError) error = NULL;
  guint8 public_key[WG_SIGN_PUBLIC], secret[WG_SIGN_SECRET];

  g_strchomp (text);
  g_assert_cmpuint (strlen (text), <=, 300);
  g_autoptr (WgEnrolTicket) ticket = wg_enrol_ticket_from_text (text, &error);
  g_assert_no_error (error);
  sample_keys (public_key, secret);
  g_assert_cmpstr (ticket->url, ==, "https://wangge.example:8443");
  g_assert_cmpstr (ticket->code, ==, "9MSM-PQ4V-0V02-0");
  g_assert_cmpstr (ticket->pin, ==, "sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
  g_assert_cmpmem (ticket->platform_key, sizeof ticket->platform_key, public_key,
                   sizeof public_key);
}

#define KEY "k=A6EHv_POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg"
#define CODE "c=9msmpq4v0v020"
#define URL "u=http%3A%2F%2F127.0.0.1%3A8080"

static void
test_ticket_cases (void)
{
  static const struct
  {
    const char *text;
    int code; /* −1: taken */
  } cases[] = {
    { "wangge://enrol?v=1&" URL "&" CODE "&" KEY, -1 },
    { "wangge://enrol?" KEY "&later=1&" CODE "&v=1&" URL, -1 },
    { "wangge://enrol?v=1&u=http%3A%2F%2F[::1]%3A8080&" CODE "&" KEY, -1 },
    { "https://example.org/", WG_WIRE_ERROR_FOREIGN },
    { "", WG_WIRE_ERROR_FOREIGN },
    { "wangge://enrol?", WG_WIRE_ERROR_MALFORMED },
    { "wangge://enrol?v=2&" URL "&" CODE "&" KEY, WG_WIRE_ERROR_MALFORMED },
    { "wangge://enrol?v=1&" CODE "&" KEY, WG_WIRE_ERROR_MALFORMED },
    { "wangge://enrol?v=1&u=ftp%3A%2F%2Fx&" CODE "&" KEY, WG_WIRE_ERROR_MALFORMED },
    { "wangge://enrol?v=1&u=file%3A%2F%2F%2Fetc&" CODE "&" KEY, WG_WIRE_ERROR_MALFORMED },
    { "wangge://enrol?v=1&u=https%3A%2F%2Fa%3Ab%40x&" CODE "&" KEY, WG_WIRE_ERROR_MALFORMED },
    { "wangge://enrol?v=1&u=https%3A%2F%2F&" CODE "&" KEY, WG_WIRE_ERROR_MALFORMED },
    { "wangge://enrol?v=1&" URL "&c=9msmpq4v0v021&" KEY, WG_WIRE_ERROR_MALFORMED },
    { "wangge://enrol?v=1&" URL "&" KEY, WG_WIRE_ERROR_MALFORMED },
    { "wangge://enrol?v=1&" URL "&" CODE, WG_WIRE_ERROR_MALFORMED },
    { "wangge://enrol?v=1&" URL "&" CODE "&" KEY "A", WG_WIRE_ERROR_MALFORMED },
    { "wangge://enrol?v=1&" URL "&" CODE "&p=sha256%2F%2Fx&" KEY, WG_WIRE_ERROR_MALFORMED },
    { "wangge://enrol?v=1&" URL "&" CODE "&p=md5&" KEY, WG_WIRE_ERROR_MALFORMED },
    { "wangge://enrol?v=1&" URL "&" CODE "&%zz=1&" KEY, WG_WIRE_ERROR_MALFORMED },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (WgEnrolTicket) ticket = wg_enrol_ticket_from_text (cases[i].text, &error);
      g_test_message ("%s", cases[i].text);
      g_assert_cmpint (error != NULL ? error->code : -1, ==, cases[i].code);
      g_assert_true ((ticket != NULL) == (error == NULL));
    }
  g_autofree char *letters = g_strnfill (2000, 'x');
  g_autofree char *endless = g_strconcat ("wangge://enrol?v=1&x=", letters, NULL);
  g_autoptr (GError) error = NULL;
  g_assert_null (wg_enrol_ticket_from_text (endless, &error));
  g_assert_error (error, WG_WIRE_ERROR, WG_WIRE_ERROR_LIMIT);
}

/* Another key, another device, another session: no order. */
static void
test_wipe (void)
{
  guint8 public_key[WG_SIGN_PUBLIC], secret[WG_SIGN_SECRET], other[WG_SIGN_PUBLIC] = { 1 };
  g_autoptr (WgWipeOrder) order = NULL;

  sample_keys (public_key, secret);
  order = wg_wipe_order_new (SAMPLE_DEVICE, "nonce", secret);
  g_assert_true (wg_wipe_order_verify (order, SAMPLE_DEVICE, "nonce", public_key));
  g_assert_false (wg_wipe_order_verify (order, SAMPLE_REPLICA, "nonce", public_key));
  g_assert_false (wg_wipe_order_verify (order, SAMPLE_DEVICE, "once", public_key));
  g_assert_false (wg_wipe_order_verify (order, SAMPLE_DEVICE, NULL, public_key));
  g_assert_false (wg_wipe_order_verify (order, SAMPLE_DEVICE, "nonce", other));
  order->signature[3] ^= 1;
  g_assert_false (wg_wipe_order_verify (order, SAMPLE_DEVICE, "nonce", public_key));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_true (wg_crypto_init (NULL));
  g_test_add_func ("/wire/enrol/flipped", test_enrol_flipped);
  g_test_add_func ("/wire/enrol/fields-apart", test_enrol_fields_apart);
  g_test_add_func ("/wire/session/verify", test_session_verify);
  g_test_add_func ("/wire/problem/members", test_problem);
  g_test_add_func ("/wire/problem/titles", test_problem_titles);
  g_test_add_func ("/wire/ticket/members", test_ticket);
  g_test_add_func ("/wire/ticket/cases", test_ticket_cases);
  g_test_add_func ("/wire/session/wipe", test_wipe);
  return g_test_run ();
}

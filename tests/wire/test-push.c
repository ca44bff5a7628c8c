/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pushes: known signature, limits, and nothing damaged is ever accepted. */
#include <string.h>

#include "core/wg-chain.h"
#include "samples.h"

/* Whether the platform would take it: framing, chain and signature. */
static gboolean
accept (const char *text, gsize length, GError **error)
{
  guint8 public_key[WG_SIGN_PUBLIC], secret[WG_SIGN_SECRET];
  g_autoptr (GBytes) body = g_bytes_new (text, length);
  g_autoptr (WgPush) push = wg_wire_push_from_body (body, error);

  sample_keys (public_key, secret);
  return push != NULL && wg_wire_push_verify (push, public_key, error);
}

static void
assert_refused (const char *text, gsize length, int code, const char *problem)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (accept (text, length, &error));
  g_assert_error (error, WG_WIRE_ERROR, code);
  g_assert_cmpstr (wg_wire_error_get_problem (error), ==, problem);
}

/* RFC 8032 with the seed 00 … 1f; checked with another implementation. */
static void
test_known_answer (void)
{
  guint8 public_key[WG_SIGN_PUBLIC], secret[WG_SIGN_SECRET];
  g_autoptr (WgPush) push = sample_push ();

  sample_keys (public_key, secret);
  g_autoptr (GBytes) body = wg_wire_push_to_body (push, secret);
  g_autofree char *signature = wg_base64url_encode (push->signature, sizeof push->signature);
  g_assert_cmpstr (push->head, ==,
                   "3490385a966b3c00d4099b56318af9e8e083ed26f9380caa3c0ab5223939c83a");
  g_assert_cmpstr (
      signature, ==,
      "sPQiuoedX1rsGsTYShqZakdbZkzvTivZ-fY4DLSq46muR6-qYZtTxo5-71Hnon2I-1jC4Ag0t30q2YIWjuWZCw");
}

static void
test_members (void)
{
  g_autofree char *text = fixture_read ("push.ndjson");
  g_autoptr (GBytes) body = g_bytes_new (text, strlen (text));
  g_autoptr (WgPush) push = wg_wire_push_from_body (body, NULL);
  g_autoptr (WgPush) expected = sample_push ();

  g_assert_cmpstr (push->replica, ==, expected->replica);
  g_assert_cmpstr (push->epoch, ==, expected->epoch);
  g_assert_cmpint (push->first, ==, expected->first);
  g_assert_cmpstr (push->previous, ==, expected->previous);
  g_assert_cmpint (push->now_ms, ==, expected->now_ms);
  g_assert_cmpstr (push->boot, ==, expected->boot);
  g_assert_cmpint (push->mono_ms, ==, expected->mono_ms);
  g_assert_cmpuint (push->lines->len, ==, 3);
  for (guint i = 0; i < 3; i++)
    g_assert_cmpstr (g_ptr_array_index (push->lines, i), ==,
                     g_ptr_array_index (expected->lines, i));
}

static void
test_cut (void)
{
  g_autofree char *text = fixture_read ("push.ndjson");
  gsize n = strlen (text);

  for (gsize cut = 0; cut < n; cut++)
    assert_refused (text, cut, WG_WIRE_ERROR_MALFORMED, "malformed");
  g_assert_true (accept (text, n, NULL));
}

/* Every bit of every byte, and some whole characters that JSON would take kindly. */
static void
test_flipped (void)
{
  static const char kind[] = " \t\n\r\"\\{}[],:0159aAeE.-+_\xff";
  g_autofree char *text = fixture_read ("push.ndjson");
  gsize n = strlen (text);

  for (gsize i = 0; i < n; i++)
    {
      char byte = text[i];
      for (int change = 0; change < 8 + (int) strlen (kind); change++)
        {
          g_autoptr (GError) error = NULL;
          text[i] = change < 8 ? (char) (byte ^ (1 << change)) : kind[change - 8];
          if (text[i] == byte)
            continue;
          if (accept (text, n, &error))
            g_error ("accepted with byte %zu as %#x", i, (guchar) text[i]);
          g_assert_nonnull (wg_wire_error_get_problem (error));
        }
      text[i] = byte;
    }
}

static void
test_inserted_and_removed (void)
{
  g_autofree char *text = fixture_read ("push.ndjson");
  gsize n = strlen (text);

  for (gsize i = 0; i < n; i++)
    {
      g_autoptr (GString) more = g_string_new (text);
      g_autoptr (GString) less = g_string_new (text);
      g_string_insert_c (more, (gssize) i, ' ');
      g_string_erase (less, (gssize) i, 1);
      g_assert_false (accept (less->str, less->len, NULL));
      /* A blank between the members of the end line changes nothing that counts. */
      if (i <= (gsize) (strstr (text, "{\"t\":\"end\"") - text) - 1)
        g_assert_false (accept (more->str, more->len, NULL));
    }
}

static void
replace_and_refuse (const char *old, const char *new, int code, const char *problem)
{
  g_autofree char *text = fixture_read ("push.ndjson");
  g_autoptr (GString) changed = g_string_new (text);

  g_assert_cmpuint (g_string_replace (changed, old, new, 1), ==, 1);
  g_test_message ("%s -> %s", old, new);
  assert_refused (changed->str, changed->len, code, problem);
}

static void
test_framing (void)
{
  static const char *const changes[][2] = {
    { "{\"t\":\"push\"", "\xef\xbb\xbf{\"t\":\"push\"" },
    { "{\"t\":\"push\"", "\n{\"t\":\"push\"" },
    { "\"n\":3}\n", "\"n\":3}\n\n" },
    { "\"n\":3}", "\"n\":2}" },
    { "\"n\":3}", "\"n\":4}" },
    { "\"n\":3}", "\"n\":0}" },
    { "\"n\":3}", "\"n\":-1}" },
    { "\"n\":3}", "\"n\":3,\"n\":3}" },
    { "\"v\":1", "\"v\":2" },
    { "\"t\":\"push\"", "\"t\":\"pull\"" },
    { "\"first\":1021", "\"first\":0" },
    { "\"first\":1021", "\"first\":9007199254740993" },
    { "\"first\":1021,", "" },
    { "\"now\":{", "\"now\":1,\"was\":{" },
    { "{\"t\":\"end\"", "{\"t\":\"op\"" },
    { "\"}\n", "\"}\n{}\n" },
    { "\"}\n", "\"}" },
    { "\"sig\":\"s", "\"sig\":\"" },
    { "\"sig\":\"", "\"sig\":\"A" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (changes); i++)
    replace_and_refuse (changes[i][0], changes[i][1], WG_WIRE_ERROR_MALFORMED, "malformed");
  replace_and_refuse ("\"n\":3}", "\"n\":501}", WG_WIRE_ERROR_LIMIT, "too-many");
  replace_and_refuse ("\"first\":1021", "\"first\":1020", WG_WIRE_ERROR_CHAIN, "chain-broken");
  replace_and_refuse ("\"seq\":1022", "\"seq\":1023", WG_WIRE_ERROR_CHAIN, "chain-broken");
  replace_and_refuse ("井盖", "井孟", WG_WIRE_ERROR_CHAIN, "chain-broken");
  replace_and_refuse ("\"prev\":\"6", "\"prev\":\"7", WG_WIRE_ERROR_CHAIN, "chain-broken");
  replace_and_refuse ("\"head\":\"3", "\"head\":\"2", WG_WIRE_ERROR_CHAIN, "chain-broken");
  replace_and_refuse ("\"at\":1772415060000", "\"at\":1772415060001", WG_WIRE_ERROR_SIGNATURE,
                      "bad-signature");
  replace_and_refuse ("\"n\":3}", "\"n\":3,\"later\":1}", WG_WIRE_ERROR_SIGNATURE, "bad-signature");
  replace_and_refuse ("\"sig\":\"s", "\"sig\":\"t", WG_WIRE_ERROR_SIGNATURE, "bad-signature");
}

static void
test_something_follows (void)
{
  static const char *const more[] = { "\n", "{}\n", "x", " ", "{\"t\":\"end\"}\n" };
  g_autofree char *text = fixture_read ("push.ndjson");

  for (gsize i = 0; i < G_N_ELEMENTS (more); i++)
    {
      g_autofree char *longer = g_strconcat (text, more[i], NULL);
      assert_refused (longer, strlen (longer), WG_WIRE_ERROR_MALFORMED, "malformed");
    }
  g_autofree char *twice = g_strconcat (text, text, NULL);
  assert_refused (twice, strlen (twice), WG_WIRE_ERROR_MALFORMED, "malformed");
}

/* Lines swapped, or one taken out with the count mended: the chain tells. */
static void
test_order (void)
{
  g_autofree char *text = fixture_read ("push.ndjson");
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autofree char *swapped =
      g_strdup_printf ("%s\n%s\n%s\n%s\n%s\n", lines[0], lines[2], lines[1], lines[3], lines[4]);
  g_autoptr (GString) header = g_string_new (lines[0]);

  assert_refused (swapped, strlen (swapped), WG_WIRE_ERROR_CHAIN, "chain-broken");
  g_string_replace (header, "\"n\":3", "\"n\":2", 1);
  g_autofree char *shorter =
      g_strdup_printf ("%s\n%s\n%s\n%s\n", header->str, lines[1], lines[2], lines[4]);
  assert_refused (shorter, strlen (shorter), WG_WIRE_ERROR_CHAIN, "chain-broken");
}

static char *
push_of (guint n, gsize longest)
{
  guint8 public_key[WG_SIGN_PUBLIC], secret[WG_SIGN_SECRET];
  g_autoptr (WgPush) push = sample_push ();
  gsize size;

  sample_keys (public_key, secret);
  g_ptr_array_set_size (push->lines, 0);
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (WgOperation) operation =
                    sample_operation (WG_OPERATION_SCOPE_DROPPED, push->first + i);
      g_autofree char *line = wg_wire_operation_to_line (operation);
      g_autofree char *blanks = g_strnfill (MAX (longest, strlen (line)) - strlen (line), ' ');
      g_ptr_array_add (push->lines, g_strconcat (line, blanks, NULL));
    }
  g_autoptr (GBytes) body = wg_wire_push_to_body (push, secret);
  const char *data = g_bytes_get_data (body, &size);
  return g_strndup (data, size);
}

static void
test_limits (void)
{
  g_autofree char *most = push_of (WG_LIMIT_PUSH_OPS, 0);
  g_autofree char *more = push_of (WG_LIMIT_PUSH_OPS + 1, 0);
  g_autofree char *longest = push_of (1, WG_LIMIT_LINE);
  g_autofree char *longer = push_of (1, WG_LIMIT_LINE + 1);
  g_autofree char *endless = g_strnfill (WG_LIMIT_LINE + 2, '{');
  g_autofree char *large = push_of (70, 60000);

  g_assert_true (accept (most, strlen (most), NULL));
  assert_refused (more, strlen (more), WG_WIRE_ERROR_LIMIT, "too-many");
  g_assert_true (accept (longest, strlen (longest), NULL));
  assert_refused (longer, strlen (longer), WG_WIRE_ERROR_LIMIT, "line-too-long");
  assert_refused (endless, strlen (endless), WG_WIRE_ERROR_LIMIT, "line-too-long");
  g_assert_cmpuint (strlen (large), >, WG_LIMIT_BODY);
  assert_refused (large, strlen (large), WG_WIRE_ERROR_LIMIT, "too-large");
}

/* A header that promises 500 operations may lie; what follows decides. */
static void
test_more_lines_than_told (void)
{
  g_autofree char *more = push_of (WG_LIMIT_PUSH_OPS + 1, 0);
  g_autoptr (GString) text = g_string_new (more);

  g_assert_cmpuint (g_string_replace (text, "\"n\":501}", "\"n\":500}", 1), ==, 1);
  assert_refused (text->str, text->len, WG_WIRE_ERROR_MALFORMED, "malformed");
}

static void
test_other_key (void)
{
  g_autofree char *text = fixture_read ("push.ndjson");
  g_autoptr (GBytes) body = g_bytes_new (text, strlen (text));
  g_autoptr (WgPush) push = wg_wire_push_from_body (body, NULL);
  g_autoptr (GError) error = NULL;
  guint8 other[WG_SIGN_PUBLIC] = { 1 };

  g_assert_false (wg_wire_push_verify (push, other, &error));
  g_assert_error (error, WG_WIRE_ERROR, WG_WIRE_ERROR_SIGNATURE);
}

static void
test_answer (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = fixture_read ("push-answer.json");
  g_autoptr (WgPushAnswer) answer = wg_wire_push_answer_from_json (text, strlen (text), &error);

  g_assert_no_error (error);
  g_assert_cmpint (answer->last_seq, ==, 1023);
  g_assert_cmpint (answer->durable_seq, ==, 990);
  g_assert_cmpint (answer->max_ops, ==, 64);
  g_assert_cmpuint (answer->results->len, ==, 3);
  const WgPushResult *ok = g_ptr_array_index (answer->results, 0);
  const WgPushResult *refused = g_ptr_array_index (answer->results, 2);
  g_assert_cmpint (ok->kind, ==, WG_RESULT_OK);
  g_assert_cmpint (ok->ver, ==, 1);
  g_assert_cmpint (ok->refusal, ==, -1);
  g_assert_cmpint (ok->state, ==, -1);
  g_assert_cmpint (refused->kind, ==, WG_RESULT_REJECTED);
  g_assert_cmpint (refused->refusal, ==, WG_REFUSAL_STALE_STATE);
  g_assert_cmpstr (refused->field, ==, "action");
  g_assert_cmpint (refused->state, ==, 70);
  g_assert_cmpint (refused->step_no, ==, 8);
  for (gsize cut = 0; cut + 2 < strlen (text); cut++)
    g_assert_null (wg_wire_push_answer_from_json (text, cut, NULL));
}

/* What a later platform says is kept; what nobody says is refused. */
static void
test_results (void)
{
  g_autoptr (WgPushResult) later = wg_wire_push_result_from_json (
      "{\"seq\":1,\"r\":\"rejected\",\"code\":\"later\",\"more\":{}}", NULL);
  static const char *const refused[] = {
    "{\"seq\":1,\"r\":\"maybe\"}",
    "{\"seq\":1}",
    "{\"r\":\"ok\"}",
    "{\"seq\":1,\"r\":\"rejected\"}",
    "{\"seq\":0,\"r\":\"ok\"}",
    "{\"seq\":1,\"r\":\"ok\",\"now\":1}",
  };

  g_assert_cmpint (later->refusal, ==, -1);
  g_assert_cmpstr (later->code, ==, "later");
  g_autofree char *again = wg_wire_push_result_to_json (later);
  g_assert_cmpstr (again, ==, "{\"seq\":1,\"r\":\"rejected\",\"code\":\"later\"}");
  for (gsize i = 0; i < G_N_ELEMENTS (refused); i++)
    g_assert_null (wg_wire_push_result_from_json (refused[i], NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_true (wg_crypto_init (NULL));
  g_test_add_func ("/wire/push/known-answer", test_known_answer);
  g_test_add_func ("/wire/push/members", test_members);
  g_test_add_func ("/wire/push/cut", test_cut);
  g_test_add_func ("/wire/push/flipped", test_flipped);
  g_test_add_func ("/wire/push/inserted-and-removed", test_inserted_and_removed);
  g_test_add_func ("/wire/push/framing", test_framing);
  g_test_add_func ("/wire/push/something-follows", test_something_follows);
  g_test_add_func ("/wire/push/order", test_order);
  g_test_add_func ("/wire/push/limits", test_limits);
  g_test_add_func ("/wire/push/more-lines-than-told", test_more_lines_than_told);
  g_test_add_func ("/wire/push/other-key", test_other_key);
  g_test_add_func ("/wire/push/answer", test_answer);
  g_test_add_func ("/wire/push/results", test_results);
  return g_test_run ();
}

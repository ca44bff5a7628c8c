/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Strict reading and the writer: what is taken, what is refused, and why. */
#include <math.h>
#include <string.h>

#include "samples.h"
#include "wire/wg-json-private.h"

static gboolean
read_text (const char *text, gsize length, GError **error)
{
  g_auto (WgJsonReader) reader = WG_JSON_READER_INIT;

  return wg_json_reader_open (&reader, "test", text, length, WG_LIMIT_LINE, error);
}

static void
assert_taken (const char *text)
{
  g_autoptr (GError) error = NULL;

  g_test_message ("%s", text);
  g_assert_true (read_text (text, strlen (text), &error));
  g_assert_no_error (error);
}

static void
assert_refused (const char *text, gsize length)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *shown = g_strescape (text, NULL);

  g_test_message ("%s", shown);
  g_assert_false (read_text (text, length, &error));
  g_assert_error (error, WG_WIRE_ERROR, WG_WIRE_ERROR_MALFORMED);
  g_assert_cmpstr (wg_wire_error_get_problem (error), ==, "malformed");
  g_assert_true (g_str_has_prefix (error->message, "test: "));
}

/* The bytes of an empty body are no text at all. */
static void
test_nothing (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (read_text (NULL, 0, &error));
  g_assert_error (error, WG_WIRE_ERROR, WG_WIRE_ERROR_MALFORMED);
}

static void
test_refused (void)
{
  static const char *const texts[] = {
    "",
    " ",
    "null",
    "[]",
    "1",
    "{",
    "{}x",
    "{}{}",
    "{} //",
    "{\"a\":1,}",
    "{'a':1}",
    "{a:1}",
    "\xef\xbb\xbf{}",
    /* names */
    "{\"a\":1,\"a\":1}",
    "{\"a\":1,\"\\u0061\":2}",
    "{\"b\":{\"a\":1,\"c\":0,\"a\":1}}",
    "{\"b\":[{\"a\":1,\"a\":1}]}",
    "{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1,\"i\":1,\"j\":1,\"k\":1,"
    "\"l\":1,"
    "\"m\":1,\"n\":1,\"f\":2}",
    /* numbers */
    "{\"a\":NaN}",
    "{\"a\":nan}",
    "{\"a\":Infinity}",
    "{\"a\":-Infinity}",
    "{\"a\":1e400}",
    "{\"a\":-1e400}",
    "{\"a\":9007199254740993}",
    "{\"a\":-9007199254740993}",
    "{\"a\":18446744073709551615}",
    "{\"a\":123456789012345678901234567890}",
    "{\"a\":-123456789012345678901234567890}",
    "{\"a\":01}",
    "{\"a\":+1}",
    "{\"a\":.5}",
    "{\"a\":1.}",
    "{\"a\":0x10}",
    /* text */
    "{\"a\":\"\\u0000\"}",
    "{\"a\\u0000\":1}",
    "{\"a\":\"\n\"}",
    "{\"a\":\"\t\"}",
    "{\"a\":\"\\x41\"}",
    "{\"a\":\"\\ud800\"}",
    "{\"a\":\"\\udc00\\ud800\"}",
    "{\"a\":\"\x80\"}",
    "{\"a\":\"\xc0\xaf\"}",
    "{\"a\":\"\xe4\xba\"}",
    "{\"a\":\"\xed\xa0\x80\"}",
    "{\"a\":\"\xf4\x90\x80\x80\"}",
    "{\"a\":\"\xff\"}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    assert_refused (texts[i], strlen (texts[i]));
  assert_refused ("{\"a\":1}\0", 8);
  assert_refused ("{\"a\":\"x\0y\"}", 11);
}

static void
test_taken (void)
{
  static const char *const texts[] = {
    "{}",
    " {\r\n\"a\" : 1 } ",
    "{\"a\":9007199254740992,\"b\":-9007199254740992}",
    "{\"a\":1.5e10,\"b\":-0,\"c\":0.1}",
    "{\"a\":\"\\u4e95\\ud83d\\ude00\xf0\x9f\x98\x80\"}",
    "{\"a\":1,\"b\":1,\"c\":1,\"d\":1,\"e\":1,\"f\":1,\"g\":1,\"h\":1,\"i\":1,\"j\":1,\"k\":1,"
    "\"l\":1,"
    "\"m\":1,\"n\":1,\"o\":1}",
    "{\"a\":{\"a\":{\"a\":1}}}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    assert_taken (texts[i]);
}

static char *
nest (int depth, const char *open, const char *close)
{
  GString *text = g_string_new ("{\"a\":");

  for (int i = 1; i < depth; i++)
    g_string_append (text, open);
  g_string_append_c (text, '1');
  for (int i = 1; i < depth; i++)
    g_string_append (text, close);
  g_string_append_c (text, '}');
  return g_string_free_and_steal (text);
}

static void
test_depth (void)
{
  static const char *const braces[][2] = { { "[", "]" }, { "{\"b\":", "}" } };

  for (gsize i = 0; i < G_N_ELEMENTS (braces); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *allowed = nest (WG_LIMIT_DEPTH, braces[i][0], braces[i][1]);
      g_autofree char *deeper = nest (WG_LIMIT_DEPTH + 1, braces[i][0], braces[i][1]);
      g_autofree char *deepest = nest (10000, braces[i][0], braces[i][1]);
      assert_taken (allowed);
      g_assert_false (read_text (deeper, strlen (deeper), &error));
      g_assert_error (error, WG_WIRE_ERROR, WG_WIRE_ERROR_LIMIT);
      g_assert_cmpstr (wg_wire_error_get_problem (error), ==, "malformed");
      g_clear_error (&error);
      g_assert_false (read_text (deepest, strlen (deepest), &error));
      g_assert_error (error, WG_WIRE_ERROR, WG_WIRE_ERROR_LIMIT);
    }
}

static void
test_limit (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *blanks = g_strnfill (WG_LIMIT_LINE - 1, ' ');
  g_autofree char *text = g_strconcat ("{}", blanks, NULL);

  g_assert_false (read_text (text, strlen (text), &error));
  g_assert_error (error, WG_WIRE_ERROR, WG_WIRE_ERROR_LIMIT);
  g_assert_cmpstr (wg_wire_error_get_problem (error), ==, "too-large");
  text[strlen (text) - 1] = '\0';
  assert_taken (text);
}

/* The first fault is kept, named, and stops further reading. */
static void
test_members (void)
{
  static const char text[] =
      "{\"n\":5,\"t\":\"x\",\"e\":\"\",\"o\":{\"i\":\"no\"},\"z\":null,\"r\":1.5}";
  g_auto (WgJsonReader) reader = WG_JSON_READER_INIT;
  WgJsonReader inner;
  g_autoptr (GError) error = NULL;

  g_assert_true (wg_json_reader_open (&reader, "test", text, strlen (text), WG_LIMIT_LINE, &error));
  g_assert_cmpint (wg_json_get_int (&reader, "n", 0, 5), ==, 5);
  g_assert_cmpint (wg_json_get_int_or (&reader, "z", 0, 5, -1), ==, -1);
  g_assert_cmpfloat (wg_json_get_real_or_nan (&reader, "r"), ==, 1.5);
  g_assert_true (isnan (wg_json_get_real_or_nan (&reader, "absent")));
  g_assert_null (wg_json_get_text (&reader, "e", WG_JSON_OPTIONAL));
  g_assert_null (wg_json_get (&reader, "z", WG_JSON_OPTIONAL));
  g_assert_true (wg_json_reader_close (&reader, &error));

  wg_json_get_object (&reader, "o", WG_JSON_REQUIRED, &inner);
  wg_json_get_int (&inner, "i", 0, 5);
  wg_json_get_text (&inner, "absent", WG_JSON_REQUIRED);
  wg_json_leave (&reader, "o", &inner);
  g_assert_null (wg_json_get_text (&reader, "t", WG_JSON_REQUIRED));
  g_assert_cmpstr (reader.culprit, ==, "i");
  g_assert_false (wg_json_reader_close (&reader, &error));
  g_assert_cmpstr (error->message, ==, "o: test: \"i\" must be an integer from 0 to 5");
}

static void
test_errors_keep_problem (void)
{
  g_autoptr (GError) error = NULL;

  wg_wire_fail (&error, WG_WIRE_ERROR_LIMIT, "bomb", "x");
  g_autoptr (GError) copy = g_error_copy (error);
  g_prefix_error (&copy, "while testing: ");
  g_assert_cmpstr (wg_wire_error_get_problem (copy), ==, "bomb");
  g_assert_null (wg_wire_error_get_problem (NULL));
  g_autoptr (GError) other = g_error_new (G_FILE_ERROR, 0, "x");
  g_assert_null (wg_wire_error_get_problem (other));
}

static WgJsonWriter *
write_all (void)
{
  WgJsonWriter *writer = wg_json_writer_new ();

  wg_json_writer_begin_object (writer, NULL);
  wg_json_writer_string (writer, "text", "a\"b\\c/\n井\x7f");
  wg_json_writer_string (writer, "absent", NULL);
  wg_json_writer_string (writer, "damaged", "x\xff");
  wg_json_writer_int (writer, "int", -WG_JSON_INT_MAX);
  wg_json_writer_real (writer, "real", 0.1);
  wg_json_writer_real (writer, "whole", 2);
  wg_json_writer_real (writer, "nan", NAN);
  wg_json_writer_real (writer, "infinite", INFINITY);
  wg_json_writer_degree (writer, "degree", 118.50212346);
  wg_json_writer_degree (writer, "nothing", -0.00000001);
  wg_json_writer_flag (writer, "flag", 2);
  wg_json_writer_raw (writer, "raw", "{\"a\": 1}");
  wg_json_writer_raw (writer, "no_raw", NULL);
  wg_json_writer_begin_array (writer, "array");
  wg_json_writer_string (writer, NULL, NULL);
  wg_json_writer_real (writer, NULL, NAN);
  wg_json_writer_raw (writer, NULL, NULL);
  wg_json_writer_begin_object (writer, NULL);
  wg_json_writer_end (writer);
  wg_json_writer_flag (writer, NULL, FALSE);
  wg_json_writer_end (writer);
  wg_json_writer_end (writer);
  return writer;
}

static void
test_writer (void)
{
  g_autoptr (WgJsonWriter) writer = write_all ();
  g_autofree char *text = wg_json_writer_to_string (writer, FALSE);
  g_autofree char *pretty = wg_json_writer_to_string (writer, TRUE);

  g_assert_cmpstr (text, ==,
                   "{\"text\":\"a\\\"b\\\\c/\\n井\x7f\",\"damaged\":\"x\xef\xbf\xbd\","
                   "\"int\":-9007199254740992,\"real\":0.1,\"whole\":2.0,\"degree\":118.5021235,"
                   "\"nothing\":0.0,\"flag\":true,\"raw\":{\"a\": 1},"
                   "\"array\":[null,null,null,{},false]}");
  assert_taken (text);
  g_assert_true (g_str_has_prefix (pretty, "{\n  \"text\": "));
  assert_taken (pretty);
}

static void
test_writer_top_array (void)
{
  g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();

  wg_json_writer_begin_array (writer, NULL);
  wg_json_writer_int (writer, NULL, 1);
  wg_json_writer_end (writer);
  g_autofree char *text = wg_json_writer_to_string (writer, FALSE);
  g_assert_cmpstr (text, ==, "[1]");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/json/refused", test_refused);
  g_test_add_func ("/wire/json/nothing", test_nothing);
  g_test_add_func ("/wire/json/taken", test_taken);
  g_test_add_func ("/wire/json/depth", test_depth);
  g_test_add_func ("/wire/json/limit", test_limit);
  g_test_add_func ("/wire/json/members", test_members);
  g_test_add_func ("/wire/json/errors-keep-problem", test_errors_keep_problem);
  g_test_add_func ("/wire/json/writer", test_writer);
  g_test_add_func ("/wire/json/writer-top-array", test_writer_top_array);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Damaged fixtures through every reader: a clean error, or a message that reads back the same. */
#include <string.h>

#include "samples.h"

#define MUTATIONS 20000

/* What damage looks like: bits, bytes, pieces lost, doubled, swapped, taken from elsewhere. */
static void
damage (GString *text, const GPtrArray *fixtures)
{
  static const char *const bits[] = { "\"",
                                      "{",
                                      "}",
                                      "[",
                                      "]",
                                      ",",
                                      ":",
                                      "\n",
                                      "\\",
                                      "null",
                                      "-1",
                                      "1e999",
                                      "9007199254740993",
                                      "\"\\u0000\"",
                                      "\xff",
                                      "true" };
  gsize at = (gsize) g_test_rand_int_range (0, (int) text->len + 1);
  gsize left = text->len - at;
  gsize wish = (gsize) g_test_rand_int_range (1, 40);
  gsize n = MIN (left, wish);
  const char *other = g_ptr_array_index (fixtures, g_test_rand_int_range (0, (int) fixtures->len));
  g_autofree char *piece = g_strndup (text->str + at, n);

  switch (g_test_rand_int_range (0, 7))
    {
    case 0:
      if (left > 0)
        text->str[at] ^= (char) (1 << g_test_rand_int_range (0, 8));
      break;
    case 1:
      if (left > 0)
        text->str[at] = (char) g_test_rand_int_range (1, 256);
      break;
    case 2:
      g_string_erase (text, (gssize) at, (gssize) n);
      break;
    case 3:
      g_string_insert (text, (gssize) at, piece);
      break;
    case 4:
      g_string_insert (text, (gssize) at, bits[g_test_rand_int_range (0, G_N_ELEMENTS (bits))]);
      break;
    case 5:
      g_string_truncate (text, at);
      break;
    default:
      other += g_test_rand_int_range (0, (int) strlen (other));
      g_string_insert_len (text, (gssize) at, other, (gssize) MIN (strlen (other), 60));
      break;
    }
}

static void
read_with (const Fixture *fixture, const char *text, gsize length)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *once = fixture->again (text, length, &error);

  if (once == NULL)
    {
      g_assert_nonnull (wg_wire_error_get_problem (error));
      return;
    }
  g_assert_no_error (error);
  if (g_str_has_prefix (once, "refused "))
    return;
  g_autofree char *twice = fixture->again (once, strlen (once), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (twice, ==, once);
}

static GPtrArray *
read_all (void)
{
  GPtrArray *texts = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; fixture_get (i) != NULL; i++)
    g_ptr_array_add (texts, fixture_read (fixture_get (i)->file));
  return texts;
}

static void
test_readers (void)
{
  g_autoptr (GPtrArray) texts = read_all ();

  for (int i = 0; i < MUTATIONS; i++)
    {
      const char *one = g_ptr_array_index (texts, g_test_rand_int_range (0, (int) texts->len));
      g_autoptr (GString) text = g_string_new (one);
      for (int n = g_test_rand_int_range (1, 4); n > 0; n--)
        damage (text, texts);
      /* A copy of its own, so that reading one byte too many is seen. */
      g_autofree char *exact = g_memdup2 (text->str, text->len + 1);
      for (guint reader = 0; fixture_get (reader) != NULL; reader++)
        read_with (fixture_get (reader), exact, text->len);
    }
}

static void
test_unpacking (void)
{
  g_autoptr (GPtrArray) texts = read_all ();

  for (int i = 0; i < MUTATIONS; i++)
    {
      const char *one = g_ptr_array_index (texts, g_test_rand_int_range (0, (int) texts->len));
      g_autoptr (GBytes) plain = g_bytes_new_static (one, strlen (one));
      g_autoptr (GBytes) packed = wg_zstd_compress (plain, NULL);
      gsize n;
      guint8 *bytes = g_bytes_unref_to_data (g_steal_pointer (&packed), &n);
      for (int change = g_test_rand_int_range (1, 5); change > 0; change--)
        bytes[g_test_rand_int_range (0, (int) n)] ^= (guint8) g_test_rand_int_range (1, 256);
      g_autoptr (GBytes) damaged = g_bytes_new_take (bytes, n);
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) again = wg_zstd_decompress (damaged, 100000, &error);
      g_assert_true ((again == NULL) == (error != NULL));
      g_assert_true (again == NULL || g_bytes_get_size (again) <= 100000);
    }
}

static void
test_codes (void)
{
  for (int i = 0; i < MUTATIONS; i++)
    {
      char typed[24] = { 0 };
      g_autoptr (GError) error = NULL;
      for (int at = g_test_rand_int_range (0, 23); at >= 0; at--)
        typed[at] = (char) g_test_rand_int_range (1, 256);
      g_autofree char *code = wg_crypto_enrol_code_normalize (typed, &error);
      g_assert_true ((code == NULL) == (error != NULL));
      g_clear_error (&error);
      g_autoptr (GBytes) bytes = wg_base64url_decode (typed, &error);
      g_assert_true ((bytes == NULL) == (error != NULL));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_assert_true (wg_crypto_init (NULL));
  g_test_add_func ("/wire/fuzz/readers", test_readers);
  g_test_add_func ("/wire/fuzz/unpacking", test_unpacking);
  g_test_add_func ("/wire/fuzz/codes", test_codes);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* zstd: round trips, and bombs that are refused before they have grown. */
#include <string.h>
#include <sys/resource.h>

#include "samples.h"

#define BLOCK (128 * 1024)

static GBytes *
random_bytes (gsize n)
{
  guint8 *bytes = g_malloc (n + 1);

  for (gsize i = 0; i < n; i++)
    bytes[i] = (guint8) g_test_rand_int_range (0, 256);
  return g_bytes_new_take (bytes, n);
}

static void
test_round_trip (void)
{
  static const gsize sizes[] = { 0, 1, 511, 65536, 65537, 900000 };

  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GBytes) plain = random_bytes (sizes[i]);
      g_autoptr (GBytes) packed = wg_zstd_compress (plain, &error);
      g_assert_no_error (error);
      g_autoptr (GBytes) again = wg_zstd_decompress (packed, WG_LIMIT_BODY, &error);
      g_assert_no_error (error);
      g_assert_true (g_bytes_equal (again, plain));
    }
}

static void
assert_refused (GBytes *packed, gsize limit, int code, const char *problem)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (wg_zstd_decompress (packed, limit, &error));
  g_assert_error (error, WG_WIRE_ERROR, code);
  g_assert_cmpstr (wg_wire_error_get_problem (error), ==, problem);
}

/* RFC 8878 3.1.1: a frame of blocks that each say "so many times this byte". */
static GBytes *
make_bomb (guint8 window, guint64 size)
{
  const guint8 head[] = { 0x28, 0xb5, 0x2f, 0xfd, 0x00, window };
  GByteArray *frame = g_byte_array_new ();

  g_byte_array_append (frame, head, sizeof head);
  for (guint64 done = 0; done < size; done += BLOCK)
    {
      guint32 header = (done + BLOCK >= size ? 1 : 0) | 1u << 1 | (guint32) BLOCK << 3;
      const guint8 block[] = { (guint8) header, (guint8) (header >> 8), (guint8) (header >> 16),
                               0 };
      g_byte_array_append (frame, block, sizeof block);
    }
  return g_byte_array_free_to_bytes (frame);
}

#define WINDOW_8_MIB (13 << 3)
#define WINDOW_16_MIB (14 << 3)

static glong
peak_kib (void)
{
  struct rusage usage;

  g_assert_cmpint (getrusage (RUSAGE_SELF, &usage), ==, 0);
  return usage.ru_maxrss;
}

static void
test_bomb (void)
{
  g_autoptr (GBytes) bomb = make_bomb (WINDOW_8_MIB, G_GUINT64_CONSTANT (2) << 30);
  glong before = peak_kib ();

  g_assert_cmpuint (g_bytes_get_size (bomb), <, 70000);
  assert_refused (bomb, WG_LIMIT_BODY, WG_WIRE_ERROR_LIMIT, "bomb");
  assert_refused (bomb, G_MAXSIZE, WG_WIRE_ERROR_LIMIT, "bomb");
  g_assert_cmpint (peak_kib () - before, <, 32 * 1024);
}

static void
test_ratio_floor (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *zeros = g_malloc0 (64 * 1024);
  g_autoptr (GBytes) plain = g_bytes_new (zeros, 64 * 1024);
  g_autoptr (GBytes) packed = wg_zstd_compress (plain, NULL);
  g_autoptr (GBytes) again = wg_zstd_decompress (packed, WG_LIMIT_BODY, &error);

  g_assert_no_error (error);
  g_assert_true (g_bytes_equal (again, plain));
}

static void
test_limits (void)
{
  g_autoptr (GBytes) window = make_bomb (WINDOW_16_MIB, BLOCK);
  g_autoptr (GBytes) plain = random_bytes (100000);
  g_autoptr (GBytes) packed = wg_zstd_compress (plain, NULL);
  g_autoptr (GBytes) large = random_bytes (WG_LIMIT_BODY_WIRE + 1);
  g_autoptr (GBytes) large_packed = wg_zstd_compress (large, NULL);
  g_autoptr (GBytes) exact = wg_zstd_decompress (packed, 100000, NULL);

  g_assert_nonnull (exact);
  assert_refused (window, WG_LIMIT_BODY, WG_WIRE_ERROR_LIMIT, "too-large");
  assert_refused (packed, 99999, WG_WIRE_ERROR_LIMIT, "too-large");
  assert_refused (packed, 0, WG_WIRE_ERROR_LIMIT, "too-large");
  assert_refused (large_packed, WG_LIMIT_BODY, WG_WIRE_ERROR_LIMIT, "too-large");
}

static void
test_damaged (void)
{
  g_autofree char *text = fixture_read ("push.ndjson");
  g_autoptr (GBytes) plain = g_bytes_new (text, strlen (text));
  g_autoptr (GBytes) packed = wg_zstd_compress (plain, NULL);
  gsize n = g_bytes_get_size (packed);
  g_autoptr (GBytes) foreign = g_bytes_new_static ("<html>portal</html>", 19);
  g_autoptr (GByteArray) twice = g_byte_array_new ();

  for (gsize cut = 0; cut < n; cut++)
    {
      g_autoptr (GBytes) part = g_bytes_new_from_bytes (packed, 0, cut);
      assert_refused (part, WG_LIMIT_BODY, WG_WIRE_ERROR_MALFORMED, "malformed");
    }
  assert_refused (foreign, WG_LIMIT_BODY, WG_WIRE_ERROR_MALFORMED, "malformed");
  g_byte_array_append (twice, g_bytes_get_data (packed, NULL), (guint) n);
  g_byte_array_append (twice, g_bytes_get_data (packed, NULL), (guint) n);
  g_autoptr (GBytes) both = g_bytes_new (twice->data, twice->len);
  assert_refused (both, WG_LIMIT_BODY, WG_WIRE_ERROR_MALFORMED, "malformed");
  g_autoptr (GBytes) one_more = g_bytes_new (twice->data, n + 1);
  assert_refused (one_more, WG_LIMIT_BODY, WG_WIRE_ERROR_MALFORMED, "malformed");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/zstd/round-trip", test_round_trip);
  g_test_add_func ("/wire/zstd/bomb", test_bomb);
  g_test_add_func ("/wire/zstd/ratio-floor", test_ratio_floor);
  g_test_add_func ("/wire/zstd/limits", test_limits);
  g_test_add_func ("/wire/zstd/damaged", test_damaged);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* UUID version 7: the RFC's own example, layout, order of times, refused spellings. */
#include "core/wg-id.h"

/* Unix ms and the random bits of RFC 9562 A.6. */
static gint64 clock_ms;
static guint8 chance[16];

static gint64
get_clock (gpointer data)
{
  return clock_ms;
}

static void
get_chance (gpointer data, guint8 *out, gsize n)
{
  for (gsize i = 0; i < n; i++)
    out[i] = chance[i % sizeof chance];
}

static const WgPorts PORTS = { get_clock, get_clock, get_chance, "boot", NULL };

static void
test_known_answer (void)
{
  static const guint8 bits[16] = { 0,    0,    0,    0,    0,    0,    0xac, 0xc3,
                                   0x58, 0xc4, 0xdc, 0x0c, 0x0c, 0x07, 0x39, 0x8f };
  clock_ms = G_GINT64_CONSTANT (1645557742000);
  memcpy (chance, bits, sizeof chance);

  g_autofree char *id = wg_id_new (&PORTS);
  g_assert_cmpstr (id, ==, "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
  g_assert_true (wg_id_is_valid (id));
  g_assert_cmpint (wg_id_get_time_ms (id), ==, clock_ms);
}

/* Every random bit is used, none spills into version and variant. */
static void
test_layout (void)
{
  clock_ms = G_GINT64_CONSTANT (0x123456789abc);
  memset (chance, 0xff, sizeof chance);
  g_autofree char *ones = wg_id_new (&PORTS);
  memset (chance, 0, sizeof chance);
  g_autofree char *zeros = wg_id_new (&PORTS);

  g_assert_cmpstr (ones, ==, "12345678-9abc-7fff-bfff-ffffffffffff");
  g_assert_cmpstr (zeros, ==, "12345678-9abc-7000-8000-000000000000");
}

static void
test_later_sorts_after (void)
{
  GRand *rand = g_rand_new_with_seed (7);
  g_autofree char *last = NULL;

  clock_ms = G_GINT64_CONSTANT (1760000000000);
  for (int i = 0; i < 2000; i++)
    {
      clock_ms += g_rand_int_range (rand, 1, 100000);
      for (gsize k = 0; k < sizeof chance; k++)
        chance[k] = (guint8) g_rand_int (rand);
      char *id = wg_id_new (&PORTS);
      g_assert_true (wg_id_is_valid (id));
      g_assert_cmpint (wg_id_get_time_ms (id), ==, clock_ms);
      g_assert_cmpstr (last != NULL ? last : "", <, id);
      g_free (last);
      last = id;
    }
  g_rand_free (rand);
}

static void
test_mad_clock (void)
{
  static const gint64 clocks[] = { G_MININT64, -1, 0, G_MAXINT64 };

  for (gsize i = 0; i < G_N_ELEMENTS (clocks); i++)
    {
      clock_ms = clocks[i];
      g_autofree char *id = wg_id_new (&PORTS);
      g_assert_true (wg_id_is_valid (id));
      g_assert_cmpint (wg_id_get_time_ms (id), ==,
                       CLAMP (clocks[i], 0, (G_GINT64_CONSTANT (1) << 48) - 1));
    }
}

static void
test_refused (void)
{
  static const char *const wrong[] = {
    NULL,
    "",
    "017f22e2-79b0-7cc3-98c4-dc0c0c07398",
    "017f22e2-79b0-7cc3-98c4-dc0c0c07398f0",
    "017F22E2-79B0-7CC3-98C4-DC0C0C07398F",
    "017f22e2-79b0-4cc3-98c4-dc0c0c07398f",
    "017f22e2-79b0-7cc3-78c4-dc0c0c07398f",
    "017f22e279b0-7cc3-98c4-dc0c0c07398f0",
    "017f22e2-79b0-7cc3-98c4-dc0c0c07398g",
    "{17f22e2-79b0-7cc3-98c4-dc0c0c07398}",
  };

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++)
    {
      g_assert_false (wg_id_is_valid (wrong[i]));
      g_assert_cmpint (wg_id_get_time_ms (wrong[i]), ==, -1);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/id/known-answer", test_known_answer);
  g_test_add_func ("/core/id/layout", test_layout);
  g_test_add_func ("/core/id/later-sorts-after", test_later_sorts_after);
  g_test_add_func ("/core/id/mad-clock", test_mad_clock);
  g_test_add_func ("/core/id/refused", test_refused);
  return g_test_run ();
}

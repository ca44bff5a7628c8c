/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The hash chain: answers of sha256sum, and that every bit of the past counts. */
#include "core/wg-chain.h"

#define LINE_1 "{\"t\":\"op\",\"seq\":1}"
#define LINE_2 "{\"t\":\"op\",\"seq\":2,\"title\":\"垃圾\"}"
#define HASH_1 "1b1ed32ce7243bc868bd777b85bda62c57fa0831689b4758d422b6753370a99d"
#define HASH_2 "64e9c923516380d10c69680250dc14aa1763015fe76665f3262426eb33ac6d81"

/* printf %s%s "$previous" "$line" | sha256sum */
static void
test_known_answer (void)
{
  g_autofree char *first = wg_chain_next (WG_CHAIN_START, LINE_1, -1);
  g_autofree char *second = wg_chain_next (first, LINE_2, -1);

  g_assert_cmpstr (first, ==, HASH_1);
  g_assert_cmpstr (second, ==, HASH_2);
}

static void
test_length (void)
{
  g_autofree char *counted = wg_chain_next (WG_CHAIN_START, LINE_1 "rest", sizeof LINE_1 - 1);
  g_autofree char *zero = wg_chain_next (WG_CHAIN_START, "a\0b", 3);
  g_autofree char *cut = wg_chain_next (WG_CHAIN_START, "a\0b", -1);

  g_assert_cmpstr (counted, ==, HASH_1);
  g_assert_cmpstr (zero, !=, cut);
}

static void
test_every_line_counts (void)
{
  g_autofree char *a = wg_chain_next (WG_CHAIN_START, "a", 1);
  g_autofree char *b = wg_chain_next (WG_CHAIN_START, "b", 1);
  g_autofree char *ac = wg_chain_next (a, "c", 1);
  g_autofree char *bc = wg_chain_next (b, "c", 1);

  g_assert_cmpstr (a, !=, b);
  g_assert_cmpstr (ac, !=, bc);
}

static void
test_is_hash (void)
{
  g_assert_true (wg_chain_is_hash (WG_CHAIN_START));
  g_assert_true (wg_chain_is_hash (HASH_1));
  g_assert_false (wg_chain_is_hash (NULL));
  g_assert_false (wg_chain_is_hash (""));
  g_assert_false (wg_chain_is_hash (&HASH_1[1]));
  g_assert_false (wg_chain_is_hash (HASH_1 "0"));
  g_assert_false (
      wg_chain_is_hash ("1B1ED32CE7243BC868BD777B85BDA62C57FA0831689B4758D422B6753370A99D"));
  g_assert_false (
      wg_chain_is_hash ("../ed32ce7243bc868bd777b85bda62c57fa0831689b4758d422b6753370a99d"));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/chain/known-answer", test_known_answer);
  g_test_add_func ("/core/chain/length", test_length);
  g_test_add_func ("/core/chain/every-line-counts", test_every_line_counts);
  g_test_add_func ("/core/chain/is-hash", test_is_hash);
  return g_test_run ();
}

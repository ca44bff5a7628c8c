/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Likely repeats: what excludes, and that the score never rises with distance or time. */
#include <math.h>

#include "core-files.h"
#include "core/wg-duplicate.h"

#define HOUR_MS G_GINT64_CONSTANT (3600000)
#define NORTH_M (1 / 111195.0) /* degrees of latitude in a metre */

static WgStandard *standard;

static const char *
code_of (const char *name)
{
  g_autoptr (GPtrArray) found = wg_standard_search (standard, name, 1);

  g_assert_cmpuint (found->len, ==, 1);
  return ((const WgEventClass *) g_ptr_array_index (found, 0))->code;
}

static WgDuplicateFacts
make_facts (const char *name, double metres, double hours, const char *text)
{
  return (WgDuplicateFacts) {
    .class_code = code_of (name),
    .point = { 118.67, 37.43 + metres * NORTH_M },
    .occurred_ms = G_GINT64_CONSTANT (1780000000000) + (gint64) (hours * (double) HOUR_MS),
    .text = text,
  };
}

static double
get_score (const char *name, double metres, double hours, const char *text)
{
  WgDuplicateFacts mine = make_facts ("暴露垃圾", 0, 0, "3号楼东侧一堆垃圾");
  WgDuplicateFacts other = make_facts (name, metres, hours, text);
  double score = wg_duplicate_score (standard, &mine, &other);

  g_assert_cmpfloat (score, ==, wg_duplicate_score (standard, &other, &mine));
  g_assert_cmpfloat (score, >=, 0);
  g_assert_cmpfloat (score, <=, 1);
  return score;
}

static void
test_excluded (void)
{
  WgDuplicateFacts mine = make_facts ("暴露垃圾", 0, 0, NULL), other = mine;

  g_assert_cmpfloat (get_score ("暴露垃圾", 51, 0, NULL), ==, 0);
  g_assert_cmpfloat (get_score ("暴露垃圾", 49, 0, NULL), >, 0);
  g_assert_cmpfloat (get_score ("暴露垃圾", 0, 24.1, NULL), ==, 0);
  g_assert_cmpfloat (get_score ("暴露垃圾", 0, -24.1, NULL), ==, 0);
  g_assert_cmpfloat (get_score ("暴露垃圾", 0, -23.9, NULL), >, 0);
  g_assert_cmpfloat (get_score ("井盖破损", 0, 0, NULL), ==, 0);
  other.point.lon = NAN;
  g_assert_cmpfloat (wg_duplicate_score (standard, &mine, &other), ==, 0);
  other = mine;
  other.class_code = "9999";
  g_assert_cmpfloat (wg_duplicate_score (standard, &mine, &other), ==, 0);
  other.class_code = NULL;
  g_assert_cmpfloat (wg_duplicate_score (standard, &mine, &other), ==, 0);
}

/* Two visits in one house are two visits. */
static void
test_never_repeated (void)
{
  WgDuplicateFacts visit = make_facts ("入户走访", 0, 0, NULL);

  g_assert_cmpfloat (wg_duplicate_score (standard, &visit, &visit), ==, 0);
}

static void
test_order (void)
{
  g_assert_cmpfloat_with_epsilon (get_score ("暴露垃圾", 0, 0, "3号楼东侧一堆垃圾"), 1, 1e-9);
  g_assert_cmpfloat_with_epsilon (get_score ("暴露垃圾", 0, 0, NULL), 1, 1e-9);
  g_assert_cmpfloat (get_score ("暴露垃圾", 10, 1, "3号楼东侧垃圾一堆"), >,
                     get_score ("暴露垃圾", 10, 1, "桥北面倒了油漆桶"));
  g_assert_cmpfloat (get_score ("暴露垃圾", 10, 1, NULL), >,
                     get_score ("积存垃圾渣土", 10, 1, NULL));
  g_assert_cmpfloat (get_score ("积存垃圾渣土", 10, 1, NULL), >, 0);
}

static void
test_monotone (void)
{
  static const char *const texts[] = { NULL, "", "3号楼东侧垃圾", "不相干的话", "\xff\xfe" };
  GRand *rand = g_rand_new_with_seed (16);

  for (int i = 0; i < 5000; i++)
    {
      const char *text = texts[g_rand_int_range (rand, 0, G_N_ELEMENTS (texts))];
      const char *name = g_rand_boolean (rand) ? "暴露垃圾" : "道路不洁";
      double metres = g_rand_double_range (rand, 0, 120), hours = g_rand_double_range (rand, 0, 30);
      double score = get_score (name, metres, hours, text);
      g_assert_cmpfloat (score, >=,
                         get_score (name, metres + g_rand_double_range (rand, 0, 50), hours, text));
      g_assert_cmpfloat (score, >=,
                         get_score (name, metres, hours + g_rand_double_range (rand, 0, 9), text));
    }
  g_rand_free (rand);
}

int
main (int argc, char **argv)
{
  int status;

  g_test_init (&argc, &argv, NULL);
  standard = core_open_standard ();
  g_test_add_func ("/core/duplicate/excluded", test_excluded);
  g_test_add_func ("/core/duplicate/never-repeated", test_never_repeated);
  g_test_add_func ("/core/duplicate/order", test_order);
  g_test_add_func ("/core/duplicate/monotone", test_monotone);
  status = g_test_run ();
  wg_standard_unref (standard);
  return status;
}

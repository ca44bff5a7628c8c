/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Likely repeat reports: a score that falls with distance and time. */
#include "core/wg-duplicate.h"

#include <math.h>
#include <string.h>

#define HOUR_MS G_GINT64_CONSTANT (3600000)
#define SAME_CLASS 0.40
#define SAME_GROUP 0.20
#define NEARNESS 0.25
#define RECENCY 0.15
#define LIKENESS 0.20

/* Pairs of neighbouring characters; blanks and signs do not count. */
static GHashTable *
get_pairs (const char *text)
{
  GHashTable *pairs = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, NULL);
  gunichar last = 0;

  if (text == NULL || !g_utf8_validate (text, -1, NULL))
    return pairs;
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);
      if (!g_unichar_isalnum (c))
        continue;
      if (last != 0)
        {
          gint64 *pair = g_new (gint64, 1);
          *pair = (gint64) last << 32 | c;
          g_hash_table_add (pairs, pair);
        }
      last = c;
    }
  return pairs;
}

/* Share of common pairs, 0 to 1; -1 when one text says nothing. */
static double
get_likeness (const char *mine, const char *other)
{
  g_autoptr (GHashTable) left = get_pairs (mine);
  g_autoptr (GHashTable) right = get_pairs (other);
  guint n_left = g_hash_table_size (left), n_right = g_hash_table_size (right), common = 0;
  GHashTableIter iter;
  gpointer pair;

  if (n_left == 0 || n_right == 0)
    return -1;
  g_hash_table_iter_init (&iter, left);
  while (g_hash_table_iter_next (&iter, &pair, NULL))
    common += g_hash_table_contains (right, pair);
  return 2.0 * common / (n_left + n_right);
}

/**
 * wg_duplicate_score:
 * @standard: the standard of both events
 * @mine: the event that is about to be reported
 * @other: a known event
 *
 * Judges how likely two records tell of the same matter. They can only if their classes
 * stand in the same group, both have a place, and distance and time lie within the larger
 * radius and the larger span of the two classes; a class without these is never repeated
 * (two visits in one house are two visits). Then the score rises with the same class,
 * nearness, nearness in time, and likeness of words; without words these are left out.
 * It never rises with distance or time. A person decides; both records are kept.
 *
 * Thread: any.
 * Errors: none.
 * Source: domain.md R16; ux.md E2
 *
 * Returns: 0 (excluded) to 1
 */
double
wg_duplicate_score (const WgStandard *standard,
                    const WgDuplicateFacts *mine,
                    const WgDuplicateFacts *other)
{
  g_return_val_if_fail (standard != NULL && mine != NULL && other != NULL, 0);

  const WgEventClass *left = wg_standard_find (standard, mine->class_code);
  const WgEventClass *right = wg_standard_find (standard, other->class_code);
  if (left == NULL || right == NULL || left->parent == NULL ||
      g_strcmp0 (left->parent, right->parent) != 0 || left->duplicate_radius_m == 0 ||
      right->duplicate_radius_m == 0)
    return 0;

  double radius_m = MAX (left->duplicate_radius_m, right->duplicate_radius_m);
  double span_ms = (double) (MAX (left->duplicate_hours, right->duplicate_hours) * HOUR_MS);
  double distance_m = wg_geo_distance_m (mine->point, other->point);
  double apart_ms = fabs ((double) mine->occurred_ms - (double) other->occurred_ms);
  if (!(distance_m <= radius_m) || apart_ms > span_ms)
    return 0;

  double score = (left == right ? SAME_CLASS : SAME_GROUP) +
                 NEARNESS * (1 - distance_m / radius_m) + RECENCY * (1 - apart_ms / span_ms);
  double likeness = get_likeness (mine->text, other->text);
  return likeness < 0 ? score / (1 - LIKENESS) : score + LIKENESS * likeness;
}

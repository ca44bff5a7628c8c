/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Patches keep their laws on random records; merging follows the table of the protocol. */
#include <string.h>

#include "core/wg-conflict.h"

#define N_ROUNDS 2000

/* --- the table: every class against every relation of base, theirs, mine and both clocks ------ */

typedef enum
{
  CLOCK_MINE_LATER,
  CLOCK_SAME,
  CLOCK_MINE_EARLIER,
  CLOCK_THEIRS_SUSPECT,
  CLOCK_MINE_SUSPECT,
  N_CLOCK,
} Clock;

/* Written by hand from the protocol's table, apart from the code that it judges. */
static WgVerdict
expect_verdict (WgConflictClass conflict, char base, char theirs, char mine, Clock clock)
{
  if (conflict == WG_CONFLICT_SERVER)
    return WG_VERDICT_READ_ONLY;
  if (theirs == mine)
    return WG_VERDICT_EQUAL;
  switch (conflict)
    {
    case WG_CONFLICT_ASK:
      return theirs == base ? WG_VERDICT_APPLIED : WG_VERDICT_CONFLICT;
    case WG_CONFLICT_NEWEST:
      if (theirs == base)
        return WG_VERDICT_APPLIED;
      if (clock == CLOCK_THEIRS_SUSPECT || clock == CLOCK_MINE_SUSPECT)
        return WG_VERDICT_CONFLICT;
      return clock == CLOCK_MINE_EARLIER ? WG_VERDICT_OLDER : WG_VERDICT_NEWER;
    case WG_CONFLICT_ONCE:
      return theirs == '-' ? WG_VERDICT_APPLIED : WG_VERDICT_SETTLED;
    case WG_CONFLICT_SET:
    case WG_CONFLICT_APPEND:
    case WG_CONFLICT_SERVER:
    default:
      g_assert_not_reached ();
    }
}

static void
set_letter (WgRecord *record, char letter)
{
  char text[] = { letter, '\0' };

  wg_record_set_text (record, "name", letter == '-' ? NULL : text);
}

static void
check_case (WgField *field, char base, char theirs, char mine, Clock clock)
{
  const WgKind *kind = wg_kind_find ("resident");
  g_autoptr (WgRecord) seen = wg_record_new (kind);
  g_autoptr (WgRecord) present = wg_record_new (kind);
  g_autoptr (WgRecord) wanted = wg_record_new (kind);
  g_autoptr (WgRecord) merged = wg_record_new (kind);
  WgMergeMeta their_meta = { 1000, clock == CLOCK_THEIRS_SUSPECT };
  WgMergeMeta my_meta = { clock == CLOCK_MINE_LATER     ? 1001
                          : clock == CLOCK_MINE_EARLIER ? 999
                                                        : 1000,
                          clock == CLOCK_MINE_SUSPECT };
  WgVerdict expected = expect_verdict (field->conflict, base, theirs, mine, clock);

  set_letter (seen, base);
  set_letter (present, theirs);
  set_letter (wanted, mine);
  WgVerdict verdict = wg_merge_field (field, seen, present, wanted, &their_meta, &my_meta, merged);
  g_test_message ("%s: %c %c %c clock %d: %s", wg_conflict_class_to_string (field->conflict), base,
                  theirs, mine, clock, wg_verdict_to_string (verdict));
  g_assert_cmpint (verdict, ==, expected);
  g_assert_true (wg_field_equal (field, merged, wg_verdict_writes (verdict) ? wanted : present));
}

static void
test_table (void)
{
  static const WgConflictClass classes[] = { WG_CONFLICT_ASK, WG_CONFLICT_NEWEST,
                                             WG_CONFLICT_SERVER, WG_CONFLICT_ONCE };
  static const char values[] = "-ABC";
  WgField field = *wg_kind_find_field (wg_kind_find ("resident"), "name");
  guint n = 0;

  for (gsize k = 0; k < G_N_ELEMENTS (classes); k++)
    for (guint code = 0; code < 4 * 4 * 4 * N_CLOCK; code++, n++)
      {
        field.conflict = classes[k];
        check_case (&field, values[code & 3], values[code >> 2 & 3], values[code >> 4 & 3],
                    code >> 6);
      }
  g_assert_cmpuint (n, ==, 4 * 64 * N_CLOCK);
}

/* Every set of three elements against every other: what each author did is done, no more. */
static void
check_sets (WgField *field, guint base, guint theirs, guint mine)
{
  static const char *const all[] = { "01", "02", "03" };
  const WgKind *kind = wg_kind_find ("resident");
  guint masks[3] = { base, theirs, mine };
  g_autoptr (WgRecord) seen = wg_record_new (kind);
  g_autoptr (WgRecord) present = wg_record_new (kind);
  g_autoptr (WgRecord) wanted = wg_record_new (kind);
  g_autoptr (WgRecord) merged = wg_record_new (kind);
  WgRecord *records[3] = { seen, present, wanted };
  WgMergeMeta meta = { 0, TRUE };

  for (guint i = 0; i < 3; i++)
    {
      const char *list[4] = { NULL };
      guint n = 0;
      for (guint bit = 0; bit < 3; bit++)
        if (masks[i] >> bit & 1)
          list[n++] = all[bit];
      wg_record_set_list (records[i], "needs", list);
    }
  WgVerdict verdict = wg_merge_field (field, seen, present, wanted, &meta, &meta, merged);
  const char *const *result = wg_record_get_list (merged, "needs");
  for (guint bit = 0; bit < 3; bit++)
    {
      gboolean in_base = base >> bit & 1, in_theirs = theirs >> bit & 1, in_mine = mine >> bit & 1;
      gboolean expected = in_base == in_mine ? in_theirs : in_mine;
      if (field->conflict == WG_CONFLICT_APPEND)
        expected = in_theirs || (in_mine && !in_base);
      g_assert_true (g_strv_contains (result, all[bit]) == expected);
    }
  g_assert_cmpint (verdict, !=, WG_VERDICT_CONFLICT);
  g_assert_true (wg_verdict_writes (verdict) == !wg_field_equal (field, merged, present));
}

static void
test_sets (void)
{
  WgField field = *wg_kind_find_field (wg_kind_find ("resident"), "needs");

  for (guint code = 0; code < 512; code++)
    {
      field.conflict = WG_CONFLICT_SET;
      check_sets (&field, code & 7, code >> 3 & 7, code >> 6);
      field.conflict = WG_CONFLICT_APPEND;
      check_sets (&field, code & 7, code >> 3 & 7, code >> 6);
    }
}

/* --- laws of patches on random records ---------------------------------------------------------
 */

static void
roll (GRand *dice, WgRecord *record, const WgField *field)
{
  int value = g_rand_int_range (dice, 0, 4);
  g_autofree char *text = g_strdup_printf ("v%d", value);

  if (wg_field_is_text (field))
    wg_record_set_text (record, field->name, value == 0 ? NULL : text);
  else if (field->type == WG_FIELD_INT || field->type == WG_FIELD_TIME)
    wg_record_set_int (record, field->name, value);
  else if (field->type == WG_FIELD_FLAG)
    wg_record_set_flag (record, field->name, value > 1);
  else
    {
      const char *list[5] = { NULL };
      guint n = 0;
      for (guint bit = 0; bit < 4; bit++)
        if (g_rand_boolean (dice))
          list[n++] = (const char *[]) { "01", "02", "03", "04" }[bit];
      g_assert_true (wg_field_is_list (field));
      wg_record_set_list (record, field->name, list);
    }
}

/* A neighbour of @record: about a third of the fields differ. */
static WgRecord *
change (GRand *dice, const WgRecord *record)
{
  WgRecord *copy = wg_record_edit (record);

  for (const WgField *field = record->kind->fields; field->name != NULL; field++)
    if (field->conflict != WG_CONFLICT_SERVER && g_rand_int_range (dice, 0, 3) == 0)
      roll (dice, copy, field);
  return copy;
}

static void
check_laws (GRand *dice, const WgKind *kind)
{
  g_autoptr (WgRecord) start = wg_record_new (kind);
  g_autoptr (WgRecord) a = change (dice, start);
  g_autoptr (WgRecord) b = change (dice, a);
  g_autoptr (WgRecord) other = change (dice, a);
  g_autoptr (WgPatch) patch = wg_patch_between (a, b);
  g_autoptr (WgPatch) inverse = wg_patch_invert (patch);
  g_autoptr (WgPatch) nothing = wg_patch_between (b, b);
  g_autoptr (WgRecord) result = wg_record_edit (a);
  WgMergeMeta earlier = { 1, FALSE }, later = { 2, FALSE };

  wg_patch_apply (patch, result); /* a patch leads from what was seen to what is wanted … */
  g_assert_true (wg_record_equal (result, b));
  wg_patch_apply (patch, result); /* … twice as once … */
  g_assert_true (wg_record_equal (result, b));
  wg_patch_apply (inverse, result); /* … and back */
  g_assert_true (wg_record_equal (result, a));
  g_assert_cmpuint (nothing->fields->len, ==, 0);

  for (const WgField *field = kind->fields; field->name != NULL; field++)
    {
      g_autoptr (WgRecord) merged = wg_record_new (kind);
      gboolean changed = !wg_field_equal (field, a, b);
      g_assert_true (wg_patch_has (patch, field) ==
                     (changed && field->conflict != WG_CONFLICT_SERVER));
      if (!wg_patch_has (patch, field))
        continue;
      /* Alone, the patch's word is the last; beside others, no unseen value vanishes unasked. */
      WgVerdict alone = wg_merge_field (field, a, a, b, &earlier, &later, merged);
      g_assert_true (alone == WG_VERDICT_APPLIED || field->conflict == WG_CONFLICT_ONCE);
      WgVerdict verdict =
          wg_merge_field (field, patch->from, other, patch->to, &earlier, &later, merged);
      gboolean unseen = wg_field_is_set (field, other) && !wg_field_equal (field, other, a) &&
                        !wg_field_equal (field, other, merged);
      if (unseen && !wg_field_is_list (field))
        g_assert_true (verdict == WG_VERDICT_NEWER && field->conflict == WG_CONFLICT_NEWEST);
    }
}

static void
test_laws (void)
{
  g_autoptr (GRand) dice = g_rand_new_with_seed (20261123);

  for (guint i = 0; i < N_ROUNDS; i++)
    for (const WgKind *const *kind = wg_kind_list (); *kind != NULL; kind++)
      check_laws (dice, *kind);
}

static void
test_conflict (void)
{
  const WgKind *kind = wg_kind_find ("resident");
  g_autoptr (WgConflict) conflict = wg_conflict_new (kind);
  WgChoice choice = WG_CHOICE_NONE;

  wg_conflict_add_field (conflict, (WgConflictField) { .field = wg_kind_find_field (kind, "name"),
                                                       .their_actor = g_strdup ("w0002"),
                                                       .their_name = g_strdup ("李") });
  wg_conflict_add_field (conflict,
                         (WgConflictField) { .field = wg_kind_find_field (kind, "birth") });
  g_assert_false (wg_conflict_is_complete (conflict));
  wg_conflict_find_field (conflict, "name")->choice = WG_CHOICE_MINE;
  g_assert_false (wg_conflict_is_complete (conflict));
  wg_conflict_find_field (conflict, "birth")->choice = WG_CHOICE_THEIRS;
  g_assert_true (wg_conflict_is_complete (conflict));
  g_assert_null (wg_conflict_find_field (conflict, "sex"));
  g_assert_true (wg_choice_from_string ("mine", &choice) && choice == WG_CHOICE_MINE);
  g_assert_true (wg_choice_from_string ("theirs", &choice) && choice == WG_CHOICE_THEIRS);
  g_assert_false (wg_choice_from_string ("both", &choice));
  g_assert_cmpstr (wg_choice_to_string (WG_CHOICE_MINE), ==, "mine");
  g_assert_null (wg_choice_to_string (WG_CHOICE_NONE));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/merge/table", test_table);
  g_test_add_func ("/core/merge/sets", test_sets);
  g_test_add_func ("/core/patch/laws", test_laws);
  g_test_add_func ("/core/conflict", test_conflict);
  return g_test_run ();
}

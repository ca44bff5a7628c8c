/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Patches: made from two records, applied, undone, and merged field by field. */
#include "core/wg-patch.h"

#include <string.h>

/* The list in a field's member, empty for none. */
static const char *const *
get_list (const WgField *field, gconstpointer record)
{
  static const char *const none[] = { NULL };
  char **list = *(char ***) wg_field_pointer (field, record);

  return list != NULL ? (const char *const *) list : none;
}

/* @list without what @without has, then what @with has and it has not. */
static void
put_list (const WgField *field,
          const char *const *list,
          const char *const *without,
          const char *const *with,
          gpointer record)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (const char *const *at = list; *at != NULL; at++)
    if (!g_strv_contains (without, *at))
      g_strv_builder_add (builder, *at);
  for (const char *const *at = with; *at != NULL; at++)
    if (!g_strv_contains (list, *at) || g_strv_contains (without, *at))
      g_strv_builder_add (builder, *at);
  g_auto (GStrv) result = g_strv_builder_end (builder);
  wg_field_set_list (field, record, (const char *const *) result);
}

static gboolean
by_elements (const WgField *field)
{
  return field->conflict == WG_CONFLICT_SET || field->conflict == WG_CONFLICT_APPEND;
}

/**
 * wg_patch_new:
 * @kind: kind of record
 *
 * Makes a patch that changes nothing.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): the patch
 */
WgPatch *
wg_patch_new (const WgKind *kind)
{
  WgPatch *patch = g_new0 (WgPatch, 1);

  patch->kind = kind;
  patch->fields = g_ptr_array_new ();
  patch->from = wg_record_new (kind);
  patch->to = wg_record_new (kind);
  return patch;
}

/**
 * wg_patch_free:
 * @patch: (nullable) (transfer full): a patch
 *
 * Frees it.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_patch_free (WgPatch *patch)
{
  if (patch == NULL)
    return;
  g_ptr_array_unref (patch->fields);
  wg_record_unref (patch->from);
  wg_record_unref (patch->to);
  g_free (patch);
}

/**
 * wg_patch_has:
 * @patch: a patch
 * @field: a field of its kind
 *
 * Tells whether the patch changes the field.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: %TRUE if so
 */
gboolean
wg_patch_has (const WgPatch *patch, const WgField *field)
{
  return g_ptr_array_find (patch->fields, field, NULL);
}

/**
 * wg_patch_add_field:
 * @patch: a patch whose @from and @to hold the field's values
 * @field: a field of its kind
 *
 * Says that the patch changes the field, once.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_patch_add_field (WgPatch *patch, const WgField *field)
{
  guint at = 0;

  if (wg_patch_has (patch, field))
    return;
  while (at < patch->fields->len && (const WgField *) g_ptr_array_index (patch->fields, at) < field)
    at++;
  g_ptr_array_insert (patch->fields, (int) at, (gpointer) field);
}

/**
 * wg_patch_between:
 * @seen: what the person saw
 * @wanted: what the person made of it
 *
 * Collects what differs. Fields of the platform are no matter of people and are left out.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): the patch, perhaps of no field
 */
WgPatch *
wg_patch_between (const WgRecord *seen, const WgRecord *wanted)
{
  static const char *const none[] = { NULL };
  WgPatch *patch = wg_patch_new (seen->kind);

  for (const WgField *field = seen->kind->fields; field->name != NULL; field++)
    {
      if (field->conflict == WG_CONFLICT_SERVER || wg_field_equal (field, seen, wanted))
        continue;
      if (by_elements (field))
        {
          put_list (field, get_list (field, seen), get_list (field, wanted), none, patch->from);
          put_list (field, get_list (field, wanted), get_list (field, seen), none, patch->to);
        }
      else
        {
          wg_field_copy (field, seen, patch->from);
          wg_field_copy (field, wanted, patch->to);
        }
      wg_patch_add_field (patch, field);
    }
  return patch;
}

/**
 * wg_patch_apply:
 * @patch: a patch
 * @record: a record being edited, of the same kind
 *
 * Puts the wanted values in, whatever stood there; elements of sets are taken away and put
 * in one by one.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_patch_apply (const WgPatch *patch, WgRecord *record)
{
  g_return_if_fail (!record->sealed && record->kind == patch->kind);

  for (guint i = 0; i < patch->fields->len; i++)
    {
      const WgField *field = g_ptr_array_index (patch->fields, i);
      if (by_elements (field))
        put_list (field, get_list (field, record), get_list (field, patch->from),
                  get_list (field, patch->to), record);
      else
        wg_field_copy (field, patch->to, record);
    }
}

/**
 * wg_patch_invert:
 * @patch: a patch
 *
 * Gives the patch that undoes it.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): the patch
 */
WgPatch *
wg_patch_invert (const WgPatch *patch)
{
  WgPatch *inverse = wg_patch_new (patch->kind);

  for (guint i = 0; i < patch->fields->len; i++)
    {
      const WgField *field = g_ptr_array_index (patch->fields, i);
      wg_field_copy (field, patch->from, inverse->to);
      wg_field_copy (field, patch->to, inverse->from);
      wg_patch_add_field (inverse, field);
    }
  return inverse;
}

/* --- merging --------------------------------------------------------------------------------- */

static WgVerdict
merge_elements (const WgField *field,
                gconstpointer base,
                gconstpointer theirs,
                gconstpointer mine,
                gpointer merged)
{
  static const char *const none[] = { NULL };
  const char *const *seen = get_list (field, base);
  const char *const *wanted = get_list (field, mine);
  g_autoptr (GStrvBuilder) removed = g_strv_builder_new ();
  g_autoptr (GStrvBuilder) added = g_strv_builder_new ();

  for (const char *const *at = seen; *at != NULL; at++)
    if (!g_strv_contains (wanted, *at))
      g_strv_builder_add (removed, *at);
  for (const char *const *at = wanted; *at != NULL; at++)
    if (!g_strv_contains (seen, *at))
      g_strv_builder_add (added, *at);
  g_auto (GStrv) without = g_strv_builder_end (removed);
  g_auto (GStrv) with = g_strv_builder_end (added);
  put_list (field, get_list (field, theirs),
            field->conflict == WG_CONFLICT_APPEND ? none : (const char *const *) without,
            (const char *const *) with, merged);
  if (wg_field_equal (field, merged, theirs))
    return WG_VERDICT_EQUAL;
  return wg_field_equal (field, merged, mine) ? WG_VERDICT_APPLIED : WG_VERDICT_MERGED;
}

/* The value in question is @theirs or @mine; nothing in between. */
static WgVerdict
judge (const WgField *field,
       gconstpointer base,
       gconstpointer theirs,
       gconstpointer mine,
       const WgMergeMeta *their_meta,
       const WgMergeMeta *my_meta)
{
  if (field->conflict == WG_CONFLICT_SERVER)
    return WG_VERDICT_READ_ONLY;
  if (wg_field_equal (field, theirs, mine))
    return WG_VERDICT_EQUAL;
  if (field->conflict == WG_CONFLICT_ONCE && wg_field_is_set (field, theirs))
    return WG_VERDICT_SETTLED;
  if (wg_field_equal (field, theirs, base))
    return WG_VERDICT_APPLIED;
  if (field->conflict == WG_CONFLICT_ONCE)
    return WG_VERDICT_APPLIED; /* nothing stands there: nothing is lost */
  if (field->conflict != WG_CONFLICT_NEWEST || their_meta->suspect || my_meta->suspect)
    return WG_VERDICT_CONFLICT;
  return my_meta->at_ms >= their_meta->at_ms ? WG_VERDICT_NEWER : WG_VERDICT_OLDER;
}

/**
 * wg_merge_field:
 * @field: the field, with its class
 * @base: record as the author saw it
 * @theirs: record as it stands on the platform
 * @mine: record as the author wants it
 * @their_meta: when the present value was observed
 * @my_meta: when the author observed the new one
 * @merged: where the field's value after the merge is put; neither of the others
 *
 * Merges one field by its class. Where nobody else has written since, the new value
 * stands. Otherwise: `ask` keeps the present value and leaves the choice to people;
 * `newest` takes the later observation, and asks when either clock was in doubt; the
 * platform's order decides between equal times; `set` adds and removes one by one, and
 * removes only what was seen; `append` only adds; `server` refuses; `once` keeps the first
 * value given. Equal values are never a conflict. Of sets, @base and @mine may be whole or
 * hold only what was removed and added.
 *
 * Thread: any.
 * Errors: none.
 * Source: protocol.md 2.3
 *
 * Returns: what became of the new value
 */
WgVerdict
wg_merge_field (const WgField *field,
                gconstpointer base,
                gconstpointer theirs,
                gconstpointer mine,
                const WgMergeMeta *their_meta,
                const WgMergeMeta *my_meta,
                gpointer merged)
{
  g_return_val_if_fail (merged != base && merged != theirs && merged != mine, WG_VERDICT_EQUAL);

  if (by_elements (field))
    return merge_elements (field, base, theirs, mine, merged);

  WgVerdict verdict = judge (field, base, theirs, mine, their_meta, my_meta);
  wg_field_copy (field, wg_verdict_writes (verdict) ? mine : theirs, merged);
  return verdict;
}

/**
 * wg_verdict_writes:
 * @verdict: what became of a new value
 *
 * Tells whether the record changes.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: %TRUE if so
 */
gboolean
wg_verdict_writes (WgVerdict verdict)
{
  return verdict == WG_VERDICT_APPLIED || verdict == WG_VERDICT_MERGED ||
         verdict == WG_VERDICT_NEWER;
}

/**
 * wg_verdict_to_string:
 * @verdict: what became of a new value
 *
 * Gives the name under which a verdict is stored.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: a static name
 */
const char *
wg_verdict_to_string (WgVerdict verdict)
{
  static const char *const names[] = {
    [WG_VERDICT_EQUAL] = "equal",         [WG_VERDICT_APPLIED] = "applied",
    [WG_VERDICT_MERGED] = "merged",       [WG_VERDICT_NEWER] = "newer",
    [WG_VERDICT_OLDER] = "older",         [WG_VERDICT_CONFLICT] = "conflict",
    [WG_VERDICT_READ_ONLY] = "read-only", [WG_VERDICT_SETTLED] = "settled",
  };

  g_return_val_if_fail ((gsize) verdict < G_N_ELEMENTS (names), "");
  return names[verdict];
}

/**
 * wg_conflict_class_to_string:
 * @conflict: a class
 *
 * Gives the name by which a class is written down.
 *
 * Thread: any.
 * Errors: none.
 * Source: protocol.md 2.3
 *
 * Returns: a static name
 */
const char *
wg_conflict_class_to_string (WgConflictClass conflict)
{
  static const char *const names[] = {
    [WG_CONFLICT_ASK] = "ask",       [WG_CONFLICT_NEWEST] = "newest", [WG_CONFLICT_SET] = "set",
    [WG_CONFLICT_APPEND] = "append", [WG_CONFLICT_SERVER] = "server", [WG_CONFLICT_ONCE] = "once",
  };

  g_return_val_if_fail ((gsize) conflict < G_N_ELEMENTS (names), "");
  return names[conflict];
}

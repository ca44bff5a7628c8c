/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Conflicts: life of the structure, names of choices. */
#include "core/wg-conflict.h"

static void
free_field (gpointer data)
{
  WgConflictField *field = data;

  g_free (field->their_actor);
  g_free (field->their_name);
  g_free (field);
}

/**
 * wg_conflict_new:
 * @kind: kind of the record in question
 *
 * Makes an open conflict about no field yet.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): the conflict
 */
WgConflict *
wg_conflict_new (const WgKind *kind)
{
  WgConflict *conflict = g_new0 (WgConflict, 1);

  conflict->kind = kind;
  conflict->fields = g_ptr_array_new_with_free_func (free_field);
  conflict->base = wg_record_new (kind);
  conflict->theirs = wg_record_new (kind);
  conflict->mine = wg_record_new (kind);
  return conflict;
}

/**
 * wg_conflict_free:
 * @conflict: (nullable) (transfer full): a conflict
 *
 * Frees it.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_conflict_free (WgConflict *conflict)
{
  if (conflict == NULL)
    return;
  g_ptr_array_unref (conflict->fields);
  wg_record_unref (conflict->base);
  wg_record_unref (conflict->theirs);
  wg_record_unref (conflict->mine);
  g_free (conflict->id);
  g_free (conflict->rec);
  g_free (conflict->grid_code);
  g_free (conflict->title);
  g_free (conflict->op_id);
  g_free (conflict->my_actor);
  g_free (conflict->my_name);
  g_free (conflict->settled_by);
  g_free (conflict->settled_name);
  g_free (conflict);
}

/**
 * wg_conflict_add_field:
 * @conflict: a conflict
 * @field: a field in question; its texts are taken
 *
 * Adds a field; its values go into the three records.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_conflict_add_field (WgConflict *conflict, WgConflictField field)
{
  g_ptr_array_add (conflict->fields, g_memdup2 (&field, sizeof field));
}

/**
 * wg_conflict_find_field:
 * @conflict: a conflict
 * @name: (nullable): a field's name
 *
 * Finds a field in question.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer none) (nullable): the field
 */
WgConflictField *
wg_conflict_find_field (const WgConflict *conflict, const char *name)
{
  for (guint i = 0; i < conflict->fields->len; i++)
    {
      WgConflictField *item = g_ptr_array_index (conflict->fields, i);
      if (g_strcmp0 (item->field->name, name) == 0)
        return item;
    }
  return NULL;
}

/**
 * wg_conflict_is_complete:
 * @conflict: a conflict
 *
 * Tells whether somebody has chosen for each field.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: %TRUE if so
 */
gboolean
wg_conflict_is_complete (const WgConflict *conflict)
{
  for (guint i = 0; i < conflict->fields->len; i++)
    if (((const WgConflictField *) g_ptr_array_index (conflict->fields, i))->choice ==
        WG_CHOICE_NONE)
      return FALSE;
  return TRUE;
}

/**
 * wg_choice_to_string:
 * @choice: a choice that was made
 *
 * Gives the name under which a choice is stored and sent.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (nullable): a static name, %NULL for none
 */
const char *
wg_choice_to_string (WgChoice choice)
{
  return choice == WG_CHOICE_THEIRS ? "theirs" : choice == WG_CHOICE_MINE ? "mine" : NULL;
}

/**
 * wg_choice_from_string:
 * @name: (nullable): a stored name
 * @out_choice: (out): the choice
 *
 * Reads the name of a choice.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: %TRUE if @name is known
 */
gboolean
wg_choice_from_string (const char *name, WgChoice *out_choice)
{
  if (g_strcmp0 (name, "theirs") == 0)
    *out_choice = WG_CHOICE_THEIRS;
  else if (g_strcmp0 (name, "mine") == 0)
    *out_choice = WG_CHOICE_MINE;
  else
    return FALSE;
  return TRUE;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One record or conflict as the screens see it, and GObjects around them for lists. */
#include "store/wg-record-item.h"

/**
 * wg_record_view_free:
 * @view: (nullable) (transfer full): a view
 *
 * Frees it.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_record_view_free (WgRecordView *view)
{
  if (view == NULL)
    return;
  wg_record_unref (view->record);
  g_free (view->refusal_op);
  g_free (view->refusal_field);
  g_free (view->refusal_detail);
  g_free (view);
}

struct _WgRecordItem
{
  WgItem parent_instance;
};

G_DEFINE_FINAL_TYPE (WgRecordItem, wg_record_item, WG_TYPE_ITEM)

static const char *
get_id (gconstpointer content)
{
  return ((const WgRecordView *) content)->record->id;
}

static void
wg_record_item_class_init (WgRecordItemClass *klass)
{
  WG_ITEM_CLASS (klass)->free_content = (GDestroyNotify) wg_record_view_free;
  WG_ITEM_CLASS (klass)->get_id = get_id;
}

static void
wg_record_item_init (WgRecordItem *self)
{
}

/**
 * wg_record_item_new:
 * @view: (transfer full): a view
 *
 * Puts a view into an object.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): the object
 */
WgRecordItem *
wg_record_item_new (WgRecordView *view)
{
  return wg_item_new (WG_TYPE_RECORD_ITEM, view);
}

/**
 * wg_record_item_get_view:
 * @self: an item
 *
 * Gives what is in it.
 *
 * Thread: the one that has it.
 * Errors: none.
 *
 * Returns: (transfer none): the view, valid until "changed"
 */
const WgRecordView *
wg_record_item_get_view (WgRecordItem *self)
{
  return wg_item_get_content (self);
}

struct _WgConflictItem
{
  GObject parent_instance;
  WgConflict *conflict;
  WgTruth truth;
};

G_DEFINE_FINAL_TYPE (WgConflictItem, wg_conflict_item, G_TYPE_OBJECT)

static void
wg_conflict_item_finalize (GObject *object)
{
  wg_conflict_free (WG_CONFLICT_ITEM (object)->conflict);
  G_OBJECT_CLASS (wg_conflict_item_parent_class)->finalize (object);
}

static void
wg_conflict_item_class_init (WgConflictItemClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = wg_conflict_item_finalize;
}

static void
wg_conflict_item_init (WgConflictItem *self)
{
}

/**
 * wg_conflict_item_new:
 * @conflict: (transfer full): a conflict
 * @truth: how far a choice that was made here has come
 *
 * Puts a conflict into an object.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): the object
 */
WgConflictItem *
wg_conflict_item_new (WgConflict *conflict, WgTruth truth)
{
  WgConflictItem *self = g_object_new (WG_TYPE_CONFLICT_ITEM, NULL);

  self->conflict = conflict;
  self->truth = truth;
  return self;
}

/**
 * wg_conflict_item_get_conflict:
 * @self: an item
 *
 * Gives what is in it; it never changes.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer none): the conflict
 */
const WgConflict *
wg_conflict_item_get_conflict (WgConflictItem *self)
{
  return self->conflict;
}

/**
 * wg_conflict_item_get_truth:
 * @self: an item
 *
 * Tells how far a choice that was made here has come.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: the truth; %WG_TRUTH_APPLIED when none waits
 */
WgTruth
wg_conflict_item_get_truth (WgConflictItem *self)
{
  return self->truth;
}

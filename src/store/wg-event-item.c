/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One event as the screens see it, and a GObject around it for lists. */
#include "store/wg-event-store.h"

/**
 * wg_event_view_new:
 *
 * Makes an empty view.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): the view
 */
WgEventView *
wg_event_view_new (void)
{
  WgEventView *view = g_new0 (WgEventView, 1);

  view->refusal = -1;
  view->truth = WG_TRUTH_SAVED;
  return view;
}

/**
 * wg_event_view_free:
 * @view: (nullable) (transfer full): a view
 *
 * Frees it with its event, steps and conflicts.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_event_view_free (WgEventView *view)
{
  if (view == NULL)
    return;
  wg_event_free (view->event);
  g_clear_pointer (&view->steps, g_ptr_array_unref);
  g_clear_pointer (&view->conflicts, g_ptr_array_unref);
  g_free (view->refusal_op);
  wg_operation_free (view->refused);
  g_free (view->refusal_field);
  g_free (view->refusal_detail);
  g_free (view->class_name);
  g_free (view);
}

/**
 * wg_event_dot_free:
 * @dot: (nullable) (transfer full): a point on the map
 *
 * Frees it.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_event_dot_free (WgEventDot *dot)
{
  if (dot == NULL)
    return;
  g_free (dot->id);
  g_free (dot);
}

struct _WgEventItem
{
  WgItem parent_instance;
};

G_DEFINE_FINAL_TYPE (WgEventItem, wg_event_item, WG_TYPE_ITEM)

static const char *
get_id (gconstpointer content)
{
  return ((const WgEventView *) content)->event->id;
}

static void
wg_event_item_class_init (WgEventItemClass *klass)
{
  WG_ITEM_CLASS (klass)->free_content = (GDestroyNotify) wg_event_view_free;
  WG_ITEM_CLASS (klass)->get_id = get_id;
}

static void
wg_event_item_init (WgEventItem *self)
{
}

/**
 * wg_event_item_new:
 * @view: (transfer full): a view
 *
 * Wraps a view for a list.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): the item
 */
WgEventItem *
wg_event_item_new (WgEventView *view)
{
  return wg_item_new (WG_TYPE_EVENT_ITEM, view);
}

/**
 * wg_event_item_get_view:
 * @self: an item
 *
 * Gives what it shows.
 *
 * Thread: the one that has it.
 * Errors: none.
 *
 * Returns: (transfer none): the view, valid until "changed"
 */
const WgEventView *
wg_event_item_get_view (WgEventItem *self)
{
  return wg_item_get_content (self);
}

/**
 * wg_event_item_get_id:
 * @self: an item
 *
 * Gives the id of its event.
 *
 * Thread: the one that has it.
 * Errors: none.
 *
 * Returns: (transfer none): the id
 */
const char *
wg_event_item_get_id (WgEventItem *self)
{
  return wg_item_get_id (WG_ITEM (self));
}

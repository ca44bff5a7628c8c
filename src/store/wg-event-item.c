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
 * Frees it with its event and steps.
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
  g_free (view->refusal_op);
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
  GObject parent_instance;
  WgEventView *view;
};

G_DEFINE_FINAL_TYPE (WgEventItem, wg_event_item, G_TYPE_OBJECT)

static void
wg_event_item_finalize (GObject *object)
{
  wg_event_view_free (WG_EVENT_ITEM (object)->view);
  G_OBJECT_CLASS (wg_event_item_parent_class)->finalize (object);
}

static void
wg_event_item_class_init (WgEventItemClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = wg_event_item_finalize;
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
  WgEventItem *self = g_object_new (WG_TYPE_EVENT_ITEM, NULL);

  self->view = view;
  return self;
}

/**
 * wg_event_item_get_view:
 * @self: an item
 *
 * Gives what it shows.
 *
 * Thread: any; it never changes.
 * Errors: none.
 *
 * Returns: (transfer none): the view
 */
const WgEventView *
wg_event_item_get_view (WgEventItem *self)
{
  return self->view;
}

/**
 * wg_event_item_get_id:
 * @self: an item
 *
 * Gives the id of its event.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer none): the id
 */
const char *
wg_event_item_get_id (WgEventItem *self)
{
  return self->view->event->id;
}

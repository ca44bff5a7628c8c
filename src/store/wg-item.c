/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a list shows of one thing: an object around its content. */
#include "store/wg-item.h"

typedef struct
{
  gpointer content;
} WgItemPrivate;

G_DEFINE_ABSTRACT_TYPE_WITH_PRIVATE (WgItem, wg_item, G_TYPE_OBJECT)

enum
{
  CHANGED,
  N_SIGNALS
};

static guint signals[N_SIGNALS];

static gpointer *
get_place (WgItem *self)
{
  return &((WgItemPrivate *) wg_item_get_instance_private (self))->content;
}

static void
wg_item_finalize (GObject *object)
{
  WG_ITEM_GET_CLASS (object)->free_content (*get_place (WG_ITEM (object)));
  G_OBJECT_CLASS (wg_item_parent_class)->finalize (object);
}

static void
wg_item_class_init (WgItemClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = wg_item_finalize;
  signals[CHANGED] = g_signal_new ("changed", WG_TYPE_ITEM, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                   G_TYPE_NONE, 0);
}

static void
wg_item_init (WgItem *self)
{
}

/**
 * wg_item_new:
 * @type: a subclass of #WgItem
 * @content: (transfer full): what it shows
 *
 * Puts content into an object.
 *
 * Thread: any; whose list it comes into has it alone.
 * Errors: none.
 *
 * Returns: (transfer full): the object
 */
gpointer
wg_item_new (GType type, gpointer content)
{
  WgItem *self = g_object_new (type, NULL);

  *get_place (self) = content;
  return self;
}

/**
 * wg_item_get_content:
 * @self: (type WgItem): an item
 *
 * Gives what it shows.
 *
 * Thread: the one that has it.
 * Errors: none.
 *
 * Returns: (transfer none): the content, valid until "changed"
 */
gpointer
wg_item_get_content (gpointer self)
{
  return *get_place (self);
}

/**
 * wg_item_get_id:
 * @self: an item
 *
 * Tells what it is about.
 *
 * Thread: the one that has it.
 * Errors: none.
 *
 * Returns: (transfer none): an id, the same for as long as the item lives
 */
const char *
wg_item_get_id (WgItem *self)
{
  return WG_ITEM_GET_CLASS (self)->get_id (*get_place (self));
}

/**
 * wg_item_take:
 * @self: an item
 * @fresh: the same thing as it is now; gets what @self had
 *
 * Shows from now on what @fresh shows.
 *
 * Thread: the one that has them.
 * Errors: none.
 */
void
wg_item_take (WgItem *self, WgItem *fresh)
{
  gpointer before = *get_place (self);

  g_return_if_fail (g_str_equal (wg_item_get_id (self), wg_item_get_id (fresh)));
  *get_place (self) = *get_place (fresh);
  *get_place (fresh) = before;
  g_signal_emit (self, signals[CHANGED], 0);
}

/**
 * wg_item_follow:
 * @place: where a row keeps its item, a pointer to a #WgItem or to %NULL
 * @item: (nullable) (type WgItem): the one to show from now on
 * @show: of the row, with the row as its only argument; called now and at each change
 * @row: (type GObject): the row
 *
 * Lets a row show another item, or none.
 *
 * Thread: the one that has it.
 * Errors: none.
 */
void
wg_item_follow (gpointer place, gpointer item, GCallback show, gpointer row)
{
  GObject **kept = place;

  if (*kept != NULL)
    g_signal_handlers_disconnect_by_data (*kept, row);
  g_set_object (kept, item);
  if (item == NULL)
    return;
  g_signal_connect_object (item, "changed", show, row, G_CONNECT_SWAPPED);
  ((void (*) (gpointer)) show) (row);
}

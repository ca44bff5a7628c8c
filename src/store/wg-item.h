/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a list shows of one thing. The object stays while the thing is told anew, so that the row
 * under a finger is not taken away. */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define WG_TYPE_ITEM (wg_item_get_type ())
G_DECLARE_DERIVABLE_TYPE (WgItem, wg_item, WG, ITEM, GObject) /* signal "changed" */

struct _WgItemClass
{
  GObjectClass parent_class;
  GDestroyNotify free_content;
  const char *(*get_id) (gconstpointer content);
};

gpointer wg_item_new (GType type, gpointer content);
gpointer wg_item_get_content (gpointer self);
const char *wg_item_get_id (WgItem *self);
void wg_item_take (WgItem *self, WgItem *fresh);
/* @place: where a row keeps its item; @show: called now and at each change. */
void wg_item_follow (gpointer place, gpointer item, GCallback show, gpointer row);

G_END_DECLS

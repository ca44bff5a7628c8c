/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A store query as a GListModel that refreshes by itself when its topic changes. */
#pragma once

#include "store/wg-store.h"

G_BEGIN_DECLS

#define WG_TYPE_QUERY_MODEL (wg_query_model_get_type ())
G_DECLARE_FINAL_TYPE (WgQueryModel, wg_query_model, WG, QUERY_MODEL, GObject)

/* @query: a job that returns GPtrArray of GObject (transfer full). Runs at once and at each change
 * of one of @topics; property "loading". Rows that are the same at both ends (@same compares two
 * items) are left alone; what lies between arrives in two steps, (n,old,0),(n,0,new), or in one
 * when a #WgItem of it was there already: that stays the same object and is told anew. */
WgQueryModel *wg_query_model_new (WgStore *store,
                                  const char *const *topics,
                                  WgStoreJob query,
                                  gpointer data,
                                  GDestroyNotify data_free,
                                  GEqualFunc same);
void wg_query_model_refresh (WgQueryModel *self);
void wg_query_model_set_data (WgQueryModel *self, gpointer data, GDestroyNotify data_free);
gboolean wg_query_model_is_loading (WgQueryModel *self);

G_END_DECLS

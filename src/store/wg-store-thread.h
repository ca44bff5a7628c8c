/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The store thread: the one place where the database is touched; jobs come in, results go out. */
#pragma once

#include "store/wg-store-private.h"

G_BEGIN_DECLS

typedef struct _WgStoreThread WgStoreThread;

/* Called on the store thread after a job: topics are interned names; @reference is %NULL unless the
 * tables were built anew, then (transfer full). */
typedef void (*WgStoreAnnounce) (gpointer owner, GHashTable *topics, WgReference *reference);

/* Opens the database on the new thread and waits for it. @key is kept by the caller until stop. */
WgStoreThread *wg_store_thread_start (const char *folder,
                                      const WgPorts *ports,
                                      const guint8 *key,
                                      WgStoreAnnounce announce,
                                      gpointer owner,
                                      GError **error);
void wg_store_thread_stop (WgStoreThread *self); /* runs what is queued, closes, joins, frees */
const WgIdentity *wg_store_thread_get_identity (WgStoreThread *self);
gboolean wg_store_thread_is_current (WgStoreThread *self);

/* Exactly one of a task to return and a wait; takes @data. */
void wg_store_thread_push (WgStoreThread *self,
                           WgStoreJob job,
                           gpointer data,
                           GDestroyNotify data_free,
                           GDestroyNotify result_free,
                           GTask *task);
gpointer wg_store_thread_run (WgStoreThread *self, WgStoreJob job, gpointer data, GError **error);

G_END_DECLS

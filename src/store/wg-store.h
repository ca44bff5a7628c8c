/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The store of one worker on one tablet: folder, key, database and the one thread that touches it.
 */
#pragma once

#include <gio/gio.h>

#include "core/wg-org.h"
#include "core/wg-ports.h"
#include "core/wg-standard.h"
#include "db/wg-db.h"
#include "store/wg-key-file.h"

G_BEGIN_DECLS

/* What enrolment gave; kept inside the encrypted database. */
typedef struct
{
  char *server_url;
  char *pin; /* public key pin for libcurl, %NULL on loopback */
  char *device_id, *replica;
  char *worker_json;
  char *epoch;
  guint8 sign_public[32], sign_secret[64];
  guint8 platform_key[32];
  gint64 lease_s;
} WgIdentity;

WgIdentity *wg_identity_new (void);
void wg_identity_free (WgIdentity *identity); /* wipes the secret */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgIdentity, wg_identity_free)

/* Used inside jobs on the store thread only. Everything synchronous in this layer takes it. */
typedef struct
{
  WgDb *db;
  const WgPorts *ports;
  const char *folder;
  const guint8 *key; /* 32 bytes: attachments are sealed with a subkey */
  const WgIdentity *identity;
  const WgWorker *worker;
  const WgStandard *standard; /* newest pulled; may be %NULL before the first pull */
  GHashTable *topics;         /* touched in this job; announced after it */
} WgStoreContext;

/* The machine's own clock and random source, for whoever needs them before there is a store. */
const WgPorts *wg_store_system_ports (void);

#define WG_TYPE_STORE (wg_store_get_type ())
G_DECLARE_FINAL_TYPE (WgStore, wg_store, WG, STORE, GObject)

/**
 * WgStore::changed:
 * @topic: "events", "records", "conflicts", "outbox", "drafts", "photos", "reference", "sync",
 *   "meta"
 *
 * Emitted in the thread-default main context that made the store (the UI's), after a job that
 * changed it.
 */

/* Folder layout: wangge.key, store.db (+ -wal, -shm), blobs/, reserve (8 MiB ballast), lock. */
gboolean wg_store_exists (const char *folder);
char *wg_store_set_aside (const char *folder, const WgPorts *ports, GError **error);
/* New folder after enrolment. A half-made one is removed first. */
WgStore *wg_store_create (const char *folder,
                          const WgPorts *ports,
                          const char *secret,
                          const WgIdentity *identity,
                          GError **error);
/* Blocks for the key derivation (~0.3 s): call it in a GTask thread or a program without a window.
 */
WgStore *
wg_store_unlock (const char *folder, const WgPorts *ports, const char *secret, GError **error);
/* By order of the platform: key and files are destroyed at once; close it after. */
gboolean wg_store_wipe (WgStore *self, GError **error);
gint64 wg_store_get_wiped_ms (const char *folder); /* 0: was not */
void wg_store_close (WgStore *self); /* waits for running jobs, checkpoints, wipes the key */
const char *wg_store_get_folder (WgStore *self);
const WgIdentity *wg_store_get_identity (WgStore *self);
const WgWorker *wg_store_get_worker (WgStore *self);
const WgPorts *wg_store_get_ports (WgStore *self);

/* A job runs on the store thread; what it returns is freed by @result_free if nobody takes it. */
typedef gpointer (*WgStoreJob) (WgStoreContext *context,
                                gpointer data,
                                GCancellable *cancellable,
                                GError **error);

void wg_store_run_async (WgStore *self,
                         WgStoreJob job,
                         gpointer data,
                         GDestroyNotify data_free,
                         GDestroyNotify result_free,
                         GCancellable *cancellable,
                         GAsyncReadyCallback callback,
                         gpointer user_data);
gpointer wg_store_run_finish (WgStore *self, GAsyncResult *result, GError **error);
/* Blocks the calling thread (sync thread, wangge-field, tests; never the UI). */
gpointer wg_store_run (WgStore *self, WgStoreJob job, gpointer data, GError **error);

/* Immutable snapshots for the UI thread, refreshed at topic "reference" (transfer full /
 * container). */
WgStandard *wg_store_dup_standard (WgStore *self); /* may be %NULL */
GPtrArray *
wg_store_dup_grids (WgStore *self); /* of WgGrid, own refs; the array is shared and immutable */
GPtrArray *wg_store_dup_orgs (WgStore *self);

void wg_store_context_touch (WgStoreContext *context, const char *topic);
/* Settings of this store: text by name, in the encrypted database. Written by sync: "last_sync_ms"
 * (a whole round), "clock_skew_ms" (device − platform), "lease_until_ms", "revoked" (why; the queue
 * is kept). */
char *wg_store_get_meta (WgStoreContext *context, const char *name, GError **error);
gboolean
wg_store_set_meta (WgStoreContext *context, const char *name, const char *value, GError **error);

G_END_DECLS

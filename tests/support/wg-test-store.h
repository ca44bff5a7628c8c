/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A store in a temporary folder, a clock that tests move, sample events, and a small platform in
 * memory. */
#pragma once

#include "store/wg-attachment-store.h"
#include "store/wg-event-store.h"
#include "store/wg-inbox.h"
#include "store/wg-outbox.h"
#include "support/wg-test-folder.h"

G_BEGIN_DECLS

#define WG_TEST_SECRET "a sample passphrase"
#define WG_TEST_GRID "370502001001001"
#define WG_TEST_SCOPE "g:" WG_TEST_GRID
#define WG_TEST_REF "ref:370502"
#define WG_TEST_WORKER "w0001"
#define WG_TEST_NOW_MS G_GINT64_CONSTANT (1795400000000) /* 2026-11-23, a Monday */

/* Ports with a clock that stands until it is moved, and chance from a seed. */
typedef struct
{
  WgPorts ports;
  gint64 wall_ms, boot_ms;
  guint64 seed;
} WgTestPorts;

void wg_test_ports_init (WgTestPorts *self);
void wg_test_ports_advance (WgTestPorts *self, gint64 ms);

typedef struct
{
  WgTestPorts clock;
  char *folder; /* temporary, holds the store's */
  char *path;   /* the store's */
  WgStore *store;
} WgTestStore;

/* Call first in main(): cheap key derivation. */
void wg_test_store_init (void);
WgIdentity *wg_test_identity_new (const WgPorts *ports);
WgTestStore *wg_test_store_new (void);
void wg_test_store_free (WgTestStore *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgTestStore, wg_test_store_free)
void wg_test_store_lock (WgTestStore *self);
void wg_test_store_reopen (WgTestStore *self);

/* Runs a job and asserts that it succeeds; the second gives its error instead. */
gpointer wg_test_store_run (WgTestStore *self, WgStoreJob job, gpointer data);
GError *wg_test_store_fail (WgTestStore *self, WgStoreJob job, gpointer data);
/* integrity and invariants */
void wg_test_store_check (WgTestStore *self);

char *wg_test_standard_csv (void); /* data/standards/event-classes.csv */
WgEvent *wg_test_event_new (WgEventLevel level);
GBytes *wg_test_photo_new (guint width, guint height, guint8 colour); /* JPEG */

/* --- the platform: checks numbers and chain, applies by the rules of core, tells what changed ----
 */

typedef struct
{
  char *epoch;
  gint64 last_seq;
  char *last_hash;
  gint64 number;       /* of the change feed */
  GPtrArray *rows;     /* of WgPullRow, the newest per record and scope */
  GHashTable *events;  /* id -> WgEvent */
  GHashTable *records; /* id -> WgRecord */
  GPtrArray *op_ids;   /* accepted, in order */
  GHashTable *results; /* gint64 seq -> WgPushResult */
  WgRefusal refuse;    /* WG_N_REFUSAL: take everything */
} WgTestPlatform;

WgTestPlatform *wg_test_platform_new (void);
void wg_test_platform_free (WgTestPlatform *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgTestPlatform, wg_test_platform_free)
void wg_test_platform_add_reference (WgTestPlatform *self); /* unit, grid, worker, standard */
WgPushAnswer *wg_test_platform_push (WgTestPlatform *self, const WgPush *push);
WgPullPage *wg_test_platform_pull (WgTestPlatform *self, const WgPullRequest *request);
void wg_test_platform_put_event (WgTestPlatform *self, const WgEvent *event, GPtrArray *steps);
void wg_test_platform_step (
    WgTestPlatform *self, const char *id, WgAction action, const char *opinion, const char *value);
WgPullRow *wg_test_platform_put (WgTestPlatform *self,
                                 const char *scope,
                                 const char *kind,
                                 const char *id,
                                 gint64 ver,
                                 char *body);

/* One exchange as sync does it; @lose_answer: the push arrives, its answer does not. */
void wg_test_push (WgTestStore *store, WgTestPlatform *platform, gboolean lose_answer);
void wg_test_pull (WgTestStore *store, WgTestPlatform *platform);

G_END_DECLS

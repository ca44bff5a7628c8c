/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the store layer share; nobody else includes it. */
#pragma once

#include "store/wg-event-store.h"
#include "store/wg-health.h"
#include "store/wg-records.h"
#include "wire/wg-wire-pull.h"
#include "wire/wg-wire-push.h"

G_BEGIN_DECLS

#define WG_STORE_SQL "/io/github/wangge/store/sql"
#define WG_STORE_RESCUE "/io/github/wangge/store/sql/rescue"
#define WG_STORE_MIGRATE "/io/github/wangge/store/sql/migrate"

#define WG_STORE_DB "store.db"
#define WG_STORE_KEY "wangge.key"
#define WG_STORE_RESERVE "reserve"
#define WG_STORE_LOCK "lock"
#define WG_STORE_BLOBS "blobs"
#define WG_STORE_PACKS "packs"

#define WG_RESERVE_BYTES (8 * 1024 * 1024)
#define WG_DAY_MS G_GINT64_CONSTANT (86400000)
#define WG_KEEP_DAYS 35       /* sent operations and loose photos stay that long */
#define WG_HOLD_MAX_MS 600000 /* a hold further ahead means that the clock was set back */

/* The store's context with what only this layer sees; made by wg-store.c alone. */
typedef struct
{
  WgStoreContext public;
  GHashTable *standards; /* char * version -> WgStandard: events pin the one they were made under */
  gboolean reserve_missing;
} WgStoreInner;

/* --- wg-store-context.c ---------------------------------------------------------------------- */

typedef gboolean (*WgStoreWork) (WgStoreContext *context, gpointer data, GError **error);
gboolean
wg_store_transact (WgStoreContext *context, WgStoreWork work, gpointer data, GError **error);
void wg_store_adapt_error (GError **error);
gint64 wg_store_get_meta_int (WgStoreContext *context, const char *name);
gboolean
wg_store_set_meta_int (WgStoreContext *context, const char *name, gint64 value, GError **error);
const char *wg_store_class_name (WgStoreContext *context, const char *std, const char *code);

/* --- wg-store-files.c ------------------------------------------------------------------------ */

gboolean wg_store_files_make (const char *folder, GError **error);
gboolean wg_store_files_remove (const char *folder, GError **error);
gboolean wg_store_files_wipe (const char *folder, const WgPorts *ports, GError **error);
void wg_store_files_forget_wipe (const char *folder);
int wg_store_files_lock (const char *folder, GError **error);
WgDb *wg_store_files_open_db (const char *folder, const guint8 *key, GError **error);
void wg_store_register_resources (void);

/* --- wg-identity.c --------------------------------------------------------------------------- */

gboolean wg_identity_save (WgStoreContext *context, const WgIdentity *identity, GError **error);
WgIdentity *wg_identity_load (WgStoreContext *context, GError **error);
void wg_identity_set_replica (WgStoreContext *context, const char *replica);

/* --- wg-reference.c -------------------------------------------------------------------------- */

/* Immutable tables for the UI, built anew from the records when reference rows changed. */
typedef struct
{
  WgStandard *standard;  /* newest; may be %NULL */
  GHashTable *standards; /* version -> WgStandard */
  GPtrArray *grids;      /* of WgGrid */
  GPtrArray *orgs;       /* of WgOrg */
  WgWorker *worker;      /* own row, or %NULL */
} WgReference;

WgReference *wg_reference_load (WgStoreContext *context, const char *worker_id, GError **error);
void wg_reference_free (WgReference *reference);
gboolean wg_reference_is_kind (const char *kind);
gboolean wg_reference_check (const char *kind, const char *body, GError **error);

/* --- wg-truth.c ------------------------------------------------------------------------------ */

const char *wg_truth_to_name (WgTruth truth); /* as stored */
WgTruth wg_truth_from_name (const char *name);

/* --- wg-record-store.c ----------------------------------------------------------------------- */

/* One operation of a record as the outbox has it. */
typedef struct
{
  gint64 n, seq;
  char *op_id, *state;
  char *line;    /* verbatim, or %NULL while held */
  char *content; /* event JSON while held, or %NULL */
  gint64 made_ms, hold_until_ms, ver;
  WgOperation *operation; /* parsed from either */
} WgRecordOperation;

WgOperation *wg_record_read_line (const char *line, GError **error);
GPtrArray *wg_record_operations (WgStoreContext *context, const char *rec, GError **error);
gboolean wg_record_operation_is_over (const WgRecordOperation *item, gint64 base_ver);
gboolean wg_record_operation_is_shown (const WgRecordOperation *item, gint64 base_ver);
/* The oldest that its author has to settle: @wanted, or any; %NULL: there is none. */
const char *wg_record_find_refused (GPtrArray *operations, const char *wanted);

/* What its operations say of a record's delivery. */
typedef struct
{
  WgTruth truth;
  guint n_waiting;
  gint64 hold_until_ms;
} WgDelivery;

WgDelivery wg_record_judge (GPtrArray *operations, gboolean has_base);
gboolean
wg_record_exists (WgStoreContext *context, const char *id, gboolean *out_exists, GError **error);
gboolean wg_record_refresh (WgStoreContext *context, const char *id, GError **error);
gboolean wg_record_refresh_all (WgStoreContext *context, GPtrArray *ids, GError **error);
/* Local content: base plus what waits; %NULL with NOT_FOUND. @out_steps: of WgEventStep */
WgEvent *wg_record_load_event (WgStoreContext *context,
                               const char *id,
                               GPtrArray **out_steps,
                               GError **error);
/* Ids in the first column of a statement that is ready to step. */
GPtrArray *wg_record_collect_ids (WgStatement *statement, const char *column, GError **error);

/* --- wg-record-overlay.c: records by table, and conflicts ------------------------------------- */

gboolean wg_record_is_kind (const char *kind); /* of a record by table, or of a conflict */
gboolean wg_record_check_row (const char *kind, const char *body, GError **error);
gboolean wg_record_read_unread (WgStoreContext *context, GError **error);
gboolean wg_record_refresh_by_table (WgStoreContext *context,
                                     const char *id,
                                     const char *kind,
                                     GError **error);
/* Local content: base plus what waits, to be edited; %NULL with NOT_FOUND. */
WgRecord *wg_record_load (WgStoreContext *context, const char *id, GError **error);
WgConflict *wg_record_load_conflict (WgStoreContext *context, const char *id, GError **error);

/* --- wg-event-list.c ------------------------------------------------------------------------- */

WgEventView *wg_event_view_from_row (WgStoreContext *context, WgStatement *row, GError **error);

/* --- wg-outbox.c ----------------------------------------------------------------------------- */

gboolean wg_outbox_hold (WgStoreContext *context,
                         const WgEvent *event,
                         gint64 hold_until_ms,
                         GError **error);
gboolean
wg_outbox_release (WgStoreContext *context, gint64 n, WgOperation *operation, GError **error);
gint64 wg_outbox_get_first (WgStoreContext *context, GError **error);
gboolean wg_outbox_read_push (
    WgStoreContext *context, gint64 first, guint max_ops, WgPush **out_push, GError **error);
char *wg_outbox_get_hash (WgStoreContext *context, gint64 seq, GError **error);
void wg_outbox_stamp (WgStoreContext *context, WgOperation *operation);

/* --- wg-attachment-store.c ------------------------------------------------------------------- */

gboolean wg_attachment_store_collect (WgStoreContext *context, gint64 before_ms, GError **error);
gboolean wg_attachment_store_is_whole (WgStoreContext *context, const char *sha256);

G_END_DECLS

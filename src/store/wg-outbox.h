/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The outbox: operations with their dense numbers, from saved to applied. The only writer of its
 * table. */
#pragma once

#include "store/wg-event-store.h"
#include "wire/wg-wire-push.h"

G_BEGIN_DECLS

typedef struct
{
  gint64 seq; /* 0 while held */
  char *op_id, *rec;
  WgOperationKind kind;
  const WgKind *record_kind; /* of an operation on a record by table, else %NULL */
  WgAction action;
  gint64 at_ms;
  WgTruth truth;
  int refusal;
  char *refusal_code, *refusal_field, *refusal_detail;
  char *title;         /* of the record */
  gboolean has_record; /* it is here still: not of a scope that was dropped */
  WgEventLevel level;
  gint64 hold_until_ms;
  guint n_photos_waiting;
} WgOutboxRow;

#define WG_TYPE_OUTBOX_ITEM (wg_outbox_item_get_type ())
G_DECLARE_FINAL_TYPE (WgOutboxItem, wg_outbox_item, WG, OUTBOX_ITEM, WgItem)
const WgOutboxRow *wg_outbox_item_get_row (WgOutboxItem *self);

/* Makes seq, line and hash of one operation and queues it. Inside the caller's transaction. */
gboolean wg_outbox_append (WgStoreContext *context, WgOperation *operation, GError **error);
/* Next batch for the wire, at most @max_ops, marked as sending; %NULL without error: nothing to
 * send. Numbers are dense, so "majors first" means: while a major waits, its batch goes at once,
 * before anything else of the round (pull, photos). */
WgPush *wg_outbox_next_push (WgStoreContext *context, guint max_ops, GError **error);
gboolean wg_outbox_has_major (WgStoreContext *context, GError **error);
gboolean wg_outbox_has_waiting (WgStoreContext *context,
                                GError **error); /* numbered and not acknowledged */
/* The platform's timeline this replica works in: that of enrolment, later that of the last rewind
 * (transfer full). */
char *wg_outbox_get_epoch (WgStoreContext *context, GError **error);
/* Results by seq; also moves last_acked and durable_seq. Idempotent. */
gboolean
wg_outbox_acknowledge (WgStoreContext *context, const WgPushAnswer *answer, GError **error);
gboolean wg_outbox_reset_sending (WgStoreContext *context,
                                  GError **error); /* after a failed round and at start */
/* After an epoch change or gap: what lies above @last_seq is pending again. %FALSE with
 * WG_STORE_ERROR_FORKED when our hash at @last_seq differs. */
gboolean wg_outbox_rewind (WgStoreContext *context,
                           gint64 last_seq,
                           const char *last_hash,
                           const char *epoch,
                           GError **error);
/* The end of the chain. */
gboolean
wg_outbox_get_head (WgStoreContext *context, gint64 *out_seq, char **out_hash, GError **error);
/* Every line that is still here, once more under a replica that has none yet. */
gboolean wg_outbox_move (WgStoreContext *context, const char *replica, GError **error);
gboolean wg_outbox_dismiss (WgStoreContext *context,
                            const char *op_id,
                            GError **error); /* a refused one, seen by its author */
gpointer wg_outbox_dismiss_job (WgStoreContext *context,
                                gpointer op_id,
                                GCancellable *cancellable,
                                GError **error); /* the same as a WgStoreJob */
gboolean wg_outbox_prune (WgStoreContext *context,
                          gint64 now_ms,
                          GError **error); /* acked, durable and older than 35 days */
GPtrArray *
wg_outbox_list (WgStoreContext *context,
                guint limit,
                GError **error); /* of WgOutboxItem: refused, waiting, then sent in 30 days */
/* What came out of a store that may be damaged. */
typedef struct
{
  guint lines;   /* operations read */
  guint waiting; /* of them: not acknowledged */
  guint lost;    /* operations that lie on damaged pages */
  guint photos, photos_lost;
  gboolean damaged; /* not all could be read */
} WgRescue;
/* Every operation that can still be read, verbatim lines, and the photos that wait, also of a
 * damaged store that nobody has open. What is written is plain text and plain JPEG. */
gboolean wg_outbox_rescue (const char *folder,
                           const char *secret,
                           const char *out_file,
                           const char *photo_folder,
                           WgRescue *out,
                           GError **error);
char *wg_outbox_get_line (WgStoreContext *context, gint64 seq, GError **error);

G_END_DECLS

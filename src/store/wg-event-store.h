/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Events on the terminal: save, hold, undo, mend; lists, counts and lookalikes. */
#pragma once

#include "core/wg-duplicate.h"
#include "core/wg-operation.h"
#include "store/wg-item.h"
#include "store/wg-store.h"

G_BEGIN_DECLS

/* What the user may be told of an event's or operation's delivery (protocol.md 2.4). */
typedef enum
{
  WG_TRUTH_HELD,     /* 已存本机, within the hold: may be undone */
  WG_TRUTH_SAVED,    /* 已存本机 */
  WG_TRUTH_SENDING,  /* 正在上传 */
  WG_TRUTH_RECEIVED, /* 平台已收: last_seq >= seq */
  WG_TRUTH_APPLIED,  /* 已生效 */
  WG_TRUTH_NO_PHOTO, /* 缺照片: applied, photos still to come */
  WG_TRUTH_CONFLICT, /* 有冲突待核对 */
  WG_TRUTH_REFUSED,  /* 被退回(原因) */
  WG_TRUTH_UNDONE,   /* 已撤销 before anything was sent */
} WgTruth;

const char *wg_truth_to_string (WgTruth truth); /* msgid */

/* One event as the screens see it: base plus what waits. Immutable, (transfer full) from the
 * queries. */
typedef struct
{
  WgEvent *event;
  GPtrArray *steps;     /* of WgEventStep; steps that wait have seq 0 */
  WgTruth truth;        /* of the least delivered operation */
  gint64 hold_until_ms; /* 0 when not held */
  guint n_waiting;      /* operations not yet applied */
  guint n_photos_waiting;
  char *refusal_op; /* op_id of a refused operation, or %NULL */
  int refusal;      /* WgRefusal or −1 */
  char *refusal_field, *refusal_detail;
  WgOperation *refused; /* what that operation says, or %NULL */
  GPtrArray *conflicts; /* of WgConflictItem (wg-records.h), open; %NULL in lists */
  char *class_name;     /* by the standard the event was made under, else the code */
  gboolean mine;
} WgEventView;

#define WG_TYPE_EVENT_ITEM (wg_event_item_get_type ())
G_DECLARE_FINAL_TYPE (
    WgEventItem, wg_event_item, WG, EVENT_ITEM, WgItem) /* GObject around one view, for lists */
WgEventItem *wg_event_item_new (WgEventView *view);     /* takes it */
const WgEventView *wg_event_item_get_view (WgEventItem *self);
const char *wg_event_item_get_id (WgEventItem *self);

WgEventView *wg_event_view_new (void);
void wg_event_view_free (WgEventView *view);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgEventView, wg_event_view_free)

/* --- writes; each is ONE transaction: record + operation + outbox row ---------------------- */

/* Saves a new event. With @hold_ms > 0 the operation is made when the hold ends (or at the next
 * start after it), and until then the event can be undone or mended without a trace on the wire.
 * Photos named in the event must be in the attachment store. Returns the id (transfer full). */
char *wg_event_store_create (WgStoreContext *context,
                             const WgEvent *event,
                             gint64 hold_ms,
                             const char *draft_id,
                             GError **error);
gboolean
wg_event_store_undo (WgStoreContext *context, const char *id, GError **error); /* only while held */
/* New content: while held changes it in place; else an event.patch of the changed fields, and,
 * when the event was returned, the supplement step behind it. @redo_of: refused op it mends, or
 * %NULL. */
gboolean wg_event_store_mend (WgStoreContext *context,
                              const WgEvent *event,
                              const char *redo_of,
                              GError **error);
gboolean wg_event_store_step (WgStoreContext *context,
                              const char *id,
                              WgAction action,
                              const char *opinion,
                              const char *new_value,
                              GError **error);
/* Makes the operations of holds that ended by @now_ms; returns how many, −1 on error. */
int wg_event_store_release (WgStoreContext *context, gint64 now_ms, GError **error);
/* Ends the hold of one event now ("send now"). */
gboolean wg_event_store_release_one (WgStoreContext *context, const char *id, GError **error);
gint64 wg_event_store_next_release_ms (WgStoreContext *context, GError **error); /* 0: none held */

/* --- reads --------------------------------------------------------------------------------- */

WgEventView *wg_event_store_get (WgStoreContext *context, const char *id, GError **error);

typedef enum
{
  WG_EVENT_LIST_TODAY, /* made today (local day of now), newest first, plus returned ones on top */
  WG_EVENT_LIST_RETURNED, /* state 11 or refused operations: need the worker */
  WG_EVENT_LIST_OPEN,     /* all not closed */
  WG_EVENT_LIST_ALL,      /* newest first */
} WgEventList;

/* At most @limit from @offset; GPtrArray of WgEventItem. */
GPtrArray *wg_event_store_list (
    WgStoreContext *context, WgEventList which, guint offset, guint limit, GError **error);

/* A point per event for the map: light, no steps. */
typedef struct
{
  char *id;
  double lon, lat;
  WgEventLevel level;
  WgEventState state;
  WgTruth truth;
} WgEventDot;
void wg_event_dot_free (WgEventDot *dot);
gint64 wg_event_store_today_ms (WgStoreContext *context);
GPtrArray *wg_event_store_dots (WgStoreContext *context, gint64 since_ms, GError **error);

/* Lookalikes of @event from the store, best first, at most 3: GPtrArray of WgEventItem. */
GPtrArray *
wg_event_store_lookalikes (WgStoreContext *context, const WgEvent *event, GError **error);
/* The worker's most used class codes, best first, @limit at most; falls back to `quick` rows. */
char **wg_event_store_top_classes (WgStoreContext *context,
                                   WgEventLevel level,
                                   guint limit,
                                   GError **error);

typedef struct
{
  guint n_today;
  guint n_returned;  /* events to be mended: returned to this worker, or refused */
  guint n_disputed;  /* events in conflict */
  guint n_waiting;   /* operations held, saved or sending */
  guint n_refused;   /* operations */
  guint n_conflicts; /* open ones, of events and records */
  guint n_photos;    /* waiting */
} WgEventCounts;
gboolean wg_event_store_count (WgStoreContext *context,
                               WgEventCounts *out_counts,
                               GError **error); /* from maintained counters or indexes */

G_END_DECLS

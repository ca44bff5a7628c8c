/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records by table on the terminal: make, change, void, confirm, reveal; lists, search, counts;
 * conflicts. Generic over WgKind. */
#pragma once

#include "core/wg-conflict.h"
#include "store/wg-event-store.h"

G_BEGIN_DECLS

/* One record as the screens see it: base plus what waits. */
typedef struct
{
  WgRecord *record;  /* sealed */
  WgTruth truth;     /* what needs the worker first, then the least delivered operation */
  guint n_waiting;   /* operations not yet applied */
  guint n_conflicts; /* open ones that this worker may see */
  gboolean needs_me; /* refused, or in conflict */
  char *refusal_op;  /* op_id of a refused operation, or %NULL */
  int refusal;       /* WgRefusal or −1 */
  char *refusal_field, *refusal_detail;
} WgRecordView;

void wg_record_view_free (WgRecordView *view);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgRecordView, wg_record_view_free)

#define WG_TYPE_RECORD_ITEM (wg_record_item_get_type ())
G_DECLARE_FINAL_TYPE (WgRecordItem, wg_record_item, WG, RECORD_ITEM, WgItem)
const WgRecordView *wg_record_item_get_view (WgRecordItem *self);

/* --- writes; each is ONE transaction: record + operation + outbox row ------------------------ */

/* Saves a new record; its grid is the worker's when it has none. @draft_id: the form it comes from,
 * which is thrown away, or %NULL. The same id a second time does nothing. (transfer full): the id.
 */
char *wg_records_create (WgStoreContext *context,
                         const WgRecord *record,
                         const char *draft_id,
                         GError **error);
/* A patch of what differs between @seen (what the form showed when it was opened; %NULL: what is
 * shown now) and @wanted (with its id). @redo_of: refused operation that this mends; %NULL takes
 * the oldest there is. Nothing changed: nothing is done. */
gboolean wg_records_change (WgStoreContext *context,
                            const WgRecord *seen,
                            const WgRecord *wanted,
                            const char *redo_of,
                            const char *draft_id,
                            GError **error);
gboolean
wg_records_void (WgStoreContext *context, const char *id, const char *reason, GError **error);
/* Looked at in this half-year, nothing has changed; the same for its parts that are due. */
gboolean wg_records_confirm (WgStoreContext *context, const char *id, GError **error);
/* Personal fields are shown unmasked: who, which, why goes to the platform's audit. */
gboolean wg_records_reveal (WgStoreContext *context,
                            const char *id,
                            const char *const *fields,
                            const char *reason,
                            GError **error);

/* --- reads ----------------------------------------------------------------------------------- */

WgRecordView *wg_records_get (WgStoreContext *context, const char *id, GError **error);

typedef enum
{
  WG_RECORD_LIST_ALL,         /* by reading */
  WG_RECORD_LIST_UNCONFIRMED, /* not looked at in this half-year, the oldest first */
  WG_RECORD_LIST_NEEDING_ME,  /* refused or in conflict */
} WgRecordList;

/* @link_to decides alone; @text is looked for within @which. */
typedef struct
{
  const WgKind *kind;
  const char *link_field, *link_to; /* those that name record @link_to in @link_field */
  const char *text;                 /* beginning of a word, of initials or of a number */
  WgRecordList which;
  const char *grid; /* with WG_RECORD_LIST_ALL: of this grid alone */
  guint offset, limit;
} WgRecordQuery;

GPtrArray *wg_records_list (WgStoreContext *context,
                            const WgRecordQuery *query,
                            GError **error); /* of WgRecordItem */
/* Another record here with the same natural key; (transfer full), %NULL without error: none. */
char *wg_records_find_double (WgStoreContext *context, const WgRecord *record, GError **error);

typedef struct
{
  guint n_open;        /* to be confirmed in each half-year */
  guint n_unconfirmed; /* of them, in this one */
  guint n_needing_me;
} WgRecordCounts;
gboolean wg_records_count (WgStoreContext *context,
                           const WgKind *kind,
                           WgRecordCounts *out_counts,
                           GError **error);

/* --- conflicts ------------------------------------------------------------------------------- */

#define WG_TYPE_CONFLICT_ITEM (wg_conflict_item_get_type ())
G_DECLARE_FINAL_TYPE (WgConflictItem, wg_conflict_item, WG, CONFLICT_ITEM, GObject)
const WgConflict *wg_conflict_item_get_conflict (WgConflictItem *self);
WgTruth
wg_conflict_item_get_truth (WgConflictItem *self); /* of a choice that waits, else APPLIED */

/* Newest first; GPtrArray of WgConflictItem. @settled_too: those that are over as well. */
GPtrArray *wg_conflicts_list (
    WgStoreContext *context, gboolean settled_too, guint offset, guint limit, GError **error);
/* Open ones of one record, oldest first. */
GPtrArray *wg_conflicts_of_record (WgStoreContext *context, const char *rec, GError **error);
WgConflictItem *wg_conflicts_get (WgStoreContext *context, const char *id, GError **error);
gboolean wg_conflicts_count (WgStoreContext *context, guint *out_open, GError **error);
/* A choice for each field in question; @choices as many as @fields. */
gboolean wg_conflicts_settle (WgStoreContext *context,
                              const char *id,
                              const char *const *fields,
                              const WgChoice *choices,
                              GError **error);

G_END_DECLS

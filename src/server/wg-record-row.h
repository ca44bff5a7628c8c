/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A record by table, or the content of an event, and a conflict as the platform stores them. */
#pragma once

#include "server/wg-event-row.h"

G_BEGIN_DECLS

typedef struct
{
  WgRecord *record; /* being edited */
  char *org_code;
  WgEventRow *event; /* @record is what may be patched of it; %NULL: a record by table */
} WgRecordRow;

void wg_record_row_free (WgRecordRow *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgRecordRow, wg_record_row_free)
/* %FALSE only for faults; %NULL: there is none. */
gboolean wg_record_row_load (WgDb *db, const char *id, WgRecordRow **out_row, GError **error);
WgRecordRow *wg_record_row_new_event (WgEventRow *event); /* takes it */
/* Of what a conflict is about. */
gboolean wg_record_row_load_disputed (
    WgDb *db, const WgKind *kind, const char *id, WgRecordRow **out_row, GError **error);
/* Before it is saved: who changes it. */
void wg_record_row_touch (WgRecordRow *self, const WgApply *apply, const WgApplyItem *item);
/* The next version: row, history, feed; finds an earlier record with the same natural key. */
gboolean wg_record_row_save (WgRecordRow *self,
                             WgApply *apply,
                             const WgOperation *operation,
                             gboolean is_new,
                             GError **error);
/* What became of one field. @before and @after: records of the kind that hold the values. */
gboolean wg_record_row_note (const WgRecordRow *self,
                             WgApply *apply,
                             const WgApplyItem *item,
                             const WgField *field,
                             const char *verdict,
                             gboolean written,
                             const WgRecord *before,
                             const WgRecord *after,
                             GError **error);
/* Who wrote the present value and when: the texts of @out are set, too (transfer full). */
gboolean wg_record_row_find_author (const WgRecordRow *self,
                                    WgDb *db,
                                    const WgField *field,
                                    WgMergeMeta *out_meta,
                                    WgConflictField *out,
                                    GError **error);

typedef struct
{
  WgConflict *conflict;
  char *org_code;
} WgDispute;

void wg_dispute_free (WgDispute *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgDispute, wg_dispute_free)
gboolean wg_dispute_load (WgDb *db, const char *id, WgDispute **out_dispute, GError **error);
gboolean wg_dispute_save (WgDispute *self, WgApply *apply, gboolean is_new, GError **error);
/* A conflict over @fields (of WgField) of a patch that came later. */
gboolean wg_dispute_open (WgApply *apply,
                          const WgApplyItem *item,
                          const WgRecordRow *row,
                          const WgPatch *patch,
                          GPtrArray *fields,
                          gboolean voided,
                          GError **error);
/* The record has changed: open conflicts show the values that stand now. */
gboolean
wg_dispute_follow (WgApply *apply, const WgRecordRow *row, const WgRecord *before, GError **error);

/* A step has changed level or class: history, and what conflicts show. */
gboolean wg_dispute_follow_step (WgApply *apply,
                                 const WgApplyItem *item,
                                 WgEventRow *event,
                                 const WgRecord *before,
                                 GError **error);

/* wg-apply-record.c */
/* A patch that its author may make: what stands unseen is kept, and a conflict opened. */
gboolean wg_apply_merge (WgApply *apply,
                         const WgApplyItem *item,
                         WgRecordRow *row,
                         const WgPatch *patch,
                         WgPushResult *result,
                         GError **error);
gboolean
wg_apply_record (WgApply *apply, const WgApplyItem *item, WgPushResult *result, GError **error);
gboolean
wg_apply_resolve (WgApply *apply, const WgApplyItem *item, WgPushResult *result, GError **error);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the pages of records ask of the store, as jobs started from the UI; end each with
 * wg_store_run_finish(). */
#pragma once

#include "store/wg-query-model.h"
#include "store/wg-records.h"

G_BEGIN_DECLS

/* The records of a kind that name a record in one field: members of a household. */
typedef struct
{
  const WgKind *kind;
  const WgField *field;
  GPtrArray *items; /* of WgRecordItem */
} WgRecordParts;

/* All that the page of one record shows. */
typedef struct
{
  WgRecordView *view;
  GPtrArray *parts;     /* of WgRecordParts, one for each reference to this kind */
  GPtrArray *conflicts; /* of WgConflictItem, open */
} WgRecordSheet;

void wg_record_sheet_free (WgRecordSheet *sheet);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgRecordSheet, wg_record_sheet_free)

/* Gives a WgRecordSheet. */
void wg_record_jobs_read (WgStore *store,
                          const char *id,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data);
/* Gives the masked title (char *). */
void wg_record_jobs_name (WgStore *store,
                          const char *id,
                          GAsyncReadyCallback callback,
                          gpointer user_data);
/* Gives a GPtrArray of WgRecordItem. */
void wg_record_jobs_list (WgStore *store,
                          const WgRecordQuery *query,
                          GCancellable *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer user_data);
WgQueryModel *wg_record_jobs_new_model (WgStore *store, const WgRecordQuery *query);
void wg_record_jobs_set_query (WgQueryModel *model, const WgRecordQuery *query);
/* Gives a WgRecordCounts to be freed with g_free(). */
void wg_record_jobs_count (WgStore *store,
                           const WgKind *kind,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
/* Gives the id of another record with the same key, or %NULL without an error. */
void wg_record_jobs_find_double (WgStore *store,
                                 const WgRecord *record,
                                 GAsyncReadyCallback callback,
                                 gpointer user_data);

/* These give a pointer without meaning. */
void wg_record_jobs_save (WgStore *store,
                          const WgRecord *seen,
                          WgRecord *wanted,
                          const char *redo_of,
                          const char *draft_id,
                          GAsyncReadyCallback callback,
                          gpointer user_data);
void wg_record_jobs_confirm (WgStore *store,
                             const char *id,
                             GAsyncReadyCallback callback,
                             gpointer user_data);
void wg_record_jobs_reveal (WgStore *store,
                            const char *id,
                            const char *field,
                            const char *reason,
                            GAsyncReadyCallback callback,
                            gpointer user_data);

/* Of open conflicts, WgConflictItem. */
WgQueryModel *wg_conflict_jobs_new_model (WgStore *store);
/* Gives a WgConflictItem. */
void wg_conflict_jobs_get (WgStore *store,
                           const char *id,
                           GCancellable *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
void wg_conflict_jobs_settle (WgStore *store,
                              const WgConflict *conflict,
                              const WgChoice *choices,
                              GAsyncReadyCallback callback,
                              gpointer user_data);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the screens ask of the store, as jobs started from the UI; end each with
 * wg_store_run_finish(). */
#pragma once

#include "store/wg-draft.h"
#include "store/wg-event-store.h"
#include "store/wg-query-model.h"

G_BEGIN_DECLS

/* What one tap gave: the event, saved, and what looks like it. */
typedef struct
{
  char *id;
  GPtrArray *alike; /* of WgEventItem, best first, may be empty */
} WgCaptured;

void wg_captured_free (WgCaptured *captured);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgCaptured, wg_captured_free)

/* → WgCaptured */
void wg_event_jobs_capture (WgStore *store,
                            const WgEvent *event,
                            gint64 hold_ms,
                            GAsyncReadyCallback callback,
                            gpointer user_data);
/* → char * id */
void wg_event_jobs_create (WgStore *store,
                           const WgEvent *event,
                           const char *draft_id,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
/* → non-NULL pointer without meaning */
void wg_event_jobs_undo (WgStore *store,
                         const char *id,
                         GAsyncReadyCallback callback,
                         gpointer user_data);
void wg_event_jobs_mend (WgStore *store,
                         const WgEvent *event,
                         const char *redo_of,
                         const char *draft_id,
                         GAsyncReadyCallback callback,
                         gpointer user_data);
void wg_event_jobs_step (WgStore *store,
                         const char *id,
                         WgAction action,
                         const char *opinion,
                         GAsyncReadyCallback callback,
                         gpointer user_data);
/* → WgEventView */
void wg_event_jobs_get (WgStore *store,
                        const char *id,
                        GCancellable *cancellable,
                        GAsyncReadyCallback callback,
                        gpointer user_data);
/* → GPtrArray of WgEventItem */
void wg_event_jobs_lookalikes (WgStore *store,
                               const WgEvent *event,
                               GAsyncReadyCallback callback,
                               gpointer user_data);
/* → GStrv */
void wg_event_jobs_top_classes (WgStore *store,
                                WgEventLevel level,
                                guint limit,
                                GCancellable *cancellable,
                                GAsyncReadyCallback callback,
                                gpointer user_data);

/* Of WgEventItem. */
WgQueryModel *wg_event_jobs_new_model (WgStore *store, WgEventList which, guint limit);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keeps a form as a draft at every pause in typing, so that nothing typed is ever lost. */
#pragma once

#include <gtk/gtk.h>

#include "app/wg-services.h"
#include "store/wg-draft.h"

G_BEGIN_DECLS

#define WG_TYPE_DRAFT_KEEPER (wg_draft_keeper_get_type ())
G_DECLARE_FINAL_TYPE (WgDraftKeeper, wg_draft_keeper, WG, DRAFT_KEEPER, GObject)

/* How a form is written down. It has a signal "changed". */
typedef struct
{
  char *(*dup_body) (GtkWidget *form); /* %NULL: nothing worth keeping */
  const char *(*get_focus) (GtkWidget *form);
  double (*get_scroll) (GtkWidget *form);
} WgDraftForm;

/* signal "saved" */
WgDraftKeeper *wg_draft_keeper_new (WgServices *services,
                                    GtkWidget *form,
                                    const WgDraftForm *how,
                                    const char *kind,
                                    const char *subject,
                                    const char *id);
void wg_draft_keeper_flush (WgDraftKeeper *self);
void wg_draft_keeper_stop (WgDraftKeeper *self);
void wg_draft_keeper_resume (WgDraftKeeper *self);
void wg_draft_keeper_adopt (WgDraftKeeper *self); /* the draft is there already */
const char *wg_draft_keeper_get_draft (WgDraftKeeper *self);
void wg_draft_keeper_leave (WgDraftKeeper *self, GtkWidget *dialog);

/* A draft in a list. */
#define WG_TYPE_DRAFT_ITEM (wg_draft_item_get_type ())
G_DECLARE_FINAL_TYPE (WgDraftItem, wg_draft_item, WG, DRAFT_ITEM, GObject)
const WgDraft *wg_draft_item_get_draft (WgDraftItem *self);

/* Jobs; end with wg_store_run_finish(): get gives a WgDraft, delete a pointer without meaning. */
void wg_draft_jobs_get (WgStore *store,
                        const char *id,
                        GAsyncReadyCallback callback,
                        gpointer user_data);
void wg_draft_jobs_delete (WgStore *store,
                           const char *id,
                           GAsyncReadyCallback callback,
                           gpointer user_data);
GListModel *wg_draft_jobs_new_model (WgStore *store);

G_END_DECLS

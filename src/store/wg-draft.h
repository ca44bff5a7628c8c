/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drafts: a form as it stands, saved at every pause in typing, restored with focus and scroll. */
#pragma once

#include "core/wg-record.h"
#include "store/wg-store.h"

G_BEGIN_DECLS

typedef struct
{
  char *id;      /* UUID; also the future record's id */
  char *form;    /* "event-general" "event-major" "event-mend" "event-daily" "record:<kind>" */
  char *subject; /* record being mended, or %NULL */
  char *body;    /* JSON of what stands in the form, whatever its state */
  char *focus;   /* name of the focused field, or %NULL */
  double scroll;
  gint64 changed_ms;
} WgDraft;

WgDraft *wg_draft_new (void);
void wg_draft_free (WgDraft *draft);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgDraft, wg_draft_free)
gboolean wg_draft_save (WgStoreContext *context, const WgDraft *draft, GError **error);
WgDraft *wg_draft_get (WgStoreContext *context, const char *id, GError **error);
GPtrArray *wg_draft_list (WgStoreContext *context, GError **error); /* of WgDraft, newest first */
gboolean wg_draft_delete (WgStoreContext *context, const char *id, GError **error);

/* The body of a draft from an event and back, for layers that do not know the wire. */
char *wg_draft_write_body (const WgEvent *event);
WgEvent *wg_draft_read_body (const char *body, GError **error);

/* The same for a record by table; its id and version are those of the draft's subject. */
char *wg_draft_write_record (const WgRecord *record);
WgRecord *wg_draft_read_record (const WgKind *kind, const char *body, GError **error);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An event as the platform stores it: content, steps, and columns for search. */
#pragma once

#include "core/wg-standard.h"
#include "core/wg-workflow.h"
#include "server/wg-apply.h"

G_BEGIN_DECLS

typedef struct
{
  WgEvent *event;        /* owned */
  GPtrArray *steps;      /* of WgEventStep */
  gint64 accepted_ms;    /* 0: not yet */
  gint64 accept_left_ms; /* while returned: what is left of the accept limit; −1 else */
  char *flags;           /* "outside-grid", separated by blanks */
} WgEventRow;

WgEventRow *wg_event_row_new (WgEvent *event);
void wg_event_row_free (WgEventRow *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgEventRow, wg_event_row_free)
/* %NULL without error: there is no such event. */
WgEventRow *wg_event_row_load (WgDb *db, const char *id, GError **error);
/* Writes a new event, or a new version of a known one: row, history and feed. */
gboolean wg_event_row_save (WgEventRow *self,
                            WgApply *apply,
                            const WgOperation *operation,
                            gboolean is_new,
                            GError **error);
/* Applies the transition and appends the step. */
gboolean wg_event_row_step (WgEventRow *self,
                            WgApply *apply,
                            const WgApplyItem *item,
                            const WgTransition *transition,
                            const WgStepRequest *request,
                            GError **error);
/* Due times after a step, by the standard and the calendar. */
gboolean wg_event_row_set_due (WgEventRow *self, WgApply *apply, WgAction action, GError **error);
void wg_event_row_flag (WgEventRow *self, const char *flag);
const WgEventClass *
wg_event_row_find_class (WgApply *apply, const char *standard, const char *code, GError **error);

G_END_DECLS

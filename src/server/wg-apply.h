/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One operation: check, decide, apply, number. */
#pragma once

#include "core/wg-operation.h"
#include "server/wg-work.h"
#include "wire/wg-wire-push.h"

G_BEGIN_DECLS

/* What a worker may work on, from when to when (protocol.md 2.5). */
typedef struct
{
  char *scope;
  WgRole role;
  gint64 from_ms, to_ms;
} WgAssignment;

/* Where the operations of one push come from; lives as long as its transaction. */
typedef struct
{
  WgWork *work;
  const char *replica;
  const char *worker;
  char *worker_name;      /* owned */
  GPtrArray *assignments; /* of WgAssignment */
  /* The terminal's clocks at the moment of the push. */
  gint64 push_wall_ms;
  const char *push_boot;
  gint64 push_mono_ms;
  gint64 last_at_ms; /* wall clock of the last operation known */
  gboolean carried;  /* by a file: the readings above are of when it was written */
} WgApply;

typedef enum
{
  WG_CLOCK_EXACT,
  WG_CLOCK_ESTIMATED,
  WG_CLOCK_SUSPECT
} WgClock;

/* One operation with what was found out about it. */
typedef struct
{
  const WgOperation *operation;
  const char *line; /* as it was signed */
  gint64 at_ms;     /* corrected */
  WgClock clock;
} WgApplyItem;

/* What wg_apply_begin() and wg_apply_operation() will read of @operations (of WgOperation). */
void wg_apply_announce (WgDb *db, const char *worker, GPtrArray *operations);
gboolean wg_apply_begin (WgApply *apply, GError **error);
void wg_apply_end (WgApply *apply);
void wg_apply_correct_time (WgApply *apply, WgApplyItem *item);
const char *wg_clock_to_string (WgClock clock);

/* %FALSE only for faults of our own; a refusal is a result. */
gboolean
wg_apply_operation (WgApply *apply, const WgApplyItem *item, WgPushResult *result, GError **error);

/* Whether it was applied before, under whatever number; then @result says how, and a refusal when
 * it says something else now. */
gboolean wg_apply_find_applied (WgApply *apply,
                                const WgApplyItem *item,
                                WgPushResult *result,
                                gboolean *out_found,
                                GError **error);

/* Shared by the files of this unit. */
gboolean wg_apply_refuse (WgPushResult *result, WgRefusal refusal, const char *field);
/* By what wg_workflow_decide() said. */
gboolean wg_apply_refuse_step (WgPushResult *result, const GError *refused, const WgEvent *event);
gboolean wg_apply_check_event (WgApply *apply,
                               const WgApplyItem *item,
                               const WgEvent *event,
                               WgPushResult *result,
                               gboolean *out_good,
                               GError **error);
gboolean
wg_apply_patch (WgApply *apply, const WgApplyItem *item, WgPushResult *result, GError **error);
/* Whether an event's content may still be changed; else the refusal is written. */
gboolean wg_apply_is_open (const WgEvent *event, WgPushResult *result);
gboolean
wg_apply_step (WgApply *apply, const WgApplyItem *item, WgPushResult *result, GError **error);
gboolean wg_apply_name_photos (WgApply *apply, const char *rec, char **photos, GError **error);
/* The role in which the worker may touch this grid's or town's event, 0 when none. */
WgRole wg_apply_find_role (WgApply *apply,
                           const char *grid_code,
                           const char *org_code,
                           gint64 at_ms,
                           gboolean *out_too_old);
/* Whether the worker had any right at that time. */
gboolean wg_apply_is_assigned (WgApply *apply, gint64 at_ms);

G_END_DECLS

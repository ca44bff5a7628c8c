/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An operation: what somebody did, told once, kept and sent byte for byte (design.md 2, 2). */
#pragma once

#include "core/wg-conflict.h"
#include "core/wg-event.h"
#include "core/wg-workflow.h"

G_BEGIN_DECLS

#define WG_OPERATION_SCHEMA 1

typedef enum
{
  WG_OPERATION_EVENT_CREATE, /* event.create: @event */
  WG_OPERATION_EVENT_PATCH,  /* event.patch: @event holds the new values, @base the values seen,
                                @fields the names */
  WG_OPERATION_EVENT_STEP,   /* event.step: @step_* */
  WG_OPERATION_SCOPE_DROPPED,
  /* Of a record of any kind, @record_kind; "resident.create" … */
  WG_OPERATION_RECORD_CREATE,    /* @record */
  WG_OPERATION_RECORD_PATCH,     /* @patch */
  WG_OPERATION_RECORD_VOID,      /* @opinion says why */
  WG_OPERATION_RECORD_CONFIRM,   /* looked at, nothing has changed */
  WG_OPERATION_RECORD_REVEAL,    /* @fields were read unmasked, @opinion says why */
  WG_OPERATION_CONFLICT_RESOLVE, /* @fields with @choices, based on version @expect_ver */
  WG_N_OPERATION,
} WgOperationKind;

typedef struct
{
  WgOperationKind kind;
  char *op_id;
  gint64 seq; /* dense per replica, from 1 */
  gint64 schema;
  char *rec;    /* record id */
  char *scope;  /* "g:<grid>" … */
  char *actor;  /* worker id */
  gint64 at_ms; /* device wall clock: a claim */
  char *boot;
  gint64 mono_ms;
  double lon, lat, accuracy_m; /* optional place of the act, NAN */
  WgEvent *event;
  WgEvent *base;
  char **fields;
  const WgKind *record_kind; /* of RECORD_… */
  WgRecord *record;
  WgPatch *patch;
  WgChoice *choices; /* as many as @fields */
  gint64 expect_ver;
  WgAction action;
  int expect_state;
  gint64 expect_step_no;
  char *opinion;
  char *new_value;
  char *duplicate_of;
  char *lead_org;
  char **photos;
  char *redo_of; /* op_id of the refused operation that this one mends */
} WgOperation;

WgOperation *wg_operation_new (WgOperationKind kind);
void wg_operation_free (WgOperation *operation);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgOperation, wg_operation_free)

/* "event.create", "resident.create" …; @record_kind is %NULL but for RECORD_… */
const char *wg_operation_kind_to_string (WgOperationKind kind, const WgKind *record_kind);
gboolean wg_operation_kind_from_string (const char *name,
                                        WgOperationKind *out_kind,
                                        const WgKind **out_record_kind);
gboolean wg_operation_is_record (WgOperationKind kind); /* of a record by table */

/* local = base + pending operations, for one event; both ends use it (terminal: overlay). */
gboolean wg_operation_apply (const WgOperation *operation, WgEvent *event, GError **error);
/* The same for a record by table; @at_ms: when, as far as known. */
void wg_operation_apply_record (const WgOperation *operation, WgRecord *record, gint64 at_ms);
/* And for a conflict: what was chosen is shown at once. */
void wg_operation_apply_choice (const WgOperation *operation, WgConflict *conflict, gint64 at_ms);

/* Why the platform refused an operation; the string is what is stored and sent. */
typedef enum
{
  WG_REFUSAL_INVALID_FIELD,       /* invalid-field */
  WG_REFUSAL_UNKNOWN_KIND,        /* unknown-kind */
  WG_REFUSAL_FIELD_READ_ONLY,     /* field-read-only */
  WG_REFUSAL_NOT_IN_SCOPE,        /* not-in-scope */
  WG_REFUSAL_NO_RIGHT,            /* no-right */
  WG_REFUSAL_STALE_STATE,         /* stale-state */
  WG_REFUSAL_ILLEGAL_STEP,        /* illegal-step */
  WG_REFUSAL_DEPENDS_ON_REJECTED, /* depends-on-rejected */
  WG_REFUSAL_DUPLICATE_RECORD,    /* duplicate-record */
  WG_REFUSAL_TOO_OLD,             /* too-old */
  WG_REFUSAL_RECORD_VOID,         /* record-void */
  WG_REFUSAL_QUOTA,               /* quota */
  WG_N_REFUSAL,
} WgRefusal;

const char *wg_refusal_to_string (WgRefusal refusal);
gboolean wg_refusal_from_string (const char *name, WgRefusal *out_refusal);
const char *wg_refusal_to_title (WgRefusal refusal); /* msgid for people, tells the mend */

G_END_DECLS

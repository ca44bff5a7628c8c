/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An operation: what somebody did, told once, kept and sent byte for byte (design.md 2, 2). */
#pragma once

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

const char *wg_operation_kind_to_string (WgOperationKind kind); /* "event.create" … */
gboolean wg_operation_kind_from_string (const char *name, WgOperationKind *out_kind);

/* local = base + pending operations, for one event; both ends use it (terminal: overlay). */
gboolean wg_operation_apply (const WgOperation *operation, WgEvent *event, GError **error);

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

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The push: request body and answer (docs/sync-protocol.md). */
#pragma once

#include "core/wg-operation.h"
#include "wire/wg-crypto.h"

G_BEGIN_DECLS

typedef struct
{
  char *replica;
  char *epoch;
  gint64 first;   /* seq of the first line */
  char *previous; /* hash before it */
  gint64 now_ms;
  char *boot;
  gint64 mono_ms;
  char *header;      /* first line as it travels; signed with the head */
  GPtrArray *lines;  /* of char *, verbatim, without newline */
  GPtrArray *hashes; /* wg_push_get_hash() alone */
  char *head;        /* hash after the last line */
  guint8 signature[WG_SIGNATURE];
} WgPush;

WgPush *wg_push_new (void);
void wg_push_free (WgPush *push);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgPush, wg_push_free)

/* Of the chain after line @i. */
const char *wg_push_get_hash (WgPush *push, guint i);
/* Computes head and signature into @push, gives the NDJSON body. */
GBytes *wg_wire_push_to_body (WgPush *push, const guint8 *secret);
/* Checks framing, limits, chain (head), but not the signature. */
WgPush *wg_wire_push_from_body (GBytes *body, GError **error);
gboolean wg_wire_push_verify (const WgPush *push, const guint8 *public_key, GError **error);

typedef enum
{
  WG_RESULT_OK,
  WG_RESULT_CONFLICT,
  WG_RESULT_REJECTED
} WgResultKind;

typedef struct
{
  gint64 seq;
  WgResultKind kind;
  gint64 ver;  /* version of the record after it */
  int refusal; /* WgRefusal, −1 when none */
  char *code;  /* as sent; kept when this program does not know it */
  char *field;
  char *detail;
  gint64 state; /* present state at a refusal of a step, −1 unknown */
  gint64 step_no;
} WgPushResult;

typedef struct
{
  char *epoch;
  gint64 last_seq;
  char *last_hash;
  gint64 durable_seq;
  GPtrArray *results; /* of WgPushResult */
  gint64 after_s;
  gint64 max_ops;
} WgPushAnswer;

WgPushResult *wg_push_result_new (gint64 seq);
void wg_push_result_free (WgPushResult *result);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgPushResult, wg_push_result_free)
WgPushAnswer *wg_push_answer_new (void);
void wg_push_answer_free (WgPushAnswer *answer);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgPushAnswer, wg_push_answer_free)
char *wg_wire_push_result_to_json (
    const WgPushResult *result); /* stored by the platform, repeated at a duplicate */
WgPushResult *wg_wire_push_result_from_json (const char *json, GError **error);
char *wg_wire_push_answer_to_json (const WgPushAnswer *answer);
WgPushAnswer *wg_wire_push_answer_from_json (const char *json, gsize length, GError **error);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who answered, and what does it mean? Nothing of a reply is used before it was judged. */
#pragma once

#include "sync/wg-http.h"
#include "sync/wg-sync-machine.h"
#include "wire/wg-wire-session.h"

G_BEGIN_DECLS

typedef enum
{
  WG_ANSWER_EMPTY, /* 200, 201 or 204 without a body */
  WG_ANSWER_JSON,
  WG_ANSWER_NDJSON,
  WG_ANSWER_BYTES, /* a photo or a pack */
} WgAnswerType;

WgSyncEventKind wg_sync_judge (const WgHttpReply *reply,
                               WgAnswerType expected,
                               const char *epoch,
                               WgProblem **out_problem,
                               GError **error);
WgSyncEventKind wg_sync_judge_error (const GError *error);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The states of one round of sync as a pure function: state and event in, state and effects out. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define WG_SYNC_BATCH_START 16
#define WG_SYNC_BATCH_MAX 500
#define WG_SYNC_FAST_MS 2000 /* a round trip below it lets the batch double */

typedef enum
{
  WG_STAGE_IDLE,
  WG_STAGE_HELLO,   /* who is there? */
  WG_STAGE_SESSION, /* challenge and token */
  WG_STAGE_MOVE,    /* a new replica, because the platform has another log of this one */
  WG_STAGE_STATE,   /* epoch changed or gap: what has the platform? then rewind */
  WG_STAGE_PUSH,
  WG_STAGE_PULL,
  WG_STAGE_UPLOAD,   /* photos up */
  WG_STAGE_DOWNLOAD, /* map pack and photos down */
  WG_STAGE_BACKOFF,  /* a fault of the platform or of the way; k = failures */
  WG_STAGE_FOREIGN,  /* captive portal, other certificate */
  WG_STAGE_FORKED,   /* this replica's log is another one than the platform knows */
  WG_STAGE_REVOKED,
  WG_STAGE_WIPED, /* nothing is left to sync */
  WG_N_STAGE,
} WgSyncStage;

typedef enum
{
  WG_SYNC_EVENT_START,  /* timer, outbox, network or user */
  WG_SYNC_EVENT_DONE,   /* the stage has nothing more to do */
  WG_SYNC_EVENT_MORE,   /* one exchange went well, the stage goes on */
  WG_SYNC_EVENT_HEALED, /* a digest did not match: pull again from the start of that scope */
  WG_SYNC_EVENT_OFFLINE,
  WG_SYNC_EVENT_TIMEOUT,
  WG_SYNC_EVENT_FOREIGN,
  WG_SYNC_EVENT_NO_TOKEN, /* 401 */
  WG_SYNC_EVENT_REVOKED,
  WG_SYNC_EVENT_WIPE,    /* shut out, with a good order to erase everything */
  WG_SYNC_EVENT_TOO_OLD, /* 426 */
  WG_SYNC_EVENT_EPOCH,   /* another epoch than ours */
  WG_SYNC_EVENT_GAP,
  WG_SYNC_EVENT_FORKED,
  WG_SYNC_EVENT_TOO_LARGE, /* 413 */
  WG_SYNC_EVENT_BUSY,      /* 429, 503 */
  WG_SYNC_EVENT_FAILED,
  WG_SYNC_EVENT_CANCELLED,
  WG_N_SYNC_EVENT,
} WgSyncEventKind;

typedef struct
{
  WgSyncEventKind kind;
  gboolean has_token;   /* a session that still holds */
  gboolean has_major;   /* a major operation waits */
  gint64 round_trip_ms; /* of a push that went well */
  gint64 max_ops;       /* what the platform wants at most in one push, 0: no word */
  gboolean kept;        /* a fault, and yet a part arrived that need not come again */
} WgSyncEvent;

typedef enum
{
  WG_EFFECT_NOTIFY = 1 << 0, /* the state that people see changed */
  WG_EFFECT_FORGET_TOKEN = 1 << 1,
  WG_EFFECT_RESET_SENDING = 1 << 2, /* what was on its way waits again */
  WG_EFFECT_MARK_REVOKED = 1 << 3,
  WG_EFFECT_WIPE = 1 << 5,  /* destroy key and store */
  WG_EFFECT_TIMER = 1 << 4, /* the round is over: ask wg_sync_plan when to try again */
} WgSyncEffects;

typedef struct
{
  WgSyncStage stage;
  guint failures;       /* rounds that failed, one after the other */
  guint batch;          /* operations in the next push; 0 stands for the start */
  guint recoveries;     /* STATE in this round */
  guint heals;          /* HEALED in this round */
  gboolean renewed;     /* a new session after a 401 in this round */
  gboolean other_epoch; /* seen at hello, dealt with after the session */
  gboolean too_old;     /* pull refused until the program is updated */
  gboolean replaced;    /* MOVE in this round */
  gboolean moved;       /* something went through for good in this round */
} WgSyncMachine;

WgSyncEffects wg_sync_machine_step (WgSyncMachine *machine, const WgSyncEvent *event);
gboolean wg_sync_stage_is_resting (WgSyncStage stage);
const char *wg_sync_stage_to_string (WgSyncStage stage);

G_END_DECLS

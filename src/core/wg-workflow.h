/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The six-step loop as one table: state x action x role -> state (protocol.md 4.1). */
#pragma once

#include "core/wg-event.h"
#include "core/wg-role.h"

G_BEGIN_DECLS

typedef enum
{
  WG_ACTION_REPORT,     /* 上报 */
  WG_ACTION_ATTACH,     /* 附到原事件: report of a known matter, kept and linked */
  WG_ACTION_WITHDRAW,   /* 撤回 */
  WG_ACTION_RETURN,     /* 退回 */
  WG_ACTION_SUPPLEMENT, /* 补正 */
  WG_ACTION_EXPIRE,     /* supplement missed twice */
  WG_ACTION_REFUSE,     /* 不予受理 */
  WG_ACTION_APPEAL,
  WG_ACTION_DUPLICATE,    /* 判定重复 */
  WG_ACTION_CHANGE_LEVEL, /* 改等级 */
  WG_ACTION_CHANGE_CLASS, /* 改分类 */
  WG_ACTION_ACCEPT,       /* 受理立案 */
  WG_ACTION_DISPATCH,
  WG_ACTION_SIGN,
  WG_ACTION_SEND_BACK,
  WG_ACTION_REASSIGN,
  WG_ACTION_ASK_ASSIST,
  WG_ACTION_ANSWER_ASSIST,
  WG_ACTION_ASK_EXTENSION,
  WG_ACTION_DECIDE_EXTENSION,
  WG_ACTION_SUSPEND,
  WG_ACTION_RESUME,
  WG_ACTION_HANDLED,
  WG_ACTION_VERIFIED,
  WG_ACTION_NOT_VERIFIED,
  WG_ACTION_VERIFY_OVERDUE, /* verification missed: to the supervisor, then to the district; never
                               passed */
  WG_ACTION_EVALUATE,
  WG_ACTION_CLOSE,
  WG_ACTION_REOPEN,
  WG_ACTION_FALSE,
  WG_ACTION_OMITTED,
  WG_ACTION_URGE,
  WG_ACTION_NOTE, /* append-only words and photos */
  WG_N_ACTION,
} WgAction;

const char *wg_action_to_string (WgAction action); /* stored and sent: "report", "change-level" … */
gboolean wg_action_from_string (const char *name, WgAction *out_action);
const char *wg_action_to_title (WgAction action); /* msgid */

typedef enum
{
  WG_GUARD_OPINION = 1 << 0,         /* words are required */
  WG_GUARD_AUTHOR = 1 << 1,          /* only the reporter */
  WG_GUARD_DUPLICATE_OF = 1 << 2,    /* names the other event */
  WG_GUARD_NEW_VALUE = 1 << 3,       /* names the new level or class */
  WG_GUARD_NOT_HANDLER = 1 << 4,     /* four eyes */
  WG_GUARD_SELF_HANDLED = 1 << 5,    /* level 1, handled on the spot */
  WG_GUARD_LEAD_ORG = 1 << 6,        /* names the one unit in charge */
  WG_GUARD_DISTRICT_LOWERS = 1 << 7, /* only the district lowers a major or grave event */
} WgGuard;

typedef struct
{
  WgAction action;
  WgEventState from;
  WgEventState to;
  guint levels; /* bit set: 1 << level */
  guint roles;
  int step_kind; /* code:step_kind, 1…28; 0 for none */
  guint guards;
  gboolean offline; /* may be done without a network */
} WgTransition;

extern const WgTransition WG_TRANSITIONS[];
extern const gsize WG_N_TRANSITIONS;

/* What somebody asks for. Strings are borrowed. */
typedef struct
{
  WgAction action;
  WgRole role;
  const char *actor;
  gint64 expect_step_no; /* −1: not stated */
  int expect_state;      /* −1: not stated */
  const char *opinion;
  const char *new_value;    /* level digit or class code */
  const char *duplicate_of; /* event id */
  const char *lead_org;
  const char *handled_by; /* who did the last handling step, for four eyes */
} WgStepRequest;

/* One accepted step, append-only (domain.md 5.2). */
typedef struct
{
  char *event_id;
  gint64 seq;
  WgAction action;
  int kind;
  char *actor;
  char *actor_name; /* shown; may be %NULL */
  WgRole actor_role;
  gint64 at_ms;
  WgEventState from_state, to_state;
  char *opinion;
  char *old_value, *new_value;
  char **photos;
} WgEventStep;

WgEventStep *wg_event_step_new (void);
WgEventStep *wg_event_step_copy (const WgEventStep *step);
void wg_event_step_free (WgEventStep *step);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgEventStep, wg_event_step_free)

/* The row for an action in a state, whoever asks (any of @roles), or %NULL. */
const WgTransition *
wg_workflow_find (WgAction action, WgEventState from, WgEventLevel level, guint roles);
const WgTransition *
wg_workflow_decide (const WgEvent *event, const WgStepRequest *request, GError **error);
gboolean wg_workflow_may (const WgEvent *event, WgAction action, WgRole role, gboolean is_author);
void
wg_workflow_apply (WgEvent *event, const WgTransition *transition, const WgStepRequest *request);

G_END_DECLS

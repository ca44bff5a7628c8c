/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An event (事件): its levels, states, content and the table of its fields (domain.md 5.1). */
#pragma once

#include "core/wg-field.h"

G_BEGIN_DECLS

/* Codes are those of the standard tables; the code is what is stored and sent. */
typedef enum
{
  WG_EVENT_LEVEL_NONE = 0,
  WG_EVENT_LEVEL_DAILY = 1,   /* 日常 */
  WG_EVENT_LEVEL_GENERAL = 2, /* 一般 */
  WG_EVENT_LEVEL_MAJOR = 3,   /* 较大 */
  WG_EVENT_LEVEL_GRAVE = 4,   /* 重大 */
} WgEventLevel;

typedef enum
{
  WG_EVENT_STATE_DRAFT = 0,
  WG_EVENT_STATE_REPORTED = 10,
  WG_EVENT_STATE_RETURNED = 11,
  WG_EVENT_STATE_REFUSED = 12,
  WG_EVENT_STATE_VOID = 13,
  WG_EVENT_STATE_ACCEPTED = 20,
  WG_EVENT_STATE_DISPATCHED = 30,
  WG_EVENT_STATE_SENT_BACK = 31,
  WG_EVENT_STATE_HANDLING = 40,
  WG_EVENT_STATE_SUSPENDED = 41,
  WG_EVENT_STATE_EXTENDING = 42,
  WG_EVENT_STATE_VERIFYING = 50,
  WG_EVENT_STATE_REWORK = 51,
  WG_EVENT_STATE_EVALUATING = 60,
  WG_EVENT_STATE_CLOSED = 70,
  WG_EVENT_STATE_ARCHIVED = 80,
} WgEventState;

typedef enum
{
  WG_FIX_NONE = 5,
  WG_FIX_SATELLITE = 1,
  WG_FIX_NETWORK = 2,
  WG_FIX_MANUAL = 3,
  WG_FIX_ADDRESS = 4,
} WgFixSource;

/* The seed's six steps, for the step bar. */
typedef enum
{
  WG_LOOP_STEP_REPORT,   /* 采集上报 */
  WG_LOOP_STEP_ACCEPT,   /* 受理立案 */
  WG_LOOP_STEP_DISPATCH, /* 指挥派遣 */
  WG_LOOP_STEP_HANDLE,   /* 任务处置 */
  WG_LOOP_STEP_VERIFY,   /* 核查反馈 */
  WG_LOOP_STEP_EVALUATE, /* 监督评价 */
  WG_N_LOOP_STEP,
} WgLoopStep;

/**
 * WgEvent:
 *
 * Content of one event. Text members are owned, %NULL when not given; times 0 when
 * not given; longitude and latitude are degrees WGS-84, NAN when unknown.
 */
typedef struct
{
  char *id;
  WgEventLevel level;
  WgEventLevel level_reported;
  char *class_std;  /* version of the event standard, e.g. "dyq-2018.1" */
  char *class_code; /* row of that standard, e.g. "0202" */
  char *title;
  char *description;
  gint64 occurred_ms;
  gint64 reported_ms;
  double lon, lat;
  WgFixSource fix_source;
  double fix_accuracy_m; /* NAN when unknown */
  gint64 fix_ms;
  gboolean fix_mock;       /* a fix of this record came from no receiver: a test, a fixed point */
  double raw_lon, raw_lat; /* the first fix, never changed */
  char *address;
  char *outside_reason; /* why the place lies outside the own grid */
  char *level_reason;   /* why another level than suggested */
  char *origin;         /* code:event_origin, "01" … */
  char *informant_name;
  char *informant_phone;
  gint64 involved_count;
  gboolean self_handled;
  char *handle_note;
  char *duplicate_of; /* the event this one is attached to */
  char **photos;      /* %NULL-terminated SHA-256 names, or %NULL */
  char *grid_code;    /* 15 digits */
  char *org_code;     /* 9 digits, the town */
  /* Written by the platform alone: */
  char *reporter;
  char *event_no;
  WgEventState state;
  gint64 step_no;
  gint64 received_ms;
  gint64 due_accept_ms;
  gint64 due_handle_ms;
  gboolean clock_suspect;
  gint64 ver; /* version of the record on the platform; 0 before it knows it */
} WgEvent;

WgEvent *wg_event_new (void);
WgEvent *wg_event_copy (const WgEvent *event);
void wg_event_free (WgEvent *event);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgEvent, wg_event_free)

/* Ends with name %NULL; offsets into WgEvent. @id and @ver are not in it: they travel around the
 * content. */
extern const WgField WG_EVENT_FIELDS[];

/* Tidies what a person gave and fills what follows from the class; @class_name may be %NULL. */
void wg_event_normalize (WgEvent *event, const char *class_name);

/* What breaks a rule; a warning does not block (design.md 2, 15). */
GPtrArray *wg_event_check (const WgEvent *event, gint64 now_ms);

const char *wg_event_level_to_string (WgEventLevel level); /* msgid, translate with gettext */
const char *wg_event_state_to_string (WgEventState state);
const char *wg_loop_step_to_string (WgLoopStep step);
gboolean wg_event_level_is_valid (gint64 code);
gboolean wg_event_level_is_among (gint64 code, guint levels); /* bit set: 1 << level */
gboolean wg_event_state_is_valid (gint64 code);
gboolean wg_event_state_is_open (WgEventState state);
WgLoopStep wg_event_state_get_loop_step (WgEventState state);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The event standard (事件处置标准) as data with a version: classes, levels, leads, limits. */
#pragma once

#include "core/wg-calendar.h"
#include "core/wg-event.h"

G_BEGIN_DECLS

typedef enum
{
  WG_PHOTO_NEVER,
  WG_PHOTO_OPTIONAL,
  WG_PHOTO_REQUIRED
} WgPhotoPolicy;

/* One row; owned by its WgStandard, immutable. Groups have no parent. */
typedef struct
{
  const char *code;   /* "02" group, "0202" class */
  const char *parent; /* %NULL for a group */
  const char *name;
  const char *pinyin; /* initials in lower case, for search: "blxj" */
  WgEventLevel default_level;
  guint levels; /* bit set of allowed levels, 1 << level */
  const char *filing_condition, *close_condition;
  const char *lead_role, *assist_roles; /* Chinese names of the office roles */
  gint64 accept_amount, handle_amount;  /* 0: none */
  WgTimeUnit accept_unit, handle_unit;
  WgPhotoPolicy photo;
  gboolean verify_self;
  double duplicate_radius_m;
  gint64 duplicate_hours;
  gboolean quick;             /* may be a one-tap tile */
  int active_from, active_to; /* YYYYMMDD, 0 = open */
  const char *source;
} WgEventClass;

typedef struct _WgStandard WgStandard;

WgStandard *wg_standard_new_from_csv (const char *csv, GError **error);
WgStandard *wg_standard_ref (WgStandard *standard);
void wg_standard_unref (WgStandard *standard);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgStandard, wg_standard_unref)
const char *wg_standard_get_version (const WgStandard *standard);
const WgEventClass *wg_standard_find (const WgStandard *standard, const char *code);
const WgEventClass *const *wg_standard_get_rows (const WgStandard *standard, gsize *out_n);
gboolean wg_event_class_is_active (const WgEventClass *row, gint64 at_ms);
/* Matches by code, by part of the name, or by pinyin initials; at most @limit rows, (transfer
 * container). */
GPtrArray *wg_standard_search (const WgStandard *standard, const char *text, guint limit);
/* Adds to @issues (of wg_event_check()) what the class has to say: unknown, retired, level not
 * allowed, photo. */
void wg_standard_check_event (const WgStandard *standard, const WgEvent *event, GPtrArray *issues);
/* Words that look major in a daily or general record ("是否较大?"). */
gboolean wg_standard_text_looks_major (const char *text);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables behind wg_kind_find(); what writing one row needs. */
#pragma once

#include <glib/gi18n.h>

#include "core/wg-kind.h"
#include "core/wg-record.h"

G_BEGIN_DECLS

#define R WG_FIELD_REQUIRED
#define M WG_FIELD_MULTILINE
#define P WG_FIELD_PERSONAL
#define L WG_FIELD_LISTED
#define Q WG_FIELD_SEARCH
#define H WG_FIELD_HALF_YEARLY
#define K WG_FIELD_KEY
#define PAST WG_FIELD_PAST
#define PART WG_FIELD_PART_OF

#define ASK WG_CONFLICT_ASK
#define NEWEST WG_CONFLICT_NEWEST
#define SET WG_CONFLICT_SET

/* Offsets are laid out by wg_kind_find(). */
#define LATER 0

/* clang-format off */
#define WG_KIND_OWN_FIELDS                                                                                            \
  { WG_FIELD_GRID, N_ ("Grid"), WG_FIELD_CODE, R, 15, 15, "grid", LATER, "domain 5.0", WG_CONFLICT_ONCE },             \
  { WG_FIELD_MADE_BY, N_ ("Recorded by"), WG_FIELD_ID, 0, 0, 64, NULL, LATER, "domain 5.0", WG_CONFLICT_SERVER },      \
  { WG_FIELD_MADE_MS, N_ ("Recorded at"), WG_FIELD_TIME, 0, 0, 0, NULL, LATER, "domain 5.0", WG_CONFLICT_SERVER },     \
  { WG_FIELD_CHANGED_BY, N_ ("Changed by"), WG_FIELD_ID, 0, 0, 64, NULL, LATER, "domain 5.0", WG_CONFLICT_SERVER },    \
  { WG_FIELD_CHANGED_MS, N_ ("Changed at"), WG_FIELD_TIME, 0, 0, 0, NULL, LATER, "domain 5.0", WG_CONFLICT_SERVER },   \
  { WG_FIELD_CONFIRMED_BY, N_ ("Confirmed by"), WG_FIELD_ID, 0, 0, 64, NULL, LATER, "R24", WG_CONFLICT_SERVER },       \
  { WG_FIELD_CONFIRMED_MS, N_ ("Confirmed at"), WG_FIELD_TIME, 0, 0, 0, NULL, LATER, "R24", WG_CONFLICT_SERVER },      \
  { WG_FIELD_VOIDED, N_ ("Void"), WG_FIELD_FLAG, 0, 0, 0, NULL, LATER, "domain 5.0", WG_CONFLICT_SERVER },             \
  { WG_FIELD_VOID_REASON, N_ ("Why void"), WG_FIELD_TEXT, 0, 0, 200, NULL, LATER, "domain 5.0", WG_CONFLICT_SERVER },  \
  { WG_FIELD_DUPLICATE_OF, N_ ("Same as"), WG_FIELD_ID, 0, 0, 36, NULL, LATER, "protocol 2.3", WG_CONFLICT_SERVER }
/* clang-format on */

extern WgKind wg_kind_resident;
extern WgKind wg_kind_household;
extern WgKind wg_kind_event;
extern WgField wg_kind_resident_fields[];
extern WgField wg_kind_household_fields[];
extern WgField wg_kind_event_fields[];
void wg_kind_event_fill (void); /* its rows are those of WG_EVENT_FIELDS */

G_END_DECLS

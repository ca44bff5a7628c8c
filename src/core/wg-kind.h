/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Kinds of record: a table of fields from which form, checks, lists, search, patch, JSON and
 * documentation follow (design.md 2, 5). */
#pragma once

#include "core/wg-field.h"
#include "core/wg-role.h"

G_BEGIN_DECLS

typedef struct _WgRecord WgRecord;

/* A group of fields in a form, in the order of the table. */
typedef struct
{
  const char *name;
  const char *title; /* msgid */
} WgSection;

/* A rule between fields; a finding names the field to look at. */
typedef void (*WgKindCheck) (const WgRecord *record, GPtrArray *issues);

/**
 * WgKind:
 *
 * A kind of record. Every table begins with the fields of WG_KIND_OWN_FIELDS, which the
 * platform keeps; the others are of the form.
 */
typedef struct
{
  const char *name;          /* "resident", for ever */
  const char *title;         /* msgid, one: "Resident" */
  const char *title_fields;  /* names, apart by spaces, whose texts are the record's title */
  const char *closed;        /* "field=code code": such records wait for no confirmation */
  guint writers;             /* WgRole bits: who may make, change, void and confirm */
  const WgField *fields;     /* ends with name %NULL; offsets into WgRecord */
  const WgSection *sections; /* ends with name %NULL */
  void (*complete) (WgRecord *record); /* fills what follows from other fields; may be %NULL */
  WgKindCheck check;                   /* may be %NULL */
  const char *about;                   /* msgid, a sentence for docs/records.md */
} WgKind;

/* Names of the fields that every kind has. */
#define WG_FIELD_GRID "grid_code"
#define WG_FIELD_MADE_BY "made_by"
#define WG_FIELD_MADE_MS "made_ms"
#define WG_FIELD_CHANGED_BY "changed_by"
#define WG_FIELD_CHANGED_MS "changed_ms"
#define WG_FIELD_CONFIRMED_BY "confirmed_by"
#define WG_FIELD_CONFIRMED_MS "confirmed_ms"
#define WG_FIELD_VOIDED "voided"
#define WG_FIELD_VOID_REASON "void_reason"
#define WG_FIELD_DUPLICATE_OF "duplicate_of"

const WgKind *wg_kind_find (const char *name); /* %NULL: not known */
const WgKind *const *wg_kind_list (void);      /* ends with %NULL */
/* What a conflict may be about: those and the content of events (core/kinds/wg-kind-event.h). */
const WgKind *wg_kind_find_disputed (const char *name);
guint wg_kind_count_fields (const WgKind *kind);
const WgField *wg_kind_find_field (const WgKind *kind, const char *name);
gboolean wg_kind_has_half_yearly (const WgKind *kind); /* is confirmed in each half-year */
gint64 wg_half_year_start_ms (gint64 time_ms);         /* 1 January or 1 July, 00:00 UTC+8 */

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A conflict: two people changed the same fields of a record; one of them, or the sub-centre,
 * chooses field by field. It never disappears by itself (protocol.md 2.3). */
#pragma once

#include "core/wg-patch.h"

G_BEGIN_DECLS

typedef enum
{
  WG_CHOICE_NONE,
  WG_CHOICE_THEIRS, /* the platform's value stays */
  WG_CHOICE_MINE,   /* the value that came later is put in */
} WgChoice;

/* One field in question. "Theirs" stands on the platform, "mine" came later. */
typedef struct
{
  const WgField *field;
  char *their_actor, *their_name; /* worker who wrote it; %NULL when not known any more */
  gint64 their_ms;                /* when, corrected; 0 when not known */
  WgChoice choice;                /* NONE while open */
} WgConflictField;

/**
 * WgConflict:
 *
 * One operation that met other values. @voided: the record was void when it came; then
 * choosing "mine" for @fields brings the record back with the values.
 */
typedef struct
{
  char *id;
  gint64 ver;         /* version of the conflict on the platform: what a choice was based on */
  char *rec;          /* record in question */
  const WgKind *kind; /* of @rec */
  char *grid_code;
  char *title; /* of the record */
  char *op_id; /* the operation that came later */
  char *my_actor, *my_name;
  gint64 my_ms;
  gint64 opened_ms;
  GPtrArray *fields;              /* of WgConflictField */
  WgRecord *base, *theirs, *mine; /* sealed; only the fields in question are set */
  gboolean voided;
  gboolean settled;
  char *settled_by, *settled_name;
  gint64 settled_ms;
} WgConflict;

WgConflict *wg_conflict_new (const WgKind *kind);
void wg_conflict_free (WgConflict *conflict);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgConflict, wg_conflict_free)
void wg_conflict_add_field (WgConflict *conflict, WgConflictField field); /* takes its texts */
WgConflictField *wg_conflict_find_field (const WgConflict *conflict, const char *name);
gboolean wg_conflict_is_complete (const WgConflict *conflict); /* a choice for each field */
const char *wg_choice_to_string (WgChoice choice);             /* "theirs", "mine" */
gboolean wg_choice_from_string (const char *name, WgChoice *out_choice);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What somebody changed in a record, with what they saw before; and how it meets what others did
 * (protocol.md 2.3). */
#pragma once

#include "core/wg-record.h"

G_BEGIN_DECLS

/**
 * WgPatch:
 *
 * Changes of some fields: @from holds what was seen, @to what is wanted. Of a set, @from
 * holds the elements taken away and @to those put in.
 */
typedef struct
{
  const WgKind *kind;
  GPtrArray *fields; /* of const WgField, in the order of the kind */
  WgRecord *from, *to;
} WgPatch;

WgPatch *wg_patch_new (const WgKind *kind); /* changes nothing */
void wg_patch_free (WgPatch *patch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgPatch, wg_patch_free)
WgPatch *wg_patch_between (const WgRecord *seen, const WgRecord *wanted); /* of what people write */
void wg_patch_add_field (WgPatch *patch, const WgField *field); /* after setting @from and @to */
gboolean wg_patch_has (const WgPatch *patch, const WgField *field);
void wg_patch_apply (const WgPatch *patch, WgRecord *record); /* as if nobody else had written */
WgPatch *wg_patch_invert (const WgPatch *patch);              /* undoes it */

/* When and by whom a value was seen in the world; @at_ms is corrected (protocol.md 2.7). */
typedef struct
{
  gint64 at_ms;
  gboolean suspect; /* the clock was in doubt */
} WgMergeMeta;

typedef enum
{
  WG_VERDICT_EQUAL,     /* it is so already */
  WG_VERDICT_APPLIED,   /* the new value stands; nothing unseen was replaced */
  WG_VERDICT_MERGED,    /* elements were added and removed beside those of others */
  WG_VERDICT_NEWER,     /* the new value is the later observation: it replaces one not seen */
  WG_VERDICT_OLDER,     /* the present value is the later observation: it stays */
  WG_VERDICT_CONFLICT,  /* the present value stays until a person has chosen */
  WG_VERDICT_READ_ONLY, /* only the platform writes it */
  WG_VERDICT_SETTLED,   /* the first value stays */
} WgVerdict;

WgVerdict wg_merge_field (const WgField *field,
                          gconstpointer base,
                          gconstpointer theirs,
                          gconstpointer mine,
                          const WgMergeMeta *their_meta,
                          const WgMergeMeta *my_meta,
                          gpointer merged);
/* Does the verdict put the new value (or what was made of it) in? */
gboolean wg_verdict_writes (WgVerdict verdict);
const char *wg_verdict_to_string (WgVerdict verdict);               /* "applied" …, as stored */
const char *wg_conflict_class_to_string (WgConflictClass conflict); /* "ask" … */

G_END_DECLS

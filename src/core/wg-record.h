/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One record of any kind: an immutable snapshot, or a copy that is being edited. */
#pragma once

#include "core/wg-kind.h"

G_BEGIN_DECLS

/* The value of one field; its type follows from the field's (see WgFieldType). */
typedef union
{
  char *text;
  char **list;
  gint64 number;
  double real;
  int small;
} WgCell;

/**
 * WgRecord:
 *
 * Head and cells. A record that was sealed never changes again and may be shared by
 * threads; to change it, take wg_record_edit(). The functions of wg-field.h work on it by
 * the offsets of its kind's fields.
 */
struct _WgRecord
{
  gatomicrefcount refs;
  gboolean sealed;
  const WgKind *kind;
  char *id;   /* %NULL in a form that was not saved yet */
  gint64 ver; /* version on the platform; 0 before it knows the record */
  WgCell cells[];
};

WgRecord *wg_record_new (const WgKind *kind);      /* empty, to be edited */
WgRecord *wg_record_edit (const WgRecord *record); /* a copy to be edited */
WgRecord *wg_record_seal (WgRecord *record);       /* takes and gives the same reference */
WgRecord *wg_record_ref (WgRecord *record);        /* only of sealed ones */
void wg_record_unref (WgRecord *record);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgRecord, wg_record_unref)

/* Values by the field's name; a wrong name or type is the programmer's fault. */
const char *wg_record_get_text (const WgRecord *record, const char *name); /* %NULL: not given */
gint64 wg_record_get_int (const WgRecord *record, const char *name);       /* numbers, times */
double wg_record_get_real (const WgRecord *record, const char *name);      /* NAN: not given */
gboolean wg_record_get_flag (const WgRecord *record, const char *name);
const char *const *wg_record_get_list (const WgRecord *record, const char *name); /* never %NULL */
void wg_record_set_text (WgRecord *record, const char *name, const char *value);
void wg_record_set_int (WgRecord *record, const char *name, gint64 value);
void wg_record_set_real (WgRecord *record, const char *name, double value);
void wg_record_set_flag (WgRecord *record, const char *name, gboolean value);
void wg_record_set_list (WgRecord *record, const char *name, const char *const *values);
void wg_field_set_list (const WgField *field, gpointer record, const char *const *values);

gboolean wg_record_equal (const WgRecord *a, const WgRecord *b); /* all fields */
gboolean wg_record_is_closed (const WgRecord *record);           /* void, moved away, dead */
gboolean wg_record_is_confirmed (const WgRecord *record, gint64 now_ms); /* in this half-year */
gboolean wg_record_is_due (const WgRecord *record, gint64 now_ms); /* somebody has still to look */

/* Tidies what a person typed (spaces, wide digits) and fills what follows from it. */
void wg_record_normalize (WgRecord *record);
/* All findings: of the fields, of the code lists, between fields. */
GPtrArray *wg_record_check (const WgRecord *record, gint64 now_ms);

char *wg_record_dup_title (const WgRecord *record, gboolean masked);
/* A field as text for people: names of codes, dates, words apart by "、"; empty when not given.
 * @masked hides personal ones. A reference gives its id: whose record it is, the store knows. */
char *wg_record_dup_words (const WgRecord *record, const WgField *field, gboolean masked);
/* The natural key by which doubles are found; %NULL when the record has not all of it. */
char *wg_record_dup_key (const WgRecord *record);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A field of a record described by data: one row drives checks, JSON, patches, forms and
 * documentation. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  WG_FIELD_TEXT,   /* char *, NFC, no control characters but newline when multi-line */
  WG_FIELD_CODE,   /* char *, a value of the code list named in @codes */
  WG_FIELD_ID,     /* char *, UUID or business code */
  WG_FIELD_INT,    /* gint64 */
  WG_FIELD_ENUM,   /* int (a C enum whose values are the standard's codes) */
  WG_FIELD_REAL,   /* double, NAN = not given */
  WG_FIELD_DEGREE, /* double with seven decimals, NAN = not given */
  WG_FIELD_FLAG,   /* gboolean */
  WG_FIELD_TIME,   /* gint64 ms, 0 = not given */
  WG_FIELD_HASHES, /* char **, SHA-256 names */
} WgFieldType;

typedef enum
{
  WG_FIELD_REQUIRED = 1 << 0,
  WG_FIELD_MULTILINE = 1 << 1,
  WG_FIELD_PERSONAL = 1 << 2, /* masked by default, reveals are audited */
  WG_FIELD_SERVER = 1 << 3,   /* only the platform writes it: in an operation it is refused */
  WG_FIELD_ONCE = 1 << 4,     /* settled at acceptance; later only by a step */
} WgFieldFlags;

typedef struct
{
  const char *name;  /* stable name in JSON */
  const char *title; /* msgid */
  WgFieldType type;
  guint flags;
  gint64 min, max; /* of a number; of text: code points, 0 = type's default */
  const char *codes;
  gsize offset;
  const char *source; /* clause */
} WgField;

typedef enum
{
  WG_ISSUE_MISSING,
  WG_ISSUE_TOO_SHORT,
  WG_ISSUE_TOO_LONG,
  WG_ISSUE_RANGE,
  WG_ISSUE_CONTROL_CHARACTER,
  WG_ISSUE_NOT_UTF8,
  WG_ISSUE_FUTURE,
  WG_ISSUE_OLD,
  WG_ISSUE_UNKNOWN_CODE,
  WG_ISSUE_READ_ONLY,
  WG_ISSUE_MALFORMED,
} WgIssueCode;

/* One finding: which field, what, and whether it keeps the record from being accepted. */
typedef struct
{
  const char *field; /* name in the table; static */
  WgIssueCode code;
  gboolean blocks;
} WgIssue;

const WgField *wg_field_find (const WgField *fields, const char *name);
gpointer wg_field_pointer (const WgField *field, gconstpointer record);
gboolean wg_field_is_set (const WgField *field, gconstpointer record);
gboolean wg_field_equal (const WgField *field, gconstpointer a, gconstpointer b);
void wg_field_copy (const WgField *field, gconstpointer from, gpointer to);
void wg_fields_clear (const WgField *fields, gpointer record);
void wg_fields_check (const WgField *fields, gconstpointer record, GPtrArray *issues);
void wg_issues_add (GPtrArray *issues, const char *field, WgIssueCode code, gboolean blocks);
GPtrArray *wg_issues_new (void);
gboolean wg_issues_block (GPtrArray *issues);
const char *wg_issue_code_to_string (WgIssueCode code); /* msgid telling the mend */
gboolean wg_text_is_clean (const char *text, gboolean multiline);

G_END_DECLS

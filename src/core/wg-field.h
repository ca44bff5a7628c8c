/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A field of a record described by data: one row drives checks, JSON, patches, forms and
 * documentation. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  WG_FIELD_TEXT,    /* char *, NFC, no control characters but newline when multi-line */
  WG_FIELD_CODE,    /* char *, a value of the code list named in @codes */
  WG_FIELD_ID,      /* char *, UUID or business code */
  WG_FIELD_INT,     /* gint64 */
  WG_FIELD_ENUM,    /* int (a C enum whose values are the standard's codes) */
  WG_FIELD_REAL,    /* double, NAN = not given */
  WG_FIELD_DEGREE,  /* double with seven decimals, NAN = not given */
  WG_FIELD_FLAG,    /* gboolean */
  WG_FIELD_TIME,    /* gint64 ms, 0 = not given */
  WG_FIELD_HASHES,  /* char **, SHA-256 names */
  WG_FIELD_CODES,   /* char **, a set of values of the code list in @codes, sorted */
  WG_FIELD_DATE,    /* char *, "2026-11-23" */
  WG_FIELD_PHONE,   /* char *, mobile or landline */
  WG_FIELD_CITIZEN, /* char *, 18 characters of GB 11643 */
  WG_FIELD_RECORD,  /* char *, id of a record of the kind named in @codes */
} WgFieldType;

typedef enum
{
  WG_FIELD_REQUIRED = 1 << 0,
  WG_FIELD_MULTILINE = 1 << 1,
  WG_FIELD_PERSONAL = 1 << 2,    /* masked by default, reveals are audited */
  WG_FIELD_LISTED = 1 << 3,      /* shown in lists */
  WG_FIELD_SEARCH = 1 << 4,      /* found by its words and by their pinyin initials */
  WG_FIELD_HALF_YEARLY = 1 << 5, /* looked at anew in each half-year */
  WG_FIELD_KEY = 1 << 6,         /* part of the natural key by which doubles are found */
  WG_FIELD_PAST = 1 << 7,        /* a date or time that cannot lie ahead */
  WG_FIELD_PART_OF = 1 << 8,     /* of a reference: listed and confirmed with the record it names */
  WG_FIELD_WHOLE = 1 << 9,       /* one value with the fields behind it that are ALONG: compared,
                                    copied, kept and chosen with them, under this name */
  WG_FIELD_ALONG = 1 << 10,      /* belongs to the WHOLE before it */
} WgFieldFlags;

/* What happens when two people changed the same field without knowing of each other. */
typedef enum
{
  WG_CONFLICT_ASK,    /* the platform's value stays until a person has chosen */
  WG_CONFLICT_NEWEST, /* the later observation wins, the other stays in the history */
  WG_CONFLICT_SET,    /* elements are added and removed one by one */
  WG_CONFLICT_APPEND, /* only ever grows */
  WG_CONFLICT_SERVER, /* only the platform writes it: in an operation it is refused */
  WG_CONFLICT_ONCE,   /* the first value accepted stays */
} WgConflictClass;

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
  WgConflictClass conflict;
  const char *section; /* name of a section of the kind; %NULL: shown in no form */
  const char *when;    /* "field=code code": shown and demanded only then; %NULL: always */
  int since;           /* schema that brought the field; 0 is the first */
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
  WG_ISSUE_CHECK_DIGIT, /* the number's last character does not follow from the others */
  WG_ISSUE_DIVISION,    /* the number begins with no province */
  WG_ISSUE_DIFFERS,     /* does not agree with another field */
} WgIssueCode;

/* One finding: which field, what, and whether it keeps the record from being accepted. */
typedef struct
{
  const char *field; /* name in the table; static */
  WgIssueCode code;
  gboolean blocks;
} WgIssue;

const WgField *wg_field_find (const WgField *fields, const char *name);
gboolean wg_field_is_text (const WgField *field); /* member is a char * */
gboolean wg_field_is_list (const WgField *field); /* member is a char ** */
gboolean wg_field_is_shown (const WgField *fields,
                            const WgField *field,
                            gconstpointer record); /* by @when */
gboolean wg_fields_match (const WgField *fields, const char *when, gconstpointer record);
gpointer wg_field_pointer (const WgField *field, gconstpointer record);
gboolean wg_field_is_set (const WgField *field, gconstpointer record);
gboolean wg_field_equal (const WgField *field, gconstpointer a, gconstpointer b);
/* Walks through what is one value with a WHOLE; @last: %NULL for the first. */
const WgField *wg_field_next (const WgField *whole, const WgField *last);
void wg_field_copy (const WgField *field, gconstpointer from, gpointer to);
void wg_fields_clear (const WgField *fields, gpointer record);
void wg_fields_check (const WgField *fields, gconstpointer record, GPtrArray *issues);
void wg_issues_add (GPtrArray *issues, const char *field, WgIssueCode code, gboolean blocks);
GPtrArray *wg_issues_new (void);
gboolean wg_issues_block (GPtrArray *issues);
const char *wg_issue_code_to_string (WgIssueCode code); /* msgid telling the mend */
gboolean wg_text_is_clean (const char *text, gboolean multiline);

G_END_DECLS

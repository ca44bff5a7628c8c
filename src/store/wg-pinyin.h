/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Words by whose beginning a record is found: parts of its texts and their pinyin initials. */
#pragma once

#include "core/wg-record.h"

G_BEGIN_DECLS

/* First readings of the characters, "zhangsan"; other characters as they are, in lower case. */
char *wg_pinyin_dup_sort (const char *text);
/* All words of the record's search fields: GPtrArray of char *. */
GPtrArray *wg_pinyin_words (const WgRecord *record);
/* What somebody typed, made comparable with words; empty: nothing to look for. */
char *wg_pinyin_dup_query (const char *text);

G_END_DECLS

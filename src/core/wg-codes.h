/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A code list of data/standards/codes: what the codes of a field mean, with a version. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* One value; owned by its list. Names are data (Chinese), not msgids. */
typedef struct
{
  const char *code;
  const char *name;
  const char *note; /* empty when there is none */
} WgCode;

typedef struct _WgCodes WgCodes;

WgCodes *wg_codes_new_from_csv (const char *csv, GError **error);
void wg_codes_free (WgCodes *codes);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgCodes, wg_codes_free)
const char *wg_codes_get_list (const WgCodes *codes); /* "event_origin" */
const char *wg_codes_get_version (const WgCodes *codes);
const WgCode *wg_codes_get_rows (const WgCodes *codes, gsize *out_n);
const WgCode *wg_codes_find (const WgCodes *codes, const char *code);
/* A list that came with the program; %NULL for lists that the platform keeps (grid, org). */
const WgCodes *wg_codes_get_builtin (const char *list);

G_END_DECLS

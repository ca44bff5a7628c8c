/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables of data/standards: RFC 4180 with a header row and leading "# name: value" lines. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct _WgCsv WgCsv;

WgCsv *wg_csv_new (const char *text, GError **error);
void wg_csv_free (WgCsv *csv);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgCsv, wg_csv_free)
const char *wg_csv_get_note (const WgCsv *csv, const char *name);
guint wg_csv_get_n_rows (const WgCsv *csv);
guint wg_csv_get_line (const WgCsv *csv, guint row);
int wg_csv_find_column (const WgCsv *csv, const char *name);
gboolean wg_csv_require_columns (const WgCsv *csv, const char *const *names, GError **error);
const char *wg_csv_get (const WgCsv *csv, guint row, const char *column);
gboolean wg_csv_get_int (const WgCsv *csv,
                         guint row,
                         const char *column,
                         gint64 min,
                         gint64 max,
                         gint64 *out_value,
                         GError **error);
void wg_csv_set_error (
    const WgCsv *csv, guint row, const char *column, const char *mend, GError **error);

G_END_DECLS

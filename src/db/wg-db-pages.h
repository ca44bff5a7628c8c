/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading a database whose first page is gone, page by page. */
#pragma once

#include "db/wg-db.h"

G_BEGIN_DECLS

/* @path: a copy of the file, its log beside it; its first page is replaced by an empty one. */
WgDb *wg_db_open_pages (const char *path, const guint8 *key, GError **error);
gint64 wg_db_count_pages (WgDb *self);
/* Makes @page the root of the only table: statements read what stands on it and below it. */
gboolean wg_db_show_page (WgDb *self, gint64 page, const char *table_statement, GError **error);

G_END_DECLS

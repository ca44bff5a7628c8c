/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The second half of making a pack: labels and metadata, written into the finished tiles. */
#pragma once

#include "db/wg-db.h"
#include "sample/wg-sample-pack.h"

G_BEGIN_DECLS

#define WG_PACK_MIN_ZOOM 8
#define WG_PACK_MAX_ZOOM 14

/* Opens with the statements of sql/pack.sql. */
WgDb *wg_pack_open_db (const char *path, gboolean readonly, GError **error);
gint64 wg_pack_count_layer (WgDb *layers, const char *layer); /* 0 when it is not there */
gboolean
wg_pack_finish (WgDb *layers, const char *tiles_path, const WgPackOptions *options, GError **error);

G_END_DECLS

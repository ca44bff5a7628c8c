/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Import of reference data: units, grids, workers, standards, calendars, map packs. */
#pragma once

#include "server/wg-admin.h"

G_BEGIN_DECLS

/* CSV, JSON or GeoJSON, told apart by its content. Errors name line and column. */
gboolean wg_import_file (WgWork *work, const char *path, gboolean *out_changed, GError **error);
gboolean wg_import_pack (WgAdmin *admin, const char *path, GError **error);

G_END_DECLS

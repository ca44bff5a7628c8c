/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files that an administrator imports: JSON and GeoJSON, taken apart into reference rows. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* One row, in the form that wg_wire_org_from_json() and its like read. */
typedef struct
{
  const char *kind; /* static: "org" "grid" "worker" */
  char *json;
} WgImportRow;

/* {"orgs":[…],"grids":[…],"workers":[…]} or a FeatureCollection of grids. */
GPtrArray *wg_wire_import_from_json (const char *text, gsize length, GError **error);

G_END_DECLS

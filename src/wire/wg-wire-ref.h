/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reference rows (org, grid, worker, standard, calendar, pack) as JSON. */
#pragma once

#include "core/wg-org.h"

G_BEGIN_DECLS

/* A file that terminals fetch by its hash: the offline map. */
typedef struct
{
  char *sha256;
  gint64 bytes;
  char *name;
  char *kind;   /* "mbtiles" */
  char *format; /* "pbf" | "png" | "jpg" */
  WgDatum datum;
  char *attribution;
} WgPack;

void wg_pack_free (WgPack *pack);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgPack, wg_pack_free)

char *wg_wire_org_to_json (const WgOrg *org);
WgOrg *wg_wire_org_from_json (const char *json, GError **error);
char *wg_wire_grid_to_json (const WgGrid *grid); /* boundary: flat [lon,lat,lon,lat,…] */
WgGrid *wg_wire_grid_from_json (const char *json, GError **error);
char *wg_wire_worker_to_json (const WgWorker *worker);
WgWorker *wg_wire_worker_from_json (const char *json, GError **error);
char *wg_wire_pack_to_json (const WgPack *pack);
WgPack *wg_wire_pack_from_json (const char *json, GError **error);
char *wg_wire_text_to_json (
    const char *text); /* {"text":…}: rows "standard", "calendar" carry their CSV whole */
char *wg_wire_text_from_json (const char *json, GError **error);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What this tablet knows of its district: event standard, grids, units, and the worker's own. */
#pragma once

#include "store/wg-store.h"

G_BEGIN_DECLS

typedef struct _WgDistrict WgDistrict;

WgDistrict *wg_district_new (void);
void wg_district_free (WgDistrict *self);
void wg_district_read (WgDistrict *self, WgStore *store);
void wg_district_clear (WgDistrict *self);

WgStandard *wg_district_get_standard (WgDistrict *self);
GPtrArray *wg_district_get_grids (WgDistrict *self);
const WgGrid *wg_district_get_own_grid (WgDistrict *self);
const WgOrg *wg_district_get_org (WgDistrict *self, const char *code);
const WgOrg *wg_district_get_own_org (WgDistrict *self);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Organisation units, grids and workers as reference data (domain.md 5.10-5.12). */
#pragma once

#include "core/wg-geo.h"
#include "core/wg-role.h"

G_BEGIN_DECLS

typedef enum
{
  WG_GRID_CITY = 1,       /* 城市 */
  WG_GRID_COMMERCIAL = 2, /* 商业 */
  WG_GRID_RURAL = 3,      /* 农村 */
  WG_GRID_PLANT = 4,      /* 厂区 */
} WgGridKind;

typedef struct
{
  char *code; /* 6, 9 or 12 digits, or a department code */
  char *name, *short_name;
  int kind; /* 1 市 2 区 3 镇街/园区 4 社区村 5 区直部门 6 镇街科室 7 企业 8 区级中心 9 分中心 10
               考核组 */
  char *parent;
  char *phone; /* duty number */
} WgOrg;

typedef struct
{
  char *code; /* 15 digits: 6 + 3 + 3 + 3 */
  char *name;
  WgGridKind kind;
  char *org_code; /* the town, 9 digits */
  char *community;
  WgPolygon *boundary;
} WgGrid;

typedef struct
{
  char *id; /* "w0001" */
  char *name;
  WgRole role;
  char *org_code;
  char *grid_code; /* %NULL for offices */
} WgWorker;

WgOrg *wg_org_new (void);
void wg_org_free (WgOrg *org);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgOrg, wg_org_free)
WgGrid *wg_grid_new (void);
void wg_grid_free (WgGrid *grid);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgGrid, wg_grid_free)
WgWorker *wg_worker_new (void);
void wg_worker_free (WgWorker *worker);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgWorker, wg_worker_free)
gboolean wg_grid_code_is_valid (const char *code);
/* @grids: array of WgGrid; the grid that holds the point, or %NULL; (transfer none) */
const WgGrid *wg_grids_find (GPtrArray *grids, WgPoint point);
const char *wg_grid_kind_to_string (WgGridKind kind); /* msgid */

G_END_DECLS

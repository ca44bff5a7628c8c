/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Gathers events that lie too close to be told apart; pure. */
#pragma once

#include "store/wg-event-store.h"

G_BEGIN_DECLS

/* How an event looks on the map, from calm to urgent. */
typedef enum
{
  WG_MARK_DONE,     /* closed, archived, void */
  WG_MARK_OPEN,     /* on its way through the loop */
  WG_MARK_WAITING,  /* not applied by the platform yet */
  WG_MARK_RETURNED, /* needs the worker: returned, refused, conflict */
  WG_N_MARK,
} WgMark;

/* One event on the plane: x east and y south, the whole world is 0…1. */
typedef struct
{
  double x, y;
  WgEventLevel level;
  WgMark mark;
  guint index; /* into the caller's array */
} WgMarkPoint;

typedef struct
{
  double x, y; /* mean of its points; spread ones stand around their place */
  guint n;
  guint index; /* of the most urgent of them, then the highest level, then the newest */
  WgEventLevel level;
  WgMark mark;
} WgCluster;

WgMark wg_mark_of (const WgEventDot *dot);
gboolean
wg_mark_is_stronger (WgMark mark, WgEventLevel level, WgMark other_mark, WgEventLevel other_level);

/* @world: pixels of the whole world's width at this zoom. Cells of @cell pixels are aligned to the
 * world, so that clusters stay when the map is moved. With @spread, points that share a cell stand
 * side by side instead of being counted. Points outside the box (in world units) are left out. */
GArray *wg_cluster_make (const WgMarkPoint *points,
                         gsize n,
                         double world,
                         double cell,
                         gboolean spread,
                         double min_x,
                         double min_y,
                         double max_x,
                         double max_y);

G_END_DECLS

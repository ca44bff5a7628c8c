/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Geometry as a GeoPackage keeps it (OGC 12-128r19, 2.1.3): its parts as lists of points. */
#pragma once

#include "core/wg-geo.h"

G_BEGIN_DECLS

typedef enum
{
  WG_WKB_POINT,
  WG_WKB_LINE,
  WG_WKB_RING, /* outer rings only */
} WgWkbKind;

typedef void (*WgWkbPart) (WgWkbKind kind, const WgPoint *points, gsize n_points, gpointer data);

/* %FALSE when the bytes are not such a geometry; parts before the fault were given already. */
gboolean wg_wkb_read (GBytes *geometry, WgWkbPart part, gpointer data);

G_END_DECLS

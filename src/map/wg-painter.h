/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Paints a scene with cairo: grids, names, events; no GTK widget, for a thread of its own. */
#pragma once

#include <gdk/gdk.h>

#include "map/wg-map-scene.h"

G_BEGIN_DECLS

typedef struct
{
  WgMapFrame frame;
  cairo_surface_t *surface; /* of frame.width × height times @scale */
  GdkTexture *texture;      /* the same pixels */
  GArray *clusters;         /* of WgCluster: what was drawn, for taps */
  WgMapScene *scene;
} WgPainting;

/* @scale: device pixels per pixel; @text_scale: 1 at 96 dpi. */
WgPainting *
wg_painting_new (WgMapScene *scene, const WgMapFrame *frame, double scale, double text_scale);
void wg_painting_free (WgPainting *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgPainting, wg_painting_free)

/* Radius of what was drawn for a cluster, in pixels. */
double wg_cluster_get_radius (const WgCluster *cluster);

#define WG_CLUSTER_CELL 52.0
#define WG_SPREAD_ZOOM 16.5 /* from here events of one place stand side by side */

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The error domain of the map layer: a code says what the caller can do about it. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  WG_MAP_ERROR_PACK, /* the tile pack is missing, damaged or of an unknown kind: choose another */
  WG_MAP_ERROR_POSITION, /* no position: pick the place by hand */
} WgMapError;

#define WG_MAP_ERROR (wg_map_error_quark ())

GQuark wg_map_error_quark (void);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The error domain of the map layer. */
#include "map/wg-map-error.h"

/**
 * wg_map_error_quark:
 *
 * Names the error domain of this layer.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: the quark of %WG_MAP_ERROR
 */
G_DEFINE_QUARK (wg - map - error - quark, wg_map_error)

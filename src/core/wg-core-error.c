/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The error domain of the core layer. */
#include "core/wg-core-error.h"

/**
 * wg_core_error_quark:
 *
 * Names the error domain of this layer.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: the quark of %WG_CORE_ERROR
 */
G_DEFINE_QUARK (wg - core - error - quark, wg_core_error)

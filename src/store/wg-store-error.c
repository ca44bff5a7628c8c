/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The error domain of the store layer. */
#include "store/wg-store-error.h"

/**
 * wg_store_error_quark:
 *
 * Names the error domain of this layer.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: the quark of %WG_STORE_ERROR
 */
G_DEFINE_QUARK (wg - store - error - quark, wg_store_error)

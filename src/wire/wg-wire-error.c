/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The error domain of the wire layer. */
#include "wire/wg-wire-error.h"

/**
 * wg_wire_error_quark:
 *
 * Names the error domain of this layer.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: the quark of %WG_WIRE_ERROR
 */
G_DEFINE_QUARK (wg-wire-error-quark, wg_wire_error)

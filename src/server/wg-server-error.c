/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The error domain of the server layer. */
#include "server/wg-server-error.h"

/**
 * wg_server_error_quark:
 *
 * Names the error domain of this layer.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: the quark of %WG_SERVER_ERROR
 */
G_DEFINE_QUARK (wg - server - error - quark, wg_server_error)

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The error domain of the db layer. */
#include "db/wg-db-error.h"

/**
 * wg_db_error_quark:
 *
 * Names the error domain of this layer.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: the quark of %WG_DB_ERROR
 */
G_DEFINE_QUARK (wg - db - error - quark, wg_db_error)

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The error domain of the sync layer. */
#include "sync/wg-sync-error.h"

/**
 * wg_sync_error_quark:
 *
 * Names the error domain of this layer.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: the quark of %WG_SYNC_ERROR
 */
G_DEFINE_QUARK (wg - sync - error - quark, wg_sync_error)

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The error domain of the app layer. */
#include "app/wg-app-error.h"

/**
 * wg_app_error_quark:
 *
 * Names the error domain of this layer.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: the quark of %WG_APP_ERROR
 */
G_DEFINE_QUARK (wg-app-error-quark, wg_app_error)

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The error domain of the app layer: a code says what the caller can do about it. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  WG_APP_ERROR_FAILED, /* show the message; the user's input stays where it is */
} WgAppError;

#define WG_APP_ERROR (wg_app_error_quark ())

GQuark wg_app_error_quark (void);
char *wg_app_error_describe (const GError *error);

G_END_DECLS

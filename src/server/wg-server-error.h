/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The error domain of the server layer: a code says what the caller can do about it. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  WG_SERVER_ERROR_CONFIG,    /* the data folder or an option is wrong: mend and start again */
  WG_SERVER_ERROR_REQUEST,   /* the request is wrong: answer with a problem */
  WG_SERVER_ERROR_FORBIDDEN, /* not allowed: answer 403, write the audit */
  WG_SERVER_ERROR_FAILED,    /* our own fault: answer 500, log, nothing applied */
  WG_SERVER_ERROR_STALE,     /* another epoch has begun: answer 503, start again */
  WG_SERVER_ERROR_STORAGE,   /* the photo store does not answer as it should: 503, tried again */
} WgServerError;

#define WG_SERVER_ERROR (wg_server_error_quark ())

GQuark wg_server_error_quark (void);

G_END_DECLS

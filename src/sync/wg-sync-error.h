/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The error domain of the sync layer: a code says what the caller can do about it. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  WG_SYNC_ERROR_OFFLINE, /* no way to the platform now: try again later by itself */
  WG_SYNC_ERROR_TIMEOUT, /* a way, but no byte moved for too long: send less, try again later */
  WG_SYNC_ERROR_FOREIGN, /* somebody else answered (captive portal): sign in to the network */
  WG_SYNC_ERROR_TLS,     /* another certificate than at enrolment: do not send, tell the office */
  WG_SYNC_ERROR_BUSY,    /* the platform asks to wait: obey Retry-After */
  WG_SYNC_ERROR_REFUSED, /* the platform refuses this device or request: show why */
  WG_SYNC_ERROR_EPOCH,   /* the platform was restored: re-send what it lacks */
  WG_SYNC_ERROR_FAILED,  /* a fault of the platform: back off and try again */
} WgSyncError;

#define WG_SYNC_ERROR (wg_sync_error_quark ())

GQuark wg_sync_error_quark (void);

G_END_DECLS

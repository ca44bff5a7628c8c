/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The error domain of the wire layer: a code says what the caller can do about it. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  WG_WIRE_ERROR_MALFORMED, /* not what the protocol says: refuse the whole message */
  WG_WIRE_ERROR_LIMIT,     /* larger, deeper or longer than allowed: refuse, send less */
  WG_WIRE_ERROR_CHAIN,     /* sequence or hash chain broken: ask for the state of the replica */
  WG_WIRE_ERROR_SIGNATURE, /* signed by another key: refuse, enrol again */
  WG_WIRE_ERROR_LATER,     /* of a later version: keep the text, do not use it */
  WG_WIRE_ERROR_FOREIGN,   /* not an answer of the platform at all (captive portal, proxy page) */
} WgWireError;

#define WG_WIRE_ERROR (wg_wire_error_quark ())

GQuark wg_wire_error_quark (void);
/* "malformed", "chain-broken", "bad-signature", "too-large", "bomb", "line-too-long", "too-many" */
const char *wg_wire_error_get_problem (const GError *error);

G_END_DECLS

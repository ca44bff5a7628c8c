/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The error domain of the core layer: a code says what the caller can do about it. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  WG_CORE_ERROR_INVALID,   /* the input breaks a rule of the domain: mend the named field */
  WG_CORE_ERROR_PARSE,     /* a data file or text is malformed: mend the file at the named line */
  WG_CORE_ERROR_FORBIDDEN, /* this role may not do this: ask somebody who may */
  WG_CORE_ERROR_STALE,     /* the state has moved on: look at the present one and decide again */
  WG_CORE_ERROR_NOT_FOUND, /* the named thing does not exist in the active tables */
} WgCoreError;

#define WG_CORE_ERROR (wg_core_error_quark ())

GQuark wg_core_error_quark (void);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The error domain of the wire layer; each error also carries the name of the problem to answer
 * with. */
#include "wire/wg-json-private.h"

typedef struct
{
  const char *problem; /* static; %NULL: the code decides */
} WgWireErrorPrivate;

static void
wg_wire_error_private_init (WgWireErrorPrivate *self)
{
  self->problem = NULL;
}

static void
wg_wire_error_private_copy (const WgWireErrorPrivate *from, WgWireErrorPrivate *to)
{
  to->problem = from->problem;
}

static void
wg_wire_error_private_clear (WgWireErrorPrivate *self)
{
  self->problem = NULL;
}

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
G_DEFINE_EXTENDED_ERROR (WgWireError, wg_wire_error)

/**
 * wg_wire_error_get_problem:
 * @error: (nullable): any error
 *
 * Gives the problem name (docs/sync-protocol.md, Problems) that the platform answers
 * with for @error: "malformed", "line-too-long", "bomb" ….
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (nullable): a static name, %NULL if @error is not of %WG_WIRE_ERROR
 */
const char *
wg_wire_error_get_problem (const GError *error)
{
  static const char *const names[] = {
    [WG_WIRE_ERROR_MALFORMED] = "malformed", [WG_WIRE_ERROR_LIMIT] = "too-large",
    [WG_WIRE_ERROR_CHAIN] = "chain-broken",  [WG_WIRE_ERROR_SIGNATURE] = "bad-signature",
    [WG_WIRE_ERROR_FOREIGN] = "malformed",
  };

  if (error == NULL || error->domain != WG_WIRE_ERROR)
    return NULL;
  const WgWireErrorPrivate *self = wg_wire_error_get_private (error);
  if (self->problem != NULL)
    return self->problem;
  g_return_val_if_fail (error->code >= 0 && error->code < (int) G_N_ELEMENTS (names), "malformed");
  return names[error->code];
}

/**
 * wg_wire_fail:
 * @error: (nullable): where the error goes
 * @code: what the caller can do about it
 * @problem: (nullable): static problem name when it is finer than @code
 * @format: message in the manner of printf
 * @...: its values
 *
 * Sets an error of this layer.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_wire_fail (GError **error, WgWireError code, const char *problem, const char *format, ...)
{
  va_list values;

  if (error == NULL)
    return;
  g_return_if_fail (*error == NULL);
  va_start (values, format);
  *error = g_error_new_valist (WG_WIRE_ERROR, (int) code, format, values);
  va_end (values);
  wg_wire_error_get_private (*error)->problem = problem;
}

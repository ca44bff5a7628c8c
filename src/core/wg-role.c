/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Names of the roles, as stored and sent. */
#include "core/wg-role.h"

static const struct
{
  WgRole role;
  const char *name;
} ROLES[] = {
  { WG_ROLE_WORKER, "worker" },         { WG_ROLE_CLERK, "clerk" },
  { WG_ROLE_DISPATCHER, "dispatcher" }, { WG_ROLE_HANDLER, "handler" },
  { WG_ROLE_LEADER, "leader" },         { WG_ROLE_SUPERVISOR, "supervisor" },
  { WG_ROLE_DISTRICT, "district" },     { WG_ROLE_ASSESSOR, "assessor" },
  { WG_ROLE_AUDITOR, "auditor" },       { WG_ROLE_ADMIN, "admin" },
  { WG_ROLE_SYSTEM, "system" },
};

/**
 * wg_role_to_string:
 * @role: one role, not a set
 *
 * Gives the name under which a role is stored and sent.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (nullable): a static name, or %NULL when @role is no single role
 */
const char *
wg_role_to_string (WgRole role)
{
  for (gsize i = 0; i < G_N_ELEMENTS (ROLES); i++)
    if (ROLES[i].role == role)
      return ROLES[i].name;
  return NULL;
}

/**
 * wg_role_from_string:
 * @name: (nullable): a stored name
 * @out_role: (out): the role
 *
 * Reads the name of a role.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: %TRUE if @name is known
 */
gboolean
wg_role_from_string (const char *name, WgRole *out_role)
{
  for (gsize i = 0; i < G_N_ELEMENTS (ROLES); i++)
    if (g_strcmp0 (ROLES[i].name, name) == 0)
      {
        *out_role = ROLES[i].role;
        return TRUE;
      }
  return FALSE;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The table of routes: method and path to handler. */
#include <string.h>

#include "core/wg-chain.h"
#include "server/wg-request.h"

static const WgRoute ROUTES[] = {
  /* method, path, token, body, handler, before the body, piece of the body */
  { "GET", "/v1/hello", FALSE, WG_BODY_NONE, wg_auth_hello, NULL, NULL },
  { "POST", "/v1/enrol", FALSE, WG_BODY_JSON, wg_auth_enrol, NULL, NULL },
  { "POST", "/v1/session/challenge", FALSE, WG_BODY_JSON, wg_auth_challenge, NULL, NULL },
  { "POST", "/v1/session", FALSE, WG_BODY_JSON, wg_auth_session, NULL, NULL },
  { "DELETE", "/v1/session", TRUE, WG_BODY_NONE, wg_auth_close, NULL, NULL },
  { "POST", "/v1/sync/push", TRUE, WG_BODY_LINES, wg_sync_push, NULL, NULL },
  { "POST", "/v1/sync/pull", TRUE, WG_BODY_JSON, wg_sync_pull, NULL, NULL },
  { "GET", "/v1/sync/state", TRUE, WG_BODY_NONE, wg_sync_state, NULL, NULL },
  { "POST", "/v1/sync/move", TRUE, WG_BODY_JSON, wg_replica_move, NULL, NULL },
  { "HEAD", "/v1/blobs/{sha}", TRUE, WG_BODY_NONE, wg_blobs_head, NULL, NULL },
  { "GET", "/v1/blobs/{sha}", TRUE, WG_BODY_NONE, wg_blobs_get, NULL, NULL },
  { "PATCH", "/v1/blobs/{sha}", TRUE, WG_BODY_STREAM, wg_blobs_end, wg_blobs_begin,
    wg_blobs_chunk },
  { "POST", "/v1/bundles", TRUE, WG_BODY_BUNDLE, wg_bundles_end, wg_bundles_begin,
    wg_bundles_chunk },
  { "GET", "/livez", FALSE, WG_BODY_NONE, wg_health_live, NULL, NULL },
  { "GET", "/readyz", FALSE, WG_BODY_NONE, wg_health_ready, NULL, NULL },
  { "GET", "/metrics", FALSE, WG_BODY_NONE, wg_health_metrics, NULL, NULL },
};

static gboolean
match (const char *pattern, const char *path, const char **out_sha)
{
  const char *hole = strstr (pattern, "{sha}");
  gsize n;

  if (hole == NULL)
    return strcmp (pattern, path) == 0;
  n = (gsize) (hole - pattern);
  if (strncmp (pattern, path, n) != 0 || !wg_chain_is_hash (path + n))
    return FALSE;
  *out_sha = path + n;
  return TRUE;
}

/**
 * wg_routes_find:
 * @method: of the request
 * @path: of the request
 * @out_sha: (out) (transfer full): the hash in the path; untouched when it has none
 * @out_path_known: (out): whether the path fits with another method
 *
 * Looks a request up in the table.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer none) (nullable): the route
 */
const WgRoute *
wg_routes_find (const char *method, const char *path, char **out_sha, gboolean *out_path_known)
{
  *out_path_known = FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (ROUTES); i++)
    {
      const char *sha = NULL;
      if (!match (ROUTES[i].path, path, &sha))
        continue;
      *out_path_known = TRUE;
      if (strcmp (ROUTES[i].method, method) != 0)
        continue;
      if (sha)
        *out_sha = g_strdup (sha);
      return &ROUTES[i];
    }
  return NULL;
}

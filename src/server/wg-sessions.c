/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sessions in the database: opened by a signature, found by the hash of a token. */
#include "server/wg-sessions.h"

#include <string.h>

#include "core/wg-operation.h"
#include "server/wg-server-error.h"

#define LEASE_DAYS 7

/**
 * wg_session_job_new:
 * @ask: (transfer full): who wants a session
 * @token: (transfer full): the token to give
 * @session_ms: how long it lasts
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): the job
 */
WgSessionJob *
wg_session_job_new (WgSessionRequest *ask, char *token, gint64 session_ms)
{
  WgSessionJob *self = g_new0 (WgSessionJob, 1);

  self->ask = ask;
  self->answer.token = token;
  self->session_ms = session_ms;
  self->answer.min_push = self->answer.min_pull = 1;
  self->answer.max_schema = WG_OPERATION_SCHEMA;
  return self;
}

/**
 * wg_session_job_free:
 * @self: (nullable): a job
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_session_job_free (WgSessionJob *self)
{
  if (self == NULL)
    return;
  wg_session_request_free (self->ask);
  g_free (self->answer.token);
  g_strfreev (self->answer.scopes);
  wg_wipe_order_free (self->wipe);
  g_free (self);
}

static gboolean
refuse (WgSessionJob *self, int status, const char *problem)
{
  self->status = status;
  self->problem = problem;
  return TRUE;
}

typedef struct
{
  GBytes *key;
  gboolean revoked, wipe;
} Device;

static void
clear_device (Device *device)
{
  g_clear_pointer (&device->key, g_bytes_unref);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Device, clear_device)

/* %FALSE with a problem set, or with @error. */
static gboolean
find_device (WgSessionJob *self, WgDb *db, Device *out, GError **error)
{
  WgStatement *statement = wg_db_statement (db, "device-get", error);
  g_autofree char *key = NULL;
  g_autoptr (GError) local = NULL;

  if (statement == NULL)
    return FALSE;
  wg_statement_bind_text (statement, "id", self->ask->device_id);
  if (wg_statement_next (statement, &local))
    {
      key = wg_statement_dup_text (statement, "public_key");
      out->revoked = g_strcmp0 (wg_statement_text (statement, "state"), "active") != 0;
      out->wipe = wg_statement_int (statement, "wipe") != 0;
    }
  if (!wg_statement_end (statement, &local, error))
    return FALSE;
  if (key == NULL)
    {
      refuse (self, 404, "unknown-replica");
      return FALSE;
    }
  out->key = wg_base64url_decode (key, error);
  return out->key != NULL;
}

/* A device that proved to be the lost one is told to erase itself, and that it was told is noted.
 */
static gboolean
shut_out (WgSessionJob *self, WgWork *work, const Device *device, GError **error)
{
  refuse (self, 403, "device-revoked");
  if (!device->wipe)
    return TRUE;
  self->wipe =
      wg_wipe_order_new (self->ask->device_id, self->ask->nonce, work->platform->sign_secret);
  return wg_db_run (work->db, "device-wipe-told", error, "now_ms", 'i', work->now_ms, "id", 's',
                    self->ask->device_id, NULL);
}

static gboolean
find_worker (WgSessionJob *self, WgDb *db, gboolean *out_known, char **out_worker, GError **error)
{
  WgStatement *statement = wg_db_statement (db, "replica-get", error);
  g_autoptr (GError) local = NULL;

  *out_known = FALSE;

  if (statement == NULL)
    return FALSE;
  wg_statement_bind_text (statement, "id", self->ask->replica);
  if (wg_statement_next (statement, &local))
    {
      *out_known = TRUE;
      if (g_strcmp0 (wg_statement_text (statement, "device"), self->ask->device_id) == 0)
        *out_worker = wg_statement_dup_text (statement, "worker");
    }
  return wg_statement_end (statement, &local, error);
}

static gboolean
check_replica (WgSessionJob *self, WgWork *work, char **out_worker, GError **error)
{
  gboolean known, adopted = FALSE;

  if (!find_worker (self, work->db, &known, out_worker, error))
    return FALSE;
  if (!known && !wg_replica_adopt (work, self->ask->replica, self->ask->device_id, &adopted, error))
    return FALSE;
  if (adopted && !find_worker (self, work->db, &known, out_worker, error))
    return FALSE;
  return *out_worker != NULL || refuse (self, 404, "unknown-replica");
}

static gboolean
open_session (WgSessionJob *self, WgWork *work, const char *worker, GError **error)
{
  g_autofree char *hash =
      wg_crypto_sha256 ((const guint8 *) self->answer.token, strlen (self->answer.token));
  gint64 lease_s;

  g_strfreev (self->answer.scopes);
  self->answer.scopes = wg_sessions_list_scopes (work->platform, work->db, worker, error);
  if (self->answer.scopes == NULL)
    return FALSE;
  lease_s = wg_sessions_get_lease_s (work->db, error);
  if (lease_s < 0)
    return FALSE;
  self->answer.expires_ms = work->now_ms + self->session_ms;
  self->answer.lease_until_ms = work->now_ms + lease_s * 1000;
  return wg_db_run (work->db, "replica-seen", error, "seen_ms", 'i', work->now_ms, "id", 's',
                    self->ask->replica, NULL) &&
         wg_db_run (work->db, "session-add", error, "token_hash", 's', hash, "replica", 's',
                    self->ask->replica, "expires_ms", 'i', self->answer.expires_ms, NULL);
}

/**
 * wg_sessions_get_lease_s:
 * @db: a connection
 * @error: return location
 *
 * Tells how long a terminal may work without seeing us, as the district set it.
 *
 * Thread: the connection's.
 * Errors: of the database.
 * Source: protocol.md 2.5
 *
 * Returns: seconds, 7 days unless set; −1 with @error set
 */
gint64
wg_sessions_get_lease_s (WgDb *db, GError **error)
{
  g_autoptr (GError) local = NULL;
  gint64 days = wg_meta_get_int (db, WG_META_LEASE, &local);

  if (local)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return -1;
    }
  return (days > 0 ? days : LEASE_DAYS) * 86400;
}

/**
 * wg_session_job_run:
 * @work: the transaction
 * @data: a WgSessionJob
 * @error: return location
 *
 * Uses the nonce up, checks device, replica and signature, opens the session.
 *
 * Thread: the connection's.
 * Errors: of the database; anything else is a problem in the job.
 * Source: protocol.md 3.2
 *
 * Returns: %TRUE when there is an outcome
 */
gboolean
wg_session_job_run (WgWork *work, gpointer data, GError **error)
{
  WgSessionJob *self = data;
  g_auto (Device) device = { 0 };
  g_autoptr (GError) local = NULL;
  g_autofree char *worker = NULL;

  refuse (self, 0, NULL);
  g_clear_pointer (&self->wipe, wg_wipe_order_free);
  if (!wg_db_run (work->db, "challenge-take", error, "nonce", 's', self->ask->nonce, "device", 's',
                  self->ask->device_id, "now_ms", 'i', work->now_ms, NULL))
    return FALSE;
  if (wg_db_changes (work->db) != 1)
    return refuse (self, 401, "token-expired");
  if (!find_device (self, work->db, &device, &local))
    {
      if (local == NULL)
        return TRUE;
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (g_bytes_get_size (device.key) != WG_SIGN_PUBLIC ||
      !wg_wire_session_request_verify (self->ask, g_bytes_get_data (device.key, NULL)))
    return refuse (self, 400, "bad-signature");
  if (device.revoked)
    return shut_out (self, work, &device, error);
  if (!check_replica (self, work, &worker, error))
    return FALSE;
  return worker == NULL || open_session (self, work, worker, error);
}

static int
judge (const WgPlatform *platform, WgStatement *row, const char **out_problem)
{
  if (wg_statement_int (row, "expires_ms") <= wg_ports_wall_ms (&platform->ports))
    {
      *out_problem = "token-expired";
      return 401;
    }
  if (g_strcmp0 (wg_statement_text (row, "state"), "active") != 0)
    {
      *out_problem = "device-revoked";
      return 403;
    }
  /* A disabled worker has no scope any more, but what was made before still comes up. */
  return 0;
}

static gboolean
read_caller (WgStatement *row, WgCaller *out, GError **error)
{
  g_autoptr (GBytes) key = wg_base64url_decode (wg_statement_text (row, "public_key"), error);

  if (key == NULL)
    return FALSE;
  if (g_bytes_get_size (key) != WG_SIGN_PUBLIC)
    {
      g_set_error (error, WG_SERVER_ERROR, WG_SERVER_ERROR_FAILED,
                   "a device's key has a wrong size");
      return FALSE;
    }
  memcpy (out->public_key, g_bytes_get_data (key, NULL), WG_SIGN_PUBLIC);
  out->replica = wg_statement_dup_text (row, "replica");
  out->device = wg_statement_dup_text (row, "device");
  out->worker = wg_statement_dup_text (row, "worker");
  wg_role_from_string (wg_statement_text (row, "role"), &out->role);
  return TRUE;
}

/**
 * wg_sessions_find:
 * @platform: the platform
 * @db: a connection
 * @token: as sent
 * @out_caller: (out): who asks; members are filled only on success
 * @out_problem: (out): name of the problem when the status is not 0
 * @error: return location
 *
 * Finds the caller of a token.
 *
 * Thread: the connection's.
 * Errors: of the database.
 *
 * Returns: 0 when known; 401 or 403 else
 */
int
wg_sessions_find (const WgPlatform *platform,
                  WgDb *db,
                  const char *token,
                  WgCaller *out_caller,
                  const char **out_problem,
                  GError **error)
{
  WgStatement *statement = wg_db_statement (db, "session-get", error);
  g_autofree char *hash = wg_crypto_sha256 ((const guint8 *) token, strlen (token));
  int status;

  *out_problem = "token-expired";
  if (statement == NULL)
    return 401;
  wg_statement_bind_text (statement, "token_hash", hash);
  if (!wg_statement_next (statement, error))
    return 401;
  status = judge (platform, statement, out_problem);
  if (status == 0 && read_caller (statement, out_caller, error))
    out_caller->token_hash = g_steal_pointer (&hash);
  wg_statement_reset (statement);
  return status;
}

/* Those who look after accounts see no events; a department sees only what is dispatched to it,
 * whichever unit it sits in. */
static gboolean
goes_down (const WgPlatform *platform, WgRole role, const char *scope)
{
  if (role & (WG_ROLE_AUDITOR | WG_ROLE_ADMIN))
    return FALSE;
  return role != WG_ROLE_HANDLER || !g_str_has_prefix (scope, "o:") ||
         strcmp (scope + 2, platform->district) != 0;
}

/**
 * wg_sessions_list_scopes:
 * @platform: the platform
 * @db: a connection
 * @worker: a worker
 * @error: return location
 *
 * Lists what goes down to the worker now: the reference data, the own scope, the assignments. To
 * whom nothing is assigned any more the own scope does not go down either: it holds conflicts.
 *
 * Thread: the connection's.
 * Errors: of the database.
 * Source: protocol.md 2.5, 4.3
 *
 * Returns: (transfer full) (nullable): the scopes, %NULL-terminated
 */
char **
wg_sessions_list_scopes (const WgPlatform *platform, WgDb *db, const char *worker, GError **error)
{
  g_autoptr (GStrvBuilder) scopes = g_strv_builder_new ();
  WgStatement *statement = wg_db_statement (db, "assign-open", error);
  g_autoptr (GError) local = NULL;
  gboolean any = FALSE;

  if (statement == NULL)
    return NULL;
  g_strv_builder_add (scopes, platform->ref_scope);
  wg_statement_bind_text (statement, "worker", worker);
  while (wg_statement_next (statement, &local))
    {
      const char *scope = wg_statement_text (statement, "scope");
      WgRole role = 0;
      any = TRUE;
      if (wg_role_from_string (wg_statement_text (statement, "role"), &role) &&
          goes_down (platform, role, scope))
        g_strv_builder_add (scopes, scope);
    }
  if (any)
    g_strv_builder_take (scopes, g_strconcat ("w:", worker, NULL));
  if (local)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  return g_strv_builder_end (scopes);
}

/**
 * wg_sessions_read_worker:
 * @db: a connection
 * @worker: a worker
 * @error: return location
 *
 * Thread: the connection's.
 * Errors: of the database; %WG_SERVER_ERROR_FAILED when there is no such worker.
 *
 * Returns: (transfer full) (nullable): JSON of the worker's row
 */
char *
wg_sessions_read_worker (WgDb *db, const char *worker, GError **error)
{
  WgStatement *statement = wg_db_statement (db, "ref-get", error);
  g_autoptr (GError) local = NULL;
  char *body;

  if (statement == NULL)
    return NULL;
  wg_statement_bind_text (statement, "kind", "worker");
  wg_statement_bind_text (statement, "id", worker);
  body = wg_db_take_text (statement, "body", &local);
  if (local)
    g_propagate_error (error, g_steal_pointer (&local));
  else if (body == NULL)
    g_set_error (error, WG_SERVER_ERROR, WG_SERVER_ERROR_FAILED, "worker '%s' has no row", worker);
  return body;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who asks: hello, enrolment, challenge, session, tokens. */
#include <string.h>

#include "core/wg-chain.h"
#include "core/wg-id.h"
#include "server/wg-audit.h"
#include "server/wg-request.h"
#include "server/wg-sessions.h"
#include "wire/wg-wire-push.h"

#define CHALLENGE_S 60
#define SESSION_MS (12 * 3600 * G_GINT64_CONSTANT (1000))
/* Wrong codes per address, and for how long they count. */
#define WRONG_CODES_MAX 10
#define WRONG_CODES_MS (30 * 60 * G_GINT64_CONSTANT (1000))

/**
 * wg_auth_hello:
 * @request: GET /v1/hello
 *
 * Says who we are.
 *
 * Thread: the connection's.
 * Errors: none.
 */
void
wg_auth_hello (WgRequest *request)
{
  const WgPlatform *platform = wg_server_get_platform (request->server);
  WgHello hello = {
    .protocol = 1,
    .epoch = platform->epoch,
    .server_time_ms = wg_ports_wall_ms (&platform->ports),
  };

  wg_request_answer_json (request, 200, wg_wire_hello_to_json (&hello));
}

/* --- enrolment ------------------------------------------------------------------------------- */

typedef struct
{
  WgEnrolRequest *ask;
  char *address;
  /* Outcome. */
  int status;
  const char *problem; /* static */
  char *device, *replica, *worker;
} Enrolment;

static void
free_enrolment (gpointer data)
{
  Enrolment *self = data;

  wg_enrol_request_free (self->ask);
  g_free (self->address);
  g_free (self->device);
  g_free (self->replica);
  g_free (self->worker);
  g_free (self);
}

static gboolean
refuse_enrolment (Enrolment *self, int status, const char *problem)
{
  self->status = status;
  self->problem = problem;
  return TRUE;
}

/* Counts wrong codes per address in the database, so that every instance counts together. */
static gboolean
count_wrong_code (
    WgWork *work, Enrolment *self, gboolean wrong, gboolean *out_blocked, GError **error)
{
  WgStatement *statement =
      wg_db_statement (work->db, wrong ? "throttle-count" : "throttle-get", error);
  g_autoptr (GError) local = NULL;
  gint64 n;

  if (statement == NULL)
    return FALSE;
  wg_statement_bind_text (statement, "address", self->address);
  wg_statement_bind_int (statement, "before_ms", work->now_ms - WRONG_CODES_MS);
  if (wrong)
    wg_statement_bind_int (statement, "now_ms", work->now_ms);
  n = wg_db_take_int (statement, "n", &local);
  *out_blocked = n >= WRONG_CODES_MAX + (wrong ? 1 : 0);
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static gboolean
find_device (WgWork *work, Enrolment *self, const char *key, gboolean *out_revoked, GError **error)
{
  WgStatement *statement = wg_db_statement (work->db, "device-by-key", error);
  g_autoptr (GError) local = NULL;

  if (statement == NULL)
    return FALSE;
  wg_statement_bind_text (statement, "public_key", key);
  *out_revoked = FALSE;
  if (wg_statement_next (statement, &local))
    {
      self->device = wg_statement_dup_text (statement, "id");
      *out_revoked = g_strcmp0 (wg_statement_text (statement, "state"), "active") != 0;
    }
  return wg_statement_end (statement, &local, error);
}

static gboolean
make_replica (WgWork *work, Enrolment *self, const char *code_hash, const char *key, GError **error)
{
  const WgPorts *ports = &work->platform->ports;
  const WgEnrolRequest *ask = self->ask;

  self->replica = wg_id_new (ports);
  if (self->device)
    {
      if (!wg_db_run (work->db, "device-update", error, "id", 's', self->device, "model", 's',
                      ask->device_model, "os", 's', ask->device_os, "app", 's', ask->app, NULL))
        return FALSE;
    }
  else
    {
      self->device = wg_id_new (ports);
      if (!wg_db_run (work->db, "device-add", error, "id", 's', self->device, "public_key", 's',
                      key, "model", 's', ask->device_model, "os", 's', ask->device_os, "app", 's',
                      ask->app, "enrolled_ms", 'i', work->now_ms, NULL))
        return FALSE;
    }
  return wg_db_run (work->db, "replica-add", error, "id", 's', self->replica, "device", 's',
                    self->device, "worker", 's', self->worker, "last_hash", 's', WG_CHAIN_START,
                    "created_ms", 'i', work->now_ms, NULL) &&
         wg_db_run (work->db, "enrolment-use", error, "used_ms", 'i', work->now_ms, "public_key",
                    's', key, "replica", 's', self->replica, "code_hash", 's', code_hash, NULL) &&
         wg_audit_add (work, "platform", "enrolled", self->device, self->worker, error);
}

/* The code's row; @out_key is who used it, %NULL when nobody has. */
static gboolean
find_code (WgWork *work,
           Enrolment *self,
           const char *code_hash,
           char **out_key,
           gboolean *out_found,
           GError **error)
{
  WgStatement *statement = wg_db_statement (work->db, "enrolment-get", error);
  g_autoptr (GError) local = NULL;

  if (statement == NULL)
    return FALSE;
  wg_statement_bind_text (statement, "code_hash", code_hash);
  *out_found = FALSE;
  if (wg_statement_next (statement, &local))
    {
      *out_key = wg_statement_dup_text (statement, "public_key");
      self->worker = wg_statement_dup_text (statement, "worker");
      self->replica = wg_statement_dup_text (statement, "replica");
      *out_found = *out_key || wg_statement_int (statement, "expires_ms") > work->now_ms;
    }
  return wg_statement_end (statement, &local, error);
}

static void
forget_outcome (Enrolment *self)
{
  self->status = 0;
  self->problem = NULL;
  g_clear_pointer (&self->device, g_free);
  g_clear_pointer (&self->replica, g_free);
  g_clear_pointer (&self->worker, g_free);
}

static gboolean
enrol (WgWork *work, gpointer data, GError **error)
{
  Enrolment *self = ((WgRequest *) data)->data;
  g_autofree char *code_hash =
      wg_crypto_sha256 ((const guint8 *) self->ask->code, strlen (self->ask->code));
  g_autofree char *key = wg_base64url_encode (self->ask->public_key, WG_SIGN_PUBLIC);
  g_autofree char *used_by = NULL;
  gboolean blocked, found, revoked;

  forget_outcome (self);
  if (!find_code (work, self, code_hash, &used_by, &found, error) ||
      !count_wrong_code (work, self, !found, &blocked, error))
    return FALSE;
  if (blocked)
    return refuse_enrolment (self, 429, "rate");
  if (!found)
    return refuse_enrolment (self, 404, "unknown-code");
  if (used_by && g_strcmp0 (used_by, key) != 0)
    return refuse_enrolment (self, 409, "code-used");
  if (!find_device (work, self, key, &revoked, error))
    return FALSE;
  if (revoked)
    return refuse_enrolment (self, 403, "device-revoked");
  if (used_by)
    return TRUE; /* the same answer again */
  return make_replica (work, self, code_hash, key, error);
}

static void
on_enrolled_cb (WgRequest *request)
{
  const WgPlatform *platform = wg_server_get_platform (request->server);
  Enrolment *self = request->data;
  g_autoptr (GError) error = NULL;
  g_autofree char *worker = NULL;
  WgEnrolAnswer answer = { 0 };
  WgDb *reader;

  if (self->problem)
    {
      wg_meter_count (wg_server_get_meter (request->server), "wg_auth_fail_total{why=\"enrol\"}",
                      1);
      wg_request_problem (request, self->status, self->problem, NULL);
      return;
    }
  reader = wg_server_take_reader (request->server, &error);
  if (reader)
    {
      worker = wg_sessions_read_worker (reader, self->worker, &error);
      answer.lease_s = worker ? wg_sessions_get_lease_s (reader, &error) : -1;
      wg_server_give_reader (request->server, reader);
    }
  if (error)
    {
      wg_request_answer_error (request, error);
      return;
    }
  answer.device_id = self->device;
  answer.replica = self->replica;
  answer.worker = worker;
  answer.epoch = platform->epoch;
  answer.server_time_ms = wg_ports_wall_ms (&platform->ports);
  memcpy (answer.platform_key, platform->sign_public, sizeof answer.platform_key);
  wg_request_answer_json (request, 201, wg_wire_enrol_answer_to_json (&answer));
}

/**
 * wg_auth_enrol:
 * @request: POST /v1/enrol
 *
 * Makes a replica for the worker of the code and the key of the device. The same code with the
 * same key gets the same answer.
 *
 * Thread: the connection's.
 * Errors: 400; 403 device-revoked; 404 unknown-code; 409 code-used; 429 rate.
 * Source: protocol.md 3.2
 */
void
wg_auth_enrol (WgRequest *request)
{
  g_autoptr (GBytes) body = wg_request_take_body (request);
  g_autoptr (GError) error = NULL;
  WgEnrolRequest *ask;
  Enrolment *self;
  gsize n;
  const char *text;

  if (body == NULL)
    return;
  text = g_bytes_get_data (body, &n);
  ask = wg_wire_enrol_request_from_json (text, n, &error);
  if (ask == NULL)
    {
      wg_request_answer_error (request, error);
      return;
    }
  self = g_new0 (Enrolment, 1);
  self->ask = ask;
  self->address = g_strdup (request->address);
  request->data = self;
  request->free_data = free_enrolment;
  wg_request_defer (request, enrol, on_enrolled_cb);
}

/* --- challenge and session ------------------------------------------------------------------- */

static char *
make_secret (const WgPlatform *platform)
{
  guint8 bytes[32];

  wg_ports_random (&platform->ports, bytes, sizeof bytes);
  return wg_base64url_encode (bytes, sizeof bytes);
}

typedef struct
{
  char *device;
  char *nonce;
  gboolean known;
} Challenge;

static void
free_challenge (gpointer data)
{
  Challenge *self = data;

  g_free (self->device);
  g_free (self->nonce);
  g_free (self);
}

static gboolean
challenge (WgWork *work, gpointer data, GError **error)
{
  Challenge *self = ((WgRequest *) data)->data;
  g_autoptr (GError) local = NULL;
  g_autofree char *id = NULL;
  WgStatement *statement = wg_db_statement (work->db, "device-get", error);

  if (statement == NULL)
    return FALSE;
  wg_statement_bind_text (statement, "id", self->device);
  id = wg_db_take_text (statement, "id", &local);
  if (local)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  self->known = id != NULL;
  return !self->known ||
         wg_db_run (work->db, "challenge-add", error, "nonce", 's', self->nonce, "device", 's',
                    self->device, "expires_ms", 'i', work->now_ms + CHALLENGE_S * 1000, NULL);
}

static void
on_challenged_cb (WgRequest *request)
{
  const Challenge *self = request->data;

  if (self->known)
    wg_request_answer_json (request, 200, wg_wire_nonce_to_json (self->nonce, CHALLENGE_S));
  else
    wg_request_problem (request, 404, "unknown-replica", NULL);
}

/**
 * wg_auth_challenge:
 * @request: POST /v1/session/challenge
 *
 * Gives a nonce to sign; it works once.
 *
 * Thread: the connection's.
 * Errors: 400; 404 unknown-replica.
 */
void
wg_auth_challenge (WgRequest *request)
{
  g_autoptr (GBytes) body = wg_request_take_body (request);
  g_autoptr (GError) error = NULL;
  Challenge *self;
  gsize n;
  const char *text;
  char *device;

  if (body == NULL)
    return;
  text = g_bytes_get_data (body, &n);
  device = wg_wire_challenge_from_json (text, n, &error);
  if (device == NULL)
    {
      wg_request_answer_error (request, error);
      return;
    }
  self = g_new0 (Challenge, 1);
  self->device = device;
  self->nonce = make_secret (wg_server_get_platform (request->server));
  request->data = self;
  request->free_data = free_challenge;
  wg_request_defer (request, challenge, on_challenged_cb);
}

static gboolean
open_session (WgWork *work, gpointer data, GError **error)
{
  return wg_session_job_run (work, ((WgRequest *) data)->data, error);
}

static void
on_session_opened_cb (WgRequest *request)
{
  WgSessionJob *job = request->data;
  g_autoptr (WgProblem) problem = NULL;

  if (job->problem)
    {
      wg_meter_count (wg_server_get_meter (request->server), "wg_auth_fail_total{why=\"session\"}",
                      1);
      problem = wg_problem_new (job->status, job->problem, NULL);
      problem->wipe = g_steal_pointer (&job->wipe);
      wg_request_answer_problem (request, problem);
    }
  else
    {
      wg_request_answer_json (request, 200, wg_wire_session_answer_to_json (&job->answer));
    }
}

/**
 * wg_auth_session:
 * @request: POST /v1/session
 *
 * Opens a session for who signs the nonce with the key of the device.
 *
 * Thread: the connection's.
 * Errors: 400; 400 bad-signature; 401 token-expired for a nonce that is used or old; 403
 *   device-revoked; 404 unknown-replica.
 * Source: protocol.md 3.2
 */
void
wg_auth_session (WgRequest *request)
{
  const WgPlatform *platform = wg_server_get_platform (request->server);
  g_autoptr (GBytes) body = wg_request_take_body (request);
  g_autoptr (GError) error = NULL;
  WgSessionRequest *ask;
  WgSessionJob *job;
  gsize n;
  const char *text;

  if (body == NULL)
    return;
  text = g_bytes_get_data (body, &n);
  ask = wg_wire_session_request_from_json (text, n, &error);
  if (ask == NULL)
    {
      wg_request_answer_error (request, error);
      return;
    }
  job = wg_session_job_new (ask, make_secret (platform), SESSION_MS);
  request->data = job;
  request->free_data = (GDestroyNotify) wg_session_job_free;
  wg_request_defer (request, open_session, on_session_opened_cb);
}

static gboolean
close_session (WgWork *work, gpointer data, GError **error)
{
  WgRequest *request = data;

  return wg_db_run (work->db, "session-drop", error, "token_hash", 's', request->caller.token_hash,
                    NULL);
}

static void
on_session_closed_cb (WgRequest *request)
{
  wg_request_answer_empty (request, 204);
}

/**
 * wg_auth_close:
 * @request: DELETE /v1/session
 *
 * Ends the session.
 *
 * Thread: the connection's.
 * Errors: none of its own.
 */
void
wg_auth_close (WgRequest *request)
{
  wg_request_defer (request, close_session, on_session_closed_cb);
}

/**
 * wg_auth_identify:
 * @request: with a token
 *
 * Finds out who asks, from the database each time: any instance serves any request, and a
 * revoked device is out at once.
 *
 * Thread: the connection's.
 * Errors: answered: 401 token-expired; 403 device-revoked, no-right.
 *
 * Returns: %TRUE when the caller is known and may go on
 */
gboolean
wg_auth_identify (WgRequest *request)
{
  const char *header = wg_request_get_header (request, "Authorization");
  g_autoptr (GError) error = NULL;
  const char *problem = NULL;
  WgDb *reader;
  int status;

  if (header == NULL || g_ascii_strncasecmp (header, "Bearer ", 7) != 0 || strlen (header) > 200)
    {
      wg_request_problem (request, 401, "token-expired", NULL);
      return FALSE;
    }
  reader = wg_server_take_reader (request->server, &error);
  if (reader == NULL)
    {
      wg_request_answer_error (request, error);
      return FALSE;
    }
  status = wg_sessions_find (wg_server_get_platform (request->server), reader, header + 7,
                             &request->caller, &problem, &error);
  wg_server_give_reader (request->server, reader);
  if (error)
    wg_request_answer_error (request, error);
  else if (status != 0)
    wg_request_problem (request, status, problem, NULL);
  return error == NULL && status == 0;
}

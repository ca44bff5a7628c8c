/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sample messages of enrolment, sessions, states and problems. */
#include <string.h>

#include "samples.h"

static char *
make_enrol_request (void)
{
  guint8 secret[WG_SIGN_SECRET];
  WgEnrolRequest request = {
    .code = "9MSM-PQ4V-0V02-0",
    .device_model = "样例平板",
    .device_os = "Debian 13",
    .app = "wangge/0.1.0",
    .nonce = "AAECAwQFBgcICQoLDA0ODw",
  };

  sample_keys (request.public_key, secret);
  return wg_wire_enrol_request_to_json (&request, secret);
}

static char *
again_enrol_request (const char *text, gsize length, GError **error)
{
  guint8 public_key[WG_SIGN_PUBLIC], secret[WG_SIGN_SECRET];
  g_autoptr (WgEnrolRequest) request = wg_wire_enrol_request_from_json (text, length, error);

  sample_keys (public_key, secret);
  return request != NULL ? wg_wire_enrol_request_to_json (request, secret) : NULL;
}

static char *
make_enrol_answer (void)
{
  guint8 secret[WG_SIGN_SECRET];
  WgEnrolAnswer answer = {
    .device_id = SAMPLE_DEVICE,
    .replica = SAMPLE_REPLICA,
    .worker = "{\"id\":\"w0001\",\"name\":\"样例网格长\",\"role\":\"worker\","
              "\"org_code\":\"370502001\",\"grid_code\":\"370502001001001\"}",
    .epoch = SAMPLE_EPOCH,
    .lease_s = 604800,
    .server_time_ms = SAMPLE_MS,
  };

  sample_keys (answer.platform_key, secret);
  return wg_wire_enrol_answer_to_json (&answer);
}

static char *
again_enrol_answer (const char *text, gsize length, GError **error)
{
  g_autoptr (WgEnrolAnswer) answer = wg_wire_enrol_answer_from_json (text, length, error);

  return answer != NULL ? wg_wire_enrol_answer_to_json (answer) : NULL;
}

static char *
make_challenge (void)
{
  return wg_wire_challenge_to_json (SAMPLE_DEVICE);
}

static char *
again_challenge (const char *text, gsize length, GError **error)
{
  g_autofree char *device = wg_wire_challenge_from_json (text, length, error);

  return device != NULL ? wg_wire_challenge_to_json (device) : NULL;
}

static char *
make_nonce (void)
{
  return wg_wire_nonce_to_json ("AAECAwQFBgcICQoLDA0ODw", 60);
}

static char *
again_nonce (const char *text, gsize length, GError **error)
{
  g_autofree char *nonce = wg_wire_nonce_from_json (text, length, error);

  return nonce != NULL ? wg_wire_nonce_to_json (nonce, 60) : NULL;
}

static char *
make_session_request (void)
{
  guint8 public_key[WG_SIGN_PUBLIC], secret[WG_SIGN_SECRET];
  WgSessionRequest request = { .device_id = SAMPLE_DEVICE,
                               .replica = SAMPLE_REPLICA,
                               .nonce = "AAECAwQFBgcICQoLDA0ODw" };

  sample_keys (public_key, secret);
  return wg_wire_session_request_to_json (&request, secret);
}

static char *
again_session_request (const char *text, gsize length, GError **error)
{
  guint8 public_key[WG_SIGN_PUBLIC], secret[WG_SIGN_SECRET];
  g_autoptr (WgSessionRequest) request = wg_wire_session_request_from_json (text, length, error);

  sample_keys (public_key, secret);
  return request != NULL ? wg_wire_session_request_to_json (request, secret) : NULL;
}

static char *
make_session_answer (void)
{
  WgSessionAnswer answer = {
    .token = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
    .expires_ms = SAMPLE_MS + 43200000,
    .lease_until_ms = SAMPLE_MS + 604800000,
    .scopes = (char *[]) { "g:370502001001001", "ref:370502", "w:w0001", NULL },
    .min_push = 1,
    .min_pull = 1,
    .max_schema = 1,
  };

  return wg_wire_session_answer_to_json (&answer);
}

static char *
again_session_answer (const char *text, gsize length, GError **error)
{
  g_autoptr (WgSessionAnswer) answer = wg_wire_session_answer_from_json (text, length, error);

  return answer != NULL ? wg_wire_session_answer_to_json (answer) : NULL;
}

static char *
make_hello (void)
{
  WgHello hello = { 1, SAMPLE_EPOCH, SAMPLE_MS, "今晚 23:00 维护" };

  return wg_wire_hello_to_json (&hello);
}

static char *
again_hello (const char *text, gsize length, GError **error)
{
  g_autoptr (WgHello) hello = wg_wire_hello_from_json (text, length, error);

  return hello != NULL ? wg_wire_hello_to_json (hello) : NULL;
}

static char *
make_state (void)
{
  WgReplicaState state = { SAMPLE_REPLICA, 1023, SAMPLE_PHOTO, 990, SAMPLE_EPOCH };

  return wg_wire_replica_state_to_json (&state);
}

static char *
again_state (const char *text, gsize length, GError **error)
{
  g_autoptr (WgReplicaState) state = wg_wire_replica_state_from_json (text, length, error);

  return state != NULL ? wg_wire_replica_state_to_json (state) : NULL;
}

static char *
make_malformed (void)
{
  g_autoptr (WgProblem) problem =
                wg_problem_new (400, "malformed", "push header: \"first\" is missing");

  return wg_wire_problem_to_json (problem);
}

static char *
make_gap (void)
{
  g_autoptr (WgProblem) problem = wg_problem_new (409, "gap", "1021 came instead of 1019");

  problem->expected = 1019;
  return wg_wire_problem_to_json (problem);
}

static char *
make_forked (void)
{
  g_autoptr (WgProblem) problem = wg_problem_new (409, "replica-forked", NULL);

  problem->last_seq = 1023;
  problem->last_hash = g_strdup (SAMPLE_PHOTO);
  return wg_wire_problem_to_json (problem);
}

static char *
make_epoch_changed (void)
{
  g_autoptr (WgProblem) problem = wg_problem_new (409, "epoch-changed", NULL);

  problem->last_seq = 990;
  problem->last_hash = g_strdup (SAMPLE_PHOTO);
  problem->epoch = g_strdup (SAMPLE_EPOCH);
  return wg_wire_problem_to_json (problem);
}

static char *
make_offset (void)
{
  g_autoptr (WgProblem) problem = wg_problem_new (409, "offset", NULL);

  problem->offset = 0;
  return wg_wire_problem_to_json (problem);
}

static char *
make_revoked (void)
{
  guint8 public_key[WG_SIGN_PUBLIC], secret[WG_SIGN_SECRET];
  g_autoptr (WgProblem) problem = wg_problem_new (403, "device-revoked", NULL);

  sample_keys (public_key, secret);
  problem->wipe = wg_wipe_order_new (SAMPLE_DEVICE, "AAECAwQFBgcICQoLDA0ODw", secret);
  return wg_wire_problem_to_json (problem);
}

static char *
again_problem (const char *text, gsize length, GError **error)
{
  g_autoptr (WgProblem) problem = wg_wire_problem_from_json (text, length, error);

  return problem != NULL ? wg_wire_problem_to_json (problem) : NULL;
}

static char *
make_ticket (void)
{
  guint8 secret[WG_SIGN_SECRET];
  WgEnrolTicket ticket = {
    .url = "https://wangge.example:8443",
    .code = "9MSM-PQ4V-0V02-0",
    .pin = "sha256//47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
  };

  sample_keys (ticket.platform_key, secret);
  return wg_enrol_ticket_to_text (&ticket);
}

static char *
again_ticket (const char *text, gsize length, GError **error)
{
  g_autofree char *copy = g_strndup (text, length);
  g_autoptr (WgEnrolTicket) ticket = wg_enrol_ticket_from_text (copy, error);

  return ticket != NULL ? wg_enrol_ticket_to_text (ticket) : NULL;
}

const Fixture SESSION_FIXTURES[] = {
  { "hello.json", make_hello, again_hello },
  { "enrol-ticket.txt", make_ticket, again_ticket },
  { "enrol-request.json", make_enrol_request, again_enrol_request },
  { "enrol-answer.json", make_enrol_answer, again_enrol_answer },
  { "challenge.json", make_challenge, again_challenge },
  { "nonce.json", make_nonce, again_nonce },
  { "session-request.json", make_session_request, again_session_request },
  { "session-answer.json", make_session_answer, again_session_answer },
  { "replica-state.json", make_state, again_state },
  { "problem-malformed.json", make_malformed, again_problem },
  { "problem-gap.json", make_gap, again_problem },
  { "problem-replica-forked.json", make_forked, again_problem },
  { "problem-epoch-changed.json", make_epoch_changed, again_problem },
  { "problem-offset.json", make_offset, again_problem },
  { "problem-device-revoked.json", make_revoked, again_problem },
  { NULL },
};

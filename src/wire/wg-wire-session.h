/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Enrolment, sessions, hello, replica state and problems (docs/sync-protocol.md). */
#pragma once

#include "wire/wg-crypto.h"

G_BEGIN_DECLS

/* A small message: names to values, all optional text or integers; one table of names per message.
 */
typedef struct
{
  char *code; /* enrolment code, normalized */
  guint8 public_key[WG_SIGN_PUBLIC];
  char *device_model, *device_os, *app;
  char *nonce;
  guint8 signature[WG_SIGNATURE]; /* over "wg-enrol-v1" and the fields, each with its length before
                                     it */
} WgEnrolRequest;

typedef struct
{
  char *device_id, *replica;
  char *worker; /* JSON of the worker row */
  char *epoch;
  guint8 platform_key[WG_SIGN_PUBLIC];
  gint64 lease_s, server_time_ms;
} WgEnrolAnswer;

typedef struct
{
  char *device_id, *replica, *nonce;
  guint8 signature[WG_SIGNATURE]; /* over "wg-session-v1", device, replica, nonce */
} WgSessionRequest;

typedef struct
{
  char *token;
  gint64 expires_ms, lease_until_ms;
  char **scopes;
  gint64 min_push, min_pull, max_schema;
} WgSessionAnswer;

typedef struct
{
  gint64 protocol;
  char *epoch;
  gint64 server_time_ms;
  char *motd;
} WgHello;

typedef struct
{
  char *replica;
  gint64 last_seq;
  char *last_hash;
  gint64 durable_seq;
  char *epoch;
} WgReplicaState;

/* Extra of "device-revoked": erase yourself. */
typedef struct
{
  char *device_id;
  char *nonce;                    /* of the session request it answers */
  guint8 signature[WG_SIGNATURE]; /* of the platform over "wg-wipe-v1", device, nonce */
} WgWipeOrder;

/* RFC 9457; type is urn:wangge:problem:<name>. */
typedef struct
{
  int status;
  char *name, *title, *detail;
  gint64 expected; /* −1 when absent */
  gint64 last_seq;
  char *last_hash, *epoch;
  gint64 offset;
  WgWipeOrder *wipe; /* or %NULL */
} WgProblem;

void wg_enrol_request_free (WgEnrolRequest *request);
void wg_enrol_answer_free (WgEnrolAnswer *answer);
void wg_session_request_free (WgSessionRequest *request);
void wg_session_answer_free (WgSessionAnswer *answer);
void wg_hello_free (WgHello *hello);
void wg_replica_state_free (WgReplicaState *state);
WgWipeOrder *wg_wipe_order_new (const char *device_id, const char *nonce, const guint8 *secret);
void wg_wipe_order_free (WgWipeOrder *order);
gboolean wg_wipe_order_verify (const WgWipeOrder *order,
                               const char *device_id,
                               const char *nonce,
                               const guint8 *platform_key);
WgProblem *wg_problem_new (int status, const char *name, const char *detail);
void wg_problem_free (WgProblem *problem);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgEnrolRequest, wg_enrol_request_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgEnrolAnswer, wg_enrol_answer_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgSessionRequest, wg_session_request_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgSessionAnswer, wg_session_answer_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgHello, wg_hello_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgReplicaState, wg_replica_state_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgProblem, wg_problem_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgWipeOrder, wg_wipe_order_free)

/* Signs into the request, gives its JSON. */
char *wg_wire_enrol_request_to_json (WgEnrolRequest *request, const guint8 *secret);
WgEnrolRequest *wg_wire_enrol_request_from_json (const char *json,
                                                 gsize length,
                                                 GError **error); /* signature checked */
char *wg_wire_enrol_answer_to_json (const WgEnrolAnswer *answer);
WgEnrolAnswer *wg_wire_enrol_answer_from_json (const char *json, gsize length, GError **error);
char *wg_wire_challenge_to_json (const char *device_id); /* request */
char *wg_wire_challenge_from_json (const char *json, gsize length, GError **error);
char *wg_wire_nonce_to_json (const char *nonce, gint64 expires_s); /* answer */
char *wg_wire_nonce_from_json (const char *json, gsize length, GError **error);
char *wg_wire_session_request_to_json (WgSessionRequest *request, const guint8 *secret);
WgSessionRequest *
wg_wire_session_request_from_json (const char *json, gsize length, GError **error);
gboolean wg_wire_session_request_verify (const WgSessionRequest *request, const guint8 *public_key);
char *wg_wire_session_answer_to_json (const WgSessionAnswer *answer);
WgSessionAnswer *wg_wire_session_answer_from_json (const char *json, gsize length, GError **error);
char *wg_wire_hello_to_json (const WgHello *hello);
WgHello *wg_wire_hello_from_json (const char *json, gsize length, GError **error);
char *wg_wire_replica_state_to_json (const WgReplicaState *state);
WgReplicaState *wg_wire_replica_state_from_json (const char *json, gsize length, GError **error);
char *wg_wire_problem_to_json (const WgProblem *problem);
WgProblem *wg_wire_problem_from_json (const char *json, gsize length, GError **error);

/* The QR text of an enrolment: wangge://enrol?v=1&u=<url>&c=<code>&p=<SPKI pin>&k=<platform key> */
typedef struct
{
  char *url, *code, *pin; /* pin: "sha256//…" as libcurl takes it, %NULL on plain loopback */
  guint8 platform_key[WG_SIGN_PUBLIC];
} WgEnrolTicket;

void wg_enrol_ticket_free (WgEnrolTicket *ticket);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgEnrolTicket, wg_enrol_ticket_free)
char *wg_enrol_ticket_to_text (const WgEnrolTicket *ticket);
WgEnrolTicket *wg_enrol_ticket_from_text (const char *text, GError **error);

G_END_DECLS

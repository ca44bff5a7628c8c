/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Enrolment and sessions: who the device is, proved by its key. */
#include "wire/wg-wire-session.h"

#include <string.h>

#include "wire/wg-json-private.h"

#define ALGORITHM "ed25519"
#define ENROL_DOMAIN "wg-enrol-v1"
#define SESSION_DOMAIN "wg-session-v1"

/**
 * wg_enrol_request_free:
 * @request: (nullable) (transfer full): a request
 *
 * Frees it.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_enrol_request_free (WgEnrolRequest *request)
{
  if (request == NULL)
    return;
  g_free (request->code);
  g_free (request->device_model);
  g_free (request->device_os);
  g_free (request->app);
  g_free (request->nonce);
  g_free (request);
}

/**
 * wg_enrol_answer_free:
 * @answer: (nullable) (transfer full): an answer
 *
 * Frees it.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_enrol_answer_free (WgEnrolAnswer *answer)
{
  if (answer == NULL)
    return;
  g_free (answer->device_id);
  g_free (answer->replica);
  g_free (answer->worker);
  g_free (answer->epoch);
  g_free (answer);
}

/**
 * wg_session_request_free:
 * @request: (nullable) (transfer full): a request
 *
 * Frees it.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_session_request_free (WgSessionRequest *request)
{
  if (request == NULL)
    return;
  g_free (request->device_id);
  g_free (request->replica);
  g_free (request->nonce);
  g_free (request);
}

/**
 * wg_session_answer_free:
 * @answer: (nullable) (transfer full): an answer
 *
 * Frees it.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_session_answer_free (WgSessionAnswer *answer)
{
  if (answer == NULL)
    return;
  g_free (answer->token);
  g_strfreev (answer->scopes);
  g_free (answer);
}

/* What is signed: the domain, then each field with its length before it, so that no two
 * different lists of fields give the same text. */
static char *
join_fields (const char *domain, const char *const *fields, gsize n)
{
  GString *text = g_string_new (domain);

  g_string_append_c (text, '\n');
  for (gsize i = 0; i < n; i++)
    {
      const char *field = fields[i] != NULL ? fields[i] : "";
      g_string_append_printf (text, "%" G_GSIZE_FORMAT ":%s\n", strlen (field), field);
    }
  return g_string_free_and_steal (text);
}

static char *
enrol_text (const WgEnrolRequest *request)
{
  g_autofree char *key = wg_base64url_encode (request->public_key, sizeof request->public_key);
  const char *fields[] = {
    request->code,      key,          ALGORITHM,      request->device_model,
    request->device_os, request->app, request->nonce,
  };

  return join_fields (ENROL_DOMAIN, fields, G_N_ELEMENTS (fields));
}

static char *
session_text (const WgSessionRequest *request)
{
  const char *fields[] = { request->device_id, request->replica, request->nonce };

  return join_fields (SESSION_DOMAIN, fields, G_N_ELEMENTS (fields));
}

/**
 * wg_wire_enrol_request_to_json:
 * @request: a request with everything but the signature
 * @secret: (array fixed-size=64): the secret key that belongs to its public key
 *
 * Signs into the request and writes it.
 *
 * Thread: one at a time.
 * Errors: none.
 * Source: docs/sync-protocol.md, Enrolment
 *
 * Returns: (transfer full): JSON text in one line
 */
char *
wg_wire_enrol_request_to_json (WgEnrolRequest *request, const guint8 *secret)
{
  g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();
  g_autofree char *text = enrol_text (request);

  wg_crypto_sign (secret, text, strlen (text), request->signature);
  wg_json_writer_begin_object (writer, NULL);
  wg_json_writer_string (writer, "code", request->code);
  wg_json_writer_bytes (writer, "pub", request->public_key, sizeof request->public_key);
  wg_json_writer_string (writer, "alg", ALGORITHM);
  wg_json_writer_begin_object (writer, "device");
  wg_json_writer_string (writer, "model", request->device_model);
  wg_json_writer_string (writer, "os", request->device_os);
  wg_json_writer_end (writer);
  wg_json_writer_string (writer, "app", request->app);
  wg_json_writer_string (writer, "nonce", request->nonce);
  wg_json_writer_bytes (writer, "sig", request->signature, sizeof request->signature);
  wg_json_writer_end (writer);
  return wg_json_writer_to_string (writer, FALSE);
}

/**
 * wg_wire_enrol_request_from_json:
 * @json: (array length=length): JSON text
 * @length: bytes
 * @error: return location
 *
 * Reads a request and checks that whoever sent it holds the secret key.
 *
 * Thread: any.
 * Errors: %WG_WIRE_ERROR_MALFORMED, %WG_WIRE_ERROR_LIMIT, %WG_WIRE_ERROR_SIGNATURE.
 * Source: docs/sync-protocol.md, Enrolment
 *
 * Returns: (transfer full): the request
 */
WgEnrolRequest *
wg_wire_enrol_request_from_json (const char *json, gsize length, GError **error)
{
  g_auto (WgJsonReader) reader = WG_JSON_READER_INIT;
  WgJsonReader device;

  if (!wg_json_reader_open (&reader, "enrolment", json, length, WG_LIMIT_LINE, error))
    return NULL;
  g_autoptr (WgEnrolRequest) request = g_new0 (WgEnrolRequest, 1);
  request->code = wg_json_get_text (&reader, "code", WG_JSON_REQUIRED);
  wg_json_get_bytes (&reader, "pub", request->public_key, sizeof request->public_key);
  wg_json_expect (&reader, "alg", ALGORITHM);
  wg_json_get_object (&reader, "device", WG_JSON_REQUIRED, &device);
  request->device_model = wg_json_get_text (&device, "model", WG_JSON_OPTIONAL);
  request->device_os = wg_json_get_text (&device, "os", WG_JSON_OPTIONAL);
  wg_json_leave (&reader, "device", &device);
  request->app = wg_json_get_text (&reader, "app", WG_JSON_OPTIONAL);
  request->nonce = wg_json_get_text (&reader, "nonce", WG_JSON_REQUIRED);
  wg_json_get_bytes (&reader, "sig", request->signature, sizeof request->signature);
  if (!wg_json_reader_close (&reader, error))
    return NULL;

  g_autofree char *text = enrol_text (request);
  if (wg_crypto_verify (request->public_key, text, strlen (text), request->signature))
    return g_steal_pointer (&request);
  wg_wire_fail (error, WG_WIRE_ERROR_SIGNATURE, NULL,
                "enrolment: \"sig\" was not made by the key \"pub\"");
  return NULL;
}

/**
 * wg_wire_enrol_answer_to_json:
 * @answer: an answer; its worker is JSON text
 *
 * Writes the answer to an enrolment.
 *
 * Thread: any.
 * Errors: none.
 * Source: docs/sync-protocol.md, Enrolment
 *
 * Returns: (transfer full): JSON text in one line
 */
char *
wg_wire_enrol_answer_to_json (const WgEnrolAnswer *answer)
{
  g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();

  wg_json_writer_begin_object (writer, NULL);
  wg_json_writer_string (writer, "device_id", answer->device_id);
  wg_json_writer_string (writer, "replica", answer->replica);
  wg_json_writer_raw (writer, "worker", answer->worker);
  wg_json_writer_string (writer, "epoch", answer->epoch);
  wg_json_writer_begin_object (writer, "platform_keys");
  wg_json_writer_bytes (writer, "sign", answer->platform_key, sizeof answer->platform_key);
  wg_json_writer_end (writer);
  wg_json_writer_int (writer, "lease_s", answer->lease_s);
  wg_json_writer_int (writer, "server_time", answer->server_time_ms);
  wg_json_writer_end (writer);
  return wg_json_writer_to_string (writer, FALSE);
}

/**
 * wg_wire_enrol_answer_from_json:
 * @json: (array length=length): JSON text
 * @length: bytes
 * @error: return location
 *
 * Reads the answer to an enrolment.
 *
 * Thread: any.
 * Errors: %WG_WIRE_ERROR_MALFORMED, %WG_WIRE_ERROR_LIMIT.
 *
 * Returns: (transfer full): the answer
 */
WgEnrolAnswer *
wg_wire_enrol_answer_from_json (const char *json, gsize length, GError **error)
{
  g_auto (WgJsonReader) reader = WG_JSON_READER_INIT;
  WgJsonReader keys;

  if (!wg_json_reader_open (&reader, "enrolment answer", json, length, WG_LIMIT_LINE, error))
    return NULL;
  g_autoptr (WgEnrolAnswer) answer = g_new0 (WgEnrolAnswer, 1);
  answer->device_id = wg_json_get_id (&reader, "device_id", WG_JSON_REQUIRED);
  answer->replica = wg_json_get_id (&reader, "replica", WG_JSON_REQUIRED);
  answer->worker = wg_json_get_json (&reader, "worker", WG_JSON_REQUIRED);
  answer->epoch = wg_json_get_text (&reader, "epoch", WG_JSON_REQUIRED);
  wg_json_get_object (&reader, "platform_keys", WG_JSON_REQUIRED, &keys);
  wg_json_get_bytes (&keys, "sign", answer->platform_key, sizeof answer->platform_key);
  wg_json_leave (&reader, "platform_keys", &keys);
  answer->lease_s = wg_json_get_int (&reader, "lease_s", 0, WG_JSON_INT_MAX);
  answer->server_time_ms = wg_json_get_int (&reader, "server_time", 0, WG_JSON_INT_MAX);
  return wg_json_reader_close (&reader, error) ? g_steal_pointer (&answer) : NULL;
}

static char *
read_one_text (const char *what, const char *name, const char *json, gsize length, GError **error)
{
  g_auto (WgJsonReader) reader = WG_JSON_READER_INIT;

  if (!wg_json_reader_open (&reader, what, json, length, WG_LIMIT_LINE, error))
    return NULL;
  g_autofree char *text = wg_json_get_text (&reader, name, WG_JSON_REQUIRED);
  return wg_json_reader_close (&reader, error) ? g_steal_pointer (&text) : NULL;
}

/**
 * wg_wire_challenge_to_json:
 * @device_id: the device
 *
 * Writes the request for a nonce.
 *
 * Thread: any.
 * Errors: none.
 * Source: docs/sync-protocol.md, Session
 *
 * Returns: (transfer full): JSON text in one line
 */
char *
wg_wire_challenge_to_json (const char *device_id)
{
  g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();

  wg_json_writer_begin_object (writer, NULL);
  wg_json_writer_string (writer, "device_id", device_id);
  wg_json_writer_end (writer);
  return wg_json_writer_to_string (writer, FALSE);
}

/**
 * wg_wire_challenge_from_json:
 * @json: (array length=length): JSON text
 * @length: bytes
 * @error: return location
 *
 * Reads the request for a nonce.
 *
 * Thread: any.
 * Errors: %WG_WIRE_ERROR_MALFORMED, %WG_WIRE_ERROR_LIMIT.
 *
 * Returns: (transfer full): the device
 */
char *
wg_wire_challenge_from_json (const char *json, gsize length, GError **error)
{
  return read_one_text ("challenge", "device_id", json, length, error);
}

/**
 * wg_wire_nonce_to_json:
 * @nonce: what the device must sign
 * @expires_s: for how long it is good
 *
 * Writes the answer with a nonce.
 *
 * Thread: any.
 * Errors: none.
 * Source: docs/sync-protocol.md, Session
 *
 * Returns: (transfer full): JSON text in one line
 */
char *
wg_wire_nonce_to_json (const char *nonce, gint64 expires_s)
{
  g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();

  wg_json_writer_begin_object (writer, NULL);
  wg_json_writer_string (writer, "nonce", nonce);
  wg_json_writer_int (writer, "exp_s", expires_s);
  wg_json_writer_end (writer);
  return wg_json_writer_to_string (writer, FALSE);
}

/**
 * wg_wire_nonce_from_json:
 * @json: (array length=length): JSON text
 * @length: bytes
 * @error: return location
 *
 * Reads the answer with a nonce.
 *
 * Thread: any.
 * Errors: %WG_WIRE_ERROR_MALFORMED, %WG_WIRE_ERROR_LIMIT.
 *
 * Returns: (transfer full): the nonce
 */
char *
wg_wire_nonce_from_json (const char *json, gsize length, GError **error)
{
  return read_one_text ("nonce", "nonce", json, length, error);
}

/**
 * wg_wire_session_request_to_json:
 * @request: a request with everything but the signature
 * @secret: (array fixed-size=64): the device's secret key
 *
 * Signs into the request and writes it.
 *
 * Thread: one at a time.
 * Errors: none.
 * Source: docs/sync-protocol.md, Session
 *
 * Returns: (transfer full): JSON text in one line
 */
char *
wg_wire_session_request_to_json (WgSessionRequest *request, const guint8 *secret)
{
  g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();
  g_autofree char *text = session_text (request);

  wg_crypto_sign (secret, text, strlen (text), request->signature);
  wg_json_writer_begin_object (writer, NULL);
  wg_json_writer_string (writer, "device_id", request->device_id);
  wg_json_writer_string (writer, "replica", request->replica);
  wg_json_writer_string (writer, "nonce", request->nonce);
  wg_json_writer_bytes (writer, "sig", request->signature, sizeof request->signature);
  wg_json_writer_end (writer);
  return wg_json_writer_to_string (writer, FALSE);
}

/**
 * wg_wire_session_request_from_json:
 * @json: (array length=length): JSON text
 * @length: bytes
 * @error: return location
 *
 * Reads a request for a session; its signature is checked by
 * wg_wire_session_request_verify() once the device's key is looked up.
 *
 * Thread: any.
 * Errors: %WG_WIRE_ERROR_MALFORMED, %WG_WIRE_ERROR_LIMIT.
 *
 * Returns: (transfer full): the request
 */
WgSessionRequest *
wg_wire_session_request_from_json (const char *json, gsize length, GError **error)
{
  g_auto (WgJsonReader) reader = WG_JSON_READER_INIT;

  if (!wg_json_reader_open (&reader, "session", json, length, WG_LIMIT_LINE, error))
    return NULL;
  g_autoptr (WgSessionRequest) request = g_new0 (WgSessionRequest, 1);
  request->device_id = wg_json_get_id (&reader, "device_id", WG_JSON_REQUIRED);
  request->replica = wg_json_get_id (&reader, "replica", WG_JSON_REQUIRED);
  request->nonce = wg_json_get_text (&reader, "nonce", WG_JSON_REQUIRED);
  wg_json_get_bytes (&reader, "sig", request->signature, sizeof request->signature);
  return wg_json_reader_close (&reader, error) ? g_steal_pointer (&request) : NULL;
}

/**
 * wg_wire_session_request_verify:
 * @request: a request
 * @public_key: (array fixed-size=32): the device's key, known from its enrolment
 *
 * Checks who asks for the session.
 *
 * Thread: any.
 * Errors: none.
 * Source: docs/sync-protocol.md, Session
 *
 * Returns: %TRUE if the device signed it
 */
gboolean
wg_wire_session_request_verify (const WgSessionRequest *request, const guint8 *public_key)
{
  g_autofree char *text = session_text (request);

  return wg_crypto_verify (public_key, text, strlen (text), request->signature);
}

/**
 * wg_wire_session_answer_to_json:
 * @answer: an answer
 *
 * Writes the answer with the token.
 *
 * Thread: any.
 * Errors: none.
 * Source: docs/sync-protocol.md, Session
 *
 * Returns: (transfer full): JSON text in one line
 */
char *
wg_wire_session_answer_to_json (const WgSessionAnswer *answer)
{
  g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();

  wg_json_writer_begin_object (writer, NULL);
  wg_json_writer_string (writer, "token", answer->token);
  wg_json_writer_int (writer, "exp", answer->expires_ms);
  wg_json_writer_int (writer, "lease_until", answer->lease_until_ms);
  wg_json_writer_texts (writer, "scopes", (const char *const *) answer->scopes);
  wg_json_writer_begin_object (writer, "schema");
  wg_json_writer_int (writer, "min_push", answer->min_push);
  wg_json_writer_int (writer, "min_pull", answer->min_pull);
  wg_json_writer_int (writer, "max", answer->max_schema);
  wg_json_writer_end (writer);
  wg_json_writer_end (writer);
  return wg_json_writer_to_string (writer, FALSE);
}

/**
 * wg_wire_session_answer_from_json:
 * @json: (array length=length): JSON text
 * @length: bytes
 * @error: return location
 *
 * Reads the answer with the token.
 *
 * Thread: any.
 * Errors: %WG_WIRE_ERROR_MALFORMED, %WG_WIRE_ERROR_LIMIT.
 *
 * Returns: (transfer full): the answer
 */
WgSessionAnswer *
wg_wire_session_answer_from_json (const char *json, gsize length, GError **error)
{
  g_auto (WgJsonReader) reader = WG_JSON_READER_INIT;
  WgJsonReader schema;

  if (!wg_json_reader_open (&reader, "session answer", json, length, WG_LIMIT_LINE, error))
    return NULL;
  g_autoptr (WgSessionAnswer) answer = g_new0 (WgSessionAnswer, 1);
  answer->token = wg_json_get_text (&reader, "token", WG_JSON_REQUIRED);
  answer->expires_ms = wg_json_get_int (&reader, "exp", 0, WG_JSON_INT_MAX);
  answer->lease_until_ms = wg_json_get_int (&reader, "lease_until", 0, WG_JSON_INT_MAX);
  answer->scopes = wg_json_get_texts (&reader, "scopes", WG_JSON_REQUIRED);
  wg_json_get_object (&reader, "schema", WG_JSON_REQUIRED, &schema);
  answer->min_push = wg_json_get_int (&schema, "min_push", 0, WG_JSON_INT_MAX);
  answer->min_pull = wg_json_get_int (&schema, "min_pull", 0, WG_JSON_INT_MAX);
  answer->max_schema = wg_json_get_int (&schema, "max", 0, WG_JSON_INT_MAX);
  wg_json_leave (&reader, "schema", &schema);
  return wg_json_reader_close (&reader, error) ? g_steal_pointer (&answer) : NULL;
}

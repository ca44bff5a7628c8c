/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Small answers: hello, the state of a replica, problems. */
#include <string.h>

#include "wire/wg-json-private.h"
#include "wire/wg-wire-session.h"

#define TYPE_PREFIX "urn:wangge:problem:"

static const struct
{
  const char *name;
  const char *title;
} PROBLEMS[] = {
  { "malformed", "The message is not what the protocol says" },
  { "chain-broken", "Sequence or hash chain of the operations is broken" },
  { "bad-signature", "The signature is not of this device" },
  { "token-expired", "The session is over" },
  { "device-revoked", "This device was revoked" },
  { "no-right", "Not allowed" },
  { "unknown-replica", "The platform does not know this replica" },
  { "unknown-blob", "No applied operation names this file" },
  { "unknown-code", "There is no such enrolment code, or its time is over" },
  { "unknown-path", "There is nothing at this address" },
  { "method", "This address takes another method" },
  { "range", "The file has no such part" },
  { "gap", "Operations before these are missing" },
  { "replica-forked", "The platform knows other operations of these numbers" },
  { "epoch-changed", "The platform was restored" },
  { "code-used", "The enrolment code was used already" },
  { "offset", "The upload goes on at another place" },
  { "too-large", "The body is too large" },
  { "bomb", "The body grows too much while unpacking" },
  { "line-too-long", "A line is too long" },
  { "too-many", "Too many items in one request" },
  { "unsupported", "This type of content is not taken" },
  { "hash-mismatch", "The file does not have the hash of its name" },
  { "app-too-old", "This program must be updated" },
  { "rate", "Too many requests" },
  { "failed", "The platform failed" },
  { "maintenance", "The platform is being maintained" },
};

/**
 * wg_hello_free:
 * @hello: (nullable) (transfer full): a hello
 *
 * Frees it.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_hello_free (WgHello *hello)
{
  if (hello == NULL)
    return;
  g_free (hello->epoch);
  g_free (hello->motd);
  g_free (hello);
}

/**
 * wg_replica_state_free:
 * @state: (nullable) (transfer full): a state
 *
 * Frees it.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_replica_state_free (WgReplicaState *state)
{
  if (state == NULL)
    return;
  g_free (state->replica);
  g_free (state->last_hash);
  g_free (state->epoch);
  g_free (state);
}

/**
 * wg_problem_new:
 * @status: HTTP status
 * @name: name of the problem, e.g. "gap"
 * @detail: (nullable): what happened this time
 *
 * Makes a problem with the title of its name and no extras.
 *
 * Thread: any.
 * Errors: none.
 * Source: RFC 9457 3; docs/sync-protocol.md, Problems
 *
 * Returns: (transfer full): the problem
 */
WgProblem *
wg_problem_new (int status, const char *name, const char *detail)
{
  WgProblem *problem = g_new0 (WgProblem, 1);

  problem->status = status;
  problem->name = g_strdup (name);
  problem->detail = g_strdup (detail);
  problem->expected = problem->last_seq = problem->offset = -1;
  for (gsize i = 0; i < G_N_ELEMENTS (PROBLEMS) && problem->title == NULL; i++)
    if (g_strcmp0 (PROBLEMS[i].name, name) == 0)
      problem->title = g_strdup (PROBLEMS[i].title);
  return problem;
}

/**
 * wg_problem_free:
 * @problem: (nullable) (transfer full): a problem
 *
 * Frees it.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_problem_free (WgProblem *problem)
{
  if (problem == NULL)
    return;
  g_free (problem->name);
  g_free (problem->title);
  g_free (problem->detail);
  g_free (problem->last_hash);
  g_free (problem->epoch);
  wg_wipe_order_free (problem->wipe);
  g_free (problem);
}

/**
 * wg_wire_hello_to_json:
 * @hello: a hello
 *
 * Writes who the platform is and what time it has.
 *
 * Thread: any.
 * Errors: none.
 * Source: docs/sync-protocol.md, General
 *
 * Returns: (transfer full): JSON text in one line
 */
char *
wg_wire_hello_to_json (const WgHello *hello)
{
  g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();

  wg_json_writer_begin_object (writer, NULL);
  wg_json_writer_int (writer, "protocol", hello->protocol);
  wg_json_writer_string (writer, "epoch", hello->epoch);
  wg_json_writer_int (writer, "server_time", hello->server_time_ms);
  wg_json_writer_string (writer, "motd", hello->motd);
  wg_json_writer_end (writer);
  return wg_json_writer_to_string (writer, FALSE);
}

/**
 * wg_wire_hello_from_json:
 * @json: (array length=length): JSON text
 * @length: bytes
 * @error: return location
 *
 * Reads a hello.
 *
 * Thread: any.
 * Errors: %WG_WIRE_ERROR_MALFORMED, %WG_WIRE_ERROR_LIMIT.
 *
 * Returns: (transfer full): the hello
 */
WgHello *
wg_wire_hello_from_json (const char *json, gsize length, GError **error)
{
  g_auto (WgJsonReader) reader = WG_JSON_READER_INIT;

  if (!wg_json_reader_open (&reader, "hello", json, length, WG_LIMIT_LINE, error))
    return NULL;
  g_autoptr (WgHello) hello = g_new0 (WgHello, 1);
  hello->protocol = wg_json_get_int (&reader, "protocol", 1, WG_JSON_INT_MAX);
  hello->epoch = wg_json_get_text (&reader, "epoch", WG_JSON_REQUIRED);
  hello->server_time_ms = wg_json_get_int (&reader, "server_time", 0, WG_JSON_INT_MAX);
  hello->motd = wg_json_get_text (&reader, "motd", WG_JSON_OPTIONAL);
  return wg_json_reader_close (&reader, error) ? g_steal_pointer (&hello) : NULL;
}

/**
 * wg_wire_replica_state_to_json:
 * @state: a state
 *
 * Writes how far the platform has the operations of a replica.
 *
 * Thread: any.
 * Errors: none.
 * Source: docs/sync-protocol.md, Push
 *
 * Returns: (transfer full): JSON text in one line
 */
char *
wg_wire_replica_state_to_json (const WgReplicaState *state)
{
  g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();

  wg_json_writer_begin_object (writer, NULL);
  wg_json_writer_string (writer, "replica", state->replica);
  wg_json_writer_int (writer, "last_seq", state->last_seq);
  wg_json_writer_string (writer, "last_hash", state->last_hash);
  wg_json_writer_int (writer, "durable_seq", state->durable_seq);
  wg_json_writer_string (writer, "epoch", state->epoch);
  wg_json_writer_end (writer);
  return wg_json_writer_to_string (writer, FALSE);
}

/**
 * wg_wire_replica_state_from_json:
 * @json: (array length=length): JSON text
 * @length: bytes
 * @error: return location
 *
 * Reads the state of a replica.
 *
 * Thread: any.
 * Errors: %WG_WIRE_ERROR_MALFORMED, %WG_WIRE_ERROR_LIMIT.
 *
 * Returns: (transfer full): the state
 */
WgReplicaState *
wg_wire_replica_state_from_json (const char *json, gsize length, GError **error)
{
  g_auto (WgJsonReader) reader = WG_JSON_READER_INIT;

  if (!wg_json_reader_open (&reader, "replica state", json, length, WG_LIMIT_LINE, error))
    return NULL;
  g_autoptr (WgReplicaState) state = g_new0 (WgReplicaState, 1);
  state->replica = wg_json_get_id (&reader, "replica", WG_JSON_REQUIRED);
  state->last_seq = wg_json_get_int (&reader, "last_seq", 0, WG_JSON_INT_MAX);
  state->last_hash = wg_json_get_hash (&reader, "last_hash", WG_JSON_REQUIRED);
  state->durable_seq = wg_json_get_int (&reader, "durable_seq", 0, WG_JSON_INT_MAX);
  state->epoch = wg_json_get_text (&reader, "epoch", WG_JSON_REQUIRED);
  return wg_json_reader_close (&reader, error) ? g_steal_pointer (&state) : NULL;
}

static void
write_number (WgJsonWriter *writer, const char *name, gint64 value)
{
  if (value >= 0)
    wg_json_writer_int (writer, name, value);
}

/**
 * wg_wire_problem_to_json:
 * @problem: a problem; extras below 0 or %NULL are left out
 *
 * Writes a problem.
 *
 * Thread: any.
 * Errors: none.
 * Source: RFC 9457 3; docs/sync-protocol.md, Problems
 *
 * Returns: (transfer full): JSON text in one line
 */
char *
wg_wire_problem_to_json (const WgProblem *problem)
{
  g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();
  g_autofree char *type = g_strconcat (TYPE_PREFIX, problem->name, NULL);

  wg_json_writer_begin_object (writer, NULL);
  wg_json_writer_string (writer, "type", type);
  wg_json_writer_string (writer, "title", problem->title);
  wg_json_writer_int (writer, "status", problem->status);
  wg_json_writer_string (writer, "detail", problem->detail);
  write_number (writer, "expected", problem->expected);
  write_number (writer, "last_seq", problem->last_seq);
  wg_json_writer_string (writer, "last_hash", problem->last_hash);
  wg_json_writer_string (writer, "epoch", problem->epoch);
  write_number (writer, "offset", problem->offset);
  if (problem->wipe)
    {
      wg_json_writer_begin_object (writer, "wipe");
      wg_json_writer_string (writer, "device_id", problem->wipe->device_id);
      wg_json_writer_string (writer, "nonce", problem->wipe->nonce);
      wg_json_writer_bytes (writer, "sig", problem->wipe->signature,
                            sizeof problem->wipe->signature);
      wg_json_writer_end (writer);
    }
  wg_json_writer_end (writer);
  return wg_json_writer_to_string (writer, FALSE);
}

static WgWipeOrder *
read_wipe (WgJsonReader *reader)
{
  g_autoptr (WgWipeOrder) order = NULL;
  WgJsonReader inner;

  if (wg_json_get (reader, "wipe", WG_JSON_OPTIONAL) == NULL)
    return NULL;
  order = g_new0 (WgWipeOrder, 1);
  wg_json_get_object (reader, "wipe", WG_JSON_REQUIRED, &inner);
  order->device_id = wg_json_get_text (&inner, "device_id", WG_JSON_REQUIRED);
  order->nonce = wg_json_get_text (&inner, "nonce", WG_JSON_REQUIRED);
  wg_json_get_bytes (&inner, "sig", order->signature, sizeof order->signature);
  wg_json_leave (reader, "wipe", &inner);
  return order->device_id && order->nonce ? g_steal_pointer (&order) : NULL;
}

/* A problem of another family comes from a proxy or portal in between. */
static char *
read_name (WgJsonReader *reader, GError **error)
{
  g_autofree char *type = wg_json_get_text (reader, "type", WG_JSON_OPTIONAL);

  if (type != NULL && g_str_has_prefix (type, TYPE_PREFIX))
    return g_strdup (type + strlen (TYPE_PREFIX));
  wg_wire_fail (error, WG_WIRE_ERROR_FOREIGN, NULL,
                "problem: \"type\" is none of this protocol: the answer is not of the platform");
  return NULL;
}

/**
 * wg_wire_problem_from_json:
 * @json: (array length=length): JSON text
 * @length: bytes
 * @error: return location
 *
 * Reads a problem; a name that this program does not know is kept.
 *
 * Thread: any.
 * Errors: %WG_WIRE_ERROR_MALFORMED, %WG_WIRE_ERROR_LIMIT; %WG_WIRE_ERROR_FOREIGN when it
 * is a problem of somebody else.
 *
 * Returns: (transfer full): the problem
 */
WgProblem *
wg_wire_problem_from_json (const char *json, gsize length, GError **error)
{
  g_auto (WgJsonReader) reader = WG_JSON_READER_INIT;

  if (!wg_json_reader_open (&reader, "problem", json, length, WG_LIMIT_LINE, error))
    return NULL;
  g_autofree char *name = read_name (&reader, error);
  if (name == NULL)
    return NULL;
  g_autoptr (WgProblem) problem = wg_problem_new (0, name, NULL);
  g_autofree char *title = wg_json_get_text (&reader, "title", WG_JSON_OPTIONAL);
  if (title != NULL)
    g_set_str (&problem->title, title);
  problem->status = (int) wg_json_get_int (&reader, "status", 400, 599);
  problem->detail = wg_json_get_text (&reader, "detail", WG_JSON_OPTIONAL);
  problem->expected = wg_json_get_int_or (&reader, "expected", 0, WG_JSON_INT_MAX, -1);
  problem->last_seq = wg_json_get_int_or (&reader, "last_seq", 0, WG_JSON_INT_MAX, -1);
  problem->last_hash = wg_json_get_hash (&reader, "last_hash", WG_JSON_OPTIONAL);
  problem->epoch = wg_json_get_text (&reader, "epoch", WG_JSON_OPTIONAL);
  problem->offset = wg_json_get_int_or (&reader, "offset", 0, WG_JSON_INT_MAX, -1);
  problem->wipe = read_wipe (&reader);
  return wg_json_reader_close (&reader, error) ? g_steal_pointer (&problem) : NULL;
}

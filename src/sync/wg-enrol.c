/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Enrolment: a code or a QR text becomes keys, a replica of the platform, and a store on this
 * device. */
#include "sync/wg-sync.h"

#include "core/wg-id.h"
#include "sync/wg-http.h"
#include "sync/wg-sync-judge.h"
#include "wg-config.h"

#define TRIES 3
#define SMALL_ANSWER (64 * 1024)
#define TICKET_PREFIX "wangge://"

static WgEnrolTicket *
read_ticket (const char *url, const char *ticket_or_code, GError **error)
{
  g_autoptr (WgEnrolTicket) ticket = NULL;

  if (g_str_has_prefix (ticket_or_code, TICKET_PREFIX))
    return wg_enrol_ticket_from_text (ticket_or_code, error);
  if (url == NULL || *url == '\0')
    {
      g_set_error (error, WG_SYNC_ERROR, WG_SYNC_ERROR_REFUSED,
                   "a typed code needs the platform's address");
      return NULL;
    }
  ticket = g_new0 (WgEnrolTicket, 1);
  ticket->url = g_strdup (url);
  ticket->code = wg_crypto_enrol_code_normalize (ticket_or_code, error);
  return ticket->code != NULL ? g_steal_pointer (&ticket) : NULL;
}

static WgEnrolRequest *
make_request (const WgPorts *ports, const char *code, const char *device_model)
{
  WgEnrolRequest *request = g_new0 (WgEnrolRequest, 1);

  request->code = g_strdup (code);
  request->device_model = g_strdup (device_model != NULL ? device_model : "unknown");
  request->device_os = g_get_os_info (G_OS_INFO_KEY_PRETTY_NAME);
  if (request->device_os == NULL)
    request->device_os = g_strdup ("unknown");
  request->app =
      g_strdup_printf ("%s/%s", g_get_prgname () ? g_get_prgname () : "wangge", WG_VERSION);
  request->nonce = wg_id_new (ports);
  return request;
}

/* The same request each time: the platform gives the same key the same answer, so an answer that
 * was lost on the way does not cost the code. */
static WgHttpReply *
ask (WgHttp *http, const char *json, GCancellable *cancellable, GError **error)
{
  g_autoptr (GBytes) body = g_bytes_new (json, strlen (json));
  WgHttpRequest request = {
    .method = "POST",
    .path = "/v1/enrol",
    .content_type = "application/json",
    .body = body,
    .limit = SMALL_ANSWER,
  };

  for (int i = 1;; i++)
    {
      g_autoptr (GError) failure = NULL;
      WgHttpReply *reply = wg_http_send (http, &request, cancellable, &failure);

      if (reply != NULL)
        return reply;
      if (i == TRIES || !(g_error_matches (failure, WG_SYNC_ERROR, WG_SYNC_ERROR_OFFLINE) ||
                          g_error_matches (failure, WG_SYNC_ERROR, WG_SYNC_ERROR_TIMEOUT)))
        {
          g_propagate_error (error, g_steal_pointer (&failure));
          return NULL;
        }
    }
}

static WgEnrolAnswer *
take_answer (const WgHttpReply *reply, const WgEnrolTicket *ticket, GError **error)
{
  static const guint8 no_key[WG_SIGN_PUBLIC];
  g_autoptr (WgEnrolAnswer) answer = NULL;
  const char *text;
  gsize size;

  if (wg_sync_judge (reply, WG_ANSWER_JSON, NULL, NULL, error) != WG_SYNC_EVENT_DONE)
    return NULL;
  text = g_bytes_get_data (reply->body, &size);
  answer = wg_wire_enrol_answer_from_json (text, size, error);
  if (answer == NULL)
    return NULL;
  if (memcmp (ticket->platform_key, no_key, WG_SIGN_PUBLIC) != 0 &&
      memcmp (ticket->platform_key, answer->platform_key, WG_SIGN_PUBLIC) != 0)
    {
      g_set_error (error, WG_SYNC_ERROR, WG_SYNC_ERROR_TLS,
                   "another platform answered than the one that gave the code");
      return NULL;
    }
  if (g_strcmp0 (answer->epoch, reply->epoch) != 0)
    {
      g_set_error (error, WG_SYNC_ERROR, WG_SYNC_ERROR_FAILED,
                   "the platform contradicts itself about its epoch");
      return NULL;
    }
  return g_steal_pointer (&answer);
}

static void
fill_identity (WgIdentity *identity, const WgEnrolTicket *ticket, const WgEnrolAnswer *answer)
{
  identity->server_url = g_strdup (ticket->url);
  identity->pin = g_strdup (ticket->pin);
  identity->device_id = g_strdup (answer->device_id);
  identity->replica = g_strdup (answer->replica);
  identity->worker_json = g_strdup (answer->worker);
  identity->epoch = g_strdup (answer->epoch);
  memcpy (identity->platform_key, answer->platform_key, WG_SIGN_PUBLIC);
  identity->lease_s = answer->lease_s;
}

/**
 * wg_enrol:
 * @folder: of the store to be; it must not hold one
 * @ports: clock and chance
 * @url: (nullable): the platform's address, for a typed code
 * @ticket_or_code: text of the QR picture, or the typed code
 * @secret: PIN or passphrase that will unlock the store
 * @device_model: (nullable): what the office shall see
 * @cancellable: (nullable): stops at any byte
 * @error: return location for an error
 *
 * Makes the device's key, tells the platform, creates the store. Everything that can be checked on
 * the device is checked before the code is used up.
 *
 * Thread: any but the UI's; blocks.
 * Errors: %WG_SYNC_ERROR, %WG_WIRE_ERROR for an unreadable code, %WG_STORE_ERROR.
 * Source: protocol.md 3.2
 *
 * Returns: (transfer full): the open store, or %NULL
 */
WgStore *
wg_enrol (const char *folder,
          const WgPorts *ports,
          const char *url,
          const char *ticket_or_code,
          const char *secret,
          const char *device_model,
          GCancellable *cancellable,
          GError **error)
{
  g_autoptr (WgIdentity) identity = wg_identity_new ();
  g_autoptr (WgEnrolRequest) request = NULL;
  g_autoptr (WgEnrolTicket) ticket = NULL;
  g_autoptr (WgEnrolAnswer) answer = NULL;
  g_autoptr (WgHttpReply) reply = NULL;
  g_autoptr (WgHttp) http = NULL;
  g_autofree char *json = NULL;

  if (wg_store_exists (folder))
    {
      g_set_error (error, WG_STORE_ERROR, WG_STORE_ERROR_INVALID,
                   "\"%s\" already holds a store, choose another folder", folder);
      return NULL;
    }
  if (!wg_crypto_init (error) || !wg_secret_check (secret, error))
    return NULL;
  ticket = read_ticket (url, ticket_or_code, error);
  http = ticket != NULL ? wg_http_new (ticket->url, ticket->pin, error) : NULL;
  if (http == NULL)
    return NULL;

  wg_crypto_sign_keys (ports, identity->sign_public, identity->sign_secret);
  request = make_request (ports, ticket->code, device_model);
  memcpy (request->public_key, identity->sign_public, WG_SIGN_PUBLIC);
  json = wg_wire_enrol_request_to_json (request, identity->sign_secret);
  reply = ask (http, json, cancellable, error);
  answer = reply != NULL ? take_answer (reply, ticket, error) : NULL;
  if (answer == NULL)
    return NULL;
  fill_identity (identity, ticket, answer);
  return wg_store_create (folder, ports, secret, identity, error);
}

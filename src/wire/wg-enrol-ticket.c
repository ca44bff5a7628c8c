/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text of the enrolment QR code: where the platform is, and how to know it again. */
#include <string.h>

#include "wire/wg-json-private.h"
#include "wire/wg-wire-session.h"

#define PREFIX "wangge://enrol?"
#define VERSION "1"
#define PIN_PREFIX "sha256//"
#define LONGEST 1024

/**
 * wg_enrol_ticket_free:
 * @ticket: (nullable) (transfer full): a ticket
 *
 * Frees it.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_enrol_ticket_free (WgEnrolTicket *ticket)
{
  if (ticket == NULL)
    return;
  g_free (ticket->url);
  g_free (ticket->code);
  g_free (ticket->pin);
  g_free (ticket);
}

static void
append (GString *text, char name, const char *value)
{
  g_string_append_printf (text, "&%c=", name);
  g_string_append_uri_escaped (text, value, NULL, FALSE);
}

/**
 * wg_enrol_ticket_to_text:
 * @ticket: a ticket
 *
 * Writes the text of the QR code.
 *
 * Thread: any.
 * Errors: none.
 * Source: docs/sync-protocol.md, Enrolment
 *
 * Returns: (transfer full): the text
 */
char *
wg_enrol_ticket_to_text (const WgEnrolTicket *ticket)
{
  GString *text = g_string_new (PREFIX "v=" VERSION);
  g_autofree char *key = wg_base64url_encode (ticket->platform_key, sizeof ticket->platform_key);

  append (text, 'u', ticket->url);
  append (text, 'c', ticket->code);
  if (ticket->pin != NULL)
    append (text, 'p', ticket->pin);
  append (text, 'k', key);
  return g_string_free_and_steal (text);
}

static gboolean
is_platform_url (const char *url)
{
  g_autoptr (GUri) uri = g_uri_parse (url, G_URI_FLAGS_NONE, NULL);

  return uri != NULL && g_uri_get_host (uri) != NULL && g_uri_get_host (uri)[0] != '\0' &&
         g_uri_get_userinfo (uri) == NULL &&
         (g_str_equal (g_uri_get_scheme (uri), "https") ||
          g_str_equal (g_uri_get_scheme (uri), "http"));
}

static gboolean
is_pin (const char *pin)
{
  return g_str_has_prefix (pin, PIN_PREFIX) && strlen (pin) == strlen (PIN_PREFIX) + 44 &&
         strspn (pin + strlen (PIN_PREFIX),
                 "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=") == 44;
}

static const char *
find_fault (WgEnrolTicket *ticket, GHashTable *values)
{
  const char *version = g_hash_table_lookup (values, "v");
  const char *code = g_hash_table_lookup (values, "c");
  const char *key = g_hash_table_lookup (values, "k");

  if (version == NULL || !g_str_equal (version, VERSION))
    return "is of another version: update this program";
  ticket->url = g_strdup (g_hash_table_lookup (values, "u"));
  if (ticket->url == NULL || !is_platform_url (ticket->url))
    return "has no address of a platform";
  ticket->code = code != NULL ? wg_crypto_enrol_code_normalize (code, NULL) : NULL;
  if (ticket->code == NULL)
    return "has no right enrolment code";
  ticket->pin = g_strdup (g_hash_table_lookup (values, "p"));
  if (ticket->pin != NULL && !is_pin (ticket->pin))
    return "has a damaged certificate pin";
  g_autoptr (GBytes) bytes = key != NULL ? wg_base64url_decode (key, NULL) : NULL;
  if (bytes == NULL || g_bytes_get_size (bytes) != sizeof ticket->platform_key)
    return "has no right key of the platform";
  memcpy (ticket->platform_key, g_bytes_get_data (bytes, NULL), sizeof ticket->platform_key);
  return NULL;
}

/**
 * wg_enrol_ticket_from_text:
 * @text: what was read from a QR code or pasted
 * @error: return location
 *
 * Reads the text of an enrolment QR code. Members that this program does not know are
 * passed over.
 *
 * Thread: any.
 * Errors: %WG_WIRE_ERROR_FOREIGN when it is some other text; %WG_WIRE_ERROR_MALFORMED,
 * %WG_WIRE_ERROR_LIMIT.
 * Source: docs/sync-protocol.md, Enrolment
 *
 * Returns: (transfer full): the ticket
 */
WgEnrolTicket *
wg_enrol_ticket_from_text (const char *text, GError **error)
{
  g_autoptr (WgEnrolTicket) ticket = g_new0 (WgEnrolTicket, 1);
  g_autoptr (GHashTable) values = NULL;
  const char *fault = "is damaged";

  if (!g_str_has_prefix (text, PREFIX))
    {
      wg_wire_fail (error, WG_WIRE_ERROR_FOREIGN, NULL,
                    "this is no enrolment code of a platform: ask the sub-centre for one");
      return NULL;
    }
  if (strlen (text) > LONGEST)
    {
      wg_wire_fail (error, WG_WIRE_ERROR_LIMIT, NULL, "the enrolment text is too long");
      return NULL;
    }
  values = g_uri_parse_params (text + strlen (PREFIX), -1, "&", G_URI_PARAMS_NONE, NULL);
  if (values != NULL)
    fault = find_fault (ticket, values);
  if (fault == NULL)
    return g_steal_pointer (&ticket);
  wg_wire_fail (error, WG_WIRE_ERROR_MALFORMED, NULL, "the enrolment text %s", fault);
  return NULL;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands enrol, revoke and unlock. */
#include <string.h>

#include <glib/gi18n.h>

#include "server/wg-admin.h"
#include "server/wg-audit.h"
#include "server/wg-qr.h"
#include "server/wg-server-error.h"
#include "wire/wg-wire-session.h"

#define TTL_DEFAULT_S (30 * 60)
#define TTL_MAX_S 86400

static char *url, *qr_png;
static int ttl_s = TTL_DEFAULT_S;

/**
 * wg_command_enrol_options:
 * @admin: the invocation
 *
 * Thread: main.
 * Errors: none.
 *
 * Returns: (transfer none): the options of enrol
 */
const GOptionEntry *
wg_command_enrol_options (WgAdmin *admin)
{
  static const GOptionEntry options[] = {
    { "url", 0, 0, G_OPTION_ARG_STRING, &url, N_ ("How the tablet reaches the platform"),
      N_ ("URL") },
    { "ttl", 0, 0, G_OPTION_ARG_INT, &ttl_s, N_ ("Seconds the code can be used (1800)"), N_ ("S") },
    { "qr-png", 0, 0, G_OPTION_ARG_FILENAME, &qr_png, N_ ("Write the QR picture to a file"),
      N_ ("FILE") },
    { NULL },
  };

  return options;
}

typedef struct
{
  const char *worker;
  char *code; /* as shown */
  WgEnrolTicket *ticket;
  gint64 expires_ms;
  gboolean found;
} Enrolment;

static gboolean
find_worker (WgWork *work, Enrolment *self, GError **error)
{
  WgStatement *statement = wg_db_statement (work->db, "worker-get", error);
  g_autoptr (GError) local = NULL;

  if (statement == NULL)
    return FALSE;
  wg_statement_bind_text (statement, "id", self->worker);
  self->found = wg_db_take_int (statement, "active", &local) == 1;
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static gboolean
make_ticket (WgWork *work, Enrolment *self, GError **error)
{
  g_autofree char *normalized = wg_crypto_enrol_code_normalize (self->code, error);
  g_autofree char *pin = NULL;
  g_autoptr (GError) local = NULL;

  if (normalized == NULL)
    return FALSE;
  self->ticket = g_new0 (WgEnrolTicket, 1);
  self->ticket->code = g_steal_pointer (&normalized);
  self->ticket->url = url ? g_strdup (url) : wg_meta_get (work->db, "url", &local);
  pin = local ? NULL : wg_meta_get (work->db, "pin", &local);
  if (local)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (self->ticket->url == NULL)
    {
      g_set_error (error, WG_SERVER_ERROR, WG_SERVER_ERROR_CONFIG, "%s",
                   _ ("the address is not known before the platform has served once: give --url"));
      return FALSE;
    }
  if (pin && *pin)
    self->ticket->pin = g_steal_pointer (&pin);
  memcpy (self->ticket->platform_key, work->platform->sign_public, WG_SIGN_PUBLIC);
  return TRUE;
}

static gboolean
enrol (WgWork *work, gpointer data, GError **error)
{
  Enrolment *self = data;
  g_autofree char *hash = NULL;
  g_autofree char *actor = wg_admin_get_actor ();

  if (!find_worker (work, self, error))
    return FALSE;
  if (!self->found)
    return TRUE;
  self->code = wg_crypto_enrol_code (&work->platform->ports);
  self->expires_ms = work->now_ms + ttl_s * G_GINT64_CONSTANT (1000);
  if (!make_ticket (work, self, error))
    return FALSE;
  hash = wg_crypto_sha256 ((const guint8 *) self->ticket->code, strlen (self->ticket->code));
  return wg_db_run (work->db, "enrolment-add", error, "code_hash", 's', hash, "worker", 's',
                    self->worker, "created_ms", 'i', work->now_ms, "expires_ms", 'i',
                    self->expires_ms, NULL) &&
         wg_audit_add (work, actor, "enrolment-offered", self->worker, NULL, error);
}

static int
print_enrolment (WgAdmin *admin, const Enrolment *self)
{
  g_autofree char *text = wg_enrol_ticket_to_text (self->ticket);
  g_autofree char *blocks = NULL;
  g_autoptr (GError) error = NULL;

  if (qr_png)
    {
      g_autoptr (GBytes) png = wg_qr_to_png (text, &error);
      if (png == NULL || !g_file_set_contents (qr_png, g_bytes_get_data (png, NULL),
                                               (gssize) g_bytes_get_size (png), &error))
        return wg_admin_fail (error);
    }
  if (admin->json)
    {
      g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();
      wg_json_writer_begin_object (writer, NULL);
      wg_json_writer_string (writer, "worker", self->worker);
      wg_json_writer_string (writer, "code", self->code);
      wg_json_writer_string (writer, "url", self->ticket->url);
      wg_json_writer_string (writer, "pin", self->ticket->pin);
      wg_json_writer_string (writer, "qr", text);
      wg_json_writer_int (writer, "expires_ms", self->expires_ms);
      wg_json_writer_end (writer);
      wg_admin_print_json (writer);
      return WG_EXIT_OK;
    }
  blocks = wg_qr_to_blocks (text, &error);
  if (blocks == NULL)
    return wg_admin_fail (error);
  g_print ("%s\n%s\n\n", blocks, text);
  g_print (_ ("Code for %s: %s (%d minutes)\n"), self->worker, self->code, ttl_s / 60);
  return WG_EXIT_OK;
}

/**
 * wg_command_enrol:
 * @admin: the invocation
 * @arguments: the worker's id
 *
 * Gives a worker a code for a tablet; only its hash is kept.
 *
 * Thread: main.
 * Errors: printed.
 *
 * Returns: the exit code
 */
int
wg_command_enrol (WgAdmin *admin, char **arguments)
{
  Enrolment self = { .worker = arguments[0] };
  g_autoptr (GError) error = NULL;
  int code;

  if (ttl_s < 1 || ttl_s > TTL_MAX_S)
    {
      g_printerr (_ ("wangge-platform: --ttl takes 1 to %d seconds\n"), TTL_MAX_S);
      return WG_EXIT_USAGE;
    }
  if (!wg_admin_open (admin))
    return WG_EXIT_FAILED;
  if (!wg_admin_run (admin, enrol, &self, &error))
    code = wg_admin_fail (error);
  else if (!self.found)
    code = wg_admin_not_found (_ ("worker"), self.worker);
  else
    code = print_enrolment (admin, &self);
  g_free (self.code);
  g_clear_pointer (&self.ticket, wg_enrol_ticket_free);
  return code;
}

static gboolean keep_data;

/**
 * wg_command_revoke_options:
 * @admin: the invocation
 *
 * Thread: main.
 * Errors: none.
 *
 * Returns: (transfer none): the options of revoke
 */
const GOptionEntry *
wg_command_revoke_options (WgAdmin *admin)
{
  static const GOptionEntry options[] = {
    { "keep-data", 0, 0, G_OPTION_ARG_NONE, &keep_data,
      N_ ("Shut it out only: what it has not sent yet stays on it"), NULL },
    { NULL },
  };

  return options;
}

typedef struct
{
  const char *device;
  const char *state; /* static */
  gboolean found;
} DeviceState;

static gboolean
set_state (WgWork *work, gpointer data, GError **error)
{
  DeviceState *self = data;
  g_autofree char *actor = wg_admin_get_actor ();
  gboolean revoked = g_str_equal (self->state, "revoked");

  if (!wg_db_run (work->db, "device-set-state", error, "id", 's', self->device, "state", 's',
                  self->state, "wipe", 'i', (gint64) (revoked && !keep_data), NULL))
    return FALSE;
  self->found = wg_db_changes (work->db) > 0;
  if (!self->found)
    return TRUE;
  return wg_db_run (work->db, "session-drop-device", error, "device", 's', self->device, NULL) &&
         wg_audit_add (work, actor, self->state, self->device, NULL, error);
}

static int
change_state (WgAdmin *admin, const char *device, const char *state)
{
  DeviceState self = { device, state, FALSE };
  g_autoptr (GError) error = NULL;

  if (!wg_admin_open (admin))
    return WG_EXIT_FAILED;
  if (!wg_admin_run (admin, set_state, &self, &error))
    return wg_admin_fail (error);
  return self.found ? WG_EXIT_OK : wg_admin_not_found (_ ("device"), device);
}

/**
 * wg_command_revoke:
 * @admin: the invocation
 * @arguments: the device's id
 *
 * Shuts a lost device out: its sessions end now, and at its next contact it gets a signed order to
 * erase its key and its data.
 *
 * Thread: main.
 * Errors: printed.
 *
 * Returns: the exit code
 */
int
wg_command_revoke (WgAdmin *admin, char **arguments)
{
  return change_state (admin, arguments[0], "revoked");
}

/**
 * wg_command_unlock:
 * @admin: the invocation
 * @arguments: the device's id
 *
 * Lets a device in again that was found.
 *
 * Thread: main.
 * Errors: printed.
 *
 * Returns: the exit code
 */
int
wg_command_unlock (WgAdmin *admin, char **arguments)
{
  return change_state (admin, arguments[0], "active");
}

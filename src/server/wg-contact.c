/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a terminal says of itself when it pulls; the commands devices and lease. */
#include "server/wg-contact.h"

#include <glib/gi18n.h>

#include "server/wg-admin.h"
#include "server/wg-audit.h"
#include "server/wg-sessions.h"

/* A contact that brings nothing new is noted this often. */
#define NOTE_MS 60000
#define APP_MAX 100
#define LEASE_DAYS_MAX 90

/**
 * wg_contact_free:
 * @self: (nullable): a contact
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_contact_free (WgContact *self)
{
  if (self == NULL)
    return;
  g_free (self->replica);
  g_free (self->app);
  g_free (self);
}

/**
 * wg_contact_new:
 * @platform: the platform
 * @db: a reading connection
 * @replica: who pulls
 * @app: (nullable): program and version, as it says
 * @ask: its request
 * @error: return location
 *
 * Compares what a terminal says of itself with what is noted.
 *
 * Thread: the connection's.
 * Errors: of the database.
 *
 * Returns: (transfer full) (nullable): what to note; %NULL when nothing, or with @error set
 */
WgContact *
wg_contact_new (const WgPlatform *platform,
                WgDb *db,
                const char *replica,
                const char *app,
                const WgPullRequest *ask,
                GError **error)
{
  WgStatement *statement = wg_db_statement (db, "replica-contact", error);
  g_autofree char *version =
      g_utf8_make_valid (app ? app : "", app ? MIN (strlen (app), APP_MAX) : 0);
  gint64 n_waiting = MAX (ask->n_waiting, 0), n_photos = MAX (ask->n_photos, 0);
  gboolean news = FALSE;
  WgContact *self;

  if (statement == NULL)
    return NULL;
  wg_statement_bind_text (statement, "id", replica);
  if (!wg_statement_next (statement, error))
    return NULL;
  news = wg_ports_wall_ms (&platform->ports) - wg_statement_int (statement, "seen_ms") > NOTE_MS ||
         n_waiting != wg_statement_int (statement, "n_waiting") ||
         n_photos != wg_statement_int (statement, "n_photos") ||
         g_strcmp0 (version, wg_statement_text (statement, "app")) != 0;
  wg_statement_reset (statement);
  if (!news)
    return NULL;
  self = g_new0 (WgContact, 1);
  self->replica = g_strdup (replica);
  self->app = g_steal_pointer (&version);
  self->n_waiting = n_waiting;
  self->n_photos = n_photos;
  return self;
}

/**
 * wg_contact_note:
 * @work: the transaction
 * @self: a contact
 * @error: return location
 *
 * Writes it down.
 *
 * Thread: the connection's.
 * Errors: of the database.
 *
 * Returns: %TRUE on success
 */
gboolean
wg_contact_note (WgWork *work, const WgContact *self, GError **error)
{
  return wg_db_run (work->db, "replica-touch", error, "seen_ms", 'i', work->now_ms, "app", 's',
                    self->app, "n_waiting", 'i', self->n_waiting, "n_photos", 'i', self->n_photos,
                    "id", 's', self->replica, NULL);
}

/* --- the commands ---------------------------------------------------------------------------- */

static char *
format_time (gint64 at_ms)
{
  g_autoptr (GDateTime) utc = at_ms > 0 ? g_date_time_new_from_unix_utc (at_ms / 1000) : NULL;
  g_autoptr (GDateTime) local = utc ? g_date_time_to_local (utc) : NULL;

  return local ? g_date_time_format (local, "%Y-%m-%d %H:%M") : g_strdup ("-");
}

/* What has become of it, for people and for scripts. */
static const char *
describe_state (WgStatement *row)
{
  if (g_strcmp0 (wg_statement_text (row, "state"), "active") == 0)
    return "active";
  if (!wg_statement_int (row, "wipe"))
    return "revoked";
  return wg_statement_is_null (row, "wipe_told_ms") ? "wipe-ordered" : "wiped";
}

static void
write_device (WgJsonWriter *writer, WgStatement *row, gint64 lease_s)
{
  static const char *const texts[] = { "id", "replica", "worker", "name", "model", "os", "app" };
  static const char *const numbers[] = { "last_seq",    "durable_seq", "n_waiting",   "n_photos",
                                         "enrolled_ms", "seen_ms",     "wipe_told_ms" };
  gint64 seen_ms = wg_statement_int (row, "seen_ms");

  wg_json_writer_begin_object (writer, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    wg_json_writer_string (writer, texts[i], wg_statement_text (row, texts[i]));
  wg_json_writer_string (writer, "state", describe_state (row));
  for (gsize i = 0; i < G_N_ELEMENTS (numbers); i++)
    if (!wg_statement_is_null (row, numbers[i]))
      wg_json_writer_int (writer, numbers[i], wg_statement_int (row, numbers[i]));
  if (seen_ms > 0)
    wg_json_writer_int (writer, "lease_until_ms", seen_ms + lease_s * 1000);
  wg_json_writer_end (writer);
}

static void
print_device (WgStatement *row, gint64 lease_s)
{
  gint64 seen_ms = wg_statement_int (row, "seen_ms");
  g_autofree char *seen = format_time (seen_ms);
  g_autofree char *until = format_time (seen_ms > 0 ? seen_ms + lease_s * 1000 : 0);
  const char *app = wg_statement_text (row, "app");
  const char *model = wg_statement_text (row, "model");

  g_print ("%s\t%s\t%s\t%s\t%s\t%s\t%s\t%d+%d\t%s\n", wg_statement_text (row, "id"),
           describe_state (row), wg_statement_text (row, "worker"), wg_statement_text (row, "name"),
           seen, until, app ? app : "-", (int) wg_statement_int (row, "n_waiting"),
           (int) wg_statement_int (row, "n_photos"), model ? model : "-");
}

/**
 * wg_command_devices:
 * @admin: the invocation
 * @arguments: none
 *
 * Lists the tablets: state, worker, last contact, end of the lease, version, what was not sent yet
 * (operations and photos) at the last contact.
 *
 * Thread: main.
 * Errors: printed.
 *
 * Returns: the exit code
 */
int
wg_command_devices (WgAdmin *admin, char **arguments)
{
  g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();
  g_autoptr (GError) error = NULL;
  WgStatement *statement;
  gint64 lease_s;

  if (!wg_admin_open (admin))
    return WG_EXIT_FAILED;
  lease_s = wg_sessions_get_lease_s (admin->db, &error);
  statement = error ? NULL : wg_db_statement (admin->db, "device-all", &error);
  if (statement == NULL)
    return wg_admin_fail (error);
  if (!admin->json)
    g_print ("%s\n", _ ("Device\tState\tWorker\tName\tLast seen\tLease until\tVersion\tNot sent"
                        "\tModel"));
  wg_json_writer_begin_array (writer, NULL);
  while (wg_statement_next (statement, &error))
    if (admin->json)
      write_device (writer, statement, lease_s);
    else
      print_device (statement, lease_s);
  wg_json_writer_end (writer);
  if (error)
    return wg_admin_fail (error);
  if (admin->json)
    wg_admin_print_json (writer);
  return WG_EXIT_OK;
}

static gboolean
set_lease (WgWork *work, gpointer data, GError **error)
{
  g_autofree char *actor = wg_admin_get_actor ();

  return wg_meta_set (work->db, WG_META_LEASE, data, error) &&
         wg_audit_add (work, actor, "lease", data, NULL, error);
}

/**
 * wg_command_lease:
 * @admin: the invocation
 * @arguments: nothing, or a number of days
 *
 * Tells or sets for how many days a terminal may be used without a contact; each terminal learns
 * it at its next session.
 *
 * Thread: main.
 * Errors: printed.
 * Source: protocol.md 2.5
 *
 * Returns: the exit code
 */
int
wg_command_lease (WgAdmin *admin, char **arguments)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  guint64 days = 0;

  if (arguments[0] && (arguments[1] || !g_ascii_string_to_unsigned (arguments[0], 10, 1,
                                                                    LEASE_DAYS_MAX, &days, NULL)))
    {
      g_printerr (_ ("wangge-platform: lease takes 1 to %d days\n"), LEASE_DAYS_MAX);
      return WG_EXIT_USAGE;
    }
  if (!wg_admin_open (admin))
    return WG_EXIT_FAILED;
  text = g_strdup_printf ("%d", (int) days);
  if (days > 0 && !wg_admin_run (admin, set_lease, text, &error))
    return wg_admin_fail (error);
  days = (guint64) wg_sessions_get_lease_s (admin->db, &error) / 86400;
  if (error)
    return wg_admin_fail (error);
  g_print (_ ("%d days\n"), (int) days);
  return WG_EXIT_OK;
}

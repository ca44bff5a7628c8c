/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands list, show and stats. */
#include <string.h>

#include <glib/gi18n.h>

#include "core/wg-event.h"
#include "server/wg-admin.h"
#include "server/wg-audit.h"
#include "wire/wg-wire-event.h"

static int state = -1;
static char *org_code;

/**
 * wg_command_list_options:
 * @admin: the invocation
 *
 * Thread: main.
 * Errors: none.
 *
 * Returns: (transfer none): the options of list
 */
const GOptionEntry *
wg_command_list_options (WgAdmin *admin)
{
  static const GOptionEntry options[] = {
    { "state", 0, 0, G_OPTION_ARG_INT, &state, N_ ("Only events in this state"), N_ ("CODE") },
    { "org", 0, 0, G_OPTION_ARG_STRING, &org_code, N_ ("Only of this town"), N_ ("CODE") },
    { NULL },
  };

  return options;
}

typedef enum
{
  CELL_TEXT,
  CELL_INT,
  CELL_RAW
} CellType;

/* One column of a list: a column of the statement. */
typedef struct
{
  const char *name;
  CellType type;
  gboolean json_only;
} Cell;

typedef struct
{
  const char *name;
  const char *statement;
  const char *kind; /* bound as :kind when given */
  const Cell *cells;
} List;

static const Cell EVENT_CELLS[] = {
  { "id", CELL_TEXT, FALSE },         { "event_no", CELL_TEXT, FALSE },
  { "state", CELL_INT, FALSE },       { "level", CELL_INT, FALSE },
  { "class_code", CELL_TEXT, FALSE }, { "grid_code", CELL_TEXT, FALSE },
  { "org_code", CELL_TEXT, TRUE },    { "reporter", CELL_TEXT, FALSE },
  { "step_no", CELL_INT, TRUE },      { "ver", CELL_INT, TRUE },
  { "received_ms", CELL_INT, TRUE },  { "flags", CELL_TEXT, TRUE },
  { "body", CELL_RAW, TRUE },         { NULL },
};
static const Cell WORKER_CELLS[] = {
  { "id", CELL_TEXT, FALSE },        { "name", CELL_TEXT, FALSE },
  { "role", CELL_TEXT, FALSE },      { "org_code", CELL_TEXT, FALSE },
  { "grid_code", CELL_TEXT, FALSE }, { "active", CELL_INT, TRUE },
  { "devices", CELL_INT, FALSE },    { NULL },
};
static const Cell DEVICE_CELLS[] = {
  { "id", CELL_TEXT, FALSE },      { "state", CELL_TEXT, FALSE },
  { "worker", CELL_TEXT, FALSE },  { "replica", CELL_TEXT, FALSE },
  { "last_seq", CELL_INT, FALSE }, { "durable_seq", CELL_INT, TRUE },
  { "n_waiting", CELL_INT, TRUE }, { "n_photos", CELL_INT, TRUE },
  { "model", CELL_TEXT, FALSE },   { "os", CELL_TEXT, TRUE },
  { "app", CELL_TEXT, TRUE },      { "enrolled_ms", CELL_INT, TRUE },
  { "seen_ms", CELL_INT, TRUE },   { NULL },
};
static const Cell REF_CELLS[] = {
  { "id", CELL_TEXT, FALSE },
  { "ver", CELL_INT, TRUE },
  { "body", CELL_RAW, FALSE },
  { NULL },
};
static const Cell REFUSED_CELLS[] = {
  { "op_id", CELL_TEXT, FALSE },     { "code", CELL_TEXT, FALSE }, { "worker", CELL_TEXT, FALSE },
  { "scope", CELL_TEXT, FALSE },     { "rec", CELL_TEXT, FALSE },  { "org_code", CELL_TEXT, TRUE },
  { "replica", CELL_TEXT, TRUE },    { "seq", CELL_INT, TRUE },    { "at_ms", CELL_INT, TRUE },
  { "received_ms", CELL_INT, TRUE }, { "line", CELL_RAW, TRUE },   { NULL },
};
static const Cell CONFLICT_CELLS[] = {
  { "id", CELL_TEXT, FALSE },
  { "rec", CELL_TEXT, FALSE },
  { "org_code", CELL_TEXT, FALSE },
  { "ver", CELL_INT, TRUE },
  { "opened_ms", CELL_INT, TRUE },
  { "body", CELL_RAW, TRUE },
  { NULL },
};
static const List LISTS[] = {
  { "events", "event-all", NULL, EVENT_CELLS },
  { "workers", "worker-all", NULL, WORKER_CELLS },
  { "devices", "device-all", NULL, DEVICE_CELLS },
  { "grids", "ref-of-kind", "grid", REF_CELLS },
  { "orgs", "ref-of-kind", "org", REF_CELLS },
  { "conflicts", "dispute-open", NULL, CONFLICT_CELLS },
  { "refused", "refused-open", NULL, REFUSED_CELLS },
};

static void
write_cells (WgJsonWriter *writer, WgStatement *row, const Cell *cells)
{
  for (; cells->name; cells++)
    {
      if (wg_statement_is_null (row, cells->name))
        continue;
      if (cells->type == CELL_INT)
        wg_json_writer_int (writer, cells->name, wg_statement_int (row, cells->name));
      else if (cells->type == CELL_RAW)
        wg_json_writer_raw (writer, cells->name, wg_statement_text (row, cells->name));
      else
        wg_json_writer_string (writer, cells->name, wg_statement_text (row, cells->name));
    }
}

static void
print_cells (WgStatement *row, const Cell *cells)
{
  const char *separator = "";

  for (; cells->name; cells++)
    {
      const char *text;
      if (cells->json_only)
        continue;
      text = wg_statement_text (row, cells->name);
      g_print ("%s%s", separator, text ? text : "-");
      separator = "\t";
    }
  g_print ("\n");
}

/* What citizens told: a read is audited, and a town can be chosen. */
static gboolean
is_personal (const List *list)
{
  return list->cells == EVENT_CELLS || list->cells == REFUSED_CELLS ||
         list->cells == CONFLICT_CELLS;
}

static gboolean
print_list (WgAdmin *admin, const List *list, GError **error)
{
  WgStatement *statement = wg_db_statement (admin->db, list->statement, error);
  g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();
  g_autoptr (GError) local = NULL;

  if (statement == NULL)
    return FALSE;
  if (list->kind)
    wg_statement_bind_text (statement, "kind", list->kind);
  if (list->cells == EVENT_CELLS)
    wg_statement_bind_int (statement, "state", state);
  if (is_personal (list))
    wg_statement_bind_text (statement, "org_code", org_code ? org_code : "");
  wg_json_writer_begin_array (writer, NULL);
  while (wg_statement_next (statement, &local))
    {
      if (admin->json)
        {
          wg_json_writer_begin_object (writer, NULL);
          write_cells (writer, statement, list->cells);
          wg_json_writer_end (writer);
        }
      else
        {
          print_cells (statement, list->cells);
        }
    }
  wg_json_writer_end (writer);
  if (local)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (admin->json)
    wg_admin_print_json (writer);
  return TRUE;
}

static gboolean
note_read (WgWork *work, gpointer data, GError **error)
{
  g_autofree char *actor = wg_admin_get_actor ();

  return wg_audit_add (work, actor, "read", data, NULL, error);
}

/**
 * wg_command_list:
 * @admin: the invocation
 * @arguments: what to list
 *
 * Lists what the platform holds: a line each, or one JSON array.
 *
 * Thread: main.
 * Errors: printed.
 *
 * Returns: the exit code
 */
int
wg_command_list (WgAdmin *admin, char **arguments)
{
  g_autoptr (GError) error = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (LISTS); i++)
    {
      if (strcmp (LISTS[i].name, arguments[0]) != 0)
        continue;
      if (!wg_admin_open (admin))
        return WG_EXIT_FAILED;
      if (is_personal (&LISTS[i]) &&
          !wg_admin_run (admin, note_read, (gpointer) LISTS[i].name, &error))
        return wg_admin_fail (error);
      return print_list (admin, &LISTS[i], &error) ? WG_EXIT_OK : wg_admin_fail (error);
    }
  g_printerr (_ ("wangge-platform: list takes events, workers, devices, grids, orgs, conflicts "
         "or refused\n"));
  return WG_EXIT_USAGE;
}

/* --- show ------------------------------------------------------------------------------------ */

static const Cell HISTORY_CELLS[] = {
  { "ver", CELL_INT, FALSE },      { "op_id", CELL_TEXT, FALSE },
  { "kind", CELL_TEXT, FALSE },    { "worker", CELL_TEXT, FALSE },
  { "replica", CELL_TEXT, FALSE }, { "seq", CELL_INT, FALSE },
  { "at_ms", CELL_INT, FALSE },    { "received_ms", CELL_INT, FALSE },
  { "clock", CELL_TEXT, FALSE },   { NULL },
};
static const Cell PHOTO_CELLS[] = {
  { "sha", CELL_TEXT, FALSE },
  { "size", CELL_INT, FALSE },
  { "state", CELL_TEXT, FALSE },
  { NULL },
};
static const Cell CONFLICT_OF_CELLS[] = {
  { "id", CELL_TEXT, FALSE },
  { "ver", CELL_INT, FALSE },
  { "opened_ms", CELL_INT, FALSE },
  { "body", CELL_RAW, FALSE },
  { NULL },
};
static const Cell CHANGE_CELLS[] = {
  { "op_id", CELL_TEXT, FALSE },
  { "field", CELL_TEXT, FALSE },
  { "ver", CELL_INT, FALSE },
  { "actor", CELL_TEXT, FALSE },
  { "at_ms", CELL_INT, FALSE },
  { "verdict", CELL_TEXT, FALSE },
  { "old_value", CELL_RAW, FALSE },
  { "new_value", CELL_RAW, FALSE },
  { NULL },
};

static gboolean
write_rows (WgJsonWriter *writer,
            WgDb *db,
            const char *name,
            const char *statement_name,
            const char *rec,
            const Cell *cells,
            GError **error)
{
  WgStatement *statement = wg_db_statement (db, statement_name, error);
  g_autoptr (GError) local = NULL;

  if (statement == NULL)
    return FALSE;
  wg_statement_bind_text (statement, "rec", rec);
  wg_json_writer_begin_array (writer, name);
  while (wg_statement_next (statement, &local))
    {
      wg_json_writer_begin_object (writer, NULL);
      write_cells (writer, statement, cells);
      wg_json_writer_end (writer);
    }
  wg_json_writer_end (writer);
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/* What both events and records by table have. */
static gboolean
write_past (WgJsonWriter *writer, WgDb *db, const char *id, GError **error)
{
  return write_rows (writer, db, "history", "hist-of-record", id, HISTORY_CELLS, error) &&
         write_rows (writer, db, "changes", "change-of-record", id, CHANGE_CELLS, error) &&
         write_rows (writer, db, "conflicts", "dispute-shown", id, CONFLICT_OF_CELLS, error);
}

static gboolean
write_event (WgJsonWriter *writer, WgDb *db, const char *id, GError **error)
{
  WgStatement *statement = wg_db_statement (db, "event-get", error);

  if (statement == NULL)
    return FALSE;
  wg_statement_bind_text (statement, "id", id);
  if (!wg_statement_next (statement, error))
    return FALSE;
  wg_json_writer_string (writer, "id", id);
  wg_json_writer_int (writer, "ver", wg_statement_int (statement, "ver"));
  wg_json_writer_string (writer, "flags", wg_statement_text (statement, "flags"));
  wg_json_writer_raw (writer, "body", wg_statement_text (statement, "body"));
  wg_statement_reset (statement);
  return TRUE;
}

static gboolean
print_event (WgAdmin *admin, const char *id, GError **error)
{
  g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();

  wg_json_writer_begin_object (writer, NULL);
  if (!write_event (writer, admin->db, id, error) || !write_past (writer, admin->db, id, error) ||
      !write_rows (writer, admin->db, "photos", "blob-of-record", id, PHOTO_CELLS, error))
    return FALSE;
  wg_json_writer_end (writer);
  wg_admin_print_json (writer);
  return TRUE;
}

/* @out_found: whether there is such a record by table. */
static gboolean
print_record (WgAdmin *admin, const char *id, gboolean *out_found, GError **error)
{
  g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();
  WgStatement *statement = wg_db_statement (admin->db, "record-get", error);
  g_autoptr (GError) local = NULL;

  if (statement == NULL)
    return FALSE;
  wg_statement_bind_text (statement, "id", id);
  *out_found = wg_statement_next (statement, &local);
  if (!*out_found)
    {
      if (local)
        g_propagate_error (error, g_steal_pointer (&local));
      return *error == NULL;
    }
  wg_json_writer_begin_object (writer, NULL);
  wg_json_writer_string (writer, "id", id);
  wg_json_writer_string (writer, "kind", wg_statement_text (statement, "kind"));
  wg_json_writer_int (writer, "ver", wg_statement_int (statement, "ver"));
  wg_json_writer_raw (writer, "body", wg_statement_text (statement, "body"));
  wg_statement_reset (statement);
  if (!write_past (writer, admin->db, id, error) ||
      !wg_admin_run (admin, note_read, (gpointer) id, error))
    return FALSE;
  wg_json_writer_end (writer);
  wg_admin_print_json (writer);
  return TRUE;
}

/**
 * wg_command_show:
 * @admin: the invocation
 * @arguments: id or number of an event, or id of a record by table
 *
 * Shows an event as JSON: content and steps as they go down, photos; or a record by table; with
 * history, what became of each change, and open conflicts. The read is audited.
 *
 * Thread: main.
 * Errors: printed.
 *
 * Returns: the exit code
 */
int
wg_command_show (WgAdmin *admin, char **arguments)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *id = NULL;
  gboolean found = FALSE;
  WgStatement *statement;

  if (!wg_admin_open (admin))
    return WG_EXIT_FAILED;
  statement = wg_db_statement (admin->db, "event-find", &error);
  if (statement)
    {
      wg_statement_bind_text (statement, "text", arguments[0]);
      id = wg_db_take_text (statement, "id", &error);
    }
  if (error)
    return wg_admin_fail (error);
  if (id == NULL && !print_record (admin, arguments[0], &found, &error))
    return wg_admin_fail (error);
  if (id == NULL)
    return found ? WG_EXIT_OK : wg_admin_not_found (_ ("event"), arguments[0]);
  if (!wg_admin_run (admin, note_read, id, &error) || !print_event (admin, id, &error))
    return wg_admin_fail (error);
  return WG_EXIT_OK;
}

/* --- stats ----------------------------------------------------------------------------------- */

static gboolean
write_count (
    WgJsonWriter *writer, WgDb *db, const char *name, const char *statement_name, GError **error)
{
  WgStatement *statement = wg_db_statement (db, statement_name, error);
  gint64 n = wg_db_take_int (statement, "n", error);

  if (n >= 0)
    wg_json_writer_int (writer, name, n);
  return n >= 0;
}

static gboolean
write_groups (WgJsonWriter *writer,
              WgDb *db,
              const char *name,
              const char *statement_name,
              const char *column,
              GError **error)
{
  WgStatement *statement = wg_db_statement (db, statement_name, error);
  g_autoptr (GError) local = NULL;

  if (statement == NULL)
    return FALSE;
  wg_json_writer_begin_object (writer, name);
  while (wg_statement_next (statement, &local))
    wg_json_writer_int (writer, wg_statement_text (statement, column),
                        wg_statement_int (statement, "n"));
  wg_json_writer_end (writer);
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/**
 * wg_command_stats:
 * @admin: the invocation
 * @arguments: none
 *
 * Counts what is stored, as JSON.
 *
 * Thread: main.
 * Errors: printed.
 *
 * Returns: the exit code
 */
int
wg_command_stats (WgAdmin *admin, char **arguments)
{
  g_autoptr (WgJsonWriter) writer = wg_json_writer_new ();
  g_autoptr (GError) error = NULL;

  if (!wg_admin_open (admin))
    return WG_EXIT_FAILED;
  wg_json_writer_begin_object (writer, NULL);
  wg_json_writer_string (writer, "district", admin->platform->district);
  wg_json_writer_string (writer, "epoch", admin->platform->epoch);
  if (!write_count (writer, admin->db, "operations", "op-count", &error) ||
      !write_groups (writer, admin->db, "events", "event-count", "state", &error) ||
      !write_groups (writer, admin->db, "reference", "ref-count", "kind", &error) ||
      !write_count (writer, admin->db, "replicas", "replica-count", &error) ||
      !write_groups (writer, admin->db, "records", "record-count", "kind", &error) ||
      !write_count (writer, admin->db, "conflicts", "dispute-count", &error) ||
      !write_count (writer, admin->db, "refused", "refused-count", &error) ||
      !write_count (writer, admin->db, "photos_missing", "blob-missing", &error))
    return wg_admin_fail (error);
  wg_json_writer_end (writer);
  wg_admin_print_json (writer);
  return WG_EXIT_OK;
}

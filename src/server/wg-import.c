/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Import of reference data: units, grids, workers, standards, calendars, map packs. */
#include "server/wg-import.h"

#include <string.h>

#include <glib/gi18n.h>

#include "core/wg-calendar.h"
#include "core/wg-csv.h"
#include "core/wg-id.h"
#include "core/wg-standard.h"
#include "server/wg-audit.h"
#include "server/wg-blob-store.h"
#include "server/wg-server-error.h"
#include "wire/wg-wire-import.h"
#include "wire/wg-wire-ref.h"
#include "wire/wg-zstd.h"

#define PACK_SQL "/io/github/wangge/Wangge/server/sql/pack"

static gboolean
refuse (GError **error, const char *message)
{
  g_set_error_literal (error, WG_SERVER_ERROR, WG_SERVER_ERROR_REQUEST, message);
  return FALSE;
}

/* --- rows, whatever file they came from ------------------------------------------------------ */

static gboolean
exists (WgWork *work, const char *kind, const char *id, gboolean *out_found, GError **error)
{
  WgStatement *statement = wg_db_statement (work->db, "ref-get", error);
  g_autoptr (GError) local = NULL;

  if (statement == NULL)
    return FALSE;
  wg_statement_bind_text (statement, "kind", kind);
  wg_statement_bind_text (statement, "id", id);
  *out_found = wg_db_take_int (statement, "ver", &local) > 0;
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static gboolean
need (WgWork *work, const char *kind, const char *id, const char *field, GError **error)
{
  gboolean found;

  if (id == NULL || !*id)
    return TRUE;
  if (!exists (work, kind, id, &found, error))
    return FALSE;
  if (!found)
    g_set_error (error, WG_SERVER_ERROR, WG_SERVER_ERROR_REQUEST,
                 "%s: there is no %s '%s'; import it first", field, kind, id);
  return found;
}

static gboolean
put_org (WgWork *work, const WgOrg *org, gboolean *out_changed, GError **error)
{
  if (!*org->code || strlen (org->code) > 18 || !wg_text_is_clean (org->code, FALSE))
    return refuse (error, "code: give 6, 9 or 12 digits, or a department's code");
  if (!*org->name || !wg_text_is_clean (org->name, FALSE))
    return refuse (error, "name: give one");
  if (org->kind < 1 || org->kind > 10)
    return refuse (error, "kind: give 1 to 10");
  return need (work, "org", org->parent, "parent", error) &&
         wg_reference_put_org (work, org, out_changed, error);
}

static gboolean
put_grid (WgWork *work, const WgGrid *grid, gboolean *out_changed, GError **error)
{
  if (!wg_grid_code_is_valid (grid->code))
    return refuse (error, "code: a grid has 15 digits");
  if (!*grid->name || !wg_text_is_clean (grid->name, FALSE))
    return refuse (error, "name: give one");
  if (grid->kind < WG_GRID_CITY || grid->kind > WG_GRID_PLANT)
    return refuse (error, "kind: give 1 to 4");
  if (grid->boundary && !wg_polygon_is_simple (grid->boundary))
    return refuse (error, "boundary: the line crosses itself");
  return need (work, "org", grid->org_code, "org_code", error) &&
         wg_reference_put_grid (work, grid, out_changed, error);
}

static gboolean
put_worker (WgWork *work, const WgWorker *worker, gboolean *out_changed, GError **error)
{
  if (!*worker->id || strlen (worker->id) > 64 || !wg_text_is_clean (worker->id, FALSE))
    return refuse (error, "id: give one of at most 64 characters");
  if (!*worker->name || !wg_text_is_clean (worker->name, FALSE))
    return refuse (error, "name: give one");
  if (worker->role == 0 || worker->role == WG_ROLE_SYSTEM)
    return refuse (error, "role: worker, clerk, dispatcher, handler, leader, supervisor, district, "
                          "assessor, auditor or admin");
  if (worker->role == WG_ROLE_WORKER && (worker->grid_code == NULL || !*worker->grid_code))
    return refuse (error, "grid_code: a grid head has a grid");
  return need (work, "org", worker->org_code, "org_code", error) &&
         need (work, "grid", worker->grid_code, "grid_code", error) &&
         wg_reference_put_worker (work, worker, out_changed, error);
}

/* --- CSV ------------------------------------------------------------------------------------- */

static const char *
get_optional (const WgCsv *csv, guint row, const char *column)
{
  const char *text = wg_csv_find_column (csv, column) >= 0 ? wg_csv_get (csv, row, column) : NULL;

  return text && *text ? text : NULL;
}

/* "role: give …" becomes "line 4, column 'role': 'x': give …". */
static void
locate_error (const WgCsv *csv, guint row, GError **error)
{
  g_auto (GStrv) parts = error && *error && (*error)->domain == WG_SERVER_ERROR
                            ? g_strsplit ((*error)->message, ": ", 2)
                            : NULL;

  if (parts == NULL || parts[1] == NULL || wg_csv_find_column (csv, parts[0]) < 0)
    return;
  g_clear_error (error);
  wg_csv_set_error (csv, row, parts[0], parts[1], error);
}

static gboolean
put_csv_org (WgWork *work, const WgCsv *csv, guint row, gboolean *out_changed, GError **error)
{
  g_autoptr (WgOrg) org = wg_org_new ();
  gint64 kind;

  if (!wg_csv_get_int (csv, row, "kind", 1, 10, &kind, error))
    return FALSE;
  org->code = g_strdup (wg_csv_get (csv, row, "code"));
  org->name = g_strdup (wg_csv_get (csv, row, "name"));
  org->short_name = g_strdup (get_optional (csv, row, "short_name"));
  org->kind = (int) kind;
  org->parent = g_strdup (get_optional (csv, row, "parent"));
  org->phone = g_strdup (get_optional (csv, row, "phone"));
  return put_org (work, org, out_changed, error);
}

static gboolean
put_csv_grid (WgWork *work, const WgCsv *csv, guint row, gboolean *out_changed, GError **error)
{
  g_autoptr (WgGrid) grid = wg_grid_new ();
  gint64 kind;

  if (!wg_csv_get_int (csv, row, "kind", 1, 4, &kind, error))
    return FALSE;
  grid->code = g_strdup (wg_csv_get (csv, row, "code"));
  grid->name = g_strdup (wg_csv_get (csv, row, "name"));
  grid->kind = (WgGridKind) kind;
  grid->org_code = g_strdup (wg_csv_get (csv, row, "org_code"));
  grid->community = g_strdup (get_optional (csv, row, "community"));
  return put_grid (work, grid, out_changed, error);
}

static gboolean
put_csv_worker (WgWork *work, const WgCsv *csv, guint row, gboolean *out_changed, GError **error)
{
  g_autoptr (WgWorker) worker = wg_worker_new ();

  worker->id = g_strdup (wg_csv_get (csv, row, "id"));
  worker->name = g_strdup (wg_csv_get (csv, row, "name"));
  if (!wg_role_from_string (wg_csv_get (csv, row, "role"), &worker->role))
    worker->role = 0;
  worker->org_code = g_strdup (wg_csv_get (csv, row, "org_code"));
  worker->grid_code = g_strdup (get_optional (csv, row, "grid_code"));
  return put_worker (work, worker, out_changed, error);
}

typedef gboolean (*PutRow) (WgWork *, const WgCsv *, guint, gboolean *, GError **);

static gboolean
put_rows (WgWork *work, const WgCsv *csv, PutRow put, gboolean *out_changed, GError **error)
{
  for (guint row = 0; row < wg_csv_get_n_rows (csv); row++)
    if (!put (work, csv, row, out_changed, error))
      {
        locate_error (csv, row, error);
        return FALSE;
      }
  return TRUE;
}

static gboolean
put_standard (WgWork *work, const char *text, gboolean *out_changed, GError **error)
{
  g_autoptr (WgStandard) standard = wg_standard_new_from_csv (text, error);

  return standard && wg_reference_put_text (work, "standard", wg_standard_get_version (standard),
                                            text, out_changed, error);
}

static gboolean
put_calendar (WgWork *work, const char *text, gboolean *out_changed, GError **error)
{
  g_autoptr (WgCalendar) calendar = wg_calendar_new_from_csv (text, error);
  char id[32];

  if (calendar == NULL)
    return FALSE;
  for (int year = 2000; year < 2200; year++)
    if (wg_calendar_has_year (calendar, year))
      {
        g_snprintf (id, sizeof id, "calendar-%d", year);
        return wg_reference_put_text (work, "calendar", id, text, out_changed, error);
      }
  return refuse (error, "the calendar names no year");
}

static gboolean
put_csv (WgWork *work, const char *text, gboolean *out_changed, GError **error)
{
  static const char *const org[] = { "code", "name", "kind", NULL };
  static const char *const grid[] = { "code", "name", "kind", "org_code", NULL };
  static const char *const worker[] = { "id", "name", "role", "org_code", NULL };
  g_autoptr (WgCsv) csv = wg_csv_new (text, error);

  if (csv == NULL)
    return FALSE;
  if (wg_csv_find_column (csv, "default_level") >= 0)
    return put_standard (work, text, out_changed, error);
  if (wg_csv_find_column (csv, "from") >= 0)
    return put_calendar (work, text, out_changed, error);
  if (wg_csv_require_columns (csv, worker, NULL))
    return put_rows (work, csv, put_csv_worker, out_changed, error);
  if (wg_csv_require_columns (csv, grid, NULL))
    return put_rows (work, csv, put_csv_grid, out_changed, error);
  if (wg_csv_require_columns (csv, org, NULL))
    return put_rows (work, csv, put_csv_org, out_changed, error);
  return refuse (error,
                 "line 1: these columns are no table of ours; workers: id,name,role,org_code"
                 "[,grid_code]; grids: code,name,kind,org_code[,community]; units: code,name,kind"
                 "[,short_name,parent,phone]; a standard or a calendar as in data/standards");
}

/* --- JSON ------------------------------------------------------------------------------------ */

static gboolean
put_json_row (WgWork *work, const WgImportRow *row, gboolean *out_changed, GError **error)
{
  if (strcmp (row->kind, "org") == 0)
    {
      g_autoptr (WgOrg) org = wg_wire_org_from_json (row->json, error);
      return org && put_org (work, org, out_changed, error);
    }
  if (strcmp (row->kind, "grid") == 0)
    {
      g_autoptr (WgGrid) grid = wg_wire_grid_from_json (row->json, error);
      return grid && put_grid (work, grid, out_changed, error);
    }
  g_autoptr (WgWorker) worker = wg_wire_worker_from_json (row->json, error);
  return worker && put_worker (work, worker, out_changed, error);
}

static gboolean
put_json (WgWork *work, const char *text, gsize n, gboolean *out_changed, GError **error)
{
  g_autoptr (GPtrArray) rows = wg_wire_import_from_json (text, n, error);

  if (rows == NULL)
    return FALSE;
  for (guint i = 0; i < rows->len; i++)
    if (!put_json_row (work, rows->pdata[i], out_changed, error))
      {
        g_prefix_error (error, "%s number %u: ", ((WgImportRow *) rows->pdata[i])->kind, i + 1);
        return FALSE;
      }
  return TRUE;
}

/**
 * wg_import_file:
 * @work: the transaction
 * @path: CSV, JSON or GeoJSON
 * @out_changed: (out): whether anything was new or another
 * @error: return location
 *
 * Imports a file whole or not at all; what is the same already stays untouched.
 *
 * Thread: the connection's.
 * Errors: of the file; naming line and column, or the element.
 *
 * Returns: %TRUE on success
 */
gboolean
wg_import_file (WgWork *work, const char *path, gboolean *out_changed, GError **error)
{
  g_autofree char *text = NULL;
  const char *start;
  gboolean good;
  gsize n;

  *out_changed = FALSE;
  if (!g_file_get_contents (path, &text, &n, error))
    return FALSE;
  if (!g_utf8_validate (text, (gssize) n, &start))
    {
      g_set_error (error, WG_SERVER_ERROR, WG_SERVER_ERROR_REQUEST, "%s: byte %zu is no UTF-8",
                   path, (gsize) (start - text));
      return FALSE;
    }
  start = text + (g_str_has_prefix (text, "\xef\xbb\xbf") ? 3 : 0);
  start += strspn (start, " \t\r\n");
  if (*start == '{' || *start == '[')
    good = put_json (work, start, strlen (start), out_changed, error);
  else
    good = put_csv (work, start, out_changed, error);
  if (!good)
    g_prefix_error (error, "%s: ", path);
  return good;
}

/* --- map packs ------------------------------------------------------------------------------- */

static char *
read_metadata (WgDb *db, const char *name, const char *otherwise)
{
  WgStatement *statement = wg_db_statement (db, "pack-metadata", NULL);
  char *value = NULL;

  if (statement)
    {
      wg_statement_bind_text (statement, "name", name);
      value = wg_db_take_text (statement, "value", NULL);
    }
  return value ? value : g_strdup (otherwise);
}

static WgPack *
read_pack (const char *path, GError **error)
{
  g_autoptr (WgDb) db = wg_db_open_readonly (path, NULL, error);
  g_autoptr (WgPack) pack = NULL;
  g_autofree char *datum = NULL;

  if (db == NULL || !wg_db_load_sql (db, PACK_SQL, error) ||
      wg_db_statement (db, "pack-metadata", error) == NULL)
    return NULL;
  pack = g_new0 (WgPack, 1);
  pack->kind = g_strdup ("mbtiles");
  pack->name = read_metadata (db, "name", "map");
  pack->format = read_metadata (db, "format", "pbf");
  pack->attribution = read_metadata (db, "attribution", NULL);
  datum = read_metadata (db, "datum", "wgs84");
  if (wg_datum_from_string (datum, &pack->datum))
    return g_steal_pointer (&pack);
  g_set_error (error, WG_SERVER_ERROR, WG_SERVER_ERROR_REQUEST, "%s: unknown datum '%s'", path,
               datum);
  return NULL;
}

typedef struct
{
  const WgPack *pack;
  const char *id;
} PackRow;

static gboolean
put_pack (WgWork *work, gpointer data, GError **error)
{
  const PackRow *row = data;
  g_autofree char *body = wg_wire_pack_to_json (row->pack);
  g_autofree char *actor = wg_admin_get_actor ();

  return wg_db_run (work->db, "blob-finish", error, "sha", 's', row->pack->sha256, "size", 'i',
                    row->pack->bytes, "replica", 's', NULL, "kind", 's', "pack", "changed_ms", 'i',
                    work->now_ms, NULL) &&
         wg_reference_put (work, NULL, "pack", row->id, body, NULL, error) &&
         wg_audit_add (work, actor, "imported", row->id, "pack", error);
}

/**
 * wg_import_pack:
 * @admin: the invocation, open
 * @path: an MBTiles file
 * @error: return location
 *
 * Takes a map pack: the file into the blobs, a row for the terminals. A pack of the same file
 * name is replaced.
 *
 * Thread: main.
 * Errors: of the file; %WG_SERVER_ERROR_REQUEST when it is no map pack or too large.
 *
 * Returns: %TRUE on success
 */
gboolean
wg_import_pack (WgAdmin *admin, const char *path, GError **error)
{
  g_autoptr (WgPack) pack = read_pack (path, error);
  g_autofree char *name = g_path_get_basename (path);
  PackRow row = { pack, name };

  if (pack == NULL)
    return FALSE;
  name[strlen (name) - strlen (".mbtiles")] = '\0';
  if (!wg_blob_store_import (admin->platform, path, &pack->sha256, &pack->bytes, error))
    return FALSE;
  if (pack->bytes > WG_LIMIT_PACK)
    return refuse (error, "a map pack has at most 512 MiB");
  return wg_admin_run (admin, put_pack, &row, error);
}

typedef struct
{
  const char *path;
  gboolean changed;
} FileImport;

static gboolean
import_file (WgWork *work, gpointer data, GError **error)
{
  FileImport *self = data;
  g_autofree char *name = g_path_get_basename (self->path);
  g_autofree char *actor = wg_admin_get_actor ();

  return wg_import_file (work, self->path, &self->changed, error) &&
         (!self->changed || wg_audit_add (work, actor, "imported", name, NULL, error));
}

/**
 * wg_command_import:
 * @admin: the invocation
 * @arguments: the file
 *
 * Imports a file; a daemon that serves meanwhile takes the change with its next transaction.
 *
 * Thread: main.
 * Errors: printed.
 *
 * Returns: the exit code
 */
int
wg_command_import (WgAdmin *admin, char **arguments)
{
  FileImport self = { .path = arguments[0] };
  g_autoptr (GError) error = NULL;

  if (!g_file_test (self.path, G_FILE_TEST_EXISTS))
    return wg_admin_not_found (_ ("file"), self.path);
  if (!wg_admin_open (admin))
    return WG_EXIT_FAILED;
  if (g_str_has_suffix (self.path, ".mbtiles"))
    {
      self.changed = TRUE;
      wg_import_pack (admin, self.path, &error);
    }
  else
    {
      wg_admin_run (admin, import_file, &self, &error);
    }
  if (error)
    return wg_admin_fail (error);
  g_print ("%s\n", self.changed ? _ ("Imported") : _ ("Nothing new"));
  return WG_EXIT_OK;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reference data as the writer needs it: grids, standards, calendars, parsed once per version. */
#include "server/wg-reference.h"

#include "core/wg-calendar.h"
#include "core/wg-id.h"
#include "server/wg-server-error.h"
#include "wire/wg-wire-ref.h"
#include "wire/wg-zstd.h"

struct _WgReference
{
  char *version;         /* of the reference data in the database */
  gboolean is_checked;   /* against the database, in this transaction */
  GHashTable *grids;     /* char * -> WgGrid * */
  GHashTable *standards; /* char * -> WgStandard * */
  GPtrArray *calendars;  /* of WgCalendar; %NULL until first needed */
};

/**
 * wg_reference_new:
 *
 * Makes an empty cache; it fills itself.
 *
 * Thread: it belongs to one thread.
 * Errors: none.
 *
 * Returns: (transfer full): the cache
 */
WgReference *
wg_reference_new (void)
{
  WgReference *self = g_new0 (WgReference, 1);

  self->grids =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) wg_grid_free);
  self->standards =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) wg_standard_unref);
  return self;
}

/**
 * wg_reference_free:
 * @self: (nullable): a cache
 *
 * Lets go of it.
 *
 * Thread: its own.
 * Errors: none.
 */
void
wg_reference_free (WgReference *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->grids);
  g_hash_table_unref (self->standards);
  g_clear_pointer (&self->calendars, g_ptr_array_unref);
  g_free (self->version);
  g_free (self);
}

/**
 * wg_reference_begin:
 * @self: a cache
 * @db: a connection inside a transaction
 *
 * A transaction begins: somebody, perhaps another process, may have imported since the last one.
 * What was parsed is looked at again when it is first needed.
 *
 * Thread: the connection's.
 * Errors: none.
 */
void
wg_reference_begin (WgReference *self, WgDb *db)
{
  self->is_checked = FALSE;
  wg_db_ahead (db, "meta-get", "key", 's', WG_META_REFERENCE, NULL);
}

/* Forgets what was parsed under another version. */
static gboolean
refresh (WgReference *self, WgDb *db, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autofree char *version = self->is_checked ? NULL : wg_meta_get (db, WG_META_REFERENCE, &local);

  if (self->is_checked)
    return TRUE;
  if (local)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  self->is_checked = TRUE;
  if (g_strcmp0 (version, self->version) == 0)
    return TRUE;
  g_hash_table_remove_all (self->grids);
  g_hash_table_remove_all (self->standards);
  g_clear_pointer (&self->calendars, g_ptr_array_unref);
  g_set_str (&self->version, version);
  return TRUE;
}

static char *
read_body (WgDb *db, const char *kind, const char *id, GError **error)
{
  WgStatement *statement = wg_db_statement (db, "ref-get", error);

  if (statement == NULL)
    return NULL;
  wg_statement_bind_text (statement, "kind", kind);
  wg_statement_bind_text (statement, "id", id);
  return wg_db_take_text (statement, "body", error);
}

/**
 * wg_reference_get_grid:
 * @self: a cache
 * @db: a connection
 * @code: 15 digits
 * @error: return location
 *
 * Looks a grid up.
 *
 * Thread: the connection's.
 * Errors: of the database.
 *
 * Returns: (transfer none) (nullable): the grid; %NULL without error when there is none
 */
const WgGrid *
wg_reference_get_grid (WgReference *self, WgDb *db, const char *code, GError **error)
{
  WgGrid *grid;
  g_autofree char *body = NULL;

  if (!refresh (self, db, error))
    return NULL;
  grid = g_hash_table_lookup (self->grids, code);
  if (grid)
    return grid;
  body = read_body (db, "grid", code, error);
  if (body == NULL)
    return NULL;
  grid = wg_wire_grid_from_json (body, error);
  if (grid)
    g_hash_table_insert (self->grids, g_strdup (code), grid);
  return grid;
}

/**
 * wg_reference_get_standard:
 * @self: a cache
 * @db: a connection
 * @version: of the event standard
 * @error: return location
 *
 * Looks a version of the event standard up; all versions that ever were valid are kept.
 *
 * Thread: the connection's.
 * Errors: of the database.
 *
 * Returns: (transfer none) (nullable): the standard; %NULL without error when there is none
 */
const WgStandard *
wg_reference_get_standard (WgReference *self, WgDb *db, const char *version, GError **error)
{
  WgStandard *standard;
  g_autofree char *body = NULL, *csv = NULL;

  if (!refresh (self, db, error))
    return NULL;
  standard = g_hash_table_lookup (self->standards, version);
  if (standard)
    return standard;
  body = read_body (db, "standard", version, error);
  if (body == NULL)
    return NULL;
  csv = wg_wire_text_from_json (body, error);
  if (csv == NULL)
    return NULL;
  standard = wg_standard_new_from_csv (csv, error);
  if (standard)
    g_hash_table_insert (self->standards, g_strdup (version), standard);
  return standard;
}

static gboolean
load_calendars (WgReference *self, WgDb *db, GError **error)
{
  g_autoptr (GPtrArray) calendars =
                g_ptr_array_new_with_free_func ((GDestroyNotify) wg_calendar_free);
  WgStatement *statement = wg_db_statement (db, "ref-of-kind", error);
  g_autoptr (GError) local = NULL;

  if (statement == NULL)
    return FALSE;
  wg_statement_bind_text (statement, "kind", "calendar");
  while (local == NULL && wg_statement_next (statement, &local))
    {
      g_autofree char *csv = wg_wire_text_from_json (wg_statement_text (statement, "body"), &local);
      WgCalendar *calendar = csv ? wg_calendar_new_from_csv (csv, &local) : NULL;
      if (calendar)
        g_ptr_array_add (calendars, calendar);
    }
  if (!wg_statement_end (statement, &local, error))
    return FALSE;
  self->calendars = g_steal_pointer (&calendars);
  return TRUE;
}

/**
 * wg_reference_get_calendar:
 * @self: a cache
 * @db: a connection
 * @at_ms: a moment
 * @error: return location
 *
 * Gives the work calendar of the moment's year; of another year when that one was not imported,
 * whose defaults (Monday to Friday) then hold.
 *
 * Thread: the connection's.
 * Errors: of the database.
 * Source: protocol.md 4.2
 *
 * Returns: (transfer none) (nullable): the calendar; %NULL without error when there is none at all
 */
const WgCalendar *
wg_reference_get_calendar (WgReference *self, WgDb *db, gint64 at_ms, GError **error)
{
  int year, month, day;

  if (!refresh (self, db, error) || (self->calendars == NULL && !load_calendars (self, db, error)))
    return NULL;
  wg_local_date (at_ms, &year, &month, &day);
  for (guint i = 0; i < self->calendars->len; i++)
    if (wg_calendar_has_year (self->calendars->pdata[i], year))
      return self->calendars->pdata[i];
  return self->calendars->len ? self->calendars->pdata[self->calendars->len - 1] : NULL;
}

/**
 * wg_reference_put:
 * @work: the transaction
 * @also: (nullable): a scope besides the district's reference scope
 * @kind: "org" "grid" "worker" "standard" "calendar" "pack"
 * @id: of the row
 * @body: JSON of its fields
 * @out_changed: (out) (optional): set to %TRUE when the row is new or another; else untouched
 * @error: return location
 *
 * Inserts or replaces a reference row; nothing happens when it is the same already.
 *
 * Thread: the connection's.
 * Errors: of the database; %WG_SERVER_ERROR_REQUEST when the row is too long for a page.
 *
 * Returns: %TRUE on success
 */
gboolean
wg_reference_put (WgWork *work,
                  const char *also,
                  const char *kind,
                  const char *id,
                  const char *body,
                  gboolean *out_changed,
                  GError **error)
{
  WgStatement *statement = wg_db_statement (work->db, "ref-get", error);
  g_autoptr (GError) local = NULL;
  g_autofree char *version = NULL;
  gint64 ver = 0;
  gboolean same = FALSE;

  if (statement == NULL)
    return FALSE;
  if (strlen (body) > WG_LIMIT_LINE - 512)
    {
      g_set_error (error, WG_SERVER_ERROR, WG_SERVER_ERROR_REQUEST,
                   "%s '%s' has %zu bytes; a row may have %d", kind, id, strlen (body),
                   WG_LIMIT_LINE - 512);
      return FALSE;
    }
  /* One import at a time. */
  if (!wg_meta_lock (work->db, WG_META_REFERENCE, error))
    return FALSE;
  wg_statement_bind_text (statement, "kind", kind);
  wg_statement_bind_text (statement, "id", id);
  if (wg_statement_next (statement, &local))
    {
      ver = wg_statement_int (statement, "ver");
      same = g_strcmp0 (wg_statement_text (statement, "body"), body) == 0;
    }
  if (!wg_statement_end (statement, &local, error))
    return FALSE;
  if (same)
    return TRUE;
  ver++;
  /* A name that never comes back, so that a rolled back import cannot hide in somebody's cache. */
  version = wg_id_new (&work->platform->ports);
  if (!wg_db_run (work->db, "ref-put", error, "kind", 's', kind, "id", 's', id, "ver", 'i', ver,
                  "body", 's', body, NULL) ||
      !wg_meta_set (work->db, WG_META_REFERENCE, version, error) ||
      !wg_feed_bump (work->feed, kind, id, ver, error))
    return FALSE;
  if (ver == 1 &&
      (!wg_feed_add (work->feed, work->platform->ref_scope, kind, id, ver, FALSE, error) ||
       (also && !wg_feed_add (work->feed, also, kind, id, ver, FALSE, error))))
    return FALSE;
  if (out_changed)
    *out_changed = TRUE;
  return TRUE;
}

/**
 * wg_reference_put_org:
 * @work: the transaction
 * @org: a unit
 * @out_changed: (out) (optional): set to %TRUE when it is new or another
 * @error: return location
 *
 * Inserts or replaces an organisation unit.
 *
 * Thread: the connection's.
 * Errors: see wg_reference_put().
 *
 * Returns: %TRUE on success
 */
gboolean
wg_reference_put_org (WgWork *work, const WgOrg *org, gboolean *out_changed, GError **error)
{
  g_autofree char *body = wg_wire_org_to_json (org);

  return wg_reference_put (work, NULL, "org", org->code, body, out_changed, error);
}

/**
 * wg_reference_put_grid:
 * @work: the transaction
 * @grid: a grid
 * @out_changed: (out) (optional): set to %TRUE when it is new or another
 * @error: return location
 *
 * Inserts or replaces a grid.
 *
 * Thread: the connection's.
 * Errors: see wg_reference_put().
 *
 * Returns: %TRUE on success
 */
gboolean
wg_reference_put_grid (WgWork *work, const WgGrid *grid, gboolean *out_changed, GError **error)
{
  g_autofree char *body = wg_wire_grid_to_json (grid);

  return wg_reference_put (work, NULL, "grid", grid->code, body, out_changed, error);
}

/* What a worker works on: the own grid, the own town's queue, or the district's. */
static char *
get_work_scope (const WgPlatform *platform, const WgWorker *worker)
{
  if (worker->role &
      (WG_ROLE_SUPERVISOR | WG_ROLE_DISTRICT | WG_ROLE_ASSESSOR | WG_ROLE_AUDITOR | WG_ROLE_ADMIN))
    return g_strconcat ("o:", platform->district, NULL);
  if (worker->grid_code && (worker->role & WG_ROLE_WORKER))
    return g_strconcat ("g:", worker->grid_code, NULL);
  if (worker->role & (WG_ROLE_CLERK | WG_ROLE_DISPATCHER))
    return g_strconcat ("t:", worker->org_code, NULL);
  return g_strconcat ("o:", worker->org_code, NULL);
}

/* Ends assignments other than @scope with @role; sets @out_found when that one is open already. */
static gboolean
end_assignments (WgWork *work,
                 const char *worker,
                 const char *scope,
                 const char *role,
                 gboolean *out_found,
                 GError **error)
{
  WgStatement *statement = wg_db_statement (work->db, "assign-open", error);
  g_autoptr (GPtrArray) ended = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) local = NULL;

  if (statement == NULL)
    return FALSE;
  wg_statement_bind_text (statement, "worker", worker);
  *out_found = FALSE;
  while (wg_statement_next (statement, &local))
    {
      if (g_strcmp0 (wg_statement_text (statement, "scope"), scope) == 0 &&
          g_strcmp0 (wg_statement_text (statement, "role"), role) == 0)
        *out_found = TRUE;
      else
        g_ptr_array_add (ended, wg_statement_dup_text (statement, "scope"));
    }
  if (local)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  for (guint i = 0; i < ended->len; i++)
    if (!wg_db_run (work->db, "assign-end", error, "to_ms", 'i', work->now_ms, "worker", 's',
                    worker, "scope", 's', (const char *) ended->pdata[i], NULL))
      return FALSE;
  return TRUE;
}

static gboolean
assign (WgWork *work, const WgWorker *worker, GError **error)
{
  g_autofree char *scope = get_work_scope (work->platform, worker);
  const char *role = wg_role_to_string (worker->role);
  WgStatement *statement;
  gint64 known;
  gboolean found;

  if (!end_assignments (work, worker->id, scope, role, &found, error))
    return FALSE;
  if (found)
    return TRUE;
  statement = wg_db_statement (work->db, "assign-any", error);
  if (statement == NULL)
    return FALSE;
  wg_statement_bind_text (statement, "worker", worker->id);
  known = wg_db_take_int (statement, "n", error);
  if (known < 0)
    return FALSE;
  /* The first one holds from ever: a tablet's clock may be behind the moment of the import. */
  return wg_db_run (work->db, "assign-add", error, "worker", 's', worker->id, "scope", 's', scope,
                    "from_ms", 'i', known ? work->now_ms : (gint64) 0, "role", 's', role, NULL);
}

/**
 * wg_reference_put_worker:
 * @work: the transaction
 * @worker: a worker with one role
 * @out_changed: (out) (optional): set to %TRUE when it is new or another
 * @error: return location
 *
 * Inserts or replaces a worker: the row for everybody, the row in the worker's own scope, and the
 * assignment to a grid, a town or the district. A former assignment ends now.
 *
 * Thread: the connection's.
 * Errors: see wg_reference_put().
 * Source: protocol.md 2.5
 *
 * Returns: %TRUE on success
 */
gboolean
wg_reference_put_worker (WgWork *work,
                         const WgWorker *worker,
                         gboolean *out_changed,
                         GError **error)
{
  g_autofree char *body = wg_wire_worker_to_json (worker);
  g_autofree char *own = g_strconcat ("w:", worker->id, NULL);
  gboolean changed = FALSE, found;

  if (!wg_reference_put (work, own, "worker", worker->id, body, &changed, error))
    return FALSE;
  if (!changed)
    return TRUE;
  if (!wg_db_run (work->db, "worker-put", error, "id", 's', worker->id, "name", 's', worker->name,
                  "role", 's', wg_role_to_string (worker->role), "org_code", 's', worker->org_code,
                  "grid_code", 's', worker->grid_code, NULL))
    return FALSE;
  if (!wg_reference_set_worker_active (work, worker->id, TRUE, &found, error))
    return FALSE;
  if (out_changed)
    *out_changed = TRUE;
  return TRUE;
}

/* Rows of @worker in the table, for assigning; %NULL without error when there is none. */
static WgWorker *
load_worker (WgWork *work, const char *id, gint64 *out_ver, GError **error)
{
  WgStatement *statement = wg_db_statement (work->db, "ref-get", error);
  g_autofree char *body = NULL;
  g_autoptr (GError) local = NULL;

  if (statement == NULL)
    return NULL;
  wg_statement_bind_text (statement, "kind", "worker");
  wg_statement_bind_text (statement, "id", id);
  if (wg_statement_next (statement, &local))
    {
      *out_ver = wg_statement_int (statement, "ver");
      body = wg_statement_dup_text (statement, "body");
      wg_statement_reset (statement);
    }
  if (local)
    g_propagate_error (error, g_steal_pointer (&local));
  return body ? wg_wire_worker_from_json (body, error) : NULL;
}

/**
 * wg_reference_set_worker_active:
 * @work: the transaction
 * @id: a worker
 * @active: %FALSE to take all rights now, %TRUE to give the former ones back from now on
 * @out_found: (out): whether there is such a worker
 * @error: return location
 *
 * Disables a worker: the assignments end, the name leaves everybody's tablet, the scopes are
 * dropped at the next contact. What was made before still comes up.
 *
 * Thread: the connection's.
 * Errors: of the database.
 * Source: protocol.md 2.5
 *
 * Returns: %TRUE on success
 */
gboolean
wg_reference_set_worker_active (
    WgWork *work, const char *id, gboolean active, gboolean *out_found, GError **error)
{
  g_autoptr (GError) local = NULL;
  gint64 ver = 0;
  g_autoptr (WgWorker) worker = load_worker (work, id, &ver, &local);
  const char *ref_scope = work->platform->ref_scope;
  gboolean found;

  *out_found = worker != NULL;
  if (worker == NULL)
    {
      if (local == NULL)
        return TRUE;
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (!wg_db_run (work->db, "worker-set-active", error, "active", 'i', (gint64) active, "id", 's',
                  id, NULL))
    return FALSE;
  if (active)
    return wg_feed_restore (work->feed, ref_scope, "worker", id, ver, error) &&
           assign (work, worker, error);
  return wg_feed_remove (work->feed, ref_scope, "worker", id, error) &&
         end_assignments (work, id, NULL, NULL, &found, error);
}

/**
 * wg_reference_put_text:
 * @work: the transaction
 * @kind: "standard" or "calendar"
 * @id: version of the standard, or "calendar-YYYY"
 * @csv: the file, read without error before
 * @out_changed: (out) (optional): set to %TRUE when it is new or another
 * @error: return location
 *
 * Inserts or replaces a standard or a calendar; terminals get the CSV whole.
 *
 * Thread: the connection's.
 * Errors: see wg_reference_put().
 *
 * Returns: %TRUE on success
 */
gboolean
wg_reference_put_text (WgWork *work,
                       const char *kind,
                       const char *id,
                       const char *csv,
                       gboolean *out_changed,
                       GError **error)
{
  g_autofree char *body = wg_wire_text_to_json (csv);

  return wg_reference_put (work, NULL, kind, id, body, out_changed, error);
}

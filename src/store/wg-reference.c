/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reference tables (standards, grids, units, own worker row) built from pulled records. */
#include "store/wg-store-private.h"
#include "wire/wg-wire-error.h"
#include "wire/wg-wire-ref.h"

/**
 * wg_reference_free:
 * @reference: (nullable) (transfer full): tables
 *
 * Drops them.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_reference_free (WgReference *reference)
{
  if (reference == NULL)
    return;
  g_clear_pointer (&reference->standard, wg_standard_unref);
  g_clear_pointer (&reference->standards, g_hash_table_unref);
  g_clear_pointer (&reference->grids, g_ptr_array_unref);
  g_clear_pointer (&reference->orgs, g_ptr_array_unref);
  wg_worker_free (reference->worker);
  g_free (reference);
}

/**
 * wg_reference_is_kind:
 * @kind: kind of a pulled row
 *
 * Tells whether a row of this kind belongs to the reference tables.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: %TRUE if so
 */
gboolean
wg_reference_is_kind (const char *kind)
{
  const char *const kinds[] = { "org", "grid", "worker", "standard", "calendar", "pack", NULL };

  return g_strv_contains (kinds, kind);
}

static WgStandard *
read_standard (const char *body, GError **error)
{
  g_autofree char *text = wg_wire_text_from_json (body, error);

  return text ? wg_standard_new_from_csv (text, error) : NULL;
}

/**
 * wg_reference_check:
 * @kind: kind of a pulled row
 * @body: its JSON
 * @error: return location
 *
 * Reads a reference row to see whether it can be read at all, before it takes a good one's place.
 *
 * Thread: any.
 * Errors: of wire and core for a malformed row.
 *
 * Returns: %TRUE if it can be used; rows of unknown kinds and maps of unknown datums are only kept
 */
gboolean
wg_reference_check (const char *kind, const char *body, GError **error)
{
  if (g_str_equal (kind, "org"))
    {
      g_autoptr (WgOrg) org = wg_wire_org_from_json (body, error);
      return org != NULL;
    }
  if (g_str_equal (kind, "grid"))
    {
      g_autoptr (WgGrid) grid = wg_wire_grid_from_json (body, error);
      return grid != NULL;
    }
  if (g_str_equal (kind, "worker"))
    {
      g_autoptr (WgWorker) worker = wg_wire_worker_from_json (body, error);
      return worker != NULL;
    }
  if (g_str_equal (kind, "standard"))
    {
      g_autoptr (WgStandard) standard = read_standard (body, error);
      return standard != NULL;
    }
  if (g_str_equal (kind, "pack"))
    {
      g_autoptr (GError) local = NULL;
      g_autoptr (WgPack) pack = wg_wire_pack_from_json (body, &local);
      if (pack || g_error_matches (local, WG_WIRE_ERROR, WG_WIRE_ERROR_LATER))
        return TRUE;
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (g_str_equal (kind, "calendar"))
    {
      g_autofree char *text = wg_wire_text_from_json (body, error);
      g_autoptr (WgCalendar) calendar = text ? wg_calendar_new_from_csv (text, error) : NULL;
      return calendar != NULL;
    }
  return TRUE;
}

typedef void (*AddRow) (WgReference *self, const char *body, gpointer data);

static void
add_org (WgReference *self, const char *body, gpointer data)
{
  WgOrg *org = wg_wire_org_from_json (body, NULL);

  if (org)
    g_ptr_array_add (self->orgs, org);
}

static void
add_grid (WgReference *self, const char *body, gpointer data)
{
  WgGrid *grid = wg_wire_grid_from_json (body, NULL);

  if (grid)
    g_ptr_array_add (self->grids, grid);
}

static void
add_worker (WgReference *self, const char *body, gpointer data)
{
  g_autoptr (WgWorker) worker = wg_wire_worker_from_json (body, NULL);

  if (worker && g_strcmp0 (worker->id, data) == 0 && self->worker == NULL)
    self->worker = g_steal_pointer (&worker);
}

/* The last one told is the newest. */
static void
add_standard (WgReference *self, const char *body, gpointer data)
{
  g_autoptr (WgStandard) standard = read_standard (body, NULL);

  if (standard == NULL)
    return;
  g_hash_table_replace (self->standards, g_strdup (wg_standard_get_version (standard)),
                        wg_standard_ref (standard));
  g_clear_pointer (&self->standard, wg_standard_unref);
  self->standard = g_steal_pointer (&standard);
}

static gboolean
load_kind (WgStoreContext *context,
           WgReference *self,
           const char *kind,
           AddRow add,
           gpointer data,
           GError **error)
{
  gboolean by_number = add == add_standard;
  g_autoptr (GError) local = NULL;
  WgStatement *rows = by_number ? wg_db_statement (context->db, "record_list_numbered", error)
                                : wg_db_statement (context->db, "record_list_kind", error);

  if (rows == NULL)
    return FALSE;
  wg_statement_bind_text (rows, "kind", kind);
  while (wg_statement_next (rows, &local))
    add (self, wg_statement_text (rows, "body"), data);
  if (local)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  return TRUE;
}

/**
 * wg_reference_load:
 * @context: of the job
 * @worker_id: (nullable): whose row is wanted
 * @error: return location
 *
 * Builds the tables from the records. A row that cannot be read is left out: rows are checked
 * before they are stored, so that only an older program can have trouble with one.
 *
 * Thread: the store's. Cost: some 20 ms for 600 grids.
 * Errors: of the engine.
 *
 * Returns: (transfer full) (nullable): the tables
 */
WgReference *
wg_reference_load (WgStoreContext *context, const char *worker_id, GError **error)
{
  WgReference *self = g_new0 (WgReference, 1);

  self->standards =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) wg_standard_unref);
  self->grids = g_ptr_array_new_with_free_func ((GDestroyNotify) wg_grid_free);
  self->orgs = g_ptr_array_new_with_free_func ((GDestroyNotify) wg_org_free);
  if (load_kind (context, self, "standard", add_standard, NULL, error) &&
      load_kind (context, self, "grid", add_grid, NULL, error) &&
      load_kind (context, self, "org", add_org, NULL, error) &&
      load_kind (context, self, "worker", add_worker, (gpointer) worker_id, error))
    return self;
  wg_reference_free (self);
  return NULL;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Migrations: numbered files of a resource folder, applied all or nothing; newer files are refused.
 */
#include <string.h>

#include <gio/gio.h>

#include "db/wg-db-private.h"

/* Where several processes may migrate the same database. */
#define TRIES_MAX 8

typedef struct
{
  int number;
  char *path;
} Step;

static void
clear_step (gpointer data)
{
  g_free (((Step *) data)->path);
}

static int
compare_steps (gconstpointer a, gconstpointer b)
{
  return ((const Step *) a)->number - ((const Step *) b)->number;
}

/* Files NNN-*.sql must be numbered 1, 2, 3 …: a hole means a file was forgotten. */
static GArray *
list_steps (const char *folder, GError **error)
{
  g_autoptr (GArray) steps = g_array_new (FALSE, FALSE, sizeof (Step));
  g_auto (GStrv) names = g_resources_enumerate_children (folder, 0, NULL);

  g_array_set_clear_func (steps, clear_step);
  for (gsize i = 0; names && names[i]; i++)
    {
      Step step = { 0 };

      if (!g_str_has_suffix (names[i], ".sql") || !g_ascii_isdigit (names[i][0]))
        continue;
      step.number = (int) g_ascii_strtoll (names[i], NULL, 10);
      step.path = g_build_path ("/", folder, names[i], NULL);
      g_array_append_val (steps, step);
    }
  g_array_sort (steps, compare_steps);
  for (guint i = 0; i < steps->len; i++)
    if (g_array_index (steps, Step, i).number != (int) i + 1)
      {
        g_set_error (error, WG_DB_ERROR, WG_DB_ERROR_FAILED, "migration %u of '%s' is missing",
                     i + 1, folder);
        return NULL;
      }
  if (steps->len == 0)
    {
      g_set_error (error, WG_DB_ERROR, WG_DB_ERROR_FAILED, "no migrations at '%s'", folder);
      return NULL;
    }
  return g_steal_pointer (&steps);
}

static gboolean
apply_steps (WgDb *self, GArray *steps, int version, GError **error)
{
  for (guint i = (guint) version; i < steps->len; i++)
    {
      const Step *step = &g_array_index (steps, Step, i);
      g_autoptr (GBytes) bytes = g_resources_lookup_data (step->path, 0, error);
      g_autofree char *text = NULL;

      if (bytes == NULL)
        return FALSE;
      text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
      if (!self->engine->run_migration (self, text, error))
        {
          g_prefix_error (error, "migration %d: ", step->number);
          return FALSE;
        }
    }
  return self->engine->set_version (self, (int) steps->len, error);
}

static gboolean
migrate_once (WgDb *self, GArray *steps, GError **error)
{
  if (!wg_db_begin (self, error))
    return FALSE;
  /* Another process may have come first. */
  if (self->engine->lock_version (self, error) &&
      apply_steps (self, steps, wg_db_get_version (self), error) && wg_db_commit (self, error))
    return TRUE;
  wg_db_rollback (self);
  return FALSE;
}

/**
 * wg_db_migrate:
 * @self: a connection outside a transaction
 * @resource_folder: folder of registered resources with files 001-*.sql, 002-*.sql …
 * @error: return location
 *
 * Brings the file to the newest version in one transaction.
 *
 * Thread: the connection's.
 * Errors: %WG_DB_ERROR_NEWER if the file was written by a newer program: it is left untouched;
 *   else the code of the engine, with the file as it was.
 *
 * Returns: %TRUE if the file has the newest version
 */
gboolean
wg_db_migrate (WgDb *self, const char *resource_folder, GError **error)
{
  g_autoptr (GArray) steps = list_steps (resource_folder, error);
  int version;

  if (steps == NULL)
    return FALSE;
  version = wg_db_get_version (self);
  if (version == (int) steps->len)
    return TRUE;
  if (version > (int) steps->len)
    {
      g_set_error (error, WG_DB_ERROR, WG_DB_ERROR_NEWER,
                   "the file has version %d, this program knows %u: update the program", version,
                   steps->len);
      return FALSE;
    }
  for (guint i = 1;; i++)
    {
      g_autoptr (GError) local = NULL;
      if (migrate_once (self, steps, &local))
        return TRUE;
      /* Somebody else has just made the table of versions: then it is there. */
      if (wg_db_is_shared (self) && i < TRIES_MAX &&
          (g_error_matches (local, WG_DB_ERROR, WG_DB_ERROR_BUSY) ||
           g_error_matches (local, WG_DB_ERROR, WG_DB_ERROR_CONSTRAINT)))
        continue;
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
}

/**
 * wg_db_get_version:
 * @self: a connection
 *
 * Gives the number of the last migration that the file has seen.
 *
 * Thread: the connection's.
 * Errors: none; an unreadable file counts as 0 and fails at the next statement.
 *
 * Returns: 0 for an empty file
 */
int
wg_db_get_version (WgDb *self)
{
  return self->engine->get_version (self);
}

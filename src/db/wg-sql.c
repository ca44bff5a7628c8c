/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Named statements: reads .sql files in which `-- :name <id>` starts each one. */
#include <string.h>

#include <gio/gio.h>

#include "db/wg-db-private.h"

#define MARK "-- :name "

static gboolean
is_name (const char *name)
{
  if (*name == '\0')
    return FALSE;
  for (const char *p = name; *p; p++)
    if (!g_ascii_islower (*p) && !g_ascii_isdigit (*p) && *p != '_' && *p != '-')
      return FALSE;
  return TRUE;
}

static gboolean
add_statement (GHashTable *table, char *name, GString *body, GError **error)
{
  g_autofree char *owned = name;

  if (!is_name (name))
    {
      g_set_error (error, WG_DB_ERROR, WG_DB_ERROR_FAILED, "bad statement name '%s'", name);
      return FALSE;
    }
  if (g_hash_table_contains (table, name))
    {
      g_set_error (error, WG_DB_ERROR, WG_DB_ERROR_FAILED, "statement '%s' is defined twice", name);
      return FALSE;
    }
  g_hash_table_insert (table, g_steal_pointer (&owned), g_strdup (body->str));
  return TRUE;
}

/**
 * wg_sql_parse:
 * @text: content of a .sql file
 * @table: names to texts, both owned by it; the statements are added
 * @error: return location
 *
 * Splits a file at its `-- :name <id>` lines. What stands before the first one is a comment on the
 * file and is skipped.
 *
 * Thread: any.
 * Errors: %WG_DB_ERROR_FAILED for a bad or repeated name.
 *
 * Returns: %TRUE if every statement was added
 */
gboolean
wg_sql_parse (const char *text, GHashTable *table, GError **error)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);
  g_autofree char *name = NULL;
  g_autoptr (GString) body = g_string_new (NULL);

  for (gsize i = 0; lines[i]; i++)
    {
      if (!g_str_has_prefix (lines[i], MARK))
        {
          g_string_append_printf (body, "%s\n", lines[i]);
          continue;
        }
      if (name && !add_statement (table, g_steal_pointer (&name), body, error))
        return FALSE;
      name = g_strstrip (g_strdup (lines[i] + strlen (MARK)));
      g_string_truncate (body, 0);
    }
  return name == NULL || add_statement (table, g_steal_pointer (&name), body, error);
}

static gboolean
read_file (const char *path, GHashTable *table, GError **error)
{
  g_autoptr (GBytes) bytes = g_resources_lookup_data (path, 0, error);
  g_autofree char *text = NULL;

  if (bytes == NULL)
    return FALSE;
  text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  return wg_sql_parse (text, table, error);
}

static GHashTable *
read_folder (const char *resource_folder, GError **error)
{
  g_auto (GStrv) names = g_resources_enumerate_children (resource_folder, 0, NULL);
  g_autoptr (GHashTable) table = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);

  if (names == NULL)
    {
      g_set_error (error, WG_DB_ERROR, WG_DB_ERROR_FAILED, "no statements at '%s'",
                   resource_folder);
      return NULL;
    }
  for (gsize i = 0; names[i]; i++)
    {
      g_autofree char *path = g_build_path ("/", resource_folder, names[i], NULL);

      if (g_str_has_suffix (names[i], ".sql") && !read_file (path, table, error))
        {
          g_prefix_error (error, "%s: ", names[i]);
          return NULL;
        }
    }
  return g_steal_pointer (&table);
}

/* Read once in the life of a program, however many connections it opens. */
static GHashTable *
find_folder (const char *resource_folder, GError **error)
{
  static GMutex lock;
  static GHashTable *folders;
  GHashTable *table;

  g_mutex_lock (&lock);
  if (folders == NULL)
    folders = g_hash_table_new (g_str_hash, g_str_equal);
  table = g_hash_table_lookup (folders, resource_folder);
  if (table == NULL && (table = read_folder (resource_folder, error)))
    g_hash_table_insert (folders, g_strdup (resource_folder), table);
  g_mutex_unlock (&lock);
  return table;
}

/**
 * wg_db_load_sql:
 * @self: a connection
 * @resource_folder: folder of registered resources, e.g. "/io/github/wangge/store/sql"
 * @error: return location
 *
 * Makes the named statements of every .sql file of the folder known to this connection. The
 * resource must have been registered: the libraries are static, so call its register function.
 *
 * Thread: the connection's.
 * Errors: %WG_DB_ERROR_FAILED for a missing folder, a bad or repeated name.
 *
 * Returns: %TRUE on success
 */
gboolean
wg_db_load_sql (WgDb *self, const char *resource_folder, GError **error)
{
  GHashTable *table = find_folder (resource_folder, error);

  if (table == NULL)
    return FALSE;
  if (!g_ptr_array_find (self->sql, table, NULL))
    g_ptr_array_add (self->sql, table);
  return TRUE;
}

/**
 * wg_sql_find:
 * @self: a connection
 * @name: a statement
 * @out_name: (out) (optional): the same name, which lasts
 * @out_text: (out): its SQL
 *
 * Looks a statement up; of two folders with the same name the one that was loaded first counts.
 *
 * Thread: the connection's.
 * Errors: none.
 *
 * Returns: %TRUE if it is loaded
 */
gboolean
wg_sql_find (WgDb *self, const char *name, gpointer *out_name, gpointer *out_text)
{
  for (guint i = 0; i < self->sql->len; i++)
    if (g_hash_table_lookup_extended (self->sql->pdata[i], name, out_name, out_text))
      return TRUE;
  return FALSE;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

/**
 * wg_db_get_statement_names:
 * @self: a connection
 *
 * Lists the loaded statements, for the test that prepares each.
 *
 * Thread: the connection's.
 * Errors: none.
 *
 * Returns: (transfer full) (array zero-terminated=1): the names in order
 */
char **
wg_db_get_statement_names (WgDb *self)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  GHashTableIter iter;
  gpointer name;

  for (guint i = 0; i < self->sql->len; i++)
    {
      g_hash_table_iter_init (&iter, self->sql->pdata[i]);
      while (g_hash_table_iter_next (&iter, &name, NULL))
        g_ptr_array_add (names, g_strdup (name));
    }
  g_ptr_array_sort (names, compare_names);
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&names), FALSE);
}

/**
 * wg_db_get_statement_sql:
 * @self: a connection
 * @name: a loaded statement
 *
 * Gives the text of a statement with its comments, for the test that explains it.
 *
 * Thread: the connection's.
 * Errors: none.
 *
 * Returns: (transfer none) (nullable): the text
 */
const char *
wg_db_get_statement_sql (WgDb *self, const char *name)
{
  gpointer text;

  return wg_sql_find (self, name, NULL, &text) ? text : NULL;
}

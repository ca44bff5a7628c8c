/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine on PostgreSQL: the shared SQL in its words. */
#include <string.h>

#include "db/wg-postgres-private.h"

#define LOCKS "-- :locks"

/* The end of the comment or the quoted text that begins at @p; @p itself when none does. */
static const char *
skip_quoted (const char *p)
{
  const char *end;
  char quote = *p;

  if (p[0] == '-' && p[1] == '-')
    {
      end = strchr (p, '\n');
      return end ? end : p + strlen (p);
    }
  if (quote != '\'' && quote != '"')
    return p;
  for (p++; *p && *p != quote; p++)
    ;
  return *p ? p + 1 : p;
}

static gboolean
is_word (char c)
{
  return g_ascii_isalnum (c) || c == '_';
}

static guint
find_number (GPtrArray *names, const char *name, gsize n)
{
  for (guint i = 0; i < names->len; i++)
    if (strlen (names->pdata[i]) == n && strncmp (names->pdata[i], name, n) == 0)
      return i + 1;
  g_ptr_array_add (names, g_strndup (name, n));
  return names->len;
}

/**
 * wg_postgres_translate:
 * @sql: one statement with `:name` parameters
 * @locks: whether a statement marked `-- :locks` takes the rows it reads
 * @out_names: (element-type utf8): receives the names in the order of their numbers
 *
 * Writes a statement as PostgreSQL takes it: numbers for names, no comments, no semicolon.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): the statement
 */
char *
wg_postgres_translate (const char *sql, gboolean locks, GPtrArray *out_names)
{
  g_autoptr (GString) text = g_string_new (NULL);
  gboolean marked = FALSE;
  char *bare;

  for (const char *p = sql; *p;)
    {
      const char *end = skip_quoted (p);
      if (end > p)
        {
          if (*p == '-')
            marked = marked || g_str_has_prefix (p, LOCKS);
          else
            g_string_append_len (text, p, end - p);
        }
      else if (*p == ':' && g_ascii_isalpha (p[1]) && (p == sql || p[-1] != ':'))
        {
          for (end = p + 1; is_word (*end); end++)
            ;
          g_string_append_printf (text, "$%u",
                                  find_number (out_names, p + 1, (gsize) (end - p - 1)));
        }
      else
        {
          g_string_append_c (text, *p);
          end = p + 1;
        }
      p = end;
    }
  bare = g_strstrip (text->str);
  if (g_str_has_suffix (bare, ";"))
    bare[strlen (bare) - 1] = '\0';
  return g_strconcat (bare, marked && locks ? " FOR UPDATE" : NULL, NULL);
}

/**
 * wg_postgres_translate_rows:
 * @sql: a translated INSERT … VALUES ($1, …)
 *
 * Writes it so that each parameter is an array with a value for each row. Whatever else it has in
 * its VALUES the server refuses when it is prepared.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full) (nullable): the statement; %NULL when it has no VALUES
 */
char *
wg_postgres_translate_rows (const char *sql)
{
  static const char word[] = "VALUES (";
  const char *begin = strstr (sql, word);

  if (begin == NULL)
    return NULL;
  return g_strdup_printf ("%.*sSELECT * FROM unnest (%s", (int) (begin - sql), sql,
                          begin + strlen (word));
}

/* What stands for a type of SQLite's in a definition, where types are in capitals. */
static const char *
translate_word (const char *word, gsize n)
{
  static const char *const words[][2] = {
    { "INTEGER", "BIGINT" },
    { "REAL", "DOUBLE PRECISION" },
    { "BLOB", "BYTEA" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    if (strlen (words[i][0]) == n && strncmp (words[i][0], word, n) == 0)
      return words[i][1];
  return NULL;
}

/* The length of the table options after a closing parenthesis. */
static gsize
measure_options (const char *p)
{
  static const char *const options[] = { " STRICT, WITHOUT ROWID", " WITHOUT ROWID, STRICT",
                                         " WITHOUT ROWID", " STRICT" };

  for (gsize i = 0; i < G_N_ELEMENTS (options); i++)
    if (g_ascii_strncasecmp (p, options[i], strlen (options[i])) == 0)
      return strlen (options[i]);
  return 0;
}

/**
 * wg_postgres_translate_ddl:
 * @sql: text of a migration
 *
 * Writes a migration as PostgreSQL takes it. Only where the engines must differ: the names of the
 * types, and SQLite's table options, which PostgreSQL's tables have by nature.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): the text
 */
char *
wg_postgres_translate_ddl (const char *sql)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (const char *p = sql; *p;)
    {
      const char *end = skip_quoted (p);
      const char *word = NULL;
      if (end > p)
        {
          g_string_append_len (text, p, end - p);
          p = end;
          continue;
        }
      if (is_word (*p))
        {
          for (end = p; is_word (*end); end++)
            ;
          word = translate_word (p, (gsize) (end - p));
          if (word)
            g_string_append (text, word);
          else
            g_string_append_len (text, p, end - p);
        }
      else
        {
          g_string_append_c (text, *p);
          end = p + 1 + (*p == ')' ? measure_options (p + 1) : 0);
        }
      p = end;
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

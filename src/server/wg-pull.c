/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A page of the change feed for one worker. */
#include "server/wg-pull.h"

#include <string.h>

#include "db/wg-mutant.h"
#include "server/wg-sessions.h"
#include "wire/wg-zstd.h"

/* A page ends when its rows are this long together; one row more may be in it. */
#define PAGE_BYTES (1024 * 1024 - WG_LIMIT_LINE)

typedef struct
{
  WgDb *db;
  WgPullPage *page;
  gint64 rows_left;
  gsize bytes;
} Reading;

static void
set_number (GHashTable *table, const char *scope, gint64 number)
{
  gint64 *value = g_new (gint64, 1);

  *value = number;
  g_hash_table_insert (table, g_strdup (scope), value);
}

/* keep: asked for and allowed; add: allowed; drop: asked for. */
static void
sort_scopes (WgPullPage *page, char **allowed, GHashTable *cursor)
{
  g_autoptr (GStrvBuilder) keep = g_strv_builder_new ();
  g_autoptr (GStrvBuilder) add = g_strv_builder_new ();
  g_autoptr (GStrvBuilder) drop = g_strv_builder_new ();
  GHashTableIter iter;
  gpointer scope;

  for (char **name = allowed; *name; name++)
    g_strv_builder_add (g_hash_table_contains (cursor, *name) ? keep : add, *name);
  g_hash_table_iter_init (&iter, cursor);
  while (g_hash_table_iter_next (&iter, &scope, NULL))
    if (!g_strv_contains ((const char *const *) allowed, scope))
      g_strv_builder_add (drop, scope);
  page->keep = g_strv_builder_end (keep);
  page->add = g_strv_builder_end (add);
  page->drop = g_strv_builder_end (drop);
}

static gboolean
read_scope_row (WgDb *db, const char *scope, gint64 *out_seq, WgScopeDigest *out, GError **error)
{
  WgStatement *statement = wg_db_statement (db, "scope-get", error);
  g_autoptr (GError) local = NULL;

  if (statement == NULL)
    return FALSE;
  wg_statement_bind_text (statement, "id", scope);
  *out_seq = 0;
  if (wg_statement_next (statement, &local))
    {
      *out_seq = wg_statement_int (statement, "seq");
      out->n = (guint64) wg_statement_int (statement, "n");
      out->sum = (guint64) wg_statement_int (statement, "sum");
    }
  return wg_statement_end (statement, &local, error);
}

static WgPullRow *
make_row (WgStatement *statement, const char *scope)
{
  WgPullRow *row = wg_pull_row_new ();

  row->scope = g_strdup (scope);
  row->number = wg_statement_int (statement, "seq");
  row->kind = wg_statement_dup_text (statement, "kind");
  row->id = wg_statement_dup_text (statement, "rec");
  row->ver = wg_statement_int (statement, "ver");
  row->gone = wg_statement_int (statement, "removed") != 0;
  if (!row->gone)
    row->body = wg_statement_dup_text (statement, "body");
  return row;
}

/* Rows of one scope after its cursor; @out_at is where the page ends in it. */
static gboolean
read_rows (Reading *reading, const char *scope, gint64 after, gint64 *out_at, GError **error)
{
  WgStatement *statement = wg_db_statement (reading->db, "feed-page", error);
  g_autoptr (GError) local = NULL;

  if (statement == NULL)
    return FALSE;
  wg_statement_bind_text (statement, "scope", scope);
  wg_statement_bind_int (statement, "after", after);
  wg_statement_bind_int (statement, "max", reading->rows_left);
  *out_at = after;
  while (reading->bytes < PAGE_BYTES && wg_statement_next (statement, &local))
    {
      WgPullRow *row = make_row (statement, scope);
      g_ptr_array_add (reading->page->rows, row);
      reading->bytes += (row->body ? strlen (row->body) : 0) + 200;
      reading->rows_left--;
      *out_at = row->number;
    }
  return wg_statement_end (statement, &local, error);
}

static gboolean
read_scope (Reading *reading, const char *scope, gint64 after, GError **error)
{
  WgScopeDigest *digest = g_new0 (WgScopeDigest, 1);
  gint64 last, at = after;

  g_hash_table_insert (reading->page->digests, g_strdup (scope), digest);
  if (!read_scope_row (reading->db, scope, &last, digest, error))
    return FALSE;
  /* A number we never gave, as after a restore: from the start. */
  if (after > last)
    at = after = 0;
  if (after < last)
    {
      if (reading->rows_left > 0 && reading->bytes < PAGE_BYTES &&
          !read_rows (reading, scope, after, &at, error))
        return FALSE;
      if (reading->rows_left == 0 || reading->bytes >= PAGE_BYTES)
        {
          reading->page->more = reading->page->more || at < last;
          at += WG_MUTANT ("cursor-too-far") && at < last;
        }
      else
        at = last;
    }
  set_number (reading->page->cursor, scope, at);
  return TRUE;
}

static gboolean
read_numbers (WgPullPage *page, WgDb *db, const char *replica, GError **error)
{
  WgStatement *statement = wg_db_statement (db, "replica-get", error);
  g_autoptr (GError) local = NULL;

  if (statement == NULL)
    return FALSE;
  wg_statement_bind_text (statement, "id", replica);
  if (wg_statement_next (statement, &local))
    {
      page->last_seq = wg_statement_int (statement, "last_seq");
      page->durable_seq = wg_statement_int (statement, "durable_seq");
    }
  return wg_statement_end (statement, &local, error);
}

static gboolean
read_page (const WgPlatform *platform,
           Reading *reading,
           const char *worker,
           const char *replica,
           const WgPullRequest *request,
           GError **error)
{
  g_auto (GStrv) allowed = wg_sessions_list_scopes (platform, reading->db, worker, error);

  if (allowed == NULL || !read_numbers (reading->page, reading->db, replica, error))
    return FALSE;
  sort_scopes (reading->page, allowed, request->cursor);
  for (char **scope = allowed; *scope; scope++)
    {
      const gint64 *after = g_hash_table_lookup (request->cursor, *scope);
      if (!read_scope (reading, *scope, after ? MAX (*after, 0) : 0, error))
        return FALSE;
    }
  if (reading->page->more)
    g_hash_table_remove_all (reading->page->digests);
  return TRUE;
}

/**
 * wg_pull_page_read:
 * @platform: the platform
 * @db: a reading connection, no transaction open
 * @worker: whose scopes
 * @replica: who asks
 * @request: cursor and size
 * @error: return location
 *
 * Reads the next page in one snapshot: an indexed range of each allowed scope, in number order,
 * digests when it is the last.
 *
 * Thread: the connection's.
 * Errors: of the database.
 * Source: protocol.md 3.5
 *
 * Returns: (transfer full) (nullable): the page
 */
WgPullPage *
wg_pull_page_read (const WgPlatform *platform,
                   WgDb *db,
                   const char *worker,
                   const char *replica,
                   const WgPullRequest *request,
                   GError **error)
{
  g_autoptr (WgPullPage) page = wg_pull_page_new ();
  gint64 max_rows = request->max_rows > 0 ? request->max_rows : WG_LIMIT_PULL_ROWS;
  Reading reading = { db, page, MIN (max_rows, WG_LIMIT_PULL_ROWS), 0 };
  gboolean good;

  page->epoch = g_strdup (platform->epoch);
  if (!wg_db_begin (db, error))
    return NULL;
  good = read_page (platform, &reading, worker, replica, request, error);
  wg_db_rollback (db);
  return good ? g_steal_pointer (&page) : NULL;
}

/**
 * wg_pull_read_state:
 * @platform: the platform
 * @db: a reading connection
 * @replica: which
 * @error: return location
 *
 * Reads what we hold of a replica.
 *
 * Thread: the connection's.
 * Errors: of the database.
 *
 * Returns: (transfer full) (nullable): the state; %NULL without error when it is unknown
 */
WgReplicaState *
wg_pull_read_state (const WgPlatform *platform, WgDb *db, const char *replica, GError **error)
{
  WgStatement *statement = wg_db_statement (db, "replica-get", error);
  WgReplicaState *state;

  if (statement == NULL)
    return NULL;
  wg_statement_bind_text (statement, "id", replica);
  if (!wg_statement_next (statement, error))
    return NULL;
  state = g_new0 (WgReplicaState, 1);
  state->replica = g_strdup (replica);
  state->epoch = g_strdup (platform->epoch);
  state->last_seq = wg_statement_int (statement, "last_seq");
  state->last_hash = wg_statement_dup_text (statement, "last_hash");
  state->durable_seq = wg_statement_int (statement, "durable_seq");
  wg_statement_reset (statement);
  return state;
}

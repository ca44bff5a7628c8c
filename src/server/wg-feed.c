/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The change feed: numbers per scope given inside the writing transaction, digests kept along. */
#include "server/wg-feed.h"

#include "wire/wg-crypto.h"

/* A scope's row, read once per transaction and written back once. */
typedef struct
{
  gint64 seq;
  gint64 n;
  guint64 sum;
} Scope;

struct _WgFeed
{
  WgDb *db;           /* borrowed */
  GHashTable *scopes; /* char * -> Scope * */
};

/**
 * wg_feed_new:
 * @db: a connection inside a transaction
 *
 * Begins the feed entries of one transaction.
 *
 * Thread: the connection's.
 * Errors: none.
 *
 * Returns: (transfer full): the feed
 */
WgFeed *
wg_feed_new (WgDb *db)
{
  WgFeed *self = g_new0 (WgFeed, 1);

  self->db = db;
  self->scopes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return self;
}

/**
 * wg_feed_free:
 * @self: (nullable): a feed
 *
 * Drops what was not flushed.
 *
 * Thread: the connection's.
 * Errors: none.
 */
void
wg_feed_free (WgFeed *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->scopes);
  g_free (self);
}

static Scope *
find_scope (WgFeed *self, const char *id, GError **error)
{
  Scope *scope = g_hash_table_lookup (self->scopes, id);
  g_autoptr (GError) local = NULL;
  WgStatement *statement;

  if (scope)
    return scope;
  statement = wg_db_statement (self->db, "scope-get", error);
  if (statement == NULL)
    return NULL;
  wg_statement_bind_text (statement, "id", id);
  scope = g_new0 (Scope, 1);
  if (wg_statement_next (statement, &local))
    {
      scope->seq = wg_statement_int (statement, "seq");
      scope->n = wg_statement_int (statement, "n");
      scope->sum = (guint64) wg_statement_int (statement, "sum");
      wg_statement_reset (statement);
    }
  if (local)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      g_free (scope);
      return NULL;
    }
  g_hash_table_insert (self->scopes, g_strdup (id), scope);
  return scope;
}

/* The version under which the record counts in the digest now; 0: it does not. */
static gboolean
read_member (WgFeed *self, const char *scope, const char *rec, gint64 *out_ver, GError **error)
{
  WgStatement *statement = wg_db_statement (self->db, "member-get", error);
  g_autoptr (GError) local = NULL;

  if (statement == NULL)
    return FALSE;
  wg_statement_bind_text (statement, "scope", scope);
  wg_statement_bind_text (statement, "rec", rec);
  *out_ver = 0;
  if (wg_statement_next (statement, &local))
    {
      if (!wg_statement_int (statement, "removed"))
        *out_ver = wg_statement_int (statement, "ver");
      wg_statement_reset (statement);
    }
  if (local)
    g_propagate_error (error, g_steal_pointer (&local));
  return local == NULL;
}

static gboolean
put_member (WgFeed *self,
            const char *scope_id,
            const char *kind,
            const char *rec,
            gint64 old_ver,
            gint64 ver,
            GError **error)
{
  Scope *scope = find_scope (self, scope_id, error);

  if (scope == NULL)
    return FALSE;
  scope->seq++;
  if (old_ver > 0)
    {
      scope->n--;
      scope->sum -= wg_crypto_row_digest (rec, old_ver);
    }
  if (ver > 0)
    {
      scope->n++;
      scope->sum += wg_crypto_row_digest (rec, ver);
    }
  return wg_db_run (self->db, "member-put", error, "scope", 's', scope_id, "rec", 's', rec, "kind",
                    's', kind, "ver", 'i', ver, "seq", 'i', scope->seq, "removed", 'i',
                    (gint64) (ver == 0), NULL);
}

/**
 * wg_feed_add:
 * @self: a feed
 * @scope: "g:…", "t:…", "o:…", "w:…" or "ref:…"
 * @kind: of the record
 * @rec: its id
 * @ver: its version, from 1
 * @is_new: the record was made in this transaction, so it cannot be a member yet
 * @error: return location
 *
 * Makes the record a member of the scope, or tells its members that it has a new version.
 *
 * Thread: the connection's.
 * Errors: of the database.
 * Source: protocol.md 2.2 "change feed"
 *
 * Returns: %TRUE on success
 */
gboolean
wg_feed_add (WgFeed *self,
             const char *scope,
             const char *kind,
             const char *rec,
             gint64 ver,
             gboolean is_new,
             GError **error)
{
  gint64 old_ver = 0;

  if (!is_new && !read_member (self, scope, rec, &old_ver, error))
    return FALSE;
  return put_member (self, scope, kind, rec, old_ver, ver, error);
}

/**
 * wg_feed_remove:
 * @self: a feed
 * @scope: a scope
 * @kind: of the record
 * @rec: its id
 * @error: return location
 *
 * Takes the record out of the scope: terminals get a `gone` line.
 *
 * Thread: the connection's.
 * Errors: of the database.
 *
 * Returns: %TRUE on success, also when it was no member
 */
gboolean
wg_feed_remove (WgFeed *self, const char *scope, const char *kind, const char *rec, GError **error)
{
  gint64 old_ver = 0;

  if (!read_member (self, scope, rec, &old_ver, error))
    return FALSE;
  return old_ver == 0 || put_member (self, scope, kind, rec, old_ver, 0, error);
}

/**
 * wg_feed_restore:
 * @self: a feed
 * @scope: a scope
 * @kind: of the record
 * @rec: its id
 * @ver: its version
 * @error: return location
 *
 * Makes the record a member of the scope again; nothing happens when it is one with this version.
 *
 * Thread: the connection's.
 * Errors: of the database.
 *
 * Returns: %TRUE on success
 */
gboolean
wg_feed_restore (
    WgFeed *self, const char *scope, const char *kind, const char *rec, gint64 ver, GError **error)
{
  gint64 old_ver = 0;

  if (!read_member (self, scope, rec, &old_ver, error))
    return FALSE;
  return old_ver == ver || put_member (self, scope, kind, rec, old_ver, ver, error);
}

/**
 * wg_feed_bump:
 * @self: a feed
 * @kind: of the record
 * @rec: its id
 * @ver: its new version
 * @error: return location
 *
 * Tells each scope of the record that there is a new version.
 *
 * Thread: the connection's.
 * Errors: of the database.
 *
 * Returns: %TRUE on success
 */
gboolean
wg_feed_bump (WgFeed *self, const char *kind, const char *rec, gint64 ver, GError **error)
{
  WgStatement *statement = wg_db_statement (self->db, "member-of-record", error);
  g_autoptr (GPtrArray) scopes = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GError) local = NULL;

  if (statement == NULL)
    return FALSE;
  wg_statement_bind_text (statement, "rec", rec);
  wg_statement_bind_text (statement, "kind", kind);
  while (wg_statement_next (statement, &local))
    g_ptr_array_add (scopes, wg_statement_dup_text (statement, "scope"));
  if (local)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  for (guint i = 0; i < scopes->len; i++)
    if (!wg_feed_add (self, scopes->pdata[i], kind, rec, ver, FALSE, error))
      return FALSE;
  return TRUE;
}

/**
 * wg_feed_flush:
 * @self: a feed
 * @error: return location
 *
 * Writes the scopes' numbers and digests: the last thing before the commit.
 *
 * Thread: the connection's.
 * Errors: of the database.
 *
 * Returns: %TRUE on success
 */
gboolean
wg_feed_flush (WgFeed *self, GError **error)
{
  GHashTableIter iter;
  gpointer key, value;

  g_hash_table_iter_init (&iter, self->scopes);
  while (g_hash_table_iter_next (&iter, &key, &value))
    {
      const Scope *scope = value;
      if (!wg_db_run (self->db, "scope-put", error, "id", 's', (const char *) key, "seq", 'i',
                      scope->seq, "n", 'i', scope->n, "sum", 'i', (gint64) scope->sum, NULL))
        return FALSE;
    }
  g_hash_table_remove_all (self->scopes);
  return TRUE;
}

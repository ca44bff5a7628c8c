/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The change feed: numbers per scope given inside the writing transaction, digests kept along.
 *
 * What changed is gathered and written at the end, scopes in the order of their names: so a scope
 * is held only between there and the commit, and two transactions never wait for each other. */
#include "server/wg-feed.h"

#include <string.h>

#include "db/wg-mutant.h"
#include "wire/wg-crypto.h"

/* A scope's row, read once per transaction and written back once. */
typedef struct
{
  gint64 seq;
  gint64 n;
  guint64 sum;
} Scope;

/* A member that becomes another; the last change of the transaction counts. */
typedef struct
{
  char *scope, *kind, *rec;
  gint64 ver; /* 0: no member any more */
  gboolean is_new;
  guint order;
} Entry;

struct _WgFeed
{
  WgDb *db;            /* borrowed */
  GHashTable *records; /* char * rec (of an entry) -> GPtrArray of Entry, borrowed */
  GPtrArray *entries;  /* of Entry */
  guint n_added;
};

static void
free_entry (gpointer data)
{
  Entry *entry = data;

  g_free (entry->scope);
  g_free (entry->kind);
  g_free (entry->rec);
  g_free (entry);
}

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
  self->entries = g_ptr_array_new_with_free_func (free_entry);
  self->records =
      g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) g_ptr_array_unref);
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
  g_hash_table_unref (self->records);
  g_ptr_array_unref (self->entries);
  g_free (self);
}

static Entry *
find_entry (WgFeed *self, const char *scope, const char *rec)
{
  GPtrArray *entries = g_hash_table_lookup (self->records, rec);

  for (guint i = 0; entries && i < entries->len; i++)
    if (strcmp (((Entry *) entries->pdata[i])->scope, scope) == 0)
      return entries->pdata[i];
  return NULL;
}

static void
put_entry (
    WgFeed *self, const char *scope, const char *kind, const char *rec, gint64 ver, gboolean is_new)
{
  Entry *entry = find_entry (self, scope, rec);
  GPtrArray *of_record;

  if (entry == NULL)
    {
      entry = g_new0 (Entry, 1);
      entry->scope = g_strdup (scope);
      entry->rec = g_strdup (rec);
      entry->is_new = is_new;
      g_ptr_array_add (self->entries, entry);
      of_record = g_hash_table_lookup (self->records, rec);
      if (of_record == NULL)
        {
          of_record = g_ptr_array_new ();
          g_hash_table_insert (self->records, entry->rec, of_record);
        }
      g_ptr_array_add (of_record, entry);
    }
  g_set_str (&entry->kind, kind);
  entry->ver = ver;
  entry->order = self->n_added++;
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
  put_entry (self, scope, kind, rec, ver, is_new);
  return TRUE;
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
  put_entry (self, scope, kind, rec, 0, FALSE);
  return TRUE;
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
  return wg_feed_add (self, scope, kind, rec, ver, FALSE, error);
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
  GPtrArray *known = g_hash_table_lookup (self->records, rec);
  guint n_known = known ? known->len : 0;
  g_autoptr (GError) local = NULL;

  if (statement == NULL)
    return FALSE;
  wg_statement_bind_text (statement, "rec", rec);
  wg_statement_bind_text (statement, "kind", kind);
  while (wg_statement_next (statement, &local))
    {
      const char *scope = wg_statement_text (statement, "scope");
      if (find_entry (self, scope, rec) == NULL)
        put_entry (self, scope, kind, rec, ver, FALSE);
    }
  if (local)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  /* What this transaction has said before. */
  for (guint i = 0; i < n_known; i++)
    {
      const Entry *entry = known->pdata[i];
      if (entry->ver > 0)
        put_entry (self, entry->scope, kind, rec, ver, entry->is_new);
    }
  return TRUE;
}

/* --- writing --------------------------------------------------------------------------------- */

static gboolean
read_scope (WgFeed *self, const char *id, Scope *out, gboolean *out_found, GError **error)
{
  WgStatement *statement = wg_db_statement (self->db, "scope-get", error);
  g_autoptr (GError) local = NULL;

  if (statement == NULL)
    return FALSE;
  wg_statement_bind_text (statement, "id", id);
  *out = (Scope) { 0 };
  *out_found = wg_statement_next (statement, &local);
  if (*out_found)
    {
      out->seq = wg_statement_int (statement, "seq");
      out->n = wg_statement_int (statement, "n");
      out->sum = (guint64) wg_statement_int (statement, "sum");
    }
  return wg_statement_end (statement, &local, error);
}

/* Reads the scope's row and holds it; it is made when it is missing. */
static gboolean
hold_scope (WgFeed *self, const char *id, Scope *out, GError **error)
{
  gboolean found;

  if (!read_scope (self, id, out, &found, error))
    return FALSE;
  /* Somebody else may be making it just now: then his numbers count. */
  return found || (wg_db_run (self->db, "scope-make", error, "id", 's', id, NULL) &&
                   read_scope (self, id, out, &found, error));
}

/* The version under which the record counts in the digest now; 0: it does not. */
static gboolean
read_member (WgFeed *self, const Entry *entry, gint64 *out_ver, GError **error)
{
  WgStatement *statement = wg_db_statement (self->db, "member-get", error);
  g_autoptr (GError) local = NULL;

  if (statement == NULL)
    return FALSE;
  wg_statement_bind_text (statement, "scope", entry->scope);
  wg_statement_bind_text (statement, "rec", entry->rec);
  *out_ver = 0;
  if (wg_statement_next (statement, &local))
    {
      if (!wg_statement_int (statement, "removed"))
        *out_ver = wg_statement_int (statement, "ver");
    }
  return wg_statement_end (statement, &local, error);
}

static gboolean
write_member (WgFeed *self, Scope *scope, const Entry *entry, GError **error)
{
  gint64 old_ver = 0;

  if (!entry->is_new && !read_member (self, entry, &old_ver, error))
    return FALSE;
  if (entry->ver == old_ver)
    return TRUE;
  scope->seq++;
  if (old_ver > 0)
    {
      scope->n--;
      if (!WG_MUTANT ("digest-not-kept"))
        scope->sum -= wg_crypto_row_digest (entry->rec, old_ver);
    }
  if (entry->ver > 0)
    {
      scope->n++;
      scope->sum += wg_crypto_row_digest (entry->rec, entry->ver);
    }
  return wg_db_run (self->db, "member-put", error, "scope", 's', entry->scope, "rec", 's',
                    entry->rec, "kind", 's', entry->kind, "ver", 'i', entry->ver, "seq", 'i',
                    scope->seq, "removed", 'i', (gint64) (entry->ver == 0), NULL);
}

static int
compare_entries (gconstpointer a, gconstpointer b)
{
  const Entry *x = *(const Entry *const *) a, *y = *(const Entry *const *) b;
  int order = strcmp (x->scope, y->scope);

  return order ? order : x->order < y->order ? -1 : 1;
}

static gboolean
begins_scope (GPtrArray *entries, guint i)
{
  return i == 0 || strcmp (((const Entry *) entries->pdata[i - 1])->scope,
                           ((const Entry *) entries->pdata[i])->scope) != 0;
}

/* All that will be read, in the order in which scopes are to be held. */
static void
announce (WgFeed *self)
{
  for (guint i = 0; i < self->entries->len; i++)
    {
      const Entry *entry = self->entries->pdata[i];
      if (begins_scope (self->entries, i))
        wg_db_ahead (self->db, "scope-get", "id", 's', entry->scope, NULL);
    }
  for (guint i = 0; i < self->entries->len; i++)
    {
      const Entry *entry = self->entries->pdata[i];
      if (!entry->is_new)
        wg_db_ahead (self->db, "member-get", "scope", 's', entry->scope, "rec", 's', entry->rec,
                     NULL);
    }
}

/**
 * wg_feed_flush:
 * @self: a feed
 * @error: return location
 *
 * Writes members, numbers and digests: the last thing before the commit.
 *
 * Thread: the connection's.
 * Errors: of the database.
 *
 * Returns: %TRUE on success
 */
gboolean
wg_feed_flush (WgFeed *self, GError **error)
{
  GPtrArray *entries = self->entries;
  Scope scope = { 0 };

  g_ptr_array_sort (entries, compare_entries);
  announce (self);
  for (guint i = 0; i < entries->len; i++)
    {
      const Entry *entry = entries->pdata[i];
      if (begins_scope (entries, i) && !hold_scope (self, entry->scope, &scope, error))
        return FALSE;
      if (!write_member (self, &scope, entry, error))
        return FALSE;
      if ((i + 1 == entries->len || begins_scope (entries, i + 1)) &&
          !wg_db_run (self->db, "scope-put", error, "id", 's', entry->scope, "seq", 'i', scope.seq,
                      "n", 'i', scope.n, "sum", 'i', (gint64) scope.sum, NULL))
        return FALSE;
    }
  g_hash_table_remove_all (self->records);
  g_ptr_array_set_size (entries, 0);
  return TRUE;
}

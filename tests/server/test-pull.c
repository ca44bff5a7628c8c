/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The change feed as a terminal sees it: pages, scopes, digests, moves. */
#include <string.h>

#include "core/wg-id.h"
#include "kit.h"
#include "server/wg-pull.h"

/* What a terminal would hold: scope and id to version. */
typedef struct
{
  Kit *kit;
  const char *worker;
  WgPullRequest *request;
  GHashTable *rows; /* "scope id" -> gint64 * */
  guint n_pages;
} Mirror;

static Mirror *
mirror_new (Kit *kit, const char *worker, gint64 max_rows)
{
  Mirror *mirror = g_new0 (Mirror, 1);

  mirror->kit = kit;
  mirror->worker = worker;
  mirror->request = wg_pull_request_new ();
  mirror->request->max_rows = max_rows;
  mirror->rows = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return mirror;
}

static void
mirror_free (Mirror *mirror)
{
  wg_pull_request_free (mirror->request);
  g_hash_table_unref (mirror->rows);
  g_free (mirror);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Mirror, mirror_free)

static void
take_row (Mirror *mirror, const WgPullRow *row)
{
  char *key = g_strdup_printf ("%s %s", row->scope, row->id);
  gint64 *ver = g_new (gint64, 1);

  *ver = row->ver;
  if (row->gone)
    {
      g_hash_table_remove (mirror->rows, key);
      g_free (key);
      g_free (ver);
    }
  else
    {
      g_assert_nonnull (row->body);
      g_hash_table_insert (mirror->rows, key, ver);
    }
}

static void
check_digest (Mirror *mirror, const char *scope, const WgScopeDigest *digest)
{
  g_autofree char *prefix = g_strconcat (scope, " ", NULL);
  guint64 n = 0, sum = 0;
  GHashTableIter iter;
  gpointer key, ver;

  g_hash_table_iter_init (&iter, mirror->rows);
  while (g_hash_table_iter_next (&iter, &key, &ver))
    {
      if (!g_str_has_prefix (key, prefix))
        continue;
      n++;
      sum += wg_crypto_row_digest ((const char *) key + strlen (prefix), *(gint64 *) ver);
    }
  g_assert_cmpuint (digest->n, ==, n);
  g_assert_cmpuint (digest->sum, ==, sum);
}

/* One page, through the wire; gives whether more is to come. */
static gboolean
mirror_page (Mirror *mirror)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (WgDb) reader = wg_platform_connect (mirror->kit->platform, TRUE, &error);
  g_autoptr (WgPullPage) page = wg_pull_page_read (mirror->kit->platform, reader, mirror->worker,
                                                  "none", mirror->request, &error);
  g_autoptr (GBytes) body = NULL;
  g_autoptr (WgPullPage) sent = NULL;
  GHashTableIter iter;
  gpointer key, value;

  g_assert_no_error (error);
  body = wg_wire_pull_page_to_body (page);
  sent = wg_wire_pull_page_from_body (body, &error);
  g_assert_no_error (error);
  mirror->n_pages++;
  g_assert_cmpint (sent->rows->len, <=, mirror->request->max_rows);
  for (guint i = 0; i < sent->rows->len; i++)
    take_row (mirror, sent->rows->pdata[i]);
  for (char **scope = sent->drop; *scope; scope++)
    g_hash_table_remove (mirror->request->cursor, *scope);
  g_hash_table_iter_init (&iter, sent->cursor);
  while (g_hash_table_iter_next (&iter, &key, &value))
    g_hash_table_insert (mirror->request->cursor, g_strdup (key),
                         g_memdup2 (value, sizeof (gint64)));
  g_hash_table_iter_init (&iter, sent->digests);
  while (g_hash_table_iter_next (&iter, &key, &value))
    check_digest (mirror, key, value);
  g_assert_cmpuint (g_hash_table_size (sent->digests), ==,
                    sent->more ? 0 : g_hash_table_size (sent->cursor));
  return sent->more;
}

static void
mirror_pull (Mirror *mirror)
{
  while (mirror_page (mirror))
    g_assert_cmpuint (mirror->n_pages, <, 1000);
}

static guint
count_rows (Mirror *mirror, const char *prefix)
{
  GHashTableIter iter;
  gpointer key;
  guint n = 0;

  g_hash_table_iter_init (&iter, mirror->rows);
  while (g_hash_table_iter_next (&iter, &key, NULL))
    n += g_str_has_prefix (key, prefix);
  return n;
}

static void
test_first_load (void)
{
  static const gint64 sizes[] = { 1, 7, 500 };
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (Terminal) terminal = terminal_new (kit, "wa1");

  for (int i = 0; i < 30; i++)
    g_free (terminal_expect (
        terminal, terminal_create (terminal, KIT_GRID_A1, WG_EVENT_LEVEL_GENERAL), "ok"));
  for (gsize i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autoptr (Mirror) mirror = mirror_new (kit, "wa1", sizes[i]);
      mirror_pull (mirror);
      g_assert_cmpuint (count_rows (mirror, "g:" KIT_GRID_A1), ==, 30);
      /* 4 units, 3 grids, 13 workers, a standard, a calendar */
      g_assert_cmpuint (count_rows (mirror, "ref:370502"), ==, 22);
      g_assert_cmpuint (count_rows (mirror, "w:wa1"), ==, 1);
    }
}

/* Each gets what is theirs and nothing else. */
static void
test_scopes (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (Terminal) a1 = terminal_new (kit, "wa1");
  g_autoptr (Terminal) a2 = terminal_new (kit, "wa2");
  g_autoptr (Terminal) b1 = terminal_new (kit, "wb1");
  static const struct
  {
    const char *worker, *scope;
    guint n;
  } rows[] = {
    { "wa1", "g:" KIT_GRID_A1, 2 }, { "wa2", "g:" KIT_GRID_A2, 1 }, { "wb1", "g:" KIT_GRID_B1, 1 },
    { "ca", "t:" KIT_TOWN_A, 3 },   { "cb", "t:" KIT_TOWN_B, 1 },   { "d", "o:370502", 1 },
    { "ha", "o:370502D01", 0 },
  };

  g_free (terminal_expect (a1, terminal_create (a1, KIT_GRID_A1, WG_EVENT_LEVEL_GENERAL), "ok"));
  g_free (terminal_expect (a1, terminal_create (a1, KIT_GRID_A1, WG_EVENT_LEVEL_MAJOR), "ok"));
  g_free (terminal_expect (a2, terminal_create (a2, KIT_GRID_A2, WG_EVENT_LEVEL_GENERAL), "ok"));
  g_free (terminal_expect (b1, terminal_create (b1, KIT_GRID_B1, WG_EVENT_LEVEL_GENERAL), "ok"));
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (Mirror) mirror = mirror_new (kit, rows[i].worker, 500);
      mirror_pull (mirror);
      g_assert_cmpuint (count_rows (mirror, rows[i].scope), ==, rows[i].n);
      g_assert_cmpuint (g_hash_table_size (mirror->rows), ==, rows[i].n + 22 + 1);
    }
}

/* A scope that is not allowed comes back in drop, whether it exists or not. */
static void
test_foreign_scope (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (WgPullRequest) request = wg_pull_request_new ();
  g_autoptr (WgPullPage) page = NULL;
  g_autoptr (GError) error = NULL;
  static const char *const foreign[] = { "g:" KIT_GRID_B1, "g:nowhere", "t:" KIT_TOWN_A, "w:ca" };

  for (gsize i = 0; i < G_N_ELEMENTS (foreign); i++)
    g_hash_table_insert (request->cursor, g_strdup (foreign[i]), g_new0 (gint64, 1));
  page = wg_pull_page_read (kit->platform, kit->db, "wa1", "none", request, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_strv_length (page->drop), ==, G_N_ELEMENTS (foreign));
  for (guint i = 0; i < page->rows->len; i++)
    for (gsize k = 0; k < G_N_ELEMENTS (foreign); k++)
      g_assert_cmpstr (((WgPullRow *) page->rows->pdata[i])->scope, !=, foreign[k]);
}

/* Only what changed, and a cursor from the future starts again. */
static void
test_changes (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (Terminal) terminal = terminal_new (kit, "wa1");
  g_autoptr (Terminal) clerk = terminal_new (kit, "ca");
  g_autoptr (Mirror) mirror = mirror_new (kit, "wa1", 500);
  g_autofree char *rec = terminal_expect (
      terminal, terminal_create (terminal, KIT_GRID_A1, WG_EVENT_LEVEL_GENERAL), "ok");
  g_autofree char *key = g_strdup_printf ("g:%s %s", KIT_GRID_A1, rec);
  gint64 *future = g_new (gint64, 1);

  mirror_pull (mirror);
  g_free (terminal_expect (clerk, terminal_step (clerk, rec, KIT_GRID_A1, WG_ACTION_ACCEPT), "ok"));
  mirror_pull (mirror);
  g_assert_cmpint (*(gint64 *) g_hash_table_lookup (mirror->rows, key), ==, 2);
  *future = 1000000;
  g_hash_table_insert (mirror->request->cursor, g_strdup ("g:" KIT_GRID_A1), future);
  g_hash_table_remove (mirror->rows, key);
  mirror_pull (mirror);
  g_assert_cmpint (*(gint64 *) g_hash_table_lookup (mirror->rows, key), ==, 2);
}

static gboolean
move_worker (WgWork *work, gpointer data, GError **error)
{
  WgWorker worker = { (char *) "wa1", (char *) "样例人员", WG_ROLE_WORKER, (char *) KIT_TOWN_A,
                      (char *) KIT_GRID_A2 };

  return wg_reference_put_worker (work, &worker, NULL, error);
}

static void
test_move (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (Mirror) mirror = mirror_new (kit, "wa1", 500);

  mirror_pull (mirror);
  g_assert_true (g_hash_table_contains (mirror->request->cursor, "g:" KIT_GRID_A1));
  kit_advance (kit, 1000);
  kit_run (kit, move_worker, NULL);
  mirror_pull (mirror);
  g_assert_false (g_hash_table_contains (mirror->request->cursor, "g:" KIT_GRID_A1));
  g_assert_true (g_hash_table_contains (mirror->request->cursor, "g:" KIT_GRID_A2));
  kit_check (kit);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/server/pull/first-load", test_first_load);
  g_test_add_func ("/server/pull/scopes", test_scopes);
  g_test_add_func ("/server/pull/foreign-scope", test_foreign_scope);
  g_test_add_func ("/server/pull/changes", test_changes);
  g_test_add_func ("/server/pull/move", test_move);
  return g_test_run ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A tablet's store after five years in one grid of the sample district, filled as a pull fills it.
 */
#include "bench/bench-fill.h"

#include <string.h>

#include "core/wg-id.h"
#include "store/wg-inbox.h"
#include "wire/wg-crypto.h"
#include "wire/wg-wire-event.h"
#include "wire/wg-wire-ref.h"

#define PAGE_ROWS 500
#define YEAR_MS (G_GINT64_CONSTANT (365) * 86400000)
#define TODAY_EVENTS 20

/* Rows of one scope, and what its digest will be. */
typedef struct
{
  char *scope;
  GPtrArray *rows; /* of WgPullRow */
  WgScopeDigest digest;
} Feed;

void
bench_stop_at (const GError *error)
{
  if (error)
    g_error ("%s", error->message);
}

static char *
read_standard_file (const char *name)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *path =
      g_build_filename (g_getenv ("WG_DATA_SOURCE_DIR"), "standards", name, NULL);
  char *text = NULL;

  g_file_get_contents (path, &text, NULL, &error);
  bench_stop_at (error);
  return text;
}

static void
add_row (Feed *feed, const char *kind, const char *id, char *body)
{
  WgPullRow *row = wg_pull_row_new ();

  row->scope = g_strdup (feed->scope);
  row->number = feed->rows->len + 1;
  row->kind = g_strdup (kind);
  row->id = g_strdup (id);
  row->ver = 1;
  row->body = body;
  g_ptr_array_add (feed->rows, row);
  feed->digest.n++;
  feed->digest.sum += wg_crypto_row_digest (id, 1);
}

static Feed
open_feed (const char *kind, const char *code)
{
  return (Feed) { g_strconcat (kind, ":", code, NULL),
                  g_ptr_array_new_with_free_func ((GDestroyNotify) wg_pull_row_free),
                  { 0 } };
}

static Feed
make_reference (const BenchTablet *tablet)
{
  const WgSampleDistrict *district = tablet->district;
  Feed feed = open_feed ("ref", WG_SAMPLE_DISTRICT_CODE);
  g_autofree char *classes = read_standard_file ("event-classes.csv");
  g_autofree char *calendar = read_standard_file ("calendar-2026.csv");

  for (guint i = 0; i < district->orgs->len; i++)
    {
      const WgOrg *org = district->orgs->pdata[i];
      add_row (&feed, "org", org->code, wg_wire_org_to_json (org));
    }
  for (guint i = 0; i < district->grids->len; i++)
    {
      const WgGrid *grid = district->grids->pdata[i];
      add_row (&feed, "grid", grid->code, wg_wire_grid_to_json (grid));
    }
  for (guint i = 0; i < district->workers->len; i++)
    {
      const WgWorker *worker = district->workers->pdata[i];
      add_row (&feed, "worker", worker->id, wg_wire_worker_to_json (worker));
    }
  add_row (&feed, "standard", wg_standard_get_version (tablet->standard),
           wg_wire_text_to_json (classes));
  add_row (&feed, "calendar", "2026", wg_wire_text_to_json (calendar));
  return feed;
}

/* Daily events have one step behind them, filed ones the whole loop. */
static GPtrArray *
make_steps (const WgEvent *event)
{
  static const WgAction loop[] = { WG_ACTION_REPORT,  WG_ACTION_ACCEPT,  WG_ACTION_DISPATCH,
                                   WG_ACTION_SIGN,    WG_ACTION_HANDLED, WG_ACTION_VERIFIED,
                                   WG_ACTION_EVALUATE };
  GPtrArray *steps = g_ptr_array_new_with_free_func ((GDestroyNotify) wg_event_step_free);
  gsize n = event->level > WG_EVENT_LEVEL_DAILY && event->state == WG_EVENT_STATE_ARCHIVED
                ? G_N_ELEMENTS (loop)
                : 1;

  for (gsize i = 0; i < n; i++)
    {
      WgEventStep *step = wg_event_step_new ();
      step->event_id = g_strdup (event->id);
      step->seq = (gint64) i + 1;
      step->action = loop[i];
      step->kind = (int) i + 1;
      step->actor = g_strdup (i ? "c0001" : event->reporter);
      step->actor_role = i ? WG_ROLE_CLERK : WG_ROLE_WORKER;
      step->at_ms = event->received_ms + (gint64) i * 3600000;
      step->from_state = i ? WG_EVENT_STATE_REPORTED : WG_EVENT_STATE_DRAFT;
      step->to_state = event->state;
      step->opinion = g_strdup (i ? "已核实，按规定处理" : NULL);
      g_ptr_array_add (steps, step);
    }
  return steps;
}

static void
add_history (
    Feed *feed, const BenchTablet *tablet, guint n, gint64 from_ms, gint64 until_ms, guint64 seed)
{
  g_autoptr (GPtrArray) events = wg_sample_history_new (
      tablet->district, tablet->grid, tablet->standard, n, from_ms, until_ms, seed);

  for (guint i = 0; i < events->len; i++)
    {
      const WgEvent *event = events->pdata[i];
      g_autoptr (GPtrArray) steps = make_steps (event);
      add_row (feed, "event", event->id, wg_wire_event_row_to_json (event, steps));
    }
}

/* Five years of events and the rows of the grid's people: a kind that this program only keeps. */
static Feed
make_grid (const BenchTablet *tablet, const WgPorts *ports)
{
  Feed feed = open_feed ("g", tablet->grid->code);
  gint64 now_ms = wg_ports_wall_ms (ports);

  add_history (&feed, tablet, BENCH_EVENTS - TODAY_EVENTS, now_ms - 5 * YEAR_MS,
               now_ms - 2 * TODAY_EVENTS * 60000, 1);
  add_history (&feed, tablet, TODAY_EVENTS, now_ms - TODAY_EVENTS * 60000, now_ms, 2);
  for (guint i = 0; i < BENCH_PERSONS; i++)
    {
      g_autofree char *id = wg_id_new (ports);
      add_row (
          &feed, "person", id,
          g_strdup_printf ("{\"id\":\"%s\",\"name\":\"示例居民%u\",\"sex\":%u,\"born\":\"19%02u\","
                           "\"household\":\"%06u\",\"address\":\"示例路 %u 号 %u 单元 %u 室\","
                           "\"phone\":\"00000000000\",\"grid_code\":\"%s\",\"tags\":[\"常住\","
                           "\"党员\"],\"note\":\"示例记录，不属于任何人\"}",
                           id, i, i % 2 + 1, i % 100, i / 3, i % 90 + 1, i % 4 + 1, i % 900,
                           tablet->grid->code));
    }
  return feed;
}

static void
set_cursor (WgPullPage *page, const char *scope, gint64 at)
{
  g_hash_table_replace (page->cursor, g_strdup (scope), g_memdup2 (&at, sizeof at));
}

static gpointer
apply_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  gboolean healed = FALSE;

  if (!wg_inbox_apply (context, data, &healed, error))
    return NULL;
  if (healed)
    g_error ("the digest of the sample does not match");
  return GINT_TO_POINTER (TRUE);
}

static void
pull_feed (WgStore *store, Feed *feed)
{
  guint n = feed->rows->len;

  for (guint first = 0; first < n; first += PAGE_ROWS)
    {
      g_autoptr (WgPullPage) page = wg_pull_page_new ();
      g_autoptr (GError) error = NULL;
      guint last = MIN (first + PAGE_ROWS, n);

      page->epoch = g_strdup (wg_store_get_identity (store)->epoch);
      page->keep = g_new0 (char *, 1);
      page->drop = g_new0 (char *, 1);
      page->add = g_strsplit (feed->scope, "\n", 1);
      for (guint i = first; i < last; i++)
        g_ptr_array_add (page->rows, g_steal_pointer (&feed->rows->pdata[i]));
      set_cursor (page, feed->scope, last);
      page->more = last < n;
      if (!page->more)
        g_hash_table_replace (page->digests, g_strdup (feed->scope),
                              g_memdup2 (&feed->digest, sizeof feed->digest));
      wg_store_run (store, apply_job, page, &error);
      bench_stop_at (error);
    }
  g_ptr_array_set_free_func (feed->rows, NULL);
  g_ptr_array_unref (feed->rows);
  g_free (feed->scope);
}

static WgStore *
create_store (const char *folder, const WgWorker *worker, const WgPorts *ports)
{
  g_autoptr (WgIdentity) identity = wg_identity_new ();
  g_autoptr (GError) error = NULL;
  WgStore *store;

  identity->server_url = g_strdup ("http://127.0.0.1:9");
  identity->device_id = wg_id_new (ports);
  identity->replica = wg_id_new (ports);
  identity->epoch = wg_id_new (ports);
  identity->worker_json = wg_wire_worker_to_json (worker);
  identity->lease_s = 7 * 86400;
  wg_crypto_sign_keys (ports, identity->sign_public, identity->sign_secret);
  wg_crypto_sign_keys (ports, identity->platform_key, (guint8[WG_SIGN_SECRET]) { 0 });
  store = wg_store_create (folder, ports, BENCH_SECRET, identity, &error);
  bench_stop_at (error);
  return store;
}

/**
 * bench_tablet_make:
 * @folder: where the store shall be; nothing may stand there
 *
 * Enrols an invented tablet and pulls the sample district and five years of its grid.
 *
 * Returns: the tablet, its store open
 */
BenchTablet
bench_tablet_make (const char *folder)
{
  BenchTablet tablet = { .district = wg_sample_district_new (WG_SAMPLE_SEED) };
  const WgPorts *ports = wg_store_system_ports ();
  g_autofree char *classes = read_standard_file ("event-classes.csv");
  g_autoptr (GError) error = NULL;
  Feed reference, grid;

  wg_crypto_init (&error);
  bench_stop_at (error);
  tablet.standard = wg_standard_new_from_csv (classes, &error);
  bench_stop_at (error);
  tablet.worker = tablet.district->workers->pdata[0];
  tablet.grid = tablet.district->grids->pdata[0];
  tablet.store = create_store (folder, tablet.worker, ports);
  reference = make_reference (&tablet);
  grid = make_grid (&tablet, ports);
  pull_feed (tablet.store, &reference);
  pull_feed (tablet.store, &grid);
  return tablet;
}

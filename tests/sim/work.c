/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What people do: workers on their terminals, clerks at the platform's desk. */
#include <string.h>

#include "core/wg-standard.h"
#include "store/wg-attachment-store.h"
#include "store/wg-outbox.h"
#include "work.h"

/* --- at a terminal --------------------------------------------------------------------------- */

Terminal *
work_choose_terminal (SimRandom *random)
{
  Terminal *found[WORLD_TERMINALS];
  guint n = 0;

  for (guint i = 0; i < WORLD_TERMINALS; i++)
    if (world.terminals[i].used && terminal_runs (&world.terminals[i]))
      found[n++] = &world.terminals[i];
  return n > 0 ? found[sim_random_below (random, n)] : NULL;
}

static gboolean
is_any (const WgEventView *view)
{
  return TRUE;
}

static gboolean
is_held (const WgEventView *view)
{
  return view->truth == WG_TRUTH_HELD;
}

static gboolean
is_mine (const WgEventView *view)
{
  return view->mine && view->truth != WG_TRUTH_UNDONE;
}

static gboolean
is_refused (const WgEventView *view)
{
  return view->refusal_op != NULL;
}

/* One of the events that fit, as a person would from a list. */
static WgEventView *
choose_event (WgStoreContext *context, Work *work, GError **error)
{
  g_autoptr (GPtrArray) items = wg_event_store_list (context, work->list, 0, 50, error);
  g_autoptr (GPtrArray) ids = g_ptr_array_new ();

  for (guint i = 0; items && i < items->len; i++)
    {
      const WgEventView *view = wg_event_item_get_view (items->pdata[i]);
      if (work->fits (view))
        g_ptr_array_add (ids, view->event->id);
    }
  if (items == NULL || ids->len == 0)
    return NULL;
  work->id = g_strdup (ids->pdata[sim_random_below (work->random, ids->len)]);
  return wg_event_store_get (context, work->id, error);
}

/* @job on a terminal; what it says it saved is remembered. */
void
work_do (const char *name, Work *work, WgStoreJob job)
{
  Terminal *terminal = work->at ? work->at : work_choose_terminal (work->random);
  g_autoptr (GError) error = NULL;

  if (terminal && terminal_runs (terminal))
    {
      terminal_do (terminal, job, work, &error);
      sim_trace ("%s: %s %s %s", terminal->process.name, name, work->id ? work->id : "",
                 error        ? error->message
                 : work->done ? "saved"
                              : "nothing to do");
      if (work->done && error == NULL)
        oracle_saved (terminal, work->id);
      terminal_pump (terminal);
    }
  g_free (work->id);
}

/* A large one goes up in several pieces. */
static GBytes *
make_jpeg (SimRandom *random, gboolean large)
{
  gsize n =
      large ? 70000 + sim_random_below (random, 130000) : 200 + sim_random_below (random, 4000);
  guint8 *bytes = g_malloc (n);

  sim_random_fill (random, bytes, n);
  memcpy (bytes, "\xff\xd8\xff\xe0\x00\x10JFIF", 10);
  return g_bytes_new_take (bytes, n);
}

static char *
add_photo (WgStoreContext *context, Work *work, GError **error)
{
  gboolean large = work->with_photo || sim_random_chance (work->random, 500);
  g_autoptr (GBytes) jpeg = make_jpeg (work->random, large);

  return wg_attachment_store_add (context, jpeg, 0, error);
}

static WgEvent *
make_event (WgStoreContext *context, Work *work)
{
  static const char *const classes[] = { "0110", "0205", "0305" };
  WgEvent *event = wg_event_new ();

  event->level = (WgEventLevel) (WG_EVENT_LEVEL_DAILY + (int) work->level);
  event->class_std = g_strdup (wg_standard_get_version (context->standard));
  event->class_code = g_strdup (classes[work->level]);
  event->title = g_strdup_printf ("事件 %u", sim_random_below (work->random, 1000));
  event->description = g_strdup ("路面积水，行人绕行");
  event->occurred_ms = wg_ports_wall_ms (context->ports);
  event->reported_ms = event->occurred_ms;
  event->fix_source = WG_FIX_ADDRESS;
  event->address = g_strdup ("路口东侧");
  event->origin = g_strdup ("01");
  event->grid_code = g_strdup (context->worker->grid_code);
  event->org_code = g_strdup (context->worker->org_code);
  if (event->level == WG_EVENT_LEVEL_DAILY)
    {
      event->self_handled = TRUE;
      event->handle_note = g_strdup ("已当场处理");
    }
  return event;
}

static gpointer
create_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  Work *work = data;
  g_autoptr (WgEvent) event = NULL;

  if (context->standard == NULL)
    return NULL;
  work->level = sim_random_below (work->random, 3);
  event = make_event (context, work);
  if (work->with_photo || sim_random_chance (work->random, 3000))
    {
      g_autofree char *photo = add_photo (context, work, error);
      if (photo == NULL)
        return NULL;
      event->photos = g_strdupv ((char *[]) { photo, NULL });
    }
  if (event->level == WG_EVENT_LEVEL_DAILY && !work->with_photo &&
      sim_random_chance (work->random, 6000))
    work->hold_ms = 120000;
  work->id = wg_event_store_create (context, event, work->hold_ms, NULL, error);
  work->done = work->id != NULL;
  return NULL;
}

static void
act_create (SimRandom *random)
{
  Work work = { random };

  work_do ("create", &work, create_job);
}

void
work_create_with_photo (Terminal *terminal, SimRandom *random)
{
  Work work = { random, .at = terminal, .with_photo = TRUE };

  work_do ("create with photo", &work, create_job);
}

static gpointer
undo_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  Work *work = data;
  g_autoptr (WgEventView) view = choose_event (context, work, error);

  /* Told as failed it may stand all the same: the program died behind the write. */
  if (view)
    oracle_undone (work->id);
  if (view)
    wg_event_store_undo (context, work->id, error);
  return NULL;
}

static void
act_undo (SimRandom *random)
{
  Work work = { random, .list = WG_EVENT_LIST_ALL, .fits = is_held };

  work_do ("undo", &work, undo_job);
}

static gpointer
release_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  Work *work = data;
  g_autoptr (WgEventView) view = choose_event (context, work, error);

  work->done = view && wg_event_store_release_one (context, work->id, error);
  return NULL;
}

static void
act_release (SimRandom *random)
{
  Work work = { random, .list = WG_EVENT_LIST_ALL, .fits = is_held };

  work_do ("send now", &work, release_job);
}

static gpointer
mend_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  Work *work = data;
  g_autoptr (WgEventView) view = choose_event (context, work, error);

  if (view == NULL)
    return NULL;
  g_free (view->event->description);
  view->event->description =
      g_strdup_printf ("补充说明 %u", sim_random_below (work->random, 100000));
  if (sim_random_chance (work->random, 4000))
    {
      g_free (view->event->title);
      view->event->title = g_strdup_printf ("更正 %u", sim_random_below (work->random, 1000));
    }
  work->done = wg_event_store_mend (context, view->event, view->refusal_op, error);
  return NULL;
}

static void
act_mend (SimRandom *random)
{
  Work work = { random, .list = WG_EVENT_LIST_ALL, .fits = is_mine };

  work_do ("mend", &work, mend_job);
}

static void
act_mend_returned (SimRandom *random)
{
  Work work = { random, .list = WG_EVENT_LIST_RETURNED, .fits = is_any };

  work_do ("mend returned", &work, mend_job);
}

static gpointer
step_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  static const WgAction actions[] = { WG_ACTION_WITHDRAW, WG_ACTION_WITHDRAW, WG_ACTION_SUPPLEMENT,
                                      WG_ACTION_APPEAL };
  Work *work = data;
  WgAction action = actions[sim_random_below (work->random, G_N_ELEMENTS (actions))];
  g_autoptr (WgEventView) view = choose_event (context, work, error);

  work->done = view && wg_event_store_step (context, work->id, action, "样例理由", NULL, error);
  /* Withdrawn before anything was said of it: as if it had never been, also when told as failed. */
  if (view && is_held (view) && action == WG_ACTION_WITHDRAW)
    {
      oracle_undone (work->id);
      work->done = FALSE;
    }
  return NULL;
}

static void
act_step (SimRandom *random)
{
  Work work = { random, .list = WG_EVENT_LIST_ALL, .fits = is_mine };

  work_do ("step", &work, step_job);
}

static gpointer
dismiss_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  Work *work = data;
  g_autoptr (WgEventView) view = choose_event (context, work, error);

  if (view && wg_outbox_dismiss (context, view->refusal_op, error))
    oracle_dismissed (view->refusal_op);
  return NULL;
}

static void
act_dismiss (SimRandom *random)
{
  Work work = { random, .list = WG_EVENT_LIST_RETURNED, .fits = is_refused };

  work_do ("dismiss", &work, dismiss_job);
}

static void
act_poke (SimRandom *random)
{
  Terminal *terminal = work_choose_terminal (random);

  if (terminal)
    wg_sync_poke (terminal->sync);
}

static void
act_restart (SimRandom *random)
{
  Terminal *terminal = work_choose_terminal (random);

  if (terminal == NULL)
    return;
  terminal_stop (terminal);
  terminal->down = 1;
}

/* --- at the desk ----------------------------------------------------------------------------- */

static void
act_desk (SimRandom *random)
{
  g_autofree char *event = oracle_any_record (random);
  g_autofree char *other = oracle_any_record (random);
  static const char *const others[] = { "ca", "cb", "w1", "w3" };
  const char *const commands[][7] = {
    { "accept", event },
    { "accept", event },
    { "return", event, "--reason", "请补充" },
    { "return", event, "--reason", "请补充" },
    { "refuse", event, "--reason", "不属实" },
    { "duplicate", event, "--of", other },
    { "change-level", event, "--to", "3", "--reason", "样例" },
    /* Somebody who may not, mostly. */
    { "accept", event, "--as", others[sim_random_below (random, G_N_ELEMENTS (others))] },
  };

  if (event && world.daemon.down == 0 && world.daemon.restoring == NULL)
    console_run (commands[sim_random_below (random, G_N_ELEMENTS (commands))], NULL);
}

static void
act_move (SimRandom *random)
{
  static const char *const workers[] = { "w1", "w2", "w3" };
  const char *worker = workers[sim_random_below (random, G_N_ELEMENTS (workers))];
  const char *grid = WORLD_GRID_CODES[sim_random_below (random, WORLD_GRIDS)];
  const char *const command[] = { "worker", "move", worker, grid, NULL };

  if (world.daemon.down > 0 || world.daemon.restoring)
    return;
  oracle_moved (worker, grid);
  console_run (command, NULL);
}

/* Two people then keep up the same records. */
static void
act_colleague (SimRandom *random)
{
  const char *const command[] = { "worker", "move", "w2", WORLD_GRID_CODES[0], NULL };

  if (world.daemon.down > 0 || world.daemon.restoring)
    return;
  oracle_moved ("w2", WORLD_GRID_CODES[0]);
  console_run (command, NULL);
}

static void
act_clean (SimRandom *random)
{
  daemon_clean ();
}

static void
act_backup (SimRandom *random)
{
  g_autofree char *path =
      g_strdup_printf ("%s/backup-%u.db", PLATFORM_FOLDER, world.daemon.n_backups);
  const char *const command[] = { "backup", path, NULL };

  if (world.daemon.down == 0 && world.daemon.restoring == NULL && console_run (command, NULL) == 0)
    world.daemon.n_backups++;
}

#define EVENTS RUN_THEME_EVENTS
#define RECORDS RUN_THEME_RECORDS

const RunAction WORK_ACTIONS[] = {
  { "create", 30, act_create, EVENTS },
  { "undo", 4, act_undo, EVENTS },
  { "send-now", 3, act_release, EVENTS },
  { "mend", 10, act_mend, EVENTS },
  { "step", 5, act_step, EVENTS },
  { "mend-returned", 8, act_mend_returned, EVENTS },
  { "dismiss", 3, act_dismiss, EVENTS },
  { "poke", 6, act_poke, 0 },
  { "restart", 2, act_restart, 0 },
  { "desk", 12, act_desk, EVENTS },
  { "clean", 1, act_clean, 0 },
  { "backup", 1, act_backup, 0 },
  { "move", 1, act_move, 0 },
  { "colleague", 2, act_colleague, RECORDS },
  { "record", 8, act_record_create, RECORDS },
  { "change", 14, act_record_change, RECORDS },
  { "form", 30, act_form, RECORDS },
  { "void", 1, act_record_void, RECORDS },
  { "confirm", 3, act_record_confirm, RECORDS },
  { "reveal", 1, act_record_reveal, RECORDS },
  { "settle", 5, act_conflict_settle, RECORDS },
  { "bundle", 4, act_bundle_export, 0 },
  { "bundle-import", 6, act_bundle_import, 0 },
  { "bundle-answer", 6, act_bundle_answer, 0 },
  { "bundle-trip", 1, act_bundle_trip, EVENTS },
  { "bundle-old", 1, act_bundle_old, EVENTS },
  { "race", 3, act_race, RECORDS },
};
const guint WORK_N_ACTIONS = G_N_ELEMENTS (WORK_ACTIONS);

void
work_act (SimRandom *random, guint64 enabled)
{
  guint sum = 0, at;

  for (guint i = 0; i < WORK_N_ACTIONS; i++)
    sum += enabled >> i & 1 ? WORK_ACTIONS[i].weight : 0;
  at = sim_random_below (random, sum);
  for (guint i = 0; i < WORK_N_ACTIONS; i++)
    {
      guint weight = enabled >> i & 1 ? WORK_ACTIONS[i].weight : 0;
      if (at < weight)
        {
          WORK_ACTIONS[i].act (random);
          return;
        }
      at -= weight;
    }
}

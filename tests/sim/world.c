/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The platform and the terminals of one run. */
/* As it is called where both programs are one; see meson.build. */
#define wg_reference_free server_wg_reference_free
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/wg-geo.h"
#include "server/wg-admin.h"
#include "server/wg-import.h"
#include "server/wg-reference.h"
#include "server/wg-server.h"
#include "server/wg-work.h"
#include "sim-wrap.h"
#include "wg-config.h"

#define DISTRICT "370502"
#define TOWN_A "370502001"
#define TOWN_B "370502002"

const char *const WORLD_GRID_CODES[WORLD_GRIDS] = {
  "370502001001001",
  "370502001001002",
  "370502002001001",
};

World world;

static SimDisk *platform_template, *desk_template, *tablet_templates[WORLD_TABLETS];

/* Two workers share the first tablet; the first worker has a second one. */
static const struct
{
  const char *worker, *folder;
  guint tablet;
} TERMINALS[WORLD_TERMINALS] = {
  { "w1", "/sim/w1", 0 }, { "w2", "/sim/w2", 0 }, { "w1", "/sim/w1", 1 },
  { "w3", "/sim/w3", 2 }, { "w1", "/sim/w1", 3 },
};

static const char *const ORGS[][4] = {
  { DISTRICT, "样例区", "2", NULL },
  { TOWN_A, "样例甲街道", "3", DISTRICT },
  { TOWN_B, "样例乙镇", "3", DISTRICT },
};

static const char *const WORKERS[][4] = {
  { "w1", "worker", TOWN_A, "370502001001001" },
  { "w2", "worker", TOWN_A, "370502001001002" },
  { "w3", "worker", TOWN_B, "370502002001001" },
  { "ca", "clerk", TOWN_A, NULL },
  { "cb", "clerk", TOWN_B, NULL },
};

/* --- the daemon ------------------------------------------------------------------------------ */

gboolean
daemon_start (void)
{
  static const WgServerOptions options = { .unix_path = "sim" };
  SimProcess *before = sim_enter (&world.daemon.process);
  g_autoptr (GError) error = NULL;

  world.daemon.process.dead = FALSE;
  world.daemon.process.die_after = 0;
  world.daemon.platform =
      wg_platform_open (PLATFORM_FOLDER, NULL, NULL, &world.daemon.machine.ports, &error);
  if (world.daemon.platform)
    world.daemon.server = wg_server_new (world.daemon.platform, &options, &error);
  if (world.daemon.server == NULL)
    g_clear_pointer (&world.daemon.platform, wg_platform_free);
  sim_trace ("platform %s", world.daemon.server ? "serves" : error->message);
  sim_enter (before);
  return world.daemon.server != NULL;
}

void
daemon_stop (void)
{
  SimProcess *before = sim_enter (&world.daemon.process);

  g_clear_pointer (&world.daemon.server, wg_server_free);
  g_clear_pointer (&world.daemon.platform, wg_platform_free);
  sim_trace ("platform is down");
  sim_enter (before);
}

void
daemon_clean (void)
{
  SimProcess *before = sim_enter (&world.daemon.process);

  if (world.daemon.server && !world.daemon.process.dead)
    wg_server_clean (world.daemon.server);
  sim_enter (before);
}

/* --- the command line ------------------------------------------------------------------------ */

static GString *printed;

static void
on_printed_cb (const char *text)
{
  if (printed)
    g_string_append (printed, text);
}

static void
on_complained_cb (const char *text)
{
  if (sim_process () == &world.daemon.console)
    sim_trace ("console: %s", text);
  else
    fputs (text, stderr);
}

/* What the product logs is no output of ours, but nothing critical may be among it. */
static GLogWriterOutput
on_logged_cb (GLogLevelFlags level, const GLogField *fields, gsize n, gpointer data)
{
  const char *message = "";

  for (gsize i = 0; i < n; i++)
    if (g_str_equal (fields[i].key, "MESSAGE"))
      message = fields[i].value;
  if (level & G_LOG_LEVEL_ERROR)
    fprintf (stderr, "wgsim: %s\n", message);
  else if (level & G_LOG_LEVEL_CRITICAL)
    sim_violate ("critical: %s", message);
  else if (sim.verbose)
    sim_trace ("log: %s", message);
  return G_LOG_WRITER_HANDLED;
}

WRAP (char *, setlocale, int category, const char *locale) { return (char *) "zh_CN.UTF-8"; }

/* Options of a command are kept by the program, which in real life runs one command only. */
void
console_reset_options (void)
{
  const GOptionEntry *const tables[] = { wg_command_step_options (NULL),
                                         wg_command_bundle_options (NULL) };

  for (gsize i = 0; i < G_N_ELEMENTS (tables); i++)
    for (const GOptionEntry *entry = tables[i]; entry->long_name; entry++)
      g_clear_pointer ((char **) entry->arg_data, g_free);
}

int
console_run (const char *const *arguments, char **out_text)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  SimProcess *before = sim_enter (&world.daemon.console);
  int code;

  g_ptr_array_add (argv, (char *) "wangge-platform");
  for (gsize i = 0; arguments[i]; i++)
    {
      g_ptr_array_add (argv, (char *) arguments[i]);
      if (i == 0)
        {
          g_ptr_array_add (argv, (char *) "--data");
          g_ptr_array_add (argv, (char *) PLATFORM_FOLDER);
        }
    }
  g_ptr_array_add (argv, NULL);
  printed = g_string_new (NULL);
  code = wg_admin_main ((int) argv->len - 1, (char **) argv->pdata);
  if (out_text)
    *out_text = g_strdup (printed->str);
  g_string_free (g_steal_pointer (&printed), TRUE);
  console_reset_options ();
  sim_trace ("console %s: %d", arguments[0], code);
  world.daemon.console.dead = FALSE;
  world.daemon.console.die_after = 0;
  sim_enter (before);
  return code;
}

/* --- terminals ------------------------------------------------------------------------------- */

static void
begin_sync (Terminal *self)
{
  self->sync = wg_sync_new (self->store);
  wg_sync_start (self->sync);
}

gboolean
terminal_start (Terminal *self)
{
  SimProcess *before = sim_enter (&self->process);
  g_autoptr (GError) error = NULL;

  self->process.dead = FALSE;
  self->process.die_after = 0;
  self->context = g_main_context_new ();
  g_main_context_push_thread_default (self->context);
  self->store = wg_store_unlock (self->folder, &self->machine->ports, TERMINAL_SECRET, &error);
  if (self->store)
    begin_sync (self);
  g_main_context_pop_thread_default (self->context);
  if (self->store == NULL)
    g_clear_pointer (&self->context, g_main_context_unref);
  sim_trace ("terminal %s", self->store ? "runs" : error->message);
  sim_enter (before);
  return self->store != NULL;
}

void
terminal_stop (Terminal *self)
{
  SimProcess *before = sim_enter (&self->process);

  if (self->sync)
    wg_sync_stop (self->sync);
  g_clear_object (&self->sync);
  if (self->store)
    wg_store_close (self->store);
  g_clear_object (&self->store);
  while (self->context && g_main_context_iteration (self->context, FALSE))
    ;
  g_clear_pointer (&self->context, g_main_context_unref);
  sim_trace ("terminal is down");
  sim_enter (before);
}

gboolean
terminal_runs (const Terminal *self)
{
  return self->store != NULL && !self->process.dead;
}

void
terminal_pump (Terminal *self)
{
  SimProcess *before = sim_enter (&self->process);

  while (self->context && g_main_context_iteration (self->context, FALSE))
    ;
  sim_enter (before);
}

gpointer
terminal_do (Terminal *self, WgStoreJob job, gpointer data, GError **error)
{
  SimProcess *before = sim_enter (&self->process);
  gpointer result = wg_store_run (self->store, job, data, error);

  sim_enter (before);
  return result;
}

/* --- a sub-centre's desk -----------------------------------------------------------------------
 */

GBytes *
world_read_file (SimProcess *process, const char *path)
{
  SimProcess *before = sim_enter (process);
  char *data = NULL;
  gsize n = 0;
  gboolean good = g_file_get_contents (path, &data, &n, NULL);

  sim_enter (before);
  return good ? g_bytes_new_take (data, n) : NULL;
}

gboolean
world_write_file (SimProcess *process, const char *path, GBytes *bytes)
{
  SimProcess *before = sim_enter (process);
  gboolean good = g_file_set_contents_full (path, g_bytes_get_data (bytes, NULL),
                                            (gssize) g_bytes_get_size (bytes),
                                            G_FILE_SET_CONTENTS_NONE, 0600, NULL);

  sim_enter (before);
  return good;
}

void
daemon_set_store (void)
{
  static const char settings[] = "[s3]\nurl=https://store.example/photos\nkey-id=sample\n"
                                 "secret=sample\n";
  g_autoptr (GBytes) bytes = g_bytes_new_static (settings, strlen (settings));

  world_write_file (&world.daemon.process, PLATFORM_FOLDER "/s3.conf", bytes);
}

GBytes *
desk_hand_in (GBytes *bundle, GError **error)
{
  Terminal *self = &world.desk;
  SimProcess *before = sim_enter (&self->process);
  gboolean good;

  world_write_file (&self->process, "/sim/bundle.wgb", bundle);
  self->context = g_main_context_new ();
  g_main_context_push_thread_default (self->context);
  self->store = wg_store_unlock (self->folder, &self->machine->ports, TERMINAL_SECRET, error);
  good = self->store && wg_sync_hand_in (self->store, "/sim/bundle.wgb", "/sim/answer.wgb", error);
  g_main_context_pop_thread_default (self->context);
  sim_enter (before);
  terminal_stop (self);
  return good ? world_read_file (&self->process, "/sim/answer.wgb") : NULL;
}

/* --- the template ---------------------------------------------------------------------------- */

/* The classes that the workers of this world use: a small standard is read quickly. */
static void
write_standard (const char *path)
{
  static const char *const codes[] = {
    "#", "code,", "01,", "02,", "03,", "0110,", "0205,", "0305,"
  };
  g_autofree char *from =
      g_build_filename (WG_DATA_SOURCE_DIR, "standards", "event-classes.csv", NULL);
  g_autoptr (GString) kept = g_string_new (NULL);
  g_autofree char *all = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents (from, &all, NULL, NULL))
    g_error ("no %s", from);
  lines = g_strsplit (all, "\n", -1);
  for (gsize i = 0; lines[i]; i++)
    for (gsize c = 0; c < G_N_ELEMENTS (codes); c++)
      if (g_str_has_prefix (lines[i], codes[c]))
        g_string_append_printf (kept, "%s\n", lines[i]);
  g_file_set_contents_full (path, kept->str, (gssize) kept->len, G_FILE_SET_CONTENTS_NONE, 0600,
                            NULL);
}

static gboolean
fill (WgWork *work, gpointer data, GError **error)
{
  g_autofree char *calendar =
      g_build_filename (WG_DATA_SOURCE_DIR, "standards", "calendar-2026.csv", NULL);
  gboolean changed;

  write_standard (PLATFORM_FOLDER "/event-classes.csv");
  if (!wg_import_file (work, PLATFORM_FOLDER "/event-classes.csv", &changed, error) ||
      !wg_import_file (work, calendar, &changed, error))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (ORGS); i++)
    {
      WgOrg org = { (char *) ORGS[i][0], (char *) ORGS[i][1], NULL,
                    atoi (ORGS[i][2]),   (char *) ORGS[i][3], NULL };
      if (!wg_reference_put_org (work, &org, NULL, error))
        return FALSE;
    }
  for (gsize i = 0; i < WORLD_GRIDS; i++)
    {
      double west = 118.5 + 0.01 * (double) i;
      WgPoint points[] = {
        { west, 37.43 }, { west + 0.01, 37.43 }, { west + 0.01, 37.44 }, { west, 37.44 }
      };
      g_autoptr (WgPolygon) square = wg_polygon_new (points, G_N_ELEMENTS (points));
      WgGrid grid = { (char *) WORLD_GRID_CODES[i],
                      (char *) "样例网格",
                      WG_GRID_CITY,
                      (char *) (i < 2 ? TOWN_A : TOWN_B),
                      NULL,
                      square };
      if (!wg_reference_put_grid (work, &grid, NULL, error))
        return FALSE;
    }
  for (gsize i = 0; i < G_N_ELEMENTS (WORKERS); i++)
    {
      WgWorker worker = { (char *) WORKERS[i][0], (char *) "样例人员", 0, (char *) WORKERS[i][2],
                          (char *) WORKERS[i][3] };
      g_assert_true (wg_role_from_string (WORKERS[i][1], &worker.role));
      if (!wg_reference_put_worker (work, &worker, NULL, error))
        return FALSE;
    }
  return TRUE;
}

static void
init_machines (guint64 seed)
{
  memset (&world, 0, sizeof world);
  sim_machine_init (&world.daemon.machine, "platform", seed ^ 0x50);
  world.daemon.process = (SimProcess) { .name = "platform", .machine = &world.daemon.machine };
  world.daemon.console = (SimProcess) { .name = "console", .machine = &world.daemon.machine };
  for (guint i = 0; i < WORLD_TABLETS; i++)
    {
      g_autofree char *name = g_strdup_printf ("tablet%u", i);
      sim_machine_init (&world.tablets[i], name, seed ^ (0x100 + i));
    }
  for (guint i = 0; i < WORLD_TERMINALS; i++)
    {
      static const char *const names[] = { "w1", "w2", "w1b", "w3", "twin" };
      Terminal *terminal = &world.terminals[i];
      terminal->worker = TERMINALS[i].worker;
      terminal->folder = TERMINALS[i].folder;
      terminal->machine = &world.tablets[TERMINALS[i].tablet];
      terminal->process = (SimProcess) { .name = names[i], .machine = terminal->machine };
      terminal->process.monitor = sim_monitor_new ();
    }
  sim_machine_init (&world.desk_machine, "desk", seed ^ 0x60);
  world.desk = (Terminal) { .worker = "ca", .folder = "/sim/ca", .machine = &world.desk_machine };
  world.desk.process = (SimProcess) { .name = "desk", .machine = &world.desk_machine };
  world.desk.process.monitor = sim_monitor_new ();
  sim_line_clear ();
  sim_line.platform = &world.daemon.process;
}

static char *
find_member (const char *json, const char *name)
{
  g_autofree char *key = g_strdup_printf ("\"%s\": \"", name);
  const char *from = strstr (json, key);

  g_assert (from);
  from += strlen (key);
  return g_strndup (from, strcspn (from, "\""));
}

static void
enrol (Terminal *self)
{
  const char *const ask[] = { "enrol", "--json", "--url", "http://127.0.0.1/", self->worker, NULL };
  g_autofree char *text = NULL;
  g_autofree char *code = NULL;
  g_autoptr (GError) error = NULL;
  SimProcess *before;

  if (console_run (ask, &text) != 0)
    g_error ("no code");
  code = find_member (text, "code");
  before = sim_enter (&self->process);
  self->context = g_main_context_new ();
  g_main_context_push_thread_default (self->context);
  self->store = wg_enrol (self->folder, &self->machine->ports, "http://127.0.0.1/", code,
                          TERMINAL_SECRET, "sim", NULL, &error);
  if (self->store == NULL)
    g_error ("enrolment: %s", error->message);
  begin_sync (self);
  g_main_context_pop_thread_default (self->context);
  sim_enter (before);
  for (guint i = 0;; i++)
    {
      g_autoptr (WgSyncStatus) status = wg_sync_dup_status (self->sync);
      if (status->all_synced)
        break;
      if (i > 100)
        g_error ("the first round: %s", status->message);
      sim_sleep (SIM_SECOND);
    }
  terminal_stop (self);
}

static gpointer
make_template (gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (WgDb) db = NULL;
  WgReference *reference = wg_reference_new ();
  SimProcess *before;

  before = sim_enter (&world.daemon.console);
  if (!wg_platform_create (PLATFORM_FOLDER, NULL, NULL, DISTRICT, &world.daemon.machine.ports,
                           &error))
    g_error ("no platform: %s", error->message);
  if (!daemon_start ())
    g_error ("the platform does not serve");
  db = wg_platform_connect (world.daemon.platform, FALSE, &error);
  if (db == NULL || !wg_work_run (world.daemon.platform, db, reference, fill, NULL, &error))
    g_error ("reference data: %s", error->message);
  wg_reference_free (reference);
  g_clear_pointer (&db, wg_db_close);
  sim_enter (before);
  for (guint i = 0; i < WORLD_TWIN; i++)
    enrol (&world.terminals[i]);
  enrol (&world.desk);
  daemon_stop ();
  return NULL;
}

void
world_make_template (void)
{
  g_log_set_writer_func (on_logged_cb, NULL, NULL);
  g_set_print_handler (on_printed_cb);
  g_set_printerr_handler (on_complained_cb);
  sim_vfs_register ();
  sim_start (1);
  init_machines (1);
  world.daemon.machine.disk = sim_disk_new ();
  world.desk_machine.disk = sim_disk_new ();
  for (guint i = 0; i < WORLD_TABLETS; i++)
    world.tablets[i].disk = sim_disk_new ();
  sim_run (make_template, NULL);
  platform_template = g_steal_pointer (&world.daemon.machine.disk);
  desk_template = g_steal_pointer (&world.desk_machine.disk);
  for (guint i = 0; i < WORLD_TABLETS; i++)
    tablet_templates[i] = g_steal_pointer (&world.tablets[i].disk);
  world_close ();
}

void
world_open (guint64 seed)
{
  init_machines (seed);
  world.daemon.machine.disk = sim_disk_copy (platform_template);
  world.desk_machine.disk = sim_disk_copy (desk_template);
  for (guint i = 0; i < WORLD_TABLETS; i++)
    world.tablets[i].disk = sim_disk_copy (tablet_templates[i]);
}

void
world_close (void)
{
  sim_machine_clear (&world.daemon.machine);
  sim_machine_clear (&world.desk_machine);
  g_clear_object (&world.desk.process.monitor);
  g_clear_pointer (&world.daemon.restoring, g_free);
  for (guint i = 0; i < WORLD_TABLETS; i++)
    sim_machine_clear (&world.tablets[i]);
  for (guint i = 0; i < WORLD_TERMINALS; i++)
    g_clear_object (&world.terminals[i].process.monitor);
  sim_line_clear ();
  sim_store_clear ();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What goes wrong: programs die, power fails, disks fill up, lines break, clocks jump, the platform
 * is restored from an old backup. */
#include "work.h"

#include <string.h>

static gint64 line_whole_us[WORLD_TABLETS]; /* when a partition ends; 0: none */
/* Steps until the power fails of what had died in a write and runs again; 0: no such fate. The last
 * one is the platform. */
static guint power_due[WORLD_TABLETS + 1];

static SimPower
choose_power (SimRandom *random)
{
  static const SimPower powers[] = { SIM_POWER_LOSE, SIM_POWER_TEAR, SIM_POWER_TEAR,
                                     SIM_POWER_KEEP };

  return powers[sim_random_below (random, G_N_ELEMENTS (powers))];
}

/* --- programs and machines ------------------------------------------------------------------- */

static void
kill_terminal (Terminal *self, SimRandom *random)
{
  self->process.dead = TRUE;
  terminal_stop (self);
  self->down = 1 + sim_random_below (random, 4);
}

static void
kill_daemon (SimRandom *random)
{
  world.daemon.process.dead = TRUE;
  daemon_stop ();
  world.daemon.down = 1 + sim_random_below (random, 5);
}

static void
fail_power_of_tablet (guint tablet, SimRandom *random)
{
  for (guint i = 0; i < WORLD_TERMINALS; i++)
    if (world.terminals[i].machine == &world.tablets[tablet] && world.terminals[i].store)
      kill_terminal (&world.terminals[i], random);
  sim_trace ("power of tablet %u", tablet);
  sim_disk_power_loss (world.tablets[tablet].disk, choose_power (random));
  sim_machine_boot (&world.tablets[tablet]);
}

static void
fail_power_of_platform (SimRandom *random)
{
  if (world.daemon.server)
    kill_daemon (random);
  sim_trace ("power of the platform");
  sim_disk_power_loss (world.daemon.machine.disk, sim_line.power > 0
                                                      ? (SimPower) (sim_line.power - 1)
                                                      : choose_power (random));
  sim_line.power = 0;
  sim_machine_boot (&world.daemon.machine);
}

static void
switch_off (guint tablet)
{
  for (guint i = 0; i < WORLD_TERMINALS; i++)
    if (world.terminals[i].machine == &world.tablets[tablet] && world.terminals[i].store)
      {
        terminal_stop (&world.terminals[i]);
        world.terminals[i].down = 1;
      }
}

static void
act_kill (SimRandom *random)
{
  Terminal *terminal = work_choose_terminal (random);

  if (terminal)
    kill_terminal (terminal, random);
}

static void
act_power (SimRandom *random)
{
  fail_power_of_tablet (sim_random_below (random, WORLD_TABLETS), random);
}

/* In the middle of one of its next writes. */
static void
act_die (SimRandom *random)
{
  Terminal *terminal = work_choose_terminal (random);

  if (terminal)
    terminal->process.die_after = 1 + sim_random_below (random, 40);
}

/* What died in a write finds that write again when it starts, tells others of it, and then the
 * power fails: what was found must have been made durable. */
static void
act_recover (SimRandom *random)
{
  Terminal *terminal = work_choose_terminal (random);
  guint writes = 1 + sim_random_below (random, 12);
  guint steps = 2 + sim_random_below (random, 3);

  if (sim_random_chance (random, 5000) && world.daemon.server)
    {
      world.daemon.process.die_after = writes;
      power_due[WORLD_TABLETS] = steps;
    }
  else if (terminal)
    {
      terminal->process.die_after = writes;
      power_due[terminal->machine - world.tablets] = steps;
    }
}

static void
act_kill_platform (SimRandom *random)
{
  if (world.daemon.server)
    kill_daemon (random);
}

static void
act_power_platform (SimRandom *random)
{
  fail_power_of_platform (random);
}

static void
act_die_platform (SimRandom *random)
{
  if (world.daemon.server)
    world.daemon.process.die_after = 1 + sim_random_below (random, 60);
}

static void
act_answer (SimRandom *random)
{
  sim_line.answers_left = 1 + sim_random_below (random, 6);
}

/* In the middle of a photo, and what came of it is on the disk in part only. */
static void
act_torn_photo (SimRandom *random)
{
  Terminal *terminal = work_choose_terminal (random);

  if (terminal)
    work_create_with_photo (terminal, random);
  sim_line.pieces_left = 1 + sim_random_below (random, 2);
}

static void
act_die_console (SimRandom *random)
{
  world.daemon.console.die_after = 1 + sim_random_below (random, 30);
}

/* --- disks, lines, clocks -------------------------------------------------------------------- */

static void
act_full (SimRandom *random)
{
  guint which = sim_random_below (random, WORLD_TABLETS + 1);
  SimDisk *disk = which < WORLD_TABLETS ? world.tablets[which].disk : world.daemon.machine.disk;
  gboolean full = sim_random_chance (random, 5000);

  sim_trace ("disk %u %s", which, full ? "is full" : "has room");
  sim_disk_set_full (disk, full);
}

static void
act_error (SimRandom *random)
{
  guint which = sim_random_below (random, WORLD_TABLETS + 1);
  SimDisk *disk = which < WORLD_TABLETS ? world.tablets[which].disk : world.daemon.machine.disk;
  guint rate = sim_random_chance (random, 5000) ? 50 + sim_random_below (random, 300) : 0;

  sim_trace ("disk %u errs %u", which, rate);
  sim_disk_set_errors (disk, rate);
}

static void
mend_line (guint tablet)
{
  line_whole_us[tablet] = 0;
  sim_line_set_cut (&world.tablets[tablet], FALSE);
  for (guint i = 0; i < WORLD_TERMINALS; i++)
    if (world.terminals[i].machine == &world.tablets[tablet] && terminal_runs (&world.terminals[i]))
      {
        SimProcess *before = sim_enter (&world.terminals[i].process);
        sim_monitor_tell (world.terminals[i].process.monitor);
        sim_enter (before);
      }
}

static void
cut_line (guint tablet, guint seconds)
{
  sim_trace ("tablet %u has no line", tablet);
  sim_line_set_cut (&world.tablets[tablet], TRUE);
  line_whole_us[tablet] = sim.now_us + seconds * SIM_SECOND;
}

static void
act_partition (SimRandom *random)
{
  guint tablet = sim_random_below (random, WORLD_TABLETS);

  cut_line (tablet, sim_random_below (random, 300));
}

void
faults_cut_line (const Terminal *terminal, guint seconds)
{
  cut_line ((guint) (terminal->machine - world.tablets), seconds);
}

static void
set_clock (guint tablet, SimRandom *random)
{
  static const gint64 sizes_ms[] = { 1000, 60000, 3600000, 86400000, 3 * 86400000 };
  gint64 size = sizes_ms[sim_random_below (random, G_N_ELEMENTS (sizes_ms))];

  world.tablets[tablet].wall_ms = sim_random_chance (random, 3000)   ? 0
                                  : sim_random_chance (random, 5000) ? size
                                                                     : -size;
  sim_trace ("clock of tablet %u is %" G_GINT64_FORMAT " ms off", tablet,
             world.tablets[tablet].wall_ms);
}

static void
act_clock (SimRandom *random)
{
  set_clock (sim_random_below (random, WORLD_TABLETS), random);
}

void
faults_set_clock (const Terminal *terminal, SimRandom *random)
{
  set_clock ((guint) (terminal->machine - world.tablets), random);
}

void
faults_go_flat (const Terminal *terminal, SimRandom *random)
{
  guint tablet = (guint) (terminal->machine - world.tablets);

  switch_off (tablet);
  sim_machine_boot (&world.tablets[tablet]);
  set_clock (tablet, random);
}

/* Its battery was flat: it starts with another clock than it had. */
static void
act_flat (SimRandom *random)
{
  guint tablet = sim_random_below (random, WORLD_TABLETS);

  fail_power_of_tablet (tablet, random);
  set_clock (tablet, random);
}

/* --- an old copy of a tablet ------------------------------------------------------------------ */

static SimDisk *images[WORLD_TABLETS];
static gint64 image_us[WORLD_TABLETS];

static void
put_disk (guint tablet, SimDisk *disk)
{
  sim_disk_free (world.tablets[tablet].disk);
  world.tablets[tablet].disk = sim_disk_copy (disk);
  sim_machine_boot (&world.tablets[tablet]);
}

/* Somebody keeps a copy of it, and later puts that back. */
static void
act_roll_back (SimRandom *random)
{
  guint tablet = sim_random_below (random, WORLD_TABLETS - 1);

  switch_off (tablet);
  if (images[tablet] == NULL)
    {
      sim_trace ("tablet %u is copied", tablet);
      images[tablet] = sim_disk_copy (world.tablets[tablet].disk);
      image_us[tablet] = sim.now_us;
      return;
    }
  sim_trace ("tablet %u is as it was", tablet);
  put_disk (tablet, images[tablet]);
  oracle_forked ();
  for (guint i = 0; i < WORLD_TERMINALS; i++)
    if (world.terminals[i].machine == &world.tablets[tablet])
      oracle_rolled_back (&world.terminals[i], image_us[tablet]);
}

/* A copy goes on beside the original. */
static void
act_twin (SimRandom *random)
{
  guint tablet = sim_random_below (random, 2); /* of the first worker */
  Terminal *twin = &world.terminals[WORLD_TWIN];

  if (twin->used)
    return;
  switch_off (tablet);
  sim_trace ("tablet %u has a twin", tablet);
  put_disk (WORLD_TABLETS - 1, world.tablets[tablet].disk);
  world.tablets[WORLD_TABLETS - 1].old = world.tablets[tablet].old;
  twin->used = TRUE;
  oracle_forked ();
}

/* --- an old backup --------------------------------------------------------------------------- */

/* Interrupted, it is done again, as the manual says. */
static void
restore (void)
{
  const char *const command[] = { "restore", world.daemon.restoring, NULL };

  if (console_run (command, NULL) == 0)
    g_clear_pointer (&world.daemon.restoring, g_free);
}

static void
act_restore (SimRandom *random)
{
  if (world.daemon.n_backups == 0 || world.daemon.restoring)
    return;
  if (world.daemon.server)
    daemon_stop ();
  world.daemon.restoring = g_strdup_printf ("%s/backup-%u.db", PLATFORM_FOLDER,
                                            sim_random_below (random, world.daemon.n_backups));
  restore ();
  world.daemon.down = 1;
}

void
faults_restore (SimRandom *random)
{
  act_restore (random);
  if (world.daemon.restoring || !daemon_start ())
    return;
  world.daemon.down = 0;
  oracle_platform_up ();
}

/* --- the line's own faults, by rates --------------------------------------------------------- */

static void
nothing (SimRandom *random)
{
}

enum
{
  LINE_DROP,
  LINE_CUT,
  LINE_TWICE,
  LINE_DELAY,
  LINE_PORTAL,
  LINE_BUSY,
  PREEMPT,
  SMALL_PAGES,
  STORE,
};

const RunAction RUN_FAULTS[] = {
  [LINE_DROP] = { "drop", 0, nothing },
  [LINE_CUT] = { "cut", 0, nothing },
  [LINE_TWICE] = { "twice", 0, nothing },
  [LINE_DELAY] = { "delay", 0, nothing },
  [LINE_PORTAL] = { "portal", 0, nothing },
  [LINE_BUSY] = { "busy", 0, nothing },
  [PREEMPT] = { "preempt", 0, nothing },
  [SMALL_PAGES] = { "small-pages", 0, nothing },
  [STORE] = { "store", 0, nothing },
  { "kill", 6, act_kill },
  { "power", 6, act_power },
  { "die", 8, act_die },
  { "kill-platform", 3, act_kill_platform },
  { "power-platform", 4, act_power_platform },
  { "die-platform", 6, act_die_platform },
  { "answer", 4, act_answer },
  { "die-console", 3, act_die_console },
  { "full", 4, act_full },
  { "error", 4, act_error },
  { "partition", 5, act_partition },
  { "clock", 5, act_clock },
  { "flat", 4, act_flat },
  { "restore", 3, act_restore },
  { "recover", 5, act_recover },
  { "torn-photo", 4, act_torn_photo },
  { "roll-back", 4, act_roll_back },
  { "twin", 3, act_twin },
};
const guint RUN_N_FAULTS = G_N_ELEMENTS (RUN_FAULTS);

void
faults_begin (SimRandom *random, guint64 enabled)
{
  SimLineFaults *line = &sim_line.faults;
#define RATE(kind, most) (sim_random_below (random, most) * (guint) (enabled >> (kind) & 1))

  line->drop_request = RATE (LINE_DROP, 1000);
  line->drop_reply = RATE (LINE_DROP, 1000);
  line->cut_request = RATE (LINE_CUT, 800);
  line->cut_reply = RATE (LINE_CUT, 800);
  line->twice = RATE (LINE_TWICE, 1500);
  line->portal = RATE (LINE_PORTAL, 300);
  line->busy = RATE (LINE_BUSY, 300);
  line->small_pages = RATE (SMALL_PAGES, 10000);
  line->store = RATE (STORE, 2000);
  line->delay_us = RATE (LINE_DELAY, 12 * SIM_SECOND);
  sim.preempt = RATE (PREEMPT, 4000);
#undef RATE
  memset (line_whole_us, 0, sizeof line_whole_us);
  memset (power_due, 0, sizeof power_due);
  for (guint i = 0; i < WORLD_TABLETS; i++)
    g_clear_pointer (&images[i], sim_disk_free);
}

void
faults_act (SimRandom *random, guint64 enabled)
{
  guint sum = 0, at;

  for (guint i = 0; i < RUN_N_FAULTS; i++)
    sum += RUN_FAULTS[i].weight;
  /* Those that are off leave their share to nothing, not to the others. */
  at = sim_random_below (random, sum);
  for (guint i = 0; i < RUN_N_FAULTS; i++)
    {
      if (at < RUN_FAULTS[i].weight)
        {
          if (enabled >> i & 1)
            RUN_FAULTS[i].act (random);
          return;
        }
      at -= RUN_FAULTS[i].weight;
    }
}

static void
start_again (void)
{
  if (world.daemon.server == NULL && (world.daemon.down == 0 || --world.daemon.down == 0))
    {
      if (world.daemon.restoring)
        restore ();
      if (daemon_start ())
        {
          oracle_platform_up ();
          sim_line.behind_push = power_due[WORLD_TABLETS] > 0;
        }
      else
        world.daemon.down = 1;
    }
  for (guint i = 0; i < WORLD_TERMINALS; i++)
    {
      Terminal *terminal = &world.terminals[i];
      if (terminal->used && terminal->store == NULL &&
          (terminal->down == 0 || --terminal->down == 0) && !terminal_start (terminal))
        terminal->down = 1;
    }
}

/* Of what runs again. */
static void
tend_power (SimRandom *random)
{
  for (guint i = 0; i < WORLD_TABLETS; i++)
    if (power_due[i] > 0 && --power_due[i] == 0)
      fail_power_of_tablet (i, random);
  if (power_due[WORLD_TABLETS] > 0 && --power_due[WORLD_TABLETS] == 0)
    fail_power_of_platform (random);
}

void
faults_tend (SimRandom *random)
{
  for (guint i = 0; i < WORLD_TERMINALS; i++)
    {
      Terminal *terminal = &world.terminals[i];
      if (terminal->store && terminal->process.dead)
        {
          guint tablet = (guint) (terminal->machine - world.tablets);
          gboolean power = sim_random_chance (random, 5000);
          kill_terminal (terminal, random);
          if (power_due[tablet] > 0)
            terminal->down = 1;
          else if (power)
            fail_power_of_tablet (tablet, random);
        }
    }
  if (world.daemon.server && world.daemon.process.dead)
    {
      kill_daemon (random);
      if (sim_line.power > 0 || (power_due[WORLD_TABLETS] == 0 && sim_random_chance (random, 5000)))
        fail_power_of_platform (random);
      else /* what it finds when it starts is there, but not for ever */
        world.daemon.down = 1;
    }
  for (guint i = 0; i < WORLD_TABLETS; i++)
    if (line_whole_us[i] > 0 && line_whole_us[i] <= sim.now_us)
      mend_line (i);
  tend_power (random);
  start_again ();
}

void
faults_end (void)
{
  SimRandom random = { sim.now_us };

  sim_trace ("nothing fails any more");
  sim_line.faults = (SimLineFaults) { 0 };
  sim.preempt = 0;
  sim_disk_set_full (world.daemon.machine.disk, FALSE);
  sim_disk_set_errors (world.daemon.machine.disk, 0);
  world.daemon.process.die_after = world.daemon.console.die_after = 0;
  sim_line.answers_left = sim_line.pieces_left = 0;
  sim_line.behind_push = FALSE;
  memset (power_due, 0, sizeof power_due);
  world.daemon.down = MIN (world.daemon.down, 1);
  for (guint i = 0; i < WORLD_TABLETS; i++)
    {
      sim_disk_set_full (world.tablets[i].disk, FALSE);
      sim_disk_set_errors (world.tablets[i].disk, 0);
      mend_line (i);
    }
  for (guint i = 0; i < WORLD_TERMINALS; i++)
    {
      world.terminals[i].process.die_after = 0;
      world.terminals[i].down = MIN (world.terminals[i].down, 1);
    }
  for (guint i = 0; i < 3; i++)
    faults_tend (&random);
  for (guint i = 0; i < WORLD_TERMINALS; i++)
    world.terminals[i].down = MIN (world.terminals[i].down, 1);
  world.daemon.down = MIN (world.daemon.down, 1);
  faults_tend (&random);
}

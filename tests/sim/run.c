/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One run: steps of work and faults, then quiet, then the oracle. */
#include "run.h"

#include "work.h"

#define QUIET_ROUNDS 60

static const RunOptions *options;

/* Each kind is on in about half of the runs: a fault that is always there hides others. */
static guint64
choose_kinds (SimRandom *random, guint n, guint in_10000)
{
  guint64 kinds = 0;

  for (guint i = 0; i < n; i++)
    if (sim_random_chance (random, in_10000))
      kinds |= G_GUINT64_CONSTANT (1) << i;
  return kinds;
}

/* Work that meets other work of its kind often finds more than a little of everything. */
static guint64
choose_work (SimRandom *random)
{
  static const guint themes[] = { RUN_THEME_EVENTS, RUN_THEME_RECORDS, RUN_THEME_RECORDS,
                                  RUN_THEME_EVENTS | RUN_THEME_RECORDS };
  guint theme = themes[sim_random_below (random, G_N_ELEMENTS (themes))];
  guint64 work = choose_kinds (random, WORK_N_ACTIONS, 8000);

  for (guint i = 0; i < WORK_N_ACTIONS; i++)
    {
      guint64 bit = G_GUINT64_CONSTANT (1) << i;

      if (WORK_ACTIONS[i].theme && !(WORK_ACTIONS[i].theme & theme))
        work &= ~bit;
      else if (g_str_equal (WORK_ACTIONS[i].name, "create") ||
               g_str_equal (WORK_ACTIONS[i].name, "record"))
        work |= bit; /* without them there is nothing to do */
    }
  return work;
}

/* A step has its own source of chance: one that is left out changes none of the others. */
static SimRandom
random_of_step (guint step)
{
  SimRandom random = { options->seed * G_GUINT64_CONSTANT (0x2545f4914f6cdd1d) + step };

  sim_random_next (&random);
  return random;
}

static void
take_steps (guint64 work, guint64 faults, guint fault_share)
{
  guint n = options->steps > 0 ? options->steps : RUN_STEPS;

  for (guint i = 0; i < n && sim.violation == NULL; i++)
    {
      SimRandom random = random_of_step (i + 1);

      sim_sleep ((1 + sim_random_below (&random, 20)) * SIM_SECOND);
      faults_tend (&random);
      if (sim_random_chance (&random, fault_share))
        faults_act (&random, faults);
      else
        work_act (&random, work);
    }
}

/* Faults have stopped: everything must arrive by itself (I9). */
static void
settle (void)
{
  guint quiet = 0;

  faults_end ();
  for (guint i = 0; i < QUIET_ROUNDS && quiet < 2 && sim.violation == NULL; i++)
    {
      SimRandom random = { i };

      faults_tend (&random);
      for (guint t = 0; t < WORLD_TERMINALS; t++)
        if (world.terminals[t].used && world.terminals[t].sync)
          {
            terminal_pump (&world.terminals[t]);
            wg_sync_poke (world.terminals[t].sync);
          }
      sim_sleep (40 * SIM_SECOND);
      quiet = oracle_is_quiet () ? quiet + 1 : 0;
    }
  if (quiet < 2)
    {
      sim_violate ("I9 not everything has arrived %u rounds after the last fault", QUIET_ROUNDS);
      for (guint t = 0; t < WORLD_TERMINALS; t++)
        if (world.terminals[t].used && world.terminals[t].sync)
          {
            g_autoptr (WgSyncStatus) status = wg_sync_dup_status (world.terminals[t].sync);
            sim_trace ("%s: %s %s", world.terminals[t].process.name,
                       wg_sync_state_to_string (status->state),
                       status->message ? status->message : "");
          }
    }
}

/* Tablets of unlike versions, and where photos lie, in some of the runs. */
static void
choose_versions (void)
{
  SimRandom random = random_of_step (G_MAXUINT);

  for (guint i = 0; i < WORLD_TABLETS; i++)
    world.tablets[i].old = sim_random_chance (&random, 2500);
  if (sim_random_chance (&random, 2500))
    daemon_set_store ();
}

static gpointer
drive (gpointer data)
{
  SimRandom random = random_of_step (0);
  guint64 work = choose_work (&random);
  guint64 faults = choose_kinds (&random, RUN_N_FAULTS, 5000) & ~options->without;
  guint fault_share = sim_random_below (&random, 4000);

  for (guint i = 0; i < WORLD_TWIN; i++)
    world.terminals[i].used = i == 0 || sim_random_chance (&random, i == 2 ? 8000 : 5500);
  choose_versions ();
  oracle_begin ();
  faults_begin (&random, faults);
  world.daemon.down = 0;
  take_steps (work, faults, fault_share);
  if (sim.violation == NULL)
    settle ();
  if (sim.violation == NULL)
    oracle_final ();
  for (guint i = 0; i < WORLD_TERMINALS; i++)
    if (world.terminals[i].store)
      terminal_stop (&world.terminals[i]);
  if (world.daemon.server)
    daemon_stop ();
  work_records_end ();
  work_bundles_end ();
  oracle_free ();
  return NULL;
}

guint64
run_seed (const RunOptions *with, char **out_violation)
{
  options = with;
  sim_start (with->seed);
  world_open (with->seed);
  sim_run (drive, NULL);
  world_close ();
  *out_violation = g_steal_pointer (&sim.violation);
  return sim.trace;
}

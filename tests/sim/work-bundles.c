/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bundles on a stick (I21): carried to the platform once, twice, late, cut or changed, and answers
 * back to the right tablet and to wrong ones, while the network does the same. */
#include "store/wg-bundle-store.h"
#include "work.h"

#define STICK "/sim/stick.wgb"
#define STICK_AT_DESK PLATFORM_FOLDER "/stick.wgb"
#define ANSWER_AT_DESK PLATFORM_FOLDER "/answer.wgb"
#define N_STICKS 3

typedef struct
{
  Terminal *terminal; /* who wrote it */
  GBytes *bundle, *answer;
} Stick;

static Stick sticks[N_STICKS];

/* One that carries a bundle, or an answer; %NULL: there is none. */
static Stick *
choose_stick (SimRandom *random, gboolean answered)
{
  guint first = sim_random_below (random, N_STICKS);

  for (guint i = 0; i < N_STICKS; i++)
    {
      Stick *stick = &sticks[(first + i) % N_STICKS];
      if (answered ? stick->answer != NULL : stick->bundle != NULL)
        return stick;
    }
  return NULL;
}

static GBytes *
read_file (SimProcess *process, const char *path)
{
  SimProcess *before = sim_enter (process);
  char *data = NULL;
  gsize n = 0;
  gboolean good = g_file_get_contents (path, &data, &n, NULL);

  sim_enter (before);
  return good ? g_bytes_new_take (data, n) : NULL;
}

static gboolean
write_file (SimProcess *process, const char *path, GBytes *bytes)
{
  SimProcess *before = sim_enter (process);
  gboolean good = g_file_set_contents_full (path, g_bytes_get_data (bytes, NULL),
                                            (gssize) g_bytes_get_size (bytes),
                                            G_FILE_SET_CONTENTS_NONE, 0600, NULL);

  sim_enter (before);
  return good;
}

/* What a bad stick makes of a file: a part of it, or another byte somewhere. */
static GBytes *
spoil (GBytes *bytes, SimRandom *random)
{
  gsize n = g_bytes_get_size (bytes);
  guint8 *copy = g_memdup2 (g_bytes_get_data (bytes, NULL), n);
  guint at = sim_random_below (random, (guint) n);

  if (sim_random_chance (random, 5000))
    return g_bytes_new_take (copy, at);
  copy[at] ^= 1 << sim_random_below (random, 8);
  return g_bytes_new_take (copy, n);
}

void
act_bundle_export (SimRandom *random)
{
  Terminal *terminal = work_choose_terminal (random);
  Stick *stick = &sticks[sim_random_below (random, N_STICKS)];
  g_autoptr (GError) error = NULL;
  g_autofree WgBundleCounts *counts = NULL;

  if (terminal == NULL)
    return;
  counts = terminal_do (terminal, wg_bundle_export_job, (gpointer) STICK, &error);
  sim_trace ("%s: bundle of %d operations %s", terminal->process.name,
             counts ? (int) counts->n_operations : 0, error ? error->message : "written");
  if (counts == NULL || !terminal_runs (terminal))
    return;
  g_clear_pointer (&stick->bundle, g_bytes_unref);
  g_clear_pointer (&stick->answer, g_bytes_unref);
  stick->terminal = terminal;
  stick->bundle = read_file (&terminal->process, STICK);
}

void
act_bundle_import (SimRandom *random)
{
  static const char *const command[] = { "bundle",   "import",       STICK_AT_DESK,
                                         "--answer", ANSWER_AT_DESK, NULL };
  Stick *stick = choose_stick (random, FALSE);
  g_autoptr (GBytes) file = NULL;
  gboolean bad = TRUE;
  int code;

  if (stick == NULL || world.daemon.down > 0 || world.daemon.restoring)
    return;
  if (stick->answer && sim_random_chance (random, 500))
    file = g_bytes_ref (stick->answer);
  else if (sim_random_chance (random, 2500))
    file = spoil (stick->bundle, random);
  else
    file = g_bytes_ref (stick->bundle), bad = FALSE;
  if (!write_file (&world.daemon.console, STICK_AT_DESK, file))
    return;
  code = console_run (command, NULL);
  if (code == 0 && bad)
    return sim_violate ("I21 the platform took a bundle that is cut, changed or its own answer");
  if (code != 0)
    return;
  g_clear_pointer (&stick->answer, g_bytes_unref);
  stick->answer = read_file (&world.daemon.console, ANSWER_AT_DESK);
}

void
act_bundle_answer (SimRandom *random)
{
  Stick *stick = choose_stick (random, TRUE);
  gboolean bad = sim_random_chance (random, 1500);
  g_autoptr (GBytes) file = NULL;
  g_autofree WgBundleCounts *counts = NULL;
  g_autoptr (GError) error = NULL;
  Terminal *terminal;

  if (stick == NULL)
    return;
  terminal = sim_random_chance (random, 1500) ? work_choose_terminal (random) : stick->terminal;
  if (terminal == NULL || !terminal_runs (terminal))
    return;
  file = bad ? spoil (stick->answer, random) : g_bytes_ref (stick->answer);
  if (!write_file (&terminal->process, STICK, file))
    return;
  counts = terminal_do (terminal, wg_bundle_import_job, (gpointer) STICK, &error);
  sim_trace ("%s: answer %s", terminal->process.name, error ? error->message : "taken");
  if (counts)
    oracle_carried ();
  if (counts && (bad || terminal != stick->terminal))
    sim_violate ("I21 a tablet took an answer that is cut, changed or another's");
}

void
work_bundles_end (void)
{
  for (guint i = 0; i < N_STICKS; i++)
    {
      g_clear_pointer (&sticks[i].bundle, g_bytes_unref);
      g_clear_pointer (&sticks[i].answer, g_bytes_unref);
      sticks[i].terminal = NULL;
    }
}

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

static void export (Terminal *terminal, Stick *stick)
{
  g_autoptr (GError) error = NULL;
  g_autofree WgBundleCounts *counts =
      terminal_do (terminal, wg_bundle_export_job, (gpointer) STICK, &error);

  sim_trace ("%s: bundle of %d operations %s", terminal->process.name,
             counts ? (int) counts->n_operations : 0, error ? error->message : "written");
  if (counts == NULL || !terminal_runs (terminal))
    return;
  g_clear_pointer (&stick->bundle, g_bytes_unref);
  g_clear_pointer (&stick->answer, g_bytes_unref);
  stick->terminal = terminal;
  stick->bundle = world_read_file (&terminal->process, STICK);
}

void
act_bundle_export (SimRandom *random)
{
  Terminal *terminal = work_choose_terminal (random);
  Stick *stick = &sticks[sim_random_below (random, N_STICKS)];

  if (terminal)
    export (terminal, stick);
}

static GBytes *
import_at_console (GBytes *file)
{
  static const char *const command[] = { "bundle",   "import",       STICK_AT_DESK,
                                         "--answer", ANSWER_AT_DESK, NULL };

  if (!world_write_file (&world.daemon.console, STICK_AT_DESK, file) ||
      console_run (command, NULL) != 0)
    return NULL;
  return world_read_file (&world.daemon.console, ANSWER_AT_DESK);
}

/* By the machine's command, or by a sub-centre's desk over the line. */
static void
import (Stick *stick, GBytes *file, gboolean bad, SimRandom *random)
{
  gboolean over_line = sim_random_chance (random, 5000);
  g_autoptr (GError) error = NULL;
  GBytes *answer;

  if (world.daemon.down > 0 || world.daemon.restoring)
    return;
  answer = over_line ? desk_hand_in (file, &error) : import_at_console (file);
  if (over_line)
    sim_trace ("desk: %s", error ? error->message : "handed in");
  if (answer == NULL)
    return;
  if (bad)
    sim_violate ("I21 the platform took a bundle that is cut, changed or its own answer");
  if (over_line && !oracle_is_of_town (stick->terminal->worker, 0))
    sim_violate ("I8 a desk handed in what another town's worker brought");
  g_clear_pointer (&stick->answer, g_bytes_unref);
  stick->answer = answer;
}

void
act_bundle_import (SimRandom *random)
{
  Stick *stick = choose_stick (random, FALSE);
  g_autoptr (GBytes) file = NULL;
  gboolean bad = TRUE;

  if (stick == NULL)
    return;
  if (stick->answer && sim_random_chance (random, 500))
    file = g_bytes_ref (stick->answer);
  else if (sim_random_chance (random, 2500))
    file = spoil (stick->bundle, random);
  else
    file = g_bytes_ref (stick->bundle), bad = FALSE;
  import (stick, file, bad, random);
}

static void
take_answer (Terminal *terminal, const Stick *stick, GBytes *file, gboolean bad)
{
  g_autofree WgBundleCounts *counts = NULL;
  g_autoptr (GError) error = NULL;

  if (!terminal_runs (terminal) || !world_write_file (&terminal->process, STICK, file))
    return;
  counts = terminal_do (terminal, wg_bundle_import_job, (gpointer) STICK, &error);
  sim_trace ("%s: answer %s", terminal->process.name, error ? error->message : "taken");
  /* One that fails in its middle has taken the pages before. */
  if (counts || !bad)
    oracle_carried ();
  if (counts &&
      (bad || (terminal != stick->terminal && !oracle_is_same_log (terminal, stick->terminal))))
    sim_violate ("I21 a tablet took an answer that is cut, changed or another's");
}

void
act_bundle_answer (SimRandom *random)
{
  Stick *stick = choose_stick (random, TRUE);
  gboolean bad = sim_random_chance (random, 1500);
  g_autoptr (GBytes) file = NULL;
  Terminal *terminal;

  if (stick == NULL)
    return;
  terminal = sim_random_chance (random, 1500) ? work_choose_terminal (random) : stick->terminal;
  if (terminal == NULL)
    return;
  file = bad ? spoil (stick->answer, random) : g_bytes_ref (stick->answer);
  take_answer (terminal, stick, file, bad);
}

/* There and back, as somebody does who has no network: what it told of is settled by that alone. */
static gboolean
make_trip (Terminal *terminal, Stick *stick, SimRandom *random)
{
  if (!terminal_runs (terminal))
    return FALSE;
  export (terminal, stick);
  if (stick->terminal != terminal || stick->bundle == NULL)
    return FALSE;
  import (stick, stick->bundle, FALSE, random);
  return stick->answer != NULL;
}

void
act_bundle_trip (SimRandom *random)
{
  Terminal *terminal = work_choose_terminal (random);
  Stick *stick = &sticks[0];

  if (terminal == NULL)
    return;
  faults_cut_line (terminal, 100 + sim_random_below (random, 200));
  work_create_with_photo (terminal, random);
  if (make_trip (terminal, stick, random))
    take_answer (terminal, stick, stick->answer, FALSE);
}

/* The platform is restored while the answer is on its way, and another bundle makes the trip before
 * the first answer is there: it speaks of operations that nobody has any more. */
void
act_bundle_old (SimRandom *random)
{
  Terminal *terminal = work_choose_terminal (random);

  if (terminal == NULL || world.daemon.n_backups == 0 || world.daemon.server == NULL)
    return;
  faults_cut_line (terminal, 200 + sim_random_below (random, 200));
  work_create_with_photo (terminal, random);
  if (!make_trip (terminal, &sticks[0], random))
    return;
  faults_restore (random);
  if (world.daemon.server == NULL || !make_trip (terminal, &sticks[1], random))
    return;
  take_answer (terminal, &sticks[1], sticks[1].answer, FALSE);
  take_answer (terminal, &sticks[0], sticks[0].answer, FALSE);
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

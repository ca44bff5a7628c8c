/* SPDX-License-Identifier: GPL-3.0-or-later */
/* wgsim: runs the simulation by seeds, makes a failure small, and proves on planted bugs that it
 * would find them. */
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run.h"
#include "sim-resources.h"
#include "store/wg-pinyin.h"
#include "wg-config.h"

#define MUTANT_SEEDS 5000
#define ALARM_S 120
#define SHRINK_FAILURES 3 /* more of them are hardly others */
#define PORTION 100       /* seeds of one child */

char *__real_setlocale (int category, const char *locale);

static char *seeds, *without, *regression, *mutant_file;
static gint64 seed = -1;
static int steps;
static gboolean trace, mutants;

static const GOptionEntry ENTRIES[] = {
  { "seed", 0, 0, G_OPTION_ARG_INT64, &seed, "Run one seed", "N" },
  { "seeds", 0, 0, G_OPTION_ARG_STRING, &seeds, "Run COUNT seeds from N on", "N+COUNT" },
  { "steps", 0, 0, G_OPTION_ARG_INT, &steps, "Steps of a run", "K" },
  { "without", 0, 0, G_OPTION_ARG_STRING, &without, "Leave out faults", "NAME,NAME…" },
  { "trace", 0, 0, G_OPTION_ARG_NONE, &trace, "Print what happens", NULL },
  { "regression", 0, 0, G_OPTION_ARG_FILENAME, &regression, "Run the seeds of a file", "FILE" },
  { "mutants", 0, 0, G_OPTION_ARG_NONE, &mutants, "Find every planted bug", NULL },
  { "mutant-file", 0, 0, G_OPTION_ARG_FILENAME, &mutant_file,
    "Where the planted bugs and the seeds that find them are named", "FILE" },
  { NULL },
};

static guint64 current_seed, left_out;

static void
on_signal (int number)
{
  g_autofree char *text =
      g_strdup_printf ("FAILED wgsim --seed %" G_GUINT64_FORMAT ": %s\n", current_seed,
                       number == SIGALRM ? "it does not end" : "it died");

  if (write (STDOUT_FILENO, text, strlen (text)) < 0)
    _exit (3);
  signal (SIGABRT, SIG_DFL);
  abort ();
}

/* --- one run --------------------------------------------------------------------------------- */

static guint64
parse_without (const char *text)
{
  g_auto (GStrv) names = text ? g_strsplit (text, ",", -1) : NULL;
  guint64 bits = 0;

  for (gsize i = 0; names && names[i] && *names[i]; i++)
    {
      guint k = 0;
      while (k < RUN_N_FAULTS && !g_str_equal (RUN_FAULTS[k].name, names[i]))
        k++;
      if (k == RUN_N_FAULTS)
        {
          fprintf (stderr, "wgsim: there is no fault '%s'\n", names[i]);
          exit (2);
        }
      bits |= G_GUINT64_CONSTANT (1) << k;
    }
  return bits;
}

/* The command that does it again. */
static char *
describe (const RunOptions *options)
{
  GString *text = g_string_new (NULL);
  const char *comma = " --without ";

  g_string_printf (text, "wgsim --seed %" G_GUINT64_FORMAT, options->seed);
  if (options->steps > 0)
    g_string_append_printf (text, " --steps %u", options->steps);
  for (guint i = 0; i < RUN_N_FAULTS; i++)
    if (options->without >> i & 1)
      {
        g_string_append_printf (text, "%s%s", comma, RUN_FAULTS[i].name);
        comma = ",";
      }
  return g_string_free (text, FALSE);
}

static gboolean
still_fails (const RunOptions *options)
{
  g_autofree char *violation = NULL;

  run_seed (options, &violation);
  return violation != NULL;
}

/* Fewer steps, then fewer kinds of faults, as long as it still fails. */
static void
shrink (RunOptions *options)
{
  guint good = 0, bad = options->steps > 0 ? options->steps : RUN_STEPS;

  while (good + 1 < bad)
    {
      RunOptions smaller = *options;
      smaller.steps = (good + bad) / 2;
      if (still_fails (&smaller))
        bad = smaller.steps;
      else
        good = smaller.steps;
    }
  options->steps = bad;
  for (guint i = 0; i < RUN_N_FAULTS; i++)
    {
      RunOptions smaller = *options;
      smaller.without |= G_GUINT64_CONSTANT (1) << i;
      if (still_fails (&smaller))
        *options = smaller;
    }
}

static gboolean
run_one (RunOptions options, gboolean small)
{
  g_autofree char *violation = NULL;
  guint64 digest;

  /* A loop that never ends would say nothing of its seed. */
  current_seed = options.seed;
  alarm (ALARM_S);
  digest = run_seed (&options, &violation);
  alarm (0);
  if (seed >= 0)
    printf ("seed %" G_GUINT64_FORMAT " trace %016" G_GINT64_MODIFIER "x\n", options.seed, digest);
  if (violation)
    {
      g_autofree char *command = NULL;
      if (small)
        shrink (&options);
      command = describe (&options);
      printf ("FAILED %s: %s\n", command, violation);
    }
  fflush (stdout);
  return violation == NULL;
}

/* How far a range is; the children of the program write it, too. */
typedef struct
{
  guint64 next, n_failed;
} Progress;

static void
run_until (Progress *progress, guint64 end)
{
  while (progress->next < end)
    {
      RunOptions options = { progress->next++, (guint) MAX (steps, 0), left_out };
      progress->n_failed += !run_one (options, !trace && progress->n_failed < SHRINK_FAILURES);
    }
}

/* What a process that was killed in a run held stays where it was, and would slow down all that
 * follow: each portion has a child of its own. One that dies ends nothing but its run. */
static void
run_portion (Progress *progress, guint64 end)
{
  pid_t child = fork ();
  int status;

  if (child == 0)
    {
      run_until (progress, end);
      _exit (0);
    }
  if (child < 0 || waitpid (child, &status, 0) != child)
    g_error ("no process for a portion of the seeds");
  /* It has said in which seed, unless a sanitizer or the machine ended it. */
  if (!WIFEXITED (status) || WEXITSTATUS (status) != 0)
    progress->n_failed++;
}

static int
run_range (guint64 first, guint64 count)
{
  Progress *progress =
      mmap (NULL, sizeof *progress, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

  g_assert (progress != MAP_FAILED);
  progress->next = first;
  if (count == 1)
    {
      run_until (progress, first + 1);
      return progress->n_failed > 0;
    }
  g_free (wg_pinyin_dup_sort ("样")); /* opens its tables for all of them */
  while (progress->next < first + count)
    run_portion (progress, MIN (progress->next + PORTION, first + count));
  printf ("%" G_GUINT64_FORMAT " seeds, %" G_GUINT64_FORMAT " failed\n", count, progress->n_failed);
  return progress->n_failed > 0;
}

static char **
read_lines (const char *path)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  if (!g_file_get_contents (path, &text, NULL, &error))
    {
      fprintf (stderr, "wgsim: %s\n", error->message);
      exit (2);
    }
  return g_strsplit (text, "\n", -1);
}

/* Lines of seed, steps (0: all) and faults left out ("-": none). */
static int
run_regression (void)
{
  g_auto (GStrv) lines = read_lines (regression);
  guint n = 0, n_failed = 0;

  for (gsize i = 0; lines[i]; i++)
    {
      RunOptions options = { 0 };
      char faults[200];

      if (*lines[i] == '#' || sscanf (lines[i], "%" G_GINT64_MODIFIER "u %u %199s", &options.seed,
                                      &options.steps, faults) != 3)
        continue;
      options.without = g_str_equal (faults, "-") ? 0 : parse_without (faults);
      n++;
      n_failed += !run_one (options, FALSE);
    }
  printf ("%u seeds that once failed, %u fail\n", n, n_failed);
  return n_failed > 0 || n == 0;
}

/* --- planted bugs ---------------------------------------------------------------------------- */

#ifdef WGSIM_MUTANTS

extern const char *wg_mutant;
const char *wg_mutant;

/* The seed that is known to find it first, then all others in their order. */
static gboolean
find_mutant (const char *name, guint64 known)
{
  wg_mutant = name;
  for (guint64 i = 0; i <= MUTANT_SEEDS; i++)
    {
      RunOptions options = { i == 0 ? known : i - 1 };
      g_autofree char *violation = NULL;

      current_seed = options.seed;
      run_seed (&options, &violation);
      if (violation == NULL)
        continue;
      printf ("found %s by seed %" G_GUINT64_FORMAT ": %s\n", name, options.seed, violation);
      fflush (stdout);
      return TRUE;
    }
  printf ("SURVIVED %s\n", name);
  return FALSE;
}

static int
run_mutants (const char *program)
{
  g_auto (GStrv) lines = read_lines (mutant_file);
  guint n = 0, n_survived = 0;

  for (gsize i = 0; lines[i]; i++)
    {
      char name[64];
      guint64 known;

      if (*lines[i] == '#' || sscanf (lines[i], "%63s %" G_GINT64_MODIFIER "u", name, &known) != 2)
        continue;
      n++;
      n_survived += !find_mutant (name, known);
    }
  printf ("%u planted bugs, %u survived\n", n, n_survived);
  return n_survived > 0 || n == 0;
}

#else

/* This one has no bugs in it: another program does. */
static int
run_mutants (const char *program)
{
  g_autofree char *other = g_strconcat (program, "-mutants", NULL);

  execl (other, other, "--mutants", "--mutant-file", mutant_file, NULL);
  fprintf (stderr, "wgsim: %s cannot be run\n", other);
  return 2;
}

#endif

/* Tables keyed by addresses are walked in the order of the addresses: they must not be chance. */
static void
fix_addresses (char **argv)
{
  int before = personality (0xffffffff);

  if (before != -1 && !(before & ADDR_NO_RANDOMIZE) &&
      personality ((unsigned long) (before | ADDR_NO_RANDOMIZE)) != -1)
    execv ("/proc/self/exe", argv);
}

/* --- the program ----------------------------------------------------------------------------- */

int
main (int argc, char **argv)
{
  g_autoptr (GOptionContext) context = g_option_context_new ("- simulate terminals and platform");
  g_autofree char *program = g_strdup (argv[0]);
  g_autoptr (GError) error = NULL;
  guint64 first = 0, count = 1;

  fix_addresses (argv);
  __real_setlocale (LC_ALL, "C.UTF-8");
  g_option_context_add_main_entries (context, ENTRIES, NULL);
  if (!g_option_context_parse (context, &argc, &argv, &error))
    {
      fprintf (stderr, "wgsim: %s\n", error->message);
      return 2;
    }
  if (seeds &&
      sscanf (seeds, "%" G_GINT64_MODIFIER "u+%" G_GINT64_MODIFIER "u", &first, &count) != 2)
    {
      fprintf (stderr, "wgsim: --seeds takes FIRST+COUNT\n");
      return 2;
    }
  left_out = parse_without (without);
  if (seed >= 0)
    first = (guint64) seed;
  if (mutant_file == NULL)
    mutant_file = g_build_filename (WG_DATA_SOURCE_DIR, "..", "tests", "sim", "mutants.txt", NULL);
  signal (SIGALRM, on_signal);
  signal (SIGABRT, on_signal);
  signal (SIGSEGV, on_signal);
  g_resources_register (sim_get_resource ());
  world_make_template ();
  sim.verbose = trace;
  if (mutants)
    return run_mutants (program);
  return regression ? run_regression () : run_range (first, count);
}

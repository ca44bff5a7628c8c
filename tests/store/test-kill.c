/* SPDX-License-Identifier: GPL-3.0-or-later */
/* kill -9 at random moments, again and again, on one store of real encrypted files: every event
 * that was told as saved is there, and each reaches the platform once. */
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/wg-id.h"
#include "wg-store-jobs.h"

#define HOLD_MS 2000

/* The kernel kills this process, at some moment of its work. */
static void
arm_death (int max_us)
{
  struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGKILL };
  struct itimerspec when = { 0 };
  const char *factor = g_getenv ("WANGGE_TEST_TIMEOUT_FACTOR"); /* valgrind works slowly */
  gint64 us = g_random_int_range (1, max_us) * (factor ? g_ascii_strtoll (factor, NULL, 10) : 1);
  timer_t timer;

  when.it_value.tv_sec = us / 1000000;
  when.it_value.tv_nsec = us % 1000000 * 1000;
  if (timer_create (CLOCK_MONOTONIC, &event, &timer) != 0 ||
      timer_settime (timer, 0, &when, NULL) != 0)
    _exit (4);
}

/* Saves, holds and releases for ever; each id is told once its job has said that it is saved. */
static void G_GNUC_NORETURN
work (WgTestStore *f, guint64 seed, gboolean early, int descriptor)
{
  /* Most die while they write, some while they open. */
  if (early)
    arm_death (8000);
  f->clock.seed = seed;
  f->store = wg_store_unlock (f->path, &f->clock.ports, WG_TEST_SECRET, NULL);
  if (f->store == NULL)
    _exit (1);
  for (int i = 0;; i++)
    {
      gboolean held = i % 3 != 0;
      g_autofree char *id = NULL, *line = NULL;
      g_autoptr (WgEvent) event =
                    wg_test_event_new (held ? WG_EVENT_LEVEL_DAILY : WG_EVENT_LEVEL_GENERAL);
      CreateJob job = { event, held ? HOLD_MS : 0, NULL };

      id = wg_store_run (f->store, create_job, &job, NULL);
      if (id == NULL)
        _exit (2);
      line = g_strconcat (id, "\n", NULL);
      if (write (descriptor, line, strlen (line)) < 0)
        _exit (3);
      if (i == 0 && !early)
        arm_death (15000);
      wg_test_ports_advance (&f->clock, 700);
      if (i % 4 == 3)
        {
          gint64 now_ms = f->clock.wall_ms;
          wg_store_run (f->store, release_job, &now_ms, NULL);
        }
    }
}

/* One life: what it told until it was killed. */
static void
kill_one (WgTestStore *f, int round, GHashTable *told)
{
  int pipes[2], status = 0;
  pid_t child;
  g_autoptr (GString) text = g_string_new (NULL);
  char buffer[4096];
  gssize n;

  g_assert_cmpint (pipe (pipes), ==, 0);
  child = fork ();
  if (child == 0)
    {
      close (pipes[0]);
      g_random_set_seed ((guint32) round + 1);
      work (f, 1000 + (guint64) round * 7919, round % 5 == 4, pipes[1]);
    }
  close (pipes[1]);
  while ((n = read (pipes[0], buffer, sizeof buffer)) > 0)
    g_string_append_len (text, buffer, n);
  close (pipes[0]);
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFSIGNALED (status));
  g_assert_cmpint (WTERMSIG (status), ==, SIGKILL);
  f->clock.wall_ms += 60000;
  g_auto (GStrv) lines = g_strsplit (text->str, "\n", -1);
  for (gsize i = 0; lines[i] && lines[i + 1]; i++)
    g_hash_table_add (told, g_strdup (lines[i]));
}

static void
check_all (WgTestStore *f, GHashTable *told)
{
  GHashTableIter iter;
  gpointer id;

  wg_test_store_reopen (f);
  g_hash_table_iter_init (&iter, told);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    {
      g_autoptr (WgEventView) view = get_view (f, id);
      g_assert_cmpstr (view->event->title, ==, "沿河路路灯不亮");
    }
}

static void
test_kills (void)
{
  g_autoptr (WgTestStore) f = wg_test_store_new ();
  g_autoptr (WgTestPlatform) platform = wg_test_platform_new ();
  g_autoptr (GHashTable) told = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  const char *wanted = g_getenv ("WANGGE_TEST_KILLS");
  int n_kills = wanted ? atoi (wanted) : 60;
  GHashTableIter iter;
  gpointer id;
  gint64 due = G_MAXINT64;

  wg_test_store_lock (f);
  for (int i = 0; i < n_kills; i++)
    {
      kill_one (f, i, told);
      if (i % 20 == 19 || i == n_kills - 1)
        {
          check_all (f, told);
          wg_test_store_check (f);
          wg_test_store_lock (f);
        }
    }
  g_test_message ("%d kills, %u events told as saved", n_kills, g_hash_table_size (told));
  g_assert_cmpuint (g_hash_table_size (told), >, (guint) n_kills);
  wg_test_store_reopen (f);
  wg_test_store_run (f, release_job, &due);
  wg_test_push (f, platform, FALSE);
  /* each operation once, and nothing but creations: so each event once */
  g_assert_cmpuint (platform->op_ids->len, ==, g_hash_table_size (platform->events));
  g_hash_table_iter_init (&iter, told);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    g_assert_true (g_hash_table_contains (platform->events, id));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  wg_test_store_init ();
  g_test_add_func ("/store/kill/random-moments", test_kills);
  return g_test_run ();
}

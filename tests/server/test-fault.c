/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A push whose n-th write fails, for every n: never acknowledged without being durable, never half.
 */
#include "core/wg-chain.h"
#include "kit.h"
#include "server/wg-writer.h"

/* One event with a step and a photo, one refusal, one daily event. */
static WgPush *
make_push (Terminal *terminal)
{
  WgOperation *photo = terminal_create (terminal, KIT_GRID_A1, WG_EVENT_LEVEL_MAJOR);
  WgOperation *bad = terminal_create (terminal, KIT_GRID_A1, WG_EVENT_LEVEL_GENERAL);

  photo->event->photos = g_strdupv ((char *[]) { (char *) KIT_PHOTO, NULL });
  g_clear_pointer (&bad->event->title, g_free);
  g_free (terminal_log (terminal, photo));
  g_free (terminal_log (terminal, bad));
  g_free (terminal_log (terminal, terminal_create (terminal, KIT_GRID_A1, WG_EVENT_LEVEL_DAILY)));
  return terminal_push_new (terminal);
}

static gint64
count_operations (Kit *kit)
{
  return kit_count (kit, "op-count");
}

/* Fails the n-th write of the push; gives whether the push was acknowledged. */
static gboolean
push_with_fault (Kit *kit, Terminal *terminal, gint64 nth, char kind, gboolean *out_reached)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (WgWriter) writer = NULL;
  g_autoptr (WgPushJob) job = wg_push_job_new (make_push (terminal), terminal->worker, &error);
  gboolean good;

  g_assert_no_error (error);
  writer = wg_writer_new (kit->platform, &error);
  g_assert_no_error (error);
  wg_db_fault_arm (nth, kind);
  good = wg_writer_run (writer, wg_push_job_run, job, &error);
  *out_reached = wg_db_fault_count () >= nth;
  wg_db_fault_arm (0, kind);
  if (good)
    g_assert_nonnull (wg_push_job_get_answer (job));
  return good;
}

static void
run_fault (gconstpointer data)
{
  char kind = (char) GPOINTER_TO_INT (data);
  g_autoptr (Kit) kit = kit_new ();
  gboolean reached = TRUE;
  gint64 known = 0;
  guint n_refused = 0;

  for (gint64 nth = 1; reached; nth++)
    {
      g_autoptr (Terminal) terminal = terminal_new (kit, "wa1");
      gboolean acknowledged;
      known = count_operations (kit);
      acknowledged = push_with_fault (kit, terminal, nth, kind, &reached);
      n_refused += !acknowledged;
      /* What the writer saw must be what a new connection sees. */
      kit_reopen (kit);
      g_assert_cmpint (count_operations (kit) - known, ==, acknowledged ? 3 : 0);
      kit_check (kit);
      g_assert_cmpint (nth, <, 2000);
    }
  g_test_message ("%u pushes failed and left nothing", n_refused);
}

/* Without the writer's second try: a push that failed is there whole or not at all, and sending it
 * again makes it there once. */
static void
run_bare_fault (gconstpointer data)
{
  char kind = (char) GPOINTER_TO_INT (data);
  g_autoptr (Kit) kit = kit_new ();
  gboolean reached = TRUE;
  guint n_refused = 0;

  for (gint64 nth = 1; reached; nth++)
    {
      g_autoptr (Terminal) terminal = terminal_new (kit, "wa1");
      g_autoptr (GError) error = NULL;
      g_autoptr (WgPushJob) job = wg_push_job_new (make_push (terminal), terminal->worker, &error);
      gint64 known = count_operations (kit), n;
      gboolean good;

      g_assert_no_error (error);
      wg_db_fault_arm (nth, kind);
      good = wg_work_run (kit->platform, kit->db, kit->reference, wg_push_job_run, job, &error);
      reached = wg_db_fault_count () >= nth;
      wg_db_fault_arm (0, kind);
      n_refused += !good;
      kit_reopen (kit);
      n = count_operations (kit) - known;
      g_assert_true (n == 3 || (n == 0 && !good));
      kit_run (kit, wg_push_job_run, job);
      g_assert_cmpint (count_operations (kit) - known, ==, 3);
      kit_check (kit);
      g_assert_cmpint (nth, <, 2000);
    }
  g_assert_cmpuint (n_refused, >, 5);
}

/* Two in one group: the fault takes neither down with the other for good. */
static void
test_group (void)
{
  g_autoptr (Kit) kit = kit_new ();
  g_autoptr (Terminal) one = terminal_new (kit, "wa1");
  g_autoptr (Terminal) two = terminal_new (kit, "wa2");
  g_autoptr (GError) error = NULL;
  g_autoptr (WgWriter) writer = wg_writer_new (kit->platform, &error);
  g_autoptr (WgPushJob) bad = NULL;
  g_autoptr (WgPushJob) good = NULL;
  WgPush *other = make_push (one);

  g_set_str (&other->replica, "019cac8a-4040-7000-8000-0000000000ff");
  bad = wg_push_job_new (other, "wa1", &error);
  good = wg_push_job_new (make_push (two), "wa2", &error);
  g_assert_true (wg_writer_run (writer, wg_push_job_run, bad, &error));
  g_assert_true (wg_writer_run (writer, wg_push_job_run, good, &error));
  g_assert_nonnull (wg_push_job_get_problem (bad));
  g_assert_nonnull (wg_push_job_get_answer (good));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  /* The writer warns of each fault: that is its duty, not a failure. */
  g_log_set_always_fatal (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL);
  g_test_add_data_func ("/server/fault/disk-full", GINT_TO_POINTER ('F'), run_fault);
  g_test_add_data_func ("/server/fault/io-error", GINT_TO_POINTER ('I'), run_fault);
  g_test_add_data_func ("/server/fault/short-write", GINT_TO_POINTER ('S'), run_fault);
  g_test_add_data_func ("/server/fault/bare-disk-full", GINT_TO_POINTER ('F'), run_bare_fault);
  g_test_add_data_func ("/server/fault/bare-io-error", GINT_TO_POINTER ('I'), run_bare_fault);
  g_test_add_data_func ("/server/fault/bare-short-write", GINT_TO_POINTER ('S'), run_bare_fault);
  g_test_add_func ("/server/fault/group", test_group);
  return g_test_run ();
}

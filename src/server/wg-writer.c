/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The threads that write: take jobs, commit them, tell each after the commit.
 *
 * A file has one, which commits jobs in groups. PostgreSQL has several, each with a connection of
 * its own and a job at a time: there the server gathers commits, and rows are held as briefly as
 * can be. */
#include "server/wg-writer.h"

#include "db/wg-mutant.h"
#include "server/wg-reference.h"
#include "server/wg-server-error.h"

/* Jobs per transaction. There is no timer: while one group waits for the disk, the next gathers. */
#define GROUP_MAX 32
#define SHARED_THREADS 4

typedef struct
{
  WgWorkFunc func;
  WgWrittenFunc done;
  gpointer data;
  GError *error; /* owned */
} Job;

typedef struct
{
  WgWriter *writer;
  WgReference *reference;
  WgDb *db; /* %NULL when it is lost */
  GThread *thread;
} Writing;

struct _WgWriter
{
  const WgPlatform *platform;
  Writing threads[SHARED_THREADS];
  guint n_threads;
  guint group_max;
  GMutex lock;
  GCond changed;
  GQueue jobs; /* of Job; under @lock */
  gboolean stopping;
  int n_lost; /* threads without a database; atomic */
  int stale;  /* atomic */
};

static void
free_job (Job *job)
{
  g_clear_error (&job->error);
  g_free (job);
}

/* Waits for jobs; %NULL at the end. */
static GPtrArray *
take_group (WgWriter *self)
{
  GPtrArray *group = g_ptr_array_new ();

  g_mutex_lock (&self->lock);
  while (g_queue_is_empty (&self->jobs) && !self->stopping)
    g_cond_wait (&self->changed, &self->lock);
  while (group->len < self->group_max && !g_queue_is_empty (&self->jobs))
    g_ptr_array_add (group, g_queue_pop_head (&self->jobs));
  g_mutex_unlock (&self->lock);
  if (group->len == 0)
    g_clear_pointer (&group, g_ptr_array_unref);
  return group;
}

/* After a failed sync nothing about the connection can be trusted: protocol.md 7.1. */
static void
reopen (Writing *self)
{
  g_autoptr (GError) error = NULL;
  gboolean was_lost = self->db == NULL;

  g_clear_pointer (&self->db, wg_db_close);
  self->db = wg_platform_connect (self->writer->platform, FALSE, &error);
  if (self->db && !wg_db_check (self->db, &error))
    g_clear_pointer (&self->db, wg_db_close);
  if (self->db == NULL)
    g_warning ("the database cannot be written any more: %s", error->message);
  g_atomic_int_add (&self->writer->n_lost, (self->db == NULL) - was_lost);
}

static gboolean
is_disk_fault (const GError *error)
{
  return g_error_matches (error, WG_DB_ERROR, WG_DB_ERROR_IO) ||
         g_error_matches (error, WG_DB_ERROR, WG_DB_ERROR_CORRUPT);
}

static gboolean
is_shared_fault (const GError *error)
{
  return is_disk_fault (error) || g_error_matches (error, WG_DB_ERROR, WG_DB_ERROR_FULL) ||
         g_error_matches (error, WG_DB_ERROR, WG_DB_ERROR_BUSY);
}

static gboolean
run_job (Writing *self, Job *job, GError **error)
{
  if (wg_work_run (self->writer->platform, self->db, self->reference, job->func, job->data, error))
    return TRUE;
  if (g_error_matches (*error, WG_SERVER_ERROR, WG_SERVER_ERROR_STALE))
    g_atomic_int_set (&self->writer->stale, TRUE);
  return FALSE;
}

/* One transaction over the group. %FALSE: nothing of it was written. A job's own fault is its
 * own; a fault of the disk is everybody's. */
static gboolean
run_group (Writing *self, GPtrArray *group, GError **error)
{
  if (!wg_db_begin (self->db, error))
    return FALSE;
  for (guint i = 0; i < group->len; i++)
    {
      Job *job = group->pdata[i];
      g_clear_error (&job->error);
      if (!run_job (self, job, &job->error) && is_shared_fault (job->error))
        {
          g_propagate_error (error, g_error_copy (job->error));
          wg_db_rollback (self->db);
          return FALSE;
        }
    }
  if (wg_db_commit (self->db, error))
    return TRUE;
  wg_db_rollback (self->db);
  return WG_MUTANT ("ack-without-commit");
}

/* After a group failed: each by itself, so that one cannot take the others down. */
static void
run_singly (Writing *self, GPtrArray *group)
{
  for (guint i = 0; i < group->len; i++)
    {
      Job *job = group->pdata[i];
      g_clear_error (&job->error);
      if (self->db == NULL)
        {
          g_set_error (&job->error, WG_DB_ERROR, WG_DB_ERROR_IO, "the database is lost");
          continue;
        }
      if (!run_job (self, job, &job->error) && is_disk_fault (job->error))
        reopen (self);
    }
}

/* Where the server has several writers: a job, and once more when the connection was lost. */
static void
run_alone (Writing *self, Job *job)
{
  if (self->db && !run_job (self, job, &job->error) && is_disk_fault (job->error))
    {
      reopen (self);
      if (self->db == NULL)
        return;
      g_clear_error (&job->error);
      run_job (self, job, &job->error);
    }
  else if (self->db == NULL)
    {
      g_set_error (&job->error, WG_DB_ERROR, WG_DB_ERROR_IO, "the database is lost");
    }
}

static void
write_group (Writing *self, GPtrArray *group)
{
  g_autoptr (GError) error = NULL;

  if (self->db == NULL)
    reopen (self);
  if (self->writer->group_max == 1)
    {
      run_alone (self, group->pdata[0]);
    }
  else if (self->db == NULL)
    {
      run_singly (self, group);
    }
  else if (!run_group (self, group, &error))
    {
      g_message ("a group of %u writes is tried one by one: %s", group->len, error->message);
      if (is_disk_fault (error))
        reopen (self);
      run_singly (self, group);
    }
  for (guint i = 0; i < group->len; i++)
    {
      Job *job = group->pdata[i];
      job->done (job->data, job->error);
      free_job (job);
    }
}

static gpointer
run_thread (gpointer data)
{
  Writing *self = data;
  GPtrArray *group;

  while ((group = take_group (self->writer)))
    {
      write_group (self, group);
      g_ptr_array_unref (group);
    }
  return NULL;
}

/**
 * wg_writer_new:
 * @platform: the platform; it must live longer
 * @error: return location
 *
 * Opens the writing connections and starts their threads.
 *
 * Thread: any.
 * Errors: of the database.
 *
 * Returns: (transfer full) (nullable): the writer
 */
WgWriter *
wg_writer_new (const WgPlatform *platform, GError **error)
{
  g_autoptr (WgWriter) self = g_new0 (WgWriter, 1);
  gboolean shared = wg_platform_is_shared (platform);
  guint n = shared ? SHARED_THREADS : 1;

  self->platform = platform;
  self->group_max = shared ? 1 : GROUP_MAX;
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  g_queue_init (&self->jobs);
  for (guint i = 0; i < n; i++)
    {
      Writing *writing = &self->threads[i];
      writing->writer = self;
      writing->db = wg_platform_connect (platform, FALSE, error);
      if (writing->db == NULL)
        return NULL;
      writing->reference = wg_reference_new ();
      writing->thread = g_thread_new ("writer", run_thread, writing);
      self->n_threads++;
    }
  return g_steal_pointer (&self);
}

/**
 * wg_writer_free:
 * @self: (nullable): a writer
 *
 * Runs what is queued, then ends the threads and closes their connections.
 *
 * Thread: any but a writer's own; nobody may post any more.
 * Errors: none.
 */
void
wg_writer_free (WgWriter *self)
{
  if (self == NULL)
    return;
  g_mutex_lock (&self->lock);
  self->stopping = TRUE;
  g_cond_broadcast (&self->changed);
  g_mutex_unlock (&self->lock);
  for (guint i = 0; i < self->n_threads; i++)
    {
      g_thread_join (self->threads[i].thread);
      g_clear_pointer (&self->threads[i].db, wg_db_close);
      wg_reference_free (self->threads[i].reference);
    }
  g_mutex_clear (&self->lock);
  g_cond_clear (&self->changed);
  g_free (self);
}

/**
 * wg_writer_post:
 * @self: a writer
 * @func: what to write; may be run more than once, each time from nothing
 * @done: called in the writer's thread when it is durable, or with the reason why not
 * @data: for both
 *
 * Queues a job.
 *
 * Thread: any.
 * Errors: told to @done.
 */
void
wg_writer_post (WgWriter *self, WgWorkFunc func, WgWrittenFunc done, gpointer data)
{
  Job *job = g_new0 (Job, 1);

  job->func = func;
  job->done = done;
  job->data = data;
  g_mutex_lock (&self->lock);
  g_queue_push_tail (&self->jobs, job);
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
}

typedef struct
{
  WgWorkFunc func;
  gpointer data;
  GError *error;
  gboolean finished;
  GMutex lock;
  GCond changed;
} Wait;

static gboolean
run_waiting (WgWork *work, gpointer data, GError **error)
{
  Wait *wait = data;

  return wait->func (work, wait->data, error);
}

static void
on_wait_written_cb (gpointer data, const GError *error)
{
  Wait *wait = data;

  g_mutex_lock (&wait->lock);
  wait->error = error ? g_error_copy (error) : NULL;
  wait->finished = TRUE;
  g_cond_signal (&wait->changed);
  g_mutex_unlock (&wait->lock);
}

/**
 * wg_writer_run:
 * @self: a writer
 * @func: what to write
 * @data: for @func
 * @error: return location
 *
 * Writes and waits for the commit.
 *
 * Thread: any but the writer's own.
 * Errors: of @func and of the database.
 *
 * Returns: %TRUE when it is durable
 */
gboolean
wg_writer_run (WgWriter *self, WgWorkFunc func, gpointer data, GError **error)
{
  Wait wait = { .func = func, .data = data };

  g_mutex_init (&wait.lock);
  g_cond_init (&wait.changed);
  wg_writer_post (self, run_waiting, on_wait_written_cb, &wait);
  g_mutex_lock (&wait.lock);
  while (!wait.finished)
    g_cond_wait (&wait.changed, &wait.lock);
  g_mutex_unlock (&wait.lock);
  g_mutex_clear (&wait.lock);
  g_cond_clear (&wait.changed);
  if (wait.error == NULL)
    return TRUE;
  g_propagate_error (error, wait.error);
  return FALSE;
}

/**
 * wg_writer_is_well:
 * @self: a writer
 *
 * Tells whether writes can succeed.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: %FALSE when the disk or the server failed and the database could not be opened again
 */
gboolean
wg_writer_is_well (WgWriter *self)
{
  return g_atomic_int_get (&self->n_lost) < (int) self->n_threads && !wg_writer_is_stale (self);
}

/**
 * wg_writer_is_stale:
 * @self: a writer
 *
 * Tells whether the database has begun another epoch since this process opened it.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: %TRUE when the process must be started again
 */
gboolean
wg_writer_is_stale (WgWriter *self)
{
  return g_atomic_int_get (&self->stale);
}

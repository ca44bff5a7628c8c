/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one thread that writes: takes jobs, commits them in groups, tells each after the commit. */
#include "server/wg-writer.h"

#include "server/wg-reference.h"
#include "server/wg-server-error.h"

/* Jobs per transaction. There is no timer: while one group waits for the disk, the next gathers. */
#define GROUP_MAX 32

typedef struct
{
  WgWorkFunc func;
  WgWrittenFunc done;
  gpointer data;
  GError *error; /* owned */
} Job;

struct _WgWriter
{
  const WgPlatform *platform;
  WgReference *reference; /* of the thread */
  WgDb *db;               /* of the thread; %NULL when it is lost */
  GThread *thread;
  GMutex lock;
  GCond changed;
  GQueue jobs; /* of Job; under @lock */
  gboolean stopping;
  int well; /* atomic */
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
  while (group->len < GROUP_MAX && !g_queue_is_empty (&self->jobs))
    g_ptr_array_add (group, g_queue_pop_head (&self->jobs));
  g_mutex_unlock (&self->lock);
  if (group->len == 0)
    g_clear_pointer (&group, g_ptr_array_unref);
  return group;
}

/* After a failed sync nothing about the connection can be trusted: protocol.md 7.1. */
static void
reopen (WgWriter *self)
{
  g_autoptr (GError) error = NULL;

  g_clear_pointer (&self->db, wg_db_close);
  self->db = wg_platform_connect (self->platform, FALSE, &error);
  if (self->db && !wg_db_check (self->db, &error))
    g_clear_pointer (&self->db, wg_db_close);
  if (self->db == NULL)
    g_warning ("the database cannot be written any more: %s", error->message);
  g_atomic_int_set (&self->well, self->db != NULL);
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
run_job (WgWriter *self, Job *job, GError **error)
{
  return wg_work_run (self->platform, self->db, self->reference, job->func, job->data, error);
}

/* One transaction over the group. %FALSE: nothing of it was written. A job's own fault is its
 * own; a fault of the disk is everybody's. */
static gboolean
run_group (WgWriter *self, GPtrArray *group, GError **error)
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
  return FALSE;
}

/* After a group failed: each by itself, so that one cannot take the others down. */
static void
run_singly (WgWriter *self, GPtrArray *group)
{
  for (guint i = 0; i < group->len; i++)
    {
      Job *job = group->pdata[i];
      g_clear_error (&job->error);
      if (self->db == NULL)
        {
          g_set_error (&job->error, WG_SERVER_ERROR, WG_SERVER_ERROR_FAILED,
                       "the database is lost until the service starts again");
          continue;
        }
      if (!run_job (self, job, &job->error) && is_disk_fault (job->error))
        reopen (self);
    }
}

static void
write_group (WgWriter *self, GPtrArray *group)
{
  g_autoptr (GError) error = NULL;

  if (self->db == NULL)
    reopen (self);
  if (self->db == NULL)
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
  WgWriter *self = data;
  GPtrArray *group;

  while ((group = take_group (self)))
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
 * Opens the writing connection and starts the thread.
 *
 * Thread: any.
 * Errors: of the database.
 *
 * Returns: (transfer full) (nullable): the writer
 */
WgWriter *
wg_writer_new (const WgPlatform *platform, GError **error)
{
  WgDb *db = wg_platform_connect (platform, FALSE, error);
  WgWriter *self;

  if (db == NULL)
    return NULL;
  self = g_new0 (WgWriter, 1);
  self->platform = platform;
  self->db = db;
  self->well = TRUE;
  self->reference = wg_reference_new ();
  g_mutex_init (&self->lock);
  g_cond_init (&self->changed);
  g_queue_init (&self->jobs);
  self->thread = g_thread_new ("writer", run_thread, self);
  return self;
}

/**
 * wg_writer_free:
 * @self: (nullable): a writer
 *
 * Runs what is queued, then ends the thread and closes the connection.
 *
 * Thread: any but the writer's own; nobody may post any more.
 * Errors: none.
 */
void
wg_writer_free (WgWriter *self)
{
  if (self == NULL)
    return;
  g_mutex_lock (&self->lock);
  self->stopping = TRUE;
  g_cond_signal (&self->changed);
  g_mutex_unlock (&self->lock);
  g_thread_join (self->thread);
  g_clear_pointer (&self->db, wg_db_close);
  wg_reference_free (self->reference);
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
 * Returns: %FALSE when the disk failed and the database could not be opened again
 */
gboolean
wg_writer_is_well (WgWriter *self)
{
  return g_atomic_int_get (&self->well);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tasks in place of threads: one runs at a time, and who is next is chance by the seed. The calls
 * of the product that begin threads, wait, lock and look at clocks come here. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <ucontext.h>

#include <sodium.h>

#include "sim-wrap.h"
#include "sim.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#define FIBER_ENTERS(save, bottom, size) __sanitizer_start_switch_fiber (save, bottom, size)
#define FIBER_CAME(save, bottom, size) __sanitizer_finish_switch_fiber (save, bottom, size)
#else
#define FIBER_ENTERS(save, bottom, size) ((void) (save), (void) (bottom), (void) (size))
#define FIBER_CAME(save, bottom, size) ((void) (save), (void) (bottom), (void) (size))
#endif

#define STACK_BYTES (512 * 1024)

/* A switch by hand where it can be: the library's asks the kernel for the signal mask each time. */
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__)
typedef void *Context; /* the stack that the rest lies on */
void sim_switch (Context *from, Context to);
__asm__ (".text\n"
         ".type sim_switch, @function\n"
         "sim_switch:\n"
         "  pushq %rbp\n  pushq %rbx\n  pushq %r12\n  pushq %r13\n  pushq %r14\n  pushq %r15\n"
         "  movq %rsp, (%rdi)\n"
         "  movq %rsi, %rsp\n"
         "  popq %r15\n  popq %r14\n  popq %r13\n  popq %r12\n  popq %rbx\n  popq %rbp\n"
         "  ret\n"
         ".size sim_switch, . - sim_switch\n");
#define SWITCH(from, to) sim_switch (from, *(to))

static void
make_context (Context *self, char *stack, void (*func) (void))
{
  void **top = (void **) (stack + STACK_BYTES) - 2;

  top[0] =
      (void *) func; /* where the switch returns to; above it the stack is aligned as in a call */
  top[1] = NULL;
  *self = top - 6;
  memset (*self, 0, 6 * sizeof *top);
}
#else
typedef ucontext_t Context;
#define SWITCH(from, to) swapcontext (from, to)

static void
make_context (Context *self, char *stack, void (*func) (void))
{
  getcontext (self);
  self->uc_stack.ss_sp = stack;
  self->uc_stack.ss_size = STACK_BYTES;
  self->uc_link = NULL;
  makecontext (self, func, 0);
}
#endif
/* More often nobody changes who runs in a virtual second, but in a loop that waits for nothing. */
#define SWITCHES_MAX 50000
/* 2026-06-18, a Thursday before a holiday, 12:30 local time. */
#define START_WALL_MS G_GINT64_CONSTANT (1781757000000)

struct _SimTask
{
  Context context;
  void *fake_stack;
  char *stack;
  SimTaskFunc func;
  gpointer data, result;
  SimProcess *process;
  gconstpointer key; /* waited for */
  gint64 until_us;   /* −1: for ever */
  gboolean waiting, timed_out, finished, is_thread;
};

Sim sim;

static GHashTable *boots; /* boot id -> when, virtual */
static GPtrArray *tasks;  /* of SimTask, those that are not finished, in order of birth */
static GPtrArray *stacks; /* free ones */
static SimTask *current;
static Context host;
static void *host_fake_stack;
static const void *host_bottom;
static size_t host_size;

/* --- chance ---------------------------------------------------------------------------------- */

guint64
sim_random_next (SimRandom *self)
{
  guint64 z = (self->state += G_GUINT64_CONSTANT (0x9e3779b97f4a7c15));

  z = (z ^ (z >> 30)) * G_GUINT64_CONSTANT (0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * G_GUINT64_CONSTANT (0x94d049bb133111eb);
  return z ^ (z >> 31);
}

guint
sim_random_below (SimRandom *self, guint n)
{
  return (guint) (sim_random_next (self) % MAX (n, 1));
}

gboolean
sim_random_chance (SimRandom *self, guint in_10000)
{
  return in_10000 > 0 && sim_random_below (self, 10000) < in_10000;
}

void
sim_random_fill (SimRandom *self, guint8 *out, gsize n)
{
  while (n > 0)
    {
      guint64 word = sim_random_next (self);
      gsize part = MIN (n, sizeof word);

      memcpy (out, &word, part);
      out += part;
      n -= part;
    }
}

/* --- what happened --------------------------------------------------------------------------- */

void
sim_trace (const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list list;

  va_start (list, format);
  text = g_strdup_vprintf (format, list);
  va_end (list);
  for (const char *c = text; *c; c++)
    sim.trace = (sim.trace ^ (guint8) *c) * G_GUINT64_CONSTANT (0x100000001b3);
  sim.trace = (sim.trace ^ (guint64) sim.now_us) * G_GUINT64_CONSTANT (0x100000001b3);
  if (sim.verbose)
    printf ("%12.3f %-10s %s\n", (double) sim.now_us / 1e6,
            current && current->process ? current->process->name : "-", text);
}

void
sim_violate (const char *format, ...)
{
  va_list list;

  if (sim.violation)
    return;
  va_start (list, format);
  sim.violation = g_strdup_vprintf (format, list);
  va_end (list);
  sim_trace ("VIOLATION %s", sim.violation);
}

/* --- machines -------------------------------------------------------------------------------- */

gint64
sim_wall_ms (void)
{
  return START_WALL_MS + sim.now_us / 1000;
}

static gint64
machine_wall_ms (gpointer data)
{
  return sim_wall_ms () + ((SimMachine *) data)->wall_ms;
}

static gint64
machine_boot_ms (gpointer data)
{
  return (sim.now_us - ((SimMachine *) data)->booted_us) / 1000 + 1000;
}

static void
machine_random (gpointer data, guint8 *out, gsize n)
{
  sim_random_fill (&((SimMachine *) data)->random, out, n);
}

void
sim_machine_boot (SimMachine *self)
{
  self->booted_us = sim.now_us;
  g_snprintf (self->boot_id, sizeof self->boot_id, "%016" G_GINT64_MODIFIER "x",
              sim_random_next (&self->random));
  if (boots == NULL)
    boots = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_hash_table_replace (boots, g_strdup (self->boot_id),
                        g_memdup2 (&self->booted_us, sizeof self->booted_us));
}

gint64
sim_true_ms (const char *boot_id, gint64 mono_ms)
{
  const gint64 *booted_us = boot_id ? g_hash_table_lookup (boots, boot_id) : NULL;

  return booted_us ? START_WALL_MS + *booted_us / 1000 + mono_ms - 1000 : 0;
}

void
sim_machine_init (SimMachine *self, const char *name, guint64 seed)
{
  memset (self, 0, sizeof *self);
  g_strlcpy (self->name, name, sizeof self->name);
  self->random.state = seed;
  self->ports = (WgPorts) { machine_wall_ms, machine_boot_ms, machine_random, self->boot_id, self };
  sim_machine_boot (self);
}

void
sim_machine_clear (SimMachine *self)
{
  g_clear_pointer (&self->disk, sim_disk_free);
}

/* --- tasks ----------------------------------------------------------------------------------- */

void
sim_start (guint64 seed)
{
  if (boots)
    g_hash_table_remove_all (boots);
  g_free (sim.violation);
  sim = (Sim) { .verbose = sim.verbose, .random = { seed }, .trace = 0xcbf29ce484222325 };
}

static void
enter_task (void)
{
  SimTask *self = current;

  FIBER_CAME (NULL, &host_bottom, &host_size);
  self->result = self->func (self->data);
  self->finished = TRUE;
  sim_wake (self);
  FIBER_ENTERS (NULL, host_bottom, host_size);
  SWITCH (&self->context, &host);
}

SimTask *
sim_spawn (SimProcess *process, SimTaskFunc func, gpointer data)
{
  SimTask *self = g_new0 (SimTask, 1);

  if (stacks->len > 0)
    self->stack = g_ptr_array_steal_index_fast (stacks, stacks->len - 1);
  else
    self->stack = mmap (NULL, STACK_BYTES, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  g_assert (self->stack != MAP_FAILED);
  self->func = func;
  self->data = data;
  self->process = process;
  make_context (&self->context, self->stack, enter_task);
  g_ptr_array_add (tasks, self);
  return self;
}

/* Back to the scheduler. */
static void
leave (void)
{
  SimTask *self = current;

  FIBER_ENTERS (&self->fake_stack, host_bottom, host_size);
  SWITCH (&self->context, &host);
  FIBER_CAME (self->fake_stack, &host_bottom, &host_size);
}

static SimTask *
choose (void)
{
  g_autoptr (GPtrArray) ready = g_ptr_array_new ();
  SimTask *first = NULL;

  for (guint i = 0; i < tasks->len; i++)
    {
      SimTask *task = tasks->pdata[i];
      if (!task->waiting)
        g_ptr_array_add (ready, task);
      else if (task->until_us >= 0 && (first == NULL || task->until_us < first->until_us))
        first = task;
    }
  if (ready->len > 0)
    return ready->pdata[ready->len > 1 ? sim_random_below (&sim.random, ready->len) : 0];
  if (first)
    {
      sim.now_us = MAX (sim.now_us, first->until_us);
      first->waiting = FALSE;
      first->timed_out = TRUE;
    }
  return first;
}

static void
bury (SimTask *task)
{
  g_ptr_array_remove (tasks, task);
  g_ptr_array_add (stacks, g_steal_pointer (&task->stack));
  if (!task->is_thread)
    g_free (task);
}

void
sim_run (SimTaskFunc func, gpointer data)
{
  gint64 second = -1;
  guint n_switches = 0;
  SimTask *task;

  if (tasks == NULL)
    {
      tasks = g_ptr_array_new ();
      stacks = g_ptr_array_new ();
    }
  sim_spawn (NULL, func, data);
  while ((task = choose ()))
    {
      current = task;
      if (sim.now_us / SIM_SECOND != second)
        {
          second = sim.now_us / SIM_SECOND;
          n_switches = 0;
        }
      if (++n_switches > SWITCHES_MAX)
        g_error ("a loop that waits for nothing, in %s",
                 task->process ? task->process->name : "the run");
      FIBER_ENTERS (&host_fake_stack, task->stack, STACK_BYTES);
      SWITCH (&host, &task->context);
      FIBER_CAME (host_fake_stack, NULL, NULL);
      current = NULL;
      if (task->finished)
        bury (task);
    }
  if (tasks->len > 0)
    {
      SimTask *first = tasks->pdata[0];
      g_error ("%u tasks wait for nothing that could come, one in %s", tasks->len,
               first->process ? first->process->name : "the run");
    }
}

SimProcess *
sim_enter (SimProcess *process)
{
  SimProcess *before = current->process;

  current->process = process;
  return before;
}

SimProcess *
sim_process (void)
{
  return current ? current->process : NULL;
}

gboolean
sim_wait (gconstpointer key, gint64 until_us)
{
  current->key = key;
  current->until_us = until_us;
  current->waiting = TRUE;
  current->timed_out = FALSE;
  leave ();
  return !current->timed_out;
}

void
sim_wake (gconstpointer key)
{
  for (guint i = 0; i < tasks->len; i++)
    {
      SimTask *task = tasks->pdata[i];
      if (task->waiting && task->key == key)
        task->waiting = FALSE;
    }
}

void
sim_sleep (gint64 us)
{
  sim_wait (current, sim.now_us + us);
}

void
sim_yield (void)
{
  leave ();
}

static void
maybe_yield (void)
{
  if (current && sim_random_chance (&sim.random, sim.preempt))
    leave ();
}

/* --- what the product calls ------------------------------------------------------------------ */

WRAP (void, g_mutex_init, GMutex *mutex) { mutex->p = NULL; }

WRAP (void, g_mutex_clear, GMutex *mutex) { g_assert (mutex->p == NULL); }

WRAP (void, g_mutex_lock, GMutex *mutex)
{
  maybe_yield ();
  while (mutex->p)
    sim_wait (mutex, -1);
  mutex->p = current;
}

WRAP (void, g_mutex_unlock, GMutex *mutex)
{
  mutex->p = NULL;
  if (current)
    sim_wake (mutex);
}

WRAP (void, g_cond_init, GCond *cond) {}

WRAP (void, g_cond_clear, GCond *cond) {}

WRAP (void, g_cond_wait, GCond *cond, GMutex *mutex)
{
  __wrap_g_mutex_unlock (mutex);
  sim_wait (cond, -1);
  __wrap_g_mutex_lock (mutex);
}

WRAP (gboolean, g_cond_wait_until, GCond *cond, GMutex *mutex, gint64 until_us)
{
  gboolean woken;

  __wrap_g_mutex_unlock (mutex);
  woken = sim_wait (cond, until_us);
  __wrap_g_mutex_lock (mutex);
  return woken;
}

WRAP (void, g_cond_signal, GCond *cond)
{
  if (current)
    sim_wake (cond);
}

WRAP (void, g_cond_broadcast, GCond *cond) { __wrap_g_cond_signal (cond); }

WRAP (void, g_rw_lock_init, GRWLock *lock) { memset (lock, 0, sizeof *lock); }

WRAP (void, g_rw_lock_clear, GRWLock *lock) {}

WRAP (void, g_rw_lock_reader_lock, GRWLock *lock)
{
  while (lock->p)
    sim_wait (lock, -1);
  lock->i[0]++;
}

WRAP (void, g_rw_lock_reader_unlock, GRWLock *lock)
{
  lock->i[0]--;
  sim_wake (lock);
}

WRAP (void, g_rw_lock_writer_lock, GRWLock *lock)
{
  while (lock->p || lock->i[0] > 0)
    sim_wait (lock, -1);
  lock->p = current;
}

WRAP (void, g_rw_lock_writer_unlock, GRWLock *lock)
{
  lock->p = NULL;
  sim_wake (lock);
}

WRAP (GThread *, g_thread_new, const char *name, GThreadFunc func, gpointer data)
{
  SimTask *task = sim_spawn (current->process, func, data);

  task->is_thread = TRUE;
  return (GThread *) task;
}

WRAP (gpointer, g_thread_join, GThread *thread)
{
  SimTask *task = (SimTask *) thread;
  gpointer result;

  while (!task->finished || task->stack)
    {
      if (task->finished)
        sim_yield (); /* until the scheduler has buried it */
      else
        sim_wait (task, -1);
    }
  result = task->result;
  g_free (task);
  return result;
}

/* A pool: each thing that is pushed has a task of its own. */
typedef struct
{
  GFunc func;
  gpointer data;
  guint n_running;
} Pool;

typedef struct
{
  Pool *pool;
  gpointer item;
} Pushed;

static gpointer
run_pushed (gpointer data)
{
  Pushed *self = data;

  self->pool->func (self->item, self->pool->data);
  if (--self->pool->n_running == 0)
    sim_wake (self->pool);
  g_free (self);
  return NULL;
}

WRAP (GThreadPool *,
      g_thread_pool_new,
      GFunc func,
      gpointer data,
      gint max_threads,
      gboolean exclusive,
      GError **error)
{
  Pool *self = g_new0 (Pool, 1);

  self->func = func;
  self->data = data;
  return (GThreadPool *) self;
}

WRAP (gboolean, g_thread_pool_push, GThreadPool *pool, gpointer item, GError **error)
{
  Pushed *self = g_new0 (Pushed, 1);

  self->pool = (Pool *) pool;
  self->item = item;
  self->pool->n_running++;
  sim_spawn (current->process, run_pushed, self);
  return TRUE;
}

WRAP (void, g_thread_pool_free, GThreadPool *pool, gboolean immediate, gboolean wait)
{
  Pool *self = (Pool *) pool;

  while (self->n_running > 0)
    sim_wait (self, -1);
  g_free (self);
}

WRAP (GThread *, g_thread_self, void) { return (GThread *) current; }

WRAP (gpointer, g_async_queue_pop, GAsyncQueue *queue)
{
  gpointer item;

  while ((item = g_async_queue_try_pop (queue)) == NULL)
    sim_wait (queue, -1);
  return item;
}

WRAP (gpointer, g_async_queue_timeout_pop, GAsyncQueue *queue, guint64 us)
{
  gint64 until_us = sim.now_us + (gint64) us;
  gpointer item;

  while ((item = g_async_queue_try_pop (queue)) == NULL)
    if (!sim_wait (queue, until_us))
      return g_async_queue_try_pop (queue);
  return item;
}

void __real_g_async_queue_push (GAsyncQueue *queue, gpointer item);

WRAP (void, g_async_queue_push, GAsyncQueue *queue, gpointer item)
{
  __real_g_async_queue_push (queue, item);
  if (current)
    {
      sim_wake (queue);
      maybe_yield ();
    }
}

WRAP (void, g_usleep, gulong us) { sim_sleep ((gint64) us); }

WRAP (gint64, g_get_monotonic_time, void) { return sim.now_us; }

WRAP (int, clock_gettime, clockid_t clock, struct timespec *out)
{
  SimProcess *process = sim_process ();
  gint64 ms = clock == CLOCK_REALTIME ? sim_wall_ms () : sim.now_us / 1000;

  if (process)
    ms = clock == CLOCK_REALTIME ? machine_wall_ms (process->machine)
                                 : machine_boot_ms (process->machine);
  out->tv_sec = ms / 1000;
  out->tv_nsec = ms % 1000 * 1000000;
  return 0;
}

WRAP (ssize_t, getrandom, void *out, size_t n, unsigned int flags)
{
  SimProcess *process = sim_process ();

  sim_random_fill (process ? &process->machine->random : &sim.random, out, n);
  return (ssize_t) n;
}

/* A key derivation that costs nothing: nobody guesses PINs here. */
WRAP (int,
      crypto_pwhash,
      unsigned char *out,
      unsigned long long n,
      const char *secret,
      unsigned long long secret_n,
      const unsigned char *salt,
      unsigned long long ops,
      size_t memory,
      int algorithm)
{
  return crypto_generichash (out, n, (const unsigned char *) secret, secret_n, salt,
                             crypto_pwhash_SALTBYTES);
}

WRAP (gint, g_random_int_range, gint from, gint to)
{
  return from + (gint) sim_random_below (&sim.random, (guint) (to - from));
}

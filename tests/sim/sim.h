/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A world in one thread: tasks instead of threads, a virtual clock, disks in memory, a line that
 * fails. The product's own code runs in it; its calls of the machine are led here by the linker. */
#pragma once

#include <gio/gio.h>

#include "core/wg-ports.h"

G_BEGIN_DECLS

#define SIM_ROOT "/sim/"
#define SIM_SECOND G_GINT64_CONSTANT (1000000)
#define SIM_MINUTE (60 * SIM_SECOND)

/* --- chance ---------------------------------------------------------------------------------- */

typedef struct
{
  guint64 state;
} SimRandom;

guint64 sim_random_next (SimRandom *self);
guint sim_random_below (SimRandom *self, guint n);            /* 0 … n − 1 */
gboolean sim_random_chance (SimRandom *self, guint in_10000); /* of 10,000 */
void sim_random_fill (SimRandom *self, guint8 *out, gsize n);

/* --- machines and processes ------------------------------------------------------------------ */

typedef struct _SimDisk SimDisk;

typedef struct
{
  char name[16];
  SimDisk *disk;
  SimRandom random; /* what getrandom() gives there */
  gint64 wall_ms;   /* its wall clock is the world's plus this */
  gboolean old;     /* its program: the platform tells of a field that it does not know */
  gint64 booted_us;
  char boot_id[40];
  WgPorts ports;
} SimMachine;

typedef struct
{
  const char *name;
  SimMachine *machine;
  gboolean dead;    /* its disk and line are gone: what still runs of it only unwinds */
  gint64 die_after; /* writes until it dies in the middle of one; 0: no such fate */
  GObject *monitor; /* tells it that the network is back */
} SimProcess;

void sim_machine_init (SimMachine *self, const char *name, guint64 seed);
void sim_machine_clear (SimMachine *self);
void sim_machine_boot (SimMachine *self);

/* --- tasks ----------------------------------------------------------------------------------- */

typedef struct _SimTask SimTask;
typedef gpointer (*SimTaskFunc) (gpointer data);

typedef struct
{
  gint64 now_us; /* virtual, from 0 */
  SimRandom random;
  guint preempt; /* of 10,000: a task lets others go first when it need not */
  guint64 trace; /* digest of all that was traced */
  gboolean verbose;
  char *violation; /* the first; %NULL: none so far */
} Sim;

extern Sim sim;

void sim_start (guint64 seed);
/* Runs @func as the first task and all that it begins, until nothing is left to do. */
void sim_run (SimTaskFunc func, gpointer data);
SimTask *sim_spawn (SimProcess *process, SimTaskFunc func, gpointer data);
/* In the name of @process from here on; gives the one before. */
SimProcess *sim_enter (SimProcess *process);
SimProcess *sim_process (void);
void sim_sleep (gint64 us);
void sim_yield (void);
gboolean sim_wait (gconstpointer key, gint64 until_us); /* %FALSE: the time came; −1: never */
void sim_wake (gconstpointer key);
gint64 sim_wall_ms (void); /* of the world: the platform's */
/* When it was by the world's clock that a machine's boot clock said @mono_ms; 0: no such boot. */
gint64 sim_true_ms (const char *boot_id, gint64 mono_ms);

void sim_trace (const char *format, ...) G_GNUC_PRINTF (1, 2);
/* Keeps the first one. */
void sim_violate (const char *format, ...) G_GNUC_PRINTF (1, 2);

/* --- disks ----------------------------------------------------------------------------------- */

typedef enum
{
  SIM_POWER_LOSE, /* what was not synced is gone */
  SIM_POWER_KEEP,
  SIM_POWER_TEAR, /* each write by itself is gone, there, or there in part */
} SimPower;

typedef struct
{
  guint64 n_writes, n_syncs, n_torn, n_full, n_errors;
} SimDiskCounts;

extern SimDiskCounts sim_disk_counts;

SimDisk *sim_disk_new (void);
SimDisk *sim_disk_copy (SimDisk *self); /* of what stands there */
void sim_disk_free (SimDisk *self);
void sim_disk_power_loss (SimDisk *self, SimPower power);
void sim_disk_set_full (SimDisk *self, gboolean full);
void sim_disk_set_errors (SimDisk *self, guint in_10000);
void sim_disk_set_lies (SimDisk *self, gboolean lies); /* sync does nothing */
int sim_vfs_register (void);

/* What the file calls of the product and the engine's file layer are made of; paths under
 * SIM_ROOT. They answer −1 with errno set. */
typedef struct _SimHandle SimHandle;
SimHandle *sim_file_open (const char *path, int flags);
void sim_file_close (SimHandle *self);
gssize sim_file_read (SimHandle *self, void *out, gsize n, gint64 offset);
gssize sim_file_write (SimHandle *self, const void *data, gsize n, gint64 offset);
int sim_file_truncate (SimHandle *self, gint64 size);
int sim_file_sync (SimHandle *self);
gint64 sim_file_size (SimHandle *self);
gpointer *sim_file_slot (SimHandle *self); /* the engine's locks of the file live there */
gboolean sim_file_exists (const char *path, gint64 *out_size);
int sim_file_unlink (const char *path);
int sim_file_rename (const char *from, const char *to);
int sim_file_make_folder (const char *path);
int sim_file_allocate (SimHandle *self, gint64 size);
GPtrArray *sim_file_list (const char *folder); /* of char * */
gboolean sim_disk_has_room (void);

/* --- the platform's door ---------------------------------------------------------------------- */

typedef struct
{
  char *method, *path;
  GPtrArray *headers; /* name, value, name, value … */
  GBytes *body;       /* or %NULL */
} SimRequest;

typedef struct
{
  int status;
  GPtrArray *headers;
  GBytes *body;
} SimReply;

void sim_request_free (SimRequest *self);
void sim_reply_free (SimReply *self);
const char *sim_headers_get (GPtrArray *headers, const char *name);
/* Hands a request to the service of this process; of its body only @n_arrive bytes come (−1: all).
 * %NULL: no answer. */
SimReply *sim_door_serve (const SimRequest *request, gint64 n_arrive);
gboolean sim_door_is_open (void);

/* --- the line -------------------------------------------------------------------------------- */

/* What a later platform tells in each row. */
#define SIM_LATER_FIELD "\"of_a_later_version\":\"样例\","

/* In 10,000 of exchanges. */
typedef struct
{
  guint drop_request, drop_reply, cut_request, cut_reply, twice, portal, busy, small_pages, store;
  gint64 delay_us; /* at most, one way */
} SimLineFaults;

typedef struct
{
  SimLineFaults faults;
  guint64 n_sent, n_lost, n_cut, n_twice;
  SimProcess *platform; /* who serves */
  guint answers_left;   /* until it dies right behind one; 0: no such fate */
  guint pieces_left;    /* the same for pieces of photos that are not whole with it */
  gboolean behind_push; /* the same for the next push that it says it has */
  guint power;          /* a SimPower + 1: the power that failed when it died so; 0: it did not */
  /* Looks at what the platform said, the moment it leaves the platform. */
  void (*on_reply) (const SimRequest *request, const SimReply *reply);
} SimLine;

extern SimLine sim_line;

void sim_line_set_cut (const SimMachine *machine, gboolean cut); /* partition */
gboolean sim_line_is_cut (const SimMachine *machine);
void sim_line_clear (void);
/* The platform's object store is empty again. */
void sim_store_clear (void);
/* In the place of GNetworkMonitor. */
GObject *sim_monitor_new (void);
void sim_monitor_tell (GObject *monitor);

G_END_DECLS

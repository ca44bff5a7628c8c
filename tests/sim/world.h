/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The platform and the terminals of one run: the real ones, on simulated machines. */
#pragma once

#include "db/wg-db.h"
#include "server/wg-platform.h"
#include "sim.h"
#include "store/wg-event-store.h"
#include "sync/wg-sync.h"

G_BEGIN_DECLS

#define WORLD_TABLETS 4
#define WORLD_TERMINALS 5
/* The last tablet and its terminal are nobody's, until another one's disk is copied to it. */
#define WORLD_TWIN (WORLD_TERMINALS - 1)
#define WORLD_GRIDS 3
#define PLATFORM_FOLDER "/sim/platform"
#define TERMINAL_SECRET "84730152"

extern const char *const WORLD_GRID_CODES[WORLD_GRIDS];

/* One worker's folder on one tablet, and the program that has it open. */
typedef struct
{
  const char *worker, *folder;
  SimMachine *machine;
  SimProcess process;
  GMainContext *context;
  WgStore *store; /* %NULL: the program does not run */
  WgSync *sync;
  guint down; /* steps until it is started again */
  gboolean used;
} Terminal;

typedef struct
{
  SimMachine machine;
  SimProcess process, console; /* the daemon; the command line on the same machine */
  WgPlatform *platform;
  struct _WgServer *server; /* %NULL: it does not run */
  guint down;
  guint n_backups; /* files that can be restored */
  char *restoring; /* a restore that has not come to its end */
} Daemon;

typedef struct
{
  Daemon daemon;
  SimMachine desk_machine;
  Terminal desk; /* of a sub-centre: hands in bundles, and is off otherwise */
  SimMachine tablets[WORLD_TABLETS];
  Terminal terminals[WORLD_TERMINALS];
} World;

extern World world;

/* Made once a process: a platform with its reference data, four enrolled terminals that have
 * pulled. Each run begins with copies of their disks. */
void world_make_template (void);
void world_open (guint64 seed);
void world_close (void);

gboolean daemon_start (void);
void daemon_stop (void); /* in order, or what is left of it after a crash */
void daemon_clean (void);
/* The command line; %NULL-terminated, without program name and folder. Gives the exit code. */
int console_run (const char *const *arguments, char **out_text);
void console_reset_options (void);

gboolean terminal_start (Terminal *self);
void terminal_stop (Terminal *self);
gboolean terminal_runs (const Terminal *self);
/* Lets what was announced to its window arrive. */
void terminal_pump (Terminal *self);
/* Over HTTP; what came back (transfer full), or %NULL with @error. */
GBytes *desk_hand_in (GBytes *bundle, GError **error);
gboolean world_write_file (SimProcess *process, const char *path, GBytes *bytes);
/* Its photos go to an object store from its next start on. */
void daemon_set_store (void);
GBytes *world_read_file (SimProcess *process, const char *path);
gpointer terminal_do (Terminal *self, WgStoreJob job, gpointer data, GError **error);

G_END_DECLS

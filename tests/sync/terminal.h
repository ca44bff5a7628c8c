/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A whole terminal in a test: store, sync, and a peer of faults between it and the real daemon. */
#pragma once

#include "store/wg-event-store.h"
#include "sync/wg-sync.h"

#include "support/fault-platform.h"
#include "support/test-daemon.h"

G_BEGIN_DECLS

typedef struct
{
  char *folder;
  FaultPlatform *line;  /* not owned */
  const WgPorts *ports; /* not owned; of the next start */
  WgStore *store;
  WgSync *sync;
} Terminal;

extern TestDaemon *platform; /* one for the whole program */

Terminal *terminal_new (FaultPlatform *line, const char *worker);
Terminal *terminal_enrol (FaultPlatform *line, const char *worker); /* no round yet */
Terminal *terminal_new_next (FaultPlatform *line); /* of a worker that no other test has */
void terminal_free (Terminal *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Terminal, terminal_free)
void terminal_shut (Terminal *self);
void terminal_open (Terminal *self);
void terminal_restart (Terminal *self); /* the process ends and begins again */
void terminal_set_times (Terminal *self, const WgSyncTimes *times);

char *terminal_log (Terminal *self, WgEventLevel level, const char *title, const char *photo);
void terminal_mend (Terminal *self, const char *id, const char *description);
char *terminal_add_photo (Terminal *self, gsize size); /* of that many bytes; its name */
gboolean terminal_round (Terminal *self, GError **error);
void terminal_round_well (Terminal *self); /* … and all is there */
WgEventView *terminal_view (Terminal *self, const char *id);
WgTruth terminal_truth (Terminal *self, const char *id);
WgEventCounts terminal_count (Terminal *self);
void terminal_check (Terminal *self); /* the store's invariants hold */

char *platform_events (void);
void assert_once (const char *events, const char *id);

G_END_DECLS

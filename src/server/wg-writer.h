/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The threads that write: take jobs, commit them, tell each after the commit. */
#pragma once

#include "server/wg-work.h"

G_BEGIN_DECLS

typedef struct _WgWriter WgWriter;

/* In a writer's thread, after the commit or with the reason why there was none. */
typedef void (*WgWrittenFunc) (gpointer data, const GError *error);

WgWriter *wg_writer_new (const WgPlatform *platform, GError **error);
/* Runs what is queued, then ends the threads. */
void wg_writer_free (WgWriter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgWriter, wg_writer_free)
void wg_writer_post (WgWriter *self, WgWorkFunc func, WgWrittenFunc done, gpointer data);
/* Posts and waits; not from the writer's own thread. */
gboolean wg_writer_run (WgWriter *self, WgWorkFunc func, gpointer data, GError **error);
/* %FALSE when the disk failed and the database could not be opened again. */
gboolean wg_writer_is_well (WgWriter *self);
/* %TRUE after a restore under our feet: the process must be started again. */
gboolean wg_writer_is_stale (WgWriter *self);

G_END_DECLS

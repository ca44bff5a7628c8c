/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files written so that they are whole or absent after a power loss; their writes count as faults
 * do. */
#pragma once

#include "db/wg-db-error.h"

G_BEGIN_DECLS

/* Writes beside @path, syncs, renames into place, syncs the folder. Mode 0600. */
gboolean wg_file_replace (const char *path, gconstpointer data, gsize n, GError **error);
/* Syncs @from, renames it to @to, syncs the folder. */
gboolean wg_file_move (const char *from, const char *to, GError **error);
/* For another file writer: appends or overwrites at the descriptor's place, whole or an error. */
gboolean wg_file_write (int fd, gconstpointer data, gsize n, GError **error);

G_END_DECLS

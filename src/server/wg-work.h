/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One unit of writing: a function that runs in a transaction, from the daemon or the command line.
 */
#pragma once

#include "server/wg-feed.h"
#include "server/wg-platform.h"

G_BEGIN_DECLS

typedef struct _WgReference WgReference;

typedef struct
{
  const WgPlatform *platform;
  WgDb *db;
  WgReference *reference;
  WgFeed *feed;
  gint64 now_ms;
} WgWork;

/* May be run again after a fault of the group it was in: it starts from nothing each time. */
typedef gboolean (*WgWorkFunc) (WgWork *work, gpointer data, GError **error);

/* How often a transaction of this process had to be run again. */
gint64 wg_work_count_retries (void);
gboolean wg_work_run (const WgPlatform *platform,
                      WgDb *db,
                      WgReference *reference,
                      WgWorkFunc func,
                      gpointer data,
                      GError **error);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the service's own files share. */
#pragma once

#include "server/wg-connections.h"
#include "server/wg-request.h"

G_BEGIN_DECLS

struct _WgServer
{
  const WgPlatform *platform;
  WgServerOptions options; /* texts borrowed; used while starting, and the flags later */
  char *address;
  WgWriter *writer;
  WgConnections *connections;
  guint connections_max;
  struct MHD_Daemon *daemons[2]; /* TCP, Unix */
  char *cert, *key;              /* PEM, owned */
  GAsyncQueue *readers;          /* of WgDb */
  GMutex lock;
  WgMeter *meter;
  WgUploads *uploads;
  GThreadPool *slow; /* of WgRequest: what waits for somebody else than the database */
  int draining;      /* atomic */
  GCond written;
  guint pending;     /* requests that wait for a thread of ours; under @lock */
  gboolean stopping; /* nobody may begin to wait; under @lock */
};

/* libmicrohttpd's callbacks for a request; @data is the service. */
enum MHD_Result wg_exchange_take (void *data,
                                  struct MHD_Connection *connection,
                                  const char *url,
                                  const char *method,
                                  const char *version,
                                  const char *upload,
                                  size_t *upload_size,
                                  void **state);
void wg_exchange_completed (void *data,
                            struct MHD_Connection *connection,
                            void **state,
                            enum MHD_RequestTerminationCode reason);
/* In a thread of the pool. */
void wg_exchange_run_slow (gpointer request, gpointer server);

G_END_DECLS

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The HTTP service: listens, limits, hands requests to the routes, drains. */
#pragma once

#include "server/wg-meter.h"
#include "server/wg-platform.h"
#include "server/wg-uploads.h"
#include "server/wg-writer.h"

G_BEGIN_DECLS

typedef struct
{
  const char *listen;             /* "127.0.0.1:8080", port 0: any; %NULL: none */
  const char *unix_path;          /* or a socket in the file system; %NULL: none */
  const char *tls_cert, *tls_key; /* PEM files; %NULL: plain */
  guint rate;                     /* requests a minute per replica; 0: no limit */
  gboolean behind_proxy;          /* believe X-Forwarded-For */
  gboolean verbose;               /* a line for each request */
} WgServerOptions;

typedef struct _WgServer WgServer;

WgServer *
wg_server_new (const WgPlatform *platform, const WgServerOptions *options, GError **error);
/* "127.0.0.1:40123": what was bound; %NULL when only a Unix socket is. */
const char *wg_server_get_address (WgServer *self);
/* Takes no new connection, closes idle ones. */
void wg_server_drain (WgServer *self);
guint wg_server_count_connections (WgServer *self);
/* Once a second from any one thread: closes connections whose request does not come to an end. */
void wg_server_watch (WgServer *self);
/* The database was restored meanwhile: the program must be started again. */
gboolean wg_server_is_stale (WgServer *self);
/* Once in a while: forgets what has expired, in database and folder. */
void wg_server_clean (WgServer *self);
void wg_server_free (WgServer *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (WgServer, wg_server_free)

/* For the handlers. */
const WgPlatform *wg_server_get_platform (WgServer *self);
WgWriter *wg_server_get_writer (WgServer *self);
WgDb *wg_server_take_reader (WgServer *self, GError **error);
void wg_server_give_reader (WgServer *self, WgDb *reader);
WgMeter *wg_server_get_meter (WgServer *self);
WgUploads *wg_server_get_uploads (WgServer *self);

G_END_DECLS

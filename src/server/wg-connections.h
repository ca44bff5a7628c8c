/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Open connections and how long they take: who sends too slowly is cut off. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum
{
  WG_CONNECTION_WAITING,   /* for a request line and headers */
  WG_CONNECTION_BODY,      /* the body arrives */
  WG_CONNECTION_ANSWERING, /* our turn */
} WgConnectionPhase;

typedef struct _WgConnections WgConnections;

WgConnections *wg_connections_new (void);
void wg_connections_free (WgConnections *self);
void wg_connections_add (WgConnections *self, gconstpointer connection, int fd);
void wg_connections_remove (WgConnections *self, gconstpointer connection);
void wg_connections_note (WgConnections *self, gconstpointer connection, WgConnectionPhase phase);
/* %FALSE: the body comes too slowly. */
gboolean wg_connections_note_body (WgConnections *self, gconstpointer connection, gsize n);
guint wg_connections_count (WgConnections *self);
/* Whether one had to go, so that the next one finds room. */
gboolean wg_connections_shed (WgConnections *self, guint max);
void wg_connections_watch (WgConnections *self);
void wg_connections_close_waiting (WgConnections *self);

G_END_DECLS

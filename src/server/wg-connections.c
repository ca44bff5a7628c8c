/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Open connections and how long they take: who sends too slowly is cut off. */
#include "server/wg-connections.h"

#include <sys/socket.h>

/* Idle and header time together; libmicrohttpd itself ends what is silent for ten seconds. */
#define HEADER_US (20 * G_USEC_PER_SEC)
/* After this long a body must have come at the least rate. */
#define BODY_US (30 * G_USEC_PER_SEC)
#define BODY_RATE 1024

typedef struct
{
  int fd;
  WgConnectionPhase phase;
  gint64 since_us;
  gsize n_body;
  gboolean shed; /* told to go already */
} Entry;

struct _WgConnections
{
  GMutex lock;
  GHashTable *entries; /* connection -> Entry *; under @lock */
};

/**
 * wg_connections_new:
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: (transfer full): an empty table
 */
WgConnections *
wg_connections_new (void)
{
  WgConnections *self = g_new0 (WgConnections, 1);

  g_mutex_init (&self->lock);
  self->entries = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  return self;
}

/**
 * wg_connections_free:
 * @self: (nullable): a table
 *
 * Thread: any, when nobody uses it.
 * Errors: none.
 */
void
wg_connections_free (WgConnections *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->entries);
  g_mutex_clear (&self->lock);
  g_free (self);
}

/**
 * wg_connections_add:
 * @self: the table
 * @connection: a name for it
 * @fd: its socket, open until wg_connections_remove()
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_connections_add (WgConnections *self, gconstpointer connection, int fd)
{
  Entry *entry = g_new0 (Entry, 1);

  entry->fd = fd;
  entry->since_us = g_get_monotonic_time ();
  g_mutex_lock (&self->lock);
  g_hash_table_insert (self->entries, (gpointer) connection, entry);
  g_mutex_unlock (&self->lock);
}

/**
 * wg_connections_remove:
 * @self: the table
 * @connection: its name
 *
 * Forgets a connection, before its socket is closed.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_connections_remove (WgConnections *self, gconstpointer connection)
{
  g_mutex_lock (&self->lock);
  g_hash_table_remove (self->entries, connection);
  g_mutex_unlock (&self->lock);
}

/**
 * wg_connections_note:
 * @self: the table
 * @connection: its name
 * @phase: what it does from now on
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_connections_note (WgConnections *self, gconstpointer connection, WgConnectionPhase phase)
{
  Entry *entry;

  g_mutex_lock (&self->lock);
  entry = g_hash_table_lookup (self->entries, connection);
  if (entry)
    {
      entry->phase = phase;
      entry->since_us = g_get_monotonic_time ();
      entry->n_body = 0;
    }
  g_mutex_unlock (&self->lock);
}

static gboolean
is_slow (const Entry *entry, gint64 now_us)
{
  gint64 spent_us = now_us - entry->since_us;

  if (entry->phase == WG_CONNECTION_WAITING)
    return spent_us > HEADER_US;
  return entry->phase == WG_CONNECTION_BODY && spent_us > BODY_US &&
         (gint64) entry->n_body < BODY_RATE * (spent_us / G_USEC_PER_SEC);
}

/**
 * wg_connections_note_body:
 * @self: the table
 * @connection: its name
 * @n: bytes that arrived
 *
 * Counts a piece of a body.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: %FALSE when the body comes too slowly
 */
gboolean
wg_connections_note_body (WgConnections *self, gconstpointer connection, gsize n)
{
  gboolean good = TRUE;
  Entry *entry;

  g_mutex_lock (&self->lock);
  entry = g_hash_table_lookup (self->entries, connection);
  if (entry)
    {
      entry->n_body += n;
      good = !is_slow (entry, g_get_monotonic_time ());
    }
  g_mutex_unlock (&self->lock);
  return good;
}

/**
 * wg_connections_count:
 * @self: the table
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: how many are open
 */
guint
wg_connections_count (WgConnections *self)
{
  guint n;

  g_mutex_lock (&self->lock);
  n = g_hash_table_size (self->entries);
  g_mutex_unlock (&self->lock);
  return n;
}

/* Who asks for nothing goes before who sends a body, the longest of them first. */
static gboolean
goes_before (const Entry *entry, const Entry *other)
{
  if (entry->phase == WG_CONNECTION_ANSWERING || entry->shed)
    return FALSE;
  if (other == NULL || entry->phase != other->phase)
    return other == NULL || entry->phase == WG_CONNECTION_WAITING;
  return entry->since_us < other->since_us;
}

/**
 * wg_connections_shed:
 * @self: the table
 * @max: how many may be open
 *
 * Cuts one connection off when too many are open: whoever opens thousands and says nothing takes
 * the room from itself, not from terminals.
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: whether one was cut off
 */
gboolean
wg_connections_shed (WgConnections *self, guint max)
{
  Entry *first = NULL;
  GHashTableIter iter;
  gpointer value;

  g_mutex_lock (&self->lock);
  if (g_hash_table_size (self->entries) > max)
    {
      g_hash_table_iter_init (&iter, self->entries);
      while (g_hash_table_iter_next (&iter, NULL, &value))
        if (goes_before (value, first))
          first = value;
    }
  if (first)
    {
      first->shed = TRUE;
      shutdown (first->fd, SHUT_RDWR);
    }
  g_mutex_unlock (&self->lock);
  return first != NULL;
}

static void
close_some (WgConnections *self, gboolean waiting_too)
{
  gint64 now_us = g_get_monotonic_time ();
  GHashTableIter iter;
  gpointer value;

  g_mutex_lock (&self->lock);
  g_hash_table_iter_init (&iter, self->entries);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const Entry *entry = value;
      /* libmicrohttpd sees the end of the stream and closes the socket itself. */
      if (is_slow (entry, now_us) || (waiting_too && entry->phase == WG_CONNECTION_WAITING))
        shutdown (entry->fd, SHUT_RDWR);
    }
  g_mutex_unlock (&self->lock);
}

/**
 * wg_connections_watch:
 * @self: the table
 *
 * Cuts off who sends too slowly.
 *
 * Thread: any.
 * Errors: none.
 * Source: protocol.md 3.1
 */
void
wg_connections_watch (WgConnections *self)
{
  close_some (self, FALSE);
}

/**
 * wg_connections_close_waiting:
 * @self: the table
 *
 * Cuts off connections that have no request under way.
 *
 * Thread: any.
 * Errors: none.
 */
void
wg_connections_close_waiting (WgConnections *self)
{
  close_some (self, TRUE);
}

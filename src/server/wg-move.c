/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A replica whose log has two ends, here and on a tablet, goes on as a new one. */
#include "core/wg-chain.h"
#include "core/wg-id.h"
#include "server/wg-audit.h"
#include "server/wg-request.h"
#include "server/wg-sessions.h"

/* A tablet that does this more often than by accident. */
#define MOVES_A_DAY 10

typedef struct
{
  const char *old, *device;
  WgReplicaState *held; /* by the tablet */
  char *replica;        /* outcome; %NULL: too many */
} Move;

static void
free_move (gpointer data)
{
  Move *self = data;

  g_clear_pointer (&self->held, wg_replica_state_free);
  g_free (self->replica);
  g_free (self);
}

/* Has the tablet just what we have? Then there is nothing to move. */
static gboolean
is_same (WgWork *work, const Move *self, gboolean *out_same, GError **error)
{
  WgStatement *statement = wg_db_statement (work->db, "replica-get", error);

  *out_same = FALSE;
  if (statement == NULL)
    return FALSE;
  wg_statement_bind_text (statement, "id", self->old);
  if (!wg_statement_next (statement, error))
    return FALSE;
  *out_same = wg_statement_int (statement, "last_seq") == self->held->last_seq &&
              g_strcmp0 (wg_statement_text (statement, "last_hash"), self->held->last_hash) == 0;
  wg_statement_reset (statement);
  return TRUE;
}

/* The answer that was lost, or what another copy with the same log was given. */
static gboolean
find_moved (WgWork *work, Move *self, GError **error)
{
  WgStatement *statement = wg_db_statement (work->db, "moved-find", error);
  g_autoptr (GError) local = NULL;

  if (statement == NULL)
    return FALSE;
  wg_statement_bind_text (statement, "old", self->old);
  wg_statement_bind_text (statement, "head", self->held->last_hash);
  self->replica = wg_db_take_text (statement, "id", &local);
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static gboolean
count_moves (WgWork *work, const Move *self, gint64 *out_n, GError **error)
{
  WgStatement *statement = wg_db_statement (work->db, "moved-count", error);
  g_autoptr (GError) local = NULL;

  if (statement == NULL)
    return FALSE;
  wg_statement_bind_text (statement, "old", self->old);
  wg_statement_bind_int (statement, "since_ms", work->now_ms - WG_DAY_MS);
  *out_n = wg_db_take_int (statement, "n", &local);
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

static gboolean
make_moved (WgWork *work, Move *self, GError **error)
{
  gint64 n;

  if (!count_moves (work, self, &n, error))
    return FALSE;
  if (n >= MOVES_A_DAY)
    return TRUE;
  self->replica = wg_id_new (&work->platform->ports);
  return wg_db_run (work->db, "moved-add", error, "id", 's', self->replica, "last_hash", 's',
                    WG_CHAIN_START, "created_ms", 'i', work->now_ms, "head", 's',
                    self->held->last_hash, "old", 's', self->old, NULL) &&
         wg_db_run (work->db, "moved-keep-own", error, "id", 's', self->replica, "old", 's',
                    self->old, NULL) &&
         wg_db_run (work->db, "moved-keep-older", error, "id", 's', self->replica, "old", 's',
                    self->old, NULL) &&
         wg_audit_add (work, self->device, "replica-moved", self->old, self->replica, error);
}

static gboolean
move (WgWork *work, gpointer data, GError **error)
{
  Move *self = ((WgRequest *) data)->data;
  gboolean same;

  g_clear_pointer (&self->replica, g_free);
  if (!is_same (work, self, &same, error))
    return FALSE;
  if (same)
    self->replica = g_strdup (self->old);
  return self->replica ||
         (find_moved (work, self, error) && (self->replica || make_moved (work, self, error)));
}

static void
on_moved_cb (WgRequest *request)
{
  const Move *self = request->data;
  WgReplicaState state = { .replica = self->replica,
                           .last_hash = (char *) WG_CHAIN_START,
                           .epoch = wg_server_get_platform (request->server)->epoch };

  if (self->replica == NULL)
    wg_request_problem (request, 429, "rate", "replicas of this device");
  else
    wg_request_answer_json (request, 200, wg_wire_replica_state_to_json (&state));
}

/**
 * wg_replica_adopt:
 * @work: where it runs
 * @id: a replica that is not known
 * @device: whose key has signed for it
 * @out_adopted: (out): whether it is known now
 * @error: return location
 *
 * Takes up a name again that wg_replica_move() gave after the backup from which the platform was
 * restored; without it the tablet would be shut out with all that waits in it. Its operations come
 * from number 1 on, and those that are known are answered as they were.
 *
 * Thread: the writer's.
 * Errors: of the database.
 * Source: protocol.md 2.9
 *
 * Returns: %TRUE on success, adopted or not
 */
gboolean
wg_replica_adopt (
    WgWork *work, const char *id, const char *device, gboolean *out_adopted, GError **error)
{
  WgStatement *statement = wg_db_statement (work->db, "moved-count-device", error);
  g_autoptr (GError) local = NULL;
  gint64 n;

  *out_adopted = FALSE;
  if (statement == NULL)
    return FALSE;
  wg_statement_bind_text (statement, "device", device);
  wg_statement_bind_int (statement, "since_ms", work->now_ms - WG_DAY_MS);
  n = wg_db_take_int (statement, "n", &local);
  if (local)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (n >= MOVES_A_DAY || !wg_id_is_valid (id))
    return TRUE;
  if (!wg_db_run (work->db, "moved-adopt", error, "id", 's', id, "last_hash", 's', WG_CHAIN_START,
                  "created_ms", 'i', work->now_ms, "device", 's', device, NULL))
    return FALSE;
  *out_adopted = wg_db_changes (work->db) == 1;
  return !*out_adopted || (wg_db_run (work->db, "moved-keep-device", error, "id", 's', id, "device",
                                      's', device, NULL) &&
                           wg_audit_add (work, device, "replica-adopted", id, NULL, error));
}

/**
 * wg_replica_move:
 * @request: POST /v1/sync/move, with what the tablet holds of its replica
 *
 * Gives a tablet whose log is another one than ours a new replica on the same device, for the same
 * worker: it sends its operations once more from number 1, and those that are known are answered as
 * they were. The old replica stays; another tablet may go on with it. Asked again with the same log
 * the answer is the same.
 *
 * Thread: the connection's.
 * Errors: 400 malformed; 403 no-right for another's replica; 429 rate.
 * Source: protocol.md 2.9
 */
void
wg_replica_move (WgRequest *request)
{
  g_autoptr (GBytes) body = wg_request_take_body (request);
  g_autoptr (GError) error = NULL;
  Move *self;
  const char *text;
  gsize n;

  if (body == NULL)
    return;
  self = g_new0 (Move, 1);
  request->data = self;
  request->free_data = free_move;
  self->old = request->caller.replica;
  self->device = request->caller.device;
  text = g_bytes_get_data (body, &n);
  self->held = wg_wire_replica_state_from_json (text, n, &error);
  if (self->held == NULL)
    wg_request_answer_error (request, error);
  else if (g_strcmp0 (self->held->replica, self->old) != 0)
    wg_request_problem (request, 403, "no-right", "replica");
  else
    wg_request_defer (request, move, on_moved_cb);
}

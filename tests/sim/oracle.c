/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What must be true (protocol.md 3.11): while a run goes on what has left the platform, and at its
 * end everything. */
#include <string.h>

#include "core/kinds/wg-kind-event.h"
#include "core/wg-operation.h"
#include "oracle.h"
#include "server/wg-check.h"
#include "server/wg-server.h"
#include "server/wg-sessions.h"
#include "store/wg-health.h"
#define WgReference WgTerminalReference /* terminal and platform have each a type of that name */
#include "store/wg-store-private.h"
#undef WgReference
#include "wire/wg-crypto.h"
#include "wire/wg-wire-event.h"
#include "wire/wg-wire-operation.h"
#include "wire/wg-wire-push.h"
#include "wire/wg-zstd.h"

#define SIM_SQL "/io/github/wangge/sim/sql"

typedef struct
{
  char *rec;
  const char *terminal;
  gint64 at_us;
  gboolean undone; /* or may be: nothing need have come of it */
} Saved;

/* The last that the platform said it has of a replica. */
typedef struct
{
  gint64 seq;
  char *hash;
} Acknowledged;

static GHashTable *saved;     /* op_id -> Saved */
static GHashTable *records;   /* rec -> name of the terminal; of events that were reported saved */
static GPtrArray *order;      /* of char *: keys of @records as they came */
static GHashTable *dismissed; /* op_id */
static GHashTable *told;      /* replica -> Acknowledged, of this epoch */
static GHashTable *moves;     /* "worker grid" */
static GHashTable *rolled_back; /* rec: told of on a tablet that is as before now */
static gboolean restored, carried, forked;
static char *epoch;

static void
saved_free (gpointer data)
{
  g_free (((Saved *) data)->rec);
  g_free (data);
}

static void
acknowledged_free (gpointer data)
{
  g_free (((Acknowledged *) data)->hash);
  g_free (data);
}

/* --- while the run goes on ------------------------------------------------------------------- */

static gpointer
list_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  return wg_record_operations (context, data, error);
}

void
oracle_saved (Terminal *terminal, const char *rec)
{
  g_autoptr (GPtrArray) operations = terminal_do (terminal, list_job, (gpointer) rec, NULL);

  if (operations && operations->len > 0 && !g_hash_table_contains (records, rec) &&
      !wg_operation_is_record (((WgRecordOperation *) operations->pdata[0])->operation->kind) &&
      ((WgRecordOperation *) operations->pdata[0])->operation->kind !=
          WG_OPERATION_CONFLICT_RESOLVE)
    {
      char *key = g_strdup (rec);
      g_hash_table_insert (records, key, (gpointer) terminal->process.name);
      g_ptr_array_add (order, key);
    }
  for (guint i = 0; operations && i < operations->len; i++)
    {
      const WgRecordOperation *row = operations->pdata[i];
      Saved *entry = g_new0 (Saved, 1);
      entry->rec = g_strdup (rec);
      entry->terminal = terminal->process.name;
      entry->at_us = sim.now_us;
      g_hash_table_replace (saved, g_strdup (row->op_id), entry);
    }
}

void
oracle_undone (const char *rec)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, saved);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (g_str_equal (((Saved *) value)->rec, rec))
      ((Saved *) value)->undone = TRUE;
  for (guint i = 0; i < order->len; i++)
    if (g_str_equal (order->pdata[i], rec))
      {
        g_ptr_array_remove_index (order, i);
        break;
      }
  g_hash_table_remove (records, rec);
}

void
oracle_forked (void)
{
  forked = TRUE;
}

void
oracle_rolled_back (const Terminal *terminal, gint64 since_us)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, saved);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    {
      const Saved *entry = value;

      if (entry->at_us <= since_us || !g_str_equal (entry->terminal, terminal->process.name))
        continue;
      g_hash_table_add (rolled_back, g_strdup (entry->rec));
      g_hash_table_iter_remove (&iter);
    }
}

gboolean
oracle_is_same_log (const Terminal *one, const Terminal *other)
{
  return forked && g_str_equal (one->worker, other->worker);
}

void
oracle_dismissed (const char *op_id)
{
  g_hash_table_add (dismissed, g_strdup (op_id));
}

void
oracle_moved (const char *worker, const char *grid)
{
  g_hash_table_add (moves, g_strconcat (worker, " ", grid, NULL));
}

static const char *
grid_of_worker (const char *worker)
{
  if (g_str_equal (worker, "w1"))
    return WORLD_GRID_CODES[0];
  if (g_str_equal (worker, "w2"))
    return WORLD_GRID_CODES[1];
  return g_str_equal (worker, "w3") ? WORLD_GRID_CODES[2] : NULL;
}

gboolean
oracle_is_of_town (const char *worker, guint grid)
{
  for (guint i = 0; i < WORLD_GRIDS; i++)
    {
      g_autofree char *move = g_strconcat (worker, " ", WORLD_GRID_CODES[i], NULL);
      const char *own = grid_of_worker (worker);

      if (strncmp (WORLD_GRID_CODES[i], WORLD_GRID_CODES[grid], strlen ("370502001")) == 0 &&
          (g_strcmp0 (own, WORLD_GRID_CODES[i]) == 0 || g_hash_table_contains (moves, move)))
        return TRUE;
    }
  return FALSE;
}

void
oracle_carried (void)
{
  carried = TRUE;
}

char *
oracle_any_record (SimRandom *random)
{
  return order->len > 0 ? g_strdup (order->pdata[sim_random_below (random, order->len)]) : NULL;
}

static GBytes *
unpack (GPtrArray *headers, GBytes *body)
{
  return sim_headers_get (headers, "Content-Encoding")
             ? wg_zstd_decompress (body, WG_LIMIT_BODY, NULL)
             : g_bytes_ref (body);
}

static void
note_push (const SimRequest *request, const SimReply *reply)
{
  g_autoptr (GBytes) asked = unpack (request->headers, request->body);
  g_autoptr (GBytes) answered = unpack (reply->headers, reply->body);
  g_autoptr (WgPush) push = wg_wire_push_from_body (asked, NULL);
  g_autoptr (WgPushAnswer) answer = wg_wire_push_answer_from_json (
      g_bytes_get_data (answered, NULL), g_bytes_get_size (answered), NULL);
  Acknowledged *entry;

  if (push == NULL || answer == NULL)
    return sim_violate ("I2 the platform answers a push that is none");
  entry = g_hash_table_lookup (told, push->replica);
  if (entry && answer->last_seq < entry->seq)
    return sim_violate ("I10 the platform acknowledged %" G_GINT64_FORMAT
                        " operations of a replica, then %" G_GINT64_FORMAT,
                        entry->seq, answer->last_seq);
  entry = g_new0 (Acknowledged, 1);
  entry->seq = answer->last_seq;
  entry->hash = g_strdup (answer->last_hash);
  g_hash_table_replace (told, g_strdup (push->replica), entry);
}

static void
on_reply (const SimRequest *request, const SimReply *reply)
{
  if (reply->status == 200 && g_str_equal (request->path, "/v1/sync/push"))
    note_push (request, reply);
  if (reply->status == 200 && g_str_equal (request->method, "GET") &&
      g_str_has_prefix (request->path, "/v1/blobs/"))
    {
      gsize n;
      const guint8 *data = g_bytes_get_data (reply->body, &n);
      g_autofree char *digest = wg_crypto_sha256 (data, n);
      if (!g_str_has_suffix (request->path, digest))
        sim_violate ("I20 a photo was served with other bytes than its name says");
    }
}

/* --- the platform's database ------------------------------------------------------------------ */

static WgDb *
open_platform (GError **error)
{
  WgDb *db = wg_platform_connect (world.daemon.platform, TRUE, error);

  if (db && wg_db_load_sql (db, SIM_SQL, error))
    return db;
  g_clear_pointer (&db, wg_db_close);
  return NULL;
}

static void
check_told (WgDb *db, const char *replica, const Acknowledged *entry, GError **error)
{
  WgStatement *row = wg_db_statement (db, "op-get", error);

  if (row == NULL)
    return;
  wg_statement_bind_text (row, "replica", replica);
  wg_statement_bind_int (row, "seq", entry->seq);
  if (!wg_statement_next (row, error))
    sim_violate ("I10 the platform forgot operation %" G_GINT64_FORMAT " that it acknowledged",
                 entry->seq);
  else if (g_strcmp0 (wg_statement_text (row, "hash"), entry->hash) != 0)
    sim_violate ("I10 operation %" G_GINT64_FORMAT " is another one than was acknowledged",
                 entry->seq);
  wg_statement_reset (row);
}

static void
check_all_told (WgDb *db, GError **error)
{
  GHashTableIter iter;
  gpointer replica, entry;

  g_hash_table_iter_init (&iter, told);
  while (g_hash_table_iter_next (&iter, &replica, &entry))
    if (((Acknowledged *) entry)->seq > 0)
      check_told (db, replica, entry, error);
}

void
oracle_platform_up (void)
{
  SimProcess *before = sim_enter (&world.daemon.process);
  g_autoptr (GError) error = NULL;
  WgDb *db = wg_server_take_reader (world.daemon.server, &error);

  /* With another epoch the platform says itself that it may have forgotten. */
  if (epoch && !g_str_equal (epoch, world.daemon.platform->epoch))
    {
      g_hash_table_remove_all (told);
      restored = TRUE;
    }
  g_set_str (&epoch, world.daemon.platform->epoch);
  if (db)
    check_all_told (db, &error);
  /* A disk that errs says nothing about what is on it. */
  if (error && !g_error_matches (error, WG_DB_ERROR, WG_DB_ERROR_IO) &&
      !g_error_matches (error, WG_DB_ERROR, WG_DB_ERROR_FULL))
    sim_violate ("I0 the platform's database: %s", error->message);
  if (db)
    wg_server_give_reader (world.daemon.server, db);
  sim_enter (before);
}

/* --- at the end: the platform ----------------------------------------------------------------- */

static void
known_free (gpointer data)
{
  Known *self = data;

  g_free (self->rec);
  g_free (self->kind);
  g_free (self->line);
  g_free (self);
}

/* By tables of the test's own, not the platform's. */
static gboolean
has_right (const char *worker, const WgOperation *operation)
{
  const char *grid = grid_of_worker (worker);
  const char *asked =
      operation->scope && g_str_has_prefix (operation->scope, "g:") ? operation->scope + 2 : "";
  g_autofree char *move = g_strconcat (worker, " ", asked, NULL);
  const char *town = g_str_equal (worker, "ca") ? "370502001" : "370502002";

  if (g_strcmp0 (operation->actor, worker) != 0)
    return FALSE;
  if (g_hash_table_contains (moves, move))
    return TRUE;
  return grid ? g_str_equal (asked, grid) : g_str_has_prefix (asked, town);
}

WgOperation *
oracle_read_line (const char *line)
{
  WgOperation *operation = NULL;
  int refusal;

  return wg_wire_operation_from_line (line, strlen (line), &operation, &refusal, NULL, NULL)
             ? operation
             : NULL;
}

static void
check_right (const char *worker, const char *line)
{
  g_autoptr (WgOperation) operation = NULL;

  operation = oracle_read_line (line);
  if (operation == NULL)
    sim_violate ("I8 the platform took a line that is none");
  else if (!has_right (worker, operation))
    sim_violate ("I8 %s did something in %s", worker, operation->scope);
}

/* Under another name a log has other numbers. */
static gboolean
is_same_line (const char *one, const char *other)
{
  static const char member[] = "\"seq\":";
  const char *in_one = strstr (one, member), *in_other = strstr (other, member);

  if (!forked || in_one == NULL || in_other == NULL || in_one - one != in_other - other)
    return g_str_equal (one, other);
  return strncmp (one, other, (gsize) (in_one - one)) == 0 &&
         g_strcmp0 (strchr (in_one, ','), strchr (in_other, ',')) == 0;
}

/* Two copies of a tablet may say the same operation, and two contents of it when it was mended
 * before it was sent: of these one counts. %TRUE: @later does. */
static gboolean
is_the_one (const Known *before, const Known *later)
{
  gboolean same = is_same_line (before->line, later->line);

  if (!forked)
    sim_violate ("I1 the platform has an operation twice");
  else if (same && before->result != later->result)
    sim_violate ("I2 an operation came under two names and was judged twice");
  else if (!same && before->result != WG_RESULT_REJECTED && later->result != WG_RESULT_REJECTED)
    sim_violate ("I2 two contents of one operation count");
  return before->result == WG_RESULT_REJECTED && later->result != WG_RESULT_REJECTED;
}

static GHashTable *
read_operations (WgDb *db, GError **error)
{
  GHashTable *known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, known_free);
  WgStatement *row = wg_db_statement (db, "sim-platform-ops", error);

  while (row && wg_statement_next (row, error))
    {
      const char *op_id = wg_statement_text (row, "op_id");
      g_autoptr (WgPushResult) result =
                    wg_wire_push_result_from_json (wg_statement_text (row, "result"), NULL);
      Known *self = g_new0 (Known, 1);
      const Known *before;

      self->result = result ? result->kind : WG_RESULT_REJECTED;
      self->rec = wg_statement_dup_text (row, "rec");
      self->kind = wg_statement_dup_text (row, "kind");
      self->line = wg_statement_dup_text (row, "line");
      if (self->result != WG_RESULT_REJECTED)
        check_right (wg_statement_text (row, "worker"), self->line);
      before = g_hash_table_lookup (known, op_id);
      if (before && !is_the_one (before, self))
        known_free (self);
      else
        g_hash_table_replace (known, g_strdup (op_id), self);
    }
  return known;
}

static void
check_saved (GHashTable *known)
{
  GHashTableIter iter;
  gpointer op_id, entry;

  g_hash_table_iter_init (&iter, saved);
  while (g_hash_table_iter_next (&iter, &op_id, &entry))
    if (!((Saved *) entry)->undone && !g_hash_table_contains (known, op_id))
      sim_violate (
          "%s operation %s of %s, record %s, was reported saved and is not at the platform",
          restored ? "I11" : "I1", (char *) op_id, ((Saved *) entry)->terminal,
          ((Saved *) entry)->rec);
}

/* --- at the end: photos -------------------------------------------------------------------------
 */

/* Its tablet erased it when its worker left the grid, and then the platform was put back to before
 * it had come: nobody has it any more (docs/reliability.md, Known). */
static gboolean
is_lost_by_moving (GHashTable *known, const char *rec)
{
  GHashTableIter iter, of_moves;
  gpointer value, move;

  g_hash_table_iter_init (&iter, known);
  while (restored && g_hash_table_iter_next (&iter, NULL, &value))
    {
      const Known *self = value;
      g_autoptr (WgOperation) operation = NULL;
      g_autofree char *worker = NULL;

      if (g_strcmp0 (self->rec, rec) != 0)
        continue;
      operation = oracle_read_line (self->line);
      worker = operation ? g_strconcat (operation->actor, " ", NULL) : NULL;
      g_hash_table_iter_init (&of_moves, moves);
      while (worker && g_hash_table_iter_next (&of_moves, &move, NULL))
        if (g_str_has_prefix (move, worker))
          return TRUE;
    }
  return FALSE;
}

static void
check_photos (WgDb *db, GHashTable *known, GError **error)
{
  WgStatement *row = wg_db_statement (db, "sim-platform-photos", error);

  while (row && wg_statement_next (row, error))
    if (g_strcmp0 (wg_statement_text (row, "state"), "whole") != 0 &&
        !g_hash_table_contains (rolled_back, wg_statement_text (row, "rec")) &&
        !is_lost_by_moving (known, wg_statement_text (row, "rec")))
      sim_violate ("I9 a photo of an applied event has not arrived: %s is %s",
                   wg_statement_text (row, "sha"), wg_statement_text (row, "state"));
}

/* --- at the end: terminals ---------------------------------------------------------------------
 */

typedef struct
{
  Terminal *terminal;
  GHashTable *known; /* of the platform */
  GHashTable *disputes;
  GHashTable *bodies; /* rec -> "ver body", of the worker's scopes */
  GStrv scopes;
} Compare;

static char *
drop_later_fields (const char *base)
{
  g_auto (GStrv) parts = g_strsplit (base, SIM_LATER_FIELD, -1);

  return g_strjoinv ("", parts);
}

static void
compare_bases (Compare *self, WgDb *db, GError **error)
{
  WgStatement *row = wg_db_statement (db, "sim-terminal-bases", error);
  guint n = 0;

  while (row && wg_statement_next (row, error))
    {
      const char *id = wg_statement_text (row, "id");
      const char *theirs = g_hash_table_lookup (self->bodies, id);
      gboolean kept = strstr (wg_statement_text (row, "base"), SIM_LATER_FIELD) != NULL;
      g_autofree char *base = drop_later_fields (wg_statement_text (row, "base"));
      g_autofree char *mine =
          g_strdup_printf ("%" G_GINT64_FORMAT " %s", wg_statement_int (row, "ver"), base);
      n++;
      /* A row that came in a bundle never had it. */
      if (self->terminal->machine->old && !kept && !carried)
        sim_violate ("I15 %s has lost a field of a later version", self->terminal->process.name);
      if (theirs == NULL)
        sim_violate ("I16 %s has a row of none of its scopes", self->terminal->process.name);
      else if (!g_str_equal (theirs, mine))
        sim_violate ("I4 %s has another row than the platform", self->terminal->process.name);
    }
  if (n != g_hash_table_size (self->bodies))
    sim_violate ("I4 %s has %u rows of %u", self->terminal->process.name, n,
                 g_hash_table_size (self->bodies));
}

static void
compare_outbox (Compare *self, WgDb *db, GError **error)
{
  static const char *const settled[] = { "dismissed", "redone", NULL };
  WgStatement *row = wg_db_statement (db, "sim-terminal-outbox", error);

  while (row && wg_statement_next (row, error))
    {
      const char *op_id = wg_statement_text (row, "op_id");
      const char *state = wg_statement_text (row, "state");
      const Known *known = g_hash_table_lookup (self->known, op_id);
      const char *wanted = known == NULL                         ? "undone"
                           : known->result == WG_RESULT_OK       ? "applied"
                           : known->result == WG_RESULT_CONFLICT ? "conflict"
                                                                 : "refused";

      const WgConflict *dispute = g_hash_table_lookup (self->disputes, op_id);
      gboolean same;

      /* Once somebody has chosen it is over for its author, too. */
      if (dispute && dispute->settled && g_str_equal (state, "applied"))
        wanted = "applied";
      /* What the other one took back this one may have sent. */
      if (forked && g_str_equal (state, "undone"))
        continue;
      same = known == NULL || is_same_line (known->line, wg_statement_text (row, "line"));
      /* Mended on one of two copies before it was sent: the other one is its author's to see. */
      if (!same && forked && (g_str_equal (state, "refused") || g_strv_contains (settled, state)))
        continue;
      if (!same)
        sim_violate ("I12 the platform has another line of an operation");
      if (g_str_equal (state, "dismissed") && !g_hash_table_contains (dismissed, op_id))
        sim_violate ("I13 a refused operation is gone that nobody dismissed");
      /* What its author has settled in the lost timeline stays settled. */
      if (restored && g_strv_contains (settled, state))
        continue;
      if (g_str_equal (state, wanted) ||
          (known && known->result != WG_RESULT_OK && g_strv_contains (settled, state)))
        continue;
      sim_violate ("%s an operation of %s is %s, at the platform it is %s",
                   known == NULL ? "I1" : "I13", self->terminal->process.name, state, wanted);
    }
}

static void
compare_scopes (Compare *self, WgDb *db, GError **error)
{
  WgStatement *row = wg_db_statement (db, "sim-terminal-scopes", error);

  while (row && wg_statement_next (row, error))
    if (!g_strv_contains ((const char *const *) self->scopes, wg_statement_text (row, "name")))
      sim_violate ("I16 %s has a scope that is not its own", self->terminal->process.name);
}

static gpointer
compare_job (WgStoreContext *context, gpointer data, GCancellable *cancellable, GError **error)
{
  Compare *self = data;
  g_autoptr (WgHealth) health = wg_health_check (context, error);
  g_autofree char *mismatches = wg_store_get_meta (context, "digest_mismatch", NULL);

  if (health && !health->integrity_ok)
    sim_violate ("I0 %s: %s", self->terminal->process.name, health->integrity_detail);
  if (mismatches && !restored)
    sim_violate ("I6 the digest did not match %s times", mismatches);
  if (!wg_db_load_sql (context->db, SIM_SQL, error))
    return NULL;
  compare_bases (self, context->db, error);
  compare_outbox (self, context->db, error);
  compare_scopes (self, context->db, error);
  return NULL;
}

static void
read_bodies (WgDb *db, const char *scope, GHashTable *bodies, GError **error)
{
  WgStatement *row = wg_db_statement (db, "sim-platform-members", error);

  if (row)
    wg_statement_bind_text (row, "scope", scope);
  while (row && wg_statement_next (row, error))
    g_hash_table_replace (bodies, wg_statement_dup_text (row, "rec"),
                          g_strdup_printf ("%" G_GINT64_FORMAT " %s", wg_statement_int (row, "ver"),
                                           wg_statement_text (row, "body")));
}

static void
compare_terminal (
    Terminal *terminal, WgDb *db, GHashTable *known, GHashTable *disputes, GError **error)
{
  g_autoptr (GHashTable) bodies = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_auto (GStrv) scopes =
             wg_sessions_list_scopes (world.daemon.platform, db, terminal->worker, error);
  Compare compare = { terminal, known, disputes, bodies, scopes };

  for (gsize i = 0; scopes && scopes[i]; i++)
    read_bodies (db, scopes[i], bodies, error);
  terminal_do (terminal, compare_job, &compare, error);
}

/* --- public ----------------------------------------------------------------------------------- */

gboolean
oracle_is_quiet (void)
{
  for (guint i = 0; i < WORLD_TERMINALS; i++)
    {
      Terminal *terminal = &world.terminals[i];
      g_autoptr (WgSyncStatus) status = NULL;

      if (!terminal->used)
        continue;
      if (terminal->sync == NULL)
        return FALSE;
      status = wg_sync_dup_status (terminal->sync);
      /* The flag is of the last round: one may be on its way. */
      if (!status->all_synced || status->state != WG_SYNC_IDLE)
        return FALSE;
    }
  return TRUE;
}

void
oracle_final (void)
{
  SimProcess *before = sim_enter (&world.daemon.process);
  g_autoptr (GError) error = NULL;
  g_autoptr (GHashTable) known = NULL, conflicts = NULL, disputes = NULL;
  g_autoptr (GPtrArray) versions = NULL;
  g_autoptr (WgDb) db = open_platform (&error);
  WgCheckCounts counts;

  if (db && !wg_check_all (world.daemon.platform, db, TRUE, &counts, &error))
    g_prefix_error (&error, "I0 I3 I7 I20 ");
  if (db && error == NULL)
    {
      known = read_operations (db, &error);
      conflicts = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
      disputes = oracle_read_disputes (db, known, conflicts, &error);
      versions = oracle_read_versions (db, &error);
      check_all_told (db, &error);
      check_saved (known);
      oracle_check_history (db, known, versions, conflicts, disputes, &error);
      oracle_check_records (db, known, versions, &error);
      oracle_check_effects (known, conflicts);
      check_photos (db, known, &error);
      for (guint i = 0; i < WORLD_TERMINALS; i++)
        if (world.terminals[i].used)
          compare_terminal (&world.terminals[i], db, known, disputes, &error);
      sim_trace ("%u operations at the platform", g_hash_table_size (known));
    }
  if (error)
    sim_violate ("%s", error->message);
  g_clear_pointer (&db, wg_db_close);
  sim_enter (before);
}

void
oracle_begin (void)
{
  saved = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, saved_free);
  records = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  order = g_ptr_array_new ();
  moves = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  dismissed = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  told = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, acknowledged_free);
  rolled_back = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  restored = carried = forked = FALSE;
  sim_line.on_reply = on_reply;
}

void
oracle_free (void)
{
  g_hash_table_unref (saved);
  g_ptr_array_unref (order);
  g_hash_table_unref (records);
  g_hash_table_unref (dismissed);
  g_hash_table_unref (moves);
  g_hash_table_unref (rolled_back);
  g_hash_table_unref (told);
  g_clear_pointer (&epoch, g_free);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The engine on PostgreSQL: connects, keeps transactions, sends commands together and waits once.
 *
 * Commands are queued and travel on (libpq's pipeline mode). Somebody waits only for the rows of a
 * read, for the commit, or for the number of changed rows; everything before it then comes along.
 */
#include "db/wg-postgres.h"

#include <string.h>

#include "db/wg-postgres-private.h"

/* How long a statement waits for a row that another one holds. */
#define LOCK_TIMEOUT "SET LOCAL lock_timeout = '5s'"

/* --- errors ---------------------------------------------------------------------------------- */

static WgDbError
map_state (const char *state)
{
  static const struct
  {
    const char *prefix;
    WgDbError code;
  } table[] = {
    { "40", WG_DB_ERROR_BUSY },          /* serialization failure, deadlock */
    { "55P03", WG_DB_ERROR_BUSY },       /* lock time-out */
    { "53100", WG_DB_ERROR_FULL },       /* disk full */
    { "53", WG_DB_ERROR_BUSY },          /* too many connections, out of memory */
    { "23", WG_DB_ERROR_CONSTRAINT },    /* unique, foreign key, check, not null */
    { "42P07", WG_DB_ERROR_CONSTRAINT }, /* a table … */
    { "42710", WG_DB_ERROR_CONSTRAINT }, /* … or its type that somebody else has just made */
    { "28", WG_DB_ERROR_KEY },           /* wrong password, no right */
    { "3D", WG_DB_ERROR_KEY },           /* no such database */
    { "08", WG_DB_ERROR_IO },            /* the connection is broken */
    { "57P0", WG_DB_ERROR_IO },          /* the server shuts down, or cannot be reached now */
    { "58", WG_DB_ERROR_IO },            /* the server's disk */
    { "25006", WG_DB_ERROR_IO },         /* it has become a standby */
    { "XX001", WG_DB_ERROR_CORRUPT },    /* damaged pages */
    { "XX002", WG_DB_ERROR_CORRUPT },
  };

  for (gsize i = 0; state && i < G_N_ELEMENTS (table); i++)
    if (g_str_has_prefix (state, table[i].prefix))
      return table[i].code;
  return WG_DB_ERROR_FAILED;
}

/**
 * wg_postgres_set_lost:
 * @self: a connection
 * @doing: what was tried
 * @error: return location
 *
 * Says that the connection itself failed.
 *
 * Thread: the connection's.
 * Errors: always %WG_DB_ERROR_IO.
 *
 * Returns: %FALSE
 */
gboolean
wg_postgres_set_lost (WgPostgres *self, const char *doing, GError **error)
{
  g_autofree char *message = g_strdup (PQerrorMessage (self->connection));

  g_set_error (error, WG_DB_ERROR, WG_DB_ERROR_IO, "%s: %s", doing,
               *g_strstrip (message) ? message : "the connection to the database is lost");
  return FALSE;
}

/**
 * wg_postgres_set_error:
 * @result: what the server answered
 * @doing: name of the statement
 * @error: return location
 *
 * Says in the layer's own codes what the server answered. Only its primary message is taken:
 * the detail would tell the values.
 *
 * Thread: any.
 * Errors: always.
 *
 * Returns: %FALSE
 */
gboolean
wg_postgres_set_error (const PGresult *result, const char *doing, GError **error)
{
  const char *state = PQresultErrorField (result, PG_DIAG_SQLSTATE);
  const char *message = PQresultErrorField (result, PG_DIAG_MESSAGE_PRIMARY);

  g_set_error (error, WG_DB_ERROR, state ? map_state (state) : WG_DB_ERROR_IO, "%s: %s (%s)", doing,
               message ? message : "no answer", state ? state : "-");
  return FALSE;
}

/* --- what travels ---------------------------------------------------------------------------- */

/**
 * wg_postgres_push:
 * @self: a connection to which a command was just given
 * @name: for messages
 * @n_rows: how many rows it must change, −1 for any number
 * @keep: whether its rows will be read
 *
 * Remembers a command until its answer comes.
 *
 * Thread: the connection's.
 * Errors: none.
 *
 * Returns: (transfer none): the entry; with @keep a reference is the caller's
 */
WgPostgresSent *
wg_postgres_push (WgPostgres *self, const char *name, int n_rows, gboolean keep)
{
  WgPostgresSent *sent = g_new0 (WgPostgresSent, 1);

  sent->ref_count = keep ? 2 : 1;
  sent->name = g_strdup (name);
  sent->n_rows = n_rows;
  sent->keep = keep;
  g_queue_push_tail (&self->sent, sent);
  return sent;
}

/**
 * wg_postgres_sent_unref:
 * @sent: (transfer full) (nullable): an entry
 *
 * Thread: the connection's.
 * Errors: none.
 */
void
wg_postgres_sent_unref (WgPostgresSent *sent)
{
  if (sent == NULL || --sent->ref_count > 0)
    return;
  PQclear (sent->result);
  g_free (sent->name);
  g_free (sent);
}

/* Judges the answer to one command; @result is consumed. */
static gboolean
take_result (WgPostgres *self, WgPostgresSent *sent, PGresult *result, GError **error)
{
  gboolean good = TRUE;

  switch (PQresultStatus (result))
    {
    case PGRES_COMMAND_OK:
      self->n_changed = g_ascii_strtoll (PQcmdTuples (result), NULL, 10);
      if (sent->n_rows >= 0 && self->n_changed != sent->n_rows)
        good = wg_db_set_changed (sent->name, error);
      /* The server ends a transaction that has failed in this way without an error. */
      if (sent->is_commit && strcmp (PQcmdStatus (result), "COMMIT") != 0)
        {
          g_set_error (error, WG_DB_ERROR, WG_DB_ERROR_FAILED,
                       "commit: the transaction was rolled back before");
          good = FALSE;
        }
      break;
    case PGRES_TUPLES_OK:
      self->n_changed = g_ascii_strtoll (PQcmdTuples (result), NULL, 10);
      if (!sent->keep)
        {
          g_set_error (error, WG_DB_ERROR, WG_DB_ERROR_FAILED, "%s: gave an unexpected row",
                       sent->name);
          good = FALSE;
        }
      break;
    case PGRES_PIPELINE_ABORTED:
      g_set_error (error, WG_DB_ERROR, WG_DB_ERROR_FAILED, "%s: was not run after a fault",
                   sent->name);
      good = FALSE;
      break;
    default:
      good = wg_postgres_set_error (result, sent->name, error);
      break;
    }
  if (good && sent->keep)
    sent->result = result;
  else
    PQclear (result);
  return good;
}

/* Takes the answers to all commands; the first fault goes to @out_fault. */
static void
take_all (WgPostgres *self, GError **out_fault)
{
  WgPostgresSent *sent;
  PGresult *result;

  while ((sent = g_queue_pop_head (&self->sent)))
    {
      g_autoptr (GError) local = NULL;
      result = PQgetResult (self->connection);
      if (result == NULL)
        wg_postgres_set_lost (self, sent->name, &local);
      else
        take_result (self, sent, result, &local);
      if (local && *out_fault == NULL)
        *out_fault = g_steal_pointer (&local);
      /* A command's answers end with a NULL. */
      while (result && (result = PQgetResult (self->connection)))
        PQclear (result);
      wg_postgres_sent_unref (sent);
    }
  result = PQgetResult (self->connection);
  if (*out_fault == NULL && PQresultStatus (result) != PGRES_PIPELINE_SYNC)
    wg_postgres_set_lost (self, "sync", out_fault);
  PQclear (result);
}

/**
 * wg_postgres_settle:
 * @self: a connection
 * @error: return location
 *
 * Waits for the answers to everything that was sent: one round trip.
 *
 * Thread: the connection's.
 * Errors: the first fault since the transaction began; it stays until the rollback.
 *
 * Returns: %TRUE when all went well
 */
gboolean
wg_postgres_settle (WgPostgres *self, GError **error)
{
  g_autoptr (GError) fault = NULL;

  wg_postgres_send_rows (self, &fault);
  if (!g_queue_is_empty (&self->sent))
    {
      self->n_trips++;
      if (!PQpipelineSync (self->connection))
        {
          wg_postgres_set_lost (self, "sync", &fault);
          g_queue_clear_full (&self->sent, (GDestroyNotify) wg_postgres_sent_unref);
        }
      else
        take_all (self, &fault);
    }
  if (fault && self->failed == NULL)
    self->failed = g_steal_pointer (&fault);
  if (self->failed == NULL)
    return TRUE;
  g_propagate_error (error, g_error_copy (self->failed));
  /* Outside of a transaction a fault concerns its own statement only. */
  if (!self->in_transaction)
    g_clear_error (&self->failed);
  return FALSE;
}

/* Queues text of ours without parameters. */
static gboolean
send_text (WgPostgres *self, const char *sql, GError **error)
{
  if (!wg_postgres_send_rows (self, error))
    return FALSE;
  if (!PQsendQueryParams (self->connection, sql, 0, NULL, NULL, NULL, NULL, 1))
    return wg_postgres_set_lost (self, sql, error);
  wg_postgres_push (self, sql, -1, FALSE);
  return TRUE;
}

/* Text of several statements, outside of the pipeline; the first column of the last row. */
static gboolean
exec (WgPostgres *self, const char *sql, char **out_text, GError **error)
{
  PGresult *result;
  gboolean good = FALSE;

  if (!wg_postgres_settle (self, error))
    return FALSE;
  if (!PQexitPipelineMode (self->connection))
    return wg_postgres_set_lost (self, "exec", error);
  result = PQexec (self->connection, sql);
  self->n_trips++;
  if (result == NULL)
    wg_postgres_set_lost (self, "exec", error);
  else if (PQresultStatus (result) == PGRES_COMMAND_OK ||
           PQresultStatus (result) == PGRES_TUPLES_OK)
    good = TRUE;
  else
    wg_postgres_set_error (result, "exec", error);
  if (good && out_text && PQntuples (result) > 0 && !PQgetisnull (result, 0, 0))
    *out_text = g_strdup (PQgetvalue (result, 0, 0));
  PQclear (result);
  if (!PQenterPipelineMode (self->connection))
    return wg_postgres_set_lost (self, "exec", good ? error : NULL);
  return good;
}

/* --- transactions ---------------------------------------------------------------------------- */

static gboolean
postgres_begin (WgDb *db, GError **error)
{
  WgPostgres *self = (WgPostgres *) db;

  if (!send_text (self, db->readonly ? "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" : "BEGIN",
                  error) ||
      (!db->readonly && !send_text (self, LOCK_TIMEOUT, error)))
    return FALSE;
  self->in_transaction = TRUE;
  self->n_begun++;
  return TRUE;
}

static void
end_transaction (WgPostgres *self)
{
  self->in_transaction = FALSE;
  g_hash_table_remove_all (self->ahead);
  g_clear_error (&self->failed);
}

/* Whether writes travel of which only we know how many rows they must change. */
static gboolean
is_counting (WgPostgres *self)
{
  for (const GList *item = self->sent.head; item; item = item->next)
    if (((const WgPostgresSent *) item->data)->n_rows >= 0)
      return TRUE;
  return FALSE;
}

static gboolean
postgres_commit (WgDb *db, GError **error)
{
  WgPostgres *self = (WgPostgres *) db;

  /* A fault that nobody has heard of yet: the caller rolls back. */
  if (self->failed)
    return wg_postgres_settle (self, error);
  /* The server would commit, whatever we find in its answers afterwards. */
  if (!wg_postgres_send_rows (self, error) ||
      (is_counting (self) && !wg_postgres_settle (self, error)))
    return FALSE;
  if (!send_text (self, "COMMIT", error))
    return FALSE;
  ((WgPostgresSent *) g_queue_peek_tail (&self->sent))->is_commit = TRUE;
  if (!wg_postgres_settle (self, error))
    return FALSE;
  end_transaction (self);
  return TRUE;
}

static void
postgres_rollback (WgDb *db)
{
  WgPostgres *self = (WgPostgres *) db;

  wg_postgres_settle (self, NULL);
  end_transaction (self);
  if (PQstatus (self->connection) == CONNECTION_OK && send_text (self, "ROLLBACK", NULL))
    wg_postgres_settle (self, NULL);
}

static gboolean
postgres_savepoint (WgDb *db, const char *sql, gboolean undoes, GError **error)
{
  WgPostgres *self = (WgPostgres *) db;

  /* What was sent inside is answered before the savepoint ends, for better or worse. */
  if (undoes)
    {
      wg_postgres_settle (self, NULL);
      g_clear_error (&self->failed);
      g_hash_table_remove_all (self->ahead);
    }
  else if (!wg_postgres_settle (self, error))
    return FALSE;
  return send_text (self, sql, error);
}

/* The server answers every statement of a failed transaction with an error until the rollback. */
static gboolean
is_rolled_back (WgDb *db)
{
  return FALSE;
}

static gboolean
is_lost (WgDb *db)
{
  return PQstatus (((WgPostgres *) db)->connection) != CONNECTION_OK;
}

static void
postgres_reset_statements (WgDb *db)
{
}

static gint64
postgres_changes (WgDb *db)
{
  WgPostgres *self = (WgPostgres *) db;

  wg_postgres_settle (self, NULL);
  return self->failed ? 0 : self->n_changed;
}

/* --- versions -------------------------------------------------------------------------------- */

#define VERSION_TABLE                                                                              \
  "CREATE TABLE IF NOT EXISTS wangge_version (id BIGINT PRIMARY KEY, version BIGINT NOT NULL);"    \
  "INSERT INTO wangge_version (id, version) VALUES (1, 0) ON CONFLICT (id) DO NOTHING;"

static int
get_version (WgDb *db)
{
  WgPostgres *self = (WgPostgres *) db;
  g_autofree char *table = NULL, *text = NULL;

  if (exec (self, "SELECT to_regclass ('wangge_version')::text", &table, NULL) && table)
    exec (self, "SELECT version FROM wangge_version WHERE id = 1", &text, NULL);
  return text ? (int) g_ascii_strtoll (text, NULL, 10) : 0;
}

/* Order and comparison of text must be those of bytes, as in SQLite. */
static gboolean
check_database (WgPostgres *self, GError **error)
{
  g_autofree char *text = NULL;

  if (!exec (self,
             "SELECT datcollate || ' ' || pg_encoding_to_char (encoding) FROM pg_database "
             "WHERE datname = current_database ()",
             &text, error))
    return FALSE;
  if (g_strcmp0 (text, "C UTF8") == 0)
    return TRUE;
  g_set_error (error, WG_DB_ERROR, WG_DB_ERROR_FAILED,
               "the database has locale and encoding '%s': make it with CREATE DATABASE … "
               "TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'",
               text);
  return FALSE;
}

static gboolean
lock_version (WgDb *db, GError **error)
{
  WgPostgres *self = (WgPostgres *) db;

  return check_database (self, error) && exec (self, VERSION_TABLE, NULL, error) &&
         exec (self, "SELECT version FROM wangge_version WHERE id = 1 FOR UPDATE", NULL, error);
}

static gboolean
set_version (WgDb *db, int version, GError **error)
{
  g_autofree char *sql =
      g_strdup_printf ("UPDATE wangge_version SET version = %d WHERE id = 1", version);

  return exec ((WgPostgres *) db, sql, NULL, error);
}

static gboolean
run_migration (WgDb *db, const char *sql, GError **error)
{
  g_autofree char *text = wg_postgres_translate_ddl (sql);

  return exec ((WgPostgres *) db, text, NULL, error);
}

/* --- care ------------------------------------------------------------------------------------ */

/* The server checks its pages when it reads them; here only whether it does so at all. */
static gboolean
postgres_check (WgDb *db, GError **error)
{
  return exec ((WgPostgres *) db, "SELECT 1", NULL, error);
}

static gboolean
postgres_backup (WgDb *db, const char *path, GError **error)
{
  g_set_error (error, WG_DB_ERROR, WG_DB_ERROR_FAILED,
               "a PostgreSQL database is copied by its own tools, such as pg_basebackup");
  return FALSE;
}

static gboolean
postgres_checkpoint (WgDb *db, GError **error)
{
  return TRUE;
}

static char *
postgres_explain (WgDb *db, const char *text, GError **error)
{
  WgPostgres *self = (WgPostgres *) db;
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *sql = wg_postgres_translate (text, FALSE, names);
  g_autofree char *all = g_strdup_printf ("EXPLAIN (GENERIC_PLAN, FORMAT JSON) %s", sql);
  char *plan = NULL;

  exec (self, all, &plan, error);
  return plan;
}

static void
postgres_close (WgDb *db)
{
  WgPostgres *self = (WgPostgres *) db;

  g_queue_clear_full (&self->sent, (GDestroyNotify) wg_postgres_sent_unref);
  g_hash_table_unref (self->ahead);
  g_ptr_array_unref (self->gathered);
  g_clear_error (&self->failed);
  PQfinish (self->connection);
}

/* --- opening --------------------------------------------------------------------------------- */

static const WgDbEngine POSTGRES = {
  .is_shared = TRUE,
  .close = postgres_close,
  .begin = postgres_begin,
  .commit = postgres_commit,
  .rollback = postgres_rollback,
  .savepoint = postgres_savepoint,
  .is_lost = is_lost,
  .is_rolled_back = is_rolled_back,
  .reset_statements = postgres_reset_statements,
  .changes = postgres_changes,
  .get_version = get_version,
  .lock_version = lock_version,
  .set_version = set_version,
  .run_migration = run_migration,
  .check = postgres_check,
  .backup = postgres_backup,
  .checkpoint = postgres_checkpoint,
  .explain = postgres_explain,
  .prepare = wg_postgres_prepare,
  .finalize = wg_postgres_finalize,
  .clear = wg_postgres_clear,
  .bind = wg_postgres_bind,
  .step = wg_postgres_step,
  .run = wg_postgres_run,
  .ahead = wg_postgres_ahead,
  .column_name = wg_postgres_column_name,
  .is_null = wg_postgres_is_null,
  .text = wg_postgres_text,
  .number = wg_postgres_number,
  .real = wg_postgres_real,
  .bytes = wg_postgres_bytes,
};

/**
 * wg_postgres_is_address:
 * @text: (nullable): what was given as a database
 *
 * Thread: any.
 * Errors: none.
 *
 * Returns: %TRUE for "postgresql://…" and "postgres://…"
 */
gboolean
wg_postgres_is_address (const char *text)
{
  return text &&
         (g_str_has_prefix (text, "postgresql://") || g_str_has_prefix (text, "postgres://"));
}

/* Notices may tell values; what matters comes as an error. */
static void
on_notice_cb (void *data, const PGresult *result)
{
}

/**
 * wg_postgres_open:
 * @address: "postgresql://USER@HOST:PORT/DATABASE?…", as libpq takes it
 * @readonly: whether transactions are snapshots that change nothing
 * @error: return location
 *
 * Connects. What the address does not say about time-outs is set here. Nothing is set for the
 * session, so that a pooler may give each transaction another one.
 *
 * Thread: the connection belongs to one thread at a time.
 * Errors: %WG_DB_ERROR_IO with the reason, be it the network or the password.
 *
 * Returns: (transfer full) (nullable): the connection
 */
WgDb *
wg_postgres_open (const char *address, gboolean readonly, GError **error)
{
  static const char *const names[] = { "connect_timeout",
                                       "tcp_user_timeout",
                                       "keepalives_idle",
                                       "fallback_application_name",
                                       "dbname",
                                       "client_encoding",
                                       NULL };
  const char *values[] = { "10", "30000", "30", "wangge-platform", address, "UTF8", NULL };
  g_autoptr (WgDb) db = NULL;
  WgPostgres *self = g_new0 (WgPostgres, 1);
  const char *host;

  self->connection = PQconnectdbParams (names, values, TRUE);
  self->ahead = g_hash_table_new_full (g_bytes_hash, g_bytes_equal, (GDestroyNotify) g_bytes_unref,
                                       (GDestroyNotify) wg_postgres_sent_unref);
  self->gathered = g_ptr_array_new ();
  g_queue_init (&self->sent);
  host = self->connection ? PQhost (self->connection) : NULL;
  wg_db_init (&self->base, &POSTGRES, host ? host : "postgresql", readonly);
  db = &self->base;
  if (self->connection == NULL || PQstatus (self->connection) != CONNECTION_OK)
    {
      wg_postgres_set_lost (self, "connect", error);
      return NULL;
    }
  PQsetNoticeReceiver (self->connection, on_notice_cb, NULL);
  if (!PQenterPipelineMode (self->connection))
    {
      wg_postgres_set_lost (self, "connect", error);
      return NULL;
    }
  return g_steal_pointer (&db);
}

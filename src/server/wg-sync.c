/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The handlers of push, pull and state, and of health. */
#include <string.h>

#include "server/wg-contact.h"
#include "server/wg-pull.h"
#include "server/wg-push.h"
#include "server/wg-request.h"
#include "wire/wg-wire-pull.h"

static void
free_push_job (gpointer data)
{
  wg_push_job_free (data);
}

static gboolean
push (WgWork *work, gpointer data, GError **error)
{
  return wg_push_job_run (work, ((WgRequest *) data)->data, error);
}

static void
count_results (WgServer *server, const WgPushAnswer *answer)
{
  gint64 n[3] = { 0 };

  for (guint i = 0; i < answer->results->len; i++)
    n[((const WgPushResult *) answer->results->pdata[i])->kind]++;
  if (n[WG_RESULT_OK])
    wg_meter_count (wg_server_get_meter (server), "wg_push_ops_total{result=\"ok\"}",
                    n[WG_RESULT_OK]);
  if (n[WG_RESULT_CONFLICT])
    wg_meter_count (wg_server_get_meter (server), "wg_push_ops_total{result=\"conflict\"}",
                    n[WG_RESULT_CONFLICT]);
  if (n[WG_RESULT_REJECTED])
    wg_meter_count (wg_server_get_meter (server), "wg_push_ops_total{result=\"rejected\"}",
                    n[WG_RESULT_REJECTED]);
}

static void
on_pushed_cb (WgRequest *request)
{
  const WgPushAnswer *answer = wg_push_job_get_answer (request->data);
  const WgProblem *problem = wg_push_job_get_problem (request->data);

  if (problem)
    {
      if (g_strcmp0 (problem->name, "replica-forked") == 0)
        wg_meter_count (wg_server_get_meter (request->server), "wg_forks_total", 1);
      /* The terminal goes on from what was acknowledged, and it is not here. */
      if (g_strcmp0 (problem->name, "gap") == 0)
        wg_meter_count (wg_server_get_meter (request->server), "wg_ack_forgotten_total", 1);
      wg_request_answer_problem (request, problem);
      return;
    }
  count_results (request->server, answer);
  wg_request_answer_json (request, 200, wg_wire_push_answer_to_json (answer));
}

/**
 * wg_sync_push:
 * @request: POST /v1/sync/push
 *
 * Checks limits, framing, chain, replica and signature here, then hands the push to the writer.
 *
 * Thread: the connection's.
 * Errors: 400 malformed, chain-broken, bad-signature; 403 no-right for another's replica; 409;
 *   413.
 * Source: protocol.md 3.4
 */
void
wg_sync_push (WgRequest *request)
{
  g_autoptr (GBytes) body = wg_request_take_body (request);
  g_autoptr (GError) error = NULL;
  g_autoptr (WgPush) push_body = NULL;
  WgPushJob *job;

  if (body == NULL)
    return;
  push_body = wg_wire_push_from_body (body, &error);
  if (push_body == NULL)
    {
      wg_request_answer_error (request, error);
      return;
    }
  if (g_strcmp0 (push_body->replica, request->caller.replica) != 0)
    {
      wg_request_problem (request, 403, "no-right", "replica");
      return;
    }
  if (!wg_wire_push_verify (push_body, request->caller.public_key, &error))
    {
      wg_request_answer_error (request, error);
      return;
    }
  job = wg_push_job_new (g_steal_pointer (&push_body), request->caller.worker, &error);
  if (job == NULL)
    {
      wg_request_answer_error (request, error);
      return;
    }
  request->data = job;
  request->free_data = free_push_job;
  wg_request_defer (request, push, on_pushed_cb);
}

/* An answer that waits until what the terminal said of itself is noted. */
typedef struct
{
  WgContact *contact;
  GBytes *body;
} PullJob;

static void
free_pull_job (gpointer data)
{
  PullJob *job = data;

  wg_contact_free (job->contact);
  g_clear_pointer (&job->body, g_bytes_unref);
  g_free (job);
}

static gboolean
note_contact (WgWork *work, gpointer data, GError **error)
{
  PullJob *job = ((WgRequest *) data)->data;

  return wg_contact_note (work, job->contact, error);
}

static void
on_contact_noted_cb (WgRequest *request)
{
  PullJob *job = request->data;

  wg_request_answer_bytes (request, 200, "application/x-ndjson", g_steal_pointer (&job->body));
}

static void
answer_pull (WgRequest *request, GBytes *body, WgContact *contact)
{
  PullJob *job;

  if (contact == NULL)
    {
      wg_request_answer_bytes (request, 200, "application/x-ndjson", body);
      return;
    }
  job = g_new0 (PullJob, 1);
  job->contact = contact;
  job->body = body;
  request->data = job;
  request->free_data = free_pull_job;
  wg_request_defer (request, note_contact, on_contact_noted_cb);
}

/**
 * wg_sync_pull:
 * @request: POST /v1/sync/pull
 *
 * Sends the next page of what changed in the caller's scopes.
 *
 * Thread: the connection's.
 * Errors: 400.
 * Source: protocol.md 3.5
 */
void
wg_sync_pull (WgRequest *request)
{
  const WgPlatform *platform = wg_server_get_platform (request->server);
  g_autoptr (GBytes) body = wg_request_take_body (request);
  g_autoptr (WgPullRequest) ask = NULL;
  g_autoptr (WgPullPage) page = NULL;
  g_autoptr (WgContact) contact = NULL;
  g_autoptr (GError) error = NULL;
  WgDb *reader;
  const char *text;
  gsize n;

  if (body == NULL)
    return;
  text = g_bytes_get_data (body, &n);
  ask = wg_wire_pull_request_from_json (text, n, &error);
  reader = ask ? wg_server_take_reader (request->server, &error) : NULL;
  if (reader)
    {
      page = wg_pull_page_read (platform, reader, request->caller.worker, request->caller.replica,
                                ask, &error);
      if (page)
        contact = wg_contact_new (platform, reader, request->caller.replica,
                                  wg_request_get_header (request, "Wangge-Client"), ask, &error);
      wg_server_give_reader (request->server, reader);
    }
  if (error)
    {
      wg_request_answer_error (request, error);
      return;
    }
  wg_meter_count (wg_server_get_meter (request->server), "wg_pull_rows_total", page->rows->len);
  answer_pull (request, wg_wire_pull_page_to_body (page), g_steal_pointer (&contact));
}

/**
 * wg_sync_state:
 * @request: GET /v1/sync/state
 *
 * Says what we hold of the replica.
 *
 * Thread: the connection's.
 * Errors: 404 unknown-replica.
 */
void
wg_sync_state (WgRequest *request)
{
  const WgPlatform *platform = wg_server_get_platform (request->server);
  g_autoptr (WgReplicaState) state = NULL;
  g_autoptr (GError) error = NULL;
  WgDb *reader = wg_server_take_reader (request->server, &error);

  if (reader)
    {
      state = wg_pull_read_state (platform, reader, request->caller.replica, &error);
      wg_server_give_reader (request->server, reader);
    }
  if (error)
    wg_request_answer_error (request, error);
  else if (state == NULL)
    wg_request_problem (request, 404, "unknown-replica", NULL);
  else
    wg_request_answer_json (request, 200, wg_wire_replica_state_to_json (state));
}

/**
 * wg_health_live:
 * @request: GET /livez
 *
 * Thread: the connection's.
 * Errors: none.
 */
void
wg_health_live (WgRequest *request)
{
  wg_request_answer_bytes (request, 200, "text/plain", g_bytes_new_static ("ok\n", 3));
}

/**
 * wg_health_ready:
 * @request: GET /readyz
 *
 * Says whether requests can be served: the database reads, and it can be written.
 *
 * Thread: the connection's.
 * Errors: 503 maintenance.
 */
void
wg_health_ready (WgRequest *request)
{
  g_autoptr (GError) error = NULL;
  WgDb *reader = wg_server_take_reader (request->server, &error);
  g_autofree char *district = NULL;

  if (reader)
    {
      district = wg_meta_get (reader, "district", &error);
      wg_server_give_reader (request->server, reader);
    }
  if (district && wg_writer_is_well (wg_server_get_writer (request->server)))
    wg_health_live (request);
  else
    wg_request_problem (request, 503, "maintenance", NULL);
}

/* What the database says: the same from every daemon. Nothing that reads a long table. */
static void
describe_database (WgDb *db, gint64 now_ms, GString *text)
{
  static const char *const gauges[][2] = {
    { "wg_conflicts_open", "dispute-count" },
    { "wg_refused_open", "refused-count" },
    { "wg_replicas", "replica-count" },
  };
  g_autoptr (GError) error = NULL;
  gint64 backup_ms;

  for (gsize i = 0; i < G_N_ELEMENTS (gauges) && error == NULL; i++)
    {
      WgStatement *statement = wg_db_statement (db, gauges[i][1], &error);
      gint64 n = wg_db_take_int (statement, "n", &error);
      if (n >= 0)
        g_string_append_printf (text, "# TYPE %s gauge\n%s %" G_GINT64_FORMAT "\n", gauges[i][0],
                                gauges[i][0], n);
    }
  backup_ms = error ? 0 : wg_meta_get_int (db, "backup-ms", &error);
  if (backup_ms > 0)
    g_string_append_printf (text,
                            "# TYPE wg_backup_age_seconds gauge\nwg_backup_age_seconds "
                            "%" G_GINT64_FORMAT "\n",
                            (now_ms - backup_ms) / 1000);
  g_string_append_printf (text, "# TYPE wg_database_up gauge\nwg_database_up %d\n", error == NULL);
}

/**
 * wg_health_metrics:
 * @request: GET /metrics
 *
 * Counters, times and what waits in the text form of Prometheus, to this machine only.
 *
 * Thread: the connection's.
 * Errors: 403 no-right.
 */
void
wg_health_metrics (WgRequest *request)
{
  GString *text;
  WgDb *reader;

  if (!g_str_has_prefix (request->address, "127.") && strcmp (request->address, "::1") != 0 &&
      strcmp (request->address, "unix") != 0)
    {
      wg_request_problem (request, 403, "no-right", NULL);
      return;
    }
  text = wg_meter_describe (wg_server_get_meter (request->server));
  g_string_append_printf (text,
                          "# TYPE wg_connections gauge\nwg_connections %u\n"
                          "# TYPE wg_tx_retry_total counter\nwg_tx_retry_total %" G_GINT64_FORMAT
                          "\n# TYPE wg_sqlite_bytes gauge\nwg_sqlite_bytes %" G_GINT64_FORMAT "\n",
                          wg_server_count_connections (request->server), wg_work_count_retries (),
                          wg_db_get_memory ());
  reader = wg_server_take_reader (request->server, NULL);
  if (reader)
    {
      const WgPlatform *platform = wg_server_get_platform (request->server);
      describe_database (reader, wg_ports_wall_ms (&platform->ports), text);
      wg_server_give_reader (request->server, reader);
    }
  else
    {
      g_string_append (text, "# TYPE wg_database_up gauge\nwg_database_up 0\n");
    }
  wg_request_answer_bytes (request, 200, "text/plain; version=0.0.4; charset=utf-8",
                           g_string_free_to_bytes (text));
}

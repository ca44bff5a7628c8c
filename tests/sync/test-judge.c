/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hostile and broken answers by table: every status with and without our header, in every type. */
#include "sync/wg-sync-judge.h"

#define EPOCH "01960000-0000-7000-8000-000000000001"
#define OTHER "01960000-0000-7000-8000-000000000002"
#define PROBLEM(status, name)                                                                      \
  "{\"type\":\"urn:wangge:problem:" name "\",\"title\":\"x\",\"status\":" status "}"

typedef struct
{
  int status;
  const char *epoch, *type, *body;
  WgAnswerType expected;
  WgSyncEventKind event;
} Row;

static const char *const JSON = "application/json";
static const char *const NDJSON = "application/x-ndjson";
static const char *const PROBLEM_JSON = "application/problem+json";

static WgSyncEventKind
judge (const Row *row, GError **error)
{
  g_autoptr (WgHttpReply) reply = wg_http_reply_new ();

  reply->status = row->status;
  reply->epoch = g_strdup (row->epoch);
  reply->content_type = g_strdup (row->type);
  reply->body = g_bytes_new_static (row->body != NULL ? row->body : "",
                                    row->body != NULL ? strlen (row->body) : 0);
  return wg_sync_judge (reply, row->expected, EPOCH, NULL, error);
}

static void
test_good (void)
{
  const Row rows[] = {
    { 200, EPOCH, JSON, "{}", WG_ANSWER_JSON, WG_SYNC_EVENT_DONE },
    { 201, EPOCH, JSON, "{}", WG_ANSWER_JSON, WG_SYNC_EVENT_DONE },
    { 200, EPOCH, NDJSON, "{}\n", WG_ANSWER_NDJSON, WG_SYNC_EVENT_DONE },
    { 204, EPOCH, NULL, NULL, WG_ANSWER_EMPTY, WG_SYNC_EVENT_DONE },
    { 206, EPOCH, "application/octet-stream", "x", WG_ANSWER_BYTES, WG_SYNC_EVENT_DONE },
    { 200, OTHER, JSON, "{}", WG_ANSWER_JSON, WG_SYNC_EVENT_EPOCH },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_cmpint (judge (&rows[i], &error), ==, rows[i].event);
      g_assert_true ((error == NULL) == (rows[i].event == WG_SYNC_EVENT_DONE));
    }
}

static void
test_problems (void)
{
  const Row rows[] = {
    { 400, EPOCH, PROBLEM_JSON, PROBLEM ("400", "malformed"), 0, WG_SYNC_EVENT_FAILED },
    { 400, EPOCH, PROBLEM_JSON, PROBLEM ("400", "chain-broken"), 0, WG_SYNC_EVENT_FAILED },
    { 401, EPOCH, PROBLEM_JSON, PROBLEM ("401", "token-expired"), 0, WG_SYNC_EVENT_NO_TOKEN },
    { 403, EPOCH, PROBLEM_JSON, PROBLEM ("403", "device-revoked"), 0, WG_SYNC_EVENT_REVOKED },
    { 403, EPOCH, PROBLEM_JSON, PROBLEM ("403", "no-right"), 0, WG_SYNC_EVENT_FAILED },
    { 404, EPOCH, PROBLEM_JSON, PROBLEM ("404", "unknown-replica"), 0, WG_SYNC_EVENT_REVOKED },
    { 404, EPOCH, PROBLEM_JSON, PROBLEM ("404", "unknown-blob"), 0, WG_SYNC_EVENT_FAILED },
    { 409, EPOCH, PROBLEM_JSON, PROBLEM ("409", "gap"), 0, WG_SYNC_EVENT_GAP },
    { 409, EPOCH, PROBLEM_JSON, PROBLEM ("409", "replica-forked"), 0, WG_SYNC_EVENT_FORKED },
    { 409, EPOCH, PROBLEM_JSON, PROBLEM ("409", "epoch-changed"), 0, WG_SYNC_EVENT_EPOCH },
    { 409, OTHER, PROBLEM_JSON, PROBLEM ("409", "epoch-changed"), 0, WG_SYNC_EVENT_EPOCH },
    { 413, EPOCH, PROBLEM_JSON, PROBLEM ("413", "too-many"), 0, WG_SYNC_EVENT_TOO_LARGE },
    { 426, EPOCH, PROBLEM_JSON, PROBLEM ("426", "app-too-old"), 0, WG_SYNC_EVENT_TOO_OLD },
    { 429, EPOCH, PROBLEM_JSON, PROBLEM ("429", "rate"), 0, WG_SYNC_EVENT_BUSY },
    { 503, EPOCH, PROBLEM_JSON, PROBLEM ("503", "maintenance"), 0, WG_SYNC_EVENT_BUSY },
    { 500, EPOCH, PROBLEM_JSON, PROBLEM ("500", "failed"), 0, WG_SYNC_EVENT_FAILED },
    { 418, EPOCH, PROBLEM_JSON, PROBLEM ("418", "never-heard-of"), 0, WG_SYNC_EVENT_FAILED },
    { 404, EPOCH, NULL, NULL, WG_ANSWER_EMPTY, WG_SYNC_EVENT_FAILED }, /* HEAD */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      if (judge (&rows[i], &error) != rows[i].event)
        g_error ("row %" G_GSIZE_FORMAT ": %s", i, error->message);
      g_assert_error (error, WG_SYNC_ERROR, error->code);
    }
}

/* Nothing of this may be taken for the platform's word, in whatever stage it comes. */
static void
test_two_hundred_strangers (void)
{
  static const int statuses[] = { 200, 201, 202, 203, 205, 300, 301, 302, 303, 307, 308,
                                  400, 401, 403, 404, 407, 409, 413, 426, 429, 511 };
  static const char *const bodies[] = { "", "<html>sign in</html>", "{}", "{\"epoch\":\"x\"}" };
  static const char *const types[] = { NULL, "text/html", "application/json" };
  guint n = 0;

  for (gsize s = 0; s < G_N_ELEMENTS (statuses); s++)
    for (gsize b = 0; b < G_N_ELEMENTS (bodies); b++)
      for (gsize t = 0; t < G_N_ELEMENTS (types); t++)
        {
          g_autoptr (GError) error = NULL;
          Row row = { statuses[s], NULL, types[t], bodies[b], WG_ANSWER_JSON, 0 };

          g_assert_cmpint (judge (&row, &error), ==, WG_SYNC_EVENT_FOREIGN);
          g_assert_error (error, WG_SYNC_ERROR, WG_SYNC_ERROR_FOREIGN);
          n++;
        }
  g_assert_cmpuint (n, >=, 200);
}

/* Our header, but not our answer. */
static void
test_half_strangers (void)
{
  const Row rows[] = {
    { 200, EPOCH, "text/html", "<html>", WG_ANSWER_JSON, WG_SYNC_EVENT_FOREIGN },
    { 200, EPOCH, NULL, "{}", WG_ANSWER_JSON, WG_SYNC_EVENT_FOREIGN },
    { 200, EPOCH, JSON, "{}", WG_ANSWER_NDJSON, WG_SYNC_EVENT_FOREIGN },
    { 200, EPOCH, JSON, "{}", WG_ANSWER_EMPTY, WG_SYNC_EVENT_FOREIGN },
    { 200, EPOCH, "text/html", "x", WG_ANSWER_BYTES, WG_SYNC_EVENT_FOREIGN },
    { 302, EPOCH, JSON, "{}", WG_ANSWER_JSON, WG_SYNC_EVENT_FOREIGN },
    { 202, EPOCH, JSON, "{}", WG_ANSWER_JSON, WG_SYNC_EVENT_FOREIGN },
    { 200, "", JSON, "{}", WG_ANSWER_JSON, WG_SYNC_EVENT_FOREIGN },
    { 401, EPOCH, "text/html", "<html>", WG_ANSWER_JSON, WG_SYNC_EVENT_FOREIGN },
    { 409, EPOCH, PROBLEM_JSON, "not json", WG_ANSWER_JSON, WG_SYNC_EVENT_FAILED },
    { 502, NULL, "text/html", "<html>", WG_ANSWER_JSON, WG_SYNC_EVENT_FAILED },
    { 504, NULL, NULL, NULL, WG_ANSWER_JSON, WG_SYNC_EVENT_FAILED },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GError) error = NULL;

      if (judge (&rows[i], &error) != rows[i].event)
        g_error ("row %" G_GSIZE_FORMAT ": %s", i, error->message);
      g_assert_nonnull (error);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/sync/judge/good", test_good);
  g_test_add_func ("/sync/judge/problems", test_problems);
  g_test_add_func ("/sync/judge/two-hundred-strangers", test_two_hundred_strangers);
  g_test_add_func ("/sync/judge/half-strangers", test_half_strangers);
  return g_test_run ();
}

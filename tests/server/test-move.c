/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A tablet whose log is another one than the platform's goes on as a new replica: everything counts
 * once, and is answered as it was. */
#include <string.h>

#include "core/wg-chain.h"
#include "core/wg-id.h"
#include "service.h"

#define OTHER_HEAD "00000000000000000000000000000000000000000000000000000000000000aa"

static char *
find_device (Kit *kit, const char *replica)
{
  g_autoptr (GError) error = NULL;
  WgStatement *statement = wg_db_statement (kit->db, "replica-get", &error);
  char *device;

  g_assert_no_error (error);
  wg_statement_bind_text (statement, "id", replica);
  device = wg_db_take_text (statement, "device", &error);
  g_assert_no_error (error);
  return device;
}

static HttpAnswer *
ask (Fixture *fixture, const char *replica, gint64 last_seq, const char *head)
{
  WgReplicaState held = { .replica = (char *) replica,
                          .last_seq = last_seq,
                          .last_hash = (char *) head,
                          .epoch = fixture->kit->platform->epoch };
  g_autofree char *json = wg_wire_replica_state_to_json (&held);

  return service_send_text (fixture, "POST", "/v1/sync/move", JSON, json);
}

static char *
read_replica (const HttpAnswer *answer)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (WgReplicaState) state = NULL;
  gsize n;
  const char *text = g_bytes_get_data (answer->body, &n);

  g_assert_cmpint (answer->status, ==, 200);
  state = wg_wire_replica_state_from_json (text, n, &error);
  g_assert_no_error (error);
  g_assert_cmpint (state->last_seq, ==, 0);
  g_assert_cmpstr (state->last_hash, ==, WG_CHAIN_START);
  return g_strdup (state->replica);
}

/* From now on @terminal is @replica, with a session of its own; its first lines are @lines. */
static void
become (Fixture *fixture, Terminal *terminal, const char *replica, GPtrArray *lines)
{
  g_autofree char *device = find_device (fixture->kit, terminal->replica);
  g_autofree char *nonce = NULL;
  g_autoptr (HttpAnswer) session = NULL;

  g_clear_pointer (&fixture->http->token, g_free);
  nonce = service_ask_nonce (fixture, device);
  session = service_open_session (fixture, device, replica, nonce, terminal->secret);
  service_use_session (fixture, session);
  g_set_str (&terminal->replica, replica);
  g_set_str (&terminal->hash, WG_CHAIN_START);
  terminal->seq = 0;
  for (guint i = 0; i < lines->len; i++)
    {
      g_autofree char *before = g_steal_pointer (&terminal->hash);
      terminal->hash = wg_chain_next (before, lines->pdata[i], -1);
      terminal->seq++;
      g_ptr_array_add (terminal->lines, g_strdup (lines->pdata[i]));
    }
}

/* What was said of each, in letters: applied, refused. */
static char *
push_all (Terminal *terminal)
{
  g_autoptr (WgPushJob) job = terminal_push (terminal);
  const WgPushAnswer *answer = wg_push_job_get_answer (job);
  GString *letters = g_string_new (NULL);

  g_assert_nonnull (answer);
  for (guint i = 0; i < answer->results->len; i++)
    {
      const WgPushResult *result = answer->results->pdata[i];
      g_assert_cmpint (result->seq, ==, answer->last_seq - answer->results->len + 1 + i);
      g_string_append_c (letters, result->kind == WG_RESULT_OK ? 'a' : 'r');
    }
  return g_string_free_and_steal (letters);
}

static WgOperation *
too_early (Terminal *worker, const char *rec)
{
  WgOperation *step = terminal_step (worker, rec, KIT_GRID_A1, WG_ACTION_SUPPLEMENT);

  step->opinion = g_strdup ("补充");
  step->expect_state = WG_EVENT_STATE_RETURNED;
  step->expect_step_no = 2;
  return step;
}

/* A refused step would be right by now: it stays refused. A photo that the old replica named may
 * come. */
static void
test_answered_as_before (Fixture *fixture, gconstpointer data)
{
  Kit *kit = fixture->kit;
  g_autoptr (Terminal) worker = service_join (fixture, "wa1");
  g_autoptr (Terminal) clerk = terminal_new (kit, "ca");
  WgOperation *creation = terminal_create (worker, KIT_GRID_A1, WG_EVENT_LEVEL_GENERAL);
  WgOperation *back;
  g_autofree char *rec = NULL, *before = NULL, *again = NULL, *replica = NULL, *last = NULL;
  g_autoptr (GPtrArray) lines = NULL;
  g_autoptr (HttpAnswer) moved = NULL;
  g_autoptr (HttpAnswer) photo = NULL;
  gint64 n, n_refused;

  creation->event->photos = g_strdupv ((char *[]) { (char *) KIT_PHOTO, NULL });
  rec = terminal_log (worker, creation);
  g_free (terminal_log (worker, too_early (worker, rec)));
  g_free (terminal_log (worker, terminal_create (worker, KIT_GRID_B1, WG_EVENT_LEVEL_GENERAL)));
  lines = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < worker->lines->len; i++)
    g_ptr_array_add (lines, g_strdup (worker->lines->pdata[i]));
  before = push_all (worker);
  g_assert_cmpstr (before, ==, "arr");
  back = terminal_step (clerk, rec, KIT_GRID_A1, WG_ACTION_RETURN);
  back->opinion = g_strdup ("请补充");
  g_free (terminal_expect (clerk, back, "ok"));
  n = kit_count (kit, "op-count");
  n_refused = kit_count (kit, "refused-count");

  moved = ask (fixture, worker->replica, 2, OTHER_HEAD);
  replica = read_replica (moved);
  g_assert_cmpstr (replica, !=, worker->replica);
  become (fixture, worker, replica, lines);
  again = push_all (worker);
  g_assert_cmpstr (again, ==, before);
  g_assert_cmpint (kit_count (kit, "op-count"), ==, n + 3);
  g_assert_cmpint (kit_count (kit, "refused-count"), ==, n_refused);
  photo = service_send_text (fixture, "PATCH", "/v1/blobs/" KIT_PHOTO,
                             "Content-Type: application/offset+octet-stream\r\n"
                             "Upload-Offset: 0\r\nUpload-Length: 3\r\n",
                             "ab");
  g_assert_cmpint (photo->status, ==, 204);
  /* What is new counts. */
  g_free (terminal_log (worker, too_early (worker, rec)));
  last = push_all (worker);
  g_assert_cmpstr (last, ==, "a");
  kit_check (kit);
}

/* Twice: what the first of three had is known to the third. */
static void
test_moved_twice (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Terminal) worker = service_join (fixture, "wa1");
  g_autofree char *rec =
      terminal_log (worker, terminal_create (worker, KIT_GRID_B1, WG_EVENT_LEVEL_GENERAL));
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *first = NULL, *second = NULL, *third = NULL;
  gint64 n_refused;

  g_ptr_array_add (lines, g_strdup (worker->lines->pdata[0]));
  first = push_all (worker);
  n_refused = kit_count (fixture->kit, "refused-count");
  for (guint i = 0; i < 2; i++)
    {
      g_autoptr (HttpAnswer) moved = ask (fixture, worker->replica, 1, OTHER_HEAD);
      g_autofree char *replica = read_replica (moved);
      g_autoptr (GPtrArray) none = g_ptr_array_new ();
      become (fixture, worker, replica, i == 0 ? none : lines);
    }
  third = push_all (worker);
  g_assert_cmpstr (third, ==, first);
  g_assert_cmpint (kit_count (fixture->kit, "refused-count"), ==, n_refused);
  kit_check (fixture->kit);
}

/* Asked again, the same; who is no other, the same name; a few a day, and only one's own. */
static void
test_asked (Fixture *fixture, gconstpointer data)
{
  g_autoptr (Terminal) other = terminal_new (fixture->kit, "wa2");
  g_autoptr (Terminal) worker = service_join (fixture, "wa1");
  g_autofree char *rec =
      terminal_expect (worker, terminal_create (worker, KIT_GRID_A1, WG_EVENT_LEVEL_GENERAL), "ok");
  g_autoptr (HttpAnswer) first = ask (fixture, worker->replica, 1, OTHER_HEAD);
  g_autoptr (HttpAnswer) again = ask (fixture, worker->replica, 1, OTHER_HEAD);
  g_autoptr (HttpAnswer) same = ask (fixture, worker->replica, 1, worker->hash);
  g_autoptr (HttpAnswer) foreign = ask (fixture, other->replica, 1, OTHER_HEAD);
  g_autoptr (HttpAnswer) broken = service_send_text (fixture, "POST", "/v1/sync/move", JSON, "{}");
  g_autofree char *one = read_replica (first), *two = read_replica (again);
  g_autofree char *three = read_replica (same);

  g_assert_cmpstr (one, ==, two);
  g_assert_cmpstr (three, ==, worker->replica);
  service_assert_problem (foreign, 403, "no-right");
  service_assert_problem (broken, 400, "malformed");
  for (guint i = 1; i <= 10; i++)
    {
      g_autofree char *head = g_strdup_printf ("%064u", i);
      g_autoptr (HttpAnswer) more = ask (fixture, worker->replica, 1, head);

      if (i < 10)
        g_assert_cmpint (more->status, ==, 200);
      else
        service_assert_problem (more, 429, "rate");
    }
}

/* The platform is as it was before it gave the name: what it has is answered as it was, and what it
 * lacks counts once. A stranger's name stays unknown. */
static void
test_restored (Fixture *fixture, gconstpointer data)
{
  Kit *kit = fixture->kit;
  g_autoptr (Terminal) other = service_join (fixture, "wa2");
  g_autoptr (Terminal) worker = service_join (fixture, "wa1");
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *rec = NULL, *refused = NULL, *first = NULL, *again = NULL;
  g_autofree char *device = find_device (kit, worker->replica);
  g_autofree char *nonce = NULL, *replica = wg_id_new (&kit->ports);
  g_autoptr (HttpAnswer) foreign = NULL;
  gint64 n;

  rec = terminal_log (worker, terminal_create (worker, KIT_GRID_A1, WG_EVENT_LEVEL_GENERAL));
  refused = terminal_log (worker, terminal_create (worker, KIT_GRID_B1, WG_EVENT_LEVEL_GENERAL));
  for (guint i = 0; i < worker->lines->len; i++)
    g_ptr_array_add (lines, g_strdup (worker->lines->pdata[i]));
  first = push_all (worker);
  g_assert_cmpstr (first, ==, "ar");
  n = kit_count (kit, "op-count");
  become (fixture, worker, replica, lines);
  again = push_all (worker);
  g_assert_cmpstr (again, ==, first);
  g_assert_cmpint (kit_count (kit, "op-count"), ==, n + 2);

  g_clear_pointer (&fixture->http->token, g_free);
  nonce = service_ask_nonce (fixture, device);
  foreign = service_open_session (fixture, device, other->replica, nonce, worker->secret);
  service_assert_problem (foreign, 404, "unknown-replica");
  kit_check (kit);
}

/* Mended before it was sent, on one of two copies: the platform keeps the one that came first, and
 * the author of the other sees it. A line that differs in nothing but its number is the same. */
static void
test_mended (Fixture *fixture, gconstpointer data)
{
  Kit *kit = fixture->kit;
  g_autoptr (Terminal) worker = service_join (fixture, "wa1");
  g_autoptr (GPtrArray) same = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) unlike = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *first = NULL, *again = NULL, *last = NULL;
  g_autofree char *other = NULL, *rec = NULL;
  g_autoptr (GString) line = NULL;

  other = terminal_log (worker, terminal_create (worker, KIT_GRID_B1, WG_EVENT_LEVEL_GENERAL));
  rec = terminal_log (worker, terminal_create (worker, KIT_GRID_A1, WG_EVENT_LEVEL_GENERAL));
  line = g_string_new (worker->lines->pdata[1]);
  first = push_all (worker);
  g_assert_cmpstr (first, ==, "ra");
  g_assert_cmpuint (g_string_replace (line, "\"seq\":2,", "\"seq\":1,", 1), ==, 1);
  g_ptr_array_add (same, g_strdup (line->str));
  g_assert_cmpuint (g_string_replace (line, "样例路 1 号", "样例路 2 号", 1), ==, 1);
  g_ptr_array_add (unlike, g_strdup (line->str));
  for (guint i = 0; i < 2; i++)
    {
      g_autofree char *head = g_strdup_printf ("%064u", i + 1);
      g_autoptr (HttpAnswer) moved = ask (fixture, worker->replica, 1, head);
      g_autofree char *replica = read_replica (moved);

      become (fixture, worker, replica, i == 0 ? same : unlike);
      if (i == 0)
        again = push_all (worker);
      else
        last = push_all (worker);
    }
  g_assert_cmpstr (again, ==, "a");
  g_assert_cmpstr (last, ==, "r");
  kit_check (kit);
}

#define ADD(name, func)                                                                            \
  g_test_add (name, Fixture, GUINT_TO_POINTER (0), service_start, func, service_stop)

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  ADD ("/server/move/answered-as-before", test_answered_as_before);
  ADD ("/server/move/twice", test_moved_twice);
  ADD ("/server/move/asked", test_asked);
  ADD ("/server/move/restored", test_restored);
  ADD ("/server/move/mended", test_mended);
  return g_test_run ();
}
